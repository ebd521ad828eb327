//! Arrays used wrongly: what is said then, and that no graph is any the worse for it. And what is allowed in the most
//! unlikely places: updates with views about, sweeps and arrays inside the rules of sweeps, ends of threads.

mod cases;
mod closures;
mod inside;
mod reductions;
mod traced;
mod updates;

use backprop::{Dual, Node, NodeArray1, NodeArray2, graph};
use ndarray::{arr1, arr2};
use std::thread;

/// Runs in a thread of its own, so that the graph starts empty; nothing may be left alive.
fn alone(f: impl FnOnce() + Send + 'static) {
    let work = || {
        f();
        let end = graph::stats();
        assert_eq!((end.live_cells, end.array_bytes), (0, 0), "left alive: {end:?}");
    };
    thread::spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// A number, a vector and a matrix, and a number that was computed from all of them.
struct Graph {
    a: Node<f64>,
    x: NodeArray1<f64>,
    w: NodeArray2<f64>,
    z: Node<f64>,
}
impl Graph {
    fn new() -> Self {
        let a = Node::leaf(0.5);
        let x = NodeArray1::leaf(arr1(&[1.0, -2.0, 3.0]));
        let w = NodeArray2::leaf(arr2(&[[0.1, 0.2, 0.3], [-0.4, 0.5, -0.6]]));
        let z = (w.dot(&x) * &a).tanh().sum() + (&x * &x).sum() * a.exp();
        Graph { a, x, w, z }
    }
    /// The gradients, all in one row.
    fn grads(&self) -> Vec<f64> {
        self.x.grad().iter().chain(self.w.grad().iter()).copied().chain([self.a.grad()]).collect()
    }
    /// The gradients of one sweep of `z`.
    fn swept(&self) -> Vec<f64> {
        self.zero();
        self.z.backward();
        self.grads()
    }
    fn zero(&self) {
        self.a.zero_grad();
        self.x.zero_grad();
        self.w.zero_grad();
    }
}
/// Dual numbers have homes of their own.
pub(crate) fn dual_leaf() -> NodeArray1<Dual> {
    NodeArray1::leaf(arr1(&[Dual::variable(2.0), Dual::variable(3.0)]))
}
