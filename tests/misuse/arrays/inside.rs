//! Inside the rule of a custom operation, while a sweep is under way: graphs of arrays are built, swept, named, updated
//! and dropped there.

use super::{Graph, alone};
use crate::panics::panic_of;
use backprop::custom::first_order;
use backprop::{Node, NodeArray1, gradients, graph, no_grad};
use ndarray::{arr1, array};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// The identity, whose rule does something.
fn doing(x: &Node<f64>, does: impl Fn() + 'static) -> Node<f64> {
    first_order("doing", &[x], x.value(), move |adjoint| {
        does();
        vec![adjoint]
    })
}

/// x = (1, 2), a = 3. The rule runs when `late` has been swept and `early` has not.
struct System {
    a: Node<f64>,
    x: NodeArray1<f64>,
    early: NodeArray1<f64>,
    late: NodeArray1<f64>,
    z: Node<f64>,
}
fn system(does: impl Fn(&NodeArray1<f64>, &NodeArray1<f64>) + 'static) -> System {
    let (a, x) = (Node::leaf(3.0), NodeArray1::leaf(array![1.0, 2.0]));
    let early = &x * &a; // 3, 6
    let slot: Rc<RefCell<Option<NodeArray1<f64>>>> = Rc::default();
    let (seen, found) = (early.clone(), slot.clone());
    let middle = doing(&early.sum(), move || {
        let late = found.borrow().clone();
        does(&seen, &late.expect("made before the sweep"));
    });
    let late = early.square(); // 9, 36
    *slot.borrow_mut() = Some(late.clone());
    let z = (&late * &middle).sum(); // 9·45
    System { a, x, early, late, z }
}
impl System {
    /// z = (Σ early²)(Σ early): ∂z/∂early = 2·early·9 + 45; what the rule's own sweeps add to ∂/∂early is `added`.
    #[track_caller]
    fn check(self, added: [f64; 2]) {
        self.z.backward();
        let slope = [2.0 * 3.0 * 9.0 + 45.0, 2.0 * 6.0 * 9.0 + 45.0];
        let all = [slope[0] + added[0], slope[1] + added[1]];
        assert_eq!(self.x.grad(), array![3.0 * all[0], 3.0 * all[1]]);
        assert_eq!(self.a.grad(), all[0] + 2.0 * all[1]);
        // the adjoints are the outer sweep's, which is the last to end
        assert_eq!(self.early.grad(), arr1(&slope), "early");
        assert_eq!(self.late.grad(), array![9.0, 9.0], "late");
        assert_eq!(self.z.grad(), 1.0);
    }
}

#[test]
fn a_rule_that_does_nothing() {
    alone(|| system(|_, _| ()).check([0.0, 0.0]));
}

#[test]
fn a_rule_with_arrays_of_its_own() {
    alone(|| {
        system(|early, late| {
            let w = NodeArray1::leaf(early.value().to_owned());
            let y = (&w * late.detach()).sum();
            (&y * 2.0 - &y).backward();
            assert_eq!(w.grad(), late.value());
            w.update(|value, grad| value.scaled_add(-1.0, grad));
            assert!(no_grad(|| (&w * early).sum()).is_constant());
        })
        .check([0.0, 0.0]);
    });
}

#[test]
fn a_rule_that_sweeps_what_is_still_to_come() {
    alone(|| system(|early, _| early.backward_with(&array![0.5, 2.0])).check([0.5, 2.0]));
}

/// The adjoint of an array that the outer sweep has finished is the outer one's, as a number's is.
#[test]
fn a_rule_that_sweeps_what_has_been_swept() {
    alone(|| system(|_, late| late.backward_with(&array![0.5, 2.0])).check([3.0, 24.0]));
}

#[test]
fn a_rule_that_sweeps_many_times() {
    alone(|| {
        system(|early, late| {
            for _ in 0..10 {
                early.backward_with(&array![1.0, 0.0]);
                (late * early).sum().backward(); // 3·early²
            }
        })
        .check([10.0 + 270.0, 1080.0]);
    });
}

