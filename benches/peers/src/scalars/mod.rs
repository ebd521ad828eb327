//! Scalars: this library and the twin beside the other crates.
//!
//! Every row runs in a process of its own (what one allocator has seen would colour the next) and on a thread with
//! room for num-dual's hundred numbers of 80 kB.

mod aad;
mod ad_trait;
mod autodiff;
mod contender;
mod easy_ml;
mod echidna;
mod formulas;
mod num_dual;
mod ours;
mod reverse;

use crate::clock::measure;
use crate::common::turns::Run;
use crate::common::workloads::{inputs, operations};
use backprop::Var;
use contender::{Contender, check};
use formulas::{Chain, Formula, Product, Rosenbrock, Sum};
use std::env;
use std::process::Command;

/// A workload: ours comes first, the best of ours if there are several. Only the one that is asked for is made.
struct Row {
    name: &'static str,
    make: fn() -> Vec<Contender>,
    /// What a time is divided by: operations, or 1.
    operations: usize,
}

/// The tapes on one formula. They all get whole arrays and give whole gradients.
fn tapes<F: Formula>(
    mut all: Vec<Contender>,
    f: F,
    fused: fn(&[Var]) -> Var,
    xs: &[f64],
    operations: usize,
) -> Vec<Contender> {
    all.push(ours::var(f, xs));
    all.push(ours::fused(fused, xs));
    all.push(echidna::eager(f, xs));
    all.push(ad_trait::eager(f, xs));
    all.push(reverse::eager(f, xs));
    all.push(aad::eager(f, xs, operations));
    all.push(easy_ml::eager(f, xs));
    all.push(echidna::replay(f, xs));
    all
}

/// `slice!(name, formula, n, operations)`.
macro_rules! slice {
    ($name:literal, $f:ident, $Formula:expr, $fused:ident, $n:expr, $operations:expr) => {
        Row {
            name: $name,
            make: || {
                let xs = inputs($n);
                tapes(ours::$f(&xs), $Formula, ours::$fused, &xs, $operations($n))
            },
            operations: $operations($n),
        }
    };
}
macro_rules! chain {
    ($name:literal, $n:expr) => {
        Row {
            name: $name,
            make: || {
                // close enough to 1 and 0 that no adjoint becomes subnormal
                let xs = [0.7, 0.999_999_9, 0.000_000_1];
                tapes(ours::chain(&xs, $n), Chain($n), |xs| ours::fused_chain(xs, $n), &xs, operations::w1($n))
            },
            operations: operations::w1($n),
        }
    };
}

const REVERSE: &[Row] = &[
    chain!("chain of 10³", 500),
    chain!("chain of 2·10⁶", 1_000_000),
    slice!("Rosenbrock, n = 10", rosenbrock, Rosenbrock, fused_rosenbrock, 10, operations::w2),
    slice!("Rosenbrock, n = 100", rosenbrock, Rosenbrock, fused_rosenbrock, 100, operations::w2),
    slice!("Rosenbrock, n = 1000", rosenbrock, Rosenbrock, fused_rosenbrock, 1000, operations::w2),
    slice!("Rosenbrock, n = 10⁶", rosenbrock, Rosenbrock, fused_rosenbrock, 1_000_000, operations::w2),
    slice!("product of 10⁵", product, Product, fused_product, 100_000, operations::w3),
    slice!("10⁵ × 14 operations", sum, Sum, fused_sum, 100_000, operations::w4),
];

