//! Derivatives inside derivatives: no perturbation of one level is ever taken for that of another (Siskind & Pearlmutter
//! 2008; Manzyuk, Pearlmutter, Radul, Rush & Siskind 2019), whatever the levels are made of; and high derivatives by
//! every route.

mod routes;

use backprop::{Dual, Elementary, Float, Node, Number, check, gradients};

// ---------------------------------------------------------------------------------- ways to differentiate, one level

/// Forward: the derivative of `f` at `x`, which may itself carry derivatives.
fn forward<S: Elementary>(f: impl Fn(&Dual<S>) -> Dual<S>, x: &S) -> S {
    f(&Dual::variable(x.clone())).derivative()
}
/// Reverse, by a sweep over a graph of `T`s.
fn reverse<T: Float>(f: impl Fn(&Node<T>) -> Node<T>, x: &T) -> T {
    let x = Node::leaf(*x);
    f(&x).backward();
    x.grad()
}
/// Reverse, by nodes that are read.
fn reverse_read<T: Float>(f: impl Fn(&Node<T>) -> Node<T>, x: &T) -> T {
    let x = Node::leaf(*x);
    gradients(&f(&x), &x).value()
}
/// Reverse within one graph: the derivative by a new leaf, at a value that is a node of the same graph.
fn reverse_within<T: Float>(f: impl Fn(&Node<T>) -> Node<T>, x: &Node<T>) -> Node<T> {
    // the same value in a node of its own (also of a constant, which has no gradient): the derivative is by it
    let y = x + Node::leaf(T::of(0.0));
    gradients(&f(&y), &y)
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(check::same(&found, &expected, tolerance), "{found} instead of {expected}");
}

// ------------------------------------------------------------------------------------------------ confusion, two levels

/// `outer(|x| x * inner(|y| combine(x, y), at(x)))` with every pair of ways, at 1.5 and at an ugly place.
macro_rules! every_pair {
    (|$x:ident, $y:ident| $combine:expr, at $at:expr, expected |$e:ident| $expected:expr) => {
        for $e in [1.5_f64, -0.7] {
            let expected = $expected;
            // Dual in Dual
            let found = forward(
                |$x| {
                    let inner = forward(
                        |$y| {
                            let $x = &Dual::constant($x.clone());
                            $combine
                        },
                        &$at,
                    );
                    $x * inner
                },
                &$e,
            );
            close(found, expected, 1e-14);
            // Node<Dual>: a sweep within forward, in two ways
            let found = forward(
                |$x| {
                    let inner = reverse(
                        |$y| {
                            let $x = &Node::constant(*$x);
                            $combine
                        },
                        &$at,
                    );
                    $x * inner
                },
                &$e,
            );
            close(found, expected, 1e-14);
            let found = forward(
                |$x| {
                    let inner = reverse_read(
                        |$y| {
                            let $x = &Node::constant(*$x);
                            $combine
                        },
                        &$at,
                    );
                    $x * inner
                },
                &$e,
            );
            close(found, expected, 1e-14);
            // Dual<Node>: forward within reverse, in two ways
            let product = |$x: &Node<f64>| {
                let inner = forward(
                    |$y| {
                        let $x = &Dual::constant($x.clone());
                        $combine
                    },
                    &$at,
                );
                $x * inner
            };
            close(reverse(product, &$e), expected, 1e-14);
            close(reverse_read(product, &$e), expected, 1e-14);
            // gradients within one graph: nothing but the nodes themselves keeps the levels apart
            let product = |$x: &Node<f64>| $x * reverse_within(|$y| $combine, &$at);
            close(reverse(product, &$e), expected, 1e-14);
            close(reverse_read(product, &$e), expected, 1e-14);
            // the same over another number
            let found = reverse_read(|$x| $x * reverse_within(|$y| $combine, &$at), &Dual::<f64>::constant($e));
            close(found.value(), expected, 1e-14);
        }
    };
}

/// `$x`'s kind of constant.
fn like<S: Elementary>(_: &S, c: f64) -> S {
    S::of(c)
}

#[test]
fn the_classical_example() {
    // d/dx (x · d/dy (x + y) at y = 1) = d/dx x = 1; confused: 2
    every_pair!(|x, y| x + y, at like(x, 1.0), expected |_e| 1.0);
}

