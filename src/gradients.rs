//! Derivatives as nodes, which can be differentiated again.
//!
//! The same walk as a sweep's, with adjoints that are nodes and stand beside the graph: it may be swept meanwhile, and
//! recording goes on in the chunk that is being walked. The slopes are the table's, run on nodes.

use crate::array::data::shapes::{one_element, same_shape};
use crate::array::rule::elementwise::join;
use crate::error::accept;
use crate::graph::anomaly;
use crate::graph::array::{NodeArray, NodeArrayD, Term, Values};
use crate::graph::cell::{ARRAY_LEAF, CONSTANT, LEAF, PAYLOAD, POSITION, chunk_of, code, op_of, start_of};
use crate::graph::handle::{Node, share};
use crate::graph::home::{self, ENDING, Home};
use crate::number::{Elementary, Float};
use ndarray::Dimension;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::panic::Location;

/// What [`gradients`] differentiates by, and in which shape it answers: `&node`, `&array`, slices, arrays and vectors of
/// them or of references to them, and tuples of all these.
///
/// ```
/// use backprop::{gradients, Node, NodeArray1};
/// let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
/// let z = &x * &y;
/// let one: Node<f64> = gradients(&z, &x);
/// let [dx, dy] = gradients(&z, &[&x, &y]);
/// let many: Vec<Node<f64>> = gradients(&z, &vec![x.clone(), y]);
/// assert!(one == dx && many[1] == dy);
/// let array = NodeArray1::leaf(ndarray::array![1.0, 2.0]);
/// let (by_number, by_array) = gradients(&(array.sum() * &x), (&x, &array));
/// assert_eq!((by_number.value(), by_array.value()), (3.0, ndarray::arr1(&[2.0, 2.0]).into_shared()));
/// ```
///
/// ```compile_fail,E0277
/// use backprop::{gradients, Node};
/// let x = Node::leaf(2.0);
/// let _ = gradients(&x.square(), &x.value()); // the value is in no graph
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that gradients of numbers `{T}` are taken by",
    label = "expected a `Node` or a `NodeArray` of the same kind of number",
    note = "slices, arrays, `Vec`s and tuples of them, or of references to them, do as well: `&[&x, &y]`, `(&x, &w)`"
)]
pub trait Wrt<T: Float>: sealed::Sealed {
    /// The gradients, in the shape of `self`.
    type Gradients;
    /// Names the cell of each node.
    #[doc(hidden)]
    fn name_cells(&self, name: &mut dyn FnMut(u32));
    /// Asks for the gradient of each node.
    #[doc(hidden)]
    fn gather_found(&self, found: &Found<T>) -> Self::Gradients;
}
mod sealed {
    pub trait Sealed {}
}

/// The adjoints that a walk has found.
#[doc(hidden)]
pub struct Found<T: Float>(Walk<T>);
impl<T: Float> Found<T> {
    fn number(&self, x: &Node<T>) -> Node<T> {
        match self.0.adjoint(x.index()) {
            Some(term) => apart(term.number()),
            None => Node::constant(T::of(0.0)),
        }
    }
    fn array<D: Dimension>(&self, x: &NodeArray<T, D>) -> NodeArray<T, D> {
        match x.node().and_then(|node| self.0.adjoint(node.index())) {
            Some(term) => array_apart(term.array()).ranked(),
            None => NodeArray::constant_of(Values::full(x.body().shape().clone(), T::of(0.0))),
        }
    }
}

/// A slope may be an operand itself: whoever changes, names or clears the derivative must not do it to a leaf of theirs.
fn apart<T: Float>(x: Node<T>) -> Node<T> {
    if x.is_leaf() { x * T::of(1.0) } else { x }
}
/// The same of an array.
fn array_apart<T: Float>(x: NodeArrayD<T>) -> NodeArrayD<T> {
    if x.is_leaf() { x * T::of(1.0) } else { x }
}

impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float> Wrt<T> for Node<T> {
    type Gradients = Node<T>;
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        name(self.index());
    }
    fn gather_found(&self, found: &Found<T>) -> Node<T> {
        found.number(self)
    }
}
impl<T: Float, D: Dimension> sealed::Sealed for NodeArray<T, D> {}
impl<T: Float, D: Dimension> Wrt<T> for NodeArray<T, D> {
    type Gradients = NodeArray<T, D>;
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        self.node().iter().for_each(|node| name(node.index()));
    }
    fn gather_found(&self, found: &Found<T>) -> NodeArray<T, D> {
        found.array(self)
    }
}
// whatever holds something to differentiate by
impl<X: sealed::Sealed + ?Sized> sealed::Sealed for &X {}
impl<T: Float, X: Wrt<T> + ?Sized> Wrt<T> for &X {
    type Gradients = X::Gradients;
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        (**self).name_cells(name);
    }
    fn gather_found(&self, found: &Found<T>) -> X::Gradients {
        (**self).gather_found(found)
    }
}
impl<X: sealed::Sealed> sealed::Sealed for [X] {}
impl<T: Float, X: Wrt<T>> Wrt<T> for [X] {
    type Gradients = Vec<X::Gradients>;
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        self.iter().for_each(|x| x.name_cells(name));
    }
    fn gather_found(&self, found: &Found<T>) -> Self::Gradients {
        self.iter().map(|x| x.gather_found(found)).collect()
    }
}
impl<X: sealed::Sealed> sealed::Sealed for Vec<X> {}
impl<T: Float, X: Wrt<T>> Wrt<T> for Vec<X> {
    type Gradients = Vec<X::Gradients>;
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        self[..].name_cells(name);
    }
    fn gather_found(&self, found: &Found<T>) -> Self::Gradients {
        self[..].gather_found(found)
    }
}
impl<X: sealed::Sealed, const N: usize> sealed::Sealed for [X; N] {}
impl<T: Float, X: Wrt<T>, const N: usize> Wrt<T> for [X; N] {
    type Gradients = [X::Gradients; N];
    fn name_cells(&self, name: &mut dyn FnMut(u32)) {
        self[..].name_cells(name);
    }
    fn gather_found(&self, found: &Found<T>) -> Self::Gradients {
        std::array::from_fn(|k| self[k].gather_found(found))
    }
}
macro_rules! tuples { ($(($($X:ident $k:tt)+))+) => { $(
    impl<$($X: sealed::Sealed),+> sealed::Sealed for ($($X,)+) {}
    impl<T: Float, $($X: Wrt<T>),+> Wrt<T> for ($($X,)+) {
        type Gradients = ($($X::Gradients,)+);
        fn name_cells(&self, name: &mut dyn FnMut(u32)) {
            $(self.$k.name_cells(name);)+
        }
        fn gather_found(&self, found: &Found<T>) -> Self::Gradients {
            ($(self.$k.gather_found(found),)+)
        }
    }
)+ } }
tuples! {
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
}

/// What can be differentiated: a number of the graph or an array.
///
/// Sealed: [`Node`] and [`NodeArray`].
///
/// ```compile_fail,E0277
/// use backprop::{gradients, Node};
/// let x = Node::leaf(2.0);
/// let _ = gradients(&x.square().value(), &x); // the value is in no graph
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that gradients are taken of",
    label = "expected a `Node` or a `NodeArray`",
    note = "in the graph is what was computed from nodes; `.value()` is outside of it; `grad` and `jvp` differentiate functions of plain numbers"
)]
pub trait Root: sealed::Sealed + Clone {
    /// The plain numbers in it.
    type Number: Float;
    /// Where to start with this adjoint; `None` for a constant in no graph.
    #[doc(hidden)]
    fn start(&self, seed: &Self) -> Option<Start<Self::Number>>;
    /// The adjoint 1.
    #[doc(hidden)]
    fn one(&self) -> Self;
}
/// The cell to start from, and its adjoint.
#[doc(hidden)]
pub struct Start<T: Float>(Node<T>, Term<T>);

