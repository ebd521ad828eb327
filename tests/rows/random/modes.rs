//! A program on any number.

use super::program::{Arg, Program, Rng, Step, What};
use backprop::{Dual, Fold, Jet, Node, Number, Op, Var, dot, logsumexp, norm, sum};

/// A number with its operators in every form: they are traits of concrete types, hence one macro for all.
pub trait Mode: Number {
    fn operator(op: Op, form: u8, x: Self, y: Self) -> Self;
    fn literal_right(op: Op, form: u8, x: Self, c: f64) -> Self;
    fn literal_left(op: Op, form: u8, c: f64, x: Self) -> Self;
}
macro_rules! modes { ($($S:ty),*) => { $(
    impl Mode for $S {
        fn operator(op: Op, form: u8, x: Self, y: Self) -> Self {
            modes!(@rows op, (@both form, x, y))
        }
        fn literal_right(op: Op, form: u8, x: Self, c: f64) -> Self {
            modes!(@rows op, (@right form, x, c))
        }
        fn literal_left(op: Op, form: u8, c: f64, x: Self) -> Self {
            modes!(@rows op, (@left form, c, x))
        }
    }
)* };
    (@rows $op:ident, ($($how:tt)*)) => {
        match $op {
            Op::Add => modes!($($how)*, +, +=),
            Op::Sub => modes!($($how)*, -, -=),
            Op::Mul => modes!($($how)*, *, *=),
            Op::Div => modes!($($how)*, /, /=),
            Op::Rem => modes!($($how)*, %, %=),
            other => panic!("{other:?} is no operator"),
        }
    };
    (@both $form:ident, $x:ident, $y:ident, $op:tt, $assign:tt) => {
        match $form % 6 {
            0 => $x $op $y,
            1 => $x $op &$y,
            2 => &$x $op $y,
            3 => &$x $op &$y,
            4 => { let mut x = $x; x $assign $y; x }
            _ => { let mut x = $x; x $assign &$y; x }
        }
    };
    (@right $form:ident, $x:ident, $c:ident, $op:tt, $assign:tt) => {
        match $form % 3 {
            0 => $x $op $c,
            1 => &$x $op $c,
            _ => { let mut x = $x; x $assign $c; x }
        }
    };
    (@left $form:ident, $c:ident, $x:ident, $op:tt, $assign:tt) => {
        if $form % 2 == 0 { $c $op $x } else { $c $op &$x }
    };
}
modes!(f64, Dual<f64>, Dual<f64, 3>, Dual<f64, 6>, Dual<f64, 8>, Dual<Dual<f64>>, Dual<Dual<f64>, 6>, Dual<Dual<f64, 3>, 3>);
modes!(Node<f64>, Node<Dual<f64>>, Dual<Node<f64>>);
modes!(Var<f64>, Var<Dual<f64>>, Var<Var<f64>>, Jet<f64, 2>);

/// The methods of the table. A row that is missing here fails the test as soon as it is drawn.
macro_rules! methods {
    ($step:ident, $op:ident, $get:ident; unary: $($U:ident $u:ident)*; binary: $($B:ident $b:ident)*; ternary: $($T:ident $t:ident)*) => {
        match $op {
            Op::Neg => { let x = $get($step.args[0]); -x }
            Op::Powi => $get($step.args[0]).powi($step.exponent),
            Op::Polygamma => $get($step.args[0]).polygamma($step.exponent),
            $( Op::$U => $get($step.args[0]).$u(), )*
            $( Op::$B => {
                let (x, y) = ($get($step.args[0]), $get($step.args[1]));
                if $step.form % 2 == 0 { x.$b(y) } else { x.$b(&y) }
            } )*
            $( Op::$T => {
                let (x, y, w) = ($get($step.args[0]), $get($step.args[1]), $get($step.args[2]));
                if $step.form % 2 == 0 { x.$t(y, &w) } else { x.$t(&y, w) }
            } )*
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => match ($step.args[0], $step.args[1]) {
                (x, Arg::Literal(c)) => S::literal_right($op, $step.form, $get(x), c),
                (Arg::Literal(c), y) => S::literal_left($op, $step.form, c, $get(y)),
                (x, y) => { let x = $get(x); S::operator($op, $step.form, x, $get(y)) }
            },
            other => panic!("the row {other:?} has no application in tests/rows/random/modes.rs"),
        }
    };
}

