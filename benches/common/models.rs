//! Models for numbers that are `Copy`, written for `num_traits::Float` as somebody would who knows nothing of derivatives:
//! the workloads W1 to W4, and two of ADBench (Šrajer, Kukelova & Fitzgibbon 2018), at its sizes, with made-up data. Beside
//! each stands the same with its statements fused, and with the mixture's matrix products written as dot products.

use backprop::{Scalar, dot, fuse};
use num_traits::Float;

fn real<F: Float>(x: f64) -> F {
    F::from(x).expect("a number")
}
/// Numbers between −1 and 1, the same at every call with the same seed.
pub fn numbers(seed: u64, n: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 23) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

// ------------------------------------------------------------------------------------------------ W1 to W4

/// W1: `x·a + b`, `n` times; the inputs are `x`, `a`, `b`.
pub fn chain<F: Float>(xs: &[F], n: usize) -> F {
    (0..n).fold(xs[0], |x, _| x * xs[1] + xs[2])
}
pub fn chain_fused<S: Scalar>(xs: &[S], n: usize) -> S {
    let [a, b] = [xs[1], xs[2]];
    (0..n).fold(xs[0], |x, _| fuse([x, a, b], |[x, a, b]| x * a + b))
}

/// W2: Rosenbrock's function.
pub fn rosenbrock<F: Float>(xs: &[F]) -> F {
    let term = |x: F, y: F| {
        let (t, u) = (y - x * x, F::one() - x);
        real::<F>(100.0) * (t * t) + u * u
    };
    let first = term(xs[0], xs[1]);
    xs[1..].windows(2).fold(first, |total, pair| total + term(pair[0], pair[1]))
}
pub fn rosenbrock_fused<S: Scalar>(xs: &[S]) -> S {
    xs.windows(2).fold(<S as num_traits::Zero>::zero(), |total, pair| {
        fuse([total, pair[0], pair[1]], |[total, x, y]| {
            let (t, u) = (y - x * x, 1.0 - x);
            total + (100.0 * (t * t) + u * u)
        })
    })
}

/// W3: the product of all.
pub fn product<F: Float>(xs: &[F]) -> F {
    xs[1..].iter().fold(xs[0], |total, &x| total * x)
}
/// Four at a time.
pub fn product_fused<S: Scalar>(xs: &[S]) -> S {
    let fours = xs.chunks_exact(4);
    let rest = fours.remainder().iter().fold(<S as num_traits::One>::one(), |total, &x| total * x);
    fours.fold(rest, |total, x| fuse([total, x[0], x[1], x[2], x[3]], |[total, a, b, c, d]| total * (a * b * (c * d))))
}

/// W4: a sum of terms of 13 operations.
pub fn sum<F: Float>(xs: &[F]) -> F {
    let term = |x: F| (x.sin() * x.cos() * (x * real(0.5)).exp() + (x + F::one()).ln()) / x.sqrt() - x * real(0.3);
    let first = term(xs[0]);
    xs[1..].iter().fold(first, |total, &x| total + term(x))
}
pub fn sum_fused<S: Scalar>(xs: &[S]) -> S {
    xs.iter().fold(<S as num_traits::Zero>::zero(), |total, &x| {
        fuse([total, x], |[total, x]| {
            total
                + ((Float::sin(x) * Float::cos(x) * Float::exp(x * 0.5) + Float::ln(x + 1.0)) / Float::sqrt(x)
                    - x * 0.3)
        })
    })
}

// ------------------------------------------------------------------------------------------------ GMM

/// The logarithm of the likelihood of a mixture of `k` normal distributions in `d` dimensions, with a Wishart prior. The
/// parameters are, for each component, its weight's logarithm, its mean, and the root of its inverse covariance: the
/// logarithms of the diagonal, and what stands below it, column by column.
pub struct Gmm {
    pub d: usize,
    pub k: usize,
    pub points: Vec<f64>,
}
const WISHART: (f64, f64) = (1.0, 0.0);

