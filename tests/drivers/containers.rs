//! What goes in comes out: containers, literals, nesting, inference.

use backprop::{
    Dual, Elementary, Float, Fuse, Number, Scalar, Var, derivative, dot, forward, fuse, grad, hessian, hvp, jacobian,
    jvp, logsumexp, norm, sum, value_and_grad, vjp,
};
use ndarray::{Array1, Array2, arr1, array};

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} and {b}");
}

#[test]
fn closures_without_annotations() {
    let g = grad(|x| x[0] * x[1].sin(), &[1.0, 2.0]);
    assert_eq!(g, [2f64.sin(), 2f64.cos()]);
    let g = grad(|x| (2.0 * x[0]).sin() + x[1] * 3.0 - 1.0 / x[0], &[1.0, 2.0]);
    close(g[0], 2.0 * 2f64.cos() + 1.0);
    let g = grad(|x| x.iter().map(|v| v.exp() * 2.0).sum(), &[1.0, 2.0]);
    close(g[1], 2.0 * 2f64.exp());
    let g = grad(
        |x| {
            let mut s = x[0];
            for &v in x {
                s += v * v;
                s *= 2.0;
                s -= 1.0;
            }
            s
        },
        &[1.0, 2.0],
    );
    assert_eq!(g, [12.0, 8.0]);
    assert_eq!(grad(|&[x]| if x > 1.0 { x * x } else { -x }, &[3.0]), [6.0]);
    assert_eq!(derivative(|x| 1.0 / (2.0 * x), 0.5), -2.0);
}

#[test]
fn every_container() {
    let f = |x: &[Var]| x[0].square() * x[1];
    assert_eq!(grad(f, &vec![3.0, 5.0]), [30.0, 9.0]);
    assert_eq!(grad(f, &[3.0, 5.0][..]), [30.0, 9.0]);
    assert_eq!(grad(|&[x, y]| x.square() * y, &[3.0, 5.0]), [30.0, 9.0]);
    let m = array![[1.0, 2.0], [3.0, 4.0]];
    assert_eq!(grad(|m| m.dot(m).sum(), &m), array![[7.0, 11.0], [9.0, 13.0]]);
    let transposed = m.t().to_owned().reversed_axes(); // another layout
    assert_eq!(grad(|m| m[[0, 1]] * m[[1, 0]], &transposed), array![[0.0, 3.0], [2.0, 0.0]]);
    assert_eq!(value_and_grad(|x| x.iter().sum(), &Array1::<f64>::zeros(0)), (0.0, Array1::zeros(0)));
    let single = [1.0_f32, 2.0];
    assert_eq!(grad(|x| 2.0 * x[0] * x[1], &single[..]), [4.0, 2.0]);
}

#[test]
fn many_outputs() {
    let expected = array![[3.0, 2.0], [1.0, 1.0], [0.0, 6.0]];
    assert_eq!(jacobian(|&[x, y]| [x * y, x + y, y.square()], &[2.0, 3.0]), expected);
    assert_eq!(jacobian(|x| vec![x[0] * x[1], x[0] + x[1], x[1].square()], &vec![2.0, 3.0]), expected);
    assert_eq!(jacobian(|x| arr1(&[x[0] * x[1], x[0] + x[1], x[1].square()]), &array![2.0, 3.0]), expected);
    assert_eq!(forward::jacobian::<1, _, _>(|&[x, y]| [x * y, x + y, y.square()], &[2.0, 3.0]), expected);
    assert_eq!(
        forward::jacobian::<8, _, _>(|x| vec![x[0] * x[1], x[0] + x[1], x[1].square()], &vec![2.0, 3.0]),
        expected
    );
    // a constant output, no output, no input
    assert_eq!(jacobian(|&[x]| [Var::constant(3.0), x], &[2.0]), array![[0.0], [1.0]]);
    assert_eq!(jacobian(|_| Vec::<Var>::new(), &[2.0]).dim(), (0, 1));
    assert_eq!(jacobian(|_: &[Var; 0]| [Var::constant(1.0)], &[0.0; 0]).dim(), (1, 0));
    assert_eq!(forward::jacobian::<3, _, _>(|_: &[Dual<f64, 3>; 0]| [Dual::constant(1.0)], &[0.0; 0]).dim(), (1, 0));
    let (value, along) = jvp(|m| m.dot(m), &array![[1.0, 2.0], [3.0, 4.0]], &array![[1.0, 0.0], [0.0, 0.0]]);
    assert_eq!((value, along), (array![[7.0, 10.0], [15.0, 22.0]], array![[2.0, 2.0], [3.0, 0.0]]));
}

