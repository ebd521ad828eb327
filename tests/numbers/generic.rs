//! One formula, every number; and the surface of the numbers: literals, references, assignment, sums, and the traits
//! of num-traits, ndarray and std.

mod literals;
mod numeric;
mod surface;

use backprop::{Dual, Elementary, Node, Number, check, gradients};
use ndarray::{Array, Array1, Array2, Ix1, Ix2, array};

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(check::same(&found, &expected, tolerance), "{found} instead of {expected}");
}
#[track_caller]
fn close32(found: f32, expected: f32) {
    assert!((found - expected).abs() <= 4.0 * f32::EPSILON * expected.abs().max(1.0), "{found} instead of {expected}");
}

// ------------------------------------------------------------------------------------------------ one formula

/// No literals, references only.
fn clone_only<S: Elementary>(x: &S, y: &S) -> S {
    let mut sum = x.sin() * y + x.clone() * S::of(2.0) - y.exp() / &(x.clone() + y);
    sum += x.hypot(y);
    sum *= S::of(0.5);
    sum.mul_add(x, y.clone()).max(x) - x.atan2(y)
}

/// Literals on both sides, products of literals, comparisons, branches, references in every combination.
fn literals<S: Number>(x: &S, y: &S) -> S {
    let u = 2.0 * 3.0;
    let k = 0.25 * u - 1.0;
    let a = (2.0 * x.sin() * y + 1.0).exp() - y * u / 3.0 + 1.0 / x;
    let b = (x - 1.0) * (2.0 - y) + &a * &a - x / &(y * y + 3.0) + (-x) * 0.5 + (0.5 - x.clone()) / 4.0;
    let c = if b > 0.0 && *x < 100.0 && y.clone() != 3.0 { b.ln_1p() * k } else { 1.0 - b };
    3.0 + c.clone() * x - (k + y) / (1.0 + c.square())
}

/// The same shape over `f32`: literals are `f32` then.
fn literals32<S: Number<f32>>(x: &S, y: &S) -> S {
    let k = 2.0 * 0.75;
    let a = (2.0 * x.sin() * y + 1.0).sqrt() - y * k / 3.0 + 1.0 / x;
    if a > 0.0 && *x < 100.0 { 0.5 * &a * x } else { a - 1.0 }
}

/// Somebody else's function, written for num-traits.
fn foreign<F: num_traits::Float>(x: F, y: F) -> F {
    let two = F::one() + F::one();
    let r = (x * x + y.powi(2)).sqrt().max(F::epsilon());
    let mut s = F::zero();
    for k in 1..4 {
        s = s + (x * F::from(k).unwrap_or_else(F::nan)).sin() / two.powi(k) + y.abs().powf(x / two).ln_1p();
    }
    if x.is_finite() && s > F::zero() { s.mul_add(r, x.hypot(y)) - y.atan2(x).tanh() } else { F::neg_infinity() }
}

