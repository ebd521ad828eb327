//! Arrays in the graph: the handle, what all handles of one array share, and what flows along an arrow.
//!
//! An array node is a cell like any other, with a payload; its values do not stand in the graph but in a [`Body`] that
//! handles share with those operations that need the values for their adjoints. So an array is freed as soon as nobody
//! can ask for it and no adjoint needs it, however long the cell lives on in the graph.
//!
//! Inside the library ranks are dynamic: an operation is compiled once for each number type. The rank in
//! [`NodeArray`]'s type is the user's.

use super::cell::{ARRAY_LEAF, CONSTANT};
use super::handle::Node;
use super::home::Home;
use super::homes;
use super::payload::{self, Payload};
use super::recorded::Recorded;
use crate::number::Float;
use ndarray::{ArcArray, Array, ArrayD, ArrayRef, Dimension, IxDyn};
use std::cell::{Cell, Ref, RefCell};
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::{Rc, Weak};

// ------------------------------------------------------------------------------------------------ values

/// The values of an array, shared; the buffer goes back to the thread's pool with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Values<T: Float>(Option<ArcArray<T, IxDyn>>);

impl<T: Float> Values<T> {
    pub fn new(array: impl Into<ArcArray<T, IxDyn>>) -> Self {
        Values(Some(array.into()))
    }
    /// In row-major order.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    pub fn from_vec(shape: IxDyn, elements: Vec<T>) -> Self {
        match ArrayD::from_shape_vec(shape, elements) {
            Ok(array) => Values::new(array),
            Err(error) => panic!("{error}: a kernel has miscounted, this is a bug in backprop"),
        }
    }
    /// An array without axes.
    pub fn scalar(value: T) -> Self {
        Values::from_vec(IxDyn(&[]), vec![value])
    }
    pub fn full(shape: IxDyn, value: T) -> Self {
        let mut elements = take(shape.size());
        elements.resize(shape.size(), value);
        Values::from_vec(shape, elements)
    }
    /// As an array of ndarray's, to be looked at or handed out.
    pub fn shared(mut self) -> ArcArray<T, IxDyn> {
        match self.0.take() {
            Some(array) => array,
            None => gone(),
        }
    }
    /// The array itself, if nobody else has it.
    pub fn owned(self) -> Result<ArrayD<T>, Self> {
        self.shared().try_into_owned_nocopy().map_err(Values::new)
    }
    /// To be written to; a copy if somebody else has them too.
    pub fn unshared(&mut self) -> &mut ArrayRef<T, IxDyn> {
        match &mut self.0 {
            Some(array) => array,
            None => gone(),
        }
    }
    /// The only number in it.
    ///
    /// # Panics
    /// If it is empty.
    pub fn first(&self) -> T {
        match self.iter().next() {
            Some(&value) => value,
            None => panic!("an array without elements has no first: this is a bug in backprop"),
        }
    }
    /// The other's elements added, in place if nobody else has these.
    pub fn plus(self, other: &Values<T>) -> Self {
        match self.owned() {
            Ok(mut array) => {
                array += other.deref();
                Values::new(array)
            }
            Err(shared) => {
                let mut elements = take(shared.len());
                match (shared.as_slice(), other.as_slice()) {
                    (Some(x), Some(y)) => elements.extend(x.iter().zip(y).map(|(&x, &y)| x + y)),
                    _ => elements.extend(shared.iter().zip(other.iter()).map(|(&x, &y)| x + y)),
                }
                Values::from_vec(shared.raw_dim(), elements)
            }
        }
    }
}
impl<T: Float> Values<T> {
    /// The number added to every element, in place if nobody else has them.
    fn shifted(self, by: T) -> Self {
        match self.owned() {
            Ok(array) => Values::new(array.mapv_into(|x| x + by)),
            Err(shared) => Values::new(shared.mapv(|x| x + by)),
        }
    }
}
impl<T: Float> Deref for Values<T> {
    type Target = ArcArray<T, IxDyn>;
    #[inline(always)]
    fn deref(&self) -> &ArcArray<T, IxDyn> {
        match &self.0 {
            Some(array) => array,
            None => gone(),
        }
    }
}
impl<T: Float> Drop for Values<T> {
    fn drop(&mut self) {
        let Some(array) = self.0.take() else { return };
        if let Ok(array) = array.try_into_owned_nocopy() {
            give_back(array.into_raw_vec_and_offset().0);
        }
    }
}
#[cold]
fn gone() -> ! {
    panic!("values that have been given away: this is a bug in backprop")
}

