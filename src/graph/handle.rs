//! The counted handle: a node is an index, cloning and dropping count.

use super::cell::{POSITION, Slot, code};
use super::home::Home;
use super::homes::{self, ENDING};
use super::tracing;
use crate::number::Float;
use std::marker::PhantomData;
use std::rc::Rc;

/// A number in a reference-counted graph.
///
/// Ordinary expressions of nodes build the graph; one [`backward`](Node::backward) fills the [`grad`](Node::grad) of
/// every leaf. `Clone` is cheap (the same node, counted once more) and a node keeps alive exactly what it was computed
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
    index: u32,
    /// Neither `Send` nor `Sync`: the cell belongs to the thread.
    thread: PhantomData<Rc<T>>,
}

/// The handle of a cell, whose count already has it in.
#[inline(always)]
pub(crate) fn own<T: Float>(index: u32) -> Node<T> {
    Node { index, thread: PhantomData }
}
/// One more handle of a living cell.
#[inline(always)]
pub(crate) fn share<T: Float>(index: u32) -> Node<T> {
    look(index, Slot::<T>::more);
    own(index)
}
/// Looks at a cell.
#[inline(always)]
pub(crate) fn look<T: Float, R>(index: u32, f: impl FnOnce(&Slot<T>) -> R) -> R {
    homes::with(move |home| f(home.cell(index))).expect(ENDING)
}
/// Value and meta word; `lent`: one more reference.
#[inline(always)]
pub(crate) fn read<T: Float>(index: u32, lent: bool) -> (T, u32) {
    look(index, move |cell| {
        if lent {
            cell.more();
        }
        (cell.value.get(), cell.meta.get())
    })
}

impl<T: Float> Clone for Node<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        share(self.index)
    }
}
impl<T: Float> Drop for Node<T> {
    // out of line: a formula drops every node once more on each path of unwinding
    #[inline(never)]
    fn drop(&mut self) {
        let index = self.index;
        // None: the home went before us, and all its cells with it
        let _ = homes::with(move |home: &Home<T>| {
            let chunk = home.chunk(index);
            let cell = chunk.at(index);
            let left = cell.count.get() - 1;
            if left != 0 { cell.count.set(left) } else { home.release(index, chunk) }
        });
    }
}
impl<T: Float> Node<T> {
    #[inline(always)]
    pub(crate) fn index(&self) -> u32 {
        self.index
    }
    /// Orders operations by their creation: the birth of the chunk, the place in it.
    pub(crate) fn age(&self) -> (u64, u32) {
        let birth = homes::with(|home: &Home<T>| home.chunk(self.index).birth.get()).expect(ENDING);
        (birth, self.index & POSITION)
    }
    /// The operation's code.
    #[inline(always)]
    pub(crate) fn kind(&self) -> u32 {
        look(self.index, |cell: &Slot<T>| code(cell.meta.get()))
    }
    /// The operands' indices, and powi's exponent, of a row's result.
    pub(crate) fn recorded_operands(&self) -> ([u32; 3], i32) {
        homes::with(|home: &Home<T>| home.operands_of(home.cell(self.index))).expect(ENDING)
    }
    /// Hands the count over to whoever takes the index.
    #[inline(always)]
    fn into_index(self) -> u32 {
        let index = self.index;
        std::mem::forget(self);
        index
    }
    #[inline(always)]
    pub(crate) fn slot(code: u32, value: T) -> Self {
        own(homes::with(|home| home.slot(code, value)).expect(ENDING))
    }
    /// The value, in the form that the shared macros want: something to `*`.
    ///
    /// # Panics
    /// If nobody knows it, because a closure is being traced.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn part(&self) -> Part<T> {
        self.part_for("asks for the value of")
    }
    /// The value, for somebody who says what it is for.
    ///
    /// # Panics
    /// As [`part`](Node::part).
    #[inline(always)]
    #[track_caller]
    pub(crate) fn part_for(&self, question: &str) -> Part<T> {
        if tracing::is_tracing() {
            self.ask(question);
        }
        Part(self.recorded_value())
    }
    /// The value, for what is recorded from it: a closure that is being traced has numbers without one.
    #[inline(always)]
    pub(crate) fn recorded_value(&self) -> T {
        look(self.index, |cell| cell.value.get())
    }
}
/// A copy that dereferences, where other numbers have a reference.
pub(crate) struct Part<T>(T);
impl<T> std::ops::Deref for Part<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A node by value, which hands its count over to the operation, or by reference, which adds one.
pub(crate) trait Operand<T: Float> {
    const LENT: bool;
    fn operand(self) -> u32;
}
impl<T: Float> Operand<T> for Node<T> {
    const LENT: bool = false;
    #[inline(always)]
    fn operand(self) -> u32 {
        self.into_index()
    }
}
impl<T: Float> Operand<T> for &Node<T> {
    const LENT: bool = true;
    #[inline(always)]
    fn operand(self) -> u32 {
        self.index
    }
}
