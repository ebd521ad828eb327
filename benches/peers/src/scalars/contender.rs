//! Who takes part, and the comparison of what they answer.

use crate::common::turns::{Run, run};
use std::hint::black_box;

/// A whole derivative: puts the gradient (or the rows of a Jacobian or Hessian) into the buffer and returns the value.
pub type Work = Box<dyn FnMut(&mut Vec<f64>) -> f64>;

/// A library at work.
pub struct Contender {
    pub name: &'static str,
    pub work: Work,
}
impl Contender {
    pub fn new(name: &'static str, work: impl FnMut(&mut Vec<f64>) -> f64 + 'static) -> Self {
        Contender { name, work: Box::new(work) }
    }
    pub fn answer(&mut self) -> (f64, Vec<f64>) {
        let mut derivatives = Vec::new();
        let value = (self.work)(&mut derivatives);
        (value, derivatives)
    }
    /// What is timed: the buffer is kept from call to call.
    pub fn run(self) -> Run {
        let (mut work, mut derivatives) = (self.work, Vec::new());
        run(move || {
            let value = work(&mut derivatives);
            black_box(&derivatives);
            value
        })
    }
}

/// Compares every answer with that of the first, which is ours; prints them if asked.
///
/// # Panics
/// If one differs by more than 1e-9 of the largest number in it.
pub fn check(row: &str, contenders: &mut [Contender], print: bool) {
    let mut right = None;
    for contender in contenders {
        let (value, derivatives) = contender.answer();
        if print {
            let head = &derivatives[..derivatives.len().min(3)];
            println!("{row}: {:<16} {value:>24.16e} {head:?} …", contender.name);
        }
        let (wanted, all) = right.get_or_insert_with(|| (value, derivatives.clone()));
        let near = |x: f64, y: f64, scale: f64| x.is_finite() && (x - y).abs() <= 1e-9 * scale;
        assert!(near(value, *wanted, wanted.abs()), "{row}: {} gives {value}, not {wanted}", contender.name);
        assert_eq!(derivatives.len(), all.len(), "{row}: {}, how many derivatives", contender.name);
        let scale = all.iter().fold(1e-300, |scale: f64, x| scale.max(x.abs()));
        for (at, (&x, &y)) in derivatives.iter().zip(all.iter()).enumerate() {
            assert!(near(x, y, scale), "{row}: {} gives {x} at {at}, not {y}", contender.name);
        }
    }
}
