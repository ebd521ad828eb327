//! Finite differences with an estimate of their own error.

use super::counts::count;
use super::modes::run;
use super::program::{Program, Rng};
use super::textbook::Trace;
use super::walker::Walk;
use backprop::Dual;

/// The derivative of `f` at 0 by central differences, extrapolated (Ridders 1982), and its error: as it seems, and what
/// rounding errors of the size `noise` make of it.
fn ridders(f: impl Fn(f64) -> f64, mut h: f64, noise: f64) -> (f64, f64) {
    const SHRINK: f64 = 1.6;
    let mut previous: Vec<f64> = Vec::new();
    let mut best = (f64::NAN, f64::INFINITY);
    for _ in 0..10 {
        let mut row = vec![(f(h) - f(-h)) / (2.0 * h)];
        let mut factor = SHRINK * SHRINK;
        for (j, old) in previous.iter().enumerate() {
            let next = (row[j] * factor - old) / (factor - 1.0);
            factor *= SHRINK * SHRINK;
            let error = (next - row[j]).abs().max((next - old).abs()) + noise / h;
            row.push(next);
            if error <= best.1 {
                best = (next, error);
            }
        }
        if let (Some(new), Some(old)) = (row.last(), previous.last())
            && (new - old).abs() >= 2.0 * best.1
        {
            break;
        }
        previous = row;
        h /= SHRINK;
    }
    best
}

pub fn check(program: &Program, trace: &Trace, walk: &Walk, seed: f64, direction: &[f64]) {
    // so far no cell comes to a kink or to a rim: guards keep 0.05 from them, and zero is one
    let room = |(value, sensitivity): (&f64, &f64)| (value.abs() / 5.0).min(0.02) / sensitivity.max(1e-3);
    let h = trace.values.iter().zip(&trace.sensitivity).filter(|(v, _)| **v != 0.0).map(room).fold(0.1, f64::min);
    let moved = |i: usize, t: f64| {
        let mut x = program.inputs.clone();
        x[i] += t;
        x
    };
    let weighted = |scales: &[f64], of: &[f64]| -> f64 { scales.iter().zip(of).map(|(s, v)| s * v.abs()).sum() };
    let noise = f64::EPSILON * weighted(&walk.scales, &trace.values) / seed.abs();
    for i in 0..program.inputs.len() {
        let value = |t: f64| *run(program, &moved(i, t)).last().unwrap_or(&f64::NAN);
        let (difference, error) = ridders(value, h, noise);
        let (difference, error, scale) = (difference * seed, error * seed.abs(), walk.scales[i]);
        compare(difference, error, walk.adjoints[i], scale, false, i);
    }
    // the curvature along the direction, from forward derivatives
    let slope = |t: f64| {
        let inputs = program.inputs.iter().zip(direction);
        let x: Vec<Dual> = inputs.map(|(x, &v)| Dual::new(x + t * v, [v])).collect();
        run(program, &x).last().map_or(f64::NAN, Dual::derivative)
    };
    let scales = super::walker::second_scales(program, trace, direction);
    let noise =
        f64::EPSILON * (weighted(&scales.adjoints, &scales.tangents) + weighted(&scales.seconds, &trace.values));
    let (difference, error) = ridders(slope, h, noise);
    let products = super::compare::hessian_vector(program, &program.inputs, direction, &mut Rng(program.seed));
    let along = |of: &[f64], f: fn(f64) -> f64| -> f64 { of.iter().zip(direction).map(|(h, v)| f(h * v)).sum() };
    compare(difference, error, along(&products, |p| p), along(&scales.seconds, f64::abs), true, 0);
}

fn compare(difference: f64, error: f64, exact: f64, scale: f64, second: bool, i: usize) {
    if error.is_nan() || error > 1e-6 * scale + 1e-12 {
        return count(|c| c.vague += 1);
    }
    let allowed = 20.0 * error + 1e-8 * scale + 1e-12;
    let off = (difference - exact).abs();
    assert!(
        off <= allowed,
        "input {i}: the difference {difference:e} (±{error:e}) against {exact:e}, magnitudes {scale:e}"
    );
    count(|c| {
        c.differences += u64::from(!second);
        c.differences_second += u64::from(second);
        c.worst_difference = c.worst_difference.max(off / allowed);
    });
}
