//! While a closure is being traced, some numbers have no value: its arguments, and what depends on them. Whoever asks for
//! one gets a panic, also of those that the closure has let out and that outlive it.

use super::array::Term;
use super::cell::{LEAF, PAYLOAD, op_of};
use super::flags::{self, TRACING};
use super::flow::Flow;
use super::handle::{Node, share};
use super::modes;
use super::payload::Payload;
use super::record;
use super::recorded::Recorded;
use crate::number::Float;
use crate::rule::Op;
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::{Rc, Weak};

/// A closure that is being traced.
struct Trace {
    number: TypeId,
    /// What is older does not depend on the arguments.
    fence: (u64, u32),
    arguments: Vec<u32>,
}
/// An argument that outlives its closure, for somebody keeps it or what depends on it.
struct Leak {
    number: TypeId,
    age: (u64, u32),
    argument: u32,
    living: Weak<()>,
}
thread_local! {
    /// One inside the other.
    static TRACES: RefCell<Vec<Trace>> = const { RefCell::new(Vec::new()) };
    static LEAKS: RefCell<Vec<Leak>> = const { RefCell::new(Vec::new()) };
}

/// Forgets what has died.
fn settle() {
    let leaks = LEAKS.with_borrow_mut(|leaks| {
        leaks.retain(|leak| leak.living.strong_count() > 0);
        !leaks.is_empty()
    });
    TRACING.set(leaks || flags::RUNNING.get() > 0);
}

