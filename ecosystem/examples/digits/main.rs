//! Which digit is it? The textbook's two-layer network (Affine, ReLU, Affine, Softmax) on 1,797 handwritten digits.
//!
//! ```text
//! cd ecosystem
//! cargo run --release --example digits
//! cargo run --release --example digits -- --loss loss.svg --misread misread.svg
//! cargo run --release --example digits -- mine.csv  # 64 pixels from 0 (paper) to 16 (ink), the digit
//! ```
//!
//! It ends with code 1 if it reads fewer than 96 % of the digits that were held out.

mod drawings;
mod pictures;

use backprop::{NodeArray1, NodeArray2, NodeArrayD, Parameters, no_grad};
use drawings::{Epoch, Misread};
use fastrand::Rng;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array1, Array2, ArrayD, Axis};
use pictures::{INK, PIXELS, Picture};
use std::path::PathBuf;
use std::process::ExitCode;

const SEED: u64 = 2;
const HIDDEN: usize = 100;
const EPOCHS: usize = 60;
const BATCH: usize = 32;
const RATE: f64 = 0.05;
const MOMENTUM: f64 = 0.9;
const WANTED: f64 = 0.96;

struct Network {
    w1: NodeArray2<f64>,
    b1: NodeArray1<f64>,
    w2: NodeArray2<f64>,
    b2: NodeArray1<f64>,
}
impl Network {
    fn new(random: &mut Rng) -> Self {
        // of variance 2/inputs, which ReLU halves (He et al. 2015)
        let mut weights = |inputs: usize, outputs: usize| {
            let limit = (6.0 / inputs as f64).sqrt();
            NodeArray2::leaf(Array2::from_shape_simple_fn((inputs, outputs), || limit * (2.0 * random.f64() - 1.0)))
        };
        Network {
            w1: weights(PIXELS, HIDDEN),
            b1: NodeArray1::leaf(Array1::zeros(HIDDEN)),
            w2: weights(HIDDEN, 10),
            b2: NodeArray1::leaf(Array1::zeros(10)),
        }
    }
    fn logits(&self, x: &NodeArray2<f64>) -> NodeArray2<f64> {
        let hidden = (x.dot(&self.w1) + &self.b1).relu();
        hidden.dot(&self.w2) + &self.b2
    }
}
impl Parameters<f64> for Network {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<f64>)) {
        (&self.w1, &self.b1, &self.w2, &self.b2).each(visit);
    }
}

/// A row for each picture, its pixels from 0 to 1, and the digits.
fn batch<'a>(pictures: impl IntoIterator<Item = &'a Picture>) -> (NodeArray2<f64>, Vec<usize>) {
    let (pixels, digits): (Vec<_>, Vec<_>) = pictures.into_iter().map(|p| (p.pixels.map(|x| x / INK), p.digit)).unzip();
    (NodeArray2::constant(pixels.into()), digits)
}

/// Stochastic gradient descent with momentum: the speed of each parameter stands beside it, by its place.
fn train(network: &Network, training: &[Picture], held_out: &[Picture], random: &mut Rng) -> Vec<Epoch> {
    let bar = ProgressBar::new(EPOCHS as u64); // on a terminal; elsewhere it is silent
    if let Ok(style) = ProgressStyle::with_template("{bar:40} epoch {pos} of {len}, {msg}") {
        bar.set_style(style);
    }
    let (x, digits) = batch(held_out);
    let mut speeds: Vec<ArrayD<f64>> = Vec::new();
    let mut order: Vec<&Picture> = training.iter().collect();
    let mut epochs = Vec::new();
    for epoch in 0..EPOCHS {
        random.shuffle(&mut order);
        let mut sum = 0.0;
        for pictures in order.chunks(BATCH) {
            let (x, digits) = batch(pictures.iter().copied());
            let loss = network.logits(&x).cross_entropy(&digits);
            network.zero_grad();
            loss.backward();
            network.update_each(|k, value, grad| {
                if k == speeds.len() {
                    speeds.push(ArrayD::zeros(grad.raw_dim()));
                }
                let speed = &mut speeds[k];
                speed.zip_mut_with(grad, |speed, grad| *speed = MOMENTUM * *speed - RATE * grad);
                value.scaled_add(1.0, speed);
            });
            sum += loss.value() * digits.len() as f64;
        }
        let training = sum / training.len() as f64;
        let held_out = no_grad(|| network.logits(&x).cross_entropy(&digits)).value();
        epochs.push(Epoch { training, held_out });
        let progress = format!("loss {training:.4}, held out {held_out:.4}");
        if epoch == 0 || (epoch + 1) % 10 == 0 {
            bar.suspend(|| println!("epoch {:>3}: {progress}", epoch + 1));
        }
        bar.set_message(progress);
        bar.inc(1);
    }
    bar.finish_and_clear();
    epochs
}

