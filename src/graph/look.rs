//! One node by itself, as drawings look at it: what it holds, and what flows along its arrows.

use super::cell::op_of;
use super::flow::Flow;
use super::handle::{Node, share};
use super::values::Values;
use crate::number::Float;

impl<T: Float> Node<T> {
    /// The values of an array that somebody still needs.
    pub(crate) fn living_values(&self) -> Option<Values<T>> {
        self.payload()?.collector()?.living_values()
    }
    /// What flows back along the arrow from each operand, by its index, when the node's own adjoint is this: one local
    /// computation, as a sweep does it. Constants may be left out.
    ///
    /// # Panics
    /// As a sweep that comes here.
    pub(crate) fn flows(&self, adjoint: Flow<T>) -> Vec<(u32, Flow<T>)> {
        let mut parts = Vec::new();
        if let Some(op) = op_of(self.kind()) {
            let adjoint = adjoint.number();
            for (index, slope) in self.slopes().into_iter().take(op.arity()) {
                parts.push((index, Flow::Number(T::flow(&slope, &adjoint))));
            }
        } else if let Some(payload) = self.payload() {
            payload.pull(self.recorded_value(), adjoint, &mut |index, part| parts.push((index, part)));
        }
        parts
    }
    /// The slopes of a row of the table in its operands, by their indices; of what is no row, nothing.
    pub(crate) fn slopes(&self) -> Vec<(u32, T)> {
        let Some(op) = op_of(self.kind()) else { return Vec::new() };
        let (operands, exponent) = self.recorded_operands();
        let [x, y, w] = operands.map(|index| share::<T>(index).recorded_value());
        let z = self.recorded_value();
        let slope = |k| op.slope(k, [&x, &y, &w], exponent, &z);
        operands.into_iter().take(op.arity()).enumerate().map(|(k, index)| (index, slope(k))).collect()
    }
}
