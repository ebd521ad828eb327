//! Taylor series: every row against coefficients from high-precision arithmetic, series known from school, the drivers, and
//! what goes wrong.

use backprop::custom::{Operation, apply as apply_operation};
use backprop::{
    Call, Dual, Elementary, Fold, Jet, Node, Number, Op, Var, derivative, forward, grad, gradients, hessian, jvp,
    laplacian, mixed_partial, nth_derivative, taylor, taylor_along,
};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(error <= tolerance * expected.abs().max(1.0), "{found:e} instead of {expected:e}, off by {error:e}");
}

// ------------------------------------------------------------------------------------------------ every row

/// The velocities and accelerations in tests/reference/taylor.py.
const V: [f64; 6] = [1.0, -0.5, 0.75, 0.25, 1.25, -1.0];
const W: [f64; 6] = [0.25, 0.5, -0.375, 0.125, 0.0, 0.5];

type Series = Jet<f64, 8>;

/// The method of a row of one operand.
fn unary(name: &str) -> Option<fn(&Series) -> Series> {
    macro_rules! rows { ($($f:ident)*) => { match name { $(stringify!($f) => Some(Series::$f as _),)* _ => None } } }
    rows!(recip square sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan to_degrees to_radians
        sinh cosh tanh asinh acosh atanh sigmoid softplus relu silu gelu gelu_tanh mish elu selu hard_tanh hard_sigmoid
        hard_swish softsign log_sigmoid logit log1mexp entropy erf erfc erf_inv normal_cdf normal_quantile gamma ln_gamma
        digamma j0 j1 y0 y1 i0 i1 sinc abs signum floor ceil round trunc fract)
}
/// A row by its name; of a row with an integer that is the last argument.
fn apply(name: &str, x: &[Series], last: f64) -> Series {
    match unary(name) {
        Some(f) => f(&x[0]),
        None => other(name, x, last),
    }
}
fn other(name: &str, x: &[Series], last: f64) -> Series {
    match name {
        "neg" => -x[0],
        "add" => x[0] + x[1],
        "sub" => x[0] - x[1],
        "mul" => x[0] * x[1],
        "div" => x[0] / x[1],
        "rem" => x[0] % x[1],
        "powi" => x[0].powi(last as i32),
        "polygamma" => x[0].polygamma(last as i32),
        "powf" | "powf_int" => x[0].powf(x[1]),
        "through" => x[0].through(x[1]),
        "log" => x[0].log(x[1]),
        "logaddexp" => x[0].logaddexp(x[1]),
        "xlogy" => x[0].xlogy(x[1]),
        "atan2" => x[0].atan2(x[1]),
        "hypot" => x[0].hypot(x[1]),
        "beta" => x[0].beta(x[1]),
        "ln_beta" => x[0].ln_beta(x[1]),
        "max" => x[0].max(x[1]),
        "min" => x[0].min(x[1]),
        "copysign" => x[0].copysign(x[1]),
        "abs_sub" => x[0].abs_sub(x[1]),
        "mul_add" => x[0].mul_add(x[1], x[2]),
        "clamp" => x[0].clamp(x[1], x[2]),
        _ => match Fold::ALL.iter().find(|fold| fold.name() == name) {
            Some(Fold::Sum) => backprop::sum(x),
            Some(Fold::Dot) => backprop::dot(&x[..x.len() / 2], &x[x.len() / 2..]),
            Some(Fold::Norm) => backprop::norm(x),
            Some(Fold::LogSumExp) => backprop::logsumexp(x),
            _ => panic!("no row is called {name}"),
        },
    }
}

