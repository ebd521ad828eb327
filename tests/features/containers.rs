//! Vectors and matrices go in, gradients come back in them.

use backprop::{
    Dual, Jet, Var, forward, grad, hessian, hvp, jacobian, jvp, laplacian, taylor_along, value_and_grad, vjp,
};
use nalgebra::{DMatrix, DVector, Matrix2, SMatrix, dmatrix, dvector, matrix, vector};
use ndarray::array;

#[test]
fn closures_without_annotations() {
    // the root of the squares, as nalgebra writes it: an ulp off
    assert!((grad(|x| x.norm(), &vector![3.0, 4.0]) - vector![0.6, 0.8]).amax() < 2e-16);
    assert_eq!(grad(|x| x[0] * x[1].sin(), &vector![2.0, 0.0]), vector![0.0, 2.0]);
    assert_eq!(grad(|x| (2.0 * x[0]).sin() + 3.0 * x.y, &vector![0.0, 1.0]), vector![2.0, 3.0]);
    assert_eq!(grad(|x| x.dot(x), &dvector![1.0, 2.0, 3.0]), dvector![2.0, 4.0, 6.0]);
    assert_eq!(grad(|m| (m * m).trace(), &matrix![1.0, 2.0; 3.0, 4.0]), matrix![2.0, 6.0; 4.0, 8.0]);
    assert_eq!(grad(|m| (m * m).trace(), &dmatrix![1.0, 2.0; 3.0, 4.0]), dmatrix![2.0, 6.0; 4.0, 8.0]);
    // vectors whose size is fixed on one side only, and none at all
    let rows = nalgebra::Matrix2xX::from_columns(&[vector![1.0, 2.0], vector![3.0, 4.0], vector![5.0, 6.0]]);
    assert_eq!(grad(|m| m.row(1).norm_squared(), &rows).row(1), rows.row(1) * 2.0);
    assert_eq!(value_and_grad(|x| x.norm_squared(), &DVector::<f64>::zeros(0)), (0.0, DVector::zeros(0)));
}

/// A view goes in, and comes back with numbers of its own.
#[test]
fn views() {
    let m = matrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    assert_eq!(grad(|x| x[0] * x[1], &m.column(1)), vector![5.0, 2.0]);
    assert_eq!(grad(|x| x[0] * x[2], &m.row(1)), nalgebra::RowVector3::new(6.0, 0.0, 4.0));
    assert_eq!(grad(|x| x.determinant(), &m.fixed_view::<2, 2>(0, 1)), matrix![6.0, -5.0; -3.0, 2.0]);
    assert_eq!(
        grad(
            |x: &DMatrix<Var>| x.determinant(),
            &DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).view((0, 1), (2, 2))
        ),
        dmatrix![6.0, -5.0; -3.0, 2.0]
    );
}

#[test]
fn every_driver() {
    let x = vector![3.0, 5.0];
    assert_eq!(value_and_grad(|x| x.x.square() * x.y, &x), (45.0, vector![30.0, 9.0]));
    assert_eq!(forward::grad::<8, _>(|x| x.x.square() * x.y, &x), vector![30.0, 9.0]);
    assert_eq!(hvp(|x| x.x.square() * x.y, &x, &vector![1.0, 0.0]), (vector![30.0, 9.0], vector![10.0, 6.0]));
    assert_eq!(hessian(|x| x.x.square() * x.y, &x), array![[10.0, 6.0], [6.0, 0.0]]);
    assert_eq!(
        jacobian(|x| vector![x.x * x.y, x.x + x.y, x.y.square()], &x),
        array![[5.0, 3.0], [1.0, 1.0], [0.0, 10.0]]
    );
    assert_eq!(forward::jacobian::<1, _, _>(|x| dvector![x.x * x.y, x.y], &x), array![[5.0, 3.0], [0.0, 1.0]]);
    let (value, along) = jvp(|x| x * x.x, &x, &vector![1.0, 0.0]);
    assert_eq!((value, along), (vector![9.0, 15.0], vector![6.0, 5.0]));
    let (value, pullback) = vjp(|x| x * x.x, &x);
    assert_eq!((value, pullback.call(&[1.0, 10.0])), (vector![9.0, 15.0], vector![56.0, 30.0]));
    // another container goes out than came in
    assert_eq!(jacobian(|x| nalgebra::Vector3::from_column_slice(x), &[1.0, 2.0, 3.0]), ndarray::Array2::eye(3));
}

