//! Custom operations whose rules build, sweep and drop graphs while the outer sweep runs.

use crate::{alone, custom, panic_of};
use backprop::custom::{Operation, apply, first_order};
use backprop::{Node, gradients, no_grad};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A node that a rule finds later.
type Later = Rc<RefCell<Option<Node<f64>>>>;

/// x = 2, y = 3; z = 10·sin(xy)·(xy)² + …, with a rule that does something.
struct System {
    x: Node<f64>,
    y: Node<f64>,
    /// Before the rule's operation; not swept when it runs.
    early: Node<f64>,
    /// After it, and swept when it runs.
    late: Later,
    z: Node<f64>,
}
impl System {
    fn new(does: impl Fn(&Node<f64>, &Later) + 'static) -> Self {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let early = &x * &y;
        let late = Later::default();
        let (seen, found) = (early.clone(), late.clone());
        let middle = custom(&early.sin(), 10.0, move || does(&seen, &found));
        let after = early.square();
        *late.borrow_mut() = Some(after.clone());
        let z = middle * &after;
        System { x, y, early, late, z }
    }
    /// dz/d(xy) at 6.
    fn slope() -> f64 {
        10.0 * 6f64.cos() * 36.0 + 10.0 * 6f64.sin() * 12.0
    }
    /// Sweeps, and compares with the outer result plus what the rule's own sweeps add by `x·y`.
    #[track_caller]
    fn check(self, added: f64) {
        self.z.backward();
        let slope = Self::slope() + added;
        let (x, y) = (self.x.grad(), self.y.grad());
        assert!((x / (3.0 * slope) - 1.0).abs() < 1e-14, "{x} instead of {}", 3.0 * slope);
        assert!((y / (2.0 * slope) - 1.0).abs() < 1e-14, "{y} instead of {}", 2.0 * slope);
        // the adjoints are the outer sweep's, which is the last to end
        assert!((self.early.grad() / Self::slope() - 1.0).abs() < 1e-14);
        assert_eq!(self.late.take().map(|late| late.grad()), Some(10.0 * 6f64.sin()));
        assert_eq!(self.z.grad(), 1.0);
    }
}

#[test]
fn a_rule_that_does_nothing() {
    alone(|| System::new(|_, _| ()).check(0.0));
}

#[test]
fn a_rule_with_graphs_of_its_own() {
    alone(|| {
        System::new(|_, _| {
            let x = Node::leaf(5.0);
            let mut y = x.clone();
            for _ in 0..3000 {
                y += &x;
            }
            y.backward();
            assert_eq!(x.grad(), 3001.0);
        })
        .check(0.0);
    });
}

#[test]
fn a_rule_that_sweeps_what_is_still_to_come() {
    alone(|| System::new(|early, _| early.backward_with(0.5)).check(0.5));
    alone(|| System::new(|early, _| early.powi(3).backward()).check(108.0));
}

#[test]
fn a_rule_that_sweeps_what_has_been_swept() {
    alone(|| System::new(|_, late| late.borrow().iter().for_each(Node::backward)).check(12.0));
    alone(|| {
        System::new(|early, late| {
            let late = late.borrow().clone();
            late.iter().for_each(|late| (late * early).backward());
        })
        .check(108.0);
    });
}

#[test]
fn a_rule_that_sweeps_many_times() {
    alone(|| {
        System::new(|early, late| {
            for _ in 0..100 {
                early.backward();
                late.borrow().iter().for_each(|late| late.backward_with(-0.25));
                let own = Node::leaf(1.0);
                (&own * early).backward();
                assert_eq!(own.grad(), 6.0);
            }
        })
        .check(100.0 * (1.0 - 3.0 + 1.0));
    });
}

#[test]
fn a_rule_that_takes_derivatives_as_nodes() {
    alone(|| {
        System::new(|early, late| {
            let late = late.borrow().clone();
            let late = late.as_ref().unwrap_or(early);
            let slope = gradients(late, early);
            assert_eq!(slope.value(), 12.0);
            // d(2·early)/d(early)
            slope.backward();
            assert!(no_grad(|| late * early).is_constant());
        })
        .check(2.0);
    });
}

