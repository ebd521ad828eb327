//! Dropout: a part of the elements is left out at random, the others make up for it.

use crate::array::rule::linear::Linear;
use crate::error::{Error, accept};
use crate::graph::array::{NodeArray, Values, take};
use crate::number::Float;
use ndarray::Dimension;
use std::cell::Cell;
use std::rc::Rc;

/// Leaves each element out with the probability `rate`, and divides those that it keeps by `1 − rate`, so that the mean
/// stays what it was (Srivastava et al. 2014, "inverted"). Which ones, follows from the seed alone.
///
/// Dropout is for training. To switch it off, say [`switch(false)`](Dropout::switch), or leave [`apply`](Dropout::apply)
/// out of the formula.
///
/// ```
/// use backprop::{Dropout, NodeArray};
/// use ndarray::Array1;
/// let dropout = Dropout::new(0.25, 7);
/// let x = NodeArray::leaf(Array1::<f64>::ones(10_000));
/// let y = dropout.apply(&x);
/// y.sum().backward();
/// assert_eq!(y.value(), x.grad()); // 0 or 4/3
/// assert!((y.mean().value() - 1.0).abs() < 0.02);
///
/// let again = Dropout::new(0.25, 7);
/// assert_eq!(again.apply(&x).value(), y.value());
/// again.switch(false);
/// assert!(again.apply(&x).is_same(&x));
/// ```
#[derive(Clone, Debug)]
pub struct Dropout {
    rate: f64,
    on: Cell<bool>,
    /// The generator's, from which it goes on.
    state: Cell<u64>,
}

impl Dropout {
    /// A dropout of this rate, on, with its own generator.
    ///
    /// ```
    /// assert_eq!(backprop::Dropout::new(0.5, 1).rate(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If the rate is not at least 0 and below 1.
    #[must_use]
    #[track_caller]
    pub fn new(rate: f64, seed: u64) -> Self {
        accept(Dropout::try_new(rate, seed))
    }
    /// [`new`](Dropout::new), with an error instead of a panic.
    ///
    /// ```
    /// assert_eq!(backprop::Dropout::try_new(1.0, 1).unwrap_err().to_string(),
    ///     "dropout wants a rate of at least 0 and below 1, not 1.0");
    /// ```
    ///
    /// # Errors
    /// [`Error::Range`] if the rate is not at least 0 and below 1.
    pub fn try_new(rate: f64, seed: u64) -> Result<Self, Error> {
        if !(0.0..1.0).contains(&rate) {
            let wanted = "a rate of at least 0 and below 1";
            return Err(Error::Range { operation: "dropout", value: rate, wanted });
        }
        Ok(Dropout { rate, on: Cell::new(true), state: Cell::new(seed) })
    }
    /// The probability with which an element is left out.
    ///
    /// ```
    /// assert_eq!(backprop::Dropout::new(0.1, 1).rate(), 0.1);
    /// ```
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }
    /// On for training, off for everything else: then [`apply`](Dropout::apply) gives back what it gets, and draws no
    /// random number.
    ///
    /// ```
    /// use backprop::{Dropout, NodeArray};
    /// let (dropout, x) = (Dropout::new(0.5, 1), NodeArray::leaf(ndarray::array![1.0]));
    /// dropout.switch(false);
    /// assert!(dropout.apply(&x).is_same(&x));
    /// ```
    pub fn switch(&self, on: bool) {
        self.on.set(on);
    }

    /// The array without the elements that are left out, which are 0 whatever they were; other ones each time.
    ///
    /// ```
    /// use backprop::{Dropout, NodeArray};
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]);
    /// let y = Dropout::new(0.5, 1).apply(&x);
    /// assert!(y.value().iter().zip(x.value()).all(|(&y, x)| y == 0.0 || y == 2.0 * x));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn apply<T: Float, D: Dimension>(&self, x: &NodeArray<T, D>) -> NodeArray<T, D> {
        if !self.on.get() || self.rate == 0.0 {
            return x.clone();
        }
        let mut random = fastrand::Rng::with_seed(self.state.get());
        let kept = (0..x.len()).map(|_| random.f64() >= self.rate).collect();
        self.state.set(random.get_seed());
        Thin { kept, probability: 1.0 - self.rate }.of(&x.any()).ranked()
    }
}

/// What is kept, divided by the probability of that; else 0. The adjoint is the same.
#[derive(Clone)]
struct Thin {
    kept: Rc<[bool]>,
    probability: f64,
}
impl<T: Float> Linear<T> for Thin {
    fn name(&self) -> &'static str {
        "dropout"
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        let (zero, divisor) = (T::of(0.0), T::of(self.probability));
        let mut elements = take(self.kept.len());
        elements.extend(x.iter().zip(&*self.kept).map(|(&x, &kept)| if kept { x / divisor } else { zero }));
        Values::from_vec(x.raw_dim(), elements)
    }
    fn adjoint(&self) -> Self {
        self.clone()
    }
    fn bytes(&self) -> usize {
        self.kept.len()
    }
}