impl<T: Float> Root for Node<T> {
    type Number = T;
    fn start(&self, seed: &Self) -> Option<Start<T>> {
        Some(Start(self.clone(), Term::Number(seed.clone())))
    }
    fn one(&self) -> Self {
        Node::constant(T::of(1.0))
    }
}
impl<T: Float, D: Dimension> Root for NodeArray<T, D> {
    type Number = T;
    #[track_caller]
    fn start(&self, seed: &Self) -> Option<Start<T>> {
        accept(same_shape("gradients_with", self.shape(), seed.shape()));
        self.node().map(|node| Start(node.clone(), Term::Array(seed.ranked())))
    }
    #[track_caller]
    fn one(&self) -> Self {
        accept(one_element("gradients", self.shape()));
        NodeArray::constant_of(Values::full(self.body().shape().clone(), T::of(1.0)))
    }
}

/// The derivatives of `y` as nodes, in the shape of `wrt`: they can be used in further expressions and differentiated
/// again, to any order. What `y` does not depend on has the constant 0. No [`grad`](Node::grad) changes.
///
/// `wrt` may name inner nodes too: then it is the derivative by what they hold.
///
/// ```
/// use backprop::{gradients, Node};
/// let x = Node::leaf(2.0);
/// let y = x.powi(4);
/// let first = gradients(&y, &x);
/// let second = gradients(&first, &x);
/// let third = gradients(&second, &x);
/// assert_eq!((first.value(), second.value(), third.value()), (32.0, 48.0, 48.0));
/// ```
///
/// Arrays and numbers mix:
///
/// ```
/// use backprop::{gradients, NodeArray1};
/// let x = NodeArray1::leaf(ndarray::array![1.0, 2.0, 3.0]);
/// let y = x.powi(3).sum();
/// let dx = gradients(&y, &x);                  // 3x²
/// let hv = gradients(&dx.sum(), &x);           // the Hessian times a vector of ones: 6x
/// assert_eq!(hv.value(), ndarray::array![6.0, 12.0, 18.0]);
/// ```
///
/// # Panics
/// If `y` is an array of another number of elements than one. If it comes to an operation of first order (made of plain
/// closures, or a layer), or to a custom operation whose rule panics, gives another number of adjoints than there are
/// operands, or asks for gradients through itself. The message names the operation.
#[must_use]
#[track_caller]
pub fn gradients<Y: Root, W: Wrt<Y::Number>>(y: &Y, wrt: W) -> W::Gradients {
    gradients_with(y, wrt, &y.one())
}

/// [`gradients`] with the adjoint of `y` given: the derivatives of `seed · y` for a constant seed, and differentiable
/// in the seed as well. An array's seed has its shape.
///
/// ```
/// use backprop::{gradients_with, Node};
/// let x = Node::leaf(3.0);
/// let seed = Node::leaf(10.0);
/// let dx = gradients_with(&x.square(), &x, &seed);
/// dx.backward();
/// assert_eq!((dx.value(), seed.grad()), (60.0, 6.0));
/// ```
///
/// # Panics
/// If the shapes of `y` and `seed` differ, and as [`gradients`].
#[must_use]
#[track_caller]
pub fn gradients_with<Y: Root, W: Wrt<Y::Number>>(y: &Y, wrt: W, seed: &Y) -> W::Gradients {
    let mut walk = Walk { heap: BinaryHeap::new(), tables: HashMap::new(), wanted: Vec::new() };
    wrt.name_cells(&mut |index| walk.wanted.push(index));
    walk.wanted.sort_unstable();
    if let Some(Start(node, seed)) = y.start(seed) {
        walk.deliver(node.index(), seed);
    }
    // what is recorded from here on is recorded by this call
    anomaly::recording_for(Location::caller(), || {
        while let Some((_, number)) = walk.heap.pop() {
            walk.chunk(number);
        }
        wrt.gather_found(&Found(walk))
    })
}

