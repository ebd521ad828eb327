//! Numbers without a value: inside the closures that `map` and `zip_map` trace, and kept beyond them. Whoever asks is told
//! what was asked for.

use super::{Graph, alone};
use crate::panics::panic_of;
use backprop::array::zip_map;
use backprop::{Dual, Node, NodeArray1, anomaly, draw, gradients, no_grad};
use ndarray::array;
use std::cell::RefCell;

/// Whatever it is, it is not needed.
fn ignore<T>(_: T) {}
/// What is done with a number, and what the panic says.
type Misuse = (&'static str, fn(&Node<f64>), &'static str);
const MISUSES: &[Misuse] = &[
    ("value", |x| ignore(x.value()), "asks for the value of"),
    ("value of what depends on it", |x| ignore((x.sin() * 2.0).value()), "asks for the value of"),
    ("value of what does not look like it", |x| ignore(x.max(0.0).value()), "asks for the value of"),
    ("comparison with a literal", |x| ignore(*x > 0.0), "compares the value of"),
    ("comparison with a node", |x| ignore(*x < Node::leaf(1.0)), "compares the value of"),
    ("comparison from the right", |x| ignore(Node::leaf(1.0) < *x), "compares the value of"),
    ("equality", |x| ignore(*x == 0.0), "compares the value of"),
    ("equality of nodes", |x| ignore(*x == x.clone()), "compares the value of"),
    ("printing", |x| ignore(format!("{x}")), "prints the value of"),
    ("printing with an exponent", |x| ignore(format!("{x:e}")), "prints the value of"),
    ("conversion", |x| ignore(num_traits::ToPrimitive::to_f64(x)), "asks for the value of"),
    ("gradient", |x| ignore(x.grad()), "asks for the gradient of"),
    ("gradient of what depends on it", |x| ignore((x * x).grad()), "asks for the gradient of"),
    ("sweep", |x| x.backward(), "sweeps back from"),
    ("sweep from what depends on it", |x| (Node::leaf(2.0) * x).backward(), "sweeps back from"),
    ("sweep with a seed", |x| x.exp().backward_with(2.0), "sweeps back from"),
    ("detached", |x| ignore(x.detach()), "detaches the value of"),
    ("in no_grad", |x| ignore(no_grad(|| x * 2.0)), "makes, in no_grad, a constant of"),
    (
        "a fold in no_grad",
        |x| ignore(no_grad(|| backprop::sum(&[x.clone(), x.clone()]))),
        "makes, in no_grad, a constant of",
    ),
    ("drawing", |x| ignore(draw::text(&(x * 2.0)).to_string()), "asks for a drawing of"),
    ("times an array", |x| ignore(NodeArray1::leaf(array![1.0, 2.0]) * x), "asks for the value of"),
    ("stacked", |x| ignore(NodeArray1::from_nodes(std::slice::from_ref(x))), "asks for the value of"),
    ("captured by another map", |x| ignore(NodeArray1::leaf(array![1.0]).map(|y| y * x)), "hands another map"),
    ("result of another map", |x| ignore(NodeArray1::leaf(array![1.0]).map(|_| x * 2.0)), "hands another map"),
];

/// As it was before: things are recorded and watched, ordinary closures are traced, nobody misses a value.
fn all_is_well(g: &Graph, expected: &[f64]) {
    assert_eq!(g.swept(), expected);
    assert!(Node::leaf(f64::NAN).value().is_nan());
    assert_eq!(g.x.map(|x| x * &g.a).value(), array![0.5, -1.0, 1.5]);
    assert_eq!(Node::leaf(7.0).clamp(0.0, 1.0).value(), 1.0);
    assert!(no_grad(|| (&g.a * &g.a).is_constant()));
}

#[test]
fn inside_the_closure() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        for (name, misuse, says) in MISUSES {
            let (message, ..) = panic_of(|| {
                g.x.map(|x| {
                    misuse(x);
                    x * 2.0
                })
            });
            assert!(
                message.contains("the closure of map or zip_map is traced once") && message.contains(says),
                "{name}: {message}"
            );
            let (message, ..) = panic_of(|| {
                zip_map([&g.x, &g.x], |[x, y]| {
                    misuse(&(x + y));
                    x * y
                })
            });
            assert!(message.contains(says), "{name}, of two: {message}");
            all_is_well(&g, &expected);
        }
    });
}

#[test]
fn beyond_the_closure() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        for (name, misuse, says) in MISUSES {
            for which in 0..3 {
                let kept = RefCell::new(None);
                let y = g.x.map(|x| {
                    *kept.borrow_mut() = Some(match which {
                        0 => x.clone(),
                        1 => x * 2.0,
                        _ => x.clone().named("x").max(&g.a),
                    });
                    x * 3.0
                });
                assert_eq!(y.value(), array![3.0, -6.0, 9.0]);
                let kept = kept.take().expect("kept");
                let (message, ..) = panic_of(|| misuse(&kept));
                let right = message.contains("beyond the closure of map or zip_map") && message.contains(says);
                assert!(right, "{name}: {message}");
                // while it is there, all else goes on as before
                all_is_well(&g, &expected);
                let other = kept.clone();
                drop(kept);
                assert!(panic_of(|| misuse(&other)).0.contains(says), "{name}, of a clone");
                drop(other);
                all_is_well(&g, &expected);
            }
        }
    });
}

/// A closure that lets a number out and panics; one within another; numbers of other types; modes while one is out.
#[test]
fn out_by_other_ways() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        let kept = RefCell::new(Vec::new());
        let keep = |x: &Node<f64>| kept.borrow_mut().push(x * 1.0);
        let (message, ..) = panic_of(|| {
            g.x.map(|x| -> Node<f64> {
                keep(x);
                panic!("user's")
            })
        });
        assert_eq!(message, "user's");
        let says = |message: String| assert!(message.contains("beyond the closure"), "{message}");
        says(panic_of(|| kept.borrow()[0].value()).0);
        // an inner closure's argument, in the outer one
        let y = g.x.map(|x| {
            let inner = NodeArray1::leaf(array![1.0]);
            drop(inner.map(|y| {
                keep(y);
                y * 2.0
            }));
            x * 2.0
        });
        says(panic_of(|| kept.borrow()[1].value()).0);
        says(panic_of(|| g.x.map(|x| x * &kept.borrow()[1])).0);
        says(panic_of(|| g.x.map(|_| kept.borrow()[1].clone())).0);
        assert_eq!(y.value(), array![2.0, -4.0, 6.0]);
        // in anomaly mode, and a gradient by way of it
        assert!(anomaly::detect(|| &g.a * 2.0).is_ok());
        says(panic_of(|| (&kept.borrow()[0] * &g.a).backward()).0);
        says(panic_of(|| gradients(&(&kept.borrow()[0] * &g.a), &g.a).value()).0);
        all_is_well(&g, &expected);
        kept.borrow_mut().clear();
        all_is_well(&g, &expected);
        // dual numbers
        let duals = RefCell::new(None);
        let x = crate::arrays::dual_leaf();
        drop(x.map(|x| {
            *duals.borrow_mut() = Some(x.clone());
            x * x
        }));
        let out: Node<Dual> = duals.take().expect("kept");
        says(panic_of(|| out.value()).0);
        all_is_well(&g, &expected);
    });
}
