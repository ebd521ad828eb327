//! The functions of `RealField` are the table's: values as on plain numbers, bit for bit, and the conventions at the edges.

use backprop::{Dual, Elementary, Float, Var, check, grad};
use nalgebra::{ComplexField, RealField};

/// Of two numbers all that `RealField` offers, some of it undefined at some of them.
fn everything<S: RealField + Copy>(x: S, y: S) -> Vec<(&'static str, S)> {
    macro_rules! each {
        ($($f:ident($($more:expr),*))*) => { vec![$((stringify!($f), x.$f($($more),*))),*] };
    }
    let mut values = each! {
        floor() ceil() round() trunc() fract() abs() signum() recip() sqrt() cbrt() exp() exp2() exp_m1() ln() log2() log10()
        ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh() tanh() asinh() acosh() atanh() sinc() cosc() coshc()
        hypot(y) log(y) powf(y) powc(y) powi(3) powi(-2) mul_add(y, x) copysign(y) max(y) min(y) atan2(y) argument() modulus()
        modulus_squared() norm1() real() imaginary() conjugate() scale(y) unscale(y)
    };
    values.push(("clamp", x.clamp(S::frac_2_pi(), S::pi())));
    let pairs =
        [("sin_cos", x.sin_cos()), ("sinh_cosh", x.sinh_cosh()), ("to_exp", x.to_exp()), ("to_polar", x.to_polar())];
    pairs.into_iter().for_each(|(name, (a, b))| values.extend([(name, a), (name, b)]));
    values.extend(x.try_sqrt().map(|root| ("try_sqrt", root)));
    let constants =
        [S::pi(), S::two_pi(), S::frac_pi_2(), S::frac_pi_3(), S::frac_pi_4(), S::frac_pi_6(), S::frac_pi_8()];
    let others =
        [S::frac_1_pi(), S::frac_2_pi(), S::frac_2_sqrt_pi(), S::e(), S::log2_e(), S::log10_e(), S::ln_2(), S::ln_10()];
    values.extend(constants.into_iter().chain(others).map(|c| ("constant", c)));
    values.extend(S::min_value().into_iter().chain(S::max_value()).map(|c| ("bound", c)));
    values
}

