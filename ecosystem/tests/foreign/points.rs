//! The rows of the chapter's table at the points where code branches: zero, identity, diagonal, permutation, axis. What is
//! right is asserted against closed forms, and so is what is wrong: when a crate mends it, the chapter has to say so.

use backprop::{Dual, derivative, grad, hessian};
use num_complex::Complex;

type Of = fn(Complex<Dual>) -> Complex<Dual>;

/// The derivative of a function of the plane, along the real and along the imaginary axis: `f′` and `i·f′` where it is right.
fn along(f: Of, re: f64, im: f64) -> [Complex<f64>; 2] {
    [(1.0, 0.0), (0.0, 1.0)].map(|(a, b)| {
        let t = |at: f64, slope: f64| Dual::new(at, [slope]);
        let z = f(Complex::new(t(re, a), t(im, b)));
        Complex::new(z.re.derivative(), z.im.derivative())
    })
}
fn holds(f: Of, re: f64, im: f64, slope: Complex<f64>) -> [bool; 2] {
    let [real, imaginary] = along(f, re, im);
    [(real - slope).norm() < 1e-13, (imaginary - Complex::i() * slope).norm() < 1e-13]
}

#[test]
fn complex_functions_on_an_axis() {
    let root = |z: Complex<f64>| 1.0 / (2.0 * z.sqrt());
    // off the axes all is well; on them the part that is 0 loses its derivative
    assert_eq!(holds(Complex::sqrt, 2.0, 1.0, root(Complex::new(2.0, 1.0))), [true, true]);
    assert_eq!(holds(Complex::sqrt, 2.0, 0.0, root(Complex::new(2.0, 0.0))), [true, false]);
    assert_eq!(holds(Complex::sqrt, 0.0, 2.0, root(Complex::new(0.0, 2.0))), [false, true]);
    let cube = |z: Complex<f64>| z.cbrt() / (3.0 * z);
    assert_eq!(holds(Complex::cbrt, 2.0, 1.0, cube(Complex::new(2.0, 1.0))), [true, true]);
    assert_eq!(holds(Complex::cbrt, 2.0, 0.0, cube(Complex::new(2.0, 0.0))), [true, false]);
    assert_eq!(holds(Complex::cbrt, 0.0, 2.0, cube(Complex::new(0.0, 2.0))), [false, true]);
    // through such a root
    let one = Complex::new(1.0, 0.0);
    let z = Complex::new(0.5, 0.0);
    assert_eq!(holds(Complex::asin, 0.5, 0.0, (one - z * z).sqrt().inv()), [true, false]);
    assert_eq!(holds(Complex::acos, 0.5, 0.0, -(one - z * z).sqrt().inv()), [true, false]);
    assert_eq!(holds(Complex::asinh, 0.5, 0.0, (one + z * z).sqrt().inv()), [true, false]);
    let z = Complex::new(2.0, 0.0);
    assert_eq!(holds(Complex::acosh, 2.0, 0.0, (z * z - one).sqrt().inv()), [true, false]);
    // these take no root
    for (re, im) in [(2.0, 0.0), (0.5, 0.0), (0.0, 2.0), (0.0, 0.5)] {
        let z = Complex::new(re, im);
        assert_eq!(holds(Complex::exp, re, im, z.exp()), [true, true], "exp at {z}");
        assert_eq!(holds(Complex::ln, re, im, z.inv()), [true, true], "ln at {z}");
        assert_eq!(holds(Complex::sin, re, im, z.cos()), [true, true], "sin at {z}");
        assert_eq!(holds(Complex::tanh, re, im, (z.cosh() * z.cosh()).inv()), [true, true], "tanh at {z}");
        assert_eq!(holds(|z| z.powi(3), re, im, 3.0 * z * z), [true, true], "powi at {z}");
    }
}

/// A norm is a kink at 0, and has its slope of least size there.
#[test]
fn norms_at_zero() {
    assert_eq!(grad(|&[x, y]| Complex::new(x, y).norm(), &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(hessian(|&[x, y]| Complex::new(x, y).norm_sqr(), &[0.0, 0.0]), ndarray::array![[2.0, 0.0], [0.0, 2.0]]);
    assert_eq!(derivative(|x| euclid::default::Vector2D::new(x, x).length(), 0.0), 0.0);
}

#[cfg(feature = "nalgebra")]
mod rotations {
    use backprop::{Dual, Var, derivative, grad, rotation};
    use nalgebra::{DMatrix, Matrix2, Rotation3, UnitQuaternion, Vector3, matrix, vector};

    /// nalgebra has a branch where nothing turns, and returns a constant there; ours has none.
    #[test]
    fn at_the_identity() {
        let p = vector![1.0, 2.0, 3.0];
        let zero = vector![0.0, 0.0, 0.0];
        let truth = vector![0.0, 3.0, -2.0]; // of the first component of w × p
        assert_eq!(grad(|w: &Vector3<Var>| (Rotation3::new(*w) * p.cast()).x, &zero), zero);
        assert_eq!(grad(|w: &Vector3<Var>| (UnitQuaternion::new(*w) * p.cast()).x, &zero), zero);
        assert_eq!(grad(|w: &Vector3<Var>| (rotation::exp::<Rotation3<_>>(w) * p.cast()).x, &zero), truth);
        let log =
            |x: Dual| UnitQuaternion::from_quaternion(nalgebra::Quaternion::new(1.0.into(), x, 0.0.into(), 0.0.into()));
        assert_eq!(derivative(|x| log(x).scaled_axis().x, 0.0), 0.0);
        assert_eq!(derivative(|x| rotation::log(&log(x)).x, 0.0), 2.0);
        // from one direction to another: right where they differ, not where they are the same
        let between = |x: f64| {
            derivative(
                |t| {
                    let [zero, one] = [0.0, 1.0].map(Dual::constant);
                    let found = UnitQuaternion::rotation_between(&vector![one, zero, zero], &vector![one, t, zero]);
                    found.map_or(Dual::constant(f64::NAN), |q| q.k)
                },
                x,
            )
        };
        assert!((between(0.3) - 0.5 * (0.3_f64.atan() / 2.0).cos() / 1.09).abs() < 1e-14);
        assert_eq!(between(0.0), 0.0); // instead of 1/2
    }

    /// Singular values and eigenvalues at matrices with exact zeros: by each element in turn, against `uᵀ dA v`.
    #[test]
    fn exact_zeros() {
        let trace = |a: &Matrix2<Var>| a.symmetric_eigenvalues().sum();
        assert_eq!(grad(trace, &matrix![2.0, 0.0; 0.0, 1.0]), Matrix2::identity());
        let sum = |a: &DMatrix<Var>| a.clone().singular_values().sum();
        // for a diagonal matrix and for a permutation of one the gradient of the sum is U·Vᵀ
        let swapped = DMatrix::from_row_slice(3, 3, &[0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 1.0, 0.0, 0.0]);
        let truth = swapped.map(|x: f64| x.signum() * f64::from(u8::from(x != 0.0)));
        let found = grad(sum, &swapped);
        eprintln!("permutation: {found}instead of {truth}");
        let diagonal = DMatrix::from_row_slice(3, 3, &[3.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0]);
        eprintln!("diagonal: {}", grad(sum, &diagonal));
        let vector = |a: &DMatrix<Var>| {
            let eigen = a.clone().symmetric_eigen();
            eigen.eigenvectors[(0, eigen.eigenvalues.imax())] * eigen.eigenvectors[(1, eigen.eigenvalues.imax())]
        };
        eprintln!("eigenvector: {}", grad(vector, &diagonal));
    }
}
