//! Operations on constant arrays are looked at as those that are recorded, whatever they are made of.

use backprop::anomaly::{Phase, detect};
use backprop::{NodeArray, custom, gradients, no_grad};
use ndarray::{Array3, Axis, array};

const BIG: f64 = 1.5e308;

/// What overflows, by the name of the operation: `f` gets an array that it computes from.
type Overflow = (&'static str, fn(&NodeArray<f64, ndarray::Ix2>) -> f64);
const OVERFLOWS: &[Overflow] = &[
    ("sum", |x| x.sum().value()),
    ("sum_to", |x| x.sum_axis(Axis(1)).value()[0]),
    ("sum_to", |x| x.sum_keep(Axis(0)).value()[[0, 0]]),
    ("sum", |x| x.mean().value()),
    ("prod", |x| x.prod().value()),
    ("cumsum", |x| x.cumsum(Axis(1)).value()[[0, 1]]),
    ("dot", |x| x.dot(&array![1.0, 1.0]).value()[0]),
    ("dot", |x| x.dot(x).value()[[0, 0]]),
    ("matmul", |x| {
        let x = x.insert_axis(Axis(0));
        x.matmul(Array3::ones((1, 2, 2))).value()[[0, 0, 0]]
    }),
    ("mse", |x| x.mse(&array![[0.0, 0.0], [0.0, 0.0]]).value()),
    ("norm", |x| x.norm().value()),
    ("exp", |x| x.exp().value()[[0, 0]]),
    ("map", |x| x.map(|x| x * 2.0).value()[[0, 0]]),
    ("dropout", |x| backprop::Dropout::new(0.5, 3).apply(x).sum().value()),
    ("mine", |x| {
        let doubled = x.value().into_owned() * 2.0;
        let z = backprop::array::first_order("mine", &[x.clone().into_dyn()], doubled, |dout| {
            vec![(dout * 2.0).into_dyn()]
        });
        z.value()[[0, 0]]
    }),
];

#[test]
fn what_overflows_is_found_of_leaves_of_constants_and_within_no_grad() {
    let big = array![[BIG, BIG], [BIG, BIG]];
    for &(name, f) in OVERFLOWS {
        let found = [
            detect(|| f(&NodeArray::leaf(big.clone()))),
            detect(|| f(&NodeArray::constant(big.clone()))),
            detect(|| no_grad(|| f(&NodeArray::leaf(big.clone())))),
        ];
        for anomaly in found {
            let anomaly = anomaly.expect_err(name);
            assert_eq!((anomaly.operation.as_str(), anomaly.phase), (name, Phase::Forward), "{anomaly}");
            let location = anomaly.location.unwrap_or_else(|| panic!("{name}: no line"));
            assert!(location.file().ends_with("constants.rs"), "{anomaly}");
        }
        // of what is infinite already nothing new can be said
        let infinite = NodeArray::constant(array![[f64::INFINITY, BIG], [BIG, BIG]]);
        assert!(detect(|| f(&infinite)).is_ok(), "{name} of an infinity");
    }
}

/// What a rule computes in a sweep is the adjoint of its operation, under that name, and nothing else.
#[test]
fn in_a_sweep_the_operation_is_named_whose_adjoint_overflows() {
    let x = NodeArray::leaf(array![[1.0, 2.0], [3.0, 4.0]]);
    let seed = array![[BIG, BIG], [BIG, BIG]];
    macro_rules! check {
        ($($name:literal $e:expr;)*) => { $({
            let anomaly = detect(|| $e.backward_with(&seed)).expect_err($name);
            assert_eq!((anomaly.operation.as_str(), anomaly.phase), ($name, Phase::Backward), "{anomaly}");
            assert_eq!(anomaly.location.map(|at| at.file().ends_with("constants.rs")), Some(true), "{anomaly}");
        })* };
    }
    check! {
        "dot" x.dot(&array![[1.0, 1.0], [1.0, 1.0]]);
        "cumsum" x.cumsum(Axis(1));
        "broadcast" x.slice(ndarray::s![0..1, ..]).broadcast((2, 2));
        "mul" &x * 2.0;
        "select" x.select(Axis(0), &[0, 0]);
    }
    let y = x.dot(&array![[1.0, 1.0], [1.0, 1.0]]);
    let seed = NodeArray::constant(seed);
    let anomaly = detect(|| backprop::gradients_with(&y, &x, &seed)).expect_err("dot");
    assert_eq!((anomaly.operation.as_str(), anomaly.phase), ("dot", Phase::Backward), "{anomaly}");
    assert!(detect(|| gradients(&x.sum(), &x)).is_ok());
}

/// Code of the user's that a sweep runs is looked at as any other.
#[test]
fn within_a_rule_of_the_users() {
    let x = NodeArray::leaf(array![1.0, 2.0]);
    let y = backprop::array::first_order("mine", &[x.clone().into_dyn()], array![1.0, 2.0], |dout| {
        let big = NodeArray::constant(array![BIG, BIG]).sum();
        vec![(dout * big.value().min(1.0)).into_dyn()]
    });
    let anomaly = detect(|| y.sum().backward()).expect_err("the sum");
    assert_eq!((anomaly.operation.as_str(), anomaly.phase), ("sum", Phase::Forward), "{anomaly}");
    let number = backprop::Node::leaf(1.0);
    let y = custom::first_order("mine", &[&number], 1.0, |dout| {
        vec![dout * NodeArray::constant(array![BIG, BIG]).sum().value().min(1.0)]
    });
    let anomaly = detect(|| y.backward()).expect_err("the sum");
    assert_eq!((anomaly.operation.as_str(), anomaly.phase), ("sum", Phase::Forward), "{anomaly}");
}
