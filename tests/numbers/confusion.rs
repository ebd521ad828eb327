//! Duals of two calls of one type: builds with debug assertions find them out, and never what is legal.

use backprop::custom::{Operation, apply};
use backprop::{
    Call, Dual, Elementary, Number, Var, auto, derivative, dot, forward, fuse, grad, hessian, hvp, jvp, mixed_partial,
    norm,
};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// That the program is refused in builds with debug assertions; in others it gives the confused number.
#[track_caller]
fn confused(program: impl Fn() -> f64, found: f64) {
    if cfg!(debug_assertions) {
        let error = catch_unwind(AssertUnwindSafe(&program)).expect_err("a panic");
        let message = error.downcast_ref::<&str>().map_or_else(String::new, ToString::to_string);
        let message = error.downcast_ref::<String>().cloned().unwrap_or(message);
        assert!(message.contains("has confused the two"), "{message}");
    } else {
        assert_eq!(program(), found);
    }
}

#[test]
fn forward_within_forward_at_a_plain_number() {
    confused(|| derivative(|x| x * derivative(|y| y + x, 1.0), 1.0), 2.0);
    confused(|| derivative(|x| x * derivative(|y| x * y.square(), 3.0), 1.0), 21.0);
    // by every kind of operation
    confused(|| derivative(|x| x * derivative(|y| y.hypot(x), 0.0), 1.0), 2.0);
    confused(|| derivative(|x| x * derivative(|y| y.mul_add(Dual::constant(1.0), x), 1.0), 1.0), 2.0);
    confused(|| derivative(|x| x * derivative(|y| (y + x).powi(1).exp().ln(), 1.0), 1.0), 2.0);
    confused(|| derivative(|x| x * derivative(|y| dot(&[y, x], &[Dual::constant(1.0); 2]), 1.0), 1.0), 2.0);
    confused(|| derivative(|x| x * derivative(|y| norm(&[y, x]), 0.0), 1.0), 2.0);
    // the outer number itself
    confused(|| derivative(|x| x * derivative(|_| x, 1.0), 1.0), 2.0);
    // the level between
    confused(|| derivative(|x| x * derivative(|y| y * derivative(|z| x * z, 1.0), 1.0), 1.0), 2.0);
}
#[test]
fn other_drivers() {
    confused(|| jvp(|&[x]| [x * jvp(|&[y]| y + x, &[1.0], &[1.0]).1], &[1.0], &[1.0]).1[0], 2.0);
    confused(|| forward::grad::<1, _>(|&[x]| x * forward::grad::<1, _>(|&[y]| y + x, &[1.0])[0], &[1.0])[0], 2.0);
    let jacobian = |x: Dual| forward::jacobian::<1, _, _>(|&[y]: &[Dual; 1]| [y + x], &[1.0])[[0, 0]];
    confused(|| derivative(|x| x * jacobian(x), 1.0), 2.0);
    // x is a Dual<f64> in the parts of Var<Dual<f64>>
    confused(|| derivative(|x| x * hvp(|&[y]| y * y * Var::constant(x), &[1.0], &[1.0]).1[0], 1.0), 2.0 + 2.0);
    confused(|| derivative(|x| x * mixed_partial(|&[y, z]| y * z * x, &[1.0, 1.0], [0, 1]), 1.0), 2.0);
}

/// What is legal; each with the right derivative.
#[test]
fn what_is_no_confusion() {
    let is = |found: f64, expected: f64| assert_eq!(found, expected);
    // at a number of the outer kind
    is(derivative(|x| x * derivative(|y| y + x, Dual::constant(1.0)), 1.0), 1.0);
    is(derivative(|x| derivative(|y| y.powi(3), x), 2.0), 12.0);
    is(derivative(|x| x * derivative(|y| y.square() * x, x), 1.5), 6.0 * 1.5 * 1.5);
    let third = |x| derivative(|x| derivative(|x| derivative(|x| x.powi(4), x), x), x);
    is(third(2.0), 48.0);
    // without the outer number, by its value, cut off from it, or where it does not vary
    is(derivative(|x| x * derivative(|y| y.square(), 3.0), 1.0), 6.0);
    is(derivative(|x| x * derivative(|y| y * x.value(), 3.0), 2.0), 2.0);
    is(derivative(|x| x * derivative(|y| y * x.detach(), 3.0), 2.0), 2.0);
    is(derivative(|x| x * derivative(|y| y * x.ceil(), 3.0), 1.5), 2.0);
    is(derivative(|x| x * derivative(|y| if y > x { y } else { y * 2.0 }, 3.0), 1.5), 1.0);
    is(derivative(|x| x * derivative(|y| if (y + x).value() > 1.0 { y } else { y * 2.0 }, 3.0), 1.5), 1.0);
    is(derivative(|x| x * derivative(|_| Dual::constant(x.value()) + x.signum(), 3.0) + x, 1.5), 1.0);
    // one after the other
    is(derivative(|x| derivative(|y| y * y, x.value()) * x + derivative(|y| y * y * y, x.value()) * x, 1.0), 5.0);
    // numbers that users make go with all, also with both
    is(derivative(|x| x * Dual::variable(2.0), 1.0), 3.0);
    let own = Dual::new(2.0, [0.0]);
    is(derivative(|x| x * own * derivative(|y| y * own, 3.0), 1.0), 4.0);
}

