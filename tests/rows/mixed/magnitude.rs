//! A number that knows how large the parts are that its derivatives are summed from: the scale of their errors.

use super::scalar::{Scalar, number_row};
use backprop::{Dual, Op};

#[derive(Clone)]
pub struct Magnitude {
    value: f64,
    /// By input: the sum over all paths of the magnitudes along the path. Empty: nothing.
    pub first: Vec<f64>,
    /// The same along the direction.
    along: f64,
    /// By input: the magnitudes of all that the derivatives of second order along the direction are summed from.
    pub second: Vec<f64>,
}
impl Magnitude {
    pub fn input(value: f64, i: usize, inputs: usize, along: f64) -> Self {
        let mut first = vec![0.0; inputs];
        first[i] = 1.0;
        Magnitude { value, first, along: along.abs(), second: vec![0.0; inputs] }
    }
}
impl Scalar for Magnitude {
    fn of(x: f64) -> Self {
        Magnitude { value: x, first: Vec::new(), along: 0.0, second: Vec::new() }
    }
    fn value(&self) -> f64 {
        self.value
    }
    fn detach(&self) -> Self {
        Magnitude::of(self.value)
    }
    fn row(op: Op, exponent: i32, x: &[&Self]) -> Self {
        let n = x.iter().map(|x| x.first.len()).max().unwrap_or(0);
        let seeded: Vec<Dual<Dual<f64, 3>, 3>> =
            x.iter().enumerate().map(|(i, x)| Dual::seeded(Dual::seeded(x.value, i), i)).collect();
        let z = number_row(op, exponent, &seeded.iter().collect::<Vec<_>>());
        let mut sum = Magnitude { value: z.value().value(), first: vec![0.0; n], along: 0.0, second: vec![0.0; n] };
        for (k, part) in x.iter().enumerate().filter(|(_, part)| !part.first.is_empty()) {
            let slope = z.tangent(k).value().abs();
            // a slope is as precise as its relative change over a rounding error of the operand
            let bend = |(l, other): (usize, &&Magnitude)| match z.tangent(k).tangent(l).abs() {
                0.0 => 0.0,
                second if other.value == 0.0 => second * other.along,
                second => (second + slope / other.value.abs()) * other.along,
            };
            let bend: f64 = x.iter().enumerate().map(bend).sum();
            sum.along += slope * part.along;
            for i in 0..n {
                sum.first[i] += slope * part.first[i];
                sum.second[i] += slope * part.second[i] + bend * part.first[i];
            }
        }
        sum
    }
}
