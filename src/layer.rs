//! Layers, the textbook's own form of a graph: each node of the picture is an object that remembers what it was given,
//! computes left to right with `forward(x, y)`, and right to left with `backward(dout)`, which returns `(dx, dy)`.
//!
//! ```
//! use backprop::layer::MulLayer;
//! // 2 apples of 100 yen, and 10 % tax
//! let (mut apples, mut taxed) = (MulLayer::new(), MulLayer::new());
//! let price = apples.forward(100.0, 2.0);
//! let total = taxed.forward(price, 1.1);
//! let (d_price, d_tax) = taxed.backward(1.0);
//! let (d_apple, d_number) = apples.backward(d_price);
//! assert_eq!((total, d_apple, d_number, d_tax), (220.00000000000003, 2.2, 110.00000000000001, 200.0));
//! ```
//!
//! Any layer can stand in a graph of nodes, by [`apply`].

use crate::custom::{first_order, short_name};
use crate::graph::handle::Node;
use crate::number::Float;
use std::cell::RefCell;
use std::ops::{Add, Mul};

/// A node of the picture: two inputs, one output. `X` is a number (later: or an array).
///
/// ```
/// use backprop::layer::{AddLayer, Layer, MulLayer};
/// fn through<L: Layer<f64>>(mut layer: L) -> (f64, f64) {
///     layer.forward(3.0, 5.0);
///     layer.backward(10.0)
/// }
/// assert_eq!(through(MulLayer::new()), (50.0, 30.0));
/// assert_eq!(through(AddLayer::new()), (10.0, 10.0));
/// ```
pub trait Layer<X> {
    /// The output, left to right; remembers what `backward` needs.
    fn forward(&mut self, x: X, y: X) -> X;
    /// The derivatives by `x` and `y`, from the derivative by the output, right to left.
    ///
    /// # Panics
    /// If it needs what `forward` remembers, and `forward` has not run.
    fn backward(&mut self, dout: X) -> (X, X);
}

/// Multiplication. Backward it swaps its inputs: `dx = dout·y`, `dy = dout·x`.
///
/// ```
/// use backprop::layer::MulLayer;
/// let mut layer = MulLayer::new();
/// assert_eq!(layer.forward(100.0, 2.0), 200.0);
/// assert_eq!(layer.backward(1.1), (2.2, 110.00000000000001));
/// ```
#[derive(Clone, Debug)]
pub struct MulLayer<X> {
    inputs: Option<(X, X)>,
}

impl<X> MulLayer<X> {
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
impl<X> Default for MulLayer<X> {
    fn default() -> Self {
        MulLayer::new()
    }
}
impl<X: Clone + Mul<Output = X>> MulLayer<X> {
    /// `x·y`.
    ///
    /// ```
    /// assert_eq!(backprop::layer::MulLayer::new().forward(3.0, 4.0), 12.0);
    /// ```
    pub fn forward(&mut self, x: X, y: X) -> X {
        self.inputs = Some((x.clone(), y.clone()));
        x * y
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
    /// If `forward` has not run.
    #[track_caller]
    pub fn backward(&mut self, dout: X) -> (X, X) {
        match &self.inputs {
            Some((x, y)) => (dout.clone() * y.clone(), dout * x.clone()),
            None => {
                panic!("MulLayer: backward(dout) needs the inputs that forward(x, y) remembers: call forward first")
            }
        }
    }
}
impl<X: Clone + Mul<Output = X>> Layer<X> for MulLayer<X> {
    fn forward(&mut self, x: X, y: X) -> X {
        MulLayer::forward(self, x, y)
    }
    #[track_caller]
    fn backward(&mut self, dout: X) -> (X, X) {
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
#[derive(Clone, Copy, Debug, Default)]
pub struct AddLayer;

impl AddLayer {
    /// A layer; it has nothing to remember.
    ///
    /// ```
    /// assert_eq!(backprop::layer::AddLayer::new().forward(2.0, 3.0), 5.0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        AddLayer
    }
    /// `x + y`.
    ///
    /// ```
    /// assert_eq!(backprop::layer::AddLayer.forward(200.0, 450.0), 650.0);
    /// ```
    #[must_use]
    pub fn forward<X: Add<Output = X>>(&self, x: X, y: X) -> X {
        x + y
    }
    /// `(dout, dout)`.
    ///
    /// ```
    /// assert_eq!(backprop::layer::AddLayer.backward(1.1), (1.1, 1.1));
    /// ```
    #[must_use]
    pub fn backward<X: Clone>(&self, dout: X) -> (X, X) {
        (dout.clone(), dout)
    }
}
impl<X: Clone + Add<Output = X>> Layer<X> for AddLayer {
    fn forward(&mut self, x: X, y: X) -> X {
        AddLayer::forward(self, x, y)
    }
    fn backward(&mut self, dout: X) -> (X, X) {
        AddLayer::backward(self, dout)
    }
}

/// Takes a layer into a graph: its `forward` runs now, its `backward` whenever a sweep comes to it. It is of first order:
/// [`gradients`](crate::gradients) panics and names it.
///
/// ```
/// use backprop::layer::{self, MulLayer};
/// use backprop::Node;
/// let (x, y) = (Node::leaf(3.0), Node::leaf(4.0));
/// let z = layer::apply(MulLayer::new(), &x, &y).sin();
/// z.backward();
/// assert_eq!(x.grad(), 4.0 * 12f64.cos());
/// ```
#[must_use]
pub fn apply<T: Float, L: Layer<T> + 'static>(mut layer: L, x: &Node<T>, y: &Node<T>) -> Node<T> {
    let value = layer.forward(x.value(), y.value());
    let layer = RefCell::new(layer);
    first_order(short_name::<L>(), &[x, y], value, move |dout| {
        let (dx, dy) = layer.borrow_mut().backward(dout);
        vec![dx, dy]
    })
}
