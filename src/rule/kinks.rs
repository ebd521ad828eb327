//! Values and slopes that need branches or care.
//!
//! Branches look at plain values; what they return is computed on numbers that carry derivatives, so that the slope of
//! a slope is right as well. A slope takes a branch only by `cases!` or [`either`](Elementary::either), which a number
//! of many elements can answer for each. Where a value may be NaN, the row says [`defined`] before it asks here. The
//! conventions are those of [edges](crate::guide::edges).

use super::fault::slip;
use crate::error::Error;
use crate::number::Elementary;
use num_traits::Float as Plain;
use std::f64::consts::FRAC_1_SQRT_2;

/// A slope in several cases, of which the first that holds is taken, like a `match`. In the conditions the names stand
/// for the plain values of the numbers, in the slopes for the numbers.
macro_rules! cases {
    ([$($x:ident),+] { _ => $slope:expr $(,)? }) => { $slope };
    ([$($x:ident),+] { $holds:expr => $slope:expr, $($others:tt)+ }) => {
        S::either(
            [$($x),+],
            |seen| {
                #[allow(unused_variables, reason = "not every condition asks for every number")]
                let [$($x),+] = seen.map(|number| number.value);
                $holds
            },
            || $slope,
            || cases!([$($x),+] { $($others)+ }),
        )
    };
}
pub(crate) use cases;

/// The constant 1.
#[inline(always)]
pub(crate) fn one<S: Elementary>() -> S {
    S::of(1.0)
}
/// The constant 0.
#[inline(always)]
pub(crate) fn zero<S: Elementary>() -> S {
    S::of(0.0)
}
/// `slope()`, but NaN where the result `z` is: `z` itself, which is NaN at every further order too, as a constant is not.
#[inline(always)]
pub(crate) fn defined<S: Elementary>(z: &S, slope: impl FnOnce() -> S) -> S {
    cases!([z] { z.is_nan() => z.clone(), _ => slope() })
}
/// `x` with `−0` made `+0`: at the rim of its domain a function has only the one side.
#[inline(always)]
pub(crate) fn upward<S: Elementary>(x: &S) -> S {
    x.clone() + zero::<S>()
}

// ---------------------------------------------------------------------------------------- powers

