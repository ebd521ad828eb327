//! The tape against the plain function, in the same run: value and gradient by [`value_and_grad_with`] over the time of
//! the function on `f64`, unfused and with fused statements.
//!
//! `cargo bench --bench tape` prints the README's table; `-- name` only the rows whose name contains it; `-- --long` the
//! one of 10⁸ operations (3.5 GB); `-- --threads` how several threads get on beside each other. Every row runs in a process
//! of its own, answers are checked before anything is timed, contenders take turns, and the figures are ratios of medians.

#[path = "common/models.rs"]
mod models;
#[allow(dead_code)]
#[path = "common/turns.rs"]
mod turns;

use backprop::{Dual, Var, Workspace, jvp, value_and_grad, value_and_grad_with};
use models::{Gmm, Lstm};
use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Instant;
use turns::{Run, measure, run};

type On<S> = Box<dyn Fn(&[S]) -> S>;
/// A function on every number that is needed here.
struct Functions {
    at: Vec<f64>,
    plain: On<f64>,
    var: On<Var>,
    fused: On<Var>,
    dual: On<Dual>,
    nested: On<Var<Dual>>,
}
macro_rules! functions {
    ($at:expr, $plain:expr, $fused:expr) => {
        Functions {
            at: $at,
            plain: Box::new($plain),
            var: Box::new($plain),
            fused: Box::new($fused),
            dual: Box::new($plain),
            nested: Box::new($plain),
        }
    };
}

/// A line of the table: the function, and the largest ratios that are aimed at, unfused and fused.
struct Row {
    name: &'static str,
    make: fn() -> Functions,
    aims: [f64; 2],
}
/// Between 0.5 and 1.5.
fn inputs(n: usize) -> Vec<f64> {
    models::numbers(1, n).into_iter().map(|x| 1.0 + 0.5 * x).collect()
}
/// Close enough to 1 and 0 that no adjoint becomes subnormal.
fn link() -> Vec<f64> {
    vec![0.7, 0.999_999_9, 0.000_000_1]
}
/// Near enough to 1 for a product of many.
fn factors(n: usize) -> Vec<f64> {
    models::numbers(2, n).into_iter().map(|x| 1.0 + 1e-3 * x).collect()
}
macro_rules! gmm {
    ($d:literal, $k:literal, $points:literal) => {
        || {
            let at = Gmm::new($d, $k, 1).parameters();
            macro_rules! of {
                ($form:ident) => {{
                    let model = Gmm::new($d, $k, $points);
                    move |x: &[_]| model.$form(x)
                }};
            }
            functions!(at, of!(plain), of!(fused))
        }
    };
}
macro_rules! lstm {
    ($layers:literal, $steps:literal, $b:literal) => {
        || {
            let at = Lstm::new($layers, 2, $b).parameters();
            macro_rules! of {
                ($form:ident) => {{
                    let model = Lstm::new($layers, $steps, $b);
                    move |x: &[_]| model.$form(x)
                }};
            }
            functions!(at, of!(plain), of!(fused))
        }
    };
}

const ROWS: &[Row] = &[
    Row {
        name: "W1, chain of 2·10⁴",
        make: || functions!(link(), |x| models::chain(x, 10_000), |x| models::chain_fused(x, 10_000)),
        aims: [7.0, 4.5],
    },
    Row {
        name: "W2, Rosenbrock, n = 10",
        make: || functions!(inputs(10), models::rosenbrock, models::rosenbrock_fused),
        aims: [42.0, 13.0],
    },
    Row {
        name: "W2, Rosenbrock, n = 1000",
        make: || functions!(inputs(1000), models::rosenbrock, models::rosenbrock_fused),
        aims: [42.0, 13.0],
    },
    Row {
        name: "W2, Rosenbrock, n = 10⁶",
        make: || functions!(inputs(1_000_000), models::rosenbrock, models::rosenbrock_fused),
        aims: [46.0, 14.0],
    },
    Row {
        name: "W3, product of 10⁵",
        make: || functions!(factors(100_000), models::product, models::product_fused),
        aims: [11.0, 5.0],
    },
    Row {
        name: "W4, 10⁵ × 14 operations",
        make: || functions!(inputs(100_000), models::sum, models::sum_fused),
        aims: [3.6, 2.1],
    },
    Row { name: "GMM, d = 10, K = 25, 1000 points", make: gmm!(10, 25, 1000), aims: [9.0, 7.5] },
    Row { name: "GMM, d = 20, K = 50, 1000 points", make: gmm!(20, 50, 1000), aims: [14.0, 11.0] },
    Row { name: "LSTM, 2 layers, 1024 steps of 14", make: lstm!(2, 1024, 14), aims: [3.4, 2.5] },
];
/// Small ones of the same kind, for the comparison of answers.
const SMALL: &[Row] = &[
    Row {
        name: "chain",
        make: || functions!(link(), |x| models::chain(x, 100), |x| models::chain_fused(x, 100)),
        aims: [0.0; 2],
    },
    Row {
        name: "Rosenbrock",
        make: || functions!(inputs(7), models::rosenbrock, models::rosenbrock_fused),
        aims: [0.0; 2],
    },
    Row { name: "product", make: || functions!(factors(7), models::product, models::product_fused), aims: [0.0; 2] },
    Row { name: "sum", make: || functions!(inputs(7), models::sum, models::sum_fused), aims: [0.0; 2] },
    Row { name: "GMM", make: gmm!(5, 3, 10), aims: [0.0; 2] },
    Row { name: "LSTM", make: lstm!(2, 10, 3), aims: [0.0; 2] },
];

