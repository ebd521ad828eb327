//! Sums by halves: the rounding errors of n terms grow with the logarithm of n, not with n (Higham, *Accuracy and Stability
//! of Numerical Algorithms*, section 4.2). Below some hundred terms the halves are lanes, which the compiler vectorises.

use crate::simd::widest;
use num_traits::Float as Plain;

const LANES: usize = 16;
/// Terms that are added in lanes: 32 to each.
const BLOCK: usize = 512;
/// Terms that are added one after the other.
const FEW: usize = 8;

/// The sum; 0 of nothing. Of up to eight numbers it is that from left to right, the first without a zero before it, which
/// would turn −0 into 0.
#[inline]
pub(crate) fn sum<P: Plain>(x: &[P]) -> P {
    sum_of(x, x, |x, _| x)
}
/// The sum of a function of two slices of one length.
#[inline]
pub(crate) fn sum_of<P: Plain>(x: &[P], y: &[P], term: impl Fn(P, P) -> P + Copy) -> P {
    let n = x.len();
    if n > BLOCK || (FEW + 1..LANES).contains(&n) {
        let half = if n > BLOCK { (n / 2).next_multiple_of(BLOCK) } else { n / 2 };
        return sum_of(&x[..half], &y[..half], term) + sum_of(&x[half..], &y[half..], term);
    }
    if n < LANES {
        let terms = x.iter().zip(y).map(|(&x, &y)| term(x, y));
        return terms.reduce(|sum, x| sum + x).unwrap_or_else(P::zero);
    }
    widest(
        #[inline(always)]
        || in_lanes(x, y, term),
    )
}
/// The sum of as many terms as there are lanes, or more.
#[inline(always)]
fn in_lanes<P: Plain>(x: &[P], y: &[P], term: impl Fn(P, P) -> P + Copy) -> P {
    let ((x, last_x), (y, last_y)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let mut lanes: [P; LANES] = std::array::from_fn(|k| term(x[0][k], y[0][k]));
    for (x, y) in x[1..].iter().zip(&y[1..]) {
        for k in 0..LANES {
            lanes[k] = lanes[k] + term(x[k], y[k]);
        }
    }
    for (lane, (&x, &y)) in lanes.iter_mut().zip(last_x.iter().zip(last_y)) {
        *lane = *lane + term(x, y);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for k in 0..width {
            lanes[k] = lanes[k] + lanes[k + width];
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sum_is_as_near_as_halves_bring_it() {
        for n in [1, 7, 8, 9, 31, 32, 33, 100, 511, 512, 513, 5000, 1 << 20] {
            let x: Vec<f32> = (0..n).map(|k| 0.1 + (k % 7) as f32).collect();
            let exact: f64 = x.iter().map(|&x| f64::from(x)).sum();
            let bound = (2.0 + (n as f64).log2()) * f64::from(f32::EPSILON) * exact;
            assert!((f64::from(sum(&x)) - exact).abs() <= bound, "{n}");
            let twice: f64 = 2.0 * exact;
            assert!((f64::from(sum_of(&x, &x, |a, b| a + b)) - twice).abs() <= 2.0 * bound, "{n}");
        }
    }
    #[test]
    fn few_numbers_are_added_from_left_to_right() {
        assert_eq!(sum(&[1e16, 1.0, 1.0, -1e16]), ((1e16 + 1.0) + 1.0) - 1e16);
        assert!(sum(&[-0.0, -0.0]).is_sign_negative());
        assert_eq!(sum::<f64>(&[]).to_bits(), 0);
    }
}
