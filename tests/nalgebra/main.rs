//! nalgebra on our numbers (feature `nalgebra`): its decompositions have the derivatives that the textbooks give, in every
//! mode and nested, and the drivers take its containers.
//!
//! Without optimisation (`cargo test --profile dev --features nalgebra --test nalgebra`) this is compiled in a third of the
//! time and runs in a second.

#![cfg(feature = "nalgebra")]

mod containers;
mod decompositions;
mod field;
mod rotation;
