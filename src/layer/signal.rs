//! What flows along the arrows of the picture.

use crate::array::data::shapes::common;
use crate::error::Error;
use crate::number::Elementary;
use ndarray::{Array, ArrayD, ArrayViewD, Axis, DimMax, Dimension, IxDyn, Zip, aview0};

/// What flows along the arrows of the picture: any number (`f64`, `f32`, [`Dual`](crate::Dual), [`Node`](crate::Node))
/// or an ndarray of them. Sealed.
///
/// ```
/// use backprop::layer::{ReluLayer, Signal};
/// fn positive_part<X: Signal>(x: X) -> X {
///     ReluLayer::new().forward(x)
/// }
/// assert_eq!(positive_part(-3.0), 0.0);
/// assert_eq!(positive_part(ndarray::array![-3.0, 4.0]), ndarray::array![0.0, 4.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that flows through layers",
    label = "expected a number such as `f64` or an ndarray of numbers",
    note = "a literal wants a decimal point: write `100.0`, not `100`"
)]
pub trait Signal: sealed::Sealed + Clone {
    /// The numbers in it; of a number, itself.
    type Element: Elementary;
    /// The length of each axis; a number has none.
    fn lengths(&self) -> &[usize];
    #[doc(hidden)]
    fn look(&self) -> ArrayViewD<'_, Self::Element>;
    /// From an array of a shape that fits.
    #[doc(hidden)]
    fn from_dyn(array: ArrayD<Self::Element>) -> Self;
    #[doc(hidden)]
    fn each(&self, f: impl Fn(&Self::Element) -> Self::Element) -> Self;
    /// `f` of pairs; the shapes are the same.
    #[doc(hidden)]
    fn pairs(&self, other: &Self, f: impl Fn(&Self::Element, &Self::Element) -> Self::Element) -> Self;
    /// Whether it has one element, whatever its value.
    #[doc(hidden)]
    const IS_NUMBER: bool;
}

/// A signal that goes together with another: two numbers, two arrays that broadcast as in ndarray, or a number and an
/// array. Sealed.
///
/// ```
/// use backprop::layer::{MulLayer, Signal, Together};
/// fn product<X: Together<Y>, Y: Signal<Element = X::Element>>(x: X, y: Y) -> X::Output {
///     MulLayer::new().forward(x, y)
/// }
/// assert_eq!(product(2.0, 3.0), 6.0);
/// assert_eq!(product(ndarray::array![[1.0], [2.0]], ndarray::array![3.0, 4.0]), ndarray::array![[3.0, 4.0], [6.0, 8.0]]);
/// assert_eq!(product(ndarray::array![1.0, 2.0], 3.0), ndarray::array![3.0, 6.0]);
/// ```
pub trait Together<Y: Signal<Element = Self::Element> = Self>: Signal {
    /// What comes out of the two.
    type Output: Signal<Element = Self::Element>;

    /// `x·y`.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they do not broadcast together.
    #[doc(hidden)]
    fn times(&self, y: &Y) -> Result<Self::Output, Error> {
        let product = broadcast("MulLayer::forward", self.look(), y.look(), |x, y| x.clone() * y)?;
        Ok(Signal::from_dyn(product))
    }
    /// `dout·y` and `dout·x`, each summed back to the shape of its input.
    #[doc(hidden)]
    fn times_back(dout: &Self::Output, x: &Self, y: &Y) -> Result<(Self, Y), Error> {
        let by = |other| broadcast("MulLayer::backward", dout.look(), other, |dout, other| dout.clone() * other);
        let (dx, dy) = (sum_back(by(y.look())?, x.lengths()), sum_back(by(x.look())?, y.lengths()));
        Ok((Signal::from_dyn(dx), Signal::from_dyn(dy)))
    }
    /// `x + y`.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they do not broadcast together.
    #[doc(hidden)]
    fn plus(&self, y: &Y) -> Result<Self::Output, Error> {
        let sum = broadcast("AddLayer::forward", self.look(), y.look(), |x, y| x.clone() + y)?;
        Ok(Signal::from_dyn(sum))
    }
    /// `dout` twice, summed back to the shape of each input.
    #[doc(hidden)]
    fn plus_back(dout: &Self::Output, [x, y]: [&[usize]; 2]) -> (Self, Y) {
        let to = |shape| sum_back(dout.look().to_owned(), shape);
        (Signal::from_dyn(to(x)), Signal::from_dyn(to(y)))
    }
}
mod sealed {
    pub trait Sealed {}
}

