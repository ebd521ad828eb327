//! Random programs through every mode.
//!
//! Two generators write straight-line programs over a few inputs. Those of the first (`draw`) stay inside the domains
//! and away from kinks, so that every mode must agree with textbook derivatives and with finite differences; those of
//! the second (`wild`) go anywhere, and must neither panic nor leak, nor differ from a sweep written down naively.

mod compare;
mod counts;
mod differences;
mod draw;
mod modes;
mod program;
mod textbook;
mod walker;
mod wild;

use super::programs;
use backprop::{Fold, Op};
use program::Program;

fn guarded(programs: u64, seed: u64) {
    let start = std::time::Instant::now();
    let c = programs::run(
        |program: Program| {
            compare::check(&program);
            true
        },
        programs,
        seed,
        counts::take,
    );
    println!("guarded programs in {:.1?}: {c}", start.elapsed());
    assert_eq!(c.programs, programs);
    let programs = programs as f64;
    assert!((400.0..550.0).contains(&(c.operations as f64 / programs)), "sizes even on a logarithmic scale");
    assert!(c.references_reused as f64 >= 0.3 * c.references as f64, "operands used before");
    assert!(c.crossing as f64 >= 0.1 * programs, "graphs over several chunks");
    assert!(c.first_order as f64 >= 20.0 * programs, "comparisons of first order");
    assert!(c.second_order as f64 >= 5.0 * programs, "comparisons of second order");
    assert!(c.differences as f64 >= 0.5 * programs, "comparisons with finite differences");
    assert!(c.tight as f64 >= 0.9 * (c.tight + c.loose) as f64, "gradients that do not drown in cancellation");
    assert!(c.literals_left >= 1000 && c.literals_right >= 1000, "literals on both sides");
    c.assert_drawn(Op::ALL, Fold::ALL);
}

#[test]
fn every_mode_agrees() {
    guarded(1_200, 1);
}

#[test]
#[ignore = "long"]
fn every_mode_agrees_long() {
    guarded(200_000, 2);
}

fn unguarded(programs: u64, seed: u64) {
    let start = std::time::Instant::now();
    let c = programs::run(
        |wild::Wild(program): wild::Wild| {
            wild::check(&program);
            true
        },
        programs,
        seed,
        counts::take,
    );
    println!("wild programs in {:.1?}: {c}", start.elapsed());
    assert_eq!(c.programs, programs);
    assert!(c.operations >= 100 * programs);
    assert!(c.first_order >= 20 * programs, "comparisons with the naive sweep");
    assert!(
        c.finite >= programs / 2 && c.infinite >= programs / 50 && c.nan >= programs / 20,
        "gradients of every kind"
    );
    c.assert_drawn(Op::ALL, Fold::ALL);
}

#[test]
fn anything_goes() {
    unguarded(1_500, 3);
}

#[test]
#[ignore = "long"]
fn anything_goes_long() {
    unguarded(200_000, 4);
}
