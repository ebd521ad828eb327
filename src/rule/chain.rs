//! What a slope is, and the chain rule of a row: what flows to its operands.

use super::{Needs, Op};
use crate::number::Elementary;

/// What a slope is, for those who need not compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slope {
    One,
    MinusOne,
    /// An operand itself.
    Operand(usize),
    /// The result itself.
    Result,
    /// What the table says, to be computed.
    Formula,
}

impl Op {
    /// What the slope in operand `k` is.
    #[inline]
    pub(crate) fn slope_is(self, k: usize) -> Slope {
        match (self, k) {
            (Op::Add, _) | (Op::Sub, 0) | (Op::MulAdd, 2) => Slope::One,
            (Op::Neg, _) | (Op::Sub, _) => Slope::MinusOne,
            (Op::Mul | Op::Through | Op::MulAdd, 0) => Slope::Operand(1),
            (Op::Mul | Op::Through | Op::MulAdd, _) => Slope::Operand(0),
            (Op::Exp, _) => Slope::Result,
            _ => Slope::Formula,
        }
    }
    /// What the slopes in the wanted operands read.
    pub(crate) fn needs_of(self, wanted: impl Fn(usize) -> bool) -> Needs {
        let wanted = (0..self.arity()).filter(|&k| wanted(k));
        wanted.fold(Needs::NOTHING, |needs, k| needs | self.needs(k))
    }
    /// The chain rule: hands `give` what flows to each wanted operand from the result's adjoint. Operands and result are
    /// those that [`slope`](Op::slope) takes; what [`needs_of`](Op::needs_of) does not name is not looked at.
    #[inline]
    pub(crate) fn pull<S: Elementary>(
        self,
        x: [&S; 3],
        n: i32,
        z: &S,
        adjoint: &S,
        wanted: impl Fn(usize) -> bool,
        mut give: impl FnMut(usize, S),
    ) {
        for k in (0..self.arity()).filter(|&k| wanted(k)) {
            give(k, S::flow(&self.slope(k, x, n, z), adjoint));
        }
    }
}