/// `n·xⁿ⁻¹`, 0 for `n = 0`.
#[inline]
pub(crate) fn powi_dx<S: Elementary>(x: &S, n: i32) -> S {
    match n {
        0 => slip!("powi' at n = 0", zero()),
        _ => {
            let power = n.checked_sub(1).map_or_else(|| x.powi(n) / x, |less| x.powi(less));
            slip!("powi'", S::of(f64::from(n)) * power)
        }
    }
}
/// `y·x^y/x`, which saves a second power; where the quotient or its own slopes lose their meaning, `y·x^(y−1)`.
///
/// The quotient's own slopes to the third order pass through `1/x³`, and subtract 1, 2, 3 from `y` by sums of large terms: so
/// it serves for a base within nine decades of 1 and an exponent that is not close to these.
#[inline]
pub(crate) fn powf_dx<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    powf_dx_by(x, y, z, || power_of_less(x, y))
}
/// The same, given how to come by `x^(y−1)`, of which a series needs one for both slopes.
#[inline(always)]
pub(crate) fn powf_dx_by<S: Elementary>(x: &S, y: &S, z: &S, power: impl FnOnce() -> S) -> S {
    S::either(
        [x, y, z],
        |[x, y, z]| {
            let away = (y.value - y.value.round()).abs() > 0.01 || y.value.abs() > 4.0;
            y.normal && z.normal && away && (1e-9..1e9).contains(&x.value.abs()) && z.value.abs() < 1e30
        },
        || slip!("powf' quotient", y.clone() * (z.clone() / x)),
        || powf_dx_by_power(x, y, z, &power()),
    )
}
/// `x^(y−1)`
pub(crate) fn power_of_less<S: Elementary>(x: &S, y: &S) -> S {
    x.powf(y.clone() - one::<S>())
}
/// `y·x^(y−1)`. At a base of 0 its own slope in the exponent is that of `x^(y−1)·(1 + y·ln x)`, of which the second term is
/// the greater infinity.
fn powf_dx_by_power<S: Elementary>(x: &S, y: &S, z: &S, power: &S) -> S {
    let less = &(y.clone() - one::<S>());
    cases!([x, y, z, power] {
        x < 0.0 && y == 0.0 => slip!("powf' of a negative base at y = 0", y.through(x.ln())),
        x == 0.0 && y == 1.0 => slip!("powf' of 0 at y = 1", y.through(power) + &less.through(upward(x).ln())),
        x == 0.0 && 0.0 < y && y < 1.0 => upward(x).powf(less),
        // small times large: too near the rim for the checks that slip, so it has a test of its own
        x != 0.0 && z.is_finite() && power.is_infinite() => y.clone() * z / x,
        _ => {
            // what the difference has rounded away counts as often as ln x
            let lost = &if_small(y, || y.clone() - &(less.clone() + one::<S>()), || (y.clone() - less) - one::<S>());
            cases!([lost] {
                lost == 0.0 || lost.is_nan() => slip!("powf' power", y.through(power)),
                _ => slip!("powf' rounded power", y.through(power.through(lost.through(upward(x).ln()) + one::<S>()))),
            })
        }
    })
}
/// One for `y` nearer to 0 than 1 is, or the other.
#[inline(always)]
fn if_small<S: Elementary>(y: &S, yes: impl FnOnce() -> S, no: impl FnOnce() -> S) -> S {
    cases!([y] { y.abs() < 1.0 => yes(), _ => no() })
}
/// `x^y·ln x`; at `x = 0` it is 0 for `y ≥ 0`. For a negative base it is NaN, even where the power is 0. Where the power is
/// beyond the range, `x^(y−1)·(x·ln x)`, whose own slope in `x` may be within it.
#[inline]
pub(crate) fn powf_dy<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    powf_dy_by(x, y, z, || power_of_less(x, y))
}
/// The same, given how to come by `x^(y−1)`.
#[inline(always)]
pub(crate) fn powf_dy_by<S: Elementary>(x: &S, y: &S, z: &S, power: impl FnOnce() -> S) -> S {
    cases!([x, y] {
        x < 0.0 => z.clone() * x.ln(),
        x == 0.0 && y == 0.0 => slip!("powf' exponent at 0^0", x.through(S::of(f64::INFINITY))),
        x == 0.0 => slip!("powf' exponent of 0", z.through(upward(x).ln())),
        _ => S::either(
            [x, z],
            |[x, z]| z.normal || !x.value.is_finite(),
            || slip!("powf' exponent", z.through(x.ln())),
            || slip!("powf' exponent of a small power", -power().through(x.entropy())),
        ),
    })
}

// ---------------------------------------------------------------------------------------- logarithms

#[inline]
pub(crate) fn log_dx<S: Elementary>(x: &S, base: &S, z: &S) -> S {
    // the limit in the base: the slope of the slope, −1/(x·b·ln²b), is infinite where the slope is 0
    let at_zero = || slip!("log' argument at a base of 0", upward(base).through(S::of(f64::NEG_INFINITY)) / x);
    let elsewhere = || {
        S::either(
            [x],
            |[x]| x.normal || x.value == 0.0,
            || slip!("log' argument", upward(x).recip() / base.ln()),
            // the reciprocal may overflow, and the slope not
            || slip!("log' subnormal argument", (x.clone() * base.ln()).recip()),
        )
    };
    defined(z, || cases!([base] { base == 0.0 => at_zero(), _ => elsewhere() }))
}
#[inline]
pub(crate) fn log_dbase<S: Elementary>(x: &S, base: &S, z: &S) -> S {
    cases!([base] {
        // the limit of −ln x/(b·ln²b)
        base == 0.0 => defined(z, || slip!("log' base at 0", -x.ln().through(upward(base).recip()))),
        _ => slip!("log' base", -(z.clone() / base / base.ln())),
    })
}

