//! Drivers for derivatives of higher order: the function runs on truncated Taylor series.

use super::forward::along;
use super::point::{Coordinate, Point};
use crate::jet::Jet;
use crate::number::Elementary;
use std::borrow::Borrow;

/// The Taylor series of a function of one number around `x`, to order `K`: `f(x + t) = y₀ + y₁·t + … + y_K·t^K + O(t^K⁺¹)`.
///
/// ```
/// use backprop::taylor;
/// let sine = taylor::<5, _>(|x| x.sin(), 0.0);
/// assert_eq!(sine.higher(), &[1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0]);
/// ```
///
/// # Panics
/// If the closure panics.
#[must_use]
pub fn taylor<const K: usize, T: Coordinate>(f: impl FnOnce(Jet<T, K>) -> Jet<T, K>, x: T) -> Jet<T, K> {
    f(Jet::variable(x))
}

/// The derivative of order `K` of a function of one number, by its Taylor series; of order 0 the value.
///
/// ```
/// use backprop::nth_derivative;
/// assert_eq!(nth_derivative::<3, _>(|x| x.powi(5), 2.0), 60.0 * 4.0);
/// ```
///
/// # Panics
/// If the closure panics.
#[must_use]
pub fn nth_derivative<const K: usize, T: Coordinate>(f: impl FnOnce(Jet<T, K>) -> Jet<T, K>, x: T) -> T {
    taylor(f, x).derivative(K)
}

/// The Taylor series of a function of many numbers along a line: of `f(x + v·t)` in `t`, to order `K`. Derivative `k` of it
/// is the derivative of order `k` in the direction `v`, the `k`-th derivative tensor with all its arguments `v`.
///
/// ```
/// use backprop::taylor_along;
/// // v·H·v of x²y at (3, 5)
/// let along = taylor_along::<2, _>(|x| x[0].square() * x[1], &[3.0, 5.0], &[1.0, 2.0]);
/// assert_eq!(along.derivative(2), 10.0 + 2.0 * 2.0 * 6.0);
/// ```
///
/// # Panics
/// If `v` has another length than `x`, or the closure panics.
#[must_use]
#[track_caller]
pub fn taylor_along<const K: usize, P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Jet<P::Number, K>>) -> Jet<P::Number, K>,
    x: &P,
    v: &P,
) -> Jet<P::Number, K> {
    f(x.filled(along(x, v, Jet::on_line)).borrow())
}

/// The Laplacian `Σ ∂²f/∂xᵢ²`, the trace of the Hessian, without the rest of it: as many runs as there are numbers, on
/// Taylor series of order 2.
///
/// ```
/// use backprop::laplacian;
/// // 1/r is harmonic in space
/// let potential = laplacian(|&[x, y, z]| (x * x + y * y + z * z).sqrt().recip(), &[1.0, 2.0, 2.0]);
/// assert!(potential.abs() < 1e-16);
/// ```
///
/// # Panics
/// If the closure panics.
#[must_use]
pub fn laplacian<P: Point + ?Sized>(f: impl Fn(&P::View<Jet<P::Number, 2>>) -> Jet<P::Number, 2>, x: &P) -> P::Number {
    let axis = |i| f(moved(x, |k| if k == i { 1.0 } else { 0.0 }).borrow()).derivative(2);
    (0..x.size()).map(axis).reduce(|sum, second| sum + second).unwrap_or_else(|| P::Number::of(0.0))
}

/// A mixed partial derivative: `∂^K f/∂x_i ∂x_j …`, one index for each order, in any order and repeated at will. Taken
/// together from the Taylor series along `2^(K−1)` diagonals, in which up to about `K` bits are lost to rounding; where one
/// of them is infinite it may come out as NaN.
///
/// ```
/// use backprop::mixed_partial;
/// // ∂³/∂x∂x∂y of x³·y² at (2, 5): 6x·2y
/// assert_eq!(mixed_partial(|x| x[0].powi(3) * x[1].powi(2), &[2.0, 5.0], [0, 0, 1]), 120.0);
/// ```
///
/// Polarization: `f⁽ᴷ⁾[u, v, …] = 2^(1−K)·Σ ±v…·cₖ(u ± v ± …)`, where `cₖ` is the coefficient along the line
/// (Griewank, Utke & Walther, *Evaluating higher derivative tensors by forward propagation of univariate Taylor series*, 2000).
///
/// # Panics
/// If an index is not smaller than the number of `x`, or the closure panics.
#[must_use]
#[track_caller]
pub fn mixed_partial<const K: usize, P: Point + ?Sized>(
    f: impl Fn(&P::View<Jet<P::Number, K>>) -> Jet<P::Number, K>,
    x: &P,
    indices: [usize; K],
) -> P::Number {
    for index in indices {
        assert!(index < x.size(), "there is no number {index} at a point of {}", x.size());
    }
    let diagonals = 1_usize << K.saturating_sub(1);
    let diagonal = |signs: usize| {
        // the first direction is always taken as it is: the others against it
        let sign = |k: usize| if k > 0 && signs >> (k - 1) & 1 == 1 { -1.0 } else { 1.0 };
        let direction = |i| (0..K).filter(|&k| indices[k] == i).map(sign).sum();
        let coefficient = f(moved(x, direction).borrow()).coefficient(K);
        if signs.count_ones() % 2 == 1 { -coefficient } else { coefficient }
    };
    let sum: P::Number = (0..diagonals).map(diagonal).sum();
    sum / P::Number::of(diagonals as f64)
}

/// The point, moving in a direction.
fn moved<const K: usize, P: Point + ?Sized>(x: &P, direction: impl Fn(usize) -> f64) -> P::With<Jet<P::Number, K>> {
    let mut place = 0;
    x.with(|x| {
        place += 1;
        Jet::on_line(x, P::Number::of(direction(place - 1)))
    })
}
