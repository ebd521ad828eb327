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
    /// Two shapes that must go together do not.
    Shapes {
        /// The operation's name.
        operation: &'static str,
        /// The shape of the left array.
        left: Vec<usize>,
        /// The shape of the right array.
        right: Vec<usize>,
    },
    /// A shape that the operation cannot take.
    Shape {
        /// The operation's name.
        operation: &'static str,
        /// The shape that was given.
        shape: Vec<usize>,
        /// What would be accepted.
        wanted: &'static str,
    },
    /// There is no such axis, or axes are named twice.
    Axis {
        /// The operation's name.
        operation: &'static str,
        /// The axis that was given.
        axis: usize,
        /// The number of axes.
        rank: usize,
    },
    /// An index lies outside.
    Index {
        /// The operation's name.
        operation: &'static str,
        /// The index that was given.
        index: usize,
        /// The number of places; indices are smaller.
        len: usize,
    },
    /// There is not one label for each row.
    Labels {
        /// The operation's name.
        operation: &'static str,
        /// The number of rows.
        rows: usize,
        /// The number of labels.
        labels: usize,
    },
    /// A number lies outside of what the operation takes.
    Range {
        /// The operation's name.
        operation: &'static str,
        /// The number that was given.
        value: f64,
        /// What would be accepted.
        wanted: &'static str,
    },
    /// The operation has another number of operands.
    Arity {
        /// The operation's name.
        operation: &'static str,
        /// The number of operands that were given.
        operands: usize,
    },
    /// Only leaves can be changed in place.
    NotALeaf {
        /// The operation's name.
        operation: &'static str,
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
            Error::Shapes { operation, left, right } => {
                write!(f, "{operation} cannot take arrays of the shapes {left:?} and {right:?} together")
            }
            Error::Shape { operation, shape, wanted } => {
                write!(f, "{operation} wants {wanted}, not the shape {shape:?}")
            }
            Error::Axis { operation, axis, rank } => {
                write!(f, "{operation} wants each axis once and below {rank}, the number of axes, not axis {axis}")
            }
            Error::Index { operation, index, len } => {
                write!(f, "{operation} wants indices below {len}, not {index}")
            }
            Error::Labels { operation, rows, labels } => {
                write!(f, "{operation} wants one label for each of {rows} rows, not {labels} labels")
            }
            Error::Range { operation, value, wanted } => write!(f, "{operation} wants {wanted}, not {value:?}"),
            Error::Arity { operation, operands } => write!(f, "{operation} does not take {operands} operands"),
            Error::NotALeaf { operation } => {
                write!(
                    f,
                    "{operation} wants a leaf; constants and the results of operations cannot be changed in place"
                )
            }
            Error::Bounds { low, high } => {
                write!(f, "clamp wants low <= high and no NaN among them, not low = {low:?}, high = {high:?}")
            }
        }
    }
}

impl std::error::Error for Error {}

/// The result, or a panic with the error's message, at the caller's line.
#[track_caller]
pub(crate) fn accept<X>(result: Result<X, Error>) -> X {
    match result {
        Ok(x) => x,
        Err(error) => panic!("{error}"),
    }
}
