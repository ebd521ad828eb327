//! Operations on arrays and numbers made of plain closures. They are of first order, for a closure knows plain values
//! only.

use super::operation::{Edge, Pull, Rule, record, record_number};
use crate::graph::array::{Flow, NodeArray, NodeArrayD, ranked, unranked};
use crate::graph::handle::Node;
use crate::graph::payload::{self, Running};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{Array, ArrayD, Dimension, IxDyn};
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

/// What stands in a graph: a number, [`Node`], or an array, [`NodeArray`]. Sealed.
///
/// ```
/// use backprop::{array::InGraph, Node, NodeArray};
/// use ndarray::array;
/// fn outside<X: InGraph>(x: &X) -> X::Plain {
///     x.plain()
/// }
/// assert_eq!(outside(&Node::leaf(2.0)), 2.0);
/// assert_eq!(outside(&NodeArray::leaf(array![2.0, 3.0])), array![2.0, 3.0]);
/// ```
pub trait InGraph: sealed::Sealed {
    /// The plain numbers in it.
    type Number: Float;
    /// What it is outside of the graph: `T` or `Array<T, D>`.
    type Plain: Plain<Number = Self::Number, InGraph = Self>;
    /// A copy of the values.
    fn plain(&self) -> Self::Plain;
    /// As the operand of an operation.
    #[doc(hidden)]
    fn operand(&self) -> Operand<Self::Number>;
}

/// What stands outside of graphs: a number, or an `Array` of ndarray's. Sealed.
///
/// ```
/// use backprop::{array::Plain, Node};
/// fn inside<Z: Plain>(z: Z) -> Z::InGraph {
///     z.constant()
/// }
/// assert_eq!(inside(2.0), Node::constant(2.0));
/// ```
pub trait Plain: sealed::Sealed + Sized + 'static {
    /// The plain numbers in it.
    type Number: Float;
    /// What it is in a graph: `Node<T>` or `NodeArray<T, D>`.
    type InGraph: InGraph<Number = Self::Number, Plain = Self>;
    /// A constant in the graph.
    fn constant(self) -> Self::InGraph;
    /// Its shape, and itself as an adjoint.
    #[doc(hidden)]
    fn part(self) -> Part<Self::Number>;
    /// From an adjoint of that shape.
    #[doc(hidden)]
    fn from_part(part: Part<Self::Number>) -> Self;
    /// The node of an operation with this value.
    #[doc(hidden)]
    fn recorded(self, operation: Closure<Self>) -> Self::InGraph;
}
mod sealed {
    pub trait Sealed {}
}

/// An operand, its shape, and whether nothing flows into it.
#[doc(hidden)]
pub struct Operand<T: Float> {
    edge: Edge<T>,
    shape: IxDyn,
    is_constant: bool,
}
/// An adjoint with its shape.
#[doc(hidden)]
pub struct Part<T: Float>(Flow<T>, IxDyn);

// ------------------------------------------------------------------------------------------------ numbers

impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float> InGraph for Node<T> {
    type Number = T;
    type Plain = T;
    fn plain(&self) -> T {
        self.value()
    }
    fn operand(&self) -> Operand<T> {
        Operand { edge: Edge::number(self), shape: IxDyn(&[]), is_constant: self.is_constant() }
    }
}
impl<T: Float> sealed::Sealed for T {}
impl<T: Float> Plain for T {
    type Number = T;
    type InGraph = Node<T>;
    fn constant(self) -> Node<T> {
        Node::constant(self)
    }
    fn part(self) -> Part<T> {
        Part(Flow::Number(self), IxDyn(&[]))
    }
    fn from_part(part: Part<T>) -> T {
        part.0.number()
    }
    fn recorded(self, operation: Closure<T>) -> Node<T> {
        let (rule, edges) = operation.split(IxDyn(&[]));
        record_number(rule, edges, self, false)
    }
}

// ------------------------------------------------------------------------------------------------ arrays

impl<T: Float, D: Dimension> sealed::Sealed for NodeArray<T, D> {}
impl<T: Float, D: Dimension + 'static> InGraph for NodeArray<T, D> {
    type Number = T;
    type Plain = Array<T, D>;
    fn plain(&self) -> Array<T, D> {
        self.value().into_owned()
    }
    fn operand(&self) -> Operand<T> {
        let shape = self.body().shape().clone();
        Operand { edge: Edge::array(self, false), shape, is_constant: self.is_constant() }
    }
}
impl<T: Float, D: Dimension> sealed::Sealed for Array<T, D> {}
impl<T: Float, D: Dimension + 'static> Plain for Array<T, D> {
    type Number = T;
    type InGraph = NodeArray<T, D>;
    fn constant(self) -> NodeArray<T, D> {
        NodeArray::constant(self)
    }
    fn part(self) -> Part<T> {
        let shape = IxDyn(self.shape());
        Part(Flow::Array(unranked(self)), shape)
    }
    fn from_part(Part(flow, shape): Part<T>) -> Self {
        ranked(flow.array(&shape)).into_owned()
    }
    fn recorded(self, operation: Closure<Self>) -> NodeArray<T, D> {
        let (rule, edges) = operation.split(IxDyn(self.shape()));
        record(rule, edges, unranked(self), false).ranked()
    }
}

