//! The values, on plain numbers: in `f64`, rounded for `f32`. What `pxfm` has comes from there; what it has not, or not
//! well, stands here.

use crate::rule::strong_zero::strong_zero;
use num_traits::Float as Plain;
use std::f64::consts::{FRAC_2_SQRT_PI, PI, SQRT_2, TAU};

/// A function of `f64` as one of the number's own precision.
#[inline]
pub(crate) fn in_f64<P: Plain>(x: P, f: impl FnOnce(f64) -> f64) -> P {
    of(f(wide(x)))
}
/// The same of two operands.
#[inline]
pub(crate) fn two_in_f64<P: Plain>(x: P, y: P, f: impl FnOnce(f64, f64) -> f64) -> P {
    of(f(wide(x), wide(y)))
}
#[inline]
fn wide<P: Plain>(x: P) -> f64 {
    x.to_f64().unwrap_or(f64::NAN)
}
/// A constant in the number's own precision.
#[inline]
pub(crate) fn of<P: Plain>(x: f64) -> P {
    P::from(x).unwrap_or_else(P::nan)
}

// ---------------------------------------------------------------------------------------- the normal law

pub(crate) fn erf_inv(x: f64) -> f64 {
    if x.abs() == 1.0 { x / 0.0 } else { pxfm::f_erfinv(x) }
}
pub(crate) fn normal_cdf(x: f64) -> f64 {
    // what the division by √2 rounds away is given back: far out it would be as many digits as x² has
    let t = x / SQRT_2;
    let lost = t.mul_add(-SQRT_2, x) / SQRT_2 - t * SQRT_2_LOST / SQRT_2;
    let half = 0.5 * pxfm::f_erfc(-t);
    let given = 0.5 * FRAC_2_SQRT_PI * (-t * t).exp() * lost;
    if given.is_finite() { half + given } else { half }
}
/// `√2` less the nearest `f64`.
const SQRT_2_LOST: f64 = -9.667_293_313_452_913e-17;

/// From the nearer end of the unit interval, and one of Newton's steps on the relative error in the tails.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if (p - 0.5).abs() <= 0.25 {
        return SQRT_2 * pxfm::f_erfinv(2.0 * p - 1.0);
    }
    let tail = 2.0 * p.min(1.0 - p);
    if tail == 0.0 {
        return (p - 0.5) / 0.0;
    }
    let mut y = pxfm::f_erfcinv(tail);
    let error = |y: f64| (pxfm::f_erfc(y) - tail) / (FRAC_2_SQRT_PI * (-y * y).exp());
    y += error(y);
    let quantile = SQRT_2.mul_add(y, SQRT_2 * error(y) + SQRT_2_LOST * y);
    if p < 0.5 { -quantile } else { quantile }
}
/// `x·Φ(x)`
pub(crate) fn gelu(x: f64) -> f64 {
    strong_zero(x, normal_cdf(x))
}

// ---------------------------------------------------------------------------------------- gamma and its family

/// `Γ(x)`; infinite at ±0 by its sign, NaN at the negative integers, where it has two sides.
pub(crate) fn gamma(x: f64) -> f64 {
    if x == 0.0 {
        x.recip()
    } else if is_pole(x) {
        f64::NAN
    } else {
        pxfm::f_tgamma(x)
    }
}
pub(crate) fn ln_gamma(x: f64) -> f64 {
    // far out the next term, ½·ln x, is beyond the last digit, and pxfm's is NaN at the largest numbers
    if x > 1e20 { x * (x.ln() - 1.0) } else { pxfm::f_lgamma(x) }
}
pub(crate) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        -x.recip()
    } else if is_pole(x) {
        f64::NAN
    } else if x > 1e17 {
        x.ln() // less 1/2x; at the largest numbers pxfm's is NaN
    } else {
        pxfm::f_digamma(x)
    }
}
/// A negative integer, or minus infinity, which is among them.
fn is_pole(x: f64) -> bool {
    x < 0.0 && x.fract() == 0.0 || x == f64::NEG_INFINITY
}

