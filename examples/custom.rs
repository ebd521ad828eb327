//! An operation of your own: the solution of Kepler's equation, found by iteration, with the derivative that the
//! implicit function theorem gives it. Written once, it serves graphs, dual numbers and second derivatives.
//!
//! ```text
//! cargo run --release --example custom
//! ```

use backprop::custom::{Apply, Operation, apply};
use backprop::{Dual, Node, Number, gradients};

/// The eccentric anomaly `E` that solves `E − e·sin E = M`, from the eccentricity `e < 1` and the mean anomaly `M`.
struct Kepler;

impl<S: Number> Operation<S> for Kepler {
    /// Newton's method. Derivatives need not know how the solution was found.
    fn forward(&self, operands: &[S]) -> S {
        let [e, m] = operands else { unreachable!("applied to two operands below") };
        let mut anomaly = m + e * m.sin();
        for _ in 0..50 {
            let step = (&anomaly - e * anomaly.sin() - m) / (1.0 - e * anomaly.cos());
            anomaly -= &step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        anomaly
    }

    /// `dE·(1 − e·cos E) = dM + sin E·de`
    fn backward(&self, operands: &[S], anomaly: &S, adjoint: &S) -> Vec<S> {
        let by_m = adjoint / (1.0 - &operands[0] * anomaly.cos());
        vec![anomaly.sin() * &by_m, by_m]
    }
}

/// A planet's distance from the sun, in units of its semi-major axis.
fn distance<S: Number + Apply<Kepler>>(e: &S, m: &S) -> S {
    1.0 - e * apply(Kepler, &[e.clone(), m.clone()]).cos()
}

fn main() {
    let mercury = 0.205_630; // its eccentricity
    println!("Mercury's distance r from the sun, and its derivatives by the mean anomaly M\n");
    println!(
        "{:>4} {:>9} {:>36} {:>36}",
        "", "", "-------------- dr/dM --------------", "------------- d²r/dM² -------------"
    );
    let three = format!("{:>12} {:>11} {:>11}", "Node", "Dual", "differences");
    println!("{:>4} {:>9} {three} {three}", "M", "r");
    for degrees in (15..180).step_by(30) {
        let mean = f64::from(degrees).to_radians();

        let m = Node::leaf(mean);
        let r = distance(&Node::constant(mercury), &m);
        r.backward();
        let first = gradients(&r, &m);
        let second = gradients(&first, &m);

        let e = Dual::constant(Dual::constant(mercury));
        let dual = distance(&e, &Dual::variable(Dual::variable(mean))).derivative();

        let h = 1e-3;
        let [left, middle, right] = [-h, 0.0, h].map(|h| distance(&mercury, &(mean + h)));
        let differences = [(right - left) / (2.0 * h), (right - 2.0 * middle + left) / (h * h)];

        print!("{degrees:>3}° {:>9.6}", r.value());
        print!(" {:>12.7} {:>11.7} {:>11.7}", m.grad(), dual.value(), differences[0]);
        println!(" {:>12.7} {:>11.7} {:>11.7}", second.value(), dual.derivative(), differences[1]);

        let close = |a: f64, b: f64, tolerance| assert!((a - b).abs() < tolerance, "{degrees}°: {a} and {b}");
        close(m.grad(), first.value(), 1e-14);
        close(m.grad(), dual.value(), 1e-14);
        close(m.grad(), differences[0], 1e-6);
        close(second.value(), dual.derivative(), 1e-14);
        close(second.value(), differences[1], 1e-6);
    }
}
