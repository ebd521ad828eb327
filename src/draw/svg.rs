//! The drawing as a scalable picture.

use super::layout::{Layout, Size, What, layout};
use super::picture::{Kind, Picture};
use super::style::{Colours, Is, Line, colours, escaped, label, width, words};
use super::{Direction, Options};
use std::fmt::{self, Write};

/// Pixels: the size of letters, their advance in a font of one width, the height of a line.
const LETTER: f64 = 13.0;
const ADVANCE: f64 = 7.8;
const LINE: f64 = 17.0;
const MARGIN: f64 = 12.0;
/// Between what stands in a box and its border.
const PAD: f64 = 9.0;
/// Between an arrow and its labels, and between a label and the next thing along the arrow.
const AWAY: f64 = 4.0;
const APART: f64 = 14.0;

pub(super) fn write(f: &mut fmt::Formatter<'_>, picture: &Picture, options: &Options) -> fmt::Result {
    self::picture(f, &Scene::new(picture, options), &colours(options.theme))
}
pub(super) fn picture(f: &mut impl Write, scene: &Scene<'_>, colours: &Colours) -> fmt::Result {
    let (w, h) = scene.extent();
    writeln!(
        f,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:.0} {h:.0}" width="{w:.0}" height="{h:.0}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{LETTER}" text-anchor="middle">"#
    )?;
    write!(f, r#"<title>{}</title>"#, scene.title())?;
    let Colours { ink, paper, .. } = colours;
    write!(
        f,
        r#"<defs><marker id="backprop-head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9.6" markerHeight="9.6" markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.8 L8,4 L0,7.2 z" fill="{ink}"/></marker></defs>"#
    )?;
    writeln!(f)?;
    writeln!(f, r#"<rect class="paper" width="{w:.0}" height="{h:.0}" fill="{paper}"/>"#)?;
    scene.write(f, colours)?;
    writeln!(f, "</svg>")
}

/// The picture with its places.
pub(super) struct Scene<'p> {
    picture: &'p Picture,
    words: Vec<Vec<Line>>,
    labels: Vec<[Vec<String>; 2]>,
    layout: Layout,
    direction: Direction,
}

impl<'p> Scene<'p> {
    pub fn new(picture: &'p Picture, options: &Options) -> Self {
        let direction = options.direction;
        let words: Vec<Vec<Line>> = picture.boxes.iter().map(|block| words(block, options.digits)).collect();
        let labels: Vec<[Vec<String>; 2]> = picture.arrows.iter().map(|arrow| label(arrow, options.digits)).collect();
        let sizes: Vec<Size> =
            picture.boxes.iter().zip(&words).map(|(b, words)| size(b.kind, words, direction)).collect();
        let ends = picture.arrows.iter().zip(&labels);
        let arrows: Vec<(usize, usize, Size)> =
            ends.map(|(arrow, label)| (arrow.from, arrow.to, label_size(label, direction))).collect();
        let mut layout = layout(&sizes, &arrows, Size::default(), APART);
        // steep arrows want room
        layout.spread(|layout, k| {
            let steepest = layout.columns[k].iter().flat_map(|&k| {
                let cell = &layout.cells[k];
                cell.to.iter().map(|&j| (layout.cells[j].across - cell.across).abs())
            });
            16.0 + (steepest.fold(0.0, f64::max) * 0.12).min(60.0)
        });
        Scene { picture, words, labels, layout, direction }
    }
    fn title(&self) -> String {
        let operations = self.picture.boxes.iter().filter(|block| block.kind == Kind::Operation).count();
        format!("A graph of {operations} operations: the value above each arrow, the derivative below it")
    }
    fn extent(&self) -> (f64, f64) {
        let (x, y) = self.point(self.layout.along(), self.layout.across);
        ((x + MARGIN).ceil(), (y + MARGIN).ceil())
    }
    fn point(&self, along: f64, across: f64) -> (f64, f64) {
        match self.direction {
            Direction::Right => (along + MARGIN, across + MARGIN),
            Direction::Down => (across + MARGIN, along + MARGIN),
        }
    }

    /// Arrows, then labels, then boxes.
    fn write(&self, f: &mut impl Write, colours: &Colours) -> fmt::Result {
        for (k, route) in self.layout.routes.iter().enumerate() {
            self.arrow(f, k, route, colours)?;
        }
        for cell in &self.layout.cells {
            let (start, end) = self.layout.spans[cell.column];
            if let What::Label(k) = cell.what {
                let middle = self.point((start + end) / 2.0, cell.across);
                self.label(f, k, middle, colours)?;
            }
        }
        for (k, cell) in self.layout.cells.iter().enumerate() {
            if let What::Block(block) = cell.what {
                self.block(f, block, k, colours)?;
            }
        }
        Ok(())
    }

