//! Softmax, losses, dropout and many parameters at once: against finite differences, against the same computation in
//! scalar nodes, to the second order in both ways, at the ends of the range, and misused.

use super::{all_close as close, message};
use backprop::array::first_order;
use backprop::{
    Dropout, Dual, Error, Float, Node, NodeArray, NodeArray1, NodeArray2, NodeArrayD, Parameters, gradients, graph,
    logsumexp, no_grad, sum,
};
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2, ShapeBuilder, array, s};

/// Numbers without a pattern, between −2.7 and 2.7.
fn ugly(rows: usize, columns: usize, seed: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| 2.7 * (seed + 12.9898 * i as f64 + 78.233 * j as f64).sin())
}
fn of<T: Float>(x: &Array2<f64>) -> Array2<T> {
    x.mapv(T::of)
}

// ------------------------------------------------------------------------------------------------ the operations

/// What every operation is tried as: a number made of a matrix of logits, in arrays and in scalar nodes.
trait Program {
    fn arrays<T: Float>(&self, x: &NodeArray2<T>) -> Node<T>;
    fn scalars(&self, x: &[Vec<Node<f64>>]) -> Node<f64>;
}
struct Softmax(usize);
struct LogSoftmax(usize);
struct CrossEntropy;
struct Mse;

fn weights(shape: &[usize]) -> Array2<f64> {
    ugly(shape[0], shape[1], 0.5)
}
fn labels(shape: &[usize]) -> Vec<usize> {
    (0..shape[0]).map(|row| (5 * row + 1) % shape[1]).collect()
}
fn shape_of(x: &[Vec<Node<f64>>]) -> [usize; 2] {
    [x.len(), x[0].len()]
}
/// The lane that goes through an element.
fn lane(x: &[Vec<Node<f64>>], axis: usize, i: usize, j: usize) -> Vec<Node<f64>> {
    if axis == 1 { x[i].clone() } else { x.iter().map(|row| row[j].clone()).collect() }
}
fn each_element(x: &[Vec<Node<f64>>], f: impl Fn(usize, usize) -> Node<f64>) -> Node<f64> {
    let [rows, columns] = shape_of(x);
    sum(&(0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| f(i, j)).collect::<Vec<_>>())
}
impl Program for Softmax {
    fn arrays<T: Float>(&self, x: &NodeArray2<T>) -> Node<T> {
        (x.softmax(Axis(self.0)) * of::<T>(&weights(x.shape()))).sum()
    }
    fn scalars(&self, x: &[Vec<Node<f64>>]) -> Node<f64> {
        let w = weights(&shape_of(x));
        each_element(x, |i, j| (&x[i][j] - logsumexp(&lane(x, self.0, i, j))).exp() * w[[i, j]])
    }
}
impl Program for LogSoftmax {
    fn arrays<T: Float>(&self, x: &NodeArray2<T>) -> Node<T> {
        (x.log_softmax(Axis(self.0)) * of::<T>(&weights(x.shape()))).sum()
    }
    fn scalars(&self, x: &[Vec<Node<f64>>]) -> Node<f64> {
        let w = weights(&shape_of(x));
        each_element(x, |i, j| (&x[i][j] - logsumexp(&lane(x, self.0, i, j))) * w[[i, j]])
    }
}
impl Program for CrossEntropy {
    fn arrays<T: Float>(&self, x: &NodeArray2<T>) -> Node<T> {
        x.cross_entropy(&labels(x.shape())) * T::of(-2.7)
    }
    fn scalars(&self, x: &[Vec<Node<f64>>]) -> Node<f64> {
        let labels = labels(&shape_of(x));
        let rows: Vec<_> = x.iter().zip(labels).map(|(row, label)| logsumexp(row) - &row[label]).collect();
        sum(&rows) / rows.len() as f64 * -2.7
    }
}
impl Program for Mse {
    fn arrays<T: Float>(&self, x: &NodeArray2<T>) -> Node<T> {
        // both sides depend on x, and the loss is not quadratic in it
        x.powi(3).mse(x.sin() * of::<T>(&weights(x.shape()))) * T::of(1e-3)
    }
    fn scalars(&self, x: &[Vec<Node<f64>>]) -> Node<f64> {
        let ([rows, columns], w) = (shape_of(x), weights(&shape_of(x)));
        each_element(x, |i, j| (x[i][j].powi(3) - x[i][j].sin() * w[[i, j]]).square()) / (rows * columns) as f64 * 1e-3
    }
}

