//! `Var` and the drivers: right numbers in every container and mode, and what each says of its functions.

mod auto;
mod containers;
mod functions;
