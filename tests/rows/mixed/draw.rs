//! Drawing programs: tame ones stay away from kinks and from the rims of domains, at moderate values; wild ones go
//! anywhere.

use super::program::{Along, Arg, Kind, Program, REDUCTIONS, Reduction, Step, What};
use super::scalar::{self, Flat, Scalar, number_row};
use crate::rng::Rng;
use backprop::Op;
use ndarray::SliceInfoElem;
use quickcheck::{Arbitrary, Gen};
use std::cell::Cell;

#[derive(Clone, Debug)]
pub struct Tame(pub Program);
impl Arbitrary for Tame {
    fn arbitrary(g: &mut Gen) -> Self {
        Tame(draw(u64::arbitrary(g), false))
    }
    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.0.smaller().into_iter().map(Tame))
    }
}
#[derive(Clone, Debug)]
pub struct Wild(pub Program);
impl Arbitrary for Wild {
    fn arbitrary(g: &mut Gen) -> Self {
        Wild(draw(u64::arbitrary(g), true))
    }
    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.0.smaller().into_iter().map(Wild))
    }
}

// ------------------------------------------------------------------------------------------------ guards

thread_local! {
    /// A guarded number has come too near to something.
    static NEAR: Cell<bool> = const { Cell::new(false) };
}
/// A plain number that notices kinks and the rims of domains.
#[derive(Clone)]
struct Guard(f64);
impl Scalar for Guard {
    fn of(x: f64) -> Self {
        Guard(x)
    }
    fn value(&self) -> f64 {
        self.0
    }
    fn detach(&self) -> Self {
        self.clone()
    }
    fn row(op: Op, exponent: i32, x: &[&Self]) -> Self {
        const AWAY: f64 = 0.05;
        let values: Vec<&f64> = x.iter().map(|x| &x.0).collect();
        let (a, b) = (*values[0], values.get(1).map_or(0.0, |b| **b));
        let far = |p: f64, q: f64| (p - q).abs() >= AWAY;
        let off_integers = |p: f64| far(p, p.round());
        let trusted = match op {
            Op::Abs | Op::Signum | Op::Relu | Op::Recip | Op::Cbrt => far(a, 0.0),
            Op::Sqrt | Op::Ln | Op::Powf => a >= AWAY,
            Op::Ln1p => a >= AWAY - 1.0,
            Op::Floor | Op::Fract => off_integers(a),
            Op::Div => far(b, 0.0),
            Op::Rem => far(b, 0.0) && off_integers(a / b),
            Op::Powi => exponent > 1 || far(a, 0.0),
            Op::Max | Op::Min => far(a, b),
            // not on the cut, where the sign of a zero decides
            Op::Atan2 => a.hypot(b) >= AWAY && (b > 0.0 || far(a, 0.0)),
            Op::Hypot => a.hypot(b) >= AWAY,
            Op::Copysign => far(a, 0.0) && far(b, 0.0),
            Op::Clamp => b + 2.0 * AWAY <= *values[2] && far(a, b) && far(a, *values[2]),
            _ => true,
        };
        if !trusted {
            NEAR.set(true);
        }
        Guard(number_row(op, exponent, &values))
    }
}
/// Whether a step with these operands and this result is far from everything doubtful.
fn trusted(what: &What, x: &[Flat<f64>], z: &Flat<f64>) -> bool {
    NEAR.set(false);
    let guarded: Vec<Flat<Guard>> =
        x.iter().map(|x| Flat { kind: x.kind.clone(), items: x.items.iter().map(|&x| Guard(x)).collect() }).collect();
    scalar::apply(what, &guarded);
    // what ties for an extreme is nowhere near; neither is what is nearly the same
    if let What::Reduce(reduction @ (Reduction::Max | Reduction::Min | Reduction::NormMax), _) = what {
        let key = |x: f64| if *reduction == Reduction::NormMax { x.abs() } else { x };
        let mut all: Vec<f64> = x[0].items.iter().map(|&x| key(x)).collect();
        all.sort_by(f64::total_cmp);
        if all.windows(2).any(|pair| pair[1] - pair[0] < 0.02) {
            return false;
        }
    }
    let has_zeros = x.iter().any(|x| x.items.contains(&0.0)) || matches!(what, What::ToDiag | What::Row(Op::Relu, _));
    let moderate = |z: &f64| (1e-3..=1e3).contains(&z.abs()) || *z == 0.0 && has_zeros;
    !NEAR.get() && z.items.iter().all(moderate)
}
/// Where the naive formulas of the reference hold: nothing overflows or vanishes on the way.
fn thinkable(z: &Flat<f64>) -> bool {
    z.items.iter().all(|z| *z == 0.0 || !z.is_finite() || (1e-60..=1e60).contains(&z.abs()))
}

