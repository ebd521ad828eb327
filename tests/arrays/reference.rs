//! Array programs against PyTorch and JAX, which agree on them to 1e-10 (`tests/reference/arrays.py`): values, gradients by
//! a sweep and by `gradients`, products of the Hessian with a direction.

#![allow(clippy::reversed_empty_ranges, reason = "s![1..-1] counts from the end")]
#![allow(clippy::needless_borrows_for_generic_args, reason = "the forms that users write")]

use backprop::array::{concatenate, stack};
use backprop::{Node, NodeArray, NodeArray1, NodeArray2, NodeArray3, NodeArrayD, gradients};
use ndarray::{Array2, ArrayD, Axis, Dimension, Ix1, Ix2, Ix3, IxDyn, array, s};
use std::collections::BTreeMap;

type X = [NodeArrayD<f64>];
type F = fn(&X) -> Node<f64>;

fn v(x: &NodeArrayD<f64>) -> NodeArray1<f64> {
    x.clone().into_dimensionality::<Ix1>().expect("a vector")
}
fn m(x: &NodeArrayD<f64>) -> NodeArray2<f64> {
    x.clone().into_dimensionality::<Ix2>().expect("a matrix")
}
fn t(x: &NodeArrayD<f64>) -> NodeArray3<f64> {
    x.clone().into_dimensionality::<Ix3>().expect("three axes")
}
/// The inputs of `data` in the generator.
fn data(shape: &[usize], start: f64) -> ArrayD<f64> {
    let mut k = -1.0;
    ArrayD::from_shape_fn(IxDyn(shape), |_| {
        k += 1.0;
        (1.7 * k + 0.61 * k * k + start).sin()
    })
}
fn sum_of_squares<D: Dimension>(x: &NodeArray<f64, D>) -> Node<f64> {
    x.square().sum()
}

/// A pair of each two of four rows.
const PAIRS: [&[usize]; 2] = [&[0, 0, 0, 1, 1, 2], &[1, 2, 3, 2, 3, 3]];