#[test]
fn the_inner_function_uses_both() {
    // d/dx (x · d/dy (x·y) at 2) = d/dx x² = 2x
    every_pair!(|x, y| x * y, at like(x, 2.0), expected |e| 2.0 * e);
    // d/dx (x · d/dy (x·y²) at y = x) = d/dx (x · 2x·x) = 6x², for the inner derivative holds x
    every_pair!(|x, y| x * y.square(), at x.clone(), expected |e| 6.0 * e * e);
    // d/dx (x · d/dy sin(x·y) at y = x) = d/dx (x²·cos x²) = 2x cos x² − 2x³ sin x²
    every_pair!(|x, y| (x * y).sin(), at x.clone(), expected |e| 2.0 * e * (e * e).cos() - 2.0 * e.powi(3) * (e * e).sin());
    // the place depends on x too: d/dx (x · d/dy (y³ + x) at y = x²) = d/dx 3x⁵ = 15x⁴
    every_pair!(|x, y| y.powi(3) + x, at x.square(), expected |e| 15.0 * e.powi(4));
    // the inner derivative does not see its own variable: d/dx (x · 0) = 0
    every_pair!(|x, y| { let _ = y; x * x + like(x, 0.0) }, at x.clone(), expected |_e| 0.0);
}

#[test]
fn derivative_of_a_shift_is_the_derivative_operator() {
    // Manzyuk et al.: with D h (y) = d/du h(y + u) at 0, D (D h) is h″, not 0 and not twice h′
    fn shifted(h: &dyn Fn(&Node<f64>) -> Node<f64>, y: &Node<f64>) -> Node<f64> {
        let u = Node::leaf(0.0);
        gradients(&h(&(y + &u)), &u)
    }
    let h = |x: &Node<f64>| x.powi(3) * x.exp();
    let y = Node::leaf(0.8);
    let (a, e) = (0.8_f64, 0.8_f64.exp());
    close(shifted(&h, &y).value(), (a.powi(3) + 3.0 * a * a) * e, 1e-14);
    let twice = shifted(&|z| shifted(&h, z), &y);
    close(twice.value(), (a.powi(3) + 6.0 * a * a + 6.0 * a) * e, 1e-14);
    let third = (a.powi(3) + 9.0 * a * a + 18.0 * a + 6.0) * e;
    close(gradients(&twice, &y).value(), third, 1e-13);
    close(shifted(&|z| shifted(&|z| shifted(&h, z), z), &y).value(), third, 1e-13);
}

#[test]
fn an_inner_sweep_leaves_the_outer_gradients_alone() {
    let x = Node::leaf(3.0);
    // a derivative of something in x, read, not swept
    let slope = gradients(&x.powi(3), &x);
    assert_eq!(x.grad(), 0.0);
    (&x * slope.detach()).backward();
    assert_eq!(x.grad(), 27.0);
    // a sweep over a graph of its own, while this one stands
    assert_eq!(reverse(|y| y * y * 5.0, &2.0), 20.0);
    assert_eq!(x.grad(), 27.0);
    // and by a number of another type
    assert_eq!(reverse(|y| y * y * 5.0, &Dual::variable(2.0)).derivative(), 10.0);
    assert_eq!(x.grad(), 27.0);
}

// ------------------------------------------------------------------------------------------------ confusion, three levels

/// `d/dx x·(d/dy y·(d/dz (x·y·z² + z³·y) at z = x) at y = 2x)`:
/// innermost `2xyz + 3z²y` at `z = x`: `5x²y`; times y, by y: `10x²y` at `2x`: `20x³`; times x, by x: `80x³`.
const THREE: fn(f64) -> f64 = |x| 80.0 * x * x * x;

fn innermost<S: Elementary>(x: &S, y: &S, z: &S) -> S {
    x.clone() * y * &z.square() + z.powi(3) * y
}
fn twice<S: Elementary>(x: &S) -> S {
    x.clone() + x
}

/// Forward within forward, over any number.
fn two_forward<S: Elementary>(x: &S) -> S {
    let middle = forward(
        |y| {
            let x = Dual::constant(x.clone());
            let inner = forward(|z| innermost(&Dual::constant(x.clone()), &Dual::constant(y.clone()), z), &x);
            y.clone() * inner
        },
        &twice(x),
    );
    x.clone() * middle
}
/// Reverse within forward.
fn reverse_in_forward<T: Float>(x: &T) -> T {
    let middle = forward(
        |y| {
            let x = Dual::constant(*x);
            let inner = reverse(|z| innermost(&Node::constant(x), &Node::constant(*y), z), &x);
            *y * inner
        },
        &twice(x),
    );
    *x * middle
}
/// Forward within reverse.
fn forward_in_reverse<T: Float>(x: &T) -> T {
    let middle = reverse(
        |y| {
            let x = Node::constant(*x);
            let inner = forward(|z| innermost(&Dual::constant(x.clone()), &Dual::constant(y.clone()), z), &x);
            y * inner
        },
        &twice(x),
    );
    *x * middle
}
/// Reverse over a graph of reverse numbers is a graph of its own type.
fn two_within<T: Float>(x: &Node<T>) -> Node<T> {
    x * reverse_within(|y| y * reverse_within(|z| innermost(x, y, z), x), &twice(x))
}