/// Elements go by their indices, however they lie in memory.
#[test]
fn layouts() {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let v = array![[1.0, 10.0], [100.0, 1000.0]];
    // the same arrays, column by column in memory
    let turned = |a: &Array2<f64>| a.t().as_standard_layout().into_owned().reversed_axes();
    assert_eq!((&turned(&x), &turned(&v)), (&x, &v));
    let f = |x: &ndarray::ArrayRef2<Var<Dual>>| x[[0, 1]].square() * x[[1, 0]];
    let along = |x: &Array2<f64>, v: &Array2<f64>| jvp(|x| x[[0, 1]] * 5.0 + x[[1, 0]] * 7.0, x, v).1;
    let rows = |x: &Array2<f64>| jacobian(|x| x.map(|x| x * x).reversed_axes(), x);
    for (x, v) in [(x.clone(), turned(&v)), (turned(&x), v.clone()), (turned(&x), turned(&v))] {
        assert_eq!(along(&x, &v), 750.0);
        assert_eq!(hvp(f, &x, &v).1, array![[0.0, 460.0], [40.0, 0.0]]);
        assert_eq!(
            rows(&x),
            array![[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 6.0, 0.0], [0.0, 4.0, 0.0, 0.0], [0.0, 0.0, 0.0, 8.0]]
        );
        let of_dual = |x: &ndarray::ArrayRef2<Dual<f64, 3>>| x.map(|x| x * x).reversed_axes();
        assert_eq!(forward::jacobian::<3, _, _>(of_dual, &x), rows(&x));
        assert_eq!(hessian(|x| x[[0, 1]].square() * x[[1, 0]], &x)[[1, 2]], 4.0);
    }
}

#[test]
fn pullbacks_outlive_their_call() {
    let x = [2.0, 3.0];
    let (value, pullback) = vjp(|&[x, y]| (x * y).sin() + y, &x);
    let again: Vec<f64> = grad(|x| x[0] * x[1], &vec![7.0, 8.0]); // the tape is used by others meanwhile
    assert_eq!(again, [8.0, 7.0]);
    close(value, 6f64.sin() + 3.0);
    for seed in [1.0, -2.7, 1e-3, 0.0] {
        let [dx, dy] = pullback.call(&[seed]);
        close(dx, seed * 3.0 * 6f64.cos());
        close(dy, seed * (2.0 * 6f64.cos() + 1.0));
    }
}

#[test]
fn numbers_nest() {
    // reverse over reverse, forward over reverse, reverse over forward, one more level
    let f = |x: f64| x.powi(5);
    let second = 20.0 * 8.0;
    close(grad(|&[x]| grad(|&[y]: &[Var<Var>; 1]| y.powi(5), &[x])[0], &[2.0])[0], second);
    close(derivative(|x| grad(|&[y]: &[Var<Dual>; 1]| y.powi(5), &[x])[0], 2.0), second);
    close(grad(|&[x]| derivative(|y: Dual<Var>| y.powi(5), x), &[2.0])[0], second);
    close(derivative(|x| derivative(|y| derivative(|z| z.powi(5), y), x), 2.0), 60.0 * 4.0);
    close(f(2.0), 32.0);
    // an inner call over plain numbers is a matter of its own
    let g = grad(
        |&[x]| {
            let y = x.sin();
            let inner = grad(|&[z]| z * z * z, &[2.0])[0];
            y * inner
        },
        &[1.0],
    );
    close(g[0], 12.0 * 1f64.cos());
    // Siskind & Pearlmutter's example of perturbation confusion: d/dx [x · d/dy (x + y)] is 1
    assert_eq!(derivative(|x| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)), 1.0), 1.0);
    let confused = grad(|&[x]| x * grad(|&[y]: &[Var<Var>; 1]| Var::constant(x) + y, &[Var::constant(1.0)])[0], &[1.0]);
    assert_eq!(confused, [1.0]);
    // literals at every level
    let g = grad(|&[x]: &[Var<Dual>; 1]| (2.0 * x).sin() * 0.5 + 1.0, &[Dual::variable(1.0)]);
    close(g[0].value(), 2f64.cos());
    close(g[0].derivative(), -2.0 * 2f64.sin());
}

