//! Survivors of every pattern: memory held is at most twice that of the chunks in which something lives, and a chunk of each
//! kind, whatever is dropped when.

use crate::counting::{LIVE, alone};
use crate::graph::CHUNK;
use backprop::{Node, graph};
use std::collections::HashSet;

/// Room in a chunk.
const CELLS: usize = 1023;

/// The patterns: which of so many are kept.
type Pattern = (&'static str, fn(usize, usize) -> bool);
const PATTERNS: [Pattern; 9] = [
    ("none", |_, _| false),
    ("every 2nd", |k, _| k % 2 == 0),
    ("every 7th", |k, _| k % 7 == 0),
    ("every 100th", |k, _| k % 100 == 0),
    ("every 1023rd", |k, _| k % 1023 == 0),
    ("every 5000th", |k, _| k % 5000 == 0),
    ("the oldest", |k, n| k < n / 20),
    ("the youngest", |k, n| k >= n - n / 20),
    ("by chance", |k, _| (k as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58 == 0),
];

/// Of `n` operations, each outlived by the next, those that `keep` says are kept: the bytes that are held never exceed
/// twice what lives.
fn stream(n: usize, keep: impl Fn(usize) -> bool) {
    let x = Node::leaf(0.5);
    let mut kept = Vec::with_capacity(n);
    let mut last = x.sin();
    // a thousand operations in a row lie in two chunks at most
    let mut stretches = HashSet::with_capacity(2 * n / CELLS + 100);
    let before = LIVE.get();
    for k in 0..n {
        let next = &x + (k as f64);
        if keep(k) {
            kept.push(next.clone());
            stretches.insert(2 * k / CELLS);
        }
        last = next;
        if k % 10_000 == 9999 || k + 1 == n {
            let living = (2 * stretches.len() + 1).min(2 * k / CELLS + 2);
            let held = LIVE.get() - before;
            let most = (2 * living as isize + 2) * CHUNK;
            assert!(held <= most, "{held} bytes held after {k}, {most} at most");
        }
    }
    assert_eq!(graph::stats().live_cells, 2 * kept.len() + if keep(n - 1) { 1 } else { 3 });
    let sum: f64 = kept.iter().map(Node::value).sum();
    let all: f64 = (0..n).filter(|&k| keep(k)).map(|k| 0.5 + k as f64).sum();
    assert_eq!(sum, all);
    drop((kept, last, x));
    assert_eq!(graph::stats().live_cells, 0);
}

#[test]
fn of_a_stream_of_operations() {
    for (name, keep) in PATTERNS {
        println!("{name}");
        alone(move || stream(300_000, |k| keep(k, 300_000)));
    }
}

/// Patterns that nobody has thought of.
#[test]
fn of_any_pattern() {
    fn property(pattern: Vec<bool>, stride: u16) -> bool {
        let stride = usize::from(stride) % 3000 + 1;
        alone(move || stream(40_000, |k| !pattern.is_empty() && pattern[k / stride % pattern.len()] && k % 3 != 1));
        true
    }
    quickcheck::QuickCheck::new().tests(40).quickcheck(property as fn(Vec<bool>, u16) -> bool);
}

/// All alive at once, then those of the pattern; what is recorded then takes the places of the dead.
#[test]
fn of_a_graph_that_shrinks() {
    const N: usize = 200_000;
    for (name, keep) in PATTERNS {
        alone(move || {
            let x = Node::leaf(0.5);
            let start = LIVE.get();
            let mut all: Vec<Option<Node<f64>>> = Vec::with_capacity(N);
            let list = LIVE.get() - start;
            all.extend((0..N).map(|_| Some(x.sin())));
            let peak = LIVE.get() - start - list;
            all.iter_mut().enumerate().filter(|(k, _)| !keep(*k, N)).for_each(|(_, node)| *node = None);
            let mut last = x.cos();
            for _ in 0..2 * N {
                last = x.sin();
            }
            let held = LIVE.get() - start - list;
            println!("{name}: {peak} bytes at the peak, {held} at the end");
            assert!(held <= peak + peak / 2 + 2 * CHUNK, "{name}: {held} bytes, of {peak} at the peak");
            assert!(all.iter().flatten().all(|node| node.value() == 0.5f64.sin()));
            drop((all, last));
        });
    }
}

/// A chain of which only the end has a handle is alive; without the handle it is dead, and something younger is not.
#[test]
fn chains_that_die_below_what_lives() {
    alone(|| {
        let x = Node::leaf(0.5);
        let chain = || (0..50_000).fold(x.sin(), |y, _| &y * &x);
        let mut kept = Vec::with_capacity(200);
        let before = LIVE.get();
        for _ in 0..200 {
            let end = chain();
            kept.push(x.cos());
            drop(end);
        }
        // at most each survivor's chunk and those of one chain live
        let living = 200 + (50_000 / CELLS) as isize + 2;
        assert!(LIVE.get() - before <= 2 * living * CHUNK, "{} bytes more", LIVE.get() - before);
        assert_eq!(graph::stats().live_cells, 201);
    });
}

/// Leaves and constants die slot by slot, also while an operation lives that might refer to them.
#[test]
fn of_leaves() {
    const N: usize = 300_000;
    for (name, keep) in PATTERNS {
        alone(move || {
            let x = Node::leaf(0.5);
            let alive = x.sin();
            let before = LIVE.get();
            let mut kept = Vec::with_capacity(N);
            let list = LIVE.get() - before;
            for k in 0..N {
                let leaf = if k % 2 == 0 { Node::leaf(k as f64) } else { Node::constant(k as f64) };
                if keep(k, N) {
                    kept.push(leaf);
                }
            }
            let held = LIVE.get() - before - list;
            let living = (kept.len() / CELLS + 1) as isize;
            println!("{name}: {held} bytes for {living} chunks");
            assert!(held <= (2 * living + 2) * (CHUNK + 8 * 1024), "{name}: {held} bytes for {living} chunks");
            assert_eq!(graph::stats().live_cells, kept.len() + 2);
            drop((kept, alive, x));
            assert_eq!(graph::stats().live_cells, 0);
        });
    }
}

/// Leaves that only operations refer to live as long as these do.
#[test]
fn leaves_that_operations_keep() {
    alone(|| {
        let mut sums: Vec<Node<f64>> = Vec::new();
        for round in 0..50 {
            sums.push(
                (0..1000).map(|k| Node::leaf(f64::from(k)).sin() * Node::leaf(2.0)).fold(Node::leaf(0.0), |a, b| a + b),
            );
            // a leaf for the sum, and for each term a leaf, a sine, a leaf, a product, a sum
            assert_eq!(graph::stats().live_cells, sums.len() * 5001);
            if round % 3 == 2 {
                sums.remove(round % sums.len());
            }
        }
        sums.iter().for_each(Node::backward);
        let all: Vec<_> = sums[0].operands();
        drop(sums);
        assert!(graph::stats().live_cells >= all.len());
        drop(all);
        assert_eq!(graph::stats().live_cells, 0);
    });
}
