//! One program in every mode, against textbook slopes, other modes, and finite differences.

use super::super::programs::{TinyChunks, drop_shuffled};
use super::counts::count;
use super::differences;
use super::modes::{run, run_dropping};
use super::program::{Program, Rng};
use super::textbook::Trace;
use super::walker::{self, Walk};
use backprop::{Dual, Elementary, Jet, Node, Var, dot, grad, gradients, graph, hvp, value_and_grad};

/// The widest dual number: programs have no more inputs.
const INPUTS: usize = 6;
/// Errors as shares of the summed magnitudes.
const FIRST: f64 = 1e-12;
const SECOND: f64 = 1e-12;

pub fn check(program: &Program) {
    let live = graph::stats().live_cells;
    let trace = Trace::of(program);
    let mut rng = Rng(program.seed);
    let seed = rng.choose(&[1.0, -2.7, 1e-3]);
    let direction: Vec<f64> = program.inputs.iter().map(|_| rng.between(-1.0, 1.0)).collect();
    let walk = walker::walk(program, &trace, seed);
    count(|c| {
        c.program(program);
        c.reached += walk.scales[program.first()..].iter().filter(|&&scale| scale != 0.0).count() as u64;
        for i in 0..program.inputs.len() {
            let tight = walk.adjoints[i].abs() >= 1e-6 * walk.scales[i];
            if tight { c.tight += 1 } else { c.loose += 1 }
        }
    });
    forward(program, &trace, &walk, seed, &direction);
    on_the_tape(program, &trace, &walk, seed);
    {
        let _tiny = (program.chunk != 0).then(|| TinyChunks::new(program.chunk));
        reverse(program, &trace, &walk, seed, &mut rng);
        reverse_over_forward(program, &trace, &walk, seed, &direction, &mut rng);
        if program.steps.len() <= 300 {
            second(program, &trace, &direction, &mut rng);
        }
    }
    if program.steps.len() <= 50 {
        differences::check(program, &trace, &walk, seed, &direction);
    }
    assert_eq!(graph::stats().live_cells, live, "cells that nothing refers to are alive");
}

/// Panics unless `found` is `expected` up to `share` of `scale`.
#[track_caller]
fn close(mode: &str, i: usize, found: f64, expected: f64, scale: f64, share: f64) -> f64 {
    // the last term: adjoints below the normal numbers have lost their digits
    let allowed = share * scale + 1e-300;
    let error = (found - expected).abs();
    assert!(
        error <= allowed,
        "{mode}, cell {i}: {found:e} instead of {expected:e}, magnitudes {scale:e}, off by {error:e}"
    );
    error / allowed
}
#[track_caller]
fn first(mode: &str, i: usize, found: f64, expected: f64, scale: f64) {
    let share = close(mode, i, found, expected, scale, FIRST);
    count(|c| {
        c.first_order += 1;
        c.worst_first = c.worst_first.max(share);
    });
}
#[track_caller]
fn second_order(mode: &str, i: usize, found: f64, expected: f64, scale: f64) {
    let share = close(mode, i, found, expected, scale, SECOND);
    count(|c| {
        c.second_order += 1;
        c.worst_second = c.worst_second.max(share);
    });
}
#[track_caller]
fn same_value<S: Elementary>(mode: &str, found: Option<&S>, trace: &Trace) {
    assert_eq!(found.map(S::to_f64_value), trace.values.last().copied(), "{mode}: another value");
}

fn forward(program: &Program, trace: &Trace, walk: &Walk, seed: f64, direction: &[f64]) {
    let pairs = || program.inputs.iter().zip(direction);
    let along: Vec<Dual> = pairs().map(|(&x, &v)| Dual::new(x, [v])).collect();
    let cells = run(program, &along);
    same_value("Dual", cells.last(), trace);
    let along = cells[cells.len() - 1].derivative() * seed;
    let sum = |of: &[f64], f: fn(f64) -> f64| -> f64 { of.iter().zip(direction).map(|(g, v)| f(g * v)).sum() };
    first("Dual, in a direction", 0, along, sum(&walk.adjoints, |p| p), sum(&walk.scales, f64::abs));

    let each: Vec<Dual<f64, INPUTS>> = program.inputs.iter().enumerate().map(|(i, &x)| Dual::seeded(x, i)).collect();
    let cells = run(program, &each);
    same_value("Dual of six", cells.last(), trace);
    for i in 0..program.inputs.len() {
        let found = cells[cells.len() - 1].tangent(i) * seed;
        first("Dual, by input", i, found, walk.adjoints[i], walk.scales[i]);
    }
}

