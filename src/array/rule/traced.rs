//! A traced closure runs over the elements of arrays, block by block: what the steps compute in between stays in a few
//! kilobytes, and there is no temporary array.
//!
//! If derivatives are wanted, a block runs backward as soon as it has run forward, while its values are near, and leaves
//! the partial derivatives by the inputs, which are all that a sweep needs (as in the statements of a tape: Griewank &
//! Walther 2008, section 4.3). For the graph of derivatives the steps run on whole arrays.

use super::as_number::AsNumber;
use super::broadcast::{fill, sum_to};
use super::trace::{Place, Traced, trace};
use crate::array::data::feed::{BLOCK, Feed, Order, flow_blocks};
use crate::array::data::kernel;
use crate::array::data::shapes::common;
use crate::array::data::sums;
use crate::array::record::{Operand, Pull, Rule, is_recorded, lift, record, wants};
use crate::error::{Error, accept};
use crate::graph::anomaly::{self, columns};
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Value, Values, take};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use crate::rule::{Edge, Needs, Slope};
use ndarray::{Dimension, IxDyn};

/// What the registers of all steps may take together: they are to stay in the cache next to the processor.
const NEAR_BYTES: usize = 48 << 10;

/// The closure's value for all elements.
///
/// # Errors
/// [`Error::Shapes`] if the arrays do not broadcast together.
#[track_caller]
pub(crate) fn zip_any<T: Float, const N: usize>(
    name: &'static str,
    arrays: [NodeArrayD<T>; N],
    f: impl FnOnce([&Node<T>; N]) -> Node<T>,
) -> Result<NodeArrayD<T>, Error> {
    let mut shape = IxDyn(&[]);
    for array in &arrays {
        shape = common(name, &shape, array.body().shape())?;
    }
    let traced = trace(f);
    let captured = traced.captured.iter().map(lift).collect::<Vec<_>>();
    let recorded = is_recorded(arrays.iter().chain(&captured));
    let wanted: Vec<bool> = arrays.iter().chain(&captured).map(|x| recorded && wants(x)).collect();
    let blocks = Blocks::new(&traced, &arrays, &shape, wanted);
    let described = || arrays.iter().map(|x| Value::Array(x.values()));
    let (values, partials) = anomaly::looking_for_swallowed(Recorded::Array(name), described, || blocks.run());
    let shapes = arrays.iter().chain(&captured).map(|x| x.body().shape().clone()).collect();
    let numbers = traced.captured.clone();
    let operands: Vec<Operand<'_, T>> =
        arrays.iter().map(Operand::Array).chain(numbers.iter().map(Operand::Number)).collect();
    Ok(record(Mapped { name, traced, partials, shapes }, operands, values))
}

/// Over the elements of one array: see [`map`](NodeArray::map).
#[track_caller]
pub(crate) fn map_any<T: Float>(x: NodeArrayD<T>, f: impl FnOnce(&Node<T>) -> Node<T>) -> NodeArrayD<T> {
    accept(zip_any("map", [x], |[x]| f(x)))
}

// ------------------------------------------------------------------------------------------------ the operation

