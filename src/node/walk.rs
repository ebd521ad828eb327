//! Looking at a graph: what a node is, what it was computed by, and from what.

use crate::graph::cell::{CONSTANT, LEAF, PAYLOAD, op_of};
use crate::graph::handle::{Node, share};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::Op;

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
            return self.payload().map(|payload| payload.operands()).unwrap_or_default();
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
            (PAYLOAD, _) => self.payload().and_then(|payload| payload.recorded()),
            _ => None,
        }
    }
}
