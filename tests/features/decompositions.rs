//! nalgebra's decompositions differentiated: against closed forms, against differences, forward, in reverse, and nested.

use backprop::{Dual, Elementary, Float, Var, derivative, forward, grad, hvp};
use nalgebra::{
    DMatrix, DVector, Matrix2, Matrix3, RealField, Rotation3, UnitQuaternion, Vector3, dmatrix, matrix, vector,
};

/// A number made of a matrix. Each is written once, and compiled once for each kind of number.
#[derive(Clone, Copy, Debug)]
enum Made {
    Determinant,
    Solution,
    Inverse,
    LogDeterminant,
    CholeskyFactor,
    CholeskySolution,
    Triangle,
    Orthogonal,
    LeastSquares,
    SingularValues,
    FirstSingularPair,
    PseudoInverse,
    Eigenvalues,
    FirstEigenvector,
}
use Made::*;

impl Made {
    /// NaN where nalgebra finds none.
    fn of<S: RealField + Float>(self, a: &DMatrix<S>) -> S {
        let n = a.nrows();
        let a = a.clone();
        let right = || weights::<S>(n, 3);
        let found = match self {
            Determinant => return a.lu().determinant(),
            LogDeterminant => return symmetric(a).cholesky().map_or(S::nan(), |factor| factor.ln_determinant()),
            Solution => a.lu().solve(&right()).map(|x| x.data.into()),
            Inverse => a.try_inverse().map(|x| x.data.into()),
            CholeskyFactor => definite(&a).cholesky().map(|factor| factor.l().data.into()),
            CholeskySolution => definite(&a).cholesky().map(|factor| factor.solve(&right()).data.into()),
            Triangle => Some(a.qr().r().data.into()),
            Orthogonal => Some(a.qr().q().data.into()),
            LeastSquares => {
                let qr = a.qr();
                qr.r().solve_upper_triangular(&qr.q().tr_mul(&right())).map(|x| x.data.into())
            }
            SingularValues => Some(sorted(a.singular_values())),
            FirstSingularPair => {
                let svd = a.svd(true, true);
                svd.u.zip(svd.v_t).map(|(u, v)| (u.column(0) * v.row(0)).data.into())
            }
            PseudoInverse => a.pseudo_inverse(S::of(1e-12)).ok().map(|x| x.data.into()),
            Eigenvalues => Some(sorted(symmetric(a).symmetric_eigenvalues())),
            // whatever its sign
            FirstEigenvector => {
                let eigen = symmetric(a).symmetric_eigen();
                let first = eigen.eigenvectors.column(eigen.eigenvalues.imax());
                Some((first * first.transpose()).data.into())
            }
        };
        found.map_or(S::nan(), |numbers: Vec<S>| weights(numbers.len(), 0).dot(&DVector::from_vec(numbers)))
    }
}

/// No two alike, no pattern.
fn weights<S: RealField + Float>(n: usize, shift: usize) -> DVector<S> {
    DVector::from_fn(n, |k, _| S::of([-2.7, 1.3, 0.4, -0.9, 2.1, 0.7, -1.6, 0.2, 1.1][(k + shift) % 9]))
}
/// Largest first.
fn sorted<S: RealField + Float>(numbers: DVector<S>) -> Vec<S> {
    let mut numbers: Vec<S> = numbers.data.into();
    numbers.sort_by(|a, b| b.partial_cmp(a).expect("no NaN"));
    numbers
}
fn symmetric<S: RealField + Float>(a: DMatrix<S>) -> DMatrix<S> {
    (&a + a.transpose()) * S::of(0.5)
}
/// Positive definite, whatever `a` is.
fn definite<S: RealField + Float>(a: &DMatrix<S>) -> DMatrix<S> {
    a.tr_mul(a) + DMatrix::identity(a.ncols(), a.ncols())
}

#[track_caller]
fn close(found: &DMatrix<f64>, expected: &DMatrix<f64>, tolerance: f64) {
    let scale = 1.0 + expected.amax();
    assert!((found - expected).amax() <= tolerance * scale, "{found}instead of {expected}");
}

