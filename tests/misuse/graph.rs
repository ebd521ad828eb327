//! Everything that can be done wrong, and what is said then: what was given, what would be accepted, and where the
//! user wrote it. No graph is any the worse for it.

use crate::panics::panic_of;
use backprop::custom::{Operation, apply, first_order};
use backprop::layer::{self, AddLayer, Layer, MulLayer};
use backprop::{Dual, Elementary, Error, Node, dot, gradients, gradients_with, graph, try_clamp, try_dot};
use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

/// One adjoint too few, or too many.
struct Miscounts(usize);
impl<S: Elementary> Operation<S> for Miscounts {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone()
    }
    fn backward(&self, _: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![adjoint.clone(); self.0]
    }
}
/// A layer that has forgotten everything, whatever it was given.
struct Forgetful(MulLayer<f64>);
impl Layer<f64> for Forgetful {
    fn forward(&mut self, x: f64, y: f64) -> f64 {
        x * y
    }
    fn backward(&mut self, dout: f64) -> (f64, f64) {
        self.0.backward(dout)
    }
}

/// What is done; what it says, in parts; whether the panic names the line in this file.
struct Case {
    name: &'static str,
    does: fn(&[Node<f64>; 3]),
    says: &'static [&'static str],
    here: bool,
}
const HERE: bool = true;
const INSIDE: bool = false;

fn node(x: f64) -> Node<f64> {
    Node::leaf(x)
}
/// A dual number that is computed.
fn dual(x: f64) -> Dual<f64, 2> {
    Dual::seeded(x, 0)
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { name: "dot", here: HERE, says: &["dot", "one length", "2", "1"],
        does: |x| { let _ = dot(&x[..2], &x[..1]); } },
    Case { name: "dot of plain numbers", here: HERE, says: &["dot", "one length", "0", "3"],
        does: |_| { let _ = dot(&[], &[1.0, 2.0, 3.0]); } },
    Case { name: "dot of dual numbers", here: HERE, says: &["dot", "one length", "2", "1"],
        does: |_| { let _ = dot(&[dual(1.0), dual(2.0)], &[dual(1.0)]); } },
    Case { name: "clamp", here: HERE, says: &["clamp", "low <= high", "low = 2.0", "high = 1.0"],
        does: |x| { let _ = x[0].clamp(node(2.0), node(1.0)); } },
    Case { name: "clamp with owned bounds", here: HERE, says: &["clamp", "low <= high", "low = 2.0", "high = 1.0"],
        does: |x| { let _ = x[0].clamp(x[1].clone(), &x[2] * 1.0); } },
    Case { name: "clamp of a constant", here: HERE, says: &["clamp", "low = 2.0", "high = 1.0"],
        does: |x| { let _ = x[0].detach().clamp(Node::constant(2.0), Node::constant(1.0)); } },
    Case { name: "clamp with NaN below", here: HERE, says: &["clamp", "no NaN", "low = NaN", "high = 1.0"],
        does: |x| { let _ = x[0].clamp(node(f64::NAN), &x[2]); } },
    Case { name: "clamp with NaN above", here: HERE, says: &["clamp", "no NaN", "low = 2.0", "high = NaN"],
        does: |x| { let _ = x[0].clamp(&x[1], node(f64::NAN)); } },
    Case { name: "clamp of a dual number", here: HERE, says: &["clamp", "low <= high", "low = 2.0", "high = 1.0"],
        does: |_| { let _ = dual(1.0).clamp(dual(2.0), dual(1.0)); } },
    Case { name: "clamp by num-traits", here: HERE, says: &["clamp", "low <= high", "low = 2.0", "high = 1.0"],
        does: |_| { let _ = num_traits::Float::clamp(dual(1.0), dual(2.0), dual(1.0)); } },
    Case { name: "seeded", here: HERE, says: &["direction 2", "2 tangents"],
        does: |_| { let _ = Dual::<f64, 2>::seeded(1.0, 2); } },
    Case { name: "tangent", here: HERE, says: &["direction 7", "2 tangents"],
        does: |_| { let _ = dual(1.0).tangent(7); } },
    Case { name: "tangent of none", here: HERE, says: &["direction 0", "0 tangents"],
        does: |_| { let _ = Dual::<f64, 0>::constant(1.0).tangent(0); } },
    Case { name: "too few adjoints", here: INSIDE, says: &["Miscounts", "gave 1 adjoint", "2 operands"],
        does: |x| apply(Miscounts(1), &x[..2]).backward() },
    Case { name: "too many adjoints", here: INSIDE, says: &["Miscounts", "gave 3 adjoints", "2 operands"],
        does: |x| (apply(Miscounts(3), &x[..2]).sin() + &x[2]).backward() },
    Case { name: "no adjoints of dual numbers", here: INSIDE, says: &["Miscounts", "gave 0 adjoints", "1 operand"],
        does: |_| { let _ = apply(Miscounts(0), &[dual(1.0)]); } },
    Case { name: "too few adjoints in nodes", here: INSIDE, says: &["Miscounts", "gave 1 adjoint", "2 operands"],
        does: |x| { let _ = gradients(&apply(Miscounts(1), &x[..2]), &x[0]); } },
    Case { name: "too few adjoints of a closure", here: INSIDE, says: &["my rule", "gave 1 adjoint", "2 operands"],
        does: |x| first_order("my rule", &[&x[0], &x[1]], 1.0, |g| vec![g]).backward() },
    Case { name: "backward before forward", here: HERE, says: &["MulLayer", "forward first"],
        does: |_| { let _ = MulLayer::<f64>::new().backward(1.0); } },
    Case { name: "backward before forward, by the trait", here: HERE, says: &["MulLayer", "forward first"],
        does: |_| { let _ = Layer::backward(&mut MulLayer::<f64>::new(), 1.0); } },
    Case { name: "a layer that panics in a graph", here: HERE, says: &["MulLayer", "forward first"],
        does: |x| (layer::apply(Forgetful(MulLayer::new()), &x[0], &x[1]) + &x[0]).backward() },
    Case { name: "gradients through closures", here: INSIDE, says: &["my rule", "first order", "gradients()", "every number"],
        does: |x| { let _ = gradients(&first_order("my rule", &[&x[0]], 1.0, |g| vec![g]).exp(), &x[0]); } },
    Case { name: "gradients through a layer", here: INSIDE, says: &["MulLayer", "first order", "gradients()"],
        does: |x| { let _ = gradients(&layer::apply(MulLayer::new(), &x[0], &x[1]), &x[0]); } },
    Case { name: "gradients through another layer", here: INSIDE, says: &["AddLayer", "first order", "gradients()"],
        does: |x| { let _ = gradients_with(&layer::apply(AddLayer::new(), &x[0], &x[1]).sin(), x, &x[0]); } },
    Case { name: "a sweep that comes to its own operation", here: INSIDE, says: &["ouroboros", "rule", "very operation"],
        does: own_tail },
];

