//! The hot path: an operation becomes a cell.
//!
//! The thread-local is touched in tiny closures, one `Cell` each: `LocalKey::with` around a big closure is not inlined,
//! and everything would go through the stack. There is one test, "is there room": modes put the position aside.

use super::cell::{CONSTANT, Slot, is_constant, row};
use super::handle::{Node, Operand, look, own, read};
use super::home::{self, ENDING, Home};
use crate::number::Float;
use crate::rule::Op;

/// One operand; `f` is the value.
#[inline(always)]
pub(crate) fn unary<T: Float, A: Operand<T>>(op: Op, a: A, f: impl FnOnce(T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x);
    record(is_constant(meta), value, [i, 0, 0], |home| home.push(row(op), i, 0, value))
}

/// Two operands.
#[inline(always)]
pub(crate) fn binary<T: Float, A: Operand<T>, B: Operand<T>>(op: Op, a: A, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let (i, j) = (a.operand(), b.operand());
    let ((x, m), (y, n)) = (read::<T>(i, A::LENT), read::<T>(j, B::LENT));
    let value = f(x, y);
    record(is_constant(m & n), value, [i, j, 0], |home| home.push(row(op), i, j, value))
}

/// A literal on the right.
#[inline(always)]
pub(crate) fn right<T: Float, A: Operand<T>>(op: Op, a: A, literal: T, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x, literal);
    record(is_constant(meta), value, [i, 0, 0], |home| home.push_right(row(op), i, literal, value))
}

/// A literal on the left.
#[inline(always)]
pub(crate) fn left<T: Float, B: Operand<T>>(op: Op, literal: T, b: B, f: impl FnOnce(T, T) -> T) -> Node<T> {
    let j = b.operand();
    let (y, meta) = read::<T>(j, B::LENT);
    let value = f(literal, y);
    record(is_constant(meta), value, [j, 0, 0], |home| home.push_left(row(op), literal, j, value))
}

/// An integer power.
#[inline(always)]
pub(crate) fn power<T: Float, A: Operand<T>>(op: Op, a: A, n: i32, f: impl FnOnce(T) -> T) -> Node<T> {
    let i = a.operand();
    let (x, meta) = read::<T>(i, A::LENT);
    let value = f(x);
    record(is_constant(meta), value, [i, 0, 0], |home| home.push_power(row(op), i, n, value))
}

/// Three operands, by reference: their value may panic, and no count may be lost then.
#[inline(always)]
#[track_caller]
pub(crate) fn ternary<T: Float>(op: Op, x: [&Node<T>; 3], f: impl FnOnce(T, T, T) -> T) -> Node<T> {
    let i = x.map(Node::index);
    let read = i.map(|i| read::<T>(i, false));
    let value = f(read[0].0, read[1].0, read[2].0);
    for i in i {
        look::<T, _>(i, Slot::more);
    }
    record(is_constant(read[0].1 & read[1].1 & read[2].1), value, i, |home| home.push_three(row(op), i, value))
}

/// Records, or on the slow path makes room, or, of constants or within `no_grad`, a constant. The operands' counts are
/// ours.
#[inline(always)]
fn record<T: Float>(constant: bool, value: T, operands: [u32; 3], push: impl Fn(&Home<T>) -> Option<u32>) -> Node<T> {
    if !constant {
        if let Some(index) = home::with(&push).expect(ENDING) {
            return own(index);
        }
    }
    slow(constant, value, operands, push)
}
#[cold]
#[inline(never)]
fn slow<T: Float>(constant: bool, value: T, operands: [u32; 3], push: impl Fn(&Home<T>) -> Option<u32>) -> Node<T> {
    if !constant {
        if let Some(index) = home::with(|home| home.push_after_making_room(push)).expect(ENDING) {
            return own(index);
        }
    }
    for index in operands {
        if index != 0 {
            drop(own::<T>(index));
        }
    }
    Node::slot(CONSTANT, value)
}
