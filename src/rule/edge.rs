//! Where the rows have no derivative, or only a one-sided one: their kinks and their rims.
//!
//! What the slopes say there is a [convention](crate#at-the-edges); this is the list of the places, for reports.

use super::{Fold, Op};

/// What is particular about a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Edge {
    /// The slopes on both sides differ, or the value jumps: `abs` at 0, `max` of equal operands, `floor` at an integer.
    Kink,
    /// The domain ends, or the slope is infinite: `sqrt` at 0, `asin` at 1, a quotient by 0, a pole.
    Rim,
}

impl Op {
    /// Whether the row has an edge exactly at these operands (as many as it has), `n` the integer of `powi` and
    /// `polygamma`. Infinities and NaN are nobody's edge.
    ///
    /// ```
    /// use backprop::{Edge, Op};
    /// assert_eq!(Op::Abs.edge(&[0.0], 0), Some(Edge::Kink));
    /// assert_eq!(Op::Sqrt.edge(&[0.0], 0), Some(Edge::Rim));
    /// assert_eq!(Op::Max.edge(&[1.0, 2.0], 0), None);
    /// ```
    ///
    /// # Panics
    /// If there are fewer operands than [`arity`](Op::arity) says.
    #[must_use]
    #[track_caller]
    pub fn edge(self, operands: &[f64], n: i32) -> Option<Edge> {
        let x = &operands[..self.arity()];
        if x.iter().any(|x| !x.is_finite()) {
            return None;
        }
        if self.has_kink(x) {
            Some(Edge::Kink)
        } else if self.has_rim(x, n) {
            Some(Edge::Rim)
        } else {
            None
        }
    }

    fn has_kink(self, x: &[f64]) -> bool {
        let is_integer = |x: f64| x.fract() == 0.0;
        match (self, x) {
            (Op::Abs | Op::Signum | Op::Relu | Op::Selu, [x]) => *x == 0.0,
            (Op::Floor | Op::Ceil, [x]) => is_integer(*x),
            // between −1 and 1 nothing happens at 0
            (Op::Trunc | Op::Fract, [x]) => is_integer(*x) && *x != 0.0,
            (Op::Round, [x]) => x.fract().abs() == 0.5,
            (Op::HardTanh, [x]) => x.abs() == 1.0,
            (Op::HardSigmoid | Op::HardSwish, [x]) => x.abs() == 3.0,
            (Op::Max | Op::Min | Op::AbsSub, [x, y]) => x == y,
            (Op::Clamp, [x, low, high]) => x == low || x == high,
            (Op::Copysign, [x, sign]) => *x == 0.0 || *sign == 0.0,
            (Op::Hypot, [x, y]) => *x == 0.0 && *y == 0.0,
            // the origin, and the cut where the angle jumps from π to −π
            (Op::Atan2, [y, x]) => *y == 0.0 && *x <= 0.0,
            // the quotient's integer part changes
            (Op::Rem, [x, y]) => *y != 0.0 && *x != 0.0 && x % y == 0.0,
            _ => false,
        }
    }

    fn has_rim(self, x: &[f64], n: i32) -> bool {
        let is_pole = |x: f64| x <= 0.0 && x.fract() == 0.0;
        match (self, x) {
            (Op::Recip | Op::Cbrt, [x]) => *x == 0.0,
            (Op::Div | Op::Rem, [_, y]) => *y == 0.0,
            (Op::Powi, [x]) => *x == 0.0 && n < 0,
            // x², x³, … are powers at 0 as well
            (Op::Powf, [x, y]) => *x == 0.0 && !(*y > 0.0 && y.fract() == 0.0),
            (Op::Log, [x, base]) => *x == 0.0 || *base == 0.0 || *base == 1.0,
            (Op::Gamma | Op::LnGamma | Op::Digamma | Op::Polygamma, [x]) => is_pole(*x),
            (Op::Beta | Op::LnBeta, [x, y]) => is_pole(*x) || is_pole(*y),
            _ => self.domain().iter().zip(x).any(|(rim, x)| rim.contains(x)),
        }
    }
}

impl Fold {
    /// Whether the operation over a slice has an edge exactly at these elements: the 2-norm at the origin.
    ///
    /// ```
    /// use backprop::{Edge, Fold};
    /// assert_eq!(Fold::Norm.edge(&[0.0, 0.0]), Some(Edge::Kink));
    /// assert_eq!(Fold::Sum.edge(&[0.0, 0.0]), None);
    /// ```
    #[must_use]
    pub fn edge(self, elements: &[f64]) -> Option<Edge> {
        let origin = self == Fold::Norm && !elements.is_empty() && elements.iter().all(|x| *x == 0.0);
        origin.then_some(Edge::Kink)
    }
}
