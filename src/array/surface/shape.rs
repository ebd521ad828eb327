//! Moving elements, by name: reshaping, permuting axes, slicing, selecting, putting together.

use crate::array::data::shapes::{common, is_possible};
use crate::array::record::lower;
use crate::array::rule::broadcast::fill;
use crate::array::rule::linear::Linear;
use crate::array::rule::moves::{
    Permute, check_slice, concatenate_any, diagonal, from_nodes, on_diagonal, reshape, select, slice,
};
use crate::error::{Error, accept};
use crate::graph::array::{NodeArray, NodeArrayD};
use crate::graph::handle::Node;
use crate::number::Float;
use ndarray::{Axis, Dimension, IntoDimension, Ix1, Ix2, IxDyn, NdIndex, RemoveAxis, SliceArg, SliceInfoElem};
use std::borrow::Borrow;

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// The same elements, in row-major order, under another shape.
    ///
    /// ```
    /// use backprop::{NodeArray, NodeArray2};
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0, 4.0]);
    /// let y: NodeArray2<f64> = x.reshape((2, 2));
    /// assert_eq!(y.value(), ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// ```
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[must_use]
    #[track_caller]
    pub fn reshape<E: IntoDimension>(&self, shape: E) -> NodeArray<T, E::Dim> {
        accept(self.try_reshape(shape))
    }
    /// [`reshape`](NodeArray::reshape), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_reshape(3).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shape has another number of elements.
    #[track_caller]
    pub fn try_reshape<E: IntoDimension>(&self, shape: E) -> Result<NodeArray<T, E::Dim>, Error> {
        let shape = shape.into_dimension();
        if !is_possible(shape.slice()) || shape.size() != self.len() {
            let (left, right) = (self.shape().to_vec(), shape.slice().to_vec());
            return Err(Error::Shapes { operation: "reshape", left, right });
        }
        Ok(reshape(&self.any(), &IxDyn(shape.slice())).ranked())
    }
    /// All elements as a vector, in row-major order.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.flatten().value(), ndarray::array![1.0, 2.0, 3.0, 4.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn flatten(&self) -> NodeArray<T, Ix1> {
        reshape(&self.any(), &IxDyn(&[self.len()])).ranked()
    }

    /// The axes in reverse order: of a matrix, its transpose. Nothing is copied.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.t().value(), ndarray::array![[1.0, 3.0], [2.0, 4.0]]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn t(&self) -> Self {
        Permute { axes: (0..self.ndim()).rev().collect() }.of(&self.any()).ranked()
    }
    /// The axes in another order: axis `k` of the result is axis `axes[k]`. Nothing is copied.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::Array3::<f64>::zeros((2, 3, 4)));
    /// assert_eq!(x.permute((2, 0, 1)).shape(), [4, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If not every axis is named once.
    #[must_use]
    #[track_caller]
    pub fn permute<E: IntoDimension<Dim = D>>(&self, axes: E) -> Self {
        accept(self.try_permute(axes))
    }
    /// [`permute`](NodeArray::permute), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// assert!(x.try_permute((0, 0)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if not every axis is named once.
    #[track_caller]
    pub fn try_permute<E: IntoDimension<Dim = D>>(&self, axes: E) -> Result<Self, Error> {
        let axes = axes.into_dimension().slice().to_vec();
        let rank = self.ndim();
        let mut seen = vec![false; rank];
        for &axis in &axes {
            if axis >= rank || std::mem::replace(&mut seen[axis], true) {
                return Err(Error::Axis { operation: "permute", axis, rank });
            }
        }
        if axes.len() != rank {
            return Err(Error::Axis { operation: "permute", axis: axes.len(), rank });
        }
        Ok(Permute { axes }.of(&self.any()).ranked())
    }

    /// The array repeated along new axes in front and along those of length 1.
    ///
    /// ```
    /// use backprop::{NodeArray, NodeArray2};
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// let y: NodeArray2<f64> = x.broadcast((3, 2));
    /// y.sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![3.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the array does not broadcast to the shape.
    #[must_use]
    #[track_caller]
    pub fn broadcast<E: IntoDimension>(&self, shape: E) -> NodeArray<T, E::Dim> {
        accept(self.try_broadcast(shape))
    }
    /// [`broadcast`](NodeArray::broadcast), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_broadcast((2, 3)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the array does not broadcast to the shape.
    #[track_caller]
    pub fn try_broadcast<E: IntoDimension>(&self, shape: E) -> Result<NodeArray<T, E::Dim>, Error> {
        let shape = IxDyn(shape.into_dimension().slice());
        match common("broadcast", self.body().shape(), &shape) {
            Ok(together) if together == shape => Ok(fill(&self.any(), &shape).ranked()),
            _ => {
                let (left, right) = (self.shape().to_vec(), shape.slice().to_vec());
                Err(Error::Shapes { operation: "broadcast", left, right })
            }
        }
    }

    /// A new axis of length 1, before this one.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert_eq!(x.insert_axis(ndarray::Axis(1)).shape(), [2, 1]);
    /// ```
    ///
    /// # Panics
    /// If `axis` is above the number of axes.
    #[must_use]
    #[track_caller]
    pub fn insert_axis(&self, axis: Axis) -> NodeArray<T, D::Larger> {
        accept(self.try_insert_axis(axis))
    }
    /// [`insert_axis`](NodeArray::insert_axis), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_insert_axis(ndarray::Axis(2)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if `axis` is above the number of axes.
    #[track_caller]
    pub fn try_insert_axis(&self, axis: Axis) -> Result<NodeArray<T, D::Larger>, Error> {
        if axis.index() > self.ndim() {
            return Err(Error::Axis { operation: "insert_axis", axis: axis.index(), rank: self.ndim() + 1 });
        }
        let mut shape = self.shape().to_vec();
        shape.insert(axis.index(), 1);
        Ok(reshape(&self.any(), &IxDyn(&shape)).ranked())
    }
    /// Without an axis of length 1.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0], [2.0]]);
    /// assert_eq!(x.remove_axis(ndarray::Axis(1)).shape(), [2]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it is longer than 1.
    #[must_use]
    #[track_caller]
    pub fn remove_axis(&self, axis: Axis) -> NodeArray<T, D::Smaller>
    where
        D: RemoveAxis,
    {
        accept(self.try_remove_axis(axis))
    }
    /// [`remove_axis`](NodeArray::remove_axis), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0], [2.0]]);
    /// assert!(x.try_remove_axis(ndarray::Axis(0)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shape`] if it is longer than 1.
    #[track_caller]
    pub fn try_remove_axis(&self, axis: Axis) -> Result<NodeArray<T, D::Smaller>, Error>
    where
        D: RemoveAxis,
    {
        let mut shape = self.shape().to_vec();
        match shape.get(axis.index()) {
            None => return Err(Error::Axis { operation: "remove_axis", axis: axis.index(), rank: self.ndim() }),
            Some(1) => shape.remove(axis.index()),
            Some(_) => return Err(Error::Shape { operation: "remove_axis", shape, wanted: "length 1 on the axis" }),
        };
        Ok(reshape(&self.any(), &IxDyn(&shape)).ranked())
    }

    /// A part of the array, by ndarray's `s![…]`: ranges with steps and negative steps, indices, new axes. Nothing is
    /// copied: as long as the part lives, so does the whole buffer.
    ///
    /// ```
    /// use ndarray::s;
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0, 4.0]);
    /// let y = x.slice(s![..;-2]);
    /// assert_eq!(y.value(), ndarray::array![4.0, 2.0]);
    /// y.sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![0.0, 1.0, 0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If an index or the end of a range lies outside.
    #[must_use]
    #[track_caller]
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> NodeArray<T, I::OutDim> {
        accept(self.try_slice(info))
    }
    /// [`slice`](NodeArray::slice), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0, 4.0]);
    /// assert!(x.try_slice(ndarray::s![2..9]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] if an index or the end of a range lies outside, [`Error::Axis`] if there are not as many axes.
    #[track_caller]
    pub fn try_slice<I: SliceArg<D>>(&self, info: I) -> Result<NodeArray<T, I::OutDim>, Error> {
        if info.in_ndim() != self.ndim() {
            return Err(Error::Axis { operation: "slice", axis: info.in_ndim(), rank: self.ndim() });
        }
        check_slice(info.as_ref(), self.shape())?;
        Ok(slice(&self.any(), info.as_ref()).ranked())
    }

    /// One element, as a number of the graph.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.index((1, 0)).square();
    /// y.backward();
    /// assert_eq!((y.value(), x.grad()), (9.0, ndarray::arr2(&[[0.0, 0.0], [6.0, 0.0]]).into_shared()));
    /// ```
    ///
    /// # Panics
    /// If the index lies outside.
    #[must_use]
    #[track_caller]
    pub fn index<I: NdIndex<D> + IntoDimension<Dim = D>>(&self, index: I) -> Node<T> {
        accept(self.try_index(index))
    }
    /// [`index`](NodeArray::index), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_index(2).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] if the index lies outside, [`Error::Axis`] if it has not as many places as there are axes.
    #[track_caller]
    pub fn try_index<I: NdIndex<D> + IntoDimension<Dim = D>>(&self, index: I) -> Result<Node<T>, Error> {
        let index = index.into_dimension();
        if index.ndim() != self.ndim() {
            return Err(Error::Axis { operation: "index", axis: index.ndim(), rank: self.ndim() });
        }
        for (&index, &len) in index.slice().iter().zip(self.shape()) {
            if index >= len {
                return Err(Error::Index { operation: "index", index, len });
            }
        }
        let info: Vec<_> = index.slice().iter().map(|&index| SliceInfoElem::Index(index.cast_signed())).collect();
        Ok(lower(&slice(&self.any(), &info)))
    }

    /// Places along an axis, in any order and as often as they are named: rows of a matrix, by axis 0.
    ///
    /// ```
    /// use ndarray::Axis;
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.select(Axis(0), &[1, 1, 0]);
    /// y.sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![[1.0, 1.0], [2.0, 2.0]]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or a place lies outside.
    #[must_use]
    #[track_caller]
    pub fn select(&self, axis: Axis, places: &[usize]) -> Self
    where
        D: RemoveAxis,
    {
        accept(self.try_select(axis, places))
    }
    /// [`select`](NodeArray::select), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_select(ndarray::Axis(0), &[2]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Index`] if a place lies outside.
    #[track_caller]
    pub fn try_select(&self, axis: Axis, places: &[usize]) -> Result<Self, Error>
    where
        D: RemoveAxis,
    {
        let axis = axis.index();
        let Some(&len) = self.shape().get(axis) else {
            return Err(Error::Axis { operation: "select", axis, rank: self.ndim() });
        };
        match places.iter().find(|&&place| place >= len) {
            Some(&index) => Err(Error::Index { operation: "select", index, len }),
            None => Ok(select(&self.any(), axis, places).ranked()),
        }
    }
}

