//! One sample in full, and why it was picked; or a free latent point in the user's hand: the probe.

pub mod sample;
pub mod pins;
pub mod step_length;

use egui::{RichText, ScrollArea, Ui};

use crate::engine::protocol::{Command, Probe};
use crate::ui::kit::charts;
use crate::ui::kit::facts::{captioned, fact, heading, norm, vector};
use crate::ui::kit::images;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::state::Probing;
use sample::IMAGE;

/// The panel, and how far its questions about the probe have come.
#[derive(Debug, Default)]
pub struct Inspector {
    mode: Mode,
    asked: Option<Vec<f32>>,
    asked_at: f64,
    asked_version: u64,
    answers: u64,
    answered: Option<Vec<f32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    Sample,
    Probe,
    Alpha,
}

/// Seconds between two questions about the probe, and before an unanswered one is asked again.
const BETWEEN_PROBES: f64 = 0.06;
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
                    "How long a step should be: how far snaps are, and where other steps of the probe lead",
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
            });
        });
    }

    fn shows_selection(&self) -> bool {
        true
    }
}

impl Inspector {
    fn enter(&mut self, cx: &mut Cx<'_>) {
        let dims = cx.snapshot.latent_dim;
        if self.mode != Mode::Sample && cx.state.probing.as_ref().is_some_and(|p| p.code.len() == dims) {
            // The same point, seen otherwise.
            return;
        }
        cx.state.probing = (self.mode != Mode::Sample && cx.can_probe())
            .then(|| Probing { code: vec![0.0; dims], neighbour_code: None });
        cx.state.probe = None;
        self.asked = None;
    }

    /// What is known of the probed point; says what is missing where there is nothing.
    fn answer(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<Probe> {
        let dims = cx.snapshot.latent_dim;
        let probe = if !cx.state.generator.ready {
            Err("As soon as the generator is trained, drag a point through latent space and see what it decodes to."
                .into())
        } else if !cx.can_probe() {
            Err(format!("A point can be dragged in up to three latent dimensions; this experiment has {dims}."))
        } else {
            if cx.state.probing.as_ref().is_none_or(|p| p.code.len() != dims) {
                self.enter(cx);
            }
            self.ask(ui, cx);
            cx.state.probe.clone().ok_or("Drag in the latent view: this shows what the point decodes to.".into())
        };
        let probe = probe.map_err(|says: String| widgets::empty_state(ui, "The probe", &says)).ok()?;
        if self.answered.as_ref() != Some(&probe.moved) {
            self.answered = Some(probe.moved.clone());
            self.answers += 1;
            let at = probe.neighbour as usize * dims;
            let code = cx.snapshot.codes.as_ref().and_then(|c| c.get(at..at + dims).map(<[f32]>::to_vec));
            if let Some(probing) = cx.state.probing.as_mut() {
                probing.neighbour_code = code;
            }
        }
        Some(probe)
    }

    fn step_length(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        step_length::snaps(ui, cx);
        heading(ui, "Other steps of the probe");
        if let Some(probe) = self.answer(ui, cx) {
            step_length::ray(ui, cx, &probe, self.answers);
        }
    }

    fn probe(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(probe) = self.answer(ui, cx) else { return };
        let Some(dataset) = cx.state.dataset.clone() else { return };
        ui.horizontal_top(|ui| {
            let texture = cx.images.get(ui, "probe", self.answers, dataset.shape(), &probe.decoded);
            captioned(ui, "decoded G(p)", IMAGE, |ui| {
                images::show(ui, &texture, IMAGE, "Decoded probe");
            });
            if let Some(texture) = cx.images.sample(ui, &dataset, probe.neighbour) {
                captioned(ui, "neighbour of p'", IMAGE, |ui| {
                    images::show(ui, &texture, IMAGE, "Neighbour of the moved probe");
                });
            }
        });
        let tip = "Keeps the point, and follows what the target makes of it through training";
        if ui.button("Pin this point").on_hover_text(tip).clicked() {
            let command = cx.state.pins.pin(&probe);
            cx.commands.extend(command);
        }
        pins::ui(ui, cx);
        heading(ui, "Prediction F(G(p))");
        if let Some(maps) = &probe.maps {
            sample::map_facts(ui, cx, maps);
        } else if probe.probabilities.is_empty() {
            ui.label(RichText::new("There is no target yet: round 1 trains it.").color(cx.theme.weak));
        } else {
            charts::probability_bars(ui, &dataset.classes, &probe.probabilities, Some(probe.label));
        }
        heading(ui, "Its step");
        fact(ui, cx.theme, "p", &vector(&probe.code));
        fact(ui, cx.theme, "loss label", &cx.state.class_name(probe.label));
        fact(ui, cx.theme, "loss L", &format!("{:.4} {}", probe.loss, cx.state.experiment.dataset.task().loss_unit()));
        fact(ui, cx.theme, "|dL/dp|", &format!("{:.3e}", norm(&probe.gradient)));
        fact(ui, cx.theme, "p' = p + αd", &vector(&probe.moved));
        fact(ui, cx.theme, "neighbour", &format!("sample {}", words::thousands(probe.neighbour as usize)));
        fact(ui, cx.theme, "snap distance", &format!("{:.4}", probe.snap_distance));
        if ui.button("Select the neighbour").clicked() {
            cx.state.focus.sample = Some(probe.neighbour);
        }
    }

    /// The latest place wins: one question under way at most.
    fn ask(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(code) = cx.state.probing.as_ref().map(|p| p.code.clone()) else { return };
        let version = cx.state.target_version;
        let current = self.asked.as_ref() == Some(&code) && self.asked_version == version;
        let answered = cx.state.probe.as_ref().is_some_and(|p| Some(&p.code) == self.asked.as_ref());
        if current && (answered || cx.now < self.asked_at + PATIENCE) {
            return;
        }
        let busy = self.asked.is_some() && !answered && cx.now < self.asked_at + PATIENCE;
        let left = self.asked_at + BETWEEN_PROBES - cx.now;
        if busy || left > 0.0 {
            ui.ctx().request_repaint_after_secs(BETWEEN_PROBES as f32);
            return;
        }
        self.asked = Some(code.clone());
        self.asked_version = version;
        self.asked_at = cx.now;
        cx.commands.push(Command::Probe { code, label: None });
    }
}
