//! Looking at a graph: what a node is, what it was computed by, and from what.

use crate::graph::cell::{ARRAY_LEAF, LEAF, PAYLOAD, op_of};
use crate::graph::handle::{Node, share};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::Dimension;

impl<T: Float> Node<T> {
    /// Whether gradients collect here.
    ///
    /// ```
    /// use backprop::Node;
    /// assert!(Node::leaf(1.0).is_leaf() && !Node::leaf(1.0).sin().is_leaf());
    /// ```
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind(), LEAF | ARRAY_LEAF)
    }

    /// Whether nothing flows in here.
    ///
    /// ```
    /// use backprop::Node;
    /// assert!(Node::leaf(1.0).detach().is_constant());
    /// ```
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.is_still()
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

    /// The shape of the array that the node stands for; `None` for numbers. Nodes that stand for arrays are found by
    /// [`operands`](Node::operands). They are there to be looked at: their values may be gone already, and whoever computes
    /// with them gets NaN.
    ///
    /// ```
    /// use backprop::{Node, NodeArray};
    /// let y = NodeArray::leaf(ndarray::array![1.0, 2.0]).exp().sum();
    /// let exp = &y.operands()[0];
    /// assert_eq!(exp.shape().as_deref(), Some(&[2][..]));
    /// assert_eq!((exp.operation().unwrap().to_string(), y.shape()), ("exp".to_string(), None));
    /// assert!(exp.operands()[0].is_leaf());
    /// ```
    #[must_use]
    pub fn shape(&self) -> Option<Vec<usize>> {
        Some(self.payload()?.collector()?.shape().slice().to_vec())
    }

    /// The operands, in their order; literals are constants among them, and arrays have a [`shape`](Node::shape). Empty for
    /// leaves and constants.
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
            (_, Some(op)) => Some(Recorded::row(op, self.recorded_operands().1)),
            (PAYLOAD, _) => self.payload().and_then(|payload| payload.recorded()),
            _ => None,
        }
    }
}
