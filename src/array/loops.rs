//! Loops over slices: the rows of the table on a block of elements. What is used most has a loop of its own, which the
//! compiler vectorises.

use crate::number::{Elementary, Float};
use crate::rule::Op;

/// `z[i]` becomes the row's value.
pub(super) fn values_into<T: Float>(op: Op, exponent: i32, [x, y, w]: [&[T]; 3], z: &mut [T]) {
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

/// `slope[i]` becomes the row's slope in operand `k`.
pub(super) fn slopes_into<T: Float>(op: Op, k: usize, exponent: i32, [x, y, w]: [&[T]; 3], z: &[T], slope: &mut [T]) {
    match (op, k) {
        (Op::Mul | Op::MulAdd, 0) => slope.copy_from_slice(y),
        (Op::Mul | Op::MulAdd, 1) => slope.copy_from_slice(x),
        (Op::Exp, _) => slope.copy_from_slice(z),
        (Op::Square, _) => slope.iter_mut().zip(x).for_each(|(slope, &x)| *slope = x + x),
        _ => {
            for (((slope, x), (y, w)), z) in slope.iter_mut().zip(x).zip(y.iter().zip(w)).zip(z) {
                *slope = op.slope(k, [x, y, w], exponent, z);
            }
        }
    }
}
