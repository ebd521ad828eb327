//! Whose a dual number is, in builds with debug assertions: nothing in others.
//!
//! A driver numbers its call and marks the dual numbers that it hands out; what is computed from them has the mark. Two
//! calls that run one within the other, at numbers of one type, would add up each other's tangents (Siskind & Pearlmutter
//! 2008). A number that is made of both is marked as mixed, and a driver that finds the tangent of such a number, or of
//! another call's, in what its function returns panics.
//!
//! What is legal must never panic. So numbers that users make belong to nobody and go with all; so does a number whose
//! tangents are zero, and one whose call is over, which somebody has kept; and a mixture that only its value is asked of
//! does no harm.

#[cfg(debug_assertions)]
mod debug {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The call's number, twice; one more if it is mixed with another's. 0 is nobody's.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Tag(u64);

    static NEXT: AtomicU64 = AtomicU64::new(2);
    thread_local! {
        /// The calls that are running, one within the other.
        static RUNNING: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    }

    impl Tag {
        pub(crate) const NOBODY: Tag = Tag(0);
        fn call(self) -> u64 {
            self.0 & !1
        }
        fn is_running(self) -> bool {
            self != Tag::NOBODY && RUNNING.try_with(|running| running.borrow().contains(&self.call())).unwrap_or(false)
        }
        /// Whose the result of an operation on two numbers is; `still` says of either whether its tangents are zero.
        #[inline]
        pub(crate) fn with(self, other: Tag, still: impl Fn() -> [bool; 2]) -> Tag {
            if self == other || other == Tag::NOBODY {
                self
            } else if self == Tag::NOBODY {
                other
            } else {
                self.meet(other, still())
            }
        }
        #[cold]
        fn meet(self, other: Tag, still: [bool; 2]) -> Tag {
            match (self.is_running() && !still[0], other.is_running() && !still[1]) {
                (true, true) => Tag(self.call().max(other.call()) | 1),
                (true, false) => self,
                _ => other,
            }
        }
    }

    /// A level of differentiation: the call of a driver, while it runs.
    pub struct Level(u64);
    impl Level {
        pub(crate) fn begin() -> Self {
            let call = NEXT.fetch_add(2, Ordering::Relaxed);
            // the thread may be ending: then nothing is found out
            let _ = RUNNING.try_with(|running| running.borrow_mut().push(call));
            Level(call)
        }
        pub(crate) fn tag(&self) -> Tag {
            Tag(self.0)
        }
        /// Whose the numbers are that the function has returned, and whether their tangents are zero.
        ///
        /// # Panics
        /// If one that varies is of another call that is running, or a mixture.
        #[track_caller]
        pub(crate) fn check<I: IntoIterator<Item = super::Mark>>(&self, returned: impl FnOnce() -> I) {
            for (tag, still) in returned() {
                assert!(
                    tag == self.tag() || still || !tag.is_running(),
                    "a derivative within a derivative has confused the two: the inner one is taken at a plain number, and \
                     its function uses a Dual of the outer one, so that both add to one tangent; take it at a number of \
                     the outer kind, Dual::constant(x), or detach() the outer number (the chapter on nesting says why)"
                );
            }
        }
    }
    impl Drop for Level {
        fn drop(&mut self) {
            let _ = RUNNING.try_with(|running| running.borrow_mut().retain(|&call| call != self.0));
        }
    }
}
#[cfg(not(debug_assertions))]
mod release {
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Tag;
    impl Tag {
        pub(crate) const NOBODY: Tag = Tag;
        #[inline(always)]
        pub(crate) fn with(self, _: Tag, _: impl Fn() -> [bool; 2]) -> Tag {
            Tag
        }
    }
    pub struct Level;
    impl Level {
        #[inline(always)]
        pub(crate) fn begin() -> Self {
            Level
        }
        #[inline(always)]
        pub(crate) fn tag(&self) -> Tag {
            Tag
        }
        #[inline(always)]
        pub(crate) fn check<I: IntoIterator<Item = super::Mark>>(&self, _: impl FnOnce() -> I) {}
    }
}
#[cfg(debug_assertions)]
pub(crate) use debug::{Level, Tag};
#[cfg(not(debug_assertions))]
pub(crate) use release::{Level, Tag};
/// Whose a number is, and whether its tangents are zero.
pub(crate) type Mark = (Tag, bool);
