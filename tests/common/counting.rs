//! An allocator that counts, thread by thread.

// an allocator is an unsafe trait: there is no other way to count from outside
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread;

struct Counting;
thread_local! {
    /// Bytes that this thread has allocated and not given back.
    pub static LIVE: Cell<isize> = const { Cell::new(0) };
    /// The most that there have been since somebody set it.
    pub static PEAK: Cell<isize> = const { Cell::new(0) };
    /// How often this thread has asked for memory.
    pub static REQUESTS: Cell<u64> = const { Cell::new(0) };
    /// Where the bytes of a watched thread are counted too: after its end they can be read here.
    static SHARED: Cell<Option<&'static SharedCount>> = const { Cell::new(None) };
}
type SharedCount = std::sync::atomic::AtomicIsize;
const ORDER: std::sync::atomic::Ordering = std::sync::atomic::Ordering::SeqCst;

fn count(bytes: isize) {
    LIVE.set(LIVE.get() + bytes);
    if bytes > 0 {
        PEAK.set(PEAK.get().max(LIVE.get()));
        REQUESTS.set(REQUESTS.get() + 1);
    }
    if let Some(shared) = SHARED.get() {
        shared.fetch_add(bytes, ORDER);
    }
}
// SAFETY: everything is handed on to the system's allocator; counting does not allocate
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        unsafe { System.dealloc(memory, layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.cast_signed() - layout.size().cast_signed());
        unsafe { System.realloc(memory, layout, size) }
    }
}
#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs in a thread of its own.
pub fn alone<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    thread::spawn(f).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
/// What grows while the rounds after the warm-up run.
pub fn growth(warm_up: u64, rounds: u64, mut round: impl FnMut(u64)) -> isize {
    (0..warm_up).for_each(&mut round);
    let before = LIVE.get();
    (warm_up..rounds).for_each(&mut round);
    LIVE.get() - before
}
/// Bytes that a thread allocated and has not freed when it is over; a thread that does nothing sets the mark (it frees
/// its own start and allocates its result).
pub fn left_by(work: fn()) -> isize {
    let watched = |work: fn()| {
        let shared: &'static SharedCount = Box::leak(Box::default());
        thread::spawn(move || {
            SHARED.set(Some(shared));
            work();
        })
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shared.load(ORDER)
    };
    watched(work) - watched(|| ())
}
