//! Looking at a graph: what a node is, what it was computed by, and from what.

use crate::graph::cell::{CONSTANT, LEAF, PAYLOAD, op_of};
use crate::graph::handle::{Node, share};
use crate::graph::payload::Rule;
use crate::number::Float;
use crate::rule::{Fold, Op};
use std::fmt;
use std::rc::Rc;

impl<T: Float> Node<T> {
    /// Whether gradients collect here.
    ///
    /// ```
    /// use backprop::Node;
    /// assert!(Node::leaf(1.0).is_leaf() && !Node::leaf(1.0).sin().is_leaf());
    /// ```
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.kind() == LEAF
    }

    /// Whether nothing flows in here.
    ///
    /// ```
    /// use backprop::Node;
    /// assert!(Node::leaf(1.0).detach().is_constant());
    /// ```
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.kind() >= CONSTANT
    }

    /// Whether two handles are the same node: `==` compares values.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(1.0);
    /// assert!(x.is_same(&x.clone()) && !x.is_same(&Node::leaf(1.0)));
    /// ```
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.index() == other.index()
    }

    /// The operands, in their order; literals are constants among them. Empty for leaves and constants.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(3.0);
    /// let y = &x * 2.0;
    /// let [same, two] = &y.operands()[..] else { panic!() };
    /// assert!(two.is_constant() && same.is_same(&x));
    /// ```
    #[must_use]
    pub fn operands(&self) -> Vec<Node<T>> {
        if self.kind() == PAYLOAD {
            return self.payload().map(|payload| payload.operands.clone()).unwrap_or_default();
        }
        let Some(op) = op_of(self.kind()) else { return Vec::new() };
        let (operands, _) = self.recorded_operands();
        operands[..op.arity()].iter().map(|&index| share(index)).collect()
    }

    /// What the node was computed by; `None` for leaves and constants.
    ///
    /// ```
    /// use backprop::{Node, Op, Recorded};
    /// let x = Node::leaf(3.0);
    /// assert_eq!((&x * &x).operation(), Some(Recorded::Row(Op::Mul)));
    /// assert_eq!(x.powi(5).operation(), Some(Recorded::Power(5)));
    /// assert_eq!(x.operation(), None);
    /// ```
    #[must_use]
    pub fn operation(&self) -> Option<Recorded> {
        match (self.kind(), op_of(self.kind())) {
            (_, Some(Op::Powi)) => Some(Recorded::Power(self.recorded_operands().1)),
            (_, Some(op)) => Some(Recorded::Row(op)),
            (PAYLOAD, _) => self.payload().map(|payload| match &payload.rule {
                Rule::Named(name) => Recorded::Named(name.clone()),
                Rule::Fold(fold) => Recorded::Fold(*fold),
                Rule::Custom(custom) => Recorded::Custom(custom.name().into()),
            }),
            _ => None,
        }
    }
}

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
    /// A row of the table.
    Row(Op),
    /// An integer power, with its exponent.
    Power(i32),
    /// An operation over a slice.
    Fold(Fold),
    /// The identity, under a name.
    Named(Rc<str>),
    /// An operation of the user's, by its name.
    Custom(Rc<str>),
}
impl Recorded {
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
            Recorded::Fold(fold) => fold.symbol(),
            Recorded::Named(name) | Recorded::Custom(name) => name,
        }
    }
}
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recorded::Row(op) => f.pad(op.name()),
            Recorded::Power(n) => f.pad(&format!("powi({n})")),
            Recorded::Fold(fold) => f.pad(fold.name()),
            Recorded::Named(name) | Recorded::Custom(name) => f.pad(name),
        }
    }
}
