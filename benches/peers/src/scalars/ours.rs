//! This library, and the twin, beside which it is developed: they run the formulas of `common/workloads.rs`.

use super::contender::Contender;
use super::formulas::{CAMERA, Formula, Rosenbrock, camera, number};
use crate::common::twin::Twin;
use backprop::{Dual, Node, Var, Workspace, fuse, gradients, hessian, value_and_grad_with};
use std::hint::black_box;

workloads!(plain: f64);
workloads!(twin: Twin, differentiable);
workloads!(node: Node<f64>, differentiable);
workloads!(node_of_dual: Node<Dual<f64, 10>>);

number!([const N: usize] Dual<f64, N>, |c, x| c - x, x.recip());
number!([] Var<f64>, |c, x| c - x, x.recip());
number!([const N: usize] Var<Dual<f64, N>>, |c, x| c - x, x.recip());
number!([const N: usize, const M: usize] Dual<Dual<f64, M>, N>, |c, x| c - x, x.recip());

/// `pair!(name)`: the formula of that name in nodes and in the twin.
macro_rules! pair { ($($name:ident)*) => { $(
    pub fn $name(xs: &[f64]) -> Vec<Contender> {
        let (xs, ys) = (xs.to_vec(), xs.to_vec());
        vec![
            Contender::new("Node", move |out| {
                out.resize(xs.len(), 0.0);
                node::gradient_into(node::$name, black_box(&xs), out)
            }),
            Contender::new("twin", move |out| {
                out.resize(ys.len(), 0.0);
                twin::gradient_into(twin::$name, black_box(&ys), out)
            }),
        ]
    }
)* } }
pair!(rosenbrock product sum);

pub fn chain(xs: &[f64], n: usize) -> Vec<Contender> {
    let [x, a, b] = [xs[0], xs[1], xs[2]];
    vec![
        Contender::new("Node", move |out| {
            let (value, gradient) = node::chain_gradient(node::chain, black_box(x), a, b, n);
            out.clear();
            out.extend(gradient);
            value
        }),
        Contender::new("twin", move |out| {
            let (value, gradient) = twin::chain_gradient(twin::chain, black_box(x), a, b, n);
            out.clear();
            out.extend(gradient);
            value
        }),
    ]
}

/// The tape, with the formula that the peers run.
pub fn var<F: Formula>(f: F, xs: &[f64]) -> Contender {
    on_tape("Var", xs, move |xs| f.of(xs))
}
/// The tape, with a formula of its own: its statements are fused.
pub fn fused(f: impl Fn(&[Var]) -> Var + 'static, xs: &[f64]) -> Contender {
    on_tape("Var, fused", xs, f)
}
pub fn on_tape(name: &'static str, xs: &[f64], f: impl Fn(&[Var]) -> Var + 'static) -> Contender {
    let xs = xs.to_vec();
    let mut workspace = Workspace::new();
    Contender::new(name, move |out| {
        out.resize(xs.len(), 0.0);
        value_and_grad_with(&mut workspace, &f, black_box(&xs), out)
    })
}
pub fn fused_chain(xs: &[Var], n: usize) -> Var {
    let [x, a, b] = [xs[0], xs[1], xs[2]];
    (0..n).fold(x, |x, _| fuse([x, a, b], |[x, a, b]| x * a + b))
}
pub fn fused_rosenbrock(xs: &[Var]) -> Var {
    let term = |x: Dual<f64, 3>, y: Dual<f64, 3>| {
        let (t, u) = (y - x * x, 1.0 - x);
        100.0 * (t * t) + u * u
    };
    xs.windows(2)
        .fold(Var::constant(0.0), |total, pair| fuse([total, pair[0], pair[1]], |[total, x, y]| total + term(x, y)))
}
/// Four at a time.
pub fn fused_product(xs: &[Var]) -> Var {
    let fours = xs.chunks_exact(4);
    let rest = fours.remainder().iter().fold(Var::constant(1.0), |total, &x| total * x);
    fours.fold(rest, |total, x| fuse([total, x[0], x[1], x[2], x[3]], |[total, a, b, c, d]| total * (a * b * (c * d))))
}
pub fn fused_sum(xs: &[Var]) -> Var {
    xs.iter().fold(Var::constant(0.0), |total, &x| {
        fuse([total, x], |[total, x]| {
            total + ((x.sin() * x.cos() * (x * 0.5).exp() + (x + 1.0).ln()) / x.sqrt() - x * 0.3)
        })
    })
}

/// Reverse over forward on the tape: four columns at a time.
pub fn hessian_on_tape(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("hessian, Var<Dual<f64, 4>>", move |out| {
        let rows = hessian(|xs: &[Var<Dual<f64, 4>>]| Rosenbrock.of(xs), black_box(&xs[..]));
        out.clear();
        out.extend(rows.iter());
        plain::rosenbrock(&xs)
    })
}

