//! Memory: what a loop needs, it needs once; what an operation costs; what a thread leaves behind.
//!
//! An allocator that counts, thread by thread, is the judge: not the library's own statistics. Each measurement runs in
//! a thread of its own, so that the graph starts empty and nothing else is counted.

use crate::counting::{LIVE, alone, growth, left_by};

use backprop::custom::{Apply, Operation, apply, first_order};
use backprop::{Dual, Elementary, Float, Node, dot, graph, no_grad};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A chunk's bytes, a little rounded up: the grain in which a home takes memory.
pub(crate) const CHUNK: isize = 1024 * 32 + 1024;

/// Nothing grows, and nothing is alive at the end but what `round` itself still owns.
fn flat<F: FnMut(u64)>(warm_up: u64, rounds: u64, start: impl FnOnce() -> F + Send + 'static) {
    alone(move || {
        assert_eq!(growth(warm_up, rounds, start()), 0, "bytes more after {rounds} rounds than after {warm_up}");
        assert_eq!(graph::stats().live_cells, 0);
    });
}

// ------------------------------------------------------------------------------------------------ loops stay flat

#[test]
fn a_million_small_expressions() {
    flat(10, 1_000_000, || {
        |k| {
            let (x, y) = (Node::leaf(k as f64 + 1.0), Node::leaf(0.5));
            let z = (&x * &y + 2.0) / x.square();
            z.backward();
            assert!(y.grad() > 0.0);
        }
    });
}

#[test]
fn a_million_small_expressions_of_dual_numbers() {
    flat(10, 1_000_000, || {
        |k| {
            let x = Node::leaf(Dual::variable(k as f64));
            let y = (&x * &x + 2.0).sqrt();
            y.backward();
        }
    });
}

#[test]
fn a_million_leaves_from_old_gradients() {
    flat(10, 1_000_000, || {
        let mut w = Some(Node::leaf(3.0));
        move |k| {
            let old = w.take().unwrap_or_else(|| Node::leaf(3.0));
            let loss = (&old - 1.0).square();
            loss.backward();
            let new = Node::leaf(old.value() - 0.1 * old.grad());
            assert!(k < 200 || (new.value() - 1.0).abs() < 1e-12);
            w = Some(new).filter(|_| k + 1 < 1_000_000);
        }
    });
}

#[test]
fn a_state_carried_for_a_hundred_thousand_steps() {
    flat(2000, 100_000, || {
        let mut parameters = vec![Node::leaf(0.7), Node::leaf(-0.2)];
        let mut state = vec![Node::constant(0.1)];
        move |k| {
            let [w, b] = &parameters[..] else { return };
            let next = (w * &state[0] + b * (k as f64).sin()).tanh();
            let loss = (&next - 0.3).square();
            loss.backward();
            assert!(w.grad().is_finite());
            w.zero_grad();
            state = vec![next.detach()];
            if k + 1 == 100_000 {
                parameters.clear();
                state.clear();
            }
        }
    });
}

/// A running total of detached values is a constant, not a chain.
#[test]
fn a_total_of_detached_values() {
    flat(2000, 1_000_000, || {
        let mut total = Some(Node::constant(0.0));
        move |k| {
            let x = Node::leaf(0.25);
            let sum = total.take().unwrap_or_else(|| Node::constant(0.0)) + x.square().detach();
            assert!(sum.is_constant());
            total = Some(sum).filter(|_| k + 1 < 1_000_000);
        }
    });
}