/// `ψ⁽ⁿ⁾(x)`; NaN for negative `n`.
pub(crate) fn polygamma(x: f64, n: i32) -> f64 {
    let odd = n % 2 != 0;
    match n {
        ..0 => f64::NAN,
        0 => digamma(x),
        _ if x.is_nan() || x == f64::NEG_INFINITY => f64::NAN,
        _ if x == f64::INFINITY => 0.0,
        // the pole has the same sign on both sides if n is odd; else it has it only at 0, by the zero's sign
        _ if x <= 0.0 && x.fract() == 0.0 && odd => f64::INFINITY,
        _ if x == 0.0 => -x.recip(),
        _ if is_pole(x) => f64::NAN,
        1 if x > 1e17 => x.recip(), // as for the digamma function
        1 => pxfm::f_trigamma(x),
        _ if x > 0.0 => sign(!odd) * zeta_times_factorial(x, n),
        2..=40 => {
            // DLMF 5.15.6
            let reflected = zeta_times_factorial(1.0 - x, n);
            -cotangent_derivative(x, n) - reflected
        }
        _ => {
            // of the poles only the nearest count
            let from = (x + 3.0).ceil().min(0.0);
            let near = (0..7).map(|k| from - f64::from(k)).filter(|pole| *pole <= 0.0);
            let terms = near.map(|pole| {
                let distance = x - pole;
                sign(!odd && distance > 0.0) * factorial_over_power(distance.abs(), n)
            });
            let sum: f64 = terms.sum();
            sum
        }
    }
}
fn sign(negative: bool) -> f64 {
    if negative { -1.0 } else { 1.0 }
}
/// `n!·ζ(n + 1, x)` for positive `x`, a sum of positive terms: `n!/(x + k)ⁿ⁺¹` until the argument is far enough out, then
/// the asymptotic series (DLMF 5.15.9, or Euler and Maclaurin's formula, 25.11.5).
fn zeta_times_factorial(x: f64, n: i32) -> f64 {
    let order = f64::from(n);
    let mut sum = 0.0;
    let mut x = x;
    while x < 20.0 + order {
        let term = factorial_over_power(x, n);
        sum += term;
        if term <= sum * 1e-18 || sum == f64::INFINITY {
            return sum;
        }
        x += 1.0;
    }
    /// `B₂ₖ/(2k)!`
    const BERNOULLI: [f64; 10] = [
        8.333_333_333_333_333e-2,
        -1.388_888_888_888_889e-3,
        3.306_878_306_878_307e-5,
        -8.267_195_767_195_768e-7,
        2.087_675_698_786_81e-8,
        -5.284_190_138_687_493e-10,
        1.338_253_653_068_468e-11,
        -3.389_680_296_322_582_7e-13,
        8.586_062_056_277_845e-15,
        -2.174_868_698_558_061_7e-16,
    ];
    let mut rest = 0.5;
    let mut rising = (order + 1.0) / x; // (n + 1)(n + 2)…(n + 2k − 1)/x²ᵏ⁻¹
    for (k, b) in BERNOULLI.iter().enumerate() {
        rest += b * rising;
        let next = order + 2.0 * (k as f64 + 1.0);
        rising *= next / x * ((next + 1.0) / x);
    }
    // (n − 1)!/xⁿ·(1 + (n/x)·(½ + …))
    sum + factorial_over_power(x, n - 1) * (1.0 + order / x * rest)
}
/// `n!/xⁿ⁺¹` for positive `x` and `n ≥ 0`.
fn factorial_over_power(x: f64, n: i32) -> f64 {
    const ROOM: f64 = 1e200;
    if n > 100_000 {
        // so many factors take too long; what the logarithms lose is little beside what the power makes of `x`
        return (pxfm::f_lgamma(f64::from(n) + 1.0) - (f64::from(n) + 1.0) * x.ln()).exp();
    }
    if n <= 170 {
        let product: f64 = (2..=n).map(f64::from).product();
        let quotient = product / x.powi(n + 1);
        if quotient.is_normal() && x.powi(n + 1).is_normal() {
            return quotient;
        }
    }
    // the factors one by one, and beside them how often 1e200 was taken out
    let (mut product, mut taken) = (x.recip(), 0_i32);
    for k in 1..=n {
        product *= f64::from(k) / x;
        while product > ROOM && taken < 9 {
            (product, taken) = (product / ROOM, taken + 1);
        }
        while product < ROOM.recip() && product > 0.0 {
            (product, taken) = (product * ROOM, taken - 1);
        }
        if taken >= 9 && f64::from(k) > x {
            return f64::INFINITY;
        }
    }
    while taken != 0 && product != 0.0 && product.is_finite() {
        (product, taken) = if taken > 0 { (product * ROOM, taken - 1) } else { (product / ROOM, taken + 1) };
    }
    product
}
/// `π·dⁿ/dxⁿ cot πx`, `πⁿ⁺¹` times a polynomial in the cotangent whose coefficients are integers of one sign: `P₀ = c`,
/// `Pₙ₊₁ = −(1 + c²)·Pₙ′`.
fn cotangent_derivative(x: f64, n: i32) -> f64 {
    let r = x - x.round(); // exact, within a half of a pole
    let c = if r.abs() < 0.25 { (PI * r).tan().recip() } else { r.signum() * (PI * (0.5 - r.abs())).tan() };
    let mut p = vec![0.0, 1.0];
    for _ in 0..n {
        let slope: Vec<f64> = p.iter().enumerate().skip(1).map(|(k, c)| -(k as f64) * c).collect();
        p = vec![0.0; slope.len() + 2];
        for (k, s) in slope.iter().enumerate() {
            p[k] += s;
            p[k + 2] += s;
        }
    }
    let order = f64::from(n) + 1.0;
    let power = PI.powf(order) * PI_LOST.mul_add(order, 1.0);
    // from the highest coefficient on, not from 0, which beside a pole would meet an infinite cotangent
    power * p.into_iter().rev().reduce(|sum, coefficient| sum * c + coefficient).unwrap_or(0.0)
}
/// `π` less the nearest `f64`, over `π`.
const PI_LOST: f64 = 3.898_171_832_519_376e-17;

