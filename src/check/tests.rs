//! Whether checks find what is wrong, and nothing else.

use super::report::Verdict;
use super::{array_seeded, gradient, hessian, modes, operation, pair, same};
use crate::custom::Operation;
use crate::number::{Call, Elementary, Number};
use crate::rule::Op;
use crate::{Dual, Node, NodeArray1};
use ndarray::{Axis, array};

/// A row of the table as an operation of one's own, its slope in operand `wrong` multiplied by `factor`.
struct Row {
    op: Op,
    exponent: i32,
    wrong: usize,
    factor: f64,
}
impl Row {
    fn operands<S>(x: &[S]) -> [&S; 3] {
        [0, 1, 2].map(|k| x.get(k).unwrap_or(&x[0]))
    }
}
impl<S: Elementary> Operation<S> for Row {
    fn name(&self) -> &str {
        self.op.name()
    }
    fn forward(&self, x: &[S]) -> S {
        let [_, low, high] = Row::operands(x);
        if self.op == Op::Clamp && low > high {
            // the row panics
            return S::of(f64::NAN);
        }
        self.op.value(Row::operands(x), self.exponent)
    }
    fn backward(&self, x: &[S], z: &S, adjoint: &S) -> Vec<S> {
        let slope = |i| self.op.slope(i, Row::operands(x), self.exponent, z);
        let factor = |i| S::of(if i == self.wrong { self.factor } else { 1.0 });
        (0..x.len()).map(|i| slope(i).through(adjoint) * factor(i)).collect()
    }
}

/// Points inside the domain of a row: every argument takes every value that its interval allows.
fn points(op: Op) -> Vec<Vec<f64>> {
    // not all triples of all
    const VALUES: [f64; 9] = [0.3, -0.6, 1.7, -2.4, 0.97, 4.1, 23.0, 1e-3, -310.5];
    let many = if op.arity() == 3 { 5 } else { VALUES.len() };
    let allowed = |[low, high]: [f64; 2]| -> Vec<f64> {
        VALUES[..many].iter().copied().filter(|&x| low < x && x < high).collect()
    };
    let mut points = vec![vec![]];
    for &interval in op.domain() {
        let values = allowed(interval);
        points = points.iter().flat_map(|p: &Vec<f64>| values.iter().map(|&x| [&p[..], &[x]].concat())).collect();
    }
    points.retain(|p| {
        let x = Row::operands(p);
        // the bounds of clamp in order, and apart: beyond there is no value; what overflows has no quotient
        if op == Op::Clamp { x[1] < x[2] } else { op.value(x, 3).is_finite() }
    });
    points
}

/// `1 + 1e-6`
const PLANTED: f64 = 1.000001;

#[test]
fn the_table_is_healthy() {
    let (mut undecided, mut kinks, mut passed) = (Vec::new(), 0, 0);
    for &op in Op::ALL {
        for point in points(op) {
            for exponent in if op == Op::Powi { -2..4 } else { 0..1 } {
                let report = operation(&Row { op, exponent, wrong: 9, factor: 1.0 }, &point);
                assert_eq!(report.count(Verdict::Failed), 0, "{op:?} {exponent} at {point:?}\n{report}");
                passed += report.count(Verdict::Passed);
                kinks += report.count(Verdict::Kink);
                if report.count(Verdict::Undecided) > 0 {
                    undecided.push(format!("{op:?} {exponent} at {point:?}: {report}"));
                }
            }
        }
    }
    println!("{passed} passed, {kinks} kinks, undecided at {} points:\n{}", undecided.len(), undecided.join("\n"));
    // slopes that are tiny beside the value drown in its rounding
    assert!(passed > 4000 && undecided.len() < 60, "{passed} passed, {} points undecided", undecided.len());
}

