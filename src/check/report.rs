//! What a check has found.

use super::difference::{Estimate, Precision};
use std::fmt;

/// What is to be said of one derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Derivative and difference quotient agree.
    Passed,
    /// The slopes to the left and to the right differ: there is a kink or a jump within the step, and a difference
    /// quotient says nothing about the derivative there.
    Kink,
    /// A value is NaN or infinite, or the difference quotient is not accurate enough to tell.
    Undecided,
    /// They disagree, and the difference quotient is accurate enough to tell.
    Failed,
}
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Passed => "passed",
            Verdict::Kink => "kink",
            Verdict::Undecided => "undecided",
            Verdict::Failed => "FAILED",
        })
    }
}

/// One derivative beside its difference quotient.
///
/// ```
/// use backprop::{check, Node};
/// let report = check::gradient(|x: &[Node<f64>]| x[0].sin(), &[1.0]);
/// let only = &report.components()[0];
/// assert_eq!((only.to_string().as_str(), only.derivative), ("∂f/∂x[0]", 1f64.cos()));
/// assert!((only.difference - 1f64.cos()).abs() <= only.error && only.error < 1e-10);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Component {
    /// Where it stands: `[i]` in a gradient, `[i, j]` in a matrix, `[k]` for direction `k`.
    pub index: Vec<usize>,
    /// The derivative that is checked.
    pub derivative: f64,
    /// The extrapolated difference quotient.
    pub difference: f64,
    /// How far the difference quotient may be off.
    pub error: f64,
    label: String,
    estimate: Estimate,
}
impl Component {
    pub(super) fn new(label: impl Into<String>, index: &[usize], derivative: f64, estimate: Estimate) -> Self {
        let (difference, error) = (estimate.value, estimate.error);
        Component { index: index.to_vec(), derivative, difference, error, label: label.into(), estimate }
    }
    /// The discrepancy of the two numbers over the larger of them.
    ///
    /// ```
    /// use backprop::check;
    /// let report = check::pair(|x| x[0] * x[0], |x| vec![2.1 * x[0]], &[1.0]);
    /// assert!((report.components()[0].discrepancy() - 0.1 / 2.1).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn discrepancy(&self) -> f64 {
        let gap = (self.derivative - self.difference).abs();
        if gap == 0.0 { 0.0 } else { gap / self.size() }
    }
    fn size(&self) -> f64 {
        self.derivative.abs().max(self.difference.abs())
    }
    fn verdict(&self, tolerance: f64) -> Verdict {
        let Estimate { error, spread, kink, visible, one_sided, .. } = self.estimate;
        if !self.derivative.is_finite() || !self.difference.is_finite() {
            // a jump, or a slope that is NaN: only the first is nobody's fault
            return if kink.is_some() && self.derivative.is_finite() { Verdict::Kink } else { Verdict::Undecided };
        }
        let gap = (self.derivative - self.difference).abs();
        if kink.is_some() {
            return Verdict::Kink;
        }
        if gap > tolerance * self.size() + 10.0 * error && self.size() > 1e-13 * visible {
            return match () {
                () if gap <= 10.0 * spread => Verdict::Kink,
                // at a rim the derivative is a matter of convention
                () if one_sided => Verdict::Undecided,
                () => Verdict::Failed,
            };
        }
        let is_sharp = error <= 0.1 * tolerance * self.size();
        // both are 0 as far as can be seen
        let is_zero = self.size() <= 10.0 * error && gap <= 2.0 * error && error <= 0.1 * tolerance * visible;
        if error == 0.0 || is_sharp || is_zero { Verdict::Passed } else { Verdict::Undecided }
    }
    fn explain(&self, tolerance: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (derivative, difference) = (self.derivative, self.difference);
        write!(f, "{self}: ")?;
        match self.verdict(tolerance) {
            Verdict::Passed => write!(f, "{derivative:?}, difference {difference:?} ± {:.0e}", self.error),
            Verdict::Failed => write!(
                f,
                "FAILED: {derivative:?}, but the difference is {difference:?} ± {:.0e}: off by {:.1e} of it",
                self.error,
                self.discrepancy()
            ),
            Verdict::Kink => {
                write!(f, "{derivative:?}, kink within the step")?;
                match self.estimate.kink {
                    Some(step) => write!(f, " of {step:.0e}"),
                    None => write!(f, ": left and right of it the slopes differ by {:.1e}", self.estimate.spread),
                }
            }
            Verdict::Undecided if !derivative.is_finite() => write!(f, "undecided: the derivative is {derivative:?}"),
            Verdict::Undecided if !difference.is_finite() => {
                write!(f, "undecided: {derivative:?}, but the values around are not finite or do not converge")
            }
            Verdict::Undecided if self.estimate.one_sided => write!(
                f,
                "undecided: {derivative:?}, and on one side of a rim of the domain the difference is {difference:?} ± {:.0e}",
                self.error
            ),
            Verdict::Undecided => write!(
                f,
                "undecided: {derivative:?}, and the difference is {difference:?} ± {:.0e}, which is too inexact",
                self.error
            ),
        }
    }
}
impl fmt::Display for Component {
    /// The derivative's name: `∂f/∂x[1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.label)
    }
}

