//! The workloads in dfdx.

use super::peer::{Peer, ShortWork};
use crate::arrays::{Long, Short, Task, one_hot};
use dfdx::prelude::*;
use std::hint::black_box;

macro_rules! peers { ($($T:ident)*) => { $(
    impl Peer for $T {
        fn dfdx_short(work: &Short<Self>) -> ShortWork<Self> {
            let device = Cpu::default();
            let tensor = |x: &ndarray::Array1<$T>| device.tensor_from_vec(x.to_vec(), (Const::<16>,));
            let (a, b) = (tensor(&work.a), tensor(&work.b));
            let value = {
                let (a, b) = (a.clone(), b.clone());
                move || (a.leaky_trace() * b.clone() + a.clone()).sin().sum::<Rank0, _>()
            };
            let y = value();
            let answer = y.array();
            let gradients = y.backward();
            let answers = (answer, gradients.get(&a).as_vec(), gradients.get(&b).as_vec());
            let work = move || {
                let y = value();
                let answer = y.array();
                black_box(y.backward().get(&a));
                answer
            };
            (Box::new(work), answers)
        }
        fn dfdx_long(work: &Long<Self>) -> Box<dyn FnMut() -> Self> {
            let device = Cpu::default();
            let [a, b, c] = work.arrays.each_ref().map(|x| device.tensor_from_vec(x.to_vec(), (x.len(),)));
            Box::new(move || {
                let left = (a.leaky_trace() * b.clone() + c.clone()).tanh();
                let right = a.leaky_trace().square().negate().exp();
                let y = (left * right).sum::<Rank0, _>();
                let answer = y.array();
                black_box(y.backward());
                answer
            })
        }
        fn dfdx_network(task: &Task<Self>) -> Box<dyn FnMut() -> Self> {
            let device = Cpu::default();
            let matrix = |x: &ndarray::Array2<$T>| device.tensor_from_vec(x.iter().copied().collect(), x.dim());
            let input = matrix(&task.input);
            let classes = task.layers[task.layers.len() - 1].1.len();
            let marks = matrix(&one_hot(&task.labels, classes));
            let mut layers: Vec<_> =
                task.layers.iter().map(|(w, b)| (matrix(w), device.tensor_from_vec(b.to_vec(), (b.len(),)))).collect();
            let (batch, rate) = (task.input.nrows(), task.rate);
            Box::new(move || {
                let mut x = input.clone().put_tape(OwnedTape::default());
                let last = layers.len() - 1;
                for (k, (w, b)) in layers.iter().enumerate() {
                    let columns = w.shape().1;
                    let bias = b.leaky_trace().broadcast_like::<_, Axis<0>>(&(batch, columns));
                    x = x.matmul(w.clone()) + bias;
                    if k < last {
                        x = x.relu();
                    }
                }
                let loss = cross_entropy_with_logits_loss(x, marks.clone());
                let answer = loss.array();
                let gradients = loss.backward();
                for (w, b) in &mut layers {
                    let (by_w, by_b) = (gradients.get(w), gradients.get(b));
                    w.axpy(1.0, &by_w, -f64::from(rate));
                    b.axpy(1.0, &by_b, -f64::from(rate));
                }
                answer
            })
        }
    }
)* } }
peers!(f32 f64);