impl<T: Float> NodeArray<T, Ix1> {
    /// Numbers of the graph as a vector.
    ///
    /// ```
    /// use backprop::{Node, NodeArray1};
    /// let x = [Node::leaf(1.0), Node::leaf(2.0)];
    /// NodeArray1::from_nodes(&x).square().sum().backward();
    /// assert_eq!([x[0].grad(), x[1].grad()], [2.0, 4.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn from_nodes(x: &[Node<T>]) -> Self {
        from_nodes(x).ranked()
    }
    /// The elements as numbers of the graph.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![2.0, 3.0]);
    /// let [a, b] = &x.to_nodes()[..] else { panic!() };
    /// (a * b).backward();
    /// assert_eq!(x.grad(), ndarray::array![3.0, 2.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn to_nodes(&self) -> Vec<Node<T>> {
        (0..self.len()).map(|k| lower(&slice(&self.any(), &[SliceInfoElem::Index(k.cast_signed())]))).collect()
    }
    /// A matrix with this vector on its diagonal, and zeros.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![2.0, 3.0]);
    /// assert_eq!(x.to_diag().value(), ndarray::array![[2.0, 0.0], [0.0, 3.0]]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn to_diag(&self) -> NodeArray<T, Ix2> {
        on_diagonal(&self.any(), IxDyn(&[self.len(), self.len()])).ranked()
    }
}
impl<T: Float> NodeArray<T, Ix2> {
    /// The diagonal, as long as the shorter side.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// x.diag().sum().backward(); // the trace
    /// assert_eq!(x.grad(), ndarray::array![[1.0, 0.0], [0.0, 1.0]]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn diag(&self) -> NodeArray<T, Ix1> {
        diagonal(&self.any()).ranked()
    }
}

