//! Deliberate mistakes, in test builds only: each slope expression can be made wrong by a thousandth, to see that the
//! tests notice. Outside of test builds [`slip!`] is the expression itself.

/// A slope expression under a name of its own.
#[cfg(not(test))]
macro_rules! slip {
    ($name:expr, $slope:expr) => {
        $slope
    };
}
#[cfg(test)]
macro_rules! slip {
    ($name:expr, $slope:expr) => {
        $crate::rule::fault::disturb($name, $slope)
    };
}
pub(crate) use slip;

#[cfg(test)]
pub(crate) use switch::*;

#[cfg(test)]
mod switch {
    use crate::number::Elementary;
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;

    thread_local! {
        static WRONG: Cell<Option<&'static str>> = const { Cell::new(None) };
        static SEEN: RefCell<Option<BTreeSet<&'static str>>> = const { RefCell::new(None) };
    }

    /// Multiplied by 1.001 if this is the expression that is to be wrong; 1e-3 is added to a zero.
    #[inline]
    pub(crate) fn disturb<S: Elementary>(name: &'static str, slope: S) -> S {
        SEEN.with_borrow_mut(|seen| seen.as_mut().is_some_and(|seen| seen.insert(name)));
        match WRONG.get() {
            Some(wrong) if wrong == name => {
                if slope.to_f64_value() == 0.0 { slope + S::of(1e-3) } else { slope * S::of(1.001) }
            }
            _ => slope,
        }
    }

    /// Runs `f` with the slope expression `name` wrong.
    pub(crate) fn with<R>(name: &'static str, f: impl FnOnce() -> R) -> R {
        WRONG.set(Some(name));
        let result = f();
        WRONG.set(None);
        result
    }

    /// The names of the slope expressions that `f` comes to.
    pub(crate) fn seen(f: impl FnOnce()) -> BTreeSet<&'static str> {
        SEEN.set(Some(BTreeSet::new()));
        f();
        SEEN.take().unwrap_or_default()
    }
}
