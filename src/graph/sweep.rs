//! The reverse sweep: adjoints flow from right to left, each cell doing its simple local computation.
//!
//! Chunks are taken youngest first from a heap; a chunk enters it when an adjoint is delivered into it. Within a chunk
//! the sweep goes from the highest to the lowest position delivered to. A stamp in each cell says whether its adjoint
//! belongs to this sweep, so nothing is cleared before or after, and the cost is that of the cells reached. Leaves
//! collect in their cells and are added to their gradients at the end: a panic in a rule changes no gradient.
//!
//! A sweep may run inside a custom rule of another. It saves what it meets of the outer one and puts it back at its end.

use super::array::{Aside, Collector, Flow, mixed_up};
use super::cell::{
    ARRAY_LEAF, Cells, Chunk, LEAF, PAYLOAD, POSITION, STAMP, Slot, chunk_of, code, is_constant, op_of, row, start_of,
};
use super::handle::Node;
use super::home::Home;
use super::homes::{self, ENDING};
use super::modes;
use super::tracing;
use crate::number::Float;
use crate::rule::{Op, slope};
use std::collections::BinaryHeap;

/// What an outer sweep has in a cell that an inner one comes to. All of them are ancestors of the node that the inner
/// sweep was asked of, so they live until it is put back, and a cell that is new or used again starts without a stamp.
struct Saved<T> {
    index: u32,
    stamp: u32,
    adjoint: T,
}
/// The same for a chunk.
struct SavedChunk {
    index: u32,
    stamp: u32,
    low: u32,
    high: u32,
}
/// A sweep's lists, kept between sweeps for their capacity.
pub(crate) struct Scratch<T: Float> {
    /// Birth and number of the chunk to visit next; birth 0: none.
    top: (u64, u32),
    /// The others.
    heap: BinaryHeap<(u64, u32)>,
    leaves: Vec<u32>,
    saved: Vec<Saved<T>>,
    saved_chunks: Vec<SavedChunk>,
    /// The arrays delivered to; and what an outer sweep has there.
    arrays: Vec<u32>,
    saved_arrays: Vec<(u32, Aside<T>)>,
}
impl<T: Float> Default for Scratch<T> {
    fn default() -> Self {
        Scratch {
            top: (0, 0),
            heap: BinaryHeap::new(),
            leaves: Vec::new(),
            saved: Vec::new(),
            saved_chunks: Vec::new(),
            arrays: Vec::new(),
            saved_arrays: Vec::new(),
        }
    }
}

/// Nothing newer than this is worth saving: the sweep is the outermost.
const OUTERMOST: u32 = u32::MAX;

struct Sweep<'h, T: Float> {
    home: &'h Home<T>,
    now: u32,
    /// Stamps from here on belong to sweeps under way.
    outer: u32,
    lists: &'h mut Scratch<T>,
}

impl<T: Float> Node<T> {
    /// One sweep from this node, with the adjoint `seed`.
    ///
    /// # Panics
    /// If the node has no value, and as its rules do.
    #[track_caller]
    pub(crate) fn sweep(&self, seed: Flow<T>) {
        if tracing::is_tracing() {
            self.ask("sweeps back from");
        }
        homes::with(|home| {
            let mut turn = Turn::new(home);
            let mut sweep = turn.sweep();
            sweep.flow(self.index(), seed);
            sweep.run();
            sweep.commit();
        })
        .expect(ENDING);
    }
}

const ADD: u32 = row(Op::Add);
const SUB: u32 = row(Op::Sub);
const MUL: u32 = row(Op::Mul);
const DIV: u32 = row(Op::Div);
const NEG: u32 = row(Op::Neg);
const SQUARE: u32 = row(Op::Square);
const EXP: u32 = row(Op::Exp);

impl<T: Float> Home<T> {
    /// Does something to where the adjoint of an array's cell collects.
    fn with_collector(&self, cell: &Slot<T>, f: impl FnOnce(&Collector<T>)) {
        if let Some(payload) = self.payload(cell.b.get())
            && let Some(collector) = payload.collector()
        {
            f(collector);
        }
    }
}

