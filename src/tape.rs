//! The tape behind [`Var`](crate::Var): a flat list of what was computed, and of the partial derivatives.
//!
//! ```text
//!    slot    0   1  │   2 = x·y          3 = sin(2)     4 = 3 + x
//!  inputs    x   y  │ (0, y) (1, x)•    (2, cos)•      (3, 1) (0, 1)•      • the last pair of an operation
//! ```
//!
//! An operation is a run of pairs: an operand's slot and the partial derivative by it, computed when the operation is
//! recorded. Its own slot is implied by the order. So a pair is 12 bytes for `f64`, the sweep is a bare multiply-add, and a
//! statement of many operations that was differentiated forward is the same record with more pairs. The list is
//! Wengert's (1964); that partial derivatives stand in it, instead of operations and values, is how Speelpenning (1980)
//! and the tapes after him do it (Griewank & Walther 2008, chapter 6).
//!
//! There is one tape for each thread and number type. It is made of chunks, each twice as long as the one before, which
//! stay for the next time and go when the thread ends. A driver opens a scope on it, runs a closure, sweeps, and
//! closes the scope, also by a panic: the tape is then as it was before. Scopes nest.
//!
//! What makes a `Copy` handle safe is its *place*, one number of 64 bits: that of its scope's first slot, and its own slot
//! added. A tape takes an operation only on places within its innermost scope, from its first up to the last recorded.
//! A place is never given out twice, to no thread (`places`), so that a variable of another thread is found as well as a
//! stale one.

mod forward;
mod places;
#[cfg(test)]
mod tests;

use crate::local;
use crate::number::Float;
use ndarray::Array2;
use std::any::TypeId;
use std::cell::{Cell, OnceCell};
use std::marker::PhantomData;
use std::rc::Rc;

/// An operand's slot, and the partial derivative by it.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
pub(crate) struct Pair<T: Copy> {
    operand: u32,
    partial: T,
}
impl<T: Copy> Pair<T> {
    #[inline(always)]
    pub fn new(operand: u32, partial: T) -> Self {
        Pair { operand, partial }
    }
    /// The last pair of an operation.
    #[inline(always)]
    fn last(operand: u32, partial: T) -> Self {
        Pair { operand: operand | LAST, partial }
    }
}
/// Marks the last pair of an operation: slots are smaller.
const LAST: u32 = 1 << 31;

/// The place of what is no variable.
pub(crate) use places::NONE;

/// Chunk `k` has room for `FIRST << k` pairs.
const FIRST: usize = 1 << 12;
const CHUNKS: usize = 20;

type Chunk<T> = Box<[Cell<Pair<T>>]>;

/// Where the tape ends: the chunk, the place in it, and the next slot.
#[derive(Clone, Copy)]
struct Place {
    chunk: u32,
    at: u32,
    slot: u32,
}

pub(crate) struct Tape<T: Float> {
    /// The place of the innermost scope's first slot. While no scope is open there are no slots, and no place is within.
    first: Cell<u64>,
    /// How many slots the innermost scope has.
    slot: Cell<u32>,
    chunk: Cell<u32>,
    at: Cell<u32>,
    chunks: [OnceCell<Chunk<T>>; CHUNKS],
    /// Where each full chunk ends.
    ends: [Cell<u32>; CHUNKS],
    /// All zero between sweeps.
    adjoints: Cell<Vec<T>>,
}

