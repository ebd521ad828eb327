//! Products of vectors and matrices. They are bilinear: the adjoint of each factor is a product with the other.

use super::elementwise::binary;
use super::moves::{reshape, transpose};
use crate::array::data::kernel;
use crate::array::data::shapes::possible;
use crate::array::record::{Pull, Rule, record};
use crate::error::{Error, accept};
use crate::graph::array::{NodeArrayD, Values};
use crate::graph::recorded::Recorded;
use crate::number::{Elementary, Float};
use crate::rule::{Fold, Needs, Op};
use ndarray::{ArrayD, Axis, IxDyn};

/// A product of vectors and matrices, by their ranks.
struct MatrixProduct;
impl<T: Float> Rule<T> for MatrixProduct {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::Dot)
    }
    fn needs(&self, k: usize) -> Needs {
        other(k)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let g = at.adjoint();
        let (left, right) = (at.wants(0), at.wants(1));
        if left {
            let b = at.operand(1);
            // (A + H)B = AB + HB: what flows to H is G·Bᵀ
            let part = match (g.ndim(), b.ndim()) {
                (0, _) => accept(binary(Op::Through, &b, &g)),
                (1, 1) => outer(Op::Through, &g, &b),
                (1, _) => strong(&b, &g),
                _ => strong(&g, &transpose(&b)),
            };
            at.give(0, &part);
        }
        if right {
            let a = at.operand(0);
            // A(B + K) = AB + AK: what flows to K is Aᵀ·G
            let part = match (a.ndim(), g.ndim()) {
                (_, 0) => accept(binary(Op::Through, &a, &g)),
                (1, 1) => outer(Op::Through, &a, &g),
                _ => strong(&transpose(&a), &g),
            };
            at.give(1, &part);
        }
    }
}
/// What flows to a factor is a product with the other one.
fn other(k: usize) -> Needs {
    if k == 0 { Needs::SECOND } else { Needs::FIRST }
}
/// A product of ranks and shapes that fit.
#[track_caller]
fn product<T: Float>(a: &NodeArrayD<T>, b: &NodeArrayD<T>) -> NodeArrayD<T> {
    record(MatrixProduct, [a, b], kernel::product(&a.body().look(), &b.body().look()))
}
/// The product in derivative arithmetic, where zero times anything is zero: a NaN is looked into, most often there is
/// none.
#[track_caller]
fn strong<T: Float>(a: &NodeArrayD<T>, b: &NodeArrayD<T>) -> NodeArrayD<T> {
    record(MatrixProduct, [a, b], strong_values(&a.body().look(), &b.body().look()))
}
fn strong_values<T: Float>(a: &Values<T>, b: &Values<T>) -> Values<T> {
    let usual = kernel::product(a, b);
    if !usual.iter().any(|x| num_traits::Float::is_nan(*x)) {
        return usual;
    }
    let mut elements = Vec::with_capacity(usual.len());
    for row in a.lanes(Axis(a.ndim() - 1)) {
        for column in b.lanes(Axis(0)) {
            let parts = row.iter().zip(column).map(|(x, y)| Elementary::through(x, y));
            elements.push(parts.fold(T::of(0.0), |sum, part| sum + part));
        }
    }
    Values::from_vec(usual.raw_dim(), elements)
}
/// # Errors
/// [`Error::Shapes`] if the inner lengths differ or the ranks are not 1 or 2.
#[track_caller]
pub(crate) fn try_product<T: Float>(a: &NodeArrayD<T>, b: &NodeArrayD<T>) -> Result<NodeArrayD<T>, Error> {
    let fits = matches!((a.ndim(), b.ndim()), (1 | 2, 1 | 2)) && a.shape()[a.ndim() - 1] == b.shape()[0];
    if !fits {
        return Err(Error::Shapes { operation: "dot", left: a.shape().to_vec(), right: b.shape().to_vec() });
    }
    if let (&[m, _], &[_, n]) = (a.shape(), b.shape()) {
        possible("dot", &[m, n])?;
    }
    Ok(product(a, b))
}
/// `aᵢ·bⱼ`; of adjoints by `through`.
#[track_caller]
pub(crate) fn outer<T: Float>(op: Op, a: &NodeArrayD<T>, b: &NodeArrayD<T>) -> NodeArrayD<T> {
    accept(binary(op, &reshape(a, &IxDyn(&[a.len(), 1])), b))
}

/// Products of a stack of matrices with a stack of matrices.
struct StackProduct;
impl<T: Float> Rule<T> for StackProduct {
    fn recorded(&self) -> Recorded {
        Recorded::Array("matmul")
    }
    fn needs(&self, k: usize) -> Needs {
        other(k)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let g = at.adjoint();
        if at.wants(0) {
            let b = at.operand(1);
            at.give(0, &batched(&g, &transpose(&b), strong_values));
        }
        if at.wants(1) {
            let a = at.operand(0);
            at.give(1, &batched(&transpose(&a), &g, strong_values));
        }
    }
}
#[track_caller]
pub(crate) fn batched<T: Float>(
    a: &NodeArrayD<T>,
    b: &NodeArrayD<T>,
    product: fn(&Values<T>, &Values<T>) -> Values<T>,
) -> NodeArrayD<T> {
    let (p, q) = (a.body().look(), b.body().look());
    let mut whole: ArrayD<T> = kernel::blank(&IxDyn(&[a.shape()[0], a.shape()[1], b.shape()[2]]));
    for ((mut z, x), y) in whole.outer_iter_mut().zip(p.outer_iter()).zip(q.outer_iter()) {
        z.assign(&**product(&Values::new(x.to_owned()), &Values::new(y.to_owned())));
    }
    record(StackProduct, [a, b], Values::new(whole))
}
