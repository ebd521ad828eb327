//! Shared nodes, gradients of leaves and of inner nodes, sweeps that come again.

use crate::{Rng, alone, alone_in, custom, panic_of};
use backprop::{Node, dot, graph, norm, sum};

/// 2^60 paths; each node is swept once.
#[test]
fn a_ladder_of_sixty_doublings() {
    alone(|| {
        let x = Node::leaf(1.0);
        let y = (0..60).fold(x.clone(), |y, _| &y + &y);
        assert_eq!(graph::stats().live_cells, 61);
        y.backward();
        assert_eq!((y.value(), x.grad()), ((1_u64 << 60) as f64, (1_u64 << 60) as f64));
        let z = (0..60).fold(x.clone(), |z, _| z.clone() * 0.5 + z * 0.5);
        z.backward();
        assert_eq!(x.grad(), (1_u64 << 60) as f64 + 1.0);
    });
}

#[test]
fn the_same_node_as_both_operands() {
    alone(|| {
        type Case = (fn(&Node<f64>) -> Node<f64>, f64);
        let cases: [Case; 16] = [
            (|x| x + x, 2.0),
            (|x| x - x, 0.0),
            (|x| x * x, 6.0),
            (|x| x / x, 0.0),
            (|x| x.clone() * x, 6.0),
            (|x| x.clone() * x.clone(), 6.0),
            (|x| x.powf(x), 27.0 * (1.0 + 3f64.ln())),
            (|x| x.max(x), 1.0),
            (|x| x.min(x.clone()), 1.0),
            (|x| x.hypot(x), 2f64.sqrt()),
            (|x| x.atan2(x), 0.0),
            (|x| x.mul_add(x, x), 7.0),
            (|x| x.clamp(x, x), 1.0),
            (|x| dot(&[x.clone(), x.clone()], &[x.clone(), x.clone()]), 12.0),
            (|x| norm(&[x.clone(), x.clone(), x.clone(), x.clone()]), 2.0),
            (|x| sum(&[x.clone(), x * x, x.clone()]), 8.0),
        ];
        for (k, (f, slope)) in cases.into_iter().enumerate() {
            // of a leaf, and of an inner node
            let x = Node::leaf(3.0);
            f(&x).backward();
            assert!((x.grad() - slope).abs() <= 1e-14 * slope.abs(), "{k}: {} instead of {slope}", x.grad());
            let inner = &x - 0.0;
            x.zero_grad();
            f(&inner).backward();
            assert!((inner.grad() - slope).abs() <= 1e-14 * slope.abs(), "{k}: {} instead of {slope}", inner.grad());
            assert_eq!(inner.grad(), x.grad());
        }
    });
}

#[test]
fn leaves_used_in_many_chunks() {
    alone(|| {
        let leaves: Vec<Node<f64>> = (0..3000).map(|k| Node::leaf(f64::from(k))).collect();
        let one = Node::leaf(1.0);
        let mut total = Node::constant(0.0);
        for round in 1..=3 {
            for x in &leaves {
                total += x * f64::from(round) * &one;
            }
        }
        total.backward();
        assert!(leaves.iter().all(|x| x.grad() == 6.0));
        assert_eq!(one.grad(), 6.0 * (3000.0 * 2999.0 / 2.0));
    });
}

#[test]
fn nodes_dropped_in_any_order() {
    for order in 0..10 {
        alone(move || {
            let mut rng = Rng(order);
            let x = Node::leaf(0.5);
            let mut all = vec![x.clone(), x.sin()];
            for _ in 0..2000 {
                let (a, b) = (rng.below(all.len()), all.len() - 1 - rng.below(all.len().min(20)));
                all.push(((&all[a] - &all[b]) * 0.5).tanh());
            }
            let result = all[2001].clone();
            rng.shuffle(&mut all);
            result.backward();
            let before = x.grad();
            for half in 0..2 {
                all.truncate(1000 * (1 - half));
                x.zero_grad();
                result.backward();
                assert_eq!(x.grad(), before);
            }
            drop(result);
            assert_eq!(graph::stats().live_cells, 1);
        });
    }
}

