//! Truncated Taylor series: all derivatives up to order `K` along a line, in one pass.
//!
//! A jet stands for `x(t) = x₀ + x₁·t + x₂·t² + … + x_K·t^K`; an operation maps the coefficients of its operands to those
//! of its result (Moore 1966; Griewank & Walther 2008, chapter 13). Sums and products of series are known from school.
//! Everything else is one line of calculus: if `z = f(x)`, then `z′ = f′(x)·x′`, and the slope `f′` is the table's, itself
//! computed on jets. How that line becomes coefficients stands in [`recurrence`]; no function has a formula here.

mod recurrence;

use crate::dual::Dual;
use crate::number::{BuiltOn, Elementary, Float, sealed, unfused};
#[cfg(feature = "approx")]
use crate::ops::compares;
use crate::ops::{copy_float, delegates, documented, literals_left, literals_nested, numeric_traits, operators};
use crate::rule::{Fold, slope, special, table};
use std::borrow::Borrow;
use std::fmt;

/// A Taylor series, truncated after order `K`: the value and the coefficients of `t, t², …, t^K`.
///
/// Coefficient `k` is the derivative of order `k` divided by `k!`. An operation costs up to `K³/3` multiplications, most of
/// them `K²`, where nested [`Dual`]s would cost `2^K`.
///
/// A complete `num_traits::Float` if `T` is one; it nests, and may be the number inside a [`Node`](crate::Node), a
/// [`Var`](crate::Var) or a [`Dual`]. Comparison looks at values only, so that code branches as on plain numbers.
///
/// ```
/// use backprop::Jet;
/// // e^(2t) = 1 + 2t + 2t² + 4/3·t³ + …
/// let y = (2.0 * Jet::<f64, 3>::variable(0.0)).exp();
/// assert_eq!((y.value(), y.higher()), (1.0, &[2.0, 2.0, 4.0 / 3.0]));
/// assert_eq!(y.derivative(3), 8.0);
/// ```
#[derive(Clone, Copy)]
pub struct Jet<T, const K: usize> {
    value: T,
    higher: [T; K],
    /// Up to which order the coefficients are known: all of them, but for a series within its own recurrence.
    known: usize,
}

impl<T: Elementary, const K: usize> Jet<T, K> {
    /// The series `value + higher[0]·t + higher[1]·t² + …`.
    ///
    /// ```
    /// use backprop::Jet;
    /// assert_eq!(Jet::new(3.0, [1.0, 0.5]).coefficient(2), 0.5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new(value: T, higher: [T; K]) -> Self {
        Jet { value, higher, known: K }
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

macro_rules! methods {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        impl<T: Elementary, const K: usize> Jet<T, K> { $( methods!(@$arity [$(#[$doc])*] $f); )* }
    };
    (@operator1 $doc:tt $f:ident) => {};
    (@operator2 $doc:tt $f:ident) => {};
    (@unary $doc:tt $f:ident) => { documented! { $doc
        concat!("use backprop::{Jet, Elementary};\nassert_eq!(Jet::<f64, 2>::variable(", $crate::ops::example!($f), ").", stringify!($f), "().value(), Elementary::", stringify!($f), "(&", $crate::ops::example!($f), "));");
        #[must_use]
        pub fn $f(&self) -> Self {
            let z = Elementary::$f(&self.value);
            recurrence::unary!($f, z, self)
        }
    } };
    (@power $doc:tt $f:ident) => { documented! { $doc
        concat!("use backprop::{Jet, Elementary};\nassert_eq!(Jet::<f64, 2>::variable(2.0).", stringify!($f), "(3).value(), Elementary::", stringify!($f), "(&2.0, 3));");
        #[must_use]
        pub fn $f(&self, n: i32) -> Self {
            let z = Elementary::$f(&self.value, n);
            recurrence::rise(z, [self], |_, [x], z| slope::$f(x, n, z))
        }
    } };
    (@binary $doc:tt $f:ident) => { documented! { $doc
        concat!("use backprop::{Jet, Elementary};\nlet y = Jet::constant(2.0);\nassert_eq!(Jet::<f64, 2>::variable(1.0).", stringify!($f), "(y).value(), Elementary::", stringify!($f), "(&1.0, &2.0));");
        #[must_use]
        pub fn $f(&self, y: impl Borrow<Self>) -> Self {
            let y = y.borrow();
            let z = Elementary::$f(&self.value, &y.value);
            recurrence::binary!($f, z, self, y)
        }
    } };
    (@ternary $doc:tt $f:ident) => { documented! { $doc
        concat!("use backprop::{Jet, Elementary};\nlet (y, w) = (Jet::constant(2.0), Jet::constant(3.0));\nassert_eq!(Jet::<f64, 2>::variable(1.0).", stringify!($f), "(y, w).value(), Elementary::", stringify!($f), "(&1.0, &2.0, &3.0));");
        #[must_use]
        #[track_caller]
        pub fn $f(&self, y: impl Borrow<Self>, w: impl Borrow<Self>) -> Self {
            let (y, w) = (y.borrow(), w.borrow());
            let z = Elementary::$f(&self.value, &y.value, &w.value);
            recurrence::rise(z, [self, y, w], |i, [x, y, w], z| match i {
                0 => slope::$f::<Self, 0>(x, y, w, z),
                1 => slope::$f::<Self, 1>(x, y, w, z),
                _ => slope::$f::<Self, 2>(x, y, w, z),
            })
        }
    } };
}
table!(methods);

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
literals_left!([const K: usize] Jet<f64, K>, f64, std::convert::identity);
literals_left!([const K: usize] Jet<f32, K>, f32, std::convert::identity);
literals_nested!([U: BuiltOn<f64>, const M: usize, const K: usize] Jet<Jet<U, M>, K>, f64);
literals_nested!([U: BuiltOn<f32>, const M: usize, const K: usize] Jet<Jet<U, M>, K>, f32);
literals_nested!([U: BuiltOn<f64>, const M: usize, const K: usize] Jet<Dual<U, M>, K>, f64);
literals_nested!([U: BuiltOn<f32>, const M: usize, const K: usize] Jet<Dual<U, M>, K>, f32);
numeric_traits!([T: Elementary, const K: usize] Jet<T, K>);

/// Literals of dual numbers of jets.
mod over_jet {
    use super::Jet;
    use crate::dual::{Dual, arithmetic};
    use crate::number::{BuiltOn, Elementary};
    use crate::ops::{literals_left, literals_nested};
    literals_nested!([U: BuiltOn<f64>, const M: usize, const N: usize] Dual<Jet<U, M>, N>, f64);
    literals_nested!([U: BuiltOn<f32>, const M: usize, const N: usize] Dual<Jet<U, M>, N>, f32);
}

impl<L, T: BuiltOn<L>, const K: usize> BuiltOn<L> for Jet<T, K> {}
impl<T: Float, const K: usize> sealed::Sealed for Jet<T, K> {}
impl<T: Float, const K: usize> Float for Jet<T, K> {}
unfused!([T: Elementary, const K: usize] Jet<T, K>);
impl<T: Elementary + 'static, const K: usize> ndarray::ScalarOperand for Jet<T, K> {}

copy_float!([T: Float, const K: usize] Jet<T, K>);
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
