//! Dual numbers: a value and `N` tangents, differentiated forward, left to right.
//!
//! A dual number is `a + Σ bₖ·εₖ` with `εᵢ·εⱼ = 0` (Clifford 1873). An operation of the table maps values to its
//! value and tangents by its slopes: `f(a + b·ε) = f(a) + f′(a)·b·ε`. That is all that stands here, once for each
//! arity; the calculus is the table's. Tangents of tangents (`Dual<Dual<f64>>`) are kept apart by their type, so that
//! inner derivatives are never confused with outer ones (Siskind & Pearlmutter 2008).

mod tag;

use crate::number::{Argument, BuiltOn, Elementary, Float, Nested, sealed, unfused};
#[cfg(feature = "approx")]
use crate::ops::compares;
use crate::ops::{copy_float, delegates, methods, numeric_traits, operators};
use crate::rule::{Fold, slope, table};
use std::borrow::Borrow;
use std::fmt;
use tag::Tag;
pub(crate) use tag::{Level, Mark};

/// A value and `N` tangents: forward-mode derivatives in `N` directions at once.
///
/// A complete `num_traits::Float` if `T` is one; it nests (`Dual<Dual<f64>>` for second derivatives) and may be the
/// number inside a [`Node`](crate::Node) or hold nodes itself. Comparison looks at values only, so that code branches
/// as on plain numbers. `Display` shows the value, `Debug` the tangents too.
///
/// ```
/// use backprop::Dual;
/// // both partial derivatives of x·sin(y) at (2, 1) in one pass
/// let x = Dual::<f64, 2>::seeded(2.0, 0);
/// let y = Dual::<f64, 2>::seeded(1.0, 1);
/// let z = x * y.sin();
/// assert_eq!(z.value(), 2.0 * 1f64.sin());
/// assert_eq!(z.tangents(), &[1f64.sin(), 2.0 * 1f64.cos()]);
/// ```
///
/// # Levels
///
/// In builds with debug assertions a driver marks the numbers that it hands out. If derivatives that run one within the
/// other come together in one tangent, because the inner one is taken at a plain number, the inner driver panics: see
/// [nesting](crate::guide::nesting). Numbers that you make yourself have no mark and go with all; other builds have none.
#[derive(Clone, Copy)]
pub struct Dual<T = f64, const N: usize = 1> {
    value: T,
    tangents: [T; N],
    /// Without any size in builds without debug assertions.
    tag: Tag,
}

