//! Loops for the widest instructions that the machine has, found out when the program runs.

/// Runs a loop over plain numbers, compiled several times. What it calls must be inlined into it to gain from that; what
/// is called out of line runs as it is. No result changes: nothing is contracted or reordered.
#[inline(always)]
pub(crate) fn widest<R>(work: impl FnOnce() -> R) -> R {
    struct Work<F>(F);
    impl<R, F: FnOnce() -> R> pulp::NullaryFnOnce for Work<F> {
        type Output = R;
        #[inline(always)]
        fn call(self) -> R {
            (self.0)()
        }
    }
    pulp::Arch::new().dispatch(Work(work))
}
