//! What each slope reads: who keeps operands and results for a derivative need not keep the rest.

use super::Op;
use std::ops::BitOr;

/// Some of the operands and the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs(u8);

#[allow(dead_code, reason = "for operations that choose what they keep")]
impl Needs {
    pub(crate) const NOTHING: Needs = Needs(0);
    pub(crate) const FIRST: Needs = Needs(1);
    pub(crate) const SECOND: Needs = Needs(2);
    pub(crate) const THIRD: Needs = Needs(4);
    pub(crate) const RESULT: Needs = Needs(8);

    /// Whether operand `k` is among them.
    #[inline]
    pub(crate) fn operand(self, k: usize) -> bool {
        self.0 & (Needs::FIRST.0 << k) != 0
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
        match (self, i) {
            // constant slopes
            (Neg | Add | Sub | ToDegrees | ToRadians, _) | (MulAdd, 2) => N::NOTHING,
            // constant, but NaN where the result is
            (Signum | Floor | Ceil | Round | Trunc | Fract, _) | (Rem, 0) | (Copysign, 1) => N::RESULT,

            // products and quotients
            (Mul | Through | MulAdd | Div, 0) => N::SECOND,
            (Mul | Through | MulAdd, _) => N::FIRST,
            (Div, _) => N::SECOND | N::RESULT,

            // of one operand: what the formula says
            (Recip | Sqrt | Cbrt | Exp | Exp2 | Tan | Relu, _) => N::RESULT,
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
