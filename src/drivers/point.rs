//! Where functions are looked at: numbers in a container, which comes back with other numbers in it.

use crate::dual::Dual;
use crate::jet::Jet;
use crate::number::Float;
use crate::var::Var;
use ndarray::{Array, ArrayRef, Dimension};
use std::borrow::Borrow;

/// A point in the domain of a function of many numbers: a slice, a fixed array, a `Vec`, an ndarray, and with
/// the feature `nalgebra` its vectors and matrices. The function gets its arguments in the same container, and gradients
/// come back in it (of a slice in a `Vec`). Sealed.
///
/// Of `f32` a slice, a `Vec` or an ndarray, but no fixed array: `&[1.0, 2.0]` is `f64` then, without a word.
///
/// ```
/// use backprop::grad;
/// use ndarray::array;
/// assert_eq!(grad(|&[x, y]| x * y, &[2.0, 3.0]), [3.0, 2.0]);
/// assert_eq!(grad(|x| x[0] * x[1], &vec![2.0, 3.0]), vec![3.0, 2.0]);
/// assert_eq!(grad(|x| x.dot(x), &array![2.0, 3.0]), array![4.0, 6.0]);
/// ```
#[cfg_attr(
    feature = "nalgebra",
    doc = r"
nalgebra's containers have their elements column by column, also in the columns of a Jacobian or a Hessian:

```
use backprop::{grad, hessian};
use nalgebra::{dvector, matrix};
let a = matrix![4.0, 1.0; 1.0, 3.0];
// d det A = det A · tr(A⁻¹ dA)
let slope = grad(|a| a.lu().determinant(), &a);
assert!((slope - matrix![3.0, -1.0; -1.0, 4.0]).amax() < 1e-14);
assert_eq!(grad(|x| x.dot(x), &dvector![3.0, 4.0]), dvector![6.0, 8.0]);
assert_eq!(hessian(|x| x[0] * x[1], &dvector![3.0, 4.0]), ndarray::array![[0.0, 1.0], [1.0, 0.0]]);
```
"
)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no point that a function can be differentiated at",
    label = "expected a slice, an array, a `Vec` or an ndarray of `f64`, `f32` or the crate's own `Copy` numbers",
    note = "a literal wants a decimal point: write `&[1.0, 2.0]`, not `&[1, 2]`; of `f32` pass a slice: `&x[..]`"
)]
pub trait Point: sealed::Sealed {
    /// The numbers in it.
    type Number: Float;
    /// What a function of other numbers gets.
    type View<S: Float>: ?Sized;
    /// The container with other numbers in it.
    type With<S: Float>: Borrow<Self::View<S>>;
    /// How many numbers there are.
    #[doc(hidden)]
    fn size(&self) -> usize;
    /// The container with `f` of each number, in order.
    #[doc(hidden)]
    fn with<S: Float>(&self, f: impl FnMut(Self::Number) -> S) -> Self::With<S>;
    /// The numbers in order.
    #[doc(hidden)]
    fn numbers(&self) -> Vec<Self::Number> {
        let mut numbers = Vec::with_capacity(self.size());
        self.with(|x| {
            numbers.push(x);
            x
        });
        numbers
    }
    /// The container with these numbers in it, as many as there are.
    #[doc(hidden)]
    fn filled<S: Float>(&self, numbers: Vec<S>) -> Self::With<S> {
        let mut numbers = numbers.into_iter();
        self.with(|_| match numbers.next() {
            Some(number) => number,
            None => panic!("there are fewer numbers than places: this is a bug in backprop"),
        })
    }
}
pub(super) mod sealed {
    pub trait Sealed {}
}

/// A number that functions of one number are differentiated at: `f64` and the crate's own `Copy` numbers. Sealed.
///
/// Not `f32`: so a literal can only mean `f64`. For `f32` there is [`jvp`](crate::jvp) on slices.
///
/// ```compile_fail,E0277
/// let _ = backprop::derivative(|x| x * x, 3.0_f32);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that a function of one number can be differentiated at",
    label = "expected `f64` or one of the crate's own `Copy` numbers",
    note = "a literal wants a decimal point: write `3.0`, not `3`",
    note = "for `f32` there is `jvp` on slices: `jvp(|x| x[0] * x[0], &[3.0_f32][..], &[1.0])`"
)]
pub trait Coordinate: Float {}
impl Coordinate for f64 {}
impl<T: Float, const M: usize> Coordinate for Dual<T, M> {}
impl<T: Float, const K: usize> Coordinate for Jet<T, K> {}
impl<T: Float> Coordinate for Var<T> {}

impl<T> sealed::Sealed for [T] {}
impl<T: Float> Point for [T] {
    type Number = T;
    type View<S: Float> = [S];
    type With<S: Float> = Vec<S>;
    fn size(&self) -> usize {
        self.len()
    }
    fn with<S: Float>(&self, f: impl FnMut(T) -> S) -> Vec<S> {
        self.iter().copied().map(f).collect()
    }
    fn filled<S: Float>(&self, numbers: Vec<S>) -> Vec<S> {
        numbers
    }
}
impl<T> sealed::Sealed for Vec<T> {}
impl<T: Float> Point for Vec<T> {
    type Number = T;
    type View<S: Float> = [S];
    type With<S: Float> = Vec<S>;
    fn size(&self) -> usize {
        self.len()
    }
    fn with<S: Float>(&self, f: impl FnMut(T) -> S) -> Vec<S> {
        self[..].with(f)
    }
    fn filled<S: Float>(&self, numbers: Vec<S>) -> Vec<S> {
        numbers
    }
}
/// Fixed arrays, but not of `f32`: so `&[1.0, 2.0]` can only mean `f64`, and the closure beside it needs no annotation.
macro_rules! fixed { ($([$($g:tt)*] $T:ty;)*) => { $(
    impl<$($g)* const N: usize> sealed::Sealed for [$T; N] {}
    impl<$($g)* const N: usize> Point for [$T; N] {
        type Number = $T;
        type View<S: Float> = [S; N];
        type With<S: Float> = [S; N];
        fn size(&self) -> usize {
            N
        }
        fn with<S: Float>(&self, f: impl FnMut($T) -> S) -> [S; N] {
            self.map(f)
        }
    }
)* } }
fixed! {
    [] f64;
    [T: Float, const M: usize,] Dual<T, M>;
    [T: Float, const K: usize,] Jet<T, K>;
    [T: Float,] Var<T>;
}
impl<T, D: Dimension> sealed::Sealed for Array<T, D> {}
impl<T: Float, D: Dimension> Point for Array<T, D> {
    type Number = T;
    type View<S: Float> = ArrayRef<S, D>;
    type With<S: Float> = Array<S, D>;
    fn size(&self) -> usize {
        self.len()
    }
    fn with<S: Float>(&self, f: impl FnMut(T) -> S) -> Array<S, D> {
        by_index(self, f)
    }
}
/// `f` of each element in the order of the indices: ndarray's own `map` goes as they lie in memory.
pub(super) fn by_index<T: Float, D: Dimension, S>(x: &Array<T, D>, f: impl FnMut(T) -> S) -> Array<S, D> {
    match Array::from_shape_vec(x.raw_dim(), x.iter().copied().map(f).collect()) {
        Ok(array) => array,
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}
