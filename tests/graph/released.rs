//! Values with a `Drop` of their own, captured by custom operations: they build, sweep and drop graphs while a graph is
//! released.

use crate::{alone, alone_in, panic_of};
use backprop::custom::first_order;
use backprop::{Node, gradients, graph, no_grad};
use std::cell::Cell;
use std::rc::Rc;

/// Does something when dropped.
struct AtEnd<F: Fn()>(F);
impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        self.0();
    }
}
/// The identity, which owns something that does something when dropped.
fn owner(x: &Node<f64>, at_end: impl Fn() + 'static) -> Node<f64> {
    let owned = AtEnd(at_end);
    first_order("owner", &[x], x.value(), move |g| {
        let _owned = &owned;
        vec![g]
    })
}

/// What a drop may do: a graph of its own, and one with a leaf from outside.
fn busy(x: &Node<f64>) {
    let own = Node::leaf(2.0);
    let mut y = own.square();
    for _ in 0..50 {
        y += &own * x;
    }
    y.backward();
    assert_eq!(own.grad(), 4.0 + 50.0 * x.value());
    let slope = gradients(&y, &own);
    assert_eq!(slope.value(), own.grad());
    assert!(no_grad(|| x * &own).is_constant());
}

#[test]
fn drops_that_build_and_sweep() {
    alone(|| {
        let x = Node::leaf(1.0);
        let runs = Rc::new(Cell::new(0));
        let mut y = x.clone();
        for _ in 0..300 {
            let (kept, count) = (x.clone(), runs.clone());
            let at_end = move || {
                busy(&kept);
                count.set(count.get() + 1);
            };
            y = (owner(&y, at_end) * &x).sin();
        }
        y.backward();
        assert!(x.grad().is_finite());
        drop(y);
        assert_eq!(runs.get(), 300);
        assert_eq!(graph::stats().live_cells, 1);
        // each busy drop has swept x too
        x.zero_grad();
        x.square().backward();
        assert_eq!(x.grad(), 2.0);
    });
}

/// What is released is swept in the drop by somebody who still holds it.
#[test]
fn drops_that_sweep_what_lives_on() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let kept = &x * &y;
        let in_drop = kept.clone();
        let z = owner(&kept, move || in_drop.backward()).exp() + kept.square();
        drop(z);
        assert_eq!((x.grad(), y.grad()), (3.0, 2.0));
        kept.backward();
        assert_eq!((x.grad(), y.grad()), (6.0, 4.0));
    });
}

/// A drop within a drop within a drop.
#[test]
fn drops_inside_drops() {
    alone(|| {
        fn nest(x: &Node<f64>, depth: u32, runs: Rc<Cell<u32>>) -> Node<f64> {
            let kept = x.clone();
            owner(&x.sin(), move || {
                runs.set(runs.get() + 1);
                busy(&kept);
                if depth > 0 {
                    let inner = nest(&kept, depth - 1, runs.clone());
                    (&inner * &kept).backward();
                    drop(inner);
                    busy(&kept);
                }
            })
        }
        let (x, runs) = (Node::leaf(1.0), Rc::new(Cell::new(0)));
        let y = nest(&x, 5, runs.clone()) * &x;
        drop(y);
        assert_eq!(runs.get(), 6);
        assert_eq!(graph::stats().live_cells, 1);
    });
}

/// The handle goes elsewhere: the drop saves a node from death.
#[test]
fn a_drop_that_keeps_a_node() {
    alone(|| {
        let x = Node::leaf(2.0);
        let saved: Rc<Cell<Option<Node<f64>>>> = Rc::default();
        let (inner, to) = (x.square(), saved.clone());
        let y = owner(&x, move || to.set(Some(inner.exp()))) * &x;
        y.backward();
        drop(y);
        x.zero_grad();
        let saved = saved.take().expect("a node");
        saved.backward();
        assert_eq!(x.grad(), 4f64.exp() * 4.0);
    });
}

/// In a sweep: the rule drops an expression that owns something with a drop of its own.
#[test]
fn drops_inside_a_sweep() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let held: Rc<Cell<Option<Node<f64>>>> = Rc::default();
        let (a, gone, in_drop) = (&x * &y, held.clone(), y.square());
        let b = crate::custom(&a, 2.0, move || drop(gone.take()));
        held.set(Some(owner(&a, move || in_drop.backward()).sin()));
        let z = b * &a;
        z.backward();
        // z = 2·(xy)², and y² once
        assert_eq!((x.grad(), y.grad()), (4.0 * 6.0 * 3.0, 4.0 * 6.0 * 2.0 + 6.0));
    });
}

/// A drop that panics: what hung from it is released all the same, at the latest with the next death.
#[test]
fn a_drop_that_panics() {
    alone(|| {
        let x = Node::leaf(2.0);
        let chain = |y: &Node<f64>| (0..100).fold(y.clone(), |y, _| y.sin());
        for _ in 0..20 {
            let y = owner(&chain(&x), || panic!("not today"));
            let z = chain(&y) * &x;
            drop(y);
            assert_eq!(panic_of(|| drop(z)), "not today");
            // everything still answers
            let w = chain(&x);
            w.backward();
            assert!(x.grad() != 0.0);
        }
        // the last panic's remains
        drop(x.sin());
        assert_eq!(graph::stats().live_cells, 1);
        // two in one release: the second waits for the next
        let both = owner(&x, || panic!("first")) * owner(&x, || panic!("second"));
        panic_of(|| drop(both));
        panic_of(|| drop(x.sin()));
        assert_eq!(graph::stats().live_cells, 1);
    });
}

/// Payloads of two number types that own each other.
#[test]
fn drops_across_number_types() {
    alone_in(17, || {
        let (x, s) = (Node::leaf(2.0), Node::leaf(3.0_f32));
        let mut y = x.clone();
        for _ in 0..100 {
            let inside = y;
            let single = first_order("f32", &[&s], 1.0, move |g: f32| {
                let _owned = &inside;
                vec![g]
            });
            let kept = x.clone();
            y = owner(&x, move || {
                let _owned = &single;
                busy(&kept);
            });
        }
        y.backward();
        drop(y);
        assert_eq!(graph::stats().live_cells, 2);
    });
}
