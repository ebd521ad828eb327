//! Modes of the thread, for all its number types.

use super::flags::{CLOSED, WATCHING, is_slow};
use super::home::Home;
use super::homes;
use super::stats::Stats;
use crate::number::Float;
use std::cell::RefCell;

/// What can be done to a home without knowing its number type.
pub(super) struct Control {
    close: fn(),
    open: fn(),
    forget_lines: fn(),
    pub stats: fn() -> Stats,
}

thread_local! {
    /// The homes that have chunks.
    static HOMES: RefCell<Vec<Control>> = const { RefCell::new(Vec::new()) };
}

/// Changes modes, and tells all homes if operations are to take another path than before.
fn switch<R>(change: impl FnOnce() -> R) -> R {
    let before = is_slow();
    let result = change();
    match (before, is_slow()) {
        (false, true) => each(|home| (home.close)()),
        (true, false) => each(|home| (home.open)()),
        _ => (),
    }
    result
}
/// One `anomaly::detect` more, or one less.
pub(super) fn watch(more: bool) {
    switch(|| if more { WATCHING.set(WATCHING.get() + 1) } else { WATCHING.set(WATCHING.get() - 1) });
    if WATCHING.get() == 0 {
        each(|home| (home.forget_lines)());
    }
}
/// Runs `f` recording, also within `no_grad`.
pub(super) fn opened<R>(f: impl FnOnce() -> R) -> R {
    struct Back(u32);
    impl Drop for Back {
        fn drop(&mut self) {
            switch(|| CLOSED.set(self.0));
        }
    }
    let _back = switch(|| Back(CLOSED.replace(0)));
    f()
}

/// A home has made its first chunk.
pub(super) fn register<T: Float>() {
    let control = Control {
        close: || homes::with(Home::<T>::close).unwrap_or_default(),
        open: || homes::with(Home::<T>::open).unwrap_or_default(),
        forget_lines: || homes::with(|home: &Home<T>| home.lines.borrow_mut().clear()).unwrap_or_default(),
        stats: || homes::with(Home::<T>::stats).unwrap_or_default(),
    };
    // in a thread that is ending there is nothing to control any more
    let _ = HOMES.try_with(|homes| homes.borrow_mut().push(control));
}

/// Does something to every home.
pub(super) fn each(mut f: impl FnMut(&Control)) {
    let _ = HOMES.try_with(|homes| homes.borrow().iter().for_each(&mut f));
}

/// Runs `f` without recording: every operation in it gives a constant. It holds for all number types of the thread,
/// nests, and ends with `f`, also by a panic. A leaf made within is a leaf.
///
/// ```
/// use backprop::{no_grad, Node};
/// let x = Node::leaf(3.0);
/// let y = no_grad(|| &x * &x);
/// assert!(y.is_constant());
/// assert_eq!(y, 9.0);
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    struct Reopen;
    impl Drop for Reopen {
        fn drop(&mut self) {
            switch(|| CLOSED.set(CLOSED.get() - 1));
        }
    }
    switch(|| CLOSED.set(CLOSED.get() + 1));
    let _reopen = Reopen;
    f()
}
