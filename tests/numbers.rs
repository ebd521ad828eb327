//! Numbers that are not nodes, and what they have in common: `detach`.

#[path = "numbers/detach.rs"]
mod detach;
