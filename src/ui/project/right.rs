//! Beside the image: where it lies and what found it, its nearest labelled neighbours, the model's guess once asked for.

use egui::{Label, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::commands::{Act, command};
use super::open::Open;
use super::place_view::Place;
use crate::project::Purpose;
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::{fact, heading};
use crate::ui::kit::theme::{Theme, size, space};
use crate::ui::kit::words;
use crate::ui::kit::{facts, images, widgets};

/// The view's share of the height, and its limits.
const VIEW_SHARE: f32 = 0.42;
const VIEW: std::ops::RangeInclusive<f32> = 150.0..=420.0;
const NEIGHBOUR: f32 = 56.0;
/// Coordinates of a latent point that are shown.
const COORDINATES: usize = 3;
/// Height of a row of facts.
const ROW: f32 = 19.0;

/// Draws the column; true if the guess was asked for.
pub fn ui(ui: &mut Ui, open: &mut Open, theme: &'static Theme, gpu: Option<&egui_wgpu::RenderState>) -> bool {
    let all = ui.available_rect_before_wrap();
    let height = (VIEW_SHARE * all.height()).clamp(*VIEW.start(), *VIEW.end()).min(all.height());
    let view = Rect::from_min_size(all.min, vec2(all.width(), height));
    let (near, image) = (open.near(), open.subject());
    let pick = image.and_then(|image| open.sitting.pick(image));
    let step = pick.and_then(|(pick, _)| pick.step.as_ref());
    match open.space.clone() {
        Some(space) => {
            let (known, region, version) = (open.sitting.known(), open.sitting.region(), open.sitting.version);
            let generated = image.and_then(|image| known.generated(open.sitting.standing(), image));
            let point = generated.map(|image| image.point.as_slice());
            let place = Place { space: &space, known, version, image, point, step, near: &near, region, draws: false };
            let _ = open.place.ui(ui, view, &place, gpu);
        }
        None => {
            ui.scope_builder(UiBuilder::new().max_rect(view), |ui| {
                let body = "The generator places similar images close together. It sees no label.";
                widgets::empty_state(ui, "The latent space will appear here", body);
            });
        }
    }
    let below = Rect::from_min_max(egui::pos2(all.left(), view.bottom() + space::XS), all.max);
    let mut guess = false;
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        ScrollArea::vertical().auto_shrink(false).id_salt("beside the image").show(ui, |ui| {
            ui.set_width(ui.available_width() - space::S);
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.spacing_mut().interact_size.y = ROW;
            if let Some(image) = image {
                guess = about(ui, open, image, &near, theme);
            }
        });
    });
    guess
}

/// A latent point, of many dimensions the first ones.
fn coordinates(point: &[f32]) -> String {
    let first: Vec<String> = point.iter().take(COORDINATES).map(|value| words::fixed(*value, 2)).collect();
    first.join(", ") + if point.len() > COORDINATES { ", …" } else { "" }
}

fn about(ui: &mut Ui, open: &mut Open, image: usize, near: &[(usize, f32)], theme: &'static Theme) -> bool {
    let weak = |ui: &mut Ui, text: &str| {
        ui.add(Label::new(RichText::new(text).size(size::CAPTION).color(theme.weak)).wrap());
    };
    let sitting = &open.sitting;
    match (sitting.pick(image), sitting.known().parts[image]) {
        (Some((pick, strategy)), Purpose::Pool | Purpose::Generated) => {
            fact(ui, theme, "Proposed by", strategy);
            let generated = sitting.known().generated(sitting.standing(), image);
            if let Some(generated) = generated {
                fact(ui, theme, "Decoded point", &coordinates(&generated.point));
            }
            if let Some(score) = pick.score {
                fact(ui, theme, "Score", &words::significant(score));
            }
            if let Some(step) = &pick.step {
                let anchor = sitting.known().classes.get(usize::from(step.parent_label)).map_or("", String::as_str);
                let gradient = facts::norm(&step.gradient);
                fact(ui, theme, "Stepped from p, labelled", anchor);
                fact(ui, theme, "Gradient length |dL/dp|", &words::significant(gradient));
                if generated.is_none() {
                    fact(ui, theme, "Snap distance from p', latent units", &words::significant(step.snap_distance));
                }
            }
        }
        (None, Purpose::Generated) => weak(ui, "Generated: decoded from a latent point in an earlier round"),
        (_, Purpose::Drawn | Purpose::Test) => weak(ui, "Drawn at random for the test: it is never trained on"),
        _ => {}
    }
    if !near.is_empty() {
        heading(ui, "Nearest labelled images");
        let known = sitting.known();
        // In rows of their own: what does not fit beside the others would widen the column.
        let room = ((ui.available_width() + space::S) / (NEIGHBOUR + space::S)) as usize;
        for row in near.chunks(room.max(1)) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing = vec2(space::S, 2.0);
                for (other, distance) in row {
                    let name = known.class_of(*other).and_then(|c| known.classes.get(usize::from(c)));
                    let name = name.map_or("", String::as_str);
                    ui.vertical(|ui| {
                        ui.set_width(NEIGHBOUR);
                        let texture = open.gallery.small(ui, &open.pictures, *other);
                        let tip = format!("{}: {name}, {distance:.2} σ away", known.names[*other]);
                        images::show(ui, &texture, NEIGHBOUR, &tip).on_hover_text(tip);
                        let text = RichText::new(name).size(size::CAPTION).color(theme.weak);
                        ui.add(Label::new(text).truncate());
                    });
                }
            });
        }
    }
    heading(ui, "The model's guess");
    let Some((class, probability)) = sitting.guess(image) else {
        weak(ui, "There is none before the first round is trained");
        return false;
    };
    let row = command(Act::Guess);
    if !sitting.is_guess_shown() {
        weak(ui, "Hidden, so that it does not lead");
        return ui.button(row.name).on_hover_text(row.tip()).clicked();
    }
    let classes = &sitting.known().classes;
    let name = classes.get(usize::from(class)).map_or("", String::as_str);
    fact(ui, theme, name, &format!("{:.1} %", 100.0 * probability));
    if let Some((row, is_held_out)) = sitting.guessed(image) {
        if is_held_out {
            weak(ui, "Of a network that was trained without this label");
        }
        let probabilities: Vec<f32> = row.iter().map(|l| l.exp()).collect();
        class_bars::probability_bars(ui, classes, &probabilities, class, "the model's guess");
    }
    false
}
