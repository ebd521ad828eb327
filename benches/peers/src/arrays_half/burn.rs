//! The workloads in burn, on the processor.

use super::peer::{Peer, ShortWork, Work};
use crate::arrays::{self, Task, one_hot};
use burn_tensor::loss::cross_entropy_with_logits;
use burn_tensor::{Device, Element, Tensor, TensorData, activation};
use std::hint::black_box;
use std::marker::PhantomData;

/// What a number must be for burn's tensors.
pub trait Number: Element {}
impl<T: Element> Number for T {}

/// A1, and its answers.
pub fn short<T: Peer>(work: &arrays::Short<T>) -> Option<ShortWork<T>> {
    let mut short = Short::new(work, &device());
    let answers = short.answers();
    Some((Box::new(move || short.run()), answers))
}
/// A2.
pub fn long<T: Peer>(work: &arrays::Long<T>) -> Option<Work<T>> {
    let mut long = Long::new(work, &device());
    Some(Box::new(move || long.run()))
}
/// A3.
pub fn network<T: Peer>(task: &Task<T>) -> Option<Work<T>> {
    let mut network = Network::new(task, &device());
    Some(Box::new(move || network.step()))
}
fn device() -> Device {
    Device::flex().autodiff()
}
fn tensor<T: Peer, const D: usize>(
    elements: impl IntoIterator<Item = T>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    let elements: Vec<T> = elements.into_iter().collect();
    Tensor::from_data(TensorData::new(elements, shape), (device, <T as Element>::dtype()))
}
fn vector<T: Peer>(x: &ndarray::Array1<T>, device: &Device) -> Tensor<1> {
    tensor(x.iter().copied(), [x.len()], device)
}
fn matrix<T: Peer>(x: &ndarray::Array2<T>, device: &Device) -> Tensor<2> {
    tensor(x.iter().copied(), x.dim().into(), device)
}
fn numbers<T: Peer>(x: Option<Tensor<1>>) -> Vec<T> {
    x.expect("a gradient").into_data().try_into_vec().expect("of the same numbers")
}

/// A1.
struct Short<T> {
    a: Tensor<1>,
    b: Tensor<1>,
    number: PhantomData<T>,
}
impl<T: Peer> Short<T> {
    fn new(work: &arrays::Short<T>, device: &Device) -> Self {
        let leaf = |x| vector(x, device).require_grad();
        Short { a: leaf(&work.a), b: leaf(&work.b), number: PhantomData }
    }
    fn value(&self) -> Tensor<1> {
        (self.a.clone() * self.b.clone() + self.a.clone()).sin().sum()
    }
    fn run(&mut self) -> T {
        let y = self.value();
        black_box(self.a.grad(&y.backward()));
        y.into_scalar()
    }
    fn answers(&mut self) -> (T, Vec<T>, Vec<T>) {
        let y = self.value();
        let gradients = y.backward();
        (y.into_scalar(), numbers(self.a.grad(&gradients)), numbers(self.b.grad(&gradients)))
    }
}

/// A2.
struct Long<T> {
    x: [Tensor<1>; 3],
    number: PhantomData<T>,
}
impl<T: Peer> Long<T> {
    fn new(work: &arrays::Long<T>, device: &Device) -> Self {
        let x = work.arrays.each_ref().map(|x| vector(x, device).require_grad());
        Long { x, number: PhantomData }
    }
    fn run(&mut self) -> T {
        let [a, b, c] = self.x.clone();
        let y = ((a.clone() * b + c).tanh() * (a.clone() * a).neg().exp()).sum();
        black_box(y.backward());
        y.into_scalar()
    }
}

/// A3.
struct Network<T> {
    input: Tensor<2>,
    marks: Tensor<2>,
    layers: Vec<[Tensor<2>; 2]>,
    rate: f64,
    number: PhantomData<T>,
}
impl<T: Peer> Network<T> {
    fn new(task: &Task<T>, device: &Device) -> Self {
        let classes = task.layers[task.layers.len() - 1].1.len();
        let pair = |(w, b): &(ndarray::Array2<T>, ndarray::Array1<T>)| {
            let b = tensor(b.iter().copied(), [1, b.len()], device);
            [matrix(w, device).require_grad(), b.require_grad()]
        };
        Network {
            input: matrix(&task.input, device),
            marks: matrix(&one_hot::<T>(&task.labels, classes), device),
            layers: task.layers.iter().map(pair).collect(),
            rate: task.rate.wide(),
            number: PhantomData,
        }
    }
    /// One step; the loss before it.
    fn step(&mut self) -> T {
        let mut x = self.input.clone();
        for (k, [w, b]) in self.layers.iter().enumerate() {
            x = x.matmul(w.clone()) + b.clone();
            if k + 1 < self.layers.len() {
                x = activation::relu(x);
            }
        }
        let loss = cross_entropy_with_logits(x, self.marks.clone());
        let mut gradients = loss.backward();
        for x in self.layers.iter_mut().flatten() {
            let gradient = x.grad_remove(&mut gradients).expect("a gradient");
            // as its optimisers do it
            x.inplace(|x| Tensor::from_inner(x.inner() - gradient * self.rate).require_grad());
        }
        loss.into_scalar()
    }
}
