//! Loops over elements, on plain numbers: fast where the elements lie in a row, right everywhere.

use crate::graph::array::{Values, take};
use crate::number::Float;
use crate::rule::Fold;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayD, ArrayView, ArrayViewD, Axis, Dimension, Ix1, Ix2, IxDyn};

/// A copy in row-major order.
pub(crate) fn copy<T: Float>(x: &Values<T>) -> Values<T> {
    map(x, |x| x)
}
/// `f` of every element, in row-major order.
pub(crate) fn map<T: Float>(x: &Values<T>, f: impl Fn(T) -> T) -> Values<T> {
    let mut elements = take(x.len());
    match x.as_slice() {
        Some(row) => elements.extend(row.iter().map(|&x| f(x))),
        None => elements.extend(x.iter().map(|&x| f(x))),
    }
    Values::from_vec(x.raw_dim(), elements)
}
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
/// The array broadcast.
///
/// # Panics
/// If it cannot be.
pub(crate) fn stretch<'a, T: Float>(x: &'a Values<T>, shape: &IxDyn) -> ArrayViewD<'a, T> {
    match x.broadcast(shape.clone()) {
        Some(view) => view,
        None => panic!("{:?} does not broadcast to {:?}: this is a bug in backprop", x.shape(), shape.slice()),
    }
}

/// The sum of all elements.
pub(crate) fn total<T: Float>(x: &Values<T>) -> T {
    let sum = match x.as_slice_memory_order() {
        Some(elements) => sum_of(elements),
        None => x.sum(),
    };
    if num_traits::Float::is_finite(sum) {
        return sum;
    }
    // what has overflowed may be but a part of it
    T::fold(Fold::Sum, &x.iter().copied().collect::<Vec<T>>(), &[])
}
/// In eight lanes, which are added in the end: faster than one after the other, and nearer the truth.
fn sum_of<T: Float>(elements: &[T]) -> T {
    let mut lanes = [T::of(0.0); 8];
    let parts = elements.chunks_exact(8);
    let rest = parts.remainder();
    for part in parts {
        for (lane, &x) in lanes.iter_mut().zip(part) {
            *lane += x;
        }
    }
    let mut sum = rest.iter().fold(T::of(0.0), |sum, &x| sum + x);
    for lane in lanes {
        sum += lane;
    }
    sum
}

/// The sums over all axes along which `shape` was broadcast to the array's own.
pub(crate) fn sum_to<T: Float>(x: Values<T>, shape: &IxDyn) -> Values<T> {
    if x.shape() == shape.slice() {
        return x;
    }
    if shape.size() == 1 {
        return Values::full(shape.clone(), total(&x));
    }
    if let Some(elements) = x.as_slice()
        && is_tail(shape.slice(), x.shape())
        && shape.size() > 0
    {
        let mut sums = take(shape.size());
        sums.resize(shape.size(), T::of(0.0));
        for part in elements.chunks_exact(shape.size()) {
            sums.iter_mut().zip(part).for_each(|(sum, &x)| *sum += x);
        }
        return Values::from_vec(shape.clone(), sums);
    }
    let mut result = x.view().to_owned();
    while result.ndim() > shape.ndim() {
        result = result.sum_axis(Axis(0));
    }
    for (axis, &n) in shape.slice().iter().enumerate() {
        if n == 1 && result.shape()[axis] != 1 {
            result = result.sum_axis(Axis(axis)).insert_axis(Axis(axis));
        }
    }
    Values::new(result)
}

/// The product of two vectors or matrices that fit; of two vectors a number, in an array without axes.
pub(crate) fn product<T: Float>(a: &Values<T>, b: &Values<T>) -> Values<T> {
    match (a.ndim(), b.ndim()) {
        (1, 1) => {
            let product = matrix::<T, Ix1>(a).dot(&matrix::<T, Ix1>(b));
            if num_traits::Float::is_finite(product) {
                return Values::scalar(product);
            }
            // what has overflowed may be but a part of it
            let elements = |x: &Values<T>| x.iter().copied().collect::<Vec<T>>();
            Values::scalar(T::fold(Fold::Dot, &elements(a), &elements(b)))
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
