//! Arrays: this library beside candle, dfdx, autograd and burn, and beside loops written by hand with ndarray.

mod autograd;
#[cfg_attr(not(feature = "burn"), path = "no_burn.rs")]
mod burn;
mod candle;
mod dfdx;
mod peer;

use crate::arrays::{Long, Network, Short, Task, same};
use crate::clock::measure;
use crate::common::turns::{Run, run};
use crate::{ours, wanted};
use peer::{Peer, Work};

/// What is asked for: rows whose names contain all of `parts`, times or only the comparison.
struct Asked<'a> {
    parts: &'a [String],
    answers: bool,
}
impl Asked<'_> {
    fn row<T: Peer>(&self, name: &str, make: impl FnOnce() -> Row<T>) {
        let name = format!("{name}, {}", T::NAME);
        if wanted(&name, self.parts) {
            make().print(&name, self.answers);
        }
    }
}

/// A workload's contenders, in the order of the columns: by hand, ours, and the peers.
struct Row<T> {
    contenders: Vec<(&'static str, Work<T>)>,
    /// How often their values are compared, each time after one more run.
    comparisons: usize,
}
impl<T: Peer> Row<T> {
    fn new(comparisons: usize) -> Self {
        Row { contenders: Vec::new(), comparisons }
    }
    fn with(mut self, name: &'static str, work: impl FnMut() -> T + 'static) -> Self {
        self.contenders.push((name, Box::new(work)));
        self
    }
    /// burn, if it is there.
    fn with_burn(mut self, work: Option<Work<T>>) -> Self {
        self.contenders.extend(work.map(|work| ("burn", work)));
        self
    }
    /// Prints a line, with what each takes of our time; or only what each answers.
    fn print(mut self, row: &str, answers: bool) {
        assert!(self.contenders.iter().map(|&(name, _)| name).eq(columns()), "{row}: the columns are others");
        for _ in 0..self.comparisons {
            let right = (self.contenders[0].1)();
            for (name, work) in &mut self.contenders[1..] {
                let value = work();
                if answers {
                    println!("{row}: {name:<16} {:>24.16e}, by hand {:.16e}", value.wide(), right.wide());
                }
                let what = format!("{row}, {name}");
                if *name == "autograd" {
                    // some of its steps are in single precision, whatever the numbers are
                    same(&what, [right.wide() as f32], [value.wide() as f32]);
                } else {
                    same(&what, [right], [value]);
                }
            }
        }
        if answers {
            return;
        }
        let mut runs: Vec<Run> = self.contenders.into_iter().map(|(_, work)| run(work)).collect();
        let times = measure(&mut runs.iter_mut().collect::<Vec<_>>());
        let show = |t: f64| match t {
            t if t < 1e5 => format!("{:.2} µs", t / 1e3),
            t => format!("{:.3} ms", t / 1e6),
        };
        let cells: Vec<String> = times.iter().map(|&t| format!("{} ({:.2})", show(t), t / times[1])).collect();
        println!("| {row} | {} |", cells.join(" | "));
    }
}
fn columns() -> impl Iterator<Item = &'static str> {
    let burn = cfg!(feature = "burn").then_some("burn");
    ["by hand", "backprop", "candle", "dfdx", "autograd"].into_iter().chain(burn)
}

const NOTES: &str = "\
autograd's tensors are lazy: the graph and its derivative are made anew for each run, as its examples do, from arrays
that stay; its values are compared to the digits of f32, for in f64 it takes some steps in single precision. burn (0.22,
on its backend flex) takes part with `--features burn`, which takes ten minutes to compile.";

