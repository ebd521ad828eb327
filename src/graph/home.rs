//! A thread's chunks of one number type.

use super::cell::{
    AMONG_LEAVES, ARRAY_LEAF, CELLS, CONSTANT, COUNTED, Chunk, INDEX, LEAF, LITERAL, MOST_CHUNKS, PAIR, POSITION,
    STAMP, STILL, Slot, code, in_place, start_of,
};
use super::flags::{self, Line};
use super::payload::Slab;
use super::scratch::Scratch;
use crate::local;
use crate::number::Float;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) const GROUP: usize = 1024;
/// Groups: all that an index can name.
const GROUPS: usize = (MOST_CHUNKS as usize + 1) / GROUP;
pub(super) type Group<T> = [OnceCell<Chunk<T>>; GROUP];

/// What a thread has for each number type.
///
/// Chunks sit in `OnceCell`s: a `&Chunk` costs two loads and no flag. The price is that safe code cannot take one out
/// again through `&`, so a thread keeps its chunks, and uses them again, until it ends.
pub(crate) struct Home<T: Float> {
    /// Where the next operation goes. Position 0: take the slow path, which makes room or obeys a mode.
    pub next: Cell<u32>,
    /// Handles of operations that only handles are counted of, and living `COUNTED` operations: 0 if no operation is alive.
    pub live: Cell<u64>,
    groups: [OnceCell<Box<Group<T>>>; GROUPS],
    /// `next` while nothing may be recorded.
    pub(super) held: Cell<u32>,
    /// The first free slot of leaves and constants, linked through `a`.
    pub(super) leaves: Cell<u32>,
    /// Chunks made so far.
    pub chunks: Cell<u32>,
    /// The chunks of operations: those in use in the order of their birth, then the free ones.
    pub(super) order: RefCell<Vec<u32>>,
    pub(super) used: Cell<usize>,
    /// When so many chunks are in use, it is time to look for dead cells.
    pub(super) limit: Cell<usize>,
    /// Operations that have lost their last handle since somebody looked for dead cells.
    pub(super) dropped: Cell<usize>,
    /// Leaves and constants that have lost their last handle, while operations may still refer to them.
    pub(super) orphans: RefCell<Vec<u32>>,
    /// When there are so many, it is time to look which of them are dead.
    pub(super) orphans_limit: Cell<usize>,
    births: Cell<u64>,
    /// The first position that is used: 1; larger in tests, for tiny chunks.
    pub(super) first: Cell<u32>,
    /// Cells that wait to be released, linked through their counts.
    pub dying: Cell<u32>,
    pub releasing: Cell<bool>,
    /// The number of sweeps so far, the last that ended well, the outermost under way (0: none).
    pub sweeps: Cell<u32>,
    pub last: Cell<u32>,
    pub active: Cell<u32>,
    /// Those that run inside rules of others.
    pub(super) nested: RefCell<Vec<u32>>,
    /// A sweep's lists, kept for their capacity.
    pub scratch: Cell<Option<Box<Scratch<T>>>>,
    /// What the last sweep, a rule's, had in chunks that are an outer one's again: number, first position, adjoints.
    pub aside: RefCell<Vec<(u32, u32, Vec<T>)>>,
    /// How often the stamps have been forgotten.
    eras: Cell<u64>,
    pub slab: RefCell<Slab<T>>,
    /// The lines that recorded operations, in anomaly mode.
    pub(super) lines: RefCell<BTreeMap<u32, Line>>,
}

thread_local! {
    static HOME64: Home<f64> = const { Home::new() };
    static HOME32: Home<f32> = const { Home::new() };
}

/// The panic of what needs a home when the thread has none any more.
pub(crate) const ENDING: &str = "the thread is ending: its graph is gone, nodes can only be dropped";

/// Gives `f` the thread's home for `T`; `None` when the thread is ending and the home is gone already.
///
/// No borrow is held while `f` runs, so `f` may come here again.
#[inline(always)]
pub(crate) fn with<T: Float, R>(f: impl FnOnce(&Home<T>) -> R) -> Option<R> {
    local::with(&HOME64, &HOME32, || Rc::new(Home::<T>::new()), f)
}

#[cold]
#[inline(never)]
pub(super) fn lost() -> ! {
    panic!("a node that refers to no cell: this is a bug in backprop")
}

impl<T: Float> Home<T> {
    pub(super) const fn new() -> Self {
        Home {
            next: Cell::new(0),
            live: Cell::new(0),
            groups: [const { OnceCell::new() }; GROUPS],
            held: Cell::new(0),
            leaves: Cell::new(0),
            chunks: Cell::new(0),
            order: RefCell::new(Vec::new()),
            used: Cell::new(0),
            limit: Cell::new(1),
            dropped: Cell::new(0),
            orphans: RefCell::new(Vec::new()),
            orphans_limit: Cell::new(CELLS as usize / 2),
            births: Cell::new(0),
            first: Cell::new(1),
            dying: Cell::new(0),
            releasing: Cell::new(false),
            sweeps: Cell::new(0),
            last: Cell::new(0),
            active: Cell::new(0),
            nested: RefCell::new(Vec::new()),
            scratch: Cell::new(None),
            aside: RefCell::new(Vec::new()),
            eras: Cell::new(0),
            slab: RefCell::new(Slab::new()),
            lines: RefCell::new(BTreeMap::new()),
        }
    }

