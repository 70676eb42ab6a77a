//! The left panel: a draft of the next experiment, every switch of it, and what stands between it and the one that runs.

pub mod field_help;
pub mod mask_report;
pub mod rows;

use std::path::PathBuf;

use egui::{RichText, ScrollArea, Ui};

use crate::experiment::{
    AnchorSelection, Augmentation, DatasetKind, EvaluationSplit, Experiment, ExperimentError, GeneratorKind,
    GradientKind, MIN_SHARE, NeighbourPool, Strategy, StressKind, TargetKind, Task, TrainingPair, WalkAnchors,
    WalkReselection, WeightsBetweenRounds,
};
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, size, space};
use crate::ui::kit::widgets::{self, Icon};
use crate::ui::panel::Cx;
use mask_report::MaskReportSheet;
use rows::{MANY, Rows, group};

/// The draft and what was folded out.
pub struct Controls {
    pub draft: Experiment,
    pub strategies: Vec<Strategy>,
    /// What was said of the user's own masks.
    pub report: MaskReportSheet,
    /// The system's dialog for their folder.
    folder: Job<Option<PathBuf>>,
    more: bool,
}

/// What the user asked of the controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlsAction {
    /// Take the draft as it is, from the start.
    Apply,
    /// Forget the changes.
    Revert,
}

impl Controls {
    pub fn new(draft: Experiment, strategies: Vec<Strategy>) -> Self {
        Self { draft, strategies, report: MaskReportSheet::default(), folder: Job::default(), more: false }
    }

