//! What a run has really done.

use super::program::{Arg, Program};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Default, Clone)]
pub struct Counts {
    pub programs: u64,
    pub operations: u64,
    /// Operands that are cells, and those of them that were operands before.
    pub references: u64,
    pub reused: u64,
    /// Operations that have numbers and arrays for operands, or make one of the other.
    pub mixtures: u64,
    /// Programs whose graph lay in several chunks.
    pub crossing: u64,
    /// Comparisons of elements: values, gradients, adjoints of inner nodes, derivatives of second order, differences.
    pub values: u64,
    pub first: u64,
    pub inner: u64,
    pub second: u64,
    pub differences: u64,
    /// Differences whose own error was too large to say anything.
    pub vague: u64,
    /// Gradients at least and less than a millionth of the magnitudes they are summed from.
    pub tight: u64,
    pub loose: u64,
    /// Wild programs that were compared to the end, and up to a cell that is not the same to the last bit.
    pub exact: u64,
    pub inexact: u64,
    /// Of wild programs' gradients.
    pub finite: u64,
    pub infinite: u64,
    /// The largest error, as a share of what was allowed.
    pub worst_first: f64,
    pub worst_second: f64,
    pub drawn: BTreeMap<String, u64>,
}

thread_local! {
    static COUNTS: RefCell<Counts> = RefCell::default();
}
pub fn count(f: impl FnOnce(&mut Counts)) {
    COUNTS.with_borrow_mut(f);
}
pub fn take() -> Counts {
    COUNTS.take()
}

impl Counts {
    pub fn program(&mut self, program: &Program, is_array: &[bool]) {
        self.programs += 1;
        self.operations += program.steps.len() as u64;
        self.crossing += u64::from(program.chunk != 0 && program.steps.len() > program.chunk as usize);
        let mut used = vec![false; program.cells()];
        for (k, step) in program.steps.iter().enumerate() {
            *self.drawn.entry(step.what.name()).or_default() += 1;
            let mut kinds = vec![is_array[program.inputs.len() + k]];
            for arg in &step.args {
                if let Arg::Cell(i) = *arg {
                    kinds.push(is_array[i]);
                    self.references += 1;
                    self.reused += u64::from(std::mem::replace(&mut used[i], true));
                }
            }
            self.mixtures += u64::from(kinds.contains(&true) && kinds.contains(&false));
        }
    }
    /// Everything, and nothing by a hair.
    pub fn assert_drawn(&self, kinds: usize, least: u64) {
        assert!(self.drawn.len() >= kinds, "only {} kinds of operations: {:?}", self.drawn.len(), self.drawn);
        for (name, &times) in &self.drawn {
            assert!(times >= least, "{name} was drawn {times} times only");
        }
    }
}
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |a: u64, b: u64| 100.0 * a as f64 / b.max(1) as f64;
        writeln!(
            f,
            "{} programs of {} operations ({:.1} % mix numbers and arrays), {:.1} % of the operands used before, \
             {:.1} % of the programs over several chunks",
            self.programs,
            self.operations,
            share(self.mixtures, self.operations),
            share(self.reused, self.references),
            share(self.crossing, self.programs),
        )?;
        writeln!(
            f,
            "  compared: {} values, {} gradients (worst {:.1e} of the allowance; {} tight, {} loose), {} inner adjoints, \
             {} of second order ({:.1e}), {} with differences ({} too vague)",
            self.values,
            self.first,
            self.worst_first,
            self.tight,
            self.loose,
            self.inner,
            self.second,
            self.worst_second,
            self.differences,
            self.vague,
        )?;
        writeln!(
            f,
            "  wild: {} compared to the end, {} up to a rounding error; gradients {} finite, {} not",
            self.exact, self.inexact, self.finite, self.infinite
        )?;
        let mut drawn: Vec<_> = self.drawn.iter().collect();
        drawn.sort_by_key(|(_, times)| **times);
        write!(f, "  {} kinds of operations, the rarest:", drawn.len())?;
        drawn.iter().take(6).try_for_each(|(name, times)| write!(f, " {name} {times}"))
    }
}