#[inline]
pub(crate) fn logaddexp<P: Plain>(x: P, y: P) -> P {
    if x == y {
        return x + (P::one() + P::one()).ln(); // equal infinities would subtract to NaN
    }
    // the larger one plus ln(1 + e^−distance); a NaN passes through both
    let (high, low) = if x > y { (x, y) } else { (y, x) };
    high + (low - high).exp().ln_1p()
}
/// `σ(x − y)`; two equal infinities have no difference: 0 for `−∞`, one half each for `+∞`.
#[inline]
pub(crate) fn logaddexp_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x, y] {
        x == y && x == f64::NEG_INFINITY => slip!("logaddexp' at -inf, -inf", zero()),
        x == y && x == f64::INFINITY => slip!("logaddexp' at inf, inf", S::of(0.5)),
        _ => slip!("logaddexp'", (x.clone() - y).sigmoid()),
    })
}

#[inline]
pub(crate) fn xlogy<P: Plain>(x: P, y: P) -> P {
    if x.is_zero() && !y.is_nan() { P::zero() } else { x * y.ln() }
}
#[inline]
pub(crate) fn xlogy_dx<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x, y] {
        x == 0.0 && y == 0.0 => slip!("xlogy' first at 0, 0", zero()),
        _ => slip!("xlogy' first", y.ln()),
    })
}
#[inline]
pub(crate) fn xlogy_dy<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    cases!([x, y] {
        x == 0.0 && y == 0.0 => slip!("xlogy' second at 0, 0", zero()),
        // no number itself, but linear in x
        x.is_infinite() && y == 1.0 => slip!("xlogy' second at inf, 1", x.clone() / y + S::of(f64::NAN)),
        _ => defined(z, || slip!("xlogy' second", x.clone() / &upward(y))),
    })
}

// ---------------------------------------------------------------------------------------- trigonometry

