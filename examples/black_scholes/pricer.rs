//! Somebody else's code: the price of a European option, for any `num_traits::Float`. Nothing here knows of derivatives.

use num_traits::Float;

/// The right to buy or to sell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Call,
    Put,
}

/// What the price depends on.
#[derive(Clone, Copy, Debug)]
pub struct Market<F> {
    pub spot: F,
    pub years: F,
    pub rate: F,
    pub volatility: F,
}

/// The value of an option on something that pays a steady yield (Black & Scholes 1973, Merton 1973).
pub fn price<F: Float>(kind: Kind, strike: F, dividends: F, market: Market<F>) -> F {
    let Market { spot, years, rate, volatility } = market;
    let deviation = volatility * years.sqrt();
    let d1 = ((spot / strike).ln() + (rate - dividends) * years) / deviation + deviation / literal(2.0);
    let d2 = d1 - deviation;
    let asset = spot * (-dividends * years).exp();
    let cash = strike * (-rate * years).exp();
    match kind {
        Kind::Call => asset * normal(d1) - cash * normal(d2),
        Kind::Put => cash * normal(-d2) - asset * normal(-d1),
    }
}

/// The normal distribution function by Hart's rational approximation (Hart et al. 1968, no. 5666; G. West, *Better
/// approximations to cumulative normal functions*, 2005): off by no more than a unit in the 15th decimal.
fn normal<F: Float>(x: F) -> F {
    if x > F::zero() { F::one() - tail(x) } else { tail(-x) }
}

/// The probability beyond `x ≥ 0`.
fn tail<F: Float>(x: F) -> F {
    const UPPER: [f64; 7] = [
        3.526_249_659_989_11e-2,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    const LOWER: [f64; 8] = [
        8.838_834_764_831_84e-2,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    let horner = |coefficients: &[f64]| coefficients.iter().fold(F::zero(), |sum, &c| sum * x + literal(c));
    let bell = (-x * x / literal(2.0)).exp();
    if x < literal(7.071_067_811_865_47) {
        bell * horner(&UPPER) / horner(&LOWER)
    } else {
        let fraction = [4.0, 3.0, 2.0, 1.0].iter().fold(x + literal(0.65), |f, &k| x + literal::<F>(k) / f);
        bell / (fraction * literal(2.506_628_274_631))
    }
}

/// A literal as the caller's number.
fn literal<F: Float>(x: f64) -> F {
    F::from(x).expect("every float has a value near this one")
}