#[test]
fn every_row_against_high_precision() {
    let mut seen = BTreeSet::new();
    let mut worst = (0.0, String::new());
    for line in include_str!("../reference/taylor.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let mut text = || fields.next().expect("a field");
        let name = text();
        let (n, m) = (text().parse::<usize>().expect("a count"), text().parse::<usize>().expect("a count"));
        let mut numbers = fields.map(|field| field.parse::<f64>().expect("a number"));
        let arguments: Vec<f64> = numbers.by_ref().take(n).collect();
        let expected: Vec<f64> = numbers.collect();
        let moving = |k: usize| {
            let mut higher = [0.0; 8];
            (higher[0], higher[1]) = (V[k], W[k]);
            Jet::new(arguments[k], higher)
        };
        let x: Vec<Series> = (0..n).map(|k| if k < m { moving(k) } else { Jet::constant(arguments[k]) }).collect();
        let z = apply(name, &x, arguments[n - 1]);
        let size = expected.iter().fold(1.0, |size: f64, c| size.max(c.abs()));
        for (k, &coefficient) in expected.iter().enumerate() {
            let error = (z.coefficient(k) - coefficient).abs() / size;
            assert!(
                error < 1e-11,
                "{name} at {arguments:?}, order {k}: {:e} instead of {coefficient:e}",
                z.coefficient(k)
            );
            if error > worst.0 {
                worst = (error, format!("{name} at {arguments:?}, order {k}"));
            }
        }
        seen.insert(name.to_string());
    }
    println!("worst, of the largest coefficient: {worst:?}");
    let rows = Op::ALL.iter().map(|op| op.name()).chain(Fold::ALL.iter().map(|fold| fold.name()));
    let missing: Vec<&str> = rows.filter(|&name| !seen.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

// ------------------------------------------------------------------------------------------------ known series

#[test]
fn series_from_school() {
    let t = Jet::<f64, 9>::variable(0.0);
    // tan, and the secant's Euler numbers
    assert!(
        [1.0, 0.0, 1.0 / 3.0, 0.0, 2.0 / 15.0, 0.0, 17.0 / 315.0, 0.0, 62.0 / 2835.0]
            .iter()
            .zip(t.tan().higher())
            .all(|(a, b)| (a - b).abs() < 1e-16)
    );
    let secant = t.cos().recip();
    for (k, euler) in [(2, 1.0), (4, 5.0), (6, 61.0), (8, 1385.0)] {
        close(secant.derivative(k), euler, 1e-15);
    }
    // t/(eᵗ − 1): Bernoulli numbers, where 0/0 would be: by e^t − 1 = t·(1 + t/2 + …)
    let rising = Jet::new(1.0, std::array::from_fn::<f64, 9, _>(|k| 1.0 / (2..=k + 2).product::<usize>() as f64));
    let bernoulli = rising.recip();
    for (k, number) in [(1, -0.5), (2, 1.0 / 6.0), (4, -1.0 / 30.0), (6, 1.0 / 42.0), (8, -1.0 / 30.0)] {
        close(bernoulli.derivative(k), number, 1e-14);
    }
    // Fibonacci numbers
    assert_eq!((1.0 - t - t * t).recip().higher(), &[1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0]);
    // binomials of a half
    let root = (1.0 + t).sqrt();
    let mut binomial = 1.0;
    for k in 1..=9 {
        binomial *= (1.5 - k as f64) / k as f64;
        close(root.coefficient(k), binomial, 1e-16);
    }
}

#[test]
fn orders_beyond_those_that_are_easy() {
    // e^x·sin x has the derivative (√2)ⁿ·e^x·sin(x + nπ/4)
    let n = 30;
    let found = nth_derivative::<30, _>(|x| x.exp() * x.sin(), 0.3);
    let expected = 2f64.powi(n / 2) * 0.3f64.exp() * (0.3 + f64::from(n) * std::f64::consts::FRAC_PI_4).sin();
    close(found / expected, 1.0, 1e-12);
    // functions whose slopes are each other's: no more than polynomial time
    for f in [Jet::<f64, 40>::sigmoid, Jet::j0, Jet::j1, Jet::i0, Jet::y1, Jet::tanh, Jet::sinc, Jet::gamma, Jet::gelu]
    {
        assert!(f(&Jet::variable(1.5)).higher().iter().all(|c| c.is_finite()));
    }
    // J₀″ = J₁/x − J₀
    let x = Jet::<f64, 12>::variable(2.5);
    let (bessel, quotient) = (x.j0(), x.j1() / x - x.j0());
    for k in 0..=10 {
        close(bessel.derivative(k + 2), quotient.derivative(k), 1e-14);
    }
}

/// What is divided by its argument near 0: by mpmath, from contour integrals with 60 digits.
#[test]
fn high_orders_near_zero() {
    type High = Jet<f64, 25>;
    for (name, x, order, expected) in [
        ("sinc", 0.5, 20, 0.042287631253939965),
        ("sinc", 1.0, 20, 0.02749598992234054),
        ("sinc", 3.0, 20, -0.04541478753025419),
        ("sinc", 7.0, 20, 0.04182208702264899),
        ("sinc", 12.0, 20, 0.020040323518598746),
        ("sinc", 0.25, 25, -0.009169722558811568),
        ("j0", 1.0, 20, 0.09860726409542338),
        ("j0", 7.0, 20, 0.14598443841917658),
        ("j0", 12.0, 20, 0.11161274777388581),
        ("j0", 0.25, 25, -0.03835724599785015),
        ("j1", 0.5, 20, 0.0807762542685612),
        ("j1", 1.0, 20, 0.14258696990982106),
        ("j1", 3.0, 20, 0.03548900007393116),
        ("j1", 7.0, 20, 0.08989566258197455),
        ("j1", 12.0, 20, -0.11791846894625407),
        ("j1", 0.25, 25, 0.1503342959034538),
        ("i0", 3.0, 20, 1.660777235339568),
        ("i0", 12.0, 20, 11437.189983813828),
        ("i1", 1.0, 20, 0.19637303348181515),
        ("i1", 7.0, 20, 82.20536308527048),
        ("i1", 12.0, 20, 11_262.397_968_645_02),
        ("i1", 0.25, 25, 0.15967476461235128),
    ] {
        let f = match name {
            "sinc" => High::sinc,
            "j0" => High::j0,
            "j1" => High::j1,
            "i0" => High::i0,
            _ => High::i1,
        };
        let found = f(&High::variable(x)).derivative(order);
        println!("{name} {x} {order} {:e}", (found - expected).abs() / expected.abs().max(1.0));
        close(found, expected, 1e-9);
    }
    // at 0 itself: J₀⁽²⁴⁾ = C(24, 12)/2²⁴, sinc⁽²⁴⁾ = 1/25
    close(High::variable(0.0).j0().derivative(24), 2_704_156.0 / 2f64.powi(24), 1e-12);
    close(High::variable(0.0).sinc().derivative(24), 1.0 / 25.0, 1e-12);
    // J₁ = −J₀′
    close(High::variable(0.0).j1().derivative(23), -2_704_156.0 / 2f64.powi(24), 1e-12);
}

/// At the edges, where nothing is left of a recurrence but the slopes, an order must not double the work: six orders more
/// would take 64 times as long then, and take up to 5 times.
#[test]
fn edges_take_no_longer() {
    let low = at_edges::<10>();
    for ((name, low), (_, high)) in low.into_iter().zip(at_edges::<16>()) {
        let noise = Duration::from_millis(20);
        assert!(high < 20 * (low + noise), "{name} took {low:?} at order 10, {high:?} at order 16");
    }
    let x = Jet::<f64, 30>::variable(0.0);
    assert!((x.exp_m1() / x).higher().iter().all(|c| c.is_nan()) && (1.0 / x).coefficient(1) == f64::NEG_INFINITY);
}
/// How long every row takes at its edges, to the order `K`.
fn at_edges<const K: usize>() -> Vec<(&'static str, Duration)> {
    type Unary<const K: usize> = fn(&Jet<f64, K>) -> Jet<f64, K>;
    type Binary<const K: usize> = fn(Jet<f64, K>, Jet<f64, K>) -> Jet<f64, K>;
    let points = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, 0.3, 1.5, -2.0, 1e-310, 1e-200, 1e200];
    let mut times = Vec::new();
    macro_rules! unary { ($($f:ident)*) => { [$((stringify!($f), Jet::$f as Unary<K>)),*] } }
    for (name, f) in unary!(recip sqrt cbrt exp exp_m1 ln log2 log10 ln_1p tan asin acos atan tanh asinh acosh atanh sigmoid
        softplus gelu gelu_tanh mish softsign log_sigmoid logit log1mexp entropy erf erf_inv normal_quantile gamma ln_gamma
        digamma j0 j1 y0 y1 i0 i1 sinc)
    {
        let begin = Instant::now();
        for &x in &points {
            black_box(f(&Jet::variable(x)));
        }
        times.push((name, begin.elapsed()));
    }
    macro_rules! binary { ($($f:ident)*) => { [$((stringify!($f), (|x, y| x.$f(y)) as Binary<K>)),*] } }
    let operators: [(&str, Binary<K>); 2] = [("div", |x, y| x / y), ("rem", |x, y| x % y)];
    let methods = binary!(powf log logaddexp xlogy atan2 hypot beta ln_beta);
    for (name, f) in operators.into_iter().chain(methods) {
        let begin = Instant::now();
        for (&x, &y) in points.iter().zip(points.iter().cycle().skip(1)).chain(points.iter().map(|x| (x, x))) {
            let (x, y) = (Jet::variable(x), Jet::variable(y));
            black_box((f(x, y), f(x, x + y), f(x / (x + 1.0), 2.0 * y)));
        }
        times.push((name, begin.elapsed()));
    }
    times
}

#[test]
fn a_constant_integer_exponent_has_its_degree() {
    assert!(Jet::<f64, 16>::variable(0.1).powf(Jet::constant(3.0)).higher()[3..].iter().all(|&c| c == 0.0));
    assert_eq!(Jet::<f64, 2>::variable(-2.0).powf(Jet::constant(-1.0)).higher(), &[-0.25, -0.125]);
}

/// A rule may use its result as an exponent: that is no constant while it is known to few orders.
#[test]
fn a_result_as_an_exponent() {
    struct Log2;
    impl<S: Number> Operation<S> for Log2 {
        fn forward(&self, x: &[S]) -> S {
            x[0].log2()
        }
        fn backward(&self, _: &[S], z: &S, adjoint: &S) -> Vec<S> {
            vec![adjoint / (std::f64::consts::LN_2 * S::of(2.0).powf(z))]
        }
    }
    let x = Jet::<f64, 4>::variable(4.0);
    for (found, expected) in apply_operation(Log2, &[x]).higher().iter().zip(x.log2().higher()) {
        close(*found, *expected, 1e-15);
    }
}

/// A formula for every number.
struct Wave;
impl<S: Number> Call<S> for Wave {
    fn call(&self, x: &[S]) -> S {
        (2.0 * &x[0]).sin() * x[1].exp() / (1.0 + x[0].square()) + x[1].powi(3) * &x[0]
    }
}

#[test]
fn agrees_with_nested_duals() {
    let x = [0.7, -0.4];
    let third = |u: [f64; 2]| {
        let lift = |k: usize| {
            let (a, v) = (x[k], u[k]);
            Dual::new(Dual::new(Dual::new(a, [v]), [Dual::constant(v)]), [Dual::constant(Dual::constant(v))])
        };
        Wave.call(&[lift(0), lift(1)]).derivative().derivative().derivative()
    };
    for v in [[1.0, 0.0], [0.0, 1.0], [0.3, -2.0]] {
        let along = taylor_along::<3, _>(|x: &[Jet<f64, 3>; 2]| Wave.call(x), &x, &v);
        close(along.derivative(3), third(v), 1e-14);
    }
}

// ------------------------------------------------------------------------------------------------ drivers

#[test]
fn the_laplacian_is_the_trace_of_the_hessian() {
    let x = [0.7, -0.4];
    let h = hessian(|x| Wave.call(x), &x[..]);
    close(laplacian(|x| Wave.call(x), &x[..]), h[[0, 0]] + h[[1, 1]], 1e-14);
    assert_eq!(laplacian(|_: &[Jet<f64, 2>]| Jet::constant(3.0), &[][..]), 0.0);
    assert_eq!(laplacian(|x| x.mapv(|x| x.square()).sum(), &ndarray::array![[1.0, 2.0], [3.0, 4.0]]), 8.0);
    assert_eq!(laplacian(|x: &[Jet<f32, 2>]| x[0].powi(3), &[2.0_f32][..]), 12.0);
}

#[test]
fn mixed_partials() {
    let x = [0.7, -0.4];
    let h = hessian(|x| Wave.call(x), &x[..]);
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        close(mixed_partial(|x| Wave.call(x), &x, [i, j]), h[[i, j]], 1e-14);
    }
    close(mixed_partial(|x| Wave.call(x), &x, []), Wave.call(&x), 1e-16);
    close(mixed_partial(|x| Wave.call(x), &x, [1]), grad(|x| Wave.call(x), &x)[1], 1e-15);
    // ∂⁴/∂x²∂y∂z of x³y²z: 12xy
    let quartic = mixed_partial(|&[x, y, z]| x.powi(3) * y.powi(2) * z, &[2.0, 5.0, 7.0], [0, 1, 0, 2]);
    close(quartic, 120.0, 1e-13);
}

