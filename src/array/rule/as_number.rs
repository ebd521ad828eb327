//! An array as a number: every arithmetic operation acts on all elements. On it the slopes of the table run when
//! derivatives are nodes, so that the derivative of an array operation is array operations again.
//!
//! It compares with nothing: a slope that branches asks [`either`](Elementary::either), and each element gets its own
//! branch.

use super::choice::choose;
use super::elementwise::{binary, join, ternary, unary};
use crate::array::data::feed::{BLOCK, Feed, Order};
use crate::array::data::shapes::common;
use crate::error::Error;
use crate::graph::array::{NodeArray, NodeArrayD, Values};
use crate::number::{Argument, Elementary, Float, Seen};
use crate::ops::each_operator;
use crate::rule::{Fold, Op, table};
use ndarray::{ArcArray, ArrayD, Dimension, IxDyn};
use std::borrow::Borrow;
use std::iter::{Product, Sum};

#[derive(Clone, Debug)]
pub(crate) struct AsNumber<T: Float>(pub NodeArrayD<T>);

/// Shapes that slopes are made of have broadcast before.
fn lanes<T: Float>(result: Result<NodeArrayD<T>, Error>) -> AsNumber<T> {
    match result {
        Ok(array) => AsNumber(array),
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}
fn two<T: Float>(op: Op, x: &AsNumber<T>, y: &AsNumber<T>) -> AsNumber<T> {
    lanes(binary(op, &x.0, &y.0))
}

macro_rules! arithmetic {
    ($Op:ident $f:ident $Assign:ident $assign:ident) => {
        impl<T: Float> std::ops::$Op for AsNumber<T> {
            type Output = Self;
            fn $f(self, other: Self) -> Self {
                two(Op::$Op, &self, &other)
            }
        }
        impl<T: Float> std::ops::$Op<&AsNumber<T>> for AsNumber<T> {
            type Output = Self;
            fn $f(self, other: &Self) -> Self {
                two(Op::$Op, &self, other)
            }
        }
        impl<T: Float> std::ops::$Assign for AsNumber<T> {
            fn $assign(&mut self, other: Self) {
                *self = two(Op::$Op, self, &other);
            }
        }
        impl<T: Float> std::ops::$Assign<&AsNumber<T>> for AsNumber<T> {
            fn $assign(&mut self, other: &Self) {
                *self = two(Op::$Op, self, other);
            }
        }
    };
}
each_operator!(arithmetic);
impl<T: Float> std::ops::Neg for AsNumber<T> {
    type Output = Self;
    fn neg(self) -> Self {
        AsNumber(unary(Op::Neg, 0, &self.0))
    }
}
impl<T: Float> Sum for AsNumber<T> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.reduce(|sum, x| sum + x).unwrap_or_else(|| Self::of(0.0))
    }
}
impl<'a, T: Float> Sum<&'a AsNumber<T>> for AsNumber<T> {
    fn sum<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        numbers.cloned().sum()
    }
}
impl<T: Float> Product for AsNumber<T> {
    fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.reduce(|product, x| product * x).unwrap_or_else(|| Self::of(1.0))
    }
}
impl<'a, T: Float> Product<&'a AsNumber<T>> for AsNumber<T> {
    fn product<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        numbers.cloned().product()
    }
}
impl<T: Float> PartialEq for AsNumber<T> {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
impl<T: Float> PartialOrd for AsNumber<T> {
    fn partial_cmp(&self, _: &Self) -> Option<std::cmp::Ordering> {
        None
    }
}

macro_rules! rows {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        $( rows!(@$arity $Name $f); )*
    };
    (@operator1 $Name:ident $f:ident) => {};
    (@operator2 $Name:ident $f:ident) => {};
    (@unary $Name:ident $f:ident) => { fn $f(&self) -> Self { AsNumber(unary(Op::$Name, 0, &self.0)) } };
    (@power $Name:ident $f:ident) => { fn $f(&self, n: i32) -> Self { AsNumber(unary(Op::$Name, n, &self.0)) } };
    (@binary $Name:ident $f:ident) => {
        fn $f(&self, y: impl Argument<Self>) -> Self { two(Op::$Name, self, y.number().borrow()) }
    };
    (@ternary $Name:ident $f:ident) => {
        fn $f(&self, y: impl Argument<Self>, w: impl Argument<Self>) -> Self {
            lanes(ternary(Op::$Name, [&self.0, &y.number().borrow().0, &w.number().borrow().0]))
        }
    };
}

