//! Derivatives of functions: a few lines each over the numbers of this crate.
//!
//! | file | what it does |
//! |---|---|
//! | `point`, `output` | the containers that functions take and return |
//! | `linear` | nalgebra's vectors and matrices among them |
//! | `reverse` | gradients, Jacobians, pullbacks, on the tape |
//! | `forward` | derivatives, directional derivatives, Jacobians, on dual numbers |
//! | `auto` | the mode chosen by the number of inputs, for functions written once |
//! | `second` | Hessians and their products with vectors, forward over reverse |
//! | `series` | derivatives of higher order, on Taylor series and nested dual numbers |

pub(crate) mod auto;
pub(crate) mod forward;
#[cfg(feature = "nalgebra")]
mod linear;
mod output;
mod point;
mod reverse;
mod second;
mod series;

pub use forward::{derivative, jvp};
pub use output::Output;
pub use point::{Coordinate, Point};
pub use reverse::{Pullback, Workspace, grad, jacobian, jacobian_with, value_and_grad, value_and_grad_with, vjp};
pub use second::{SecondWorkspace, hessian, hessian_with, hvp, hvp_with};
pub use series::{Indices, laplacian, mixed_partial, nth_derivative, taylor, taylor_along};
