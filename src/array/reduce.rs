//! What reduces: values lane by lane, and beside each its adjoint.

use super::broadcast::fill;
use super::elementwise::binary;
use super::kernel;
use super::moves::{concatenate_any, range, reshape};
use super::operation::{Edge, Pull, Rule, record, record_number, recording};
use super::rim;
use crate::error::accept;
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Values};
use crate::graph::cell::CONSTANT;
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Fold, Op};
use ndarray::{Axis, Dimension, IxDyn};

/// The axis along which is reduced; `None`: the whole array.
pub(super) type Along = Option<usize>;

/// The shape with the axis, or all of them, at length 1.
pub(super) fn kept(shape: &IxDyn, along: Along) -> IxDyn {
    let mut kept = shape.clone();
    match along {
        Some(axis) => kept[axis] = 1,
        None => kept.slice_mut().fill(1),
    }
    kept
}
/// How many elements go into one.
pub(super) fn count(shape: &IxDyn, along: Along) -> usize {
    along.map_or_else(|| shape.size(), |axis| shape[axis])
}

/// `f` of each lane, its elements in a row; the result keeps the axes, at length 1.
pub(super) fn lanes<T: Float>(x: &Values<T>, along: Along, f: impl Fn(&[T]) -> T) -> Values<T> {
    let shape = kept(&x.raw_dim(), along);
    let elements = match (along, x.as_slice()) {
        (None, Some(all)) => vec![f(all)],
        (None, None) => vec![f(&x.iter().copied().collect::<Vec<T>>())],
        (Some(axis), Some(all)) if axis + 1 == x.ndim() && x.shape()[axis] > 0 => {
            all.chunks_exact(x.shape()[axis]).map(f).collect()
        }
        (Some(axis), _) => {
            let mut lane = Vec::with_capacity(x.shape()[axis]);
            x.lanes(Axis(axis))
                .into_iter()
                .map(|elements| {
                    lane.clear();
                    lane.extend(elements.iter().copied());
                    f(&lane)
                })
                .collect()
        }
    };
    Values::from_vec(shape, elements)
}
/// `f` writes to each lane of a copy.
pub(super) fn on_lanes<T: Float>(x: &Values<T>, along: Along, f: impl Fn(&mut [T])) -> Values<T> {
    let mut result = kernel::copy(x).shared().into_owned();
    let Some(axis) = along else {
        let mut all: Vec<T> = result.iter().copied().collect();
        f(&mut all);
        return Values::from_vec(result.raw_dim(), all);
    };
    for mut elements in result.lanes_mut(Axis(axis)) {
        if let Some(lane) = elements.as_slice_mut() {
            f(lane);
        } else {
            let mut lane = elements.to_vec();
            f(&mut lane);
            elements.iter_mut().zip(lane).for_each(|(x, changed)| *x = changed);
        }
    }
    Values::new(result)
}

// ------------------------------------------------------------------------------------------------ sum

/// The sum, its axis kept at length 1 (of the whole array: a number). Each element's slope is 1.
struct Sum {
    from: IxDyn,
}
impl<T: Float> Rule<T> for Sum {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::Sum)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        if at.is_plain() && at.shape().ndim() == 0 {
            if let Flow::Number(adjoint) | Flow::Everywhere(adjoint) = at.flow() {
                at.give_flow(0, Flow::Everywhere(adjoint));
            }
            return;
        }
        let part = fill(&at.adjoint(), &self.from);
        at.give(0, &part);
    }
}
/// The sum of the whole array.
#[track_caller]
pub(super) fn sum<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    let value = kernel::total(&x.body().look());
    if !recording([x]) {
        return Node::slot(CONSTANT, value);
    }
    record_number(Sum { from: x.body().shape().clone() }, [Edge::array(x, false)], value, false)
}
/// The sum along an axis, which stays, at length 1.
#[track_caller]
pub(super) fn sum_keep<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let sum = super::broadcast::sum_to(x, &kept(x.body().shape(), along));
    if rim::is_finite(&sum) || lanes(&x.body().look(), along, sum_of).iter().zip(sum.values().iter()).all(same) {
        return sum;
    }
    // a part of a sum has overflowed, and the whole does not
    match rim::multiple(x, along, rim::Range::Sums) {
        Some([multiple, undo]) => two(Op::Div, &sum_keep(&multiple, along), &undo),
        None => sum,
    }
}
fn sum_of<T: Float>(lane: &[T]) -> T {
    T::fold(Fold::Sum, lane, &[])
}
/// Whether both or neither are finite.
fn same<T: Float>((x, y): (&T, &T)) -> bool {
    num_traits::Float::is_finite(*x) == num_traits::Float::is_finite(*y)
}

