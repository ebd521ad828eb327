//! Memory: nothing is allocated in a steady loop, and everything goes when the thread ends.

use crate::counting::{REQUESTS, alone, left_by};
use backprop::{Dual, Var, Workspace, grad, tape, value_and_grad_with};

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
