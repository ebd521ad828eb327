//! Code that others wrote goes through with our numbers in it, and derivatives come out: a test for each line of the table
//! in docs/guide/foreign.md, each against difference quotients.

use backprop::{Dual, Node, Var, check, grad};
use num_traits::Num;

#[path = "foreign/points.rs"]
mod points;

/// A function on each of our numbers. By pointer, so that the check is compiled once for each.
type On<S> = fn(&[S]) -> S;

/// Dual numbers, the tape, and second derivatives by both.
#[track_caller]
fn copies(dual: On<Dual>, var: On<Var>, dual_dual: On<Dual<Dual>>, var_dual: On<Var<Dual>>, at: &[f64]) {
    check::gradient(dual, at).assert();
    check::gradient(var, at).assert();
    check::hessian(dual_dual, at).assert();
    check::hessian(var_dual, at).assert();
}
macro_rules! copies_pass {
    ($f:ident at $at:expr) => {
        copies($f, $f, $f, $f, &$at)
    };
}
/// A graph, where no number need be `Copy`.
#[track_caller]
fn nodes_pass(f: On<Node<f64>>, at: &[f64]) {
    check::hessian(f, at).assert();
}

// ------------------------------------------------------------------------------------------------ num-traits, ndarray

/// What code that is generic over floats asks for, each on its own.
mod bounds {
    use num_traits::real::Real;
    use num_traits::*;

    pub fn float<F: Float>(x: &[F]) -> F {
        let (sin, cos) = x[0].sin_cos();
        (sin * x[1].exp()).mul_add(cos, x[0].hypot(x[1])).max(F::epsilon()).ln_1p()
    }
    pub fn real<F: Real>(x: &[F]) -> F {
        x[0].powf(x[1]) + x[1].atan2(x[0]).sqrt()
    }
    pub fn constants<F: Float + FloatConst>(x: &[F]) -> F {
        (F::PI() * x[0]).cos() / (F::TAU() * x[1]).sqrt()
    }
    pub fn literals<F: Num + FloatConst + FromPrimitive + NumCast + ToPrimitive + Clone>(x: &[F]) -> F {
        let [a, b] = [F::from_f64(2.5), <F as NumCast>::from(3)].map(|literal| literal.expect("a number"));
        assert_eq!(a.to_f64(), Some(2.5));
        a * x[0].clone() + b / x[1].clone() + F::PI() * x[0].clone() * x[1].clone()
    }
    pub fn assign<F: NumAssign + Clone>(x: &[F]) -> F {
        let mut product = F::one();
        for x in x {
            product *= x.clone() + F::one();
            product -= x.clone();
        }
        product
    }
    pub fn references<F: NumRef + Clone>(x: &[F]) -> F
    where
        for<'a> &'a F: RefNum<F>,
    {
        &(&x[0] * &x[1]) + &(&x[0] / &x[1]) - &x[1]
    }
    pub fn signed<F: Signed + Clone>(x: &[F]) -> F {
        (x[0].clone() - x[1].clone()).abs() * x[0].signum() * x[1].clone()
    }
    pub fn operators<F>(x: &[F]) -> F
    where
        F: Num + Inv<Output = F> + Pow<i32, Output = F> + Pow<F, Output = F> + MulAdd<Output = F> + Clone,
    {
        let (a, b) = (x[0].clone(), x[1].clone());
        a.clone().inv().mul_add(<F as Pow<i32>>::pow(b.clone(), 3), <F as Pow<F>>::pow(a, b))
    }
    pub fn remainders<F: Num + Euclid + Clone>(x: &[F]) -> F {
        let turned = F::zero() - x[0].clone();
        turned.rem_euclid(&x[1]) * turned.div_euclid(&x[1]) + x[0].clone() * x[0].rem_euclid(&x[1])
    }
}

#[test]
fn num_traits() {
    use bounds::*;
    copies_pass!(float at [0.7, 0.4]);
    copies_pass!(real at [0.7, 0.4]);
    copies_pass!(constants at [0.7, 0.4]);
    copies_pass!(literals at [0.7, 0.4]);
    copies_pass!(assign at [0.7, 0.4]);
    copies_pass!(references at [0.7, 0.4]);
    copies_pass!(signed at [0.7, 0.4]);
    copies_pass!(operators at [0.7, 0.4]);
    copies_pass!(remainders at [1.7, 0.4]);
    nodes_pass(assign, &[0.7, 0.4]);
    nodes_pass(literals, &[0.7, 0.4]);
    nodes_pass(references, &[0.7, 0.4]);
    nodes_pass(signed, &[0.7, 0.4]);
    nodes_pass(operators, &[0.7, 0.4]);
    nodes_pass(remainders, &[1.7, 0.4]);
}

