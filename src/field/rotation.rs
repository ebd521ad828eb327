//! Exponential map and logarithm of rotations and rigid motions, right where nalgebra's own lose their derivatives: at 0.
//!
//! nalgebra takes the angle `θ = |w|` and divides by it, so it needs a branch at `θ = 0`, and what a branch returns there
//! is a constant. But nothing here depends on `θ`: `cos θ`, `sin θ/θ`, `(1 − cos θ)/θ²` are entire functions of
//! `s = θ²`, which is a polynomial in the coordinates. Near 0 they are taken as power series in `s`, over numbers that carry
//! derivatives, so that every order is there; far from 0 by the closed forms, where the root of `s` does no harm.
//!
//! ```
//! use backprop::{grad, rotation};
//! use nalgebra::{Rotation3, Vector3, vector};
//!
//! // how a point moves when it is turned a little: w × p
//! let moved = |w: &Vector3<_>| (rotation::exp::<Rotation3<_>>(w) * vector![1.0, 2.0, 3.0].cast()).x;
//! assert_eq!(grad(moved, &vector![0.0, 0.0, 0.0]), vector![0.0, 3.0, -2.0]);
//!
//! // there and back, at no rotation at all
//! let back = |w: &Vector3<_>| rotation::log(&rotation::exp::<Rotation3<_>>(w)).x;
//! assert_eq!(grad(back, &vector![0.0, 0.0, 0.0]), vector![1.0, 0.0, 0.0]);
//! ```
//!
//! Among the rotations by more than half a turn [`log`] gives the shorter way back; at half a turn exactly, where both ways
//! are as long, it goes on as it does on the side of its real part, or of its sine, that is not negative.
//! Derivatives are those along the group: of numbers that are a rotation with their tangents too.

use crate::number::{Elementary, Float};
use crate::rule::special;
use nalgebra::{
    Isometry2, Isometry3, IsometryMatrix2, IsometryMatrix3, Quaternion, RealField, Rotation2, Rotation3, Translation2,
    Translation3, UnitComplex, UnitQuaternion, Vector3, Vector6,
};

/// Rotations or rigid motions with their tangent vectors at the identity. Sealed.
///
/// | motion | tangent | |
/// |---|---|---|
/// | [`UnitQuaternion`], [`Rotation3`] | `Vector3`: axis times angle | SO(3) |
/// | [`UnitComplex`], [`Rotation2`] | a number: the angle | SO(2) |
/// | [`Isometry3`], [`IsometryMatrix3`] | `Vector6`: velocity, then axis times angle | SE(3) |
/// | [`Isometry2`], [`IsometryMatrix2`] | `Vector3`: velocity, then angle | SE(2) |
///
/// ```
/// use backprop::rotation;
/// use nalgebra::{Isometry2, vector};
/// // a quarter turn at unit speed: from the origin along a circle of radius 2/π
/// let pose: Isometry2<f64> = rotation::exp(&vector![1.0, 0.0, std::f64::consts::FRAC_PI_2]);
/// assert!((pose.translation.vector - vector![1.0, 1.0] * std::f64::consts::FRAC_2_PI).amax() < 1e-15);
/// ```
pub trait LieGroup: sealed::Sealed {
    /// A vector tangent to the group at the identity.
    type Tangent;
    /// The function [`exp`].
    #[doc(hidden)]
    fn of_tangent(tangent: &Self::Tangent) -> Self;
    /// The function [`log`].
    #[doc(hidden)]
    fn to_tangent(&self) -> Self::Tangent;
}
mod sealed {
    pub trait Sealed {}
}

/// The motion that `tangent` leads to in unit time, at every order of differentiation, at 0 as elsewhere.
///
/// ```
/// use backprop::{nth_derivative, rotation};
/// use nalgebra::{UnitQuaternion, vector};
/// // the real part is cos θ/2, whose second derivative at 0 is −1/4
/// let real = |x| rotation::exp::<UnitQuaternion<_>>(&vector![x, 0.0.into(), 0.0.into()]).w;
/// assert_eq!(nth_derivative::<2, _>(real, 0.0), -0.25);
/// ```
#[must_use]
pub fn exp<G: LieGroup>(tangent: &G::Tangent) -> G {
    G::of_tangent(tangent)
}

