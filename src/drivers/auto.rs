//! Drivers that choose the mode themselves: for functions that are written once for every number.

use super::forward;
use super::reverse::{jacobian as by_sweeps, value_and_grad as by_tape};
use super::second;
use crate::dual::Dual;
use crate::number::Call;
use crate::var::Var;
use ndarray::Array2;
use std::fmt;

/// How many tangents a dual number has here, and up to how many inputs one run on them is preferred to a tape. Measured on
/// Rosenbrock's function and on a sum of elementary functions: up to 12 inputs that run takes 0.4 to 0.9 of the tape's time
/// (and at 9 up to 1.2); two runs take less than the tape on the first function and more on the second. Fused statements on
/// a tape are faster from 8 to 10 inputs on.
const WIDTH: usize = 12;

/// A mode, and why it was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// Forward, on dual numbers: `runs` runs of the function, and no tape.
    Forward {
        /// How often the function runs.
        runs: usize,
    },
    /// Reverse: one run on a tape, and a sweep.
    Reverse,
    /// Forward over reverse: `runs` runs on a tape of dual numbers, each with a sweep.
    ForwardOverReverse {
        /// How often the function runs.
        runs: usize,
    },
}
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Forward { runs } => {
                write!(f, "forward, runs of {WIDTH} tangents, {runs} in number: there are few inputs, or many outputs")
            }
            Choice::Reverse => write!(f, "reverse, one run and a sweep for each output: there are many inputs"),
            Choice::ForwardOverReverse { runs } => write!(f, "forward over reverse, {runs} runs of 4 columns each"),
        }
    }
}

/// The mode that [`value_and_grad`] takes for a function of `n` inputs.
///
/// ```
/// use backprop::auto::{gradient_mode, Choice};
/// assert_eq!(gradient_mode(10), Choice::Forward { runs: 1 });
/// assert_eq!(gradient_mode(1000), Choice::Reverse);
/// println!("{}", gradient_mode(10));
/// ```
#[must_use]
pub fn gradient_mode(n: usize) -> Choice {
    if n <= WIDTH { Choice::Forward { runs: 1 } } else { Choice::Reverse }
}

/// Value and gradient of a function written for every number, in the mode that is faster: see [`gradient_mode`].
///
/// ```
/// use backprop::{auto, Call, Number};
/// struct Rosenbrock;
/// impl<S: Number> Call<S> for Rosenbrock {
///     fn call(&self, x: &[S]) -> S {
///         x.windows(2).map(|w| (1.0 - &w[0]).square() + 100.0 * (&w[1] - w[0].square()).square()).sum()
///     }
/// }
/// assert_eq!(auto::value_and_grad(&Rosenbrock, &[2.0, 1.0]), (901.0, vec![2402.0, -600.0]));
/// let (value, gradient) = auto::value_and_grad(&Rosenbrock, &[1.0; 100]);
/// assert_eq!((value, gradient), (0.0, vec![0.0; 100]));
/// ```
///
/// # Panics
/// If the function panics.
#[must_use]
#[track_caller]
pub fn value_and_grad<F: Call<Dual<f64, WIDTH>> + Call<Var>>(f: &F, x: &[f64]) -> (f64, Vec<f64>) {
    match gradient_mode(x.len()) {
        Choice::Forward { .. } => forward::value_and_grad::<WIDTH, _>(|x: &[Dual<f64, WIDTH>]| f.call(x), x),
        _ => by_tape(|x: &[Var]| f.call(x), x),
    }
}

/// The gradient alone.
///
/// ```
/// use backprop::auto;
/// // a closure is written for one number: use grad() or forward::grad() with those
/// # use backprop::{Call, Number};
/// # struct Product;
/// # impl<S: Number> Call<S> for Product { fn call(&self, x: &[S]) -> S { &x[0] * &x[1] } }
/// assert_eq!(auto::grad(&Product, &[2.0, 3.0]), [3.0, 2.0]);
/// ```
///
/// # Panics
/// If the function panics.
#[must_use]
#[track_caller]
pub fn grad<F: Call<Dual<f64, WIDTH>> + Call<Var>>(f: &F, x: &[f64]) -> Vec<f64> {
    value_and_grad(f, x).1
}

/// The mode that [`jacobian`] takes for a function of `n` inputs and `m` outputs.
///
/// Forward takes a run for every 12 inputs, reverse a run and a sweep for every output, which cost about the same.
///
/// ```
/// use backprop::auto::{jacobian_mode, Choice};
/// assert_eq!(jacobian_mode(20, 1000), Choice::Forward { runs: 2 });
/// assert_eq!(jacobian_mode(1000, 10), Choice::Reverse);
/// assert_eq!(jacobian_mode(1000, 1000), Choice::Forward { runs: 84 });
/// ```
#[must_use]
pub fn jacobian_mode(n: usize, m: usize) -> Choice {
    let runs = n.div_ceil(WIDTH);
    if runs <= m.max(1) { Choice::Forward { runs } } else { Choice::Reverse }
}

/// The Jacobian of a function written for every number, a row for each output, in the mode that is faster: see
/// [`jacobian_mode`]. With more than 12 inputs it runs once on plain numbers before, to see how many outputs there are.
///
/// ```
/// use backprop::{auto, model, Number};
/// model! {
///     fn polar<S: Number>(x: &[S]) -> Vec<S> {
///         vec![x[0].hypot(&x[1]), x[1].atan2(&x[0])]
///     }
/// }
/// assert_eq!(auto::jacobian(&polar, &[3.0, 4.0]), ndarray::array![[0.6, 0.8], [-0.16, 0.12]]);
/// ```
///
/// # Panics
/// If the function panics, or returns another number of outputs the next time.
#[must_use]
#[track_caller]
pub fn jacobian<F>(f: &F, x: &[f64]) -> Array2<f64>
where
    F: Call<f64, Vec<f64>> + Call<Dual<f64, WIDTH>, Vec<Dual<f64, WIDTH>>> + Call<Var, Vec<Var>>,
{
    let outputs = if x.len() <= WIDTH { 0 } else { Call::<f64, Vec<f64>>::call(f, x).len() };
    match jacobian_mode(x.len(), outputs) {
        Choice::Forward { .. } => forward::jacobian::<WIDTH, _, _>(|x: &[Dual<f64, WIDTH>]| f.call(x), x),
        _ => by_sweeps(|x: &[Var]| f.call(x), x),
    }
}

/// The Hessian of a function written for every number: forward over reverse.
///
/// ```
/// # use backprop::{auto, Call, Number};
/// # struct Product;
/// # impl<S: Number> Call<S> for Product { fn call(&self, x: &[S]) -> S { &x[0] * &x[1] } }
/// assert_eq!(auto::hessian(&Product, &[2.0, 3.0]), ndarray::array![[0.0, 1.0], [1.0, 0.0]]);
/// ```
///
/// # Panics
/// If the function panics.
#[must_use]
#[track_caller]
pub fn hessian<F: Call<Var<Dual<f64, 4>>>>(f: &F, x: &[f64]) -> Array2<f64> {
    second::hessian(|x: &[Var<Dual<f64, 4>>]| f.call(x), x)
}
/// The mode that [`hessian`] takes for a function of `n` inputs.
///
/// ```
/// use backprop::auto::{hessian_mode, Choice};
/// assert_eq!(hessian_mode(10), Choice::ForwardOverReverse { runs: 3 });
/// ```
#[must_use]
pub fn hessian_mode(n: usize) -> Choice {
    Choice::ForwardOverReverse { runs: forward::chunks::<4>(n).count() }
}