const PROGRAMS: &[(&str, F)] = &[
    ("mlp_loss", |x| ((m(&x[0]).dot(&m(&x[1])) + &v(&x[2])).tanh().dot(&m(&x[3]))).mse(&m(&x[4]))),
    ("logistic_regression", |x| {
        let z = m(&x[0]).dot(&v(&x[1]));
        (z.softplus() - &z * &v(&x[2])).mean()
    }),
    ("cross_entropy", |x| m(&x[0]).cross_entropy(&[2, 0, 1, 1])),
    ("attention", |x| {
        let scores = t(&x[0]).matmul(t(&x[1]).permute((0, 2, 1))) / 2.0;
        sum_of_squares(&scores.softmax(Axis(2)).matmul(&t(&x[2])))
    }),
    ("layer_norm", |x| {
        let x0 = m(&x[0]);
        let centred = &x0 - &x0.mean_keep(Axis(1));
        (centred / (x0.var_keep(Axis(1), 0.0) + 1e-5).sqrt() * v(&x[1]) + v(&x[2])).sin().sum()
    }),
    ("rbf_kernel", |x| {
        let apart = x[0].reshape((5, 1, 2)) - x[1].reshape((1, 4, 2));
        (apart.square().sum_axis(Axis(2)) / -1.5).exp().sum()
    }),
    ("springs", |x| {
        let x = m(&x[0]);
        let lengths = (x.slice(s![1.., ..]) - x.slice(s![..-1, ..])).norm_axis(Axis(1));
        (lengths - 1.0).square().sum() * 0.5
    }),
    ("lennard_jones", |x| {
        let x = m(&x[0]);
        let [a, b] = PAIRS.map(|places| x.select(Axis(0), places));
        let s = (a - b).square().sum_axis(Axis(1)).powi(-3);
        ((&s * &s - s) * 4.0).sum()
    }),
    ("gaussian_mixture", |x| {
        let z = (x[0].reshape((7, 1)) - v(&x[1])) / v(&x[2]).exp();
        (v(&x[3]).log_softmax(Axis(0)) - z.square() * 0.5 - v(&x[2])).logsumexp_axis(Axis(1)).sum()
    }),
    ("cumsum_loss", |x| sum_of_squares(&x[0].cumsum(Axis(1))) + x[0].cumsum(Axis(0)).sin().sum()),
    ("norms", |x| x[0].norm_axis(Axis(1)).sum() + x[0].norm_l1() + x[0].norm_max_axis(Axis(0)).sum()),
    ("strided_slices", |x| {
        let x = v(&x[0]);
        x.slice(s![1..8;3]).powi(3).sum() + (x.slice(s![..;-1]).slice(s![..4]) * x.slice(s![5..])).sin().sum()
    }),
    ("concatenation", |x| {
        let both = concatenate(Axis(0), &[&m(&x[0]), &m(&x[1]), &(m(&x[0]) * 2.0)]);
        (both.slice(s![1.., ..]) * both.slice(s![..-1, ..])).exp().sum()
    }),
    ("stacking", |x| {
        let (a, b) = (v(&x[0]), v(&x[1]));
        stack(Axis(1), &[&a, &b.sin(), &(&a * &b)]).dot(&stack(Axis(0), &[&b, &a, &a])).sum()
    }),
    ("gather_with_repeats", |x| (x[0].select(Axis(0), &[3, 0, 0, 1, 3, 3, 2]).square() * &x[1]).sum()),
    ("product_with_zeros", |x| (m(&x[0]).prod_axis(Axis(1)) * array![1.0, 2.0, 3.0]).sum()),
    ("max_of_rows", |x| {
        let a = m(&x[0]);
        ((&a * &a).max_axis(Axis(1)) * v(&x[1])).sum() + sum_of_squares(&a.max_axis(Axis(0)))
    }),
    ("elastic_net", |x| {
        let w = v(&x[1]);
        m(&x[0]).dot(&w).mse(&v(&x[2])) + w.norm_l1() * 0.1 + sum_of_squares(&w) * 0.05
    }),
    ("poisson_regression", |x| {
        let rate = m(&x[0]).dot(&v(&x[1]));
        (rate.exp() - v(&x[2]) * &rate).sum()
    }),
    ("student_t", |x| {
        let theta = v(&x[1]).to_nodes();
        let z = (v(&x[0]) - &theta[0]) * (-&theta[1]).exp();
        ((z.square() / 4.0).ln_1p() * 2.5).sum() + 8.0 * &theta[1]
    }),
    ("horner", |x| {
        let (c, x) = (v(&x[0]).to_nodes(), v(&x[1]));
        let y = x.map(|x| (0..4).rev().fold(c[4].clone(), |y, k| y * x + &c[k]));
        y.square().mean()
    }),
    ("huber", |x| {
        let r = v(&x[0]);
        let small = r.value().mapv(|r| r.abs() < 1.0);
        (r.square() * 0.5).where_(&small, r.abs() - 0.5).sum()
    }),
    ("cosine_similarity", |x| {
        let (a, b) = (m(&x[0]), m(&x[1]));
        ((&a * &b).sum_axis(Axis(1)) / (a.norm_axis(Axis(1)) * b.norm_axis(Axis(1)))).sum()
    }),
    ("bilinear_form", |x| v(&x[0]).dot(&m(&x[1])).dot(&v(&x[2])).sin()),
    ("trace_of_a_product", |x| m(&x[0]).dot(&m(&x[1])).diag().sum().square()),
    ("frobenius_norm", |x| m(&x[0]).norm() + m(&x[0]).t().dot(&m(&x[0])).norm()),
    ("rank_one_model", |x| sum_of_squares(&(v(&x[0]).outer(&v(&x[1])) - &m(&x[2])))),
    ("moving_average", |x| {
        let x = v(&x[0]);
        let smooth = (x.slice(s![..-2]) + x.slice(s![1..-1]) + x.slice(s![2..])) / 3.0;
        sum_of_squares(&(x.slice(s![1..-1]) - &smooth)) + smooth.exp().sum()
    }),
    ("softplus_sigmoid_net", |x| m(&x[0]).dot(&m(&x[1])).softplus().dot(&v(&x[2])).sigmoid().sum()),
    ("recurrent_net", |x| {
        let (inputs, w, u, mut h) = (m(&x[0]), m(&x[1]), m(&x[2]), v(&x[3]));
        let mut loss = Node::constant(0.0);
        for k in 0..5_usize {
            h = (w.dot(&inputs.slice(s![k, ..])) + u.dot(&h)).tanh();
            loss += sum_of_squares(&h);
        }
        loss
    }),
    ("lstm_cell", |x| {
        let (input, mut h, mut c, w, b) = (v(&x[0]), v(&x[1]), v(&x[2]), m(&x[3]), v(&x[4]));
        for _ in 0..2 {
            let gates = w.dot(&concatenate(Axis(0), &[&input, &h])) + &b;
            let [i, f, g, o] = [0, 2, 4, 6].map(|k| gates.slice(s![k..k + 2]));
            c = f.sigmoid() * &c + i.sigmoid() * g.tanh();
            h = o.sigmoid() * c.tanh();
        }
        h.dot(&c)
    }),
    ("convolution", |x| {
        let (image, k) = (m(&x[0]), m(&x[1]));
        let places = (0..2).flat_map(|i| (0..3).map(move |j| (i, j)));
        let parts = places.map(|(i, j)| image.slice(s![i..i + 4, j..j + 4]) * k.index((i, j)));
        sum_of_squares(&parts.reduce(|a, b| a + b).expect("six parts").relu())
    }),
    ("heat_equation", |x| {
        let (mut u, rate) = (v(&x[0]), v(&x[1]));
        for _ in 0..6 {
            let here = u.slice(s![1..-1]);
            let inner = &here + &rate * (u.slice(s![2..]) - 2.0 * &here + u.slice(s![..-2]));
            u = concatenate(Axis(0), &[&u.slice(s![..1]), &inner, &u.slice(s![-1..])]);
        }
        sum_of_squares(&u)
    }),
    ("reconstruction", |x| {
        let (x, w) = (m(&x[0]), m(&x[1]));
        (&x - x.dot(&w).dot(w.t())).square().mean()
    }),
    ("soft_minimum_of_distances", |x| -(-(m(&x[0]) - v(&x[1])).norm_axis(Axis(1))).logsumexp()),
    ("contraction_of_permuted_axes", |x| {
        let rows: NodeArray2<f64> = t(&x[0]).permute((1, 2, 0)).reshape((12, 2));
        let column: NodeArray1<f64> = m(&x[1]).permute((1, 0)).reshape(12);
        sum_of_squares(&rows.t().dot(&column))
    }),
    ("powers", |x| x[0].powf(&x[1]).sum() + x[0].powf(2.5).sum()),
    ("angles_and_lengths", |x| (x[1].atan2(&x[0]) * x[0].hypot(&x[1])).sum()),
    ("exponentials_near_zero", |x| x[0].map(|x| x.exp_m1() * (x * x).ln_1p()).sum()),
    ("standardised_columns", |x| {
        let x = m(&x[0]);
        let standard = (&x - x.mean_keep(Axis(0))) / x.std_keep(Axis(0), 1.0);
        (standard.tanh() * data(&[5, 3], 9.0).into_dimensionality::<Ix2>().expect("a matrix")).sum()
    }),
    ("power_iteration", |x| {
        let (a, mut x) = (m(&x[0]), v(&x[1]));
        for _ in 0..4 {
            x = a.dot(&x);
            x = &x / x.norm();
        }
        x.dot(a.dot(&x))
    }),
    ("clipped", |x| x[0].clamp(-1.0, 0.5).powi(3).sum() + (x[0].max(&x[0] * 0.3) * x[0].sin()).sum()),
    ("newton_schulz", |x| {
        let a = m(&x[0]) * 0.2 + Array2::eye(3);
        let mut y = a.t() * 0.9;
        for _ in 0..4 {
            y = y.dot(2.0 * Array2::<f64>::eye(3) - a.dot(&y));
        }
        sum_of_squares(&y.dot(&v(&x[1])))
    }),
    ("broadcasting_everywhere", |x| ((&x[0] * &x[1] - &x[2]).exp() / (1.0 + (&x[0] + &x[1]).square())).sum()),
];

