//! Layers in a graph of nodes.

use super::{Layer, OneInput};
use crate::array::surface::first_order::{InGraph, Plain, by_closure};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

/// Takes a layer into a graph: its `forward` runs now, its `backward` whenever a sweep comes to it. The inputs are numbers
/// or arrays of the graph. It is of first order: [`gradients`](crate::gradients) panics and names it.
///
/// ```
/// use backprop::layer::{self, MulLayer};
/// use backprop::{Node, NodeArray};
/// use ndarray::array;
/// let (x, y) = (Node::leaf(3.0), Node::leaf(4.0));
/// let z = layer::apply(MulLayer::new(), &x, &y).sin();
/// z.backward();
/// assert_eq!(x.grad(), 4.0 * 12f64.cos());
///
/// let (x, y) = (NodeArray::leaf(array![[1.0, 2.0], [3.0, 4.0]]), NodeArray::leaf(array![10.0, 100.0]));
/// layer::apply(MulLayer::new(), &x, &y).sum().backward();
/// assert_eq!(y.grad(), array![4.0, 6.0]);
/// ```
///
/// # Panics
/// As the layer's `forward`. When swept: as its `backward`, if that gives derivatives of other shapes than the inputs, or
/// runs a sweep that comes to this very operation.
#[must_use]
#[track_caller]
pub fn apply<L, X, Y, Z>(mut layer: L, x: &X, y: &Y) -> Z::InGraph
where
    X: InGraph,
    Y: InGraph<Number = X::Number>,
    Z: Plain<Number = X::Number>,
    L: Layer<X::Plain, Y::Plain, Z> + 'static,
{
    let value = layer.forward(x.plain(), y.plain());
    let name = layer.name().to_owned();
    let layer = RefCell::new(layer);
    by_closure(name, &[x.operand(), y.operand()], value, move |dout: Z| {
        let (dx, dy) = layer.borrow_mut().backward(dout);
        vec![dx.cotangent(), dy.cotangent()]
    })
}

/// [`apply`], of a layer with one input.
///
/// ```
/// use backprop::layer::{AffineLayer, ReluLayer, apply_one};
/// use backprop::NodeArray;
/// use ndarray::array;
/// let x = NodeArray::leaf(array![[1.0, 2.0]]);
/// let affine = AffineLayer::new(array![[1.0, -1.0], [1.0, -1.0]], array![0.0, 0.0]);
/// let y = apply_one(ReluLayer::new(), &apply_one(affine, &x));
/// y.sum().backward();
/// assert_eq!((y.value(), x.grad()), (array![[3.0, 0.0]].into_shared(), array![[1.0, 1.0]].into_shared()));
/// ```
///
/// # Panics
/// As the layer's `forward`. When swept: as its `backward`, if that gives a derivative of another shape than the input, or
/// runs a sweep that comes to this very operation.
#[must_use]
#[track_caller]
pub fn apply_one<L, X, Z>(mut layer: L, x: &X) -> Z::InGraph
where
    X: InGraph,
    Z: Plain<Number = X::Number>,
    L: OneInput<X::Plain, Z> + 'static,
{
    let value = layer.forward(x.plain());
    let name = layer.name().to_owned();
    let layer = RefCell::new(layer);
    by_closure(name, &[x.operand()], value, move |dout: Z| vec![layer.borrow_mut().backward(dout).cotangent()])
}

