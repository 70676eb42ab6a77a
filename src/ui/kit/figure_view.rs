//! Shows a `Figure` as it will look in a file, by the same drawing code at the screen's resolution, with values under
//! the pointer.

use std::sync::Arc;

use egui::{Color32, ColorImage, Pos2, Rect, Sense, Stroke, TextureHandle, TextureOptions, Ui, pos2, vec2};

use crate::figures::{self, Columns, Figure, Item, Layout, POINTS_PER_INCH};
use crate::ui::kit::job::Job;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::Theme;

/// Screen points per point of the figure, so that its small text is as large as the window's.
const ZOOM: f32 = 1.6;
/// Least width of a figure, points.
const LEAST_WIDTH: f64 = 240.0;
/// Least width of one of several panels side by side, points.
const LEAST_PANEL: f64 = 130.0;
/// A data point's value is shown within this many pixels of it.
const REACH: f32 = 14.0;

/// A drawn figure, cached until its key changes.
#[derive(Default)]
pub struct FigureView {
    /// The figure on the screen, which may be older than the one that is given, with its layout.
    drawn: Option<(Arc<Figure>, Layout, TextureHandle)>,
    job: Job<(Arc<Figure>, Layout, Result<ColorImage, String>)>,
    asked: Memo<Key, ()>,
    error: Option<String>,
}

/// What a drawing depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    version: u64,
    width: f64,
    dark: bool,
    pixels_per_point: f32,
}

/// A value under the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Hovered {
    pub panel: usize,
    pub series: String,
    pub at: [f64; 2],
    /// The value of a block; `None` for a data point.
    pub value: Option<f64>,
    pub clicked: bool,
}

impl FigureView {
    /// Shows `figure`, drawn again when `version` changes; returns the value under the pointer. `hint` says what a click
    /// on it does.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        figure: &Arc<Figure>,
        version: u64,
        hint: &str,
        theme: &Theme,
    ) -> Option<Hovered> {
        let room = ui.available_size();
        let [wide, high] = [room.x / ZOOM, room.y / ZOOM].map(f64::from);
        let figure = &Arc::new(arranged(figure, wide, high));
        let width = fitting_width(figure, wide, high);
        let key = Key { version, width, dark: theme.dark, pixels_per_point: ui.ctx().pixels_per_point() };
        self.draw(ui, figure, key, theme);
        if let Some(error) = &self.error {
            ui.colored_label(theme.error, error);
        }
        let (figure, layout, texture) = self.drawn.as_ref()?;
        let size = vec2(layout.width as f32, layout.height as f32) * ZOOM;
        egui::ScrollArea::both()
            .auto_shrink(false)
            .show(ui, |ui| {
                let left = ((ui.available_width() - size.x) / 2.0).max(0.0);
                let (rect, response) = ui
                    .horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 0.0;
                        ui.add_space(left);
                        ui.allocate_exact_size(size, Sense::click())
                    })
                    .inner;
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
                let pointer = response.hover_pos()?;
                let (found, place) = nearest(figure, layout, rect, pointer)?;
                ui.painter().circle_stroke(place, 6.0, Stroke::new(1.5, theme.accent));
                let text = format!("{}\n{hint}", words(figure, &found));
                let clicked = response.clicked();
                response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text_at_pointer(text);
                Some(Hovered { clicked, ..found })
            })
            .inner
    }

    fn draw(&mut self, ui: &Ui, figure: &Arc<Figure>, key: Key, theme: &Theme) {
        if let Some((drawn, layout, image)) = self.job.take() {
            match image {
                Ok(image) => {
                    let texture = ui.ctx().load_texture(&drawn.name, image, TextureOptions::LINEAR);
                    self.drawn = Some((drawn, layout, texture));
                    self.error = None;
                }
                Err(e) => self.error = Some(e),
            }
        }
        if self.job.is_running() || !self.asked.changed(key) {
            return;
        }
        let figure = Arc::clone(figure);
        let [red, green, blue, _] = theme.background.to_array();
        let base = if key.dark { figures::Theme::DARK } else { figures::Theme::LIGHT };
        let colours = figures::Theme { background: [red, green, blue], ..base };
        self.job.start(ui.ctx(), move || {
            let svg = figures::svg(&figure, key.width / POINTS_PER_INCH, &colours);
            let dpi = POINTS_PER_INCH as f32 * ZOOM * key.pixels_per_point;
            let image = figures::pixels(&svg, dpi)
                .map(|(w, h, rgba)| ColorImage::from_rgba_premultiplied([w, h], &rgba))
                .map_err(|e| e.to_string());
            let layout = figures::layout(&figure, key.width);
            (figure, layout, image)
        });
    }
}

/// The figure with as few panels side by side, and as tall ones, as fit the available size (points), so that they fill it.
fn arranged(figure: &Figure, wide: f64, high: f64) -> Figure {
    let most = figure.columns.wide.min(figure.panels.len()).max(1);
    let with = |n: usize| Figure { columns: Columns { narrow: n, wide: n }, ..figure.clone() };
    let fitting = (1..most).map(with).find(|f| figures::layout(f, wide).height <= high).unwrap_or_else(|| with(most));
    let spare = high - figures::layout(&fitting, wide).height;
    let rows = fitting.panels.len().div_ceil(fitting.columns.wide).max(1);
    Figure { tallest: fitting.tallest + spare.max(0.0) / rows as f64, ..fitting }
}

