//! The graph behind `Node`: counted cells in creation order, in chunks that belong to the thread.
//!
//! ```text
//!   a chunk of operations          a chunk of leaves and constants
//!  ┌────┬─────┬─────┬────┬──       ┌───────┬─────┬──────┬──────┬──
//!  │    │ a*b │ +c  │ sin│ …       │ a 2.0 │ b 3 │ (free)│ c 1.5│ …
//!  └────┴──┬──┴──┬──┴─┬──┴──       └───────┴─────┴──────┴──────┴──
//!          └─────┴────┴── each refers only to cells on its left, or to leaves and constants
//! ```
//!
//! A node is an index and a count. Three facts carry everything:
//!
//! 1. A cell refers to cells recorded before it, or to leaves and constants, which refer to nothing. So (birth of the
//!    chunk, position) is a topological order, no cycle of operands is possible, and nothing needs sorting, marks or
//!    recursion. (Only a custom rule that comes to own its own result makes a cycle, as with any counted reference.)
//! 2. A cell whose count is not zero is never moved nor reused. A chunk of operations is used again when all its cells
//!    are dead, a leaf's place at once. So a node keeps alive exactly what it was computed from.
//! 3. An adjoint means something only if its stamp is that of the sweep asked about. So nothing is cleared, but for all
//!    stamps once in 2²³ sweeps.
//!
//! The recorded list is the one of Wengert (1964); the reverse sweep over it is Linnainmaa's (1970), see Griewank &
//! Walther, *Evaluating Derivatives* (2008), chapter 3. What is ours is that it is a list that forgets: cells are
//! counted one by one, so an expression that goes out of scope gives its place back at once and a loop over small
//! expressions stays in warm memory.
//!
//! | file | what it does |
//! |---|---|
//! | `cell` | the cell, the chunk, the operation codes |
//! | `home` | a thread's chunks of one number type: finding cells, recording, leaves |
//! | `homes` | where a thread keeps its homes, one for each number type |
//! | `handle` | the counted handle: clone and drop |
//! | `record` | the hot path: an operation becomes a cell |
//! | `release` | death of cells, without recursion |
//! | `payload` | what a cell cannot hold: names, folds, custom operations |
//! | `array`, `values`, `flow` | arrays: the handle, the elements, what flows along an arrow |
//! | `pool` | the buffers of dead arrays, for the next ones |
//! | `recorded` | the names of operations |
//! | `look` | one node by itself, for drawings |
//! | `sweep` | the reverse sweep |
//! | `modes` | `no_grad` and anomaly mode, for all number types of the thread |
//! | `tracing` | numbers without a value, while a closure is traced |
//! | `anomaly` | the first operation that makes a NaN or an infinity |
//! | `stats` | what is alive and what is held |

pub mod anomaly;
pub(crate) mod array;
pub(crate) mod cell;
pub(crate) mod flow;
pub(crate) mod handle;
pub(crate) mod home;
pub(crate) mod homes;
mod look;
pub(crate) mod modes;
pub(crate) mod payload;
mod pool;
pub(crate) mod record;
pub(crate) mod recorded;
mod release;
mod settle;
pub(crate) mod stats;
mod sweep;
pub(crate) mod tracing;
mod values;

pub use stats::{Stats, stats};

/// What tests of the graph need to reach its corners; no part of the promises.
#[doc(hidden)]
pub mod testing {
    use super::home::Home;
    use super::homes;
    use crate::number::Float;

    /// The next chunks have room for this many cells only, so that small graphs cross their borders.
    pub fn set_chunk_cells<T: Float>(cells: u32) {
        homes::with(|home: &Home<T>| home.set_chunk_cells(cells));
    }
    /// As if there had been so many sweeps already.
    pub fn set_sweeps<T: Float>(sweeps: u32) {
        homes::with(|home: &Home<T>| home.set_sweeps(sweeps));
    }
}
