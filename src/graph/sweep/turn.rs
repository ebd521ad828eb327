//! A sweep's turn, and sweeps inside each other.
//!
//! A custom rule may sweep: the inner sweep saves what it meets of those under way, in leaves, chunks and arrays, and puts it
//! back when it ends, also by a panic.

use super::super::body::Collector;
use super::super::cell::{POSITION, STAMP, chunk_of};
use super::super::home::Home;
use super::super::scratch::Scratch;
use super::Sweep;
use crate::number::Float;

/// Nothing newer than this is worth saving: the sweep is the outermost.
pub(super) const OUTERMOST: u32 = u32::MAX;

impl<T: Float> Home<T> {
    /// The adjoint that the last sweep, a rule's, had in a cell of a chunk that is an outer one's again.
    #[cold]
    pub(crate) fn aside_of(&self, index: u32) -> T {
        let aside = self.aside.borrow();
        let mine = aside.iter().find(|(number, low, all)| {
            *number == chunk_of(index) && (*low..*low + all.len() as u32).contains(&(index & POSITION))
        });
        mine.map_or(T::of(0.0), |(_, low, all)| all[((index & POSITION) - low) as usize])
    }
    /// Whether the stamp is that of a sweep that has not ended.
    pub(super) fn is_under_way(&self, stamp: u32) -> bool {
        stamp == self.active.get() || self.nested.borrow().contains(&stamp)
    }
}

/// A sweep's turn, from its stamp to the restoration of what an outer one had.
pub(super) struct Turn<'h, T: Float> {
    home: &'h Home<T>,
    now: u32,
    outer: u32,
    lists: Option<Box<Scratch<T>>>,
}
impl<'h, T: Float> Turn<'h, T> {
    pub fn new(home: &'h Home<T>) -> Self {
        let active = home.active.get();
        if active == 0 && home.sweeps.get() >= STAMP / 2 {
            // the outermost one leaves room for those inside it
            home.forget_stamps();
        }
        let now = home.sweeps.get() + 1;
        assert!(now <= STAMP, "a custom operation's rule has run 2^23 sweeps inside one");
        home.sweeps.set(now);
        if active != 0 || !home.aside.borrow().is_empty() {
            home.aside.borrow_mut().clear();
        }
        let outer = if active == 0 {
            home.active.set(now);
            OUTERMOST
        } else {
            home.nested.borrow_mut().push(now);
            active
        };
        Turn { home, now, outer, lists: home.scratch.take() }
    }
    pub fn sweep(&mut self) -> Sweep<'_, T> {
        Sweep { home: self.home, now: self.now, outer: self.outer, lists: self.lists.get_or_insert_with(Box::default) }
    }
}
/// Also after a panic.
impl<T: Float> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if self.outer == OUTERMOST {
            self.home.active.set(0);
        } else {
            self.home.nested.borrow_mut().pop();
        }
        let Some(mut lists) = self.lists.take() else { return };
        if lists.is_plain() {
            lists.leaf = 0;
            self.home.scratch.set(Some(lists));
            return;
        }
        // what has been delivered and not passed on: there is something only after a panic
        for index in lists.arrays.drain(..) {
            self.home.with_collector(self.home.cell(index), Collector::clear);
        }
        while let Some((index, aside)) = lists.saved_arrays.pop() {
            self.home.with_collector(self.home.cell(index), |collector| collector.put_back(aside));
        }
        while let Some(saved) = lists.saved.pop() {
            let cell = self.home.cell(saved.index);
            cell.adjoint.set(saved.adjoint);
            cell.a.set(saved.link);
            cell.meta.set(cell.meta.get() & !STAMP | saved.stamp);
        }
        while let Some(saved) = lists.saved_chunks.pop() {
            let chunk = self.home.chunk(saved.index);
            if self.home.last.get() == self.now {
                let (low, high) = (chunk.low.get(), chunk.high.get());
                let adjoints = (low..=high).map(|position| chunk.at(position).adjoint.get()).collect();
                self.home.aside.borrow_mut().push((chunk_of(saved.index), low, adjoints));
            }
            saved.put_back(chunk);
        }
        lists.heap.clear();
        lists.leaf = 0;
        lists.top = (0, 0);
        self.home.scratch.set(Some(lists));
    }
}
