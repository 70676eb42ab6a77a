//! One sample: its facts in a few lines, or in full with the target's prediction and the reason it was picked.

use egui::{RichText, Ui};

use crate::dataset::Class;
use crate::engine::protocol::Command;
use crate::engine::questions::inspect::MapPair;
use crate::experiment::Strategy;
use crate::history::{LatentStep, Proposal};
use crate::ui::kit::charts;
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::{captioned, fact, heading, norm, vector};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, bold, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// Side of the images, screen points: three per pixel of a 28-pixel image.
pub const IMAGE: f32 = 84.0;
/// Height of a line of facts about a sample.
const FACT_ROW: f32 = 16.0;

/// The panel while it shows the selected sample.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    search(ui, cx);
    let (Some(sample), Some(dataset)) = (cx.state.focus.sample, cx.state.dataset.clone()) else {
        let text = "Click a point of the latent view to see its image, its reconstruction, the target's prediction, and why it was picked.";
        return widgets::empty_state(ui, "One sample in full", text);
    };
    if sample as usize >= dataset.train.len() {
        return;
    }
    cx.inspect(ui.ctx(), sample);
    let inspection = cx.state.inspection(sample).cloned();
    ui.horizontal_top(|ui| {
        if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
            captioned(ui, "x", IMAGE, |ui| {
                images::show(ui, &texture, IMAGE, "Selected sample in full");
            });
        }
        if let Some(i) = inspection.as_ref().filter(|i| !i.reconstruction.is_empty()) {
            let texture = cx.images.get(ui, ("reconstruction", sample), 0, dataset.shape(), &i.reconstruction);
            captioned(ui, "G(E(x))", IMAGE, |ui| {
                images::show(ui, &texture, IMAGE, "Reconstruction");
            });
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
        let label = dataset.train.label(sample as usize);
        ui.scope(|ui| class_bars::probability_bars(ui, &dataset.classes, &i.probabilities, label, "the true label"));
    }
    if let Some(maps) = cx.state.inspection(sample).and_then(|i| i.maps.clone()) {
        heading(ui, "Stress map F(x)");
        map_facts(ui, cx, &maps);
    }
    heading(ui, "Why it was picked");
    match cx.state.bought(sample).map(|(round, p)| (round, p.clone())) {
        None => {
            let text = format!("{} has not picked it.", cx.state.shown_name());
            ui.label(RichText::new(text).color(cx.theme.weak));
        }
        Some((round, proposal)) => why(ui, cx, round, &proposal),
    }
    near(ui, cx, sample);
}

/// A field that selects a sample by its index.
fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(last) = cx.state.dataset.as_ref().and_then(|d| d.train.len().checked_sub(1)) else { return };
    ui.horizontal(|ui| {
        ui.label(RichText::new("sample").color(cx.theme.weak));
        let mut index = cx.state.focus.sample.unwrap_or_default();
        let field = ui.add(egui::DragValue::new(&mut index).range(0..=last).speed(0.3));
        let tip = format!("Type an index, or drag, to select a train sample: 0 to {}", words::thousands(last));
        let field = field.accessible_name("Index of the sample").on_hover_text(tip);
        // Also an index that was shown before anything was selected can be confirmed.
        if field.changed() || (field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter))) {
            cx.state.focus.sample = Some(index);
        }
        ui.label(RichText::new(format!("of {}", words::thousands(last + 1))).color(cx.theme.faint));
    });
}

/// The labelled samples nearest to this one, with the round in which each was labelled.
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
    heading(ui, "Nearest labelled samples");
    ui.horizontal_wrapped(|ui| {
        for (distance, other, round) in found.into_iter().take(SHOWN) {
            let Some(texture) = cx.images.sample(ui, &dataset, other) else { continue };
            ui.vertical(|ui| {
                ui.set_width(SIDE + space::XS);
                ui.spacing_mut().item_spacing.y = 2.0;
                let name = format!("Nearest labelled sample {other}");
                let response = images::show(ui, &texture, SIDE, &name).interact(egui::Sense::click());
                let class = cx.state.class_name(dataset.train.label(other as usize));
                let text = format!("a {class}, labelled in round {round}, {distance:.3} away. Click to select it.");
                if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(text).clicked() {
                    cx.state.focus.sample = Some(other);
                }
                let weak = ui.visuals().weak_text_color();
                ui.label(RichText::new(format!("{class} · t {round}")).size(size::CAPTION).color(weak));
            });
        }
    });
}

