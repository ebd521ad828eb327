//! Derivatives up to the fourth, by every route.

use super::close;
use backprop::{Call, Dual, Elementary, Node, Number, gradients};

/// `e^x·sin x`, whose n-th derivative is `2^(n/2)·e^x·sin(x + n·π/4)`.
struct Spiral;
impl<S: Number> Call<S> for Spiral {
    fn call(&self, x: &[S]) -> S {
        x[0].exp() * x[0].sin()
    }
}
fn spiral(n: i32, x: f64) -> f64 {
    2f64.powf(f64::from(n) / 2.0) * x.exp() * (x + f64::from(n) * std::f64::consts::FRAC_PI_4).sin()
}

/// `atan x + x⁴/8`, whose first derivative is rational.
struct Arc;
impl<S: Number> Call<S> for Arc {
    fn call(&self, x: &[S]) -> S {
        x[0].atan() + x[0].powi(4) / 8.0
    }
}
fn arc(n: i32, x: f64) -> f64 {
    let u = 1.0 / (1.0 + x * x);
    match n {
        0 => x.atan() + x.powi(4) / 8.0,
        1 => u + x.powi(3) / 2.0,
        2 => -2.0 * x * u * u + 1.5 * x * x,
        3 => (6.0 * x * x - 2.0) * u.powi(3) + 3.0 * x,
        _ => 24.0 * x * (1.0 - x * x) * u.powi(4) + 3.0,
    }
}

/// Something with kinks passed over, powers, divisions and literals on both sides; no closed form is used.
struct Mixed;
impl<S: Number> Call<S> for Mixed {
    fn call(&self, x: &[S]) -> S {
        let x = &x[0];
        let a = (2.0 * x + 1.0).ln() * x.powf(x.clone() + 0.5) / (3.0 - x);
        let b = x.hypot(&a).tanh() + x.atan2(&(1.0 + &a)).abs();
        (a.square() + b.exp()).sqrt() * x.sigmoid() - b.max(&a) % S::of(7.0)
    }
}

trait Every:
    Call<f64>
    + Call<Dual<D3>>
    + Call<Node<f64>>
    + Call<Node<D3>>
    + Call<Dual<Node<f64>>>
    + Call<Dual<Dual<Node<f64>>>>
    + Call<Dual<Node<Dual>>>
    + Call<Node<Dual>>
    + Call<Node<Dual<Dual>>>
{
}
impl<F> Every for F where
    F: Call<f64>
        + Call<Dual<D3>>
        + Call<Node<f64>>
        + Call<Node<D3>>
        + Call<Dual<Node<f64>>>
        + Call<Dual<Dual<Node<f64>>>>
        + Call<Dual<Node<Dual>>>
        + Call<Node<Dual>>
        + Call<Node<Dual<Dual>>>
{
}
type D3 = Dual<Dual<Dual>>;

/// `x` as a variable of three levels.
fn variable3(x: f64) -> D3 {
    Dual::variable(Dual::variable(Dual::variable(x)))
}
/// The value and derivatives 1 to 3 in a number of three levels that are one variable.
fn parts(y: D3) -> [f64; 4] {
    let (v, d) = (y.value(), y.derivative());
    [v.value().value(), v.value().derivative(), v.derivative().derivative(), d.derivative().derivative()]
}