/// A rule that sweeps its own operation.
fn own_tail(x: &[Node<f64>; 3]) {
    let slot: Rc<RefCell<Option<Node<f64>>>> = Rc::default();
    let tail = slot.clone();
    let head = first_order("ouroboros", &[&x[0]], 1.0, move |g| {
        let own = tail.borrow().clone();
        if let Some(own) = own {
            own.sin().backward();
        }
        vec![g]
    });
    *slot.borrow_mut() = Some(head.clone());
    /// Opens the circle, also in a panic.
    struct Open(Rc<RefCell<Option<Node<f64>>>>);
    impl Drop for Open {
        fn drop(&mut self) {
            self.0.take();
        }
    }
    let _open = Open(slot);
    (head * &x[1]).backward();
}

/// Every panic says what was given and what would be accepted; the graph, the gradients, the count of living cells are
/// as before, and the next sweep is right.
#[test]
fn every_panic_says_what_to_do() {
    let work = || {
        let x = [0.5, 2.0, 1.0].map(Node::leaf);
        let y = (&x[0] * &x[1]).sin() * &x[2];
        y.backward();
        let before = x.each_ref().map(Node::grad);
        let mut elsewhere = Vec::new();
        for case in CASES {
            let live = graph::stats();
            let (message, file, _) = panic_of(|| (case.does)(&x));
            for part in case.says {
                assert!(message.contains(part), "{}: no {part:?} in {message:?}", case.name);
            }
            if case.here && !file.ends_with("tests/misuse/graph.rs") {
                elsewhere.push((case.name, file));
            }
            assert_eq!(graph::stats().live_cells, live.live_cells, "{}: living cells", case.name);
            assert_eq!(x.each_ref().map(Node::grad), before, "{}: gradients", case.name);
            assert_eq!(y.value(), 1f64.sin(), "{}", case.name);
            x.iter().for_each(Node::zero_grad);
            y.backward();
            assert_eq!(x.each_ref().map(Node::grad), before, "{}: the sweep after it", case.name);
        }
        drop((x, y));
        assert_eq!(graph::stats().live_cells, 0);
        assert!(elsewhere.is_empty(), "panics that do not name the user's file: {elsewhere:#?}");
    };
    thread::spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// The line, not only the file.
#[test]
fn panics_name_the_line() {
    let x = [0.5, 2.0, 1.0].map(node);
    let line = |f: &dyn Fn()| {
        let (_, file, line) = panic_of(f);
        assert!(file.ends_with("tests/misuse/graph.rs"), "{file}");
        line
    };
    // each closure stands on the line that it is compared with
    assert_eq!(line(&|| drop(dot(&x[..2], &x))), line!());
    assert_eq!(line(&|| drop(x[0].clamp(&x[1], &x[2]))), line!());
    assert_eq!(line(&|| drop(Elementary::clamp(&x[0], &x[1], &x[2]))), line!());
    assert_eq!(line(&|| assert!(dual(1.0).clamp(dual(2.0), dual(1.0)) == 1.0)), line!());
    assert_eq!(line(&|| assert!(Dual::<f64, 2>::seeded(1.0, 2) == 1.0)), line!());
    assert_eq!(line(&|| assert!(*dual(1.0).tangent(2) == 1.0)), line!());
    assert_eq!(line(&|| assert!(MulLayer::new().backward(1.0) == (1.0, 1.0))), line!());
}

/// A thousand caught panics leave no cell, wherever the operands come from.
#[test]
fn caught_panics_leave_no_cells() {
    let work = || {
        let x = [0.5, 2.0, 1.0].map(Node::leaf);
        for _ in 0..1000 {
            for case in CASES {
                let _ = panic_of(|| (case.does)(&x));
            }
        }
        assert_eq!(graph::stats().live_cells, 3);
        assert!(graph::stats().chunks <= 4);
    };
    thread::spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn errors_instead_of_panics() {
    let x = [0.5, 2.0, 1.0].map(node);
    let error = try_dot(&x, &x[..1]).expect_err("lengths");
    assert_eq!(error, Error::Lengths { operation: "dot", left: 3, right: 1 });
    assert_eq!(error.to_string(), "dot wants two slices of one length, not 3 and 1 elements");
    assert_eq!(try_dot(&x, &x).expect("lengths").value(), 5.25);

    let error = try_clamp(&x[0], &x[1], &x[2]).expect_err("bounds");
    assert_eq!(error, Error::Bounds { low: 2.0, high: 1.0 });
    assert_eq!(error.to_string(), "clamp wants low <= high and no NaN among them, not low = 2.0, high = 1.0");
    assert!(matches!(try_clamp(&x[0], &node(f64::NAN), &x[2]), Err(Error::Bounds { low, high: 1.0 }) if low.is_nan()));
    assert_eq!(try_clamp(&x[0], &x[2], &x[1]).expect("bounds").value(), 1.0);
    let error: Box<dyn std::error::Error> = Box::new(error);
    assert!(error.source().is_none());
}

/// The panic and the error say the same.
#[test]
fn the_panics_message_is_the_errors() {
    let x = [0.5, 2.0, 1.0].map(node);
    assert_eq!(panic_of(|| dot(&x, &x[..1])).0, try_dot(&x, &x[..1]).expect_err("lengths").to_string());
    assert_eq!(
        panic_of(|| x[0].clamp(&x[1], &x[2])).0,
        try_clamp(&x[0], &x[1], &x[2]).expect_err("bounds").to_string()
    );
}

/// What cannot be read is an error, the plain number's own.
#[test]
fn parsing() {
    for text in ["", "apple", "1.0.0", "1,5", "0x10", "--1"] {
        let plain = text.parse::<f64>().expect_err("no number");
        assert_eq!(text.parse::<Node<f64>>().expect_err("no number"), plain, "{text:?}");
        assert_eq!(text.parse::<Dual>().expect_err("no number"), plain, "{text:?}");
        assert_eq!(text.parse::<Node<Dual>>().expect_err("no number"), plain, "{text:?}");
        assert!(<Node<f64> as num_traits::Num>::from_str_radix(text, 10).is_err(), "{text:?}");
    }
    for text in ["1.5", "-0", "1e300", "inf", "NaN"] {
        let plain: f64 = text.parse().expect("a number");
        let node: Node<f64> = text.parse().expect("a number");
        let dual: Dual = text.parse().expect("a number");
        assert_eq!(node.value().to_bits(), plain.to_bits(), "{text:?}");
        assert_eq!(dual.value().to_bits(), plain.to_bits(), "{text:?}");
        // a text is a constant
        assert!(node.is_constant() && dual.derivative() == 0.0);
    }
}

/// What looks like misuse and is none.
#[test]
fn no_mistakes() {
    let x = node(1.0);
    x.clamp(&x, &x).backward();
    assert_eq!(x.grad(), 1.0);
    assert_eq!(dot::<Node<f64>>(&[], &[]).value(), 0.0);
    assert!(dot::<Node<f64>>(&[], &[]).is_constant());
    // on a constant everything is allowed, and does nothing
    let c = Node::constant(2.0);
    c.backward();
    c.backward_with(3.0);
    c.zero_grad();
    assert_eq!(c.grad(), 0.0);
    // an operation without operands is a constant; its rule never runs
    let none = first_order("none", &[], 2.0, |_| -> Vec<f64> { panic!("nobody asked") });
    none.backward();
    assert!(none.is_constant());
    // the first-order operation of constants alone, too
    let constant = first_order("constant", &[&c], 2.0, |_| -> Vec<f64> { panic!("nobody asked") });
    assert_eq!(gradients(&(constant * &x), &x).value(), 2.0);
}
