//! What a cell cannot hold: names, folds, custom operations. A cell names its payload by an index into the home's slab.

use super::cell::{CONSTANT, LEAF, PAYLOAD, code};
use super::handle::{Node, own};
use super::home::Home;
use super::homes::{self, ENDING};
use super::modes;
use crate::number::{Elementary, Float};
use crate::rule::Fold;
use std::cell::Cell;
use std::rc::Rc;

/// An operation of any number of operands.
pub(crate) struct Payload<T: Float> {
    pub rule: Rule<T>,
    pub operands: Vec<Node<T>>,
    /// A sweep runs the rule now: an inner sweep must not come here.
    running: Cell<bool>,
}

pub(crate) enum Rule<T: Float> {
    /// The identity, under a name; of a leaf or constant, its name.
    Named(Rc<str>),
    /// A fold over the first operands, and (`dot`) over as many after them.
    Fold(Fold),
    /// An operation of the user's.
    Custom(Box<dyn Custom<T>>),
}

/// A custom operation with its two entry points, its type erased.
pub(crate) trait Custom<T: Float> {
    fn name(&self) -> &str;
    /// The operands' adjoints, in numbers.
    fn backward(&self, x: &[Node<T>], z: &T, adjoint: &T) -> Vec<T>;
    /// The same in nodes; `None` if the operation is of first order only.
    fn backward_nodes(&self, x: &[Node<T>], z: &Node<T>, adjoint: &Node<T>) -> Option<Vec<Node<T>>>;
}

/// The payloads; index 0 stays empty, for a cell's 0 says that there is none.
pub(crate) struct Slab<T: Float> {
    list: Vec<Option<Rc<Payload<T>>>>,
    free: Vec<u32>,
}
impl<T: Float> Slab<T> {
    pub const fn new() -> Self {
        Slab { list: Vec::new(), free: Vec::new() }
    }
    fn put(&mut self, payload: Rc<Payload<T>>) -> u32 {
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
    pub fn take(&mut self, index: u32) -> Option<Rc<Payload<T>>> {
        self.free.push(index);
        self.list[index as usize].take()
    }
    /// Bytes held by the lists and the living payloads' operands (not what custom operations own).
    pub fn bytes(&self) -> (usize, usize) {
        let used =
            self.list.iter().flatten().map(|p| size_of::<Payload<T>>() + p.operands.len() * size_of::<Node<T>>()).sum();
        let lists =
            self.list.capacity() * size_of::<Option<Rc<Payload<T>>>>() + self.free.capacity() * size_of::<u32>();
        (used, lists)
    }
}

impl<T: Float> Home<T> {
    pub fn payload(&self, index: u32) -> Option<Rc<Payload<T>>> {
        self.slab.borrow().list.get(index as usize).cloned().flatten()
    }
}

/// Records an operation with a payload; of constants, or within `no_grad`, it is a constant.
pub(crate) fn record<T: Float>(value: T, operands: Vec<Node<T>>, rule: Rule<T>) -> Node<T> {
    if modes::is_closed() || operands.iter().all(Node::is_constant) {
        return Node::slot(CONSTANT, value);
    }
    let payload = Rc::new(Payload { rule, operands, running: Cell::new(false) });
    let recorded = homes::with(|home: &Home<T>| {
        let index = home.slab.borrow_mut().put(payload);
        home.push_after_making_room(|home| home.push(PAYLOAD, 0, index, value))
    });
    own(recorded.expect(ENDING).expect("recording is open: looked at above"))
}

impl<T: Float> Node<T> {
    /// The payload of an operation or the name of a leaf or constant.
    pub(crate) fn payload(&self) -> Option<Rc<Payload<T>>> {
        homes::with(|home: &Home<T>| {
            let cell = home.cell(self.index());
            let kind = code(cell.meta.get());
            let holds = matches!(kind, LEAF | PAYLOAD | CONSTANT);
            if holds { home.payload(cell.b.get()) } else { None }
        })
        .expect(ENDING)
    }
    /// Gives a leaf or constant a name of its own.
    pub(crate) fn name_slot(&self, name: Rc<str>) {
        let payload = Rc::new(Payload { rule: Rule::Named(name), operands: Vec::new(), running: Cell::new(false) });
        let old = homes::with(|home: &Home<T>| {
            let cell = home.cell(self.index());
            let mut slab = home.slab.borrow_mut();
            let old = if cell.b.get() == 0 { None } else { slab.take(cell.b.get()) };
            cell.b.set(slab.put(payload));
            old
        });
        drop(old);
    }
}

impl<T: Float> Payload<T> {
    /// The operands' adjoints in a sweep.
    ///
    /// # Panics
    /// As [`run`](Payload::run).
    pub fn pull(&self, z: &T, adjoint: &T) -> Vec<T> {
        match &self.rule {
            Rule::Named(_) => vec![*adjoint],
            Rule::Fold(fold) => {
                let x: Vec<T> = self.operands.iter().map(Node::value).collect();
                self.pull_fold(*fold, &x, z, adjoint)
            }
            Rule::Custom(custom) => self.run(custom.name(), || custom.backward(&self.operands, z, adjoint)),
        }
    }
    /// The operands' adjoints as nodes.
    ///
    /// # Panics
    /// If the operation is of first order only, and as [`run`](Payload::run).
    pub fn pull_nodes(&self, z: &Node<T>, adjoint: &Node<T>) -> Vec<Node<T>> {
        match &self.rule {
            Rule::Named(_) => vec![adjoint.clone()],
            Rule::Fold(fold) => self.pull_fold(*fold, &self.operands, z, adjoint),
            Rule::Custom(custom) => self.run(custom.name(), || {
                custom.backward_nodes(&self.operands, z, adjoint).unwrap_or_else(|| {
                    panic!(
                        "{:?} is an operation of first order: gradients() cannot go through it; write it as an Operation for every number",
                        custom.name()
                    )
                })
            }),
        }
    }
    /// Runs a rule of the user's.
    ///
    /// # Panics
    /// If it runs already: a sweep within it has come to its own operation. If it gives a wrong number of adjoints.
    fn run<S>(&self, name: &str, rule: impl FnOnce() -> Vec<S>) -> Vec<S> {
        /// The rule has ended, also by a panic.
        struct Running<'a>(&'a Cell<bool>);
        impl Drop for Running<'_> {
            fn drop(&mut self) {
                self.0.set(false);
            }
        }
        let again = self.running.replace(true);
        assert!(!again, "a sweep inside the rule of {name:?} has come to the very operation whose rule is running");
        let _running = Running(&self.running);
        let parts = rule();
        counted(name, parts.len(), self.operands.len());
        parts
    }
    fn pull_fold<S: Elementary>(&self, fold: Fold, x: &[S], z: &S, adjoint: &S) -> Vec<S> {
        let (x, y) = x.split_at(if fold == Fold::Dot { x.len() / 2 } else { x.len() });
        fold.slopes(x, y, z).iter().map(|slope| S::flow(slope, adjoint)).collect()
    }
}

/// # Panics
/// If a rule gave another number of adjoints than its operation has operands.
pub(crate) fn counted(name: &str, given: usize, wanted: usize) {
    assert!(
        given == wanted,
        "the backward rule of {name:?} gave {given} adjoints, its operation has {wanted} operands"
    );
}