#[test]
fn a_rule_that_takes_derivatives_as_nodes() {
    alone(|| {
        system(|early, late| {
            let slopes = gradients(&late.sum(), early);
            assert_eq!(slopes.value(), array![6.0, 12.0]);
            let second = gradients(&slopes.sum(), early);
            assert_eq!(second.value(), array![2.0, 2.0]);
            slopes.sum().backward();
        })
        .check([2.0, 2.0]);
    });
}

/// An inner sweep that panics half-way leaves the outer one's adjoints as they were, those of arrays too.
#[test]
fn a_rule_that_catches_a_panic() {
    alone(|| {
        system(|early, late| {
            let panics = first_order("no", &[&early.sum()], 1.0, |_| -> Vec<f64> { panic!("no") });
            let y = (late * panics).sum() + (early * early).sum();
            assert!(panic_of(|| y.backward()).0.contains("no"));
        })
        .check([0.0, 0.0]);
    });
}

/// Three sweeps, one inside the other, all through the same arrays.
#[test]
fn three_deep() {
    alone(|| {
        system(|early, late| {
            let (seen, also) = (early.clone(), late.clone());
            let inner = doing(&late.sum(), move || {
                seen.backward_with(&array![1.0, 0.0]);
                also.backward_with(&array![0.0, 1.0]); // ∂/∂early: 0, 12
            });
            (inner + early.sum()).backward(); // ∂/∂early: 2·early + 1
        })
        .check([1.0 + 6.0 + 1.0, 12.0 + 12.0 + 1.0]);
    });
}

/// A leaf that gets a name while its gradient collects keeps what has come.
#[test]
fn a_rule_that_names_a_leaf() {
    alone(|| {
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let a = Node::leaf(2.0);
        let seen = x.clone();
        let named = doing(&a, move || {
            assert_eq!(seen.clone().named("x").name().as_deref(), Some("x"));
        });
        // the last product is swept first: x has its part when the rule runs
        let z = (&x * named).sum() + (&x * 10.0).sum();
        z.backward();
        assert_eq!((x.grad(), a.grad()), (arr1(&[12.0, 12.0]).into_shared(), 3.0));
        assert_eq!(x.name().as_deref(), Some("x"));
    });
}

/// The last handles of an inner array, of a leaf and of a whole graph go while they are being swept.
#[test]
fn a_rule_that_drops_the_last_handles() {
    alone(|| {
        type Kept = (NodeArray1<f64>, NodeArray1<f64>, NodeArray1<f64>, Node<f64>);
        let slot: Rc<RefCell<Option<Kept>>> = Rc::default();
        let gone = slot.clone();
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let lost = NodeArray1::leaf(array![5.0, 6.0]);
        let inner = &x * 2.0;
        let middle = doing(&inner.sum(), move || drop(gone.take()));
        let late = inner.square();
        let other = (&late + &lost).sum().exp();
        let z = (&late * &middle + &lost).sum();
        let kept = (inner, lost, late, other);
        *slot.borrow_mut() = Some(kept);
        z.backward();
        assert!(slot.take().is_none());
        // z = Σ4x²·Σ2x + …
        assert_eq!(x.grad(), array![8.0 * 6.0 + 40.0, 16.0 * 6.0 + 40.0]);
        x.zero_grad();
        z.backward();
        assert_eq!(x.grad(), array![8.0 * 6.0 + 40.0, 16.0 * 6.0 + 40.0]);
    });
}

/// A rule updates a leaf whose old values the outer sweep still needs: a clear panic, no gradient changed.
#[test]
fn a_rule_that_updates_a_leaf() {
    alone(|| {
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let w = NodeArray1::leaf(array![3.0, 4.0]);
        let early = (&x * &w).sum();
        let seen = w.clone();
        let middle = doing(&early, move || seen.update(|value, _| value.fill(0.0)));
        let z = &middle + (&w * 5.0).sum();
        let (message, ..) = panic_of(|| z.backward());
        assert!(message.contains("update()") && message.contains("mul"), "{message}");
        assert_eq!((x.grad().sum(), w.grad().sum()), (0.0, 0.0));
        assert_eq!(w.value(), array![0.0, 0.0]);
        // computed anew
        (&x * &w).sum().backward();
        assert_eq!((x.grad(), w.grad()), (w.value(), x.value()));
    });
}

