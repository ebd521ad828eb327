//! Moving elements: reshaping, permuting axes, slicing, selecting, putting together. All of it is linear: beside each
//! operation stands its adjoint. What is only another view shares the buffer.

use super::linear::Linear;
use crate::array::data::gather::Gather;
use crate::array::data::kernel;
use crate::array::data::memory::InMemory;
use crate::array::data::shapes::possible;
use crate::array::record::{Operand, Pull, Rule, record};
use crate::error::Error;
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Values, take};
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{ArrayRef, Axis, Dimension, IxDyn, SliceInfo, SliceInfoElem};
use std::rc::Rc;

// ------------------------------------------------------------------------------------------------ reshape

/// The same elements in row-major order under another shape; the adjoint goes back to the old one.
struct Reshape {
    from: IxDyn,
    to: IxDyn,
}
impl<T: Float> Linear<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        match kernel::row_major(x).shared().into_shape_with_order(self.to.clone()) {
            Ok(array) => Values::new(array),
            Err(error) => panic!("{error}: this is a bug in backprop"),
        }
    }
    fn adjoint(&self) -> Self {
        Reshape { from: self.to.clone(), to: self.from.clone() }
    }
}
/// Under a shape with as many elements.
#[track_caller]
pub(crate) fn reshape<T: Float>(x: &NodeArrayD<T>, shape: &IxDyn) -> NodeArrayD<T> {
    if x.body().shape() == shape && !x.is_leaf() {
        return x.clone();
    }
    Reshape { from: x.body().shape().clone(), to: shape.clone() }.of(x)
}

// ------------------------------------------------------------------------------------------------ permute

/// The axes in another order: axis `k` of the result is axis `axes[k]`. The adjoint's are put back.
pub(crate) struct Permute {
    pub axes: Vec<usize>,
}
impl<T: Float> Linear<T> for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        Values::new(x.shared().permuted_axes(IxDyn(&self.axes)))
    }
    fn adjoint(&self) -> Self {
        let mut axes = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            axes[from] = to;
        }
        Permute { axes }
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.axes)
    }
}
/// The last two axes exchanged.
#[track_caller]
pub(crate) fn transpose<T: Float>(x: &NodeArrayD<T>) -> NodeArrayD<T> {
    let n = x.ndim();
    let mut axes: Vec<usize> = (0..n).collect();
    if n >= 2 {
        axes.swap(n - 1, n - 2);
    }
    Permute { axes }.of(x)
}

// ------------------------------------------------------------------------------------------------ slices

