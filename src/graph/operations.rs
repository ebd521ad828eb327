//! Operations on numbers that are no rows of the table: names, folds, and those of the user's.

use super::array::Term;
use super::flow::Flow;
use super::handle::Node;
use super::payload::Payload;
use super::recorded::Recorded;
use crate::number::{Elementary, Float};
use crate::rule::Fold;
use std::cell::Cell;
use std::rc::Rc;

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
impl<T: Float> Node<T> {
    /// Gives a leaf or constant a name of its own.
    pub(crate) fn name_slot(&self, name: Rc<str>) {
        self.attach(Rc::new(Named { name, operand: None }));
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
