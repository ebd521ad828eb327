//! How far apart two numbers are, and when they are the same.

use crate::number::Float;
use std::any::type_name;

/// The distance of neighbouring numbers of type `T` at `x`.
pub(super) fn ulp<T: Float>(x: f64) -> f64 {
    let power_of_two = f64::from_bits(x.to_bits() & f64::INFINITY.to_bits());
    epsilon::<T>() * power_of_two.max(<T as num_traits::Float>::min_positive_value().to_f64_value())
}
/// The distance of 1 and the next number of type `T`.
pub(super) fn epsilon<T: Float>() -> f64 {
    <T as num_traits::Float>::epsilon().to_f64_value()
}
/// `"f32"` or `"f64"`.
pub(super) fn precision<T: Float>() -> &'static str {
    type_name::<T>()
}
/// Equal, or both NaN; zeros are equal whatever their signs.
pub(super) fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}
/// The same, or finite, other than 0 and `ulps` apart.
pub(super) fn close<T: Float>(a: f64, b: f64, ulps: f64) -> bool {
    same(a, b) || a.is_finite() && b.is_finite() && b != 0.0 && (a - b).abs() <= ulps * ulp::<T>(b)
}
/// The same bit for bit, or both NaN.
pub(super) fn identical(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}
