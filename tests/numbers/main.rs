//! The numbers: one formula in all of them, their surface, derivatives inside derivatives, and code that others wrote.

mod chapter;
mod detach;
mod foreign;
mod generic;
mod nesting;
