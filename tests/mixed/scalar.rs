//! The reference: the same program on single numbers, element by element, written down naively.

use crate::program::{Along, Arg, Kind, Program, Reduction, Step, What};
use backprop::{Dual, Elementary, Node, Number, Op};
use ndarray::{ArrayD, IxDyn, SliceInfo, SliceInfoElem};

/// A number that programs run on.
pub trait Scalar: Clone {
    fn of(x: f64) -> Self;
    fn value(&self) -> f64;
    /// A row of the table.
    fn row(op: Op, exponent: i32, x: &[&Self]) -> Self;
    /// A constant of this value.
    fn detach(&self) -> Self;

    /// The same number in a cell of its own.
    fn copy(&self) -> Self {
        two(Op::Add, self, &Self::of(0.0))
    }
}
fn one<S: Scalar>(op: Op, x: &S) -> S {
    S::row(op, 0, &[x])
}
pub fn two<S: Scalar>(op: Op, x: &S, y: &S) -> S {
    S::row(op, 0, &[x, y])
}

/// A row on numbers of the library. A row that is missing here fails the test as soon as it is drawn.
pub fn number_row<S: Number>(op: Op, n: i32, x: &[&S]) -> S {
    macro_rules! rows { (unary: $($U:ident $u:ident)*; binary: $($B:ident $b:ident)*) => {
        match op {
            Op::Neg => -x[0].clone(),
            Op::Add => x[0].clone() + x[1],
            Op::Sub => x[0].clone() - x[1],
            Op::Mul => x[0].clone() * x[1],
            Op::Div => x[0].clone() / x[1],
            Op::Rem => x[0].clone() % x[1],
            Op::Powi => x[0].powi(n),
            Op::MulAdd => x[0].mul_add(x[1], x[2]),
            Op::Clamp => x[0].clamp(x[1], x[2]),
            $( Op::$U => x[0].$u(), )*
            $( Op::$B => x[0].$b(x[1]), )*
            other => panic!("the row {other:?} has no application in tests/mixed/scalar.rs"),
        }
    } }
    rows! {
        unary: Recip recip Square square Sqrt sqrt Cbrt cbrt Exp exp Exp2 exp2 ExpM1 exp_m1 Ln ln Ln1p ln_1p Sin sin
            Cos cos Atan atan Sinh sinh Cosh cosh Tanh tanh Asinh asinh Sigmoid sigmoid Softplus softplus Relu relu Abs abs
            Signum signum Floor floor Fract fract;
        binary: Powf powf LogAddExp logaddexp Atan2 atan2 Hypot hypot Max max Min min Copysign copysign
    }
}
macro_rules! scalars { ($($S:ty)*) => { $(
    impl Scalar for $S {
        fn of(x: f64) -> Self {
            Elementary::of(x)
        }
        fn value(&self) -> f64 {
            self.to_f64_value()
        }
        fn row(op: Op, exponent: i32, x: &[&Self]) -> Self {
            number_row(op, exponent, x)
        }
        fn detach(&self) -> Self {
            Elementary::detach(self)
        }
    }
)* } }
scalars!(f64 Node<f64> Node<Dual>);

/// A cell: its elements in row-major order.
#[derive(Clone)]
pub struct Flat<S> {
    pub kind: Kind,
    pub items: Vec<S>,
}
impl<S: Scalar> Flat<S> {
    pub fn array(shape: &[usize], items: Vec<S>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), items.len());
        Flat { kind: Kind::Array(shape.to_vec()), items }
    }
    pub fn number(item: S) -> Self {
        Flat { kind: Kind::Number, items: vec![item] }
    }
    /// The places of the elements, in an array that can be moved about.
    fn places(&self) -> ArrayD<usize> {
        let places = (0..self.items.len()).collect();
        ArrayD::from_shape_vec(IxDyn(self.kind.shape()), places).expect("as many elements as the shape says")
    }
    /// The elements at these places.
    fn moved(&self, places: ArrayD<usize>) -> Self {
        let shape = places.shape().to_vec();
        Flat::array(&shape, places.iter().map(|&place| self.items[place].copy()).collect())
    }
}

/// The shape that shapes broadcast to together.
pub fn broadcast(shapes: &[&[usize]]) -> Option<Vec<usize>> {
    let rank = shapes.iter().map(|shape| shape.len()).max()?;
    let mut together = vec![1; rank];
    for shape in shapes {
        for (k, &n) in shape.iter().rev().enumerate() {
            let m = &mut together[rank - 1 - k];
            match (*m, n) {
                (a, b) if a == b => {}
                (1, b) => *m = b,
                (_, 1) => {}
                _ => return None,
            }
        }
    }
    Some(together)
}

