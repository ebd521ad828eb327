//! Operations on large parts of arrays, which lie in memory in every way: the same as on copies of them, row by row.

use super::Ugly;
use backprop::{Node, NodeArray, NodeArray1, NodeArray3, array};
use ndarray::{Array1, Array3, Axis, Ix3, SliceInfo, SliceInfoElem};

type Leaf = NodeArray3<f64>;
type Info = SliceInfo<[SliceInfoElem; 3], Ix3, Ix3>;

/// A part of an array: some places of each axis, forwards or backwards, the axes in another order.
struct Lie {
    base: [usize; 3],
    info: Info,
    axes: [usize; 3],
}
impl Lie {
    /// Of which this shape results.
    fn random(ugly: &mut Ugly, shape: [usize; 3]) -> Self {
        let mut pick = |n: usize| (ugly.next() * n as f64) as usize;
        let axes = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][pick(6)];
        let (mut base, mut info) = ([0; 3], [SliceInfoElem::NewAxis; 3]);
        for (k, &axis) in axes.iter().enumerate() {
            let (n, step) = (shape[k], [1, 1, -1, 2, -2][pick(5)]);
            let (before, after) = (pick(3), pick(3));
            let span = (n - 1) * isize::unsigned_abs(step) + 1;
            base[axis] = before + span + after;
            let (start, end) = (before.cast_signed(), Some((before + span).cast_signed()));
            info[axis] = SliceInfoElem::Slice { start, end, step };
        }
        Lie { base, info: Info::try_from(info).unwrap(), axes }
    }
    fn part(&self, x: &Leaf) -> Leaf {
        x.slice(&self.info).permute(self.axes)
    }
    fn part_of_grad(&self, x: &Leaf) -> Array3<f64> {
        x.grad().slice(&self.info).permuted_axes(self.axes).as_standard_layout().into_owned()
    }
}

type Operation = (&'static str, fn(&Leaf, &Leaf) -> NodeArray1<f64>);
const OPERATIONS: &[Operation] = &[
    ("x + y", |x, y| (x + y).flatten()),
    ("x·y", |x, y| (x * y).flatten()),
    ("x² - y", |x, y| (x.square() - y).flatten()),
    ("sin", |x, _| x.sin().flatten()),
    ("zip_map", |x, y| array::zip_map([x, y], |[x, y]| x * y.sin() + x).flatten()),
    ("a column for all", |x, y| (x * y.sum_keep(Axis(2))).flatten()),
    ("a row for all", |x, y| (x * y.sum_keep(Axis(0)).sum_keep(Axis(1))).flatten()),
    ("a middle for all", |x, y| (x * y.max_keep(Axis(1))).flatten()),
    ("where", |x, y| {
        let mask = y.value().mapv(|y| y > 0.0);
        x.where_(&mask, y).flatten()
    }),
    ("flatten", |x, _| x.flatten().square()),
    ("sum", |x, _| one(x.square().sum())),
    ("sum_axis(0)", |x, _| x.sum_axis(Axis(0)).square().flatten()),
    ("sum_axis(1)", |x, _| x.sum_axis(Axis(1)).square().flatten()),
    ("sum_axis(2)", |x, _| x.sum_axis(Axis(2)).square().flatten()),
    ("mean of two axes", |x, _| x.mean_axis(Axis(0)).mean_axis(Axis(1)).square().flatten()),
    ("max_axis(0)", |x, _| x.max_axis(Axis(0)).flatten()),
    ("min_axis(1)", |x, _| x.min_axis(Axis(1)).flatten()),
    ("max_axis(2)", |x, _| x.max_axis(Axis(2)).flatten()),
    ("var", |x, _| x.var_axis(Axis(1), 1.0).flatten()),
    ("logsumexp", |x, _| x.logsumexp_axis(Axis(0)).flatten()),
    ("norm", |x, _| x.norm_axis(Axis(1)).flatten()),
    ("prod", |x, _| x.prod_axis(Axis(0)).flatten()),
    ("softmax(0)", |x, y| (x.softmax(Axis(0)) * y).flatten()),
    ("softmax(1)", |x, y| (x.softmax(Axis(1)) * y).flatten()),
    ("softmax(2)", |x, y| (x.softmax(Axis(2)) * y).flatten()),
    ("log_softmax", |x, y| (x.log_softmax(Axis(1)) * y).flatten()),
    ("cumsum", |x, y| (x.cumsum(Axis(1)) * y).flatten()),
    ("select", |x, _| x.select(Axis(0), &[1, 0, 1, 1]).square().flatten()),
    ("select in the middle", |x, _| x.select(Axis(1), &[2, 0, 2]).square().flatten()),
    ("select at the end", |x, _| x.select(Axis(2), &[1, 1, 0]).square().flatten()),
    ("concatenate(0)", |x, y| array::concatenate(Axis(0), &[x, y]).square().flatten()),
    ("concatenate(1)", |x, y| array::concatenate(Axis(1), &[x, y]).square().flatten()),
    ("concatenate(2)", |x, y| array::concatenate(Axis(2), &[x, y, x]).square().flatten()),
    ("stack", |x, y| array::stack(Axis(1), &[x, y]).square().flatten()),
    ("matmul", |x, y| x.matmul(y.permute((0, 2, 1))).flatten()),
    ("mse", |x, y| one(x.mse(y))),
];
fn one(x: Node<f64>) -> NodeArray1<f64> {
    NodeArray1::from_nodes(&[x])
}

/// The largest difference, over the largest number.
fn apart<'a>(x: impl IntoIterator<Item = &'a f64>, y: impl IntoIterator<Item = &'a f64>) -> f64 {
    let (x, y): (Vec<f64>, Vec<f64>) = (x.into_iter().copied().collect(), y.into_iter().copied().collect());
    assert_eq!(x.len(), y.len());
    let largest = x.iter().fold(1e-300_f64, |largest, x| largest.max(x.abs()));
    x.iter().zip(&y).fold(0.0, |apart: f64, (x, y)| apart.max((x - y).abs())) / largest
}

