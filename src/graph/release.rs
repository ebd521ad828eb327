//! Death of cells.
//!
//! A count that reaches zero releases the operands, which may die in turn: through a list threaded through the dead
//! cells themselves, so there is no recursion and no allocation. What a payload's drop lets die (user code may run
//! there) joins the same list.

use super::cell::{CELLS, CONSTANT, Chunk, DEAD, LEAF, LITERAL, PAIR, PAYLOAD, POSITION, Slot, chunk_of, code};
use super::home::Home;
use crate::number::Float;
use std::cell::Cell;

/// A leaf or constant without a name: nothing hangs from it.
#[inline(always)]
fn is_plain_leaf<T>(cell: &Slot<T>) -> bool {
    matches!(code(cell.meta.get()), LEAF | CONSTANT) && cell.b.get() == 0
}

impl<T: Float> Home<T> {
    /// The last reference to a cell is gone.
    #[inline(never)]
    pub fn release(&self, index: u32, chunk: &Chunk<T>) {
        let cell = chunk.at(index);
        if is_plain_leaf(cell) {
            self.free_slot(index, cell);
        } else if self.releasing.get() {
            // a payload's drop has let it die: the release under way goes on with it
            cell.count.set(self.dying.replace(index));
        } else {
            self.release_all(index, chunk);
        }
    }

    /// Releases a cell and all that dies with it.
    fn release_all<'a>(&'a self, mut index: u32, mut chunk: &'a Chunk<T>) {
        let mut dying = self.dying.take();
        let mut number = chunk_of(index);
        // the other chunk that we have come to last: mostly that of the leaves
        let (mut far_number, mut far) = (number, chunk);
        loop {
            if chunk_of(index) != number {
                (number, chunk) = (chunk_of(index), self.chunk(index));
            }
            let cell = chunk.at(index);
            let kind = code(cell.meta.get());
            let mut next = 0;
            if (PAIR..CONSTANT).contains(&kind) {
                let (a, b) = (cell.a.get(), cell.b.get());
                self.bury(chunk, index);
                let mut less = |operand: u32| {
                    let (home, cell) = if chunk_of(operand) == number {
                        (chunk, chunk.at(operand))
                    } else {
                        if chunk_of(operand) != far_number {
                            (far_number, far) = (chunk_of(operand), self.chunk(operand));
                        }
                        (far, far.at(operand))
                    };
                    let left = cell.count.get() - 1;
                    if left != 0 {
                        cell.count.set(left);
                    } else if code(cell.meta.get()) == LITERAL {
                        self.bury(home, operand);
                    } else if next == 0 {
                        next = operand;
                    } else {
                        cell.count.set(dying);
                        dying = operand;
                    }
                };
                // the younger first: what is walked next lies near, what waits is older
                less(a.max(b));
                if b != 0 {
                    less(a.min(b));
                }
            } else if kind == LITERAL {
                self.bury(chunk, index);
            } else if is_plain_leaf(cell) {
                self.free_slot(index, cell);
            } else {
                let payload = cell.b.get();
                if kind == PAYLOAD {
                    self.bury(chunk, index)
                } else {
                    self.free_slot(index, cell)
                }
                dying = self.drop_payload(payload, dying);
            }
            if next == 0 {
                if dying == 0 {
                    break;
                }
                next = dying;
                dying = self.cell(next).count.get();
            }
            index = next;
        }
        self.rewind();
    }

    /// The leaf or constant is dead.
    #[inline(always)]
    pub fn free_slot(&self, index: u32, cell: &Slot<T>) {
        cell.meta.set(DEAD);
        cell.a.set(self.leaves.replace(index));
    }

    /// The cell is dead. The last one recorded is taken back at once: a loop stays in warm memory.
    ///
    /// That `next` follows this cell means that it was recorded last, also across a border: `next` is the start of chunk
    /// n + 1 only if chunk n has just been filled. (After `no_grad` that chunk may have died and be in use again: as one
    /// of leaves, which do not come here, or of operations, and then `next` has moved.)
    #[inline(always)]
    pub fn bury(&self, chunk: &Chunk<T>, index: u32) {
        if index + 1 == self.next.get() {
            self.next.set(index);
        } else {
            chunk.at(index).meta.set(DEAD);
            self.waste(chunk, index, 1);
        }
    }
    /// `n` more cells of the chunk are of no use until all are.
    #[inline(always)]
    pub(super) fn waste(&self, chunk: &Chunk<T>, index: u32, n: u32) {
        let dead = chunk.dead.get() + n;
        chunk.dead.set(dead);
        if dead == CELLS {
            chunk.link.set(self.free.get());
            self.free.set(chunk_of(index) + 1);
        }
    }
    /// Takes back the dead cells at the end of the current chunk, so that a node that is kept leaves no hole behind it.
    /// (The order holds: what lives stands before what is taken back.)
    #[inline(always)]
    pub fn rewind(&self) {
        let next = self.next.get();
        if next & POSITION <= self.first.get() {
            return;
        }
        let chunk = self.chunk(next);
        let mut position = next & POSITION;
        while position > self.first.get() && chunk.at(position - 1).meta.get() == DEAD {
            position -= 1;
            chunk.dead.set(chunk.dead.get() - 1);
        }
        self.next.set(next & !POSITION | position);
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
const _: () = assert!(POSITION.count_ones() == 10, "an index is a chunk's number and ten bits of position");
