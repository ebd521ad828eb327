//! The traits of num-traits and std. In a file of its own: a trait that is in scope comes before our methods by reference
//! where its own are by value.

use backprop::{Dual, Elementary, Node, Var};
use num_traits::float::TotalOrder;
use num_traits::{
    Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, Num, NumAssign, NumCast, One, Pow, Signed, ToPrimitive,
    Zero,
};

/// Somebody else's polynomial over any `Num`.
fn horner<T: NumAssign + Clone>(coefficients: &[T], x: &T) -> T {
    let mut sum = T::zero();
    for c in coefficients {
        sum *= x.clone();
        sum += c.clone();
    }
    sum
}
fn surd<T: FloatConst + Signed + FromPrimitive>(x: T) -> Option<T> {
    Some(T::PI() * x.abs() + T::from_f64(0.5)? * x.signum() - T::from_i32(2)?)
}

macro_rules! traits {
    ($($Type:ty, $make:expr;)*) => { $( {
        let make = |v: f64| -> $Type { ($make)(v) };
        let x = make(-1.5);
        assert!(<$Type>::zero().is_zero() && make(0.0).is_zero() && !x.is_zero() && <$Type>::one().is_one());
        assert_eq!(<$Type>::default(), 0.0);
        assert_eq!(horner(&[make(2.0), make(0.0), make(1.0)], &x), 5.5);
        assert_eq!(surd(x.clone()), Some(make(std::f64::consts::PI * 1.5 - 2.5)));
        assert!(Signed::is_negative(&x) && Signed::is_positive(&Signed::abs(&x)));
        assert_eq!(Signed::abs_sub(&make(3.0), &x), 4.5);
        assert_eq!((x.to_f64(), x.to_f32(), x.to_i32(), make(3.7).to_u8(), x.to_u64()), (Some(-1.5), Some(-1.5), Some(-1), Some(3), None));
        assert_eq!(<$Type as NumCast>::from(7_u8), Some(make(7.0)));
        assert_eq!(<$Type as NumCast>::from(x.clone()).map(|x| x.to_f64_value()), Some(-1.5));
        assert_eq!(<$Type>::from_u64(9), Some(make(9.0)));
        assert_eq!(Inv::inv(x.clone()), 1.0 / -1.5);
        assert_eq!(Pow::pow(x.clone(), 3), -1.5_f64.powi(3));
        assert_eq!(Pow::pow(make(2.0), make(0.5)), 2f64.powf(0.5));
        assert_eq!(MulAdd::mul_add(x.clone(), make(2.0), make(1.0)), -2.0);
        assert_eq!(<$Type>::from_str_radix("2.5", 10).ok(), Some(make(2.5)));
        // std
        assert_eq!("2.5".parse::<$Type>().ok(), Some(make(2.5)));
        assert!("two".parse::<$Type>().is_err());
        assert_eq!(format!("{x} {x:.3} {x:8.2}| {x:+} {:e}", make(1500.0)), "-1.5 -1.500    -1.50| -1.5 1.5e3");
        assert_eq!(format!("{:E}", make(1500.0)), "1.5E3");
        assert_eq!((<$Type as Bounded>::min_value(), <$Type as Bounded>::max_value()), (make(f64::MIN), make(f64::MAX)));
        assert!(make(-0.0).total_cmp(&make(0.0)).is_lt() && x.total_cmp(&make(f64::NAN)).is_lt());
        assert_eq!(<$Type>::E(), std::f64::consts::E);
        assert_eq!(<$Type>::TAU(), std::f64::consts::TAU);
    } )* };
}

#[test]
fn num_traits_and_std() {
    traits! {
        Dual, Dual::variable;
        Dual<f64, 4>, |v| Dual::seeded(v, 3);
        Dual<Dual>, |v| Dual::variable(Dual::constant(v));
        Node<f64>, Node::leaf;
        Node<Dual>, |v| Node::leaf(Dual::variable(v));
        Dual<Node<f64>>, |v| Dual::variable(Node::leaf(v));
    }
}