    fn arrow(&self, f: &mut impl Write, k: usize, route: &[usize], colours: &Colours) -> fmt::Result {
        let arrow = &self.picture.arrows[k];
        let mut path = String::new();
        for (at, &cell) in route.iter().enumerate() {
            let (start, end) = self.layout.reach(cell);
            let (left, right) = self.layout.spans[self.layout.cells[cell].column];
            let across = self.layout.cells[cell].across;
            let go = |along: f64| {
                let (x, y) = self.point(along, across);
                format!("{x:.1},{y:.1}")
            };
            if at == 0 {
                write!(path, "M{} L{}", go(end), go(right))?;
                continue;
            }
            // through the gap: level where it leaves and where it comes
            let before = route[at - 1];
            let (_, gap) = self.layout.spans[self.layout.cells[before].column];
            let half = (left - gap) / 2.0;
            if self.layout.cells[before].across == across {
                write!(path, " L{}", go(left))?;
            } else {
                let (x, y) = self.point(gap + half, self.layout.cells[before].across);
                write!(path, " C{x:.1},{y:.1} {} {}", go(left - half), go(left))?;
            }
            let last = at + 1 == route.len();
            let stop = if last { start } else { right };
            if stop > left {
                write!(path, " L{}", go(stop))?;
            }
        }
        let dashes = if arrow.many > 1 { r#" stroke-dasharray="5 3""# } else { "" };
        writeln!(
            f,
            r#"<path id="a{k}" class="arrow" data-from="{}" data-to="{}" d="{path}" fill="none" stroke="{}" stroke-width="1.2"{dashes} marker-end="url(#backprop-head)"/>"#,
            arrow.from, arrow.to, colours.ink
        )
    }

    fn label(&self, f: &mut impl Write, k: usize, (x, y): (f64, f64), colours: &Colours) -> fmt::Result {
        let [above, below] = &self.labels[k];
        let lines = |n: usize| n as f64 * LINE;
        // each line's baseline, and its middle
        let (value, derivative) = match self.direction {
            Direction::Right => ((x, y - AWAY - lines(above.len())), (x, y + AWAY)),
            Direction::Down => {
                let half = |texts: &[String]| widest(texts) / 2.0 + AWAY + 2.0;
                ((x - half(above), y - lines(above.len()) / 2.0), (x + half(below), y - lines(below.len()) / 2.0))
            }
        };
        for (texts, (x, top), class, colour) in
            [(above, value, "value", colours.value), (below, derivative, "derivative", colours.derivative)]
        {
            for (n, line) in texts.iter().enumerate() {
                let id = format!(r#"id="{}{k}-{n}" class="{class}""#, &class[..1]);
                text(f, &id, line, (x, top + baseline(n)), colour)?;
            }
        }
        Ok(())
    }

    fn block(&self, f: &mut impl Write, block: usize, cell: usize, colours: &Colours) -> fmt::Result {
        let kind = self.picture.boxes[block].kind;
        if kind == Kind::Exit {
            return Ok(());
        }
        let (start, end) = self.layout.reach(cell);
        let Size { before, after, .. } = self.layout.cells[cell].size;
        let across = self.layout.cells[cell].across;
        let (x0, y0) = self.point(start, across - before);
        let (x1, y1) = self.point(end, across + after);
        let (w, h) = (x1 - x0, y1 - y0);
        let (fill, stroke, radius, dashes) = match kind {
            Kind::Operation => (colours.operation, colours.ink, 14.0, ""),
            Kind::Leaf => (colours.leaf, colours.faint, 3.0, ""),
            Kind::Folded => (colours.operation, colours.faint, 6.0, r#" stroke-dasharray="4 3""#),
            Kind::Constant | Kind::Exit => (colours.leaf, "none", 3.0, ""),
        };
        let class = format!("{kind:?}").to_lowercase();
        writeln!(
            f,
            r#"<g id="b{block}" class="{class}"><rect x="{x0:.1}" y="{y0:.1}" width="{w:.1}" height="{h:.1}" rx="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"{dashes}/>"#
        )?;
        let words = &self.words[block];
        let top = (y0 + y1) / 2.0 - words.len() as f64 * LINE / 2.0;
        let mut sums = 0;
        for (n, line) in words.iter().enumerate() {
            let (attributes, colour) = match line.is {
                Is::Title => (r#"class="title""#.to_string(), colours.ink),
                Is::Name => (r#"class="name""#.to_string(), colours.faint),
                Is::Derivative => (format!(r#"id="s{block}-{sums}" class="sum""#), colours.derivative),
            };
            sums += usize::from(line.is == Is::Derivative);
            text(f, &attributes, &line.text, ((x0 + x1) / 2.0, top + baseline(n)), colour)?;
        }
        writeln!(f, "</g>")
    }
}

/// Where the letters of line `n` stand.
fn baseline(n: usize) -> f64 {
    n as f64 * LINE + LINE - 4.5
}
fn text(f: &mut impl Write, attributes: &str, text: &str, (x, y): (f64, f64), colour: &str) -> fmt::Result {
    let length = width(text) as f64 * ADVANCE;
    let text = escaped(text);
    writeln!(
        f,
        r#"<text {attributes} x="{x:.1}" y="{y:.1}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs" fill="{colour}">{text}</text>"#
    )
}
fn widest<S: AsRef<str>>(texts: &[S]) -> f64 {
    texts.iter().map(|text| width(text.as_ref())).max().unwrap_or(0) as f64 * ADVANCE
}

fn size(kind: Kind, words: &[Line], direction: Direction) -> Size {
    if kind == Kind::Exit {
        return Size { along: 1.0, before: 1.0, after: 1.0 };
    }
    let texts: Vec<&str> = words.iter().map(|line| line.text.as_str()).collect();
    let (w, h) = (widest(&texts) + 2.0 * PAD, words.len() as f64 * LINE + PAD);
    let (w, h) = (w.max(32.0), h.max(28.0));
    let (along, across) = if direction == Direction::Right { (w, h) } else { (h, w) };
    Size { along, before: (across / 2.0).ceil(), after: (across / 2.0).ceil() }
}
fn label_size([above, below]: &[Vec<String>; 2], direction: Direction) -> Size {
    let lines = |texts: &[String]| texts.len() as f64 * LINE + AWAY;
    match direction {
        Direction::Right => {
            Size { along: widest(above).max(widest(below)) + 2.0 * AWAY, before: lines(above), after: lines(below) }
        }
        Direction::Down => Size {
            along: lines(above).max(lines(below)) + AWAY,
            before: (widest(above) + 2.0 * AWAY + 2.0).ceil(),
            after: (widest(below) + 2.0 * AWAY + 2.0).ceil(),
        },
    }
}
