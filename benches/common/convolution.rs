//! A small convolutional network written by slices: 16 pictures of 20 × 20, six filters of 3 × 3, `relu`, means of 2 × 2,
//! a dense layer, cross-entropy, and a step of gradient descent.

use backprop::{NodeArray, NodeArray1, NodeArray2, NodeArray3, NodeArray4};
use ndarray::{Array1, Array2, Array3, Array4, Axis, Zip, s};

/// Pictures, filters, the sides of a picture, of what a filter sees, of what is left; classes.
const B: usize = 16;
const F: usize = 6;
const N: usize = 20;
const M: usize = 18;
const P: usize = 9;
const CLASSES: usize = 10;
const RATE: f64 = 0.05;

fn numbers(seed: usize, n: usize) -> Vec<f64> {
    (0..n).map(|k| ((k * 31 + seed * 17) as f64 * 0.618).sin() * 0.3).collect()
}
fn pictures() -> Array3<f64> {
    Array3::from_shape_vec((B, N, N), numbers(1, B * N * N)).unwrap()
}
fn labels() -> Vec<usize> {
    (0..B).map(|k| k * 7 % CLASSES).collect()
}
fn filters() -> Array3<f64> {
    Array3::from_shape_vec((F, 3, 3), numbers(2, F * 9)).unwrap()
}
fn dense() -> Array2<f64> {
    Array2::from_shape_vec((F * P * P, CLASSES), numbers(3, F * P * P * CLASSES)).unwrap()
}

/// On nodes.
pub struct Ours {
    x: NodeArray3<f64>,
    labels: Vec<usize>,
    filters: NodeArray3<f64>,
    dense: NodeArray2<f64>,
    bias: NodeArray1<f64>,
}
impl Ours {
    pub fn new() -> Self {
        Ours {
            x: NodeArray::constant(pictures()),
            labels: labels(),
            filters: NodeArray::leaf(filters()),
            dense: NodeArray::leaf(dense()),
            bias: NodeArray::leaf(Array1::zeros(CLASSES)),
        }
    }
    pub fn step(&mut self) -> f64 {
        let place = |i: usize, j: usize| -> NodeArray4<f64> {
            let seen = self.x.slice(s![ndarray::NewAxis, .., i..i + M, j..j + M]);
            let weights = self.filters.slice(s![.., i..=i, j..=j]).reshape((F, 1, 1, 1));
            seen * weights
        };
        let mut hidden = place(0, 0);
        for k in 1..9 {
            hidden += place(k / 3, k % 3);
        }
        let hidden = hidden.relu();
        let corner = |i: usize, j: usize| hidden.slice(s![.., .., i..;2, j..;2]);
        let pooled = (corner(0, 0) + corner(0, 1) + corner(1, 0) + corner(1, 1)) * 0.25;
        let flat = pooled.permute((1, 0, 2, 3)).reshape((B, F * P * P));
        let loss = (flat.dot(&self.dense) + &self.bias).cross_entropy(&self.labels);
        loss.backward();
        self.filters.update(|w, grad| w.scaled_add(-RATE, grad));
        self.dense.update(|w, grad| w.scaled_add(-RATE, grad));
        self.bias.update(|w, grad| w.scaled_add(-RATE, grad));
        self.filters.zero_grad();
        self.dense.zero_grad();
        self.bias.zero_grad();
        loss.value()
    }
    pub fn parameters(&self) -> Vec<f64> {
        let (filters, dense) = (self.filters.value(), self.dense.value());
        filters.iter().chain(dense.iter()).chain(self.bias.value().iter()).copied().collect()
    }
}

/// By hand: every buffer kept, each pass doing all that can be done in one.
pub struct ByHand {
    x: Array3<f64>,
    labels: Vec<usize>,
    filters: Array3<f64>,
    dense: Array2<f64>,
    bias: Array1<f64>,
    hidden: Array4<f64>,
    flow: Array4<f64>,
    flat: Array2<f64>,
}
impl ByHand {
    pub fn new() -> Self {
        ByHand {
            x: pictures(),
            labels: labels(),
            filters: filters(),
            dense: dense(),
            bias: Array1::zeros(CLASSES),
            hidden: Array4::zeros((F, B, M, M)),
            flow: Array4::zeros((F, B, M, M)),
            flat: Array2::zeros((B, F * P * P)),
        }
    }
    pub fn step(&mut self) -> f64 {
        for (f, mut hidden) in self.hidden.outer_iter_mut().enumerate() {
            for k in 0..9 {
                let (i, j) = (k / 3, k % 3);
                let (w, seen) = (self.filters[[f, i, j]], self.x.slice(s![.., i..i + M, j..j + M]));
                match k {
                    0 => Zip::from(&mut hidden).and(&seen).for_each(|h, &x| *h = w * x),
                    _ => Zip::from(&mut hidden).and(&seen).for_each(|h, &x| *h += w * x),
                }
            }
            hidden.mapv_inplace(|h| h.max(0.0));
            let mut to = self.flat.slice_mut(s![.., f * P * P..(f + 1) * P * P]);
            for (mut to, from) in to.outer_iter_mut().zip(hidden.outer_iter()) {
                for i in 0..P {
                    for j in 0..P {
                        to[i * P + j] = 0.25
                            * (from[[2 * i, 2 * j]]
                                + from[[2 * i, 2 * j + 1]]
                                + from[[2 * i + 1, 2 * j]]
                                + from[[2 * i + 1, 2 * j + 1]]);
                    }
                }
            }
        }
        let mut logits = self.flat.dot(&self.dense) + &self.bias;
        let mut loss = 0.0;
        for (mut row, &label) in logits.outer_iter_mut().zip(&self.labels) {
            let high = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            loss += high - row[label];
            row.mapv_inplace(|x| (x - high).exp());
            let sum = row.sum();
            loss += sum.ln();
            row /= sum * B as f64;
            row[label] -= 1.0 / B as f64;
        }
        let slopes = logits;
        let back = slopes.dot(&self.dense.t());
        let by_dense = self.flat.t().dot(&slopes);
        self.dense.scaled_add(-RATE, &by_dense);
        self.bias.scaled_add(-RATE, &slopes.sum_axis(Axis(0)));
        for (f, mut flow) in self.flow.outer_iter_mut().enumerate() {
            let hidden = self.hidden.index_axis(Axis(0), f);
            for (b, (mut flow, hidden)) in flow.outer_iter_mut().zip(hidden.outer_iter()).enumerate() {
                let row = back.row(b);
                Zip::indexed(&mut flow).and(&hidden).for_each(|(i, j), flow, &h| {
                    *flow = if h > 0.0 { 0.25 * row[f * P * P + i / 2 * P + j / 2] } else { 0.0 };
                });
            }
            for k in 0..9 {
                let (i, j) = (k / 3, k % 3);
                let seen = self.x.slice(s![.., i..i + M, j..j + M]);
                let slope = Zip::from(&flow).and(&seen).fold(0.0, |sum, g, x| sum + g * x);
                self.filters[[f, i, j]] -= RATE * slope;
            }
        }
        loss / B as f64
    }
    pub fn parameters(&self) -> Vec<f64> {
        self.filters.iter().chain(&self.dense).chain(&self.bias).copied().collect()
    }
}
