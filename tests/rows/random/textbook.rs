//! The derivatives as they stand in textbooks, written down independently of the library's table; and where they can
//! be trusted: away from kinks, poles and the rims of domains.

use super::modes::apply;
use super::program::{Arg, Program, Step, What};
use backprop::{Elementary, Fold, Op};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10, PI};

/// The partial derivatives of one step at plain values.
pub fn slopes(step: &Step, x: &[f64], z: f64) -> Vec<f64> {
    let op = match step.what {
        What::Row(op) => op,
        What::Fold(fold) => return fold_slopes(fold, x, z),
    };
    let a = x[0];
    let b = x.get(1).copied().unwrap_or(0.0);
    let w = x.get(2).copied().unwrap_or(0.0);
    let step_function = |condition: bool| f64::from(u8::from(condition));
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
    match op {
        Op::Neg => vec![-1.0],
        Op::Add => vec![1.0, 1.0],
        Op::Sub => vec![1.0, -1.0],
        Op::Mul | Op::Through => vec![b, a],
        Op::Div => vec![1.0 / b, -a / (b * b)],
        Op::Rem => vec![1.0, -(a / b).trunc()],
        Op::MulAdd => vec![b, a, 1.0],
        Op::Recip => vec![-1.0 / (a * a)],
        Op::Square => vec![2.0 * a],
        Op::Sqrt => vec![z / (2.0 * a)],
        Op::Cbrt => vec![z / (3.0 * a)],
        Op::Powi if step.exponent == 0 => vec![0.0],
        Op::Powi => vec![f64::from(step.exponent) * z / a],
        Op::Powf => vec![b * a.powf(b - 1.0), z * a.ln()],
        Op::Exp => vec![z],
        Op::Exp2 => vec![z * LN_2],
        Op::ExpM1 => vec![a.exp()],
        Op::Ln => vec![1.0 / a],
        Op::Log2 => vec![1.0 / (a * LN_2)],
        Op::Log10 => vec![1.0 / (a * LN_10)],
        Op::Ln1p => vec![1.0 / (1.0 + a)],
        Op::Log => vec![1.0 / (a * b.ln()), -a.ln() / (b * b.ln() * b.ln())],
        Op::LogAddExp => vec![1.0 / (1.0 + (b - a).exp()), 1.0 / (1.0 + (a - b).exp())],
        Op::Xlogy => vec![b.ln(), a / b],
        Op::Sin => vec![a.cos()],
        Op::Cos => vec![-a.sin()],
        Op::Tan => vec![1.0 / (a.cos() * a.cos())],
        Op::Asin => vec![1.0 / (1.0 - a * a).sqrt()],
        Op::Acos => vec![-1.0 / (1.0 - a * a).sqrt()],
        Op::Atan => vec![1.0 / (1.0 + a * a)],
        Op::Atan2 => vec![b / (a * a + b * b), -a / (a * a + b * b)],
        Op::Hypot => vec![a / (a * a + b * b).sqrt(), b / (a * a + b * b).sqrt()],
        Op::ToDegrees => vec![180.0 / PI],
        Op::ToRadians => vec![PI / 180.0],
        Op::Sinh => vec![a.cosh()],
        Op::Cosh => vec![a.sinh()],
        // 1 − z² cancels where z is near ±1
        Op::Tanh if a.abs() < 1.0 => vec![1.0 - z * z],
        Op::Tanh => vec![4.0 / (a.exp() + (-a).exp()).powi(2)],
        Op::Asinh => vec![1.0 / (a * a + 1.0).sqrt()],
        Op::Acosh => vec![1.0 / (a * a - 1.0).sqrt()],
        Op::Atanh => vec![1.0 / (1.0 - a * a)],
        // z·(1 − z) cancels likewise
        Op::Sigmoid => vec![1.0 / (2.0 + a.exp() + (-a).exp())],
        Op::Softplus => vec![1.0 / (1.0 + (-a).exp())],
        Op::Relu => vec![step_function(a > 0.0)],
        Op::Silu => vec![logistic(a) + a * logistic(a) * logistic(-a)],
        Op::Gelu => vec![a.normal_cdf() + a * density(a)],
        Op::GeluTanh => {
            let k = (2.0 / PI).sqrt();
            let t = (k * (a + 0.044_715 * a.powi(3))).tanh();
            vec![0.5 * (1.0 + t) + 0.5 * a * (1.0 - t * t) * k * (1.0 + 3.0 * 0.044_715 * a * a)]
        }
        Op::Mish => {
            let t = a.exp().ln_1p().tanh();
            vec![t + a * (1.0 - t * t) * logistic(a)]
        }
        Op::Elu => vec![if a > 0.0 { 1.0 } else { a.exp() }],
        Op::Selu => vec![if a > 0.0 { 1.050_700_987_355_480_5 } else { 1.758_099_340_847_376_6 * a.exp() }],
        Op::HardTanh => vec![step_function(a.abs() < 1.0)],
        Op::HardSigmoid => vec![step_function(a.abs() < 3.0) / 6.0],
        Op::HardSwish => vec![if a.abs() < 3.0 { (2.0 * a + 3.0) / 6.0 } else { step_function(a > 0.0) }],
        Op::Softsign => vec![1.0 / ((1.0 + a.abs()) * (1.0 + a.abs()))],
        Op::LogSigmoid => vec![logistic(-a)],
        Op::Logit => vec![1.0 / a + 1.0 / (1.0 - a)],
        Op::Log1mexp => vec![-1.0 / ((-a).exp() - 1.0)],
        Op::Entropy => vec![-1.0 - a.ln()],
        Op::Erf => vec![FRAC_2_SQRT_PI * (-a * a).exp()],
        Op::Erfc => vec![-FRAC_2_SQRT_PI * (-a * a).exp()],
        Op::ErfInv => vec![(z * z).exp() / FRAC_2_SQRT_PI],
        Op::NormalCdf => vec![density(a)],
        Op::NormalQuantile => vec![1.0 / density(z)],
        Op::Gamma => vec![z * a.digamma()],
        Op::LnGamma => vec![a.digamma()],
        Op::Digamma => vec![a.polygamma(1)],
        Op::Polygamma => vec![a.polygamma(step.exponent + 1)],
        Op::Beta => vec![z * (a.digamma() - (a + b).digamma()), z * (b.digamma() - (a + b).digamma())],
        Op::LnBeta => vec![a.digamma() - (a + b).digamma(), b.digamma() - (a + b).digamma()],
        Op::J0 => vec![-a.j1()],
        Op::J1 => vec![a.j0() - z / a],
        Op::Y0 => vec![-a.y1()],
        Op::Y1 => vec![a.y0() - z / a],
        Op::I0 => vec![a.i1()],
        Op::I1 => vec![a.i0() - z / a],
        Op::Sinc => vec![(a.cos() - z) / a],
        Op::Abs => vec![if a > 0.0 { 1.0 } else { -1.0 }],
        Op::Signum | Op::Floor | Op::Ceil | Op::Round | Op::Trunc => vec![0.0],
        Op::Fract => vec![1.0],
        Op::Max => vec![step_function(a > b), step_function(b > a)],
        Op::Min => vec![step_function(a < b), step_function(b < a)],
        Op::Clamp => vec![step_function(b < a && a < w), step_function(a < b), step_function(a > w)],
        Op::Copysign => vec![if (a > 0.0) == (b > 0.0) { 1.0 } else { -1.0 }, 0.0],
        Op::AbsSub => vec![step_function(a > b), -step_function(a > b)],
        other => panic!("the row {other:?} has no derivative in tests/rows/random/textbook.rs"),
    }
}

