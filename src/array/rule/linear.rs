//! Linear operations on one array. Such an operation is a name, its values and its adjoint, the way back; the adjoint's
//! adjoint is the operation itself, so that every order of derivatives is there at once.

use crate::array::record::{Pull, Rule, record};
use crate::graph::array::{Flow, NodeArrayD, Values};
use crate::graph::recorded::Recorded;
use crate::number::Float;

/// A linear map of arrays of one shape to arrays of another.
pub(crate) trait Linear<T: Float>: Sized + 'static {
    fn name(&self) -> &'static str;
    fn values(&self, x: Values<T>) -> Values<T>;
    /// The transposed map: `⟨w, L x⟩ = ⟨Lᵀ w, x⟩`.
    #[must_use]
    fn adjoint(&self) -> Self;
    /// Bytes that it owns beside itself.
    fn bytes(&self) -> usize {
        0
    }
    /// The map of an array.
    #[track_caller]
    fn of(self, x: &NodeArrayD<T>) -> NodeArrayD<T> {
        let values = self.values(x.values());
        record(ByAdjoint(self), [x], values)
    }
}
/// The rule of a linear map: what flows goes through its adjoint.
struct ByAdjoint<L>(L);
impl<T: Float, L: Linear<T>> Rule<T> for ByAdjoint<L> {
    fn recorded(&self) -> Recorded {
        Recorded::Array(self.0.name())
    }
    fn bytes(&self) -> usize {
        self.0.bytes()
    }
    fn pull(&self, at: &mut Pull<'_, T>) {
        let back = self.0.adjoint();
        if at.is_plain() {
            let shape = at.shape();
            let adjoint = at.flow().array(&shape);
            at.give_flow(0, Flow::Array(back.values(adjoint)));
        } else {
            let part = back.of(&at.adjoint());
            at.give(0, &part);
        }
    }
}
