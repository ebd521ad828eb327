//! The order in which an array lies in memory.

use crate::graph::array::Values;
use crate::number::Float;
use ndarray::{ArcArray, ArrayViewD, Axis, IxDyn};

/// The axes of an array from the one along which neighbours are farthest apart to the nearest, and those that run backwards.
pub(crate) struct InMemory {
    pub axes: Vec<usize>,
    backwards: Vec<usize>,
}
impl InMemory {
    pub fn of<T: Float>(x: &Values<T>) -> Self {
        let mut axes: Vec<usize> = (0..x.ndim()).collect();
        axes.sort_by_key(|&axis| std::cmp::Reverse((x.strides()[axis].unsigned_abs(), x.shape()[axis])));
        InMemory { axes, backwards: (0..x.ndim()).filter(|&axis| x.strides()[axis] < 0).collect() }
    }
    /// The elements in this order, all axes forwards.
    pub fn view<'x, T: Float>(&self, x: &'x Values<T>) -> ArrayViewD<'x, T> {
        let mut view = x.view();
        self.backwards.iter().for_each(|&axis| view.invert_axis(Axis(axis)));
        view.permuted_axes(&*self.axes)
    }
    /// An axis that is not to run backwards in what is made of the view.
    pub fn turn(&mut self, axis: usize) -> bool {
        let all = self.backwards.len();
        self.backwards.retain(|&other| other != axis);
        self.backwards.len() < all
    }
    /// What was made of the view, with the array's axes again.
    pub fn back<T>(&self, x: ArcArray<T, IxDyn>) -> ArcArray<T, IxDyn> {
        let mut places = vec![0; self.axes.len()];
        self.axes.iter().enumerate().for_each(|(place, &axis)| places[axis] = place);
        let mut x = x.permuted_axes(places);
        self.backwards.iter().for_each(|&axis| x.invert_axis(Axis(axis)));
        x
    }
}
