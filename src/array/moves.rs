//! Moving elements: reshaping, permuting axes, slicing, selecting, putting together. All of it is linear: beside each
//! operation stands its adjoint. What is only another view shares the buffer.

use super::broadcast::possible;
use super::kernel;
use super::operation::{Edge, Pull, Rule, record, recording};
use crate::error::Error;
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Values};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{ArrayD, Axis, IxDyn, SliceInfo, SliceInfoElem};

// ------------------------------------------------------------------------------------------------ reshape

/// The same elements in row-major order under another shape; the adjoint goes back to the old one.
struct Reshape {
    from: IxDyn,
}
impl<T: Float> Rule<T> for Reshape {
    fn recorded(&self) -> Recorded {
        Recorded::Array("reshape")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = reshape(&at.adjoint(), &self.from);
        at.give(0, &part);
    }
}
/// Under a shape with as many elements.
#[track_caller]
pub(super) fn reshape<T: Float>(x: &NodeArrayD<T>, shape: &IxDyn) -> NodeArrayD<T> {
    if x.body().shape() == shape && !x.is_leaf() {
        return x.clone();
    }
    let values = x.values();
    let values = if values.is_standard_layout() { values } else { kernel::copy(&values) };
    let values = match values.shared().into_shape_with_order(shape.clone()) {
        Ok(array) => Values::new(array),
        Err(error) => panic!("{error}: this is a bug in backprop"),
    };
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Reshape { from: x.body().shape().clone() }, [Edge::array(x, false)], values, false)
}

// ------------------------------------------------------------------------------------------------ permute

/// The axes in another order; the adjoint's are put back.
struct Permute {
    axes: Vec<usize>,
}
impl<T: Float> Rule<T> for Permute {
    fn recorded(&self) -> Recorded {
        Recorded::Array("permute")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.axes)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let mut back = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            back[from] = to;
        }
        let part = permute(&at.adjoint(), back);
        at.give(0, &part);
    }
}
/// Axis `k` of the result is axis `axes[k]`.
#[track_caller]
pub(super) fn permute<T: Float>(x: &NodeArrayD<T>, axes: Vec<usize>) -> NodeArrayD<T> {
    let values = Values::new(x.values().shared().permuted_axes(IxDyn(&axes)));
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Permute { axes }, [Edge::array(x, false)], values, false)
}
/// The last two axes exchanged.
#[track_caller]
pub(super) fn transpose<T: Float>(x: &NodeArrayD<T>) -> NodeArrayD<T> {
    let n = x.ndim();
    let mut axes: Vec<usize> = (0..n).collect();
    if n >= 2 {
        axes.swap(n - 1, n - 2);
    }
    permute(x, axes)
}

// ------------------------------------------------------------------------------------------------ slices

