//! The guide: chapters to read from first to last.
//!
//! 1. [The front page](crate): what there is, and which type when.
//! 2. [From the apples to your own model](apples).
//! 3. [What it costs](cost): time and memory, which mode when.
//! 4. [At the edges](crate#at-the-edges): kinks, rims, infinities, and what zero times anything is.
//! 5. [How accurate each function is](accuracy).
//! 6. [Operations of your own](crate::custom), for every number or from closures.
//! 7. [Pictures](crate::draw) of a graph.
//! 8. [What can panic](crate#what-can-panic), and what the crate [does not do](crate#what-it-does-not-do).

#[doc = include_str!("../docs/guide/apples.md")]
pub mod apples {}
#[doc = include_str!("../docs/guide/cost.md")]
pub mod cost {}
/// How accurate each row of the table is.
///
#[doc = include_str!("../docs/accuracy.md")]
pub mod accuracy {}
