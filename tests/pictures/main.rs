//! Drawings: nothing overlaps, numbers are the sweep's, large graphs are folded, the committed pictures are current.

mod geometry;
mod numbers;
mod pictures;
mod random;
mod terminal;