impl Gmm {
    pub fn new(d: usize, k: usize, points: usize) -> Self {
        Gmm { d, k, points: numbers(11, d * points) }
    }
    fn below(&self) -> usize {
        self.d * (self.d - 1) / 2
    }
    pub fn parameters(&self) -> Vec<f64> {
        numbers(12, self.k * (1 + 2 * self.d + self.below()))
    }
    pub fn plain<F: Float>(&self, parameters: &[F]) -> F {
        self.with(parameters, |d, below| [d, below].concat(), turn, square_sum)
    }
    pub fn fused<S: Scalar>(&self, parameters: &[S]) -> S {
        self.with(parameters, rows, turn_fused, square_sum_fused)
    }
    /// With the loops that matter given.
    fn with<F: Float>(
        &self,
        parameters: &[F],
        factor: impl Fn(&[F], &[F]) -> Vec<F>,
        turn: impl Fn(&mut [F], &[F], &[F]),
        square_sum: impl Fn(&[F], F) -> F,
    ) -> F {
        let (d, k) = (self.d, self.k);
        let (weights, rest) = parameters.split_at(k);
        let (means, roots) = rest.split_at(k * d);
        let width = d + self.below();
        let diagonals: Vec<F> = (0..k).flat_map(|j| roots[j * width..j * width + d].iter().map(|x| x.exp())).collect();
        let factors: Vec<Vec<F>> =
            (0..k).map(|j| factor(&diagonals[j * d..(j + 1) * d], &roots[j * width + d..(j + 1) * width])).collect();
        let log_determinants: Vec<F> =
            (0..k).map(|j| roots[j * width..j * width + d].iter().fold(F::zero(), |sum, &x| sum + x)).collect();
        let mut total = F::zero();
        let (mut centred, mut turned) = (vec![F::zero(); d], vec![F::zero(); d]);
        let mut terms = vec![F::zero(); k];
        for point in self.points.chunks_exact(d) {
            for j in 0..k {
                for i in 0..d {
                    centred[i] = real::<F>(point[i]) - means[j * d + i];
                }
                turn(&mut turned, &factors[j], &centred);
                terms[j] = square_sum(&turned, weights[j] + log_determinants[j]);
            }
            total = total + log_sum_exp(&terms);
        }
        let n = self.points.len() / d;
        let constant = -0.5 * (n * d) as f64 * (2.0 * std::f64::consts::PI).ln();
        let mut prior = F::zero();
        for j in 0..k {
            let squares = |x: &[F]| x.iter().fold(F::zero(), |sum, &x| sum + x * x);
            let frobenius = squares(&diagonals[j * d..(j + 1) * d]) + squares(&roots[j * width + d..(j + 1) * width]);
            prior =
                prior + real::<F>(0.5 * WISHART.0 * WISHART.0) * frobenius - real::<F>(WISHART.1) * log_determinants[j];
        }
        total - real::<F>(n as f64) * log_sum_exp(weights) + prior + real(constant)
    }
}
/// `turned = L·x`, column by column: the diagonal of `L`, and then what stands below it.
fn turn<F: Float>(turned: &mut [F], factor: &[F], x: &[F]) {
    let (diagonal, mut below) = factor.split_at(x.len());
    turned.iter_mut().zip(diagonal.iter().zip(x)).for_each(|(z, (&l, &x))| *z = l * x);
    for (i, &x) in x.iter().enumerate() {
        let (column, rest) = below.split_at(turned.len() - i - 1);
        turned[i + 1..].iter_mut().zip(column).for_each(|(z, &l)| *z = *z + l * x);
        below = rest;
    }
}
/// The rows of `L`, the diagonal with them.
fn rows<F: Float>(diagonal: &[F], below: &[F]) -> Vec<F> {
    let d = diagonal.len();
    let start_of_column = |j: usize| j * (2 * d - j - 1) / 2;
    let row = |i: usize| (0..i).map(move |j| below[start_of_column(j) + i - j - 1]).chain([diagonal[i]]);
    (0..d).flat_map(row).collect()
}
/// `turned = L·x`, row by row, each a dot product.
fn turn_fused<S: Scalar>(turned: &mut [S], mut rows: &[S], x: &[S]) {
    for (i, z) in turned.iter_mut().enumerate() {
        let (row, rest) = rows.split_at(i + 1);
        *z = dot(row, &x[..=i]);
        rows = rest;
    }
}
/// `start − Σ xᵢ²/2`
fn square_sum<F: Float>(x: &[F], start: F) -> F {
    start - real::<F>(0.5) * x.iter().fold(F::zero(), |sum, &x| sum + x * x)
}
fn square_sum_fused<S: Scalar>(x: &[S], start: S) -> S {
    let fours = x.chunks_exact(4);
    let rest = fours.remainder().iter().fold(start, |sum, &x| fuse([sum, x], |[sum, x]| sum - 0.5 * (x * x)));
    fours.fold(rest, |sum, x| {
        fuse([sum, x[0], x[1], x[2], x[3]], |[sum, a, b, c, d]| sum - 0.5 * (a * a + b * b + (c * c + d * d)))
    })
}
fn log_sum_exp<F: Float>(x: &[F]) -> F {
    let high = x.iter().copied().fold(F::neg_infinity(), F::max);
    x.iter().fold(F::zero(), |sum, &x| sum + (x - high).exp()).ln() + high
}

