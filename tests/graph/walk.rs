//! Looking at a graph: `operands()` and `operation()` are enough to compute it again.

use crate::{Rng, alone};
use backprop::custom::{Operation, apply, first_order};
use backprop::{Elementary, Fold, Node, Op, Recorded, dot, graph, logsumexp, norm, sum};

/// The value, computed again from the leaves.
fn again(node: &Node<f64>) -> f64 {
    let x: Vec<f64> = node.operands().iter().map(again).collect();
    let Some(operation) = node.operation() else {
        assert!(x.is_empty() && node.is_leaf() != node.is_constant());
        return node.value();
    };
    assert!(!node.is_leaf() && !node.is_constant() && !x.is_empty());
    match (operation, &x[..]) {
        (Recorded::Row(op), &[x]) => unary(op, x),
        (Recorded::Row(op), &[x, y]) => binary(op, x, y),
        (Recorded::Row(Op::MulAdd), &[x, y, z]) => x.mul_add(y, z),
        (Recorded::Row(Op::Clamp), &[x, y, z]) => x.clamp(y, z),
        (Recorded::Power(n), &[x]) => x.powi(n),
        (Recorded::Named(_), &[x]) => x,
        (Recorded::Custom(name), &[x, y]) => {
            assert!(&*name == "mine" || &*name == "Mine");
            x + 2.0 * y
        }
        (Recorded::Fold(fold), x) => match fold {
            Fold::Sum => sum(x),
            Fold::Norm => norm(x),
            Fold::LogSumExp => logsumexp(x),
            Fold::Dot => dot(&x[..x.len() / 2], &x[x.len() / 2..]),
            other => panic!("{other:?} is new to this test"),
        },
        other => panic!("{other:?} with other operands than it has"),
    }
}
fn unary(op: Op, x: f64) -> f64 {
    match op {
        Op::Neg => -x,
        Op::Sin => x.sin(),
        Op::Tanh => x.tanh(),
        Op::Square => x.square(),
        Op::Exp => x.exp(),
        Op::Abs => x.abs(),
        Op::Sigmoid => Elementary::sigmoid(&x),
        other => panic!("{other:?} is not used here"),
    }
}
fn binary(op: Op, x: f64, y: f64) -> f64 {
    match op {
        Op::Add => x + y,
        Op::Sub => x - y,
        Op::Mul => x * y,
        Op::Div => x / y,
        Op::Rem => x % y,
        Op::Hypot => x.hypot(y),
        Op::Atan2 => x.atan2(y),
        Op::Max => x.max(y),
        Op::Min => x.min(y),
        other => panic!("{other:?} is not used here"),
    }
}

struct Mine;
impl<S: Elementary> Operation<S> for Mine {
    fn forward(&self, x: &[S]) -> S {
        x[0].clone() + &(S::of(2.0) * &x[1])
    }
    fn backward(&self, _: &[S], _: &S, adjoint: &S) -> Vec<S> {
        vec![adjoint.clone(), S::of(2.0) * adjoint]
    }
}

/// An expression of everything.
fn random(rng: &mut Rng, leaves: &[Node<f64>], depth: u32) -> Node<f64> {
    if depth == 0 || rng.below(8) == 0 {
        return match rng.below(5) {
            0 => Node::constant(rng.unit()),
            _ => leaves[rng.below(leaves.len())].clone(),
        };
    }
    let mut next = || random(rng, leaves, depth - 1);
    let (x, y) = (next(), next());
    let z = next();
    let c = rng.unit();
    match rng.below(30) {
        0 => -x,
        1 => x.sin(),
        2 => x.tanh(),
        3 => x.square(),
        4 => x.tanh().exp(),
        5 => x.abs(),
        6 => x.sigmoid(),
        7 => x + y,
        8 => &x - &y,
        9 => x * &y,
        10 => &x / y,
        11 => x % y,
        12 => x.hypot(y),
        13 => x.atan2(&y),
        14 => x.max(&y),
        15 => x * c,
        16 => c * x,
        17 => x + c,
        18 => c - x,
        19 => c / x,
        20 => x % c,
        21 => x.mul_add(&y, &z),
        22 if !(y.value() + z.value()).is_nan() => x.clamp(y.min(&z), y.max(&z)),
        23 => x.powi((c * 5.0) as i32),
        24 => sum(&[x, y, z]),
        25 => dot(&[x.clone(), y.clone()], &[y, z]),
        26 => norm(&[x, y]),
        27 => logsumexp(&[x.tanh(), y.tanh()]),
        28 => apply(Mine, &[x, y]).named("a name"),
        _ => first_order("mine", &[&x, &y], x.value() + 2.0 * y.value(), |g| vec![g, 2.0 * g]),
    }
}

