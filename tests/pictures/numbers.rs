//! What is written in drawings: the sweep's numbers, names, what was left out.

use super::{pictures, random};
use backprop::{Dual, Node, NodeArray, draw, draw::Theme, sum};

#[test]
fn the_chapters_numbers_stand_at_the_arrows() {
    let text = draw::text(&pictures::apples_oranges()).to_string();
    for number in ["100", "2.2", "110", "200", "150", "3.3", "165", "450", "650", "1.1", "715", "1"] {
        assert!(text.split_whitespace().any(|word| word == number), "{number} is missing:\n{text}");
    }
}

#[test]
fn a_drawing_changes_no_gradient_and_shows_the_sweeps() {
    for seed in 0..20 {
        let root = random::graph(40, seed);
        let mut leaves = Vec::new();
        let mut stack = vec![root.clone()];
        while let Some(node) = stack.pop() {
            if node.is_leaf() && !leaves.iter().any(|leaf: &Node<f64>| leaf.is_same(&node)) {
                leaves.push(node);
            } else {
                stack.extend(node.operands());
            }
        }
        leaves.iter().for_each(Node::zero_grad);
        let svg = draw::svg(&root).digits(17).to_string();
        assert!(leaves.iter().all(|leaf| leaf.grad() == 0.0));
        root.backward();
        for leaf in &leaves {
            let (name, grad) = (leaf.name().expect("a name"), leaf.grad());
            let block = svg.split("<g ").find(|block| block.contains(&format!(">{name}<"))).expect("its box");
            let sum = block.split("∂ ").nth(1).and_then(|rest| rest.split('<').next()).expect("a sum");
            let sum: f64 = sum.parse().expect("a number");
            assert!((sum - grad).abs() <= 1e-12 * grad.abs().max(1e-300), "{name}: {sum} is drawn, {grad} swept");
        }
    }
}

#[test]
fn names_cannot_break_a_drawing() {
    let evil = "</text></svg><script>alert(\"&'\\\u{1}\n\u{2028}</script>";
    let x = Node::leaf(1.0).named(evil);
    let y = (&x * 2.0).named(evil);
    for drawing in [draw::svg(&y).to_string(), draw::html(&y).to_string(), draw::dot(&y).to_string()] {
        assert!(!drawing.contains("<script>alert") && !drawing.contains('\u{1}'), "{drawing}");
        assert_eq!(drawing.matches("</svg>").count(), drawing.matches("<svg ").count());
    }
    assert!(draw::html(&y).to_string().matches("</script>").count() == 1);
    assert_eq!(draw::text(&y).to_string().lines().count(), 6, "{}", draw::text(&y));
}

/// What has no width or turns the direction of writing is shown, so that nothing hides behind it and lines end where they
/// are to; marks on letters stay on them, and take no room.
#[test]
fn names_are_what_they_look_like() {
    for hidden in ["\u{200b}", "\u{200f}", "\u{202e}", "\u{2066}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{1}", "\u{85}"]
    {
        let x = Node::leaf(1.0).named(&format!("ab{hidden}c"));
        let y = (&x * 2.0).named(&format!("{hidden}y")).sin().named(hidden);
        for drawing in [
            draw::text(&y).to_string(),
            draw::svg(&y).to_string(),
            draw::html(&y).to_string(),
            draw::dot(&y).to_string(),
        ] {
            assert!(!drawing.contains(hidden), "{hidden:?} in {drawing}");
            assert!(drawing.contains("ab\u{fffd}c") && drawing.contains("\u{fffd}y"), "{drawing}");
        }
    }
    let lines = |name: &str| draw::text(&(Node::leaf(1.0).named(name) * 2.0)).to_string();
    let count =
        |name: &str| lines(name).lines().map(|line| line.replace(name, "x1").chars().count()).collect::<Vec<_>>();
    assert_eq!(count("θ\u{302}₁"), count("x1"));
    assert!(lines("θ\u{302}₁").contains("θ\u{302}₁"));
    assert_eq!(lines("two\nlines"), lines("two lines"));
}

/// Within a closure that is traced there are no values to be drawn.
#[test]
fn a_drawing_of_what_has_no_value_is_refused() {
    let x = NodeArray::leaf(ndarray::array![1.0, 2.0]);
    let outside = Node::leaf(3.0).named("outside") * 2.0;
    macro_rules! refused { ($($form:ident)+) => { $(
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            x.map(|x| { let y = x.sin(); let _ = draw::$form(&y).to_string(); y })
        }));
        let message = panic.expect_err("a panic");
        let message = message.downcast_ref::<String>().expect("a message");
        assert!(message.contains("asks for a drawing of its argument"), "{message}");
    )+ } }
    refused!(text dot svg html);
    // what does not depend on the argument has its values
    let y = x.map(|x| {
        assert!(draw::text(&outside).to_string().contains("outside"));
        x * 2.0
    });
    assert_eq!(y.value(), ndarray::arr1(&[2.0, 4.0]).into_shared());
}

