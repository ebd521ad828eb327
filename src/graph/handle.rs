//! The counted handle: a node is its value and a reference to its cell; cloning and dropping count.

use super::cell::{AMONG_LEAVES, CONSTANT, COUNTED, EDGES_COUNTED, INDEX, POSITION, STILL, Slot, code};
use super::home::{self, ENDING, Home, lost};
use crate::number::Float;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::rc::Rc;

/// A number in a reference-counted graph.
///
/// Ordinary expressions of nodes build the graph; one [`backward`](Node::backward) fills the [`grad`](Node::grad) of
/// every leaf. `Clone` is cheap (the same node, its handles counted) and a node keeps alive exactly what it was computed
/// from. Operators take `Node`, `&Node`, a plain `T` and literals in every combination; every function of the table is
/// a method under its std name. Comparison looks at values.
///
/// ```
/// use backprop::Node;
/// let (apple, number, tax) = (Node::leaf(100.0), Node::leaf(2.0), Node::leaf(1.1));
/// let price = &apple * &number * &tax;
/// price.backward();
/// assert_eq!(price.value(), 220.00000000000003);
/// assert_eq!((apple.grad(), number.grad(), tax.grad()), (2.2, 110.00000000000001, 200.0));
/// ```
///
/// A graph belongs to its thread, so a node is neither `Send` nor `Sync`. This compiles,
///
/// ```
/// let x = 1.0;
/// std::thread::spawn(move || backprop::Node::leaf(x).value()).join().unwrap();
/// ```
///
/// and this does not:
///
/// ```compile_fail,E0277
/// let x = backprop::Node::leaf(1.0);
/// std::thread::spawn(move || x.value()).join().unwrap();
/// ```
pub struct Node<T: Float> {
    value: T,
    /// The cell's index, and what there is to know of it without looking at it.
    at: NonZeroU32,
    /// Neither `Send` nor `Sync`: the cell belongs to the thread.
    thread: PhantomData<Rc<T>>,
}

/// The handle of a cell, whose count already has it in.
#[inline(always)]
pub(crate) fn own<T: Float>(value: T, at: u32) -> Node<T> {
    match NonZeroU32::new(at) {
        Some(at) => Node { value, at, thread: PhantomData },
        None => lost(),
    }
}
/// One more handle of a living cell.
pub(crate) fn share<T: Float>(index: u32) -> Node<T> {
    home::with(move |home: &Home<T>| {
        let at = home.reference(index);
        if !home.one_more(at) {
            too_many();
        }
        own(home.cell(at).value.get(), at)
    })
    .expect(ENDING)
}
/// Looks at a cell.
#[inline(always)]
pub(crate) fn look<T: Float, R>(index: u32, f: impl FnOnce(&Slot<T>) -> R) -> R {
    home::with(move |home| f(home.cell(index))).expect(ENDING)
}

impl<T: Float> Home<T> {
    /// One more handle, if there is room for it in the count.
    #[inline(always)]
    fn one_more(&self, at: u32) -> bool {
        let Some(chunk) = self.find(at) else { return false };
        let cell = chunk.at(at);
        let more = cell.count.get().wrapping_add(1);
        if more == 0 {
            return false;
        }
        cell.count.set(more);
        if at & (AMONG_LEAVES | COUNTED) == 0 {
            self.live.set(self.live.get().wrapping_add(1));
        }
        true
    }
    /// One more operation refers to the `COUNTED` cell.
    pub(super) fn one_edge_more(&self, at: u32) {
        if !self.one_more(at) {
            too_many();
        }
    }
    /// One handle less.
    pub(super) fn one_less(&self, at: u32) {
        let after = self.count_down(at);
        self.after(at, after);
    }
    /// One handle less; what is to be done then. In line, as all that nothing comes after.
    #[inline(always)]
    fn count_down(&self, at: u32) -> After {
        let Some(chunk) = self.find(at) else { return After::Nothing };
        let cell = chunk.at(at);
        let left = cell.count.get().wrapping_sub(1);
        cell.count.set(left);
        if at & (AMONG_LEAVES | COUNTED) == 0 {
            return self.one_operation_less(at, left);
        }
        if left != 0 {
            return After::Nothing;
        }
        if at & COUNTED == 0 && self.live.get() == 0 && cell.b.get() == 0 {
            self.free_slot(at, cell);
            return After::Nothing;
        }
        After::Release
    }
    #[inline(always)]
    fn one_operation_less(&self, at: u32, left: u32) -> After {
        let live = self.live.get().wrapping_sub(1);
        self.live.set(live);
        if live == 0 {
            return After::Reset;
        }
        if left != 0 {
            return After::Nothing;
        }
        if at.wrapping_add(1) == self.next.get() {
            return After::Pop;
        }
        self.dropped.set(self.dropped.get().wrapping_add(1));
        After::Nothing
    }
    #[inline(never)]
    fn after(&self, at: u32, after: After) {
        match after {
            After::Nothing => (),
            After::Reset => self.reset(),
            After::Pop => self.pop(),
            After::Release => self.release(at),
        }
        // also what a panic in somebody's drop has left
        if self.dying.get() != 0 && !self.releasing.get() {
            self.release_waiting();
        }
    }
}
/// What a dropped handle leaves to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Reset,
    Pop,
    Release,
}

