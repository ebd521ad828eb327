//! Everything that can be done wrong, and what is said then: in graphs of numbers, with arrays, in the drivers.

mod arrays;
mod drivers;
mod graph;
#[path = "../common/panics.rs"]
mod panics;
mod sizes;
