//! The surface of [`Node`]: leaves, gradients, the walk, the methods of the table, and the traits.

mod walk;

use crate::graph::cell::{CONSTANT, LEAF, LITERAL, POSITION, code, is_constant};
use crate::graph::flags;
use crate::graph::handle::{Node, Passed};
use crate::graph::home::{self, ENDING, Home};
use crate::graph::operations::{Folded, Named};
use crate::graph::record;
use crate::graph::recorded::Recorded;
use crate::number::{Argument, BuiltOn, Elementary, Float, Nested, unfused};
use crate::ops::{delegates, methods, numeric_traits, operators, recorded_flow};
use crate::rule::{Fold, Op, table};
use std::borrow::Borrow;
use std::fmt;
use std::rc::Rc;

impl<T: Float> Node<T> {
    /// A number that gradients are taken by.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(3.0);
    /// (&x * &x).backward();
    /// assert_eq!(x.grad(), 6.0);
    /// ```
    #[must_use]
    pub fn leaf(value: T) -> Self {
        Node::slot(LEAF, value)
    }

    /// A number that nothing flows into. Operations on constants alone give constants.
    ///
    /// ```
    /// use backprop::Node;
    /// let c = Node::constant(3.0);
    /// assert!((&c * &c).is_constant());
    /// ```
    #[must_use]
    pub fn constant(value: T) -> Self {
        Node::slot(CONSTANT, value)
    }

    /// The value.
    ///
    /// ```
    /// use backprop::Node;
    /// assert_eq!(Node::leaf(2.0).powi(3).value(), 8.0);
    /// ```
    ///
    /// # Panics
    /// Inside a closure that [`map`](crate::NodeArray::map) or `zip_map` traces, if it depends on the closure's argument.
    #[inline(always)]
    #[must_use]
    #[track_caller]
    pub fn value(&self) -> T {
        *self.part()
    }

    /// The gradient. Of a leaf: the sum over all sweeps since it was made or [`zero_grad`](Node::zero_grad) was called.
    /// Of an inner node: its adjoint in the thread's last sweep of this number type, 0 if that did not come here. Of a
    /// constant: 0.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(3.0);
    /// let y = &x * &x;
    /// let z = y.sin();
    /// z.backward();
    /// assert_eq!((y.grad(), x.grad()), (9f64.cos(), 9f64.cos() * 6.0));
    /// ```
    ///
    /// # Panics
    /// As [`value`](Node::value).
    #[must_use]
    #[track_caller]
    pub fn grad(&self) -> T {
        if flags::is_tracing() {
            self.ask("asks for the gradient of");
        }
        if let Some(sum) = self.sum() {
            return sum;
        }
        home::with(|home: &Home<T>| {
            let chunk = home.chunk(self.index());
            let cell = chunk.at(self.index());
            let (meta, last) = (cell.meta.get(), home.last.get());
            match (code(meta), chunk.sums.get()) {
                _ if is_constant(meta) || last == 0 || chunk.sums.get().is_some() => T::of(0.0),
                _ if chunk.stamp.get() == last => cell.adjoint.get(),
                _ if home.active.get() != 0 => home.aside_of(self.index()),
                _ => T::of(0.0),
            }
        })
        .expect(ENDING)
    }

    /// Sweeps back from this node with the adjoint 1 and **adds** to the gradient of every leaf it was computed from:
    /// calling it twice adds twice. On a leaf it adds 1, on a constant it does nothing.
    ///
    /// ```
    /// use backprop::Node;
    /// let (x, y) = (Node::leaf(2.0), Node::leaf(5.0));
    /// let z = &x * &y + &x;
    /// z.backward();
    /// assert_eq!((x.grad(), y.grad()), (6.0, 2.0));
    /// z.backward();
    /// assert_eq!((x.grad(), y.grad()), (12.0, 4.0));
    /// ```
    ///
    /// # Panics
    /// If the rule of a custom operation panics, gives another number of adjoints than there are operands, or runs a sweep
    /// that comes to this very operation. This sweep has changed no leaf's gradient then. And as [`value`](Node::value).
    #[track_caller]
    pub fn backward(&self) {
        self.sweep_number(T::of(1.0));
    }

    /// [`backward`](Node::backward) with another adjoint than 1.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(3.0);
    /// x.square().backward_with(0.5);
    /// assert_eq!(x.grad(), 3.0);
    /// ```
    ///
    /// # Panics
    /// As [`backward`](Node::backward).
    #[track_caller]
    pub fn backward_with(&self, seed: T) {
        self.sweep_number(seed);
    }

