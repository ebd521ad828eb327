//! Contenders that take turns, and what they take.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One contender's whole work.
pub type Run = Box<dyn FnMut()>;

/// A whole computation as a contender; its result is neither known before nor thrown away.
pub fn run<R>(mut work: impl FnMut() -> R + 'static) -> Run {
    Box::new(move || {
        black_box(work());
    })
}

/// The median nanoseconds of one run of each contender, taking turns.
#[allow(dead_code)]
pub fn measure(contenders: &mut [&mut Run]) -> Vec<f64> {
    let begin = Instant::now();
    measure_by(contenders, || begin.elapsed())
}

/// The same by another clock.
#[allow(dead_code)]
pub fn measure_by(contenders: &mut [&mut Run], now: impl Fn() -> Duration) -> Vec<f64> {
    let budget = Duration::from_millis(1500);
    // enough runs to a turn for the clock
    let counts: Vec<u32> = contenders
        .iter_mut()
        .map(|run| {
            run();
            let begin = now();
            let mut count = 0;
            while now() - begin < Duration::from_millis(3) {
                run();
                count += 1;
            }
            count.max(1)
        })
        .collect();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    let begin = now();
    while now() - begin < budget || times[0].len() < 9 {
        for (k, run) in contenders.iter_mut().enumerate() {
            let begin = now();
            for _ in 0..counts[k] {
                run();
            }
            times[k].push((now() - begin).as_nanos() as f64 / f64::from(counts[k]));
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}
