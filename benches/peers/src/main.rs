//! This library beside others on the same work, in one run: answers are compared before anything is timed, contenders
//! take turns, figures are medians of processor time.
//!
//! ```text
//! RAYON_NUM_THREADS=1 cargo run --release
//! cargo run --release --no-default-features          # scalars only, which compiles sooner
//! cargo run --release --features burn                # burn beside the others, which compiles ten minutes longer
//! cargo run --release -- Rosenbrock                  # only rows whose names contain that; GMM, A3, …
//! cargo run --release -- --answers                   # what each library answers, untimed
//! cargo run --release -- --row "Rosenbrock, n = 10" echidna 1000       # so many runs, for a profiler
//! ```

mod clock;
#[macro_use]
#[path = "../../common/mod.rs"]
mod common;
#[path = "../../common/models.rs"]
#[allow(dead_code)] // the tapes' short work stands in `scalars`
mod models;
mod scalars;

#[cfg(feature = "arrays")]
#[path = "../../common/arrays.rs"]
#[allow(dead_code)] // the benchmark of arrays looks at more
mod arrays;
#[cfg(feature = "arrays")]
mod arrays_half;
#[cfg(feature = "arrays")]
#[path = "../../common/ours.rs"]
#[allow(dead_code)]
mod ours;

use std::{env, thread};

/// For numbers with a hundred tangents and ten thousand second ones, which num-dual holds on the stack.
const STACK: usize = 1 << 28;

/// Whether a row's name contains all of that.
fn wanted(name: &str, parts: &[String]) -> bool {
    parts.iter().all(|part| name.contains(part.as_str()))
}

fn work(mut arguments: Vec<String>) {
    let answers = arguments.iter().any(|a| a == "--answers");
    arguments.retain(|a| a != "--answers");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--row", name] => return scalars::row(name, answers),
        ["--row", name, who, count] => return scalars::profile(name, who, count.parse().expect("a number of runs")),
        _ => {}
    }
    scalars::tables(&arguments, answers);
    #[cfg(feature = "arrays")]
    arrays_half::table(&arguments, answers);
}

fn main() {
    let arguments = env::args().skip(1).collect();
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || work(arguments));
    if worker.expect("a thread").join().is_err() {
        std::process::exit(1);
    }
}
