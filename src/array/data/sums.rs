//! Sums of arrays: of all elements, or over some axes. All are made by halves (see [`pairwise`]), whatever the layout.

use super::gather::{PIECE, run};
use super::kernel::{ROW, by_rows, each_row};
use super::memory::InMemory;
use crate::graph::array::{Values, take, take_unwritten};
use crate::number::Float;
use crate::rule::{Fold, pairwise};
use crate::simd::widest;
use ndarray::{ArrayView1, ArrayViewD, ArrayViewMut1, Axis, Dimension, IxDyn, s};
use std::borrow::Cow;

/// Rows that are added one after the other.
const FEW: usize = 8;
/// Columns that are summed together: so that their sums stay in the cache next to the processor.
const TOGETHER: usize = 512;
/// Narrower rows are summed several at a time.
const NARROW: usize = 32;

/// The sum of all elements.
pub(crate) fn total<T: Float>(x: &Values<T>) -> T {
    let sum = match x.as_slice_memory_order() {
        Some(elements) => pairwise::sum(elements),
        None => {
            let mut sums = Vec::new();
            by_rows(&x.view(), |row| sums.push(pairwise::sum(row)));
            pairwise::sum(&sums)
        }
    };
    if num_traits::Float::is_finite(sum) {
        return sum;
    }
    // what has overflowed may be but a part of it
    T::fold(Fold::Sum, &x.iter().copied().collect::<Vec<T>>(), &[])
}

