//! The table of rules: the only file that knows calculus.
//!
//! One row for each elementary function. A row reads
//!
//! ```text
//! /// What it is: its expansion
//! arity  Name  method  "symbol"  |arguments -> result|  value, slopes, domain of each argument
//! ```
//!
//! The *value* is an expression over plain floats (`x: f64` or `f32`), wherever possible the standard library's own
//! call, bit for bit. A *slope* is an expression over any [`Elementary`] number, in the arguments and the result,
//! all by reference: run on plain numbers it gives first derivatives, on [`Dual`](crate::Dual) or
//! [`Node`](crate::Node) it differentiates itself. Slopes that need branches or care stand in [`kinks`],
//! [`special`] and [`learning`].
//!
//! Everything else is generated from these rows: the methods of every number, the operation codes and slopes of the
//! graph, names, symbols, documentation, and the tests. **Adding a function is adding a row.**
//!
//! Two conventions hold for every row (see [edges](crate::guide::edges)): where the value is NaN because the argument
//! lies outside the domain, so is the slope; and what flows back is multiplied by [`through`](Elementary::through),
//! for which zero times anything is zero.

pub(crate) mod branch;
mod chain;
mod edge;
pub(crate) mod fault;
pub(crate) mod fold;
pub(crate) mod kinks;
pub(crate) mod learning;
pub(crate) mod loops;
mod needs;
pub(crate) mod pairwise;
mod reduction;
pub(crate) mod special;
pub(crate) mod strong_zero;
#[cfg(test)]
mod tests;

use crate::number::Elementary;
pub(crate) use chain::Slope;
pub use edge::Edge;
pub use fold::Fold;
use kinks::{defined, one, zero};
pub(crate) use needs::Needs;
pub(crate) use strong_zero::strong_zero;

