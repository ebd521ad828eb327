//! The chapter's two systems, bit for bit: what apples cost, and apples with oranges. By expressions in every form of
//! ownership, by layers, by layers in a graph, forward, and with derivatives as nodes.

use backprop::layer::{self, AddLayer, Layer, MulLayer};
use backprop::{Call, Dual, Elementary, Node, Number, dot, gradients, graph, sum};

/// Two apples of 100 yen, 10 % tax.
const APPLES: [f64; 3] = [100.0, 2.0, 1.1];
const APPLES_TOTAL: f64 = 220.00000000000003;
/// By the apple's price, the number of apples, the tax.
const APPLES_SLOPES: [f64; 3] = [2.2, 110.00000000000001, 200.0];

/// Two apples of 100 yen, three oranges of 150 yen, 10 % tax; as the chapter draws it: number, apple, orange, number, tax.
const FRUIT: [f64; 5] = [2.0, 100.0, 150.0, 3.0, 1.1];
const FRUIT_TOTAL: f64 = 715.0000000000001;
const FRUIT_SLOPES: [f64; 5] = [110.00000000000001, 2.2, 3.3000000000000003, 165.0, 650.0];

/// A system of `N` leaves.
type System<const N: usize> = fn(&[Node<f64>; N]) -> Node<f64>;

fn leaves<const N: usize>(x: [f64; N]) -> [Node<f64>; N] {
    x.map(Node::leaf)
}
fn grads<const N: usize>(x: &[Node<f64>; N]) -> [f64; N] {
    std::array::from_fn(|k| x[k].grad())
}
/// Builds, sweeps, compares bit for bit, and leaves nothing behind.
#[track_caller]
fn check<const N: usize>(x: [f64; N], total: f64, slopes: [f64; N], system: impl Fn(&[Node<f64>; N]) -> Node<f64>) {
    {
        let x = leaves(x);
        let y = system(&x);
        assert_eq!(y.value(), total);
        y.backward();
        assert_eq!(grads(&x), slopes);
        // backward adds
        y.backward();
        assert_eq!(grads(&x), slopes.map(|slope| slope + slope));
        x.iter().for_each(Node::zero_grad);
        y.backward();
        assert_eq!(grads(&x), slopes);
    }
    assert_eq!(graph::stats().live_cells, 0);
}

#[test]
fn apples() {
    check(APPLES, APPLES_TOTAL, APPLES_SLOPES, |[apple, number, tax]| apple * number * tax);
}

#[test]
fn apples_and_oranges() {
    check(FRUIT, FRUIT_TOTAL, FRUIT_SLOPES, |[apples, apple, orange, oranges, tax]| {
        (apple * apples + orange * oranges) * tax
    });
}

/// Each line is the same expression with other owners of its operands.
#[test]
fn in_every_form_of_ownership() {
    let apples: [System<3>; 8] = [
        |[apple, number, tax]| &(apple * number) * tax,
        |[apple, number, tax]| apple.clone() * number * tax.clone(),
        |[apple, number, tax]| apple * number.clone() * tax,
        |[apple, number, tax]| &(apple.clone() * number.clone()) * tax.clone(),
        |[apple, number, tax]| {
            let mut price = apple.clone();
            price *= number;
            price *= tax.clone();
            price
        },
        |[apple, number, tax]| {
            let goods = {
                let again = apple.clone();
                &again * number
            };
            tax * goods
        },
        |[apple, number, tax]| [apple, number, tax].into_iter().product(),
        |[apple, number, tax]| apple.mul_add(number, Node::constant(0.0)) * tax,
    ];
    for system in apples {
        check(APPLES, APPLES_TOTAL, APPLES_SLOPES, system);
    }

    let fruit: [System<5>; 7] = [
        |[m, a, o, n, tax]| &(&(a * m) + &(o * n)) * tax,
        |[m, a, o, n, tax]| (m * a + n * o) * tax,
        |[m, a, o, n, tax]| tax * (o * n + a * m),
        |[m, a, o, n, tax]| (a.clone() * m.clone() + o.clone() * n.clone()) * tax.clone(),
        |[m, a, o, n, tax]| {
            let mut sum = a * m;
            sum += o * n;
            sum *= tax;
            sum
        },
        |[m, a, o, n, tax]| dot(&[a.clone(), o.clone()], &[m.clone(), n.clone()]) * tax,
        |[m, a, o, n, tax]| {
            let (apples, oranges) = (a * m, o * n);
            let goods = sum(&[apples, oranges]);
            (goods.named("goods") * tax).named("total")
        },
    ];
    for system in fruit {
        check(FRUIT, FRUIT_TOTAL, FRUIT_SLOPES, system);
    }
}

