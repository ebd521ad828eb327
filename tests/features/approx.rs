//! approx's comparison traits.

use approx::{AbsDiffEq, RelativeEq, UlpsEq, abs_diff_eq, assert_abs_diff_eq, assert_relative_eq, assert_ulps_eq};
use backprop::{Dual, Node};

#[test]
fn values_are_compared() {
    assert_relative_eq!(Dual::variable(1.0), Dual::constant(1.0 + 1e-16));
    assert_abs_diff_eq!(Dual::variable(1.0), Dual::constant(1.05), epsilon = Dual::constant(0.1));
    assert!(!abs_diff_eq!(Dual::variable(1.0), Dual::constant(1.2), epsilon = Dual::constant(0.1)));
    assert_ulps_eq!(Dual::variable(Dual::variable(1.0)), Dual::constant(Dual::constant(1.0 + f64::EPSILON)));
    assert_relative_eq!(Node::leaf(1.0), Node::leaf(1.0 + 1e-16));
    assert_relative_eq!(Node::leaf(1.0), Node::leaf(1.01), epsilon = 0.1);
    assert!(Node::leaf(Dual::variable(1.0)).relative_eq(
        &Node::leaf(Dual::constant(1.0)),
        Dual::constant(0.0),
        Dual::constant(0.0)
    ));
    assert!(!Node::leaf(1.0).ulps_eq(&Node::leaf(1.1), f64::default_epsilon(), 4));
    assert!(!Dual::variable(1.0).abs_diff_eq(&Dual::constant(1.1), Dual::default_epsilon()));
}
