//! The latent space in the place of the question: a line drawn round images takes them to be labelled at once.

use egui::{Button, Label, Rect, RichText, Ui, UiBuilder, vec2};

use super::commands::CommandRow;
use super::open::Open;
use super::place_view::Place;
use crate::ui::kit::theme::{self, Theme, bold, size, space};
use crate::ui::kit::widgets::{self, segmented};
use crate::ui::kit::{images, words};

/// Height of the row above the view.
const ROW: f32 = 26.0;
/// Side of the image under the pointer, points.
const HOVERED: f32 = 96.0;

/// Draws the latent space; a closed lasso is taken.
pub fn ui(ui: &mut Ui, open: &mut Open, theme: &'static Theme, gpu: Option<&egui_wgpu::RenderState>) {
    let Some(space) = open.space.clone() else {
        let body = "The generator places similar images close together. Then a line can be drawn round some of them.";
        return widgets::empty_state(ui, "The latent space will appear here", body);
    };
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), ROW),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            let choices = [
                (true, "Lasso", "A drag draws a line round images; with Shift, or the right button, it moves the view"),
                (false, "Turn", "A drag turns the view, or moves it if it is flat"),
            ];
            segmented(ui, "Drag", &mut open.lassoes, &choices);
            let told = "Draw a line round images to label them at once";
            ui.add(Label::new(RichText::new(told).size(size::CAPTION).color(theme.weak)).truncate());
        },
    );
    ui.add_space(space::XS);
    let rect = ui.available_rect_before_wrap();
    let sitting = &open.sitting;
    let (known, region, version) = (sitting.known(), sitting.region(), sitting.version);
    let (image, point, step, draws) = (None, None, None, open.lassoes);
    let place = Place { space: &space, known, version, image, point, step, near: &[], region, draws };
    let drawn = open.place.ui(ui, rect, &place, gpu);
    caption(ui, rect, &space.told(), theme);
    if let Some(image) = open.place.hovered.filter(|_| open.lassoes) {
        card(ui, open, image, theme);
    }
    if let Some(images) = drawn {
        let ctx = ui.ctx().clone();
        open.take_region(&ctx, images);
    }
}

/// What the axes of the view are, in its corner.
fn caption(ui: &mut Ui, rect: Rect, told: &str, theme: &Theme) {
    let at = Rect::from_min_size(rect.left_bottom() + vec2(space::S, -20.0), vec2(rect.width() - 2.0 * space::S, 18.0));
    ui.scope_builder(UiBuilder::new().max_rect(at), |ui| {
        ui.add(Label::new(RichText::new(told).size(size::CAPTION).color(theme.weak)).truncate());
    });
}

/// The image under the pointer.
fn card(ui: &Ui, open: &mut Open, image: usize, theme: &Theme) {
    let known = open.sitting.known();
    let Some(name) = known.names.get(image).cloned() else { return };
    let class = known.class_of(image).and_then(|class| known.classes.get(usize::from(class)).cloned());
    let id = egui::Id::unique("image under the pointer");
    let tip = egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, egui::PopupAnchor::Pointer);
    tip.gap(12.0).show(|ui| {
        let texture = open.gallery.small(ui, &open.pictures, image);
        images::show(ui, &texture, HOVERED, "Image of the point under the pointer");
        ui.label(bold(class.unwrap_or_else(|| "No label".into())));
        ui.label(RichText::new(name).size(size::CAPTION).color(theme.weak));
    });
}

/// Writes so many labels; in the colour of what is done next.
pub fn confirm_button(ui: &mut Ui, row: &CommandRow, labels: usize, theme: &Theme) -> egui::Response {
    let can = labels > 0;
    let text = if can { format!("Confirm {}", words::counted(labels, "label")) } else { row.name.to_owned() };
    let mut job = egui::text::LayoutJob::default();
    let format = |font, color| egui::TextFormat { font_id: font, color, ..Default::default() };
    let (ink, weak) = if can { (theme.on_accent, theme.on_accent) } else { (theme.faint, theme.faint) };
    job.append(&text, 0.0, format(theme::bold_font(size::BODY), ink));
    job.append(row.key, 8.0, format(theme::bold_font(size::CAPTION), weak));
    let button = if can { Button::new(job).fill(theme.accent) } else { Button::new(job) };
    let response = ui.add_enabled(can, button).on_hover_text(row.tip());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can, row.name));
    response
}