impl<T: Float> Clone for Node<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        let at = self.at();
        if home::with(move |home: &Home<T>| home.one_more(at)) != Some(true) {
            not_cloned::<T>();
        }
        own(self.value, at)
    }
}
#[cold]
#[inline(never)]
fn not_cloned<T: Float>() -> ! {
    home::with(|_: &Home<T>| ()).expect(ENDING);
    too_many()
}
/// The cells' counts have 32 bits; handles can be forgotten, so that a count can be driven this far without memory for them.
#[cold]
#[inline(never)]
fn too_many() -> ! {
    panic!("more than 2^32 references to one node")
}
impl<T: Float> Drop for Node<T> {
    #[inline(always)]
    fn drop(&mut self) {
        drop_handle::<T>(self.at());
    }
}
/// Out of line: a formula drops every node once more on each path of unwinding.
#[inline(never)]
fn drop_handle<T: Float>(at: u32) {
    // None: the home went before us, and all its cells with it
    match home::with(move |home: &Home<T>| home.count_down(at)) {
        None | Some(After::Nothing) => (),
        Some(after) => finish::<T>(at, after),
    }
}
#[inline(never)]
fn finish<T: Float>(at: u32, after: After) {
    let _ = home::with(move |home: &Home<T>| home.after(at, after));
}
impl<T: Float> Node<T> {
    #[inline(always)]
    pub(crate) fn index(&self) -> u32 {
        self.at() & INDEX
    }
    /// A leaf or constant, just made, that stands for an array: whatever refers to it is counted.
    pub(super) fn into_counted(self) -> Self {
        let at = self.at();
        look(at, |cell: &Slot<T>| {
            if code(cell.meta.get()) == CONSTANT {
                cell.meta.set(cell.meta.get() | EDGES_COUNTED);
            }
        });
        let counted = own(self.value, at | COUNTED);
        std::mem::forget(self);
        counted
    }
    #[inline(always)]
    pub(super) fn at(&self) -> u32 {
        self.at.get()
    }
    /// The gradient of a leaf that is a number.
    #[inline]
    pub(crate) fn sum(&self) -> Option<T> {
        let at = self.at();
        if at & (AMONG_LEAVES | STILL | COUNTED) != AMONG_LEAVES {
            return None;
        }
        home::with(move |home: &Home<T>| Some(home.find(at)?.sums.get()?[(at & POSITION) as usize].get())).flatten()
    }
    /// Whether nothing flows into it.
    #[inline(always)]
    pub(crate) fn is_still(&self) -> bool {
        self.at() & STILL != 0
    }
    /// Orders operations by their creation: the birth of the chunk, the place in it.
    pub(crate) fn age(&self) -> (u64, u32) {
        let birth = home::with(|home: &Home<T>| home.chunk(self.at()).birth.get()).expect(ENDING);
        (birth, self.at() & POSITION)
    }
    /// The operation's code.
    #[inline(always)]
    pub(crate) fn kind(&self) -> u32 {
        look(self.at(), |cell: &Slot<T>| code(cell.meta.get()))
    }
    /// The operands' indices, and powi's exponent, of a row's result.
    pub(crate) fn recorded_operands(&self) -> ([u32; 3], i32) {
        home::with(|home: &Home<T>| home.operands_of(home.cell(self.at()))).expect(ENDING)
    }
    #[inline(always)]
    pub(crate) fn slot(code: u32, value: T) -> Self {
        match home::with(|home: &Home<T>| home.quick_slot(code, value)) {
            Some(at) if at != 0 => own(value, at),
            _ => Node::first_slot(code, value),
        }
    }
    #[cold]
    #[inline(never)]
    fn first_slot(code: u32, value: T) -> Self {
        own(value, home::with(|home: &Home<T>| home.slot(code, value)).expect(ENDING))
    }
    /// The value, for what is recorded from it: a closure that is being traced has numbers without one.
    #[inline(always)]
    pub(crate) fn recorded_value(&self) -> T {
        self.value
    }
}

/// A node passed by value, which hands its count over to the operation, or by reference, which lends it.
pub(crate) trait Passed<T: Float> {
    const LENT: bool;
    fn operand(self) -> (T, u32);
}
impl<T: Float> Passed<T> for Node<T> {
    const LENT: bool = false;
    #[inline(always)]
    fn operand(self) -> (T, u32) {
        let operand = (self.value, self.at());
        std::mem::forget(self);
        operand
    }
}
impl<T: Float> Passed<T> for &Node<T> {
    const LENT: bool = true;
    #[inline(always)]
    fn operand(self) -> (T, u32) {
        (self.value, self.at())
    }
}
