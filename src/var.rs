//! A `Copy` number in reverse mode: [`Var`], for code that was written for plain numbers.

use crate::dual::Dual;
use crate::number::{Argument, BuiltOn, Elementary, Float, Fuse, Nested, sealed};
#[cfg(feature = "approx")]
use crate::ops::compares;
use crate::ops::{copy_float, delegates, methods, numeric_traits, operators, recorded_flow};
use crate::rule::{Fold, slope, table};
use crate::tape::{self, NONE, Pair, Scope};
use std::borrow::Borrow;
use std::fmt;

/// A number on the thread's tape: `Copy`, `Send`, `Sync`, `'static`, and a complete `num_traits::Float`, so that it runs
/// through code that other people wrote for plain numbers. It lives in the closure of a driver ([`grad`](crate::grad())
/// and its like), which sweeps the tape afterwards.
///
/// ```
/// use backprop::grad;
/// // somebody else's code
/// fn distance<F: num_traits::Float>(x: F, y: F) -> F {
///     x.hypot(y)
/// }
/// let [dx, dy] = grad(|&[x, y]| distance(x, y), &[3.0, 4.0]);
/// assert_eq!([dx, dy], [0.6, 0.8]);
/// ```
///
/// It has 16 bytes for `f64`: the value, and a number for its place on the tape that no other variable of the program ever
/// has. Using it in another call, on another thread, or after its call has returned is found out, also in release builds,
/// and panics; it never gives a wrong number. (There are 2⁶⁴ of these numbers, one for each input and operation: a thousand
/// threads of a thousand million operations a second use them up in half a year, and then a driver panics.) Looking at its
/// value and comparing it are harmless anywhere.
///
/// It nests: `Var<Var<f64>>`, `Var<Dual<f64>>`, `Dual<Var<f64>>` are numbers as well. An inner call over plain numbers is
/// a matter of its own; one that is to be differentiated by the outer call takes variables over variables:
///
/// ```
/// use backprop::{grad, Var};
/// // d/dx of (d/dy y³·x at y = 2) at x = 5
/// let [slope] = grad(|&[x]| grad(|&[y]: &[Var<Var<f64>>; 1]| y.powi(3) * x, &[Var::constant(2.0)])[0], &[5.0]);
/// assert_eq!(slope, 12.0);
/// ```
#[derive(Clone, Copy)]
pub struct Var<T = f64> {
    value: T,
    place: Place,
}
/// With the alignment of its halves, so that an `f32` takes no more room than it needs.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Place(u64);

