//! The elements of a view that lies anyhow, in the order in which they are asked for: copied piece by piece, each piece
//! small enough that what its rows share in the cache is still there for the next one.

use ndarray::{ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Zip};

/// Elements to a piece.
pub(crate) const PIECE: usize = 1 << 13;
/// Rows of fewer elements are not worth a call for each.
const SHORT: usize = 8;

/// The same elements with as few axes as there can be: neighbouring axes that lie in memory like one are one.
pub(crate) fn merged<E>(mut view: ArrayViewD<'_, E>) -> ArrayViewD<'_, E> {
    let mut axis = if view.is_empty() { 0 } else { view.ndim() };
    while axis > 1 {
        axis -= 1;
        if view.merge_axes(Axis(axis - 1), Axis(axis)) {
            view = view.index_axis_move(Axis(axis - 1), 0);
        }
    }
    view
}

/// Goes through a view in row-major order. Nothing is copied of one that lies in this order.
pub(crate) struct Gather<'a, E> {
    /// All elements, if they lie in a row.
    row: Option<&'a [E]>,
    /// The axes are merged.
    view: ArrayViewD<'a, E>,
    /// The axis that pieces cut, how many of its places make one, and how many elements a place has.
    axis: usize,
    places: usize,
    inner: usize,
    /// What has been copied, and where it begins and ends in the whole.
    elements: Vec<E>,
    start: usize,
    end: usize,
}
impl<'a, E: Copy> Gather<'a, E> {
    pub fn new(view: ArrayViewD<'a, E>) -> Self {
        let row = view.to_slice();
        let mut view = merged(view);
        if view.ndim() == 0 {
            view.insert_axis_inplace(Axis(0));
        }
        let mut axis = view.ndim() - 1;
        let mut inner = 1;
        while axis > 0 && inner * view.shape()[axis] < PIECE {
            inner *= view.shape()[axis];
            axis -= 1;
        }
        let places = (PIECE / inner.max(1)).max(1);
        Gather { row, view, axis, places, inner, elements: Vec::new(), start: 0, end: 0 }
    }
    /// Goes on to so many elements from `start` on; it never goes back.
    #[inline]
    pub fn advance(&mut self, start: usize, len: usize) {
        if start + len > self.end && self.row.is_none() {
            // what has been copied and not been asked for yet
            self.elements.copy_within(start - self.start..self.end - self.start, 0);
            self.start = start;
            while start + len > self.end {
                self.piece();
            }
        }
    }
    /// Elements that were gone to.
    #[inline]
    pub fn block(&self, start: usize, len: usize) -> &[E] {
        match self.row {
            Some(row) => &row[start..][..len],
            None => &self.elements[start - self.start..][..len],
        }
    }
    /// Copies the next piece.
    fn piece(&mut self) {
        let long = self.view.shape()[self.axis];
        let at = self.end / self.inner;
        let (mut outer, from) = (at / long, at % long);
        let places = self.places.min(long - from);
        let mut part = self.view.clone();
        part.slice_axis_inplace(Axis(self.axis), (from..from + places).into());
        for axis in (0..self.axis).rev() {
            let n = self.view.shape()[axis];
            part = part.index_axis_move(Axis(axis), outer % n);
            outer /= n;
        }
        let Some(&first) = part.first() else { return };
        let from = self.end - self.start;
        self.end += part.len();
        let to = self.end - self.start;
        if self.elements.len() < to {
            self.elements.resize(to, first);
        }
        copy(&part, &mut self.elements[from..to]);
    }
}
/// The elements of a view in row-major order.
pub(crate) fn copy<E: Copy>(from: &ArrayViewD<'_, E>, to: &mut [E]) {
    match from.ndim() {
        0 | 1 => copy(&from.view().insert_axis(Axis(0)), to),
        2 => {
            if let Ok(matrix) = from.view().into_dimensionality() {
                copy_matrix(matrix, to);
            }
        }
        _ => {
            let part = from.len() / from.shape()[0];
            to.chunks_exact_mut(part).zip(from.outer_iter()).for_each(|(to, from)| copy(&from, to));
        }
    }
}
fn copy_matrix<E: Copy>(from: ArrayView2<'_, E>, to: &mut [E]) {
    let (row, step) = (from.ncols(), from.strides()[1]);
    if row >= SHORT && (step == 1 || step == -1) {
        for (to, mut from) in to.chunks_exact_mut(row).zip(from.outer_iter()) {
            if step < 0 {
                from.invert_axis(Axis(0));
            }
            match from.to_slice() {
                Some(from) if step < 0 => to.iter_mut().zip(from.iter().rev()).for_each(|(to, from)| *to = *from),
                Some(from) => to.copy_from_slice(from),
                None => panic!("elements in a row are none: this is a bug in backprop"),
            }
        }
        return;
    }
    if let Ok(to) = ArrayViewMut2::from_shape(from.raw_dim(), to) {
        Zip::from(to).and(from).for_each(|to, from| *to = *from);
    }
}

