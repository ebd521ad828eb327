//! An array looked at: what it was computed from.

use backprop::{Node, NodeArray, Op, Recorded};
use ndarray::{Array2, array};

#[test]
fn leaves_constants_and_results() {
    let (x, c) = (NodeArray::leaf(array![1.0, 2.0]), NodeArray::constant(array![3.0, 4.0]));
    assert!(x.is_leaf() && !c.is_leaf() && !(&x * 2.0).is_leaf() && !x.detach().is_leaf());
    assert!(x.operands().is_empty() && c.operands().is_empty());
    let number = Node::leaf(5.0);
    let y = &x * &c + &number;
    assert_eq!(y.operation(), Some(Recorded::Row(Op::Add)));
    let [product, five] = &y.operands()[..] else { panic!("a sum has two operands") };
    assert_eq!((product.shape(), product.operands().len()), (Some(vec![2]), 2));
    // a number goes in as an array without axes
    assert_eq!(five.shape(), Some(vec![]));
    assert!(five.operands()[0].is_same(&number));
    // of constants alone nothing is remembered
    assert!((&c * &c).operands().is_empty());
}

#[test]
fn arrays_with_nothing_in_them() {
    let x = NodeArray::leaf(Array2::<f64>::zeros((0, 3)));
    assert!(x.is_leaf() && x.operands().is_empty());
    let y = x.exp();
    assert!(!y.is_leaf());
    assert_eq!(y.operands()[0].shape(), Some(vec![0, 3]));
}
