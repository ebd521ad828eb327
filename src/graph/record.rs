//! The hot path: an operation becomes a cell.
//!
//! The thread-local is touched in tiny closures: `LocalKey::with` around a big closure is not inlined, and everything would
//! go through the stack. A handle knows its value and what kind of cell it has, so no operand is looked at: one test on
//! their references tells whether this path may be taken, another whether there is room. Modes need no third one, for they
//! put the position aside, so that there is none.

use super::anomaly;
use super::cell::{AMONG_LEAVES, CONSTANT, COUNTED, EDGES_COUNTED, INDEX, MOVED_A, MOVED_B, PAYLOAD, STILL, Slot, row};
use super::flags;
use super::handle::{Node, Passed, look, own, share};
use super::home::{self, ENDING, Home};
use super::payload::Payload;
use super::recorded::Recorded;
use crate::number::Float;
use crate::rule::Op;
use std::panic::Location;
use std::rc::Rc;

/// The meta word's bits of operands that are handed over.
const fn moved(a: bool, b: bool) -> u32 {
    (if a { MOVED_A } else { 0 }) | (if b { MOVED_B } else { 0 })
}
/// What no operand may have on the hot path.
#[inline(always)]
fn refused(at: u32, lent: bool) -> u32 {
    at & if lent { COUNTED } else { AMONG_LEAVES | COUNTED }
}

/// Records by `push`, if that may be and there is room. (A macro, for `slow` is to know the caller's line.)
macro_rules! record {
    ($usual:expr, $value:expr, $push:expr, $slow:expr) => {
        match if $usual { home::with($push) } else { None } {
            Some(index) if index != 0 => own($value, index),
            _ => $slow,
        }
    };
}

/// One operand; `f` is the value.
#[inline(always)]
#[track_caller]
pub(crate) fn unary<T: Float, A: Passed<T>>(op: Op, a: A, f: impl FnOnce(T) -> T) -> Node<T> {
    let (x, i) = a.operand();
    let value = f(x);
    let bits = const { moved(!A::LENT, false) };
    let usual = refused(i, A::LENT) | i & STILL == 0;
    let push = move |home: &Home<T>| home.push(row(op) << 24 | bits, [i, 0], value, i64::from(A::LENT));
    record!(usual, value, push, other_one(op, bits, value, i))
}

/// Two operands.
#[inline(always)]
#[track_caller]
pub(crate) fn binary<T: Float, A: Passed<T>, B: Passed<T>>(op: Op, a: A, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let ((x, i), (y, j)) = (a.operand(), b.operand());
    let value = f(x, y);
    let bits = const { moved(!A::LENT, !B::LENT) };
    let usual = refused(i, A::LENT) | refused(j, B::LENT) | i & j & STILL == 0;
    let handles = i64::from(A::LENT) + i64::from(B::LENT) - 1;
    let push = move |home: &Home<T>| home.push(row(op) << 24 | bits, [i, j], value, handles);
    record!(usual, value, push, other_two(op, bits, value, i, j))
}

/// A literal on the right.
#[inline(always)]
#[track_caller]
pub(crate) fn right<T: Float, A: Passed<T>>(op: Op, a: A, literal: T, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let (x, i) = a.operand();
    let value = f(x, literal);
    let bits = const { moved(!A::LENT, false) };
    let usual = refused(i, A::LENT) | i & STILL == 0;
    let push = move |home: &Home<T>| home.push_right(row(op) << 24 | bits, i, literal, value, i64::from(A::LENT));
    record!(usual, value, push, other_right(op, bits, value, i, literal))
}

/// A literal on the left.
#[inline(always)]
#[track_caller]
pub(crate) fn left<T: Float, B: Passed<T>>(op: Op, literal: T, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let (y, j) = b.operand();
    let value = f(literal, y);
    let bits = const { moved(false, !B::LENT) };
    let usual = refused(j, B::LENT) | j & STILL == 0;
    let push = move |home: &Home<T>| home.push_left(row(op) << 24 | bits, literal, j, value, i64::from(B::LENT));
    record!(usual, value, push, other_left(op, bits, value, j, literal))
}