/// Mean over the wall and peak of the predicted map, and of the solved map if there is one.
pub fn map_facts(ui: &mut Ui, cx: &Cx<'_>, maps: &MapPair) {
    let wall = |values: &[f32]| -> Vec<f32> { values.iter().copied().filter(|v| *v > 0.0).collect() };
    let words = |values: &[f32]| {
        let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
        format!("mean {mean:.1}, peak {:.1} kPa", values.iter().copied().fold(0.0, f32::max))
    };
    if !maps.solved.is_empty() {
        fact(ui, cx.theme, "solved", &words(&wall(&maps.solved)));
        let inside = maps.predicted.iter().zip(&maps.solved).filter(|(_, s)| **s > 0.0).map(|(p, _)| *p);
        fact(ui, cx.theme, "predicted", &words(&inside.collect::<Vec<_>>()));
    } else {
        fact(ui, cx.theme, "predicted peak", &format!("{:.1} kPa", maps.predicted.iter().copied().fold(0.0, f32::max)));
    }
}

fn why(ui: &mut Ui, cx: &mut Cx<'_>, round: usize, proposal: &Proposal) {
    fact(ui, cx.theme, "round", &round.to_string());
    fact(ui, cx.theme, "label", &cx.state.class_name(proposal.label));
    if let Some(score) = proposal.score {
        fact(ui, cx.theme, "score", &words::fixed(score, 4));
    }
    match &proposal.step {
        None => {
            let text = match cx.state.experiment_in(round).strategy_in(round) {
                Strategy::Random if round == 1 => "Drawn at random, as part of the initial set.".to_owned(),
                Strategy::Random => "Drawn at random from the unlabelled samples.".to_owned(),
                chooser => format!("{}: {}", chooser.label(), chooser.help()),
            };
            ui.label(RichText::new(text).color(cx.theme.weak));
        }
        Some(step) => why_step(ui, cx, step, proposal.is_its_own_anchor()),
    }
}

fn why_step(ui: &mut Ui, cx: &mut Cx<'_>, step: &LatentStep, own: bool) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    ui.horizontal(|ui| {
        if let Some(texture) = cx.images.sample(ui, &dataset, step.parent) {
            images::show(ui, &texture, 56.0, "Parent");
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let name = if own { "the sample itself, as predicted" } else { "parent (anchor)" };
            ui.label(RichText::new(name).size(size::CAPTION).color(cx.theme.weak));
            let text = format!(
                "sample {}, a {}",
                words::thousands(step.parent as usize),
                cx.state.class_name(step.parent_label)
            );
            if ui.link(text).on_hover_text("Select it").clicked() {
                cx.state.focus.sample = Some(step.parent);
            }
        });
    });
    fact(
        ui,
        cx.theme,
        "loss at p",
        &format!("{} {}", words::fixed(step.loss, 4), cx.state.experiment.dataset.task().loss_unit()),
    );
    fact(ui, cx.theme, "p", &vector(&step.from));
    fact(ui, cx.theme, "gradient length |dL/dp|", &words::significant(norm(&step.gradient)));
    fact(ui, cx.theme, "moved point p' = p + αd", &vector(&step.to));
    fact(ui, cx.theme, "neighbour", &vector(&step.neighbour));
    fact(ui, cx.theme, "snap distance", &format!("{:.4}", step.snap_distance));
}

/// Label, prediction, loss and round of a sample, one line each.
pub fn sample_facts(ui: &mut Ui, sample: u32, cx: &Cx<'_>) {
    let Some(dataset) = &cx.state.dataset else { return };
    let label = dataset.train.label(sample as usize);
    ui.spacing_mut().interact_size.y = FACT_ROW;
    ui.label(
        RichText::new(format!("sample {}", words::thousands(sample as usize)))
            .size(size::CAPTION)
            .color(cx.theme.faint),
    );
    // A long name of a class goes on in the next line.
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        charts::swatch(ui, theme::class_color(label), false);
        ui.label(bold(cx.state.class_name(label)));
        ui.label(RichText::new("true label").color(cx.theme.weak));
    });
    match cx.state.inspection(sample) {
        Some(i) if !i.probabilities.is_empty() => {
            let best = i.probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((class, p)) = best {
                let right = class == usize::from(label);
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    charts::swatch(ui, theme::class_color(class as Class), false);
                    ui.label(bold(cx.state.class_name(class as Class)).color(if right {
                        cx.theme.text
                    } else {
                        cx.theme.error
                    }));
                    ui.label(RichText::new(format!("predicted, {:.0} %", 100.0 * p)).color(cx.theme.weak));
                });
            }
            ui.label(
                RichText::new(format!(
                    "loss {} {}",
                    words::fixed(i.loss, 3),
                    cx.state.experiment.dataset.task().loss_unit()
                ))
                .color(cx.theme.weak),
            );
        }
        _ => {
            ui.label(RichText::new("no prediction yet").color(cx.theme.faint));
        }
    }
    let shown = cx.state.shown_round();
    let text = match cx.state.bought(sample) {
        Some((round, _)) if round > shown => format!("not labelled yet: later, in round {round}"),
        Some((1, _)) => "labelled in round 1 (first set)".to_owned(),
        Some((round, _)) => format!("labelled in round {round}"),
        None => "not labelled".to_owned(),
    };
    ui.label(RichText::new(text).color(cx.theme.weak));
}
