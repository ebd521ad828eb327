//! aad: its tape cannot be cleared, so each gradient makes a new one, of the right size at once.

use super::contender::Contender;
use super::formulas::{Formula, number};
use aad::{Tape, Variable};
use std::hint::black_box;

number!(['a] Variable<'a, f64>, |c, x| c - x, x.recip());

pub fn eager<F: Formula>(f: F, xs: &[f64], operations: usize) -> Contender {
    let xs = xs.to_vec();
    Contender::new("aad", move |out| {
        let tape = Tape::with_capacity(operations + xs.len());
        let xs: Vec<Variable<f64>> = tape.create_variables_iter(black_box(&xs)).collect();
        let y = f.of(&xs);
        let gradients = y.compute_gradients().expect("it hangs on the inputs");
        out.clear();
        out.extend(gradients.get_gradients_iter(&xs).map(|g| g.expect("it is on the tape")));
        y.value()
    })
}
