//! Boxes and labels are disjoint, and arrows run through nothing: computed from the picture itself.

use super::{pictures, random};
use backprop::{Node, NodeArray, draw, draw::Direction};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}
impl Rect {
    fn meets(&self, other: &Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
    /// Places are written to a tenth of a pixel.
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        self.left + 0.2 < x && x < self.right - 0.2 && self.top + 0.2 < y && y < self.bottom - 0.2
    }
    fn within(&self, other: &Rect) -> bool {
        other.left <= self.left && self.right <= other.right && other.top <= self.top && self.bottom <= other.bottom
    }
}

/// What a picture shows.
#[derive(Default)]
struct Seen {
    paper: (f64, f64),
    boxes: Vec<(usize, Rect)>,
    /// With the arrow that it belongs to, and whether it is a value.
    labels: Vec<(usize, bool, Rect)>,
    /// Text in a box, with the box.
    words: Vec<(usize, Rect)>,
    /// Ends, and points along it.
    arrows: Vec<Arrow>,
}
type Arrow = (usize, [usize; 2], Vec<(f64, f64)>);

fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    let start = format!(" {name}=\"");
    let at = element.find(&start).unwrap_or_else(|| panic!("no {name} in {element}"));
    element[at + start.len()..].split('"').next().expect("a closing quote")
}
fn length(element: &str, name: &str) -> f64 {
    attribute(element, name).parse().expect("a number")
}

fn look(svg: &str) -> Seen {
    let mut seen = Seen::default();
    let mut inside = None;
    for line in svg.lines() {
        if line.starts_with("<svg") {
            seen.paper = (length(line, "width"), length(line, "height"));
        } else if line.starts_with("<g ") {
            let number: usize = attribute(line, "id")[1..].parse().expect("a number");
            let (x, y) = (length(line, "x"), length(line, "y"));
            let (w, h) = (length(line, "width"), length(line, "height"));
            let rect = Rect { left: x, top: y, right: x + w, bottom: y + h };
            seen.boxes.push((number, rect));
            inside = Some(number);
        } else if line.starts_with("</g>") {
            inside = None;
        } else if line.starts_with("<text") {
            // letters of 13 pixels reach 11 above the line they stand on, and 3 below
            let (x, y, w) = (length(line, "x"), length(line, "y"), length(line, "textLength"));
            let rect = Rect { left: x - w / 2.0, top: y - 11.0, right: x + w / 2.0, bottom: y + 3.0 };
            match inside {
                Some(number) => seen.words.push((number, rect)),
                None => {
                    let id = attribute(line, "id");
                    let arrow = id[1..].split('-').next().and_then(|n| n.parse().ok()).expect("a number");
                    seen.labels.push((arrow, id.starts_with('v'), rect));
                }
            }
        } else if line.starts_with("<path") {
            let ends = ["data-from", "data-to"].map(|end| attribute(line, end).parse().expect("a number"));
            let arrow = attribute(line, "id")[1..].parse().expect("a number");
            seen.arrows.push((arrow, ends, points(attribute(line, "d"))));
        }
    }
    seen
}
/// Points along a path of lines and cubic curves.
fn points(path: &str) -> Vec<(f64, f64)> {
    const PARTS: usize = 24;
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut numbers: Vec<(f64, f64)> = Vec::new();
    let mut words = path.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let (command, first) = word.split_at(1);
        let point = |text: &str| {
            let (x, y) = text.split_once(',').expect("a point");
            (x.parse().expect("x"), y.parse().expect("y"))
        };
        numbers.clear();
        numbers.push(point(first));
        while let Some(next) = words.next_if(|word| !word.starts_with(|c: char| c.is_alphabetic())) {
            numbers.push(point(next));
        }
        match (command, &numbers[..]) {
            ("M", &[start]) => points.push(start),
            ("L", &[end]) => {
                let start = *points.last().expect("a start");
                let at = |t: f64| (start.0 + t * (end.0 - start.0), start.1 + t * (end.1 - start.1));
                points.extend((1..=PARTS).map(|k| at(k as f64 / PARTS as f64)));
            }
            ("C", &[a, b, end]) => {
                let start = *points.last().expect("a start");
                let mix = |t: f64, p: [f64; 4]| {
                    let s = 1.0 - t;
                    s * s * s * p[0] + 3.0 * s * s * t * p[1] + 3.0 * s * t * t * p[2] + t * t * t * p[3]
                };
                let at = |t: f64| (mix(t, [start.0, a.0, b.0, end.0]), mix(t, [start.1, a.1, b.1, end.1]));
                points.extend((1..=PARTS).map(|k| at(k as f64 / PARTS as f64)));
            }
            other => panic!("an unknown part of a path: {other:?}"),
        }
    }
    points
}

