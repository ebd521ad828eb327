//! What a number must be for all of the libraries.

use super::burn;
use crate::arrays::{Long, Real, Short, Task};

/// A workload: each run gives its value.
pub type Work<T> = Box<dyn FnMut() -> T>;
/// That of A1, and its answers: the value and the two gradients.
pub type ShortWork<T> = (Work<T>, (T, Vec<T>, Vec<T>));

/// `f32` and `f64`. (What dfdx asks of its device cannot be asked for any number.)
pub trait Peer: Real + candle_core::WithDType + autograd::Float + burn::Number {
    fn dfdx_short(work: &Short<Self>) -> ShortWork<Self>;
    fn dfdx_long(work: &Long<Self>) -> Work<Self>;
    fn dfdx_network(task: &Task<Self>) -> Work<Self>;
}
