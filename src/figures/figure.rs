//! `Figure`: a figure as plain data; the same value is drawn on the screen and written to files.
//!
//! It has panels, axes and series, but no pixels, fonts or colours: inks are named and a `Theme` resolves them.

use super::look::style::{Ink, Mark, Stroke};
use crate::dataset::Class;

/// Width of one text column, inches.
pub const COLUMN_WIDTH: f64 = 3.5;
/// Width of a page, inches.
pub const PAGE_WIDTH: f64 = 7.2;
/// Resolution of a picture in print, dots per inch.
pub const PRINT_DPI: f32 = 300.0;

/// One figure of one or more panels.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stem of the file it is written to.
    pub name: String,
    /// A short title: shown on the screen and as the document's title, not printed inside the figure.
    pub title: String,
    /// What is drawn, over how many repeats, and what the band is.
    pub caption: String,
    /// Row by row, as many in a row as `columns` says.
    pub panels: Vec<Panel>,
    /// Panels in a row of a narrow figure (one text column) and of a wide one.
    pub columns: Columns,
    pub legend: LegendPlace,
    /// Legend entries that belong to no single series (thin lines, bands).
    pub keys: Vec<Key>,
    /// Whether all panels share their ranges; then only the outer ones have tick labels.
    pub shared_axes: bool,
    /// Largest height of a panel's plot, points.
    pub tallest: f64,
}

/// Number of panels in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Below a width of 5 inches.
    pub narrow: usize,
    /// From a width of 5 inches on.
    pub wide: usize,
}

impl Columns {
    /// One panel below the other at any width.
    pub const ONE: Self = Self { narrow: 1, wide: 1 };
}

/// Position of the names of the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegendPlace {
    /// At the right end of each line if they fit, else below.
    Auto,
    /// Below the panels.
    Below,
    /// Only the keys: the panels have titles.
    None,
}

/// An entry of the legend that belongs to no single series.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub text: String,
    pub sample: Sample,
}

/// The sample before the text of a legend entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    Line { stroke: Stroke, mark: Option<Mark> },
    Band { ink: Ink, opacity: f64 },
}

/// One pair of axes and its items, in drawing order.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Printed above the panel; empty for none.
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// Height of the plot over its width.
    pub aspect: f64,
    /// Later ones are drawn over earlier ones.
    pub items: Vec<Item>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub label: String,
    pub scale: Scale,
    /// The range shown; `None` for the extent of the data with a margin.
    pub range: Option<[f64; 2]>,
    pub ticks: Ticks,
}

/// How data map to positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    /// Base 10; values at or below zero are not drawn.
    Log,
}

/// Positions of the ticks.
#[derive(Debug, Clone, PartialEq)]
pub enum Ticks {
    /// Round numbers, as many as there is room for.
    Nice,
    /// Round whole numbers.
    Whole,
    /// Positions in data coordinates, with names.
    Named(Vec<(f64, String)>),
    /// None, nor a line to hold them: what is drawn in the panel says where it is.
    None,
}

/// Something drawn in a panel, in data coordinates.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Line(Line),
    Band(Band),
    /// Filled rectangles: bars, or the cells of a heat map.
    Blocks(Vec<Block>),
    Rule(Rule),
    Note(Note),
    Image(Image),
    Cloud(Cloud),
    Tag(Tag),
}

/// Points joined by a line, by steps, or by nothing. A point that is not finite breaks the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name of the series; lines of one series share one legend entry.
    pub series: String,
    /// Whether the line gives the series a legend entry.
    pub in_legend: bool,
    /// `[x, y]` in data coordinates.
    pub points: Vec<[f64; 2]>,
    /// `None` draws no line.
    pub stroke: Option<Stroke>,
    /// The mark of each point and its colour; `None` draws none.
    pub mark: Option<(Mark, Ink)>,
    /// Horizontal to the next point, then vertical.
    pub steps: bool,
}

impl Line {
    /// The kind in a table of the figure's numbers.
    pub fn kind(&self) -> &'static str {
        match (self.stroke.is_some(), self.steps) {
            (true, true) => "steps",
            (true, false) => "line",
            (false, _) => "points",
        }
    }
}

/// The area between two curves: x, low, high.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub series: String,
    /// `[x, low, high]` in data coordinates, by x.
    pub points: Vec<[f64; 3]>,
    pub ink: Ink,
    /// From 0, invisible, to 1.
    pub opacity: f64,
}

/// A filled rectangle, for bars and heat maps.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub series: String,
    /// Left and right end.
    pub x: [f64; 2],
    /// Lower and upper end.
    pub y: [f64; 2],
    /// The number it shows.
    pub value: Option<f64>,
    pub ink: Ink,
    /// Printed inside if it fits.
    pub text: String,
}

