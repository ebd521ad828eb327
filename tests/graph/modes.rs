//! `no_grad`: nested, with panics, for number types that the thread has not used before.

use crate::{alone, alone_in, panic_of};
use backprop::custom::first_order;
use backprop::{Dual, Node, dot, gradients, graph, no_grad};

#[test]
fn nothing_is_recorded() {
    alone(|| {
        let x = Node::leaf(2.0);
        let y = x.square();
        let live = graph::stats().live_cells;
        no_grad(|| {
            let all = [
                &x + &y,
                &x * 3.0,
                3.0 - &x,
                x.powi(5),
                x.sin(),
                x.clamp(&x, &y),
                dot(std::slice::from_ref(&x), std::slice::from_ref(&y)),
                y.clone().named("y"),
                first_order("mine", &[&x], 1.0, |_| -> Vec<f64> { panic!("never asked") }),
                -y.clone(),
            ];
            assert!(all.iter().all(|x| x.is_constant() && x.operands().is_empty()));
            assert_eq!(graph::stats().live_cells, live + all.len());
            // nodes that are already there are what they were
            assert!(x.is_leaf() && !y.is_constant());
        });
        assert_eq!(graph::stats().live_cells, live);
        assert!(!(&x + &y).is_constant());
        y.backward();
        assert_eq!(x.grad(), 4.0);
    });
}

#[test]
fn a_leaf_within_is_a_leaf() {
    alone(|| {
        let (x, y) = no_grad(|| {
            let x = Node::leaf(3.0).named("x");
            let y = x.square();
            (x, y)
        });
        assert!(x.is_leaf() && y.is_constant());
        (x.square() + y).backward();
        assert_eq!(x.grad(), 6.0);
    });
}

#[test]
fn sweeps_and_derivatives_within() {
    alone(|| {
        let x = Node::leaf(3.0);
        let y = x.powi(3);
        no_grad(|| {
            y.backward();
            assert_eq!((x.grad(), y.grad()), (27.0, 1.0));
            let slope = gradients(&y, &x);
            assert!(slope.is_constant());
            assert_eq!(slope.value(), 27.0);
            x.zero_grad();
        });
        assert_eq!(gradients(&gradients(&y, &x), &x).value(), 18.0);
    });
}

#[test]
fn nested_and_with_panics() {
    alone(|| {
        let x = Node::leaf(2.0);
        let recorded = || !x.sin().is_constant();
        assert!(recorded());
        no_grad(|| {
            assert!(!recorded());
            no_grad(|| assert!(!recorded()));
            assert!(!recorded());
            panic_of(|| no_grad(|| -> () { panic!("inside") }));
            assert!(!recorded());
        });
        assert!(recorded());
        panic_of(|| no_grad(|| no_grad(|| -> () { panic!("deep inside") })));
        assert!(recorded());
        assert_eq!(no_grad(|| 7), 7);
    });
}

/// The graph that is in the making goes on where it stood, whatever died in between.
#[test]
fn in_the_middle_of_a_graph() {
    alone(|| {
        let x = Node::leaf(1.0);
        let mut y = x.clone();
        let mut kept = Vec::new();
        for k in 0..5000 {
            y += &x;
            kept.push(&y * 0.0);
            if k % 7 == 0 {
                no_grad(|| {
                    assert!(y.sin().is_constant());
                    kept.clear();
                    kept.push(&y * 2.0);
                });
            }
        }
        y.backward();
        assert_eq!(x.grad(), 5001.0);
    });
}

/// A whole chunk dies while nothing may be recorded, the current one, filled to the last cell.
#[test]
fn everything_dies_within() {
    for room in [2, 3, 17, 1023] {
        for cells in room - 1..=2 * room + 1 {
            alone_in(room, move || {
                let x = Node::leaf(1.0);
                for _ in 0..3 {
                    let mut all: Vec<Node<f64>> = (0..cells).map(|_| x.sin()).collect();
                    all.reverse();
                    let y = no_grad(|| {
                        all.clear();
                        let leaves: Vec<Node<f64>> = (0..2 * room).map(|_| Node::leaf(2.0)).collect();
                        assert!(leaves.iter().all(|x| x.value() == 2.0));
                        leaves
                    });
                    let z = (0..cells).fold(x.clone(), |z, _| z + &y[0]);
                    z.backward();
                    assert_eq!(y[0].grad(), f64::from(cells));
                    assert_eq!(y[1].grad(), 0.0);
                }
            });
        }
    }
}

/// Number types that the thread meets for the first time within `no_grad`.
#[test]
fn homes_made_meanwhile() {
    alone_in(1023, || {
        no_grad(|| {
            let x = Node::leaf(2_f32);
            assert!(x.square().is_constant());
            let y = Node::leaf(Dual::<f64, 2>::seeded(2.0, 1));
            assert!((&y * &y).is_constant());
            no_grad(|| assert!(Node::leaf(Dual::<f32, 2>::constant(1.0)).exp().is_constant()));
            assert!(y.exp().is_constant());
        });
        let x = Node::leaf(2_f32);
        x.square().backward();
        let y = Node::leaf(Dual::<f64, 2>::seeded(2.0, 1));
        (&y * &y).backward();
        assert_eq!((x.grad(), y.grad().value()), (4.0, 4.0));
    });
    // brought out of it
    alone_in(1023, || {
        let x = no_grad(|| Node::leaf(Dual::variable(3_f32)));
        (&x * &x).backward();
        assert_eq!((x.grad().value(), x.grad().derivative()), (6.0, 2.0));
    });
}

/// All number types at once, without a type parameter.
#[test]
fn it_holds_for_every_number_type() {
    alone(|| {
        let (x, s, d) = (Node::leaf(2.0_f64), Node::leaf(2_f32), Node::leaf(Dual::variable(2_f64)));
        no_grad(|| {
            assert!(x.sin().is_constant() && s.sin().is_constant() && d.sin().is_constant());
        });
        assert!(!x.sin().is_constant() && !s.sin().is_constant() && !d.sin().is_constant());
    });
}

/// In a rule, while a sweep is under way; and around it.
#[test]
fn around_and_inside_a_rule() {
    alone(|| {
        let x = Node::leaf(2.0);
        let y = x.square();
        let kept = y.clone();
        let z = crate::custom(&y, 3.0, move || {
            no_grad(|| assert!(kept.sin().is_constant()));
            assert!(!kept.sin().is_constant());
        });
        z.backward();
        assert_eq!(x.grad(), 12.0);
    });
}

/// Another thread records.
#[test]
fn it_is_the_threads_own() {
    alone(|| {
        no_grad(|| {
            let other = std::thread::spawn(|| Node::leaf(1.0).sin().is_constant());
            assert!(!other.join().expect("it ends"));
        });
    });
}
