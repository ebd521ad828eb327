//! The list of edges against difference quotients: where the two sides differ, and only there, is an edge.

use crate::rule::{Edge, Fold, Op};

/// Where something may happen, and where nothing does.
const POINTS: &[f64] =
    &[-3.0, -2.5, -2.0, -1.0, -0.5, -0.375, -0.0, 0.0, 0.375, 0.5, 0.6875, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0];
/// Small enough that √h stands out, large enough that rounding does not: the quotients' errors are some 1e-6.
const STEP: f64 = 1e-10;

/// Whether the row has a value all around, or on one side at least.
fn is_in_domain(op: Op, x: &[f64]) -> bool {
    let inside = op.domain().iter().zip(x).all(|([low, high], x)| low <= x && x <= high);
    inside && !(op == Op::Clamp && x[1] >= x[2])
}
fn value(op: Op, x: &[f64], n: i32) -> Option<f64> {
    let at = |k: usize| &x[k.min(x.len() - 1)];
    let value = op.value([at(0), at(1), at(2)], n);
    (!value.is_nan()).then_some(value)
}

/// The quotients along a direction, to the right and to the left; `None` where a side has no value.
fn quotients(op: Op, x: &[f64], n: i32, direction: &[f64]) -> [Option<f64>; 2] {
    let middle = value(op, x, n);
    [STEP, -STEP].map(|h| {
        let beside: Vec<f64> = x.iter().zip(direction).map(|(x, d)| if *d == 0.0 { *x } else { x + h * d }).collect();
        Some((value(op, &beside, n)? - middle?) / h)
    })
}

/// Whether the two sides differ, in some direction.
fn differs(op: Op, x: &[f64], n: i32) -> bool {
    let size = value(op, x, n).map_or(0.0, f64::abs);
    let directions: &[&[f64]] = match x.len() {
        1 => &[&[1.0]],
        2 => &[&[1.0, 0.0], &[0.0, 1.0]],
        _ => &[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]],
    };
    directions.iter().any(|direction| match quotients(op, x, n, direction) {
        [Some(right), Some(left)] => {
            // the quotients of ∛ are equal on both sides, and grow without bound
            let is_steep = !(right.is_finite() && left.is_finite()) || right.abs() > 1e4 * (1.0 + size);
            is_steep || (right - left).abs() > 1e-3 * (1.0 + right.abs())
        }
        _ => true,
    })
}

fn points(arity: usize) -> Vec<Vec<f64>> {
    (0..arity).fold(vec![Vec::new()], |shorter, _| {
        shorter.iter().flat_map(|x| POINTS.iter().map(move |&p| [x.as_slice(), &[p]].concat())).collect()
    })
}

#[test]
fn an_edge_is_where_the_two_sides_differ() {
    let (mut edges, mut smooth) = (0, 0);
    for &op in Op::ALL {
        let exponents: &[i32] = match op {
            Op::Powi => &[-2, -1, 0, 1, 2, 3],
            Op::Polygamma => &[0, 1, 2],
            _ => &[0],
        };
        for x in points(op.arity()) {
            for &n in exponents {
                if !is_in_domain(op, &x) || value(op, &x, n).is_none() {
                    continue;
                }
                let (says, found) = (op.edge(&x, n).is_some(), differs(op, &x, n));
                assert_eq!(says, found, "{} at {x:?}, {n}: {:?}", op.name(), op.edge(&x, n));
                *if says { &mut edges } else { &mut smooth } += 1;
            }
        }
    }
    assert!(edges > 500 && smooth > 5000, "{edges} edges, {smooth} others: this test has lost its eyes");
}

#[test]
fn infinities_and_nan_are_nobodys_edge() {
    for &op in Op::ALL {
        for special in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(op.edge(&[special; 3], 0), None, "{} at {special}", op.name());
        }
    }
}

#[test]
fn of_folds_the_norm_has_an_edge() {
    assert_eq!(Fold::Norm.edge(&[0.0, -0.0]), Some(Edge::Kink));
    assert_eq!(Fold::Norm.edge(&[0.0, 1e-300]), None);
    assert_eq!(Fold::Norm.edge(&[]), None);
    assert_eq!(Fold::LogSumExp.edge(&[0.0, 0.0]), None);
}
