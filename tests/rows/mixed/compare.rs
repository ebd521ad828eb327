//! One program on numbers and arrays, against the same program on single numbers, and against differences.

use super::super::programs::{TinyChunks, drop_shuffled};
use super::arrays::{self, Cell, Real};
use super::counts::count;
use super::magnitude::Magnitude;
use super::program::{Arg, Program, What};
use super::scalar::{self, Flat, Scalar, two};
use crate::rng::Rng;
use backprop::{Dual, Elementary, Node, NodeArrayD, Op, gradients, gradients_with, graph};
use ndarray::{ArrayD, IxDyn};

/// Errors as shares of the summed magnitudes. Sums in another order differ by a rounding error, which a remainder or a
/// difference may make larger by some orders of magnitude before a slope is taken there.
const FIRST: f64 = 1e-10;
const SECOND: f64 = 1e-10;

/// A program and what is asked of it.
struct Task<'a> {
    program: &'a Program,
    elements: Vec<f64>,
    /// The adjoints of the result's elements.
    seed: Vec<f64>,
    direction: Vec<f64>,
    /// The magnitudes that derivatives are summed from.
    scale: Vec<f64>,
    scale_of_second: Vec<f64>,
    plain: Vec<Flat<f64>>,
}

pub fn check(program: &Program) {
    let before = graph::stats();
    let mut rng = Rng(program.seed);
    let elements = program.flat_inputs();
    let direction: Vec<f64> = elements.iter().map(|_| rng.between(-1.0, 1.0)).collect();
    let plain = scalar::run(program, &elements);
    let seed: Vec<f64> = last(&plain).items.iter().map(|_| rng.choose(&[1.0, -2.7, 0.3])).collect();
    let n = elements.len();
    let inputs: Vec<Magnitude> =
        elements.iter().enumerate().map(|(i, &x)| Magnitude::input(x, i, n, direction[i])).collect();
    let magnitudes = scalar::run(program, &inputs);
    let sum = |i: usize, of: fn(&Magnitude) -> &Vec<f64>| -> f64 {
        let parts = last(&magnitudes).items.iter().zip(&seed);
        parts.map(|(z, seed)| of(z).get(i).map_or(0.0, |part| part * seed.abs())).sum()
    };
    let scale = (0..n).map(|i| sum(i, |z| &z.first)).collect();
    let scale_of_second = (0..n).map(|i| sum(i, |z| &z.second)).collect();
    let is_array: Vec<bool> = plain.iter().map(|cell| cell.kind.is_array()).collect();
    count(|c| c.program(program, &is_array));
    let task = Task { program, elements, seed, direction, scale, scale_of_second, plain };
    {
        let _tiny = (program.chunk != 0).then(|| TinyChunks::new(program.chunk));
        let reference = first_order(&task, &mut rng);
        second_order(&task, &mut rng);
        if program.steps.len() <= 15 && !program.detaches() {
            differences(&task, &reference);
        }
    }
    let after = graph::stats();
    assert_eq!(after.live_cells, before.live_cells, "cells that nothing refers to are alive");
    assert_eq!(after.array_bytes, before.array_bytes, "bytes of arrays that nothing refers to");
}
pub fn last<X>(cells: &[X]) -> &X {
    cells.last().expect("a program has a result")
}

pub fn leaves<T: Real>(program: &Program, elements: impl IntoIterator<Item = T>) -> Vec<Cell<T>> {
    let mut elements = elements.into_iter();
    program.inputs.iter().map(|(kind, x)| arrays::leaf(kind, elements.by_ref().take(x.len()).collect())).collect()
}
pub fn flat<T: Real>(cells: &[Cell<T>], f: fn(&Cell<T>) -> Vec<T>) -> Vec<T> {
    cells.iter().flat_map(f).collect()
}
/// The result's elements, weighted by the seed.
fn root<S: Scalar>(cells: &[Flat<S>], seed: &[f64]) -> S {
    let parts = last(cells).items.iter().zip(seed).map(|(z, &seed)| two(Op::Mul, z, &S::of(seed)));
    parts.fold(S::of(0.0), |sum, part| two(Op::Add, &sum, &part))
}

