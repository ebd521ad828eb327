//! An operation as a user writes it, in the same loop as the table's rows.

use super::edges::modes_say;
use super::modes::{Everywhere, leaves};
use super::precision::precision;
use super::{Check, hold};
use crate::custom::{Apply, Operation, apply};
use crate::no_grad;
use crate::number::{Call, Elementary, Float};

/// `x·y + sin x`
struct Wave;
impl<S: Elementary> Operation<S> for Wave {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone() * &x[1] + &x[0].sin()
    }
    fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![(x[1].clone() + &x[0].cos()) * adjoint, x[0].clone() * adjoint]
    }
}

/// Inside and outside of the operation stand the table's: `exp(wave(x·y, y))`.
struct Within;
/// The operation alone.
struct Alone;
impl<S: Apply<Wave>> Call<S> for Within {
    fn call(&self, x: &[S]) -> S {
        apply(Wave, &[x[0].clone() * &x[1], x[1].clone()]).exp()
    }
}
impl<S: Apply<Wave>> Call<S> for Alone {
    fn call(&self, x: &[S]) -> S {
        apply(Wave, x)
    }
}

const POINTS: [[f64; 2]; 4] = [[0.7, -1.3], [-2.25, 0.5], [1e-3, 1.9], [0.0, 0.0]];

pub(super) fn checks() -> Vec<Check> {
    POINTS.iter().flat_map(|&point| [check::<f32>(point), check::<f64>(point)]).collect()
}

fn check<T: Float>(point: [f64; 2]) -> Check
where
    Alone: Everywhere<T>,
    Within: Everywhere<T>,
{
    Check::new(format!("an operation of one's own at {point:?} in {}", precision::<T>()), move || {
        let point = point.map(T::of);
        let [x, y] = point.map(|x| x.to_f64_value());
        let number = |x: f64| T::of(x);
        let (p, q, r) = (y + x.cos(), x, -x.sin());
        modes_say(&Alone, &point, &[p, q].map(number), &[r, 1.0, 0.0].map(number))?;

        // z = exp(w), w = x·y² + sin(x·y)
        let w = [y * y + y * (x * y).cos(), 2.0 * x * y + x * (x * y).cos()];
        let ww =
            [-y * y * (x * y).sin(), 2.0 * y + (x * y).cos() - x * y * (x * y).sin(), 2.0 * x - x * x * (x * y).sin()];
        let z = (x * y * y + (x * y).sin()).exp();
        let second = [z * (ww[0] + w[0] * w[0]), z * (ww[1] + w[0] * w[1]), z * (ww[2] + w[1] * w[1])];
        modes_say(&Within, &point, &w.map(|w| number(z * w)), &second.map(number))
    })
}

#[test]
fn an_operation_of_ones_own_in_every_mode() {
    hold(&checks());
}

#[test]
fn an_operation_of_ones_own_within_no_grad() {
    let x = leaves(&[0.7, -1.3]);
    let z = no_grad(|| Within.call(&x));
    assert!(z.is_constant());
    assert_eq!(z.value(), Within.call(&[0.7, -1.3]));
}