/// From here on Stirling's series serves.
const FAR: f64 = 10.0;
/// `ln Γ(x) − (x − ½)·ln x + x − ½·ln 2π` for `x ≥ 10` (DLMF 5.11.1).
fn stirling(x: f64) -> f64 {
    let v = (x * x).recip();
    [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ]
    .iter()
    .rev()
    .fold(0.0, |sum, c| sum * v + c)
        / x
}
/// The beta function of positive numbers, in the three ways of Didonato and Morris (ACM Algorithm 708, 1992): no two
/// large logarithms of gammas are subtracted.
pub(crate) fn beta(x: f64, y: f64) -> f64 {
    match beta_in_parts(x, y) {
        Parts::Value(value) => value,
        Parts::Logarithms(large, small) => large.exp() * small.exp(),
        Parts::Mixed(small, rise) => gamma(small) * (-rise).exp(),
    }
}
pub(crate) fn ln_beta(x: f64, y: f64) -> f64 {
    match beta_in_parts(x, y) {
        Parts::Value(f64::INFINITY) => {
            let (small, large) = (x.min(y), x.max(y));
            if large == 0.0 { f64::INFINITY } else { (1.0 + small / large).ln() - small.ln() }
        }
        Parts::Value(value) => value.ln(),
        Parts::Logarithms(large, small) => large + small,
        Parts::Mixed(small, rise) => pxfm::f_lgamma(small) - rise,
    }
}
enum Parts {
    Value(f64),
    /// Its logarithm as a sum of two.
    Logarithms(f64, f64),
    /// The gamma function of the first, divided by the exponential of the second.
    Mixed(f64, f64),
}
fn beta_in_parts(x: f64, y: f64) -> Parts {
    if !(x >= 0.0 && y >= 0.0) {
        return Parts::Value(f64::NAN);
    }
    let (a, b) = (x.min(y), x.max(y));
    if b == f64::INFINITY {
        return Parts::Value(if a == 0.0 { f64::NAN } else { 0.0 });
    }
    let sum = a + b;
    if a >= FAR {
        let logarithm = -(a - 0.5) * (b / a).ln_1p() - b * (a / b).ln_1p();
        return Parts::Logarithms(logarithm, stirling(a) + stirling(b) - stirling(sum) - 0.5 * (b / TAU).ln());
    }
    if b >= FAR {
        // ln Γ(a + b) − ln Γ(b)
        let rise = (b - 0.5) * (a / b).ln_1p() + a * (sum.ln() - 1.0) + (stirling(sum) - stirling(b));
        return Parts::Mixed(a, rise);
    }
    if a == 0.0 {
        return Parts::Value(f64::INFINITY);
    }
    if a < 1e-20 {
        // 1/a + 1/b to the last digit, or 1/a where b is not small
        return Parts::Value(if b < 1e-20 { (a / b + 1.0) / a } else { a.recip() });
    }
    // the product and the quotient with what they round away, and what the sum has lost
    let (p, q, r) = (gamma(a), gamma(b), gamma(sum));
    let product = p * q;
    let quotient = product / r;
    let rest = (p.mul_add(q, -product) + (-quotient).mul_add(r, product)) / r;
    let lost = a - (sum - b);
    Parts::Value(quotient + (rest - quotient * lost * digamma(sum)))
}

// ---------------------------------------------------------------------------------------- Bessel functions, others

pub(crate) fn y0(x: f64) -> f64 {
    if x == 0.0 { f64::NEG_INFINITY } else { pxfm::f_y0(x) }
}
pub(crate) fn y1(x: f64) -> f64 {
    if x == 0.0 { f64::NEG_INFINITY } else { pxfm::f_y1(x) }
}
/// `sin x/x`, 1 at 0 and 0 at infinity.
pub(crate) fn sinc(x: f64) -> f64 {
    if x.is_infinite() { 0.0 } else { pxfm::f_sinc(x) }
}
/// `ln(p/(1 − p))`
pub(crate) fn logit(p: f64) -> f64 {
    if p == 0.0 { f64::NEG_INFINITY } else { pxfm::f_logit(p) }
}
/// `ln(1 − e^x)`: from the side on which nothing cancels (Mächler, *Accurately computing log(1 − exp(−|a|))*, 2012).
pub(crate) fn log1mexp<P: Plain>(x: P) -> P {
    if x > of(-std::f64::consts::LN_2) { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}
/// `−x·ln x`, 0 at 0.
pub(crate) fn entropy<P: Plain>(x: P) -> P {
    if x.is_zero() { P::zero() } else { -(x * x.ln()) }
}