/// The gradients, by a sweep through arrays and by one through single numbers. Gives the latter.
fn first_order(task: &Task<'_>, rng: &mut Rng) -> Vec<f64> {
    let inputs = leaves(task.program, task.elements.iter().copied());
    let mut cells = arrays::run(task.program, &inputs, rng.chance(0.5), rng);
    for (i, cell) in cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        for (k, (found, expected)) in cell.values().iter().zip(&task.plain[i].items).enumerate() {
            let allowed = 1e-9 * (1.0 + expected.abs());
            assert!((found - expected).abs() <= allowed, "cell {i}, element {k}: {found:e} instead of {expected:e}");
        }
        count(|c| c.values += task.plain[i].items.len() as u64);
    }
    let result = last(&cells).clone().expect("the result is kept");
    result.backward_with(&task.seed);
    let mut sweeps = 1.0;
    if rng.chance(0.25) {
        // what is not needed for the graph goes, and the sweep is made again: it adds
        for cell in cells.iter_mut().filter(|_| rng.chance(0.5)) {
            *cell = None;
        }
        if rng.chance(0.05) {
            // the stamps of the sweeps run over
            graph::testing::set_sweeps::<f64>(u32::MAX);
        }
        result.backward_with(&task.seed);
        sweeps = 2.0;
    }
    let found = flat(&inputs, Cell::grads);
    let inner: Vec<Option<Vec<f64>>> = cells.iter().map(|cell| cell.as_ref().map(Cell::grads)).collect();

    let numbers: Vec<Node<f64>> = task.elements.iter().map(|&x| Node::leaf(x)).collect();
    let naive = scalar::run(task.program, &numbers);
    root(&naive, &task.seed).backward();
    let expected: Vec<f64> = numbers.iter().map(Node::grad).collect();
    for i in 0..expected.len() {
        let (found, expected, scale) = (found[i] / sweeps, expected[i], task.scale[i]);
        let share = close("gradient", i, found, expected, scale, FIRST);
        count(|c| {
            c.first += 1;
            c.worst_first = c.worst_first.max(share);
            if expected.abs() >= 1e-6 * scale { c.tight += 1 } else { c.loose += 1 }
        });
    }
    let largest = naive.iter().flat_map(|cell| &cell.items).map(|z| z.grad().abs()).fold(1.0, f64::max);
    for (i, adjoints) in inner.iter().enumerate().skip(inputs.len()) {
        let Some(adjoints) = adjoints else { continue };
        if is_the_same(task, i) {
            continue;
        }
        // nothing flows to what is plain in an array, but the array has one adjoint for all
        for (k, (found, z)) in adjoints.iter().zip(&naive[i].items).enumerate().filter(|(_, (_, z))| !z.is_constant()) {
            let expected = z.grad();
            let error = (found - expected).abs();
            assert!(error <= 1e-8 * largest, "cell {i}, element {k}: the adjoint {found:e} instead of {expected:e}");
        }
        count(|c| c.inner += adjoints.len() as u64);
    }

    // derivatives as nodes
    let by_nodes = slopes(task, &inputs, &result);
    for (i, found) in by_nodes.0.iter().map(Node::value).chain(by_nodes.1.iter().flat_map(|x| x.value())).enumerate() {
        close("gradients()", i, found, expected[i], task.scale[i], FIRST);
        count(|c| c.first += 1);
    }
    drop((result, by_nodes));
    drop_shuffled(cells, rng);
    drop_shuffled(inputs, rng);
    expected
}

