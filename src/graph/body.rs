//! What all handles of one array share, and where its adjoint collects during a sweep.

use super::flow::Flow;
use super::pool::{self, Pool};
use super::values::Values;
use crate::number::Float;
use ndarray::{ArrayRef, Dimension, IxDyn};
use std::cell::{Cell, Ref, RefCell};
use std::rc::{Rc, Weak};

/// What all handles of one array share with the operations that saved it.
pub(crate) struct Body<T: Float> {
    /// `None` while [`update`](crate::NodeArray::update) has them.
    values: RefCell<Option<Values<T>>>,
    shape: IxDyn,
    /// How often the values have been changed in place.
    version: Cell<u32>,
    /// Handles, not counting operations: nobody else can ask for the adjoint.
    pub(super) handles: Cell<u32>,
    /// The gradient of a leaf; of others the adjoint, with its sweep.
    pub(super) grad: RefCell<(u64, Option<Values<T>>)>,
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
    /// While [`update`](crate::NodeArray::update) has them.
    #[track_caller]
    pub fn values(&self) -> Values<T> {
        self.look().clone()
    }
    /// The values, to be looked at.
    ///
    /// # Panics
    /// While [`update`](crate::NodeArray::update) has them.
    #[track_caller]
    pub fn look(&self) -> Ref<'_, Values<T>> {
        match Ref::filter_map(self.values.borrow(), Option::as_ref) {
            Ok(values) => values,
            Err(_) => panic!("the values of this leaf are away: update() is changing them"),
        }
    }
    /// The values, if they are here.
    pub fn peek(&self) -> Option<Values<T>> {
        self.values.try_borrow().ok().and_then(|values| values.clone())
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
                *self.0.values.borrow_mut() = Some(self.1.clone());
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
    pub fn forget_grad(&self) {
        if self.grad.borrow().1.is_some() {
            self.set_grad(0, None);
        }
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
    let _ = pool::with(|pool: &Pool<T>| pool.count(elements));
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
        Collector { flow: Cell::new(None), body: Rc::downgrade(body), shape: body.shape().clone() }
    }
    pub fn shape(&self) -> &IxDyn {
        &self.shape
    }
    /// The values of the array, if somebody still needs them and no update has them.
    pub fn living_values(&self) -> Option<Values<T>> {
        self.body.upgrade()?.peek()
    }
    /// What has come so far.
    pub fn flow(&self) -> Option<Flow<T>> {
        let flow = self.flow.take();
        self.flow.set(flow.clone());
        flow
    }
    pub fn take(&self) -> Option<Flow<T>> {
        self.flow.take()
    }
    pub fn set(&self, flow: Option<Flow<T>>) {
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
        if let (Some((sweep, adjoint)), Some(body)) = (aside.kept, self.asked_for()) {
            body.set_grad(sweep, adjoint);
        }
    }
    /// The body, if somebody can still ask for the adjoint.
    fn asked_for(&self) -> Option<Rc<Body<T>>> {
        self.body.upgrade().filter(|body| body.handles.get() > 0)
    }
    /// Adds; whether it was the first to come.
    pub fn add(&self, part: Flow<T>) -> bool {
        let (sum, is_first) = match self.flow.take() {
            Some(flow) => (flow.plus(part), false),
            None => (part.whole(), true),
        };
        self.flow.set(Some(sum));
        is_first
    }
    /// What has come together, of which a copy stays for whoever can still ask for it.
    pub fn finish(&self, sweep: u64) -> Option<Flow<T>> {
        let flow = self.flow.take()?;
        let Some(body) = self.asked_for() else { return Some(flow) };
        let values = flow.array(&self.shape);
        body.set_grad(sweep, Some(values.clone()));
        Some(Flow::Array(values))
    }
    /// Adds what has come together to the gradient of the leaf.
    pub fn commit(&self) {
        if let (Some(flow), Some(body)) = (self.flow.take(), self.asked_for()) {
            body.add_grad(flow.array(&self.shape));
        }
    }
}