/// Gradient and second derivatives, in reverse, forward over reverse, forward twice, and by differences; returns the
/// gradient. (Three kinds of numbers, for each costs the compiler half a minute.)
#[track_caller]
fn every_mode(made: Made, a: &DMatrix<f64>) -> DMatrix<f64> {
    let slope = |a: &DMatrix<f64>| grad(|a| made.of(a), a);
    let gradient = slope(a);

    // central differences of the fourth order, of the value along each element and of the gradient along a direction
    let h = 2e-4;
    let mut quotients = a.map(|_| 0.0);
    for k in 0..a.len() {
        let along = |step: f64| {
            let mut a = a.map(Var::constant);
            a[k] += step * h;
            made.of(&a).value()
        };
        quotients[k] = (8.0 * (along(1.0) - along(-1.0)) - (along(2.0) - along(-2.0))) / (12.0 * h);
    }
    close(&gradient, &quotients, 1e-7);
    let v = DMatrix::from_column_slice(a.nrows(), a.ncols(), weights::<f64>(a.len(), 1).as_slice());
    let along = |step: f64| slope(&(a + &v * (step * h)));
    let second = ((along(1.0) - along(-1.0)) * 8.0 - (along(2.0) - along(-2.0))) / (12.0 * h);
    let (first, product) = hvp(|a| made.of(a), a, &v);
    close(&first, &gradient, 1e-12);
    close(&product, &second, 1e-6);

    // forward along that direction, twice
    let t = Dual::variable(Dual::variable(0.0));
    let along = made.of(&a.zip_map(&v, |a, v| t * v + a));
    for (found, expected) in [
        (along.derivative().value(), gradient.dot(&v)),
        (along.value().derivative(), gradient.dot(&v)),
        (along.derivative().derivative(), product.dot(&v)),
    ] {
        let close = (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
        assert!(close, "{made:?}: {found} instead of {expected}");
    }
    gradient
}

fn square(n: usize) -> DMatrix<f64> {
    let a = dmatrix![1.2, -0.7, 0.3, 2.0; 0.4, 2.5, -1.1, 0.1; -0.6, 0.9, 1.9, -0.8; 1.4, 0.5, -0.2, -1.7];
    a.view((0, 0), (n, n)).into_owned()
}
fn tall() -> DMatrix<f64> {
    square(4).columns(0, 2).into_owned()
}
fn inverse(a: &DMatrix<f64>) -> DMatrix<f64> {
    a.clone().try_inverse().expect("regular")
}

#[test]
fn lu() {
    for n in [2, 3, 4] {
        // d det A = det A · tr(A⁻¹ dA)
        let a = square(n);
        let expected = inverse(&a).transpose() * a.determinant();
        close(&every_mode(Determinant, &a), &expected, 1e-13);

        // x = A⁻¹b: d(wᵀx) = −wᵀA⁻¹ dA x
        let inverse = inverse(&a);
        let (w, b) = (weights(n, 0), weights(n, 3));
        close(&every_mode(Solution, &a), &-(inverse.tr_mul(&w) * (&inverse * b).transpose()), 1e-12);

        // d(A⁻¹) = −A⁻¹ dA A⁻¹
        let w = DMatrix::from_column_slice(n, n, weights::<f64>(n * n, 0).as_slice());
        close(&every_mode(Inverse, &a), &-(inverse.tr_mul(&w) * inverse.transpose()), 1e-12);
    }
}

#[test]
fn cholesky() {
    for n in [2, 3, 4] {
        // d ln det S = tr(S⁻¹ dS)
        let s = definite(&square(n));
        close(&every_mode(LogDeterminant, &s), &inverse(&s), 1e-13);
        every_mode(CholeskyFactor, &square(n));
        every_mode(CholeskySolution, &square(n));
    }
}

#[test]
fn qr() {
    for a in [square(3), square(4), tall(), square(4).upper_triangle()] {
        every_mode(Triangle, &a);
        every_mode(Orthogonal, &a);
    }
    // x = A⁺b: dx = A⁺(−dA x) + (AᵀA)⁻¹ dAᵀ (b − Ax)
    let (a, b) = (tall(), weights::<f64>(4, 3));
    let normal = inverse(&a.tr_mul(&a));
    let x = &normal * a.tr_mul(&b);
    let w = normal * weights::<f64>(2, 0);
    let expected = (b - &a * &x) * w.transpose() - &a * w * x.transpose();
    close(&every_mode(LeastSquares, &a), &expected, 1e-12);
}

#[test]
fn singular_values() {
    for a in [square(2), square(3), square(4), tall(), tall().transpose()] {
        // dσ = uᵀ dA v
        let svd = a.clone().svd(true, true);
        let (u, v) = (svd.u.expect("asked for"), svd.v_t.expect("asked for"));
        let expected = &u * DMatrix::from_diagonal(&weights(u.ncols(), 0)) * v;
        close(&every_mode(SingularValues, &a), &expected, 1e-12);
        every_mode(FirstSingularPair, &a);
        every_mode(PseudoInverse, &a);
    }
}

#[test]
fn eigenvalues() {
    for n in [2, 3, 4] {
        // dλ = vᵀ dA v
        let eigen = symmetric(square(n)).symmetric_eigen();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
        let v = eigen.eigenvectors.select_columns(&order);
        let expected = &v * DMatrix::from_diagonal(&weights(n, 0)) * v.transpose();
        close(&every_mode(Eigenvalues, &square(n)), &expected, 1e-12);
        every_mode(FirstEigenvector, &square(n));
    }
}

/// Without symmetry, all real: `dλ = yᵀ dA x/(yᵀx)`, `y` the left eigenvector.
#[test]
fn eigenvalues_without_symmetry() {
    let a = dmatrix![4.0, 1.0, -0.5; 0.3, 1.5, 0.8; 0.2, -0.4, -2.0];
    let mut expected = a.map(|_| 0.0);
    for (lambda, w) in sorted(a.eigenvalues().expect("real")).into_iter().zip(&weights::<f64>(3, 0)) {
        let null = |a: DMatrix<f64>| a.svd(false, true).v_t.expect("asked for").row(2).transpose();
        let shifted = &a - DMatrix::identity(3, 3) * lambda;
        let (x, y) = (null(shifted.clone()), null(shifted.transpose()));
        expected += &y * x.transpose() * (w / y.dot(&x));
    }
    let found =
        grad(|a| a.eigenvalues().map_or(Var::of(f64::NAN), |l| weights(3, 0).dot(&DVector::from_vec(sorted(l)))), &a);
    close(&found, &expected, 1e-12);
}

/// Where elements are 0, nalgebra leaves out what they would have contributed: first derivatives of eigenvalues are right
/// all the same, second ones are not. the guide says so.
#[test]
fn what_a_zero_hides() {
    let diagonal = DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, 1.0, -2.0]));
    assert_eq!(grad(|a| Eigenvalues.of(a), &diagonal), DMatrix::from_diagonal(&weights(3, 0)));
    let along = |t: Dual<Dual>| {
        let mut a = diagonal.map(Dual::of);
        a[(0, 1)] += t;
        a[(1, 0)] += t;
        sorted(a.symmetric_eigenvalues())[0]
    };
    // λ = 3 + t²/(3 − 1) + …
    let second = derivative(|t| derivative(|s| along(s + Dual::constant(t)), Dual::constant(0.0)), 0.0);
    assert_eq!(second, 0.0, "nalgebra has learnt what the guide says it does not do: it should be 1");

    // a column of zeros: the slopes of the determinant are its cofactors, and elimination passes it by
    let singular = dmatrix![0.0, 1.0, 2.0, 0.5; 0.0, 3.0, -1.0, 2.0; 0.0, 0.7, 1.0, -1.0; 0.0, 2.0, 0.3, 1.0];
    let slopes = grad(|a| Determinant.of(a), &singular);
    let cofactor = -singular.clone().remove_row(1).remove_column(0).determinant();
    assert!(cofactor.abs() > 1.0 && slopes[(1, 0)] == 0.0, "{slopes}");
}

