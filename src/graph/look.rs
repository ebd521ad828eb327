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
            let (operands, x, exponent) = self.row_operands();
            let give = |k: usize, part| parts.push((operands[k], Flow::Number(part)));
            op.pull(x.each_ref(), exponent, &self.recorded_value(), &adjoint, |_| true, give);
        } else if let Some(payload) = self.payload() {
            payload.pull(self.recorded_value(), adjoint, &mut |index, part| parts.push((index, part)));
        }
        parts
    }
    /// The slopes of a row of the table in its operands, by their indices; of what is no row, nothing.
    pub(crate) fn slopes(&self) -> Vec<(u32, T)> {
        let Some(op) = op_of(self.kind()) else { return Vec::new() };
        let ((operands, x, exponent), z) = (self.row_operands(), self.recorded_value());
        (0..op.arity()).map(|k| (operands[k], op.slope(k, x.each_ref(), exponent, &z))).collect()
    }
    /// The operands of a row by their indices, their values, and powi's exponent.
    fn row_operands(&self) -> ([u32; 3], [T; 3], i32) {
        let (operands, exponent) = self.recorded_operands();
        (operands, operands.map(|index| share::<T>(index).recorded_value()), exponent)
    }
}
