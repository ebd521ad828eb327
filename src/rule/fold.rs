//! Operations over slices, each a single operation: sum, dot product, 2-norm, log-sum-exp; and what arrays reduce by.

use super::fault::slip;
use super::kinks::{MAGNIFIED, one, zero};
use super::{pairwise, reduction};
use crate::error::Error;
use crate::number::Elementary;
use num_traits::Float as Plain;
use std::borrow::Cow;

/// An operation over a slice (`dot`: over two).
///
/// ```
/// use backprop::{sum, Fold, Node, Recorded};
/// let y = sum(&[Node::leaf(1.0), Node::leaf(2.0)]);
/// assert_eq!(y.operation(), Some(Recorded::Fold(Fold::Sum)));
/// assert_eq!((Fold::Sum.name(), Fold::Sum.symbol()), ("sum", "Σ"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fold {
    /// `Σ xᵢ`
    Sum,
    /// `Σ xᵢ·yᵢ`
    Dot,
    /// `√Σ xᵢ²`
    Norm,
    /// `ln Σ e^xᵢ`
    LogSumExp,
    /// `Π xᵢ`, of arrays
    Product,
    /// The largest element, of arrays
    Max,
    /// The smallest element, of arrays
    Min,
    /// `xᵢ − ln Σ e^xₖ` for one `i`, of arrays
    LogSoftmax(usize),
}

impl Fold {
    /// Every fold that there is a function of slices for.
    pub const ALL: &'static [Fold] = &[Fold::Sum, Fold::Dot, Fold::Norm, Fold::LogSumExp];

    /// The function's name: `"logsumexp"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Fold::Sum => "sum",
            Fold::Dot => "dot",
            Fold::Norm => "norm",
            Fold::LogSumExp => "logsumexp",
            Fold::Product => "prod",
            Fold::Max => "max",
            Fold::Min => "min",
            Fold::LogSoftmax(_) => "log_softmax",
        }
    }

    /// What stands in a drawing: `"Σ"`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Fold::Sum => "Σ",
            Fold::Dot => "·",
            Fold::Norm => "‖·‖",
            Fold::LogSumExp => "logsumexp",
            Fold::Product => "Π",
            Fold::Max => "max",
            Fold::Min => "min",
            Fold::LogSoftmax(_) => "log_softmax",
        }
    }

    /// The value, in plain numbers: a number with derivatives takes only its value from here, and these from the slopes.
    pub(crate) fn value<P: Plain + Elementary>(self, x: &[P], y: &[P]) -> P {
        match self {
            Fold::Sum => reduction::within_range(pairwise::sum(x), x, &[]),
            Fold::Dot => reduction::within_range(pairwise::sum_of(x, y, |x, y| x * y), x, y),
            Fold::Norm => norm_value(x),
            Fold::LogSumExp => {
                let high = x.iter().copied().fold(P::neg_infinity(), larger);
                // all −∞, or an infinity or NaN among them: the differences below would be NaN
                if !high.is_finite() { high } else { high + pairwise::sum_of(x, x, |x, _| (x - high).exp()).ln() }
            }
            Fold::Product => reduction::product(x),
            Fold::Max => reduction::extreme(x, true),
            Fold::Min => reduction::extreme(x, false),
            Fold::LogSoftmax(i) => reduction::log_share(x, i),
        }
    }

    /// The slopes of a fold of one slice.
    pub(crate) fn slopes_of_one<S: Elementary>(self, x: &[S], z: &S) -> Vec<S> {
        let [slopes, _] = self.slopes(x, &[], z);
        slopes.into_owned()
    }
    /// The slopes by the elements of `x`, and by those of `y`: none where the fold is one of `x` alone.
    pub(crate) fn slopes<'a, S: Elementary>(self, x: &'a [S], y: &'a [S], z: &S) -> [Cow<'a, [S]>; 2] {
        let of_x = |slopes: Vec<S>| [Cow::Owned(slopes), Cow::Owned(Vec::new())];
        match self {
            // (a + h) + b = a + b + h
            Fold::Sum => of_x(x.iter().map(|_| slip!("sum fold", one())).collect()),
            // (a + h)(b + k) ≈ ab + b·h + a·k
            Fold::Dot => [slip!("dot fold, first", all y), slip!("dot fold, second", all x)],
            // ‖a + h‖ ≈ ‖a‖ + a·h/‖a‖
            Fold::Norm => of_x(directions(x, z)),
            // ln Σ e^(a + h) ≈ f + Σ softmax(a)·h
            Fold::LogSumExp => of_x(softmax(x, z)),
            Fold::Product => of_x(reduction::others(x)),
            Fold::Max | Fold::Min => of_x(reduction::shares(x, z)),
            Fold::LogSoftmax(i) => of_x(reduction::log_share_slopes(x, i)),
        }
    }
}