// ------------------------------------------------------------------------------------------------ the operation

/// An operation with a result like `Z`, before it is recorded.
#[doc(hidden)]
pub struct Closure<Z: Plain> {
    name: Cow<'static, str>,
    operands: Vec<Operand<Z::Number>>,
    backward: Box<dyn Fn(Z) -> Vec<Part<Z::Number>>>,
}
impl<Z: Plain> Closure<Z> {
    fn split(self, shape: IxDyn) -> (FirstOrder<Z>, Vec<Edge<Z::Number>>) {
        let (edges, shapes) = self.operands.into_iter().map(|operand| (operand.edge, operand.shape)).unzip();
        let name = self.name.into_owned().into();
        (FirstOrder { name, shape, shapes, backward: self.backward, running: Cell::new(false) }, edges)
    }
}
struct FirstOrder<Z: Plain> {
    name: Rc<str>,
    shape: IxDyn,
    /// The operands'.
    shapes: Vec<IxDyn>,
    backward: Box<dyn Fn(Z) -> Vec<Part<Z::Number>>>,
    /// A sweep runs the closure now: an inner sweep must not come here.
    running: Cell<bool>,
}
impl<Z: Plain> Rule<Z::Number> for FirstOrder<Z> {
    fn recorded(&self) -> Recorded {
        Recorded::Custom(self.name.clone())
    }
    fn bytes(&self) -> usize {
        self.name.len() + size_of_val(&*self.shapes)
    }
    fn pull(&self, at: &mut Pull<'_, Z::Number>) {
        if !at.is_plain() {
            payload::first_order_only(&self.name);
        }
        let adjoint = Z::from_part(Part(at.flow(), self.shape.clone()));
        let running = Running::start(&self.running, &self.name);
        let parts = (self.backward)(adjoint);
        drop(running);
        payload::counted(&self.name, parts.len(), self.shapes.len());
        for (k, (Part(_, given), wanted)) in parts.iter().zip(&self.shapes).enumerate() {
            assert!(
                given == wanted,
                "the backward rule of {:?} gave an adjoint of the shape {:?} for operand {k}, which has the shape {:?}",
                self.name,
                given.slice(),
                wanted.slice()
            );
        }
        for (k, Part(flow, _)) in parts.into_iter().enumerate() {
            at.give_flow(k, flow);
        }
    }
}

/// Records an operation; of constants, or within `no_grad`, it is a constant.
#[track_caller]
pub(crate) fn custom<Z: Plain>(
    name: impl Into<Cow<'static, str>>,
    operands: Vec<Operand<Z::Number>>,
    value: Z,
    backward: impl Fn(Z) -> Vec<Part<Z::Number>> + 'static,
) -> Z::InGraph {
    if payload::is_closed() || operands.iter().all(|operand| operand.is_constant) {
        return value.constant();
    }
    value.recorded(Closure { name: name.into(), operands, backward: Box::new(backward) })
}

/// An operation on arrays from its value and a closure that turns its adjoint into those of the operands, each in its
/// operand's shape. It is of first order: `backward` works, [`gradients`](crate::gradients) panics and names it.
///
/// The operands' ranks may differ, hence [`into_dyn`](NodeArray::into_dyn). For numbers there is
/// [`custom::first_order`](crate::custom::first_order).
///
/// ```
/// use backprop::{array::first_order, NodeArray};
/// use ndarray::{Array1, array};
/// let x = NodeArray::leaf(array![3.0_f64, 1.0, 2.0]);
/// // sorted, by the standard library; what flows goes back to where it came from
/// let values = x.value();
/// let mut order = [0, 1, 2];
/// order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
/// let sorted = Array1::from_iter(order.map(|k| values[k]));
/// let sorted = first_order("sort", &[x.clone().into_dyn()], sorted, move |adjoint| {
///     let mut part = Array1::zeros(3);
///     order.iter().zip(adjoint).for_each(|(&k, adjoint)| part[k] = adjoint);
///     vec![part.into_dyn()]
/// });
/// (sorted * array![1.0, 10.0, 100.0]).sum().backward();
/// assert_eq!(x.grad(), array![100.0, 1.0, 10.0]);
/// ```
///
/// # Panics
/// When swept: if the closure returns another number of adjoints than there are operands, or one of another shape than
/// its operand, or runs a sweep that comes to this very operation.
#[must_use]
#[track_caller]
pub fn first_order<T: Float, D: Dimension + 'static>(
    name: impl Into<Cow<'static, str>>,
    operands: &[NodeArrayD<T>],
    value: Array<T, D>,
    backward: impl Fn(Array<T, D>) -> Vec<ArrayD<T>> + 'static,
) -> NodeArray<T, D> {
    let operands = operands.iter().map(InGraph::operand).collect();
    custom(name, operands, value, move |adjoint| backward(adjoint).into_iter().map(Plain::part).collect())
}
