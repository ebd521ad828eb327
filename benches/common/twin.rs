//! The classic alternative, to compare with: a graph of one `Rc` per number, f64, first order, reverse mode.
//!
//! It is written to be as fast as safe Rust on the system's allocator lets this design be:
//!
//! - A cell has 40 bytes, with the two counts of its `Rc` 56, with the allocator's own word one block of 64. The
//!   operation's code and the number of pending uses share a word, whence [`Made`]'s odd look.
//! - Operands passed by value are moved into the new cell: no count goes up and down again.
//! - A sweep is two walks: the first counts, for each cell reached, the uses that lie ahead; in the second a cell
//!   hands on its adjoint as soon as all its uses have been met. The counts are back at zero when it ends, so
//!   nothing is ever cleared, and no order is stored. The walks' one stack is kept for the next sweep.
//! - What dies with a cell is walked, not recursed into, and what has to wait hangs from the dying cells: no stack
//!   is allocated, however deep the graph.
//!
//! What a library would have to add: a rule of [`Twin::custom`] must not panic, nor sweep the graph that it is part
//! of; and numbers that a rule alone holds are dropped by recursion.

use std::cell::Cell;
use std::mem;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::rc::Rc;

/// A number in the graph.
#[derive(Clone)]
pub struct Twin(Rc<Inner>);

struct Inner {
    value: f64,
    adjoint: Cell<f64>,
    made: Made,
}

/// Uses of a cell that the sweep under way has still to meet. Leaves and constants start at [`ENDS`]: they are
/// never found at zero, so that a walk ends there without asking.
type Pending = Cell<u32>;
const ENDS: u32 = 1 << 31;

/// How a cell was made. Laid out as in C, every variant has its `Pending` in the same place, beside the code.
#[repr(u8)]
enum Made {
    Leaf(Pending),
    Constant(Pending),
    /// `x + c`, `x - c`.
    Shift(Pending, Twin),
    /// `-x`, `c - x`.
    Minus(Pending, Twin),
    /// `x * c`.
    Scale(Pending, Twin, f64),
    /// `x / c`.
    Over(Pending, Twin, f64),
    /// `c / x`.
    Under(Pending, Twin),
    Sin(Pending, Twin),
    Cos(Pending, Twin),
    Exp(Pending, Twin),
    Ln(Pending, Twin),
    Sqrt(Pending, Twin),
    Tanh(Pending, Twin),
    Powi(Pending, Twin, i32),
    Add(Pending, Twin, Twin),
    Sub(Pending, Twin, Twin),
    Mul(Pending, Twin, Twin),
    Div(Pending, Twin, Twin),
    Custom(Pending, Box<Custom>),
    /// A dying cell that holds what has to wait: the next such cell, and an operand to walk into.
    Dying(Pending, Option<Twin>, Twin),
}

type Rule = Box<dyn Fn(f64) -> Vec<f64>>;
struct Custom {
    operands: Vec<Twin>,
    rule: Rule,
}

#[inline(always)]
fn unmet() -> Pending {
    Cell::new(0)
}

impl Made {
    /// One load: the patterns all name the same place.
    #[inline(always)]
    fn pending(&self) -> &Pending {
        use Made::*;
        match self {
            Leaf(p)
            | Constant(p)
            | Shift(p, _)
            | Minus(p, _)
            | Scale(p, ..)
            | Over(p, ..)
            | Under(p, _)
            | Sin(p, _)
            | Cos(p, _)
            | Exp(p, _)
            | Ln(p, _)
            | Sqrt(p, _)
            | Tanh(p, _)
            | Powi(p, ..)
            | Add(p, ..)
            | Sub(p, ..)
            | Mul(p, ..)
            | Div(p, ..)
            | Custom(p, _)
            | Dying(p, ..) => p,
        }
    }
}

// ------------------------------------------------------------------------------------------------- making

impl Twin {
    #[inline(always)]
    fn new(value: f64, made: Made) -> Twin {
        Twin(Rc::new(Inner { value, adjoint: Cell::new(0.0), made }))
    }

    /// A number to differentiate by.
    #[inline]
    pub fn leaf(value: f64) -> Twin {
        Twin::new(value, Made::Leaf(Cell::new(ENDS)))
    }