/// Derivatives beside difference quotients, and what is to be said of them.
///
/// `Display` counts the verdicts and shows the components that need attention, the worst first. In a test call
/// [`assert`](Report::assert); in a property of quickcheck return the report itself (feature `quickcheck`: points where
/// nothing can be decided are discarded), or [`passed`](Report::passed).
///
/// ```
/// use backprop::check;
/// // the gradient's second entry is wrong by a millionth
/// let report = check::pair(|x| x[0] * x[1], |x| vec![x[1], x[0] * 1.000001], &[2.0, 3.0]);
/// assert!(!report.passed());
/// let worst = report.worst().unwrap();
/// assert_eq!(worst.index, [1]);
/// assert_eq!((worst.derivative, worst.difference), (2.000002, 2.0));
/// assert_eq!(report.to_string(), "gradient: 1 passed, 1 FAILED (tolerance 1e-8)
///   ∂f/∂x[1]: FAILED: 2.000002, but the difference is 2.0 ± 2e-15: off by 1.0e-6 of it");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what it has found; `assert` panics if something is wrong"]
pub struct Report {
    title: String,
    tolerance: f64,
    components: Vec<Component>,
}
impl Report {
    pub(super) fn new(title: impl Into<String>, precision: Precision, components: Vec<Component>) -> Self {
        Report { title: title.into(), tolerance: precision.tolerance, components }
    }
    /// The reports as one.
    pub(super) fn with(mut self, other: Report) -> Self {
        self.components.extend(other.components);
        self
    }