/// Large enough for products in blocks.
#[test]
fn larger_matrices() {
    let n = 12;
    let a = DMatrix::from_fn(n, n, |i, j| ((i * i + 3 * j + i * j * j) as f64).sin()) + DMatrix::identity(n, n) * 3.0;
    let expected = -(inverse(&a).tr_mul(&weights(n, 0)) * (inverse(&a) * weights::<f64>(n, 3)).transpose());
    close(&grad(|a| Solution.of(a), &a), &expected, 1e-12);
    let s = definite(&a);
    close(&grad(|a| LogDeterminant.of(a), &s), &inverse(&s), 1e-12);
    let svd = a.clone().svd(true, true);
    let (u, v) = (svd.u.expect("asked for"), svd.v_t.expect("asked for"));
    close(&grad(|a| SingularValues.of(a), &a), &(u * DMatrix::from_diagonal(&weights(n, 0)) * v), 1e-11);
}

/// A variable over a variable, and a dual number over one: `d² ln det A[V, V] = −tr(A⁻¹V A⁻¹V)`.
#[test]
fn reverse_twice() {
    let (a, v) = (matrix![2.0, 0.5; 0.5, 1.5], matrix![1.0, -0.3; -0.3, 0.7]);
    fn log<S: RealField + Float>(a: Matrix2<f64>, v: Matrix2<f64>, t: S) -> S {
        let moved = a.zip_map(&v, |a, v| S::of(a) + t * S::of(v));
        moved.cholesky().map_or(S::nan(), |factor| factor.ln_determinant())
    }
    let ratio = a.try_inverse().expect("regular") * v;
    let expected = -(ratio * ratio).trace();
    let inner = |t: Var| grad(|&[s]: &[Var<Var>; 1]| log(a, v, s + t), &[Var::constant(0.0)])[0];
    assert!((grad(|&[t]| inner(t), &[0.0])[0] - expected).abs() < 1e-14);
    let inner = |t: Var| derivative(|s| log(a, v, s + t), Var::constant(0.0));
    assert!((grad(|&[t]| inner(t), &[0.0])[0] - expected).abs() < 1e-14);
}

