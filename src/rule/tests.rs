//! The table's own tests: every row, both precisions, every mode, against reference values, at the edges, and with
//! each slope expression deliberately wrong.
//!
//! | file | what stands there |
//! |---|---|
//! | `chain` | what slopes are and read |
//! | `rows` | a row as a function of any number: generated, so that a new row is tested by existing |
//! | `modes` | the modes: each gives value, first and second derivatives of a function |
//! | `reference` | the samples of `tests/reference/rules.tsv` |
//! | `precision` | units in the last place, and when two numbers are the same |
//! | `values` | the standard library's own functions, which most rows must equal bit for bit |
//! | `table` | the samples through all modes |
//! | `edges` | one line for each convention of section "numbers at the edges" |
//! | `compositions` | formulas in which infinities meet zeros, and powers at 0 to the third order |
//! | `closure` | the derivatives of special functions are special functions, to the third order |
//! | `orders` | the whole range at orders 1 to 3, and the third order at edges |
//! | `accuracy` | measures all rows on a denser reference and writes `docs/accuracy.md`, by hand |
//! | `operation` | an operation as a user writes it, in the same loop |
//! | `faults` | with each slope wrong in turn, one of the above must fail |

mod accuracy;
mod chain;
mod closure;
mod compositions;
mod conventions;
mod edges;
mod faults;
mod kinks_and_rims;
mod modes;
mod operation;
mod orders;
mod precision;
mod reference;
mod rows;
mod table;
mod values;

/// Something that holds or fails with a message: run by its test as it is, and by `faults` with a slope wrong.
struct Check {
    name: String,
    run: Box<dyn Fn() -> Result<(), String>>,
}
impl Check {
    fn new(name: impl Into<String>, run: impl Fn() -> Result<(), String> + 'static) -> Self {
        Check { name: name.into(), run: Box::new(run) }
    }
}

/// Everything that looks at slopes.
fn checks() -> Vec<Check> {
    [table::checks(), edges::checks(), compositions::checks(), operation::checks(), orders::checks()]
        .into_iter()
        .flatten()
        .collect()
}

/// Runs them all and reports all that fail.
#[track_caller]
fn hold(checks: &[Check]) {
    assert!(!checks.is_empty());
    let failures: Vec<String> =
        checks.iter().filter_map(|check| (check.run)().err().map(|error| format!("{}: {error}", check.name))).collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), checks.len(), failures.join("\n"));
}
