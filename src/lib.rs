// the README's picture, for pages that cannot reach the file beside it: the first definition of a link holds
#![doc = concat!("[picture]: ", include_str!("../docs/pictures/apples_oranges.uri"), "\n\n")]
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

// floor 0
mod error;
mod local;
mod simd;
// floor 1: number and rule know each other
mod number;
mod ops;
mod rule;
// floor 2
mod dual;
mod jet;
// floor 3
pub mod graph;
pub mod tape;
// floor 4
pub mod array;
pub mod custom;
mod node;
mod var;
// floor 5
#[cfg(feature = "nalgebra")]
mod field;
mod gradients;
pub mod layer;
// floor 6
pub mod check;
pub mod draw;
mod drivers;
// floor 7
pub mod guide;

pub use array::{ArrayOperand, NodeArray0, NodeArray1, NodeArray2, NodeArray3, NodeArray4, NodeArray5, NodeArray6};
pub use array::{Dropout, Parameters};
pub use drivers::{Coordinate, Output, Point, Pullback, SecondWorkspace, Workspace};
pub use drivers::{Indices, laplacian, mixed_partial, nth_derivative, taylor, taylor_along};
pub use drivers::{derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, value_and_grad_with, vjp};
pub use drivers::{hessian_with, hvp_with, jacobian_with};
pub use dual::Dual;
pub use error::Error;
#[cfg(feature = "nalgebra")]
pub use field::rotation;
pub use gradients::{Root, Wrt, gradients, gradients_with};
pub use graph::anomaly;
pub use graph::array::{NodeArray, NodeArrayD};
pub use graph::handle::Node;
pub use graph::modes::no_grad;
pub use graph::recorded::Recorded;
pub use jet::Jet;
pub use number::{Argument, Call, Elementary, Float, Fuse, Number, Scalar, fuse};
pub use rule::branch::{select, try_clamp};
pub use rule::fold::{dot, logsumexp, norm, sum, try_dot};
pub use rule::{Edge, Fold, Op};
pub use var::Var;

/// Drivers in forward mode, chunk by chunk; [`derivative`] and [`jvp`] are in forward mode, too.
pub mod forward {
    pub use crate::drivers::forward::{grad, jacobian, value_and_grad};
}

/// Drivers that choose the mode by the number of inputs, for functions that are written once for every number
/// ([`Call`]); and what they chose.
pub mod auto {
    pub use crate::drivers::auto::{
        Choice, grad, gradient_mode, hessian, hessian_mode, jacobian, jacobian_mode, value_and_grad,
    };
}