/// # Panics
/// If the gradients do not agree with each other, and with the derivative in a direction by dual numbers.
fn check(row: &Row) {
    let f = (row.make)();
    let near = |a: f64, b: f64, size: f64| (a - b).abs() <= 1e-9 * size.max(1.0);
    let v = models::numbers(3, f.at.len());
    let (value, slope) = jvp(&f.dual, &f.at[..], &v[..]);
    assert!(near((f.plain)(&f.at), value, value.abs()), "{}: the value", row.name);
    let mut gradients = [&f.var, &f.fused].map(|form| value_and_grad(form, &f.at[..])).to_vec();
    let seeded: Vec<Dual> = f.at.iter().zip(&v).map(|(&x, &v)| Dual::new(x, [v])).collect();
    let (nested, gradient) = value_and_grad(&f.nested, &seeded[..]);
    assert!(near(nested.derivative(), slope, slope.abs()), "{}: forward over reverse", row.name);
    gradients.push((nested.value(), gradient.iter().map(Dual::value).collect()));
    for (found, gradient) in &gradients {
        let along: f64 = gradient.iter().zip(&v).map(|(g, v)| g * v).sum();
        let size = gradient.iter().zip(&v).map(|(g, v)| (g * v).abs()).sum();
        assert!(near(*found, value, value.abs()) && near(along, slope, size), "{}: {along} and {slope}", row.name);
        let pairs = gradient.iter().zip(&gradients[0].1);
        assert!(pairs.fold(true, |all, (a, b)| all && near(*a, *b, a.abs())), "{}: two gradients", row.name);
    }
}

/// The contenders: plain, unfused, fused, and nested.
fn contenders(row: &Row) -> Vec<Run> {
    let gradient = |f: On<Var>, at: Vec<f64>| {
        let mut workspace = Workspace::new();
        let mut gradient = vec![0.0; at.len()];
        run(move || value_and_grad_with(&mut workspace, &f, black_box(&at), &mut gradient))
    };
    let f = (row.make)();
    let (plain, at) = (f.plain, f.at.clone());
    let mut workspace = Workspace::new();
    let duals: Vec<Dual> = f.at.iter().map(|&x| Dual::new(x, [1.0])).collect();
    let mut by_dual = duals.clone();
    let nested = f.nested;
    vec![
        run(move || plain(black_box(&at))),
        gradient(f.var, f.at.clone()),
        gradient(f.fused, f.at),
        run(move || value_and_grad_with(&mut workspace, &nested, black_box(&duals), &mut by_dual)),
    ]
}
fn print(row: &Row) {
    let mut contenders = contenders(row);
    let times = measure(&mut contenders.iter_mut().collect::<Vec<_>>());
    let [plain, var, fused, nested] = times[..] else { panic!("four contenders") };
    println!(
        "| {} | {:.3} | {:.1} ({}) | {:.1} ({}) | {:.2} |",
        row.name,
        plain / 1e3,
        var / plain,
        row.aims[0],
        fused / plain,
        row.aims[1],
        nested / var,
    );
}

/// Nanoseconds per operation of a chain of so many.
fn long() {
    for operations in [1_000_000, 10_000_000, 100_000_000_usize] {
        let mut workspace = Workspace::new();
        let mut gradient = [0.0; 3];
        let times: Vec<f64> = (0..3)
            .map(|_| {
                let begin = Instant::now();
                let chain = |x: &[Var]| models::chain(x, operations / 2);
                black_box(value_and_grad_with(&mut workspace, chain, &link(), &mut gradient));
                begin.elapsed().as_nanos() as f64 / operations as f64
            })
            .collect();
        let bytes = backprop::tape::stats::<f64>().bytes_held as f64 / operations as f64;
        println!("{operations} operations: first {:.1}, then {:.1} ns each; {bytes:.0} bytes each", times[0], times[2]);
    }
}
/// Gradients a second by one thread and by as many as there are cores, each with a tape of its own.
fn threads() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rate = |threads: usize| {
        let begin = Instant::now();
        let counts: Vec<u64> = std::thread::scope(|scope| {
            let work = || {
                let at = inputs(100);
                let mut count = 0;
                while begin.elapsed().as_millis() < 1000 {
                    black_box(value_and_grad(|x: &[Var]| models::rosenbrock(x), black_box(&at)));
                    count += 1;
                }
                count
            };
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            handles.into_iter().map(|handle| handle.join().expect("a thread")).collect()
        });
        counts.iter().sum::<u64>() as f64
    };
    rate(1);
    for threads in [1, cores] {
        println!("{threads} threads: {:.0} gradients of 100 numbers a second", rate(threads));
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    if let [mode, name] = &arguments[..]
        && mode == "--row"
    {
        ROWS.iter().filter(|row| row.name == name).for_each(print);
        return ExitCode::SUCCESS;
    }
    SMALL.iter().for_each(check);
    if has("--test") {
        return ExitCode::SUCCESS;
    }
    if has("--long") || has("--threads") {
        if has("--long") {
            long()
        } else {
            threads()
        }
        return ExitCode::SUCCESS;
    }
    println!("| | plain, µs | gradient / plain (aim) | with fused statements (aim) | `Var<Dual>` / `Var` |");
    println!("|---|---|---|---|---|");
    let Ok(this) = env::current_exe() else { return ExitCode::FAILURE };
    for row in ROWS.iter().filter(|row| arguments.iter().all(|part| row.name.contains(part.as_str()))) {
        if !Command::new(&this).args(["--row", row.name]).status().is_ok_and(|status| status.success()) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
