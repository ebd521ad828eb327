//! The buffers of dead arrays, for the next ones: fresh large allocations would page-fault every time.

use std::collections::BTreeMap;

/// What a thread keeps at most, for each number type.
const LIMIT_BYTES: usize = 64 << 20;
/// Smaller buffers are as quick to get from the allocator.
pub(super) const SMALL_BYTES: usize = 1 << 10;

/// Buffers by their capacity.
pub(crate) struct Pool<T> {
    shelves: BTreeMap<usize, Vec<Vec<T>>>,
    bytes: usize,
}
impl<T: Copy> Pool<T> {
    pub const fn new() -> Self {
        Pool { shelves: BTreeMap::new(), bytes: 0 }
    }
    /// Bytes in buffers that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
    /// A vector with room for `len`, and not for much more; in it is what a dead array held.
    pub fn take(&mut self, len: usize) -> Option<Vec<T>> {
        let (&capacity, shelf) = self.shelves.range_mut(len..=len + len / 4).next()?;
        let buffer = shelf.pop();
        if shelf.is_empty() {
            self.shelves.remove(&capacity);
        }
        self.bytes -= capacity * size_of::<T>();
        buffer
    }
    pub fn give(&mut self, buffer: Vec<T>) {
        let bytes = buffer.capacity() * size_of::<T>();
        if !(SMALL_BYTES..=LIMIT_BYTES).contains(&bytes) {
            return;
        }
        if self.bytes + bytes > LIMIT_BYTES {
            // of sizes that are not asked for any more
            self.shelves.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.shelves.entry(buffer.capacity()).or_default().push(buffer);
    }
}
