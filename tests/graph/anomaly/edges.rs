//! The list of operations at kinks and rims.

use backprop::anomaly::{AtEdge, detect, edges};
use backprop::array::zip_map;
use backprop::{Dual, Edge, Node, NodeArray, gradients, no_grad, norm};
use ndarray::{Axis, array};

fn listed(f: impl FnOnce()) -> Vec<(String, Edge, usize)> {
    edges(f).1.into_iter().map(|AtEdge { operation, edge, elements, .. }| (operation, edge, elements)).collect()
}
fn one(operation: &str, edge: Edge, elements: usize) -> Vec<(String, Edge, usize)> {
    vec![(operation.into(), edge, elements)]
}

#[test]
fn of_numbers() {
    let (x, one_) = (Node::leaf(0.0), Node::leaf(1.0));
    assert_eq!(listed(|| drop(x.abs())), one("abs", Edge::Kink, 1));
    assert_eq!(listed(|| drop(x.sqrt())), one("sqrt", Edge::Rim, 1));
    assert_eq!(listed(|| drop(one_.max(1.0))), one("max", Edge::Kink, 1));
    assert_eq!(listed(|| drop(1.0 / &x)), one("div", Edge::Rim, 1));
    assert_eq!(listed(|| drop(x.powi(-2))), one("powi(-2)", Edge::Rim, 1));
    assert_eq!(listed(|| drop(x.powi(2))), []);
    assert_eq!(listed(|| drop(one_.clamp(0.0, 1.0))), one("clamp", Edge::Kink, 1));
    assert_eq!(listed(|| drop(norm(&[x.clone(), x.clone()]))), one("norm", Edge::Kink, 1));
    assert_eq!(listed(|| drop(no_grad(|| x.abs()))), one("abs", Edge::Kink, 1));
    assert_eq!(listed(|| drop(Node::leaf(Dual::variable(0.0)).abs())), one("abs", Edge::Kink, 1));
    assert_eq!(listed(|| drop(one_.abs())), []);
}

#[test]
fn the_line_is_told() {
    let x = Node::leaf(0.0);
    let (_, found) = edges(|| x.relu());
    assert_eq!(found[0].location.map(|at| at.line()), Some(line!() - 1));
    assert!(found[0].to_string().starts_with("relu(0.0) is at a kink at "), "{}", found[0]);
    assert_eq!(found[0].operands, ["0.0"]);
}

#[test]
fn of_what_was_recorded_before_in_sweeps_and_gradients() {
    let x = Node::leaf(0.0);
    let y = x.abs() + x.cbrt();
    let both = [("cbrt".to_string(), Edge::Rim, 1), ("abs".to_string(), Edge::Kink, 1)];
    assert_eq!(listed(|| y.backward()), both);
    let mut found = listed(|| drop(gradients(&y, &x)));
    found.retain(|(operation, ..)| ["abs", "cbrt"].contains(&&**operation));
    assert_eq!(found, both);
    let (_, found) = edges(|| y.backward());
    assert_eq!(found[1].to_string(), "abs(0.0) is at a kink, recorded before");
    // what nothing flows to is not come to
    let unrelated = x.signum();
    assert_eq!(listed(|| y.backward()).len(), 2);
    drop(unrelated);
}

#[test]
fn of_arrays() {
    let x = NodeArray::leaf(array![0.0, -1.0, 0.0]);
    assert_eq!(listed(|| drop(x.abs())), one("abs", Edge::Kink, 2));
    assert_eq!(listed(|| drop(x.max(0.0))), one("max", Edge::Kink, 2));
    assert_eq!(listed(|| drop(x.exp())), []);
    let positive = x.relu();
    assert_eq!(listed(|| positive.sum().backward()), one("relu", Edge::Kink, 2));
    let (_, found) = edges(|| x.abs());
    assert_eq!(found[0].operands, ["0.0 at [0]"]);
    assert_eq!(listed(|| drop(x.max_all())), one("max", Edge::Kink, 1));
    assert_eq!(listed(|| drop(x.min_all())), []);
    assert_eq!(listed(|| drop(zip_map([&x], |[x]| (x + 1.0).sqrt()))), one("zip_map", Edge::Rim, 1));
    assert_eq!(listed(|| drop(x.map(|x| x.abs() + 1.0))), one("map", Edge::Kink, 1));
    assert_eq!(listed(|| drop(x.map(|x| x.exp()))), []);
    assert_eq!(listed(|| drop((&x * 0.0).norm())), one("norm", Edge::Kink, 1));
    let y = NodeArray::leaf(array![[0.0, 0.0], [1.0, 2.0]]);
    assert_eq!(listed(|| drop(y.norm_axis(Axis(1)))), one("norm", Edge::Kink, 1));
    assert_eq!(listed(|| drop(y.norm_axis(Axis(0)))), []);
    assert_eq!(listed(|| drop(y.max_axis(Axis(1)))), one("max", Edge::Kink, 1));
    let z = y.max_axis(Axis(1));
    assert_eq!(listed(|| z.sum().backward()), one("max", Edge::Kink, 1));
}

#[test]
fn nested_in_each_other() {
    let x = Node::leaf(0.0);
    let (inner, outer) = edges(|| {
        let (_, inner) = edges(|| x.abs());
        let _ = x.relu();
        inner
    });
    assert_eq!((inner.len(), outer.len(), &*outer[0].operation), (1, 1, "relu"));
    // an anomaly goes to who asks for it, and to nobody else
    let found = detect(|| edges(|| (&x - 1.0).ln()).0).unwrap_err();
    assert_eq!(found.operation, "ln");
    drop(edges(|| (&x - 1.0).ln()));
    assert!(detect(|| x.exp()).is_ok());
}
