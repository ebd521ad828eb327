//! Random programs that mix numbers and arrays: one graph of both says the same as the program written down in single
//! numbers, and as finite differences, in first and second order.
//!
//! Two generators write straight-line programs. Those of the first stay inside the domains and away from kinks; those
//! of the second go anywhere, and must neither panic nor leak, and follow the same conventions as single numbers.

mod arrays;
mod compare;
mod counts;
mod draw;
mod magnitude;
mod program;
mod scalar;

use super::programs;
use draw::{Tame, Wild};

fn tame(programs: u64, seed: u64) {
    let start = std::time::Instant::now();
    let c = programs::run(
        |Tame(program): Tame| {
            compare::check(&program);
            true
        },
        programs,
        seed,
        counts::take,
    );
    println!("tame programs in {:.1?}: {c}", start.elapsed());
    assert_eq!(c.programs, programs);
    assert!(c.operations >= 15 * programs);
    assert!(c.reused as f64 >= 0.3 * c.references as f64, "operands used before");
    assert!(c.mixtures as f64 >= 0.15 * c.operations as f64, "operations that mix numbers and arrays");
    assert!(c.crossing as f64 >= 0.2 * programs as f64, "graphs over several chunks");
    assert!(c.first >= 10 * programs && c.second >= 10 * programs, "comparisons");
    assert!(c.differences >= programs, "comparisons with finite differences");
    assert!(c.tight as f64 >= 0.7 * (c.tight + c.loose) as f64, "gradients that do not drown in cancellation");
    c.assert_drawn(85, programs / 100);
}

#[test]
fn mixtures_agree_with_single_numbers() {
    tame(600, 1);
}

#[test]
#[ignore = "long"]
fn mixtures_agree_with_single_numbers_long() {
    tame(60_000, 2);
}

fn wild(programs: u64, seed: u64) {
    let start = std::time::Instant::now();
    let c = programs::run(
        |Wild(program): Wild| {
            compare::check_wild(&program);
            true
        },
        programs,
        seed,
        counts::take,
    );
    println!("wild programs in {:.1?}: {c}", start.elapsed());
    assert_eq!(c.programs, programs);
    assert!(c.operations >= 15 * programs);
    assert!(c.exact as f64 >= 0.3 * programs as f64, "programs compared to the end");
    assert!(c.finite >= programs, "gradients compared");
    c.assert_drawn(85, programs / 100);
}

#[test]
fn anything_goes() {
    wild(1_000, 3);
}

#[test]
#[ignore = "long"]
fn anything_goes_long() {
    wild(100_000, 4);
}
