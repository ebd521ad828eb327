//! A program on numbers and arrays of the graph, in every form of operand.

use super::program::{Along, Arg, Kind, Program, Reduction, Step, What};
use crate::rng::Rng;
use backprop::array::{concatenate, stack};
use backprop::{Dual, Float, Node, NodeArray, NodeArray0, NodeArray1, NodeArrayD, Op};
use ndarray::{ArrayD, Axis, Dimension, Ix1, Ix2, Ix3, IxDyn};

#[derive(Clone)]
pub enum Cell<T: Float> {
    Number(Node<T>),
    Array(NodeArrayD<T>),
}
/// An operand.
enum Given<T: Float> {
    Number(Node<T>),
    Array(NodeArrayD<T>),
    Literal(T),
    Plain(ArrayD<T>),
}
use Given::{Array, Literal, Number, Plain};

/// What is written for each number by itself.
pub trait Real: Float {
    fn literal_right(op: Op, form: u8, x: NodeArrayD<Self>, c: Self) -> NodeArrayD<Self>;
    fn literal_left(op: Op, form: u8, c: f64, x: NodeArrayD<Self>) -> NodeArrayD<Self>;
    fn number_literal(op: Op, form: u8, x: Node<Self>, c: Self) -> Node<Self>;
    fn literal_number(op: Op, form: u8, c: f64, x: Node<Self>) -> Node<Self>;
    fn method_literal(op: Op, x: &NodeArrayD<Self>, c: Self) -> NodeArrayD<Self>;
    /// Held constant, in every direction.
    fn held(self) -> Self;
}

/// Operators in every ownership form.
macro_rules! operator {
    ($op:expr, $form:expr, $x:expr, $y:expr) => {
        match $op {
            Op::Add => operator!(@form $form, $x, $y, +),
            Op::Sub => operator!(@form $form, $x, $y, -),
            Op::Mul => operator!(@form $form, $x, $y, *),
            Op::Div => operator!(@form $form, $x, $y, /),
            Op::Rem => operator!(@form $form, $x, $y, %),
            other => panic!("{other:?} is no operator"),
        }
    };
    (@form $form:expr, $x:expr, $y:expr, $op:tt) => {
        match $form % 4 {
            0 => $x $op $y,
            1 => $x $op &$y,
            2 => &$x $op $y,
            _ => &$x $op &$y,
        }
    };
    // where the left one stays what it is
    (assign $op:expr, $form:expr, $x:expr, $y:expr) => {{
        let mut x = $x;
        match ($op, $form % 2) {
            (Op::Add, 0) => x += $y,
            (Op::Sub, 0) => x -= $y,
            (Op::Mul, 0) => x *= $y,
            (Op::Div, 0) => x /= $y,
            (Op::Rem, 0) => x %= $y,
            (Op::Add, _) => x += &$y,
            (Op::Sub, _) => x -= &$y,
            (Op::Mul, _) => x *= &$y,
            (Op::Div, _) => x /= &$y,
            (Op::Rem, _) => x %= &$y,
            (other, _) => panic!("{other:?} is no operator"),
        }
        x
    }};
    (literal_assign $op:expr, $x:expr, $c:expr) => {{
        let mut x = $x;
        match $op {
            Op::Add => x += $c,
            Op::Sub => x -= $c,
            Op::Mul => x *= $c,
            Op::Div => x /= $c,
            Op::Rem => x %= $c,
            other => panic!("{other:?} is no operator"),
        }
        x
    }};
    // a literal has one form
    (literal $op:expr, $form:expr, $x:expr, $c:expr) => {
        match ($op, $form % 2) {
            (Op::Add, 0) => $x + $c,
            (Op::Sub, 0) => $x - $c,
            (Op::Mul, 0) => $x * $c,
            (Op::Div, 0) => $x / $c,
            (Op::Rem, 0) => $x % $c,
            (Op::Add, _) => &$x + $c,
            (Op::Sub, _) => &$x - $c,
            (Op::Mul, _) => &$x * $c,
            (Op::Div, _) => &$x / $c,
            (Op::Rem, _) => &$x % $c,
            (other, _) => panic!("{other:?} is no operator"),
        }
    };
    (literal_left $op:expr, $form:expr, $c:expr, $x:expr) => {
        match ($op, $form % 2) {
            (Op::Add, 0) => $c + $x,
            (Op::Sub, 0) => $c - $x,
            (Op::Mul, 0) => $c * $x,
            (Op::Div, 0) => $c / $x,
            (Op::Rem, 0) => $c % $x,
            (Op::Add, _) => $c + &$x,
            (Op::Sub, _) => $c - &$x,
            (Op::Mul, _) => $c * &$x,
            (Op::Div, _) => $c / &$x,
            (Op::Rem, _) => $c % &$x,
            (other, _) => panic!("{other:?} is no operator"),
        }
    };
}
/// The rows of two operands that are methods.
macro_rules! method {
    ($op:expr, $x:expr, $y:expr) => {
        match $op {
            Op::Powf => $x.powf($y),
            Op::LogAddExp => $x.logaddexp($y),
            Op::Atan2 => $x.atan2($y),
            Op::Hypot => $x.hypot($y),
            Op::Max => $x.max($y),
            Op::Min => $x.min($y),
            Op::Copysign => $x.copysign($y),
            other => panic!("the row {other:?} has no application in tests/rows/mixed/arrays.rs"),
        }
    };
}
macro_rules! reals { ($($T:ty, |$x:ident| $held:expr;)*) => { $(
    impl Real for $T {
        fn literal_right(op: Op, form: u8, x: NodeArrayD<Self>, c: Self) -> NodeArrayD<Self> {
            if form % 3 == 0 { operator!(literal_assign op, x, c) } else { operator!(literal op, form, x, c) }
        }
        fn literal_left(op: Op, form: u8, c: f64, x: NodeArrayD<Self>) -> NodeArrayD<Self> {
            operator!(literal_left op, form, c, x)
        }
        fn number_literal(op: Op, form: u8, x: Node<Self>, c: Self) -> Node<Self> {
            operator!(literal op, form, x, c)
        }
        fn literal_number(op: Op, form: u8, c: f64, x: Node<Self>) -> Node<Self> {
            operator!(literal_left op, form, c, x)
        }
        fn method_literal(op: Op, x: &NodeArrayD<Self>, c: Self) -> NodeArrayD<Self> {
            method!(op, x, c)
        }
        fn held(self) -> Self {
            let $x = self;
            $held
        }
    }
)* } }
reals! {
    f64, |x| x;
    Dual, |x| Dual::constant(x.value());
}

