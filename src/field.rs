//! `nalgebra::RealField` for [`Var`], [`Dual`] and [`Jet`], and what it asks for: nalgebra's decompositions, solvers and geometry
//! then run on our numbers, and their results have derivatives.
//!
//! Every function is a row of the table, so that the conventions at the edges hold here, too. What asks a number a
//! question (`is_finite`, `try_sqrt`, a conversion to `f64`) gets the answer of the value, as everywhere.
//!
//! That has one consequence: what nalgebra leaves out because it is 0, an off-diagonal element of a matrix whose
//! eigenvalues it looks for, it leaves out with its derivative. The guide's chapter on foreign code says where that is felt.

mod lanes;
pub mod rotation;

use crate::dual::Dual;
use crate::jet::Jet;
use crate::number::{Elementary, Float};
use crate::rule::special;
use crate::var::Var;
use nalgebra::{ComplexField, Field, RealField};
use simba::scalar::SubsetOf;

/// The traits of simba. Twice the parameters: of any number, and of one whose part has the traits as well.
macro_rules! real_field {
    ([$($g:tt)*] [$($real:tt)*] $Type:ty) => {
        impl<$($g)*> Field for $Type {}
        impl<$($g)*> SubsetOf<$Type> for $Type {
            #[inline(always)]
            fn to_superset(&self) -> Self { *self }
            #[inline(always)]
            fn from_superset_unchecked(number: &Self) -> Self { *number }
            #[inline(always)]
            fn is_in_subset(_: &Self) -> bool { true }
        }
        real_field!(@plain [$($g)*] $Type, f64);
        real_field!(@plain [$($g)*] $Type, f32);

        impl<$($real)*> ComplexField for $Type {
            type RealField = Self;
            #[inline(always)]
            fn from_real(re: Self) -> Self { re }
            #[inline(always)]
            fn real(self) -> Self { self }
            #[inline(always)]
            fn conjugate(self) -> Self { self }
            #[inline(always)]
            fn imaginary(self) -> Self { Self::of(0.0) }
            #[inline(always)]
            fn norm1(self) -> Self { Self::abs(&self) }
            #[inline(always)]
            fn modulus(self) -> Self { Self::abs(&self) }
            #[inline(always)]
            fn modulus_squared(self) -> Self { Self::square(&self) }
            #[inline(always)]
            fn scale(self, factor: Self) -> Self { self * factor }
            #[inline(always)]
            fn unscale(self, factor: Self) -> Self { self / factor }
            // of a real number constant, with a step at 0
            #[inline]
            fn argument(self) -> Self { if self.to_f64_value() >= 0.0 { Self::of(0.0) } else { Self::pi() } }
            // the two multiply to the number itself, also at 0, where `abs` would have lost the derivative
            #[inline]
            fn to_exp(self) -> (Self, Self) {
                if self.to_f64_value() >= 0.0 { (self, Self::of(1.0)) } else { (-self, Self::of(-1.0)) }
            }
            #[inline]
            fn try_sqrt(self) -> Option<Self> { (self.to_f64_value() >= 0.0).then(|| Self::sqrt(&self)) }
            #[inline]
            fn is_finite(&self) -> bool { num_traits::Float::is_finite(self.value()) }
            #[inline]
            fn sin_cos(self) -> (Self, Self) { (Self::sin(&self), Self::cos(&self)) }
            #[inline]
            fn sinh_cosh(self) -> (Self, Self) { (Self::sinh(&self), Self::cosh(&self)) }
            #[inline]
            fn sinhc(self) -> Self { sinhc(self) }
            #[inline]
            fn powi(self, n: i32) -> Self { Self::powi(&self, n) }
            #[inline]
            fn powc(self, exponent: Self) -> Self { Self::powf(&self, exponent) }
            #[inline]
            fn mul_add(self, y: Self, w: Self) -> Self { Self::mul_add(&self, y, w) }
            real_field!(@unary floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc);
            real_field!(@binary hypot log powf);
        }
        impl<$($real)*> RealField for $Type {
            #[inline]
            fn is_sign_positive(&self) -> bool { num_traits::Float::is_sign_positive(self.value()) }
            #[inline]
            fn is_sign_negative(&self) -> bool { num_traits::Float::is_sign_negative(self.value()) }
            #[inline]
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self { Self::clamp(&self, low, high) }
            fn min_value() -> Option<Self> { <T as RealField>::min_value().map(Self::constant) }
            fn max_value() -> Option<Self> { <T as RealField>::max_value().map(Self::constant) }
            real_field!(@binary copysign max min atan2);
            real_field!(@constants pi two_pi frac_pi_2 frac_pi_3 frac_pi_4 frac_pi_6 frac_pi_8 frac_1_pi frac_2_pi
                frac_2_sqrt_pi e log2_e log10_e ln_2 ln_10);
        }
    };
    // a plain number is a constant; back to it goes the value, as `f64` goes to `f32`: what is lost is not asked about
    (@plain [$($g:tt)*] $Type:ty, $plain:ident) => {
        impl<$($g)*> SubsetOf<$Type> for $plain {
            #[inline]
            fn to_superset(&self) -> $Type { Elementary::of(f64::from(*self)) }
            #[inline]
            fn from_superset_unchecked(number: &$Type) -> Self { number.to_f64_value() as $plain }
            #[inline]
            fn is_in_subset(_: &$Type) -> bool { true }
        }
    };
    (@unary $($f:ident)*) => { $(
        #[inline(always)]
        fn $f(self) -> Self { Self::$f(&self) }
    )* };
    (@binary $($f:ident)*) => { $(
        #[inline(always)]
        fn $f(self, other: Self) -> Self { Self::$f(&self, other) }
    )* };
    (@constants $($f:ident)*) => { $(
        #[inline]
        fn $f() -> Self { Self::constant(<T as RealField>::$f()) }
    )* };
}
real_field!([T: Float, const N: usize] [T: Float + RealField, const N: usize] Dual<T, N>);
real_field!([T: Float] [T: Float + RealField] Var<T>);
real_field!([T: Float, const K: usize] [T: Float + RealField, const K: usize] Jet<T, K>);

/// `sinh x/x`, which the table does not have. Around 0 by its series, for the quotient cancels in the slope and says
/// nothing at 0: `sinh x/x = 1 + x²/(2·3)·(1 + x²/(4·5)·(1 + …))`.
fn sinhc<S: Elementary>(x: S) -> S {
    if x.to_f64_value().abs() > special::near::<S>() {
        return x.sinh() / x;
    }
    let mut factorial = 1.0;
    special::series(&x, |k| {
        let twice = 2.0 * k as f64;
        factorial *= if k == 0 { 1.0 } else { twice * (twice + 1.0) };
        1.0 / factorial
    })
}