const PLACES: [f64; 13] =
    [0.0, -0.0, 1e-300, 0.25, -0.25, 0.7, 1.0, -1.0, 2.5, -3.75, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

#[test]
fn values_are_those_of_plain_numbers() {
    fn compare<S: RealField + Copy>(number: impl Fn(f64) -> S, value: impl Fn(S) -> f64) {
        for x in PLACES {
            for y in PLACES {
                let (plain, ours) = (everything(x, y), everything(number(x), number(y)));
                assert_eq!(plain.len(), ours.len(), "{x} {y}");
                for ((name, plain), (_, ours)) in plain.into_iter().zip(ours) {
                    // simba has a quotient of its own here; the row is nearer, and has the limit at infinity
                    let exact = name != "sinc";
                    let near = x.is_infinite() || (plain - value(ours)).abs() <= 4.0 * f64::EPSILON * plain.abs();
                    assert!(
                        check_bits(plain, value(ours)) || !exact && near,
                        "{name}({x}, {y}): {} and {plain}",
                        value(ours)
                    );
                }
                let a = number(x);
                assert_eq!(a.is_sign_positive(), x.is_sign_positive());
                assert_eq!(a.is_sign_negative(), x.is_sign_negative());
                assert_eq!(ComplexField::is_finite(&a), x.is_finite());
            }
        }
    }
    compare(Dual::<f64>::variable, |x| x.value());
    compare(Dual::<f64, 3>::constant, |x| x.value());
    compare(Var::constant, |x| x.value());
    compare(|x| Var::constant(Dual::<f64>::variable(x)), |x| x.to_f64_value());
}
/// Equal in their bits, or both NaN.
fn check_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// The derivative of each function that has one here, forward and reverse, by differences.
#[test]
fn slopes() {
    for (x, y) in [(0.3, 1.7), (0.45, 0.2), (1.9, 2.4), (-0.4, 1.3)] {
        let h = 1e-4;
        let at = |k: f64| everything(x + k * h, y);
        let names = at(0.0);
        let forward = everything(Dual::<f64>::variable(x), Dual::constant(y));
        let (near, far) = ([at(1.0), at(-1.0)], [at(2.0), at(-2.0)]);
        for (k, (name, value)) in names.into_iter().enumerate().filter(|(_, (_, value))| value.is_finite()) {
            let quotient = (8.0 * (near[0][k].1 - near[1][k].1) - (far[0][k].1 - far[1][k].1)) / (12.0 * h);
            let slope = forward[k].1.derivative();
            assert!(
                (slope - quotient).abs() < 1e-9 * (1.0 + quotient.abs() + value.abs()),
                "{name}({x}, {y}): {slope}, {quotient}"
            );
            let reverse = grad(|&[x]| everything(x, Var::constant(y))[k].1, &[x]);
            assert!(
                check::same(&reverse[0], &slope, 1e-15),
                "{name}({x}, {y}): {slope} forward, {reverse:?} in reverse"
            );
        }
    }
}

/// What the table says where there is no derivative, or only one side of it.
#[test]
fn edges() {
    fn slopes<const N: usize>(f: impl Fn([Dual<f64, N>; N]) -> Dual<f64, N>, at: [f64; N]) -> [f64; N] {
        *f(std::array::from_fn(|k| Dual::seeded(at[k], k))).tangents()
    }
    assert_eq!(slopes(|[x]| ComplexField::abs(x), [0.0]), [0.0]);
    assert_eq!(slopes(|[x]| x.modulus(), [0.0]), [0.0]);
    assert_eq!(slopes(|[x]| x.signum(), [0.0]), [0.0]);
    assert_eq!(slopes(|[x]| ComplexField::sqrt(x), [0.0]), [f64::INFINITY]);
    assert_eq!(slopes(|[x]| x.try_sqrt().expect("not negative"), [0.0]), [f64::INFINITY]);
    assert!(
        Dual::<f64>::variable(-1e-300).try_sqrt().is_none() && Dual::<f64>::variable(f64::NAN).try_sqrt().is_none()
    );
    assert_eq!(slopes(|[x, y]| RealField::max(x, y), [1.0, 1.0]), [0.5, 0.5]);
    assert_eq!(slopes(|[x, y]| RealField::min(x, y), [1.0, f64::NAN]), [1.0, 0.0]);
    assert_eq!(slopes(|[x, y]| ComplexField::hypot(x, y), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(|[x, y]| RealField::atan2(x, y), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(slopes(|[x, y]| RealField::copysign(x, y), [0.0, -2.0]), [-1.0, 0.0]);
    assert_eq!(slopes(|[x, low, high]| RealField::clamp(x, low, high), [1.0, 1.0, 2.0]), [0.0, 1.0, 0.0]);
    assert_eq!(slopes(|[x, low, high]| RealField::clamp(x, low, high), [3.0, 1.0, 2.0]), [0.0, 0.0, 1.0]);
    assert_eq!(slopes(|[x, e]| ComplexField::powf(x, e), [0.0, 1.0]), [1.0, 0.0]);
    assert_eq!(slopes(|[x]| x.argument(), [-2.0]), [0.0]);
    // modulus and phase give the number back, with its derivative, also at 0
    for x in [0.0, -0.0, 2.0, -2.0] {
        assert_eq!(slopes(|[x]| x.to_exp().0 * x.to_exp().1, [x]), [1.0]);
    }
    let bad = std::panic::catch_unwind(|| {
        RealField::clamp(Dual::<f64>::variable(1.0), Dual::constant(2.0), Dual::constant(1.0))
    });
    assert!(bad.is_err(), "bounds in the wrong order");
}

/// `sinh x/x` and `sin x/x` at and near 0, to the third derivative.
#[test]
fn quotients_at_zero() {
    fn third<F: Float + RealField>(x: f64) -> Dual<Dual<Dual<F>>> {
        Dual::variable(Dual::variable(Dual::variable(F::of(x))))
    }
    // by the series, with x = 1e-3 beyond the reach of a cancelling quotient
    for x in [0.0, 1e-9, 1e-3, -0.2, 0.999] {
        for (sign, found) in [(1.0, third::<f64>(x).sinhc()), (-1.0, third::<f64>(x).sinc())] {
            let series = |order: i32| -> f64 {
                let term = |k: i32| {
                    let falling: f64 = (0..order).map(|j| f64::from(2 * k - j)).product();
                    let factorial: f64 = (1..=2 * k + 1).map(f64::from).product();
                    if 2 * k < order { 0.0 } else { f64::powi(sign, k) * falling * x.powi(2 * k - order) / factorial }
                };
                (0..14).map(term).sum()
            };
            let parts = [
                found.value().value().value(),
                found.derivative().value().value(),
                found.derivative().derivative().value(),
                found.derivative().derivative().derivative(),
            ];
            for (order, part) in (0..).zip(parts) {
                assert!((part - series(order)).abs() < 1e-13, "order {order} at {x}: {part}, {}", series(order));
            }
        }
    }
}
