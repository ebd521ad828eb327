//! Kinks, ties, zeros, ends of the range: the written convention, the same in the sweep and in the graph of derivatives.

use backprop::{Node, NodeArray, NodeArray1, NodeArray2, gradients};
use ndarray::{Array1, Array2, ArrayD, Axis, arr1, arr2, array, s};

/// The gradient of a sum, by a sweep and by `gradients`, which agree.
#[track_caller]
fn slopes(x: &ArrayD<f64>, f: impl Fn(&NodeArray<f64, ndarray::IxDyn>) -> Node<f64>) -> Vec<f64> {
    let x = NodeArray::leaf(x.clone());
    let y = f(&x);
    y.backward();
    let (swept, node) = (x.grad(), gradients(&y, &x));
    for (a, b) in swept.iter().zip(&node.value()) {
        assert!(a == b || a.is_nan() && b.is_nan(), "a sweep says {a}, gradients {b}");
    }
    swept.iter().copied().collect()
}
fn vector(x: &[f64]) -> ArrayD<f64> {
    arr1(x).into_dyn()
}

#[test]
fn ties_share_equally() {
    let third = 1.0 / 3.0;
    assert_eq!(slopes(&vector(&[5.0, 1.0, 5.0, 5.0]), |x| x.max_all()), [third, 0.0, third, third]);
    assert_eq!(slopes(&vector(&[2.0, 1.0, 1.0]), |x| x.min_all()), [0.0, 0.5, 0.5]);
    assert_eq!(slopes(&vector(&[-3.0, 3.0, 1.0]), |x| x.norm_max()), [-0.5, 0.5, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, 0.0]), |x| x.norm_max()), [0.0, 0.0]);
    let rows = arr2(&[[1.0, 1.0], [0.0, 2.0]]).into_dyn();
    assert_eq!(slopes(&rows, |x| x.max_axis(Axis(1)).sum()), [0.5, 0.5, 0.0, 1.0]);
    // an average over the ties of each lane, not over all of the array (a bug seen elsewhere)
    let lanes = arr2(&[[4.0, 4.0, 4.0], [7.0, 1.0, 7.0]]).into_dyn();
    assert_eq!(slopes(&lanes, |x| x.max_axis(Axis(1)).sum()), [third, third, third, 0.5, 0.0, 0.5]);
    assert_eq!(slopes(&vector(&[1.0, 2.0]), |x| x.max(&array![1.0, 2.0]).sum()), [0.5, 0.5]);
    assert_eq!(slopes(&vector(&[1.0, f64::NAN, 0.5]), |x| x.max_all()), [1.0, 0.0, 0.0]);
}

/// Forward as backward, also where three tie: two by two, the last would get half.
#[test]
fn ties_share_equally_on_dual_numbers() {
    use backprop::Dual;
    let seeded = |k: usize| {
        NodeArray::leaf(Array1::from_iter(
            [5.0, 1.0, -5.0, 5.0].iter().enumerate().map(|(j, &x)| Dual::new(x, [f64::from(u8::from(j == k))])),
        ))
    };
    let third = 1.0 / 3.0;
    for (k, all, sizes) in [(0, 0.5, third), (1, 0.0, 0.0), (2, 0.0, -third), (3, 0.5, third)] {
        let x = seeded(k);
        assert_eq!((x.max_all().value().value(), *x.max_all().value().tangent(0)), (5.0, all));
        assert!((*x.norm_max().value().tangent(0) - sizes).abs() < 1e-16);
        assert!((*x.abs().max_axis(Axis(0)).value()[()].tangent(0) - sizes).abs() < 1e-16);
    }
}

