//! What learning asks for: softmax and its logarithm, two losses.

use super::operators::ArrayOperand;
use crate::array::data::shapes::same_shape;
use crate::array::rule::elementwise::binary;
use crate::array::rule::reduce::softmax;
use crate::array::rule::softmax::{check_labels, cross_entropy, log_softmax, mean_square};
use crate::error::{Error, accept};
use crate::graph::array::NodeArray;
use crate::graph::handle::Node;
use crate::number::Float;
use crate::rule::Op;
use ndarray::{Axis, Dimension, Ix2};

/// Learning.
impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// `e^xᵢ/Σ e^xₖ` along an axis, without overflow: shares that are positive and add up to 1. A lane that is −∞
    /// throughout has shares of 0; infinite elements share equally.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// use ndarray::{Axis, array};
    /// let x = NodeArray::leaf(array![[0.0, 3_f64.ln()], [1000.0, 1000.0]]);
    /// let shares = x.softmax(Axis(1));
    /// assert!((shares.value()[[0, 1]] - 0.75).abs() < 1e-15);
    /// assert_eq!(shares.value().row(1), array![0.5, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn softmax(&self, axis: Axis) -> Self {
        accept(self.try_softmax(axis))
    }
    /// [`softmax`](NodeArray::softmax), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_softmax(ndarray::Axis(1)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    #[track_caller]
    pub fn try_softmax(&self, axis: Axis) -> Result<Self, Error> {
        self.with_axis("softmax", axis)?;
        Ok(softmax(&self.any(), Some(axis.index())).ranked())
    }
    /// The logarithm of the [`softmax`](NodeArray::softmax) along an axis, `xᵢ − ln Σ e^xₖ`, as one operation, which
    /// keeps its digits where a share is nearly 0 or 1.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![0.0, 1000.0]);
    /// assert_eq!(x.log_softmax(ndarray::Axis(0)).value(), ndarray::array![-1000.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, axis: Axis) -> Self {
        accept(self.try_log_softmax(axis))
    }
    /// [`log_softmax`](NodeArray::log_softmax), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_log_softmax(ndarray::Axis(1)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    #[track_caller]
    pub fn try_log_softmax(&self, axis: Axis) -> Result<Self, Error> {
        self.with_axis("log_softmax", axis)?;
        Ok(log_softmax(&self.any(), axis.index()).ranked())
    }
    fn with_axis(&self, operation: &'static str, axis: Axis) -> Result<(), Error> {
        let (axis, rank) = (axis.index(), self.ndim());
        if axis < rank { Ok(()) } else { Err(Error::Axis { operation, axis, rank }) }
    }

    /// The mean squared error, `Σ (x − target)²/n` over all elements. The target has the same shape; nothing is
    /// broadcast. It may be a plain array.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// let error = x.mse(&ndarray::array![0.0, 4.0]);
    /// error.backward();
    /// assert_eq!(error.value(), 2.5);
    /// assert_eq!(x.grad(), ndarray::array![1.0, -2.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ, or there are no elements.
    #[must_use]
    #[track_caller]
    pub fn mse<R: ArrayOperand<T, Dim = D>>(&self, target: R) -> Node<T> {
        accept(self.try_mse(target))
    }
    /// [`mse`](NodeArray::mse), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_mse(&ndarray::array![1.0]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes differ, [`Error::Shape`] if there are no elements.
    #[track_caller]
    pub fn try_mse<R: ArrayOperand<T, Dim = D>>(&self, target: R) -> Result<Node<T>, Error> {
        let target = target.operand();
        same_shape("mse", self.shape(), target.shape())?;
        if self.is_empty() {
            let shape = self.shape().to_vec();
            return Err(Error::Shape { operation: "mse", shape, wanted: "at least one element" });
        }
        Ok(mean_square(&binary(Op::Sub, &self.any(), &target)?))
    }
}
impl<T: Float> NodeArray<T, Ix2> {
    /// The cross-entropy of logits, one row for each example and one column for each class: the mean of
    /// `−ln softmax(row)[label]`. One operation: the softmax itself is never formed, nothing overflows, and a loss of
    /// 10⁻³⁰ is as accurate as one of 10.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// use ndarray::array;
    /// let logits = NodeArray::leaf(array![[0.0, 0.0], [0.0, 3_f64.ln()]]);
    /// let loss = logits.cross_entropy(&[0, 1]);
    /// loss.backward();
    /// assert!((loss.value() - (2_f64.ln() - 0.75_f64.ln()) / 2.0).abs() < 1e-15);
    /// let by_hand = array![[-0.25, 0.25], [0.125, -0.125]]; // (softmax − one-hot)/rows
    /// assert!((&logits.grad() - &by_hand).iter().all(|difference| difference.abs() < 1e-15));
    /// ```
    ///
    /// # Panics
    /// If there is not one label for each row, a label is no class, or there are no rows or no classes.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy<'a>(&self, labels: impl IntoIterator<Item = &'a usize>) -> Node<T> {
        accept(self.try_cross_entropy(labels))
    }
    /// [`cross_entropy`](NodeArray::cross_entropy), with an error instead of a panic.
    ///
    /// ```
    /// let logits = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0]]);
    /// assert_eq!(logits.try_cross_entropy(&[2]).unwrap_err().to_string(), "cross_entropy wants indices below 2, not 2");
    /// ```
    ///
    /// # Errors
    /// [`Error::Labels`] if there is not one label for each row, [`Error::Index`] if a label is no class,
    /// [`Error::Shape`] if there are no rows or no classes.
    #[track_caller]
    pub fn try_cross_entropy<'a>(&self, labels: impl IntoIterator<Item = &'a usize>) -> Result<Node<T>, Error> {
        let labels: Vec<usize> = labels.into_iter().copied().collect();
        check_labels("cross_entropy", self.shape(), &labels)?;
        Ok(cross_entropy(&self.any(), labels))
    }
}
