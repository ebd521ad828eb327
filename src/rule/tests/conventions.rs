//! Numbers at the edges: one line for each convention.
//!
//! > The derivative where it exists. At a kink, the element of least norm of the sub- or superdifferential. At the rim
//! > of the domain, the one-sided limit (which may be infinite). Where the value is NaN, NaN.
//!
//! A line reads `row [arguments] [first derivatives] [second derivatives]`: the upper triangle of the Hessian row by
//! row, or nothing where all that is asked is that the modes agree. Arguments beyond the first derivatives are
//! constants. `TINY` is subnormal, `LEAST` the smallest normal number, `MOST` the largest finite one.

/// A line of the table.
pub(super) struct Edge<T: 'static> {
    pub row: &'static str,
    pub x: &'static [T],
    pub first: &'static [T],
    pub second: &'static [T],
}

/// The slopes of selu beside 0, and `−ψ″(2) = 2ζ(3) − 2`.
const SELU: [f64; 2] = [1.050_700_987_355_480_5, 1.758_099_340_847_376_6];
const BETA: f64 = 0.404_113_806_319_188_6;
/// The slope of the normal law's quantile at the smallest normal number.
#[allow(non_upper_case_globals, reason = "by the name of the precision")]
mod rim {
    pub(super) const f32: f32 = 6.530_690_4e36;
    pub(super) const f64: f64 = 1.196_993_952_672_492_4e306;
}

macro_rules! both_precisions {
    (@one $t:ident [$( $row:ident [$($x:expr),+] [$($first:expr),+] [$($second:expr),*]; )*]) => {
        pub(super) mod $t {
            use std::$t::consts::*;
            const INF: $t = $t::INFINITY;
            const NAN: $t = $t::NAN;
            const LEAST: $t = $t::MIN_POSITIVE;
            const TINY: $t = LEAST / 8.0;
            const MOST: $t = $t::MAX;
            /// The second derivatives of the length of `(MOST, −MOST)`.
            const CURVED: $t = FRAC_1_SQRT_2 / 2.0 / MOST;
            const SELU_ABOVE: $t = super::SELU[0] as $t;
            const SELU_BELOW: $t = super::SELU[1] as $t;
            const CURVED_BETA: $t = super::BETA as $t;
            /// The slope of the normal law's quantile at `LEAST`.
            const RIM: $t = super::rim::$t;
            pub(in super::super) const EDGES: &[super::Edge<$t>] = &[$( super::Edge {
                row: stringify!($row), x: &[$($x),+], first: &[$($first),+], second: &[$($second),*],
            } ),*];
        }
    };
    ($($lines:tt)*) => { both_precisions! { @one f32 [$($lines)*] } both_precisions! { @one f64 [$($lines)*] } };
}

