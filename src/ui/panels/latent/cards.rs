//! Cards about samples: the hovered one, and the selected one at the top right.

use egui::{CornerRadius, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::options::Hovered;
use crate::engine::protocol::Command;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::panel::Cx;
use crate::ui::panels::explore::sample::sample_facts;

/// Side of the image in the hover card, screen points: four per pixel of a 28-pixel image.
const HOVER_IMAGE: f32 = 112.0;
/// Distance of the card from the edge of the view.
const EDGE: f32 = space::M;

/// The card of the hovered sample: image, label, prediction, loss, round.
pub fn hover_card(ui: &Ui, hovered: Hovered, cx: &mut Cx<'_>) {
    let (Some(sample), Some(dataset)) = (hovered.sample, cx.state.dataset.clone()) else { return };
    if sample as usize >= dataset.train.len() {
        return;
    }
    let id = egui::Id::unique("latent hover");
    egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, egui::PopupAnchor::Pointer).gap(16.0).show(|ui| {
        ui.horizontal_top(|ui| {
            if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
                images::show(ui, &texture, HOVER_IMAGE, "Hovered sample");
            }
            ui.vertical(|ui| {
                ui.set_min_width(132.0);
                ui.spacing_mut().item_spacing.y = 3.0;
                sample_facts(ui, sample, cx);
                if let Some(w) = hovered.walk_point {
                    let letters = crate::trajectory::walk_name(w.walk);
                    let text = if w.point == 0 {
                        format!("walk {letters}, start")
                    } else {
                        format!("walk {letters}, step {}", w.point)
                    };
                    ui.label(egui::RichText::new(text).color(cx.theme.accent));
                }
            });
        });
    });
}

/// The card of a sample that was selected in this workspace, with its buttons.
pub fn selection_card(ui: &mut Ui, rect: Rect, cx: &mut Cx<'_>) {
    let selected = cx.state.focus.sample.filter(|sample| cx.state.focus.before != Some(*sample));
    let (Some(sample), Some(dataset)) = (selected, cx.state.dataset.clone()) else { return };
    if sample as usize >= dataset.train.len() || rect.width() < 360.0 {
        return;
    }
    cx.inspect(ui.ctx(), sample);
    let width = 232.0;
    let card = Rect::from_min_size(pos2(rect.right() - EDGE - width, rect.top() + EDGE), vec2(width, 140.0));
    ui.painter().rect(
        card,
        CornerRadius::same(8),
        cx.theme.panel.gamma_multiply(0.94),
        Stroke::new(1.0, cx.theme.line),
        StrokeKind::Inside,
    );
    ui.scope_builder(UiBuilder::new().max_rect(card.shrink(space::S)), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal_top(|ui| {
            if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
                images::show(ui, &texture, 56.0, "Selected sample");
            }
            ui.vertical(|ui| sample_facts(ui, sample, cx));
        });
        let y = card.bottom() - space::S - theme::CONTROL_HEIGHT;
        let row = Rect::from_min_max(
            pos2(card.left() + space::S, y),
            pos2(card.right() - space::S, card.bottom() - space::S),
        );
        ui.scope_builder(
            UiBuilder::new().max_rect(row).layout(egui::Layout::right_to_left(egui::Align::Center)),
            |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                if IconButton::new(Icon::Close, "Clear selection", "Clear the selection (Esc)").show(ui).clicked() {
                    cx.state.focus.sample = None;
                }
                let tip =
                    "Starts a walk without re-selection at this sample (also: Ctrl click). It moves once a round.";
                let walk = IconButton::new(Icon::Play, "Start a walk here", tip).text("Start a walk here");
                if cx.walks_shown && walk.show(ui).clicked() {
                    cx.commands.push(Command::AddWalk { sample });
                }
            },
        );
    });
}