/// The same numbers, lying in memory in every way.
fn layouts(x: &Array2<f64>) -> Vec<Array2<f64>> {
    let (rows, columns) = x.dim();
    let mut fortran = Array2::zeros((rows, columns).f());
    fortran.assign(x);
    let mut reversed = Array2::zeros((rows, columns));
    reversed.assign(&x.slice(s![..;-1, ..;-1]));
    reversed.invert_axis(Axis(0));
    reversed.invert_axis(Axis(1));
    let mut sparse = Array2::from_elem((2 * rows, 3 * columns), f64::NAN);
    sparse.slice_mut(s![..;2, ..;3]).assign(x);
    vec![x.clone(), fortran, reversed, sparse.slice_move(s![..;2, ..;3])]
}

fn try_out(program: &impl Program) {
    for (rows, columns) in [(1, 1), (1, 4), (4, 1), (3, 5), (2, 2)] {
        let x = ugly(rows, columns, 0.1);
        let direction = ugly(rows, columns, 7.3);

        // in scalar nodes
        let leaves: Vec<Vec<Node<f64>>> = x.rows().into_iter().map(|row| row.mapv(Node::leaf).to_vec()).collect();
        let value = program.scalars(&leaves);
        let slopes: Vec<Vec<Node<f64>>> = gradients(&value, &leaves);
        let along = sum(&slopes.iter().flatten().zip(&direction).map(|(d, &v)| d * v).collect::<Vec<_>>());
        let second: Vec<Vec<Node<f64>>> = gradients(&along, &leaves);
        let matrix = |nodes: &[Vec<Node<f64>>]| Array2::from_shape_fn((rows, columns), |(i, j)| nodes[i][j].value());
        let (value, slopes, second) = (value.value(), matrix(&slopes), matrix(&second));

        // finite differences of the values
        let plain = |x: Array2<f64>| no_grad(|| program.arrays(&NodeArray::constant(x)).value());
        let h = 1e-5;
        let differences = Array2::from_shape_fn((rows, columns), |at| {
            let moved = |by: f64| {
                let mut x = x.clone();
                x[at] += by;
                plain(x)
            };
            (moved(h) - moved(-h)) / (2.0 * h)
        });
        close(&slopes, &differences, 1e-7);

        for lying in layouts(&x) {
            let leaf = NodeArray::leaf(lying);
            let y = program.arrays(&leaf);
            assert!((y.value() - value).abs() < 1e-13 * value.abs().max(1.0), "{} {value}", y.value());
            y.backward();
            close(&leaf.grad().into_owned(), &slopes, 1e-13);
            let dx = gradients(&y, &leaf);
            close(&dx.value().into_owned(), &slopes, 1e-13);
            let dxx = gradients(&(dx * &direction).sum(), &leaf);
            close(&dxx.value().into_owned(), &second, 1e-12);
            // the sweep of a graph of derivatives
            leaf.zero_grad();
            (gradients(&program.arrays(&leaf), &leaf) * &direction).sum().backward();
            close(&leaf.grad().into_owned(), &second, 1e-12);
        }

        // reverse over forward
        let mut dual = x.mapv(Dual::<f64>::constant);
        dual.zip_mut_with(&direction, |x, &v| *x = Dual::new(x.value(), [v]));
        let leaf = NodeArray::leaf(dual);
        program.arrays(&leaf).backward();
        close(&leaf.grad().mapv(|g| g.value()), &slopes, 1e-13);
        close(&leaf.grad().mapv(|g| g.derivative()), &second, 1e-12);

        // single precision
        let leaf = NodeArray::leaf(of::<f32>(&x));
        program.arrays(&leaf).backward();
        close(&leaf.grad().mapv(f64::from), &slopes, 2e-5);
    }
    assert_eq!(graph::stats().live_cells, 0);
}
#[test]
fn softmax() {
    try_out(&Softmax(0));
    try_out(&Softmax(1));
}
#[test]
fn log_softmax() {
    try_out(&LogSoftmax(0));
    try_out(&LogSoftmax(1));
}
#[test]
fn cross_entropy() {
    try_out(&CrossEntropy);
}
#[test]
fn mse() {
    try_out(&Mse);
}