    /// Whether the draft differs from what runs.
    pub fn is_changed(&self, cx_experiment: &Experiment, cx_strategies: &[Strategy]) -> bool {
        self.draft != *cx_experiment || self.strategies != cx_strategies
    }

    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<ControlsAction> {
        let running = cx.state.experiment.clone();
        let error = self.error();
        let changed = self.is_changed(&running, &cx.state.strategies);
        let mut action = None;
        // The bar is always there: if it came and went, the fields above would change their identity under the pointer.
        let frame = egui::Frame::new().inner_margin(egui::Margin::same(space::M as i8));
        egui::Panel::bottom("apply").show_separator_line(true).frame(frame).show(ui, |ui| {
            if changed {
                action = apply_bar(ui, error.as_ref(), cx.theme);
            } else {
                let text = "These settings are in use. Change one to prepare another run.";
                ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).wrap());
            }
        });
        let bad_field = error.as_ref().and_then(|e| match e {
            ExperimentError::Field { field, .. } => Some(field.as_str()),
            _ => None,
        });
        let rows = Rows { running: &running, bad_field, theme: cx.theme };
        ScrollArea::vertical().auto_shrink(false).id_salt("controls").show(ui, |ui| {
            let margin = egui::Margin {
                left: space::M as i8,
                right: space::M as i8,
                top: space::S as i8,
                bottom: space::L as i8,
            };
            egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 5.0;
                self.essentials(ui, &rows, cx);
                ui.add_space(space::S);
                let (icon, tip) = if self.more {
                    (Icon::Unfolded, "Fold away")
                } else {
                    (Icon::Folded, "Every other switch of the experiment")
                };
                if widgets::IconButton::new(icon, "More settings", tip)
                    .text(if self.more { "Less" } else { "More" })
                    .show(ui)
                    .clicked()
                {
                    self.more = !self.more;
                }
                if self.more {
                    self.rest(ui, &rows);
                }
            });
        });
        action
    }

    /// What stands in the way of the draft.
    pub fn error(&self) -> Option<ExperimentError> {
        if self.strategies.is_empty() {
            return Some(ExperimentError::Field { field: "strategy".into(), detail: "choose at least one".into() });
        }
        if let Some(detail) = self.strategies.iter().find_map(|s| s.objection(self.draft.dataset)) {
            return Some(ExperimentError::Field { field: "strategy".into(), detail });
        }
        self.draft.clone().validated().err()
    }

    fn essentials(&mut self, ui: &mut Ui, rows: &Rows<'_>, cx: &mut Cx<'_>) {
        group(ui, "Data and latent space");
        let before = self.draft.dataset;
        let dataset = &mut self.draft.dataset;
        rows.choice(ui, "Data set", "dataset", dataset, DatasetKind::ALL, DatasetKind::label, |e| e.dataset);
        let own = |dataset| dataset == DatasetKind::Masks;
        if self.draft.dataset.task() != before.task() || own(self.draft.dataset) != own(before) {
            self.take_preset();
        }
        if self.draft.dataset == DatasetKind::Masks {
            self.own_masks(ui, rows, cx);
        }
        let d = &mut self.draft;
        rows.number(ui, "Latent dimension", "latent_dim", &mut d.latent_dim, 1..=16, 0.05, "", |e| e.latent_dim);
        group(ui, "Sampling");
        rows.strategies(ui, &mut self.strategies, &cx.state.strategies, d.dataset);
        rows.alpha(ui, &mut d.alpha);
        rows.number(ui, "Samples per round", "samples_per_round", &mut d.samples_per_round, 1..=MANY, 5.0, "", |e| {
            e.samples_per_round
        });
        rows.training_length(ui, d);
        rows.number(ui, "Rounds", "rounds", &mut d.rounds, 1..=10_000, 0.1, "", |e| e.rounds);
        rows.number(ui, "Seed", "seed", &mut d.seed, 0..=u64::MAX, 0.1, "", |e| e.seed);
        group(ui, "Computing");
        rows.device(ui, cx);
    }

    /// Their folder, and what was said of them.
    fn own_masks(&mut self, ui: &mut Ui, rows: &Rows<'_>, cx: &Cx<'_>) {
        if let Some(Some(path)) = self.folder.take() {
            self.draft.masks = path.display().to_string();
        }
        if rows.folder(ui, "Masks", "masks", &mut self.draft.masks, |e| &e.masks) {
            let from = self.draft.masks.clone();
            self.folder.start(ui.ctx(), move || rfd::FileDialog::new().set_directory(from).pick_folder());
        }
        if let Some(report) = &cx.state.mask_report {
            let text = RichText::new(report.summary()).size(size::CAPTION);
            if ui.link(text).on_hover_text("Every refusal with its file and reason").clicked() {
                self.report.open();
            }
        }
    }

    /// Data whose labels are of another kind need other networks, sizes and strategies: those of their preset.
    fn take_preset(&mut self) {
        let (dataset, seed) = (self.draft.dataset, self.draft.seed);
        let own = dataset == DatasetKind::Masks;
        let preset = if own { DatasetKind::Ivus } else { dataset };
        if let Ok(preset) = Experiment::preset(preset.name()) {
            let preset = if own { preset.on_masks(&self.draft.masks) } else { preset };
            self.draft = Experiment { seed, ..preset };
        }
        self.strategies = match dataset.task() {
            Task::Classes => vec![Strategy::Random, Strategy::Snn],
            Task::Maps => vec![Strategy::Random, Strategy::Si, Strategy::RandomLatent],
        };
    }

    fn rest(&mut self, ui: &mut Ui, rows: &Rows<'_>) {
        let d = &mut self.draft;
        let task = d.dataset.task();
        group(ui, "Data");
        rows.number(ui, "Data seed", "data_seed", &mut d.data_seed, 0..=u64::MAX, 0.1, "", |e| e.data_seed);
        rows.number(ui, "Train images", "train_size", &mut d.train_size, 0..=MANY, 50.0, "", |e| e.train_size);
        rows.number(ui, "Test images", "test_size", &mut d.test_size, 0..=MANY, 50.0, "", |e| e.test_size);
        rows.number(ui, "Validation images", "validation_size", &mut d.validation_size, 0..=MANY, 50.0, "", |e| {
            e.validation_size
        });
        rows.choice(
            ui,
            "Evaluate on",
            "evaluate_on",
            &mut d.evaluate_on,
            EvaluationSplit::ALL,
            EvaluationSplit::label,
            |e| e.evaluate_on,
        );
        if task == Task::Maps {
            labelling_tool(ui, rows, d);
        }
        if d.dataset.has_stand_in() {
            group(ui, "Stand-in for a labelling tool");
            let minibatches = &mut d.labeller_minibatches;
            rows.number(ui, "Minibatches", "labeller_minibatches", minibatches, 1..=MANY, 5.0, "", |e| {
                e.labeller_minibatches
            });
            rows.number(ui, "Seed", "labeller_seed", &mut d.labeller_seed, 0..=u64::MAX, 0.1, "", |e| e.labeller_seed);
        }
        group(ui, "Generator");
        rows.choice(ui, "Kind", "generator", &mut d.generator, GeneratorKind::ALL, GeneratorKind::label, |e| {
            e.generator
        });
        if d.generator == GeneratorKind::AlphaGan {
            rows.number(ui, "Width", "generator_width", &mut d.generator_width, 1..=512, 0.2, "", |e| {
                e.generator_width
            });
            let weight = &mut d.reconstruction_weight;
            rows.number(ui, "λ of the error", "reconstruction_weight", weight, 0.0..=1_000.0, 0.1, "", |e| {
                e.reconstruction_weight
            });
        }
        rows.number(ui, "Epochs", "generator_epochs", &mut d.generator_epochs, 1..=10_000, 0.1, "", |e| {
            e.generator_epochs
        });
        rows.number(ui, "Batch size", "generator_batch", &mut d.generator_batch, 1..=8_192, 1.0, "", |e| {
            e.generator_batch
        });
        rows.rate(ui, "Learning rate", "generator_learning_rate", &mut d.generator_learning_rate, |e| {
            e.generator_learning_rate
        });
        rows.rate(
            ui,
            "Final learning rate",
            "generator_final_learning_rate",
            &mut d.generator_final_learning_rate,
            |e| e.generator_final_learning_rate,
        );
        if d.generator == GeneratorKind::Vae {
            rows.number(ui, "β of the KL term", "beta", &mut d.beta, 0.0..=100.0, 0.01, "", |e| e.beta);
        }
        rows.number(ui, "Seed", "generator_seed", &mut d.generator_seed, 0..=u64::MAX, 0.1, "", |e| e.generator_seed);
        group(ui, "Target model F");
        if task == Task::Classes {
            classifier(ui, rows, d);
        }
        let augmentation = &mut d.augmentation;
        rows.choice(ui, "Augmentation", "augmentation", augmentation, Augmentation::ALL, Augmentation::label, |e| {
            e.augmentation
        });
        rows.number(ui, "Batch size", "batch_size", &mut d.batch_size, 1..=8_192, 1.0, "", |e| e.batch_size);
        rows.rate(ui, "Learning rate", "learning_rate", &mut d.learning_rate, |e| e.learning_rate);
        rows.rate(ui, "Adam's epsilon", "adam_epsilon", &mut d.adam_epsilon, |e| e.adam_epsilon);
        rows.choice(
            ui,
            "Between rounds",
            "weights",
            &mut d.weights,
            WeightsBetweenRounds::ALL,
            WeightsBetweenRounds::label,
            |e| e.weights,
        );
        rows.number(ui, "Evaluate every", "evaluate_every", &mut d.evaluate_every, 1..=MANY, 0.5, " mb", |e| {
            e.evaluate_every
        });
        rows.number(ui, "Evaluation part", "evaluation_part", &mut d.evaluation_part, 1..=MANY, 10.0, "", |e| {
            e.evaluation_part
        });
        group(ui, "Stopping");
        rows.number(ui, "At labels", "stop_at_labels", &mut d.stop_at_labels, 0..=MANY, 10.0, "", |e| e.stop_at_labels);
        if task == Task::Classes {
            let accuracy = &mut d.stop_at_validation_accuracy;
            rows.number(ui, "At accuracy", "stop_at_validation_accuracy", accuracy, 0.0..=100.0, 0.1, " %", |e| {
                e.stop_at_validation_accuracy
            });
        }
        group(ui, if task == Task::Maps { "The step of SI and SNN" } else { "The step of SNN" });
        rows.choice(ui, "Direction d", "gradient", &mut d.gradient, GradientKind::ALL, GradientKind::label, |e| {
            e.gradient
        });
        rows.choice(ui, "Neighbours", "neighbours", &mut d.neighbours, NeighbourPool::ALL, NeighbourPool::label, |e| {
            e.neighbours
        });
        rows.choice(
            ui,
            "Training pair",
            "training_pair",
            &mut d.training_pair,
            TrainingPair::ALL,
            TrainingPair::label,
            |e| e.training_pair,
        );
        rows.choice(ui, "New anchors", "anchors", &mut d.anchors, AnchorSelection::ALL, AnchorSelection::label, |e| {
            e.anchors
        });
        rows.number(ui, "k of every k", "reselect_every", &mut d.reselect_every, 1..=10_000, 0.1, " rounds", |e| {
            e.reselect_every
        });
        if task == Task::Classes {
            rows.number(ui, "SNN+ proposals", "proposal_factor", &mut d.proposal_factor, 1..=100, 0.05, " J", |e| {
                e.proposal_factor
            });
            rows.number(ui, "SNN+ step length", "plus_alpha", &mut d.plus_alpha, 0.0..=100.0, 0.005, " σ", |e| {
                e.plus_alpha
            });
            rows.number(ui, "SNN+ steps", "plus_steps", &mut d.plus_steps, 1..=100, 0.05, "", |e| e.plus_steps);
            let density = &mut d.plus_density_quantile;
            rows.number(ui, "SNN+ densest", "plus_density_quantile", density, MIN_SHARE..=1.0, 0.002, "", |e| {
                e.plus_density_quantile
            });
            let share = &mut d.plus_gradient_share;
            rows.number(ui, "SNN+ steepest", "plus_gradient_share", share, MIN_SHARE..=1.0, 0.005, "", |e| {
                e.plus_gradient_share
            });
        }
        rows.number(ui, "Scoring pool", "pool_size", &mut d.pool_size, 1..=MANY, 50.0, "", |e| e.pool_size);
        group(ui, "Walks (Figure 4)");
        rows.number(ui, "Walks", "walks", &mut d.walks, 0..=1_000, 0.1, "", |e| e.walks);
        rows.choice(ui, "Start", "walk_anchors", &mut d.walk_anchors, WalkAnchors::ALL, WalkAnchors::label, |e| {
            e.walk_anchors
        });
        rows.choice(
            ui,
            "Put elsewhere",
            "walk_reselection",
            &mut d.walk_reselection,
            WalkReselection::ALL,
            WalkReselection::label,
            |e| e.walk_reselection,
        );
        let every = &mut d.walk_reselect_every;
        rows.number(ui, "k of every k", "walk_reselect_every", every, 1..=10_000, 0.1, " steps", |e| {
            e.walk_reselect_every
        });
    }
}