fn fold_slopes(fold: Fold, x: &[f64], z: f64) -> Vec<f64> {
    match fold {
        Fold::Sum => vec![1.0; x.len()],
        Fold::Dot => {
            let (a, b) = x.split_at(x.len() / 2);
            [b, a].concat()
        }
        Fold::Norm => x.iter().map(|x| x / z).collect(),
        Fold::LogSumExp => x.iter().map(|a| 1.0 / x.iter().map(|b| (b - a).exp()).sum::<f64>()).collect(),
        other => panic!("the fold {other:?} has no derivative in tests/rows/random/textbook.rs"),
    }
}

/// How far values stay away from kinks and from the rims of domains.
const AWAY: f64 = 0.05;
/// The magnitudes of values.
pub const SMALLEST: f64 = 1e-3;
pub const LARGEST: f64 = 1e3;

/// Whether a step with these operands and this value is far from everything doubtful.
pub fn trusted(step: &Step, x: &[f64], z: f64) -> bool {
    let far = |p: f64, q: f64| (p - q).abs() >= AWAY;
    let off_integers = |p: f64| far(p, p.round());
    let op = match step.what {
        What::Row(op) => op,
        // what is e^−30 of the largest has lost its digits in the sum
        What::Fold(Fold::LogSumExp) => {
            let spread = x.iter().any(|a| x.iter().any(|b| a - b > 30.0));
            return magnitude(z) && !spread;
        }
        What::Fold(_) => return magnitude(z),
    };
    let inside = x.iter().zip(op.domain()).all(|(&x, &[low, high])| {
        (low == 0.0 && x > 0.0 || low == f64::NEG_INFINITY || x >= low + AWAY)
            && (high.is_infinite() || x <= high - AWAY)
    });
    let (a, b) = (x[0], x.get(1).copied().unwrap_or(0.0));
    let smooth = match op {
        Op::Abs | Op::Signum | Op::Relu | Op::Elu | Op::Selu => far(a, 0.0),
        Op::HardTanh => far(a.abs(), 1.0),
        Op::HardSigmoid | Op::HardSwish => far(a.abs(), 3.0),
        // where 1 − t² or the difference of the digammas has lost its digits
        Op::GeluTanh => a.abs() < 3.0,
        Op::Mish => a < 12.0,
        Op::Beta | Op::LnBeta => (0.1..10.0).contains(&(a / b)) && a < 20.0,
        // poles, and beside 0 the difference of two terms of one size
        Op::Gamma | Op::LnGamma | Op::Digamma | Op::Polygamma => a > AWAY || a > -20.0 && off_integers(a),
        Op::J1 | Op::I1 | Op::Sinc => a.abs() > 0.5,
        Op::Floor | Op::Ceil | Op::Trunc | Op::Fract => off_integers(a),
        Op::Round => off_integers(a + 0.5),
        Op::Max | Op::Min | Op::AbsSub => far(a, b),
        Op::Clamp => b + 2.0 * AWAY <= x[2] && far(a, b) && far(a, x[2]),
        Op::Copysign => far(a, 0.0) && far(b, 0.0),
        Op::Rem => off_integers(a / b),
        Op::Log => (b - 1.0).abs() >= 2.0 * AWAY,
        _ => true,
    };
    // the flat halves of these two are exact zeros: they may only be added and multiplied
    let flat = matches!(op, Op::Relu | Op::AbsSub) && z == 0.0;
    let harmless = matches!(op, Op::Add | Op::Sub | Op::Mul | Op::MulAdd);
    inside && smooth && (magnitude(z) || flat) && (harmless || x.iter().all(|&x| x != 0.0))
}
fn magnitude(z: f64) -> bool {
    (SMALLEST..=LARGEST).contains(&z.abs())
}

