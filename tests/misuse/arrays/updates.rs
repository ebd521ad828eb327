//! Updates in place, and who sees what.

use super::{Graph, alone, dual_leaf};
use crate::panics::panic_of;
use backprop::{Dual, Error, Node, NodeArray1, NodeArray2, gradients, graph, no_grad};
use ndarray::{ArcArray1, Axis, arr1, arr2, array, s};

/// Whatever shares the leaf's buffer keeps the old values, and sweeps with them.
#[test]
fn views_see_the_old_values() {
    alone(|| {
        let old = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let w: NodeArray2<f64> = NodeArray2::leaf(old.clone());
        let transposed = w.t();
        let reshaped: NodeArray2<f64> = w.reshape((3, 2));
        let flat = w.flatten();
        let part = w.slice(s![.., ..;-2]);
        let permuted = w.permute((1, 0));
        let long = w.insert_axis(Axis(0));
        let (constant, handle) = (w.detach(), w.value());
        let other = NodeArray2::from(handle.clone());
        let all: [(&str, Node<f64>); 6] = [
            ("t", transposed.square().sum()),
            ("reshape", reshaped.square().sum()),
            ("flatten", flat.square().sum()),
            ("slice", part.square().sum()),
            ("permute", permuted.square().sum()),
            ("insert_axis", long.square().sum()),
        ];
        let products = (&w * &constant + &w * &handle + &w * &other).sum();
        for turn in 1..4 {
            w.update(|value, _| value.fill(10.0 * f64::from(turn)));
            assert!(w.value().iter().all(|&x| x == 10.0 * f64::from(turn)));
            assert_eq!((constant.value(), other.value()), (old.to_shared(), old.to_shared()));
            assert_eq!(handle, old);
            assert_eq!((transposed.value(), flat.value()[4]), (old.t().to_shared(), 5.0));
            assert_eq!(
                (reshaped.value()[[2, 1]], part.value(), long.value()[[0, 1, 2]]),
                (6.0, old.slice(s![.., ..;-2]).to_shared(), 6.0)
            );
        }
        for (name, y) in &all {
            w.zero_grad();
            y.backward();
            let expected = if *name == "slice" { arr2(&[[2.0, 0.0, 6.0], [8.0, 0.0, 12.0]]) } else { &old * 2.0 };
            assert_eq!(w.grad(), expected, "{name}");
        }
        // w itself is not needed for its own slope, but for nobody else's: the others are constants
        w.zero_grad();
        products.backward();
        assert_eq!(w.grad(), &old * 3.0);
    });
}

/// The leaf itself does not: an operation that needs the old values says so, and nothing has happened.
#[test]
fn a_sweep_that_needs_the_old_value() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        let other = NodeArray1::leaf(array![1.0, 1.0, 1.0]);
        let free = g.x.sum() * 2.0 + (&g.x * 3.0).sum() + g.x.exp().sum();
        let needs = (&g.x * &other).sum() + g.a.square();
        let direct = gradients(&needs, &other);
        g.x.update(|value, _| value[0] = 5.0);
        g.zero();
        for sweep in [true, false] {
            let (message, ..) =
                if sweep { panic_of(|| needs.backward()) } else { panic_of(|| gradients(&needs, &other)) };
            for part in ["mul needs the value", "update() has changed it since", "sweep before you update"] {
                assert!(message.contains(part), "no {part:?} in {message:?}");
            }
            assert!(g.grads().iter().all(|&g| g == 0.0) && other.grad().sum() == 0.0);
        }
        assert!(panic_of(|| g.z.backward()).0.contains("update()"));
        assert!(g.grads().iter().all(|&g| g == 0.0));
        // what needs no value, or only results, is swept as before
        free.backward();
        assert_eq!(g.x.grad(), array![5.0 + 1f64.exp(), 5.0 + (-2f64).exp(), 5.0 + 3f64.exp()]);
        // derivatives that were taken before stay what they were
        assert_eq!(direct.value(), array![1.0, -2.0, 3.0]);
        // back again: the version has moved on, so the panic stays; computed anew all is well
        g.x.update(|value, _| value[0] = 1.0);
        assert!(panic_of(|| needs.backward()).0.contains("update()"));
        let again = Graph { z: (g.w.dot(&g.x) * &g.a).tanh().sum() + (&g.x * &g.x).sum() * g.a.exp(), ..g };
        assert_eq!(again.swept(), expected);
    });
}

