//! Somebody else's optimisers, our derivatives: argmin walks down Rosenbrock's valley, in 2 and in 100 dimensions, by
//! the gradient (L-BFGS) and by the Hessian (Newton's method within a trust region).
//!
//! ```text
//! cd ecosystem
//! cargo run --release --example rosenbrock
//! ```

use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, IterState};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use backprop::{Call, Number, auto};

type Vector = Vec<f64>;

/// `Σ (1 − xₖ)² + 100·(xₖ₊₁ − xₖ²)²`, written once for every number. Its minimum is 0, where all are 1.
struct Rosenbrock;
impl<S: Number> Call<S> for Rosenbrock {
    fn call(&self, x: &[S]) -> S {
        x.windows(2).map(|w| (1.0 - &w[0]).square() + 100.0 * (&w[1] - w[0].square()).square()).sum()
    }
}

// all that argmin wants to know of it
impl CostFunction for Rosenbrock {
    type Param = Vector;
    type Output = f64;
    fn cost(&self, x: &Vector) -> Result<f64, Error> {
        Ok(self.call(x.as_slice()))
    }
}
impl Gradient for Rosenbrock {
    type Param = Vector;
    type Gradient = Vector;
    fn gradient(&self, x: &Vector) -> Result<Vector, Error> {
        Ok(auto::grad(self, x))
    }
}
impl Hessian for Rosenbrock {
    type Param = Vector;
    type Hessian = Vec<Vector>;
    fn hessian(&self, x: &Vector) -> Result<Vec<Vector>, Error> {
        Ok(auto::hessian(self, x).outer_iter().map(|row| row.to_vec()).collect())
    }
}

/// A line of the table; the minimum must have been found.
fn report<H>(name: &str, state: &IterState<Vector, Vector, (), H, (), f64>) {
    let x = state.best_param.as_ref().expect("it has begun somewhere");
    let farthest = x.iter().map(|x| (x - 1.0).abs()).fold(0.0, f64::max);
    let [values, gradients, hessians] =
        ["cost", "gradient", "hessian"].map(|what| state.counts.get(&format!("{what}_count")).unwrap_or(&0));
    println!(
        "{name:<14} {:>5} {:>11} {values:>8} {gradients:>10} {hessians:>9} {:>10.1e} {farthest:>12.1e}",
        x.len(),
        state.iter,
        state.best_cost
    );
    assert!(farthest < 1e-8, "{name}: {x:?}");
}

fn main() -> Result<(), Error> {
    println!(
        "{:<14} {:>5} {:>11} {:>8} {:>10} {:>9} {:>10} {:>12}",
        "", "n", "iterations", "values", "gradients", "Hessians", "minimum", "max |x - 1|"
    );
    // the place where everybody starts; and one from where no other valley is near (there is one about -1, 1, 1, ...)
    for start in [vec![-1.2, 1.0], vec![0.0; 100]] {
        let memory = 7;
        let lbfgs =
            LBFGS::new(MoreThuenteLineSearch::new(), memory).with_tolerance_grad(1e-10)?.with_tolerance_cost(0.0)?;
        let run = Executor::new(Rosenbrock, lbfgs)
            .configure(|state| state.param(start.clone()).counting(true).max_iters(1000))
            .run()?;
        report("L-BFGS", &run.state);

        let newton = TrustRegion::new(Steihaug::new().with_max_iters(1000));
        let run = Executor::new(Rosenbrock, newton)
            .configure(|state| state.param(start).counting(true).max_iters(1000).target_cost(1e-20))
            .run()?;
        report("trust region", &run.state);
    }
    println!("\ngradients: {}\nHessians:  {}", auto::gradient_mode(100), auto::hessian_mode(100));
    Ok(())
}