/// What the two systems say of one program.
#[derive(Default)]
struct Known {
    inputs: Vec<ArrayD<f64>>,
    directions: Vec<ArrayD<f64>>,
    value: Vec<ArrayD<f64>>,
    gradients: Vec<ArrayD<f64>>,
    products: Vec<ArrayD<f64>>,
}
fn known() -> BTreeMap<String, Known> {
    let mut programs: BTreeMap<String, Known> = BTreeMap::new();
    let mut name = String::new();
    for line in include_str!("../reference/arrays.tsv").lines() {
        let mut cells = line.split('\t');
        let (kind, shape) = (cells.next().expect("a kind"), cells.next().expect("a shape"));
        if kind == "program" {
            name = shape.to_string();
            continue;
        }
        let shape: Vec<usize> =
            shape.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().expect("a length")).collect();
        let elements: Vec<f64> = cells.map(|x| x.parse().expect("a number")).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape), elements).expect("as many elements as the shape has");
        let program = programs.entry(name.clone()).or_default();
        match kind {
            "input" => program.inputs.push(array),
            "direction" => program.directions.push(array),
            "value" => program.value.push(array),
            "gradient" => program.gradients.push(array),
            "product" => program.products.push(array),
            other => panic!("{other:?} is no kind of line"),
        }
    }
    programs
}

