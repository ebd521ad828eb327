//! A sweep's lists, and what it saves of an outer one.

use super::body::Aside;
use super::cell::{Chunk, VISITED};
use crate::number::Float;
use std::collections::{BinaryHeap, HashSet};

/// A sweep's lists, kept between sweeps for their capacity.
pub(crate) struct Scratch<T: Float> {
    /// Birth and number of the chunk to visit next; birth 0: none.
    pub top: (u64, u32),
    /// The others.
    pub heap: BinaryHeap<(u64, u32)>,
    /// The leaf delivered to last; each names the one before in its `a`.
    pub leaf: u32,
    pub saved: Vec<Saved<T>>,
    pub saved_chunks: Vec<SavedChunk<T>>,
    /// The arrays delivered to; and what an outer sweep has there.
    pub arrays: Vec<u32>,
    pub saved_arrays: Vec<(u32, Aside<T>)>,
    /// In anomaly mode: the cells that something has flowed to, be it 0.
    pub reached: HashSet<u32>,
}
impl<T: Float> Scratch<T> {
    /// Nothing is left of the sweep but the leaves.
    pub fn is_plain(&self) -> bool {
        self.arrays.is_empty()
            && self.saved_arrays.is_empty()
            && self.saved.is_empty()
            && self.saved_chunks.is_empty()
            && self.top.0 == 0
    }
}
impl<T: Float> Default for Scratch<T> {
    fn default() -> Self {
        Scratch {
            top: (0, 0),
            heap: BinaryHeap::new(),
            leaf: 0,
            saved: Vec::new(),
            saved_chunks: Vec::new(),
            arrays: Vec::new(),
            saved_arrays: Vec::new(),
            reached: HashSet::new(),
        }
    }
}

/// What an outer sweep has in a cell that an inner one comes to. All of them are ancestors of the node that the inner
/// sweep was asked of, so they live until it is put back, and a cell that is new or used again starts without a stamp.
pub(crate) struct Saved<T> {
    pub index: u32,
    pub stamp: u32,
    pub link: u32,
    pub adjoint: T,
}
/// The same for a chunk of operations.
pub(crate) struct SavedChunk<T> {
    pub index: u32,
    pub stamp: u32,
    pub low: u32,
    pub high: u32,
    /// From `low` to `high`, and whether they have been visited.
    pub adjoints: Vec<(T, u32)>,
}
impl<T: Float> SavedChunk<T> {
    pub fn of(chunk: &Chunk<T>, index: u32) -> Self {
        let (low, high) = (chunk.low.get(), chunk.high.get());
        let cells = (low..=high).map(|position| chunk.at(position));
        let adjoints = cells.map(|cell| (cell.adjoint.get(), cell.meta.get() & VISITED)).collect();
        SavedChunk { index, stamp: chunk.stamp.get(), low, high, adjoints }
    }
    pub fn put_back(self, chunk: &Chunk<T>) {
        chunk.clear_adjoints(T::of(0.0));
        chunk.stamp.set(self.stamp);
        chunk.low.set(self.low);
        chunk.high.set(self.high);
        for (position, (adjoint, visited)) in (self.low..=self.high).zip(self.adjoints) {
            let cell = chunk.at(position);
            cell.adjoint.set(adjoint);
            cell.meta.set(cell.meta.get() | visited);
        }
    }
}
