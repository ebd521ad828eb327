//! The handle: leaves and constants, values and gradients, sweeps, names, shapes.

use crate::array::data::kernel;
use crate::array::data::shapes::{one_element, same_shape};
use crate::array::record::{Identity, record};
use crate::error::{Error, accept};
use crate::graph::array::{Flow, NodeArray, NodeArrayD, Values, ranked, unranked};
use crate::graph::cell::ARRAY_LEAF;
use crate::graph::handle::Node;
use crate::graph::home::{self, ENDING, Home};
use crate::graph::recorded::Recorded;
use crate::number::{Elementary, Float};
use ndarray::{ArcArray, ArrayBase, ArrayRef, Data, Dimension};
use std::rc::Rc;

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// An array that gradients are taken by.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]);
    /// x.square().sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![2.0, 4.0, 6.0]);
    /// ```
    ///
    /// The values may come in any of ndarray's arrays; only an owned one is not copied.
    #[must_use]
    pub fn leaf<S: Data<Elem = T>>(array: ArrayBase<S, D>) -> Self {
        NodeArray::leaf_of(unranked(array.into_owned()))
    }

    /// An array that nothing flows into. Operations on constants alone give constants.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let c = NodeArray::constant(ndarray::array![1.0, 2.0]);
    /// assert!((&c * &c).is_constant());
    /// ```
    #[must_use]
    pub fn constant<S: Data<Elem = T>>(array: ArrayBase<S, D>) -> Self {
        NodeArray::constant_of(unranked(array.into_owned()))
    }

    /// The values: a shared handle, nothing is copied. It stays as it is when the node is updated or gone.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 4.0]);
    /// assert_eq!(x.sqrt().value(), ndarray::array![1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// Inside [`update`](NodeArray::update) of this very leaf.
    #[must_use]
    #[track_caller]
    pub fn value(&self) -> ArcArray<T, D> {
        ranked(self.values())
    }

    /// The gradient, zeros until something flows. Of a leaf: the sum over all sweeps since it was made or
    /// [`zero_grad`](NodeArray::zero_grad) was called. Of an inner node: its adjoint in the thread's last sweep of this
    /// number type, if that came here while this node had a handle. Of a constant: zeros.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// let y = &x * 3.0;
    /// y.square().sum().backward();
    /// assert_eq!(y.grad(), ndarray::array![6.0, 12.0]);
    /// assert_eq!(x.grad(), ndarray::array![18.0, 36.0]);
    /// ```
    #[must_use]
    pub fn grad(&self) -> ArcArray<T, D> {
        let sweep = match self.node() {
            None => None,
            Some(node) if node.kind() == ARRAY_LEAF => Some(0),
            Some(_) => {
                let last = home::with(|home: &Home<T>| (home.last.get() != 0).then(|| home.lifelong(home.last.get())));
                last.expect(ENDING)
            }
        };
        let grad = sweep.and_then(|sweep| self.body().grad(sweep));
        ranked(grad.unwrap_or_else(|| Values::full(self.body().shape().clone(), T::of(0.0))))
    }

    /// Sweeps back from this array's only element with the adjoint 1, and **adds** to the gradient of every leaf it was
    /// computed from, numbers and arrays.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![[3.0]]);
    /// x.square().backward();
    /// assert_eq!(x.grad(), ndarray::array![[6.0]]);
    /// ```
    ///
    /// # Panics
    /// If there is another number of elements than one: use [`backward_with`](NodeArray::backward_with), or `sum()`
    /// first. And as [`Node::backward`].
    #[track_caller]
    pub fn backward(&self) {
        accept(self.try_backward());
    }
    /// [`backward`](NodeArray::backward), with an error instead of a panic for another number of elements than one.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_backward().is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if there is another number of elements than one.
    pub fn try_backward(&self) -> Result<(), Error> {
        one_element("backward", self.shape())?;
        self.sweep_from(Flow::Everywhere(T::of(1.0)));
        Ok(())
    }

    /// Sweeps back from this array with the adjoint `seed`, which has its shape.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// x.square().backward_with(&ndarray::array![1.0, -1.0]);
    /// assert_eq!(x.grad(), ndarray::array![2.0, -4.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ. And as [`Node::backward`].
    #[track_caller]
    pub fn backward_with(&self, seed: &ArrayRef<T, D>) {
        accept(self.try_backward_with(seed));
    }
    /// [`backward_with`](NodeArray::backward_with), with an error instead of a panic.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// assert!(x.try_backward_with(&ndarray::array![1.0]).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes differ.
    pub fn try_backward_with(&self, seed: &ArrayRef<T, D>) -> Result<(), Error> {
        same_shape("backward_with", self.shape(), seed.shape())?;
        self.sweep_from(Flow::Array(unranked(seed.to_owned())));
        Ok(())
    }
    fn sweep_from(&self, seed: Flow<T>) {
        if let Some(node) = self.node() {
            node.sweep(seed);
        }
    }

    /// Sets the gradient of this leaf to zero; does nothing on others.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// x.sum().backward();
    /// x.zero_grad();
    /// assert_eq!(x.grad(), ndarray::array![0.0, 0.0]);
    /// ```
    pub fn zero_grad(&self) {
        if self.is_leaf() {
            self.body().set_grad(0, None);
        }
    }

    /// Changes a leaf's values in place, for training loops: `change` gets the values and the gradient.
    ///
    /// A handle to the values that somebody still holds keeps the old ones (the values are copied first). An operation
    /// that needs the old values for its adjoint panics clearly when it is swept: sweep first, then update.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let w = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    /// w.square().sum().backward();
    /// w.update(|value, grad| value.scaled_add(-0.1, grad));
    /// assert_eq!(w.value(), ndarray::array![0.8, 1.6]);
    /// ```
    ///
    /// # Panics
    /// If this is no leaf, or inside an update of the same leaf. If `change` panics; the values are put back then, as far
    /// as they have been changed.
    #[track_caller]
    pub fn update<R>(&self, change: impl FnOnce(&mut ArrayRef<T, D>, &ArrayRef<T, D>) -> R) -> R {
        accept(self.try_update(change))
    }
    /// [`update`](NodeArray::update), with an error instead of a panic if this is no leaf.
    ///
    /// ```
    /// use backprop::{Error, NodeArray};
    /// let c = NodeArray::constant(ndarray::array![1.0]);
    /// assert_eq!(c.try_update(|_, _| ()), Err(Error::NotALeaf { operation: "update" }));
    /// ```
    ///
    /// # Errors
    /// [`Error::NotALeaf`].
    ///
    /// # Panics
    /// Inside an update of the same leaf, and if `change` panics.
    #[track_caller]
    pub fn try_update<R>(&self, change: impl FnOnce(&mut ArrayRef<T, D>, &ArrayRef<T, D>) -> R) -> Result<R, Error> {
        if !self.is_leaf() {
            return Err(Error::NotALeaf { operation: "update" });
        }
        let grad = self.grad();
        Ok(self.body().change(|values| {
            let mut view = match values.view_mut().into_dimensionality::<D>() {
                Ok(view) => view,
                Err(error) => panic!("{error}: a rank is wrong, this is a bug in backprop"),
            };
            change(&mut view, &grad)
        }))
    }

    /// A constant with the same values: what it was computed from is neither kept alive nor reached by sweeps. It cuts in
    /// every mode at once: of elements that carry derivatives themselves only the values are left.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![2.0, 3.0]);
    /// (&x * x.detach()).sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![2.0, 3.0]);
    /// let x = NodeArray::leaf(ndarray::array![backprop::Dual::variable(2.0)]);
    /// assert_eq!(x.detach().value()[0].derivative(), 0.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn detach(&self) -> Self {
        let values = self.values();
        // of plain numbers nothing is copied
        NodeArray::constant_of(if T::ORDERS == 0 { values } else { kernel::map(&values, |x| Elementary::detach(&x)) })
    }

    /// Gives the array a name, for drawings and reports. A leaf gets it itself (all its handles share it), of a
    /// constant this handle and its later clones; of an inner node it makes an identity operation with that name.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let w = NodeArray::leaf(ndarray::array![1.0]).named("weights");
    /// assert_eq!(w.name().as_deref(), Some("weights"));
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let name: Rc<str> = name.into();
        if let Some(named) = self.with_name(&name) {
            return named;
        }
        let named = record(Identity(Recorded::Named(name.clone())), [&self.any()], self.values());
        // within no_grad it is a constant, which has no name yet
        named.with_name(&name).unwrap_or(named).ranked()
    }
    /// The name that [`named`](NodeArray::named) gave.
    ///
    /// ```
    /// assert_eq!(backprop::NodeArray::leaf(ndarray::array![1.0]).name(), None);
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<Rc<str>> {
        self.node()?.payload()?.name()
    }

    /// Whether gradients collect here.
    ///
    /// ```
    /// assert!(backprop::NodeArray::leaf(ndarray::array![1.0]).is_leaf());
    /// ```
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.node().is_some_and(|node| node.kind() == ARRAY_LEAF)
    }
    /// Whether nothing flows in here.
    ///
    /// ```
    /// assert!(backprop::NodeArray::leaf(ndarray::array![1.0]).detach().is_constant());
    /// ```
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.node().is_none_or(Node::is_constant)
    }
    /// Whether two handles are the same node.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0]);
    /// assert!(x.is_same(&x.clone()) && !x.is_same(&NodeArray::leaf(ndarray::array![1.0])));
    /// ```
    #[must_use]
    pub fn is_same<E: Dimension>(&self, other: &NodeArray<T, E>) -> bool {
        match (self.node(), other.node()) {
            (Some(x), Some(y)) => x.is_same(y),
            _ => Rc::ptr_eq(self.body(), other.body()),
        }
    }
    /// What the array was computed by; `None` for leaves and constants.
    ///
    /// ```
    /// use backprop::{NodeArray, Op, Recorded};
    /// let x = NodeArray::leaf(ndarray::array![1.0]);
    /// assert_eq!((&x * &x).operation(), Some(Recorded::Row(Op::Mul)));
    /// ```
    #[must_use]
    pub fn operation(&self) -> Option<Recorded> {
        self.node()?.payload()?.recorded()
    }

    /// The operands, in their order, to be looked at: see [`Node::operands`].
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0]).named("x");
    /// let y = &x * 3.0;
    /// let [first, three] = &y.operands()[..] else { panic!() };
    /// assert_eq!((first.name().as_deref(), first.shape()), (Some("x"), Some(vec![2])));
    /// assert!(three.is_constant());
    /// ```
    #[must_use]
    pub fn operands(&self) -> Vec<Node<T>> {
        self.node().map_or_else(Vec::new, Node::operands)
    }

    /// The length of each axis.
    ///
    /// ```
    /// assert_eq!(backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0]]).shape(), [1, 2]);
    /// ```
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.body().shape().slice()
    }
    /// The number of elements.
    ///
    /// ```
    /// assert_eq!(backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0]]).len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.body().shape().size()
    }
    /// Whether there are no elements.
    ///
    /// ```
    /// assert!(!backprop::NodeArray::leaf(ndarray::array![1.0]).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number of axes.
    ///
    /// ```
    /// assert_eq!(backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0]]).ndim(), 2);
    /// ```
    #[must_use]
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// The same node, its rank unknown to the compiler.
    ///
    /// ```
    /// use backprop::{NodeArray, NodeArrayD};
    /// let x: NodeArrayD<f64> = NodeArray::leaf(ndarray::array![[1.0, 2.0]]).into_dyn();
    /// assert_eq!(x.ndim(), 2);
    /// ```
    #[must_use]
    pub fn into_dyn(self) -> NodeArrayD<T> {
        self.any()
    }
    /// The same node under a rank that is checked here.
    ///
    /// ```
    /// use backprop::{NodeArray, NodeArray2};
    /// let x = NodeArray::leaf(ndarray::array![[1.0, 2.0]]).into_dyn();
    /// let y: Option<NodeArray2<f64>> = x.into_dimensionality();
    /// assert!(y.is_some());
    /// ```
    #[must_use]
    pub fn into_dimensionality<E: Dimension>(self) -> Option<NodeArray<T, E>> {
        let fits = E::NDIM.is_none_or(|rank| rank == self.ndim());
        fits.then(|| self.ranked())
    }
    pub(crate) fn any(&self) -> NodeArrayD<T> {
        self.ranked()
    }
}
