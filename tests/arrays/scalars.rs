//! The same computation in numbers of the graph, element by element.

use crate::{Ugly, close};
use backprop::{Elementary, Node, NodeArray, Op, gradients};
use ndarray::Array1;

/// Every row of the table, every slope: values bit for bit, derivatives as the numbers have them, in both orders.
#[test]
fn rows_are_those_of_numbers() {
    let mut rows = 0;
    for &op in Op::ALL {
        if matches!(op, Op::Powi | Op::Polygamma) {
            continue;
        }
        let mut ugly = Ugly::new(rows + 77);
        // from below the domain's lower end, if it has one, to above the upper
        let operand = |ugly: &mut Ugly, k: usize| {
            let [low, high] = op.domain()[k];
            let (low, high) = (low.max(-2.5), high.min(2.5));
            let (low, high) = if op == Op::Clamp { [(-2.5, 2.5), (-1.0, 0.0), (0.0, 1.0)][k] } else { (low, high) };
            Array1::from_iter((0..40).map(|_| low + (high - low) * ugly.next()))
        };
        let data: Vec<Array1<f64>> = (0..op.arity()).map(|k| operand(&mut ugly, k)).collect();
        let x: Vec<_> = data.iter().cloned().map(NodeArray::leaf).collect();
        let y = match op.arity() {
            1 => unary(op, &x[0]),
            2 => x[0].try_binary(op, &x[1]).expect("one shape"),
            _ => x[0].try_ternary(op, &x[1], &x[2]).expect("one shape"),
        };
        let dx = gradients(&y.sum(), &x);
        let second: Vec<_> = dx.iter().map(|dx| gradients(&dx.sum(), &x)).collect();
        for i in 0..40 {
            let p: Vec<Node<f64>> = data.iter().map(|x| Node::leaf(x[i])).collect();
            let q = numbers(op, &p);
            assert!(q.value() == y.value()[i] || q.value().is_nan() && y.value()[i].is_nan(), "{op:?} at {i}");
            let dp = gradients(&q, &p);
            for (k, dp) in dp.iter().enumerate() {
                let (a, b) = (dp.value(), dx[k].value()[i]);
                assert!(a == b || a.is_nan() && b.is_nan(), "{op:?}' in {k} at {i}: {a} and {b}");
                for (l, ddp) in gradients(dp, &p).iter().enumerate() {
                    let (a, b) = (ddp.value(), second[k][l].value()[i]);
                    close(&format!("{op:?}'' in {k}, {l} at {:?}", p), a, b, 1e-13 * (1.0 + a.abs()));
                }
            }
        }
        rows += 1;
    }
    assert_eq!(rows as usize, Op::ALL.len() - 2);
}

macro_rules! by_name { ($($Op:ident $f:ident)*) => {
    fn unary(op: Op, x: &NodeArray<f64, ndarray::Ix1>) -> NodeArray<f64, ndarray::Ix1> {
        match op { Op::Neg => -x, $(Op::$Op => x.$f(),)* other => panic!("{other:?} is not in this list") }
    }
    fn numbers(op: Op, x: &[Node<f64>]) -> Node<f64> {
        match op {
            Op::Neg => -&x[0],
            $(Op::$Op => x[0].$f(),)*
            Op::Add => &x[0] + &x[1],
            Op::Sub => &x[0] - &x[1],
            Op::Mul => &x[0] * &x[1],
            Op::Div => &x[0] / &x[1],
            Op::Rem => &x[0] % &x[1],
            Op::Through => x[0].through(&x[1]),
            Op::Powf => x[0].powf(&x[1]),
            Op::Log => x[0].log(&x[1]),
            Op::LogAddExp => x[0].logaddexp(&x[1]),
            Op::Xlogy => x[0].xlogy(&x[1]),
            Op::Atan2 => x[0].atan2(&x[1]),
            Op::Hypot => x[0].hypot(&x[1]),
            Op::Max => x[0].max(&x[1]),
            Op::Min => x[0].min(&x[1]),
            Op::Copysign => x[0].copysign(&x[1]),
            Op::Beta => x[0].beta(&x[1]),
            Op::LnBeta => x[0].ln_beta(&x[1]),
            Op::AbsSub => Elementary::abs_sub(&x[0], &x[1]),
            Op::MulAdd => x[0].mul_add(&x[1], &x[2]),
            Op::Clamp => x[0].clamp(&x[1], &x[2]),
            other => panic!("{other:?} is not in this list"),
        }
    }
} }
by_name! {
    Recip recip Square square Sqrt sqrt Cbrt cbrt Exp exp Exp2 exp2 ExpM1 exp_m1 Ln ln Log2 log2 Log10 log10 Ln1p ln_1p
    Sin sin Cos cos Tan tan Asin asin Acos acos Atan atan ToDegrees to_degrees ToRadians to_radians Sinh sinh Cosh cosh
    Tanh tanh Asinh asinh Acosh acosh Atanh atanh Sigmoid sigmoid Softplus softplus Relu relu Abs abs Signum signum
    Floor floor Ceil ceil Round round Trunc trunc Fract fract
    Silu silu Gelu gelu GeluTanh gelu_tanh Mish mish Elu elu Selu selu HardTanh hard_tanh HardSigmoid hard_sigmoid
    HardSwish hard_swish Softsign softsign LogSigmoid log_sigmoid Logit logit Log1mexp log1mexp Entropy entropy
    Erf erf Erfc erfc ErfInv erf_inv NormalCdf normal_cdf NormalQuantile normal_quantile Gamma gamma LnGamma
    ln_gamma Digamma digamma J0 j0 J1 j1 Y0 y0 Y1 y1 I0 i0 I1 i1 Sinc sinc
}
