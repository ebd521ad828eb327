//! The users' closures: rules of operations on arrays, and formulas that `map` traces. Whatever they do, what is left is in
//! order.

use super::{Graph, alone};
use crate::panics::panic_of;
use backprop::array::{first_order, zip_map};
use backprop::{Error, Node, NodeArray1, NodeArray2, Parameters, gradients, graph, no_grad};
use ndarray::{Array1, Array2, ArrayD, Ix1, arr1, array, s};
use std::cell::RefCell;
use std::rc::Rc;

/// The identity on vectors, whose rule does something with the adjoint.
fn doing(x: &NodeArray1<f64>, does: impl Fn(Array1<f64>) -> ArrayD<f64> + 'static) -> NodeArray1<f64> {
    first_order("doing", &[x.clone().into_dyn()], x.value().to_owned(), move |adjoint| vec![does(adjoint)])
}

#[test]
fn a_rule_on_arrays_that_sweeps() {
    alone(|| {
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let early = &x * 3.0;
        let slot: Rc<RefCell<Option<NodeArray1<f64>>>> = Rc::default();
        let (seen, found) = (early.clone(), slot.clone());
        let middle = doing(&early, move |adjoint| {
            let late = found.take().expect("made before the sweep");
            late.backward_with(&array![1.0, 0.0]); // 2·early, 0
            seen.backward_with(&array![0.0, 1.0]);
            assert!(gradients(&late.sum(), &seen).value()[0] == 6.0);
            adjoint.into_dyn()
        });
        let late = early.square();
        *slot.borrow_mut() = Some(late.clone());
        let z = (&late * &middle).sum(); // early³
        z.backward();
        assert_eq!(x.grad(), array![3.0 * (27.0 + 6.0), 3.0 * (3.0 * 36.0 + 1.0)]);
        assert_eq!((early.grad(), late.grad()), (arr1(&[27.0, 108.0]).into_shared(), arr1(&[3.0, 6.0]).into_shared()));
    });
}

#[test]
fn a_rule_on_arrays_that_comes_to_itself() {
    alone(|| {
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let slot: Rc<RefCell<Option<NodeArray1<f64>>>> = Rc::default();
        let tail = slot.clone();
        let middle = doing(&x, move |adjoint| {
            let own = tail.borrow().clone();
            own.iter().for_each(|own| own.sum().backward());
            adjoint.into_dyn()
        });
        *slot.borrow_mut() = Some(middle.clone());
        let z = (&middle * &x).sum();
        let (message, ..) = panic_of(|| z.backward());
        assert!(message.contains("\"doing\"") && message.contains("very operation"), "{message}");
        assert_eq!(x.grad(), array![0.0, 0.0]);
        // opened, it is an operation like any other
        slot.take();
        z.backward();
        assert_eq!(x.grad(), array![2.0, 4.0]);
    });
}

#[test]
fn rules_on_arrays_with_wrong_answers() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        type Does = fn(Array1<f64>) -> ArrayD<f64>;
        let wrong: [(Does, &[&str]); 4] = [
            (|_| ArrayD::zeros(vec![2]), &["\"doing\"", "the shape [2]", "operand 0", "the shape [3]"]),
            (|_| ArrayD::zeros(vec![3, 1]), &["\"doing\"", "the shape [3, 1]"]),
            (|_| ArrayD::zeros(vec![]), &["\"doing\"", "the shape []"]),
            (|_| panic!("user's"), &["user's"]),
        ];
        for (does, says) in wrong {
            let z = (doing(&g.x, does) * &g.x).sum() + (&g.x * 2.0).sum() + &g.z;
            g.zero();
            let (message, ..) = panic_of(|| z.backward());
            for part in says {
                assert!(message.contains(part), "no {part:?} in {message:?}");
            }
            assert!(g.grads().iter().all(|&g| g == 0.0));
            assert_eq!(g.swept(), expected);
        }
        // adjoints in any layout are right
        g.zero();
        let whole = arr1(&[9.0, 1.0, 9.0, 2.0, 9.0, 3.0]);
        doing(&g.x, move |_| whole.slice(s![1..;2]).to_owned().slice_move(s![..;-1]).into_dyn()).sum().backward();
        assert_eq!(g.x.grad(), array![3.0, 2.0, 1.0]);
        // and none at all is too few
        let none = first_order::<f64, Ix1>("none", &[g.x.clone().into_dyn()], array![1.0], |_| vec![]);
        assert!(panic_of(|| none.backward()).0.contains("gave 0 adjoints"));
        assert!(panic_of(|| gradients(&none, &g.x)).0.contains("\"none\" is an operation of first order"));
    });
}