/// A third derivative, by three gradients, against differences of the second.
#[test]
fn third_order() {
    let x = NodeArray1::leaf(array![0.3, -1.1, 0.8]).reshape((1, 3));
    let w = array![[1.3, -0.4, 2.1]];
    for program in
        [|x: &NodeArray2<f64>| x.cross_entropy(&[1]), |x: &NodeArray2<f64>| x.log_softmax(Axis(1)).square().sum()]
    {
        let second = |x: &NodeArray2<f64>| {
            let first = gradients(&program(x), x);
            gradients(&(first * &w).sum(), x)
        };
        let third = gradients(&(second(&x) * &w).sum(), &x).value().into_owned();
        let h = 1e-4;
        for j in 0..3 {
            let moved = |by: f64| {
                let mut at = x.value().into_owned();
                at[[0, j]] += by;
                (second(&NodeArray::leaf(at)) * &w).sum().value()
            };
            let difference = (moved(h) - moved(-h)) / (2.0 * h);
            assert!((third[[0, j]] - difference).abs() < 1e-7, "{third} {difference}");
        }
    }
}

/// As the table of the conventions says: softmax is the slope of logsumexp.
#[test]
fn the_ends_of_the_range() {
    const INF: f64 = f64::INFINITY;
    for (x, softmax) in [
        ([1000.0, 0.0, -1000.0], [1.0, 0.0, 0.0]),
        ([-INF, 0.0, -INF], [0.0, 1.0, 0.0]),
        ([-INF, -INF, -INF], [0.0, 0.0, 0.0]),
        ([INF, 0.0, INF], [0.5, 0.0, 0.5]),
        ([INF, -INF, 0.0], [1.0, 0.0, 0.0]),
    ] {
        let leaf = NodeArray1::leaf(Array1::from_iter(x));
        assert_eq!(leaf.softmax(Axis(0)).value().to_vec(), softmax);
        leaf.logsumexp().backward();
        assert_eq!(leaf.grad().to_vec(), softmax);
        let log = leaf.log_softmax(Axis(0)).value();
        for (log, share) in log.iter().zip(softmax) {
            assert!(*log == share.ln() || share == 0.0 && *log < -700.0, "{log} {share}");
        }
        // by the loss, for every label
        for label in 0..3 {
            leaf.zero_grad();
            let loss = leaf.reshape((1, 3)).cross_entropy(&[label]);
            assert_eq!(loss.value(), -log[label]);
            loss.backward();
            let wanted: Vec<f64> = (0..3).map(|k| softmax[k] - f64::from(u8::from(k == label))).collect();
            assert_eq!(leaf.grad().to_vec(), wanted, "{x:?} {label}");
        }
        // an infinite adjoint through a share of 0 brings nothing
        leaf.zero_grad();
        leaf.softmax(Axis(0)).backward_with(&array![1.0, -2.0, 3.0]);
        assert!(leaf.grad().iter().all(|g| g.is_finite()));
    }
    for at in 0..2 {
        let mut x = array![[0.0, INF]];
        x[[0, at]] = f64::NAN;
        let leaf = NodeArray::leaf(x);
        assert!(leaf.softmax(Axis(1)).value().iter().all(|x| x.is_nan()));
        assert!(leaf.log_softmax(Axis(1)).value().iter().all(|x| x.is_nan()));
        let loss = leaf.cross_entropy(&[0]);
        loss.backward();
        assert!(loss.value().is_nan() && leaf.grad().iter().all(|x| x.is_nan()));
    }
    // lanes without elements
    let none = NodeArray::leaf(Array2::<f64>::zeros((2, 0)));
    assert_eq!(none.softmax(Axis(1)).shape(), [2, 0]);
    assert_eq!(none.log_softmax(Axis(0)).shape(), [2, 0]);
}

