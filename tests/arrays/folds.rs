//! Reductions and folds at special elements: every mode says the same, in the first order and in the second, of the whole
//! array and along axes, in both precisions; and what they say stands in a table.

use backprop::{
    Dual, Elementary, Float, Jet, Node, NodeArray1, NodeArray2, Var, dot, gradients, logsumexp, norm, sum,
    value_and_grad,
};
use ndarray::{Array1, Array2, Axis, arr1, array};

/// A reduction, or a map of lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Sum,
    Mean,
    Prod,
    Max,
    Min,
    Var(f64),
    Std(f64),
    LogSumExp,
    Norm,
    NormOne,
    NormMax,
    CumSum,
    Softmax,
    LogSoftmax,
    /// With the label 0.
    CrossEntropy,
    /// With the target 0.
    Mse,
    /// With itself.
    Dot,
}
use Kind::{
    CrossEntropy, CumSum, Dot, LogSoftmax, LogSumExp, Max, Mean, Min, Mse, Norm, NormMax, NormOne, Prod, Softmax, Std,
    Sum,
};
const KINDS: [Kind; 19] = [
    Sum,
    Mean,
    Prod,
    Max,
    Min,
    Kind::Var(0.0),
    Kind::Var(1.0),
    Std(0.0),
    Std(1.0),
    LogSumExp,
    Norm,
    NormOne,
    NormMax,
    CumSum,
    Softmax,
    LogSoftmax,
    CrossEntropy,
    Mse,
    Dot,
];
impl Kind {
    /// Whether it can be of so many elements.
    fn takes(self, n: usize) -> bool {
        match self {
            Sum | Prod | LogSumExp | Norm | NormOne | CumSum | Softmax | LogSoftmax | Dot => true,
            Kind::Var(ddof) | Std(ddof) => n as f64 > ddof,
            Mean | Max | Min | NormMax | CrossEntropy | Mse => n > 0,
        }
    }
    /// Of a vector, all results in a vector.
    fn of<T: Float>(self, x: &NodeArray1<T>) -> NodeArray1<T> {
        let number = match self {
            Sum => x.sum(),
            Mean => x.mean(),
            Prod => x.prod(),
            Max => x.max_all(),
            Min => x.min_all(),
            Kind::Var(ddof) => x.var(ddof),
            Std(ddof) => x.std(ddof),
            LogSumExp => x.logsumexp(),
            Norm => x.norm(),
            NormOne => x.norm_l1(),
            NormMax => x.norm_max(),
            CumSum => return x.cumsum(Axis(0)),
            Softmax => return x.softmax(Axis(0)),
            LogSoftmax => return x.log_softmax(Axis(0)),
            CrossEntropy => x.reshape((1, x.len())).cross_entropy(&[0]),
            Mse => x.mse(&Array1::from_elem(x.len(), T::of(0.0))),
            Dot => x.dot(x),
        };
        NodeArray1::from_nodes(&[number])
    }
    /// Of each lane of a matrix, the results in rows; `None` if it takes no axis.
    fn along<T: Float>(self, x: &NodeArray2<T>, axis: usize, keep: bool) -> Option<NodeArray2<T>> {
        let lanes = Axis(axis);
        macro_rules! both {
            ($axis:ident $keep:ident $($arg:ident)?) => {
                if keep { x.$keep(lanes $(, $arg)?) } else { x.$axis(lanes $(, $arg)?).insert_axis(lanes) }
            };
        }
        let result = match self {
            Sum => both!(sum_axis sum_keep),
            Mean => both!(mean_axis mean_keep),
            Prod => both!(prod_axis prod_keep),
            Max => both!(max_axis max_keep),
            Min => both!(min_axis min_keep),
            Kind::Var(ddof) => both!(var_axis var_keep ddof),
            Std(ddof) => both!(std_axis std_keep ddof),
            LogSumExp => both!(logsumexp_axis logsumexp_keep),
            Norm => both!(norm_axis norm_keep),
            NormOne => both!(norm_l1_axis norm_l1_keep),
            NormMax => both!(norm_max_axis norm_max_keep),
            CumSum => x.cumsum(lanes),
            Softmax => x.softmax(lanes),
            LogSoftmax => x.log_softmax(lanes),
            CrossEntropy | Mse | Dot => return None,
        };
        Some(if axis == 0 { result.t() } else { result })
    }
    /// Of a slice.
    fn of_slice<S: Elementary>(self, x: &[S]) -> Option<S> {
        match self {
            Sum => Some(sum(x)),
            LogSumExp => Some(logsumexp(x)),
            Norm => Some(norm(x)),
            Dot => Some(dot(x, x)),
            _ => None,
        }
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const MOST: f64 = f64::MAX;
const POINTS: &[&[f64]] = &[
    &[],
    &[3.0],
    &[0.0],
    &[-0.0],
    &[INF],
    &[-INF],
    &[NAN],
    &[-INF, -INF, -INF, -INF],
    &[INF, INF, 1.0, 0.0],
    &[INF, 1.0],
    &[1.0, INF],
    &[-INF, 1.0, 2.0],
    &[INF, -INF, 1.0],
    &[-INF, INF, INF],
    &[NAN, 1.0],
    &[1.0, NAN, 2.0],
    &[NAN, INF],
    &[-INF, NAN],
    &[NAN, NAN],
    &[0.0, NAN, 3.0],
    &[0.0, 0.0, 0.0],
    &[0.0, -0.0, 1.0],
    &[-0.0, -0.0],
    &[1.0, 1.0, 1.0],
    &[0.1, 0.1, 0.1],
    &[2.0, 2.0, 1.0],
    &[-3.0, 3.0],
    &[0.0, INF, 3.0, 4.0],
    &[INF, 0.0],
    &[0.0, 0.0, 3.0],
    &[0.0, 5.0, 3.0],
    &[1e200, 1e200],
    &[1e200, -1e200, 1.0],
    &[1e-200, -1e-200],
    &[1e-200, 2e-200, 1e-200],
    &[1e-200, 1e-200, 1e200, 1e200],
    &[1e200, 1e-200, 1e200, 1e-200],
    &[1e200, 1e200, 0.0],
    &[1e200, 1e200, 1e-200, 0.0, 1e-200],
    &[5e-324, 5e-324],
    &[3e-320, 4e-320],
    &[5e-324, 1.0],
    &[MOST, MOST],
    &[MOST, -MOST, -MOST],
    &[MOST, MOST, -MOST],
    &[800.0, 0.0, -800.0],
    &[-1000.0, -1000.0],
];

/// The value, the first and the second derivatives of each result: what a mode says.
#[derive(Clone, Debug, Default)]
struct Said {
    value: Vec<f64>,
    first: Vec<Vec<f64>>,
    second: Vec<Vec<Vec<f64>>>,
}
/// How far modes may be apart, in terms of the largest number in sight.
fn near(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-3 * scale)
}
/// What is promised of a reduction of these elements, by which tolerance beside that in terms of the results.
struct Promise {
    first: bool,
    second: bool,
    /// Differences from the mean are as exact as the elements are, not as they are themselves.
    rounding: [f64; 3],
}
impl Promise {
    fn of<T: Float>(kind: Kind, x: &[f64]) -> Self {
        let (most, least) = (<T as num_traits::Float>::max_value(), <T as num_traits::Float>::min_positive_value());
        let [most, least] = [most, least].map(|x| Elementary::to_f64_value(&x));
        let finite = || x.iter().map(|x| x.abs()).filter(|x| x.is_finite());
        let largest = finite().fold(0.0, f64::max);
        // the limits that the guide states
        let squares = matches!(kind, Kind::Var(_) | Kind::Std(_) | Kind::Mse) && largest > most.powf(0.4);
        let subnormal = matches!(kind, Kind::Norm | Std(_)) && largest < least;
        let underflows = matches!(kind, Kind::Prod) && x.iter().any(|x| *x != 0.0) && largest < least.powf(0.4);
        let degree = match kind {
            Kind::Var(_) => Some(2),
            Kind::Std(_) => Some(1),
            _ => None,
        };
        let rounding = |order: i32| degree.map_or(0.0, |degree| 3e-3 * largest.powi(degree - order));
        let infinite = matches!(kind, Kind::Var(_)) && squares;
        Promise {
            first: !infinite,
            second: !squares && !subnormal && !underflows,
            rounding: [rounding(0), rounding(1), rounding(2)],
        }
    }
}
#[derive(Default)]
struct Faults(Vec<String>);
impl Faults {
    fn compare(&mut self, name: &str, said: &[f64], expected: &[f64], tolerance: f64) {
        self.compare_beside(name, said, expected, tolerance, 0.0);
    }
    fn compare_beside(&mut self, name: &str, said: &[f64], expected: &[f64], tolerance: f64, rounding: f64) {
        let scale = expected.iter().filter(|x| x.is_finite()).fold(0.0, |scale: f64, x| scale.max(x.abs()));
        let near = |a: f64, b: f64| near(a, b, scale, tolerance) || (a - b).abs() <= tolerance * rounding;
        let right = said.len() == expected.len() && said.iter().zip(expected).all(|(&a, &b)| near(a, b));
        if !right {
            self.0.push(format!("{name}: {said:?}, but {expected:?}"));
        }
    }
    fn none(self) {
        assert!(self.0.is_empty(), "{} faults\n{}", self.0.len(), self.0.join("\n"));
    }
}

fn numbers<T: Float>(x: &NodeArray1<T>) -> Vec<f64> {
    x.value().iter().map(T::to_f64_value).collect()
}
/// Sweeps, and gradients of gradients.
fn backward<T: Float>(kind: Kind, x: &[f64]) -> Said {
    let x = NodeArray1::<T>::leaf(Array1::from_iter(x.iter().map(|&x| T::of(x))));
    let y = kind.of(&x);
    let mut said = Said { value: numbers(&y), ..Said::default() };
    for j in 0..y.len() {
        let row = gradients(&y.index(j), &x);
        x.zero_grad();
        y.index(j).backward();
        let swept: Vec<f64> = x.grad().iter().map(T::to_f64_value).collect();
        let nodes = numbers(&row);
        let mut faults = Faults::default();
        faults.compare(&format!("{kind:?} of {:?}: gradients and sweep", numbers(&x)), &nodes, &swept, 1e-5);
        faults.none();
        said.first.push(swept);
        said.second.push((0..x.len()).map(|i| numbers(&gradients(&row.index(i), &x))).collect());
    }
    said
}
/// Dual numbers forward, and sweeps of dual numbers.
fn dual<T: Float>(kind: Kind, x: &[f64]) -> Said {
    let n = x.len();
    let mut said = Said::default();
    for i in 0..n {
        let seeded = x.iter().enumerate().map(|(k, &x)| Dual::new(T::of(x), [T::of(f64::from(u8::from(k == i)))]));
        let x = NodeArray1::<Dual<T>>::leaf(Array1::from_iter(seeded));
        let y = kind.of(&x);
        said.first.resize(y.len(), Vec::new());
        said.second.resize(y.len(), Vec::new());
        said.value = numbers(&y);
        for j in 0..y.len() {
            said.first[j].push(y.value()[j].derivative().to_f64_value());
            x.zero_grad();
            y.index(j).backward();
            said.second[j].push(x.grad().iter().map(|g| g.derivative().to_f64_value()).collect());
        }
    }
    said
}
/// Dual numbers of dual numbers.
fn twice<T: Float>(kind: Kind, x: &[f64]) -> Said {
    let n = x.len();
    let one = |yes: bool| T::of(f64::from(u8::from(yes)));
    let mut said = Said::default();
    for i in 0..n {
        for l in 0..n {
            let seeded = x
                .iter()
                .enumerate()
                .map(|(k, &x)| Dual::<Dual<T>>::new(Dual::new(T::of(x), [one(k == l)]), [Dual::constant(one(k == i))]));
            let y = kind.of(&NodeArray1::constant(Array1::from_iter(seeded)));
            said.first.resize(y.len(), Vec::new());
            said.second.resize(y.len(), vec![Vec::new(); n]);
            said.value = numbers(&y);
            for (j, y) in y.value().iter().enumerate() {
                if l == 0 {
                    said.first[j].push(y.derivative().value().to_f64_value());
                }
                said.second[j][i].push(y.derivative().derivative().to_f64_value());
            }
        }
    }
    said
}
/// Series along each axis: of the second derivatives the diagonal.
fn series(kind: Kind, x: &[f64]) -> Said {
    let mut said = Said::default();
    for i in 0..x.len() {
        let along =
            x.iter().enumerate().map(|(k, &x)| if k == i { Jet::<f64, 2>::variable(x) } else { Jet::constant(x) });
        let y = kind.of(&NodeArray1::constant(Array1::from_iter(along)));
        said.first.resize(y.len(), Vec::new());
        said.second.resize(y.len(), vec![Vec::new()]);
        said.value = numbers(&y);
        for (j, y) in y.value().iter().enumerate() {
            said.first[j].push(y.derivative(1));
            said.second[j][0].push(y.derivative(2));
        }
    }
    said
}

fn walk<T: Float>(points: &[&[f64]], tolerance: f64) {
    let mut faults = Faults::default();
    for &x in points {
        for kind in KINDS.into_iter().filter(|kind| kind.takes(x.len())) {
            let name = |mode: &str, what: &str, j: usize| format!("{kind:?} of {x:?}, result {j}: {what} by {mode}");
            let expected = backward::<T>(kind, x);
            if x.is_empty() {
                continue;
            }
            let Promise { first, second, rounding } = Promise::of::<T>(kind, x);
            for (mode, said) in [("dual", dual::<T>(kind, x)), ("dual of dual", twice::<T>(kind, x))] {
                faults.compare(&name(mode, "value", 0), &said.value, &expected.value, tolerance);
                for j in (0..expected.value.len()).filter(|_| first) {
                    let (a, b) = (&said.first[j], &expected.first[j]);
                    faults.compare_beside(&name(mode, "first", j), a, b, tolerance, rounding[1]);
                }
                for j in (0..expected.value.len()).filter(|_| second) {
                    let (a, b) = (said.second[j].concat(), expected.second[j].concat());
                    faults.compare_beside(&name(mode, "second", j), &a, &b, tolerance, rounding[2]);
                }
            }
            if !second {
                continue;
            }
            for (j, rows) in expected.second.iter().enumerate() {
                let turned: Vec<f64> = (0..x.len()).flat_map(|i| rows.iter().map(move |row| row[i])).collect();
                faults.compare_beside(&name("symmetry", "second", j), &turned, &rows.concat(), tolerance, rounding[2]);
            }
        }
    }
    faults.none();
}
#[test]
fn every_mode_says_the_same() {
    walk::<f64>(POINTS, 1e-9);
}
#[test]
fn in_single_precision_too() {
    let fits = |x: &&[f64]| x.iter().all(|&x| x == 0.0 || !x.is_finite() || (1e-4..1e4).contains(&x.abs()));
    let points: Vec<&[f64]> = POINTS
        .iter()
        .copied()
        .filter(fits)
        .chain([
            &[1e30, 1e30][..],
            &[1e-30, -1e-30],
            &[1e-30, 1e-30, 1e30, 1e30],
            &[1e-45, 1e-45],
            &[3e38, -3e38, -3e38],
        ])
        .collect();
    walk::<f32>(&points, 1e-4);
}
#[test]
fn series_of_reductions() {
    let mut faults = Faults::default();
    for &x in POINTS.iter().filter(|x| !x.is_empty()) {
        for kind in KINDS.into_iter().filter(|kind| kind.takes(x.len())) {
            let (said, expected) = (series(kind, x), backward::<f64>(kind, x));
            faults.compare(&format!("{kind:?} of {x:?}: value"), &said.value, &expected.value, 1e-9);
            let Promise { first, second, rounding } = Promise::of::<f64>(kind, x);
            for j in 0..expected.value.len() {
                let diagonal: Vec<f64> = (0..x.len()).map(|i| expected.second[j][i][i]).collect();
                let name = |what: &str| format!("{kind:?} of {x:?}: {what} {j}");
                if first {
                    faults.compare_beside(&name("first"), &said.first[j], &expected.first[j], 1e-9, rounding[1]);
                }
                if second {
                    faults.compare_beside(&name("second"), &said.second[j][0], &diagonal, 1e-9, rounding[2]);
                }
            }
        }
    }
    faults.none();
}

/// Folds over slices of every number, and those of arrays.
#[test]
fn folds_over_slices() {
    let mut faults = Faults::default();
    for &x in POINTS {
        for kind in KINDS {
            let Some(value) = kind.of_slice(x) else { continue };
            let expected = backward::<f64>(kind, x);
            let mut compare = |what: &str, said: &[f64], expected: &[f64]| {
                faults.compare(&format!("{kind:?} of {x:?}: {what}"), said, expected, 1e-9);
            };
            let sure = "folds over slices";
            compare("value", &[value], &expected.value);
            let (_, by_tape) = value_and_grad(|x: &[Var<f64>]| kind.of_slice(x).expect(sure), x);
            compare("first by Var", &by_tape, &expected.first[0]);
            let leaves: Vec<Node<f64>> = x.iter().map(|&x| Node::leaf(x)).collect();
            let y = kind.of_slice(&leaves).expect(sure);
            let first = gradients(&y, &leaves[..]);
            y.backward();
            compare("first by Node", &leaves.iter().map(Node::grad).collect::<Vec<_>>(), &expected.first[0]);
            for (i, slope) in first.iter().enumerate() {
                let second: Vec<f64> = gradients(slope, &leaves[..]).iter().map(Node::value).collect();
                compare("second by Node", &second, &expected.second[0][i]);
                let one = |k: usize| f64::from(u8::from(k == i));
                let duals: Vec<Dual> = x.iter().enumerate().map(|(k, &x)| Dual::new(x, [one(k)])).collect();
                let y = kind.of_slice(&duals).expect(sure);
                compare("first by Dual", &[y.derivative()], &expected.first[0][i..=i]);
                let jets: Vec<Jet<f64, 2>> = x.iter().enumerate().map(|(k, &x)| Jet::new(x, [one(k), 0.0])).collect();
                let y = kind.of_slice(&jets).expect(sure);
                compare(
                    "second by Jet",
                    &[y.derivative(1), y.derivative(2)],
                    &[expected.first[0][i], expected.second[0][i][i]],
                );
                let (_, row) = value_and_grad(|x: &[Var<Dual>]| kind.of_slice(x).expect(sure), &duals);
                let row: Vec<f64> = row.iter().map(Dual::derivative).collect();
                if Promise::of::<f64>(kind, x).second {
                    compare("second by Var<Dual>", &row, &expected.second[0][i]);
                }
            }
        }
    }
    faults.none();
}

/// A special lane beside a usual one says what it says alone, and the usual one too.
#[test]
fn along_axes() {
    let mut faults = Faults::default();
    for &special in POINTS.iter().filter(|x| !x.is_empty()) {
        let usual: Vec<f64> = (0..special.len()).map(|k| 0.5 + 0.75 * k as f64).collect();
        let rows = Array2::from_shape_fn((2, special.len()), |(row, k)| if row == 0 { usual[k] } else { special[k] });
        for kind in KINDS.into_iter().filter(|kind| kind.takes(special.len())) {
            let expected = [backward::<f64>(kind, &usual), backward::<f64>(kind, special)];
            for (axis, keep) in [(0, false), (0, true), (1, false), (1, true)] {
                let x = NodeArray2::leaf(if axis == 1 { rows.clone() } else { rows.t().to_owned() });
                let Some(y) = kind.along(&x, axis, keep) else { continue };
                let name = format!("{kind:?} of {special:?} along {axis}");
                for (row, expected) in expected.iter().enumerate() {
                    for (j, first) in expected.first.iter().enumerate() {
                        let y = y.index((row, j));
                        faults.compare(&name, &[y.value()], &expected.value[j..=j], 1e-12);
                        x.zero_grad();
                        y.backward();
                        let lane = |x: &ndarray::ArcArray2<f64>| {
                            if axis == 1 { x.row(row).to_vec() } else { x.column(row).to_vec() }
                        };
                        faults.compare(&name, &lane(&x.grad()), first, 1e-12);
                        let node = gradients(&y, &x);
                        faults.compare(&name, &lane(&node.value()), first, 1e-9);
                        for (i, second) in expected.second[j].iter().enumerate() {
                            let at = if axis == 1 { (row, i) } else { (i, row) };
                            let said = gradients(&node.index(at), &x);
                            faults.compare(&format!("second {name}"), &lane(&said.value()), second, 1e-9);
                        }
                    }
                }
            }
        }
    }
    faults.none();
}

/// What is said, where it is a convention: the value and the slopes of each result.
type Line = (Kind, &'static [f64], &'static [f64], &'static [&'static [f64]]);
const THIRD: f64 = 1.0 / 3.0;
const ROOT: f64 = std::f64::consts::FRAC_1_SQRT_2;
const LINES: &[Line] = &[
    (Sum, &[], &[0.0], &[&[]]),
    (Sum, &[INF, -INF], &[NAN], &[&[1.0, 1.0]]),
    (Sum, &[MOST, MOST, -MOST], &[MOST], &[&[1.0, 1.0, 1.0]]),
    (Mean, &[MOST, MOST], &[MOST], &[&[0.5, 0.5]]),
    (Mean, &[NAN, 1.0], &[NAN], &[&[0.5, 0.5]]),
    (CumSum, &[MOST, MOST, -MOST], &[MOST, INF, MOST], &[&[1.0, 0.0, 0.0], &[1.0, 1.0, 0.0], &[1.0, 1.0, 1.0]]),
    (Prod, &[], &[1.0], &[&[]]),
    (Prod, &[0.0, INF, 3.0, 4.0], &[NAN], &[&[INF, 0.0, NAN, NAN]]),
    (Prod, &[0.0, NAN, 3.0], &[NAN], &[&[NAN, 0.0, NAN]]),
    (Prod, &[0.0, 0.0, 3.0], &[0.0], &[&[0.0, 0.0, 0.0]]),
    (Prod, &[0.0, 5.0, 3.0], &[0.0], &[&[15.0, 0.0, 0.0]]),
    (Prod, &[1e-200, 1e-200, 1e200, 1e200], &[1.0], &[&[1e200, 1e200, 1e-200, 1e-200]]),
    (Prod, &[1e200, 1e200, 1e-200, 0.0, 1e-200], &[0.0], &[&[0.0, 0.0, 0.0, 1.0, 0.0]]),
    (Max, &[2.0, 2.0, 1.0], &[2.0], &[&[0.5, 0.5, 0.0]]),
    (Max, &[NAN, 1.0], &[1.0], &[&[0.0, 1.0]]),
    (Max, &[NAN, NAN], &[NAN], &[&[NAN, NAN]]),
    (Max, &[INF, INF, 1.0], &[INF], &[&[0.5, 0.5, 0.0]]),
    (Min, &[0.0, -0.0, 1.0], &[0.0], &[&[0.5, 0.5, 0.0]]),
    (Min, &[-INF, NAN], &[-INF], &[&[1.0, 0.0]]),
    (NormMax, &[-3.0, 3.0], &[3.0], &[&[-0.5, 0.5]]),
    (NormMax, &[0.0, 0.0], &[0.0], &[&[0.0, 0.0]]),
    (NormOne, &[0.0, -0.0, -2.0], &[2.0], &[&[0.0, 0.0, -1.0]]),
    (Norm, &[], &[0.0], &[&[]]),
    (Norm, &[0.0, 0.0], &[0.0], &[&[0.0, 0.0]]),
    (Norm, &[INF, INF, 1.0, 0.0], &[INF], &[&[ROOT, ROOT, 0.0, 0.0]]),
    (Norm, &[NAN, -INF], &[INF], &[&[0.0, -1.0]]),
    (Norm, &[NAN, 1.0], &[NAN], &[&[NAN, NAN]]),
    (Norm, &[1e-200, -1e-200], &[1.414_213_562_373_095e-200], &[&[ROOT, -ROOT]]),
    (Norm, &[MOST, MOST], &[INF], &[&[ROOT, ROOT]]),
    (Kind::Var(0.0), &[3.0], &[0.0], &[&[0.0]]),
    (Kind::Var(0.0), &[INF], &[NAN], &[&[NAN]]),
    (Kind::Var(1.0), &[1.0, NAN, 2.0], &[NAN], &[&[NAN, NAN, NAN]]),
    (Kind::Var(0.0), &[1.3e154, -1.3e154], &[1.69e308], &[&[1.3e154, -1.3e154]]),
    (Std(0.0), &[1e-200, -1e-200], &[1e-200], &[&[0.5, -0.5]]),
    (Std(0.0), &[1e200, -1e200], &[1e200], &[&[0.5, -0.5]]),
    (Std(0.0), &[MOST, -MOST], &[MOST], &[&[0.5, -0.5]]),
    (Std(0.0), &[0.1, 0.1, 0.1], &[0.0], &[&[0.0, 0.0, 0.0]]),
    (Std(0.0), &[3.0], &[0.0], &[&[0.0]]),
    (Std(0.0), &[INF, 1.0], &[NAN], &[&[NAN, NAN]]),
    (Std(0.0), &[-INF], &[NAN], &[&[NAN]]),
    (LogSumExp, &[], &[-INF], &[&[]]),
    (LogSumExp, &[-INF, -INF, -INF, -INF], &[-INF], &[&[0.0, 0.0, 0.0, 0.0]]),
    (LogSumExp, &[INF, 1.0, INF], &[INF], &[&[0.5, 0.0, 0.5]]),
    (LogSumExp, &[-INF, 2.0], &[2.0], &[&[0.0, 1.0]]),
    (LogSumExp, &[INF, NAN], &[NAN], &[&[NAN, NAN]]),
    (Softmax, &[-INF, -INF], &[0.0, 0.0], &[&[0.0, 0.0], &[0.0, 0.0]]),
    (Softmax, &[INF, INF, 1.0, INF], &[THIRD, THIRD, 0.0, THIRD], &[&[0.0; 4], &[0.0; 4], &[0.0; 4], &[0.0; 4]]),
    (Softmax, &[NAN, 1.0], &[NAN, NAN], &[&[NAN, NAN], &[NAN, NAN]]),
    (LogSoftmax, &[-INF, -INF], &[-INF, -INF], &[&[1.0, 0.0], &[0.0, 1.0]]),
    (LogSoftmax, &[INF, 1.0], &[0.0, -INF], &[&[0.0, 0.0], &[-1.0, 1.0]]),
    (LogSoftmax, &[INF, INF], &[-std::f64::consts::LN_2; 2], &[&[0.5, -0.5], &[-0.5, 0.5]]),
    (LogSoftmax, &[-INF, 2.0], &[-INF, 0.0], &[&[1.0, -1.0], &[0.0, 0.0]]),
    (LogSoftmax, &[NAN, 1.0], &[NAN, NAN], &[&[NAN, NAN], &[NAN, NAN]]),
    (CrossEntropy, &[-INF, -INF], &[INF], &[&[-1.0, 0.0]]),
    (CrossEntropy, &[1.0, INF], &[INF], &[&[-1.0, 1.0]]),
    (CrossEntropy, &[INF, INF], &[std::f64::consts::LN_2], &[&[-0.5, 0.5]]),
    (CrossEntropy, &[1.0, NAN], &[NAN], &[&[NAN, NAN]]),
    (Mse, &[1.3e154, 1.3e154], &[1.69e308], &[&[1.3e154, 1.3e154]]),
    (Mse, &[INF, 0.0], &[INF], &[&[INF, 0.0]]),
    (Dot, &[0.0, INF], &[INF], &[&[0.0, INF]]),
];
#[test]
fn conventions() {
    let mut faults = Faults::default();
    for &(kind, x, value, first) in LINES {
        let said = backward::<f64>(kind, x);
        faults.compare(&format!("{kind:?} of {x:?}: value"), &said.value, value, 1e-14);
        for (said, expected) in said.first.iter().zip(first) {
            faults.compare(&format!("{kind:?} of {x:?}: slopes"), said, expected, 1e-14);
        }
        assert_eq!(said.first.len(), first.len(), "{kind:?} of {x:?}");
    }
    // the lengths of distances have no curvature where they are 0, by convention; squares of distances have theirs
    assert_eq!(backward::<f64>(Std(0.0), &[0.1, 0.1]).second, [[[0.0, 0.0], [0.0, 0.0]]]);
    assert_eq!(backward::<f64>(Kind::Var(0.0), &[0.5, 0.5]).second, [[[0.5, -0.5], [-0.5, 0.5]]]);
}

/// Sums and dot products of slices whose parts overflow, and the result does not.
#[test]
fn sums_in_range() {
    assert_eq!(sum(&[MOST, MOST, -MOST]), MOST);
    assert_eq!(dot(&[1e200, 1e200, 3.0], &[1e200, -1e200, 0.0]), 0.0);
    assert_eq!(dot(&[1e200, -1e200], &[2e200, 1e200]), INF);
    assert_eq!(sum(&[f32::MAX, f32::MAX, -f32::MAX]), f32::MAX);
    let x = NodeArray1::leaf(arr1(&[1e200, 1e200, 3.0]));
    let y = x.dot(&array![1e200, -1e200, 0.0]);
    y.backward();
    assert_eq!((y.value(), x.grad()), (0.0, array![1e200, -1e200, 0.0].into_shared()));
}
