//! The graph against a well-written graph of one `Rc` per number and against the plain function, in the same run.
//!
//! `cargo bench --bench graph` prints the README's table; `-- name` only the rows whose name contains it. Every row
//! runs in a process of its own (what one allocator has seen would colour the next), answers are checked before
//! anything is timed, contenders take turns, and the figures are medians of their times in nanoseconds per operation:
//! leaves, recording, sweep and release together, warm.

#[macro_use]
mod common;

use backprop::{Dual, Node, anomaly, custom, gradients};
use common::turns::{Run, measure, run};
use common::twin::Twin;
use common::workloads::{expected, inputs, operations};
use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};

workloads!(plain: f64);
workloads!(twin: Twin, differentiable);
workloads!(node: Node<f64>, differentiable);

/// A line of the table: who takes part, and what the ratio may be.
struct Row {
    /// What a time is divided by.
    operations: usize,
    plain: Option<Run>,
    twin: Option<Run>,
    ours: Run,
    /// The largest ratio to the twin (or, without one, to the plain function) that is aimed at.
    target: Option<f64>,
}
/// Makes a row: only the one that is asked for is made.
type Make = fn() -> Row;

fn against_the_twin(operations: usize, target: f64, plain: Run, twin: Run, ours: Run) -> Row {
    Row { operations, plain: Some(plain), twin: Some(twin), ours, target: Some(target) }
}

/// A function of two numbers.
macro_rules! expression {
    ($f:ident, $operations:expr, $target:expr) => {
        against_the_twin(
            $operations,
            $target,
            run(|| plain::$f(black_box(&0.7), black_box(&1.3))),
            run(|| twin::gradient2(twin::$f, black_box(0.7), black_box(1.3))),
            run(|| node::gradient2(node::$f, black_box(0.7), black_box(1.3))),
        )
    };
}
/// A function of a slice of numbers, into buffers that are kept.
macro_rules! of_slice {
    ($f:ident, $n:expr, $operations:expr, $target:expr) => {{
        let n = $n;
        let (xs, ys, zs) = (inputs(n), inputs(n), inputs(n));
        let (mut g, mut h) = (vec![0.0; n], vec![0.0; n]);
        against_the_twin(
            $operations(n),
            $target,
            run(move || plain::$f(black_box(&xs))),
            run(move || twin::gradient_into(twin::$f, black_box(&ys), &mut g)),
            run(move || node::gradient_into(node::$f, black_box(&zs), &mut h)),
        )
    }};
}
/// A chain of `n` multiply-adds with three leaves.
macro_rules! chain {
    ($f:ident, $n:expr) => {
        against_the_twin(
            operations::w1($n),
            0.40,
            run(|| plain::$f(black_box(0.7), &black_box(0.999_999_9), &black_box(0.000_000_1), $n)),
            run(|| twin::chain_gradient(twin::$f, black_box(0.7), 0.999_999_9, 0.000_000_1, $n)),
            run(|| node::chain_gradient(node::$f, black_box(0.7), 0.999_999_9, 0.000_000_1, $n)),
        )
    };
}

const ROWS: &[(&str, Make)] = &[
    ("chain of 10³, moved", || chain!(chain, 500)),
    ("chain of 2·10⁶, moved", || chain!(chain, 1_000_000)),
    ("chain of 10⁷, moved", || chain!(chain, 5_000_000)),
    ("chain of 2·10⁶, by reference", || chain!(chain_by_reference, 1_000_000)),
    ("chain of 2·10⁶, literals", || {
        const N: usize = 1_000_000;
        against_the_twin(
            operations::w1(N),
            0.40,
            run(|| plain::chain_literals(black_box(0.7), N)),
            run(|| twin::chain_literals_gradient(black_box(0.7), N)),
            run(|| node::chain_literals_gradient(black_box(0.7), N)),
        )
    }),
    ("Rosenbrock, n = 10", || of_slice!(rosenbrock, 10, operations::w2, 0.45)),
    ("Rosenbrock, n = 100", || of_slice!(rosenbrock, 100, operations::w2, 0.45)),
    ("Rosenbrock, n = 1000", || of_slice!(rosenbrock, 1000, operations::w2, 0.45)),
    ("Rosenbrock, n = 10⁶", || of_slice!(rosenbrock, 1_000_000, operations::w2, 0.45)),
    ("product of 10⁵", || of_slice!(product, 100_000, operations::w3, 0.40)),
    ("10⁵ × 14 operations", || of_slice!(sum, 100_000, operations::w4, 0.45)),
    ("expression of 2", || expression!(expr2, 2, 0.65)),
    ("expression of 6", || expression!(expr6, 6, 0.55)),
    ("expression of 200", || expression!(expr200, 200, 0.45)),
    // beside the row "expression of 6", which has never known the mode: what it costs when it is off again, and on
    ("expression of 6, after anomaly mode", || {
        assert!(anomaly::detect(|| node::gradient2(node::expr6, 0.7, 1.3)).is_ok());
        expression!(expr6, 6, 0.55)
    }),
    ("expression of 6, in anomaly mode", || Row {
        operations: 6,
        plain: Some(run(|| plain::expr6(black_box(&0.7), black_box(&1.3)))),
        twin: Some(run(|| twin::gradient2(twin::expr6, black_box(0.7), black_box(1.3)))),
        ours: run(|| anomaly::detect(|| node::gradient2(node::expr6, black_box(0.7), black_box(1.3)))),
        target: None,
    }),
    ("leaf made and dropped", || Row {
        operations: 1,
        plain: None,
        twin: Some(run(|| Twin::leaf(black_box(1.5)))),
        ours: run(|| Node::leaf(black_box(1.5))),
        target: None,
    }),
    ("custom operation and a product", || {
        let (x, y) = (Twin::leaf(0.7), Node::leaf(0.7));
        Row {
            operations: 1,
            plain: None,
            twin: Some(run(move || {
                let a = x.value();
                (Twin::custom(a * a, &[&x], Box::new(move |g| vec![2.0 * a * g])) * &x).backward();
            })),
            ours: run(move || {
                let a = y.value();
                (custom::first_order("square", &[&y], a * a, move |g| vec![2.0 * a * g]) * &y).backward();
            }),
            target: None,
        }
    }),
    ("Hessian, n = 10, gradients of gradients", || {
        against_the_plain(|xs| drop(black_box(hessian_by_gradients(xs))), None)
    }),
    ("Hessian, n = 10, Node<Dual<f64, 10>>", || against_the_plain(|xs| drop(black_box(hessian_by_duals(xs))), None)),
    ("gradient, n = 10, Dual<f64, 10>", || {
        against_the_plain(
            |xs| {
                black_box(gradient_by_dual(xs));
            },
            Some(10.0),
        )
    }),
];

