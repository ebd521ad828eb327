//! Straight-line programs: a list of operations on cells before them. The last cell is the result.

pub use crate::rng::Rng;
use backprop::{Fold, Op};
use std::fmt;

/// What an operation works on.
#[derive(Clone, Copy, Debug)]
pub enum Arg {
    Cell(usize),
    Literal(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    Row(Op),
    Fold(Fold),
}
impl What {
    pub fn is_operator(self) -> bool {
        matches!(self, What::Row(Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem))
    }
}
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Row(op) => f.write_str(op.name()),
            What::Fold(fold) => f.write_str(fold.name()),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub what: What,
    /// The operands; of `dot` the first half goes with the second.
    pub args: Vec<Arg>,
    /// The integer of `powi` and `polygamma`.
    pub exponent: i32,
    /// Chooses between by value, by reference, by assignment.
    pub form: u8,
}

/// Cells are numbered: inputs, then constants, then the steps' results.
#[derive(Clone)]
pub struct Program {
    /// For everything that is random besides the program: directions, seeds, the order of drops.
    pub seed: u64,
    pub inputs: Vec<f64>,
    pub constants: Vec<f64>,
    pub steps: Vec<Step>,
    /// Room in a chunk of the graph; 0: as usual.
    pub chunk: u32,
}

impl Program {
    pub fn cells(&self) -> usize {
        self.inputs.len() + self.constants.len() + self.steps.len()
    }
    /// The first cell that is a step's.
    pub fn first(&self) -> usize {
        self.inputs.len() + self.constants.len()
    }
    /// The step that uses each cell last; the result is used for ever.
    pub fn last_uses(&self) -> Vec<usize> {
        let mut last = vec![0; self.cells()];
        for (k, step) in self.steps.iter().enumerate() {
            for arg in &step.args {
                if let Arg::Cell(i) = *arg {
                    last[i] = k;
                }
            }
        }
        if let Some(result) = last.last_mut() {
            *result = usize::MAX;
        }
        last
    }
    /// Smaller programs: beginnings of this one, then this one without a step that nothing uses.
    pub fn smaller(&self) -> Vec<Program> {
        let n = self.steps.len();
        let mut all: Vec<Program> = Vec::new();
        for keep in [n / 2, n * 3 / 4, n * 7 / 8, n.saturating_sub(1)] {
            if keep > 0 && keep < n && all.last().is_none_or(|p: &Program| p.steps.len() < keep) {
                all.push(Program { steps: self.steps[..keep].to_vec(), ..self.clone() });
            }
        }
        let last = self.last_uses();
        let mut used = vec![false; self.cells()];
        for arg in self.steps.iter().flat_map(|step| &step.args) {
            if let Arg::Cell(i) = *arg {
                used[i] = true;
            }
        }
        for k in (0..n).filter(|k| !used[self.first() + k] && last[self.first() + k] != usize::MAX) {
            let mut smaller = self.clone();
            smaller.steps.remove(k);
            for arg in smaller.steps[k..].iter_mut().flat_map(|step| &mut step.args) {
                match arg {
                    Arg::Cell(i) if *i > self.first() + k => *i -= 1,
                    _ => {}
                }
            }
            all.push(smaller);
        }
        if self.chunk != 0 {
            all.push(Program { chunk: 0, ..self.clone() });
        }
        all
    }
}

/// As one would write it down.
impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, chunks of {} cells (0: as usual)", self.seed, self.chunk)?;
        for (i, x) in self.inputs.iter().enumerate() {
            writeln!(f, "  c{i} = input {x:?}")?;
        }
        for (i, x) in self.constants.iter().enumerate() {
            writeln!(f, "  c{} = constant {x:?}", self.inputs.len() + i)?;
        }
        for (k, step) in self.steps.iter().enumerate() {
            write!(f, "  c{} = {}(", self.first() + k, step.what)?;
            for (k, arg) in step.args.iter().enumerate() {
                let comma = if k == 0 { "" } else { ", " };
                match arg {
                    Arg::Cell(i) => write!(f, "{comma}c{i}")?,
                    Arg::Literal(x) => write!(f, "{comma}{x:?}")?,
                }
            }
            let exponent = if matches!(step.what, What::Row(Op::Powi | Op::Polygamma)) {
                format!(", {}", step.exponent)
            } else {
                String::new()
            };
            writeln!(f, "{exponent}) form {}", step.form)?;
        }
        Ok(())
    }
}