/// An empty vector with room for so many, from the pool.
pub(crate) fn take<T: Float>(len: usize) -> Vec<T> {
    let mut elements = used(len);
    elements.clear();
    elements
}
/// A vector of so many elements that are yet to be written: zeros, or what a dead array held.
pub(crate) fn take_unwritten<T: Float>(len: usize) -> Vec<T> {
    let mut elements = used(len);
    elements.resize(len, T::of(0.0));
    elements
}
fn used<T: Float>(len: usize) -> Vec<T> {
    homes::with(|home: &Home<T>| home.pool.borrow_mut().take(len)).unwrap_or_else(|| Vec::with_capacity(len))
}
/// Back to the pool, for the next one.
pub(crate) fn give_back<T: Float>(elements: Vec<T>) {
    let _ = homes::with(|home: &Home<T>| home.pool.borrow_mut().give(elements));
}

// ------------------------------------------------------------------------------------------------ the body

/// What all handles of one array share with the operations that saved it.
pub(crate) struct Body<T: Float> {
    /// `None` while [`update`](NodeArray::update) has them.
    values: RefCell<Option<Values<T>>>,
    shape: IxDyn,
    /// How often the values have been changed in place.
    version: Cell<u32>,
    /// Handles, not counting operations: nobody else can ask for the adjoint.
    handles: Cell<u32>,
    /// The gradient of a leaf; of others the adjoint, with its sweep.
    grad: RefCell<(u64, Option<Values<T>>)>,
}

impl<T: Float> Body<T> {
    pub fn new(values: Values<T>) -> Rc<Self> {
        count_bytes::<T>(values.len().cast_signed());
        Rc::new(Body {
            shape: values.raw_dim(),
            values: RefCell::new(Some(values)),
            version: Cell::new(0),
            handles: Cell::new(0),
            grad: RefCell::new((0, None)),
        })
    }
    pub fn shape(&self) -> &IxDyn {
        &self.shape
    }
    pub fn version(&self) -> u32 {
        self.version.get()
    }
    /// The values.
    ///
    /// # Panics
    /// While [`update`](NodeArray::update) has them.
    #[track_caller]
    pub fn values(&self) -> Values<T> {
        self.look().clone()
    }
    /// The values, to be looked at.
    ///
    /// # Panics
    /// While [`update`](NodeArray::update) has them.
    #[track_caller]
    pub fn look(&self) -> Ref<'_, Values<T>> {
        match Ref::filter_map(self.values.borrow(), Option::as_ref) {
            Ok(values) => values,
            Err(_) => panic!("the values of this leaf are away: update() is changing them"),
        }
    }
    /// Gives the values to `write`, which may write to them, and takes them back, also after a panic.
    ///
    /// # Panics
    /// Inside another change of the same values.
    #[track_caller]
    pub fn change<R>(&self, write: impl FnOnce(&mut ArrayRef<T, IxDyn>) -> R) -> R {
        struct Back<'a, T: Float>(&'a Body<T>, Values<T>);
        impl<T: Float> Drop for Back<'_, T> {
            fn drop(&mut self) {
                *self.0.values.borrow_mut() = self.1.0.take().map(Values::new);
            }
        }
        let values = self.values();
        // ours and the one that we have just made: whoever else holds them keeps the old ones
        *self.values.borrow_mut() = None;
        self.version.set(self.version.get().wrapping_add(1));
        let mut back = Back(self, values);
        write(back.1.unshared())
    }
    /// The gradient of a leaf, or the adjoint that the sweep of this number left.
    pub fn grad(&self, sweep: u64) -> Option<Values<T>> {
        let grad = self.grad.borrow();
        if grad.0 == sweep { grad.1.clone() } else { None }
    }
    pub fn set_grad(&self, sweep: u64, grad: Option<Values<T>>) {
        let new = grad.as_ref().map_or(0, |grad| grad.len());
        let old = self.grad.replace((sweep, grad)).1;
        count_bytes::<T>(new.cast_signed() - old.map_or(0, |old| old.len()).cast_signed());
    }
    /// Adds to the gradient of a leaf.
    pub fn add_grad(&self, part: Values<T>) {
        let old = self.grad.borrow_mut().1.take();
        count_bytes::<T>(-old.as_ref().map_or(0, |old| old.len()).cast_signed());
        let sum = match old {
            Some(old) => old.plus(&part),
            None => part,
        };
        self.set_grad(0, Some(sum));
    }
}
impl<T: Float> Drop for Body<T> {
    fn drop(&mut self) {
        let grad = self.grad.borrow_mut().1.take();
        count_bytes::<T>(-(self.shape.size() + grad.map_or(0, |grad| grad.len())).cast_signed());
    }
}
/// More or fewer elements of living arrays, for the statistics.
fn count_bytes<T: Float>(elements: isize) {
    let _ = homes::with(|home: &Home<T>| {
        let bytes = elements * size_of::<T>().cast_signed();
        home.array_bytes.set(home.array_bytes.get().wrapping_add_signed(bytes));
    });
}

