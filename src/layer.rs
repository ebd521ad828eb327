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
//! What flows between them is a [`Signal`]: a number or an ndarray.
//!
//! | layer | computes | inputs |
//! |---|---|---|
//! | [`MulLayer`], [`AddLayer`] | `x·y`, `x + y` | two, which broadcast |
//! | [`ReluLayer`], [`SigmoidLayer`] | `max(x, 0)`, `1/(1 + e^−x)` | one |
//! | [`AffineLayer`] | `x·W + b` | one; keeps `dw` and `db` |
//! | [`SoftmaxWithLossLayer`] | the loss of logits | one, and targets |
//!
//! Any layer can stand in a graph of nodes, by [`apply`] or, with one input, [`apply_one`].

mod activation;
mod affine;
mod arithmetic;
mod graph;
mod loss;
mod signal;

pub use activation::{ReluLayer, SigmoidLayer};
pub use affine::AffineLayer;
pub use arithmetic::{AddLayer, MulLayer};
pub use graph::{Shared, apply, apply_one};
pub use loss::{SoftmaxWithLossLayer, Targets};
pub use signal::{Signal, Together};

use crate::custom::short_name;

/// A node of the picture with two inputs and one output: numbers or arrays, which need not be of one type.
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
pub trait Layer<X, Y = X, Z = X> {
    /// The name, for drawings and messages: the type's own, unless it is given.
    fn name(&self) -> &str {
        short_name::<Self>()
    }
    /// The output, left to right; remembers what `backward` needs.
    fn forward(&mut self, x: X, y: Y) -> Z;
    /// The derivatives by `x` and `y`, from the derivative by the output, right to left.
    ///
    /// # Panics
    /// If it needs what `forward` remembers, and `forward` has not run.
    fn backward(&mut self, dout: Z) -> (X, Y);
}

/// A node of the picture with one input and one output.
///
/// ```
/// use backprop::layer::{OneInput, ReluLayer, SigmoidLayer};
/// fn through<L: OneInput<f64>>(mut layer: L) -> f64 {
///     layer.forward(0.0);
///     layer.backward(1.0)
/// }
/// assert_eq!((through(ReluLayer::new()), through(SigmoidLayer::new())), (0.0, 0.25));
/// ```
pub trait OneInput<X, Z = X> {
    /// The name, for drawings and messages: the type's own, unless it is given.
    fn name(&self) -> &str {
        short_name::<Self>()
    }
    /// The output, left to right; remembers what `backward` needs.
    fn forward(&mut self, x: X) -> Z;
    /// The derivative by `x`, from the derivative by the output, right to left.
    ///
    /// # Panics
    /// If it needs what `forward` remembers, and `forward` has not run.
    fn backward(&mut self, dout: Z) -> X;
}

/// What `forward` remembers.
///
/// # Panics
/// If it has not run.
#[track_caller]
fn remembered<M>(layer: &str, forward: &str, memory: Option<M>) -> M {
    match memory {
        Some(memory) => memory,
        None => panic!("{layer}: backward(dout) needs the inputs that {forward} remembers: call forward first"),
    }
}
/// # Panics
/// If `dout` has not the shape of what `forward` gave last: another batch, or a number for an array.
#[track_caller]
fn check_dout(layer: &str, wanted: &[usize], given: &[usize]) {
    assert!(
        given == wanted,
        "{layer}: backward(dout) wants dout in the shape {wanted:?} of what forward gave last, not {given:?}"
    );
}
