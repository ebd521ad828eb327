//! What both kinds of random programs need to run.

use super::rng::Rng;
use backprop::{Dual, Node};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use std::fmt::Debug;

/// Runs the property on so many programs, in a thread of its own (tests that make chunks tiny are alone there), and gives
/// what it has counted.
pub fn run<A: Debug + Arbitrary, C: Send + 'static>(
    property: fn(A) -> bool,
    programs: u64,
    seed: u64,
    counted: fn() -> C,
) -> C {
    let thread = std::thread::spawn(move || {
        let source = Gen::from_size_and_seed(100, seed);
        QuickCheck::new().tests(programs).max_tests(programs).rng(source).quickcheck(property);
        counted()
    });
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Drops everything in random order.
pub fn drop_shuffled<S>(mut handles: Vec<S>, rng: &mut Rng) {
    while !handles.is_empty() {
        drop(handles.swap_remove(rng.below(handles.len())));
    }
}

/// Chunks of so few cells while it lives, for all graphs that the tests make.
pub struct TinyChunks;
impl TinyChunks {
    pub fn new(cells: u32) -> Self {
        set(cells);
        TinyChunks
    }
}
impl Drop for TinyChunks {
    fn drop(&mut self) {
        set(1023);
    }
}
fn set(cells: u32) {
    backprop::graph::testing::set_chunk_cells::<f64>(cells);
    backprop::graph::testing::set_chunk_cells::<Dual<f64>>(cells);
    // an operation that is taken back: the chunk in use starts again with the new size
    drop(Node::leaf(1.0).sin());
    drop(Node::leaf(Dual::variable(1.0)).sin());
}
