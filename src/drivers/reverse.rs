//! Drivers in reverse mode: the function runs once on variables, and its tape is swept.

use super::output::Output;
use super::point::Point;
use crate::number::{Elementary, Float};
use crate::tape::{Record, Scope};
use crate::var::Var;
use ndarray::Array2;
use std::borrow::Borrow;

/// The gradient of a function of many numbers, in **reverse mode**: one run of the function and one sweep, however many
/// numbers there are.
///
/// ```
/// use backprop::grad;
/// assert_eq!(grad(|x| x[0] * x[1].sin(), &[2.0, 0.0]), [0.0, 2.0]);
/// ```
///
/// A closure that returns a constant has the gradient 0.
///
/// # Panics
/// If the closure panics, or a variable is used outside of its call: see [`Var`].
#[must_use]
#[track_caller]
pub fn grad<P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Var<P::Number>>) -> Var<P::Number>,
    x: &P,
) -> P::With<P::Number> {
    value_and_grad(f, x).1
}

/// Value and gradient, as [`grad`] finds it.
///
/// ```
/// use backprop::value_and_grad;
/// let (value, gradient) = value_and_grad(|x| x[0] * x[1], &[2.0, 3.0]);
/// assert_eq!((value, gradient), (6.0, [3.0, 2.0]));
/// ```
///
/// # Panics
/// As [`grad`].
#[must_use]
#[track_caller]
pub fn value_and_grad<P: Point + ?Sized>(
    f: impl FnOnce(&P::View<Var<P::Number>>) -> Var<P::Number>,
    x: &P,
) -> (P::Number, P::With<P::Number>) {
    let scope = Scope::open(x.size());
    let y = f(inputs(&scope, x).borrow());
    let mut gradient = vec![P::Number::of(0.0); x.size()];
    if let Some(slot) = y.slot_in(&scope) {
        scope.sweep(slot, P::Number::of(1.0), &mut gradient);
    }
    (y.value(), x.filled(gradient))
}

/// The inputs of a scope, in the container that they came in.
fn inputs<P: Point + ?Sized>(scope: &Scope<P::Number>, x: &P) -> P::With<Var<P::Number>> {
    let mut slots = 0..;
    x.with(|x| Var::input(x, slots.next().unwrap_or_default(), scope))
}

/// Buffers of a driver that is called again and again: after the first call it allocates nothing (the tape keeps its own
/// memory).
///
/// ```
/// use backprop::{value_and_grad_with, Var, Workspace};
/// let mut workspace = Workspace::new();
/// let mut gradient = [0.0; 2];
/// let mut x = [3.0, -1.0];
/// for _ in 0..100 {
///     value_and_grad_with(&mut workspace, |x| x[0].square() + 2.0 * x[1].square(), &x, &mut gradient);
///     x.iter_mut().zip(gradient).for_each(|(x, slope)| *x -= 0.1 * slope);
/// }
/// assert!(x[0] < 1e-9 && x[1] > -1e-9);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace<T: Float = f64> {
    inputs: Vec<Var<T>>,
    outputs: Vec<Var<T>>,
    slots: Vec<Option<u32>>,
}
impl<T: Float> Workspace<T> {
    /// Without any memory yet.
    ///
    /// ```
    /// let workspace: backprop::Workspace = backprop::Workspace::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Workspace { inputs: Vec::new(), outputs: Vec::new(), slots: Vec::new() }
    }
    fn fill(&mut self, scope: &Scope<T>, x: &[T]) {
        self.inputs.clear();
        self.inputs.extend(x.iter().enumerate().map(|(slot, &x)| Var::input(x, slot, scope)));
    }
}

/// [`value_and_grad`] on slices, which allocates nothing in a loop: the gradient is written to where you say.
///
/// ```
/// use backprop::{value_and_grad_with, Workspace};
/// let mut gradient = [0.0; 2];
/// let value = value_and_grad_with(&mut Workspace::new(), |x| x[0] * x[1], &[2.0, 3.0], &mut gradient);
/// assert_eq!((value, gradient), (6.0, [3.0, 2.0]));
/// ```
///
/// # Panics
/// If `gradient` has another length than `x`, and as [`grad`].
#[track_caller]
pub fn value_and_grad_with<T: Float>(
    workspace: &mut Workspace<T>,
    f: impl FnOnce(&[Var<T>]) -> Var<T>,
    x: &[T],
    gradient: &mut [T],
) -> T {
    assert!(
        gradient.len() == x.len(),
        "value_and_grad_with wants a gradient as long as the point, {}, not {}",
        x.len(),
        gradient.len()
    );
    let scope = Scope::open(x.len());
    workspace.fill(&scope, x);
    let y = f(&workspace.inputs);
    match y.slot_in(&scope) {
        Some(slot) => scope.sweep(slot, T::of(1.0), gradient),
        None => gradient.fill(T::of(0.0)),
    }
    y.value()
}

