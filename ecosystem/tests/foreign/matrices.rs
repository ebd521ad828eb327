use super::{near, slopes};
use backprop::{Dual, check, grad};
use nalgebra::{DMatrix, Matrix3, Matrix4, RealField, matrix};

/// What was found right: values at first and second order, vectors at first.
type Right = [bool; 3];

/// Where the elements of a symmetric matrix stand that may vary.
const UPPER: [(usize, usize); 6] = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
fn symmetric<S: RealField + Copy>(x: &[S]) -> Matrix3<S> {
    Matrix3::new(x[0], x[1], x[2], x[1], x[3], x[4], x[2], x[4], x[5])
}

/// First and second derivative of an eigenvalue, and the first of the projector on its vector: closed forms, of which only
/// the eigenvectors are nalgebra's, in plain numbers.
fn perturbed(a: &DMatrix<f64>, value: f64, e: &DMatrix<f64>, f: &DMatrix<f64>) -> (f64, f64, DMatrix<f64>) {
    let eigen = a.clone().symmetric_eigen();
    assert!(
        (&eigen.eigenvectors * DMatrix::from_diagonal(&eigen.eigenvalues) * eigen.eigenvectors.transpose() - a).amax()
            < 1e-13
    );
    let column = |k: usize| eigen.eigenvectors.column(k).into_owned();
    let k = (0..a.nrows()).find(|&k| (eigen.eigenvalues[k] - value).abs() < 1e-12).expect("an eigenvalue");
    let v = column(k);
    let between = |w: &nalgebra::DVector<f64>, m: &DMatrix<f64>| w.dot(&(m * &v));
    let (mut second, mut projector) = (0.0, DMatrix::zeros(a.nrows(), a.nrows()));
    for j in (0..a.nrows()).filter(|&j| j != k) {
        let (w, gap) = (column(j), value - eigen.eigenvalues[j]);
        second += 2.0 * between(&w, e) * between(&w, f) / gap;
        let turn = &w * v.transpose() * (between(&w, e) / gap);
        projector += &turn + turn.transpose();
    }
    (between(&v, e), second, projector)
}

/// Eigenvalues from the largest to the smallest, with the projectors on their vectors, which have no sign to choose.
fn spectrum<S: RealField + Copy>(x: &[S]) -> Vec<S> {
    let eigen = symmetric(x).symmetric_eigen();
    let mut order = [0, 1, 2];
    order.sort_by(|&i, &j| eigen.eigenvalues[j].partial_cmp(&eigen.eigenvalues[i]).expect("numbers"));
    order
        .iter()
        .flat_map(|&k| {
            let v = eigen.eigenvectors.column(k).into_owned();
            let projector = v * v.transpose();
            std::iter::once(eigen.eigenvalues[k]).chain(UPPER.map(|at| projector[at])).collect::<Vec<_>>()
        })
        .collect()
}
fn eigen(at: [f64; 6]) -> Right {
    let a = symmetric(&at);
    let mut right = [true; 3];
    let dynamic = |m: Matrix3<f64>| DMatrix::from_iterator(3, 3, m.iter().copied());
    let direction =
        |i: usize| dynamic(symmetric::<f64>(&std::array::from_fn::<f64, 6, _>(|k| f64::from(u8::from(k == i)))));
    let values: Vec<f64> = spectrum(&at).chunks(7).map(|c| c[0]).collect();
    for i in 0..6 {
        for j in i..6 {
            let found = slopes(spectrum, &at, i, j);
            for (k, found) in found.chunks(7).enumerate() {
                let (first, second, projector) = perturbed(&dynamic(a), values[k], &direction(i), &direction(j));
                right[0] &= near(found[0][0], first, 1e-11);
                right[1] &= near(found[0][1], second, 1e-10);
                right[2] &= UPPER.iter().zip(&found[1..]).all(|(&at, found)| near(found[0], projector[at], 1e-10));
            }
        }
    }
    right
}

