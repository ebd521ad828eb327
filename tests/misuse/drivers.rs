//! What must not be done with a `Var` panics, and the next call is right again.

use crate::panics::panic_of;
use backprop::custom::{Operation, apply};
use backprop::{
    Dual, Elementary, Node, Var, Workspace, derivative, forward, grad, gradients, hvp, jvp, value_and_grad_with, vjp,
};
use std::cell::Cell;

/// The call panics, says that a variable is used elsewhere, and leaves the tape clean.
#[track_caller]
fn found_out<R>(name: &str, f: impl FnOnce() -> R) {
    let (message, _, _) = panic_of(f);
    assert!(message.contains("outside of the closure that got it"), "{name}: {message}");
    assert_eq!(grad(|x| x[0] * x[1], &[2.0, 3.0]), [3.0, 2.0], "after {name}");
    assert_eq!(backprop::tape::stats::<f64>().bytes_in_use, 0, "after {name}");
}

#[test]
fn variables_used_elsewhere() {
    let stale = {
        let kept = Cell::new(None);
        let _ = grad(
            |&[x]| {
                kept.set(Some(x));
                x * x
            },
            &[3.0],
        );
        kept.take().expect("it was called")
    };
    assert!(stale.value() == 3.0 && stale < 4.0); // harmless
    found_out("after its call", || stale * stale);
    found_out("after its call, a method", || stale.sin());
    found_out("in the next call", || grad(|&[x]| x * stale, &[1.0]));
    found_out("in the next call, alone", || grad(|&[x]| x + stale.exp(), &[1.0]));
    found_out("as the result of the next call", || grad(|_: &[Var; 1]| stale, &[1.0]));
    found_out("in a fold", || grad(|&[x]| backprop::sum(&[x, stale]), &[1.0]));
    found_out("with a mixture of three", || grad(|&[x]| x.mul_add(stale, x), &[1.0]));
    found_out("in a fused statement", || grad(|&[x]| backprop::fuse([x, stale], |[x, y]| x * y), &[1.0]));
    found_out("an outer variable in an inner call", || grad(|&[x]| x * grad(|&[y]| y * x, &[2.0])[0], &[1.0]));
    found_out("an inner variable in the outer call", || {
        let kept = Cell::new(Var::constant(0.0));
        grad(
            |&[x]| {
                let _ = grad(
                    |&[y]| {
                        kept.set(y);
                        y
                    },
                    &[2.0],
                );
                x * kept.get()
            },
            &[1.0],
        )
    });
    let (message, ..) = panic_of(|| {
        grad(
            |&[x]| {
                let thread = std::thread::spawn(move || x * x);
                match thread.join() {
                    Ok(y) => y,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            },
            &[1.0],
        )
    });
    assert!(message.contains("outside of the closure that got it"), "{message}");
    // the value may go to another thread
    let squared = grad(|&[x]| x * std::thread::spawn(move || x.value()).join().expect("it only looks"), &[3.0]);
    assert_eq!(squared, [3.0]);
}

#[test]
fn panics_point_at_the_user() {
    let stale = {
        let kept = Cell::new(None);
        let _ = grad(
            |&[x]| {
                kept.set(Some(x));
                x
            },
            &[3.0],
        );
        kept.take().expect("it was called")
    };
    for panic in [panic_of(|| stale.sin()), panic_of(|| stale.powi(3)), panic_of(|| stale.atan2(stale))] {
        assert!(panic.1.ends_with("misuse/drivers.rs"), "{panic:?}");
    }
}

#[test]
fn closures_that_panic_leave_the_tape_clean() {
    for depth in 0..3 {
        let (message, ..) = panic_of(|| {
            grad(
                |&[x]| {
                    let y = (0..10_000).fold(x, |y, _| y * 1.0001);
                    if depth == 0 {
                        panic!("one");
                    }
                    grad(
                        |&[z]| {
                            if depth == 1 {
                                panic!("two");
                            }
                            z + grad(|_: &[Var; 1]| panic!("three"), &[1.0])[0]
                        },
                        &[y.value()],
                    )[0] * y
                },
                &[1.0],
            )
        });
        assert_eq!(message, ["one", "two", "three"][depth]);
        assert_eq!(backprop::tape::stats::<f64>().bytes_in_use, 0);
        assert_eq!(grad(|x| x[0] * x[1], &[2.0, 3.0]), [3.0, 2.0]);
    }
    // a panic that the closure catches itself
    let g = grad(
        |&[x]| {
            let caught = std::panic::catch_unwind(|| grad(|_: &[Var; 1]| panic!("inner"), &[1.0]));
            assert!(caught.is_err());
            x * x
        },
        &[3.0],
    );
    assert_eq!(g, [6.0]);
}

#[test]
fn odd_functions() {
    assert_eq!(grad(|_| Var::constant(3.0), &[1.0, 2.0]), [0.0, 0.0]);
    assert_eq!(grad(|x| x[0], &[1.0, 2.0]), [1.0, 0.0]);
    assert_eq!(grad(|_: &[Var; 0]| Var::constant(3.0), &[0.0; 0]), []);
    assert!(grad(|x| x[0] * x[1], &[f64::NAN, 2.0])[1].is_nan());
    assert_eq!(grad(|x| x[0].sqrt() * 0.0, &[0.0]), [0.0]); // strong zero
    assert_eq!(grad(|x| (x[0] * x[0]).sqrt(), &[0.0]), [0.0]);
    assert_eq!(grad(|x| x[0].sqrt(), &[0.0]), [f64::INFINITY]);
    // an unused branch
    assert_eq!(
        grad(
            |x| {
                let _ = x[0].ln();
                x[0] * 2.0
            },
            &[-1.0]
        ),
        [2.0]
    );
}

/// Drivers inside drivers, to any depth, and inside of rules.
#[test]
fn recursion() {
    fn power(n: u32, x: f64) -> f64 {
        // the derivative of x^n, found by calling itself
        if n == 0 { 0.0 } else { derivative(|y| y.powi(n as i32), x) + 0.0 * power(n - 1, x) }
    }
    assert_eq!(power(20, 1.0), 20.0);
    fn nested(depth: u32) -> f64 {
        grad(|&[x]| if depth == 0 { x * x } else { x * nested(depth - 1) }, &[3.0])[0]
    }
    assert_eq!(nested(50), 6.0);

    /// √x, its slope found by a driver within the rule.
    struct Root;
    impl<S: Elementary> Operation<S> for Root {
        fn forward(&self, x: &[S]) -> S {
            x[0].sqrt()
        }
        fn backward(&self, x: &[S], z: &S, adjoint: &S) -> Vec<S> {
            let two = grad(|&[y]| y * y, &[1.0])[0]; // a driver of its own
            assert_eq!(two, 2.0);
            let _ = x;
            vec![adjoint.clone() / &(S::of(two) * z)]
        }
    }
    assert_eq!(grad(|&[x]| apply(Root, &[x]) * 3.0, &[4.0]), [0.75]);
    assert_eq!(derivative(|x| apply(Root, &[x]), 4.0), 0.25);
    let x = Node::leaf(4.0);
    let y = apply(Root, std::slice::from_ref(&x));
    assert_eq!(gradients(&gradients(&y, &x), &x), -1.0 / 32.0);
    let (_, second) = hvp(|&[x]| apply(Root, &[x]), &[4.0], &[1.0]);
    assert_eq!(second, [-1.0 / 32.0]);
}

#[test]
fn lengths() {
    let panics = [
        panic_of(|| {
            let _ = jvp(|x| x[0], &vec![1.0, 2.0], &vec![1.0]);
        }),
        panic_of(|| {
            let _ = hvp(|x| x[0], &vec![1.0, 2.0], &vec![1.0]);
        }),
        panic_of(|| {
            value_and_grad_with(&mut Workspace::new(), |x| x[0], &[1.0, 2.0], &mut [0.0]);
        }),
        panic_of(|| {
            let _ = vjp(|x| x[0], &[1.0, 2.0]).1.call(&[1.0, 2.0]);
        }),
        panic_of(|| {
            let calls = Cell::new(0);
            let _ = forward::jacobian::<1, _, _>(
                |x: &[Dual]| {
                    calls.set(calls.get() + 1);
                    vec![x[0]; calls.get()]
                },
                &vec![1.0, 2.0],
            );
        }),
    ];
    for (message, file, _) in panics {
        assert!(
            file.ends_with("misuse/drivers.rs") && message.contains('2') && message.contains('1'),
            "{file}: {message}"
        );
    }
}
