//! Truncated Taylor series: all derivatives up to order `K` along a line, in one pass.
//!
//! A jet stands for `x(t) = x₀ + x₁·t + x₂·t² + … + x_K·t^K`; an operation maps the coefficients of its operands to those
//! of its result (Moore 1966; Griewank & Walther 2008, chapter 13). Sums and products of series are known from school.
//! Everything else is one line of calculus: if `z = f(x)`, then `z′ = f′(x)·x′`, and the slope `f′` is the table's, itself
//! computed on jets. How that line becomes coefficients stands in [`recurrence`]; no function has a formula here.

mod leading;
mod recurrence;

use crate::number::{Argument, BuiltOn, Elementary, Float, Nested, sealed, unfused};
#[cfg(feature = "approx")]
use crate::ops::compares;
use crate::ops::{copy_float, delegates, methods, numeric_traits, operators};
use crate::rule::{Fold, slope, special, table};
use std::borrow::Borrow;
use std::fmt;

/// A Taylor series, truncated after order `K`: the value and the coefficients of `t, t², …, t^K`.
///
/// Coefficient `k` is the derivative of order `k` divided by `k!`. An operation costs up to `K³/3` multiplications, most of
/// them `K²`, where nested [`Dual`](crate::Dual)s would cost `2^K`.
///
/// A complete `num_traits::Float` if `T` is one; it nests, and may be the number inside a [`Node`](crate::Node), a
/// [`Var`](crate::Var) or a [`Dual`](crate::Dual). Comparison looks at values only, so that code branches as on plain numbers.
///
/// ```
/// use backprop::Jet;
/// // e^(2t) = 1 + 2t + 2t² + 4/3·t³ + …
/// let y = (2.0 * Jet::<f64, 3>::variable(0.0)).exp();
/// assert_eq!((y.value(), y.higher()), (1.0, &[2.0, 2.0, 4.0 / 3.0]));
/// assert_eq!(y.derivative(3), 8.0);
/// ```
///
/// # Where a series begins with 0
///
/// A coefficient is a derivative **to the right**, for small positive `t`, where the two sides differ. Of a series that
/// begins with `t²` or later, roots, constant powers, `abs`, `hypot` and [`norm`](crate::norm) are taken by what it begins
/// with:
///
/// ```
/// use backprop::Jet;
/// let t = Jet::<f64, 3>::variable(0.0);
/// // √(t² + t³) = t·√(1 + t)
/// assert_eq!((t * t + t * t * t).sqrt().higher(), &[1.0, 0.5, -0.125]);
/// assert_eq!((-t.powi(2)).abs().higher(), &[0.0, 1.0, 0.0]);
/// ```
///
/// Such a result asks for more of its operand than the operand's order: of a polynomial there is nothing more, as above; of
/// another series nobody knows, and the last coefficients are NaN. Take `K` larger there.
///
/// ```
/// use backprop::Jet;
/// let t = Jet::<f64, 4>::variable(0.0);
/// // √(1 − cos t)/√(1/2) = t − t³/24 + …
/// let y = ((1.0 - t.cos()) * 2.0).sqrt();
/// assert_eq!(y.coefficient(1), 1.0);
/// assert!((y.coefficient(3) + 1.0 / 24.0).abs() < 1e-16 && y.coefficient(4).is_nan());
/// ```
///
/// A series that moves at once, with a first coefficient, has there what every mode has: `√t` an infinite slope, `|t|` and
/// `hypot(t, 0)` the slope 0 (see [edges](crate#at-the-edges)). The *value* is always that of the plain operation: so the
/// quotient of two series that begin with 0 is NaN, and `atan2` of them is that of the origin, whatever their limits are.
#[derive(Clone, Copy)]
pub struct Jet<T, const K: usize> {
    value: T,
    higher: [T; K],
    /// Up to which order the coefficients are known: `K`, less of a series within its own recurrence, and [`ALL`] of a
    /// polynomial, which has no others.
    known: usize,
}

/// What is known of a polynomial.
const ALL: usize = usize::MAX;

