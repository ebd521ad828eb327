//! echidna: the reverse tape of `Copy` numbers, its recorded byte code, and its vectors of tangents.

use super::contender::Contender;
use super::formulas::{CAMERA, Formula, Rosenbrock, camera, number};
use echidna::{BReverse, DualVec, Reverse, Scalar};
// The functions of its numbers.
use num_traits::Float;
use std::hint::black_box;

number!([] Reverse<f64>, |c, x| c - x, x.recip());
number!([] BReverse<f64>, |c, x| c - x, x.recip());
number!([const N: usize] DualVec<f64, N>, |c, x| c - x, x.recip());

pub fn eager<F: Formula>(f: F, xs: &[f64]) -> Contender {
    eagerly(move |xs| f.of(xs), xs)
}
/// `grad` keeps the tape in a pool of the thread's; it gives the gradient only, so the closure keeps the value.
pub fn eagerly(f: impl Fn(&[Reverse<f64>]) -> Reverse<f64> + 'static, xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("echidna", move |out| {
        let mut value = 0.0;
        *out = echidna::grad(
            |xs: &[Reverse<f64>]| {
                let y = f(xs);
                value = y.value();
                y
            },
            black_box(&xs),
        );
        value
    })
}

pub fn replay<F: Formula>(f: F, xs: &[f64]) -> Contender {
    replayed(move |xs| f.of(xs), xs)
}
/// Recorded once, outside the time: only what does not branch may be treated so.
pub fn replayed(f: impl FnOnce(&[BReverse<f64>]) -> BReverse<f64>, xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    let (mut tape, _) = echidna::record(f, &xs);
    let mut adjoints = Vec::new();
    Contender::new("echidna replay", move |out| {
        *out = tape.gradient_with_buf(black_box(&xs), &mut adjoints);
        tape.output_value()
    })
}

pub fn forward<F: Formula, const N: usize>(f: F, xs: [f64; N]) -> Contender {
    Contender::new("echidna DualVec", move |out| {
        let xs = black_box(&xs);
        let xs: [DualVec<f64, N>; N] = std::array::from_fn(|k| DualVec::with_tangent(xs[k], k));
        let y = f.of(&xs);
        out.clear();
        out.extend_from_slice(&y.eps);
        y.re
    })
}

pub fn jacobian() -> Contender {
    Contender::new("echidna DualVec", |out| {
        let xs = black_box(&CAMERA);
        let xs: [DualVec<f64, 15>; 15] = std::array::from_fn(|k| DualVec::with_tangent(xs[k], k));
        let [u, v] = camera(&xs);
        out.clear();
        out.extend_from_slice(&u.eps);
        out.extend_from_slice(&v.eps);
        u.re + v.re
    })
}

/// Records anew for each Hessian, as its function of that name does; `N` columns a sweep.
pub fn hessian<const N: usize>(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("echidna hessian_vec", move |out| {
        let (value, _, rows) = echidna::hessian_vec::<f64, N>(|xs| Rosenbrock.of(xs), black_box(&xs));
        out.clear();
        rows.iter().for_each(|row| out.extend_from_slice(row));
        value
    })
}

/// Finds out that the Hessian is tridiagonal and computes no more.
pub fn sparse_hessian<const N: usize>(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("echidna sparse_hessian_vec", move |out| {
        let n = xs.len();
        let (value, _, pattern, numbers) =
            echidna::sparse_hessian_vec::<f64, N>(|xs| Rosenbrock.of(xs), black_box(&xs));
        out.clear();
        out.resize(n * n, 0.0);
        // The pattern holds one of two symmetric entries.
        for ((&row, &column), &slope) in pattern.rows.iter().zip(&pattern.cols).zip(&numbers) {
            out[row as usize * n + column as usize] = slope;
            out[column as usize * n + row as usize] = slope;
        }
        value
    })
}