#[test]
fn nested_in_the_other_numbers() {
    // derivative of the third derivative: the fourth
    let fourth = 16.0 * 0.6f64.sin();
    close(derivative(|x| nth_derivative::<3, _>(|x| (2.0 * x).sin(), x), 0.3), fourth, 1e-14);
    close(grad(|&[x]| nth_derivative::<3, _>(|x: Jet<Var, 3>| (2.0 * x).sin(), x), &[0.3])[0], fourth, 1e-14);
    close(nth_derivative::<3, _>(|x| derivative(|x: Dual<Jet<f64, 3>>| (2.0 * x).sin(), x), 0.3), fourth, 1e-14);
    close(nth_derivative::<2, _>(|x| nth_derivative::<2, _>(|x| (2.0 * x).sin(), x), 0.3), fourth, 1e-14);
    let x = Node::leaf(0.3);
    let third = (2.0 * Jet::<Node<f64>, 3>::variable(x.clone())).sin().derivative(3);
    close(gradients(&third, &x).value(), fourth, 1e-14);
    third.backward();
    close(x.grad(), fourth, 1e-14);
    let x = Node::leaf(Jet::<f64, 3>::variable(0.3));
    (2.0 * &x).sin().backward();
    close(x.grad().derivative(3), fourth, 1e-14);
    // and through drivers of the other modes
    let (value, along) = jvp(
        |x: &[Dual<Jet<f64, 2>>]| x[0] * x[1],
        &[Jet::variable(2.0), Jet::constant(3.0)][..],
        &[Jet::constant(1.0), Jet::constant(0.0)][..],
    );
    assert_eq!((value.higher(), along.value()), (&[3.0, 0.0], 3.0));
    let slopes = forward::grad::<2, _>(|x| x[0].powi(3) * x[1], &[Jet::<f64, 1>::variable(2.0), Jet::constant(5.0)]);
    assert_eq!(slopes[0].higher(), &[60.0]);
}

