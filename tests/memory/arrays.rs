//! Memory of arrays: what a node keeps alive, what goes at once, what a loop needs, what a thread leaves behind.
//!
//! An allocator that counts, thread by thread, is the judge. Each measurement runs in a thread of its own.

use crate::counting::{LIVE, PEAK, REQUESTS, alone, growth, left_by};
use backprop::array::concatenate;
use backprop::custom::first_order;
use backprop::{Dual, Float, Node, NodeArray1, NodeArray2, NodeArrayD, gradients, graph, no_grad};
use ndarray::{Array1, Array2, ArrayD, Axis, IxDyn, s};
use std::any::Any;
use std::cell::RefCell;

/// Elements of an array of a megabyte.
const N: usize = 1 << 17;
const MEGABYTE: isize = 1 << 20;

fn vector(n: usize) -> NodeArray1<f64> {
    NodeArray1::leaf(Array1::from_elem(n, 0.5))
}
fn megabyte() -> NodeArray1<f64> {
    vector(N)
}
/// Bytes in use, without those that wait in the pool.
fn used() -> isize {
    LIVE.get() - graph::stats().pool_bytes.cast_signed()
}
/// Whole megabytes that `f`'s result keeps, beyond what was there before.
fn megabytes<R>(f: impl FnOnce() -> R) -> (isize, R) {
    let before = used();
    let kept = f();
    let grown = used() - before;
    (((grown + MEGABYTE / 2) / MEGABYTE), kept)
}
fn nothing_left() {
    let end = graph::stats();
    assert_eq!((end.live_cells, end.array_bytes), (0, 0), "left alive: {end:?}");
}

// ------------------------------------------------------------------------------------------------ what goes at once

/// What an operation keeps of its operand (1: the operand, 2: the result) once the operand's handle is gone, in
/// megabytes.
#[test]
fn only_what_the_adjoint_needs() {
    type Makes = fn(NodeArray1<f64>) -> Box<dyn Any>;
    fn keep(x: impl Any) -> Box<dyn Any> {
        Box::new(x)
    }
    // the operation, what it makes of an inner array; megabytes kept while the result has a handle
    const CASES: &[(&str, Makes, isize)] = &[
        // linear: the result alone
        ("x + c", |x| keep(x + 1.0), 1),
        ("x - array", |x| keep(x - &Array1::from_elem(N, 2.0)), 1),
        ("-x", |x| keep(-x), 1),
        ("x * c", |x| keep(x * 3.0), 1),
        ("x / c", |x| keep(x / 3.0), 1),
        ("x * node", |x| keep(x * Node::leaf(3.0).detach()), 1),
        ("cumsum", |x| keep(x.cumsum(Axis(0))), 1),
        ("concatenate", |x| keep(concatenate(Axis(0), &[&x.slice(s![..N / 2]), &x.slice(s![..N / 2])])), 1),
        // with the places themselves
        ("select", |x| keep(x.select(Axis(0), &[0; N])), 2),
        ("where", |x| keep(x.where_(&ndarray::arr1(&[true]), 0.0)), 1),
        ("named", |x| keep(x.named("x")), 1),
        // the result is what the slope needs
        ("exp", |x| keep(x.exp()), 1),
        ("sqrt", |x| keep(x.sqrt()), 1),
        ("tanh and so on", |x| keep(x.recip()), 1),
        // the operand
        ("sin", |x| keep(x.sin()), 2),
        ("square", |x| keep(x.square()), 2),
        ("ln", |x| keep(x.ln()), 2),
        ("x * plain array", |x| keep(x * Array1::from_elem(N, 3.0)), 2),
        ("x * x", |x| keep(&x * &x), 2),
        // views: one buffer
        ("slice", |x| keep(x.slice(s![..;-1])), 1),
        ("reshape", |x| keep(x.reshape((N / 8, 8)).into_dyn()), 1),
        ("t", |x| keep(x.reshape((N / 8, 8)).t().into_dyn()), 1),
        ("a view of one element", |x| keep(x.slice(s![..1])), 1),
        // numbers: nothing
        ("sum", |x| keep(x.sum()), 0),
        ("mean", |x| keep(x.mean()), 0),
        ("index", |x| keep(x.index(7)), 0),
        ("dot with a plain array", |x| keep(x.dot(&Array1::from_elem(N, 3.0))), 1),
        ("dot with itself", |x| keep(x.dot(&x)), 1),
        ("max", |x| keep(x.max_all()), 1),
        ("norm", |x| keep(x.norm()), 1),
        // and in chains
        ("sum of exp", |x| keep(x.exp().sum()), 1),
        ("sum of sums", |x| keep((((x + 1.0) * 2.0 - 3.0) / 4.0).sum()), 0),
        ("detach", |x| keep(x.detach()), 1),
    ];
    alone(|| {
        for (name, make, expected) in CASES {
            let leaf = megabyte();
            let (kept, _result) = megabytes(|| make(&leaf + 0.25));
            assert_eq!(kept, *expected, "{name}");
        }
        nothing_left();
        // of constants, and within no_grad, nothing but results
        let (kept, _x) = megabytes(|| {
            let x = megabyte();
            let y = no_grad(|| (&x * &x).sin().square());
            let z = (NodeArray1::constant(Array1::from_elem(N, 1.0)) * 2.0).sin().square();
            (x, y, z)
        });
        assert_eq!(kept, 3);
    });
}

