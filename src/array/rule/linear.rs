//! Linear operations on one array. Such an operation is a name, its values and its adjoint, the way back; the adjoint's
//! adjoint is the operation itself, so that every order of derivatives is there at once.

use crate::array::data::kernel;
use crate::array::record::{Pull, Rule, record};
use crate::graph::array::{Flow, NodeArrayD, Part, Values};
use crate::graph::recorded::Recorded;
use crate::number::Float;
use ndarray::{ArrayRef, IxDyn};
use std::rc::Rc;

/// A linear map of arrays of one shape to arrays of another.
pub(crate) trait Linear<T: Float>: Sized + 'static {
    fn name(&self) -> &'static str;
    fn values(&self, x: Values<T>) -> Values<T>;
    /// The transposed map: `⟨w, L x⟩ = ⟨Lᵀ w, x⟩`.
    #[must_use]
    fn adjoint(&self) -> Self;
    /// The shape of the zeros that the map sets its operand into, if that is what it does.
    fn zeros(&self) -> Option<&IxDyn> {
        None
    }
    /// Adds the operand where the map sets it in zeros. In place, so that a sweep through all parts of an array costs what
    /// the array has elements, and not what it has parts.
    fn add(&self, _x: &Values<T>, _whole: &mut ArrayRef<T, IxDyn>) {}
    /// The values of a map that sets its operand into zeros.
    fn in_zeros(&self, x: &Values<T>, shape: &IxDyn) -> Values<T> {
        let mut whole = kernel::blank(shape);
        self.add(x, &mut whole);
        Values::new(whole)
    }
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
            let part = match back.zeros() {
                Some(whole) => {
                    let whole = whole.clone();
                    Flow::Part(Rc::new(Part { whole, add: Box::new(move |whole| back.add(&adjoint, whole)) }))
                }
                None => Flow::Array(back.values(adjoint)),
            };
            at.give_flow(0, part);
        } else {
            let part = back.of(&at.adjoint());
            at.give(0, &part);
        }
    }
}
