//! What each slope reads: who keeps operands and results for a derivative need not keep the rest.

use super::{Op, Slope};
use std::ops::BitOr;

/// Some of the operands and the result; the operands from the fourth on go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs(u8);

#[allow(dead_code, reason = "for operations that choose what they keep")]
impl Needs {
    pub(crate) const NOTHING: Needs = Needs(0);
    pub(crate) const FIRST: Needs = Needs(1);
    pub(crate) const SECOND: Needs = Needs(2);
    pub(crate) const THIRD: Needs = Needs(4);
    pub(crate) const OPERANDS: Needs = Needs(15);
    pub(crate) const RESULT: Needs = Needs(16);

    #[inline]
    pub(crate) fn operand_at(k: usize) -> Needs {
        Needs(Needs::FIRST.0 << k.min(3))
    }
    /// Whether operand `k` is among them.
    #[inline]
    pub(crate) fn operand(self, k: usize) -> bool {
        self.0 & Needs::operand_at(k).0 != 0
    }
    /// Whether the result is.
    #[inline]
    pub(crate) fn result(self) -> bool {
        self.0 & Needs::RESULT.0 != 0
    }
}
impl BitOr for Needs {
    type Output = Needs;
    #[inline]
    fn bitor(self, other: Needs) -> Needs {
        Needs(self.0 | other.0)
    }
}

#[allow(dead_code, reason = "for operations that choose what they keep")]
impl Op {
    /// What the slope in operand `i` reads; a row that is not named here, all that it has.
    pub(crate) fn needs(self, i: usize) -> Needs {
        use Needs as N;
        use Op::*;
        match self.slope_is(i) {
            Slope::One | Slope::MinusOne => return N::NOTHING,
            Slope::Operand(j) => return N::operand_at(j),
            Slope::Result => return N::RESULT,
            Slope::Formula => (),
        }
        match (self, i) {
            (ToDegrees | ToRadians, _) => N::NOTHING,
            // constant, but NaN where the result is
            (Signum | Floor | Ceil | Round | Trunc | Fract, _) | (Rem, 0) | (Copysign, 1) => N::RESULT,

            // quotients
            (Div, 0) => N::SECOND,
            (Div, _) => N::SECOND | N::RESULT,

            // of one operand: what the formula says
            (Recip | Sqrt | Cbrt | Exp2 | Tan | Relu, _) => N::RESULT,
            (Square | Powi | ExpM1 | Softplus, _) => N::FIRST,
            (Sin | Cos | Asin | Acos | Atan, _) => N::FIRST,
            (Sinh | Cosh | Asinh | Acosh, _) => N::FIRST,
            (Silu | Gelu | GeluTanh | Softsign | LogSigmoid, _) => N::FIRST,
            (Erf | Erfc | NormalCdf | LnGamma | Digamma | J0 | Y0 | I0, _) => N::FIRST,
            (ErfInv, _) => N::RESULT,

            // of two operands, where the result says nothing new
            (LogAddExp, _) | (Xlogy, 0) => N::FIRST | N::SECOND,

            _ => match self.arity() {
                1 => N::FIRST | N::RESULT,
                2 => N::FIRST | N::SECOND | N::RESULT,
                _ => N::FIRST | N::SECOND | N::THIRD | N::RESULT,
            },
        }
    }
}