/// Each iteration keeps the last one's result, which keeps its graph, until its own is there.
fn rolling(operations: u64, rounds: u64) {
    // borders of chunks fall differently each time: the warm-up sees enough of them
    flat(rounds / 2, rounds, move || {
        let x = [0.3, 0.9].map(Node::leaf);
        let mut owned = Some((x, None));
        move |k| {
            let Some((x, last)) = &mut owned else { return };
            let mut y = &x[0] + 0.0;
            for i in 1..operations {
                y = if i % 2 == 0 { y * &x[0] } else { y + &x[1] };
            }
            y.backward();
            *last = Some(y);
            if k + 1 == rounds {
                owned = None;
            }
        }
    });
}
#[test]
fn only_the_previous_of_600_operations() {
    rolling(600, 2000);
}
#[test]
fn only_the_previous_of_5_000_operations() {
    rolling(5000, 2000);
}
#[test]
fn only_the_previous_of_20_000_operations() {
    rolling(20_000, 2000);
}
#[test]
#[ignore = "half a billion operations"]
fn only_the_previous_for_20_000_iterations() {
    for operations in [600, 5000, 20_000] {
        rolling(operations, 20_000);
    }
}

#[test]
fn a_hundred_thousand_rows_and_custom_operations() {
    flat(2000, 100_000, || {
        |k| {
            let (x, y) = (Node::leaf(k as f64 * 1e-5), Node::leaf(2.0));
            let inner = x.sin();
            let (a, b) = (inner.clone(), y.clone());
            let product = first_order("product", &[&inner, &y], a.value() * b.value(), move |adjoint| {
                vec![b.value() * adjoint, a.value() * adjoint]
            });
            (product.exp() + &inner).backward();
            assert_eq!(y.grad(), product.value().exp() * inner.value());
        }
    });
}

/// `x·y` by hand, with something of its own to be freed.
struct Product(#[expect(dead_code, reason = "only its memory matters")] Vec<u8>);
impl<S: Elementary> Operation<S> for Product {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone() * &x[1]
    }
    fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![x[1].clone() * adjoint, x[0].clone() * adjoint]
    }
}
fn through<S: Apply<Product>>(x: &S, y: &S) -> S {
    apply(Product(vec![0; 100]), &[x.clone(), y.clone()])
}

#[test]
fn operations_for_every_number_names_folds_and_derivatives() {
    flat(2000, 50_000, || {
        |_| {
            let (x, y) = (Node::leaf(0.5_f64).named("x"), Node::leaf(2.0).named("y").named("why"));
            let z = through(&x.sin(), &y).named("product");
            let all = dot(&[z.clone(), x.clone()], &[y.clone(), z.clone()]);
            let slope = backprop::gradients(&all, &[&x, &z]);
            slope[0].backward();
            let curvature = backprop::gradients(&slope[0], &x);
            assert!(curvature.value().is_finite() && no_grad(|| &z * 2.0).is_constant());
        }
    });
}

/// A panic in a rule costs nothing either.
#[test]
fn ten_thousand_panics() {
    flat(100, 10_000, || {
        crate::quiet();
        |_| {
            let x = Node::leaf(1.0);
            let y = first_order("no", &[&x.sin()], 1.0, |_| -> Vec<f64> { panic!("no") }).exp() + &x;
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| y.backward()));
            assert!(caught.is_err() && x.grad() == 0.0);
        }
    });
}

// ------------------------------------------------------------------------------------------------ survivors

#[test]
fn a_thousand_survivors_of_a_million_leaves() {
    alone(|| {
        let mut kept = Vec::with_capacity(1000);
        let grown = growth(1, 1_000_000, |k| {
            let x = Node::leaf(k as f64);
            if k % 1000 == 0 {
                kept.push(x);
            }
        });
        println!("{grown} bytes");
        assert!(grown <= CHUNK + 8 * 1024 && kept.len() == 1000);
        assert!(kept.iter().enumerate().all(|(k, x)| x.value() == 1000.0 * k as f64));
    });
}

#[test]
fn a_thousand_survivors_of_a_million_operations() {
    alone(|| {
        let x = Node::leaf(3.0);
        let mut kept = Vec::with_capacity(1000);
        let grown = growth(1, 1_000_000, |k| {
            let y = &x * (k as f64) + &x;
            if k % 1000 == 0 {
                kept.push(y);
            }
        });
        println!("{grown} bytes");
        // three cells each: the literal, the product, the sum
        assert!(grown <= 1000 * 96 + 2 * CHUNK);
        assert!(kept.iter().enumerate().all(|(k, y)| y.value() == 3000.0 * k as f64 + 3.0));
    });
}