    /// A number that nothing is differentiated by.
    #[inline]
    pub fn constant(value: f64) -> Twin {
        Twin::new(value, Made::Constant(Cell::new(ENDS)))
    }

    /// An operation of the user's: its value, its operands, and what turns its adjoint into one adjoint per operand.
    pub fn custom(value: f64, operands: &[&Twin], rule: Rule) -> Twin {
        let operands = operands.iter().map(|&x| x.clone()).collect();
        Twin::new(value, Made::Custom(unmet(), Box::new(Custom { operands, rule })))
    }

    /// The number itself.
    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.0.value
    }

    /// Of a leaf: the sum over all sweeps; of a constant 0; else the adjoint in the last sweep that came here.
    #[inline]
    pub fn grad(&self) -> f64 {
        if matches!(self.0.made, Made::Constant(_)) { 0.0 } else { self.0.adjoint.get() }
    }

    /// Forgets a leaf's gradient.
    pub fn zero_grad(&self) {
        if matches!(self.0.made, Made::Leaf(_)) {
            self.0.adjoint.set(0.0);
        }
    }
}

macro_rules! methods { ($($name:ident $Code:ident;)*) => { impl Twin { $(
    /// The function of that name in `std`.
    #[inline]
    pub fn $name(&self) -> Twin {
        Twin::new(self.0.value.$name(), Made::$Code(unmet(), self.clone()))
    }
)*

    /// An integer power.
    #[inline]
    pub fn powi(&self, n: i32) -> Twin {
        Twin::new(self.0.value.powi(n), Made::Powi(unmet(), self.clone(), n))
    }
} } }
methods! { sin Sin; cos Cos; exp Exp; ln Ln; sqrt Sqrt; tanh Tanh; }

/// `Twin` or `&Twin`; what is owned is moved.
macro_rules! operators {
    ($($Op:ident $op:ident;)*) => { $(
        operators!(@ $Op $op [Twin, |x| x] [Twin, |y| y]);
        operators!(@ $Op $op [Twin, |x| x] [&Twin, |y| y.clone()]);
        operators!(@ $Op $op [&Twin, |x| x.clone()] [Twin, |y| y]);
        operators!(@ $Op $op [&Twin, |x| x.clone()] [&Twin, |y| y.clone()]);
    )* };
    (@ $Op:ident $op:ident [$X:ty, |$x:ident| $own_x:expr] [$Y:ty, |$y:ident| $own_y:expr]) => {
        impl $Op<$Y> for $X {
            type Output = Twin;
            #[inline]
            fn $op(self, $y: $Y) -> Twin {
                let $x = self;
                let value = $x.0.value.$op($y.0.value);
                Twin::new(value, Made::$Op(unmet(), $own_x, $own_y))
            }
        }
    };
}
operators! { Add add; Sub sub; Mul mul; Div div; }

macro_rules! literals { ($([$X:ty, |$x:ident| $own:expr])*) => { $(
    literals!(@ right Add add [$X, |$x, c| Made::Shift(unmet(), $own)]);
    literals!(@ right Sub sub [$X, |$x, c| Made::Shift(unmet(), $own)]);
    literals!(@ right Mul mul [$X, |$x, c| Made::Scale(unmet(), $own, c)]);
    literals!(@ right Div div [$X, |$x, c| Made::Over(unmet(), $own, c)]);
    literals!(@ left Add add [$X, |$x, c| Made::Shift(unmet(), $own)]);
    literals!(@ left Sub sub [$X, |$x, c| Made::Minus(unmet(), $own)]);
    literals!(@ left Mul mul [$X, |$x, c| Made::Scale(unmet(), $own, c)]);
    literals!(@ left Div div [$X, |$x, c| Made::Under(unmet(), $own)]);
    impl Neg for $X {
        type Output = Twin;
        #[inline]
        fn neg(self) -> Twin {
            let $x = self;
            Twin::new(-$x.0.value, Made::Minus(unmet(), $own))
        }
    }
)* };
(@ right $Op:ident $op:ident [$X:ty, |$x:ident, $c:ident| $made:expr]) => {
    impl $Op<f64> for $X {
        type Output = Twin;
        #[inline]
        fn $op(self, $c: f64) -> Twin {
            let $x = self;
            Twin::new($x.0.value.$op($c), $made)
        }
    }
};
(@ left $Op:ident $op:ident [$X:ty, |$x:ident, $c:ident| $made:expr]) => {
    impl $Op<$X> for f64 {
        type Output = Twin;
        #[inline]
        fn $op(self, $x: $X) -> Twin {
            let $c = self;
            Twin::new($c.$op($x.0.value), $made)
        }
    }
}; }
literals! { [Twin, |x| x] [&Twin, |x| x.clone()] }

