//! From slopes to coefficients.
//!
//! `z = f(x)` means `z′ = s·x′` with the slope `s = f′`, a series as well. Compared coefficient by coefficient,
//!
//! ```text
//! k·zₖ = Σ j·xⱼ·sₖ₋ⱼ     j from 1 to k, summed over the operands
//! ```
//!
//! which needs the slope to order `k − 1` only. A slope that is made of the operands alone (`1/x` of the logarithm) is
//! computed once. One that is made of the result too (`z` itself of the exponential) is known as far as the result is: it
//! is computed again when that has grown by an order. Nobody says which are which: a series knows up to which order it is
//! known, and what is computed from it knows no more.
//!
//! Functions that are each other's slopes (sine and cosine, the logistic function and its mirror image, Bessel functions)
//! rise together; each alone would ask for the other at every order, and that again for the first.
//!
//! Slopes meet velocities in the strong-zero product, so that the conventions at the edges are those of every mode.

use super::{ALL, Jet};
use crate::number::Elementary;
use crate::rule::{kinks, slope};
use std::cell::OnceCell;

/// The result of a row of two operands, by its slopes.
macro_rules! by_slopes {
    ($f:ident, $z:expr, $x:expr, $y:expr) => {
        $crate::jet::recurrence::rise($z, [$x, $y], |i, [x, y], z| match i {
            0 => $crate::rule::slope::$f::<Jet<T, K>, 0>(x, y, z),
            _ => $crate::rule::slope::$f::<Jet<T, K>, 1>(x, y, z),
        })
    };
}

/// The result of a row, from its value and its slope in operand `i`.
#[inline]
pub(super) fn rise<T: Elementary, const K: usize, const M: usize>(
    value: T,
    x: [&Jet<T, K>; M],
    slope: impl Fn(usize, [&Jet<T, K>; M], &Jet<T, K>) -> Jet<T, K>,
) -> Jet<T, K> {
    let order = x.iter().map(|x| x.known).min().unwrap_or(ALL);
    let mut z = Jet::constant(value);
    if order == 0 || x.iter().all(|x| x.is_still()) {
        return z.up_to(order);
    }
    let order = order.min(K);
    z.known = 0;
    let mut lower = x.map(|x| x.up_to(order - 1));
    let mut slopes: [Option<Jet<T, K>>; M] = std::array::from_fn(|_| None);
    loop {
        for (i, known) in slopes.iter_mut().enumerate() {
            // what does not vary passes nothing on, whatever its slope is
            if !x[i].is_still() && known.as_ref().is_none_or(|slope| slope.known < order - 1) {
                *known = Some(slope(i, lower.each_ref(), &z));
            }
        }
        let pairs = || x.into_iter().zip(&slopes).filter_map(|(x, slope)| Some((x, slope.as_ref()?)));
        extend(&mut z, order, pairs);
        if z.known == order {
            return z;
        }
        lower = x.map(|x| x.up_to(z.known));
    }
}

/// The results of functions of one operand whose slopes are made of all of them.
fn rise_together<T: Elementary, const K: usize, const M: usize>(
    values: [T; M],
    x: &Jet<T, K>,
    slopes: impl Fn(&Jet<T, K>, &[Jet<T, K>; M]) -> [Jet<T, K>; M],
) -> [Jet<T, K>; M] {
    let mut z = values.map(Jet::constant);
    if x.is_still() {
        return z.map(|z| z.up_to(x.known));
    }
    z.iter_mut().for_each(|z| z.known = 0);
    for known in 0..x.known.min(K) {
        let slopes = slopes(&x.up_to(known), &z);
        for (z, slope) in z.iter_mut().zip(&slopes) {
            extend(z, known + 1, || std::iter::once((x, slope)));
        }
    }
    z
}