fn stretched<S: Scalar>(x: &Flat<S>, shape: &[usize]) -> Vec<S> {
    let places = x.places();
    let view = places.broadcast(IxDyn(shape)).expect("drawn so that it broadcasts");
    view.iter().map(|&place| x.items[place].clone()).collect()
}
/// Element by element, with broadcasting; of numbers alone a number.
fn elementwise<S: Scalar>(x: &[Flat<S>], f: impl Fn(&[&S]) -> S) -> Flat<S> {
    if x.iter().all(|x| x.kind == Kind::Number) {
        return Flat::number(f(&x.iter().map(|x| &x.items[0]).collect::<Vec<_>>()));
    }
    let shapes: Vec<&[usize]> = x.iter().map(|x| x.kind.shape()).collect();
    let shape = broadcast(&shapes).expect("drawn so that it broadcasts");
    let columns: Vec<Vec<S>> = x.iter().map(|x| stretched(x, &shape)).collect();
    let n = shape.iter().product();
    Flat::array(&shape, (0..n).map(|k| f(&columns.iter().map(|column| &column[k]).collect::<Vec<_>>())).collect())
}

fn sum<S: Scalar>(x: &[S]) -> S {
    x.iter().fold(S::of(0.0), |sum, x| two(Op::Add, &sum, x))
}
fn product_sum<S: Scalar>(x: impl IntoIterator<Item = (S, S)>) -> S {
    let products: Vec<S> = x.into_iter().map(|(x, y)| two(Op::Mul, &x, &y)).collect();
    sum(&products)
}
/// Those who tie share; a number wins against NaN.
fn extreme<S: Scalar>(x: &[S], largest: bool) -> S {
    let wins = |a: f64, b: f64| if largest { a.max(b) } else { a.min(b) };
    let best = x.iter().map(S::value).fold(f64::NAN, wins);
    let ties: Vec<S> = x.iter().filter(|x| x.value() == best).cloned().collect();
    match &ties[..] {
        [] => two(Op::Mul, &sum(x), &S::of(f64::NAN)),
        [only] => only.copy(),
        [first, ..] => {
            let share = S::of(1.0 / ties.len() as f64);
            if best.is_infinite() {
                return sum(&ties.iter().map(|x| two(Op::Mul, x, &share)).collect::<Vec<_>>());
            }
            // so that the value is that of each, to the last bit, and the slopes are equal shares
            let parts: Vec<S> = ties.iter().map(|x| two(Op::Mul, &two(Op::Sub, x, &x.detach()), &share)).collect();
            two(Op::Add, &sum(&parts), &first.detach())
        }
    }
}
pub fn reduce<S: Scalar>(reduction: Reduction, x: &[S]) -> S {
    let n = S::of(x.len() as f64);
    let each = |op: Op| -> Vec<S> { x.iter().map(|x| one(op, x)).collect() };
    match reduction {
        Reduction::Sum => sum(x),
        Reduction::Mean => two(Op::Div, &sum(x), &n),
        Reduction::Prod => x.iter().fold(S::of(1.0), |product, x| two(Op::Mul, &product, x)),
        Reduction::Max => extreme(x, true),
        Reduction::Min => extreme(x, false),
        Reduction::Var => {
            let mean = two(Op::Div, &sum(x), &n);
            let squares: Vec<S> = x.iter().map(|x| one(Op::Square, &two(Op::Sub, x, &mean))).collect();
            two(Op::Div, &sum(&squares), &n)
        }
        Reduction::Std => one(Op::Sqrt, &reduce(Reduction::Var, x)),
        Reduction::LogSumExp => {
            let largest = x.iter().map(S::value).fold(f64::NEG_INFINITY, f64::max);
            let largest = S::of(if largest.is_finite() { largest } else { 0.0 });
            let parts: Vec<S> = x.iter().map(|x| one(Op::Exp, &two(Op::Sub, x, &largest))).collect();
            two(Op::Add, &one(Op::Ln, &sum(&parts)), &largest)
        }
        Reduction::Norm if x.iter().all(|x| x.value().is_finite()) => one(Op::Sqrt, &sum(&each(Op::Square))),
        // in a row that has the same convention where there are infinities and NaN
        Reduction::Norm => each(Op::Abs).iter().fold(S::of(0.0), |length, x| two(Op::Hypot, &length, x)),
        Reduction::NormL1 => sum(&each(Op::Abs)),
        Reduction::NormMax => extreme(&each(Op::Abs), true),
    }
}