// ------------------------------------------------------------------------------------------------ the handle

/// An ndarray in a reference-counted graph, together with the numbers ([`Node`]) there: whole arrays are one node.
///
/// Ordinary expressions build the graph, one `backward()` fills the [`grad`](NodeArray::grad) of every leaf, scalar or
/// array. The rank `D` is checked by the compiler, as in ndarray; operations broadcast as ndarray's do. `Clone` is cheap.
///
/// ```
/// use backprop::{Node, NodeArray};
/// use ndarray::array;
/// let prices = NodeArray::leaf(array![100.0, 150.0]);
/// let numbers = NodeArray::leaf(array![2.0, 3.0]);
/// let tax = Node::leaf(1.1);
/// let total = prices.dot(&numbers) * &tax;
/// total.backward();
/// assert_eq!(total.value(), 715.0000000000001);
/// assert_eq!(prices.grad(), array![2.2, 3.3000000000000003]);
/// assert_eq!(numbers.grad(), array![110.00000000000001, 165.0]);
/// assert_eq!(tax.grad(), 650.0);
/// ```
pub struct NodeArray<T: Float, D: Dimension> {
    /// `None`: a constant that is in no graph.
    node: Option<Node<T>>,
    body: Rc<Body<T>>,
    rank: PhantomData<D>,
}

/// An array of any rank, in the graph.
pub type NodeArrayD<T> = NodeArray<T, IxDyn>;

impl<T: Float, D: Dimension> Clone for NodeArray<T, D> {
    fn clone(&self) -> Self {
        NodeArray::assemble(self.node.clone(), self.body.clone())
    }
}
impl<T: Float, D: Dimension> Drop for NodeArray<T, D> {
    fn drop(&mut self) {
        self.body.handles.set(self.body.handles.get() - 1);
    }
}