/// `1 − x²`; near ±1 as `(1 − x)(1 + x)`, which loses no digit there, and whose own slope loses all of them near 0.
#[inline]
pub(crate) fn one_less_square<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() < 0.5 => slip!("1 - x² near 0", one::<S>() - &x.square()),
        _ => slip!("1 - x²", (one::<S>() - x) * (one::<S>() + x)),
    })
}
/// `1/(3·y²)` with `y = ∛x`. At 0, where the slope of the slope has two sides, it is 0, and the next is plus infinity.
#[inline]
pub(crate) fn cbrt_d<S: Elementary>(y: &S) -> S {
    cases!([y] {
        y == 0.0 => (one::<S>() + &y.square()) * S::of(f64::INFINITY),
        _ => slip!("cbrt'", (S::of(3.0) * y * y).recip()),
    })
}
/// `1/(√(x − 1)·√(x + 1))`; at 1 the first factor alone says which infinity each order is.
#[inline]
pub(crate) fn acosh_d<S: Elementary>(x: &S) -> S {
    let below = &(x.clone() - one::<S>()).sqrt();
    cases!([x] {
        x == 1.0 => below.recip(),
        _ => slip!("acosh'", (below.clone() * &(x.clone() + one::<S>()).sqrt()).recip()),
    })
}
/// `1/cosh²x`. Near 0 as `1 − tanh²x`, whose own slope `−2·tanh x·tanh′x` keeps its digits; elsewhere as `4u/(1 + u)²` with
/// `u = e^−2|x|`: one exponential, which loses no digits and does not overflow (not for the elements of an array either that
/// take the other branch), and whose own slopes do not underflow on their way.
#[inline(always)]
pub(crate) fn tanh_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([y] {
        y.abs() < 0.5 => slip!("tanh' near 0", one::<S>() - &y.square()),
        _ => {
            let u = (S::of(-2.0) * x.abs()).exp();
            let sum = one::<S>() + &u;
            slip!("tanh'", S::of(4.0) * &(u / &sum.square()))
        }
    })
}
/// `1/(1 + x²)`; far out as a quotient of `1/x`, whose own slopes do not underflow on their way.
#[inline(always)]
pub(crate) fn atan_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x.abs() > 1e6 => slip!("atan' far out", x.recip() / &(x.recip() + x)),
        _ => slip!("atan'", (one::<S>() + &(x.clone() * x)).recip()),
    })
}
/// `x/(x² + y²)`; 0 at the origin and at infinity.
#[inline]
pub(crate) fn atan2_d<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    cases!([x, y] {
        // the larger within six decades of 1: nothing leaves the range up to the third order, in no precision
        (1e-6..1e6).contains(&x.abs().max(y.abs())) => slip!("atan2'", x.clone() / &(x.clone() * x + &(y.clone() * y))),
        x == 0.0 && y == 0.0 || x.is_infinite() || y.is_infinite() => defined(z, || slip!("atan2' at the origin", zero())),
        x.abs() < y.abs() => slip!("atan2' of the smaller", {
            let q = x.clone() / y;
            q.clone() / &(one::<S>() + &(q.clone() * &q)) / y
        }),
        _ => slip!("atan2' of the larger", {
            let q = y.clone() / x;
            (one::<S>() + &(q.clone() * &q)).recip() / x
        }),
    })
}
/// `x/r`, 0 at the origin; at infinity the direction of the infinite operands. As a function of the quotient of the smaller
/// by the larger operand: so the slope of the larger is not a difference of nearly equal numbers, and nothing leaves the range.
#[inline]
pub(crate) fn hypot_d<S: Elementary>(x: &S, y: &S, r: &S) -> S {
    cases!([x, y, r] {
        r == 0.0 => slip!("hypot' at the origin", zero()),
        x.is_infinite() && y.is_infinite() => slip!("hypot' of two infinities", S::of(FRAC_1_SQRT_2) * abs_d(x)),
        x.is_infinite() => slip!("hypot' of the infinite operand", abs_d(x)),
        y.is_infinite() => slip!("hypot' of the finite operand", zero()),
        x.abs() > y.abs() => slip!("hypot' of the larger", abs_d(x) / &per_larger(&(y.clone() / x))),
        _ => {
            let q = x.clone() / &y.abs();
            slip!("hypot' of the smaller", q.clone() / &per_larger(&q))
        }
    })
}
/// `√(1 + q²)`
#[inline(always)]
fn per_larger<S: Elementary>(q: &S) -> S {
    (one::<S>() + &(q.clone() * q)).sqrt()
}
/// Makes subnormal numbers normal, in both precisions.
pub(crate) const MAGNIFIED: f64 = (1_u128 << 64) as f64;

// ---------------------------------------------------------------------------------------- learning

#[inline]
pub(crate) fn sigmoid<P: Plain>(x: P) -> P {
    // e^−|x| never overflows
    let e = (-x.abs()).exp();
    if x < P::zero() { e / (P::one() + e) } else { (P::one() + e).recip() }
}
/// `σ(x)·σ(−x)`; near 0 as `(1 − tanh²(x/2))/4`, whose own slopes keep their digits.
#[inline]
pub(crate) fn sigmoid_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x] {
        x.abs() < 1.0 => slip!("sigmoid' near 0", S::of(0.25) * &(one::<S>() - &half_tanh(x).square())),
        _ => slip!("sigmoid'", y.clone() * &(-x.clone()).sigmoid()),
    })
}
/// `tanh(x/2) = 2·σ(x) − 1`
#[inline]
pub(crate) fn half_tanh<S: Elementary>(x: &S) -> S {
    (S::of(0.5) * x).tanh()
}
#[inline]
pub(crate) fn softplus<P: Plain>(x: P) -> P {
    let above = if x > P::zero() { x } else { P::zero() };
    above + (-x.abs()).exp().ln_1p()
}
#[inline]
pub(crate) fn relu<P: Plain>(x: P) -> P {
    if x <= P::zero() { P::zero() } else { x }
}
/// By the result, which is positive where the operand is.
#[inline]
pub(crate) fn relu_d<S: Elementary>(y: &S) -> S {
    cases!([y] { y > 0.0 => slip!("relu' above", one()), _ => slip!("relu' below", zero()) })
}