/// The largest legible width (points) at which the figure fits the available height.
fn fitting_width(figure: &Figure, wide: f64, high: f64) -> f64 {
    /// Ratio of each width tried to the previous one.
    const SHRINK: f64 = 0.94;
    let least = LEAST_WIDTH.max((LEAST_PANEL * figure.columns.wide as f64).min(wide));
    let mut width = wide.max(least);
    while width * SHRINK > least && figures::layout(figure, width).height > high {
        width *= SHRINK;
    }
    width.floor()
}

/// The data point or block nearest to the pointer, and its position.
fn nearest(figure: &Figure, layout: &Layout, rect: Rect, pointer: Pos2) -> Option<(Hovered, Pos2)> {
    let screen = |at: [f64; 2]| rect.min + vec2(at[0] as f32, at[1] as f32) * ZOOM;
    let mut best: Option<(f32, Hovered, Pos2)> = None;
    for frame in &layout.frames {
        let mut offer = |distance: f32, series: &str, at: [f64; 2], value, place| {
            if best.as_ref().is_none_or(|b| distance < b.0) {
                let found = Hovered { panel: frame.panel, series: series.into(), at, value, clicked: false };
                best = Some((distance, found, place));
            }
        };
        for item in &figure.panels[frame.panel].items {
            match item {
                Item::Line(line) => {
                    for &at in &line.points {
                        let place = screen(frame.at(at));
                        let distance = place.distance(pointer);
                        if distance < REACH {
                            // Of two points at the same position, the marked one wins.
                            let less = if line.mark.is_some() { 1.0 } else { 0.0 };
                            offer(distance - less, &line.series, at, None, place);
                        }
                    }
                }
                Item::Blocks(blocks) => {
                    for block in blocks {
                        let corners = [[block.x[0], block.y[0]], [block.x[1], block.y[1]]].map(|c| screen(frame.at(c)));
                        let area = Rect::from_two_pos(corners[0], corners[1]);
                        if area.contains(pointer) {
                            let middle = [(block.x[0] + block.x[1]) / 2.0, (block.y[0] + block.y[1]) / 2.0];
                            offer(REACH / 2.0, &block.series, middle, block.value, area.center());
                        }
                    }
                }
                _ => {}
            }
        }
    }
    best.map(|(_, found, place)| (found, place))
}

/// The value under the pointer, as text.
fn words(figure: &Figure, found: &Hovered) -> String {
    let panel = &figure.panels[found.panel];
    let title = [panel.title.as_str(), found.series.as_str()].join("  ");
    if let Some(value) = found.value {
        return format!("{}\n{value:.4}", title.trim());
    }
    let name = |label: &str, fallback: &str| if label.is_empty() { fallback.to_owned() } else { label.to_owned() };
    let y = figure.panels.first().map_or("", |p| p.y.label.as_str());
    // A diagram without axes has its numbers written beside its lines.
    if panel.x.label.is_empty() && y.is_empty() {
        return title.trim().to_owned();
    }
    format!(
        "{}\n{}: {:.0}\n{}: {:.2}",
        title.trim(),
        name(&panel.x.label, "x"),
        found.at[0],
        name(&panel.y.label, y),
        found.at[1]
    )
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

    use super::*;
    use crate::figures::{Axis, Block, Ink, Panel};
    use crate::ui::kit::theme;

    #[test]
    fn a_figure_fills_a_large_window() {
        let small = arranged(&filled(1), 400.0, 270.0);
        assert_eq!(small.tallest, Figure::TALLEST, "no room is left");
        let large = arranged(&filled(1), 1_000.0, 700.0);
        let height = figures::layout(&large, fitting_width(&large, 1_000.0, 700.0)).height;
        assert!((660.0..=700.0).contains(&height), "{height} of 700 points");
    }

    /// Panels beside each other, each filled by one block.
    fn filled(panels: usize) -> Arc<Figure> {
        let block = Block {
            series: "s".into(),
            x: [0.0, 1.0],
            y: [0.0, 1.0],
            value: Some(1.0),
            ink: Ink::Text,
            text: String::new(),
        };
        let panel = Panel {
            title: String::new(),
            x: Axis::linear("x"),
            y: Axis::linear("y"),
            aspect: 1.0,
            items: vec![Item::Blocks(vec![block])],
        };
        let one = Figure::single("filled", "", String::new(), panel.clone());
        Arc::new(Figure { panels: vec![panel; panels], columns: Columns { narrow: panels, wide: panels }, ..one })
    }

    #[test]
    fn values_are_those_of_the_figure_on_the_screen_while_another_is_drawn() {
        struct Shown(FigureView, Arc<Figure>, u64, Option<Hovered>);
        let state = Shown(FigureView::default(), filled(2), 1, None);
        let show = |ui: &mut Ui, s: &mut Shown| s.3 = s.0.ui(ui, &s.1, s.2, "", &theme::DARK);
        let mut window = Harness::builder().with_size(vec2(900.0, 600.0)).build_ui_state(show, state);
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while window.state().0.drawn.is_none() && std::time::Instant::now() < end {
            window.step();
            std::thread::yield_now();
        }
        window.hover_at(pos2(640.0, 200.0));
        window.step();
        assert_eq!(window.state().3.as_ref().map(|h| h.panel), Some(1), "over the second of two panels");
        (window.state_mut().1, window.state_mut().2) = (filled(1), 2);
        window.step();
        assert_eq!(window.state().3.as_ref().map(|h| h.panel), Some(1), "the former figure is still on the screen");
    }
}