/// An integer power.
#[inline(always)]
#[track_caller]
pub(crate) fn power<T: Float, A: Passed<T>>(op: Op, a: A, n: i32, f: impl FnOnce(T) -> T) -> Node<T> {
    let (x, i) = a.operand();
    let value = f(x);
    let bits = const { moved(!A::LENT, false) };
    let usual = refused(i, A::LENT) | i & STILL == 0;
    let push = move |home: &Home<T>| home.push_power(row(op) << 24 | bits, i, n, value, i64::from(A::LENT));
    record!(usual, value, push, other_power(op, bits, value, i, n))
}

/// Three operands, and the value they have.
#[inline(always)]
#[track_caller]
pub(crate) fn ternary<T: Float>(op: Op, x: [&Node<T>; 3], value: T) -> Node<T> {
    let [i, j, k] = x.map(Node::at);
    let usual = (i | j | k) & COUNTED | i & j & k & STILL == 0;
    let push = move |home: &Home<T>| home.push_three(row(op) << 24, [i, j, k], value, 1);
    record!(usual, value, push, other_three(op, value, [i, j, k]))
}

// The way off the hot path, in registers: nothing of it is prepared there.
#[inline(never)]
#[track_caller]
fn other_one<T: Float>(op: Op, given: u32, value: T, i: u32) -> Node<T> {
    Request { op, value, at: [i, 0, 0], given, extra: Extra::None }.record()
}
#[inline(never)]
#[track_caller]
fn other_two<T: Float>(op: Op, given: u32, value: T, i: u32, j: u32) -> Node<T> {
    Request { op, value, at: [i, j, 0], given, extra: Extra::None }.record()
}
#[inline(never)]
#[track_caller]
fn other_right<T: Float>(op: Op, given: u32, value: T, i: u32, literal: T) -> Node<T> {
    Request { op, value, at: [i, 0, 0], given, extra: Extra::Literal(literal) }.record()
}
#[inline(never)]
#[track_caller]
fn other_left<T: Float>(op: Op, given: u32, value: T, j: u32, literal: T) -> Node<T> {
    Request { op, value, at: [0, j, 0], given, extra: Extra::Literal(literal) }.record()
}
#[inline(never)]
#[track_caller]
fn other_power<T: Float>(op: Op, given: u32, value: T, i: u32, n: i32) -> Node<T> {
    Request { op, value, at: [i, 0, 0], given, extra: Extra::Exponent(n) }.record()
}
#[inline(never)]
#[track_caller]
fn other_three<T: Float>(op: Op, value: T, at: [u32; 3]) -> Node<T> {
    Request { op, value, at, given: 0, extra: Extra::None }.record()
}

/// What an operation has beside its operands.
#[derive(Clone, Copy)]
enum Extra<T> {
    None,
    /// A literal in the place of the operand that is missing.
    Literal(T),
    Exponent(i32),
}

/// An operation that the hot path has refused: what is `COUNTED`, what takes leaves over, what finds no room, what is
/// computed from constants, and all while a mode is on.
struct Request<T> {
    op: Op,
    value: T,
    /// The operands' references, 0 for none.
    at: [u32; 3],
    /// `MOVED_A`, `MOVED_B`: whose handle is ours.
    given: u32,
    extra: Extra<T>,
}

