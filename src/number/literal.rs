//! Literals: each number takes those of its innermost plain number, `f64` or `f32`.
//!
//! `Mul<T>` for a number over `T` and `Mul<f64>` for one over anything would collide where `T` is `f64`; two literal types
//! for one number would leave the type of `2.0 * x` open. So a number over `T` takes its part `T` on the right, and a
//! literal `L` where `T` is [`Nested`] over `L`, which no plain number is.

use super::Elementary;
use std::borrow::Borrow;

/// A number that is not plain itself; its innermost plain number is `L`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a number over `{Self}` does not take literals `{L}` on its right",
    note = "each number takes the literals of its innermost plain number, over `f32` these are `f32`",
    note = "in a function for every `S: Number`, a `Dual<S>` is `Elementary` and no more: bound what it is handed to by `Elementary`, and write `S::of(2.0)`"
)]
pub trait Nested<L>: Elementary {}

/// A number whose innermost plain number is `L`, be it that number itself.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a number over `{Self}` does not take literals `{L}`",
    note = "each number takes the literals of its innermost plain number, over `f32` these are `f32`",
    note = "in a function for every `S: Number`, a `Dual<S>` is `Elementary` and no more: bound what it is handed to by `Elementary`, and write `S::of(2.0)`"
)]
pub trait BuiltOn<L>: Elementary {}
impl BuiltOn<f64> for f64 {}
impl BuiltOn<f32> for f32 {}
impl<L, S: Nested<L>> BuiltOn<L> for S {}

/// A literal as the part of a number.
#[inline(always)]
pub(crate) fn part<L: Into<f64>, T: Elementary>(literal: L) -> T {
    T::of(literal.into())
}

/// What a method of several numbers takes beside the first: a number `S`, a reference to one, or a literal, of the type of
/// `S`'s innermost plain number. A literal is a constant: nothing flows into it.
///
/// ```
/// use backprop::{Node, Number};
/// let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
/// let z = x.powf(2.5).max(&y).clamp(0.0, y.clone());
/// assert_eq!(z.value(), 3.0);
///
/// // in a formula for every number as well
/// fn huber<S: Number>(x: &S) -> S {
///     0.5 * x.abs().min(1.0).square() + x.abs().abs_sub(1.0)
/// }
/// assert_eq!(huber(&Node::leaf(-3.0)).value(), 2.5);
/// ```
/// What is no number of the same kind is refused:
///
/// ```compile_fail,E0277
/// use backprop::Node;
/// let _ = Node::leaf(2.0_f64).powf(2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand beside `{S}` in a method of several numbers",
    label = "expected a number of the same type, a reference to one, or a literal",
    note = "a literal wants a decimal point: write `2.0`, not `2`",
    note = "in a function for every `S: Elementary` there are no literals: write `S::of(2.0)`, or ask for `S: Number`"
)]
pub trait Argument<S> {
    /// What [`number`](Argument::number) gives.
    type Number: Borrow<S>;
    /// The number, a constant for a literal.
    fn number(self) -> Self::Number;
    /// A literal.
    #[doc(hidden)]
    #[inline(always)]
    fn literal(&self) -> Option<f64> {
        None
    }
}
impl<S> Argument<S> for S {
    type Number = S;
    #[inline(always)]
    fn number(self) -> S {
        self
    }
}
impl<'a, S> Argument<S> for &'a S {
    type Number = &'a S;
    #[inline(always)]
    fn number(self) -> &'a S {
        self
    }
}
impl<'a, S> Argument<S> for &'a mut S {
    type Number = &'a S;
    #[inline(always)]
    fn number(self) -> &'a S {
        self
    }
}
macro_rules! literals { ($($L:ident)*) => { $(
    impl<S: Nested<$L>> Argument<S> for $L {
        type Number = S;
        #[inline(always)]
        fn number(self) -> S {
            part(self)
        }
        #[inline(always)]
        fn literal(&self) -> Option<f64> {
            Some(f64::from(*self))
        }
    }
)* } }
literals!(f64 f32);
