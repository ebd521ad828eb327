//! The models, each written once, for every number.

use backprop::Number;
use std::f64::consts::PI;

/// A family of curves; several problems may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Misra1a,
    Misra1b,
    Misra1c,
    Misra1d,
    Chwirut,
    Lanczos,
    Gauss,
    DanWood,
    Kirby2,
    /// Hahn1 and Thurber.
    CubicOverCubic,
    Nelson,
    Mgh09,
    Mgh10,
    Mgh17,
    Roszman1,
    Enso,
    Rat42,
    Rat43,
    Eckerle4,
    Bennett5,
}

impl Form {
    /// What the model with these parameters predicts at `x`. This is all that has to be written: its derivatives by the
    /// parameters come with it.
    pub fn at<S: Number>(self, b: &[S], [x, x2]: [f64; 2]) -> S {
        match self {
            Form::Misra1a => &b[0] * (1.0 - (-&b[1] * x).exp()),
            Form::Misra1b => &b[0] * (1.0 - (1.0 + &b[1] * x / 2.0).powi(-2)),
            Form::Misra1c => &b[0] * (1.0 - (1.0 + 2.0 * &b[1] * x).sqrt().recip()),
            Form::Misra1d => &b[0] * &b[1] * x / (1.0 + &b[1] * x),
            Form::Chwirut => (-&b[0] * x).exp() / (&b[1] + &b[2] * x),
            Form::Lanczos => decay(&b[0], &b[1], x) + decay(&b[2], &b[3], x) + decay(&b[4], &b[5], x),
            Form::Gauss => decay(&b[0], &b[1], x) + peak(&b[2], &b[3], &b[4], x) + peak(&b[5], &b[6], &b[7], x),
            Form::DanWood => &b[0] * S::of(x).powf(&b[1]),
            Form::Kirby2 => (&b[0] + (&b[1] + &b[2] * x) * x) / (1.0 + (&b[3] + &b[4] * x) * x),
            Form::CubicOverCubic => {
                (&b[0] + (&b[1] + (&b[2] + &b[3] * x) * x) * x) / (1.0 + (&b[4] + (&b[5] + &b[6] * x) * x) * x)
            }
            Form::Nelson => &b[0] - &b[1] * x * (-&b[2] * x2).exp(),
            Form::Mgh09 => &b[0] * (x * x + x * &b[1]) / (x * x + x * &b[2] + &b[3]),
            Form::Mgh10 => &b[0] * (&b[1] / (x + &b[2])).exp(),
            Form::Mgh17 => &b[0] + decay(&b[1], &b[3], x) + decay(&b[2], &b[4], x),
            Form::Roszman1 => &b[0] - &b[1] * x - (&b[2] / (x - &b[3])).atan() / PI,
            Form::Enso => {
                let year = 2.0 * PI * x / 12.0;
                &b[0]
                    + &b[1] * year.cos()
                    + &b[2] * year.sin()
                    + wave(&b[4], &b[5], &b[3], x)
                    + wave(&b[7], &b[8], &b[6], x)
            }
            Form::Rat42 => &b[0] / (1.0 + (&b[1] - &b[2] * x).exp()),
            Form::Rat43 => &b[0] / (1.0 + (&b[1] - &b[2] * x).exp()).powf(b[3].recip()),
            Form::Eckerle4 => &b[0] / &b[1] * (-0.5 * ((x - &b[2]) / &b[1]).square()).exp(),
            Form::Bennett5 => &b[0] * (&b[1] + x).powf(-b[2].recip()),
        }
    }
}

fn decay<S: Number>(height: &S, rate: &S, x: f64) -> S {
    height * (-rate * x).exp()
}
fn peak<S: Number>(height: &S, centre: &S, width: &S, x: f64) -> S {
    height * (-((x - centre) / width).square()).exp()
}
fn wave<S: Number>(cosine: &S, sine: &S, period: &S, x: f64) -> S {
    let angle = 2.0 * PI * x / period;
    cosine * angle.cos() + sine * angle.sin()
}
