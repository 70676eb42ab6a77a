//! The inspector: one sample in full with the reason it was picked, or the probe, a latent point that the user drags.

pub mod sample;
pub mod pins;
pub mod step_length;
pub mod directions;

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

use crate::engine::protocol::Command;
use crate::engine::questions::probe::{Probe, ProbePoint};
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::{captioned, fact, heading, norm, vector};
use crate::ui::kit::images;
use crate::ui::kit::question::Question;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use directions::DirectionsPage;
use sample::IMAGE;

/// The panel, and its question about the probe.
#[derive(Debug)]
pub struct Inspector {
    mode: Mode,
    question: Question<Vec<f32>>,
    directions: DirectionsPage,
}

impl Default for Inspector {
    fn default() -> Self {
        Self { mode: Mode::default(), question: Question::new(AGAIN, PATIENCE), directions: DirectionsPage::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Mode {
    #[default]
    Sample,
    Probe,
    Alpha,
    Directions,
}

/// Seconds between questions about the same probe while the target learns, and until one is considered lost.
const AGAIN: f64 = 0.05;
const PATIENCE: f64 = 2.0;

impl Panel for Inspector {
    fn title(&self) -> &'static str {
        "Inspector"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        egui::Frame::new().inner_margin(egui::Margin::same(space::M as i8)).show(ui, |ui| {
            let modes = [
                (Mode::Sample, "Sample", "The sample selected in the view"),
                (Mode::Probe, "Probe", "Drag a free point through latent space: its image, its class, its step"),
                (
                    Mode::Alpha,
                    "Step length",
                    "How long a step should be: the lengths of snaps, and where shorter and longer steps from the probe lead",
                ),
                (
                    Mode::Directions,
                    "Directions",
                    "What the directions around a point mean: decoded images along those in which its neighbours spread most",
                ),
            ];
            if widgets::segmented(ui, "Inspect", &mut self.mode, &modes) {
                self.enter(cx);
            }
            ui.add_space(space::XS);
            ScrollArea::vertical().auto_shrink(false).id_salt("inspector").show(ui, |ui| match self.mode {
                Mode::Sample => sample::ui(ui, cx),
                Mode::Probe => self.probe(ui, cx),
                Mode::Alpha => self.step_length(ui, cx),
                Mode::Directions => self.around(ui, cx),
            });
        });
    }

    fn shows_selection(&self) -> bool {
        true
    }

    fn shows_directions(&self) -> bool {
        self.mode == Mode::Directions
    }

    fn pose(&self) -> Option<String> {
        serde_json::to_string(&self.mode).ok()
    }

    fn look(&mut self, pose: &str) {
        self.mode = serde_json::from_str(pose).unwrap_or(self.mode);
    }
}

impl Inspector {
    fn enter(&mut self, cx: &mut Cx<'_>) {
        let dims = cx.snapshot.latent_dim;
        if self.mode != Mode::Sample && cx.state.probing.as_ref().is_some_and(|p| p.len() == dims) {
            // The step length page shows the same point.
            return;
        }
        // It begins at the selected sample, or in the midst of the data.
        let start = cx.state.focus.sample.and_then(|sample| cx.code(sample));
        let middle = || cx.snapshot.codes.as_ref().and_then(|codes| middle(codes, dims));
        let start = start.or_else(middle).unwrap_or_else(|| vec![0.0; dims]);
        cx.state.probing = Some(start).filter(|_| self.mode != Mode::Sample && cx.can_probe());
        cx.state.answers.probe.clear();
        self.question.forget();
        self.directions.forget();
    }

    /// The latest answer about the probe; without one, shows what is missing.
    fn answer(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<Arc<Probe>> {
        let dims = cx.snapshot.latent_dim;
        let probe = if !cx.state.generator.ready {
            Err("Once the generator is trained, drag a point through latent space to see what it decodes to.".into())
        } else if !cx.can_probe() {
            Err(format!("A point can be dragged only in up to three latent dimensions; this experiment has {dims}."))
        } else {
            if cx.state.probing.as_ref().is_none_or(|p| p.len() != dims) {
                self.enter(cx);
            }
            self.ask(ui, cx);
            cx.state
                .answers
                .probe
                .answer
                .clone()
                .ok_or("Drag in the latent view to see what the point decodes to.".into())
        };
        probe.map_err(|says: String| widgets::empty_state(ui, "The probe", &says)).ok()
    }

    /// The directions around the point that is dragged, or around the selected sample where none can be.
    fn around(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if cx.state.generator.ready && cx.can_probe() && cx.state.probing.is_none() {
            self.enter(cx);
        }
        // No step is shown here.
        cx.state.answers.probe.clear();
        let selected = cx.state.focus.sample.and_then(|sample| cx.code(sample));
        match cx.state.probing.clone().or(selected).filter(|_| cx.state.generator.ready) {
            Some(code) => self.directions.ui(ui, code, cx),
            None => {
                let text = "Click a point of the latent view to see which images lie around it, and what changes along the \
                            directions in which its neighbours spread most.";
                widgets::empty_state(ui, "Directions around a point", text);
            }
        }
    }

    fn step_length(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        step_length::snaps(ui, cx);
        heading(ui, "Other step lengths from the probe");
        if let Some(probe) = self.answer(ui, cx) {
            step_length::ray(ui, cx, &probe);
        }
    }

    fn probe(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(probe) = self.answer(ui, cx) else { return };
        let Some(dataset) = cx.state.dataset.clone() else { return };
        ui.horizontal_top(|ui| {
            let texture = cx.images.get(ui, "probe", cx.state.answers.probe.version, dataset.shape(), &probe.decoded);
            captioned(ui, "decoded G(p)", IMAGE, |ui| {
                images::show(ui, &texture, IMAGE, "Decoded probe");
            });
            if let Some(texture) = cx.images.sample(ui, &dataset, probe.neighbour) {
                captioned(ui, "nearest sample of p'", IMAGE, |ui| {
                    images::show(ui, &texture, IMAGE, "Neighbour of the moved probe");
                });
            }
        });
        let tip = "Saves the point and follows the target's prediction for it through training";
        if ui.button("Pin this point").on_hover_text(tip).clicked() {
            let command = cx.state.pins.pin(&probe);
            cx.commands.extend(command);
        }
        pins::ui(ui, cx);
        heading(ui, "Prediction F(G(p))");
        if let Some(maps) = &probe.maps {
            sample::map_facts(ui, cx, maps);
        } else if probe.probabilities.is_empty() {
            ui.label(RichText::new("There is no target yet; round 1 trains it.").color(cx.theme.weak));
        } else {
            let meaning = "the label of the nearest sample";
            ui.scope(|ui| {
                class_bars::probability_bars(ui, &dataset.classes, &probe.probabilities, probe.label, meaning)
            });
        }
        heading(ui, "Its step, from p to p'");
        fact(ui, cx.theme, "p", &vector(&probe.code));
        fact(ui, cx.theme, "loss label", &cx.state.class_name(probe.label));
        fact(
            ui,
            cx.theme,
            "loss L",
            &format!("{} {}", words::fixed(probe.loss, 4), cx.state.experiment.dataset.task().loss_unit()),
        );
        fact(ui, cx.theme, "gradient length |dL/dp|", &words::significant(norm(&probe.gradient)));
        fact(ui, cx.theme, "moved point p' = p + αd", &vector(&probe.moved));
        fact(ui, cx.theme, "neighbour", &format!("sample {}", words::thousands(probe.neighbour as usize)));
        fact(ui, cx.theme, "snap distance", &format!("{:.4}", probe.snap_distance));
        if ui.button("Select the neighbour").clicked() {
            cx.state.focus.sample = Some(probe.neighbour);
        }
    }

    fn ask(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(code) = cx.state.probing.clone() else { return };
        let answers = cx.state.answers.probe.version;
        if self.question.is_due(ui.ctx(), cx.now, &code, cx.state.version(), answers) {
            cx.commands.push(Command::ask(ProbePoint { code, label: None }));
        }
    }
}

/// The code that is nearest to the mean of all codes: the mean itself may be where no data are.
fn middle(codes: &[f32], dims: usize) -> Option<Vec<f32>> {
    let codes = || codes.chunks_exact(dims.max(1));
    let count = codes().len() as f64;
    let mean: Vec<f64> = (0..dims).map(|axis| codes().map(|code| f64::from(code[axis])).sum::<f64>() / count).collect();
    let distance = |code: &[f32]| code.iter().zip(&mean).map(|(x, m)| (f64::from(*x) - m).powi(2)).sum::<f64>();
    codes().min_by(|a, b| distance(a).total_cmp(&distance(b))).map(<[f32]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_begins_at_the_code_nearest_to_the_mean() {
        for (codes, dims, expected) in [
            (vec![], 2, None),
            (vec![4.0, 5.0], 2, Some(vec![4.0, 5.0])),
            // The mean of a ring is in its hole.
            (vec![1.0, 0.0, -1.0, 0.0, 0.0, 0.5, 0.0, -1.0], 2, Some(vec![0.0, 0.5])),
            (vec![10.0, 11.0, 13.0], 1, Some(vec![11.0])),
        ] {
            assert_eq!(middle(&codes, dims), expected, "{codes:?}");
        }
    }
}
