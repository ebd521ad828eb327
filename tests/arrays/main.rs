//! Every operation on arrays, in every mode: what the sweep says is what dual numbers, the graph of derivatives and finite
//! differences say, in the first order and in the second, however the operands lie in memory.
//!
//! A whole Jacobian is checked by two random vectors: `⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩`, forward on the left, backward on the right.

mod axes;
mod cases;
mod edges;
mod folds;
mod layers;
mod layouts;
mod learn;
mod look;
mod map;
#[path = "../common/panics.rs"]
mod panics;
mod reference;
mod scalars;

use backprop::{Dual, NodeArrayD, gradients, gradients_with};
use cases::{Case, all};
use ndarray::{Array, ArrayD, Dimension, IxDyn, ShapeBuilder, SliceInfoElem};
use panics::panic_of;

/// A generator of ugly numbers, the same every time.
pub(crate) struct Ugly(u64);
impl Ugly {
    pub fn new(seed: u64) -> Self {
        Ugly(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    /// Between 0 and 1.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub fn array(&mut self, shape: &[usize], low: f64, high: f64) -> ArrayD<f64> {
        ArrayD::from_shape_fn(IxDyn(shape), |_| low + (high - low) * self.next())
    }
    /// Between −3 and 3, one of them tiny.
    pub fn direction(&mut self, shape: &[usize]) -> ArrayD<f64> {
        let mut direction = self.array(shape, -3.0, 3.0);
        if let Some(first) = direction.iter_mut().next() {
            *first *= 1e-3;
        }
        direction
    }
}

/// How an array lies in memory; its elements are the same.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    RowMajor,
    ColumnMajor,
    /// Every second element of a larger array, backwards.
    Strided,
}
pub(crate) fn laid<T: Clone + Default>(array: &ArrayD<T>, layout: Layout) -> ArrayD<T> {
    match layout {
        Layout::RowMajor => array.as_standard_layout().into_owned(),
        Layout::ColumnMajor => {
            let mut turned = ArrayD::from_elem(array.raw_dim().f(), T::default());
            turned.assign(array);
            turned
        }
        Layout::Strided => {
            let double: Vec<usize> = array.shape().iter().map(|n| 2 * n).collect();
            let info = vec![SliceInfoElem::Slice { start: 0, end: None, step: -2 }; array.ndim()];
            let mut large = ArrayD::from_elem(IxDyn(&double), T::default());
            large.slice_mut(&info[..]).assign(array);
            large.slice_move(&info[..])
        }
    }
}

pub(crate) fn product(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
fn magnitude(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}
#[track_caller]
pub(crate) fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance || a.is_nan() && b.is_nan(), "{what}: {a:e} and {b:e}, apart by {:e}", a - b);
}

/// Arrays of the same shape, relative where elements are larger than 1.
#[track_caller]
pub(crate) fn all_close<D: Dimension>(found: &Array<f64, D>, wanted: &Array<f64, D>, tolerance: f64) {
    assert_eq!(found.shape(), wanted.shape());
    for (a, b) in found.iter().zip(wanted) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{found:?}\n{wanted:?}");
    }
}
/// What the panic says.
pub(crate) fn message<R>(f: impl FnOnce() -> R) -> String {
    panic_of(f).0
}

/// Values with one tangent.
fn duals(x: &ArrayD<f64>, v: &ArrayD<f64>) -> ArrayD<Dual> {
    let both: Vec<Dual> = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v])).collect();
    ArrayD::from_shape_vec(x.raw_dim(), both).expect("as many")
}
fn tangents(x: &ArrayD<Dual>) -> ArrayD<f64> {
    x.mapv(|x| *x.tangent(0))
}
fn plain(array: NodeArrayD<f64>) -> ArrayD<f64> {
    array.value().into_owned()
}

