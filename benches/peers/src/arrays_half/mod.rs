//! Arrays: this library beside candle and dfdx, and beside loops written by hand with ndarray.

mod candle;
mod dfdx;
mod peer;

use crate::arrays::{Long, Network, Short, Task, same};
use crate::clock::measure;
use crate::common::turns::{Run, run};
use crate::ours;
use peer::Peer;

/// Prints a line: by hand, ours, and each peer, with what each takes of our time.
fn line(name: &str, mut by_hand: Run, mut ours: Run, mut peers: Vec<Run>) {
    let mut contenders = vec![&mut by_hand, &mut ours];
    contenders.extend(peers.iter_mut());
    let times = measure(&mut contenders);
    let show = |t: f64| match t {
        t if t < 1e5 => format!("{:.2} µs", t / 1e3),
        t => format!("{:.3} ms", t / 1e6),
    };
    let cells: Vec<String> = times.iter().map(|&t| format!("{} ({:.2})", show(t), t / times[1])).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

fn short<T: Peer>() {
    let mut twin = Short::<T>::new(16);
    let leaves = ours::leaves(&twin);
    let mut candle = candle::Short::new(&twin);
    let (dfdx, answers) = T::dfdx_short(&twin);
    let right = [twin.run()];
    same("A1", right, [ours::short(&leaves[0], &leaves[1])]);
    for (peer, (value, by_a, by_b)) in [("candle", candle.answers()), ("dfdx", answers)] {
        same(peer, right, [value]);
        same(peer, twin.by_a.iter().copied(), by_a);
        same(peer, twin.by_b.iter().copied(), by_b);
    }
    let ours = run(move || {
        ours::clear(&leaves);
        ours::short(&leaves[0], &leaves[1])
    });
    let peers = vec![run(move || candle.run()), run(dfdx)];
    line(&format!("A1, {}", T::NAME), run(move || twin.run()), ours, peers);
}

fn long<T: Peer>() {
    let mut twin = Long::<T>::new(1_000_000);
    let leaves = ours::long_leaves(&twin);
    let mut candle = candle::Long::new(&twin);
    let mut dfdx = T::dfdx_long(&twin);
    let right = [twin.run()];
    same("A2", right, [ours::long(&leaves)]);
    same("candle", right, [candle.run()]);
    same("dfdx", right, [dfdx()]);
    let ours = run(move || {
        ours::clear(&leaves);
        ours::long(&leaves)
    });
    let peers = vec![run(move || candle.run()), run(dfdx)];
    line(&format!("A2, {}", T::NAME), run(move || twin.run()), ours, peers);
}

fn network<T: Peer>(name: &str, widths: &[usize], batch: usize) {
    let task = Task::<T>::new(widths, batch);
    let mut twin = Network::new(task.clone());
    let mut ours = ours::Network::new(task.clone());
    let mut candle = candle::Network::new(&task);
    let mut dfdx = T::dfdx_network(&task);
    for _ in 0..3 {
        let right = [twin.step()];
        same("ours", right, [ours.step()]);
        same("candle", right, [candle.step()]);
        same("dfdx", right, [dfdx()]);
    }
    let peers = vec![run(move || candle.step()), run(dfdx)];
    line(&format!("{name}, {}", T::NAME), run(move || twin.step()), run(move || ours.step()), peers);
}

/// Prints the table.
pub fn table() {
    println!("| medians (÷ ours) | by hand | backprop | candle | dfdx |");
    println!("|---|---:|---:|---:|---:|");
    short::<f32>();
    short::<f64>();
    long::<f32>();
    long::<f64>();
    for (name, widths, batch) in [
        ("A3, 784-50-10, batch 100", &[784, 50, 10][..], 100),
        ("A3 large, 784-1024-1024-10, batch 256", &[784, 1024, 1024, 10][..], 256),
    ] {
        network::<f32>(name, widths, batch);
        network::<f64>(name, widths, batch);
    }
}
