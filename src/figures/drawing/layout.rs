//! The layout of a figure in points: panels, ticks, names at the ends of lines, and the legend.

use super::text::{bold_width, width};
use super::ticks::{Tick, ticks};
use crate::figures::figure::{Figure, LegendPlace, Panel, Sample, Scale, Ticks};
use crate::figures::look::style::{BAND_OPACITY, Ink};

/// Points per inch.
pub const POINTS_PER_INCH: f64 = 72.0;

/// Least width of a wide figure, points.
const WIDE: f64 = 360.0;

/// Font sizes in points, as journals ask for at the printed width.
pub const TICK_SIZE: f64 = 6.5;
pub const LABEL_SIZE: f64 = 7.5;
pub const LEGEND_SIZE: f64 = 7.0;
pub const TITLE_SIZE: f64 = 7.5;

/// Distances, points.
pub const TICK_LENGTH: f64 = 2.5;
pub const TICK_GAP: f64 = 2.0;
const EDGE: f64 = 2.0;
const LABEL_LINE: f64 = 10.5;
const TITLE_LINE: f64 = 13.0;
const TOP: f64 = 5.0;
const TICK_LINE: f64 = TICK_LENGTH + TICK_GAP + TICK_SIZE;
const PANEL_GAP: f64 = 12.0;
const ROW_GAP: f64 = 7.0;
const END_GAP: f64 = 5.0;
pub const END_MARK: f64 = 7.0;
const END_LINE: f64 = 8.6;
pub const SAMPLE_WIDTH: f64 = 17.0;
pub const SAMPLE_GAP: f64 = 4.0;
const LEGEND_LINE: f64 = 10.5;
const LEGEND_GAP: f64 = 12.0;
const LEGEND_TOP: f64 = 7.0;

/// Largest share of the width that names at the ends of lines may take; else they go into the legend.
const END_SHARE: f64 = 0.30;

/// Room for one tick: points along y; spaces between labels along x.
const Y_TICK_ROOM: f64 = 20.0;
const X_TICK_SPACE: f64 = 11.0;

/// Space around the data, as a share of its extent.
const PAD: f64 = 0.03;

/// Smallest height of a panel's plot, points.
const LEAST_HEIGHT: f64 = 70.0;

/// A rectangle, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// A panel with its place and its scales.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Index into `Figure::panels`.
    pub panel: usize,
    /// The place of the data, without ticks and labels, points.
    pub plot: Rect,
    x: Axis,
    y: Axis,
    pub x_ticks: Vec<Tick>,
    pub y_ticks: Vec<Tick>,
    /// Whether the x axis has tick labels and a label here.
    pub show_x: bool,
    /// Whether the y axis has tick labels and a label here.
    pub show_y: bool,
    /// Distance from the plot's left side to the middle of the y label.
    pub y_label_offset: f64,
    /// Names of the series at the right of the plot; empty if they are in the legend.
    pub end_labels: Vec<EndLabel>,
}

#[derive(Debug, Clone, Copy)]
struct Axis {
    range: [f64; 2],
    scale: Scale,
}

impl Axis {
    /// Position on the axis: 0 at the low end, 1 at the high one; not finite for a value the scale cannot show.
    fn share(self, value: f64) -> f64 {
        let [low, high] = self.range;
        match self.scale {
            Scale::Linear => (value - low) / (high - low),
            Scale::Log => (value / low).log10() / (high / low).log10(),
        }
    }
}

impl Frame {
    /// Position of a point of the data.
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let Rect { left, width, height, .. } = self.plot;
        [left + self.x.share(x) * width, self.plot.bottom() - self.y.share(y) * height]
    }
}

/// The name of a series at the end of its line.
#[derive(Debug, Clone)]
pub struct EndLabel {
    /// Index into `Panel::named_lines`.
    pub line: usize,
    /// The line's last point.
    pub from: [f64; 2],
    /// Left end of the mark and vertical middle of the text.
    pub to: [f64; 2],
}

/// One entry of the legend below.
#[derive(Debug, Clone)]
pub struct LegendEntry {
    pub text: String,
    pub sample: Sample,
    /// Left end and vertical middle.
    pub at: [f64; 2],
}

/// A laid-out figure.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Points, as it was asked for.
    pub width: f64,
    /// Points, as follows from the width.
    pub height: f64,
    /// One for each panel, row by row.
    pub frames: Vec<Frame>,
    pub legend: Vec<LegendEntry>,
}

