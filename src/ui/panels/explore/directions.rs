//! What the directions around a latent point mean: strips, or a grid, of decoded images along its local principal ones.

use std::sync::Arc;

use egui::{Color32, RichText, Sense, Stroke, Ui, vec2};

use crate::engine::protocol::Command;
use crate::engine::questions::directions::{Around, Directions, STEPS};
use crate::ui::kit::facts::vector;
use crate::ui::kit::images;
use crate::ui::kit::question::Question;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// The page, and its question.
#[derive(Debug)]
pub struct DirectionsPage {
    neighbours: usize,
    grid: bool,
    question: Question<Around>,
}

/// Seconds until a question is considered lost; the answer does not change as the target learns.
const PATIENCE: f64 = 4.0;
/// The nearest codes that make the directions: enough for a plane, few enough to be near.
const NEIGHBOURS: usize = 60;
/// Largest side of an image, points, and the space between two.
const SIDE: f32 = 84.0;
const GAP: f32 = 3.0;
/// Width of the numbers at the left of a grid.
const NUMBERS: f32 = 34.0;

impl Default for DirectionsPage {
    fn default() -> Self {
        Self { neighbours: NEIGHBOURS, grid: false, question: Question::new(PATIENCE, PATIENCE) }
    }
}

/// The colour of a direction, in the page and in the latent view.
pub fn ink(direction: usize, theme: &Theme) -> Color32 {
    [theme.accent, theme.second, theme.good][direction % 3]
}

impl DirectionsPage {
    /// Asks again, whatever was asked before.
    pub fn forget(&mut self) {
        self.question.forget();
    }

    /// The page about the point `code`.
    pub fn ui(&mut self, ui: &mut Ui, code: Vec<f32>, cx: &mut Cx<'_>) {
        ui.horizontal_wrapped(|ui| {
            let flat = cx.snapshot.latent_dim < 2;
            let shapes = [
                (false, "strips", "Five images along each direction, from -2 to 2 local standard deviations"),
                (true, "grid", "Five by five images over the first two directions"),
            ];
            widgets::segmented_where(ui, "Decoded", &mut self.grid, &shapes, |grid| !(grid && flat));
            let most = cx.state.dataset.as_ref().map_or(NEIGHBOURS, |d| d.train.len());
            let field = egui::DragValue::new(&mut self.neighbours).range(3..=most.max(3)).speed(0.5);
            let tip = "The directions are the principal ones of so many nearest codes: few show what is local, many what is \
                       common";
            ui.add(field.suffix(" nearest codes")).on_hover_text(tip).accessible_name("Nearest codes");
        });
        self.ask(ui, code, cx);
        let Some(found) = cx.state.answers.directions.answer.clone() else {
            ui.label(RichText::new("Decoding…").color(cx.theme.weak));
            return;
        };
        let unit = cx.state.generator.latent_scale;
        let text = format!(
            "Through p = {}: the directions along which its {} nearest codes spread most, the furthest {:.2} σ away.",
            vector(&found.code),
            words::thousands(found.neighbours),
            found.reach / unit
        );
        ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).wrap());
        let is_decoded = !found.grid.is_empty() || found.directions.iter().any(|d| !d.images.is_empty());
        if !found.grid.is_empty() {
            grid(ui, &found, cx);
        }
        for axis in 0..found.directions.len() {
            strip(ui, axis, &found, cx);
        }
        if !is_decoded {
            let text = "These codes were given with the images: no generator decodes them. The lines in the view show the directions.";
            ui.label(RichText::new(text).color(cx.theme.weak));
        }
    }

    fn ask(&mut self, ui: &Ui, code: Vec<f32>, cx: &mut Cx<'_>) {
        let around = Around { code, neighbours: self.neighbours, grid: self.grid };
        let (version, answers) = ((cx.state.generation, 0), cx.state.answers.directions.version);
        if self.question.is_due(ui.ctx(), cx.now, &around, version, answers) {
            cx.commands.push(Command::ask(around));
        }
    }
}