// ------------------------------------------------------------------------------------------------ products

/// The product. Each element's slope is the product of the others, found without dividing.
pub(super) struct Product {
    pub along: Along,
}
impl<T: Float> Rule<T> for Product {
    fn recorded(&self) -> Recorded {
        Recorded::Array("prod")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        if at.is_plain() {
            let adjoint = reshape(&at.adjoint(), &kept(x.body().shape(), self.along));
            at.give(0, &two(Op::Through, &folded(Fold::Product, &x, self.along), &adjoint));
            return;
        }
        if lanes(&x.values(), self.along, |lane| T::of(f64::from(u8::from(ranges(lane))))).iter().all(|&r| r == T::of(1.0)) {
            let part = product_adjoint(&x, at.adjoint(), self.along);
            at.give(0, &part);
            return;
        }
        let shape = kept(x.body().shape(), self.along);
        let slopes = rim::slopes(
            Fold::Product,
            &x,
            self.along,
            |lane| !ranges(lane),
            |x| product_adjoint(x, NodeArray::made(Values::full(shape.clone(), T::of(1.0))), self.along),
        );
        let adjoint = reshape(&at.adjoint(), &shape);
        at.give(0, &two(Op::Through, &slopes, &adjoint));
    }
}
/// Whether every product of some of the elements is in the range of the numbers, in whatever order it is formed.
fn ranges<T: Float>(lane: &[T]) -> bool {
    let size = |x: &T| if *x == T::of(0.0) { 0.0 } else { x.to_f64_value().abs().log2().abs() };
    let most = <T as num_traits::Float>::max_value().to_f64_value().log2();
    lane.iter().map(size).sum::<f64>() < 0.9 * most
}
/// The slopes of a fold of each lane, as plain numbers.
fn folded<T: Float>(fold: Fold, x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    NodeArray::made(on_lanes(&x.values(), along, |lane| {
        let z = T::fold(fold, lane, &[]);
        lane.copy_from_slice(&fold.slopes_of_one(lane, &z));
    }))
}
/// What flows to the factors, in operations that can be differentiated to any order: the product is a tree of products of
/// halves, which is built from its factors up and walked back down.
#[track_caller]
fn product_adjoint<T: Float>(x: &NodeArrayD<T>, adjoint: NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let shape = x.body().shape();
    let axis = along.unwrap_or(0);
    let mut level = if along.is_none() { reshape(x, &IxDyn(&[shape.size()])) } else { x.clone() };
    let mut adjoint = reshape(&adjoint, &kept(level.body().shape(), Some(axis)));
    let half = |x: &NodeArrayD<T>, n: usize| (range(x, axis, 0, n / 2), range(x, axis, n / 2, n / 2 * 2));
    let odd = |x: &NodeArrayD<T>, n: usize| (n % 2 == 1).then(|| range(x, axis, x.shape()[axis] - 1, x.shape()[axis]));
    let together = |parts: Vec<NodeArrayD<T>>| accept(concatenate_any(axis, &parts));
    let mut levels = Vec::new();
    while level.shape()[axis] > 1 {
        let n = level.shape()[axis];
        let (a, b) = half(&level, n);
        let above = together([two(Op::Mul, &a, &b)].into_iter().chain(odd(&level, n)).collect());
        levels.push(std::mem::replace(&mut level, above));
    }
    for level in levels.iter().rev() {
        let n = level.shape()[axis];
        let (a, b) = half(level, n);
        let (main, last) = (range(&adjoint, axis, 0, n / 2), odd(&adjoint, n));
        let parts = [two(Op::Through, &b, &main), two(Op::Through, &a, &main)];
        adjoint = together(parts.into_iter().chain(last).collect());
    }
    if shape.size() == 0 { NodeArray::made(Values::full(shape.clone(), T::of(1.0))) } else { reshape(&adjoint, shape) }
}
#[track_caller]
pub(super) fn two<T: Float>(op: Op, x: &NodeArrayD<T>, y: &NodeArrayD<T>) -> NodeArrayD<T> {
    accept(binary(op, x, y))
}