#[test]
fn numbers_that_are_kept() {
    // a start for the next run: it forgets what the call before it had for tangents
    let kept = Cell::new(Dual::constant(1.0));
    let root = |x: Dual| {
        let y = (0..20).fold(kept.get(), |y, _| y - (y * y - x) / (2.0 * y));
        kept.set(y);
        y
    };
    for x in [2.0, 3.0, 4.0_f64] {
        assert!((derivative(root, x) - 0.5 / x.sqrt()).abs() < 1e-15);
    }
    let g = forward::grad::<1, _>(|x| root(x[0]) * root(x[1]), &[4.0, 9.0]);
    assert!((g[0] - 0.75).abs() + (g[1] - 1.0 / 3.0).abs() < 1e-14);
    let j = forward::jacobian::<1, _, _>(|x| vec![root(x[0]), root(x[1])], &[4.0, 9.0]);
    assert!((j[[0, 0]] - 0.25).abs() + j[[0, 1]].abs() + j[[1, 0]].abs() < 1e-14);
    // a number of a call that is over, in one that is not, and in one within it
    let old = kept.get();
    assert_eq!(derivative(|x| x * old.value() + (old - old) * x, 2.0), 3.0);
    assert_eq!(derivative(|x| x * derivative(|y| y * 2.0 + (old - old), 1.0), 2.0), 2.0);
    // a call that panics is over
    let stale = Cell::new(Dual::constant(0.0));
    let panics = || {
        let _ = derivative(
            |x| {
                stale.set(x);
                panic!("on purpose")
            },
            1.0,
        );
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!(derivative(|x| x * 3.0 + (stale.get() - stale.get()), 1.0), 3.0);
}

/// √x, whose rule takes a derivative itself.
struct Root;
impl<S: Elementary> Operation<S> for Root {
    fn forward(&self, x: &[S]) -> S {
        x[0].sqrt()
    }
    fn backward(&self, _: &[S], z: &S, adjoint: &S) -> Vec<S> {
        let two = derivative(|y| y * y, 1.0);
        let slope = Dual::<S>::variable(z.clone()).square().derivative();
        vec![adjoint.clone() * &S::of(two / 2.0) / &slope]
    }
}
struct Model;
impl<S: Number> Call<S> for Model {
    fn call(&self, x: &[S]) -> S {
        // an inner derivative over whatever the number is
        let inner = Dual::variable(x[0].clone()).powi(3).derivative();
        inner * &x[1] + x[1].square()
    }
}
#[test]
fn every_driver_goes_on() {
    assert_eq!(auto::value_and_grad(&Model, &[2.0, 5.0]), (85.0, vec![60.0, 22.0]));
    assert_eq!(auto::hessian(&Model, &[2.0, 5.0]), ndarray::array![[30.0, 12.0], [12.0, 2.0]]);
    assert_eq!(hvp(|x| Model.call(x), &[2.0, 5.0][..], &[1.0, 0.0][..]).1, [30.0, 12.0]);
    assert_eq!(mixed_partial(|x| Model.call(x), &[2.0, 5.0][..], [0, 1, 0]), 6.0);
    assert_eq!(derivative(|x| apply(Root, &[x]), 4.0), 0.25);
    assert_eq!(hessian(|&[x]| apply(Root, &[x]), &[4.0])[[0, 0]], -1.0 / 32.0);
    // the outer number is a term of its own: nothing of it is in the derivative
    assert_eq!(derivative(|x| x * mixed_partial(|&[y, z]| y * z + x, &[1.0, 1.0], [0, 1]), 1.0), 1.0);
    // a driver of second order within one of first, and the other way round
    let curvature =
        |t: Dual| hessian(|&[x]| Var::constant(Dual::constant(t)) * x.powi(3), &[Dual::constant(2.0)])[[0, 0]];
    assert_eq!(derivative(curvature, 5.0), 12.0);
    let inner = |&[x]: &[Var<Dual>; 1]| x * derivative(|y| y * y * x, Var::constant(Dual::constant(1.0)));
    assert_eq!(hvp(inner, &[3.0], &[1.0]).1, [4.0]);
    assert_eq!(derivative(|x| grad(|&[y]| y * y * y, &[x])[0], 2.0), 12.0);
    let mixed = |x: Dual| mixed_partial(|&[y, z]| y.square() * z * Dual::constant(Dual::constant(x)), &[x, x], [0, 1]);
    assert_eq!(derivative(mixed, 3.0), 12.0);
    let fused = |&[x]: &[Var<Dual>; 1]| fuse([x], |[x]| x * x * x);
    assert_eq!(hvp(fused, &[2.0], &[1.0]).1, [12.0]);
    // threads
    let slopes = derivative(
        |x| std::thread::scope(|scope| scope.spawn(move || derivative(|y| y * y, x)).join()).expect("no panic"),
        3.0,
    );
    assert_eq!(slopes, 2.0);
}

#[test]
fn a_mark_is_not_to_be_seen() {
    let text = Cell::new(String::new());
    let _ = derivative(
        |x| {
            text.set(format!("{x:?}"));
            x
        },
        2.5,
    );
    assert_eq!(text.take(), "Dual { value: 2.5, tangents: [1.0] }");
    if !cfg!(debug_assertions) {
        assert_eq!(size_of::<Dual<f64, 3>>(), 32);
    }
}
