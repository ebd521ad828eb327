//! Operations whose operands stand exactly at a kink or a rim, listed when asked for.

use super::super::flags::{self, Line};
use super::super::home::Home;
use super::super::modes;
use super::super::recorded::Recorded;
use super::super::values::Value;
use super::watched::columns;
use super::{FIRST, is_ours};
use crate::number::Float;
use crate::rule::{Edge, Op};
use std::cell::RefCell;
use std::fmt;
use std::panic::Location;

/// An operation that [`edges`] has found at a kink or a rim.
///
/// `Display` says it in one line: `max(1.0, 1.0) is at a kink at src/model.rs:12:20`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AtEdge {
    /// Which of the two.
    pub edge: Edge,
    /// The operation's name.
    pub operation: String,
    /// Its operands: numbers as `Debug` writes them; of arrays the first elements at an edge, or the first of all.
    pub operands: Vec<String>,
    /// How many elements are at an edge; 1 of numbers and reductions.
    pub elements: usize,
    /// The line of the program that recorded the operation; `None` where it is not known, as in an
    /// [`Anomaly`](super::Anomaly).
    pub location: Option<&'static Location<'static>>,
    /// Whether the operation was recorded before [`edges`].
    pub recorded_before: bool,
}
impl fmt::Display for AtEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.edge {
            Edge::Kink => "a kink",
            Edge::Rim => "the rim of its domain",
        };
        write!(f, "{}({}) is at {place}", self.operation, self.operands.join(", "))?;
        if self.elements > 1 {
            write!(f, ", in {} elements", self.elements)?;
        }
        match self.location {
            Some(location) => write!(f, " at {location}"),
            None if self.recorded_before => f.write_str(", recorded before"),
            None => f.write_str(", at a line that is not known"),
        }
    }
}

thread_local! {
    /// What the innermost `edges` has found.
    static FOUND: RefCell<Option<Vec<AtEdge>>> = const { RefCell::new(None) };
}

/// Runs `f` and lists the operations of [`Node`](crate::Node)s and [`NodeArray`](crate::NodeArray)s whose operands stand
/// exactly at a [kink or a rim](Edge): those that `f` records, and those recorded before that a sweep or
/// [`gradients`](crate::gradients) in `f` comes to, each time that it does. There the derivative is a
/// [convention](crate#at-the-edges): right as one of many, and perhaps not what you want.
///
/// As with [`detect`](super::detect) operations are slower meanwhile. Within another `edges` the inner one lists.
///
/// ```
/// use backprop::{anomaly, Edge, Node};
/// let x = Node::leaf(0.0);
/// let (y, found) = anomaly::edges(|| x.abs() + (&x + 1.0).sqrt());
/// assert_eq!(y, 1.0);
/// assert_eq!((found.len(), found[0].edge), (1, Edge::Kink));
/// assert!(found[0].to_string().starts_with("abs(0.0) is at a kink at "));
/// ```
pub fn edges<R>(f: impl FnOnce() -> R) -> (R, Vec<AtEdge>) {
    /// The outer one's, and the anomaly that an outer `detect` has found.
    struct Back(Option<Vec<AtEdge>>);
    impl Drop for Back {
        fn drop(&mut self) {
            modes::watch(false);
            FOUND.set(self.0.take());
            if !flags::is_on() {
                // nobody asks for it
                FIRST.set(None);
            }
        }
    }
    let back = Back(FOUND.replace(Some(Vec::new())));
    modes::watch(true);
    let result = f();
    let found = FOUND.take().unwrap_or_default();
    drop(back);
    (result, found)
}

/// Whether somebody asks.
pub(super) fn is_listing() -> bool {
    FOUND.with_borrow(Option::is_some)
}

/// Looks at an operation; `shape` is its result's. `of_rule`: what is particular about an operation that is no row.
pub(super) fn look<T: Float>(
    recorded: &Recorded,
    operands: &[Value<T>],
    shape: &[usize],
    of_rule: impl FnOnce() -> Option<Edge>,
    line: Option<Line>,
) {
    let found = match recorded {
        Recorded::Row(op) => in_elements(*op, 0, operands, shape),
        Recorded::Power(n) => in_elements(Op::Powi, *n, operands, shape),
        Recorded::Polygamma(n) => in_elements(Op::Polygamma, *n, operands, shape),
        recorded => of_rule().or_else(|| of_numbers(recorded, operands)).map(|edge| (edge, 0, 1)),
    };
    let Some((edge, first, elements)) = found else { return };
    let operands = operands.iter().map(|x| x.describe(shape, first)).collect();
    let location = line.filter(|line| !is_ours(line));
    let recorded_before = line.is_none();
    let at_edge = AtEdge { edge, operation: recorded.to_string(), operands, elements, location, recorded_before };
    FOUND.with_borrow_mut(|found| found.iter_mut().for_each(|found| found.push(at_edge.clone())));
}
/// The edge of a fold over numbers.
fn of_numbers<T: Float>(recorded: &Recorded, operands: &[Value<T>]) -> Option<Edge> {
    let Recorded::Fold(fold) = recorded else { return None };
    let number = |x: &Value<T>| match x {
        Value::Number(x) => Some(x.to_f64_value()),
        Value::Array(_) => None,
    };
    fold.edge(&operands.iter().map(number).collect::<Option<Vec<f64>>>()?)
}
/// The edge of the first element that is at one, its place, and how many there are.
fn in_elements<T: Float>(op: Op, n: i32, operands: &[Value<T>], shape: &[usize]) -> Option<(Edge, usize, usize)> {
    let columns = columns(operands, shape);
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let mut found = (0..rows).filter_map(|k| {
        let x: Vec<f64> = columns.iter().map(|column| column[k].to_f64_value()).collect();
        op.edge(&x, n).map(|edge| (edge, k))
    });
    let (edge, first) = found.next()?;
    Some((edge, first, 1 + found.count()))
}

impl<T: Float> Home<T> {
    /// Looks at an operation that was recorded before; others have been looked at when they were recorded.
    pub(crate) fn look_for_edge(&self, index: u32) {
        if !is_listing() || self.line(index).is_some() {
            return;
        }
        let Some(recorded) = self.recorded(index) else { return };
        // of an operand that nobody holds any more nothing can be said
        let operands: Option<Vec<Value<T>>> = self.operands_in(index).into_iter().map(|x| self.seen(x)).collect();
        let Some(operands) = operands else { return };
        let payload = self.payload_in(index);
        let array = payload.as_ref().and_then(|payload| payload.collector());
        let shape = array.map_or_else(Vec::new, |array| ndarray::Dimension::slice(array.shape()).to_vec());
        let of_rule = || payload.as_ref().and_then(|payload| payload.edge(&operands));
        look(&recorded, &operands, &shape, of_rule, None);
    }
}
