//! Checks derivatives against difference quotients: [`gradient`], [`hessian`], [`modes`], [`operation`], [`pair`],
//! [`array`](array()); and [`same`], which compares numbers in every part.
//!
//! ```
//! use backprop::{check, Node};
//! check::gradient(|x: &[Node<f64>]| &x[0] * x[1].sin(), &[1.0, 2.0]).assert();
//! ```
//!
//! | to check | call |
//! |---|---|
//! | a closure on one number | `check::gradient(\|x: &[Node<f64>]\| …, &[1.0, 2.0])`, `check::hessian` |
//! | a function written for every number | `check::modes(Model, &[1.0, 2.0])` |
//! | an operation of your own | `check::operation(&Mine, &[1.0, 2.0])` |
//! | plain functions, value and gradient | `check::pair(f, g, &[1.0, 2.0])` |
//! | functions of arrays | `check::array(\|x: &NodeArray2<f64>\| …, &x)` |
//!
//! Each gives a [`Report`]: [`Report::assert`] in a test. Its verdicts are made so that they can be relied on: a slope
//! that is off by a millionth is `FAILED` in `f64`; where the difference quotient is not accurate to a billionth, the
//! verdict is `undecided`; and where the slopes to the left and to the right differ, it is `kink`. A derivative of 0
//! passes if the quotient is 0 as far as can be seen.
//!
//! How rough a function is through rounding is judged by its values: where these are small differences of large numbers,
//! as in `(100 + sin x) − 100`, a kink may be seen that is none, and no verdict can be relied on.
//!
//! The function is evaluated 17 to 109 times for each argument, at steps from about the size of the argument (or 1)
//! downwards: it must be defined around the point, but it may have a rim or kinks nearby.

mod array;
mod difference;
mod mode;
mod report;
mod same;
#[cfg(test)]
mod tests;

pub use array::{Output, array, array_seeded};
pub use mode::{First, Plain, Second};
pub use report::{Component, Report, Verdict};
pub use same::{Parts, same};

use crate::custom::Operation;
use crate::dual::Dual;
use crate::graph::handle::Node;
use crate::number::{Call, Elementary};
use crate::var::Var;
use difference::{DOUBLE, Estimate, differences};

/// The relative discrepancy that is still right in `f64`.
const TOLERANCE: f64 = 1e-8;

/// Checks the gradient that one number takes of a function.
///
/// The function is a closure on that number, or a struct that is [`Call`] for it, as in
/// `check::gradient::<Dual<f64, 4>>(Model, …)`.
///
/// ```
/// use backprop::{check, Dual, Node};
/// check::gradient(|x: &[Node<f64>]| &x[0] * x[1].sin(), &[1.0, 2.0]).assert();
/// check::gradient(|x: &[Dual<f64, 4>]| x[0] * x[1].sin(), &[1.0, 2.0]).assert();
/// ```
pub fn gradient<S: First>(f: impl Call<S>, x: &[S::Plain]) -> Report {
    first::<S>("gradient", "f", &f, x)
}
fn first<S: First>(title: &str, name: &str, f: &impl Call<S>, x: &[S::Plain]) -> Report {
    let derivatives: Vec<f64> = S::gradient_of(f, x).iter().map(Elementary::to_f64_value).collect();
    let precision = S::Plain::PRECISION;
    let components = derivatives.iter().enumerate().map(|(i, &derivative)| {
        let estimate = differences(precision, x[i].to_f64_value(), &[derivative], |at| {
            vec![S::value_of(f, &moved(x, i, at)).to_f64_value()]
        });
        Component::new(format!("∂{name}/∂x[{i}]"), &[i], derivative, estimate[0])
    });
    Report::new(title, precision, components.collect())
}
/// `x` with another argument `i`.
fn moved<T: Elementary>(x: &[T], i: usize, at: f64) -> Vec<T> {
    let mut x = x.to_vec();
    x[i] = T::of(at);
    x
}

/// Checks the gradient that one number takes of a function, and its second derivatives against difference quotients of
/// that gradient.
///
/// ```
/// use backprop::{check, Node};
/// let report = check::hessian(|x: &[Node<f64>]| &x[0] * x[1].sin(), &[1.0, 2.0]);
/// report.assert();
/// assert_eq!(report.components().len(), 2 + 4);
/// ```
pub fn hessian<S: Second>(f: impl Call<S>, x: &[S::Plain]) -> Report {
    both::<S>("hessian", "f", &f, x)
}
fn both<S: Second>(title: &str, name: &str, f: &impl Call<S>, x: &[S::Plain]) -> Report {
    let precision = S::Plain::PRECISION;
    let rows = S::hessian_of(f, x);
    let columns = (0..x.len()).map(|j| {
        let column: Vec<f64> = rows.iter().map(|row| row[j].to_f64_value()).collect();
        differences(precision, x[j].to_f64_value(), &column, |at| {
            S::gradient_of(f, &moved(x, j, at)).iter().map(Elementary::to_f64_value).collect()
        })
    });
    let columns: Vec<Vec<Estimate>> = columns.collect();
    let entries =
        rows.iter().enumerate().flat_map(|(i, row)| row.iter().enumerate().map(move |(j, entry)| (i, j, entry)));
    let second = entries.map(|(i, j, entry)| {
        let label = format!("∂²{name}/∂x[{i}]∂x[{j}]");
        Component::new(label, &[i, j], entry.to_f64_value(), columns[j][i])
    });
    first::<S>(title, name, f, x).with(Report::new(title, precision, second.collect()))
}

