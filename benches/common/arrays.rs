//! What is measured on arrays, and written by hand: the forward and backward passes as somebody would write them with
//! ndarray who cares for speed. Every buffer is made once, products go into buffers that are there (by ndarray's own
//! product, which is ours too), and each pass over the elements does all that can be done in one.

use backprop::Float;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array, Array1, Array2, Axis, Dimension, ScalarOperand, ShapeBuilder, Zip};
use std::fmt::{Debug, Display};

/// `f32` and `f64`.
pub trait Real: Float + ScalarOperand + Debug + Display + Default {
    const NAME: &str;
    /// How far two right answers may lie apart, relative to the largest.
    const NEAR: f64;
    fn real(x: f64) -> Self;
    fn wide(self) -> f64;
}
impl Real for f32 {
    const NAME: &str = "f32";
    const NEAR: f64 = 2e-4;
    fn real(x: f64) -> Self {
        x as f32
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
}
impl Real for f64 {
    const NAME: &str = "f64";
    const NEAR: f64 = 1e-10;
    fn real(x: f64) -> Self {
        x
    }
    fn wide(self) -> f64 {
        self
    }
}

/// Numbers between −0.5 and 0.5, the same at every call with the same seed.
pub fn numbers<T: Real, D: Dimension>(seed: u64, shape: impl ShapeBuilder<Dim = D>) -> Array<T, D> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array::from_shape_simple_fn(shape, || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::real((state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5)
    })
}

/// # Panics
/// If one of `got` is not as good as equal to that of `wanted`.
pub fn same<T: Real>(what: &str, wanted: impl IntoIterator<Item = T>, got: impl IntoIterator<Item = T>) {
    let (wanted, got): (Vec<T>, Vec<T>) = (wanted.into_iter().collect(), got.into_iter().collect());
    assert_eq!(wanted.len(), got.len(), "{what}: how many");
    let scale = wanted.iter().fold(1e-30, |scale: f64, x| scale.max(x.wide().abs()));
    for (at, (x, y)) in wanted.iter().zip(&got).enumerate() {
        assert!((x.wide() - y.wide()).abs() <= T::NEAR * scale, "{what}, number {at}: {y} and not {x}");
    }
}

// ------------------------------------------------------------------------------------------------ A1

/// `(a*b + a).sin().sum()` and its gradients.
pub struct Short<T> {
    pub a: Array1<T>,
    pub b: Array1<T>,
    pub value: T,
    pub by_a: Array1<T>,
    pub by_b: Array1<T>,
}
impl<T: Real> Short<T> {
    pub fn new(n: usize) -> Self {
        let nothing = Array1::from_elem(n, T::real(0.0));
        Short { a: numbers(1, n), b: numbers(2, n), value: T::real(0.0), by_a: nothing.clone(), by_b: nothing }
    }
    pub fn run(&mut self) -> T {
        let mut sum = T::real(0.0);
        Zip::from(&self.a).and(&self.b).and(&mut self.by_a).and(&mut self.by_b).for_each(|&a, &b, by_a, by_b| {
            let (sin, cos) = num_traits::Float::sin_cos(a * b + a);
            sum += sin;
            *by_a = cos * (b + T::real(1.0));
            *by_b = cos * a;
        });
        self.value = sum;
        sum
    }
}

// ------------------------------------------------------------------------------------------------ A2

/// `sum(tanh(a*b + c) * exp(-a*a))` and its gradients.
pub struct Long<T> {
    pub arrays: [Array1<T>; 3],
    pub value: T,
    pub gradients: [Array1<T>; 3],
}
impl<T: Real> Long<T> {
    pub fn new(n: usize) -> Self {
        let nothing = Array1::from_elem(n, T::real(0.0));
        let arrays = [numbers(3, n), numbers(4, n), numbers(5, n)];
        Long { arrays, value: T::real(0.0), gradients: [nothing.clone(), nothing.clone(), nothing] }
    }
    pub fn run(&mut self) -> T {
        let mut sum = T::real(0.0);
        let [a, b, c] = &self.arrays;
        let [by_a, by_b, by_c] = &mut self.gradients;
        let rows = a.iter().zip(b).zip(c).zip(by_a.iter_mut().zip(by_b).zip(by_c));
        for (((&a, &b), &c), ((by_a, by_b), by_c)) in rows {
            let (t, e) = (num_traits::Float::tanh(a * b + c), num_traits::Float::exp(-a * a));
            sum += t * e;
            let slope = (T::real(1.0) - t * t) * e;
            *by_a = slope * b - (a + a) * (t * e);
            *by_b = slope * a;
            *by_c = slope;
        }
        self.value = sum;
        sum
    }
}

// ------------------------------------------------------------------------------------------------ A3