type Does = fn(&NodeArray2<f64>);
#[test]
fn inside_an_update() {
    alone(|| {
        let w = NodeArray2::leaf(arr2(&[[1.0, 2.0], [3.0, 4.0]]));
        // operations name a place inside the library
        let away: [(&str, Does); 8] = [
            ("value", |w| drop(w.value())),
            ("an operation", |w| drop(w.exp())),
            ("a sum", |w| drop(w.sum())),
            ("a view", |w| drop(w.t())),
            ("detach", |w| drop(w.detach())),
            ("another update", |w| w.update(|_, _| ())),
            ("try_update", |w| drop(w.try_update(|_, _| ()))),
            ("Display", |w| drop(w.to_string())),
        ];
        for (name, does) in away {
            let (message, file, _) = panic_of(|| {
                w.update(|value, _| {
                    value[[0, 0]] += 1.0;
                    does(&w);
                })
            });
            assert!(message.contains("update() is changing them"), "{name}: {message}");
            let here = matches!(name, "value" | "detach" | "another update" | "try_update");
            assert!(!here || file.ends_with("updates.rs"), "{name}: {file}");
        }
        // put back, as far as they had been changed
        assert_eq!(w.value(), array![[9.0, 2.0], [3.0, 4.0]]);
        // what needs no values works
        w.update(|_, grad| {
            assert_eq!((w.shape(), w.len(), w.ndim(), w.is_leaf()), (&[2, 2][..], 4, 2, true));
            assert_eq!(grad.sum(), 0.0);
            w.zero_grad();
            assert_eq!(w.grad().sum(), 0.0);
            assert_eq!(w.clone().named("w").name().as_deref(), Some("w"));
        });
        // another leaf can be updated inside
        let v = NodeArray1::leaf(array![1.0]);
        assert_eq!(
            w.update(|a, _| v.update(|b, _| {
                std::mem::swap(&mut a[[0, 0]], &mut b[0]);
                b[0]
            })),
            9.0
        );
        assert_eq!((w.value()[[0, 0]], v.value()[0]), (1.0, 9.0));
    });
}

