//! Deliberate mistakes, in test builds only: each slope expression can be made wrong by a thousandth, or lose its own
//! slopes, to see that the tests notice. Outside of test builds [`slip!`] is the expression itself, or the slice borrowed.

/// A slope expression under a name of its own; with `all`, a slice of slopes that stand in an operand.
#[cfg(not(test))]
macro_rules! slip {
    ($name:expr, all $slopes:expr) => {
        std::borrow::Cow::Borrowed($slopes)
    };
    ($name:expr, $slope:expr) => {
        $slope
    };
}
#[cfg(test)]
macro_rules! slip {
    ($name:expr, all $slopes:expr) => {
        $slopes.iter().map(|slope| $crate::rule::fault::disturb($name, slope.clone())).collect()
    };
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
    use std::collections::BTreeMap;

    /// A way to be wrong.
    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Fault {
        /// Multiplied by 1.001; 1e-3 is added to a zero.
        Scaled,
        /// A constant: right itself, but its own slopes are lost.
        Frozen,
    }

    /// What is done to slope expressions.
    #[derive(Clone, Copy)]
    enum Switch {
        Off,
        /// The one of this name is wrong.
        Wrong(&'static str, Fault),
        /// The names are collected.
        Watch,
    }
    thread_local! {
        static SWITCH: Cell<Switch> = const { Cell::new(Switch::Off) };
        static SEEN: RefCell<BTreeMap<&'static str, bool>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// The slope; wrong if this is the expression that is to be.
    #[inline]
    pub(crate) fn disturb<S: Elementary>(name: &'static str, slope: S) -> S {
        match SWITCH.get() {
            Switch::Wrong(wrong, fault) if wrong == name => match fault {
                Fault::Scaled if slope.to_f64_value() == 0.0 => slope + S::of(1e-3),
                Fault::Scaled => slope * S::of(1.001),
                Fault::Frozen => S::of(slope.to_f64_value()),
            },
            Switch::Off | Switch::Wrong(..) => slope,
            Switch::Watch => {
                let varies = !(slope.clone() - S::of(slope.to_f64_value())).is_exact_zero();
                SEEN.with_borrow_mut(|seen| *seen.entry(name).or_default() |= varies);
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
    pub(crate) fn with<R>(name: &'static str, fault: Fault, f: impl FnOnce() -> R) -> R {
        switched(Switch::Wrong(name, fault), f)
    }

    /// Runs `f`; beside its result stand the slope expressions that it comes to: the name, and whether it has slopes of
    /// its own.
    pub(crate) fn seen<R>(f: impl FnOnce() -> R) -> (R, BTreeMap<&'static str, bool>) {
        SEEN.take();
        let result = switched(Switch::Watch, f);
        (result, SEEN.take())
    }
}
