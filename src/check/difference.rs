//! Difference quotients that know how good they are.
//!
//! Quotients over steps that are halved again and again are extrapolated to the step 0 (Richardson 1911; Neville's
//! scheme with its neighbours as error estimate is Ridders 1982). What is beyond the textbook is there so that a
//! healthy derivative is never called wrong:
//!
//! * Every scheme starts at another step, and the one that is sure of itself *and* agrees with its neighbour counts.
//!   Too long steps leave the domain, cross kinks and miss wiggles; too short ones drown in rounding.
//! * The quotients to the left and to the right are extrapolated too. At a kink the central quotient converges nicely,
//!   to the mean of two slopes; only the two sides tell.
//! * What long steps say must be borne out by all shorter ones, until rounding drowns them.
//! * Where left and right stay apart, by the same amount from step to step, there is a kink within the step, and only
//!   steps shorter than that are trusted.

/// What a precision does to quotients.
#[derive(Clone, Copy)]
pub struct Precision {
    /// The distance of 1 and the next number.
    pub epsilon: f64,
    /// How often the first step is halved.
    halvings: i32,
    /// To the nearest number that it can hold.
    round: fn(f64) -> f64,
    /// The relative discrepancy that is still right.
    pub tolerance: f64,
}
pub(super) const DOUBLE: Precision =
    Precision { epsilon: f64::EPSILON, halvings: 26, round: |x| x, tolerance: super::TOLERANCE };
pub(super) const SINGLE: Precision =
    Precision { epsilon: f32::EPSILON as f64, halvings: 12, round: |x| f64::from(x as f32), tolerance: 2e-3 };

/// What the quotients say about one derivative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub value: f64,
    /// How far off it may be; infinite if nothing converged.
    pub error: f64,
    /// How far apart the quotients to the left and to the right end; 0 if one of them is not there.
    pub spread: f64,
    /// A kink (or jump) lies within this step, and shorter steps did not help.
    pub kink: Option<f64>,
    /// Beyond a rim of the domain: only one side was there.
    pub one_sided: bool,
    /// The size of a slope that could be seen at all: the function's size over the step.
    pub visible: f64,
}

/// An error of this share of the derivative is good enough.
const SHARE: f64 = 0.1;

/// Derivatives of all results of `f` at `x`, which are expected to be these: as soon as a quotient is accurate and says
/// the same, the steps need not become shorter.
pub(super) fn differences(
    precision: Precision,
    x: f64,
    expected: &[f64],
    mut f: impl FnMut(f64) -> Vec<f64>,
) -> Vec<Estimate> {
    let middle = f(x);
    let ladder = |(&middle, &expected)| Ladder { precision, middle, expected, rungs: Vec::new() };
    let mut ladders: Vec<Ladder> = middle.iter().zip(expected).map(ladder).collect();
    if !x.is_finite() || middle.iter().all(|y| !y.is_finite()) {
        return ladders.iter().map(Ladder::estimate).collect();
    }
    let mut done = 0;
    for step in steps(precision, x) {
        let (right, left) = ((precision.round)(x + step), (precision.round)(x - step));
        if right == x || left == x {
            break;
        }
        let (above, below) = (f(right), f(left));
        for (k, ladder) in ladders.iter_mut().enumerate() {
            ladder.push(step, (right - x, above[k]), (x - left, below[k]));
        }
        done += 1;
        if done >= 8 && ladders.iter().all(Ladder::is_good) {
            break;
        }
    }
    ladders.iter().map(Ladder::estimate).collect()
}

/// Powers of two, so that `x ± step` is hardly rounded: around 1 and around the size of `x`, descending.
fn steps(precision: Precision, x: f64) -> impl Iterator<Item = f64> {
    let at = if x == 0.0 { 0 } else { (x.abs().log2().floor() as i32).clamp(-900, 900) };
    let (high, low) = (at.max(0), at.min(0));
    let extra = if x == 0.0 { 8 } else { 0 };
    let wanted = move |e: i32| [high, low].iter().any(|&top| e <= top && e >= top - precision.halvings - extra);
    (low - precision.halvings - extra..=high).rev().filter(move |&e| wanted(e)).map(|e| 2f64.powi(e))
}

/// One rung: a step, and the quotients over it.
struct Rung {
    step: f64,
    central: f64,
    right: f64,
    left: f64,
    /// What rounding the values to neighbouring numbers does to the central quotient.
    noise: f64,
    /// The size of the values.
    size: f64,
}
struct Ladder {
    precision: Precision,
    middle: f64,
    expected: f64,
    rungs: Vec<Rung>,
}

/// The end of a scheme.
#[derive(Clone, Copy)]
struct End {
    start: usize,
    value: f64,
    error: f64,
    one_sided: bool,
}

impl Ladder {
    fn push(&mut self, step: f64, (up, above): (f64, f64), (down, below): (f64, f64)) {
        let size = self.middle.abs().max(above.abs()).max(below.abs());
        self.rungs.push(Rung {
            step,
            central: (above - below) / (up + down),
            right: (above - self.middle) / up,
            left: (self.middle - below) / down,
            noise: self.precision.epsilon * size / step,
            size,
        });
    }