/// A part of the array; the adjoint is set into zeros.
struct Slice {
    info: Vec<SliceInfoElem>,
    from: IxDyn,
}
/// An array set into zeros; the adjoint is the part.
struct SetInto {
    info: Vec<SliceInfoElem>,
}
type AnySlice<'a> = SliceInfo<&'a [SliceInfoElem], IxDyn, IxDyn>;
fn any_slice(info: &[SliceInfoElem]) -> AnySlice<'_> {
    match SliceInfo::try_from(info) {
        Ok(info) => info,
        Err(error) => panic!("{error}: this is a bug in backprop"),
    }
}
impl<T: Float> Rule<T> for Slice {
    fn recorded(&self) -> Recorded {
        Recorded::Array("slice")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.info)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = set_into(&at.adjoint(), self.info.clone(), &self.from);
        at.give(0, &part);
    }
}
impl<T: Float> Rule<T> for SetInto {
    fn recorded(&self) -> Recorded {
        Recorded::Array("set_into")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.info)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = slice(&at.adjoint(), self.info.clone());
        at.give(0, &part);
    }
}
#[track_caller]
pub(super) fn slice<T: Float>(x: &NodeArrayD<T>, info: Vec<SliceInfoElem>) -> NodeArrayD<T> {
    let values = Values::new(x.values().shared().slice_move(any_slice(&info)));
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Slice { info, from: x.body().shape().clone() }, [Edge::array(x, false)], values, false)
}
#[track_caller]
fn set_into<T: Float>(x: &NodeArrayD<T>, info: Vec<SliceInfoElem>, shape: &IxDyn) -> NodeArrayD<T> {
    let mut zeros: ArrayD<T> = kernel::blank(shape);
    zeros.slice_mut(any_slice(&info)).assign(&**x.body().look());
    let values = Values::new(zeros);
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(SetInto { info }, [Edge::array(x, false)], values, false)
}
/// From one place on an axis to before another.
#[track_caller]
pub(super) fn range<T: Float>(x: &NodeArrayD<T>, axis: usize, from: usize, to: usize) -> NodeArrayD<T> {
    let whole = SliceInfoElem::Slice { start: 0, end: None, step: 1 };
    let mut info = vec![whole; x.ndim()];
    info[axis] = SliceInfoElem::Slice { start: from.cast_signed(), end: Some(to.cast_signed()), step: 1 };
    slice(x, info)
}
/// Whether ndarray can take the slice; its own panics do not name the operation.
pub(super) fn check_slice(info: &[SliceInfoElem], shape: &[usize]) -> Result<(), Error> {
    let mut axes = shape.iter();
    for element in info {
        match *element {
            SliceInfoElem::NewAxis => (),
            SliceInfoElem::Index(index) => {
                let len = axes.next().copied().unwrap_or(0);
                let place = if index < 0 { index + len.cast_signed() } else { index };
                if place < 0 || place >= len.cast_signed() {
                    return Err(Error::Index { operation: "slice", index: index.unsigned_abs(), len });
                }
            }
            SliceInfoElem::Slice { start, end, step } => {
                let len = axes.next().copied().unwrap_or(0);
                let place = |index: isize| if index < 0 { index + len.cast_signed() } else { index };
                for index in [start, end.unwrap_or(len.cast_signed())] {
                    if !(0..=len.cast_signed()).contains(&place(index)) {
                        return Err(Error::Index { operation: "slice", index: index.unsigned_abs(), len: len + 1 });
                    }
                }
                if step == 0 {
                    return Err(Error::Range { operation: "slice", value: 0.0, wanted: "a step other than 0" });
                }
            }
        }
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------ selection

/// Places along an axis, some of them perhaps more than once; the adjoint is added where they were taken.
struct Select {
    axis: usize,
    places: Vec<usize>,
    len: usize,
}
/// Added at places along an axis of zeros; the adjoint is taken from there.
struct AddInto {
    axis: usize,
    places: Vec<usize>,
}
impl<T: Float> Rule<T> for Select {
    fn recorded(&self) -> Recorded {
        Recorded::Array("select")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.places)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = add_into(&at.adjoint(), self.axis, self.places.clone(), self.len);
        at.give(0, &part);
    }
}
impl<T: Float> Rule<T> for AddInto {
    fn recorded(&self) -> Recorded {
        Recorded::Array("add_into")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.places)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = select(&at.adjoint(), self.axis, self.places.clone());
        at.give(0, &part);
    }
}
#[track_caller]
pub(super) fn select<T: Float>(x: &NodeArrayD<T>, axis: usize, places: Vec<usize>) -> NodeArrayD<T> {
    let len = x.shape()[axis];
    let values = Values::new(x.body().look().select(Axis(axis), &places));
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Select { axis, places, len }, [Edge::array(x, false)], values, false)
}
#[track_caller]
fn add_into<T: Float>(x: &NodeArrayD<T>, axis: usize, places: Vec<usize>, len: usize) -> NodeArrayD<T> {
    let mut shape = x.body().shape().clone();
    shape[axis] = len;
    let mut sums: ArrayD<T> = kernel::blank(&shape);
    for (part, &place) in x.body().look().axis_iter(Axis(axis)).zip(&places) {
        let mut sum = sums.index_axis_mut(Axis(axis), place);
        sum += &part;
    }
    let values = Values::new(sums);
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(AddInto { axis, places }, [Edge::array(x, false)], values, false)
}

// ------------------------------------------------------------------------------------------------ putting together

