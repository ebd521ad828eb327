//! Drawings: nothing overlaps, numbers are the sweep's, large graphs are folded, the committed pictures are current.

#[path = "drawings/geometry.rs"]
mod geometry;
#[path = "drawings/numbers.rs"]
mod numbers;
#[path = "drawings/pictures.rs"]
mod pictures;
#[path = "drawings/random.rs"]
mod random;
#[path = "drawings/terminal.rs"]
mod terminal;
