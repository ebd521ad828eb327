//! Layers on numbers and on ndarrays: the chapter's form and numbers, gradients in the shape of each input, in a graph
//! beside operators, against finite differences and the graph's own operations, and misused.

use super::{all_close as close, message};
use backprop::layer::{
    self, AddLayer, AffineLayer, Layer, MulLayer, OneInput, ReluLayer, Shared, SigmoidLayer, SoftmaxWithLossLayer,
    Targets, apply, apply_one,
};
use backprop::{Dual, Elementary, Node, NodeArray, NodeArray1, NodeArray2, gradients, graph, no_grad};
use ndarray::{Array, Array0, Array1, Array2, ArrayD, Axis, DimMax, Dimension, IxDyn, ShapeBuilder, arr0, array};

fn ugly<Sh: ShapeBuilder>(shape: Sh, seed: f64) -> Array<f64, Sh::Dim> {
    let mut k = seed;
    Array::from_shape_simple_fn(shape, || {
        k += 12.9898;
        2.7 * (k * k).sin()
    })
}

// ------------------------------------------------------------------------------------------------ the chapter's numbers

/// Apples and oranges, with what flows in any form that a number has: as a function of how to make one.
macro_rules! fruit {
    ($one:expr, $number:expr) => {{
        let (one, number) = ($one, $number);
        let (mut apples, mut oranges, all, mut taxed) =
            (MulLayer::new(), MulLayer::new(), AddLayer::new(), MulLayer::new());
        let apples_price = apples.forward(one(100.0), one(2.0));
        let oranges_price = oranges.forward(one(150.0), one(3.0));
        let goods = all.forward(apples_price, oranges_price);
        let total = taxed.forward(goods, one(1.1));
        let (d_goods, d_tax) = taxed.backward(one(1.0));
        let (d_apples, d_oranges) = all.backward(d_goods);
        let (d_orange, d_oranges_number) = oranges.backward(d_oranges);
        let (d_apple, d_apples_number) = apples.backward(d_apples);
        assert_eq!(number(total), 715.0000000000001);
        assert_eq!(
            [d_apples_number, d_apple, d_orange, d_oranges_number, d_tax].map(number),
            [110.00000000000001, 2.2, 3.3000000000000003, 165.0, 650.0]
        );
    }};
}
#[test]
fn the_chapters_numbers_hold_in_every_form() {
    fruit!(|x: f64| x, |x: f64| x);
    fruit!(Dual::<f64>::variable, |x: Dual| x.value());
    fruit!(Node::leaf, |x: Node<f64>| x.value());
    fruit!(arr0, |x: Array0<f64>| x[()]);
    fruit!(|x| array![x], |x: Array1<f64>| x[0]);
    fruit!(|x| array![[x]], |x: Array2<f64>| x[[0, 0]]);
    fruit!(|x| ArrayD::from_elem(IxDyn(&[1, 1, 1]), x), |x: ArrayD<f64>| x[[0, 0, 0]]);
    fruit!(|x| array![Node::leaf(x)], |x: Array1<Node<f64>>| x[0].value());
    fruit!(|x| array![Dual::<f64>::variable(x)], |x: Array1<Dual>| x[0].value());
}
/// All fruit at once: prices and numbers are arrays, the tax is a number.
#[test]
fn the_chapters_numbers_hold_in_vectors() {
    let (mut goods, mut taxed) = (MulLayer::new(), MulLayer::new());
    let prices = goods.forward(array![100.0, 150.0], array![2.0, 3.0]);
    let total = taxed.forward(prices, 1.1);
    assert_eq!(total, array![220.00000000000003, 495.00000000000006]);
    let (d_prices, d_tax): (Array1<f64>, f64) = taxed.backward(array![1.0, 1.0]);
    assert_eq!((d_prices.clone(), d_tax), (array![1.1, 1.1], 650.0));
    let (d_price, d_number) = goods.backward(d_prices);
    assert_eq!((d_price, d_number), (array![2.2, 3.3000000000000003], array![110.00000000000001, 165.0]));
    // the number on the left
    let mut taxed = MulLayer::new();
    assert_eq!(taxed.forward(2.0, array![[1.0, 2.0]]), array![[2.0, 4.0]]);
    assert_eq!(taxed.backward(array![[10.0, 1.0]]), (12.0, array![[20.0, 2.0]]));
}
/// In a graph, bit for bit, by numbers, by arrays of one element, and by both.
#[test]
fn the_chapters_numbers_hold_in_a_graph() {
    let [apple, tax] = [100.0, 1.1].map(Node::leaf);
    let number = NodeArray1::leaf(array![2.0]);
    let price = apply(MulLayer::new(), &apple, &number);
    let total: NodeArray1<f64> = apply(MulLayer::new(), &price, &tax);
    total.backward();
    assert_eq!(total.value()[0], 220.00000000000003);
    assert_eq!((apple.grad(), number.grad()[0], tax.grad()), (2.2, 110.00000000000001, 200.0));
    drop((apple, tax, number, price, total));

    let leaves = [100.0, 2.0, 1.1].map(|x| NodeArray::leaf(array![[x]]));
    let [apple, number, tax] = &leaves;
    let total = apply(MulLayer::new(), &apply(MulLayer::new(), apple, number), tax);
    total.backward();
    assert_eq!(total.value()[[0, 0]], 220.00000000000003);
    assert_eq!(leaves.each_ref().map(|x| x.grad()[[0, 0]]), [2.2, 110.00000000000001, 200.0]);
    drop((leaves, total));
    assert_eq!(graph::stats().live_cells, 0);
}

