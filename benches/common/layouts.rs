//! Operations on arrays that lie in memory in every way, against ndarray's own loops over the same views.

use super::arrays::same;
use super::turns::{measure, run};
use backprop::{Node, NodeArray, NodeArray1, NodeArray2};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

type Numbers = Array2<f64>;
type Leaf = NodeArray2<f64>;

/// How an operand lies in the array that it is a part of.
struct Layout {
    name: &'static str,
    base: (usize, usize),
    ours: fn(&Leaf) -> Leaf,
    view: for<'a> fn(&'a Numbers) -> ArrayView2<'a, f64>,
    /// Whether it has to be broadcast: by operations with the full array.
    broadcasts: bool,
    /// Writes what flows back to the part into what flows back to the whole.
    back: fn(&Numbers, &mut Numbers),
}
const N: usize = 500;
macro_rules! parts { ($($name:literal, $base:expr, [$($slice:tt)*];)*) => { [$(
    Layout {
        name: $name,
        base: $base,
        ours: |x| x.slice(s![$($slice)*]),
        view: {
            fn view(x: &Numbers) -> ArrayView2<'_, f64> { x.slice(s![$($slice)*]) }
            view
        },
        broadcasts: false,
        back: |part, whole| whole.slice_mut(s![$($slice)*]).assign(part),
    },
)*] } }

fn layouts() -> Vec<Layout> {
    let mut all = vec![
        Layout {
            name: "transposed",
            base: (N, N),
            ours: |x| x.t(),
            view: {
                fn view(x: &Numbers) -> ArrayView2<'_, f64> {
                    x.t()
                }
                view
            },
            broadcasts: false,
            back: |part, whole| whole.view_mut().reversed_axes().assign(part),
        },
        Layout {
            name: "a row for all",
            base: (1, N),
            ours: Clone::clone,
            view: {
                fn view(x: &Numbers) -> ArrayView2<'_, f64> {
                    x.broadcast((N, N)).unwrap()
                }
                view
            },
            broadcasts: true,
            back: |part, whole| whole.row_mut(0).assign(&part.sum_axis(Axis(0))),
        },
        Layout {
            name: "a column for all",
            base: (N, 1),
            ours: Clone::clone,
            view: {
                fn view(x: &Numbers) -> ArrayView2<'_, f64> {
                    x.broadcast((N, N)).unwrap()
                }
                view
            },
            broadcasts: true,
            back: |part, whole| whole.column_mut(0).assign(&part.sum_axis(Axis(1))),
        },
    ];
    all.splice(
        0..0,
        parts![
            "row by row", (N, N), [.., ..];
            "a part of each row", (N, N + 1), [.., 1..];
            "every second", (N, 2 * N), [.., ..;2];
            "rows reversed", (N, N), [.., ..;-1];
            "columns reversed", (N, N), [..;-1, ..];
        ],
    );
    all
}

/// What an operation results in.
enum Ours {
    Number(Node<f64>),
    Vector(NodeArray1<f64>),
    Matrix(NodeArray2<f64>),
}
impl Ours {
    fn sum(&self) -> Node<f64> {
        match self {
            Ours::Number(x) => x.clone(),
            Ours::Vector(x) => x.sum(),
            Ours::Matrix(x) => x.sum(),
        }
    }
    fn elements(&self) -> Vec<f64> {
        match self {
            Ours::Number(x) => vec![x.value()],
            Ours::Vector(x) => x.value().to_vec(),
            Ours::Matrix(x) => x.value().iter().copied().collect(),
        }
    }
}
macro_rules! from { ($($Of:ident: $Type:ty),*) => { $(
    impl From<$Type> for Ours {
        fn from(x: $Type) -> Self {
            Ours::$Of(x)
        }
    }
)* } }
from! { Number: Node<f64>, Vector: NodeArray1<f64>, Matrix: NodeArray2<f64> }