/// Arrays, or references to them, one after the other along an axis.
///
/// ```
/// use backprop::{array::concatenate, NodeArray};
/// let (x, y) = (NodeArray::leaf(ndarray::array![1.0, 2.0]), NodeArray::leaf(ndarray::array![3.0]));
/// assert_eq!(concatenate(ndarray::Axis(0), &[&x, &y]).value(), ndarray::array![1.0, 2.0, 3.0]);
/// ```
///
/// # Panics
/// If there are no arrays, no such axis, or the shapes differ on other axes.
#[must_use]
#[track_caller]
pub fn concatenate<T: Float, D: RemoveAxis>(axis: Axis, arrays: &[impl Borrow<NodeArray<T, D>>]) -> NodeArray<T, D> {
    accept(try_concatenate(axis, arrays))
}
/// [`concatenate`], with an error instead of a panic.
///
/// ```
/// use backprop::{array::try_concatenate, NodeArray1};
/// let none: [NodeArray1<f64>; 0] = [];
/// assert!(try_concatenate(ndarray::Axis(0), &none).is_err());
/// ```
///
/// # Errors
/// [`Error::Shape`] if there are no arrays, [`Error::Axis`] if there is no such axis, [`Error::Shapes`] if the shapes
/// differ on other axes.
#[track_caller]
pub fn try_concatenate<T: Float, D: RemoveAxis>(
    axis: Axis,
    arrays: &[impl Borrow<NodeArray<T, D>>],
) -> Result<NodeArray<T, D>, Error> {
    let parts: Vec<NodeArrayD<T>> = arrays.iter().map(|array| array.borrow().any()).collect();
    Ok(concatenate_any(axis.index(), &parts)?.ranked())
}

