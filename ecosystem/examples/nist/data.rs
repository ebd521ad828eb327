//! NIST's files: two starting points, the certified answer, the observations, in fixed places.

use super::models::Form;

/// One regression problem.
#[derive(Debug)]
pub struct Problem {
    pub name: &'static str,
    pub form: Form,
    /// NIST's level of difficulty: lower, average, higher.
    pub level: String,
    pub starts: [Vec<f64>; 2],
    pub certified: Vec<f64>,
    pub certified_sum_of_squares: f64,
    /// The observed response, in Nelson's problem its logarithm.
    pub y: Vec<f64>,
    /// The predictors; where there is one, the second is 0.
    pub x: Vec<[f64; 2]>,
}

macro_rules! problems { ($($name:ident $Form:ident),* $(,)?) => {
    /// All 27, in NIST's order.
    pub fn problems() -> Result<Vec<Problem>, String> {
        [$((stringify!($name), Form::$Form, include_str!(concat!("../data/nist/", stringify!($name), ".dat")))),*]
            .into_iter()
            .map(|(name, form, text)| Problem::parse(name, form, text).map_err(|error| format!("{name}: {error}")))
            .collect()
    }
} }
problems! {
    Misra1a Misra1a, Chwirut2 Chwirut, Chwirut1 Chwirut, Lanczos3 Lanczos, Gauss1 Gauss, Gauss2 Gauss, DanWood DanWood,
    Misra1b Misra1b, Kirby2 Kirby2, Hahn1 CubicOverCubic, Nelson Nelson, MGH17 Mgh17, Lanczos1 Lanczos, Lanczos2 Lanczos,
    Gauss3 Gauss, Misra1c Misra1c, Misra1d Misra1d, Roszman1 Roszman1, ENSO Enso, MGH09 Mgh09, Thurber CubicOverCubic,
    BoxBOD Misra1a, Rat42 Rat42, MGH10 Mgh10, Eckerle4 Eckerle4, Rat43 Rat43, Bennett5 Bennett5,
}

impl Problem {
    fn parse(name: &'static str, form: Form, text: &str) -> Result<Self, String> {
        let (head, observations) = text
            .rsplit_once("Data:")
            .and_then(|(head, rest)| Some((head, rest.split_once('\n')?.1)))
            .ok_or("there are no observations")?;
        let mut problem = Problem {
            name,
            form,
            level: String::new(),
            starts: [Vec::new(), Vec::new()],
            certified: Vec::new(),
            certified_sum_of_squares: f64::NAN,
            y: Vec::new(),
            x: Vec::new(),
        };
        for line in head.lines() {
            if let Some(level) = line.trim().strip_suffix(" Level of Difficulty") {
                problem.level = level.to_lowercase();
            } else if let Some(sum) = line.strip_prefix("Residual Sum of Squares:") {
                problem.certified_sum_of_squares = number(sum)?;
            } else if let Some((parameter, values)) = line.split_once('=').filter(|(name, _)| is_parameter(name)) {
                let values = numbers(values)?;
                let [first, second, certified, _deviation] = values[..] else {
                    return Err(format!("expected four numbers for{parameter}, found {}", values.len()));
                };
                problem.starts[0].push(first);
                problem.starts[1].push(second);
                problem.certified.push(certified);
            }
        }
        for line in observations.lines().filter(|line| !line.trim().is_empty()) {
            let values = numbers(line)?;
            let (y, x) = match values[..] {
                [y, x] => (y, [x, 0.0]),
                [y, first, second] => (y, [first, second]),
                _ => return Err(format!("expected a response and one or two predictors, found {line:?}")),
            };
            problem.y.push(if form == Form::Nelson { y.ln() } else { y });
            problem.x.push(x);
        }
        Ok(problem)
    }
}

/// `b1`, `b2`, …
fn is_parameter(name: &str) -> bool {
    name.trim().strip_prefix('b').is_some_and(|digits| digits.parse::<usize>().is_ok())
}
fn numbers(text: &str) -> Result<Vec<f64>, String> {
    text.split_whitespace().map(number).collect()
}
fn number(text: &str) -> Result<f64, String> {
    text.trim().parse().map_err(|_| format!("expected a number, found {text:?}"))
}
