//! Anomaly mode: the first operation that makes a NaN or an infinity out of finite operands, with the user's line.

#[path = "anomaly/constants.rs"]
mod constants;
mod edges;
mod swallowed;

use backprop::anomaly::{self, Anomaly, Phase, detect};
use backprop::custom::{Operation, apply, first_order};
use backprop::{
    Dual, Elementary, Jet, Node, NodeArray, Number, Var, gradients, gradients_with, graph, logsumexp, no_grad, norm,
    tape, value_and_grad,
};
use ndarray::{Axis, array};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The anomaly in `f`; it must name a line of this file where `f` puts the mark `here!()`, if it does.
#[track_caller]
fn found<R>(f: impl FnOnce() -> R) -> Anomaly {
    match detect(f) {
        Err(anomaly) => anomaly,
        Ok(_) => panic!("nothing was found"),
    }
}
#[track_caller]
fn is_at(anomaly: &Anomaly, line: u32) {
    let location = anomaly.location.unwrap_or_else(|| panic!("no line: {anomaly}"));
    assert!(location.file().ends_with("graph/anomaly.rs"), "{anomaly}");
    assert_eq!(location.line(), line, "{anomaly}");
}
/// In a table, where each line has its name.
#[track_caller]
fn is_beside(anomaly: &Anomaly, name: &str) {
    let line = anomaly.location.map_or(0, |location| location.line());
    is_at(anomaly, line);
    let text = include_str!("anomaly.rs").lines().nth(line as usize - 1).unwrap_or_default();
    assert!(text.trim().starts_with(&format!("\"{name}\"")), "{anomaly}");
}
/// An expression, with its line.
macro_rules! lined {
    ($e:expr) => {
        (line!(), $e)
    };
}

// ------------------------------------------------------------------------------------------------ numbers, forward

#[test]
fn every_form_of_an_operator_has_the_line_of_its_user() {
    let (x, y) = (Node::leaf(1.0), Node::leaf(0.0));
    macro_rules! check {
        ($($name:literal $operands:expr, $e:expr;)*) => { $({
            let anomaly = found(|| $e);
            is_beside(&anomaly, $name);
            assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Forward, $name));
            assert_eq!(anomaly.operands, $operands);
        })* };
    }
    check! {
        "div" ["1.0", "0.0"], &x / &y;
        "div" ["1.0", "0.0"], x.clone() / y.clone();
        "div" ["1.0", "0.0"], &x / 0.0;
        "div" ["1.0", "0.0"], 1.0 / &y;
        "div" ["1.0", "0.0"], { let mut z = x.clone(); z /= &y; z };
        "div" ["1.0", "0.0"], { let mut z = x.clone(); z /= 0.0; z };
        "ln" ["0.0"], y.ln();
        "ln" ["0.0"], Elementary::ln(&y);
        "powi(-1)" ["0.0"], y.powi(-1);
        "powf" ["0.0", "-1.0"], y.powf(-&x);
        "mul_add" ["1e308", "1e308", "1.0"], Node::leaf(1e308).mul_add(Node::leaf(1e308), &x);
        "norm" ["1e308", "1.7e308"], norm(&[Node::leaf(1e308), Node::leaf(1.7e308)]);
        "mine" ["1.0"], first_order("mine", &[&x], f64::NAN, |g| vec![g]);
        "rem" ["1.0", "0.0"], &x % &y;
        // constants give constants, and are looked at all the same
        "ln" ["-1.0"], Node::constant(-1.0).ln();
        "ln" ["-1.0"], no_grad(|| (&y - 1.0).ln());
        "sqrt" ["-1.0"], no_grad(|| (-&x).sqrt());
    }
}

#[test]
fn only_the_first_one_and_only_out_of_finite_operands() {
    let x = Node::leaf(-1.0_f64);
    let (line, anomaly) = lined!(found(|| ((x.ln() + 1.0).exp() / 0.0, Node::leaf(-2.0).sqrt())));
    is_at(&anomaly, line);
    assert_eq!(anomaly.operation, "ln");
    assert_eq!(anomaly.to_string(), format!("ln(-1.0) gave NaN at {}", anomaly.location.unwrap()));
    // it was bad before
    let bad = x.ln();
    assert!(detect(|| (&bad * 2.0).exp().backward()).is_ok());
    assert!(detect(|| Node::leaf(f64::INFINITY).exp()).is_ok());
    // off again
    assert!(x.ln().value().is_nan());
    assert_eq!(detect(|| 3), Ok(3));
}