#[test]
fn norms_at_the_ends_of_the_range() {
    let inf = f64::INFINITY;
    assert_eq!(slopes(&vector(&[inf, 1.0]), |x| x.norm()), [1.0, 0.0]);
    let half = slopes(&vector(&[-inf, 1.0, inf]), |x| x.norm());
    assert!((half[0] + 0.5_f64.sqrt()).abs() < 1e-15 && half[1] == 0.0);
    let large = slopes(&vector(&[1.5e308, 1.5e308]), |x| x.norm());
    assert!(large.iter().all(|g| (g - 0.5_f64.sqrt()).abs() < 1e-15), "{large:?}");
    let small = slopes(&vector(&[3e-320, 4e-320]), |x| x.norm());
    assert!((small[0] - 0.6).abs() < 1e-3 && (small[1] - 0.8).abs() < 1e-3);
    let rows = arr2(&[[inf, 1.0], [3.0, 4.0], [0.0, 0.0]]).into_dyn();
    assert_eq!(slopes(&rows, |x| x.norm_axis(Axis(1)).sum()), [1.0, 0.0, 0.6, 0.8, 0.0, 0.0]);
}

#[test]
fn products_with_zeros() {
    assert_eq!(slopes(&vector(&[2.0, 0.0, 3.0]), |x| x.prod()), [0.0, 6.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, 0.0, 3.0]), |x| x.prod()), [0.0, 0.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0]), |x| x.prod()), [1.0]);
    let rows = arr2(&[[2.0, 0.0], [0.0, 0.0], [2.0, 5.0]]).into_dyn();
    assert_eq!(slopes(&rows, |x| x.prod_axis(Axis(1)).sum()), [0.0, 2.0, 0.0, 0.0, 5.0, 2.0]);
    // the second derivative of a product of which two are zero: only ∂²/∂x∂y of these two is not
    let x = NodeArray::leaf(array![0.0, 0.0, 3.0]);
    let dx = gradients(&x.prod(), &x);
    assert_eq!(gradients(&dx.index(0), &x).value(), array![0.0, 3.0, 0.0]);
}

#[test]
fn norms_and_deviations_at_zero() {
    assert_eq!(slopes(&vector(&[0.0, 0.0]), |x| x.norm()), [0.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, -0.0, 2.0]), |x| x.norm_l1()), [0.0, 0.0, 1.0]);
    assert_eq!(slopes(&vector(&[3.0, 3.0, 3.0]), |x| x.std(0.0)), [0.0, 0.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, 0.0]), |x| (x * x).sum().sqrt()), [0.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, 4.0]), |x| (x * x).sqrt().sum()), [0.0, 1.0]);
    assert_eq!(
        slopes(&vector(&[3e200, 4e200]), |x| x.norm()).iter().map(|g| (g * 10.0).round()).collect::<Vec<_>>(),
        [6.0, 8.0]
    );
    let rows = arr2(&[[0.0, 0.0], [3.0, 4.0]]).into_dyn();
    assert_eq!(slopes(&rows, |x| x.norm_axis(Axis(1)).sum()), [0.0, 0.0, 0.6, 0.8]);
}

#[test]
fn softmax_and_its_kin_at_the_ends() {
    let low = f64::NEG_INFINITY;
    assert_eq!(slopes(&vector(&[low, low]), |x| x.logsumexp()), [0.0, 0.0]);
    assert_eq!(slopes(&vector(&[1000.0, -1000.0]), |x| x.logsumexp()), [1.0, 0.0]);
    assert_eq!(slopes(&vector(&[low, 2.0]), |x| x.logsumexp()), [0.0, 1.0]);
    assert_eq!(NodeArray1::<f64>::leaf(Array1::zeros(0)).logsumexp().value(), low);
}

#[test]
fn zero_times_anything_is_zero() {
    let inf = f64::INFINITY;
    assert_eq!(slopes(&vector(&[0.0, 4.0]), |x| (x.sqrt() * 0.0).sum()), [0.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0, 4.0]), |x| x.sqrt().sum()), [inf, 0.25]);
    assert_eq!(slopes(&vector(&[0.0, 1.0]), |x| x.ln().slice_from_one()), [0.0, 1.0]);
    assert!(slopes(&vector(&[-1.0]), |x| x.ln().sum())[0].is_nan());
    // the branch that is not taken passes nothing on, not even NaN
    let mask = array![false, true];
    assert_eq!(slopes(&vector(&[0.0, 4.0]), |x| x.sqrt().where_(&mask, x * 2.0).sum()), [2.0, 0.25]);
    assert_eq!(slopes(&vector(&[-1.0, 4.0]), |x| x.ln().where_(&mask, 0.0).sum()), [0.0, 0.25]);
}
trait SliceFromOne {
    fn slice_from_one(&self) -> Node<f64>;
}
impl SliceFromOne for NodeArray<f64, ndarray::IxDyn> {
    fn slice_from_one(&self) -> Node<f64> {
        self.clone().into_dimensionality::<ndarray::Ix1>().expect("a vector").slice(s![1..]).sum()
    }
}

