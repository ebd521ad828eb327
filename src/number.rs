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
mod literal;
mod plain;

pub use call::Call;
pub(crate) use fuse::unfused;
pub use fuse::{Fuse, Scalar, fuse};
pub use literal::Argument;
pub(crate) use literal::{BuiltOn, Nested, part};

use crate::rule::{Fold, Op, loops, table};
use num_traits::{FloatConst, FromPrimitive};
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
    (@binary [$($doc:tt)*] $f:ident) => { $($doc)* #[must_use] fn $f(&self, y: impl Argument<Self>) -> Self; };
    (@ternary [$($doc:tt)*] $f:ident) => {
        $($doc)* #[must_use] fn $f(&self, y: impl Argument<Self>, w: impl Argument<Self>) -> Self;
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that formulas can be computed with",
    label = "expected `f64`, `f32`, or a `Dual`, `Jet`, `Var` or `Node` of them",
    note = "a literal wants a decimal point: write `2.0`, not `2`; of half-precision numbers make `f32`s first"
)]
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
///
/// Over a generic number there are no literals that could be known: `Dual<S>` is [`Elementary`] for every `S: Number`, and no
/// more. What it is handed to is bound by `Elementary`.
///
/// ```compile_fail,E0277
/// use backprop::{Dual, Number};
/// fn f<S: Number>(x: &S) -> S {
///     2.0 * x.sin()
/// }
/// fn slope<S: Number>(x: &S) -> S {
///     f(&Dual::variable(x.clone())).derivative() // f wants to be `f<S: Elementary>`
/// }
/// ```
// The halves `L op L` must be named together with `L op Self`: knowing only the latter, rustc would take every product
// of two literals in a generic function for it (E0308).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number with literals `{L}`",
    label = "expected `f64`, or a `Dual`, `Jet`, `Var` or `Node` over it",
    note = "over `f32` the literals are `f32`: ask for `Number<f32>`",
    note = "a `Dual<S>` or `Jet<S, K>` over a generic `S: Number` has no literals: bound this function by `Elementary` instead of `Number`, with `S::of(2.0)` in place of `2.0`",
    note = "integers and half-precision numbers are no numbers here: write `2.0`, not `2`"
)]
pub trait Number<L = f64>:
    Elementary
    + PartialOrd<L>
    + Arithmetic<L, Self>
    + AddAssign<L>
    + SubAssign<L>
    + MulAssign<L>
    + DivAssign<L>
    + RemAssign<L>
    + Imply<L, Is: Arithmetic<Self, Self> + Arithmetic<L, L> + Argument<Self>>
    + for<'a> Imply<&'a Self, Is: Arithmetic<&'a Self, Self> + Arithmetic<Self, Self> + Neg<Output = Self>>
    + for<'a> Imply<&'a Self, Is: Arithmetic<L, Self>>
    + for<'a> Imply<L, Is: Arithmetic<&'a Self, Self>>
{
}
#[diagnostic::do_not_recommend]
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
    L: for<'a> Arithmetic<&'a T, T> + Arithmetic<T, T> + Arithmetic<L, L> + Argument<T>,
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
///
/// ```compile_fail,E0277
/// let _ = backprop::Dual::variable(2).tanh(); // an integer is no number here
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that derivatives are taken of",
    label = "expected `f64`, `f32` or a `Dual`, `Jet` or `Var` of them",
    note = "a literal wants a decimal point: write `100.0`, not `100`; of half-precision numbers make `f32`s first",
    note = "a `Node` is in a graph, not a number for one: for second derivatives there are `Node<Dual>` and `gradients`"
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
    fn flow_unchecked(slopes: &[Self], adjoints: &[Self], parts: &mut [Self], add: bool) {
        Self::flow_slices(slopes, adjoints, parts, add);
    }
    /// Whether products that were not looked at have left a NaN.
    #[doc(hidden)]
    fn needs_care(_: &[Self]) -> bool {
        false
    }
}
