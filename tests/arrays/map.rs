//! `map` and `zip_map`: traced once, the same numbers as operators, gradients of every kind, what cannot be traced.

use super::message;
use backprop::array::zip_map;
use backprop::{Dual, Float, Node, NodeArray, NodeArray1, NodeArray2, dot, gradients, logsumexp, no_grad, norm, sum};
use ndarray::{Array, Array1, Array2, arr1, array, s};
use std::cell::Cell;

fn ramp(n: usize, from: f64, step: f64) -> Array1<f64> {
    Array1::from_iter((0..n).map(|k| from + step * k as f64))
}
/// Equal up to rounding.
#[track_caller]
fn close(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>) {
    let (a, b): (Vec<f64>, Vec<f64>) = (a.into_iter().collect(), b.into_iter().collect());
    assert_eq!(a.len(), b.len());
    for (k, (x, y)) in a.iter().zip(&b).enumerate() {
        let same = x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= 1e-13 * (1.0 + x.abs());
        assert!(same, "{x} and {y} at {k}");
    }
}

#[test]
fn the_closure_is_called_once() {
    let calls = Cell::new(0);
    let x = NodeArray::leaf(ramp(10_000, 0.0, 0.001));
    let y = x.map(|x| {
        calls.set(calls.get() + 1);
        x.sin()
    });
    y.sum().backward();
    let _ = gradients(&y.sum(), &x);
    assert_eq!(calls.get(), 1);
}

#[test]
fn values_and_gradients_are_those_of_the_operators() {
    // more than a block, and not a multiple of one
    let n = 2_501;
    let data = [ramp(n, -2.0, 0.0017), ramp(n, 0.3, 0.0011), ramp(n, 1.0, -0.0013)];
    let seed = ramp(n, -2.7, 1e-3);
    let [a, b, c] = data.clone().map(NodeArray::leaf);
    let [p, q, r] = data.map(NodeArray::leaf);
    let one = zip_map([&a, &b, &c], |[a, b, c]| (a * b + c).tanh() * (-(a * a)).exp() - b / (c * c + 1.0) + a.atan2(b));
    let many = (&p * &q + &r).tanh() * (-(&p * &p)).exp() - &q / (&r * &r + 1.0) + p.atan2(&q);
    assert_eq!(one.value(), many.value());
    one.backward_with(&seed);
    many.backward_with(&seed);
    for (x, y) in [(&a, &p), (&b, &q), (&c, &r)] {
        close(x.grad(), y.grad());
    }
    // backward twice adds, from the same partial derivatives
    one.backward_with(&seed);
    close(a.grad(), p.grad().mapv(|g| 2.0 * g));
}

#[test]
fn captured_numbers_get_their_gradients() {
    let x = NodeArray::leaf(array![1.0, 2.0, 3.0]);
    let (a, b) = (Node::leaf(0.5), Node::leaf(2.0));
    let ab = &a * &b; // an inner node
    let y = x.map(|x| x * &ab + &a * 3.0 - x.powf(&b));
    y.sum().backward();
    // Σ x·a·b + 3a − x^b
    assert_eq!(a.grad(), 6.0 * 2.0 + 9.0);
    close([b.grad()], [6.0 * 0.5 - (4.0 * 2f64.ln() + 9.0 * 3f64.ln())]);
    close(x.grad(), [1.0 - 2.0, 1.0 - 4.0, 1.0 - 6.0]);
    // the same by gradients, and again
    let (da, db) = gradients(&y.sum(), (&a, &b));
    close([da.value(), db.value()], [a.grad(), b.grad()]);
    let dadb = gradients(&da, &b);
    close([dadb.value()], [6.0]);
    let d2b = gradients(&db, &b);
    close([d2b.value()], [-(4.0 * 2f64.ln().powi(2) + 9.0 * 3f64.ln().powi(2))]);
}

#[test]
fn second_derivatives_in_three_ways() {
    fn f<T: Float + backprop::Elementary>(x: &Node<T>) -> Node<T> {
        (x * x).sin() * x.exp() + x.abs() * x.relu()
    }
    let data = array![-1.3, 0.0, 0.7, 2.1];
    let v = array![1e-3, -2.7, 0.4, 1.9];
    let x = NodeArray::leaf(data.clone());
    let dx = gradients(&x.map(f).sum(), &x);
    let by_nodes = gradients(&(&dx * &v).sum(), &x).value().to_owned();
    dx.backward_with(&v); // a sweep through the derivatives' graph
    let seeded = Array::from_iter(data.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v])));
    let y = NodeArray::leaf(seeded);
    y.map(f).sum().backward();
    let by_duals = y.grad().mapv(|g| *g.tangent(0));
    let by_scalars = data.iter().zip(&v).map(|(&x, &v)| {
        let x = Node::leaf(x);
        gradients(&gradients(&f(&x), &x), &x).value() * v
    });
    close(by_nodes.clone(), by_duals);
    close(by_nodes.clone(), by_scalars);
    close(by_nodes, x.grad());
}