/// `xᵢ/r`, with the conventions of `hypot`: 0 at the origin; at infinity the direction of the infinite elements.
fn directions<S: Elementary>(x: &[S], r: &S) -> Vec<S> {
    let length = r.to_f64_value();
    if length == 0.0 {
        return x.iter().map(|_| slip!("norm fold at the origin", zero())).collect();
    }
    let infinite = x.iter().filter(|x| x.to_f64_value().is_infinite()).count();
    if r.is_normal_value() || length.is_nan() {
        return x.iter().map(|x| slip!("norm fold", x.clone() / r)).collect();
    }
    if infinite == 0 {
        // of a multiple, whose length neither overflows nor is rounded to a few bits
        let high = x.iter().map(|x| x.to_f64_value().abs()).fold(0.0, larger);
        let factor = S::of(if length.is_infinite() { high.recip() } else { MAGNIFIED });
        let multiple: Vec<S> = x.iter().map(|x| x.clone() * &factor).collect();
        let length = S::fold(Fold::Norm, &multiple, &[]);
        return multiple.iter().map(|x| slip!("norm fold of a multiple", x.clone() / &length)).collect();
    }
    let share = (1.0 / infinite as f64).sqrt();
    x.iter()
        .map(|x| match x.to_f64_value() {
            p if p.is_infinite() => slip!("norm fold of an infinity", S::of(share.copysign(p))),
            _ => slip!("norm fold beside an infinity", zero()),
        })
        .collect()
}

/// `e^(xᵢ − c)/Σ e^(xₖ − c)` with the largest element for the constant `c`: `e^(xᵢ − z)` would see that `z` is rounded. 0
/// where all are `−∞`; infinite ones share equally.
fn softmax<S: Elementary>(x: &[S], z: &S) -> Vec<S> {
    match z.to_f64_value() {
        f64::NEG_INFINITY => x.iter().map(|_| slip!("logsumexp fold at -inf", zero())).collect(),
        f64::INFINITY => {
            let infinite = |x: &S| x.to_f64_value() == f64::INFINITY;
            let share = 1.0 / x.iter().filter(|x| infinite(x)).count() as f64;
            x.iter()
                .map(|x| match infinite(x) {
                    true => slip!("logsumexp fold at inf", S::of(share)),
                    false => slip!("logsumexp fold, finite beside inf", zero()),
                })
                .collect()
        }
        _ => {
            let high = S::of(x.iter().map(S::to_f64_value).fold(f64::NEG_INFINITY, larger));
            let powers: Vec<S> = x.iter().map(|x| (x.clone() - &high).exp()).collect();
            let all = S::fold(Fold::Sum, &powers, &[]);
            powers.iter().map(|e| slip!("logsumexp fold", e.clone() / &all)).collect()
        }
    }
}

