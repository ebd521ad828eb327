//! The drawing in the language of Graphviz.

use super::picture::{Kind, Picture};
use super::style::{Is, colours, escaped, label, words};
use super::{Direction, Options};
use std::fmt;

pub(super) fn write(f: &mut fmt::Formatter<'_>, picture: &Picture, options: &Options) -> fmt::Result {
    let c = colours(options.theme);
    let rank = if options.direction == Direction::Right { "LR" } else { "TB" };
    writeln!(f, "digraph backprop {{")?;
    writeln!(f, "  graph [rankdir={rank}, bgcolor=\"{}\"];", c.paper)?;
    writeln!(f, "  node [fontname=\"monospace\", fontsize=11, shape=box, style=\"rounded,filled\"];")?;
    writeln!(f, "  edge [fontname=\"monospace\", fontsize=10, color=\"{}\"];", c.ink)?;
    for (k, block) in picture.boxes.iter().enumerate() {
        let (fill, border, style) = match block.kind {
            Kind::Operation => (c.operation, c.ink, "rounded,filled"),
            Kind::Leaf => (c.leaf, c.faint, "filled"),
            Kind::Constant => (c.leaf, c.leaf, "filled"),
            Kind::Folded => (c.operation, c.faint, "filled,dashed"),
            Kind::Exit => {
                writeln!(f, "  n{k} [shape=point, style=invis];")?;
                continue;
            }
        };
        let line = |(text, is): (&str, Is)| {
            let colour = match is {
                Is::Title => c.ink,
                Is::Name => c.faint,
                Is::Derivative => c.derivative,
            };
            coloured(text, colour)
        };
        let words = words(block, options.digits);
        let text: Vec<String> = words.iter().map(|word| line((&word.text, word.is))).collect();
        let text = text.join("<br/>");
        writeln!(f, "  n{k} [label=<{text}>, fillcolor=\"{fill}\", color=\"{border}\", style=\"{style}\"];")?;
    }
    for arrow in &picture.arrows {
        let [above, below] = label(arrow, options.digits);
        let value = above.iter().map(|text| coloured(text, c.value));
        let derivative = below.iter().map(|text| coloured(text, c.derivative));
        let text: Vec<String> = value.chain(derivative).collect();
        let style = if arrow.many > 1 { ", style=dashed" } else { "" };
        writeln!(f, "  n{} -> n{} [label=<{}>{style}];", arrow.from, arrow.to, text.join("<br/>"))?;
    }
    writeln!(f, "}}")
}
fn coloured(text: &str, colour: &str) -> String {
    // an element without text is an error there
    let text = if text.is_empty() { " ".to_string() } else { escaped(text) };
    format!("<font color=\"{colour}\">{text}</font>")
}
