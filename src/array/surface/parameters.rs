//! Many parameters at once: to visit them, to clear their gradients, to change them in place.

use crate::error::{Error, accept};
use crate::graph::array::{NodeArray, NodeArrayD};
use crate::number::Float;
use ndarray::{ArrayRef, Dimension, IxDyn};
use std::collections::HashSet;
use std::rc::Rc;

/// What has parameters: an array that is a leaf; references, slices, arrays, vectors, boxes, options and tuples of what
/// has parameters; and your own models, in one line:
///
/// ```
/// use backprop::{NodeArray1, NodeArray2, NodeArrayD, Parameters};
/// use ndarray::{Array1, Array2, array};
///
/// struct Affine {
///     w: NodeArray2<f64>,
///     b: NodeArray1<f64>,
/// }
/// impl Parameters<f64> for Affine {
///     fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<f64>)) {
///         (&self.w, &self.b).each(visit);
///     }
/// }
///
/// let layer = Affine { w: NodeArray2::leaf(Array2::ones((2, 1))), b: NodeArray1::leaf(Array1::zeros(1)) };
/// assert_eq!(layer.parameter_count(), 3);
/// let loss = || (layer.w.t().dot(&array![3.0, 4.0]) + &layer.b).square().sum();
/// let before = loss().value();
/// for _ in 0..20 {
///     layer.zero_grad();
///     loss().backward();
///     layer.update_each(|_, value, grad| value.scaled_add(-0.01, grad)); // gradient descent
/// }
/// assert!(loss().value() < 1e-6 * before);
/// ```
///
/// **A shared parameter counts once.** Tied weights may be named twice: `each` visits them twice, everything else takes a
/// leaf at its first place only.
///
/// An optimizer keeps what it remembers in a `Vec` beside the parameters: the index that `update_each` hands over is the
/// leaf's place, the same in every call as long as the model visits its parameters in the same order. Momentum, in full:
///
/// ```
/// use backprop::{NodeArray, Parameters};
/// use ndarray::{ArrayD, array};
/// let x = NodeArray::leaf(array![1.0, -2.0]);
/// let mut speeds: Vec<ArrayD<f64>> = Vec::new();
/// for _ in 0..100 {
///     x.zero_grad();
///     x.square().sum().backward();
///     [&x].update_each(|k, value, grad| {
///         if k == speeds.len() {
///             speeds.push(ArrayD::zeros(grad.raw_dim()));
///         }
///         let speed = &mut speeds[k];
///         *speed *= 0.8;
///         speed.scaled_add(-0.1, grad);
///         value.scaled_add(1.0, speed);
///     });
/// }
/// assert!(x.value().iter().all(|x| x.abs() < 1e-3));
/// ```
pub trait Parameters<T: Float> {
    /// Visits every parameter, always in the same order.
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>));

    /// Sets the gradient of every parameter to zero.
    ///
    /// ```
    /// use backprop::{NodeArray, Parameters};
    /// let x = vec![NodeArray::leaf(ndarray::array![1.0]), NodeArray::leaf(ndarray::array![2.0])];
    /// (&x[0] * &x[1]).sum().backward();
    /// x.zero_grad();
    /// assert_eq!(x[0].grad(), ndarray::array![0.0]);
    /// ```
    fn zero_grad(&self) {
        self.each(&mut |parameter| parameter.zero_grad());
    }

    /// How many numbers the parameters hold, all together.
    ///
    /// ```
    /// use backprop::{NodeArray, Parameters};
    /// let (w, b) = (NodeArray::leaf(ndarray::array![[1.0, 2.0]]), NodeArray::leaf(ndarray::array![3.0]));
    /// assert_eq!((&w, &b, &w).parameter_count(), 3);
    /// ```
    fn parameter_count(&self) -> usize {
        distinct(self).iter().map(NodeArray::len).sum()
    }

    /// Changes every parameter in place, as [`NodeArray::update`]: `change` gets the place of the parameter, its values
    /// and its gradient.
    ///
    /// ```
    /// use backprop::{NodeArray, Parameters};
    /// let (w, b) = (NodeArray::leaf(ndarray::array![[1.0, 2.0]]), NodeArray::leaf(ndarray::array![3.0]));
    /// ((&w * &w).sum() + b.sum()).backward();
    /// (&w, &b).update_each(|_, value, grad| value.scaled_add(-0.5, grad));
    /// assert_eq!((w.value()[[0, 1]], b.value()[0]), (0.0, 2.5));
    /// ```
    ///
    /// # Panics
    /// If a parameter is no leaf; then none is changed. Inside an update of one of them. If `change` panics: those before
    /// have been changed then, the one that it panics at as far as it came.
    #[track_caller]
    fn update_each(&self, change: impl FnMut(usize, &mut ArrayRef<T, IxDyn>, &ArrayRef<T, IxDyn>))
    where
        Self: Sized,
    {
        accept(self.try_update_each(change));
    }
    /// [`update_each`](Parameters::update_each), with an error instead of a panic if a parameter is no leaf.
    ///
    /// ```
    /// use backprop::{Error, NodeArray, Parameters};
    /// let w = NodeArray::leaf(ndarray::array![1.0]);
    /// let frozen = w.detach();
    /// let outcome = (&w, &frozen).try_update_each(|_, value, _| value.fill(0.0));
    /// assert_eq!(outcome, Err(Error::NotALeaf { operation: "update_each" }));
    /// assert_eq!(w.value(), ndarray::array![1.0]);
    /// ```
    ///
    /// # Errors
    /// [`Error::NotALeaf`]; then none is changed.
    ///
    /// # Panics
    /// Inside an update of one of them, and if `change` panics.
    #[track_caller]
    fn try_update_each(
        &self,
        mut change: impl FnMut(usize, &mut ArrayRef<T, IxDyn>, &ArrayRef<T, IxDyn>),
    ) -> Result<(), Error>
    where
        Self: Sized,
    {
        let parameters = distinct(self);
        if !parameters.iter().all(NodeArray::is_leaf) {
            return Err(Error::NotALeaf { operation: "update_each" });
        }
        for (k, parameter) in parameters.iter().enumerate() {
            parameter.update(|value, grad| change(k, value, grad));
        }
        Ok(())
    }
}

