//! What is measured, as one source text for all number types, and what must come out.
//!
//! ```text
//! workloads!(plain: f64);                        // value functions only
//! workloads!(twin: Twin, differentiable);        // also `twin::gradient` and so on
//! workloads!(node: backprop::Node<f64>, differentiable);
//! ```
//!
//! Each makes a module with functions for just that type: the formulas stand in the macro as a user would write them
//! for it, with operators, references and literals, and no trait between them and the type.

/// The number of operations, for figures per operation. Leaves are not operations.
#[allow(dead_code)]
pub mod operations {
    /// `chain`, `chain_by_reference`, `chain_literals`.
    pub const fn w1(n: usize) -> usize {
        2 * n
    }
    /// `rosenbrock` of `n` numbers.
    pub const fn w2(n: usize) -> usize {
        8 * (n - 1) - 1
    }
    /// `product` of `n` numbers.
    pub const fn w3(n: usize) -> usize {
        n - 1
    }
    /// `sum` over `n` numbers.
    pub const fn w4(n: usize) -> usize {
        14 * n - 1
    }
}

/// `workloads!(module: Number)`, `workloads!(module: Number, differentiable)`; see above.
#[macro_export]
macro_rules! workloads {
    ($module:ident: $Number:ty) => { $crate::workloads!(@ $module, $Number, {}); };
    ($module:ident: $Number:ty, differentiable) => { $crate::workloads!(@ $module, $Number, {
        fn leaves(xs: &[f64]) -> Vec<N> {
            xs.iter().map(|&x| N::leaf(x)).collect()
        }

        /// Value and gradient of a function of a slice: makes leaves, computes, sweeps, collects, drops everything.
        pub fn gradient(f: impl FnOnce(&[N]) -> N, xs: &[f64]) -> (f64, Vec<f64>) {
            let xs = leaves(xs);
            let y = f(&xs);
            y.backward();
            (y.value(), xs.iter().map(|x| x.grad()).collect())
        }

        /// The same into a buffer.
        pub fn gradient_into(f: impl FnOnce(&[N]) -> N, xs: &[f64], gradient: &mut [f64]) -> f64 {
            let xs = leaves(xs);
            let y = f(&xs);
            y.backward();
            for (g, x) in gradient.iter_mut().zip(&xs) {
                *g = x.grad();
            }
            y.value()
        }

        /// Value and both derivatives of a function of two numbers: makes leaves, computes, sweeps, drops everything.
        pub fn gradient2(f: impl FnOnce(&N, &N) -> N, x: f64, y: f64) -> (f64, [f64; 2]) {
            let (x, y) = (N::leaf(x), N::leaf(y));
            let z = f(&x, &y);
            z.backward();
            (z.value(), [x.grad(), y.grad()])
        }

        /// Value and the derivatives by `x`, `a`, `b` of [`chain`] or [`chain_by_reference`]: all from leaves to drop.
        pub fn chain_gradient(
            f: impl FnOnce(N, &N, &N, usize) -> N, x: f64, a: f64, b: f64, n: usize,
        ) -> (f64, [f64; 3]) {
            let (x, a, b) = (N::leaf(x), N::leaf(a), N::leaf(b));
            let y = f(x.clone(), &a, &b, n);
            y.backward();
            (y.value(), [x.grad(), a.grad(), b.grad()])
        }

        /// Value and derivative of [`chain_literals`]: everything from the leaf to drop.
        pub fn chain_literals_gradient(x: f64, n: usize) -> (f64, f64) {
            let x = N::leaf(x);
            let y = chain_literals(x.clone(), n);
            y.backward();
            (y.value(), x.grad())
        }

        /// Only record, sweep and drop, on leaves that are kept (their gradients grow): the value.
        #[inline]
        pub fn sweep(f: impl FnOnce() -> N) -> f64 {
            let y = f();
            y.backward();
            y.value()
        }

        /// Compares every workload, value and gradient, with what must come out. Call it before timing.
        pub fn check() {
            use $crate::common::workloads::{expected, inputs, same};
            let whose = stringify!($Number);
            for n in [0, 1, 2, 1000] {
                let (x, a, b) = (0.7, 0.999_999_9, 0.000_000_1);
                let (v, g) = expected::chain(x, a, b, n);
                for (form, f) in [("moved", chain as fn(N, &N, &N, usize) -> N), ("by reference", chain_by_reference)] {
                    let (w, h) = chain_gradient(f, x, a, b, n);
                    same(whose, &format!("chain of {n}, {form}"), v, &g, w, &h);
                }
                let (w, h) = chain_literals_gradient(x, n);
                same(whose, &format!("chain of {n}, literals"), v, &g[..1], w, &[h]);
            }
            for n in [2, 3, 10, 1000] {
                let xs = inputs(n);
                for (name, f, expected) in [
                    ("rosenbrock", rosenbrock as fn(&[N]) -> N, expected::rosenbrock as fn(&[f64]) -> (f64, Vec<f64>)),
                    ("product", product, expected::product),
                    ("sum", sum, expected::sum),
                ] {
                    let ((v, g), (w, h)) = (expected(&xs), gradient(f, &xs));
                    same(whose, &format!("{name} of {n}"), v, &g, w, &h);
                    let mut h = vec![0.0; n];
                    let w = gradient_into(f, &xs, &mut h);
                    same(whose, &format!("{name} of {n}, into a buffer"), v, &g, w, &h);
                }
            }
            for (x, y) in [(0.7, 1.3), (1.1, 0.4), (-0.6, 0.9)] {
                for (name, f, expected) in [
                    ("expr2", expr2 as fn(&N, &N) -> N, expected::expr2 as fn(f64, f64) -> (f64, [f64; 2])),
                    ("expr6", expr6, expected::expr6),
                    ("expr200", expr200, expected::expr200),
                ] {
                    let ((v, g), (w, h)) = (expected(x, y), gradient2(f, x, y));
                    same(whose, name, v, &g, w, &h);
                }
            }
        }
    }); };
    (@ $module:ident, $Number:ty, { $($more:tt)* }) => {
        #[doc = concat!("The workloads with `", stringify!($Number), "`.")]
        #[allow(dead_code, clippy::assign_op_pattern, clippy::op_ref, clippy::clone_on_copy, clippy::needless_borrow)]
        mod $module {
            #[allow(unused_imports)]
            use super::*;
            type N = $Number;

            /// W1: `x * a + b`, `n` times; what was is moved in.
            pub fn chain(x: N, a: &N, b: &N, n: usize) -> N {
                let mut x = x;
                for _ in 0..n {
                    x = x * a + b;
                }
                x
            }

            /// W1 with references only.
            pub fn chain_by_reference(x: N, a: &N, b: &N, n: usize) -> N {
                let mut x = x;
                for _ in 0..n {
                    x = &(&x * a) + b;
                }
                x
            }

            /// W1 with literals, which are the numbers that [`chain`] is run with: close enough to 1 and 0 that no adjoint
            /// becomes subnormal along ten million operations (arithmetic on those is many times slower).
            pub fn chain_literals(x: N, n: usize) -> N {
                let mut x = x;
                for _ in 0..n {
                    x = x * 0.999_999_9 + 0.000_000_1;
                }
                x
            }

            /// W2: Rosenbrock's function.
            pub fn rosenbrock(xs: &[N]) -> N {
                let term = |x: &N, y: &N| {
                    let (t, u) = (y - x * x, 1.0 - x);
                    100.0 * (&t * &t) + &u * &u
                };
                let mut total = term(&xs[0], &xs[1]);
                for i in 1..xs.len() - 1 {
                    total = total + term(&xs[i], &xs[i + 1]);
                }
                total
            }

            /// W3: the product of all.
            pub fn product(xs: &[N]) -> N {
                let mut total = xs[0].clone();
                for x in &xs[1..] {
                    total = total * x;
                }
                total
            }

            /// W4: 14 operations for each number, the addition to the total included, 5 of them transcendental.
            pub fn sum(xs: &[N]) -> N {
                let term = |x: &N| (x.sin() * x.cos() * (0.5 * x).exp() + (x + 1.0).ln()) / x.sqrt() - 0.3 * x;
                let mut total = term(&xs[0]);
                for x in &xs[1..] {
                    total = total + term(x);
                }
                total
            }

            /// 2 operations.
            pub fn expr2(x: &N, y: &N) -> N {
                x * y + x
            }

            /// 6 operations.
            pub fn expr6(x: &N, y: &N) -> N {
                (x * y + x) * (x - y) / (y + 2.0)
            }

            /// 200 operations: 25 times 8.
            pub fn expr200(x: &N, y: &N) -> N {
                let (mut u, mut v) = (x.clone(), y.clone());
                for _ in 0..25 {
                    let w = &u * &v + x;
                    v = (&w - y) / (&u * &u + 1.0);
                    u = 0.5 * w + &v;
                }
                u
            }

            $($more)*
        }
    };
}

