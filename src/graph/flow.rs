//! What flows along an arrow when adjoints go back.

use super::values::{Values, take};
use crate::number::Float;
use ndarray::{ArrayRef, IxDyn};
use std::rc::Rc;

/// What flows along an arrow in a sweep of plain numbers.
#[derive(Clone)]
pub(crate) enum Flow<T: Float> {
    Number(T),
    Array(Values<T>),
    /// To every element of an array the same.
    Everywhere(T),
    /// To a part of an array.
    Part(Rc<Part<T>>),
}
/// What flows to a part of an array: it is added in place to what has come to the whole.
pub(crate) struct Part<T> {
    pub whole: IxDyn,
    pub add: Add<T>,
}
/// Adds to an array.
pub(crate) type Add<T> = Box<dyn Fn(&mut ArrayRef<T, IxDyn>)>;
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
            Flow::Part(_) => self.clone().whole().all_finite(),
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
            Flow::Part(_) => return None,
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
            Flow::Part(part) => part.in_zeros(),
        }
    }
    /// What flows to a part, and 0 to the rest.
    pub fn whole(self) -> Flow<T> {
        match self {
            Flow::Part(part) => Flow::Array(part.in_zeros()),
            flow => flow,
        }
    }
    /// The sum of what comes along two arrows.
    pub fn plus(self, other: Flow<T>) -> Flow<T> {
        match (self, other) {
            (sum, Flow::Part(part)) | (Flow::Part(part), sum) => Flow::Array(part.added_to(sum.array(&part.whole))),
            (Flow::Number(a), Flow::Number(b)) => Flow::Number(a + b),
            (Flow::Array(a), Flow::Array(b)) => Flow::Array(a.plus(&b)),
            (Flow::Everywhere(a), Flow::Everywhere(b)) => Flow::Everywhere(a + b),
            (Flow::Array(a), Flow::Everywhere(b)) | (Flow::Everywhere(b), Flow::Array(a)) => Flow::Array(a.shifted(b)),
            _ => type_mismatch(),
        }
    }
}
impl<T: Float> Part<T> {
    fn in_zeros(&self) -> Values<T> {
        self.added_to(Values::full(self.whole.clone(), T::of(0.0)))
    }
    fn added_to(&self, mut whole: Values<T>) -> Values<T> {
        (self.add)(whole.unshared());
        whole
    }
}
#[cold]
pub(crate) fn type_mismatch() -> ! {
    panic!("an adjoint of a number met one of an array: this is a bug in backprop")
}
