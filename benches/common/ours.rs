//! The workloads of `arrays` in this library.

use super::arrays::{Long, Real, Short, Task, one_hot};
use backprop::{Node, NodeArray, NodeArray1, NodeArray2, array::zip_map};
use ndarray::{Array1, Array2, Axis};

/// A1: the leaves stay, the rest is made, swept and dropped.
pub fn short<T: Real>(a: &NodeArray1<T>, b: &NodeArray1<T>) -> T {
    let y = (a * b + a).sin().sum();
    y.backward();
    y.value()
}
pub fn leaves<T: Real>(work: &Short<T>) -> [NodeArray1<T>; 2] {
    [&work.a, &work.b].map(|x| NodeArray::leaf(x.clone()))
}

/// A2 with operators: a temporary for each.
pub fn long_by_operators<T: Real>([a, b, c]: &[NodeArray1<T>; 3]) -> T {
    let y = ((a * b + c).tanh() * (-a * a).exp()).sum();
    y.backward();
    y.value()
}
/// A2 in one pass.
pub fn long<T: Real>([a, b, c]: &[NodeArray1<T>; 3]) -> T {
    let y = zip_map([a, b, c], |[a, b, c]| (a * b + c).tanh() * (-a * a).exp()).sum();
    y.backward();
    y.value()
}
pub fn long_leaves<T: Real>(work: &Long<T>) -> [NodeArray1<T>; 3] {
    work.arrays.each_ref().map(|x| NodeArray::leaf(x.clone()))
}
pub fn clear<T: Real>(leaves: &[NodeArray1<T>]) {
    leaves.iter().for_each(NodeArray::zero_grad);
}

/// A3.
pub struct Network<T: Real> {
    input: NodeArray2<T>,
    marks: NodeArray2<T>,
    layers: Vec<(NodeArray2<T>, NodeArray1<T>)>,
    rate: T,
}
impl<T: Real> Network<T> {
    pub fn new(task: Task<T>) -> Self {
        let classes = task.layers[task.layers.len() - 1].1.len();
        let leaves = |(w, b): (Array2<T>, Array1<T>)| (NodeArray::leaf(w), NodeArray::leaf(b));
        Network {
            input: NodeArray::constant(task.input),
            marks: NodeArray::constant(one_hot(&task.labels, classes)),
            layers: task.layers.into_iter().map(leaves).collect(),
            rate: task.rate,
        }
    }
    fn loss(&self) -> Node<T> {
        let mut x = self.input.clone();
        for (k, (w, b)) in self.layers.iter().enumerate() {
            x = x.dot(w) + b;
            if k + 1 < self.layers.len() {
                x = x.relu();
            }
        }
        (x.logsumexp_axis(Axis(1)) - (&x * &self.marks).sum_axis(Axis(1))).mean()
    }
    /// One step; the loss before it.
    pub fn step(&mut self) -> T {
        let loss = self.loss();
        loss.backward();
        for (w, b) in &self.layers {
            w.update(|w, by_w| w.scaled_add(-self.rate, by_w));
            b.update(|b, by_b| b.scaled_add(-self.rate, by_b));
            w.zero_grad();
            b.zero_grad();
        }
        loss.value()
    }
    pub fn parameters(&self) -> Vec<T> {
        let mut all = Vec::new();
        for (w, b) in &self.layers {
            all.extend(w.value().iter().chain(&b.value()));
        }
        all
    }
}