/// A sweep's turn, from its stamp to the restoration of what an outer one had.
struct Turn<'h, T: Float> {
    home: &'h Home<T>,
    now: u32,
    outer: u32,
    lists: Option<Box<Scratch<T>>>,
}
impl<'h, T: Float> Turn<'h, T> {
    fn new(home: &'h Home<T>) -> Self {
        let active = home.active.get();
        if active == 0 && home.sweeps.get() >= STAMP / 2 {
            // the outermost one leaves room for those inside it
            home.forget_stamps();
        }
        let now = home.sweeps.get() + 1;
        assert!(now <= STAMP, "a custom operation's rule has run 2^23 sweeps inside one");
        home.sweeps.set(now);
        let outer = if active == 0 {
            home.active.set(now);
            OUTERMOST
        } else {
            active
        };
        Turn { home, now, outer, lists: home.scratch.take() }
    }
    fn sweep(&mut self) -> Sweep<'_, T> {
        Sweep { home: self.home, now: self.now, outer: self.outer, lists: self.lists.get_or_insert_with(Box::default) }
    }
}
/// Also after a panic.
impl<T: Float> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if self.outer == OUTERMOST {
            self.home.active.set(0);
        }
        let Some(mut lists) = self.lists.take() else { return };
        // what has been delivered and not passed on: there is something only after a panic
        for index in lists.arrays.drain(..) {
            self.home.with_collector(self.home.cell(index), Collector::clear);
        }
        while let Some((index, aside)) = lists.saved_arrays.pop() {
            self.home.with_collector(self.home.cell(index), |collector| collector.put_back(aside));
        }
        while let Some(saved) = lists.saved.pop() {
            let cell = self.home.cell(saved.index);
            cell.adjoint.set(saved.adjoint);
            cell.meta.set(cell.meta.get() & !STAMP | saved.stamp);
        }
        while let Some(saved) = lists.saved_chunks.pop() {
            let chunk = self.home.chunk(saved.index);
            chunk.stamp.set(saved.stamp);
            chunk.low.set(saved.low);
            chunk.high.set(saved.high);
        }
        lists.heap.clear();
        lists.leaves.clear();
        lists.top = (0, 0);
        self.home.scratch.set(Some(lists));
    }
}