/// Hands every row to the macro `$then`, before them whatever follows it here.
macro_rules! table { ($then:ident $($with:tt)*) => { $then! { [$($with)*]

    // ------------------------------------------------------------------------------------------ arithmetic
    /// Negation: `−(a + h) = −a − h`.
    operator1 Neg neg "−"  |x -> y|    -x,     (S::of(-1.0)),                       [-INF, INF];
    /// Addition: `(a + h) + (b + k) = (a + b) + h + k`.
    operator2 Add add "+"  |x, y -> z| x + y,  (one(), one()),                 [-INF, INF] [-INF, INF];
    /// Subtraction: `(a + h) − (b + k) = (a − b) + h − k`.
    operator2 Sub sub "−"  |x, y -> z| x - y,  (one(), S::of(-1.0)),               [-INF, INF] [-INF, INF];
    /// Multiplication: `(a + h)(b + k) ≈ ab + b·h + a·k`.
    operator2 Mul mul "×"  |x, y -> z| x * y,  (y.clone(), x.clone()),         [-INF, INF] [-INF, INF];
    /// Division: `(a + h)/(b + k) ≈ a/b + h/b − (a/b)·k/b`.
    operator2 Div div "÷"  |x, y -> z| x / y,  (y.recip(), -(z.clone() / y)),  [-INF, INF] [-INF, INF];
    /// Remainder of truncated division: `(a + h) % (b + k) ≈ a % b + h − round((a − a % b)/b)·k`.
    operator2 Rem rem "%"  |x, y -> z| x % y,  (defined(z, one), -((x.clone() - z) / y).round()), [-INF, INF] [-INF, INF];
    /// The strong-zero product of derivative arithmetic: `a·b`, but 0 where either is zero, be the other NaN or infinite.
    binary Through through "·" |x, y -> z| strong_zero(x, y), (y.clone(), x.clone()), [-INF, INF] [-INF, INF];
    /// Fused multiply-add `x·y + w`: `(a + h)(b + k) + (c + l) ≈ ab + c + b·h + a·k + l`.
    ternary MulAdd mul_add "×+" |x, y, w -> z| x.mul_add(y, w), (y.clone(), x.clone(), one()), [-INF, INF] [-INF, INF] [-INF, INF];
    /// Reciprocal: `1/(a + h) ≈ 1/a − h/a²`.
    unary Recip recip "1/"      |x -> y| x.recip(),  (-(y.clone() * y)),                    [-INF, INF];
    /// Square: `(a + h)² ≈ a² + 2a·h`.
    unary Square square "²"     |x -> y| x * x,      (x.clone() + x),                       [-INF, INF];

    // ------------------------------------------------------------------------------------------ roots and powers
    /// Square root: `√(a + h) ≈ √a + h/(2√a)`.
    unary Sqrt sqrt "√"         |x -> y| x.sqrt(),   (S::of(0.5) / &(y.clone() + zero::<S>())), [0.0, INF];
    /// Cube root: `∛(a + h) ≈ ∛a + h/(3·∛a²)`.
    unary Cbrt cbrt "∛"         |x -> y| x.cbrt(),   (kinks::cbrt_d(y)),                    [-INF, INF];
    /// Integer power: `(a + h)ⁿ ≈ aⁿ + n·aⁿ⁻¹·h`, at `a = 0` too.
    power Powi powi "ⁿ"         |x, n -> y| x.powi(n), (kinks::powi_dx(x, n)),              [-INF, INF];
    /// Power: `(a + h)^(b + k) ≈ a^b + b·a^(b−1)·h + a^b·ln a·k`; for a negative base the slope in the exponent is NaN.
    binary Powf powf "^"        |x, y -> z| x.powf(y), (kinks::powf_dx(x, y, z), kinks::powf_dy(x, y, z)), [0.0, INF] [-INF, INF];

    // ------------------------------------------------------------------------------------------ exponentials
    /// Exponential: `e^(a + h) ≈ e^a + e^a·h`.
    unary Exp exp "exp"         |x -> y| x.exp(),    (y.clone()),                           [-INF, INF];
    /// Power of two: `2^(a + h) ≈ 2^a + 2^a·ln 2·h`.
    unary Exp2 exp2 "exp2"      |x -> y| x.exp2(),   (S::of(LN_2) * y),                     [-INF, INF];
    /// `e^x − 1` without cancellation: `e^(a + h) − 1 ≈ e^a − 1 + e^a·h` (the slope is not `y + 1`, which cancels).
    unary ExpM1 exp_m1 "expm1"  |x -> y| x.exp_m1(), (x.exp()),                             [-INF, INF];
    /// Natural logarithm: `ln(a + h) ≈ ln a + h/a`.
    unary Ln ln "ln"            |x -> y| x.ln(),     (defined(y, || kinks::upward(x).recip())),            [0.0, INF];
    /// Logarithm to base 2: `log₂(a + h) ≈ log₂ a + log₂e·h/a`.
    unary Log2 log2 "log2"      |x -> y| x.log2(),   (defined(y, || S::of(LOG2_E) / &kinks::upward(x))),   [0.0, INF];
    /// Logarithm to base 10: `log₁₀(a + h) ≈ log₁₀ a + log₁₀e·h/a`.
    unary Log10 log10 "log10"   |x -> y| x.log10(),  (defined(y, || S::of(LOG10_E) / &kinks::upward(x))),  [0.0, INF];
    /// `ln(1 + x)` without cancellation: `ln(1 + a + h) ≈ ln(1 + a) + h/(1 + a)`.
    unary Ln1p ln_1p "ln1p"     |x -> y| x.ln_1p(),  (defined(y, || (one::<S>() + x).recip())),            [-1.0, INF];
    /// Logarithm of `x` to a base: `log_b(a + h) ≈ log_b a + h/(a·ln b)`, and `−log_b(a)/(b·ln b)` per unit of the base.
    binary Log log "log"        |x, y -> z| x.log(y), (kinks::log_dx(x, y, z), kinks::log_dbase(x, y, z)), [0.0, INF] [0.0, INF];
    /// `ln(e^x + e^y)` without overflow: `≈ f + σ(a − b)·h + σ(b − a)·k`.
    binary LogAddExp logaddexp "logaddexp" |x, y -> z| kinks::logaddexp(x, y), (kinks::logaddexp_d(x, y), kinks::logaddexp_d(y, x)), [-INF, INF] [-INF, INF];
    /// `x·ln y`, 0 where `x` is 0: `(a + h)·ln(b + k) ≈ a·ln b + ln b·h + (a/b)·k`.
    binary Xlogy xlogy "xlogy"  |x, y -> z| kinks::xlogy(x, y), (kinks::xlogy_dx(x, y), kinks::xlogy_dy(x, y, z)), [-INF, INF] [0.0, INF];

    // ------------------------------------------------------------------------------------------ trigonometry
    /// Sine: `sin(a + h) ≈ sin a + cos a·h`.
    unary Sin sin "sin"         |x -> y| x.sin(),    (x.cos()),                             [-INF, INF];
    /// Cosine: `cos(a + h) ≈ cos a − sin a·h`.
    unary Cos cos "cos"         |x -> y| x.cos(),    (-x.sin()),                            [-INF, INF];
    /// Tangent: `tan(a + h) ≈ tan a + (1 + tan²a)·h`.
    unary Tan tan "tan"         |x -> y| x.tan(),    (one::<S>() + &(y.clone() * y)),       [-INF, INF];
    /// Arc sine: `asin(a + h) ≈ asin a + h/√((1 − a)(1 + a))`.
    unary Asin asin "asin"      |x -> y| x.asin(),   (kinks::one_less_square(x).sqrt().recip()),  [-1.0, 1.0];
    /// Arc cosine: `acos(a + h) ≈ acos a − h/√((1 − a)(1 + a))`.
    unary Acos acos "acos"      |x -> y| x.acos(),   (-kinks::one_less_square(x).sqrt().recip()), [-1.0, 1.0];
    /// Arc tangent: `atan(a + h) ≈ atan a + h/(1 + a²)`.
    unary Atan atan "atan"      |x -> y| x.atan(),   (kinks::atan_d(x)),                         [-INF, INF];
    /// Angle of the point `(y, x)`, ordinate first: `atan2(b + k, a + h) ≈ atan2(b, a) + (a·k − b·h)/(a² + b²)`.
    binary Atan2 atan2 "atan2"  |x, y -> z| x.atan2(y), (kinks::atan2_d(y, x, z), -kinks::atan2_d(x, y, z)), [-INF, INF] [-INF, INF];
    /// Length of the vector `(x, y)`: `hypot(a + h, b + k) ≈ r + (a/r)·h + (b/r)·k`; 0 at the origin.
    binary Hypot hypot "hypot"  |x, y -> z| x.hypot(y), (kinks::hypot_d(x, y, z), kinks::hypot_d(y, x, z)), [-INF, INF] [-INF, INF];
    /// Radians to degrees: linear, slope `180/π`.
    unary ToDegrees to_degrees "deg" |x -> y| x.to_degrees(), (S::of(180.0 / PI)),          [-INF, INF];
    /// Degrees to radians: linear, slope `π/180`.
    unary ToRadians to_radians "rad" |x -> y| x.to_radians(), (S::of(PI / 180.0)),          [-INF, INF];

    // ------------------------------------------------------------------------------------------ hyperbolic functions
    /// Hyperbolic sine: `sinh(a + h) ≈ sinh a + cosh a·h`.
    unary Sinh sinh "sinh"      |x -> y| x.sinh(),   (x.cosh()),                            [-INF, INF];
    /// Hyperbolic cosine: `cosh(a + h) ≈ cosh a + sinh a·h`.
    unary Cosh cosh "cosh"      |x -> y| x.cosh(),   (x.sinh()),                            [-INF, INF];
    /// Hyperbolic tangent: `tanh(a + h) ≈ tanh a + h/cosh²a` (`1 − tanh²a` loses every digit far out).
    unary Tanh tanh "tanh"      |x -> y| x.tanh(),   (kinks::tanh_d(x, y)),                 [-INF, INF];
    /// Inverse hyperbolic sine: `asinh(a + h) ≈ asinh a + h/√(1 + a²)`.
    unary Asinh asinh "asinh"   |x -> y| x.asinh(),  (one::<S>().hypot(x).recip()),         [-INF, INF];
    /// Inverse hyperbolic cosine: `acosh(a + h) ≈ acosh a + h/(√(a − 1)·√(a + 1))`.
    unary Acosh acosh "acosh"   |x -> y| x.acosh(),  (kinks::acosh_d(x)),                   [1.0, INF];
    /// Inverse hyperbolic tangent: `atanh(a + h) ≈ atanh a + h/((1 − a)(1 + a))`.
    unary Atanh atanh "atanh"   |x -> y| x.atanh(),  (defined(y, || kinks::one_less_square(x).recip())), [-1.0, 1.0];

    // ------------------------------------------------------------------------------------------ learning
    /// Logistic function `σ(x) = 1/(1 + e^−x)`: `σ(a + h) ≈ σ(a) + σ(a)·σ(−a)·h`.
    unary Sigmoid sigmoid "σ"   |x -> y| kinks::sigmoid(x), (kinks::sigmoid_d(x, y)), [-INF, INF];
    /// `ln(1 + e^x)` without overflow: `≈ softplus(a) + σ(a)·h`.
    unary Softplus softplus "softplus" |x -> y| kinks::softplus(x), (x.sigmoid()),          [-INF, INF];
    /// The positive part, `max(x, 0)`: slope 1 above 0, 0 below and at the kink.
    unary Relu relu "relu"      |x -> y| kinks::relu(x), (defined(y, || kinks::relu_d(y))),  [-INF, INF];

    /// `x·σ(x)`, also called swish: `≈ silu a + σ(a)(1 + a·σ(−a))·h`.
    unary Silu silu "silu"      |x -> y| learning::silu(x), (learning::silu_d(x)),          [-INF, INF];
    /// `x·Φ(x)` with the normal distribution's `Φ`: `≈ gelu a + (Φ(a) + a·φ(a))·h`.
    unary Gelu gelu "gelu"      |x -> y| special::in_f64(x, special::gelu), (learning::gelu_d(x)), [-INF, INF];
    /// The approximation `x·(1 + tanh u)/2` of gelu, `u = √(2/π)(x + 0.044715x³)`: with `w = 2u`, `≈ f + σ(w)(1 + a·w′·σ(−w))·h`.
    unary GeluTanh gelu_tanh "gelu_tanh" |x -> y| learning::gelu_tanh(x), (learning::gelu_tanh_d(x)), [-INF, INF];
    /// `x·tanh(softplus x)`: with `t = tanh(softplus a)`, `≈ a·t + (t + a·(1 − t²)·σ(a))·h`.
    unary Mish mish "mish"      |x -> y| learning::mish(x), (defined(y, || learning::mish_d(x))), [-INF, INF];
    /// `x` above 0, `e^x − 1` below: slope 1 or `e^a`, 1 at 0 too.
    unary Elu elu "elu"         |x -> y| learning::elu(x), (defined(y, || learning::elu_d(x))), [-INF, INF];
    /// `λx` above 0, `λα(e^x − 1)` below, with the constants of self-normalizing networks: slope `λ` or `λα·e^a`, `λ` at the kink.
    unary Selu selu "selu"      |x -> y| learning::selu(x), (defined(y, || learning::selu_d(x))), [-INF, INF];
    /// `x` limited to `[−1, 1]`: slope 1 inside, 0 outside and at the kinks.
    unary HardTanh hard_tanh "hard_tanh" |x -> y| learning::hard_tanh(x), (defined(y, || learning::hard_tanh_d(x))), [-INF, INF];
    /// `(x + 3)/6` limited to `[0, 1]`: slope 1/6 inside, 0 outside and at the kinks.
    unary HardSigmoid hard_sigmoid "hard_sigmoid" |x -> y| learning::hard_sigmoid(x), (defined(y, || learning::hard_sigmoid_d(x))), [-INF, INF];
    /// `x` times `hard_sigmoid x`: slope `(2a + 3)/6` between −3 and 3, below 0 and above 1, these at the kinks too.
    unary HardSwish hard_swish "hard_swish" |x -> y| learning::hard_swish(x), (defined(y, || learning::hard_swish_d(x))), [-INF, INF];
    /// `x/(1 + |x|)`: `≈ softsign a + h/(1 + |a|)²`.
    unary Softsign softsign "softsign" |x -> y| learning::softsign(x), (learning::softsign_d(x)), [-INF, INF];
    /// `ln σ(x) = −softplus(−x)`: `≈ ln σ(a) + σ(−a)·h`.
    unary LogSigmoid log_sigmoid "ln σ" |x -> y| learning::log_sigmoid(x), ((-x.clone()).sigmoid()), [-INF, INF];
    /// `ln(p/(1 − p))`, the inverse of the logistic function: `≈ logit a + h/(a(1 − a))`.
    unary Logit logit "logit"   |x -> y| special::in_f64(x, special::logit), (defined(y, || special::logit_d(x))), [0.0, 1.0];
    /// `ln(1 − e^x)` for negative `x`, without cancellation: `≈ f − e^a/(1 − e^a)·h`.
    unary Log1mexp log1mexp "log1mexp" |x -> y| special::log1mexp(x), (defined(y, || special::log1mexp_d(x))), [-INF, 0.0];
    /// `−x·ln x`, 0 where `x` is 0: `≈ −a·ln a − (ln a + 1)·h`.
    unary Entropy entropy "entropy" |x -> y| special::entropy(x), (defined(y, || special::entropy_d(x))), [0.0, INF];

    // ------------------------------------------------------------------------------------------ special functions
    /// Error function: `erf(a + h) ≈ erf a + 2/√π·e^−a²·h`.
    unary Erf erf "erf"         |x -> y| special::in_f64(x, pxfm::f_erf), (special::erf_d(x)), [-INF, INF];
    /// `1 − erf x` without cancellation: `erfc(a + h) ≈ erfc a − 2/√π·e^−a²·h`.
    unary Erfc erfc "erfc"      |x -> y| special::in_f64(x, pxfm::f_erfc), (-special::erf_d(x)), [-INF, INF];
    /// Inverse of the error function: with `y = erf⁻¹ a`, `≈ y + √π/2·e^y²·h`.
    unary ErfInv erf_inv "erf⁻¹" |x -> y| special::in_f64(x, special::erf_inv), (special::erf_inv_d(y)), [-1.0, 1.0];
    /// Distribution function of the standard normal law: `Φ(a + h) ≈ Φ(a) + φ(a)·h`, `φ(a) = e^−a²/2/√(2π)`.
    unary NormalCdf normal_cdf "Φ" |x -> y| special::in_f64(x, special::normal_cdf), (special::normal_density(x)), [-INF, INF];
    /// Quantile of the standard normal law: with `y = Φ⁻¹(a)`, `≈ y + h/φ(y)`.
    unary NormalQuantile normal_quantile "Φ⁻¹" |x -> y| special::in_f64(x, special::normal_quantile), (defined(y, || special::normal_quantile_d(x, y))), [0.0, 1.0];
    /// Gamma function, NaN at the negative integers: `Γ(a + h) ≈ Γ(a) + Γ(a)·ψ(a)·h`.
    unary Gamma gamma "Γ"       |x -> y| special::in_f64(x, special::gamma), (y.through(x.digamma())), [-INF, INF];
    /// `ln |Γ(x)|`: `≈ ln |Γ(a)| + ψ(a)·h`.
    unary LnGamma ln_gamma "ln Γ" |x -> y| special::in_f64(x, special::ln_gamma), (x.digamma()), [-INF, INF];
    /// Digamma function, the logarithmic derivative of `Γ`: `ψ(a + h) ≈ ψ(a) + ψ′(a)·h`.
    unary Digamma digamma "ψ"   |x -> y| special::in_f64(x, special::digamma), (x.polygamma(1)), [-INF, INF];
    /// Polygamma function, the derivative of order `n` of the digamma function: `ψ⁽ⁿ⁾(a + h) ≈ ψ⁽ⁿ⁾(a) + ψ⁽ⁿ⁺¹⁾(a)·h`; NaN for negative `n`.
    power Polygamma polygamma "ψⁿ" |x, n -> y| special::in_f64(x, |x| special::polygamma(x, n)), (special::polygamma_d(x, n, y)), [-INF, INF];
    /// Beta function `Γ(x)Γ(y)/Γ(x + y)` of positive numbers: `≈ B + B·(ψ(a) − ψ(a + b))·h + B·(ψ(b) − ψ(a + b))·k`.
    binary Beta beta "B"        |x, y -> z| special::two_in_f64(x, y, special::beta), (special::beta_d(x, y, z), special::beta_d(y, x, z)), [0.0, INF] [0.0, INF];
    /// `ln B(x, y)`: `≈ ln B + (ψ(a) − ψ(a + b))·h + (ψ(b) − ψ(a + b))·k`.
    binary LnBeta ln_beta "ln B" |x, y -> z| special::two_in_f64(x, y, special::ln_beta), (special::ln_beta_d(x, y, z), special::ln_beta_d(y, x, z)), [0.0, INF] [0.0, INF];
    /// Bessel function of the first kind: `J₀(a + h) ≈ J₀(a) − J₁(a)·h`.
    unary J0 j0 "J₀"            |x -> y| special::in_f64(x, pxfm::f_j0), (-x.j1()),         [-INF, INF];
    /// Bessel function of the first kind: `J₁(a + h) ≈ J₁(a) + (J₀(a) − J₁(a)/a)·h`.
    unary J1 j1 "J₁"            |x -> y| special::in_f64(x, pxfm::f_j1), (defined(y, || special::j1_d(x, y))), [-INF, INF];
    /// Bessel function of the second kind: `Y₀(a + h) ≈ Y₀(a) − Y₁(a)·h`.
    unary Y0 y0 "Y₀"            |x -> y| special::in_f64(x, special::y0), (-x.y1()),        [0.0, INF];
    /// Bessel function of the second kind: `Y₁(a + h) ≈ Y₁(a) + (Y₀(a) − Y₁(a)/a)·h`.
    unary Y1 y1 "Y₁"            |x -> y| special::in_f64(x, special::y1), (defined(y, || special::y1_d(x, y))), [0.0, INF];
    /// Modified Bessel function: `I₀(a + h) ≈ I₀(a) + I₁(a)·h`.
    unary I0 i0 "I₀"            |x -> y| special::in_f64(x, pxfm::f_i0), (x.i1()),          [-INF, INF];
    /// Modified Bessel function: `I₁(a + h) ≈ I₁(a) + (I₀(a) − I₁(a)/a)·h`.
    unary I1 i1 "I₁"            |x -> y| special::in_f64(x, pxfm::f_i1), (defined(y, || special::i1_d(x, y))), [-INF, INF];
    /// `sin x/x`, 1 at 0: `sinc(a + h) ≈ sinc a + (cos a − sinc a)/a·h`.
    unary Sinc sinc "sinc"      |x -> y| special::in_f64(x, special::sinc), (defined(y, || special::sinc_d(x, y))), [-INF, INF];

    // ------------------------------------------------------------------------------------------ kinks and steps
    /// Absolute value: `|a + h| ≈ |a| + sign(a)·h`, slope 0 at the kink.
    unary Abs abs "abs"         |x -> y| x.abs(),    (defined(y, || kinks::abs_d(x))),      [-INF, INF];
    /// Sign, as the standard library's (1 at `+0`, −1 at `−0`): slope 0.
    unary Signum signum "sign"  |x -> y| x.signum(), (defined(y, zero)),                    [-INF, INF];
    /// Largest integer not above `x`: slope 0.
    unary Floor floor "floor"   |x -> y| x.floor(),  (defined(y, zero)),                    [-INF, INF];
    /// Smallest integer not below `x`: slope 0.
    unary Ceil ceil "ceil"      |x -> y| x.ceil(),   (defined(y, zero)),                    [-INF, INF];
    /// Nearest integer, halves away from zero: slope 0.
    unary Round round "round"   |x -> y| x.round(),  (defined(y, zero)),                    [-INF, INF];
    /// Integer part: slope 0.
    unary Trunc trunc "trunc"   |x -> y| x.trunc(),  (defined(y, zero)),                    [-INF, INF];
    /// Fractional part, `x − trunc(x)`: slope 1.
    unary Fract fract "fract"   |x -> y| x.fract(),  (defined(y, one)),                     [-INF, INF];
    /// The larger of two: slope 1 for it, half for each if they tie; a number wins against NaN.
    binary Max max "max"        |x, y -> z| x.max(y), (defined(z, || kinks::winner(x, y)), defined(z, || kinks::winner(y, x))), [-INF, INF] [-INF, INF];
    /// The smaller of two: slope 1 for it, half for each if they tie; a number wins against NaN.
    binary Min min "min"        |x, y -> z| x.min(y), (defined(z, || kinks::loser(x, y)), defined(z, || kinks::loser(y, x))),   [-INF, INF] [-INF, INF];
    /// `x` limited to `[y, w]`: slope 1 for `x` between the bounds, else for the bound that holds.
    ternary Clamp clamp "clamp" |x, y, w -> z| kinks::clamp(x, y, w), (defined(z, || kinks::clamp_dx(x, y, w)), defined(z, || kinks::clamp_dlow(x, y, w)), defined(z, || kinks::clamp_dhigh(x, y, w))), [-INF, INF] [-INF, INF] [-INF, INF];
    /// The magnitude of `x` with the sign of `y`: slope ±1 in `x` by the sign bits, also at 0; 0 in `y`.
    binary Copysign copysign "copysign" |x, y -> z| x.copysign(y), (defined(z, || kinks::copysign_d(x, y)), defined(z, zero)), [-INF, INF] [-INF, INF];
    /// The positive difference, `max(x − y, 0)`: slopes `(1, −1)` where it is positive, else 0.
    binary AbsSub abs_sub "abs_sub" |x, y -> z| kinks::abs_sub(x, y), (defined(z, || kinks::abs_sub_d(x, y)), defined(z, || -kinks::abs_sub_d(x, y))), [-INF, INF] [-INF, INF];
} } }
pub(crate) use table;

