//! What operations on arrays compute, and how adjoints flow back through them.
//!
//! | file | what it does |
//! |---|---|
//! | `linear` | a linear map is a name, its values and its adjoint |
//! | `broadcast` | broadcasting, and summing, its adjoint |
//! | `moves` | reshaping, slicing, selecting, putting together |
//! | `choice` | choosing element by element |
//! | `elementwise`, `slopes` | the rows of the table, element by element; how adjoints flow back through them |
//! | `as_number` | an array as a number, for slopes in the graph of derivatives |
//! | `product` | products of vectors and matrices |
//! | `reduce` | sums, products, extremes, norms |
//! | `rim` | lanes with special elements, and those that would overflow on the way |
//! | `softmax` | softmax, its logarithm, losses |
//! | `trace`, `traced` | scalar closures: run once to see what they compute, then block by block |

pub(crate) mod as_number;
pub(crate) mod broadcast;
pub(crate) mod choice;
pub(crate) mod elementwise;
pub(crate) mod linear;
pub(crate) mod moves;
pub(crate) mod product;
pub(crate) mod reduce;
pub(crate) mod rim;
mod slopes;
pub(crate) mod softmax;
pub(crate) mod trace;
pub(crate) mod traced;
