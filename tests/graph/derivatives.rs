//! Derivatives as nodes: in every shape, of everything, and without touching a `.grad()`.

use crate::{alone, custom, panic_of};
use backprop::custom::{Operation, apply};
use backprop::{Dual, Elementary, Node, gradients, gradients_with, graph, no_grad};

#[test]
fn in_every_shape() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let z = &x * &y + &x;
        let one: Node<f64> = gradients(&z, &x);
        let two: [Node<f64>; 2] = gradients(&z, &[&x, &y]);
        let by_value: [Node<f64>; 2] = gradients(&z, [&x, &y]);
        let owned: [Node<f64>; 2] = gradients(&z, &[x.clone(), y.clone()]);
        let list = vec![x.clone(), y.clone()];
        let vector: Vec<Node<f64>> = gradients(&z, &list);
        let slice: Vec<Node<f64>> = gradients(&z, &list[..]);
        let references: Vec<Node<f64>> = gradients(&z, &vec![&x, &y]);
        let slice_of_references: Vec<Node<f64>> = gradients(&z, &[&x, &y][..]);
        assert_eq!(one.value(), 4.0);
        for [a, b] in [two, by_value, owned] {
            assert_eq!((a.value(), b.value()), (4.0, 2.0));
        }
        for all in [vector, slice, references, slice_of_references] {
            let [a, b] = &all[..] else { panic!("two") };
            assert_eq!((a.value(), b.value()), (4.0, 2.0));
        }
        // none, the same twice
        let none: [Node<f64>; 0] = gradients(&z, &[] as &[Node<f64>; 0]);
        assert!(none.is_empty() && gradients(&z, &Vec::<Node<f64>>::new()).is_empty());
        let [a, b] = gradients(&z, [&x, &x]);
        assert!(a.is_same(&b));
    });
}

#[test]
fn of_and_by_everything() {
    alone(|| {
        let (x, y, c) = (Node::leaf(2.0), Node::leaf(3.0), Node::constant(5.0));
        let inner = &x * &c;
        let z = inner.square() + &inner;
        let zero = |node: Node<f64>| node.is_constant() && node.value() == 0.0;
        // what it does not depend on
        assert!(zero(gradients(&z, &y)) && zero(gradients(&z, &c)) && zero(gradients(&inner, &z)));
        // a constant's
        assert!(zero(gradients(&c, &x)) && zero(gradients(&c, &c)));
        // a leaf's, and a node's by itself
        assert_eq!(gradients(&x, &x).value(), 1.0);
        assert!(zero(gradients(&x, &y)));
        assert_eq!(gradients(&z, &z).value(), 1.0);
        // by inner nodes, and by all at once
        let [by_inner, by_x, by_z] = gradients(&z, [&inner, &x, &z]);
        assert_eq!((by_inner.value(), by_x.value(), by_z.value()), (21.0, 105.0, 1.0));
        assert_eq!(gradients(&by_x, &x).value(), 50.0);
        // a literal
        let two = (&x * 2.0).operands().remove(1);
        assert!(zero(gradients(&two, &x)) && zero(gradients(&z, &two)));
        // a derivative that is constant is one
        let linear = gradients(&(&x * &c - &y), &[&x, &y]);
        assert_eq!((linear[0].value(), linear[1].value()), (5.0, -1.0));
        assert!(linear.iter().all(Node::is_constant));
    });
}

#[test]
fn with_a_seed() {
    alone(|| {
        let (x, seed) = (Node::leaf(3.0), Node::leaf(-2.7));
        let y = x.powi(3);
        let slope = gradients_with(&y, &x, &seed);
        assert_eq!(slope.value(), 27.0 * -2.7);
        let [by_x, by_seed] = gradients(&slope, [&x, &seed]);
        assert!((by_x.value() - 18.0 * -2.7).abs() < 1e-13 && by_seed.value() == 27.0);
        assert_eq!(gradients_with(&y, &x, &Node::constant(0.0)).value(), 0.0);
        // the seed may depend on the same leaves: it is only multiplied
        let slope = gradients_with(&y, &x, &y);
        assert_eq!(slope.value(), 27.0 * 27.0);
        assert_eq!(gradients(&slope, &x).value(), 5.0 * 3.0 * 81.0);
    });
}

