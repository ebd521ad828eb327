//! The conventions at the edges through all modes.

use super::conventions::{self, Edge};
use super::modes::{Everywhere, modes, upper};
use super::precision::{close, identical, precision};
use super::rows::{Applied, Row};
use super::values::{Standard, value};
use super::{Check, hold};
use crate::number::Float;
use std::collections::BTreeSet;

/// Bounds in units in the last place, where the expected derivative is neither 0 nor infinite nor NaN.
const FIRST: f64 = 4.0;
const SECOND: f64 = 64.0;

/// A check for each line and precision.
pub(super) fn checks() -> Vec<Check> {
    conventions::f32::EDGES.iter().map(check).chain(conventions::f64::EDGES.iter().map(check)).collect()
}

fn check<T: Standard>(edge: &'static Edge<T>) -> Check {
    Check::new(format!("{} at {:?} in {}", edge.row, edge.x, precision::<T>()), move || {
        let (x, constants) = edge.x.split_at(edge.first.len());
        let row = Row::named(edge.row).ok_or("there is no such row")?;
        let function = Applied { row, constants: constants.iter().map(T::to_f64_value).collect() };
        value(&function, x)?;
        modes_say(&function, x, edge.first, edge.second)
    })
}

/// That every mode finds these derivatives; where no second ones are given, that they all find the same.
pub(super) fn modes_say<T: Float, F: Everywhere<T>>(f: &F, x: &[T], first: &[T], second: &[T]) -> Result<(), String> {
    modes_but_one_say("", f, x, first, second)
}
/// [`modes_say`], but one of them, by its name.
pub(super) fn modes_but_one_say<T: Float, F: Everywhere<T>>(
    without: &str,
    f: &F,
    x: &[T],
    first: &[T],
    second: &[T],
) -> Result<(), String> {
    let value = f.call(x).to_f64_value();
    let mut agreed: Option<Vec<Vec<T>>> = None;
    for (mode, differentiate) in modes().into_iter().filter(|(mode, _)| *mode != without) {
        let found = differentiate(f, x);
        if !identical(found.value.to_f64_value(), value) {
            return Err(format!("the value is {value:e}, by {mode} {:e}", found.value.to_f64_value()));
        }
        for (i, slope) in found.gradient() {
            let expected = first[i].to_f64_value();
            if !close::<T>(slope, expected, FIRST) {
                return Err(format!("slope {i} by {mode} is {slope:e}, not {expected:e}"));
            }
        }
        agreed = agreed.or_else(|| found.second.clone());
        for (i, j, d) in found.hessian() {
            let others = agreed.as_ref().filter(|_| second.is_empty()).map(|hessian| hessian[i][j]);
            let expected = others.unwrap_or_else(|| second[upper(i, j, x.len())]).to_f64_value();
            if !close::<T>(d, expected, SECOND) {
                let source = if others.is_some() { "by another mode" } else { "expected is" };
                return Err(format!("second derivative {i}, {j} by {mode} is {d:e}, {source} {expected:e}"));
            }
        }
    }
    Ok(())
}

#[test]
fn every_convention_in_every_mode() {
    hold(&checks());
}

#[test]
fn every_row_has_edges() {
    let rows: BTreeSet<&str> = Row::all().map(Row::name).collect();
    let edges: BTreeSet<&str> = conventions::f64::EDGES.iter().map(|edge| edge.row).collect();
    assert_eq!(edges, rows);
}
