//! Exponential maps and logarithms at 0, near it, far from it and near half a turn: values and derivatives to third order by
//! closed forms, in every mode.

use backprop::{Dual, Elementary, Float, Jet, Var, check, derivative, grad, hessian, jacobian, rotation, taylor};
use nalgebra::{
    Isometry2, Isometry3, IsometryMatrix2, IsometryMatrix3, Matrix3, RealField, Rotation2, Rotation3, SMatrix,
    UnitComplex, UnitQuaternion, Vector3, Vector6, matrix, vector,
};
use std::f64::consts::{FRAC_PI_2, PI};

const P: Vector3<f64> = vector![1.0, 2.0, -0.5];

fn turned<S: RealField + Float>(w: &Vector3<S>) -> Vector3<S> {
    rotation::exp::<Rotation3<S>>(w) * P.map(S::of)
}
fn turned_by_quaternion<S: RealField + Float>(w: &Vector3<S>) -> Vector3<S> {
    rotation::exp::<UnitQuaternion<S>>(w) * P.map(S::of)
}
/// What a twist is as a matrix.
fn hat3(w: &Vector3<f64>) -> Matrix3<f64> {
    w.cross_matrix()
}
/// `e^A` by scaling and squaring, in plain numbers.
fn exponential<const N: usize>(a: SMatrix<f64, N, N>) -> SMatrix<f64, N, N> {
    let squarings = 3; // each doubles the rounding errors
    let a = a / f64::powi(2.0, squarings);
    let (mut sum, mut term) = (SMatrix::identity(), SMatrix::<f64, N, N>::identity());
    for k in 1..30 {
        term = term * a / f64::from(k);
        sum += term;
    }
    (0..squarings).fold(sum, |e, _| e * e)
}
fn places() -> Vec<Vector3<f64>> {
    let axis = vector![0.6, -0.64, 0.48];
    [0.0, 1e-300, 1e-160, 1e-8, 1e-3, 0.3, 0.999, 1.001, 1.999, 2.001, 3.0, PI - 1e-9].map(|t| axis * t).to_vec()
}

/// Along its own axis every derivative of `e^{tW} p` is another factor `W`: `W³ e^W p` is the third.
#[test]
fn derivatives_along_the_axis() {
    for axis in [vector![1.0, 0.0, 0.0], vector![0.6, -0.64, 0.48], vector![-0.3, 1.1, 0.2]] {
        for at in [0.0, 1e-300, 1e-160, 1e-8, 0.2, 1.0, 1.7, 2.5, 3.1, 7.0] {
            let w = hat3(&axis);
            let start = exponential(w * at) * P;
            let along = |t| turned(&axis.map(Elementary::of).map(|a: Jet<f64, 3>| a * t));
            let series = along(Jet::variable(at));
            let nested = |t| turned_by_quaternion(&axis.map(Elementary::of).map(|a: Dual<Dual<Dual>>| a * t));
            let third = nested(Dual::variable(Dual::variable(Dual::variable(at))));
            for k in 0..3 {
                let mut expected = start;
                for order in 0..4 {
                    let found = series[k].derivative(order);
                    assert!((found - expected[k]).abs() < 2e-13, "order {order} at {at}: {found}, {}", expected[k]);
                    expected = w * expected;
                }
                let [first, second] = [w * start, w * w * start];
                assert!((third[k].derivative().value().value() - first[k]).abs() < 2e-13);
                assert!((third[k].derivative().derivative().value() - second[k]).abs() < 2e-13);
                assert!((third[k].derivative().derivative().derivative() - (w * second)[k]).abs() < 5e-13);
            }
        }
    }
}

/// At 0: `Eᵢp` and `(EᵢEⱼ + EⱼEᵢ)p/2`, exactly.
#[test]
fn at_no_rotation() {
    let generators = [vector![1.0, 0.0, 0.0], vector![0.0, 1.0, 0.0], vector![0.0, 0.0, 1.0]].map(|e| hat3(&e));
    let zero = Vector3::zeros();
    for tiny in [zero, vector![1e-300, -1e-300, 0.0], vector![1e-160, 0.0, 2e-160]] {
        for k in 0..3 {
            let gradient = grad(|w| turned(w)[k], &tiny);
            let curvature = hessian(|w| turned(w)[k], &tiny);
            let by_quaternion = hessian(|w| turned_by_quaternion(w)[k], &tiny);
            for i in 0..3 {
                assert!((gradient[i] - (generators[i] * P)[k]).abs() < 1e-15);
                for j in 0..3 {
                    let product = (generators[i] * generators[j] + generators[j] * generators[i]) * P / 2.0;
                    assert!((curvature[[i, j]] - product[k]).abs() < 1e-15, "{curvature} at {i} {j}");
                    assert!((by_quaternion[[i, j]] - product[k]).abs() < 1e-15);
                }
            }
        }
    }
}

