//! What moves the price of an option? A pricer that knows nothing of derivatives, its first and second ones beside the
//! closed forms, and the volatility that a price implies.
//!
//! ```text
//! cargo run --release --example black_scholes
//! ```

mod pricer;

use backprop::{Dual, Elementary, grad, hessian};
use pricer::{Kind, Market, price};

/// An option of a textbook, and what the book says of it.
struct Quote {
    source: String,
    kind: Kind,
    strike: f64,
    dividends: f64,
    /// At the volatility that the book prices with, or finds in the price.
    market: Market<f64>,
    price: f64,
    /// Half a unit of the last digit printed, of the price and of the volatility.
    rounding: [f64; 2],
}

impl Quote {
    /// The price on any number: spot, years, rate and volatility may vary.
    fn on<F: num_traits::Float>(&self, [spot, years, rate, volatility]: [F; 4]) -> F {
        let plain = |x| F::from(x).expect("any float takes an f64");
        price(self.kind, plain(self.strike), plain(self.dividends), Market { spot, years, rate, volatility })
    }

    /// The same from a row of the table.
    fn read(row: &csv::StringRecord) -> Result<Quote, Box<dyn std::error::Error>> {
        let cell = |k: usize| row.get(k).unwrap_or_default();
        let number = |k: usize| cell(k).parse::<f64>().map_err(|e| format!("{row:?}, column {}: {e}", k + 1));
        let half_unit = |k: usize| 0.5 * 10f64.powi(-(cell(k).split('.').nth(1).map_or(0, str::len) as i32));
        Ok(Quote {
            source: cell(0).into(),
            kind: match cell(1) {
                "call" => Kind::Call,
                "put" => Kind::Put,
                other => return Err(format!("{row:?}, column 2: neither call nor put, but {other:?}").into()),
            },
            strike: number(3)?,
            dividends: number(6)?,
            market: Market { spot: number(2)?, years: number(4)?, rate: number(5)?, volatility: number(8)? },
            price: number(7)?,
            rounding: [half_unit(7), half_unit(8)],
        })
    }
}

/// The derivatives that traders have names for.
const GREEKS: [&str; 7] = ["delta", "vega", "theta", "rho", "gamma", "vanna", "volga"];

/// From the pricer: one gradient and one Hessian, both by spot, years, rate and volatility.
fn greeks(option: &Quote) -> [f64; 7] {
    let Market { spot, years, rate, volatility } = option.market;
    let at = [spot, years, rate, volatility];
    let [by_spot, by_years, by_rate, by_volatility] = grad(|&x| option.on(x), &at);
    let second = hessian(|&x| option.on(x), &at);
    // time passes as the years that are left become fewer
    [by_spot, by_volatility, -by_years, by_rate, second[[0, 0]], second[[0, 3]], second[[3, 3]]]
}