/// Checks a function that is written once for every number, in six modes: plain values against the gradient and the
/// Hessian by graph (`Node`, gradients of gradients), forward (`Dual<Dual>`), and forward over reverse (`Node<Dual>`,
/// `Var<Dual>`); the gradient forward (`Dual`) and by tape (`Var`) too.
///
/// ```
/// use backprop::{check, Call, Number};
/// struct Rosenbrock;
/// impl<S: Number> Call<S> for Rosenbrock {
///     fn call(&self, x: &[S]) -> S {
///         (1.0 - &x[0]).square() + 100.0 * (&x[1] - x[0].square()).square()
///     }
/// }
/// check::modes(Rosenbrock, &[2.0, 1.0]).assert();
/// ```
pub fn modes<F>(f: F, x: &[f64]) -> Report
where
    F: Call<Node<f64>> + Call<Dual> + Call<Dual<Dual>> + Call<Node<Dual>> + Call<Var> + Call<Var<Dual>>,
{
    let graph = both::<Node<f64>>("modes", "f (Node)", &f, x);
    let forward = first::<Dual>("modes", "f (Dual)", &f, x);
    let twice = both::<Dual<Dual>>("modes", "f (Dual<Dual>)", &f, x);
    let over_graph = both::<Node<Dual>>("modes", "f (Node<Dual>)", &f, x);
    let tape = first::<Var>("modes", "f (Var)", &f, x);
    let over_tape = both::<Var<Dual>>("modes", "f (Var<Dual>)", &f, x);
    graph.with(forward).with(twice).with(over_graph).with(tape).with(over_tape)
}

/// Checks the gradient that comes with a plain function.
///
/// ```
/// use backprop::check;
/// check::pair(|x| x[0] * x[1].sin(), |x| vec![x[1].sin(), x[0] * x[1].cos()], &[1.0, 2.0]).assert();
/// ```
///
/// # Panics
/// If `gradient` gives another number of entries than there are arguments.
#[track_caller]
pub fn pair(value: impl Fn(&[f64]) -> f64, gradient: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Report {
    let derivatives = gradient(x);
    assert!(
        derivatives.len() == x.len(),
        "the gradient has {} entries, there are {} arguments",
        derivatives.len(),
        x.len()
    );
    let components = derivatives.iter().enumerate().map(|(i, &derivative)| {
        let estimate = differences(DOUBLE, x[i], &[derivative], |at| vec![value(&moved(x, i, at))]);
        Component::new(format!("∂f/∂x[{i}]"), &[i], derivative, estimate[0])
    });
    Report::new("gradient", DOUBLE, components.collect())
}

/// The adjoint that operations are checked with: an ugly number, so that a rule that forgets it is found.
const ADJOINT: f64 = -2.7;

/// Checks an operation of your own: what `backward` makes of an adjoint, against difference quotients of `forward`; and
/// `backward` run on dual numbers, which second derivatives come from, against difference quotients of `backward`.
///
/// ```
/// use backprop::{check, custom::Operation, Number};
/// struct Cube;
/// impl<S: Number> Operation<S> for Cube {
///     fn forward(&self, x: &[S]) -> S { x[0].powi(3) }
///     fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> { vec![3.0 * x[0].square() * adjoint] }
/// }
/// check::operation(&Cube, &[1.5]).assert();
/// ```
///
/// # Panics
/// If `backward` gives another number of adjoints than there are operands.
#[track_caller]
pub fn operation<O>(operation: &O, x: &[f64]) -> Report
where
    O: Operation<f64> + Operation<Dual>,
{
    let name = <O as Operation<f64>>::name(operation);
    let backward = |x: &[f64]| {
        let parts = operation.backward(x, &operation.forward(x), &ADJOINT);
        crate::graph::operations::counted(name, parts.len(), x.len());
        parts
    };
    let parts = backward(x);
    let mut components = Vec::new();
    for (i, &part) in parts.iter().enumerate() {
        let estimate = differences(DOUBLE, x[i], &[part], |at| vec![ADJOINT * operation.forward(&moved(x, i, at))]);
        components.push(Component::new(format!("{name}: adjoint of operand {i}"), &[i], part, estimate[0]));
    }
    for j in 0..x.len() {
        let seeded: Vec<Dual> =
            x.iter().enumerate().map(|(i, &x)| Dual::new(x, [f64::from(u8::from(i == j))])).collect();
        // the value with its tangent, as the modes hand it to the rule
        let tangent = operation.backward(x, &operation.forward(x), &1.0)[j];
        let z = Dual::new(operation.forward(x), [tangent]);
        let parts = operation.backward(&seeded, &z, &Dual::constant(ADJOINT));
        let derivatives: Vec<f64> = parts.iter().map(Dual::derivative).collect();
        let column = differences(DOUBLE, x[j], &derivatives, |at| backward(&moved(x, j, at)));
        for (i, (derivative, estimate)) in derivatives.into_iter().zip(column).enumerate() {
            let label = format!("{name}: adjoint of operand {i}, by operand {j}");
            components.push(Component::new(label, &[i, j], derivative, estimate));
        }
    }
    Report::new(format!("operation {name}"), DOUBLE, components)
}
