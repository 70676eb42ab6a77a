//! One sample in full, and why it was picked; or a free latent point in the user's hand: the probe.

pub mod pins;
pub mod step_length;

use egui::{RichText, ScrollArea, Ui};

use super::latent::overlay::sample_facts;
use crate::engine::protocol::{Command, MapPair, Probe};
use crate::history::{LatentStep, Proposal};
use crate::ui::kit::images::{self, ImageKey};
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::widgets::{self, Icon, IconButton};
use crate::ui::panel::Cx;
use crate::ui::state::Probing;

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

/// Side of the images: three screen points for a pixel of 28.
const IMAGE: f32 = 84.0;
/// Seconds between two questions about the probe, and before an unanswered one is asked again.
const BETWEEN_PROBES: f64 = 0.06;
const PATIENCE: f64 = 2.0;
/// Latent dimensions in which a point can be dragged.
const PROBE_DIMS: std::ops::RangeInclusive<usize> = 1..=3;

impl Inspector {
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
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
                Mode::Sample => sample(ui, cx),
                Mode::Probe => self.probe(ui, cx),
                Mode::Alpha => self.step_length(ui, cx),
            });
        });
    }

    fn enter(&mut self, cx: &mut Cx<'_>) {
        let dims = cx.snapshot.latent_dim;
        if self.mode != Mode::Sample && cx.state.probing.as_ref().is_some_and(|p| p.code.len() == dims) {
            // The same point, seen otherwise.
            return;
        }
        cx.state.probing = (self.mode != Mode::Sample && PROBE_DIMS.contains(&dims))
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
        } else if !PROBE_DIMS.contains(&dims) {
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
            cx.images.forget(ImageKey::Probe(self.answers));
            (0..probe.fan.len()).for_each(|i| cx.images.forget(ImageKey::Fan(self.answers, i)));
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
            let texture = cx.images.get(ui, ImageKey::Probe(self.answers), dataset.shape(), &probe.decoded);
            captioned(ui, "decoded G(p)", |ui| images::show(ui, &texture, IMAGE, "Decoded probe"));
            if let Some(texture) = cx.images.sample(ui, &dataset, probe.neighbour) {
                captioned(ui, "neighbour of p'", |ui| {
                    images::show(ui, &texture, IMAGE, "Neighbour of the moved probe")
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
            map_facts(ui, cx, maps);
        } else if probe.probabilities.is_empty() {
            ui.label(RichText::new("There is no target yet: round 1 trains it.").color(cx.theme.weak));
        } else {
            widgets::probability_bars(ui, &dataset.classes, &probe.probabilities, Some(probe.label));
        }
        heading(ui, "Its step");
        fact(ui, cx, "p", &vector(&probe.code));
        fact(ui, cx, "loss label", &cx.state.class_name(probe.label));
        fact(ui, cx, "loss L", &format!("{:.4} {}", probe.loss, cx.state.experiment.dataset.task().loss_unit()));
        fact(ui, cx, "|dL/dp|", &format!("{:.3e}", norm(&probe.gradient)));
        fact(ui, cx, "p' = p + αd", &vector(&probe.moved));
        fact(ui, cx, "neighbour", &format!("sample {}", widgets::thousands(probe.neighbour as usize)));
        fact(ui, cx, "snap distance", &format!("{:.4}", probe.snap_distance));
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

fn sample(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (Some(sample), Some(dataset)) = (cx.state.focus.sample, cx.state.dataset.clone()) else {
        let text = "Click a point of the latent view. Here you will see its image, what the generator makes of it, what the target predicts, and why it was picked.";
        return widgets::empty_state(ui, "One sample in full", text);
    };
    if sample as usize >= dataset.train.len() {
        return;
    }
    cx.inspect.want(ui.ctx(), cx.state, sample, cx.now, cx.commands);
    let inspection = cx.state.inspections.get(&sample).cloned();
    ui.horizontal_top(|ui| {
        if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
            captioned(ui, "x", |ui| images::show(ui, &texture, IMAGE, "Selected sample in full"));
        }
        if let Some(i) = &inspection {
            let texture = cx.images.get(ui, ImageKey::Reconstruction(sample), dataset.shape(), &i.reconstruction);
            captioned(ui, "G(E(x))", |ui| images::show(ui, &texture, IMAGE, "Reconstruction"));
        }
    });
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        sample_facts(ui, sample, cx);
    });
    let tip = "Starts a walk without re-selection here; it moves once a round";
    if IconButton::new(Icon::Play, "Start a walk at the selected sample", tip)
        .text("Start a walk here")
        .show(ui)
        .clicked()
    {
        cx.commands.push(Command::AddWalk { sample });
    }
    if let Some(i) = inspection.filter(|i| !i.probabilities.is_empty()) {
        heading(ui, "Prediction F(x)");
        ui.scope(|ui| {
            widgets::probability_bars(
                ui,
                &dataset.classes,
                &i.probabilities,
                Some(dataset.train.label(sample as usize)),
            )
        });
    }
    if let Some(maps) = cx.state.inspections.get(&sample).and_then(|i| i.maps.clone()) {
        heading(ui, "Stress map F(x)");
        map_facts(ui, cx, &maps);
    }
    heading(ui, "Why it was picked");
    match cx.state.bought(sample).map(|(round, p)| (round, p.clone())) {
        None => {
            let text = format!("{} has not asked for its label.", cx.state.focus.strategy.label());
            ui.label(RichText::new(text).color(cx.theme.weak));
        }
        Some((round, proposal)) => why(ui, cx, round, &proposal),
    }
    near(ui, cx, sample);
}

