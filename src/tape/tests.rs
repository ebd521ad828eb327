//! Identities of variables at the borders of their numbers.

use super::places::{NONE, Range, Store, lend};
use crate::drivers::grad;
use crate::var::Var;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn what_threads_leave_is_lent_again() {
    // 2^20 threads of one call each, and 2^32 of them, were too many once
    let mut store = Store::new(1);
    for thread in 0..1_u64 << 20 {
        let range = store.take();
        assert_eq!(range.start, 1 + 3 * thread, "places go to calls, not to threads");
        store.give_back([range.after(3)]);
    }
    // threads that live together have ranges apart, and leave them together
    let first: Vec<Range> = (0..1000).map(|_| store.take()).collect();
    store.give_back(first.iter().map(|range| range.after(3)));
    let mut ranges: Vec<Range> = (0..1000).map(|_| store.take()).collect();
    assert!(ranges.iter().all(|range| first.iter().any(|before| before.after(3) == *range)), "nothing is lost");
    ranges.sort_by_key(|range| range.start);
    assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(ranges.iter().all(|range| range.start > 3 << 20 && range.start != NONE));
}
#[test]
fn places_end_and_do_not_begin_again() {
    let mut store = Store::new(u64::MAX - (3 << 40));
    let last: Vec<Range> = (0..3).map(|_| store.take()).collect();
    assert!(last.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
    for _ in 0..3 {
        let message = catch_unwind(AssertUnwindSafe(|| store.take())).expect_err("a panic");
        assert!(message.downcast_ref::<&str>().is_some_and(|message| message.contains("no places left")));
    }
}

/// A variable of a call that is over, from a thread whose places begin at `start`.
fn stale(start: u64) -> Var {
    lend(Range { start, end: start + (1 << 40) });
    let mut kept = Var::constant(0.0);
    assert_eq!(
        grad(
            |&[x, y]| {
                kept = x * y;
                kept
            },
            &[2.0, 3.0]
        ),
        [3.0, 2.0]
    );
    kept
}
fn is_refused(kept: Var) {
    let uses: [fn(Var, Var) -> Var; 4] =
        [|x, kept| x * kept, |x, kept| kept - x, |x, kept| x.mul_add(x, kept), |_, kept| kept];
    for f in uses {
        let error = catch_unwind(|| grad(|&[x]| f(x, kept), &[1.0])).expect_err("a panic");
        let message = error.downcast_ref::<&str>().map_or_else(String::new, ToString::to_string);
        assert!(message.contains("outside of the closure that got it"), "{message}");
    }
    // constants and numbers of its own do not suffer
    assert_eq!(grad(|&[x]| x * x + kept.value(), &[2.0]), [4.0]);
}

#[test]
fn borders_of_the_numbers_that_a_place_is_made_of() {
    // the places of a call that begins before a border go across it: 2^31 slots, 2^32, 2^52, the sign, the batch
    for border in [1 << 31, 1 << 32, 1 << 40, 1 << 52, 1 << 63] {
        for before in 0..4 {
            is_refused(stale(border - before));
        }
    }
}
#[test]
fn after_2_to_the_32_calls_and_after_2_to_the_20_threads() {
    for later in [1_u64 << 20, 1 << 32, (1 << 20) * (1 << 12), 1 << 44] {
        let kept = stale(1 << 33);
        // what would have had the same number if one of 32 bits were cut out of it
        lend(Range { start: (1 << 33) + later, end: (1 << 33) + later + (1 << 40) });
        is_refused(kept);
    }
}
#[test]
fn a_range_that_is_used_up_is_left() {
    // a call may take 2^31 places: what is shorter is not lent
    let short = Range { start: 1 << 48, end: (1 << 48) + (1 << 31) };
    lend(short);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let _ = grad(
            |&[x]| {
                seen.push(x.place());
                x * x
            },
            &[3.0],
        );
    }
    assert_eq!(seen[0], short.start);
    assert!(seen[1..].iter().all(|place| !(short.start..short.end).contains(place)), "{seen:?}");
    assert_eq!(seen[2], seen[1] + 2);
}
#[test]
fn scopes_within_scopes_have_places_apart() {
    lend(Range { start: 1 << 45, end: (1 << 45) + (1 << 40) });
    fn nested(depth: usize, outer: &mut Vec<Var>) -> f64 {
        grad(
            |&[x]| {
                outer.push(x);
                if depth > 0 {
                    // calls beside each other, after operations of this one
                    let y = x * x;
                    let inner = nested(depth - 1, outer) + nested(depth - 1, outer);
                    let z = y * inner;
                    outer.extend([y, z]);
                    return z;
                }
                x * x
            },
            &[3.0],
        )[0]
    }
    let mut all = Vec::new();
    assert_eq!(nested(6, &mut all), 12_f64.powi(6) * 6.0);
    let mut places: Vec<u64> = all.iter().map(Var::place).collect();
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), count);
    all.into_iter().step_by(17).for_each(is_refused);
}
#[test]
fn another_thread_and_one_that_is_over() {
    let kept = std::thread::spawn(|| stale(1 << 50)).join().expect("no panic");
    is_refused(kept);
    // what that thread left may be lent to this one: its places come after
    std::thread::spawn(move || is_refused(kept)).join().expect("no panic");
}
