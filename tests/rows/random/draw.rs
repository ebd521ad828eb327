//! Programs that stay inside their rows' domains, away from kinks, at moderate values and slopes.

use super::program::{Arg, Program, Rng, Step, What};
use super::textbook::{LARGEST, Trace, slopes, trusted};
use backprop::{Fold, Op};
use quickcheck::{Arbitrary, Gen};

/// The most that the inputs together may move a cell by, path by path: beyond, gradients would be differences of large
/// numbers.
const SENSITIVE: f64 = 300.0;
/// A closing sum may be larger.
const TOTAL: f64 = 1e6;

impl Arbitrary for Program {
    fn arbitrary(g: &mut Gen) -> Self {
        draw(u64::arbitrary(g))
    }
    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.smaller().into_iter())
    }
}

pub fn draw(seed: u64) -> Program {
    let mut rng = Rng(seed);
    let size = rng.log_between(5.0, 3000.0) as usize;
    let number = |rng: &mut Rng| rng.sign() * rng.log_between(0.05, 20.0);
    let inputs: Vec<f64> = (0..1 + rng.below(6)).map(|_| number(&mut rng)).collect();
    let constants: Vec<f64> = (0..rng.below(3)).map(|_| number(&mut rng)).collect();
    let mut draft = Draft {
        trace: Trace::start(&inputs, &constants),
        used: vec![false; inputs.len() + constants.len()],
        steps: Vec::new(),
        window: rng.choose(&[4, 30, 300, usize::MAX]),
        rng,
    };
    let closing = draft.rng.chance(0.5);
    while draft.steps.len() + usize::from(closing) < size {
        let step = draft.step();
        draft.push(step);
    }
    if closing {
        draft.close();
    }
    while draft.trace.sensitivity.last().is_some_and(|&s| s < 1e-2) {
        // the result depends on the inputs
        let step = draft.tied();
        draft.push(step);
    }
    let Draft { mut rng, steps, .. } = draft;
    // at most a few dozen chunks
    let tiny = rng.log_between(2.0, 100.0).max(steps.len() as f64 / 20.0);
    let chunk = if rng.chance(0.4) { tiny as u32 } else { 0 };
    Program { seed: rng.next(), inputs, constants, steps, chunk }
}

struct Draft {
    rng: Rng,
    trace: Trace,
    used: Vec<bool>,
    steps: Vec<Step>,
    /// How far back operands are looked for.
    window: usize,
}

impl Draft {
    fn push(&mut self, step: Step) {
        let (x, z) = (self.trace.operands(&step), self.trace.value(&step));
        let slopes = slopes(&step, &x, z);
        self.trace.push(&step, z, slopes);
        for arg in &step.args {
            if let Arg::Cell(i) = *arg {
                self.used[i] = true;
            }
        }
        self.used.push(false);
        self.steps.push(step);
    }

    /// A cell, preferably one that depends on the inputs; of those used before and those not in equal parts.
    fn cell(&mut self) -> usize {
        let n = self.trace.values.len();
        let from = n.saturating_sub(self.window);
        let again = self.rng.chance(0.5);
        let mut found = from + self.rng.below(n - from);
        for _ in 0..4 {
            if self.used[found] == again && self.trace.sensitivity[found] > 1e-3 {
                break;
            }
            found = from + self.rng.below(n - from);
        }
        found
    }

    /// A row that fits, or after many tries something that always does.
    fn step(&mut self) -> Step {
        for _ in 0..40 {
            let step = self.guess();
            let (x, z) = (self.trace.operands(&step), self.trace.value(&step));
            if trusted(&step, &x, z) {
                let slopes = slopes(&step, &x, z);
                if self.trace.sensitivity(&step, &slopes) <= SENSITIVE {
                    return step;
                }
            }
        }
        self.safe()
    }

    /// Adds to something or halves it.
    fn safe(&mut self) -> Step {
        let i = self.cell();
        let v = self.trace.values[i];
        let (op, c) = if v.abs() < LARGEST / 2.0 { (Op::Add, v.signum()) } else { (Op::Mul, 0.5) };
        self.with(What::Row(op), vec![Arg::Cell(i), Arg::Literal(c)])
    }

    /// The last cell, tied to an input.
    fn tied(&mut self) -> Step {
        let last = self.trace.values.len() - 1;
        let input = self.rng.below(self.trace.sensitivity.iter().take_while(|&&s| s == 1.0).count());
        self.with(What::Row(Op::Add), vec![Arg::Cell(last), Arg::Cell(input)])
    }

    /// One sum of what nothing uses.
    fn close(&mut self) {
        let mut total = 0.0;
        let mut open: Vec<Arg> = Vec::new();
        for i in (0..self.used.len()).filter(|&i| !self.used[i]) {
            total += self.trace.values[i].abs();
            if total < TOTAL {
                open.push(Arg::Cell(i));
            }
        }
        let step = self.with(What::Fold(Fold::Sum), open);
        self.push(step);
    }

    fn with(&mut self, what: What, args: Vec<Arg>) -> Step {
        Step { what, args, exponent: 0, form: self.rng.next() as u8 }
    }

    fn guess(&mut self) -> Step {
        let k = self.rng.below(Op::ALL.len() + Fold::ALL.len());
        let what = match Op::ALL.get(k) {
            Some(&op) => What::Row(op),
            None => What::Fold(Fold::ALL[k - Op::ALL.len()]),
        };
        let operands = match what {
            What::Row(op) => op.arity(),
            What::Fold(Fold::Dot) => 2 * (1 + self.rng.below(4)),
            What::Fold(_) => 1 + self.rng.below(7),
        };
        let mut args: Vec<Arg> = (0..operands).map(|_| Arg::Cell(self.cell())).collect();
        // literals, but never alone
        let kept = self.rng.below(operands);
        for k in (0..operands).filter(|&k| k != kept) {
            if self.rng.chance(0.15) {
                args[k] = Arg::Literal(self.rng.sign() * self.rng.log_between(0.02, 50.0));
            }
        }
        if what == What::Row(Op::Clamp) {
            self.bound(&mut args);
        }
        let exponent = self.rng.choose(&[-3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 12]);
        Step { exponent, ..self.with(what, args) }
    }

    /// Bounds of a clamp: in order, and often near.
    fn bound(&mut self, args: &mut [Arg]) {
        if let (Arg::Cell(i), true) = (args[0], self.rng.chance(0.4)) {
            let v = self.trace.values[i];
            let low = v + self.rng.between(-3.0, 1.0);
            args[1] = Arg::Literal(low);
            args[2] = Arg::Literal(low + self.rng.between(0.2, 3.0));
        }
        let value = |arg: Arg| match arg {
            Arg::Cell(i) => self.trace.values[i],
            Arg::Literal(c) => c,
        };
        if value(args[1]) > value(args[2]) {
            args.swap(1, 2);
        }
    }
}
