//! Somebody else's code: the method of Dormand and Prince (1980), of order 5 with an error estimate of order 4, for any
//! `num_traits::Float`. Nothing here knows of derivatives.
//!
//! It stands here because no crate fits. `ode_solvers` 0.6 has a trait that only `f32` and `f64` implement, `numra-ode` 0.1
//! one full of associated constants; `russell_ode` 5, `ivp` 0.6, `numint` 0.3 and `peroxide` 0.43 compute in `f64`;
//! `differential-equations` 0.7 and `bacon-sci` 0.16 want simba's fields; `ode_integrate` 0.0.2 wants `From<i8>`; and
//! `ode` 0.1, whose bounds would fit, multiplies by the step size twice.

use num_traits::Float;

/// The weights of the slopes so far, stage by stage; those of the last stage are the result's.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// What the result of order 5 has more than the one of order 4.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// The solution of `dy/dt = f(y)` from time 0 to `end`: each time and state that a step has come to, the last at `end`.
pub fn integrate<F: Float, const N: usize>(
    f: impl Fn(&[F; N]) -> [F; N],
    start: [F; N],
    end: F,
    tolerance: F,
) -> Vec<(F, [F; N])> {
    let literal = |x: f64| F::from(x).expect("any float takes an f64");
    let (mut time, mut y) = (F::zero(), start);
    let mut points = vec![(time, y)];
    let mut slopes = [f(&y); 7];
    let mut h = end * literal(1e-6);
    while time < end {
        h = h.min(end - time);
        let mut next = y;
        for (stage, weights) in STAGES.iter().enumerate() {
            next = combine(&y, h, weights, &slopes);
            slopes[stage + 1] = f(&next);
        }
        let error = combine(&[F::zero(); N], h, &ERROR, &slopes);
        let worst = (0..N).fold(F::zero(), |worst, k| worst.max(error[k].abs() / (F::one() + y[k].abs())));
        let ratio = worst / tolerance;
        if ratio <= F::one() {
            (time, y) = (if h < end - time { time + h } else { end }, next);
            points.push((time, y));
            slopes[0] = slopes[6];
        }
        h = h * (literal(0.9) * ratio.powf(literal(-0.2))).max(literal(0.2)).min(literal(5.0));
    }
    points
}

/// `y + h·Σ weightₖ·slopeₖ`
fn combine<F: Float, const N: usize>(y: &[F; N], h: F, weights: &[f64], slopes: &[[F; N]; 7]) -> [F; N] {
    std::array::from_fn(|k| {
        let sum = weights
            .iter()
            .zip(slopes)
            .fold(F::zero(), |sum, (&weight, slope)| sum + F::from(weight).expect("any float takes an f64") * slope[k]);
        y[k] + h * sum
    })
}