/// The logarithm of the exponential is the same vector: identity Jacobian and no curvature, wherever the way is the shorter.
#[test]
fn there_and_back() {
    fn by_matrix<S: RealField + Float>(w: &Vector3<S>) -> Vector3<S> {
        rotation::log(&rotation::exp::<Rotation3<S>>(w))
    }
    fn by_quaternion<S: RealField + Float>(w: &Vector3<S>) -> Vector3<S> {
        rotation::log(&rotation::exp::<UnitQuaternion<S>>(w))
    }
    for w in places() {
        for axis in 0..3 {
            let mut w = w;
            w.swap_rows(0, axis);
            let size = w.norm();
            let tolerance = 1e-14 * size.max(1.0);
            assert!((by_matrix(&w) - w).norm() < 3e-15 * size + 1e-320, "{w}: {}", by_matrix(&w));
            assert!((by_quaternion(&w) - w).norm() < 3e-15 * size + 1e-320, "{w}");
            for (k, slopes) in jacobian(by_matrix, &w).rows().into_iter().enumerate() {
                for (j, slope) in slopes.iter().enumerate() {
                    assert!((slope - f64::from(u8::from(j == k))).abs() < tolerance, "{slopes} at {w}");
                }
                for curvature in [hessian(|w| by_matrix(w)[k], &w), hessian(|w| by_quaternion(w)[k], &w)] {
                    assert!(curvature.iter().all(|c| c.abs() < 20.0 * tolerance), "{curvature} at {w}");
                }
                let third = derivative(
                    |t| {
                        derivative(
                            |t| derivative(|t| by_quaternion(&w.map(|w| t + Dual::<Dual<Dual>>::of(w)))[k], t),
                            t,
                        )
                    },
                    0.0,
                );
                assert!(third.abs() < 1e-12, "{third} at {w}");
            }
        }
    }
    // the shorter way
    let back = by_quaternion(&vector![0.0, 4.0, 0.0]);
    assert!((back - vector![0.0, 4.0 - 2.0 * PI, 0.0]).amax() < 1e-15, "{back}");
    // half a turn exactly, about each axis
    for k in 0..3 {
        let diagonal = Rotation3::from_matrix_unchecked(Matrix3::from_fn(|i, j| match (i == j, i == k) {
            (true, true) => 1.0,
            (true, false) => -1.0,
            _ => 0.0,
        }));
        assert_eq!(rotation::log(&diagonal)[k].abs(), PI);
        assert_eq!(rotation::log(&diagonal).norm(), PI);
    }
}

/// Rigid motions are the exponential of their matrices, and their logarithm leads back.
#[test]
fn rigid_motions() {
    fn back<S: RealField + Float>(xi: &Vector6<S>) -> Vector6<S> {
        rotation::log(&rotation::exp::<Isometry3<S>>(xi))
    }
    fn back_by_matrix<S: RealField + Float>(xi: &Vector6<S>) -> Vector6<S> {
        rotation::log(&rotation::exp::<IsometryMatrix3<S>>(xi))
    }
    for w in places() {
        let v = vector![0.7, -1.3, 0.4];
        let xi = Vector6::new(v.x, v.y, v.z, w.x, w.y, w.z);
        let mut twist = SMatrix::<f64, 4, 4>::zeros();
        twist.fixed_view_mut::<3, 3>(0, 0).copy_from(&hat3(&w));
        twist.fixed_view_mut::<3, 1>(0, 3).copy_from(&v);
        let expected = exponential(twist);
        assert!((rotation::exp::<Isometry3<f64>>(&xi).to_homogeneous() - expected).amax() < 2e-13);
        assert!((rotation::exp::<IsometryMatrix3<f64>>(&xi).to_homogeneous() - expected).amax() < 2e-13);
        assert!((back(&xi) - xi).amax() < 1e-14, "{} of {xi}", back(&xi));
        let slopes = jacobian(back, &xi) - ndarray::Array2::<f64>::eye(6);
        assert!(slopes.iter().all(|s| s.abs() < 1e-13), "{slopes} at {xi}");
        for k in 0..6 {
            let curvature = hessian(|xi| back_by_matrix(xi)[k], &xi);
            assert!(curvature.iter().all(|c| c.abs() < 1e-12), "{curvature} at {xi}");
        }
        // d²/dt² and d³/dt³ of e^{tA} at t = 1
        let along = |t: Jet<f64, 3>| rotation::exp::<Isometry3<_>>(&xi.map(|x| t * x)).translation.vector;
        let series = along(Jet::variable(1.0));
        for (order, power) in [(1, twist), (2, twist * twist), (3, twist * twist * twist)] {
            let derivative = power * expected;
            for k in 0..3 {
                let found = series[k].derivative(order);
                assert!((found - derivative[(k, 3)]).abs() < 1e-11, "order {order} at {xi}: {found}");
            }
        }
    }
    // at rest, where nothing turns: the coefficients 1/2 and 1/6
    let push = |t: Jet<f64, 3>| {
        let xi = vector![1.0, 0.0, 0.0, 0.0, 0.0, 1.0].map(|x| t * x);
        rotation::exp::<Isometry3<_>>(&xi).translation.vector
    };
    assert_eq!(
        (push(Jet::variable(0.0)).y.coefficient(2), push(Jet::variable(0.0)).x.coefficient(3)),
        (0.5, -1.0 / 6.0)
    );
}

