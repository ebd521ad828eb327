//! Drawings of a graph, as in the textbook: the value above each arrow, the derivative below it.
//!
//! ```
//! use backprop::{draw, Node};
//! let (apple, number, tax) = (Node::leaf(100.0).named("apple"), Node::leaf(2.0).named("number"), Node::leaf(1.1).named("tax"));
//! let price = &apple * &number * &tax;
//! println!("{}", draw::text(&price));                          // in a terminal
//! let svg = draw::svg(&price).digits(3).to_string();           // a picture
//! assert!(svg.starts_with("<svg") && svg.contains("apple"));
//! # let folder = std::env::temp_dir();
//! draw::html(&price).save(folder.join("apples.html"))?;        // a page to step through, in any browser
//! # Ok::<(), std::io::Error>(())
//! ```
//!
#![doc = include_str!("../docs/pictures/apples.svg")]
//!
//! Forward goes from left to right. Operations stand in boxes, with their names; leaves stand at the left of where they
//! are used, with the sum of what flows back into them. Above each arrow stands the value that goes along it, below it the
//! derivative of the drawn node that comes back along it: the local slope times the adjoint at its head. A name that
//! [`named`](crate::Node::named) gave to an inner node stands in the box of its operation. Arrays show their shape, their
//! smallest and largest element and their 2-norm; of an array that has been freed, only the shape is left.
//!
//! A drawing is a view: nothing is computed until it is displayed or saved. It runs a sweep of its own from the drawn
//! node, with the adjoint 1 (in every element of an array), and changes no `grad()`.
//! Within a closure that [`map`](crate::NodeArray::map) or `zip_map` traces there are no values, and displaying a drawing of
//! what depends on its argument panics, as asking for its value does.
//!
//! In names, control characters and those that have no width or turn the direction of writing are shown as U+FFFD.
//!
//! Large graphs are folded: beyond [`limit`](Drawing::limit) boxes, operations that look like each other are drawn once or
//! twice, and a dashed box says what was left out.

mod dot;
mod fold;
mod html;
mod layout;
mod order;
mod picture;
mod style;
mod svg;
mod text;

use crate::graph::array::NodeArray;
use crate::graph::handle::Node;
use crate::number::Float;
use ndarray::Dimension;
use picture::Picture;
use std::fmt;
use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::Path;

/// A drawing for a terminal, in box characters.
///
/// ```
/// use backprop::{draw, Node};
/// let (apple, number) = (Node::leaf(100.0).named("apple"), Node::leaf(2.0).named("number"));
/// assert_eq!(draw::text(&(&apple * &number)).to_string(), concat!(
///     "          100\n",
///     " apple ───────┐\n",
///     "  ∂ 2      2  │  ┌───┐  200\n",
///     "           2  └┬▶│ × ├───────▶\n",
///     " number ───────┘ └───┘   1\n",
///     "  ∂ 100   100\n",
/// ));
/// ```
pub fn text<N: Drawn>(root: &N) -> Drawing<'_, Text> {
    Drawing::new(root, 24)
}
/// A drawing in the language of Graphviz.
///
/// ```
/// use backprop::{draw, Node};
/// let y = Node::leaf(2.0_f64).named("x").sin();
/// let dot = draw::dot(&y).to_string();
/// assert!(dot.starts_with("digraph") && dot.contains("sin") && dot.contains("0.9093"));
/// ```
pub fn dot<N: Drawn>(root: &N) -> Drawing<'_, Dot> {
    Drawing::new(root, 200)
}
/// A drawing as a scalable picture, for browsers and documents.
///
/// ```
/// use backprop::{draw, draw::Theme, Node};
/// let y = Node::leaf(2.0_f64).named("x").sin();
/// let svg = draw::svg(&y).theme(Theme::Dark).digits(6).to_string();
/// assert!(svg.contains("0.909297") && svg.ends_with("</svg>\n"));
/// ```
pub fn svg<N: Drawn>(root: &N) -> Drawing<'_, Svg> {
    Drawing::new(root, 200)
}
/// A page of its own that steps forward and backward through the graph and shows each local computation. It needs a
/// browser and nothing else.
///
/// ```
/// use backprop::{draw, Node};
/// let y = Node::leaf(2.0_f64).named("x").sin();
/// let page = draw::html(&y).to_string();
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</html>"));
/// ```
pub fn html<N: Drawn>(root: &N) -> Drawing<'_, Html> {
    Drawing::new(root, 100)
}