impl<T: Float> Var<T> {
    /// A number that does not vary. It may be used in any call.
    ///
    /// ```
    /// use backprop::{grad, Var};
    /// assert_eq!(grad(|&[x]| x * Var::constant(3.0), &[2.0]), [3.0]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn constant(value: T) -> Self {
        Var::at(value, NONE)
    }
    /// The value.
    ///
    /// ```
    /// use backprop::grad;
    /// grad(|&[x]| { assert_eq!((x * x).value(), 9.0); x }, &[3.0]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn value(&self) -> T {
        self.value
    }
    /// A constant with the same value, itself detached: what does not vary at any level. It may be used in any call.
    ///
    /// ```
    /// use backprop::grad;
    /// assert_eq!(grad(|&[x]| x * x.detach(), &[3.0]), [3.0]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn detach(&self) -> Self {
        Var::constant(self.value.detach())
    }
    /// Whether nothing flows in here.
    ///
    /// ```
    /// use backprop::{grad, Var};
    /// grad(|&[x]| { assert!(Var::constant(1.0).is_constant() && !x.is_constant()); x }, &[3.0]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.place() == NONE
    }
    /// Input number `slot` of a scope.
    pub(crate) fn input(value: T, slot: usize, scope: &Scope<T>) -> Self {
        Var::at(value, scope.input(slot))
    }
    /// Its slot in the innermost scope; `None` for a constant.
    ///
    /// # Panics
    /// If it belongs to another scope.
    #[track_caller]
    pub(crate) fn slot_in(&self, scope: &Scope<T>) -> Option<u32> {
        scope.slot(self.place())
    }
    #[inline(always)]
    pub(crate) fn place(&self) -> u64 {
        self.place.0
    }
    #[inline(always)]
    fn at(value: T, place: u64) -> Self {
        Var { value, place: Place(place) }
    }
    #[inline(always)]
    fn part(&self) -> &T {
        &self.value
    }
    #[inline(always)]
    fn part_for(&self, _: &str) -> &T {
        &self.value
    }
    fn is_exact_one(&self) -> bool {
        self.is_constant() && (self.value - T::of(1.0)).is_exact_zero()
    }

    /// An operation on one number.
    #[inline(always)]
    #[track_caller]
    fn one(x: &Self, value: T, slope: impl FnOnce() -> T) -> Self {
        if x.place() == NONE {
            return Var::constant(value);
        }
        Var::at(value, tape::push([x.place()], [slope()]))
    }
    /// An operation on two numbers.
    #[inline(always)]
    #[track_caller]
    fn two(x: &Self, y: &Self, value: T, dx: impl FnOnce() -> T, dy: impl FnOnce() -> T) -> Self {
        if y.place() == NONE {
            Var::one(x, value, dx)
        } else if x.place() == NONE {
            Var::one(y, value, dy)
        } else {
            Var::at(value, tape::push([x.place(), y.place()], [dx(), dy()]))
        }
    }
    /// An operation on any number of numbers: slices of them, each with the slopes by its elements.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn many<const P: usize>(value: T, parts: [(&[Self], &[T]); P]) -> Self {
        Var::at(value, Var::record(parts))
    }
    /// Its place; that of a constant if nothing varies.
    #[inline(never)]
    #[track_caller]
    fn record<const P: usize>(parts: [(&[Self], &[T]); P]) -> u64 {
        let (first, slots) = tape::extent::<T>();
        let slot = |x: &Self| x.place().wrapping_sub(first);
        // counted, not looked for one by one: the compiler makes it a loop without branches
        let (mut varying, mut mine) = (0, 0);
        for (x, _) in &parts {
            varying += x.iter().filter(|x| x.place() != NONE).count();
            mine += x.iter().filter(|x| slot(x) < slots).count();
        }
        if mine != varying {
            tape::elsewhere();
        }
        if varying == 0 {
            return NONE;
        }
        tape::push_many(varying, |room| {
            let mut room = room.iter();
            for (x, slopes) in parts {
                debug_assert_eq!(x.len(), slopes.len(), "a slope for each operand");
                for (x, &slope) in x.iter().zip(slopes) {
                    if x.place() != NONE
                        && let Some(pair) = room.next()
                    {
                        pair.set(Pair::new(slot(x) as u32, slope));
                    }
                }
            }
        })
    }
    /// A fold, with room for the values of its operands.
    #[track_caller]
    fn fold_in(fold: Fold, x: &[Self], y: &[Self], values: &mut [T]) -> Self {
        let (p, q) = values.split_at_mut(x.len());
        p.iter_mut().zip(x).for_each(|(p, x)| *p = x.value);
        q.iter_mut().zip(y).for_each(|(q, y)| *q = y.value);
        let value = T::fold(fold, p, q);
        let [by_x, by_y] = fold.slopes(p, q, &value);
        Var::many(value, [(x, &by_x), (y, &by_y)])
    }
    /// [`record`](Var::record) of a statement some of whose inputs may be constants. The arrays come by value: a reference
    /// would keep them in memory where all goes the usual way.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn record_apart<const N: usize>(x: [Self; N], slopes: [T; N]) -> u64 {
        Var::record([(&x, &slopes)])
    }
}

// ------------------------------------------------------------------------------------------------ the rule, by arity

/// The operators' rules: with both sides variables, with a plain number on the right, with one on the left.
pub(crate) mod arithmetic {
    use super::*;

    #[inline(always)]
    pub(crate) fn neg<T: Float>(x: impl Borrow<Var<T>>) -> Var<T> {
        let x = x.borrow();
        let z = -x.value;
        Var::one(x, z, || slope::neg(&x.value, &z))
    }
    macro_rules! rules { ($($f:ident $op:tt)*) => { $(
        pub(crate) mod $f {
            use super::*;
            #[inline(always)]
            pub(crate) fn both<T: Float>(x: impl Borrow<Var<T>>, y: impl Borrow<Var<T>>) -> Var<T> {
                let (x, y) = (x.borrow(), y.borrow());
                let (p, q) = (&x.value, &y.value);
                let z = *p $op *q;
                Var::two(x, y, z, || slope::$f::<T, 0>(p, q, &z), || slope::$f::<T, 1>(p, q, &z))
            }
            #[inline(always)]
            pub(crate) fn right<T: Float>(x: impl Borrow<Var<T>>, c: T) -> Var<T> {
                let x = x.borrow();
                let z = x.value $op c;
                Var::one(x, z, || slope::$f::<T, 0>(&x.value, &c, &z))
            }
            #[inline(always)]
            pub(crate) fn left<T: Float>(c: T, y: impl Borrow<Var<T>>) -> Var<T> {
                let y = y.borrow();
                let z = c $op y.value;
                Var::one(y, z, || slope::$f::<T, 1>(&c, &y.value, &z))
            }
        }
    )* } }
    rules! { add + sub - mul * div / rem % }
}