// ------------------------------------------------------------------------------------------------ broadcasting

/// Both layers on inputs of any shapes, against the graph's own operators.
#[track_caller]
fn broadcast<D, E, F>(x: Array<f64, D>, y: Array<f64, E>)
where
    D: Dimension + DimMax<E, Output = F> + 'static,
    E: Dimension + 'static,
    F: Dimension + 'static,
{
    let (p, q) = (NodeArray::leaf(x.clone()), NodeArray::leaf(y.clone()));
    let product: NodeArray<f64, F> = &p * &q;
    let dout = ugly(product.value().raw_dim(), 3.3);
    let mut mul = MulLayer::new();
    close(&mul.forward(x.clone(), y.clone()), &product.value().into_owned(), 0.0);
    product.backward_with(&dout);
    let (mul_dx, mul_dy) = mul.backward(dout.clone());
    close(&mul_dx, &p.grad().into_owned(), 1e-14);
    close(&mul_dy, &q.grad().into_owned(), 1e-14);

    p.zero_grad();
    q.zero_grad();
    let sum: NodeArray<f64, F> = &p + &q;
    let add = AddLayer::new();
    close(&add.forward(x.clone(), y.clone()), &sum.value().into_owned(), 0.0);
    sum.backward_with(&dout);
    let (dx, dy) = add.backward(dout.clone());
    close(&dx, &p.grad().into_owned(), 1e-14);
    close(&dy, &q.grad().into_owned(), 1e-14);

    // the layers in a graph
    let (p, q) = (NodeArray::leaf(x), NodeArray::leaf(y));
    apply(MulLayer::new(), &p, &q).backward_with(&dout);
    apply(AddLayer::new(), &p, &q).backward_with(&dout);
    close(&p.grad().into_owned(), &(dx + mul_dx), 1e-14);
    close(&q.grad().into_owned(), &(dy + mul_dy), 1e-14);
}
#[test]
fn gradients_have_the_shape_of_their_input() {
    broadcast(ugly((3, 4), 0.1), ugly((3, 4), 0.2));
    broadcast(ugly((3, 4), 0.1), ugly((1, 4), 0.2));
    broadcast(ugly((3, 4), 0.1), ugly(4, 0.2));
    broadcast(ugly((3, 1), 0.1), ugly(4, 0.2));
    broadcast(ugly(4, 0.1), ugly((3, 4), 0.2));
    broadcast(ugly((1, 1), 0.1), ugly((3, 4), 0.2));
    broadcast(ugly((2, 1, 4), 0.1), ugly((3, 1), 0.2));
    broadcast(ugly((), 0.1), ugly((2, 3), 0.2));
    broadcast(ugly((3, 4).f(), 0.1), ugly((3, 1), 0.2));
    broadcast(ugly((3, 4), 0.1).reversed_axes(), ugly((4, 1), 0.2));
    broadcast(ugly((0, 4), 0.1), ugly((1, 4), 0.2));
    broadcast(ugly((2, 3), 0.1).into_dyn(), ugly(3, 0.2).into_dyn());
}