#[test]
fn three_levels() {
    for x in [1.3, -0.6] {
        let expected = THREE(x);
        close(forward(two_forward, &x), expected, 1e-14);
        close(reverse(two_forward, &x), expected, 1e-14);
        close(reverse_read(two_forward, &x), expected, 1e-14);
        close(forward(reverse_in_forward, &x), expected, 1e-14);
        close(forward(forward_in_reverse, &x), expected, 1e-14);
        close(reverse(two_within, &x), expected, 1e-14);
        close(reverse_read(two_within, &x), expected, 1e-14);
        // one level more around it that does not vary, and one that does
        close(reverse_read(two_within, &Dual::<f64>::constant(x)).value(), expected, 1e-14);
        let second = 240.0 * x * x;
        close(forward(|x| forward(two_forward, x), &x), second, 1e-13);
        close(forward(|x| reverse_read(two_within, x), &x), second, 1e-13);
        close(forward(|x| reverse(two_within, x), &x), second, 1e-13);
        close(reverse(|x| forward(two_forward, x), &x), second, 1e-13);
        close(reverse(|x| reverse_within(two_within, x), &x), second, 1e-13);
    }
}

// ------------------------------------------------------------------------------------------------ mixed partials

/// `x³y² + sin(x·y)·z`
fn surface<S: Number>(x: &S, y: &S, z: &S) -> S {
    x.powi(3) * y.square() + (x * y).sin() * z
}

#[test]
fn mixed_partials_whatever_the_order_of_the_levels() {
    let (x, y, z) = (0.9_f64, -1.4_f64, 0.6_f64);
    let (s, c) = ((x * y).sin(), (x * y).cos());
    // by x, then y, then z; by x twice, then y
    let xyz = c - x * y * s;
    let xxy = 12.0 * x * y + z * (-2.0 * y * s - x * y * y * c);

    // forward: which level carries which variable must not matter
    let seeds = |k: usize| -> [f64; 3] { std::array::from_fn(|j| f64::from(u8::from(j == k))) };
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let levels = order.map(seeds);
        let nest = |v: f64, j: usize| -> Dual<Dual<Dual>> {
            let (a, b, c) = (levels[0][j], levels[1][j], levels[2][j]);
            Dual::new(Dual::new(Dual::new(v, [a]), [Dual::constant(b)]), [Dual::constant(Dual::constant(c))])
        };
        let w = surface(&nest(x, 0), &nest(y, 1), &nest(z, 2));
        close(w.derivative().derivative().derivative(), xyz, 1e-13);
    }
    for order in [[0, 0, 1], [0, 1, 0], [1, 0, 0]] {
        let levels = order.map(seeds);
        let nest = |v: f64, j: usize| -> Dual<Dual<Dual>> {
            let (a, b, c) = (levels[0][j], levels[1][j], levels[2][j]);
            Dual::new(Dual::new(Dual::new(v, [a]), [Dual::constant(b)]), [Dual::constant(Dual::constant(c))])
        };
        let w = surface(&nest(x, 0), &nest(y, 1), &nest(z, 2));
        close(w.derivative().derivative().derivative(), xxy, 1e-13);
    }

    // reverse: every order of gradients, and the last by a sweep
    let leaves = [x, y, z].map(Node::leaf);
    let w = surface(&leaves[0], &leaves[1], &leaves[2]);
    for (order, expected) in
        [([0, 1, 2], xyz), ([2, 1, 0], xyz), ([1, 2, 0], xyz), ([0, 0, 1], xxy), ([0, 1, 0], xxy), ([1, 0, 0], xxy)]
    {
        let second = gradients(&gradients(&w, &leaves[order[0]]), &leaves[order[1]]);
        close(gradients(&second, &leaves[order[2]]).value(), expected, 1e-13);
        second.backward();
        close(leaves[order[2]].grad(), expected, 1e-13);
        leaves.iter().for_each(Node::zero_grad);
    }

    // many directions at once, over a sweep: the Hessian's rows
    let leaves: Vec<Node<Dual<f64, 3>>> =
        [x, y, z].iter().enumerate().map(|(k, &v)| Node::leaf(Dual::seeded(v, k))).collect();
    surface(&leaves[0], &leaves[1], &leaves[2]).backward();
    let hessian: Vec<[f64; 3]> = leaves.iter().map(|x| *x.grad().tangents()).collect();
    let xy = 6.0 * x * x * y + z * (c - x * y * s);
    for (i, j, expected) in
        [(0, 1, xy), (0, 2, y * c), (1, 2, x * c), (2, 2, 0.0), (1, 1, 2.0 * x.powi(3) - z * x * x * s)]
    {
        close(hessian[i][j], expected, 1e-13);
        close(hessian[j][i], expected, 1e-13);
    }
}
