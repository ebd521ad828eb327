//! A thread's chunks of one number type.

use super::cell::{CELLS, CONSTANT, Chunk, DEAD, LEAF, LITERAL, PAIR, POSITION, STAMP, Slot};
use super::modes;
use super::payload::Slab;
use super::sweep::Scratch;
use crate::number::Float;
use std::any::{Any, TypeId};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

const GROUP: usize = 1024;
type Group<T> = [OnceCell<Chunk<T>>; GROUP];

/// What a thread has for each number type.
///
/// Chunks sit in `OnceCell`s: a `&Chunk` costs two loads and no flag. The price is that safe code cannot take one out
/// again through `&`, so a thread keeps its chunks, and uses them again, until it ends.
pub(crate) struct Home<T: Float> {
    /// Where the next operation goes. Position 0: take the slow path, which makes room or obeys a mode.
    pub next: Cell<u32>,
    groups: [OnceCell<Box<Group<T>>>; GROUP],
    /// `next` while nothing may be recorded.
    held: Cell<u32>,
    /// The first free slot of leaves and constants, linked through `a`.
    leaves: Cell<u32>,
    /// Chunks made so far.
    pub chunks: Cell<u32>,
    /// The first free chunk (number + 1).
    free: Cell<u32>,
    births: Cell<u64>,
    /// The first position that is used: 1; larger in tests, for tiny chunks.
    first: Cell<u32>,
    /// Cells that wait to be released, linked through their counts.
    pub dying: Cell<u32>,
    pub releasing: Cell<bool>,
    /// The number of sweeps so far, the last that ended well, the outermost under way (0: none).
    pub sweeps: Cell<u32>,
    pub last: Cell<u32>,
    pub active: Cell<u32>,
    /// A sweep's lists, kept for their capacity.
    pub scratch: Cell<Option<Box<Scratch<T>>>>,
    pub slab: RefCell<Slab<T>>,
}

thread_local! {
    static HOME64: Home<f64> = const { Home::new() };
    static HOME32: Home<f32> = const { Home::new() };
    /// The homes of all other types, and the one used last.
    static HOMES: RefCell<Vec<AnyHome>> = const { RefCell::new(Vec::new()) };
    static RECENT: RefCell<Option<AnyHome>> = const { RefCell::new(None) };
}
type AnyHome = (TypeId, Rc<dyn Any>);

/// The panic of what needs a home when the thread has none any more.
pub(crate) const ENDING: &str = "the thread is ending: its graph is gone, nodes can only be dropped";

/// Gives `f` the thread's home for `T`; `None` when the thread is ending and the home is gone already.
///
/// `f` must not run user code that could come here again for another type while a borrow is held: none is.
#[inline(always)]
pub(crate) fn with<T: Float, R>(f: impl FnOnce(&Home<T>) -> R) -> Option<R> {
    // the comparison and the downcast are known when `T` is: nothing of them is left in the program
    if TypeId::of::<T>() == TypeId::of::<f64>() {
        HOME64.try_with(|home| (home as &dyn Any).downcast_ref::<Home<T>>().map(f)).ok().flatten()
    } else if TypeId::of::<T>() == TypeId::of::<f32>() {
        HOME32.try_with(|home| (home as &dyn Any).downcast_ref::<Home<T>>().map(f)).ok().flatten()
    } else {
        registered::<T>()?.downcast_ref::<Home<T>>().map(f)
    }
}

fn registered<T: Float>() -> Option<Rc<dyn Any>> {
    let id = TypeId::of::<T>();
    let recent = RECENT.try_with(|recent| match &*recent.borrow() {
        Some((known, home)) if *known == id => Some(home.clone()),
        _ => None,
    });
    match recent {
        Ok(Some(home)) => Some(home),
        _ => look_up::<T>(id),
    }
}
#[cold]
fn look_up<T: Float>(id: TypeId) -> Option<Rc<dyn Any>> {
    let found = HOMES.try_with(|all| {
        let mut all = all.borrow_mut();
        if let Some((_, home)) = all.iter().find(|(known, _)| *known == id) {
            return home.clone();
        }
        let home: Rc<dyn Any> = Home::<T>::boxed();
        all.push((id, home.clone()));
        home
    });
    let home = found.ok()?;
    // a thread that is ending may have lost this one first: it is only a short cut
    let _ = RECENT.try_with(|recent| recent.replace(Some((id, home.clone()))));
    Some(home)
}

