#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

// floor 0
mod error;
mod simd;
// floor 1: number and rule know each other
mod number;
mod ops;
mod rule;
// floor 2
mod dual;
// floor 3
pub mod graph;
// floor 4
pub mod array;
pub mod custom;
mod node;
// floor 5
mod gradients;
pub mod layer;
// floor 6
pub mod check;

pub use array::{ArrayOperand, NodeArray0, NodeArray1, NodeArray2, NodeArray3, NodeArray4, NodeArray5, NodeArray6};
pub use array::{Dropout, Parameters};
pub use dual::Dual;
pub use error::Error;
pub use gradients::{Root, Wrt, gradients, gradients_with};
pub use graph::anomaly;
pub use graph::array::{NodeArray, NodeArrayD};
pub use graph::handle::Node;
pub use graph::modes::no_grad;
pub use graph::recorded::Recorded;
pub use number::{Call, Elementary, Float, Number};
pub use rule::branch::{select, try_clamp};
pub use rule::fold::{dot, logsumexp, norm, sum, try_dot};
pub use rule::{Fold, Op};
