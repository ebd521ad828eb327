//! The samples of `tests/reference/rules.tsv`; its header says what the columns are.

use super::modes::upper;
use super::precision::{epsilon, ulp};
use super::rows::{Applied, Row};
use crate::number::Float;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../../../tests/reference/rules.tsv");

/// The exact result as the sum of two doubles, and the number by which a bound for its error is multiplied.
#[derive(Clone, Copy)]
pub(super) struct Exact {
    pub high: f64,
    pub low: f64,
    pub scale: f64,
}
impl Exact {
    /// The error of `x` in units in the last place times the scale; any error of an exact 0 is infinite.
    pub(super) fn in_ulps<T: Float>(&self, x: f64) -> f64 {
        self.error(x, if self.high == 0.0 { 0.0 } else { ulp::<T>(self.high) * self.scale })
    }
    /// The error of `x` in units of EPSILON times the scale, which may be 0.
    pub(super) fn in_epsilons<T: Float>(&self, x: f64) -> f64 {
        self.error(x, epsilon::<T>() * self.scale)
    }
    fn error(&self, x: f64, unit: f64) -> f64 {
        let error = ((x - self.high) - self.low).abs();
        if error == 0.0 { 0.0 } else { error / unit }
    }
}

pub(super) struct Sample {
    /// The name in the file: the row's, or `powf_int` for `powf` with a constant exponent.
    pub name: &'static str,
    pub precision: &'static str,
    pub function: Applied,
    /// The active arguments.
    pub x: Vec<f64>,
    pub value: Exact,
    pub first: Vec<Exact>,
    /// The upper triangle of the Hessian, row by row; `None` where the type cannot hold it.
    upper: Vec<Option<Exact>>,
}
impl Sample {
    pub(super) fn second(&self, i: usize, j: usize) -> Option<Exact> {
        self.upper[upper(i, j, self.x.len())]
    }
}

/// All samples, in the order of the file.
pub(super) fn samples() -> &'static [Sample] {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| parse(TEXT));
    &SAMPLES
}
/// The samples of a text in the file's format.
pub(super) fn parse(text: &'static str) -> Vec<Sample> {
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

fn sample(line: &'static str) -> Sample {
    let fields: Vec<&str> = line.split('\t').collect();
    let number =
        |k: usize| -> f64 { fields[k].parse().unwrap_or_else(|_| panic!("field {k} of {line:?} is no number")) };
    let (name, precision, n, m) = (fields[0], fields[1], number(2) as usize, number(3) as usize);
    let row = Row::named(if name == "powf_int" { "powf" } else { name })
        .unwrap_or_else(|| panic!("no row has the name {name:?}"));
    let exact =
        |k: usize| Exact { high: number(4 + n + 3 * k), low: number(5 + n + 3 * k), scale: number(6 + n + 3 * k) };
    assert_eq!(fields.len(), 4 + n + 3 * (1 + m + m * (m + 1) / 2), "fields in {line:?}");
    let upper = (0..m * (m + 1) / 2).map(|k| exact(1 + m + k));
    Sample {
        name,
        precision,
        function: Applied { row, constants: (m..n).map(|k| number(4 + k)).collect() },
        x: (0..m).map(|k| number(4 + k)).collect(),
        value: exact(0),
        first: (0..m).map(|k| exact(1 + k)).collect(),
        upper: upper.map(|exact| Some(exact).filter(|exact| !exact.high.is_nan())).collect(),
    }
}
