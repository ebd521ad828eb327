//! Arrays in the graph: whole ndarrays as nodes.
//!
//! | floor | what stands there |
//! |---|---|
//! | `surface` | operations by name, as users call them |
//! | `rule` | what they compute, and how adjoints flow back |
//! | `record` | an operation becomes a cell; what a rule may ask when adjoints flow back |
//! | `data` | values without a graph: how they are gone through, and loops over plain numbers |
//!
//! A file uses only its own floor and lower ones. What is not elementwise is linear or bilinear: such an operation has no
//! slope, it has an *adjoint*, and the two stand beside each other in one file.

pub(crate) mod data;
mod record;
pub(crate) mod rule;
pub(crate) mod surface;
#[cfg(test)]
mod tests;
pub use surface::dot::Dot;
pub use surface::dropout::Dropout;
pub use surface::first_order::{InGraph, Plain, first_order};
pub use surface::map::{try_zip_map, zip_map};
pub use surface::operators::ArrayOperand;
pub use surface::parameters::Parameters;
pub use surface::shape::{concatenate, stack, try_concatenate, try_stack};

use crate::graph::array::NodeArray;
use ndarray::{Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6};

/// An array without axes, in the graph: one number.
pub type NodeArray0<T> = NodeArray<T, Ix0>;
/// A vector in the graph.
pub type NodeArray1<T> = NodeArray<T, Ix1>;
/// A matrix in the graph.
pub type NodeArray2<T> = NodeArray<T, Ix2>;
/// An array with three axes, in the graph.
pub type NodeArray3<T> = NodeArray<T, Ix3>;
/// An array with four axes, in the graph.
pub type NodeArray4<T> = NodeArray<T, Ix4>;
/// An array with five axes, in the graph.
pub type NodeArray5<T> = NodeArray<T, Ix5>;
/// An array with six axes, in the graph.
pub type NodeArray6<T> = NodeArray<T, Ix6>;