fn is_operator(op: Op) -> bool {
    matches!(op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem)
}

macro_rules! unary {
    ($op:expr, $n:expr, $x:expr; $($U:ident $u:ident)*) => {
        match $op {
            Op::Neg => -$x,
            Op::Powi => $x.powi($n),
            $( Op::$U => $x.$u(), )*
            other => panic!("the row {other:?} has no application in tests/rows/mixed/arrays.rs"),
        }
    };
    ($op:expr, $n:expr, $x:expr) => {
        unary!($op, $n, $x; Recip recip Square square Sqrt sqrt Cbrt cbrt Exp exp Exp2 exp2 ExpM1 exp_m1 Ln ln Ln1p ln_1p
            Sin sin Cos cos Atan atan Sinh sinh Cosh cosh Tanh tanh Asinh asinh Sigmoid sigmoid Softplus softplus Relu relu
            Abs abs Signum signum Floor floor Fract fract)
    };
}

/// The array with its rank known to the compiler.
fn typed<T: Float, D: Dimension>(x: &NodeArrayD<T>) -> NodeArray<T, D> {
    x.clone().into_dimensionality().expect("the rank that has been asked for")
}
/// A binary operator on two arrays, ranks known or not.
fn arrays<T: Float>(op: Op, form: u8, x: NodeArrayD<T>, y: NodeArrayD<T>) -> NodeArrayD<T> {
    macro_rules! ranks { ($($D:ident $E:ident),*) => {
        match (x.ndim(), y.ndim()) {
            $( (d, e) if Some(d) == $D::NDIM && Some(e) == $E::NDIM => {
                let (x, y): (NodeArray<T, $D>, NodeArray<T, $E>) = (typed(&x), typed(&y));
                if is_operator(op) { operator!(op, form, x, y).into_dyn() } else { method!(op, x, &y).into_dyn() }
            } )*
            _ => if is_operator(op) { operator!(op, form, x, y) } else { method!(op, x, y) },
        }
    } }
    match form / 4 % 3 {
        0 => ranks!(Ix1 Ix1, Ix1 Ix2, Ix2 Ix1, Ix2 Ix2, Ix3 Ix1, Ix2 Ix3, Ix3 Ix3),
        1 if is_operator(op) => operator!(assign op, form, x, y),
        _ if is_operator(op) => operator!(op, form, x, y),
        _ => method!(op, x, &y),
    }
}
fn lifted<T: Float>(x: Node<T>) -> NodeArrayD<T> {
    NodeArray0::from(x).into_dyn()
}