/// What stands behind an argument: nothing, and it lives as long as the argument does.
struct Argument(#[allow(dead_code, reason = "it is counted")] Rc<()>);
impl<T: Float> Payload<T> for Argument {
    fn operands(&self) -> Vec<Node<T>> {
        Vec::new()
    }
    fn recorded(&self) -> Option<Recorded> {
        None
    }
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
    fn pull(&self, _: T, _: Flow<T>, _: &mut dyn FnMut(u32, Flow<T>)) {}
    fn pull_nodes(&self, _: &Node<T>, _: Term<T>, _: &mut dyn FnMut(u32, Term<T>)) {}
}

/// A closure's arguments, from before it runs until what it has recorded is read.
pub(crate) struct Arguments<T: Float, const N: usize> {
    /// With what lives as long as each does; `None` at the end.
    nodes: Option<[(Node<T>, Weak<()>); N]>,
    /// A cell that is an operation's, and older than all that the closure records.
    fence: Node<T>,
}
impl<T: Float, const N: usize> Arguments<T, N> {
    pub fn new() -> Self {
        modes::opened(|| {
            let nodes = std::array::from_fn(|_| {
                let living = Rc::new(());
                let weak = Rc::downgrade(&living);
                (record::payload(T::of(f64::NAN), Argument(living)), weak)
            });
            let fence = record::unary(Op::Neg, Node::slot(LEAF, T::of(0.0)), |x: T| -x);
            Arguments { nodes: Some(nodes), fence }
        })
    }
    pub fn fence(&self) -> (u64, u32) {
        self.fence.age()
    }
    /// Their cells, in their order.
    pub fn indices(&self) -> Vec<u32> {
        self.nodes.iter().flatten().map(|(node, _)| node.index()).collect()
    }
    /// Runs `f` on them, recording, also within `no_grad`.
    pub fn run<R>(&self, f: impl FnOnce([&Node<T>; N]) -> R) -> Option<R> {
        struct Back;
        impl Drop for Back {
            fn drop(&mut self) {
                TRACES.with_borrow_mut(Vec::pop);
                flags::RUNNING.set(flags::RUNNING.get() - 1);
                settle();
            }
        }
        let nodes = self.nodes.as_ref()?;
        let trace = Trace { number: TypeId::of::<T>(), fence: self.fence(), arguments: self.indices() };
        TRACES.with_borrow_mut(|traces| traces.push(trace));
        flags::RUNNING.set(flags::RUNNING.get() + 1);
        TRACING.set(true);
        let _back = Back;
        Some(modes::opened(|| f(nodes.each_ref().map(|(node, _)| node))))
    }
}
impl<T: Float, const N: usize> Drop for Arguments<T, N> {
    fn drop(&mut self) {
        for (node, living) in self.nodes.take().into_iter().flatten() {
            let leak = Leak { number: TypeId::of::<T>(), age: node.age(), argument: node.index(), living };
            drop(node);
            LEAKS.with_borrow_mut(|leaks| leaks.push(leak));
        }
        settle();
    }
}

impl<T: Float> Node<T> {
    /// The operands that may depend on the arguments of a closure whose recording began after this age.
    pub(crate) fn operands_since(&self, fence: (u64, u32)) -> Vec<Node<T>> {
        let code = self.kind();
        if self.is_constant() || code == LEAF || self.age() < fence {
            return Vec::new();
        }
        if code == PAYLOAD {
            return self.payload().map_or_else(Vec::new, |payload| payload.operands());
        }
        let Some(op) = op_of(code) else { return Vec::new() };
        self.recorded_operands().0[..op.arity()].iter().map(|&index| share(index)).collect()
    }
    /// Whether it is one of these cells, or depends on one; what is older than the fence does not.
    fn depends_on(&self, arguments: &[u32], fence: (u64, u32)) -> bool {
        let mut waiting = vec![self.clone()];
        let mut met = HashSet::new();
        while let Some(node) = waiting.pop() {
            if arguments.contains(&node.index()) {
                return true;
            }
            if met.insert(node.index()) {
                waiting.extend(node.operands_since(fence));
            }
        }
        false
    }
    /// Whether it is an argument of a closure under trace, or depends on one.
    fn is_traced(&self) -> bool {
        TRACES.with_borrow(|traces| {
            let mut traces = traces.iter().filter(|trace| trace.number == TypeId::of::<T>());
            traces.any(|trace| self.depends_on(&trace.arguments, trace.fence))
        })
    }
    /// Whether it is an argument that has outlived its closure, or depends on one.
    fn is_leaked(&self) -> bool {
        LEAKS.with_borrow(|leaks| {
            let mut leaks = leaks.iter().filter(|leak| leak.number == TypeId::of::<T>());
            leaks.any(|leak| self.depends_on(&[leak.argument], leak.age))
        })
    }
    /// The value, in the form that the shared macros want: something to `*`.
    ///
    /// # Panics
    /// If nobody knows it, because a closure is being traced.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn part(&self) -> Part<T> {
        self.part_for("asks for the value of")
    }
    /// The value, for somebody who says what it is for.
    ///
    /// # Panics
    /// As [`part`](Node::part).
    #[inline(always)]
    #[track_caller]
    pub(crate) fn part_for(&self, question: &str) -> Part<T> {
        if flags::is_tracing() {
            self.ask(question);
        }
        Part(self.recorded_value())
    }
    /// What `question` asks for is there: the number has a value.
    ///
    /// # Panics
    /// If it has none, because it depends on the argument of a closure under trace, or of one that was traced.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn ask(&self, question: &str) {
        settle();
        assert!(
            !self.is_traced(),
            "the closure of map or zip_map is traced once, for all elements, and {question} its argument or of what \
             depends on it: it cannot branch on it, print it, detach it, sweep from it, use it in no_grad or hand it to a \
             custom operation; max, min, clamp, abs, relu branch for each element, where_ does for whole arrays, and \
             gradients() belongs outside"
        );
        assert!(
            !self.is_leaked(),
            "a number has been kept beyond the closure of map or zip_map that it belongs to, and somebody {question} it or \
             of what depends on it: it stood for every element and has no value; return it from the closure, or compute it \
             from whole arrays outside"
        );
    }
}
/// A copy that dereferences, where other numbers have a reference.
pub(crate) struct Part<T>(T);
impl<T> std::ops::Deref for Part<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}