/// A chunk's adjoints, from position `low` on.
struct Table<T: Float> {
    low: u32,
    adjoints: VecDeque<Option<Term<T>>>,
}
pub(crate) struct Walk<T: Float> {
    /// Birth and number of the chunks to visit.
    heap: BinaryHeap<(u64, u32)>,
    tables: HashMap<u32, Table<T>>,
    /// What is asked for, in order: other adjoints go as soon as they have been passed on.
    wanted: Vec<u32>,
}
/// The code of a cell, and the birth of its chunk.
fn head<T: Float>(index: u32) -> (u32, u64) {
    home::with(|home: &Home<T>| {
        let chunk = home.chunk(index);
        (code(chunk.at(index).meta.get()), chunk.birth.get())
    })
    .expect(ENDING)
}

impl<T: Float> Walk<T> {
    fn adjoint(&self, index: u32) -> Option<Term<T>> {
        let table = self.tables.get(&chunk_of(index))?;
        let k = (index & POSITION).checked_sub(table.low)?;
        table.adjoints.get(k as usize).cloned().flatten()
    }
    fn wants(&self, index: u32) -> bool {
        self.wanted.binary_search(&index).is_ok()
    }
    fn take_adjoint(&mut self, index: u32) -> Option<Term<T>> {
        if self.wants(index) {
            return self.adjoint(index);
        }
        let table = self.tables.get_mut(&chunk_of(index))?;
        let k = (index & POSITION).checked_sub(table.low)?;
        table.adjoints.get_mut(k as usize)?.take()
    }

    fn deliver(&mut self, index: u32, part: Term<T>) {
        let (code, birth) = head::<T>(index);
        if code >= CONSTANT || matches!(code, LEAF | ARRAY_LEAF) && !self.wants(index) {
            return;
        }
        let (heap, position) = (&mut self.heap, index & POSITION);
        let table = self.tables.entry(chunk_of(index)).or_insert_with(|| {
            if !matches!(code, LEAF | ARRAY_LEAF) {
                heap.push((birth, chunk_of(index)));
            }
            Table { low: position, adjoints: VecDeque::new() }
        });
        while position < table.low {
            table.adjoints.push_front(None);
            table.low -= 1;
        }
        let k = (position - table.low) as usize;
        if table.adjoints.len() <= k {
            table.adjoints.resize(k + 1, None);
        }
        let sum = match table.adjoints[k].take() {
            None => part,
            Some(Term::Number(sum)) => Term::Number(Node::join(sum, part.number())),
            Some(Term::Array(sum)) => Term::Array(join(sum, part.array())),
        };
        table.adjoints[k] = Some(sum);
    }

    /// A chunk, from its last adjoint to its first; operands in the same chunk lie before.
    fn chunk(&mut self, number: u32) {
        let Some(table) = self.tables.get(&number) else { return };
        let mut position = table.low + table.adjoints.len() as u32;
        while position > self.tables[&number].low {
            position -= 1;
            let index = start_of(number) | position;
            if let Some(adjoint) = self.take_adjoint(index) {
                let z: Node<T> = share(index);
                anomaly::differentiating(&z, &adjoint, || self.pull(&z, adjoint.clone()));
            }
        }
    }

    fn pull(&mut self, z: &Node<T>, adjoint: Term<T>) {
        let code = z.kind();
        if code == PAYLOAD {
            let Some(payload) = z.payload() else { return };
            payload.pull_nodes(z, adjoint, &mut |index, part| self.deliver(index, part));
            return;
        }
        let Some(op) = op_of(code) else { return };
        let adjoint = adjoint.number();
        let (operands, exponent) = z.recorded_operands();
        let x = operands.map(share::<T>);
        op.pull(
            [&x[0], &x[1], &x[2]],
            exponent,
            z,
            &adjoint,
            |k| !x[k].is_constant(),
            |k, part| {
                self.deliver(x[k].index(), Term::Number(part));
            },
        );
    }
}
