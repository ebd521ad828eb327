//! What operations have been computed by, and from what: as reports say it.

use super::super::cell::{PAYLOAD, code, op_of};
use super::super::flow::Flow;
use super::super::handle::Node;
use super::super::home::Home;
use super::super::payload::Payload;
use super::super::recorded::Recorded;
use super::super::values::{Value, Values};
use crate::number::Float;
use ndarray::IxDyn;
use std::rc::Rc;

impl<T: Float> Value<T> {
    pub fn all_finite(&self) -> bool {
        match self {
            Value::Number(x) => x.is_all_finite(),
            Value::Array(values) => values.iter().all(T::is_all_finite),
        }
    }
    pub fn len(&self) -> usize {
        match self {
            Value::Number(_) => 1,
            Value::Array(values) => values.len(),
        }
    }
    /// The element `at`, if it is of that shape; else the first ones.
    pub fn describe(&self, shape: &[usize], at: usize) -> String {
        match self {
            Value::Number(x) => format!("{x:?}"),
            Value::Array(values) if values.shape() == shape && !shape.is_empty() => element(values, at),
            Value::Array(values) => {
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

/// The elements of each operand, stretched to this shape; of one that does not fit none.
pub(crate) fn columns<T: Float>(operands: &[Value<T>], shape: &[usize]) -> Vec<Vec<T>> {
    let column = |x: &Value<T>| match x {
        Value::Number(x) => vec![*x; shape.iter().product()],
        Value::Array(values) => {
            let stretched = values.broadcast(IxDyn(shape));
            stretched.map_or_else(Vec::new, |values| values.iter().copied().collect())
        }
    };
    operands.iter().map(column).collect()
}

/// `-1.0 at [0, 2]`
pub(crate) fn element<T: Float>(values: &Values<T>, at: usize) -> String {
    let place = values.indexed_iter().nth(at);
    place.map_or_else(String::new, |(place, x)| match values.ndim() {
        0 => format!("{x:?}"),
        _ => format!("{x:?} at {:?}", ndarray::Dimension::slice(&place)),
    })
}

impl<T: Float> Flow<T> {
    /// The number, or the first element that is not finite, or the first of all.
    pub(crate) fn describe(&self) -> String {
        match self {
            Flow::Number(x) | Flow::Everywhere(x) => format!("{x:?}"),
            Flow::Part(_) => self.clone().whole().describe(),
            Flow::Array(values) => {
                let at = values.iter().position(|x| !x.is_all_finite());
                element(values, at.unwrap_or(0))
            }
        }
    }
}

impl<T: Float> Home<T> {
    /// The payload of an operation.
    pub(super) fn payload_in(&self, index: u32) -> Option<Rc<dyn Payload<T>>> {
        let cell = self.cell(index);
        if code(cell.meta.get()) == PAYLOAD { self.payload(cell.b.get()) } else { None }
    }
    /// What a cell was computed by; `None` for leaves and constants.
    pub(super) fn recorded(&self, index: u32) -> Option<Recorded> {
        let cell = self.cell(index);
        match op_of(code(cell.meta.get())) {
            Some(op) => Some(Recorded::row(op, self.operands_of(cell).1)),
            None => self.payload_in(index)?.recorded(),
        }
    }
    /// What a cell was computed by, and from what.
    pub(super) fn describe(&self, index: u32) -> (String, Vec<String>) {
        let described = |index: u32| self.seen(index).map_or_else(|| "?".to_string(), |x| x.describe(&[], 0));
        let operation = self.recorded(index).map_or_else(String::new, |recorded| recorded.to_string());
        (operation, self.operands_in(index).into_iter().map(described).collect())
    }
    /// The value of a cell; `None` of an array that nobody holds any more.
    pub(super) fn seen(&self, index: u32) -> Option<Value<T>> {
        let cell = self.cell(index);
        let payload = if cell.b.get() != 0 { self.payload_of(cell) } else { None };
        match payload.as_ref().and_then(|payload| payload.collector()) {
            Some(collector) => collector.living_values().map(Value::Array),
            None => Some(Value::Number(cell.value.get())),
        }
    }
    /// Whether an operation's operands have finite values, as far as they are known.
    pub(crate) fn computed_from_finite(&self, index: u32) -> bool {
        self.operands_in(index).into_iter().all(|x| self.seen(x).is_none_or(|seen| seen.all_finite()))
    }
    /// The cells of an operation's operands.
    pub(crate) fn operands_in(&self, index: u32) -> Vec<u32> {
        let cell = self.cell(index);
        match op_of(code(cell.meta.get())) {
            Some(op) => self.operands_of(cell).0[..op.arity()].to_vec(),
            None => self
                .payload_in(index)
                .map_or_else(Vec::new, |payload| payload.operands().iter().map(Node::index).collect()),
        }
    }
}