/// An inner panic, caught by the rule: the outer sweep goes on.
#[test]
fn a_rule_that_catches_a_panic() {
    alone(|| {
        System::new(|early, late| {
            let bad = first_order("bad", &[early], 1.0, |_| -> Vec<f64> { panic!("bad day") });
            let late = late.borrow().clone();
            let sum = late.iter().fold(&bad * early, |sum, late| sum + late);
            assert!(panic_of(|| sum.backward()).contains("bad day"));
        })
        .check(0.0);
    });
}

/// Rules within rules within rules.
#[test]
fn three_deep() {
    alone(|| {
        /// `10·x`, whose rule sweeps `10·(x²)` of a leaf of its own and of one that all share, and so on.
        fn deep(x: &Node<f64>, shared: &Node<f64>, depth: u32) -> Node<f64> {
            let (kept, shared) = (x.clone(), shared.clone());
            custom(x, 10.0, move || {
                if depth == 0 {
                    return;
                }
                let own = Node::leaf(7.0);
                let inner = deep(&own.square(), &shared, depth - 1) * &shared;
                inner.backward();
                assert_eq!(own.grad(), 140.0 * 2.0);
                assert_eq!(inner.grad(), 1.0);
                // what the outer sweeps are about to come to
                kept.backward_with(0.0);
            })
        }
        for depth in 0..4 {
            let (x, shared) = (Node::leaf(3.0), Node::leaf(2.0));
            let z = deep(&x.square(), &shared, depth) * &shared + &x;
            z.backward();
            assert_eq!(x.grad(), 10.0 * 6.0 * 2.0 + 1.0);
            assert_eq!(shared.grad(), 90.0 + 490.0 * f64::from(depth));
            z.backward();
            assert_eq!(x.grad(), 2.0 * 121.0);
        }
    });
}

/// Two operations with rules in one sweep, each of which sweeps the other's operand.
#[test]
fn two_rules_that_meet() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let (p, q) = (x.square(), y.square());
        let (to_q, to_p) = (q.clone(), p.clone());
        let a = custom(&p, 2.0, move || to_q.backward());
        let b = custom(&(&q * &p), 3.0, move || to_p.backward());
        let z = &a * &b;
        z.backward();
        // z = 6·x⁴·y², and p and q once each
        assert_eq!((x.grad(), y.grad()), (6.0 * 4.0 * 8.0 * 9.0 + 4.0, 6.0 * 16.0 * 6.0 + 6.0));
    });
}

/// The inner sweep comes through another custom operation, that the outer one sweeps too.
#[test]
fn an_inner_sweep_through_a_rule_of_the_outer_graph() {
    alone(|| {
        let x = Node::leaf(2.0);
        let runs = Rc::new(Cell::new(0));
        let counter = runs.clone();
        let first = custom(&x.square(), 5.0, move || counter.set(counter.get() + 1));
        let seen = first.clone();
        let second = custom(&first.exp(), 1.0, move || seen.backward());
        let z = &second + &first;
        z.backward();
        assert_eq!(runs.get(), 2);
        let by_x = 20.0;
        assert_eq!(x.grad(), by_x + (20f64.exp() + 1.0) * by_x);
    });
}

// ------------------------------------------------------------------------------------------------ a rule's own operation

