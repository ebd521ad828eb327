//! The guide: chapters to read from first to last, or [by what you have](start).
//!
//! 1. [The front page](crate): what there is, and which type when.
//! 2. [I have X, start here](start): a pricer, a fit, a network, an ODE, a robot arm, a posterior, a picture.
//! 3. [From the apples to your own model](apples).
//! 4. [Arrays](arrays), and [what else there is](overview).
//! 5. [Training](training), [least squares](least_squares), [threads and Monte Carlo](threads).
//! 6. [Differentiate code you did not write](foreign): which bounds our numbers satisfy, and where derivatives get lost.
//! 7. [Derivatives within derivatives](nesting): how levels are kept apart.
//! 8. [What it costs](cost): time and memory, which mode when; [benchmarks]; [compared] with other libraries.
//! 9. [At the edges](edges): kinks, rims, infinities, and what zero times anything is; [reductions and folds there](reductions).
//! 10. [How accurate each function is](accuracy).
//! 11. [Operations of your own](crate::custom), for every number or from closures.
//! 12. [Pictures](crate::draw) of a graph.
//! 13. [What can panic](panics), and what the crate [does not do](crate#what-it-does-not-do).

#[doc = include_str!("../docs/guide/start.md")]
pub mod start {}
#[doc = include_str!("../docs/guide/apples.md")]
pub mod apples {}
#[doc = include_str!("../docs/guide/arrays.md")]
pub mod arrays {}
#[doc = include_str!("../docs/guide/overview.md")]
pub mod overview {}
#[doc = include_str!("../docs/guide/training.md")]
pub mod training {}
#[doc = include_str!("../docs/guide/least_squares.md")]
pub mod least_squares {}
#[doc = include_str!("../docs/guide/threads.md")]
pub mod threads {}
// its blocks name crates that the library does not depend on: ecosystem/ tests them
#[cfg_attr(not(doctest), doc = include_str!("../docs/guide/foreign.md"))]
pub mod foreign {}
#[doc = include_str!("../docs/guide/nesting.md")]
pub mod nesting {}
#[doc = include_str!("../docs/guide/cost.md")]
pub mod cost {}
#[doc = include_str!("../docs/guide/benchmarks.md")]
pub mod benchmarks {}
#[doc = include_str!("../docs/guide/compared.md")]
pub mod compared {}
#[doc = include_str!("../docs/guide/edges.md")]
pub mod edges {}
#[doc = include_str!("../docs/guide/panics.md")]
pub mod panics {}
#[doc = include_str!("../docs/guide/reductions.md")]
pub mod reductions {}
/// How accurate each row of the table is.
///
#[doc = include_str!("../docs/accuracy.md")]
pub mod accuracy {}
