//! The modes. Each differentiates a function of several numbers in its own way; all must say the same.

use crate::number::{Call, Elementary, Float};
use crate::{Dual, Jet, Node, Var, grad, gradients, value_and_grad};

/// What a mode says about a function at a point.
#[derive(Debug)]
pub(super) struct Derivatives<T> {
    pub value: T,
    /// The gradient.
    pub first: Vec<T>,
    /// The whole Hessian, row by row; `None` from a mode of first order.
    pub second: Option<Vec<Vec<T>>>,
}

impl<T: Elementary> Derivatives<T> {
    /// The gradient in plain numbers, with the index of each entry.
    pub(super) fn gradient(&self) -> impl Iterator<Item = (usize, f64)> {
        self.first.iter().map(T::to_f64_value).enumerate()
    }
    /// The Hessian in plain numbers, with the indices of each entry; empty from a mode of first order.
    pub(super) fn hessian(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let rows = self.second.iter().flatten().enumerate();
        rows.flat_map(|(i, row)| row.iter().enumerate().map(move |(j, d)| (i, j, d.to_f64_value())))
    }
}
/// Where entry `i, j` stands in the upper triangle, written row by row, of a symmetric matrix of `n` rows.
pub(super) fn upper(i: usize, j: usize, n: usize) -> usize {
    let (i, j) = (i.min(j), i.max(j));
    i * n - i * (i + 1) / 2 + j
}

/// A function that runs in every mode.
pub(super) trait Everywhere<T: Float>:
    Call<T>
    + Call<Dual<T>>
    + Call<Dual<T, 2>>
    + Call<Dual<Dual<T>>>
    + Call<Node<T>>
    + Call<Node<Dual<T>>>
    + Call<Dual<Node<T>>>
    + Call<Var<T>>
    + Call<Var<Dual<T>>>
    + Call<Dual<Var<T>>>
    + Call<Var<Var<T>>>
    + Call<Jet<T, 2>>
    + Call<Jet<Dual<T>, 1>>
    + Call<Var<Jet<T, 1>>>
{
}
impl<T: Float, F> Everywhere<T> for F where
    F: Call<T>
        + Call<Dual<T>>
        + Call<Dual<T, 2>>
        + Call<Dual<Dual<T>>>
        + Call<Node<T>>
        + Call<Node<Dual<T>>>
        + Call<Dual<Node<T>>>
        + Call<Var<T>>
        + Call<Var<Dual<T>>>
        + Call<Dual<Var<T>>>
        + Call<Var<Var<T>>>
        + Call<Jet<T, 2>>
        + Call<Jet<Dual<T>, 1>>
        + Call<Var<Jet<T, 1>>>
{
}

type Mode<T, F> = fn(&F, &[T]) -> Derivatives<T>;

/// All of them, with their names.
pub(super) fn modes<T: Float, F: Everywhere<T>>() -> [(&'static str, Mode<T, F>); 15] {
    [
        ("Dual", dual),
        ("Dual of two directions", dual_of_two),
        ("Node", node),
        ("Node with a seed", node_with_seed),
        ("gradients", gradients_twice),
        ("gradients, swept", gradients_swept),
        ("Node<Dual>", node_of_dual),
        ("Dual<Node>", dual_of_node),
        ("Dual<Dual>", dual_of_dual),
        ("Var", var),
        ("Var<Dual>", var_of_dual),
        ("Dual<Var>", dual_of_var),
        ("Var<Var>", var_of_var),
        ("Jet", jet),
        ("Var<Jet>", var_of_jet),
    ]
}

/// `x` with tangent `k` in the direction of argument `directions[k]`.
pub(super) fn seeded<T: Elementary, const N: usize>(x: &[T], directions: [usize; N]) -> Vec<Dual<T, N>> {
    let tangents = |i| directions.map(|direction| T::of(if direction == i { 1.0 } else { 0.0 }));
    x.iter().enumerate().map(|(i, x)| Dual::new(x.clone(), tangents(i))).collect()
}
pub(super) fn leaves<T: Float>(x: &[T]) -> Vec<Node<T>> {
    x.iter().map(|&x| Node::leaf(x)).collect()
}
fn grads<T: Float>(x: &[Node<T>]) -> Vec<T> {
    x.iter().map(Node::grad).collect()
}

fn dual<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let first = (0..x.len()).map(|i| f.call(&seeded(x, [i])).derivative()).collect();
    Derivatives { value: f.call(&seeded(x, [0])).value(), first, second: None }
}

fn dual_of_two<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let pairs = (0..x.len()).step_by(2).map(|i| f.call(&seeded(x, [i, i + 1])));
    let first = pairs.flat_map(|z| *z.tangents()).take(x.len()).collect();
    Derivatives { value: f.call(&seeded(x, [0, 1])).value(), first, second: None }
}

fn node<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let x = leaves(x);
    let z = f.call(&x);
    z.backward();
    Derivatives { value: z.value(), first: grads(&x), second: None }
}

/// The adjoint is −1/2, which scales without rounding.
fn node_with_seed<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let x = leaves(x);
    let z = f.call(&x);
    z.backward_with(T::of(-0.5));
    Derivatives { value: z.value(), first: grads(&x).into_iter().map(|g| g * T::of(-2.0)).collect(), second: None }
}

fn gradients_twice<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let x = leaves(x);
    let z = f.call(&x);
    let values = |x: Vec<Node<T>>| -> Vec<T> { x.iter().map(Node::value).collect() };
    let first = gradients(&z, &x);
    let second = first.iter().map(|slope| values(gradients(slope, &x))).collect();
    Derivatives { value: z.value(), first: values(first), second: Some(second) }
}

