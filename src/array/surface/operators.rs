//! The std operators, in every ownership form and with everything that can stand beside an array.

use crate::array::record::lift;
use crate::array::rule::elementwise::{binary, unary};
use crate::error::accept;
use crate::graph::array::{NodeArray, NodeArrayD, Values};
use crate::graph::handle::Node;
use crate::number::{BuiltOn, Float, Nested, part};
use crate::ops::each_operator;
use crate::rule::Op;
use ndarray::{ArrayBase, Data, DimMax, Dimension, Ix0, OwnedRepr};

/// What can stand beside an array in an operation: arrays and numbers of the graph, plain arrays of ndarray's and plain
/// numbers (which are constants), each by value or by reference. They broadcast as in ndarray.
///
/// Sealed: other types cannot implement it.
///
/// ```
/// use backprop::{Node, NodeArray};
/// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
/// let a = Node::leaf(3.0);
/// let y = &x * &a + ndarray::array![[10.0], [20.0]] - 1.0;
/// assert_eq!(y.value(), ndarray::array![[12.0, 15.0], [22.0, 25.0]]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand beside an array of `{T}` in the graph",
    label = "expected a `NodeArray`, a `Node`, an ndarray or a number, of the same kind of number",
    note = "a literal wants a decimal point: write `2.0`, not `2`"
)]
pub trait ArrayOperand<T: Float>: sealed::Sealed {
    /// Its rank; a number has none.
    type Dim: Dimension;
    /// The array in the graph.
    #[doc(hidden)]
    fn operand(self) -> NodeArrayD<T>;
}
mod sealed {
    pub trait Sealed {}
}
impl<T: Float, D: Dimension> sealed::Sealed for NodeArray<T, D> {}
impl<T: Float, D: Dimension> sealed::Sealed for &NodeArray<T, D> {}
impl<T: Float, D: Dimension> ArrayOperand<T> for NodeArray<T, D> {
    type Dim = D;
    fn operand(self) -> NodeArrayD<T> {
        self.any()
    }
}
impl<T: Float, D: Dimension> ArrayOperand<T> for &NodeArray<T, D> {
    type Dim = D;
    fn operand(self) -> NodeArrayD<T> {
        self.any()
    }
}
impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float> sealed::Sealed for &Node<T> {}
impl<T: Float> ArrayOperand<T> for Node<T> {
    type Dim = Ix0;
    fn operand(self) -> NodeArrayD<T> {
        lift(&self)
    }
}
impl<T: Float> ArrayOperand<T> for &Node<T> {
    type Dim = Ix0;
    fn operand(self) -> NodeArrayD<T> {
        lift(self)
    }
}
impl<S: Data, D: Dimension> sealed::Sealed for ArrayBase<S, D> {}
impl<S: Data, D: Dimension> sealed::Sealed for &ArrayBase<S, D> {}
impl<T: Float, S: Data<Elem = T>, D: Dimension> ArrayOperand<T> for ArrayBase<S, D> {
    type Dim = D;
    fn operand(self) -> NodeArrayD<T> {
        NodeArray::constant_of(Values::new(self.into_owned().into_dyn()))
    }
}
impl<T: Float, S: Data<Elem = T>, D: Dimension> ArrayOperand<T> for &ArrayBase<S, D> {
    type Dim = D;
    fn operand(self) -> NodeArrayD<T> {
        let copy: ArrayBase<OwnedRepr<T>, D> = self.to_owned();
        NodeArray::constant_of(Values::new(copy.into_dyn()))
    }
}
impl<T: Float> sealed::Sealed for T {}
impl<T: Float> ArrayOperand<T> for T {
    type Dim = Ix0;
    fn operand(self) -> NodeArrayD<T> {
        NodeArray::constant_of(Values::scalar(self))
    }
}
/// Literals of nested numbers.
macro_rules! literals { ($($L:ident)*) => { $(
    impl<T: Nested<$L> + Float> ArrayOperand<T> for $L {
        type Dim = Ix0;
        fn operand(self) -> NodeArrayD<T> {
            NodeArray::constant_of(Values::scalar(part(self)))
        }
    }
)* } }
literals!(f64 f32);

/// The rank of what two ranks broadcast to.
pub(crate) type Broadcast<D, E> = <D as DimMax<E>>::Output;
/// What three operands of these ranks give.
pub(crate) type OfThree<T, D, E, F> = NodeArray<T, Broadcast<Broadcast<D, E>, F>>;

