//! Second derivatives of functions of many numbers: forward over reverse.

use super::forward::{chunks, directions, seed};
use super::point::Point;
use super::reverse::value_and_grad;
use crate::dual::Dual;
use crate::number::Elementary;
use crate::var::Var;
use ndarray::Array2;
use std::borrow::Borrow;

/// How many columns of a Hessian come out of one run.
const WIDTH: usize = 4;

/// The Hessian times a vector, **forward over reverse**: one run and one sweep, as for a gradient. The gradient comes out,
/// too.
///
/// ```
/// use backprop::hvp;
/// let (gradient, product) = hvp(|x| x[0].square() * x[1], &[3.0, 5.0], &[1.0, 0.0]);
/// assert_eq!((gradient, product), ([30.0, 9.0], [10.0, 6.0]));
/// ```
///
/// # Panics
/// If `v` has another length than `x`, and as [`grad`](crate::grad()).
#[must_use]
#[track_caller]
pub fn hvp<P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Var<Dual<P::Number>>>) -> Var<Dual<P::Number>>,
    x: &P,
    v: &P,
) -> (P::With<P::Number>, P::With<P::Number>) {
    let duals = directions(x, v);
    let (_, gradient) =
        value_and_grad(|inputs: &[Var<Dual<P::Number>>]| f(x.filled(inputs.to_vec()).borrow()), &duals[..]);
    (x.filled(gradient.iter().map(Dual::value).collect()), x.filled(gradient.iter().map(Dual::derivative).collect()))
}
/// The Hessian, **forward over reverse**: four columns come out of one run and one sweep.
///
/// ```
/// use backprop::hessian;
/// let h = hessian(|x| x[0].square() * x[1], &[3.0, 5.0]);
/// assert_eq!(h, ndarray::array![[10.0, 6.0], [6.0, 0.0]]);
/// ```
///
/// # Panics
/// As [`grad`](crate::grad()).
#[must_use]
#[track_caller]
pub fn hessian<P: Point + ?Sized>(
    f: impl Fn(&P::View<Var<Dual<P::Number, WIDTH>>>) -> Var<Dual<P::Number, WIDTH>>,
    x: &P,
) -> Array2<P::Number> {
    let numbers = x.numbers();
    let mut hessian = Array2::from_elem((x.size(), x.size()), P::Number::of(0.0));
    for start in chunks::<WIDTH>(x.size()) {
        let duals: Vec<Dual<P::Number, WIDTH>> =
            numbers.iter().enumerate().map(|(k, &x)| seed(x, k.checked_sub(start))).collect();
        let (_, gradient) = value_and_grad(|inputs: &[Var<_>]| f(x.filled(inputs.to_vec()).borrow()), &duals[..]);
        for (row, slope) in gradient.iter().enumerate() {
            for (column, &second) in slope.tangents().iter().enumerate().take(x.size() - start) {
                hessian[[row, start + column]] = second;
            }
        }
    }
    hessian
}
