//! How does a comet's return depend on where it set out? Halley's comet through a solver of differential equations that
//! knows nothing of derivatives: one revolution about the sun, and the derivative of the end by the beginning, forward,
//! in reverse, and in closed form.
//!
//! ```text
//! cd ecosystem
//! cargo run --release --example orbit
//! cargo run --release --example orbit -- --svg orbit.svg   # where a faster comet would be
//! ```

mod dormand_prince;
mod drawing;

use backprop::{forward, jacobian};
use dormand_prince::integrate;
use ndarray::Array2;
use num_traits::Float;
use std::process::ExitCode;

/// 1P/Halley, JPL Small-Body Database, elements of 17 February 1994: distance of the perihelion in au, eccentricity.
const PERIHELION: f64 = 0.585_978_11;
const ECCENTRICITY: f64 = 0.967_142_91;
/// The sun's gravity in au³/year²: by Gauss's constant, which is for days.
const GRAVITY: f64 = (0.017_202_098_95 * 365.25) * (0.017_202_098_95 * 365.25);
/// 1 m/s in au/year.
const METRE_PER_SECOND: f64 = 365.25 * 86400.0 / 149_597_870_700.0;

const TOLERANCE: f64 = 1e-13;

/// Place and velocity in the plane of the orbit, in au and au/year; the sun is at 0.
type State<F> = [F; 4];

/// Newton's law.
fn fall<F: Float>(&[x, y, u, v]: &State<F>) -> State<F> {
    let pull = -F::from(GRAVITY).expect("any float takes an f64") / x.hypot(y).powi(3);
    [u, v, pull * x, pull * y]
}

/// The comet's way, on any number.
fn way<F: Float>(start: State<F>, years: f64) -> Vec<(F, State<F>)> {
    let plain = |x| F::from(x).expect("any float takes an f64");
    integrate(fall, start, plain(years), plain(TOLERANCE))
}
/// Where it ends.
fn end<F: Float>(start: State<F>, years: f64) -> State<F> {
    way(start, years).last().expect("it begins somewhere").1
}

/// The comet at its perihelion.
fn perihelion() -> State<f64> {
    [PERIHELION, 0.0, 0.0, (GRAVITY * (1.0 + ECCENTRICITY) / PERIHELION).sqrt()]
}
fn semi_major_axis() -> f64 {
    PERIHELION / (1.0 - ECCENTRICITY)
}
/// Kepler's third law.
fn period() -> f64 {
    std::f64::consts::TAU * (semi_major_axis().powi(3) / GRAVITY).sqrt()
}
/// The derivative of the period by the state at perihelion, by `1/a = 2/r − v²/GM`.
fn period_slope() -> State<f64> {
    let [x, _, _, v] = perihelion();
    [1.0 / x.powi(2), 0.0, 0.0, v / GRAVITY].map(|slope| 3.0 * period() * semi_major_axis() * slope)
}

/// After one revolution of the undisturbed comet, a disturbed one is where it was, but for its own period's difference:
/// `∂end/∂start = 1 − (rate of change)·∂period/∂start`.
fn closed_form() -> Array2<f64> {
    let (rate, slope) = (fall(&perihelion()), period_slope());
    Array2::from_shape_fn((4, 4), |(i, j)| f64::from(u8::from(i == j)) - rate[i] * slope[j])
}

/// Central differences, a run for each side.
fn differences(start: State<f64>, years: f64) -> Array2<f64> {
    let step = 1e-6;
    let moved = |j: usize, by: f64| end(std::array::from_fn(|k| start[k] + if k == j { by } else { 0.0 }), years);
    let columns: [[State<f64>; 2]; 4] = std::array::from_fn(|j| [moved(j, step), moved(j, -step)]);
    Array2::from_shape_fn((4, 4), |(i, j)| (columns[j][0][i] - columns[j][1][i]) / (2.0 * step))
}

/// The largest difference, in units of the largest number.
fn distance(found: &Array2<f64>, expected: &Array2<f64>) -> f64 {
    let largest = |numbers: &Array2<f64>| numbers.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    largest(&(found - expected)) / largest(expected)
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let svg = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--svg", file] => Some(*file),
        _ => return Err("expected nothing or --svg FILE".into()),
    };
    let start = perihelion();
    let steps = way(start, period()).len() - 1;
    println!("Halley's comet, from perihelion to perihelion: {:.2} years in {steps} steps\n", period());

    // four tangents at once; four sweeps over one tape; and by hand
    let by_dual = forward::jacobian::<4, _, _>(|&start| end(start, period()), &start);
    let by_var = jacobian(|&start| end(start, period()), &start);
    let exact = closed_form();
    println!("{:<9} {:>20} {:>20} {:>20}", "", "Dual<f64, 4>", "Var", "closed form");
    let names = ["x", "y", "u", "v"];
    for ((i, j), exact) in exact.indexed_iter() {
        println!("∂{}/∂{}₀    {:>20.6} {:>20.6} {exact:>20.6}", names[i], names[j], by_dual[[i, j]], by_var[[i, j]]);
    }
    let errors = [&by_dual, &by_var].map(|found| distance(found, &exact));
    println!("\nlargest difference, to the largest number: {:.0e}", errors[0].max(errors[1]));
    assert!(errors.iter().all(|error| *error < 1e-8), "{errors:?}");
    assert!(distance(&by_dual, &by_var) < 1e-12, "the modes differ by {:e}", distance(&by_dual, &by_var));

    // on the way there is no formula as short
    let years = period() / 3.0;
    let there = forward::jacobian::<4, _, _>(|&start| end(start, years), &start);
    let error = distance(&there, &differences(start, years));
    println!("after {years:.1} years, from difference quotients: {error:.0e}");
    assert!(error < 1e-6, "{error}");

    let days = period_slope()[3] * METRE_PER_SECOND * 365.25;
    println!(
        "\nA comet that is 1 m/s faster at perihelion, of {:.0} m/s, comes back {days:.0} days later.",
        start[3] / METRE_PER_SECOND
    );
    match svg {
        Some(file) => drawing::draw(file).map_err(|error| format!("{file}: {error}")),
        None => Ok(()),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("orbit: {problem}");
            ExitCode::FAILURE
        }
    }
}
