//! The table: an operation, the shapes of its operands, where their elements lie.

use backprop::array::{concatenate, stack, zip_map};
use backprop::{Dual, Float, Node, NodeArray, NodeArray0, NodeArray1, NodeArray2, NodeArray3, NodeArrayD, Op};
use ndarray::{ArrayD, Axis, Dimension, Ix1, Ix2, Ix3, IxDyn, s};

pub(crate) struct Case {
    pub name: &'static str,
    pub shapes: &'static [&'static [usize]],
    /// From where to where the elements lie.
    pub range: (f64, f64),
    /// How far finite differences may be off: kinks and steep places.
    pub roughness: f64,
    pub plain: fn(&[NodeArrayD<f64>]) -> NodeArrayD<f64>,
    pub single: fn(&[NodeArrayD<f32>]) -> NodeArrayD<f32>,
    pub dual: fn(&[NodeArrayD<Dual>]) -> NodeArrayD<Dual>,
}

macro_rules! cases { ($cases:ident: $($name:expr, $([$($n:expr),*])+, $range:expr, $roughness:expr, |$x:ident| $y:expr;)*) => { $(
    $cases.push(Case {
        name: $name,
        shapes: &[$(&[$($n),*]),+],
        range: $range,
        roughness: $roughness,
        plain: |$x| $y.into_any(),
        single: |$x| $y.into_any(),
        dual: |$x| $y.into_any(),
    });
)* } }

/// Numbers and arrays of any rank as arrays of unknown rank.
trait IntoAny<T: Float> {
    fn into_any(self) -> NodeArrayD<T>;
}
impl<T: Float, D: Dimension> IntoAny<T> for NodeArray<T, D> {
    fn into_any(self) -> NodeArrayD<T> {
        self.into_dyn()
    }
}
impl<T: Float> IntoAny<T> for Node<T> {
    fn into_any(self) -> NodeArrayD<T> {
        NodeArray0::from(self).into_dyn()
    }
}
fn v<T: Float>(x: &NodeArrayD<T>) -> NodeArray1<T> {
    x.clone().into_dimensionality::<Ix1>().expect("a vector")
}
fn m<T: Float>(x: &NodeArrayD<T>) -> NodeArray2<T> {
    x.clone().into_dimensionality::<Ix2>().expect("a matrix")
}
fn t3<T: Float>(x: &NodeArrayD<T>) -> NodeArray3<T> {
    x.clone().into_dimensionality::<Ix3>().expect("three axes")
}
/// A plain array of the array's kind: a constant.
fn fixed<T: Float>(_: &NodeArrayD<T>, shape: &[usize]) -> ArrayD<T> {
    let mut k = 0.0;
    ArrayD::from_shape_fn(IxDyn(shape), |_| {
        k += 1.0;
        T::of((k * 1.37_f64).sin() + 1.6)
    })
}
/// A number of the graph made of an array.
fn number<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    x.mean() * T::of(0.7) + T::of(1.2)
}
/// A plain number of the array's kind.
fn c<T: Float>(_: &NodeArrayD<T>, value: f64) -> T {
    T::of(value)
}

