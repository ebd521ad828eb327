//! Drivers for derivatives of higher order: the function runs on truncated Taylor series, or on nested dual numbers.

use super::forward::along;
use super::point::{Coordinate, Point};
use crate::dual::{Dual, Level};
use crate::jet::Jet;
use crate::number::{Elementary, Float};
use sealed::Sealed as _;
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

/// A mixed partial derivative: `∂^K f/∂x_i ∂x_j …`, one index for each order, in any order and repeated at will, of order
/// 12 at most. The function runs once, on dual numbers nested `K` deep, of which each level varies in one of the indices: so
/// nothing is taken together from other derivatives, and nothing cancels that does not in the derivative itself. The
/// numbers have `2^K` parts.
///
/// ```
/// use backprop::mixed_partial;
/// // ∂³/∂x∂x∂y of x³·y² at (2, 5): 6x·2y
/// assert_eq!(mixed_partial(|x| x[0].powi(3) * x[1].powi(2), &[2.0, 5.0], [0, 0, 1]), 120.0);
/// // however large the other derivatives are
/// assert_eq!(mixed_partial(|&[x, y]| 1e17 * x.square() + x * y, &[1.0, 2.0], [0, 1]), 1.0);
/// ```
///
/// # Panics
/// If an index is not smaller than the number of `x`, or the closure panics.
#[must_use]
#[track_caller]
pub fn mixed_partial<const K: usize, P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Levels<P, K>>) -> Levels<P, K>,
    x: &P,
    indices: [usize; K],
) -> P::Number
where
    [usize; K]: Indices<P::Number>,
{
    for index in indices {
        assert!(index < x.size(), "there is no number {index} at a point of {}", x.size());
    }
    let level = Level::begin();
    let mut place = 0;
    let moving = x.with(|x| {
        place += 1;
        <[usize; K]>::moving(&level, x, &indices.map(|index| index == place - 1))
    });
    <[usize; K]>::derivative(&level, f(moving.borrow()))
}
/// The dual numbers of [`mixed_partial`]: of order `K` over the numbers of the point.
type Levels<P, const K: usize> = <[usize; K] as sealed::Sealed<<P as Point>::Number>>::Levels;

/// The indices of a mixed partial derivative over the numbers `T`: none to twelve. Sealed.
#[diagnostic::on_unimplemented(
    message = "there is no mixed partial derivative by `{Self}`",
    label = "expected an array of 0 to 12 indices, one for each order"
)]
pub trait Indices<T: Float>: sealed::Sealed<T> {}
mod sealed {
    use super::{Float, Level};
    pub trait Sealed<T: Float> {
        /// A dual number nested as deep as there are indices.
        type Levels: Float;
        /// The number, varying at the levels that are said.
        fn moving(level: &Level, x: T, levels: &[bool]) -> Self::Levels;
        /// The derivative by all levels.
        #[track_caller]
        fn derivative(level: &Level, y: Self::Levels) -> T;
    }
}
impl<T: Float> Indices<T> for [usize; 0] {}
impl<T: Float> sealed::Sealed<T> for [usize; 0] {
    type Levels = T;
    fn moving(_: &Level, x: T, _: &[bool]) -> T {
        x
    }
    fn derivative(_: &Level, y: T) -> T {
        y
    }
}
macro_rules! nested { ($($K:literal over $Less:literal;)*) => { $(
    impl<T: Float> Indices<T> for [usize; $K] {}
    impl<T: Float> sealed::Sealed<T> for [usize; $K] {
        type Levels = Dual<<[usize; $Less] as sealed::Sealed<T>>::Levels>;
        fn moving(level: &Level, x: T, levels: &[bool]) -> Self::Levels {
            let inner = <[usize; $Less]>::moving(level, x, &levels[..$Less]);
            if levels[$Less] { Dual::variable(inner).of_level(level) } else { Dual::constant(inner) }
        }
        #[track_caller]
        fn derivative(level: &Level, y: Self::Levels) -> T {
            level.check(|| [y.mark()]);
            <[usize; $Less]>::derivative(level, y.derivative())
        }
    }
)* } }
nested! {
    1 over 0; 2 over 1; 3 over 2; 4 over 3; 5 over 4; 6 over 5; 7 over 6; 8 over 7; 9 over 8; 10 over 9; 11 over 10;
    12 over 11;
}

/// The point, moving in a direction.
fn moved<const K: usize, P: Point + ?Sized>(x: &P, direction: impl Fn(usize) -> f64) -> P::With<Jet<P::Number, K>> {
    let mut place = 0;
    x.with(|x| {
        place += 1;
        Jet::on_line(x, P::Number::of(direction(place - 1)))
    })
}
