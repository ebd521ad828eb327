//! What flows along an arrow when adjoints go back.

use super::values::{Values, take};
use crate::number::Float;
use ndarray::IxDyn;

/// What flows along an arrow in a sweep of plain numbers.
#[derive(Clone)]
pub(crate) enum Flow<T: Float> {
    Number(T),
    Array(Values<T>),
    /// To every element of an array the same.
    Everywhere(T),
}
impl<T: Float> Flow<T> {
    /// # Panics
    /// If it flows to an array.
    pub fn number(&self) -> T {
        match self {
            Flow::Number(adjoint) => *adjoint,
            _ => type_mismatch(),
        }
    }
    /// Whether every number in it is finite.
    pub fn all_finite(&self) -> bool {
        match self {
            Flow::Number(x) | Flow::Everywhere(x) => x.is_all_finite(),
            Flow::Array(values) => values.iter().all(T::is_all_finite),
        }
    }
    /// The array, if it is one.
    pub fn values(&self) -> Option<&Values<T>> {
        match self {
            Flow::Array(values) => Some(values),
            _ => None,
        }
    }
    /// A copy of so many elements, if they lie in a row.
    pub fn row(&self, size: usize) -> Option<Vec<T>> {
        let elements = match self {
            Flow::Array(values) => Err(values.as_slice()?),
            Flow::Everywhere(adjoint) | Flow::Number(adjoint) => Ok(*adjoint),
        };
        let mut row = take(size);
        match elements {
            Ok(adjoint) => row.resize(size, adjoint),
            Err(elements) => row.extend_from_slice(elements),
        }
        Some(row)
    }
    /// As an array of this shape.
    pub fn array(self, shape: &IxDyn) -> Values<T> {
        match self {
            Flow::Array(values) => values,
            Flow::Everywhere(adjoint) => Values::full(shape.clone(), adjoint),
            Flow::Number(adjoint) => Values::scalar(adjoint),
        }
    }
    /// The sum of what comes along two arrows.
    pub fn plus(self, other: Flow<T>) -> Flow<T> {
        match (self, other) {
            (Flow::Number(a), Flow::Number(b)) => Flow::Number(a + b),
            (Flow::Array(a), Flow::Array(b)) => Flow::Array(a.plus(&b)),
            (Flow::Everywhere(a), Flow::Everywhere(b)) => Flow::Everywhere(a + b),
            (Flow::Array(a), Flow::Everywhere(b)) | (Flow::Everywhere(b), Flow::Array(a)) => Flow::Array(a.shifted(b)),
            _ => type_mismatch(),
        }
    }
}
#[cold]
pub(crate) fn type_mismatch() -> ! {
    panic!("an adjoint of a number met one of an array: this is a bug in backprop")
}
