//! An operation on arrays becomes a cell, and what a rule may ask when adjoints flow back through it.
//!
//! A rule is written once, in terms of array operations. In a sweep of plain numbers the arrays that it gets are
//! constants, so that nothing is recorded; in [`gradients`](crate::gradients) they are the nodes of the graph, so that
//! the adjoints can be differentiated again. What a rule saves is up to it: operands and results are kept only if asked
//! for, and only for adjoints that somebody wants.

use crate::graph::anomaly::{self, Seen};
use crate::graph::array::{Body, Collector, Flow, NodeArray, NodeArrayD, Term, Values};
use crate::graph::cell::CONSTANT;
use crate::graph::handle::Node;
use crate::graph::modes;
use crate::graph::payload::{self, Payload};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{Dimension, IxDyn};
use std::cell::Ref;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

/// How the adjoints of an operation's operands follow from that of its result.
pub(crate) trait Rule<T: Float>: 'static {
    fn recorded(&self) -> Recorded;
    /// Gives every operand that wants one its adjoint.
    fn pull(&self, at: &mut Pull<'_, T>);
    /// Bytes that the rule owns beside itself.
    fn bytes(&self) -> usize {
        0
    }
}

/// An operand, and its values if the rule needs them.
pub(crate) struct Edge<T: Float> {
    saved: Option<Rc<Body<T>>>,
    node: Node<T>,
    version: u32,
    is_array: bool,
}
impl<T: Float> Edge<T> {
    /// An operand whose values are saved if `save` holds.
    pub fn array<D: Dimension>(x: &NodeArray<T, D>, save: bool) -> Self {
        // anomaly mode reports operands
        let saved = (save || modes::is_watching()).then(|| x.body().clone());
        Edge { version: saved.as_ref().map_or(0, |body| body.version()), saved, node: x.cell(), is_array: true }
    }
    pub fn number(x: &Node<T>) -> Self {
        Edge { saved: None, node: x.clone(), version: 0, is_array: false }
    }
}

/// Whether adjoints flow into the array.
pub(crate) fn wants<T: Float, D: Dimension>(x: &NodeArray<T, D>) -> bool {
    x.node().is_some_and(|node| !node.is_constant())
}
/// Whether an operation on these arrays is recorded.
pub(crate) fn recording<'a, T: Float>(operands: impl IntoIterator<Item = &'a NodeArrayD<T>>) -> bool {
    !payload::is_constant(operands.into_iter().filter_map(NodeArray::node))
}

/// Looks at the values of an operation, in anomaly mode.
#[track_caller]
fn watch<T: Float>(rule: &impl Rule<T>, edges: &[Edge<T>], values: &Values<T>) {
    let seen = |edge: &Edge<T>| match &edge.saved {
        None if edge.is_array => None,
        None => Some(Seen::Number(edge.node.recorded_value())),
        Some(body) => body.peek().map(Seen::Array),
    };
    // of an operand that nobody knows nothing can be said
    if let Some(operands) = edges.iter().map(seen).collect::<Option<Vec<_>>>() {
        anomaly::array(|| rule.recorded().to_string(), values, || operands, Location::caller());
    }
}

/// An operation with an array for result. `keep`: the rule needs the result.
#[track_caller]
pub(crate) fn record<T: Float>(
    rule: impl Rule<T>,
    edges: impl AsRef<[Edge<T>]> + 'static,
    values: Values<T>,
    keep: bool,
) -> NodeArrayD<T> {
    if modes::is_watching() {
        watch(&rule, edges.as_ref(), &values);
    }
    let body = Body::new(values);
    let result = keep.then(|| body.clone());
    let target = Collector::new(&body);
    let node = payload::record(T::of(f64::NAN), Made { rule, edges, result, target, number: PhantomData });
    NodeArray::assemble(Some(node), body)
}
/// An operation with a number for result. `keep`: the rule needs the result.
#[track_caller]
pub(crate) fn record_number<T: Float>(
    rule: impl Rule<T>,
    edges: impl AsRef<[Edge<T>]> + 'static,
    value: T,
    keep: bool,
) -> Node<T> {
    if modes::is_watching() {
        watch(&rule, edges.as_ref(), &Values::scalar(value));
    }
    let result = keep.then(|| Body::new(Values::scalar(value)));
    payload::record(value, Made { rule, edges, result, target: (), number: PhantomData })
}