impl<T: Float> Sweep<'_, T> {
    /// Adds to a cell's adjoint.
    fn deliver(&mut self, index: u32, adjoint: T) {
        let cell = self.home.cell(index);
        if cell.meta.get() & STAMP == self.now {
            cell.adjoint.set(cell.adjoint.get() + adjoint);
        } else {
            self.first(index, cell, adjoint);
        }
    }

    /// Adds what flows to a number or to an array.
    fn flow(&mut self, index: u32, part: Flow<T>) {
        match part {
            Flow::Number(adjoint) => self.deliver(index, adjoint),
            part => self.deliver_array(index, part),
        }
    }
    fn deliver_array(&mut self, index: u32, part: Flow<T>) {
        let cell = self.home.cell(index);
        let meta = cell.meta.get();
        if is_constant(meta) {
            return;
        }
        let Some(payload) = self.home.payload(cell.b.get()) else { return };
        let Some(collector) = payload.collector() else { mixed_up() };
        if meta & STAMP != self.now {
            if meta & STAMP >= self.outer {
                self.lists.saved_arrays.push((index, collector.put_aside()));
            }
            self.first(index, cell, T::of(0.0));
        }
        if collector.add(part) {
            self.lists.arrays.push(index);
        }
    }

    /// The first delivery of this sweep to the cell.
    #[inline(never)]
    fn first(&mut self, index: u32, cell: &Slot<T>, adjoint: T) {
        let meta = cell.meta.get();
        if is_constant(meta) {
            return;
        }
        if meta & STAMP >= self.outer {
            self.lists.saved.push(Saved { index, stamp: meta & STAMP, adjoint: cell.adjoint.get() });
        }
        cell.adjoint.set(adjoint);
        cell.meta.set(meta & !STAMP | self.now);
        if matches!(code(meta), LEAF | ARRAY_LEAF) {
            self.lists.leaves.push(index);
        } else {
            self.enter(index);
        }
    }
    /// The chunk is to be visited, at this position too.
    fn enter(&mut self, index: u32) {
        let (chunk, position) = (self.home.chunk(index), index & POSITION);
        let stamp = chunk.stamp.get();
        if stamp == self.now {
            chunk.low.set(chunk.low.get().min(position));
            chunk.high.set(chunk.high.get().max(position));
            return;
        }
        if stamp >= self.outer {
            let (low, high) = (chunk.low.get(), chunk.high.get());
            self.lists.saved_chunks.push(SavedChunk { index, stamp, low, high });
        }
        chunk.stamp.set(self.now);
        chunk.low.set(position);
        chunk.high.set(position);
        let (lists, entry) = (&mut self.lists, (chunk.birth.get(), chunk_of(index)));
        if lists.top.0 == 0 {
            lists.top = entry;
        } else {
            lists.heap.push(lists.top.min(entry));
            lists.top = lists.top.max(entry);
        }
    }

    fn run(&mut self) {
        let watching = modes::is_watching();
        while self.lists.top.0 != 0 {
            let number = self.lists.top.1;
            // mostly empty, and asking is cheaper than popping
            self.lists.top = if self.lists.heap.is_empty() { (0, 0) } else { self.lists.heap.pop().unwrap_or((0, 0)) };
            match (watching, self.outer == OUTERMOST) {
                (true, _) => self.scan_watching(number),
                (false, true) => self.scan::<false>(number),
                (false, false) => self.scan::<true>(number),
            }
        }
    }

    /// A chunk in anomaly mode: each operation's operands are looked at before and after.
    #[cold]
    fn scan_watching(&mut self, number: u32) {
        let (home, now) = (self.home, self.now);
        let chunk: &Chunk<T> = home.chunk(start_of(number));
        let mut position = chunk.high.get() + 1;
        while position > chunk.low.get() {
            position -= 1;
            let index = start_of(number) | position;
            let cell = chunk.at(index);
            if cell.meta.get() & STAMP != now {
                continue;
            }
            let adjoint = self.flow_at(index);
            let good = |sweep: &Self, index| sweep.flow_at(index).is_none_or(|flow| flow.all_finite());
            // what has gone wrong before is not this operation's doing
            let innocent = good(self, index) && home.computed_from_finite(index);
            let operands = if innocent { home.operands_in(index) } else { Vec::new() };
            let operands: Vec<u32> = operands.into_iter().filter(|&operand| good(self, operand)).collect();
            match code(cell.meta.get()) {
                PAYLOAD => self.pull(cell, cell.adjoint.get()),
                other => self.rare(other, cell, cell.adjoint.get()),
            }
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
        let cell = self.home.cell(index);
        if is_constant(cell.meta.get()) || cell.meta.get() & STAMP != self.now {
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
    fn scan<const NESTED: bool>(&mut self, number: u32) {
        let (home, now) = (self.home, self.now);
        let chunk: &Chunk<T> = home.chunk(start_of(number));
        let cells: &Cells<T> = &chunk.cells;
        let (mut low, mut position) = (chunk.low.get(), chunk.high.get() + 1);
        // the other chunk that we have come to last
        let (mut far_number, mut far) = (number, cells);
        macro_rules! at {
            ($index:expr) => {
                if chunk_of($index) == number {
                    &cells[($index & POSITION) as usize]
                } else {
                    if chunk_of($index) != far_number {
                        (far_number, far) = (chunk_of($index), &home.chunk($index).cells);
                    }
                    &far[($index & POSITION) as usize]
                }
            };
        }
        macro_rules! give {
            ($index:expr, $cell:expr, $adjoint:expr) => {{
                let meta = $cell.meta.get();
                if meta & STAMP == now {
                    $cell.adjoint.set($cell.adjoint.get() + $adjoint);
                } else if !NESTED && chunk_of($index) == number {
                    if !is_constant(meta) {
                        $cell.adjoint.set($adjoint);
                        $cell.meta.set(meta & !STAMP | now);
                        low = low.min($index & POSITION);
                    }
                } else {
                    self.first($index, $cell, $adjoint);
                    if NESTED {
                        low = low.min(chunk.low.get());
                    }
                }
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
                let x = at!($i);
                let y = at!($j);
                let (p, q, z) = (x.value.get(), y.value.get(), $cell.value.get());
                let dx = T::flow(&slope::$f::<T, 0>(&p, &q, &z), &$g);
                let dy = T::flow(&slope::$f::<T, 1>(&p, &q, &z), &$g);
                give!($i, x, dx);
                give!($j, y, dy);
            }};
        }
        while position > low {
            position -= 1;
            let cell = &cells[(position & POSITION) as usize];
            let meta = cell.meta.get();
            if meta & STAMP != now {
                continue;
            }
            let (g, i, j) = (cell.adjoint.get(), cell.a.get(), cell.b.get());
            match code(meta) {
                ADD => {
                    let x = at!(i);
                    give!(i, x, g);
                    let y = at!(j);
                    give!(j, y, g);
                }
                SUB => {
                    let x = at!(i);
                    give!(i, x, g);
                    let y = at!(j);
                    give!(j, y, -g);
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
                    self.pull(cell, g);
                    low = low.min(chunk.low.get());
                }
                other => {
                    self.rare(other, cell, g);
                    low = low.min(chunk.low.get());
                }
            }
        }
    }

    /// Any row of the table.
    #[inline(never)]
    fn rare(&mut self, code_of_op: u32, cell: &Slot<T>, adjoint: T) {
        let Some(op) = op_of(code_of_op) else { return };
        let (home, z) = (self.home, cell.value.get());
        if cell.b.get() == 0 {
            let (i, x) = (cell.a.get(), home.cell(cell.a.get()).value.get());
            self.deliver(i, T::flow(&op.slope(0, [&x, &x, &x], 0, &z), &adjoint));
            return;
        }
        let (operands, exponent) = home.operands_of(cell);
        let values = operands.map(|index| home.cell(index).value.get());
        for (k, &index) in operands[..op.arity()].iter().enumerate() {
            if !is_constant(self.home.cell(index).meta.get()) {
                let slope = op.slope(k, [&values[0], &values[1], &values[2]], exponent, &z);
                self.deliver(index, T::flow(&slope, &adjoint));
            }
        }
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

    /// Only now do leaves change.
    fn commit(self) {
        let mut number = u32::MAX;
        let mut chunk = None;
        for &index in &self.lists.leaves {
            if chunk_of(index) != number {
                number = chunk_of(index);
                let leaves = self.home.chunk(index);
                chunk = leaves.sums.get().map(|sums| (leaves, sums));
            }
            let Some((leaves, sums)) = chunk else { continue };
            let cell = leaves.at(index);
            if code(cell.meta.get()) == ARRAY_LEAF {
                self.home.with_collector(cell, Collector::commit);
            } else {
                let sum = &sums[(index & POSITION) as usize];
                sum.set(sum.get() + cell.adjoint.get());
            }
        }
        self.home.last.set(self.now);
    }
}
