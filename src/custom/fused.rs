//! A statement of many operations as one.

use super::Operation;
use crate::dual::Dual;
use crate::number::{Call, Elementary};

/// How many operands vary in one run.
const WIDTH: usize = 4;

/// A function that is written once for every number, as **one** operation: a graph keeps one node of it, however long it
/// is, and differentiates it forward when it is swept. It serves every mode and order, as any [`Operation`] does.
///
/// What [`fuse`](crate::fuse()) is for [`Var`](crate::Var), this is for [`Node`](crate::Node): memory is saved for time, since
/// the function runs again, on dual numbers, when derivatives are taken: once for every four operands. It pays where the
/// statement has many more operations than operands.
///
/// ```
/// use backprop::custom::{apply, Fused};
/// use backprop::{gradients, model, Node, Number};
/// model! {
///     fn pendulum<S: Number>(x: &[S]) -> S {
///         (0..100).fold(x[0].clone(), |angle, _| &angle - 0.01 * &x[1] * angle.sin())
///     }
/// }
/// let x = [1.0, 2.0].map(Node::leaf);
/// let y = apply(Fused(pendulum), &x); // one node instead of 400
/// let [by_angle, _] = gradients(&y, &[&x[0], &x[1]]);
/// y.backward();
/// assert_eq!(x[0].grad(), by_angle.value());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fused<M>(pub M);

impl<S: Elementary, M: Call<S> + Call<Dual<S, WIDTH>>> Operation<S> for Fused<M> {
    /// The function's own.
    fn name(&self) -> &str {
        super::short_name::<M>()
    }
    fn forward(&self, x: &[S]) -> S {
        self.0.call(x)
    }
    fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> {
        let mut inputs: Vec<Dual<S, WIDTH>> = x.iter().cloned().map(Dual::constant).collect();
        let mut adjoints = Vec::with_capacity(x.len());
        for start in (0..x.len()).step_by(WIDTH) {
            let chunk = start..x.len().min(start + WIDTH);
            chunk.clone().for_each(|k| inputs[k] = Dual::seeded(x[k].clone(), k - start));
            let z = self.0.call(&inputs);
            adjoints.extend(z.tangents()[..chunk.len()].iter().map(|slope| S::flow(slope, adjoint)));
            chunk.for_each(|k| inputs[k] = Dual::constant(x[k].clone()));
        }
        adjoints
    }
}