/// A part of the array; the adjoint is set into zeros.
struct Slice {
    info: Rc<[SliceInfoElem]>,
    whole: IxDyn,
    into_zeros: bool,
}
impl Slice {
    fn part(&self) -> SliceInfo<&[SliceInfoElem], IxDyn, IxDyn> {
        match SliceInfo::try_from(&*self.info) {
            Ok(info) => info,
            Err(error) => panic!("{error}: this is a bug in backprop"),
        }
    }
}
impl<T: Float> Linear<T> for Slice {
    fn name(&self) -> &'static str {
        if self.into_zeros { "set_into" } else { "slice" }
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        match Linear::<T>::zeros(self) {
            Some(whole) => self.in_zeros(&x, whole),
            None => Values::new(x.shared().slice_move(self.part())),
        }
    }
    fn zeros(&self) -> Option<&IxDyn> {
        self.into_zeros.then_some(&self.whole)
    }
    fn add(&self, x: &Values<T>, whole: &mut ArrayRef<T, IxDyn>) {
        let mut part = whole.slice_mut(self.part());
        part += &**x;
    }
    fn adjoint(&self) -> Self {
        Slice { info: self.info.clone(), whole: self.whole.clone(), into_zeros: !self.into_zeros }
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.info)
    }
}
#[track_caller]
pub(crate) fn slice<T: Float>(x: &NodeArrayD<T>, info: &[SliceInfoElem]) -> NodeArrayD<T> {
    Slice { info: info.into(), whole: x.body().shape().clone(), into_zeros: false }.of(x)
}
/// From one place on an axis to before another.
#[track_caller]
pub(crate) fn range<T: Float>(x: &NodeArrayD<T>, axis: usize, from: usize, to: usize) -> NodeArrayD<T> {
    let whole = SliceInfoElem::Slice { start: 0, end: None, step: 1 };
    let mut info = vec![whole; x.ndim()];
    info[axis] = SliceInfoElem::Slice { start: from.cast_signed(), end: Some(to.cast_signed()), step: 1 };
    slice(x, &info)
}
/// Whether ndarray can take the slice; its own panics do not name the operation.
pub(crate) fn check_slice(info: &[SliceInfoElem], shape: &[usize]) -> Result<(), Error> {
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
    places: Rc<[usize]>,
    whole: IxDyn,
    into_zeros: bool,
}
impl Select {
    /// Elements at one place, of those that lie together.
    fn inner(&self) -> usize {
        self.whole.slice()[self.axis + 1..].iter().product()
    }
}
impl<T: Float> Linear<T> for Select {
    fn name(&self) -> &'static str {
        if self.into_zeros { "add_into" } else { "select" }
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        if let Some(whole) = Linear::<T>::zeros(self) {
            return self.in_zeros(&x, whole);
        }
        let mut lies = InMemory::of(&x);
        let view = lies.view(&x);
        let last = self.whole[self.axis].saturating_sub(1);
        let backwards = lies.turn(self.axis);
        let place = |&place: &usize| if backwards { last - place } else { place };
        let axis = lies.axes.iter().position(|&axis| axis == self.axis).unwrap_or(0);
        let mut shape = view.raw_dim();
        shape[axis] = self.places.len();
        let mut elements = take(shape.size());
        // one place after the other, each so many elements
        let inner: usize = shape.slice()[axis + 1..].iter().product();
        if let Some(from) = view.as_slice() {
            for from in from.chunks_exact((self.whole[self.axis] * inner).max(1)) {
                match inner {
                    1 => elements.extend(self.places.iter().map(|k| from[place(k)])),
                    _ => {
                        self.places.iter().for_each(|k| elements.extend_from_slice(&from[place(k) * inner..][..inner]))
                    }
                }
            }
        } else if axis == 0 {
            self.places.iter().for_each(|k| kernel::push(&mut elements, &view.index_axis(Axis(0), place(k))));
        } else {
            let places: Vec<usize> = self.places.iter().map(place).collect();
            elements.extend(view.select(Axis(axis), &places));
        }
        Values::new(lies.back(Values::from_vec(shape, elements).shared()))
    }
    fn zeros(&self) -> Option<&IxDyn> {
        self.into_zeros.then_some(&self.whole)
    }
    fn add(&self, x: &Values<T>, whole: &mut ArrayRef<T, IxDyn>) {
        let (x, inner) = (kernel::row_major(x.clone()), self.inner());
        let (few, all) = (self.places.len() * inner, self.whole[self.axis] * inner);
        let Some((from, to)) = x.as_slice().zip(whole.as_slice_mut()).filter(|_| few > 0) else {
            for (part, &place) in x.axis_iter(Axis(self.axis)).zip(&*self.places) {
                let mut sum = whole.index_axis_mut(Axis(self.axis), place);
                sum += &part;
            }
            return;
        };
        for (from, to) in from.chunks_exact(few).zip(to.chunks_exact_mut(all)) {
            for (part, &place) in from.chunks_exact(inner).zip(&*self.places) {
                to[place * inner..][..inner].iter_mut().zip(part).for_each(|(sum, &x)| *sum += x);
            }
        }
    }
    fn adjoint(&self) -> Self {
        let (places, whole) = (self.places.clone(), self.whole.clone());
        Select { axis: self.axis, places, whole, into_zeros: !self.into_zeros }
    }
    fn bytes(&self) -> usize {
        size_of_val(&*self.places)
    }
}
#[track_caller]
pub(crate) fn select<T: Float>(x: &NodeArrayD<T>, axis: usize, places: &[usize]) -> NodeArrayD<T> {
    Select { axis, places: places.into(), whole: x.body().shape().clone(), into_zeros: false }.of(x)
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
pub(crate) fn concatenate_any<T: Float>(axis: usize, parts: &[NodeArrayD<T>]) -> Result<NodeArrayD<T>, Error> {
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
    possible("concatenate", shape.slice())?;
    let looks: Vec<Values<T>> = parts.iter().map(NodeArray::values).collect();
    // each part's share of what stands at one place of the axes before
    let inner: usize = shape.slice()[axis + 1..].iter().product();
    let mut runs: Vec<(Gather<'_, T>, usize)> =
        looks.iter().map(|part| (Gather::new(part.view()), part.shape()[axis] * inner)).collect();
    let mut elements = take(shape.size());
    for k in 0..shape.slice()[..axis].iter().product() {
        for (part, run) in &mut runs {
            part.advance(k * *run, *run);
            elements.extend_from_slice(part.block(k * *run, *run));
        }
    }
    let whole = Values::from_vec(shape, elements);
    let operands: Vec<Operand<'_, T>> = parts.iter().map(Operand::Array).collect();
    Ok(record(Concatenate { axis, bounds }, operands, whole))
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
                None => at.give(k, &slice(&adjoint, &[SliceInfoElem::Index(k.cast_signed())])),
            }
        }
    }
}
#[track_caller]
pub(crate) fn from_nodes<T: Float>(x: &[Node<T>]) -> NodeArrayD<T> {
    let values = Values::from_vec(IxDyn(&[x.len()]), x.iter().map(Node::value).collect());
    record(FromNodes, x.iter().map(Operand::Number).collect::<Vec<_>>(), values)
}

// ------------------------------------------------------------------------------------------------ diagonals

/// A matrix's diagonal; the adjoint is set on a diagonal of zeros.
struct Diagonal {
    matrix: IxDyn,
    on_zeros: bool,
}
impl<T: Float> Linear<T> for Diagonal {
    fn name(&self) -> &'static str {
        if self.on_zeros { "from_diag" } else { "diag" }
    }
    fn values(&self, x: Values<T>) -> Values<T> {
        match Linear::<T>::zeros(self) {
            Some(matrix) => self.in_zeros(&x, matrix),
            None => Values::new(x.diag().to_owned().into_dyn()),
        }
    }
    fn zeros(&self) -> Option<&IxDyn> {
        self.on_zeros.then_some(&self.matrix)
    }
    fn add(&self, x: &Values<T>, whole: &mut ArrayRef<T, IxDyn>) {
        let mut diagonal = whole.diag_mut();
        diagonal += &**x;
    }
    fn adjoint(&self) -> Self {
        Diagonal { matrix: self.matrix.clone(), on_zeros: !self.on_zeros }
    }
}
#[track_caller]
pub(crate) fn diagonal<T: Float>(x: &NodeArrayD<T>) -> NodeArrayD<T> {
    Diagonal { matrix: x.body().shape().clone(), on_zeros: false }.of(x)
}
#[track_caller]
pub(crate) fn on_diagonal<T: Float>(x: &NodeArrayD<T>, matrix: IxDyn) -> NodeArrayD<T> {
    Diagonal { matrix, on_zeros: true }.of(x)
}