/// The tangent vector that leads to `motion` by at most half a turn: the inverse of [`exp`].
///
/// ```
/// use backprop::rotation;
/// use nalgebra::{UnitQuaternion, vector};
/// let w = vector![1e-200, 0.0, -3e-200];
/// assert_eq!(rotation::log(&rotation::exp::<UnitQuaternion<f64>>(&w)), w);
/// ```
#[must_use]
pub fn log<G: LieGroup>(motion: &G) -> G::Tangent {
    motion.to_tangent()
}

macro_rules! groups { ($($Group:ident $Tangent:ident: $exp:expr, $log:expr;)*) => { $(
    impl<S: RealField> sealed::Sealed for $Group<S> {}
    impl<S: RealField + Float> LieGroup for $Group<S> {
        type Tangent = $Tangent<S>;
        fn of_tangent(tangent: &Self::Tangent) -> Self { $exp(tangent) }
        fn to_tangent(&self) -> Self::Tangent { $log(self) }
    }
)* } }
/// The tangent of a planar rotation, as the macro wants it written.
type Angle<S> = S;
groups! {
    UnitQuaternion Vector3: quaternion, vector;
    Rotation3 Vector3: |w| quaternion(w).to_rotation_matrix(), |r| vector(&UnitQuaternion::from_rotation_matrix(r));
    UnitComplex Angle: |angle: &S| UnitComplex::new(*angle), |z: &UnitComplex<S>| Elementary::atan2(&z.im, z.re);
    Rotation2 Angle: |angle: &S| Rotation2::new(*angle), |r: &Rotation2<S>| Elementary::atan2(&r[(1, 0)], r[(0, 0)]);
    Isometry3 Vector6: |xi| { let (v, w) = halves(xi); Isometry3::from_parts(moved(v, &w), exp(&w)) },
        |m: &Isometry3<S>| twist(&m.translation, &log(&m.rotation));
    IsometryMatrix3 Vector6: |xi| { let (v, w) = halves(xi); IsometryMatrix3::from_parts(moved(v, &w), exp(&w)) },
        |m: &IsometryMatrix3<S>| twist(&m.translation, &log(&m.rotation));
    Isometry2 Vector3: |xi: &Vector3<S>| Isometry2::from_parts(moved_in_plane(xi), exp(&xi.z)),
        |m: &Isometry2<S>| planar_twist(&m.translation, log(&m.rotation));
    IsometryMatrix2 Vector3: |xi: &Vector3<S>| IsometryMatrix2::from_parts(moved_in_plane(xi), exp(&xi.z)),
        |m: &IsometryMatrix2<S>| planar_twist(&m.translation, log(&m.rotation));
}

// ---------------------------------------------------------------------------------------- in space

/// `(cos θ/2, sin θ/2 · w/θ)`
fn quaternion<S: RealField + Float>(w: &Vector3<S>) -> UnitQuaternion<S> {
    let half = w * S::of(0.5);
    let (real, imaginary) = match square(&half) {
        Ok(s) => (cos(s), half * sinc(s)),
        Err(h) => (Elementary::cos(&h), half * (Elementary::sin(&h) / h)),
    };
    UnitQuaternion::new_unchecked(Quaternion::from_parts(real, imaginary))
}

/// `θ·v/|v|`, where `θ/4` is the angle whose tangent is `x = |v|/(r + w)`, `r` the length: `atan x/x` is a function of
/// `x²`, analytic up to half a turn and beyond.
fn vector<S: RealField + Float>(q: &UnitQuaternion<S>) -> Vector3<S> {
    // two quaternions stand for each rotation, and that with the positive real part for the shorter way
    let flip = S::of(if q.w.to_f64_value() < 0.0 { -1.0 } else { 1.0 });
    let (w, v) = (q.w * flip, q.imag() * flip);
    let square = v.norm_squared();
    let length = Elementary::sqrt(&(w * w + square));
    let adjacent = w + length;
    let x2 = square / (adjacent * adjacent);
    if x2.to_f64_value() < 0.125 {
        return v * (S::of(4.0) * special::polynomial(&x2, &std::array::from_fn::<f64, 64, _>(arctangent)) / adjacent);
    }
    let sine = Elementary::sqrt(&square);
    v * (S::of(2.0) * Elementary::atan2(&sine, w) / sine)
}
/// The coefficient of `x²ᵏ` in `atan x/x`.
fn arctangent(k: usize) -> f64 {
    (if k.is_multiple_of(2) { 1.0 } else { -1.0 }) / (2 * k + 1) as f64
}

