//! What learning asks for beside arithmetic: softmax and its logarithm, and two losses. Each has its adjoint beside it.
//!
//! A lane of logits is never exponentiated as it is: the largest one is taken off first, so that nothing overflows, and
//! left out of the sum, so that `ln(1 + the others)` keeps its digits however sure a model is. What holds at the ends of
//! the range follows from one sentence: the softmax is the slope of [`logsumexp`](NodeArray::logsumexp). A lane that is
//! −∞ throughout has the softmax 0, infinite logits share equally, and NaN gives NaN.

use super::elementwise::binary;
use super::kernel;
use super::operation::{Edge, Pull, Rule, record, record_number, recording};
use super::operators::ArrayOperand;
use super::rim;
use super::reduce::{Moving, Softmax, moving, on_lanes, softmax, softmax_adjoint, sum_keep, two};
use super::same_shape;
use crate::error::{Error, accept};
use crate::graph::array::{NodeArray, NodeArrayD, Values};
use crate::graph::cell::CONSTANT;
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Fold, Op};
use ndarray::{ArrayD, Axis, Dimension, Ix2};
use std::rc::Rc;

// ------------------------------------------------------------------------------------------------ a lane of logits

/// The place of the largest logit; `None` if that is not a finite number, or there is none.
fn top<T: Float>(lane: &[T]) -> Option<usize> {
    let mut top = 0;
    for (k, x) in lane.iter().enumerate() {
        if *x > lane[top] || num_traits::Float::is_nan(*x) {
            top = k;
        }
    }
    lane.get(top).filter(|high| num_traits::Float::is_finite(**high)).map(|_| top)
}
/// The slopes of `logsumexp`; those of a lane without a largest finite element are constants.
fn softmax_of<T: Float>(lane: &mut [T]) {
    let z = T::fold(Fold::LogSumExp, lane, &[]);
    lane.copy_from_slice(&Fold::LogSumExp.slopes_of_one(lane, &z));
}
pub(crate) fn log_softmax_of<T: Float>(lane: &mut [T]) {
    let Some(top) = top(lane) else {
        let logs: Vec<T> = (0..lane.len()).map(|k| T::fold(Fold::LogSoftmax(k), lane, &[])).collect();
        lane.copy_from_slice(&logs);
        return;
    };
    let high = lane[top];
    let (before, after) = (&lane[..top], &lane[top + 1..]);
    let others = before.iter().chain(after).fold(T::of(0.0), |sum, x| sum + (*x - high).exp());
    let all = others.ln_1p();
    lane.iter_mut().for_each(|x| *x = (*x - high) - all);
}
/// `−ln softmax` at the label. The logits become the slopes, `softmax − one-hot`; at the label that is `−Σ` of the
/// others' softmax, which keeps its digits where the label's own is nearly 1.
pub(crate) fn surprise<T: Float>(lane: &mut [T], label: usize) -> T {
    let one = T::of(1.0);
    let Some(top) = top(lane) else {
        let value = -T::fold(Fold::LogSoftmax(label), lane, &[]);
        softmax_of(lane);
        lane[label] -= one;
        return value;
    };
    let (high, right) = (lane[top], lane[label]);
    let mut others = T::of(0.0);
    for (k, x) in lane.iter_mut().enumerate() {
        *x = (*x - high).exp();
        if k != top {
            others += *x;
        }
    }
    let all = others + one;
    lane.iter_mut().for_each(|x| *x /= all);
    lane[label] = if label == top { -(others / all) } else { lane[label] - one };
    (high - right) + others.ln_1p()
}

// ------------------------------------------------------------------------------------------------ log-softmax

/// `xᵢ − ln Σ e^xₖ`. The adjoint is `g − softmax·Σ g`, and the softmax is `e` to the result.
struct LogSoftmax<T: Float> {
    along: usize,
    moving: Moving<T>,
}
impl<T: Float> Rule<T> for LogSoftmax<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array("log_softmax")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let along = Some(self.along);
        let values = kernel::map(&at.look_at_result(), |x| x.exp());
        let values = still(values, &self.moving);
        let softmax = at.function(0, Softmax { along, moving: self.moving.clone() }, values);
        let g = at.adjoint();
        let through = two(Op::Through, &softmax, &sum_keep(&g, along));
        at.give(0, &two(Op::Sub, &g, &through));
    }
}
/// The shares of lanes that do not move, as constants.
fn still<T: Float>(shares: Values<T>, moving: &Moving<T>) -> Values<T> {
    let Some(moving) = moving else { return shares };
    let moving = moving.values();
    let moving = kernel::stretch(&moving, &shares.raw_dim());
    let constant = |(x, moving): (&T, &T)| if *moving == T::of(0.0) { T::of(x.to_f64_value()) } else { *x };
    Values::from_vec(shares.raw_dim(), shares.iter().zip(moving.iter()).map(constant).collect())
}
#[track_caller]
fn log_softmax<T: Float>(x: &NodeArrayD<T>, along: usize) -> NodeArrayD<T> {
    let values = on_lanes(&x.body().look(), Some(along), log_softmax_of);
    if !recording([x]) {
        return NodeArray::made(values);
    }
    let moving = moving(&x.body().look(), Some(along));
    record(LogSoftmax { along, moving }, [Edge::array(x, false)], values, true)
}