/// A function written for every number has the line in it.
fn generic<S: Elementary>(x: &S) -> (u32, S) {
    lined!((x.clone() - S::of(1.0)).sqrt())
}

#[test]
fn generic_code_and_other_numbers() {
    let mut line = 0;
    let mut keep = |(l, z): (u32, Node<Dual<f64>>)| {
        line = l;
        z
    };
    // the value is fine, the tangent is not
    let anomaly = found(|| keep(generic(&Node::leaf(Dual::variable(1.0)))));
    is_at(&anomaly, line);
    assert_eq!(anomaly.operation, "sqrt");
    assert!(anomaly.result.contains("inf"), "{anomaly}");
    let mut line = 0;
    let anomaly = found(|| {
        let (l, z) = generic(&Node::leaf(0.5_f32));
        line = l;
        (z, Node::leaf(-1.0_f64).ln())
    });
    is_at(&anomaly, line);
    assert!(detect(|| generic(&Node::leaf(Dual::variable(2.0)))).is_ok());
}

// ------------------------------------------------------------------------------------------------ numbers, backward

#[test]
fn adjoints() {
    let x = Node::leaf(0.0);
    let mut line = 0;
    let anomaly = found(|| {
        let (l, y) = lined!(x.sqrt());
        line = l;
        (y * 3.0).backward();
    });
    is_at(&anomaly, line);
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "sqrt"));
    assert_eq!(
        (anomaly.operands[0].as_str(), anomaly.adjoint.as_deref(), anomaly.result.as_str()),
        ("0.0", Some("3.0"), "inf")
    );

    // recorded before: swept all the same
    let y = x.sqrt();
    let anomaly = found(|| y.backward());
    assert_eq!((anomaly.operation.as_str(), anomaly.location), ("sqrt", None));
    assert!(anomaly.to_string().ends_with("recorded before anomaly mode"));

    // two that are finite overflow together
    let big = Node::leaf(1e-308);
    let anomaly = found(|| (&big * 1.5e308 + &big * 1.5e308).backward());
    assert_eq!((anomaly.operation.as_str(), anomaly.result.as_str()), ("mul", "inf"));

    // an adjoint that was bad from the start is nobody's
    assert!(detect(|| x.square().backward_with(f64::NAN)).is_ok());
    // nothing is made where nothing flows: but that it does not is reported
    assert!(found(|| (x.sqrt() * 0.0).backward()).swallowed);
}

#[test]
fn derivatives_as_nodes() {
    let x = Node::leaf(0.0);
    let mut line = 0;
    let anomaly = found(|| {
        let (l, y) = lined!(x.sqrt());
        line = l;
        gradients(&y, &x)
    });
    is_at(&anomaly, line);
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "sqrt"));
    let y = x.sqrt();
    let anomaly = found(|| gradients(&y, &x));
    assert_eq!(anomaly.location, None);
    assert!(detect(|| gradients(&Node::leaf(1.0).sqrt(), &x)).is_ok());
}

/// What `gradients` records is nobody's line: it has that of the operation whose slope it is, or of the call.
#[test]
fn slopes_that_gradients_has_recorded() {
    // the slope is −y·y, and the adjoint times y is beyond the range
    let x = Node::leaf(1e-120);
    let mut line = 0;
    let anomaly = found(|| {
        let (l, y) = lined!(x.recip());
        line = l;
        gradients(&y, &x).backward_with(1e200);
    });
    is_at(&anomaly, line);
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "mul"));
    let before = x.recip();
    let anomaly = found(|| {
        let (l, slope) = lined!(gradients(&before, &x));
        line = l;
        slope.backward_with(1e200);
    });
    is_at(&anomaly, line);
    let anomaly = found(|| {
        let (l, slope) = lined!(gradients(&before, &x));
        line = l;
        gradients_with(&slope, &x, &Node::constant(1e200))
    });
    is_at(&anomaly, line);
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "mul"));
}

/// Elements of an array take their own branch of a slope, and what the other one would give is no anomaly.
#[test]
fn branches_that_are_not_taken() {
    let x = NodeArray::leaf(array![-1.0_f32, 50.0, -60.0, 0.1]);
    let first = detect(|| gradients(&x.tanh().sum(), &x)).expect("tanh is flat far out");
    detect(|| gradients(&first.sum(), &x)).expect("its slope too");
    let x = NodeArray::leaf(array![-800.0, 400.0, -1.0, 0.1]);
    let first = detect(|| gradients(&x.tanh().sum(), &x)).expect("tanh is flat far out");
    detect(|| gradients(&first.sum(), &x)).expect("its slope too");
}

