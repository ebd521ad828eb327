//! What a sweep costs is what it reaches, whatever else is alive.

use crate::alone_in;
use backprop::Node;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// 800 operations.
fn expression(x: &Node<f64>, own: &Node<f64>) -> Node<f64> {
    (0..400).fold(own.clone(), |y, _| y * x + own)
}
/// The median time of a sweep.
fn median(y: &Node<f64>) -> Duration {
    let mut times: Vec<Duration> = (0..301)
        .map(|_| {
            let start = Instant::now();
            black_box(y).backward();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[150]
}
/// A node whose graph is a chain of so many operations.
fn chain(x: &Node<f64>, operations: u32) -> Node<f64> {
    (0..operations).fold(x.clone(), |y, _| y + x)
}

/// Beside a live graph of two million operations, whose last ones stand in the same chunk and which has the same leaf.
#[test]
fn a_sweep_beside_a_huge_graph() {
    // a noisy machine may need several attempts
    let mut ratios = Vec::new();
    for _ in 0..10 {
        let (send, receive) = std::sync::mpsc::channel();
        alone_in(1023, move || {
            let (x, own) = (Node::leaf(0.5), Node::leaf(0.25));
            let y = expression(&x, &own);
            let alone = median(&y);
            drop(y);
            let huge = chain(&x, 1023 * 1955 + 150);
            huge.backward();
            let y = expression(&x, &own);
            let beside = median(&y);
            // the huge one is alive, and answers
            x.zero_grad();
            huge.backward();
            assert_eq!(x.grad(), f64::from(1023 * 1955 + 151));
            let ratio = beside.as_secs_f64() / alone.as_secs_f64();
            println!("alone {alone:?}, beside {beside:?}: {ratio:.2}");
            send.send(ratio).expect("somebody listens");
        });
        ratios.push(receive.recv().expect("a ratio"));
        if ratios.last().is_some_and(|&ratio| ratio < 1.5) {
            return;
        }
    }
    panic!("a sweep beside a huge graph takes longer than alone, by factors of {ratios:.2?}");
}

/// An expression between whose parts a huge graph was recorded: only its own cells are visited.
#[test]
fn a_sweep_across_a_huge_graph() {
    let mut ratios = Vec::new();
    for _ in 0..10 {
        let (send, receive) = std::sync::mpsc::channel();
        alone_in(1023, move || {
            let (x, own) = (Node::leaf(0.5), Node::leaf(0.25));
            let across = |between: u32| {
                let below = expression(&x, &own);
                let huge = chain(&x, between);
                let y = (0..400).fold(&below + 1.0, |y, _| y * &x + &below);
                (median(&y), huge)
            };
            let near = across(1023).0;
            let far = across(1_000_000).0;
            let ratio = far.as_secs_f64() / near.as_secs_f64();
            println!("near {near:?}, far {far:?}: {ratio:.2}");
            send.send(ratio).expect("somebody listens");
        });
        ratios.push(receive.recv().expect("a ratio"));
        if ratios.last().is_some_and(|&ratio| ratio < 1.5) {
            return;
        }
    }
    panic!("a sweep across a huge graph takes longer, by factors of {ratios:.2?}");
}