impl<T: Elementary, const N: usize> Dual<T, N> {
    /// A number with given tangents.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(*Dual::new(3.0, [1.0, 0.5]).tangent(1), 0.5);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn new(value: T, tangents: [T; N]) -> Self {
        Dual { value, tangents, tag: Tag::NOBODY }
    }

    /// A number that does not vary: all tangents are zero.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(Dual::<f64, 2>::constant(3.0).tangents(), &[0.0, 0.0]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn constant(value: T) -> Self {
        Dual::new(value, std::array::from_fn(|_| T::of(0.0)))
    }

    /// The variable number `k` of `N`: tangent `k` is 1, the others are 0.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(Dual::<f64, 3>::seeded(7.0, 1).tangents(), &[0.0, 1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If `k >= N`.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn seeded(value: T, k: usize) -> Self {
        assert!(k < N, "there is no direction {k} in a dual number with {N} tangents");
        Dual::new(value, std::array::from_fn(|j| T::of(f64::from(u8::from(j == k)))))
    }

    /// The value.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(Dual::variable(3.0).exp().value(), 3f64.exp());
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn value(&self) -> T {
        self.value.clone()
    }

    /// The derivatives in all directions.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(Dual::new(3.0, [1.0, 0.5]).tangents(), &[1.0, 0.5]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn tangents(&self) -> &[T; N] {
        &self.tangents
    }

    /// The derivative in direction `k`.
    ///
    /// ```
    /// use backprop::Dual;
    /// assert_eq!(*Dual::new(3.0, [1.0, 0.5]).tangent(0), 1.0);
    /// ```
    ///
    /// # Panics
    /// If `k >= N`.
    #[inline(always)]
    #[must_use]
    #[track_caller]
    pub fn tangent(&self, k: usize) -> &T {
        assert!(k < N, "there is no direction {k} in a dual number with {N} tangents");
        &self.tangents[k]
    }

    /// A constant with the same value, itself detached: what does not vary at any level.
    ///
    /// ```
    /// use backprop::{derivative, Dual};
    /// assert_eq!(derivative(|x| x * x.detach(), 3.0), 3.0);
    /// let x = Dual::variable(Dual::variable(3.0));
    /// assert_eq!(x.detach().value().derivative(), 0.0);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn detach(&self) -> Self {
        Dual::constant(self.value.detach())
    }

    #[inline(always)]
    fn part(&self) -> &T {
        &self.value
    }
    #[inline(always)]
    fn part_for(&self, _: &str) -> &T {
        &self.value
    }

    /// A number that a call of a driver hands out.
    #[inline(always)]
    pub(crate) fn of_level(self, level: &Level) -> Self {
        Dual { tag: level.tag(), ..self }
    }
    /// What [`Level::check`] asks of a number.
    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        (self.tag, self.is_still())
    }
    fn is_still(&self) -> bool {
        self.tangents.iter().all(T::is_exact_zero)
    }
    /// Whose the result of an operation on two numbers is.
    #[inline(always)]
    fn tag_with(&self, other: &Self) -> Tag {
        self.tag.with(other.tag, || [self.is_still(), other.is_still()])
    }

    /// Adds to the tangents what comes through one operand.
    pub(crate) fn collect(&mut self, slope: &T, operand: &Self) {
        self.tag = self.tag_with(operand);
        for (sum, part) in self.tangents.iter_mut().zip(T::flow_all(slope, &operand.tangents)) {
            *sum = T::join(sum.clone(), part);
        }
    }

    /// The tangents of an operation with three operands.
    #[inline(always)]
    fn flow_three(dx: &T, x: &Self, dy: &T, y: &Self, dw: &T, w: &Self) -> [T; N] {
        let (xy, w) = (T::flow_both(dx, &x.tangents, dy, &y.tangents), T::flow_all(dw, &w.tangents));
        std::array::from_fn(|k| T::join(xy[k].clone(), w[k].clone()))
    }
}

impl<T: Elementary> Dual<T, 1> {
    /// The variable that is differentiated by: its tangent is 1.
    ///
    /// ```
    /// use backprop::Dual;
    /// let x = Dual::variable(3.0);
    /// assert_eq!((x * x).derivative(), 6.0);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn variable(value: T) -> Self {
        Dual::new(value, [T::of(1.0)])
    }

    /// The derivative, the one tangent.
    ///
    /// ```
    /// use backprop::Dual;
    /// // d/dx of d/dx x³ at 2, by nesting
    /// let x = Dual::variable(Dual::variable(2.0));
    /// assert_eq!((x * x * x).derivative().derivative(), 12.0);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn derivative(&self) -> T {
        self.tangents[0].clone()
    }
}

// ------------------------------------------------------------------------------------------------ the rule, by arity

/// The operators' rules: with both sides dual, with a part on the right, with a part on the left.
pub(crate) mod arithmetic {
    use super::*;

    #[inline(always)]
    pub(crate) fn neg<T: Elementary, const N: usize>(x: impl Borrow<Dual<T, N>>) -> Dual<T, N> {
        let x = x.borrow();
        let z = -x.value.clone();
        Dual { value: z, tangents: std::array::from_fn(|k| T::turn(&x.tangents[k])), tag: x.tag }
    }