/// The payload of an operation on arrays.
struct Made<T: Float, R, E, C> {
    rule: R,
    edges: E,
    result: Option<Rc<Body<T>>>,
    target: C,
    number: PhantomData<T>,
}
/// Where the adjoint of the result collects: a number's in its cell.
trait Target<T: Float>: 'static {
    fn collector(&self) -> Option<&Collector<T>>;
}
impl<T: Float> Target<T> for Collector<T> {
    fn collector(&self) -> Option<&Collector<T>> {
        Some(self)
    }
}
impl<T: Float> Target<T> for () {
    fn collector(&self) -> Option<&Collector<T>> {
        None
    }
}

impl<T: Float, R: Rule<T>, E: AsRef<[Edge<T>]>, C: Target<T>> Payload<T> for Made<T, R, E, C> {
    fn operands(&self) -> Vec<Node<T>> {
        self.edges.as_ref().iter().map(|edge| edge.node.clone()).collect()
    }
    fn recorded(&self) -> Option<Recorded> {
        Some(self.rule.recorded())
    }
    fn name(&self) -> Option<Rc<str>> {
        match self.rule.recorded() {
            Recorded::Named(name) => Some(name),
            _ => None,
        }
    }
    fn collector(&self) -> Option<&Collector<T>> {
        self.target.collector()
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.rule.bytes()
    }
    fn pull(&self, _: T, adjoint: Flow<T>, give: &mut dyn FnMut(u32, Flow<T>)) {
        let shape = self.target.collector().map_or_else(|| IxDyn(&[]), |collector| collector.shape().clone());
        let (edges, result) = (self.edges.as_ref(), self.result.as_ref());
        let (adjoint, mode) = (Adjoint::Flow(adjoint, shape), Mode::Numbers(give));
        self.rule.pull(&mut Pull { rule: &self.rule, edges, result, adjoint: Some(adjoint), mode });
    }
    fn pull_nodes(&self, z: &Node<T>, adjoint: Term<T>, give: &mut dyn FnMut(u32, Term<T>)) {
        let (edges, result) = (self.edges.as_ref(), self.result.as_ref());
        let (adjoint, mode) = (Adjoint::Term(adjoint), Mode::Nodes(z, give));
        self.rule.pull(&mut Pull { rule: &self.rule, edges, result, adjoint: Some(adjoint), mode });
    }
}

enum Adjoint<T: Float> {
    Flow(Flow<T>, IxDyn),
    Term(Term<T>),
}
enum Mode<'a, T: Float> {
    Numbers(&'a mut dyn FnMut(u32, Flow<T>)),
    /// With the result's cell.
    Nodes(&'a Node<T>, &'a mut dyn FnMut(u32, Term<T>)),
}

