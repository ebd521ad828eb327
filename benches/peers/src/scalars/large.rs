//! The models of `common/models.rs`, for the libraries whose numbers are num-traits' `Float`.

use super::contender::Contender;
use super::{echidna, ours};
use crate::models::{Gmm, Lstm};
use backprop::Scalar;
use num_traits::Float;
use std::rc::Rc;

/// A function for any number, and the same with its statements fused.
pub trait Model: 'static {
    /// Where it is differentiated.
    fn at(&self) -> Vec<f64>;
    fn plain<F: Float>(&self, xs: &[F]) -> F;
    fn fused<S: Scalar>(&self, xs: &[S]) -> S;
}
macro_rules! model { ($($Model:ident)*) => { $(
    impl Model for $Model {
        fn at(&self) -> Vec<f64> {
            self.parameters()
        }
        fn plain<F: Float>(&self, xs: &[F]) -> F {
            $Model::plain(self, xs)
        }
        fn fused<S: Scalar>(&self, xs: &[S]) -> S {
            $Model::fused(self, xs)
        }
    }
)* } }
model!(Gmm Lstm);

pub fn models<M: Model>(model: M) -> Vec<Contender> {
    let model = Rc::new(model);
    let [one, two, three] = [&model; 3].map(Rc::clone);
    let xs = model.at();
    vec![
        ours::on_tape("Var", &xs, move |xs| one.plain(xs)),
        ours::on_tape("Var, fused", &xs, move |xs| two.fused(xs)),
        echidna::eagerly(move |xs| three.plain(xs), &xs),
        echidna::replayed(|xs| model.plain(xs), &xs),
    ]
}
