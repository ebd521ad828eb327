//! The hot path: an operation becomes a cell.
//!
//! The thread-local is touched in tiny closures, for one operand or one new cell: `LocalKey::with` around a big closure is
//! not inlined, and everything would go through the stack. Two tests decide: are all operands constants, and is there
//! room? Modes need no third one, for they put the position aside, so that there is none.

use super::anomaly;
use super::cell::{CONSTANT, is_constant, row};
use super::handle::{Node, Operand, own, read};
use super::home::Home;
use super::homes::{self, ENDING};
use super::modes;
use super::recorded::Recorded;
use super::tracing;
use crate::number::Float;
use crate::rule::Op;
use std::panic::Location;

/// What an operation has beside its value and its first operand, for the slow path (handing it the closure of the hot
/// one would put everything on the stack).
#[derive(Clone, Copy)]
enum Shape<T> {
    /// Nothing.
    One,
    /// A second operand.
    Two(u32),
    /// A literal on the right of the operand.
    Right(T),
    /// A literal on the left of the operand.
    Left(T),
    /// An integer exponent.
    Power(i32),
    /// A second and a third operand.
    Three(u32, u32),
}

/// One operand; `f` is the value.
#[inline(always)]
#[track_caller]
pub(crate) fn unary<T: Float, A: Operand<T>>(op: Op, a: A, f: impl FnOnce(T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x);
    record(op, meta, value, i, Shape::One, move |home| home.push(row(op), i, 0, value))
}

/// Two operands.
#[inline(always)]
#[track_caller]
pub(crate) fn binary<T: Float, A: Operand<T>, B: Operand<T>>(op: Op, a: A, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let (i, j) = (a.operand(), b.operand());
    let ((x, m), (y, n)) = (read::<T>(i, A::LENT), read::<T>(j, B::LENT));
    let value = f(x, y);
    record(op, m & n, value, i, Shape::Two(j), move |home| home.push(row(op), i, j, value))
}

/// A literal on the right.
#[inline(always)]
#[track_caller]
pub(crate) fn right<T: Float, A: Operand<T>>(op: Op, a: A, literal: T, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x, literal);
    record(op, meta, value, i, Shape::Right(literal), move |home| home.push_right(row(op), i, literal, value))
}

/// A literal on the left.
#[inline(always)]
#[track_caller]
pub(crate) fn left<T: Float, B: Operand<T>>(op: Op, literal: T, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let j = b.operand();
    let (y, meta) = read::<T>(j, B::LENT);
    let value = f(literal, y);
    record(op, meta, value, j, Shape::Left(literal), move |home| home.push_left(row(op), literal, j, value))
}

/// An integer power.
#[inline(always)]
#[track_caller]
pub(crate) fn power<T: Float, A: Operand<T>>(op: Op, a: A, n: i32, f: impl FnOnce(T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x);
    record(op, meta, value, i, Shape::Power(n), move |home| home.push_power(row(op), i, n, value))
}

/// Three operands, and the value they have.
#[inline(always)]
#[track_caller]
pub(crate) fn ternary<T: Float>(op: Op, x: [&Node<T>; 3], value: T) -> Node<T> {
    let [i, j, k] = x.map(Node::index);
    let [l, m, n] = [i, j, k].map(|index| read::<T>(index, true).1);
    record(op, l & m & n, value, i, Shape::Three(j, k), move |home| home.push_three(row(op), [i, j, k], value))
}

/// Records by `push`, if there is room and something to differentiate. `meta` is that of all operands together.
#[inline(always)]
#[track_caller]
fn record<T: Float>(
    op: Op,
    meta: u32,
    value: T,
    i: u32,
    shape: Shape<T>,
    push: impl FnOnce(&Home<T>) -> Option<u32>,
) -> Node<T> {
    if !is_constant(meta)
        && let Some(Some(index)) = homes::with(push)
    {
        return own(index);
    }
    slow(op, meta, value, i, shape)
}

/// Makes room; of constants, or within `no_grad`, gives a constant. The operands' counts are ours.
#[cold]
#[inline(never)]
#[track_caller]
fn slow<T: Float>(op: Op, meta: u32, value: T, i: u32, shape: Shape<T>) -> Node<T> {
    let watching = modes::is_watching();
    if watching {
        watch(op, value, i, shape);
    }
    if !is_constant(meta) {
        let code = row(op);
        let line = Location::caller();
        let pushed = homes::with(|home| {
            let pushed = home.push_after_making_room(|home| match shape {
                Shape::One => home.push(code, i, 0, value),
                Shape::Two(j) => home.push(code, i, j, value),
                Shape::Right(literal) => home.push_right(code, i, literal, value),
                Shape::Left(literal) => home.push_left(code, literal, i, value),
                Shape::Power(n) => home.push_power(code, i, n, value),
                Shape::Three(j, k) => home.push_three(code, [i, j, k], value),
            });
            pushed.inspect(|&index| {
                if watching {
                    home.set_line(index, line);
                }
            })
        });
        if let Some(index) = pushed.expect(ENDING) {
            return own(index);
        }
    }
    let others: [Option<Node<T>>; 2] = match shape {
        Shape::Two(j) => [Some(own(j)), None],
        Shape::Three(j, k) => [Some(own(j)), Some(own(k))],
        Shape::One | Shape::Right(_) | Shape::Left(_) | Shape::Power(_) => [None, None],
    };
    let first = own::<T>(i);
    if tracing::is_tracing() {
        [&first].into_iter().chain(others.iter().flatten()).for_each(|x| x.ask("makes, in no_grad, a constant of"));
    }
    Node::slot(CONSTANT, value)
}

/// Looks at the value for anomaly mode.
#[track_caller]
fn watch<T: Float>(op: Op, value: T, i: u32, shape: Shape<T>) {
    let at = |index: u32| read::<T>(index, false).0;
    let name = || match shape {
        Shape::Power(n) => Recorded::Power(n).to_string(),
        _ => Recorded::Row(op).to_string(),
    };
    let operands = match shape {
        Shape::One | Shape::Power(_) => vec![at(i)],
        Shape::Two(j) => vec![at(i), at(j)],
        Shape::Right(literal) => vec![at(i), literal],
        Shape::Left(literal) => vec![literal, at(i)],
        Shape::Three(j, k) => vec![at(i), at(j), at(k)],
    };
    anomaly::number(name, &value, &operands, Location::caller());
}