/// What dies in another order than it was made is taken back all the same.
#[test]
fn survivors_leave_no_holes() {
    alone(|| {
        let x = Node::leaf(3.0);
        let mut kept = Vec::with_capacity(1000);
        let grown = growth(1, 1_000_000, |k| {
            let all = [x.sin(), x.cos(), x.tan(), x.exp()];
            if k % 1000 == 0 {
                kept.push(&x * 1.0);
            }
            // the oldest first
            all.into_iter().for_each(drop);
        });
        println!("{grown} bytes");
        // the four below each survivor, and its two
        assert!(grown <= 1000 * 6 * 32 + 2 * CHUNK && kept.len() == 1000);
    });
}

/// When something younger lives while a node dies, its place waits for the others of its chunk: then what a survivor
/// holds is a chunk, and no more.
#[test]
fn a_survivor_in_the_worst_place_holds_one_chunk() {
    alone(|| {
        let x = Node::leaf(3.0);
        let mut kept = Vec::with_capacity(1000);
        let mut last = x.clone();
        let grown = growth(1, 1_000_000, |k| {
            let y = x.sin();
            if k % 1000 == 0 {
                kept.push(y.clone());
            }
            last = y;
        });
        println!("{grown} bytes for {} survivors", kept.len());
        assert!(grown <= 1001 * CHUNK);
        // and it all comes back
        drop((kept, last));
        let again = growth(0, 900_000, |_| assert!(x.sin().value() > 0.0));
        assert_eq!(again, 0);
    });
}

/// A million operations at once, of which a thousand are kept until the next thousand are there.
#[test]
fn generations_of_survivors() {
    alone(|| {
        let x = Node::leaf(0.5);
        let mut kept: Vec<Node<f64>> = Vec::with_capacity(1000);
        let grown = growth(4, 10, |_| {
            let all: Vec<Node<f64>> = (0..1_000_000).map(|k| &x + f64::from(k)).collect();
            kept = all.into_iter().step_by(1000).collect();
        });
        assert!(kept.iter().enumerate().all(|(k, y)| y.value() == 0.5 + 1000.0 * k as f64));
        assert_eq!(grown, 0);
    });
}

// ------------------------------------------------------------------------------------------------ bytes

/// Bytes for each of a million of what `make` gives, all alive at once.
fn bytes_each<T: Float>(make: impl Fn(&Node<T>) -> Node<T> + Send + 'static) -> f64 {
    alone(move || {
        let first = Node::leaf(T::of(1.0));
        let mut all = Vec::with_capacity(1_000_000);
        all.push(make(&first));
        let before = LIVE.get();
        for _ in 1..1_000_000 {
            all.push(make(&all[all.len() - 1]));
        }
        (LIVE.get() - before) as f64 / 999_999.0
    })
}

#[test]
fn bytes_of_an_operation_a_literal_a_leaf() {
    let unary = bytes_each::<f64>(|x| x.sin());
    let binary = bytes_each::<f64>(|x| x * x);
    let literal = bytes_each::<f64>(|x| x * 1.5);
    let left = bytes_each::<f64>(|x| 1.5 - x);
    let power = bytes_each::<f64>(|x| x.powi(3));
    let three = bytes_each::<f64>(|x| x.mul_add(x, x));
    let leaf = bytes_each::<f64>(|_| Node::leaf(1.0));
    let constant = bytes_each::<f64>(|_| Node::constant(1.0));
    let single = bytes_each::<f32>(|x| x.sin());
    let dual = bytes_each::<Dual>(|x| x.sin());
    println!(
        "bytes: {unary:.2} unary, {binary:.2} binary, {literal:.2} literal right, {left:.2} left, {power:.2} powi, \
         {three:.2} three operands, {leaf:.2} leaf, {constant:.2} constant; f32 {single:.2}, Dual {dual:.2}"
    );
    assert!(unary <= 33.5 && binary <= 33.5);
    assert!(literal <= 67.0 && left <= 67.0 && power <= 67.0 && three <= 67.0);
    assert!(leaf <= 41.5 && constant <= 41.5);
    // value and adjoint, each with a mark in builds with debug assertions
    let marks = if cfg!(debug_assertions) { 16.0 } else { 0.0 };
    assert!(single <= 25.5 && dual <= 50.0 + marks);
}