/// For operands that need no gradient nothing is saved, and no adjoint is made.
#[test]
fn nothing_for_what_needs_no_gradient() {
    alone(|| {
        let data = Array2::from_elem((1024, 128), 0.5);
        let w = NodeArray2::leaf(Array2::from_elem((128, 4), 0.1));
        let x = NodeArray2::constant(data);
        // the product needs x, but not w
        let (kept, z) = megabytes(|| x.dot(&w).tanh().sum());
        assert_eq!(kept, 0);
        w.update(|value, _| value.fill(0.0));
        PEAK.set(LIVE.get());
        z.backward();
        let peak = PEAK.get() - LIVE.get();
        assert!(peak < MEGABYTE / 2, "{peak} bytes more during the sweep");
        assert_eq!(x.grad().sum(), 0.0);
    });
}

/// A leaf that nobody holds collects nothing, though operations need its values.
#[test]
fn no_gradient_for_what_nobody_holds() {
    alone(|| {
        let x = megabyte();
        let y = megabyte();
        let inner = y.exp();
        let z = (&x * &inner).sum();
        drop((y, inner));
        let before = used();
        z.backward();
        assert!(used() - before < MEGABYTE + MEGABYTE / 4, "{} bytes more", used() - before);
        assert_eq!(x.grad()[0], 0.5_f64.exp());
    });
}

/// A sweep frees every adjoint as soon as it has been passed on; `gradients()` too.
#[test]
fn adjoints_go_as_they_are_passed_on() {
    alone(|| {
        let x = megabyte();
        let mut y = x.clone();
        for _ in 0..100 {
            y = (y + 1.0) * 0.5;
        }
        let z = y.sum();
        drop(y);
        let before = used();
        PEAK.set(LIVE.get());
        z.backward();
        let (peak, after) = (PEAK.get() - before, used() - before);
        println!("a sweep through 200 operations: {peak} bytes more at most, {after} after it");
        assert!(peak <= 5 * MEGABYTE && after <= MEGABYTE + MEGABYTE / 4);
        let before = used();
        PEAK.set(LIVE.get());
        let slope = no_grad(|| gradients(&z, &x));
        let (peak, after) = (PEAK.get() - before, used() - before);
        println!("gradients() through 200 operations: {peak} bytes more at most, {after} after it");
        assert!(peak <= 6 * MEGABYTE && after <= MEGABYTE + MEGABYTE / 4);
        assert_eq!(slope.value()[0], 0.5f64.powi(100));
        assert_eq!(x.grad()[0], 0.5f64.powi(100));
    });
}