/// And a rule that is called from inside an update.
#[test]
fn a_sweep_inside_an_update() {
    alone(|| {
        let w = NodeArray1::leaf(array![1.0, 2.0]);
        let y = w.square().sum();
        // by the sweep's own rules: the values that it needs are away
        let (message, ..) = panic_of(|| w.update(|_, _| y.backward()));
        assert!(message.contains("update()"), "{message}");
        assert_eq!((w.value(), w.grad().sum()), (arr1(&[1.0, 2.0]).into_shared(), 0.0));
        // what does not need them is swept
        let y = w.sum();
        w.update(|value, grad| {
            y.backward();
            assert_eq!(*grad, array![0.0, 0.0]);
            value[0] = 7.0;
        });
        assert_eq!((w.value(), w.grad()), (arr1(&[7.0, 2.0]).into_shared(), arr1(&[1.0, 1.0]).into_shared()));
    });
}

/// A payload's drop that builds, sweeps and drops arrays.
#[test]
fn a_drop_with_arrays_of_its_own() {
    struct Busy(Rc<Cell<u32>>, NodeArray1<f64>);
    impl Drop for Busy {
        fn drop(&mut self) {
            let w = NodeArray1::leaf(array![1.0, 2.0]);
            let y = (&w * &self.1).sum().named("busy");
            y.backward();
            assert_eq!(w.grad(), self.1.value());
            self.0.set(self.0.get() + 1);
        }
    }
    alone(|| {
        let drops = Rc::new(Cell::new(0));
        let x = NodeArray1::leaf(array![3.0, 4.0]);
        let busy = Busy(drops.clone(), x.exp());
        let held = first_order("busy", &[&x.sum()], 1.0, move |g| vec![g * busy.1.value()[0]]);
        let y = (&x * held).sum();
        drop(x);
        y.backward();
        drop(y);
        assert_eq!(drops.get(), 1);
    });
}

/// After a panic in a rule, wherever it strikes, nothing of it stays in any array.
#[test]
fn panics_at_every_place() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        for at in 0..12 {
            let countdown = Rc::new(Cell::new(at));
            let bomb = |x: &Node<f64>| {
                let countdown = countdown.clone();
                doing(x, move || {
                    let left = countdown.get();
                    assert!(left != 0, "bomb");
                    countdown.set(left - 1);
                })
            };
            let mut y = g.x.clone();
            for _ in 0..10 {
                y = (&y * bomb(&y.sum()) + g.w.dot(&y).index(0)) * 0.25 + &g.x;
            }
            g.zero();
            let caught = catch_unwind(AssertUnwindSafe(|| panic_of(|| y.sum().backward())));
            assert_eq!(caught.is_ok(), at < 10, "{at}");
            if at < 10 {
                assert!(g.grads().iter().all(|&g| g == 0.0));
            }
            assert_eq!(g.swept(), expected);
        }
        let graph = graph::stats();
        assert!(graph.live_cells > 0);
    });
}

/// `operands()` gives nodes that stand for arrays, to be looked at. Who computes with them gets nothing, but nothing of a
/// sweep that panics stays behind.
#[test]
fn nodes_that_stand_for_arrays() {
    alone(|| {
        let x = NodeArray1::leaf(array![1.0, 2.0]);
        let y = &x * 3.0;
        let bomb = doing(&x.sum(), || panic!("bomb"));
        let sum = y.sum();
        let [cell] = &sum.operands()[..] else { panic!("one operand") };
        let strange = bomb + &sum + cell * 2.0;
        for _ in 0..3 {
            assert!(panic_of(|| strange.backward()).0.contains("bomb"));
            cell.backward();
            sum.backward();
            assert_eq!(x.grad(), array![3.0, 3.0]);
            x.zero_grad();
        }
    });
}