/// The library's own statistics tell the same.
#[test]
fn statistics_agree_with_the_allocator() {
    alone(|| {
        let x = Node::leaf(1.0);
        let before = (LIVE.get(), graph::stats());
        let all: Vec<Node<f64>> = (0..100_000).map(|_| x.sin()).collect();
        let after = (LIVE.get(), graph::stats());
        let found = (after.0 - before.0) as f64 - (all.capacity() * size_of::<Node<f64>>()) as f64;
        let told = after.1.bytes_held as f64 - before.1.bytes_held as f64;
        println!("{found} bytes found, {told} told");
        assert!((found - told).abs() <= 0.01 * found);
        assert_eq!(after.1.live_cells, 100_001);
        assert!(after.1.bytes_in_use >= 100_001 * 32 && after.1.bytes_in_use <= after.1.bytes_held);
        drop(all);
        let end = graph::stats();
        assert_eq!((end.live_cells, end.chunks), (1, after.1.chunks));
    });
}

// ------------------------------------------------------------------------------------------------ threads

#[test]
fn a_thread_frees_everything() {
    thread_local! {
        static KEPT: RefCell<Vec<Node<f64>>> = const { RefCell::new(Vec::new()) };
        static KEPT_TOO: RefCell<Vec<Node<Dual>>> = const { RefCell::new(Vec::new()) };
        static EARLY: Rc<Cell<u8>> = Rc::new(Cell::new(1));
    }
    fn plain() {
        let x = Node::leaf(1.0);
        (0..100_000).fold(x.clone(), |y, _| y * &x).backward();
    }
    fn every_type() {
        plain();
        let (x, y, z) =
            (Node::leaf(1_f32), Node::leaf(Dual::variable(1.0_f64)), Node::leaf(Dual::<f32, 3>::seeded(1.0, 2)));
        (&x * &x + 1.0).backward();
        (&y * &y + 1.0).backward();
        (&z * &z + 1.0).backward();
        let names = (x.named("x"), y.sin().named("sin y"), through(&z, &z));
        assert!(names.2.operation().is_some());
    }
    fn kept_beyond_the_graph() {
        EARLY.with(|early| early.set(2));
        every_type();
        let x = Node::leaf(2.0);
        let inner = Node::leaf(Dual::variable(3.0)).exp();
        let captured = inner.clone();
        let custom = first_order("captures", &[&x], 1.0, move |g| vec![g * captured.value().value()]).named("kept");
        custom.backward();
        KEPT.with_borrow_mut(|kept| kept.extend([custom, x.sin().named("sin"), x.named("x")]));
        KEPT_TOO.with_borrow_mut(|kept| kept.push(inner));
    }
    fn kept_first() {
        // these are destroyed in another order
        KEPT.with_borrow_mut(Vec::clear);
        KEPT_TOO.with_borrow_mut(Vec::clear);
        kept_beyond_the_graph();
    }
    let works: [(&str, fn()); 4] = [
        ("plain", plain),
        ("every type", every_type),
        ("kept beyond the graph", kept_beyond_the_graph),
        ("kept, the keeper first", kept_first),
    ];
    for (name, work) in works {
        assert_eq!(left_by(work), 0, "{name}");
        // and a second time, when nothing is the first of its kind in the process any more
        assert_eq!(left_by(work), 0, "{name}, again");
    }
}
