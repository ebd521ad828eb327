//! A thread's chunks of one number type.

use super::anomaly::Line;
use super::cell::{
    ARRAY_LEAF, CELLS, CONSTANT, Chunk, LEAF, LITERAL, PAIR, POSITION, STAMP, Slot, chunk_of, code, in_place, start_of,
};
use super::modes;
use super::payload::Slab;
use super::pool::Pool;
use super::sweep::Scratch;
use crate::number::Float;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;

pub(super) const GROUP: usize = 1024;
pub(super) type Group<T> = [OnceCell<Chunk<T>>; GROUP];

/// What a thread has for each number type.
///
/// Chunks sit in `OnceCell`s: a `&Chunk` costs two loads and no flag. The price is that safe code cannot take one out
/// again through `&`, so a thread keeps its chunks, and uses them again, until it ends.
pub(crate) struct Home<T: Float> {
    /// Where the next operation goes. Position 0: take the slow path, which makes room or obeys a mode.
    pub next: Cell<u32>,
    groups: [OnceCell<Box<Group<T>>>; GROUP],
    /// `next` while nothing may be recorded.
    pub(super) held: Cell<u32>,
    /// The first free slot of leaves and constants, linked through `a`.
    pub(super) leaves: Cell<u32>,
    /// Chunks made so far.
    pub chunks: Cell<u32>,
    /// The first free chunk (number + 1).
    pub(super) free: Cell<u32>,
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
    /// A sweep's lists, kept for their capacity.
    pub scratch: Cell<Option<Box<Scratch<T>>>>,
    /// How often the stamps have been forgotten.
    eras: Cell<u64>,
    pub slab: RefCell<Slab<T>>,
    /// Buffers of dead arrays.
    pub pool: RefCell<Pool<T>>,
    /// Bytes of living arrays and of their gradients.
    pub array_bytes: Cell<usize>,
    /// The lines that recorded operations, in anomaly mode.
    pub(super) lines: RefCell<BTreeMap<u32, Line>>,
}

#[cold]
#[inline(never)]
fn lost() -> ! {
    panic!("a node that refers to no cell: this is a bug in backprop")
}

impl<T: Float> Home<T> {
    pub(super) const fn new() -> Self {
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
            eras: Cell::new(0),
            slab: RefCell::new(Slab::new()),
            pool: RefCell::new(Pool::new()),
            array_bytes: Cell::new(0),
            lines: RefCell::new(BTreeMap::new()),
        }
    }

    // ------------------------------------------------------------------------------------ finding

    #[inline(always)]
    pub fn chunk(&self, index: u32) -> &Chunk<T> {
        let number = chunk_of(index) as usize;
        match self.groups[number / GROUP % GROUP].get() {
            Some(group) => match group[number % GROUP].get() {
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

    /// The operands of a row's cell, as many as the row has, and powi's exponent.
    pub fn operands_of(&self, cell: &Slot<T>) -> ([u32; 3], i32) {
        let (a, b) = (cell.a.get(), cell.b.get());
        if b == 0 {
            return ([a; 3], 0);
        }
        let second = self.cell(b);
        match code(second.meta.get()) {
            PAIR => ([a, second.a.get(), second.b.get()], 0),
            LITERAL => ([a, b, a], second.a.get().cast_signed()),
            _ => ([a, b, a], 0),
        }
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
        // there is a place only if no mode has put it aside
        let pushed = push(self);
        if pushed.is_some() || modes::is_closed() {
            return pushed;
        }
        // in anomaly mode `next` is aside only so that we come here
        let slow = modes::is_slow();
        if slow {
            self.open();
        }
        let pushed = push(self).or_else(|| {
            self.new_chunk();
            push(self)
        });
        if slow {
            self.close();
        }
        pushed
    }
    fn new_chunk(&self) {
        let at = self.next.get();
        if at & POSITION != 0 {
            // no room for two: the last cell stays empty
            self.next.set(0);
            self.waste(self.chunk(at), at, CELLS - (at & POSITION));
        }
        let chunk = self.take_chunk();
        self.next.set(start_of(chunk) | self.first.get());
    }
    /// The number of an empty chunk.
    fn take_chunk(&self) -> u32 {
        self.births.set(self.births.get() + 1);
        let number = match self.free.get() {
            0 => self.make_chunk(),
            free => {
                self.free.set(self.chunk(start_of(free - 1)).link.get());
                free - 1
            }
        };
        let chunk = self.chunk(start_of(number));
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
        let group = self.groups[number as usize / GROUP].get_or_init(|| in_place(OnceCell::new));
        group[number as usize % GROUP].get_or_init(Chunk::new);
        self.chunks.set(number + 1);
        number
    }

    // ------------------------------------------------------------------------------------ leaves and constants

    /// A new leaf or constant.
    pub fn slot(&self, code: u32, value: T) -> u32 {
        debug_assert!(matches!(code, LEAF | ARRAY_LEAF | CONSTANT));
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
        self.chunk(start_of(number)).make_sums();
        for position in (self.first.get()..CELLS).rev() {
            let index = start_of(number) | position;
            self.free_slot(index, self.cell(index));
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
            for cell in chunk.cells.iter() {
                cell.meta.set(cell.meta.get() & !STAMP);
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