/// Every lane along the axis by `f`, which gives one element or as many as there were.
fn on_lanes<S: Scalar>(x: &Flat<S>, axis: usize, kept: bool, f: impl Fn(&[S]) -> Vec<S>) -> Flat<S> {
    let shape = x.kind.shape();
    let inner: usize = shape[axis + 1..].iter().product();
    let outer: usize = shape[..axis].iter().product();
    let n = shape[axis];
    let mut lanes: Vec<Vec<S>> = Vec::new();
    for o in 0..outer {
        for i in 0..inner {
            let lane: Vec<S> = (0..n).map(|k| x.items[(o * n + k) * inner + i].clone()).collect();
            lanes.push(f(&lane));
        }
    }
    let m = lanes.first().map_or(if kept { n } else { 1 }, Vec::len);
    let mut items = Vec::new();
    for lanes in lanes.chunks(inner.max(1)) {
        for k in 0..m {
            items.extend(lanes.iter().map(|lane| lane[k].clone()));
        }
    }
    let mut shape = shape.to_vec();
    shape[axis] = m;
    Flat::array(&shape, items)
}
fn without(mut x: Kind, axis: usize) -> Kind {
    if let Kind::Array(shape) = &mut x {
        shape.remove(axis);
    }
    x
}

/// Several arrays one after the other.
fn concatenate<S: Scalar>(axis: usize, x: &[Flat<S>]) -> Flat<S> {
    let all: Vec<S> = x.iter().flat_map(|x| x.items.iter().cloned()).collect();
    let mut from = 0;
    let places: Vec<ArrayD<usize>> = x
        .iter()
        .map(|x| {
            let places = x.places().mapv(|place| place + from);
            from += x.items.len();
            places
        })
        .collect();
    let views: Vec<_> = places.iter().map(|places| places.view()).collect();
    let whole = ndarray::concatenate(ndarray::Axis(axis), &views).expect("drawn so that they fit");
    Flat { kind: Kind::Array(vec![all.len()]), items: all }.moved(whole)
}

pub type AnySlice<'a> = SliceInfo<&'a [SliceInfoElem], IxDyn, IxDyn>;

