//! What is to be drawn, without coordinates: boxes, arrows, and what stands at them. Taken from the graph by a walk and a
//! sweep of its own.

use super::style::visible;
use crate::graph::array::{Flow, NodeArray, Values};
use crate::graph::flags;
use crate::graph::handle::Node;
use crate::graph::recorded::Recorded;
use crate::number::{Elementary, Float};
use ndarray::Dimension;
use std::collections::HashMap;

/// Boxes in topological order: an arrow leads from an earlier one to a later one.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub(super) boxes: Vec<Block>,
    pub(super) arrows: Vec<Arrow>,
    /// The box of the drawn node.
    pub(super) root: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    pub kind: Kind,
    /// The operation's symbol; of a leaf its name.
    pub title: String,
    /// A name that the user gave an operation.
    pub name: Option<String>,
    /// What comes out.
    pub value: Shown,
    /// The derivative of the drawn node by what comes out, if any flows here.
    pub adjoint: Option<Shown>,
    pub operation: Option<Recorded>,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Leaf,
    Constant,
    Operation,
    /// It stands for others that are left out.
    Folded,
    /// Where the arrow of the drawn node ends: nothing is drawn there.
    Exit,
}

/// From an operand to the operation.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    /// `None` if it stands for several.
    pub value: Option<Shown>,
    /// What flows back along it; nothing to constants.
    pub derivative: Option<Shown>,
    /// The local slope, of a row of the table.
    pub slope: Option<f64>,
    /// How many arrows it stands for.
    pub many: usize,
}

/// A number, or what is said of an array.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shown {
    Number(f64),
    Array { shape: Vec<usize>, measures: Option<Measures> },
}
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measures {
    pub low: f64,
    pub high: f64,
    pub norm: f64,
}

impl Shown {
    fn of_values<T: Float>(values: &Values<T>) -> Self {
        let mut measures = Measures { low: f64::INFINITY, high: f64::NEG_INFINITY, norm: 0.0 };
        for x in values.iter().map(Elementary::to_f64_value) {
            // a NaN is not to be overlooked
            measures.low = if x < measures.low || x.is_nan() { x } else { measures.low };
            measures.high = if x > measures.high || x.is_nan() { x } else { measures.high };
            measures.norm = measures.norm.hypot(x);
        }
        Shown::Array { shape: values.shape().to_vec(), measures: (!values.is_empty()).then_some(measures) }
    }
    fn of_node<T: Float>(node: &Node<T>) -> Self {
        match node.shape() {
            None => Shown::Number(node.recorded_value().to_f64_value()),
            Some(shape) => match node.living_values() {
                Some(values) => Shown::of_values(&values),
                None => Shown::Array { shape, measures: None },
            },
        }
    }
    fn of_flow<T: Float>(flow: &Flow<T>, shape: Option<Vec<usize>>) -> Self {
        match (flow, &shape) {
            (Flow::Array(values), _) => Shown::of_values(values),
            (Flow::Part(_), _) => Shown::of_flow(&flow.clone().whole(), shape),
            (Flow::Number(x) | Flow::Everywhere(x), None) => Shown::Number(x.to_f64_value()),
            (Flow::Number(x) | Flow::Everywhere(x), Some(shape)) => {
                let (x, len) = (x.to_f64_value(), shape.iter().product::<usize>());
                let norm = x.abs() * (len as f64).sqrt();
                Shown::Array { shape: shape.clone(), measures: (len > 0).then_some(Measures { low: x, high: x, norm }) }
            }
        }
    }
    /// The sum of two, if it is known.
    pub fn plus(&self, other: &Shown) -> Option<Shown> {
        match (self, other) {
            (Shown::Number(x), Shown::Number(y)) => Some(Shown::Number(x + y)),
            _ => None,
        }
    }
}