/// Chunks come back in another order than their numbers: births, not numbers, order them.
#[test]
fn nodes_from_before_and_after_a_reused_chunk() {
    alone(|| {
        let x = Node::leaf(2.0);
        let before = &x * 3.0;
        let filler: Vec<Node<f64>> = (0..5000).map(|_| x.sin()).collect();
        let between = &before * &x;
        let more: Vec<Node<f64>> = (0..5000).map(|_| x.sin()).collect();
        let chunks = graph::stats().chunks;
        drop(filler);
        // in chunks whose numbers are those of the filler, between two that live
        let mut y = &between + &before;
        for _ in 0..700 {
            y = y + &between - &before * 1.0;
        }
        assert_eq!(graph::stats().chunks, chunks);
        drop(more);
        for _ in 0..700 {
            y = y + &between - &before * 1.0;
        }
        assert_eq!(graph::stats().chunks, chunks);
        // 1401·3x² − 1399·3x
        y.backward();
        assert_eq!(between.grad(), 1401.0);
        assert_eq!(before.grad(), 1401.0 * 2.0 - 1399.0);
        assert_eq!(x.grad(), 1401.0 * 6.0 * 2.0 - 1399.0 * 3.0);
    });
}

// ------------------------------------------------------------------------------------------------ what a sweep adds

#[test]
fn backward_adds() {
    alone(|| {
        let (x, y) = (Node::leaf(3.0), Node::leaf(4.0));
        let z = &x * &y;
        for k in 1..=5 {
            z.backward();
            assert_eq!((x.grad(), y.grad()), (4.0 * f64::from(k), 3.0 * f64::from(k)));
        }
        z.backward_with(-0.5);
        assert_eq!((x.grad(), y.grad()), (18.0, 13.5));
        // an adjoint is that of the last sweep
        assert_eq!(z.grad(), -0.5);
        x.zero_grad();
        assert_eq!((x.grad(), y.grad()), (0.0, 13.5));
        z.zero_grad();
        assert_eq!(z.grad(), -0.5);
    });
}

#[test]
fn on_leaves_and_constants() {
    alone(|| {
        let (x, c) = (Node::leaf(2.0), Node::constant(3.0));
        x.backward();
        x.backward_with(0.25);
        assert_eq!(x.grad(), 1.25);
        c.backward();
        c.backward_with(2.0);
        assert_eq!(c.grad(), 0.0);
        c.zero_grad();
        // in an expression too, on either side
        (&c * &x - &c / &x).backward();
        assert_eq!(c.grad(), 0.0);
        assert_eq!(x.grad(), 1.25 + 3.0 + 0.75);
        x.zero_grad();
        // a literal
        let two = (&x * 2.0).operands().remove(1);
        two.backward();
        two.zero_grad();
        assert_eq!((two.grad(), two.value(), x.grad()), (0.0, 2.0, 0.0));
    });
}

/// A slot that is used again has forgotten its gradient.
#[test]
fn a_new_leaf_has_no_gradient() {
    alone(|| {
        for _ in 0..3 {
            let leaves: Vec<Node<f64>> = (0..100).map(|_| Node::leaf(1.0)).collect();
            assert!(leaves.iter().all(|x| x.grad() == 0.0));
            sum(&leaves).backward();
            assert!(leaves.iter().all(|x| x.grad() == 1.0));
        }
        let constants: Vec<Node<f64>> = (0..100).map(|_| Node::constant(1.0)).collect();
        assert!(constants.iter().all(|x| x.grad() == 0.0));
    });
}

#[test]
fn adjoints_of_inner_nodes() {
    alone(|| {
        let x = Node::leaf(2.0);
        let a = x.square();
        let b = &a * 3.0;
        let c = &a.sqrt() + &b;
        let other = a.exp();
        assert_eq!((a.grad(), b.grad(), c.grad()), (0.0, 0.0, 0.0));
        c.backward();
        assert_eq!((a.grad(), b.grad(), c.grad(), other.grad()), (3.25, 1.0, 1.0, 0.0));
        // a later sweep that does not come to b and c
        other.backward();
        assert_eq!((a.grad(), b.grad(), c.grad(), other.grad()), (4f64.exp(), 0.0, 0.0, 1.0));
        // one that comes to none of them
        x.backward();
        assert_eq!((a.grad(), b.grad(), c.grad(), other.grad()), (0.0, 0.0, 0.0, 0.0));
        // a sweep that is an adjoint of zero is a sweep
        b.backward_with(0.0);
        assert_eq!((a.grad(), b.grad()), (0.0, 0.0));
        // a node that is made in a place that has been swept
        drop((b, c, other));
        let new = a.cos();
        assert_eq!(new.grad(), 0.0);
    });
}

