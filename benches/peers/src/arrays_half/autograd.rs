//! The workloads in autograd, whose tensors are lazy: each run makes the graph, its derivative and evaluates both, as the
//! library's own examples do. What stays is the arrays of the variables.

use super::peer::Peer;
use crate::arrays::{self, Task};
use autograd::ndarray::ArrayD;
use autograd::optimizers::SGD;
use autograd::prelude::*;
use autograd::tensor_ops as ops;
use autograd::variable::VariableID;
use autograd::{EvalError, Tensor, VariableEnvironment};

/// # Panics
/// If autograd refuses: then there is nothing to compare.
fn must<X>(result: Result<X, EvalError>) -> X {
    result.unwrap_or_else(|error| panic!("autograd: {error}"))
}
/// An array of the version of ndarray that autograd is made with.
fn array<T: Peer>(elements: impl IntoIterator<Item = T>, shape: &[usize]) -> ArrayD<T> {
    ArrayD::from_shape_vec(shape, elements.into_iter().collect()).expect("as many as the shape says")
}
fn only<T: Peer>(array: &ArrayD<T>) -> T {
    *array.iter().next().expect("one number")
}

/// A1.
pub struct Short<T: Peer> {
    environment: VariableEnvironment<'static, T>,
    x: [VariableID; 2],
}
impl<T: Peer> Short<T> {
    pub fn new(work: &arrays::Short<T>) -> Self {
        let mut environment = VariableEnvironment::new();
        let x = [&work.a, &work.b].map(|x| environment.set(array(x.iter().copied(), x.shape())));
        Short { environment, x }
    }
    /// The value and the two gradients.
    fn evaluated(&self) -> Vec<ArrayD<T>> {
        self.environment.run(|graph| {
            let graph = &*graph;
            let [a, b] = self.x.map(|x| graph.variable(x));
            let y = ops::sum_all(ops::sin(a * b + a));
            let gradients = ops::grad(&[y], &[a, b]);
            graph.evaluator().push(y).extend(&gradients).run().into_iter().map(must).collect()
        })
    }
    pub fn run(&mut self) -> T {
        only(&std::hint::black_box(self.evaluated())[0])
    }
    pub fn answers(&mut self) -> (T, Vec<T>, Vec<T>) {
        let all = self.evaluated();
        (only(&all[0]), all[1].iter().copied().collect(), all[2].iter().copied().collect())
    }
}

/// A2.
pub struct Long<T: Peer> {
    environment: VariableEnvironment<'static, T>,
    x: [VariableID; 3],
}
impl<T: Peer> Long<T> {
    pub fn new(work: &arrays::Long<T>) -> Self {
        let mut environment = VariableEnvironment::new();
        let x = work.arrays.each_ref().map(|x| environment.set(array(x.iter().copied(), x.shape())));
        Long { environment, x }
    }
    pub fn run(&mut self) -> T {
        self.environment.run(|graph| {
            let graph = &*graph;
            let [a, b, c] = self.x.map(|x| graph.variable(x));
            let y = ops::sum_all(ops::tanh(a * b + c) * ops::exp(ops::neg(a * a)));
            let gradients = ops::grad(&[y], &[a, b, c]);
            let all: Vec<_> = graph.evaluator().push(y).extend(&gradients).run().into_iter().map(must).collect();
            only(&std::hint::black_box(all)[0])
        })
    }
}

/// A3.
pub struct Network<T: Peer> {
    environment: VariableEnvironment<'static, T>,
    layers: Vec<[VariableID; 2]>,
    input: ArrayD<T>,
    labels: ArrayD<T>,
    rate: T,
}
impl<T: Peer> Network<T> {
    pub fn new(task: &Task<T>) -> Self {
        let mut environment = VariableEnvironment::new();
        let mut pair = |(w, b): &(ndarray::Array2<T>, ndarray::Array1<T>)| {
            [
                environment.set(array(w.iter().copied(), w.shape())),
                environment.set(array(b.iter().copied(), &[1, b.len()])),
            ]
        };
        let layers = task.layers.iter().map(&mut pair).collect();
        Network {
            environment,
            layers,
            input: array(task.input.iter().copied(), task.input.shape()),
            labels: array(task.labels.iter().map(|&label| T::real(label as f64)), &[task.labels.len(), 1]),
            rate: task.rate,
        }
    }
    /// One step; the loss before it, which comes first in the evaluation.
    pub fn step(&mut self) -> T {
        let (rows, columns) = (self.input.shape()[0] as isize, self.input.shape()[1] as isize);
        self.environment.run(|graph| {
            let graph = &*graph;
            let input = graph.placeholder("input", &[rows, columns]);
            let labels = graph.placeholder("labels", &[rows, 1]);
            let mut parameters: Vec<Tensor<T>> = Vec::new();
            let mut x = input;
            for (k, pair) in self.layers.iter().enumerate() {
                let [w, b] = pair.map(|x| graph.variable(x));
                parameters.extend([w, b]);
                x = ops::matmul(x, w) + b;
                if k + 1 < self.layers.len() {
                    x = ops::relu(x);
                }
            }
            let loss = ops::mean_all(ops::sparse_softmax_cross_entropy(x, labels));
            let gradients = ops::grad(&[loss], &parameters);
            let updates = SGD::new(self.rate).compute_updates(&parameters, &gradients, graph);
            let mut evaluator = graph.evaluator();
            evaluator.push(loss).extend(&updates);
            evaluator.feed(input, self.input.view()).feed(labels, self.labels.view());
            let all: Vec<_> = evaluator.run().into_iter().map(must).collect();
            only(&all[0])
        })
    }
}
