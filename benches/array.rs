//! Arrays of the graph against a forward and backward pass written by hand with ndarray, in the same run.
//!
//! `cargo bench --bench array` prints the README's table; `-- name` only the rows whose name contains it; `-- layouts` that of
//! operations on arrays that lie in memory in every way. Every row runs
//! in a process of its own, answers are compared before anything is timed, contenders take turns, and the figures are
//! medians. The other libraries stand in `benches/peers`, a crate of its own.

#[path = "common/arrays.rs"]
mod arrays;
#[path = "common/convolution.rs"]
mod convolution;
#[path = "common/layouts.rs"]
mod layouts;
#[path = "common/ours.rs"]
mod ours;
#[path = "common/turns.rs"]
mod turns;

use arrays::{Long, Network, Real, Short, Task, same};
use std::env;
use std::fs;
use std::process::{Command, ExitCode};
use turns::{Run, measure, run};

/// A line of the table.
struct Row {
    twin: Run,
    ours: Run,
    /// The largest ratio that is aimed at.
    target: Option<f64>,
}
/// Compares the answers, and makes a row.
type Make = fn() -> Row;

fn short<T: Real>() -> Row {
    let mut twin = Short::<T>::new(16);
    let leaves = ours::leaves(&twin);
    let value = ours::short(&leaves[0], &leaves[1]);
    same("A1", [twin.run()], [value]);
    same("A1 by a", twin.by_a.iter().copied(), leaves[0].grad());
    same("A1 by b", twin.by_b.iter().copied(), leaves[1].grad());
    let ours = run(move || {
        ours::clear(&leaves);
        ours::short(&leaves[0], &leaves[1])
    });
    Row { twin: run(move || twin.run()), ours, target: None }
}
fn long<T: Real>(f: fn(&[backprop::NodeArray1<T>; 3]) -> T, target: Option<f64>) -> Row {
    let mut twin = Long::<T>::new(1_000_000);
    let leaves = ours::long_leaves(&twin);
    let value = f(&leaves);
    same("A2", [twin.run()], [value]);
    for (gradient, leaf) in twin.gradients.iter().zip(&leaves) {
        same("A2's gradient", gradient.iter().copied(), leaf.grad());
    }
    let ours = run(move || {
        ours::clear(&leaves);
        f(&leaves)
    });
    Row { twin: run(move || twin.run()), ours, target }
}
const SMALL: (&[usize], usize) = (&[784, 50, 10], 100);
const LARGE: (&[usize], usize) = (&[784, 1024, 1024, 10], 256);
fn network<T: Real>((widths, batch): (&[usize], usize), target: f64) -> Row {
    let task = Task::<T>::new(widths, batch);
    let (mut twin, mut ours) = (Network::new(task.clone()), ours::Network::new(task));
    for _ in 0..3 {
        same("A3's loss", [twin.step()], [ours.step()]);
        same("A3's parameters", twin.parameters(), ours.parameters());
    }
    Row { twin: run(move || twin.step()), ours: run(move || ours.step()), target: Some(target) }
}

fn convolutional() -> Row {
    let (mut twin, mut ours) = (convolution::ByHand::new(), convolution::Ours::new());
    for _ in 0..3 {
        same("the loss", [twin.step()], [ours.step()]);
        same("the parameters", twin.parameters(), ours.parameters());
    }
    Row { twin: run(move || twin.step()), ours: run(move || ours.step()), target: Some(2.5) }
}

const ROWS: &[(&str, Make)] = &[
    ("A1 16 elements, f32", short::<f32>),
    ("A1 16 elements, f64", short::<f64>),
    ("A2 10⁶ elements, zip_map, f32", || long::<f32>(ours::long, Some(1.15))),
    ("A2 10⁶ elements, zip_map, f64", || long::<f64>(ours::long, Some(1.15))),
    ("A2 10⁶ elements, operators, f32", || long::<f32>(ours::long_by_operators, None)),
    ("A2 10⁶ elements, operators, f64", || long::<f64>(ours::long_by_operators, None)),
    ("A3 784-50-10, batch 100, f32", || network::<f32>(SMALL, 1.1)),
    ("A3 784-50-10, batch 100, f64", || network::<f64>(SMALL, 1.1)),
    ("A3 large 784-1024-1024-10, batch 256, f32", || network::<f32>(LARGE, 1.05)),
    ("A3 large 784-1024-1024-10, batch 256, f64", || network::<f64>(LARGE, 1.05)),
    ("a convolutional network by slices, f64", convolutional),
];

fn print(name: &str, mut row: Row) {
    let times = measure(&mut [&mut row.twin, &mut row.ours]);
    let show = |nanoseconds: f64| match nanoseconds {
        t if t < 1e5 => format!("{:.2} µs", t / 1e3),
        t => format!("{:.3} ms", t / 1e6),
    };
    let target = row.target.map_or(String::new(), |target| format!("{target:.2}"));
    let (twin, ours) = (show(times[0]), show(times[1]));
    println!("| {name:<42} | {twin:>10} | {ours:>10} | {:>5.2} | {target:>4} |", times[1] / times[0]);
}

/// What a process needs at most that does only this, in MB.
fn memory<T: Real>() {
    let (widths, batch) = LARGE;
    let mut network = ours::Network::<T>::new(Task::new(widths, batch));
    for _ in 0..20 {
        network.step();
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|peak| peak.split_whitespace().next());
    match peak.and_then(|peak| peak.parse::<f64>().ok()) {
        Some(kilobytes) => println!("A3 large, {}: {:.1} MB at most", T::NAME, kilobytes * 1.024e-3),
        None => println!("A3 large, {}: this system does not say what was needed", T::NAME),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [mode, name] = &arguments[..] {
        match (mode.as_str(), name.as_str()) {
            ("--row", name) => {
                ROWS.iter().filter(|(row, _)| *row == name).for_each(|(_, make)| print(name, make()));
                return ExitCode::SUCCESS;
            }
            ("--memory", "f32") => {
                memory::<f32>();
                return ExitCode::SUCCESS;
            }
            ("--memory", _) => {
                memory::<f64>();
                return ExitCode::SUCCESS;
            }
            _ => (),
        }
    }
    if arguments == ["layouts"] {
        layouts::print();
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|a| a == "--test") {
        ROWS.iter().for_each(|(_, make)| drop(make()));
        layouts::test();
        return ExitCode::SUCCESS;
    }
    let Ok(this) = env::current_exe() else { return ExitCode::FAILURE };
    let on = |arguments: [&str; 2]| Command::new(&this).args(arguments).status().is_ok_and(|status| status.success());
    println!("| medians                                    |    by hand |       ours | ratio |  aim |");
    println!("|---|---|---|---|---|");
    for (name, _) in ROWS.iter().filter(|(name, _)| arguments.iter().all(|part| name.contains(part.as_str()))) {
        if !on(["--row", name]) {
            return ExitCode::FAILURE;
        }
    }
    if arguments.is_empty() && !(on(["--memory", "f32"]) && on(["--memory", "f64"])) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
