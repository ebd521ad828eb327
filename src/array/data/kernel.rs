//! Loops over elements, on plain numbers, whatever the layout.

use super::gather::{self, Gather, PIECE, Rows, row_length};
use crate::graph::array::{Values, take, take_unwritten};
use crate::number::Float;
use crate::rule::{Fold, pairwise};
use ndarray::linalg::general_mat_mul;
use ndarray::{ArcArray, ArrayD, ArrayView, ArrayViewD, Dimension, Ix1, Ix2, IxDyn};

/// Gives all elements to `f` in row-major order, some at a time.
pub(crate) fn by_rows<E: Copy>(view: &ArrayViewD<'_, E>, mut f: impl FnMut(&[E])) {
    if let Some(all) = view.as_slice() {
        return f(all);
    }
    let row = row_length(view);
    if row >= ROW {
        return each_row(view, row, f);
    }
    let mut gather = Gather::new(view.clone());
    for start in (0..view.len()).step_by(PIECE) {
        let len = PIECE.min(view.len() - start);
        gather.advance(start, len);
        f(gather.block(start, len));
    }
}
/// Adds all elements, in row-major order: fast if they are few.
pub(crate) fn push<E: Copy>(elements: &mut Vec<E>, view: &ArrayViewD<'_, E>) {
    let Some(&first) = view.first() else { return };
    let old = elements.len();
    elements.resize(old + view.len(), first);
    gather::copy(view, &mut elements[old..]);
}
/// Gives all rows that lie in memory to `f`: more than one, each of so many elements.
pub(crate) fn each_row<'a, E>(view: &ArrayViewD<'a, E>, row: usize, mut f: impl FnMut(&'a [E])) {
    let Some(mut rows) = Rows::new(view.clone()) else { return };
    for start in (0..view.len()).step_by(row) {
        rows.advance(start);
        f(rows.block(start, row));
    }
}
/// A copy in row-major order.
pub(crate) fn copy<T: Float>(x: &Values<T>) -> Values<T> {
    let mut elements = take(x.len());
    by_rows(&x.view(), |row| elements.extend_from_slice(row));
    Values::from_vec(x.raw_dim(), elements)
}
/// The values, copied if they are not in row-major order.
pub(crate) fn row_major<T: Float>(x: Values<T>) -> Values<T> {
    if x.is_standard_layout() { x } else { copy(&x) }
}
/// The values, copied if they are broadcast to so many and are not in row-major order: else each would be looked for as
/// often as it is repeated.
pub(crate) fn to_be_broadcast<T: Float>(x: &Values<T>, size: usize) -> Values<T> {
    if x.len() == size { x.clone() } else { row_major(x.clone()) }
}
/// `f` of every element, in row-major order.
pub(crate) fn map<T: Float>(x: &Values<T>, f: impl Fn(T) -> T) -> Values<T> {
    let mut elements = take(x.len());
    by_rows(&x.view(), |row| elements.extend(row.iter().map(|&x| f(x))));
    Values::from_vec(x.raw_dim(), elements)
}
/// Shorter rows are copied before a loop goes through them.
pub(crate) const ROW: usize = 64;
/// Whether an array of shape `small` repeats as a whole in one of shape `large`.
pub(crate) fn is_tail(small: &[usize], large: &[usize]) -> bool {
    let ones = small.iter().take_while(|&&n| n == 1).count();
    large.ends_with(&small[ones..])
}
/// Zeros in a buffer of the pool.
pub(crate) fn blank<T: Float>(shape: &IxDyn) -> ArrayD<T> {
    match Values::full(shape.clone(), T::of(0.0)).owned() {
        Ok(array) => array,
        Err(shared) => shared.shared().into_owned(),
    }
}
/// An array that is yet to be written.
pub(crate) fn unwritten<T: Float>(shape: &IxDyn) -> ArrayD<T> {
    match Values::from_vec(shape.clone(), take_unwritten(shape.size())).owned() {
        Ok(array) => array,
        Err(shared) => shared.shared().into_owned(),
    }
}
/// The array broadcast.
///
/// # Panics
/// If it cannot be.
pub(crate) fn stretch<'a, E>(x: &'a ArcArray<E, IxDyn>, shape: &IxDyn) -> ArrayViewD<'a, E> {
    match x.broadcast(shape.clone()) {
        Some(view) => view,
        None => panic!("{:?} does not broadcast to {:?}: this is a bug in backprop", x.shape(), shape.slice()),
    }
}

/// The product of two vectors or matrices that fit; of two vectors a number, in an array without axes.
pub(crate) fn product<T: Float>(a: &Values<T>, b: &Values<T>) -> Values<T> {
    match (a.ndim(), b.ndim()) {
        (1, 1) => {
            let (a, b) = (row_major(a.clone()), row_major(b.clone()));
            let (Some(x), Some(y)) = (a.as_slice(), b.as_slice()) else { return Values::scalar(T::of(0.0)) };
            let product = pairwise::sum_of(x, y, |x, y| x * y);
            // what has overflowed may be but a part of it
            let is_right = num_traits::Float::is_finite(product);
            Values::scalar(if is_right { product } else { T::fold(Fold::Dot, x, y) })
        }
        (1, _) => Values::new(matrix::<T, Ix1>(a).dot(&matrix::<T, Ix2>(b)).into_dyn()),
        (_, 1) => Values::new(matrix::<T, Ix2>(a).dot(&matrix::<T, Ix1>(b)).into_dyn()),
        _ => {
            let (a, b) = (matrix::<T, Ix2>(a), matrix::<T, Ix2>(b));
            let mut result = blank(&IxDyn(&[a.nrows(), b.ncols()]));
            if let Ok(mut view) = result.view_mut().into_dimensionality::<Ix2>() {
                general_mat_mul(T::of(1.0), &a, &b, T::of(0.0), &mut view);
            }
            Values::new(result)
        }
    }
}
fn matrix<T: Float, D: Dimension>(x: &Values<T>) -> ArrayView<'_, T, D> {
    match x.view().into_dimensionality() {
        Ok(view) => view,
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}
