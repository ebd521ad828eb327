//! `detach()` cuts in every mode at once, whatever a number is made of.

use backprop::{
    Dual, Elementary, Float, Jet, Node, Number, Var, derivative, forward, grad, gradients, hessian, hvp,
    nth_derivative, taylor, vjp,
};

/// `x·y·sin(x)` of which the middle factor and the sine's argument are cut: the slope is `y·sin(x)`, for ever.
fn cut<S: Number>(x: &S, y: &S) -> S {
    x * &y.detach() * x.detach().sin()
}
const X: f64 = 0.7;
const Y: f64 = -1.9;
fn slope() -> f64 {
    Y * X.sin()
}

#[test]
fn a_plain_number_is_itself() {
    assert_eq!((X.detach(), 0.7_f32.detach()), (X, 0.7_f32));
    assert!(f64::NAN.detach().is_nan());
}

#[test]
fn one_level() {
    let expected = slope();
    assert_eq!(derivative(|x| cut(&x, &Dual::constant(Y)), X), expected);
    assert_eq!(forward::grad::<2, _>(|&[x, y]| cut(&x, &y), &[X, Y]), [expected, 0.0]);
    assert_eq!(grad(|&[x, y]| cut(&x, &y), &[X, Y]), [expected, 0.0]);
    assert_eq!(vjp(|&[x, y]| [cut(&x, &y), y], &[X, Y]).1.call(&[1.0, 0.0]), [expected, 0.0]);
    assert_eq!(taylor::<3, _>(|x| cut(&x, &Jet::variable(Y)), X).higher(), &[expected, 0.0, 0.0]);
    let (x, y) = (Node::leaf(X), Node::leaf(Y));
    let z = cut(&x, &y);
    z.backward();
    assert_eq!((x.grad(), y.grad()), (expected, 0.0));
    let [by_x, by_y] = gradients(&z, &[&x, &y]);
    assert_eq!((by_x.value(), by_y.value()), (expected, 0.0));
    assert_eq!(gradients(&by_x, &x).value(), 0.0);
    assert_eq!(gradients(&by_x, &y).value(), 0.0);
}

#[test]
fn two_levels() {
    let expected = slope();
    // drivers of second order: forward over reverse
    assert_eq!(hessian(|&[x, y]| cut(&x, &y), &[X, Y]), ndarray::Array2::<f64>::zeros((2, 2)));
    assert_eq!(hvp(|&[x, y]| cut(&x, &y), &[X, Y], &[1.0, 2.0]), ([expected, 0.0], [0.0, 0.0]));
    // forward over forward, with both levels at the same variables
    assert_eq!(derivative(|x| derivative(|x| cut(&x, &Dual::constant(Dual::constant(Y))), x), X), 0.0);
    assert_eq!(nth_derivative::<2, _>(|x| cut(&x, &Jet::variable(Y)), X), 0.0);
    // reverse over reverse, on the tape and in a graph of duals
    assert_eq!(grad(|&[x, y]| grad(|&[x, y]| cut(&x, &y), &[x, y])[0], &[X, Y]), [0.0, 0.0]);
    let (x, y) = (Node::leaf(Dual::new(X, [1.0])), Node::leaf(Dual::new(Y, [3.0])));
    let z = cut(&x, &y);
    // along (1, 3) only the first factor moves
    assert_eq!((z.value().value(), z.value().derivative()), (X * Y * X.sin(), expected));
    z.backward();
    assert_eq!((x.grad().value(), x.grad().derivative()), (expected, 0.0));
    assert_eq!((y.grad().value(), y.grad().derivative()), (0.0, 0.0));
    let by_x = gradients(&z, &x).value();
    assert_eq!((by_x.value(), by_x.derivative()), (expected, 0.0));
}