/// The result of an operation on a slice, from its value and its slopes in all operands.
pub(super) fn rise_over<T: Elementary, const K: usize>(
    value: T,
    x: &[Jet<T, K>],
    slopes: impl Fn(&[Jet<T, K>], &Jet<T, K>) -> Vec<Jet<T, K>>,
) -> Jet<T, K> {
    let order = x.iter().map(|x| x.known).min().unwrap_or(ALL);
    let mut z = Jet::constant(value);
    if x.iter().all(Jet::is_still) {
        return z.up_to(order);
    }
    let order = order.min(K);
    z.known = 0;
    let mut limit = order.saturating_sub(1);
    while z.known < order {
        let lower: Vec<Jet<T, K>> = x.iter().map(|x| x.up_to(limit)).collect();
        let slopes = slopes(&lower, &z);
        extend(&mut z, order, || x.iter().zip(&slopes));
        limit = z.known;
    }
    z
}

/// As many further coefficients, to an order, as the slopes are known for; of operands and their slopes.
fn extend<'a, T: Elementary + 'a, const K: usize, I: Iterator<Item = (&'a Jet<T, K>, &'a Jet<T, K>)>>(
    z: &mut Jet<T, K>,
    order: usize,
    pairs: impl Fn() -> I,
) {
    let known = pairs().map(|(_, slope)| slope.known.min(K) + 1).fold(order, usize::min);
    for k in z.known + 1..=known {
        let velocity = |(x, slope): (&Jet<T, K>, &Jet<T, K>)| -> T {
            let term = |j: usize| {
                let x = x.at(j);
                if j == 1 {
                    T::flow(slope.at(k - 1), x)
                } else {
                    T::flow(slope.at(k - j), &(x.clone() * &T::of(j as f64)))
                }
            };
            (2..=k).fold(term(1), |sum, j| T::join(sum, term(j)))
        };
        let sum = pairs().map(velocity).reduce(T::join).unwrap_or_else(|| T::of(0.0));
        z.higher[k - 1] = if k == 1 { sum } else { sum / &T::of(k as f64) };
    }
    z.known = known;
}

// ---------------------------------------------------------------------------------------- products and quotients

/// `Σ xⱼ·yₖ₋ⱼ`
#[inline(never)]
pub(super) fn product<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, y: &Jet<T, K>) -> Jet<T, K> {
    let known = x.known.min(y.known).min(K);
    let mut z = Jet::constant(value).up_to(known);
    for k in 1..=known {
        let first = T::join(T::flow(y.at(0), x.at(k)), T::flow(x.at(0), y.at(k)));
        z.higher[k - 1] = (1..k).fold(first, |sum, j| T::join(sum, T::flow(x.at(j), y.at(k - j))));
    }
    let polynomials = x.is_polynomial() && y.is_polynomial();
    z.of_degree(polynomials.then(|| x.degree() + y.degree()))
}
/// `(xₖ − Σ yⱼ·zₖ₋ⱼ)/y₀`, `j` from 1 to `k`; at the edges by the slopes.
#[inline(never)]
pub(super) fn quotient<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, y: &Jet<T, K>) -> Jet<T, K> {
    if !(y.is_normal_value() && value.to_f64_value().is_finite()) {
        return quotient_at_the_edges(value, x, y);
    }
    let known = x.known.min(y.known).min(K);
    let mut z = Jet::constant(value).up_to(known);
    for k in 1..=known {
        let rest = T::join(x.at(k).clone(), -through_divisor(y, &z, k));
        z.higher[k - 1] = rest / &y.value;
    }
    let by_constant = x.is_polynomial() && y.is_polynomial() && y.is_still();
    z.of_degree(by_constant.then(|| x.degree()))
}
/// By the slopes `1/y` and `−z/y`. The latter is a quotient at the edges again, at every order: so it is one in its value
/// only, and otherwise a product.
fn quotient_at_the_edges<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, y: &Jet<T, K>) -> Jet<T, K> {
    let inverse = y.recip();
    rise(value, [x, y], |i, [_, y], z| match i {
        0 => inverse.up_to(y.known),
        _ => Jet { value: slope::div::<T, 1>(&x.value, &y.value, &z.value), ..-(z.clone() * inverse.up_to(y.known)) },
    })
}
/// `−z₀·Σ yⱼ·zₖ₋ⱼ`: the quotient `1/y`, which has `z₀` for `1/y₀`.
#[inline(never)]
pub(super) fn reciprocal<T: Elementary, const K: usize>(value: T, y: &Jet<T, K>) -> Jet<T, K> {
    if !(y.is_normal_value() && value.is_normal_value()) {
        return rise(value, [y], |_, [y], z| slope::recip(y, z));
    }
    let known = y.known.min(K);
    let mut z = Jet::constant(value).up_to(known);
    for k in 1..=known {
        z.higher[k - 1] = -(through_divisor(y, &z, k) * &z.value);
    }
    z
}
#[inline(always)]
fn through_divisor<T: Elementary, const K: usize>(y: &Jet<T, K>, z: &Jet<T, K>, k: usize) -> T {
    let term = |j: usize| T::flow(z.at(k - j), y.at(j));
    (2..=k).fold(term(1), |sum, j| T::join(sum, term(j)))
}
/// `x − n·y` with a constant `n`, but where it is not defined.
pub(super) fn remainder<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, y: &Jet<T, K>) -> Jet<T, K> {
    by_slopes!(rem, value, x, y)
}

