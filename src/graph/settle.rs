//! Looking for dead cells between living ones.
//!
//! Handles are counted, references from one operation to another mostly are not. So a cell without a handle may be dead or
//! not, and only this pass tells: from the youngest cell to the oldest, each that lives marks those that it refers to, which
//! are older and come later. No recursion, no list: creation order does it. Chunks without a living cell are free again, and
//! so are leaves and constants that nobody refers to.
//!
//! It costs as much as there are cells, so it runs only when a new chunk would have to be made, and then only if a quarter of
//! the cells have lost their last handles meanwhile, or the graph has doubled. Each cell recorded, or handle dropped, pays for
//! a few cells looked at, whatever is dropped when; and chunks in use are never more than twice those in which something
//! lives.

use super::cell::{
    AMONG_LEAVES, CELLS, COUNTED, Chunk, DEAD, EDGES_COUNTED, LITERAL, MARK, MOVED_A, MOVED_B, PAYLOAD, POSITION, Slot,
    code, start_of,
};
use super::home::Home;
use crate::number::Float;

/// The count of an orphan that an operation refers to, during the pass.
const WANTED: u32 = u32::MAX;

impl<T: Float> Home<T> {
    /// Whether it may pay to look for dead cells before a chunk is made.
    pub(super) fn may_have_died(&self) -> bool {
        let used = self.used.get();
        let cells = used * (CELLS - self.first.get()) as usize;
        used >= self.limit.get() || self.dropped.get() > cells / 4
    }

    /// Finds the living cells, and frees chunks and leaves that have none.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(&self) {
        let used = self.used.get();
        let mut order = self.order.take();
        let (mut living, mut free) = (Vec::with_capacity(order.len()), Vec::new());
        for (place, &number) in order[..used].iter().enumerate().rev() {
            let is_current = place + 1 == used;
            let end = if is_current { self.end() } else { CELLS };
            if self.settle_chunk(self.chunk(start_of(number)), end) || is_current {
                living.push(number);
            } else {
                free.push(number);
            }
        }
        let left = living.len();
        living.reverse();
        living.extend(free.into_iter().rev());
        living.extend(order.drain(used..));
        self.order.replace(living);
        self.used.set(left);
        if self.next.get() != 0 && used != 0 {
            self.pop();
        }
        self.limit.set(2 * self.used.get().max(1));
        self.dropped.set(0);
        self.free_orphans();
        let chunks = self.chunks.get() as usize * CELLS as usize;
        self.orphans_limit.set(self.orphans.borrow().len() + (CELLS as usize / 2).max(chunks / 4));
    }
    /// Where the cells of the current chunk end.
    pub(super) fn end(&self) -> u32 {
        let next = if self.next.get() == 0 { self.held.get() } else { self.next.get() };
        (next.wrapping_sub(1) & POSITION) + 1
    }
    /// Whether a cell lives in the chunk. What lives marks its operands.
    fn settle_chunk(&self, chunk: &Chunk<T>, end: u32) -> bool {
        let mut lives = false;
        for position in (chunk.first.get()..end).rev() {
            let cell = chunk.at(position);
            let meta = cell.meta.get();
            let kind = code(meta);
            if kind == DEAD {
                continue;
            }
            if cell.count.get() == 0 && meta & (MARK | EDGES_COUNTED) == 0 {
                self.give_back(cell, meta);
                cell.bury();
                continue;
            }
            lives = true;
            cell.meta.set(meta & !MARK);
            if !matches!(kind, LITERAL | PAYLOAD) {
                self.mark(cell.a.get());
                if cell.b.get() != 0 {
                    self.mark(cell.b.get());
                }
            }
        }
        lives
    }
    fn mark(&self, at: u32) {
        let cell = self.cell(at);
        if at & AMONG_LEAVES == 0 {
            cell.meta.set(cell.meta.get() | MARK);
        } else if at & COUNTED == 0 && cell.count.get() == 0 {
            cell.count.set(WANTED);
        }
    }
    /// The counts of operands whose handles a dead operation had taken over.
    #[inline(always)]
    pub(super) fn give_back(&self, cell: &Slot<T>, meta: u32) {
        if meta & MOVED_A != 0 {
            let operand = self.cell(cell.a.get());
            operand.count.set(operand.count.get().wrapping_sub(1));
        }
        if meta & MOVED_B != 0 {
            let operand = self.cell(cell.b.get());
            operand.count.set(operand.count.get().wrapping_sub(1));
        }
    }
    /// Frees the orphans that nobody wants. One may stand in the list twice, or have a handle again.
    pub(super) fn free_orphans(&self) {
        if self.orphans.borrow().is_empty() {
            return;
        }
        let mut orphans = self.orphans.take();
        orphans.retain(|&at| {
            let cell = self.cell(at);
            match cell.count.get() {
                WANTED => return true,
                0 if cell.meta.get() != DEAD => self.free_leaf(at, cell),
                _ => (),
            }
            false
        });
        // nothing of the user's has run meanwhile: a name has no drop of the user's
        orphans.iter().for_each(|&at| self.cell(at).count.set(0));
        self.orphans.replace(orphans);
    }
}
