//! The workloads of `common/workloads.rs` for the peers, whose numbers are all `Copy`: the same operations in the same
//! order. (Ours and the twin run the formulas that stand there, with references.)

use std::ops::{Add, Div, Mul, Sub};

/// What the formulas ask of a number. Literals have methods of their own, because the peers spell them differently and
/// because a literal must not become a number on the tape where the library knows better.
pub trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// `x + c`.
    fn plus(self, c: f64) -> Self;
    /// `c - x`.
    fn below(self, c: f64) -> Self;
    /// `c * x`.
    fn times(self, c: f64) -> Self;
    /// `1 / x`.
    fn inverse(self) -> Self;
    // Not `sin` and so on: an implementation must be able to call the library's.
    fn sine(self) -> Self;
    fn cosine(self) -> Self;
    fn exponential(self) -> Self;
    fn logarithm(self) -> Self;
    fn root(self) -> Self;
}

/// `number!([generics] Type, |c, x| c - x, 1 / x)`: for libraries with `x + c`, `x * c` and the usual names.
macro_rules! number {
    ([$($generics:tt)*] $Type:ty, |$c:ident, $x:ident| $below:expr, $inverse:expr) => {
        impl<$($generics)*> $crate::scalars::formulas::Number for $Type {
            #[inline(always)]
            fn plus(self, c: f64) -> Self {
                self + c
            }
            #[inline(always)]
            fn below(self, $c: f64) -> Self {
                let $x = self;
                $below
            }
            #[inline(always)]
            fn times(self, c: f64) -> Self {
                self * c
            }
            #[inline(always)]
            fn inverse(self) -> Self {
                let $x = self;
                $inverse
            }
            $crate::scalars::formulas::functions! {
                sine sin; cosine cos; exponential exp; logarithm ln; root sqrt;
            }
        }
    };
}
macro_rules! functions { ($($name:ident $theirs:ident;)*) => { $(
    #[inline(always)]
    fn $name(self) -> Self {
        self.$theirs()
    }
)* } }
pub(crate) use {functions, number};

/// A function of a slice of numbers.
pub trait Formula: Copy + 'static {
    fn of<N: Number>(self, xs: &[N]) -> N;
}

/// W1 with three inputs: `x`, `a`, `b`.
#[derive(Clone, Copy)]
pub struct Chain(pub usize);
impl Formula for Chain {
    #[inline]
    fn of<N: Number>(self, xs: &[N]) -> N {
        let [mut x, a, b] = [xs[0], xs[1], xs[2]];
        for _ in 0..self.0 {
            x = x * a + b;
        }
        x
    }
}

/// W2.
#[derive(Clone, Copy)]
pub struct Rosenbrock;
impl Formula for Rosenbrock {
    #[inline]
    fn of<N: Number>(self, xs: &[N]) -> N {
        let term = |x: N, y: N| {
            let (t, u) = (y - x * x, x.below(1.0));
            (t * t).times(100.0) + u * u
        };
        let mut total = term(xs[0], xs[1]);
        for i in 1..xs.len() - 1 {
            total = total + term(xs[i], xs[i + 1]);
        }
        total
    }
}

/// W3.
#[derive(Clone, Copy)]
pub struct Product;
impl Formula for Product {
    #[inline]
    fn of<N: Number>(self, xs: &[N]) -> N {
        let mut total = xs[0];
        for &x in &xs[1..] {
            total = total * x;
        }
        total
    }
}

/// W4.
#[derive(Clone, Copy)]
pub struct Sum;
impl Formula for Sum {
    #[inline]
    fn of<N: Number>(self, xs: &[N]) -> N {
        let term = |x: N| {
            (x.sine() * x.cosine() * x.times(0.5).exponential() + x.plus(1.0).logarithm()) / x.root() - x.times(0.3)
        };
        let mut total = term(xs[0]);
        for &x in &xs[1..] {
            total = total + term(x);
        }
        total
    }
}

/// The reprojection error of bundle adjustment, as in ADBench: a point seen by a camera, against where it was seen.
///
/// The 15 inputs: rotation (Rodrigues' vector), centre, focal length, principal point, two radial distortions, the
/// point, and the weight of the observation.
#[inline]
pub fn camera<N: Number>(x: &[N; 15]) -> [N; 2] {
    let [r0, r1, r2, c0, c1, c2, f, p0, p1, k1, k2, x0, x1, x2, weight] = *x;
    let point = [x0 - c0, x1 - c1, x2 - c2];
    let theta = (r0 * r0 + r1 * r1 + r2 * r2).root();
    let (cos, sin, inverse) = (theta.cosine(), theta.sine(), theta.inverse());
    let w = [r0 * inverse, r1 * inverse, r2 * inverse];
    let cross = |i: usize, j: usize| w[i] * point[j] - w[j] * point[i];
    let along = (w[0] * point[0] + w[1] * point[1] + w[2] * point[2]) * cos.below(1.0);
    let turned = |i: usize| point[i] * cos + cross((i + 1) % 3, (i + 2) % 3) * sin + w[i] * along;
    let [u, v, depth] = [turned(0), turned(1), turned(2)];
    let (u, v) = (u / depth, v / depth);
    let square = u * u + v * v;
    let lens = (square * k1 + square * square * k2).plus(1.0);
    let seen = [u * lens * f + p0, v * lens * f + p1];
    [weight * seen[0].plus(-SEEN[0]), weight * seen[1].plus(-SEEN[1])]
}
const SEEN: [f64; 2] = [0.3, -0.2];

/// Somewhere in front of the camera.
pub const CAMERA: [f64; 15] = [0.2, -0.3, 0.25, 0.1, 0.2, -4.0, 1.2, 0.05, -0.03, 0.01, -0.002, 0.6, -0.4, 1.1, 0.8];
