//! The activations of neural networks that need branches or care: values on plain numbers, and slopes.
//!
//! What is a product with a number that vanishes far out multiplies by the strong zero, so that the limit at minus
//! infinity is 0 and not NaN. Where a factor `1 + tanh` or `1 − tanh²` would cancel, the logistic function or the
//! exponential stands in its place.

use super::fault::slip;
use super::kinks::{between, cases, half_tanh, one, sigmoid, zero};
use super::special::{normal_density, of};
use super::strong_zero::strong_zero;
use crate::number::Elementary;
use num_traits::Float as Plain;

// ---------------------------------------------------------------------------------------- smooth

#[inline]
pub(crate) fn silu<P: Plain>(x: P) -> P {
    strong_zero(x, sigmoid(x))
}
/// `σ(x)·(1 + x·σ(−x))`; near 0 by the hyperbolic tangent `t` of half of it, as `(1 + t + x·(1 − t²)/2)/2`, whose even and
/// odd parts stand apart.
#[inline]
pub(crate) fn silu_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() < 1.0 => slip!("silu' near 0", in_halves(x, x)),
        _ => slip!("silu'", x.sigmoid().through(one::<S>() + &x.through((-x.clone()).sigmoid()))),
    })
}
/// `(1 + t + r·(1 − t²)/2)/2` with `t = tanh(w/2)`: the slope of `x·σ(w)`, where `r = x·w′`.
fn in_halves<S: Elementary>(w: &S, r: &S) -> S {
    let (half, t) = (&S::of(0.5), &half_tanh(w));
    (one::<S>() + t + &((one::<S>() - &t.square()) * half * r)) * half
}
/// `Φ(x) + x·φ(x)`
#[inline]
pub(crate) fn gelu_d<S: Elementary>(x: &S) -> S {
    x.normal_cdf() + &x.through(normal_density(x))
}

/// `2√(2/π)`, and 0.044715 times that: `(1 + tanh u)/2` is the logistic function of `2u`, which does not cancel.
const GELU: [f64; 2] = [1.595_769_121_605_730_7, 1.595_769_121_605_730_7 * 0.044_715];
#[inline]
pub(crate) fn gelu_tanh<P: Plain>(x: P) -> P {
    strong_zero(x, sigmoid(x * (of::<P>(GELU[0]) + of::<P>(GELU[1]) * x * x)))
}
/// `σ(w)·(1 + x·w′·σ(−w))` with `w = 2u`.
#[inline]
pub(crate) fn gelu_tanh_d<S: Elementary>(x: &S) -> S {
    let square = &(x.clone() * x);
    let cubic = |factor: f64| (S::of(GELU[0]) + &(S::of(GELU[1] * factor) * square)) * x;
    let w = &cubic(1.0);
    cases!([w] {
        w.abs() < 1.0 => slip!("gelu_tanh' near 0", in_halves(w, &cubic(3.0))),
        _ => slip!("gelu_tanh'", w.sigmoid().through(one::<S>() + &cubic(3.0).through((-w.clone()).sigmoid()))),
    })
}

/// `tanh(ln(1 + e^x))` as a quotient of polynomials in `e^−|x|`, which never overflows.
#[inline]
pub(crate) fn mish<P: Plain>(x: P) -> P {
    let e = (-x.abs()).exp();
    let two = P::one() + P::one();
    if x < P::zero() {
        let n = e * (e + two);
        strong_zero(x, n / (n + two))
    } else {
        let n = P::one() + two * e;
        x * (n / (n + two * e * e))
    }
}
/// `(n·d + 4x·s)/d²`, where `n/d` is the hyperbolic tangent and `4s/d²` its slope. Above, `n/d = 1 − 2e^−2x/d`: what
/// differs from 1 stands alone, so that its own slopes do not cancel however far out.
#[inline]
pub(crate) fn mish_d<S: Elementary>(x: &S) -> S {
    let two = &S::of(2.0);
    cases!([x] {
        x < 0.0 => slip!("mish' below", {
            let e = &x.exp();
            let (more, d) = (e.clone() + two, e.clone() * &(e.clone() + two) + two);
            let sum = more * &d + &((one::<S>() + e) * &(S::of(4.0) * x));
            e.through(sum) / &d / &d
        }),
        _ => slip!("mish' above", {
            let e = &(-x.clone()).exp();
            let square = &(e.clone() * e);
            let d = &(two.clone() * &(square.clone() + e) + &one::<S>());
            let rise = (one::<S>() + e) * &(S::of(4.0) * x) / d;
            one::<S>() + &(square.through(rise - two) / d)
        }),
    })
}

#[inline]
pub(crate) fn softsign<P: Plain>(x: P) -> P {
    if x.is_infinite() { x.signum() } else { x / (P::one() + x.abs()) }
}
#[inline]
pub(crate) fn softsign_d<S: Elementary>(x: &S) -> S {
    let r = (one::<S>() + &x.abs()).recip();
    r.clone() * &r
}
/// `−ln(1 + e^−x)`
#[inline]
pub(crate) fn log_sigmoid<P: Plain>(x: P) -> P {
    -super::kinks::softplus(-x)
}

// ---------------------------------------------------------------------------------------- in pieces

#[inline]
pub(crate) fn elu<P: Plain>(x: P) -> P {
    if x < P::zero() { x.exp_m1() } else { x }
}
/// At the kink of the slope, which both sides have at 1, the next order is that from above: 0.
#[inline]
pub(crate) fn elu_d<S: Elementary>(x: &S) -> S {
    cases!([x] { x < 0.0 => slip!("elu' below", x.exp()), _ => slip!("elu' above", one()) })
}

/// Klambauer et al., *Self-normalizing neural networks* (2017): the scale, and the scale times α.
const SELU: [f64; 2] = [1.050_700_987_355_480_5, 1.758_099_340_847_376_6];
#[inline]
pub(crate) fn selu<P: Plain>(x: P) -> P {
    if x < P::zero() { of::<P>(SELU[1]) * x.exp_m1() } else { of::<P>(SELU[0]) * x }
}
/// At the kink the slope from above, which is the smaller.
#[inline]
pub(crate) fn selu_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x < 0.0 => slip!("selu' below", S::of(SELU[1]) * &x.exp()),
        _ => slip!("selu' above", S::of(SELU[0])),
    })
}

#[inline]
pub(crate) fn hard_tanh<P: Plain>(x: P) -> P {
    between(x, -P::one(), P::one())
}
#[inline]
pub(crate) fn hard_tanh_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() < 1.0 => slip!("hard_tanh' inside", one()),
        _ => slip!("hard_tanh' outside", zero()),
    })
}
#[inline]
pub(crate) fn hard_sigmoid<P: Plain>(x: P) -> P {
    between((x + of(3.0)) / of(6.0), P::zero(), P::one())
}
#[inline]
pub(crate) fn hard_sigmoid_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() < 3.0 => slip!("hard_sigmoid' inside", S::of(1.0 / 6.0)),
        _ => slip!("hard_sigmoid' outside", zero()),
    })
}
#[inline]
pub(crate) fn hard_swish<P: Plain>(x: P) -> P {
    strong_zero(x, hard_sigmoid(x))
}
/// At the kinks the slope from outside, which is the smaller.
#[inline]
pub(crate) fn hard_swish_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() < 3.0 => slip!("hard_swish' inside", (x.clone() + &S::of(1.5)) / &S::of(3.0)),
        x < 0.0 => slip!("hard_swish' below", zero()),
        _ => slip!("hard_swish' above", one()),
    })
}