// ------------------------------------------------------------------------------------------------ one input

/// The derivative of `Σ w·layer(x)` by `x`, by differences.
fn differences<L: OneInput<Array2<f64>>>(layer: &mut L, x: &Array2<f64>, w: &Array2<f64>) -> Array2<f64> {
    let h = 1e-5;
    Array2::from_shape_fn(x.dim(), |at| {
        let mut moved = |by: f64| {
            let mut x = x.clone();
            x[at] += by;
            (layer.forward(x) * w).sum()
        };
        (moved(h) - moved(-h)) / (2.0 * h)
    })
}
#[test]
fn layers_agree_with_finite_differences() {
    let (x, w) = (ugly((5, 3), 0.6), ugly((5, 3), 1.6));
    let mut relu = ReluLayer::new();
    let wanted = differences(&mut relu, &x, &w);
    relu.forward(x.clone());
    close(&relu.backward(w.clone()), &wanted, 1e-8);

    let mut sigmoid = SigmoidLayer::new();
    let wanted = differences(&mut sigmoid, &x, &w);
    sigmoid.forward(x.clone());
    close(&sigmoid.backward(w.clone()), &wanted, 1e-8);

    let mut affine = AffineLayer::new(ugly((3, 3), 4.1), ugly(3, 5.1));
    let wanted = differences(&mut affine, &x, &w);
    affine.forward(x.clone());
    close(&affine.backward(w.clone()), &wanted, 1e-8);
    // by the parameters
    let h = 1e-5;
    let at = affine.clone();
    let loss = |change: &dyn Fn(&mut AffineLayer<f64>)| {
        let mut layer = at.clone();
        change(&mut layer);
        (layer.forward(x.clone()) * &w).sum()
    };
    let dw = Array2::from_shape_fn((3, 3), |k| (loss(&|l| l.w[k] += h) - loss(&|l| l.w[k] -= h)) / (2.0 * h));
    let db = Array1::from_shape_fn(3, |k| (loss(&|l| l.b[k] += h) - loss(&|l| l.b[k] -= h)) / (2.0 * h));
    close(&affine.dw, &dw, 1e-8);
    close(&affine.db, &db, 1e-8);
}
#[test]
fn activations_follow_the_table() {
    for x in [-1e3, -1.5, -0.0, 0.0, 1e-300, 0.7, 40.0, f64::INFINITY, f64::NAN] {
        let leaf = Node::leaf(x);
        let same = |a: f64, b: f64| assert!(a == b || a.is_nan() && b.is_nan(), "{a} {b} at {x}");
        let mut relu = ReluLayer::new();
        leaf.relu().backward();
        same(relu.forward(x), Elementary::relu(&x));
        same(relu.backward(1.0), leaf.grad());
        leaf.zero_grad();
        let mut sigmoid = SigmoidLayer::new();
        leaf.sigmoid().backward();
        same(sigmoid.forward(x), Elementary::sigmoid(&x));
        same(sigmoid.backward(1.0), leaf.grad());
    }
}
#[test]
fn softmax_with_loss() {
    let x = ugly((4, 3), 0.9);
    let labels = [2, 0, 1, 1];
    let one_hot = Array2::from_shape_fn((4, 3), |(i, j)| f64::from(u8::from(labels[i] == j)));
    let logits = NodeArray::leaf(x.clone());
    let wanted = logits.cross_entropy(&labels);
    (&wanted * 2.5).backward();
    let mut layer = SoftmaxWithLossLayer::new();
    let every: [Targets<f64>; 6] = [
        labels.into(),
        (&labels).into(),
        labels.to_vec().into(),
        Array1::from(labels.to_vec()).into(),
        (&Array1::from(labels.to_vec())).into(),
        one_hot.clone().into(),
    ];
    for targets in every {
        let loss = layer.forward(x.clone(), targets);
        assert!((loss - wanted.value()).abs() < 1e-15, "{loss} {}", wanted.value());
        // backward divides by the batch
        close(&layer.backward(2.5), &logits.grad().into_owned(), 1e-15);
    }
    // a Fortran-ordered batch
    assert_eq!(layer.forward(x.t().to_owned().reversed_axes(), labels), wanted.value());

    // shares that are no distribution: against the same in nodes
    let shares = array![[0.2, 0.3, 0.5], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.5, -0.5, 0.25]];
    logits.zero_grad();
    let wanted = -(logits.log_softmax(Axis(1)) * &shares).sum() / 4.0;
    wanted.backward();
    let loss = layer.forward(x, shares);
    assert!((loss - wanted.value()).abs() < 1e-14);
    close(&layer.backward(1.0), &logits.grad().into_owned(), 1e-14);

    // logits that are −∞ where the share is 0
    let loss = layer.forward(array![[f64::NEG_INFINITY, 0.0]], array![[0.0, 1.0]]);
    assert_eq!((loss, layer.backward(1.0)), (0.0, array![[0.0, 0.0]]));
}
#[test]
fn layers_in_single_precision_and_dual() {
    let mut affine = AffineLayer::new(array![[1.0_f32, 2.0]], array![0.5, 0.5]);
    let out = affine.forward(array![[3.0]]);
    let loss = SoftmaxWithLossLayer::new().forward(out, [1]);
    assert!((loss - (1.0 + (-3.0_f32).exp()).ln()).abs() < 1e-6);
    // the loss's derivative along (1, 1) by forward mode, and by the layer
    let x = array![[0.3, -1.2]];
    let mut layer = SoftmaxWithLossLayer::new();
    layer.forward(x.clone(), [0]);
    let slope = layer.backward(1.0);
    let dual = SoftmaxWithLossLayer::new().forward(array![[Dual::variable(0.3), Dual::constant(-1.2)]], [0]);
    assert!((dual.derivative() - slope[[0, 0]]).abs() < 1e-16);
    // Hessian by forward over backward
    let mut layer = SoftmaxWithLossLayer::new();
    layer.forward(array![[Dual::variable(0.3), Dual::constant(-1.2)]], [0]);
    let second = layer.backward(Dual::constant(1.0));
    let p = 1.0 / (1.0 + (-1.5_f64).exp());
    assert!((second[[0, 0]].derivative() - p * (1.0 - p)).abs() < 1e-15);
}