/// The prices as literals: then only the others have gradients.
#[test]
fn with_literals() {
    let [apples, oranges] = leaves([2.0, 3.0]);
    let total = (100.0 * &apples + &oranges * 150.0) * 1.1;
    total.backward();
    assert_eq!(total.value(), FRUIT_TOTAL);
    assert_eq!((apples.grad(), oranges.grad()), (110.00000000000001, 165.0));
    let tax = Node::leaf(1.1);
    let total = (Node::constant(2.0) * 100.0 + Node::constant(3.0) * 150.0) * &tax;
    total.backward();
    assert_eq!((total.value(), tax.grad()), (FRUIT_TOTAL, 650.0));
}

// ------------------------------------------------------------------------------------------------ layers

#[test]
fn apples_by_layers() {
    let [apple, number, tax] = APPLES;
    let (mut goods, mut taxed) = (MulLayer::new(), MulLayer::new());
    let price = goods.forward(apple, number);
    let total = taxed.forward(price, tax);
    assert_eq!((price, total), (200.0, APPLES_TOTAL));
    let (d_price, d_tax) = taxed.backward(1.0);
    let (d_apple, d_number) = goods.backward(d_price);
    assert_eq!(d_price, 1.1);
    assert_eq!([d_apple, d_number, d_tax], APPLES_SLOPES);
}

/// On plain numbers, on dual numbers, on nodes: a layer does not care.
fn fruit_by_layers<X: Clone>(x: [X; 5], one: X) -> (X, [X; 5])
where
    MulLayer<X>: Layer<X>,
    AddLayer<X>: Layer<X>,
{
    let [m, a, o, n, tax] = x;
    let (mut apples, mut oranges, mut taxed) = <(MulLayer<X>, MulLayer<X>, MulLayer<X>)>::default();
    let mut all = AddLayer::new();
    let apples_price = Layer::forward(&mut apples, a, m);
    let oranges_price = Layer::forward(&mut oranges, o, n);
    let goods = Layer::forward(&mut all, apples_price, oranges_price);
    let total = Layer::forward(&mut taxed, goods, tax);
    let (d_goods, d_tax) = Layer::backward(&mut taxed, one);
    let (d_apples, d_oranges) = Layer::backward(&mut all, d_goods);
    let (d_orange, d_n) = Layer::backward(&mut oranges, d_oranges);
    let (d_apple, d_m) = Layer::backward(&mut apples, d_apples);
    (total, [d_m, d_apple, d_orange, d_n, d_tax])
}

#[test]
fn apples_and_oranges_by_layers() {
    assert_eq!(fruit_by_layers(FRUIT, 1.0), (FRUIT_TOTAL, FRUIT_SLOPES));
    let (total, slopes) = fruit_by_layers(FRUIT.map(Dual::variable), Dual::constant(1.0));
    assert_eq!((total.value(), slopes.map(|slope| slope.value())), (FRUIT_TOTAL, FRUIT_SLOPES));
    let (total, slopes) = fruit_by_layers(leaves(FRUIT), Node::constant(1.0));
    assert_eq!((total.value(), slopes.map(|slope| slope.value())), (FRUIT_TOTAL, FRUIT_SLOPES));
}

