//! Values of arrays, without a graph: how they are gone through, and what is computed on plain numbers.
//!
//! | file | what it does |
//! |---|---|
//! | `gather` | the elements of a view that lies anyhow: rows where they are, or copied piece by piece |
//! | `feed` | those of several operands, block by block, in one order |
//! | `memory` | the order in which an array lies |
//! | `kernel` | copies, products, what is repeated |
//! | `sums` | sums of all elements or over axes, by halves |
//! | `lanes`, `logits` | lane by lane along an axis; what softmax and its losses are made of |
//! | `shapes` | what broadcasts, what is possible |

pub(crate) mod feed;
pub(crate) mod gather;
pub(crate) mod kernel;
pub(crate) mod lanes;
pub(crate) mod logits;
pub(crate) mod memory;
pub(crate) mod shapes;
pub(crate) mod sums;
