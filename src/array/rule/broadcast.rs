//! Broadcasting and its adjoint, summing: one is the other's transpose.

use super::linear::Linear;
use crate::array::data::feed::{BLOCK, Feed, Order, blocks};
use crate::array::data::kernel;
use crate::error::Error;
use crate::graph::array::{NodeArrayD, Values, take};
use crate::number::Float;
use ndarray::{Dimension, IxDyn};

/// The shape that two shapes broadcast to together, as in ndarray: from the last axis on, equal lengths or a 1.
///
/// # Errors
/// [`Error::Shapes`] if there is none.
pub(crate) fn common(operation: &'static str, x: &IxDyn, y: &IxDyn) -> Result<IxDyn, Error> {
    if x == y {
        return Ok(x.clone());
    }
    let (x, y) = (x.slice(), y.slice());
    let refused = || Error::Shapes { operation, left: x.to_vec(), right: y.to_vec() };
    let rank = x.len().max(y.len());
    let at = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
    let mut shape = IxDyn::zeros(rank);
    for axis in 0..rank {
        shape[axis] = match (at(x, axis), at(y, axis)) {
            (n, m) if n == m => n,
            (1, m) => m,
            (n, 1) => n,
            _ => return Err(refused()),
        };
    }
    if is_possible(shape.slice()) { Ok(shape) } else { Err(refused()) }
}
/// Whether an array can have this shape: not if the lengths other than 0 multiply to more than memory could have. (Numbers
/// of four bytes and more are what there is, up to nested ones of many parts.)
pub(crate) fn is_possible(shape: &[usize]) -> bool {
    const LARGEST: usize = 1 << 10;
    let size = shape.iter().filter(|&&n| n != 0).try_fold(LARGEST, |size, &n| size.checked_mul(n));
    size.is_some_and(|size| isize::try_from(size).is_ok())
}
/// # Errors
/// [`Error::Shape`] if no array can have this shape.
pub(crate) fn possible(operation: &'static str, shape: &[usize]) -> Result<(), Error> {
    if is_possible(shape) {
        return Ok(());
    }
    Err(Error::Shape { operation, shape: shape.to_vec(), wanted: "a result that memory could hold" })
}

/// The array repeated along new axes and along those of length 1; its adjoint, the sums over these axes.
struct Broadcast {
    small: IxDyn,
    large: IxDyn,
    sums: bool,
}
impl<T: Float> Linear<T> for Broadcast {
    fn name(&self) -> &'static str {
        if self.sums { "sum_to" } else { "broadcast" }
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        if self.sums { kernel::sum_to(x, &self.small) } else { repeated(&x, &self.large) }
    }
    fn adjoint(&self) -> Self {
        Broadcast { small: self.small.clone(), large: self.large.clone(), sums: !self.sums }
    }
}
fn repeated<T: Float>(x: &Values<T>, shape: &IxDyn) -> Values<T> {
    if x.shape() == shape.slice() {
        return x.clone();
    }
    let order = Order::of(shape, std::iter::once(x));
    let mut feed = Feed::new(x, &order, BLOCK);
    let mut elements = take(shape.size());
    for (start, len) in blocks(shape.size()) {
        feed.advance(start, len);
        elements.extend_from_slice(feed.block(start, len));
    }
    order.array(elements)
}
/// The array broadcast to a shape that it broadcasts to.
#[track_caller]
pub(crate) fn fill<T: Float>(x: &NodeArrayD<T>, shape: &IxDyn) -> NodeArrayD<T> {
    if x.body().shape() == shape && !x.is_leaf() {
        return x.clone();
    }
    Broadcast { small: x.body().shape().clone(), large: shape.clone(), sums: false }.of(x)
}
/// The sums over all axes along which `shape` broadcasts to the array's own.
#[track_caller]
pub(crate) fn sum_to<T: Float>(x: &NodeArrayD<T>, shape: &IxDyn) -> NodeArrayD<T> {
    if x.body().shape() == shape && !x.is_leaf() {
        return x.clone();
    }
    Broadcast { small: shape.clone(), large: x.body().shape().clone(), sums: true }.of(x)
}