/// Lays a figure out at a width in points.
pub fn layout(figure: &Figure, full_width: f64) -> Layout {
    let wanted = if full_width >= WIDE { figure.columns.wide } else { figure.columns.narrow };
    let columns = wanted.clamp(1, figure.panels.len().max(1));
    let ends = end_width(figure, full_width);
    let ranges = ranges(figure);
    let mut plot_width = full_width / columns as f64 - LABEL_LINE - TICK_LINE;
    let mut margins = vec![0.0; columns];
    // Tick labels determine the margins, margins the plot's width, and the width the number of ticks: two passes settle
    // it.
    for _ in 0..2 {
        for (i, panel) in figure.panels.iter().enumerate() {
            let column = i % columns;
            let height = plot_height(figure, panel, plot_width);
            let room = if figure.shared_axes && column > 0 { 0.0 } else { y_margin(panel, ranges[i][1], height) };
            margins[column] = f64::max(margins[column], room);
        }
        let between = PANEL_GAP * (columns - 1) as f64;
        let right = if ends > 0.0 { ends } else { overhang(figure, &ranges) };
        plot_width = (full_width - 2.0 * EDGE - margins.iter().sum::<f64>() - between - right) / columns as f64;
        if let Some(aspect) = figure.panels.iter().filter(|p| is_table(p)).map(|p| p.aspect).reduce(f64::max) {
            plot_width = plot_width.min(figure.tallest / aspect);
        }
    }
    let mut frames = Vec::new();
    let mut top = 0.0;
    let rows = figure.panels.len().div_ceil(columns);
    for row in 0..rows {
        let first = row * columns;
        let panels = &figure.panels[first..(first + columns).min(figure.panels.len())];
        let titled = panels.iter().any(|p| !p.title.is_empty());
        let plot_top = top + if titled { TITLE_LINE } else { TOP };
        let height = panels.iter().map(|p| plot_height(figure, p, plot_width)).fold(0.0, f64::max);
        let mut bottom: f64 = ROW_GAP;
        for (column, panel) in panels.iter().enumerate() {
            let i = first + column;
            let left = EDGE + margins[..=column].iter().sum::<f64>() + (plot_width + PANEL_GAP) * column as f64;
            let plot = Rect { left, top: plot_top, width: plot_width, height };
            let show_x = !figure.shared_axes || i + columns >= figure.panels.len();
            let show_y = !figure.shared_axes || column == 0;
            let frame = frame(panel, i, plot, ranges[i], (show_x, show_y), ends > 0.0);
            bottom = bottom.max(x_margin(panel, show_x));
            frames.push(frame);
        }
        top = plot_top + height + bottom + if row + 1 < rows { ROW_GAP } else { 0.0 };
    }
    let (legend, height) = legend_below(figure, ends > 0.0, &frames, full_width, top);
    Layout { width: full_width, height: height + EDGE, frames, legend }
}

/// Whether a panel has named rows and columns: a heat map, whose shape must not change with the width.
pub fn is_table(panel: &Panel) -> bool {
    matches!((&panel.x.ticks, &panel.y.ticks), (Ticks::Named(_), Ticks::Named(_)))
}

fn plot_height(figure: &Figure, panel: &Panel, plot_width: f64) -> f64 {
    (plot_width * panel.aspect).clamp(LEAST_HEIGHT, figure.tallest)
}

fn most_y_ticks(height: f64) -> usize {
    (height / Y_TICK_ROOM).round().max(2.0) as usize
}

fn y_margin(panel: &Panel, range: [f64; 2], height: f64) -> f64 {
    let widest = widest(&ticks(&panel.y, range, most_y_ticks(height)));
    let label = if panel.y.label.is_empty() { 0.0 } else { LABEL_LINE };
    if widest == 0.0 { label } else { label + widest + TICK_LENGTH + TICK_GAP }
}

fn x_margin(panel: &Panel, shown: bool) -> f64 {
    match (shown, panel.x.label.is_empty()) {
        (false, _) => ROW_GAP,
        (true, true) => TICK_LINE + 1.0,
        (true, false) => TICK_LINE + LABEL_LINE,
    }
}

fn widest(ticks: &[Tick]) -> f64 {
    ticks.iter().map(|t| width(&t.text, TICK_SIZE)).fold(0.0, f64::max)
}

/// How far the last tick's label may extend to the right.
fn overhang(figure: &Figure, ranges: &[[[f64; 2]; 2]]) -> f64 {
    const MOST_TICKS: usize = 6;
    let halves = figure.panels.iter().zip(ranges).map(|(p, r)| widest(&ticks(&p.x, r[0], MOST_TICKS)) / 2.0);
    halves.fold(EDGE, f64::max)
}

