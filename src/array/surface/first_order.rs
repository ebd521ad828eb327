//! Operations on arrays and numbers made of plain closures. They are of first order, for a closure knows plain values
//! only.

use crate::array::record::{Operand, Pull, Rule, record, with_swept};
use crate::graph::array::{Flow, NodeArray, NodeArrayD, ranked, unranked};
use crate::graph::handle::Node;
use crate::graph::operations::{self, Running};
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
    fn operand(&self) -> OwnedOperand<Self::Number>;
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
    fn cotangent(self) -> Cotangent<Self::Number>;
    /// From an adjoint of that shape.
    #[doc(hidden)]
    fn from_cotangent(part: Cotangent<Self::Number>) -> Self;
    /// The node of an operation with this value.
    #[doc(hidden)]
    #[track_caller]
    fn recorded(self, rule: FirstOrder<Self>, operands: &[OwnedOperand<Self::Number>]) -> Self::InGraph;
}
mod sealed {
    pub trait Sealed {}
}

/// An operand.
#[doc(hidden)]
pub struct OwnedOperand<T: Float>(Kind<T>);
enum Kind<T: Float> {
    Array(NodeArrayD<T>),
    Number(Node<T>),
}
impl<T: Float> OwnedOperand<T> {
    fn borrow(&self) -> Operand<'_, T> {
        match &self.0 {
            Kind::Array(x) => Operand::Array(x),
            Kind::Number(x) => Operand::Number(x),
        }
    }
}
/// An adjoint with its shape.
#[doc(hidden)]
pub struct Cotangent<T: Float>(Flow<T>, IxDyn);

// ------------------------------------------------------------------------------------------------ numbers

impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float> InGraph for Node<T> {
    type Number = T;
    type Plain = T;
    fn plain(&self) -> T {
        self.value()
    }
    fn operand(&self) -> OwnedOperand<T> {
        OwnedOperand(Kind::Number(self.clone()))
    }
}
impl<T: Float> sealed::Sealed for T {}
impl<T: Float> Plain for T {
    type Number = T;
    type InGraph = Node<T>;
    fn constant(self) -> Node<T> {
        Node::constant(self)
    }
    fn cotangent(self) -> Cotangent<T> {
        Cotangent(Flow::Number(self), IxDyn(&[]))
    }
    fn from_cotangent(part: Cotangent<T>) -> T {
        part.0.number()
    }
    #[track_caller]
    fn recorded(self, rule: FirstOrder<T>, operands: &[OwnedOperand<T>]) -> Node<T> {
        record(rule, operands.iter().map(OwnedOperand::borrow).collect::<Vec<_>>(), self)
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
    fn operand(&self) -> OwnedOperand<T> {
        OwnedOperand(Kind::Array(self.any()))
    }
}
impl<T: Float, D: Dimension> sealed::Sealed for Array<T, D> {}
impl<T: Float, D: Dimension + 'static> Plain for Array<T, D> {
    type Number = T;
    type InGraph = NodeArray<T, D>;
    fn constant(self) -> NodeArray<T, D> {
        NodeArray::constant(self)
    }
    fn cotangent(self) -> Cotangent<T> {
        let shape = IxDyn(self.shape());
        Cotangent(Flow::Array(unranked(self)), shape)
    }
    fn from_cotangent(Cotangent(flow, shape): Cotangent<T>) -> Self {
        ranked(flow.array(&shape)).into_owned()
    }
    #[track_caller]
    fn recorded(self, rule: FirstOrder<Self>, operands: &[OwnedOperand<T>]) -> NodeArray<T, D> {
        record(rule, operands.iter().map(OwnedOperand::borrow).collect::<Vec<_>>(), unranked(self)).ranked()
    }
}

// ------------------------------------------------------------------------------------------------ the operation

/// A closure for rule, of an operation with a result like `Z`.
#[doc(hidden)]
pub struct FirstOrder<Z: Plain> {
    name: Rc<str>,
    backward: Box<dyn Fn(Z) -> Vec<Cotangent<Z::Number>>>,
    /// A sweep runs the closure now: an inner sweep must not come here.
    running: Cell<bool>,
}
impl<Z: Plain> Rule<Z::Number> for FirstOrder<Z> {
    fn recorded(&self) -> Recorded {
        Recorded::Custom(self.name.clone())
    }
    fn bytes(&self) -> usize {
        self.name.len()
    }
    fn pull(&self, at: &mut Pull<'_, Z::Number>) {
        if !at.is_plain() {
            operations::first_order_only(&self.name);
        }
        let shape = at.shape();
        let adjoint = Z::from_cotangent(Cotangent(at.flow(), shape));
        let running = Running::start(&self.running, &self.name);
        let parts = with_swept(false, || (self.backward)(adjoint));
        drop(running);
        operations::counted(&self.name, parts.len(), at.operands());
        for (k, Cotangent(_, given)) in parts.iter().enumerate() {
            let wanted = at.operand_shape(k);
            assert!(
                *given == wanted,
                "the backward rule of {:?} gave an adjoint of the shape {:?} for operand {k}, which has the shape {:?}",
                self.name,
                given.slice(),
                wanted.slice()
            );
        }
        for (k, Cotangent(flow, _)) in parts.into_iter().enumerate() {
            at.give_flow(k, flow);
        }
    }
}

/// Records an operation; of constants, or within `no_grad`, it is a constant.
#[track_caller]
pub(crate) fn by_closure<Z: Plain>(
    name: impl Into<Cow<'static, str>>,
    operands: &[OwnedOperand<Z::Number>],
    value: Z,
    backward: impl Fn(Z) -> Vec<Cotangent<Z::Number>> + 'static,
) -> Z::InGraph {
    let (name, backward) = (name.into().into_owned().into(), Box::new(backward));
    value.recorded(FirstOrder { name, backward, running: Cell::new(false) }, operands)
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
    let operands: Vec<_> = operands.iter().map(InGraph::operand).collect();
    by_closure(name, &operands, value, move |adjoint| backward(adjoint).into_iter().map(Plain::cotangent).collect())
}
