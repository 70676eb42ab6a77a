//! What was painted on the screen as SVG, so that a saved picture has the same lines and words at any resolution.

use std::fmt::Write as _;

use egui::epaint::ClippedShape;
use egui::{Color32, LayerId, Pos2, Rect, Shape, Stroke, Ui};

/// Height of the middle of small letters above the baseline, as a share of the size.
const MIDDLE: f32 = 0.36;

/// How many shapes were painted in a layer so far.
pub fn count(ui: &Ui, layer: LayerId) -> usize {
    ui.ctx().graphics(|graphics| graphics.get(layer).map_or(0, |list| list.all_entries().len()))
}

/// The shapes from the `first` on as an SVG of `area`, `scale` pixels a point, without background. Images are left out.
pub fn svg(ui: &Ui, layer: LayerId, first: usize, area: Rect, scale: f32) -> String {
    let shapes: Vec<ClippedShape> = ui.ctx().graphics(|graphics| {
        graphics.get(layer).map_or_else(Vec::new, |list| list.all_entries().skip(first).cloned().collect())
    });
    let [width, height] = [area.width(), area.height()].map(|side| (side * scale).round());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><g \
         transform=\"scale({scale}) translate({} {})\">\n",
        -area.left(),
        -area.top()
    );
    for clipped in &shapes {
        if clipped.shape.visual_bounding_rect().intersects(clipped.clip_rect.intersect(area)) {
            draw(&mut out, &clipped.shape);
        }
    }
    out + "</g></svg>\n"
}

fn draw(out: &mut String, shape: &Shape) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| draw(out, shape)),
        Shape::Circle(c) => {
            let (x, y, r) = (c.center.x, c.center.y, c.radius);
            let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {}/>", ink(c.fill, c.stroke));
        }
        Shape::LineSegment { points, stroke } => path(out, points, false, ink(Color32::TRANSPARENT, *stroke)),
        Shape::Path(p) => {
            let color = match p.stroke.color {
                egui::epaint::ColorMode::Solid(color) => color,
                egui::epaint::ColorMode::UV(_) => Color32::TRANSPARENT,
            };
            path(out, &p.points, p.closed, ink(p.fill, Stroke::new(p.stroke.width, color)));
        }
        Shape::Rect(r) if r.brush.is_none() => {
            let (min, size) = (r.rect.min, r.rect.size());
            let _ = writeln!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {}/>",
                min.x,
                min.y,
                size.x.max(0.0),
                size.y.max(0.0),
                r.corner_radius.nw,
                ink(r.fill, r.stroke)
            );
        }
        Shape::Text(text) => words(out, text),
        // What shows an image, and curves, which nothing here paints.
        _ => {}
    }
}

fn path(out: &mut String, points: &[Pos2], closed: bool, ink: String) {
    let list: Vec<String> = points.iter().map(|p| format!("{},{}", p.x, p.y)).collect();
    let tag = if closed { "polygon" } else { "polyline" };
    let _ = writeln!(out, "<{tag} points=\"{}\" {ink}/>", list.join(" "));
}

/// Each row of a text in its place; it is as wide as on the screen although the font is another one.
fn words(out: &mut String, text: &egui::epaint::TextShape) {
    let Some(section) = text.galley.job.sections.first() else { return };
    let format = &section.format;
    let own = if format.color == Color32::PLACEHOLDER { text.fallback_color } else { format.color };
    let color = text.override_text_color.unwrap_or(own).gamma_multiply(text.opacity_factor);
    let bold = if matches!(format.font_id.family, egui::FontFamily::Name(_)) { "bold" } else { "normal" };
    let size = format.font_id.size;
    for row in &text.galley.rows {
        let place = row.rect().translate(text.pos.to_vec2());
        let words = row.text();
        let words = words.trim_end().replace('&', "&amp;").replace('<', "&lt;");
        if words.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" font-weight=\"{bold}\" textLength=\"{}\" \
             lengthAdjust=\"spacingAndGlyphs\" {}>{words}</text>",
            place.left(),
            place.center().y + MIDDLE * size,
            place.width(),
            ink(color, Stroke::NONE)
        );
    }
}

/// The attributes of a fill and a stroke.
fn ink(fill: Color32, stroke: Stroke) -> String {
    let paint = |color: Color32, what: &str, opacity: &str| {
        let [r, g, b, a] = color.to_srgba_unmultiplied();
        match a {
            0 => format!("{what}=\"none\""),
            _ => format!("{what}=\"#{r:02x}{g:02x}{b:02x}\" {opacity}=\"{}\"", f32::from(a) / 255.0),
        }
    };
    let fill = paint(fill, "fill", "fill-opacity");
    let width = stroke.width;
    format!("{fill} {} stroke-width=\"{width}\"", paint(stroke.color, "stroke", "stroke-opacity"))
}