/// Where the crate records for somebody whom it cannot see, it names no line, rather than one of its own.
#[test]
fn no_line_of_the_crate_is_named() {
    let large = [Node::leaf(1e308), Node::leaf(1e308), Node::leaf(1.0)];
    for anomaly in [
        found(|| large.iter().sum::<Node<f64>>()),
        found(|| large.iter().cloned().sum::<Node<f64>>()),
        found(|| large.iter().product::<Node<f64>>()),
        found(|| large.iter().cloned().product::<Node<f64>>()),
    ] {
        assert_eq!((anomaly.location, anomaly.recorded_before), (None, false), "{anomaly}");
        assert!(anomaly.to_string().ends_with("whose line is not known"), "{anomaly}");
    }
    // a Dual hands its user's line on
    let (line, anomaly) = lined!(found(|| Dual::<Node<f64>>::variable(Node::leaf(-1.0)).ln()));
    is_at(&anomaly, line);
    // backward too
    let x = [Node::leaf(1e200), Node::leaf(1e-200)];
    let anomaly = found(|| x.iter().product::<Node<f64>>().backward_with(1e200));
    assert_eq!((anomaly.phase, anomaly.operation.as_str(), anomaly.location), (Phase::Backward, "mul", None));
}

/// Numbers of any kind, looked at without a trace on their own tape.
#[test]
fn nodes_of_recorded_numbers() {
    let (_, slopes) = value_and_grad(
        |x: &[Var<f64>; 2]| {
            let used = tape::stats::<f64>().bytes_in_use;
            let (line, anomaly) = lined!(found(|| (Node::leaf(x[0]) - x[1]).ln()));
            is_at(&anomaly, line);
            assert_eq!((anomaly.operation.as_str(), anomaly.phase), ("ln", Phase::Forward));
            let sub_and_ln = tape::stats::<f64>().bytes_in_use - used;
            drop((Node::leaf(x[0]) - x[1]).ln());
            assert_eq!(tape::stats::<f64>().bytes_in_use - used, 2 * sub_and_ln, "looking records nothing");
            let leaf = Node::leaf(x[0]);
            assert!(detect(|| leaf.square().backward()).is_ok());
            leaf.grad()
        },
        &[3.0, 5.0],
    );
    assert_eq!(slopes, [2.0, 0.0]);
    // not what stands in no graph
    assert!(detect(|| Dual::variable(-1.0).ln()).is_ok());
}

/// Of nothing an operation has the value that it has by convention.
#[test]
fn operations_on_nothing() {
    assert_eq!(detect(|| logsumexp::<Node<f64>>(&[]).value()), Ok(f64::NEG_INFINITY));
    assert_eq!(detect(|| norm::<Node<f64>>(&[]).value()), Ok(0.0));
    // but not NaN
    assert_eq!(found(|| first_order("mine", &[], f64::NAN, |_| Vec::new())).operation, "mine");
    let none = NodeArray::leaf(ndarray::Array2::<f64>::zeros((0, 3)));
    assert!(detect(|| none.logsumexp_axis(Axis(0)).value()).is_ok());
}

/// Its backward is wrong at 0, and sweeps a graph of its own.
struct Root;
impl<S: Number> Operation<S> for Root {
    fn forward(&self, x: &[S]) -> S {
        x[0].sqrt()
    }
    fn backward(&self, x: &[S], z: &S, adjoint: &S) -> Vec<S> {
        let inner = Node::leaf(2.0);
        inner.square().backward();
        assert_eq!(inner.grad(), 4.0);
        vec![0.5 * adjoint / z + 0.0 * &x[0]]
    }
}

#[test]
fn custom_operations_and_sweeps_within_sweeps() {
    let x = Node::leaf(0.0);
    let mut line = 0;
    let anomaly = found(|| {
        let (l, y) = lined!(apply(Root, std::slice::from_ref(&x)));
        line = l;
        y.backward();
    });
    is_at(&anomaly, line);
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "Root"));
    let x = Node::leaf(4.0);
    assert!(detect(|| (apply(Root, std::slice::from_ref(&x)) * 3.0).backward()).is_ok());
    assert_eq!(x.grad(), 0.75);
}