/// What the network reads wrongly, the surest mistakes first.
fn mistakes<'a>(network: &Network, pictures: &'a [Picture]) -> Vec<Misread<'a>> {
    let (x, _) = batch(pictures);
    let shares = no_grad(|| network.logits(&x).softmax(Axis(1)));
    let read = shares.argmax_axis(Axis(1));
    let shares = shares.value();
    let read = pictures.iter().zip(read).enumerate().filter(|(_, (picture, read))| picture.digit != *read);
    let mut misread: Vec<Misread> =
        read.map(|(row, (picture, read))| Misread { picture, read, share: shares[[row, read]] }).collect();
    misread.sort_by(|a, b| b.share.total_cmp(&a.share));
    misread
}

#[derive(Default)]
struct Arguments {
    table: Option<PathBuf>,
    loss: Option<PathBuf>,
    misread: Option<PathBuf>,
}
fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    let mut given = std::env::args_os().skip(1);
    while let Some(argument) = given.next() {
        let place = match argument.to_str() {
            Some("--loss") => &mut arguments.loss,
            Some("--misread") => &mut arguments.misread,
            Some(option) if option.starts_with("--") => {
                return Err(format!("expected --loss FILE.svg, --misread FILE.svg or a table, found {option:?}"));
            }
            _ => {
                arguments.table = Some(argument.into());
                continue;
            }
        };
        let file = given.next().ok_or_else(|| format!("expected a file after {}", argument.display()))?;
        *place = Some(file.into());
    }
    Ok(arguments)
}

fn run() -> Result<ExitCode, String> {
    let arguments = arguments()?;
    let mut pictures = match &arguments.table {
        None => pictures::embedded()?,
        Some(path) => {
            let named = |problem: String| format!("{}: {problem}", path.display());
            let text = std::fs::read(path).map_err(|error| named(error.to_string()))?;
            pictures::parse(&text).map_err(named)?
        }
    };
    if pictures.len() < 2 {
        return Err(format!("expected at least 2 pictures, one of them to be held out, found {}", pictures.len()));
    }
    // a fifth of the pictures is held out, in an order that is always the same
    let mut random = Rng::with_seed(SEED);
    random.shuffle(&mut pictures);
    let (held_out, training) = pictures.split_at(pictures.len().div_ceil(5));
    println!("{} pictures to learn from, {} held out", training.len(), held_out.len());

    let network = Network::new(&mut random);
    println!("{PIXELS} pixels, {HIDDEN} hidden, 10 digits: {} parameters\n", network.parameter_count());
    let epochs = train(&network, training, held_out, &mut random);

    let misread = mistakes(&network, held_out);
    let accuracy = |wrong: usize, all: usize| {
        format!("{} of {all} ({:.1} %)", all - wrong, 100.0 * (all - wrong) as f64 / all as f64)
    };
    println!("\nread rightly in training: {}", accuracy(mistakes(&network, training).len(), training.len()));
    println!("read rightly, held out:   {}", accuracy(misread.len(), held_out.len()));
    if let Some(path) = &arguments.loss {
        drawings::loss_curve(path, &epochs)?;
    }
    if let Some(path) = &arguments.misread {
        drawings::misread(path, &misread, held_out.len())?;
    }
    if ((held_out.len() - misread.len()) as f64) < WANTED * held_out.len() as f64 {
        eprintln!("digits: fewer than {} % were read rightly", 100.0 * WANTED);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    run().unwrap_or_else(|problem| {
        eprintln!("digits: {problem}");
        ExitCode::FAILURE
    })
}
