//! The memory of a thread's arrays of one number type: the buffers of dead ones, for the next ones (fresh large allocations
//! would page-fault every time), and how much the living ones have.

use crate::local;
use crate::number::Float;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a thread keeps at most, for each number type.
const LIMIT_BYTES: usize = 64 << 20;
/// Smaller buffers are as quick to get from the allocator.
pub(super) const SMALL_BYTES: usize = 1 << 10;

/// Buffers by their capacity.
type Shelves<T> = BTreeMap<usize, Vec<Vec<T>>>;

/// What a thread has for the arrays of each number type.
pub(super) struct Pool<T> {
    shelves: RefCell<Shelves<T>>,
    /// Bytes in buffers that wait.
    waiting: Cell<usize>,
    /// Bytes of living arrays and of their gradients.
    living: Cell<usize>,
}

thread_local! {
    static POOL64: Pool<f64> = const { Pool::new() };
    static POOL32: Pool<f32> = const { Pool::new() };
}

/// Gives `f` the thread's pool for `T`; `None` when the thread is ending and the pool is gone already.
pub(super) fn with<T: Float, R>(f: impl FnOnce(&Pool<T>) -> R) -> Option<R> {
    local::with(&POOL64, &POOL32, || Rc::new(Pool::<T>::new()), f)
}

impl<T> Pool<T> {
    const fn new() -> Self {
        Pool { shelves: RefCell::new(BTreeMap::new()), waiting: Cell::new(0), living: Cell::new(0) }
    }
    /// Bytes of living arrays and of their gradients, and bytes in buffers that wait.
    pub fn bytes(&self) -> (usize, usize) {
        (self.living.get(), self.waiting.get())
    }
    /// More or fewer elements of living arrays.
    pub fn count(&self, elements: isize) {
        self.living.set(self.living.get().wrapping_add_signed(elements * size_of::<T>().cast_signed()));
    }
    /// A vector with room for `len`, and not for much more; in it is what a dead array held.
    pub fn take(&self, len: usize) -> Option<Vec<T>> {
        let mut shelves = self.shelves.borrow_mut();
        let (&capacity, shelf) = shelves.range_mut(len..=len + len / 4).next()?;
        let buffer = shelf.pop();
        if shelf.is_empty() {
            shelves.remove(&capacity);
        }
        self.waiting.set(self.waiting.get() - capacity * size_of::<T>());
        buffer
    }
    pub fn give(&self, buffer: Vec<T>) {
        let bytes = buffer.capacity() * size_of::<T>();
        if !(SMALL_BYTES..=LIMIT_BYTES).contains(&bytes) {
            return;
        }
        let mut shelves = self.shelves.borrow_mut();
        if self.waiting.get() + bytes > LIMIT_BYTES {
            // of sizes that are not asked for any more
            shelves.clear();
            self.waiting.set(0);
        }
        self.waiting.set(self.waiting.get() + bytes);
        shelves.entry(buffer.capacity()).or_default().push(buffer);
    }
}