#[test]
fn large_parts_are_what_their_copies_are() {
    let mut ugly = Ugly::new(71);
    let shapes = [
        [3, 7, 70],
        [4, 66, 5],
        [70, 3, 4],
        [2, 100, 90],
        [3, 3, 3],
        [2, 3, 2],
        [2, 3, 2100],
        [2100, 3, 2],
        [65, 64, 2],
    ];
    for shape in shapes {
        for (name, operation) in OPERATIONS {
            let lies = [(); 2].map(|()| Lie::random(&mut ugly, shape));
            let leaves = lies.each_ref().map(|lie| {
                let base = ugly.array(&lie.base, -2.0, 2.0);
                NodeArray::leaf(base.into_dimensionality::<Ix3>().unwrap())
            });
            let parts = [0, 1].map(|k| lies[k].part(&leaves[k]));
            let copies = parts.each_ref().map(|part| {
                let copy = part.value().as_standard_layout().into_owned();
                NodeArray::leaf(copy)
            });
            let (result, wanted) = (operation(&parts[0], &parts[1]), operation(&copies[0], &copies[1]));
            assert!(apart(&wanted.value(), &result.value()) < 1e-13, "{name} of {shape:?}");
            let weights = NodeArray::constant(Array1::from_shape_fn(result.len(), |k| ((k * 7) as f64).cos() + 0.1));
            (result * &weights).sum().backward();
            (wanted * &weights).sum().backward();
            for k in 0..2 {
                let (grad, wanted) = (lies[k].part_of_grad(&leaves[k]), copies[k].grad());
                assert!(apart(&wanted, &grad) < 1e-12, "the slope of {name} of {shape:?} by operand {k}");
                // nothing flows beside the part
                let total = |x: &mut dyn Iterator<Item = &f64>| x.filter(|&&g| g != 0.0).count();
                assert_eq!(total(&mut leaves[k].grad().iter()), total(&mut grad.iter()), "{name} of {shape:?}");
            }
        }
    }
}

