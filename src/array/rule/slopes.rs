//! How adjoints flow back through the rows of the table, element by element: blocks of slopes times blocks of adjoints in
//! a sweep, the table's slopes on whole arrays in the graph of derivatives.

use super::as_number::AsNumber;
use super::broadcast::{fill, sum_to};
use super::elementwise::Row;
use crate::array::data::feed::{BLOCK, Feed, Order, flow_blocks};
use crate::array::data::kernel;
use crate::array::data::sums;
use crate::array::record::{Pull, Rule};
use crate::graph::array::{Flow, Values};
use crate::graph::recorded::Recorded;
use crate::number::{Elementary, Float};
use crate::rule::{Needs, Slope};
use ndarray::{Dimension, IxDyn};

impl<T: Float> Rule<T> for Row {
    fn recorded(&self) -> Recorded {
        Recorded::row(self.op, self.exponent)
    }
    fn needs(&self, k: usize) -> Needs {
        self.op.needs(k)
    }
    fn bytes(&self) -> usize {
        self.shapes.as_ref().map_or(0, |shapes| size_of_val(&**shapes))
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        if at.is_plain() { self.pull_numbers(at) } else { self.pull_nodes(at) }
    }
}
impl Row {
    fn pull_nodes<T: Float>(&self, at: &mut Pull<'_, T>) {
        let adjoint = AsNumber(at.adjoint());
        let wanted: [bool; 3] = std::array::from_fn(|k| k < self.op.arity() && at.wants(k));
        let needs = self.op.needs_of(|k| wanted[k]);
        // in place of what no slope needs stands a number that nobody looks at
        let operand = |j: usize| if needs.operand(j) { AsNumber(at.operand(j)) } else { AsNumber::of(0.0) };
        let [x, y, w] = [operand(0), operand(1), operand(2)];
        let z = if needs.result() { AsNumber(at.result()) } else { AsNumber::of(0.0) };
        let shape = adjoint.0.body().shape();
        self.op.pull(
            [&x, &y, &w],
            self.exponent,
            &z,
            &adjoint,
            |k| wanted[k],
            |k, part| {
                let part = fill(&part.0, shape);
                at.give(k, &self.shapes.as_ref().map_or_else(|| part.clone(), |shapes| sum_to(&part, &shapes[k])));
            },
        );
    }

    fn pull_numbers<T: Float>(&self, at: &mut Pull<'_, T>) {
        let shape = at.shape();
        let mut flow = Some(at.flow());
        let last = (0..self.op.arity()).rev().find(|&k| at.wants(k));
        for k in 0..self.op.arity() {
            if !at.wants(k) {
                continue;
            }
            // the last one may write over the adjoint
            let adjoint = if Some(k) == last { flow.take() } else { flow.clone() };
            let Some(adjoint) = adjoint else { return };
            let part = self.part(k, &shape, adjoint, at);
            let part = match &self.shapes {
                Some(shapes) if shapes[k] != shape => Flow::Array(sums::sum_to(part.array(&shape), &shapes[k])),
                _ => part,
            };
            at.give_flow(k, part);
        }
    }

    /// What flows to operand `k`: its slope, times the adjoint.
    fn part<T: Float>(&self, k: usize, shape: &IxDyn, adjoint: Flow<T>, at: &Pull<'_, T>) -> Flow<T> {
        let (op, n, needs) = (self.op, self.exponent, self.op.needs(k));
        let is = op.slope_is(k);
        match is {
            Slope::One => return adjoint,
            Slope::MinusOne => return negated(shape, adjoint),
            _ => (),
        }
        // mostly from a sum: the slopes themselves
        let is_one = matches!(adjoint, Flow::Everywhere(g) if (g - T::of(1.0)).is_exact_zero());
        let look = |j: usize| needs.operand(j).then(|| at.look(j));
        let (x, y, w, z) = (look(0), look(1), look(2), needs.result().then(|| at.look_at_result()));
        let known = [x.as_deref(), y.as_deref(), w.as_deref(), z.as_deref()];
        // what stands somewhere already needs no room
        let stand = is != Slope::Formula;
        let size = shape.size();
        let standing = match is {
            Slope::Operand(j) => known[j],
            Slope::Result => known[3],
            _ => None,
        };
        if let Some(slopes) = standing.filter(|slopes| is_one && slopes.shape() == shape.slice()) {
            return Flow::Array(slopes.clone());
        }
        if size <= BLOCK
            && let Some(rows) = rows(known, size)
            && let Some(mut adjoints) = adjoint.row(size)
        {
            let mut room = if stand { Vec::new() } else { vec![T::of(0.0); size] };
            let slopes = T::row_slopes(op, k, n, [rows[0], rows[1], rows[2]], rows[3], &mut room);
            T::flow_each(slopes, &mut adjoints);
            return Flow::Array(Values::from_vec(shape.clone(), adjoints));
        }
        let known = known.map(|x| x.map(|x| kernel::to_be_broadcast(x, size)));
        let known = known.each_ref().map(Option::as_ref);
        let order = Order::of(shape, known.iter().flatten().copied().chain(adjoint.values()));
        let mut feeds: [Option<Feed<'_, T>>; 4] = [None, None, None, None];
        for (feed, x) in feeds.iter_mut().zip(known) {
            *feed = x.map(|x| Feed::new(x, &order, BLOCK));
        }
        let mut room = if stand { Vec::new() } else { vec![T::of(0.0); size.min(BLOCK)] };
        let mut nothing = Vec::new();
        if feeds.iter().all(Option::is_none) {
            nothing.clone_from(&room);
        }
        Flow::Array(flow_blocks(adjoint, &order, &mut |start, adjoints| {
            let len = adjoints.len();
            feeds.iter_mut().flatten().for_each(|feed| feed.advance(start, len));
            // what is not needed is not looked at, but is as long
            let dummy = feeds.iter().flatten().next().map_or_else(|| &nothing[..], |feed| feed.block(start, len));
            let block = |k: usize| feeds[k].as_ref().map_or(dummy, |feed| feed.block(start, len));
            let operands = [block(0), block(1), block(2)];
            if is_one && !stand {
                T::row_slopes(op, k, n, operands, block(3), adjoints);
                return;
            }
            let room = if stand { &mut [] } else { &mut room[..len] };
            let slopes = T::row_slopes(op, k, n, operands, block(3), room);
            T::flow_each(slopes, adjoints);
        }))
    }
}
/// The elements of all that are there, if all lie in rows of this length; what is not there is as long.
fn rows<'a, T: Float>(known: [Option<&'a Values<T>>; 4], size: usize) -> Option<[&'a [T]; 4]> {
    let row = |x: &'a Values<T>| x.as_slice().filter(|row| row.len() == size);
    let mut rows = [row(known.into_iter().flatten().next()?)?; 4];
    for (place, x) in rows.iter_mut().zip(known) {
        if let Some(x) = x {
            *place = row(x)?;
        }
    }
    Some(rows)
}
fn negated<T: Float>(shape: &IxDyn, adjoint: Flow<T>) -> Flow<T> {
    match adjoint {
        Flow::Everywhere(g) => Flow::Everywhere(-g),
        Flow::Number(g) => Flow::Number(-g),
        array => {
            let order = Order::of(shape, array.values().into_iter());
            let negate = &mut |_: usize, adjoints: &mut [T]| adjoints.iter_mut().for_each(|g| *g = -*g);
            Flow::Array(flow_blocks(array, &order, negate))
        }
    }
}
