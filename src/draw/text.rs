//! The drawing for a terminal, in box characters: the same columns and lanes as in pictures, and arrows with corners.

use super::Options;
use super::layout::{Layout, Size, What, layout};
use super::picture::{Kind, Picture};
use super::style::{label, width, words};
use std::fmt::{self, Write};

/// Lines to the four sides of a character.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

pub(super) fn write(f: &mut fmt::Formatter<'_>, picture: &Picture, options: &Options) -> fmt::Result {
    let words: Vec<Vec<String>> = picture
        .boxes
        .iter()
        .map(|block| words(block, options.digits).into_iter().map(|line| line.text).collect())
        .collect();
    let labels: Vec<[Vec<String>; 2]> = picture.arrows.iter().map(|arrow| label(arrow, options.digits)).collect();
    let sizes: Vec<Size> = picture.boxes.iter().zip(&words).map(|(block, words)| size(block.kind, words)).collect();
    let arrows: Vec<(usize, usize, Size)> = picture
        .arrows
        .iter()
        .zip(&labels)
        .map(|(arrow, [above, below])| {
            let along = widest(above).max(widest(below)) as f64 + 2.0;
            let size = Size { along, before: above.len() as f64, after: below.len() as f64 + 1.0 };
            (arrow.from, arrow.to, size)
        })
        .collect();
    // a line of characters takes a row, as thin as it looks
    let lane = Size { along: 0.0, before: 0.0, after: 1.0 };
    let mut layout = layout(&sizes, &arrows, lane, 0.0);
    let tracks: Vec<Tracks> = (0..layout.columns.len()).map(|column| Tracks::new(&layout, column)).collect();
    layout.spread(|_, column| tracks[column].many as f64 + 1.0);
    let mut page = Page::new(layout.along() as usize + 1, layout.across as usize + 1);
    for (column, tracks) in tracks.iter().enumerate() {
        tracks.draw(&layout, column, &mut page);
    }
    for (k, cell) in layout.cells.iter().enumerate() {
        let (row, (start, end)) = (cell.across as usize, layout.spans[cell.column]);
        match cell.what {
            What::Lane => page.line(row, start as usize, end as usize),
            What::Label(arrow) => {
                page.line(row, start as usize, end as usize);
                let [above, below] = &labels[arrow];
                let middle = ((start + end) / 2.0) as usize;
                above.iter().enumerate().for_each(|(n, text)| page.centred(row - above.len() + n, middle, text));
                below.iter().enumerate().for_each(|(n, text)| page.centred(row + 1 + n, middle, text));
            }
            What::Block(block) => draw_box(&mut page, &layout, k, picture.boxes[block].kind, &words[block]),
        }
    }
    page.write(f)
}

fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| width(text)).max().unwrap_or(0)
}
/// With a border for operations; the arrow runs at the middle line.
fn size(kind: Kind, words: &[String]) -> Size {
    match kind {
        Kind::Exit => Size { along: 1.0, before: 0.0, after: 1.0 },
        Kind::Leaf | Kind::Constant => {
            let before = (words.len() - 1) as f64 / 2.0;
            Size { along: widest(words) as f64 + 2.0, before: before.floor(), after: before.ceil() + 1.0 }
        }
        Kind::Operation | Kind::Folded => {
            let before = (words.len() + 1) as f64 / 2.0;
            Size { along: widest(words) as f64 + 4.0, before: before.floor(), after: before.ceil() + 1.0 }
        }
    }
}
fn draw_box(page: &mut Page, layout: &Layout, k: usize, kind: Kind, words: &[String]) {
    let cell = &layout.cells[k];
    let row = cell.across as usize;
    let ((start, end), (left, right)) = (layout.reach(k), layout.spans[cell.column]);
    // in whole characters
    let (start, end) = (start.floor() as usize, start.floor() as usize + (end - start) as usize);
    if !cell.to.is_empty() {
        page.line(row, end, right as usize);
    }
    if kind == Kind::Exit {
        page.put(row, start, '▶');
        return;
    }
    if !cell.from.is_empty() {
        page.line(row, left as usize, start);
        page.put(row, start - 1, '▶');
    }
    let top = row - cell.size.before as usize;
    let bordered = matches!(kind, Kind::Operation | Kind::Folded);
    if bordered {
        let [flat, side] = if kind == Kind::Folded { ['╌', '╎'] } else { ['─', '│'] };
        let bottom = top + words.len() + 1;
        for x in start..end {
            page.put(top, x, flat);
            page.put(bottom, x, flat);
        }
        for y in top + 1..bottom {
            (start..end).for_each(|x| page.put(y, x, ' '));
            page.put(y, start, side);
            page.put(y, end - 1, side);
        }
        for (y, x, corner) in [(top, start, '┌'), (top, end - 1, '┐'), (bottom, start, '└'), (bottom, end - 1, '┘')]
        {
            page.put(y, x, corner);
        }
        if !cell.to.is_empty() {
            page.put(row, end - 1, if row > top && row < bottom { '├' } else { flat });
        }
    }
    for (n, text) in words.iter().enumerate() {
        page.centred(top + usize::from(bordered) + n, usize::midpoint(start, end), text);
    }
}

