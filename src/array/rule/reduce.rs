//! What reduces: values lane by lane, and beside each its adjoint.

use super::broadcast::fill;
use super::elementwise::two;
use super::linear::Linear;
use super::moves::{concatenate_any, range, reshape};
use super::rim;
use crate::array::data::lanes::{Along, kept, lanes, on_lanes};
use crate::array::data::logits::softmax_of;
use crate::array::data::sums;
use crate::array::record::{Pull, Rule, is_recorded, record};
use crate::error::accept;
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Value, Values};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Edge, Fold, Needs, Op};
use ndarray::{Dimension, IxDyn};

/// A kink, if a lane of the operand is at one.
fn kink_in_lanes<T: Float>(operands: &[Value<T>], along: Along, is_at_kink: impl Fn(&[T]) -> bool) -> Option<Edge> {
    let [Value::Array(x)] = operands else { return None };
    let found = lanes(x, along, |lane| T::of(f64::from(u8::from(is_at_kink(lane)))));
    found.iter().any(|&found| found == T::of(1.0)).then_some(Edge::Kink)
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
pub(crate) fn sum<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    let value = sums::total(&x.body().look());
    record(Sum { from: x.body().shape().clone() }, [x], value)
}
/// The sum along an axis, which stays, at length 1.
#[track_caller]
pub(crate) fn sum_keep<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
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
pub(crate) struct Product {
    pub along: Along,
}
impl<T: Float> Rule<T> for Product {
    fn recorded(&self) -> Recorded {
        Recorded::Array("prod")
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::FIRST
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        if at.is_plain() {
            let adjoint = reshape(&at.adjoint(), &kept(x.body().shape(), self.along));
            at.give(0, &two(Op::Through, &folded(Fold::Product, &x, self.along), &adjoint));
            return;
        }
        if lanes(&x.values(), self.along, |lane| T::of(f64::from(u8::from(ranges(lane)))))
            .iter()
            .all(|&r| r == T::of(1.0))
        {
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
            |x| product_adjoint(x, NodeArray::constant_of(Values::full(shape.clone(), T::of(1.0))), self.along),
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
    NodeArray::constant_of(on_lanes(&x.values(), along, |lane| {
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
    if shape.size() == 0 {
        NodeArray::constant_of(Values::full(shape.clone(), T::of(1.0)))
    } else {
        reshape(&adjoint, shape)
    }
}

// ------------------------------------------------------------------------------------------------ max and min

/// The largest or smallest element. The slope is shared equally by all that tie.
pub(crate) struct Extreme {
    pub along: Along,
    pub largest: bool,
}
impl<T: Float> Rule<T> for Extreme {
    fn recorded(&self) -> Recorded {
        Recorded::Array(if self.largest { "max" } else { "min" })
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::FIRST
    }
    fn edge(&self, operands: &[Value<T>]) -> Option<Edge> {
        let ties = |lane: &[T]| {
            let best = self.fold().value(lane, &[]);
            best.to_f64_value().is_finite() && lane.iter().filter(|&&x| x == best).count() > 1
        };
        kink_in_lanes(operands, self.along, ties)
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
pub(crate) struct LogSumExp {
    pub along: Along,
}
impl<T: Float> Rule<T> for LogSumExp {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::LogSumExp)
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::FIRST
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
    fn needs(&self, _: usize) -> Needs {
        Needs::RESULT
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let (s, g) = (at.result(), at.adjoint());
        at.give(0, &softmax_adjoint(&s, &g, self.along, &self.moving));
    }
}
/// `s·(g − Σ g·s)`, 0 in lanes that do not move.
#[track_caller]
pub(crate) fn softmax_adjoint<T: Float>(
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
pub(crate) type Moving<T> = Option<NodeArrayD<T>>;
pub(crate) fn moving<T: Float>(x: &NodeArrayD<T>, along: Along) -> Moving<T> {
    if !is_recorded([x]) {
        return None;
    }
    let stands = |lane: &[T]| {
        let any = |test: fn(f64) -> bool| lane.iter().any(|x| test(x.to_f64_value()));
        any(|x| x == f64::INFINITY) && !any(f64::is_nan)
    };
    let moving = lanes(&x.body().look(), along, |lane| T::of(if stands(lane) { 0.0 } else { 1.0 }));
    moving.iter().any(|&moving| moving == T::of(0.0)).then(|| NodeArray::constant_of(moving))
}
/// The softmax along an axis, or of the whole array.
#[track_caller]
pub(crate) fn softmax<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = on_lanes(&x.body().look(), along, softmax_of);
    record(Softmax { along, moving: moving(x, along) }, [x], values)
}

/// The 2-norm without overflow. The slopes are `x/‖x‖`, at the origin 0.
struct Norm {
    along: Along,
}
impl<T: Float> Rule<T> for Norm {
    fn recorded(&self) -> Recorded {
        Recorded::Fold(Fold::Norm)
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::FIRST | Needs::RESULT
    }
    fn edge(&self, operands: &[Value<T>]) -> Option<Edge> {
        kink_in_lanes(operands, self.along, |lane| !lane.is_empty() && lane.iter().all(|&x| x == T::of(0.0)))
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
pub(crate) fn norm<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = lanes(&x.body().look(), along, |lane| T::fold(Fold::Norm, lane, &[]));
    record(Norm { along }, [x], values)
}

// ------------------------------------------------------------------------------------------------ running sums

/// Running sums. The adjoint sums from the other end.
pub(crate) struct RunningSum {
    pub axis: usize,
    pub backwards: bool,
}
impl<T: Float> Linear<T> for RunningSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        let run = |lane: &mut [T]| {
            let mut sum = T::of(0.0);
            let add = |x: &mut T| {
                sum += *x;
                *x = sum;
            };
            if self.backwards { lane.iter_mut().rev().for_each(add) } else { lane.iter_mut().for_each(add) }
        };
        let finite = |lane: &[T]| lane.iter().all(|x| num_traits::Float::is_finite(*x));
        let sums = on_lanes(&x, Some(self.axis), run);
        if sums.iter().all(|x| num_traits::Float::is_finite(*x)) {
            return sums;
        }
        // once more, in a range where what has overflowed has not
        let scale = T::of(rim::small::<T>());
        on_lanes(&x, Some(self.axis), |lane| {
            let mut multiple: Vec<T> = lane.iter().map(|&x| x * scale).collect();
            let overflows = finite(lane);
            run(lane);
            if overflows && !finite(lane) {
                run(&mut multiple);
                lane.iter_mut().zip(multiple).for_each(|(x, sum)| *x = sum / scale);
            }
        })
    }
    fn adjoint(&self) -> Self {
        RunningSum { axis: self.axis, backwards: !self.backwards }
    }
}
