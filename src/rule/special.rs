//! Special functions: the slopes that need care. Their values stand in `values`.
//!
//! The families are closed under differentiation: a slope is made of rows of the same family, so that every order is
//! there. Where the closed form cancels (near 0, or as the difference of two digammas) a series or a sum of positive
//! terms takes its place, over the same numbers, so that its own slopes are right as well. The formulas are those of
//! the [DLMF](https://dlmf.nist.gov), by section.

mod values;

use super::fault::slip;
use super::kinks::{cases, defined, one, upward, zero};
use crate::number::Elementary;
use std::f64::consts::FRAC_2_SQRT_PI;
pub(crate) use values::*;

/// How near to 0 a function that is divided by `x` there takes its series: with the quotient each further derivative loses
/// a factor of `k/x`.
pub(crate) fn near<S: Elementary>() -> f64 {
    if S::ORDERS <= FEW { 1.0 } else { 1.0 + 0.35 * S::ORDERS as f64 }
}
const FEW: usize = 4;
/// `c₀ + c₁x² + c₂x⁴ + …`, with so many terms that nothing is left out of any derivative within [`near`]; up to some hundred
/// of them.
pub(crate) fn series<S: Elementary>(x: &S, coefficient: impl FnMut(usize) -> f64) -> S {
    series_in_square(&(x.clone() * x), coefficient)
}
/// The same, by `x²`.
pub(crate) fn series_in_square<S: Elementary>(square: &S, coefficient: impl FnMut(usize) -> f64) -> S {
    if S::ORDERS <= FEW {
        polynomial(square, &std::array::from_fn::<f64, 11, _>(coefficient))
    } else {
        polynomial(square, &std::array::from_fn::<f64, 64, _>(coefficient))
    }
}
/// `c₀ + c₁x + c₂x² + …`
pub(crate) fn polynomial<S: Elementary>(x: &S, coefficients: &[f64]) -> S {
    let (last, others) = coefficients.split_last().unwrap_or((&0.0, &[]));
    others.iter().rev().fold(S::of(*last), |sum, &c| sum * x + &S::of(c))
}

// ---------------------------------------------------------------------------------------- errors and the normal law

/// `2/√π·e^−x²`
#[inline]
pub(crate) fn erf_d<S: Elementary>(x: &S) -> S {
    S::of(FRAC_2_SQRT_PI) * &(-(x.clone() * x)).exp()
}
/// `√π/2·e^y²`
#[inline]
pub(crate) fn erf_inv_d<S: Elementary>(y: &S) -> S {
    S::of(1.0 / FRAC_2_SQRT_PI) * &(y.clone() * y).exp()
}
/// `φ(x) = e^−x²/2/√(2π)`
#[inline]
pub(crate) fn normal_density<S: Elementary>(x: &S) -> S {
    S::of(FRAC_1_SQRT_TAU) * &(S::of(-0.5) * x * x).exp()
}
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// `1/φ(y)`. In the lower tail `y²` is large and the slope's condition is not, so that the exponential would lose
/// digits: there it is Mills' ratio of `−y`, which varies little, over the probability.
#[inline]
pub(crate) fn normal_quantile_d<S: Elementary>(p: &S, y: &S) -> S {
    cases!([p, y] {
        p == 0.0 => upward(p).recip(),
        y < -3.0 => in_the_lower_tail(p, mills(&-y.clone())),
        _ => slip!("normal_quantile'", S::of(1.0 / FRAC_1_SQRT_TAU) * &(S::of(0.5) * y * y).exp()),
    })
}
/// `1/(m·p)`, `m` the reciprocal of Mills' ratio. Where the slope's own slope is beyond the range, minus infinity, `m` is
/// held still: what it takes from the slope would be an infinity too, of the other sign.
fn in_the_lower_tail<S: Elementary>(p: &S, m: S) -> S {
    let density = m.clone() * p;
    let square = density.clone() * &density;
    S::either(
        [&square],
        |[square]| square.normal,
        || slip!("normal_quantile' in the lower tail", density.recip()),
        || slip!("normal_quantile' at the rim", (held_still(&m) * p).recip()),
    )
}
/// The same number with the slope 0, for one of at least 1: as a multiple of `2⁻⁵²`, which it is, it is its own floor.
fn held_still<S: Elementary>(m: &S) -> S {
    const UNIT: f64 = (1_u64 << 52) as f64;
    (m.clone() * &S::of(UNIT)).floor() / &S::of(UNIT)
}
/// `φ(t)/Φ(−t)` for `t > 3`, by Laplace's continued fraction (DLMF 7.9.3): the reciprocal of Mills' ratio.
fn mills<S: Elementary>(t: &S) -> S {
    (1..=36).rev().fold(t.clone(), |rest, k| t.clone() + &(S::of(f64::from(k)) / &rest))
}

// ---------------------------------------------------------------------------------------- gamma and its family