/// Numbers between 0.5 and 1.5 whose products stay moderate, the same at every call.
pub fn inputs(n: usize) -> Vec<f64> {
    // Every second number is the reciprocal, or nearly, of the one before it.
    let mut xs = Vec::with_capacity(n);
    for i in 0..n {
        let part = (i / 2) as f64 * 0.618_033_988_749_894_9;
        let x = 0.75 + 0.5 * (part - part.floor());
        xs.push(if i % 2 == 0 { x } else { 1.0 / x + 0.000_1 });
    }
    xs
}

/// Panics unless both are the same within rounding, which is taken relative to the largest of the gradient.
pub fn same(whose: &str, what: &str, value: f64, gradient: &[f64], other: f64, others: &[f64]) {
    let near = |x: f64, y: f64, scale: f64| (x - y).abs() <= 1e-11 * scale && x.is_finite();
    assert!(near(value, other, value.abs().max(1.0)), "{what}: {whose} gives {other}, not {value}");
    assert_eq!(gradient.len(), others.len(), "{what}: length of the gradient");
    let scale = gradient.iter().fold(1.0, |m: f64, g| m.max(g.abs()));
    for (i, (&g, &h)) in gradient.iter().zip(others).enumerate() {
        assert!(near(g, h, scale), "{what}: {whose} gives the derivative {h} by number {i}, not {g}");
    }
}

