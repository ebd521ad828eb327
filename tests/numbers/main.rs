//! The numbers: one formula in all of them, their surface, derivatives inside derivatives. (Code that others
//! wrote is in `ecosystem/`.)

mod chapter;
mod confusion;
mod detach;
mod generic;
mod leading;
mod mixed_partials;
mod nesting;
