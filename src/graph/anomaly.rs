//! Anomaly mode: the first operation that makes a NaN or an infinity out of finite operands is named, with the line that
//! recorded it.
//!
//! ```
//! use backprop::{anomaly, Node};
//! let x = Node::leaf(-1.0);
//! let found = anomaly::detect(|| {
//!     let y = (&x * 2.0).ln(); // NaN is born here
//!     (y + 3.0).backward();
//! });
//! let anomaly = found.unwrap_err();
//! assert_eq!(anomaly.operation, "ln");
//! assert_eq!(anomaly.operands, ["-2.0"]);
//! assert!(anomaly.to_string().starts_with("ln(-2.0) gave NaN at "));
//! ```
//!
//! Nothing asks for it while it is off: like [`no_grad`](crate::no_grad) it puts the place of the next cell aside, so that
//! every operation takes the slow path, and only that looks at the modes. That operations are handed their caller's line
//! costs one to three percent of their instructions ([measured](crate::guide::cost)). While it is on, source lines stand in a table
//! beside the cells.

mod edges;
mod watched;

pub use edges::{AtEdge, edges};
pub(crate) use watched::columns;
use watched::element;

use super::array::Term;
use super::flags::{self, Line};
use super::flow::Flow;
use super::handle::Node;
use super::home::{self, Home};
use super::modes;
use super::recorded::Recorded;
use super::values::{Value, Values};
use crate::number::{Elementary, Float};
use crate::rule::{Edge, Fold, Op, strong_zero};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;

/// Whether a value or an adjoint went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The operation's value, when it was computed.
    Forward,
    /// The adjoint of an operand, when a sweep or [`gradients`](crate::gradients) came to the operation.
    Backward,
}

/// An operation that has made a NaN or an infinity out of finite numbers, or in whose derivative a zero has met one.
///
/// `Display` says it in one line: `ln(-2.0) gave NaN at src/model.rs:12:20`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Anomaly {
    /// Where it happened.
    pub phase: Phase,
    /// The operation's name.
    pub operation: String,
    /// Its operands: numbers as `Debug` writes them; of an array the element in question, or the first ones.
    pub operands: Vec<String>,
    /// Backward: the adjoint that came to the operation, which was finite.
    pub adjoint: Option<String>,
    /// What came out, or what a zero has [swallowed](Anomaly::swallowed).
    pub result: String,
    /// Backward: a zero has met the result, an infinity or a NaN, and nothing flows. Zero times anything is zero, which is
    /// right where nothing had an influence, and wrong where an influence has underflowed on the way. At a kink at the
    /// origin (of `abs`, `hypot` and `norm`) it is the derivative of the slope that is lost.
    pub swallowed: bool,
    /// The line of the program that recorded the operation, of a slope that [`gradients`](crate::gradients) recorded
    /// the line of the operation that it is a slope of, or else of that call. `None` where it is not known: the operation
    /// was recorded before [`detect`], or by this crate for somebody whose line it cannot see, as in `Iterator::sum` and
    /// `product`, and in a [`Dual`](crate::Dual) of nodes.
    pub location: Option<&'static Location<'static>>,
    /// Whether the operation was recorded before [`detect`].
    pub recorded_before: bool,
}
/// What an operation was computed by, from what, and (if it was recorded in the mode) at which line.
#[derive(Clone)]
struct Place {
    operation: String,
    operands: Vec<String>,
    recorded: Option<Line>,
}
impl Place {
    fn has(self, phase: Phase, adjoint: Option<String>, result: String, swallowed: bool) -> Anomaly {
        let Place { operation, operands, recorded } = self;
        let location = recorded.filter(|line| !is_ours(line));
        let recorded_before = recorded.is_none();
        Anomaly { phase, operation, operands, adjoint, result, swallowed, location, recorded_before }
    }
}
impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, operands, result) = (&self.operation, self.operands.join(", "), &self.result);
        match (self.swallowed, &self.adjoint) {
            (true, _) => {
                write!(f, "in the derivative of {operation}({operands}) a zero met {result}, and nothing flows")?;
            }
            (false, None) => write!(f, "{operation}({operands}) gave {result}")?,
            (false, Some(adjoint)) => {
                write!(f, "the adjoint {adjoint} of {operation}({operands}) became {result} in an operand")?;
            }
        }
        match (self.location, self.phase) {
            (Some(location), Phase::Forward) => write!(f, " at {location}"),
            (Some(location), Phase::Backward) => write!(f, ", recorded at {location}"),
            (None, _) if self.recorded_before => f.write_str(", recorded before anomaly mode"),
            (None, _) => {
                f.write_str(", in a sum or product of an iterator or a Dual of nodes, whose line is not known")
            }
        }
    }
}
impl std::error::Error for Anomaly {}

