//! Second derivatives of functions of many numbers: forward over reverse.

use super::forward::{chunks, directions, marks, seed};
use super::point::Point;
use super::reverse::{Workspace, value_and_grad, value_and_grad_with};
use crate::dual::{Dual, Level};
use crate::number::{Elementary, Float};
use crate::var::Var;
use ndarray::Array2;
use std::borrow::Borrow;

/// How many columns of a Hessian come out of one run.
const WIDTH: usize = 4;

/// The Hessian times a vector, **forward over reverse**: one run and one sweep, as for a gradient. The gradient comes out,
/// too.
///
/// ```
/// use backprop::hvp;
/// let (gradient, product) = hvp(|x| x[0].square() * x[1], &[3.0, 5.0], &[1.0, 0.0]);
/// assert_eq!((gradient, product), ([30.0, 9.0], [10.0, 6.0]));
/// ```
///
/// # Panics
/// If `v` has another length than `x`, and as [`grad`](crate::grad()).
#[must_use]
#[track_caller]
pub fn hvp<P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Var<Dual<P::Number>>>) -> Var<Dual<P::Number>>,
    x: &P,
    v: &P,
) -> (P::With<P::Number>, P::With<P::Number>) {
    let level = Level::begin();
    let duals = directions(&level, x, v);
    let (_, gradient) =
        value_and_grad(|inputs: &[Var<Dual<P::Number>>]| f(x.filled(inputs.to_vec()).borrow()), &duals[..]);
    level.check(|| marks(&gradient));
    (x.filled(gradient.iter().map(Dual::value).collect()), x.filled(gradient.iter().map(Dual::derivative).collect()))
}
/// The Hessian, **forward over reverse**: four columns come out of one run and one sweep.
///
/// ```
/// use backprop::hessian;
/// let h = hessian(|x| x[0].square() * x[1], &[3.0, 5.0]);
/// assert_eq!(h, ndarray::array![[10.0, 6.0], [6.0, 0.0]]);
/// ```
///
/// # Panics
/// As [`grad`](crate::grad()).
#[must_use]
#[track_caller]
pub fn hessian<P: Point + ?Sized>(
    f: impl Fn(&P::View<Var<Dual<P::Number, WIDTH>>>) -> Var<Dual<P::Number, WIDTH>>,
    x: &P,
) -> Array2<P::Number> {
    let (numbers, mut gradient) = (x.numbers(), vec![P::Number::of(0.0); x.size()]);
    let mut hessian = Array2::from_elem((x.size(), x.size()), P::Number::of(0.0));
    let f = |inputs: &[Var<_>]| f(x.filled(inputs.to_vec()).borrow());
    columns(&mut SecondWorkspace::new(), f, &numbers, &mut gradient, &mut hessian);
    hessian
}

/// Buffers of a driver of second order that is called again and again: after the first call it allocates nothing. `N` is 1
/// for [`hvp_with`] and 4 for [`hessian_with`], which need not be said.
#[derive(Clone, Debug, Default)]
pub struct SecondWorkspace<T: Float = f64, const N: usize = 1> {
    tape: Workspace<Dual<T, N>>,
    point: Vec<Dual<T, N>>,
    gradient: Vec<Dual<T, N>>,
}
impl<T: Float, const N: usize> SecondWorkspace<T, N> {
    /// Without any memory yet.
    ///
    /// ```
    /// let workspace: backprop::SecondWorkspace = backprop::SecondWorkspace::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        SecondWorkspace { tape: Workspace::new(), point: Vec::new(), gradient: Vec::new() }
    }
    /// The value and, in the buffer, the gradient at a point of dual numbers.
    #[track_caller]
    fn run(
        &mut self,
        level: &Level,
        f: impl FnOnce(&[Var<Dual<T, N>>]) -> Var<Dual<T, N>>,
        point: impl Iterator<Item = Dual<T, N>>,
    ) -> T {
        self.point.clear();
        self.point.extend(point);
        self.gradient.clear();
        self.gradient.resize(self.point.len(), Dual::constant(T::of(0.0)));
        let value = value_and_grad_with(&mut self.tape, f, &self.point, &mut self.gradient).value();
        level.check(|| self.gradient.iter().map(Dual::mark));
        value
    }
}

