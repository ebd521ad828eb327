//! The cell, the chunk, and the codes of operations.

use crate::number::Float;
use crate::rule::Op;
use std::cell::{Cell, OnceCell};

/// Cells to a chunk. Position 0 is never used: "position 0" says that there is no room, and index 0 that there is no
/// operand.
pub(crate) const CELLS: u32 = 1 << BITS;
/// The bits of an index that are the position in the chunk; above them stands the chunk's number.
const BITS: u32 = 10;
/// The number of an index's chunk.
#[inline(always)]
pub(crate) fn chunk_of(index: u32) -> u32 {
    (index & INDEX) >> BITS
}
/// The index of position 0 of a chunk.
#[inline(always)]
pub(crate) fn start_of(number: u32) -> u32 {
    number << BITS
}
/// Masks the position in the chunk.
pub(crate) const POSITION: u32 = CELLS - 1;

// What a handle or an operation knows of a cell without looking at it: the top bits of its reference.
/// It stands among the leaves and constants.
pub(crate) const AMONG_LEAVES: u32 = 1 << 31;
/// Nothing flows into it: a constant or a literal.
pub(crate) const STILL: u32 = 1 << 30;
/// It has a payload or depends on one, or stands for an array: operations that refer to it are counted, so that it dies at
/// once.
pub(crate) const COUNTED: u32 = 1 << 29;
/// The index in a reference.
pub(crate) const INDEX: u32 = COUNTED - 1;
/// Chunks that an index can name; in the last the index of position 0 of the next would overflow.
pub(crate) const MOST_CHUNKS: u32 = (1 << (INDEX.count_ones() - BITS)) - 1;

// The low bits of an operation's meta word (a leaf has its stamp there).
/// The operation has taken its first operand's handle over, and with it one of that cell's counts.
pub(crate) const MOVED_A: u32 = 1;
/// The same of the second.
pub(crate) const MOVED_B: u32 = 2;
/// References to the cell say `COUNTED`.
pub(crate) const EDGES_COUNTED: u32 = 4;
/// Something alive refers here: while living cells are looked for.
pub(crate) const MARK: u32 = 8;
/// The sweep under way has delivered to this `COUNTED` cell, be it 0: a rule that the user wrote is to run all the same.
pub(crate) const VISITED: u32 = 16;

/// Nothing lives here.
pub(crate) const DEAD: u32 = 0;
/// Collects gradients; its `b` may name a payload with its name.
pub(crate) const LEAF: u32 = 1;
/// The same for an array; its `b` names the payload in which they collect.
pub(crate) const ARRAY_LEAF: u32 = 2;
/// The operands and the rule stand in the payload that `b` names.
pub(crate) const PAYLOAD: u32 = 3;
/// The second and third operand of an operation with three.
pub(crate) const PAIR: u32 = 4;
const FIRST_ROW: u32 = 5;
/// The code of a row of the table.
pub(crate) const fn row(op: Op) -> u32 {
    FIRST_ROW + op as u32
}
/// The top bit: nothing flows into a constant. One test on two codes tells whether both are.
pub(crate) const CONSTANT: u32 = 0x80;
/// A literal of an expression, in the cell before its operation; powi's exponent is one, exact in `a`.
pub(crate) const LITERAL: u32 = 0x81;

const _: () = assert!(FIRST_ROW + (Op::ALL.len() as u32) < CONSTANT, "codes have seven bits: rare rows are payloads");

/// The row with this code.
#[inline]
pub(crate) fn op_of(code: u32) -> Option<Op> {
    Op::ALL.get(code.wrapping_sub(FIRST_ROW) as usize).copied()
}

/// The bits of [`Slot::meta`] that are the stamp.
pub(crate) const STAMP: u32 = 0xff_ffff;

/// The code in a meta word.
#[inline(always)]
pub(crate) fn code(meta: u32) -> u32 {
    meta >> 24
}
/// Whether the meta word is that of a constant.
#[inline(always)]
pub(crate) fn is_constant(meta: u32) -> bool {
    meta >= CONSTANT << 24
}

