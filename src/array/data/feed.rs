//! The elements of an operand in the order of a result, block by block: what lies in rows is not copied, what is repeated
//! element by element or lies otherwise comes through a small buffer.

use super::gather::{Gather, Rows, row_length};
use super::kernel::{ROW, is_tail, stretch};
use crate::graph::array::{Flow, Values, take_unwritten};
use crate::number::Float;
use ndarray::{ArcArray, ArrayD, ArrayViewD, Axis, Dimension, IxDyn, ShapeBuilder};

/// Elements to a block: a few operands' are to fit the cache next to the processor.
pub(crate) const BLOCK: usize = 512;

/// The order in which the elements of a result and of its operands, adjoints among them, are gone through.
pub(crate) struct Order<'a> {
    shape: &'a IxDyn,
    /// That in which all of them lie in memory, if it is another than row-major: with the axes in another order, or some of
    /// them backwards.
    strides: Option<Box<[isize]>>,
    /// No block goes beyond a row of so many elements: some operand's rows lie in memory one by one.
    row: usize,
}
impl<'a> Order<'a> {
    /// Row-major.
    pub fn row_major<'v, T: 'v>(shape: &'a IxDyn, operands: impl Iterator<Item = &'v ArcArray<T, IxDyn>>) -> Self {
        Order { shape, strides: None, row: row(shape, operands) }
    }
    pub fn of<'v, T: Float>(shape: &'a IxDyn, operands: impl Iterator<Item = &'v Values<T>> + Clone) -> Self {
        let size = shape.size();
        let row_major = || Order::row_major(shape, operands.clone().map(|x| &**x));
        let Some(first) = operands.clone().find(|x| x.len() != 1 && !x.is_standard_layout()) else {
            return row_major();
        };
        let together = first.as_slice_memory_order().is_some();
        let alike = |x: &Values<T>| x.len() == 1 || x.shape() == shape.slice() && x.strides() == first.strides();
        if !together || !operands.clone().all(alike) {
            return row_major();
        }
        Order { shape, strides: Some(first.strides().into()), row: size }
    }
    /// Where blocks of at most so many elements begin, and how long they are.
    pub fn blocks(&self, block: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (size, row) = (self.shape.size(), self.row.max(1));
        // a row in equal parts
        let block = if row < size { row.div_ceil(row.div_ceil(block)) } else { block };
        let (mut start, mut left) = (0, row.min(size));
        std::iter::from_fn(move || {
            let here = (start, block.min(left));
            (start, left) = (start + here.1, left - here.1);
            if left == 0 {
                left = row.min(size - start);
            }
            (here.1 > 0).then_some(here)
        })
    }
    /// The elements of an operand that lie in this order, as many as the result has.
    #[inline]
    pub fn row<'x, T>(&self, x: &'x ArcArray<T, IxDyn>) -> Option<&'x [T]> {
        let row = if self.strides.is_some() { x.as_slice_memory_order() } else { x.as_slice() };
        row.filter(|row| row.len() == self.shape.size())
    }
    /// The elements that have been gone through as an array again.
    pub fn array<T: Float>(&self, elements: Vec<T>) -> Values<T> {
        let Some(strides) = &self.strides else { return Values::from_vec(self.shape.clone(), elements) };
        let forwards: Vec<usize> = strides.iter().map(|stride| stride.unsigned_abs()).collect();
        match ArrayD::from_shape_vec(self.shape.clone().strides(IxDyn(&forwards)), elements) {
            Ok(mut array) => {
                let backwards = strides.iter().enumerate().filter(|(_, stride)| **stride < 0);
                backwards.for_each(|(axis, _)| array.invert_axis(Axis(axis)));
                Values::new(array)
            }
            Err(error) => panic!("{error}: this is a bug in backprop"),
        }
    }
    /// The elements of an array that lies in this order or in row-major order, to be written over, if nobody else has them.
    fn owned<T: Float>(&self, values: Values<T>) -> Result<Vec<T>, Values<T>> {
        let array = values.owned()?;
        if self.strides.is_none() && !array.is_standard_layout() {
            return Err(Values::new(array));
        }
        // the first element stands behind those of axes that run backwards
        let steps = array.shape().iter().zip(array.strides());
        let behind: isize = steps.map(|(&n, &stride)| (1 - n.cast_signed()) * stride.min(0)).sum();
        let size = self.shape.size();
        let (elements, first) = array.into_raw_vec_and_offset();
        // it may be a part of a larger buffer
        if elements.len() == size {
            return Ok(elements);
        }
        Ok(elements[first.unwrap_or(0) - behind.unsigned_abs()..][..size].to_vec())
    }
}
/// The longest row that every operand has in memory, if it is not too short.
fn row<'v, T: 'v>(shape: &IxDyn, operands: impl Iterator<Item = &'v ArcArray<T, IxDyn>>) -> usize {
    let size = shape.size();
    let lies = |x: &ArcArray<T, IxDyn>| {
        x.len() == 1 || x.is_standard_layout() && (x.len() == size || repeats(x.shape(), shape))
    };
    let rows = operands.filter(|x| !lies(x)).map(|x| row_length(&stretch(x, shape)));
    rows.filter(|&row| row >= ROW).fold(size, usize::min)
}
/// Whether single elements repeat, or rows that are not worth a block each.
fn repeats(small: &[usize], shape: &IxDyn) -> bool {
    is_head(small, shape.slice()) || is_tail(small, shape.slice()) && small.iter().product::<usize>() < ROW
}

