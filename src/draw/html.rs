//! The drawing as a page of its own, which steps through the graph.

use super::Options;
use super::picture::{Arrow, Block, Kind, Picture, Shown};
use super::style::{colours, escaped, line, number};
use super::svg::Scene;
use crate::graph::recorded::Recorded;
use crate::rule::Op;
use std::fmt::{self, Write};

const PAGE: &str = include_str!("page.html");

pub(super) fn write(f: &mut fmt::Formatter<'_>, picture: &Picture, options: &Options) -> fmt::Result {
    let colours = colours(options.theme);
    let scene = Scene::new(picture, options);
    let mut svg = String::new();
    super::svg::picture(&mut svg, &scene, &colours)?;
    let page = Page { picture, digits: options.digits };
    let (steps, boxes) = (page.steps()?, page.boxes()?);
    let fill = |name: &str| match name {
        "title" => Some("Backpropagation, step by step"),
        "page" => Some(colours.paper),
        "ink" => Some(colours.ink),
        "faint" => Some(colours.faint),
        "value" => Some(colours.value),
        "derivative" => Some(colours.derivative),
        "box" => Some(colours.leaf),
        "svg" => Some(&*svg),
        "steps" => Some(&*steps),
        "boxes" => Some(&*boxes),
        _ => None,
    };
    // {name} is filled in, and other braces are the page's own
    let mut rest = PAGE;
    while let Some(open) = rest.find('{') {
        let after = &rest[open + 1..];
        let name = after.split('}').next().unwrap_or_default();
        match fill(name) {
            Some(text) => {
                write!(f, "{}{text}", &rest[..open])?;
                rest = &after[name.len() + 1..];
            }
            None => {
                f.write_str(&rest[..=open])?;
                rest = after;
            }
        }
    }
    f.write_str(rest)
}