/// Whether the step's result is the very node that it was given, so that their adjoints are one.
fn is_the_same(task: &Task<'_>, i: usize) -> bool {
    let step = &task.program.steps[i - task.program.inputs.len()];
    let [Arg::Cell(x)] = step.args[..] else { return false };
    let same = task.plain[x].kind == task.plain[i].kind;
    match step.what {
        What::Reshape(_) | What::Flatten | What::Broadcast(_) | What::Reduce(..) => same,
        What::Named => x < task.program.inputs.len() || is_the_same(task, x),
        _ => false,
    }
}

type Slopes = (Vec<Node<f64>>, Vec<NodeArrayD<f64>>);
/// The inputs' gradients as nodes. Numbers come first among the inputs.
fn slopes(task: &Task<'_>, inputs: &[Cell<f64>], result: &Cell<f64>) -> Slopes {
    let (mut numbers, mut arrays) = (Vec::new(), Vec::new());
    for input in inputs {
        match input {
            Cell::Number(x) => numbers.push(x),
            Cell::Array(x) => arrays.push(x),
        }
    }
    match result {
        Cell::Number(z) => gradients_with(z, (numbers, arrays), &Node::constant(task.seed[0])),
        Cell::Array(z) => {
            let seed = ArrayD::from_shape_vec(IxDyn(z.shape()), task.seed.clone()).expect("a seed for each element");
            gradients_with(z, (numbers, arrays), &NodeArrayD::constant(seed))
        }
    }
}

/// The Hessian times the direction: derivatives of derivatives, and dual numbers in arrays, against dual numbers in
/// single numbers.
fn second_order(task: &Task<'_>, rng: &mut Rng) {
    let pairs = || task.elements.iter().zip(&task.direction).map(|(&x, &v)| Dual::new(x, [v]));
    let numbers: Vec<Node<Dual>> = pairs().map(Node::leaf).collect();
    root(&scalar::run(task.program, &numbers), &task.seed).backward();
    let expected: Vec<f64> = numbers.iter().map(|x| x.grad().derivative()).collect();
    let compare = |name: &str, found: &[f64]| {
        for (i, &found) in found.iter().enumerate() {
            let share = close(name, i, found, expected[i], task.scale_of_second[i], SECOND);
            count(|c| {
                c.second += 1;
                c.worst_second = c.worst_second.max(share);
            });
        }
    };

    // forward over reverse
    let inputs = leaves(task.program, pairs());
    let mut cells = arrays::run(task.program, &inputs, rng.chance(0.3), rng);
    let result = cells.pop().flatten().expect("the result is kept");
    drop_shuffled(cells, rng);
    result.backward_with(&task.seed.iter().map(|&seed| Dual::constant(seed)).collect::<Vec<_>>());
    drop(result);
    compare("NodeArray of Dual", &flat(&inputs, Cell::grads).iter().map(Dual::derivative).collect::<Vec<_>>());
    drop_shuffled(inputs, rng);

    // reverse over reverse
    let inputs = leaves(task.program, task.elements.iter().copied());
    let mut cells = arrays::run(task.program, &inputs, rng.chance(0.3), rng);
    let result = cells.pop().flatten().expect("the result is kept");
    let slopes = slopes(task, &inputs, &result);
    drop_shuffled(cells, rng);
    let mut direction = task.direction.iter().copied();
    let mut along = Node::constant(0.0);
    for slope in &slopes.0 {
        along += slope * direction.next().unwrap_or(0.0);
    }
    for slope in &slopes.1 {
        let v = direction.by_ref().take(slope.len()).collect();
        along += (slope * ArrayD::from_shape_vec(IxDyn(slope.shape()), v).expect("as many elements")).sum();
    }
    drop(slopes);
    if rng.chance(0.5) {
        drop(result);
        along.backward();
        compare("gradients(), swept", &flat(&inputs, Cell::grads));
    } else {
        let mut found = Vec::new();
        for input in &inputs {
            match input {
                Cell::Number(x) => found.push(gradients(&along, x).value()),
                Cell::Array(x) => found.extend(gradients(&along, x).value()),
            }
        }
        compare("gradients of gradients", &found);
        assert!(inputs.iter().all(|x| x.grads().iter().all(|&g| g == 0.0)), "gradients() changes no gradient");
    }
    drop_shuffled(inputs, rng);
}