impl<T: Float> Tape<T> {
    const fn new() -> Self {
        Tape {
            first: Cell::new(NONE),
            slot: Cell::new(0),
            chunk: Cell::new(0),
            at: Cell::new(0),
            chunks: [const { OnceCell::new() }; CHUNKS],
            ends: [const { Cell::new(0) }; CHUNKS],
            adjoints: Cell::new(Vec::new()),
        }
    }
    /// The slot of a place, if it is of the innermost scope: one comparison tells both ends.
    #[inline(always)]
    fn slot_of(&self, place: u64) -> Option<u32> {
        let slot = place.wrapping_sub(self.first.get());
        (slot < u64::from(self.slot.get())).then_some(slot as u32)
    }
    /// The hot path: the new place, or `None` if there is no room or an operand is of another scope.
    #[inline(always)]
    fn record<const K: usize>(&self, operands: [u64; K], partials: [T; K]) -> Option<u64> {
        let (first, slots) = (self.first.get(), self.slot.get());
        let operands = operands.map(|place| place.wrapping_sub(first));
        if operands.iter().any(|&slot| slot >= u64::from(slots)) {
            return None;
        }
        self.write(K, |room| {
            for (k, cell) in room.iter().enumerate().take(K) {
                let (operand, partial) = (operands[k] as u32, partials[k]);
                cell.set(if k + 1 == K { Pair::last(operand, partial) } else { Pair::new(operand, partial) });
            }
        })
    }
    /// The new place, or `None` if there is no room. `write` fills the room for the pairs.
    #[inline(always)]
    fn write(&self, operands: usize, write: impl FnOnce(&[Cell<Pair<T>>])) -> Option<u64> {
        let (slot, at) = (self.slot.get(), self.at.get() as usize);
        let room = self.chunks.get(self.chunk.get() as usize)?.get()?.get(at..at + operands)?;
        write(room);
        self.at.set((at + operands) as u32);
        self.slot.set(slot + 1);
        Some(self.first.get() + u64::from(slot))
    }
    /// Makes room for so many pairs in a row.
    #[cold]
    #[inline(never)]
    fn make_room(&self, pairs: usize) {
        let mut k = self.chunk.get() as usize;
        loop {
            let at = self.at.get() as usize;
            let slots = self.slot.get() as usize + (FIRST << k);
            let Some(chunk) = self.chunks.get(k).filter(|_| slots < LAST as usize) else {
                panic!("a tape holds at most 2^31 operations")
            };
            let zero = Pair::new(0, <T as num_traits::Zero>::zero());
            let len = chunk.get_or_init(|| (0..FIRST << k).map(|_| Cell::new(zero)).collect()).len();
            if len - at >= pairs {
                return;
            }
            self.ends[k].set(at as u32);
            k += 1;
            self.chunk.set(k as u32);
            self.at.set(0);
        }
    }
    fn place(&self) -> Place {
        Place { chunk: self.chunk.get(), at: self.at.get(), slot: self.slot.get() }
    }
    fn go_back(&self, place: Place) {
        self.chunk.set(place.chunk);
        self.at.set(place.at);
        self.slot.set(place.slot);
    }
    /// The pairs since a place, as slices, the last one first.
    fn since(&self, start: Place) -> impl DoubleEndedIterator<Item = &[Cell<Pair<T>>]> {
        let last = self.chunk.get();
        (start.chunk..=last).rev().filter_map(move |k| {
            let end = if k == last { self.at.get() } else { self.ends[k as usize].get() };
            let from = if k == start.chunk { start.at } else { 0 };
            self.chunks[k as usize].get()?.get(from as usize..end as usize)
        })
    }
    fn bytes(&self) -> (usize, usize) {
        let used: usize = self.since(Place { chunk: 0, at: 0, slot: 0 }).map(size_of_val).sum();
        let adjoints = self.adjoints.take();
        let held = adjoints.capacity() * size_of::<T>();
        self.adjoints.set(adjoints);
        (used, held + self.chunks.iter().filter_map(OnceCell::get).map(|chunk| size_of_val(&**chunk)).sum::<usize>())
    }
}

/// Adds to adjoints, from the last pair to the first. The adjoint of the slot before the current one is carried in a
/// register: a chain then does not wait for memory. What has been passed on is zero again, so that the next sweep finds
/// nothing in the adjoints that are kept.
struct Sweep<'a, T: Float> {
    adjoints: &'a mut [T],
    /// The operation that is passed through, and its adjoint.
    slot: usize,
    adjoint: T,
    /// The adjoint of the slot before it.
    carry: T,
}
impl<'a, T: Float> Sweep<'a, T> {
    fn new(adjoints: &'a mut [T]) -> Self {
        let zero = T::of(0.0);
        Sweep { slot: adjoints.len(), adjoint: zero, carry: adjoints.last().copied().unwrap_or(zero), adjoints }
    }
    #[inline(always)]
    fn pass(&mut self, pairs: impl Iterator<Item = Pair<T>>) {
        let plain = TypeId::of::<T>() == TypeId::of::<f64>() || TypeId::of::<T>() == TypeId::of::<f32>();
        let adjoints = &mut self.adjoints[..];
        let (mut slot, mut adjoint, mut carry) = (self.slot, self.adjoint, self.carry);
        for pair in pairs {
            let operand = pair.operand;
            if operand & LAST != 0 {
                // an operand stands before every operation
                slot -= 1;
                adjoint = carry;
                adjoints[slot] = T::of(0.0);
                carry = adjoints[slot - 1];
            }
            // a plain number is multiplied in less time than it is looked at, and the product is zero too
            if !plain && adjoint.is_exact_zero() {
                continue;
            }
            let operand = (operand & !LAST) as usize;
            let part = T::flow(&{ pair.partial }, &adjoint);
            if operand + 1 == slot {
                carry += part;
            } else {
                adjoints[operand] += part;
            }
        }
        (self.slot, self.adjoint, self.carry) = (slot, adjoint, carry);
    }
    fn finish(self) {
        if let Some(before) = self.slot.checked_sub(1) {
            self.adjoints[before] = self.carry;
        }
    }
}

