//! Formulas in which infinities meet zeros, and powers at 0 to the third order.

use super::edges::{modes_but_one_say, modes_say};
use super::modes::{Everywhere, leaves};
use super::precision::{precision, same};
use super::{Check, hold};
use crate::number::{Call, Elementary, Float};
use crate::rule::branch::select;
use crate::rule::fold::norm;
use crate::{Dual, Jet, Node, gradients};
use std::fmt::Debug;

/// Formulas, each a type that can be called with any number.
macro_rules! formulas {
    ($( $(#[$doc:meta])* $Name:ident |$x:ident| $formula:expr; )*) => { $(
        $(#[$doc])*
        struct $Name;
        impl<S: Elementary> Call<S> for $Name {
            fn call(&self, $x: &[S]) -> S {
                $formula
            }
        }
    )* };
}
formulas! {
    RootOfSquare      |x| (x[0].clone() * &x[0]).sqrt();
    RootOfSquares     |x| (x[0].square() + &x[1].square()).sqrt();
    ZeroTimesRoot     |x| S::of(0.0) * &x[0].sqrt();
    ZeroTimesLn       |x| S::of(0.0) * &x[0].ln();
    NormOfDifference  |x| norm(&[x[0].clone() - &x[1], x[1].clone() - &x[0]]);
    Deviation         |x| {
        let mean = (x[0].clone() + &x[1]) * S::of(0.5);
        norm(&[x[0].clone() - &mean, x[1].clone() - &mean])
    };
    /// The branch not taken is NaN.
    Selected          |x| select(x[0].to_f64_value() > 0.0, &x[0].sqrt(), &(x[0].clone() + &x[0]));
    /// The branch not taken is infinite, and so is its slope.
    SelectedAtZero    |x| select(x[0].to_f64_value() == 0.0, &x[0].square(), &x[0].recip());
    Product           |x| x[0].clone() * &x[1] * &x[2];
    LogOfTwo          |x| S::of(2.0).log(&x[0]);
    FourthPower       |x| x[0].powi(2) * &x[0].powi(2);

    SquareOfRoot      |x| x[0].sqrt().square();
    ExpOfLn           |x| x[0].ln().exp();
    AtanOfRecip       |x| x[0].recip().atan();
    /// `s − s` with `s = √x`
    RootMinusRoot     |x| {
        let s = x[0].sqrt();
        s.clone() - &s
    };
}

/// A check of the formula with these numbers in both precisions.
macro_rules! in_both {
    ($( $Name:ident [$($x:expr),+] [$($first:expr),+] [$($second:expr),+]; )*) => { vec![$(
        in_both!(@one f32 $Name [$($x),+] [$($first),+] [$($second),+]),
        in_both!(@one f64 $Name [$($x),+] [$($first),+] [$($second),+]),
    )*] };
    (@one $t:ident $Name:ident [$($x:expr),+] [$($first:expr),+] [$($second:expr),+]) => {{
        #[allow(unused)]
        const INF: $t = $t::INFINITY;
        check::<$t, _>(stringify!($Name), $Name, &[$($x),+], &[$($first),+], &[$($second),+])
    }};
}
fn check<T: Float, F: Everywhere<T> + 'static>(
    name: &str,
    f: F,
    x: &'static [T],
    first: &'static [T],
    second: &'static [T],
) -> Check {
    Check::new(format!("{name} at {x:?} in {}", precision::<T>()), move || modes_say(&f, x, first, second))
}

pub(super) fn checks() -> Vec<Check> {
    in_both! {
        RootOfSquare      [-2.0]             [-1.0]             [0.0];
        ZeroTimesRoot     [0.0]              [0.0]              [0.0];
        ZeroTimesLn       [0.0]              [0.0]              [0.0];
        NormOfDifference  [1.0, 1.0]         [0.0, 0.0]         [0.0, 0.0, 0.0];
        Deviation         [3.0, 3.0]         [0.0, 0.0]         [0.0, 0.0, 0.0];
        Selected          [-1.0]             [2.0]              [0.0];
        Selected          [0.0]              [2.0]              [0.0];
        SelectedAtZero    [0.0]              [0.0]              [2.0];
        Product           [0.0, 3.0, 5.0]    [15.0, 0.0, 0.0]   [0.0, 5.0, 3.0, 0.0, 0.0, 0.0];
        Product           [0.0, 0.0, 5.0]    [0.0, 0.0, 0.0]    [0.0, 5.0, 0.0, 0.0, 0.0, 0.0];
        Product           [0.0, 0.0, 0.0]    [0.0, 0.0, 0.0]    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        FourthPower       [0.0]              [0.0]              [0.0];
        LogOfTwo          [0.0]              [-INF]             [INF];
        // known limits of the strong zero: the slope is 0, where it ought to be 1, 1, −1
        SquareOfRoot      [0.0]              [0.0]              [INF];
        ExpOfLn           [0.0]              [0.0]              [0.0];
        AtanOfRecip       [0.0]              [0.0]              [0.0];
    }
}

#[test]
fn infinities_meet_zeros() {
    hold(&checks());
}

/// The first derivative is the convention's; the second says how sharp the tip is. A series sees that its operand is a
/// square, and is to the right of the tip.
#[test]
fn roots_of_squares() {
    for x in [0.0, -0.0] {
        assert_eq!(modes_but_one_say("Jet", &RootOfSquare, &[x], &[0.0], &[f64::INFINITY]), Ok(()));
        let right = RootOfSquare.call(&[Jet::<f64, 2>::variable(x)]);
        assert_eq!((right.value(), right.higher()), (0.0, &[1.0, 0.0]));
    }
    let tip = [f64::INFINITY, 0.0, f64::INFINITY];
    assert_eq!(modes_but_one_say("Jet", &RootOfSquares, &[0.0, 0.0], &[0.0, 0.0], &tip), Ok(()));
}

/// The known case in which forward and reverse differ: infinities of one number cancel only where they come together.
#[test]
fn a_difference_of_infinite_slopes() {
    let x = Node::leaf(0.0);
    RootMinusRoot.call(std::slice::from_ref(&x)).backward();
    let forward: f64 = RootMinusRoot.call(&[Dual::variable(0.0)]).derivative();
    assert!(forward.is_nan() && x.grad() == 0.0, "{forward}, {}", x.grad());
}

/// `xⁿ` as an integer power, and with a constant exponent.
#[derive(Debug)]
struct Integer(i32);
#[derive(Debug)]
struct Constant(i32);
impl<S: Elementary> Call<S> for Integer {
    fn call(&self, x: &[S]) -> S {
        x[0].powi(self.0)
    }
}
impl<S: Elementary> Call<S> for Constant {
    fn call(&self, x: &[S]) -> S {
        x[0].powf(S::of(f64::from(self.0)))
    }
}

/// At 0 the derivatives of `xⁿ` are those of a polynomial; of `x⁻ⁿ`, infinities of alternating sign.
#[test]
fn powers_at_zero_to_the_third_order() {
    for n in -3..=5 {
        for x in [0.0_f64, -0.0] {
            // 0 is the side from which −0 is approached only where the power has sides
            if n < 0 && x.is_sign_negative() {
                continue;
            }
            third_order(&Integer(n), x, n);
            third_order(&Constant(n), x, n);
        }
    }
}
fn third_order<F>(f: &F, x: f64, n: i32)
where
    F: Debug + Call<Dual<Dual<Dual>>> + Call<Node<Dual<Dual>>> + Call<Node<f64>>,
{
    let falling = |order: i32| -> f64 { (0..order).map(|k| f64::from(n - k)).product() };
    let expected = [1, 2, 3].map(|order| if falling(order) == 0.0 { 0.0 } else { falling(order) * x.powi(n - order) });

    let forward = f.call(&[Dual::variable(Dual::variable(Dual::variable(x)))]).derivative();
    let leaf = Node::leaf(Dual::variable(Dual::variable(x)));
    f.call(std::slice::from_ref(&leaf)).backward();
    let mixed = leaf.grad();
    let leaf = leaves(&[x]);
    let first = gradients(&f.call(&leaf), &leaf[0]);
    let second = gradients(&first, &leaf[0]);
    let third = gradients(&second, &leaf[0]);
    for (mode, found) in [
        ("Dual", [forward.value().value(), forward.derivative().value(), forward.derivative().derivative()]),
        ("Node<Dual>", [mixed.value().value(), mixed.derivative().value(), mixed.derivative().derivative()]),
        ("gradients", [first, second, third].map(|node| node.value())),
    ] {
        let agree = found.iter().zip(expected).all(|(&found, expected)| same(found, expected));
        assert!(agree, "{f:?} at {x:?} by {mode}: {found:?}, not {expected:?}");
    }
}