/// The statistics count every living array and gradient, to the byte.
#[test]
fn statistics_are_exact() {
    alone(|| {
        let bytes = || graph::stats().array_bytes;
        let x = vector(1000);
        assert_eq!(bytes(), 8000);
        let y = x.exp() + 1.0;
        assert_eq!(bytes(), 3 * 8000);
        let (view, constant) = (y.slice(s![..100]), y.detach());
        assert_eq!(bytes(), 4 * 8000 + 800);
        y.sum().backward();
        // the gradients of the leaf and of y, which has a handle
        assert_eq!(bytes(), 6 * 8000 + 800);
        x.zero_grad();
        drop((view, constant));
        assert_eq!(bytes(), 4 * 8000);
        y.backward_with(&Array1::from_elem(1000, 1.0));
        x.update(|value, grad| value.scaled_add(1.0, grad));
        assert_eq!(bytes(), 5 * 8000);
        let slope = gradients(&y.sum(), &x);
        assert!(bytes() > 5 * 8000);
        drop((slope, y));
        assert_eq!(bytes(), 2 * 8000);
        let duals = NodeArray1::leaf(Array1::from_elem(10, Dual::variable(1.0_f64)));
        let singles = NodeArray1::leaf(Array1::from_elem(10, 1_f32));
        assert_eq!(bytes(), 2 * 8000 + 10 * size_of::<Dual<f64, 1>>() + 40);
        drop((x, duals, singles));
        nothing_left();
    });
}

// ------------------------------------------------------------------------------------------------ loops

/// Bytes for each of so many steps, beyond the arrays themselves. A step gets an array that stays.
fn bytes_each(steps: u64, step: fn(Node<f64>, &NodeArray1<f64>) -> Node<f64>) -> f64 {
    alone(move || {
        let x = vector(1);
        let mut s = Some(Node::leaf(0.0));
        let mut round = |_| s = s.take().map(|s| step(s, &x));
        round(0);
        let arrays = graph::stats().array_bytes.cast_signed();
        let before = LIVE.get();
        (0..steps).for_each(&mut round);
        let arrays = graph::stats().array_bytes.cast_signed() - arrays;
        let bytes = (LIVE.get() - before - arrays) as f64 / steps as f64;
        if let Some(s) = &s {
            s.backward();
            assert!(s.value().is_finite());
        }
        drop((s, x));
        nothing_left();
        bytes
    })
}

/// `s = s * array.sum() + 1`, again and again.
#[test]
fn ten_thousand_alternations() {
    const STEPS: u64 = 10_000;
    let alternation = bytes_each(STEPS, |s, x| s * x.sum() + 1.0);
    let fresh = bytes_each(STEPS, |s, _| s * vector(1).sum() + 1.0);
    let inner = bytes_each(STEPS, |s, _| s * (vector(1) * 2.0).sum() + 1.0);
    let broadcast = bytes_each(STEPS, |s, _| (NodeArray1::constant(Array1::from_elem(1, 0.5)) * s).sum() + 1.0);
    println!(
        "bytes per step: {alternation:.0} of one array, {fresh:.0} of a fresh leaf each, {inner:.0} of an array computed from \
         a fresh leaf, {broadcast:.0} of a number in an array"
    );
    assert!(alternation <= 300.0);
    assert!(fresh <= 700.0 && inner <= 1500.0 && broadcast <= 1500.0);
}

/// A number that is derived once and used in every iteration keeps none of them alive.
fn a_scalar_derived_once(rounds: u64) {
    alone(move || {
        let raw = Node::leaf(0.1);
        let sigma = raw.exp();
        let data = Array1::from_elem(N, 0.5);
        let x = NodeArray1::constant(data);
        let grown = growth(10, rounds, |_| {
            let noisy = &x * &sigma;
            let loss = noisy.square().sum() + &sigma;
            loss.backward();
            assert!(raw.grad() > 0.0);
            raw.zero_grad();
        });
        assert_eq!(grown, 0, "bytes more after {rounds} rounds than after 10");
        assert!(LIVE.get() < 10 * MEGABYTE, "{} bytes", LIVE.get());
        drop((raw, sigma, x));
        nothing_left();
    });
}
#[test]
fn a_scalar_derived_once_keeps_no_iteration() {
    a_scalar_derived_once(200);
}
#[test]
#[ignore = "ten thousand megabytes"]
fn a_scalar_derived_once_keeps_no_iteration_long() {
    a_scalar_derived_once(10_000);
}

