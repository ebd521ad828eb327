//! The naive reverse pass over a program's list, with magnitudes beside it.

use super::modes::apply;
use super::program::{Arg, Program, Step, What};
use super::textbook::Trace;
use backprop::{Dual, Elementary, Fold};

/// The adjoints of all cells, and the sums of the magnitudes of what they are summed from.
pub struct Walk {
    pub adjoints: Vec<f64>,
    pub scales: Vec<f64>,
}

pub fn walk(program: &Program, trace: &Trace, seed: f64) -> Walk {
    let (first, cells) = (program.first(), program.cells());
    let (mut adjoints, mut scales) = (vec![0.0; cells], vec![0.0; cells]);
    adjoints[cells - 1] = seed;
    scales[cells - 1] = seed.abs();
    for (k, step) in program.steps.iter().enumerate().rev() {
        let (adjoint, scale) = (adjoints[first + k], scales[first + k]);
        for (arg, slope) in step.args.iter().zip(&trace.slopes[k]) {
            if let Arg::Cell(i) = *arg {
                adjoints[i] += slope * adjoint;
                scales[i] += slope.abs() * scale;
            }
        }
    }
    Walk { adjoints, scales }
}

/// The scale of second derivatives in a direction: the magnitudes of all that they are summed from, cell by cell.
pub struct Scales {
    pub seconds: Vec<f64>,
    pub adjoints: Vec<f64>,
    pub tangents: Vec<f64>,
}

pub fn second_scales(program: &Program, trace: &Trace, direction: &[f64]) -> Scales {
    let (first, cells) = (program.first(), program.cells());
    let curvatures: Vec<Vec<f64>> = (0..program.steps.len()).map(|k| curvatures(program, trace, k)).collect();
    let mut tangents: Vec<f64> = direction.iter().map(|v| v.abs()).collect();
    tangents.resize(first, 0.0);
    for (k, step) in program.steps.iter().enumerate() {
        let parts = step.args.iter().zip(&trace.slopes[k]);
        tangents.push(parts.map(|(arg, slope)| slope.abs() * tangent(&tangents, *arg)).sum());
    }
    let (mut adjoints, mut seconds) = (vec![0.0; cells], vec![0.0; cells]);
    adjoints[cells - 1] = 1.0;
    for (k, step) in program.steps.iter().enumerate().rev() {
        let (adjoint, second) = (adjoints[first + k], seconds[first + k]);
        let n = step.args.len();
        for (i, (arg, slope)) in step.args.iter().zip(&trace.slopes[k]).enumerate() {
            if let Arg::Cell(cell) = *arg {
                let bend = |j: usize| curvatures[k][i * n + j] * tangent(&tangents, step.args[j]);
                let bent: f64 = if curvatures[k].is_empty() { 0.0 } else { (0..n).map(bend).sum() };
                adjoints[cell] += slope.abs() * adjoint;
                seconds[cell] += slope.abs() * second + adjoint * bent;
            }
        }
    }
    Scales { seconds, adjoints, tangents }
}
fn tangent(tangents: &[f64], arg: Arg) -> f64 {
    match arg {
        Arg::Cell(i) => tangents[i],
        Arg::Literal(_) => 0.0,
    }
}

/// The magnitudes of a step's second derivatives, and of what they may be differences of: a slope is as precise as
/// its relative change over a rounding error of the operand. Empty: all are zero.
fn curvatures(program: &Program, trace: &Trace, k: usize) -> Vec<f64> {
    let step = &program.steps[k];
    let x = trace.operands(step);
    let (n, z) = (x.len(), trace.values[program.first() + k]);
    let entry = |i: usize, j: usize| -> f64 {
        let same = f64::from(u8::from(i == j));
        match step.what {
            What::Fold(Fold::Dot) => f64::from(u8::from(i.abs_diff(j) == n / 2)),
            What::Fold(Fold::Norm) => (same + (x[i] * x[j] / z / z).abs()) / z,
            What::Fold(Fold::LogSumExp) => (x[i] - z).exp() * (same + (x[j] - z).exp()),
            _ => 0.0,
        }
    };
    match step.what {
        What::Fold(Fold::Sum) => Vec::new(),
        What::Fold(_) => (0..n * n).map(|ij| entry(ij / n, ij % n)).collect(),
        What::Row(_) => {
            let seeded: Vec<Dual<Dual<f64, 3>, 3>> =
                x.iter().enumerate().map(|(i, &x)| Dual::seeded(Dual::seeded(x, i), i)).collect();
            let z = by_position(step, &seeded);
            let second = |i: usize, j: usize| z.tangent(i).tangent(j).abs();
            let relative = |i: usize, j: usize| (trace.slopes[k][i] / x[j]).abs();
            let entry = |i: usize, j: usize| match second(i, j) {
                0.0 => 0.0,
                second if x[j] == 0.0 => second,
                second => second + relative(i, j),
            };
            (0..n * n).map(|ij| entry(ij / n, ij % n)).collect()
        }
    }
}

/// A step on given operands, every one of them a number of the mode.
fn by_position<S: super::modes::Mode>(step: &Step, x: &[S]) -> S {
    let args = (0..x.len()).map(Arg::Cell).collect();
    let step = Step { what: step.what, args, exponent: step.exponent, form: step.form };
    apply(&step, |arg| match arg {
        Arg::Cell(i) => x[i].clone(),
        Arg::Literal(c) => S::of(c),
    })
}

/// The naive reverse pass by the table's own conventions: slopes from dual numbers, products by `through`. `None`:
/// nothing came here.
pub fn walk_by_table(program: &Program, values: &[f64], seed: f64) -> Vec<Option<f64>> {
    let first = program.first();
    let inputs = program.inputs.len();
    // what does not depend on an input is a constant
    let mut varies = vec![false; first];
    varies[..inputs].fill(true);
    for step in &program.steps {
        varies.push(step.args.iter().any(|arg| matches!(*arg, Arg::Cell(i) if varies[i])));
    }
    let mut adjoints: Vec<Option<f64>> = vec![None; program.cells()];
    adjoints[program.cells() - 1] = varies.last().and_then(|&varies| varies.then_some(seed));
    for (k, step) in program.steps.iter().enumerate().rev() {
        let Some(adjoint) = adjoints[first + k] else { continue };
        let x: Vec<f64> = step
            .args
            .iter()
            .map(|arg| match *arg {
                Arg::Cell(i) => values[i],
                Arg::Literal(c) => c,
            })
            .collect();
        let slopes = match step.what {
            What::Row(_) => table_slopes::<3>(step, &x),
            What::Fold(Fold::Dot) => [&x[x.len() / 2..], &x[..x.len() / 2]].concat(),
            What::Fold(_) => table_slopes::<8>(step, &x),
        };
        for (arg, slope) in step.args.iter().zip(slopes) {
            if let Arg::Cell(i) = *arg
                && varies[i]
            {
                let part = slope.through(adjoint);
                adjoints[i] = Some(adjoints[i].map_or(part, |sum| sum + part));
            }
        }
    }
    adjoints
}
fn table_slopes<const N: usize>(step: &Step, x: &[f64]) -> Vec<f64>
where
    Dual<f64, N>: super::modes::Mode,
{
    let seeded: Vec<Dual<f64, N>> = x.iter().enumerate().map(|(i, &x)| Dual::seeded(x, i)).collect();
    by_position(step, &seeded).tangents()[..x.len()].to_vec()
}