/// An operation: of a full array and of the part; a value of its result, and by hand too, with what flows to the part if
/// that of the result is 1 everywhere.
struct Operation {
    name: &'static str,
    ours: fn(&Leaf, &Leaf) -> Ours,
    forward: fn(&Numbers, &ArrayView2<'_, f64>) -> ndarray::ArrayD<f64>,
    back: fn(&Numbers, &ArrayView2<'_, f64>) -> Numbers,
}
fn softmax(v: &ArrayView2<'_, f64>) -> Numbers {
    let mut z = v.to_owned();
    for mut row in z.rows_mut() {
        let high = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|x| (x - high).exp());
        let sum = row.sum();
        row /= sum;
    }
    z
}
fn of_ties(v: &ArrayView2<'_, f64>) -> Numbers {
    let best = v.map_axis(Axis(0), |column| column.fold(f64::NEG_INFINITY, |a, &b| a.max(b)));
    let mut ties = v.to_owned();
    for mut row in ties.rows_mut() {
        row.zip_mut_with(&best, |x, best| *x = f64::from(u8::from(x == best)));
    }
    let counts = ties.sum_axis(Axis(0));
    ties /= &counts;
    ties
}
const OPERATIONS: &[Operation] = &[
    Operation {
        name: "m + v",
        ours: |m, v| (m + v).into(),
        forward: |m, v| (m + v).into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
    Operation { name: "m·v", ours: |m, v| (m * v).into(), forward: |m, v| (m * v).into_dyn(), back: |m, _| m.clone() },
    Operation {
        name: "v²",
        ours: |_, v| v.square().into(),
        forward: |_, v| v.mapv(|x| x * x).into_dyn(),
        back: |_, v| v.mapv(|x| 2.0 * x),
    },
    Operation {
        name: "flatten",
        ours: |_, v| v.flatten().into(),
        forward: |_, v| Array1::from_iter(v.iter().copied()).into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
    Operation {
        name: "sum",
        ours: |_, v| v.sum().into(),
        forward: |_, v| ndarray::arr0(v.sum()).into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
    Operation {
        name: "sum_axis(0)",
        ours: |_, v| v.sum_axis(Axis(0)).into(),
        forward: |_, v| v.sum_axis(Axis(0)).into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
    Operation {
        name: "sum_axis(1)",
        ours: |_, v| v.sum_axis(Axis(1)).into(),
        forward: |_, v| v.sum_axis(Axis(1)).into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
    Operation {
        name: "max_axis(0)",
        ours: |_, v| v.max_axis(Axis(0)).into(),
        forward: |_, v| v.map_axis(Axis(0), |column| column.fold(f64::NEG_INFINITY, |a, &b| a.max(b))).into_dyn(),
        back: |_, v| of_ties(v),
    },
    Operation {
        name: "softmax(1)",
        ours: |_, v| v.softmax(Axis(1)).into(),
        forward: |_, v| softmax(v).into_dyn(),
        back: |_, v| {
            let mut s = softmax(v);
            for mut row in s.rows_mut() {
                let sum = row.sum();
                row.mapv_inplace(|s| s * (1.0 - sum));
            }
            s
        },
    },
    Operation {
        name: "select(0)",
        ours: |_, v| v.select(Axis(0), &PLACES).into(),
        forward: |_, v| v.select(Axis(0), &PLACES).into_dyn(),
        back: |_, v| {
            let mut sums = Array2::zeros(v.dim());
            for place in PLACES {
                sums.row_mut(place).mapv_inplace(|sum: f64| sum + 1.0);
            }
            sums
        },
    },
    Operation {
        name: "concatenate(1)",
        ours: |m, v| backprop::array::concatenate(Axis(1), &[m, v]).into(),
        forward: |m, v| ndarray::concatenate(Axis(1), &[m.view(), v.view()]).unwrap().into_dyn(),
        back: |_, v| Array2::ones(v.dim()),
    },
];
const PLACES: [usize; N] = {
    let mut places = [0; N];
    let mut k = 0;
    while k < N {
        places[k] = k * 7 % (N - 1);
        k += 1;
    }
    places
};

/// Prints the table of values, then that of values and derivatives: our time over ndarray's.
pub fn print() {
    let layouts = layouts();
    for backward in [false, true] {
        let what = if backward { "value and derivative" } else { "value" };
        println!("| {what:<20} |{}", layouts.iter().map(|l| format!(" {} |", l.name)).collect::<String>());
        println!("|---|{}", "---:|".repeat(layouts.len()));
        for operation in OPERATIONS {
            let ratios = layouts.iter().map(|layout| match fits(operation, layout) {
                true => format!(" {:.2} |", ratio(operation, layout, backward)),
                false => "  |".to_string(),
            });
            println!("| {:<20} |{}", operation.name, ratios.collect::<String>());
        }
        println!();
    }
}
/// Compares every answer.
pub fn test() {
    for (operation, layout) in OPERATIONS.iter().flat_map(|o| layouts().into_iter().map(move |l| (o, l))) {
        if fits(operation, &layout) {
            compare(operation, &layout);
        }
    }
}
fn fits(operation: &Operation, layout: &Layout) -> bool {
    !layout.broadcasts || operation.name.starts_with('m') && !operation.name.starts_with("max")
}
fn numbers((rows, columns): (usize, usize)) -> Numbers {
    Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 31 + j * 17) % 1009) as f64 / 1009.0 - 0.5)
}
fn compare(operation: &Operation, layout: &Layout) {
    let (m, base) = (numbers((N, N)), numbers(layout.base));
    let view = (layout.view)(&base);
    let leaf = NodeArray::leaf(base.clone());
    let value = (operation.ours)(&NodeArray::constant(m.clone()), &(layout.ours)(&leaf));
    same(operation.name, (operation.forward)(&m, &view).iter().copied(), value.elements());
    value.sum().backward();
    let mut grad = Array2::zeros(base.raw_dim());
    (layout.back)(&(operation.back)(&m, &view), &mut grad);
    let near = |x: f64| (x * 1e9).round() / 1e9 + 0.0;
    same(operation.name, grad.iter().copied().map(near), leaf.grad().iter().copied().map(near));
}
fn ratio(operation: &'static Operation, layout: &Layout, backward: bool) -> f64 {
    compare(operation, layout);
    let (m, base) = (numbers((N, N)), numbers(layout.base));
    let (view, ours, back) = (layout.view, layout.ours, layout.back);
    let constant = NodeArray::constant(m.clone());
    let (mut by_hand, mut by_us) = if backward {
        let leaf = NodeArray::leaf(base.clone());
        let by_hand = run(move || {
            let view = view(&base);
            let sum = (operation.forward)(&m, &view).sum();
            let mut grad = Array2::zeros(base.raw_dim());
            back(&(operation.back)(&m, &view), &mut grad);
            (sum, grad)
        });
        let by_us = run(move || {
            leaf.zero_grad();
            let sum = (operation.ours)(&constant, &ours(&leaf)).sum();
            sum.backward();
            (sum.value(), leaf.grad())
        });
        (by_hand, by_us)
    } else {
        let x = NodeArray::constant(base.clone());
        let by_hand = run(move || (operation.forward)(&m, &view(&base)));
        (by_hand, run(move || (operation.ours)(&constant, &ours(&x))))
    };
    let times = measure(&mut [&mut by_hand, &mut by_us]);
    times[1] / times[0]
}
