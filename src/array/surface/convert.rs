//! To and from numbers of the graph and arrays of ndarray's; what is shown.

use crate::array::record::{lift, lower};
use crate::graph::array::{NodeArray, Values};
use crate::graph::handle::Node;
use crate::number::Float;
use ndarray::{ArcArray, Array, Dimension, Ix0};
use std::fmt;

impl<T: Float> From<Node<T>> for NodeArray<T, Ix0> {
    /// The same number, as an array without axes.
    fn from(x: Node<T>) -> Self {
        lift(&x).ranked()
    }
}
impl<T: Float> From<NodeArray<T, Ix0>> for Node<T> {
    /// The number in the array.
    fn from(x: NodeArray<T, Ix0>) -> Self {
        lower(&x.any())
    }
}
impl<T: Float, D: Dimension> From<Array<T, D>> for NodeArray<T, D> {
    /// A constant.
    fn from(array: Array<T, D>) -> Self {
        NodeArray::constant(array)
    }
}
impl<T: Float, D: Dimension> From<ArcArray<T, D>> for NodeArray<T, D> {
    /// A constant; nothing is copied.
    fn from(array: ArcArray<T, D>) -> Self {
        NodeArray::constant_of(Values::new(array.into_dyn()))
    }
}
impl<T: Float, D: Dimension> From<NodeArray<T, D>> for Array<T, D> {
    /// The values.
    fn from(x: NodeArray<T, D>) -> Self {
        x.value().into_owned()
    }
}
impl<T: Float, D: Dimension> From<NodeArray<T, D>> for ArcArray<T, D> {
    /// The values; nothing is copied.
    fn from(x: NodeArray<T, D>) -> Self {
        x.value()
    }
}

impl<T: Float + fmt::Display, D: Dimension> fmt::Display for NodeArray<T, D> {
    /// The values, as ndarray shows them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}
impl<T: Float, D: Dimension> fmt::Debug for NodeArray<T, D> {
    /// Values and gradient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("NodeArray");
        if let Some(name) = self.name() {
            debug.field("name", &name);
        }
        debug.field("value", &self.value()).field("grad", &self.grad()).finish()
    }
}
