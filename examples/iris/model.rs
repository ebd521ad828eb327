//! Softmax regression.

use super::flowers::Flower;
use backprop::{Number, logsumexp, sum};

/// What a species scores: a bias, and a weight for each length.
pub type Weights<S> = Vec<[S; 5]>;

pub fn scores<S: Number>(weights: &Weights<S>, x: &[f64; 4]) -> Vec<S> {
    let score = |[bias, slopes @ ..]: &[S; 5]| slopes.iter().zip(x).fold(bias.clone(), |sum, (w, &x)| sum + w * x);
    weights.iter().map(score).collect()
}

/// The mean of `−ln p(species)`, where `p` is the softmax of the scores.
pub fn loss<S: Number>(weights: &Weights<S>, flowers: &[Flower]) -> S {
    let surprise = |flower: &Flower| {
        let scores = scores(weights, &flower.lengths);
        logsumexp(&scores) - &scores[flower.species]
    };
    sum(&flowers.iter().map(surprise).collect::<Vec<S>>()) / flowers.len() as f64
}