// ------------------------------------------------------------------------------------------------ LSTM

/// The loss of a recurrent network of `layers` layers on a sequence of `steps` vectors of `b` numbers. The parameters are,
/// for each layer, four gates' weights and biases, then three vectors at the ends.
pub struct Lstm {
    pub layers: usize,
    pub steps: usize,
    pub b: usize,
    sequence: Vec<f64>,
    state: Vec<f64>,
}
impl Lstm {
    pub fn new(layers: usize, steps: usize, b: usize) -> Self {
        // letters: one of b is 1
        let letters = (0..steps).flat_map(|t| (0..b).map(move |i| f64::from(u8::from(i == t * 5 % b))));
        Lstm { layers, steps, b, sequence: letters.collect(), state: numbers(21, 2 * layers * b) }
    }
    pub fn parameters(&self) -> Vec<f64> {
        numbers(22, self.b * (8 * self.layers + 3))
    }
    pub fn plain<F: Float>(&self, parameters: &[F]) -> F {
        self.with(parameters, cell, |y, w, c| y * w + c)
    }
    pub fn fused<S: Scalar>(&self, parameters: &[S]) -> S {
        self.with(parameters, cell_fused, |y, w, c| fuse([y, w, c], |[y, w, c]| y * w + c))
    }
    /// With the statements that matter given.
    fn with<F: Float>(
        &self,
        parameters: &[F],
        cell: impl Fn([F; 8], [F; 3]) -> [F; 2],
        out: impl Fn(F, F, F) -> F,
    ) -> F {
        let b = self.b;
        let (main, ends) = parameters.split_at(8 * self.layers * b);
        let mut state: Vec<F> = self.state.iter().map(|&x| real(x)).collect();
        let mut total = F::zero();
        let (mut x, mut y) = (vec![F::zero(); b], vec![F::zero(); b]);
        for t in 0..self.steps - 1 {
            let now = &self.sequence[t * b..(t + 1) * b];
            for i in 0..b {
                x[i] = real::<F>(now[i]) * ends[i];
            }
            for layer in 0..self.layers {
                let (weight, bias) = main[8 * b * layer..8 * b * (layer + 1)].split_at(4 * b);
                let (hidden, memory) = state[2 * b * layer..2 * b * (layer + 1)].split_at_mut(b);
                for i in 0..b {
                    let gates = std::array::from_fn(|g| if g < 4 { weight[g * b + i] } else { bias[(g - 4) * b + i] });
                    [hidden[i], memory[i]] = cell(gates, [hidden[i], memory[i], x[i]]);
                }
                x.copy_from_slice(hidden);
            }
            for i in 0..b {
                y[i] = out(x[i], ends[b + i], ends[2 * b + i]);
            }
            let normalizer = (y.iter().fold(F::zero(), |sum, &y| sum + y.exp()) + real(2.0)).ln();
            let next = &self.sequence[(t + 1) * b..(t + 2) * b];
            for i in 0..b {
                total = total + real::<F>(next[i]) * (y[i] - normalizer);
            }
        }
        -total / real((self.steps - 1) as f64)
    }
}
fn sigmoid<F: Float>(x: F) -> F {
    (F::one() + (-x).exp()).recip()
}
/// The new hidden number and memory.
fn cell<F: Float>(gates: [F; 8], [hidden, memory, input]: [F; 3]) -> [F; 2] {
    let [wf, wi, wo, wc, bf, bi, bo, bc] = gates;
    let (forget, enter) = (sigmoid(input * wf + bf), sigmoid(hidden * wi + bi));
    let (leave, change) = (sigmoid(input * wo + bo), (hidden * wc + bc).tanh());
    let memory = memory * forget + enter * change;
    [leave * memory.tanh(), memory]
}
fn cell_fused<S: Scalar>(gates: [S; 8], [hidden, memory, input]: [S; 3]) -> [S; 2] {
    let [wf, wi, wo, wc, bf, bi, bo, bc] = gates;
    let kept = fuse([memory, input, wf, bf], |[memory, input, w, b]| memory * sigmoid(input * w + b));
    let memory = fuse([kept, hidden, wi, bi, wc, bc], |[kept, hidden, wi, bi, wc, bc]| {
        kept + sigmoid(hidden * wi + bi) * Float::tanh(hidden * wc + bc)
    });
    let hidden = fuse([memory, input, wo, bo], |[memory, input, w, b]| sigmoid(input * w + b) * Float::tanh(memory));
    [hidden, memory]
}