// ------------------------------------------------------------------------------------------------ max and min

/// The largest or smallest element. The slope is shared equally by all that tie.
pub(super) struct Extreme {
    pub along: Along,
    pub largest: bool,
}
impl<T: Float> Rule<T> for Extreme {
    fn recorded(&self) -> Recorded {
        Recorded::Array(if self.largest { "max" } else { "min" })
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        // locally constant, but where all are NaN
        let constant = |x: &NodeArrayD<T>| folded(self.fold(), x, self.along);
        let shares = if at.is_plain() {
            constant(&x)
        } else {
            let is_nan = |lane: &[T]| lane.iter().all(|x| num_traits::Float::is_nan(*x));
            rim::slopes(self.fold(), &x, self.along, is_nan, constant)
        };
        let adjoint = reshape(&at.adjoint(), &kept(x.body().shape(), self.along));
        at.give(0, &two(Op::Through, &shares, &adjoint));
    }
}
impl Extreme {
    pub fn fold(&self) -> Fold {
        if self.largest { Fold::Max } else { Fold::Min }
    }
}

// ------------------------------------------------------------------------------------------------ logsumexp and norm

/// `ln Σ e^x` without overflow. The slopes are the softmax.
pub(super) struct LogSumExp {
    pub along: Along,
}
impl<T: Float> Rule<T> for LogSumExp {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::LogSumExp)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        let adjoint = at.adjoint();
        let adjoint = reshape(&adjoint, &kept(x.body().shape(), self.along));
        at.give(0, &two(Op::Through, &softmax(&x, self.along), &adjoint));
    }
}
/// `e^xᵢ/Σ e^xₖ`. The adjoint of `x` is `s·(g − Σ g·s)`.
pub(super) struct Softmax<T: Float> {
    pub along: Along,
    pub moving: Moving<T>,
}
impl<T: Float> Rule<T> for Softmax<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array("softmax")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let (s, g) = (at.result(), at.adjoint());
        at.give(0, &softmax_adjoint(&s, &g, self.along, &self.moving));
    }
}
/// `s·(g − Σ g·s)`, 0 in lanes that do not move.
#[track_caller]
pub(super) fn softmax_adjoint<T: Float>(
    s: &NodeArrayD<T>,
    g: &NodeArrayD<T>,
    along: Along,
    moving: &Moving<T>,
) -> NodeArrayD<T> {
    let mean = sum_keep(&two(Op::Through, s, g), along);
    let part = two(Op::Through, s, &two(Op::Sub, g, &mean));
    match moving {
        Some(moving) => two(Op::Through, &part, moving),
        None => part,
    }
}
/// 1 for each lane, but 0 where an infinite element takes it all, or infinite ones share: there a softmax is constant.
/// `None`: they all move.
pub(super) type Moving<T> = Option<NodeArrayD<T>>;
pub(super) fn moving<T: Float>(x: &Values<T>, along: Along) -> Moving<T> {
    let stands = |lane: &[T]| {
        let any = |test: fn(f64) -> bool| lane.iter().any(|x| test(x.to_f64_value()));
        any(|x| x == f64::INFINITY) && !any(f64::is_nan)
    };
    let moving = lanes(x, along, |lane| T::of(if stands(lane) { 0.0 } else { 1.0 }));
    moving.iter().any(|&moving| moving == T::of(0.0)).then(|| NodeArray::made(moving))
}
/// The softmax along an axis, or of the whole array.
#[track_caller]
pub(crate) fn softmax<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = on_lanes(&x.body().look(), along, |lane| {
        let z = T::fold(Fold::LogSumExp, lane, &[]);
        lane.copy_from_slice(&Fold::LogSumExp.slopes_of_one(lane, &z));
    });
    if !recording([x]) {
        return NodeArray::made(values);
    }
    let moving = moving(&x.body().look(), along);
    record(Softmax { along, moving }, [Edge::array(x, false)], values, true)
}