// ------------------------------------------------------------------------------------------------ a network

/// Affine, ReLU, affine, softmax with loss: by hand, in a graph of layers, and by the graph's own operations.
#[test]
fn the_two_layer_network() {
    let (x, labels) = (ugly((6, 4), 0.2), [0, 2, 1, 1, 0, 2]);
    let (w1, b1, w2, b2) = (ugly((4, 5), 1.2), ugly(5, 2.2), ugly((5, 3), 3.2), ugly(3, 4.2));

    // by hand
    let (mut affine1, mut relu, mut affine2, mut last) = (
        AffineLayer::new(w1.clone(), b1.clone()),
        ReluLayer::new(),
        AffineLayer::new(w2.clone(), b2.clone()),
        SoftmaxWithLossLayer::new(),
    );
    let hidden = relu.forward(affine1.forward(x.clone()));
    let loss = last.forward(affine2.forward(hidden), labels);
    let dx = affine1.backward(relu.backward(affine2.backward(last.backward(1.0))));

    // by the graph's operations
    let [p, q, r] = [&x, &w1, &w2].map(|x| NodeArray::leaf(x.clone()));
    let [s, t] = [&b1, &b2].map(|b| NodeArray::leaf(b.clone()));
    let wanted = ((p.dot(&q) + &s).relu().dot(&r) + &t).cross_entropy(&labels);
    wanted.backward();
    assert!((loss - wanted.value()).abs() < 1e-14);
    close(&dx, &p.grad().into_owned(), 1e-14);
    close(&affine1.dw, &q.grad().into_owned(), 1e-14);
    close(&affine1.db, &s.grad().into_owned(), 1e-14);
    close(&affine2.dw, &r.grad().into_owned(), 1e-14);
    close(&affine2.db, &t.grad().into_owned(), 1e-14);

    // in a graph of layers, beside operators
    p.zero_grad();
    let [first, second] = [(&w1, &b1), (&w2, &b2)].map(|(w, b)| Shared::new(AffineLayer::new(w.clone(), b.clone())));
    let hidden = apply_one(ReluLayer::new(), &apply_one(first.clone(), &p));
    let logits: NodeArray2<f64> = apply_one(second.clone(), &hidden);
    let loss: Node<f64> = apply_one(SoftmaxWithLossLayer::new().with_targets(labels), &logits);
    (&loss * 2.0).backward();
    assert!((loss.value() - wanted.value()).abs() < 1e-14);
    close(&p.grad().into_owned(), &(&dx * 2.0), 1e-14);
    close(&first.borrow().dw, &(&affine1.dw * 2.0), 1e-14);
    close(&second.borrow().db, &(&affine2.db * 2.0), 1e-14);
    let names = [&logits, &hidden].map(|x| x.operation().map(|operation| operation.to_string()).unwrap_or_default());
    assert_eq!(names, ["AffineLayer", "ReluLayer"]);
    assert_eq!(loss.operation().map(|operation| operation.to_string()).as_deref(), Some("SoftmaxWithLossLayer"));
}

