//! Loops over slices: the rows of the table on a block of elements. What is used most has a loop of its own, which the
//! compiler vectorises.

use crate::number::{Elementary, Float};
use crate::rule::{Op, slope};
use crate::simd::widest;

/// `z[i]` becomes the row's value.
pub(super) fn values_into<T: Float>(op: Op, exponent: i32, x: [&[T]; 3], z: &mut [T]) {
    widest(
        #[inline(always)]
        || values_loop(op, exponent, x, z),
    );
}
#[inline(always)]
fn values_loop<T: Float>(op: Op, exponent: i32, [x, y, w]: [&[T]; 3], z: &mut [T]) {
    macro_rules! one {
        (|$x:ident| $value:expr) => {
            z.iter_mut().zip(x).for_each(|(z, &$x)| *z = $value)
        };
    }
    macro_rules! two {
        (|$x:ident, $y:ident| $value:expr) => {
            z.iter_mut().zip(x.iter().zip(y)).for_each(|(z, (&$x, &$y))| *z = $value)
        };
    }
    match op {
        Op::Neg => one!(|x| -x),
        Op::Square => one!(|x| x * x),
        Op::Sqrt => one!(|x| Elementary::sqrt(&x)),
        Op::Recip => one!(|x| Elementary::recip(&x)),
        Op::Abs => one!(|x| Elementary::abs(&x)),
        Op::Exp => one!(|x| Elementary::exp(&x)),
        Op::Tanh => one!(|x| Elementary::tanh(&x)),
        Op::Add => two!(|x, y| x + y),
        Op::Sub => two!(|x, y| x - y),
        Op::Mul => two!(|x, y| x * y),
        Op::Div => two!(|x, y| x / y),
        _ => {
            for ((z, x), (y, w)) in z.iter_mut().zip(x).zip(y.iter().zip(w)) {
                *z = op.value([x, y, w], exponent);
            }
        }
    }
}

/// The row's slopes in operand `k`, computed into `room` if they do not stand anywhere.
pub(super) fn slopes<'a, T: Float>(
    op: Op,
    k: usize,
    exponent: i32,
    [x, y, w]: [&'a [T]; 3],
    z: &'a [T],
    room: &'a mut [T],
) -> &'a [T] {
    macro_rules! of_one {
        ($f:ident) => {
            room.iter_mut().zip(x.iter().zip(z)).for_each(|(slope, (x, z))| *slope = slope::$f(x, z))
        };
    }
    match (op, k) {
        (Op::Mul | Op::MulAdd, 0) => return y,
        (Op::Mul | Op::MulAdd, 1) => return x,
        (Op::Exp, _) => return z,
        (Op::Square, _) => widest(
            #[inline(always)]
            || room.iter_mut().zip(x).for_each(|(slope, &x)| *slope = x + x),
        ),
        (Op::Tanh, _) => of_one!(tanh),
        (Op::Sin, _) => of_one!(sin),
        (Op::Cos, _) => of_one!(cos),
        (Op::Ln, _) => of_one!(ln),
        (Op::Sqrt, _) => of_one!(sqrt),
        (Op::Recip, _) => of_one!(recip),
        (Op::Sigmoid, _) => of_one!(sigmoid),
        (Op::Relu, _) => of_one!(relu),
        _ => {
            for (((slope, x), (y, w)), z) in room.iter_mut().zip(x).zip(y.iter().zip(w)).zip(z) {
                *slope = op.slope(k, [x, y, w], exponent, z);
            }
        }
    }
    room
}