/// A small network, a step of its training, and the loss.
struct Model {
    x: NodeArray2<f64>,
    y: Array2<f64>,
    w: [NodeArray2<f64>; 2],
    b: NodeArray1<f64>,
}
impl Model {
    fn new() -> Self {
        let x = Array2::from_shape_fn((32, 8), |(i, j)| ((i * 8 + j) as f64 * 0.37).sin());
        let y = Array2::from_shape_fn((32, 1), |(i, _)| (i as f64 * 0.7).cos());
        let w = |n, m| NodeArray2::leaf(Array2::from_shape_fn((n, m), |(i, j)| ((i * 7 + j * 3) as f64).cos() * 0.3));
        Model { x: NodeArray2::constant(x), y, w: [w(8, 16), w(16, 1)], b: NodeArray1::leaf(Array1::zeros(16)) }
    }
    fn step(&self) -> Node<f64> {
        let hidden = (self.x.dot(&self.w[0]) + &self.b).tanh();
        let loss = (hidden.dot(&self.w[1]) - &self.y).square().mean();
        loss.backward();
        for w in &self.w {
            w.update(|value, grad| value.scaled_add(-0.05, grad));
            w.zero_grad();
        }
        self.b.update(|value, grad| value.scaled_add(-0.05, grad));
        self.b.zero_grad();
        loss
    }
}

/// Bytes for each loss that is kept in this form, and those of them that are in arrays.
fn bytes_of_a_loss<L: 'static>(keep: fn(Node<f64>) -> L) -> (f64, f64) {
    const STEPS: usize = 10_000;
    alone(move || {
        let model = Model::new();
        let mut losses = Vec::with_capacity(STEPS + 100);
        losses.extend((0..100).map(|_| keep(model.step())));
        let (before, arrays) = (LIVE.get(), graph::stats().array_bytes);
        losses.extend((0..STEPS).map(|_| keep(model.step())));
        let each = |bytes: f64| bytes / STEPS as f64;
        let arrays = each((graph::stats().array_bytes - arrays) as f64);
        let all = each((LIVE.get() - before) as f64);
        drop((losses, model));
        nothing_left();
        (all, arrays)
    })
}

/// Who keeps every loss as a node keeps what each was computed from: what its operations have saved. Here these are the
/// operand and the result of `tanh` and the difference, (2·32·16 + 32) numbers of 8 bytes, and some hundred bytes for each
/// of the operations. The weights are not among it: a leaf that is updated in place has one body, whatever refers to it. Who
/// keeps `loss.detach()` or `loss.value()` keeps a number.
#[test]
fn a_training_loop_that_keeps_every_loss() {
    let (node, in_arrays) = bytes_of_a_loss(|loss| loss);
    let (detached, none) = bytes_of_a_loss(|loss| loss.detach());
    let (value, nothing) = bytes_of_a_loss(|loss| loss.value());
    println!(
        "bytes for each kept loss: {node:.0} as a node, of which {in_arrays:.0} in arrays; {detached:.1} detached; \
         {value:.1} as a value"
    );
    let saved = f64::from((2 * 32 * 16 + 32) * 8);
    assert!(in_arrays <= saved + 64.0, "only what is saved");
    // of which each operand's handle is 16 bytes
    assert!(node - in_arrays <= 3100.0, "{} bytes for ten operations", node - in_arrays);
    assert!(detached <= 48.0 && value < 1.0 && none == 0.0 && nothing == 0.0);
}

/// What a loop needs it needs once; and how often it asks for memory.
#[test]
fn training_loops_stay_flat() {
    alone(|| {
        let model = Model::new();
        assert_eq!(growth(100, 10_000, |_| drop(model.step())), 0);
        let before = REQUESTS.get();
        (0..1000).for_each(|_| drop(model.step()));
        println!("a step of training asks for memory {} times", (REQUESTS.get() - before) as f64 / 1000.0);
        // updates by themselves: never
        let loss = model.step();
        model.w[0].sum().backward();
        let before = REQUESTS.get();
        for _ in 0..1000 {
            model.w[0].update(|value, grad| value.scaled_add(1e-6, grad));
        }
        assert_eq!(REQUESTS.get() - before, 0, "an update asks for no memory");
        drop((loss, model));
        nothing_left();
    });
}