/// Value and derivatives up to the fourth, by every route, the route's name beside it. `NAN`: the route says nothing.
fn routes<F: Every>(f: &F, x: f64) -> Vec<(&'static str, [f64; 5])> {
    let mut all = Vec::new();

    let y = f.call(&[Dual::variable(variable3(x))]);
    let (low, high) = (parts(y.value()), parts(y.derivative()));
    all.push(("four duals", [low[0], low[1], low[2], low[3], high[3]]));
    all.push(("four duals, the outer first", [low[0], high[0], high[1], high[2], high[3]]));

    let node = Node::leaf(x);
    let d0: Node<f64> = f.call(std::slice::from_ref(&node));
    let d1 = gradients(&d0, &node);
    let d2 = gradients(&d1, &node);
    let d3 = gradients(&d2, &node);
    d3.backward();
    all.push(("gradients, then a sweep", [d0.value(), d1.value(), d2.value(), d3.value(), node.grad()]));
    let d4 = gradients(&d3, &node);
    all.push(("gradients four times", [d0.value(), d1.value(), d2.value(), d3.value(), d4.value()]));

    let node = Node::leaf(variable3(x));
    let y: Node<D3> = f.call(std::slice::from_ref(&node));
    y.backward();
    let (low, high) = (parts(y.value()), parts(node.grad()));
    all.push(("a sweep over three duals", [low[0], high[0], high[1], high[2], high[3]]));

    let node = Node::leaf(Dual::variable(Dual::variable(x)));
    let y: Node<Dual<Dual>> = f.call(std::slice::from_ref(&node));
    let d1 = gradients(&y, &node);
    let d2 = gradients(&d1, &node).value();
    let d1 = d1.value();
    let v = y.value().value().value();
    let second = d2.value().value();
    close(d1.derivative().value(), second, 1e-10);
    all.push((
        "gradients twice over two duals",
        [v, d1.value().value(), second, d2.value().derivative(), d2.derivative().derivative()],
    ));

    let node = Node::leaf(Dual::variable(x));
    let y: Node<Dual> = f.call(std::slice::from_ref(&node));
    let d1 = gradients(&y, &node);
    let d2 = gradients(&d1, &node);
    d2.backward();
    let d3 = node.grad();
    all.push((
        "gradients and a sweep over a dual",
        [y.value().value(), d1.value().value(), d2.value().value(), d3.value(), d3.derivative()],
    ));

    let node = Node::leaf(x);
    let y: Dual<Dual<Node<f64>>> = f.call(&[Dual::variable(Dual::variable(node.clone()))]);
    let second = y.derivative().derivative();
    let third = gradients(&second, &node);
    let fourth = gradients(&third, &node);
    all.push((
        "two duals over nodes",
        [y.value().value().value(), y.value().derivative().value(), second.value(), third.value(), fourth.value()],
    ));

    let node = Node::leaf(x);
    let y: Dual<Node<f64>> = f.call(&[Dual::variable(node.clone())]);
    let d1 = y.derivative();
    let d2 = gradients(&d1, &node);
    let d3 = gradients(&d2, &node);
    let d4 = gradients(&d3, &node);
    all.push(("a dual over nodes", [y.value().value(), d1.value(), d2.value(), d3.value(), d4.value()]));

    let node = Node::leaf(Dual::variable(x));
    let y: Dual<Node<Dual>> = f.call(&[Dual::variable(node.clone())]);
    let d1 = y.derivative();
    let d2 = gradients(&d1, &node);
    let d3 = gradients(&d2, &node).value();
    all.push((
        "a dual over nodes over a dual",
        [y.value().value().value(), d1.value().value(), d2.value().value(), d3.value(), d3.derivative()],
    ));
    all
}

#[test]
fn fourth_derivatives_by_every_route() {
    for x in [0.7, 1.9, -1.1] {
        for (route, found) in routes(&Spiral, x) {
            for (n, found) in found.into_iter().enumerate() {
                let expected = spiral(n as i32, x);
                assert!(
                    (found - expected).abs() < 1e-13 * 4.0 * x.exp(),
                    "{route}, {n}: {found} instead of {expected}"
                );
            }
        }
        for (route, found) in routes(&Arc, x) {
            for (n, found) in found.into_iter().enumerate() {
                let expected = arc(n as i32, x);
                assert!((found - expected).abs() < 1e-13 * 24.0, "{route}, {n}: {found} instead of {expected}");
            }
        }
    }
}

#[test]
fn routes_agree_on_something_composite() {
    for x in [0.4, 1.1, 1.9] {
        let all = routes(&Mixed, x);
        let (_, first) = all[0];
        for (route, found) in &all {
            for n in 0..5 {
                let scale = first.iter().fold(1.0, |high: f64, d| high.max(d.abs()));
                assert!((found[n] - first[n]).abs() < 1e-12 * scale, "{route}, {n}: {} and {}", found[n], first[n]);
            }
        }
        // what the routes agree on is the derivative: by differences of each order's predecessor
        let h = 1e-4;
        let (_, after) = routes(&Mixed, x + h)[0];
        let (_, before) = routes(&Mixed, x - h)[0];
        for n in 1..5 {
            let difference = (after[n - 1] - before[n - 1]) / (2.0 * h);
            let scale = first.iter().fold(1.0, |high: f64, d| high.max(d.abs()));
            assert!((difference - first[n]).abs() < 1e-5 * scale, "at {x}, {n}: {difference} and {}", first[n]);
        }
    }
}