/// A sure model's loss and gradient keep all their digits.
#[test]
fn sure_models() {
    for sure in [40.0, 70.0, 300.0_f64] {
        let x = NodeArray::leaf(array![[0.0, sure, -1.0]]);
        let loss = x.cross_entropy(&[1]);
        loss.backward();
        // ln(1 + e^-sure + e^(-1-sure)), to the first order
        let wanted = (-sure).exp() + (-1.0 - sure).exp();
        assert!((loss.value() / wanted - 1.0).abs() < 1e-15, "{} {wanted}", loss.value());
        let wanted = array![[(-sure).exp(), -wanted, (-1.0 - sure).exp()]];
        assert!((&x.grad() / &wanted).iter().all(|ratio| (ratio - 1.0).abs() < 1e-14), "{} {wanted}", x.grad());
        assert_eq!(-x.log_softmax(Axis(1)).value()[[0, 1]], loss.value());
    }
}

/// What a backward pass does not need is not kept: not the logits, whose values may change before the sweep.
#[test]
fn logits_are_not_kept() {
    let n = 1000;
    let x = NodeArray::leaf(Array2::<f64>::zeros((n, 10)));
    let before = graph::stats().array_bytes;
    let loss = (-&x).cross_entropy(&vec![3; n]);
    // the slopes, and no more
    assert_eq!(graph::stats().array_bytes - before, n * 10 * 8);
    x.update(|value, _| value.fill(1.0));
    loss.backward();
    assert!((x.grad()[[0, 0]] + 0.1 / n as f64).abs() < 1e-18);
    let error = x.mse(&Array2::zeros((n, 10)));
    assert_eq!(error.value(), 1.0);
}

#[test]
fn labels_come_as_anything() {
    let x = NodeArray::constant(array![[1.0, 2.0], [3.0, 5.0]]);
    let wanted = x.cross_entropy(&[0, 1]).value();
    assert_eq!(x.cross_entropy(&vec![0, 1]).value(), wanted);
    assert_eq!(x.cross_entropy(&array![0, 1]).value(), wanted);
    assert_eq!(x.cross_entropy([7, 0, 1][1..].iter()).value(), wanted);
    assert!(x.cross_entropy(&[0, 1]).is_constant());
}

// ------------------------------------------------------------------------------------------------ dropout

#[test]
fn dropout_is_its_seed() {
    let x = NodeArray::leaf(ugly(40, 50, 0.2));
    let values = |dropout: &Dropout| dropout.apply(&x).value().into_owned();
    let (a, b, c) = (Dropout::new(0.3, 1), Dropout::new(0.3, 1), Dropout::new(0.3, 2));
    let first = values(&a);
    assert_eq!(first, values(&b));
    assert_ne!(first, values(&c));
    // other elements the next time, again the same ones for the same seed
    let second = values(&a);
    assert_ne!(first, second);
    assert_eq!(second, values(&b));
    // a clone goes on from where it was
    let copy = a.clone();
    assert_eq!(values(&a), values(&copy));
    // the same elements in every precision and layout
    let turned = NodeArray::leaf(x.value().t().to_owned().reversed_axes());
    assert_eq!(Dropout::new(0.3, 1).apply(&turned).value(), first);
    let single = Dropout::new(0.3, 1).apply(&NodeArray::leaf(x.value().mapv(|x| x as f32))).value();
    assert!(single.iter().zip(&first).all(|(a, b)| (*a == 0.0) == (*b == 0.0)));
    // kept or left out
    let kept = first.iter().filter(|&&y| y != 0.0).count();
    assert!((1300..1500).contains(&kept), "{kept} of 2000");
    for (y, x) in first.iter().zip(&x.value()) {
        assert!(*y == 0.0 || *y == x / (1.0 - 0.3));
    }
    // off, and a rate of 0
    a.switch(false);
    assert!(a.apply(&x).is_same(&x) && Dropout::new(0.0, 1).apply(&x).is_same(&x));
    a.switch(true);
    assert_eq!(values(&a), values(&copy));
    assert!(a.apply(&x.detach()).is_constant());
}
#[test]
fn dropout_passes_on_what_it_keeps() {
    let start = ugly(6, 7, 0.4);
    let f = |x: &NodeArray2<f64>| Dropout::new(0.5, 9).apply(&x.powi(3)).square().sum();
    let x = NodeArray::leaf(start.clone());
    f(&x).backward();
    let kept = Dropout::new(0.5, 9).apply(&NodeArray::constant(Array2::<f64>::ones((6, 7)))).value();
    let wanted = &start.mapv(|x| 6.0 * x.powi(5)) * &kept * &kept;
    close(&x.grad().into_owned(), &wanted, 1e-14);
    let dx = gradients(&f(&x), &x);
    let dxx = gradients(&dx.sum(), &x).value().into_owned();
    close(&dxx, &(&start.mapv(|x| 30.0 * x.powi(4)) * &kept * &kept), 1e-14);
    let leaf = NodeArray::leaf(start.mapv(Dual::<f64>::variable));
    Dropout::new(0.5, 9).apply(&leaf.powi(3)).square().sum().backward();
    close(&leaf.grad().mapv(|g| g.derivative()), &dxx, 1e-14);
    // what is left out has no influence, whatever it was
    let wild = NodeArray::leaf(Array1::from_elem(64, f64::NAN));
    let y = Dropout::new(0.5, 3).apply(&wild);
    assert!(y.value().iter().any(|&y| y == 0.0));
    y.sum().backward();
    assert!(wild.grad().iter().all(|&g| g == 0.0 || g == 2.0));
}