/// One step.
pub fn apply<S: Scalar>(what: &What, x: &[Flat<S>]) -> Flat<S> {
    let shape = x[0].kind.shape();
    let element = |i: usize, place: usize| x[i].items[place].clone();
    match what {
        What::Row(op, n) => elementwise(x, |x| S::row(*op, *n, x)),
        What::Where(mask) => {
            let mask = Flat::array(&[mask.len()], mask.iter().map(|&m| S::of(f64::from(u8::from(m)))).collect());
            elementwise(&[x[0].clone(), x[1].clone(), mask], |x| {
                if x[2].value() == 1.0 { x[0].copy() } else { x[1].copy() }
            })
        }
        What::Reduce(reduction, Along::Whole) => Flat::number(reduce(*reduction, &x[0].items)),
        What::Reduce(reduction, Along::Keep(axis)) => {
            on_lanes(&x[0], *axis, false, |lane| vec![reduce(*reduction, lane)])
        }
        What::Reduce(reduction, Along::Axis(axis)) => {
            let kept = on_lanes(&x[0], *axis, false, |lane| vec![reduce(*reduction, lane)]);
            Flat { kind: without(kept.kind, *axis), items: kept.items }
        }
        What::CumSum(axis) => on_lanes(&x[0], *axis, true, |lane| {
            let mut sum = S::of(0.0);
            lane.iter()
                .map(|x| {
                    sum = two(Op::Add, &sum, x);
                    sum.copy()
                })
                .collect()
        }),
        What::Reshape(to) => x[0].moved(x[0].places().into_shape_with_order(IxDyn(to)).expect("as many elements")),
        What::Flatten => {
            let places = x[0].places();
            let n = places.len();
            x[0].moved(places.into_shape_with_order(IxDyn(&[n])).expect("as many elements"))
        }
        What::Permute(axes) => x[0].moved(x[0].places().permuted_axes(IxDyn(axes))),
        What::Broadcast(to) => {
            let places = x[0].places();
            x[0].moved(places.broadcast(IxDyn(to)).expect("drawn so that it broadcasts").to_owned())
        }
        What::InsertAxis(axis) => x[0].moved(x[0].places().insert_axis(ndarray::Axis(*axis))),
        What::RemoveAxis(axis) => x[0].moved(x[0].places().index_axis_move(ndarray::Axis(*axis), 0)),
        What::Slice(info) => {
            let info: AnySlice<'_> = SliceInfo::try_from(&info[..]).expect("a slice");
            x[0].moved(x[0].places().slice_move(info))
        }
        What::Index(at) => Flat::number(x[0].items[x[0].places()[IxDyn(at)]].copy()),
        What::Select(axis, places) => x[0].moved(x[0].places().select(ndarray::Axis(*axis), places)),
        What::Concatenate(axis) => concatenate(*axis, x),
        What::Stack(axis) => {
            let raised: Vec<Flat<S>> =
                x.iter().map(|x| apply(&What::InsertAxis(*axis), std::slice::from_ref(x))).collect();
            concatenate(*axis, &raised)
        }
        What::Diag => {
            let places = x[0].places();
            let places = places.into_dimensionality::<ndarray::Ix2>().expect("a matrix");
            x[0].moved(places.diag().to_owned().into_dyn())
        }
        What::ToDiag => {
            let n = x[0].items.len();
            let items = (0..n * n).map(|k| if k / n == k % n { element(0, k / n).copy() } else { S::of(0.0) });
            Flat::array(&[n, n], items.collect())
        }
        What::FromNodes => Flat::array(&[x.len()], x.iter().map(|x| x.items[0].copy()).collect()),
        What::ToNodes(k) => Flat::number(x[0].items[*k].copy()),
        What::Lift => Flat::array(&[], vec![x[0].items[0].copy()]),
        What::Lower => Flat::number(x[0].items[0].copy()),
        What::Dot => {
            let other = x[1].kind.shape();
            match (shape, other) {
                ([_], [_]) => Flat::number(product_sum(x[0].items.iter().cloned().zip(x[1].items.iter().cloned()))),
                ([n], [_, m]) => {
                    let column = |j: usize| product_sum((0..*n).map(|k| (element(0, k), element(1, k * m + j))));
                    Flat::array(&[*m], (0..*m).map(column).collect())
                }
                ([n, m], [_]) => {
                    let row = |i: usize| product_sum((0..*m).map(|k| (element(0, i * m + k), element(1, k))));
                    Flat::array(&[*n], (0..*n).map(row).collect())
                }
                ([n, m], [_, p]) => {
                    let at = |ij: usize| {
                        let (i, j) = (ij / p, ij % p);
                        product_sum((0..*m).map(|k| (element(0, i * m + k), element(1, k * p + j))))
                    };
                    Flat::array(&[*n, *p], (0..n * p).map(at).collect())
                }
                _ => panic!("no product of {shape:?} and {other:?}"),
            }
        }
        What::Outer => {
            let (n, m) = (x[0].items.len(), x[1].items.len());
            let at = |ij: usize| two(Op::Mul, &element(0, ij / m), &element(1, ij % m));
            Flat::array(&[n, m], (0..n * m).map(at).collect())
        }
        What::Matmul => {
            let (&[b, n, m], &[_, _, p]) = (shape, x[1].kind.shape()) else { panic!("two batches of matrices") };
            let at = |bij: usize| {
                let (q, i, j) = (bij / (n * p), bij / p % n, bij % p);
                product_sum((0..m).map(|k| (element(0, (q * n + i) * m + k), element(1, (q * m + k) * p + j))))
            };
            Flat::array(&[b, n, p], (0..b * n * p).map(at).collect())
        }
        What::Detach => Flat { kind: x[0].kind.clone(), items: x[0].items.iter().map(S::detach).collect() },
        What::Named => Flat { kind: x[0].kind.clone(), items: x[0].items.iter().map(S::copy).collect() },
    }
}

pub fn operand<S: Scalar>(cells: &[Flat<S>], arg: &Arg) -> Flat<S> {
    match arg {
        Arg::Cell(i) => cells[*i].clone(),
        Arg::Literal(c) => Flat::number(S::of(*c)),
        Arg::Plain(shape, values) => Flat::array(shape, values.iter().map(|&c| S::of(c)).collect()),
    }
}
pub fn step<S: Scalar>(cells: &[Flat<S>], step: &Step) -> Flat<S> {
    let operands: Vec<Flat<S>> = step.args.iter().map(|arg| operand(cells, arg)).collect();
    apply(&step.what, &operands)
}
/// Runs the program on these elements, one for each element of the inputs.
pub fn run<S: Scalar>(program: &Program, elements: &[S]) -> Vec<Flat<S>> {
    let mut elements = elements.iter().cloned();
    let mut cells: Vec<Flat<S>> = Vec::with_capacity(program.cells());
    for (kind, values) in &program.inputs {
        cells.push(Flat { kind: kind.clone(), items: elements.by_ref().take(values.len()).collect() });
    }
    for s in &program.steps {
        cells.push(step(&cells, s));
    }
    cells
}