/// A straight line across the panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The x of a vertical line, the y of a horizontal one, in data coordinates.
    pub at: f64,
    pub vertical: bool,
    pub stroke: Stroke,
}

/// A text in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Position as shares of the panel's width and height, from its lower left corner.
    pub at: [f64; 2],
    pub text: String,
    pub anchor: Anchor,
}

/// An image in a rectangle in data coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Left and right end.
    pub x: [f64; 2],
    /// Lower and upper end; the first row of pixels is at the upper one.
    pub y: [f64; 2],
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// One plane of grey, from the background (0) to the text's colour (255), or three of red, green and blue.
    pub planes: Vec<u8>,
    /// What it shows, for the CSV of the figure.
    pub text: String,
}

/// Many small points in the colours of classes, or in one, drawn as one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// `[x, y]` in data coordinates.
    pub points: Vec<[f64; 2]>,
    /// The class of each point, one for each also where `ink` is given.
    pub classes: Vec<Class>,
    /// The colour of all points instead of those of the classes.
    pub ink: Option<Ink>,
    /// Radius of a point, in points.
    pub radius: f64,
    /// From 0, invisible, to 1.
    pub opacity: f64,
}

/// A bold letter at a position in data coordinates, with an outline in the background colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// `[x, y]` in data coordinates.
    pub at: [f64; 2],
    pub text: String,
}

/// The end of a text that is at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Axis {
    /// A linear axis with round ticks over the extent of the data.
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), scale: Scale::Linear, range: None, ticks: Ticks::Nice }
    }

    /// Shows this range and not the extent of the data.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some([low, high]);
        self
    }

    /// Has ticks at these positions and not at round numbers.
    pub fn ticks(mut self, ticks: Ticks) -> Self {
        self.ticks = ticks;
        self
    }
}

impl Figure {
    /// Largest height of a panel's plot on a page, points.
    pub const TALLEST: f64 = 250.0;

    /// A figure of one panel.
    pub fn single(name: &str, title: &str, caption: String, panel: Panel) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            caption,
            panels: vec![panel],
            columns: Columns::ONE,
            legend: LegendPlace::Auto,
            keys: Vec::new(),
            shared_axes: false,
            tallest: Self::TALLEST,
        }
    }

    /// Whether there is any number in it.
    pub fn is_empty(&self) -> bool {
        self.panels.iter().all(Panel::is_empty)
    }
}

impl Panel {
    /// Whether there is nothing to see but rules, notes and tags.
    pub fn is_empty(&self) -> bool {
        self.items.iter().all(|i| match i {
            Item::Line(l) => l.points.is_empty(),
            Item::Band(b) => b.points.is_empty(),
            Item::Blocks(b) => b.is_empty(),
            Item::Image(_) => false,
            Item::Cloud(c) => c.points.is_empty(),
            Item::Rule(_) | Item::Note(_) | Item::Tag(_) => true,
        })
    }

    /// The lines with a legend entry, one for each series, in order of appearance.
    pub fn named_lines(&self) -> Vec<&Line> {
        let mut lines: Vec<&Line> = Vec::new();
        for item in &self.items {
            if let Item::Line(l) = item
                && l.in_legend
                && !lines.iter().any(|k| k.series == l.series)
            {
                lines.push(l);
            }
        }
        lines
    }

    /// Extent of the data along x (0) or y (1): smallest and largest finite number.
    pub fn extent(&self, axis: usize) -> Option<[f64; 2]> {
        let scale = if axis == 0 { self.x.scale } else { self.y.scale };
        let mut extent: Option<[f64; 2]> = None;
        let mut add = |v: f64| {
            if v.is_finite() && (scale == Scale::Linear || v > 0.0) {
                let [low, high] = extent.unwrap_or([v, v]);
                extent = Some([low.min(v), high.max(v)]);
            }
        };
        for item in &self.items {
            match item {
                Item::Line(l) => l.points.iter().for_each(|p| add(p[axis])),
                Item::Band(b) if axis == 0 => b.points.iter().for_each(|p| add(p[0])),
                Item::Band(b) => b.points.iter().for_each(|p| (add(p[1]), add(p[2])).1),
                Item::Blocks(blocks) => {
                    blocks.iter().flat_map(|b| if axis == 0 { b.x } else { b.y }).for_each(&mut add);
                }
                Item::Rule(r) if r.vertical == (axis == 0) => add(r.at),
                Item::Image(i) => (if axis == 0 { i.x } else { i.y }).into_iter().for_each(&mut add),
                Item::Cloud(c) => c.points.iter().for_each(|p| add(p[axis])),
                Item::Rule(_) | Item::Note(_) | Item::Tag(_) => {}
            }
        }
        extent
    }
}
