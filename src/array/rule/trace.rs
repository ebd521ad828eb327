//! A scalar closure becomes a list of steps: it is run once, on numbers without a value, and what it has recorded is read
//! off the graph.

use crate::graph::cell::{PAYLOAD, op_of};
use crate::graph::flags;
use crate::graph::handle::{Node, share};
use crate::graph::recorded::Recorded;
use crate::graph::tracing::Arguments;
use crate::number::{Elementary, Float};
use crate::rule::{Edge, Fold, Op};
use std::collections::HashMap;

/// Where an operand of a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An argument of the closure.
    Input(usize),
    /// A number of the graph that does not depend on the arguments.
    Captured(usize),
    Constant(usize),
    /// The result of an earlier step.
    Step(usize),
}
/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub op: Op,
    /// powi's.
    pub exponent: i32,
    /// As many as the row has; the first repeated up to three.
    pub operands: [Place; 3],
}
/// What a closure computes from its arguments.
pub(crate) struct Traced<T: Float> {
    pub inputs: usize,
    pub captured: Vec<Node<T>>,
    pub constants: Vec<T>,
    pub steps: Vec<Step>,
    pub result: Place,
}

/// Runs the closure, once.
///
/// # Panics
/// If it asks for a value that depends on its arguments, or puts them into an operation that is no row of the table, or
/// uses a number without a value of another closure.
#[track_caller]
pub(crate) fn trace<T: Float, const N: usize>(f: impl FnOnce([&Node<T>; N]) -> Node<T>) -> Traced<T> {
    // whatever the closure records is younger than these, which live until all has been read
    let arguments = Arguments::<T, N>::new();
    let Some(result) = arguments.run(f) else { panic!("arguments without cells: this is a bug in backprop") };
    let place = |(k, index)| (index, Origin::Place(Place::Input(k)));
    let mut reader = Reader {
        fence: arguments.fence(),
        found: arguments.indices().into_iter().enumerate().map(place).collect(),
        kept: HashMap::new(),
        traced: Traced {
            inputs: N,
            captured: Vec::new(),
            constants: Vec::new(),
            steps: Vec::new(),
            result: Place::Input(0),
        },
    };
    let found = reader.read(&result);
    reader.traced.result = reader.place(found);
    reader.traced
}

/// Where a cell comes from.
#[derive(Clone, Copy)]
enum Origin {
    Place(Place),
    /// It does not depend on the arguments; it has a place if a step needs it.
    Outside(u32),
}
struct Reader<T: Float> {
    /// Cells older than this do not depend on the arguments.
    fence: (u64, u32),
    found: HashMap<u32, Origin>,
    /// The places of what stands outside.
    kept: HashMap<u32, Place>,
    traced: Traced<T>,
}
impl<T: Float> Reader<T> {
    /// Operands before the operation, without recursion.
    fn read(&mut self, result: &Node<T>) -> Origin {
        let mut waiting = vec![result.clone()];
        while let Some(z) = waiting.pop() {
            if self.found.contains_key(&z.index()) {
                continue;
            }
            let operands = z.operands_since(self.fence);
            let missing: Vec<Node<T>> =
                operands.iter().filter(|x| !self.found.contains_key(&x.index())).cloned().collect();
            if missing.is_empty() {
                let found = self.finish(&z, &operands);
                self.found.insert(z.index(), found);
            } else {
                waiting.push(z);
                waiting.extend(missing);
            }
        }
        self.found[&result.index()]
    }
    fn finish(&mut self, z: &Node<T>, operands: &[Node<T>]) -> Origin {
        let found: Vec<Origin> = operands.iter().map(|x| self.found[&x.index()]).collect();
        if found.iter().all(|found| matches!(found, Origin::Outside(_))) {
            return Origin::Outside(z.index());
        }
        let code = z.kind();
        if code != PAYLOAD {
            let Some(op) = op_of(code) else { return Origin::Outside(z.index()) };
            let exponent = z.recorded_operands().1;
            return self.step(op, exponent, &found);
        }
        match z.payload().and_then(|payload| payload.recorded()) {
            Some(Recorded::Named(_)) => found[0],
            Some(Recorded::Fold(fold)) => self.fold(fold, &found),
            Some(operation) => no_row(&operation),
            None => Origin::Outside(z.index()),
        }
    }
    fn step(&mut self, op: Op, exponent: i32, operands: &[Origin]) -> Origin {
        let places = std::array::from_fn(|k| self.place(*operands.get(k).unwrap_or(&operands[0])));
        self.traced.steps.push(Step { op, exponent, operands: places });
        Origin::Place(Place::Step(self.traced.steps.len() - 1))
    }
    /// A fold, written out in rows.
    fn fold(&mut self, fold: Fold, x: &[Origin]) -> Origin {
        let (terms, row): (Vec<Origin>, Op) = match fold {
            Fold::Sum => (x.to_vec(), Op::Add),
            Fold::Norm => (x.to_vec(), Op::Hypot),
            Fold::LogSumExp => (x.to_vec(), Op::LogAddExp),
            Fold::Product => (x.to_vec(), Op::Mul),
            Fold::Max => (x.to_vec(), Op::Max),
            Fold::Min => (x.to_vec(), Op::Min),
            Fold::LogSoftmax(_) => no_row(&Recorded::Fold(fold)),
            Fold::Dot => {
                let (x, y) = x.split_at(x.len() / 2);
                (x.iter().zip(y).map(|(&x, &y)| self.step(Op::Mul, 0, &[x, y])).collect(), Op::Add)
            }
        };
        // a norm of one number is its magnitude
        let first = if fold == Fold::Norm { self.step(Op::Abs, 0, &terms[..1]) } else { terms[0] };
        terms[1..].iter().fold(first, |so_far, &x| self.step(row, 0, &[so_far, x]))
    }
    fn place(&mut self, found: Origin) -> Place {
        let index = match found {
            Origin::Place(place) => return place,
            Origin::Outside(index) => index,
        };
        let traced = &mut self.traced;
        *self.kept.entry(index).or_insert_with(|| {
            let node: Node<T> = share(index);
            // it may belong to a closure around this one, or to one that has ended
            if flags::is_tracing() {
                node.ask("hands another map");
            }
            if node.is_constant() {
                traced.constants.push(node.value());
                Place::Constant(traced.constants.len() - 1)
            } else {
                traced.captured.push(node);
                Place::Captured(traced.captured.len() - 1)
            }
        })
    }
}