/// What can be drawn: a [`Node`] or a [`NodeArray`]. Sealed.
pub trait Drawn: sealed::Sealed {
    #[doc(hidden)]
    fn picture(&self) -> Picture;
}
mod sealed {
    pub trait Sealed {}
}
impl<T: Float> sealed::Sealed for Node<T> {}
impl<T: Float> Drawn for Node<T> {
    fn picture(&self) -> Picture {
        picture::of_number(self)
    }
}
impl<T: Float, D: Dimension> sealed::Sealed for NodeArray<T, D> {}
impl<T: Float, D: Dimension> Drawn for NodeArray<T, D> {
    fn picture(&self) -> Picture {
        picture::of_array(self)
    }
}

/// Where the arrows go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From left to right, as in the textbook.
    #[default]
    Right,
    /// From top to bottom; values stand to the left of arrows, derivatives to the right.
    Down,
}
/// The colours. Values are blue and derivatives orange-red: two that colour-blind readers tell apart, and that differ in
/// print without colours as well (Okabe & Ito, *Color Universal Design*, 2008).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Theme {
    /// For white paper.
    #[default]
    Light,
    /// For dark pages.
    Dark,
}

#[derive(Clone, Debug)]
struct Options {
    digits: usize,
    direction: Direction,
    theme: Theme,
    limit: usize,
}

/// A view of a graph in one of four forms: [`text`], [`dot`], [`svg`], [`html`]. `Display` draws it.
///
/// ```
/// use backprop::{draw, Node};
/// let y = Node::leaf(2.0_f64).named("x").sin();
/// let (short, long) = (draw::text(&y).digits(2).to_string(), draw::text(&y).digits(6).to_string());
/// assert!(short.contains("0.91") && long.contains("0.909297"));
/// ```
#[must_use = "nothing is drawn until it is displayed or saved"]
pub struct Drawing<'a, F> {
    root: &'a dyn Drawn,
    options: Options,
    form: PhantomData<F>,
}
impl<F> Clone for Drawing<'_, F> {
    fn clone(&self) -> Self {
        Drawing { root: self.root, options: self.options.clone(), form: PhantomData }
    }
}
impl<F> fmt::Debug for Drawing<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawing").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a, F> Drawing<'a, F> {
    fn new(root: &'a dyn Drawn, limit: usize) -> Self {
        let options = Options { digits: 4, direction: Direction::default(), theme: Theme::default(), limit };
        Drawing { root, options, form: PhantomData }
    }
    /// How many significant digits numbers have, 4 unless it is said; at least 1 and at most 17.
    pub fn digits(mut self, digits: usize) -> Self {
        self.options.digits = digits.clamp(1, 17);
        self
    }
    /// How many boxes are drawn at most (at least 8): a larger graph is folded. 24 in text, 100 on a page, else 200.
    pub fn limit(mut self, boxes: usize) -> Self {
        self.options.limit = boxes.max(8);
        self
    }
    fn picture(&self) -> Picture {
        fold::fold(self.root.picture(), self.options.limit)
    }
}
impl<F> Drawing<'_, F>
where
    Self: fmt::Display,
{
    /// Writes the drawing to a file.
    ///
    /// # Errors
    /// What the file system says.
    ///
    /// # Panics
    /// As displaying it: where a sweep from the drawn node would, and where asking for its value would.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, self.to_string())
    }
}

/// The form that [`text`] draws in.
#[derive(Clone, Copy, Debug)]
pub struct Text;
/// The form that [`dot`](dot()) draws in.
#[derive(Clone, Copy, Debug)]
pub struct Dot;
/// The form that [`svg`] draws in.
#[derive(Clone, Copy, Debug)]
pub struct Svg;
/// The form that [`html`] draws in.
#[derive(Clone, Copy, Debug)]
pub struct Html;

/// Forms whose arrows may go another way, in other colours.
pub trait Coloured: sealed::Sealed {}
impl sealed::Sealed for Dot {}
impl Coloured for Dot {}
impl sealed::Sealed for Svg {}
impl Coloured for Svg {}
impl sealed::Sealed for Html {}
impl Coloured for Html {}

impl<F: Coloured> Drawing<'_, F> {
    /// Where the arrows go.
    ///
    /// ```
    /// use backprop::{draw, draw::Direction, Node};
    /// let y = Node::leaf(2.0_f64).sin();
    /// assert!(draw::dot(&y).direction(Direction::Down).to_string().contains("rankdir=TB"));
    /// ```
    pub fn direction(mut self, direction: Direction) -> Self {
        self.options.direction = direction;
        self
    }
    /// The colours.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.options.theme = theme;
        self
    }
}

impl fmt::Display for Drawing<'_, Text> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, &self.picture(), &self.options)
    }
}
impl fmt::Display for Drawing<'_, Dot> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        dot::write(f, &self.picture(), &self.options)
    }
}
impl fmt::Display for Drawing<'_, Svg> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        svg::write(f, &self.picture(), &self.options)
    }
}
impl fmt::Display for Drawing<'_, Html> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        html::write(f, &self.picture(), &self.options)
    }
}
