//! Softmax and its logarithm, and two losses. Each has its adjoint beside it.

use super::elementwise::two;
use super::reduce::{Moving, Softmax, moving, softmax_adjoint, sum_keep};
use super::rim;
use crate::array::data::kernel;
use crate::array::data::lanes::on_lanes;
use crate::array::data::logits::{log_softmax_of, negative_log_likelihood};
use crate::array::data::sums;
use crate::array::record::{Pull, Rule, record};
use crate::error::Error;
use crate::graph::array::{NodeArray, NodeArrayD, Values, take};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Needs, Op, pairwise};
use ndarray::ArrayD;
use std::rc::Rc;

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
    fn needs(&self, _: usize) -> Needs {
        Needs::RESULT
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let along = Some(self.along);
        let values = still(kernel::map(&at.look_at_result(), |x| x.exp()), &self.moving);
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
pub(crate) fn log_softmax<T: Float>(x: &NodeArrayD<T>, along: usize) -> NodeArrayD<T> {
    let values = on_lanes(&x.body().look(), Some(along), log_softmax_of);
    record(LogSoftmax { along, moving: moving(x, Some(along)) }, [x], values)
}

// ------------------------------------------------------------------------------------------------ cross-entropy

/// The mean of the rows' negative log-likelihoods. The adjoint is `(softmax − one-hot)·g/n`; it is found with the value, so that the
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
        let slopes = at.function(0, SoftmaxMinusLabels(self.labels.clone(), self.moving.clone()), self.slopes.values());
        let rows = NodeArray::constant_of(Values::scalar(T::of(self.labels.len() as f64)));
        let share = two(Op::Div, &at.adjoint(), &rows);
        at.give(0, &two(Op::Through, &slopes, &share));
    }
}
/// `softmax − one-hot`, row by row. The adjoint is the softmax's, `s·(g − Σ g·s)`.
struct SoftmaxMinusLabels<T: Float>(Rc<[usize]>, Moving<T>);
impl<T: Float> Rule<T> for SoftmaxMinusLabels<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array("softmax_minus_labels")
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::RESULT
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let (difference, g) = (at.result(), at.adjoint());
        let mut labels: ArrayD<T> = kernel::blank(difference.body().shape());
        self.0.iter().enumerate().for_each(|(row, &label)| labels[[row, label]] = T::of(1.0));
        let s = two(Op::Add, &difference, &NodeArray::constant_of(Values::new(labels)));
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
pub(crate) fn cross_entropy<T: Float>(x: &NodeArrayD<T>, labels: Vec<usize>) -> Node<T> {
    let mut losses = Vec::with_capacity(labels.len());
    let slopes = {
        let values = x.body().look();
        let (classes, mut elements) = (values.shape()[1], take(values.len()));
        kernel::by_rows(&values.view(), |row| elements.extend_from_slice(row));
        let lanes = elements.chunks_exact_mut(classes).zip(&labels);
        losses.extend(lanes.map(|(lane, &label)| negative_log_likelihood(lane, label)));
        Values::from_vec(values.raw_dim(), elements)
    };
    let mean = pairwise::sum(&losses) / T::of(labels.len() as f64);
    let slopes = NodeArray::constant_of(slopes);
    record(CrossEntropy { labels: labels.into(), slopes, moving: moving(x, Some(1)) }, [x], mean)
}

// ------------------------------------------------------------------------------------------------ mean square

/// The mean of the squares. The adjoint is `2·d·g/n`.
struct MeanSquare;
impl<T: Float> Rule<T> for MeanSquare {
    fn recorded(&self) -> Recorded {
        Recorded::Array("mse")
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::FIRST
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let d = at.operand(0);
        let factor = NodeArray::constant_of(Values::scalar(T::of(2.0 / d.len() as f64)));
        let share = two(Op::Mul, &at.adjoint(), &factor);
        at.give(0, &two(Op::Through, &d, &share));
    }
}
/// Of at least one element.
#[track_caller]
pub(crate) fn mean_square<T: Float>(d: &NodeArrayD<T>) -> Node<T> {
    let n = T::of(d.len() as f64);
    let mean_of = |scale: T| sums::total(&kernel::map(&d.body().look(), |d| (d * scale) * (d * scale))) / n;
    let mut mean = mean_of(T::of(1.0));
    if !num_traits::Float::is_finite(mean) && rim::is_finite(d) {
        // the sum of the squares has overflowed
        let scale = T::of(rim::small::<T>());
        mean = mean_of(scale) / scale / scale;
    }
    record(MeanSquare, [d], mean)
}
