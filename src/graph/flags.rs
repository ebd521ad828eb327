//! What the thread has switched on, for all its number types: those below the modes ask here, those above set it.

use std::cell::Cell;
use std::panic::Location;

/// The line that recorded an operation.
pub(crate) type Line = &'static Location<'static>;

thread_local! {
    /// How many `no_grad`s we are in.
    pub(super) static CLOSED: Cell<u32> = const { Cell::new(0) };
    /// How many `anomaly::detect`s and `anomaly::edges` we are in.
    pub(super) static WATCHING: Cell<u32> = const { Cell::new(0) };
    /// Whether there may be numbers without a value.
    pub(super) static TRACING: Cell<bool> = const { Cell::new(false) };
    /// How many closures are being traced now, one inside the other.
    pub(super) static RUNNING: Cell<u32> = const { Cell::new(0) };
}

/// Whether nothing may be recorded.
pub(crate) fn is_closed() -> bool {
    CLOSED.get() > 0
}
/// Whether values and adjoints are looked at. Numbers without a value are not.
pub(crate) fn is_watching() -> bool {
    WATCHING.get() > 0 && RUNNING.get() == 0
}
/// Whether anything is watched for, be it on numbers without a value.
pub(super) fn is_on() -> bool {
    WATCHING.get() > 0
}
/// Whether every operation takes the slow path.
pub(super) fn is_slow() -> bool {
    CLOSED.get() > 0 || WATCHING.get() > 0
}
/// Whether numbers may be without a value: a closure is being traced, or has let one out.
#[inline(always)]
pub(crate) fn is_tracing() -> bool {
    TRACING.get()
}
/// Whether a closure is being traced now.
pub(crate) fn is_running() -> bool {
    RUNNING.get() > 0
}
