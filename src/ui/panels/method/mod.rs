//! Figures 1 and 2 of the paper, live: the pipeline with what runs now, and one real proposal step by step.

pub mod map;
pub mod covered;
pub mod step;
pub mod picked;
pub mod pipeline;

use egui::{DragValue, Rect, RichText, Ui, UiBuilder, pos2, vec2};

use super::latent::toolbar as latent_toolbar;
use super::runs::choice;
use crate::engine::planned::RunId;
use crate::engine::protocol::Command;
use crate::engine::questions::explain::Explain;
use crate::history::{LatentStep, Proposal};
use crate::ui::kit::facts::norm;
use crate::ui::kit::flow::{Flow, Place};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::question::Question;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use covered::CoveredMemo;

/// The panel: the place of the shown proposal in the chosen order, and its question by run, round and proposal.
#[derive(Debug)]
pub struct MethodPanel {
    proposal: usize,
    order: Order,
    flow: Flow<Control>,
    question: Question<(RunId, usize, usize)>,
    covered: CoveredMemo,
}

/// The order of a round's proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Proposed,
    Gradient,
    Snap,
    Loss,
    Score,
}

impl Order {
    const CHOICES: [(Self, &'static str, &'static str); 5] = [
        (Self::Proposed, "as proposed", "In the order in which the strategy proposed them"),
        (Self::Gradient, "longest gradient first", "By the gradient length |dL/dp| at p: where the loss rises most"),
        (Self::Snap, "longest snap first", "By the snap distance, from p' to the sample that was labelled"),
        (Self::Loss, "highest loss first", "By the loss at p, with the label of the anchor"),
        (Self::Score, "highest score first", "By the strategy's score, if it has one"),
    ];

    /// What comes first is largest; no number if the proposal has none.
    fn key(self, proposal: &Proposal) -> f32 {
        let of_step = |value: fn(&LatentStep) -> f32| proposal.step.as_ref().map_or(f32::NAN, value);
        match self {
            Self::Proposed => 0.0,
            Self::Gradient => of_step(|step| norm(&step.gradient)),
            Self::Snap => of_step(|step| step.snap_distance),
            Self::Loss => of_step(|step| step.loss),
            Self::Score => proposal.score.unwrap_or(f32::NAN),
        }
    }
}

/// A control of the toolbar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Control {
    Run,
    Round,
    Proposal,
    Order,
}

/// Seconds until an unanswered question is considered lost.
const PATIENCE: f64 = 2.0;

impl Default for MethodPanel {
    fn default() -> Self {
        // A step does not change while the target learns, so its question is not repeated.
        let question = Question::new(0.0, PATIENCE);
        Self { proposal: 0, order: Order::Proposed, flow: Flow::default(), question, covered: CoveredMemo::default() }
    }
}

const TOOLBAR: f32 = 34.0;
/// The pipeline's share of the height.
const PIPELINE: f32 = 0.36;

impl Panel for MethodPanel {
    fn title(&self) -> &'static str {
        "The method, step by step"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let panel = ui.max_rect();
        let bar = Rect::from_min_size(panel.min + vec2(space::S, 6.0), vec2(panel.width() - 2.0 * space::S, TOOLBAR));
        let shown = proposals(self.order, cx);
        self.proposal = self.proposal.min(shown.len().saturating_sub(1));
        let bar =
            ui.scope_builder(UiBuilder::new().max_rect(bar), |ui| self.toolbar(ui, shown.len(), cx)).response.rect;
        let below = Rect::from_min_max(pos2(panel.left(), bar.bottom() + 4.0), panel.max).shrink(space::S);
        let middle = below.top() + PIPELINE * below.height();
        let record = cx.state.shown_record();
        let kernel = record.and_then(|r| r.coverage.as_ref()).map(|c| c.kernel);
        let chosen = shown.get(self.proposal).and_then(|i| Some((*i, record?.proposals.get(*i)?.clone())));
        if let Some((index, _)) = chosen.as_ref().filter(|(_, p)| p.step.is_some()) {
            self.ask(ui, *index, cx);
        }
        let shown = chosen.as_ref().map(|(index, _)| (cx.state.focus.run, cx.state.shown_round(), *index));
        let explained = cx.state.answers.explain.answer.clone();
        let explained = explained.filter(|e| shown == Some((e.run, e.round, e.proposal)));
        let (index, proposal) = chosen.unzip();
        pipeline::ui(
            ui,
            Rect::from_min_max(below.min, pos2(below.right(), middle)),
            proposal.as_ref(),
            kernel,
            explained.as_deref(),
            cx,
        );
        let rest = Rect::from_min_max(pos2(below.left(), middle + space::M), below.max);
        match (&proposal, index) {
            (Some(proposal), _) if proposal.step.is_some() => step::ui(ui, rest, proposal, explained.as_deref(), cx),
            (Some(proposal), Some(index)) => picked::ui(ui, rest, (index, proposal), &mut self.covered, cx),
            _ => {
                ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
                    let text = "This shows how a strategy found each sample, step by step if it steps through latent space: \
                                choose a run and a round above.";
                    widgets::empty_state(ui, "One proposal, step by step", text);
                });
            }
        }
    }
}

