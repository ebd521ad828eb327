//! How a number takes derivatives of a closure.

use super::difference::{DOUBLE, Precision, SINGLE};
use crate::drivers::value_and_grad;
use crate::dual::Dual;
use crate::gradients::gradients;
use crate::graph::handle::Node;
use crate::graph::modes::no_grad;
use crate::number::{Call, Elementary, Float};
use crate::var::Var;

/// `f32` or `f64`. Sealed.
pub trait Plain: Float + sealed::Sealed {
    #[doc(hidden)]
    const PRECISION: Precision;
}
mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl<T: super::Float> Sealed for super::Node<T> {}
    impl<T: super::Float> Sealed for super::Var<T> {}
    impl<T: super::Elementary, const N: usize> Sealed for super::Dual<T, N> {}
}
impl Plain for f64 {
    const PRECISION: Precision = DOUBLE;
}
impl Plain for f32 {
    const PRECISION: Precision = SINGLE;
}

/// A number that gradients are taken with: [`Node`] and [`Var`] over `f64` or `f32`, [`Dual`]s of them, and the nestings that
/// [`Second`] lists. Sealed.
pub trait First: Elementary + sealed::Sealed {
    /// The plain numbers in it.
    type Plain: Plain;
    /// The value of `f`.
    #[doc(hidden)]
    fn value_of(f: &impl Call<Self>, x: &[Self::Plain]) -> Self::Plain;
    /// The gradient of `f`.
    #[doc(hidden)]
    fn gradient_of(f: &impl Call<Self>, x: &[Self::Plain]) -> Vec<Self::Plain>;
}
/// A number that second derivatives are taken with: `Node<f64>` (by [`gradients`] of gradients), `Node<Dual<f64>>` and
/// `Var<Dual<f64>>` (forward over reverse), `Dual<Dual<f64>>` (forward twice), and the same over `f32`. Sealed.
pub trait Second: First {
    /// The Hessian of `f`, row by row.
    #[doc(hidden)]
    fn hessian_of(f: &impl Call<Self>, x: &[Self::Plain]) -> Vec<Vec<Self::Plain>>;
}

/// `x`, its tangents those of the `N` arguments from `first` on.
fn seeded<T: Elementary, const N: usize>(x: &[T], first: usize) -> Vec<Dual<T, N>> {
    let tangents = |i: usize| std::array::from_fn(|k| T::of(if first + k == i { 1.0 } else { 0.0 }));
    x.iter().enumerate().map(|(i, x)| Dual::new(x.clone(), tangents(i))).collect()
}
fn leaves<T: Float>(x: &[T]) -> Vec<Node<T>> {
    x.iter().map(|&x| Node::leaf(x)).collect()
}
fn constants<T: Float>(x: &[T]) -> Vec<Node<T>> {
    x.iter().map(|&x| Node::constant(x)).collect()
}
fn values<T: Float>(x: &[Node<T>]) -> Vec<T> {
    x.iter().map(Node::value).collect()
}

impl<T: Plain> First for Node<T> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        no_grad(|| f.call(&constants(x)).value())
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        // a sweep: gradients of what the closure has captured stay as they are only with adjoints beside the graph,
        // but it is the sweep that is to be checked
        let x = leaves(x);
        f.call(&x).backward();
        x.iter().map(Node::grad).collect()
    }
}
impl<T: Plain> Second for Node<T> {
    fn hessian_of(f: &impl Call<Self>, x: &[T]) -> Vec<Vec<T>> {
        let x = leaves(x);
        let first = gradients(&f.call(&x), &x);
        first.iter().map(|slope| values(&gradients(slope, &x))).collect()
    }
}
impl<T: Plain, const N: usize> First for Dual<T, N> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        f.call(&seeded(x, x.len())).value()
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        let chunks = (0..x.len()).step_by(N.max(1)).map(|first| f.call(&seeded(x, first)));
        chunks.flat_map(|z| *z.tangents()).take(x.len()).collect()
    }
}
impl<T: Plain> First for Dual<Dual<T>> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        f.call(&seeded(&seeded(x, x.len()), x.len())).value().value()
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        (0..x.len()).map(|i| f.call(&seeded(&seeded(x, x.len()), i)).derivative().value()).collect()
    }
}
impl<T: Plain> Second for Dual<Dual<T>> {
    fn hessian_of(f: &impl Call<Self>, x: &[T]) -> Vec<Vec<T>> {
        let entry = |i, j| f.call(&seeded(&seeded(x, j), i)).derivative().derivative();
        (0..x.len()).map(|i| (0..x.len()).map(|j| entry(i, j)).collect()).collect()
    }
}
impl<T: Plain> First for Node<Dual<T>> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        no_grad(|| f.call(&constants(&seeded(x, x.len()))).value().value())
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        let x = leaves(&seeded(x, x.len()));
        f.call(&x).backward();
        x.iter().map(|x| x.grad().value()).collect()
    }
}
impl<T: Plain> Second for Node<Dual<T>> {
    fn hessian_of(f: &impl Call<Self>, x: &[T]) -> Vec<Vec<T>> {
        let row = |j| {
            let x = leaves(&seeded(x, j));
            f.call(&x).backward();
            x.iter().map(|x| x.grad().derivative()).collect()
        };
        (0..x.len()).map(row).collect()
    }
}
impl<T: Plain> First for Var<T> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        value_and_grad(|x: &[Self]| f.call(x), x).0
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        value_and_grad(|x: &[Self]| f.call(x), x).1
    }
}
impl<T: Plain> First for Var<Dual<T>> {
    type Plain = T;
    fn value_of(f: &impl Call<Self>, x: &[T]) -> T {
        value_and_grad(|x: &[Self]| f.call(x), &seeded(x, x.len())[..]).0.value()
    }
    fn gradient_of(f: &impl Call<Self>, x: &[T]) -> Vec<T> {
        let (_, gradient) = value_and_grad(|x: &[Self]| f.call(x), &seeded(x, x.len())[..]);
        gradient.iter().map(Dual::value).collect()
    }
}
impl<T: Plain> Second for Var<Dual<T>> {
    fn hessian_of(f: &impl Call<Self>, x: &[T]) -> Vec<Vec<T>> {
        let row = |j| {
            let (_, gradient) = value_and_grad(|x: &[Self]| f.call(x), &seeded(x, j)[..]);
            gradient.iter().map(Dual::derivative).collect()
        };
        (0..x.len()).map(row).collect()
    }
}