fn ten() -> [f64; 10] {
    inputs(10).try_into().expect("ten of them")
}
const REST: &[Row] = &[
    Row {
        name: "gradient of Rosenbrock, n = 10, forward",
        make: || {
            vec![
                ours::dual(Rosenbrock, ten()),
                num_dual::forward(Rosenbrock, ten()),
                echidna::forward(Rosenbrock, ten()),
                ad_trait::forward(Rosenbrock, ten()),
                autodiff::forward(Rosenbrock, ten()),
            ]
        },
        operations: 1,
    },
    Row {
        name: "Jacobian of a camera, 2 × 15, forward",
        make: || {
            vec![
                ours::jacobian(),
                num_dual::jacobian(),
                echidna::jacobian(),
                ad_trait::jacobian(),
                autodiff::jacobian(),
            ]
        },
        operations: 1,
    },
    Row {
        name: "Hessian of Rosenbrock, n = 10",
        make: || {
            let xs = inputs(10);
            vec![
                ours::hessian_of_duals(&xs),
                ours::hessian_on_tape(&xs),
                ours::hessian_of_nodes(&xs),
                ours::hessian_of_duals_of_duals(&xs),
                ours::hessian_by_pairs(&xs),
                num_dual::hessian::<10>(&xs),
                num_dual::hessian_by_pairs(&xs),
                echidna::hessian::<10>(&xs),
                echidna::sparse_hessian::<3>(&xs),
                autodiff::hessian(&xs),
            ]
        },
        operations: 1,
    },
    Row {
        name: "Hessian of Rosenbrock, n = 100",
        make: || {
            let xs = inputs(100);
            vec![
                ours::hessian_of_nodes(&xs),
                ours::hessian_on_tape(&xs),
                ours::hessian_of_duals(&xs),
                ours::hessian_of_duals_of_duals(&xs),
                ours::hessian_by_pairs(&xs),
                num_dual::hessian::<100>(&xs),
                num_dual::hessian_by_pairs(&xs),
                echidna::hessian::<10>(&xs),
                echidna::sparse_hessian::<3>(&xs),
                autodiff::hessian(&xs),
            ]
        },
        operations: 1,
    },
];

/// The times of a row's contenders, divided by its operations, with their names.
fn times(row: &Row, answers: bool) -> Vec<(&'static str, f64)> {
    let mut contenders = (row.make)();
    check(row.name, &mut contenders, answers);
    if answers {
        return Vec::new();
    }
    let names: Vec<_> = contenders.iter().map(|contender| contender.name).collect();
    let mut runs: Vec<Run> = contenders.into_iter().map(Contender::run).collect();
    let times = measure(&mut runs.iter_mut().collect::<Vec<_>>());
    names.into_iter().zip(times).map(|(name, time)| (name, time / row.operations as f64)).collect()
}

fn print(row: &Row, answers: bool) {
    let times = times(row, answers);
    let Some(&(_, ours)) = times.first() else { return };
    if row.operations > 1 {
        let cells: Vec<String> = times.iter().map(|(_, t)| format!("{t:.1} ({:.2})", t / ours)).collect();
        println!("| {} | {} |", row.name, cells.join(" | "));
        return;
    }
    for (name, time) in times {
        println!("| {} | {name} | {:.3} | {:.2} |", row.name, time / 1e3, time / ours);
    }
}

const NOTES: &str = "\
Not in the tables: num-dual and autodiff, which have forward mode only, on the tapes' work; ad_trait's and aad's second
order. What is kept from call to call: echidna's and ad_trait's tapes of the thread, reverse's tape and easy-ml's list
(cleared), our chunks of cells; aad's tape cannot be cleared. Replay leaves the recording out of the time and cannot
follow branches. The sparse Hessian finds out that the matrix is tridiagonal; the others compute every entry.";

fn rows(name: &str) -> impl Iterator<Item = &Row> {
    REVERSE.iter().chain(REST).filter(move |row| row.name == name)
}
/// The row of that name, in this process.
pub fn row(name: &str, answers: bool) {
    rows(name).for_each(|row| print(row, answers));
}
/// So many runs of one contender, for a profiler.
pub fn profile(name: &str, who: &str, count: usize) {
    for contender in rows(name).flat_map(|row| (row.make)()).filter(|contender| contender.name == who) {
        let mut run = contender.run();
        (0..count).for_each(|_| run());
    }
}

/// Prints the tables, or only the answers, of the rows whose names contain all of `parts`.
pub fn tables(parts: &[String], answers: bool) {
    let this = env::current_exe().expect("this program has a path");
    let print = |rows: &[Row]| {
        for row in rows.iter().filter(|row| parts.iter().all(|part| row.name.contains(part.as_str()))) {
            let mut command = Command::new(&this);
            command.args(["--row", row.name]).args(answers.then_some("--answers"));
            let status = command.status().expect("it runs once more");
            assert!(status.success(), "{}: {status}", row.name);
        }
    };
    let head = |line: &str, columns: usize| {
        if !answers {
            println!("{line}\n|---{}|", "|---:".repeat(columns - 1));
        }
    };
    head(
        "| ns per operation, medians (÷ ours) | Node | twin | Var | Var, fused | echidna | ad_trait | reverse | aad | easy-ml | echidna replay |",
        11,
    );
    print(REVERSE);
    println!();
    head("| forward mode and second order | who | µs | ÷ ours |", 4);
    print(REST);
    println!("\n{NOTES}\n");
}