impl<T: Float> Elementary for AsNumber<T> {
    fn of(x: f64) -> Self {
        AsNumber(NodeArray::constant_of(Values::scalar(T::of(x))))
    }
    /// Many elements have no one value; slopes ask [`either`](Elementary::either).
    fn to_f64_value(&self) -> f64 {
        f64::NAN
    }
    fn detach(&self) -> Self {
        AsNumber(self.0.detach())
    }
    table!(rows);

    fn fold(fold: Fold, _: &[Self], _: &[Self]) -> Self {
        panic!("a slope folds ({}): this is a bug in backprop", fold.name())
    }
    fn is_normal_value(&self) -> bool {
        false
    }
    fn is_exact_zero(&self) -> bool {
        self.is_exactly(0.0)
    }
    fn either<const K: usize>(
        of: [&Self; K],
        test: impl Fn([Seen; K]) -> bool,
        yes: impl FnOnce() -> Self,
        no: impl FnOnce() -> Self,
    ) -> Self {
        match branch(&of, &|seen| {
            let mut all = [Seen { value: f64::NAN, normal: false }; K];
            all.copy_from_slice(seen);
            test(all)
        }) {
            Branch::All => yes(),
            Branch::None => no(),
            Branch::Some(mask) => lanes(choose(&mask, &yes().0, &no().0)),
        }
    }
    // exact zeros and ones leave no trace in graphs of derivatives
    fn flow(slope: &Self, adjoint: &Self) -> Self {
        if slope.is_exactly(1.0) {
            adjoint.clone()
        } else if adjoint.is_exactly(1.0) {
            slope.clone()
        } else {
            slope.through(adjoint)
        }
    }
    fn join(a: Self, b: Self) -> Self {
        AsNumber(join(a.0, b.0))
    }
}
/// Which elements take a branch. What all agree on needs no choice.
enum Branch {
    All,
    None,
    Some(ArcArray<bool, IxDyn>),
}
/// (Apart from [`either`](Elementary::either), of which every branch of every slope has its own.)
fn branch<T: Float>(of: &[&AsNumber<T>], test: &dyn Fn(&[Seen]) -> bool) -> Branch {
    let mut shape = IxDyn(&[]);
    for x in of {
        shape = match common("either", &shape, x.0.body().shape()) {
            Ok(shape) => shape,
            Err(error) => panic!("{error}: this is a bug in backprop"),
        };
    }
    let values: Vec<Values<T>> = of.iter().map(|x| x.0.values()).collect();
    let order = Order::row_major(&shape, values.iter().map(|x| &**x));
    let mut feeds: Vec<Feed<'_, T>> = values.iter().map(|x| Feed::new(x, &order, BLOCK)).collect();
    let mut seen = Vec::with_capacity(of.len());
    let mut mask = Vec::with_capacity(shape.size());
    for (start, len) in order.blocks(BLOCK) {
        feeds.iter_mut().for_each(|feed| feed.advance(start, len));
        for k in 0..len {
            seen.clear();
            seen.extend(feeds.iter().map(|feed| feed.block(start, len)[k].seen()));
            mask.push(test(&seen));
        }
    }
    if mask.iter().all(|&taken| taken) {
        return Branch::All;
    }
    if !mask.contains(&true) {
        return Branch::None;
    }
    match ArrayD::from_shape_vec(shape, mask) {
        Ok(mask) => Branch::Some(mask.into_shared()),
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}
impl<T: Float> AsNumber<T> {
    /// Whether this is the one number, and no node.
    fn is_exactly(&self, number: f64) -> bool {
        self.0.node().is_none() && self.0.len() == 1 && (self.0.values().first() - T::of(number)).is_exact_zero()
    }
}