// ------------------------------------------------------------------------------------------------ where tapes are kept

thread_local! {
    static TAPE64: Tape<f64> = const { Tape::new() };
    static TAPE32: Tape<f32> = const { Tape::new() };
}

/// The panic of what needs a tape when the thread has none any more.
const ENDING: &str = "the thread is ending: its tape is gone";

/// Gives `f` the thread's tape for `T`; `None` when the thread is ending and the tape is gone already.
#[inline(always)]
fn with<T: Float, R>(f: impl FnOnce(&Tape<T>) -> R) -> Option<R> {
    local::with(&TAPE64, &TAPE32, || Rc::new(Tape::<T>::new()), f)
}

// ------------------------------------------------------------------------------------------------ recording

/// Records an operation on variables; its place.
///
/// # Panics
/// If one is not of the innermost scope of this thread.
#[inline(always)]
#[track_caller]
pub(crate) fn push<T: Float, const K: usize>(operands: [u64; K], partials: [T; K]) -> u64 {
    match with(|tape: &Tape<T>| tape.record(operands, partials)) {
        Some(Some(place)) => place,
        _ => {
            make_room::<T, K>(operands);
            // the record is not handed to the cold function: it would have to stand in memory
            with(|tape: &Tape<T>| tape.record(operands, partials)).flatten().unwrap_or_else(|| panic!("{ENDING}"))
        }
    }
}
/// # Panics
/// If an operand is not of the innermost scope of this thread.
#[cold]
#[inline(never)]
#[track_caller]
fn make_room<T: Float, const K: usize>(operands: [u64; K]) {
    let within = |tape: &Tape<T>| operands.iter().all(|&place| tape.slot_of(place).is_some());
    if with(|tape: &Tape<T>| within(tape).then(|| tape.make_room(K))).flatten().is_none() {
        elsewhere();
    }
}
/// The place of the innermost scope's first slot, and how many slots there are: what is within is a variable of it.
#[inline(always)]
pub(crate) fn extent<T: Float>() -> (u64, u64) {
    with(|tape: &Tape<T>| (tape.first.get(), u64::from(tape.slot.get()))).unwrap_or_default()
}
/// Records an operation of so many operands of the innermost scope, at least one: `write` fills the room for their pairs, of
/// which the last is marked here. Its place.
#[inline(always)]
pub(crate) fn push_many<T: Float>(operands: usize, mut write: impl FnMut(&[Cell<Pair<T>>])) -> u64 {
    debug_assert!(operands > 0, "an operation has an operand");
    loop {
        let pushed = with(|tape: &Tape<T>| {
            tape.write(operands, |room| {
                write(room);
                if let Some(last) = room.last() {
                    last.set(Pair::last(last.get().operand, last.get().partial));
                }
            })
        });
        if let Some(place) = pushed.expect(ENDING) {
            return place;
        }
        with(|tape: &Tape<T>| tape.make_room(operands));
    }
}
/// # Panics
/// Always.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn elsewhere() -> ! {
    panic!(
        "a Var was used outside of the closure that got it: it belongs to one call of grad() or its like, on one thread, \
         and an inner call has variables of its own; take .value() of it, or Var::constant(x)"
    )
}

