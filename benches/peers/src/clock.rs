//! Times are processor time, of all threads: what else the machine does is then nobody's fault.

use crate::common::turns::{Run, measure_by};
use cpu_time::ProcessTime;

/// The median nanoseconds of one run of each contender, taking turns.
pub fn measure(contenders: &mut [&mut Run]) -> Vec<f64> {
    let begin = ProcessTime::now();
    measure_by(contenders, || begin.elapsed())
}