struct Page<'p> {
    picture: &'p Picture,
    digits: usize,
}
impl Page<'_> {
    fn operands(&self, k: usize) -> impl Iterator<Item = (usize, &Arrow)> {
        self.picture.arrows.iter().enumerate().filter(move |(_, arrow)| arrow.to == k)
    }
    fn uses(&self, k: usize) -> impl Iterator<Item = (usize, &Arrow)> {
        self.picture.arrows.iter().enumerate().filter(move |(_, arrow)| arrow.from == k)
    }
    fn value(&self, shown: &Shown) -> String {
        format!("<code class='value'>{}</code>", escaped(&line(shown, self.digits)))
    }
    fn derivative(&self, shown: &Shown) -> String {
        format!("<code class='derivative'>{}</code>", escaped(&line(shown, self.digits)))
    }
    fn called(&self, k: usize) -> String {
        let block = &self.picture.boxes[k];
        let title = format!("<b>{}</b>", escaped(&block.title));
        match &block.name {
            Some(name) => format!("{title} ({})", escaped(name)),
            None => title,
        }
    }

    /// As a list of objects: what appears at each step, and what is said.
    fn steps(&self) -> Result<String, fmt::Error> {
        let mut steps = Vec::new();
        let drawn = |k: &usize| self.picture.boxes[*k].kind != Kind::Exit;
        for k in (0..self.picture.boxes.len()).filter(drawn) {
            let ids: Vec<String> = self.uses(k).map(|(arrow, _)| format!("\"v{arrow}\"")).collect();
            steps.push(object(k, "forward", &ids, &self.forward(k)?));
        }
        for k in (0..self.picture.boxes.len()).rev().filter(drawn) {
            if self.picture.boxes[k].kind == Kind::Folded {
                let ids: Vec<String> = self.operands(k).map(|(arrow, _)| format!("\"d{arrow}\"")).collect();
                let text = format!("<p>Backward: through {}.</p>", self.called(k));
                steps.push(object(k, "backward", &ids, &text));
                continue;
            }
            let Some(adjoint) = &self.picture.boxes[k].adjoint else { continue };
            let ids = self.operands(k).map(|(arrow, _)| format!("\"d{arrow}\""));
            // the derivative of the drawn node by itself is where it starts
            let exit = self
                .uses(k)
                .filter(|(_, arrow)| k == self.picture.root && self.picture.boxes[arrow.to].kind == Kind::Exit);
            let sum = (self.picture.boxes[k].kind == Kind::Leaf).then(|| format!("\"s{k}\""));
            let ids: Vec<String> = ids.chain(exit.map(|(arrow, _)| format!("\"d{arrow}\""))).chain(sum).collect();
            steps.push(object(k, "backward", &ids, &self.backward(k, adjoint)?));
        }
        Ok(format!("[\n{}\n]", steps.join(",\n")))
    }
    /// What each box says when it is pointed at.
    fn boxes(&self) -> Result<String, fmt::Error> {
        let mut boxes = Vec::new();
        for (k, block) in self.picture.boxes.iter().enumerate().filter(|(_, block)| block.kind != Kind::Exit) {
            let mut text = self.forward(k)?;
            if let Some(adjoint) = &block.adjoint {
                text += &self.backward(k, adjoint)?;
            }
            let label = match block.kind {
                Kind::Folded => string(&block.title),
                _ => string(&format!("{}, {}", block.title, line(&block.value, self.digits))),
            };
            boxes.push(format!("{{\"box\":{k},\"label\":{label},\"text\":{}}}", string(&text)));
        }
        Ok(format!("[\n{}\n]", boxes.join(",\n")))
    }

    fn forward(&self, k: usize) -> Result<String, fmt::Error> {
        let (block, mut text) = (&self.picture.boxes[k], String::new());
        let value = self.value(&block.value);
        match block.kind {
            Kind::Leaf => {
                write!(text, "<p>{} is a leaf: {value} is given, and its derivative is asked for.</p>", self.called(k))?
            }
            Kind::Constant => write!(text, "<p>A constant: {value}. Nothing flows back into it.</p>")?,
            Kind::Folded => {
                let name = block.name.as_deref().unwrap_or_default();
                write!(
                    text,
                    "<p>{}: left out: they look like what is beside them, or are far away ({}).</p>",
                    escaped(&block.title),
                    escaped(name)
                )?;
            }
            Kind::Operation | Kind::Exit => {
                let operands: Vec<String> = self
                    .operands(k)
                    .map(|(_, arrow)| arrow.value.as_ref().map_or_else(|| "…".to_string(), |value| self.value(value)))
                    .collect();
                write!(text, "<p>Forward: {} of {} is {value}.</p>", self.called(k), operands.join(" and "))?;
                if let Some(op) = row(block) {
                    write!(text, "<p class='rule'>{}</p>", code(op.rule()))?;
                }
            }
        }
        Ok(text)
    }
    fn backward(&self, k: usize, adjoint: &Shown) -> Result<String, fmt::Error> {
        let mut text = String::new();
        let parts: Vec<String> =
            self.uses(k).filter_map(|(_, arrow)| arrow.derivative.as_ref()).map(|part| self.derivative(part)).collect();
        let total = self.derivative(adjoint);
        let sum = if parts.len() > 1 { format!("{} = {total}", parts.join(" + ")) } else { total };
        if k == self.picture.root {
            write!(text, "<p>Backward: the derivative of the result by itself is {sum}.</p>")?;
        } else {
            write!(text, "<p>Backward: {} has the derivative {sum}", self.called(k))?;
            text += if parts.len() > 1 { ", the sum of what comes along its arrows.</p>" } else { ".</p>" };
        }
        for (_, arrow) in self.operands(k) {
            let Some(derivative) = &arrow.derivative else { continue };
            let (to, part) = (self.called(arrow.from), self.derivative(derivative));
            match (arrow.slope, adjoint) {
                (Some(slope), Shown::Number(adjoint)) => {
                    let [slope, adjoint] = [slope, *adjoint].map(|x| number(x, self.digits));
                    write!(
                        text,
                        "<p>To {to} flows slope × derivative = <code>{slope} × {adjoint}</code> = {part}.</p>"
                    )?;
                }
                _ => write!(text, "<p>To {to} flows {part}.</p>")?,
            }
        }
        Ok(text)
    }
}
fn row(block: &Block) -> Option<Op> {
    match block.operation {
        Some(Recorded::Row(op)) => Some(op),
        Some(Recorded::Power(_)) => Some(Op::Powi),
        Some(Recorded::Polygamma(_)) => Some(Op::Polygamma),
        _ => None,
    }
}
/// What stands between grave accents as code.
fn code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(k, part)| if k % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }).collect()
}
fn object(k: usize, phase: &str, ids: &[String], text: &str) -> String {
    format!("{{\"box\":{k},\"phase\":\"{phase}\",\"show\":[{}],\"text\":{}}}", ids.join(","), string(text))
}
/// As a string of JavaScript, also within a page.
fn string(text: &str) -> String {
    let mut string = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => string.push_str("\\\""),
            '\\' => string.push_str("\\\\"),
            '<' => string.push_str("\\u003c"),
            '\n' => string.push_str("\\n"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(string, "\\u{:04x}", u32::from(c));
            }
            c => string.push(c),
        }
    }
    string.push('"');
    string
}
