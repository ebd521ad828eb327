//! A number has one lane. Two methods of simba's trait are `unsafe fn`, which the crate allows nowhere else.
#![allow(unsafe_code)]

macro_rules! one_lane { ([$($g:tt)*] $Type:ty) => {
    impl<$($g)*> simba::simd::SimdValue for $Type {
        const LANES: usize = 1;
        type Element = Self;
        type SimdBool = bool;
        #[inline(always)]
        fn splat(number: Self) -> Self { number }
        #[inline(always)]
        fn extract(&self, _: usize) -> Self { *self }
        /// # Safety
        /// There is nothing to uphold: the lane is not looked at.
        #[inline(always)]
        unsafe fn extract_unchecked(&self, _: usize) -> Self { *self }
        #[inline(always)]
        fn replace(&mut self, _: usize, number: Self) { *self = number; }
        /// # Safety
        /// There is nothing to uphold: the lane is not looked at.
        #[inline(always)]
        unsafe fn replace_unchecked(&mut self, _: usize, number: Self) { *self = number; }
        #[inline(always)]
        fn select(self, condition: bool, other: Self) -> Self { if condition { self } else { other } }
    }
    impl<$($g)*> simba::simd::PrimitiveSimdValue for $Type {}
} }

use crate::dual::Dual;
use crate::jet::Jet;
use crate::number::{Elementary, Float};
use crate::var::Var;
one_lane!([T: Elementary + Copy, const N: usize] Dual<T, N>);
one_lane!([T: Float] Var<T>);
one_lane!([T: Elementary + Copy, const K: usize] Jet<T, K>);
