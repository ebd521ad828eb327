//! The drivers that choose the mode: the same numbers on either side of where they choose otherwise.

use backprop::auto::{self, Choice};
use backprop::{Number, Var, forward, grad, hessian, jacobian, model};

model! {
    fn scalar<S: Number>(x: &[S]) -> S {
        x.iter().enumerate().fold(S::of(1.0), |sum, (k, v)| (sum + v).sin() * (0.5 * v).exp() + k as f64 * v.square())
    }
}
// as many outputs as the first input says
model! {
    fn vector<S: Number>(x: &[S]) -> Vec<S> {
        let outputs = x.first().map_or(0, |first| first.to_f64_value() as usize);
        (0..outputs).map(|k| x.iter().fold(S::of(k as f64), |sum, v| (0.1 * sum).cos() * v + v)).collect()
    }
}
fn point(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.1 * k as f64 - 0.7).collect()
}
#[track_caller]
fn same(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>, what: &str) {
    let (a, b): (Vec<f64>, Vec<f64>) = (a.into_iter().collect(), b.into_iter().collect());
    assert_eq!(a.len(), b.len(), "{what}");
    for (a, b) in a.iter().zip(&b) {
        assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{what}: {a} and {b}");
    }
}

#[test]
fn gradients_on_either_side_of_the_choice() {
    use backprop::Call;
    for n in [0, 1, 2, 11, 12, 13, 25, 100] {
        let x = point(n);
        let (value, gradient) = auto::value_and_grad(&scalar, &x);
        same([value], [scalar.call(&x)], "value");
        same(gradient, grad(|x: &[Var]| scalar.call(x), &x), "gradient");
        same(auto::grad(&scalar, &x), forward::grad::<3, _>(|x: &[_]| scalar.call(x), &x[..]), "gradient, forward");
        same(auto::hessian(&scalar, &x), hessian(|x: &[_]| scalar.call(x), &x[..]), "hessian");
    }
    assert_eq!(auto::gradient_mode(12), Choice::Forward { runs: 1 });
    assert_eq!(auto::gradient_mode(13), Choice::Reverse);
    for (n, runs) in [(0, 0), (1, 1), (4, 1), (5, 2), (13, 4)] {
        assert_eq!(auto::hessian_mode(n), Choice::ForwardOverReverse { runs }, "{n}");
    }
}

#[test]
fn jacobians_on_either_side_of_the_choice() {
    use backprop::Call;
    for (n, m) in [(1, 1), (12, 1), (13, 1), (13, 2), (30, 2), (30, 3), (5, 40), (1, 0), (20, 0)] {
        let mut x = point(n);
        x[0] = m as f64 + 0.5;
        let found = auto::jacobian(&vector, &x);
        assert_eq!(found.dim(), (m, n));
        same(found, jacobian(|x: &[Var]| vector.call(x), &x[..]), "jacobian");
    }
    assert_eq!(auto::jacobian(&vector, &[]).dim(), (0, 0));
    assert_eq!(auto::jacobian_mode(13, 1), Choice::Reverse);
    assert_eq!(auto::jacobian_mode(13, 2), Choice::Forward { runs: 2 });
}