/// Forward mode, all directions at once.
pub fn dual<F: Formula, const N: usize>(f: F, xs: [f64; N]) -> Contender {
    Contender::new("Dual", move |out| {
        let xs = black_box(&xs);
        let xs: [Dual<f64, N>; N] = std::array::from_fn(|k| Dual::seeded(xs[k], k));
        let y = f.of(&xs);
        out.clear();
        out.extend_from_slice(y.tangents());
        y.value()
    })
}

pub fn jacobian() -> Contender {
    Contender::new("Dual", |out| {
        let xs = black_box(&CAMERA);
        let xs: [Dual<f64, 15>; 15] = std::array::from_fn(|k| Dual::seeded(xs[k], k));
        let [u, v] = camera(&xs);
        out.clear();
        out.extend_from_slice(u.tangents());
        out.extend_from_slice(v.tangents());
        u.value() + v.value()
    })
}

/// Reverse over reverse: a sweep for each row.
pub fn hessian_of_nodes(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("gradients of gradients", move |out| {
        let xs: Vec<Node<f64>> = black_box(&xs).iter().map(|&x| Node::leaf(x)).collect();
        let y = node::rosenbrock(&xs);
        out.clear();
        for slope in gradients(&y, &xs) {
            slope.backward();
            out.extend(xs.iter().map(Node::grad));
            xs.iter().for_each(Node::zero_grad);
        }
        y.value()
    })
}

/// Reverse over forward: ten rows at a time.
pub fn hessian_of_duals(xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("Node<Dual<f64, 10>>", move |out| {
        let n = xs.len();
        let xs = black_box(&xs);
        out.clear();
        out.resize(n * n, 0.0);
        let mut value = 0.0;
        for first in (0..n).step_by(10) {
            let leaf = |(k, &x): (usize, &f64)| {
                let seeded = (first..first + 10).contains(&k);
                Node::leaf(if seeded { Dual::seeded(x, k - first) } else { Dual::constant(x) })
            };
            let leaves: Vec<Node<Dual<f64, 10>>> = xs.iter().enumerate().map(leaf).collect();
            let y = node_of_dual::rosenbrock(&leaves);
            y.backward();
            value = y.value().value();
            for (k, leaf) in leaves.iter().enumerate() {
                for (row, slope) in leaf.grad().tangents().iter().enumerate() {
                    out[(first + row) * n + k] = *slope;
                }
            }
        }
        value
    })
}

/// Forward over forward: one pair of inputs at a time, and only one of two symmetric ones.
pub fn hessian_by_pairs(xs: &[f64]) -> Contender {
    type Second = Dual<Dual<f64>>;
    let xs = xs.to_vec();
    Contender::new("Dual<Dual<f64>>", move |out| {
        let n = xs.len();
        let xs = black_box(&xs);
        let plain = |x: f64| -> Second { Dual::constant(Dual::constant(x)) };
        let mut numbers: Vec<Second> = xs.iter().map(|&x| plain(x)).collect();
        out.clear();
        out.resize(n * n, 0.0);
        let mut value = 0.0;
        for row in 0..n {
            for column in 0..=row {
                let seed = |x: f64, inner: bool, outer: bool| -> Second {
                    let inner = Dual::new(x, [f64::from(u8::from(inner))]);
                    Dual::new(inner, [Dual::constant(f64::from(u8::from(outer)))])
                };
                numbers[column] = seed(xs[column], true, column == row);
                if column != row {
                    numbers[row] = seed(xs[row], false, true);
                }
                let y = Rosenbrock.of(&numbers);
                numbers[column] = plain(xs[column]);
                numbers[row] = plain(xs[row]);
                let second = y.derivative().derivative();
                (out[row * n + column], out[column * n + row]) = (second, second);
                value = y.value().value();
            }
        }
        value
    })
}

/// Forward over forward: ten by ten at a time, and only one of two symmetric blocks.
pub fn hessian_of_duals_of_duals(xs: &[f64]) -> Contender {
    type Second = Dual<Dual<f64, 10>, 10>;
    let xs = xs.to_vec();
    Contender::new("Dual<Dual<f64, 10>, 10>", move |out| {
        let n = xs.len();
        let xs = black_box(&xs);
        out.clear();
        out.resize(n * n, 0.0);
        let mut value = 0.0;
        for row in (0..n).step_by(10) {
            for column in (0..=row).step_by(10) {
                let seed = |(k, &x): (usize, &f64)| -> Second {
                    let inner = if (column..column + 10).contains(&k) {
                        Dual::seeded(x, k - column)
                    } else {
                        Dual::constant(x)
                    };
                    let one = |j: usize| Dual::constant(f64::from(u8::from(row + j == k)));
                    Dual::new(inner, std::array::from_fn(one))
                };
                let seeded: Vec<Second> = xs.iter().enumerate().map(seed).collect();
                let y = Rosenbrock.of(&seeded);
                value = y.value().value();
                for (i, slopes) in y.tangents().iter().enumerate() {
                    for (j, &slope) in slopes.tangents().iter().enumerate() {
                        out[(row + i) * n + column + j] = slope;
                        out[(column + j) * n + row + i] = slope;
                    }
                }
            }
        }
        value
    })
}
