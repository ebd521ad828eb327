//! The table is closed under differentiation: a slope of a special function is made of rows, at every order.

use super::modes::leaves;
use super::precision::ulp;
use super::rows::{Applied, Row};
use crate::number::Call;
use crate::rule::Op;
use crate::{Dual, Node, gradients};

/// The slope by the graph, as a value.
fn slope(f: impl Fn(&Node<f64>) -> Node<f64>, x: f64) -> f64 {
    let x = Node::leaf(x);
    gradients(&f(&x), &x).value()
}

#[test]
fn families_are_closed() {
    for x in [0.3, 1.5, 4.25, 30.0, -0.6, -3.3] {
        let number = Node::leaf(x);
        let [gamma, digamma] = [number.gamma(), number.digamma()].map(|y| y.value());
        assert_eq!(slope(Node::gamma, x), gamma * digamma);
        assert_eq!(slope(Node::ln_gamma, x), digamma);
        assert_eq!(number.polygamma(0).value(), digamma);
        for n in 0..20 {
            assert_eq!(slope(|x| x.polygamma(n), x), number.polygamma(n + 1).value(), "order {n} at {x}");
        }
        assert_eq!(slope(Node::j0, x), -number.j1().value());
        assert_eq!(slope(Node::i0, x), number.i1().value());
    }
    assert_eq!(slope(Node::y0, 0.7), -Node::leaf(0.7).y1().value());
    assert!(slope(|x| x.polygamma(-1), 0.7).is_nan());
}

/// The third derivative of every special function, forward and in reverse, and by a difference of second ones.
#[test]
fn third_derivatives() {
    let special = |op: &&Op| (Op::Silu as u8..=Op::Sinc as u8).contains(&(**op as u8));
    for &op in Op::ALL.iter().filter(special) {
        for x in [0.2, 0.4, 0.8] {
            let x = if op == Op::Log1mexp { -x } else { x };
            let constants = if op.arity() == 2 || op == Op::Polygamma { vec![2.0] } else { Vec::new() };
            let f = Applied { row: Row::Op(op), constants };
            let third = f.call(&[Dual::variable(Dual::variable(Dual::variable(x)))]);
            let third: f64 = third.derivative().derivative().derivative();
            let number = leaves(&[x]);
            let first = gradients(&f.call(&number), &number[0]);
            let in_reverse = gradients(&gradients(&first, &number[0]), &number[0]).value();
            let second = |x: f64| f.call(&[Dual::variable(Dual::variable(x))]).derivative().derivative();
            let step = 1e-5;
            let difference = (second(x + step) - second(x - step)) / (2.0 * step);
            let size = third.abs().max(second(x).abs()).max(1.0);
            assert!((third - in_reverse).abs() <= 1e4 * ulp::<f64>(size), "{op:?} at {x}: {third} and {in_reverse}");
            assert!((third - difference).abs() <= 1e-6 * size, "{op:?} at {x}: {third} and {difference}");
        }
    }
}