/// # Panics
/// Always.
#[track_caller]
fn no_row(operation: &Recorded) -> ! {
    panic!(
        "the closure of map or zip_map puts its argument into {operation}, which is no row of the table: apply that to the whole array"
    )
}

/// The adjoints of inputs and captured numbers, for any kind of number: the steps from the last to the first.
pub(crate) struct Adjoints<S> {
    pub inputs: Vec<Option<S>>,
    pub captured: Vec<Option<S>>,
}
impl<T: Float> Traced<T> {
    /// The values of all steps.
    fn forward<S: Elementary>(&self, value: &impl Fn(&[S], Place) -> S) -> Vec<S> {
        let mut steps: Vec<S> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let [x, y, w] = step.operands.map(|place| value(&steps, place));
            steps.push(step.op.value([&x, &y, &w], step.exponent));
        }
        steps
    }
    /// The edge that a step comes to, of these arguments and captured numbers.
    pub fn edge(&self, x: &[T]) -> Option<Edge> {
        let value = |steps: &[T], place| match place {
            Place::Input(k) => x[k],
            Place::Captured(k) => x[self.inputs + k],
            Place::Constant(k) => self.constants[k],
            Place::Step(k) => steps[k],
        };
        let steps = self.forward(&value);
        self.steps.iter().find_map(|step| {
            let operands = step.operands.map(|place| value(&steps, place).to_f64_value());
            step.op.edge(&operands, step.exponent)
        })
    }
    /// What flows to inputs and captured numbers from the adjoint of the result. `shaped` gives a part the shape that all
    /// adjoints have.
    pub fn backward<S: Elementary>(
        &self,
        inputs: &[S],
        captured: &[S],
        constants: &[S],
        adjoint: S,
        shaped: impl Fn(S) -> S,
    ) -> Adjoints<S> {
        let value = |steps: &[S], place| match place {
            Place::Input(k) => inputs[k].clone(),
            Place::Captured(k) => captured[k].clone(),
            Place::Constant(k) => constants[k].clone(),
            Place::Step(k) => steps[k].clone(),
        };
        let values = self.forward(&value);
        let mut adjoints = Adjoints { inputs: vec![None; inputs.len()], captured: vec![None; captured.len()] };
        let mut of_steps: Vec<Option<S>> = vec![None; self.steps.len()];
        let deliver = |place, part: S, steps: &mut [Option<S>], adjoints: &mut Adjoints<S>| {
            let sum = match place {
                Place::Input(k) => &mut adjoints.inputs[k],
                Place::Captured(k) => &mut adjoints.captured[k],
                Place::Constant(_) => return,
                Place::Step(k) => &mut steps[k],
            };
            *sum = Some(match sum.take() {
                Some(sum) => S::join(sum, part),
                None => part,
            });
        };
        deliver(self.result, adjoint, &mut of_steps, &mut adjoints);
        for (k, step) in self.steps.iter().enumerate().rev() {
            let Some(adjoint) = of_steps[k].take() else { continue };
            let [x, y, w] = step.operands.map(|place| value(&values, place));
            let wanted = |i: usize| !matches!(step.operands[i], Place::Constant(_));
            step.op.pull([&x, &y, &w], step.exponent, &values[k], &adjoint, wanted, |i, part| {
                deliver(step.operands[i], shaped(part), &mut of_steps, &mut adjoints);
            });
        }
        adjoints
    }
}
