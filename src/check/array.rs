//! Functions of arrays, through random directions.

use super::difference::differences;
use super::mode::Plain;
use super::report::{Component, Report};
use crate::gradients::{Root, gradients_with};
use crate::graph::array::NodeArray;
use crate::graph::handle::Node;
use crate::graph::modes::no_grad;
use crate::number::Elementary;
use ndarray::{Array, ArrayRef, Dimension};

/// What a function of an array may give: a [`Node`] or a [`NodeArray`]. Sealed.
pub trait Output: Root {
    /// The values, in order.
    #[doc(hidden)]
    fn flat(&self) -> Vec<f64>;
    /// An adjoint with these elements.
    #[doc(hidden)]
    fn adjoint(&self, elements: &[f64]) -> Self;
}
impl<T: Plain> Output for Node<T> {
    fn flat(&self) -> Vec<f64> {
        vec![self.to_f64_value()]
    }
    fn adjoint(&self, elements: &[f64]) -> Self {
        Node::constant(T::of(elements[0]))
    }
}
impl<T: Plain, D: Dimension> Output for NodeArray<T, D> {
    fn flat(&self) -> Vec<f64> {
        self.value().iter().map(|x| x.to_f64_value()).collect()
    }
    fn adjoint(&self, elements: &[f64]) -> Self {
        let mut array = self.value().into_owned();
        array.iter_mut().zip(elements).for_each(|(x, &element)| *x = T::of(element));
        NodeArray::constant(array)
    }
}

/// Checks a function of an array, with a number or an array for result, along three random directions: for weights `w`
/// and a direction `v` it compares `⟨Jᵀw, v⟩`, which the graph gives, with the difference quotient of `⟨w, f(x + t·v)⟩`.
/// One pair of directions sees every entry of the Jacobian `J`.
///
/// ```
/// use backprop::{check, NodeArray1};
/// use ndarray::{Axis, array};
/// let x = array![0.5, -1.2, 2.0];
/// check::array(|x: &NodeArray1<f64>| x.softmax(Axis(0)), &x).assert();   // an array
/// check::array(|x: &NodeArray1<f64>| x.norm(), &x).assert();       // a number
/// ```
///
/// Directions come from a fixed seed; [`array_seeded`] takes another.
pub fn array<T: Plain, D: Dimension, Y: Output<Number = T>>(
    f: impl Fn(&NodeArray<T, D>) -> Y,
    x: &ArrayRef<T, D>,
) -> Report {
    array_seeded(f, x, 3, 5)
}

/// [`array()`] along so many directions, from a seed.
///
/// ```
/// use backprop::{check, NodeArray2};
/// use ndarray::array;
/// let x = array![[0.5, -1.2], [2.0, 0.1]];
/// for seed in 0..3 {
///     check::array_seeded(|x: &NodeArray2<f64>| x.dot(&x.t()).exp(), &x, 2, seed).assert();
/// }
/// ```
pub fn array_seeded<T: Plain, D: Dimension, Y: Output<Number = T>>(
    f: impl Fn(&NodeArray<T, D>) -> Y,
    x: &ArrayRef<T, D>,
    directions: usize,
    seed: u64,
) -> Report {
    let mut random = fastrand::Rng::with_seed(seed);
    // neither 0 nor near it, so that no entry is overlooked
    let mut ugly = || (0.25 + random.f64()) * if random.bool() { 1.0 } else { -1.0 };
    let x: Array<T, D> = x.to_owned();
    let components = (0..directions).map(|k| {
        let direction: Vec<f64> = x.iter().map(|_| T::of(ugly()).to_f64_value()).collect();
        let leaf = NodeArray::leaf(x.clone());
        let y = f(&leaf);
        let weights: Vec<f64> = y.flat().iter().map(|_| T::of(ugly()).to_f64_value()).collect();
        let gradient: NodeArray<T, D> = gradients_with(&y, &leaf, &y.adjoint(&weights));
        let derivative = gradient.value().iter().zip(&direction).map(|(g, v)| g.to_f64_value() * v).sum();
        let estimates = differences(T::PRECISION, 0.0, &[derivative], |t| {
            let mut moved = x.clone();
            moved.iter_mut().zip(&direction).for_each(|(x, v)| *x = T::of(x.to_f64_value() + t * v));
            let y = no_grad(|| f(&NodeArray::constant(moved)).flat());
            vec![y.iter().zip(&weights).map(|(y, w)| y * w).sum()]
        });
        Component::new(format!("direction {k}"), &[k], derivative, estimates[0])
    });
    Report::new("array", T::PRECISION, components.collect())
}