/// Panics unless `found` is `expected` up to `share` of `scale`. Gives the error as a share of what is allowed.
#[track_caller]
fn close(name: &str, i: usize, found: f64, expected: f64, scale: f64, share: f64) -> f64 {
    let allowed = share * scale + 1e-300;
    let error = (found - expected).abs();
    assert!(
        error <= allowed,
        "{name}, element {i}: {found:e} instead of {expected:e}, magnitudes {scale:e}, off by {error:e}"
    );
    error / allowed
}

/// Central differences, extrapolated (Ridders 1982).
fn differences(task: &Task<'_>, reference: &[f64]) {
    let value = |i: usize, t: f64| {
        let mut x = task.elements.clone();
        x[i] += t;
        root(&scalar::run(task.program, &x), &task.seed)
    };
    let room = |z: &f64| z.abs().max(0.05) / 5.0;
    let least = task.plain.iter().flat_map(|cell| &cell.items).filter(|z| **z != 0.0).map(room).fold(0.02, f64::min);
    for (i, (&exact, &scale)) in reference.iter().zip(&task.scale).enumerate() {
        // so far no cell comes to a kink or to a rim: guards keep away from them
        let mut h = least / task.reach(i).max(1e-2);
        let noise = 1e-15
            * task.plain.iter().flat_map(|cell| &cell.items).fold(1.0, |a: f64, z| a.max(z.abs()))
            * scale.max(1.0);
        let mut previous: Vec<f64> = Vec::new();
        let mut best = (f64::NAN, f64::INFINITY);
        for _ in 0..8 {
            let mut row = vec![(value(i, h) - value(i, -h)) / (2.0 * h)];
            let mut factor = 2.0;
            for (j, old) in previous.iter().enumerate() {
                let next = (row[j] * factor - old) / (factor - 1.0);
                factor *= 2.0;
                let error = (next - row[j]).abs().max((next - old).abs()) + noise / h;
                row.push(next);
                if error <= best.1 {
                    best = (next, error);
                }
            }
            previous = row;
            h /= std::f64::consts::SQRT_2;
        }
        let (difference, error) = best;
        if error.is_nan() || error > 1e-5 * scale + 1e-9 {
            count(|c| c.vague += 1);
            continue;
        }
        let allowed = 20.0 * error + 1e-7 * scale + 1e-9;
        let off = (difference - exact).abs();
        assert!(
            off <= allowed,
            "input {i}: the difference {difference:e} (±{error:e}) against {exact:e}, magnitudes {scale:e}"
        );
        count(|c| c.differences += 1);
    }
}
impl Task<'_> {
    /// How much the input moves the cell that it moves most.
    fn reach(&self, i: usize) -> f64 {
        let inputs = self.elements.iter().enumerate().map(|(k, &x)| Magnitude::input(x, k, self.elements.len(), 0.0));
        let cells = scalar::run(self.program, &inputs.collect::<Vec<_>>());
        cells.iter().flat_map(|cell| &cell.items).filter_map(|z| z.first.get(i)).fold(1e-3, |a: f64, &b| a.max(b))
    }
}

// ------------------------------------------------------------------------------------------------ wild programs

/// No panic, no leak; and as far as both are the same to the last bit (a tie is a tie for both then), the same gradients
/// where they are finite: where infinities of several operations meet, modes may differ.
pub fn check_wild(program: &Program) {
    let before = graph::stats();
    let mut rng = Rng(program.seed);
    let elements = program.flat_inputs();
    let plain = scalar::run(program, &elements);
    let is_array: Vec<bool> = plain.iter().map(|cell| cell.kind.is_array()).collect();
    count(|c| c.program(program, &is_array));
    let seed: Vec<f64> = last(&plain).items.iter().map(|_| rng.choose(&[1.0, -2.0, 0.0])).collect();
    {
        let _tiny = (program.chunk != 0).then(|| TinyChunks::new(program.chunk));
        wild_sweep(program, &plain, &seed, &mut rng);
        wild_modes(program, &seed, &mut rng);
    }
    let after = graph::stats();
    assert_eq!(after.live_cells, before.live_cells, "cells that nothing refers to are alive");
    assert_eq!(after.array_bytes, before.array_bytes, "bytes of arrays that nothing refers to");
}

