//! Statement fusion: an expression of several operations as one record on the tape.

use super::{Elementary, Float, Number};

/// A number on which a statement can be fused. Every number of this crate is; all but [`Var`](crate::Var) just run it.
#[diagnostic::on_unimplemented(
    message = "statements of `{Self}` cannot be fused",
    label = "expected a number of this crate",
    note = "in a formula for every number ask for `S: Scalar`, which brings literals into statements of up to eight inputs too"
)]
pub trait Fuse: Elementary {
    /// What the statement with `N` inputs runs on.
    type Local<const N: usize>: Elementary;
    /// See [`fuse`].
    #[doc(hidden)]
    #[track_caller]
    fn fuse_with<const N: usize>(x: [Self; N], statement: impl FnOnce([Self::Local<N>; N]) -> Self::Local<N>) -> Self;
}

/// A `Copy` number with literals `L`, also within fused statements of up to eight inputs: what a formula asks for that is
/// to be fused.
///
/// ```
/// use backprop::{fuse, grad, Scalar};
/// fn rosenbrock<S: Scalar>(x: &[S]) -> S {
///     let mut sum = S::of(0.0);
///     for pair in x.windows(2) {
///         // one record on the tape instead of eight
///         sum = fuse([sum, pair[0], pair[1]], |[sum, a, b]| {
///             sum + (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a)
///         });
///     }
///     sum
/// }
/// assert_eq!(rosenbrock(&[2.0, 1.0]), 901.0);
/// assert_eq!(grad(|x| rosenbrock(x), &[2.0, 1.0]), [2402.0, -600.0]);
/// ```
///
/// Within a statement the functions of the table are those of [`Elementary`], which is to be imported there: `a.sin()` is
/// not found without `use backprop::Elementary;`.
///
/// ```
/// use backprop::{fuse, grad, Elementary, Scalar};
/// fn wave<S: Scalar>(x: &[S]) -> S {
///     fuse([x[0], x[1]], |[a, b]| (2.0 * Elementary::sin(&a)).max(b))
/// }
/// assert_eq!(grad(|x| wave(x), &[0.0, -1.0]), [2.0, 0.0]);
/// ```
// The list makes literals known for `Local<N>` in generic code; bounding `Local<N>: Scalar` overflows (E0275).
pub trait Scalar<L = f64>:
    Float
    + Number<L>
    + Fuse<Local<1>: Float + Number<L>>
    + Fuse<Local<2>: Float + Number<L>>
    + Fuse<Local<3>: Float + Number<L>>
    + Fuse<Local<4>: Float + Number<L>>
    + Fuse<Local<5>: Float + Number<L>>
    + Fuse<Local<6>: Float + Number<L>>
    + Fuse<Local<7>: Float + Number<L>>
    + Fuse<Local<8>: Float + Number<L>>
{
}
impl<L, T> Scalar<L> for T
where
    T: Float + Number<L> + Fuse,
    T::Local<1>: Float + Number<L>,
    T::Local<2>: Float + Number<L>,
    T::Local<3>: Float + Number<L>,
    T::Local<4>: Float + Number<L>,
    T::Local<5>: Float + Number<L>,
    T::Local<6>: Float + Number<L>,
    T::Local<7>: Float + Number<L>,
    T::Local<8>: Float + Number<L>,
{
}

/// Runs a statement of several operations. On a [`Var`](crate::Var) it runs forward on a dual number of just its width,
/// and leaves one record with its partial derivatives on the tape; on every other number it simply runs.
///
/// Values are the same either way, derivatives are too, up to rounding. It pays where the statement has more operations
/// than inputs. A statement cannot use a variable that is not listed: it would have the wrong type.
///
/// ```
/// use backprop::{fuse, grad};
/// let g = grad(|&[x, y]| fuse([x, y], |[x, y]| (2.0 * x).sin() * y + x * y), &[0.5, 3.0]);
/// assert_eq!(g, [6.0 * 1f64.cos() + 3.0, 1f64.sin() + 0.5]);
/// ```
///
/// ```compile_fail,E0308
/// use backprop::{fuse, grad};
/// grad(|&[x, y]| fuse([x], |[x]| x * y), &[0.5, 3.0]);
/// ```
#[inline(always)]
#[must_use]
#[track_caller]
pub fn fuse<S: Fuse, const N: usize>(x: [S; N], statement: impl FnOnce([S::Local<N>; N]) -> S::Local<N>) -> S {
    S::fuse_with(x, statement)
}

/// The statement as it is.
macro_rules! unfused { ([$($g:tt)*] $Type:ty) => {
    impl<$($g)*> $crate::number::Fuse for $Type {
        type Local<const WIDTH: usize> = Self;
        #[inline(always)]
        fn fuse_with<const WIDTH: usize>(x: [Self; WIDTH], statement: impl FnOnce([Self; WIDTH]) -> Self) -> Self {
            statement(x)
        }
    }
} }
pub(crate) use unfused;
unfused!([] f64);
unfused!([] f32);
