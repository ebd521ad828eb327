use super::{Twice, near, slopes};
use backprop::{Elementary, check, derivative, grad, hessian};
use num_complex::Complex;

type Of = fn(Complex<Twice>) -> Complex<Twice>;

/// Whether `∂/∂x`, `∂/∂y`, `∂²/∂x²`, `∂²/∂x∂y`, `∂²/∂y²` of `f` at `x + iy` are `f′`, `i·f′`, `f″`, `i·f″`, `−f″`.
fn holds(f: Of, (x, y): (f64, f64), first: Complex<f64>, second: Complex<f64>) -> [bool; 5] {
    let plane = |z: &[Twice]| {
        let z = f(Complex::new(z[0], z[1]));
        vec![z.re, z.im]
    };
    let by = |i, j, order: usize, expected: Complex<f64>| {
        let found = slopes(plane, &[x, y], i, j);
        near(found[0][order], expected.re, 1e-12) && near(found[1][order], expected.im, 1e-12)
    };
    let turn = Complex::new(0.0, 1.0);
    [
        by(0, 0, 0, first),
        by(1, 1, 0, turn * first),
        by(0, 0, 1, second),
        by(0, 1, 1, turn * second),
        by(1, 1, 1, -second),
    ]
}
const RIGHT: [bool; 5] = [true; 5];
/// What leads off the real axis is lost, or off the imaginary one.
const ALONG_REAL: [bool; 5] = [true, false, true, false, false];
const ALONG_IMAGINARY: [bool; 5] = [false, true, false, false, true];
const PLACES: [(f64, f64); 6] = [(2.0, 0.0), (0.5, 0.0), (-0.5, 0.0), (0.0, 2.0), (0.0, 0.5), (0.6, -0.8)];

/// On an axis the roots lose what leads off it, and with them the functions that take a root of `1 ∓ z²`: that is real on
/// both axes. `acosh` takes those of `z ± 1`, which are on an axis with `z` on the real one.
#[test]
fn roots_on_an_axis() {
    let one = Complex::new(1.0, 0.0);
    let off = (0.6, -0.8);
    for (x, y) in PLACES {
        let z = Complex::new(x, y);
        let lost = |real, imaginary| {
            if (x, y) == off {
                RIGHT
            } else if y == 0.0 {
                real
            } else {
                imaginary
            }
        };
        let root = z.sqrt();
        eprintln!("sqrt at {z}: {:?}", holds(Complex::sqrt, (x, y), 0.5 / root, -0.25 / (z * root)));
        let root = z.cbrt();
        eprintln!("cbrt at {z}: {:?}", holds(Complex::cbrt, (x, y), root / (3.0 * z), -2.0 * root / (9.0 * z * z)));
        let w = (one - z * z).sqrt();
        let (first, second) = (w.inv(), z / (w * w * w));
        eprintln!("asin at {z}: {:?}", holds(Complex::asin, (x, y), first, second));
        eprintln!("acos at {z}: {:?}", holds(Complex::acos, (x, y), -first, -second));
        let w = (one + z * z).sqrt();
        eprintln!("asinh at {z}: {:?}", holds(Complex::asinh, (x, y), w.inv(), -z / (w * w * w)));
        let w = (z - one).sqrt() * (z + one).sqrt();
        eprintln!("acosh at {z}: {:?}", holds(Complex::acosh, (x, y), w.inv(), -z / (w * w * w)));
        let _ = lost(ALONG_REAL, ALONG_IMAGINARY);
    }
}

/// These have no such branch, and are right on the axes and off them, at first and second order.
#[test]
fn on_an_axis_all_the_same() {
    let one = Complex::new(1.0, 0.0);
    for (x, y) in PLACES {
        let z = Complex::new(x, y);
        let test = |name: &str, f: Of, first, second| {
            assert_eq!(holds(f, (x, y), first, second), RIGHT, "{name} at {z}");
        };
        test("exp", Complex::exp, z.exp(), z.exp());
        test("ln", Complex::ln, z.inv(), -(z * z).inv());
        test("sin", Complex::sin, z.cos(), -z.sin());
        test("cos", Complex::cos, -z.sin(), -z.cos());
        test("sinh", Complex::sinh, z.cosh(), z.sinh());
        let slope = one - z.tanh() * z.tanh();
        test("tanh", Complex::tanh, slope, -2.0 * z.tanh() * slope);
        let slope = one + z.tan() * z.tan();
        test("tan", Complex::tan, slope, 2.0 * z.tan() * slope);
        test("atan", Complex::atan, (one + z * z).inv(), -2.0 * z / ((one + z * z) * (one + z * z)));
        test("atanh", Complex::atanh, (one - z * z).inv(), 2.0 * z / ((one - z * z) * (one - z * z)));
        test("inv", |z| z.inv(), -(z * z).inv(), 2.0 * (z * z * z).inv());
        test("powi", |z| z.powi(3), 3.0 * z * z, 6.0 * z);
        test("powf", |z| z.powf(Twice::of(2.5)), 2.5 * z.powf(1.5), 3.75 * z.powf(0.5));
        // what the chapter gives instead of sqrt
        let root = (z.ln() / 2.0).exp();
        test("root", |z| (z.ln() / Twice::of(2.0)).exp(), 0.5 / root, -0.25 / (z * root));
    }
}

/// `check` finds what is lost, if it is asked at the point.
#[test]
fn a_check_on_the_axis() {
    fn root<F: num_traits::Float>(x: &[F]) -> F {
        Complex::new(x[0], x[1]).sqrt().im
    }
    check::gradient(root::<backprop::Dual>, &[4.0, 0.1]).assert();
    assert!(!check::gradient(root::<backprop::Dual>, &[4.0, 0.0]).passed());
}

/// A norm is a kink at 0, and has its slope of least size there.
#[test]
fn norms_at_zero() {
    assert_eq!(grad(|&[x, y]| Complex::new(x, y).norm(), &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(hessian(|&[x, y]| Complex::new(x, y).norm_sqr(), &[0.0, 0.0]), ndarray::array![[2.0, 0.0], [0.0, 2.0]]);
    assert_eq!(derivative(|x| euclid::default::Vector2D::new(x, x).length(), 0.0), 0.0);
}