fn wild_sweep(program: &Program, plain: &[Flat<f64>], seed: &[f64], rng: &mut Rng) {
    let elements = program.flat_inputs();
    let inputs = leaves(program, elements.iter().copied());
    let cells = arrays::run(program, &inputs, true, rng);
    let mut exact = true;
    'cells: for (i, cell) in cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        let values = cell.values();
        assert_eq!(values.len(), plain[i].items.len(), "cell {i}");
        for (k, (&found, &expected)) in values.iter().zip(&plain[i].items).enumerate() {
            count(|c| c.values += 1);
            if found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan() {
                continue;
            }
            let scale = plain
                .iter()
                .flat_map(|cell| &cell.items)
                .filter(|z| z.is_finite())
                .fold(1.0, |a: f64, z| a.max(z.abs()));
            let near = (found - expected).abs() <= 1e-9 * scale;
            assert!(near || found == expected, "cell {i}, element {k}: {found:e} instead of {expected:e}");
            // from here on a tie here may be none there
            exact = false;
            break 'cells;
        }
    }
    count(|c| if exact { c.exact += 1 } else { c.inexact += 1 });
    if let Some(Some(result)) = cells.last() {
        result.backward_with(seed);
    }
    if exact {
        let numbers: Vec<Node<f64>> = elements.iter().map(|&x| Node::leaf(x)).collect();
        let naive = scalar::run(program, &numbers);
        root(&naive, seed).backward();
        let adjoints = || naive.iter().flat_map(|cell| &cell.items).map(|z| z.grad().abs());
        // at infinity a reduction has conventions of its own, not those of the rows that it is written in here
        let finite = adjoints().all(f64::is_finite) && plain.iter().flat_map(|z| &z.items).all(|z| z.is_finite());
        let largest = adjoints().fold(1.0, f64::max);
        for (i, (found, x)) in flat(&inputs, Cell::grads).into_iter().zip(&numbers).enumerate() {
            if !finite || largest > 1e100 {
                count(|c| c.infinite += 1);
                continue;
            }
            count(|c| c.finite += 1);
            let expected = x.grad();
            let near = (found - expected).abs() <= 1e-9 * largest;
            assert!(near, "input {i}: the gradient {found:e} instead of {expected:e}");
        }
    }
    drop_shuffled(cells, rng);
    drop_shuffled(inputs, rng);
}

/// Nothing is compared; nothing panics and nothing leaks.
fn wild_modes(program: &Program, seed: &[f64], rng: &mut Rng) {
    let inputs = leaves(program, program.flat_inputs().into_iter().map(|x| Dual::new(x, [1.0])));
    let cells = arrays::run(program, &inputs, false, rng);
    if let Some(Some(result)) = cells.last() {
        result.backward_with(&seed.iter().map(|&seed| Dual::of(seed)).collect::<Vec<_>>());
    }
    drop_shuffled(inputs, rng);
    drop_shuffled(cells, rng);

    let inputs = leaves(program, program.flat_inputs());
    let cells = arrays::run(program, &inputs, false, rng);
    let result = match last(&cells) {
        Some(Cell::Number(z)) => z * seed[0],
        Some(Cell::Array(z)) => z.sum(),
        None => panic!("the result is kept"),
    };
    drop_shuffled(cells, rng);
    for input in &inputs {
        match input {
            Cell::Number(x) => gradients(&result, x).backward(),
            Cell::Array(x) => gradients(&result, x).sum().backward(),
        }
    }
}
