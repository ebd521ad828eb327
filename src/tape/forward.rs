//! Forward through a tape that has been recorded: for many outputs of few inputs. The partial derivatives stand there
//! already, so that the tangents by some inputs at a time are a multiply-add for each pair and input (Griewank & Walther
//! 2008, section 3.1).

use super::{Cell, ENDING, LAST, Pair, Scope, Tape, with};
use crate::number::Float;
use ndarray::Array2;

/// Inputs whose tangents go together.
const LANES: usize = 8;
/// What a pass with so many tangents costs, in sweeps.
const PASS: usize = 3;

/// Whether the Jacobian costs less forward, in so many passes, than by a sweep for each output.
pub(super) fn is_shorter(inputs: usize, outputs: usize) -> bool {
    inputs.div_ceil(LANES).saturating_mul(PASS) < outputs
}

impl<T: Float> Scope<T> {
    /// The derivatives of outputs, by their slots, by all inputs: a row for each output. What is no variable has zeros.
    pub(super) fn pass_forward(&self, outputs: &[Option<u32>], rows: &mut Array2<T>) {
        with(|tape: &Tape<T>| {
            let inputs = self.inputs as usize;
            let mut room = tape.adjoints.take();
            let needed = tape.slot.get() as usize * LANES;
            if room.len() < needed {
                room.resize(needed, T::of(0.0));
            }
            let (tangents, _) = room[..needed].as_chunks_mut::<LANES>();
            for first in (0..inputs).step_by(LANES) {
                let lanes = LANES.min(inputs - first);
                for (slot, tangents) in tangents[..inputs].iter_mut().enumerate() {
                    *tangents = std::array::from_fn(|k| T::of(if first + k == slot { 1.0 } else { 0.0 }));
                }
                let pairs = tape.since(self.start).rev().flatten().map(Cell::get);
                pass(pairs, inputs, tangents);
                for (output, mut row) in outputs.iter().zip(rows.outer_iter_mut()) {
                    let found = output.map(|slot| tangents[slot as usize]);
                    for k in 0..lanes {
                        row[first + k] = found.map_or_else(|| T::of(0.0), |tangents| tangents[k]);
                    }
                }
            }
            room[..needed].fill(T::of(0.0));
            tape.adjoints.set(room);
        })
        .expect(ENDING);
    }
}
/// From the first pair to the last; the first operation has this slot.
fn pass<T: Float>(pairs: impl Iterator<Item = Pair<T>>, mut slot: usize, tangents: &mut [[T; LANES]]) {
    let nothing = [T::of(0.0); LANES];
    let mut sum = nothing;
    for pair in pairs {
        let operand = pair.operand;
        let parts = T::flow_all(&{ pair.partial }, &tangents[(operand & !LAST) as usize]);
        sum = std::array::from_fn(|k| sum[k] + parts[k]);
        if operand & LAST != 0 {
            tangents[slot] = std::mem::replace(&mut sum, nothing);
            slot += 1;
        }
    }
}
