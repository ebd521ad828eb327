//! The standard library's own functions, which a row that stands here equals bit for bit; and what the others say at
//! the edges.

use super::precision::{identical, precision, same};
use super::rows::{Applied, Row};
use crate::number::{Call, Float};
use crate::rule::Op;

/// A precision of the standard library.
pub(super) trait Standard: Float {
    /// Its value of a row; `None` for rows that it does not have.
    fn standard(op: Op, x: &[f64]) -> Option<f64>;
}

macro_rules! standard_library {
    ($( $Name:ident |$($x:ident),+| $value:expr; )*) => {
        /// The rows that are the standard library's.
        pub(super) const STANDARD: &[Op] = &[Op::Powi, $(Op::$Name),*];
        standard_library!(@precision f32 $( $Name |$($x),+| $value; )*);
        standard_library!(@precision f64 $( $Name |$($x),+| $value; )*);
    };
    (@precision $t:ident $( $Name:ident |$($x:ident),+| $value:expr; )*) => {
        impl Standard for $t {
            #[allow(deprecated, reason = "num_traits::Float still has abs_sub")]
            fn standard(op: Op, x: &[f64]) -> Option<f64> {
                let arguments: Vec<$t> = x.iter().map(|&x| x as $t).collect();
                match (op, &arguments[..]) {
                    (Op::Powi, &[x, n]) => Some(f64::from(x.powi(n as i32))),
                    $( (Op::$Name, &[$($x),+]) => Some(f64::from($value)), )*
                    _ => None,
                }
            }
        }
    };
}
standard_library! {
    Neg       |x|       -x;
    Add       |x, y|    x + y;
    Sub       |x, y|    x - y;
    Mul       |x, y|    x * y;
    Div       |x, y|    x / y;
    Rem       |x, y|    x % y;
    MulAdd    |x, y, w| x.mul_add(y, w);
    Recip     |x|       x.recip();
    Sqrt      |x|       x.sqrt();
    Cbrt      |x|       x.cbrt();
    Powf      |x, y|    x.powf(y);
    Exp       |x|       x.exp();
    Exp2      |x|       x.exp2();
    ExpM1     |x|       x.exp_m1();
    Ln        |x|       x.ln();
    Log2      |x|       x.log2();
    Log10     |x|       x.log10();
    Ln1p      |x|       x.ln_1p();
    Log       |x, base| x.log(base);
    Sin       |x|       x.sin();
    Cos       |x|       x.cos();
    Tan       |x|       x.tan();
    Asin      |x|       x.asin();
    Acos      |x|       x.acos();
    Atan      |x|       x.atan();
    Atan2     |y, x|    y.atan2(x);
    Hypot     |x, y|    x.hypot(y);
    ToDegrees |x|       x.to_degrees();
    ToRadians |x|       x.to_radians();
    Sinh      |x|       x.sinh();
    Cosh      |x|       x.cosh();
    Tanh      |x|       x.tanh();
    Asinh     |x|       x.asinh();
    Acosh     |x|       x.acosh();
    Atanh     |x|       x.atanh();
    Abs       |x|       x.abs();
    Signum    |x|       x.signum();
    Floor     |x|       x.floor();
    Ceil      |x|       x.ceil();
    Round     |x|       x.round();
    Trunc     |x|       x.trunc();
    Fract     |x|       x.fract();
    Max       |x, y|    x.max(y);
    Min       |x, y|    x.min(y);
    Clamp     |x, y, w| x.clamp(y, w);
    Copysign  |x, y|    x.copysign(y);
    AbsSub    |x, y|    x.abs_sub(y);
}