/// Fifth and sixth derivatives, and mixed ones in both orders.
#[test]
fn of_high_order() {
    alone(|| {
        let x = Node::leaf(2.0);
        let mut y = x.powi(6);
        for wanted in [192.0, 480.0, 960.0, 1440.0, 1440.0, 720.0, 0.0] {
            y = gradients(&y, &x);
            assert_eq!(y.value(), wanted);
        }
        let (a, b) = (Node::leaf(0.5), Node::leaf(0.25));
        let z = (&a * &b).sin() * a.exp();
        let ab = gradients(&gradients(&z, &a), &b).value();
        let ba = gradients(&gradients(&z, &b), &a).value();
        assert!((ab - ba).abs() < 1e-15);
    });
}

#[test]
fn gradients_change_no_grad() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let z = x.powi(3) * &y;
        let w = z.exp();
        z.backward();
        let seen = || [x.grad(), y.grad(), z.grad(), w.grad()];
        let before = seen();
        assert_eq!(before, [36.0, 8.0, 1.0, 0.0]);
        let first = gradients(&w, &[&x, &y]);
        let second = gradients(&first[0], &x);
        no_grad(|| gradients(&second, &x));
        assert_eq!(seen(), before);
        assert_eq!((first[0].grad(), second.grad()), (0.0, 0.0));
        // nor does dropping them
        drop((first, second));
        assert_eq!(seen(), before);
    });
}

/// The graph may be swept while derivatives are being taken, by a rule.
struct Sweeps(Node<f64>);
impl<S: Elementary> Operation<S> for Sweeps {
    fn forward(&self, x: &[S]) -> S {
        x[0].exp()
    }
    fn backward(&self, _: &[S], z: &S, adjoint: &S) -> Vec<S> {
        self.0.backward();
        vec![z.clone() * adjoint]
    }
}
#[test]
fn a_rule_that_sweeps_meanwhile() {
    alone(|| {
        let x = Node::leaf(0.5);
        let inner = x.square();
        let y = apply(Sweeps(inner.clone()), std::slice::from_ref(&inner)) * &x;
        let first = gradients(&y, &x);
        let e = 0.25_f64.exp();
        assert!((first.value() - (e + 0.5 * e)).abs() < 1e-15);
        assert_eq!(x.grad(), 1.0);
        let second = gradients(&first, &x).value();
        // (6x + 4x³)·e^x²
        assert!((second - 3.5 * e).abs() < 1e-14);
        x.zero_grad();
        y.backward();
        assert!((x.grad() - (1.5 * e + 1.0)).abs() < 1e-15);
    });
}

#[test]
fn the_graph_of_a_derivative_is_let_go() {
    alone(|| {
        let x = Node::leaf(2.0_f64);
        let y = (0..500).fold(x.clone(), |y, _| (y * &x).sin());
        let live = graph::stats().live_cells;
        for _ in 0..5 {
            let slope = gradients(&y, &x);
            assert!(graph::stats().live_cells > live + 500);
            let value = slope.detach();
            drop(slope);
            assert_eq!(graph::stats().live_cells, live + 1);
            assert!(value.value().is_finite());
        }
        // a panic half way leaves nothing
        let closure = custom(&y, 1.0, || ()).sin().sin();
        let live = graph::stats().live_cells;
        assert!(panic_of(|| gradients(&closure, &x)).contains("\"custom\""));
        assert_eq!(graph::stats().live_cells, live);
    });
}

// ------------------------------------------------------------------------------------------------ number types

#[test]
fn three_number_types_in_one_thread() {
    alone(|| {
        let (x, s, d) = (Node::leaf(2_f64), Node::leaf(2_f32), Node::leaf(Dual::variable(2_f64)));
        for k in 1..=100 {
            let (y, t, e) = (&x * &x, &s * &s * &s, d.powi(4));
            y.backward();
            t.backward();
            e.backward();
            let k = f64::from(k);
            assert_eq!((x.grad(), f64::from(s.grad())), (4.0 * k, 12.0 * k));
            assert_eq!((d.grad().value(), d.grad().derivative()), (32.0 * k, 48.0 * k));
            assert_eq!((y.grad(), t.grad(), e.grad().value()), (1.0, 1.0, 1.0));
        }
        assert_eq!(graph::stats().live_cells, 3);
    });
}