// ------------------------------------------------------------------------------------------------ parameters

struct Affine<T: Float> {
    w: NodeArray2<T>,
    b: NodeArray1<T>,
}
impl<T: Float> Parameters<T> for Affine<T> {
    fn each(&self, visit: &mut dyn FnMut(&NodeArrayD<T>)) {
        (&self.w, &self.b).each(visit);
    }
}
fn affine<T: Float>(rows: usize, columns: usize) -> Affine<T> {
    let (w, b) = (Array2::from_elem((rows, columns), T::of(0.5)), Array1::from_elem(columns, T::of(-0.25)));
    Affine { w: NodeArray::leaf(w), b: NodeArray::leaf(b) }
}

#[test]
fn parameters_of_everything() {
    let layers = vec![affine::<f64>(2, 3), affine(3, 1)];
    assert_eq!(layers.parameter_count(), 6 + 3 + 3 + 1);
    assert_eq!(layers[..].parameter_count(), 13);
    let more = (&layers, [affine::<f64>(1, 1), affine(1, 1)], Some(affine::<f64>(5, 5)), None::<Affine<f64>>);
    assert_eq!(more.parameter_count(), 13 + 4 + 30);
    let boxed: Vec<Box<dyn Parameters<f64>>> = vec![Box::new(affine(2, 2)), Box::new(NodeArray::leaf(array![1.0]))];
    assert_eq!(boxed.parameter_count(), 7);
    let mut shapes = Vec::new();
    (&boxed, &layers[1]).each(&mut |parameter| shapes.push(parameter.shape().to_vec()));
    assert_eq!(shapes, [vec![2, 2], vec![2], vec![1], vec![3, 1], vec![1]]);
    let single = affine::<f32>(2, 2);
    single.update_each(|_, value, _| value.fill(1.0));
    assert_eq!(single.w.value(), Array2::ones((2, 2)));

    // values, gradients and places
    let loss = |x: &NodeArray2<f64>| {
        let hidden = (x.dot(&layers[0].w) + &layers[0].b).tanh();
        (hidden.dot(&layers[1].w) + &layers[1].b).square().mean()
    };
    let x = NodeArray::constant(ugly(4, 2, 0.3));
    loss(&x).backward();
    let (w, dw) = (layers[1].w.value(), layers[1].w.grad());
    let mut places = Vec::new();
    layers.update_each(|k, value, grad| {
        places.push((k, value.shape().to_vec()));
        value.scaled_add(-0.1, grad);
    });
    assert_eq!(places, [(0, vec![2, 3]), (1, vec![3]), (2, vec![3, 1]), (3, vec![1])]);
    assert_eq!(layers[1].w.value(), &w - &(dw.into_owned() * 0.1));
    layers.zero_grad();
    layers.each(&mut |parameter| assert!(parameter.grad().iter().all(|&g| g == 0.0)));
}

