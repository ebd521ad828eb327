//! Loops over elements, on plain numbers: fast where the elements lie in a row, right everywhere.

use crate::graph::array::{Values, take};
use crate::number::Float;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayD, ArrayView, ArrayViewD, Axis, Dimension, Ix1, Ix2, IxDyn, ShapeBuilder, Zip};

/// How the elements lie.
enum Lie<'a, T> {
    /// All the same.
    One(T),
    /// In row-major order.
    Row(&'a [T]),
    /// Otherwise.
    Wild,
}
fn lie<T: Float>(x: &Values<T>) -> Lie<'_, T> {
    match x.as_slice() {
        Some(&[value]) => Lie::One(value),
        Some(elements) => Lie::Row(elements),
        None => Lie::Wild,
    }
}
fn from<T: Float>(shape: &IxDyn, elements: impl ExactSizeIterator<Item = T>) -> Values<T> {
    let mut vec = take(elements.len());
    vec.extend(elements);
    Values::from_vec(shape.clone(), vec)
}

/// `f` of every element.
pub(crate) fn map<T: Float>(x: &Values<T>, f: impl Fn(T) -> T) -> Values<T> {
    if let Some(elements) = x.as_slice() {
        return from(&x.raw_dim(), elements.iter().map(|&x| f(x)));
    }
    match x.as_slice_memory_order() {
        // the order in memory is kept
        Some(elements) if x.strides().iter().all(|&s| s >= 0) => {
            let mut vec = take(elements.len());
            vec.extend(elements.iter().map(|&x| f(x)));
            let strides: Vec<usize> = x.strides().iter().map(|s| s.unsigned_abs()).collect();
            match ArrayD::from_shape_vec(x.raw_dim().strides(IxDyn(&strides)), vec) {
                Ok(array) => Values::new(array),
                Err(_) => from(&x.raw_dim(), x.iter().map(|&x| f(x))),
            }
        }
        _ => from(&x.raw_dim(), x.iter().map(|&x| f(x))),
    }
}
/// `f` of every element, in place if nobody else has the array.
pub(crate) fn map_into<T: Float>(x: Values<T>, f: impl Fn(T) -> T) -> Values<T> {
    match x.owned() {
        Ok(array) => Values::new(array.mapv_into(f)),
        Err(shared) => map(&shared, f),
    }
}