/// Arrays of one shape, or references to them, beside each other along a new axis.
///
/// ```
/// use backprop::{array::stack, NodeArray};
/// let (x, y) = (NodeArray::leaf(ndarray::array![1.0, 2.0]), NodeArray::leaf(ndarray::array![3.0, 4.0]));
/// assert_eq!(stack(ndarray::Axis(0), &[&x, &y]).value(), ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
/// ```
///
/// # Panics
/// If there are no arrays, the axis is above the number of axes, or the shapes differ.
#[must_use]
#[track_caller]
pub fn stack<T: Float, D: Dimension>(axis: Axis, arrays: &[impl Borrow<NodeArray<T, D>>]) -> NodeArray<T, D::Larger> {
    accept(try_stack(axis, arrays))
}
/// [`stack`], with an error instead of a panic.
///
/// ```
/// use backprop::{array::try_stack, NodeArray};
/// let (x, y) = (NodeArray::leaf(ndarray::array![1.0, 2.0]), NodeArray::leaf(ndarray::array![3.0]));
/// assert!(try_stack(ndarray::Axis(0), &[&x, &y]).is_err());
/// ```
///
/// # Errors
/// [`Error::Shape`] if there are no arrays, [`Error::Axis`] if the axis is above the number of axes, [`Error::Shapes`] if
/// the shapes differ.
#[track_caller]
pub fn try_stack<T: Float, D: Dimension>(
    axis: Axis,
    arrays: &[impl Borrow<NodeArray<T, D>>],
) -> Result<NodeArray<T, D::Larger>, Error> {
    let Some(first) = arrays.first().map(Borrow::borrow) else {
        return Err(Error::Shape { operation: "stack", shape: Vec::new(), wanted: "at least one array" });
    };
    if axis.index() > first.ndim() {
        return Err(Error::Axis { operation: "stack", axis: axis.index(), rank: first.ndim() + 1 });
    }
    let mut parts = Vec::with_capacity(arrays.len());
    for array in arrays.iter().map(Borrow::borrow) {
        if array.shape() != first.shape() {
            let (left, right) = (first.shape().to_vec(), array.shape().to_vec());
            return Err(Error::Shapes { operation: "stack", left, right });
        }
        parts.push(array.try_insert_axis(axis)?.any());
    }
    Ok(concatenate_any(axis.index(), &parts)?.ranked())
}