#[test]
fn code_written_for_plain_numbers() {
    fn foreign<F: num_traits::Float>(x: F) -> F {
        let two = F::one() + F::one();
        if x > F::zero() { (x * two).sin().mul_add(x, x.powf(two)) } else { -x }
    }
    let along = taylor::<3, _>(foreign, 0.5);
    let nested = derivative(|x| derivative(|y| derivative(foreign, y), x), 0.5);
    close(along.derivative(3), nested, 1e-14);
    assert_eq!(foreign(Jet::<f32, 2>::variable(-1.0)).higher(), &[-1.0, 0.0]);
}

#[test]
fn the_surface() {
    let x = Jet::<f64, 2>::variable(3.0);
    assert_eq!(format!("{x:?}"), "Jet { value: 3.0, higher: [1.0, 0.0] }");
    assert_eq!((format!("{x:.2}"), x < 4.0, x == 3.0, x > Jet::constant(2.0)), ("3.00".to_string(), true, true, true));
    assert_eq!(Jet::<f64, 0>::constant(2.0).sin().value(), 2f64.sin());
    assert_eq!(x.evaluate(0.5), 3.5);
    assert_eq!(Jet::new(1.0, [2.0, 3.0]).evaluate(2.0), 17.0);
    let mut y = x;
    y += 1.0;
    y *= x;
    assert_eq!(y.higher(), &[7.0, 1.0]);
    assert_eq!([x, x].iter().sum::<Jet<f64, 2>>().higher(), &[2.0, 0.0]);
    assert_eq!(Jet::<f64, 3>::variable(2.0).powf(Jet::constant(2.0)).higher(), &[4.0, 1.0, 0.0]);
    assert_eq!(ndarray::arr1(&[x, x]).dot(&ndarray::arr1(&[x, x])).higher(), &[12.0, 2.0]);
}

