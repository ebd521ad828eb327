//! A lane of logits: its softmax, the logarithm of that, and the loss at a label.
//!
//! It is never exponentiated as it is: the largest one is taken off first, so that nothing overflows, and
//! left out of the sum, so that `ln(1 + the others)` keeps its digits however sure a model is. What holds at the ends of
//! the range follows from one sentence: the softmax is the slope of `logsumexp`. A lane that is −∞ throughout has the
//! softmax 0, infinite logits share equally, and NaN gives NaN.

use crate::number::Float;
use crate::rule::{Fold, pairwise};

/// The place of the largest logit; `None` if that is not a finite number, or there is none.
fn top<T: Float>(lane: &[T]) -> Option<usize> {
    let mut top = 0;
    for (k, x) in lane.iter().enumerate() {
        if *x > lane[top] || num_traits::Float::is_nan(*x) {
            top = k;
        }
    }
    lane.get(top).filter(|high| num_traits::Float::is_finite(**high)).map(|_| top)
}
/// The slopes of `logsumexp`; those of a lane without a largest finite element are constants.
pub(crate) fn softmax_of<T: Float>(lane: &mut [T]) {
    let Some(top) = top(lane) else {
        let z = T::fold(Fold::LogSumExp, lane, &[]);
        lane.copy_from_slice(&Fold::LogSumExp.slopes_of_one(lane, &z));
        return;
    };
    let high = T::of(lane[top].to_f64_value());
    lane.iter_mut().for_each(|x| *x = (*x - high).exp());
    let all = T::fold(Fold::Sum, lane, &[]);
    lane.iter_mut().for_each(|x| *x /= all);
}
pub(crate) fn log_softmax_of<T: Float>(lane: &mut [T]) {
    let Some(top) = top(lane) else {
        let logs: Vec<T> = (0..lane.len()).map(|k| T::fold(Fold::LogSoftmax(k), lane, &[])).collect();
        lane.copy_from_slice(&logs);
        return;
    };
    let high = lane[top];
    let (before, after) = (&lane[..top], &lane[top + 1..]);
    let sum_of = |x: &[T]| pairwise::sum_of(x, x, |x, _| (x - high).exp());
    let others = sum_of(before) + sum_of(after);
    let all = others.ln_1p();
    lane.iter_mut().for_each(|x| *x = (*x - high) - all);
}
/// `−ln softmax` at the label. The logits become the slopes, `softmax − one-hot`; at the label that is `−Σ` of the
/// others' softmax, which keeps its digits where the label's own is nearly 1.
pub(crate) fn negative_log_likelihood<T: Float>(lane: &mut [T], label: usize) -> T {
    let one = T::of(1.0);
    let Some(top) = top(lane) else {
        let value = -T::fold(Fold::LogSoftmax(label), lane, &[]);
        softmax_of(lane);
        lane[label] -= one;
        return value;
    };
    let (high, right) = (lane[top], lane[label]);
    lane.iter_mut().for_each(|x| *x = (*x - high).exp());
    let others = pairwise::sum(&lane[..top]) + pairwise::sum(&lane[top + 1..]);
    let all = others + one;
    lane.iter_mut().for_each(|x| *x /= all);
    lane[label] = if label == top { -(others / all) } else { lane[label] - one };
    (high - right) + others.ln_1p()
}