/// Adam on a bowl, its moments in a Vec by place.
#[test]
fn optimizers_stand_beside() {
    let (x, y) = (NodeArray::leaf(array![3.0, -2.0]), NodeArray::leaf(array![[1.0], [5.0]]));
    let parameters = (&x, &y);
    let mut moments: Vec<[ArrayD<f64>; 2]> = Vec::new();
    for step in 1..=600 {
        parameters.zero_grad();
        ((&x - 1.0).square().sum() + ((&y + 2.0).square() * 3.0).sum()).backward();
        parameters.update_each(|k, value, grad| {
            if k == moments.len() {
                moments.push([grad.to_owned() * 0.0, grad.to_owned() * 0.0]);
            }
            let [m, v] = &mut moments[k];
            *m = &*m * 0.9 + grad * 0.1;
            *v = &*v * 0.99 + grad * grad * 0.01;
            let (a, b) = (1.0 - 0.9_f64.powi(step), 1.0 - 0.99_f64.powi(step));
            value.scaled_add(-0.05, &((&*m / a) / ((&*v / b).sqrt() + 1e-8)));
        });
    }
    assert_eq!(moments.len(), 2);
    close(&x.value().into_owned(), &array![1.0, 1.0], 1e-3);
    close(&y.value().into_owned(), &array![[-2.0], [-2.0]], 1e-3);
}

#[test]
fn a_shared_parameter_counts_once() {
    let w = NodeArray::leaf(array![1.0, 2.0]);
    let other = NodeArray::leaf(array![3.0]);
    // tied by a clone, and by a name; a leaf with the same values is another
    let tied = (&w, &other, w.clone(), w.clone().named("tied"), NodeArray::leaf(array![1.0, 2.0]));
    assert_eq!(tied.parameter_count(), 5);
    (&w * &w).sum().backward();
    let mut places = Vec::new();
    tied.update_each(|k, value, grad| {
        places.push((k, value.len()));
        value.scaled_add(-0.5, grad);
    });
    assert_eq!(places, [(0, 2), (1, 1), (2, 2)]);
    assert_eq!(w.value(), array![0.0, 0.0]);
    let mut visits = 0;
    tied.each(&mut |_| visits += 1);
    assert_eq!(visits, 5);
}

#[test]
fn a_parameter_that_is_no_leaf() {
    let w = NodeArray::leaf(array![1.0, 2.0]);
    let (frozen, inner) = (w.detach(), &w * 2.0);
    for wrong in [&frozen, &inner] {
        let parameters = (&w, wrong);
        assert_eq!(
            parameters.try_update_each(|_, value, _| value.fill(0.0)),
            Err(Error::NotALeaf { operation: "update_each" })
        );
        let said = message(|| parameters.update_each(|_, value, _| value.fill(0.0)));
        assert!(said.starts_with("update_each wants a leaf"), "{said}");
    }
    assert_eq!(w.value(), array![1.0, 2.0]);
    // a panic inside leaves every array in its place
    let v = NodeArray::leaf(array![5.0]);
    message(|| {
        (&w, &v).update_each(|k, value, _| {
            value.fill(9.0);
            assert!(k == 0, "the second");
        })
    });
    assert_eq!((w.value(), v.value()), (array![9.0, 9.0].into_shared(), array![9.0].into_shared()));
    (&w * &w).sum().backward();
    assert_eq!(w.grad(), array![18.0, 18.0]);
    // an operation swept after the update that has saved the old value
    let late = (&w * &w).sum();
    [&w].update_each(|_, value, _| value.fill(0.0));
    assert!(message(|| late.backward()).contains("update() has changed it since"));
}

// ------------------------------------------------------------------------------------------------ plain closures

