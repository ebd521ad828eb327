//! The reverse sweep: adjoints flow from right to left, each cell doing its simple local computation.
//!
//! Chunks are taken youngest first from a heap; a chunk enters it when an adjoint is delivered into it. Within a chunk
//! the sweep goes from the highest to the lowest position delivered to. Outside of the range of positions that the last sweep
//! through a chunk came to every adjoint in it is zero; whoever enters a chunk clears that range. So the cost is that of the
//! cells reached, and a cell whose adjoint is zero passes nothing on. (But for a cell with a rule that the user wrote: that
//! runs wherever the sweep comes, so such cells say that it came.) Leaves lie anywhere: a stamp in each says whether its
//! adjoint belongs to this sweep. They collect in their cells, listed through them, and are added to their gradients at the
//! end: a panic in a rule changes no gradient.
//!
//! | file | what it does |
//! |---|---|
//! | `turn` | a sweep inside a custom rule of another saves what it meets of the outer one, and puts it back at its end |
//! | `scan` | the loop over a chunk |

mod scan;
mod turn;

use super::body::Collector;
use super::cell::{
    ARRAY_LEAF, Chunk, EDGES_COUNTED, LEAF, POSITION, STAMP, Slot, VISITED, chunk_of, code, is_constant, start_of,
};
use super::flags;
use super::flow::{Flow, type_mismatch};
use super::handle::Node;
use super::home::{self, ENDING, Home};
use super::scratch::{Saved, SavedChunk, Scratch};
use crate::number::Float;
use turn::{OUTERMOST, Turn};

struct Sweep<'h, T: Float> {
    home: &'h Home<T>,
    now: u32,
    /// Stamps from here on belong to sweeps under way.
    outer: u32,
    lists: &'h mut Scratch<T>,
}

impl<T: Float> Node<T> {
    /// One sweep from this node, with the adjoint `seed`.
    ///
    /// # Panics
    /// If the node has no value, and as its rules do.
    #[track_caller]
    pub(crate) fn sweep(&self, seed: Flow<T>) {
        self.sweep_by(move |sweep, index| sweep.flow(index, seed));
    }
    /// The same for a number.
    #[track_caller]
    pub(crate) fn sweep_number(&self, seed: T) {
        self.sweep_by(move |sweep, index| sweep.deliver(index, seed));
    }
    #[inline(always)]
    #[track_caller]
    fn sweep_by(&self, start: impl FnOnce(&mut Sweep<'_, T>, u32)) {
        if flags::is_tracing() {
            self.ask("sweeps back from");
        }
        home::with(|home| {
            let mut turn = Turn::new(home);
            let mut sweep = turn.sweep();
            start(&mut sweep, self.index());
            sweep.run();
            sweep.commit();
        })
        .expect(ENDING);
    }
}

impl<T: Float> Home<T> {
    /// Does something to where the adjoint of an array's cell collects.
    fn with_collector(&self, cell: &Slot<T>, f: impl FnOnce(&Collector<T>)) {
        if let Some(payload) = self.payload(cell.b.get())
            && let Some(collector) = payload.collector()
        {
            f(collector);
        }
    }
}

impl<T: Float> Sweep<'_, T> {
    /// Adds to a cell's adjoint.
    #[inline]
    fn deliver(&mut self, index: u32, adjoint: T) {
        let chunk = self.home.chunk(index);
        let cell = chunk.at(index);
        let meta = cell.meta.get();
        if is_constant(meta) {
            return;
        }
        if matches!(code(meta), LEAF | ARRAY_LEAF) {
            self.deliver_to_leaf(index, cell, adjoint);
        } else {
            self.enter(index, chunk);
            if meta & EDGES_COUNTED != 0 {
                cell.meta.set(meta | VISITED);
            }
            cell.adjoint.set(T::join(cell.adjoint.get(), adjoint));
        }
    }

