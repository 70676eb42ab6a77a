//! `Figure` as SVG: text stays text, sizes are in points, and the same figure gives the same bytes.

use std::fmt::Write as _;

use crate::figures::drawing::layout::{
    END_MARK, EndLabel, Frame, LABEL_SIZE, LEGEND_SIZE, Layout, POINTS_PER_INCH, SAMPLE_GAP, SAMPLE_WIDTH, TICK_GAP,
    TICK_LENGTH, TICK_SIZE, is_table, layout, title_size,
};
use crate::figures::drawing::raster;
use crate::figures::drawing::text::{FAMILIES, width};
use crate::figures::figure::{Anchor, Block, Figure, Item, Line, Panel, Sample, Tag, Ticks};
use crate::figures::look::style::Rgb;
use crate::figures::look::style::{Dash, Ink, Mark, Outline, Stroke};
use crate::figures::look::theme::Theme;

/// Widths of lines that belong to no series, points.
const AXIS_WIDTH: f64 = 0.5;
const GRID_WIDTH: f64 = 0.4;
const LEADER_WIDTH: f64 = 0.4;
const MARK_WIDTH: f64 = 0.8;

/// Radius of a mark, points; in a plot narrower than `FULL_MARKS_FROM` it is smaller in proportion, to a limit.
const MARK_RADIUS: f64 = 2.0;
const FULL_MARKS_FROM: f64 = 170.0;
const LEAST_MARK: f64 = 0.65;

/// From the baseline of a text to the middle of its small letters and digits, in its size.
const MIDDLE: f64 = 0.35;

/// How much smaller a note may be written that does not fit.
const LEAST_NOTE: f64 = 0.5;

/// The largest and smallest type inside a block.
const BLOCK_TEXT: [f64; 2] = [4.0, 6.0];

/// The SVG of a figure at a width in inches.
pub fn svg(figure: &Figure, width_in: f64, theme: &Theme) -> String {
    let layout = layout(figure, width_in * POINTS_PER_INCH);
    let mut out = Writer { out: String::new(), theme };
    out.begin(figure, &layout);
    for frame in &layout.frames {
        out.panel(figure, &figure.panels[frame.panel], frame);
    }
    for entry in &layout.legend {
        out.sample(entry.sample, entry.at);
        let x = entry.at[0] + SAMPLE_WIDTH + SAMPLE_GAP;
        out.text([x, entry.at[1] + LEGEND_SIZE * MIDDLE], LEGEND_SIZE, Anchor::Start, theme.text, &entry.text);
    }
    out.out.push_str("</svg>\n");
    out.out
}

struct Writer<'a> {
    out: String,
    theme: &'a Theme,
}

