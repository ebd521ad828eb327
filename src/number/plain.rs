//! The plain numbers, `f32` and `f64`: the value column of the table, and products in which zero times anything is zero.

use super::{Argument, Elementary, Float, sealed};
use crate::rule::{Fold, Op, kinks, learning, loops, special, strong_zero, table};
use crate::simd::widest;
use std::borrow::Borrow;

/// The methods of the plain numbers: the value column of the table.
macro_rules! plain_methods {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        $( plain_methods!(@$arity $f |$($arg),+| $value); )*
    };
    (@operator1 $f:ident |$x:ident| $value:expr) => {};
    (@operator2 $f:ident |$x:ident, $y:ident| $value:expr) => {};
    (@unary $f:ident |$x:ident| $value:expr) => {
        #[inline(always)] fn $f(&self) -> Self { let $x = *self; $value }
    };
    (@power $f:ident |$x:ident, $n:ident| $value:expr) => {
        #[inline(always)] fn $f(&self, $n: i32) -> Self { let $x = *self; $value }
    };
    (@binary $f:ident |$x:ident, $y:ident| $value:expr) => {
        #[inline(always)] fn $f(&self, y: impl Argument<Self>) -> Self { let ($x, $y) = (*self, *y.number().borrow()); $value }
    };
    (@ternary $f:ident |$x:ident, $y:ident, $w:ident| $value:expr) => {
        #[inline(always)] #[track_caller]
        fn $f(&self, y: impl Argument<Self>, w: impl Argument<Self>) -> Self {
            let ($x, $y, $w) = (*self, *y.number().borrow(), *w.number().borrow());
            $value
        }
    };
}

macro_rules! plain_numbers { ($($t:ident)*) => { $(
    impl Elementary for $t {
        #[inline(always)]
        fn of(x: f64) -> Self {
            x as $t
        }
        #[inline(always)]
        fn to_f64_value(&self) -> f64 {
            f64::from(*self)
        }
        #[inline(always)]
        fn detach(&self) -> Self {
            *self
        }
        table!(plain_methods);

        fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
            fold.value(x, y)
        }
        #[inline(always)]
        fn is_normal_value(&self) -> bool {
            self.is_normal()
        }
        #[inline(always)]
        fn is_exact_zero(&self) -> bool {
            *self == 0.0
        }
        #[inline(always)]
        fn turn(adjoint: &Self) -> Self {
            -adjoint
        }
        // a single product is multiplied first, and only a NaN looked at; of many, the slopes are looked at, whatever N
        #[inline(always)]
        fn flow_all<const N: usize>(slope: &Self, tangents: &[Self; N]) -> [Self; N] {
            let flow = || std::array::from_fn(|k| slope * tangents[k]);
            if N == 1 {
                let flow = flow();
                return if flow[0].is_nan() { carefully(*slope, *tangents) } else { flow };
            }
            if ordinary(*slope) {
                return flow();
            }
            let careful = carefully(*slope, *tangents);
            std::array::from_fn(|k| careful[k])
        }
        #[inline(always)]
        fn flow_both<const N: usize>(dx: &Self, x: &[Self; N], dy: &Self, y: &[Self; N]) -> [Self; N] {
            let flow = || std::array::from_fn(|k| dx * x[k] + dy * y[k]);
            if N == 1 {
                let flow = flow();
                return if flow[0].is_nan() { both_carefully(*dx, *x, *dy, *y) } else { flow };
            }
            // for a product of numbers this is their product, which is there already
            if ordinary(dx * dy) {
                return flow();
            }
            let careful = both_carefully(*dx, *x, *dy, *y);
            std::array::from_fn(|k| careful[k])
        }
    }
    impl sealed::Sealed for $t {}
    // compiled here, once: the program that uses it need not
    impl Float for $t {
        fn row_values(op: Op, n: i32, x: [&[Self]; 3], z: &mut [Self]) {
            loops::values(op, n, x, z);
        }
        fn row_slopes<'a>(
            op: Op,
            k: usize,
            n: i32,
            x: [&'a [Self]; 3],
            z: &'a [Self],
            room: &'a mut [Self],
        ) -> &'a [Self] {
            loops::slopes(op, k, n, x, z, room)
        }
        // multiplied first, which the compiler vectorises; only a NaN needs a second look
        fn flow_each(slopes: &[Self], adjoints: &mut [Self]) {
            let mut products = [0.0; 64];
            for (slopes, adjoints) in slopes.chunks(64).zip(adjoints.chunks_mut(64)) {
                let products = &mut products[..adjoints.len()];
                Self::flow_unchecked(slopes, adjoints, products, false);
                if Self::needs_care(products) {
                    Self::flow_slices(slopes, adjoints, products, false);
                }
                adjoints.copy_from_slice(products);
            }
        }
        fn flow_unchecked(slopes: &[Self], adjoints: &[Self], parts: &mut [Self], add: bool) {
            let flows = || slopes.iter().zip(adjoints).map(|(slope, adjoint)| slope * adjoint);
            widest(
                #[inline(always)]
                || match add {
                    true => parts.iter_mut().zip(flows()).for_each(|(part, flow)| *part += flow),
                    false => parts.iter_mut().zip(flows()).for_each(|(part, flow)| *part = flow),
                },
            );
        }
        fn needs_care(parts: &[Self]) -> bool {
            widest(
                #[inline(always)]
                || parts.iter().fold(false, |any, part| any | part.is_nan()),
            )
        }
    }
)* } }
plain_numbers!(f32 f64);

/// Neither zero, infinite nor NaN: a product with it is what the strong-zero product gives. If a product of two is, both
/// are.
#[inline(always)]
#[allow(clippy::eq_op, reason = "the difference is 0 of what is finite and NaN of all else: one comparison tells both")]
fn ordinary<P: num_traits::Float>(slope: P) -> bool {
    slope - slope < slope.abs()
}
/// What flows through a slope that is not ordinary. Out of line, with arrays by value (a reference to one would keep it in
/// memory on the usual way too), and copied out number by number by the caller: so the usual way stays in registers.
#[inline(never)]
fn carefully<P: num_traits::Float, const N: usize>(slope: P, tangents: [P; N]) -> [P; N] {
    let flow = tangents.map(|tangent| slope * tangent);
    if any_nan(&flow) { tangents.map(|tangent| strong_zero(slope, tangent)) } else { flow }
}
/// [`carefully`] through two slopes, of which one at least is not ordinary.
#[inline(never)]
fn both_carefully<P: num_traits::Float, const N: usize>(dx: P, x: [P; N], dy: P, y: [P; N]) -> [P; N] {
    let flow = std::array::from_fn(|k| dx * x[k] + dy * y[k]);
    if any_nan(&flow) {
        return std::array::from_fn(|k| strong_zero(dx, x[k]) + strong_zero(dy, y[k]));
    }
    flow
}
#[inline(always)]
fn any_nan<P: num_traits::Float>(parts: &[P]) -> bool {
    parts.iter().fold(false, |any, part| any | part.is_nan())
}