/// A layer that a graph and you hold together: to read `dw` and `db` after the sweep, and to change `w` and `b`.
///
/// ```
/// use backprop::layer::{AffineLayer, Shared, apply_one};
/// use backprop::NodeArray;
/// use ndarray::array;
/// let affine = Shared::new(AffineLayer::new(array![[1.0], [1.0]], array![0.0]));
/// for _ in 0..50 {
///     let x = NodeArray::constant(array![[1.0, 2.0]]);
///     let input = NodeArray::leaf(x.value().into_owned());
///     let loss = (apply_one(affine.clone(), &input) - 7.0).square().sum();
///     loss.backward();
///     let mut layer = affine.borrow_mut();
///     let AffineLayer { w, b, dw, db, .. } = &mut *layer;
///     w.scaled_add(-0.05, dw);
///     b.scaled_add(-0.05, db);
/// }
/// let learnt: f64 = affine.borrow_mut().forward(array![[1.0, 2.0]])[[0, 0]];
/// assert!((learnt - 7.0).abs() < 1e-9);
/// ```
///
/// A layer remembers one `forward`. When it has run again, or has been changed by [`borrow_mut`](Shared::borrow_mut), a
/// sweep that comes to an earlier place of it panics instead of answering for other inputs: sweep first, then go on.
#[derive(Debug)]
pub struct Shared<L> {
    all: Rc<All<L>>,
    /// The state of the layer that this handle's `forward` left.
    state: u64,
}
#[derive(Debug)]
struct All<L> {
    layer: RefCell<L>,
    /// Counts what has made it forget.
    state: Cell<u64>,
}
impl<L> Clone for Shared<L> {
    fn clone(&self) -> Self {
        Shared { all: self.all.clone(), state: self.state }
    }
}
impl<L> Shared<L> {
    /// To be cloned, once for each place in the graph.
    ///
    /// ```
    /// use backprop::layer::{ReluLayer, Shared};
    /// let relu = Shared::new(ReluLayer::<f64>::new());
    /// assert_eq!(relu.borrow_mut().forward(2.0), 2.0);
    /// ```
    #[must_use]
    pub fn new(layer: L) -> Self {
        Shared { all: Rc::new(All { layer: RefCell::new(layer), state: Cell::new(0) }), state: 0 }
    }
    /// The layer, to be looked at.
    ///
    /// ```
    /// use backprop::layer::{AffineLayer, Shared};
    /// let affine = Shared::new(AffineLayer::new(ndarray::array![[1.0]], ndarray::array![0.0]));
    /// assert_eq!(affine.borrow().dw, ndarray::array![[0.0]]);
    /// ```
    ///
    /// # Panics
    /// While somebody changes it.
    #[must_use]
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, L> {
        match self.all.layer.try_borrow() {
            Ok(layer) => layer,
            Err(_) => panic!("this shared layer is being changed: let go of what borrow_mut() gave first"),
        }
    }
    /// The layer, to be changed. What a graph has computed with it before can no longer be swept.
    ///
    /// ```
    /// use backprop::layer::{AffineLayer, Shared};
    /// let affine = Shared::new(AffineLayer::new(ndarray::array![[1.0]], ndarray::array![0.0]));
    /// affine.borrow_mut().w.fill(2.0);
    /// assert_eq!(affine.borrow().w, ndarray::array![[2.0]]);
    /// ```
    ///
    /// # Panics
    /// While somebody looks at it or changes it.
    #[must_use]
    #[track_caller]
    pub fn borrow_mut(&self) -> RefMut<'_, L> {
        self.all.state.set(self.all.state.get() + 1);
        self.exclusive()
    }
    #[track_caller]
    fn exclusive(&self) -> RefMut<'_, L> {
        match self.all.layer.try_borrow_mut() {
            Ok(layer) => layer,
            Err(_) => panic!("this shared layer is in use: let go of what borrow() or borrow_mut() gave first"),
        }
    }
    /// For a `forward`, after which this handle may go `backward`.
    #[track_caller]
    fn ahead(&mut self) -> RefMut<'_, L> {
        self.all.state.set(self.all.state.get() + 1);
        self.state = self.all.state.get();
        self.exclusive()
    }
    /// For the `backward` of this handle's `forward`.
    ///
    /// # Panics
    /// If the layer has been used since.
    #[track_caller]
    fn back(&self) -> RefMut<'_, L> {
        assert!(
            self.state == self.all.state.get(),
            "{} has run forward again or has been changed since: sweep first, then use the layer anew",
            crate::custom::short_name::<L>()
        );
        self.exclusive()
    }
}
impl<X, Y, Z, L: Layer<X, Y, Z>> Layer<X, Y, Z> for Shared<L> {
    fn name(&self) -> &str {
        crate::custom::short_name::<L>()
    }
    #[track_caller]
    fn forward(&mut self, x: X, y: Y) -> Z {
        self.ahead().forward(x, y)
    }
    #[track_caller]
    fn backward(&mut self, dout: Z) -> (X, Y) {
        self.back().backward(dout)
    }
}
impl<X, Z, L: OneInput<X, Z>> OneInput<X, Z> for Shared<L> {
    fn name(&self) -> &str {
        crate::custom::short_name::<L>()
    }
    #[track_caller]
    fn forward(&mut self, x: X) -> Z {
        self.ahead().forward(x)
    }
    #[track_caller]
    fn backward(&mut self, dout: Z) -> X {
        self.back().backward(dout)
    }
}