    /// Slopes are 1 and the sign, so that nothing need be multiplied.
    macro_rules! sums { ($($f:ident $op:tt $sign:expr;)*) => { $(
        pub(crate) mod $f {
            use super::*;
            #[inline(always)]
            pub(crate) fn both<T: Elementary, const N: usize>(x: impl Borrow<Dual<T, N>>, y: impl Borrow<Dual<T, N>>) -> Dual<T, N> {
                let (x, y) = (x.borrow(), y.borrow());
                let tangents = std::array::from_fn(|k| T::join(x.tangents[k].clone(), $sign(&y.tangents[k])));
                Dual { value: x.value.clone() $op &y.value, tangents, tag: x.tag_with(y) }
            }
            #[inline(always)]
            pub(crate) fn right<T: Elementary, const N: usize>(x: impl Borrow<Dual<T, N>>, c: T) -> Dual<T, N> {
                let x = x.borrow();
                Dual { value: x.value.clone() $op &c, tangents: x.tangents.clone(), tag: x.tag }
            }
            #[inline(always)]
            pub(crate) fn left<T: Elementary, const N: usize>(c: T, y: impl Borrow<Dual<T, N>>) -> Dual<T, N> {
                let y = y.borrow();
                Dual { value: c $op &y.value, tangents: std::array::from_fn(|k| $sign(&y.tangents[k])), tag: y.tag }
            }
        }
    )* } }
    sums! { add + T::clone; sub - T::turn; }

    macro_rules! rules { ($($f:ident $op:tt $inline:meta;)*) => { $(
        pub(crate) mod $f {
            use super::*;
            #[$inline]
            pub(crate) fn both<T: Elementary, const N: usize>(x: impl Borrow<Dual<T, N>>, y: impl Borrow<Dual<T, N>>) -> Dual<T, N> {
                let (x, y) = (x.borrow(), y.borrow());
                let z = x.value.clone() $op &y.value;
                let dx = slope::$f::<T, 0>(&x.value, &y.value, &z);
                let dy = slope::$f::<T, 1>(&x.value, &y.value, &z);
                Dual { tangents: T::flow_both(&dx, &x.tangents, &dy, &y.tangents), value: z, tag: x.tag_with(y) }
            }
            #[$inline]
            pub(crate) fn right<T: Elementary, const N: usize>(x: impl Borrow<Dual<T, N>>, c: T) -> Dual<T, N> {
                let x = x.borrow();
                let z = x.value.clone() $op &c;
                Dual { tangents: T::flow_all(&slope::$f::<T, 0>(&x.value, &c, &z), &x.tangents), value: z, tag: x.tag }
            }
            #[$inline]
            pub(crate) fn left<T: Elementary, const N: usize>(c: T, y: impl Borrow<Dual<T, N>>) -> Dual<T, N> {
                let y = y.borrow();
                let z = c.clone() $op &y.value;
                Dual { tangents: T::flow_all(&slope::$f::<T, 1>(&c, &y.value, &z), &y.tangents), value: z, tag: y.tag }
            }
        }
    )* } }
    // always: a call would pass N tangents through memory; but a remainder is long, and rarely waited for
    rules! { mul * inline(always); div / inline(always); rem % inline; }
}

