//! The guide: chapters to read from first to last.
//!
//! 1. [The front page](crate): what there is, and which type when.
//! 2. [From the apples to your own model](apples).
//! 3. [Differentiate code you did not write](foreign): which bounds our numbers satisfy, and where derivatives get lost.
//! 4. [Derivatives within derivatives](nesting): how levels are kept apart.
//! 5. [What it costs](cost): time and memory, which mode when.
//! 6. [At the edges](crate#at-the-edges): kinks, rims, infinities, and what zero times anything is.
//!    [Reductions and folds there](reductions).
//! 7. [How accurate each function is](accuracy).
//! 8. [Operations of your own](crate::custom), for every number or from closures.
//! 9. [Pictures](crate::draw) of a graph.
//! 10. [What can panic](crate#what-can-panic), and what the crate [does not do](crate#what-it-does-not-do).

#[doc = include_str!("../docs/guide/apples.md")]
pub mod apples {}
#[doc = include_str!("../docs/guide/foreign.md")]
pub mod foreign {}
#[doc = include_str!("../docs/guide/nesting.md")]
pub mod nesting {}
#[doc = include_str!("../docs/guide/cost.md")]
pub mod cost {}
#[doc = include_str!("../docs/guide/reductions.md")]
pub mod reductions {}
/// How accurate each row of the table is.
///
#[doc = include_str!("../docs/accuracy.md")]
pub mod accuracy {}