/// Values are those of std, whatever the signs.
#[test]
fn euclidean_division_is_stds() {
    use num_traits::Euclid;
    for x in [7.5, -7.5, 6.0, -6.0, 0.0, 0.3, -0.3] {
        for y in [2.0, -2.0, 0.7, -0.7] {
            let (dual, node) = ([x, y].map(Dual::<f64>::constant), [x, y].map(Node::constant));
            assert_eq!(dual[0].rem_euclid(&dual[1]), f64::rem_euclid(x, y), "{x} {y}");
            assert_eq!(dual[0].div_euclid(&dual[1]), f64::div_euclid(x, y), "{x} {y}");
            assert_eq!(node[0].rem_euclid(&node[1]), f64::rem_euclid(x, y), "{x} {y}");
            assert_eq!(node[0].div_euclid(&node[1]), f64::div_euclid(x, y), "{x} {y}");
        }
    }
}

#[test]
fn ndarray() {
    use ::ndarray::{Array1, Array2, LinalgScalar, ScalarOperand, arr1};
    fn product<F: LinalgScalar>(x: &[F]) -> F {
        let (x, m) = (arr1(x), Array2::from_shape_fn((2, 2), |(i, j)| x[i] * x[j] + x[1]));
        x.dot(&m.dot(&m).dot(&x)) + m.diag().sum()
    }
    fn spread<F: num_traits::Float + num_traits::FromPrimitive + ScalarOperand>(x: &[F]) -> F {
        let x = (arr1(x) + F::one()) * x[0];
        x.mean().unwrap_or_else(F::nan) + x.std(F::one()) + x.var(F::zero())
    }
    fn elementwise<F: Num + ScalarOperand>(x: &[F]) -> F {
        let a = Array1::from(x.to_vec());
        ((&a * &a + x[1].clone()) / &a).sum()
    }
    copies_pass!(product at [0.7, 0.4]);
    copies_pass!(spread at [0.7, 0.4]);
    copies_pass!(elementwise at [0.7, 0.4]);
    nodes_pass(elementwise, &[0.7, 0.4]);
}

// ------------------------------------------------------------------------------------------------ other crates

#[test]
fn num_complex() {
    use ::num_complex::Complex;
    fn plane<F: num_traits::Float>(x: &[F]) -> F {
        let z = Complex::new(x[0], x[1]);
        (z.exp() * z.sqrt() + z.powi(3)).norm() + z.arg()
    }
    // some steps of Mandelbrot's map
    fn orbit<F: Num + Clone>(x: &[F]) -> F {
        let c = Complex::new(x[0].clone(), x[1].clone());
        (0..5).fold(c.clone(), |z, _| z.clone() * z + c.clone()).norm_sqr()
    }
    copies_pass!(plane at [0.7, 0.4]);
    copies_pass!(orbit at [-0.4, 0.6]);
    nodes_pass(orbit, &[-0.4, 0.6]);
}

/// Two of its algorithms. The planner works as well, but it brings dozens of unrolled kernels, which the compiler unrolls
/// for each number again.
#[test]
fn rustfft() {
    use ::rustfft::algorithm::{Dft, MixedRadix};
    use ::rustfft::{Fft, FftDirection, FftNum, num_complex::Complex};
    use std::sync::Arc;
    fn spectrum<F: FftNum>(x: &[F]) -> Vec<Complex<F>> {
        let mut z: Vec<Complex<F>> = x.iter().map(|&x| Complex::new(x, F::zero())).collect();
        let parts = [3, 4].map(|n| Arc::new(Dft::new(n, FftDirection::Forward)) as Arc<dyn Fft<F>>);
        let [three, four] = parts;
        MixedRadix::new(three, four).process(&mut z);
        z
    }
    fn weighted<F: FftNum>(x: &[F]) -> F {
        let weight = |k: usize| F::from_usize(k * k).unwrap_or_else(F::zero);
        spectrum(x).iter().enumerate().map(|(k, z)| weight(k) * z.norm_sqr()).fold(F::zero(), |sum, x| sum + x)
    }
    let x: Vec<f64> = (0..12).map(|k| (0.7 * f64::from(k)).sin() - 0.2).collect();
    check::gradient(weighted as On<Dual>, &x).assert();
    check::gradient(weighted as On<Var>, &x).assert();
    // Parseval: Σ|zₖ|² = n·Σx²
    let energy = |x: &[Var]| spectrum(x).iter().map(|z| z.norm_sqr()).sum::<Var>();
    for (slope, x) in grad(energy, &x[..]).iter().zip(&x) {
        assert!((slope - 24.0 * x).abs() < 1e-12, "{slope} at {x}");
    }
}

#[test]
fn euclid() {
    use ::euclid::default::{Point2D, Transform2D, Vector3D};
    fn shapes<F: num_traits::Float>(x: &[F]) -> F {
        let (a, b) = (Vector3D::new(x[0], x[1], F::one()), Vector3D::new(x[1], x[0] * x[1], x[0]));
        let moved = Transform2D::new(x[0], x[1], x[1], F::one(), x[0], x[1]).transform_point(Point2D::new(x[1], x[0]));
        a.cross(b).length()
            + a.dot(b)
            + a.normalize().lerp(b, x[0]).square_length()
            + moved.distance_to(Point2D::zero())
    }
    copies_pass!(shapes at [0.7, 0.4]);
}