#[test]
fn in_the_plane() {
    fn back<S: RealField + Float>(xi: &Vector3<S>) -> Vector3<S> {
        rotation::log(&rotation::exp::<Isometry2<S>>(xi))
    }
    for angle in [0.0, 1e-300, -1e-160, 1e-8, -0.3, 0.999, 1.2, -2.5, PI - 1e-9, 1e-9 - PI] {
        let xi = vector![0.7, -1.3, angle];
        let twist = matrix![0.0, -angle, 0.7; angle, 0.0, -1.3; 0.0, 0.0, 0.0];
        let expected = exponential(twist);
        assert!((rotation::exp::<Isometry2<f64>>(&xi).to_homogeneous() - expected).amax() < 2e-13);
        assert!((rotation::exp::<IsometryMatrix2<f64>>(&xi).to_homogeneous() - expected).amax() < 2e-13);
        assert!((back(&xi) - xi).amax() < 3e-15);
        for k in 0..3 {
            assert!(hessian(|xi| back(xi)[k], &xi).iter().all(|c| c.abs() < 1e-13));
        }
        assert_eq!(rotation::log(&rotation::exp::<Rotation2<f64>>(&angle)), rotation::log(&UnitComplex::new(angle)));
        // θ in, θ out, to any order
        let there_and_back = |t: Jet<f64, 3>| rotation::log(&rotation::exp::<UnitComplex<_>>(&t));
        let series = taylor::<3, _>(there_and_back, angle);
        assert!((series.value() - angle).abs() <= 1e-15 * angle.abs() && (series.derivative(1) - 1.0).abs() < 1e-15);
        assert!(series.derivative(2).abs() < 1e-15 && series.derivative(3).abs() < 1e-14);
        let motion = |t: Jet<f64, 3>| rotation::exp::<Isometry2<_>>(&xi.map(|x| t * x)).translation.vector;
        let series = motion(Jet::variable(1.0));
        for (order, power) in [(1, twist), (2, twist * twist), (3, twist * twist * twist)] {
            for k in 0..2 {
                assert!((series[k].derivative(order) - (power * expected)[(k, 2)]).abs() < 1e-12);
            }
        }
    }
}

/// Difference quotients say the same, a series of tenth order is the exponential's, and `f32` goes through.
#[test]
fn other_numbers() {
    for w in [[0.0, 0.0, 0.0], [0.3, -0.2, 0.9], [1.5, 0.0, -1.0]] {
        let at = |w: &[Var]| turned(&Vector3::new(w[0], w[1], w[2]));
        check::gradient(|w: &[Var]| at(w).dot(&vector![0.4, -2.7, 1.3].map(Var::of)), &w).assert();
        check::gradient(
            |w: &[Dual]| rotation::log(&rotation::exp::<Rotation3<_>>(&Vector3::new(w[0], w[1], w[2]))).y,
            &w,
        )
        .assert();
    }
    let tenth = turned(&vector![Jet::<f64, 10>::variable(0.0), Jet::constant(0.0), Jet::constant(0.0)]);
    let mut factorial = 1.0;
    for k in 0..=10 {
        factorial *= f64::from(k).max(1.0);
        let expected = [P.y, -P.z, -P.y, P.z][k as usize % 4] / factorial;
        assert!((tenth.y.coefficient(k as usize) - expected).abs() < 1e-16, "order {k}");
    }
    let w = vector![0.1_f32, 0.0, -0.2];
    assert!((rotation::log(&rotation::exp::<Rotation3<f32>>(&w)) - w).amax() < 1e-7);
    // far beyond: a rotation all the same, and no overflow on the way
    let far: UnitQuaternion<f64> = rotation::exp(&vector![1e200, 0.0, 0.0]);
    assert!((far.norm() - 1.0).abs() < 1e-15);
    let quarter: Rotation3<f64> = rotation::exp(&vector![0.0, 0.0, FRAC_PI_2]);
    assert!((quarter * Vector3::x() - Vector3::y()).amax() < 1e-15);
}
