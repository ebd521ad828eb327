//! Broadcasting and its adjoint, summing: one is the other's transpose.

use super::linear::Linear;
use crate::array::data::feed::{BLOCK, Feed, Order};
use crate::array::data::sums;
use crate::graph::array::{NodeArrayD, Values, take};
use crate::number::Float;
use ndarray::{Dimension, IxDyn};

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
        if self.sums { sums::sum_to(x, &self.small) } else { repeated(&x, &self.large) }
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
    for (start, len) in order.blocks(BLOCK) {
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
