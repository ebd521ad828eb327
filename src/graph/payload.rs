//! What a cell cannot hold: names, folds, custom operations, arrays. A cell names its payload by an index into the
//! home's slab.

use super::anomaly::{self, Watched};
use super::array::Term;
use super::body::Collector;
use super::cell::{ARRAY_LEAF, CONSTANT, COUNTED, EDGES_COUNTED, LEAF, PAYLOAD, Slot, code};
use super::flags;
use super::flow::Flow;
use super::handle::{Node, own};
use super::home::{self, ENDING, Home};
use super::recorded::Recorded;
use crate::number::{Elementary, Float};
use crate::rule::{Edge, Fold};
use std::cell::Cell;
use std::panic::Location;
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
    fn edge(&self, _: &[Watched<T>]) -> Option<Edge> {
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
    fn put(&mut self, payload: Rc<dyn Payload<T>>) -> u32 {
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

/// Looks at the value of an operation on numbers that is no row, in anomaly mode.
#[track_caller]
pub(crate) fn watch<'a, T: Float>(
    recorded: impl Fn() -> Recorded,
    value: &T,
    operands: impl Iterator<Item = &'a Node<T>>,
) {
    if flags::is_watching() {
        let operands: Vec<T> = operands.map(Node::recorded_value).collect();
        anomaly::number(recorded, value, &operands, Location::caller());
    }
}

/// Whether an operation on these operands gives a constant.
///
/// # Panics
/// Within `no_grad`, if an operand has no value because a closure is being traced.
pub(crate) fn is_constant<'a, T: Float>(mut operands: impl Iterator<Item = &'a Node<T>>) -> bool {
    if flags::is_closed() {
        if flags::is_tracing() {
            operands.for_each(|x| x.ask("makes, in no_grad, a constant of"));
        }
        return true;
    }
    operands.all(Node::is_constant)
}

/// Records an operation with a payload.
///
/// # Panics
/// Within `no_grad`: look at [`is_constant`] first.
#[track_caller]
pub(crate) fn record<T: Float>(value: T, payload: impl Payload<T> + 'static) -> Node<T> {
    let payload = Rc::new(payload);
    let line = Location::caller();
    let recorded = home::with(|home: &Home<T>| {
        let index = home.slab.borrow_mut().put(payload);
        let pushed = home.push_after_making_room(|home| home.push(PAYLOAD << 24 | EDGES_COUNTED, [0, index], value, 1));
        if flags::is_watching() {
            home.set_line(pushed, line);
        }
        pushed
    });
    let index = recorded.expect(ENDING);
    assert!(index != 0, "recording is open: looked at before");
    own(value, index | COUNTED)
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
    /// Gives a leaf or constant a name of its own.
    pub(crate) fn name_slot(&self, name: Rc<str>) {
        self.attach(Rc::new(Named { name, operand: None }));
    }
}

/// The identity, under a name; of a leaf or constant, its name.
pub(crate) struct Named<T: Float> {
    pub name: Rc<str>,
    /// `None`: of a leaf or constant.
    pub operand: Option<Node<T>>,
}
impl<T: Float> Payload<T> for Named<T> {
    fn operands(&self) -> Vec<Node<T>> {
        self.operand.iter().cloned().collect()
    }
    fn recorded(&self) -> Option<Recorded> {
        self.operand.as_ref().map(|_| Recorded::Named(self.name.clone()))
    }
    fn name(&self) -> Option<Rc<str>> {
        Some(self.name.clone())
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.len()
    }
    fn pull(&self, _: T, adjoint: Flow<T>, give: &mut dyn FnMut(u32, Flow<T>)) {
        self.operand.iter().for_each(|x| give(x.index(), adjoint.clone()));
    }
    fn pull_nodes(&self, _: &Node<T>, adjoint: Term<T>, give: &mut dyn FnMut(u32, Term<T>)) {
        self.operand.iter().for_each(|x| give(x.index(), adjoint.clone()));
    }
}

