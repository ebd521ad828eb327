//! The workloads in candle.

use super::peer::Peer;
use crate::arrays::{self, Task, one_hot};
use candle_core::{Device, Result, Tensor, Var};
use std::marker::PhantomData;

/// # Panics
/// If candle refuses: then there is nothing to compare.
fn must<X>(result: Result<X>) -> X {
    result.unwrap_or_else(|error| panic!("candle: {error}"))
}
fn tensor<T: Peer>(elements: impl IntoIterator<Item = T>, shape: &[usize]) -> Tensor {
    must(Tensor::from_vec(elements.into_iter().collect::<Vec<T>>(), shape, &Device::Cpu))
}
fn leaf<T: Peer>(elements: impl IntoIterator<Item = T>, shape: &[usize]) -> Var {
    must(Var::from_tensor(&tensor(elements, shape)))
}

/// A1.
pub struct Short<T> {
    a: Var,
    b: Var,
    number: PhantomData<T>,
}
impl<T: Peer> Short<T> {
    pub fn new(work: &arrays::Short<T>) -> Self {
        let leaf = |x: &ndarray::Array1<T>| leaf(x.iter().copied(), x.shape());
        Short { a: leaf(&work.a), b: leaf(&work.b), number: PhantomData }
    }
    fn value(&self) -> Result<Tensor> {
        ((self.a.as_tensor() * self.b.as_tensor())? + self.a.as_tensor())?.sin()?.sum_all()
    }
    pub fn run(&mut self) -> T {
        let y = must(self.value());
        let gradients = must(y.backward());
        std::hint::black_box(gradients.get(&self.a));
        must(y.to_scalar())
    }
    pub fn answers(&mut self) -> (T, Vec<T>, Vec<T>) {
        let y = must(self.value());
        let gradients = must(y.backward());
        let of = |x: &Var| must(gradients.get(x).map_or_else(|| x.zeros_like(), |g| Ok(g.clone())));
        (must(y.to_scalar()), must(of(&self.a).to_vec1()), must(of(&self.b).to_vec1()))
    }
}

/// A2.
pub struct Long<T> {
    x: [Var; 3],
    number: PhantomData<T>,
}
impl<T: Peer> Long<T> {
    pub fn new(work: &arrays::Long<T>) -> Self {
        let x = work.arrays.each_ref().map(|x| leaf(x.iter().copied(), x.shape()));
        Long { x, number: PhantomData }
    }
    fn value(&self) -> Result<Tensor> {
        let [a, b, c] = self.x.each_ref().map(Var::as_tensor);
        (((a * b)? + c)?.tanh()? * (a * a)?.neg()?.exp()?)?.sum_all()
    }
    pub fn run(&mut self) -> T {
        let y = must(self.value());
        std::hint::black_box(must(y.backward()));
        must(y.to_scalar())
    }
}

/// A3.
pub struct Network<T> {
    input: Tensor,
    marks: Tensor,
    layers: Vec<(Var, Var)>,
    rate: f64,
    number: PhantomData<T>,
}
impl<T: Peer> Network<T> {
    pub fn new(task: &Task<T>) -> Self {
        let classes = task.layers[task.layers.len() - 1].1.len();
        let marks = one_hot::<T>(&task.labels, classes);
        let pair = |(w, b): &(ndarray::Array2<T>, ndarray::Array1<T>)| {
            (leaf(w.iter().copied(), w.shape()), leaf(b.iter().copied(), b.shape()))
        };
        Network {
            input: tensor(task.input.iter().copied(), task.input.shape()),
            marks: tensor(marks.iter().copied(), marks.shape()),
            layers: task.layers.iter().map(pair).collect(),
            rate: task.rate.wide(),
            number: PhantomData,
        }
    }
    fn loss(&self) -> Result<Tensor> {
        let mut x = self.input.clone();
        for (k, (w, b)) in self.layers.iter().enumerate() {
            x = x.matmul(w)?.broadcast_add(b)?;
            if k + 1 < self.layers.len() {
                x = x.relu()?;
            }
        }
        (x.log_sum_exp(1)? - (&x * &self.marks)?.sum(1)?)?.mean_all()
    }
    pub fn step(&mut self) -> T {
        let loss = must(self.loss());
        let gradients = must(loss.backward());
        for x in self.layers.iter().flat_map(|(w, b)| [w, b]) {
            if let Some(gradient) = gradients.get(x) {
                must((|| x.set(&(x.as_tensor() - (gradient * self.rate)?)?))());
            }
        }
        must(loss.to_scalar())
    }
}
