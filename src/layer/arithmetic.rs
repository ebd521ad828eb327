//! The two layers of the chapter's apples.

use super::signal::{Signal, Together};
use super::{Layer, check_dout, remembered};
use crate::error::accept;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

/// Multiplication. Backward it swaps its inputs: `dx = dout·y`, `dy = dout·x`.
///
/// ```
/// use backprop::layer::MulLayer;
/// let mut layer = MulLayer::new();
/// assert_eq!(layer.forward(100.0, 2.0), 200.0);
/// assert_eq!(layer.backward(1.1), (2.2, 110.00000000000001));
/// ```
///
/// Arrays broadcast as in ndarray; what was repeated forward is summed backward, so that each derivative has the shape of
/// its input:
///
/// ```
/// use backprop::layer::MulLayer;
/// use ndarray::array;
/// let mut layer = MulLayer::new();
/// let z = layer.forward(array![[1.0, 2.0], [3.0, 4.0]], array![10.0, 100.0]);
/// assert_eq!(z, array![[10.0, 200.0], [30.0, 400.0]]);
/// let (dx, dy) = layer.backward(array![[1.0, 1.0], [1.0, 1.0]]);
/// assert_eq!(dx, array![[10.0, 100.0], [10.0, 100.0]]);
/// assert_eq!(dy, array![4.0, 6.0]);
/// ```
#[derive(Clone, Debug)]
pub struct MulLayer<X, Y = X> {
    /// With the shape of the output.
    inputs: Option<(X, Y, Vec<usize>)>,
}

impl<X, Y> MulLayer<X, Y> {
    /// A layer that remembers nothing yet.
    ///
    /// ```
    /// let mut layer = backprop::layer::MulLayer::new();
    /// assert_eq!(layer.forward(2.0, 3.0), 6.0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        MulLayer { inputs: None }
    }
}
impl<X, Y> Default for MulLayer<X, Y> {
    fn default() -> Self {
        MulLayer::new()
    }
}
impl<X: Together<Y>, Y: Signal<Element = X::Element>> MulLayer<X, Y> {
    /// `x·y`.
    ///
    /// ```
    /// assert_eq!(backprop::layer::MulLayer::new().forward(3.0, 4.0), 12.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast together.
    #[track_caller]
    pub fn forward(&mut self, x: X, y: Y) -> X::Output {
        let product = accept(x.times(&y));
        self.inputs = Some((x, y, product.lengths().to_vec()));
        product
    }
    /// `(dout·y, dout·x)`.
    ///
    /// ```
    /// let mut layer = backprop::layer::MulLayer::new();
    /// layer.forward(3.0, 4.0);
    /// assert_eq!(layer.backward(10.0), (40.0, 30.0));
    /// ```
    ///
    /// # Panics
    /// If `forward` has not run, or `dout` has not the shape of what it gave.
    #[track_caller]
    pub fn backward(&mut self, dout: X::Output) -> (X, Y) {
        let (x, y, shape) = remembered("MulLayer", "forward(x, y)", self.inputs.as_ref());
        check_dout("MulLayer", shape, dout.lengths());
        accept(X::times_back(&dout, x, y))
    }
}
impl<X: Together<Y>, Y: Signal<Element = X::Element>> Layer<X, Y, X::Output> for MulLayer<X, Y> {
    #[track_caller]
    fn forward(&mut self, x: X, y: Y) -> X::Output {
        MulLayer::forward(self, x, y)
    }
    #[track_caller]
    fn backward(&mut self, dout: X::Output) -> (X, Y) {
        MulLayer::backward(self, dout)
    }
}

/// Addition. Backward it passes on what comes: `dx = dy = dout`.
///
/// ```
/// use backprop::layer::AddLayer;
/// let layer = AddLayer::new();
/// assert_eq!(layer.forward(200.0, 450.0), 650.0);
/// assert_eq!(layer.backward(1.1), (1.1, 1.1));
/// ```
///
/// Of arrays it remembers the shapes, for what was repeated forward is summed backward:
///
/// ```
/// use backprop::layer::AddLayer;
/// use ndarray::array;
/// let layer = AddLayer::new();
/// assert_eq!(layer.forward(array![[1.0, 2.0], [3.0, 4.0]], array![[10.0, 20.0]]), array![[11.0, 22.0], [13.0, 24.0]]);
/// let (dx, dy) = layer.backward(array![[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(dx, array![[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(dy, array![[4.0, 6.0]]);
/// ```
pub struct AddLayer<X, Y = X> {
    /// Of the inputs and the output.
    shapes: RefCell<Option<[Vec<usize>; 3]>>,
    inputs: PhantomData<fn(X, Y)>,
}

impl<X, Y> AddLayer<X, Y> {
    /// A layer that remembers nothing yet.
    ///
    /// ```
    /// assert_eq!(backprop::layer::AddLayer::new().forward(2.0, 3.0), 5.0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        AddLayer { shapes: RefCell::new(None), inputs: PhantomData }
    }
}
impl<X, Y> Default for AddLayer<X, Y> {
    fn default() -> Self {
        AddLayer::new()
    }
}
impl<X, Y> Clone for AddLayer<X, Y> {
    fn clone(&self) -> Self {
        AddLayer { shapes: self.shapes.clone(), inputs: PhantomData }
    }
}
impl<X, Y> fmt::Debug for AddLayer<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddLayer").field("shapes", &self.shapes.borrow()).finish()
    }
}
impl<X: Together<Y>, Y: Signal<Element = X::Element>> AddLayer<X, Y> {
    /// `x + y`.
    ///
    /// ```
    /// assert_eq!(backprop::layer::AddLayer::new().forward(200.0, 450.0), 650.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast together.
    #[track_caller]
    pub fn forward(&self, x: X, y: Y) -> X::Output {
        let sum = accept(x.plus(&y));
        self.shapes.replace(Some([x.lengths(), y.lengths(), sum.lengths()].map(<[usize]>::to_vec)));
        sum
    }
    /// `(dout, dout)`. Of numbers there is nothing to remember: they need no `forward` before.
    ///
    /// ```
    /// let layer = backprop::layer::AddLayer::new();
    /// layer.forward(3.0, 4.0);
    /// assert_eq!(layer.backward(1.1), (1.1, 1.1));
    /// ```
    ///
    /// # Panics
    /// If the inputs are arrays and `forward` has not run, or `dout` has not the shape of what it gave.
    #[track_caller]
    pub fn backward(&self, dout: X::Output) -> (X, Y) {
        if X::IS_NUMBER && Y::IS_NUMBER {
            return X::plus_back(&dout, [&[], &[]]);
        }
        let shapes = self.shapes.borrow();
        let [x, y, sum] = remembered("AddLayer", "forward(x, y)", shapes.as_ref());
        check_dout("AddLayer", sum, dout.lengths());
        X::plus_back(&dout, [x, y])
    }
}
impl<X: Together<Y>, Y: Signal<Element = X::Element>> Layer<X, Y, X::Output> for AddLayer<X, Y> {
    #[track_caller]
    fn forward(&mut self, x: X, y: Y) -> X::Output {
        AddLayer::forward(self, x, y)
    }
    #[track_caller]
    fn backward(&mut self, dout: X::Output) -> (X, Y) {
        AddLayer::backward(self, dout)
    }
}
