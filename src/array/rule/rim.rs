//! Lanes at the rim: those whose slopes are no formula in array operations, and those whose reduction would leave the
//! range of the numbers on its way.

use super::broadcast::fill;
use super::choice::choose;
use super::elementwise::two;
use super::moves::{from_nodes, reshape, select};
use crate::array::data::lanes::{Along, lanes};
use crate::array::record::lower;
use crate::error::accept;
use crate::graph::array::{NodeArray, NodeArrayD, Values};
use crate::graph::handle::Node;
use crate::number::{Elementary, Float};
use crate::rule::{Fold, Op};
use ndarray::{ArrayD, Axis, Dimension, IxDyn};

/// The slopes of a fold in operations that can be differentiated again: by `usual` for all lanes but those that are
/// `special`. These are taken apart into numbers of the graph, on which the fold's own slopes run: its conventions stand
/// there and nowhere else.
#[track_caller]
pub(crate) fn slopes<T: Float>(
    fold: Fold,
    x: &NodeArrayD<T>,
    along: Along,
    special: impl Fn(&[T]) -> bool,
    usual: impl FnOnce(&NodeArrayD<T>) -> NodeArrayD<T>,
) -> NodeArrayD<T> {
    let flag = |lane: &[T]| T::of(f64::from(u8::from(special(lane))));
    let flags = lanes(&x.values(), along, flag);
    if flags.iter().all(|&flag| flag == T::of(0.0)) {
        return usual(x);
    }
    let shape = x.body().shape();
    let flat = reshape(x, &IxDyn(&[shape.size()]));
    let places = places(shape);
    let mut numbers = Vec::new();
    // a last one for the lanes that are not taken apart
    let mut found = ArrayD::from_elem(shape.clone(), usize::MAX);
    let take = |k: usize| -> Node<T> { lower(&reshape(&select(&flat, 0, &[k]), &IxDyn(&[]))) };
    let mut one_lane = |places: &[usize], put: &mut dyn FnMut(usize, usize)| {
        let lane: Vec<Node<T>> = places.iter().map(|&k| take(k)).collect();
        let z = Node::fold(fold, &lane, &[]);
        for (k, slope) in fold.slopes_of_one(&lane, &z).into_iter().enumerate() {
            put(k, numbers.len());
            numbers.push(slope);
        }
    };
    match along.map(Axis) {
        None => {
            let all: Vec<usize> = places.iter().copied().collect();
            let mut found: Vec<_> = found.iter_mut().collect();
            one_lane(&all, &mut |k, place| *found[k] = place);
        }
        Some(axis) => {
            let lanes = places.lanes(axis).into_iter().zip(found.lanes_mut(axis));
            for ((places, mut found), flag) in lanes.zip(flags.iter()) {
                if *flag != T::of(0.0) {
                    one_lane(&places.to_vec(), &mut |k, place| found[k] = place);
                }
            }
        }
    }
    let last = numbers.len();
    numbers.push(Node::constant(T::of(0.0)));
    let mask = found.mapv(|place| place != usize::MAX).into_shared();
    let places: Vec<usize> = found.iter().map(|&place| place.min(last)).collect();
    let taken = reshape(&select(&from_nodes(&numbers), 0, &places), shape);
    if mask.iter().all(|&taken| taken) {
        return taken;
    }
    // ones have slopes that are finite, and are no part of what is differentiated
    let ones = NodeArray::constant_of(Values::scalar(T::of(1.0)));
    let others = usual(&accept(choose(&mask, &ones, x)));
    accept(choose(&mask, &taken, &fill(&others, shape)))
}
/// The places of the elements, in row-major order.
fn places(shape: &IxDyn) -> ArrayD<usize> {
    match ArrayD::from_shape_vec(shape.clone(), (0..shape.size()).collect()) {
        Ok(places) => places,
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}

// ------------------------------------------------------------------------------------------------ multiples

/// A power of two so small that the squares of a multiple can be added up.
pub(crate) fn small<T: Float>() -> f64 {
    (-0.6 * <T as num_traits::Float>::max_value().to_f64_value().log2()).ceil().exp2()
}
/// What reduction is meant: where lanes are out of its range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// Sums: infinities and NaN are like other numbers.
    Sums,
    /// Squares of the distances from the mean: none is defined beside an infinity.
    Squares,
    /// A length of the distances from the mean: at the origin where all elements are equal, whatever the rounded mean.
    Length,
}
/// Each lane times a factor, and what undoes it; `None` where every lane is usual, and the factors would be 1.
///
/// - Where a sum, or squares, would overflow, a power of two, so that the result is the same as in a wider range.
/// - NaN where the result is not defined: so it is for every element, in every mode.
/// - 0 where the result is the constant 0.
#[track_caller]
pub(crate) fn multiple<T: Float>(x: &NodeArrayD<T>, along: Along, range: Range) -> Option<[NodeArrayD<T>; 2]> {
    let most = <T as num_traits::Float>::max_value().to_f64_value();
    let large = (most.log2() * 0.4).exp2();
    let factor = |lane: &[T]| {
        let high = lane.iter().map(|x| x.to_f64_value().abs()).fold(0.0, f64::max);
        let finite = lane.iter().all(|x| x.to_f64_value().is_finite());
        T::of(match range {
            Range::Sums if !finite => 1.0,
            _ if !finite => f64::NAN,
            Range::Length if lane.iter().all(|x| *x == lane[0]) => 0.0,
            _ if high > large => small::<T>(),
            _ => 1.0,
        })
    };
    let factors = lanes(&x.values(), along, factor);
    let one = T::of(1.0);
    if factors.iter().all(|&factor| factor == one) {
        return None;
    }
    let undo = Values::new(factors.mapv(|factor| if factor == T::of(0.0) { one } else { factor }));
    Some([two(Op::Mul, x, &NodeArray::constant_of(factors)), NodeArray::constant_of(undo)])
}
/// Whether all numbers are finite.
pub(crate) fn is_finite<T: Float>(x: &NodeArrayD<T>) -> bool {
    x.body().look().iter().all(|x| num_traits::Float::is_finite(*x))
}
