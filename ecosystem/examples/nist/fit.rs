//! Least squares by Levenberg and Marquardt's method, from a starting point and a model; the certified answer is not looked
//! at.

use super::data::Problem;
use backprop::forward;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt, TerminationReason};
use nalgebra::{DMatrix, DVector, Dyn, storage::Owned};

/// What came of one start.
#[derive(Debug)]
pub struct Fit {
    pub parameters: Vec<f64>,
    pub sum_of_squares: f64,
    pub evaluations: usize,
    /// Why the solver gave up, if it did.
    pub failure: Option<String>,
}

/// The residuals as functions of the parameters, each in units of its starting value: in their own units they may lie
/// twelve powers of ten apart.
struct Residuals<'a> {
    problem: &'a Problem,
    units: &'a [f64],
    scaled: DVector<f64>,
}
impl Residuals<'_> {
    fn parameters(&self) -> Vec<f64> {
        self.scaled.iter().zip(self.units).map(|(x, unit)| x * unit).collect()
    }
}
impl LeastSquaresProblem<f64, Dyn, Dyn> for Residuals<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.scaled.copy_from(x);
    }
    fn params(&self) -> DVector<f64> {
        self.scaled.clone()
    }
    fn residuals(&self) -> Option<DVector<f64>> {
        Some(residuals(self.problem, &self.parameters()))
    }
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let slopes = jacobian(self.problem, &self.parameters());
        Some(DMatrix::from_fn(slopes.nrows(), slopes.ncols(), |i, k| slopes[[i, k]] * self.units[k]))
    }
}

/// What the model says too much at each observation.
fn residuals(problem: &Problem, b: &[f64]) -> DVector<f64> {
    DVector::from_iterator(problem.y.len(), problem.x.iter().zip(&problem.y).map(|(&x, y)| problem.form.at(b, x) - y))
}

/// The derivatives of the predictions, a row for each observation, a column for each parameter: one run of the model on
/// dual numbers with nine tangents, for no model has more parameters.
pub fn jacobian(problem: &Problem, b: &[f64]) -> ndarray::Array2<f64> {
    forward::jacobian::<9, _, _>(|b| problem.x.iter().map(|&x| problem.form.at(b, x)).collect::<Vec<_>>(), b)
}

/// One fit from one of the starting points.
pub fn fit(problem: &Problem, start: &[f64]) -> Fit {
    // as near as f64 comes, and from the start in steps no longer than the way from 0 to it: longer ones leave the basin
    let solver = LevenbergMarquardt::new()
        .with_ftol(f64::EPSILON)
        .with_xtol(f64::EPSILON)
        .with_gtol(f64::EPSILON)
        .with_stepbound(1.0)
        .with_patience(1000);
    let scaled = DVector::from_element(start.len(), 1.0);
    let (end, report) = solver.minimize(Residuals { problem, units: start, scaled });
    let parameters = end.parameters();
    let failure = match report.termination {
        // the last says that no step improves on it any more
        TerminationReason::Converged { .. } | TerminationReason::Orthogonal | TerminationReason::ResidualsZero => None,
        TerminationReason::NoImprovementPossible(_) => None,
        reason => Some(format!("{reason:?}")),
    };
    let sum_of_squares = residuals(problem, &parameters).norm_squared();
    Fit { parameters, sum_of_squares, evaluations: report.number_of_evaluations, failure }
}

/// How many digits of the certified number were found: `−log₁₀` of the relative error; 11, as many as there are, at most.
pub fn digits(found: f64, certified: f64) -> f64 {
    let error = ((found - certified) / certified).abs();
    // of NaN nothing is right
    if error.is_nan() { 0.0 } else { (-error.log10()).clamp(0.0, 11.0) }
}
impl Fit {
    /// Of its worst parameter.
    pub fn parameter_digits(&self, problem: &Problem) -> f64 {
        self.parameters.iter().zip(&problem.certified).map(|(&b, &c)| digits(b, c)).fold(11.0, f64::min)
    }
    pub fn sum_digits(&self, problem: &Problem) -> f64 {
        digits(self.sum_of_squares, problem.certified_sum_of_squares)
    }
}
