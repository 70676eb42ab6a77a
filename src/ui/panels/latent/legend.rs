//! The colour legend of the latent view.

use egui::{Align2, CornerRadius, Pos2, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::scene::{self, Coloring};
use crate::ui::kit::charts;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::panel::Cx;

/// Distance of the legend from the edge of the view.
const EDGE: f32 = space::M;
const LEGEND_ROW: f32 = 18.0;

/// The legend of the coloring; a click on a class shows only that class in colour.
pub fn ui(ui: &mut Ui, rect: Rect, coloring: Coloring, cx: &mut Cx<'_>) {
    let left = beside_ticks(cx);
    let top_left = rect.min + vec2(EDGE + left, EDGE);
    match coloring {
        Coloring::Class | Coloring::Predicted => class_legend(ui, top_left, rect, cx),
        Coloring::Loss => {
            let step = cx.state.experiment.dataset.task().loss_step();
            let marks = [0.0, 0.1, 1.0, scene::LOSS_TOP].map(|l| (scene::loss_ramp(l), format!("{}", l * step)));
            let title = format!("loss of F(x), {}", cx.state.experiment.dataset.task().loss_unit());
            ramp_legend(ui, top_left, &title, &marks, cx.theme);
        }
        Coloring::Correct => {
            let [right, wrong] = scene::correctness(cx.theme);
            let rows = [(right, "correct"), (wrong, "wrong"), (cx.theme.faint, "not yet predicted")];
            for (i, (color, name)) in rows.into_iter().enumerate() {
                let y = top_left.y + LEGEND_ROW * (i as f32 + 0.5);
                ui.painter().circle_filled(pos2(top_left.x + 5.0, y), 4.5, color);
                ui.painter().text(
                    pos2(top_left.x + 16.0, y),
                    Align2::LEFT_CENTER,
                    name,
                    theme::font(size::CAPTION),
                    cx.theme.weak,
                );
            }
        }
        Coloring::Round => {
            let rounds = cx.state.experiment.rounds;
            let last = rounds.saturating_sub(1).max(1);
            let marks = [1, rounds.div_ceil(2), rounds].map(|r| ((r.max(1) - 1) as f32 / last as f32, r.to_string()));
            ramp_legend(ui, top_left, "round labelled; grey: not labelled", &marks, cx.theme);
        }
    }
}

/// Left margin of overlays: in the plane, the vertical axis has its numbers at the left edge.
pub fn beside_ticks(cx: &Cx<'_>) -> f32 {
    const TICK_WIDTH: f32 = 18.0;
    const FLAT_DIMS: usize = 2;
    if cx.snapshot.latent_dim <= FLAT_DIMS { TICK_WIDTH } else { 0.0 }
}

fn class_legend(ui: &mut Ui, top_left: Pos2, rect: Rect, cx: &mut Cx<'_>) {
    let classes = cx.state.dataset.as_ref().map(|d| d.classes.clone()).unwrap_or_default();
    let font = theme::font(size::CAPTION + 0.5);
    for (class, name) in classes.iter().enumerate() {
        let class = class as u8;
        let galley = ui.painter().layout_no_wrap(name.clone(), font.clone(), egui::Color32::PLACEHOLDER);
        let row = Rect::from_min_size(
            top_left + vec2(-4.0, LEGEND_ROW * f32::from(class)),
            vec2(galley.size().x + 26.0, LEGEND_ROW),
        );
        if row.bottom() > rect.bottom() - EDGE {
            break;
        }
        let response = ui.interact(row, ui.scope_id().with(("class", class)), Sense::click());
        let only = cx.state.focus.class == Some(class);
        response
            .widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, only, format!("Only class {name}")));
        let faded = cx.state.focus.class.is_some() && !only;
        let color = theme::class_color(class).gamma_multiply(if faded { 0.35 } else { 1.0 });
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(row, CornerRadius::same(4), cx.theme.field);
        }
        ui.painter().circle_filled(pos2(row.left() + 9.0, row.center().y), 4.5, color);
        let ink = if faded { cx.theme.faint } else { cx.theme.text };
        ui.painter().galley(pos2(row.left() + 20.0, row.center().y - galley.size().y / 2.0), galley, ink);
        let tip = if only { "Show all classes again" } else { "Show only this class in colour" };
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
            cx.state.focus.class = (!only).then_some(class);
        }
    }
}

fn ramp_legend(ui: &Ui, top_left: Pos2, title: &str, marks: &[(f32, String)], theme: &Theme) {
    let bar = Rect::from_min_size(top_left + vec2(0.0, 20.0), vec2(144.0, 8.0));
    let font = theme::font(size::CAPTION);
    ui.painter().text(top_left + vec2(0.0, 6.0), Align2::LEFT_CENTER, title, font.clone(), theme.weak);
    charts::ramp(ui.painter(), bar, |share| theme.ramp(share));
    for (t, text) in marks {
        let x = bar.left() + bar.width() * t.clamp(0.0, 1.0);
        ui.painter().vline(x, bar.bottom()..=bar.bottom() + 3.0, Stroke::new(1.0, theme.faint));
        ui.painter().text(pos2(x, bar.bottom() + 11.0), Align2::CENTER_CENTER, text, font.clone(), theme.weak);
    }
}
