//! Depth: ten million operations in one chain, a million closures one inside the other. Depth must cost heap, never
//! stack: everything here runs in threads with small ones.

use backprop::custom::{Operation, apply, first_order};
use backprop::{Dual, Elementary, Node, gradients, graph, sum};
use std::rc::Rc;
use std::sync::Mutex;
use std::thread;

/// The usual stack of a thread.
const USUAL: usize = 2 << 20;
/// A small one.
const SMALL: usize = 128 << 10;

/// A step of a chain, from the leaf and the node so far.
type Step = fn(&Node<f64>, Node<f64>) -> Node<f64>;

/// One at a time: some take hundreds of megabytes.
static TURN: Mutex<()> = Mutex::new(());

/// Runs on a stack of so many bytes; nothing may be left alive.
fn on_stack<F: FnOnce() + Send + 'static>(bytes: usize, f: F) {
    let _turn = TURN.lock();
    let test = move || {
        f();
        assert_eq!(graph::stats().live_cells, 0);
    };
    let thread = thread::Builder::new().stack_size(bytes).spawn(test).expect("a thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

// ------------------------------------------------------------------------------------------------ rows

#[test]
fn ten_million_operations_in_one_chain() {
    on_stack(USUAL, || {
        let x = Node::leaf(0.25_f64);
        let mut y = x.clone();
        for k in 0..10_000_000 {
            y = if k % 4 == 0 { y.sin() } else { y + &x };
        }
        y.backward();
        assert!(y.value().is_finite() && x.grad().is_finite() && x.grad() != 0.0);
        drop(y);
        assert_eq!(graph::stats().live_cells, 1);
    });
}

/// `x + x + … + x`: the gradient counts the operations.
#[test]
fn a_chain_that_counts_itself() {
    for bytes in [USUAL, SMALL] {
        on_stack(bytes, || {
            let x = Node::leaf(1.0);
            let y = (1..1_000_000).fold(x.clone(), |y, _| y + &x);
            y.backward();
            assert_eq!((y.value(), x.grad()), (1e6, 1e6));
        });
    }
}

/// Every form of operand: the walks of death and of sweeps have an arm for each.
#[test]
fn chains_of_every_shape() {
    let shapes: [Step; 9] = [
        |x, y| x - y,
        |_, y| y * 1.0,
        |_, y| 1.0 * y,
        |_, y| y.powi(1),
        |x, y| y.clamp(x - 9.0, x + 9.0),
        |x, y| x.mul_add(&y, x),
        |_, y| &y - &y.clone() + y,
        |_, y| y.named("y"),
        |x, y| sum(&[y, x - x]),
    ];
    for shape in shapes {
        on_stack(SMALL, move || {
            let x = Node::leaf(1.0);
            let y = (0..100_000).fold(x.clone(), |y, _| shape(&x, y));
            y.backward();
            assert!(y.value().is_finite() && x.grad().is_finite());
        });
    }
}

/// The handles of a chain go from the first to the last, from the last to the first, and from the middle.
#[test]
fn a_chain_dropped_in_three_orders() {
    on_stack(SMALL, || {
        let chain = |x: &Node<f64>| {
            let mut all = vec![x.clone()];
            for k in 0..1_000_000 {
                all.push(all[k].cos());
            }
            all
        };
        for order in 0..3 {
            let x = Node::leaf(0.5);
            let mut all = chain(&x);
            match order {
                0 => all.into_iter().for_each(drop),
                1 => while all.pop().is_some() {},
                _ => {
                    drop(all.split_off(500_000));
                    drop(all.drain(..250_000));
                    all[249_000].backward();
                    assert!(x.grad().is_finite());
                }
            }
        }
    });
}

#[test]
fn a_chain_of_dual_numbers() {
    on_stack(SMALL, || {
        let x = Node::leaf(Dual::variable(1.0_f64));
        let y = (1..300_000).fold(x.clone(), |y, _| y * &x);
        y.backward();
        // x^n: n, and n·(n − 1)
        assert_eq!((x.grad().value(), x.grad().derivative()), (3e5, 3e5 * (3e5 - 1.0)));
    });
}

/// A chunk of wide numbers is larger than a stack.
#[test]
fn wide_dual_numbers() {
    on_stack(USUAL, || {
        let x = Node::leaf(Dual::<f64, 200>::seeded(3.0, 7));
        let y = &x * &x * &x;
        y.backward();
        assert_eq!((x.grad().value(), *x.grad().tangent(7)), (27.0, 18.0));
    });
}

// ------------------------------------------------------------------------------------------------ custom operations

/// `2·x`, as a custom operation.
struct Double;
impl<S: Elementary> Operation<S> for Double {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone() + &x[0]
    }
    fn backward(&self, _: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![adjoint.clone() + adjoint]
    }
}

#[test]
fn a_million_custom_operations_in_one_chain() {
    on_stack(SMALL, || {
        let x = Node::leaf(0.5);
        // halved in between, to stay a number
        let y = (0..1_000_000).fold(x.clone(), |y, _| apply(Double, &[y]) * 0.5);
        y.backward();
        assert_eq!((y.value(), x.grad()), (0.5, 1.0));
    });
}

