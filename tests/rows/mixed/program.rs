//! Straight-line programs over numbers and arrays: a list of operations on cells before them. The last cell is the
//! result.

use backprop::Op;
use ndarray::SliceInfoElem;
use std::fmt;

/// What a cell holds: a number, or an array of this shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Number,
    Array(Vec<usize>),
}
impl Kind {
    pub fn shape(&self) -> &[usize] {
        match self {
            Kind::Number => &[],
            Kind::Array(shape) => shape,
        }
    }
    pub fn is_array(&self) -> bool {
        matches!(self, Kind::Array(_))
    }
    pub fn rank(&self) -> usize {
        self.shape().len()
    }
    pub fn size(&self) -> usize {
        self.shape().iter().product()
    }
}

/// What an operation works on: a cell; a literal; a plain array, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    Cell(usize),
    Literal(f64),
    Plain(Vec<usize>, Vec<f64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    Sum,
    Mean,
    Prod,
    Max,
    Min,
    Var,
    Std,
    LogSumExp,
    Norm,
    NormL1,
    NormMax,
}
pub const REDUCTIONS: &[Reduction] = &[
    Reduction::Sum,
    Reduction::Mean,
    Reduction::Prod,
    Reduction::Max,
    Reduction::Min,
    Reduction::Var,
    Reduction::Std,
    Reduction::LogSumExp,
    Reduction::Norm,
    Reduction::NormL1,
    Reduction::NormMax,
];
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Along {
    /// To a number.
    Whole,
    Axis(usize),
    /// The axis stays, at length 1.
    Keep(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A row of one, two or three operands; the integer is `powi`'s.
    Row(Op, i32),
    Where(Vec<bool>),
    Reduce(Reduction, Along),
    CumSum(usize),
    Reshape(Vec<usize>),
    Flatten,
    Permute(Vec<usize>),
    Broadcast(Vec<usize>),
    InsertAxis(usize),
    RemoveAxis(usize),
    Slice(Vec<SliceInfoElem>),
    Index(Vec<usize>),
    Select(usize, Vec<usize>),
    Concatenate(usize),
    Stack(usize),
    Diag,
    ToDiag,
    FromNodes,
    /// One of the numbers that a vector falls into; all are made.
    ToNodes(usize),
    /// A number as an array without axes, and back.
    Lift,
    Lower,
    Dot,
    Outer,
    Matmul,
    Detach,
    Named,
}
impl What {
    pub fn name(&self) -> String {
        match self {
            What::Row(op, _) => op.name().to_string(),
            What::Reduce(reduction, along) => {
                let along = match along {
                    Along::Whole => "",
                    Along::Axis(_) => "_axis",
                    Along::Keep(_) => "_keep",
                };
                format!("{reduction:?}{along}")
            }
            other => {
                let name = format!("{other:?}");
                name.split('(').next().unwrap_or_default().to_string()
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub what: What,
    pub args: Vec<Arg>,
    /// Chooses between by value, by reference, by assignment; ranks known to the compiler or not.
    pub form: u8,
}

/// Cells are numbered: inputs, then the steps' results.
#[derive(Clone)]
pub struct Program {
    /// For everything that is random besides the program: directions, seeds, the order of drops.
    pub seed: u64,
    pub inputs: Vec<(Kind, Vec<f64>)>,
    pub steps: Vec<Step>,
    /// Room in a chunk of the graph; 0: as usual.
    pub chunk: u32,
}
impl Program {
    pub fn cells(&self) -> usize {
        self.inputs.len() + self.steps.len()
    }
    /// The inputs' elements, one after the other.
    pub fn flat_inputs(&self) -> Vec<f64> {
        self.inputs.iter().flat_map(|(_, values)| values.iter().copied()).collect()
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
    /// Whether something in it is held constant, which differences cannot see.
    pub fn detaches(&self) -> bool {
        self.steps.iter().any(|step| step.what == What::Detach)
    }
    /// Smaller programs: beginnings of this one, then this one without a step that nothing uses.
    pub fn smaller(&self) -> Vec<Program> {
        let n = self.steps.len();
        let mut all: Vec<Program> = Vec::new();
        for keep in [n / 2, n * 3 / 4, n.saturating_sub(1)] {
            if keep > 0 && keep < n && all.last().is_none_or(|p: &Program| p.steps.len() < keep) {
                all.push(Program { steps: self.steps[..keep].to_vec(), ..self.clone() });
            }
        }
        let first = self.inputs.len();
        let mut used = vec![false; self.cells()];
        for arg in self.steps.iter().flat_map(|step| &step.args) {
            if let Arg::Cell(i) = *arg {
                used[i] = true;
            }
        }
        for k in (0..n.saturating_sub(1)).filter(|k| !used[first + k]) {
            let mut smaller = self.clone();
            smaller.steps.remove(k);
            for arg in smaller.steps[k..].iter_mut().flat_map(|step| &mut step.args) {
                match arg {
                    Arg::Cell(i) if *i > first + k => *i -= 1,
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
        for (i, (kind, values)) in self.inputs.iter().enumerate() {
            writeln!(f, "  c{i} = {kind:?} {values:?}")?;
        }
        for (k, step) in self.steps.iter().enumerate() {
            write!(f, "  c{} = {:?} of", self.inputs.len() + k, step.what)?;
            for arg in &step.args {
                match arg {
                    Arg::Cell(i) => write!(f, " c{i}")?,
                    other => write!(f, " {other:?}")?,
                }
            }
            writeln!(f, ", form {}", step.form)?;
        }
        Ok(())
    }
}