macro_rules! rule {
    (unary $Name:ident $f:ident $x:ident) => {{
        let x = &$x.value;
        let z = Elementary::$f(x);
        Var::one($x, z, || slope::$f(x, &z))
    }};
    (power $Name:ident $f:ident $x:ident $n:ident) => {{
        let x = &$x.value;
        let z = Elementary::$f(x, $n);
        Var::one($x, z, || slope::$f(x, $n, &z))
    }};
    (binary $Name:ident $f:ident $x:ident $y:ident) => {{
        let second: Self = *$y.number().borrow();
        let (x, y) = (&$x.value, &second.value);
        let z = Elementary::$f(x, y);
        Var::two($x, &second, z, || slope::$f::<T, 0>(x, y, &z), || slope::$f::<T, 1>(x, y, &z))
    }};
    (ternary $Name:ident $f:ident $x:ident $y:ident $w:ident) => {{
        let (second, third): (Self, Self) = (*$y.number().borrow(), *$w.number().borrow());
        let (x, y, w) = (&$x.value, &second.value, &third.value);
        let z = Elementary::$f(x, y, w);
        let slopes = [slope::$f::<T, 0>(x, y, w, &z), slope::$f::<T, 1>(x, y, w, &z), slope::$f::<T, 2>(x, y, w, &z)];
        let places = [$x.place(), second.place(), third.place()];
        if !places.contains(&NONE) {
            return Var::at(z, tape::push(places, slopes));
        }
        Var::many(z, [(&[*$x, second, third], &slopes)])
    }};
}
table!(methods [T: Float] [Var<T>] [rule [#[inline]] "Var" "Var::constant"]);

impl<T: Float> Elementary for Var<T> {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Var::constant(T::of(x))
    }
    #[inline(always)]
    fn to_f64_value(&self) -> f64 {
        self.value.to_f64_value()
    }
    #[inline(always)]
    fn detach(&self) -> Self {
        Self::detach(self)
    }
    table!(delegates);

    #[track_caller]
    fn fold(fold: Fold, x: &[Self], y: &[Self]) -> Self {
        // few small values stand on the stack: a short dot product does without the allocator
        const SHORT: usize = 32;
        let (n, zero) = (x.len() + y.len(), T::of(0.0));
        if n <= SHORT && size_of::<T>() <= 16 {
            Var::fold_in(fold, x, y, &mut [zero; SHORT][..n])
        } else {
            Var::fold_in(fold, x, y, &mut vec![zero; n])
        }
    }
    #[inline(always)]
    fn is_normal_value(&self) -> bool {
        self.value.is_normal_value()
    }
    #[inline(always)]
    fn is_exact_zero(&self) -> bool {
        self.is_constant() && self.value.is_exact_zero()
    }
    const ORDERS: usize = T::ORDERS + 1;
    #[inline]
    fn is_all_finite(&self) -> bool {
        self.value.is_all_finite()
    }
    recorded_flow!();
}

// ------------------------------------------------------------------------------------------------ the surface

operators!([T: Float] Var<T>);
numeric_traits!([T: Float] Var<T>);
copy_float!([T: Float] Var<T>);
impl From<f32> for Var<f64> {
    /// A constant.
    fn from(value: f32) -> Self {
        Var::constant(value.into())
    }
}
#[cfg(feature = "approx")]
compares!([] Var<T>, Float);

impl<L, T: Float + BuiltOn<L>> Nested<L> for Var<T> {}
impl<T: Float> sealed::Sealed for Var<T> {}
impl<T: Float> Float for Var<T> {}
impl<T: Float> ndarray::ScalarOperand for Var<T> {}

/// The statement runs forward on duals of its width, and is one record.
impl<T: Float> Fuse for Var<T> {
    type Local<const N: usize> = Dual<T, N>;
    #[inline(always)]
    #[track_caller]
    fn fuse_with<const N: usize>(x: [Self; N], statement: impl FnOnce([Dual<T, N>; N]) -> Dual<T, N>) -> Self {
        let inputs = std::array::from_fn(|k| Dual::seeded(x[k].value, k));
        let z = statement(inputs);
        let (value, slopes) = (z.value(), *z.tangents());
        let places = x.map(|x| x.place());
        let varies = N > 0 && places.iter().all(|&place| place != NONE);
        Var::at(value, if varies { tape::push(places, slopes) } else { Var::record_apart(x, slopes) })
    }
}

impl<T: Float> fmt::Debug for Var<T> {
    /// The value, and whether it varies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Var").field("value", &self.value).field("is_constant", &self.is_constant()).finish()
    }
}

#[cfg(feature = "quickcheck")]
impl<T: Float + quickcheck::Arbitrary> quickcheck::Arbitrary for Var<T> {
    /// A constant, `T`'s own.
    fn arbitrary(g: &mut quickcheck::Gen) -> Self {
        Var::constant(T::arbitrary(g))
    }
}
