//! A network that obeys physics: it learns how hot a slab becomes that heats itself the faster the hotter it is (Bratu's
//! equation, u″ + λe^u = 0, both sides cooled: u(0) = u(1) = 0) from the equation alone. No value of the solution is shown
//! to it (Raissi, Perdikaris & Karniadakis 2019).
//!
//! The loss holds the second derivative of the network by the place, and is itself differentiated by the weights:
//! `gradients` of `gradients`, then `backward`.
//!
//! ```text
//! cargo run --release --example pinn
//! ```

use backprop::{NodeArray1, NodeArray2, NodeArrayD, Parameters, gradients, no_grad};
use fastrand::Rng;
use ndarray::{Array1, Array2, ArrayD, Axis};
use std::process::ExitCode;

const LAMBDA: f64 = 2.0; // from 3.51 on the slab explodes
const POINTS: usize = 32;
const WIDTH: usize = 16;
const STEPS: usize = 2000;

/// u = 2·ln(cosh(θ/4)/cosh((x − ½)·θ/2)), where θ = √(2λ)·cosh(θ/4).
fn exact(x: f64) -> f64 {
    let theta = (0..100).fold(0.0_f64, |theta, _| (2.0 * LAMBDA).sqrt() * (theta / 4.0).cosh());
    2.0 * ((theta / 4.0).cosh() / ((x - 0.5) * theta / 2.0).cosh()).ln()
}

/// Two hidden layers of tanh.
struct Network(Vec<(NodeArray2<f64>, NodeArray1<f64>)>);
impl Network {
    fn new(random: &mut Rng) -> Self {
        let layers = [(1, WIDTH), (WIDTH, WIDTH), (WIDTH, 1)].map(|(inputs, outputs)| {
            let limit = (6.0 / (inputs + outputs) as f64).sqrt(); // Glorot & Bengio 2010
            let mut any = || limit * (2.0 * random.f64() - 1.0);
            let weights = Array2::from_shape_simple_fn((inputs, outputs), &mut any);
            (NodeArray2::leaf(weights), NodeArray1::leaf(Array1::from_shape_simple_fn(outputs, &mut any)))
        });
        Network(layers.into())
    }
    /// The temperature at each place, which is 0 where it must be: x·(1 − x)·network(x).
    fn temperature(&self, place: &NodeArray2<f64>) -> NodeArray2<f64> {
        let mut x = place.clone();
        for (k, (weights, bias)) in self.0.iter().enumerate() {
            x = x.dot(weights) + bias;
            if k + 1 < self.0.len() {
                x = x.tanh();
            }
        }
        place * (1.0 - place) * x
    }
}
impl Parameters<f64> for Network {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<f64>)) {
        self.0.each(visit);
    }
}

/// Adam (Kingma & Ba 2015): means of the gradients and of their squares, by the place of their parameter.
#[derive(Default)]
struct Adam {
    step: i32,
    means: Vec<[ArrayD<f64>; 2]>,
}
impl Adam {
    fn step(&mut self, parameters: &Network, rate: f64) {
        self.step += 1;
        let [a, b] = [0.9_f64, 0.999].map(|decay| 1.0 - decay.powi(self.step));
        parameters.update_each(|k, value, grad| {
            if k == self.means.len() {
                self.means.push([ArrayD::zeros(grad.raw_dim()), ArrayD::zeros(grad.raw_dim())]);
            }
            let [mean, square] = &mut self.means[k];
            mean.zip_mut_with(grad, |m, g| *m += 0.1 * (g - *m));
            square.zip_mut_with(grad, |v, g| *v += 0.001 * (g * g - *v));
            ndarray::Zip::from(value).and(&*mean).and(&*square).for_each(|x, m, v| {
                *x -= rate * (m / a) / ((v / b).sqrt() + 1e-8);
            });
        });
    }
}

fn main() -> ExitCode {
    let network = Network::new(&mut Rng::with_seed(1));
    let x = NodeArray2::leaf(Array1::linspace(0.0, 1.0, POINTS).insert_axis(Axis(1)));
    let mut adam = Adam::default();
    println!("{:>6} {:>12}", "step", "residual²");
    for step in 0..=STEPS {
        let u = network.temperature(&x);
        let slope = gradients(&u.sum(), &x); // u′ at every place: each temperature depends on its own place only
        let curvature = gradients(&slope.sum(), &x); // u″
        let loss = (curvature + u.exp() * LAMBDA).square().mean();
        if step % 500 == 0 {
            println!("{step:>6} {:>12.2e}", loss.value());
        }
        network.zero_grad();
        loss.backward();
        adam.step(&network, 0.01 * 0.01_f64.powf(step as f64 / STEPS as f64)); // ever smaller steps
    }

    let places = Array1::linspace(0.0, 1.0, 201).insert_axis(Axis(1));
    let learnt = no_grad(|| network.temperature(&NodeArray2::constant(places.clone()))).value();
    println!("\n{:>6} {:>10} {:>10} {:>10}", "x", "learnt", "exact", "error");
    let mut worst = 0.0_f64;
    for (k, (x, u)) in places.iter().zip(&learnt).enumerate() {
        let error = u - exact(*x);
        worst = worst.max(error.abs());
        if k % 20 == 0 {
            println!("{x:>6.2} {u:>10.6} {:>10.6} {error:>10.1e}", exact(*x));
        }
    }
    println!("\nlargest error: {worst:.1e}");
    if worst < 1e-3 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