#[test]
fn cgmath() {
    use ::cgmath::{BaseNum, InnerSpace, Vector3};
    fn shapes<F: BaseNum + num_traits::Float>(x: &[F]) -> F {
        let (a, b) = (Vector3::new(x[0], x[1], F::one()), Vector3::new(x[1], x[0] * x[1], x[0]));
        a.cross(b).magnitude() + a.dot(b) / a.magnitude2()
    }
    copies_pass!(shapes at [0.7, 0.4]);
}

#[test]
fn geo_types() {
    use ::geo_types::{CoordFloat, Line, Point};
    fn map<F: CoordFloat>(x: &[F]) -> F {
        let (a, b, c) = (Point::new(x[0], x[1]), Point::new(x[1], F::one()), Point::new(x[0] * x[1], x[0]));
        a.cross_prod(b, c) + a.to_radians().dot(b) + Line::new(a, c).slope() + Line::new(a, b).determinant()
    }
    copies_pass!(map at [0.7, 0.4]);
}

#[test]
fn interp() {
    use ::interp::{InterpMode, interp};
    // by the place and by the table itself
    fn table<F: Num + PartialOrd + Copy>(x: &[F]) -> F {
        let two = F::one() + F::one();
        interp(&[F::zero(), F::one(), two], &[x[1], x[1] * x[1], x[0]], x[0], &InterpMode::Extrapolate)
    }
    copies_pass!(table at [0.7, 0.4]);
    copies_pass!(table at [1.6, 0.4]);
}

#[test]
fn ndarray_interp() {
    use ::ndarray::{Array1, array};
    use ::ndarray_interp::interp1d::Interp1DBuilder;
    use ::ndarray_interp::interp1d::cubic_spline::{CubicSpline, SplineNum};
    fn table<F: SplineNum>(x: &[F]) -> (Array1<F>, F) {
        (array![x[1], x[1] * x[1], x[0], F::one()], x[0] + x[1])
    }
    fn line<F: SplineNum>(x: &[F]) -> F {
        let (y, at) = table(x);
        Interp1DBuilder::new(y).build().expect("a good table").interp_scalar(at).expect("a place within")
    }
    fn spline<F: SplineNum>(x: &[F]) -> F {
        let (y, at) = table(x);
        let curve = Interp1DBuilder::new(y).strategy(CubicSpline::new()).build().expect("a good table");
        curve.interp_scalar(at).expect("a place within")
    }
    copies_pass!(line at [0.7, 0.4]);
    copies_pass!(spline at [0.7, 0.4]);
}

#[test]
fn enterpolation() {
    use ::enterpolation::{Signal, linear::Linear};
    fn weights<F: num_traits::Float + std::fmt::Debug>(x: &[F]) -> F {
        let two = F::one() + F::one();
        let curve = Linear::builder().elements([x[1], x[0] * x[1], x[0]]).knots([F::zero(), F::one(), two]).build();
        curve.map_or_else(|_| F::nan(), |curve| curve.eval(x[0] + x[1]))
    }
    copies_pass!(weights at [0.7, 0.4]);
}

#[test]
fn bspline() {
    use ::bspline::BSpline;
    fn curve<F: num_traits::Float>(x: &[F]) -> F {
        let knots = [-4, -4, -4, -4, 0, 4, 4, 4, 4].map(|k| F::from(k).unwrap_or_else(F::nan)).to_vec();
        let points = vec![x[0], x[1], x[0] * x[1], F::one(), x[0]];
        BSpline::new(3, points, knots).point(x[0] + x[1])
    }
    copies_pass!(curve at [0.7, 0.4]);
}

#[test]
fn ordered_float() {
    use ::num_traits::float::FloatCore;
    use ::ordered_float::OrderedFloat;
    /// The largest but one, which takes a total order, times the sum.
    fn second<F: FloatCore>(x: &[F]) -> F {
        let mut sorted = [x[0], x[0] * x[1], x[1]].map(OrderedFloat);
        sorted.sort();
        (sorted[1] * (sorted[0] + sorted[2])).into_inner()
    }
    copies_pass!(second at [0.7, 0.4]);
}

/// More of it in `../tests/features`.
#[test]
fn nalgebra() {
    fn determinant<F: ::nalgebra::RealField + Copy>(x: &[F]) -> F {
        ::nalgebra::Matrix2::new(x[0], x[1], x[1], x[0] * x[1] + F::one()).lu().determinant()
    }
    copies_pass!(determinant at [0.7, 0.4]);
}

// ------------------------------------------------------------------------------------------------ the chapter

/// Every crate that the chapter says we go through has its test here.
#[test]
fn the_chapters_table_is_tested() {
    let chapter = include_str!("../../docs/guide/foreign.md");
    let tests = include_str!("foreign.rs");
    let rows: Vec<&str> = chapter.lines().filter(|line| line.starts_with("| `") && line.contains("| yes")).collect();
    assert!(rows.len() >= 12, "only {} rows were seen: this test has lost its eyes", rows.len());
    for row in rows {
        let name = row.trim_start_matches("| `").split('`').next().unwrap_or_default().replace('-', "_");
        assert!(tests.contains(&format!("fn {name}()")), "no test {name}, but a row: {row}");
    }
}