/// Where `v` leads while `w` turns: `v + (1 − cos θ)/θ²·w×v + (θ − sin θ)/θ³·w×(w×v)`.
fn moved<S: RealField + Float>(v: Vector3<S>, w: &Vector3<S>) -> Translation3<S> {
    let (axis, first, second) = match square(w) {
        Ok(s) => {
            let half = sinc(s * S::of(0.25));
            (*w, S::of(0.5) * half * half, entire(s, |k| 1.0 / factorial(2 * k + 3)))
        }
        Err(angle) => {
            let sine = Elementary::sin(&(S::of(0.5) * angle));
            (w / angle, S::of(2.0) * sine * sine / angle, S::of(1.0) - Elementary::sin(&angle) / angle)
        }
    };
    let across = axis.cross(&v);
    Translation3::from(v + across * first + axis.cross(&across) * second)
}

/// The other way: `t − w×t/2 + (1 − h·cot h)/θ²·w×(w×t)` with `h = θ/2`, at most a quarter turn.
fn twist<S: RealField + Float>(t: &Translation3<S>, w: &Vector3<S>) -> Vector6<S> {
    let half = w * S::of(0.5);
    let factor = match square(&half) {
        // (sinc h − cos h)/h² over sinc h
        Ok(s) => entire(s, |k| (2 * k + 2) as f64 / factorial(2 * k + 3)) / sinc(s),
        Err(h) => (S::of(1.0) - h * Elementary::cos(&h) / Elementary::sin(&h)) / (h * h),
    };
    let across = half.cross(&t.vector);
    let v = t.vector - across + half.cross(&across) * factor;
    Vector6::new(v.x, v.y, v.z, w.x, w.y, w.z)
}
/// Velocity, and axis times angle.
fn halves<S: RealField + Float>(xi: &Vector6<S>) -> (Vector3<S>, Vector3<S>) {
    (Vector3::new(xi[0], xi[1], xi[2]), Vector3::new(xi[3], xi[4], xi[5]))
}

// ---------------------------------------------------------------------------------------- in the plane

/// Where a velocity leads while it turns: along an arc, `sin θ/θ` ahead and `(1 − cos θ)/θ` to the left.
fn moved_in_plane<S: RealField + Float>(xi: &Vector3<S>) -> Translation2<S> {
    let half = S::of(0.5) * xi.z;
    let (ahead, left) = (Elementary::sinc(&xi.z), Elementary::sin(&half) * Elementary::sinc(&half));
    Translation2::new(ahead * xi.x - left * xi.y, left * xi.x + ahead * xi.y)
}
/// The other way: `h·cot h` ahead and `h` to the right, with `h = θ/2`.
fn planar_twist<S: RealField + Float>(t: &Translation2<S>, angle: S) -> Vector3<S> {
    let half = S::of(0.5) * angle;
    let ahead = Elementary::cos(&half) / Elementary::sinc(&half);
    Vector3::new(ahead * t.x + half * t.y, ahead * t.y - half * t.x, angle)
}

// ---------------------------------------------------------------------------------------- entire functions of the square

/// The square of the length where it is small enough for the series, and the length where not: the square may overflow.
fn square<S: RealField + Float>(w: &Vector3<S>) -> Result<S, S> {
    let square = w.norm_squared();
    let near = special::near::<S>();
    if square.to_f64_value() < near * near {
        Ok(square)
    } else {
        Err(Elementary::hypot(&Elementary::hypot(&w.x, w.y), w.z))
    }
}
/// `cos √s`
fn cos<S: Elementary>(s: S) -> S {
    entire(s, |k| 1.0 / factorial(2 * k))
}
/// `sin √s/√s`
fn sinc<S: Elementary>(s: S) -> S {
    entire(s, |k| 1.0 / factorial(2 * k + 1))
}
/// `c₀ − c₁s + c₂s² − …`
fn entire<S: Elementary>(s: S, coefficient: impl Fn(usize) -> f64) -> S {
    special::series_in_square(&s, |k| if k % 2 == 0 { coefficient(k) } else { -coefficient(k) })
}
fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}
