//! The name of what a node was computed by.

use crate::rule::{Fold, Op};
use std::fmt;
use std::rc::Rc;

/// What a node was computed by. `Display` gives its name.
///
/// ```
/// use backprop::{norm, Node};
/// assert_eq!(Node::leaf(1.0).atan2(&Node::leaf(2.0)).operation().unwrap().to_string(), "atan2");
/// assert_eq!(norm(&[Node::leaf(1.0)]).operation().unwrap().symbol(), "‖·‖");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recorded {
    /// A row of the table, of numbers or element by element.
    Row(Op),
    /// An integer power, with its exponent.
    Power(i32),
    /// A polygamma function, with its order.
    Polygamma(i32),
    /// An operation over a slice.
    Fold(Fold),
    /// An operation on arrays that is no row, by its name.
    Array(&'static str),
    /// The identity, under a name.
    Named(Rc<str>),
    /// An operation of the user's, by its name.
    Custom(Rc<str>),
}
impl Recorded {
    /// A row, with its integer if it has one.
    pub(crate) fn row(op: Op, n: i32) -> Self {
        match op {
            Op::Powi => Recorded::Power(n),
            Op::Polygamma => Recorded::Polygamma(n),
            op => Recorded::Row(op),
        }
    }
    /// What stands in a drawing: `"×"`.
    ///
    /// ```
    /// use backprop::{Op, Recorded};
    /// assert_eq!(Recorded::Row(Op::Mul).symbol(), "×");
    /// ```
    #[must_use]
    pub fn symbol(&self) -> &str {
        match self {
            Recorded::Row(op) => op.symbol(),
            Recorded::Power(_) => Op::Powi.symbol(),
            Recorded::Polygamma(_) => Op::Polygamma.symbol(),
            Recorded::Fold(fold) => fold.symbol(),
            Recorded::Array(name) => name,
            Recorded::Named(name) | Recorded::Custom(name) => name,
        }
    }
}
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recorded::Row(op) => f.pad(op.name()),
            Recorded::Power(n) => f.pad(&format!("powi({n})")),
            Recorded::Polygamma(n) => f.pad(&format!("polygamma({n})")),
            Recorded::Fold(fold) => f.pad(fold.name()),
            Recorded::Array(name) => f.pad(name),
            Recorded::Named(name) | Recorded::Custom(name) => f.pad(name),
        }
    }
}