// ------------------------------------------------------------------------------------------------ sweeping

thread_local! {
    /// Empty between sweeps; kept for its capacity.
    static STACK: Cell<Vec<&'static Inner>> = const { Cell::new(Vec::new()) };
}

impl Twin {
    /// Adds to every leaf's gradient the derivative of this number by that leaf.
    pub fn backward(&self) {
        let mut stack: Vec<&Inner> = STACK.take();
        let root = &*self.0;
        if root.made.pending().get() == ENDS {
            root.adjoint.set(root.adjoint.get() + 1.0);
        } else {
            root.adjoint.set(1.0);
            count(root, &mut stack);
            send(root, &mut stack);
        }
        // An empty vector goes from one lifetime to another in place.
        stack.clear();
        STACK.set(stack.into_iter().map(|_| -> &'static Inner { unreachable!() }).collect());
    }
}

/// First walk: counts the uses of each cell, and resets the adjoints.
fn count<'a>(root: &'a Inner, stack: &mut Vec<&'a Inner>) {
    use Made::*;
    let mut at = Some(root);
    while let Some(cell) = at {
        let mut next = None;
        let mut meet = |x: &'a Twin| {
            let x = &*x.0;
            let pending = x.made.pending();
            let before = pending.get();
            pending.set(before + 1);
            if before == 0 {
                x.adjoint.set(0.0);
                if next.is_none() { next = Some(x) } else { stack.push(x) }
            }
        };
        match &cell.made {
            Leaf(_) | Constant(_) | Dying(..) => {}
            Add(_, x, y) | Sub(_, x, y) | Mul(_, x, y) | Div(_, x, y) => {
                meet(x);
                meet(y);
            }
            Shift(_, x)
            | Minus(_, x)
            | Scale(_, x, _)
            | Over(_, x, _)
            | Under(_, x)
            | Sin(_, x)
            | Cos(_, x)
            | Exp(_, x)
            | Ln(_, x)
            | Sqrt(_, x)
            | Tanh(_, x)
            | Powi(_, x, _) => meet(x),
            Custom(_, custom) => custom.operands.iter().for_each(meet),
        }
        at = next.or_else(|| stack.pop());
    }
}

/// Second walk: a cell sends when all its uses have sent to it.
fn send<'a>(root: &'a Inner, stack: &mut Vec<&'a Inner>) {
    use Made::*;
    let mut at = Some(root);
    while let Some(cell) = at {
        let mut next = None;
        let mut give = |x: &'a Twin, g: f64| {
            let x = &*x.0;
            x.adjoint.set(x.adjoint.get() + g);
            let pending = x.made.pending();
            let after = pending.get() - 1;
            pending.set(after);
            if after == 0 {
                if next.is_none() { next = Some(x) } else { stack.push(x) }
            }
        };
        let (g, z) = (cell.adjoint.get(), cell.value);
        match &cell.made {
            Leaf(_) | Constant(_) | Dying(..) => {}
            Shift(_, x) => give(x, g),
            Minus(_, x) => give(x, -g),
            Scale(_, x, c) => give(x, g * c),
            Over(_, x, c) => give(x, g / c),
            Under(_, x) => give(x, -g * z / x.0.value),
            Sin(_, x) => give(x, g * x.0.value.cos()),
            Cos(_, x) => give(x, -g * x.0.value.sin()),
            Exp(_, x) => give(x, g * z),
            Ln(_, x) => give(x, g / x.0.value),
            Sqrt(_, x) => give(x, g * 0.5 / z),
            Tanh(_, x) => give(x, g * (1.0 - z * z)),
            Powi(_, x, n) => give(x, if *n == 0 { 0.0 } else { g * f64::from(*n) * x.0.value.powi(n - 1) }),
            Add(_, x, y) => {
                give(x, g);
                give(y, g);
            }
            Sub(_, x, y) => {
                give(x, g);
                give(y, -g);
            }
            Mul(_, x, y) => {
                give(x, g * y.0.value);
                give(y, g * x.0.value);
            }
            Div(_, x, y) => {
                let g = g / y.0.value;
                give(x, g);
                give(y, -g * z);
            }
            Custom(_, custom) => {
                let parts = (custom.rule)(g);
                assert_eq!(parts.len(), custom.operands.len(), "a custom rule must give one adjoint per operand");
                for (x, g) in custom.operands.iter().zip(parts) {
                    give(x, g);
                }
            }
        }
        at = next.or_else(|| stack.pop());
    }
}