impl<T: Elementary, const K: usize> Jet<T, K> {
    /// The polynomial `value + higher[0]·t + higher[1]·t² + …`.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::new(3.0, [1.0, 0.5]).coefficient(2), 0.5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new(value: T, higher: [T; K]) -> Self {
        Jet { value, higher, known: ALL }
    }

    /// A number that does not vary: all further coefficients are zero.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 2>::constant(3.0).higher(), &[0.0, 0.0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn constant(value: T) -> Self {
        Jet::new(value, std::array::from_fn(|_| T::of(0.0)))
    }

    /// The variable that is expanded in: `value + t`.
    ///
    /// ```
    /// use backprop::Jet;
    /// // 1/(1 - t) = 1 + t + t² + …
    /// let t = Jet::<f64, 4>::variable(0.0);
    /// assert_eq!((1.0 - t).recip().higher(), &[1.0; 4]);
    /// ```
    #[inline]
    #[must_use]
    pub fn variable(value: T) -> Self {
        Jet::on_line(value, T::of(1.0))
    }

    /// A point that moves: `value + velocity·t`.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 2>::on_line(3.0, -2.0).square().higher(), &[-12.0, 4.0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn on_line(value: T, velocity: T) -> Self {
        let mut velocity = Some(velocity);
        Jet::new(value, std::array::from_fn(|_| velocity.take().unwrap_or_else(|| T::of(0.0))))
    }

    /// The value, coefficient 0.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 2>::variable(3.0).exp().value(), 3f64.exp());
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> T {
        self.value.clone()
    }

    /// The coefficients of `t, t², …, t^K`.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 3>::variable(2.0).powi(3).higher(), &[12.0, 6.0, 1.0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn higher(&self) -> &[T; K] {
        &self.higher
    }

    /// The coefficient of `t^k`.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 3>::variable(2.0).powi(3).coefficient(2), 6.0);
    /// ```
    ///
    /// # Panics
    /// If `k > K`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn coefficient(&self, k: usize) -> T {
        assert!(k <= K, "there is no coefficient of order {k} in a series to order {K}");
        self.at(k).clone()
    }

    /// The derivative of order `k`: `k!` times the coefficient.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::<f64, 3>::variable(2.0).powi(3).derivative(2), 12.0);
    /// ```
    ///
    /// The factorial is large and the coefficient small: an `f32` holds both to order 33 or so, an `f64` to order 170.
    ///
    /// # Panics
    /// If `k > K`.
    #[must_use]
    #[track_caller]
    pub fn derivative(&self, k: usize) -> T {
        let coefficient = self.coefficient(k);
        (2..=k).fold(coefficient, |product, factor| product * &T::of(factor as f64))
    }

    /// The polynomial at `t`, an approximation of the function at that distance: `x₀ + x₁·t + … + x_K·t^K`.
    ///
    /// ```
    /// use backprop::Jet;
    /// let sine = Jet::<f64, 9>::variable(0.0).sin();
    /// assert!((sine.evaluate(0.5) - 0.5f64.sin()).abs() < 1e-10);
    /// ```
    #[must_use]
    pub fn evaluate(&self, t: T) -> T {
        let sum = self.higher.iter().rev().cloned().reduce(|sum, c| sum * &t + &c);
        sum.map_or_else(|| self.value(), |sum| sum * &t + &self.value)
    }

    /// A constant series with the same value, itself detached: what does not vary at any level.
    ///
    /// ```
    /// use backprop::taylor;
    /// assert_eq!(taylor::<2, _>(|t| t * t.detach(), 3.0).higher(), &[3.0, 0.0]);
    /// ```
    #[inline]
    #[must_use]
    pub fn detach(&self) -> Self {
        Jet::constant(self.value.detach())
    }

    /// The result of an operation on many operands, from its value and its slopes.
    pub(crate) fn risen(value: T, x: &[Self], slopes: impl Fn(&[Self], &Self) -> Vec<Self>) -> Self {
        recurrence::rise_over(value, x, slopes)
    }
    #[inline]
    fn part(&self) -> &T {
        &self.value
    }
    #[inline(always)]
    fn part_for(&self, _: &str) -> &T {
        &self.value
    }
    #[inline]
    fn at(&self, k: usize) -> &T {
        k.checked_sub(1).map_or(&self.value, |k| &self.higher[k])
    }
    /// What is known up to an order, and no more.
    fn up_to(&self, order: usize) -> Self {
        Jet { known: self.known.min(order), ..self.clone() }
    }
    /// Whether there are no coefficients above order `K`.
    fn is_polynomial(&self) -> bool {
        self.known == ALL
    }
    /// The order of the last coefficient that is not zero.
    fn degree(&self) -> usize {
        (1..=K).rev().find(|&k| !self.at(k).is_exact_zero()).unwrap_or(0)
    }
    /// The result of an operation on polynomials, if it is a polynomial of this degree.
    fn of_degree(self, degree: Option<usize>) -> Self {
        let known = if degree.is_some_and(|degree| degree <= K) { ALL } else { self.known };
        Jet { known, ..self }
    }
    /// Whether all that is known of it besides the value is exactly zero.
    fn is_still(&self) -> bool {
        self.higher.iter().all(T::is_exact_zero)
    }
}

