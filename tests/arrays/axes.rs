//! A reduction along an axis is that of each lane, with the same slopes, also where elements tie, are equal or are zero.

use backprop::{NodeArray, NodeArray1};
use ndarray::{Array2, Axis, arr1, array};

#[track_caller]
fn same(name: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-14 * expected.abs().max(1.0), "{name}: {found:e}, of the lane {expected:e}");
}

#[test]
fn a_reduction_along_an_axis_is_that_of_each_lane() {
    let matrices: [Array2<f64>; 3] = [
        array![[1.0, -2.0, 3.5], [0.5, 4.0, -1.0]],
        array![[0.0, 0.0, 2.0], [3.0, 3.0, -3.0]],
        array![[0.0, 0.0, 0.0], [1.5, 1.5, 1.5]],
    ];
    let weights = [2.7, -1.3];
    for matrix in &matrices {
        macro_rules! reductions { ($($whole:ident($($argument:expr)?) $along:ident() $keep:ident();)*) => { $(
            let (x, y) = (NodeArray::leaf(matrix.clone()), NodeArray::leaf(matrix.clone()));
            let (along, keep) = (x.$along(Axis(1), $($argument)?), y.$keep(Axis(1), $($argument)?));
            assert_eq!(keep.shape(), [2, 1]);
            (&along * arr1(&weights)).sum().backward();
            (&keep * array![[weights[0]], [weights[1]]]).sum().backward();
            for (k, weight) in weights.iter().enumerate() {
                let lane = NodeArray1::leaf(matrix.row(k).to_owned());
                let z = lane.$whole($($argument)?);
                (&z * *weight).backward();
                same(stringify!($along), along.value()[k], z.value());
                same(stringify!($keep), keep.value()[[k, 0]], z.value());
                for j in 0..3 {
                    same(stringify!($along), x.grad()[[k, j]], lane.grad()[j]);
                    same(stringify!($keep), y.grad()[[k, j]], lane.grad()[j]);
                }
            }
        )* } }
        reductions! {
            sum() sum_axis() sum_keep(); mean() mean_axis() mean_keep(); prod() prod_axis() prod_keep();
            max_all() max_axis() max_keep(); min_all() min_axis() min_keep(); var(1.0) var_axis() var_keep();
            std(1.0) std_axis() std_keep(); logsumexp() logsumexp_axis() logsumexp_keep(); norm() norm_axis() norm_keep();
            norm_l1() norm_l1_axis() norm_l1_keep(); norm_max() norm_max_axis() norm_max_keep();
        }
    }
}

#[test]
fn places_of_the_largest() {
    let x = NodeArray::leaf(array![[1.0, 7.0, f64::NAN], [7.0, f64::NEG_INFINITY, 7.0]]);
    assert_eq!(x.argmax(), (0, 1));
    assert_eq!(x.argmax_axis(Axis(0)), arr1(&[1, 0, 1]));
    assert_eq!(x.argmax_axis(Axis(1)), arr1(&[1, 0]));
}
