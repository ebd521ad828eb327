//! Operations on arrays by name, as users call them.
//!
//! | file | what it does |
//! |---|---|
//! | `handle` | leaves and constants, values and gradients, sweeps, names |
//! | `operators`, `methods` | the std operators, in every ownership form; the rows as methods |
//! | `shape`, `reductions` | reshaping, slicing, putting together; sums, means, norms |
//! | `dot`, `learn` | products of vectors and matrices; softmax and losses |
//! | `map` | scalar formulas over the elements |
//! | `dropout`, `parameters` | dropout; many leaves at once |
//! | `convert` | to and from numbers and plain arrays |
//! | `first_order` | operations made of plain closures |

pub(crate) mod convert;
pub(crate) mod dot;
pub(crate) mod dropout;
pub(crate) mod first_order;
mod handle;
mod learn;
pub(crate) mod map;
pub(crate) mod methods;
pub(crate) mod operators;
pub(crate) mod parameters;
pub(crate) mod reductions;
pub(crate) mod shape;
