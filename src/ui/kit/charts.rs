//! Charts: plots with axes, bars, histograms, sparklines, colour ramps, and the marks of their legends.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2, pos2, vec2};
use egui_plot::{GridMark, Plot, PlotPoint, PlotResponse};

use super::theme::{Theme, font, size};
use super::words;

/// Approximate number of ticks on an axis.
const X_MARKS: f64 = 6.0;
const Y_MARKS: f64 = 4.0;

/// Fewest ticks on an axis, so that a value can be read.
const FEWEST: usize = 3;
/// Largest distance of the pointer to a point or mark that it reads or takes, screen points.
const REACH: f32 = 24.0;

/// A plot without pan or zoom; `read` shows the values of its points.
pub fn plot<'a>(id: &'a str, height: f32, theme: &'static Theme) -> Plot<'a> {
    let tick = font(size::CAPTION - 1.0);
    let x = egui_plot::AxisHints::new_x()
        .tick_label_font(tick.clone())
        .tick_label_color(theme.faint)
        .label_spacing(50.0..=90.0)
        .formatter(|m: GridMark, _| short(m.value));
    let y = egui_plot::AxisHints::new_y()
        .tick_label_font(tick)
        .tick_label_color(theme.faint)
        .min_thickness(30.0)
        .label_spacing(14.0..=26.0)
        .formatter(|m: GridMark, _| short(m.value));
    Plot::new(id)
        .height(height)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_background(false)
        .grid_color(theme.faint.gamma_multiply(0.35))
        .grid_spacing(8.0..=60.0)
        // Labels, minibatches, rounds and epochs are whole numbers.
        .x_grid_spacer(|input| marks(input.bounds, X_MARKS).into_iter().filter(|m| m.value.fract() == 0.0).collect())
        .y_grid_spacer(|input| marks(input.bounds, Y_MARKS))
        .custom_x_axes(vec![x])
        .custom_y_axes(vec![y])
        .label_formatter(|_| None)
}

/// Shows what the point nearest to the pointer says, in a tooltip; returns the point if it is clicked.
pub fn read<T>(
    ui: &Ui,
    response: &PlotResponse<()>,
    points: impl IntoIterator<Item = (T, [f64; 2])>,
    says: impl FnOnce(&T, [f64; 2]) -> String,
) -> Option<T> {
    let place = |[x, y]: [f64; 2]| response.transform.position_from_point(&PlotPoint::new(x, y));
    let places = points.into_iter().map(|(point, at)| ((point, at), place(at)));
    read_at(ui, &response.response, places, |(point, at)| says(point, *at)).map(|(point, _)| point)
}

/// `read` for points at places on the screen.
pub fn read_at<T>(
    ui: &Ui,
    response: &Response,
    places: impl IntoIterator<Item = (T, Pos2)>,
    says: impl FnOnce(&T) -> String,
) -> Option<T> {
    let pointer = response.hover_pos().filter(|_| !response.dragged())?;
    let near = places.into_iter().map(|(point, at)| (point, at, at.distance(pointer)));
    let (point, at, _) = near.filter(|(_, _, d)| *d < REACH).min_by(|a, b| a.2.total_cmp(&b.2))?;
    let theme = Theme::of(ui.visuals());
    ui.painter_at(response.rect).circle_stroke(at, 6.0, Stroke::new(1.5, theme.accent));
    response.clone().on_hover_text_at_pointer(says(&point));
    response.clicked().then_some(point)
}

/// Index of the mark whose x is nearest to a click or drag in a plot, within `REACH`.
pub fn taken<T>(response: &PlotResponse<()>, marks: impl IntoIterator<Item = (T, f64)>) -> Option<T> {
    let pressed = response.response.clicked() || response.response.dragged();
    let pointer = response.response.interact_pointer_pos().filter(|_| pressed)?;
    let y = response.transform.bounds().min()[1];
    let distance = |x: f64| (response.transform.position_from_point(&PlotPoint::new(x, y)).x - pointer.x).abs();
    let near = marks.into_iter().map(|(mark, x)| (mark, distance(x))).filter(|(_, d)| *d < REACH);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(mark, _)| mark)
}

