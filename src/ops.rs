//! The surface of a number, one macro for each part of it: the std operators, literals, the methods of the table, the
//! traits of num-traits. A type brings a module `arithmetic` and its constructor; the rest is the same for all.

/// The std operators, `$then! { <what follows here> Trait method AssignTrait assign_method }` for each.
macro_rules! each_operator { ($then:ident $($with:tt)*) => {
    $then! { $($with)* Add add AddAssign add_assign }
    $then! { $($with)* Sub sub SubAssign sub_assign }
    $then! { $($with)* Mul mul MulAssign mul_assign }
    $then! { $($with)* Div div DivAssign div_assign }
    $then! { $($with)* Rem rem RemAssign rem_assign }
} }
pub(crate) use each_operator;

/// Operators of a type with itself in every ownership form, with its part `T` on the right, and with the literals of its
/// innermost plain number on both sides; comparison with these literals.
macro_rules! operators {
    ([$($g:tt)*] $Type:ty) => {
        $crate::ops::each_operator!(operators @one [$($g)*] [$Type]);
        $crate::ops::operators!(@neg [$($g)*] $Type, $Type);
        $crate::ops::operators!(@neg ['x, $($g)*] $Type, &'x $Type);
        $crate::ops::operators!(@compare [$($g)*] $Type, f64);
        $crate::ops::operators!(@compare [$($g)*] $Type, f32);
    };
    (@one [$($g:tt)*] [$Type:ty] $($name:ident)*) => {
        $crate::ops::operators!(@form both [$($g)*] [] [$Type] [$Type] [$Type] $($name)*);
        $crate::ops::operators!(@form both ['r, $($g)*] [] [$Type] [$Type] [&'r $Type] $($name)*);
        $crate::ops::operators!(@form both ['l, $($g)*] [] [$Type] [&'l $Type] [$Type] $($name)*);
        $crate::ops::operators!(@form both ['l, 'r, $($g)*] [] [$Type] [&'l $Type] [&'r $Type] $($name)*);
        $crate::ops::operators!(@form right [$($g)*] [] [$Type] [$Type] [T] $($name)*);
        $crate::ops::operators!(@form right ['l, $($g)*] [] [$Type] [&'l $Type] [T] $($name)*);
        $crate::ops::operators!(@assign both [$($g)*] [] [$Type] [$Type] $($name)*);
        $crate::ops::operators!(@assign both ['r, $($g)*] [] [$Type] [&'r $Type] $($name)*);
        $crate::ops::operators!(@assign right [$($g)*] [] [$Type] [T] $($name)*);
        $crate::ops::operators!(@literal [$($g)*] [$Type] f64 $($name)*);
        $crate::ops::operators!(@literal [$($g)*] [$Type] f32 $($name)*);
    };
    // on the right of a number whose part is the literal itself stands its part
    (@literal [$($g:tt)*] [$Type:ty] $L:ident $($name:ident)*) => {
        $crate::ops::operators!(@form left [$($g)*] [T: $crate::number::BuiltOn<$L>] [$Type] [$L] [$Type] $($name)*);
        $crate::ops::operators!(@form left ['r, $($g)*] [T: $crate::number::BuiltOn<$L>] [$Type] [$L] [&'r $Type] $($name)*);
        $crate::ops::operators!(@form literal [$($g)*] [T: $crate::number::Nested<$L>] [$Type] [$Type] [$L] $($name)*);
        $crate::ops::operators!(@form literal ['l, $($g)*] [T: $crate::number::Nested<$L>] [$Type] [&'l $Type] [$L] $($name)*);
        $crate::ops::operators!(@assign literal [$($g)*] [T: $crate::number::Nested<$L>] [$Type] [$L] $($name)*);
    };
    (@form $how:ident [$($g:tt)*] [$($bound:tt)*] [$Type:ty] [$L:ty] [$R:ty]
        $Op:ident $f:ident $Assign:ident $assign:ident) => {
        impl<$($g)*> std::ops::$Op<$R> for $L where $($bound)* {
            type Output = $Type;
            #[inline(always)]
            #[track_caller]
            fn $f(self, other: $R) -> $Type { $crate::ops::operators!(@$how $f self, other) }
        }
    };
    (@assign $how:ident [$($g:tt)*] [$($bound:tt)*] [$Type:ty] [$R:ty] $Op:ident $f:ident $Assign:ident $assign:ident) => {
        impl<$($g)*> std::ops::$Assign<$R> for $Type where $($bound)* {
            #[inline(always)]
            #[track_caller]
            fn $assign(&mut self, other: $R) { *self = $crate::ops::operators!(@$how $f &*self, other); }
        }
    };
    (@both $f:ident $x:expr, $y:expr) => { arithmetic::$f::both($x, $y) };
    (@right $f:ident $x:expr, $c:expr) => { arithmetic::$f::right($x, $c) };
    (@literal $f:ident $x:expr, $c:expr) => { arithmetic::$f::right($x, $crate::number::part($c)) };
    (@left $f:ident $c:expr, $y:expr) => { arithmetic::$f::left($crate::number::part($c), $y) };
    (@neg [$($g:tt)*] $Type:ty, $X:ty) => {
        impl<$($g)*> std::ops::Neg for $X {
            type Output = $Type;
            #[inline(always)]
            #[track_caller]
            fn neg(self) -> $Type { arithmetic::neg(self) }
        }
    };
    (@compare [$($g:tt)*] $Type:ty, $L:ident) => {
        impl<$($g)*> PartialEq<$L> for $Type where T: $crate::number::Nested<$L> {
            #[inline]
            fn eq(&self, other: &$L) -> bool { self.to_f64_value() == f64::from(*other) }
        }
        impl<$($g)*> PartialOrd<$L> for $Type where T: $crate::number::Nested<$L> {
            #[inline]
            fn partial_cmp(&self, other: &$L) -> Option<std::cmp::Ordering> {
                self.to_f64_value().partial_cmp(&f64::from(*other))
            }
        }
    };
}
pub(crate) use operators;

/// The rows as [`Elementary`](crate::Elementary)'s methods, by the inherent methods of the same names.
macro_rules! delegates {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        $( $crate::ops::delegates!(@$arity $f); )*
    };
    (@operator1 $f:ident) => {};
    (@operator2 $f:ident) => {};
    (@unary $f:ident) => { #[inline(always)] #[track_caller] fn $f(&self) -> Self { Self::$f(self) } };
    (@power $f:ident) => { #[inline(always)] #[track_caller] fn $f(&self, n: i32) -> Self { Self::$f(self, n) } };
    (@binary $f:ident) => { #[inline(always)] #[track_caller] fn $f(&self, y: impl Argument<Self>) -> Self { Self::$f(self, y) } };
    (@ternary $f:ident) => {
        #[inline(always)] #[track_caller]
        fn $f(&self, y: impl Argument<Self>, w: impl Argument<Self>) -> Self { Self::$f(self, y, w) }
    };
}
pub(crate) use delegates;

/// The documented inherent method of one row: the row's own line, then an example.
macro_rules! documented {
    ([$($doc:tt)*] $example:expr; $($item:tt)*) => {
        $($doc)*
        ///
        /// ```
        #[doc = $example]
        /// ```
        $($item)*
    };
}
pub(crate) use documented;

/// The rows as inherent methods of a mode, documented. `$how` is the mode's own part: a macro `$rule!` with the body of a
/// method of each arity, the attributes of all methods, the type's name, and how an example makes a number.
macro_rules! methods {
    ([[$($g:tt)*] [$Type:ty] $how:tt] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal
        |$($arg:ident),+ -> $z:ident| $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        impl<$($g)*> $Type { $( $crate::ops::methods!(@$arity $how [$(#[$doc])*] $Name $f); )* }
    };
    (@operator1 $how:tt $doc:tt $Name:ident $f:ident) => {};
    (@operator2 $how:tt $doc:tt $Name:ident $f:ident) => {};
    (@unary [$rule:ident [$($attribute:tt)*] $name:literal $make:literal] $doc:tt $Name:ident $f:ident) => {
        $crate::ops::documented! { $doc
            $crate::ops::methods!(@example $name $make $crate::ops::example!($f), $f, "", "");
            $($attribute)*
            #[must_use]
            #[track_caller]
            pub fn $f(&self) -> Self { $rule!(unary $Name $f self) }
        }
    };
    (@power [$rule:ident [$($attribute:tt)*] $name:literal $make:literal] $doc:tt $Name:ident $f:ident) => {
        $crate::ops::documented! { $doc
            $crate::ops::methods!(@example $name $make "2.0", $f, "3", ", 3");
            $($attribute)*
            #[must_use]
            #[track_caller]
            pub fn $f(&self, n: i32) -> Self { $rule!(power $Name $f self n) }
        }
    };
    (@binary [$rule:ident [$($attribute:tt)*] $name:literal $make:literal] $doc:tt $Name:ident $f:ident) => {
        $crate::ops::documented! { $doc
            $crate::ops::methods!(@example $name $make "1.0", $f, "2.0", ", 2.0");
            $($attribute)*
            #[must_use]
            #[track_caller]
            pub fn $f(&self, y: impl $crate::Argument<Self>) -> Self { $rule!(binary $Name $f self y) }
        }
    };
    (@ternary [$rule:ident [$($attribute:tt)*] $name:literal $make:literal] $doc:tt $Name:ident $f:ident) => {
        $crate::ops::documented! { $doc
            $crate::ops::methods!(@example $name $make "1.0", $f, "2.0, 3.0", ", 2.0, 3.0");
            $($attribute)*
            #[must_use]
            #[track_caller]
            pub fn $f(&self, y: impl $crate::Argument<Self>, w: impl $crate::Argument<Self>) -> Self {
                $rule!(ternary $Name $f self y w)
            }
        }
    };
    (@example $name:literal $make:literal $x:expr, $f:ident, $arguments:literal, $further:literal) => {
        concat!("use backprop::{Elementary, ", $name, "};\nassert_eq!(", $make, "(", $x, ").", stringify!($f), "(",
            $arguments, ").value(), Elementary::", stringify!($f), "(&", $x, $further, "));")
    };
}
pub(crate) use methods;

/// The argument of a row's example: 1, or what lies in the row's domain.
macro_rules! example {
    (log1mexp) => {
        "-1.0"
    };
    ($f:ident) => {
        "1.0"
    };
}
pub(crate) use example;

/// What asks for a value, for panics: a number of a closure under trace has none.
pub(crate) const COMPARES: &str = "compares the value of";
pub(crate) const PRINTS: &str = "prints the value of";

/// The traits of num-traits and std that a number can honour if it is only `Clone`. The type has `constant(T)` and
/// `part(&self) -> impl Deref<Target = T>` or `&T`, and the same as `part_for(&self, question)`.
macro_rules! numeric_traits { ([$($g:tt)*] $Type:ty) => {
    impl<$($g)*> num_traits::Zero for $Type {
        #[inline(always)]
        fn zero() -> Self { Self::constant(T::of(0.0)) }
        #[inline]
        fn is_zero(&self) -> bool { self.to_f64_value() == 0.0 }
    }
    impl<$($g)*> num_traits::One for $Type {
        #[inline(always)]
        fn one() -> Self { Self::constant(T::of(1.0)) }
    }
    impl<$($g)*> num_traits::Num for $Type where T: num_traits::Num {
        type FromStrRadixErr = T::FromStrRadixErr;
        fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
            T::from_str_radix(text, radix).map(Self::constant)
        }
    }
    impl<$($g)*> num_traits::Signed for $Type where T: num_traits::Num {
        #[inline]
        #[track_caller]
        fn abs(&self) -> Self { Self::abs(self) }
        #[inline]
        #[track_caller]
        fn abs_sub(&self, other: &Self) -> Self { Self::abs_sub(self, other) }
        #[inline]
        #[track_caller]
        fn signum(&self) -> Self { Self::signum(self) }
        #[inline]
        fn is_positive(&self) -> bool { self.to_f64_value().is_sign_positive() }
        #[inline]
        fn is_negative(&self) -> bool { self.to_f64_value().is_sign_negative() }
    }
    impl<$($g)*> num_traits::FromPrimitive for $Type where T: num_traits::FromPrimitive {
        fn from_i64(n: i64) -> Option<Self> { T::from_i64(n).map(Self::constant) }
        fn from_u64(n: u64) -> Option<Self> { T::from_u64(n).map(Self::constant) }
        fn from_i128(n: i128) -> Option<Self> { T::from_i128(n).map(Self::constant) }
        fn from_u128(n: u128) -> Option<Self> { T::from_u128(n).map(Self::constant) }
        fn from_f32(x: f32) -> Option<Self> { T::from_f32(x).map(Self::constant) }
        fn from_f64(x: f64) -> Option<Self> { T::from_f64(x).map(Self::constant) }
    }
    impl<$($g)*> num_traits::ToPrimitive for $Type where T: num_traits::ToPrimitive {
        fn to_i64(&self) -> Option<i64> { self.part().to_i64() }
        fn to_u64(&self) -> Option<u64> { self.part().to_u64() }
        fn to_i128(&self) -> Option<i128> { self.part().to_i128() }
        fn to_u128(&self) -> Option<u128> { self.part().to_u128() }
        fn to_f32(&self) -> Option<f32> { self.part().to_f32() }
        fn to_f64(&self) -> Option<f64> { self.part().to_f64() }
    }
    impl<$($g)*> num_traits::NumCast for $Type where T: num_traits::NumCast {
        #[inline]
        fn from<X: num_traits::ToPrimitive>(x: X) -> Option<Self> { <T as num_traits::NumCast>::from(x).map(Self::constant) }
    }
    impl<$($g)*> num_traits::FloatConst for $Type where T: num_traits::FloatConst {
        $crate::ops::numeric_traits!(@constants E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3
            FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10);
    }
    impl<$($g)*> num_traits::Inv for $Type {
        type Output = Self;
        #[inline]
        #[track_caller]
        fn inv(self) -> Self { Self::recip(&self) }
    }
    impl<$($g)*> num_traits::Pow<i32> for $Type {
        type Output = Self;
        #[inline]
        #[track_caller]
        fn pow(self, n: i32) -> Self { Self::powi(&self, n) }
    }
    impl<$($g)*> num_traits::Pow<Self> for $Type {
        type Output = Self;
        #[inline]
        #[track_caller]
        fn pow(self, y: Self) -> Self { Self::powf(&self, y) }
    }
    // as std's, of values; the quotient has steps and no slope, the remainder the slopes of `%`
    impl<$($g)*> num_traits::Euclid for $Type {
        #[inline]
        #[track_caller]
        fn div_euclid(&self, other: &Self) -> Self {
            let whole = Self::trunc(&(self.clone() / other));
            let one = || Self::constant(T::of(1.0));
            match (self.to_f64_value() % other.to_f64_value() < 0.0, other.to_f64_value() > 0.0) {
                (false, _) => whole,
                (true, true) => whole - one(),
                (true, false) => whole + one(),
            }
        }
        #[inline]
        #[track_caller]
        fn rem_euclid(&self, other: &Self) -> Self {
            let rest = self.clone() % other;
            if rest.to_f64_value() < 0.0 { rest + Self::abs(other) } else { rest }
        }
    }
    impl<$($g)*> num_traits::MulAdd for $Type {
        type Output = Self;
        #[inline]
        #[track_caller]
        fn mul_add(self, y: Self, w: Self) -> Self { Self::mul_add(&self, y, w) }
    }
    impl<$($g)*> std::iter::Sum for $Type {
        // from the first element on: a zero before it would be one more operation
        fn sum<I: Iterator<Item = Self>>(mut numbers: I) -> Self {
            match numbers.next() {
                Some(first) => numbers.fold(first, |sum, x| sum + x),
                None => num_traits::Zero::zero(),
            }
        }
    }
    impl<'a, $($g)*> std::iter::Sum<&'a $Type> for $Type {
        fn sum<I: Iterator<Item = &'a Self>>(mut numbers: I) -> Self {
            match numbers.next() {
                Some(first) => numbers.fold(first.clone(), |sum, x| sum + x),
                None => num_traits::Zero::zero(),
            }
        }
    }
    impl<$($g)*> std::iter::Product for $Type {
        fn product<I: Iterator<Item = Self>>(mut numbers: I) -> Self {
            match numbers.next() {
                Some(first) => numbers.fold(first, |product, x| product * x),
                None => num_traits::One::one(),
            }
        }
    }
    impl<'a, $($g)*> std::iter::Product<&'a $Type> for $Type {
        fn product<I: Iterator<Item = &'a Self>>(mut numbers: I) -> Self {
            match numbers.next() {
                Some(first) => numbers.fold(first.clone(), |product, x| product * x),
                None => num_traits::One::one(),
            }
        }
    }
    impl<$($g)*> PartialEq for $Type {
        #[inline(always)]
        #[track_caller]
        fn eq(&self, other: &Self) -> bool { *self.part_for($crate::ops::COMPARES) == *other.part_for($crate::ops::COMPARES) }
    }
    impl<$($g)*> PartialOrd for $Type {
        #[inline(always)]
        #[track_caller]
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> { self.part_for($crate::ops::COMPARES).partial_cmp(&*other.part_for($crate::ops::COMPARES)) }
    }
    impl<$($g)*> PartialEq<T> for $Type {
        #[inline(always)]
        #[track_caller]
        fn eq(&self, other: &T) -> bool { *self.part_for($crate::ops::COMPARES) == *other }
    }
    impl<$($g)*> PartialOrd<T> for $Type {
        #[inline(always)]
        #[track_caller]
        fn partial_cmp(&self, other: &T) -> Option<std::cmp::Ordering> { self.part_for($crate::ops::COMPARES).partial_cmp(other) }
    }
    impl<$($g)*> Default for $Type {
        /// The constant 0.
        fn default() -> Self { num_traits::Zero::zero() }
    }
    impl<$($g)*> From<T> for $Type {
        /// A constant.
        fn from(value: T) -> Self { Self::constant(value) }
    }
    impl<$($g)*> std::fmt::Display for $Type where T: std::fmt::Display {
        /// The value, with the formatter's options.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::Display::fmt(&*self.part_for($crate::ops::PRINTS), f) }
    }
    impl<$($g)*> std::fmt::LowerExp for $Type where T: std::fmt::LowerExp {
        /// The value, with the formatter's options.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::LowerExp::fmt(&*self.part_for($crate::ops::PRINTS), f) }
    }
    impl<$($g)*> std::fmt::UpperExp for $Type where T: std::fmt::UpperExp {
        /// The value, with the formatter's options.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::UpperExp::fmt(&*self.part_for($crate::ops::PRINTS), f) }
    }
    impl<$($g)*> num_traits::Bounded for $Type where T: num_traits::Bounded {
        fn min_value() -> Self { Self::constant(<T as num_traits::Bounded>::min_value()) }
        fn max_value() -> Self { Self::constant(<T as num_traits::Bounded>::max_value()) }
    }
    impl<$($g)*> num_traits::float::TotalOrder for $Type where T: num_traits::float::TotalOrder {
        /// Of the values.
        fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.part_for($crate::ops::COMPARES).total_cmp(&*other.part_for($crate::ops::COMPARES))
        }
    }
    impl<$($g)*> std::str::FromStr for $Type where T: std::str::FromStr {
        type Err = T::Err;
        /// A constant, written as the part is written.
        fn from_str(text: &str) -> Result<Self, T::Err> { text.parse().map(Self::constant) }
    }
};
    (@constants $($name:ident)*) => { $(
        #[inline]
        fn $name() -> Self { Self::constant(T::$name()) }
    )* };
}
pub(crate) use numeric_traits;

/// `num_traits::Float` and `FloatCore`, complete, for a `Copy` number: constants, predicates on the value, and the table's
/// methods by value; with `AsPrimitive` in both directions and ndarray's `NdFloat`.
macro_rules! copy_float {
    ([$($g:tt)*] $Type:ty) => {
        $crate::ops::copy_float! { [$($g)*] [$Type]
            constants: nan infinity neg_infinity neg_zero min_value min_positive_value epsilon max_value;
            predicates: is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative;
            unary: floor ceil round trunc fract abs signum recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan
                asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians;
            binary: powf log max min abs_sub hypot atan2 copysign
        }
    };
    ([$($g:tt)*] [$Type:ty] constants: $($constant:ident)*; predicates: $($predicate:ident)*; unary: $($unary:ident)*;
        binary: $($binary:ident)*) => {
        impl<$($g)*> num_traits::Float for $Type {
            $( #[inline(always)] fn $constant() -> Self { Self::constant(<T as num_traits::Float>::$constant()) } )*
            $( #[inline(always)] fn $predicate(self) -> bool { num_traits::Float::$predicate(*self.part()) } )*
            $( #[inline(always)] fn $unary(self) -> Self { Self::$unary(&self) } )*
            $( #[inline(always)] fn $binary(self, other: Self) -> Self { Self::$binary(&self, other) } )*
            #[inline]
            fn classify(self) -> std::num::FpCategory { num_traits::Float::classify(*self.part()) }
            #[inline]
            fn integer_decode(self) -> (u64, i16, i8) { num_traits::Float::integer_decode(*self.part()) }
            #[inline(always)]
            fn powi(self, n: i32) -> Self { Self::powi(&self, n) }
            #[inline(always)]
            fn mul_add(self, y: Self, w: Self) -> Self { Self::mul_add(&self, y, w) }
            #[inline]
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self { Self::clamp(&self, low, high) }
            #[inline(always)]
            fn sin_cos(self) -> (Self, Self) { (self.sin(), self.cos()) }
        }
        impl<$($g)*> num_traits::float::FloatCore for $Type {
            $( #[inline(always)] fn $constant() -> Self { Self::constant(<T as num_traits::Float>::$constant()) } )*
            $( #[inline(always)] fn $predicate(self) -> bool { num_traits::Float::$predicate(*self.part()) } )*
            $crate::ops::copy_float!(@core floor ceil round trunc fract abs signum recip to_degrees to_radians; max min);
            #[inline]
            fn classify(self) -> std::num::FpCategory { num_traits::Float::classify(*self.part()) }
            #[inline]
            fn integer_decode(self) -> (u64, i16, i8) { num_traits::Float::integer_decode(*self.part()) }
            #[inline(always)]
            fn powi(self, n: i32) -> Self { Self::powi(&self, n) }
            #[inline]
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self { Self::clamp(&self, low, high) }
        }
        impl<X: Copy + 'static, $($g)*> num_traits::AsPrimitive<X> for $Type where T: num_traits::AsPrimitive<X> {
            /// Of the value.
            #[inline]
            fn as_(self) -> X { self.part().as_() }
        }
        $crate::ops::copy_float!(@from [$($g)*] $Type; f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
        impl<$($g)*> ndarray::NdFloat for $Type where T: std::fmt::Display + std::fmt::LowerExp + std::fmt::UpperExp {}
    };
    (@core $($unary:ident)*; $($binary:ident)*) => {
        $( #[inline(always)] fn $unary(self) -> Self { Self::$unary(&self) } )*
        $( #[inline(always)] fn $binary(self, other: Self) -> Self { Self::$binary(&self, other) } )*
    };
    (@from $g:tt $Type:ty; $($Primitive:ty)*) => { $(
        $crate::ops::copy_float!(@from_one $g $Type, $Primitive);
    )* };
    (@from_one [$($g:tt)*] $Type:ty, $Primitive:ty) => {
        impl<$($g)*> num_traits::AsPrimitive<$Type> for $Primitive where $Primitive: num_traits::AsPrimitive<T> {
            /// A constant.
            #[inline]
            fn as_(self) -> $Type { <$Type>::constant(self.as_()) }
        }
    };
}
pub(crate) use copy_float;

/// approx's traits compare values, as `==` does; `Epsilon = Self`, as nalgebra's `RealField` wants.
#[cfg(feature = "approx")]
macro_rules! compares { ([$($g:tt)*] $Type:ty, $Bound:ident) => {
    impl<T: $Bound + approx::AbsDiffEq<Epsilon = T>, $($g)*> approx::AbsDiffEq for $Type {
        type Epsilon = Self;
        fn default_epsilon() -> Self { Self::constant(T::default_epsilon()) }
        fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
            self.part().abs_diff_eq(other.part(), epsilon.value())
        }
    }
    impl<T: $Bound + approx::RelativeEq<Epsilon = T>, $($g)*> approx::RelativeEq for $Type {
        fn default_max_relative() -> Self { Self::constant(T::default_max_relative()) }
        fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
            self.part().relative_eq(other.part(), epsilon.value(), max_relative.value())
        }
    }
    impl<T: $Bound + approx::UlpsEq<Epsilon = T>, $($g)*> approx::UlpsEq for $Type {
        fn default_max_ulps() -> u32 { T::default_max_ulps() }
        fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
            self.part().ulps_eq(other.part(), epsilon.value(), max_ulps)
        }
    }
} }
#[cfg(feature = "approx")]
pub(crate) use compares;

/// What flows in graphs of derivatives: exact zeros and ones leave no trace. The type has `is_exact_one`.
macro_rules! recorded_flow {
    () => {
        fn flow(slope: &Self, adjoint: &Self) -> Self {
            if slope.is_exact_zero() || adjoint.is_exact_zero() {
                $crate::rule::strong_zero::meets(slope, adjoint);
                Self::of(0.0)
            } else if slope.is_exact_one() {
                adjoint.clone()
            } else if adjoint.is_exact_one() {
                slope.clone()
            } else {
                slope.through(adjoint)
            }
        }
        fn join(a: Self, b: Self) -> Self {
            if a.is_exact_zero() {
                b
            } else if b.is_exact_zero() {
                a
            } else {
                a + b
            }
        }
    };
}
pub(crate) use recorded_flow;