thread_local! {
    /// The first anomaly of the innermost `detect`.
    static FIRST: RefCell<Option<Anomaly>> = const { RefCell::new(None) };
    /// The operation that `gradients` is at: what its slopes compute is reported as its.
    static DIFFERENTIATED: RefCell<Option<Place>> = const { RefCell::new(None) };
    /// The line for which the crate records what nobody has written.
    static FOR: Cell<Option<Line>> = const { Cell::new(None) };
}

/// Whether a line is the crate's own, which helps nobody: it stands in the folder in which this file does.
fn is_ours(line: Line) -> bool {
    const HERE: &str = file!();
    HERE.get(..HERE.len() - "graph/anomaly.rs".len()).is_some_and(|folder| line.file().starts_with(folder))
}
/// The line that is to be remembered of an operation that this one recorded.
fn blamed(line: Line) -> Line {
    FOR.get().filter(|_| is_ours(line)).unwrap_or(line)
}
/// Runs `f`, which records for this line.
pub(crate) fn recording_for<R>(line: Line, f: impl FnOnce() -> R) -> R {
    struct Back(Option<Line>);
    impl Drop for Back {
        fn drop(&mut self) {
            FOR.set(self.0);
        }
    }
    if !flags::is_watching() {
        return f();
    }
    // what a function of this crate calls gradients for is recorded for its caller
    let _back = Back(FOR.replace(Some(blamed(line))));
    f()
}

/// Runs `f` and watches: the first operation that makes a NaN or an infinity out of finite operands comes back as an
/// error, whether it was a value (when it was computed) or an adjoint (in a sweep, or in
/// [`gradients`](crate::gradients)), of a number or of an array. So does the first one in whose derivative a zero meets
/// an infinity or a NaN, and [swallows](Anomaly::swallowed) it. What is watched is the graph: [`Node`] and
/// [`NodeArray`](crate::NodeArray) of this thread, over whatever number, which is finite if all its parts are. Operations
/// on plain [`Dual`](crate::Dual) and [`Var`](crate::Var) numbers are recorded in no graph, and are **not** watched.
///
/// A leaf or constant may be infinite: nothing has made it so. Nor is it an anomaly where an operation on nothing is
/// infinite by convention, as [`logsumexp`](crate::logsumexp()) of an empty slice, which is `−∞`.
///
/// `f` runs to its end in any case; what it returned is dropped if there was an anomaly. A panic in `f` passes through,
/// and the mode ends. Within another `detect` the inner one reports, and the outer one goes on after it. Within
/// [`no_grad`](crate::no_grad) values are watched too; of constant arrays only what is computed element by element.
/// Operations that were recorded before are watched when they are swept; their line is not known.
///
/// Operations on numbers are six to eighteen times slower meanwhile, every array is looked at twice, and operands of arrays
/// stay alive longer: it is for looking for a fault.
///
/// ```
/// use backprop::{anomaly, Node};
/// let x = Node::leaf(0.0);
/// let y = x.sqrt();                                  // recorded before, and 0 is a good value
/// let anomaly = anomaly::detect(|| y.backward()).unwrap_err();
/// assert_eq!(anomaly.phase, anomaly::Phase::Backward);
/// assert_eq!(anomaly.to_string(), "the adjoint 1.0 of sqrt(0.0) became inf in an operand, recorded before anomaly mode");
///
/// assert_eq!(anomaly::detect(|| (&x + 1.0).sqrt().value()), Ok(1.0));
/// ```
///
/// # Errors
/// The first [`Anomaly`].
pub fn detect<R>(f: impl FnOnce() -> R) -> Result<R, Anomaly> {
    /// The outer one's.
    struct Back(Option<Anomaly>);
    impl Drop for Back {
        fn drop(&mut self) {
            modes::watch(false);
            FIRST.set(self.0.take());
        }
    }
    let back = Back(FIRST.take());
    modes::watch(true);
    let result = f();
    let first = FIRST.take();
    drop(back);
    first.map_or(Ok(result), Err)
}

