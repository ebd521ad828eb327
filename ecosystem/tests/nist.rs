//! examples/nist keeps its promise: from all certified starting points to the certified answers; its Jacobians are those
//! that one would write by hand.

#[path = "../examples/nist/data.rs"]
mod data;
#[path = "../examples/nist/fit.rs"]
mod fit;
#[path = "../examples/nist/models.rs"]
mod models;

use data::{Problem, problems};
use fit::{digits, fit, jacobian};
use models::Form;
use std::f64::consts::PI;

#[test]
fn all_54_starts_lead_to_the_certified_answers() {
    let (mut starts, mut evaluations, mut sums) = (0, 0, Vec::new());
    for problem in problems().expect("good files") {
        for (number, start) in (1..).zip(&problem.starts) {
            let fit = fit(&problem, start);
            assert_eq!(fit.failure, None, "{} from start {number}", problem.name);
            let digits = fit.parameter_digits(&problem);
            assert!(digits >= 6.0, "{} from start {number}: {digits} digits", problem.name);
            (starts, evaluations) = (starts + 1, evaluations + fit.evaluations);
            if fit.sum_digits(&problem) < 6.0 {
                sums.push((problem.name, number));
                // made of rounding errors: the residuals are 1e-13, of observations of 14 digits
                assert!(fit.sum_digits(&problem) > 2.0);
            }
        }
    }
    assert!(evaluations < 5000, "{evaluations} evaluations");
    assert_eq!((starts, sums), (54, vec![("Lanczos1", 1), ("Lanczos1", 2)]));
}

#[test]
fn the_files_are_read_whole() {
    let problems = problems().expect("good files");
    assert_eq!(problems.len(), 27);
    for problem in &problems {
        let parameters = problem.certified.len();
        assert!(problem.starts.iter().all(|start| start.len() == parameters), "{}", problem.name);
        // at the certified answer the model has the certified residuals, so neither is misread; Lanczos1's are less than
        // the last digit of its parameters
        let residual = |(&x, y): (&[f64; 2], &f64)| (problem.form.at(&problem.certified, x) - y).powi(2);
        let sum: f64 = problem.x.iter().zip(&problem.y).map(residual).sum();
        let right = digits(sum, problem.certified_sum_of_squares);
        let right = right > 5.0 || problem.name == "Lanczos1" && sum < 1e-19;
        assert!(right, "{}: {sum} instead of {}", problem.name, problem.certified_sum_of_squares);
    }
    let counts = |level: &str| problems.iter().filter(|problem| problem.level == level).count();
    assert_eq!(["lower", "average", "higher"].map(counts), [8, 11, 8]);
    // as many as the files say themselves
    for problem in &problems {
        let path = format!("{}/examples/data/nist/{}.dat", env!("CARGO_MANIFEST_DIR"), problem.name);
        let text = std::fs::read_to_string(path).expect("a file");
        let says = |what: &str| {
            text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(what))
        };
        assert!(says(&format!("Number of Observations: {}", problem.y.len())), "{}", problem.name);
        assert!(says(&format!("{} Parameters (", problem.certified.len())), "{}", problem.name);
    }
    assert_eq!(problems.iter().map(|problem| problem.y.len()).sum::<usize>(), 2176);
}