macro_rules! rule {
    (unary $Name:ident $f:ident $x:ident) => {{
        let z = Elementary::$f(&$x.value);
        Dual { tangents: T::flow_all(&slope::$f(&$x.value, &z), &$x.tangents), value: z, tag: $x.tag }
    }};
    (power $Name:ident $f:ident $x:ident $n:ident) => {{
        let z = Elementary::$f(&$x.value, $n);
        Dual { tangents: T::flow_all(&slope::$f(&$x.value, $n, &z), &$x.tangents), value: z, tag: $x.tag }
    }};
    (binary $Name:ident $f:ident $x:ident $y:ident) => {{
        let x = &$x.value;
        if let Some(literal) = $y.literal() {
            let y = T::of(literal);
            let z = Elementary::$f(x, &y);
            return Dual { tangents: T::flow_all(&slope::$f::<T, 0>(x, &y, &z), &$x.tangents), value: z, tag: $x.tag };
        }
        let second = $y.number();
        let second = second.borrow();
        let y = &second.value;
        let z = Elementary::$f(x, y);
        let (dx, dy) = (slope::$f::<T, 0>(x, y, &z), slope::$f::<T, 1>(x, y, &z));
        Dual { tangents: T::flow_both(&dx, &$x.tangents, &dy, &second.tangents), value: z, tag: $x.tag_with(second) }
    }};
    (ternary $Name:ident $f:ident $x:ident $y:ident $w:ident) => {{
        let x = &$x.value;
        if let (Some(y), Some(w)) = ($y.literal(), $w.literal()) {
            let (y, w) = (T::of(y), T::of(w));
            let z = Elementary::$f(x, &y, &w);
            return Dual {
                tangents: T::flow_all(&slope::$f::<T, 0>(x, &y, &w, &z), &$x.tangents),
                value: z,
                tag: $x.tag,
            };
        }
        let (second, third) = ($y.number(), $w.number());
        let (second, third) = (second.borrow(), third.borrow());
        let (y, w) = (&second.value, &third.value);
        let z = Elementary::$f(x, y, w);
        let (dx, dy) = (slope::$f::<T, 0>(x, y, w, &z), slope::$f::<T, 1>(x, y, w, &z));
        let dw = slope::$f::<T, 2>(x, y, w, &z);
        let tag = $x.tag_with(second).with(third.tag, || [$x.is_still() && second.is_still(), third.is_still()]);
        Dual { tangents: Self::flow_three(&dx, $x, &dy, second, &dw, third), value: z, tag }
    }};
}
table!(methods [T: Elementary, const N: usize] [Dual<T, N>] [rule [#[inline]] "Dual" "Dual::variable"]);

impl<T: Elementary, const N: usize> Elementary for Dual<T, N> {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Dual::constant(T::of(x))
    }
    #[inline(always)]
    fn to_f64_value(&self) -> f64 {
        self.value.to_f64_value()
    }
    #[inline(always)]
    fn detach(&self) -> Self {
        Self::detach(self)
    }
    table!(delegates);

    #[track_caller]
    fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
        let values = |x: &[Self]| -> Vec<T> { x.iter().map(|x| x.value.clone()).collect() };
        let (p, q) = (values(x), values(y));
        let mut result = Dual::constant(T::fold(fold, &p, &q));
        let [by_x, by_y] = fold.slopes(&p, &q, &result.value);
        for (slope, x) in by_x.iter().zip(x).chain(by_y.iter().zip(y)) {
            result.collect(slope, x);
        }
        result
    }
    #[inline(always)]
    fn is_normal_value(&self) -> bool {
        self.value.is_normal_value()
    }
    #[inline(always)]
    fn is_exact_zero(&self) -> bool {
        self.value.is_exact_zero() && self.tangents.iter().all(T::is_exact_zero)
    }
    const ORDERS: usize = T::ORDERS + 1;
    #[inline]
    fn is_all_finite(&self) -> bool {
        self.value.is_all_finite() && self.tangents.iter().all(T::is_all_finite)
    }
}

// ------------------------------------------------------------------------------------------------ the surface

impl<T: fmt::Debug, const N: usize> fmt::Debug for Dual<T, N> {
    /// Value and tangents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dual").field("value", &self.value).field("tangents", &self.tangents).finish()
    }
}

operators!([T: Elementary, const N: usize] Dual<T, N>);
numeric_traits!([T: Elementary, const N: usize] Dual<T, N>);

impl<L, T: BuiltOn<L>, const N: usize> Nested<L> for Dual<T, N> {}
impl<T: Float, const N: usize> sealed::Sealed for Dual<T, N> {}
impl<T: Float, const N: usize> Float for Dual<T, N> {}
unfused!([T: Elementary, const N: usize] Dual<T, N>);
impl<T: Elementary + 'static, const N: usize> ndarray::ScalarOperand for Dual<T, N> {}

copy_float!([T: Float, const N: usize] Dual<T, N>);
impl<const N: usize> From<f32> for Dual<f64, N> {
    /// A constant.
    fn from(value: f32) -> Self {
        Dual::constant(value.into())
    }
}
#[cfg(feature = "approx")]
compares!([const N: usize] Dual<T, N>, Elementary);

#[cfg(feature = "quickcheck")]
impl<T: Elementary + quickcheck::Arbitrary, const N: usize> quickcheck::Arbitrary for Dual<T, N> {
    /// Value and tangents, each as `T`'s own.
    fn arbitrary(g: &mut quickcheck::Gen) -> Self {
        Dual::new(T::arbitrary(g), std::array::from_fn(|_| T::arbitrary(g)))
    }
}
