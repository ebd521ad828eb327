//! Names, and what they cost: of leaves, constants, literals and inner nodes.

use crate::alone;
use backprop::{Node, Recorded, graph};

#[test]
fn of_a_leaf() {
    alone(|| {
        let x = Node::leaf(2.0);
        let other = x.clone();
        assert_eq!(x.name(), None);
        let x = x.named("apple");
        // all handles share it, and it is still the same leaf
        assert!(x.is_same(&other) && x.is_leaf() && x.operation().is_none() && x.operands().is_empty());
        assert_eq!(other.name().as_deref(), Some("apple"));
        let y = x.square();
        y.backward();
        assert_eq!((x.grad(), y.name()), (4.0, None));
        assert_eq!(y.operands()[0].name().as_deref(), Some("apple"));
        let x = x.named("pear");
        assert_eq!((x.name().as_deref(), other.name().as_deref(), x.grad()), (Some("pear"), Some("pear"), 4.0));
        assert!(format!("{x:?}").contains("pear"));
    });
}

#[test]
fn of_a_constant_and_a_literal() {
    alone(|| {
        let c = Node::constant(2.0).named("c");
        assert!(c.is_constant());
        assert_eq!(c.name().as_deref(), Some("c"));
        // a constant that was computed
        let d = (&c * &c).named("c²");
        assert!(d.is_constant());
        assert_eq!((d.value(), d.name().as_deref()), (4.0, Some("c²")));
        let x = Node::leaf(3.0);
        let y = &x * 2.0;
        let two = y.operands().remove(1);
        let named = two.clone().named("two");
        // a literal belongs to its operation: the name goes to a constant of the same value
        assert_eq!((named.value(), named.name().as_deref(), two.name()), (2.0, Some("two"), None));
        assert!(named.is_constant());
        drop((y, two));
        assert_eq!(named.name().as_deref(), Some("two"));
    });
}

#[test]
fn of_an_inner_node() {
    alone(|| {
        let x = Node::leaf(3.0);
        let y = x.square();
        let named = y.clone().named("y").named("again");
        assert_eq!((named.value(), named.name().as_deref()), (9.0, Some("again")));
        assert_eq!(named.operation(), Some(Recorded::Named("again".into())));
        let inner = named.operands().remove(0);
        assert_eq!(inner.name().as_deref(), Some("y"));
        assert!(inner.operands()[0].is_same(&y) && y.name().is_none());
        named.exp().backward();
        assert_eq!((x.grad(), named.grad(), y.grad()), (6.0 * 9f64.exp(), 9f64.exp(), 9f64.exp()));
        let second = backprop::gradients(&backprop::gradients(&named, &x), &x);
        assert_eq!(second.value(), 2.0);
    });
}

/// Names go with their nodes.
#[test]
fn names_are_freed() {
    alone(|| {
        let x = Node::leaf(3.0);
        let before = graph::stats();
        for k in 0..1000 {
            let leaf = Node::leaf(1.0).named("leaf").named("renamed");
            let constant = leaf.detach().named("constant");
            let inner = (&leaf * &x).named("inner").named(&format!("{k}"));
            let literal = (&x * 2.0).operands().remove(1).named("literal");
            assert!(graph::stats().bytes_in_use > before.bytes_in_use + 5 * 32);
            assert_eq!(inner.name().as_deref(), Some(format!("{k}").as_str()));
            drop((leaf, constant, inner, literal));
            let after = graph::stats();
            assert_eq!((after.live_cells, after.bytes_in_use), (before.live_cells, before.bytes_in_use));
        }
        // a slot that had a name is used again, without it
        drop(Node::leaf(1.0).named("old"));
        assert_eq!((Node::leaf(1.0).name(), Node::constant(1.0).name()), (None, None));
    });
}