/// A layer of one's own, from an array to a number.
struct Largest(Option<(usize, usize)>);
impl OneInput<Array1<f64>, f64> for Largest {
    fn name(&self) -> &str {
        "largest"
    }
    fn forward(&mut self, x: Array1<f64>) -> f64 {
        let place = (0..x.len()).max_by(|&a, &b| x[a].total_cmp(&x[b])).unwrap_or_default();
        self.0 = Some((place, x.len()));
        x[place]
    }
    fn backward(&mut self, dout: f64) -> Array1<f64> {
        let (place, len) = self.0.unwrap_or_default();
        Array1::from_shape_fn(len, |k| if k == place { dout } else { 0.0 })
    }
}
#[test]
fn layers_of_ones_own() {
    let x = NodeArray::leaf(array![1.0, 5.0, 3.0]);
    let y = apply_one(Largest(None), &(&x * 2.0));
    (y.square() + x.sum()).backward();
    assert_eq!((y.value(), x.grad()), (10.0, array![1.0, 41.0, 1.0].into_shared()));
    assert_eq!(y.operation().map(|operation| operation.to_string()).as_deref(), Some("largest"));
    // scalars, and none
    let a = Node::leaf(-3.0);
    assert_eq!(apply_one(SigmoidLayer::new(), &a).value(), Elementary::sigmoid(&-3.0));
    assert!(apply_one(Largest(None), &x.detach()).is_constant());
    assert!(no_grad(|| apply(AddLayer::new(), &x, &a)).is_constant());
}
/// Swept twice, a layer answers twice; a second place of a shared layer must not be answered for the first.
#[test]
fn shared_layers_answer_for_their_own_inputs_only() {
    let x = NodeArray::leaf(array![[1.0, 2.0]]);
    let affine = Shared::new(AffineLayer::new(array![[3.0], [4.0]], array![0.5]));
    let y = apply_one(affine.clone(), &x).sum();
    y.backward();
    y.backward();
    assert_eq!(x.grad(), array![[6.0, 8.0]]);
    assert_eq!(affine.borrow().dw, array![[1.0], [2.0]]);
    let again = apply_one(affine.clone(), &(&x * 10.0)).sum();
    let says = "AffineLayer has run forward again or has been changed since: sweep first, then use the layer anew";
    assert_eq!(message(|| y.backward()), says);
    again.backward();
    assert_eq!(x.grad(), array![[36.0, 48.0]]);
    affine.borrow_mut().w.fill(0.0);
    assert_eq!(message(|| again.backward()), says);
    let later = apply_one(affine.clone(), &x).sum();
    let held = affine.borrow();
    assert!(message(|| later.backward()).starts_with("this shared layer is in use"));
    drop(held);
    later.backward();
    assert_eq!(x.grad(), array![[36.0, 48.0]]);
}