// ---------------------------------------------------------------------------------------- kinks

#[inline]
pub(crate) fn abs_d<S: Elementary>(x: &S) -> S {
    cases!([x] {
        x > 0.0 => slip!("abs' above", one()),
        x < 0.0 => slip!("abs' below", -one::<S>()),
        _ => slip!("abs' at the kink", zero()),
    })
}
/// The share of `x` in `max(x, y)`.
#[inline]
pub(crate) fn winner<S: Elementary>(x: &S, y: &S) -> S {
    share(x, y, |x, y| x > y || y.is_nan())
}
/// The share of `x` in `min(x, y)`.
#[inline]
pub(crate) fn loser<S: Elementary>(x: &S, y: &S) -> S {
    share(x, y, |x, y| x < y || y.is_nan())
}
/// All to the one that is taken, half if neither is.
#[inline]
fn share<S: Elementary>(x: &S, y: &S, taken: impl Fn(f64, f64) -> bool) -> S {
    cases!([x, y] {
        taken(x, y) => slip!("max' taken", one()),
        taken(y, x) => slip!("max' left", zero()),
        _ => slip!("max' tie", S::of(0.5)),
    })
}

/// # Panics
/// If `low > high`, or one of them is NaN.
#[inline]
#[track_caller]
pub(crate) fn clamp<P: Plain>(x: P, low: P, high: P) -> P {
    if let Err(error) = bounds(low.to_f64().unwrap_or(f64::NAN), high.to_f64().unwrap_or(f64::NAN)) {
        panic!("{error}");
    }
    between(x, low, high)
}
/// `x` within the bounds; whether they are in order is not asked.
#[inline]
pub(crate) fn between<P: Plain>(x: P, low: P, high: P) -> P {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}
/// Whether something can be clamped between the two.
#[inline]
pub(crate) fn bounds(low: f64, high: f64) -> Result<(), Error> {
    if low <= high { Ok(()) } else { Err(Error::Bounds { low, high }) }
}
#[inline]
pub(crate) fn clamp_dx<S: Elementary>(x: &S, low: &S, high: &S) -> S {
    cases!([x, low, high] {
        low < x && x < high => slip!("clamp' inside", one()),
        _ => slip!("clamp' outside", zero()),
    })
}
#[inline]
pub(crate) fn clamp_dlow<S: Elementary>(x: &S, low: &S, high: &S) -> S {
    held(x, low, high, |x, low| x <= low)
}
#[inline]
pub(crate) fn clamp_dhigh<S: Elementary>(x: &S, low: &S, high: &S) -> S {
    held(x, high, low, |x, high| x >= high)
}
/// The share of a bound: all where `x` is beyond it, half where `x` is beyond the other too.
#[inline]
fn held<S: Elementary>(x: &S, bound: &S, other: &S, beyond: impl Fn(f64, f64) -> bool) -> S {
    cases!([x, bound, other] {
        !beyond(x, bound) => slip!("clamp' of the other bound", zero()),
        beyond(other, x) => slip!("clamp' of equal bounds", S::of(0.5)),
        _ => slip!("clamp' of the bound that holds", one()),
    })
}
#[inline]
pub(crate) fn copysign_d<S: Elementary>(x: &S, sign: &S) -> S {
    cases!([x, sign] {
        x.is_sign_negative() == sign.is_sign_negative() => slip!("copysign' same", one()),
        _ => slip!("copysign' other", -one::<S>()),
    })
}
/// The standard library's own method of this name is deprecated, num-traits' is not.
#[inline]
pub(crate) fn abs_sub<P: Plain>(x: P, y: P) -> P {
    x.abs_sub(y)
}
#[inline]
pub(crate) fn abs_sub_d<S: Elementary>(x: &S, y: &S) -> S {
    cases!([x, y] { x > y => slip!("abs_sub' positive", one()), _ => slip!("abs_sub' zero", zero()) })
}
