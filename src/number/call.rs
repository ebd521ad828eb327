//! Functions that are written once and run on every number.

/// A function of many numbers that is written once and runs on every one of them.
///
/// A closure has one argument type, so code that chooses the mode itself cannot take one; it takes a `Call`.
/// [`model!`](crate::model!) makes one of a function; a struct with data of its own implements it. Closures are `Call` for
/// their own argument type. `O` is what comes out: a number, or a `Vec` of them.
///
/// ```
/// use backprop::{Call, Dual, Number};
/// struct Rosenbrock { steepness: f64 }
/// impl<S: Number> Call<S> for Rosenbrock {
///     fn call(&self, x: &[S]) -> S {
///         (1.0 - &x[0]).square() + self.steepness * (&x[1] - x[0].square()).square()
///     }
/// }
/// fn derivative_in_first<F: Call<f64> + Call<Dual>>(f: &F, x: &[f64; 2]) -> (f64, f64) {
///     let dual = [Dual::variable(x[0]), Dual::constant(x[1])];
///     (f.call(x), f.call(&dual).derivative())
/// }
/// assert_eq!(derivative_in_first(&Rosenbrock { steepness: 100.0 }, &[2.0, 1.0]), (901.0, 2402.0));
/// ```
pub trait Call<S, O = S> {
    /// The function's value.
    fn call(&self, x: &[S]) -> O;
}
impl<S, O, F: Fn(&[S]) -> O> Call<S, O> for F {
    #[inline]
    fn call(&self, x: &[S]) -> O {
        self(x)
    }
}

/// Makes a [`Call`] of functions that are written for every number: of each a value of the function's name, to hand to
/// [`auto`](crate::auto), [`check::modes`](crate::check::modes) and whatever else runs a function on several numbers.
///
/// ```
/// use backprop::{auto, model, Number};
/// model! {
///     /// Rosenbrock's function.
///     pub fn rosenbrock<S: Number>(x: &[S]) -> S {
///         x.windows(2).map(|w| (1.0 - &w[0]).square() + 100.0 * (&w[1] - w[0].square()).square()).sum()
///     }
///     /// Polar coordinates.
///     fn polar<S: Number>(x: &[S]) -> Vec<S> {
///         vec![x[0].hypot(&x[1]), x[1].atan2(&x[0])]
///     }
/// }
/// assert_eq!(auto::grad(&rosenbrock, &[2.0, 1.0]), [2402.0, -600.0]);
/// assert_eq!(auto::jacobian(&polar, &[3.0, 4.0]).row(0).to_vec(), [0.6, 0.8]);
/// ```
#[macro_export]
macro_rules! model { ($(
    $(#[$meta:meta])* $visible:vis fn $name:ident<$S:ident: $bound:path>($x:ident: &[$T:ty]) -> $O:ty $body:block
)+) => { $(
    $(#[$meta])*
    #[allow(non_camel_case_types, reason = "it is used as a function is")]
    #[derive(Clone, Copy, Debug)]
    $visible struct $name;
    impl<$S: $bound> $crate::Call<$S, $O> for $name {
        fn call(&self, $x: &[$T]) -> $O $body
    }
)+ } }
