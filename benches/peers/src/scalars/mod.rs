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
mod large;
mod num_dual;
mod ours;
mod reverse;

use crate::clock::measure;
use crate::common::turns::Run;
use crate::common::workloads::{inputs, operations};
use crate::models::{Gmm, Lstm};
use crate::wanted;
use backprop::Var;
use contender::{Contender, check};
use formulas::{Chain, Formula, Product, Rosenbrock, Sum};
use large::models;
use std::env;
use std::process::Command;

/// A workload: the first of its contenders is the reference, one of ours. Only the one that is asked for is made.
struct Row {
    name: &'static str,
    make: fn() -> Vec<Contender>,
    /// What nanoseconds are divided by.
    unit: f64,
}
const MICROSECOND: f64 = 1e3;
const MILLISECOND: f64 = 1e6;

/// Rows with the same contenders, each of which has a column; or else a line for each contender of each row.
struct Table {
    /// What the times are.
    title: &'static str,
    /// The names of the contenders, in their order.
    columns: &'static [&'static str],
    rows: &'static [Row],
}
const TABLES: &[Table] = &[
    Table {
        title: "ns per operation",
        columns: &[
            "Node",
            "twin",
            "Var",
            "Var, fused",
            "echidna",
            "ad_trait",
            "reverse",
            "aad",
            "easy-ml",
            "echidna replay",
        ],
        rows: TAPES,
    },
    Table { title: "models, ms", columns: &["Var", "Var, fused", "echidna", "echidna replay"], rows: MODELS },
    Table { title: "forward mode and second order", columns: &[], rows: REST },
];

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
            unit: $operations($n) as f64,
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
            unit: operations::w1($n) as f64,
        }
    };
}

const TAPES: &[Row] = &[
    chain!("chain of 10³", 500),
    chain!("chain of 2·10⁶", 1_000_000),
    slice!("Rosenbrock, n = 10", rosenbrock, Rosenbrock, fused_rosenbrock, 10, operations::w2),
    slice!("Rosenbrock, n = 100", rosenbrock, Rosenbrock, fused_rosenbrock, 100, operations::w2),
    slice!("Rosenbrock, n = 1000", rosenbrock, Rosenbrock, fused_rosenbrock, 1000, operations::w2),
    slice!("Rosenbrock, n = 10⁶", rosenbrock, Rosenbrock, fused_rosenbrock, 1_000_000, operations::w2),
    slice!("product of 10⁵", product, Product, fused_product, 100_000, operations::w3),
    slice!("10⁵ × 14 operations", sum, Sum, fused_sum, 100_000, operations::w4),
];

const MODELS: &[Row] = &[
    Row { name: "GMM, d = 10, K = 25, 1000 points", make: || models(Gmm::new(10, 25, 1000)), unit: MILLISECOND },
    Row { name: "GMM, d = 20, K = 50, 1000 points", make: || models(Gmm::new(20, 50, 1000)), unit: MILLISECOND },
    Row { name: "LSTM, 2 layers, 1024 steps of 14", make: || models(Lstm::new(2, 1024, 14)), unit: MILLISECOND },
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
        unit: MICROSECOND,
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
        unit: MICROSECOND,
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
        unit: MICROSECOND,
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
        unit: MICROSECOND,
    },
];

/// The times of a row's contenders, in its unit, with their names.
fn times(row: &Row, answers: bool) -> Vec<(&'static str, f64)> {
    let mut contenders = (row.make)();
    check(row.name, &mut contenders, answers);
    if answers {
        return Vec::new();
    }
    let names: Vec<_> = contenders.iter().map(|contender| contender.name).collect();
    let mut runs: Vec<Run> = contenders.into_iter().map(Contender::run).collect();
    let times = measure(&mut runs.iter_mut().collect::<Vec<_>>());
    names.into_iter().zip(times).map(|(name, time)| (name, time / row.unit)).collect()
}

fn print(table: &Table, row: &Row, answers: bool) {
    let times = times(row, answers);
    let Some(&(_, first)) = times.first() else { return };
    if table.columns.is_empty() {
        for (name, time) in times {
            println!("| {} | {name} | {time:.3} | {:.2} |", row.name, time / first);
        }
        return;
    }
    assert!(times.iter().map(|(name, _)| name).eq(table.columns), "{}: the columns are others", row.name);
    let cells: Vec<String> = times.iter().map(|(_, t)| format!("{t:.1} ({:.2})", t / first)).collect();
    println!("| {} | {} |", row.name, cells.join(" | "));
}
fn print_head(table: &Table) {
    let (head, columns) = match table.columns {
        [] => (format!("{} | who | µs | ÷ the first, ours", table.title), 4),
        [first, ..] => {
            let names = table.columns.join(" | ");
            (format!("{}, medians (÷ {first}) | {names}", table.title), 1 + table.columns.len())
        }
    };
    println!("| {head} |\n|---|{}", "---:|".repeat(columns - 1));
}

const NOTES: &str = "\
Not in the tables: num-dual and autodiff, which have forward mode only, on the tapes' work; ad_trait's and aad's second
order. The models are written for num-traits' Float, which ad_trait's, reverse's, aad's and easy-ml's numbers of reverse
mode are not (ad_trait's stands in a comment). What is kept from call to call: echidna's and ad_trait's tapes of the
thread, reverse's tape and easy-ml's list (cleared), our chunks of cells and our tape's workspace; aad's tape cannot be
cleared. Replay leaves the recording out of the time and cannot follow branches (the mixture's maximum is an operation
to it). The sparse Hessian finds out that the matrix is tridiagonal; the others compute every entry.";

/// The rows of that name, with their tables.
fn rows(name: &str) -> impl Iterator<Item = (&'static Table, &'static Row)> {
    TABLES
        .iter()
        .flat_map(|table| table.rows.iter().map(move |row| (table, row)))
        .filter(move |(_, row)| row.name == name)
}
/// The row of that name, in this process.
pub fn row(name: &str, answers: bool) {
    rows(name).for_each(|(table, row)| print(table, row, answers));
}
/// So many runs of one contender, for a profiler.
pub fn profile(name: &str, who: &str, count: usize) {
    for contender in rows(name).flat_map(|(_, row)| (row.make)()).filter(|contender| contender.name == who) {
        let mut run = contender.run();
        (0..count).for_each(|_| run());
    }
}

/// Prints the tables, or only the answers, of the rows whose names contain all of `parts`.
pub fn tables(parts: &[String], answers: bool) {
    let this = env::current_exe().expect("this program has a path");
    let mut some = false;
    for table in TABLES {
        let rows: Vec<&Row> = table.rows.iter().filter(|row| wanted(row.name, parts)).collect();
        if rows.is_empty() {
            continue;
        }
        some = true;
        if !answers {
            print_head(table);
        }
        for row in rows {
            let mut command = Command::new(&this);
            command.args(["--row", row.name]).args(answers.then_some("--answers"));
            let status = command.status().expect("it runs once more");
            assert!(status.success(), "{}: {status}", row.name);
        }
        println!();
    }
    if some && !answers {
        println!("{NOTES}\n");
    }
}
