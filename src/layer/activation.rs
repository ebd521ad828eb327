//! Activations: rows of the table as layers, element by element.

use super::signal::Signal;
use super::{OneInput, check_dout, remembered};
use crate::number::Elementary;
use crate::rule::Op;

macro_rules! activations { ($($(#[$doc:meta])* $Layer:ident $Op:ident $f:ident)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Debug)]
    pub struct $Layer<X> {
        /// The input, and the output.
        remembered: Option<(X, X)>,
    }
    impl<X> $Layer<X> {
        /// A layer that remembers nothing yet.
        ///
        /// ```
        #[doc = concat!("let mut layer = backprop::layer::", stringify!($Layer), "::new();")]
        #[doc = concat!("assert_eq!(layer.forward(2.0), backprop::Elementary::", stringify!($f), "(&2.0));")]
        /// ```
        #[must_use]
        pub fn new() -> Self {
            $Layer { remembered: None }
        }
    }
    impl<X> Default for $Layer<X> {
        fn default() -> Self {
            $Layer::new()
        }
    }
    impl<X: Signal> $Layer<X> {
        /// The output.
        ///
        /// ```
        #[doc = concat!("let mut layer = backprop::layer::", stringify!($Layer), "::new();")]
        #[doc = concat!("assert_eq!(layer.forward(-1.0), backprop::Elementary::", stringify!($f), "(&-1.0));")]
        /// ```
        pub fn forward(&mut self, x: X) -> X {
            let out = x.each(|x| Elementary::$f(x));
            self.remembered = Some((x, out.clone()));
            out
        }
        /// `dout` times the slope.
        ///
        /// ```
        #[doc = concat!("let mut layer = backprop::layer::", stringify!($Layer), "::new();")]
        /// layer.forward(2.0);
        /// assert!(layer.backward(1.0) > 0.0);
        /// ```
        ///
        /// # Panics
        /// If `forward` has not run, or `dout` has not the shape of what it gave.
        #[track_caller]
        pub fn backward(&mut self, dout: X) -> X {
            let (x, out) = remembered(stringify!($Layer), "forward(x)", self.remembered.as_ref());
            check_dout(stringify!($Layer), out.lengths(), dout.lengths());
            let slopes = x.pairs(out, |x, out| Op::$Op.slope(0, [x; 3], 0, out));
            slopes.pairs(&dout, |slope, dout| X::Element::flow(slope, dout))
        }
    }
    impl<X: Signal> OneInput<X> for $Layer<X> {
        fn forward(&mut self, x: X) -> X {
            $Layer::forward(self, x)
        }
        #[track_caller]
        fn backward(&mut self, dout: X) -> X {
            $Layer::backward(self, dout)
        }
    }
)* } }
activations! {
    /// `max(x, 0)`. Backward it lets through where `x > 0`.
    ///
    /// ```
    /// use backprop::layer::ReluLayer;
    /// use ndarray::array;
    /// let mut layer = ReluLayer::new();
    /// assert_eq!(layer.forward(array![[1.0, -0.5], [-2.0, 3.0]]), array![[1.0, 0.0], [0.0, 3.0]]);
    /// assert_eq!(layer.backward(array![[5.0, 5.0], [5.0, 5.0]]), array![[5.0, 0.0], [0.0, 5.0]]);
    /// ```
    ReluLayer Relu relu
    /// `1/(1 + e^−x)`. Backward it multiplies by `y·(1 − y)`.
    ///
    /// ```
    /// use backprop::layer::SigmoidLayer;
    /// let mut layer = SigmoidLayer::new();
    /// assert_eq!(layer.forward(ndarray::array![0.0]), ndarray::array![0.5]);
    /// assert_eq!(layer.backward(ndarray::array![4.0]), ndarray::array![1.0]);
    /// ```
    SigmoidLayer Sigmoid sigmoid
}
