//! The layer at the end.

use super::{OneInput, remembered};
use crate::array::data::logits::{log_softmax_of, negative_log_likelihood};
use crate::array::data::shapes::same_shape;
use crate::array::rule::softmax::check_labels;
use crate::error::{Error, accept};
use crate::number::{Elementary, Float};
use ndarray::{Array1, Array2};

/// What a [`SoftmaxWithLossLayer`] compares with: the place of the right class, or a share for each class (one-hot, or
/// any other).
///
/// ```
/// use backprop::layer::Targets;
/// use ndarray::array;
/// let by_labels: Targets<f64> = [2, 0].into();
/// let one_hot: Targets<f64> = array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]].into();
/// # let _ = (by_labels, one_hot);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Targets<T> {
    /// One class for each row.
    Labels(Vec<usize>),
    /// One row of shares for each row.
    Shares(Array2<T>),
}
macro_rules! targets { ($([$($g:tt)*] $From:ty, |$x:ident| $into:expr;)*) => { $(
    impl<T, $($g)*> From<$From> for Targets<T> {
        fn from($x: $From) -> Self {
            $into
        }
    }
)* } }
targets! {
    [] Vec<usize>, |labels| Targets::Labels(labels);
    [] &[usize], |labels| Targets::Labels(labels.to_vec());
    [const N: usize] [usize; N], |labels| Targets::Labels(labels.to_vec());
    [const N: usize] &[usize; N], |labels| Targets::Labels(labels.to_vec());
    [] Array1<usize>, |labels| Targets::Labels(labels.to_vec());
    [] &Array1<usize>, |labels| Targets::Labels(labels.to_vec());
    [] Array2<T>, |shares| Targets::Shares(shares);
}

