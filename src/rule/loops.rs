//! The rows on slices, element by element: a row that is used much has a loop of its own, which the compiler vectorises.

use super::{Op, Slope, slope};
use crate::number::{Elementary, Float};
use crate::simd::widest;

/// `z[i]` becomes the row's value. Operands that the row has not are not looked at, but are as long.
#[inline(always)]
pub(crate) fn values<T: Float>(op: Op, exponent: i32, [x, y, w]: [&[T]; 3], z: &mut [T]) {
    macro_rules! each {
        (|$x:ident| $value:expr) => {
            widest(
                #[inline(always)]
                || z.iter_mut().zip(x).for_each(|(z, &$x)| *z = $value),
            )
        };
        (|$x:ident, $y:ident| $value:expr) => {
            widest(
                #[inline(always)]
                || z.iter_mut().zip(x.iter().zip(y)).for_each(|(z, (&$x, &$y))| *z = $value),
            )
        };
    }
    match op {
        Op::Neg => each!(|x| -x),
        Op::Square => each!(|x| x * x),
        Op::Sqrt => each!(|x| Elementary::sqrt(&x)),
        Op::Recip => each!(|x| Elementary::recip(&x)),
        Op::Abs => each!(|x| Elementary::abs(&x)),
        Op::Relu => each!(|x| Elementary::relu(&x)),
        Op::Exp => z.iter_mut().zip(x).for_each(|(z, x)| *z = Elementary::exp(x)),
        Op::Tanh => z.iter_mut().zip(x).for_each(|(z, x)| *z = Elementary::tanh(x)),
        Op::Add => each!(|x, y| x + y),
        Op::Sub => each!(|x, y| x - y),
        Op::Mul => each!(|x, y| x * y),
        Op::Div => each!(|x, y| x / y),
        _ => {
            for ((z, x), (y, w)) in z.iter_mut().zip(x).zip(y.iter().zip(w)) {
                *z = op.value([x, y, w], exponent);
            }
        }
    }
}

/// The row's slopes in operand `k`, computed into `room` if they do not stand somewhere already. What the slope does not
/// need is not looked at, but is as long.
#[inline(always)]
pub(crate) fn slopes<'a, T: Float>(
    op: Op,
    k: usize,
    exponent: i32,
    [x, y, w]: [&'a [T]; 3],
    z: &'a [T],
    room: &'a mut [T],
) -> &'a [T] {
    macro_rules! each {
        ($f:ident) => {
            room.iter_mut().zip(x.iter().zip(z)).for_each(|(slope, (x, z))| *slope = slope::$f(x, z))
        };
    }
    match op.slope_is(k) {
        Slope::Operand(j) => return [x, y, w][j],
        Slope::Result => return z,
        _ => (),
    }
    match (op, k) {
        (Op::Square, _) => widest(
            #[inline(always)]
            || each!(square),
        ),
        (Op::Relu, _) => widest(
            #[inline(always)]
            || each!(relu),
        ),
        (Op::Tanh, _) => each!(tanh),
        (Op::Sin, _) => each!(sin),
        (Op::Cos, _) => each!(cos),
        (Op::Ln, _) => each!(ln),
        (Op::Sqrt, _) => each!(sqrt),
        (Op::Recip, _) => each!(recip),
        (Op::Sigmoid, _) => each!(sigmoid),
        _ => {
            for (((slope, x), (y, w)), z) in room.iter_mut().zip(x).zip(y.iter().zip(w)).zip(z) {
                *slope = op.slope(k, [x, y, w], exponent, z);
            }
        }
    }
    room
}