/// The larger of two; NaN if either is.
fn larger<P: Plain>(a: P, b: P) -> P {
    if a.is_nan() || a > b { a } else { b }
}
/// `√Σ xᵢ²`; scaled by a power of two only where squares overflow or lose digits.
fn norm_value<P: Plain + Elementary>(x: &[P]) -> P {
    let plain = pairwise::sum_of(x, x, |x, _| x * x).sqrt();
    let safe = P::min_positive_value().sqrt() / P::epsilon();
    if plain > safe && plain < safe.recip() {
        return plain;
    }
    let high = x.iter().map(|x| x.abs()).fold(P::zero(), larger);
    if high.is_zero() || !high.is_finite() {
        // an infinity outweighs a NaN, as for hypot
        return if x.iter().any(|x| x.is_infinite()) { P::infinity() } else { high };
    }
    let exponent = reduction::exponent(high.to_f64_value());
    let square = |x: P| x * x;
    let scaled = pairwise::sum_of(x, x, |x, _| square(reduction::shifted(&x, -exponent))).sqrt();
    reduction::shifted(&scaled, exponent)
}

/// The sum of a slice as one operation; 0 of an empty one. The derivative in each element is 1.
///
/// ```
/// use backprop::{sum, Node};
/// let x = [Node::leaf(1.0), Node::leaf(2.0)];
/// let y = sum(&x);
/// y.backward();
/// assert_eq!((y.value(), x[1].grad()), (3.0, 1.0));
/// ```
#[must_use]
#[track_caller]
pub fn sum<S: Elementary>(x: &[S]) -> S {
    S::fold(Fold::Sum, x, &[])
}

/// The dot product `Σ xᵢ·yᵢ` as one operation; 0 of empty slices. The derivative in `xᵢ` is `yᵢ`, and the reverse.
///
/// ```
/// use backprop::{dot, Node};
/// let x = [Node::leaf(1.0), Node::leaf(2.0)];
/// let w = [Node::constant(3.0), Node::constant(4.0)];
/// let y = dot(&x, &w);
/// y.backward();
/// assert_eq!((y.value(), x[1].grad()), (11.0, 4.0));
/// ```
///
/// # Panics
/// If the lengths differ; [`try_dot`] returns an error instead.
#[must_use]
#[track_caller]
pub fn dot<S: Elementary>(x: &[S], y: &[S]) -> S {
    match try_dot(x, y) {
        Ok(z) => z,
        Err(error) => panic!("{error}"),
    }
}

/// [`dot`], with an error instead of a panic.
///
/// ```
/// assert_eq!(backprop::try_dot(&[1.0, 2.0], &[3.0]).unwrap_err().to_string(),
///     "dot wants two slices of one length, not 2 and 1 elements");
/// ```
///
/// # Errors
/// [`Error::Lengths`] if the lengths differ.
#[track_caller]
pub fn try_dot<S: Elementary>(x: &[S], y: &[S]) -> Result<S, Error> {
    if x.len() == y.len() {
        Ok(S::fold(Fold::Dot, x, y))
    } else {
        Err(Error::Lengths { operation: "dot", left: x.len(), right: y.len() })
    }
}

/// The 2-norm `√Σ xᵢ²` as one operation, without overflow; 0 of an empty slice. The derivative in `xᵢ` is `xᵢ/‖x‖`,
/// at the origin 0.
///
/// ```
/// use backprop::{norm, Node};
/// let x = [Node::leaf(3e200_f64), Node::leaf(4e200)];
/// let y = norm(&x);
/// y.backward();
/// assert!((y.value() / 5e200 - 1.0).abs() < 1e-15 && (x[0].grad() - 0.6).abs() < 1e-15);
/// ```
#[must_use]
#[track_caller]
pub fn norm<S: Elementary>(x: &[S]) -> S {
    S::fold(Fold::Norm, x, &[])
}

/// `ln Σ e^xᵢ` as one operation, without overflow; `−∞` of an empty slice. The derivative in `xᵢ` is `e^(xᵢ − f)`,
/// the softmax; 0 where all are `−∞`.
///
/// ```
/// use backprop::{logsumexp, Node};
/// let x = [Node::leaf(1000.0), Node::leaf(-1000.0)];
/// let y = logsumexp(&x);
/// y.backward();
/// assert_eq!((y.value(), x[0].grad()), (1000.0, 1.0));
/// ```
#[must_use]
#[track_caller]
pub fn logsumexp<S: Elementary>(x: &[S]) -> S {
    S::fold(Fold::LogSumExp, x, &[])
}
