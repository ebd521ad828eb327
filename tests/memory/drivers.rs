//! Memory: nothing is allocated in a steady loop, and everything goes when the thread ends.

use crate::counting::{REQUESTS, alone, left_by};
use backprop::{
    Dual, Elementary, SecondWorkspace, Var, Workspace, grad, hessian, hessian_with, hvp, hvp_with, jacobian_with, tape,
    value_and_grad_with,
};
use ndarray::Array2;

fn rosenbrock(x: &[Var]) -> Var {
    x.windows(2).map(|w| (1.0 - w[0]).square() + 100.0 * (w[1] - w[0].square()).square()).sum()
}

#[test]
fn a_steady_loop_allocates_nothing() {
    alone(|| {
        let (mut x, mut gradient) = (vec![0.5; 1000], vec![0.0; 1000]);
        let mut workspace = Workspace::new();
        for round in 0..100 {
            let before = REQUESTS.get();
            value_and_grad_with(&mut workspace, rosenbrock, &x, &mut gradient);
            x.iter_mut().zip(&gradient).for_each(|(x, g)| *x -= 1e-4 * g);
            assert!(round == 0 || REQUESTS.get() == before, "round {round} has allocated");
        }
    });
}

/// The same of second derivatives and of Jacobians, which are those of the drivers that allocate.
#[test]
fn steady_loops_of_second_order() {
    fn f<S: backprop::Scalar>(x: &[S]) -> S {
        x.windows(2)
            .map(|w| Elementary::square(&(1.0 - w[0])) + 100.0 * Elementary::square(&(w[1] - w[0] * w[0])))
            .sum()
    }
    alone(|| {
        let n = 11;
        let x: Vec<f64> = (0..n).map(|k| 0.5 + 0.1 * f64::from(k)).collect();
        let v: Vec<f64> = (0..n).map(|k| 1.0 - 0.3 * f64::from(k)).collect();
        let (mut gradient, mut product) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let (mut h, mut j) = (Array2::zeros((x.len(), x.len())), Array2::zeros((2, x.len())));
        // of so many outputs that it is made forward
        let mut tall = Array2::zeros((12, x.len()));
        let (mut along, mut newton, mut rows) = (SecondWorkspace::new(), SecondWorkspace::new(), Workspace::new());
        let mut before = 0;
        for round in 0..10 {
            if round == 1 {
                before = REQUESTS.get();
            }
            let value = hvp_with(&mut along, f::<Var<Dual>>, &x, &v, &mut gradient, &mut product);
            assert_eq!(value, hessian_with(&mut newton, f::<Var<Dual<f64, 4>>>, &x, &mut gradient, &mut h));
            jacobian_with(&mut rows, |x, y| (y[0], y[1]) = (f(x), x[0] * x[1]), &x, &mut j);
            jacobian_with(&mut rows, |x, y| y[7] = x[0] * x[1], &x, &mut tall);
        }
        assert_eq!(REQUESTS.get(), before);
        assert_eq!(tall.row(7), j.row(1));
        assert_eq!(h, hessian(f::<Var<Dual<f64, 4>>>, &x));
        assert_eq!((gradient.clone(), product), hvp(f::<Var<Dual>>, &x, &v));
        assert_eq!((j.row(0).to_vec(), &j.row(1).to_vec()[..3]), (gradient, &[x[1], x[0], 0.0][..]));
    });
}

/// 12 bytes for each partial derivative, and the memory of the largest call is kept, not more.
#[test]
fn bytes() {
    alone(|| {
        let mut bytes = 0;
        let n = 100_000;
        let _ = grad(
            |&[x, a, b]| {
                let y = (0..n).fold(x, |y, _| y * a + b);
                bytes = tape::stats::<f64>().bytes_in_use;
                y
            },
            &[0.5, 0.999, 0.001],
        );
        assert_eq!(bytes, 2 * n * 24);
        let stats = tape::stats::<f64>();
        assert_eq!(stats.bytes_in_use, 0);
        assert!(stats.bytes_held < 2 * bytes + 2 * n * 8 + 200_000, "{stats:?}");
        let _ = grad(|x| x[0] * 2.0, &[1.0]);
        assert_eq!(tape::stats::<f64>().bytes_held, stats.bytes_held);
    });
}

#[test]
fn threads_leave_nothing() {
    let left = left_by(|| {
        let _ = grad(rosenbrock, &vec![0.5; 50_000]);
        let _ = grad(|x: &[Var<Dual>]| x[0] * x[1], &[Dual::variable(1.0), Dual::constant(2.0)][..]);
        let _ = grad(|x: &[Var<Var>]| x[0] * x[1], &[Var::constant(1.0), Var::constant(2.0)][..]);
    });
    assert_eq!(left, 0);
}

/// After a scope that went over into larger chunks the outer one goes on where it was.
#[test]
fn scopes_over_several_chunks() {
    alone(|| {
        let g = grad(
            |&[x, y]| {
                let mut z = (0..3_000).fold(x, |z, _| z * y);
                for n in [10, 5_000, 100_000] {
                    let inner = grad(|&[a]| (0..n).fold(a, |s, _| s + a), &[1.0])[0];
                    assert_eq!(inner, f64::from(n) + 1.0);
                    z = (0..3_000).fold(z, |z, _| z * y);
                }
                z
            },
            &[3.0, 1.0],
        );
        assert_eq!(g, [1.0, 3.0 * 12_000.0]);
    });
}
