//! Scalar formulas over the elements of arrays.

use super::operators::{ArrayOperand, Broadcast};
use crate::array::rule::traced::{map_any, zip_any};
use crate::error::{Error, accept};
use crate::graph::array::NodeArray;
use crate::graph::handle::Node;
use crate::number::Float;
use ndarray::{DimMax, Dimension};

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// A scalar formula over the elements. The closure is run **once**, on a number without a value, to see what it
    /// computes; then that runs over all elements, without a temporary array for each operation. Numbers of the graph that
    /// it captures get their gradients too.
    ///
    /// It is one operation, whose derivatives in a sweep are computed together with its values. Any function written for
    /// every number can be handed over by its name.
    ///
    /// ```
    /// use backprop::{Node, NodeArray, Number};
    /// let (x, rate) = (NodeArray::leaf(ndarray::array![0.0, 1.0, 2.0]), Node::leaf(0.5));
    /// let y = x.map(|x| 3.0 * (-x * &rate).exp());
    /// y.sum().backward();
    /// assert_eq!(y.value()[1], 3.0 * (-0.5_f64).exp());
    /// assert_eq!(x.grad()[0], -1.5);
    ///
    /// fn bump<S: Number>(x: &S) -> S {
    ///     (-(x * x)).exp()
    /// }
    /// assert_eq!(x.map(bump).value()[0], 1.0);
    /// ```
    ///
    /// # Panics
    /// If the closure asks for a value that depends on its argument (it cannot branch on it; `max`, `clamp`, `abs` and the
    /// like branch for each element), or puts it into an operation that is no row of the table. As the rows do for values
    /// that they refuse.
    #[must_use]
    #[track_caller]
    pub fn map(&self, f: impl FnOnce(&Node<T>) -> Node<T>) -> Self {
        map_any(self.any(), f).ranked()
    }

    /// A scalar formula over the elements of two arrays, which broadcast; see [`map`](NodeArray::map). For more arrays there
    /// is [`zip_map`](crate::array::zip_map).
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let (x, y) = (NodeArray::leaf(ndarray::array![3.0_f64, 5.0]), NodeArray::leaf(ndarray::array![4.0, 12.0]));
    /// let r = x.zip_map(&y, |x, y| (x * x + y * y).sqrt());
    /// r.sum().backward();
    /// assert_eq!(r.value(), ndarray::array![5.0, 13.0]);
    /// assert!((x.grad()[0] - 0.6).abs() < 1e-15); // x/r
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast together, and as [`map`](NodeArray::map).
    #[must_use]
    #[track_caller]
    pub fn zip_map<R: ArrayOperand<T>>(
        &self,
        other: R,
        f: impl FnOnce(&Node<T>, &Node<T>) -> Node<T>,
    ) -> NodeArray<T, Broadcast<D, R::Dim>>
    where
        D: DimMax<R::Dim>,
    {
        accept(self.try_zip_map(other, f))
    }
    /// [`zip_map`](NodeArray::zip_map), with an error instead of a panic for shapes.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let (x, y) = (NodeArray::leaf(ndarray::array![3.0, 5.0]), ndarray::array![1.0, 2.0, 3.0]);
    /// assert!(x.try_zip_map(&y, |x, y| x * y).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast together.
    ///
    /// # Panics
    /// As [`map`](NodeArray::map).
    #[track_caller]
    pub fn try_zip_map<R: ArrayOperand<T>>(
        &self,
        other: R,
        f: impl FnOnce(&Node<T>, &Node<T>) -> Node<T>,
    ) -> Result<NodeArray<T, Broadcast<D, R::Dim>>, Error>
    where
        D: DimMax<R::Dim>,
    {
        Ok(zip_any("zip_map", [self.any(), other.operand()], |[x, y]| f(x, y))?.ranked())
    }
}

/// A scalar formula over the elements of several arrays of one rank, which broadcast; see [`map`](NodeArray::map).
///
/// ```
/// use backprop::{array::zip_map, NodeArray};
/// let [a, b, c] = [1.0, 2.0, 3.0].map(|x| NodeArray::leaf(ndarray::Array1::from_elem(4, x)));
/// let y = zip_map([&a, &b, &c], |[a, b, c]| (a * b + c).tanh() * (-(a * a)).exp());
/// y.sum().backward();
/// assert_eq!(y.value()[0], 5f64.tanh() * (-1f64).exp());
/// ```
///
/// # Panics
/// If the shapes do not broadcast together, and as [`map`](NodeArray::map).
#[must_use]
#[track_caller]
pub fn zip_map<T: Float, D: Dimension, const N: usize>(
    arrays: [&NodeArray<T, D>; N],
    f: impl FnOnce([&Node<T>; N]) -> Node<T>,
) -> NodeArray<T, D> {
    accept(try_zip_map(arrays, f))
}
/// [`zip_map`], with an error instead of a panic for shapes.
///
/// ```
/// use backprop::{array::try_zip_map, NodeArray};
/// let (x, y) = (NodeArray::leaf(ndarray::array![3.0, 5.0]), NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]));
/// assert!(try_zip_map([&x, &y], |[x, y]| x * y).is_err());
/// ```
///
/// # Errors
/// [`Error::Shapes`] if the shapes do not broadcast together.
///
/// # Panics
/// As [`map`](NodeArray::map).
#[track_caller]
pub fn try_zip_map<T: Float, D: Dimension, const N: usize>(
    arrays: [&NodeArray<T, D>; N],
    f: impl FnOnce([&Node<T>; N]) -> Node<T>,
) -> Result<NodeArray<T, D>, Error> {
    Ok(zip_any("zip_map", arrays.map(NodeArray::any), f)?.ranked())
}
