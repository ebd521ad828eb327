//! Measures every row on a denser reference than the tests', and writes `docs/accuracy.md`.
//!
//! ```text
//! python3 tests/reference/generate.py --dense 200 target/dense.tsv
//! DENSE=target/dense.tsv cargo test --release --lib accuracy -- --ignored
//! ```

use super::modes::modes;
use super::reference::{Exact, Sample, parse};
use super::rows::Row;
use super::values::{STANDARD, Standard, value};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The largest errors of a row in one precision, plain and over the scale of the reference.
#[derive(Default)]
struct Worst {
    samples: usize,
    value: [f64; 2],
    first: [f64; 2],
    second: [f64; 2],
}

fn larger(worst: &mut [f64; 2], plain: f64, scaled: f64) {
    for (worst, error) in worst.iter_mut().zip([plain, scaled]) {
        // an error of an exact 0 has no size
        *worst = if error.is_finite() { worst.max(error) } else { *worst };
    }
}
fn unscaled(exact: &Exact) -> Exact {
    Exact { scale: 1.0, ..*exact }
}

fn measure<T: Standard>(worst: &mut Worst, sample: &Sample) {
    let x: Vec<T> = sample.x.iter().map(|&x| T::of(x)).collect();
    let value = value(&sample.function, &x).unwrap_or_else(|error| panic!("{}: {error}", sample.name));
    worst.samples += 1;
    larger(&mut worst.value, unscaled(&sample.value).in_ulps::<T>(value), sample.value.in_ulps::<T>(value));
    for (_, differentiate) in modes() {
        let found = differentiate(&sample.function, &x);
        for (i, slope) in found.gradient() {
            let exact = &sample.first[i];
            larger(&mut worst.first, unscaled(exact).in_ulps::<T>(slope), exact.in_ulps::<T>(slope));
        }
        for (i, j, d) in found.hessian() {
            let Some(exact) = sample.second(i, j) else { continue };
            let relative = Exact { scale: exact.high.abs(), ..exact };
            larger(&mut worst.second, relative.in_epsilons::<T>(d), exact.in_epsilons::<T>(d));
        }
    }
}

/// Two significant digits are more than a maximum over samples means.
fn shown(error: f64) -> String {
    match error {
        0.0 => "0".into(),
        0.1..9.95 => format!("{error:.1}"),
        9.95..1e4 => format!("{error:.0}"),
        0.0..0.1 => "< 0.1".into(),
        _ => format!("{error:.0e}"),
    }
}

const HEAD: &str = include_str!("accuracy.md");

#[test]
#[ignore = "writes docs/accuracy.md from a reference that is not in the repository"]
fn accuracy() {
    let path = std::env::var("DENSE").expect("DENSE is the file that generate.py --dense has written");
    let text = std::fs::read_to_string(&path).expect("the dense reference");
    let samples = parse(text.leak());
    let mut worst: BTreeMap<(&str, &str), Worst> = BTreeMap::new();
    for sample in &samples {
        let worst = worst.entry((sample.precision, sample.name)).or_default();
        match sample.precision {
            "f32" => measure::<f32>(worst, sample),
            _ => measure::<f64>(worst, sample),
        }
    }
    let mut page = HEAD.replace("SAMPLES", &samples.len().to_string());
    for precision in ["f64", "f32"] {
        let _ = write!(
            page,
            "\n## {precision}\n\n\
             | row | samples | value, ulp | ÷ condition | first, ulp | ÷ condition | second, ε | ÷ terms |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        for row in Row::all() {
            let Some(w) = worst.get(&(precision, row.name())) else { panic!("{} has no samples", row.name()) };
            let standard = matches!(row, Row::Op(op) if STANDARD.contains(&op));
            let errors = [w.value, w.first, w.second].concat();
            let cells: Vec<String> = errors.iter().map(|&error| shown(error)).collect();
            let mark = if standard { " (std)" } else { "" };
            let _ = writeln!(page, "| `{}`{mark} | {} | {} |", row.name(), w.samples, cells.join(" | "));
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/accuracy.md");
    std::fs::write(file, page).expect("docs/accuracy.md can be written");
}
