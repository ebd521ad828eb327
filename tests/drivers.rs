//! `Var` and the drivers: right numbers in every container and mode, misuse found out, nothing allocated in a steady loop,
//! nothing left on the tape.

#[path = "drivers/auto.rs"]
mod auto;
#[path = "drivers/containers.rs"]
mod containers;
#[path = "common/counting.rs"]
#[allow(dead_code, reason = "other tests count more")]
mod counting;
#[path = "drivers/functions.rs"]
mod functions;
#[path = "drivers/memory.rs"]
mod memory;
#[path = "drivers/misuse.rs"]
mod misuse;
#[path = "common/panics.rs"]
mod panics;
