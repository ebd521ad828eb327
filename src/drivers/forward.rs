//! Drivers in forward mode: the function runs on dual numbers.

use super::output::Output;
use super::point::{Coordinate, Point};
use crate::dual::{Dual, Level};
use crate::number::{Elementary, Float};
use ndarray::Array2;
use std::borrow::Borrow;

/// The derivative of a function of one number, in **forward mode**.
///
/// ```
/// use backprop::derivative;
/// assert_eq!(derivative(|x| (2.0 * x).sin(), 0.0), 2.0);
/// // nested, for the second derivative
/// assert_eq!(derivative(|x| derivative(|y| y.powi(3), x), 2.0), 12.0);
/// ```
///
/// An inner derivative that uses the outer variable is taken at a number of the outer kind, `Dual::constant(1.0)`, not at
/// `1.0`: the chapter on [nesting](crate::guide::nesting) says why.
///
/// # Panics
/// If the closure panics; in builds with debug assertions, if it confuses two derivatives.
#[must_use]
#[track_caller]
pub fn derivative<T: Coordinate>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
    let level = Level::begin();
    let y = f(Dual::variable(x).of_level(&level));
    level.check(|| [y.mark()]);
    y.derivative()
}

/// Value and derivative in one direction, `J·v`, in **forward mode**: one run of the function, and no tape.
///
/// ```
/// use backprop::jvp;
/// let (value, derivative) = jvp(|&[x, y]| x * y, &[2.0, 3.0], &[1.0, 0.0]);
/// assert_eq!((value, derivative), (6.0, 3.0));
/// ```
///
/// # Panics
/// If `v` has another length than `x`, or the closure panics.
#[must_use]
#[track_caller]
pub fn jvp<P: Point + ?Sized, O: Output<Number = Dual<P::Number>>>(
    f: impl FnOnce(&P::View<Dual<P::Number>>) -> O,
    x: &P,
    v: &P,
) -> (O::With<P::Number>, O::With<P::Number>) {
    let level = Level::begin();
    let outputs = f(x.filled(directions(&level, x, v)).borrow());
    level.check(|| marks(&outputs.numbers()));
    (outputs.with(|y| y.value()), outputs.with(|y| y.derivative()))
}
/// What a call checks of numbers.
pub(super) fn marks<T: Float, const N: usize>(numbers: &[Dual<T, N>]) -> Vec<crate::dual::Mark> {
    numbers.iter().map(Dual::mark).collect()
}
/// The numbers of the point, varying in a direction.
#[track_caller]
pub(super) fn directions<P: Point + ?Sized>(level: &Level, x: &P, v: &P) -> Vec<Dual<P::Number>> {
    along(x, v, |x, v| Dual::new(x, [v]).of_level(level))
}
/// Each number of the point with that of the direction.
#[track_caller]
pub(super) fn along<P: Point + ?Sized, S>(x: &P, v: &P, number: impl Fn(P::Number, P::Number) -> S) -> Vec<S> {
    assert!(x.size() == v.size(), "a direction has as many numbers as the point, {}, not {}", x.size(), v.size());
    x.numbers().into_iter().zip(v.numbers()).map(|(x, v)| number(x, v)).collect()
}

