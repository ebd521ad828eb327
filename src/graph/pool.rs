//! The memory of a thread's arrays of one number type: the buffers of dead ones, for the next ones (fresh large allocations
//! would page-fault every time), and how much the living ones have.

use crate::local;
use crate::number::Float;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a thread may keep for each number type beside what lives. Beyond that it keeps what the program has needed
/// before: living and waiting buffers together are then no more than have lived at once.
const LIMIT_BYTES: usize = 64 << 20;
/// After so many large buffers the most that lived before is forgotten: the pool follows the program down, too.
const PERIOD: u32 = 256;
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
    /// The most that have lived at once in this period, and in the one before.
    most: [Cell<usize>; 2],
    /// Buffers given back in this period.
    given: Cell<u32>,
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
        Pool {
            shelves: RefCell::new(BTreeMap::new()),
            waiting: Cell::new(0),
            living: Cell::new(0),
            most: [const { Cell::new(0) }; 2],
            given: Cell::new(0),
        }
    }
    /// Bytes of living arrays and of their gradients, and bytes in buffers that wait.
    pub fn bytes(&self) -> (usize, usize) {
        (self.living.get(), self.waiting.get())
    }
    /// More or fewer elements of living arrays.
    pub fn count(&self, elements: isize) {
        let living = self.living.get().wrapping_add_signed(elements * size_of::<T>().cast_signed());
        self.living.set(living);
        self.most[0].set(self.most[0].get().max(living));
    }
    /// How many bytes may wait, beside so many fresh ones.
    fn limit_beside(&self, fresh: usize) -> usize {
        let most = self.most[0].get().max(self.most[1].get());
        most.saturating_sub(self.living.get() + fresh).max(LIMIT_BYTES)
    }
    /// A vector with room for `len`, and not for much more; in it is what a dead array held.
    pub fn take(&self, len: usize) -> Option<Vec<T>> {
        let buffer = self.find(len);
        let bytes = if buffer.is_some() { 0 } else { len * size_of::<T>() };
        if self.waiting.get() > self.limit_beside(bytes) {
            // what waits is of sizes that are not asked for any more
            self.clear();
        }
        buffer
    }
    fn find(&self, len: usize) -> Option<Vec<T>> {
        let mut shelves = self.shelves.borrow_mut();
        let (&capacity, _) = shelves.range(len..=len + len / 4).next()?;
        self.remove(&mut shelves, capacity)
    }
    /// A buffer waits, if there is room for it.
    pub fn give(&self, buffer: Vec<T>) {
        let bytes = buffer.capacity() * size_of::<T>();
        if bytes < SMALL_BYTES {
            return;
        }
        self.given.set(self.given.get() + 1);
        if self.given.get() == PERIOD {
            self.given.set(0);
            self.most[1].set(self.most[0].replace(self.living.get()));
        }
        let mut shelves = self.shelves.borrow_mut();
        let limit = self.limit_beside(0);
        while self.waiting.get() + bytes > limit {
            // another size goes, the largest first; of this one there may be enough
            let Some(&other) = shelves.keys().rev().find(|&&capacity| capacity != buffer.capacity()) else { return };
            if self.remove(&mut shelves, other).is_none() {
                return;
            }
        }
        self.waiting.set(self.waiting.get() + bytes);
        shelves.entry(buffer.capacity()).or_default().push(buffer);
    }
    /// A buffer of this capacity, which waits no longer.
    fn remove(&self, shelves: &mut Shelves<T>, capacity: usize) -> Option<Vec<T>> {
        let shelf = shelves.get_mut(&capacity)?;
        let buffer = shelf.pop();
        if shelf.is_empty() {
            shelves.remove(&capacity);
        }
        self.waiting.set(self.waiting.get() - capacity * size_of::<T>());
        buffer
    }
    /// Gives all buffers that wait back to the allocator: so many bytes.
    pub fn clear(&self) -> usize {
        drop(self.shelves.take());
        self.waiting.replace(0)
    }
}
