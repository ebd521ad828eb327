//! What functions of many outputs return.

use super::point::by_index;
use crate::dual::Dual;
use crate::jet::Jet;
use crate::number::Float;
use crate::var::Var;
use ndarray::{Array, Dimension};

/// The outputs of a function: a number, or a fixed array, a `Vec` or an ndarray of them, with the feature
/// `nalgebra` a vector or a matrix of its own too. Sealed.
///
/// ```
/// use backprop::jvp;
/// let (value, derivative) = jvp(|&[x, y]| [x * y, x + y], &[2.0, 3.0], &[1.0, 0.0]);
/// assert_eq!((value, derivative), ([6.0, 5.0], [3.0, 1.0]));
/// ```
///
/// What contains no variable is no output:
///
/// ```compile_fail,E0277
/// use backprop::jacobian;
/// let _ = jacobian(|&[x, y]| (x * y, x + y), &[2.0, 3.0]); // a tuple: write `[x * y, x + y]`
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no output that a function can be differentiated of",
    label = "expected a number of the driver's, or an array, a `Vec` or an ndarray of them",
    note = "several outputs go in an array: `[x * y, x + y]`; a constant output is `Var::constant(1.0)` or `Dual::constant(1.0)`, not `1.0`"
)]
pub trait Output: sealed::Sealed {
    /// The number in it.
    type Number: Float;
    /// The same with other numbers in it.
    type With<S: Float>;
    /// The same with `f` of each number, in order.
    #[doc(hidden)]
    fn with<S: Float>(&self, f: impl FnMut(Self::Number) -> S) -> Self::With<S>;
    /// The numbers in order.
    #[doc(hidden)]
    fn numbers(&self) -> Vec<Self::Number> {
        let mut numbers = Vec::new();
        self.with(|x| {
            numbers.push(x);
            x
        });
        numbers
    }
}
pub(super) mod sealed {
    pub trait Sealed {}
}

macro_rules! outputs { ($([$($g:tt)*] $S:ty;)*) => { $(
    impl<$($g)*> sealed::Sealed for $S {}
    impl<$($g)*> Output for $S {
        type Number = $S;
        type With<U: Float> = U;
        fn with<U: Float>(&self, mut f: impl FnMut($S) -> U) -> U {
            f(*self)
        }
    }
)* } }
outputs! {
    [T: Float, const M: usize] Dual<T, M>;
    [T: Float, const K: usize] Jet<T, K>;
    [T: Float] Var<T>;
}
impl<S: Float> sealed::Sealed for Vec<S> {}
impl<S: Float> Output for Vec<S> {
    type Number = S;
    type With<U: Float> = Vec<U>;
    fn with<U: Float>(&self, f: impl FnMut(S) -> U) -> Vec<U> {
        self.iter().copied().map(f).collect()
    }
}
impl<S: Float, const N: usize> sealed::Sealed for [S; N] {}
impl<S: Float, const N: usize> Output for [S; N] {
    type Number = S;
    type With<U: Float> = [U; N];
    fn with<U: Float>(&self, f: impl FnMut(S) -> U) -> [U; N] {
        self.map(f)
    }
}
impl<S: Float, D: Dimension> sealed::Sealed for Array<S, D> {}
impl<S: Float, D: Dimension> Output for Array<S, D> {
    type Number = S;
    type With<U: Float> = Array<U, D>;
    fn with<U: Float>(&self, f: impl FnMut(S) -> U) -> Array<U, D> {
        by_index(self, f)
    }
}
