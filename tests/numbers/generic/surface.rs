//! The operators and methods of every number, one module for each type.

/// Both sides, every operator, every way to own, comparison: on numbers of value 1.5 and 0.5, with literals of their own
/// kind. A module for each type, small tests in it.
macro_rules! surface {
    ($($name:ident $Type:ty, $float:ty, $make:expr;)*) => { $( mod $name {
        #[allow(unused_imports)]
        use backprop::{Dual, Elementary, Node};

        fn make(v: $float) -> $Type {
            ($make)(v)
        }
        fn is(number: &$Type, expected: f64) {
            crate::generic::close(number.to_f64_value(), expected, 1e-6);
        }

        #[test]
        fn literals_on_the_right() {
            let x = make(1.5);
            is(&((x.clone() + 2.0) * 3.0 - 1.0), 9.5);
            is(&(&x / 3.0 % 0.2), 0.1);
            is(&(&x + 2.0), 3.5);
            is(&(&x * 2.0), 3.0);
            is(&(&x - 2.0), -0.5);
        }
        #[test]
        fn literals_on_the_left() {
            let x = make(1.5);
            is(&(2.0 * x.clone() + 1.0), 4.0);
            is(&(2.0 * &x), 3.0);
            is(&(1.0 - &x), -0.5);
            is(&(3.0 / &x), 2.0);
            is(&(1.0 - 3.0 / x.clone()), -1.0);
            is(&(4.0 % &x), 1.0);
            is(&(4.0 % x.clone()), 1.0);
            is(&(0.5 + &x), 2.0);
            is(&((2.0 * &x).sin() + 0.0), 3f64.sin());
        }
        #[test]
        fn references() {
            let (x, y) = (make(1.5), make(0.5));
            is(&(&x + &y), 2.0);
            is(&(&x - y.clone()), 1.0);
            is(&(x.clone() * &y), 0.75);
            is(&(x.clone() / y.clone()), 3.0);
            is(&(&x % &y), 0.0);
            is(&(-&x + -y.clone()), -2.0);
        }
        #[test]
        fn assignment_of_literals() {
            let mut z = make(1.5);
            z += 1.0;
            z -= 0.5;
            z *= 3.0;
            z /= 2.0;
            z %= 2.0;
            is(&z, 1.0);
        }
        #[test]
        fn assignment() {
            let (x, y) = (make(1.5), make(0.5));
            let mut z = make(1.0);
            z += &y;
            z -= &x;
            z *= &y;
            z /= &x;
            z %= &y;
            is(&z, 0.0);
            z += y.clone();
            z -= x.clone();
            z *= y.clone();
            z /= x.clone();
            z %= x.clone();
            is(&z, -1.0 / 3.0);
        }
        #[test]
        fn methods_take_both() {
            let (x, y) = (make(1.5), make(0.5));
            is(&x.max(&y), 1.5);
            is(&x.max(y.clone()), 1.5);
            is(&x.min(&y).hypot(y.clone()), 0.5f64.hypot(0.5));
            is(&x.clamp(&y, y.clone()).powf(&x), 0.5f64.powf(1.5));
            is(&x.mul_add(y.clone(), &x), 2.25);
            is(&x.powi(-2), 1.0 / 2.25);
        }
        #[test]
        fn order_looks_at_values() {
            let (x, y) = (make(1.5), make(0.5));
            assert!(x < 2.0 && x > 1.0 && x <= 1.5 && x == 1.5 && x != 1.0);
            assert!(y < x && x > y && x == x.clone() && x != y);
            assert_eq!(x.partial_cmp(&make(<$float>::NAN)), None);
            assert_eq!(make(0.0), make(-0.0));
        }
        #[test]
        fn sums_and_products() {
            let (x, y) = (make(1.5), make(0.5));
            is(&[x.clone(), y.clone(), x.clone()].into_iter().sum::<$Type>(), 3.5);
            is(&[x.clone(), y.clone()].iter().sum::<$Type>(), 2.0);
            is(&[x.clone(), y.clone(), x.clone()].into_iter().product::<$Type>(), 1.125);
            is(&[x, y].iter().product::<$Type>(), 0.75);
            is(&std::iter::empty::<$Type>().sum::<$Type>(), 0.0);
            is(&std::iter::empty::<&$Type>().sum::<$Type>(), 0.0);
            is(&std::iter::empty::<$Type>().product::<$Type>(), 1.0);
            is(&std::iter::empty::<&$Type>().product::<$Type>(), 1.0);
        }
    } )* };
}
surface! {
    dual Dual, f64, Dual::variable;
    dual_of_three Dual<f64, 3>, f64, |v| Dual::seeded(v, 1);
    dual_of_dual Dual<Dual>, f64, |v| Dual::variable(Dual::variable(v));
    dual_of_dual_wide Dual<Dual<f64, 2>, 3>, f64, |v| Dual::seeded(Dual::seeded(v, 1), 2);
    three_duals Dual<Dual<Dual>>, f64, |v| Dual::constant(Dual::variable(Dual::variable(v)));
    node Node<f64>, f64, Node::leaf;
    node_of_dual Node<Dual>, f64, |v| Node::leaf(Dual::variable(v));
    node_of_dual_wide Node<Dual<f64, 2>>, f64, |v| Node::leaf(Dual::seeded(v, 1));
    node_of_two_duals Node<Dual<Dual>>, f64, |v| Node::leaf(Dual::constant(Dual::variable(v)));
    dual_of_node Dual<Node<f64>>, f64, |v| Dual::variable(Node::leaf(v));
    two_duals_of_node Dual<Dual<Node<f64>>>, f64, |v| Dual::variable(Dual::constant(Node::leaf(v)));
    dual_of_node_of_dual Dual<Node<Dual>>, f64, |v| Dual::variable(Node::leaf(Dual::variable(v)));
    dual32 Dual<f32>, f32, Dual::variable;
    dual_of_dual32 Dual<Dual<f32>>, f32, |v| Dual::variable(Dual::variable(v));
    three_duals32 Dual<Dual<Dual<f32>>, 2>, f32, |v| Dual::seeded(Dual::constant(Dual::variable(v)), 0);
    node32 Node<f32>, f32, Node::leaf;
    node_of_dual32 Node<Dual<f32>>, f32, |v| Node::leaf(Dual::variable(v));
    dual_of_node32 Dual<Node<f32>>, f32, |v| Dual::variable(Node::leaf(v));
}