/// The finite-element tool, where labels are maps (Appendix A.2).
fn labelling_tool(ui: &mut Ui, rows: &Rows<'_>, d: &mut Experiment) {
    group(ui, "Labelling tool");
    rows.number(ui, "Systolic peak", "systolic_mmhg", &mut d.systolic_mmhg, 1.0..=1_000.0, 0.5, " mmHg", |e| {
        e.systolic_mmhg
    });
    rows.choice(ui, "Stress", "stress", &mut d.stress, StressKind::ALL, StressKind::label, |e| e.stress);
    rows.number(
        ui,
        "Maps divided by",
        "stress_scale_kpa",
        &mut d.stress_scale_kpa,
        1.0..=100_000.0,
        1.0,
        " kPa",
        |e| e.stress_scale_kpa,
    );
}

/// The network, where labels are classes; maps have but one (Table S6).
fn classifier(ui: &mut Ui, rows: &Rows<'_>, d: &mut Experiment) {
    rows.choice(ui, "Network", "target", &mut d.target, TargetKind::ALL, TargetKind::label, |e| e.target);
    if d.target == TargetKind::Vgg16 {
        rows.number(ui, "Width", "target_width", &mut d.target_width, 1..=512, 0.2, "", |e| e.target_width);
    }
}

/// The bar at the foot: why the draft cannot run, or the button that makes it run.
fn apply_bar(ui: &mut Ui, error: Option<&ExperimentError>, theme: &Theme) -> Option<ControlsAction> {
    let mut action = None;
    if let Some(error) = error {
        ui.add(egui::Label::new(RichText::new(error.to_string()).color(theme.error)).wrap());
    } else {
        ui.add(
            egui::Label::new(
                RichText::new("Changed. It takes effect from the start:").size(size::CAPTION).color(theme.weak),
            )
            .wrap(),
        );
    }
    ui.horizontal(|ui| {
        let tip = "Start over with these settings";
        let apply = widgets::IconButton::new(Icon::Reset, "Apply & reset", tip)
            .text("Apply & reset")
            .primary()
            .enabled(error.is_none());
        if apply.show(ui).clicked() {
            action = Some(ControlsAction::Apply);
        }
        if ui
            .add_sized([64.0, CONTROL_HEIGHT], egui::Button::new("Revert"))
            .on_hover_text("Forget the changes")
            .clicked()
        {
            action = Some(ControlsAction::Revert);
        }
    });
    action
}
