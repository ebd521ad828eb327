//! Series that begin later than at the first order, where roots and lengths have a slope of infinity or none at all.
//!
//! With `x = tᵐ·u` and `u` not 0 at the start, `√x = t^(m/2)·√u` for small positive `t`, which is a series again if `m` is
//! even; and so with every power, and with lengths. For `m = 1` the row's own convention holds, as in every mode.
//!
//! What `u` has above order `K − m` stands above order `K` in `x`: it is 0 of a polynomial, and otherwise nobody knows, so
//! that the last coefficients of the result are NaN.

use super::Jet;
use crate::number::Elementary;
use crate::rule::Fold;

impl<T: Elementary, const K: usize> Jet<T, K> {
    /// The coefficients of `tᵐ·u` as those of `u`.
    fn lowered(&self, m: usize) -> Self {
        let above = if self.is_polynomial() { 0.0 } else { f64::NAN };
        let at = |k: usize| if k + m <= K { self.at(k + m).clone() } else { T::of(above) };
        Jet { value: at(0), higher: std::array::from_fn(|k| at(k + 1)), known: self.known }
    }
    /// `tᵐ` times the series.
    fn raised(&self, m: usize) -> Self {
        let at = |k: usize| if k < m { T::of(0.0) } else { self.at(k - m).clone() };
        Jet { value: at(0), higher: std::array::from_fn(|k| at(k + 1)), known: K }
    }
}

/// The order at which the first of the series begins, if that is 2 or more, but within the series. Not of a series within
/// its own recurrence, nor where a coefficient is 0 and varies at a level below.
fn order<'a, T: Elementary + 'a, const K: usize>(all: impl Iterator<Item = &'a Jet<T, K>> + Clone) -> Option<usize> {
    if all.clone().any(|x| x.known < K) {
        return None;
    }
    let first = (0..=K).find(|&k| all.clone().any(|x| !x.at(k).is_exact_zero()))?;
    (first >= 2 && all.clone().any(|x| x.at(first).to_f64_value() != 0.0)).then_some(first)
}

/// `t^power` times a series. If the power is no integer this is none: zeros, and then the limits from the right.
fn times_power<T: Elementary, const K: usize>(x: Jet<T, K>, power: f64) -> Jet<T, K> {
    let factor = x.to_f64_value();
    if power.fract() == 0.0 && !factor.is_nan() {
        return x.raised(power.min(K as f64 + 1.0) as usize);
    }
    // from the order of the power on every other derivative has the other sign
    let signs = |k: usize| (0..k).fold(factor, |sign, j| if power < j as f64 { -sign } else { sign });
    let at = |k: usize| T::of(if (k as f64) < power { 0.0 * factor } else { f64::INFINITY * signs(k) });
    Jet { value: T::of(0.0), higher: std::array::from_fn(|k| at(k + 1)), known: K }
}

/// `√x` and `∛x`, by the degree.
pub(super) fn root<T: Elementary, const K: usize>(
    x: &Jet<T, K>,
    degree: usize,
    root: impl Fn(&Jet<T, K>) -> Jet<T, K>,
) -> Option<Jet<T, K>> {
    let m = order(std::iter::once(x))?;
    Some(times_power(root(&x.lowered(m)), m as f64 / degree as f64))
}
/// `xᶜ` with a constant positive exponent.
pub(super) fn power<T: Elementary, const K: usize>(x: &Jet<T, K>, exponent: &Jet<T, K>) -> Option<Jet<T, K>> {
    let m = order(std::iter::once(x))?;
    let power = m as f64 * exponent.to_f64_value();
    if !(exponent.is_still() && power > 0.0 && power.is_finite()) {
        return None;
    }
    Some(times_power(x.lowered(m).powf(exponent), power))
}
/// `|x|`: to the right it has the sign of what it begins with.
pub(super) fn abs<T: Elementary, const K: usize>(value: &T, x: &Jet<T, K>) -> Option<Jet<T, K>> {
    let m = order(std::iter::once(x))?;
    let upright = if x.at(m).to_f64_value() < 0.0 { -x } else { x.clone() };
    Some(Jet { value: value.clone(), ..upright })
}
/// `√(x² + y²)`.
pub(super) fn hypot<T: Elementary, const K: usize>(x: &Jet<T, K>, y: &Jet<T, K>) -> Option<Jet<T, K>> {
    let m = order([x, y].into_iter())?;
    Some(x.lowered(m).hypot(y.lowered(m)).raised(m))
}
/// The angle of `(y, x)`, if it begins with that of the origin, which is the value.
pub(super) fn atan2<T: Elementary, const K: usize>(value: &T, y: &Jet<T, K>, x: &Jet<T, K>) -> Option<Jet<T, K>> {
    let m = order([x, y].into_iter())?;
    let angle = y.lowered(m).atan2(x.lowered(m));
    (angle.value.to_f64_value() == value.to_f64_value()).then_some(angle)
}
/// The length of many.
pub(super) fn norm<T: Elementary, const K: usize>(x: &[Jet<T, K>]) -> Option<Jet<T, K>> {
    let m = order(x.iter())?;
    let lowered: Vec<Jet<T, K>> = x.iter().map(|x| x.lowered(m)).collect();
    Some(Jet::fold(Fold::Norm, &lowered, &[]).raised(m))
}
