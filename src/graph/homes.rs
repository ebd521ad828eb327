//! Where a thread keeps its homes: one for each number type.

use super::home::Home;
use crate::local;
use crate::number::Float;
use std::rc::Rc;

thread_local! {
    static HOME64: Home<f64> = const { Home::new() };
    static HOME32: Home<f32> = const { Home::new() };
}

/// The panic of what needs a home when the thread has none any more.
pub(crate) const ENDING: &str = "the thread is ending: its graph is gone, nodes can only be dropped";

/// Gives `f` the thread's home for `T`; `None` when the thread is ending and the home is gone already.
///
/// No borrow is held while `f` runs, so `f` may come here again.
#[inline(always)]
pub(crate) fn with<T: Float, R>(f: impl FnOnce(&Home<T>) -> R) -> Option<R> {
    local::with(&HOME64, &HOME32, || Rc::new(Home::<T>::new()), f)
}