/// Elements are counted column by column, as nalgebra does: the columns of a Jacobian and its rows.
#[test]
fn order() {
    let m = matrix![1.0, 3.0, 5.0; 2.0, 4.0, 6.0];
    let j = jacobian(|m| m.transpose(), &m);
    assert_eq!(j.dim(), (6, 6));
    for (row, column) in [(0, 0), (1, 2), (2, 4), (3, 1), (4, 3), (5, 5)] {
        assert_eq!(j[[row, column]], 1.0, "{row}");
    }
    assert_eq!(j.sum(), 6.0);
    let (_, pullback) = vjp(|m| m.transpose(), &m);
    assert_eq!(pullback.call(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), matrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]);
    assert_eq!(
        hvp(|m| m[(0, 1)] * m[(1, 0)], &m, &matrix![0.0, 1.0, 0.0; 7.0, 0.0, 0.0]).1,
        matrix![0.0, 7.0, 0.0; 1.0, 0.0, 0.0]
    );
    let h = hessian(|m| m[(0, 1)] * m[(1, 0)], &m);
    assert_eq!((h[[1, 2]], h[[2, 1]], h.sum()), (1.0, 1.0, 2.0));
}

#[test]
fn nested() {
    // the gradient of a gradient's length: 4·(A + Aᵀ)… of tr(A²), by a variable over a variable
    let outer = grad(
        |a: &Matrix2<Var>| grad(|b: &Matrix2<Var<Var>>| (b * b).trace(), a).norm_squared(),
        &matrix![1.0, 2.0; 3.0, 4.0],
    );
    assert_eq!(outer, matrix![8.0, 16.0; 24.0, 32.0]);
    let at = SMatrix::<Dual, 2, 1>::new(Dual::variable(3.0), Dual::constant(4.0));
    let slope = grad(|x| x.norm(), &at);
    assert!(
        (slope[0].derivative() - 16.0 / 125.0).abs() < 1e-15 && (slope[1].derivative() + 12.0 / 125.0).abs() < 1e-15
    );
}

/// Of `f32` the slice of a vector.
#[test]
fn single_precision() {
    let x = vector![3.0_f32, 4.0];
    assert_eq!(grad(|x| 2.0 * DVector::from_column_slice(x).norm(), x.as_slice()), [1.2, 1.6]);
}

/// Plain matrices become constant ones by nalgebra's own conversion, and numbers go back by theirs.
#[test]
fn conversions() {
    let plain = matrix![1.0, 2.0; 3.0, 4.0];
    let gradient = grad(|x| (plain.cast::<Var>() * x).sum(), &vector![1.0, 1.0]);
    assert_eq!(gradient, vector![4.0, 6.0]);
    let x = Dual::<f64>::variable(0.1);
    assert_eq!(nalgebra::try_convert::<Dual, f64>(x), Some(0.1));
    assert_eq!(nalgebra::try_convert::<Dual, f32>(x), Some(0.1_f32));
    assert_eq!(nalgebra::convert::<f32, Dual<Dual>>(0.5), Dual::constant(Dual::constant(0.5)));
}

/// Series through nalgebra's own algorithms: det(A + tB) to order 3, and a determinant's Laplacian.
#[test]
fn series() {
    let (a, b) =
        (matrix![4.0, 1.0, 0.5; 1.0, 3.0, 0.2; 0.5, 0.2, 2.0], matrix![0.3, -1.0, 0.4; 0.2, 0.5, -0.6; 1.0, 0.1, 0.7]);
    let along = taylor_along::<3, _>(|m| m.lu().determinant(), &a, &b);
    for t in [-2.0, -0.5, 0.3, 1.0] {
        // a polynomial of degree 3: nothing is left out
        let expected = (a + b * t).determinant();
        assert!((along.evaluate(t) - expected).abs() < 1e-12 * expected.abs().max(1.0), "{along:?} at {t}");
    }
    let by_cholesky = taylor_along::<2, _>(
        |m: &SMatrix<Jet<f64, 2>, 3, 3>| m.cholesky().map_or(Jet::constant(f64::NAN), |root| root.determinant()),
        &a,
        &(b + b.transpose()),
    );
    let by_lu = taylor_along::<2, _>(|m| m.lu().determinant(), &a, &(b + b.transpose()));
    assert!((by_cholesky.derivative(2) - by_lu.derivative(2)).abs() < 1e-11);
    assert_eq!(laplacian(|x| x.norm_squared() * x.y, &vector![1.0, 2.0]), 2.0 * 2.0 + 6.0 * 2.0);
}