#[test]
fn a_million_custom_operations_and_nothing_between() {
    on_stack(SMALL, || {
        let x = Node::leaf(0.0);
        let y = (0..1_000_000).fold(x.clone(), |y, _| apply(Double, &[y]));
        y.backward_with(0.0);
        assert_eq!((y.value(), x.grad()), (0.0, 0.0));
    });
}

#[test]
fn a_million_closures_in_one_chain() {
    on_stack(SMALL, || {
        let x = Node::leaf(0.5);
        let y = (0..1_000_000).fold(x.clone(), |y, _| first_order("minus", &[&y], -y.value(), |g: f64| vec![-g]));
        y.backward();
        assert_eq!((y.value(), x.grad()), (0.5, 1.0));
    });
}

// ------------------------------------------------------------------------------------------------ captured

/// An operation on `x` whose closure owns something.
fn owning<C: 'static>(x: &Node<f64>, captured: C) -> Node<f64> {
    first_order("owner", &[x], x.value(), move |g| {
        let _owned = &captured;
        vec![g]
    })
}

#[test]
fn a_million_nodes_captured_one_inside_the_other() {
    on_stack(SMALL, || {
        let x = Node::leaf(1.0);
        let y = (0..1_000_000).fold(x.clone(), |y, _| owning(&x, y));
        y.backward();
        assert_eq!(x.grad(), 1.0);
        drop(y);
        assert_eq!(graph::stats().live_cells, 1);
    });
}

/// Operand and captured; an expression captured; several captured, shared, boxed.
#[test]
fn captured_in_other_ways() {
    let ways: [Step; 4] = [
        |_, y| owning(&y, y.clone()),
        |x, y| owning(x, y.sin() + y),
        |x, y| owning(x, (Rc::new(y.clone()), Box::new(y.named("y")))),
        |x, y| owning(&(x * 1.0), vec![y.clone(), y]) + x,
    ];
    for way in ways {
        on_stack(SMALL, move || {
            let x = Node::leaf(0.0);
            let y = (0..200_000).fold(x.clone(), |y, _| way(&x, y));
            y.backward();
            assert!(x.grad() >= 1.0);
        });
    }
}

/// An identity that owns something.
struct Keeps<C>(#[allow(dead_code)] C);
impl<C, S: Elementary> Operation<S> for Keeps<C> {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone()
    }
    fn backward(&self, _: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![adjoint.clone()]
    }
}

/// Graphs of several number types own each other in turn.
#[test]
fn captured_across_number_types() {
    on_stack(SMALL, || {
        let (x, s, d) = (Node::leaf(1_f64), Node::leaf(1_f32), Node::leaf(Dual::variable(1_f64)));
        let mut y = x.clone();
        for _ in 0..100_000 {
            let single = first_order("f32", &[&s], 1.0, move |g: f32| {
                let _owned = &y;
                vec![g]
            });
            let dual = apply(Keeps(single), std::slice::from_ref(&d));
            y = apply(Keeps(dual), std::slice::from_ref(&x));
        }
        y.backward();
        assert_eq!(x.grad(), 1.0);
        drop(y);
        assert_eq!(graph::stats().live_cells, 3);
    });
}

// ------------------------------------------------------------------------------------------------ derivatives as nodes

#[test]
fn derivatives_of_a_hundred_thousand_and_of_those() {
    on_stack(SMALL, || {
        let n = 100_000;
        let x = Node::leaf(1.0);
        let y = (1..n).fold(x.clone(), |y, _| y * &x);
        let first = gradients(&y, &x);
        let second = gradients(&first, &x);
        second.backward();
        let n = f64::from(n);
        assert_eq!(first.value(), n);
        assert_eq!(second.value(), n * (n - 1.0));
        assert_eq!(x.grad(), n * (n - 1.0) * (n - 2.0));
    });
}

#[test]
fn derivatives_through_custom_operations() {
    on_stack(SMALL, || {
        let x = Node::leaf(3.0);
        let y = (0..100_000).fold(x.square(), |y, _| apply(Double, &[y]) * 0.5);
        let first = gradients(&y, &x);
        assert_eq!((first.value(), gradients(&first, &x).value()), (6.0, 2.0));
    });
}

/// A thread ends with deep graphs alive: what the thread's own variables hold goes after the graph, or before it.
#[test]
fn deep_graphs_alive_at_the_end_of_a_thread() {
    thread_local! {
        static KEPT: std::cell::RefCell<Vec<Node<f64>>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let _turn = TURN.lock();
    for keeper_first in [false, true] {
        let work = move || {
            if keeper_first {
                KEPT.with_borrow_mut(Vec::clear);
            }
            let x = Node::leaf(1.0);
            let captured = (0..300_000).fold(x.clone(), |y, _| owning(&x, y));
            let chain = (0..300_000).fold(x.clone(), |y, _| y.sin());
            let custom = (0..300_000).fold(x.clone(), |y, _| apply(Double, &[y]));
            KEPT.with_borrow_mut(|kept| kept.extend([captured, chain, custom]));
        };
        thread::Builder::new().stack_size(SMALL).spawn(work).expect("a thread").join().expect("it ends");
    }
}