/// One operation, leaf or constant; 32 bytes for `f64`.
pub(crate) struct Slot<T> {
    pub value: Cell<T>,
    /// The adjoint in the last sweep that came to the chunk; of a leaf, in the sweep that its stamp names.
    pub adjoint: Cell<T>,
    pub a: Cell<u32>,
    pub b: Cell<u32>,
    /// Handles, and those that operations have taken over; of an `COUNTED` cell also the `COUNTED` operations that refer here.
    /// In a dying cell: the next one that waits to be released.
    pub count: Cell<u32>,
    /// The code, then of a leaf the stamp of the last sweep that delivered here, of an operation the bits above.
    pub meta: Cell<u32>,
}

impl<T: Copy> Slot<T> {
    fn new(zero: T) -> Self {
        Slot {
            value: Cell::new(zero),
            adjoint: Cell::new(zero),
            a: Cell::new(0),
            b: Cell::new(0),
            count: Cell::new(0),
            meta: Cell::new(DEAD),
        }
    }
    #[inline(always)]
    pub fn set(&self, meta: u32, [a, b]: [u32; 2], value: T, zero: T, count: u32) {
        self.value.set(value);
        self.adjoint.set(zero);
        self.a.set(a);
        self.b.set(b);
        self.count.set(count);
        self.meta.set(meta);
    }
    /// Nothing lives here any more.
    #[inline(always)]
    pub fn bury(&self) {
        self.meta.set(DEAD);
        self.count.set(0);
    }
    /// The top bits of a reference to this cell.
    pub fn bits(&self) -> u32 {
        let meta = self.meta.get();
        let exact = if meta & EDGES_COUNTED != 0 { COUNTED } else { 0 };
        match code(meta) {
            LEAF => AMONG_LEAVES,
            ARRAY_LEAF => AMONG_LEAVES | COUNTED,
            CONSTANT => AMONG_LEAVES | STILL | exact,
            LITERAL => STILL,
            _ => exact,
        }
    }
}

/// The cells of a chunk.
pub(crate) type Cells<T> = [Slot<T>; CELLS as usize];

/// Many cells, born together. They lie apart, so that they can be made where they stay, however wide the number: they must
/// not travel over the stack.
#[repr(align(64))]
pub(crate) struct Chunk<T> {
    pub cells: Box<Cells<T>>,
    /// Which chunk in the thread's life this is: orders chunks.
    pub birth: Cell<u64>,
    /// The first position that is used.
    pub first: Cell<u32>,
    /// The last sweep that came here, and the lowest and highest position it delivered to: all other adjoints are zero.
    pub stamp: Cell<u32>,
    pub low: Cell<u32>,
    pub high: Cell<u32>,
    /// In a chunk of leaves: the accumulated gradients.
    pub sums: OnceCell<Box<[Cell<T>; CELLS as usize]>>,
}

impl<T: Float> Chunk<T> {
    pub fn new() -> Self {
        let number = || Cell::new(0);
        Chunk {
            cells: in_place(|| Slot::new(T::of(0.0))),
            birth: Cell::new(0),
            first: number(),
            stamp: number(),
            low: Cell::new(CELLS),
            high: number(),
            sums: OnceCell::new(),
        }
    }
    /// What a chunk of leaves has beside its cells.
    pub fn make_sums(&self) {
        self.sums.get_or_init(|| in_place(|| Cell::new(T::of(0.0))));
    }
    /// Clears what the last sweep left.
    pub fn clear_adjoints(&self, zero: T) {
        for position in self.low.get()..(self.high.get() + 1).min(CELLS) {
            let cell = self.at(position);
            cell.adjoint.set(zero);
            cell.meta.set(cell.meta.get() & !VISITED);
        }
        self.forget_adjoints();
    }
    /// No adjoint here is anything but zero.
    #[inline(always)]
    pub fn forget_adjoints(&self) {
        self.low.set(CELLS);
        self.high.set(0);
    }
    #[inline(always)]
    pub fn at(&self, index: u32) -> &Slot<T> {
        &self.cells[(index & POSITION) as usize]
    }
}
/// A boxed array, made where it stays.
pub(super) fn in_place<X, const N: usize>(make: impl Fn() -> X) -> Box<[X; N]> {
    let made: Box<[X]> = (0..N).map(|_| make()).collect();
    match made.try_into() {
        Ok(array) => array,
        Err(_) => panic!("{N} were made"),
    }
}