#[test]
fn hessians() {
    let f = |x: &[Var<Dual<f64, 4>>]| {
        let mut sum = Var::of(0.0);
        for pair in x.windows(2) {
            sum += (1.0 - pair[0]).square() + 100.0 * (pair[1] - pair[0].square()).square();
        }
        sum
    };
    let x: Vec<f64> = (0..11).map(|k| 0.3 + 0.1 * f64::from(k)).collect();
    let h = hessian(f, &x);
    for k in 0..11 {
        let own = if k < 10 { 2.0 - 400.0 * x[k + 1] + 1200.0 * x[k] * x[k] } else { 0.0 };
        close(h[[k, k]], own + if k > 0 { 200.0 } else { 0.0 });
        if k > 0 {
            close(h[[k - 1, k]], -400.0 * x[k - 1]);
            close(h[[k, k - 1]], -400.0 * x[k - 1]);
        }
    }
    assert_eq!(hessian(|m| m.dot(m).sum(), &Array2::<f64>::eye(2)).dim(), (4, 4));
    let (g, hv) = hvp(|&[x, y]| x.square() * y, &[3.0, 5.0], &[1.0, -1.0]);
    assert_eq!((g, hv), ([30.0, 9.0], [4.0, 6.0]));
}

#[test]
fn folds_and_array_products() {
    let x = [0.5, -1.2, 2.0];
    assert_eq!(grad(|x| sum(x), &x), [1.0; 3]);
    assert_eq!(grad(|x| dot(x, x), &x), [1.0, -2.4, 4.0]);
    assert_eq!(grad(|x| dot(x, &[1.0, 2.0, 3.0].map(Var::constant)), &x), [1.0, 2.0, 3.0]);
    let r = norm(&x);
    grad(|x| norm(x), &x).iter().zip(x).for_each(|(&g, x)| close(g, x / r));
    let z = logsumexp(&x);
    grad(|x| logsumexp(x), &x).iter().zip(x).for_each(|(&g, x)| close(g, (x - z).exp()));
    // one record, however long
    let long = vec![1.0; 100_000];
    assert_eq!(grad(|x| sum(x), &long), long);
}

/// One record each, of any length, with constants anywhere between, also where it has to go to a new chunk of the tape.
#[test]
fn folds_of_every_length() {
    for n in [0, 1, 2, 15, 16, 17, 100, 5000] {
        let x: Vec<f64> = (0..2 * n).map(|k| (k as f64 * 0.7).sin() + 0.1).collect();
        for step in [1, 2, 3, 2 * n + 1] {
            let varies = |k: usize| (k + 1).is_multiple_of(step);
            let g = grad(
                |v: &[Var]| {
                    let operand = |(k, &v): (usize, &Var)| if varies(k) { v } else { Var::constant(v.value()) };
                    let mixed: Vec<Var> = v.iter().enumerate().map(operand).collect();
                    let (p, q) = mixed.split_at(n);
                    let before = backprop::tape::stats::<f64>().bytes_in_use;
                    let product = dot(p, q);
                    let varying = mixed.iter().filter(|x| !x.is_constant()).count();
                    assert_eq!(backprop::tape::stats::<f64>().bytes_in_use - before, 12 * varying);
                    product + 2.0 * sum(p) + 3.0 * sum(q)
                },
                &x,
            );
            for (k, &g) in g.iter().enumerate() {
                let slope = if k < n { x[k + n] + 2.0 } else { x[k - n] + 3.0 };
                close(g, if varies(k) { slope } else { 0.0 });
            }
        }
    }
    // the same slice on both sides, on nested numbers
    assert_eq!(hessian(|x: &[_]| dot(x, x), &[0.3, -0.4, 0.5][..]), 2.0 * Array2::<f64>::eye(3));
}

