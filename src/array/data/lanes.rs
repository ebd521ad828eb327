//! Arrays lane by lane: along one axis, or as a whole.

use super::kernel;
use crate::graph::array::Values;
use crate::number::Float;
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
