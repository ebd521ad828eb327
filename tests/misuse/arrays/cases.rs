//! One panic after the other, with its words.

use super::{Graph, alone, dual_leaf};
use crate::panics::panic_of;
use backprop::array::{concatenate, stack, try_concatenate, try_stack};
use backprop::custom::first_order;
use backprop::{Error, NodeArray, NodeArray1, NodeArray2, Op, gradients, gradients_with, graph};
use ndarray::{Array1, Array2, Array3, Axis, Ix0, SliceInfoElem, arr1, arr2, array, s};

/// What is done; what it says, in parts; whether the panic names this file.
struct Case {
    name: &'static str,
    does: fn(&Graph),
    says: &'static [&'static str],
    here: bool,
}
const HERE: bool = true;
const INSIDE: bool = false;

fn empty() -> NodeArray1<f64> {
    NodeArray1::leaf(arr1(&[]))
}
fn cube(k: usize, n: usize, m: usize) -> backprop::NodeArray3<f64> {
    NodeArray::leaf(Array3::zeros((k, n, m)))
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    // shapes
    Case { name: "add", here: HERE, says: &["add", "[3]", "[2]"],
        does: |g| { let _ = &g.x + array![1.0, 2.0]; } },
    Case { name: "mul of arrays", here: HERE, says: &["mul", "[2, 3]", "[2]"],
        does: |g| { let _ = &g.w * NodeArray1::leaf(array![1.0, 2.0]); } },
    Case { name: "plain on the left", here: HERE, says: &["div", "[2]", "[3]"],
        does: |g| { let _ = array![1.0, 2.0] / &g.x; } },
    Case { name: "by assignment", here: HERE, says: &["sub", "[3]", "[2]"],
        does: |g| { let mut x = g.x.clone(); x -= array![1.0, 2.0]; } },
    Case { name: "a method", here: HERE, says: &["atan2", "[3]", "[4]"],
        does: |g| { let _ = g.x.atan2(Array1::zeros(4)); } },
    Case { name: "mul_add", here: HERE, says: &["mul_add", "[3]", "[2]"],
        does: |g| { let _ = g.x.mul_add(&g.x, array![1.0, 2.0]); } },
    Case { name: "where", here: HERE, says: &["where", "[3]", "[2]"],
        does: |g| { let _ = g.x.where_(&array![true, false], 0.0); } },
    Case { name: "try_binary's arity", here: HERE, says: &["exp", "2 operands"],
        does: |g| { g.x.try_binary(Op::Exp, 1.0).unwrap_or_else(|error| panic!("{error}")); } },
    Case { name: "clamp", here: HERE, says: &["clamp", "low <= high", "low = 2.0", "high = 1.0"],
        does: |g| { let _ = g.x.clamp(array![0.0, 2.0, 0.0], 1.0); } },
    Case { name: "dot of vectors", here: HERE, says: &["dot", "[3]", "[2]"],
        does: |g| { let _ = g.x.dot(array![1.0, 2.0]); } },
    Case { name: "dot of a matrix", here: HERE, says: &["dot", "[2, 3]", "[2]"],
        does: |g| { let _ = g.w.dot(array![1.0, 2.0]); } },
    Case { name: "dot of matrices", here: HERE, says: &["dot", "[2, 3]", "[2, 3]"],
        does: |g| { let _ = g.w.dot(&g.w); } },
    Case { name: "matmul, batches", here: HERE, says: &["matmul", "[2, 3, 4]", "[3, 4, 5]"],
        does: |_| { let _ = cube(2, 3, 4).matmul(cube(3, 4, 5)); } },
    Case { name: "matmul, inner", here: HERE, says: &["matmul", "[2, 3, 4]", "[2, 3, 4]"],
        does: |_| { let _ = cube(2, 3, 4).matmul(cube(2, 3, 4)); } },
    // axes and indices
    Case { name: "sum_axis", here: HERE, says: &["sum", "below 1", "axis 1"],
        does: |g| { let _ = g.x.sum_axis(Axis(1)); } },
    Case { name: "mean_keep", here: HERE, says: &["mean", "below 2", "axis 7"],
        does: |g| { let _ = g.w.mean_keep(Axis(7)); } },
    Case { name: "cumsum", here: HERE, says: &["cumsum", "below 2", "axis 2"],
        does: |g| { let _ = g.w.cumsum(Axis(2)); } },
    Case { name: "argmax_axis", here: HERE, says: &["argmax_axis", "below 2", "axis 2"],
        does: |g| { let _ = g.w.argmax_axis(Axis(2)); } },
    Case { name: "permute", here: HERE, says: &["permute", "each axis once", "axis 0"],
        does: |g| { let _ = g.w.permute((0, 0)); } },
    Case { name: "permute beyond", here: HERE, says: &["permute", "below 2", "axis 2"],
        does: |g| { let _ = g.w.permute((0, 2)); } },
    Case { name: "permute too few", here: HERE, says: &["permute", "2"],
        does: |g| { let _ = g.w.clone().into_dyn().permute(vec![0]); } },
    Case { name: "insert_axis", here: HERE, says: &["insert_axis", "axis 3"],
        does: |g| { let _ = g.w.insert_axis(Axis(3)); } },
    Case { name: "remove_axis", here: HERE, says: &["remove_axis", "below 2", "axis 2"],
        does: |g| { let _ = g.w.remove_axis(Axis(2)); } },
    Case { name: "remove_axis of more", here: HERE, says: &["remove_axis", "length 1", "[2, 3]"],
        does: |g| { let _ = g.w.remove_axis(Axis(0)); } },
    Case { name: "index", here: HERE, says: &["index", "below 3", "3"],
        does: |g| { let _ = g.w.index((0, 3)); } },
    Case { name: "index of another rank", here: HERE, says: &["index", "2"],
        does: |g| { let _ = g.w.clone().into_dyn().index(ndarray::IxDyn(&[1])); } },
    Case { name: "slice", here: HERE, says: &["slice", "below 4", "5"],
        does: |g| { let _ = g.x.slice(s![1..5]); } },
    Case { name: "slice by an index", here: HERE, says: &["slice", "below 2", "2"],
        does: |g| { let _ = g.w.slice(s![2, ..]); } },
    Case { name: "slice from behind", here: HERE, says: &["slice", "4"],
        does: |g| { let _ = g.x.slice(s![-4..]); } },
    Case { name: "slice without a step", here: HERE, says: &["slice", "step other than 0"],
        does: |g| { let _ = g.x.clone().into_dyn().slice(&[SliceInfoElem::Slice { start: 0, end: None, step: 0 }][..]); } },
    Case { name: "slice of another rank", here: HERE, says: &["slice", "2"],
        does: |g| { let _ = g.w.clone().into_dyn().slice(s![..]); } },
    Case { name: "select", here: HERE, says: &["select", "below 2", "2"],
        does: |g| { let _ = g.w.select(Axis(0), &[0, 1, 2]); } },
    Case { name: "select by an axis", here: HERE, says: &["select", "below 2", "axis 2"],
        does: |g| { let _ = g.w.select(Axis(2), &[]); } },
    // shapes asked for
    Case { name: "reshape", here: HERE, says: &["reshape", "[2, 3]", "[4, 2]"],
        does: |g| { let _ = g.w.reshape((4, 2)); } },
    Case { name: "reshape beyond memory", here: HERE, says: &["reshape", "[2, 3]"],
        does: |g| { let _ = g.w.reshape((usize::MAX, 6)); } },
    Case { name: "reshape of nothing beyond memory", here: HERE, says: &["reshape", "[0]"],
        does: |_| { let _ = empty().reshape((0, usize::MAX)); } },
    Case { name: "broadcast", here: HERE, says: &["broadcast", "[3]", "[3, 2]"],
        does: |g| { let _ = g.x.broadcast((3, 2)); } },
    Case { name: "broadcast to fewer axes", here: HERE, says: &["broadcast", "[2, 3]", "[3]"],
        does: |g| { let _ = g.w.broadcast(3); } },
    Case { name: "broadcast beyond memory", here: HERE, says: &["broadcast", "[3]"],
        does: |g| { let _ = g.x.broadcast((usize::MAX, 3)); } },
    Case { name: "broadcast of nothing beyond memory", here: HERE, says: &["broadcast", "[0]"],
        does: |_| { let _ = empty().broadcast((usize::MAX, 2, 0)); } },
    Case { name: "concatenate nothing", here: HERE, says: &["concatenate", "at least one array"],
        does: |_| { let _ = concatenate(Axis(0), &[] as &[NodeArray1<f64>]); } },
    Case { name: "concatenate", here: HERE, says: &["concatenate", "[2, 3]", "[2, 2]"],
        does: |g| { let _ = concatenate(Axis(0), &[&g.w, &NodeArray2::leaf(Array2::zeros((2, 2)))]); } },
    Case { name: "concatenate by an axis", here: HERE, says: &["concatenate", "below 1", "axis 1"],
        does: |g| { let _ = concatenate(Axis(1), &[&g.x]); } },
    Case { name: "stack nothing", here: HERE, says: &["stack", "at least one array"],
        does: |_| { let _ = stack(Axis(0), &[] as &[NodeArray1<f64>]); } },
    Case { name: "stack", here: HERE, says: &["stack", "[3]", "[2]"],
        does: |g| { let _ = stack(Axis(0), &[&g.x, &NodeArray::leaf(array![1.0, 2.0])]); } },
    Case { name: "stack by an axis", here: HERE, says: &["stack", "axis 2"],
        does: |g| { let _ = stack(Axis(2), &[&g.x, &g.x]); } },
    // reductions of nothing
    Case { name: "mean of nothing", here: HERE, says: &["mean", "at least one element", "[0]"],
        does: |_| { let _ = empty().mean(); } },
    Case { name: "max of nothing", here: HERE, says: &["max", "at least one element", "[0]"],
        does: |_| { let _ = empty().max_all(); } },
    Case { name: "min along nothing", here: HERE, says: &["min", "at least one element", "[2, 0]"],
        does: |g| { let _ = g.w.slice(s![.., ..0]).min_axis(Axis(1)); } },
    Case { name: "norm_max of nothing", here: HERE, says: &["norm_max", "at least one element"],
        does: |_| { let _ = empty().norm_max(); } },
    Case { name: "argmax of nothing", here: HERE, says: &["argmax", "at least one element"],
        does: |_| { let _ = empty().argmax(); } },
    Case { name: "var of nothing", here: HERE, says: &["var", "at least one element"],
        does: |_| { let _ = empty().var(0.0); } },
    Case { name: "std, degrees of freedom", here: HERE, says: &["std", "ddof", "3.0"],
        does: |g| { let _ = g.x.std(3.0); } },
    Case { name: "var, NaN degrees of freedom", here: HERE, says: &["var", "ddof", "NaN"],
        does: |g| { let _ = g.w.var_axis(Axis(0), f64::NAN); } },
    // sweeps
    Case { name: "backward of many", here: HERE, says: &["backward", "one element", "[3]"],
        does: |g| g.x.exp().backward() },
    Case { name: "backward of none", here: HERE, says: &["backward", "one element", "[0]"],
        does: |_| empty().backward() },
    Case { name: "a seed of another shape", here: HERE, says: &["backward_with", "[3]", "[2]"],
        does: |g| g.x.exp().backward_with(&array![1.0, 2.0]) },
    Case { name: "a seed that only broadcasts", here: HERE, says: &["backward_with", "[3]", "[1]"],
        does: |g| g.x.exp().backward_with(&array![1.0]) },
    Case { name: "gradients of many", here: HERE, says: &["gradients", "one element", "[2, 3]"],
        does: |g| { let _ = gradients(&g.w.exp(), &g.w); } },
    Case { name: "gradients with a seed of another shape", here: HERE, says: &["gradients_with", "[3]", "[1]"],
        does: |g| { let _ = gradients_with(&g.x.exp(), &g.x, &NodeArray1::constant(array![1.0])); } },
    Case { name: "gradients through an operation of first order", here: INSIDE, says: &["closure", "first order", "gradients()"],
        does: |g| { let _ = gradients(&(&g.x * first_order("closure", &[&g.x.sum()], 1.0, |g| vec![g])).sum(), &g.x); } },
    Case { name: "too few adjoints", here: INSIDE, says: &["closure", "gave 0 adjoints", "1 operand"],
        does: |g| (&g.x * first_order("closure", &[&g.x.sum()], 1.0, |_| vec![])).sum().backward() },
    Case { name: "a panic in a rule", here: HERE, says: &["user's"],
        does: |g| (&g.w * first_order("closure", &[&g.w.sum()], 1.0, |_| -> Vec<f64> { panic!("user's") })).sum().backward() },
    // updates
    Case { name: "update of a constant", here: HERE, says: &["update", "leaf"],
        does: |g| g.x.detach().update(|_, _| ()) },
    Case { name: "update of a result", here: HERE, says: &["update", "leaf"],
        does: |g| g.x.exp().update(|_, _| ()) },
    Case { name: "a panic in an update", here: HERE, says: &["user's"],
        does: |g| g.x.clone().update(|_, _| panic!("user's")) },
    // other numbers
    Case { name: "dual numbers", here: HERE, says: &["mul", "[2]", "[3]"],
        does: |_| { let _ = dual_leaf() * Array1::zeros(3); } },
];

