//! Taking a branch, and the refusal to take a senseless one.

use super::kinks::bounds;
use crate::error::Error;
use crate::number::Elementary;

/// `a` if the condition holds, else `b`: the branch not taken has no edge, so nothing of it, not even a NaN, flows
/// back.
///
/// ```
/// use backprop::{select, Node};
/// let x = Node::leaf(0.0);
/// let y = select(x.value() > 0.0, &x.sqrt(), &(&x * 2.0));
/// y.backward();
/// assert_eq!(x.grad(), 2.0); // not NaN
/// ```
#[must_use]
pub fn select<S: Clone>(condition: bool, a: &S, b: &S) -> S {
    if condition { a.clone() } else { b.clone() }
}

/// [`clamp`](Elementary::clamp), with an error instead of a panic.
///
/// ```
/// use backprop::{try_clamp, Node};
/// let [x, low, high] = [5.0, 2.0, 1.0].map(Node::constant);
/// assert_eq!(try_clamp(&x, &low, &high).unwrap_err().to_string(),
///     "clamp wants low <= high and no NaN among them, not low = 2.0, high = 1.0");
/// assert_eq!(try_clamp(&5.0, &1.0, &2.0), Ok(2.0));
/// ```
///
/// # Errors
/// [`Error::Bounds`] unless `low <= high`.
pub fn try_clamp<S: Elementary>(x: &S, low: &S, high: &S) -> Result<S, Error> {
    bounds(low.to_f64_value(), high.to_f64_value())?;
    Ok(x.clamp(low, high))
}
