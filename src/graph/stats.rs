//! What is alive and what is held.

use super::cell::{CELLS, Cells, Chunk, DEAD, Slot, start_of};
use super::home::{GROUP, Group, Home};
use super::pool::{self, Pool};
use crate::number::Float;

/// The memory of the thread's graphs, all number types together.
///
/// ```
/// use backprop::{graph, Node};
/// let before = graph::stats().live_cells;
/// let x = Node::leaf(1.0);
/// let y = x.sin();
/// assert_eq!(graph::stats().live_cells, before + 2);
/// drop((x, y));
/// assert_eq!(graph::stats().live_cells, before);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Cells that a node of the program can reach: leaves, constants, operations, literals, pairs of second and third operands.
    pub live_cells: usize,
    /// Chunks of 1,024 cells. The thread keeps them until it ends, and uses them again.
    pub chunks: usize,
    /// Bytes of living cells and of their operations' operand lists.
    pub bytes_in_use: usize,
    /// Bytes of living arrays and of the gradients that they keep (views of one buffer count each).
    pub array_bytes: usize,
    /// Bytes of dead arrays' buffers, which wait for the next arrays: for each number type at most 64 MiB, or with the
    /// living arrays as much as has lived at once before. See [`release_buffers`](super::release_buffers).
    pub pool_bytes: usize,
    /// Bytes of all chunks and of the lists of operations with operand lists (a sweep's own lists are not counted).
    pub bytes_held: usize,
}

impl Stats {
    pub(super) fn add(&mut self, one: &Stats) {
        self.live_cells += one.live_cells;
        self.chunks += one.chunks;
        self.bytes_in_use += one.bytes_in_use;
        self.array_bytes += one.array_bytes;
        self.pool_bytes += one.pool_bytes;
        self.bytes_held += one.bytes_held;
    }
}
impl<T: Float> Home<T> {
    pub(super) fn stats(&self) -> Stats {
        self.release_waiting();
        self.settle();
        let (live_cells, chunk_bytes) = self.count();
        let (payload_bytes, list_bytes) = self.slab.borrow().bytes();
        let (array_bytes, pool_bytes) = pool::with(Pool::<T>::bytes).unwrap_or_default();
        Stats {
            live_cells,
            chunks: self.chunks.get() as usize,
            bytes_in_use: live_cells * size_of::<Slot<T>>() + payload_bytes,
            array_bytes,
            pool_bytes,
            bytes_held: chunk_bytes + list_bytes + payload_bytes,
        }
    }
    /// Living cells, and bytes held, by walking: for reports, not for loops.
    fn count(&self) -> (usize, usize) {
        let chunks = || (0..self.chunks.get()).map(|number| self.chunk(start_of(number)));
        let of_leaves = || chunks().filter(|chunk| chunk.sums.get().is_some());
        let order = self.order.borrow();
        let living = |chunk: &Chunk<T>| chunk.cells.iter().filter(|cell| cell.meta.get() != DEAD).count();
        let mut live: usize = of_leaves().map(living).sum();
        for (place, &number) in order[..self.used.get()].iter().enumerate() {
            let chunk = self.chunk(start_of(number));
            let end = if place + 1 == self.used.get() { self.end() } else { CELLS };
            live += (chunk.first.get()..end).filter(|&k| chunk.at(k).meta.get() != DEAD).count();
        }
        let chunk_count = self.chunks.get() as usize;
        let held = chunk_count * size_of::<Cells<T>>()
            + of_leaves().count() * CELLS as usize * size_of::<T>()
            + chunk_count.div_ceil(GROUP) * size_of::<Group<T>>()
            + (order.capacity() + self.orphans.borrow().capacity()) * size_of::<u32>();
        (live, held)
    }
}
