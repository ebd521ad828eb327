//! Numbers that are not nodes, and what they have in common.

#[path = "numbers/confusion.rs"]
mod confusion;
#[path = "numbers/detach.rs"]
mod detach;
#[path = "numbers/leading.rs"]
mod leading;
#[path = "numbers/mixed_partials.rs"]
mod mixed_partials;