#[test]
fn first_order_operations() {
    let (x, y) = (NodeArray::leaf(array![[1.0, 2.0]]), NodeArray::leaf(array![3.0]));
    let product = |parts: fn(f64) -> Vec<ArrayD<f64>>| {
        let value = array![[3.0, 6.0]];
        first_order("thrice", &[x.clone().into_dyn(), y.clone().into_dyn()], value, move |adjoint| parts(adjoint.sum()))
    };
    let good = product(|g| vec![array![[3.0 * g, 3.0 * g]].into_dyn(), array![3.0 * g].into_dyn()]);
    (&good * 2.0).sum().backward();
    assert_eq!((x.grad(), y.grad()), (array![[12.0, 12.0]].into_shared(), array![12.0].into_shared()));
    assert_eq!(good.operation().map(|operation| operation.to_string()).as_deref(), Some("thrice"));
    assert!(no_grad(|| product(|_| Vec::new())).is_constant());
    for (parts, says) in [
        (
            (|_| vec![array![[1.0, 1.0]].into_dyn()]) as fn(f64) -> Vec<ArrayD<f64>>,
            "the backward rule of \"thrice\" gave 1 adjoints, its operation has 2 operands",
        ),
        (
            |_| vec![array![[1.0, 1.0]].into_dyn(), array![[1.0]].into_dyn()],
            "the backward rule of \"thrice\" gave an adjoint of the shape [1, 1] for operand 1, which has the shape [1]",
        ),
    ] {
        assert_eq!(message(|| (product(parts).sum() + x.sum()).backward()), says);
    }
    assert!(message(|| gradients(&good.sum(), &x)).contains("\"thrice\" is an operation of first order"));
    assert_eq!((x.grad(), y.grad()), (array![[12.0, 12.0]].into_shared(), array![12.0].into_shared()));
}

// ------------------------------------------------------------------------------------------------ misuse

#[test]
fn misuse() {
    type Case = (&'static str, fn(&NodeArray2<f64>));
    let cases: [Case; 11] = [
        ("softmax wants each axis once and below 2, the number of axes, not axis 2", |x| drop(x.softmax(Axis(2)))),
        ("log_softmax wants each axis once and below 2, the number of axes, not axis 5", |x| {
            drop(x.log_softmax(Axis(5)))
        }),
        ("cross_entropy wants one label for each of 2 rows, not 3 labels", |x| drop(x.cross_entropy(&[0, 1, 2]))),
        ("cross_entropy wants one label for each of 2 rows, not 0 labels", |x| drop(x.cross_entropy(&[]))),
        ("cross_entropy wants indices below 3, not 3", |x| drop(x.cross_entropy(&[0, 3]))),
        ("cross_entropy wants at least one row and one class, not the shape [0, 3]", |x| {
            drop(x.slice(s![..0, ..]).cross_entropy(&[]))
        }),
        ("cross_entropy wants at least one row and one class, not the shape [2, 0]", |x| {
            drop(x.slice(s![.., ..0]).cross_entropy(&[0, 0]))
        }),
        ("mse cannot take arrays of the shapes [2, 3] and [1, 3] together", |x| drop(x.mse(&array![[1.0, 2.0, 3.0]]))),
        ("mse wants at least one element, not the shape [0, 3]", |x| {
            let none = x.slice(s![..0, ..]);
            drop(none.mse(&none))
        }),
        ("dropout wants a rate of at least 0 and below 1, not 1.0", |_| drop(Dropout::new(1.0, 0))),
        ("dropout wants a rate of at least 0 and below 1, not NaN", |_| drop(Dropout::new(f64::NAN, 0))),
    ];
    let x = NodeArray::<f64, Ix2>::leaf(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let kept = x.square().sum();
    for (says, does) in cases {
        assert_eq!(message(|| does(&x)), says);
        // as before
        x.zero_grad();
        kept.backward();
        assert_eq!(x.grad(), &x.value() * 2.0);
        x.cross_entropy(&[0, 2]).backward();
    }
    assert!(Dropout::try_new(-0.1, 0).is_err() && x.try_mse(&Array2::zeros((3, 2))).is_err());
}