/// At the edges by the conventions, at every order.
#[test]
fn edges() {
    let at = |x: f64| Jet::<f64, 3>::variable(x);
    assert_eq!(at(0.0).abs().higher(), &[0.0; 3]);
    assert_eq!(at(0.0).powi(2).higher(), &[0.0, 1.0, 0.0]);
    assert_eq!(at(0.0).powf(Jet::constant(2.0)).higher(), &[0.0, 1.0, 0.0]);
    assert_eq!(at(0.0).powf(Jet::constant(0.0)).higher(), &[0.0; 3]);
    assert_eq!(at(0.0).sqrt().coefficient(1), f64::INFINITY);
    assert_eq!((at(0.0).square().sqrt() * 0.0).coefficient(1), 0.0);
    assert_eq!(at(0.0).hypot(Jet::constant(0.0)).coefficient(1), 0.0);
    assert!(at(-1.0).ln().higher().iter().all(|c| c.is_nan()));
    assert_eq!(Jet::<f64, 3>::constant(-1.0).ln().higher(), &[0.0; 3]); // what does not vary passes nothing on
    // a varying exponent at a base of 0 is no reason to take for ever
    assert_eq!(Jet::<f64, 30>::variable(0.0).powf(Jet::variable(2.0)).value(), 0.0);
}

#[test]
#[should_panic(expected = "there is no coefficient of order 3 in a series to order 2")]
fn an_order_that_is_not_there() {
    let _ = Jet::<f64, 2>::variable(1.0).derivative(3);
}
#[test]
#[should_panic(expected = "there is no number 2 at a point of 2")]
fn an_index_that_is_not_there() {
    let _ = mixed_partial(|&[x, y]| x * y, &[1.0, 2.0], [0, 2]);
}
#[test]
#[should_panic(expected = "a direction has as many numbers as the point, 2, not 1")]
fn a_direction_that_is_too_short() {
    let _ = taylor_along::<2, _>(|x| x[0], &[1.0, 2.0][..], &[1.0][..]);
}