fn binary<T: Real>(op: Op, form: u8, x: Given<T>, y: Given<T>) -> Cell<T> {
    if !is_operator(op) {
        return match (x, y) {
            (Number(x), Number(y)) => Cell::Number(method!(op, x, &y)),
            (Array(x), Array(y)) => Cell::Array(arrays(op, form, x, y)),
            (Array(x), Number(y)) if form.is_multiple_of(2) => Cell::Array(method!(op, x, y)),
            (Array(x), Number(y)) => Cell::Array(method!(op, x, &y)),
            (Array(x), Literal(c)) => Cell::Array(T::method_literal(op, &x, c)),
            (Array(x), Plain(c)) if form.is_multiple_of(2) => Cell::Array(method!(op, x, c)),
            (Array(x), Plain(c)) => Cell::Array(method!(op, x, &c)),
            (Number(x), Array(y)) => Cell::Array(method!(op, lifted(x), y)),
            (Number(x), Literal(c)) => Cell::Number(method!(op, x, &Node::constant(c))),
            _ => panic!("nothing is drawn that is plain on the left of {op:?}"),
        };
    }
    match (x, y) {
        (Number(x), Number(y)) => Cell::Number(operator!(op, form, x, y)),
        (Number(x), Literal(c)) => Cell::Number(T::number_literal(op, form, x, c)),
        (Literal(c), Number(y)) => Cell::Number(T::literal_number(op, form, c.to_f64_value(), y)),
        (Array(x), Array(y)) => Cell::Array(arrays(op, form, x, y)),
        (Array(x), Number(y)) if form > 200 => Cell::Array(operator!(assign op, form, x, y)),
        (Array(x), Number(y)) => Cell::Array(operator!(op, form, x, y)),
        (Number(x), Array(y)) => Cell::Array(operator!(op, form, x, y)),
        (Array(x), Literal(c)) => Cell::Array(T::literal_right(op, form, x, c)),
        (Literal(c), Array(y)) => Cell::Array(T::literal_left(op, form, c.to_f64_value(), y)),
        (Array(x), Plain(c)) if form > 200 => Cell::Array(operator!(assign op, form, x, c)),
        (Array(x), Plain(c)) => Cell::Array(operator!(op, form, x, c)),
        (Plain(c), Array(y)) => Cell::Array(operator!(op, form, c, y)),
        _ => panic!("two plain operands, or a number of the graph beside a plain array"),
    }
}

fn reduce<T: Float>(reduction: Reduction, along: Along, x: &NodeArrayD<T>) -> Cell<T> {
    macro_rules! by_name { ($($R:ident $whole:ident $axis:ident $keep:ident [$($ddof:literal)?])*) => {
        match (reduction, along) {
            $(
                (Reduction::$R, Along::Whole) => Cell::Number(x.$whole($($ddof)?)),
                (Reduction::$R, Along::Axis(axis)) => Cell::Array(x.$axis(Axis(axis), $($ddof)?)),
                (Reduction::$R, Along::Keep(axis)) => Cell::Array(x.$keep(Axis(axis), $($ddof)?)),
            )*
        }
    } }
    by_name! {
        Sum sum sum_axis sum_keep []
        Mean mean mean_axis mean_keep []
        Prod prod prod_axis prod_keep []
        Max max_all max_axis max_keep []
        Min min_all min_axis min_keep []
        Var var var_axis var_keep [0.0]
        Std std std_axis std_keep [0.0]
        LogSumExp logsumexp logsumexp_axis logsumexp_keep []
        Norm norm norm_axis norm_keep []
        NormL1 norm_l1 norm_l1_axis norm_l1_keep []
        NormMax norm_max norm_max_axis norm_max_keep []
    }
}

fn array<T: Float>(x: Given<T>) -> NodeArrayD<T> {
    match x {
        Array(x) => x,
        _ => panic!("an array was to be drawn"),
    }
}
fn number<T: Float>(x: Given<T>) -> Node<T> {
    match x {
        Number(x) => x,
        _ => panic!("a number was to be drawn"),
    }
}
fn operand<T: Float>(x: Given<T>) -> NodeArrayD<T> {
    match x {
        Array(x) => x,
        Number(x) => lifted(x),
        Literal(c) => NodeArrayD::constant(ArrayD::from_elem(IxDyn(&[]), c)),
        Plain(c) => NodeArrayD::constant(c),
    }
}

