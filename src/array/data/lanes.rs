//! Arrays lane by lane: along one axis, or as a whole.

use super::gather::{Gather, PIECE};
use super::kernel;
use crate::graph::array::{Values, take};
use crate::number::Float;
use ndarray::{ArrayViewD, ArrayViewMutD, Axis, Dimension, IxDyn};

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

/// The axes in another order, so that lanes are rows.
fn with_lanes_last<T>(view: ArrayViewD<'_, T>, axis: usize) -> ArrayViewD<'_, T> {
    let mut axes: Vec<usize> = (0..view.ndim()).filter(|&k| k != axis).collect();
    axes.push(axis);
    view.permuted_axes(axes)
}

/// `f` of each lane, its elements in a row; the result keeps the axes, at length 1.
pub(crate) fn lanes<T: Float>(x: &Values<T>, along: Along, mut f: impl FnMut(&[T]) -> T) -> Values<T> {
    let shape = kept(&x.raw_dim(), along);
    let Some(axis) = along else {
        let all = kernel::row_major(x.clone());
        return Values::from_vec(shape, vec![f(all.as_slice().unwrap_or(&[]))]);
    };
    let (n, size) = (x.shape()[axis], shape.size());
    let mut results = take(size);
    match x.as_slice() {
        _ if n == 0 => results.extend((0..size).map(|_| f(&[]))),
        Some(all) if axis + 1 == x.ndim() => results.extend(all.chunks_exact(n).map(f)),
        _ => {
            let view = with_lanes_last(x.view(), axis);
            if n > 1 && view.strides()[view.ndim() - 1] == 1 {
                results.extend(view.rows().into_iter().map(|lane| f(lane.to_slice().unwrap_or(&[]))));
                return Values::from_vec(shape, results);
            }
            let mut gather = Gather::new(view);
            results.extend((0..size).map(|k| {
                gather.advance(k * n, n);
                f(gather.block(k * n, n))
            }));
        }
    }
    Values::from_vec(shape, results)
}
/// `f` writes to each lane of a copy, in any order.
pub(crate) fn on_lanes<T: Float>(x: &Values<T>, along: Along, mut f: impl FnMut(&mut [T])) -> Values<T> {
    let Some(axis) = along.filter(|&axis| axis + 1 < x.ndim()) else {
        let n = count(&x.raw_dim(), along);
        let mut elements = take(x.len());
        kernel::by_rows(&x.view(), |row| elements.extend_from_slice(row));
        if n > 0 {
            elements.chunks_exact_mut(n).for_each(f);
        }
        return Values::from_vec(x.raw_dim(), elements);
    };
    let mut result = kernel::unwritten(&x.raw_dim());
    let mut axes: Vec<usize> = (0..x.ndim()).filter(|&k| k != axis).collect();
    axes.push(axis);
    let to = result.view_mut().permuted_axes(axes);
    in_parts(with_lanes_last(x.view(), axis), to, &mut Vec::new(), &mut f);
    Values::new(result)
}
/// Lanes are rows here, and lie anyhow: some at a time, so few that they stay in the cache.
fn in_parts<T: Float>(
    from: ArrayViewD<'_, T>,
    mut to: ArrayViewMutD<'_, T>,
    room: &mut Vec<T>,
    f: &mut impl FnMut(&mut [T]),
) {
    let last = from.ndim() - 1;
    let n = from.shape()[last];
    // the axis along which neighbours are farthest apart
    let far = (0..last).filter(|&k| from.shape()[k] > 1).max_by_key(|&k| to.strides()[k].abs());
    if let Some(axis) = far
        && from.len() > PIECE
    {
        let half = from.shape()[axis] / 2;
        let ((from, other_from), (to, other_to)) = (from.split_at(Axis(axis), half), to.split_at(Axis(axis), half));
        in_parts(from, to, room, f);
        in_parts(other_from, other_to, room, f);
        return;
    }
    let Some(&first) = from.first() else { return };
    room.clear();
    room.resize(from.len(), first);
    let shape = from.raw_dim();
    if let Ok(mut near) = ArrayViewMutD::from_shape(shape.clone(), room) {
        near.assign(&from);
    }
    room.chunks_exact_mut(n).for_each(f);
    if let Ok(near) = ArrayViewD::from_shape(shape, room) {
        to.assign(&near);
    }
}