/// Whether nothing varies in what was detached, by the number's own word: an exact zero stays one times anything.
fn still<S: Elementary>(x: &S, value: f64) {
    let detached = x.detach();
    assert_eq!(detached.to_f64_value(), value);
    assert_eq!(format!("{detached:?}"), format!("{:?}", S::of(value)), "as the constant is");
    assert_eq!(format!("{:?}", detached.detach()), format!("{detached:?}"), "once is enough");
}
/// Every number over `x`, moving at its own level and below.
fn every_number_over<T: Float + std::fmt::Debug>(x: T, value: f64, seed: T) {
    still(&Dual::new(x, [seed, seed]), value);
    still(&Jet::new(x, [seed; 3]), value);
    still(&Node::leaf(x), value);
    still(&(Node::leaf(x) * seed / seed), value);
    still(&Dual::new(Node::leaf(x), [Node::leaf(seed)]), value);
    still(&Jet::new(Node::leaf(x), [Node::leaf(seed), Node::constant(seed)]), value);
    let _ = grad(
        |y: &[Var<T>]| {
            still(&y[0], value);
            still(&(y[0] * y[1] / y[1]), value);
            still(&Dual::new(y[0], [y[1]]), value);
            still(&Jet::new(y[0], [y[1], y[0]]), value);
            still(&Node::leaf(y[0]), value);
            y[0]
        },
        &[x, seed][..],
    );
}

#[test]
fn every_nesting() {
    let (x, seed) = (0.75, -2.5);
    every_number_over(x, x, seed);
    every_number_over(0.75_f32, x, -2.5_f32);
    every_number_over(Dual::new(x, [seed, 1.0]), x, Dual::new(seed, [2.0, seed]));
    every_number_over(Jet::new(x, [seed, 1.0]), x, Jet::new(seed, [2.0, seed]));
    every_number_over(Dual::new(Jet::new(x, [seed]), [Jet::new(seed, [3.0])]), x, Dual::constant(Jet::constant(seed)));
    every_number_over(Jet::new(Dual::new(x, [seed]), [Dual::new(seed, [3.0])]), x, Jet::constant(Dual::variable(seed)));
    let _ = grad(
        |&[y]| {
            every_number_over(y, x, Var::constant(seed));
            every_number_over(Dual::new(y, [y]), x, Dual::variable(y));
            every_number_over(Jet::new(y, [y, y]), x, Jet::variable(y));
            y
        },
        &[x],
    );
}

#[test]
fn an_outer_level_is_cut_with_the_inner_one() {
    // d/dx (x · d/dy (y·detach(x·y)) at y = 2) = d/dx (x · [2x, cut]) = [2x, cut]
    let outer = |x: Dual| x * derivative(|y| y * (y * x).detach(), Dual::constant(2.0));
    assert_eq!(derivative(outer, 1.5), 3.0);
    let outer = |&[x]: &[Var; 1]| x * grad(|&[y]| y * (y * x).detach(), &[Var::constant(2.0)])[0];
    assert_eq!(grad(outer, &[1.5]), [3.0]);
}

#[test]
fn what_is_detached_leaves_its_call() {
    let mut kept = Var::constant(0.0);
    let _ = grad(
        |&[x]| {
            kept = (x * x).detach();
            x
        },
        &[3.0],
    );
    assert_eq!(grad(|&[x]| x * kept, &[1.0]), [9.0]);
    // within a nested variable too
    let mut kept = Var::constant(Var::constant(0.0));
    let _ = grad(
        |&[x]| {
            kept = Var::constant(x * x).detach();
            x
        },
        &[3.0],
    );
    assert_eq!(grad(|&[x]: &[Var<Var>; 1]| x * kept, &[Var::constant(1.0)])[0].value(), 9.0);
}

#[test]
fn naming_does_not_detach() {
    let c = Node::constant(Dual::<f64>::variable(3.0));
    for named in [(&c * &c).named("a product"), c.clone().named("a constant"), (&c + 1.0).named("a sum")] {
        assert!(named.is_constant() && named.value().derivative() != 0.0, "{named:?}");
    }
}