fn dot<T: Float>(form: u8, x: NodeArrayD<T>, y: Given<T>) -> Cell<T> {
    macro_rules! dots { ($($D:ident $E:ident $Kind:ident),*) => {
        match (x.ndim(), y) {
            $(
                (d, Array(y)) if Some(d) == $D::NDIM && Some(y.ndim()) == $E::NDIM => {
                    let (x, y): (NodeArray<T, $D>, NodeArray<T, $E>) = (typed(&x), typed(&y));
                    let z = if form.is_multiple_of(2) { x.dot(y) } else { x.dot(&y) };
                    Cell::$Kind(z.into_cell())
                }
                (d, Plain(y)) if Some(d) == $D::NDIM && Some(y.ndim()) == $E::NDIM => {
                    let x: NodeArray<T, $D> = typed(&x);
                    let y = y.into_dimensionality::<$E>().expect("the rank that has been asked for");
                    let z = if form.is_multiple_of(2) { x.dot(y) } else { x.dot(&y) };
                    Cell::$Kind(z.into_cell())
                }
            )*
            _ => panic!("no such product"),
        }
    } }
    dots!(Ix1 Ix1 Number, Ix1 Ix2 Array, Ix2 Ix1 Array, Ix2 Ix2 Array)
}
/// What a cell holds, of a result of known rank.
trait IntoCell {
    type Cell;
    fn into_cell(self) -> Self::Cell;
}
impl<T: Float> IntoCell for Node<T> {
    type Cell = Node<T>;
    fn into_cell(self) -> Node<T> {
        self
    }
}
impl<T: Float, D: Dimension> IntoCell for NodeArray<T, D> {
    type Cell = NodeArrayD<T>;
    fn into_cell(self) -> NodeArrayD<T> {
        self.into_dyn()
    }
}

fn apply<T: Real>(step: &Step, given: Vec<Given<T>>) -> Cell<T> {
    let form = step.form;
    let mut given = given.into_iter();
    let mut next = || given.next().expect("as many operands as the operation has");
    match &step.what {
        What::Row(op, n) => match op.arity() {
            1 => match next() {
                Number(x) => Cell::Number(unary!(*op, *n, x)),
                Array(x) if form.is_multiple_of(4) && x.ndim() == 2 => {
                    let x: NodeArray<T, Ix2> = typed(&x);
                    Cell::Array(unary!(*op, *n, x).into_dyn())
                }
                x => Cell::Array(unary!(*op, *n, array(x))),
            },
            2 => binary(*op, form, next(), next()),
            _ => match (next(), next(), next()) {
                (Number(x), Number(y), Number(w)) => match op {
                    Op::Clamp => Cell::Number(x.clamp(&y, &w)),
                    _ => Cell::Number(x.mul_add(&y, &w)),
                },
                (x, y, w) => {
                    let (x, y, w) = (operand(x), operand(y), operand(w));
                    match op {
                        Op::Clamp => Cell::Array(x.clamp(y, &w)),
                        _ => Cell::Array(x.mul_add(&y, w)),
                    }
                }
            },
        },
        What::Where(mask) => {
            let (x, y) = (array(next()), next());
            let mask = ndarray::arr1(mask).into_dyn();
            Cell::Array(match y {
                Array(y) => x.where_(&mask, y),
                Number(y) => x.where_(&mask, &y),
                Plain(y) => x.where_(&mask, y),
                Literal(c) => x.where_(&mask, ArrayD::from_elem(IxDyn(&[]), c)),
            })
        }
        What::Reduce(reduction, along) => reduce(*reduction, *along, &array(next())),
        What::CumSum(axis) => Cell::Array(array(next()).cumsum(Axis(*axis))),
        What::Reshape(to) => Cell::Array(array(next()).reshape(IxDyn(to))),
        What::Flatten => Cell::Array(array(next()).flatten().into_dyn()),
        What::Permute(axes) => {
            let x = array(next());
            let reversed = axes.iter().rev().copied().eq(0..x.ndim());
            Cell::Array(if reversed && form.is_multiple_of(2) { x.t() } else { x.permute(IxDyn(axes)) })
        }
        What::Broadcast(to) => Cell::Array(array(next()).broadcast(IxDyn(to))),
        What::InsertAxis(axis) => Cell::Array(array(next()).insert_axis(Axis(*axis))),
        What::RemoveAxis(axis) => Cell::Array(array(next()).remove_axis(Axis(*axis))),
        What::Slice(info) => Cell::Array(array(next()).slice(&info[..])),
        What::Index(at) => Cell::Number(array(next()).index(IxDyn(at))),
        What::Select(axis, places) => Cell::Array(array(next()).select(Axis(*axis), places)),
        What::Concatenate(_) | What::Stack(_) => {
            let all: Vec<NodeArrayD<T>> = given.map(operand).collect();
            let all: Vec<&NodeArrayD<T>> = all.iter().collect();
            Cell::Array(match step.what {
                What::Concatenate(axis) => concatenate(Axis(axis), &all),
                What::Stack(axis) => stack(Axis(axis), &all),
                _ => panic!("one of the two"),
            })
        }
        What::Diag => Cell::Array(typed::<T, Ix2>(&array(next())).diag().into_dyn()),
        What::ToDiag => Cell::Array(typed::<T, Ix1>(&array(next())).to_diag().into_dyn()),
        What::FromNodes => {
            let all: Vec<Node<T>> = given.map(number).collect();
            Cell::Array(NodeArray1::from_nodes(&all).into_dyn())
        }
        What::ToNodes(k) => Cell::Number(typed::<T, Ix1>(&array(next())).to_nodes().swap_remove(*k)),
        What::Lift => Cell::Array(lifted(number(next()))),
        What::Lower => Cell::Number(typed::<T, ndarray::Ix0>(&array(next())).into()),
        What::Dot => dot(form, array(next()), next()),
        What::Outer => {
            let (x, y): (NodeArray1<T>, NodeArray1<T>) = (typed(&array(next())), typed(&array(next())));
            Cell::Array(x.outer(&y).into_dyn())
        }
        What::Matmul => {
            let (x, y): (NodeArray<T, Ix3>, NodeArray<T, Ix3>) = (typed(&array(next())), typed(&array(next())));
            Cell::Array(x.matmul(y).into_dyn())
        }
        What::Detach => match next() {
            Number(x) => Cell::Number(Node::constant(x.detach().value().held())),
            x => Cell::Array(NodeArrayD::from(array(x).detach().value().mapv(T::held))),
        },
        What::Named => match next() {
            Number(x) => Cell::Number(x.named("a name")),
            x => Cell::Array(array(x).named("a name")),
        },
    }
}