// ------------------------------------------------------------------------------------------------ misuse

/// A layer whose derivative has another shape than its input.
struct Shrinks;
impl OneInput<Array1<f64>> for Shrinks {
    fn forward(&mut self, x: Array1<f64>) -> Array1<f64> {
        x
    }
    fn backward(&mut self, dout: Array1<f64>) -> Array1<f64> {
        dout.slice_move(ndarray::s![1..])
    }
}

fn done<X>(_: X) {}
#[test]
fn misuse() {
    fn affine() -> AffineLayer<f64> {
        AffineLayer::new(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], array![0.0, 0.0])
    }
    let cases: [(fn(), &str); 18] = [
        (
            || done(MulLayer::<f64>::new().backward(1.0)),
            "MulLayer: backward(dout) needs the inputs that forward(x, y) remembers: call forward first",
        ),
        (
            || done(MulLayer::<Array1<f64>>::new().backward(array![1.0])),
            "MulLayer: backward(dout) needs the inputs that forward(x, y) remembers: call forward first",
        ),
        (
            || done(AddLayer::<Array1<f64>>::new().backward(array![1.0])),
            "AddLayer: backward(dout) needs the inputs that forward(x, y) remembers: call forward first",
        ),
        (
            || done(ReluLayer::new().backward(1.0)),
            "ReluLayer: backward(dout) needs the inputs that forward(x) remembers: call forward first",
        ),
        (
            || done(SigmoidLayer::new().backward(array![1.0])),
            "SigmoidLayer: backward(dout) needs the inputs that forward(x) remembers: call forward first",
        ),
        (
            || done(affine().backward(array![[1.0, 1.0]])),
            "AffineLayer: backward(dout) needs the inputs that forward(x) remembers: call forward first",
        ),
        (
            || done(SoftmaxWithLossLayer::new().backward(1.0)),
            "SoftmaxWithLossLayer: backward(dout) needs the inputs that forward(x, t) remembers: call forward first",
        ),
        (
            || done(MulLayer::new().forward(array![1.0, 2.0], array![1.0, 2.0, 3.0])),
            "MulLayer::forward cannot take arrays of the shapes [2] and [3] together",
        ),
        (
            || done(AddLayer::new().forward(array![1.0, 2.0], array![[1.0, 2.0, 3.0]])),
            "AddLayer::forward cannot take arrays of the shapes [2] and [1, 3] together",
        ),
        // another batch than forward saw
        (
            || {
                let mut layer = MulLayer::new();
                layer.forward(array![[1.0], [2.0]], array![[3.0], [4.0]]);
                layer.backward(array![[1.0]]);
            },
            "MulLayer: backward(dout) wants dout in the shape [2, 1] of what forward gave last, not [1, 1]",
        ),
        (
            || {
                let layer = AddLayer::new();
                layer.forward(array![[1.0, 2.0]], array![1.0, 2.0]);
                layer.backward(array![[1.0, 2.0], [3.0, 4.0]]);
            },
            "AddLayer: backward(dout) wants dout in the shape [1, 2] of what forward gave last, not [2, 2]",
        ),
        (
            || {
                let mut layer = ReluLayer::new();
                layer.forward(array![1.0, 2.0]);
                layer.backward(array![1.0]);
            },
            "ReluLayer: backward(dout) wants dout in the shape [2] of what forward gave last, not [1]",
        ),
        (
            || {
                let mut layer = affine();
                layer.forward(Array2::zeros((5, 3)));
                layer.backward(Array2::zeros((4, 2)));
            },
            "AffineLayer: backward(dout) wants dout in the shape [5, 2] of what forward gave last, not [4, 2]",
        ),
        (
            || done(affine().forward(Array2::zeros((5, 2)))),
            "AffineLayer: forward(x) wants as many columns as the weights [3, 2] have rows, and as many biases as they have columns, not x of the shape [5, 2] with 2 biases",
        ),
        (
            || done(AffineLayer::new(Array2::<f64>::zeros((3, 2)), Array1::zeros(3))),
            "AffineLayer: new(w, b) wants a bias for each column of the weights, 2, not 3",
        ),
        (
            || done(SoftmaxWithLossLayer::new().forward(array![[1.0, 2.0]], [2])),
            "SoftmaxWithLossLayer::forward wants indices below 2, not 2",
        ),
        (
            || done(SoftmaxWithLossLayer::new().forward(array![[1.0, 2.0]], array![[1.0, 0.0, 0.0]])),
            "SoftmaxWithLossLayer::forward cannot take arrays of the shapes [1, 2] and [1, 3] together",
        ),
        (
            || done(SoftmaxWithLossLayer::new().forward(Array2::<f64>::zeros((0, 2)), [])),
            "SoftmaxWithLossLayer::forward wants at least one row and one class, not the shape [0, 2]",
        ),
    ];
    for (does, says) in cases {
        assert_eq!(message(does), says);
    }
    let x = NodeArray::leaf(array![1.0, 2.0]);
    let kept = x.square().sum();
    let wrong: [(&dyn Fn(), &str); 5] = [
        (
            &|| done(gradients(&apply_one(ReluLayer::new(), &x).sum(), &x)),
            "\"ReluLayer\" is an operation of first order",
        ),
        (
            &|| done(gradients(&layer::apply(MulLayer::new(), &x, &x).sum(), &x)),
            "\"MulLayer\" is an operation of first order",
        ),
        (
            &|| (apply_one(Shrinks, &x).sum() + x.sum()).backward(),
            "the backward rule of \"Shrinks\" gave an adjoint of the shape [1] for operand 0, which has the shape [2]",
        ),
        (
            &|| done(apply_one(SoftmaxWithLossLayer::new(), &x.reshape((1, 2)))),
            "SoftmaxWithLossLayer: forward(x) alone wants targets: give them by with_targets(t) first",
        ),
        (
            &|| done(apply(MulLayer::new(), &x, &NodeArray::leaf(array![1.0, 2.0, 3.0]))),
            "MulLayer::forward cannot take arrays of the shapes [2] and [3]",
        ),
    ];
    for (does, says) in wrong {
        let said = message(does);
        assert!(said.starts_with(says), "{said}");
        x.zero_grad();
        kept.backward();
        assert_eq!(x.grad(), array![2.0, 4.0]);
    }
    // by the traits too
    assert!(message(|| Layer::backward(&mut MulLayer::<f64>::new(), 1.0)).contains("call forward first"));
    assert!(message(|| OneInput::backward(&mut ReluLayer::<f64>::new(), 1.0)).contains("call forward first"));
}