    /// Neville's scheme from one rung on: `factor` is by how much the leading error shrinks from step to step.
    fn scheme(&self, start: usize, factor: f64, quotient: impl Fn(&Rung) -> f64) -> Option<End> {
        let mut row: Vec<f64> = Vec::new();
        let mut best: Option<End> = None;
        for rung in self.rungs[start..].iter().take(9) {
            let mut next = vec![quotient(rung)];
            let mut power = 1.0;
            for (j, above) in row.iter().enumerate() {
                power *= factor;
                let value = next[j] + (next[j] - above) / (power - 1.0);
                let error = (value - next[j]).abs().max((value - above).abs()) + rung.noise;
                if error.is_finite() && best.is_none_or(|best| error <= best.error) {
                    best = Some(End { start, value, error, one_sided: false });
                }
                next.push(value);
            }
            if !next[0].is_finite() {
                break;
            }
            row = next;
        }
        best
    }
    /// The scheme that is surest, and agrees with that from the next shorter step.
    fn surest(&self, first: usize, factor: f64, quotient: impl Fn(&Rung) -> f64 + Copy) -> Option<End> {
        let ends: Vec<Option<End>> =
            (first..self.rungs.len()).map(|start| self.scheme(start, factor, quotient)).collect();
        let agreed = ends.windows(2).filter_map(|pair| {
            let (one, other) = (pair[0]?, pair[1]?);
            Some(End { error: one.error.max((one.value - other.value).abs()), ..one })
        });
        let borne_out = agreed.filter(|end| {
            let off = |rung: &Rung| (quotient(rung) - end.value).abs();
            let (early, late) = self.rungs[end.start..].split_at(3.min(self.rungs.len() - end.start));
            // halving the step halves what a quotient is off by, or does better
            let mut allowed = early.iter().map(off).fold(0.0, f64::max);
            // a function may well be a thousand times as inexact as the rounding of its value
            late.iter().all(|rung| {
                let holds = off(rung) <= allowed + 2.0 * end.error + 1e3 * rung.noise;
                allowed *= 0.5;
                holds
            })
        });
        borne_out.min_by(|a, b| a.error.total_cmp(&b.error))
    }

    /// The last rung over which left and right stay apart as they did over the rungs before: by the same amount (a
    /// kink), or by one that doubles with every halving (a jump; also if the value at the point itself lies midway).
    fn last_kink(&self) -> Option<usize> {
        let gap = |k: usize| self.rungs[k].right - self.rungs[k].left;
        let across = |k: usize| self.rungs[k].central;
        (3..self.rungs.len()).rev().find(|&k| {
            let loud = |x: f64| x.abs() > 64.0 * self.rungs[k].noise;
            let steady = |x: &dyn Fn(usize) -> f64, low: f64, high: f64| {
                loud(x(k)) && (k - 2..=k).all(|i| (low..=high).contains(&(x(i) / x(i - 1))))
            };
            steady(&gap, 0.85, 1.18) || steady(&gap, 1.9, 2.1) || steady(&across, 1.9, 2.1)
        })
    }

    /// Central where both sides are there, else from the side that is.
    fn derivative(&self, first: usize) -> Option<(End, f64)> {
        let right = self.surest(first, 2.0, |rung| rung.right);
        let left = self.surest(first, 2.0, |rung| rung.left);
        let spread = match (right, left) {
            (Some(right), Some(left)) => (right.value - left.value).abs(),
            _ => 0.0,
        };
        let sides = match (right, left) {
            // where the function has a kink in its slope, each side converges and their mean does not
            (Some(right), Some(left)) => Some(End {
                start: right.start.max(left.start),
                value: 0.5 * (right.value + left.value),
                error: right.error.max(left.error).max(spread),
                one_sided: false,
            }),
            // beyond the rim of the domain there is nothing on one side
            (Some(only), None) | (None, Some(only)) => Some(End { one_sided: true, ..only }),
            (None, None) => None,
        };
        let central = self.surest(first, 4.0, |rung| rung.central);
        let best = [central, sides].into_iter().flatten().min_by(|a, b| a.error.total_cmp(&b.error))?;
        Some((best, spread))
    }
    fn is_close_enough(&self, end: &End) -> bool {
        end.error <= SHARE * self.precision.tolerance * end.value.abs()
    }
    /// Further steps would not make it better.
    fn is_good(&self) -> bool {
        let first = self.last_kink().map_or(0, |kink| kink + 1);
        self.derivative(first).is_some_and(|(end, _)| {
            let tolerance = self.precision.tolerance * end.value.abs();
            end.error <= 1e-2 * SHARE * tolerance && (end.value - self.expected).abs() <= tolerance
        })
    }

    fn estimate(&self) -> Estimate {
        let kink = self.last_kink();
        let found = if self.middle.is_finite() { self.derivative(kink.map_or(0, |kink| kink + 1)) } else { None };
        let within = kink.map(|kink| self.rungs[kink].step);
        match found {
            None => Estimate {
                value: f64::NAN,
                error: f64::INFINITY,
                spread: 0.0,
                kink: within,
                one_sided: false,
                visible: 0.0,
            },
            Some((end, spread)) => {
                let rung = &self.rungs[end.start];
                let visible = rung.size / rung.step;
                // shorter steps have got by the kink if they are accurate
                let settled = self.is_close_enough(&end) || end.error == 0.0;
                let kink = within.filter(|_| !settled);
                Estimate { value: end.value, error: end.error, spread, kink, one_sided: end.one_sided, visible }
            }
        }
    }
}
