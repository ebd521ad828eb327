//! What a number must be for all of the libraries.

use crate::arrays::{Long, Real, Short, Task};

/// A workload of A1, and its answers: the value and the two gradients.
pub type ShortWork<T> = (Box<dyn FnMut() -> T>, (T, Vec<T>, Vec<T>));

/// `f32` and `f64`. (What dfdx asks of its device cannot be asked for any number.)
pub trait Peer: Real + candle_core::WithDType + autograd::Float {
    fn dfdx_short(work: &Short<Self>) -> ShortWork<Self>;
    fn dfdx_long(work: &Long<Self>) -> Box<dyn FnMut() -> Self>;
    fn dfdx_network(task: &Task<Self>) -> Box<dyn FnMut() -> Self>;
}
