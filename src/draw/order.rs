//! The order within columns: few crossings, and operands from first to last.

use super::layout::{Layout, What};

/// Sorts each column by the mean place of its neighbours, back and forth, and keeps the best.
pub(super) fn order(layout: &mut Layout) {
    const ROUNDS: usize = 16;
    let mut place = vec![0.0; layout.cells.len()];
    first_order(layout);
    number(layout, &mut place);
    let mut best = (usize::MAX, layout.columns.clone());
    for round in 0..ROUNDS {
        let last = layout.columns.len();
        if round % 2 == 0 {
            (0..last).rev().for_each(|column| sort(layout, &mut place, column, Side::After));
        } else {
            (0..last).for_each(|column| sort(layout, &mut place, column, Side::Before));
        }
        // labels stand as their operation's operands do
        (0..last).filter(|k| k % 2 == 1).for_each(|column| sort(layout, &mut place, column, Side::After));
        let crossings = crossings(layout, &place);
        if crossings < best.0 {
            best = (crossings, layout.columns.clone());
        }
        if crossings == 0 {
            break;
        }
    }
    layout.columns = best.1;
}

/// As a walk from the last column meets them, operands from first to last: what belongs together stands together.
fn first_order(layout: &mut Layout) {
    let mut seen = vec![false; layout.cells.len()];
    let mut columns = vec![Vec::new(); layout.columns.len()];
    let starts: Vec<usize> = layout.columns.iter().rev().flatten().copied().collect();
    for start in starts {
        let mut stack = vec![start];
        while let Some(k) = stack.pop() {
            if std::mem::replace(&mut seen[k], true) {
                continue;
            }
            columns[layout.cells[k].column].push(k);
            stack.extend(layout.cells[k].from.iter().rev());
        }
    }
    layout.columns = columns;
}
fn number(layout: &Layout, place: &mut [f64]) {
    for column in &layout.columns {
        column.iter().enumerate().for_each(|(at, &k)| place[k] = at as f64);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}
fn sort(layout: &mut Layout, place: &mut [f64], column: usize, side: Side) {
    let key = |k: usize| {
        let cell = &layout.cells[k];
        let near = if side == Side::Before { &cell.from } else { &cell.to };
        let mean = near.iter().map(|&j| place[j]).sum::<f64>() / near.len() as f64;
        // where it stands, if it has no neighbours there
        let mean = if near.is_empty() { place[k] } else { mean };
        // the labels of one operation side by side, in the order of its operands
        let operand = match cell.what {
            What::Label(arrow) if side == Side::After => (cell.to[0] + 1, arrow),
            _ => (0, 0),
        };
        (mean, operand)
    };
    let mut keyed: Vec<_> = layout.columns[column].iter().map(|&k| (key(k), k)).collect();
    keyed.sort_by(|((a, x), _), ((b, y), _)| a.total_cmp(b).then(x.cmp(y)));
    layout.columns[column] = keyed.into_iter().map(|(_, k)| k).collect();
    layout.columns[column].iter().enumerate().for_each(|(at, &k)| place[k] = at as f64);
}

fn crossings(layout: &Layout, place: &[f64]) -> usize {
    layout.columns.iter().map(|column| crossings_after(layout, column, place)).sum()
}
fn crossings_after(layout: &Layout, column: &[usize], place: &[f64]) -> usize {
    // the heads in the order of the tails: every pair out of order is a crossing
    let mut heads: Vec<f64> = Vec::new();
    let mut count = 0;
    for &k in column {
        let mine: Vec<f64> = layout.cells[k].to.iter().map(|&j| place[j]).collect();
        count += mine.iter().map(|&head| heads.iter().filter(|&&other| other > head).count()).sum::<usize>();
        heads.extend(mine);
    }
    count
}
