//! The image that is asked about, as large as there is room.

use egui::{Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::gallery::Gallery;
use crate::project::Pictures;
use crate::ui::kit::theme::{self, Theme, size};

/// Height of the name under the image.
const NAME: f32 = 20.0;

/// The image in the whole of `rect`, with its name below.
pub fn ui(ui: &mut Ui, rect: Rect, gallery: &mut Gallery, pictures: &Pictures, image: usize, name: &str) {
    let theme = Theme::of(ui.visuals());
    let texture = gallery.large(ui, pictures, image);
    let room = Rect::from_min_max(rect.min, rect.max - vec2(0.0, NAME));
    let scale = (room.size() / texture.size_vec2()).min_elem().max(0.0);
    let place = Rect::from_center_size(room.center(), texture.size_vec2() * scale);
    let response = ui.allocate_rect(place, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Image {name}")));
    let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
    ui.painter().image(texture.id(), place, uv, Color32::WHITE);
    ui.painter().rect_stroke(place, CornerRadius::ZERO, Stroke::new(1.0, theme.line), StrokeKind::Outside);
    let (text, ink) = match gallery.fault(image) {
        Some(why) => (format!("{name} {why}; this is what the model sees of it"), theme.warning),
        None => (name.to_owned(), theme.weak),
    };
    let mut job = egui::text::LayoutJob::simple_singleline(text, theme::font(size::CAPTION), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let at = egui::pos2(rect.center().x - galley.size().x / 2.0, rect.bottom() - galley.size().y);
    ui.painter().galley(at, galley, ink);
}