/// The `.grad()` of inner nodes belongs to a number type's last sweep.
#[test]
fn sweeps_of_other_number_types_are_others() {
    alone(|| {
        let (x, s) = (Node::leaf(2.0_f64), Node::leaf(2.0_f32));
        let (y, t) = (x.square(), s.square());
        y.exp().backward();
        t.exp().backward();
        assert_eq!((y.grad(), t.grad()), (4f64.exp(), 4f32.exp()));
    });
}

// ------------------------------------------------------------------------------------------------ panics in rules

#[test]
fn a_panic_in_a_rule_changes_no_leaf() {
    alone(|| {
        let (x, y, w) = (Node::leaf(2.0), Node::leaf(3.0), Node::leaf(5.0));
        let angry = std::rc::Rc::new(std::cell::Cell::new(false));
        let inner = x.square();
        let mood = angry.clone();
        let a = custom(&(&inner * &y), 10.0, move || assert!(!mood.get(), "angry"));
        // w and y have their parts before the rule runs
        let z = (&a + &w * &y) * &w;
        z.backward();
        let before = [x.grad(), y.grad(), w.grad()];
        assert_eq!(before, [40.0 * 3.0 * 5.0, 225.0, 150.0]);
        angry.set(true);
        for _ in 0..3 {
            assert!(panic_of(|| z.backward()).contains("angry"));
            assert_eq!([x.grad(), y.grad(), w.grad()], before);
        }
        // the graph answers as before: other nodes, then the same one
        inner.backward();
        assert_eq!(x.grad(), before[0] + 4.0);
        angry.set(false);
        x.zero_grad();
        y.zero_grad();
        w.zero_grad();
        z.backward();
        assert_eq!([x.grad(), y.grad(), w.grad()], before);
        assert_eq!(z.value(), (120.0 + 15.0) * 5.0);
    });
}

/// The number of adjoints is looked at before any is delivered.
#[test]
fn a_wrong_number_of_adjoints_changes_no_leaf() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let bad = backprop::custom::first_order("bad", &[&x, &y], 1.0, |g| vec![g; 3]);
        let z = &bad * &x;
        assert!(panic_of(|| z.backward()).contains("\"bad\""));
        assert_eq!((x.grad(), y.grad()), (0.0, 0.0));
        (&x * &y).backward();
        assert_eq!((x.grad(), y.grad()), (3.0, 2.0));
    });
}

// ------------------------------------------------------------------------------------------------ 2^24 sweeps

const LAST_SWEEP: u32 = (1 << 24) - 1;

#[test]
fn the_number_of_sweeps_wraps() {
    alone(|| {
        let x = Node::leaf(3.0);
        let y = x.square();
        let z = y.exp();
        // stamps of the first sweeps are still there when their numbers come again
        z.backward();
        y.backward();
        x.zero_grad();
        graph::testing::set_sweeps::<f64>(LAST_SWEEP - 5);
        for k in 1..=20 {
            y.backward();
            assert_eq!((x.grad(), y.grad(), z.grad()), (6.0 * f64::from(k), 1.0, 0.0), "sweep {k}");
        }
        let w = &z * &x;
        w.backward();
        assert_eq!((w.grad(), z.grad()), (1.0, 3.0));
    });
}

#[test]
fn the_number_of_sweeps_wraps_in_a_loop_that_makes_its_graphs() {
    alone(|| {
        graph::testing::set_sweeps::<f64>(LAST_SWEEP - 50);
        for k in 0..100 {
            let x = Node::leaf(f64::from(k));
            let y = (&x * &x + 1.0) * &x;
            y.backward();
            assert_eq!(x.grad(), 3.0 * x.value() * x.value() + 1.0);
        }
    });
}

/// Also where rules sweep: wherever in them the number wraps.
#[test]
fn the_number_of_sweeps_wraps_inside_a_rule() {
    for left in 0..8 {
        alone_in(17, move || {
            let (x, y) = (Node::leaf(3.0), Node::leaf(5.0));
            let (inner, shared) = (y.square(), &x * &y);
            let kept = (inner.clone(), shared.clone());
            let a = custom(&shared, 2.0, move || {
                for _ in 0..3 {
                    kept.0.backward();
                    kept.1.backward();
                }
            });
            let z = &a * &x + &shared;
            graph::testing::set_sweeps::<f64>(LAST_SWEEP - left);
            z.backward();
            // z = 2x²y + xy, three times y² and x·y
            assert_eq!((x.grad(), y.grad()), (60.0 + 5.0 + 15.0, 18.0 + 3.0 + 3.0 * (10.0 + 3.0)), "{left} left");
        });
    }
}