#[test]
fn broadcasting_layouts_and_empty_arrays() {
    let rows = NodeArray::leaf(array![1.0, 2.0, 3.0]);
    let column = NodeArray::leaf(array![[10.0], [20.0]]);
    let y: NodeArray2<f64> = column.zip_map(&rows, |c, r| c * r);
    assert_eq!(y.value(), array![[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]]);
    y.backward_with(&array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(
        (rows.grad(), column.grad()),
        (arr1(&[90.0, 120.0, 150.0]).into_shared(), array![[14.0], [32.0]].into_shared())
    );

    let x = NodeArray::leaf(Array2::from_shape_fn((4, 6), |(i, j)| (i * 6 + j) as f64));
    for view in [x.t().slice(s![..;-2, 1..]), x.t(), x.slice(s![1.., ..;3])] {
        assert_eq!(view.map(|x| x * 2.0).value(), (&view * 2.0).value());
    }
    let all = x.t().map(|x| x * x);
    all.sum().backward();
    assert_eq!(x.grad(), x.value().mapv(|x| 2.0 * x));

    let none = NodeArray::leaf(Array1::<f64>::zeros(0));
    let y = none.map(|x| x.exp());
    y.sum().backward();
    assert_eq!((y.len(), none.grad().len()), (0, 0));
    let point = NodeArray::leaf(ndarray::arr0(3.0));
    point.map(|x| x * x).backward();
    assert_eq!(point.grad(), ndarray::arr0(6.0));
}

#[test]
fn whatever_a_closure_may_return() {
    let x = NodeArray::leaf(array![1.0, 2.0]);
    let k = Node::leaf(5.0);
    assert!(x.map(|x| x.clone()).value() == x.value());
    let same = x.map(|x| x.clone());
    let kept = x.map(|_| k.clone());
    let fixed = x.map(|_| Node::constant(7.0));
    assert_eq!((kept.value(), fixed.value()), (arr1(&[5.0, 5.0]).into_shared(), arr1(&[7.0, 7.0]).into_shared()));
    (same + kept * 3.0 + fixed).sum().backward();
    assert_eq!((x.grad(), k.grad()), (arr1(&[1.0, 1.0]).into_shared(), 6.0));
    let left_out = gradients(&x.map(|_| k.clone()).sum(), &x);
    assert_eq!(left_out.value(), array![0.0, 0.0]);
    // a closure that makes its own graph and drops what it captured
    let gone = Node::leaf(2.0) * 3.0;
    let y = x.map(move |x| {
        let value = gone.value();
        drop(gone);
        let inner = NodeArray1::leaf(array![value]).square().sum();
        x * inner
    });
    assert_eq!(y.value(), array![36.0, 72.0]);
}

#[test]
fn folds_names_and_bounds_in_a_closure() {
    let x = NodeArray::leaf(array![0.5, -1.5]);
    let (a, low) = (Node::leaf(2.0), Node::leaf(-1.0));
    let folded = |x: &Node<f64>| {
        let all = [x.clone(), &a * x, x.sin()];
        sum(&all) + dot(&all, &all) + norm(&all) + logsumexp(&all) + norm(&all[..1])
    };
    let y = x.map(|x| folded(x).named("folded") + x.clamp(&low, x + 1.0));
    y.sum().backward();
    let (ga, gl, gx) = (a.grad(), low.grad(), x.grad());
    a.zero_grad();
    low.zero_grad();
    let scalars = [0.5, -1.5].map(Node::leaf);
    for (x, y) in scalars.iter().zip(y.value()) {
        let z = folded(x) + x.clamp(&low, x + 1.0);
        close([y], [z.value()]);
        z.backward();
    }
    close(gx, scalars.iter().map(Node::grad));
    close([ga, gl], [a.grad(), low.grad()]);
}

#[test]
fn zero_times_anything_is_zero_also_here() {
    // in blocks that are right at once, and in one that needs a second look
    let data = Array1::from_iter((0..5_000).map(|k| if k == 3_333 { 0.0 } else { 0.5 + k as f64 }));
    let (x, y) = (NodeArray::leaf(data.clone()), NodeArray::leaf(data));
    let z = x.map(|x| (x * x).sqrt() + 0.0 * x.sqrt() + x.sqrt() * 2.0);
    z.sum().backward();
    let w = (&y * &y).sqrt() + 0.0 * y.sqrt() + y.sqrt() * 2.0;
    w.sum().backward();
    assert_eq!((z.value(), x.grad()[3_333]), (w.value(), f64::INFINITY));
    close(x.grad(), y.grad());
    let origin = NodeArray::leaf(array![0.0, 0.0]);
    origin.map(|x| (x * x).sqrt() + 0.0 * x.ln().exp().sqrt()).sum().backward();
    assert_eq!(origin.grad(), array![0.0, 0.0]);
}

#[test]
fn without_gradients() {
    let (x, a) = (NodeArray::leaf(array![1.0, 2.0]), Node::leaf(3.0));
    let y = no_grad(|| x.map(|x| x * &a));
    assert!(y.is_constant());
    assert_eq!(y.value(), array![3.0, 6.0]);
    assert!(no_grad(|| &a * 2.0).is_constant());
    assert!(!(&a * 2.0).is_constant());
    let c = NodeArray::constant(array![1.0, 2.0]);
    assert!(c.map(|x| x.exp()).is_constant() && !c.map(|x| x * &a).is_constant());
}

#[test]
fn what_cannot_be_traced_says_so() {
    let x = NodeArray::leaf(array![1.0, 2.0]);
    let branch = message(|| drop(x.map(|x| if *x > 1.5 { x.clone() } else { -x })));
    assert!(branch.contains("traced once") && branch.contains("branch"), "{branch}");
    assert!(message(|| drop(x.map(Node::detach))).contains("detach"));
    assert!(message(|| drop(x.map(|x| Node::constant(x.value())))).contains("traced once"));
    let custom = message(|| drop(x.map(|x| backprop::custom::first_order("mine", &[x], 0.0, |g| vec![g]))));
    assert!(custom.contains("mine"), "{custom}");
    let shapes = message(|| drop(x.zip_map(&array![1.0, 2.0, 3.0], |x, y| x * y)));
    assert!(shapes.contains("[2] and [3]"), "{shapes}");
    let bounds = message(|| drop(x.map(|x| x.clamp(Node::constant(2.0), Node::constant(1.0)))));
    assert!(bounds.contains("low <= high"), "{bounds}");
    // all is as before
    assert!(Node::leaf(1.0) > Node::leaf(f64::NAN) || Node::leaf(f64::NAN).value().is_nan());
    x.map(|x| x * x).sum().backward();
    assert_eq!(x.grad(), array![2.0, 4.0]);
    assert_eq!(backprop::graph::stats().live_cells, 1);
}

#[test]
fn long_closures() {
    let x = NodeArray::leaf(ramp(70, 0.1, 0.01));
    let y = x.map(|x| (0..100_000).fold(x.clone(), |z, _| z * 0.99999 + 1e-6));
    y.sum().backward();
    let slope = 0.99999_f64.powi(100_000);
    assert!(x.grad().iter().all(|g| (g / slope - 1.0).abs() < 1e-9));
}

/// The values of numbers that do not happen to be NaN are as unknown as others.
#[test]
fn no_value_of_what_depends_on_an_argument_is_given_out() {
    let x = NodeArray::leaf(array![0.5, -1.0, 2.0]);
    let c = Node::constant(0.0);
    let k = Node::leaf(1.0);
    type Formula<'a> = Box<dyn Fn(&Node<f64>) -> Node<f64> + 'a>;
    let refused: [(&str, Formula<'_>); 12] = [
        ("max", Box::new(|v| if v.max(&c) > 0.25 { v * 2.0 } else { v * 3.0 })),
        ("detach", Box::new(|v| v.max(&c).detach() * v)),
        ("value", Box::new(|v| v * v.min(Node::constant(1.0)).value())),
        ("copysign", Box::new(|v| if Node::constant(1.0).copysign(v) > 0.0 { v * 2.0 } else { v * 3.0 })),
        ("powi", Box::new(|v| if v.powi(0) == 1.0 { v.clone() } else { -v })),
        ("no_grad", Box::new(|v| v * no_grad(|| v * 2.0))),
        ("no_grad of max", Box::new(|v| no_grad(|| v.max(&c)))),
        ("no_grad of a fold", Box::new(|v| no_grad(|| sum(&[v.clone(), c.clone()])))),
        (
            "backward",
            Box::new(|v| {
                let z = v * &k;
                z.backward();
                z
            }),
        ),
        ("grad", Box::new(|v| v * v.grad())),
        ("gradients of abs", Box::new(|v| gradients(&v.abs(), v))),
        ("debug", Box::new(|v| if format!("{:?}", v.max(&c)).is_empty() { -v } else { v.clone() })),
    ];
    for (name, f) in &refused {
        let said = message(|| drop(x.map(|v| f(v))));
        assert!(said.contains("is traced once"), "{name}: {said}");
    }
    assert_eq!((k.grad(), x.grad().sum()), (0.0, 0.0));
    // nothing is left of it
    assert_eq!(x.map(|v| v * &k).value(), x.value());
    assert_eq!(no_grad(|| x.map(|v| v * 2.0)).value(), array![1.0, -2.0, 4.0]);
}

/// What is captured has its value, be it NaN.
#[test]
fn captured_numbers_may_be_looked_at() {
    let x = NodeArray::leaf(array![0.5, -1.0]);
    let (nan, two) = (Node::leaf(f64::NAN), Node::leaf(2.0));
    two.square().backward();
    let y = x.map(|v| {
        let doubled = &two * 2.0; // recorded inside, and known
        assert!(nan.value().is_nan() && doubled == 4.0 && two.grad() == 4.0);
        doubled.backward();
        v * if doubled > 3.0 { doubled.value() } else { 0.0 }
    });
    assert_eq!((y.value().into_owned(), two.grad()), (array![2.0, -4.0], 6.0));
}