/// # Panics
/// If the number has no value, because a closure is being traced.
pub(super) fn of_number<T: Float>(root: &Node<T>) -> Picture {
    of_node(root, Flow::Number(T::of(1.0)))
}
pub(super) fn of_array<T: Float, D: Dimension>(root: &NodeArray<T, D>) -> Picture {
    match root.node() {
        Some(node) => of_node(node, Flow::Everywhere(T::of(1.0))),
        None => {
            let value = Shown::of_values(&root.values());
            let title = "const".to_string();
            let block = Block { kind: Kind::Constant, title, name: None, value, adjoint: None, operation: None };
            let mut picture = Picture { boxes: vec![block], arrows: Vec::new(), root: 0 };
            picture.exit();
            picture
        }
    }
}

/// A node and its operands, by their places in the list.
struct Met<T: Float> {
    node: Node<T>,
    operands: Vec<usize>,
}
/// All that a node was computed from, and itself, in topological order.
fn walk<T: Float>(root: &Node<T>) -> Vec<Met<T>> {
    let mut places = HashMap::from([(root.index(), 0)]);
    let mut met = vec![Met { node: root.clone(), operands: Vec::new() }];
    let mut next = 0;
    while next < met.len() {
        for operand in met[next].node.operands() {
            let place = *places.entry(operand.index()).or_insert(met.len());
            if place == met.len() {
                met.push(Met { node: operand, operands: Vec::new() });
            }
            met[next].operands.push(place);
        }
        next += 1;
    }
    // leaves and constants first, then as they were recorded
    let rank = |met: &Met<T>| (met.node.operation().is_some(), met.node.age());
    let mut order: Vec<usize> = (0..met.len()).collect();
    order.sort_by_key(|&k| rank(&met[k]));
    let mut place = vec![0; met.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
    let mut sorted: Vec<Option<Met<T>>> = met.into_iter().map(Some).collect();
    let mut take = |old: usize| {
        let met = sorted[old].take()?;
        Some(Met { operands: met.operands.iter().map(|&k| place[k]).collect(), ..met })
    };
    order.into_iter().filter_map(&mut take).collect()
}

fn of_node<T: Float>(root: &Node<T>, seed: Flow<T>) -> Picture {
    if flags::is_tracing() {
        root.ask("asks for a drawing of");
    }
    let met = walk(root);
    let last = met.iter().position(|met| met.node.is_same(root)).unwrap_or_default();
    let mut picture = Picture { root: last, ..Picture::default() };
    let mut adjoints: Vec<Option<Flow<T>>> = vec![None; met.len()];
    if !root.is_constant() {
        adjoints[last] = Some(seed);
    }
    let mut arrows: Vec<Vec<Arrow>> = vec![Vec::new(); met.len()];
    for (to, Met { node, operands }) in met.iter().enumerate().rev() {
        let mut flows = match &adjoints[to] {
            Some(adjoint) => node.flows(adjoint.clone()),
            None => Vec::new(),
        };
        let slopes = node.slopes();
        for (k, &from) in operands.iter().enumerate() {
            let operand = &met[from].node;
            let last = !operands[k + 1..].contains(&from);
            let flow = take(&mut flows, operand.index(), last).filter(|_| !operand.is_constant());
            arrows[to].push(Arrow {
                from,
                to,
                value: Some(Shown::of_node(operand)),
                derivative: flow.as_ref().map(|flow| Shown::of_flow(flow, operand.shape())),
                slope: slopes.get(k).map(|(_, slope)| slope.to_f64_value()),
                many: 1,
            });
            if let Some(flow) = flow {
                add(&mut adjoints[from], flow);
            }
        }
    }
    picture.arrows = arrows.into_iter().flatten().collect();
    let boxes = met.iter().zip(&adjoints).map(|(met, adjoint)| block(&met.node, adjoint.as_ref()));
    picture.boxes = boxes.collect();
    picture.names_into_operations();
    for block in &mut picture.boxes {
        block.title = visible(&block.title);
        block.name = block.name.as_deref().map(visible);
    }
    picture.exit();
    picture
}

/// What flows along one arrow of an operand, whose parts a rule may give in any order: the first, or all that are left.
fn take<T: Float>(flows: &mut Vec<(u32, Flow<T>)>, operand: u32, all: bool) -> Option<Flow<T>> {
    let mut sum = None;
    while let Some(place) = flows.iter().position(|(index, _)| *index == operand) {
        add(&mut sum, flows.remove(place).1);
        if !all {
            break;
        }
    }
    sum
}
fn add<T: Float>(sum: &mut Option<Flow<T>>, part: Flow<T>) {
    *sum = Some(match sum.take() {
        Some(sum) => sum.plus(part),
        None => part,
    });
}

fn block<T: Float>(node: &Node<T>, adjoint: Option<&Flow<T>>) -> Block {
    let operation = node.operation();
    let kind = match &operation {
        Some(_) => Kind::Operation,
        None if node.is_leaf() => Kind::Leaf,
        None => Kind::Constant,
    };
    let name = node.name().map(|name| name.to_string());
    let (title, name) = match (&operation, name) {
        (Some(Recorded::Power(n)), name) => (format!("^{n}"), name),
        (Some(Recorded::Polygamma(n)), name) => (format!("ψ({n})"), name),
        (Some(Recorded::Named(name)), _) => (name.to_string(), None),
        (Some(operation), name) => (operation.symbol().to_string(), name),
        (None, Some(name)) => (name, None),
        (None, None) if kind == Kind::Leaf => ("leaf".to_string(), None),
        (None, None) => ("const".to_string(), None),
    };
    let value = Shown::of_node(node);
    let adjoint = adjoint.map(|flow| Shown::of_flow(flow, node.shape()));
    Block { kind, title, name, value, adjoint, operation }
}

impl Picture {
    /// The name of an operation that nothing else uses goes into its box.
    fn names_into_operations(&mut self) {
        let mut uses = vec![0; self.boxes.len()];
        let mut only = vec![None; self.boxes.len()];
        for arrow in &self.arrows {
            uses[arrow.from] += 1;
            only[arrow.to] = Some(arrow.from);
        }
        let mut stands_for: Vec<usize> = (0..self.boxes.len()).collect();
        for k in 0..self.boxes.len() {
            let Some(Recorded::Named(name)) = self.boxes[k].operation.clone() else { continue };
            let Some(below) = only[k].map(|below| stands_for[below]) else { continue };
            if self.boxes[below].kind == Kind::Operation && uses[below] == 1 && self.boxes[below].name.is_none() {
                self.boxes[below].name = Some(name.to_string());
                uses[below] = uses[k];
                stands_for[k] = below;
            }
        }
        self.arrows.retain(|arrow| stands_for[arrow.to] == arrow.to);
        self.arrows.iter_mut().for_each(|arrow| arrow.from = stands_for[arrow.from]);
        self.root = stands_for[self.root];
        let keep: Vec<bool> = (0..self.boxes.len()).map(|k| stands_for[k] == k).collect();
        self.retain(&keep);
    }
    /// The arrow out of the drawn node.
    fn exit(&mut self) {
        let root = &self.boxes[self.root];
        let arrow = Arrow {
            from: self.root,
            to: self.boxes.len(),
            value: Some(root.value.clone()),
            derivative: root.adjoint.clone(),
            slope: None,
            many: 1,
        };
        let exit = Block { kind: Kind::Exit, title: String::new(), name: None, operation: None, ..root.clone() };
        self.arrows.push(arrow);
        self.boxes.push(exit);
    }
    /// Without the boxes that are not to be kept, at which no arrow may be left.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        let mut place = Vec::with_capacity(keep.len());
        let mut next = 0;
        for &keep in keep {
            place.push(next);
            next += usize::from(keep);
        }
        let mut kept = keep.iter();
        self.boxes.retain(|_| kept.next().copied().unwrap_or(false));
        for arrow in &mut self.arrows {
            (arrow.from, arrow.to) = (place[arrow.from], place[arrow.to]);
        }
        self.root = place[self.root];
    }
}