/// Same numbers with the mode as without.
#[test]
fn results_are_the_same() {
    let run = || {
        let x: Vec<Node<f64>> = (0..40).map(|k| Node::leaf(0.1 + f64::from(k) * 0.07)).collect();
        let mut z = Node::constant(0.0);
        for (k, x) in x.iter().enumerate() {
            z = (&z * x.sin() + x.powi(3) - 1.5 / x).tanh() + x.exp() * 1e-3 + x.hypot(&z) + (k as f64) * x;
        }
        z.backward();
        let first = gradients(&z, &x);
        let second = gradients(&first[7], &x[11]).value();
        let array = NodeArray::leaf(array![[0.3, -1.2], [0.4, 2.0]]);
        let y = (array.dot(&array.t()).softmax(Axis(0)) * &array).sum()
            + backprop::array::zip_map([&array], |[x]| x.sin() * 3.0).sum();
        y.backward();
        (z.value(), x.iter().map(Node::grad).collect::<Vec<_>>(), second, array.grad())
    };
    for cells in [1023, 7, 2] {
        graph::testing::set_chunk_cells::<f64>(cells);
        let plain = run();
        assert_eq!(detect(run).unwrap(), plain);
        assert_eq!(run(), plain);
    }
}

// ------------------------------------------------------------------------------------------------ arrays

#[test]
fn arrays_forward() {
    let x = NodeArray::leaf(array![1.0, 0.0, -1.0]);
    macro_rules! check {
        ($($name:literal $result:literal $operands:expr, $e:expr;)*) => { $({
            let anomaly = found(|| $e);
            is_beside(&anomaly, $name);
            assert_eq!((anomaly.operation.as_str(), anomaly.result.as_str()), ($name, $result));
            assert_eq!(anomaly.operands, $operands);
        })* };
    }
    check! {
        "ln" "-inf at [1]" ["0.0 at [1]"], x.ln();
        "sqrt" "NaN at [2]" ["-1.0 at [2]"], x.sqrt();
        "div" "inf at [1]" ["[2.0]", "0.0 at [1]"], 2.0 / &x;
        "div" "inf at [1]" ["1.0 at [1]", "0.0 at [1]"], array![1.0, 1.0, 1.0] / &x;
        "powi(-2)" "inf at [1]" ["0.0 at [1]"], x.powi(-2);
        "sum" "inf" ["[1e308, 1e308]"], NodeArray::leaf(array![1e308, 1e308]).sum();
        "dot" "inf" ["[1e308, 1e308]", "[1.0, 1.0]"], NodeArray::leaf(array![1e308, 1e308]).dot(&array![1.0, 1.0]);
        "map" "-inf at [1]" ["0.0 at [1]"], x.map(|x| x.ln());
        // constants and no_grad, element by element
        "sqrt" "NaN at [0]" ["-1.0 at [0]"], NodeArray::constant(array![-1.0]).sqrt();
        "ln" "-inf at [1]" ["0.0 at [1]"], no_grad(|| x.ln());
    }
}

/// Operations that are made of others name the one that it was, and the user's line.
#[test]
fn lines_of_array_methods() {
    let x = NodeArray::leaf(array![[1e308, 1e308, 1.7e308]]);
    macro_rules! check {
        ($($name:literal $e:expr;)*) => { $( is_beside(&found(|| $e), $name); )* };
    }
    check! {
        "sum_axis" x.sum_axis(Axis(1));
        "sum_keep" x.sum_keep(Axis(1));
        "mean" x.mean();
        "mean_axis" x.mean_axis(Axis(1));
        "var" x.var(0.0);
        // the standard deviation is in range, and what it is computed from as well
        "norm" x.norm();
        "norm_l1" x.norm_l1();
        "norm_axis" x.norm_axis(Axis(1));
        "prod" x.prod();
        "cumsum" x.cumsum(Axis(1));
        "dot" x.dot(&x.t());
        "matmul" x.dot(&NodeArray::leaf(array![[1.0], [1.0], [1.0]]));
        "mse" x.mse(&array![[-1e308, 0.0, 0.0]]);
        "square" x.square();
        "mul_add" x.mul_add(2.0, &x);
        "try_binary" x.try_binary(backprop::Op::Mul, &x);
    }
}

