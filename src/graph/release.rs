//! Death of cells.
//!
//! A count that reaches zero releases the operands, which may die in turn: through a list threaded through the dead
//! cells themselves, so there is no recursion and no allocation. What a payload's drop lets die (user code may run
//! there) joins the same list.

use super::cell::{CONSTANT, Chunk, LEAF, LITERAL, PAIR, PAYLOAD, POSITION, Slot, code};
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
        let mut number = index >> 10;
        // the other chunk that we have come to last: mostly that of the leaves
        let (mut far_number, mut far) = (number, chunk);
        loop {
            if index >> 10 != number {
                (number, chunk) = (index >> 10, self.chunk(index));
            }
            let cell = chunk.at(index);
            let kind = code(cell.meta.get());
            let mut next = 0;
            if (PAIR..CONSTANT).contains(&kind) {
                let (a, b) = (cell.a.get(), cell.b.get());
                self.bury(chunk, index);
                let mut less = |operand: u32| {
                    let (home, cell) = if operand >> 10 == number {
                        (chunk, chunk.at(operand))
                    } else {
                        if operand >> 10 != far_number {
                            (far_number, far) = (operand >> 10, self.chunk(operand));
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

    /// Drops a payload, during which user code may run and more cells may die: they join the list.
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