/// Closures that `map` traces may do what they like with other graphs; a panic in one leaves every mode as it was.
#[test]
fn inside_a_trace() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        let rate = Node::leaf(2.0);
        let y = g.x.map(|x| {
            assert_eq!(g.swept(), expected);
            let inner = g.x.map(|x| x * x).sum();
            assert_eq!(inner.value(), 14.0);
            assert!(no_grad(|| &rate * 2.0).is_constant());
            assert_eq!(gradients(&(&rate * &rate), &rate).value(), 4.0);
            x * &rate * inner.detach()
        });
        g.zero();
        y.sum().backward();
        assert_eq!((g.x.grad()[0], rate.grad()), (28.0, 28.0));
        type Does = fn(&Node<f64>) -> Node<f64>;
        let wrong: [(Does, &str); 5] = [
            (|x| if x.value() > 0.0 { x * 2.0 } else { x * 3.0 }, "cannot branch on it"),
            (|x| if *x > 0.0 { x * 2.0 } else { x * 3.0 }, "cannot branch on it"),
            (|x| x.detach() * x, "detach"),
            (|x| backprop::custom::first_order("mine", &[x], 1.0, |g| vec![g]), "mine"),
            (|_| panic!("user's"), "user's"),
        ];
        for (does, says) in wrong {
            for closed in [false, true] {
                let message =
                    if closed { no_grad(|| panic_of(|| g.x.map(does)).0) } else { panic_of(|| g.x.map(does)).0 };
                assert!(message.contains(says), "no {says:?} in {message:?}");
                // nothing is traced any more, and things are recorded as before
                assert!(Node::leaf(f64::NAN).value().is_nan());
                assert_eq!(no_grad(|| (&g.a * &g.a).is_constant()), !(&g.a * &g.a).is_constant());
                assert_eq!(g.swept(), expected);
            }
        }
        // inside no_grad, and of constants, it is a constant
        assert!(no_grad(|| g.x.map(|x| x * &rate)).is_constant());
        assert!(g.x.detach().map(|x| x.sin()).is_constant());
        assert!(!g.x.detach().map(|x| x * &rate).is_constant(), "a captured number");
    });
}

/// The leaf's old values that `map` needs are asked for by version, as any operation's; captured numbers are as they were.
#[test]
fn traced_formulas_and_updates() {
    alone(|| {
        let (x, w) = (NodeArray1::leaf(array![1.0, 2.0]), NodeArray1::leaf(array![3.0, 4.0]));
        let rate = Node::leaf(0.5);
        let y = zip_map([&x, &w], |[x, w]| (x * w).sin() * &rate).sum();
        let z = y.value();
        y.backward();
        let before = (x.grad().to_owned(), w.grad().to_owned(), rate.grad());
        w.update(|value, _| value.fill(100.0));
        for leaf in [&x, &w] {
            leaf.zero_grad();
        }
        // in a sweep the partial derivatives are there already, or it says that they are not
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| y.backward()));
        if caught.is_ok() {
            assert_eq!((x.grad().to_owned(), w.grad().to_owned()), (before.0, before.1));
        } else {
            assert_eq!((x.grad().sum(), w.grad().sum(), rate.grad()), (0.0, 0.0, before.2));
        }
        // as nodes they need the values
        let (message, ..) = panic_of(|| gradients(&y, &x));
        assert!(message.contains("update()"), "{message}");
        assert_eq!(y.value(), z);
    });
}

/// Parameters that are no leaves, twice the same, away, or that panic.
#[test]
fn parameters() {
    alone(|| {
        let (w, b) = (NodeArray2::leaf(Array2::ones((2, 2))), NodeArray1::leaf(Array1::ones(2)));
        let outcome = (&w, &b, &b.exp()).try_update_each(|_, value, _| value.fill(7.0));
        assert_eq!(outcome, Err(Error::NotALeaf { operation: "update_each" }));
        let (message, file, _) = panic_of(|| (&w, &b.detach()).update_each(|_, value, _| value.fill(7.0)));
        assert!(message.contains("update_each wants a leaf") && file.ends_with("closures.rs"), "{message}");
        assert_eq!((w.value().sum(), b.value().sum()), (4.0, 2.0));
        let mut places = Vec::new();
        (&w, &b, &w.clone().into_dyn(), Some(&b)).update_each(|k, value, _| {
            places.push((k, value.len()));
            value.iter_mut().take(1).for_each(|x| *x += 1.0);
        });
        assert_eq!((places, w.value()[[0, 0]], b.value()[0]), (vec![(0, 4), (1, 2)], 2.0, 2.0));
        // a panic half-way: what has been changed is changed, all values are back
        let (message, ..) = panic_of(|| {
            (&w, &b).update_each(|k, value, _| {
                value.fill(5.0);
                assert!(k == 0, "user's");
            });
        });
        assert_eq!((message.as_str(), w.value().sum(), b.value().sum()), ("user's", 20.0, 10.0));
        // inside an update of one of them
        let (message, ..) = panic_of(|| b.update(|_, _| (&w, &b).update_each(|_, value, _| value.fill(1.0))));
        assert!(message.contains("update() is changing them"), "{message}");
        let nothing: [&NodeArray1<f64>; 0] = [];
        nothing.update_each(|_, _, _| panic!("there is none"));
        assert_eq!(Parameters::<f64>::parameter_count(&nothing), 0);
        assert_eq!((NodeArray1::<f64>::leaf(arr1(&[])).parameter_count(), graph::stats().array_bytes), (0, 6 * 8));
    });
}
