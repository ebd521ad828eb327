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

    /// What is done to slope expressions.
    #[derive(Clone, Copy)]
    enum Switch {
        Off,
        /// The one of this name is wrong.
        Wrong(&'static str),
        /// The names are collected.
        Watch,
    }
    thread_local! {
        static SWITCH: Cell<Switch> = const { Cell::new(Switch::Off) };
        static SEEN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }

    /// Multiplied by 1.001 if this is the expression that is to be wrong; 1e-3 is added to a zero.
    #[inline]
    pub(crate) fn disturb<S: Elementary>(name: &'static str, slope: S) -> S {
        match SWITCH.get() {
            Switch::Off => slope,
            Switch::Wrong(wrong) if wrong == name => {
                if slope.to_f64_value() == 0.0 {
                    slope + S::of(1e-3)
                } else {
                    slope * S::of(1.001)
                }
            }
            Switch::Wrong(_) => slope,
            Switch::Watch => {
                SEEN.with_borrow_mut(|seen| seen.insert(name));
                slope
            }
        }
    }

    fn switched<R>(switch: Switch, f: impl FnOnce() -> R) -> R {
        struct Back(Switch);
        impl Drop for Back {
            fn drop(&mut self) {
                SWITCH.set(self.0);
            }
        }
        let _back = Back(SWITCH.replace(switch));
        f()
    }

    /// Runs `f` with the slope expression `name` wrong.
    pub(crate) fn with<R>(name: &'static str, f: impl FnOnce() -> R) -> R {
        switched(Switch::Wrong(name), f)
    }

    /// Runs `f`; beside its result stand the names of the slope expressions that it comes to.
    pub(crate) fn seen<R>(f: impl FnOnce() -> R) -> (R, BTreeSet<&'static str>) {
        SEEN.take();
        let result = switched(Switch::Watch, f);
        (result, SEEN.take())
    }
}