/// Only the first is kept.
fn report(anomaly: impl FnOnce() -> Anomaly) {
    if FIRST.with_borrow(Option::is_some) {
        return;
    }
    // made without a borrow: it formats numbers
    let anomaly = anomaly();
    FIRST.with_borrow_mut(|first| {
        first.get_or_insert(anomaly);
    });
}

/// Whether an operation may have this value: it is finite, or by convention an infinity, of no operands.
fn may_have<T: Float>(value: &T, operands: usize) -> bool {
    value.is_all_finite() || operands == 0 && !value.to_f64_value().is_nan()
}
/// A value that was not finite, or that somebody has made so.
fn report_value(describe: impl FnOnce() -> (String, Vec<String>), result: String, line: Line) {
    let within = DIFFERENTIATED.with_borrow_mut(Option::take);
    report(|| {
        let (operation, operands) = describe();
        match within.clone() {
            None => {
                let place = Place { operation, operands, recorded: Some(blamed(line)) };
                place.has(Phase::Forward, None, result, false)
            }
            Some(place) => {
                let result = format!("{result} in its derivative, by {operation}({})", operands.join(", "));
                place.has(Phase::Backward, None, result, false)
            }
        }
    });
    DIFFERENTIATED.set(within);
}

// ------------------------------------------------------------------------------------------------ values

/// Looks at the value of an operation on numbers.
pub(crate) fn number<T: Float>(recorded: impl Fn() -> Recorded, value: &T, operands: &[T], line: Line) {
    if edges::is_listing() {
        let operands: Vec<Value<T>> = operands.iter().map(|&x| Value::Number(x)).collect();
        edges::look(&recorded(), &operands, &[], || None, Some(blamed(line)));
    }
    if !may_have(value, operands.len()) && operands.iter().all(T::is_all_finite) {
        let operands = || operands.iter().map(|x| format!("{x:?}")).collect();
        report_value(|| (recorded().to_string(), operands()), format!("{value:?}"), line);
    }
}
/// Looks at the values of an operation on arrays; `edge`: whether one that is no row has an edge at its operands.
pub(crate) fn array<T: Float>(
    recorded: impl Fn() -> Recorded,
    values: &Values<T>,
    operands: &[Value<T>],
    edge: impl FnOnce() -> Option<Edge>,
    line: Line,
) {
    if edges::is_listing() {
        edges::look(&recorded(), operands, values.shape(), edge, Some(blamed(line)));
    }
    let Some(at) = values.iter().position(|x| !x.is_all_finite()) else { return };
    let elements = operands.iter().map(Value::len).sum();
    if operands.iter().all(Value::all_finite) && !values.iter().all(|x| may_have(x, elements)) {
        let describe = || (recorded().to_string(), operands.iter().map(|x| x.describe(values.shape(), at)).collect());
        report_value(describe, element(values, at), line);
    }
}

// ------------------------------------------------------------------------------------------------ adjoints

/// What a zero has met, as reports say it.
fn met(lost: f64) -> String {
    format!("{lost:?}")
}
/// Whether a cell is at a kink at which the slope jumps between directions, so that the slope's own slope is infinite.
fn is_radial_kink<T: Float>(home: &Home<T>, index: u32) -> bool {
    let radial = [Recorded::Row(Op::Abs), Recorded::Row(Op::Hypot), Recorded::Fold(Fold::Norm)];
    let values = || home.operands_in(index).into_iter().map(|x| home.cell(x).value.get().to_f64_value());
    home.recorded(index).is_some_and(|recorded| radial.contains(&recorded)) && values().all(|x| x == 0.0)
}