/// One step; `get` gives an operand.
pub fn apply<S: Mode>(step: &Step, mut get: impl FnMut(Arg) -> S) -> S {
    match step.what {
        What::Row(op) => methods! { step, op, get;
            unary: Recip recip Square square Sqrt sqrt Cbrt cbrt Exp exp Exp2 exp2 ExpM1 exp_m1 Ln ln Log2 log2
                Log10 log10 Ln1p ln_1p Sin sin Cos cos Tan tan Asin asin Acos acos Atan atan ToDegrees to_degrees
                ToRadians to_radians Sinh sinh Cosh cosh Tanh tanh Asinh asinh Acosh acosh Atanh atanh Sigmoid sigmoid
                Softplus softplus Relu relu Abs abs Signum signum Floor floor Ceil ceil Round round Trunc trunc Fract fract
                Silu silu Gelu gelu GeluTanh gelu_tanh Mish mish Elu elu Selu selu HardTanh hard_tanh
                HardSigmoid hard_sigmoid HardSwish hard_swish Softsign softsign LogSigmoid log_sigmoid
                Logit logit Log1mexp log1mexp Entropy entropy Erf erf Erfc erfc ErfInv erf_inv
                NormalCdf normal_cdf NormalQuantile normal_quantile Gamma gamma LnGamma ln_gamma
                Digamma digamma J0 j0 J1 j1 Y0 y0 Y1 y1 I0 i0 I1 i1 Sinc sinc;
            binary: Through through Powf powf Log log LogAddExp logaddexp Xlogy xlogy Atan2 atan2 Hypot hypot Max max
                Min min Copysign copysign AbsSub abs_sub Beta beta LnBeta ln_beta;
            ternary: MulAdd mul_add Clamp clamp
        },
        What::Fold(fold) => {
            let x: Vec<S> = step.args.iter().map(|&arg| get(arg)).collect();
            match fold {
                Fold::Sum => sum(&x),
                Fold::Norm => norm(&x),
                Fold::LogSumExp => logsumexp(&x),
                Fold::Dot => dot(&x[..x.len() / 2], &x[x.len() / 2..]),
                other => panic!("the fold {other:?} has no application in tests/rows/random/modes.rs"),
            }
        }
    }
}

/// Runs the program and keeps every cell.
pub fn run<S: Mode>(program: &Program, inputs: &[S]) -> Vec<S> {
    let mut cells: Vec<S> = Vec::with_capacity(program.cells());
    cells.extend_from_slice(inputs);
    cells.extend(program.constants.iter().map(|&c| S::of(c)));
    for step in &program.steps {
        let z = apply(step, |arg| match arg {
            Arg::Cell(i) => cells[i].clone(),
            Arg::Literal(c) => S::of(c),
        });
        cells.push(z);
    }
    cells
}

/// Runs the program; what is not used any more is handed over to its last operation or dropped some time later.
pub fn run_dropping<S: Mode>(program: &Program, inputs: &[S], rng: &mut Rng) -> Vec<Option<S>> {
    let last = program.last_uses();
    let mut cells: Vec<Option<S>> = Vec::with_capacity(program.cells());
    cells.extend(inputs.iter().cloned().map(Some));
    cells.extend(program.constants.iter().map(|&c| Some(S::of(c))));
    let mut idle: Vec<usize> = Vec::new();
    for (k, step) in program.steps.iter().enumerate() {
        let hand_over = rng.chance(0.5);
        let mut left = step.args.clone();
        let z = apply(step, |arg| {
            // operands are asked for in their order: a cell that comes again is not given away yet
            left.retain({
                let mut first = true;
                move |other| {
                    let same = first && matches!((arg, other), (Arg::Cell(i), Arg::Cell(j)) if i == *j);
                    first &= !same;
                    !same
                }
            });
            let again = |i: usize| left.iter().any(|other| matches!(other, Arg::Cell(j) if *j == i));
            match arg {
                Arg::Cell(i) if hand_over && last[i] == k && !again(i) => cells[i].take(),
                Arg::Cell(i) => cells[i].clone(),
                Arg::Literal(c) => Some(S::of(c)),
            }
            .unwrap_or_else(|| panic!("an operand was dropped too early"))
        });
        cells.push(Some(z));
        idle.extend(step.args.iter().filter_map(|arg| match *arg {
            Arg::Cell(i) if last[i] == k => Some(i),
            _ => None,
        }));
        while !idle.is_empty() && rng.chance(0.4) {
            let i = idle.swap_remove(rng.below(idle.len()));
            cells[i] = None;
        }
    }
    cells
}