/// Where the elements of an operand come from.
pub(crate) enum Feed<'a, T> {
    /// They lie in the order in which they are asked for.
    Row(&'a [T]),
    /// There is one for all, this often.
    One(Vec<T>),
    /// A short row that is repeated as a whole: as often as it takes for a block to begin anywhere in it.
    Tail {
        row: usize,
        rows: Vec<T>,
        start: usize,
    },
    /// Each is repeated so often before the next one comes.
    Head {
        column: &'a [T],
        often: usize,
        block: Vec<T>,
    },
    /// They lie in rows.
    Rows(Rows<'a, T>),
    Other(Gather<'a, T>),
}
impl<'a, T: Copy> Feed<'a, T> {
    /// Of an operand that broadcasts to the order's shape.
    pub fn new(x: &'a ArcArray<T, IxDyn>, order: &Order<'_>, block: usize) -> Self {
        let shape = order.shape;
        let room = || x.first().map_or_else(Vec::new, |&first| vec![first; shape.size().min(block)]);
        let lie = if order.strides.is_some() { x.as_slice_memory_order() } else { x.as_slice() };
        match lie {
            Some(&[value]) => Feed::One(vec![value; shape.size().min(block)]),
            Some(elements) if elements.len() == shape.size() => Feed::Row(elements),
            Some(row) if row.len() < ROW && is_tail(x.shape(), shape.slice()) => {
                let len = shape.size().min(block);
                let rows = row.iter().copied().cycle().take(row.len() + len).collect();
                Feed::Tail { row: row.len(), rows, start: 0 }
            }
            Some(column) if is_head(x.shape(), shape.slice()) => {
                Feed::Head { column, often: shape.size() / column.len().max(1), block: room() }
            }
            _ => Feed::lying(stretch(x, shape)),
        }
    }
    /// Row by row, if the rows are long enough.
    fn lying(view: ArrayViewD<'a, T>) -> Self {
        let rows = if row_length(&view) >= ROW { Rows::new(view.clone()) } else { None };
        rows.map_or_else(|| Feed::Other(Gather::new(view)), Feed::Rows)
    }
    /// Goes on to the next block.
    pub fn advance(&mut self, start: usize, len: usize) {
        match self {
            Feed::Row(_) | Feed::One(_) => (),
            Feed::Tail { row, start: from, .. } => *from = start % *row,
            Feed::Head { column, often, block } => {
                let (mut to, mut at) = (&mut block[..len], start);
                while !to.is_empty() {
                    let (here, later) = to.split_at_mut((*often - at % *often).min(to.len()));
                    here.fill(column[at / *often]);
                    at += here.len();
                    to = later;
                }
            }
            Feed::Rows(rows) => rows.advance(start),
            Feed::Other(gather) => gather.advance(start, len),
        }
    }
    /// The block to which it has gone on.
    #[inline]
    pub fn block(&self, start: usize, len: usize) -> &[T] {
        match self {
            Feed::Row(elements) => &elements[start..start + len],
            Feed::One(block) | Feed::Head { block, .. } => &block[..len],
            Feed::Tail { rows, start, .. } => &rows[*start..][..len],
            Feed::Rows(rows) => rows.block(start, len),
            Feed::Other(gather) => gather.block(start, len),
        }
    }
}
/// Whether each element of an array of shape `small` repeats in a row in one of shape `large`.
fn is_head(small: &[usize], large: &[usize]) -> bool {
    let ones = small.iter().rev().take_while(|&&n| n == 1).count();
    small.len() == large.len() && large.starts_with(&small[..small.len() - ones])
}

/// What flows back, in place of the adjoints if nobody else has them: `through` changes a block of adjoints from `start` on.
pub(crate) fn flow_blocks<T: Float>(
    adjoint: Flow<T>,
    order: &Order<'_>,
    through: &mut dyn FnMut(usize, &mut [T]),
) -> Values<T> {
    let room = || take_unwritten(order.shape.size());
    let (mut elements, from) = match adjoint {
        Flow::Everywhere(g) | Flow::Number(g) => (room(), Err(g)),
        array => match order.owned(array.array(order.shape)) {
            Ok(elements) => (elements, Ok(None)),
            Err(shared) => (room(), Ok(Some(shared))),
        },
    };
    let mut from = from.as_ref().map(|shared| shared.as_ref().map(|shared| Feed::new(shared, order, BLOCK)));
    for (start, len) in order.blocks(BLOCK) {
        let block = &mut elements[start..start + len];
        match &mut from {
            Ok(None) => (),
            Ok(Some(feed)) => {
                feed.advance(start, len);
                block.copy_from_slice(feed.block(start, len));
            }
            Err(g) => block.fill(**g),
        }
        through(start, block);
    }
    order.array(elements)
}
