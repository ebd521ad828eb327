//! Shapes: which of them broadcast together, which can be, which are alike.

use crate::error::Error;
use ndarray::{Dimension, IxDyn};

/// The shape that two shapes broadcast to together, as in ndarray: from the last axis on, equal lengths or a 1.
///
/// # Errors
/// [`Error::Shapes`] if there is none.
pub(crate) fn common(operation: &'static str, x: &IxDyn, y: &IxDyn) -> Result<IxDyn, Error> {
    if x == y {
        return Ok(x.clone());
    }
    let (x, y) = (x.slice(), y.slice());
    let refused = || Error::Shapes { operation, left: x.to_vec(), right: y.to_vec() };
    let rank = x.len().max(y.len());
    let at = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
    let mut shape = IxDyn::zeros(rank);
    for axis in 0..rank {
        shape[axis] = match (at(x, axis), at(y, axis)) {
            (n, m) if n == m => n,
            (1, m) => m,
            (n, 1) => n,
            _ => return Err(refused()),
        };
    }
    if is_possible(shape.slice()) { Ok(shape) } else { Err(refused()) }
}
/// Whether an array can have this shape: not if the lengths other than 0 multiply to more than memory could have. (Numbers
/// of four bytes and more are what there is, up to nested ones of many parts.)
pub(crate) fn is_possible(shape: &[usize]) -> bool {
    const LARGEST: usize = 1 << 10;
    let size = shape.iter().filter(|&&n| n != 0).try_fold(LARGEST, |size, &n| size.checked_mul(n));
    size.is_some_and(|size| isize::try_from(size).is_ok())
}
/// # Errors
/// [`Error::Shape`] if no array can have this shape.
pub(crate) fn possible(operation: &'static str, shape: &[usize]) -> Result<(), Error> {
    if is_possible(shape) {
        return Ok(());
    }
    Err(Error::Shape { operation, shape: shape.to_vec(), wanted: "a result that memory could hold" })
}
/// # Errors
/// [`Error::Shapes`] if they differ.
pub(crate) fn same_shape(operation: &'static str, left: &[usize], right: &[usize]) -> Result<(), Error> {
    if left == right {
        return Ok(());
    }
    Err(Error::Shapes { operation, left: left.to_vec(), right: right.to_vec() })
}
/// # Errors
/// [`Error::Shape`] if there is another number of elements than one.
pub(crate) fn one_element(operation: &'static str, shape: &[usize]) -> Result<(), Error> {
    if shape.iter().product::<usize>() == 1 {
        return Ok(());
    }
    Err(Error::Shape { operation, shape: shape.to_vec(), wanted: "an array of one element" })
}