impl<T: Float, D: Dimension> NodeArray<T, D> {
    pub(crate) fn assemble(node: Option<Node<T>>, body: Rc<Body<T>>) -> Self {
        body.handles.set(body.handles.get() + 1);
        NodeArray { node, body, rank: PhantomData }
    }
    /// A constant that is in no graph.
    pub(crate) fn made(values: Values<T>) -> Self {
        NodeArray::assemble(None, Body::new(values))
    }
    /// A leaf.
    pub(crate) fn grown(values: Values<T>) -> Self {
        let body = Body::new(values);
        let node = payload::slot(ARRAY_LEAF, Slot { name: None, collector: Collector::new(&body) });
        NodeArray::assemble(Some(node), body)
    }
    pub(crate) fn body(&self) -> &Rc<Body<T>> {
        &self.body
    }
    /// The cell, if it has one.
    pub(crate) fn node(&self) -> Option<&Node<T>> {
        self.node.as_ref()
    }
    /// The cell; a constant in no graph gets one.
    pub(crate) fn cell(&self) -> Node<T> {
        match &self.node {
            Some(node) => node.clone(),
            None => payload::slot(CONSTANT, Slot { name: None, collector: Collector::new(&self.body) }),
        }
    }
    #[track_caller]
    pub(crate) fn values(&self) -> Values<T> {
        self.body.values()
    }
    /// The same node under another rank, which is the caller's to know.
    pub(crate) fn ranked<E: Dimension>(&self) -> NodeArray<T, E> {
        NodeArray::assemble(self.node.clone(), self.body.clone())
    }
    /// A leaf or constant gets a name; `None` for inner nodes.
    pub(crate) fn with_name(&self, name: &Rc<str>) -> Option<Self> {
        let slot = |code| payload::slot(code, Slot { name: Some(name.clone()), collector: Collector::new(&self.body) });
        let node = match &self.node {
            None => slot(CONSTANT),
            Some(node) if node.kind() == CONSTANT || node.kind() == ARRAY_LEAF => {
                let collector = Collector::new(&self.body);
                // what has come here in a sweep that is under way stays
                collector.set(node.payload().and_then(|old| old.collector().and_then(Collector::take)));
                node.attach(Rc::new(Slot { name: Some(name.clone()), collector }));
                node.clone()
            }
            Some(_) => return None,
        };
        Some(NodeArray::assemble(Some(node), self.body.clone()))
    }
}

/// The values under a rank that the caller knows.
pub(crate) fn ranked<T: Float, D: Dimension>(values: Values<T>) -> ArcArray<T, D> {
    match values.shared().into_dimensionality() {
        Ok(array) => array,
        Err(error) => panic!("{error}: a rank is wrong, this is a bug in backprop"),
    }
}
/// An owned array of any rank.
pub(crate) fn unranked<T: Float, D: Dimension>(array: Array<T, D>) -> Values<T> {
    Values::new(array.into_dyn())
}

// ------------------------------------------------------------------------------------------------ what flows

/// What flows along an arrow in a sweep of plain numbers.
#[derive(Clone)]
pub(crate) enum Flow<T: Float> {
    Number(T),
    Array(Values<T>),
    /// To every element of an array the same.
    Everywhere(T),
}
impl<T: Float> Flow<T> {
    /// # Panics
    /// If it flows to an array.
    pub fn number(&self) -> T {
        match self {
            Flow::Number(adjoint) => *adjoint,
            _ => mixed_up(),
        }
    }
    /// The array, if it is one.
    pub fn values(&self) -> Option<&Values<T>> {
        match self {
            Flow::Array(values) => Some(values),
            _ => None,
        }
    }
    /// As an array of this shape.
    pub fn array(self, shape: &IxDyn) -> Values<T> {
        match self {
            Flow::Array(values) => values,
            Flow::Everywhere(adjoint) => Values::full(shape.clone(), adjoint),
            Flow::Number(adjoint) => Values::scalar(adjoint),
        }
    }
    fn plus(self, other: Flow<T>) -> Flow<T> {
        match (self, other) {
            (Flow::Array(a), Flow::Array(b)) => Flow::Array(a.plus(&b)),
            (Flow::Everywhere(a), Flow::Everywhere(b)) => Flow::Everywhere(a + b),
            (Flow::Array(a), Flow::Everywhere(b)) | (Flow::Everywhere(b), Flow::Array(a)) => Flow::Array(a.shifted(b)),
            _ => mixed_up(),
        }
    }
}
/// What flows along an arrow in the graph of derivatives.
#[derive(Clone)]
pub(crate) enum Term<T: Float> {
    Number(Node<T>),
    Array(NodeArrayD<T>),
}
impl<T: Float> Term<T> {
    /// # Panics
    /// If it flows to an array.
    pub fn number(&self) -> Node<T> {
        match self {
            Term::Number(node) => node.clone(),
            Term::Array(_) => mixed_up(),
        }
    }
    /// # Panics
    /// If it flows to a number.
    pub fn array(&self) -> NodeArrayD<T> {
        match self {
            Term::Array(array) => array.clone(),
            Term::Number(_) => mixed_up(),
        }
    }
}
#[cold]
pub(crate) fn mixed_up() -> ! {
    panic!("an adjoint of a number met one of an array: this is a bug in backprop")
}