fn on_the_tape(program: &Program, trace: &Trace, walk: &Walk, seed: f64) {
    let (value, gradient) =
        value_and_grad(|x: &[Var]| run(program, x)[program.cells() - 1] * seed, &program.inputs[..]);
    let last = trace.values.last().copied().unwrap_or_default();
    assert!(value == last * seed || value.is_nan() && last.is_nan(), "Var: another value");
    for (i, &found) in gradient.iter().enumerate() {
        first("Var", i, found, walk.adjoints[i], walk.scales[i]);
    }
}

fn reverse(program: &Program, trace: &Trace, walk: &Walk, seed: f64, rng: &mut Rng) {
    let inputs: Vec<Node<f64>> = program.inputs.iter().map(|&x| Node::leaf(x)).collect();
    let keep = rng.chance(0.5);
    let mut cells =
        if keep { run(program, &inputs).into_iter().map(Some).collect() } else { run_dropping(program, &inputs, rng) };
    let steps = program.steps.len() as u32;
    count(|c| c.crossing += u64::from(keep && (steps >= 1024 || program.chunk != 0 && steps > program.chunk)));
    let Some(Some(result)) = cells.last().cloned() else { panic!("a program has a result") };
    same_value("Node", Some(&result), trace);
    result.backward_with(seed);
    let mut sweeps = 1.0;
    if rng.chance(0.2) {
        // what is not needed for the graph goes, and the sweep is made again
        for cell in cells.iter_mut().filter(|_| rng.chance(0.5)) {
            *cell = None;
        }
        if rng.chance(0.01) {
            // the stamps of the sweeps run over
            graph::testing::set_sweeps::<f64>(u32::MAX);
        }
        result.backward_with(seed);
        sweeps = 2.0;
    }
    for (i, x) in inputs.iter().enumerate() {
        first("Node", i, x.grad(), sweeps * walk.adjoints[i], sweeps * walk.scales[i]);
        x.zero_grad();
        assert_eq!(x.grad(), 0.0);
    }
    for (i, cell) in cells.iter().enumerate().skip(inputs.len()) {
        match cell {
            Some(cell) if cell.is_constant() => assert!(trace.sensitivity[i] == 0.0 && cell.grad() == 0.0),
            // an inner adjoint is that of the last sweep
            Some(cell) => first("Node, inner", i, cell.grad(), walk.adjoints[i], walk.scales[i]),
            None => {}
        }
    }
    drop(result);
    drop_shuffled(cells, rng);
    drop_shuffled(inputs, rng);
}

fn reverse_over_forward(program: &Program, trace: &Trace, walk: &Walk, seed: f64, direction: &[f64], rng: &mut Rng) {
    let pairs = program.inputs.iter().zip(direction);
    let inputs: Vec<Node<Dual>> = pairs.map(|(&x, &v)| Node::leaf(Dual::new(x, [v]))).collect();
    let cells = run_dropping(program, &inputs, rng);
    let result = cells.last().cloned().flatten();
    same_value("Node of Dual", result.as_ref(), trace);
    if let Some(result) = result {
        result.backward_with(Dual::constant(seed));
    }
    for (i, x) in inputs.iter().enumerate() {
        first("Node of Dual", i, x.grad().value(), walk.adjoints[i], walk.scales[i]);
    }
    drop_shuffled(inputs, rng);
    drop_shuffled(cells, rng);
}

