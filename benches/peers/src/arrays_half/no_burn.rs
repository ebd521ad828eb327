//! What stands for burn where its feature is off.

use super::peer::{Peer, ShortWork, Work};
use crate::arrays::{Long, Short, Task};

pub trait Number {}
impl<T> Number for T {}

pub fn short<T: Peer>(_: &Short<T>) -> Option<ShortWork<T>> {
    None
}
pub fn long<T: Peer>(_: &Long<T>) -> Option<Work<T>> {
    None
}
pub fn network<T: Peer>(_: &Task<T>) -> Option<Work<T>> {
    None
}