/// Derivatives of `f` at a place: by differences, and by every mode. Checks that they agree, and returns them.
macro_rules! every_number {
    ($f:ident, by reference, $x:expr, $y:expr) => {{
        let (a, b): (f64, f64) = ($x, $y);
        let value = $f(&a, &b);
        let h = 1e-5;
        let differences =
            [($f(&(a + h), &b) - $f(&(a - h), &b)) / (2.0 * h), ($f(&a, &(b + h)) - $f(&a, &(b - h))) / (2.0 * h)];
        // forward
        let z: Dual<f64, 2> = $f(&Dual::seeded(a, 0), &Dual::seeded(b, 1));
        let slopes = *z.tangents();
        assert_eq!(z.value(), value);
        close(slopes[0], differences[0], 1e-7);
        close(slopes[1], differences[1], 1e-7);
        // reverse
        let (x, y) = (Node::leaf(a), Node::leaf(b));
        let z = $f(&x, &y);
        z.backward();
        assert_eq!(z.value(), value);
        close(x.grad(), slopes[0], 1e-13);
        close(y.grad(), slopes[1], 1e-13);
        let [dx, dy] = gradients(&z, &[&x, &y]);
        close(dx.value(), slopes[0], 1e-13);
        close(dy.value(), slopes[1], 1e-13);
        // the mixed second derivative, by every nesting
        let z: Dual<Dual> = $f(&Dual::constant(Dual::variable(a)), &Dual::variable(Dual::constant(b)));
        let mixed = z.derivative().derivative();
        assert_eq!((z.value().value(), z.value().derivative()), (value, slopes[0]));
        close(z.derivative().value(), slopes[1], 1e-13);
        let after: Dual = $f(&Dual::variable(a), &Dual::constant(b + h));
        let before: Dual = $f(&Dual::variable(a), &Dual::constant(b - h));
        close(mixed, (after.derivative() - before.derivative()) / (2.0 * h), 1e-6);
        let (p, q) = (Node::leaf(Dual::variable(a)), Node::leaf(Dual::constant(b)));
        let z: Node<Dual> = $f(&p, &q);
        z.backward();
        close(q.grad().derivative(), mixed, 1e-12);
        close(p.grad().value(), slopes[0], 1e-13);
        let z: Dual<Node<f64>> = $f(&Dual::variable(x.clone()), &Dual::constant(y.clone()));
        close(gradients(&z.derivative(), &y).value(), mixed, 1e-12);
        close(gradients(&dx, &y).value(), mixed, 1e-12);
        close(gradients(&dy, &x).value(), mixed, 1e-12);
        // three levels
        let z: Dual<Dual<Dual>> =
            $f(&Dual::constant(Dual::constant(Dual::variable(a))), &Dual::constant(Dual::variable(Dual::constant(b))));
        close(z.value().derivative().derivative(), mixed, 1e-12);
        let (p, q) = (Node::leaf(Dual::constant(Dual::variable(a))), Node::leaf(Dual::variable(Dual::constant(b))));
        let z: Node<Dual<Dual>> = $f(&p, &q);
        close(z.value().derivative().derivative(), mixed, 1e-12);
        let z: Dual<Dual<Node<f64>>> =
            $f(&Dual::constant(Dual::variable(x.clone())), &Dual::variable(Dual::constant(y.clone())));
        close(z.derivative().derivative().value(), mixed, 1e-12);
        let z: Dual<Node<Dual>> =
            $f(&Dual::variable(Node::constant(Dual::constant(a))), &Dual::constant(Node::constant(Dual::variable(b))));
        close(z.derivative().value().derivative(), mixed, 1e-12);
        slopes
    }};
}

#[test]
fn a_formula_without_literals() {
    every_number!(clone_only, by reference, 0.8, 1.7);
    every_number!(clone_only, by reference, 2.3, 0.4);
}

#[test]
fn a_formula_with_literals() {
    every_number!(literals, by reference, 0.8, 1.7);
    every_number!(literals, by reference, 1.9, -0.6);
}

#[test]
fn a_formula_over_f32() {
    let (a, b) = (0.8_f32, 1.7_f32);
    let value = literals32(&a, &b);
    let z: Dual<f32, 2> = literals32(&Dual::seeded(a, 0), &Dual::seeded(b, 1));
    assert_eq!(z.value(), value);
    let h = 5e-3;
    let difference = (literals32(&(a + h), &b) - literals32(&(a - h), &b)) / (2.0 * h);
    assert!((z.tangents()[0] - difference).abs() < 1e-3, "{} {difference}", z.tangents()[0]);
    let (x, y) = (Node::leaf(a), Node::leaf(b));
    literals32(&x, &y).backward();
    close32(x.grad(), z.tangents()[0]);
    close32(y.grad(), z.tangents()[1]);
    let nested: Dual<Dual<f32>> = literals32(&Dual::constant(Dual::variable(a)), &Dual::variable(Dual::constant(b)));
    close32(nested.value().derivative(), z.tangents()[0]);
    let mixed = nested.derivative().derivative();
    let (p, q) = (Node::leaf(Dual::variable(a)), Node::leaf(Dual::constant(b)));
    literals32(&p, &q).backward();
    close32(q.grad().derivative(), mixed);
    let z: Dual<Node<f32>> = literals32(&Dual::variable(x.clone()), &Dual::constant(y.clone()));
    close32(gradients(&z.derivative(), &y).value(), mixed);
    let z: Dual<Dual<Dual<f32>>> = literals32(
        &Dual::constant(Dual::constant(Dual::variable(a))),
        &Dual::constant(Dual::variable(Dual::constant(b))),
    );
    close32(z.value().derivative().derivative(), mixed);
}

