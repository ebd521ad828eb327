//! Where boxes, labels and arrows go: a layered drawing.
//!
//! Boxes stand in columns, an operation to the right of all its operands. Between two columns of boxes stands one for the
//! labels of the arrows into the right one. What is drawn in a column lies in a lane of its own, one above the other, so
//! that nothing overlaps; an arrow that passes a column on its way has a lane there too. Between the columns lie gaps,
//! with nothing in them but arrows: so no arrow can run through a box or a label. The arrows that leave one box stay
//! together as long as they can.
//!
//! ```text
//!   boxes   labels  boxes   labels  boxes
//!  ┌─────┐   100   ┌─────┐   200   ┌─────┐
//!  │apple├──────┬─▶│  ×  ├──────┬─▶│  ×  │
//!  └─────┘   2.2│  └─────┘   1.1│  └─────┘
//!  ┌─────┐    2 │  ─────────────┤
//!  │  tax├──────┴──────────────1.1
//! ```
//!
//! The method is that of Sugiyama, Tagawa & Toda, *Methods for Visual Understanding of Hierarchical System Structures*
//! (1981): layers by the longest path, an order within each layer that has few crossings (`order`), and then places that
//! make arrows straight; here each column's places are the exact solution of a least-squares problem, by pooling adjacent
//! violators (Barlow et al., *Statistical Inference under Order Restrictions*, 1972).

use super::order;

/// How much room something needs: along the arrows, and across them before and after its arrow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub along: f64,
    pub before: f64,
    pub after: f64,
}

/// Something in a column.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub column: usize,
    pub size: Size,
    pub what: What,
    /// Where its arrow runs, across.
    pub across: f64,
    /// Its cells in the column before, and in that after.
    pub from: Vec<usize>,
    pub to: Vec<usize>,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Block(usize),
    Label(usize),
    /// Arrows of a box pass by.
    Lane,
}

#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub cells: Vec<Cell>,
    /// The cells of each column, in order.
    pub columns: Vec<Vec<usize>>,
    /// Where each column begins and ends, along.
    pub spans: Vec<(f64, f64)>,
    /// The cells through which each arrow goes, from box to box.
    pub routes: Vec<Vec<usize>>,
    /// The extent across.
    pub across: f64,
}

/// Sizes of the boxes, which are in topological order, ends and label of each arrow, the size of an arrow that passes a
/// column, and how far apart things in a column stand.
pub(super) fn layout(boxes: &[Size], arrows: &[(usize, usize, Size)], lane: Size, apart: f64) -> Layout {
    let mut layout = cells(boxes, arrows, lane);
    order::order(&mut layout);
    place_across(&mut layout, apart);
    layout
}

/// The column of each box: to the right of its operands; what has none stands just before its first use.
fn columns_of(boxes: usize, arrows: &[(usize, usize, Size)]) -> Vec<usize> {
    let mut layer = vec![0; boxes];
    let mut by_head: Vec<&(usize, usize, Size)> = arrows.iter().collect();
    by_head.sort_by_key(|arrow| arrow.1);
    for &&(from, to, _) in &by_head {
        layer[to] = layer[to].max(layer[from] + 1);
    }
    let mut first_use = vec![None; boxes];
    let mut is_source = vec![true; boxes];
    for &(from, to, _) in arrows {
        is_source[to] = false;
        first_use[from] = Some(first_use[from].map_or(layer[to], |use_: usize| use_.min(layer[to])));
    }
    for k in 0..boxes {
        if let (true, Some(use_)) = (is_source[k], first_use[k]) {
            layer[k] = use_ - 1;
        }
    }
    let first = layer.iter().min().copied().unwrap_or(0);
    layer.iter().map(|layer| 2 * (layer - first)).collect()
}

fn cells(boxes: &[Size], arrows: &[(usize, usize, Size)], lane: Size) -> Layout {
    let column = columns_of(boxes.len(), arrows);
    let new = |column, size, what| Cell { column, size, what, across: 0.0, from: Vec::new(), to: Vec::new() };
    let mut cells: Vec<Cell> = (0..boxes.len()).map(|k| new(column[k], boxes[k], What::Block(k))).collect();
    let link = |cells: &mut Vec<Cell>, from: usize, to: usize| {
        cells[from].to.push(to);
        cells[to].from.push(from);
    };
    // of each box the cells through which its arrows go on
    let mut trunk: Vec<Vec<usize>> = (0..boxes.len()).map(|k| vec![k]).collect();
    let mut routes = Vec::with_capacity(arrows.len());
    for (k, &(from, to, size)) in arrows.iter().enumerate() {
        let before = column[to] - 1 - column[from];
        while trunk[from].len() < before {
            let last = trunk[from][trunk[from].len() - 1];
            cells.push(new(cells[last].column + 1, lane, What::Lane));
            let next = cells.len() - 1;
            link(&mut cells, last, next);
            trunk[from].push(next);
        }
        cells.push(new(column[to] - 1, size, What::Label(k)));
        let label = cells.len() - 1;
        link(&mut cells, trunk[from][before - 1], label);
        link(&mut cells, label, to);
        routes.push(trunk[from][..before].iter().copied().chain([label, to]).collect());
    }
    let mut columns = vec![Vec::new(); cells.iter().map(|cell| cell.column + 1).max().unwrap_or(0)];
    cells.iter().enumerate().for_each(|(k, cell)| columns[cell.column].push(k));
    Layout { cells, columns, spans: Vec::new(), routes, across: 0.0 }
}

