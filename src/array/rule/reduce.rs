//! What reduces: values lane by lane, and beside each its adjoint.

use super::broadcast::fill;
use super::choice::choose;
use super::elementwise::binary;
use super::linear::Linear;
use super::moves::{concatenate_any, range, reshape};
use crate::array::data::kernel;
use crate::array::record::{Pull, Rule, record};
use crate::error::accept;
use crate::graph::anomaly::Watched;
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Values};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Edge, Fold, Needs, Op, kinks};
use ndarray::{Axis, Dimension, IxDyn};

/// The axis along which is reduced; `None`: the whole array.
pub(crate) type Along = Option<usize>;

/// The shape with the axis, or all of them, at length 1.
pub(crate) fn kept(shape: &IxDyn, along: Along) -> IxDyn {
    let mut kept = shape.clone();
    match along {
        Some(axis) => kept[axis] = 1,
        None => kept.slice_mut().fill(1),
    }
    kept
}
/// How many elements go into one.
pub(crate) fn count(shape: &IxDyn, along: Along) -> usize {
    along.map_or_else(|| shape.size(), |axis| shape[axis])
}

/// `f` of each lane, its elements in a row; the result keeps the axes, at length 1.
pub(crate) fn lanes<T: Float>(x: &Values<T>, along: Along, f: impl Fn(&[T]) -> T) -> Values<T> {
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
/// A kink, if a lane of the operand is at one.
fn kink_in_lanes<T: Float>(operands: &[Watched<T>], along: Along, is_at_kink: impl Fn(&[T]) -> bool) -> Option<Edge> {
    let [Watched::Array(x)] = operands else { return None };
    let found = lanes(x, along, |lane| T::of(f64::from(u8::from(is_at_kink(lane)))));
    found.iter().any(|&found| found == T::of(1.0)).then_some(Edge::Kink)
}
/// `f` writes to each lane of a copy.
pub(crate) fn on_lanes<T: Float>(x: &Values<T>, along: Along, f: impl Fn(&mut [T])) -> Values<T> {
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
pub(crate) fn sum<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    let value = kernel::total(&x.body().look());
    record(Sum { from: x.body().shape().clone() }, [x], value)
}
/// The sum along an axis, which stays, at length 1.
#[track_caller]
pub(crate) fn sum_keep<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    super::broadcast::sum_to(x, &kept(x.body().shape(), along))
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
            let others = NodeArray::constant_of(on_lanes(&x.values(), self.along, others));
            let adjoint = at.adjoint();
            let adjoint = reshape(&adjoint, &kept(x.body().shape(), self.along));
            at.give(0, &two(Op::Through, &others, &adjoint));
            return;
        }
        let part = product_adjoint(&x, at.adjoint(), self.along);
        at.give(0, &part);
    }
}
/// Each element replaced by the product of the others.
fn others<T: Float>(lane: &mut [T]) {
    let mut behind = vec![T::of(1.0); lane.len()];
    for k in (1..lane.len()).rev() {
        behind[k - 1] = behind[k] * lane[k];
    }
    let mut before = T::of(1.0);
    for (x, behind) in lane.iter_mut().zip(behind) {
        (*x, before) = (before * behind, before * *x);
    }
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
#[track_caller]
pub(crate) fn two<T: Float>(op: Op, x: &NodeArrayD<T>, y: &NodeArrayD<T>) -> NodeArrayD<T> {
    accept(binary(op, x, y))
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
    fn edge(&self, operands: &[Watched<T>]) -> Option<Edge> {
        let ties = |lane: &[T]| {
            let best = extreme(lane, self.largest);
            best.to_f64_value().is_finite() && lane.iter().filter(|&&x| x == best).count() > 1
        };
        kink_in_lanes(operands, self.along, ties)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        // locally constant
        let shares = NodeArray::constant_of(on_lanes(&x.values(), self.along, |lane| shares(lane, self.largest)));
        let adjoint = at.adjoint();
        let adjoint = reshape(&adjoint, &kept(x.body().shape(), self.along));
        at.give(0, &two(Op::Through, &shares, &adjoint));
    }
}
/// The largest or smallest; of several that tie, as dual numbers, the tangents' mean.
pub(crate) fn extreme<T: Float>(lane: &[T], largest: bool) -> T {
    // a number wins against NaN, as in the row of two operands
    let wins = |a: T, b: T| if largest { num_traits::Float::max(a, b) } else { num_traits::Float::min(a, b) };
    let best = lane.iter().copied().reduce(wins).unwrap_or_else(num_traits::Float::nan);
    let ties = lane.iter().filter(|&&x| x == best).count();
    if ties < 2 {
        return best;
    }
    // two by two, the last to come would have a larger share than the first
    let share = T::of(1.0 / ties as f64);
    let mean = lane.iter().filter(|&&x| x == best).fold(T::of(0.0), |mean, &x| mean + share * x);
    let tangents = mean - T::of(mean.to_f64_value());
    match (tangents.is_exact_zero(), num_traits::Float::is_infinite(best)) {
        (true, _) => best,
        (false, true) => mean,
        (false, false) => T::of(best.to_f64_value()) + tangents,
    }
}
/// Each element replaced by its share.
fn shares<T: Float>(lane: &mut [T], largest: bool) {
    let best = extreme(lane, largest);
    let ties = lane.iter().filter(|&&x| x == best).count();
    // all NaN: so are the slopes
    let share = if ties == 0 { T::of(f64::NAN) } else { T::of(1.0 / ties as f64) };
    lane.iter_mut().for_each(|x| *x = if ties == 0 || *x == best { share } else { T::of(0.0) });
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
struct Softmax {
    along: Along,
}
impl<T: Float> Rule<T> for Softmax {
    fn recorded(&self) -> Recorded {
        Recorded::Array("softmax")
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::RESULT
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let (s, g) = (at.result(), at.adjoint());
        let mean = sum_keep(&two(Op::Through, &s, &g), self.along);
        at.give(0, &two(Op::Through, &s, &two(Op::Sub, &g, &mean)));
    }
}
/// The softmax along an axis, or of the whole array.
#[track_caller]
pub(crate) fn softmax<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = on_lanes(&x.body().look(), along, |lane| {
        let z = Fold::LogSumExp.value(lane, &[]);
        lane.copy_from_slice(&Fold::LogSumExp.slopes_of_one(lane, &z));
    });
    record(Softmax { along }, [x], values)
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
    fn edge(&self, operands: &[Watched<T>]) -> Option<Edge> {
        kink_in_lanes(operands, self.along, |lane| !lane.is_empty() && lane.iter().all(|&x| x == T::of(0.0)))
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let x = at.operand(0);
        let shape = kept(x.body().shape(), self.along);
        let slopes = if at.is_plain() {
            NodeArray::constant_of(on_lanes(&x.values(), self.along, |lane| {
                let length = Fold::Norm.value(lane, &[]);
                lane.copy_from_slice(&Fold::Norm.slopes_of_one(lane, &length));
            }))
        } else {
            direction(&x, &reshape(&at.result(), &shape), self.along)
        };
        let adjoint = reshape(&at.adjoint(), &shape);
        at.give(0, &two(Op::Through, &slopes, &adjoint));
    }
}

/// `x/‖x‖`, with the conventions of [`Fold::Norm`], in operations that can be differentiated again.
#[track_caller]
fn direction<T: Float>(x: &NodeArrayD<T>, length: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let is_usual = |r: &T| r.is_normal_value() || num_traits::Float::is_nan(*r);
    if length.body().look().iter().all(is_usual) {
        return two(Op::Div, x, length);
    }
    let values = x.values();
    let of_lanes =
        |f: &dyn Fn(&[T], T) -> f64| lanes(&values, along, |lane| T::of(f(lane, Fold::Norm.value(lane, &[]))));
    // at the origin, and beside an infinity, the slopes are constants
    let is_fixed = of_lanes(&|lane, r| {
        let fixed = r == T::of(0.0) || lane.iter().any(|x| num_traits::Float::is_infinite(*x));
        f64::from(u8::from(fixed))
    });
    let fixed = on_lanes(&values, along, |lane| {
        let length = Fold::Norm.value(lane, &[]);
        lane.copy_from_slice(&Fold::Norm.slopes_of_one(lane, &length));
    });
    // where only the length overflows, or has but a few bits, a multiple has the same direction
    let factor = of_lanes(&|_, r| match r {
        r if is_usual(&r) => 1.0,
        r if num_traits::Float::is_infinite(r) => kinks::MAGNIFIED.recip(),
        _ => kinks::MAGNIFIED,
    });
    let multiple = two(Op::Mul, x, &NodeArray::constant_of(factor));
    let others = two(Op::Div, &multiple, &norm(&multiple, along));
    let mask = is_fixed.mapv(|fixed| fixed == T::of(1.0)).into_shared();
    accept(choose(&mask, &NodeArray::constant_of(fixed), &others))
}
#[track_caller]
pub(crate) fn norm<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    let values = lanes(&x.body().look(), along, |lane| Fold::Norm.value(lane, &[]));
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
        on_lanes(&x, Some(self.axis), |lane| {
            let mut sum = T::of(0.0);
            let add = |x: &mut T| {
                sum += *x;
                *x = sum;
            };
            if self.backwards { lane.iter_mut().rev().for_each(add) } else { lane.iter_mut().for_each(add) }
        })
    }
    fn adjoint(&self) -> Self {
        RunningSum { axis: self.axis, backwards: !self.backwards }
    }
}