/// Values and gradients by hand, over plain numbers.
pub mod expected {
    /// `chain`: by x, a, b.
    pub fn chain(mut x: f64, a: f64, b: f64, n: usize) -> (f64, [f64; 3]) {
        let mut d = [1.0, 0.0, 0.0];
        for _ in 0..n {
            d = [a * d[0], a * d[1] + x, a * d[2] + 1.0];
            x = x * a + b;
        }
        (x, d)
    }

    /// `rosenbrock`; also what a fast program would do.
    pub fn rosenbrock(xs: &[f64]) -> (f64, Vec<f64>) {
        let (mut total, mut g) = (0.0, vec![0.0; xs.len()]);
        for i in 0..xs.len() - 1 {
            let (t, u) = (xs[i + 1] - xs[i] * xs[i], 1.0 - xs[i]);
            total += 100.0 * (t * t) + u * u;
            g[i] += -400.0 * t * xs[i] - 2.0 * u;
            g[i + 1] += 200.0 * t;
        }
        (total, g)
    }

    /// `product`: the product of those before times that of those after.
    pub fn product(xs: &[f64]) -> (f64, Vec<f64>) {
        let mut g = Vec::with_capacity(xs.len());
        let mut before = 1.0;
        for x in xs {
            g.push(before);
            before *= x;
        }
        let mut after = 1.0;
        for (g, x) in g.iter_mut().zip(xs).rev() {
            *g *= after;
            after *= x;
        }
        (before, g)
    }

    /// `sum`: each term by the product, chain and quotient rules.
    pub fn sum(xs: &[f64]) -> (f64, Vec<f64>) {
        let mut total = 0.0;
        let term = |&x: &f64| {
            let (s, c, e, r) = (x.sin(), x.cos(), (0.5 * x).exp(), x.sqrt());
            let top = s * c * e + (x + 1.0).ln();
            let slope = (c * c - s * s) * e + 0.5 * s * c * e + 1.0 / (x + 1.0);
            total += top / r - 0.3 * x;
            slope / r - 0.5 * top / (x * r) - 0.3
        };
        let g = xs.iter().map(term).collect();
        (total, g)
    }

    /// `expr2`.
    pub fn expr2(x: f64, y: f64) -> (f64, [f64; 2]) {
        (x * y + x, [y + 1.0, x])
    }

    /// `expr6`.
    pub fn expr6(x: f64, y: f64) -> (f64, [f64; 2]) {
        let (p, q, r) = (x * y + x, x - y, y + 2.0);
        (p * q / r, [((y + 1.0) * q + p) / r, (x * q - p) / r - p * q / (r * r)])
    }

    /// `expr200`, forward.
    pub fn expr200(x: f64, y: f64) -> (f64, [f64; 2]) {
        let along = |dx: f64, dy: f64| {
            let (mut u, mut v, mut du, mut dv) = (x, y, dx, dy);
            for _ in 0..25 {
                let (w, dw) = (u * v + x, du * v + u * dv + dx);
                let below = u * u + 1.0;
                v = (w - y) / below;
                dv = (dw - dy - v * 2.0 * u * du) / below;
                (u, du) = (0.5 * w + v, 0.5 * dw + dv);
            }
            (u, du)
        };
        let (value, by_x) = along(1.0, 0.0);
        (value, [by_x, along(0.0, 1.0).1])
    }
}
