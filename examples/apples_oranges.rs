//! Two apples at 100 yen, three oranges at 150 yen, 10 % tax: values and derivatives, those of intermediate results
//! as well.
//!
//! ```text
//! cargo run --release --example apples_oranges
//! cargo run --release --example apples_oranges -- --svg apples_oranges.svg    # its picture
//! cargo run --release --example apples_oranges -- --html apples_oranges.html  # a page to step through it
//! ```

#[path = "common/save.rs"]
mod save;

use backprop::{Node, draw};

fn main() {
    let leaf = |name, value: f64| Node::leaf(value).named(name);
    let (apple, apple_number) = (leaf("price of an apple", 100.0), leaf("number of apples", 2.0));
    let (orange, orange_number) = (leaf("price of an orange", 150.0), leaf("number of oranges", 3.0));
    let tax = leaf("tax", 1.1);

    let apples = (&apple * &apple_number).named("apples");
    let oranges = (&orange * &orange_number).named("oranges");
    let price = (&apples + &oranges).named("price before tax");
    let total = (&price * &tax).named("total");
    total.backward();

    println!("{:<19} {:<19} derivative of the total", "quantity", "value");
    for x in [&apple, &apple_number, &orange, &orange_number, &tax, &apples, &oranges, &price, &total] {
        println!("{:<19} {:<19} {}", x.name().unwrap_or_default(), x.value(), x.grad());
    }

    println!("\n{}", draw::text(&total));
    save::if_asked(&total);

    assert_eq!(total.value(), 715.0000000000001);
    assert_eq!((apple.grad(), apple_number.grad()), (2.2, 110.00000000000001));
    assert_eq!((orange.grad(), orange_number.grad()), (3.3000000000000003, 165.0));
    assert_eq!(tax.grad(), 650.0);
    assert_eq!((apples.grad(), oranges.grad(), price.grad()), (1.1, 1.1, 1.1));
}
