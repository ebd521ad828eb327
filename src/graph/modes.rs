//! Modes of the thread, for all its number types.

use super::flags::{CLOSED, WATCHING, is_slow};
use super::homes::each;

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
