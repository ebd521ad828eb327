//! quickcheck's `Arbitrary` for numbers, `Testable` for reports.

use backprop::check::{Report, gradient, pair};
use backprop::{Dual, Node};
use quickcheck::{Arbitrary, Gen, Testable, quickcheck};

#[test]
fn duals_are_drawn() {
    let mut g = Gen::from_size_and_seed(10, 1);
    let drawn: Vec<Dual<Dual<f64, 2>, 2>> = (0..50).map(|_| Dual::arbitrary(&mut g)).collect();
    // values and tangents vary
    assert!(drawn.iter().any(|x| x.value().value() != drawn[0].value().value()));
    assert!(drawn.iter().any(|x| x.tangent(1).tangent(0) != drawn[0].tangent(1).tangent(0)));
    fn commutes(x: Dual, y: Dual) -> bool {
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        same((x + y).derivative(), (y + x).derivative()) && same((x * y).value(), (y * x).value())
    }
    quickcheck(commutes as fn(Dual, Dual) -> bool);
}

#[test]
fn reports_are_properties() {
    fn hypot(x: i16, y: i16) -> Report {
        let scaled = |x: i16| f64::from(x) / 1024.0;
        gradient(|x: &[Node<f64>]| x[0].hypot(&x[1]), &[scaled(x), scaled(y)]).within(1e-5)
    }
    quickcheck(hypot as fn(i16, i16) -> Report);
    let result = |slope: f64, x: f64| pair(|x| x[0].ln(), |_| vec![slope], &[x]).result(&mut Gen::new(1));
    assert!(result(2.0, 1.0).is_failure());
    assert!(!result(f64::NAN, -1.0).is_failure());
}