/// About `wanted` round numbers across the bounds, all of equal strength.
fn marks((low, high): (f64, f64), wanted: f64) -> Vec<GridMark> {
    let rough = (high - low) / wanted;
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    // From the step that gives the wanted number to finer ones, until there are enough.
    let decade = rough.log10().floor() as i32;
    let steps = (decade - 1..=decade + 1).rev().flat_map(|d| [5.0, 2.0, 1.0].map(|m: f64| m * 10f64.powi(d)));
    let at = |step: f64| (low / step).ceil() as i64..=(high / step).floor() as i64;
    let coarse = steps.clone().take_while(|step| *step >= rough).last().unwrap_or(rough);
    let mut finer = steps.filter(|step| *step <= coarse);
    let step = finer.find(|step| at(*step).count() >= FEWEST).unwrap_or(coarse);
    at(step).map(|k| GridMark { value: k as f64 * step, step_size: high - low }).collect()
}

/// A tick's number without trailing zeros.
fn short(value: f64) -> String {
    if value.abs() >= 1000.0 && value.fract() == 0.0 {
        return words::thousands(value.abs() as usize);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A filled disc or square for a legend.
pub fn swatch(ui: &mut Ui, color: Color32, square: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
    if square {
        ui.painter().rect_filled(Rect::from_center_size(rect.center(), Vec2::splat(8.0)), CornerRadius::same(1), color);
    } else {
        ui.painter().circle_filled(rect.center(), 4.2, color);
    }
}

/// A short horizontal line for a legend.
pub fn line_swatch(ui: &mut Ui, color: Color32, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(width, color));
}

/// A histogram with one value marked.
pub struct Histogram<'a> {
    /// Its name for screen readers.
    pub name: &'a str,
    /// The values, ascending and not empty.
    pub sorted: &'a [f32],
    pub unit: &'a str,
    pub mark: (f32, &'a str),
}

impl Histogram<'_> {
    const BINS: usize = 32;
    const HEIGHT: f32 = 72.0;
    const AXIS_HEIGHT: f32 = 16.0;

    /// The right end, a little beyond the 99th percentile; the axis starts at zero, and larger values are in the last bin.
    pub fn show(&self, ui: &mut Ui, theme: &Theme) {
        let size_of_all = vec2(ui.available_width(), Self::HEIGHT + Self::AXIS_HEIGHT);
        let (all, response) = ui.allocate_exact_size(size_of_all, Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        let plot = Rect::from_min_size(all.min, vec2(all.width(), Self::HEIGHT));
        let (mark, mark_name) = self.mark;
        let longest = self.sorted[(self.sorted.len() - 1) * 99 / 100];
        let end = (1.1 * longest).max(1.5 * mark).max(f32::EPSILON);
        let mut counts = [0usize; Self::BINS];
        for value in self.sorted {
            counts[((value / end * Self::BINS as f32) as usize).min(Self::BINS - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f32;
        let painter = ui.painter();
        let width = plot.width() / Self::BINS as f32;
        for (bin, count) in counts.iter().enumerate() {
            let left = plot.left() + bin as f32 * width;
            let top = plot.bottom() - (plot.height() - Self::AXIS_HEIGHT) * *count as f32 / most;
            let bar = Rect::from_min_max(pos2(left + 0.5, top), pos2(left + width - 0.5, plot.bottom()));
            painter.rect_filled(bar, CornerRadius::ZERO, theme.weak.gamma_multiply(0.7));
        }
        painter.hline(plot.x_range(), plot.bottom(), Stroke::new(1.0, theme.line));
        let x = plot.left() + plot.width() * (mark / end).min(1.0);
        painter.vline(x, plot.y_range(), Stroke::new(1.5, theme.accent));
        let font = font(size::CAPTION);
        painter.text(pos2(x + 4.0, plot.top()), Align2::LEFT_TOP, mark_name, font.clone(), theme.accent);
        for (share, align) in [(0.0, Align2::LEFT_TOP), (0.5, Align2::CENTER_TOP), (1.0, Align2::RIGHT_TOP)] {
            let at = pos2(plot.left() + plot.width() * share, plot.bottom() + 2.0);
            painter.text(at, align, format!("{:.2} {}", end * share, self.unit), font.clone(), theme.faint);
        }
        if let Some(pointer) = response.hover_pos() {
            let bin = (((pointer.x - plot.left()) / width) as usize).min(Self::BINS - 1);
            let edge = |bin: usize| end * bin as f32 / Self::BINS as f32;
            let beyond = if bin + 1 == Self::BINS { " and beyond" } else { "" };
            let (low, high, unit, of) = (edge(bin), edge(bin + 1), self.unit, self.sorted.len());
            let text = format!("{low:.3} to {high:.3} {unit}{beyond}: {} of {of}", counts[bin]);
            response.on_hover_text_at_pointer(text);
        }
    }
}

/// A small chart without ticks, with the origin at the bottom left and `end` at the top right.
#[derive(Debug, Clone, Copy)]
pub struct Sparkline {
    pub rect: Rect,
    pub end: [f32; 2],
}

impl Sparkline {
    /// The screen position of a point.
    pub fn at(&self, [x, y]: [f32; 2]) -> Pos2 {
        let [across, up] = [x / self.end[0], y / self.end[1]];
        pos2(self.rect.left() + self.rect.width() * across, self.rect.bottom() - self.rect.height() * up)
    }

    /// The screen positions of a line's points.
    pub fn points(&self, values: impl Iterator<Item = [f32; 2]>) -> Vec<Pos2> {
        values.map(|v| self.at(v)).collect()
    }
}

/// A colour ramp along the longer side of `rect`, from the left or from the bottom; `color` maps 0 to 1 to a colour.
pub fn ramp(painter: &Painter, rect: Rect, color: impl Fn(f32) -> Color32) {
    const STRIPS: usize = 64;
    for strip in 0..STRIPS {
        let [from, to] = [strip, strip + 1].map(|s| s as f32 / STRIPS as f32);
        // Each strip overlaps the next one a little, so that no gap shows.
        let part = if rect.width() > rect.height() {
            let x = |share: f32| rect.left() + share * rect.width();
            Rect::from_x_y_ranges(x(from)..=(x(to) + 0.5).min(rect.right()), rect.y_range())
        } else {
            let y = |share: f32| rect.bottom() - share * rect.height();
            Rect::from_x_y_ranges(rect.x_range(), y(to)..=(y(from) + 0.5).min(rect.bottom()))
        };
        painter.rect_filled(part, CornerRadius::ZERO, color((from + to) / 2.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_inside() {
        for (bounds, wanted, expected) in [
            ((0.0, 100.0), 4.0, vec![0.0, 50.0, 100.0]),
            ((88.2, 97.9), 4.0, vec![90.0, 92.0, 94.0, 96.0]),
            ((94.2, 97.4), 4.0, vec![95.0, 96.0, 97.0]),
            ((94.6, 96.4), 4.0, vec![95.0, 95.5, 96.0]),
            ((0.0, 2.6), 4.0, vec![0.0, 1.0, 2.0]),
            ((0.0, 5100.0), 6.0, vec![0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0]),
            ((1.0, 1.0), 4.0, vec![]),
        ] {
            assert_eq!(marks(bounds, wanted).iter().map(|m| m.value).collect::<Vec<_>>(), expected, "{bounds:?}");
        }
    }

    #[test]
    fn ticks_are_short() {
        for (value, text) in [(0.0, "0"), (0.5, "0.5"), (97.25, "97.25"), (500.0, "500"), (5000.0, "5,000")] {
            assert_eq!(short(value), text);
        }
    }
}