pub fn leaf<T: Float>(kind: &Kind, values: Vec<T>) -> Cell<T> {
    match kind {
        Kind::Number => Cell::Number(Node::leaf(values[0])),
        Kind::Array(shape) => {
            Cell::Array(NodeArrayD::leaf(ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many elements")))
        }
    }
}
impl<T: Float> Cell<T> {
    pub fn values(&self) -> Vec<T> {
        match self {
            Cell::Number(x) => vec![x.value()],
            Cell::Array(x) => x.value().iter().copied().collect(),
        }
    }
    pub fn grads(&self) -> Vec<T> {
        match self {
            Cell::Number(x) => vec![x.grad()],
            Cell::Array(x) => x.grad().iter().copied().collect(),
        }
    }
    pub fn backward_with(&self, seed: &[T]) {
        match self {
            Cell::Number(x) => x.backward_with(seed[0]),
            Cell::Array(x) => {
                let seed = ArrayD::from_shape_vec(IxDyn(x.shape()), seed.to_vec()).expect("a seed for each element");
                x.backward_with(&seed);
            }
        }
    }
}

/// Runs the program; handles that are not used any more go some time later, in any order, or (`keep`) never.
pub fn run<T: Real>(program: &Program, inputs: &[Cell<T>], keep: bool, rng: &mut Rng) -> Vec<Option<Cell<T>>> {
    let last = program.last_uses();
    let mut cells: Vec<Option<Cell<T>>> = inputs.iter().cloned().map(Some).collect();
    let mut idle: Vec<usize> = Vec::new();
    for (k, step) in program.steps.iter().enumerate() {
        let mut given: Vec<Given<T>> = Vec::with_capacity(step.args.len());
        for (n, arg) in step.args.iter().enumerate() {
            given.push(match arg {
                Arg::Literal(c) => Literal(T::of(*c)),
                Arg::Plain(shape, values) => {
                    let values = values.iter().map(|&c| T::of(c)).collect();
                    Plain(ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many elements"))
                }
                Arg::Cell(i) => {
                    let again = step.args[n + 1..].contains(&Arg::Cell(*i));
                    let cell = if !keep && last[*i] == k && !again && rng.chance(0.5) {
                        cells[*i].take()
                    } else {
                        cells[*i].clone()
                    };
                    match cell.unwrap_or_else(|| panic!("an operand was dropped too early")) {
                        Cell::Number(x) => Number(x),
                        Cell::Array(x) => Array(x),
                    }
                }
            });
        }
        cells.push(Some(apply(step, given)));
        if keep {
            continue;
        }
        idle.extend(step.args.iter().filter_map(|arg| match *arg {
            Arg::Cell(i) if last[i] == k => Some(i),
            _ => None,
        }));
        while !idle.is_empty() && rng.chance(0.4) {
            let i = idle.swap_remove(rng.below(idle.len()));
            cells[i] = None;
        }
    }
    cells
}