/// What an outer sweep has in a collector that an inner one comes to.
pub(crate) struct Aside<T: Float> {
    flow: Option<Flow<T>>,
    /// The adjoint of an inner node, with its sweep.
    kept: Option<(u64, Option<Values<T>>)>,
}

/// Where an array's adjoint collects during a sweep.
pub(crate) struct Collector<T: Float> {
    flow: Cell<Option<Flow<T>>>,
    body: Weak<Body<T>>,
    shape: IxDyn,
}
impl<T: Float> Collector<T> {
    pub fn new(body: &Rc<Body<T>>) -> Self {
        Collector { flow: Cell::new(None), body: Rc::downgrade(body), shape: body.shape.clone() }
    }
    pub fn shape(&self) -> &IxDyn {
        &self.shape
    }
    fn take(&self) -> Option<Flow<T>> {
        self.flow.take()
    }
    fn set(&self, flow: Option<Flow<T>>) {
        self.flow.set(flow);
    }
    /// Forgets what has come: the sweep has panicked.
    pub fn clear(&self) {
        self.flow.set(None);
    }
    /// What an outer sweep has here, before an inner one comes: its adjoint may have been kept already.
    pub fn put_aside(&self) -> Aside<T> {
        let kept = self.body.upgrade().map(|body| body.grad.borrow().clone());
        Aside { flow: self.flow.take(), kept: kept.filter(|(sweep, _)| *sweep != 0) }
    }
    /// What the outer sweep had, after the inner one.
    pub fn put_back(&self, aside: Aside<T>) {
        self.flow.set(aside.flow);
        if let (Some((sweep, adjoint)), Some(body)) = (aside.kept, self.body.upgrade()) {
            body.set_grad(sweep, adjoint);
        }
    }
    /// Adds; whether it was the first to come.
    pub fn add(&self, part: Flow<T>) -> bool {
        let (sum, is_first) = match self.flow.take() {
            Some(flow) => (flow.plus(part), false),
            None => (part, true),
        };
        self.flow.set(Some(sum));
        is_first
    }
    /// What has come together, of which a copy stays for whoever can still ask for it.
    pub fn finish(&self, sweep: u64) -> Option<Flow<T>> {
        let flow = self.flow.take()?;
        match self.body.upgrade() {
            Some(body) if body.handles.get() > 0 => {
                let values = flow.array(&self.shape);
                body.set_grad(sweep, Some(values.clone()));
                Some(Flow::Array(values))
            }
            _ => Some(flow),
        }
    }
    /// Adds what has come together to the gradient of the leaf.
    pub fn commit(&self) {
        if let (Some(flow), Some(body)) = (self.flow.take(), self.body.upgrade()) {
            body.add_grad(flow.array(&self.shape));
        }
    }
}

/// What an array leaf or constant has beside its cell.
struct Slot<T: Float> {
    name: Option<Rc<str>>,
    collector: Collector<T>,
}
impl<T: Float> Payload<T> for Slot<T> {
    fn operands(&self) -> Vec<Node<T>> {
        Vec::new()
    }
    fn recorded(&self) -> Option<Recorded> {
        None
    }
    fn name(&self) -> Option<Rc<str>> {
        self.name.clone()
    }
    fn collector(&self) -> Option<&Collector<T>> {
        Some(&self.collector)
    }
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.as_ref().map_or(0, |name| name.len())
    }
    fn pull(&self, _: T, _: Flow<T>, _: &mut dyn FnMut(u32, Flow<T>)) {}
    fn pull_nodes(&self, _: &Node<T>, _: Term<T>, _: &mut dyn FnMut(u32, Term<T>)) {}
}