fn gradients_swept<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let x = leaves(x);
    let z = f.call(&x);
    let first = gradients(&z, &x);
    let sweep = |slope: &Node<T>| {
        x.iter().for_each(Node::zero_grad);
        slope.backward();
        grads(&x)
    };
    let second = first.iter().map(sweep).collect();
    Derivatives { value: z.value(), first: first.iter().map(Node::value).collect(), second: Some(second) }
}

fn node_of_dual<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let sweep = |j| {
        let x = leaves(&seeded(x, [j]));
        let z = f.call(&x);
        z.backward();
        (z.value().value(), grads(&x))
    };
    let sweeps: Vec<_> = (0..x.len()).map(sweep).collect();
    let first = sweeps.iter().enumerate().map(|(i, (_, grads))| grads[i].value()).collect();
    let second = (0..x.len()).map(|i| sweeps.iter().map(|(_, grads)| grads[i].derivative()).collect()).collect();
    Derivatives { value: sweeps[0].0, first, second: Some(second) }
}

fn dual_of_node<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let sweep = |i| {
        let x = leaves(x);
        let z = f.call(&seeded(&x, [i]));
        z.derivative().backward();
        (z.value().value(), z.derivative().value(), grads(&x))
    };
    let sweeps: Vec<_> = (0..x.len()).map(sweep).collect();
    let first = sweeps.iter().map(|(_, slope, _)| *slope).collect();
    let value = sweeps[0].0;
    Derivatives { value, first, second: Some(sweeps.into_iter().map(|(_, _, row)| row).collect()) }
}

fn dual_of_dual<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let both = |i, j| f.call(&seeded(&seeded(x, [j]), [i]));
    let first = (0..x.len()).map(|i| both(i, i).derivative().value()).collect();
    let second = (0..x.len()).map(|i| (0..x.len()).map(|j| both(i, j).derivative().derivative()).collect()).collect();
    Derivatives { value: both(0, 0).value().value(), first, second: Some(second) }
}

fn var<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let (value, first) = value_and_grad(|x: &[Var<T>]| f.call(x), x);
    Derivatives { value, first, second: None }
}

fn var_of_dual<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let sweep = |j| value_and_grad(|x: &[Var<Dual<T>>]| f.call(x), &seeded(x, [j])[..]);
    let sweeps: Vec<_> = (0..x.len()).map(sweep).collect();
    let first = sweeps.iter().enumerate().map(|(i, (_, grads))| grads[i].value()).collect();
    let second = (0..x.len()).map(|i| sweeps.iter().map(|(_, grads)| grads[i].derivative()).collect()).collect();
    Derivatives { value: sweeps[0].0.value(), first, second: Some(second) }
}

fn dual_of_var<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let slope = |i| value_and_grad(|x: &[Var<T>]| f.call(&seeded(x, [i])).derivative(), x);
    slopes_and_rows(f.call(x), (0..x.len()).map(slope).collect())
}

fn var_of_var<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let slope = |i: usize| value_and_grad(|x: &[Var<T>]| grad(|x: &[Var<Var<T>>]| f.call(x), x)[i], x);
    slopes_and_rows(f.call(x), (0..x.len()).map(slope).collect())
}

/// The diagonal of the Hessian from series to order 2, the rest from series of dual numbers.
fn jet<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let along = |x: &[T], i| -> Vec<Jet<T, 2>> {
        let velocity = |k| T::of(if k == i { 1.0 } else { 0.0 });
        x.iter().enumerate().map(|(k, &x)| Jet::on_line(x, velocity(k))).collect()
    };
    let axes: Vec<Jet<T, 2>> = (0..x.len()).map(|i| f.call(&along(x, i))).collect();
    let both = |i, j| {
        let velocity = |k| Dual::constant(T::of(if k == i { 1.0 } else { 0.0 }));
        let moving: Vec<Jet<Dual<T>, 1>> =
            seeded(x, [j]).into_iter().enumerate().map(|(k, x)| Jet::on_line(x, velocity(k))).collect();
        f.call(&moving).coefficient(1).derivative()
    };
    let entry = |i: usize, j: usize| if i == j { axes[i].derivative(2) } else { both(i, j) };
    let second = (0..x.len()).map(|i| (0..x.len()).map(|j| entry(i, j)).collect()).collect();
    let value = f.call(&along(x, 0)).value();
    Derivatives { value, first: axes.iter().map(|z| z.derivative(1)).collect(), second: Some(second) }
}

fn var_of_jet<T: Float, F: Everywhere<T>>(f: &F, x: &[T]) -> Derivatives<T> {
    let sweep = |j| {
        let velocity = |k| T::of(if k == j { 1.0 } else { 0.0 });
        let moving: Vec<Jet<T, 1>> = x.iter().enumerate().map(|(k, &x)| Jet::on_line(x, velocity(k))).collect();
        value_and_grad(|x: &[Var<Jet<T, 1>>]| f.call(x), &moving[..])
    };
    let sweeps: Vec<_> = (0..x.len()).map(sweep).collect();
    let first = sweeps.iter().enumerate().map(|(i, (_, grads))| grads[i].value()).collect();
    let second = (0..x.len()).map(|i| sweeps.iter().map(|(_, grads)| grads[i].coefficient(1)).collect()).collect();
    Derivatives { value: sweeps[0].0.value(), first, second: Some(second) }
}

/// From each slope with its own gradient.
fn slopes_and_rows<T: Float>(value: T, rows: Vec<(T, Vec<T>)>) -> Derivatives<T> {
    let (first, second) = rows.into_iter().unzip();
    Derivatives { value, first, second: Some(second) }
}