// ------------------------------------------------------------------------------------------------ cross-entropy

/// The mean of the rows' surprise. The adjoint is `(softmax − one-hot)·g/n`; it is found with the value, so that the
/// logits need not be kept.
struct CrossEntropy<T: Float> {
    labels: Rc<[usize]>,
    slopes: NodeArrayD<T>,
    moving: Moving<T>,
}
impl<T: Float> Rule<T> for CrossEntropy<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array("cross_entropy")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.labels)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let slopes = at.function(0, Surplus(self.labels.clone(), self.moving.clone()), self.slopes.values());
        let rows = NodeArray::made(Values::scalar(T::of(self.labels.len() as f64)));
        let share = two(Op::Div, &at.adjoint(), &rows);
        at.give(0, &two(Op::Through, &slopes, &share));
    }
}
/// `softmax − one-hot`, row by row. The adjoint is the softmax's, `s·(g − Σ g·s)`.
struct Surplus<T: Float>(Rc<[usize]>, Moving<T>);
impl<T: Float> Rule<T> for Surplus<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array("softmax_minus_labels")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let (surplus, g) = (at.result(), at.adjoint());
        let mut labels: ArrayD<T> = kernel::blank(surplus.body().shape());
        self.0.iter().enumerate().for_each(|(row, &label)| labels[[row, label]] = T::of(1.0));
        let s = two(Op::Add, &surplus, &NodeArray::made(Values::new(labels)));
        at.give(0, &softmax_adjoint(&s, &g, Some(1), &self.1));
    }
}
/// # Errors
/// [`Error::Shape`] for a batch or classes of none, [`Error::Labels`] for another number of labels than rows,
/// [`Error::Index`] for a label that is no class.
pub(crate) fn check_labels(operation: &'static str, shape: &[usize], labels: &[usize]) -> Result<(), Error> {
    let (rows, classes) = (shape[0], shape[1]);
    if rows == 0 || classes == 0 {
        return Err(Error::Shape { operation, shape: shape.to_vec(), wanted: "at least one row and one class" });
    }
    if labels.len() != rows {
        return Err(Error::Labels { operation, rows, labels: labels.len() });
    }
    match labels.iter().find(|&&label| label >= classes) {
        Some(&index) => Err(Error::Index { operation, index, len: classes }),
        None => Ok(()),
    }
}
/// For labels that fit.
#[track_caller]
fn cross_entropy<T: Float>(x: &NodeArrayD<T>, labels: Vec<usize>) -> Node<T> {
    let mut row = 0;
    let mut sum = T::of(0.0);
    let slopes = {
        let values = x.body().look();
        let (classes, mut elements) = (values.shape()[1], crate::graph::array::take(values.len()));
        elements.extend(values.iter().copied());
        for lane in elements.chunks_exact_mut(classes) {
            sum += surprise(lane, labels[row]);
            row += 1;
        }
        Values::from_vec(values.raw_dim(), elements)
    };
    let mean = sum / T::of(labels.len() as f64);
    if !recording([x]) {
        return Node::slot(CONSTANT, mean);
    }
    let moving = moving(&x.body().look(), Some(1));
    let rule = CrossEntropy { labels: labels.into(), slopes: NodeArray::made(slopes), moving };
    record_number(rule, [Edge::array(x, false)], mean, false)
}

// ------------------------------------------------------------------------------------------------ mean square

/// The mean of the squares. The adjoint is `2·d·g/n`.
struct MeanSquare;
impl<T: Float> Rule<T> for MeanSquare {
    fn recorded(&self) -> Recorded {
        Recorded::Array("mse")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let d = at.operand(0);
        let factor = NodeArray::made(Values::scalar(T::of(2.0 / d.len() as f64)));
        let share = two(Op::Mul, &at.adjoint(), &factor);
        at.give(0, &two(Op::Through, &d, &share));
    }
}
/// Of at least one element.
#[track_caller]
fn mean_square<T: Float>(d: &NodeArrayD<T>) -> Node<T> {
    let n = T::of(d.len() as f64);
    let mean_of = |scale: T| kernel::total(&kernel::map(&d.body().look(), |d| (d * scale) * (d * scale))) / n;
    let mut mean = mean_of(T::of(1.0));
    if !num_traits::Float::is_finite(mean) && rim::is_finite(d) {
        // the sum of the squares has overflowed
        let scale = T::of(rim::small::<T>());
        mean = mean_of(scale) / scale / scale;
    }
    if !recording([d]) {
        return Node::slot(CONSTANT, mean);
    }
    record_number(MeanSquare, [Edge::array(d, true)], mean, false)
}

// ------------------------------------------------------------------------------------------------ by name

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
