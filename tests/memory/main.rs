//! Memory, judged by an allocator that counts, thread by thread: not by the library's own statistics.

mod arrays;
#[path = "../common/counting.rs"]
mod counting;
mod drivers;
mod graph;