#[test]
fn the_walk_computes_random_expressions_again() {
    alone(|| {
        let mut rng = Rng(7);
        let leaves: Vec<Node<f64>> = (0..5).map(|k| Node::leaf(0.5 * f64::from(k) - 1.1)).collect();
        for _ in 0..2000 {
            let y = random(&mut rng, &leaves, 4);
            let live = graph::stats().live_cells;
            let (found, value) = (again(&y), y.value());
            assert!(found == value || found.is_nan() && value.is_nan(), "{found} instead of {value}");
            assert_eq!(graph::stats().live_cells, live);
        }
    });
}

#[test]
fn operations_by_name() {
    alone(|| {
        let (x, y) = (Node::leaf(1.0), Node::leaf(2.0));
        let said = |node: &Node<f64>| node.operation().map(|operation| operation.to_string());
        assert_eq!(said(&x), None);
        assert_eq!(said(&x.detach()), None);
        assert_eq!(said(&(&x + &y)).as_deref(), Some("add"));
        assert_eq!(said(&(2.0 / &x)).as_deref(), Some("div"));
        assert_eq!(said(&x.powi(-3)).as_deref(), Some("powi(-3)"));
        assert_eq!(said(&x.powi(i32::MIN)).as_deref(), Some("powi(-2147483648)"));
        assert_eq!(said(&x.clamp(&x, &y)).as_deref(), Some("clamp"));
        assert_eq!(said(&dot(std::slice::from_ref(&x), std::slice::from_ref(&y))).as_deref(), Some("dot"));
        assert_eq!(said(&x.sin().named("height")).as_deref(), Some("height"));
        assert_eq!(said(&apply(Mine, &[x.clone(), y.clone()])).as_deref(), Some("Mine"));
        assert_eq!(said(&first_order("mine", &[&x], 1.0, |g| vec![g])).as_deref(), Some("mine"));
    });
}

#[test]
fn operands_are_the_nodes_themselves() {
    alone(|| {
        let (x, y, z) = (Node::leaf(1.0), Node::leaf(2.0), Node::leaf(3.0).sin());
        let same = |node: Node<f64>, wanted: &[&Node<f64>]| {
            let operands = node.operands();
            assert_eq!(operands.len(), wanted.len());
            assert!(operands.iter().zip(wanted).all(|(a, b)| a.is_same(b)));
        };
        same(&x - &y, &[&x, &y]);
        same(&y - &x, &[&y, &x]);
        same(&x * &x, &[&x, &x]);
        same(z.exp(), &[&z]);
        same(x.powi(3), &[&x]);
        same(z.mul_add(&x, &y), &[&z, &x, &y]);
        same(x.mul_add(&x, &z), &[&x, &x, &z]);
        same(dot(&[x.clone(), y.clone()], &[z.clone(), x.clone()]), &[&x, &y, &z, &x]);
        same(first_order("mine", &[&z, &z], 1.0, |g| vec![g, g]), &[&z, &z]);
        same(x.clone(), &[]);
        same(x.detach(), &[]);
    });
}

/// A handle of a literal lives as long as it likes.
#[test]
fn literals_outlive_their_operations() {
    alone(|| {
        let x = Node::leaf(3.0);
        let literals: Vec<Node<f64>> = (0..3000)
            .map(|k| {
                let c = f64::from(k);
                let y = match k % 4 {
                    0 => &x * c,
                    1 => c - &x,
                    2 => &x + c,
                    _ => c / &x,
                };
                y.operands().into_iter().find(Node::is_constant).expect("a literal")
            })
            .collect();
        // 3000 literals and x
        assert_eq!(graph::stats().live_cells, 3001);
        let filler: Vec<Node<f64>> = (0..3000).map(|_| x.sin()).collect();
        for (k, literal) in literals.iter().enumerate() {
            assert!(literal.is_constant() && literal.operation().is_none() && literal.name().is_none());
            assert_eq!(literal.value(), k as f64);
            // and computes: with a node, with a literal, alone
            let y = literal * &x * literal;
            x.zero_grad();
            y.backward();
            assert_eq!((x.grad(), literal.grad()), ((k * k) as f64, 0.0));
            assert!((literal * 2.0).is_constant() && literal.sin().is_constant());
        }
        drop(filler);
        // dropped after, and before, what uses them
        let mut uses: Vec<Node<f64>> = literals.iter().map(|literal| literal * &x).collect();
        drop(literals);
        assert_eq!(uses[2999].operands()[0].value(), 2999.0);
        let last = uses.split_off(2999);
        drop(uses);
        last[0].backward();
        drop(last);
        assert_eq!(graph::stats().live_cells, 1);
    });
}
