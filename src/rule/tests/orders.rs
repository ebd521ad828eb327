//! Every row that bends over the whole range, subnormal numbers and the largest among them, at orders 1 to 3 in every
//! mode: against `tests/reference/orders.tsv`, to 64 units of the derivative itself times its condition.

use super::modes::{leaves, modes, seeded};
use super::precision::{epsilon, precision, same};
use super::rows::{Applied, Row};
use super::{Check, hold};
use crate::number::{Call, Elementary, Float};
use crate::{Dual, Jet, Var, gradients, value_and_grad};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const BOUND: f64 = 64.0;

/// A derivative by the indices of its directions, and by which factor a relative error of the arguments is magnified.
struct Exact {
    indices: Vec<usize>,
    value: f64,
    condition: f64,
}
impl Exact {
    /// The error in units of EPSILON times the condition; beyond the range of the type an infinity is right, below it what
    /// is as small.
    fn units<T: Float>(&self, found: f64) -> f64 {
        let most = <T as num_traits::Float>::max_value().to_f64_value();
        let least = <T as num_traits::Float>::min_positive_value().to_f64_value();
        if found == self.value {
            return 0.0;
        }
        if found.is_infinite() && self.value.abs() > most / BOUND && found.signum() == self.value.signum() {
            return 0.0;
        }
        let error = (found - self.value).abs();
        if error.is_nan() {
            return f64::INFINITY;
        }
        error / (epsilon::<T>() * self.condition.max(1.0) * self.value.abs().max(least))
    }
}

struct Sample {
    name: &'static str,
    precision: &'static str,
    function: Applied,
    x: Vec<f64>,
    exact: Vec<Exact>,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/orders.tsv");
    let text: &'static str = std::fs::read_to_string(path).expect("the reference").leak();
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
});

fn sample(line: &'static str) -> Sample {
    let fields: Vec<&str> = line.split('\t').collect();
    let number =
        |k: usize| -> f64 { fields[k].parse().unwrap_or_else(|_| panic!("field {k} of {line:?} is no number")) };
    let (n, m) = (number(2) as usize, number(3) as usize);
    let row = Row::named(fields[0]).unwrap_or_else(|| panic!("no row has the name {:?}", fields[0]));
    let indices: &[&[usize]] = match m {
        1 => &[&[0], &[0, 0], &[0, 0, 0]],
        _ => &[&[0], &[1], &[0, 0], &[0, 1], &[1, 1], &[0, 0, 0], &[0, 0, 1], &[0, 1, 1], &[1, 1, 1]],
    };
    assert_eq!(fields.len(), 4 + n + 2 * indices.len(), "fields in {line:?}");
    let exact = |(k, indices): (usize, &&[usize])| Exact {
        indices: indices.to_vec(),
        value: number(4 + n + 2 * k),
        condition: number(5 + n + 2 * k),
    };
    Sample {
        name: fields[0],
        precision: fields[1],
        function: Applied { row, constants: (m..n).map(|k| number(4 + k)).collect() },
        x: (0..m).map(|k| number(4 + k)).collect(),
        exact: indices.iter().enumerate().map(exact).collect(),
    }
}

// ---------------------------------------------------------------------------------------- third order

/// The third derivative in three directions.
type Third<T> = fn(&Applied, &[T], [usize; 3]) -> f64;

fn thirds<T: Float>() -> [(&'static str, Third<T>); 7] {
    [
        ("Dual<Dual<Dual>>", duals),
        ("gradients of gradients of gradients", gradients_thrice),
        ("Node<Dual<Dual>>", node_of_duals),
        ("Var<Var<Var>>", vars),
        ("Var<Dual<Dual>>", var_of_duals),
        ("Jet", jet),
        ("Jet<Jet<Dual>>", jets),
    ]
}
fn duals<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let z = f.call(&seeded(&seeded(&seeded(x, [i]), [j]), [k]));
    z.derivative().derivative().derivative().to_f64_value()
}
fn gradients_thrice<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let x = leaves(x);
    let first = gradients(&f.call(&x), &x[i]);
    let second = gradients(&first, &x[j]);
    gradients(&second, &x[k]).value().to_f64_value()
}
fn node_of_duals<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let x = leaves(&seeded(&seeded(x, [i]), [j]));
    f.call(&x).backward();
    x[k].grad().derivative().derivative().to_f64_value()
}
fn var_of_duals<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let x = seeded(&seeded(x, [i]), [j]);
    let (_, slopes) = value_and_grad(|x: &[Var<Dual<Dual<T>>>]| f.call(x), &x[..]);
    slopes[k].derivative().derivative().to_f64_value()
}
fn vars<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let (_, slopes) = value_and_grad(
        |x: &[Var<T>]| {
            value_and_grad(|x: &[Var<Var<T>>]| value_and_grad(|x: &[Var<Var<Var<T>>>]| f.call(x), x).1[i], x).1[j]
        },
        x,
    );
    slopes[k].to_f64_value()
}
/// Along an axis one series; a mixed derivative has none of its own, and is that of `jets`.
fn jet<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    if (i, i) != (j, k) {
        return jets(f, x, [i, j, k]);
    }
    let moving: Vec<Jet<T, 3>> = moving(x, i);
    f.call(&moving).derivative(3).to_f64_value()
}
fn jets<T: Float>(f: &Applied, x: &[T], [i, j, k]: [usize; 3]) -> f64 {
    let moving: Vec<Jet<Jet<Dual<T>, 1>, 1>> = moving(&moving(&seeded(x, [i]), j), k);
    f.call(&moving).coefficient(1).coefficient(1).derivative().to_f64_value()
}
fn moving<T: Elementary, const K: usize>(x: &[T], axis: usize) -> Vec<Jet<T, K>> {
    x.iter().enumerate().map(|(k, x)| Jet::on_line(x.clone(), T::of(if k == axis { 1.0 } else { 0.0 }))).collect()
}

