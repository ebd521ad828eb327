//! Arrays in the graph: the handle.
//!
//! An array node is a cell like any other, with a payload; its values do not stand in the graph but in a [`Body`] that
//! handles share with those operations that need the values for their adjoints. So an array is freed as soon as nobody
//! can ask for it and no adjoint needs it, however long the cell lives on in the graph.
//!
//! Inside the library ranks are dynamic: an operation is compiled once for each number type. The rank in
//! [`NodeArray`]'s type is the user's.

use super::cell::{ARRAY_LEAF, CONSTANT};
use super::flow::type_mismatch;
use super::handle::Node;
use super::payload::{self, Payload};
use super::recorded::Recorded;
use crate::number::Float;
use ndarray::{Dimension, IxDyn};
use std::marker::PhantomData;
use std::rc::Rc;

pub(crate) use super::body::{Body, Collector};
pub(crate) use super::flow::{Flow, Part};
#[cfg(test)]
pub(crate) use super::values::counted;
pub(crate) use super::values::{Value, Values, ranked, take, take_unwritten, unranked};

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
        let node = payload::slot(ARRAY_LEAF, Input { name: None, collector: Collector::new(&body) });
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
            None => payload::slot(CONSTANT, Input { name: None, collector: Collector::new(&self.body) }),
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
        let slot =
            |code| payload::slot(code, Input { name: Some(name.clone()), collector: Collector::new(&self.body) });
        let node = match &self.node {
            None => slot(CONSTANT),
            Some(node) if node.kind() == CONSTANT || node.kind() == ARRAY_LEAF => {
                let collector = Collector::new(&self.body);
                // what has come here in a sweep that is under way stays
                collector.set(node.payload().and_then(|old| old.collector().and_then(Collector::take)));
                node.attach(Rc::new(Input { name: Some(name.clone()), collector }));
                node.clone()
            }
            Some(_) => return None,
        };
        Some(NodeArray::assemble(Some(node), self.body.clone()))
    }
}

/// What an array leaf or constant has beside its cell.
struct Input<T: Float> {
    name: Option<Rc<str>>,
    collector: Collector<T>,
}
impl<T: Float> Payload<T> for Input<T> {
    fn operands(&self) -> Vec<Node<T>> {
        Vec::new()
    }
    fn recorded(&self) -> Option<Recorded> {
        None
    }
    fn name(&self) -> Option<Rc<str>> {
        self.name.clone()
    }
    fn collector(&self) -> Option<&Collector<T>> {
        Some(&self.collector)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.as_ref().map_or(0, |name| name.len())
    }
    fn pull(&self, _: T, _: Flow<T>, _: &mut dyn FnMut(u32, Flow<T>)) {}
    fn pull_nodes(&self, _: &Node<T>, _: Term<T>, _: &mut dyn FnMut(u32, Term<T>)) {}
}

// ------------------------------------------------------------------------------------------------ its adjoint in nodes

/// What flows along an arrow in the graph of derivatives.
#[derive(Clone)]
pub(crate) enum Term<T: Float> {
    Number(Node<T>),
    Array(NodeArrayD<T>),
}
impl<T: Float> Term<T> {
    /// # Panics
    /// If it flows to an array.
    pub fn number(&self) -> Node<T> {
        match self {
            Term::Number(node) => node.clone(),
            Term::Array(_) => type_mismatch(),
        }
    }
    /// # Panics
    /// If it flows to a number.
    pub fn array(&self) -> NodeArrayD<T> {
        match self {
            Term::Array(array) => array.clone(),
            Term::Number(_) => type_mismatch(),
        }
    }
}