/// Each column's places near those of its neighbours, in its order and so far apart.
fn place_across(layout: &mut Layout, apart: f64) {
    const ROUNDS: usize = 60;
    // how far below the first cell of its column each one lies at least
    let mut offset = vec![0.0; layout.cells.len()];
    for column in &layout.columns {
        let mut end = 0.0;
        for &k in column {
            let size = layout.cells[k].size;
            offset[k] = end + size.before;
            layout.cells[k].across = offset[k];
            end = offset[k] + size.after + apart;
        }
    }
    for round in 0..ROUNDS {
        let last = layout.columns.len();
        let columns: Vec<usize> = if round % 2 == 0 { (0..last).rev().collect() } else { (0..last).collect() };
        for column in columns {
            let column = &layout.columns[column];
            let wish = |k: usize| {
                let cell = &layout.cells[k];
                // in the last rounds look both ways
                let (from, to) = (round % 2 == 1 || round + 9 >= ROUNDS, round % 2 == 0 || round + 9 >= ROUNDS);
                let sides = cell.from.iter().filter(|_| from).chain(cell.to.iter().filter(|_| to));
                let (mut sum, mut all) = (0.0, 0.0);
                for neighbour in sides.map(|&j| &layout.cells[j]) {
                    let pull = pull(cell, neighbour);
                    (sum, all) = (sum + pull * neighbour.across, all + pull);
                }
                if all == 0.0 { (cell.across - offset[k], 0.01) } else { (sum / all - offset[k], all) }
            };
            let wishes: Vec<(f64, f64)> = column.iter().map(|&k| wish(k)).collect();
            let places = rising(&wishes);
            let column = column.clone();
            for (&k, place) in column.iter().zip(places) {
                // in whole units, so that what is alike stays alike
                layout.cells[k].across = place.round() + offset[k];
            }
        }
    }
    let low = layout.cells.iter().map(|cell| cell.across - cell.size.before).fold(f64::INFINITY, f64::min);
    layout.cells.iter_mut().for_each(|cell| cell.across -= low);
    layout.across = layout.cells.iter().map(|cell| cell.across + cell.size.after).fold(0.0, f64::max);
}
/// How much a cell wants to stand at the height of its neighbour: long arrows are to be straight.
fn pull(cell: &Cell, neighbour: &Cell) -> f64 {
    match (cell.what, neighbour.what) {
        (What::Lane, What::Lane) => 8.0,
        (What::Lane, _) | (_, What::Lane) => 2.0,
        _ => 1.0,
    }
}

/// The rising sequence nearest to these (wish, weight), in the sense of least squares.
fn rising(wishes: &[(f64, f64)]) -> Vec<f64> {
    // (mean, weight, how many)
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(wish, weight) in wishes {
        let mut pool = (wish, weight, 1);
        while let Some(&(mean, other, many)) = pools.last()
            && mean > pool.0
        {
            let sum = other + pool.1;
            pool = ((mean * other + pool.0 * pool.1) / sum, sum, many + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|&(mean, _, many)| std::iter::repeat_n(mean, many)).collect()
}

impl Layout {
    /// Gives the columns their places along, with gaps as wide as `gap` says for what lies between two columns.
    pub fn spread(&mut self, gap: impl Fn(&Layout, usize) -> f64) {
        let mut at = 0.0;
        let mut spans = Vec::with_capacity(self.columns.len());
        for (k, column) in self.columns.iter().enumerate() {
            let width = column.iter().map(|&k| self.cells[k].size.along).fold(0.0, f64::max);
            spans.push((at, at + width));
            at += width + if k + 1 < self.columns.len() { gap(self, k) } else { 0.0 };
        }
        self.spans = spans;
    }
    /// The extent along.
    pub fn along(&self) -> f64 {
        self.spans.last().map_or(0.0, |span| span.1)
    }
    /// From where to where a cell reaches, along: boxes stand in the middle of their column, and others fill theirs.
    pub fn reach(&self, k: usize) -> (f64, f64) {
        let (cell, (start, end)) = (&self.cells[k], self.spans[self.cells[k].column]);
        match cell.what {
            What::Block(_) => {
                let middle = (start + end) / 2.0;
                (middle - cell.size.along / 2.0, middle + cell.size.along / 2.0)
            }
            _ => (start, end),
        }
    }
}
