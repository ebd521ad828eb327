//! Counts at their limit.

use crate::{alone, panic_of};
use backprop::custom::first_order;
use backprop::graph::testing;
use backprop::{Node, graph};

/// A count that is full is never wrapped: cloning panics, and everything still answers.
#[test]
fn four_billion_handles() {
    alone(|| {
        let x = Node::leaf(2.0);
        let counted = first_order("id", &[&x], x.value(), |g| vec![g]);
        for node in [x.clone(), x.sin(), counted.clone()] {
            let handles = testing::set_handles(&node, u32::MAX);
            assert_eq!(panic_of(|| node.clone()), "more than 2^32 references to one node");
            // what is computed from a custom operation is counted there
            let is_counted = node.operation().is_some_and(|f| f.to_string() == "id");
            let refused = is_counted.then(|| panic_of(|| &node * 3.0));
            assert!(refused.is_none_or(|message| message == "more than 2^32 references to one node"));
            testing::set_handles(&node, handles);
            let product = &node * 3.0;
            x.zero_grad();
            product.backward();
            assert_eq!(node.grad(), 3.0);
        }
        drop(counted);
        assert_eq!(graph::stats().live_cells, 1);
    });
}
