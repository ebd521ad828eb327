use super::{Twice, slopes};
use backprop::{Elementary, Float, Var, check, derivative, grad, rotation};
use nalgebra::{Quaternion, RealField, Rotation3, UnitQuaternion, Vector3, vector};
use num_traits::FloatConst;

const P: [f64; 3] = [1.0, 2.0, 3.0];

/// The real part of the rotation by `w`, its imaginary part, and where it leads the point `P`.
type Turn = fn(&[Twice]) -> Vec<Twice>;

fn by_nalgebra(w: &[Twice]) -> Vec<Twice> {
    all(UnitQuaternion::new(Vector3::new(w[0], w[1], w[2])))
}
fn by_ours(w: &[Twice]) -> Vec<Twice> {
    all(rotation::exp(&Vector3::new(w[0], w[1], w[2])))
}
fn all<S: RealField + Float>(q: UnitQuaternion<S>) -> Vec<S> {
    let end = q * Vector3::from(P).map(S::of);
    vec![q.w, q.i, q.j, q.k, end.x, end.y, end.z]
}
fn by_num_quaternion(w: &[Twice]) -> Vec<Twice> {
    let q = num_quaternion::UnitQuaternion::from_rotation_vector(&[w[0], w[1], w[2]]);
    let end = q.rotate_vector(P.map(Twice::of));
    let q = q.into_quaternion();
    vec![q.w, q.x, q.y, q.z, end[0], end[1], end[2]]
}
fn by_quaternion_core(w: &[Twice]) -> Vec<Twice> {
    let q = quaternion_core::from_rotation_vector([w[0], w[1], w[2]]);
    let end = quaternion_core::point_rotation(q, P.map(Twice::of));
    vec![q.0, q.1[0], q.1[1], q.1[2], end[0], end[1], end[2]]
}

/// At the identity: `∂ᵢ` and `∂ᵢ∂ⱼ` of the quaternion `1 − w²/8 + w/2 + …`, and of `p + w×p + w×(w×p)/2 + …`
fn truth(i: usize, j: usize) -> [[f64; 2]; 7] {
    let p = Vector3::from(P);
    let [e, f] = [i, j].map(|k| Vector3::ith(k, 1.0));
    let (first, second) = (e.cross(&p), (e.cross(&f.cross(&p)) + f.cross(&e.cross(&p))) / 2.0);
    let same = f64::from(u8::from(i == j));
    std::array::from_fn(|k| match k {
        0 => [0.0, -same / 4.0],
        1..4 => [e[k - 1] / 2.0, 0.0],
        _ => [first[k - 4], second[k - 4]],
    })
}
/// Whether derivatives at the identity are right: of the quaternion by first and second order, of the point likewise.
fn right(turn: Turn) -> [bool; 4] {
    let mut right = [true; 4];
    for i in 0..3 {
        for j in 0..3 {
            for (k, (found, expected)) in slopes(turn, &[0.0; 3], i, j).iter().zip(truth(i, j)).enumerate() {
                for order in 0..2 {
                    right[if k < 4 { order } else { 2 + order }] &= (found[order] - expected[order]).abs() < 1e-15;
                }
            }
        }
    }
    right
}

/// nalgebra has a branch where nothing turns, and returns a constant there; ours has none.
#[test]
fn from_a_vector_at_the_identity() {
    for (name, f) in [
        ("nalgebra", by_nalgebra as Turn),
        ("ours", by_ours),
        ("num-quaternion", by_num_quaternion),
        ("quaternion-core", by_quaternion_core),
    ] {
        eprintln!("{name}: {:?}", right(f));
    }
}

/// The vector of a rotation, at the identity: the quaternion's imaginary part, twice; along `1 + tx`, and along the arc.
#[test]
fn to_a_vector_at_the_identity() {
    fn along<S: RealField + Float + FloatConst>(t: S, k: usize) -> [S; 4] {
        let zero = S::of(0.0);
        let q = [S::of(1.0), t, t * t, zero];
        let unit = UnitQuaternion::new_unchecked(Quaternion::new(q[0], q[1], q[2], q[3]));
        let theirs = num_quaternion::Quaternion::new(q[0], q[1], q[2], q[3]).normalize().expect("not zero");
        [
            unit.scaled_axis()[k],
            rotation::log(&unit)[k],
            theirs.to_rotation_vector()[k],
            quaternion_core::to_rotation_vector((q[0], [q[1], q[2], q[3]]))[k],
        ]
    }
    for k in 0..3 {
        for code in 0..4 {
            let first = derivative(|t| along(t, k)[code], 0.0);
            let second = derivative(|t| derivative(|t| along(t, k)[code], t), 0.0);
            eprintln!("log component {k} code {code}: {first} {second}");
        }
    }
}

/// From one direction to another: right where they differ.
#[test]
fn between_directions() {
    fn between<S: RealField + Float>(t: S) -> [S; 3] {
        let [zero, one] = [0.0, 1.0].map(S::of);
        let q = UnitQuaternion::rotation_between(&vector![one, zero, zero], &vector![one, t, zero]);
        let n = num_quaternion::UnitQuaternion::from_two_vectors(&[one, zero, zero], &[one, t, zero]);
        let c = quaternion_core::rotate_a_to_b_shortest([one, zero, zero], [one, t, zero]).expect("not zero");
        [q.expect("not opposite").k, n.into_quaternion().z, c.1[2]]
    }
    // sin of half the angle, whose tangent is t: cos(θ/2)/2·θ′, θ′ = 1/(1 + t²)
    for code in 0..3 {
        for t in [0.3, 0.0] {
            let expected = (f64::atan(t) / 2.0).cos() / 2.0 / (1.0 + t * t);
            eprintln!(
                "between {code} at {t}: {} of {expected}, second {}",
                derivative(|t| between(t)[code], t),
                derivative(|t| derivative(|t| between(t)[code], t), t)
            );
        }
    }
}

/// `check` finds what is lost, if it is asked at the point; the drivers on the tape lose the same.
#[test]
fn a_check_at_the_identity() {
    fn moved<S: RealField + Float>(w: &[S]) -> S {
        (Rotation3::new(Vector3::new(w[0], w[1], w[2])) * Vector3::from(P).map(S::of)).x
    }
    let zero = vector![0.0, 0.0, 0.0];
    assert_eq!(grad(|w: &Vector3<Var>| moved(w.as_slice()), &zero), zero); // instead of [0, 3, −2]
    check::gradient(moved::<Var>, &[0.1, 0.2, 0.3]).assert();
    assert!(!check::gradient(moved::<Var>, &[0.0, 0.0, 0.0]).passed());
}