// ---------------------------------------------------------------------------------------- functions in pairs

/// `[f, g]` with `f′ = g` and `g′ = sign·f`.
pub(super) fn in_turn<T: Elementary, const K: usize>(values: [T; 2], sign: f64, x: &Jet<T, K>) -> [Jet<T, K>; 2] {
    rise_together(values, x, |_, [f, g]| [g.clone(), f.clone() * T::of(sign)])
}
/// `[σ(x), σ(−x)]`, whose slopes are their product and its negative.
pub(super) fn logistic<T: Elementary, const K: usize>(values: [T; 2], x: &Jet<T, K>) -> [Jet<T, K>; 2] {
    rise_together(values, x, |_, [f, g]| {
        let slope = f.clone() * g;
        [slope.clone(), -slope]
    })
}
/// Bessel functions of orders 1 and 0: `f′ = g − f/x`, `g′ = sign·f` (DLMF 10.6.2, 10.29.2).
pub(super) fn bessel<T: Elementary, const K: usize>(values: [T; 2], sign: f64, x: &Jet<T, K>) -> [Jet<T, K>; 2] {
    rise_together(values, x, |x, [f, g]| [g.clone() - &(f.clone() / x), f.clone() * T::of(sign)])
}

/// `xⁿ`; of a polynomial a polynomial, if `n` is not negative.
pub(super) fn integer_power<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, n: i32) -> Jet<T, K> {
    let z = rise(value, [x], |_, [x], z| slope::powi(x, n, z));
    let exponent = usize::try_from(n).ok().filter(|_| x.is_polynomial());
    z.of_degree(exponent.and_then(|n| n.checked_mul(x.degree())))
}
/// `x^y`. Where both its slopes are made of `x^(y−1)` they share it: else every order would ask for two of the one below.
pub(super) fn real_power<T: Elementary, const K: usize>(value: T, x: &Jet<T, K>, y: &Jet<T, K>) -> Jet<T, K> {
    let below = OnceCell::new();
    rise(value, [x, y], |i, [x, y], z| {
        let known = x.known.min(y.known);
        let power = || below.get_or_init(|| kinks::power_of_less(x, y)).up_to(known);
        match i {
            0 => kinks::powf_dx_by(x, y, z, power),
            _ => kinks::powf_dy_by(x, y, z, power),
        }
    })
}
/// A constant exponent whose power is a polynomial of a degree within the series.
pub(super) fn degree<T: Elementary, const K: usize>(exponent: &Jet<T, K>) -> Option<i32> {
    let value = exponent.to_f64_value();
    let constant = exponent.is_still() && (exponent.value.clone() - &T::of(value)).is_exact_zero();
    (constant && value.fract() == 0.0 && (0.0..=K as f64).contains(&value)).then_some(value as i32)
}