/// `ψ⁽ⁿ⁺¹⁾(x)`, also at a pole that has two sides: there the next order has one.
#[inline]
pub(crate) fn polygamma_d<S: Elementary>(x: &S, n: i32, y: &S) -> S {
    if n < 0 { y.clone() } else { x.polygamma(n.saturating_add(1)) }
}
/// `ψ(x + y) − ψ(x)` for positive numbers, every term of which is positive: steps of the recurrence (DLMF 5.5.2) until
/// the argument is above 10, then the asymptotic series (5.11.2), from whose terms `y` is taken out by hand.
fn digamma_rise<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x] {
        x >= 10.0 => digamma_rise_far_out(x, y),
        _ => (0..10).rev().fold(digamma_rise_far_out(&(x.clone() + &S::of(10.0)), y), |sum, k| {
            sum + &digamma_step(&(x.clone() + &S::of(f64::from(k))), y)
        }),
    })
}
/// `y/(x(x + y))`, whose slope `1/(x + y)²` in `y` is not to come from two that cancel: where `y` is the larger, as
/// `1/(1 + x/y)` over `x`.
fn digamma_step<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x, y] {
        y <= x => y.clone() / x / &(x.clone() + y),
        _ => (one::<S>() + &(x.clone() / y)).recip() / x,
    })
}
fn digamma_rise_far_out<S: Elementary>(x: &S, y: &S) -> S {
    /// `B₂ₖ/2k`
    const STIRLING: [f64; 7] =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0];
    let (u, v) = (x.recip(), (x.clone() + y).recip());
    let (a, b) = (u.clone() * &u, v.clone() * &v);
    let between = y.clone() * &u * &v; // u − v
    // (aᵏ − bᵏ)/(a − b) = aᵏ⁻¹ + aᵏ⁻²b + … + bᵏ⁻¹
    let (mut sum, mut quotient, mut power) = (zero::<S>(), one::<S>(), one::<S>());
    for c in STIRLING {
        sum += quotient.clone() * &S::of(c);
        power *= &b;
        quotient = quotient * &a + &power;
    }
    let rest = (S::of(0.5) + &((u.clone() + &v) * &sum)) * &between;
    (y.clone() * &u).ln_1p() + &rest
}
/// `−B·(ψ(x + y) − ψ(x))`; where `x` is 0, minus infinity, where `y` is, `−ψ′(x)`.
#[inline]
pub(crate) fn beta_d<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    cases!([x, y] {
        x == 0.0 => -z.clone(),
        y == 0.0 => defined(z, || slip!("beta' where the other is 0", -x.polygamma(1))),
        _ => defined(z, || slip!("beta'", -z.through(digamma_rise(x, y)))),
    })
}
/// `−(ψ(x + y) − ψ(x))`; where `y` is infinite, `ψ(x) − ln y`, which is the limit at every order.
#[inline]
pub(crate) fn ln_beta_d<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    cases!([x, y] {
        x == 0.0 => defined(z, || -upward(x).recip()),
        x == f64::INFINITY => defined(z, || slip!("ln_beta' at infinity", zero())),
        y == f64::INFINITY => defined(z, || slip!("ln_beta' where the other is infinite", x.digamma() - &y.ln())),
        _ => defined(z, || slip!("ln_beta'", -digamma_rise(x, y))),
    })
}

// ---------------------------------------------------------------------------------------- Bessel functions

/// `J₁′ = J₀ − J₁/x` (DLMF 10.6.2), which near 0 takes its own series.
#[inline]
pub(crate) fn j1_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x] {
        x.abs() < near::<S>() => slip!("j1' near 0", series(x, bessel_series(-1.0))),
        _ => slip!("j1'", x.j0() - &(y.clone() / x)),
    })
}
/// `I₁′ = I₀ − I₁/x` (DLMF 10.29.2); where the function overflows, `I₀` alone.
#[inline]
pub(crate) fn i1_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x, y] {
        x.abs() < near::<S>() => slip!("i1' near 0", series(x, bessel_series(1.0))),
        y.is_infinite() => x.i0(),
        _ => slip!("i1'", x.i0() - &(y.clone() / x)),
    })
}
/// `Y₁′ = Y₀ − Y₁/x`; at 0 and where the function overflows the second term is the greater infinity.
#[inline]
pub(crate) fn y1_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([y] {
        y.is_infinite() => -(y.clone() / &upward(x)),
        _ => slip!("y1'", x.y0() - &(y.clone() / x)),
    })
}
/// The coefficients of `J₁′` in `x²`, or of `I₁′` (DLMF 10.2.2, 10.25.2): `±ᵏ(2k + 1)/(2·4ᵏ·k!·(k + 1)!)`.
fn bessel_series(sign: f64) -> impl FnMut(usize) -> f64 {
    let mut term = 0.5;
    move |k| {
        let k = k as f64;
        let coefficient = term * (2.0 * k + 1.0);
        term *= sign / (4.0 * (k + 1.0) * (k + 2.0));
        coefficient
    }
}

// ---------------------------------------------------------------------------------------- others

/// `(cos x − sinc x)/x`, which near 0 takes its own series.
#[inline]
pub(crate) fn sinc_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x] {
        x.abs() < near::<S>() => slip!("sinc' near 0", series(x, sinc_series()) * x),
        x.is_infinite() => slip!("sinc' at infinity", zero()),
        _ => slip!("sinc'", (x.cos() - y) / x),
    })
}
/// `±2k/(2k + 1)!` for `k = 1, 2, …`
fn sinc_series() -> impl FnMut(usize) -> f64 {
    let mut factorial = 1.0;
    move |k| {
        let twice = 2.0 * (k as f64 + 1.0);
        factorial *= -twice * (twice + 1.0);
        twice / factorial
    }
}
/// `1/(p(1 − p)) = 1/p + 1/(1 − p)`: as a sum each end has a slope of its own, and no two infinities meet.
#[inline]
pub(crate) fn logit_d<S: Elementary>(p: &S) -> S {
    upward(p).recip() + &(one::<S>() - p).recip()
}
/// `−e^x/(1 − e^x)`; at 0, minus infinity.
#[inline]
pub(crate) fn log1mexp_d<S: Elementary>(x: &S) -> S {
    -(x.exp() / &upward(&-x.exp_m1()))
}
/// `−(ln x + 1)`
#[inline]
pub(crate) fn entropy_d<S: Elementary>(x: &S) -> S {
    -(upward(x).ln() + &one::<S>())
}
