//! A sweep through all parts of an array costs what the array has elements, and not that times the parts.

use super::concatenate;
use crate::graph::array::{NodeArray, counted};
use crate::graph::handle::Node;
use ndarray::{Array2, Axis, s};

type Leaf = NodeArray<f64, ndarray::Ix2>;

/// The sum of something of every part.
type Through = fn(&Leaf) -> Node<f64>;

#[test]
fn sweeps_through_parts_are_linear() {
    let rows: [(&str, Through); 9] = [
        ("slices", |x| (0..x.shape()[0]).map(|k| x.slice(s![k, ..]).square().sum()).sum()),
        ("slices backwards", |x| (0..x.shape()[0]).map(|k| x.slice(s![k, ..;-2]).square().sum()).sum()),
        ("windows", |x| (1..x.shape()[0]).map(|k| (x.slice(s![k, ..]) * x.slice(s![k - 1, ..])).sum()).sum()),
        ("columns of the transpose", |x| {
            let t = x.t();
            (0..x.shape()[0]).map(|k| t.slice(s![.., k]).square().sum()).sum()
        }),
        ("elements", |x| (0..x.shape()[0]).map(|k| x.index((k, 1)).square()).sum()),
        ("nodes", |x| x.slice(s![.., 0]).to_nodes().iter().map(Node::square).sum()),
        ("a place at a time", |x| (0..x.shape()[0]).map(|k| x.select(Axis(0), &[k]).square().sum()).sum()),
        ("a place at a time, of the transpose", |x| {
            let t = x.t();
            (0..x.shape()[0]).map(|k| t.select(Axis(1), &[k]).square().sum()).sum()
        }),
        ("put together again", |x| {
            let parts: Vec<Leaf> = (0..x.shape()[0]).map(|k| x.slice(s![k..=k, ..])).collect();
            concatenate(Axis(0), &parts).square().sum()
        }),
    ];
    for (name, through) in rows {
        let [few, many] = [300, 600].map(|n| {
            let x = NodeArray::leaf(Array2::from_shape_fn((n, 4), |(i, j)| (i * 4 + j) as f64 * 0.01));
            let elements = counted::within(|| through(&x).backward());
            assert!(x.grad().iter().any(|&g| g != 0.0), "{name}");
            elements
        });
        assert!(many <= 2 * few + 100, "{name}: {few} elements of 300 parts, {many} of 600");
        assert!(many <= 600 * 4 * 16, "{name}: {many}");
    }
}