/// Arrays one after the other along an axis; each gets its part of the adjoint.
struct Concatenate {
    axis: usize,
    /// Where each begins, and where the last one ends.
    bounds: Vec<usize>,
}
impl<T: Float> Rule<T> for Concatenate {
    fn recorded(&self) -> Recorded {
        Recorded::Array("concatenate")
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.bounds)
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let adjoint = at.adjoint();
        for k in 0..at.operands() {
            if at.wants(k) {
                at.give(k, &range(&adjoint, self.axis, self.bounds[k], self.bounds[k + 1]));
            }
        }
    }
}
/// # Errors
/// [`Error::Shape`] if there are none, [`Error::Shapes`] if they differ on other axes.
#[track_caller]
pub(super) fn concatenate_any<T: Float>(axis: usize, parts: &[NodeArrayD<T>]) -> Result<NodeArrayD<T>, Error> {
    let Some(first) = parts.first() else {
        return Err(Error::Shape { operation: "concatenate", shape: Vec::new(), wanted: "at least one array" });
    };
    if axis >= first.ndim() {
        return Err(Error::Axis { operation: "concatenate", axis, rank: first.ndim() });
    }
    let mut bounds = vec![0_usize];
    for part in parts {
        let fits =
            part.ndim() == first.ndim() && (0..first.ndim()).all(|k| k == axis || part.shape()[k] == first.shape()[k]);
        if !fits {
            let (left, right) = (first.shape().to_vec(), part.shape().to_vec());
            return Err(Error::Shapes { operation: "concatenate", left, right });
        }
        bounds.push(bounds[bounds.len() - 1].saturating_add(part.shape()[axis]));
    }
    let mut shape = first.body().shape().clone();
    shape[axis] = bounds[parts.len()];
    possible("concatenate", ndarray::Dimension::slice(&shape))?;
    let mut whole: ArrayD<T> = kernel::blank(&shape);
    for (k, part) in parts.iter().enumerate() {
        let place = ndarray::Slice::from(bounds[k]..bounds[k + 1]);
        whole.slice_axis_mut(Axis(axis), place).assign(&**part.body().look());
    }
    let values = Values::new(whole);
    if !recording(parts) {
        return Ok(NodeArray::made(values));
    }
    let edges: Vec<Edge<T>> = parts.iter().map(|part| Edge::array(part, false)).collect();
    Ok(record(Concatenate { axis, bounds }, edges, values, false))
}

/// Numbers of the graph as a vector; each gets its element of the adjoint.
struct FromNodes;
impl<T: Float> Rule<T> for FromNodes {
    fn recorded(&self) -> Recorded {
        Recorded::Array("from_nodes")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let adjoint = at.adjoint();
        let plain = at.is_plain().then(|| adjoint.values());
        for k in (0..at.operands()).filter(|&k| at.wants(k)).collect::<Vec<_>>() {
            match &plain {
                Some(values) => at.give_flow(k, Flow::Number(values[k])),
                None => at.give(k, &slice(&adjoint, vec![SliceInfoElem::Index(k.cast_signed())])),
            }
        }
    }
}
#[track_caller]
pub(super) fn from_nodes<T: Float>(x: &[Node<T>]) -> NodeArrayD<T> {
    let values = Values::from_vec(IxDyn(&[x.len()]), x.iter().map(Node::value).collect());
    if crate::graph::payload::is_constant(x.iter()) {
        return NodeArray::made(values);
    }
    record(FromNodes, x.iter().map(Edge::number).collect::<Vec<_>>(), values, false)
}

// ------------------------------------------------------------------------------------------------ diagonals

/// A matrix's diagonal; the adjoint is set on a diagonal of zeros.
struct Diagonal {
    from: IxDyn,
}
/// A vector on the diagonal of a matrix of zeros; the adjoint is the diagonal.
struct OnDiagonal;
impl<T: Float> Rule<T> for Diagonal {
    fn recorded(&self) -> Recorded {
        Recorded::Array("diag")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = on_diagonal(&at.adjoint(), &self.from);
        at.give(0, &part);
    }
}
impl<T: Float> Rule<T> for OnDiagonal {
    fn recorded(&self) -> Recorded {
        Recorded::Array("from_diag")
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let part = diagonal(&at.adjoint());
        at.give(0, &part);
    }
}
#[track_caller]
pub(super) fn diagonal<T: Float>(x: &NodeArrayD<T>) -> NodeArrayD<T> {
    let values = Values::new(x.body().look().diag().to_owned().into_dyn());
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(Diagonal { from: x.body().shape().clone() }, [Edge::array(x, false)], values, false)
}
#[track_caller]
pub(super) fn on_diagonal<T: Float>(x: &NodeArrayD<T>, shape: &IxDyn) -> NodeArrayD<T> {
    let mut matrix: ArrayD<T> = kernel::blank(shape);
    matrix.diag_mut().assign(&**x.body().look());
    let values = Values::new(matrix);
    if !recording([x]) {
        return NodeArray::made(values);
    }
    record(OnDiagonal, [Edge::array(x, false)], values, false)
}