/// A network's input, labels and first weights.
#[derive(Clone)]
pub struct Task<T> {
    pub input: Array2<T>,
    pub labels: Vec<usize>,
    /// A weight matrix and a row of biases for each layer.
    pub layers: Vec<(Array2<T>, Array1<T>)>,
    pub rate: T,
}
impl<T: Real> Task<T> {
    /// For layers between these widths.
    pub fn new(widths: &[usize], batch: usize) -> Self {
        let layer = |(k, w): (usize, &[usize])| {
            let scale = T::real(2.0 / (w[0] as f64).sqrt());
            (numbers::<T, _>(10 + k as u64, (w[0], w[1])) * scale, numbers(20 + k as u64, w[1]))
        };
        Task {
            input: numbers(7, (batch, widths[0])),
            labels: (0..batch).map(|i| i * 7 % widths[widths.len() - 1]).collect(),
            layers: widths.windows(2).enumerate().map(layer).collect(),
            rate: T::real(0.01),
        }
    }
}

struct Layer<T> {
    w: Array2<T>,
    b: Array1<T>,
    by_w: Array2<T>,
    by_b: Array1<T>,
    /// What comes out; in the way back, the adjoint of it.
    out: Array2<T>,
    back: Array2<T>,
}
/// Dense layers with ReLU between them, cross-entropy of the softmax, gradient descent.
pub struct Network<T> {
    task: Task<T>,
    layers: Vec<Layer<T>>,
}
impl<T: Real> Network<T> {
    pub fn new(task: Task<T>) -> Self {
        let batch = task.input.nrows();
        let zeros = |rows: usize, columns: usize| Array2::from_elem((rows, columns), T::real(0.0));
        let layer = |(w, b): &(Array2<T>, Array1<T>)| Layer {
            by_w: zeros(w.nrows(), w.ncols()),
            by_b: Array1::from_elem(b.len(), T::real(0.0)),
            out: zeros(batch, w.ncols()),
            back: zeros(batch, w.ncols()),
            w: w.clone(),
            b: b.clone(),
        };
        Network { layers: task.layers.iter().map(layer).collect(), task }
    }
    /// One step; the loss before it.
    pub fn step(&mut self) -> T {
        let (one, zero) = (T::real(1.0), T::real(0.0));
        let (batch, last) = (self.task.input.nrows(), self.layers.len() - 1);
        for k in 0..=last {
            let (before, layer) = self.layers.split_at_mut(k);
            let layer = &mut layer[0];
            let x = before.last().map_or(&self.task.input, |before| &before.out);
            general_mat_mul(one, x, &layer.w, zero, &mut layer.out);
            for mut row in layer.out.rows_mut() {
                let pairs = row.iter_mut().zip(&layer.b);
                if k < last {
                    pairs.for_each(|(x, &b)| *x = if *x + b > zero { *x + b } else { zero });
                } else {
                    pairs.for_each(|(x, &b)| *x += b);
                }
            }
        }
        let share = T::real(1.0 / batch as f64);
        let mut loss = zero;
        let layer = &mut self.layers[last];
        for ((row, mut back), &label) in layer.out.rows().into_iter().zip(layer.back.rows_mut()).zip(&self.task.labels)
        {
            let top = row.iter().fold(row[0], |top, &x| if x > top { x } else { top });
            let mut sum = zero;
            for (p, &x) in back.iter_mut().zip(row) {
                *p = num_traits::Float::exp(x - top);
                sum += *p;
            }
            loss += num_traits::Float::ln(sum) + top - row[label];
            let scale = share / sum;
            back.iter_mut().for_each(|p| *p *= scale);
            back[label] -= share;
        }
        for k in (0..=last).rev() {
            let (before, layer) = self.layers.split_at_mut(k);
            let layer = &mut layer[0];
            layer.by_b.fill(zero);
            for row in layer.back.rows() {
                layer.by_b.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
            }
            let x = before.last().map_or(&self.task.input, |before| &before.out);
            general_mat_mul(one, &x.t(), &layer.back, zero, &mut layer.by_w);
            if let Some(before) = before.last_mut() {
                general_mat_mul(one, &layer.back, &layer.w.t(), zero, &mut before.back);
                let pairs = before.back.iter_mut().zip(&before.out);
                pairs.for_each(|(g, &x)| *g = if x > zero { *g } else { zero });
            }
            // nobody needs the old weights any more
            layer.w.scaled_add(-self.task.rate, &layer.by_w);
            layer.b.scaled_add(-self.task.rate, &layer.by_b);
        }
        loss * share
    }
    /// Weights and biases, in a row.
    pub fn parameters(&self) -> Vec<T> {
        self.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b).copied()).collect()
    }
}

/// One in each row, at its label.
pub fn one_hot<T: Real>(labels: &[usize], classes: usize) -> Array2<T> {
    let mut marks = Array2::from_elem((labels.len(), classes), T::real(0.0));
    marks.axis_iter_mut(Axis(0)).zip(labels).for_each(|(mut row, &label)| row[label] = T::real(1.0));
    marks
}
