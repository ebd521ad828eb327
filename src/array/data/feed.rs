//! The elements of an operand in the order of a result, block by block: what lies in a row is not copied, what is
//! broadcast or lies otherwise comes through a small buffer.

use super::kernel::{is_tail, stretch};
use crate::graph::array::{Flow, Values, take_unwritten};
use crate::number::Float;
use ndarray::{ArrayD, Dimension, IxDyn, ShapeBuilder};

/// Elements to a block: a few operands' are to fit the cache next to the processor.
pub(crate) const BLOCK: usize = 512;

/// The order in which the elements of a result and of its operands, adjoints among them, are gone through.
pub(crate) struct Order<'a> {
    shape: &'a IxDyn,
    /// That in which all of them lie in memory, if it is another than row-major.
    strides: Option<IxDyn>,
}
impl<'a> Order<'a> {
    pub fn of<'v, T: Float>(shape: &'a IxDyn, operands: impl Iterator<Item = &'v Values<T>> + Clone) -> Self {
        let row_major = Order { shape, strides: None };
        let Some(first) = operands.clone().find(|x| x.len() != 1 && !x.is_standard_layout()) else { return row_major };
        let together = first.strides().iter().all(|&stride| stride > 0) && first.as_slice_memory_order().is_some();
        let alike = |x: &Values<T>| x.len() == 1 || x.shape() == shape.slice() && x.strides() == first.strides();
        if !together || !operands.clone().all(alike) {
            return row_major;
        }
        let strides: Vec<usize> = first.strides().iter().map(|stride| stride.unsigned_abs()).collect();
        Order { shape, strides: Some(IxDyn(&strides)) }
    }
    /// The elements that have been gone through as an array again.
    pub fn array<T: Float>(&self, elements: Vec<T>) -> Values<T> {
        let Some(strides) = &self.strides else { return Values::from_vec(self.shape.clone(), elements) };
        match ArrayD::from_shape_vec(self.shape.clone().strides(strides.clone()), elements) {
            Ok(array) => Values::new(array),
            Err(error) => panic!("{error}: this is a bug in backprop"),
        }
    }
    /// The elements of an array that lies in this order or in row-major order, to be written over: its own if nobody else
    /// has them.
    fn elements<T: Float>(&self, values: Values<T>) -> Vec<T> {
        let size = self.shape.size();
        let shared = match values.owned() {
            Ok(array) if self.strides.is_some() || array.is_standard_layout() => {
                let (elements, offset) = array.into_raw_vec_and_offset();
                // it may be a part of a larger buffer
                return match offset {
                    None | Some(0) if elements.len() == size => elements,
                    offset => elements[offset.unwrap_or(0)..][..size].to_vec(),
                };
            }
            Ok(array) => Values::new(array),
            Err(shared) => shared,
        };
        let mut copy = take_unwritten(size);
        let mut feed = Feed::new(&shared, self, BLOCK);
        for (start, len) in blocks(size) {
            feed.advance(start, len);
            copy[start..start + len].copy_from_slice(feed.block(start, len));
        }
        copy
    }
}
/// Where blocks begin, and how long they are.
pub(crate) fn blocks(size: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..size).step_by(BLOCK).map(move |start| (start, BLOCK.min(size - start)))
}

/// Where the elements of an operand come from.
pub(crate) enum Feed<'a, T: Float> {
    /// They lie in the order in which they are asked for.
    Row(&'a [T]),
    /// There is one for all, this often.
    One(Vec<T>),
    /// A row that is repeated as a whole.
    Tail {
        row: &'a [T],
        block: Vec<T>,
    },
    /// Each is repeated so often before the next one comes.
    Head {
        column: &'a [T],
        often: usize,
        block: Vec<T>,
    },
    Other {
        elements: Box<dyn Iterator<Item = T> + 'a>,
        block: Vec<T>,
    },
}
impl<'a, T: Float> Feed<'a, T> {
    /// Of an operand that broadcasts to the order's shape.
    pub fn new(x: &'a Values<T>, order: &Order<'_>, block: usize) -> Self {
        let shape = order.shape;
        let room = || vec![T::of(0.0); shape.size().min(block)];
        let lie = if order.strides.is_some() { x.as_slice_memory_order() } else { x.as_slice() };
        match lie {
            Some(&[value]) => Feed::One(vec![value; shape.size().min(block)]),
            Some(elements) if elements.len() == shape.size() => Feed::Row(elements),
            Some(row) if is_tail(x.shape(), shape.slice()) => Feed::Tail { row, block: room() },
            Some(column) if is_head(x.shape(), shape.slice()) => {
                Feed::Head { column, often: shape.size() / column.len().max(1), block: room() }
            }
            _ => Feed::Other { elements: Box::new(stretch(x, shape).into_iter().copied()), block: room() },
        }
    }
    /// Goes on to the next block.
    pub fn advance(&mut self, start: usize, len: usize) {
        match self {
            Feed::Row(_) | Feed::One(_) => (),
            Feed::Tail { row, block } => {
                let (mut to, mut from) = (&mut block[..len], start % row.len());
                while !to.is_empty() {
                    let (here, later) = to.split_at_mut((row.len() - from).min(to.len()));
                    here.copy_from_slice(&row[from..from + here.len()]);
                    (to, from) = (later, 0);
                }
            }
            Feed::Head { column, often, block } => {
                let (mut to, mut at) = (&mut block[..len], start);
                while !to.is_empty() {
                    let (here, later) = to.split_at_mut((*often - at % *often).min(to.len()));
                    here.fill(column[at / *often]);
                    at += here.len();
                    to = later;
                }
            }
            Feed::Other { elements, block } => block[..len].iter_mut().zip(elements).for_each(|(to, from)| *to = from),
        }
    }
    /// The block to which it has gone on.
    #[inline]
    pub fn block(&self, start: usize, len: usize) -> &[T] {
        match self {
            Feed::Row(elements) => &elements[start..start + len],
            Feed::One(block) | Feed::Tail { block, .. } | Feed::Head { block, .. } | Feed::Other { block, .. } => {
                &block[..len]
            }
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
    let size = order.shape.size();
    let (mut elements, everywhere) = match adjoint {
        Flow::Array(values) => (order.elements(values), None),
        Flow::Everywhere(g) | Flow::Number(g) => (take_unwritten(size), Some(g)),
    };
    for (start, len) in blocks(size) {
        let block = &mut elements[start..start + len];
        if let Some(g) = everywhere {
            block.fill(g);
        }
        through(start, block);
    }
    order.array(elements)
}
