//! What arrays reduce by, and how a result stays within the range of the numbers though what it is made of leaves it.

use super::fold::Fold;
use super::kinks::{one, zero};
use super::pairwise;
use crate::number::Elementary;
use crate::simd::widest;
use num_traits::Float as Plain;

// ---------------------------------------------------------------------------------------- powers of two

/// The exponent `e` of `x = m·2^e` with `m` between 1 and 2, or nearly; 0 for what has none.
pub(super) fn exponent(x: f64) -> i32 {
    let exponent = x.abs().log2().floor();
    if exponent.is_finite() { exponent as i32 } else { 0 }
}
/// `x·2^n`, rounded once at most: in steps, for the power itself may not be a number.
pub(super) fn shifted<S: Elementary>(x: &S, n: i32) -> S {
    // beyond these nothing is left of any number
    let n = n.clamp(-2200, 2200);
    (0..n.abs()).step_by(60).fold(x.clone(), |x, done| {
        let step = (n.abs() - done).min(60) * n.signum();
        x * &S::of(f64::from(step).exp2())
    })
}
/// A number with an exponent of its own, which neither overflows nor underflows.
#[derive(Clone)]
struct Wide<S> {
    number: S,
    exponent: i32,
}
impl<S: Elementary> Wide<S> {
    fn new(number: &S) -> Self {
        let exponent = exponent(number.to_f64_value());
        Wide { number: shifted(number, -exponent), exponent }
    }
    fn times(&self, other: &Self) -> Self {
        let product = Wide::new(&(self.number.clone() * &other.number));
        Wide { exponent: product.exponent + self.exponent + other.exponent, ..product }
    }
    fn narrow(&self) -> S {
        shifted(&self.number, self.exponent)
    }
}

// ---------------------------------------------------------------------------------------- sums

/// A sum, or a sum of products if there are `y`. Where it is not finite though its terms' operands are, it may be that only
/// a part of it has overflowed: then once more, of a multiple.
pub(super) fn within_range<P: Plain + Elementary>(sum: P, x: &[P], y: &[P]) -> P {
    if sum.is_finite() || !x.iter().chain(y).all(|x| x.is_finite()) {
        return sum;
    }
    let terms: Vec<Wide<P>> = match y {
        [] => x.iter().map(Wide::new).collect(),
        _ => x.iter().zip(y).map(|(x, y)| Wide::new(x).times(&Wide::new(y))).collect(),
    };
    let high = terms.iter().map(|term| term.exponent).max().unwrap_or(0);
    let multiples: Vec<P> = terms.iter().map(|term| shifted(&term.number, term.exponent - high)).collect();
    shifted(&pairwise::sum(&multiples), high)
}

// ---------------------------------------------------------------------------------------- products

/// The product, as if nothing on the way to it over- or underflowed.
pub(super) fn product<P: Plain + Elementary>(x: &[P]) -> P {
    let mut normal = true;
    let plain = x.iter().fold(P::one(), |product, &x| {
        let product = product * x;
        normal &= product.is_normal();
        product
    });
    if normal {
        return plain;
    }
    let wide = x.iter().fold(Wide { number: P::one(), exponent: 0 }, |product, x| product.times(&Wide::new(x)));
    wide.narrow()
}
/// The products of the others, without dividing. They are what the formula says, as the slopes of `x·y` are: NaN where a
/// zero and an infinity are among the others.
pub(super) fn others<S: Elementary>(x: &[S]) -> Vec<S> {
    let mut normal = true;
    let mut look = |product: &S| normal &= product.is_normal_value();
    let mut behind = vec![one::<S>(); x.len()];
    for k in (1..x.len()).rev() {
        behind[k - 1] = behind[k].clone() * &x[k];
        look(&behind[k - 1]);
    }
    let mut before = one::<S>();
    let mut slopes = Vec::with_capacity(x.len());
    for (x, behind) in x.iter().zip(&behind) {
        let slope = before.clone() * behind;
        look(&slope);
        look(&before);
        slopes.push(slope);
        before *= x;
    }
    if normal {
        return slopes;
    }
    let x: Vec<Wide<S>> = x.iter().map(Wide::new).collect();
    let mut behind = vec![Wide { number: one::<S>(), exponent: 0 }; x.len()];
    for k in (1..x.len()).rev() {
        behind[k - 1] = behind[k].times(&x[k]);
    }
    let mut before = Wide { number: one::<S>(), exponent: 0 };
    let slope = |(x, behind): (&Wide<S>, &Wide<S>)| {
        let slope = before.times(behind).narrow();
        before = before.times(x);
        slope
    };
    x.iter().zip(&behind).map(slope).collect()
}

// ---------------------------------------------------------------------------------------- extremes

/// The largest or smallest; a number wins against NaN, as in the row of two operands.
pub(super) fn extreme<P: Plain>(x: &[P], largest: bool) -> P {
    let best = if largest { best_by(x, P::max) } else { best_by(x, P::min) };
    best.unwrap_or_else(P::nan)
}
/// In lanes, which the compiler vectorises: the order does not matter.
#[inline(always)]
fn best_by<P: Plain>(x: &[P], wins: impl Fn(P, P) -> P + Copy) -> Option<P> {
    const LANES: usize = 8;
    let (lanes, rest) = x.as_chunks::<LANES>();
    let together = |a: [P; LANES], b: &[P; LANES]| std::array::from_fn(|k| wins(a[k], b[k]));
    let best = lanes.split_first().map(|(first, others)| {
        widest(
            #[inline(always)]
            || others.iter().fold(*first, together),
        )
    });
    best.iter().flatten().chain(rest).copied().reduce(wins)
}
/// The slope 1, shared equally by all that tie; where all are NaN, `z` itself, which is NaN at every order.
pub(super) fn shares<S: Elementary>(x: &[S], z: &S) -> Vec<S> {
    let best = z.to_f64_value();
    let ties = x.iter().filter(|x| x.to_f64_value() == best).count();
    let share = |x: &S| match x.to_f64_value() {
        _ if ties == 0 => z.clone(),
        x if x == best => S::of(1.0 / ties as f64),
        _ => zero(),
    };
    x.iter().map(share).collect()
}

// ---------------------------------------------------------------------------------------- one element's share

/// `xᵢ − ln Σ e^xₖ`; where that is a difference of infinities, the logarithm of the share that `logsumexp` gives.
pub(super) fn log_share<P: Plain + Elementary>(x: &[P], i: usize) -> P {
    let z = Fold::LogSumExp.value(x, &[]);
    if z.is_finite() { x[i] - z } else { Plain::ln(Fold::LogSumExp.slopes_of_one(x, &z)[i]) }
}
/// `1 − share` for itself, `−share` for the others.
pub(super) fn log_share_slopes<S: Elementary>(x: &[S], i: usize) -> Vec<S> {
    let shares = Fold::LogSumExp.slopes_of_one(x, &S::fold(Fold::LogSumExp, x, &[]));
    let slope = |(k, share): (usize, S)| if k == i { one::<S>() - share } else { -share };
    shares.into_iter().enumerate().map(slope).collect()
}