#[cold]
#[inline(never)]
fn lost() -> ! {
    panic!("a node that refers to no cell: this is a bug in backprop")
}

impl<T: Float> Home<T> {
    const fn new() -> Self {
        Home {
            next: Cell::new(0),
            groups: [const { OnceCell::new() }; GROUP],
            held: Cell::new(0),
            leaves: Cell::new(0),
            chunks: Cell::new(0),
            free: Cell::new(0),
            births: Cell::new(0),
            first: Cell::new(1),
            dying: Cell::new(0),
            releasing: Cell::new(false),
            sweeps: Cell::new(0),
            last: Cell::new(0),
            active: Cell::new(0),
            scratch: Cell::new(None),
            slab: RefCell::new(Slab::new()),
        }
    }
    fn boxed() -> Rc<Self> {
        Rc::new(Self::new())
    }

    // ------------------------------------------------------------------------------------ finding

    #[inline(always)]
    pub fn chunk(&self, index: u32) -> &Chunk<T> {
        match self.groups[(index >> 20) as usize & (GROUP - 1)].get() {
            Some(group) => match group[(index >> 10) as usize & (GROUP - 1)].get() {
                Some(chunk) => chunk,
                None => lost(),
            },
            None => lost(),
        }
    }
    #[inline(always)]
    pub fn cell(&self, index: u32) -> &Slot<T> {
        self.chunk(index).at(index)
    }

    // ------------------------------------------------------------------------------------ recording

    /// The hot path: `None` if there is no room or nothing may be recorded.
    #[inline(always)]
    pub fn push(&self, code: u32, a: u32, b: u32, value: T) -> Option<u32> {
        let n = self.next.get();
        if n & POSITION == 0 {
            return None;
        }
        self.cell(n).set(code, a, b, value);
        self.next.set(n + 1);
        Some(n)
    }
    /// An operation and, in the cell before it, what goes with it. `operands` gets that cell's index.
    #[inline(always)]
    fn push_with(
        &self,
        before: impl FnOnce(&Slot<T>),
        code: u32,
        operands: impl FnOnce(u32) -> (u32, u32),
        value: T,
    ) -> Option<u32> {
        let n = self.next.get();
        if n & POSITION == 0 || n & POSITION == POSITION {
            return None;
        }
        let chunk = self.chunk(n);
        before(chunk.at(n));
        let (a, b) = operands(n);
        chunk.at(n + 1).set(code, a, b, value);
        self.next.set(n + 2);
        Some(n + 1)
    }
    /// An operation with a literal on the right.
    #[inline(always)]
    pub fn push_right(&self, code: u32, a: u32, literal: T, value: T) -> Option<u32> {
        self.push_with(|cell| cell.set(LITERAL, 0, 0, literal), code, |n| (a, n), value)
    }
    /// An operation with a literal on the left.
    #[inline(always)]
    pub fn push_left(&self, code: u32, literal: T, b: u32, value: T) -> Option<u32> {
        self.push_with(|cell| cell.set(LITERAL, 0, 0, literal), code, |n| (n, b), value)
    }
    /// A power: the exponent stands in a literal, exact in its `a`.
    #[inline(always)]
    pub fn push_power(&self, code: u32, a: u32, n: i32, value: T) -> Option<u32> {
        self.push_with(|cell| cell.set(LITERAL, n.cast_unsigned(), 0, T::of(f64::from(n))), code, |n| (a, n), value)
    }
    /// An operation with three operands.
    #[inline(always)]
    pub fn push_three(&self, code: u32, [a, b, c]: [u32; 3], value: T) -> Option<u32> {
        self.push_with(|cell| cell.set(PAIR, b, c, value), code, |n| (a, n), value)
    }
    /// Makes room for one or two cells, then records; `None` while nothing may be recorded.
    #[cold]
    pub fn push_after_making_room(&self, push: impl Fn(&Self) -> Option<u32>) -> Option<u32> {
        if modes::is_closed() {
            return None;
        }
        push(self).or_else(|| {
            self.new_chunk();
            push(self)
        })
    }
    fn new_chunk(&self) {
        let at = self.next.get();
        if at & POSITION != 0 {
            // no room for two: the last cell stays empty
            self.next.set(0);
            self.waste(self.chunk(at), at, CELLS - (at & POSITION));
        }
        let chunk = self.take_chunk();
        self.next.set(chunk << 10 | self.first.get());
    }
    /// The number of an empty chunk.
    fn take_chunk(&self) -> u32 {
        self.births.set(self.births.get() + 1);
        let number = match self.free.get() {
            0 => self.make_chunk(),
            free => {
                self.free.set(self.chunk((free - 1) << 10).link.get());
                free - 1
            }
        };
        let chunk = self.chunk(number << 10);
        chunk.birth.set(self.births.get());
        chunk.dead.set(self.first.get());
        number
    }
    fn make_chunk(&self) -> u32 {
        let number = self.chunks.get();
        if number == 0 {
            modes::register::<T>();
        }
        assert!(number < (1 << 20) - 1, "more than 2^30 cells are alive");
        let group = self.groups[number as usize / GROUP].get_or_init(|| Box::new([const { OnceCell::new() }; GROUP]));
        group[number as usize % GROUP].get_or_init(Chunk::new);
        self.chunks.set(number + 1);
        number
    }