#[test]
fn arrays_backward() {
    let x = NodeArray::leaf(array![1.0, 0.0, 4.0]);
    let mut line = 0;
    let anomaly = found(|| {
        let (l, y) = lined!(x.sqrt());
        line = l;
        (y * 2.0).sum().backward();
    });
    is_at(&anomaly, line);
    assert_eq!(
        (anomaly.phase, anomaly.operation.as_str(), anomaly.result.as_str()),
        (Phase::Backward, "sqrt", "inf at [1]")
    );
    assert_eq!(anomaly.operands, ["[1.0, 0.0, 4.0]"]);
    let anomaly = found(|| gradients(&x.sqrt().sum(), &x));
    assert_eq!((anomaly.phase, anomaly.operation.as_str()), (Phase::Backward, "sqrt"));
    // an update in between is none of the mode's business
    let w = NodeArray::leaf(array![1.0, 2.0]);
    let training = detect(|| {
        for _ in 0..3 {
            (&w + 1.0).square().sum().backward();
            w.update(|w, grad| w.scaled_add(-0.1, grad));
            w.zero_grad();
        }
    });
    assert_eq!(training, Ok(()));
}

// ------------------------------------------------------------------------------------------------ the mode itself

#[test]
fn nested() {
    let x = Node::leaf(-1.0);
    let outer = detect(|| {
        let inner = found(|| x.sqrt());
        assert_eq!(inner.operation, "sqrt");
        assert!(detect(|| x.exp()).is_ok());
        let _ = x.ln();
    });
    assert_eq!(outer.unwrap_err().operation, "ln");
    // no_grad around and within
    assert_eq!(no_grad(|| found(|| x.ln())).operation, "ln");
    assert_eq!(detect(|| no_grad(|| detect(|| no_grad(|| x.exp())).is_ok())), Ok(true));
    let y = detect(|| {
        let y = no_grad(|| &x * 2.0);
        assert!(y.is_constant());
        &x * y
    });
    assert!(!y.unwrap().is_constant());
    assert!(!(&x * 2.0).is_constant());
}

#[test]
fn panics_pass_through_and_the_mode_ends() {
    let x = Node::leaf(-1.0_f64);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = detect(|| {
            let y = &x * x.ln();
            assert!(y.value().is_finite(), "not finite");
        });
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"not finite"));
    // nothing of it is left
    assert!(detect(|| x.exp()).is_ok());
    x.square().backward();
    assert_eq!(x.grad(), -2.0);
    let tracing = detect(|| NodeArray::leaf(array![1.0, -2.0]).map(|x| x.sqrt().exp()).value());
    assert_eq!(tracing.unwrap_err().operation, "map");
}

#[test]
fn a_home_that_is_made_within() {
    std::thread::spawn(|| {
        let anomaly = found(|| Node::leaf(Dual::<f32, 2>::seeded(-1.0, 0)).ln());
        assert_eq!(anomaly.operation, "ln");
        let x = Node::leaf(Dual::<f32, 2>::seeded(2.0, 0));
        (&x * &x).backward();
        assert_eq!(x.grad().value(), 4.0);
    })
    .join()
    .unwrap();
}

/// A loop in the mode does not grow, and lines are forgotten with it.
#[test]
fn memory_is_given_back() {
    let step = || {
        let x = Node::leaf(0.5);
        let mut z = x.clone();
        for _ in 0..100 {
            z = z * &x + 0.25;
        }
        z.backward();
    };
    step();
    let before = graph::stats();
    assert!(detect(|| (0..1000).for_each(|_| step())).is_ok());
    let after = graph::stats();
    assert_eq!(before.live_cells, after.live_cells);
    assert!(after.chunks <= before.chunks + 2, "{before:?} {after:?}");
}

#[test]
fn an_anomaly_is_an_error() {
    fn train(x: &Node<f64>) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
        Ok(anomaly::detect(|| x.ln().value())?)
    }
    assert!(train(&Node::leaf(-1.0)).unwrap_err().to_string().starts_with("ln(-1.0) gave NaN at "));
    assert_eq!(train(&Node::leaf(1.0)).unwrap(), 0.0);
}

/// A series may have an infinite coefficient beside a finite value.
#[test]
fn coefficients_of_series_are_looked_at() {
    let anomaly = found(|| Node::leaf(Jet::<f64, 2>::variable(0.0)).sqrt().value());
    assert!(anomaly.to_string().contains("sqrt"), "{anomaly}");
}