struct Mapped<T: Float> {
    name: &'static str,
    traced: Traced<T>,
    /// By each input, then by each captured number that wants one.
    partials: Vec<Option<Values<T>>>,
    shapes: Vec<IxDyn>,
}
impl<T: Float> Rule<T> for Mapped<T> {
    fn recorded(&self) -> Recorded {
        Recorded::Array(self.name)
    }
    fn needs(&self, _: usize) -> Needs {
        Needs::OPERANDS
    }
    fn bytes(&self) -> usize {
        let partials: usize = self.partials.iter().flatten().map(|partial| partial.len()).sum();
        partials * size_of::<T>() + size_of_val(&*self.traced.steps)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        if at.is_plain() { self.pull_numbers(at) } else { self.pull_nodes(at) }
    }
    fn edge(&self, operands: &[Value<T>]) -> Option<Edge> {
        let no_axes = Ok(IxDyn(&[]));
        let shape = self.shapes.iter().fold(no_axes, |shape, x| shape.and_then(|shape| common(self.name, &shape, x)));
        let columns = columns(operands, Dimension::slice(&shape.ok()?));
        let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
        (0..rows).find_map(|k| self.traced.edge(&columns.iter().map(|column| column[k]).collect::<Vec<T>>()))
    }
}
impl<T: Float> Mapped<T> {
    fn pull_numbers(&self, at: &mut Pull<'_, T>) {
        let shape = at.shape();
        let mut flow = Some(at.flow());
        let wanted: Vec<usize> = (0..at.operands()).filter(|&k| at.wants(k)).collect();
        for (turn, &k) in wanted.iter().enumerate() {
            // the last one may write over the adjoint
            let adjoint = if turn + 1 == wanted.len() { flow.take() } else { flow.clone() };
            let (Some(adjoint), Some(partial)) = (adjoint, &self.partials[k]) else { continue };
            let part = match adjoint {
                // mostly from a sum: the partial derivatives themselves
                Flow::Everywhere(g) if (g - T::of(1.0)).is_exact_zero() => partial.clone(),
                adjoint => {
                    let order = Order::of(&shape, adjoint.values().into_iter().chain([partial]));
                    let mut partial = Feed::new(partial, &order, BLOCK);
                    flow_blocks(adjoint, &order, &mut |start, adjoints| {
                        partial.advance(start, adjoints.len());
                        T::flow_each(partial.block(start, adjoints.len()), adjoints);
                    })
                }
            };
            at.give_flow(k, Flow::Array(sums::sum_to(part, &self.shapes[k])));
        }
    }
    fn pull_nodes(&self, at: &mut Pull<'_, T>) {
        let adjoint = at.adjoint();
        let shape = adjoint.body().shape().clone();
        let (inputs, captured): (Vec<_>, Vec<_>) =
            (0..at.operands()).map(|k| AsNumber(at.operand(k))).enumerate().partition(|(k, _)| *k < self.traced.inputs);
        let lanes = |all: Vec<(usize, AsNumber<T>)>| all.into_iter().map(|(_, x)| x).collect::<Vec<_>>();
        let constants: Vec<AsNumber<T>> =
            self.traced.constants.iter().map(|&c| AsNumber(NodeArray::constant_of(Values::scalar(c)))).collect();
        let adjoints = self.traced.backward(&lanes(inputs), &lanes(captured), &constants, AsNumber(adjoint), |part| {
            AsNumber(fill(&part.0, &shape))
        });
        for (k, part) in adjoints.inputs.into_iter().chain(adjoints.captured).enumerate() {
            if at.wants(k) {
                // the closure may have left an argument out
                let part =
                    part.map_or_else(|| NodeArray::constant_of(Values::full(shape.clone(), T::of(0.0))), |part| part.0);
                at.give(k, &sum_to(&part, &self.shapes[k]));
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------ block by block

struct Blocks<'a, T: Float> {
    traced: &'a Traced<T>,
    arrays: &'a [NodeArrayD<T>],
    shape: &'a IxDyn,
    /// By which inputs and captured numbers partial derivatives are wanted.
    wanted: Vec<bool>,
    /// What flows back, from the last step to the first.
    arrows: Vec<Arrow>,
    /// Which registers something flows to.
    reached: Vec<bool>,
    /// Elements to a block.
    block: usize,
}
/// From a step to one of its operands.
struct Arrow {
    step: usize,
    operand: usize,
    /// Nothing has come there before.
    first: bool,
}
impl<'a, T: Float> Blocks<'a, T> {
    fn new(traced: &'a Traced<T>, arrays: &'a [NodeArrayD<T>], shape: &'a IxDyn, wanted: Vec<bool>) -> Self {
        let mut blocks = Blocks { traced, arrays, shape, wanted, arrows: Vec::new(), reached: Vec::new(), block: 1 };
        let files = if blocks.wanted.contains(&true) { 2 } else { 1 };
        let bytes = files * blocks.registers() * size_of::<T>();
        // a multiple of what the widest instructions take at once
        blocks.block = (NEAR_BYTES / bytes.max(1)).clamp(8, 1024) / 8 * 8;
        if files == 2 {
            blocks.plan();
        }
        blocks
    }
    /// Finds the arrows along which something flows to what is wanted.
    fn plan(&mut self) {
        let depends = |active: &[bool], place| match place {
            Place::Input(k) => self.wanted[k],
            Place::Captured(k) => self.wanted[self.traced.inputs + k],
            Place::Constant(_) => false,
            Place::Step(k) => active[k],
        };
        let mut active: Vec<bool> = Vec::with_capacity(self.traced.steps.len());
        for step in &self.traced.steps {
            active.push(step.operands.iter().any(|&place| depends(&active, place)));
        }
        let mut reached = vec![false; self.registers()];
        reached[self.register(self.traced.result)] = true;
        let mut arrows = Vec::new();
        for (k, step) in self.traced.steps.iter().enumerate().rev() {
            if !reached[self.register(Place::Step(k))] {
                continue;
            }
            for (operand, &place) in step.operands[..step.op.arity()].iter().enumerate() {
                if depends(&active, place) {
                    let first = !std::mem::replace(&mut reached[self.register(place)], true);
                    arrows.push(Arrow { step: k, operand, first });
                }
            }
        }
        (self.arrows, self.reached) = (arrows, reached);
    }
    /// Inputs, captured numbers, constants, steps: each has a register of one block (inputs only for adjoints).
    fn registers(&self) -> usize {
        self.register(Place::Step(self.traced.steps.len()))
    }
    fn register(&self, place: Place) -> usize {
        let (inputs, captured) = (self.traced.inputs, self.traced.captured.len());
        match place {
            Place::Input(k) => k,
            Place::Captured(k) => inputs + k,
            Place::Constant(k) => inputs + captured + k,
            Place::Step(k) => inputs + captured + self.traced.constants.len() + k,
        }
    }

    /// The values, and the partial derivatives that are wanted.
    fn run(&self) -> (Values<T>, Vec<Option<Values<T>>>) {
        let (block, size) = (self.block, self.shape.size());
        let nothing = T::of(0.0);
        let mut values = vec![nothing; self.registers() * block];
        let mut adjoints = if self.reached.is_empty() { Vec::new() } else { values.clone() };
        let mut room = vec![nothing; block];
        let captured = self.traced.captured.iter().enumerate().map(|(k, x)| (Place::Captured(k), x.value()));
        let constants = self.traced.constants.iter().enumerate().map(|(k, &c)| (Place::Constant(k), c));
        for (place, value) in captured.chain(constants) {
            values[self.register(place) * block..][..block].fill(value);
        }
        let looks: Vec<Values<T>> =
            self.arrays.iter().map(|x| kernel::to_be_broadcast(&x.body().look(), size)).collect();
        let order = Order::of(self.shape, looks.iter());
        let mut inputs: Vec<Feed<'_, T>> = looks.iter().map(|look| Feed::new(look, &order, block)).collect();
        let mut results = take(size);
        let mut partials: Vec<Option<Vec<T>>> = self.wanted.iter().map(|&wanted| wanted.then(|| take(size))).collect();
        for (start, len) in order.blocks(block) {
            inputs.iter_mut().for_each(|input| input.advance(start, len));
            self.forward(&mut values, &inputs, start, len);
            results.extend_from_slice(self.operand(self.traced.result, &values, &inputs, start, len));
            if adjoints.is_empty() {
                continue;
            }
            self.backward(&values, &inputs, &mut adjoints, &mut room, (start, len), false);
            let wanted = (0..self.wanted.len()).filter(|&k| self.wanted[k] && self.reached[k]);
            if wanted.into_iter().any(|k| T::needs_care(&adjoints[k * block..][..len])) {
                self.backward(&values, &inputs, &mut adjoints, &mut room, (start, len), true);
            }
            for (k, partial) in partials.iter_mut().enumerate() {
                match partial {
                    Some(partial) if self.reached[k] => partial.extend_from_slice(&adjoints[k * block..][..len]),
                    Some(partial) => partial.resize(start + len, nothing),
                    None => (),
                }
            }
        }
        let whole = |elements| order.array(elements);
        (whole(results), partials.into_iter().map(|partial| partial.map(whole)).collect())
    }

    /// A block of an operand: of the array itself, or in a register.
    #[inline]
    fn operand<'b>(
        &self,
        place: Place,
        values: &'b [T],
        inputs: &'b [Feed<'_, T>],
        start: usize,
        len: usize,
    ) -> &'b [T] {
        match place {
            Place::Input(k) => inputs[k].block(start, len),
            place => &values[self.register(place) * self.block..][..len],
        }
    }
    fn forward(&self, values: &mut [T], inputs: &[Feed<'_, T>], start: usize, len: usize) {
        for (k, step) in self.traced.steps.iter().enumerate() {
            let (before, from) = values.split_at_mut(self.register(Place::Step(k)) * self.block);
            let operands = step.operands.map(|place| self.operand(place, before, inputs, start, len));
            T::row_values(step.op, step.exponent, operands, &mut from[..len]);
        }
    }
    /// A block backward. What flows is multiplied at once; `careful` if a NaN has come out, for zero times anything is zero.
    fn backward(
        &self,
        values: &[T],
        inputs: &[Feed<'_, T>],
        adjoints: &mut [T],
        room: &mut [T],
        (start, len): (usize, usize),
        careful: bool,
    ) {
        let block = self.block;
        adjoints[self.register(self.traced.result) * block..][..len].fill(T::of(1.0));
        for arrow in &self.arrows {
            let step = &self.traced.steps[arrow.step];
            let here = self.register(Place::Step(arrow.step)) * block;
            let (before, from) = adjoints.split_at_mut(here);
            let adjoint = &from[..len];
            let part = &mut before[self.register(step.operands[arrow.operand]) * block..][..len];
            let pairs = part.iter_mut().zip(adjoint);
            match (step.op.slope_is(arrow.operand), arrow.first) {
                (Slope::One, true) => part.copy_from_slice(adjoint),
                (Slope::One, false) => pairs.for_each(|(part, &g)| *part += g),
                (Slope::MinusOne, true) => pairs.for_each(|(part, &g)| *part = -g),
                (Slope::MinusOne, false) => pairs.for_each(|(part, &g)| *part -= g),
                (_, first) => {
                    let operands = step.operands.map(|place| self.operand(place, values, inputs, start, len));
                    let z = &values[here..][..len];
                    let slopes = T::row_slopes(step.op, arrow.operand, step.exponent, operands, z, &mut room[..len]);
                    if careful {
                        T::flow_slices(slopes, adjoint, part, !first);
                    } else {
                        T::flow_unchecked(slopes, adjoint, part, !first);
                    }
                }
            }
        }
    }
}