    // ------------------------------------------------------------------------------------ finding

    #[inline(always)]
    pub fn chunk(&self, index: u32) -> &Chunk<T> {
        match self.find(index) {
            Some(chunk) => chunk,
            None => lost(),
        }
    }
    /// The same, where nothing may panic.
    #[inline(always)]
    pub fn find(&self, at: u32) -> Option<&Chunk<T>> {
        let number = (at / CELLS) as usize;
        self.groups[number / GROUP % GROUPS].get()?[number % GROUP].get()
    }
    #[inline(always)]
    pub fn cell(&self, index: u32) -> &Slot<T> {
        self.chunk(index).at(index)
    }

    /// A cell's index with what a reference says beside it.
    pub fn reference(&self, index: u32) -> u32 {
        index & INDEX | self.cell(index).bits()
    }
    /// The operands of a row's cell, as many as the row has, and powi's exponent.
    pub fn operands_of(&self, cell: &Slot<T>) -> ([u32; 3], i32) {
        let (a, b) = (cell.a.get() & INDEX, cell.b.get() & INDEX);
        if b == 0 {
            return ([a; 3], 0);
        }
        let second = self.cell(b);
        match code(second.meta.get()) {
            PAIR => ([a, second.a.get() & INDEX, second.b.get() & INDEX], 0),
            LITERAL => ([a, b, a], second.a.get().cast_signed()),
            _ => ([a, b, a], 0),
        }
    }

    // ------------------------------------------------------------------------------------ recording

    /// The hot path: 0 if there is no room or nothing may be recorded. `handles`: how many more handles there are now.
    #[inline(always)]
    pub fn push(&self, meta: u32, operands: [u32; 2], value: T, handles: i64) -> u32 {
        let n = self.next.get();
        if n & POSITION == 0 {
            return 0;
        }
        let Some(chunk) = self.find(n) else { return 0 };
        chunk.at(n).set(meta, operands, value, T::of(0.0), 1);
        self.next.set(n + 1);
        self.more_handles(handles);
        n
    }
    #[inline(always)]
    fn more_handles(&self, handles: i64) {
        if handles != 0 {
            self.live.set(self.live.get().wrapping_add_signed(handles));
        }
    }
    /// An operation and, in the cell before it, what goes with it. `operands` gets that cell's reference.
    #[inline(always)]
    fn push_with(
        &self,
        before: impl FnOnce(&Slot<T>),
        meta: u32,
        operands: impl FnOnce(u32) -> [u32; 2],
        value: T,
        handles: i64,
    ) -> u32 {
        let n = self.next.get();
        if n & POSITION == 0 || n & POSITION == POSITION {
            return 0;
        }
        let Some(chunk) = self.find(n) else { return 0 };
        before(chunk.at(n));
        chunk.at(n + 1).set(meta, operands(n | STILL), value, T::of(0.0), 1);
        self.next.set(n + 2);
        self.more_handles(handles);
        n + 1
    }
    /// An operation with a literal on the right.
    #[inline(always)]
    pub fn push_right(&self, meta: u32, a: u32, literal: T, value: T, handles: i64) -> u32 {
        let before = move |cell: &Slot<T>| cell.set(LITERAL << 24, [0, 0], literal, T::of(0.0), 0);
        self.push_with(before, meta, |literal| [a, literal], value, handles)
    }
    /// An operation with a literal on the left.
    #[inline(always)]
    pub fn push_left(&self, meta: u32, literal: T, b: u32, value: T, handles: i64) -> u32 {
        let before = move |cell: &Slot<T>| cell.set(LITERAL << 24, [0, 0], literal, T::of(0.0), 0);
        self.push_with(before, meta, |literal| [literal, b], value, handles)
    }
    /// A power: the exponent stands in a literal, exact in its `a`.
    #[inline(always)]
    pub fn push_power(&self, meta: u32, a: u32, n: i32, value: T, handles: i64) -> u32 {
        let exponent = [n.cast_unsigned(), 0];
        let before = move |cell: &Slot<T>| cell.set(LITERAL << 24, exponent, T::of(f64::from(n)), T::of(0.0), 0);
        self.push_with(before, meta, |literal| [a, literal], value, handles)
    }
    /// An operation with three operands.
    #[inline(always)]
    pub fn push_three(&self, meta: u32, [a, b, c]: [u32; 3], value: T, handles: i64) -> u32 {
        let before = move |cell: &Slot<T>| cell.set(PAIR << 24, [b, c], value, T::of(0.0), 0);
        self.push_with(before, meta, |pair| [a, pair], value, handles)
    }
    /// Makes room for one or two cells, then records; 0 while nothing may be recorded.
    #[cold]
    pub fn push_after_making_room(&self, push: impl Fn(&Self) -> u32) -> u32 {
        // there is a place only if no mode has put it aside
        let pushed = push(self);
        if pushed != 0 || flags::is_closed() {
            return pushed;
        }
        // in anomaly mode `next` is aside only so that we come here
        let slow = flags::is_slow();
        if slow {
            self.open();
        }
        let mut pushed = push(self);
        if pushed == 0 {
            self.make_room();
            pushed = push(self);
        }
        if slow {
            self.close();
        }
        pushed
    }
    /// Looks for dead cells if that may pay, then goes to the next free chunk.
    fn make_room(&self) {
        self.leave_empty();
        if self.order.borrow().len() == self.used.get() && self.may_have_died() {
            self.settle();
            if self.has_room() {
                return;
            }
            self.leave_empty();
        }
        let number = self.take_chunk();
        self.next.set(start_of(number) | self.first.get());
    }
    fn has_room(&self) -> bool {
        !matches!(self.next.get() & POSITION, 0 | POSITION)
    }
    /// The last cell of the chunk, when there is no room for two.
    fn leave_empty(&self) {
        let at = self.next.get();
        if at & POSITION != 0 {
            self.cell(at).bury();
            self.next.set(at + 1);
        }
    }
    /// The number of an empty chunk for operations.
    fn take_chunk(&self) -> u32 {
        let used = self.used.get();
        let free = self.order.borrow().get(used).copied();
        let number = free.unwrap_or_else(|| {
            let number = self.make_chunk();
            self.order.borrow_mut().push(number);
            number
        });
        self.used.set(used + 1);
        self.births.set(self.births.get() + 1);
        let chunk = self.chunk(start_of(number));
        chunk.birth.set(self.births.get());
        chunk.first.set(self.first.get());
        chunk.forget_adjoints();
        number
    }
    fn make_chunk(&self) -> u32 {
        let number = self.chunks.get();
        if number == 0 {
            self.register();
            self.orphans.borrow_mut().reserve(64);
        }
        assert!(number < MOST_CHUNKS, "more than 2^29 cells are alive");
        let group = self.groups[number as usize / GROUP].get_or_init(|| in_place(OnceCell::new));
        group[number as usize % GROUP].get_or_init(Chunk::new);
        self.chunks.set(number + 1);
        number
    }