/// The gradients too, of every peer.
fn short<T: Peer>() -> Row<T> {
    let mut twin = Short::<T>::new(16);
    let leaves = ours::leaves(&twin);
    let mut candle = candle::Short::new(&twin);
    let (dfdx, answers) = T::dfdx_short(&twin);
    let mut autograd = autograd::Short::new(&twin);
    let (burn, burn_answers) = burn::short(&twin).unzip();
    let right = twin.run();
    let value = ours::short(&leaves[0], &leaves[1]);
    let by = |leaf: usize| leaves[leaf].grad().iter().copied().collect::<Vec<T>>();
    let all = [
        ("backprop", (value, by(0), by(1))),
        ("candle", candle.answers()),
        ("dfdx", answers),
        ("autograd", autograd.answers()),
    ];
    for (peer, (value, by_a, by_b)) in all.into_iter().chain(burn_answers.map(|answers| ("burn", answers))) {
        same(peer, [right], [value]);
        same(peer, twin.by_a.iter().copied(), by_a);
        same(peer, twin.by_b.iter().copied(), by_b);
    }
    let ours = move || {
        ours::clear(&leaves);
        ours::short(&leaves[0], &leaves[1])
    };
    Row::new(1)
        .with("by hand", move || twin.run())
        .with("backprop", ours)
        .with("candle", move || candle.run())
        .with("dfdx", dfdx)
        .with("autograd", move || autograd.run())
        .with_burn(burn)
}

fn long<T: Peer>() -> Row<T> {
    let mut twin = Long::<T>::new(1_000_000);
    let leaves = ours::long_leaves(&twin);
    let mut candle = candle::Long::new(&twin);
    let dfdx = T::dfdx_long(&twin);
    let mut autograd = autograd::Long::new(&twin);
    let burn = burn::long(&twin);
    let ours = move || {
        ours::clear(&leaves);
        ours::long(&leaves)
    };
    Row::new(1)
        .with("by hand", move || twin.run())
        .with("backprop", ours)
        .with("candle", move || candle.run())
        .with("dfdx", dfdx)
        .with("autograd", move || autograd.run())
        .with_burn(burn)
}

/// Three losses are compared, so that the steps between are too.
fn network<T: Peer>(widths: &[usize], batch: usize) -> Row<T> {
    let task = Task::<T>::new(widths, batch);
    let mut candle = candle::Network::new(&task);
    let dfdx = T::dfdx_network(&task);
    let mut autograd = autograd::Network::new(&task);
    let burn = burn::network(&task);
    let mut ours = ours::Network::new(task.clone());
    let mut twin = Network::new(task);
    Row::new(3)
        .with("by hand", move || twin.step())
        .with("backprop", move || ours.step())
        .with("candle", move || candle.step())
        .with("dfdx", dfdx)
        .with("autograd", move || autograd.step())
        .with_burn(burn)
}

const NETWORKS: [(&str, &[usize], usize); 2] = [
    ("A3, 784-50-10, batch 100", &[784, 50, 10], 100),
    ("A3 large, 784-1024-1024-10, batch 256", &[784, 1024, 1024, 10], 256),
];

/// Prints the table, or only the answers, of the rows whose names contain all of `parts`.
pub fn table(parts: &[String], answers: bool) {
    let asked = Asked { parts, answers };
    let names = ["A1", "A2"].into_iter().chain(NETWORKS.map(|(name, ..)| name));
    let any = names.flat_map(|name| ["f32", "f64"].map(|number| format!("{name}, {number}")));
    if !any.into_iter().any(|name| wanted(&name, parts)) {
        return;
    }
    if !answers {
        let columns: Vec<&str> = columns().collect();
        println!("| medians (÷ backprop) | {} |", columns.join(" | "));
        println!("|---|{}", "---:|".repeat(columns.len()));
    }
    asked.row("A1", short::<f32>);
    asked.row("A1", short::<f64>);
    asked.row("A2", long::<f32>);
    asked.row("A2", long::<f64>);
    for (name, widths, batch) in NETWORKS {
        asked.row(name, || network::<f32>(widths, batch));
        asked.row(name, || network::<f64>(widths, batch));
    }
    if !answers {
        println!("\n{NOTES}");
    }
}