/// Something about Rosenbrock's function at n = 10 against its value alone.
fn against_the_plain(mut ours: impl FnMut(&[f64]) + 'static, target: Option<f64>) -> Row {
    let (xs, ys) = (inputs(10), inputs(10));
    Row {
        operations: operations::w2(10),
        plain: Some(run(move || plain::rosenbrock(black_box(&xs)))),
        twin: None,
        ours: run(move || ours(black_box(&ys))),
        target,
    }
}

workloads!(dual: Dual<f64, 10>);
workloads!(node_of_dual: Node<Dual<f64, 10>>);

fn gradient_by_dual(xs: &[f64]) -> (f64, [f64; 10]) {
    let xs: [Dual<f64, 10>; 10] = std::array::from_fn(|k| Dual::seeded(xs[k], k));
    let y = dual::rosenbrock(&xs);
    (y.value(), *y.tangents())
}
fn hessian_by_gradients(xs: &[f64]) -> Vec<Vec<f64>> {
    let xs: Vec<Node<f64>> = xs.iter().map(|&x| Node::leaf(x)).collect();
    let first = gradients(&node::rosenbrock(&xs), &xs);
    first
        .iter()
        .map(|slope| {
            slope.backward();
            let row = xs.iter().map(Node::grad).collect();
            xs.iter().for_each(Node::zero_grad);
            row
        })
        .collect()
}
fn hessian_by_duals(xs: &[f64]) -> Vec<[f64; 10]> {
    let xs: Vec<_> = xs.iter().enumerate().map(|(k, &x)| Node::leaf(Dual::seeded(x, k))).collect();
    node_of_dual::rosenbrock(&xs).backward();
    xs.iter().map(|x| *x.grad().tangents()).collect()
}

/// Every answer that is timed below, against the others.
fn check() {
    twin::check();
    node::check();
    let xs = inputs(10);
    let (value, gradient) = expected::rosenbrock(&xs);
    let (by_dual, tangents) = gradient_by_dual(&xs);
    common::workloads::same("Dual<f64, 10>", "rosenbrock", value, &gradient, by_dual, &tangents);
    for (a, b) in hessian_by_gradients(&xs).iter().zip(hessian_by_duals(&xs)) {
        common::workloads::same("Node<Dual<f64, 10>>", "Hessian", 0.0, a, 0.0, &b);
    }
}

fn print(name: &str, mut row: Row) {
    let (has_plain, has_twin) = (row.plain.is_some(), row.twin.is_some());
    let mut contenders: Vec<&mut Run> = row.plain.iter_mut().chain(row.twin.iter_mut()).collect();
    contenders.push(&mut row.ours);
    let times: Vec<f64> = measure(&mut contenders).iter().map(|t| t / row.operations as f64).collect();
    let ours = times[times.len() - 1];
    let plain = has_plain.then(|| times[0]);
    let twin = has_twin.then(|| times[usize::from(has_plain)]);
    let show = |x: Option<f64>, digits| x.map_or(String::new(), |x| format!("{x:.digits$}"));
    println!(
        "| {name:<40} | {:>6} | {:>6} | {:>6} | {:>6} | {:>7} | {:>7} |",
        show(plain, 2),
        show(twin, 1),
        show(Some(ours), 1),
        show(twin.map(|twin| ours / twin), 2),
        show(plain.map(|plain| ours / plain), 1),
        show(row.target, 2),
    );
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [mode, name] = &arguments[..]
        && mode == "--row"
    {
        for (_, make) in ROWS.iter().filter(|(row, _)| row == name) {
            print(name, make());
        }
        return ExitCode::SUCCESS;
    }
    check();
    if arguments.iter().any(|a| a == "--test") {
        return ExitCode::SUCCESS;
    }
    println!("| ns per operation, medians                |  plain |   twin |   ours | / twin | / plain | aim     |");
    println!("|---|---|---|---|---|---|---|");
    let Ok(this) = env::current_exe() else { return ExitCode::FAILURE };
    for (name, _) in ROWS.iter().filter(|(name, _)| arguments.iter().all(|part| name.contains(part.as_str()))) {
        if !Command::new(&this).args(["--row", name]).status().is_ok_and(|status| status.success()) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
