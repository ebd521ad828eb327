//! backprop with crates that others wrote: the programs are in `examples/`, a test for each crate is in `tests/foreign.rs`.
//!
//! The guide's chapter on such code stands here once more, for its counterexamples name crates that the library itself does
//! not depend on: there they would not compile for want of the crate, here for the reason that they give.
#![doc = include_str!("../../docs/guide/foreign.md")]