/// The sums over all axes along which `shape` was broadcast to the array's own.
pub(crate) fn sum_to<T: Float>(x: Values<T>, shape: &IxDyn) -> Values<T> {
    if x.shape() == shape.slice() {
        return x;
    }
    if shape.size() == 1 {
        return Values::full(shape.clone(), total(&x));
    }
    if shape.size() == 0 || x.is_empty() {
        return Values::full(shape.clone(), T::of(0.0));
    }
    let new = x.ndim() - shape.ndim();
    let is_summed = |axis: usize| axis < new || shape[axis - new] == 1;
    let lies = InMemory::of(&x);
    let summed: Vec<bool> = lies.axes.iter().map(|&axis| is_summed(axis)).collect();
    let elements = sums_of(lies.view(&x), &summed);
    let length = |&axis: &usize| if is_summed(axis) { 1 } else { x.shape()[axis] };
    let lengths: Vec<usize> = lies.axes.iter().map(length).collect();
    let mut sums = lies.back(Values::from_vec(IxDyn(&lengths), elements).shared());
    for _ in 0..new {
        sums = sums.index_axis_move(Axis(0), 0);
    }
    Values::new(sums)
}
/// The sums over some axes, which keep the length 1, in row-major order.
fn sums_of<T: Float>(view: ArrayViewD<'_, T>, summed: &[bool]) -> Vec<T> {
    let lengths = view.shape();
    if let Some(elements) = view.as_slice() {
        return sums_in_a_row(elements, lengths, summed);
    }
    let (run, row) = run(&view);
    if row < ROW {
        // the elements of a row lie apart
        let last = view.ndim() - 1;
        return match lengths[last] >= ROW && !summed[last] {
            true => sums_of_rows(view.rows().into_iter().collect(), lengths, last, summed),
            false => sums_by_parts(&view, summed),
        };
    }
    if !summed[run..].contains(&true) {
        let mut rows = Vec::with_capacity(view.len() / row);
        each_row(&view, row, |row| rows.push(ArrayView1::from(row)));
        return sums_of_rows(rows, lengths, run, summed);
    }
    let mut sums = Vec::new();
    let whole = summed[run..].iter().zip(&lengths[run..]).all(|(&summed, &n)| summed || n == 1);
    each_row(&view, row, |row| match whole {
        true => sums.push(pairwise::sum(row)),
        false => sums.extend(sums_in_a_row(row, &lengths[run..], &summed[run..])),
    });
    let within = lengths.iter().zip(summed).enumerate();
    let left: Vec<usize> = within.map(|(k, (&n, &summed))| if k >= run && summed { 1 } else { n }).collect();
    sums_in_a_row(&sums, &left, summed)
}
/// The sums over axes before the one with which rows begin.
fn sums_of_rows<T: Float>(rows: Vec<ArrayView1<'_, T>>, lengths: &[usize], begin: usize, summed: &[bool]) -> Vec<T> {
    let mut end = begin;
    while end > 0 && !summed[end - 1] {
        end -= 1;
    }
    let mut start = end;
    while start > 0 && summed[start - 1] {
        start -= 1;
    }
    let product = |lengths: &[usize]| lengths.iter().product::<usize>();
    let (n, inner, width) = (product(&lengths[start..end]), product(&lengths[end..begin]), product(&lengths[begin..]));
    let mut sums = take_unwritten(rows.len() / n * width);
    for (rows, sums) in rows.chunks_exact(n * inner).zip(sums.chunks_exact_mut(inner * width)) {
        for (k, sums) in sums.chunks_exact_mut(width).enumerate() {
            let rows: Vec<ArrayView1<'_, T>> = rows[k..].iter().step_by(inner).copied().collect();
            columns(&rows, sums);
        }
    }
    let mut left = lengths.to_vec();
    left[start..end].fill(1);
    sums_in_a_row(&sums, &left, summed)
}
/// Some places of the first axis at a time, so few that they stay in the cache.
fn sums_by_parts<T: Float>(view: &ArrayViewD<'_, T>, summed: &[bool]) -> Vec<T> {
    let first = view.shape().iter().position(|&n| n > 1).filter(|_| view.len() > PIECE);
    let Some(first) = first else {
        let mut elements = Vec::with_capacity(view.len());
        by_rows(view, |row| elements.extend_from_slice(row));
        return sums_in_a_row(&elements, view.shape(), summed);
    };
    let places = (PIECE * view.shape()[first] / view.len()).max(1);
    let mut sums = Vec::new();
    let parts = view.axis_chunks_iter(Axis(first), places);
    let count = parts.len();
    parts.into_iter().for_each(|part| sums.append(&mut sums_of(part, summed)));
    if summed[first] { sum_middle(&sums, count, sums.len() / count) } else { sums }
}
fn sums_in_a_row<T: Float>(elements: &[T], lengths: &[usize], summed: &[bool]) -> Vec<T> {
    let mut lengths = lengths.to_vec();
    let mut elements = Cow::Borrowed(elements);
    let mut end = lengths.len();
    while end > 0 {
        let mut start = end;
        while start > 0 && summed[start - 1] {
            start -= 1;
        }
        if start < end {
            let n = lengths[start..end].iter().product();
            let inner = lengths[end..].iter().product();
            elements = Cow::Owned(sum_middle(&elements, n, inner));
            lengths[start..end].fill(1);
        }
        end = start.min(end - 1);
    }
    elements.into_owned()
}
/// The sums over the middle axis of three: of `n` places, each of `inner` elements.
fn sum_middle<T: Float>(elements: &[T], n: usize, inner: usize) -> Vec<T> {
    let outer = elements.len() / (n * inner);
    if inner == 1 {
        let mut sums = take(outer);
        sums.extend(elements.chunks_exact(n).map(pairwise::sum));
        return sums;
    }
    let mut sums = take_unwritten(outer * inner);
    for (part, sums) in elements.chunks_exact(n * inner).zip(sums.chunks_exact_mut(inner)) {
        let several = TOGETHER / inner;
        if inner < NARROW && n >= 2 * several {
            // a row of several, and what is left
            let (whole, rest) = part.split_at(n / several * several * inner);
            let mut few = sum_middle(whole, n / several, several * inner);
            few.extend_from_slice(rest);
            sums.copy_from_slice(&sum_middle(&few, few.len() / inner, inner));
            continue;
        }
        let rows: Vec<ArrayView1<'_, T>> = part.chunks_exact(inner).map(ArrayView1::from).collect();
        columns(&rows, sums);
    }
    sums
}
/// The sums of the columns of some rows.
fn columns<T: Float>(rows: &[ArrayView1<'_, T>], sums: &mut [T]) {
    let levels = (rows.len() / FEW + 1).ilog2() as usize + 1;
    let mut room = vec![T::of(0.0); levels * sums.len().min(TOGETHER)];
    for (k, sums) in sums.chunks_mut(TOGETHER).enumerate() {
        some_columns(rows, k * TOGETHER, sums, &mut room);
    }
}
/// Those from `start` on.
fn some_columns<T: Float>(rows: &[ArrayView1<'_, T>], start: usize, sums: &mut [T], room: &mut [T]) {
    if rows.len() > FEW {
        let (first, second) = rows.split_at(rows.len() / 2);
        let (other, room) = room.split_at_mut(sums.len());
        some_columns(first, start, sums, room);
        some_columns(second, start, other, room);
        sums.iter_mut().zip(&*other).for_each(|(sum, &x)| *sum += x);
        return;
    }
    widest(
        #[inline(always)]
        || {
            for (k, row) in rows.iter().copied().enumerate() {
                let row = row.slice_move(s![start..start + sums.len()]);
                match row.to_slice() {
                    Some(row) if k == 0 => sums.copy_from_slice(row),
                    Some(row) => sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x),
                    None if k == 0 => ArrayViewMut1::from(&mut *sums).assign(&row),
                    None => ArrayViewMut1::from(&mut *sums).zip_mut_with(&row, |sum, &x| *sum += x),
                }
            }
        },
    );
}