both_precisions! {
    // ------------------------------------------------------------------------------------------ arithmetic
    // polynomials: their slopes are what the formula says everywhere, also where a value is infinite or NaN
    neg       [0.0]              [-1.0]              [0.0];
    neg       [INF]              [-1.0]              [0.0];
    neg       [NAN]              [-1.0]              [0.0];
    add       [INF, 1.0]         [1.0, 1.0]          [0.0, 0.0, 0.0];
    add       [INF, -INF]        [1.0, 1.0]          [0.0, 0.0, 0.0];
    sub       [INF, INF]         [1.0, -1.0]         [0.0, 0.0, 0.0];
    mul       [0.0, 0.0]         [0.0, 0.0]          [0.0, 1.0, 0.0];
    mul       [0.0, INF]         [INF, 0.0]          [0.0, 1.0, 0.0];
    mul       [0.0, NAN]         [NAN, 0.0]          [0.0, 1.0, 0.0];
    mul       [-0.0, 3.0]        [3.0, 0.0]          [0.0, 1.0, 0.0];
    through   [0.0, INF]         [INF, 0.0]          [0.0, 1.0, 0.0];
    through   [NAN, 0.0]         [0.0, NAN]          [0.0, 1.0, 0.0];
    through   [0.0, 0.0]         [0.0, 0.0]          [0.0, 1.0, 0.0];
    mul_add   [0.0, INF, 1.0]    [INF, 0.0, 1.0]     [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    mul_add   [0.0, 0.0, 0.0]    [0.0, 0.0, 1.0]     [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    square    [0.0]              [0.0]               [2.0];
    square    [-0.0]             [0.0]               [2.0];
    square    [-INF]             [-INF]              [2.0];
    square    [NAN]              [NAN]               [2.0];
    // the sign of a zero is the side from which it is approached
    recip     [0.0]              [-INF]              [INF];
    recip     [-0.0]             [-INF]              [-INF];
    recip     [INF]              [0.0]               [0.0];
    recip     [TINY]             [-INF]              [INF];
    recip     [NAN]              [NAN]               [NAN];
    div       [1.0, 0.0]         [INF, -INF]         [0.0, -INF, INF];
    div       [-1.0, 0.0]        [INF, INF]          [0.0, -INF, -INF];
    div       [1.0, -0.0]        [-INF, -INF]        [0.0, -INF, -INF];
    div       [1.0, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    div       [0.0, 2.0]         [0.5, 0.0]          [0.0, -0.25, 0.0];
    rem       [1.0, 0.1]         [1.0, -9.0]         [0.0, 0.0, 0.0];
    rem       [6.0, 2.0]         [1.0, -3.0]         [0.0, 0.0, 0.0];
    rem       [-7.0, 2.0]        [1.0, 3.0]          [0.0, 0.0, 0.0];
    rem       [5.5, -2.0]        [1.0, 2.0]          [0.0, 0.0, 0.0];
    rem       [0.0, 2.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    rem       [1.0, INF]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    rem       [1.0, 0.0]         [NAN, NAN]          [NAN, NAN, NAN];
    rem       [INF, 2.0]         [NAN, NAN]          [NAN, NAN, NAN];

    // ------------------------------------------------------------------------------------------ roots and powers
    sqrt      [0.0]              [INF]               [-INF];
    sqrt      [-0.0]             [INF]               [-INF];
    sqrt      [INF]              [0.0]               [0.0];
    sqrt      [-1.0]             [NAN]               [NAN];
    sqrt      [-TINY]            [NAN]               [NAN];
    sqrt      [-INF]             [NAN]               [NAN];
    sqrt      [NAN]              [NAN]               [NAN];
    cbrt      [0.0]              [INF]               [];
    cbrt      [-0.0]             [INF]               [];
    cbrt      [-8.0]             [1.0 / 12.0]        [1.0 / 144.0];
    cbrt      [INF]              [0.0]               [0.0];
    cbrt      [NAN]              [NAN]               [NAN];
    powi      [0.0, 0.0]         [0.0]               [0.0];
    powi      [0.0, 1.0]         [1.0]               [0.0];
    powi      [0.0, 2.0]         [0.0]               [2.0];
    powi      [0.0, 3.0]         [0.0]               [0.0];
    powi      [-0.0, 2.0]        [0.0]               [2.0];
    powi      [0.0, -1.0]        [-INF]              [INF];
    powi      [0.0, -2.0]        [-INF]              [INF];
    powi      [-2.0, 3.0]        [12.0]              [-12.0];
    powi      [INF, 0.0]         [0.0]               [0.0];
    powi      [INF, 1.0]         [1.0]               [0.0];
    powi      [INF, 2.0]         [INF]               [2.0];
    powi      [-INF, 3.0]        [INF]               [-INF];
    powi      [INF, -1.0]        [0.0]               [0.0];
    powi      [NAN, 0.0]         [0.0]               [0.0];
    powi      [NAN, 2.0]         [NAN]               [2.0];
    powi      [NAN, 3.0]         [NAN]               [NAN];
    // a constant exponent
    powf      [0.0, 0.0]         [0.0]               [0.0];
    powf      [0.0, 0.5]         [INF]               [-INF];
    powf      [0.0, 1.0]         [1.0]               [0.0];
    powf      [0.0, 1.5]         [0.0]               [INF];
    powf      [0.0, 2.0]         [0.0]               [2.0];
    powf      [0.0, 2.5]         [0.0]               [0.0];
    powf      [0.0, 3.0]         [0.0]               [0.0];
    powf      [0.0, -0.5]        [-INF]              [INF];
    powf      [0.0, -1.0]        [-INF]              [INF];
    powf      [-0.0, 0.5]        [INF]               [];
    powf      [-0.0, 1.0]        [1.0]               [0.0];
    powf      [-0.0, 2.0]        [0.0]               [2.0];
    powf      [-2.0, 3.0]        [12.0]              [-12.0];
    powf      [-2.0, 0.5]        [NAN]               [NAN];
    powf      [INF, 0.0]         [0.0]               [0.0];
    powf      [INF, 2.0]         [INF]               [2.0];
    powf      [INF, -1.0]        [0.0]               [0.0];
    powf      [NAN, 0.0]         [0.0]               [0.0];
    powf      [NAN, 3.0]         [NAN]               [NAN];
    powf      [4.0 * TINY, 1.0]  [1.0]               [0.0];
    // an exponent that varies
    powf      [0.0, 0.0]         [0.0, 0.0]          [0.0, INF, 0.0];
    powf      [0.0, 0.5]         [INF, 0.0]          [-INF, -INF, 0.0];
    powf      [-0.0, 0.5]        [INF, 0.0]          [-INF, -INF, 0.0];
    powf      [0.0, 1.0]         [1.0, 0.0]          [0.0, -INF, 0.0];
    powf      [0.0, 1.5]         [0.0, 0.0]          [INF, 0.0, 0.0];
    powf      [-2.0, 0.0]        [0.0, NAN]          [0.0, NAN, NAN];
    powf      [0.0, 2.0]         [0.0, 0.0]          [2.0, 0.0, 0.0];
    powf      [0.0, 3.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    powf      [-0.0, 2.0]        [0.0, 0.0]          [2.0, 0.0, 0.0];
    powf      [0.0, -1.0]        [-INF, -INF]        [INF, INF, INF];
    powf      [1.0, 0.0]         [0.0, 0.0]          [0.0, 1.0, 0.0];
    powf      [1.0, INF]         [INF, 0.0]          [];
    powf      [2.0, INF]         [INF, INF]          [INF, INF, INF];
    powf      [0.5, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    powf      [2.0, -INF]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    powf      [INF, 2.0]         [INF, INF]          [2.0, INF, INF];
    powf      [INF, -1.0]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    powf      [-2.0, 3.0]        [12.0, NAN]         [-12.0, NAN, NAN];
    powf      [-2.0, 0.5]        [NAN, NAN]          [NAN, NAN, NAN];
    powf      [NAN, 2.0]         [NAN, NAN]          [];
    powf      [2.0, NAN]         [NAN, NAN]          [NAN, NAN, NAN];

    // ------------------------------------------------------------------------------------------ exponentials
    exp       [INF]              [INF]               [INF];
    exp       [-INF]             [0.0]               [0.0];
    exp       [NAN]              [NAN]               [NAN];
    exp2      [INF]              [INF]               [INF];
    exp2      [-INF]             [0.0]               [0.0];
    exp2      [0.0]              [LN_2]              [LN_2 * LN_2];
    exp2      [NAN]              [NAN]               [NAN];
    exp_m1    [0.0]              [1.0]               [1.0];
    exp_m1    [-INF]             [0.0]               [0.0];
    exp_m1    [INF]              [INF]               [INF];
    exp_m1    [NAN]              [NAN]               [NAN];
    ln        [0.0]              [INF]               [-INF];
    ln        [-0.0]             [INF]               [-INF];
    ln        [TINY]             [INF]               [-INF];
    ln        [LEAST]            [1.0 / LEAST]       [-INF];
    ln        [-1.0]             [NAN]               [NAN];
    ln        [-TINY]            [NAN]               [NAN];
    ln        [INF]              [0.0]               [0.0];
    ln        [-INF]             [NAN]               [NAN];
    ln        [NAN]              [NAN]               [NAN];
    log2      [0.0]              [INF]               [-INF];
    log2      [-0.0]             [INF]               [-INF];
    log2      [-1.0]             [NAN]               [NAN];
    log2      [INF]              [0.0]               [0.0];
    log2      [NAN]              [NAN]               [NAN];
    log10     [0.0]              [INF]               [-INF];
    log10     [-0.0]             [INF]               [-INF];
    log10     [-1.0]             [NAN]               [NAN];
    log10     [INF]              [0.0]               [0.0];
    log10     [NAN]              [NAN]               [NAN];
    ln_1p     [-1.0]             [INF]               [-INF];
    ln_1p     [-2.0]             [NAN]               [NAN];
    ln_1p     [0.0]              [1.0]               [-1.0];
    ln_1p     [INF]              [0.0]               [0.0];
    ln_1p     [NAN]              [NAN]               [NAN];
    log       [0.0, 2.0]         [INF, INF]          [-INF, -INF, -INF];
    log       [-0.0, 2.0]        [INF, INF]          [];
    log       [-1.0, 2.0]        [NAN, NAN]          [NAN, NAN, NAN];
    log       [INF, 2.0]         [0.0, -INF]         [];
    log       [2.0, 0.0]         [0.0, -INF]         [0.0, -INF, INF];
    log       [0.5, 0.0]         [0.0, INF]          [0.0, -INF, -INF];
    log       [1.0, 0.0]         [0.0, 0.0]          [0.0, -INF, 0.0];
    log       [2.0, -0.0]        [0.0, -INF]         [0.0, -INF, INF];
    log       [2.0, INF]         [0.0, 0.0]          [];
    log       [2.0, -1.0]        [NAN, NAN]          [NAN, NAN, NAN];
    log       [1.0, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    log       [NAN, 2.0]         [NAN, NAN]          [NAN, NAN, NAN];
    logaddexp [-INF, -INF]       [0.0, 0.0]          [0.0, 0.0, 0.0];
    logaddexp [INF, INF]         [0.5, 0.5]          [0.0, 0.0, 0.0];
    logaddexp [-INF, 2.0]        [0.0, 1.0]          [0.0, 0.0, 0.0];
    logaddexp [INF, 2.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    logaddexp [INF, -INF]        [1.0, 0.0]          [0.0, 0.0, 0.0];
    logaddexp [3.0, 3.0]         [0.5, 0.5]          [0.25, -0.25, 0.25];
    logaddexp [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    logaddexp [INF, NAN]         [NAN, NAN]          [NAN, NAN, NAN];
    xlogy     [0.0, 0.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    xlogy     [-0.0, 0.0]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    xlogy     [0.0, 1.0]         [0.0, 0.0]          [0.0, 1.0, 0.0];
    xlogy     [0.0, INF]         [INF, 0.0]          [0.0, 0.0, 0.0];
    xlogy     [1.0, 0.0]         [-INF, INF]         [0.0, INF, -INF];
    xlogy     [1.0, -0.0]        [-INF, INF]         [0.0, INF, -INF];
    xlogy     [-1.0, 0.0]        [-INF, -INF]        [0.0, INF, INF];
    xlogy     [1.0, -1.0]        [NAN, NAN]          [];
    xlogy     [INF, 1.0]         [0.0, NAN]          [0.0, 1.0, -INF];
    xlogy     [0.0, NAN]         [NAN, NAN]          [];

    // ------------------------------------------------------------------------------------------ trigonometry
    sin       [0.0]              [1.0]               [0.0];
    sin       [INF]              [NAN]               [NAN];
    sin       [NAN]              [NAN]               [NAN];
    cos       [0.0]              [0.0]               [-1.0];
    cos       [-INF]             [NAN]               [NAN];
    cos       [NAN]              [NAN]               [NAN];
    tan       [0.0]              [1.0]               [0.0];
    tan       [INF]              [NAN]               [NAN];
    tan       [NAN]              [NAN]               [NAN];
    asin      [1.0]              [INF]               [INF];
    asin      [-1.0]             [INF]               [-INF];
    asin      [2.0]              [NAN]               [NAN];
    asin      [-INF]             [NAN]               [NAN];
    asin      [NAN]              [NAN]               [NAN];
    acos      [1.0]              [-INF]              [-INF];
    acos      [-1.0]             [-INF]              [INF];
    acos      [-2.0]             [NAN]               [NAN];
    acos      [INF]              [NAN]               [NAN];
    acos      [NAN]              [NAN]               [NAN];
    atan      [0.0]              [1.0]               [0.0];
    atan      [INF]              [0.0]               [0.0];
    atan      [-INF]             [0.0]               [0.0];
    atan      [MOST]             [0.0]               [0.0];
    atan      [NAN]              [NAN]               [NAN];
    atan2     [0.0, 0.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [-0.0, 0.0]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [0.0, -0.0]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [0.0, -2.0]        [-0.5, 0.0]         [0.0, -0.25, 0.0];
    atan2     [-0.0, -2.0]       [-0.5, 0.0]         [0.0, -0.25, 0.0];
    atan2     [2.0, 0.0]         [0.0, -0.5]         [0.0, 0.25, 0.0];
    atan2     [1.0, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [INF, 1.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [INF, -INF]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    atan2     [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    atan2     [INF, NAN]         [NAN, NAN]          [NAN, NAN, NAN];
    hypot     [0.0, 0.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    hypot     [-0.0, 0.0]        [0.0, 0.0]          [0.0, 0.0, 0.0];
    hypot     [0.0, -2.0]        [0.0, -1.0]         [0.5, 0.0, 0.0];
    hypot     [INF, 1.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    hypot     [1.0, -INF]        [0.0, -1.0]         [0.0, 0.0, 0.0];
    hypot     [INF, INF]         [FRAC_1_SQRT_2, FRAC_1_SQRT_2]  [0.0, 0.0, 0.0];
    hypot     [-INF, INF]        [-FRAC_1_SQRT_2, FRAC_1_SQRT_2] [0.0, 0.0, 0.0];
    hypot     [MOST, -MOST]      [FRAC_1_SQRT_2, -FRAC_1_SQRT_2] [CURVED, CURVED, CURVED];
    hypot     [3.0 * TINY, 4.0 * TINY] [0.6, 0.8]    [];
    hypot     [NAN, INF]         [0.0, 1.0]          [0.0, 0.0, 0.0];
    hypot     [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    to_degrees [INF]             [180.0 / PI]        [0.0];
    to_degrees [NAN]             [180.0 / PI]        [0.0];
    to_radians [-INF]            [PI / 180.0]        [0.0];
    to_radians [NAN]             [PI / 180.0]        [0.0];

    // ------------------------------------------------------------------------------------------ hyperbolic functions
    sinh      [0.0]              [1.0]               [0.0];
    sinh      [-INF]             [INF]               [-INF];
    sinh      [NAN]              [NAN]               [NAN];
    cosh      [0.0]              [0.0]               [1.0];
    cosh      [-INF]             [-INF]              [INF];
    cosh      [NAN]              [NAN]               [NAN];
    tanh      [0.0]              [1.0]               [0.0];
    tanh      [-0.0]             [1.0]               [0.0];
    tanh      [INF]              [0.0]               [0.0];
    tanh      [-INF]             [0.0]               [0.0];
    tanh      [NAN]              [NAN]               [NAN];
    asinh     [0.0]              [1.0]               [0.0];
    asinh     [INF]              [0.0]               [0.0];
    asinh     [-MOST]            [1.0 / MOST]        [];
    asinh     [NAN]              [NAN]               [NAN];
    acosh     [1.0]              [INF]               [-INF];
    acosh     [0.5]              [NAN]               [NAN];
    acosh     [-2.0]             [NAN]               [NAN];
    acosh     [INF]              [0.0]               [0.0];
    acosh     [NAN]              [NAN]               [NAN];
    atanh     [1.0]              [INF]               [INF];
    atanh     [-1.0]             [INF]               [-INF];
    atanh     [2.0]              [NAN]               [NAN];
    atanh     [INF]              [NAN]               [NAN];
    atanh     [NAN]              [NAN]               [NAN];

    // ------------------------------------------------------------------------------------------ learning
    sigmoid   [0.0]              [0.25]              [0.0];
    sigmoid   [INF]              [0.0]               [0.0];
    sigmoid   [-INF]             [0.0]               [0.0];
    sigmoid   [NAN]              [NAN]               [NAN];
    softplus  [0.0]              [0.5]               [0.25];
    softplus  [INF]              [1.0]               [0.0];
    softplus  [-INF]             [0.0]               [0.0];
    softplus  [NAN]              [NAN]               [NAN];
    relu      [0.0]              [0.0]               [0.0];
    relu      [-0.0]             [0.0]               [0.0];
    relu      [TINY]             [1.0]               [0.0];
    relu      [-TINY]            [0.0]               [0.0];
    relu      [INF]              [1.0]               [0.0];
    relu      [-INF]             [0.0]               [0.0];
    relu      [NAN]              [NAN]               [NAN];

    // the limit far out, where a factor vanishes
    silu      [0.0]              [0.5]               [0.5];
    silu      [INF]              [1.0]               [0.0];
    silu      [-INF]             [0.0]               [0.0];
    silu      [NAN]              [NAN]               [NAN];
    gelu      [0.0]              [0.5]               [];
    gelu      [INF]              [1.0]               [0.0];
    gelu      [-INF]             [0.0]               [0.0];
    gelu      [NAN]              [NAN]               [NAN];
    gelu_tanh [0.0]              [0.5]               [];
    gelu_tanh [INF]              [1.0]               [0.0];
    gelu_tanh [-INF]             [0.0]               [0.0];
    gelu_tanh [NAN]              [NAN]               [NAN];
    mish      [0.0]              [0.6]               [0.64];
    mish      [-0.0]             [0.6]               [0.64];
    mish      [INF]              [1.0]               [0.0];
    mish      [-INF]             [0.0]               [0.0];
    mish      [NAN]              [NAN]               [NAN];
    // a kink of the slope: the next order is the one of least norm
    elu       [0.0]              [1.0]               [0.0];
    elu       [-0.0]             [1.0]               [0.0];
    elu       [-TINY]            [1.0]               [1.0];
    elu       [INF]              [1.0]               [0.0];
    elu       [-INF]             [0.0]               [0.0];
    elu       [NAN]              [NAN]               [NAN];
    selu      [0.0]              [SELU_ABOVE] [0.0];
    selu      [-0.0]             [SELU_ABOVE] [0.0];
    selu      [-TINY]            [SELU_BELOW] [SELU_BELOW];
    selu      [INF]              [SELU_ABOVE] [0.0];
    selu      [-INF]             [0.0]               [0.0];
    selu      [NAN]              [NAN]               [NAN];
    hard_tanh [1.0]              [0.0]               [0.0];
    hard_tanh [-1.0]             [0.0]               [0.0];
    hard_tanh [0.0]              [1.0]               [0.0];
    hard_tanh [INF]              [0.0]               [0.0];
    hard_tanh [NAN]              [NAN]               [NAN];
    hard_sigmoid [3.0]           [0.0]               [0.0];
    hard_sigmoid [-3.0]          [0.0]               [0.0];
    hard_sigmoid [-INF]          [0.0]               [0.0];
    hard_sigmoid [NAN]           [NAN]               [NAN];
    hard_swish [3.0]             [1.0]               [0.0];
    hard_swish [-3.0]            [0.0]               [0.0];
    hard_swish [0.0]             [0.5]               [1.0 / 3.0];
    hard_swish [INF]             [1.0]               [0.0];
    hard_swish [-INF]            [0.0]               [0.0];
    hard_swish [NAN]             [NAN]               [NAN];
    softsign  [0.0]              [1.0]               [0.0];
    softsign  [-0.0]             [1.0]               [0.0];
    softsign  [INF]              [0.0]               [0.0];
    softsign  [-INF]             [0.0]               [0.0];
    softsign  [NAN]              [NAN]               [NAN];
    log_sigmoid [0.0]            [0.5]               [-0.25];
    log_sigmoid [INF]            [0.0]               [0.0];
    log_sigmoid [-INF]           [1.0]               [0.0];
    log_sigmoid [NAN]            [NAN]               [NAN];
    logit     [0.0]              [INF]               [-INF];
    logit     [-0.0]             [INF]               [-INF];
    logit     [1.0]              [INF]               [INF];
    logit     [0.5]              [4.0]               [0.0];
    logit     [LEAST]            [1.0 / LEAST]       [-INF];
    logit     [TINY]             [INF]               [-INF];
    logit     [-1.0]             [NAN]               [NAN];
    logit     [1.5]              [NAN]               [NAN];
    logit     [NAN]              [NAN]               [NAN];
    log1mexp  [0.0]              [-INF]              [-INF];
    log1mexp  [-0.0]             [-INF]              [-INF];
    log1mexp  [-INF]             [0.0]               [0.0];
    log1mexp  [1.0]              [NAN]               [NAN];
    log1mexp  [NAN]              [NAN]               [NAN];
    entropy   [0.0]              [INF]               [-INF];
    entropy   [-0.0]             [INF]               [-INF];
    entropy   [1.0]              [-1.0]              [-1.0];
    entropy   [INF]              [-INF]              [0.0];
    entropy   [-1.0]             [NAN]               [NAN];
    entropy   [NAN]              [NAN]               [NAN];

    // ------------------------------------------------------------------------------------------ special functions
    erf       [0.0]              [FRAC_2_SQRT_PI]    [0.0];
    erf       [INF]              [0.0]               [0.0];
    erf       [-INF]             [0.0]               [0.0];
    erf       [NAN]              [NAN]               [NAN];
    erfc      [0.0]              [-FRAC_2_SQRT_PI]   [0.0];
    erfc      [INF]              [0.0]               [0.0];
    erfc      [NAN]              [NAN]               [NAN];
    erf_inv   [0.0]              [1.0 / FRAC_2_SQRT_PI] [0.0];
    erf_inv   [1.0]              [INF]               [INF];
    erf_inv   [-1.0]             [INF]               [-INF];
    erf_inv   [1.5]              [NAN]               [NAN];
    erf_inv   [-INF]             [NAN]               [NAN];
    erf_inv   [NAN]              [NAN]               [NAN];
    normal_cdf [INF]             [0.0]               [0.0];
    normal_cdf [-INF]            [0.0]               [0.0];
    normal_cdf [NAN]             [NAN]               [NAN];
    normal_quantile [0.0]        [INF]               [-INF];
    normal_quantile [-0.0]       [INF]               [-INF];
    normal_quantile [1.0]        [INF]               [INF];
    normal_quantile [LEAST]      [RIM]               [-INF];
    normal_quantile [-1.0]       [NAN]               [NAN];
    normal_quantile [2.0]        [NAN]               [NAN];
    normal_quantile [NAN]        [NAN]               [NAN];
    // at 0 the sign of the zero is the side; at the negative integers there are two
    gamma     [0.0]              [-INF]              [INF];
    gamma     [-0.0]             [-INF]              [-INF];
    gamma     [-2.0]             [NAN]               [NAN];
    gamma     [INF]              [INF]               [INF];
    gamma     [-INF]             [NAN]               [NAN];
    gamma     [NAN]              [NAN]               [NAN];
    ln_gamma  [0.0]              [-INF]              [INF];
    ln_gamma  [-0.0]             [INF]               [INF];
    ln_gamma  [-2.0]             [NAN]               [INF];
    ln_gamma  [INF]              [INF]               [0.0];
    gamma     [MOST]             [INF]               [INF];
    ln_gamma  [NAN]              [NAN]               [NAN];
    digamma   [0.0]              [INF]               [-INF];
    digamma   [-0.0]             [INF]               [INF];
    digamma   [INF]              [0.0]               [0.0];
    digamma   [NAN]              [NAN]               [NAN];
    polygamma [0.0, 1.0]         [-INF]              [INF];
    polygamma [-1.0, 1.0]        [NAN]               [INF];
    polygamma [0.0, 2.0]         [INF]               [-INF];
    polygamma [TINY, 1.0]        [-INF]              [INF];
    polygamma [-TINY, 2.0]       [INF]               [INF];
    polygamma [-TINY, 3.0]       [INF]               [INF];
    polygamma [-TINY, 40.0]      [INF]               [INF];
    polygamma [INF, 1.0]         [0.0]               [0.0];
    polygamma [-INF, 1.0]        [NAN]               [NAN];
    polygamma [1.0, -1.0]        [NAN]               [NAN];
    polygamma [NAN, 3.0]         [NAN]               [NAN];
    beta      [0.0, 2.0]         [-INF]              [];
    beta      [2.0, 0.0]         [-(PI * PI / 6.0 - 1.0)] [CURVED_BETA];
    beta      [0.0, 0.0]         [-INF, -INF]        [];
    beta      [-0.0, 2.0]        [-INF]              [];
    beta      [INF, 2.0]         [0.0, 0.0]          [];
    beta      [1.0, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    beta      [-1.0, 2.0]        [NAN, NAN]          [NAN, NAN, NAN];
    beta      [NAN, 2.0]         [NAN, NAN]          [NAN, NAN, NAN];
    ln_beta   [0.0, 2.0]         [-INF]              [INF];
    ln_beta   [-0.0, 2.0]        [-INF]              [INF];
    ln_beta   [2.0, 0.0]         [0.0]               [];
    ln_beta   [0.0, 0.0]         [-INF, -INF]        [];
    ln_beta   [INF, 2.0]         [0.0]               [0.0];
    ln_beta   [INF, 1.0]         [0.0, -INF]         [0.0, 0.0, PI * PI / 6.0];
    ln_beta   [1.0, INF]         [-INF, 0.0]         [PI * PI / 6.0, 0.0, 0.0];
    ln_beta   [-1.0, 2.0]        [NAN, NAN]          [NAN, NAN, NAN];
    ln_beta   [NAN, 2.0]         [NAN, NAN]          [NAN, NAN, NAN];
    j0        [0.0]              [0.0]               [-0.5];
    j0        [-0.0]             [0.0]               [-0.5];
    j0        [INF]              [0.0]               [0.0];
    j0        [NAN]              [NAN]               [NAN];
    j1        [0.0]              [0.5]               [0.0];
    j1        [-0.0]             [0.5]               [0.0];
    j1        [-INF]             [0.0]               [0.0];
    j1        [NAN]              [NAN]               [NAN];
    y0        [0.0]              [INF]               [-INF];
    y0        [-0.0]             [INF]               [-INF];
    y0        [-1.0]             [NAN]               [NAN];
    y0        [INF]              [0.0]               [0.0];
    y0        [NAN]              [NAN]               [NAN];
    y1        [0.0]              [INF]               [-INF];
    y1        [TINY]             [INF]               [-INF];
    y1        [-1.0]             [NAN]               [NAN];
    y1        [INF]              [0.0]               [0.0];
    y1        [NAN]              [NAN]               [NAN];
    i0        [0.0]              [0.0]               [0.5];
    i0        [INF]              [INF]               [INF];
    i0        [-INF]             [-INF]              [INF];
    i0        [NAN]              [NAN]               [NAN];
    i1        [0.0]              [0.5]               [0.0];
    i1        [-0.0]             [0.5]               [0.0];
    i1        [INF]              [INF]               [INF];
    i1        [-INF]             [INF]               [-INF];
    i1        [MOST]             [INF]               [INF];
    i1        [NAN]              [NAN]               [NAN];
    sinc      [0.0]              [0.0]               [-1.0 / 3.0];
    sinc      [-0.0]             [0.0]               [-1.0 / 3.0];
    sinc      [INF]              [0.0]               [0.0];
    sinc      [NAN]              [NAN]               [NAN];

    // ------------------------------------------------------------------------------------------ kinks and steps
    abs       [0.0]              [0.0]               [0.0];
    abs       [-0.0]             [0.0]               [0.0];
    abs       [TINY]             [1.0]               [0.0];
    abs       [-INF]             [-1.0]              [0.0];
    abs       [NAN]              [NAN]               [NAN];
    signum    [0.0]              [0.0]               [0.0];
    signum    [-0.0]             [0.0]               [0.0];
    signum    [NAN]              [NAN]               [NAN];
    floor     [2.0]              [0.0]               [0.0];
    floor     [INF]              [0.0]               [0.0];
    floor     [NAN]              [NAN]               [NAN];
    ceil      [-2.0]             [0.0]               [0.0];
    ceil      [-INF]             [0.0]               [0.0];
    ceil      [NAN]              [NAN]               [NAN];
    round     [2.5]              [0.0]               [0.0];
    round     [-0.0]             [0.0]               [0.0];
    round     [NAN]              [NAN]               [NAN];
    trunc     [-1.0]             [0.0]               [0.0];
    trunc     [NAN]              [NAN]               [NAN];
    fract     [2.0]              [1.0]               [0.0];
    fract     [-0.0]             [1.0]               [0.0];
    fract     [INF]              [NAN]               [NAN];
    fract     [NAN]              [NAN]               [NAN];
    max       [1.0, 1.0]         [0.5, 0.5]          [0.0, 0.0, 0.0];
    max       [0.0, -0.0]        [0.5, 0.5]          [0.0, 0.0, 0.0];
    max       [INF, INF]         [0.5, 0.5]          [0.0, 0.0, 0.0];
    max       [-INF, 0.0]        [0.0, 1.0]          [0.0, 0.0, 0.0];
    max       [NAN, 1.0]         [0.0, 1.0]          [0.0, 0.0, 0.0];
    max       [1.0, NAN]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    max       [NAN, -INF]        [0.0, 1.0]          [0.0, 0.0, 0.0];
    max       [NAN, NAN]         [NAN, NAN]          [NAN, NAN, NAN];
    // a constant takes its half as well
    max       [1.0, 1.0]         [0.5]               [0.0];
    min       [1.0, 1.0]         [0.5, 0.5]          [0.0, 0.0, 0.0];
    min       [-0.0, 0.0]        [0.5, 0.5]          [0.0, 0.0, 0.0];
    min       [-INF, -INF]       [0.5, 0.5]          [0.0, 0.0, 0.0];
    min       [INF, 0.0]         [0.0, 1.0]          [0.0, 0.0, 0.0];
    min       [NAN, 1.0]         [0.0, 1.0]          [0.0, 0.0, 0.0];
    min       [1.0, NAN]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    min       [NAN, NAN]         [NAN, NAN]          [NAN, NAN, NAN];
    min       [1.0, 1.0]         [0.5]               [0.0];
    clamp     [0.0, 0.0, 1.0]    [0.0, 1.0, 0.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [1.0, 0.0, 1.0]    [0.0, 0.0, 1.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [0.5, 0.0, 1.0]    [1.0, 0.0, 0.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [-INF, 0.0, 1.0]   [0.0, 1.0, 0.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [INF, 0.0, 1.0]    [0.0, 0.0, 1.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [1.0, 1.0, 1.0]    [0.0, 0.5, 0.5]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [2.0, 1.0, 1.0]    [0.0, 0.0, 1.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [5.0, -INF, INF]   [1.0, 0.0, 0.0]     [0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    clamp     [NAN, 0.0, 1.0]    [NAN, NAN, NAN]     [NAN, NAN, NAN, NAN, NAN, NAN];
    copysign  [2.0, 0.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    copysign  [2.0, -0.0]        [-1.0, 0.0]         [0.0, 0.0, 0.0];
    copysign  [0.0, 1.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    copysign  [0.0, -1.0]        [-1.0, 0.0]         [0.0, 0.0, 0.0];
    copysign  [-0.0, 1.0]        [-1.0, 0.0]         [0.0, 0.0, 0.0];
    copysign  [-0.0, -0.0]       [1.0, 0.0]          [0.0, 0.0, 0.0];
    copysign  [-INF, 1.0]        [-1.0, 0.0]         [0.0, 0.0, 0.0];
    copysign  [2.0, -NAN] [-1.0, 0.0]  [0.0, 0.0, 0.0];
    copysign  [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    abs_sub   [1.0, 1.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    abs_sub   [INF, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    abs_sub   [INF, 1.0]         [1.0, -1.0]         [0.0, 0.0, 0.0];
    abs_sub   [1.0, INF]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    abs_sub   [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];

    // ------------------------------------------------------------------------------------------ over slices
    sum       [INF, 1.0]         [1.0, 1.0]          [0.0, 0.0, 0.0];
    sum       [-0.0]             [1.0]               [0.0];
    dot       [0.0, INF]         [INF, 0.0]          [0.0, 1.0, 0.0];
    norm      [0.0, 0.0]         [0.0, 0.0]          [0.0, 0.0, 0.0];
    norm      [0.0]              [0.0]               [0.0];
    norm      [-2.0]             [-1.0]              [0.0];
    norm      [0.0, -2.0]        [0.0, -1.0]         [0.5, 0.0, 0.0];
    norm      [INF, 1.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    norm      [-INF, INF]        [-FRAC_1_SQRT_2, FRAC_1_SQRT_2] [0.0, 0.0, 0.0];
    norm      [MOST, -MOST]      [FRAC_1_SQRT_2, -FRAC_1_SQRT_2] [CURVED, CURVED, CURVED];
    norm      [3.0 * TINY, 4.0 * TINY] [0.6, 0.8]    [];
    norm      [NAN, INF]         [0.0, 1.0]          [0.0, 0.0, 0.0];
    norm      [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
    logsumexp [-INF, -INF]       [0.0, 0.0]          [0.0, 0.0, 0.0];
    logsumexp [-INF]             [0.0]               [0.0];
    logsumexp [-INF, 2.0]        [0.0, 1.0]          [0.0, 0.0, 0.0];
    logsumexp [INF, 2.0]         [1.0, 0.0]          [0.0, 0.0, 0.0];
    logsumexp [INF, INF]         [0.5, 0.5]          [0.0, 0.0, 0.0];
    logsumexp [3.0, 3.0]         [0.5, 0.5]          [0.25, -0.25, 0.25];
    logsumexp [MOST, -MOST]      [1.0, 0.0]          [0.0, 0.0, 0.0];
    logsumexp [NAN, 1.0]         [NAN, NAN]          [NAN, NAN, NAN];
}
