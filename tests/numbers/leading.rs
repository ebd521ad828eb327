//! Series that begin with `t²` or later, to the right of 0: against expansions by hand.

use backprop::{Dual, Elementary, Jet, norm, taylor};

type Series = Jet<f64, 5>;

#[track_caller]
fn is<const K: usize>(found: Jet<f64, K>, expected: [f64; K]) {
    assert_eq!(found.value(), 0.0);
    for (k, (&found, expected)) in found.higher().iter().zip(expected).enumerate() {
        let same = found == expected || (found - expected).abs() < 1e-15 || found.is_nan() && expected.is_nan();
        assert!(same, "order {}: {found:e} instead of {expected:e}", k + 1);
    }
}
fn t() -> Series {
    Series::variable(0.0)
}
const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[test]
fn roots() {
    // t·√(1 + t)
    is(taylor::<3, _>(|t| (t * t + t * t * t).sqrt(), 0.0), [1.0, 0.5, -0.125]);
    is(taylor::<3, _>(|t| (t.powi(2) + t.powf(Jet::constant(3.0))).sqrt(), 0.0), [1.0, 0.5, -0.125]);
    is(Jet::new(0.0, [0.0, 1.0, 1.0]).sqrt(), [1.0, 0.5, -0.125]);
    is((t().square() / 4.0 + 0.25 * t() * t() * t()).sqrt(), [0.5, 0.25, -0.0625, 0.03125, -0.5 * 5.0 / 128.0]);
    is((9.0 * t().powi(4)).sqrt(), [0.0, 3.0, 0.0, 0.0, 0.0]);
    // t·∛(1 + t), with either sign
    let third = [1.0, 1.0 / 3.0, -1.0 / 9.0, 5.0 / 81.0, -10.0 / 243.0];
    is((t().powi(3) + t().powi(4)).cbrt(), third);
    is((-t().powi(3) - t().powi(4)).cbrt(), third.map(|c| -c));
    // t²·(1 + t)^(2/3), t³·(1 + t)^1.5
    let x = t().powi(3) + t().powi(4);
    is((t().powi(2) + t().powi(3)).powf(Jet::constant(1.5)), [0.0, 0.0, 1.0, 1.5, 0.375]);
    is(x.powf(Jet::constant(2.0)), [0.0; 5]);
    // what is no series has the limits of its derivatives: t^1.5, −t^1.5 upside down is outside
    is(t().powi(3).sqrt(), [0.0, INF, -INF, INF, -INF]);
    is((-t().powi(4)).cbrt(), [0.0, -INF, INF, -INF, INF]);
    is((-t().powi(2)).sqrt(), [NAN; 5]);
}

#[test]
fn lengths_and_signs() {
    is((t().powi(2) - t().powi(3)).abs(), [0.0, 1.0, -1.0, 0.0, 0.0]);
    is((t().powi(3) - t().powi(2)).abs(), [0.0, 1.0, -1.0, 0.0, 0.0]);
    // t²·√(1 + t²), from either side, and as a length of three
    let (square, cube) = (t().powi(2), t().powi(3));
    for z in [square.hypot(cube), cube.hypot(-square), norm(&[square, cube, Series::constant(0.0)])] {
        is(z, [0.0, 1.0, 0.0, 0.5, 0.0]);
    }
    is(square.hypot(Series::constant(0.0)), [0.0, 1.0, 0.0, 0.0, 0.0]);
    // atan t, where the angle begins as the value does; the value is that of the origin in any case
    is(cube.atan2(square), [1.0, 0.0, -1.0 / 3.0, 0.0, 0.2]);
    assert_eq!(square.atan2(square).value(), 0.0);
}

#[test]
fn what_nobody_knows_is_nan() {
    // √(2 − 2 cos t) = 2 sin(t/2): the last coefficient stands above the order of the cosine
    is((2.0 - 2.0 * t().cos()).sqrt(), [1.0, 0.0, -1.0 / 24.0, 0.0, NAN]);
    // of a product that is too long for the series, too
    is(((t().powi(2) + t().powi(3)) * (1.0 + t().powi(3))).sqrt(), [1.0, 0.5, -0.125, 0.5625, NAN]);
    // and where it meets a number
    let z = (2.0 - 2.0 * t().cos()).sqrt();
    assert!((z + 1.0).coefficient(5).is_nan() && !(z * t()).coefficient(5).is_nan() && z.sin().coefficient(5).is_nan());
}

#[test]
fn every_inner_number() {
    let t = Jet::<Dual, 3>::variable(Dual::constant(0.0));
    // a·t·√(1 + t/a²) at a = 2, and its derivative by a
    let a = Jet::constant(Dual::variable(2.0));
    let z = (a * a * t * t + t * t * t).sqrt();
    let parts = |k| (z.coefficient(k).value(), z.coefficient(k).derivative());
    assert_eq!([parts(1), parts(2), parts(3)], [(2.0, 1.0), (0.25, -0.125), (-1.0 / 64.0, 3.0 / 128.0)]);
    assert_eq!(Jet::<f32, 3>::new(0.0, [0.0, 1.0, 1.0]).sqrt().higher(), &[1.0, 0.5, -0.125]);
    let u = Jet::<Jet<f64, 2>, 2>::variable(Jet::constant(0.0));
    assert_eq!((u * u).sqrt().coefficient(1).to_f64_value(), 1.0);
}

#[test]
fn the_first_order_is_the_rows_own() {
    assert_eq!(t().sqrt().coefficient(1), INF);
    assert_eq!(t().abs().higher(), &[0.0; 5]);
    assert_eq!(t().hypot(Series::constant(0.0)).coefficient(1), 0.0);
    assert!((t() / t()).value().is_nan(), "the value is that of the plain numbers");
}
