//! The layer with weights.

use super::{OneInput, check_dout, remembered};
use crate::number::Float;
use ndarray::{Array1, Array2, Axis};

/// `x·W + b`: a batch of rows times the weights, and the bias added to each row. Backward it keeps `dw = xᵀ·dout` and
/// `db`, the sum of the rows of `dout`, and passes on `dout·Wᵀ`.
///
/// ```
/// use backprop::layer::AffineLayer;
/// use ndarray::array;
/// let mut layer = AffineLayer::new(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![10.0, 20.0, 30.0]);
/// assert_eq!(layer.forward(array![[1.0, 0.0], [0.0, 1.0]]), array![[11.0, 22.0, 33.0], [14.0, 25.0, 36.0]]);
/// assert_eq!(layer.backward(array![[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]]), array![[6.0, 15.0], [3.0, 6.0]]);
/// assert_eq!(layer.dw, array![[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]]);
/// assert_eq!(layer.db, array![1.0, 1.0, 2.0]);
/// layer.w.scaled_add(-0.1, &layer.dw); // a step of gradient descent
/// layer.b.scaled_add(-0.1, &layer.db);
/// ```
#[derive(Clone, Debug)]
pub struct AffineLayer<T: Float> {
    /// The weights, a row for each input and a column for each output.
    pub w: Array2<T>,
    /// The bias, one for each output.
    pub b: Array1<T>,
    /// The derivative by the weights that the last `backward` found; zeros before.
    pub dw: Array2<T>,
    /// The derivative by the bias that the last `backward` found; zeros before.
    pub db: Array1<T>,
    x: Option<Array2<T>>,
}

impl<T: Float> AffineLayer<T> {
    /// A layer with these weights and this bias.
    ///
    /// ```
    /// use backprop::layer::AffineLayer;
    /// let layer = AffineLayer::new(ndarray::array![[1.0], [2.0]], ndarray::array![0.0]);
    /// assert_eq!(layer.dw, ndarray::array![[0.0], [0.0]]);
    /// ```
    ///
    /// # Panics
    /// If the bias has not as many elements as the weights have columns.
    #[must_use]
    #[track_caller]
    pub fn new(w: Array2<T>, b: Array1<T>) -> Self {
        assert!(
            b.len() == w.ncols(),
            "AffineLayer: new(w, b) wants a bias for each column of the weights, {}, not {}",
            w.ncols(),
            b.len()
        );
        AffineLayer { dw: Array2::zeros(w.raw_dim()), db: Array1::zeros(b.raw_dim()), w, b, x: None }
    }
    /// `x·W + b`.
    ///
    /// ```
    /// use backprop::layer::AffineLayer;
    /// use ndarray::array;
    /// let mut layer = AffineLayer::new(array![[2.0], [3.0]], array![10.0]);
    /// assert_eq!(layer.forward(array![[1.0, 1.0]]), array![[15.0]]);
    /// ```
    ///
    /// # Panics
    /// If `x` has not as many columns as the weights have rows.
    #[track_caller]
    pub fn forward(&mut self, x: Array2<T>) -> Array2<T> {
        assert!(
            x.ncols() == self.w.nrows() && self.b.len() == self.w.ncols(),
            "AffineLayer: forward(x) wants as many columns as the weights {:?} have rows, and as many biases as they have \
             columns, not x of the shape {:?} with {} biases",
            self.w.shape(),
            x.shape(),
            self.b.len()
        );
        let out = x.dot(&self.w) + &self.b;
        self.x = Some(x);
        out
    }
    /// `dout·Wᵀ`; sets `dw` and `db`.
    ///
    /// ```
    /// use backprop::layer::AffineLayer;
    /// use ndarray::array;
    /// let mut layer = AffineLayer::new(array![[2.0], [3.0]], array![10.0]);
    /// layer.forward(array![[1.0, -1.0]]);
    /// assert_eq!(layer.backward(array![[10.0]]), array![[20.0, 30.0]]);
    /// assert_eq!((layer.dw, layer.db), (array![[10.0], [-10.0]], array![10.0]));
    /// ```
    ///
    /// # Panics
    /// If `forward` has not run, or `dout` has not the shape of what it gave.
    #[track_caller]
    pub fn backward(&mut self, dout: Array2<T>) -> Array2<T> {
        let x = remembered("AffineLayer", "forward(x)", self.x.as_ref());
        check_dout("AffineLayer", &[x.nrows(), self.w.ncols()], dout.shape());
        self.dw = x.t().dot(&dout);
        self.db = dout.sum_axis(Axis(0));
        dout.dot(&self.w.t())
    }
}
impl<T: Float> OneInput<Array2<T>> for AffineLayer<T> {
    #[track_caller]
    fn forward(&mut self, x: Array2<T>) -> Array2<T> {
        AffineLayer::forward(self, x)
    }
    #[track_caller]
    fn backward(&mut self, dout: Array2<T>) -> Array2<T> {
        AffineLayer::backward(self, dout)
    }
}
