//! The 27 nonlinear regression problems of NIST with their certified answers, from both starting points: the solver of the
//! crate levenberg-marquardt, each model written once, its Jacobian exact.
//!
//! ```text
//! cd ecosystem
//! cargo run --release --example nist
//! cargo run --release --example nist -- --svg fits  # draws the fits to that folder, too
//! ```

mod data;
mod drawing;
mod fit;
mod models;

use data::Problem;
use fit::{Fit, digits};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// From here on an answer is called right.
const DIGITS: f64 = 6.0;

/// The certified numbers, and how many digits of them were found from either start.
fn print(problem: &Problem, fits: &[Fit; 2]) {
    println!("\n{}: {} observations, {} difficulty", problem.name, problem.y.len(), problem.level);
    println!(
        "{:>5} {:>19} {:>24} {:>7} {:>24} {:>7}",
        "", "certified", "from start 1", "digits", "from start 2", "digits"
    );
    let row = |name: &str, certified: f64, found: [f64; 2]| {
        let [first, second] = found.map(|x| format!("{x:>24.10e} {:>7.1}", digits(x, certified)));
        println!("{name:>5} {certified:>19.10e} {first} {second}");
    };
    for (k, &certified) in problem.certified.iter().enumerate() {
        row(&format!("b{}", k + 1), certified, [0, 1].map(|start| fits[start].parameters[k]));
    }
    row("RSS", problem.certified_sum_of_squares, [0, 1].map(|start| fits[start].sum_of_squares));
}

fn run(folder: Option<&Path>) -> Result<(), String> {
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let (mut starts, mut evaluations) = (0, 0);
    let (mut failed, mut sums) = (Vec::new(), Vec::new());
    for problem in data::problems()? {
        let fits = [0, 1].map(|start| fit::fit(&problem, &problem.starts[start]));
        print(&problem, &fits);
        for (number, fit) in (1..).zip(&fits) {
            (starts, evaluations) = (starts + 1, evaluations + fit.evaluations);
            let (parameters, sum) = (fit.parameter_digits(&problem), fit.sum_digits(&problem));
            if fit.failure.is_some() || parameters < DIGITS {
                let why = fit.failure.as_deref().unwrap_or("another minimum");
                failed.push(format!("{} from start {number}: {parameters:.1} digits, {why}", problem.name));
            } else if sum < DIGITS {
                let residual = (fit.sum_of_squares / problem.y.len() as f64).sqrt();
                let largest = problem.y.iter().fold(0.0_f64, |largest, y| largest.max(y.abs()));
                sums.push(format!(
                    "{} from start {number}: {sum:.1} digits; residuals of {residual:.0e} beside observations of {largest:.1}",
                    problem.name
                ));
            }
        }
        if let Some(folder) = folder {
            let [first, second] = &fits;
            let better = if second.sum_of_squares < first.sum_of_squares { second } else { first };
            drawing::draw(folder, &problem, better)?;
        }
    }
    println!(
        "\n{} of {starts} starts found all parameters to {DIGITS} digits or more; {evaluations} evaluations",
        starts - failed.len()
    );
    failed.iter().for_each(|line| println!("  not {line}"));
    println!("{} of {starts} found the residual sum of squares, too", starts - failed.len() - sums.len());
    sums.iter().for_each(|line| println!("  not {line}"));
    if let Some(folder) = folder {
        println!("drawn: {}", folder.display());
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--svg", folder] => Some(PathBuf::from(folder)),
        _ => {
            eprintln!("usage: [--svg FOLDER]");
            return ExitCode::from(2);
        }
    };
    match run(folder.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("nist: {problem}");
            ExitCode::FAILURE
        }
    }
}