/// The closure has a view: what it does to the shape is the view's alone.
#[test]
fn the_shape_stays() {
    alone(|| {
        let w = NodeArray2::leaf(arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
        w.update(|value, _| {
            value.swap_axes(0, 1);
            value[[2, 1]] = 60.0;
            value.invert_axis(Axis(0));
            value[[0, 0]] = 30.0;
            value.slice_collapse(s![..1, ..1]);
        });
        assert_eq!((w.shape(), w.value()), (&[2, 3][..], arr2(&[[1.0, 2.0, 30.0], [4.0, 5.0, 60.0]]).into_shared()));
        (&w * &w).sum().backward();
        assert_eq!(w.grad(), w.value().mapv(|x| 2.0 * x));
    });
}

#[test]
fn what_is_no_leaf() {
    let w = NodeArray1::leaf(array![1.0, 2.0]);
    let (inner, constant) = (w.exp(), NodeArray1::constant(array![1.0]));
    let named = constant.clone().named("c");
    for array in [&inner, &constant, &named, &w.detach(), &no_grad(|| &w + 1.0), &inner.clone().named("y")] {
        assert_eq!(array.try_update(|_, _| ()), Err(Error::NotALeaf { operation: "update" }));
        let (message, file, _) = panic_of(|| array.update(|_, _| ()));
        assert!(message.contains("update wants a leaf") && file.ends_with("updates.rs"), "{message}");
        array.zero_grad();
    }
    // one body under several types is one leaf
    let any = w.clone().into_dyn();
    any.update(|value, _| value[0] = 5.0);
    assert_eq!(w.value(), array![5.0, 2.0]);
    assert!(!w.flatten().is_leaf());
}

/// No copy where nobody else looks, one where somebody does.
#[test]
fn copies_on_write() {
    alone(|| {
        let w = NodeArray1::leaf(arr1(&[1.0; 1000]));
        let place = |w: &NodeArray1<f64>| w.value().as_ptr();
        let first = place(&w);
        w.update(|value, _| value.fill(2.0));
        assert_eq!(place(&w), first);
        let y = (&w * 3.0).sum() + w.square().sum();
        y.backward();
        w.update(|value, grad| value.scaled_add(-0.1, grad));
        assert_eq!(place(&w), first, "operations share the leaf, not its values");
        let held: ArcArray1<f64> = w.value();
        w.update(|value, _| value.fill(4.0));
        assert_ne!(place(&w), first);
        assert!((held[0] - 1.3).abs() < 1e-15 && held.as_ptr() == first);
        // a gradient that is held is not changed by the next sweep
        let grad = w.grad();
        (&w * 5.0).sum().backward();
        assert_eq!((grad[0], w.grad()[0]), (7.0, 12.0));
        // nor are adjoints of inner nodes, which share the leaf's
        w.zero_grad();
        let y = w.clone().reshape(1000) + 0.0;
        y.sum().backward();
        y.sum().backward();
        assert_eq!((w.grad()[0], y.grad()[0]), (2.0, 1.0));
    });
}

/// Leaves and updates of other number types, and within `no_grad`.
#[test]
fn modes_and_types() {
    alone(|| {
        let w = dual_leaf();
        no_grad(|| {
            let v = NodeArray1::leaf(array![1.0, 2.0]);
            assert!(v.is_leaf() && (&v * &v).is_constant() && w.exp().is_constant() && w.sum().is_constant());
            v.update(|value, _| value.fill(9.0));
            assert_eq!(v.value(), array![9.0, 9.0]);
            w.update(|value, _| value[0] += 1.0);
        });
        let y = (&w * &w).sum();
        y.backward();
        assert_eq!(w.grad()[0], 6.0);
        assert_eq!(w.grad()[0].derivative(), 2.0);
        w.update(|value, _| value[0] = Dual::variable(0.0));
        assert!(panic_of(|| y.backward()).0.contains("update()"));
        // sweeps go on within no_grad, they only record nothing
        let v = NodeArray1::leaf(array![1.0, 2.0]);
        let z = v.square().sum();
        no_grad(|| z.backward());
        assert_eq!(v.grad(), array![2.0, 4.0]);
        let slope = no_grad(|| gradients(&z, &v));
        assert!(slope.is_constant() && slope.value() == v.grad());
        assert!(!gradients(&z, &v).is_constant());
        assert!(graph::stats().array_bytes > 0);
    });
}

/// A derivative is nobody's leaf, whatever its shape: updating, naming or clearing one does nothing to the other.
#[test]
fn derivatives_are_no_leaves() {
    alone(|| {
        for n in [1, 2] {
            let (w, v) = (NodeArray1::leaf(arr1(&vec![3.0; n])), NodeArray1::leaf(arr1(&vec![5.0; n])));
            let (by_w, by_v) = gradients(&(&w * &v).sum(), (&w, &v));
            assert!(!by_w.is_leaf() && !by_w.is_same(&v) && by_w.try_update(|_, _| ()).is_err());
            v.update(|v, _| v.scaled_add(-0.1, &by_v.value()));
            w.update(|w, _| w.scaled_add(-0.1, &by_w.value()));
            assert_eq!((w.value()[0], v.value()[0]), (2.5, 4.7));
        }
        let (a, b) = (Node::leaf(3.0), Node::leaf(5.0).named("b"));
        let by_a = gradients(&(&a * &b), &a).named("by a");
        by_a.square().backward();
        by_a.zero_grad();
        assert_eq!((b.name().as_deref(), by_a.value(), b.grad()), (Some("b"), 5.0, 10.0));
        assert_eq!(gradients(&by_a, &b), 1.0);
    });
}

/// What stays as it is stays so, whatever the shape: no operation gives back the leaf itself.
#[test]
fn moves_that_move_nothing() {
    alone(|| {
        let x = NodeArray1::leaf(array![3.0]);
        let same = [x.reshape(1), x.flatten(), x.broadcast(1), x.sum_keep(Axis(0))];
        x.update(|x, _| x.fill(7.0));
        for y in &same {
            assert_eq!(y.value(), array![3.0]);
            assert!(!y.is_leaf() && y.operation().is_some());
        }
        (&same[0] * &same[1] + &same[2] * &same[3]).sum().backward();
        assert_eq!(x.grad(), array![12.0]);
    });
}
