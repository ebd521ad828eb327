//! The samples of the reference through all modes.

use super::modes::modes;
use super::precision::{identical, same};
use super::reference::{Sample, samples};
use super::rows::Row;
use super::values::{STANDARD, Standard, value};
use super::{Check, hold};
use crate::rule::{Fold, Op};
use std::collections::BTreeSet;

/// Bounds of errors: of values and first derivatives in units in the last place, of second derivatives in units of
/// EPSILON, each times the scale that the reference gives. No row needs an exemption.
const VALUE: f64 = 2.0;
const FIRST: f64 = 4.0;
const SECOND: f64 = 64.0;
/// The first derivatives of special functions.
const SPECIAL: f64 = 16.0;

/// A check for each row and precision.
pub(super) fn checks() -> Vec<Check> {
    let rows = samples().chunk_by(|a, b| (a.name, a.precision) == (b.name, b.precision));
    let check = |row: &'static [Sample]| {
        let name = format!("{} in {}", row[0].name, row[0].precision);
        Check::new(name, move || row.iter().try_for_each(sample_holds))
    };
    rows.map(check).collect()
}

fn sample_holds(sample: &Sample) -> Result<(), String> {
    let held = match sample.precision {
        "f32" => holds::<f32>(sample),
        "f64" => holds::<f64>(sample),
        other => Err(format!("there is no precision {other}")),
    };
    held.map_err(|error| format!("at {:?} {:?}: {error}", sample.x, sample.function.constants))
}

/// Value, first and second derivatives in all modes against the reference; all modes the same to first order.
fn holds<T: Standard>(sample: &Sample) -> Result<(), String> {
    let x: Vec<T> = sample.x.iter().map(|&x| T::of(x)).collect();
    let value = value(&sample.function, &x)?;
    if !matches!(sample.function.row, Row::Op(op) if STANDARD.contains(&op)) {
        within(VALUE, sample.value.in_ulps::<T>(value), || format!("the value {value:e} by"))?;
    }
    let bound = if is_special(sample.function.row) { SPECIAL } else { FIRST };
    let mut agreed: Option<Vec<T>> = None;
    for (mode, differentiate) in modes() {
        let found = differentiate(&sample.function, &x);
        if !identical(found.value.to_f64_value(), value) {
            return Err(format!("the value is {value:e}, by {mode} {:e}", found.value.to_f64_value()));
        }
        let agreed = agreed.get_or_insert_with(|| found.first.clone());
        for (i, slope) in found.gradient() {
            within(bound, sample.first[i].in_ulps::<T>(slope), || format!("slope {i}, {slope:e} by {mode},"))?;
            if !same(slope, agreed[i].to_f64_value()) {
                return Err(format!("slope {i} is {slope:e} by {mode}, {:e} by another", agreed[i].to_f64_value()));
            }
        }
        for (i, j, d) in found.hessian() {
            let Some(exact) = sample.second(i, j) else { continue };
            within(SECOND, exact.in_epsilons::<T>(d), || format!("second derivative {i}, {j}, {d:e} by {mode},"))?;
        }
    }
    Ok(())
}

/// Whether the row stands between the first and the last of the special functions in the table.
fn is_special(row: Row) -> bool {
    matches!(row, Row::Op(op) if (Op::Silu as u8..=Op::Sinc as u8).contains(&(op as u8)))
}

fn within(bound: f64, error: f64, what: impl FnOnce() -> String) -> Result<(), String> {
    if error <= bound { Ok(()) } else { Err(format!("{} misses by {error} units, {bound} are allowed", what())) }
}

#[test]
fn every_row_in_every_mode() {
    hold(&checks());
}

/// A new row comes with reference values: this fails without.
#[test]
fn every_row_has_reference_values() {
    for precision in ["f32", "f64"] {
        let samples = samples().iter().filter(|sample| sample.precision == precision);
        let names: BTreeSet<&str> = samples.map(|sample| sample.name).collect();
        let rows: BTreeSet<&str> = Row::all().map(Row::name).chain(["powf_int"]).collect();
        assert_eq!(names, rows, "in {precision}");
    }
    assert_eq!((Op::ALL.len(), Fold::ALL.len(), samples().len()), (87, 4, 6494), "rows, folds, samples");
}