/// A fold over the first operands, and (`dot`) over as many after them.
pub(crate) struct Folded<T: Float> {
    pub fold: Fold,
    pub operands: Vec<Node<T>>,
}
impl<T: Float> Folded<T> {
    fn flows<S: Elementary>(&self, x: &[S], z: &S, adjoint: &S) -> Vec<S> {
        let (x, y) = x.split_at(if self.fold == Fold::Dot { x.len() / 2 } else { x.len() });
        self.fold.slopes(x, y, z).iter().flat_map(|part| part.iter()).map(|slope| S::flow(slope, adjoint)).collect()
    }
}
impl<T: Float> Payload<T> for Folded<T> {
    fn operands(&self) -> Vec<Node<T>> {
        self.operands.clone()
    }
    fn recorded(&self) -> Option<Recorded> {
        Some(Recorded::Fold(self.fold))
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.operands.len() * size_of::<Node<T>>()
    }
    fn pull(&self, z: T, adjoint: Flow<T>, give: &mut dyn FnMut(u32, Flow<T>)) {
        let x: Vec<T> = self.operands.iter().map(Node::value).collect();
        let parts = self.flows(&x, &z, &adjoint.number());
        self.operands.iter().zip(parts).for_each(|(x, part)| give(x.index(), Flow::Number(part)));
    }
    fn pull_nodes(&self, z: &Node<T>, adjoint: Term<T>, give: &mut dyn FnMut(u32, Term<T>)) {
        let parts = self.flows(&self.operands, z, &adjoint.number());
        self.operands.iter().zip(parts).for_each(|(x, part)| give(x.index(), Term::Number(part)));
    }
}

/// A custom operation with its two entry points, its type erased.
pub(crate) trait Custom<T: Float> {
    fn name(&self) -> &str;
    /// The operands' adjoints, in numbers.
    fn backward(&self, x: &[Node<T>], z: &T, adjoint: &T) -> Vec<T>;
    /// The same in nodes; `None` if the operation is of first order only.
    fn backward_nodes(&self, x: &[Node<T>], z: &Node<T>, adjoint: &Node<T>) -> Option<Vec<Node<T>>>;
}

/// An operation of the user's.
pub(crate) struct Customized<T: Float, C> {
    pub custom: C,
    pub operands: Vec<Node<T>>,
    /// A sweep runs the rule now: an inner sweep must not come here.
    pub running: Cell<bool>,
}
impl<T: Float, C: Custom<T>> Customized<T, C> {
    /// Runs the rule.
    ///
    /// # Panics
    /// If it runs already: a sweep within it has come to its own operation. If it gives a wrong number of adjoints.
    fn run<S>(&self, rule: impl FnOnce() -> Vec<S>) -> Vec<S> {
        let name = self.custom.name();
        let running = Running::start(&self.running, name);
        let parts = rule();
        drop(running);
        counted(name, parts.len(), self.operands.len());
        parts
    }
}
impl<T: Float, C: Custom<T>> Payload<T> for Customized<T, C> {
    fn operands(&self) -> Vec<Node<T>> {
        self.operands.clone()
    }
    fn recorded(&self) -> Option<Recorded> {
        Some(Recorded::Custom(self.custom.name().into()))
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.operands.len() * size_of::<Node<T>>()
    }
    fn pull(&self, z: T, adjoint: Flow<T>, give: &mut dyn FnMut(u32, Flow<T>)) {
        let parts = self.run(|| self.custom.backward(&self.operands, &z, &adjoint.number()));
        self.operands.iter().zip(parts).for_each(|(x, part)| give(x.index(), Flow::Number(part)));
    }
    fn pull_nodes(&self, z: &Node<T>, adjoint: Term<T>, give: &mut dyn FnMut(u32, Term<T>)) {
        let parts = self.run(|| {
            let parts = self.custom.backward_nodes(&self.operands, z, &adjoint.number());
            parts.unwrap_or_else(|| first_order_only(self.custom.name()))
        });
        self.operands.iter().zip(parts).for_each(|(x, part)| give(x.index(), Term::Number(part)));
    }
}

/// A rule of the user's runs: so long as this lives, also through a panic.
pub(crate) struct Running<'a>(&'a Cell<bool>);
impl<'a> Running<'a> {
    /// # Panics
    /// If it runs already.
    pub fn start(running: &'a Cell<bool>, name: &str) -> Self {
        let again = running.replace(true);
        assert!(!again, "a sweep inside the rule of {name:?} has come to the very operation whose rule is running");
        Running(running)
    }
}
impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// # Panics
/// Always.
pub(crate) fn first_order_only(name: &str) -> ! {
    panic!(
        "{name:?} is an operation of first order: gradients() cannot go through it; write it as an Operation for every number"
    )
}

/// # Panics
/// If a rule gave another number of adjoints than its operation has operands.
pub(crate) fn counted(name: &str, given: usize, wanted: usize) {
    assert!(
        given == wanted,
        "the backward rule of {name:?} gave {given} adjoints, its operation has {wanted} operands"
    );
}