// ------------------------------------------------------------------------------------------------ the operators

/// The operators' rules. What is linear takes the coefficients one by one, by the slopes of the values.
pub(crate) mod arithmetic {
    use super::*;

    pub(crate) fn neg<T: Elementary, const K: usize>(x: impl Borrow<Jet<T, K>>) -> Jet<T, K> {
        let x = x.borrow();
        let z = -x.value.clone();
        Jet { higher: T::flow_all(&slope::neg(&x.value, &z), &x.higher), value: z, known: x.known }
    }
    macro_rules! rules { ($($f:ident $op:tt both $both:ident right $right:ident left $left:ident;)*) => { $(
        pub(crate) mod $f {
            use super::*;
            pub(crate) fn both<T: Elementary, const K: usize>(x: impl Borrow<Jet<T, K>>, y: impl Borrow<Jet<T, K>>) -> Jet<T, K> {
                let (x, y) = (x.borrow(), y.borrow());
                let z = x.value.clone() $op &y.value;
                rules!(@both $both $f x y z)
            }
            pub(crate) fn right<T: Elementary, const K: usize>(x: impl Borrow<Jet<T, K>>, c: T) -> Jet<T, K> {
                let x = x.borrow();
                let z = x.value.clone() $op &c;
                rules!(@right $right $f x c z)
            }
            pub(crate) fn left<T: Elementary, const K: usize>(c: T, y: impl Borrow<Jet<T, K>>) -> Jet<T, K> {
                let y = y.borrow();
                let z = c.clone() $op &y.value;
                rules!(@left $left $f c y z)
            }
        }
    )* };
    (@both linear $f:ident $x:ident $y:ident $z:ident) => {{
        let (dx, dy) = (slope::$f::<T, 0>(&$x.value, &$y.value, &$z), slope::$f::<T, 1>(&$x.value, &$y.value, &$z));
        Jet { higher: T::flow_both(&dx, &$x.higher, &dy, &$y.higher), value: $z, known: $x.known.min($y.known) }
    }};
    (@right linear $f:ident $x:ident $c:ident $z:ident) => {
        Jet { higher: T::flow_all(&slope::$f::<T, 0>(&$x.value, &$c, &$z), &$x.higher), value: $z, known: $x.known }
    };
    (@left linear $f:ident $c:ident $y:ident $z:ident) => {
        Jet { higher: T::flow_all(&slope::$f::<T, 1>(&$c, &$y.value, &$z), &$y.higher), value: $z, known: $y.known }
    };
    (@both $rule:ident $f:ident $x:ident $y:ident $z:ident) => { recurrence::$rule($z, $x, $y) };
    (@right $rule:ident $f:ident $x:ident $c:ident $z:ident) => { recurrence::$rule($z, $x, &Jet::constant($c)) };
    (@left $rule:ident $f:ident $c:ident $y:ident $z:ident) => { recurrence::$rule($z, &Jet::constant($c), $y) };
    }
    rules! {
        add + both linear right linear left linear;
        sub - both linear right linear left linear;
        mul * both product right linear left linear;
        div / both quotient right linear left quotient;
        rem % both remainder right remainder left remainder;
    }
}

// ------------------------------------------------------------------------------------------------ the rows