/// The derivatives by the parameters as one writes them by hand.
fn by_hand(form: Form, b: &[f64], [x, x2]: [f64; 2]) -> Vec<f64> {
    let decay = |height: f64, rate: f64| [(-rate * x).exp(), -height * x * (-rate * x).exp()];
    let peak = |height: f64, centre: f64, width: f64| {
        let z = (x - centre) / width;
        let bell = (-z * z).exp();
        [bell, 2.0 * height * bell * z / width, 2.0 * height * bell * z * z / width]
    };
    let wave = |cosine: f64, sine: f64, period: f64| {
        let angle = 2.0 * PI * x / period;
        let turn = (cosine * angle.sin() - sine * angle.cos()) * angle / period;
        [angle.cos(), angle.sin(), turn]
    };
    match form {
        Form::Misra1a => vec![1.0 - (-b[1] * x).exp(), b[0] * x * (-b[1] * x).exp()],
        Form::Misra1b => {
            let u = 1.0 + b[1] * x / 2.0;
            vec![1.0 - u.powi(-2), b[0] * x * u.powi(-3)]
        }
        Form::Misra1c => {
            let u = 1.0 + 2.0 * b[1] * x;
            vec![1.0 - u.powf(-0.5), b[0] * x * u.powf(-1.5)]
        }
        Form::Misra1d => {
            let u = 1.0 + b[1] * x;
            vec![b[1] * x / u, b[0] * x / (u * u)]
        }
        Form::Chwirut => {
            let (top, under) = ((-b[0] * x).exp(), b[1] + b[2] * x);
            vec![-x * top / under, -top / (under * under), -x * top / (under * under)]
        }
        Form::Lanczos => [decay(b[0], b[1]), decay(b[2], b[3]), decay(b[4], b[5])].concat(),
        Form::Gauss => [&decay(b[0], b[1])[..], &peak(b[2], b[3], b[4])[..], &peak(b[5], b[6], b[7])[..]].concat(),
        Form::DanWood => vec![x.powf(b[1]), b[0] * x.powf(b[1]) * x.ln()],
        Form::Kirby2 => {
            let under = 1.0 + b[3] * x + b[4] * x * x;
            let value = (b[0] + b[1] * x + b[2] * x * x) / under;
            vec![1.0 / under, x / under, x * x / under, -value * x / under, -value * x * x / under]
        }
        Form::CubicOverCubic => {
            let powers = [1.0, x, x * x, x * x * x];
            let under = 1.0 + b[4] * x + b[5] * x * x + b[6] * x * x * x;
            let value = (0..4).map(|k| b[k] * powers[k]).sum::<f64>() / under;
            powers.iter().map(|p| p / under).chain(powers[1..].iter().map(|p| -value * p / under)).collect()
        }
        Form::Nelson => {
            let e = (-b[2] * x2).exp();
            vec![1.0, -x * e, b[1] * x * x2 * e]
        }
        Form::Mgh09 => {
            let (top, under) = (x * x + x * b[1], x * x + x * b[2] + b[3]);
            let value = b[0] * top / under;
            vec![top / under, b[0] * x / under, -value * x / under, -value / under]
        }
        Form::Mgh10 => {
            let under = x + b[2];
            let e = (b[1] / under).exp();
            vec![e, b[0] * e / under, -b[0] * e * b[1] / (under * under)]
        }
        Form::Mgh17 => {
            let ([e, de], [f, df]) = (decay(b[1], b[3]), decay(b[2], b[4]));
            vec![1.0, e, f, de, df]
        }
        Form::Roszman1 => {
            let u = x - b[3];
            let square = u * u + b[2] * b[2];
            vec![1.0, -x, -u / square / PI, -b[2] / square / PI]
        }
        Form::Enso => {
            let year = 2.0 * PI * x / 12.0;
            let ([c, s, t], [d, r, u]) = (wave(b[4], b[5], b[3]), wave(b[7], b[8], b[6]));
            vec![1.0, year.cos(), year.sin(), t, c, s, u, d, r]
        }
        Form::Rat42 => {
            let e = (b[1] - b[2] * x).exp();
            let slope = -b[0] * e / (1.0 + e).powi(2);
            vec![1.0 / (1.0 + e), slope, -x * slope]
        }
        Form::Rat43 => {
            let e = (b[1] - b[2] * x).exp();
            let share = (1.0 + e).powf(-1.0 / b[3]);
            let slope = -b[0] * share * e / (1.0 + e) / b[3];
            vec![share, slope, -x * slope, b[0] * share * (1.0 + e).ln() / (b[3] * b[3])]
        }
        Form::Eckerle4 => {
            let z = (x - b[2]) / b[1];
            let bell = (-0.5 * z * z).exp() / b[1];
            vec![bell, b[0] * bell * (z * z - 1.0) / b[1], b[0] * bell * z / b[1]]
        }
        Form::Bennett5 => {
            let u = b[1] + x;
            let power = u.powf(-1.0 / b[2]);
            vec![power, -b[0] * power / (u * b[2]), b[0] * power * u.ln() / (b[2] * b[2])]
        }
    }
}

/// At both starts, at the answer, and between: to 1e-12 of the largest derivative by that parameter.
#[test]
fn jacobians_are_those_written_by_hand() {
    let compare = |problem: &Problem, b: &[f64]| -> f64 {
        let slopes = jacobian(problem, b);
        let hand: Vec<Vec<f64>> = problem.x.iter().map(|&x| by_hand(problem.form, b, x)).collect();
        let mut worst: f64 = 0.0;
        for k in 0..b.len() {
            let scale = hand.iter().map(|row| row[k].abs()).fold(0.0, f64::max);
            for (i, row) in hand.iter().enumerate() {
                assert!(row[k].is_finite() && slopes[[i, k]].is_finite(), "{}: {row:?}", problem.name);
                worst = worst.max((slopes[[i, k]] - row[k]).abs() / scale);
            }
        }
        worst
    };
    for problem in problems().expect("good files") {
        let between: Vec<f64> =
            problem.starts[0].iter().zip(&problem.starts[1]).map(|(a, b)| 0.3 * a + 0.7 * b).collect();
        for b in problem.starts.iter().chain([&problem.certified, &between]) {
            let error = compare(&problem, b);
            assert!(error < 1e-12, "{}: {error}", problem.name);
        }
    }
}
