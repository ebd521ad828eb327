//! Death of cells.
//!
//! What a handle knows of is counted; what operations know of mostly is not. Four things let cells die:
//!
//! 1. `reset`: no operation has a handle, so all of them are dead, and their chunks are free at once.
//! 2. `pop`: no operation can refer to the cell recorded last. If it has no handle either it is dead, and its place is taken
//!    back; and so on downwards. A loop over a small expression stays in warm memory.
//! 3. `release`: `COUNTED` cells (payloads, and what was computed from them) are counted by each other too, and die when their
//!    counts are zero, and what they own with them: arrays are freed at once. A list threaded through the dead cells
//!    themselves does it, without recursion. What a payload's drop lets die (user code may run there) joins the same list.
//! 4. `settle`: what lies dead between living cells is found when it may pay.

use super::cell::{
    AMONG_LEAVES, CELLS, CONSTANT, COUNTED, DEAD, EDGES_COUNTED, INDEX, LEAF, PAIR, PAYLOAD, POSITION, Slot, chunk_of,
    code, start_of,
};
use super::home::Home;
use crate::number::Float;
use std::cell::Cell;

impl<T: Float> Home<T> {
    /// A leaf, a constant or a `COUNTED` cell has lost its last reference that is counted.
    pub(super) fn release(&self, at: u32) {
        let cell = self.cell(at);
        if at & COUNTED != 0 {
            cell.count.set(self.dying.replace(at));
        } else if self.live.get() == 0 {
            self.free_leaf(at, cell);
        } else {
            self.orphans.borrow_mut().push(at);
        }
    }
    /// No operation refers to the leaf or constant.
    pub(super) fn free_leaf(&self, at: u32, cell: &Slot<T>) {
        let name = cell.b.get();
        self.free_slot(at, cell);
        if name != 0 {
            let name = self.slab.borrow_mut().take(name);
            drop(name);
        }
    }
    /// The leaf or constant is dead.
    #[inline(always)]
    pub fn free_slot(&self, at: u32, cell: &Slot<T>) {
        cell.meta.set(DEAD);
        cell.a.set(self.leaves.replace(at & INDEX));
    }

    /// All operations are dead.
    #[inline(never)]
    pub fn reset(&self) {
        let used = self.used.get();
        if used == 0 {
            // nothing has ever been recorded: there is no orphan either
            return;
        }
        let next = if self.held.get() != 0 { &self.held } else { &self.next };
        let mut number = chunk_of(next.get() - 1);
        if used > 1 {
            number = self.order.borrow()[0];
            self.used.set(1);
            self.limit.set(1);
        }
        self.dropped.set(0);
        let chunk = self.chunk(start_of(number));
        chunk.forget_adjoints();
        next.set(start_of(number) | chunk.first.get());
        self.free_orphans();
    }

    /// Takes back the dead cells at the end.
    #[inline(never)]
    pub fn pop(&self) {
        let mut next = self.next.get();
        let mut chunk = self.chunk(next.wrapping_sub(1));
        loop {
            if next.wrapping_sub(1) & POSITION < chunk.first.get() {
                // the chunk is empty: back to the one before
                let used = self.used.get();
                if used < 2 {
                    break;
                }
                self.used.set(used - 1);
                next = start_of(self.order.borrow()[used - 2]) + CELLS;
                chunk = self.chunk(next - 1);
            }
            let cell = chunk.at(next - 1);
            let meta = cell.meta.get();
            if cell.count.get() != 0 || meta & EDGES_COUNTED != 0 {
                break;
            }
            self.give_back(cell, meta);
            next -= 1;
        }
        if chunk.high.get() >= next & POSITION && next & POSITION != 0 {
            if chunk.low.get() >= next & POSITION {
                chunk.forget_adjoints();
            } else {
                chunk.high.set((next & POSITION) - 1);
            }
        }
        self.next.set(next);
    }

    /// Releases the `COUNTED` cells that wait, and all that dies with them.
    pub(super) fn release_waiting(&self) {
        let mut dying = self.dying.take();
        while dying != 0 {
            let at = dying;
            let cell = self.cell(at);
            dying = cell.count.get();
            let kind = code(cell.meta.get());
            if (PAIR..CONSTANT).contains(&kind) {
                let mut less = |operand: u32| {
                    if operand & COUNTED == 0 {
                        return;
                    }
                    let cell = self.cell(operand);
                    let left = cell.count.get() - 1;
                    if left != 0 {
                        cell.count.set(left);
                    } else {
                        cell.count.set(dying);
                        dying = operand;
                    }
                };
                let (a, b) = (cell.a.get(), cell.b.get());
                less(a);
                if b != 0 {
                    let second = self.cell(b);
                    if b & AMONG_LEAVES == 0 && code(second.meta.get()) == PAIR {
                        less(second.a.get());
                        less(second.b.get());
                    } else {
                        less(b);
                    }
                }
                self.bury(cell);
            } else {
                let payload = cell.b.get();
                if kind == PAYLOAD {
                    self.bury(cell);
                } else {
                    self.free_slot(at, cell);
                }
                dying = self.drop_payload(payload, dying);
            }
        }
        if self.live.get() == 0 {
            self.reset();
        } else if self.next.get() != 0 {
            self.pop();
        }
    }
    /// The `COUNTED` operation is dead.
    fn bury(&self, cell: &Slot<T>) {
        cell.bury();
        self.live.set(self.live.get().wrapping_sub(1));
    }

    /// Drops a payload, during which user code may run and more cells may die: they join the list, and are not used again
    /// before that code has ended. Nothing else waits in a variable here, so a panic loses nothing.
    #[cold]
    fn drop_payload(&self, index: u32, dying: u32) -> u32 {
        /// Also after a panic; what still waits is released next time.
        struct Releasing<'a>(&'a Cell<bool>);
        impl Drop for Releasing<'_> {
            fn drop(&mut self) {
                self.0.set(false);
            }
        }
        let payload = self.slab.borrow_mut().take(index);
        self.dying.set(dying);
        self.releasing.set(true);
        let _releasing = Releasing(&self.releasing);
        drop(payload);
        self.dying.take()
    }
}
const _: () = assert!(LEAF < PAIR && PAIR < CONSTANT, "what has no payload lies between");