/// The value of a row, which is the standard library's if that has it.
pub(super) fn value<T: Standard>(f: &Applied, x: &[T]) -> Result<f64, String> {
    let value = f.call(x).to_f64_value();
    let arguments: Vec<f64> = x.iter().map(T::to_f64_value).chain(f.constants.iter().copied()).collect();
    match f.row {
        Row::Op(op) if STANDARD.contains(&op) => match T::standard(op, &arguments) {
            Some(standard) if identical(value, standard) => Ok(value),
            other => Err(format!("the value is {value:e}, the standard library's {other:?}")),
        },
        _ => Ok(value),
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Rows that are ours, arguments, value.
const OURS: &[(&str, &[f64], f64)] = &[
    ("through", &[0.0, INF], 0.0),
    ("through", &[NAN, -0.0], 0.0),
    ("through", &[1.0, NAN], NAN),
    ("square", &[-INF], INF),
    ("logaddexp", &[-INF, -INF], -INF),
    ("logaddexp", &[INF, INF], INF),
    ("logaddexp", &[INF, -INF], INF),
    ("logaddexp", &[-INF, 2.0], 2.0),
    ("logaddexp", &[INF, NAN], NAN),
    ("logaddexp", &[NAN, -INF], NAN),
    ("xlogy", &[0.0, 0.0], 0.0),
    ("xlogy", &[-0.0, INF], 0.0),
    ("xlogy", &[0.0, NAN], NAN),
    ("xlogy", &[2.0, 0.0], -INF),
    ("xlogy", &[2.0, -1.0], NAN),
    ("sigmoid", &[INF], 1.0),
    ("sigmoid", &[-INF], 0.0),
    ("sigmoid", &[NAN], NAN),
    ("softplus", &[INF], INF),
    ("softplus", &[-INF], 0.0),
    ("softplus", &[NAN], NAN),
    ("relu", &[-0.0], 0.0),
    ("relu", &[-INF], 0.0),
    ("relu", &[INF], INF),
    ("relu", &[NAN], NAN),
    ("silu", &[-INF], 0.0),
    ("silu", &[INF], INF),
    ("gelu", &[-INF], 0.0),
    ("gelu", &[INF], INF),
    ("gelu_tanh", &[-INF], 0.0),
    ("gelu_tanh", &[INF], INF),
    ("mish", &[-INF], 0.0),
    ("mish", &[INF], INF),
    ("elu", &[-INF], -1.0),
    ("elu", &[NAN], NAN),
    ("hard_tanh", &[-INF], -1.0),
    ("hard_tanh", &[NAN], NAN),
    ("hard_sigmoid", &[INF], 1.0),
    ("hard_swish", &[-INF], 0.0),
    ("hard_swish", &[INF], INF),
    ("softsign", &[-INF], -1.0),
    ("softsign", &[NAN], NAN),
    ("log_sigmoid", &[INF], 0.0),
    ("log_sigmoid", &[-INF], -INF),
    ("logit", &[0.0], -INF),
    ("logit", &[-0.0], -INF),
    ("logit", &[1.0], INF),
    ("logit", &[2.0], NAN),
    ("log1mexp", &[0.0], -INF),
    ("log1mexp", &[-INF], 0.0),
    ("log1mexp", &[1.0], NAN),
    ("entropy", &[-0.0], 0.0),
    ("entropy", &[-1.0], NAN),
    ("erf", &[-INF], -1.0),
    ("erfc", &[-INF], 2.0),
    ("erf_inv", &[-1.0], -INF),
    ("erf_inv", &[2.0], NAN),
    ("normal_cdf", &[-INF], 0.0),
    ("normal_cdf", &[INF], 1.0),
    ("normal_quantile", &[0.0], -INF),
    ("normal_quantile", &[0.5], 0.0),
    ("normal_quantile", &[1.0], INF),
    ("normal_quantile", &[-0.5], NAN),
    ("gamma", &[0.0], INF),
    ("gamma", &[-0.0], -INF),
    ("gamma", &[-1.0], NAN),
    ("gamma", &[5.0], 24.0),
    ("ln_gamma", &[0.0], INF),
    ("ln_gamma", &[-1.0], INF),
    ("ln_gamma", &[2.0], 0.0),
    ("digamma", &[0.0], -INF),
    ("digamma", &[-0.0], INF),
    ("digamma", &[-1.0], NAN),
    ("polygamma", &[5e-324, 2.0], -INF),
    ("polygamma", &[-5e-324, 2.0], INF),
    ("beta", &[0.0, 0.0], INF),
    ("beta", &[0.0, INF], NAN),
    ("beta", &[2.0, INF], 0.0),
    ("beta", &[-1.0, 2.0], NAN),
    ("ln_beta", &[0.0, 3.0], INF),
    ("ln_beta", &[2.0, INF], -INF),
    ("ln_beta", &[1.0, 1.0], 0.0),
    ("j0", &[INF], 0.0),
    ("j1", &[-INF], 0.0),
    ("y0", &[0.0], -INF),
    ("y1", &[-0.0], -INF),
    ("y1", &[-1.0], NAN),
    ("i0", &[-INF], INF),
    ("i1", &[-INF], -INF),
    ("sinc", &[0.0], 1.0),
    ("sinc", &[-INF], 0.0),
    ("sum", &[INF, -INF], NAN),
    ("dot", &[0.0, INF], NAN),
    ("norm", &[0.0, -0.0], 0.0),
    ("norm", &[-INF, NAN], INF),
    ("norm", &[1.0, NAN], NAN),
    ("logsumexp", &[-INF, -INF], -INF),
    ("logsumexp", &[INF, 1.0, INF], INF),
    ("logsumexp", &[-INF, 2.0], 2.0),
    ("logsumexp", &[NAN, INF], NAN),
];

#[test]
fn values_of_our_own_at_the_edges() {
    fn holds<T: Float>(row: &str, x: &[f64], expected: f64) {
        let f = Applied { row: Row::named(row).expect(row), constants: Vec::new() };
        let x: Vec<T> = x.iter().map(|&x| T::of(x)).collect();
        let value = f.call(&x).to_f64_value();
        assert!(same(value, expected), "{row} of {x:?} in {} is {value}, not {expected}", precision::<T>());
    }
    for &(row, x, expected) in OURS {
        holds::<f32>(row, x, expected);
        holds::<f64>(row, x, expected);
    }
}

/// The largest numbers do not overflow on their way, the smallest are not lost.
#[test]
fn lengths_of_extreme_numbers() {
    fn holds<T: Float>() {
        let largest = <T as num_traits::Float>::max_value() / T::of(8.0);
        let smallest = <T as num_traits::Float>::min_positive_value() / T::of(8.0);
        for unit in [largest, smallest, T::of(1.0)] {
            let [three, four, five] = [3.0, 4.0, 5.0].map(|k| unit * T::of(k));
            assert_eq!(crate::norm(&[three, -four]), five, "in {}", precision::<T>());
        }
    }
    holds::<f32>();
    holds::<f64>();
}

/// Where the result is rounded, or several are the largest, the slopes still sum to 1 and ties share equally; and many
/// elements cost what many elements cost, also where lengths overflow.
#[test]
fn folds_of_many() {
    use crate::Node;
    use crate::rule::fold::{logsumexp, norm};
    let n = 40_000;
    for (high, share) in [(1e308, 1.0 / n as f64), (0.0, 1.0 / n as f64), (-1e300, 1.0 / n as f64)] {
        let x: Vec<Node<f64>> = (0..n).map(|_| Node::leaf(high)).collect();
        logsumexp(&x).backward();
        assert!(x.iter().all(|x| (x.grad() / share - 1.0).abs() < 1e-11), "{high}: {}", x[1].grad());
    }
    for length in [1e308, f64::INFINITY, 1.0] {
        let x: Vec<Node<f64>> = (0..n).map(|_| Node::leaf(length)).collect();
        let begin = std::time::Instant::now();
        norm(&x).backward();
        let share = 1.0 / (n as f64).sqrt();
        assert!(x.iter().all(|x| (x.grad() / share - 1.0).abs() < 1e-11), "{length}: {}", x[1].grad());
        logsumexp(&x).backward();
        assert!(begin.elapsed().as_millis() < 1000, "{length}: {:?}", begin.elapsed());
    }
}

/// The second derivative of mish, whose first is 1 but for what is exponentially small: the digits of mpmath.
#[test]
fn curvature_of_mish_far_out() {
    use crate::{Dual, Node, gradients};
    for (x, expected) in [
        (-700.0_f64, -6.882_054_227_544_32e-302),
        (-40.0, -1.614_374_617_010_803_8e-16),
        (-5.0, -0.019_850_678_262_608_36),
        (-0.25, 0.630_581_892_982_392_6),
        (0.25, 0.582_416_400_854_795_2),
        (5.0, -0.001_405_670_479_187_750_1),
        (13.0, -4.904_674_193_034_287e-10),
        (20.0, -6.457_498_407_097_901e-16),
        (40.0, -5.631_136_330_077_695e-33),
        (100.0, -1.096_046_049_175_496e-84),
        (350.0, -2.752_821_691_017_728e-301),
    ] {
        let forward = Dual::variable(Dual::variable(x)).mish().derivative().derivative();
        let leaf = Node::leaf(x);
        let reverse = gradients(&gradients(&leaf.mish(), &leaf), &leaf).value();
        for found in [forward, reverse] {
            assert!((found / expected - 1.0).abs() < 1e-14, "at {x}: {found:e}, not {expected:e}");
        }
    }
}

/// `∂²/∂x∂y ln B = −ψ′(x + y)`, however small `x` is: it comes from a sum of large terms that do not depend on `y`.
#[test]
fn mixed_derivative_of_ln_beta() {
    use crate::{Node, gradients};
    for x in [1e-300_f64, 1e-100, 1e-16, 1e-8] {
        let (a, b) = (Node::leaf(x), Node::leaf(3.0));
        let mixed: f64 = gradients(&gradients(&a.ln_beta(&b), &a), &b).value();
        let expected = -(b.clone() + &a).polygamma(1).value();
        assert!((mixed / expected - 1.0).abs() < 1e-14, "at {x}: {mixed}, not {expected}");
        let other: f64 = gradients(&gradients(&a.ln_beta(&b), &b), &a).value();
        assert!((other / expected - 1.0).abs() < 1e-14, "at {x}: {other}, not {expected}");
    }
}

/// Where an intermediate result would overflow, or be rounded to a few bits, before the slope is.
#[test]
fn slopes_of_extreme_operands() {
    use crate::Dual;
    use crate::rule::fold::norm;
    let half = 0.5_f64.sqrt();
    let hypot = |x: f64| Dual::variable(x).hypot(Dual::constant(x)).derivative();
    let (powf, log) =
        (Dual::variable(2.3e-308).powf(Dual::constant(-0.0045)), Dual::variable(1e-310).log(Dual::constant(1e300)));
    let close_to_one = 0.999_999_999_f64;
    for (what, found, expected) in [
        ("powf", powf.derivative(), -0.0045 * powf.value() / 2.3e-308),
        ("log", log.derivative(), 1.0 / (1e-310 * 1e300_f64.ln())),
        ("hypot", hypot(5e-324), half),
        ("hypot", hypot(1e-320), half),
        ("hypot", hypot(1.5e308), half),
        ("norm", norm(&[Dual::variable(5e-324), Dual::constant(5e-324)]).derivative(), half),
        (
            "powi",
            Dual::variable(close_to_one).powi(i32::MIN).derivative(),
            f64::from(i32::MIN) * close_to_one.powi(i32::MIN) / close_to_one,
        ),
    ] {
        assert!((found / expected - 1.0).abs() < 1e-12, "{what}: {found:e}, not {expected:e}");
    }
}
