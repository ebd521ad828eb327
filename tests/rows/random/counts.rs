//! What a run has really done.

use super::program::{Arg, Program, What};
use backprop::{Fold, Op};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

#[derive(Default, Clone)]
pub struct Counts {
    pub programs: u64,
    pub operations: u64,
    pub longest: usize,
    /// Operands that are cells, and those of them that were operands before.
    pub references: u64,
    pub references_reused: u64,
    pub literals_left: u64,
    pub literals_right: u64,
    /// Programs whose graph lay in several chunks.
    pub crossing: u64,
    /// Comparisons of derivatives.
    pub first_order: u64,
    pub second_order: u64,
    pub differences: u64,
    pub differences_second: u64,
    /// Differences whose own error was too large to say anything.
    pub vague: u64,
    /// Gradients at least and less than a millionth of the magnitudes they are summed from.
    pub tight: u64,
    pub loose: u64,
    /// Operations that the sweep reached.
    pub reached: u64,
    pub finite: u64,
    pub infinite: u64,
    pub nan: u64,
    /// The largest error, as a share of what was allowed.
    pub worst_first: f64,
    pub worst_second: f64,
    pub worst_difference: f64,
    drawn: HashMap<String, u64>,
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
    pub fn program(&mut self, program: &Program) {
        self.programs += 1;
        self.operations += program.steps.len() as u64;
        self.longest = self.longest.max(program.steps.len());
        let mut used = vec![false; program.cells()];
        for step in &program.steps {
            *self.drawn.entry(step.what.to_string()).or_default() += 1;
            for (k, arg) in step.args.iter().enumerate() {
                match *arg {
                    Arg::Cell(i) => {
                        self.references += 1;
                        self.references_reused += u64::from(std::mem::replace(&mut used[i], true));
                    }
                    Arg::Literal(_) if !step.what.is_operator() => {}
                    Arg::Literal(_) if k == 0 => self.literals_left += 1,
                    Arg::Literal(_) => self.literals_right += 1,
                }
            }
        }
    }
    /// Every row and every fold, and none of them by a hair.
    pub fn assert_drawn(&self, rows: &[Op], folds: &[Fold]) {
        let rows = rows.iter().map(|&op| What::Row(op));
        for what in rows.chain(folds.iter().map(|&fold| What::Fold(fold))) {
            let times = self.drawn.get(&what.to_string()).copied().unwrap_or(0);
            assert!(times >= 500, "{what} was drawn {times} times only");
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} programs of {} operations, the longest of {}", self.programs, self.operations, self.longest)?;
        let share = |a: u64, b: u64| 100.0 * a as f64 / b.max(1) as f64;
        writeln!(
            f,
            "  {:.1} % of the operands used before, {} literals left, {} right, {:.1} % of the programs over several chunks, \
             {:.1} % of the operations reached",
            share(self.references_reused, self.references),
            self.literals_left,
            self.literals_right,
            share(self.crossing, self.programs),
            share(self.reached, self.operations),
        )?;
        writeln!(
            f,
            "  {} comparisons of first order (worst {:.1e} of the allowance), {} of second ({:.1e}), \
             {} with differences ({:.1e}; {} of second order; {} too vague)",
            self.first_order,
            self.worst_first,
            self.second_order,
            self.worst_second,
            self.differences,
            self.worst_difference,
            self.differences_second,
            self.vague,
        )?;
        writeln!(
            f,
            "  gradients: {} tight, {} loose; {} finite, {} infinite, {} NaN",
            self.tight, self.loose, self.finite, self.infinite, self.nan
        )?;
        let mut drawn: Vec<_> = self.drawn.iter().collect();
        drawn.sort_by_key(|(_, times)| **times);
        write!(f, "  rarest:")?;
        drawn.iter().take(5).try_for_each(|(name, times)| write!(f, " {name} {times}"))
    }
}
