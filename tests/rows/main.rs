//! Every row of the table, in every mode: random programs of numbers, random programs that mix numbers and arrays, Taylor
//! series. (The samples of each row by itself, its edges and its accuracy are tested beside the table, in `src/rule`.)

mod mixed;
mod programs;
mod random;
#[path = "../common/rng.rs"]
mod rng;
mod taylor;