/// The Hessian times a direction, four ways.
fn second(program: &Program, trace: &Trace, direction: &[f64], rng: &mut Rng) {
    let scales = walker::second_scales(program, trace, direction).seconds;
    let reference = hessian_vector(program, &program.inputs, direction, rng);

    // forward over reverse: derivatives of nodes along the direction, swept
    let inputs: Vec<Node<f64>> = program.inputs.iter().map(|&x| Node::leaf(x)).collect();
    let pairs = inputs.iter().zip(direction);
    let duals: Vec<Dual<Node<f64>>> = pairs.map(|(x, &v)| Dual::new(x.clone(), [Node::constant(v)])).collect();
    let mut cells = run_dropping(program, &duals, rng);
    drop(duals);
    let result = cells.pop().flatten();
    same_value("Dual of Node", result.as_ref(), trace);
    drop_shuffled(cells, rng);
    if let Some(result) = result {
        let slope = result.derivative();
        drop(result);
        slope.backward();
    }
    for (i, x) in inputs.iter().enumerate() {
        second_order("Dual of Node", i, x.grad(), reference[i], scales[i]);
        x.zero_grad();
    }

    // reverse over reverse
    let mut cells = run_dropping(program, &inputs, rng);
    let result = cells.pop().flatten();
    if let Some(result) = result {
        let slopes = gradients(&result, &inputs);
        drop_shuffled(cells, rng);
        let v: Vec<Node<f64>> = direction.iter().map(|&v| Node::constant(v)).collect();
        let along = dot(&slopes, &v);
        if rng.chance(0.5) {
            drop(result);
            drop_shuffled(slopes, rng);
            along.backward();
            for (i, x) in inputs.iter().enumerate() {
                second_order("gradients, swept", i, x.grad(), reference[i], scales[i]);
            }
        } else {
            for (i, h) in gradients(&along, &inputs).iter().enumerate() {
                second_order("gradients of gradients", i, h.value(), reference[i], scales[i]);
            }
        }
    }

    // on the tape: forward over reverse, and reverse over reverse
    let last = program.cells() - 1;
    let (_, along) = hvp(|x: &[Var<Dual>]| run(program, x)[last], &program.inputs[..], direction);
    for (i, &found) in along.iter().enumerate() {
        second_order("Var of Dual", i, found, reference[i], scales[i]);
    }
    let twice = |x: &[Var]| {
        let slopes = grad(|x: &[Var<Var>]| run(program, x)[last], x);
        slopes.iter().zip(direction).map(|(slope, &v)| slope * v).sum()
    };
    for (i, &found) in grad(twice, &program.inputs[..]).iter().enumerate() {
        second_order("Var of Var", i, found, reference[i], scales[i]);
    }

    // forward over forward
    let pairs = program.inputs.iter().zip(direction).enumerate();
    let duals: Vec<Dual<Dual, INPUTS>> = pairs.map(|(i, (&x, &v))| Dual::seeded(Dual::new(x, [v]), i)).collect();
    let cells = run(program, &duals);
    for i in 0..program.inputs.len() {
        let found = cells[cells.len() - 1].tangent(i).derivative();
        second_order("Dual of Dual", i, found, reference[i], scales[i]);
    }
    let pairs = program.inputs.iter().zip(direction);
    let twice: Vec<Dual<Dual>> = pairs.map(|(&x, &v)| Dual::new(Dual::new(x, [v]), [Dual::constant(v)])).collect();
    let cells = run(program, &twice);
    let along = |of: &[f64], f: fn(f64) -> f64| -> f64 { of.iter().zip(direction).map(|(h, v)| f(h * v)).sum() };
    let found = cells[cells.len() - 1].derivative().derivative();
    second_order("Dual of Dual, twice along", 0, found, along(&reference, |p| p), along(&scales, f64::abs));

    // a series along the direction
    let pairs = program.inputs.iter().zip(direction);
    let moving: Vec<Jet<f64, 2>> = pairs.map(|(&x, &v)| Jet::on_line(x, v)).collect();
    let found = run(program, &moving)[last].derivative(2);
    second_order("Jet", 0, found, along(&reference, |p| p), along(&scales, f64::abs));
}

/// The Hessian times a direction by dual numbers in nodes.
pub fn hessian_vector(program: &Program, at: &[f64], direction: &[f64], rng: &mut Rng) -> Vec<f64> {
    let inputs: Vec<Node<Dual>> = at.iter().zip(direction).map(|(&x, &v)| Node::leaf(Dual::new(x, [v]))).collect();
    if let Some(Some(result)) = run_dropping(program, &inputs, rng).last() {
        result.backward();
    }
    inputs.iter().map(|x| x.grad().derivative()).collect()
}
