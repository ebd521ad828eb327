//! Operations that users write: forward and backward of one output, which then go wherever a row of the table goes.
//!
//! Write the operation once, as a struct, for every number, and [`apply`] it:
//!
//! ```
//! use backprop::custom::{apply, Apply, Operation};
//! use backprop::{Dual, Elementary, Node, Number};
//!
//! /// The softplus of sharpness k: ln(1 + e^(k·x))/k.
//! struct Smooth { k: f64 }
//! impl<S: Number> Operation<S> for Smooth {
//!     fn forward(&self, x: &[S]) -> S {
//!         (self.k * &x[0]).softplus() / self.k
//!     }
//!     fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> {
//!         vec![(self.k * &x[0]).sigmoid() * adjoint]
//!     }
//! }
//!
//! fn f<S: Number + Apply<Smooth>>(x: &S) -> S {
//!     apply(Smooth { k: 5.0 }, &[x.square()]) // x² inside, then anything outside
//! }
//! let x = Node::leaf(0.3);
//! f(&x).backward();
//! assert!((x.grad() - f(&Dual::variable(0.3)).derivative()).abs() < 1e-15);
//! ```
//!
//! `forward` is only ever called with plain numbers, so it may iterate, look things up, or call other libraries;
//! `backward` is called with every number that derivatives are taken of, so that it can be differentiated itself.
//! For a rule that exists for plain numbers only there is [`first_order`]; a long statement becomes one operation by
//! [`Fused`], without a rule.

mod fused;

pub use fused::Fused;

use crate::dual::Dual;
use crate::graph::handle::Node;
use crate::graph::operations::{self, Custom, Customized};
use crate::graph::record;
use crate::graph::recorded::Recorded;
use crate::jet::Jet;
use crate::number::{Elementary, Float};
use crate::var::Var;
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

/// An operation on any number of operands with one result.
///
/// Implement it for `S: Elementary` or `S: Number`: then it serves every mode, at every order.
/// The example of the [module](self) shows one.
pub trait Operation<S> {
    /// The name, for drawings and messages: the type's own, unless it is given.
    fn name(&self) -> &str {
        short_name::<Self>()
    }
    /// The value. Called with plain numbers, whatever the mode.
    fn forward(&self, x: &[S]) -> S;
    /// The adjoints of the operands, one each, from the operands, the value, and the value's adjoint:
    /// `∂z/∂xᵢ · adjoint`.
    fn backward(&self, x: &[S], z: &S, adjoint: &S) -> Vec<S>;
}

/// A type's name without its path and parameters.
pub(crate) fn short_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// A number that the operation `O` can be applied to. Every number is, if the operation is written for it: ask for
/// `S: Number + Apply<Mine>` in a formula.
pub trait Apply<O>: Elementary {
    /// [`apply`], of an operation that several levels of nested numbers share.
    #[doc(hidden)]
    #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self;
}

/// Applies an operation of your own.
///
/// ```
/// use backprop::custom::{apply, Operation};
/// use backprop::{gradients, Node, Number};
/// struct Cube;
/// impl<S: Number> Operation<S> for Cube {
///     fn forward(&self, x: &[S]) -> S { x[0].powi(3) }
///     fn backward(&self, x: &[S], _: &S, adjoint: &S) -> Vec<S> { vec![3.0 * x[0].square() * adjoint] }
/// }
/// let x = Node::leaf(2.0);
/// let y = apply(Cube, &[x.clone()]);
/// let slope = gradients(&y, &x);
/// assert_eq!((y.value(), slope.value(), gradients(&slope, &x).value()), (8.0, 12.0, 12.0));
/// ```
///
/// # Panics
/// When derivatives are taken: if `backward` returns another number of adjoints than there are operands, or runs a
/// sweep that comes to this very operation. The message has the operation's name.
#[must_use]
#[track_caller]
pub fn apply<S: Apply<O>, O>(operation: O, x: &[S]) -> S {
    S::apply_shared(&Rc::new(operation), x)
}

macro_rules! plain { ($($t:ty)*) => { $(
    impl<O: Operation<$t>> Apply<O> for $t {
        #[inline]
        #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self {
            operation.forward(x)
        }
    }
)* } }
plain!(f32 f64);

impl<O: Operation<T>, T: Apply<O>, const N: usize> Apply<O> for Dual<T, N> {
    #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self {
        let values: Vec<T> = x.iter().map(Dual::value).collect();
        let z = T::apply_shared(operation, &values);
        let slopes = operation.backward(&values, &z, &T::of(1.0));
        operations::counted(operation.name(), slopes.len(), x.len());
        let mut result = Dual::constant(z);
        for (x, slope) in x.iter().zip(&slopes) {
            result.collect(slope, x);
        }
        result
    }
}