impl Writer<'_> {
    fn begin(&mut self, figure: &Figure, layout: &Layout) {
        let (w, h) = (n(layout.width), n(layout.height));
        let (title, caption) = (escape(&figure.title), escape(&figure.caption));
        let _ = writeln!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\" \
             font-family=\"{FAMILIES}\">\n<title>{title}</title>\n<desc>{caption}</desc>\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>",
            hex(self.theme.background)
        );
    }

    fn panel(&mut self, figure: &Figure, panel: &Panel, frame: &Frame) {
        let plot = frame.plot;
        let clip = format!("{}-{}", figure.name, frame.panel);
        let _ = writeln!(
            self.out,
            "<clipPath id=\"{clip}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
            n(plot.left),
            n(plot.top),
            n(plot.width),
            n(plot.height)
        );
        if !matches!(panel.y.ticks, Ticks::Named(_)) {
            self.grid(frame);
        }
        let _ = writeln!(self.out, "<g clip-path=\"url(#{clip})\">");
        for item in &panel.items {
            self.item(item, frame, is_table(panel));
        }
        self.out.push_str("</g>\n");
        // Marks are drawn on top and are not clipped at the frame.
        for item in &panel.items {
            match item {
                Item::Line(line) => self.marks(line, frame),
                Item::Tag(tag) => self.tag(tag, frame),
                _ => {}
            }
        }
        self.axes(panel, frame);
        let lines = panel.named_lines();
        for label in &frame.end_labels {
            self.end_label(lines[label.line], label, frame);
        }
        if !panel.title.is_empty() {
            let size = title_size(&panel.title, plot.width);
            let _ = writeln!(
                self.out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"bold\" fill=\"{}\">{}</text>",
                n(plot.left),
                n(plot.top - 4.0),
                n(size),
                hex(self.theme.text),
                escape(&panel.title)
            );
        }
    }

    fn grid(&mut self, frame: &Frame) {
        let stroke = Stroke { ink: Ink::Grid, width: GRID_WIDTH, dash: Dash::Solid, opacity: 1.0 };
        for y in frame.y_ticks.iter().map(|t| frame.at([0.0, t.at])[1]) {
            self.path(&[[frame.plot.left, y], [frame.plot.right(), y]], stroke);
        }
    }

    fn axes(&mut self, panel: &Panel, frame: &Frame) {
        let plot = frame.plot;
        let stroke = Stroke { ink: Ink::Text, width: AXIS_WIDTH, dash: Dash::Solid, opacity: 1.0 };
        let (left, bottom) = (plot.left, plot.bottom());
        let table = is_table(panel);
        if table {
            let frame = Stroke { ink: Ink::Grid, ..stroke };
            let (top, right) = (plot.top, plot.right());
            self.path(&[[left, top], [right, top], [right, bottom], [left, bottom], [left, top]], frame);
        } else if (&panel.x.ticks, &panel.y.ticks) != (&Ticks::None, &Ticks::None) {
            self.path(&[[left, plot.top], [left, bottom], [plot.right(), bottom]], stroke);
        }
        for tick in &frame.x_ticks {
            let x = frame.at([tick.at, 0.0])[0];
            if !table {
                self.path(&[[x, bottom], [x, bottom + TICK_LENGTH]], stroke);
            }
            if frame.show_x {
                let y = bottom + TICK_LENGTH + TICK_GAP + TICK_SIZE * 0.75;
                self.text([x, y], TICK_SIZE, Anchor::Middle, self.theme.text, &tick.text);
            }
        }
        for tick in &frame.y_ticks {
            let y = frame.at([0.0, tick.at])[1];
            if !table {
                self.path(&[[left, y], [left - TICK_LENGTH, y]], stroke);
            }
            if frame.show_y {
                let at = [left - TICK_LENGTH - TICK_GAP, y + TICK_SIZE * MIDDLE];
                self.text(at, TICK_SIZE, Anchor::End, self.theme.text, &tick.text);
            }
        }
        if frame.show_x && !panel.x.label.is_empty() {
            let y = bottom + TICK_LENGTH + TICK_GAP + TICK_SIZE + LABEL_SIZE;
            self.text([left + plot.width / 2.0, y], LABEL_SIZE, Anchor::Middle, self.theme.text, &panel.x.label);
        }
        if frame.show_y && !panel.y.label.is_empty() {
            let (x, y) = (n(left - frame.y_label_offset + LABEL_SIZE * MIDDLE), n(plot.top + plot.height / 2.0));
            let _ = writeln!(
                self.out,
                "<text transform=\"translate({x} {y}) rotate(-90)\" font-size=\"{LABEL_SIZE}\" \
                 text-anchor=\"middle\" fill=\"{}\">{}</text>",
                hex(self.theme.text),
                escape(&panel.y.label)
            );
        }
    }

    /// One item of a panel, which is a `table` or not.
    fn item(&mut self, item: &Item, frame: &Frame, table: bool) {
        match item {
            Item::Line(line) => {
                if let Some(stroke) = line.stroke {
                    for run in runs(line, frame) {
                        self.path(&run, stroke);
                    }
                }
            }
            Item::Band(band) => {
                let at = |pick: usize| band.points.iter().map(move |p| frame.at([p[0], p[pick]]));
                let mut outline: Vec<[f64; 2]> = at(1).filter(|p| finite(*p)).collect();
                outline.extend(at(2).rev().filter(|p| finite(*p)));
                if outline.len() > 2 {
                    let (fill, opacity) = (hex(self.theme.rgb(band.ink)), n(band.opacity));
                    let d = path_data(&outline);
                    let _ = writeln!(self.out, "<path d=\"{d}Z\" fill=\"{fill}\" fill-opacity=\"{opacity}\"/>");
                }
            }
            Item::Blocks(blocks) => {
                let fitting = |b: &Block| text_size(b, frame).filter(|size| *size >= BLOCK_TEXT[0]);
                // In a table one size for all numbers, however wide they are.
                let one = blocks.iter().filter_map(fitting).reduce(f64::min).filter(|_| table);
                blocks.iter().for_each(|b| self.block(b, frame, fitting(b).map(|size| one.unwrap_or(size))));
            }
            Item::Rule(rule) => {
                let plot = frame.plot;
                let at = frame.at([rule.at, rule.at]);
                if rule.vertical {
                    self.path(&[[at[0], plot.top], [at[0], plot.bottom()]], rule.stroke);
                } else {
                    self.path(&[[plot.left, at[1]], [plot.right(), at[1]]], rule.stroke);
                }
            }
            Item::Image(image) => {
                let corners = [frame.at([image.x[0], image.y[1]]), frame.at([image.x[1], image.y[0]])];
                self.picture(raster::picture(image, self.theme), corners, "optimizeSpeed");
            }
            Item::Cloud(cloud) => {
                let plot = frame.plot;
                let corners = [[plot.left, plot.top], [plot.right(), plot.bottom()]];
                self.picture(raster::cloud(cloud, frame, self.theme), corners, "optimizeQuality");
            }
            Item::Tag(_) => {}
            Item::Note(note) => {
                let at = [
                    frame.plot.left + note.at[0] * frame.plot.width,
                    frame.plot.bottom() - note.at[1] * frame.plot.height + TICK_SIZE * MIDDLE,
                ];
                // In a very narrow figure small, but not cut off.
                let room = if note.anchor == Anchor::Start { frame.plot.right() - at[0] } else { f64::INFINITY };
                let size = TICK_SIZE * (room / width(&note.text, TICK_SIZE)).clamp(LEAST_NOTE, 1.0);
                self.text(at, size, note.anchor, self.theme.muted, &note.text);
            }
        }
    }

    /// A PNG between its upper left and lower right corners; nothing if it could not be encoded.
    fn picture(&mut self, png: Option<Vec<u8>>, [[x0, y0], [x1, y1]]: [[f64; 2]; 2], rendering: &str) {
        let Some(png) = png.filter(|_| finite([x0, y0]) && finite([x1, y1])) else { return };
        let (x, y, w, h) = (n(x0), n(y0), n(x1 - x0), n(y1 - y0));
        let data = raster::base64(&png);
        let _ = writeln!(
            self.out,
            "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\" \
             image-rendering=\"{rendering}\" href=\"data:image/png;base64,{data}\"/>"
        );
    }

    fn tag(&mut self, tag: &Tag, frame: &Frame) {
        const SIZE: f64 = 8.5;
        const HALO: f64 = 2.2;
        let [x, y] = frame.at(tag.at);
        if !finite([x, y]) {
            return;
        }
        let (x, y, text) = (n(x), n(y + SIZE * MIDDLE), escape(&tag.text));
        let (ink, background) = (hex(self.theme.text), hex(self.theme.background));
        let common = format!("x=\"{x}\" y=\"{y}\" font-size=\"{SIZE}\" font-weight=\"bold\" text-anchor=\"middle\"");
        let halo =
            format!("fill=\"{background}\" stroke=\"{background}\" stroke-width=\"{HALO}\" stroke-linejoin=\"round\"");
        let _ = writeln!(self.out, "<text {common} {halo}>{text}</text>\n<text {common} fill=\"{ink}\">{text}</text>");
    }

    /// A block with its text in this size, if it fits.
    fn block(&mut self, block: &Block, frame: &Frame, size: Option<f64>) {
        let ([x0, y0], [x1, y1]) = (frame.at([block.x[0], block.y[1]]), frame.at([block.x[1], block.y[0]]));
        if !(finite([x0, y0]) && finite([x1, y1])) {
            return;
        }
        let (w, h) = (x1 - x0, y1 - y0);
        let fill = self.theme.rgb(block.ink);
        let _ = writeln!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            n(x0),
            n(y0),
            n(w),
            n(h),
            hex(fill)
        );
        if let Some(size) = size {
            let at = [x0 + w / 2.0, y0 + h / 2.0 + size * MIDDLE];
            self.text(at, size, Anchor::Middle, self.theme.text_on(fill), &block.text);
        }
    }

    fn marks(&mut self, line: &Line, frame: &Frame) {
        let Some((mark, ink)) = line.mark else { return };
        let plot = frame.plot;
        let inside = |p: &[f64; 2]| finite(*p) && p[1] <= plot.bottom() + 0.01 && p[1] >= plot.top - 0.01;
        let places: Vec<_> = line.points.iter().map(|p| frame.at(*p)).filter(inside).collect();
        if places.is_empty() {
            return;
        }
        let (outline, fill) = self.mark_paint(mark, ink);
        let _ = writeln!(
            self.out,
            "<g stroke=\"{outline}\" stroke-width=\"{MARK_WIDTH}\" stroke-linejoin=\"round\" fill=\"{fill}\">"
        );
        let radius = MARK_RADIUS * (frame.plot.width / FULL_MARKS_FROM).clamp(LEAST_MARK, 1.0);
        places.into_iter().for_each(|p| self.mark_shape(mark, p, radius));
        self.out.push_str("</g>\n");
    }

    fn mark_paint(&self, mark: Mark, ink: Ink) -> (String, String) {
        let colour = hex(self.theme.rgb(ink));
        let fill = match mark.outline() {
            _ if mark.is_open() => hex(self.theme.background),
            Outline::Strokes(_) => "none".into(),
            Outline::Round(_) | Outline::Closed(_) => colour.clone(),
        };
        (colour, fill)
    }

    fn mark_shape(&mut self, mark: Mark, [x, y]: [f64; 2], r: f64) {
        let at = |sign: f64, p: &[f64; 2]| format!("{} {}", n(x + sign * r * p[0]), n(y + sign * r * p[1]));
        let data = match mark.outline() {
            Outline::Round(radius) => {
                let _ = writeln!(self.out, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>", n(x), n(y), n(r * radius));
                return;
            }
            Outline::Closed(corners) => {
                format!("M{}Z", corners.iter().map(|p| at(1.0, p)).collect::<Vec<_>>().join("L"))
            }
            Outline::Strokes(ends) => ends.iter().map(|p| format!("M{}L{}", at(-1.0, p), at(1.0, p))).collect(),
        };
        let _ = writeln!(self.out, "<path d=\"{data}\"/>");
    }

    fn end_label(&mut self, line: &Line, label: &EndLabel, frame: &Frame) {
        let ink = line.stroke.map_or(Ink::Muted, |s| s.ink);
        let [x, y] = label.to;
        let from = [label.from[0].max(frame.plot.left), label.from[1].clamp(frame.plot.top, frame.plot.bottom())];
        let leader = Stroke { ink, width: LEADER_WIDTH, dash: Dash::Solid, opacity: 0.7 };
        let start = from[0] + MARK_RADIUS * 1.3;
        if x - start > 0.5 {
            self.path(&[[start, from[1]], [x, y]], leader);
        }
        let middle = [x + END_MARK / 2.0 - 0.8, y];
        if let Some((mark, ink)) = line.mark {
            let (outline, fill) = self.mark_paint(mark, ink);
            let _ = writeln!(self.out, "<g stroke=\"{outline}\" stroke-width=\"{MARK_WIDTH}\" fill=\"{fill}\">");
            self.mark_shape(mark, middle, MARK_RADIUS);
            self.out.push_str("</g>\n");
        }
        let at = [x + END_MARK, y + LEGEND_SIZE * MIDDLE];
        self.text(at, LEGEND_SIZE, Anchor::Start, self.theme.text, &line.series);
    }

    fn sample(&mut self, sample: Sample, [x, y]: [f64; 2]) {
        match sample {
            Sample::Line { stroke, mark } => {
                self.path(&[[x, y], [x + SAMPLE_WIDTH, y]], stroke);
                if let Some(mark) = mark {
                    let (outline, fill) = self.mark_paint(mark, stroke.ink);
                    let _ =
                        writeln!(self.out, "<g stroke=\"{outline}\" stroke-width=\"{MARK_WIDTH}\" fill=\"{fill}\">");
                    self.mark_shape(mark, [x + SAMPLE_WIDTH / 2.0, y], MARK_RADIUS);
                    self.out.push_str("</g>\n");
                }
            }
            Sample::Band { ink, opacity } => {
                const HEIGHT: f64 = 5.0;
                let _ = writeln!(
                    self.out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{SAMPLE_WIDTH}\" height=\"{HEIGHT}\" fill=\"{}\" fill-opacity=\"{}\"/>",
                    n(x),
                    n(y - HEIGHT / 2.0),
                    hex(self.theme.rgb(ink)),
                    n(opacity)
                );
            }
        }
    }

    fn path(&mut self, points: &[[f64; 2]], stroke: Stroke) {
        let opacity =
            if stroke.opacity < 1.0 { format!(" stroke-opacity=\"{}\"", n(stroke.opacity)) } else { String::new() };
        let _ = writeln!(
            self.out,
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{}{opacity}/>",
            path_data(points),
            hex(self.theme.rgb(stroke.ink)),
            n(stroke.width),
            dashes(stroke)
        );
    }

    fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, fill: Rgb, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, size, fill, text) = (n(x), n(y), n(size), hex(fill), escape(text));
        let _ =
            writeln!(self.out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor} fill=\"{fill}\">{text}</text>");
    }
}