/// Width of the names at the ends of lines; 0 when they go below.
fn end_width(figure: &Figure, full_width: f64) -> f64 {
    let ([panel], LegendPlace::Auto) = (&figure.panels[..], figure.legend) else { return 0.0 };
    let lines = panel.named_lines();
    let widest = lines.iter().map(|l| width(&l.series, LEGEND_SIZE)).fold(0.0, f64::max);
    let needed = END_GAP + END_MARK + widest + EDGE;
    let height = plot_height(figure, panel, full_width - needed);
    let fits = needed <= full_width * END_SHARE && lines.len() as f64 * END_LINE <= height;
    if fits && !lines.is_empty() { needed } else { 0.0 }
}

/// The x and y range of each panel.
fn ranges(figure: &Figure) -> Vec<[[f64; 2]; 2]> {
    let of = |panel: &Panel, axis: usize| {
        let description = if axis == 0 { &panel.x } else { &panel.y };
        description.range.or_else(|| panel.extent(axis))
    };
    let shared =
        |axis: usize| figure.panels.iter().filter_map(|p| of(p, axis)).reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    let one = |panel: &Panel, axis: usize| {
        let description = if axis == 0 { &panel.x } else { &panel.y };
        let extent = if figure.shared_axes { shared(axis) } else { of(panel, axis) };
        match (extent, description.range) {
            (None, _) => [1.0, 2.0],
            (Some(range), Some(_)) if range[1] > range[0] => range,
            (Some(range), _) => padded(range, description.scale),
        }
    };
    figure.panels.iter().map(|p| [one(p, 0), one(p, 1)]).collect()
}

fn padded([low, high]: [f64; 2], scale: Scale) -> [f64; 2] {
    match scale {
        Scale::Linear if high > low => [low - PAD * (high - low), high + PAD * (high - low)],
        Scale::Linear => [low - 0.5, high + 0.5],
        Scale::Log => [low * (1.0 - PAD), high.max(low * (1.0 + PAD)) * (1.0 + PAD)],
    }
}

fn frame(
    panel: &Panel,
    index: usize,
    plot: Rect,
    range: [[f64; 2]; 2],
    (show_x, show_y): (bool, bool),
    direct: bool,
) -> Frame {
    let (x, y) = (Axis { range: range[0], scale: panel.x.scale }, Axis { range: range[1], scale: panel.y.scale });
    let y_ticks = ticks(&panel.y, range[1], most_y_ticks(plot.height));
    let x_ticks = x_ticks(panel, range[0], plot.width);
    let widest = widest(&y_ticks);
    let beside = if widest == 0.0 { 0.0 } else { TICK_LENGTH + TICK_GAP + widest };
    let y_label_offset = beside + LABEL_LINE / 2.0 + 1.0;
    let mut frame =
        Frame { panel: index, plot, x, y, x_ticks, y_ticks, show_x, show_y, y_label_offset, end_labels: Vec::new() };
    if direct {
        frame.end_labels = end_labels(panel, &frame);
    }
    frame
}

/// As many ticks as fit without their labels touching.
fn x_ticks(panel: &Panel, range: [f64; 2], plot_width: f64) -> Vec<Tick> {
    const MOST: usize = 12;
    let fits = |t: &Vec<Tick>| t.len() as f64 * (widest(t) + X_TICK_SPACE) <= plot_width + X_TICK_SPACE;
    if matches!(panel.x.ticks, Ticks::Named(_)) {
        let named = ticks(&panel.x, range, MOST);
        let every = |n: usize| named.iter().step_by(n).cloned().collect::<Vec<_>>();
        // The first alone where no two fit.
        return (1..named.len()).map(every).find(fits).unwrap_or_else(|| every(named.len().max(1)));
    }
    (2..=MOST).rev().map(|most| ticks(&panel.x, range, most)).find(fits).unwrap_or_else(|| ticks(&panel.x, range, 1))
}

/// Names next to the last points, moved apart so that none overlap, in the order of the line ends.
fn end_labels(panel: &Panel, frame: &Frame) -> Vec<EndLabel> {
    let finite = |p: &[f64; 2]| p.iter().all(|v| v.is_finite());
    let last = |l: &crate::figures::figure::Line| l.points.iter().rev().map(|p| frame.at(*p)).find(finite);
    let mut ends: Vec<(usize, [f64; 2])> =
        panel.named_lines().iter().enumerate().filter_map(|(i, l)| Some((i, last(l)?))).collect();
    ends.sort_by(|a, b| a.1[1].total_cmp(&b.1[1]));
    let (top, bottom) = (frame.plot.top, frame.plot.bottom());
    let wanted: Vec<f64> = ends.iter().map(|e| e.1[1].clamp(top, bottom)).collect();
    let places = spread(&wanted, END_LINE, top, bottom);
    let x = frame.plot.right() + END_GAP;
    ends.iter().zip(places).map(|(&(line, from), y)| EndLabel { line, from, to: [x, y] }).collect()
}