#[test]
fn kinks() {
    assert_eq!(slopes(&vector(&[0.0, -0.0, -1.0, 2.0]), |x| x.abs().sum()), [0.0, 0.0, -1.0, 1.0]);
    assert_eq!(slopes(&vector(&[0.0, -1.0, 2.0]), |x| x.relu().sum()), [0.0, 0.0, 1.0]);
    assert_eq!(slopes(&vector(&[0.0, 0.5, 1.0]), |x| x.clamp(0.0, 1.0).sum()), [0.0, 1.0, 0.0]);
    assert_eq!(slopes(&vector(&[0.0]), |x| x.hypot(0.0).sum()), [0.0]);
    assert_eq!(slopes(&vector(&[0.0]), |x| x.atan2(0.0).sum()), [0.0]);
    assert_eq!(slopes(&vector(&[0.0, 0.0]), |x| x.powi(1).sum() + x.powi(0).sum()), [1.0, 1.0]);
    assert_eq!(slopes(&vector(&[0.0]), |x| x.powf(1.0).sum()), [1.0]);
}

#[test]
fn places_named_twice() {
    let x = NodeArray::leaf(array![[1.0, 2.0], [3.0, 4.0]]);
    let y = x.select(Axis(0), &[1, 1, 0, 1]);
    y.backward_with(&array![[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]);
    assert_eq!(x.grad(), array![[3.0, 30.0], [7.0, 70.0]]);
}

/// An update in place must not reach what another gradient has still to read (a bug seen elsewhere).
#[test]
fn an_update_does_not_reach_older_values() {
    let (w, x) = (NodeArray::leaf(array![1.0, 2.0]), NodeArray::leaf(array![3.0, 4.0]));
    let held = w.value();
    let sum = (&w + &x).square().sum(); // reads neither operand again
    w.update(|w, _| w.fill(7.0));
    sum.backward();
    assert_eq!((held.to_vec(), w.value().to_vec()), (vec![1.0, 2.0], vec![7.0, 7.0]));
    assert_eq!(x.grad(), array![8.0, 12.0]);
    // two gradients of one product, one leaf updated between the sweep and the reading
    let product = (&w * &x).sum();
    product.backward();
    let dw = w.grad();
    x.update(|x, grad| x.scaled_add(-1.0, grad));
    assert_eq!(dw, array![8.0 + 3.0, 12.0 + 4.0]);
}

#[test]
fn sweeps_add_and_start_anywhere() {
    let x = NodeArray::leaf(array![1.0, 2.0]);
    let y = x.square();
    let z = &y * 3.0;
    for turn in 1..=3 {
        z.backward_with(&array![1.0, -2.0]);
        assert_eq!(x.grad(), array![6.0, -24.0] * f64::from(turn));
        assert_eq!(y.grad(), array![3.0, -6.0]);
    }
    x.zero_grad();
    y.backward_with(&array![1.0, 1.0]);
    assert_eq!((x.grad(), z.grad()), (arr1(&[2.0, 4.0]).into_shared(), arr1(&[0.0, 0.0]).into_shared()));
    x.backward_with(&array![5.0, 5.0]); // on a leaf it adds the seed
    assert_eq!(x.grad(), array![7.0, 9.0]);
    let c = NodeArray2::constant(Array2::<f64>::ones((1, 1)));
    c.backward();
    assert_eq!(c.grad(), array![[0.0]]);
}