/// The verticals in the gap behind a column: each arrow that changes its row has a track, those from one cell the same.
struct Tracks {
    /// Of each cell of the column that needs one.
    of: Vec<(usize, usize)>,
    many: usize,
}
impl Tracks {
    fn new(layout: &Layout, column: usize) -> Self {
        let row = |k: usize| layout.cells[k].across as usize;
        let reach = |k: usize| {
            let rows = layout.cells[k].to.iter().map(|&j| row(j)).chain([row(k)]);
            (rows.clone().min().unwrap_or(0), rows.max().unwrap_or(0))
        };
        let bent: Vec<usize> = layout.columns[column]
            .iter()
            .copied()
            .filter(|&k| layout.cells[k].to.iter().any(|&j| row(j) != row(k)))
            .collect();
        // where one arrow arrives in the row in which another one leaves, the one that leaves bends first
        let bends_before =
            |a: usize, b: usize| layout.cells[b].to.iter().any(|&j| row(j) == row(a) && row(j) != row(b));
        let mut waiting = bent.clone();
        let mut of: Vec<(usize, usize)> = Vec::new();
        while !waiting.is_empty() {
            let free = waiting.iter().position(|&b| !waiting.iter().any(|&a| a != b && bends_before(a, b)));
            // two that wait for each other have to share a row
            let k = waiting.remove(free.unwrap_or(0));
            let (low, high) = reach(k);
            let meets = |&&(other, _): &&(usize, usize)| {
                let (l, h) = reach(other);
                low <= h && l <= high || bends_before(other, k)
            };
            let track = of.iter().filter(meets).map(|&(_, track)| track + 1).max().unwrap_or(0);
            of.push((k, track));
        }
        Tracks { many: of.iter().map(|&(_, track)| track + 1).max().unwrap_or(0), of }
    }
    fn draw(&self, layout: &Layout, column: usize, page: &mut Page) {
        let Some(&(next, _)) = layout.spans.get(column + 1) else { return };
        let (end, next) = (layout.spans[column].1 as usize, next as usize);
        for &k in &layout.columns[column] {
            let row = layout.cells[k].across as usize;
            let track = self.of.iter().find(|(cell, _)| *cell == k).map(|&(_, track)| end + track);
            for &j in &layout.cells[k].to {
                let to = layout.cells[j].across as usize;
                match track {
                    Some(track) if to != row => {
                        page.line(row, end, track);
                        page.lines[row][track] |= LEFT;
                        page.vertical(track, row, to);
                        page.lines[to][track] |= RIGHT;
                        page.line(to, track + 1, next);
                    }
                    _ => page.line(row, end, next),
                }
            }
        }
    }
}

/// A page of characters, and of lines that join where they meet.
struct Page {
    width: usize,
    lines: Vec<Vec<u8>>,
    /// With the marks that stand on a character; empty is the second half of a wide one.
    texts: Vec<Vec<Option<String>>>,
}
impl Page {
    fn new(width: usize, height: usize) -> Self {
        Page { width, lines: vec![vec![0; width + 1]; height], texts: vec![vec![None; width + 1]; height] }
    }
    /// From the left edge of one character to the left edge of another.
    fn line(&mut self, row: usize, from: usize, to: usize) {
        self.lines[row][from..to.max(from)].iter_mut().for_each(|sides| *sides |= LEFT | RIGHT);
    }
    fn vertical(&mut self, x: usize, from: usize, to: usize) {
        let (low, high) = (from.min(to), from.max(to));
        for y in low..=high {
            self.lines[y][x] |= if y > low { UP } else { 0 } | if y < high { DOWN } else { 0 };
        }
    }
    fn put(&mut self, row: usize, x: usize, c: char) {
        self.texts[row][x] = Some(c.to_string());
    }
    fn centred(&mut self, row: usize, middle: usize, text: &str) {
        let mut x = middle.saturating_sub(width(text) / 2);
        for c in text.chars() {
            let wide = width(c.encode_utf8(&mut [0; 4]));
            if x + wide > self.width {
                return;
            }
            if wide == 0 {
                // on the character before, which may be the first half of a wide one
                let before = self.texts[row][..x].iter_mut().rev().flatten().find(|text| !text.is_empty());
                before.into_iter().for_each(|text| text.push(c));
                continue;
            }
            self.put(row, x, c);
            self.texts[row][x + 1..x + wide].fill(Some(String::new()));
            x += wide;
        }
    }
    fn write(&self, f: &mut impl Write) -> fmt::Result {
        let row = |(lines, texts): (&Vec<u8>, &Vec<Option<String>>)| {
            let places = lines.iter().zip(texts).map(|(&line, text)| text.clone().unwrap_or(joint(line).to_string()));
            places.collect::<String>().trim_end().to_string()
        };
        let rows: Vec<String> = self.lines.iter().zip(&self.texts).map(row).collect();
        let end = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        rows[..end].iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
/// The character with lines to these sides.
fn joint(sides: u8) -> char {
    const JOINTS: [char; 16] = [' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼'];
    JOINTS[usize::from(sides & 15)]
}