/// The heading of a direction: its line as in the view, its length and its share.
fn heading(ui: &mut Ui, axis: usize, found: &Directions, cx: &Cx<'_>) {
    let direction = &found.directions[axis];
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        let (line, _) = ui.allocate_exact_size(vec2(18.0, 14.0), Sense::hover());
        ui.painter().hline(line.x_range(), line.center().y, Stroke::new(2.4, ink(axis, cx.theme)));
        ui.label(bold(format!("Direction {}", axis + 1)));
        let sigma = direction.deviation / cx.state.generator.latent_scale;
        let text = format!("{:.0} % of the spread here, deviation {sigma:.2} σ", 100.0 * direction.share);
        let tip = format!("A unit vector: {}", vector(&direction.along));
        ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).truncate())
            .on_hover_text(tip);
    });
}

/// The images along one direction, each with its number of deviations.
fn strip(ui: &mut Ui, axis: usize, found: &Arc<Directions>, cx: &mut Cx<'_>) {
    heading(ui, axis, found, cx);
    if found.directions[axis].images.is_empty() {
        return;
    }
    let side = side(ui.available_width(), STEPS.len());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (i, image) in found.directions[axis].images.iter().enumerate() {
            let name = format!("Direction {} at {} deviations", axis + 1, signed(STEPS[i]));
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 1.0;
                decoded(ui, ("direction", axis, i), image, side, &name, cx);
                let text = RichText::new(signed(STEPS[i])).size(size::CAPTION).color(cx.theme.weak);
                ui.vertical_centered(|ui| ui.label(text));
            });
        }
    });
}

/// The images over the first two directions: the first to the right, the second upwards.
fn grid(ui: &mut Ui, found: &Arc<Directions>, cx: &mut Cx<'_>) {
    ui.add_space(space::XS);
    let text = "Direction 1 to the right, direction 2 upwards, in local standard deviations";
    ui.label(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
    let side = side(ui.available_width() - NUMBERS, STEPS.len());
    let number = |ui: &mut Ui, width: f32, height: f32, text: &str| {
        let label = egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak));
        ui.add_sized([width, height], label);
    };
    let rows = STEPS.len();
    let mut images = Vec::new();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(GAP, GAP);
        for row in 0..rows {
            ui.horizontal(|ui| {
                number(ui, NUMBERS, side, &signed(STEPS[rows - 1 - row]));
                for _ in 0..rows {
                    images.push(ui.allocate_exact_size(vec2(side, side), Sense::hover()));
                }
            });
        }
        ui.horizontal(|ui| {
            number(ui, NUMBERS, 14.0, "");
            STEPS.iter().for_each(|step| number(ui, side, 14.0, &signed(*step)));
        });
    });
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let version = cx.state.answers.directions.version;
    for (i, ((rect, response), image)) in images.into_iter().zip(&found.grid).enumerate() {
        let (right, up) = (signed(STEPS[i % rows]), signed(STEPS[rows - 1 - i / rows]));
        let name = format!("{right} along direction 1, {up} along direction 2");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        let texture = cx.images.get(ui, ("grid of directions", i), version, dataset.shape(), image);
        images::paint(ui, &texture, rect);
        response.on_hover_text(&name);
    }
}

/// The side of images of which `count` fit beside each other.
fn side(width: f32, count: usize) -> f32 {
    ((width - GAP * (count as f32 - 1.0)) / count as f32).floor().clamp(16.0, SIDE)
}

fn decoded(ui: &mut Ui, what: (&str, usize, usize), image: &[u8], side: f32, name: &str, cx: &mut Cx<'_>) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let texture = cx.images.get(ui, what, cx.state.answers.directions.version, dataset.shape(), image);
    images::show(ui, &texture, side, name);
}

/// A number of deviations, with its sign.
fn signed(step: f32) -> String {
    match step {
        0.0 => "0".to_owned(),
        step if step > 0.0 => format!("+{step}"),
        step => format!("\u{2212}{}", -step),
    }
}
