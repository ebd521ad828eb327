//! The rows of the table as methods of arrays, element by element.

use super::operators::{ArrayOperand, Broadcast, OfThree};
use crate::array::rule::choice::choose;
use crate::array::rule::elementwise::{binary, ternary, unary};
use crate::error::{Error, accept};
use crate::graph::array::NodeArray;
use crate::number::Float;
use crate::ops::documented;
use crate::rule::{Op, table};
use ndarray::{ArrayBase, Data, DimMax, Dimension};

macro_rules! methods {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        /// The functions of the table, element by element; operands broadcast.
        impl<T: Float, D: Dimension> NodeArray<T, D> { $( methods!(@$arity [$(#[$doc])*] $Name $f); )* }
    };
    (@operator1 $doc:tt $Name:ident $f:ident) => {};
    (@operator2 $doc:tt $Name:ident $f:ident) => {};
    (@unary $doc:tt $Name:ident $f:ident) => { documented! { $doc
        concat!("use backprop::{Elementary, NodeArray};\nlet x = NodeArray::leaf(ndarray::array![", $crate::ops::example!($f), "]);\nassert_eq!(x.", stringify!($f), "().value()[0], Elementary::", stringify!($f), "(&", $crate::ops::example!($f), "));");
        #[must_use]
        #[track_caller]
        pub fn $f(&self) -> Self { unary(Op::$Name, 0, &self.any()).ranked() }
    } };
    (@power $doc:tt $Name:ident $f:ident) => { documented! { $doc
        concat!("use backprop::{Elementary, NodeArray};\nlet x = NodeArray::leaf(ndarray::array![2.0]);\nassert_eq!(x.", stringify!($f), "(3).value()[0], Elementary::", stringify!($f), "(&2.0, 3));");
        #[must_use]
        #[track_caller]
        pub fn $f(&self, n: i32) -> Self { unary(Op::$Name, n, &self.any()).ranked() }
    } };
    (@binary $doc:tt $Name:ident $f:ident) => { documented! { $doc
        concat!("use backprop::{Elementary, NodeArray};\nlet x = NodeArray::leaf(ndarray::array![1.0]);\nassert_eq!(x.", stringify!($f), "(2.0).value()[0], Elementary::", stringify!($f), "(&1.0, &2.0));");
        ///
        /// # Panics
        /// If the shapes do not broadcast together; [`try_binary`](NodeArray::try_binary) returns an error instead.
        #[must_use]
        #[track_caller]
        pub fn $f<R: ArrayOperand<T>>(&self, y: R) -> NodeArray<T, Broadcast<D, R::Dim>>
        where
            D: DimMax<R::Dim>,
        {
            accept(self.try_binary(Op::$Name, y))
        }
    } };
    (@ternary $doc:tt $Name:ident $f:ident) => { documented! { $doc
        concat!("use backprop::{Elementary, NodeArray};\nlet x = NodeArray::leaf(ndarray::array![1.0]);\nassert_eq!(x.", stringify!($f), "(2.0, 3.0).value()[0], Elementary::", stringify!($f), "(&1.0, &2.0, &3.0));");
        ///
        /// # Panics
        /// If the shapes do not broadcast together, and as the function of plain numbers does;
        /// [`try_ternary`](NodeArray::try_ternary) returns an error instead.
        #[must_use]
        #[track_caller]
        pub fn $f<R: ArrayOperand<T>, Q: ArrayOperand<T>>(
            &self,
            y: R,
            w: Q,
        ) -> OfThree<T, D, R::Dim, Q::Dim>
        where
            D: DimMax<R::Dim>,
            Broadcast<D, R::Dim>: DimMax<Q::Dim>,
        {
            accept(self.try_ternary(Op::$Name, y, w))
        }
    } };
}
table!(methods);

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// A row of the table with two operands (an operator or a method), element by element, with an error instead of a
    /// panic.
    ///
    /// ```
    /// use backprop::{Error, NodeArray, Op};
    /// let (x, y) = (NodeArray::leaf(ndarray::array![1.0, 2.0]), NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]));
    /// assert_eq!(x.try_binary(Op::Add, &y).unwrap_err().to_string(),
    ///     "add cannot take arrays of the shapes [2] and [3] together");
    /// assert_eq!(x.try_binary(Op::Max, 1.5).unwrap().value(), ndarray::array![1.5, 2.0]);
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast together, [`Error::Arity`] if the row has not two operands.
    #[track_caller]
    pub fn try_binary<R: ArrayOperand<T>>(&self, op: Op, y: R) -> Result<NodeArray<T, Broadcast<D, R::Dim>>, Error>
    where
        D: DimMax<R::Dim>,
    {
        with_arity(op, 2)?;
        Ok(binary(op, &self.any(), &y.operand())?.ranked())
    }

    /// A row of the table with three operands, element by element, with an error instead of a panic.
    ///
    /// ```
    /// use backprop::{NodeArray, Op};
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_ternary(Op::Clamp, 3.0, 2.0).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast together, [`Error::Bounds`] for `clamp` unless `low <= high`
    /// everywhere, [`Error::Arity`] if the row has not three operands.
    #[track_caller]
    pub fn try_ternary<R: ArrayOperand<T>, Q: ArrayOperand<T>>(
        &self,
        op: Op,
        y: R,
        w: Q,
    ) -> Result<OfThree<T, D, R::Dim, Q::Dim>, Error>
    where
        D: DimMax<R::Dim>,
        Broadcast<D, R::Dim>: DimMax<Q::Dim>,
    {
        with_arity(op, 3)?;
        Ok(ternary(op, [&self.any(), &y.operand(), &w.operand()])?.ranked())
    }

    /// `self` where the condition holds, `other` elsewhere. The branch not taken has no edge: nothing of it, not even a
    /// NaN, flows back.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![0.0, 4.0]);
    /// let positive = x.value().mapv(|x| x > 0.0);
    /// let y = x.sqrt().where_(&positive, &x * 2.0);
    /// y.sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![2.0, 0.25]); // not NaN
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast together.
    #[must_use]
    #[track_caller]
    pub fn where_<S: Data<Elem = bool>, E: Dimension, R: ArrayOperand<T>>(
        &self,
        condition: &ArrayBase<S, E>,
        other: R,
    ) -> OfThree<T, D, R::Dim, E>
    where
        D: DimMax<R::Dim>,
        Broadcast<D, R::Dim>: DimMax<E>,
    {
        accept(self.try_where(condition, other))
    }
    /// [`where_`](NodeArray::where_), with an error instead of a panic.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![0.0, 4.0]);
    /// assert!(x.try_where(&ndarray::array![true, false, true], 1.0).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast together.
    #[track_caller]
    pub fn try_where<S: Data<Elem = bool>, E: Dimension, R: ArrayOperand<T>>(
        &self,
        condition: &ArrayBase<S, E>,
        other: R,
    ) -> Result<OfThree<T, D, R::Dim, E>, Error>
    where
        D: DimMax<R::Dim>,
        Broadcast<D, R::Dim>: DimMax<E>,
    {
        let mask = condition.to_owned().into_dyn().into_shared();
        Ok(choose(&mask, &self.any(), &other.operand())?.ranked())
    }
}

/// # Errors
/// [`Error::Arity`] if the row has another number of operands.
fn with_arity(op: Op, operands: usize) -> Result<(), Error> {
    if op.arity() == operands { Ok(()) } else { Err(Error::Arity { operation: op.name(), operands }) }
}
