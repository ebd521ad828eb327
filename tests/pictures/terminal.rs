//! Drawings for a terminal: what is written in them stands unbroken.

use super::{pictures, random};
use backprop::{Node, draw};
use std::collections::BTreeMap;

/// All that lines and borders are made of.
const LINES: &str = "│─┌┐└┘├┤┬┴┼╌╎▶";

/// What stands in boxes and at arrows, as the picture of the same graph has it, with how often it does.
fn written(root: &Node<f64>, digits: usize, limit: usize) -> BTreeMap<String, usize> {
    let svg = draw::svg(root).digits(digits).limit(limit).to_string();
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    let mut written = BTreeMap::new();
    for line in texts {
        let text = line.split('>').nth(1).and_then(|rest| rest.split('<').next()).expect("a text");
        *written.entry(text.to_string()).or_default() += 1;
    }
    written
}

/// What stands between lines, borders and wide gaps; each must have room at both sides.
fn seen(text: &str, name: &str) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for line in text.lines() {
        let mut add = |part: &str| {
            if !part.trim().is_empty() {
                *seen.entry(part.trim().to_string()).or_default() += 1;
            }
        };
        let mut rest = line;
        while let Some(at) = rest.find(|c| LINES.contains(c)) {
            let part = &rest[..at];
            assert!(part.is_empty() || part.ends_with(' '), "{name}: {part:?} touches a line in\n{text}");
            part.split("  ").for_each(&mut add);
            rest = rest[at..].trim_start_matches(|c| LINES.contains(c));
            assert!(rest.is_empty() || rest.starts_with(' '), "{name}: {rest:?} touches a line in\n{text}");
        }
        rest.split("  ").for_each(&mut add);
    }
    seen
}

fn check(root: &Node<f64>, digits: usize, limit: usize, name: &str) -> usize {
    let text = draw::text(root).digits(digits).limit(limit).to_string();
    let (written, seen) = (written(root, digits, limit), seen(&text, name));
    for (word, many) in &written {
        let found = seen.get(word).copied().unwrap_or(0);
        assert_eq!(found, *many, "{name}: how often {word:?} stands in\n{text}");
    }
    assert_eq!(seen.len(), written.len(), "{name}: {:?}", seen.keys().filter(|word| !written.contains_key(*word)));
    written.values().sum()
}

#[test]
fn nothing_is_broken_in_random_graphs() {
    let mut words = 0;
    for seed in 0..50 {
        let nodes = 5 + 95 * seed / 49;
        let root = random::graph(nodes, seed as u64);
        words += check(&root, 4, 400, &format!("graph {seed} of {nodes} nodes"));
        words += check(&root, 12, 400, &format!("graph {seed} of {nodes} nodes, 12 digits"));
        words += check(&root, 4, 20, &format!("graph {seed}, folded"));
    }
    assert!(words > 50 * 3 * 60, "only {words} words were looked at");
    check(&pictures::apples_oranges(), 4, 24, "the chapter's graph");
}