/// The softmax of each row of logits, and the mean over the rows of its cross-entropy with the target. Backward it gives
/// `(softmax − target)·dout/rows`.
///
/// ```
/// use backprop::layer::SoftmaxWithLossLayer;
/// use ndarray::array;
/// let mut layer = SoftmaxWithLossLayer::new();
/// let loss = layer.forward(array![[0.0, 3_f64.ln()]], [0]); // the shares are 1/4 and 3/4
/// assert!((loss - 4_f64.ln()).abs() < 1e-15);
/// let dx = layer.backward(1.0);
/// assert!((dx[[0, 0]] + 0.75).abs() < 1e-15 && (dx[[0, 1]] - 0.75).abs() < 1e-15);
/// // the same with a one-hot target
/// assert_eq!(layer.forward(array![[0.0, 3_f64.ln()]], array![[1.0, 0.0]]), loss);
/// ```
#[derive(Clone, Debug)]
pub struct SoftmaxWithLossLayer<T: Float> {
    targets: Option<Targets<T>>,
    /// By each logit, for each row by itself.
    slopes: Option<Array2<T>>,
}
impl<T: Float> Default for SoftmaxWithLossLayer<T> {
    fn default() -> Self {
        SoftmaxWithLossLayer::new()
    }
}
impl<T: Float> SoftmaxWithLossLayer<T> {
    /// A layer that remembers nothing yet.
    ///
    /// ```
    /// use backprop::layer::SoftmaxWithLossLayer;
    /// assert_eq!(SoftmaxWithLossLayer::new().forward(ndarray::array![[5.0]], [0]), 0.0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        SoftmaxWithLossLayer { targets: None, slopes: None }
    }
    /// With targets given beforehand, to stand in a graph as a layer of one input.
    ///
    /// ```
    /// use backprop::layer::{SoftmaxWithLossLayer, apply_one};
    /// use backprop::{Node, NodeArray};
    /// let logits = NodeArray::leaf(ndarray::array![[0.0, 0.0]]);
    /// let loss: Node<f64> = apply_one(SoftmaxWithLossLayer::new().with_targets([1]), &logits);
    /// loss.backward();
    /// assert_eq!(logits.grad(), ndarray::array![[0.5, -0.5]]);
    /// ```
    #[must_use]
    pub fn with_targets(mut self, t: impl Into<Targets<T>>) -> Self {
        self.targets = Some(t.into());
        self
    }
    /// The mean loss of the rows of `x`.
    ///
    /// ```
    /// use backprop::layer::SoftmaxWithLossLayer;
    /// let loss = SoftmaxWithLossLayer::new().forward(ndarray::array![[0.0, 0.0], [7.0, 7.0]], [0, 1]);
    /// assert_eq!(loss, 2_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If there are no rows or no classes, not one target for each row, or a label that is no class.
    #[track_caller]
    pub fn forward(&mut self, x: Array2<T>, t: impl Into<Targets<T>>) -> T {
        let targets = t.into();
        let (loss, slopes) = accept(compare(x, &targets));
        (self.targets, self.slopes) = (Some(targets), Some(slopes));
        loss
    }
    /// The derivative by the logits: `(softmax − target)·dout/rows`.
    ///
    /// ```
    /// use backprop::layer::SoftmaxWithLossLayer;
    /// use ndarray::array;
    /// let mut layer = SoftmaxWithLossLayer::new();
    /// layer.forward(array![[0.0, 0.0], [7.0, 7.0]], [0, 1]);
    /// assert_eq!(layer.backward(1.0), array![[-0.25, 0.25], [0.25, -0.25]]);
    /// ```
    ///
    /// # Panics
    /// If `forward` has not run.
    #[track_caller]
    pub fn backward(&mut self, dout: T) -> Array2<T> {
        let slopes = remembered("SoftmaxWithLossLayer", "forward(x, t)", self.slopes.as_ref());
        let share = dout / T::of(slopes.nrows() as f64);
        slopes.mapv(|slope| T::flow(&slope, &share))
    }
}
impl<T: Float> OneInput<Array2<T>, T> for SoftmaxWithLossLayer<T> {
    /// With the targets of [`with_targets`](SoftmaxWithLossLayer::with_targets), or those of the last `forward`.
    #[track_caller]
    fn forward(&mut self, x: Array2<T>) -> T {
        match self.targets.take() {
            Some(targets) => SoftmaxWithLossLayer::forward(self, x, targets),
            None => panic!("SoftmaxWithLossLayer: forward(x) alone wants targets: give them by with_targets(t) first"),
        }
    }
    #[track_caller]
    fn backward(&mut self, dout: T) -> Array2<T> {
        SoftmaxWithLossLayer::backward(self, dout)
    }
}

/// The mean loss, and the derivative of each row's own by its logits.
///
/// # Errors
/// As `forward` panics.
fn compare<T: Float>(x: Array2<T>, targets: &Targets<T>) -> Result<(T, Array2<T>), Error> {
    const FORWARD: &str = "SoftmaxWithLossLayer::forward";
    let rows = T::of(x.nrows() as f64);
    // row by row
    let mut slopes = x.as_standard_layout().into_owned();
    let mut loss = T::of(0.0);
    match targets {
        Targets::Labels(labels) => {
            check_labels(FORWARD, slopes.shape(), labels)?;
            for (mut row, &label) in slopes.rows_mut().into_iter().zip(labels) {
                if let Some(row) = row.as_slice_mut() {
                    loss += negative_log_likelihood(row, label);
                }
            }
        }
        Targets::Shares(shares) => {
            check_labels(FORWARD, slopes.shape(), &vec![0; slopes.nrows()])?;
            same_shape(FORWARD, slopes.shape(), shares.shape())?;
            for (mut row, shares) in slopes.rows_mut().into_iter().zip(shares.rows()) {
                let Some(row) = row.as_slice_mut() else { continue };
                log_softmax_of(row);
                // −Σ tᵢ·ln sᵢ, whose slopes are s·Σ t − t
                let all = shares.sum();
                for (log, &share) in row.iter_mut().zip(shares) {
                    loss -= Elementary::through(&share, *log);
                    *log = log.exp() * all - share;
                }
            }
        }
    }
    Ok((loss / rows, slopes))
}
