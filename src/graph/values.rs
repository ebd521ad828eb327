//! The values of arrays: shared, counted, their buffers used again.

use super::pool::{self, Pool, SMALL_BYTES};
use crate::number::Float;
use ndarray::{ArcArray, Array, ArrayD, ArrayRef, Dimension, IxDyn};
use std::ops::Deref;
use std::rc::Rc;

/// The values of an array, shared: a thin handle. The buffer goes back to the thread's pool with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Values<T: Float>(Rc<Held<T>>);

/// `None` once the array has been given away.
#[derive(Debug)]
struct Held<T: Float>(Option<ArcArray<T, IxDyn>>);

impl<T: Float> Values<T> {
    pub fn new(array: impl Into<ArcArray<T, IxDyn>>) -> Self {
        Values(Rc::new(Held(Some(array.into()))))
    }
    /// In row-major order.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    pub fn from_vec(shape: IxDyn, elements: Vec<T>) -> Self {
        if shape.slice() == [elements.len()] {
            // the usual way checks what cannot be wrong here
            return Values::new(Array::from_vec(elements).into_dyn());
        }
        match ArrayD::from_shape_vec(shape, elements) {
            Ok(array) => Values::new(array),
            Err(error) => panic!("{error}: a kernel has miscounted, this is a bug in backprop"),
        }
    }
    /// An array without axes.
    pub fn scalar(value: T) -> Self {
        Values::from_vec(IxDyn(&[]), vec![value])
    }
    pub fn full(shape: IxDyn, value: T) -> Self {
        let mut elements = take(shape.size());
        elements.resize(shape.size(), value);
        Values::from_vec(shape, elements)
    }
    /// As an array of ndarray's, to be looked at or handed out.
    pub fn shared(mut self) -> ArcArray<T, IxDyn> {
        match Rc::get_mut(&mut self.0).and_then(|held| held.0.take()) {
            Some(array) => array,
            None => (*self).clone(),
        }
    }
    /// The array itself, if nobody else has it.
    pub fn owned(mut self) -> Result<ArrayD<T>, Self> {
        match Rc::get_mut(&mut self.0).and_then(|held| held.0.take()) {
            Some(array) => array.try_into_owned_nocopy().map_err(Values::new),
            None => Err(self),
        }
    }
    /// To be written to; a copy if somebody else has them too.
    pub fn unshared(&mut self) -> &mut ArrayRef<T, IxDyn> {
        if Rc::get_mut(&mut self.0).is_none() {
            *self = Values::new((**self).clone());
        }
        #[cfg(test)]
        counted::add(if self.0.0.as_ref().is_some_and(|array| array.is_unique()) { 0 } else { self.len() });
        match Rc::get_mut(&mut self.0).and_then(|held| held.0.as_mut()) {
            Some(array) => array,
            None => gone(),
        }
    }
    /// The only number in it.
    ///
    /// # Panics
    /// If it is empty.
    pub fn first(&self) -> T {
        match self.iter().next() {
            Some(&value) => value,
            None => panic!("an array without elements has no first: this is a bug in backprop"),
        }
    }
    /// The other's elements added, in place if nobody else has these.
    pub fn plus(self, other: &Values<T>) -> Self {
        match self.owned() {
            Ok(mut array) => {
                array += other.deref();
                Values::new(array)
            }
            Err(shared) => {
                let mut elements = take(shared.len());
                match (shared.as_slice(), other.as_slice()) {
                    (Some(x), Some(y)) => elements.extend(x.iter().zip(y).map(|(&x, &y)| x + y)),
                    _ => elements.extend(shared.iter().zip(other.iter()).map(|(&x, &y)| x + y)),
                }
                Values::from_vec(shared.raw_dim(), elements)
            }
        }
    }
    /// The number added to every element, in place if nobody else has them.
    pub fn shifted(self, by: T) -> Self {
        match self.owned() {
            Ok(array) => Values::new(array.mapv_into(|x| x + by)),
            Err(shared) => Values::new(shared.mapv(|x| x + by)),
        }
    }
}
impl<T: Float> Deref for Values<T> {
    type Target = ArcArray<T, IxDyn>;
    #[inline(always)]
    fn deref(&self) -> &ArcArray<T, IxDyn> {
        match &self.0.0 {
            Some(array) => array,
            None => gone(),
        }
    }
}
impl<T: Float> Drop for Held<T> {
    fn drop(&mut self) {
        let Some(array) = self.0.take() else { return };
        if is_small::<T>(array.len()) {
            return;
        }
        if let Ok(array) = array.try_into_owned_nocopy() {
            give_back(array.into_raw_vec_and_offset().0);
        }
    }
}
#[cold]
fn gone() -> ! {
    panic!("values that have been given away: this is a bug in backprop")
}

/// An empty vector with room for so many, from the pool.
pub(crate) fn take<T: Float>(len: usize) -> Vec<T> {
    let mut elements = used(len);
    elements.clear();
    elements
}
/// A vector of so many elements that are yet to be written: zeros, or what a dead array held.
pub(crate) fn take_unwritten<T: Float>(len: usize) -> Vec<T> {
    let mut elements = used(len);
    elements.resize(len, T::of(0.0));
    elements
}
fn used<T: Float>(len: usize) -> Vec<T> {
    #[cfg(test)]
    counted::add(len);
    let fresh = || Vec::with_capacity(len);
    if is_small::<T>(len) {
        return fresh();
    }
    pool::with(|pool: &Pool<T>| pool.take(len)).flatten().unwrap_or_else(fresh)
}
/// Whether the allocator is as quick as the pool.
fn is_small<T>(len: usize) -> bool {
    len * size_of::<T>() < SMALL_BYTES
}
/// Back to the pool, for the next one.
pub(crate) fn give_back<T: Float>(elements: Vec<T>) {
    let _ = pool::with(|pool: &Pool<T>| pool.give(elements));
}

/// The values under a rank that the caller knows.
pub(crate) fn ranked<T: Float, D: Dimension>(values: Values<T>) -> ArcArray<T, D> {
    match values.shared().into_dimensionality() {
        Ok(array) => array,
        Err(error) => panic!("{error}: a rank is wrong, this is a bug in backprop"),
    }
}
/// An owned array of any rank.
pub(crate) fn unranked<T: Float, D: Dimension>(array: Array<T, D>) -> Values<T> {
    Values::new(array.into_dyn())
}

/// The value of a node: a number, or an array's.
pub(crate) enum Value<T: Float> {
    Number(T),
    Array(Values<T>),
}

/// How many elements of arrays have been asked for, for tests of what costs what.
#[cfg(test)]
pub(crate) mod counted {
    use std::cell::Cell;
    thread_local!(static ELEMENTS: Cell<usize> = const { Cell::new(0) });

    pub(super) fn add(len: usize) {
        ELEMENTS.set(ELEMENTS.get() + len);
    }
    /// Those that `f` asks for.
    pub(crate) fn within(f: impl FnOnce()) -> usize {
        let before = ELEMENTS.get();
        f();
        ELEMENTS.get() - before
    }
}
