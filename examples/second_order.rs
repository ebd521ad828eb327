//! Second derivatives: the Hessian of Rosenbrock's function in three ways, and Newton's method with it.
//!
//! ```text
//! cargo run --release --example second_order
//! ```

use backprop::{Dual, Node, Number, gradients};

/// Written once, for every number. Its minimum, 0 at (1, 1), lies in a long bent valley.
fn rosenbrock<S: Number>([x, y]: &[S; 2]) -> S {
    (1.0 - x).square() + 100.0 * (y - x.square()).square()
}

type Vector = [f64; 2];
type Matrix = [[f64; 2]; 2];

/// Reverse over forward: one sweep with dual numbers gives value, gradient and Hessian.
fn nodes_of_duals(at: Vector) -> (f64, Vector, Matrix) {
    let x = [0, 1].map(|k| Node::leaf(Dual::<f64, 2>::seeded(at[k], k)));
    let f = rosenbrock(&x);
    f.backward();
    let slopes = x.map(|x| x.grad());
    (f.value().value(), slopes.map(|d| d.value()), slopes.map(|d| *d.tangents()))
}

/// Forward over forward: no graph at all.
fn duals_of_duals(at: Vector) -> Matrix {
    let x = [0, 1].map(|k| Dual::<Dual<f64, 2>, 2>::seeded(Dual::seeded(at[k], k), k));
    rosenbrock(&x).tangents().map(|d| *d.tangents())
}

/// Reverse over reverse: gradients are nodes, and have gradients again.
fn gradients_of_gradients(at: Vector) -> Matrix {
    let x = at.map(Node::leaf);
    let slopes = gradients(&rosenbrock(&x), &x);
    slopes.map(|slope| gradients(&slope, &x).map(|d| d.value()))
}

/// The solution of `a · s = b`, by Cramer's rule.
fn solve([[a, b], [c, d]]: Matrix, [e, f]: Vector) -> Vector {
    let det = a * d - b * c;
    [(e * d - b * f) / det, (a * f - e * c) / det]
}

fn main() {
    let start = [-1.2, 1.0];
    let ways = [
        ("Node<Dual>: reverse over forward", nodes_of_duals(start).2),
        ("Dual<Dual>: forward over forward", duals_of_duals(start)),
        ("gradients of gradients", gradients_of_gradients(start)),
    ];
    println!("The Hessian of Rosenbrock's function at {start:?}\n");
    for (way, [[xx, xy], [yx, yy]]) in ways {
        println!("{way:<34}  {xx:>8.3} {xy:>8.3}\n{:34}  {yx:>8.3} {yy:>8.3}\n", "");
        for (found, exact) in [xx, xy, yx, yy].into_iter().zip([1330.0, 480.0, 480.0, 200.0]) {
            assert!((found - exact).abs() < 1e-9, "{way}: {found} instead of {exact}");
        }
    }

    println!("Newton's method\n\n{:>4} {:>10} {:>10} {:>12} {:>12}", "step", "x", "y", "value", "|gradient|");
    let [mut x, mut y] = start;
    for step in 0.. {
        let (value, [dx, dy], hessian) = nodes_of_duals([x, y]);
        let length = dx.hypot(dy);
        println!("{step:>4} {x:>10.6} {y:>10.6} {value:>12.3e} {length:>12.3e}");
        if length < 1e-9 || step == 20 {
            break;
        }
        let [to_x, to_y] = solve(hessian, [-dx, -dy]);
        (x, y) = (x + to_x, y + to_y);
    }
    assert!((x - 1.0).abs() < 1e-9 && (y - 1.0).abs() < 1e-9);
}
