//! Layers, as in the textbook: every node of the picture is an object with `forward` and `backward`. First by hand, then
//! the same layers in a graph, which calls `backward` itself.
//!
//! ```text
//! cargo run --release --example layers
//! ```

use backprop::Node;
use backprop::layer::{AddLayer, MulLayer, apply};

fn main() {
    apples();
    apples_and_oranges();
    in_a_graph();
}

/// ```text
/// apple  ──┐
///          ×── price ──┐
/// number ──┘           ×── total
/// tax ─────────────────┘
/// ```
fn apples() {
    let (mut apples, mut taxed) = (MulLayer::new(), MulLayer::new());

    // left to right
    let price = apples.forward(100.0, 2.0);
    let total = taxed.forward(price, 1.1);

    // right to left
    let (d_price, d_tax) = taxed.backward(1.0);
    let (d_apple, d_number) = apples.backward(d_price);

    report("2 apples", total, &[("price", d_price), ("apple", d_apple), ("number", d_number), ("tax", d_tax)]);
    assert_eq!((total, d_price), (220.00000000000003, 1.1));
    assert_eq!((d_apple, d_number, d_tax), (2.2, 110.00000000000001, 200.0));
}

/// ```text
/// apple  ──┐
///          ×── apples ───┐
/// number ──┘             │
///                        +── price ──┐
/// orange ──┐             │           │
///          ×── oranges ──┘           ×── total
/// number ──┘                         │
/// tax ───────────────────────────────┘
/// ```
fn apples_and_oranges() {
    let (mut apples, mut oranges, both, mut taxed) =
        (MulLayer::new(), MulLayer::new(), AddLayer::new(), MulLayer::new());

    // left to right
    let apple_price = apples.forward(100.0, 2.0);
    let orange_price = oranges.forward(150.0, 3.0);
    let price = both.forward(apple_price, orange_price);
    let total = taxed.forward(price, 1.1);

    // right to left
    let (d_price, d_tax) = taxed.backward(1.0);
    let (d_apple_price, d_orange_price) = both.backward(d_price);
    let (d_orange, d_orange_number) = oranges.backward(d_orange_price);
    let (d_apple, d_apple_number) = apples.backward(d_apple_price);

    report(
        "2 apples and 3 oranges",
        total,
        &[
            ("price", d_price),
            ("apple", d_apple),
            ("number of apples", d_apple_number),
            ("orange", d_orange),
            ("number of oranges", d_orange_number),
            ("tax", d_tax),
        ],
    );
    assert_eq!((total, d_price, d_tax), (715.0000000000001, 1.1, 650.0));
    assert_eq!((d_apple, d_apple_number), (2.2, 110.00000000000001));
    assert_eq!((d_orange, d_orange_number), (3.3000000000000003, 165.0));
}

fn in_a_graph() {
    let [apple, apple_number, orange, orange_number, tax] = [100.0, 2.0, 150.0, 3.0, 1.1].map(Node::leaf);

    let apples = apply(MulLayer::new(), &apple, &apple_number);
    let oranges = apply(MulLayer::new(), &orange, &orange_number);
    let price = apply(AddLayer::new(), &apples, &oranges);
    let total = apply(MulLayer::new(), &price, &tax);
    total.backward();

    report(
        "The same in a graph",
        total.value(),
        &[
            ("price", price.grad()),
            ("apple", apple.grad()),
            ("number of apples", apple_number.grad()),
            ("orange", orange.grad()),
            ("number of oranges", orange_number.grad()),
            ("tax", tax.grad()),
        ],
    );
    assert_eq!((total.value(), price.grad(), tax.grad()), (715.0000000000001, 1.1, 650.0));
    assert_eq!((apple.grad(), apple_number.grad()), (2.2, 110.00000000000001));
    assert_eq!((orange.grad(), orange_number.grad()), (3.3000000000000003, 165.0));
}

fn report(what: &str, total: f64, derivatives: &[(&str, f64)]) {
    println!("{what}: {total} yen");
    for (by, derivative) in derivatives {
        println!("  by {by:<19}{derivative}");
    }
    println!();
}