#[test]
fn programs_are_what_two_other_systems_say() {
    let known = known();
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    let mut ours: Vec<&str> = PROGRAMS.iter().map(|(name, _)| *name).collect();
    ours.sort_unstable();
    assert_eq!(names, ours);
    let mut compared = 0;
    let mut worst = 0.0_f64;
    for (name, program) in PROGRAMS {
        let known = &known[*name];
        let x: Vec<NodeArrayD<f64>> = known.inputs.iter().cloned().map(NodeArrayD::leaf).collect();
        let y = program(&x);
        y.backward();
        let dx = gradients(&y, &x);
        let along = dx.iter().zip(&known.directions).map(|(dx, v)| (dx * v).sum()).sum::<Node<f64>>();
        let hv = gradients(&along, &x);
        let value = ArrayD::from_elem(IxDyn(&[]), y.value());
        let largest = known.gradients.iter().chain(&known.products).flatten().fold(1.0, |a: f64, x| a.max(x.abs()));
        let mut same = |what: &str, ours: ArrayD<f64>, theirs: &ArrayD<f64>| {
            assert_eq!(ours.shape(), theirs.shape(), "{name}: {what}");
            for (a, b) in ours.iter().zip(theirs) {
                let apart = (a - b).abs() / largest;
                assert!(apart <= 1e-10, "{name}: {what}: {a} and {b}");
                worst = worst.max(apart);
                compared += 1;
            }
        };
        same("the value", value, &known.value[0]);
        for k in 0..x.len() {
            same("the gradient by a sweep", x[k].grad().into_owned(), &known.gradients[k]);
            same("the gradient by gradients()", dx[k].value().into_owned(), &known.gradients[k]);
            same("the Hessian's product", hv[k].value().into_owned(), &known.products[k]);
        }
    }
    println!("{} programs, {compared} numbers, at most {worst:.1e} apart", PROGRAMS.len());
    assert!(PROGRAMS.len() >= 40 && compared > 2_000);
}