/// The positions closest to `wanted` (ascending) that are at least `gap` apart and within the bounds.
///
/// Neighbours that would overlap are merged into blocks centred on the mean of their wanted positions.
fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    // A block: the sum of (wanted - offset within the block), its number of members, its first position.
    let mut blocks: Vec<(f64, usize, f64)> = Vec::new();
    for &w in wanted {
        let mut block = (w, 1, w);
        loop {
            let size = (block.1 - 1) as f64 * gap;
            block.2 = (block.0 / block.1 as f64).min(high - size).max(low);
            match blocks.last() {
                Some(last) if last.2 + last.1 as f64 * gap > block.2 => {
                    let (sum, n) = (last.0, last.1);
                    let shift = n as f64 * gap * block.1 as f64;
                    block = (sum + block.0 - shift, n + block.1, 0.0);
                    blocks.pop();
                }
                _ => break,
            }
        }
        blocks.push(block);
    }
    blocks.iter().flat_map(|&(_, n, first)| (0..n).map(move |i| first + i as f64 * gap)).collect()
}

/// The legend in columns below the panels, and the figure's height with it.
fn legend_below(figure: &Figure, direct: bool, frames: &[Frame], full: f64, top: f64) -> (Vec<LegendEntry>, f64) {
    let mut entries: Vec<(String, Sample)> = Vec::new();
    if !direct && figure.legend != LegendPlace::None {
        for line in figure.panels.iter().flat_map(Panel::named_lines) {
            let known = entries.iter().any(|e| e.0 == line.series);
            if let (false, Some(stroke)) = (known, line.stroke) {
                entries.push((line.series.clone(), Sample::Line { stroke, mark: line.mark.map(|m| m.0) }));
            }
        }
    }
    entries.extend(figure.keys.iter().map(|k| (k.text.clone(), k.sample)));
    if entries.is_empty() {
        return (Vec::new(), top);
    }
    let left = frames.first().map_or(EDGE, |f| f.plot.left);
    let widths: Vec<f64> = entries.iter().map(|e| SAMPLE_WIDTH + SAMPLE_GAP + width(&e.0, LEGEND_SIZE)).collect();
    let (under_plot, under_all) =
        (legend_columns(&widths, full - left - EDGE), legend_columns(&widths, full - 2.0 * EDGE));
    // Under the plot where it stays low there, else under everything.
    let (indent, columns) = if under_plot.len() == under_all.len() { (left, under_plot) } else { (EDGE, under_all) };
    let rows = entries.len().div_ceil(columns.len());
    let first = top + LEGEND_TOP + LEGEND_LINE / 2.0;
    let place = |i: usize| {
        let x = indent + columns[..i / rows].iter().map(|w| w + LEGEND_GAP).sum::<f64>();
        [x, first + (i % rows) as f64 * LEGEND_LINE]
    };
    let placed = entries.into_iter().enumerate().map(|(i, (text, sample))| LegendEntry { text, sample, at: place(i) });
    (placed.collect(), top + LEGEND_TOP + rows as f64 * LEGEND_LINE)
}

/// Widths of as many columns as fit, filled downwards so that related series are in one column.
fn legend_columns(widths: &[f64], room: f64) -> Vec<f64> {
    let filled = |columns: usize| {
        let rows = widths.len().div_ceil(columns);
        widths.chunks(rows).map(|c| c.iter().copied().fold(0.0, f64::max)).collect::<Vec<_>>()
    };
    let fits = |c: &Vec<f64>| c.iter().sum::<f64>() + LEGEND_GAP * (c.len() - 1) as f64 <= room;
    (1..=widths.len()).rev().map(filled).find(fits).unwrap_or_else(|| filled(1))
}

/// A legend sample for a confidence band in grey.
pub fn band_sample() -> Sample {
    Sample::Band { ink: Ink::Series(0), opacity: BAND_OPACITY * 2.0 }
}

/// Whether a panel's title fits above its plot at the usual size.
pub fn title_size(title: &str, room: f64) -> f64 {
    TITLE_SIZE * (room / bold_width(title, TITLE_SIZE)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_pushed_apart_no_further_than_needed() {
        for (wanted, expect) in [
            (&[10.0, 50.0][..], &[10.0, 50.0][..]),
            (&[10.0, 12.0], &[6.0, 16.0]),
            (&[1.0, 2.0], &[0.0, 10.0]),
            (&[99.0, 100.0, 40.0 + 60.0], &[80.0, 90.0, 100.0]),
            (&[20.0, 24.0, 60.0, 61.0], &[17.0, 27.0, 55.5, 65.5]),
        ] {
            let got = spread(wanted, 10.0, 0.0, 100.0);
            assert!(got.iter().zip(expect).all(|(a, b): (&f64, &f64)| (a - b).abs() < 1e-9), "{wanted:?} {got:?}");
        }
    }
}
