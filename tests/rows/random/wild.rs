//! Programs that go anywhere: out of domains, onto kinks, through zeros, infinities and NaN.
//!
//! A sweep and the naive pass deliver in one order, the reverse of creation, so that even where infinities cancel
//! (`inf − inf`, whose sum depends on the order) both must say the same, and to the last bit.

use super::super::programs::{TinyChunks, drop_shuffled};
use super::counts::count;
use super::modes::apply;
use super::modes::{run, run_dropping};
use super::program::{Arg, Program, Rng, Step, What};
use super::walker::walk_by_table;
use backprop::{Dual, Fold, Node, Op, gradients, graph};
use quickcheck::{Arbitrary, Gen};

#[derive(Clone, Debug)]
pub struct Wild(pub Program);

impl Arbitrary for Wild {
    fn arbitrary(g: &mut Gen) -> Self {
        Wild(draw(u64::arbitrary(g)))
    }
    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.0.smaller().into_iter().map(Wild))
    }
}

const CURIOUS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1.5,
    -1.5,
    1e-3,
    1e16,
    710.0,
    -746.0,
    5e-324,
    -5e-324,
    1e-308,
    f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    1e200,
    -1e200,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::EPSILON,
    std::f64::consts::PI,
    std::f64::consts::FRAC_PI_2,
];

fn number(rng: &mut Rng) -> f64 {
    if rng.chance(0.4) { rng.choose(CURIOUS) } else { rng.sign() * rng.log_between(1e-3, 1e3) }
}

fn draw(seed: u64) -> Program {
    let mut rng = Rng(seed);
    let size = rng.log_between(5.0, 1500.0) as usize;
    let inputs: Vec<f64> = (0..1 + rng.below(6)).map(|_| number(&mut rng)).collect();
    let constants: Vec<f64> = (0..rng.below(4)).map(|_| number(&mut rng)).collect();
    let window = rng.choose(&[3, 20, usize::MAX]);
    let mut values = [&inputs[..], &constants].concat();
    let mut steps: Vec<Step> = Vec::new();
    while steps.len() < size {
        let step = guess(&values, window, &mut rng);
        let z = value(&values, &step);
        // NaN is catching
        if !z.is_nan() || rng.chance(0.03) {
            values.push(z);
            steps.push(step);
        }
    }
    if rng.chance(0.7) {
        // what nothing uses is summed, so that adjoints come everywhere
        let mut used = vec![false; values.len()];
        for arg in steps.iter().flat_map(|step| &step.args) {
            if let Arg::Cell(i) = *arg {
                used[i] = true;
            }
        }
        let args: Vec<Arg> = (0..values.len()).filter(|&i| !used[i]).map(Arg::Cell).collect();
        let weights = args.iter().map(|_| Arg::Literal(rng.choose(&[1.0, -0.7, 3.0, 1e-3])));
        let args = args.iter().copied().chain(weights).collect();
        steps.push(Step { what: What::Fold(Fold::Dot), args, exponent: 0, form: 0 });
    }
    let tiny = rng.log_between(2.0, 100.0).max(size as f64 / 20.0);
    let chunk = if rng.chance(0.4) { tiny as u32 } else { 0 };
    Program { seed: rng.next(), inputs, constants, steps, chunk }
}
fn of(values: &[f64], arg: Arg) -> f64 {
    match arg {
        Arg::Cell(i) => values[i],
        Arg::Literal(c) => c,
    }
}
fn value(values: &[f64], step: &Step) -> f64 {
    apply(step, |arg| of(values, arg))
}

fn guess(values: &[f64], window: usize, rng: &mut Rng) -> Step {
    let k = rng.below(Op::ALL.len() + Fold::ALL.len());
    let what = match Op::ALL.get(k) {
        Some(&op) => What::Row(op),
        None => What::Fold(Fold::ALL[k - Op::ALL.len()]),
    };
    let operands = match what {
        What::Row(op) => op.arity(),
        What::Fold(Fold::Dot) => 2 * rng.below(5),
        What::Fold(_) => rng.below(8),
    };
    let from = values.len().saturating_sub(window);
    let mut args: Vec<Arg> = (0..operands).map(|_| Arg::Cell(from + rng.below(values.len() - from))).collect();
    if operands > 1 {
        let kept = rng.below(operands);
        for k in (0..operands).filter(|&k| k != kept) {
            if rng.chance(0.2) {
                args[k] = Arg::Literal(number(rng));
            }
        }
    }
    if what == What::Row(Op::Clamp) {
        let (low, high) = (of(values, args[1]), of(values, args[2]));
        if low > high {
            args.swap(1, 2);
        } else if low.is_nan() || high.is_nan() {
            let low = if rng.chance(0.2) { f64::NEG_INFINITY } else { rng.between(-2.0, 2.0) };
            let width = rng.choose(&[0.0, 1.0, f64::INFINITY]);
            args[1] = Arg::Literal(low);
            args[2] =
                Arg::Literal(if low == f64::NEG_INFINITY { low.max(rng.choose(&[low, 1.0])) } else { low + width });
        }
    }
    let exponent = rng.choose(&[i32::MIN, i32::MIN + 1, -1000, -3, -2, -1, 0, 1, 2, 3, 4, 1001, i32::MAX]);
    Step { what, args, exponent, form: rng.next() as u8 }
}

