//! The graph: sharing, sweeps, death, modes, the walk, and what custom operations may do to it meanwhile.
//!
//! Every test runs in threads of its own, with chunks of several sizes (in tiny ones every graph crosses their
//! borders), and leaves no cell alive.

mod anomaly;
mod cost;
mod counts;
mod depth;
mod derivatives;
mod ends;
mod modes;
mod names;
mod nested;
mod released;
mod sharing;
mod soup;
mod walk;

use backprop::custom::first_order;
use backprop::{Dual, Node, graph};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Rooms of chunks that tests run with: the usual 1,023, and tiny ones.
const ROOMS: [u32; 4] = [1023, 2, 3, 17];

/// Runs in a thread of its own, once for each size of chunks; nothing may be left alive.
#[track_caller]
fn alone(test: impl Fn() + Send + Sync + Copy + 'static) {
    for room in ROOMS {
        alone_in(room, test);
    }
}
#[track_caller]
fn alone_in(room: u32, test: impl FnOnce() + Send + 'static) {
    let run = move || {
        graph::testing::set_chunk_cells::<f64>(room);
        graph::testing::set_chunk_cells::<f32>(room);
        graph::testing::set_chunk_cells::<Dual>(room);
        test();
        assert_eq!(graph::stats().live_cells, 0, "cells are alive at the end, in chunks of {room}");
    };
    thread::spawn(run).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// The message of a panic that must come.
#[track_caller]
fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("this should have panicked"),
        Err(panic) => match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(panic) => panic.downcast::<&str>().map(|message| message.to_string()).unwrap_or_default(),
        },
    }
}

/// `slope·x` as a custom operation, whose rule does something else first.
fn custom(x: &Node<f64>, slope: f64, does: impl Fn() + 'static) -> Node<f64> {
    first_order("custom", &[x], slope * x.value(), move |g| {
        does();
        vec![slope * g]
    })
}

/// Small random numbers, always the same (splitmix64).
struct Rng(u64);
impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    /// In [-1, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
    fn shuffle<X>(&mut self, list: &mut [X]) {
        for k in (1..list.len()).rev() {
            list.swap(k, self.below(k + 1));
        }
    }
}