/// The Jacobian of a function of many outputs, a row for each of them, in **reverse mode**: one run of the function, and
/// then the shorter of two ways through what it recorded: a sweep back for each output, or a pass forward for every eight
/// inputs (which costs three sweeps). [`forward::jacobian`](crate::forward::jacobian) records nothing, and runs the function
/// once for every few inputs.
///
/// ```
/// use backprop::jacobian;
/// let j = jacobian(|&[x, y]| [x * y, x + y, y.square()], &[2.0, 3.0]);
/// assert_eq!(j, ndarray::array![[3.0, 2.0], [1.0, 1.0], [0.0, 6.0]]);
/// ```
///
/// # Panics
/// As [`grad`].
#[must_use]
#[track_caller]
pub fn jacobian<P: Point + ?Sized, O: Output<Number = Var<P::Number>>>(
    f: impl FnOnce(&P::View<Var<P::Number>>) -> O,
    x: &P,
) -> Array2<P::Number> {
    let scope = Scope::open(x.size());
    let outputs = f(inputs(&scope, x).borrow()).numbers();
    let mut rows = Array2::from_elem((outputs.len(), x.size()), P::Number::of(0.0));
    scope.jacobian(&slots(&scope, &outputs), &mut rows);
    rows
}

/// [`jacobian`] on slices, which allocates nothing in a loop: the function writes as many outputs as the matrix has rows,
/// and the derivatives are written into the matrix.
///
/// ```
/// use backprop::{jacobian_with, Workspace};
/// let mut jacobian = ndarray::Array2::zeros((2, 2));
/// jacobian_with(&mut Workspace::new(), |x, y| { y[0] = x[0] * x[1]; y[1] = x[0] + x[1]; }, &[2.0, 3.0], &mut jacobian);
/// assert_eq!(jacobian, ndarray::array![[3.0, 2.0], [1.0, 1.0]]);
/// ```
///
/// An output that the function does not write is the constant 0.
///
/// # Panics
/// If the matrix has another number of columns than `x` has numbers, or its rows do not lie one after the other in
/// memory; and as [`grad`].
#[track_caller]
pub fn jacobian_with<T: Float>(
    workspace: &mut Workspace<T>,
    f: impl FnOnce(&[Var<T>], &mut [Var<T>]),
    x: &[T],
    jacobian: &mut Array2<T>,
) {
    assert!(
        jacobian.ncols() == x.len() && jacobian.is_standard_layout(),
        "jacobian_with wants rows of {} numbers, one after the other, not {}",
        x.len(),
        jacobian.ncols()
    );
    let scope = Scope::open(x.len());
    workspace.fill(&scope, x);
    workspace.outputs.clear();
    workspace.outputs.resize(jacobian.nrows(), Var::constant(T::of(0.0)));
    f(&workspace.inputs, &mut workspace.outputs);
    workspace.slots.clear();
    workspace.slots.extend(workspace.outputs.iter().map(|y| y.slot_in(&scope)));
    scope.jacobian(&workspace.slots, jacobian);
}
/// Value and pullback of a function of many outputs, in **reverse mode**: the pullback gives `seedᵀ·J` for as many seeds
/// as you like, without running the function again.
///
/// ```
/// use backprop::vjp;
/// let (value, pullback) = vjp(|&[x, y]| [x * y, x + y], &[2.0, 3.0]);
/// assert_eq!(value, [6.0, 5.0]);
/// assert_eq!(pullback.call(&[1.0, 0.0]), [3.0, 2.0]);
/// assert_eq!(pullback.call(&[1.0, 10.0]), [13.0, 12.0]);
/// ```
///
/// # Panics
/// As [`grad`].
#[track_caller]
pub fn vjp<'x, P: Point + ?Sized, O: Output<Number = Var<P::Number>>>(
    f: impl FnOnce(&P::View<Var<P::Number>>) -> O,
    x: &'x P,
) -> (O::With<P::Number>, Pullback<'x, P>) {
    let scope = Scope::open(x.size());
    let outputs = f(inputs(&scope, x).borrow());
    let slots = slots(&scope, &outputs.numbers());
    (outputs.with(|y| y.value()), Pullback { point: x, slots, record: scope.record() })
}
/// The slots of outputs; a constant has none.
#[track_caller]
fn slots<T: Float>(scope: &Scope<T>, outputs: &[Var<T>]) -> Vec<Option<u32>> {
    outputs.iter().map(|y| y.slot_in(scope)).collect()
}

/// From the adjoints of the outputs to those of the inputs: see [`vjp`].
#[must_use]
pub struct Pullback<'x, P: Point + ?Sized> {
    point: &'x P,
    /// Of the outputs; a constant has none.
    slots: Vec<Option<u32>>,
    record: Record<P::Number>,
}
impl<P: Point + ?Sized> Pullback<'_, P> {
    /// `seedᵀ·J`, in the inputs' container. `seed` has a number for each output, in order.
    ///
    /// ```
    /// let (_, pullback) = backprop::vjp(|x| vec![x[0] * x[1]], &[2.0, 3.0]);
    /// assert_eq!(pullback.call(&[10.0]), [30.0, 20.0]);
    /// ```
    ///
    /// # Panics
    /// If there are more or fewer numbers than outputs.
    #[must_use]
    #[track_caller]
    pub fn call(&self, seed: &[P::Number]) -> P::With<P::Number> {
        assert!(
            seed.len() == self.slots.len(),
            "a pullback wants a number for each of {} outputs, not {}",
            self.slots.len(),
            seed.len()
        );
        let seeds = self.slots.iter().zip(seed).filter_map(|(slot, &seed)| Some(((*slot)?, seed)));
        self.point.filled(self.record.sweep(seeds))
    }
}
