//! Two apples at 100 yen and 10 % tax: the price, and how it changes with everything it was computed from.
//!
//! ```text
//! cargo run --release --example apples
//! cargo run --release --example apples -- --svg apples.svg    # its picture
//! cargo run --release --example apples -- --html apples.html  # a page to step through it
//! ```

#[path = "common/save.rs"]
mod save;

use backprop::{Node, draw};

fn main() {
    let apple = Node::leaf(100.0).named("price of an apple");
    let number = Node::leaf(2.0).named("number of apples");
    let tax = Node::leaf(1.1).named("tax");

    let price = (&apple * &number).named("price before tax");
    let total = (&price * &tax).named("total");
    total.backward();

    println!("{:<19} {:<19} derivative of the total", "quantity", "value");
    for quantity in [&apple, &number, &tax, &price, &total] {
        let name = quantity.name().unwrap_or_default();
        println!("{name:<19} {:<19} {}", quantity.value(), quantity.grad());
    }

    println!("\n{}", draw::text(&total));
    save::if_asked(&total);

    assert_eq!(total.value(), 220.00000000000003);
    assert_eq!(apple.grad(), 2.2);
    assert_eq!(number.grad(), 110.00000000000001);
    assert_eq!(tax.grad(), 200.0);
    assert_eq!((price.value(), price.grad()), (200.0, 1.1));
}