fn check(case: &Case, layout: Layout, seed: u64) {
    let what = format!("{} ({layout:?}, {:?})", case.name, case.shapes);
    let mut ugly = Ugly::new(seed);
    let inputs: Vec<ArrayD<f64>> = case.shapes.iter().map(|s| ugly.array(s, case.range.0, case.range.1)).collect();
    let v: Vec<ArrayD<f64>> = case.shapes.iter().map(|s| ugly.direction(s)).collect();
    let laid_inputs = inputs.iter().map(|x| laid(x, layout));
    let x: Vec<NodeArrayD<f64>> = laid_inputs.map(NodeArrayD::leaf).collect();
    let y = (case.plain)(&x);
    let w = ugly.direction(y.shape());

    // ⟨w, J·v⟩ on dual numbers, ⟨Jᵀ·w, v⟩ by a sweep
    let moving: Vec<NodeArrayD<Dual>> =
        inputs.iter().zip(&v).map(|(x, v)| NodeArrayD::leaf(laid(&duals(x, v), layout))).collect();
    let jv = tangents(&(case.dual)(&moving).value().into_owned());
    y.backward_with(&w);
    let grads: Vec<ArrayD<f64>> = x.iter().map(|x| x.grad().into_owned()).collect();
    let forward = product(&w, &jv);
    let backward: f64 = grads.iter().zip(&v).map(|(g, v)| product(g, v)).sum();
    let scale = magnitude(&w, &jv) + grads.iter().zip(&v).map(|(g, v)| magnitude(g, v)).sum::<f64>() + 1e-3;
    close(&format!("{what}: forward and backward"), forward, backward, 1e-12 * scale);

    // by finite differences
    let h = 1e-6;
    let moved = |h: f64| {
        let x: Vec<_> = inputs.iter().zip(&v).map(|(x, v)| NodeArrayD::constant(x + &(v * h))).collect();
        product(&w, &plain((case.plain)(&x)))
    };
    let difference = (moved(h) - moved(-h)) / (2.0 * h);
    let rounding = 1e-7 * (1.0 + scale) + 1e-3 * case.roughness;
    close(&format!("{what}: finite differences"), difference, backward, rounding);

    // the graph of derivatives says the same ...
    let seed_node = NodeArrayD::constant(w.clone());
    let dx: Vec<NodeArrayD<f64>> = gradients_with(&y, &x, &seed_node);
    for (dx, g) in dx.iter().zip(&grads) {
        assert_eq!(dx.shape(), g.shape(), "{what}");
        for (a, b) in dx.value().iter().zip(g) {
            close(&format!("{what}: gradients"), *a, *b, 1e-12 * (1.0 + b.abs()) * (1.0 + scale));
        }
    }
    // ... and is differentiated again: the Hessian of ⟨w, f⟩ times v, over duals and over nodes
    (case.dual)(&moving).backward_with(&w.mapv(Dual::constant));
    let directional = dx.iter().zip(&v).map(|(dx, v)| (dx * v).sum()).reduce(|a, b| a + b).expect("an input");
    let hv = gradients(&directional, &x);
    let again: Vec<ArrayD<f64>> = {
        x.iter().for_each(NodeArrayD::zero_grad);
        directional.backward();
        x.iter().map(|x| x.grad().into_owned()).collect()
    };
    for ((by_nodes, by_sweep), moving) in hv.iter().zip(&again).zip(&moving) {
        let by_duals = tangents(&moving.grad().into_owned());
        let scale = by_duals.iter().fold(1.0 + scale, |scale, h| scale + h.abs());
        for ((a, b), c) in by_nodes.value().iter().zip(&by_duals).zip(by_sweep) {
            close(&format!("{what}: second order, nodes and duals"), *a, *b, 1e-11 * scale);
            close(&format!("{what}: second order, nodes and sweep"), *a, *c, 1e-11 * scale);
        }
    }
}

#[test]
fn every_operation_in_every_mode() {
    let cases = all();
    let mut checked = 0;
    for (k, case) in cases.iter().enumerate() {
        for layout in [Layout::RowMajor, Layout::ColumnMajor, Layout::Strided] {
            for seed in 0..2 {
                check(case, layout, 1_000 * k as u64 + seed);
                checked += 1;
            }
        }
    }
    println!("{} operations on shapes, {checked} checks in five ways", cases.len());
    assert!(cases.len() > 230, "only {} operations: this test has lost its eyes", cases.len());
}

/// A sweep on `f32` gives what one on `f64` gives, to its own digits.
#[test]
fn single_precision() {
    for (k, case) in all().iter().enumerate() {
        let mut ugly = Ugly::new(k as u64);
        let inputs: Vec<ArrayD<f64>> = case.shapes.iter().map(|s| ugly.array(s, case.range.0, case.range.1)).collect();
        let x: Vec<NodeArrayD<f64>> = inputs.iter().cloned().map(NodeArrayD::leaf).collect();
        let z: Vec<NodeArrayD<f32>> = inputs.iter().map(|x| NodeArrayD::leaf(x.mapv(|x| x as f32))).collect();
        let (y, s) = ((case.plain)(&x), (case.single)(&z));
        let w = ugly.direction(y.shape());
        y.backward_with(&w);
        s.backward_with(&w.mapv(|w| w as f32));
        for (x, z) in x.iter().zip(&z) {
            let (gx, gz) = (x.grad(), z.grad());
            let scale = gx.iter().fold(1.0, |scale: f64, g| scale.max(g.abs()));
            for (a, b) in gx.iter().zip(&gz) {
                close(case.name, *a, f64::from(*b), (2e-4 + 1e-2 * case.roughness.min(1e-1)) * scale);
            }
        }
    }
}