fn statement<S: Number + Float>(s: S, a: S, b: S) -> S {
    s + (1.0 - a).square() + 100.0 * (b - a.square()).square()
}
fn fused<S: Scalar>(x: &[S]) -> S
where
    S::Local<3>: Number + Float,
{
    x.windows(2).fold(S::of(0.0), |s, w| fuse([s, w[0], w[1]], |[s, a, b]| statement(s, a, b)))
}
fn unfused<S: Number + Float>(x: &[S]) -> S {
    x.windows(2).fold(S::of(0.0), |s, w| statement(s, w[0], w[1]))
}

#[test]
fn fused_statements_are_what_they_were() {
    let x = [0.3, 1.2, -0.7, 2.0];
    let (value, gradient) = value_and_grad(|x| fused(x), &x);
    let (plain, expected) = value_and_grad(|x| unfused(x), &x);
    assert_eq!((value, value), (plain, unfused(&x)));
    gradient.iter().zip(expected).for_each(|(&a, b)| close(a, b));
    // at second order, and on numbers that know nothing of it
    let directions = [1.0, -0.5, 2.0, 0.25];
    let (_, fused_along) = hvp(|x| fused(x), &x, &directions);
    let (_, along) = hvp(|x| unfused(x), &x, &directions);
    fused_along.iter().zip(along).for_each(|(&a, b)| close(a, b));
    assert_eq!(jvp(|x| fused(x), &x, &directions), jvp(|x| unfused(x), &x, &directions));
    let g = grad(|&[x]| fuse([x], |[x]| fuse([x], |[y]| (2.0 * y).sin()) * 3.0), &[0.5]); // nested
    close(g[0], 6.0 * 1f64.cos());
    // constants among the inputs, only constants, a captured plain number
    let k = 3.0;
    assert_eq!(grad(|&[x]| fuse([x, Var::constant(2.0)], |[x, c]| x * c * k), &[5.0]), [6.0]);
    assert!(fuse([Var::constant(2.0)], |[x]| x * 2.0).is_constant());
    let node = backprop::Node::leaf(0.5_f64);
    fuse([node.clone()], |[x]| (2.0 * x).sin()).backward();
    close(node.grad(), 2.0 * 1f64.cos());
}

#[test]
fn a_fused_statement_is_one_record() {
    let mut bytes = [0; 2];
    let _ = grad(
        |x| {
            let y = fused(x);
            bytes[0] = backprop::tape::stats::<f64>().bytes_in_use;
            y
        },
        &[0.5; 5],
    );
    let _ = grad(
        |x| {
            let y = unfused(x);
            bytes[1] = backprop::tape::stats::<f64>().bytes_in_use;
            y
        },
        &[0.5; 5],
    );
    // the first sum is a constant; statements have three operands, and an operation has at most two
    assert_eq!(bytes[0], 12 * (2 + 3 * 3));
    assert!(bytes[1] >= 2 * bytes[0], "{bytes:?}");
}

#[test]
fn sizes_and_traits() {
    fn promised<T: Copy + Send + Sync + 'static + num_traits::Float + num_traits::NumAssign + ndarray::LinalgScalar>()
    -> usize {
        size_of::<T>()
    }
    // in builds with debug assertions a dual number says whose it is
    let mark = if cfg!(debug_assertions) { 8 } else { 0 };
    assert_eq!((promised::<Var<f64>>(), promised::<Var<f32>>(), promised::<Var<Dual>>()), (16, 12, 24 + mark));
    fn scalar<S: Scalar + Fuse>() {}
    scalar::<f64>();
    scalar::<Var>();
    scalar::<Var<Var>>();
    scalar::<Var<Dual<f64, 3>>>();
    scalar::<Dual<Var, 3>>();
    fn single<S: Scalar<f32>>() {}
    single::<f32>();
    single::<Var<f32>>();
    single::<Var<Dual<f32>>>();
}