// ------------------------------------------------------------------------------------------------ numbers

impl<S: Elementary> sealed::Sealed for S {}
impl<S: Elementary> Signal for S {
    type Element = S;
    fn lengths(&self) -> &[usize] {
        &[]
    }
    fn look(&self) -> ArrayViewD<'_, S> {
        aview0(self).into_dyn()
    }
    fn from_dyn(array: ArrayD<S>) -> S {
        match array.into_iter().next() {
            Some(number) => number,
            // the sum of none
            None => S::of(0.0),
        }
    }
    fn each(&self, f: impl Fn(&S) -> S) -> S {
        f(self)
    }
    fn pairs(&self, other: &S, f: impl Fn(&S, &S) -> S) -> S {
        f(self, other)
    }
    const IS_NUMBER: bool = true;
}
/// Without a detour through arrays.
impl<S: Elementary> Together<S> for S {
    type Output = S;
    fn times(&self, y: &S) -> Result<S, Error> {
        Ok(self.clone() * y)
    }
    fn times_back(dout: &S, x: &S, y: &S) -> Result<(S, S), Error> {
        Ok((dout.clone() * y, dout.clone() * x))
    }
    fn plus(&self, y: &S) -> Result<S, Error> {
        Ok(self.clone() + y)
    }
    fn plus_back(dout: &S, _: [&[usize]; 2]) -> (S, S) {
        (dout.clone(), dout.clone())
    }
}

// ------------------------------------------------------------------------------------------------ arrays

impl<S: Elementary, D: Dimension> sealed::Sealed for Array<S, D> {}
impl<S: Elementary, D: Dimension> Signal for Array<S, D> {
    type Element = S;
    fn lengths(&self) -> &[usize] {
        self.shape()
    }
    fn look(&self) -> ArrayViewD<'_, S> {
        self.view().into_dyn()
    }
    fn from_dyn(array: ArrayD<S>) -> Self {
        match array.into_dimensionality() {
            Ok(array) => array,
            Err(error) => panic!("{error}: a rank is wrong, this is a bug in backprop"),
        }
    }
    fn each(&self, f: impl Fn(&S) -> S) -> Self {
        self.map(f)
    }
    fn pairs(&self, other: &Self, f: impl Fn(&S, &S) -> S) -> Self {
        Zip::from(self).and(other).map_collect(f)
    }
    const IS_NUMBER: bool = false;
}
impl<S: Elementary, D: Dimension + DimMax<E>, E: Dimension> Together<Array<S, E>> for Array<S, D> {
    type Output = Array<S, <D as DimMax<E>>::Output>;
}
impl<S: Elementary, D: Dimension> Together<S> for Array<S, D> {
    type Output = Array<S, D>;
}
impl<S: Elementary, D: Dimension> Together<Array<S, D>> for S {
    type Output = Array<S, D>;
}

/// `f` of pairs, broadcast.
fn broadcast<S: Elementary>(
    operation: &'static str,
    x: ArrayViewD<'_, S>,
    y: ArrayViewD<'_, S>,
    f: impl Fn(&S, &S) -> S,
) -> Result<ArrayD<S>, Error> {
    let shape = common(operation, &x.raw_dim(), &y.raw_dim())?;
    match (x.broadcast(shape.clone()), y.broadcast(shape)) {
        (Some(x), Some(y)) => Ok(Zip::from(x).and(y).map_collect(f)),
        _ => Err(Error::Shapes { operation, left: x.shape().to_vec(), right: y.shape().to_vec() }),
    }
}
/// The sums over the axes along which an array of this shape was broadcast.
fn sum_back<S: Elementary>(mut x: ArrayD<S>, shape: &[usize]) -> ArrayD<S> {
    let sum = |x: &ArrayD<S>, axis| x.map_axis(Axis(axis), |lane| lane.iter().sum::<S>());
    while x.ndim() > shape.len() {
        x = sum(&x, 0);
    }
    for (axis, &n) in shape.iter().enumerate() {
        if x.shape()[axis] != n {
            x = sum(&x, axis).insert_axis(Axis(axis));
        }
    }
    debug_assert_eq!(IxDyn(x.shape()), IxDyn(shape));
    x
}