/// The operation codes, what is known about each, and the slopes.
macro_rules! operations {
    ([] $( #[doc = $doc:literal] $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        /// An operation of the table, by name.
        ///
        /// ```
        /// use backprop::{Node, Op, Recorded};
        /// let y = Node::leaf(2.0).sin();
        /// assert_eq!(y.operation(), Some(Recorded::Row(Op::Sin)));
        /// assert_eq!((Op::Sin.name(), Op::Sin.symbol(), Op::Sin.arity()), ("sin", "sin", 1));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Op { $( #[doc = $doc] $Name ),* }

        impl Op {
            /// Every row of the table, in its order.
            pub const ALL: &'static [Op] = &[$(Op::$Name),*];
            /// The method's name, as in the standard library: `"atan2"`.
            #[must_use] pub fn name(self) -> &'static str { match self { $(Op::$Name => stringify!($f)),* } }
            /// What stands in a drawing: `"×"`.
            #[must_use] pub fn symbol(self) -> &'static str { match self { $(Op::$Name => $symbol),* } }
            /// The row's line of documentation: what it is, and its expansion, `a` and `b` the operands, `h` and `k` small.
            ///
            /// ```
            /// assert_eq!(backprop::Op::Mul.rule(), "Multiplication: `(a + h)(b + k) ≈ ab + b·h + a·k`.");
            /// ```
            #[must_use] pub fn rule(self) -> &'static str { match self { $(Op::$Name => $doc),* }.trim_start() }
            /// The number of operands, 1 to 3 (`powi` and `polygamma` have one, and an integer that is not an operand).
            #[must_use] pub fn arity(self) -> usize { match self { $(Op::$Name => operations!(@arity $arity)),* } }
            /// The interval on which each operand may lie for the value to be defined.
            ///
            /// ```
            /// assert_eq!(backprop::Op::Asin.domain(), &[[-1.0, 1.0]]);
            /// ```
            #[must_use] pub fn domain(self) -> &'static [[f64; 2]] {
                const INF: f64 = f64::INFINITY;
                match self { $(Op::$Name => &[$([$low, $high]),+]),* }
            }
            /// The operation on any number, from its operands and the integer of `powi` or `polygamma`, which the others do
            /// not look at.
            ///
            /// ```
            /// use backprop::{Dual, Op};
            /// assert_eq!(Op::Hypot.apply(&[3.0, 4.0], 0), 5.0);
            /// assert_eq!(Op::Powi.apply(&[Dual::variable(2.0)], 3).derivative(), 12.0);
            /// ```
            ///
            /// # Panics
            /// If there are not as many operands as the [arity](Op::arity) says; `clamp` as the method does.
            #[must_use]
            #[track_caller]
            pub fn apply<S: Elementary>(self, x: &[S], n: i32) -> S {
                assert!(x.len() == self.arity(), "{} has {} operands, not {}", self.name(), self.arity(), x.len());
                let last = x.len() - 1;
                self.value([&x[0], &x[last.min(1)], &x[last]], n)
            }
            /// The operation itself on any number; operands and exponent as [`slope`](Op::slope) takes them.
            #[track_caller]
            pub(crate) fn value<S: Elementary>(self, x: [&S; 3], n: i32) -> S {
                match self { $(Op::$Name => operations!(@value $arity $f x n)),* }
            }
            /// The slope in operand `i`, from the operands (the last repeated up to three), the integer of `powi` or `polygamma`, the result.
            pub(crate) fn slope<S: Elementary>(self, i: usize, x: [&S; 3], n: i32, z: &S) -> S {
                match self { $(Op::$Name => operations!(@call $arity $f i x n z)),* }
            }
        }
        /// The slopes, one function a row, the operand's number a constant.
        pub(crate) mod slope {
            use super::*;
            use std::f64::consts::{LN_2, LOG2_E, LOG10_E, PI};
            $( operations!(@slope $arity $f |$($arg),+ -> $z| $($slope),+); )*
        }
    };
    (@arity operator1) => { 1 }; (@arity unary) => { 1 }; (@arity power) => { 1 };
    (@arity operator2) => { 2 }; (@arity binary) => { 2 }; (@arity ternary) => { 3 };

    (@value operator1 $f:ident $x:ident $n:ident) => { $x[0].clone().$f() };
    (@value operator2 $f:ident $x:ident $n:ident) => { $x[0].clone().$f($x[1]) };
    (@value unary $f:ident $x:ident $n:ident) => { $x[0].$f() };
    (@value power $f:ident $x:ident $n:ident) => { $x[0].$f($n) };
    (@value binary $f:ident $x:ident $n:ident) => { $x[0].$f($x[1]) };
    (@value ternary $f:ident $x:ident $n:ident) => { $x[0].$f($x[1], $x[2]) };

    (@call operator1 $f:ident $i:ident $x:ident $n:ident $z:ident) => { slope::$f($x[0], $z) };
    (@call unary $f:ident $i:ident $x:ident $n:ident $z:ident) => { slope::$f($x[0], $z) };
    (@call power $f:ident $i:ident $x:ident $n:ident $z:ident) => { slope::$f($x[0], $n, $z) };
    (@call operator2 $f:ident $i:ident $x:ident $n:ident $z:ident) => { operations!(@call binary $f $i $x $n $z) };
    (@call binary $f:ident $i:ident $x:ident $n:ident $z:ident) => {
        if $i == 0 { slope::$f::<S, 0>($x[0], $x[1], $z) } else { slope::$f::<S, 1>($x[0], $x[1], $z) }
    };
    (@call ternary $f:ident $i:ident $x:ident $n:ident $z:ident) => {
        match $i {
            0 => slope::$f::<S, 0>($x[0], $x[1], $x[2], $z),
            1 => slope::$f::<S, 1>($x[0], $x[1], $x[2], $z),
            _ => slope::$f::<S, 2>($x[0], $x[1], $x[2], $z),
        }
    };

    (@slope operator1 $f:ident |$x:ident -> $z:ident| $dx:expr) => { operations!(@slope unary $f |$x -> $z| $dx); };
    (@slope unary $f:ident |$x:ident -> $z:ident| $dx:expr) => {
        #[inline(always)] #[allow(unused_variables)]
        pub(crate) fn $f<S: Elementary>($x: &S, $z: &S) -> S { fault::slip!(concat!(stringify!($f), " row"), $dx) }
    };
    (@slope power $f:ident |$x:ident, $n:ident -> $z:ident| $dx:expr) => {
        #[inline(always)] #[allow(unused_variables)]
        pub(crate) fn $f<S: Elementary>($x: &S, $n: i32, $z: &S) -> S { fault::slip!(concat!(stringify!($f), " row"), $dx) }
    };
    (@slope operator2 $f:ident |$x:ident, $y:ident -> $z:ident| $dx:expr, $dy:expr) => { operations!(@slope binary $f |$x, $y -> $z| $dx, $dy); };
    (@slope binary $f:ident |$x:ident, $y:ident -> $z:ident| $dx:expr, $dy:expr) => {
        #[inline(always)] #[allow(unused_variables)]
        pub(crate) fn $f<S: Elementary, const I: usize>($x: &S, $y: &S, $z: &S) -> S {
            if I == 0 { fault::slip!(concat!(stringify!($f), " row, first"), $dx) } else { fault::slip!(concat!(stringify!($f), " row, second"), $dy) }
        }
    };
    (@slope ternary $f:ident |$x:ident, $y:ident, $w:ident -> $z:ident| $dx:expr, $dy:expr, $dw:expr) => {
        #[inline(always)] #[allow(unused_variables)]
        pub(crate) fn $f<S: Elementary, const I: usize>($x: &S, $y: &S, $w: &S, $z: &S) -> S {
            match I {
                0 => fault::slip!(concat!(stringify!($f), " row, first"), $dx),
                1 => fault::slip!(concat!(stringify!($f), " row, second"), $dy),
                _ => fault::slip!(concat!(stringify!($f), " row, third"), $dw),
            }
        }
    };
}
table!(operations);
