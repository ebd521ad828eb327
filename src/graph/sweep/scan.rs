//! The loop over the cells of a chunk, and what it hands to others.

use super::super::cell::{
    AMONG_LEAVES, ARRAY_LEAF, CELLS, COUNTED, Cells, Chunk, LEAF, PAYLOAD, POSITION, STAMP, STILL, Slot, VISITED,
    chunk_of, code, is_constant, op_of, row, start_of,
};
use super::super::flow::Flow;
use super::Sweep;
use crate::number::Float;
use crate::rule::{Op, slope};

const ADD: u32 = row(Op::Add);
const SUB: u32 = row(Op::Sub);
const MUL: u32 = row(Op::Mul);
const DIV: u32 = row(Op::Div);
const NEG: u32 = row(Op::Neg);
const SQUARE: u32 = row(Op::Square);
const EXP: u32 = row(Op::Exp);

impl<T: Float> Sweep<'_, T> {
    /// A chunk in anomaly mode: each operation's operands are looked at before and after.
    #[cold]
    pub(super) fn scan_watching(&mut self, number: u32) {
        let home = self.home;
        let chunk: &Chunk<T> = home.chunk(start_of(number));
        let mut position = chunk.high.get() + 1;
        while position > chunk.low.get() {
            position -= 1;
            let index = start_of(number) | position;
            let cell = chunk.at(index);
            // also where the adjoint is zero: it may meet an infinity
            if !self.lists.reached.contains(&index) {
                continue;
            }
            self.lists.reached.extend(home.operands_in(index));
            home.look_for_edge(index);
            let adjoint = self.flow_at(index);
            let good = |sweep: &Self, index| sweep.flow_at(index).is_none_or(|flow| flow.all_finite());
            // what has gone wrong before is not this operation's doing
            let innocent = good(self, index) && home.computed_from_finite(index);
            let operands = if innocent { home.operands_in(index) } else { Vec::new() };
            let operands: Vec<u32> = operands.into_iter().filter(|&operand| good(self, operand)).collect();
            home.looking_for_swallowed(index, adjoint.as_ref(), || match code(cell.meta.get()) {
                PAYLOAD => self.pull(cell, cell.adjoint.get()),
                other => self.rare(other, cell, cell.adjoint.get()),
            });
            for operand in operands {
                if let (Some(adjoint), Some(wrong)) =
                    (&adjoint, self.flow_at(operand).filter(|flow| !flow.all_finite()))
                {
                    home.adjoint_went_wrong(index, adjoint.describe(), wrong.describe());
                }
            }
        }
    }
    /// The adjoint that a cell, or the array it stands for, has in this sweep so far.
    fn flow_at(&self, index: u32) -> Option<Flow<T>> {
        let chunk = self.home.chunk(index);
        let cell = chunk.at(index);
        let stamp = match code(cell.meta.get()) {
            LEAF | ARRAY_LEAF => cell.meta.get() & STAMP,
            _ => chunk.stamp.get(),
        };
        if is_constant(cell.meta.get()) || stamp != self.now {
            return None;
        }
        match self.home.payload_of(cell).as_ref().and_then(|payload| payload.collector()) {
            Some(collector) => collector.flow(),
            None => Some(Flow::Number(cell.adjoint.get())),
        }
    }

    /// A chunk, from the highest cell delivered to down to the lowest. One arm for each usual operation: what an arm
    /// does not need is not done (where the slope is 1 or −1, nothing is multiplied). The others stand out of line: a
    /// call of `cos` and the like within the loop would keep everything out of registers.
    #[inline(never)]
    pub(super) fn scan(&mut self, number: u32) {
        let (home, base) = (self.home, start_of(number));
        let chunk: &Chunk<T> = home.chunk(base);
        let cells: &Cells<T> = &chunk.cells;
        let (mut low, mut position) = (chunk.low.get(), chunk.high.get() + 1);
        // the other chunk that we have come to last
        let (mut far_number, mut far) = (number, cells);
        macro_rules! at {
            ($at:expr) => {
                if ($at & !STILL) ^ base < CELLS {
                    &cells[($at & POSITION) as usize]
                } else {
                    if chunk_of($at) != far_number {
                        (far_number, far) = (chunk_of($at), &home.chunk($at).cells);
                    }
                    &far[($at & POSITION) as usize]
                }
            };
        }
        macro_rules! give {
            ($at:expr, $cell:expr, $adjoint:expr) => {{
                if $at ^ base < CELLS {
                    $cell.adjoint.set(T::join($cell.adjoint.get(), $adjoint));
                    low = low.min($at ^ base);
                } else if $at & (AMONG_LEAVES | STILL) == AMONG_LEAVES {
                    self.deliver_to_leaf($at, $cell, $adjoint);
                } else if $at & STILL == 0 {
                    self.give_far($at, $cell, $adjoint);
                    low = low.min(chunk.low.get());
                }
            }};
        }
        // both operands in this chunk: nothing to look for
        macro_rules! near {
            ($i:expr, $j:expr) => {
                (($i ^ base) | ($j ^ base) < CELLS)
                    .then(|| (&cells[(($i ^ base) & POSITION) as usize], &cells[(($j ^ base) & POSITION) as usize]))
            };
        }
        macro_rules! give_near {
            ($i:expr, $x:expr, $dx:expr, $j:expr, $y:expr, $dy:expr) => {{
                $x.adjoint.set(T::join($x.adjoint.get(), $dx));
                $y.adjoint.set(T::join($y.adjoint.get(), $dy));
                low = low.min($i ^ base).min($j ^ base);
            }};
        }
        // a row with one operand, in line
        macro_rules! of_one {
            ($f:ident, $cell:ident, $g:ident, $i:ident) => {{
                let x = at!($i);
                give!($i, x, T::flow(&slope::$f(&x.value.get(), &$cell.value.get()), &$g));
            }};
        }
        // a row with two operands, in line
        macro_rules! of_two {
            ($f:ident, $cell:ident, $g:ident, $i:ident, $j:ident) => {{
                if let Some((x, y)) = near!($i, $j) {
                    let (p, q, z) = (x.value.get(), y.value.get(), $cell.value.get());
                    let dx = T::flow(&slope::$f::<T, 0>(&p, &q, &z), &$g);
                    let dy = T::flow(&slope::$f::<T, 1>(&p, &q, &z), &$g);
                    give_near!($i, x, dx, $j, y, dy);
                } else {
                    let x = at!($i);
                    let y = at!($j);
                    let (p, q, z) = (x.value.get(), y.value.get(), $cell.value.get());
                    let dx = T::flow(&slope::$f::<T, 0>(&p, &q, &z), &$g);
                    let dy = T::flow(&slope::$f::<T, 1>(&p, &q, &z), &$g);
                    give!($i, x, dx);
                    give!($j, y, dy);
                }
            }};
        }
        while position > low {
            position -= 1;
            let cell = &cells[(position & POSITION) as usize];
            let g = cell.adjoint.get();
            if g.is_exact_zero() && cell.meta.get() & VISITED == 0 {
                continue;
            }
            let (i, j) = (cell.a.get(), cell.b.get());
            match code(cell.meta.get()) {
                ADD => {
                    if let Some((x, y)) = near!(i, j) {
                        give_near!(i, x, g, j, y, g);
                    } else {
                        let x = at!(i);
                        give!(i, x, g);
                        let y = at!(j);
                        give!(j, y, g);
                    }
                }
                SUB => {
                    if let Some((x, y)) = near!(i, j) {
                        give_near!(i, x, g, j, y, -g);
                    } else {
                        let x = at!(i);
                        give!(i, x, g);
                        let y = at!(j);
                        give!(j, y, -g);
                    }
                }
                MUL => of_two!(mul, cell, g, i, j),
                NEG => {
                    let x = at!(i);
                    give!(i, x, -g);
                }
                DIV => of_two!(div, cell, g, i, j),
                SQUARE => of_one!(square, cell, g, i),
                EXP => of_one!(exp, cell, g, i),
                PAYLOAD => {
                    chunk.low.set(low);
                    self.pull(cell, g);
                    low = low.min(chunk.low.get());
                }
                other => {
                    chunk.low.set(low);
                    self.rare(other, cell, g);
                    low = low.min(chunk.low.get());
                }
            }
        }
        chunk.low.set(low);
    }
    /// To another chunk, or an `COUNTED` cell.
    #[inline(never)]
    fn give_far(&mut self, at: u32, cell: &Slot<T>, adjoint: T) {
        self.enter(at, self.home.chunk(at));
        if at & COUNTED != 0 {
            cell.meta.set(cell.meta.get() | VISITED);
        }
        cell.adjoint.set(T::join(cell.adjoint.get(), adjoint));
    }

    /// Any row of the table.
    #[inline(never)]
    fn rare(&mut self, code_of_op: u32, cell: &Slot<T>, adjoint: T) {
        let Some(op) = op_of(code_of_op) else { return };
        let (home, z) = (self.home, cell.value.get());
        // one operand: going through all that there may be would cost more than the rest
        if cell.b.get() == 0 {
            let at = cell.a.get();
            let chunk = home.chunk(at);
            let operand = chunk.at(at);
            let x = operand.value.get();
            let part = T::flow(&op.slope(0, [&x, &x, &x], 0, &z), &adjoint);
            if at & (AMONG_LEAVES | COUNTED | STILL) == AMONG_LEAVES {
                self.deliver_to_leaf(at, operand, part);
            } else if at & STILL == 0 {
                self.give_far(at, operand, part);
            }
            return;
        }
        let (operands, exponent) = home.operands_of(cell);
        let values = operands.map(|index| home.cell(index).value.get());
        let wanted = |k: usize| !is_constant(home.cell(operands[k]).meta.get());
        op.pull(values.each_ref(), exponent, &z, &adjoint, wanted, |k, part| self.deliver(operands[k], part));
    }

    #[inline(never)]
    fn pull(&mut self, cell: &Slot<T>, adjoint: T) {
        let Some(payload) = self.home.payload(cell.b.get()) else { return };
        let adjoint = match payload.collector() {
            None => Flow::Number(adjoint),
            Some(collector) => match collector.finish(self.home.lifelong(self.now)) {
                Some(flow) => flow,
                None => return,
            },
        };
        payload.pull(cell.value.get(), adjoint, &mut |index, part| self.flow(index, part));
    }
}