/// Every panic says what was given and what would be accepted; values, gradients, the counts of living cells and bytes
/// are as before, and the next sweep is right.
#[test]
fn every_panic_says_what_to_do() {
    alone(|| {
        let mut wrong = Vec::new();
        for case in CASES {
            let g = Graph::new();
            let expected = g.swept();
            let before = graph::stats();
            let (message, file, _) = panic_of(|| (case.does)(&g));
            for part in case.says {
                if !message.contains(part) {
                    wrong.push(format!("{}: no {part:?} in {message:?}", case.name));
                }
            }
            if message.contains("a bug") || case.here && !file.ends_with("arrays/cases.rs") {
                wrong.push(format!("{}: {message:?} in {file}", case.name));
            }
            let after = graph::stats();
            assert_eq!(after.live_cells, before.live_cells, "{}: living cells", case.name);
            assert_eq!(after.array_bytes, before.array_bytes, "{}: bytes", case.name);
            assert_eq!(g.grads(), expected, "{}: gradients", case.name);
            assert_eq!(g.x.value(), array![1.0, -2.0, 3.0], "{}: values", case.name);
            if case.name == "a panic in an update" {
                // it has had the values: what was computed before must be computed anew
                assert!(panic_of(|| g.z.backward()).0.contains("update()"));
            } else {
                assert_eq!(g.swept(), expected, "{}: the sweep after it", case.name);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

/// The line, not only the file.
#[test]
fn panics_name_the_line() {
    let g = Graph::new();
    let line = |f: &dyn Fn()| {
        let (_, file, line) = panic_of(f);
        assert!(file.ends_with("cases.rs"), "{file}");
        line
    };
    let c = array![1.0, 2.0];
    // each closure stands on the line that it is compared with
    assert_eq!(line(&|| drop(&g.x + &c)), line!());
    assert_eq!(line(&|| drop(&c * &g.x)), line!());
    assert_eq!(line(&|| drop(g.x.hypot(&c))), line!());
    assert_eq!(line(&|| drop(g.x.dot(&c))), line!());
    assert_eq!(line(&|| drop(g.w.sum_axis(Axis(2)))), line!());
    assert_eq!(line(&|| drop(g.w.slice(s![5, ..]))), line!());
    assert_eq!(line(&|| drop(g.w.reshape(7))), line!());
    assert_eq!(line(&|| g.x.exp().backward()), line!());
    assert_eq!(line(&|| drop(gradients(&g.x, &g.x))), line!());
    assert_eq!(line(&|| g.x.exp().update(|_, _| ())), line!());
    assert_eq!(line(&|| g.x.update(|_, _| drop(g.x.value()))), line!());
}

/// A thousand caught panics leave nothing.
#[test]
fn caught_panics_leave_nothing() {
    alone(|| {
        let g = Graph::new();
        let before = graph::stats();
        for _ in 0..100 {
            for case in CASES {
                let _ = panic_of(|| (case.does)(&g));
            }
        }
        let after = graph::stats();
        assert_eq!((after.live_cells, after.array_bytes), (before.live_cells, before.array_bytes));
        assert!(after.chunks <= 8);
    });
}

/// The errors, with what was given; the panic says the same.
#[test]
fn errors_instead_of_panics() {
    let g = Graph::new();
    let shapes = |operation, left: &[usize], right: &[usize]| Error::Shapes {
        operation,
        left: left.to_vec(),
        right: right.to_vec(),
    };
    let axis = |operation, axis, rank| Error::Axis { operation, axis, rank };
    let c = arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(g.w.try_binary(Op::Add, &c).err(), Some(shapes("add", &[2, 3], &[2, 2])));
    assert_eq!(g.w.try_dot(&c).err(), Some(shapes("dot", &[2, 3], &[2, 2])));
    assert_eq!(g.w.try_reshape(5).err(), Some(shapes("reshape", &[2, 3], &[5])));
    assert_eq!(g.w.try_broadcast((3, 3)).err(), Some(shapes("broadcast", &[2, 3], &[3, 3])));
    assert_eq!(g.w.try_sum_axis(Axis(3)).err(), Some(axis("sum_axis", 3, 2)));
    assert_eq!(g.w.try_permute((1, 1)).err(), Some(axis("permute", 1, 2)));
    assert_eq!(g.w.try_index((2, 0)).err(), Some(Error::Index { operation: "index", index: 2, len: 2 }));
    assert_eq!(try_stack(Axis(3), &[&g.w]).err(), Some(axis("stack", 3, 3)));
    assert_eq!(try_concatenate(Axis(2), &[&g.w]).err(), Some(axis("concatenate", 2, 2)));
    let none: [NodeArray2<f64>; 0] = [];
    assert!(matches!(try_stack(Axis(0), &none), Err(Error::Shape { operation: "stack", .. })));
    assert!(matches!(g.w.try_backward(), Err(Error::Shape { operation: "backward", .. })));
    assert_eq!(g.x.try_backward_with(&array![1.0]).err(), Some(shapes("backward_with", &[3], &[1])));
    let error = g.x.try_dot(&array![1.0]).expect_err("shapes");
    assert_eq!(panic_of(|| g.x.dot(&array![1.0])).0, error.to_string());
    assert_eq!(error.to_string(), "dot cannot take arrays of the shapes [3] and [1] together");
}

/// Of nothing one can ask for more than there is memory.
#[test]
fn more_than_memory_could_hold() {
    let one = NodeArray1::leaf(array![1.0]);
    assert!(one.try_broadcast(1_usize << 61).is_err());
    let high = NodeArray2::leaf(Array2::<f64>::zeros((1 << 62, 0)));
    let all = [&high, &high, &high, &high];
    assert!(high.try_sum_axis(Axis(1)).is_err() && high.try_prod_keep(Axis(1)).is_err());
    assert!(try_concatenate(Axis(0), &all).is_err() && try_stack(Axis(0), &all).is_err());
    let wide = NodeArray2::leaf(Array2::<f64>::zeros((1 << 40, 0)));
    assert!(wide.try_dot(wide.t()).is_err());
}

/// What looks like misuse and is none.
#[test]
fn no_mistakes() {
    alone(|| {
        let nothing = empty();
        let row = NodeArray2::leaf(Array2::zeros((0, 3)));
        // sums and products of nothing, and what nothing flows to
        let z = nothing.sum() + nothing.prod() + nothing.norm() + nothing.square().sum() + row.sum_axis(Axis(0)).sum();
        z.backward();
        assert_eq!(
            (z.value(), nothing.grad(), row.grad().shape().to_vec()),
            (1.0, arr1(&[]).into_shared(), vec![0, 3])
        );
        assert_eq!(nothing.logsumexp().value(), f64::NEG_INFINITY);
        assert_eq!((&nothing + 1.0).len(), 0);
        assert_eq!((&nothing * &nothing.insert_axis(Axis(1))).shape(), [0, 0]);
        assert_eq!(nothing.dot(&nothing).value(), 0.0);
        assert_eq!(row.dot(&NodeArray2::leaf(Array2::zeros((3, 0)))).shape(), [0, 0]);
        assert_eq!(row.t().dot(&row).value(), Array2::<f64>::zeros((3, 3)));
        assert_eq!(row.broadcast((5, 0, 3)).shape(), [5, 0, 3]);
        assert_eq!(gradients(&nothing.sum(), &nothing).len(), 0);
        assert_eq!(nothing.slice(s![..]).len() + nothing.select(Axis(0), &[]).len() + nothing.to_nodes().len(), 0);
        assert_eq!(NodeArray1::<f64>::from_nodes(&[]).len(), 0);
        assert_eq!(nothing.clone().reshape((0, 7)).cumsum(Axis(1)).shape(), [0, 7]);
        nothing.backward_with(&arr1(&[]));
        // one element is a number, whatever the rank
        let one = NodeArray::<f64, Ix0>::leaf(ndarray::arr0(3.0));
        one.square().backward();
        assert_eq!(one.grad()[()], 6.0);
        let deep = NodeArray::leaf(Array3::from_elem((1, 1, 1), 2.0));
        deep.backward();
        deep.backward();
        assert_eq!(deep.grad()[[0, 0, 0]], 2.0);
        // on a constant everything is allowed, and does nothing
        let c = NodeArray1::constant(array![1.0, 2.0]);
        c.backward_with(&array![1.0, 1.0]);
        c.zero_grad();
        c.clone().named("c").backward_with(&array![1.0, 1.0]);
        c.sum().backward();
        assert_eq!(c.grad(), array![0.0, 0.0]);
        assert_eq!(gradients(&c.sum(), &c).value(), array![0.0, 0.0]);
        // an array used with itself in every place
        let x = NodeArray1::leaf(array![0.5, 0.25]);
        let y = x.mul_add(&x, &x).dot(&x) + concatenate(Axis(0), &[&x, &x]).sum() + (&x - &x).sum();
        y.backward();
        assert_eq!(x.grad(), array![3.0 * 0.25 + 1.0 + 2.0, 3.0 * 0.0625 + 0.5 + 2.0]);
    });
}