const ALL: (f64, f64) = (-1.7, 1.9);
const POSITIVE: (f64, f64) = (0.3, 2.1);
const INSIDE: (f64, f64) = (-0.9, 0.8);
const ABOVE_ONE: (f64, f64) = (1.2, 3.0);

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    macro_rules! rows { ($($name:ident $range:expr;)*) => { $(
        cases! { cases: stringify!($name), [2, 3], $range, 0.0, |x| x[0].$name(); }
    )* } }
    rows! {
        recip POSITIVE; square ALL; sqrt POSITIVE; cbrt POSITIVE; exp ALL; exp2 ALL; exp_m1 ALL; ln POSITIVE;
        log2 POSITIVE; log10 POSITIVE; ln_1p POSITIVE; sin ALL; cos ALL; tan INSIDE; asin INSIDE; acos INSIDE; atan ALL;
        to_degrees ALL; to_radians ALL; sinh ALL; cosh ALL; tanh ALL; asinh ALL; acosh ABOVE_ONE; atanh INSIDE;
        sigmoid ALL; softplus ALL; relu ALL; abs ALL; signum ALL; floor (0.1, 0.9); ceil (0.1, 0.9); round (0.1, 0.4);
        trunc (0.1, 0.9); fract (0.1, 0.9);
    }
    // two operands: of one shape, broadcast in every way, with numbers and plain arrays, both the same
    macro_rules! pairs { ($($name:ident $range:expr;)*) => { $(
        cases! { cases:
            stringify!($name), [2, 3] [2, 3], $range, 0.0, |x| x[0].$name(&x[1]);
            concat!(stringify!($name), " broadcast: a row"), [2, 3] [3], $range, 0.0, |x| x[0].$name(&x[1]);
            concat!(stringify!($name), " broadcast: both"), [2, 1] [3], $range, 0.0, |x| x[0].$name(&x[1]);
            concat!(stringify!($name), " broadcast: a column in front"), [2, 1] [2, 3], $range, 0.0, |x| x[0].$name(&x[1]);
            concat!(stringify!($name), " with a number"), [2, 3] [2], $range, 0.0, |x| x[0].$name(&number(&x[1]));
            concat!(stringify!($name), " with a literal"), [2, 3], $range, 0.0, |x| x[0].$name(c(&x[0], 0.7));
            concat!(stringify!($name), " with a plain array"), [2, 3], $range, 0.0, |x| x[0].$name(&fixed(&x[0], &[3]));
        }
    )* } }
    pairs! {
        powf POSITIVE; atan2 POSITIVE; hypot POSITIVE; max ALL; min ALL; copysign POSITIVE; log POSITIVE; abs_sub ALL;
        logaddexp ALL; xlogy POSITIVE; through ALL;
    }
    macro_rules! operators { ($($name:literal $op:tt $range:expr;)*) => { $(
        cases! { cases:
            $name, [2, 3] [2, 3], $range, 0.0, |x| &x[0] $op &x[1];
            concat!($name, " by value"), [2, 3] [2, 3], $range, 0.0, |x| x[0].clone() $op x[1].clone();
            concat!($name, " broadcast"), [2, 3] [1, 3], $range, 0.0, |x| &x[0] $op &x[1];
            concat!($name, " broadcast in front"), [3] [2, 2, 3], $range, 0.0, |x| &x[0] $op &x[1];
            concat!($name, " broadcast: a column"), [2, 3] [2, 1], $range, 0.0, |x| &x[0] $op &x[1];
            concat!($name, " without axes"), [2, 3] [], $range, 0.0, |x| &x[0] $op &x[1];
            concat!($name, " with a number"), [2, 3] [2], $range, 0.0, |x| &x[0] $op &number(&x[1]);
            concat!($name, " a number in front"), [2, 3] [2], $range, 0.0, |x| &number(&x[1]) $op &x[0];
            concat!($name, " with a plain array"), [2, 3], $range, 0.0, |x| &x[0] $op &fixed(&x[0], &[2, 3]);
            concat!($name, " a plain array in front"), [3], $range, 0.0, |x| &fixed(&x[0], &[2, 3]) $op &x[0];
            concat!($name, " with itself"), [2, 3], $range, 0.0, |x| &x[0] $op &x[0];
            concat!($name, " with a literal"), [2, 3], $range, 0.0, |x| &x[0] $op c(&x[0], 1.3);
            concat!($name, " of none"), [0, 3] [3], $range, 0.0, |x| &x[0] $op &x[1];
        }
    )* } }
    operators! { "add" + ALL; "sub" - ALL; "mul" * ALL; "div" / POSITIVE; }
    cases! { cases:
        "rem", [2, 3], (0.2, 0.9), 0.0, |x| &x[0] % c(&x[0], 1.5);
        "rem by an array", [2, 3] [3], (1.1, 1.3), 0.0, |x| (&x[0] + c(&x[0], 2.0)) % &x[1];
        "neg", [2, 3], ALL, 0.0, |x| -&x[0];
        "powi", [2, 3], ALL, 0.0, |x| x[0].powi(3);
        "powi negative", [2, 3], POSITIVE, 0.0, |x| x[0].powi(-2);
        "mul_add", [2, 3] [3] [2, 1], ALL, 0.0, |x| x[0].mul_add(&x[1], &x[2]);
        "mul_add with numbers", [2, 3] [2], ALL, 0.0, |x| x[0].mul_add(&number(&x[1]), c(&x[0], 0.4));
        "clamp", [2, 3], ALL, 0.0, |x| x[0].clamp(c(&x[0], -0.5), c(&x[0], 0.5));
        "clamp by arrays", [2, 3] [3], ALL, 0.0, |x| x[0].clamp(&(&x[1] - c(&x[0], 0.5)), &(&x[1] + c(&x[0], 0.5)));
        "where", [2, 3] [3], ALL, 0.0, |x| x[0].where_(&ndarray::array![true, false, true], &x[1]);
        "assign", [2, 3] [3], ALL, 0.0, |x| { let mut z = x[0].clone(); z *= &x[1]; z += c(&x[0], 2.0); z };
        "map", [2, 3], ALL, 0.0, |x| x[0].map(|x| (x * x).sin() * x.exp());
        "map with a captured number", [2, 3] [2], ALL, 0.0, |x| { let a = number(&x[1]); x[0].map(|x| (x * &a).tanh() / &a) };
        "zip_map", [2, 3] [3], POSITIVE, 0.0, |x| x[0].zip_map(&x[1], |x, y| x.powf(y) + y / x);
        "zip_map of three", [2, 3] [2, 3] [1, 3], ALL, 0.0, |x| zip_map([&x[0], &x[1], &x[2]], |[a, b, c]| (a * b + c).tanh() * (-(a * a)).exp());
        "a row by name", [2, 3] [3], ALL, 0.0, |x| x[0].try_binary(Op::Mul, &x[1]).expect("it fits");

        "sum", [2, 3], ALL, 0.0, |x| x[0].sum();
        "sum of none", [2, 0], ALL, 0.0, |x| x[0].sum();
        "mean", [2, 3], ALL, 0.0, |x| x[0].mean();
        "prod", [2, 3], ALL, 0.0, |x| x[0].prod();
        "prod of none", [0], ALL, 0.0, |x| x[0].prod();
        "prod of one", [1], ALL, 0.0, |x| x[0].prod();
        "max_all", [2, 3], ALL, 0.0, |x| x[0].max_all();
        "min_all", [2, 3], ALL, 0.0, |x| x[0].min_all();
        "var", [2, 3], ALL, 0.0, |x| x[0].var(0.0);
        "var of a sample", [2, 3], ALL, 0.0, |x| x[0].var(1.0);
        "std", [2, 3], ALL, 0.0, |x| x[0].std(1.0);
        "logsumexp", [2, 3], ALL, 0.0, |x| x[0].logsumexp();
        "norm", [2, 3], ALL, 0.0, |x| x[0].norm();
        "norm_l1", [2, 3], ALL, 0.0, |x| x[0].norm_l1();
        "norm_max", [2, 3], ALL, 0.0, |x| x[0].norm_max();
    }
    macro_rules! along { ($($axis:ident $keep:ident ($($more:expr)?);)*) => { $(
        cases! { cases:
            concat!(stringify!($axis), " first"), [3, 4], ALL, 0.0, |x| x[0].$axis(Axis(0), $($more)?);
            concat!(stringify!($axis), " middle"), [2, 3, 2], ALL, 0.0, |x| x[0].$axis(Axis(1), $($more)?);
            concat!(stringify!($axis), " last"), [2, 4], ALL, 0.0, |x| x[0].$axis(Axis(1), $($more)?);
            concat!(stringify!($axis), " no lanes"), [0, 4], ALL, 0.0, |x| x[0].$axis(Axis(1), $($more)?);
            concat!(stringify!($keep), " first"), [3, 4], ALL, 0.0, |x| x[0].$keep(Axis(0), $($more)?);
            concat!(stringify!($keep), " last"), [2, 4], ALL, 0.0, |x| &x[0] * &x[0].$keep(Axis(1), $($more)?);
        }
    )* } }
    along! {
        sum_axis sum_keep (); mean_axis mean_keep (); prod_axis prod_keep (); max_axis max_keep (); min_axis min_keep ();
        var_axis var_keep (1.0); std_axis std_keep (0.0); logsumexp_axis logsumexp_keep (); norm_axis norm_keep ();
        norm_l1_axis norm_l1_keep (); norm_max_axis norm_max_keep ();
    }
    cases! { cases:
        "cumsum first", [3, 2], ALL, 0.0, |x| x[0].cumsum(Axis(0));
        "cumsum last", [3, 4], ALL, 0.0, |x| x[0].cumsum(Axis(1)).square();

        "reshape", [2, 3], ALL, 0.0, |x| x[0].reshape((3, 2)).square();
        "reshape more axes", [4], ALL, 0.0, |x| x[0].reshape((2, 1, 2)).exp();
        "flatten", [2, 3], ALL, 0.0, |x| x[0].flatten().sin();
        "t", [2, 3], ALL, 0.0, |x| x[0].t().square();
        "t of three axes", [2, 3, 2], ALL, 0.0, |x| x[0].t().exp();
        "permute", [2, 3, 4], ALL, 0.0, |x| t3(&x[0]).permute((2, 0, 1)).square();
        "broadcast", [3, 1], ALL, 0.0, |x| x[0].broadcast((2, 3, 2)).square();
        "broadcast to none", [1, 3], ALL, 0.0, |x| x[0].broadcast((0, 3));
        "insert_axis", [2, 3], ALL, 0.0, |x| x[0].insert_axis(Axis(1)).square();
        "remove_axis", [2, 1, 3], ALL, 0.0, |x| x[0].remove_axis(Axis(1)).square();
        "slice", [5, 4], ALL, 0.0, |x| m(&x[0]).slice(s![1..4, ..;2]).square();
        "slice backwards", [5], ALL, 0.0, |x| v(&x[0]).slice(s![..;-2]).square();
        "slice with an index", [3, 4], ALL, 0.0, |x| m(&x[0]).slice(s![-1, 1..]).square();
        "slice of nothing", [3], ALL, 0.0, |x| v(&x[0]).slice(s![1..1]);
        "slices that overlap", [5], ALL, 0.0, |x| v(&x[0]).slice(s![..3]) * v(&x[0]).slice(s![2..]);
        "index", [3, 4], ALL, 0.0, |x| m(&x[0]).index((2, 1)).square();
        "select", [4, 2], ALL, 0.0, |x| x[0].select(Axis(0), &[3, 1, 1, 0, 3]).square();
        "select columns", [2, 4], ALL, 0.0, |x| x[0].select(Axis(1), &[2, 2]).square();
        "select none", [2, 4], ALL, 0.0, |x| x[0].select(Axis(1), &[]);
        "concatenate", [2, 3] [1, 3], ALL, 0.0, |x| concatenate(Axis(0), &[&x[0], &x[1], &x[0]]).square();
        "concatenate last", [2, 3] [2, 1], ALL, 0.0, |x| concatenate(Axis(1), &[&x[1], &x[0]]).exp();
        "stack", [2, 3] [2, 3], ALL, 0.0, |x| stack(Axis(1), &[&x[0], &x[1]]).square();
        "stack in front", [3] [3], ALL, 0.0, |x| stack(Axis(0), &[&x[0], &x[1]]).exp();
        "from_nodes", [3], ALL, 0.0, |x| NodeArray1::from_nodes(&[x[0].sum(), number(&x[0]), x[0].prod()]).square();
        "to_nodes", [3], ALL, 0.0, |x| { let n = v(&x[0]).to_nodes(); &n[0] * &n[1] + n[2].sin() };
        "diag", [3, 4], ALL, 0.0, |x| m(&x[0]).diag().square();
        "to_diag", [3], ALL, 0.0, |x| v(&x[0]).to_diag().exp();

        "dot of vectors", [4] [4], ALL, 0.0, |x| v(&x[0]).dot(&v(&x[1]));
        "dot of a vector with itself", [4], ALL, 0.0, |x| v(&x[0]).dot(&v(&x[0]));
        "dot of matrix and vector", [2, 3] [3], ALL, 0.0, |x| m(&x[0]).dot(&v(&x[1])).square();
        "dot of vector and matrix", [2] [2, 3], ALL, 0.0, |x| v(&x[0]).dot(&m(&x[1])).square();
        "dot of matrices", [2, 3] [3, 4], ALL, 0.0, |x| m(&x[0]).dot(&m(&x[1])).square();
        "dot with a transpose", [2, 3] [4, 3], ALL, 0.0, |x| m(&x[0]).dot(m(&x[1]).t()).exp();
        "dot of nothing", [2, 0] [0, 3], ALL, 0.0, |x| m(&x[0]).dot(&m(&x[1]));
        "dot with a plain matrix", [2, 3], ALL, 0.0, |x| m(&x[0]).dot(&fixed(&x[0], &[3, 2]).into_dimensionality::<Ix2>().expect("a matrix")).square();
        "dot of a plain matrix", [3, 2], ALL, 0.0, |x| fixed(&x[0], &[2, 3]).into_dimensionality::<Ix2>().expect("a matrix").dot(&m(&x[0])).square();
        "matmul", [2, 2, 3] [2, 3, 2], ALL, 0.0, |x| t3(&x[0]).matmul(t3(&x[1])).square();
        "outer", [2] [3], ALL, 0.0, |x| v(&x[0]).outer(v(&x[1])).exp();

        "softmax", [2, 3], ALL, 0.0, |x| x[0].softmax(Axis(1)) * fixed(&x[0], &[2, 3]);
        "softmax of columns", [3, 2], ALL, 0.0, |x| x[0].softmax(Axis(0)).square();
        "log_softmax", [2, 3], ALL, 0.0, |x| x[0].log_softmax(Axis(1)).square();
        "cross_entropy", [3, 4], ALL, 0.0, |x| m(&x[0]).cross_entropy(&[3, 0, 3]);
        "mse", [2, 3] [2, 3], ALL, 0.0, |x| x[0].mse(&x[1]);

        "named", [2, 3], ALL, 0.0, |x| (&x[0] * c(&x[0], 2.0)).named("twice").square();
        "detach", [2, 3] [2, 3], ALL, 0.0, |x| x[0].square() * x[1].detach() * c(&x[0], 0.0) + &x[1];
        "a whole network", [2, 3] [3, 4] [4] [4, 2], ALL, 0.0, |x| (m(&x[0]).dot(&m(&x[1])) + &x[2]).into_dimensionality::<Ix2>().expect("a matrix").tanh().dot(&m(&x[3])).softmax(Axis(1)).ln().sum();
        "a ladder", [2], (0.1, 0.2), 0.0, |x| (0..30).fold(x[0].clone(), |z, _| (&z + &z) * c(&x[0], 0.5));
        "rank 0", [], ALL, 0.0, |x| (&x[0] * &x[0]).sin();
        "length 1", [1, 1], ALL, 0.0, |x| (&x[0] * &x[0]).sum_axis(Axis(0)).exp();
    }
    cases
}