/// The slopes are those at the adjoint 1, which are series as well.
impl<O, T, const K: usize> Apply<O> for Jet<T, K>
where
    O: Operation<T> + Operation<Jet<T, K>>,
    T: Apply<O>,
{
    #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self {
        let values: Vec<T> = x.iter().map(Jet::value).collect();
        let z = T::apply_shared(operation, &values);
        Jet::risen(z, x, |x, z| {
            let slopes = operation.backward(x, z, &Jet::of(1.0));
            operations::counted(<O as Operation<T>>::name(operation), slopes.len(), x.len());
            slopes
        })
    }
}

/// The slopes are those at the adjoint 1: one record on the tape.
impl<O: Operation<T>, T: Apply<O> + Float> Apply<O> for Var<T> {
    #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self {
        let values: Vec<T> = x.iter().map(Var::value).collect();
        let z = T::apply_shared(operation, &values);
        if x.iter().all(Var::is_constant) {
            return Var::constant(z);
        }
        let slopes = operation.backward(&values, &z, &T::of(1.0));
        operations::counted(operation.name(), slopes.len(), x.len());
        Var::many(z, [(x, &slopes)])
    }
}

impl<O, T> Apply<O> for Node<T>
where
    O: Operation<T> + Operation<Node<T>> + 'static,
    T: Float + Apply<O>,
{
    #[track_caller]
    fn apply_shared(operation: &Rc<O>, x: &[Self]) -> Self {
        let values: Vec<T> = x.iter().map(Node::value).collect();
        let z = T::apply_shared(operation, &values);
        record(z, x.to_vec(), EveryOrder(operation.clone()))
    }
}

/// Records an operation; of constants, or within `no_grad`, it is a constant.
#[track_caller]
fn record<T: Float>(value: T, operands: Vec<Node<T>>, custom: impl Custom<T> + 'static) -> Node<T> {
    record::watch(|| Recorded::Custom(custom.name().into()), &value, operands.iter());
    if record::is_constant(operands.iter()) {
        return Node::constant(value);
    }
    record::payload(value, Customized { custom, operands, running: Cell::new(false) })
}

/// An operation of the user's, in numbers and in nodes.
struct EveryOrder<O>(Rc<O>);
impl<T: Float, O: Operation<T> + Operation<Node<T>>> Custom<T> for EveryOrder<O> {
    fn name(&self) -> &str {
        <O as Operation<T>>::name(&self.0)
    }
    fn backward(&self, x: &[Node<T>], z: &T, adjoint: &T) -> Vec<T> {
        let x: Vec<T> = x.iter().map(Node::value).collect();
        self.0.backward(&x, z, adjoint)
    }
    fn backward_nodes(&self, x: &[Node<T>], z: &Node<T>, adjoint: &Node<T>) -> Option<Vec<Node<T>>> {
        Some(self.0.backward(x, z, adjoint))
    }
}

/// An operation from its value and a closure that turns its adjoint into those of the operands. It is of first order:
/// `backward` works, [`gradients`](crate::gradients) panics and names it.
///
/// ```
/// use backprop::{custom, Node};
/// let (x, y) = (Node::leaf(3.0), Node::leaf(4.0));
/// let (a, b) = (x.value(), y.value());
/// let product = custom::first_order("product", &[&x, &y], a * b, move |adjoint| vec![b * adjoint, a * adjoint]);
/// product.backward();
/// assert_eq!((product.value(), x.grad(), y.grad()), (12.0, 4.0, 3.0));
/// ```
///
/// # Panics
/// When swept: if the closure returns another number of adjoints than there are operands, or runs a sweep that comes to
/// this very operation.
#[must_use]
#[track_caller]
pub fn first_order<T: Float>(
    name: impl Into<Cow<'static, str>>,
    operands: &[&Node<T>],
    value: T,
    backward: impl Fn(T) -> Vec<T> + 'static,
) -> Node<T> {
    record(value, operands.iter().map(|&x| x.clone()).collect(), ByClosure { name: name.into(), backward })
}

/// A closure for rule. (Those on arrays, and on both, go the way of array operations; numbers alone need but a list.)
struct ByClosure<F> {
    name: Cow<'static, str>,
    backward: F,
}
impl<T: Float, F: Fn(T) -> Vec<T>> Custom<T> for ByClosure<F> {
    fn name(&self) -> &str {
        &self.name
    }
    fn backward(&self, _: &[Node<T>], _: &T, adjoint: &T) -> Vec<T> {
        (self.backward)(*adjoint)
    }
    fn backward_nodes(&self, _: &[Node<T>], _: &Node<T>, _: &Node<T>) -> Option<Vec<Node<T>>> {
        None
    }
}