/// Loops with everything in them: names, slices, gradients of gradients, dual numbers, custom operations, panics.
#[test]
fn loops_of_every_kind_stay_flat() {
    alone(|| {
        crate::quiet();
        let grown = growth(200, 3000, |k| {
            let x = NodeArray2::leaf(Array2::from_elem((3, 5), 0.3 + k as f64 * 1e-4)).named("x");
            let a = Node::leaf(0.5);
            let custom = first_order("custom", &[&x.sum()], 1.0, |g| vec![g]);
            let column: NodeArray1<f64> = x.slice(s![.., 0]);
            let y = (&x * &a).slice(s![.., ..;-2]).t().dot(&column).named("y").exp();
            let z = y.sum() + custom + y.max_all() + y.to_nodes().iter().cloned().sum::<Node<f64>>();
            z.backward();
            let w = y.sum() + x.norm();
            let (dx, da) = gradients(&w, (&x, &a));
            (dx.square().sum() + da).backward();
            let duals = NodeArray1::leaf(Array1::from_elem(4, Dual::variable(0.1)));
            (duals.exp() * &duals).sum().backward();
            let bad = first_order("no", &[&y.sum()], 1.0, |_| -> Vec<f64> { panic!("no") }) + (&y * 2.0).sum();
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bad.backward())).is_err());
            x.update(|value, _| value.fill(0.0));
        });
        assert_eq!(grown, 0);
        nothing_left();
    });
}

// ------------------------------------------------------------------------------------------------ the pool

#[test]
fn the_pool_is_bounded() {
    const LIMIT: usize = 64 << 20;
    alone(|| {
        // buffers of ever new sizes
        for k in 0..400 {
            let x = vector(N / 2 + k * 997);
            let y = (x.exp() + 1.0).square();
            assert!(y.sum().value() > 0.0);
            drop((x, y));
            assert!(graph::stats().pool_bytes <= LIMIT, "{} bytes wait", graph::stats().pool_bytes);
        }
        // many at once: as much as has lived may wait, until that is long ago
        let all: Vec<NodeArray1<f64>> = (0..100).map(|_| megabyte().exp()).collect();
        let lived = graph::stats().array_bytes;
        drop(all);
        let waiting = graph::stats().pool_bytes;
        assert!(waiting > LIMIT && waiting <= lived + (2 << 20), "{waiting} bytes wait, {lived} have lived");
        (0..1000).for_each(|_| drop(vector(1 << 8).exp()));
        assert!(graph::stats().pool_bytes <= LIMIT, "{} bytes wait", graph::stats().pool_bytes);
        nothing_left();
        assert!(LIVE.get() <= LIMIT.cast_signed() + 4 * MEGABYTE, "{} bytes", LIVE.get());
        let waiting = graph::stats().pool_bytes;
        assert_eq!((graph::release_buffers(), graph::stats().pool_bytes), (waiting, 0));
        assert!(LIVE.get() <= 4 * MEGABYTE, "{} bytes", LIVE.get());
    });
}

// ------------------------------------------------------------------------------------------------ depth