/// The 2-norm without overflow. The slopes are `x/‖x‖`, at the origin 0.
struct Norm {
    along: Along,
}
impl<T: Float> Rule<T> for Norm {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::Norm)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        let shape = kept(x.body().shape(), self.along);
        let slopes = if at.is_plain() {
            folded(Fold::Norm, &x, self.along)
        } else {
            let length = reshape(&at.result(), &shape);
            let is_usual = |r: &T| r.is_normal_value() || num_traits::Float::is_nan(*r);
            if length.body().look().iter().all(is_usual) {
                two(Op::Div, &x, &length)
            } else {
                let special = |lane: &[T]| !is_usual(&T::fold(Fold::Norm, lane, &[]));
                rim::slopes(Fold::Norm, &x, self.along, special, |x| two(Op::Div, x, &norm(x, self.along)))
            }
        };
        let adjoint = reshape(&at.adjoint(), &shape);
        at.give(0, &two(Op::Through, &slopes, &adjoint));
    }
}
/// The length of each lane.
#[track_caller]
pub(super) fn norm<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = lanes(&x.body().look(), along, |lane| T::fold(Fold::Norm, lane, &[]));
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Norm { along }, [Edge::array(x, true)], values, true)
}

// ------------------------------------------------------------------------------------------------ running sums

/// Running sums. The adjoint sums from the other end.
struct RunningSum {
    axis: usize,
    backwards: bool,
}
impl<T: Float> Rule<T> for RunningSum {
    fn recorded(&self) -> Recorded {
        Recorded::Array("cumsum")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = running_sum(&at.adjoint(), self.axis, !self.backwards);
        at.give(0, &part);
    }
}
#[track_caller]
pub(super) fn running_sum<T: Float>(x: &NodeArrayD<T>, axis: usize, backwards: bool) -> NodeArrayD<T> {
    let run = |lane: &mut [T]| {
        let mut sum = T::of(0.0);
        let add = |x: &mut T| {
            sum += *x;
            *x = sum;
        };
        if backwards { lane.iter_mut().rev().for_each(add) } else { lane.iter_mut().for_each(add) }
    };
    let finite = |lane: &[T]| lane.iter().all(|x| num_traits::Float::is_finite(*x));
    let mut values = on_lanes(&x.body().look(), Some(axis), run);
    if !values.iter().all(|x| num_traits::Float::is_finite(*x)) {
        // once more, in a range where what has overflowed has not
        let scale = T::of(rim::small::<T>());
        values = on_lanes(&x.body().look(), Some(axis), |lane| {
            let mut multiple: Vec<T> = lane.iter().map(|&x| x * scale).collect();
            let overflows = finite(lane);
            run(lane);
            if overflows && !finite(lane) {
                run(&mut multiple);
                lane.iter_mut().zip(multiple).for_each(|(x, sum)| *x = sum / scale);
            }
        });
    }
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(RunningSum { axis, backwards }, [Edge::array(x, false)], values, false)
}
