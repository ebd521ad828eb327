//! What a slope is said to be, it is, for every row; and what it reads, it is said to need.

use crate::rule::{Op, Slope};

/// Ugly numbers, some of them outside of most domains.
const SAMPLES: [f64; 9] = [0.37, -2.7, 1e-3, 0.81, 3.9, f64::NAN, f64::INFINITY, 0.0, -0.5];

/// Every three of them, in some order, with the row's value.
fn each(op: Op, mut look: impl FnMut([f64; 3], f64)) {
    for (i, &x) in SAMPLES.iter().enumerate() {
        for (j, &y) in SAMPLES.iter().enumerate() {
            let w = SAMPLES[(i + 2 * j + 1) % SAMPLES.len()];
            // bounds in the wrong order are refused
            let (y, w) = if op == Op::Clamp { (y.min(w), y.max(w)) } else { (y, w) };
            if op == Op::Clamp && (y.is_nan() || w.is_nan()) {
                continue;
            }
            look([x, y, w], op.value([&x, &y, &w], 3));
        }
    }
}
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[test]
fn what_a_slope_is() {
    for &op in Op::ALL {
        for k in 0..op.arity() {
            let claims: Vec<Slope> = [Slope::One, Slope::MinusOne, Slope::Result]
                .into_iter()
                .chain((0..op.arity()).map(Slope::Operand))
                .filter(|&claim| {
                    let mut holds = true;
                    each(op, |x, z| {
                        let slope = op.slope(k, [&x[0], &x[1], &x[2]], 3, &z);
                        holds &= match claim {
                            Slope::One => same(slope, 1.0),
                            Slope::MinusOne => same(slope, -1.0),
                            Slope::Operand(j) => same(slope, x[j]),
                            Slope::Result => same(slope, z),
                            Slope::Formula => false,
                        };
                    });
                    holds
                })
                .collect();
            let expected = claims.first().copied().unwrap_or(Slope::Formula);
            assert_eq!(op.slope_is(k), expected, "{op:?}, operand {k}");
        }
    }
}

/// What the chain rule is not to look at may be anything.
#[test]
fn what_is_not_needed_is_not_read() {
    for &op in Op::ALL {
        for k in 0..op.arity() {
            let needs = op.needs_of(|i| i == k);
            each(op, |x, z| {
                let pulled = |x: [f64; 3], z: f64| {
                    let mut part = None;
                    op.pull([&x[0], &x[1], &x[2]], 3, &z, &1.5, |i| i == k, |i, g| part = Some((i, g)));
                    part.unwrap_or_else(|| panic!("{op:?} gave operand {k} nothing"))
                };
                let (place, full) = pulled(x, z);
                let masked = std::array::from_fn(|j| if needs.operand(j) { x[j] } else { 77.7 });
                let (_, sparse) = pulled(masked, if needs.result() { z } else { 77.7 });
                assert!(place == k && same(full, sparse), "{op:?}, operand {k} at {x:?}: {full} and {sparse}");
            });
        }
    }
}