/// The rows of a view that lie in memory one by one, each as a slice.
pub(crate) struct Rows<'a, E> {
    /// Its axes are merged; the last one is a row's.
    view: ArrayViewD<'a, E>,
    /// The last two axes, at some place of the others.
    matrix: ArrayView2<'a, E>,
    /// That place.
    outer: usize,
    /// The row that was asked for last, which it is, and where it begins.
    row: &'a [E],
    at: usize,
    start: usize,
}
/// The axis with which the rows begin that lie in memory, and their length.
pub(crate) fn run<E>(view: &ArrayViewD<'_, E>) -> (usize, usize) {
    let (mut axis, mut length) = (view.ndim(), 1_usize);
    while axis > 0 {
        let (n, stride) = (view.shape()[axis - 1], view.strides()[axis - 1]);
        if n != 1 && stride != length.cast_signed() {
            break;
        }
        axis -= 1;
        length *= n;
    }
    (axis, length)
}
/// The length of the rows that lie in memory.
pub(crate) fn row_length<E>(view: &ArrayViewD<'_, E>) -> usize {
    run(view).1
}
impl<'a, E> Rows<'a, E> {
    /// `None` if the rows do not lie in memory, or there is but one.
    pub fn new(view: ArrayViewD<'a, E>) -> Option<Self> {
        let view = merged(view);
        if view.ndim() < 2 || view.strides()[view.ndim() - 1] != 1 {
            return None;
        }
        let matrix = matrix(view.clone(), 0)?;
        let row = matrix.index_axis_move(Axis(0), 0).to_slice()?;
        Some(Rows { view, matrix, outer: 0, row, at: 0, start: 0 })
    }
    /// Goes on to the row in which `start` is; it never goes back.
    #[inline]
    pub fn advance(&mut self, start: usize) {
        while start >= self.start + self.row.len() {
            self.next();
        }
    }
    fn next(&mut self) {
        self.start += self.row.len();
        self.at += 1;
        if self.at == self.matrix.nrows() {
            (self.at, self.outer) = (0, self.outer + 1);
            if let Some(matrix) = matrix(self.view.clone(), self.outer) {
                self.matrix = matrix;
            }
        }
        if let Some(row) = self.matrix.index_axis_move(Axis(0), self.at).to_slice() {
            self.row = row;
        }
    }
    /// Elements of the row that was gone to.
    #[inline]
    pub fn block(&self, start: usize, len: usize) -> &'a [E] {
        &self.row[start - self.start..][..len]
    }
}
/// The last two axes, at a place of the others; `None` if there is no element.
fn matrix<E>(mut view: ArrayViewD<'_, E>, mut place: usize) -> Option<ArrayView2<'_, E>> {
    if view.is_empty() {
        return None;
    }
    for axis in (0..view.ndim() - 2).rev() {
        let n = view.shape()[axis];
        view = view.index_axis_move(Axis(axis), place % n);
        place /= n;
    }
    view.into_dimensionality().ok()
}