    /// Adds what flows to a number or to an array.
    fn flow(&mut self, index: u32, part: Flow<T>) {
        match part {
            Flow::Number(adjoint) => self.deliver(index, adjoint),
            part => self.deliver_array(index, part),
        }
    }
    fn deliver_array(&mut self, index: u32, part: Flow<T>) {
        let chunk = self.home.chunk(index);
        let cell = chunk.at(index);
        let meta = cell.meta.get();
        if is_constant(meta) {
            return;
        }
        let Some(payload) = self.home.payload(cell.b.get()) else { return };
        let Some(collector) = payload.collector() else { type_mismatch() };
        if code(meta) == ARRAY_LEAF {
            if meta & STAMP != self.now {
                if meta & STAMP >= self.outer {
                    self.lists.saved_arrays.push((index, collector.put_aside()));
                }
                self.first(index, cell, T::of(0.0));
            }
        } else {
            self.enter(index, chunk);
            if cell.meta.get() & VISITED == 0 {
                if self.outer != OUTERMOST {
                    self.lists.saved_arrays.push((index, collector.put_aside()));
                }
                cell.meta.set(cell.meta.get() | VISITED);
            }
        }
        if collector.add(part) {
            self.lists.arrays.push(index);
        }
    }

    /// To a leaf.
    #[inline(always)]
    fn deliver_to_leaf(&mut self, at: u32, cell: &Slot<T>, adjoint: T) {
        if cell.meta.get() & STAMP == self.now {
            cell.adjoint.set(cell.adjoint.get() + adjoint);
        } else {
            self.first(at, cell, adjoint);
        }
    }
    /// The first delivery of this sweep to the leaf.
    #[inline(always)]
    fn first(&mut self, at: u32, cell: &Slot<T>, adjoint: T) {
        let meta = cell.meta.get();
        if meta & STAMP >= self.outer {
            self.save(at, cell);
        }
        cell.adjoint.set(adjoint);
        cell.meta.set(meta & !STAMP | self.now);
        cell.a.set(self.lists.leaf);
        self.lists.leaf = at;
    }
    #[cold]
    #[inline(never)]
    fn save(&mut self, index: u32, cell: &Slot<T>) {
        let (stamp, link, adjoint) = (cell.meta.get() & STAMP, cell.a.get(), cell.adjoint.get());
        self.lists.saved.push(Saved { index, stamp, link, adjoint });
    }
    /// The chunk is to be visited, at this position too.
    #[inline(always)]
    fn enter(&mut self, index: u32, chunk: &Chunk<T>) {
        let position = index & POSITION;
        if chunk.stamp.get() == self.now {
            chunk.low.set(chunk.low.get().min(position));
            chunk.high.set(chunk.high.get().max(position));
            return;
        }
        self.enter_first(index, chunk);
    }
    #[inline(never)]
    fn enter_first(&mut self, index: u32, chunk: &Chunk<T>) {
        let position = index & POSITION;
        let stamp = chunk.stamp.get();
        if stamp >= self.outer && self.home.is_under_way(stamp) {
            self.lists.saved_chunks.push(SavedChunk::of(chunk, index));
        }
        chunk.clear_adjoints(T::of(0.0));
        chunk.stamp.set(self.now);
        chunk.low.set(position);
        chunk.high.set(position);
        let (lists, entry) = (&mut self.lists, (chunk.birth.get(), chunk_of(index)));
        if lists.top.0 == 0 {
            lists.top = entry;
        } else {
            lists.heap.push(lists.top.min(entry));
            lists.top = lists.top.max(entry);
        }
    }

    fn run(&mut self) {
        let watching = flags::is_watching();
        if watching {
            let start = start_of(self.lists.top.1);
            self.lists.reached.clear();
            self.lists.reached.insert(start | self.home.chunk(start).high.get());
        }
        while self.lists.top.0 != 0 {
            let number = self.lists.top.1;
            // mostly empty, and asking is cheaper than popping
            self.lists.top = if self.lists.heap.is_empty() { (0, 0) } else { self.lists.heap.pop().unwrap_or((0, 0)) };
            if watching { self.scan_watching(number) } else { self.scan(number) }
        }
    }

    /// Only now do leaves change.
    fn commit(self) {
        let mut at = self.lists.leaf;
        while at != 0 {
            let leaves = self.home.chunk(at);
            let cell = leaves.at(at);
            if code(cell.meta.get()) == ARRAY_LEAF {
                self.home.with_collector(cell, Collector::commit);
            } else if let Some(sums) = leaves.sums.get() {
                let sum = &sums[(at & POSITION) as usize];
                sum.set(sum.get() + cell.adjoint.get());
            }
            at = cell.a.get();
        }
        self.home.last.set(self.now);
    }
}