/// Kept boxes and those left out are all there are.
#[test]
fn what_is_left_out_is_counted() {
    let count = |svg: &str| {
        let boxes = svg.matches("<g ").count();
        let folded = svg.matches("class=\"folded\"").count();
        let more: usize = svg
            .split("⋯ ")
            .skip(1)
            .map(|rest| rest.split(' ').next().and_then(|n| n.parse::<usize>().ok()).expect("a count"))
            .sum();
        (boxes, boxes - folded + more)
    };
    let mut x = Node::leaf(0.5).named("x");
    let (a, b) = (Node::leaf(0.9).named("a"), Node::leaf(0.1).named("b"));
    for _ in 0..10_000 {
        x = &x * &a + &b;
    }
    let terms: Vec<Node<f64>> = (0..300).map(|k| (&x * f64::from(k)).sin().square()).collect();
    for (root, all) in [(x.clone(), 20_003), (sum(&terms), 20_003 + 4 * 300 + 1), (random::graph(500, 3), 0)] {
        for limit in [8, 20, 100] {
            let (boxes, counted) = count(&draw::svg(&root).limit(limit).to_string());
            assert!(boxes <= limit, "{boxes} boxes, {limit} were allowed");
            assert!(all == 0 || counted == all, "{counted} of {all} are accounted for");
        }
    }
}

#[test]
fn repeated_structure_is_drawn_once_or_twice() {
    let w = Node::leaf(0.5).named("w");
    let terms: Vec<Node<f64>> = (0..150).map(|k| (&w * f64::from(k)).tanh().square()).collect();
    let text = draw::text(&sum(&terms)).to_string();
    assert!(text.contains("⋯ 592 more") && text.matches("tanh").count() <= 3, "{text}");
}

#[test]
fn everything_can_be_drawn() {
    let dual = Node::leaf(Dual::variable(2.0)).sin();
    let single = Node::leaf(2.0_f32).named("x") / 3.0;
    let (nan, infinite) = (Node::leaf(-1.0).ln(), Node::leaf(0.0).recip());
    let none = NodeArray::leaf(ndarray::Array2::<f64>::zeros((0, 3)));
    let (scalar, constant) =
        (NodeArray::leaf(ndarray::arr0(2.0)), NodeArray::constant(ndarray::arr1(&[1.0, f64::NAN])));
    macro_rules! drawn { ($($root:expr),+) => { $(
        let root = $root;
        for drawing in [
            draw::text(&root).to_string(),
            draw::dot(&root).to_string(),
            draw::svg(&root).theme(Theme::Dark).to_string(),
            draw::html(&root).digits(100).limit(0).to_string(),
        ] {
            assert!(!drawing.trim().is_empty());
        }
    )+ } }
    drawn!(
        Node::leaf(1.0),
        Node::constant(1.0),
        dual,
        single,
        nan,
        infinite,
        none.clone(),
        none.sum(),
        scalar.exp(),
        constant.clone(),
        constant.exp()
    );
    drawn!(scalar.exp().sum() * Node::leaf(2.0));
    assert!(draw::text(&constant).to_string().contains("NaN"));
}

/// The scene is the root's: what is drawn twice is the same.
#[test]
fn a_view_can_be_displayed_twice_and_saved() {
    let root = pictures::apples_oranges();
    let view = draw::svg(&root).digits(3);
    let path = std::env::temp_dir().join(format!("backprop-drawing-{}.svg", std::process::id()));
    view.save(&path).expect("a file");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), view.to_string());
    assert_eq!(view.clone().to_string(), view.to_string());
    std::fs::remove_file(&path).expect("our own file");
    assert!(view.save(std::env::temp_dir().join("no such folder").join("x.svg")).is_err());
}

/// Of an array that nothing needs any more only the shape is left.
#[test]
fn arrays_show_what_is_left_of_them() {
    let x = NodeArray::leaf(ndarray::array![[3.0, -4.0]]).named("x");
    let y = ((&x + 1.0) * 2.0).sum();
    let text = draw::text(&y).to_string();
    assert!(
        text.contains("[1×2]") && text.contains("-4…3 ‖5‖") && text.contains("all 2 ‖2.828‖") || text.contains("all 2"),
        "{text}"
    );
}