/// `f` of pairs; both arrays broadcast to `shape`.
pub(crate) fn zip<T: Float>(shape: &IxDyn, x: &Values<T>, y: &Values<T>, f: impl Fn(T, T) -> T) -> Values<T> {
    match (lie(x), lie(y)) {
        (Lie::One(x), _) if y.raw_dim() == *shape => map(y, |y| f(x, y)),
        (_, Lie::One(y)) if x.raw_dim() == *shape => map(x, |x| f(x, y)),
        (Lie::Row(p), Lie::Row(q)) => {
            let size = shape.size();
            if p.len() == size && q.len() == size {
                from(shape, p.iter().zip(q).map(|(&x, &y)| f(x, y)))
            } else if p.len() == size && is_tail(y.shape(), shape) {
                rows(shape, p, q, f)
            } else if q.len() == size && is_tail(x.shape(), shape) {
                rows(shape, q, p, |y, x| f(x, y))
            } else {
                wild(shape, x, y, f)
            }
        }
        _ => wild(shape, x, y, f),
    }
}
/// `f` of the elements and of `row`, again and again.
fn rows<T: Float>(shape: &IxDyn, elements: &[T], row: &[T], f: impl Fn(T, T) -> T) -> Values<T> {
    let mut vec = take(elements.len());
    for part in elements.chunks_exact(row.len()) {
        vec.extend(part.iter().zip(row).map(|(&x, &y)| f(x, y)));
    }
    Values::from_vec(shape.clone(), vec)
}
/// Whether an array of shape `small` repeats as a whole in one of shape `large`.
fn is_tail(small: &[usize], large: &IxDyn) -> bool {
    let ones = small.iter().take_while(|&&n| n == 1).count();
    large.slice().ends_with(&small[ones..])
}
fn wild<T: Float>(shape: &IxDyn, x: &Values<T>, y: &Values<T>, f: impl Fn(T, T) -> T) -> Values<T> {
    let mut result = blank(shape);
    Zip::from(&mut result).and(stretch(x, shape)).and(stretch(y, shape)).for_each(|z, &x, &y| *z = f(x, y));
    Values::new(result)
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

/// `f` of triples; all arrays broadcast to `shape`.
pub(crate) fn zip3<T: Float>(shape: &IxDyn, [x, y, w]: [&Values<T>; 3], f: impl Fn(T, T, T) -> T) -> Values<T> {
    match (lie(x), lie(y), lie(w)) {
        (Lie::One(x), _, _) => zip(shape, y, w, |y, w| f(x, y, w)),
        (_, Lie::One(y), _) => zip(shape, x, w, |x, w| f(x, y, w)),
        (_, _, Lie::One(w)) => zip(shape, x, y, |x, y| f(x, y, w)),
        (Lie::Row(p), Lie::Row(q), Lie::Row(r)) if [p, q, r].iter().all(|x| x.len() == shape.size()) => {
            from(shape, p.iter().zip(q).zip(r).map(|((&x, &y), &w)| f(x, y, w)))
        }
        _ => {
            let mut result = blank(shape);
            Zip::from(&mut result)
                .and(stretch(x, shape))
                .and(stretch(y, shape))
                .and(stretch(w, shape))
                .for_each(|z, &x, &y, &w| *z = f(x, y, w));
            Values::new(result)
        }
    }
}

/// `g` changed by `f` of its element and of one of `x`, in place if nobody else has it. The shapes are the same, or `x`
/// broadcasts.
pub(crate) fn zip_into<T: Float>(g: Values<T>, x: &Values<T>, f: impl Fn(T, T) -> T) -> Values<T> {
    let shape = g.raw_dim();
    match g.owned() {
        Ok(mut array) => {
            match (array.as_slice_mut(), x.as_slice()) {
                (Some(g), Some(x)) if g.len() == x.len() => g.iter_mut().zip(x).for_each(|(g, &x)| *g = f(*g, x)),
                _ => Zip::from(&mut array).and(stretch(x, &shape)).for_each(|g, &x| *g = f(*g, x)),
            }
            Values::new(array)
        }
        Err(shared) => zip(&shape, &shared, x, f),
    }
}

/// What flows through slopes of the same shape: the strong-zero product, in place of the adjoints if nobody else has them.
pub(crate) fn flow_into<T: Float>(adjoints: Values<T>, slopes: &Values<T>) -> Values<T> {
    match adjoints.owned() {
        Ok(mut array) => {
            match (array.as_slice_mut(), slopes.as_slice()) {
                (Some(adjoints), Some(slopes)) => T::flow_each(slopes, adjoints),
                _ => Zip::from(&mut array).and(&**slopes).for_each(|g, slope| *g = T::flow(slope, g)),
            }
            Values::new(array)
        }
        Err(shared) => zip(&shared.raw_dim(), &shared, slopes, |g, slope| T::flow(&slope, &g)),
    }
}

/// The sum of all elements.
pub(crate) fn total<T: Float>(x: &Values<T>) -> T {
    match x.as_slice_memory_order() {
        Some(elements) => sum_of(elements),
        None => x.sum(),
    }
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
        && is_tail(shape.slice(), &x.raw_dim())
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

/// `f` of four; all arrays broadcast to `shape`.
pub(crate) fn zip4<T: Float>(shape: &IxDyn, [x, y, w, v]: [&Values<T>; 4], f: impl Fn(T, T, T, T) -> T) -> Values<T> {
    let mut result = blank(shape);
    Zip::from(&mut result)
        .and(stretch(x, shape))
        .and(stretch(y, shape))
        .and(stretch(w, shape))
        .and(stretch(v, shape))
        .for_each(|z, &x, &y, &w, &v| *z = f(x, y, w, v));
    Values::new(result)
}

/// The product of two vectors or matrices that fit; of two vectors a number, in an array without axes.
pub(crate) fn product<T: Float>(a: &Values<T>, b: &Values<T>) -> Values<T> {
    match (a.ndim(), b.ndim()) {
        (1, 1) => Values::scalar(matrix::<T, Ix1>(a).dot(&matrix::<T, Ix1>(b))),
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
