//! The rows of the chapter's table at the points where code branches: zero, identity, diagonal, permutation, axis. What is
//! right is asserted against closed forms, and so is what is wrong: when a crate mends it, the chapter has to say so.

use backprop::Dual;

mod complex;
mod matrices;
mod rotations;

/// A number that carries a derivative in each of two directions, and the second derivative by both.
type Twice = Dual<Dual>;

/// The outputs of `f` at `at`, each with its derivatives `[∂ᵢ, ∂ᵢ∂ⱼ]`.
fn slopes(f: impl Fn(&[Twice]) -> Vec<Twice>, at: &[f64], i: usize, j: usize) -> Vec<[f64; 2]> {
    let seed = |varies| [f64::from(u8::from(varies))];
    let x: Vec<_> = at
        .iter()
        .enumerate()
        .map(|(k, &x)| Dual::new(Dual::new(x, seed(k == i)), [Dual::new(f64::from(u8::from(k == j)), [0.0])]))
        .collect();
    f(&x).iter().map(|z| [z.value().derivative(), z.derivative().derivative()]).collect()
}

/// Only at the special point itself: a thousandth beside it all is well, and there `check` agrees.
fn near(x: f64, y: f64, tolerance: f64) -> bool {
    (x - y).abs() <= tolerance * y.abs().max(1.0)
}
