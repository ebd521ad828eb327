//! How numbers and labels are written, and the colours.

use super::Theme;
use super::picture::{Arrow, Block, Kind, Measures, Shown};

/// A number with so many significant digits: `715`, `2.2`, `1.25e-7`.
pub(super) fn number(x: f64, digits: usize) -> String {
    if x == 0.0 {
        // also of the negative zero
        return "0".to_string();
    }
    if !x.is_finite() {
        return x.to_string();
    }
    // rounded first: 9.9999 may become 10
    let scientific = format!("{x:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..7).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        return trimmed(&format!("{x:.decimals$}")).to_string();
    }
    format!("{}e{exponent}", trimmed(mantissa))
}
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// A number in one line, an array in one or two.
pub(super) fn lines(shown: &Shown, digits: usize) -> Vec<String> {
    match shown {
        Shown::Number(x) => vec![number(*x, digits)],
        Shown::Array { shape, measures } => {
            let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
            let shape = if lengths.is_empty() { "()".to_string() } else { format!("[{}]", lengths.join("×")) };
            let of = |m: &Measures| {
                let [low, high, norm] = [m.low, m.high, m.norm].map(|x| number(x, digits));
                if m.low == m.high { format!("all {low}") } else { format!("{low}…{high} ‖{norm}‖") }
            };
            std::iter::once(shape).chain(measures.as_ref().map(of)).collect()
        }
    }
}
/// In one line, for texts.
pub(super) fn line(shown: &Shown, digits: usize) -> String {
    lines(shown, digits).join(" ")
}

/// What stands above an arrow, and below it.
pub(super) fn label(arrow: &Arrow, digits: usize) -> [Vec<String>; 2] {
    let above = match (&arrow.value, arrow.many) {
        (Some(value), _) => lines(value, digits),
        (None, many) => vec![format!("{many} arrows")],
    };
    [above, arrow.derivative.as_ref().map(|shown| lines(shown, digits)).unwrap_or_default()]
}

/// A line in a box.
pub(super) struct Line {
    pub text: String,
    pub is: Is,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Title,
    Name,
    Derivative,
}
/// What stands in a box: its title, the name that the user gave, of a leaf the sum of what flows back.
pub(super) fn words(block: &Block, digits: usize) -> Vec<Line> {
    let mut words = Vec::new();
    let mut push = |text: String, is| words.push(Line { text: cut(text), is });
    push(block.title.clone(), Is::Title);
    block.name.iter().for_each(|name| push(name.clone(), Is::Name));
    if block.kind == Kind::Leaf {
        for (k, line) in block.adjoint.iter().flat_map(|sum| lines(sum, digits)).enumerate() {
            push(if k == 0 { format!("∂ {line}") } else { line }, Is::Derivative);
        }
    }
    words
}

/// A long name is cut.
fn cut(text: String) -> String {
    const LONGEST: usize = 40;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}

/// A name without what cannot be seen: spaces for the ends of lines, and U+FFFD for control characters and for those that
/// have no width or turn the direction of writing, behind which names could hide, and which drawings could not count.
pub(super) fn visible(name: &str) -> String {
    let visible = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => '\u{fffd}',
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    name.chars().map(visible).collect()
}

/// How wide a text stands in a font of one width: in characters; those of East Asia take two, marks on others none.
pub(super) fn width(text: &str) -> usize {
    let of = |c: char| match u32::from(c) {
        0x0300..=0x036f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0x1f300..=0x1faff => 2,
        _ => 1,
    };
    text.chars().map(of).sum()
}

/// Colours as in CSS.
pub(super) struct Colours {
    pub paper: &'static str,
    pub ink: &'static str,
    pub faint: &'static str,
    pub operation: &'static str,
    pub leaf: &'static str,
    pub value: &'static str,
    pub derivative: &'static str,
}
pub(super) fn colours(theme: Theme) -> Colours {
    match theme {
        Theme::Light => Colours {
            paper: "#ffffff",
            ink: "#222222",
            faint: "#8a8a8a",
            operation: "#ffffff",
            leaf: "#f2f2ee",
            value: "#00588c",
            derivative: "#b84800",
        },
        Theme::Dark => Colours {
            paper: "#16181d",
            ink: "#e8e8e8",
            faint: "#8c8f96",
            operation: "#22252c",
            leaf: "#2c3038",
            value: "#6cc3f5",
            derivative: "#ffa35c",
        },
    }
}
/// Text as it stands in XML and HTML. What XML has no place for becomes a question mark.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}