/// Axes of one place and of none, whatever strides they have.
#[test]
fn short_axes() {
    let mut ugly = Ugly::new(72);
    let operations: [Operation; 12] = [
        ("x·y", |x, y| (x * y).flatten()),
        ("x + a sum", |x, y| (x + y.sum_keep(Axis(0))).flatten()),
        ("x·a sum", |x, y| (x * y.sum_keep(Axis(2))).flatten()),
        ("sum", |x, _| one(x.sum())),
        ("sum_axis(0)", |x, _| x.sum_axis(Axis(0)).flatten()),
        ("sum_axis(1)", |x, _| x.sum_axis(Axis(1)).flatten()),
        ("sum_axis(2)", |x, _| x.sum_axis(Axis(2)).flatten()),
        ("softmax", |x, y| (x.softmax(Axis(1)) * y).flatten()),
        ("logsumexp", |x, _| x.logsumexp_axis(Axis(0)).exp().flatten()),
        ("prod", |x, _| x.prod_axis(Axis(2)).flatten()),
        ("concatenate", |x, y| array::concatenate(Axis(1), &[x, y]).flatten()),
        ("cumsum", |x, y| (x.cumsum(Axis(0)) * y).flatten()),
    ];
    for shape in
        [[1, 1, 1], [1, 1, 70], [1, 70, 1], [70, 1, 1], [1, 3, 100], [100, 1, 3], [0, 3, 2], [3, 0, 2], [3, 2, 0]]
    {
        for (name, operation) in operations {
            for axes in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut turned = [0; 3];
                axes.iter().zip(shape).for_each(|(&axis, n)| turned[axis] = n);
                let leaves = [(); 2].map(|()| {
                    let base = ugly.array(&turned, -2.0, 2.0).into_dimensionality::<Ix3>().unwrap();
                    NodeArray::leaf(base)
                });
                let backwards = |x: &Leaf| x.slice(ndarray::s![..;-1, ..;-1, ..]).permute(axes);
                let parts = leaves.each_ref().map(backwards);
                let copies = parts.each_ref().map(|x| NodeArray::leaf(x.value().as_standard_layout().into_owned()));
                let (result, wanted) = (operation(&parts[0], &parts[1]), operation(&copies[0], &copies[1]));
                assert_eq!(result.shape(), wanted.shape(), "{name} of {shape:?}");
                assert!(apart(&wanted.value(), &result.value()) < 1e-14, "{name} of {shape:?}");
                result.sum().backward();
                wanted.sum().backward();
                for (leaf, copy) in leaves.iter().zip(&copies) {
                    let grad = backwards(&NodeArray::constant(leaf.grad()));
                    assert!(apart(&copy.grad(), &grad.value()) < 1e-14, "the slope of {name} of {shape:?}");
                }
            }
        }
    }
}

/// `(2 + log₂ n)` ulp of the sum of the magnitudes.
#[test]
fn sums_are_made_by_halves() {
    let n = 1 << 18;
    let x = NodeArray::leaf(Array1::from_elem(n, 0.1_f32));
    let all = f64::from(0.1_f32) * n as f64;
    let near = |what: &str, found: f32, wanted: f64| {
        let bound = (2.0 + (n as f64).log2()) * f64::from(f32::EPSILON) * wanted;
        assert!((f64::from(found) - wanted).abs() <= bound, "{what}: {found} and not {wanted}");
    };
    near("sum", x.sum().value(), all);
    near("mean", x.mean().value(), 0.1_f32.into());
    near("dot", x.dot(&x).value(), all * f64::from(0.1_f32));
    near("norm", x.norm().value(), (all * f64::from(0.1_f32)).sqrt());
    near("logsumexp", x.logsumexp().value(), f64::from(0.1_f32) + (n as f64).ln());
    near("backwards", x.slice(ndarray::s![..;-1]).sum().value(), all);
    let square = x.reshape((512, n / 512));
    near("rows", square.sum_axis(Axis(0)).sum().value(), all);
    near("columns", square.sum_axis(Axis(1)).sum().value(), all);
    near("of the transpose", square.t().sum_axis(Axis(0)).sum().value(), all);
    let narrow = x.reshape((n / 2, 2));
    near("narrow", narrow.sum_axis(Axis(0)).value()[0], all / 2.0);
    near("a slice", backprop::sum(x.value().as_slice().unwrap()), all);
    // what flows back to what was broadcast, captured or used for all
    let (scale, bias) = (Node::leaf(1.0_f32), NodeArray::leaf(Array1::from_elem(2, 0.0_f32)));
    (x.map(|x| x * &scale).sum() + (&narrow * 0.5 + &bias).sum()).backward();
    near("a captured number", scale.grad(), all);
    near("a bias", bias.grad()[0], n as f64 / 2.0);
}
