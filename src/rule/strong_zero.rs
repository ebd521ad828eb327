//! The strong-zero product, and what it has swallowed.
//!
//! Zero times anything is zero: what has no influence passes nothing on. That is right for a branch that is not taken,
//! and wrong where an influence has underflowed on the way, so whoever looks for faults can ask what a zero has met. It
//! is noted only where a plain product was NaN, off the usual path.

use crate::number::Elementary;
use num_traits::Float as Plain;
use std::cell::Cell;

thread_local! {
    /// What a zero has met in this thread since [`forget`]: an infinity or a NaN.
    static SWALLOWED: Cell<Option<f64>> = const { Cell::new(None) };
}

/// `x·y`, 0 where either is 0. Multiplies first: only a NaN needs a second look.
#[inline(always)]
pub(crate) fn strong_zero<P: Plain>(x: P, y: P) -> P {
    let product = x * y;
    if product.is_nan() { nan_or_zero(x, y, product) } else { product }
}
#[cold]
fn nan_or_zero<P: Plain>(x: P, y: P, nan: P) -> P {
    let met = match (x.is_zero(), y.is_zero()) {
        (true, _) => y,
        (_, true) => x,
        _ => return nan,
    };
    note(met.to_f64().unwrap_or(f64::NAN));
    P::zero()
}

/// A zero has met this.
pub(crate) fn note(met: f64) {
    SWALLOWED.set(Some(met));
}
/// One of them is a zero that leaves no trace.
pub(crate) fn meets<S: Elementary>(x: &S, y: &S) {
    for met in [x, y] {
        if !met.is_all_finite() {
            note(met.to_f64_value());
        }
    }
}
/// Nothing has been swallowed yet.
pub(crate) fn forget() {
    SWALLOWED.set(None);
}
/// What has been swallowed last.
pub(crate) fn swallowed() -> Option<f64> {
    SWALLOWED.take()
}