    /// Sets the gradient of this leaf to 0; does nothing on others.
    ///
    /// ```
    /// use backprop::Node;
    /// let x = Node::leaf(3.0);
    /// x.square().backward();
    /// x.zero_grad();
    /// assert_eq!(x.grad(), 0.0);
    /// ```
    pub fn zero_grad(&self) {
        home::with(|home: &Home<T>| {
            let chunk = home.chunk(self.index());
            if let Some(sums) = chunk.sums.get() {
                sums[(self.index() & POSITION) as usize].set(T::of(0.0));
            }
        })
        .expect(ENDING);
    }

    /// A constant with the same value: what it was computed from is neither kept alive nor reached by sweeps. The value is
    /// itself detached: tangents of a `Node<Dual>` are left behind too, so that what is cut off varies at no level.
    ///
    /// ```
    /// use backprop::{Dual, Node};
    /// let x = Node::leaf(3.0);
    /// let y = &x * x.detach();
    /// y.backward();
    /// assert_eq!(x.grad(), 3.0);
    ///
    /// let x = Node::leaf(Dual::variable(3.0));
    /// (&x * x.detach()).backward();
    /// assert_eq!((x.grad().value(), x.grad().derivative()), (3.0, 0.0));
    /// ```
    ///
    /// # Panics
    /// As [`value`](Node::value).
    #[must_use]
    #[track_caller]
    pub fn detach(&self) -> Self {
        Node::constant(self.part_for("detaches the value of").detach())
    }

    /// Gives the node a name, for drawings and reports. A leaf or constant gets it itself (all its handles share it);
    /// of an inner node it makes an identity operation with that name.
    ///
    /// ```
    /// use backprop::Node;
    /// let apple = Node::leaf(100.0).named("apple");
    /// assert_eq!(apple.name().as_deref(), Some("apple"));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn named(self, name: &str) -> Self {
        let name: Rc<str> = name.into();
        match self.kind() {
            LEAF | CONSTANT => {
                self.name_slot(name);
                self
            }
            LITERAL => Node::constant(self.value()).named(&name),
            _ if record::is_constant([&self].into_iter()) => Node::constant(self.value()).named(&name),
            _ => record::payload(self.recorded_value(), Named { name, operand: Some(self) }),
        }
    }

    /// The name that [`named`](Node::named) gave.
    ///
    /// ```
    /// use backprop::Node;
    /// assert_eq!(Node::leaf(1.0).name(), None);
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<Rc<str>> {
        self.payload()?.name()
    }
}

// ------------------------------------------------------------------------------------------------ the table

/// The operators: with both sides nodes, with a plain number on the right, with one on the left. Out of line, as the
/// table's methods: in line they gain a few percent of speed, and a formula of 100 lines takes 24 seconds to compile
/// instead of one.
pub(crate) mod arithmetic {
    use super::{Float, Node, Op, Passed, record};

    #[inline(never)]
    #[track_caller]
    pub(crate) fn neg<T: Float>(x: impl Passed<T>) -> Node<T> {
        record::unary(Op::Neg, x, |x| -x)
    }
    macro_rules! rules { ($($f:ident $Op:ident $op:tt)*) => { $(
        pub(crate) mod $f {
            use super::*;
            #[inline(never)]
            #[track_caller]
            pub(crate) fn both<T: Float>(x: impl Passed<T>, y: impl Passed<T>) -> Node<T> {
                record::binary(Op::$Op, x, y, |x, y| x $op y)
            }
            #[inline(never)]
            #[track_caller]
            pub(crate) fn right<T: Float>(x: impl Passed<T>, c: T) -> Node<T> {
                record::right(Op::$Op, x, c, |x, y| x $op y)
            }
            #[inline(never)]
            #[track_caller]
            pub(crate) fn left<T: Float>(c: T, y: impl Passed<T>) -> Node<T> {
                record::left(Op::$Op, c, y, |x, y| x $op y)
            }
        }
    )* } }
    rules! { add Add + sub Sub - mul Mul * div Div / rem Rem % }
}