/// Matrices of fixed size go ways of their own in nalgebra.
#[test]
fn fixed_sizes() {
    let a = Matrix3::from_column_slice(square(3).as_slice());
    let inverse = a.try_inverse().expect("regular");
    assert!((grad(|a| a.determinant(), &a) - inverse.transpose() * a.determinant()).amax() < 1e-14);
    let pivoted = forward::grad::<3, _>(|a| a.full_piv_lu().determinant(), &a);
    assert!((pivoted - inverse.transpose() * a.determinant()).amax() < 1e-14);
    let first = grad(|a| a.try_inverse().map_or(Var::constant(f64::NAN), |b| b[(0, 0)]), &a);
    assert!((first + inverse.row(0).transpose() * inverse.column(0).transpose()).amax() < 1e-14);
    let s = a.transpose() * a;
    let log = grad(|s| s.cholesky().map_or(Var::constant(f64::NAN), |factor| factor.ln_determinant()), &s);
    // Cholesky looks at the lower triangle: what is above belongs to what is below
    let s = s.try_inverse().expect("regular");
    assert!((log - (s.lower_triangle() * 2.0 - Matrix3::from_diagonal(&s.diagonal()))).amax() < 1e-12);
    // d tr e^A = tr(e^A dA)
    assert!((grad(|a| a.exp().trace(), &a) - a.exp().transpose()).amax() < 1e-11);
    let svd = a.svd(true, true);
    let (u, v) = (svd.u.expect("asked for"), svd.v_t.expect("asked for"));
    assert!((grad(|a| a.singular_values().sum(), &a) - u * v).amax() < 1e-13);
}

/// Rotations by their axis and angle, and by quaternions.
#[test]
fn geometry() {
    fn matrix<S: RealField + Float>(w: &Vector3<S>, p: Vector3<f64>) -> S {
        (Rotation3::new(*w) * p.map(S::of)).y
    }
    let (w, p) = (vector![0.3, -0.8, 0.5], vector![1.0, 2.0, -0.5]);
    let h = 1e-4;
    let quotients = Vector3::from_fn(|k, _| {
        let along = |step: f64| {
            let mut w = w;
            w[k] += step * h;
            matrix(&w, p)
        };
        (8.0 * (along(1.0) - along(-1.0)) - (along(2.0) - along(-2.0))) / (12.0 * h)
    });
    assert!((grad(|w| matrix(w, p), &w) - quotients).amax() < 1e-11);
    assert!((grad(|w: &Vector3<Var>| (UnitQuaternion::new(*w) * p.map(Var::of)).y, &w) - quotients).amax() < 1e-11);
}
