//! Which iris is it? Softmax regression on Fisher's flowers: four lengths in, three species out, by gradient descent.
//!
//! ```text
//! cargo run --release --example iris              # Fisher's 150 flowers, examples/data/iris.csv
//! cargo run --release --example iris -- mine.csv  # sepal length, sepal width, petal length, petal width, species
//! ```

mod flowers;
mod model;

use backprop::{Node, graph};
use flowers::{FEATURES, Flower, Flowers};
use model::{Weights, loss, scores};
use std::path::PathBuf;
use std::process::ExitCode;

const STEPS: usize = 1000;
const RATE: f64 = 0.5;

/// How many flowers the weights name rightly: `57 of 60 (95.0 %)`.
fn accuracy(weights: &Weights<f64>, flowers: &[Flower]) -> String {
    let named = |flower: &&Flower| {
        let scores = scores(weights, &flower.lengths);
        (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])) == Some(flower.species)
    };
    let (right, all) = (flowers.iter().filter(named).count(), flowers.len());
    format!("{right} of {all} ({:.1} %)", 100.0 * right as f64 / all as f64)
}

/// Gradient descent. Each step makes new leaves of the old values and gradients, and the old graph is gone.
fn fit(species: usize, flowers: &[Flower]) -> Weights<f64> {
    println!("{:>6} {:>10} {:>22} {:>16}", "step", "loss", "named rightly", "memory in use");
    let mut weights = vec![[0.0; 5]; species];
    for step in 0..=STEPS {
        let leaves: Weights<Node<f64>> = weights.iter().map(|w| w.map(Node::leaf)).collect();
        let loss = loss(&leaves, flowers);
        loss.backward();
        if matches!(step, 0 | 1 | 10 | 100) || step == STEPS {
            let kib = graph::stats().bytes_in_use / 1024;
            println!("{step:>6} {:>10.6} {:>22} {kib:>12} KiB", loss.value(), accuracy(&weights, flowers));
        }
        if step < STEPS {
            weights = leaves.into_iter().map(|w| w.map(|w| w.value() - RATE * w.grad())).collect();
        }
    }
    weights
}

/// Every fifth flower of each species (its 5th, 10th, 15th…) is held out; the others are for training.
fn split(table: Flowers) -> (Vec<Flower>, Vec<Flower>) {
    let mut seen = vec![0; table.species.len()];
    table.flowers.into_iter().partition(|flower| {
        seen[flower.species] += 1;
        seen[flower.species] % 5 != 0
    })
}

/// Mean 0 and deviation 1 of each length in training; the other flowers are moved along.
fn standardise(training: &mut [Flower], held_out: &mut [Flower]) {
    for k in 0..4 {
        let column: Vec<f64> = training.iter().map(|flower| flower.lengths[k]).collect();
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        let deviation = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64).sqrt();
        let scale = if deviation > 0.0 { deviation } else { 1.0 };
        for flower in training.iter_mut().chain(&mut *held_out) {
            flower.lengths[k] = (flower.lengths[k] - mean) / scale;
        }
    }
}

fn run(path: Option<PathBuf>) -> Result<(), String> {
    let table = match path {
        None => Flowers::parse(include_bytes!("../data/iris.csv"))?,
        Some(path) => {
            let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            Flowers::parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))?
        }
    };
    let species = table.species.clone();
    let (mut training, mut held_out) = split(table);
    standardise(&mut training, &mut held_out);
    println!("{} flowers to learn from, {} held out (every fifth of its species)\n", training.len(), held_out.len());

    let weights = fit(species.len(), &training);
    println!("\nnamed rightly in training: {}", accuracy(&weights, &training));
    if !held_out.is_empty() {
        println!("named rightly, held out:   {}", accuracy(&weights, &held_out));
        println!("loss, held out:            {:.6}", loss(&weights, &held_out)); // the same formula, on plain numbers
    }

    print!("\n{:<14}", "weights");
    ["bias"].iter().chain(&FEATURES).for_each(|name| print!(" {name:>12}"));
    println!();
    for (name, weights) in species.iter().zip(&weights) {
        print!("{name:<14}");
        weights.iter().for_each(|weight| print!(" {weight:>12.4}"));
        println!();
    }
    Ok(())
}

fn main() -> ExitCode {
    match run(std::env::args_os().nth(1).map(PathBuf::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("iris: {problem}");
            ExitCode::FAILURE
        }
    }
}
