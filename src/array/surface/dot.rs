//! Products of vectors and matrices, by name.

use super::operators::ArrayOperand;
use crate::array::data::kernel;
use crate::array::data::shapes::possible;
use crate::array::record::lower;
use crate::array::rule::product::{batched, outer, try_product};
use crate::error::{Error, accept};
use crate::graph::array::{NodeArray, Values};
use crate::graph::handle::Node;
use crate::number::Float;
use crate::rule::Op;
use ndarray::{ArrayBase, ArrayRef, Data, Dimension, Ix1, Ix2, Ix3};

/// What an array can be multiplied with by [`dot`](NodeArray::dot), and what comes out:
///
/// | left | right | result |
/// |---|---|---|
/// | vector | vector | [`Node`], a number |
/// | matrix | vector | vector |
/// | vector | matrix | vector |
/// | matrix | matrix | matrix |
///
/// Either may be a plain array of ndarray's. Sealed.
///
/// ```
/// use backprop::{NodeArray, NodeArray1};
/// use ndarray::array;
/// let w = NodeArray::leaf(array![[1.0, 2.0], [3.0, 4.0]]);
/// let y: NodeArray1<f64> = w.dot(&array![1.0, -1.0]);
/// assert_eq!(y.value(), array![-1.0, -1.0]);
/// assert_eq!(array![1.0, -1.0].dot(&w).value(), array![-2.0, -2.0]);
/// ```
pub trait Dot<T: Float, R>: sealed::Sealed {
    /// The product's type.
    type Output;
    /// The product.
    #[doc(hidden)]
    fn product(&self, right: R) -> Result<Self::Output, Error>;
}
mod sealed {
    pub trait Sealed {}
}
impl<T: Float, D: Dimension> sealed::Sealed for NodeArray<T, D> {}

macro_rules! dots { ($($Left:ident $Right:ident => $Out:ty, |$z:ident| $out:expr;)*) => { $(
    dots!(@form [] $Left NodeArray<T, $Right>, $Out, |$z| $out);
    dots!(@form [] $Left &NodeArray<T, $Right>, $Out, |$z| $out);
    dots!(@form [S: Data<Elem = T>] $Left ArrayBase<S, $Right>, $Out, |$z| $out);
    dots!(@form [S: Data<Elem = T>] $Left &ArrayBase<S, $Right>, $Out, |$z| $out);
)* };
    (@form [$($g:tt)*] $Left:ident $Right:ty, $Out:ty, |$z:ident| $out:expr) => {
        impl<T: Float, $($g)*> Dot<T, $Right> for NodeArray<T, $Left> {
            type Output = $Out;
            #[track_caller]
            fn product(&self, right: $Right) -> Result<$Out, Error> {
                let $z = try_product(&self.any(), &right.operand())?;
                Ok($out)
            }
        }
    };
}
dots! {
    Ix1 Ix1 => Node<T>, |z| lower(&z);
    Ix1 Ix2 => NodeArray<T, Ix1>, |z| z.ranked();
    Ix2 Ix1 => NodeArray<T, Ix1>, |z| z.ranked();
    Ix2 Ix2 => NodeArray<T, Ix2>, |z| z.ranked();
}

