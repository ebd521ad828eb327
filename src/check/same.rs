//! Whether two numbers are the same in every part.

use crate::dual::Dual;
use crate::graph::handle::Node;
use crate::jet::Jet;
use crate::number::Float;

/// A number whose parts can be compared one by one: a plain number has one, a [`Dual`] those of its value and of its
/// tangents, a [`Node`] those of its value.
///
/// Sealed: other types cannot implement it.
pub trait Parts: sealed::Sealed {
    /// Shows every part.
    #[doc(hidden)]
    fn each_part(&self, see: &mut dyn FnMut(f64));
}
mod sealed {
    pub trait Sealed {}
}
macro_rules! plain { ($($t:ident)*) => { $(
    impl sealed::Sealed for $t {}
    impl Parts for $t {
        fn each_part(&self, see: &mut dyn FnMut(f64)) {
            see(f64::from(*self));
        }
    }
)* } }
plain!(f32 f64);
impl<S: sealed::Sealed, const N: usize> sealed::Sealed for Dual<S, N> {}
impl<S: Parts + crate::number::Elementary, const N: usize> Parts for Dual<S, N> {
    fn each_part(&self, see: &mut dyn FnMut(f64)) {
        self.value().each_part(see);
        self.tangents().iter().for_each(|tangent| tangent.each_part(see));
    }
}
impl<S: sealed::Sealed, const K: usize> sealed::Sealed for Jet<S, K> {}
impl<S: Parts + crate::number::Elementary, const K: usize> Parts for Jet<S, K> {
    fn each_part(&self, see: &mut dyn FnMut(f64)) {
        self.value().each_part(see);
        self.higher().iter().for_each(|coefficient| coefficient.each_part(see));
    }
}
impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float + Parts> Parts for Node<T> {
    fn each_part(&self, see: &mut dyn FnMut(f64)) {
        self.value().each_part(see);
    }
}

/// Whether two numbers are the same in every part, value and all tangents or coefficients: at most `tolerance · max(1, |a|, |b|)` apart,
/// or equal infinities, or both NaN. (`==` compares values only, so that code branches as on plain numbers.)
///
/// ```
/// use backprop::{check, Dual};
/// let (x, y) = (Dual::variable(3.0), Dual::constant(3.0));
/// assert!(x == y && !check::same(&x, &y, 1e-12));
/// assert!(check::same(&(x * x), &x.powi(2), 1e-12));
/// ```
#[must_use]
pub fn same<S: Parts>(a: &S, b: &S, tolerance: f64) -> bool {
    let parts = |x: &S| {
        let mut parts = Vec::new();
        x.each_part(&mut |part| parts.push(part));
        parts
    };
    parts(a).into_iter().zip(parts(b)).all(|(a, b)| {
        let near = (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0);
        a == b || a.is_nan() && b.is_nan() || near && a.is_finite() && b.is_finite()
    })
}