/// The largest size in which a block's text fits into it; `None` without a text.
fn text_size(block: &Block, frame: &Frame) -> Option<f64> {
    let ([x0, y0], [x1, y1]) = (frame.at([block.x[0], block.y[1]]), frame.at([block.x[1], block.y[0]]));
    let wide = BLOCK_TEXT[1] * (x1 - x0 - 1.5) / width(&block.text, BLOCK_TEXT[1]);
    (!block.text.is_empty()).then_some(BLOCK_TEXT[1].min((y1 - y0) * 0.8).min(wide))
}

/// The unbroken parts of a line, in points of the page.
fn runs(line: &Line, frame: &Frame) -> Vec<Vec<[f64; 2]>> {
    let mut runs: Vec<Vec<[f64; 2]>> = vec![Vec::new()];
    for point in line.points.iter().map(|p| frame.at(*p)) {
        if !finite(point) {
            runs.push(Vec::new());
            continue;
        }
        if let Some(run) = runs.last_mut() {
            if let (true, Some(&[_, y])) = (line.steps, run.last()) {
                run.push([point[0], y]);
            }
            run.push(point);
        }
    }
    runs.retain(|r| r.len() > 1);
    runs
}

fn finite(point: [f64; 2]) -> bool {
    point.iter().all(|v| v.is_finite())
}

fn path_data(points: &[[f64; 2]]) -> String {
    let places: Vec<_> = points.iter().map(|p| format!("{} {}", n(p[0]), n(p[1]))).collect();
    format!("M{}", places.join("L"))
}

/// Dashes in proportion to the line's width, so that they are visible at any width.
fn dashes(stroke: Stroke) -> String {
    let pattern: &[f64] = match stroke.dash {
        Dash::Solid => return String::new(),
        Dash::Dashed => &[3.4, 1.7],
        Dash::Dotted => &[1.0, 1.6],
        Dash::DashDot => &[4.0, 1.5, 1.0, 1.5],
    };
    let lengths: Vec<_> = pattern.iter().map(|p| n(p * stroke.width)).collect();
    format!(" stroke-dasharray=\"{}\"", lengths.join(" "))
}

/// A length to a hundredth of a point, in its shortest form.
fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Text with the special characters of XML escaped.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_text_is_safe() {
        for (value, expect) in [(1.0, "1"), (1.256, "1.26"), (-0.001, "0"), (100.0, "100"), (0.5, "0.5")] {
            assert_eq!(n(value), expect);
        }
        assert_eq!(escape("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
    }
}
