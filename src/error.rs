//! What can go wrong, with the numbers that were given.

use std::fmt;

/// Why an operation was refused. The message says what was given and what would be accepted.
///
/// ```
/// use backprop::{try_dot, Error};
/// let error = try_dot(&[1.0, 2.0], &[3.0]).unwrap_err();
/// assert_eq!(error, Error::Lengths { operation: "dot", left: 2, right: 1 });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Two slices that must have one length do not.
    Lengths {
        /// The operation's name.
        operation: &'static str,
        /// The length of the left slice.
        left: usize,
        /// The length of the right slice.
        right: usize,
    },
    /// The bounds of `clamp` are in the wrong order, or one of them is NaN.
    Bounds {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Lengths { operation, left, right } => {
                write!(f, "{operation} wants two slices of one length, not {left} and {right} elements")
            }
            Error::Bounds { low, high } => {
                write!(f, "clamp wants low <= high and no NaN among them, not low = {low:?}, high = {high:?}")
            }
        }
    }
}

impl std::error::Error for Error {}
