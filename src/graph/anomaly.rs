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
//! costs one percent of their instructions ([measured](crate::guide::cost)). While it is on, source lines stand in a table
//! beside the cells.

use super::cell::{PAYLOAD, code, op_of};
use super::handle::Node;
use super::home::Home;
use super::homes;
use super::modes;
use super::recorded::Recorded;
use super::values::Values;
use crate::number::Float;
use crate::rule::Op;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;

/// The line that recorded an operation.
pub(crate) type Line = &'static Location<'static>;

/// Whether a value or an adjoint went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The operation's value, when it was computed.
    Forward,
    /// The adjoint of an operand, when a sweep or [`gradients`](crate::gradients) came to the operation.
    Backward,
}

/// An operation that has made a NaN or an infinity out of finite numbers.
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
    /// What came out.
    pub result: String,
    /// The line of the program that recorded the operation, of a slope that [`gradients`](crate::gradients) recorded
    /// the line of the operation that it is a slope of, or else of that call. `None` where it is not known: the operation
    /// was recorded before [`detect`], or by this crate for somebody whose line it cannot see, as in `Iterator::sum` and
    /// `product`, and in a [`Dual`](crate::Dual) of nodes.
    pub location: Option<&'static Location<'static>>,
    /// Whether the operation was recorded before [`detect`].
    pub recorded_before: bool,
}
impl Anomaly {
    /// `recorded`: the line that is remembered, if the operation was recorded in the mode.
    fn new(
        phase: Phase,
        operation: String,
        operands: Vec<String>,
        adjoint: Option<String>,
        result: String,
        recorded: Option<Line>,
    ) -> Self {
        let location = recorded.filter(|line| !is_ours(line));
        Anomaly { phase, operation, operands, adjoint, result, location, recorded_before: recorded.is_none() }
    }
}
impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, operands, result) = (&self.operation, self.operands.join(", "), &self.result);
        match &self.adjoint {
            None => write!(f, "{operation}({operands}) gave {result}")?,
            Some(adjoint) => {
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

/// An operation that `gradients` is at: what its slopes compute is reported as its.
struct Differentiated {
    operation: String,
    operands: Vec<String>,
    recorded: Option<Line>,
}

thread_local! {
    /// The first anomaly of the innermost `detect`.
    static FIRST: RefCell<Option<Anomaly>> = const { RefCell::new(None) };
    static DIFFERENTIATED: RefCell<Option<Differentiated>> = const { RefCell::new(None) };
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
    if !modes::is_watching() {
        return f();
    }
    // what a function of this crate calls gradients for is recorded for its caller
    let _back = Back(FOR.replace(Some(blamed(line))));
    f()
}

/// Runs `f` and watches: the first operation that makes a NaN or an infinity out of finite operands comes back as an
/// error, whether it was a value (when it was computed) or an adjoint (in a sweep, or in
/// [`gradients`](crate::gradients)), of a number or of an array. What is watched is the graph: [`Node`] and
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
fn made(describe: impl FnOnce() -> (String, Vec<String>), result: String, line: Line) {
    let within = DIFFERENTIATED.with_borrow_mut(Option::take);
    report(|| match &within {
        None => {
            let (operation, operands) = describe();
            Anomaly::new(Phase::Forward, operation, operands, None, result, Some(blamed(line)))
        }
        Some(Differentiated { operation, operands, recorded }) => {
            let (inner, of) = describe();
            let result = format!("{result} in its derivative, by {inner}({})", of.join(", "));
            Anomaly::new(Phase::Backward, operation.clone(), operands.clone(), None, result, *recorded)
        }
    });
    DIFFERENTIATED.set(within);
}

// ------------------------------------------------------------------------------------------------ values

/// Looks at the value of an operation on numbers.
pub(crate) fn number<T: Float>(name: impl FnOnce() -> String, value: &T, operands: &[T], line: Line) {
    if !may_have(value, operands.len()) && operands.iter().all(T::is_all_finite) {
        made(|| (name(), operands.iter().map(|x| format!("{x:?}")).collect()), format!("{value:?}"), line);
    }
}
/// What is known of an operand of an operation on arrays.
pub(crate) enum Seen<T: Float> {
    Number(T),
    Array(Values<T>),
}
impl<T: Float> Seen<T> {
    fn all_finite(&self) -> bool {
        match self {
            Seen::Number(x) => x.is_all_finite(),
            Seen::Array(values) => values.iter().all(T::is_all_finite),
        }
    }
    fn len(&self) -> usize {
        match self {
            Seen::Number(_) => 1,
            Seen::Array(values) => values.len(),
        }
    }
    /// The element `at`, if it is of that shape; else the first ones.
    fn describe(&self, shape: &[usize], at: usize) -> String {
        match self {
            Seen::Number(x) => format!("{x:?}"),
            Seen::Array(values) if values.shape() == shape && !shape.is_empty() => element(values, at),
            Seen::Array(values) => {
                let mut first: Vec<String> = values.iter().take(SHOWN).map(|x| format!("{x:?}")).collect();
                if values.len() > SHOWN {
                    first.push(format!("… {} in all", values.len()));
                }
                format!("[{}]", first.join(", "))
            }
        }
    }
}
const SHOWN: usize = 6;

/// `-1.0 at [0, 2]`
pub(super) fn element<T: Float>(values: &Values<T>, at: usize) -> String {
    let place = values.indexed_iter().nth(at);
    place.map_or_else(String::new, |(place, x)| match values.ndim() {
        0 => format!("{x:?}"),
        _ => format!("{x:?} at {:?}", ndarray::Dimension::slice(&place)),
    })
}
/// Looks at the values of an operation on arrays.
pub(crate) fn array<T: Float>(
    name: impl FnOnce() -> String,
    values: &Values<T>,
    operands: impl FnOnce() -> Vec<Seen<T>>,
    line: Line,
) {
    let Some(at) = values.iter().position(|x| !x.is_all_finite()) else { return };
    let operands = operands();
    let elements = operands.iter().map(Seen::len).sum();
    if operands.iter().all(Seen::all_finite) && !values.iter().all(|x| may_have(x, elements)) {
        let describe = || (name(), operands.iter().map(|x| x.describe(values.shape(), at)).collect());
        made(describe, element(values, at), line);
    }
}

// ------------------------------------------------------------------------------------------------ adjoints

impl<T: Float> Home<T> {
    /// What a cell was computed by, and from what.
    fn describe(&self, index: u32) -> (String, Vec<String>) {
        let cell = self.cell(index);
        let kind = code(cell.meta.get());
        let described = |index: u32| self.seen(index).map_or_else(|| "?".to_string(), |x| x.describe(&[], 0));
        if kind == PAYLOAD {
            let Some(payload) = self.payload(cell.b.get()) else { return Default::default() };
            let name = payload.recorded().map_or_else(String::new, |recorded| recorded.to_string());
            return (name, payload.operands().iter().map(|x| described(x.index())).collect());
        }
        let Some(op) = op_of(kind) else { return Default::default() };
        let (operands, exponent) = self.operands_of(cell);
        let recorded = if op == Op::Powi { Recorded::Power(exponent) } else { Recorded::Row(op) };
        (recorded.to_string(), operands[..op.arity()].iter().map(|&x| described(x)).collect())
    }
    /// The value of a cell; `None` of an array that nobody holds any more.
    fn seen(&self, index: u32) -> Option<Seen<T>> {
        let cell = self.cell(index);
        let payload = if cell.b.get() != 0 { self.payload_of(cell) } else { None };
        match payload.as_ref().and_then(|payload| payload.collector()) {
            Some(collector) => collector.living_values().map(Seen::Array),
            None => Some(Seen::Number(cell.value.get())),
        }
    }
    /// Whether an operation's operands have finite values, as far as they are known.
    pub(super) fn computed_from_finite(&self, index: u32) -> bool {
        self.operands_in(index).into_iter().all(|x| self.seen(x).is_none_or(|seen| seen.all_finite()))
    }
    /// The cells of an operation's operands.
    pub(super) fn operands_in(&self, index: u32) -> Vec<u32> {
        let cell = self.cell(index);
        let kind = code(cell.meta.get());
        if kind == PAYLOAD {
            let payload = self.payload(cell.b.get());
            return payload.map_or_else(Vec::new, |payload| payload.operands().iter().map(Node::index).collect());
        }
        op_of(kind).map_or_else(Vec::new, |op| self.operands_of(cell).0[..op.arity()].to_vec())
    }
    /// An adjoint has become infinite or NaN.
    pub(super) fn adjoint_went_wrong(&self, index: u32, adjoint: String, result: String) {
        report(|| {
            let (operation, operands) = self.describe(index);
            Anomaly::new(Phase::Backward, operation, operands, Some(adjoint), result, self.line(index))
        });
    }

    pub(crate) fn line(&self, index: u32) -> Option<Line> {
        self.lines.borrow().get(&index).copied()
    }
    pub(crate) fn set_line(&self, index: u32, line: Line) {
        self.lines.borrow_mut().insert(index, blamed(line));
    }
}

/// Runs `f`, in which `gradients` runs the slopes of `z` on nodes.
pub(crate) fn differentiating<T: Float, R>(z: &Node<T>, f: impl FnOnce() -> R) -> R {
    if !modes::is_watching() {
        return f();
    }
    struct Back(Option<Differentiated>);
    impl Drop for Back {
        fn drop(&mut self) {
            DIFFERENTIATED.set(self.0.take());
        }
    }
    let here = homes::with(|home: &Home<T>| {
        let (operation, operands) = home.describe(z.index());
        Differentiated { operation, operands, recorded: home.line(z.index()) }
    });
    let recorded = here.as_ref().and_then(|here| here.recorded);
    let _back = Back(DIFFERENTIATED.replace(here));
    match recorded {
        Some(line) => recording_for(line, f),
        None => f(),
    }
}