#[test]
fn a_formula_for_num_traits() {
    let (a, b) = (0.8_f64, -1.7_f64);
    let h = 1e-5;
    let z = foreign(Dual::<f64, 2>::seeded(a, 0), Dual::seeded(b, 1));
    assert_eq!(z.value(), foreign(a, b));
    close(z.tangents()[0], (foreign(a + h, b) - foreign(a - h, b)) / (2.0 * h), 1e-8);
    close(z.tangents()[1], (foreign(a, b + h) - foreign(a, b - h)) / (2.0 * h), 1e-8);
    let nested = foreign(Dual::constant(Dual::variable(a)), Dual::variable(Dual::constant(b)));
    close(nested.value().derivative(), z.tangents()[0], 1e-13);
    close(nested.derivative().value(), z.tangents()[1], 1e-13);
    let slope = |b: f64| foreign(Dual::variable(a), Dual::constant(b)).derivative();
    close(nested.derivative().derivative(), (slope(b + h) - slope(b - h)) / (2.0 * h), 1e-8);
    let three: Dual<Dual<Dual>> =
        foreign(Dual::constant(Dual::constant(Dual::variable(a))), Dual::constant(Dual::variable(Dual::constant(b))));
    close(three.value().derivative().derivative(), nested.derivative().derivative(), 1e-12);
    let single = foreign(Dual::variable(a as f32), Dual::constant(b as f32));
    assert!((f64::from(single.derivative()) - z.tangents()[0]).abs() < 1e-4);
}

// ------------------------------------------------------------------------------------------------ literals, references

#[test]
fn what_a_sum_of_references_differentiates_to() {
    let x = [1.5, -0.5, 2.0].map(Node::leaf);
    let y = x.iter().sum::<Node<f64>>() * x.iter().product::<Node<f64>>();
    y.backward();
    // Σ·Π = 3·(−1.5)
    assert_eq!(x.each_ref().map(Node::grad), [-4.5, 7.5, -3.75]);
    let mut total = Node::constant(0.0);
    for x in &x {
        total += x * 2.0;
        total *= 0.5;
    }
    x.iter().for_each(Node::zero_grad);
    total.backward();
    assert_eq!(x.each_ref().map(Node::grad), [0.25, 0.5, 1.0]);
}

#[test]
fn parts_mix_with_their_number() {
    // the part of a nested number is itself a number: it stands on the right
    let inner = Dual::variable(2.0_f64);
    let outer = Dual::variable(inner) * inner + inner - 1.0;
    assert_eq!((outer.value().value(), outer.derivative().value(), outer.derivative().derivative()), (5.0, 2.0, 1.0));
    let node = Node::leaf(inner);
    (&node * inner / 4.0).backward();
    assert_eq!((node.grad().value(), node.grad().derivative()), (0.5, 0.25));
    let mut x = Dual::variable(Node::leaf(2.0));
    x *= Node::leaf(3.0);
    x += 1.0;
    assert_eq!((x.value().value(), x.derivative().value()), (7.0, 3.0));
    assert!(Dual::variable(2.0) < Dual::constant(3.0) && Dual::<Dual>::constant(inner) == inner);
}

#[test]
fn parts_are_constants() {
    assert_eq!(Dual::<f64>::from(2.0), 2.0);
    assert_eq!(Node::from(2.0).value(), 2.0);
    assert_eq!(Node::from(Dual::variable(2.0)).value().derivative(), 1.0);
    let x: Dual<Dual> = Dual::variable(2.0).into();
    assert_eq!((x.value().derivative(), x.derivative().value()), (1.0, 0.0));
}

/// Concrete functions of the kinds that users write: everything infers.
#[test]
fn closures_infer() {
    let f = |x: Dual| (2.0 * x).sin() * 3.0 + x.powi(2).max(x) - 1.0 / x;
    close(f(Dual::variable(0.5)).derivative(), 6.0 * 1f64.cos() + 1.0 + 4.0, 1e-14);
    let g = |x: &[Dual<f64, 2>]| x.iter().map(|v| v.exp() * 2.0).sum::<Dual<f64, 2>>();
    close(g(&[Dual::seeded(1.0, 0), Dual::seeded(2.0, 1)]).tangents()[1], 2.0 * 2f64.exp(), 1e-15);
    let h = |x: &[Node<f64>]| {
        let mut s = x[0].clone();
        for v in x {
            s += v * v;
            s *= 2.0;
        }
        s
    };
    let x = [Node::leaf(1.0), Node::leaf(2.0)];
    h(&x).backward();
    assert_eq!(x[1].grad(), 8.0);
    let z = 2.0 * Dual::variable(0.5_f64);
    assert_eq!(z.derivative(), 2.0);
    let best = [3.0, 1.0, 2.0].map(Node::leaf).into_iter().reduce(|a, b| a.min(b));
    assert_eq!(best.map(|x| x.value()), Some(1.0));
}