macro_rules! rule {
    (unary $Name:ident $f:ident $x:ident) => {{
        let z = Elementary::$f(&$x.value);
        recurrence::unary!($f, z, $x)
    }};
    (power $Name:ident $f:ident $x:ident $n:ident) => {{
        let z = Elementary::$f(&$x.value, $n);
        recurrence::power!($f, z, $x, $n)
    }};
    (binary $Name:ident $f:ident $x:ident $y:ident) => {{
        let y = $y.number();
        let y: &Self = y.borrow();
        let z = Elementary::$f(&$x.value, &y.value);
        recurrence::binary!($f, z, $x, y)
    }};
    (ternary $Name:ident $f:ident $x:ident $y:ident $w:ident) => {{
        let (y, w) = ($y.number(), $w.number());
        let (y, w): (&Self, &Self) = (y.borrow(), w.borrow());
        let z = Elementary::$f(&$x.value, &y.value, &w.value);
        recurrence::rise(z, [$x, y, w], |i, [x, y, w], z| match i {
            0 => slope::$f::<Self, 0>(x, y, w, z),
            1 => slope::$f::<Self, 1>(x, y, w, z),
            _ => slope::$f::<Self, 2>(x, y, w, z),
        })
    }};
}
table!(methods [T: Elementary, const K: usize] [Jet<T, K>] [rule [] "Jet" "Jet::<f64, 2>::variable"]);

impl<T: Elementary, const K: usize> Elementary for Jet<T, K> {
    #[inline]
    fn of(x: f64) -> Self {
        Jet::constant(T::of(x))
    }
    #[inline]
    fn to_f64_value(&self) -> f64 {
        self.value.to_f64_value()
    }
    #[inline]
    fn detach(&self) -> Self {
        Self::detach(self)
    }
    table!(delegates);

    #[track_caller]
    fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
        let values = |x: &[Self]| -> Vec<T> { x.iter().map(Jet::value).collect() };
        let value = T::fold(fold, &values(x), &values(y));
        if let (Fold::Norm, Some(length)) = (fold, leading::norm(x)) {
            return length;
        }
        let slopes = |all: &[Self], z: &Self| fold.slopes(&all[..x.len()], &all[x.len()..], z).concat();
        Jet::risen(value, &[x, y].concat(), slopes)
    }
    #[inline]
    fn is_normal_value(&self) -> bool {
        self.value.is_normal_value()
    }
    #[inline]
    fn is_exact_zero(&self) -> bool {
        self.value.is_exact_zero() && self.is_still()
    }
    const ORDERS: usize = T::ORDERS + K;
    #[inline]
    fn is_all_finite(&self) -> bool {
        self.value.is_all_finite() && self.higher.iter().all(T::is_all_finite)
    }
}

// ------------------------------------------------------------------------------------------------ the surface

operators!([T: Elementary, const K: usize] Jet<T, K>);
numeric_traits!([T: Elementary, const K: usize] Jet<T, K>);

impl<L, T: BuiltOn<L>, const K: usize> Nested<L> for Jet<T, K> {}
impl<T: Float, const K: usize> sealed::Sealed for Jet<T, K> {}
impl<T: Float, const K: usize> Float for Jet<T, K> {}
unfused!([T: Elementary, const K: usize] Jet<T, K>);
impl<T: Elementary + 'static, const K: usize> ndarray::ScalarOperand for Jet<T, K> {}

copy_float!([T: Float, const K: usize] Jet<T, K>);
impl<const K: usize> From<f32> for Jet<f64, K> {
    /// A constant.
    fn from(value: f32) -> Self {
        Jet::constant(value.into())
    }
}
#[cfg(feature = "approx")]
compares!([const K: usize] Jet<T, K>, Elementary);

impl<T: fmt::Debug, const K: usize> fmt::Debug for Jet<T, K> {
    /// All coefficients.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jet").field("value", &self.value).field("higher", &self.higher).finish()
    }
}

#[cfg(feature = "quickcheck")]
impl<T: Elementary + quickcheck::Arbitrary, const K: usize> quickcheck::Arbitrary for Jet<T, K> {
    /// Coefficients, each `T`'s own.
    fn arbitrary(g: &mut quickcheck::Gen) -> Self {
        Jet::new(T::arbitrary(g), std::array::from_fn(|_| T::arbitrary(g)))
    }
}