macro_rules! rule {
    (unary $Name:ident $f:ident $x:ident) => {
        record::unary(Op::$Name, $x, |x| Elementary::$f(&x))
    };
    (power $Name:ident $f:ident $x:ident $n:ident) => {
        record::power(Op::$Name, $x, $n, |x| Elementary::$f(&x, $n))
    };
    (binary $Name:ident $f:ident $x:ident $y:ident) => {
        match $y.literal() {
            Some(literal) => record::right(Op::$Name, $x, T::of(literal), |x, y| Elementary::$f(&x, &y)),
            None => record::binary(Op::$Name, $x, $y.number().borrow(), |x, y| Elementary::$f(&x, &y)),
        }
    };
    (ternary $Name:ident $f:ident $x:ident $y:ident $w:ident) => {{
        let (y, w) = ($y.number(), $w.number());
        let (y, w): (&Self, &Self) = (y.borrow(), w.borrow());
        // the value first: it may panic, at the caller's line
        let [p, q, r] = [$x, y, w].map(Node::recorded_value);
        // a closure that is being traced has no values to be refused
        let value = if flags::is_running() { p + q + r } else { Elementary::$f(&p, &q, &r) };
        record::ternary(Op::$Name, [$x, y, w], value)
    }};
}
table!(methods [T: Float] [Node<T>] [rule [#[inline(never)]] "Node" "Node::leaf"]);

impl<T: Float> Elementary for Node<T> {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Node::constant(T::of(x))
    }
    #[inline(always)]
    fn to_f64_value(&self) -> f64 {
        self.part().to_f64_value()
    }
    #[inline(always)]
    #[track_caller]
    fn detach(&self) -> Self {
        Self::detach(self)
    }
    table!(delegates);

    #[track_caller]
    fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
        let values = |x: &[Self]| -> Vec<T> { x.iter().map(Node::recorded_value).collect() };
        let value = T::fold(fold, &values(x), &values(y));
        record::watch(|| Recorded::Fold(fold), &value, x.iter().chain(y));
        if record::is_constant(x.iter().chain(y)) {
            return Node::constant(value);
        }
        record::payload(value, Folded { fold, operands: x.iter().chain(y).cloned().collect() })
    }
    #[inline(always)]
    fn is_normal_value(&self) -> bool {
        self.part().is_normal_value()
    }
    #[inline]
    fn is_exact_zero(&self) -> bool {
        self.is_constant() && self.part().is_exact_zero()
    }
    const ORDERS: usize = T::ORDERS + 2;
    #[inline]
    fn is_all_finite(&self) -> bool {
        self.part().is_all_finite()
    }
    recorded_flow!();
}
impl<T: Float> Node<T> {
    fn is_exact_one(&self) -> bool {
        self.is_constant() && (self.value() - T::of(1.0)).is_exact_zero()
    }
}

// ------------------------------------------------------------------------------------------------ the surface

operators!([T: Float] Node<T>);
numeric_traits!([T: Float] Node<T>);

impl<L, T: Float + BuiltOn<L>> Nested<L> for Node<T> {}
impl<T: Float> ndarray::ScalarOperand for Node<T> {}
unfused!([T: Float] Node<T>);

impl<T: Float> fmt::Debug for Node<T> {
    /// Value and gradient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Node");
        if let Some(name) = self.name() {
            debug.field("name", &name);
        }
        debug.field("value", &*self.part()).field("grad", &self.grad()).finish()
    }
}

#[cfg(feature = "approx")]
mod compare {
    //! approx's traits compare values, as `==` does.
    use super::{Float, Node};
    use approx::{AbsDiffEq, RelativeEq, UlpsEq};

    impl<T: Float + AbsDiffEq<Epsilon = T>> AbsDiffEq for Node<T> {
        type Epsilon = T;
        fn default_epsilon() -> T {
            T::default_epsilon()
        }
        fn abs_diff_eq(&self, other: &Self, epsilon: T) -> bool {
            self.part().abs_diff_eq(&*other.part(), epsilon)
        }
    }
    impl<T: Float + RelativeEq<Epsilon = T>> RelativeEq for Node<T> {
        fn default_max_relative() -> T {
            T::default_max_relative()
        }
        fn relative_eq(&self, other: &Self, epsilon: T, max_relative: T) -> bool {
            self.part().relative_eq(&*other.part(), epsilon, max_relative)
        }
    }
    impl<T: Float + UlpsEq<Epsilon = T>> UlpsEq for Node<T> {
        fn default_max_ulps() -> u32 {
            T::default_max_ulps()
        }
        fn ulps_eq(&self, other: &Self, epsilon: T, max_ulps: u32) -> bool {
            self.part().ulps_eq(&*other.part(), epsilon, max_ulps)
        }
    }
}
