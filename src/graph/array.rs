//! Arrays in the graph: the handle, and what all handles of one array share.
//!
//! An array node is a cell like any other, with a payload; its values do not stand in the graph but in a [`Body`] that
//! handles share with those operations that need the values for their adjoints. So an array is freed as soon as nobody
//! can ask for it and no adjoint needs it, however long the cell lives on in the graph.
//!
//! Inside the library ranks are dynamic: an operation is compiled once for each number type. The rank in
//! [`NodeArray`]'s type is the user's.

use super::cell::{ARRAY_LEAF, CONSTANT};
use super::handle::Node;
use super::home::{self, Home};
use super::payload;
use crate::number::Float;
use ndarray::{ArrayRef, Dimension, IxDyn};
use std::cell::{Cell, Ref, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

pub(crate) use super::flow::{Aside, Collector, Flow, Slot, Term, mixed_up};
pub(crate) use super::values::{Values, ranked, take, take_unwritten, unranked};

// ------------------------------------------------------------------------------------------------ the body

/// What all handles of one array share with the operations that saved it.
pub(crate) struct Body<T: Float> {
    /// `None` while [`update`](NodeArray::update) has them.
    values: RefCell<Option<Values<T>>>,
    shape: IxDyn,
    /// How often the values have been changed in place.
    version: Cell<u32>,
    /// Handles, not counting operations: nobody else can ask for the adjoint.
    pub(super) handles: Cell<u32>,
    /// The gradient of a leaf; of others the adjoint, with its sweep.
    pub(super) grad: RefCell<(u64, Option<Values<T>>)>,
}

impl<T: Float> Body<T> {
    pub fn new(values: Values<T>) -> Rc<Self> {
        count_bytes::<T>(values.len().cast_signed());
        Rc::new(Body {
            shape: values.raw_dim(),
            values: RefCell::new(Some(values)),
            version: Cell::new(0),
            handles: Cell::new(0),
            grad: RefCell::new((0, None)),
        })
    }
    pub fn shape(&self) -> &IxDyn {
        &self.shape
    }
    pub fn version(&self) -> u32 {
        self.version.get()
    }
    /// The values.
    ///
    /// # Panics
    /// While [`update`](NodeArray::update) has them.
    #[track_caller]
    pub fn values(&self) -> Values<T> {
        self.look().clone()
    }
    /// The values, to be looked at.
    ///
    /// # Panics
    /// While [`update`](NodeArray::update) has them.
    #[track_caller]
    pub fn look(&self) -> Ref<'_, Values<T>> {
        match Ref::filter_map(self.values.borrow(), Option::as_ref) {
            Ok(values) => values,
            Err(_) => panic!("the values of this leaf are away: update() is changing them"),
        }
    }
    /// The values, if they are here.
    pub fn peek(&self) -> Option<Values<T>> {
        self.values.try_borrow().ok().and_then(|values| values.clone())
    }
    /// Gives the values to `write`, which may write to them, and takes them back, also after a panic.
    ///
    /// # Panics
    /// Inside another change of the same values.
    #[track_caller]
    pub fn change<R>(&self, write: impl FnOnce(&mut ArrayRef<T, IxDyn>) -> R) -> R {
        struct Back<'a, T: Float>(&'a Body<T>, Values<T>);
        impl<T: Float> Drop for Back<'_, T> {
            fn drop(&mut self) {
                *self.0.values.borrow_mut() = Some(self.1.clone());
            }
        }
        let values = self.values();
        // ours and the one that we have just made: whoever else holds them keeps the old ones
        *self.values.borrow_mut() = None;
        self.version.set(self.version.get().wrapping_add(1));
        let mut back = Back(self, values);
        write(back.1.unshared())
    }
    /// The gradient of a leaf, or the adjoint that the sweep of this number left.
    pub fn grad(&self, sweep: u64) -> Option<Values<T>> {
        let grad = self.grad.borrow();
        if grad.0 == sweep { grad.1.clone() } else { None }
    }
    pub fn set_grad(&self, sweep: u64, grad: Option<Values<T>>) {
        let new = grad.as_ref().map_or(0, |grad| grad.len());
        let old = self.grad.replace((sweep, grad)).1;
        count_bytes::<T>(new.cast_signed() - old.map_or(0, |old| old.len()).cast_signed());
    }
    fn forget_grad(&self) {
        if self.grad.borrow().1.is_some() {
            self.set_grad(0, None);
        }
    }
    /// Adds to the gradient of a leaf.
    pub fn add_grad(&self, part: Values<T>) {
        let old = self.grad.borrow_mut().1.take();
        count_bytes::<T>(-old.as_ref().map_or(0, |old| old.len()).cast_signed());
        let sum = match old {
            Some(old) => old.plus(&part),
            None => part,
        };
        self.set_grad(0, Some(sum));
    }
}
impl<T: Float> Drop for Body<T> {
    fn drop(&mut self) {
        let grad = self.grad.borrow_mut().1.take();
        count_bytes::<T>(-(self.shape.size() + grad.map_or(0, |grad| grad.len())).cast_signed());
    }
}
/// More or fewer elements of living arrays, for the statistics.
fn count_bytes<T: Float>(elements: isize) {
    let _ = home::with(|home: &Home<T>| {
        let bytes = elements * size_of::<T>().cast_signed();
        home.array_bytes.set(home.array_bytes.get().wrapping_add_signed(bytes));
    });
}

