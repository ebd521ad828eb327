//! What the features add: approx's and quickcheck's traits, and nalgebra on our numbers, whose decompositions have the
//! derivatives that the textbooks give, in every mode and nested, and whose containers the drivers take.

mod approx;
mod containers;
mod decompositions;
mod field;
mod quickcheck;
mod rotation;