/// `x.dot(&w)` with a plain array on the left.
macro_rules! plain_dots { ($($Left:ident $Right:ident => $Out:ty, |$z:ident| $out:expr;)*) => { $(
    impl<T: Float> ndarray::linalg::Dot<NodeArray<T, $Right>> for ArrayRef<T, $Left> {
        type Output = $Out;
        #[track_caller]
        fn dot(&self, right: &NodeArray<T, $Right>) -> $Out {
            let left = NodeArray::constant_of(Values::new(self.to_owned().into_dyn()));
            let $z = accept(try_product(&left, &right.any()));
            $out
        }
    }
)* } }
plain_dots! {
    Ix1 Ix1 => Node<T>, |z| lower(&z);
    Ix1 Ix2 => NodeArray<T, Ix1>, |z| z.ranked();
    Ix2 Ix1 => NodeArray<T, Ix1>, |z| z.ranked();
    Ix2 Ix2 => NodeArray<T, Ix2>, |z| z.ranked();
}

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// The product of vectors and matrices; see [`Dot`] for what goes with what.
    ///
    /// ```
    /// use backprop::{Node, NodeArray};
    /// use ndarray::array;
    /// let (x, y) = (NodeArray::leaf(array![1.0, 2.0]), NodeArray::leaf(array![3.0, 4.0]));
    /// let z: Node<f64> = x.dot(&y);
    /// z.backward();
    /// assert_eq!((z.value(), x.grad()), (11.0, y.value()));
    /// ```
    ///
    /// # Panics
    /// If the lengths that are summed over differ.
    #[must_use]
    #[track_caller]
    pub fn dot<R>(&self, right: R) -> <Self as Dot<T, R>>::Output
    where
        Self: Dot<T, R>,
    {
        accept(self.product(right))
    }
    /// [`dot`](NodeArray::dot), with an error instead of a panic.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert_eq!(x.try_dot(&ndarray::array![1.0]).unwrap_err().to_string(),
    ///     "dot cannot take arrays of the shapes [2] and [1] together");
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the lengths that are summed over differ.
    #[track_caller]
    pub fn try_dot<R>(&self, right: R) -> Result<<Self as Dot<T, R>>::Output, Error>
    where
        Self: Dot<T, R>,
    {
        self.product(right)
    }
}
impl<T: Float> NodeArray<T, Ix1> {
    /// The matrix `xᵢ·yⱼ`.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// use ndarray::array;
    /// let x = NodeArray::leaf(array![1.0, 2.0]);
    /// assert_eq!(x.outer(&array![3.0, 4.0]).value(), array![[3.0, 4.0], [6.0, 8.0]]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn outer<R: ArrayOperand<T, Dim = Ix1>>(&self, right: R) -> NodeArray<T, Ix2> {
        outer(Op::Mul, &self.any(), &right.operand()).ranked()
    }
}
impl<T: Float> NodeArray<T, Ix3> {
    /// The products of the matrices of one stack with those of another: `(b, m, k)·(b, k, n)` is `(b, m, n)`.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// use ndarray::Array3;
    /// let x = NodeArray::leaf(Array3::<f64>::ones((5, 2, 3)));
    /// assert_eq!(x.matmul(&Array3::ones((5, 3, 4))).shape(), [5, 2, 4]);
    /// ```
    ///
    /// # Panics
    /// If the stacks have different heights, or the lengths that are summed over differ.
    #[must_use]
    #[track_caller]
    pub fn matmul<R: ArrayOperand<T, Dim = Ix3>>(&self, right: R) -> NodeArray<T, Ix3> {
        accept(self.try_matmul(right))
    }
    /// [`matmul`](NodeArray::matmul), with an error instead of a panic.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// use ndarray::Array3;
    /// let x = NodeArray::leaf(Array3::<f64>::ones((5, 2, 3)));
    /// assert!(x.try_matmul(&Array3::ones((4, 3, 4))).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the stacks have different heights, or the lengths that are summed over differ.
    #[track_caller]
    pub fn try_matmul<R: ArrayOperand<T, Dim = Ix3>>(&self, right: R) -> Result<NodeArray<T, Ix3>, Error> {
        let (a, b) = (self.any(), right.operand());
        if a.shape()[0] != b.shape()[0] || a.shape()[2] != b.shape()[1] {
            return Err(Error::Shapes { operation: "matmul", left: a.shape().to_vec(), right: b.shape().to_vec() });
        }
        possible("matmul", &[a.shape()[0], a.shape()[1], b.shape()[2]])?;
        Ok(batched(&a, &b, kernel::product).ranked())
    }
}
