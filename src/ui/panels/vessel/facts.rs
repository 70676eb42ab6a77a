//! Facts about one vessel: its statistics, the value under the pointer, the reason for a rejection, the error of F.

use egui::{RichText, Ui};

use crate::dataset::vessels::masks::WallMask;
use crate::engine::questions::vessel::{Prediction, Vessel, VesselReport};
use crate::labelling::FileRefusal;
use crate::labelling::export::Summary;
use crate::labelling::fem::LabelledMask;
use crate::ui::kit::theme::{Theme, bold, size};
use crate::ui::kit::words;

/// The values under the pointer: stresses in kPa, position in millimetres from the image's top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    at_mm: [f64; 2],
    region: &'static str,
    pub solved: Option<f64>,
    pub predicted: Option<f64>,
}

impl Reading {
    pub fn at(section: &VesselReport, mask: &WallMask, pixel: [f32; 2]) -> Self {
        let at_mm = pixel.map(|c| f64::from(c) * section.pixel_mm);
        let [column, row] = [(pixel[0] as usize).min(mask.width() - 1), (pixel[1] as usize).min(mask.height() - 1)];
        let index = row * mask.width() + column;
        let on_wall = mask.wall()[index];
        let in_lumen = section.solved().is_some_and(|s| s.solution.lumen.contains(at_mm));
        let region = match (on_wall, in_lumen) {
            (true, _) => "wall",
            (_, true) => "lumen",
            _ => "outside",
        };
        let solved = section.solved().filter(|_| on_wall).map(|s| f64::from(s.map.values()[index]));
        let predicted = section.prediction.as_ref().ok().map(|p| f64::from(p.map.values()[index]));
        Self { at_mm, region, solved, predicted }
    }

    /// Predicted minus solved, kPa; the solved map is zero outside the wall.
    pub fn difference(&self) -> Option<f64> {
        self.predicted.map(|p| p - self.solved.unwrap_or(0.0))
    }

    fn words(&self) -> String {
        let [x, y] = self.at_mm;
        let mut words = format!("x {x:.2} mm, y {y:.2} mm   {}", self.region);
        if let Some(solved) = self.solved {
            words += &format!("   solved {solved:.1} kPa");
        }
        if let Some(predicted) = self.predicted {
            words += &format!("   predicted {predicted:.1} kPa");
        }
        if let (Some(_), Some(difference)) = (self.solved, self.difference()) {
            words += &format!("   difference {} kPa", words::signed(difference as f32, 1)).replace('-', "\u{2212}");
        }
        words
    }
}

/// The line with the values under the pointer.
pub fn reading(ui: &mut Ui, under: Option<&Reading>, theme: &Theme) {
    let text = match under {
        Some(reading) => RichText::new(reading.words()).color(theme.text),
        None => RichText::new("Point at an image to read the stress; x and y are from its top left corner.")
            .color(theme.faint),
    };
    ui.add(egui::Label::new(text).truncate());
}

/// The message for a rejected mask.
pub fn refused(ui: &mut Ui, theme: &Theme, refusal: &FileRefusal, inverted: bool, vessel: &Vessel) {
    ui.label(bold(format!("Rejected: {}", refusal.kind().replace('-', " "))).size(size::HEADING).color(theme.error));
    let message = refusal.to_string();
    ui.add(egui::Label::new(format!("{}.", words::capital(message.trim_end_matches('.')))).wrap());
    if inverted {
        let text =
            "Perhaps the mask is inverted: with wall and the rest exchanged it would be one wall round one lumen.";
        ui.add(egui::Label::new(RichText::new(text).color(theme.warning)).wrap());
    }
    if let (Vessel::File(file), FileRefusal::File(_)) = (vessel, refusal) {
        let path = RichText::new(file.path.display().to_string()).color(theme.weak);
        ui.add(egui::Label::new(path).wrap());
    }
}

/// The statistics of a solved mask; stresses are weighted by area over the undeformed wall.
pub fn facts(ui: &mut Ui, theme: &Theme, solved: &LabelledMask) {
    let s = Summary::of(solved);
    let rows = [
        ("mean", format!("{:.1} kPa", s.mean_kpa)),
        ("p95", format!("{:.1} kPa", s.p95_kpa)),
        ("p99", format!("{:.1} kPa", s.p99_kpa)),
        ("peak", format!("{:.1} kPa", s.peak_kpa)),
        ("lumen area", format!("{:.2} mm²", s.lumen_area_mm2)),
        ("… at peak pressure", format!("{:.2} mm²", s.lumen_area_deformed_mm2)),
        ("plaque burden", format!("{:.1} %", 100.0 * s.plaque_burden)),
        ("solved in", format!("{:.0} ms, {} steps", 1_000.0 * s.seconds, s.newton_iterations)),
    ];
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.spacing_mut().interact_size.y = size::BODY;
    for (name, value) in rows {
        ui.horizontal(|ui| {
            ui.label(RichText::new(name).size(size::CAPTION).color(theme.weak));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(value).size(size::CAPTION + 0.5)).truncate());
            });
        });
    }
}

/// Whose a prediction is.
pub fn by(prediction: &Prediction, run: &str) -> String {
    format!("{run} after {} minibatches", words::thousands(prediction.minibatches))
}

/// The error of a run's prediction against the solution.
pub fn errors(ui: &mut Ui, prediction: &Prediction, run: &str, theme: &Theme) {
    let mut words = by(prediction, run);
    if let Some(e) = prediction.errors {
        words += &format!(": mean square error {:.1} kPa² over all pixels, {:.1} kPa² over the wall", e.all, e.wall);
    }
    ui.add(egui::Label::new(RichText::new(words).size(size::CAPTION + 0.5).color(theme.weak)).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_say_where_and_what() {
        let wall = Reading { at_mm: [3.15, 2.85], region: "wall", solved: Some(63.24), predicted: Some(60.1) };
        let words = "x 3.15 mm, y 2.85 mm   wall   solved 63.2 kPa   predicted 60.1 kPa   difference \u{2212}3.1 kPa";
        assert_eq!(wall.words(), words);
        let lumen = Reading { region: "lumen", solved: None, predicted: None, ..wall };
        assert_eq!(lumen.words(), "x 3.15 mm, y 2.85 mm   lumen");
        assert_eq!(lumen.difference(), None);
    }
}
