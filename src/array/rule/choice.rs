//! Choosing element by element: the branch not taken has no edge.

use super::broadcast::sum_to;
use crate::array::data::feed::{BLOCK, Feed, Order};
use crate::array::data::shapes::common;
use crate::array::record::{Pull, Rule, record};
use crate::error::Error;
use crate::graph::array::{NodeArray, NodeArrayD, Values, take};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{ArcArray, Dimension, IxDyn};

/// `yes` where the mask holds, else `no`. The adjoint goes the way that the value came.
struct Choose {
    mask: ArcArray<bool, IxDyn>,
    shapes: [IxDyn; 2],
}
impl<T: Float> Rule<T> for Choose {
    fn recorded(&self) -> Recorded {
        Recorded::Array("where")
    }
    fn bytes(&self) -> usize {
        self.mask.len()
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let adjoint = at.adjoint();
        let zero = NodeArray::constant_of(Values::scalar(T::of(0.0)));
        for k in 0..2 {
            if at.wants(k) {
                let (yes, no) = if k == 0 { (&adjoint, &zero) } else { (&zero, &adjoint) };
                let part = match choose(&self.mask, yes, no) {
                    Ok(part) => sum_to(&part, &self.shapes[k]),
                    Err(error) => panic!("{error}: this is a bug in backprop"),
                };
                at.give(k, &part);
            }
        }
    }
}

/// `yes` where the mask holds, else `no`; all three broadcast.
///
/// # Errors
/// [`Error::Shapes`] if they do not broadcast together.
#[track_caller]
pub(crate) fn choose<T: Float>(
    mask: &ArcArray<bool, IxDyn>,
    yes: &NodeArrayD<T>,
    no: &NodeArrayD<T>,
) -> Result<NodeArrayD<T>, Error> {
    let shape = common("where", yes.body().shape(), no.body().shape())?;
    let shape = common("where", &shape, &mask.raw_dim())?;
    let values = {
        let (p, q) = (yes.body().look(), no.body().look());
        let order = Order::row_major(&shape, [&**p, &**q].into_iter());
        let mut bits = Feed::new(mask, &order, BLOCK);
        let [mut p, mut q] = [&**p, &**q].map(|x| Feed::new(x, &order, BLOCK));
        let mut elements = take(shape.size());
        for (start, len) in order.blocks(BLOCK) {
            bits.advance(start, len);
            p.advance(start, len);
            q.advance(start, len);
            let branches = p.block(start, len).iter().zip(q.block(start, len));
            let chosen = bits.block(start, len).iter().zip(branches);
            elements.extend(chosen.map(|(&taken, (&p, &q))| if taken { p } else { q }));
        }
        Values::from_vec(shape.clone(), elements)
    };
    let shapes = [yes, no].map(|x| x.body().shape().clone());
    let mask = mask.clone();
    Ok(record(Choose { mask, shapes }, [yes, no], values))
}
