//! While a closure is being traced, some numbers have no value: its arguments, and what depends on them. Whoever asks for
//! one gets a panic.

use super::cell::{LEAF, PAYLOAD, op_of};
use super::handle::{Node, share};
use super::modes;
use super::record;
use crate::number::Float;
use crate::rule::Op;
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

/// A closure that is being traced.
struct Trace {
    number: TypeId,
    /// What is older does not depend on the arguments.
    fence: (u64, u32),
    arguments: Vec<u32>,
}
thread_local! {
    static TRACING: Cell<bool> = const { Cell::new(false) };
    /// One inside the other.
    static TRACES: RefCell<Vec<Trace>> = const { RefCell::new(Vec::new()) };
}

/// Whether a closure is being traced, so that numbers may be without a value.
#[inline(always)]
pub(crate) fn is_tracing() -> bool {
    TRACING.get()
}
/// A cell that is an operation's, and younger than all that there is.
pub(crate) fn fence<T: Float>() -> Node<T> {
    modes::opened(|| record::unary(Op::Neg, Node::slot(LEAF, T::of(0.0)), |x: T| -x))
}
/// Runs `f` recording, also within `no_grad`, on arguments without a value; `fence` is a cell older than all that `f`
/// records.
pub(crate) fn tracing<T: Float, R>(arguments: &[Node<T>], fence: &Node<T>, f: impl FnOnce() -> R) -> R {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            TRACES.with_borrow_mut(|traces| {
                traces.pop();
                TRACING.set(!traces.is_empty());
            });
        }
    }
    let arguments = arguments.iter().map(Node::index).collect();
    TRACES.with_borrow_mut(|traces| traces.push(Trace { number: TypeId::of::<T>(), fence: fence.age(), arguments }));
    TRACING.set(true);
    let _back = Back;
    modes::opened(f)
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
    /// Whether it is an argument of a closure under trace, or depends on one.
    fn has_no_value(&self) -> bool {
        TRACES.with_borrow(|traces| {
            traces.iter().filter(|trace| trace.number == TypeId::of::<T>()).any(|trace| {
                let mut waiting = vec![self.clone()];
                let mut met = HashSet::new();
                while let Some(node) = waiting.pop() {
                    if trace.arguments.contains(&node.index()) {
                        return true;
                    }
                    if met.insert(node.index()) {
                        waiting.extend(node.operands_since(trace.fence));
                    }
                }
                false
            })
        })
    }
    /// # Panics
    /// If the number has no value, because it depends on the argument of a closure under trace.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn ask(&self, question: &str) {
        assert!(
            !self.has_no_value(),
            "the closure of map or zip_map is traced once, for all elements, and {question} its argument or of what \
             depends on it: it cannot branch on it, print it, detach it, sweep from it, use it in no_grad or hand it to a \
             custom operation; max, min, clamp, abs, relu branch for each element, where_ does for whole arrays, and \
             gradients() belongs outside"
        );
    }
}
