//! nalgebra's vectors and matrices, of fixed and of dynamic size, as points and as outputs. Views go in as well; what the
//! function gets and what comes back owns its numbers, and is as large by its type as what went in.
//!
//! Numbers are in nalgebra's order, column by column: so are the columns of a Jacobian or a Hessian in the elements of a
//! matrix. These two come as ndarray's `Array2`, whatever container went in.

use super::output::{self, Output};
use super::point::{self, Point};
use crate::dual::Dual;
use crate::jet::Jet;
use crate::number::Float;
use crate::var::Var;
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RawStorage};

/// Not of `f32`, as with fixed arrays: so `&vector![1.0, 2.0]` can only mean `f64`, and `2.0 * x[0]` in the closure beside
/// it needs no annotation.
macro_rules! points { ($([$($g:tt)*] $T:ty;)*) => { $(
    impl<$($g)* R: Dim, C: Dim, D: RawStorage<$T, R, C>> point::sealed::Sealed for Matrix<$T, R, C, D> {}
    impl<$($g)* R: Dim, C: Dim, D: RawStorage<$T, R, C>> Point for Matrix<$T, R, C, D>
    where
        DefaultAllocator: Allocator<R, C>,
    {
        type Number = $T;
        type View<S: Float> = OMatrix<S, R, C>;
        type With<S: Float> = OMatrix<S, R, C>;
        fn size(&self) -> usize {
            self.len()
        }
        fn with<S: Float>(&self, f: impl FnMut($T) -> S) -> OMatrix<S, R, C> {
            self.map(f)
        }
    }
)* } }
points! {
    [] f64;
    [T: Float, const M: usize,] Dual<T, M>;
    [T: Float, const K: usize,] Jet<T, K>;
    [T: Float,] Var<T>;
}

impl<T, R, C, D> output::sealed::Sealed for Matrix<T, R, C, D> {}
impl<T: Float, R: Dim, C: Dim, D: RawStorage<T, R, C>> Output for Matrix<T, R, C, D>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Number = T;
    type With<S: Float> = OMatrix<S, R, C>;
    fn with<S: Float>(&self, f: impl FnMut(T) -> S) -> OMatrix<S, R, C> {
        self.map(f)
    }
}