// ------------------------------------------------------------------------------------------------ dropping

/// Takes out how a cell was made; the cell itself then dies without ado.
#[inline(always)]
fn take(made: &mut Made) -> Made {
    mem::replace(made, Made::Constant(Cell::new(ENDS)))
}

impl Twin {
    /// If nobody else holds this cell and it has operands, what they are.
    #[inline(always)]
    fn dying(&mut self) -> Option<&mut Made> {
        Rc::get_mut(&mut self.0)
            .map(|inner| &mut inner.made)
            .filter(|made| !matches!(made, Made::Leaf(_) | Made::Constant(_)))
    }
}

impl Drop for Inner {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.made, Made::Leaf(_) | Made::Constant(_)) {
            release(&mut self.made);
        }
    }
}

/// What is to be walked into of a dying cell's operands: the first, the second.
#[inline(always)]
fn split(made: Made) -> (Option<Twin>, Option<Twin>) {
    use Made::*;
    match made {
        Leaf(_) | Constant(_) => (None, None),
        Shift(_, x)
        | Minus(_, x)
        | Scale(_, x, _)
        | Over(_, x, _)
        | Under(_, x)
        | Sin(_, x)
        | Cos(_, x)
        | Exp(_, x)
        | Ln(_, x)
        | Sqrt(_, x)
        | Tanh(_, x)
        | Powi(_, x, _) => (Some(x), None),
        Add(_, x, y) | Sub(_, x, y) | Mul(_, x, y) | Div(_, x, y) => (Some(x), Some(y)),
        Custom(_, mut custom) => {
            // Two at a time: a custom operation of many operands becomes a chain.
            let (x, y) = (custom.operands.pop(), custom.operands.pop());
            match y {
                Some(y) if !custom.operands.is_empty() => {
                    let rest = Twin::new(0.0, Made::Custom(unmet(), custom));
                    (x, Some(Twin::new(0.0, Made::Add(unmet(), y, rest))))
                }
                y => (x, y),
            }
        }
        Dying(_, next, x) => (Some(x), next),
    }
}

/// Drops the operands of a cell, and what dies with them.
fn release(made: &mut Made) {
    let (mut x, mut last) = split(take(made));
    let mut waiting: Option<Twin> = None;
    loop {
        // Walk into `x`.
        if let Some(mut cell) = x.take()
            && let Some(made) = cell.dying()
        {
            let (first, second) = split(take(made));
            match (first, second) {
                (Some(mut a), Some(mut b)) => {
                    if a.dying().is_none() {
                        drop(a);
                        x = Some(b);
                    } else if b.dying().is_none() {
                        drop(b);
                        x = Some(a);
                    } else {
                        *made = Made::Dying(unmet(), waiting.take(), b);
                        waiting = Some(cell);
                        x = Some(a);
                    }
                }
                (a, _) => x = a,
            }
            continue;
        }
        if let Some(mut cell) = waiting.take() {
            if let Some(made) = cell.dying()
                && let Made::Dying(_, next, b) = take(made)
            {
                waiting = next;
                x = Some(b);
            }
        } else if let Some(b) = last.take() {
            x = Some(b);
        } else {
            return;
        }
    }
}