// ------------------------------------------------------------------------------------------------ the handle

/// An ndarray in a reference-counted graph, together with the numbers ([`Node`]) there: whole arrays are one node.
///
/// Ordinary expressions build the graph, one `backward()` fills the [`grad`](NodeArray::grad) of every leaf, scalar or
/// array. The rank `D` is checked by the compiler, as in ndarray; operations broadcast as ndarray's do. `Clone` is cheap.
///
/// ```
/// use backprop::{Node, NodeArray};
/// use ndarray::array;
/// let prices = NodeArray::leaf(array![100.0, 150.0]);
/// let numbers = NodeArray::leaf(array![2.0, 3.0]);
/// let tax = Node::leaf(1.1);
/// let total = prices.dot(&numbers) * &tax;
/// total.backward();
/// assert_eq!(total.value(), 715.0000000000001);
/// assert_eq!(prices.grad(), array![2.2, 3.3000000000000003]);
/// assert_eq!(numbers.grad(), array![110.00000000000001, 165.0]);
/// assert_eq!(tax.grad(), 650.0);
/// ```
pub struct NodeArray<T: Float, D: Dimension> {
    /// `None`: a constant that is in no graph.
    node: Option<Node<T>>,
    body: Rc<Body<T>>,
    rank: PhantomData<D>,
}

/// An array of any rank, in the graph.
pub type NodeArrayD<T> = NodeArray<T, IxDyn>;

impl<T: Float, D: Dimension> Clone for NodeArray<T, D> {
    fn clone(&self) -> Self {
        NodeArray::assemble(self.node.clone(), self.body.clone())
    }
}
impl<T: Float, D: Dimension> Drop for NodeArray<T, D> {
    fn drop(&mut self) {
        let left = self.body.handles.get() - 1;
        self.body.handles.set(left);
        if left == 0 {
            // nobody can ask for it any more, though operations may need the values
            self.body.forget_grad();
        }
    }
}

impl<T: Float, D: Dimension> NodeArray<T, D> {
    pub(crate) fn assemble(node: Option<Node<T>>, body: Rc<Body<T>>) -> Self {
        body.handles.set(body.handles.get() + 1);
        NodeArray { node, body, rank: PhantomData }
    }
    /// A constant that is in no graph.
    pub(crate) fn constant_of(values: Values<T>) -> Self {
        NodeArray::assemble(None, Body::new(values))
    }
    /// A leaf.
    pub(crate) fn leaf_of(values: Values<T>) -> Self {
        let body = Body::new(values);
        let node = payload::slot(ARRAY_LEAF, Slot { name: None, collector: Collector::new(&body) });
        NodeArray::assemble(Some(node), body)
    }
    pub(crate) fn body(&self) -> &Rc<Body<T>> {
        &self.body
    }
    /// The cell, if it has one.
    pub(crate) fn node(&self) -> Option<&Node<T>> {
        self.node.as_ref()
    }
    /// The cell; a constant in no graph gets one.
    pub(crate) fn cell(&self) -> Node<T> {
        match &self.node {
            Some(node) => node.clone(),
            None => payload::slot(CONSTANT, Slot { name: None, collector: Collector::new(&self.body) }),
        }
    }
    #[track_caller]
    pub(crate) fn values(&self) -> Values<T> {
        self.body.values()
    }
    /// The same node under another rank, which is the caller's to know.
    pub(crate) fn ranked<E: Dimension>(&self) -> NodeArray<T, E> {
        NodeArray::assemble(self.node.clone(), self.body.clone())
    }
    /// A leaf or constant gets a name; `None` for inner nodes.
    pub(crate) fn with_name(&self, name: &Rc<str>) -> Option<Self> {
        let slot = |code| payload::slot(code, Slot { name: Some(name.clone()), collector: Collector::new(&self.body) });
        let node = match &self.node {
            None => slot(CONSTANT),
            Some(node) if node.kind() == CONSTANT || node.kind() == ARRAY_LEAF => {
                let collector = Collector::new(&self.body);
                // what has come here in a sweep that is under way stays
                collector.set(node.payload().and_then(|old| old.collector().and_then(Collector::take)));
                node.attach(Rc::new(Slot { name: Some(name.clone()), collector }));
                node.clone()
            }
            Some(_) => return None,
        };
        Some(NodeArray::assemble(Some(node), self.body.clone()))
    }
}