// ------------------------------------------------------------------------------------------------ ndarray

#[test]
fn arrays_of_nodes_compute() {
    let x: Array<Node<f64>, Ix1> = array![1.0, 2.0, 3.0].mapv(Node::leaf);
    let w = array![0.5, -1.0, 2.0].mapv(Node::constant);
    let y = ((&x + &w) * &x - &w / &x).sum();
    y.backward();
    for (x, w) in x.iter().zip(&w) {
        let (x, w) = (x, w.value());
        close(x.grad(), 2.0 * x.value() + w + w / x.value().powi(2), 1e-15);
        x.zero_grad();
    }
    // a node as the scalar, on the right, owned by the operation
    let k = Node::leaf(3.0);
    let y = (&x * k.clone() + k.clone()).mapv(|v| v.square()).sum();
    y.backward();
    close(k.grad(), [1.0, 2.0, 3.0].iter().map(|x| 2.0 * (3.0 * x + 3.0) * (x + 1.0)).sum(), 1e-15);
    x.iter().for_each(Node::zero_grad);

    let m: Array<Node<f64>, Ix2> = array![[1.0, 2.0], [3.0, 4.0]].mapv(Node::leaf);
    let t: Array2<Node<f64>> = &m * &m.t() - &m;
    t.sum().backward();
    // Σ mᵢⱼ·mⱼᵢ − mᵢⱼ
    for ((i, j), x) in m.indexed_iter() {
        close(x.grad(), 2.0 * m[[j, i]].value() - 1.0, 1e-15);
    }
    let rows = m.sum_axis(ndarray::Axis(1));
    assert_eq!(rows.mapv(|x| x.value()), array![3.0, 7.0]);
    let mut total = Array1::<Node<f64>>::zeros(2);
    total += &rows;
    total *= Node::constant(2.0);
    assert_eq!(total.mapv(|x| x.value()), array![6.0, 14.0]);
    let ones: Array2<Node<f64>> = Array2::ones((2, 2));
    assert_eq!((ones + m).product().value(), 2.0 * 3.0 * 4.0 * 5.0);
}

#[test]
fn arrays_of_duals_compute() {
    let x: Array1<Dual<f64, 2>> = array![Dual::seeded(1.0, 0), Dual::seeded(2.0, 1)];
    let w: Array1<Dual<f64, 2>> = array![3.0, -4.0].mapv(Dual::constant);
    let y = x.dot(&w);
    assert_eq!((y.value(), y.tangents()), (-5.0, &[3.0, -4.0]));
    let m: Array2<Dual<f64, 2>> = array![[1.0, 2.0], [3.0, 4.0]].mapv(Dual::constant);
    let z = m.dot(&x);
    assert_eq!((z[1].value(), z[1].tangents()), (11.0, &[3.0, 4.0]));
    let product = m.dot(&m.t());
    assert_eq!(product[[0, 1]], 11.0);
    let s = (&x * Dual::constant(2.0) + &w - Dual::constant(1.0)).mapv(|v| v.square()).sum();
    // (2·1 + 3 − 1)² + (2·2 − 4 − 1)²
    assert_eq!((s.value(), s.tangents()), (17.0, &[16.0, -4.0]));
    let mean = x.mean();
    assert_eq!(mean.map(|m| *m.tangents()), Some([0.5, 0.5]));
    let nested: Array1<Dual<Dual>> = array![Dual::variable(Dual::variable(2.0)), Dual::constant(Dual::constant(3.0))];
    assert_eq!(nested.dot(&nested).derivative().derivative(), 2.0);
    let mut sum = Array1::<Dual>::zeros(2);
    sum.scaled_add(Dual::constant(2.0), &array![Dual::variable(1.0), Dual::constant(1.0)]);
    assert_eq!((sum[0].derivative(), sum[1].value()), (2.0, 2.0));
}

/// A formula may take remainders, with literals on both sides.
#[test]
fn remainders_in_a_formula() {
    fn angle<S: Number>(x: &S) -> S {
        x % 2.0 + 7.0 % x + x.clone() % 0.75 + 7.0 % x.clone()
    }
    let expected = angle(&Dual::variable(2.5)).derivative();
    assert_eq!(expected, 1.0 - 2.0 + 1.0 - 2.0);
    let x = Node::leaf(2.5);
    angle(&x).backward();
    assert_eq!((angle(&2.5), x.grad()), (angle(&x).value(), expected));
}
