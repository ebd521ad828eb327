//! Mixed partial derivatives beside others that are larger by many orders, or infinite.

use backprop::{Number, Var, derivative, grad, mixed_partial};

#[test]
fn nothing_cancels() {
    assert_eq!(mixed_partial(|&[x, y]| 1e17 * x.square() + x * y, &[3.0, -2.0], [0, 1]), 1.0);
    assert_eq!(mixed_partial(|&[x, y]| 1e17 * x.square() + x * y + 1e200 * y.powi(2), &[3.0, -2.0], [1, 0]), 1.0);
    for indices in [[0, 1], [1, 0]] {
        let found: f64 = mixed_partial(|&[x, y]| x / y, &[1e8, 1e-8], indices);
        assert!((found + 1e16).abs() <= 4.0, "{found}");
    }
    // ∂⁴/∂x∂y∂z∂w of xyzw + 1e30·(x⁴ + y⁴ + x²y²)
    let found = mixed_partial(
        |&[x, y, z, w]| x * y * z * w + 1e30 * (x.powi(4) + y.powi(4) + x.square() * y.square()),
        &[1.0, 2.0, 3.0, 5.0],
        [3, 1, 0, 2],
    );
    assert_eq!(found, 1.0);
}

#[test]
fn diagonals_that_are_infinite() {
    // √x + x·y at x = 0: by x twice it is −∞, by x and y 1
    assert_eq!(mixed_partial(|&[x, y]| x.sqrt() + x * y, &[0.0, 2.0], [0, 1]), 1.0);
    assert_eq!(mixed_partial(|&[x, y]| x.ln() * 0.5 + x * y * y, &[0.0, 2.0], [1, 0]), 4.0);
}

/// `e^(x + 2y)·z`
fn f<S: Number>(x: &[S]) -> S {
    (&x[0] + 2.0 * &x[1]).exp() * &x[2]
}
#[test]
fn every_order() {
    let x = [0.25, -0.5, 3.0];
    let e = (0.25_f64 - 1.0).exp();
    let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-14, "{found} {expected}");
    close(mixed_partial(|x| f(x), &x, []), 3.0 * e);
    close(mixed_partial(|x| f(x), &x, [1]), 6.0 * e);
    close(mixed_partial(|x| f(x), &x, [2, 1]), 2.0 * e);
    close(mixed_partial(|x| f(x), &x, [0, 1, 1]), 12.0 * e);
    close(mixed_partial(|x| f(x), &x, [1, 2, 1, 0]), 4.0 * e);
    close(mixed_partial(|x| f(x), &x, [1, 1, 0, 0, 1]), 24.0 * e);
    close(mixed_partial(|x| f(x), &x, [1; 6]), 192.0 * e);
    assert_eq!(mixed_partial(|x| f(x), &x, [2, 1, 2]), 0.0);
    // any container, and within other modes
    close(mixed_partial(|x| f(x.as_slice().expect("in order")), &ndarray::arr1(&x), [0, 1]), 6.0 * e);
    close(
        derivative(|t| mixed_partial(|x| f(x), &[t, backprop::Dual::constant(-0.5), t * 12.0], [0, 1]), 0.25),
        30.0 * e,
    );
    let outer = |x: &[Var; 3]| mixed_partial(|x| f(x), x, [0, 1]);
    let slopes = grad(outer, &x);
    [6.0, 12.0, 2.0].into_iter().zip(slopes).for_each(|(expected, found)| close(found, expected * e));
}
