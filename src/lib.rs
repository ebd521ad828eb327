//! Exact derivatives of ordinary arithmetic.

#![deny(missing_docs)]

mod error;
mod number;
mod rule;
mod ops;
mod dual;
pub mod graph;
mod node;
pub mod custom;
pub mod layer;

pub use dual::Dual;
pub use error::Error;
pub use graph::gradients::{Wrt, gradients, gradients_with};
pub use graph::handle::Node;
pub use graph::modes::no_grad;
pub use node::Recorded;
pub use number::{Call, Elementary, Float, Number};
pub use rule::fold::{dot, logsumexp, norm, select, sum, try_dot};
pub use rule::{Fold, Op};
