//! Places: numbers of 64 bits, of which none is ever given out twice.
//!
//! A scope needs a run of places, and when it opens nobody knows how many. So it is lent a range that is longer than any
//! tape, and what it has not used comes back when it closes, to be lent to the thread's next scope; scopes that are open at
//! once have ranges of their own. A thread takes ranges from one counter, 2⁴⁰ places at a time, and what is left of them
//! when it ends waits for other threads. So places are used up by inputs and operations, not by calls or threads.

use std::cell::{Cell, RefCell};
use std::sync::{Mutex, PoisonError};

/// The place of what has none.
pub(crate) const NONE: u64 = 0;
/// How many places are taken at once.
const BATCH: u64 = 1 << 40;

/// Places that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub start: u64,
    pub end: u64,
}
impl Range {
    const EMPTY: Range = Range { start: NONE, end: NONE };
    /// Without its first places.
    pub fn after(self, used: u64) -> Range {
        Range { start: self.start + used, end: self.end }
    }
    fn len(self) -> u64 {
        self.end - self.start
    }
}

/// The places that no thread has.
pub(super) struct Store {
    /// All from here on.
    next: u64,
    /// What threads have left: so many stand here and take no memory, the others there.
    few: [Range; FEW],
    count: usize,
    many: Vec<Range>,
}
const FEW: usize = 64;
impl Store {
    pub const fn new(next: u64) -> Self {
        Store { next, few: [Range::EMPTY; FEW], count: 0, many: Vec::new() }
    }
    /// Some of them.
    ///
    /// # Panics
    /// If all are used up.
    pub fn take(&mut self) -> Range {
        if let Some(rest) = self.many.pop() {
            return rest;
        }
        if let Some(last) = self.count.checked_sub(1) {
            self.count = last;
            return self.few[last];
        }
        let start = self.next;
        let Some(end) = start.checked_add(BATCH) else {
            panic!(
                "the program has recorded as many operations as there are numbers of 64 bits: there are no places left"
            )
        };
        self.next = end;
        Range { start, end }
    }
    pub fn give_back(&mut self, rests: impl IntoIterator<Item = Range>) {
        for rest in rests {
            match self.few.get_mut(self.count) {
                Some(place) => {
                    *place = rest;
                    self.count += 1;
                }
                None => self.many.push(rest),
            }
        }
    }
}
static STORE: Mutex<Store> = Mutex::new(Store::new(NONE + 1));
fn with_store<R>(f: impl FnOnce(&mut Store) -> R) -> R {
    f(&mut STORE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What a thread has: the range that it used last, and those of scopes around.
struct Own {
    last: Cell<Range>,
    others: RefCell<Vec<Range>>,
}
impl Drop for Own {
    fn drop(&mut self) {
        with_store(|store| {
            let last = Some(self.last.get()).filter(|range| range.len() > 0);
            store.give_back(self.others.take().into_iter().chain(last));
        });
    }
}
thread_local! {
    static OWN: Own = const { Own { last: Cell::new(Range::EMPTY), others: RefCell::new(Vec::new()) } };
}

/// A range of so many places at least; `None` when the thread is ending.
///
/// # Panics
/// If all are used up.
pub(super) fn take(places: u64) -> Option<Range> {
    debug_assert!(places <= BATCH, "a batch is long enough");
    OWN.try_with(|own| {
        let last = own.last.replace(Range::EMPTY);
        if last.len() >= places {
            last
        } else {
            own.others.borrow_mut().pop().unwrap_or_else(|| with_store(Store::take))
        }
    })
    .ok()
}
/// What is left of a range. A rest that is too short for `places` is lost.
pub(super) fn give_back(rest: Range, places: u64) {
    if rest.len() < places {
        return;
    }
    // the thread may be ending: then the rest is lost too
    let _ = OWN.try_with(|own| {
        let before = own.last.replace(rest);
        if before.len() > 0 {
            own.others.borrow_mut().push(before);
        }
    });
}
/// From here on the thread's places come, for tests of what happens at borders.
#[cfg(test)]
pub(super) fn lend(range: Range) {
    OWN.with(|own| {
        own.others.take();
        own.last.set(range);
    });
}