#[test]
fn layers_in_a_graph() {
    check(APPLES, APPLES_TOTAL, APPLES_SLOPES, |[apple, number, tax]| {
        layer::apply(MulLayer::new(), &layer::apply(MulLayer::new(), apple, number), tax)
    });
    check(FRUIT, FRUIT_TOTAL, FRUIT_SLOPES, |[m, a, o, n, tax]| {
        let (apples, oranges) = (layer::apply(MulLayer::new(), a, m), layer::apply(MulLayer::new(), o, n));
        layer::apply(MulLayer::new(), &layer::apply(AddLayer::new(), &apples, &oranges), tax)
    });
    // layers and operators mix
    check(FRUIT, FRUIT_TOTAL, FRUIT_SLOPES, |[m, a, o, n, tax]| {
        layer::apply(AddLayer::new(), &(a * m), &layer::apply(MulLayer::new(), o, n)) * tax
    });
}

// ------------------------------------------------------------------------------------------------ other modes

struct Fruit;
impl<S: Number> Call<S> for Fruit {
    fn call(&self, x: &[S]) -> S {
        (&x[1] * &x[0] + &x[2] * &x[3]) * &x[4]
    }
}

#[test]
fn forward() {
    assert_eq!(Fruit.call(&FRUIT), FRUIT_TOTAL);
    // all five at once
    let x: [Dual<f64, 5>; 5] = std::array::from_fn(|k| Dual::seeded(FRUIT[k], k));
    let total = Fruit.call(&x);
    assert_eq!((total.value(), *total.tangents()), (FRUIT_TOTAL, FRUIT_SLOPES));
    // one by one
    for (k, slope) in FRUIT_SLOPES.into_iter().enumerate() {
        let x: [Dual; 5] = std::array::from_fn(|j| Dual::new(FRUIT[j], [f64::from(u8::from(j == k))]));
        assert_eq!(Fruit.call(&x).derivative(), slope);
    }
    let [apple, number, tax]: [Dual<f64, 3>; 3] = std::array::from_fn(|k| Dual::seeded(APPLES[k], k));
    let total = apple * number * tax;
    assert_eq!((total.value(), *total.tangents()), (APPLES_TOTAL, APPLES_SLOPES));
}

#[test]
fn derivatives_as_nodes() {
    let x = leaves(FRUIT);
    let total = Fruit.call(&x);
    let slopes = gradients(&total, &x);
    assert_eq!(slopes.each_ref().map(Node::value), FRUIT_SLOPES);
    assert_eq!(grads(&x), [0.0; 5]);
    // the total's derivative by the apple's price and by the tax, in both orders: the number of apples
    let by_tax = gradients(&slopes[4], &x);
    assert_eq!(by_tax.each_ref().map(Node::value), [100.0, 2.0, 3.0, 150.0, 0.0]);
    assert_eq!(gradients(&slopes[1], &x[4]).value(), 2.0);
}

#[test]
fn reverse_over_forward() {
    let x = FRUIT.map(|x| Node::leaf(Dual::variable(x)));
    let total = Fruit.call(&x);
    total.backward();
    assert_eq!(total.value().value(), FRUIT_TOTAL);
    assert_eq!(x.each_ref().map(|x| x.grad().value()), FRUIT_SLOPES);
    assert_eq!(total.value().derivative(), FRUIT_SLOPES.iter().sum::<f64>());
}

#[test]
fn in_single_precision() {
    let close = |found: f32, wanted: f64| assert!((f64::from(found) / wanted - 1.0).abs() < 3e-7, "{found}, {wanted}");
    let x = FRUIT.map(|x| Node::leaf(x as f32));
    let [m, a, o, n, tax] = &x;
    let total = (a * m + o * n) * tax;
    total.backward();
    close(total.value(), FRUIT_TOTAL);
    x.iter().zip(FRUIT_SLOPES).for_each(|(x, slope)| close(x.grad(), slope));
    let (total, slopes) = fruit_by_layers(FRUIT.map(|x| x as f32), 1.0);
    close(total, FRUIT_TOTAL);
    slopes.into_iter().zip(FRUIT_SLOPES).for_each(|(found, wanted)| close(found, wanted));
    assert!((Elementary::to_f64_value(&total) - FRUIT_TOTAL).abs() < 1e-3);
}
