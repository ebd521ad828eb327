//! What a formula may ask of a number.
//!
//! | trait | what it is | who writes it |
//! |---|---|---|
//! | [`Elementary`] | arithmetic and every row of the table, by reference; `Clone`, no literals | implemented by every number |
//! | [`Number`] | `Elementary` with literals on both sides and references in every combination | what a formula asks for |
//! | [`Float`] | a `Copy` number that is a full `num_traits::Float`; sealed | the parameter of [`Node`](crate::Node) |
//! | [`Scalar`] | `Float` and `Number`, also within [`fuse`] | a `Copy` formula whose statements are fused |
//! | [`Call`] | a function written once for every number | models that a driver runs in the mode it chooses |

mod call;
mod fuse;

pub use call::Call;
pub(crate) use fuse::unfused;
pub use fuse::{Fuse, Scalar, fuse};

use crate::rule::{Fold, Op, kinks, learning, loops, special, table};
use crate::simd::widest;
use num_traits::{FloatConst, FromPrimitive};
use std::borrow::Borrow;
use std::fmt::Debug;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// The method of a row: its documentation, and the signature by its arity.
macro_rules! declarations {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        $( declarations!(@$arity [$(#[$doc])*] $f); )*
    };
    (@operator1 $doc:tt $f:ident) => {};
    (@operator2 $doc:tt $f:ident) => {};
    (@unary [$($doc:tt)*] $f:ident) => { $($doc)* #[must_use] fn $f(&self) -> Self; };
    (@power [$($doc:tt)*] $f:ident) => { $($doc)* #[must_use] fn $f(&self, n: i32) -> Self; };
    (@binary [$($doc:tt)*] $f:ident) => { $($doc)* #[must_use] fn $f(&self, y: impl Borrow<Self>) -> Self; };
    (@ternary [$($doc:tt)*] $f:ident) => {
        $($doc)* #[must_use] fn $f(&self, y: impl Borrow<Self>, w: impl Borrow<Self>) -> Self;
    };
}

/// Arithmetic by value and by reference, order, and every row of the table as a method by reference.
///
/// Every number of this crate implements it, also over a generic part (`Dual<T, N>` for any `T: Elementary`). There
/// are no literals, only [`of`](Elementary::of); formulas are nicer to write against [`Number`].
///
/// ```
/// use backprop::{Dual, Elementary};
/// fn logistic<S: Elementary>(x: &S) -> S {
///     S::of(1.0) / (S::of(1.0) + (-x.clone()).exp())
/// }
/// assert_eq!(logistic(&0.0), 0.5);
/// assert_eq!(logistic(&Dual::variable(0.0)).derivative(), 0.25);
/// ```
pub trait Elementary:
    Clone
    + Debug
    + PartialOrd
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
    + for<'a> Div<&'a Self, Output = Self>
    + for<'a> Rem<&'a Self, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
    + for<'a> AddAssign<&'a Self>
    + for<'a> SubAssign<&'a Self>
    + for<'a> MulAssign<&'a Self>
    + for<'a> DivAssign<&'a Self>
    + for<'a> RemAssign<&'a Self>
    + Sum
    + Product
    + for<'a> Sum<&'a Self>
    + for<'a> Product<&'a Self>
{
    /// The constant `x`, rounded to the innermost plain number.
    fn of(x: f64) -> Self;

    /// The value of the innermost plain number, for reports and for branches.
    fn to_f64_value(&self) -> f64;

    /// A constant with the same value: cut off from every derivative at once, whatever levels the number has. Graph, tape,
    /// tangents and coefficients of a series are left behind, within its parts too. A plain number is itself.
    ///
    /// ```
    /// use backprop::{derivative, grad, Dual, Number, Var};
    /// /// `x` times what `x` happens to be
    /// fn f<S: Number>(x: &S) -> S {
    ///     x * x.detach()
    /// }
    /// assert_eq!(f(&3.0), 9.0);
    /// assert_eq!(derivative(|x| f(&x), 3.0), 3.0);
    /// assert_eq!(grad(|&[x]| f(&x), &[3.0]), [3.0]);
    /// // forward over reverse: the slope is what `x` happens to be, which does not vary
    /// assert_eq!(grad(|&[x]: &[Var<Dual>; 1]| f(&x), &[Dual::variable(3.0)])[0].derivative(), 0.0);
    /// ```
    #[must_use]
    fn detach(&self) -> Self;

    table!(declarations);

    /// A [`Fold`] as one operation.
    #[doc(hidden)]
    fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self;

    /// Whether the innermost plain value is neither zero, subnormal, infinite nor NaN.
    #[doc(hidden)]
    fn is_normal_value(&self) -> bool;

    /// The one way in which a slope takes a branch: `yes()` where the test holds of the plain values of `of`, else
    /// `no()`. A number of many elements takes both, and each element its own.
    #[doc(hidden)]
    #[inline(always)]
    fn either<const K: usize>(
        of: [&Self; K],
        test: impl Fn([Seen; K]) -> bool,
        yes: impl FnOnce() -> Self,
        no: impl FnOnce() -> Self,
    ) -> Self {
        if test(of.map(Self::seen)) { yes() } else { no() }
    }
    /// What a branch sees of the number.
    #[doc(hidden)]
    #[inline(always)]
    fn seen(&self) -> Seen {
        Seen { value: self.to_f64_value(), normal: self.is_normal_value() }
    }

    /// Zero in every part and, for a recorded number, a constant: only this may be left out.
    #[doc(hidden)]
    fn is_exact_zero(&self) -> bool;

    /// How many derivatives more are taken of what is computed on this number, as far as its type says.
    #[doc(hidden)]
    const ORDERS: usize = 0;

    /// Finite in every part. Nothing is recorded by asking.
    #[doc(hidden)]
    #[inline]
    fn is_all_finite(&self) -> bool {
        self.to_f64_value().is_finite()
    }

    /// What flows through a slope: their `through`, without a trace of it where one of them is an exact 0 or 1.
    #[doc(hidden)]
    #[inline]
    fn flow(slope: &Self, adjoint: &Self) -> Self {
        slope.through(adjoint)
    }

    /// What comes together from two sides: their sum, without a trace of an exact 0.
    #[doc(hidden)]
    #[inline]
    fn join(a: Self, b: Self) -> Self {
        a + b
    }

    /// [`flow`](Elementary::flow) through the slope −1.
    #[doc(hidden)]
    #[inline]
    fn turn(adjoint: &Self) -> Self {
        Self::flow(&Self::of(-1.0), adjoint)
    }

    /// [`flow`](Elementary::flow) of one slope to many tangents.
    #[doc(hidden)]
    #[inline]
    fn flow_all<const N: usize>(slope: &Self, tangents: &[Self; N]) -> [Self; N] {
        std::array::from_fn(|k| Self::flow(slope, &tangents[k]))
    }

    /// The tangents of an operation on two numbers.
    #[doc(hidden)]
    #[inline]
    fn flow_both<const N: usize>(dx: &Self, x: &[Self; N], dy: &Self, y: &[Self; N]) -> [Self; N] {
        std::array::from_fn(|k| Self::join(Self::flow(dx, &x[k]), Self::flow(dy, &y[k])))
    }
}

/// What a branch sees of a number: its innermost plain value, and whether that is normal in its own precision.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub value: f64,
    pub normal: bool,
}

/// The methods of the plain numbers: the value column of the table.
macro_rules! plain_methods {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        $( plain_methods!(@$arity $f |$($arg),+| $value); )*
    };
    (@operator1 $f:ident |$x:ident| $value:expr) => {};
    (@operator2 $f:ident |$x:ident, $y:ident| $value:expr) => {};
    (@unary $f:ident |$x:ident| $value:expr) => {
        #[inline(always)] fn $f(&self) -> Self { let $x = *self; $value }
    };
    (@power $f:ident |$x:ident, $n:ident| $value:expr) => {
        #[inline(always)] fn $f(&self, $n: i32) -> Self { let $x = *self; $value }
    };
    (@binary $f:ident |$x:ident, $y:ident| $value:expr) => {
        #[inline(always)] fn $f(&self, y: impl Borrow<Self>) -> Self { let ($x, $y) = (*self, *y.borrow()); $value }
    };
    (@ternary $f:ident |$x:ident, $y:ident, $w:ident| $value:expr) => {
        #[inline(always)] #[track_caller]
        fn $f(&self, y: impl Borrow<Self>, w: impl Borrow<Self>) -> Self {
            let ($x, $y, $w) = (*self, *y.borrow(), *w.borrow());
            $value
        }
    };
}

macro_rules! plain_numbers { ($($t:ident)*) => { $(
    impl Elementary for $t {
        #[inline(always)]
        fn of(x: f64) -> Self {
            x as $t
        }
        #[inline(always)]
        fn to_f64_value(&self) -> f64 {
            f64::from(*self)
        }
        #[inline(always)]
        fn detach(&self) -> Self {
            *self
        }
        table!(plain_methods);

        fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
            fold.value(x, y)
        }
        #[inline(always)]
        fn is_normal_value(&self) -> bool {
            self.is_normal()
        }
        #[inline(always)]
        fn is_exact_zero(&self) -> bool {
            *self == 0.0
        }
        #[inline(always)]
        fn turn(adjoint: &Self) -> Self {
            -adjoint
        }
        // a single product is multiplied first, and only a NaN looked at; of many, the slopes are looked at, whatever N
        #[inline(always)]
        fn flow_all<const N: usize>(slope: &Self, tangents: &[Self; N]) -> [Self; N] {
            let flow = || std::array::from_fn(|k| slope * tangents[k]);
            if N == 1 {
                let flow = flow();
                return if flow[0].is_nan() { carefully(*slope, *tangents) } else { flow };
            }
            if ordinary(*slope) {
                return flow();
            }
            let careful = carefully(*slope, *tangents);
            std::array::from_fn(|k| careful[k])
        }
        #[inline(always)]
        fn flow_both<const N: usize>(dx: &Self, x: &[Self; N], dy: &Self, y: &[Self; N]) -> [Self; N] {
            let flow = || std::array::from_fn(|k| dx * x[k] + dy * y[k]);
            if N == 1 {
                let flow = flow();
                return if flow[0].is_nan() { both_carefully(*dx, *x, *dy, *y) } else { flow };
            }
            // for a product of numbers this is their product, which is there already
            if ordinary(dx * dy) {
                return flow();
            }
            let careful = both_carefully(*dx, *x, *dy, *y);
            std::array::from_fn(|k| careful[k])
        }
    }
    impl sealed::Sealed for $t {}
    // compiled here, once: the program that uses it need not
    impl Float for $t {
        fn row_values(op: Op, n: i32, x: [&[Self]; 3], z: &mut [Self]) {
            loops::values(op, n, x, z);
        }
        fn row_slopes<'a>(
            op: Op,
            k: usize,
            n: i32,
            x: [&'a [Self]; 3],
            z: &'a [Self],
            room: &'a mut [Self],
        ) -> &'a [Self] {
            loops::slopes(op, k, n, x, z, room)
        }
        // multiplied first, which the compiler vectorises; only a NaN needs a second look
        fn flow_each(slopes: &[Self], adjoints: &mut [Self]) {
            let mut products = [0.0; 64];
            for (slopes, adjoints) in slopes.chunks(64).zip(adjoints.chunks_mut(64)) {
                let products = &mut products[..adjoints.len()];
                Self::flow_hastily(slopes, adjoints, products, false);
                if Self::were_hasty(products) {
                    Self::flow_slices(slopes, adjoints, products, false);
                }
                adjoints.copy_from_slice(products);
            }
        }
        fn flow_hastily(slopes: &[Self], adjoints: &[Self], parts: &mut [Self], add: bool) {
            let flows = || slopes.iter().zip(adjoints).map(|(slope, adjoint)| slope * adjoint);
            widest(
                #[inline(always)]
                || match add {
                    true => parts.iter_mut().zip(flows()).for_each(|(part, flow)| *part += flow),
                    false => parts.iter_mut().zip(flows()).for_each(|(part, flow)| *part = flow),
                },
            );
        }
        fn were_hasty(parts: &[Self]) -> bool {
            widest(
                #[inline(always)]
                || parts.iter().fold(false, |any, part| any | part.is_nan()),
            )
        }
    }
)* } }
plain_numbers!(f32 f64);

/// Neither zero, infinite nor NaN: a product with it is what the strong-zero product gives. If a product of two is, both
/// are.
#[inline(always)]
#[allow(clippy::eq_op, reason = "the difference is 0 of what is finite and NaN of all else: one comparison tells both")]
fn ordinary<P: num_traits::Float>(slope: P) -> bool {
    slope - slope < slope.abs()
}
/// What flows through a slope that is not ordinary. Out of line, with arrays by value (a reference to one would keep it in
/// memory on the usual way too), and copied out number by number by the caller: so the usual way stays in registers.
#[inline(never)]
fn carefully<P: num_traits::Float, const N: usize>(slope: P, tangents: [P; N]) -> [P; N] {
    let flow = tangents.map(|tangent| slope * tangent);
    if any_nan(&flow) { tangents.map(|tangent| kinks::strong_zero(slope, tangent)) } else { flow }
}
/// [`carefully`] through two slopes, of which one at least is not ordinary.
#[inline(never)]
fn both_carefully<P: num_traits::Float, const N: usize>(dx: P, x: [P; N], dy: P, y: [P; N]) -> [P; N] {
    let flow = std::array::from_fn(|k| dx * x[k] + dy * y[k]);
    if any_nan(&flow) {
        return std::array::from_fn(|k| kinks::strong_zero(dx, x[k]) + kinks::strong_zero(dy, y[k]));
    }
    flow
}
#[inline(always)]
fn any_nan<P: num_traits::Float>(parts: &[P]) -> bool {
    parts.iter().fold(false, |any, part| any | part.is_nan())
}

/// A number whose innermost plain number is `L`, which is also the type of its literals.
#[doc(hidden)]
pub trait BuiltOn<L>: Elementary {}
impl BuiltOn<f64> for f64 {}
impl BuiltOn<f32> for f32 {}

/// A literal as the part of a nested number.
#[inline(always)]
pub(crate) fn part<L: Into<f64>, T: Elementary>(literal: L) -> T {
    T::of(literal.into())
}

/// That `X` has the bounds of `Is` is implied by `Self: Imply<X, Is: …>`, for rustc elaborates the bounds of an
/// associated type of a supertrait (it does not those of a `where` clause).
#[doc(hidden)]
pub trait Imply<X>: Implied<X, Is = X> {}
#[doc(hidden)]
pub trait Implied<X> {
    type Is;
}
impl<S: ?Sized, X> Implied<X> for S {
    type Is = X;
}
impl<S: ?Sized, X> Imply<X> for S {}

/// Arithmetic operators with `R` on the right, `O` the result: a short name for a long list of bounds.
#[doc(hidden)]
pub trait Arithmetic<R, O>:
    Add<R, Output = O> + Sub<R, Output = O> + Mul<R, Output = O> + Div<R, Output = O> + Rem<R, Output = O>
{
}
impl<X, R, O> Arithmetic<R, O> for X where
    X: Add<R, Output = O> + Sub<R, Output = O> + Mul<R, Output = O> + Div<R, Output = O> + Rem<R, Output = O>
{
}

/// **What a formula asks for**: [`Elementary`] with literals `L` and references on both sides, and comparison with
/// literals.
///
/// `2.0 * x`, `&x * &y`, `x / 3.0`, `x < 2.0` all compile; `L` is `f64`, over `f32` it is `f32`. Every type that has
/// these operators is a `Number`: `f64`, [`Dual`](crate::Dual), [`Node`](crate::Node), and their nestings.
///
/// ```
/// use backprop::{Dual, Node, Number};
/// fn f<S: Number>(x: &S, y: &S) -> S {
///     (2.0 * x.sin() + y * y) / 3.0
/// }
/// let x = Node::leaf(0.5);
/// let z = f(&x, &Node::constant(2.0));
/// z.backward();
/// assert_eq!(z.value(), f(&0.5, &2.0));
/// assert_eq!(x.grad(), f(&Dual::variable(0.5), &Dual::constant(2.0)).derivative());
/// ```
///
/// Over `f32` the literals are `f32`:
///
/// ```
/// use backprop::Number;
/// fn f<S: Number<f32>>(x: &S) -> S {
///     2.0 * x.sin()
/// }
/// assert_eq!(f(&0.5_f32), 2.0 * 0.5_f32.sin());
/// ```
// The halves `L op L` must be named together with `L op Self`: knowing only the latter, rustc would take every product
// of two literals in a generic function for it (E0308).
pub trait Number<L = f64>:
    Elementary
    + PartialOrd<L>
    + Arithmetic<L, Self>
    + AddAssign<L>
    + SubAssign<L>
    + MulAssign<L>
    + DivAssign<L>
    + RemAssign<L>
    + Imply<L, Is: Arithmetic<Self, Self> + Arithmetic<L, L>>
    + for<'a> Imply<&'a Self, Is: Arithmetic<&'a Self, Self> + Arithmetic<Self, Self> + Neg<Output = Self>>
    + for<'a> Imply<&'a Self, Is: Arithmetic<L, Self>>
    + for<'a> Imply<L, Is: Arithmetic<&'a Self, Self>>
{
}
impl<L, T> Number<L> for T
where
    T: Elementary
        + PartialOrd<L>
        + Arithmetic<L, T>
        + AddAssign<L>
        + SubAssign<L>
        + MulAssign<L>
        + DivAssign<L>
        + RemAssign<L>,
    for<'a> &'a T: Arithmetic<&'a T, T> + Arithmetic<T, T> + Arithmetic<L, T> + Neg<Output = T>,
    L: for<'a> Arithmetic<&'a T, T> + Arithmetic<T, T> + Arithmetic<L, L>,
{
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// A `Copy` number: a full `num_traits::Float` and [`Elementary`]. `f32`, `f64`, and [`Dual`](crate::Dual)s of them to
/// any depth. It is what a [`Node`](crate::Node) is a node *of*.
///
/// Sealed: other types cannot implement it.
///
/// ```
/// use backprop::{Float, Node};
/// fn cube_slope<T: Float>(x: T) -> T {
///     let x = Node::leaf(x);
///     x.powi(3).backward();
///     x.grad()
/// }
/// assert_eq!(cube_slope(2.0_f32), 12.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that derivatives are taken of",
    label = "expected `f64`, `f32` or a `Dual` of them",
    note = "a literal wants a decimal point: write `100.0`, not `100`"
)]
pub trait Float:
    num_traits::Float + Elementary + FloatConst + FromPrimitive + Send + Sync + 'static + sealed::Sealed
{
    /// A row of the table on slices of one length: `z` becomes its values.
    #[doc(hidden)]
    fn row_values(op: Op, n: i32, x: [&[Self]; 3], z: &mut [Self]) {
        loops::values(op, n, x, z);
    }
    /// The slopes in operand `k`, which may be computed into `room`.
    #[doc(hidden)]
    fn row_slopes<'a>(op: Op, k: usize, n: i32, x: [&'a [Self]; 3], z: &'a [Self], room: &'a mut [Self]) -> &'a [Self] {
        loops::slopes(op, k, n, x, z, room)
    }
    /// [`flow`](Elementary::flow) of each slope to its adjoint, in the adjoint's place.
    #[doc(hidden)]
    fn flow_each(slopes: &[Self], adjoints: &mut [Self]) {
        for (slope, adjoint) in slopes.iter().zip(adjoints) {
            *adjoint = Self::flow(slope, adjoint);
        }
    }
    /// [`flow`](Elementary::flow) of each slope to its adjoint, as `parts` or added to them.
    #[doc(hidden)]
    fn flow_slices(slopes: &[Self], adjoints: &[Self], parts: &mut [Self], add: bool) {
        for (part, (slope, adjoint)) in parts.iter_mut().zip(slopes.iter().zip(adjoints)) {
            let flow = Self::flow(slope, adjoint);
            *part = if add { *part + flow } else { flow };
        }
    }
    /// [`flow_slices`](Float::flow_slices) without a look at the parts: right if no NaN is among what is made of them in the
    /// end, for no further product or sum loses one.
    #[doc(hidden)]
    fn flow_hastily(slopes: &[Self], adjoints: &[Self], parts: &mut [Self], add: bool) {
        Self::flow_slices(slopes, adjoints, parts, add);
    }
    /// Whether haste has left a NaN.
    #[doc(hidden)]
    fn were_hasty(_: &[Self]) -> bool {
        false
    }
}