#[test]
fn a_rule_that_sweeps_its_own_operation() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let own = Later::default();
        let found = own.clone();
        let head = first_order("serpent", &[&x], 4.0, move |g: f64| {
            let own = found.borrow().clone();
            own.iter().for_each(|own| (own * 2.0).backward());
            vec![2.0 * g]
        });
        *own.borrow_mut() = Some(head.clone());
        let z = &head * &y;
        let message = panic_of(|| z.backward());
        assert!(message.contains("\"serpent\"") && message.contains("very operation"), "{message}");
        assert_eq!((x.grad(), y.grad()), (0.0, 0.0));
        // and through another's rule
        let around = own.clone();
        let outer = custom(&z, 1.0, move || around.borrow().iter().for_each(Node::backward));
        assert!(panic_of(|| outer.backward()).contains("\"serpent\""));
        assert_eq!((x.grad(), y.grad()), (0.0, 0.0));
        // once the circle is open, all is well
        own.take();
        z.backward();
        assert_eq!((x.grad(), y.grad()), (6.0, 4.0));
    });
}

/// An operation for every number whose rule for nodes takes the derivative of the operation itself.
struct Ouroboros(Later);
impl Operation<f64> for Ouroboros {
    fn forward(&self, x: &[f64]) -> f64 {
        x[0]
    }
    fn backward(&self, _: &[f64], _: &f64, adjoint: &f64) -> Vec<f64> {
        vec![*adjoint]
    }
}
impl Operation<Node<f64>> for Ouroboros {
    fn forward(&self, x: &[Node<f64>]) -> Node<f64> {
        x[0].clone()
    }
    fn backward(&self, x: &[Node<f64>], _: &Node<f64>, adjoint: &Node<f64>) -> Vec<Node<f64>> {
        let own = self.0.borrow().clone();
        own.iter().for_each(|own| drop(gradients(own, &x[0])));
        vec![adjoint.clone()]
    }
}
#[test]
fn a_rule_that_takes_derivatives_of_its_own_operation() {
    alone(|| {
        let x = Node::leaf(2.0);
        let own = Later::default();
        let y = apply(Ouroboros(own.clone()), std::slice::from_ref(&x));
        *own.borrow_mut() = Some(y.clone());
        assert!(panic_of(|| gradients(&y, &x)).contains("\"Ouroboros\""));
        own.take();
        assert_eq!(gradients(&y, &x).value(), 1.0);
    });
}

/// Not its own operation, but its operand, again and again: that is allowed.
#[test]
fn a_rule_that_sweeps_its_operand() {
    alone(|| {
        let x = Node::leaf(2.0);
        let a = x.square();
        let kept = a.clone();
        let z = custom(&a, 3.0, move || kept.backward());
        z.backward();
        assert_eq!(x.grad(), 12.0 + 4.0);
        assert_eq!(a.grad(), 3.0);
    });
}

/// The rule lets go of nodes, of its own operation's last handle too.
#[test]
fn a_rule_that_drops_nodes() {
    alone(|| {
        let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
        let own = Later::default();
        let found = own.clone();
        let head = custom(&x.square(), 5.0, move || drop(found.take()));
        *own.borrow_mut() = Some(head.clone());
        let z = head.exp() * &y;
        drop(head);
        z.backward();
        assert_eq!(x.grad(), 20f64.exp() * 3.0 * 20.0);
        let many: Rc<RefCell<Vec<Node<f64>>>> = Rc::default();
        let gone = many.clone();
        let z = custom(&x, 1.0, move || gone.borrow_mut().clear());
        *many.borrow_mut() = (0..3000).map(|k| x.powi(k)).collect();
        (z + &x).backward();
        assert!(many.borrow().is_empty());
    });
}

/// The rule of one number type sweeps a graph of another.
#[test]
fn across_number_types() {
    alone(|| {
        let (x, s, d) = (Node::leaf(2.0_f64), Node::leaf(3.0_f32), Node::leaf(backprop::Dual::variable(4.0_f64)));
        let (t, e) = (s.square(), d.square());
        let u = first_order("f32", &[&t], t.value(), move |g| {
            e.backward();
            vec![g]
        });
        let z = custom(&x.square(), 3.0, move || u.backward());
        z.backward();
        assert_eq!((x.grad(), s.grad(), d.grad().value(), d.grad().derivative()), (12.0, 6.0, 8.0, 2.0));
    });
}