/// [`hvp`] on slices, which allocates nothing in a loop: gradient and product are written to where you say, and the value
/// comes back.
///
/// ```
/// use backprop::{hvp_with, SecondWorkspace};
/// let (mut gradient, mut product) = ([0.0; 2], [0.0; 2]);
/// let mut workspace = SecondWorkspace::new();
/// let f = |x: &[backprop::Var<backprop::Dual>]| x[0].square() * x[1];
/// let value = hvp_with(&mut workspace, f, &[3.0, 5.0], &[1.0, 0.0], &mut gradient, &mut product);
/// assert_eq!((value, gradient, product), (45.0, [30.0, 9.0], [10.0, 6.0]));
/// ```
///
/// # Panics
/// If `v`, `gradient` or `product` has another length than `x`, and as [`grad`](crate::grad()).
#[track_caller]
pub fn hvp_with<T: Float>(
    workspace: &mut SecondWorkspace<T>,
    f: impl FnOnce(&[Var<Dual<T>>]) -> Var<Dual<T>>,
    x: &[T],
    v: &[T],
    gradient: &mut [T],
    product: &mut [T],
) -> T {
    let lengths = [v.len(), gradient.len(), product.len()];
    assert!(
        lengths == [x.len(); 3],
        "hvp_with wants a direction, a gradient and a product as long as the point, {}, not {lengths:?}",
        x.len()
    );
    let level = Level::begin();
    let value = workspace.run(&level, f, x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v]).of_level(&level)));
    for ((slope, product), dual) in gradient.iter_mut().zip(product).zip(&workspace.gradient) {
        (*slope, *product) = (dual.value(), dual.derivative());
    }
    value
}

/// [`hessian`] on slices, which allocates nothing in a loop: gradient and Hessian are written to where you say, and the
/// value comes back, all that Newton's method wants. The function runs `n/4` times, rounded up.
///
/// ```
/// use backprop::{hessian_with, Dual, SecondWorkspace, Var};
/// use ndarray::{array, Array2};
/// let (mut gradient, mut hessian) = ([0.0; 2], Array2::zeros((2, 2)));
/// let f = |x: &[Var<Dual<f64, 4>>]| x[0].square() * x[1];
/// let value = hessian_with(&mut SecondWorkspace::new(), f, &[3.0, 5.0], &mut gradient, &mut hessian);
/// assert_eq!((value, gradient, hessian), (45.0, [30.0, 9.0], array![[10.0, 6.0], [6.0, 0.0]]));
/// ```
///
/// # Panics
/// If `gradient` has another length than `x`, or `hessian` another number of rows or columns; and as
/// [`grad`](crate::grad()).
#[track_caller]
pub fn hessian_with<T: Float>(
    workspace: &mut SecondWorkspace<T, WIDTH>,
    f: impl Fn(&[Var<Dual<T, WIDTH>>]) -> Var<Dual<T, WIDTH>>,
    x: &[T],
    gradient: &mut [T],
    hessian: &mut Array2<T>,
) -> T {
    let n = x.len();
    assert!(
        gradient.len() == n && hessian.dim() == (n, n),
        "hessian_with wants a gradient and a Hessian as large as the point, {n}, not {} and {:?}",
        gradient.len(),
        hessian.dim()
    );
    columns(workspace, f, x, gradient, hessian)
}
/// Value, gradient and Hessian, so many columns at a time; of no inputs the value, too.
#[track_caller]
fn columns<T: Float>(
    workspace: &mut SecondWorkspace<T, WIDTH>,
    f: impl Fn(&[Var<Dual<T, WIDTH>>]) -> Var<Dual<T, WIDTH>>,
    x: &[T],
    gradient: &mut [T],
    hessian: &mut Array2<T>,
) -> T {
    let level = Level::begin();
    let mut value = T::of(f64::NAN);
    for start in chunks::<WIDTH>(x.len().max(1)) {
        let point = x.iter().enumerate().map(|(k, &x)| seed(&level, x, k.checked_sub(start)));
        value = workspace.run(&level, &f, point);
        for (row, dual) in workspace.gradient.iter().enumerate() {
            gradient[row] = dual.value();
            for (column, &second) in dual.tangents().iter().enumerate().take(x.len() - start) {
                hessian[[row, start + column]] = second;
            }
        }
    }
    value
}