/// A program's plain values and textbook slopes.
pub struct Trace {
    pub values: Vec<f64>,
    /// The partial derivatives of each step.
    pub slopes: Vec<Vec<f64>>,
    /// The sums over all paths from the inputs of the magnitudes along the path: how much each cell could vary.
    pub sensitivity: Vec<f64>,
}
impl Trace {
    pub fn start(inputs: &[f64], constants: &[f64]) -> Self {
        Trace {
            values: [inputs, constants].concat(),
            slopes: Vec::new(),
            sensitivity: [vec![1.0; inputs.len()], vec![0.0; constants.len()]].concat(),
        }
    }
    pub fn of(program: &Program) -> Self {
        let mut trace = Trace::start(&program.inputs, &program.constants);
        for step in &program.steps {
            let x = trace.operands(step);
            let z = trace.value(step);
            let slopes = slopes(step, &x, z);
            trace.push(step, z, slopes);
        }
        trace
    }
    pub fn operands(&self, step: &Step) -> Vec<f64> {
        step.args.iter().map(|&arg| self.operand(arg)).collect()
    }
    fn operand(&self, arg: Arg) -> f64 {
        match arg {
            Arg::Cell(i) => self.values[i],
            Arg::Literal(c) => c,
        }
    }
    pub fn value(&self, step: &Step) -> f64 {
        apply(step, |arg| self.operand(arg))
    }
    pub fn sensitivity(&self, step: &Step, slopes: &[f64]) -> f64 {
        let part = |(arg, slope): (&Arg, &f64)| match *arg {
            Arg::Cell(i) => slope.abs() * self.sensitivity[i],
            Arg::Literal(_) => 0.0,
        };
        step.args.iter().zip(slopes).map(part).sum()
    }
    pub fn push(&mut self, step: &Step, z: f64, slopes: Vec<f64>) {
        let sensitivity = self.sensitivity(step, &slopes);
        self.values.push(z);
        self.slopes.push(slopes);
        self.sensitivity.push(sensitivity);
    }
}