// ---------------------------------------------------------------------------------------- all orders

/// What misses the bound: the mode, the derivative and the error.
fn misses<T: Float>(sample: &Sample) -> Vec<(f64, String)> {
    let x: Vec<T> = sample.x.iter().map(|&x| T::of(x)).collect();
    let f = &sample.function;
    let mut misses = Vec::new();
    let mut look = |mode: &str, exact: &Exact, found: f64| {
        let units = exact.units::<T>(found);
        if units > BOUND {
            let what = format!("{:?} by {mode} is {found:e}, not {:e}, {units:.1} units", exact.indices, exact.value);
            misses.push((units, format!("{} of {:?} {:?}: {what}", sample.name, sample.x, f.constants)));
        }
    };
    for (mode, differentiate) in modes::<T, Applied>() {
        let found = differentiate(f, &x);
        let slopes =
            found.gradient().map(|(i, d)| (vec![i], d)).chain(found.hessian().map(|(i, j, d)| (vec![i, j], d)));
        for (mut indices, d) in slopes {
            indices.sort_unstable();
            if let Some(exact) = sample.exact.iter().find(|exact| exact.indices == indices) {
                look(mode, exact, d);
            }
        }
    }
    for (mode, third) in thirds::<T>() {
        for exact in &sample.exact {
            if let &[i, j, k] = &exact.indices[..] {
                look(mode, exact, third(f, &x, [i, j, k]));
                look(mode, exact, third(f, &x, [k, i, j]));
                look(mode, exact, third(f, &x, [j, k, i]));
            }
        }
    }
    misses
}
fn misses_of(sample: &Sample) -> Vec<(f64, String)> {
    if sample.precision == "f32" { misses::<f32>(sample) } else { misses::<f64>(sample) }
}

#[test]
#[ignore = "measures"]
fn survey() {
    let only = std::env::var("ROWS").unwrap_or_default();
    let mut by: BTreeMap<(&str, &str), Vec<(f64, String)>> = BTreeMap::new();
    for sample in SAMPLES.iter().filter(|s| only.is_empty() || only.split(' ').any(|n| n == s.name)) {
        by.entry((sample.name, sample.precision)).or_default().extend(misses_of(sample));
    }
    let show: usize = std::env::var("SHOW").ok().and_then(|s| s.parse().ok()).unwrap_or(3);
    for ((name, precision), misses) in by {
        println!("== {name} {precision}: {}", misses.len());
        let step = misses.len().div_ceil(show).max(1);
        for (_, miss) in misses.iter().step_by(step) {
            println!("     {miss}");
        }
    }
}

// ---------------------------------------------------------------------------------------- the third order at edges

const INF: f64 = f64::INFINITY;

/// Rows of one operand, argument, third derivative: where both sides have the same limit, or at a rim of the domain.
const EDGES: &[(&str, f64, f64)] = &[
    ("cbrt", 0.0, INF),
    ("cbrt", -0.0, INF),
    ("acosh", 1.0, INF),
    ("asin", 1.0, INF),
    ("asin", -1.0, INF),
    ("acos", 1.0, -INF),
    ("atanh", 1.0, INF),
    ("atanh", -1.0, INF),
    ("digamma", -1.0, INF),
    ("digamma", -3.0, INF),
    ("sqrt", 0.0, INF),
    ("ln", 0.0, INF),
    ("ln_1p", -1.0, INF),
    ("sigmoid", 0.0, -0.125),
    ("asinh", 0.0, -1.0),
    ("asinh", INF, 0.0),
    ("tanh", 0.0, -2.0),
    ("silu", 0.0, 0.0),
    ("atan", 0.0, -2.0),
];

/// A check for each of them, in both precisions.
pub(super) fn checks() -> Vec<Check> {
    EDGES.iter().flat_map(|edge| [edge_holds::<f32>(edge), edge_holds::<f64>(edge)]).collect()
}
fn edge_holds<T: Float>(&(name, x, expected): &'static (&str, f64, f64)) -> Check {
    Check::new(format!("third derivative of {name} at {x:?} in {}", precision::<T>()), move || {
        let f = Applied { row: Row::named(name).ok_or("there is no such row")?, constants: Vec::new() };
        for (mode, third) in thirds::<T>() {
            let found = third(&f, &[T::of(x)], [0; 3]);
            if !same(found, expected) {
                return Err(format!("{found:e} by {mode}, not {expected:e}"));
            }
        }
        Ok(())
    })
}

#[test]
fn third_derivatives_at_edges() {
    hold(&checks());
}