/// Every parameter once, at its first place.
fn distinct<T: Float>(parameters: &(impl Parameters<T> + ?Sized)) -> Vec<NodeArrayD<T>> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    parameters.each(&mut |parameter| {
        if seen.insert(Rc::as_ptr(parameter.body())) {
            found.push(parameter.clone());
        }
    });
    found
}

impl<T: Float, D: Dimension> Parameters<T> for NodeArray<T, D> {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        visit(&self.any());
    }
}
impl<T: Float, P: Parameters<T> + ?Sized> Parameters<T> for &P {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        (**self).each(visit);
    }
}
impl<T: Float, P: Parameters<T> + ?Sized> Parameters<T> for Box<P> {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        (**self).each(visit);
    }
}
impl<T: Float, P: Parameters<T>> Parameters<T> for [P] {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        self.iter().for_each(|parameters| parameters.each(visit));
    }
}
impl<T: Float, P: Parameters<T>> Parameters<T> for Vec<P> {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        self[..].each(visit);
    }
}
impl<T: Float, P: Parameters<T>, const N: usize> Parameters<T> for [P; N] {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        self[..].each(visit);
    }
}
impl<T: Float, P: Parameters<T>> Parameters<T> for Option<P> {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        self.iter().for_each(|parameters| parameters.each(visit));
    }
}
macro_rules! tuples { ($(($($P:ident $k:tt)+))+) => { $(
    impl<T: Float, $($P: Parameters<T>),+> Parameters<T> for ($($P,)+) {
        fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
            $( self.$k.each(visit); )+
        }
    }
)+ } }
tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
}