/// From the textbook.
fn closed_forms(option: &Quote) -> [f64; 7] {
    let Market { spot, years, rate, volatility } = option.market;
    let deviation = volatility * years.sqrt();
    let d1 = ((spot / option.strike).ln() + (rate - option.dividends) * years) / deviation + deviation / 2.0;
    let d2 = d1 - deviation;
    let asset = spot * (-option.dividends * years).exp();
    let cash = option.strike * (-rate * years).exp();
    let density = (-d1 * d1 / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let sign = if option.kind == Kind::Call { 1.0 } else { -1.0 };
    let [n1, n2] = [d1, d2].map(|d| sign * (sign * d).normal_cdf());
    let vega = asset * density * years.sqrt();
    [
        asset / spot * n1,
        vega,
        option.dividends * asset * n1 - rate * cash * n2 - asset * density * volatility / (2.0 * years.sqrt()),
        years * cash * n2,
        asset / spot * density / (spot * deviation),
        -asset / spot * density * d2 / volatility,
        vega * d1 * d2 / volatility,
    ]
}

/// The volatility at which the price is the one paid, by Newton's method: price and vega come out of one run.
///
/// It starts where vega is largest (Manaster & Koehler 1982), from where the method cannot overshoot.
fn implied_volatility(option: &Quote) -> (f64, usize) {
    let Market { spot, years, rate, .. } = option.market;
    let steepest = (2.0 * ((spot / option.strike).ln() / years + rate - option.dividends).abs()).sqrt();
    let mut volatility = if steepest > 0.05 { steepest } else { 0.2 };
    for step in 1..=50 {
        let x = [spot, years, rate].map(Dual::constant);
        let value: Dual = option.on([x[0], x[1], x[2], Dual::variable(volatility)]);
        let change = (option.price - value.value()) / value.derivative();
        volatility += change;
        if change.abs() < 1e-14 {
            return (volatility, step);
        }
    }
    (f64::NAN, 50)
}

/// Closer than `tolerance`, of numbers below 1 absolutely.
#[track_caller]
fn close(name: &str, found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{name}: {found} instead of {expected}");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = include_bytes!("../data/options.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(&table[..]);
    let options = reader.records().map(|row| Quote::read(&row?)).collect::<Result<Vec<_>, _>>()?;

    println!("Volatility implied by the price\n");
    println!("{:<22} {:>4} {:>9} {:>10} {:>10} {:>6}", "", "", "price", "book", "found", "steps");
    for option in &options {
        let kind = if option.kind == Kind::Call { "call" } else { "put" };
        let (volatility, steps) = implied_volatility(option);
        let book = option.market.volatility;
        println!("{:<22} {kind:>4} {:>9} {book:>10} {volatility:>10.6} {steps:>6}", option.source, option.price);
        // the book's digits are all that keeps the two apart
        let [price, printed] = option.rounding;
        let allowed = price / closed_forms(option)[1] + printed;
        assert!((volatility - book).abs() < 1.01 * allowed, "{}: {volatility} instead of {book}", option.source);
    }

    // Hull, chapter 19: 20 weeks at 49, to buy at 50
    let market = Market { spot: 49.0, years: 20.0 / 52.0, rate: 0.05, volatility: 0.2 };
    let source = "Hull ch. 19, stock".to_string();
    let hull =
        Quote { source, kind: Kind::Call, strike: 50.0, dividends: 0.0, market, price: f64::NAN, rounding: [0.0; 2] };
    println!("\nDerivatives of a call: 20 weeks, spot 49, strike 50, rate 5 %, volatility 20 %\n");
    println!("{:<6} {:>20} {:>20} {:>9}", "", "from the pricer", "closed form", "Hull");
    let book = [Some(0.522), Some(12.1), Some(-4.31), Some(8.91), Some(0.066), None, None];
    let (found, closed) = (greeks(&hull), closed_forms(&hull));
    for (k, name) in GREEKS.iter().enumerate() {
        let printed = book[k].map_or(String::new(), |b: f64| b.to_string());
        println!("{name:<6} {:>20.14} {:>20.14} {printed:>9}", found[k], closed[k]);
        if let Some(b) = book[k] {
            close(name, found[k], b, 0.005);
        }
    }

    // everywhere: the pricer's normal distribution is good to 1e-15, its derivatives to a few digits less
    let mut worst = [0.0_f64; 7];
    for option in options.iter().chain([&hull]) {
        for (k, (found, closed)) in greeks(option).into_iter().zip(closed_forms(option)).enumerate() {
            close(GREEKS[k], found, closed, if k < 4 { 1e-13 } else { 1e-11 });
            worst[k] = worst[k].max((found - closed).abs() / closed.abs().max(1.0));
        }
    }
    println!("\nLargest difference from the closed form, of all {} options\n", options.len() + 1);
    GREEKS.iter().zip(worst).for_each(|(name, worst)| println!("{name:<6} {worst:>9.1e}"));
    Ok(())
}
