//! What a cell cannot hold: names, folds, custom operations, arrays. A cell names its payload by an index into the
//! home's slab.

use super::array::Term;
use super::body::Collector;
use super::cell::{ARRAY_LEAF, CONSTANT, LEAF, PAYLOAD, Slot, code};
use super::flow::Flow;
use super::handle::Node;
use super::home::{self, ENDING, Home};
use super::recorded::Recorded;
use super::values::Value;
use crate::number::Float;
use crate::rule::Edge;
use std::rc::Rc;

/// What stands behind a cell that is no row of the table: an operation of any number of operands, or what a leaf or
/// constant has beside its cell.
pub(crate) trait Payload<T: Float> {
    /// The operands' cells, in their order.
    fn operands(&self) -> Vec<Node<T>>;
    /// What the cell was computed by; `None` for leaves and constants.
    fn recorded(&self) -> Option<Recorded>;
    /// The name that the user gave.
    fn name(&self) -> Option<Rc<str>> {
        None
    }
    /// Where the adjoint collects if the cell stands for an array.
    fn collector(&self) -> Option<&Collector<T>> {
        None
    }
    /// Whether the operation, which is no row, has an edge exactly at its operands.
    fn edge(&self, _: &[Value<T>]) -> Option<Edge> {
        None
    }
    /// Bytes of the operands' list and of what else the payload owns (but not what custom operations own).
    fn bytes(&self) -> usize;
    /// Hands the operands' adjoints to `give`, in numbers.
    ///
    /// # Panics
    /// If a rule of the user's does, or gives a wrong number of adjoints.
    fn pull(&self, z: T, adjoint: Flow<T>, give: &mut dyn FnMut(u32, Flow<T>));
    /// The same in nodes.
    ///
    /// # Panics
    /// As `pull`, and if the operation is of first order only.
    fn pull_nodes(&self, z: &Node<T>, adjoint: Term<T>, give: &mut dyn FnMut(u32, Term<T>));
}

/// The payloads; index 0 stays empty, for a cell's 0 says that there is none.
pub(crate) struct Slab<T: Float> {
    list: Vec<Option<Rc<dyn Payload<T>>>>,
    free: Vec<u32>,
}
impl<T: Float> Slab<T> {
    pub const fn new() -> Self {
        Slab { list: Vec::new(), free: Vec::new() }
    }
    pub fn put(&mut self, payload: Rc<dyn Payload<T>>) -> u32 {
        if let Some(index) = self.free.pop() {
            self.list[index as usize] = Some(payload);
            return index;
        }
        if self.list.is_empty() {
            self.list.push(None);
        }
        self.list.push(Some(payload));
        u32::try_from(self.list.len() - 1).unwrap_or_else(|_| panic!("more than 2^32 operations with payloads"))
    }
    pub fn take(&mut self, index: u32) -> Option<Rc<dyn Payload<T>>> {
        self.free.push(index);
        self.list[index as usize].take()
    }
    /// Bytes held by the living payloads, and by the lists.
    pub fn bytes(&self) -> (usize, usize) {
        let used = self.list.iter().flatten().map(|payload| payload.bytes()).sum();
        let lists =
            self.list.capacity() * size_of::<Option<Rc<dyn Payload<T>>>>() + self.free.capacity() * size_of::<u32>();
        (used, lists)
    }
}

impl<T: Float> Home<T> {
    pub fn payload(&self, index: u32) -> Option<Rc<dyn Payload<T>>> {
        self.slab.borrow().list.get(index as usize).cloned().flatten()
    }
    /// The payload of an operation, or what a leaf or constant has beside its cell.
    pub fn payload_of(&self, cell: &Slot<T>) -> Option<Rc<dyn Payload<T>>> {
        let holds = matches!(code(cell.meta.get()), LEAF | ARRAY_LEAF | PAYLOAD | CONSTANT);
        if holds { self.payload(cell.b.get()) } else { None }
    }
}

/// A leaf or constant that stands for an array; it has no value as a number.
pub(crate) fn slot<T: Float>(code: u32, payload: impl Payload<T> + 'static) -> Node<T> {
    let node = Node::slot(code, T::of(f64::NAN));
    node.attach(Rc::new(payload));
    node.into_counted()
}

impl<T: Float> Node<T> {
    /// The payload of an operation, or what a leaf or constant has beside its cell.
    pub(crate) fn payload(&self) -> Option<Rc<dyn Payload<T>>> {
        home::with(|home: &Home<T>| home.payload_of(home.cell(self.index()))).expect(ENDING)
    }
    /// Gives a leaf or constant its payload.
    pub(super) fn attach(&self, payload: Rc<dyn Payload<T>>) {
        let old = home::with(|home: &Home<T>| {
            let cell = home.cell(self.index());
            let mut slab = home.slab.borrow_mut();
            let old = if cell.b.get() == 0 { None } else { slab.take(cell.b.get()) };
            cell.b.set(slab.put(payload));
            old
        });
        drop(old);
    }
}
