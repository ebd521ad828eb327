//! num-dual: vectors of tangents of fixed length, and second-order numbers of both kinds.

use super::contender::Contender;
use super::formulas::{CAMERA, Formula, Rosenbrock, camera, number};
use nalgebra::SVector;
use num_dual::{Dual2SVec64, DualNum, DualSVec64, HyperDual64};
use std::hint::black_box;

// A literal on the left has to become a number; it carries no tangents, which the library knows.
number!([const N: usize] DualSVec64<N>, |c, x| DualSVec64::from_re(c) - x, x.recip());
number!([const N: usize] Dual2SVec64<N>, |c, x| Dual2SVec64::from_re(c) - x, x.recip());
number!([] HyperDual64, |c, x| HyperDual64::from_re(c) - x, x.recip());

pub fn forward<F: Formula, const N: usize>(f: F, xs: [f64; N]) -> Contender {
    let xs = SVector::<f64, N>::from(xs);
    Contender::new("num-dual DualSVec64", move |out| {
        let (value, gradient) = num_dual::gradient(|xs: SVector<DualSVec64<N>, N>| f.of(xs.as_slice()), black_box(&xs));
        out.clear();
        out.extend_from_slice(gradient.as_slice());
        value
    })
}

pub fn jacobian() -> Contender {
    let xs = SVector::<f64, 15>::from(CAMERA);
    Contender::new("num-dual DualSVec64", move |out| {
        let project = |xs: SVector<DualSVec64<15>, 15>| SVector::<_, 2>::from(camera(&xs.into()));
        let (values, rows) = num_dual::jacobian(project, black_box(&xs));
        out.clear();
        rows.row_iter().for_each(|row| out.extend(row.iter()));
        values[0] + values[1]
    })
}

/// All second derivatives at once.
pub fn hessian<const N: usize>(xs: &[f64]) -> Contender {
    let xs = SVector::<f64, N>::from_column_slice(xs);
    Contender::new("num-dual Dual2SVec64", move |out| {
        let (value, _, rows) =
            num_dual::hessian(|xs: SVector<Dual2SVec64<N>, N>| Rosenbrock.of(xs.as_slice()), black_box(&xs));
        out.clear();
        out.extend_from_slice(rows.as_slice());
        value
    })
}

/// One pair of inputs at a time, and only one of two symmetric ones.
pub fn hessian_by_pairs(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("num-dual HyperDual64", move |out| {
        let n = xs.len();
        let mut numbers: Vec<HyperDual64> = black_box(&xs).iter().map(|&x| HyperDual64::from_re(x)).collect();
        out.clear();
        out.resize(n * n, 0.0);
        let mut value = 0.0;
        for row in 0..n {
            numbers[row].eps1 = 1.0;
            for column in 0..=row {
                numbers[column].eps2 = 1.0;
                let y = Rosenbrock.of(&numbers);
                numbers[column].eps2 = 0.0;
                (out[row * n + column], out[column * n + row]) = (y.eps1eps2, y.eps1eps2);
                value = y.re;
            }
            numbers[row].eps1 = 0.0;
        }
        value
    })
}