/// The gradient in **forward mode**: `N` numbers at a time, so the function runs `n/N` times, rounded up. With few numbers
/// it is faster than a tape; the best `N` is the number of inputs, up to some 12, and 8 where there are more.
///
/// ```
/// use backprop::forward;
/// assert_eq!(forward::grad::<8, _>(|x| x[0] * x[1].sin(), &[2.0, 0.0]), [0.0, 2.0]);
/// ```
///
/// # Panics
/// If the closure panics.
#[must_use]
#[track_caller]
pub fn grad<const N: usize, P: Point + ?Sized>(
    f: impl Fn(&P::View<Dual<P::Number, N>>) -> Dual<P::Number, N>,
    x: &P,
) -> P::With<P::Number> {
    value_and_grad(f, x).1
}
/// Value and gradient in **forward mode**: see [`grad`].
///
/// ```
/// use backprop::forward;
/// assert_eq!(forward::value_and_grad::<8, _>(|x| x[0] * x[1], &[2.0, 3.0]), (6.0, [3.0, 2.0]));
/// ```
///
/// # Panics
/// If the closure panics.
#[must_use]
#[track_caller]
pub fn value_and_grad<const N: usize, P: Point + ?Sized>(
    f: impl Fn(&P::View<Dual<P::Number, N>>) -> Dual<P::Number, N>,
    x: &P,
) -> (P::Number, P::With<P::Number>) {
    let level = Level::begin();
    // the first run gives the value, also of no inputs
    let first = f(seeded(&level, x, 0).borrow());
    level.check(|| [first.mark()]);
    let mut gradient = Vec::with_capacity(x.size());
    gradient.extend(first.tangents().iter().take(x.size()));
    for start in chunks::<N>(x.size()).skip(1) {
        let y = f(seeded(&level, x, start).borrow());
        level.check(|| [y.mark()]);
        gradient.extend(y.tangents().iter().take(x.size() - start));
    }
    (first.value(), x.filled(gradient))
}

/// The Jacobian, a row for each output, in **forward mode**: `N` inputs at a time.
///
/// ```
/// use backprop::forward;
/// let j = forward::jacobian::<8, _, _>(|&[x, y]| [x * y, x + y, y.square()], &[2.0, 3.0]);
/// assert_eq!(j, ndarray::array![[3.0, 2.0], [1.0, 1.0], [0.0, 6.0]]);
/// ```
///
/// # Panics
/// If the closure panics, or returns another number of outputs the next time.
#[must_use]
#[track_caller]
pub fn jacobian<const N: usize, P: Point + ?Sized, O: Output<Number = Dual<P::Number, N>>>(
    f: impl Fn(&P::View<Dual<P::Number, N>>) -> O,
    x: &P,
) -> Array2<P::Number> {
    let level = Level::begin();
    let mut columns: Option<Array2<P::Number>> = None;
    for start in chunks::<N>(x.size()) {
        let outputs = f(seeded(&level, x, start).borrow()).numbers();
        level.check(|| marks(&outputs));
        let rows = columns.get_or_insert_with(|| Array2::from_elem((outputs.len(), x.size()), P::Number::of(0.0)));
        assert!(
            rows.nrows() == outputs.len(),
            "the function has returned {} outputs and then {}",
            rows.nrows(),
            outputs.len()
        );
        for (y, mut row) in outputs.iter().zip(rows.outer_iter_mut()) {
            row.iter_mut().skip(start).zip(y.tangents()).for_each(|(slope, tangent)| *slope = *tangent);
        }
    }
    match columns {
        Some(rows) => rows,
        // of no inputs: the function tells how many outputs there are
        None => Array2::from_elem((f(seeded(&level, x, 0).borrow()).numbers().len(), 0), P::Number::of(0.0)),
    }
}
/// Where chunks of inputs begin.
pub(super) fn chunks<const N: usize>(size: usize) -> impl Iterator<Item = usize> {
    const { assert!(N > 0, "a chunk has at least one direction") };
    (0..size).step_by(N)
}
/// The point, `N` of its numbers varying, each on its own.
fn seeded<const N: usize, P: Point + ?Sized>(level: &Level, x: &P, start: usize) -> P::With<Dual<P::Number, N>> {
    let mut place = 0;
    x.with(|x| {
        place += 1;
        seed(level, x, (place - 1_usize).checked_sub(start))
    })
}
/// Variable number `k`, if there is such a direction.
pub(super) fn seed<T: Float, const N: usize>(level: &Level, x: T, k: Option<usize>) -> Dual<T, N> {
    match k {
        Some(k) if k < N => Dual::seeded(x, k).of_level(level),
        _ => Dual::constant(x),
    }
}