#[test]
fn derivatives_of_what_num_traits_writes() {
    let c = [2.0, -3.0, 1.0];
    let x = Dual::variable(1.5);
    assert_eq!(horner(&c.map(Dual::constant), &x).derivative(), 4.0 * 1.5 - 3.0);
    let x = Node::leaf(1.5);
    let c = c.map(Node::leaf);
    horner(&c, &x).backward();
    assert_eq!((x.grad(), c[0].grad(), c[2].grad()), (3.0, 2.25, 1.0));
    let x = Node::leaf(-0.5);
    if let Some(y) = surd(x.clone()) {
        y.backward();
    }
    assert_eq!(x.grad(), -std::f64::consts::PI);
}

#[test]
fn the_plain_float_of_a_dual_is_complete() {
    fn predicates<F: Float>(v: F) -> [bool; 6] {
        [v.is_nan(), v.is_infinite(), v.is_finite(), v.is_normal(), v.is_sign_positive(), v.is_sign_negative()]
    }
    for v in [0.0, -0.0, 1.5, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, f64::MAX] {
        assert_eq!(predicates(v), predicates(Dual::variable(v)));
        assert_eq!(predicates(v), predicates(Dual::variable(Dual::variable(v))));
        assert_eq!(Float::classify(v), Float::classify(Dual::variable(v)));
        assert_eq!(Float::integer_decode(v), Float::integer_decode(Dual::variable(v)));
    }
    assert!(<Dual as Float>::nan().is_nan() && <Dual as Float>::infinity().is_infinite());
    assert_eq!((<Dual as Float>::epsilon(), <Dual as Float>::max_value()), (f64::EPSILON.into(), f64::MAX.into()));
    assert_eq!(
        (<Dual as Float>::min_value(), <Dual as Float>::min_positive_value()),
        (f64::MIN.into(), f64::MIN_POSITIVE.into())
    );
    let x = Dual::variable(0.3);
    let (s, c) = Float::sin_cos(x);
    assert_eq!((s.derivative(), c.derivative()), (0.3f64.cos(), -0.3f64.sin()));
    assert_eq!(Float::clamp(x, Dual::constant(0.0), Dual::constant(1.0)).derivative(), 1.0);
}

/// Somebody else's function over what works without `std`.
fn core<T: num_traits::float::FloatCore>(x: T, y: T) -> T {
    let whole = (x * y).trunc();
    if x.is_sign_negative() && x.is_finite() { whole + x.abs().max(y).powi(2) } else { x.recip().to_degrees() }
}
/// Over what ndarray's linear algebra asks for.
fn products<T: ndarray::NdFloat>(x: &ndarray::Array1<T>) -> T {
    x.dot(x) + x.sum() / T::one()
}
/// Over conversions as by `as`.
fn converted<T: num_traits::AsPrimitive<S>, S: num_traits::AsPrimitive<i64> + num_traits::AsPrimitive<f32>>(
    x: T,
) -> (S, i64, f32) {
    let y: S = x.as_();
    (y, y.as_(), y.as_())
}
macro_rules! copy_traits {
    ($($Type:ty, $make:expr;)*) => { $( {
        let make = |v: f64| -> $Type { ($make)(v) };
        assert_eq!(core(make(-1.5), make(2.0)), core(-1.5, 2.0));
        assert_eq!(core(make(0.5), make(2.0)), core(0.5, 2.0));
        assert_eq!(products(&ndarray::array![make(1.0), make(2.0)]), 8.0);
        assert_eq!(converted(2.75_f32), (make(2.75), 2, 2.75));
        assert_eq!(converted::<u8, $Type>(7), (make(7.0), 7, 7.0));
        assert_eq!(<$Type as From<f32>>::from(0.5), 0.5);
    } )* };
}
#[test]
fn traits_of_copy_numbers() {
    copy_traits! {
        Dual, Dual::variable;
        Dual<f64, 4>, |v| Dual::seeded(v, 3);
        backprop::Jet<f64, 3>, backprop::Jet::variable;
        Var, Var::constant;
    }
    // and their derivatives
    assert_eq!(backprop::derivative(|x| core(x, 2.0.into()), -1.5), 0.0);
    assert_eq!(backprop::derivative(|x| core(x, 2.0.into()), -2.5), -5.0);
    assert_eq!(backprop::grad(|x| products(&ndarray::Array1::from_vec(x.to_vec())), &[1.0, 2.0]), [3.0, 5.0]);
}
