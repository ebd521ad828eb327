//! The graph behind `Node`: cells in creation order, in chunks that belong to the thread, kept alive by counted handles.
//!
//! ```text
//!   a chunk of operations          a chunk of leaves and constants
//!  ┌────┬─────┬─────┬────┬──       ┌───────┬─────┬──────┬──────┬──
//!  │    │ a*b │ +c  │ sin│ …       │ a 2.0 │ b 3 │ (free)│ c 1.5│ …
//!  └────┴──┬──┴──┬──┴─┬──┴──       └───────┴─────┴──────┴──────┴──
//!          └─────┴────┴── each refers only to cells on its left, or to leaves and constants
//! ```
//!
//! A node is a value and a reference to its cell: 16 bytes for `f64`. Four facts carry everything:
//!
//! 1. A cell refers to cells recorded before it, or to leaves and constants, which refer to nothing. So (birth of the
//!    chunk, position) is a topological order, no cycle of operands is possible, and nothing needs sorting or
//!    recursion. (Only a custom rule that comes to own its own result makes a cycle, as with any counted reference.)
//! 2. A cell that a handle can reach is never moved nor reused. So a node keeps alive exactly what it was computed from.
//! 3. A cell recorded last has no operation that refers to it. So it is dead when it has no handle, and dead cells at the
//!    end are taken back at once; and when no operation has a handle, all are dead, and the whole graph is gone at once,
//!    without a walk.
//! 4. Outside of the positions of a chunk that a sweep came to, its adjoints are zero. So nothing else is cleared.
//!
//! # What is counted
//!
//! Each cell counts its **handles**: the nodes that the program holds, and those that it has handed over to an operation
//! (`x * y` by value). The thread counts the handles of all operations together. References from one operation to another
//! are **not** counted, so that an operation on `&x` and `&y` neither looks their cells up nor writes to them: a node knows
//! its value, and the top bits of its reference tell whether the cell is a leaf, whether anything flows into it, and whether
//! its edges are counted. That is so for cells with a payload (arrays, folds, custom operations, names) and for all that is
//! computed from them: among these each reference counts, and death is a cascade, for what they own is large, or the user's,
//! and goes the moment its last handle does. A plain number that has died between living ones gives its 32 bytes back
//! later: when it is at the end, when all are dead, or when `settle` looks for the dead, before more memory would be taken.
//!
//! The recorded list is the one of Wengert (1964); the reverse sweep over it is Linnainmaa's (1970), see Griewank &
//! Walther, *Evaluating Derivatives* (2008), chapter 3. What is ours is that it is a list that forgets: an expression that
//! goes out of scope gives its place back at once, and a loop over small expressions stays in warm memory.
//!
//! | file | what it does |
//! |---|---|
//! | `flags` | what the thread has switched on |
//! | `cell` | the cell, the chunk, the operation codes |
//! | `home` | a thread's chunks of one number type, and where it keeps them: finding cells, room for them, leaves |
//! | `homes` | the thread's homes of all number types together |
//! | `handle` | the counted handle: clone and drop |
//! | `record` | the hot path: an operation becomes a cell |
//! | `operations` | those that are no rows: names, folds, custom operations |
//! | `release` | death of cells, without recursion |
//! | `settle` | looking for what lies dead between living cells |
//! | `payload` | what a cell cannot hold |
//! | `pool` | the memory of arrays: buffers of dead ones, for the next ones |
//! | `values` | the elements of an array, shared |
//! | `flow` | what flows along an arrow |
//! | `body` | what all handles of one array share, and where its adjoint collects |
//! | `scratch` | a sweep's lists |
//! | `array` | the handle of an array |
//! | `recorded` | the names of operations |
//! | `look` | one node by itself, for drawings |
//! | `sweep` | the reverse sweep, with its loop and the sweeps inside rules |
//! | `modes` | `no_grad` and anomaly mode, for all number types of the thread |
//! | `tracing` | numbers without a value, while a closure is traced |
//! | `anomaly` | the first operation that makes a NaN or an infinity |
//! | `stats` | what is alive and what is held |

pub mod anomaly;
pub(crate) mod array;
mod body;
pub(crate) mod cell;
pub(crate) mod flags;
pub(crate) mod flow;
pub(crate) mod handle;
pub(crate) mod home;
mod homes;
mod look;
pub(crate) mod modes;
pub(crate) mod operations;
pub(crate) mod payload;
mod pool;
pub(crate) mod record;
pub(crate) mod recorded;
mod release;
mod scratch;
mod settle;
mod stats;
mod sweep;
pub(crate) mod tracing;
mod values;

pub use homes::{release_buffers, stats};
pub use stats::Stats;

/// What tests of the graph need to reach its corners; no part of the promises.
#[doc(hidden)]
pub mod testing {
    use super::cell::Slot;
    use super::handle::{Node, look};
    use super::home::{self, Home};
    use crate::number::Float;

    /// As if the node had so many handles: how many it has.
    pub fn set_handles<T: Float>(node: &Node<T>, handles: u32) -> u32 {
        look(node.index(), |cell: &Slot<T>| cell.count.replace(handles))
    }
    /// The next chunks have room for this many cells only, so that small graphs cross their borders.
    pub fn set_chunk_cells<T: Float>(cells: u32) {
        home::with(|home: &Home<T>| home.set_chunk_cells(cells));
    }
    /// As if there had been so many sweeps already.
    pub fn set_sweeps<T: Float>(sweeps: u32) {
        home::with(|home: &Home<T>| home.set_sweeps(sweeps));
    }
}
