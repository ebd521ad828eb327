//! The pictures that are committed: the chapter's two systems, the loss of the irises, a graph of 200 nodes.

use super::random;
use backprop::{Node, draw};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../examples/iris/flowers.rs"]
#[allow(dead_code, reason = "of the example only what makes the loss is used")]
mod flowers;
#[path = "../../examples/iris/model.rs"]
mod model;

fn apples() -> Node<f64> {
    let leaf = |name, value: f64| Node::leaf(value).named(name);
    leaf("apple", 100.0) * leaf("number", 2.0) * leaf("tax", 1.1)
}
pub fn apples_oranges() -> Node<f64> {
    let leaf = |name, value: f64| Node::leaf(value).named(name);
    let apples = (leaf("apple", 100.0) * leaf("apple number", 2.0)).named("apples");
    let oranges = (leaf("orange", 150.0) * leaf("orange number", 3.0)).named("oranges");
    (apples + oranges) * leaf("tax", 1.1)
}
fn iris() -> Node<f64> {
    let table = flowers::Flowers::parse(include_bytes!("../../examples/data/iris.csv")).expect("Fisher's irises");
    let weights: model::Weights<Node<f64>> = (0..3)
        .map(|species| {
            std::array::from_fn(|k| {
                let name = ["bias", "sepal length", "sepal width", "petal length", "petal width"][k];
                Node::leaf(0.1 * (species as f64 - 1.0) * k as f64).named(&format!("{} {name}", table.species[species]))
            })
        })
        .collect();
    model::loss(&weights, &table.flowers)
}

/// Each with its file's name.
fn pictures() -> Vec<(&'static str, String)> {
    let (small, large) = (apples_oranges(), random::graph(200, 20));
    vec![
        ("apples.svg", draw::svg(&apples()).to_string()),
        ("apples_oranges.svg", draw::svg(&small).to_string()),
        ("apples_oranges.uri", uri(&draw::svg(&small).to_string())),
        ("apples_oranges.txt", draw::text(&small).to_string()),
        ("apples_oranges.dot", draw::dot(&small).to_string()),
        ("apples_oranges.html", draw::html(&small).to_string()),
        ("iris.svg", draw::svg(&iris()).limit(40).digits(3).to_string()),
        ("graph_of_200.svg", draw::svg(&large).limit(250).to_string()),
    ]
}
/// A picture within a link, for pages that cannot reach files.
fn uri(svg: &str) -> String {
    let mut uri = String::from("data:image/svg+xml,");
    for byte in svg.trim_end().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b':' | b';' | b'=' | b',' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures")
}

#[test]
fn the_committed_pictures_are_current() {
    for (name, picture) in pictures() {
        let committed = fs::read_to_string(folder().join(name)).unwrap_or_default();
        assert!(
            committed == picture,
            "docs/pictures/{name} is not what is drawn now: look at it, then write it anew by\n    cargo test --test pictures -- --ignored write_the_pictures"
        );
    }
}

#[test]
#[ignore = "writes docs/pictures anew"]
fn write_the_pictures() {
    for (name, picture) in pictures() {
        fs::write(folder().join(name), picture).expect("docs/pictures can be written");
    }
}

/// The README shows the text as it is drawn.
#[test]
fn the_readme_shows_the_drawing() {
    let readme = include_str!("../../README.md");
    let text = draw::text(&apples_oranges()).to_string();
    assert!(readme.contains(text.trim_end()), "the README shows another drawing than\n{text}");
}
