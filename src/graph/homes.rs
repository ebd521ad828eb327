//! The thread's homes of all number types together: for modes, and for the statistics.

use super::home::{self, Home};
use super::pool::{self, Pool};
use super::stats::Stats;
use crate::number::Float;
use std::cell::RefCell;

/// What can be done to a home without knowing its number type.
pub(super) struct Control {
    pub close: fn(),
    pub open: fn(),
    pub forget_lines: fn(),
    stats: fn() -> Stats,
    release_buffers: fn() -> usize,
}

thread_local! {
    /// The homes that have chunks.
    static HOMES: RefCell<Vec<Control>> = const { RefCell::new(Vec::new()) };
}

impl<T: Float> Home<T> {
    /// It has made its first chunk.
    pub(super) fn register(&self) {
        let control = Control {
            close: || home::with(Home::<T>::close).unwrap_or_default(),
            open: || home::with(Home::<T>::open).unwrap_or_default(),
            forget_lines: || home::with(|home: &Home<T>| home.lines.borrow_mut().clear()).unwrap_or_default(),
            stats: || home::with(Home::<T>::stats).unwrap_or_default(),
            release_buffers: || pool::with(Pool::<T>::clear).unwrap_or_default(),
        };
        // in a thread that is ending there is nothing to control any more
        let _ = HOMES.try_with(|homes| homes.borrow_mut().push(control));
    }
}

/// Does something to every home.
pub(super) fn each(mut f: impl FnMut(&Control)) {
    let _ = HOMES.try_with(|homes| homes.borrow().iter().for_each(&mut f));
}

/// The memory of the thread's graphs, found by walking: for tests and reports, not for loops.
///
/// What has died between living cells is freed first, so that cells are counted as alive only if they are. A thread keeps its
/// chunks until it ends, and uses them again: those in use were never more than twice as many as those in which something
/// lived.
///
/// ```
/// let stats = backprop::graph::stats();
/// assert!(stats.bytes_in_use <= stats.bytes_held);
/// ```
#[must_use]
pub fn stats() -> Stats {
    let mut sum = Stats::default();
    each(|home| sum.add(&(home.stats)()));
    sum
}

/// Gives the buffers of dead arrays that wait for the next ones ([`Stats::pool_bytes`]) back to the allocator: how many bytes.
/// For after a phase that needed much, before one that needs little; the pool finds that out by itself, but later.
///
/// ```
/// use backprop::{graph, NodeArray};
/// let x = NodeArray::leaf(ndarray::Array1::<f64>::zeros(10_000));
/// drop(&x + 1.0);
/// assert_eq!(graph::stats().pool_bytes, 80_000);
/// assert_eq!(graph::release_buffers(), 80_000);
/// assert_eq!(graph::stats().pool_bytes, 0);
/// ```
pub fn release_buffers() -> usize {
    // these may have arrays without having a graph
    let mut bytes = pool::with(Pool::<f64>::clear).unwrap_or_default();
    bytes += pool::with(Pool::<f32>::clear).unwrap_or_default();
    each(|home| bytes += (home.release_buffers)());
    bytes
}