#[test]
fn planted_slips_of_a_millionth_are_found() {
    let (mut rows, mut slips) = (Vec::new(), 0);
    let mut missed = Vec::new();
    for &op in Op::ALL {
        let inside = |&[low, high]: &[f64; 2], x: f64| if high <= 0.0 { high - x } else { x + low.max(0.0) };
        let point: Vec<f64> = op.domain().iter().zip([0.7, 1.3, 1.9]).map(|(domain, x)| inside(domain, x)).collect();
        for wrong in 0..point.len() {
            let at = Row { op, exponent: 3, wrong, factor: PLANTED };
            let slope = op.slope(wrong, Row::operands(&point), 3, &op.value(Row::operands(&point), 3));
            if slope == 0.0 {
                continue;
            }
            slips += 1;
            let report = operation(&at, &point);
            let first = &report.components()[wrong];
            if report.verdict(first) == Verdict::Failed {
                rows.push(op);
            } else {
                missed.push(format!("{op:?} in operand {wrong} at {point:?}: {report}"));
            }
        }
    }
    rows.dedup();
    println!("{} rows, {slips} slips", rows.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(rows.len() >= 30, "only {} rows", rows.len());
}

// ------------------------------------------------------------------------------------------------ kinks and edges

/// What a check of one argument says of a slope.
fn verdict(f: impl Fn(f64) -> f64, x: f64, slope: f64) -> Verdict {
    let report = pair(|x| f(x[0]), |_| vec![slope], &[x]);
    report.verdict(&report.components()[0])
}

#[test]
fn kinks_are_called_so() {
    // at the kink, whatever the derivative says
    for slope in [-1.0, 0.0, 0.5, 1.0] {
        assert_eq!(verdict(f64::abs, 0.0, slope), Verdict::Kink);
        assert_eq!(verdict(|x| x.max(0.0), 0.0, slope), Verdict::Kink);
        assert_eq!(verdict(|x| x.sin() + (x - 1.3).abs(), 1.3, slope), Verdict::Kink);
        assert_eq!(verdict(f64::floor, 2.0, slope), Verdict::Kink);
        assert_eq!(verdict(f64::signum, 0.0, slope), Verdict::Kink);
    }
    // near it: passed or kink, never failed
    for near in [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16] {
        for place in [0.0, 1.0, -3.7, 1e3] {
            for side in [-1.0, 1.0] {
                let x = place + side * near;
                let at = if x < place {
                    -1.0
                } else if x > place {
                    1.0
                } else {
                    0.0
                };
                let found = verdict(|x| (x - place).abs(), x, at);
                assert!(found <= Verdict::Kink, "abs {near:e} beside {place}: {found}");
                let found = verdict(|x| x.max(place), x, 0.5 + 0.5 * at);
                assert!(found <= Verdict::Kink, "max {near:e} beside {place}: {found}");
                let found = verdict(|x| x.cos() + 1e-3 * (x - place).abs(), x, -x.sin() + 1e-3 * at);
                assert!(found < Verdict::Failed, "weak kink {near:e} beside {place}: {found}");
            }
        }
    }
    // however weak
    for weight in [1.0, 1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10] {
        let found = verdict(|x| x.sin() + weight * x.max(0.0), 0.0, 1.0);
        assert!(found < Verdict::Failed, "{weight:e}: {found}");
    }
    let both = gradient(|x: &[Node<f64>]| x[0].max(&x[1]) + x[2].relu(), &[1.0, 1.0, 0.0]);
    assert_eq!(both.count(Verdict::Kink), 3);
    both.assert();
}

#[test]
fn a_kink_in_the_slope_is_none_in_the_function() {
    assert_eq!(verdict(|x| x.max(0.0).powi(2), 0.0, 0.0), Verdict::Passed);
    assert_eq!(verdict(|x| x * x.abs(), 0.0, 0.0), Verdict::Passed);
    assert_eq!(verdict(|x| x.sin() + x * x.abs(), 0.0, 1.0 + 1e-6), Verdict::Failed);
}

#[test]
fn many_scales() {
    type Function = fn(f64) -> f64;
    let wiggles: [(Function, Function, f64); 8] = [
        (|x| (1e4 * x).sin(), |x| 1e4 * (1e4 * x).cos(), 0.7),
        (|x| (1e6 * x).tanh(), |x| 1e6 / (1e6 * x).cosh().powi(2), 0.0),
        (f64::ln, f64::recip, 1e-9),
        (f64::sin, f64::cos, 1e6),
        (f64::exp, f64::exp, -40.0),
        (|x| x.powi(3), |x| 3.0 * x * x, 1e100),
        (|x| 1.0 / x, |x| -1.0 / (x * x), 1e-100),
        (|x| (-x.powi(-2)).exp(), |_| 0.0, 0.0),
    ];
    for (k, (f, slope, x)) in wiggles.into_iter().enumerate() {
        let found = verdict(f, x, slope(x));
        // a value that is not there cannot be judged
        let expected = if f(x).is_nan() { Verdict::Undecided } else { Verdict::Passed };
        assert_eq!(found, expected, "function {k}");
        if slope(x) != 0.0 {
            assert_eq!(verdict(f, x, slope(x) * PLANTED), Verdict::Failed, "function {k}, a slip planted");
        }
    }
}

#[test]
fn what_cannot_be_told_is_undecided() {
    assert_eq!(verdict(f64::ln, -1.0, f64::NAN), Verdict::Undecided);
    assert_eq!(verdict(f64::sqrt, 0.0, f64::INFINITY), Verdict::Undecided);
    assert_eq!(verdict(|x| x, 1.0, f64::NAN), Verdict::Undecided);
    // the rounding of a million hides the slope
    assert_eq!(verdict(|x| 1e9 + 1e-3 * x, 1.0, 1e-3), Verdict::Undecided);
    assert_eq!(verdict(|x| 1e9 + 1e-3 * x, 1.0, 1.0000001e-3), Verdict::Undecided);
    // noise
    let noisy = |x: f64| x.sin() * (1.0 + 1e-7 * (1e12 * x).sin());
    assert_eq!(verdict(noisy, 1.0, 1f64.cos()), Verdict::Undecided);
    assert_ne!(verdict(noisy, 1.0, 1f64.cos() * PLANTED), Verdict::Failed);
    // ... but a slope that is wrong altogether is seen through it
    let report = pair(|x| x[0].sin() + 1e-11 * (1e9 * x[0]).floor().sin(), |x| vec![2.0 * x[0].cos()], &[1.0]);
    assert_eq!(report.count(Verdict::Passed), 0);
}

#[test]
fn zero_is_zero() {
    for (f, x) in
        [(f64::cos as fn(f64) -> f64, 0.0), (f64::sin, std::f64::consts::FRAC_PI_2), (|x| (x - 3.0).powi(2), 3.0)]
    {
        let slope = if x > 1.0 && x < 2.0 { f64::cos(x) } else { 0.0 };
        assert_eq!(verdict(f, x, slope), Verdict::Passed);
        assert_eq!(verdict(f, x, 1e-6), Verdict::Failed);
    }
    assert_eq!(verdict(|_| 5.0, 1.0, 0.0), Verdict::Passed);
    assert_eq!(verdict(|_| 0.0, 1.0, 0.0), Verdict::Passed);
    assert_eq!(verdict(|_| 0.0, 1.0, 1e-30), Verdict::Failed);
}

// ------------------------------------------------------------------------------------------------ the kinds of function

/// Rosenbrock's function; forward, one coefficient is wrong by a millionth if `slip` is set.
struct Rosenbrock {
    slip: f64,
}
impl<S: Number> Call<S> for Rosenbrock {
    fn call(&self, x: &[S]) -> S {
        // of no influence on the value, but on derivatives
        let slip = self.slip * (&x[0] - x[0].to_f64_value());
        (1.0 - &x[0]).square() + 100.0 * (&x[1] - x[0].square()).square() + slip
    }
}

#[test]
fn functions_for_every_number() {
    modes(Rosenbrock { slip: 0.0 }, &[2.0, 1.0]).assert();
    // −1.2, 1 is the usual start; at 1, 1 the gradient is 0
    modes(Rosenbrock { slip: 0.0 }, &[-1.2, 1.0]).assert();
    modes(Rosenbrock { slip: 0.0 }, &[1.0, 1.0]).assert();
    let report = modes(Rosenbrock { slip: 1e-3 }, &[2.0, 1.0]);
    assert_eq!(report.count(Verdict::Failed), 6, "{report}");
    assert_eq!(report.worst().map(|worst| worst.index.clone()), Some(vec![0]));
}

#[test]
fn other_numbers() {
    gradient::<Dual<f64, 3>>(Rosenbrock { slip: 0.0 }, &[2.0, 1.0]).assert();
    gradient(|x: &[Node<f32>]| x[0].sin() * &x[1] + x[1].exp(), &[0.7, -1.3]).assert();
    gradient(|x: &[Dual<f32, 2>]| x[0].sin() * x[1] + x[1].exp(), &[0.7, -1.3]).assert();
    hessian(|x: &[Node<f32>]| x[0].sin() * &x[1] + x[1].exp(), &[0.7, -1.3]).assert();
    hessian(|x: &[Node<Dual<f64>>]| x[0].sin() * &x[1] + x[1].exp(), &[0.7, -1.3]).assert();
    let wrong = gradient(|x: &[Node<f32>]| x[0].sin() + (x[0].detach() - &x[0]) * 0.01, &[0.7]);
    assert_eq!(wrong.count(Verdict::Failed), 1, "{wrong}");
}

#[test]
fn arrays() {
    let x = array![0.5, -1.2, 2.0, 1e-3];
    array_seeded(|x: &NodeArray1<f64>| (x.sin() * x).cumsum(Axis(0)), &x, 4, 1).assert();
    // a gradient of 1e-5 is lost on the way
    let wrong = |x: &NodeArray1<f64>| x.sin() * (1.0 - 1e-5) + x.detach().sin() * 1e-5;
    let report = array_seeded(wrong, &x, 4, 1);
    assert_eq!(report.count(Verdict::Failed), 4, "{report}");
}

#[test]
fn every_part_is_compared() {
    let x = Dual::<f64, 2>::new(1.0, [2.0, 3.0]);
    assert!(same(&x, &Dual::new(1.0 + 1e-13, [2.0, 3.0]), 1e-12));
    assert!(!same(&x, &Dual::new(1.0, [2.0, 3.1]), 1e-12));
    let nested = |d: f64| Dual::<Dual>::new(Dual::new(1.0, [2.0]), [Dual::new(3.0, [d])]);
    assert!(same(&nested(f64::NAN), &nested(f64::NAN), 0.0) && !same(&nested(f64::NAN), &nested(1.0), 1.0));
    assert!(!same(&f64::INFINITY, &f64::NEG_INFINITY, 1.0) && same(&f64::INFINITY, &f64::INFINITY, 0.0));
    assert!(!same(&Node::leaf(nested(1.0)), &Node::leaf(nested(1.1)), 1e-3));
}

#[test]
#[should_panic(expected = "1 passed, 1 FAILED")]
fn assert_panics_with_the_whole_report() {
    pair(|x| x[0] * x[1], |x| vec![x[1], 1.000001 * x[0]], &[2.0, 3.0]).assert();
}
