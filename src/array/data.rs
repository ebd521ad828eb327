//! Values of arrays, without a graph: how they are gone through, and what is computed on plain numbers.

pub(crate) mod feed;
pub(crate) mod gather;
pub(crate) mod kernel;
pub(crate) mod lanes;
pub(crate) mod logits;
pub(crate) mod memory;
pub(crate) mod shapes;
pub(crate) mod sums;