// ------------------------------------------------------------------------------------------------ drawing

const CURIOUS: &[f64] =
    &[0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 0.25, 1e-3, 40.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
const TAME_UNARY: &[Op] = &[
    Op::Neg,
    Op::Recip,
    Op::Square,
    Op::Sqrt,
    Op::Cbrt,
    Op::Exp,
    Op::Exp2,
    Op::ExpM1,
    Op::Ln,
    Op::Ln1p,
    Op::Sin,
    Op::Cos,
    Op::Atan,
    Op::Sinh,
    Op::Cosh,
    Op::Tanh,
    Op::Asinh,
    Op::Sigmoid,
    Op::Softplus,
    Op::Relu,
    Op::Abs,
    Op::Fract,
    Op::Powi,
];
const WILD_UNARY: &[Op] = &[Op::Signum, Op::Floor, Op::Abs, Op::Relu, Op::Square, Op::Sqrt, Op::Neg];
const OPERATORS: &[Op] = &[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem];
const METHODS: &[Op] = &[Op::Powf, Op::LogAddExp, Op::Atan2, Op::Hypot, Op::Max, Op::Min, Op::Copysign];

struct Draft {
    cells: Vec<Flat<f64>>,
    used: Vec<bool>,
    steps: Vec<Step>,
    /// The lengths that axes have.
    lengths: [usize; 3],
    window: usize,
    wild: bool,
    rng: Rng,
}

pub fn draw(seed: u64, wild: bool) -> Program {
    let mut rng = Rng(seed);
    let size = rng.log_between(3.0, 80.0) as usize;
    let first = if wild && rng.chance(0.15) { 0 } else { 1 };
    let lengths = [first, 2 + rng.below(2), 3 + rng.below(2)];
    let window = rng.choose(&[4, 10, usize::MAX]);
    let mut draft = Draft { cells: Vec::new(), used: Vec::new(), steps: Vec::new(), lengths, window, wild, rng };
    let mut inputs = Vec::new();
    let (numbers, arrays) = (1 + draft.rng.below(2), 1 + draft.rng.below(3));
    for k in 0..numbers + arrays {
        let kind = if k < numbers { Kind::Number } else { Kind::Array(draft.shape()) };
        let values = draft.numbers(kind.size());
        draft.cells.push(Flat { kind: kind.clone(), items: values.clone() });
        draft.used.push(false);
        inputs.push((kind, values));
    }
    let mut tries = 0;
    while draft.steps.len() < size && tries < 40 * size {
        tries += 1;
        if let Some(step) = draft.guess() {
            draft.offer(step);
        }
    }
    if draft.rng.chance(0.75) {
        draft.close();
    }
    if draft.steps.is_empty() {
        let all = (0..draft.cells.len()).filter(|&i| !draft.cells[i].kind.is_array()).map(Arg::Cell).collect();
        draft.push(Step { what: What::FromNodes, args: all, form: 0 });
    }
    let mut rng = draft.rng;
    let tiny = rng.log_between(2.0, 30.0);
    let chunk = if rng.chance(0.6) { tiny as u32 } else { 0 };
    Program { seed: rng.next(), inputs, steps: draft.steps, chunk }
}

impl Draft {
    fn number(&mut self) -> f64 {
        if self.wild {
            if self.rng.chance(0.25) {
                return self.rng.choose(CURIOUS);
            }
            // sums of these are exact
            return (self.rng.below(65) as f64 - 32.0) / 8.0;
        }
        self.rng.sign() * self.rng.log_between(0.1, 8.0)
    }
    fn numbers(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.number()).collect()
    }
    fn shape(&mut self) -> Vec<usize> {
        let rank = self.rng.choose(&[0, 1, 1, 1, 2, 2, 2, 3]);
        (0..rank)
            .map(|_| if self.rng.chance(0.1) { self.lengths[0] } else { self.rng.choose(&self.lengths[1..]) })
            .collect()
    }
    /// The result of a step, if it can be done at all.
    fn value(&self, step: &Step) -> Flat<f64> {
        scalar::step(&self.cells, step)
    }
    fn offer(&mut self, step: Step) {
        let z = self.value(&step);
        let x: Vec<Flat<f64>> = step.args.iter().map(|arg| scalar::operand(&self.cells, arg)).collect();
        let good = if self.wild {
            // NaN is catching
            let nan = z.items.iter().any(|z| z.is_nan());
            thinkable(&z) && x.iter().all(thinkable) && (!nan || self.rng.chance(0.05))
        } else {
            trusted(&step.what, &x, &z)
        };
        if good && z.kind.size() <= 100 {
            self.push(step);
        }
    }
    fn push(&mut self, step: Step) -> usize {
        for arg in &step.args {
            if let Arg::Cell(i) = *arg {
                self.used[i] = true;
            }
        }
        let z = self.value(&step);
        self.cells.push(z);
        self.used.push(false);
        self.steps.push(step);
        self.cells.len() - 1
    }

    /// A cell of the wanted kind: often one that has been used before, else one of the last.
    fn pick(&mut self, wanted: impl Fn(&Kind) -> bool) -> Option<usize> {
        let n = self.cells.len();
        let fits = |i: &usize| wanted(&self.cells[*i].kind);
        let again: Vec<usize> = (0..n).filter(|&i| self.used[i]).filter(fits).collect();
        if !again.is_empty() && self.rng.chance(0.45) {
            return Some(self.rng.choose(&again));
        }
        let all: Vec<usize> = (0..n).filter(fits).collect();
        let from = all.len().saturating_sub(self.window);
        if all.is_empty() { None } else { Some(self.rng.choose(&all[from..])) }
    }
    fn shape_of(&self, i: usize) -> Vec<usize> {
        self.cells[i].kind.shape().to_vec()
    }
    /// A plain array that broadcasts with this shape.
    fn plain(&mut self, shape: &[usize]) -> Arg {
        let from = if self.rng.chance(0.3) { self.rng.below(shape.len() + 1) } else { 0 };
        let shape: Vec<usize> = shape[from..].iter().map(|&n| if self.rng.chance(0.15) { 1 } else { n }).collect();
        let values = self.numbers(shape.iter().product());
        Arg::Plain(shape, values)
    }
    /// What can stand beside an array of this shape.
    fn beside(&mut self, shape: &[usize]) -> Option<Arg> {
        Some(match self.rng.below(10) {
            0 | 1 => Arg::Literal(self.number()),
            2 => self.plain(shape),
            3 | 4 => Arg::Cell(self.pick(|kind| !kind.is_array())?),
            _ => Arg::Cell(self.pick(|kind| kind.is_array() && scalar::broadcast(&[shape, kind.shape()]).is_some())?),
        })
    }
    fn axis(&mut self, rank: usize) -> Option<usize> {
        (rank > 0).then(|| self.rng.below(rank))
    }

    fn guess(&mut self) -> Option<Step> {
        let form = self.rng.next() as u8;
        let (what, args) = match self.rng.below(100) {
            0..18 => self.unary()?,
            18..50 => self.binary()?,
            50..55 => self.ternary()?,
            55..69 => self.reduction()?,
            69..84 => self.movement()?,
            84..91 => self.together()?,
            91..97 => self.product()?,
            97 => (What::Detach, vec![Arg::Cell(self.pick(|_| true)?)]),
            98 => (What::Named, vec![Arg::Cell(self.pick(|_| true)?)]),
            _ => (What::Lift, vec![Arg::Cell(self.pick(|kind| !kind.is_array())?)]),
        };
        Some(Step { what, args, form })
    }
    fn unary(&mut self) -> Option<(What, Vec<Arg>)> {
        let mut ops = TAME_UNARY;
        if self.wild && self.rng.chance(0.5) {
            ops = WILD_UNARY;
        }
        let op = self.rng.choose(ops);
        let n = self.rng.choose(&[-2, -1, 2, 3, 4]);
        let n = if self.wild { self.rng.choose(&[n, 0, 1]) } else { n };
        Some((What::Row(op, n), vec![Arg::Cell(self.pick(|_| true)?)]))
    }
    fn binary(&mut self) -> Option<(What, Vec<Arg>)> {
        let op = if self.rng.chance(0.8) { self.rng.choose(OPERATORS) } else { self.rng.choose(METHODS) };
        let is_operator = OPERATORS.contains(&op);
        let x = self.pick(|_| true)?;
        let (x, y) = if self.cells[x].kind.is_array() {
            let y = self.beside(&self.shape_of(x))?;
            (Arg::Cell(x), y)
        } else if self.rng.chance(0.3) {
            (Arg::Cell(x), Arg::Literal(self.number()))
        } else {
            (Arg::Cell(x), Arg::Cell(self.pick(|kind| !kind.is_array())?))
        };
        let swap = self.rng.chance(0.4) && (is_operator || matches!(y, Arg::Cell(_)));
        Some((What::Row(op, 0), if swap { vec![y, x] } else { vec![x, y] }))
    }
    fn ternary(&mut self) -> Option<(What, Vec<Arg>)> {
        let x = self.pick(Kind::is_array)?;
        let shape = self.shape_of(x);
        match self.rng.below(3) {
            0 => {
                let y = self.beside(&shape)?;
                let together = scalar::broadcast(&[&shape, scalar::operand(&self.cells, &y).kind.shape()])?;
                let w = self.beside(&together)?;
                Some((What::Row(Op::MulAdd, 0), vec![Arg::Cell(x), y, w]))
            }
            1 => {
                let low = self.number();
                let low = if low.is_nan() { 0.0 } else { low };
                let width = if self.wild { self.rng.choose(&[0.0, 1.0]) } else { self.rng.between(0.5, 4.0) };
                let bounds = [low, low + width].map(Arg::Literal);
                Some((What::Row(Op::Clamp, 0), [vec![Arg::Cell(x)], bounds.to_vec()].concat()))
            }
            _ => {
                let y = self.beside(&shape)?;
                let together = scalar::broadcast(&[&shape, scalar::operand(&self.cells, &y).kind.shape()])?;
                let n = together.last().copied().unwrap_or(1);
                let mask = (0..n).map(|_| self.rng.chance(0.5)).collect();
                Some((What::Where(mask), vec![Arg::Cell(x), y]))
            }
        }
    }
    fn reduction(&mut self) -> Option<(What, Vec<Arg>)> {
        let x = self.pick(|kind| kind.is_array())?;
        let shape = self.shape_of(x);
        let args = vec![Arg::Cell(x)];
        if self.rng.chance(0.15) {
            return Some((What::CumSum(self.axis(shape.len())?), args));
        }
        let reduction = self.rng.choose(REDUCTIONS);
        let along = match self.rng.below(3) {
            0 => Along::Whole,
            1 => Along::Axis(self.axis(shape.len())?),
            _ => Along::Keep(self.axis(shape.len())?),
        };
        let n = match along {
            Along::Whole => shape.iter().product(),
            Along::Axis(axis) | Along::Keep(axis) => shape[axis],
        };
        let of_nothing = matches!(reduction, Reduction::Sum | Reduction::Prod | Reduction::Norm | Reduction::NormL1);
        (n > 0 || of_nothing).then_some((What::Reduce(reduction, along), args))
    }
    fn movement(&mut self) -> Option<(What, Vec<Arg>)> {
        let x = self.pick(|kind| kind.is_array())?;
        let shape = self.shape_of(x);
        let (rank, size) = (shape.len(), shape.iter().product::<usize>());
        let what = match self.rng.below(13) {
            0 => {
                // a factor of the size, and what is left
                let n = (1..=size).filter(|n| size % n == 0).nth(self.rng.below(4)).unwrap_or(1);
                What::Reshape(self.rng.choose(&[true, false]).then(|| vec![size]).unwrap_or(vec![n, size / n]))
            }
            1 => What::Flatten,
            2 | 3 => {
                let mut axes: Vec<usize> = (0..rank).collect();
                for k in (1..rank).rev() {
                    axes.swap(k, self.rng.below(k + 1));
                }
                What::Permute(axes)
            }
            4 => {
                let mut to: Vec<usize> =
                    shape.iter().map(|&n| if n == 1 { self.rng.choose(&self.lengths) } else { n }).collect();
                if self.rng.chance(0.5) && rank < 3 {
                    to.insert(0, self.rng.choose(&self.lengths));
                }
                What::Broadcast(to)
            }
            5 if rank < 4 => What::InsertAxis(self.rng.below(rank + 1)),
            6 => What::RemoveAxis((0..rank).find(|&k| shape[k] == 1)?),
            7 | 8 => What::Slice(self.slice(&shape)),
            9 if size > 0 => What::Index(shape.iter().map(|&n| self.rng.below(n)).collect()),
            10 => {
                let axis = self.axis(rank)?;
                let places = if shape[axis] == 0 { 0 } else { self.rng.below(5) };
                if places == 0 && !self.wild {
                    return None;
                }
                What::Select(axis, (0..places).map(|_| self.rng.below(shape[axis])).collect())
            }
            11 if rank == 2 => What::Diag,
            11 if rank == 1 && size < 6 => What::ToDiag,
            12 if rank == 0 => What::Lower,
            12 if rank == 1 && size > 0 => What::ToNodes(self.rng.below(size)),
            _ => return None,
        };
        Some((what, vec![Arg::Cell(x)]))
    }
    fn slice(&mut self, shape: &[usize]) -> Vec<SliceInfoElem> {
        let mut info = Vec::new();
        for &n in shape {
            if self.rng.chance(0.1) {
                info.push(SliceInfoElem::NewAxis);
            }
            if n > 0 && self.rng.chance(0.2) {
                let index = self.rng.below(n) as isize;
                info.push(SliceInfoElem::Index(if self.rng.chance(0.3) { index - n as isize } else { index }));
                continue;
            }
            let least = usize::from(!self.wild).min(n);
            let len = least + self.rng.below(n + 1 - least);
            let start = self.rng.below(n + 1 - len) as isize;
            let end = start + len as isize;
            let (start, end) = if self.rng.chance(0.2) && start > 0 && end < n as isize {
                (start - n as isize, Some(end - n as isize))
            } else {
                (start, if end == n as isize && self.rng.chance(0.5) { None } else { Some(end) })
            };
            info.push(SliceInfoElem::Slice { start, end, step: self.rng.choose(&[1, 1, -1, 2, -2, 3]) });
        }
        info
    }
    fn together(&mut self) -> Option<(What, Vec<Arg>)> {
        if self.rng.chance(0.4) {
            let n = 1 + self.rng.below(4);
            let args: Option<Vec<Arg>> = (0..n).map(|_| Some(Arg::Cell(self.pick(|kind| !kind.is_array())?))).collect();
            return Some((What::FromNodes, args?));
        }
        let x = self.pick(Kind::is_array)?;
        let shape = self.shape_of(x);
        let stacks = self.rng.chance(0.5) && shape.len() < 3 || shape.is_empty();
        let axis = if stacks { self.rng.below(shape.len() + 1) } else { self.rng.below(shape.len()) };
        let mut args = vec![Arg::Cell(x)];
        for _ in 0..self.rng.below(3) {
            let fits = |kind: &Kind| {
                let other = kind.shape();
                kind.is_array()
                    && other.len() == shape.len()
                    && (0..shape.len()).all(|k| !stacks && k == axis || shape[k] == other[k])
            };
            args.push(Arg::Cell(self.pick(fits)?));
        }
        if self.rng.chance(0.2) {
            let n = shape.iter().product();
            args.push(Arg::Plain(shape, self.numbers(n)));
        }
        Some((if stacks { What::Stack(axis) } else { What::Concatenate(axis) }, args))
    }
    fn product(&mut self) -> Option<(What, Vec<Arg>)> {
        match self.rng.below(5) {
            0 => {
                let vector = |kind: &Kind| kind.rank() == 1;
                Some((What::Outer, vec![Arg::Cell(self.pick(vector)?), Arg::Cell(self.pick(vector)?)]))
            }
            1 => {
                let x = self.pick(|kind| kind.rank() == 3)?;
                let shape = self.shape_of(x);
                let y = self.pick(|kind| kind.rank() == 3 && kind.shape()[..2] == [shape[0], shape[2]])?;
                Some((What::Matmul, vec![Arg::Cell(x), Arg::Cell(y)]))
            }
            _ => {
                let x = self.pick(|kind| kind.rank() == 1 || kind.rank() == 2)?;
                let n = *self.shape_of(x).last()?;
                if self.rng.chance(0.2) {
                    let mut shape = vec![n];
                    if self.rng.chance(0.5) {
                        shape.push(self.lengths[1]);
                    }
                    let values = self.numbers(shape.iter().product());
                    return Some((What::Dot, vec![Arg::Cell(x), Arg::Plain(shape, values)]));
                }
                let y = self.pick(|kind| (kind.rank() == 1 || kind.rank() == 2) && kind.shape()[0] == n)?;
                Some((What::Dot, vec![Arg::Cell(x), Arg::Cell(y)]))
            }
        }
    }

    /// What nothing uses is weighted and summed, so that adjoints come everywhere.
    fn close(&mut self) {
        let mut numbers = Vec::new();
        for i in (0..self.cells.len()).filter(|&i| !self.used[i]).collect::<Vec<_>>() {
            let kind = self.cells[i].kind.clone();
            let n = if let Kind::Array(shape) = kind {
                let weights = shape.iter().product::<usize>();
                let weights = (0..weights).map(|_| self.rng.choose(&[1.0, -0.5, 3.0, 0.25])).collect();
                let form = self.rng.next() as u8;
                let args = vec![Arg::Cell(i), Arg::Plain(shape, weights)];
                let weighted = self.push(Step { what: What::Row(Op::Mul, 0), args, form });
                let what = What::Reduce(Reduction::Sum, Along::Whole);
                self.push(Step { what, args: vec![Arg::Cell(weighted)], form })
            } else {
                i
            };
            numbers.push(Arg::Cell(n));
        }
        let all = self.push(Step { what: What::FromNodes, args: numbers, form: 0 });
        let what = What::Reduce(Reduction::Sum, Along::Whole);
        self.push(Step { what, args: vec![Arg::Cell(all)], form: 0 });
    }
}