/// The result of a row of one operand.
macro_rules! unary {
    (sin, $z:ident, $x:expr) => { recurrence::unary!(@turn [$z, $x.value.cos()], -1.0, 0, $x) };
    (cos, $z:ident, $x:expr) => { recurrence::unary!(@turn [$x.value.sin(), $z], -1.0, 1, $x) };
    (sinh, $z:ident, $x:expr) => { recurrence::unary!(@turn [$z, $x.value.cosh()], 1.0, 0, $x) };
    (cosh, $z:ident, $x:expr) => { recurrence::unary!(@turn [$x.value.sinh(), $z], 1.0, 1, $x) };
    (@turn $values:expr, $sign:expr, $which:literal, $x:expr) => {{
        let [first, second] = recurrence::in_turn($values, $sign, $x);
        if $which == 0 { first } else { second }
    }};
    // near 0 the product of the two would cancel in what follows
    (sigmoid, $z:ident, $x:expr) => {
        if $x.to_f64_value().abs() < 1.0 {
            recurrence::unary!(@row sigmoid, $z, $x)
        } else {
            let [upper, _] = recurrence::logistic([$z, (-$x.value.clone()).sigmoid()], $x);
            upper
        }
    };
    // where the table's slope has the quotient by x; elsewhere it asks for no partner
    (j1, $z:ident, $x:expr) => { recurrence::unary!(@bessel j1, j0, -1.0, special::near::<Self>(), $z, $x) };
    (i1, $z:ident, $x:expr) => { recurrence::unary!(@bessel i1, i0, 1.0, special::near::<Self>(), $z, $x) };
    (y1, $z:ident, $x:expr) => { recurrence::unary!(@bessel y1, y0, -1.0, f64::MIN_POSITIVE, $z, $x) };
    (@bessel $f:ident, $g:ident, $sign:expr, $from:expr, $z:ident, $x:expr) => {
        if $x.to_f64_value().abs() >= $from && $z.to_f64_value().is_finite() {
            let [first, _] = recurrence::bessel([$z, $x.value.$g()], $sign, $x);
            first
        } else {
            recurrence::unary!(@row $f, $z, $x)
        }
    };
    (recip, $z:ident, $x:expr) => { recurrence::reciprocal($z, $x) };
    (square, $z:ident, $x:expr) => { recurrence::product($z, $x, $x) };
    (sqrt, $z:ident, $x:expr) => {
        leading::root($x, 2, Self::sqrt).unwrap_or_else(|| recurrence::unary!(@row sqrt, $z, $x))
    };
    (cbrt, $z:ident, $x:expr) => {
        leading::root($x, 3, Self::cbrt).unwrap_or_else(|| recurrence::unary!(@row cbrt, $z, $x))
    };
    (abs, $z:ident, $x:expr) => { leading::abs(&$z, $x).unwrap_or_else(|| recurrence::unary!(@row abs, $z, $x)) };
    ($f:ident, $z:ident, $x:expr) => { recurrence::unary!(@row $f, $z, $x) };
    (@row $f:ident, $z:ident, $x:expr) => { recurrence::rise($z, [$x], |_, [x], z| slope::$f(x, z)) };
}
/// The result of a row with an integer.
macro_rules! power {
    (powi, $z:ident, $x:expr, $n:ident) => {
        recurrence::integer_power($z, $x, $n)
    };
    ($f:ident, $z:ident, $x:expr, $n:ident) => {
        recurrence::rise($z, [$x], |_, [x], z| slope::$f(x, $n, z))
    };
}
/// The result of a row of two operands.
macro_rules! binary {
    (through, $z:ident, $x:expr, $y:expr) => {
        recurrence::product($z, $x, $y)
    };
    // of a polynomial nothing is left above its degree, where a quotient would leave its rounding
    (powf, $z:ident, $x:expr, $y:expr) => {
        match recurrence::degree($y) {
            Some(n) => recurrence::integer_power($z, $x, n).up_to($y.known),
            None => leading::power($x, $y).unwrap_or_else(|| recurrence::real_power($z, $x, $y)),
        }
    };
    (hypot, $z:ident, $x:expr, $y:expr) => {
        leading::hypot($x, $y).unwrap_or_else(|| recurrence::by_slopes!(hypot, $z, $x, $y))
    };
    (atan2, $z:ident, $x:expr, $y:expr) => {
        leading::atan2(&$z, $x, $y).unwrap_or_else(|| recurrence::by_slopes!(atan2, $z, $x, $y))
    };
    ($f:ident, $z:ident, $x:expr, $y:expr) => {
        recurrence::by_slopes!($f, $z, $x, $y)
    };
}
pub(super) use {binary, by_slopes, power, unary};