/// Runs `f`, which computes derivatives of an operation with its values, and looks at what a zero meets there.
#[track_caller]
pub(crate) fn looking_for_swallowed<T: Float, R, O: Iterator<Item = Value<T>>>(
    recorded: Recorded,
    operands: impl FnOnce() -> O,
    f: impl FnOnce() -> R,
) -> R {
    if !flags::is_watching() {
        return f();
    }
    let line = Location::caller();
    strong_zero::forget();
    let result = f();
    if let Some(lost) = strong_zero::swallowed() {
        let operands = operands().map(|x| x.describe(&[], 0)).collect();
        let place = Place { operation: recorded.to_string(), operands, recorded: Some(blamed(line)) };
        report(|| place.has(Phase::Backward, None, met(lost), true));
    }
    result
}

impl<T: Float> Home<T> {
    fn place(&self, index: u32) -> Place {
        let (operation, operands) = self.describe(index);
        Place { operation, operands, recorded: self.line(index) }
    }
    /// An adjoint has become infinite or NaN.
    pub(super) fn adjoint_went_wrong(&self, index: u32, adjoint: String, result: String) {
        report(|| self.place(index).has(Phase::Backward, Some(adjoint), result, false));
    }
    /// Runs `pull`, in which adjoints flow from a cell to its operands, and looks at what a zero meets there.
    pub(super) fn looking_for_swallowed(&self, index: u32, adjoint: Option<&Flow<T>>, pull: impl FnOnce()) {
        strong_zero::forget();
        pull();
        // what was NaN or infinite before is not this operation's doing
        if adjoint.is_none_or(Flow::all_finite) {
            let is_zero = matches!(adjoint, Some(Flow::Number(adjoint)) if adjoint.to_f64_value() == 0.0);
            self.report_swallowed(index, T::ORDERS > 0 && is_zero && is_radial_kink(self, index));
        }
    }
    fn report_swallowed(&self, index: u32, curvature: bool) {
        let lost = strong_zero::swallowed().map(met).or_else(|| curvature.then(|| "a kink".into()));
        if let Some(lost) = lost {
            report(|| self.place(index).has(Phase::Backward, None, lost, true));
        }
    }

    pub(crate) fn line(&self, index: u32) -> Option<Line> {
        self.lines.borrow().get(&index).copied()
    }
    pub(crate) fn set_line(&self, index: u32, line: Line) {
        self.lines.borrow_mut().insert(index, blamed(line));
    }
}

/// Runs `f`, in which `gradients` runs the slopes of `z` on nodes, and `adjoint` flows through them.
pub(crate) fn differentiating<T: Float>(z: &Node<T>, adjoint: &Term<T>, f: impl FnOnce()) {
    if !flags::is_watching() {
        return f();
    }
    struct Back(Option<Place>);
    impl Drop for Back {
        fn drop(&mut self) {
            DIFFERENTIATED.set(self.0.take());
        }
    }
    let index = z.index();
    let here = home::with(|home: &Home<T>| {
        home.look_for_edge(index);
        // a zero that is exact has no derivative to lose
        let is_zero = |adjoint: &Node<T>| adjoint.to_f64_value() == 0.0 && !adjoint.is_exact_zero();
        let curvature = matches!(adjoint, Term::Number(adjoint) if is_zero(adjoint)) && is_radial_kink(home, index);
        (home.place(index), curvature)
    });
    let Some((here, curvature)) = here else { return f() };
    let recorded = here.recorded;
    strong_zero::forget();
    let back = Back(DIFFERENTIATED.replace(Some(here)));
    match recorded {
        Some(line) => recording_for(line, f),
        None => f(),
    }
    drop(back);
    let _ = home::with(|home: &Home<T>| home.report_swallowed(index, curvature));
}