    // ------------------------------------------------------------------------------------ leaves and constants

    /// A new leaf or constant: a reference to it.
    pub fn slot(&self, code: u32, value: T) -> u32 {
        if self.leaves.get() == 0 {
            self.more_leaves();
        }
        self.quick_slot(code, value)
    }
    /// The same; 0 if there is no room.
    #[inline(always)]
    pub fn quick_slot(&self, code: u32, value: T) -> u32 {
        debug_assert!(matches!(code, LEAF | ARRAY_LEAF | CONSTANT));
        let index = self.leaves.get();
        if index == 0 {
            return 0;
        }
        let Some(chunk) = self.find(index) else { return 0 };
        let cell = chunk.at(index);
        self.leaves.set(cell.a.get());
        cell.value.set(value);
        cell.a.set(0);
        cell.b.set(0);
        cell.count.set(1);
        cell.meta.set(code << 24);
        if let Some(sums) = chunk.sums.get() {
            sums[(index & POSITION) as usize].set(T::of(0.0));
        }
        index
            | match code {
                ARRAY_LEAF => AMONG_LEAVES | COUNTED,
                CONSTANT => AMONG_LEAVES | STILL,
                _ => AMONG_LEAVES,
            }
    }
    #[cold]
    #[inline(never)]
    fn more_leaves(&self) {
        if self.orphans.borrow().len() >= self.orphans_limit.get() {
            self.settle();
            if self.leaves.get() != 0 {
                return;
            }
        }
        let number = self.make_chunk();
        let chunk = self.chunk(start_of(number));
        chunk.make_sums();
        chunk.first.set(self.first.get());
        for position in (self.first.get()..CELLS).rev() {
            let index = start_of(number) | position;
            self.free_slot(index, chunk.at(index));
        }
    }

    // ------------------------------------------------------------------------------------ modes and tests

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
            let chunk = self.chunk(start_of(number));
            chunk.stamp.set(0);
            if chunk.sums.get().is_some() {
                for cell in chunk.cells.iter().filter(|cell| matches!(code(cell.meta.get()), LEAF | ARRAY_LEAF)) {
                    cell.meta.set(cell.meta.get() & !STAMP);
                }
            }
        }
        self.sweeps.set(0);
        self.last.set(0);
        self.eras.set(self.eras.get() + 1);
    }
    /// A sweep's number in the thread's life, never 0.
    pub fn lifelong(&self, sweep: u32) -> u64 {
        self.eras.get() << 24 | u64::from(sweep)
    }
}
