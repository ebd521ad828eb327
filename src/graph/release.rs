//! Death of cells.
//!
//! A count that reaches zero releases the operands, which may die in turn: through a list threaded through the dead
//! cells themselves, so there is no recursion and no allocation. What a payload's drop lets die (user code may run
//! there) joins the same list.

use super::cell::{CONSTANT, LITERAL, PAIR, PAYLOAD, POSITION, code};
use super::home::{self, Home};
use crate::number::Float;
use std::cell::Cell;

/// The cell's last reference is gone.
#[cold]
#[inline(never)]
pub(super) fn release<T: Float>(index: u32) {
    home::with(|home: &Home<T>| home.release(index));
}

/// Releasing ends also if a payload's drop panics; what still waits is released next time.
struct Releasing<'a>(&'a Cell<bool>);
impl Drop for Releasing<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<T: Float> Home<T> {
    fn release(&self, index: u32) {
        if self.releasing.get() {
            self.cell(index).count.set(self.dying.get());
            self.dying.set(index);
            return;
        }
        self.releasing.set(true);
        let _ending = Releasing(&self.releasing);
        let (mut index, mut dying) = (index, self.dying.take());
        let (mut number, mut chunk) = (index >> 10, self.chunk(index));
        loop {
            if index >> 10 != number {
                (number, chunk) = (index >> 10, self.chunk(index));
            }
            let cell = chunk.at(index);
            let kind = code(cell.meta.get());
            let mut next = 0;
            if kind >= PAIR && kind < CONSTANT {
                let mut less = |operand: u32| {
                    let other = if operand >> 10 == number { chunk.at(operand) } else { self.cell(operand) };
                    let left = other.count.get() - 1;
                    if left != 0 {
                        other.count.set(left);
                    } else if next == 0 {
                        next = operand;
                    } else {
                        other.count.set(dying);
                        dying = operand;
                    }
                };
                // the younger first: what is walked next lies near, what waits is older
                let (a, b) = (cell.a.get(), cell.b.get());
                less(a.max(b));
                if b != 0 {
                    less(a.min(b));
                }
                cell.meta.set(0);
                self.bury(chunk, index, 1);
            } else if kind == LITERAL {
                cell.meta.set(0);
                self.bury(chunk, index, 1);
            } else {
                let payload = cell.b.get();
                if kind == PAYLOAD {
                    cell.meta.set(0);
                    self.bury(chunk, index, 1);
                } else {
                    self.free_slot(index);
                }
                if payload != 0 {
                    let payload = self.slab.borrow_mut().take(payload);
                    self.dying.set(dying);
                    drop(payload); // user code may run
                    dying = self.dying.take();
                }
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
}
const _: () = assert!(POSITION.count_ones() == 10, "an index is a chunk's number and ten bits of position");
