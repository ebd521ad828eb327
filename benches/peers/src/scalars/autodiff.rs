//! autodiff: duals with one tangent, so that a gradient takes a pass for each input.

use super::contender::Contender;
use super::formulas::{CAMERA, Formula, Rosenbrock, camera, number};
use autodiff::{F, F1};
use num_traits::{Float, Zero};
use std::hint::black_box;

type F2 = F<F1, F1>;
number!([] F1, |c, x| c - x, x.recip());

// Its nested numbers know no plain literals.
impl super::formulas::Number for F2 {
    #[inline(always)]
    fn plus(self, c: f64) -> Self {
        self + F1::cst(c)
    }
    #[inline(always)]
    fn below(self, c: f64) -> Self {
        F2::cst(F1::cst(c)) - self
    }
    #[inline(always)]
    fn times(self, c: f64) -> Self {
        self * F1::cst(c)
    }
    #[inline(always)]
    fn inverse(self) -> Self {
        self.recip()
    }
    super::formulas::functions! { sine sin; cosine cos; exponential exp; logarithm ln; root sqrt; }
}

pub fn forward<F: Formula, const N: usize>(f: F, xs: [f64; N]) -> Contender {
    Contender::new("autodiff", move |out| {
        let mut numbers = black_box(&xs).map(F1::cst);
        let mut value = 0.0;
        out.clear();
        for k in 0..N {
            numbers[k].dx = 1.0;
            let y = f.of(&numbers);
            numbers[k].dx = 0.0;
            out.push(y.deriv());
            value = y.value();
        }
        value
    })
}

pub fn jacobian() -> Contender {
    Contender::new("autodiff", |out| {
        let mut numbers = black_box(&CAMERA).map(F1::cst);
        let mut value = 0.0;
        out.clear();
        out.resize(30, 0.0);
        for k in 0..15 {
            numbers[k].dx = 1.0;
            let [u, v] = camera(&numbers);
            numbers[k].dx = 0.0;
            (out[k], out[15 + k]) = (u.deriv(), v.deriv());
            value = u.value() + v.value();
        }
        value
    })
}

/// One pair of inputs at a time, and only one of two symmetric ones.
pub fn hessian(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("autodiff", move |out| {
        let n = xs.len();
        let mut numbers: Vec<F2> = black_box(&xs).iter().map(|&x| F::new(F1::cst(x), F1::zero())).collect();
        out.clear();
        out.resize(n * n, 0.0);
        let mut value = 0.0;
        for row in 0..n {
            numbers[row].x.dx = 1.0;
            for column in 0..=row {
                numbers[column].dx.x = 1.0;
                let y = Rosenbrock.of(&numbers);
                numbers[column].dx.x = 0.0;
                (out[row * n + column], out[column * n + row]) = (y.dx.dx, y.dx.dx);
                value = y.x.x;
            }
            numbers[row].x.dx = 0.0;
        }
        value
    })
}