    // ------------------------------------------------------------------------------------ leaves and constants

    /// A new leaf or constant.
    pub fn slot(&self, code: u32, value: T) -> u32 {
        debug_assert!(code == LEAF || code == CONSTANT);
        if self.leaves.get() == 0 {
            self.more_leaves();
        }
        let index = self.leaves.get();
        let chunk = self.chunk(index);
        let cell = chunk.at(index);
        self.leaves.set(cell.a.get());
        cell.set(code, 0, 0, value);
        if let Some(sums) = chunk.sums.get() {
            sums[(index & POSITION) as usize].set(T::of(0.0));
        }
        index
    }
    #[cold]
    fn more_leaves(&self) {
        let number = self.take_chunk();
        self.chunk(number << 10).sums.get_or_init(|| (0..CELLS).map(|_| Cell::new(T::of(0.0))).collect());
        for position in (self.first.get()..CELLS).rev() {
            let index = number << 10 | position;
            self.free_slot(index, self.cell(index));
        }
    }
    #[inline(always)]
    pub fn free_slot(&self, index: u32, cell: &Slot<T>) {
        cell.meta.set(DEAD);
        cell.a.set(self.leaves.replace(index));
    }

    // ------------------------------------------------------------------------------------ death

    /// The cell is dead. The last one recorded is taken back at once: a loop stays in warm memory.
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
    fn waste(&self, chunk: &Chunk<T>, index: u32, n: u32) {
        let dead = chunk.dead.get() + n;
        chunk.dead.set(dead);
        if dead == CELLS {
            chunk.link.set(self.free.get());
            self.free.set((index >> 10) + 1);
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

    // ------------------------------------------------------------------------------------ modes, tests, statistics

    /// Every operation takes the slow path from now on.
    pub fn close(&self) {
        self.held.set(self.next.replace(0));
    }
    pub fn open(&self) {
        self.next.set(self.held.replace(0));
    }
    pub fn set_chunk_cells(&self, cells: u32) {
        self.first.set(CELLS - cells.clamp(2, CELLS - 1));
    }
    pub fn set_sweeps(&self, sweeps: u32) {
        self.sweeps.set(sweeps & STAMP);
    }
    /// Once in 2²³ sweeps: no stamp means anything any more.
    #[cold]
    pub fn forget_stamps(&self) {
        for number in 0..self.chunks.get() {
            let chunk = self.chunk(number << 10);
            chunk.stamp.set(0);
            for cell in chunk.cells.iter() {
                cell.meta.set(cell.meta.get() & !STAMP);
            }
        }
        self.sweeps.set(0);
        self.last.set(0);
    }
    /// Living cells, and bytes held, by walking: for reports, not for loops.
    pub fn count(&self) -> (usize, usize) {
        let chunks = self.chunks.get();
        let mut live: u32 = (0..chunks).map(|k| CELLS - self.chunk(k << 10).dead.get()).sum();
        let mut slot = self.leaves.get();
        while slot != 0 {
            live -= 1;
            slot = self.cell(slot).a.get();
        }
        let at = if self.next.get() == 0 { self.held.get() } else { self.next.get() };
        if at & POSITION != 0 {
            live -= CELLS - (at & POSITION);
        }
        let of_leaves = (0..chunks).filter(|k| self.chunk(k << 10).sums.get().is_some()).count();
        let held = chunks as usize * Chunk::<T>::BYTES
            + of_leaves * CELLS as usize * size_of::<T>()
            + (chunks as usize).div_ceil(GROUP) * size_of::<Group<T>>();
        (live as usize, held)
    }
}
