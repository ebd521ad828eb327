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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of `&[{S}]` with the result `{O}`",
    note = "a driver that chooses its mode wants a function for every number: write it with `model!`, or `impl<S: Number> Call<S> for {Self}`",
    note = "a Jacobian is of a function that returns a `Vec` of numbers, a gradient of one that returns a number"
)]
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
///
/// A model is called by its method, also by other models. Its name is a type's as well, so no variable can have it. Bounds
/// beside the first are separated by commas: `fn f<S: Number, Apply<Mine>>(x: &[S]) -> S`.
///
/// ```
/// use backprop::{auto, model, Call, Number};
/// model! {
///     fn cube<S: Number>(x: &[S]) -> S { x[0].powi(3) }
///     fn twice<S: Number>(x: &[S]) -> S { 2.0 * cube.call(x) }
/// }
/// assert_eq!((twice.call(&[2.0]), auto::grad(&twice, &[2.0])), (16.0, vec![24.0]));
/// ```
#[macro_export]
macro_rules! model {
    ($(
        $(#[$meta:meta])* $visible:vis fn $name:ident<$S:ident: $bound:path $(, $more:path)*>($x:ident: &[$T:ty]) -> $O:ty $body:block
    )+) => { $(
        $(#[$meta])*
        #[allow(non_camel_case_types, reason = "it is used as a function is")]
        #[derive(Clone, Copy, Debug)]
        $visible struct $name;
        impl<$S: $bound $(+ $more)*> $crate::Call<$S, $O> for $name {
            fn call(&self, $x: &[$T]) -> $O $body
        }
    )+ };
    ($($other:tt)*) => { compile_error!("model! wants functions of the form `fn name<S: Number>(x: &[S]) -> S { … }`"); };
}