/// A chain of so many array operations, on a stack of so many bytes.
fn chain(operations: usize, stack: usize, derive: bool) {
    let work = move || {
        let x: NodeArray1<f64> = NodeArray1::leaf(Array1::from_elem(2, 0.5));
        let mut y = x.clone();
        for k in 0..operations {
            y = match k % 4 {
                0 => (&y + &x) * 0.5,
                1 => y.reshape((2, 1)).sum_axis(Axis(1)),
                2 => y.slice(s![..;-1]),
                _ => y.tanh(),
            };
        }
        let z = y.sum();
        z.backward();
        assert!(x.grad().iter().all(|g| g.is_finite() && *g > 0.0));
        if derive {
            let slope = gradients(&z, &x);
            assert!((slope.value()[0] / x.grad()[0] - 1.0).abs() < 1e-9);
            slope.sum().backward();
        }
        drop((y, z));
        drop(x);
        nothing_left();
    };
    let thread = std::thread::Builder::new().stack_size(stack).spawn(work).expect("a thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}
#[test]
fn a_hundred_thousand_array_operations_in_one_chain() {
    chain(100_000, 2 << 20, true);
    chain(100_000, 128 << 10, true);
}

// ------------------------------------------------------------------------------------------------ threads

thread_local! {
    static KEPT: RefCell<Vec<NodeArrayD<f64>>> = const { RefCell::new(Vec::new()) };
    static KEPT_TOO: RefCell<Vec<NodeArray1<Dual>>> = const { RefCell::new(Vec::new()) };
    static VALUES: RefCell<Vec<ndarray::ArcArray1<f64>>> = const { RefCell::new(Vec::new()) };
}
fn everything<T: Float>(one: T) {
    let x = NodeArray1::leaf(Array1::from_elem(1000, one));
    let y = (x.exp() * &x).named("y");
    let z = (&y * Node::leaf(one)).sum();
    z.backward();
    let slope = gradients(&z, &x);
    slope.sum().backward();
    drop(x.named("x"));
    // and the pool is full of buffers
    for n in 500..600 {
        drop(NodeArray1::leaf(Array1::from_elem(n, one)).exp());
    }
}
fn plain() {
    everything(1.0);
}
fn every_type() {
    everything(1.0);
    everything(1_f32);
    everything(Dual::<f64, 1>::variable(1.0));
    everything(Dual::<f32, 3>::seeded(1.0, 2));
}
fn kept_beyond_the_graph() {
    every_type();
    let x = megabyte();
    let y = x.exp().named("y");
    y.sum().backward();
    VALUES.with_borrow_mut(|kept| kept.push(x.value()));
    let inner = NodeArray1::leaf(Array1::from_elem(10, Dual::variable(3.0))).exp();
    let captured = y.clone();
    let custom = first_order("captures", &[&x.sum()], 1.0, move |g| vec![g * captured.value()[0]]);
    custom.backward();
    let kept = [
        (&x * custom).into_dyn(),
        x.clone().into_dyn(),
        y.into_dyn(),
        NodeArrayD::constant(ArrayD::zeros(IxDyn(&[200]))),
    ];
    KEPT.with_borrow_mut(|all| all.extend(kept));
    KEPT_TOO.with_borrow_mut(|all| all.push(inner));
}
fn kept_first() {
    // these are destroyed in another order
    KEPT.with_borrow_mut(Vec::clear);
    KEPT_TOO.with_borrow_mut(Vec::clear);
    VALUES.with_borrow_mut(Vec::clear);
    kept_beyond_the_graph();
}
fn a_panic_in_a_sweep() {
    let x = megabyte();
    let bomb = first_order("no", &[&x.sum()], 1.0, |_| -> Vec<f64> { panic!("expected") });
    let y = (&x * bomb).sum() + x.exp().sum();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| y.backward()));
    assert!(caught.is_err());
    drop(caught);
    KEPT.with_borrow_mut(|all| all.push(x.into_dyn()));
}

#[test]
fn a_thread_frees_everything() {
    let works: [(&str, fn()); 5] = [
        ("plain", plain),
        ("every type", every_type),
        ("kept beyond the graph", kept_beyond_the_graph),
        ("kept, the keeper first", kept_first),
        ("after a panic", a_panic_in_a_sweep),
    ];
    // what a hook prints would be counted
    crate::quiet();
    for (name, work) in works {
        left_by(work);
        // a second time, when nothing is the first of its kind in the process any more
        assert_eq!(left_by(work), 0, "{name}");
    }
}

/// Who still has arrays when the thread's graph is gone can drop them and look at values; more is refused in words.
#[test]
fn after_the_graph() {
    use std::sync::Mutex;
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Late(Option<NodeArray1<f64>>);
    impl Drop for Late {
        fn drop(&mut self) {
            let Some(x) = self.0.take() else { return };
            let panics = |f: &dyn Fn()| {
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
                let message = caught.err().and_then(|panic| panic.downcast::<String>().ok()).map(|m| *m);
                message.unwrap_or_else(|| "fine".to_string())
            };
            let seen = [
                panics(&|| assert_eq!(x.value()[1], 2.0)),
                panics(&|| drop(x.clone())),
                panics(&|| drop(x.exp())),
                panics(&|| x.clone().sum().backward()),
                panics(&|| drop(x.detach())),
            ];
            if let Ok(mut all) = SEEN.lock() {
                all.extend(seen);
            }
        }
    }
    thread_local! { static LATE: RefCell<Late> = const { RefCell::new(Late(None)) }; }
    let work = || {
        // destroyed last: it is the first to be there
        LATE.with_borrow_mut(|late| assert!(late.0.is_none()));
        LATE.with_borrow_mut(|late| late.0 = Some(NodeArray1::leaf(ndarray::array![1.0, 2.0])));
    };
    crate::quiet();
    std::thread::spawn(work).join().expect("the thread ends well");
    let seen = SEEN.lock().expect("nobody has panicked with it").clone();
    let refused = "the thread is ending: its graph is gone, nodes can only be dropped";
    assert_eq!(seen, ["fine", refused, refused, refused, "fine"]);
}