/// Labelled samples nearest to one: what else was bought there, and when.
fn near(ui: &mut Ui, cx: &mut Cx<'_>, sample: u32) {
    const SHOWN: usize = 5;
    const SIDE: f32 = 44.0;
    let (dim, Some(codes)) = (cx.snapshot.latent_dim, cx.snapshot.codes.clone()) else { return };
    let (Some(dataset), Some(run)) = (cx.state.dataset.clone(), cx.state.shown_run()) else { return };
    let code = |s: u32| codes.get(s as usize * dim..(s as usize + 1) * dim);
    let Some(here) = code(sample) else { return };
    let shown = cx.state.shown_round();
    let bought = run.records().filter(|r| r.round <= shown).flat_map(|r| r.proposals.iter().map(move |p| (p, r.round)));
    let mut found: Vec<(f32, u32, usize)> = bought
        .filter(|(p, _)| p.sample != sample)
        .filter_map(|(p, round)| {
            let distance = code(p.sample)?.iter().zip(here).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
            Some((distance, p.sample, round))
        })
        .collect();
    if found.is_empty() {
        return;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.dedup_by_key(|f| f.1);
    heading(ui, "Labelled samples nearest to it");
    ui.horizontal_wrapped(|ui| {
        for (distance, other, round) in found.into_iter().take(SHOWN) {
            let Some(texture) = cx.images.sample(ui, &dataset, other) else { continue };
            ui.vertical(|ui| {
                ui.set_width(SIDE + space::XS);
                ui.spacing_mut().item_spacing.y = 2.0;
                let name = format!("Nearest labelled sample {other}");
                let response = images::show(ui, &texture, SIDE, &name).interact(egui::Sense::click());
                let class = cx.state.class_name(dataset.train.label(other as usize));
                let text = format!("a {class}, bought in round {round}, {distance:.3} away. Click to select it.");
                if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(text).clicked() {
                    cx.state.focus.sample = Some(other);
                }
                let weak = ui.visuals().weak_text_color();
                ui.label(RichText::new(format!("{class} · t {round}")).size(size::CAPTION).color(weak));
            });
        }
    });
}

/// Mean over the wall and peak of a predicted map, and of the solved one where there is one.
fn map_facts(ui: &mut Ui, cx: &Cx<'_>, maps: &MapPair) {
    let wall = |values: &[f32]| -> Vec<f32> { values.iter().copied().filter(|v| *v > 0.0).collect() };
    let words = |values: &[f32]| {
        let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
        format!("mean {mean:.1}, peak {:.1} kPa", values.iter().copied().fold(0.0, f32::max))
    };
    if !maps.solved.is_empty() {
        fact(ui, cx, "solved", &words(&wall(&maps.solved)));
        let inside = maps.predicted.iter().zip(&maps.solved).filter(|(_, s)| **s > 0.0).map(|(p, _)| *p);
        fact(ui, cx, "predicted", &words(&inside.collect::<Vec<_>>()));
    } else {
        fact(ui, cx, "predicted peak", &format!("{:.1} kPa", maps.predicted.iter().copied().fold(0.0, f32::max)));
    }
}

fn why(ui: &mut Ui, cx: &mut Cx<'_>, round: usize, proposal: &Proposal) {
    fact(ui, cx, "round", &round.to_string());
    fact(ui, cx, "label bought", &cx.state.class_name(proposal.label));
    if let Some(score) = proposal.score {
        fact(ui, cx, "score", &format!("{score:.4}"));
    }
    match &proposal.step {
        None => {
            let text = if round == 1 {
                "At random: it belongs to the initial set."
            } else {
                "At random among the unlabelled."
            };
            ui.label(RichText::new(text).color(cx.theme.weak));
        }
        Some(step) => why_step(ui, cx, step),
    }
}

fn why_step(ui: &mut Ui, cx: &mut Cx<'_>, step: &LatentStep) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    ui.horizontal(|ui| {
        if let Some(texture) = cx.images.sample(ui, &dataset, step.parent) {
            images::show(ui, &texture, 56.0, "Parent");
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new("parent (anchor)").size(size::CAPTION).color(cx.theme.weak));
            let text = format!(
                "sample {}, a {}",
                widgets::thousands(step.parent as usize),
                cx.state.class_name(step.parent_label)
            );
            if ui.link(text).on_hover_text("Select it").clicked() {
                cx.state.focus.sample = Some(step.parent);
            }
        });
    });
    fact(ui, cx, "loss at p", &format!("{:.4} {}", step.loss, cx.state.experiment.dataset.task().loss_unit()));
    fact(ui, cx, "p", &vector(&step.from));
    fact(ui, cx, "|dL/dp|", &format!("{:.3e}", norm(&step.gradient)));
    fact(ui, cx, "p' = p + αd", &vector(&step.to));
    fact(ui, cx, "neighbour", &vector(&step.neighbour));
    fact(ui, cx, "snap distance", &format!("{:.4}", step.snap_distance));
}

pub fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(space::S);
    ui.label(bold(text));
}

fn captioned(ui: &mut Ui, caption: &str, add: impl FnOnce(&mut Ui) -> egui::Response) {
    ui.vertical(|ui| {
        ui.set_width(IMAGE);
        ui.spacing_mut().item_spacing.y = 3.0;
        add(ui);
        let weak = ui.visuals().weak_text_color();
        ui.label(RichText::new(caption).size(size::CAPTION).color(weak));
    });
}

/// A name at the left and its value at the right.
fn fact(ui: &mut Ui, cx: &Cx<'_>, name: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).color(cx.theme.weak));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(value).truncate().selectable(true))
        });
    });
}

fn norm(v: &[f32]) -> f32 {
    v.iter().map(|x| x * x).sum::<f32>().sqrt()
}

fn vector(v: &[f32]) -> String {
    const SHOWN: usize = 4;
    let mut out: Vec<String> = v.iter().take(SHOWN).map(|x| format!("{x:.3}")).collect();
    if v.len() > SHOWN {
        out.push("…".into());
    }
    format!("({})", out.join(", "))
}
