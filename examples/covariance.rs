//! How irises vary: one hidden quantity, their size, and noise. A factor model fitted by maximum likelihood, its gradient
//! taken through nalgebra's Cholesky factorisation and triangular solve; beside it the closed-form answer.
//!
//! ```text
//! cargo run --release --features nalgebra --example covariance
//! ```
//!
//! A flower is `μ + w·z + σ·ε`, `z` and `ε` standard normal: its four lengths have the covariance matrix `w·wᵀ + σ²·1`. The
//! closed form (Tipping & Bishop, *Probabilistic principal component analysis*, 1999) has `σ²` as the mean of all
//! eigenvalues of the sample's covariance matrix but the largest, and `w` along the eigenvector of that one.

#[path = "iris/flowers.rs"]
mod flowers;

use backprop::value_and_grad;
use flowers::{FEATURES, Flowers};
use nalgebra::{Matrix4, Matrix4xX, RealField, SMatrix, SVector, Vector4};

/// The mean, the loadings `w`, and `ln σ²`.
type Parameters<S> = SVector<S, 9>;

struct Model<S> {
    mean: Vector4<S>,
    loadings: Vector4<S>,
    variance: S,
}
impl<S: RealField + Copy> Model<S> {
    fn of(p: &Parameters<S>) -> Self {
        Model {
            mean: p.fixed_rows::<4>(0).into_owned(),
            loadings: p.fixed_rows::<4>(4).into_owned(),
            variance: p[8].exp(),
        }
    }
    fn covariance(&self) -> Matrix4<S> {
        self.loadings * self.loadings.transpose() + Matrix4::from_diagonal_element(self.variance)
    }
    /// `−ln p` of a flower, on average. This knows nalgebra only: nothing in it is about derivatives.
    fn surprise(&self, flowers: &Matrix4xX<f64>) -> Option<S> {
        let factor = self.covariance().cholesky()?;
        let mut deviations: Matrix4xX<S> = flowers.map(nalgebra::convert);
        deviations.column_iter_mut().for_each(|mut column| column -= self.mean);
        let whitened = factor.l().solve_lower_triangular(&deviations)?;
        let number: S = nalgebra::convert(flowers.ncols() as f64);
        let half: S = nalgebra::convert(0.5);
        let lengths: S = nalgebra::convert(4.0);
        Some((whitened.norm_squared() / number + factor.ln_determinant() + S::two_pi().ln() * lengths) * half)
    }
}

/// The least value of a function by the method of Broyden, Fletcher, Goldfarb and Shanno, and how many steps it took.
fn minimise<const N: usize>(
    f: impl Fn(&SVector<f64, N>) -> (f64, SVector<f64, N>),
    mut x: SVector<f64, N>,
) -> (SVector<f64, N>, usize) {
    let mut inverse = SMatrix::<f64, N, N>::identity();
    let (mut value, mut gradient) = f(&x);
    for step in 0..1000 {
        if gradient.norm() < 1e-11 {
            return (x, step);
        }
        let direction = -(inverse * gradient);
        let slope = gradient.dot(&direction);
        // half as far until it is lower by a tenth of what the slope promises, or no better in the last digits
        let mut length = 1.0;
        let (next, (next_value, next_gradient)) = loop {
            let next = x + direction * length;
            let there = f(&next);
            if there.0 <= value + 0.1 * length * slope + 1e-15 * value.abs() {
                break (next, there);
            }
            length /= 2.0;
        };
        let (dx, dg) = (next - x, next_gradient - gradient);
        let curvature = dx.dot(&dg);
        if curvature > 0.0 {
            let part = SMatrix::identity() - dx * dg.transpose() / curvature;
            inverse = part * inverse * part.transpose() + dx * dx.transpose() / curvature;
        }
        (x, value, gradient) = (next, next_value, next_gradient);
    }
    (x, 1000)
}

/// The closed form.
fn exact(flowers: &Matrix4xX<f64>) -> Model<f64> {
    let mean = flowers.column_mean();
    let deviations = Matrix4xX::from_fn(flowers.ncols(), |i, k| flowers[(i, k)] - mean[i]);
    let eigen = (&deviations * deviations.transpose() / flowers.ncols() as f64).symmetric_eigen();
    let largest = eigen.eigenvalues.imax();
    let variance = (eigen.eigenvalues.sum() - eigen.eigenvalues[largest]) / 3.0;
    let loadings = eigen.eigenvectors.column(largest) * (eigen.eigenvalues[largest] - variance).sqrt();
    Model { mean, loadings, variance }
}

fn main() {
    let table = Flowers::parse(include_bytes!("data/iris.csv")).expect("the table of the repository");
    for (species, name) in table.species.iter().enumerate() {
        let lengths: Vec<Vector4<f64>> = table
            .flowers
            .iter()
            .filter(|flower| flower.species == species)
            .map(|flower| flower.lengths.into())
            .collect();
        let flowers = Matrix4xX::from_columns(&lengths);

        let surprise = |p: &Parameters<f64>| {
            value_and_grad(|p| Model::of(p).surprise(&flowers).unwrap_or_else(|| (f64::INFINITY).into()), p)
        };
        let start = Parameters::from_column_slice(&[5.0, 3.0, 3.0, 1.0, 0.1, 0.1, 0.1, 0.1, -1.0]);
        let (end, steps) = minimise(surprise, start);
        let (mut found, exact) = (Model::of(&end), exact(&flowers));
        // −w says the same
        found.loadings *= found.loadings.dot(&exact.loadings).signum();

        println!("{name}, {} flowers, {steps} steps", flowers.ncols());
        println!("{:<14} {:>10} {:>11} {:>12} {:>11}", "", "mean", "exact", "loading", "exact");
        for (k, feature) in FEATURES.iter().enumerate() {
            let ([mean, w], [exact_mean, exact_w]) =
                [&found, &exact].map(|model| [model.mean[k], model.loadings[k]]).into();
            println!("{feature:<14} {mean:>10.6} {exact_mean:>11.6} {w:>12.6} {exact_w:>11.6}");
        }
        println!("{:<14} {:>10.6} {:>11.6}", "σ²", found.variance, exact.variance);
        let [lowest, least] = [&found, &exact].map(|model| model.surprise(&flowers).expect("positive definite"));
        println!("{:<14} {lowest:>10.6} {least:>11.6}\n", "−ln p");

        let error = (found.mean - exact.mean).amax().max((found.covariance() - exact.covariance()).amax());
        assert!(error < 1e-8, "{name}: estimate and closed form differ by {error}");
    }
}
