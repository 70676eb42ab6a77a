//! The cells of the vessel panel: captioned images of one vessel, with the pointer marked in all of them.

use egui::{RichText, Ui, Vec2};

use super::pictures::{self as pictures, Layer, Pictures, Place};
use crate::dataset::vessels::masks::WallMask;
use crate::engine::questions::vessel::{Outcome, VesselReport};
use crate::labelling::fem::LabelledMask;
use crate::ui::kit::theme::{Theme, size};

/// Lays out the images of one vessel and records the pointer's position in them.
pub struct Cells<'a> {
    pub pictures: &'a Pictures,
    pub section: &'a VesselReport,
    pub mask: &'a WallMask,
    pub side: f32,
    pub theme: &'static Theme,
    /// Whether the mesh is deformed by the pressure.
    pub at_peak: bool,
    /// The pointer's position in the previous frame, image pixels; marked in every image.
    pub marked: Option<[f32; 2]>,
    /// The pointer's position in this frame, image pixels.
    pub pointer: Option<[f32; 2]>,
}

impl Cells<'_> {
    pub fn mask(&mut self, ui: &mut Ui) {
        let caption = format!("Mask, {} × {} pixels", self.mask.width(), self.mask.height());
        self.cell(ui, "Mask", &caption, |cells, ui, place| {
            let painter = ui.painter_at(place.rect);
            cells.pictures.paint(&painter, Layer::Mask, place, cells.mask);
            pictures::scale_bar(&painter, place, cells.section.pixel_mm, cells.theme);
            if let Outcome::Refused(refusal) = &cells.section.outcome
                && let Some([column, row]) = refusal.pixel()
            {
                let at = place.at([column as f32 + 0.5, row as f32 + 0.5]);
                ui.painter().circle_stroke(at, place.scale().max(7.0), egui::Stroke::new(2.0, cells.theme.error));
            }
            pictures::pieces(&painter, place, &cells.pictures.faults, cells.theme);
        });
    }

    pub fn mesh(&mut self, ui: &mut Ui, solved: &LabelledMask) {
        let size = solved.solution.mesh.size();
        let state = if self.at_peak { "at peak" } else { "at rest" };
        let caption = format!("Mesh {state}, {} × {} elements", size.sectors, size.layers);
        self.cell(ui, "Mesh", &caption, |cells, ui, place| {
            let painter = ui.painter_at(place.rect);
            pictures::mesh(&painter, place, &solved.solution, cells.section.pixel_mm, cells.at_peak, cells.theme);
        });
    }

    pub fn map(&mut self, ui: &mut Ui, layer: Layer, caption: &str) {
        let name = match layer {
            Layer::Mask => "Mask",
            Layer::Solved => "Stress map",
            Layer::Predicted => "Predicted map",
            Layer::Difference => "Difference",
        };
        self.cell(ui, name, caption, |cells, ui, place| {
            let painter = ui.painter_at(place.rect);
            cells.pictures.paint(&painter, layer, place, cells.mask);
            if let Some(solved) = cells.section.solved() {
                pictures::borders(&painter, place, &solved.solution, cells.section.pixel_mm, cells.theme);
            }
        });
    }

    fn cell(&mut self, ui: &mut Ui, name: &str, caption: &str, paint: impl FnOnce(&Self, &Ui, &Place)) {
        ui.vertical(|ui| {
            ui.set_width(self.side);
            ui.spacing_mut().item_spacing.y = 3.0;
            let caption = RichText::new(caption).size(size::CAPTION).color(self.theme.weak);
            ui.add(egui::Label::new(caption).truncate());
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(self.side), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
            pictures::background(ui, rect, self.theme);
            let place = Place::new(rect.shrink(1.0), self.pictures.crop());
            paint(self, ui, &place);
            if let Some(at) = self.marked {
                let ring = |radius, width, color| {
                    ui.painter_at(rect).circle_stroke(place.at(at), radius, egui::Stroke::new(width, color));
                };
                ring(5.0, 3.0, self.theme.background);
                ring(5.0, 1.5, self.theme.accent);
            }
            self.pointer = response.hover_pos().and_then(|at| place.pixel(at)).or(self.pointer);
        });
    }
}

/// A colour bar as high as a cell, with its unit above.
pub fn bar(
    ui: &mut Ui,
    side: f32,
    ticks: &[f64],
    color: impl Fn(f64) -> egui::Color32,
    mark: Option<f64>,
    theme: &Theme,
) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.label(RichText::new("kPa").size(size::CAPTION).color(theme.weak));
        pictures::bar(ui, side, ticks, color, mark, theme);
    });
}
