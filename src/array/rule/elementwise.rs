//! The rows of the table, element by element: operands broadcast as ndarray's do.

use crate::array::data::feed::{BLOCK, Feed, Order};
use crate::array::data::kernel;
use crate::array::data::shapes::common;
use crate::array::record::record;
use crate::error::{Error, accept};
use crate::graph::array::{NodeArrayD, Values, take_unwritten};
use crate::number::Float;
use crate::rule::{Op, kinks};
use ndarray::{Dimension, IxDyn};

/// A row on arrays.
pub(crate) struct Row {
    pub op: Op,
    pub exponent: i32,
    /// The operands' shapes, where one of them was broadcast.
    pub shapes: Option<Box<[IxDyn]>>,
}

/// A row of one operand; `exponent` is powi's.
#[track_caller]
pub(crate) fn unary<T: Float>(op: Op, exponent: i32, x: &NodeArrayD<T>) -> NodeArrayD<T> {
    let values = values(op, exponent, x.body().shape(), &[&x.body().look()]);
    finish(op, exponent, [x], values, None)
}

/// A row of two operands.
///
/// # Errors
/// [`Error::Shapes`] if they do not broadcast together.
#[track_caller]
pub(crate) fn binary<T: Float>(op: Op, x: &NodeArrayD<T>, y: &NodeArrayD<T>) -> Result<NodeArrayD<T>, Error> {
    let shape = common(op.name(), x.body().shape(), y.body().shape())?;
    let values = values(op, 0, &shape, &[&x.body().look(), &y.body().look()]);
    let shapes = shapes_of(&shape, &[x, y]);
    Ok(finish(op, 0, [x, y], values, shapes))
}
/// A row of two operands that broadcast together.
#[track_caller]
pub(crate) fn two<T: Float>(op: Op, x: &NodeArrayD<T>, y: &NodeArrayD<T>) -> NodeArrayD<T> {
    accept(binary(op, x, y))
}

/// A row of three operands.
///
/// # Errors
/// [`Error::Shapes`] if they do not broadcast together, [`Error::Bounds`] for bounds of `clamp` in the wrong order.
#[track_caller]
pub(crate) fn ternary<T: Float>(op: Op, x: [&NodeArrayD<T>; 3]) -> Result<NodeArrayD<T>, Error> {
    let shape = common(op.name(), x[0].body().shape(), x[1].body().shape())?;
    let shape = common(op.name(), &shape, x[2].body().shape())?;
    let [p, q, r] = x.map(|x| x.body().look());
    if op == Op::Clamp {
        let bounds = common(op.name(), x[1].body().shape(), x[2].body().shape())?;
        let (low, high) = (kernel::stretch(&q, &bounds), kernel::stretch(&r, &bounds));
        for (low, high) in low.iter().zip(high.iter()) {
            kinks::bounds(low.to_f64_value(), high.to_f64_value())?;
        }
    }
    let values = values(op, 0, &shape, &[&p, &q, &r]);
    let shapes = shapes_of(&shape, &x);
    Ok(finish(op, 0, x, values, shapes))
}

/// The sum of two arrays of one shape, without a trace of a zero that is no node.
#[track_caller]
pub(crate) fn join<T: Float>(x: NodeArrayD<T>, y: NodeArrayD<T>) -> NodeArrayD<T> {
    let shape = x.body().shape();
    debug_assert_eq!(shape, y.body().shape());
    let values = values(Op::Add, 0, shape, &[&x.body().look(), &y.body().look()]);
    finish(Op::Add, 0, [&x, &y], values, None)
}

fn shapes_of<T: Float>(shape: &IxDyn, x: &[&NodeArrayD<T>]) -> Option<Box<[IxDyn]>> {
    let same = x.iter().all(|x| x.body().shape() == shape);
    if same { None } else { Some(x.iter().map(|x| x.body().shape().clone()).collect()) }
}

/// The operation on plain numbers, of as many operands as the row has.
fn values<T: Float>(op: Op, n: i32, shape: &IxDyn, x: &[&Values<T>]) -> Values<T> {
    let size = shape.size();
    let mut elements = take_unwritten(size);
    let order = Order::of(shape, x.iter().copied());
    // what lies in a row goes in one go
    let row = |k: usize| order.row(x.get(k).unwrap_or(&x[0]));
    if let (Some(x), Some(y), Some(w)) = (row(0), row(1), row(2)) {
        T::row_values(op, n, [x, y, w], &mut elements);
        return order.array(elements);
    }
    let x: Vec<Values<T>> = x.iter().map(|x| kernel::to_be_broadcast(x, size)).collect();
    let order = Order::of(shape, x.iter());
    let mut feeds: Vec<Feed<'_, T>> = x.iter().map(|x| Feed::new(x, &order, BLOCK)).collect();
    for (start, len) in order.blocks(BLOCK) {
        feeds.iter_mut().for_each(|feed| feed.advance(start, len));
        let operands = [0, 1, 2].map(|k| feeds.get(k).unwrap_or(&feeds[0]).block(start, len));
        T::row_values(op, n, operands, &mut elements[start..start + len]);
    }
    order.array(elements)
}

#[track_caller]
fn finish<T: Float, const N: usize>(
    op: Op,
    exponent: i32,
    x: [&NodeArrayD<T>; N],
    values: Values<T>,
    shapes: Option<Box<[IxDyn]>>,
) -> NodeArrayD<T> {
    record(Row { op, exponent, shapes }, x, values)
}