macro_rules! operators { ($Op:ident $f:ident $Assign:ident $assign:ident) => {
    impl<T: Float, D: Dimension + DimMax<R::Dim>, R: ArrayOperand<T>> std::ops::$Op<R> for NodeArray<T, D> {
        type Output = NodeArray<T, Broadcast<D, R::Dim>>;
        #[track_caller]
        fn $f(self, other: R) -> Self::Output {
            accept(binary(Op::$Op, &self.any(), &other.operand())).ranked()
        }
    }
    impl<T: Float, D: Dimension + DimMax<R::Dim>, R: ArrayOperand<T>> std::ops::$Op<R> for &NodeArray<T, D> {
        type Output = NodeArray<T, Broadcast<D, R::Dim>>;
        #[track_caller]
        fn $f(self, other: R) -> Self::Output {
            accept(binary(Op::$Op, &self.any(), &other.operand())).ranked()
        }
    }
    operators!(@left [] Node<T>, $Op $f);
    operators!(@left [] &Node<T>, $Op $f);
    operators!(@left [S: Data<Elem = T>, E: Dimension + DimMax<D>] ArrayBase<S, E>, $Op $f);
    operators!(@left [S: Data<Elem = T>, E: Dimension + DimMax<D>] &ArrayBase<S, E>, $Op $f);
    operators!(@literal f64, $Op $f);
    operators!(@literal f32, $Op $f);
    impl<T: Float, D: Dimension + DimMax<R::Dim, Output = D>, R: ArrayOperand<T>> std::ops::$Assign<R> for NodeArray<T, D> {
        /// The variable gets a new node.
        #[track_caller]
        fn $assign(&mut self, other: R) {
            *self = accept(binary(Op::$Op, &self.any(), &other.operand())).ranked();
        }
    }
};
    (@left [] $Left:ty, $Op:ident $f:ident) => {
        operators!(@left_form [] $Left, D, NodeArray<T, D>, $Op $f);
        operators!(@left_form [] $Left, D, &NodeArray<T, D>, $Op $f);
    };
    (@left [$($g:tt)+] $Left:ty, $Op:ident $f:ident) => {
        operators!(@left_form [$($g)+] $Left, Broadcast<E, D>, NodeArray<T, D>, $Op $f);
        operators!(@left_form [$($g)+] $Left, Broadcast<E, D>, &NodeArray<T, D>, $Op $f);
    };
    (@left_form [$($g:tt)*] $Left:ty, $Dim:ty, $Right:ty, $Op:ident $f:ident) => {
        impl<T: Float, D: Dimension, $($g)*> std::ops::$Op<$Right> for $Left {
            type Output = NodeArray<T, $Dim>;
            #[track_caller]
            fn $f(self, other: $Right) -> Self::Output {
                accept(binary(Op::$Op, &self.operand(), &other.any())).ranked()
            }
        }
    };
    (@literal $L:ident, $Op:ident $f:ident) => {
        operators!(@literal_form $L, NodeArray<T, D>, $Op $f);
        operators!(@literal_form $L, &NodeArray<T, D>, $Op $f);
    };
    (@literal_form $L:ident, $Right:ty, $Op:ident $f:ident) => {
        impl<T: BuiltOn<$L> + Float, D: Dimension> std::ops::$Op<$Right> for $L {
            type Output = NodeArray<T, D>;
            #[track_caller]
            fn $f(self, other: $Right) -> Self::Output {
                let left = NodeArray::constant_of(Values::scalar(part(self)));
                accept(binary(Op::$Op, &left, &other.any())).ranked()
            }
        }
    };
}
each_operator!(operators);

impl<T: Float, D: Dimension> std::ops::Neg for NodeArray<T, D> {
    type Output = NodeArray<T, D>;
    #[track_caller]
    fn neg(self) -> NodeArray<T, D> {
        unary(Op::Neg, 0, &self.any()).ranked()
    }
}
impl<T: Float, D: Dimension> std::ops::Neg for &NodeArray<T, D> {
    type Output = NodeArray<T, D>;
    #[track_caller]
    fn neg(self) -> NodeArray<T, D> {
        unary(Op::Neg, 0, &self.any()).ranked()
    }
}
