//! What the benchmarks share.

#[macro_use]
pub mod workloads;
pub mod turns;
pub mod twin;