impl MethodPanel {
    fn toolbar(&mut self, ui: &mut Ui, count: usize, cx: &mut Cx<'_>) {
        ui.spacing_mut().item_spacing = vec2(space::S, 4.0);
        let mut parts = vec![Control::Run, Control::Round, Control::Proposal, Control::Order];
        parts.retain(|part| *part != Control::Run || cx.state.planned.len() > 1);
        let (at, order) = (&mut self.proposal, &mut self.order);
        self.flow.show(ui, "More of the method", 2, &parts, |ui, part, place| match part {
            Control::Run => choice::ui(ui, cx),
            Control::Round => latent_toolbar::round_stepper(ui, cx),
            Control::Proposal => proposal_stepper(ui, at, count, cx),
            Control::Order => {
                let before = *order;
                order_choice(ui, order, place);
                if *order != before {
                    *at = 0;
                }
            }
        });
    }

    fn ask(&mut self, ui: &Ui, index: usize, cx: &mut Cx<'_>) {
        let round = cx.state.shown_round();
        let (version, answers) = ((cx.state.generation, 0), cx.state.answers.explain.version);
        if self.question.is_due(ui.ctx(), cx.now, &(cx.state.focus.run, round, index), version, answers) {
            cx.commands.push(Command::ask(Explain { round, proposal: index }));
        }
    }
}

/// Buttons to step through the proposals, and a field to go to any of them.
fn proposal_stepper(ui: &mut Ui, at: &mut usize, count: usize, cx: &Cx<'_>) {
    ui.spacing_mut().item_spacing.x = space::XS;
    let before = IconButton::new(Icon::Previous, "Previous proposal", "Show the previous proposal");
    if before.enabled(*at > 0).show(ui).clicked() {
        *at -= 1;
    }
    if count == 0 {
        ui.label(RichText::new("no proposal in this round").color(cx.theme.text));
    } else {
        let mut number = *at + 1;
        ui.label(RichText::new("proposal").color(cx.theme.text));
        let field = ui.add(DragValue::new(&mut number).range(1..=count).speed(0.2));
        field.accessible_name("Proposal").on_hover_text("Type a number, or drag, to go to that proposal");
        ui.label(RichText::new(format!("of {}", words::thousands(count))).color(cx.theme.text));
        *at = number.clamp(1, count) - 1;
    }
    let next = IconButton::new(Icon::Next, "Next proposal", "Show the next proposal").enabled(*at + 1 < count);
    if next.show(ui).clicked() {
        *at += 1;
    }
}

/// The order of the proposals; choosing one shows its first.
fn order_choice(ui: &mut Ui, order: &mut Order, place: Place) {
    let list = |ui: &mut Ui, order: &mut Order| {
        for (choice, name, tip) in Order::CHOICES {
            ui.selectable_value(order, choice, name).on_hover_text(tip);
        }
    };
    if place == Place::Menu {
        return list(ui, order);
    }
    let name = Order::CHOICES.iter().find(|(c, ..)| c == order).map_or("", |(_, name, _)| name);
    let combo = egui::ComboBox::new("order of proposals", "").width(150.0).selected_text(name);
    let response = combo.show_ui(ui, |ui| list(ui, order)).response;
    response.accessible_name("Order of the proposals").on_hover_text("The order of this round's proposals");
}

/// The indices of the shown round's proposals, in this order.
fn proposals(order: Order, cx: &Cx<'_>) -> Vec<usize> {
    let proposals = cx.state.shown_record().map(|r| r.proposals.as_slice()).unwrap_or_default();
    ordered(proposals, order)
}

fn ordered(proposals: &[Proposal], order: Order) -> Vec<usize> {
    let mut keyed: Vec<(f32, usize)> = proposals.iter().map(|p| order.key(p)).zip(0..).collect();
    // Equal ones stay in the order in which they were proposed; what is no number comes last.
    keyed.sort_by(|(a, _), (b, _)| a.is_nan().cmp(&b.is_nan()).then(b.total_cmp(a)));
    keyed.into_iter().map(|(_, i)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_ordered_by_what_is_largest() {
        let step = |loss: f32, gradient: f32, snap_distance: f32| LatentStep {
            parent: 0,
            parent_label: 0,
            loss,
            from: vec![0.0],
            gradient: vec![gradient],
            to: vec![0.0],
            neighbour: vec![0.0],
            snap_distance,
        };
        let proposal = |step| Proposal { sample: 0, label: 0, score: None, step, made: None };
        let steps = [Some(step(1.0, 3e-4, 0.2)), None, Some(step(f32::NAN, -0.9, 0.1)), Some(step(2.0, 0.1, 0.2))];
        let proposals: Vec<Proposal> = steps.into_iter().map(proposal).collect();
        for (order, expected) in [
            (Order::Proposed, [0, 1, 2, 3]),
            (Order::Gradient, [2, 3, 0, 1]),
            (Order::Snap, [0, 3, 2, 1]),
            (Order::Loss, [3, 0, 1, 2]),
            (Order::Score, [0, 1, 2, 3]),
        ] {
            assert_eq!(ordered(&proposals, order), expected, "{order:?}");
        }
    }
}
