//! What a zero swallows is reported, and nothing else is.

use backprop::anomaly::{Anomaly, Phase, detect};
use backprop::array::zip_map;
use backprop::{Dual, Node, NodeArray, dot, gradients, norm};
use ndarray::array;

fn swallowed(f: impl FnOnce()) -> Anomaly {
    let anomaly = detect(f).expect_err("something is swallowed");
    assert_eq!((anomaly.phase, anomaly.swallowed), (Phase::Backward, true), "{anomaly}");
    anomaly
}
fn operation(f: impl FnOnce()) -> String {
    swallowed(f).operation
}

#[test]
fn the_three_of_the_guide() {
    // recorded before, for an infinite value is an anomaly of its own
    let x = Node::leaf(800.0);
    let y = (x.exp() + 1.0).ln();
    let found = swallowed(|| y.backward());
    assert_eq!((found.operation.as_str(), found.operands.as_slice()), ("exp", &["800.0".to_string()][..]));
    assert_eq!(found.result, "inf");
    assert!(found.recorded_before && found.location.is_none());
    assert_eq!(
        found.to_string(),
        "in the derivative of exp(800.0) a zero met inf, and nothing flows, recorded before anomaly mode"
    );

    let x = Node::leaf(0.0_f64);
    let found = swallowed(|| (0.0 * x.sqrt()).backward());
    assert_eq!((found.operation.as_str(), found.location.is_some()), ("sqrt", true), "{found}");
}

#[test]
fn the_hessian_of_a_squared_length_at_the_origin() {
    let (x, y) = (Node::leaf(0.0), Node::leaf(0.0));
    let length = x.hypot(&y);
    assert_eq!(operation(|| drop(gradients(&length.square(), &[&x, &y]))), "hypot");
    assert_eq!(operation(|| drop(gradients(&norm(&[&x, &y].map(Node::clone)).square(), &[&x, &y]))), "norm");
    let (x, y) = (Node::leaf(Dual::variable(0.0)), Node::leaf(Dual::constant(0.0)));
    assert_eq!(operation(|| x.hypot(&y).square().backward()), "hypot");
    // of first order nothing is lost
    let (x, y) = (Node::leaf(0.0), Node::leaf(0.0));
    assert_eq!(detect(|| x.hypot(&y).square().backward()), Ok(()));
}

/// There the slopes are values of their own, so that the infinity is an anomaly before a zero meets it.
#[test]
fn in_gradients() {
    let at_sqrt = |f: &dyn Fn()| assert_eq!(detect(f).unwrap_err().operation, "sqrt");
    let (x, y) = (Node::leaf(0.0_f64), Node::leaf(0.0));
    at_sqrt(&|| drop(gradients(&(0.0 * x.sqrt()), &x)));
    at_sqrt(&|| drop(gradients(&(&y * x.sqrt()), &x)));
    let x = NodeArray::leaf(array![4.0, 0.0]);
    at_sqrt(&|| drop(gradients(&(x.sqrt() * array![1.0, 0.0]).sum(), &x)));
}

#[test]
fn in_arrays() {
    let x = NodeArray::leaf(array![4.0, 0.0]);
    assert_eq!(operation(|| (x.sqrt() * array![1.0, 0.0]).sum().backward()), "sqrt");
    let mask = NodeArray::constant(array![1.0, 0.0]);
    assert_eq!(operation(|| zip_map([&x, &mask], |[x, m]| m * x.sqrt()).sum().backward()), "zip_map");
}

#[test]
fn in_tangents() {
    let x = Node::leaf(Dual::new(0.0_f64, [0.0]));
    // the slope's tangent: 0 times an infinity
    assert!(detect(|| (x.sqrt() * 2.0).backward()).is_err());
}

#[test]
fn what_is_healthy_is_not_reported() {
    let (x, y) = (Node::leaf(0.0), Node::leaf(3.0));
    let healthy = || {
        let z = (&x * &y + x.sin() * 0.0).max(&y)
            + x.powi(2)
            + x.abs()
            + dot(&[x.clone(), y.clone()], &[y.clone(), x.clone()])
            + x.relu();
        z.backward();
        drop(gradients(&z, &[&x, &y]));
        let a = NodeArray::leaf(array![0.0, 1.0, 0.0]);
        let sum = (a.relu() * array![0.0, 1.0, 2.0] + a.exp()).logsumexp() + a.max_all();
        sum.backward();
        drop(gradients(&sum, &a));
    };
    assert_eq!(detect(healthy), Ok(()));
}

#[test]
fn what_was_swallowed_outside_is_nobodys() {
    (Node::leaf(0.0_f64).sqrt() * 0.0).backward();
    assert_eq!(detect(|| Node::leaf(2.0).sqrt().backward()), Ok(()));
    assert_eq!(detect(|| Dual::variable(0.0).sqrt() * 0.0).map(|z| z.derivative()), Ok(0.0));
}