    /// The same under another tolerance: the relative discrepancy that is still right. The difference quotient must be
    /// ten times as accurate, else the verdict is [`Undecided`](Verdict::Undecided).
    ///
    /// ```
    /// use backprop::check;
    /// let report = check::pair(|x| x[0] * x[1], |x| vec![x[1], x[0] * 1.000001], &[2.0, 3.0]);
    /// report.within(1e-5).assert();
    /// ```
    pub fn within(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }
    /// All derivatives, in order.
    ///
    /// ```
    /// use backprop::{check, Node};
    /// let report = check::gradient(|x: &[Node<f64>]| &x[0] * &x[1], &[2.0, 3.0]);
    /// assert_eq!(report.components().len(), 2);
    /// ```
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }
    /// What is to be said of a component.
    ///
    /// ```
    /// use backprop::{check, Node};
    /// let report = check::gradient(|x: &[Node<f64>]| x[0].abs(), &[0.0]);
    /// assert_eq!(report.verdict(&report.components()[0]), check::Verdict::Kink);
    /// ```
    #[must_use]
    pub fn verdict(&self, component: &Component) -> Verdict {
        component.verdict(self.tolerance)
    }
    /// How many derivatives got this verdict.
    ///
    /// ```
    /// use backprop::check::{self, Verdict};
    /// let report = check::pair(|x| x[0].sqrt(), |x| vec![0.5 / x[0].sqrt()], &[-1.0]);
    /// assert_eq!(report.count(Verdict::Undecided), 1);
    /// ```
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.components.iter().filter(|component| self.verdict(component) == verdict).count()
    }
    /// The component with the gravest verdict, and among those the largest relative discrepancy; `None` if there are no
    /// components.
    ///
    /// ```
    /// use backprop::check;
    /// let report = check::pair(|x| x[0] * x[1], |x| vec![x[1], 5.0], &[2.0, 3.0]);
    /// assert_eq!(report.worst().unwrap().to_string(), "∂f/∂x[1]");
    /// ```
    #[must_use]
    pub fn worst(&self) -> Option<&Component> {
        self.by_gravity().into_iter().next()
    }
    fn by_gravity(&self) -> Vec<&Component> {
        let mut all: Vec<&Component> = self.components.iter().collect();
        all.sort_by(|a, b| {
            let verdicts = self.verdict(b).cmp(&self.verdict(a));
            verdicts.then_with(|| b.discrepancy().total_cmp(&a.discrepancy()))
        });
        all
    }
    /// Whether nothing is wrong: no component has failed, none is undecided. A kink is not wrong.
    ///
    /// ```
    /// use backprop::{check, Node};
    /// assert!(check::gradient(|x: &[Node<f64>]| x[0].exp(), &[1.0]).passed());
    /// assert!(check::gradient(|x: &[Node<f64>]| x[0].abs(), &[0.0]).passed());
    /// assert!(!check::gradient(|x: &[Node<f64>]| x[0].ln(), &[-1.0]).passed());
    /// ```
    #[must_use]
    pub fn passed(&self) -> bool {
        self.components.iter().all(|component| self.verdict(component) <= Verdict::Kink)
    }
    /// Panics with the whole report unless it has [`passed`](Report::passed).
    ///
    /// ```
    /// use backprop::{check, Node};
    /// check::gradient(|x: &[Node<f64>]| &x[0] * x[1].sin(), &[1.0, 2.0]).assert();
    /// ```
    ///
    /// # Panics
    /// If a component has failed or is undecided.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.passed(), "{self}");
    }
}
/// More components than this are not shown.
const SHOWN: usize = 8;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.title)?;
        let verdicts = [Verdict::Passed, Verdict::Kink, Verdict::Undecided, Verdict::Failed];
        let counts = verdicts.map(|verdict| (verdict, self.count(verdict)));
        let counts: Vec<String> =
            counts.iter().filter(|(_, n)| *n > 0).map(|(verdict, n)| format!("{n} {verdict}")).collect();
        let counts = if counts.is_empty() { "nothing to check".to_string() } else { counts.join(", ") };
        write!(f, "{counts} (tolerance {:e})", self.tolerance)?;
        let worst = self.by_gravity();
        let grave = worst.iter().filter(|component| self.verdict(component) != Verdict::Passed).count();
        // if all is well, the least good one
        let shown = grave.clamp(1, SHOWN);
        for component in worst.iter().take(shown) {
            write!(f, "\n  ")?;
            component.explain(self.tolerance, f)?;
        }
        if grave > shown {
            write!(f, "\n  … and {} more", grave - shown)?;
        }
        Ok(())
    }
}

#[cfg(feature = "quickcheck")]
mod property {
    //! A report as the result of a property.

    use super::{Report, Verdict};
    use quickcheck::{TestResult, Testable};

    /// Fails where a component has failed; points where one is undecided are discarded.
    impl Testable for Report {
        fn result(&self, _: &mut quickcheck::Gen) -> TestResult {
            if self.count(Verdict::Failed) > 0 {
                TestResult::error(self.to_string())
            } else if self.passed() {
                TestResult::passed()
            } else {
                TestResult::discard()
            }
        }
    }
}