/// Singular values from the largest to the smallest, each with `u·vᵀ`.
fn singular<S: RealField + Copy>(x: &[S]) -> Vec<S> {
    let svd = Matrix3::from_row_slice(x).svd(true, true);
    let (u, vt) = (svd.u.expect("asked for"), svd.v_t.expect("asked for"));
    (0..3)
        .flat_map(|k| {
            let outer = u.column(k) * vt.row(k);
            std::iter::once(svd.singular_values[k])
                .chain(outer.transpose().iter().copied().collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .collect()
}
/// The symmetric matrix of twice the size whose eigenvalues are plus and minus the singular values, and whose eigenvectors
/// are `(u, v)/√2`.
fn doubled(a: &Matrix3<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(6, 6, |i, j| match (i < 3, j < 3) {
        (true, false) => a[(i, j - 3)],
        (false, true) => a[(j, i - 3)],
        _ => 0.0,
    })
}
fn svd(at: [f64; 9]) -> Right {
    let a = Matrix3::from_row_slice(&at);
    let mut right = [true; 3];
    let direction = |i: usize| {
        doubled(&Matrix3::from_row_slice(&std::array::from_fn::<f64, 9, _>(|k| f64::from(u8::from(k == i)))))
    };
    let values: Vec<f64> = singular(&at).chunks(10).map(|c| c[0]).collect();
    for i in 0..9 {
        for j in i..9 {
            let found = slopes(singular, &at, i, j);
            for (k, found) in found.chunks(10).enumerate() {
                let (first, second, projector) = perturbed(&doubled(&a), values[k], &direction(i), &direction(j));
                right[0] &= near(found[0][0], first, 1e-11);
                right[1] &= near(found[0][1], second, 1e-10);
                right[2] &= (0..9).all(|k| near(found[1 + k][0], 2.0 * projector[(k / 3, 3 + k % 3)], 1e-10));
            }
        }
    }
    right
}

#[test]
fn eigenvalues_and_vectors() {
    for (name, at) in [
        ("dense", [4.0, 1.0, 0.5, 3.0, -0.7, 1.0]),
        ("diagonal", [3.0, 0.0, 0.0, 2.0, 0.0, 1.0]),
        ("diagonal, other order", [1.0, 0.0, 0.0, 3.0, 0.0, 2.0]),
        ("block 2+1", [2.0, 1.0, 0.0, 2.5, 0.0, 5.0]),
        ("block 1+2", [5.0, 0.0, 0.0, 2.0, 1.0, 2.5]),
        ("block outer", [2.0, 0.0, 1.0, 5.0, 0.0, 2.5]),
        ("block equal diagonal", [2.0, 1.0, 0.0, 2.0, 0.0, 5.0]),
        ("permutation", [0.0, 2.0, 0.0, 0.0, 0.0, 1.0]),
        ("permutation outer", [0.0, 0.0, 2.0, 1.0, 0.0, 0.0]),
        ("permutation low", [1.0, 0.0, 0.0, 0.0, 2.0, 0.0]),
        ("tridiagonal", [4.0, 1.0, 0.0, 3.0, -0.7, 1.0]),
        ("one zero", [4.0, 0.0, 0.5, 3.0, -0.7, 1.0]),
    ] {
        eprintln!("eigen of {name}: {:?}", eigen(at));
    }
}

#[test]
fn singular_values_and_vectors() {
    for (name, at) in [
        ("dense", [4.0, 1.0, 0.5, -0.3, 3.0, -0.7, 0.2, 0.9, 1.0]),
        ("diagonal", [3.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0]),
        ("diagonal, other order", [1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0]),
        ("block 2+1", [2.0, 1.0, 0.0, 0.5, 3.0, 0.0, 0.0, 0.0, 1.0]),
        ("block 1+2", [1.0, 0.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.5, 3.0]),
        ("permutation", [0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 1.0, 0.0, 0.0]),
        ("permutation of two", [0.0, 2.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        ("upper triangle", [4.0, 1.0, 0.5, 0.0, 3.0, -0.7, 0.0, 0.0, 1.0]),
        ("lower triangle", [4.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.5, -0.7, 1.0]),
        ("bidiagonal", [4.0, 1.0, 0.0, 0.0, 3.0, -0.7, 0.0, 0.0, 1.0]),
        ("one zero", [4.0, 1.0, 0.5, -0.3, 3.0, 0.0, 0.2, 0.9, 1.0]),
    ] {
        eprintln!("svd of {name}: {:?}", svd(at));
    }
}

/// The derivative of a determinant is the adjugate's transpose, of singular matrices too.
#[test]
fn determinants() {
    use backprop::Var;
    let rank_two = matrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0; 7.0, 8.0, 9.0];
    let rank_one = matrix![1.0, 2.0, 3.0; 2.0, 4.0, 6.0; 3.0, 6.0, 9.0];
    for (name, a) in [
        ("two", rank_two),
        ("one", rank_one),
        ("zero", Matrix3::zeros()),
        ("diag", Matrix3::from_diagonal(&nalgebra::vector![2.0, 0.0, 3.0])),
    ] {
        eprintln!(
            "{name} determinant {} lu {}",
            grad(|a: &Matrix3<Var>| a.determinant(), &a),
            grad(|a: &Matrix3<Var>| a.lu().determinant(), &a)
        );
    }
    let a = Matrix4::from_diagonal(&nalgebra::vector![2.0, 0.0, 3.0, 5.0]);
    eprintln!(
        "4 determinant {} lu {}",
        grad(|a: &Matrix4<Var>| a.determinant(), &a),
        grad(|a: &Matrix4<Var>| a.lu().determinant(), &a)
    );
    let a = DMatrix::from_diagonal(&nalgebra::dvector![2.0, 0.0, 3.0, 5.0, 7.0]);
    eprintln!("5 determinant {}", grad(|a: &DMatrix<Var>| a.determinant(), &a));
    let a = DMatrix::from_fn(5, 5, |i, j| (5 * i + j) as f64 + if i == j && i < 3 { 1.0 } else { 0.0 });
    eprintln!("5 determinant {} {}", a.determinant(), grad(|a: &DMatrix<Var>| a.determinant(), &a));
}

/// `check` finds what is lost, if it is asked at the point.
#[test]
fn a_check_at_a_diagonal_matrix() {
    fn entry<S: RealField + Copy>(x: &[S]) -> S {
        spectrum(x)[2]
    }
    check::gradient(entry::<Dual>, &[3.0, 0.1, 0.2, 2.0, -0.1, 1.0]).assert();
    let report = check::gradient(entry::<Dual>, &[3.0, 0.0, 0.0, 2.0, 0.0, 1.0]);
    eprintln!("{report}");
}