/// An open scope: what is recorded now is dropped when it is.
pub(crate) struct Scope<T: Float> {
    /// The places that its slots may have, from the first on.
    places: places::Range,
    inputs: u32,
    start: Place,
    /// The first place of the scope around it.
    outer: u64,
    /// It belongs to its thread.
    number: PhantomData<Rc<T>>,
}
impl<T: Float> Scope<T> {
    /// A scope whose inputs have the first slots.
    pub fn open(inputs: usize) -> Self {
        let Some(inputs) = u32::try_from(inputs).ok().filter(|&n| n < LAST) else {
            panic!("a tape holds at most 2^31 inputs, not {inputs}")
        };
        let places = places::take(u64::from(LAST)).expect(ENDING);
        let (outer, start) = with(|tape: &Tape<T>| {
            let outer = tape.first.replace(places.start);
            let start = tape.place();
            tape.slot.set(inputs);
            (outer, start)
        })
        .expect(ENDING);
        Scope { places, inputs, start, outer, number: PhantomData }
    }
    /// The place of input number `slot`.
    pub fn input(&self, slot: usize) -> u64 {
        debug_assert!(slot < self.inputs as usize, "an input");
        self.places.start + slot as u64
    }
    /// The slot of a place of this scope, which is the innermost one; `None` of a constant.
    ///
    /// # Panics
    /// If it is of another scope.
    #[track_caller]
    pub fn slot(&self, place: u64) -> Option<u32> {
        if place == NONE {
            return None;
        }
        Some(with(|tape: &Tape<T>| tape.slot_of(place)).flatten().unwrap_or_else(|| elsewhere()))
    }
    /// The derivatives of an output, by its slot, times `seed`, by the inputs.
    pub fn sweep(&self, output: u32, seed: T, gradient: &mut [T]) {
        with(|tape: &Tape<T>| {
            let (slots, inputs) = (tape.slot.get() as usize, self.inputs as usize);
            let mut adjoints = tape.adjoints.take();
            if adjoints.len() < slots {
                // they are all zero: nothing is to be copied, and the system has zeros at hand
                adjoints = vec![T::of(0.0); slots.max(2 * adjoints.len())];
            }
            adjoints[output as usize] = seed;
            let mut sweep = Sweep::new(&mut adjoints[..slots]);
            for pairs in tape.since(self.start) {
                sweep.pass(pairs.iter().rev().map(Cell::get));
            }
            sweep.finish();
            gradient.copy_from_slice(&adjoints[..inputs]);
            adjoints[..inputs].fill(T::of(0.0));
            tape.adjoints.set(adjoints);
        })
        .expect(ENDING);
    }
    /// The derivatives of outputs by all inputs, a row for each output: the shorter way, by a sweep for each output or
    /// forward by some inputs at a time. What is no variable of this scope has zeros.
    pub fn jacobian(&self, outputs: &[Option<u32>], rows: &mut Array2<T>) {
        if forward::is_shorter(self.inputs as usize, outputs.len()) {
            return self.pass_forward(outputs, rows);
        }
        for (slot, mut row) in outputs.iter().zip(rows.outer_iter_mut()) {
            match (slot, row.as_slice_mut()) {
                (Some(slot), Some(row)) => self.sweep(*slot, T::of(1.0), row),
                _ => row.fill(T::of(0.0)),
            }
        }
    }
    /// A copy of what was recorded.
    pub fn record(&self) -> Record<T> {
        let mut pairs = Vec::new();
        let slots = with(|tape: &Tape<T>| {
            let mut parts: Vec<&[Cell<Pair<T>>]> = tape.since(self.start).collect();
            parts.reverse();
            parts.iter().for_each(|part| pairs.extend(part.iter().map(Cell::get)));
            tape.slot.get()
        });
        Record { pairs, slots: slots.expect(ENDING) as usize, inputs: self.inputs as usize }
    }
}
impl<T: Float> Drop for Scope<T> {
    fn drop(&mut self) {
        with(|tape: &Tape<T>| {
            let used = u64::from(tape.slot.get());
            tape.first.set(self.outer);
            tape.go_back(self.start);
            places::give_back(self.places.after(used), u64::from(LAST));
        });
    }
}

/// What a scope recorded, on its own.
pub(crate) struct Record<T: Float> {
    pairs: Vec<Pair<T>>,
    slots: usize,
    inputs: usize,
}
impl<T: Float> Record<T> {
    /// The derivatives of outputs, by their slots, times their seeds, summed, by the inputs.
    pub fn sweep(&self, seeds: impl Iterator<Item = (u32, T)>) -> Vec<T> {
        let mut adjoints = vec![T::of(0.0); self.slots];
        for (output, seed) in seeds {
            adjoints[output as usize] += seed;
        }
        let mut sweep = Sweep::new(&mut adjoints);
        sweep.pass(self.pairs.iter().rev().copied());
        sweep.finish();
        adjoints.truncate(self.inputs);
        adjoints
    }
}

/// What this thread's tape for one number type holds.
///
/// ```
/// use backprop::{grad, tape};
/// let mut bytes = 0;
/// grad(|x| { let y = x[0] * x[1] + 1.0; bytes = tape::stats::<f64>().bytes_in_use; y }, &[2.0, 3.0]);
/// assert_eq!(bytes, 3 * 12); // the product has two partial derivatives, the sum one: a literal has none
/// assert_eq!(tape::stats::<f64>().bytes_in_use, 0);
/// ```
#[must_use]
pub fn stats<T: Float>() -> Stats {
    let (bytes_in_use, bytes_held) = with(Tape::<T>::bytes).unwrap_or_default();
    Stats { bytes_in_use, bytes_held }
}
/// See [`stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Bytes of the operations recorded in scopes that are open.
    pub bytes_in_use: usize,
    /// Bytes that the thread keeps for this number type until it ends, these among them.
    pub bytes_held: usize,
}