pub fn check(program: &Program) {
    let live = graph::stats().live_cells;
    let mut rng = Rng(program.seed);
    let seed = rng.choose(&[1.0, -2.7, 1e-3, 0.0, 1e300, f64::INFINITY, f64::NAN]);
    let values = run(program, &program.inputs);
    count(|c| c.program(program));
    {
        let _tiny = (program.chunk != 0).then(|| TinyChunks::new(program.chunk));
        sweep(program, &values, seed, &mut rng);
        if program.steps.len() <= 200 {
            other_modes(program, seed, &mut rng);
        }
    }
    assert_eq!(graph::stats().live_cells, live, "cells that nothing refers to are alive");
}

/// Equal, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

fn sweep(program: &Program, values: &[f64], seed: f64, rng: &mut Rng) {
    let expected = walk_by_table(program, values, seed);
    let inputs: Vec<Node<f64>> = program.inputs.iter().map(|&x| Node::leaf(x)).collect();
    let keep = rng.chance(0.5);
    let cells =
        if keep { run(program, &inputs).into_iter().map(Some).collect() } else { run_dropping(program, &inputs, rng) };
    let steps = program.steps.len() as u32;
    count(|c| c.crossing += u64::from(keep && (steps >= 1024 || program.chunk != 0 && steps > program.chunk)));
    if let Some(Some(result)) = cells.last() {
        result.backward_with(seed);
    }
    for (i, cell) in cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        assert!(same(cell.value(), values[i]), "cell {i}: the value {} instead of {}", cell.value(), values[i]);
        let (found, expected) = (cell.grad(), expected[i].unwrap_or(0.0));
        assert!(same(found, expected), "cell {i}: the gradient {found:e} instead of {expected:e}");
        count(|c| c.first_order += 1);
    }
    for (i, x) in inputs.iter().enumerate() {
        let (found, expected) = (x.grad(), expected[i].unwrap_or(0.0));
        assert!(same(found, expected), "input {i}: the gradient {found:e} instead of {expected:e}");
        count(|c| match () {
            () if found.is_nan() => c.nan += 1,
            () if found.is_infinite() => c.infinite += 1,
            () => c.finite += 1,
        });
    }
    count(|c| c.reached += expected[program.first()..].iter().filter(|a| a.is_some_and(|a| a != 0.0)).count() as u64);
    drop_shuffled(cells, rng);
    drop_shuffled(inputs, rng);
}

/// Nothing is compared: where infinities meet zeros modes may differ. Nothing panics and nothing leaks.
fn other_modes(program: &Program, seed: f64, rng: &mut Rng) {
    let tangent = |rng: &mut Rng| if rng.chance(0.2) { number(rng) } else { 1.0 };
    let duals: Vec<Dual<Dual>> = program
        .inputs
        .iter()
        .map(|&x| Dual::new(Dual::new(x, [tangent(rng)]), [Dual::new(tangent(rng), [0.0])]))
        .collect();
    run(program, &duals);

    let inputs: Vec<Node<Dual>> = program.inputs.iter().map(|&x| Node::leaf(Dual::new(x, [tangent(rng)]))).collect();
    let cells = run_dropping(program, &inputs, rng);
    if let Some(Some(result)) = cells.last() {
        result.backward_with(Dual::constant(seed));
    }
    drop_shuffled(inputs, rng);
    drop_shuffled(cells, rng);

    let inputs: Vec<Node<f64>> = program.inputs.iter().map(|&x| Node::leaf(x)).collect();
    let duals: Vec<Dual<Node<f64>>> = inputs.iter().map(|x| Dual::variable(x.clone())).collect();
    if let Some(Some(result)) = run_dropping(program, &duals, rng).last() {
        result.derivative().backward_with(seed);
    }
    if let Some(Some(result)) = run_dropping(program, &inputs, rng).last() {
        for slope in gradients(result, &inputs) {
            slope.backward_with(seed);
        }
    }
}