/// One operation, at the moment when its adjoint is known.
pub(crate) struct Pull<'a, T: Float> {
    rule: &'a dyn Rule<T>,
    edges: &'a [Edge<T>],
    result: Option<&'a Rc<Body<T>>>,
    adjoint: Option<Adjoint<T>>,
    mode: Mode<'a, T>,
}
impl<T: Float> Pull<'_, T> {
    /// Whether operand `k` wants an adjoint.
    pub fn wants(&self, k: usize) -> bool {
        !self.edges[k].node.is_constant()
    }
    /// The shape of the result, in a sweep of plain numbers.
    pub fn shape(&self) -> IxDyn {
        match &self.adjoint {
            Some(Adjoint::Flow(_, shape)) => shape.clone(),
            _ => unsaved(self.rule),
        }
    }
    /// How many operands there are.
    pub fn operands(&self) -> usize {
        self.edges.len()
    }
    /// Whether this is a sweep of plain numbers: a rule may then take a shorter way.
    pub fn is_plain(&self) -> bool {
        matches!(self.mode, Mode::Numbers(_))
    }

    /// Operand `k`, which has been saved; a number as an array without axes.
    ///
    /// # Panics
    /// If it has been updated in place since.
    pub fn operand(&self, k: usize) -> NodeArrayD<T> {
        let edge = &self.edges[k];
        if !edge.is_array {
            return if self.is_plain() { NodeArray::made(Values::scalar(edge.node.value())) } else { lift(&edge.node) };
        }
        NodeArray::assemble(self.live(&edge.node), self.saved(edge).clone())
    }
    /// # Panics
    /// If the operand has been updated in place since.
    fn saved<'e>(&self, edge: &'e Edge<T>) -> &'e Rc<Body<T>> {
        let Some(body) = &edge.saved else { unsaved(self.rule) };
        assert!(
            body.version() == edge.version,
            "{} needs the value that a leaf had when it was computed, and update() has changed it since: sweep before you update, or compute anew",
            self.rule.recorded()
        );
        body
    }
    /// The values of operand `k`, an array that has been saved.
    ///
    /// # Panics
    /// If it has been updated in place since.
    pub fn look(&self, k: usize) -> Ref<'_, Values<T>> {
        self.saved(&self.edges[k]).look()
    }
    /// The values of the result, which has been kept.
    pub fn look_at_result(&self) -> Ref<'_, Values<T>> {
        match self.result {
            Some(body) => body.look(),
            None => unsaved(self.rule),
        }
    }
    /// The result, which has been kept.
    pub fn result(&self) -> NodeArrayD<T> {
        let Some(body) = self.result else { unsaved(self.rule) };
        match &self.mode {
            Mode::Numbers(_) => NodeArray::assemble(None, body.clone()),
            // a number's result has no array cell: it is lifted
            Mode::Nodes(z, _) if z.payload().is_some_and(|payload| payload.collector().is_none()) => lift(z),
            Mode::Nodes(z, _) => NodeArray::assemble(Some((*z).clone()), body.clone()),
        }
    }
    fn live(&self, node: &Node<T>) -> Option<Node<T>> {
        if self.is_plain() { None } else { Some(node.clone()) }
    }

    /// A function of operand `k` alone whose values are known, and whose own rule needs nothing but them: the operand's
    /// values need not be saved for it.
    pub fn function(&self, k: usize, rule: impl Rule<T>, values: Values<T>) -> NodeArrayD<T> {
        let node = &self.edges[k].node;
        if self.is_plain() || payload::is_constant([node].into_iter()) {
            return NodeArray::made(values);
        }
        record(rule, [Edge { saved: None, node: node.clone(), version: 0, is_array: true }], values, true)
    }

    /// The result's adjoint; a number's as an array without axes. It can be taken once.
    pub fn adjoint(&mut self) -> NodeArrayD<T> {
        match self.adjoint.take() {
            Some(Adjoint::Flow(flow, shape)) => NodeArray::made(flow.array(&shape)),
            Some(Adjoint::Term(Term::Array(array))) => array,
            Some(Adjoint::Term(Term::Number(node))) => lift(&node),
            None => unsaved(self.rule),
        }
    }
    /// The adjoint of a result in a sweep of plain numbers, as it came. It can be taken once.
    pub fn flow(&mut self) -> Flow<T> {
        match self.adjoint.take() {
            Some(Adjoint::Flow(flow, _)) => flow,
            _ => unsaved(self.rule),
        }
    }

    /// Hands operand `k` its adjoint.
    pub fn give(&mut self, k: usize, part: &NodeArrayD<T>) {
        let edge = &self.edges[k];
        let index = edge.node.index();
        match &mut self.mode {
            Mode::Numbers(give) if edge.is_array => give(index, Flow::Array(part.values())),
            Mode::Numbers(give) => give(index, Flow::Number(part.values().first())),
            Mode::Nodes(_, give) if edge.is_array => give(index, Term::Array(part.clone())),
            Mode::Nodes(_, give) => give(index, Term::Number(lower(part))),
        }
    }
    /// Hands operand `k` its adjoint in a sweep of plain numbers.
    pub fn give_flow(&mut self, k: usize, part: Flow<T>) {
        if let Mode::Numbers(give) = &mut self.mode {
            let edge = &self.edges[k];
            let part = match part {
                Flow::Array(values) if !edge.is_array => Flow::Number(values.first()),
                part => part,
            };
            give(edge.node.index(), part);
        }
    }
}
#[cold]
fn unsaved<T: Float>(rule: &dyn Rule<T>) -> ! {
    panic!("the rule of {} asks for what it has not saved: this is a bug in backprop", rule.recorded())
}

// ------------------------------------------------------------------------------------------------ numbers and arrays

/// A number as an array without axes.
struct Lift;
impl<T: Float> Rule<T> for Lift {
    fn recorded(&self) -> Recorded {
        Recorded::Array("from_node")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = at.adjoint();
        at.give(0, &part);
    }
}
/// An array without axes as a number.
struct Lower;
impl<T: Float> Rule<T> for Lower {
    fn recorded(&self) -> Recorded {
        Recorded::Array("to_node")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = at.adjoint();
        at.give(0, &part);
    }
}
/// A number as an array without axes.
#[track_caller]
pub(crate) fn lift<T: Float>(x: &Node<T>) -> NodeArrayD<T> {
    let values = Values::scalar(x.value());
    if payload::is_constant([x].into_iter()) {
        return NodeArray::made(values);
    }
    record(Lift, [Edge::number(x)], values, false)
}
/// The number in an array with one element and without axes.
#[track_caller]
pub(crate) fn lower<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    let value = x.values().first();
    if !recording([x]) {
        return Node::slot(CONSTANT, value);
    }
    record_number(Lower, [Edge::array(x, false)], value, false)
}