/// How many boxes were looked at.
fn check(svg: &str, name: &str) -> usize {
    let seen = look(svg);
    let paper = Rect { left: 0.0, top: 0.0, right: seen.paper.0, bottom: seen.paper.1 };
    let mut all: Vec<(String, Rect)> = seen.boxes.iter().map(|(k, rect)| (format!("box {k}"), *rect)).collect();
    all.extend(seen.labels.iter().map(|(k, value, rect)| (format!("label of arrow {k}, value {value}"), *rect)));
    for (k, (one, a)) in all.iter().enumerate() {
        assert!(a.within(&paper), "{name}: {one} leaves the paper: {a:?}");
        for (other, b) in &all[..k] {
            assert!(!a.meets(b), "{name}: {one} at {a:?} and {other} at {b:?} overlap");
        }
    }
    for (number, word) in &seen.words {
        let (_, rect) = seen.boxes.iter().find(|(k, _)| k == number).expect("its box");
        assert!(word.within(rect), "{name}: the text of box {number} leaves it: {word:?}, {rect:?}");
    }
    for (k, ends, points) in &seen.arrows {
        for &point in points {
            for (number, rect) in &seen.boxes {
                assert!(!rect.holds(point), "{name}: arrow {k} from {ends:?} runs through box {number} at {point:?}");
            }
            for (other, _, rect) in &seen.labels {
                assert!(!rect.holds(point), "{name}: arrow {k} runs through a label of arrow {other} at {point:?}");
            }
        }
        // it starts at its tail and ends at its head, if that is drawn
        for (end, point) in ends.iter().zip([points[0], points[points.len() - 1]]) {
            if let Some((_, rect)) = seen.boxes.iter().find(|(number, _)| number == end) {
                let grown = Rect {
                    left: rect.left - 1.0,
                    top: rect.top - 1.0,
                    right: rect.right + 1.0,
                    bottom: rect.bottom + 1.0,
                };
                assert!(grown.holds(point), "{name}: arrow {k} does not touch box {end}: {point:?}, {rect:?}");
            }
        }
    }
    assert!(seen.arrows.len() >= seen.boxes.len().saturating_sub(1), "{name}: a box without an arrow");
    seen.boxes.len()
}

#[test]
fn nothing_overlaps_in_random_graphs() {
    let mut boxes = 0;
    for seed in 0..20 {
        let nodes = 5 + 195 * seed / 19;
        let root = random::graph(nodes, seed as u64);
        for (direction, digits) in [(Direction::Right, 4), (Direction::Down, 4), (Direction::Right, 12)] {
            let svg = draw::svg(&root).direction(direction).digits(digits).limit(400).to_string();
            boxes += check(&svg, &format!("graph {seed} of {nodes} nodes, {direction:?}, {digits} digits"));
        }
        let folded = draw::svg(&root).limit(20).to_string();
        assert!(check(&folded, &format!("graph {seed}, folded")) <= 20);
    }
    assert!(boxes > 20 * 3 * 60, "only {boxes} boxes were looked at");
}

#[test]
fn nothing_overlaps_in_drawings_of_arrays() {
    let x = ndarray::Array2::from_shape_fn((6, 4), |(i, j)| (i as f64 - 2.3) * (j as f64 + 0.7));
    let w = NodeArray::leaf(ndarray::Array2::from_elem((4, 3), 0.1)).named("w₁");
    let b = NodeArray::leaf(ndarray::arr1(&[0.1, -0.2, 0.3])).named("bias");
    let h = (x.dot(&w) + &b).tanh();
    let loss = h.cross_entropy(&[0, 1, 2, 0, 1, 2]) + w.square().sum() * 0.01;
    for direction in [Direction::Right, Direction::Down] {
        assert!(check(&draw::svg(&loss).direction(direction).to_string(), "a layer") > 8);
    }
    assert!(check(&draw::svg(&h).to_string(), "an array") > 3);
}

/// The value above the arrow, the derivative below it.
#[test]
fn values_stand_above_and_derivatives_below() {
    let seen = look(&draw::svg(&pictures::apples_oranges()).to_string());
    assert_eq!(seen.labels.len(), 2 * seen.arrows.len());
    for (k, value, rect) in &seen.labels {
        let (.., points) = seen.arrows.iter().find(|(arrow, ..)| arrow == k).expect("its arrow");
        let middle = f64::midpoint(rect.left, rect.right);
        let near = points.iter().min_by(|a, b| (a.0 - middle).abs().total_cmp(&(b.0 - middle).abs())).expect("a point");
        assert!(if *value { rect.bottom < near.1 } else { rect.top > near.1 }, "arrow {k}: {rect:?}, {near:?}");
    }
}

/// Operands enter from first to last.
#[test]
fn operands_stand_in_their_order() {
    let (x, y) = (Node::leaf(7.0).named("x"), Node::leaf(3.0).named("y"));
    for z in [&x - &y, &y - &x, &x / (&y - &x), (&x * &y) / &x] {
        let svg = draw::svg(&z).to_string();
        let seen = look(&svg);
        let height =
            |arrow: usize| seen.labels.iter().find(|label| label.0 == arrow && label.1).expect("a label").2.top;
        for pair in seen.arrows.windows(2).filter(|pair| pair[0].1[1] == pair[1].1[1]) {
            assert!(height(pair[0].0) < height(pair[1].0), "{svg}");
        }
    }
}