impl<T: Float> Request<T> {
    #[inline(always)]
    #[track_caller]
    fn record(self) -> Node<T> {
        if self.differentiable()
            && let Some(at) = home::with(|home| self.push_counting(home))
            && at != 0
        {
            return own(self.value, at);
        }
        self.slow()
    }
    /// Whether something flows into an operand.
    fn differentiable(&self) -> bool {
        self.at.iter().any(|&at| at != 0 && at & STILL == 0)
    }
    /// The operands, and whether their handles are ours.
    fn operands(&self) -> impl Iterator<Item = (u32, bool)> {
        let all =
            [(self.at[0], self.given & MOVED_A != 0), (self.at[1], self.given & MOVED_B != 0), (self.at[2], false)];
        all.into_iter().filter(|&(at, _)| at != 0)
    }
    fn push(&self, home: &Home<T>, meta: u32, handles: i64) -> u32 {
        let [a, b, c] = self.at;
        match self.extra {
            Extra::None if c != 0 => home.push_three(meta, self.at, self.value, handles),
            Extra::None => home.push(meta, [a, b], self.value, handles),
            Extra::Literal(literal) if a == 0 => home.push_left(meta, literal, b, self.value, handles),
            Extra::Literal(literal) => home.push_right(meta, a, literal, self.value, handles),
            Extra::Exponent(n) => home.push_power(meta, a, n, self.value, handles),
        }
    }
    /// Records, if there is room, and counts what is counted. A reference, or 0.
    fn push_counting(&self, home: &Home<T>) -> u32 {
        let code = row(self.op) << 24;
        if self.at.iter().all(|at| at & COUNTED == 0) {
            // operations are taken over, leaves are not
            let mut meta = code;
            for (at, bit) in [(self.at[0], MOVED_A), (self.at[1], MOVED_B)] {
                if at & AMONG_LEAVES == 0 {
                    meta |= self.given & bit;
                }
            }
            let pushed = self.push(home, meta, 1 - i64::from((meta & (MOVED_A | MOVED_B)).count_ones()));
            if pushed != 0 {
                let given = self.operands().filter(|&(at, is_ours)| is_ours && at & AMONG_LEAVES != 0);
                given.for_each(|(at, _)| home.one_less(at));
            }
            return pushed;
        }
        if home.next.get() == 0 {
            return 0;
        }
        let lent = || self.operands().filter(|&(at, is_ours)| !is_ours && at & COUNTED != 0);
        lent().for_each(|(at, _)| home.one_edge_more(at));
        let pushed = self.push(home, code | EDGES_COUNTED, 1);
        if pushed == 0 {
            lent().for_each(|(at, _)| home.one_less(at));
            return 0;
        }
        let given = self.operands().filter(|&(at, is_ours)| is_ours && at & COUNTED == 0);
        given.for_each(|(at, _)| home.one_less(at));
        pushed | COUNTED
    }

    /// Makes room; of constants, or within `no_grad`, gives a constant.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn slow(self) -> Node<T> {
        let watching = flags::is_watching();
        let line = Location::caller();
        if watching {
            self.watch(line);
        }
        if self.differentiable() {
            let pushed = home::with(|home| {
                let pushed = home.push_after_making_room(|home| self.push_counting(home));
                if watching && pushed != 0 {
                    home.set_line(pushed & INDEX, line);
                }
                pushed
            });
            let pushed = pushed.expect(ENDING);
            if pushed != 0 {
                return own(self.value, pushed);
            }
        }
        // what was given to us ends here
        let _given: Vec<Node<T>> =
            self.operands().filter(|&(_, is_ours)| is_ours).map(|(at, _)| own(self.value, at)).collect();
        if flags::is_tracing() {
            self.operands().for_each(|(at, _)| share::<T>(at).ask("makes, in no_grad, a constant of"));
        }
        Node::slot(CONSTANT, self.value)
    }

    /// Looks at the value for anomaly mode.
    fn watch(&self, line: &'static Location<'static>) {
        let value_at = |(at, _): (u32, bool)| look(at, |cell: &Slot<T>| cell.value.get());
        let recorded = || match self.extra {
            Extra::Exponent(n) => Recorded::row(self.op, n),
            _ => Recorded::Row(self.op),
        };
        let mut operands: Vec<T> = self.operands().map(value_at).collect();
        if let Extra::Literal(literal) = self.extra {
            operands.insert(if self.at[0] == 0 { 0 } else { 1 }, literal);
        }
        anomaly::number(recorded, &self.value, &operands, line);
    }
}

// ------------------------------------------------------------------------------------------------ what is no row

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
pub(crate) fn payload<T: Float>(value: T, payload: impl Payload<T> + 'static) -> Node<T> {
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
