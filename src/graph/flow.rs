//! What flows along an arrow when adjoints go back, and where that of an array collects.

use super::anomaly;
use super::array::{Body, NodeArrayD};
use super::handle::Node;
use super::payload::Payload;
use super::recorded::Recorded;
use super::values::{Values, take};
use crate::number::Float;
use ndarray::IxDyn;
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// What flows along an arrow in a sweep of plain numbers.
#[derive(Clone)]
pub(crate) enum Flow<T: Float> {
    Number(T),
    Array(Values<T>),
    /// To every element of an array the same.
    Everywhere(T),
}
impl<T: Float> Flow<T> {
    /// # Panics
    /// If it flows to an array.
    pub fn number(&self) -> T {
        match self {
            Flow::Number(adjoint) => *adjoint,
            _ => mixed_up(),
        }
    }
    /// Whether every number in it is finite.
    pub fn all_finite(&self) -> bool {
        match self {
            Flow::Number(x) | Flow::Everywhere(x) => x.is_all_finite(),
            Flow::Array(values) => values.iter().all(T::is_all_finite),
        }
    }
    /// The number, or the first element that is not finite, or the first of all.
    pub fn describe(&self) -> String {
        match self {
            Flow::Number(x) | Flow::Everywhere(x) => format!("{x:?}"),
            Flow::Array(values) => {
                let at = values.iter().position(|x| !x.is_all_finite());
                anomaly::element(values, at.unwrap_or(0))
            }
        }
    }
    /// The array, if it is one.
    pub fn values(&self) -> Option<&Values<T>> {
        match self {
            Flow::Array(values) => Some(values),
            _ => None,
        }
    }
    /// A copy of so many elements, if they lie in a row.
    pub fn row(&self, size: usize) -> Option<Vec<T>> {
        let elements = match self {
            Flow::Array(values) => Err(values.as_slice()?),
            Flow::Everywhere(adjoint) | Flow::Number(adjoint) => Ok(*adjoint),
        };
        let mut row = take(size);
        match elements {
            Ok(adjoint) => row.resize(size, adjoint),
            Err(elements) => row.extend_from_slice(elements),
        }
        Some(row)
    }
    /// As an array of this shape.
    pub fn array(self, shape: &IxDyn) -> Values<T> {
        match self {
            Flow::Array(values) => values,
            Flow::Everywhere(adjoint) => Values::full(shape.clone(), adjoint),
            Flow::Number(adjoint) => Values::scalar(adjoint),
        }
    }
    /// The sum of what comes along two arrows.
    pub fn plus(self, other: Flow<T>) -> Flow<T> {
        match (self, other) {
            (Flow::Number(a), Flow::Number(b)) => Flow::Number(a + b),
            (Flow::Array(a), Flow::Array(b)) => Flow::Array(a.plus(&b)),
            (Flow::Everywhere(a), Flow::Everywhere(b)) => Flow::Everywhere(a + b),
            (Flow::Array(a), Flow::Everywhere(b)) | (Flow::Everywhere(b), Flow::Array(a)) => Flow::Array(a.shifted(b)),
            _ => mixed_up(),
        }
    }
}
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
            Term::Array(_) => mixed_up(),
        }
    }
    /// # Panics
    /// If it flows to a number.
    pub fn array(&self) -> NodeArrayD<T> {
        match self {
            Term::Array(array) => array.clone(),
            Term::Number(_) => mixed_up(),
        }
    }
}
#[cold]
pub(crate) fn mixed_up() -> ! {
    panic!("an adjoint of a number met one of an array: this is a bug in backprop")
}

/// What an outer sweep has in a collector that an inner one comes to.
pub(crate) struct Aside<T: Float> {
    flow: Option<Flow<T>>,
    /// The adjoint of an inner node, with its sweep.
    kept: Option<(u64, Option<Values<T>>)>,
}

/// Where an array's adjoint collects during a sweep.
pub(crate) struct Collector<T: Float> {
    flow: Cell<Option<Flow<T>>>,
    body: Weak<Body<T>>,
    shape: IxDyn,
}
impl<T: Float> Collector<T> {
    pub fn new(body: &Rc<Body<T>>) -> Self {
        Collector { flow: Cell::new(None), body: Rc::downgrade(body), shape: body.shape().clone() }
    }
    pub fn shape(&self) -> &IxDyn {
        &self.shape
    }
    /// The values of the array, if somebody still needs them and no update has them.
    pub fn living_values(&self) -> Option<Values<T>> {
        self.body.upgrade()?.peek()
    }
    /// What has come so far.
    pub fn flow(&self) -> Option<Flow<T>> {
        let flow = self.flow.take();
        self.flow.set(flow.clone());
        flow
    }
    pub fn take(&self) -> Option<Flow<T>> {
        self.flow.take()
    }
    pub fn set(&self, flow: Option<Flow<T>>) {
        self.flow.set(flow);
    }
    /// Forgets what has come: the sweep has panicked.
    pub fn clear(&self) {
        self.flow.set(None);
    }
    /// What an outer sweep has here, before an inner one comes: its adjoint may have been kept already.
    pub fn put_aside(&self) -> Aside<T> {
        let kept = self.body.upgrade().map(|body| body.grad.borrow().clone());
        Aside { flow: self.flow.take(), kept: kept.filter(|(sweep, _)| *sweep != 0) }
    }
    /// What the outer sweep had, after the inner one.
    pub fn put_back(&self, aside: Aside<T>) {
        self.flow.set(aside.flow);
        if let (Some((sweep, adjoint)), Some(body)) = (aside.kept, self.asked_for()) {
            body.set_grad(sweep, adjoint);
        }
    }
    /// The body, if somebody can still ask for the adjoint.
    fn asked_for(&self) -> Option<Rc<Body<T>>> {
        self.body.upgrade().filter(|body| body.handles.get() > 0)
    }
    /// Adds; whether it was the first to come.
    pub fn add(&self, part: Flow<T>) -> bool {
        let (sum, is_first) = match self.flow.take() {
            Some(flow) => (flow.plus(part), false),
            None => (part, true),
        };
        self.flow.set(Some(sum));
        is_first
    }
    /// What has come together, of which a copy stays for whoever can still ask for it.
    pub fn finish(&self, sweep: u64) -> Option<Flow<T>> {
        let flow = self.flow.take()?;
        let Some(body) = self.asked_for() else { return Some(flow) };
        let values = flow.array(&self.shape);
        body.set_grad(sweep, Some(values.clone()));
        Some(Flow::Array(values))
    }
    /// Adds what has come together to the gradient of the leaf.
    pub fn commit(&self) {
        if let (Some(flow), Some(body)) = (self.flow.take(), self.asked_for()) {
            body.add_grad(flow.array(&self.shape));
        }
    }
}

/// What an array leaf or constant has beside its cell.
pub(crate) struct Slot<T: Float> {
    pub name: Option<Rc<str>>,
    pub collector: Collector<T>,
}
impl<T: Float> Payload<T> for Slot<T> {
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
