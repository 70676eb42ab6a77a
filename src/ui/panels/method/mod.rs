//! Figures 1 and 2 of the paper, live: the pipeline with what runs now, and one real proposal step by step.

pub mod step;
pub mod pipeline;

use egui::{Rect, RichText, Ui, UiBuilder, pos2, vec2};

use super::latent::toolbar as latent_toolbar;
use crate::engine::planned::RunId;
use crate::engine::protocol::Command;
use crate::engine::questions::explain::Explain;
use crate::history::Proposal;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::question::Question;
use crate::ui::kit::theme::space;
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};

/// The panel: the shown proposal of the round, and its question by run, round and proposal.
#[derive(Debug)]
pub struct MethodPanel {
    proposal: usize,
    question: Question<(RunId, usize, usize)>,
}

/// Seconds until an unanswered question is considered lost.
const PATIENCE: f64 = 2.0;

impl Default for MethodPanel {
    fn default() -> Self {
        // A step does not change while the target learns, so its question is not repeated.
        Self { proposal: 0, question: Question::new(0.0, PATIENCE) }
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
        let bar = Rect::from_min_size(panel.min + vec2(space::S, 4.0), vec2(panel.width() - 2.0 * space::S, TOOLBAR));
        let steps = steps(cx);
        self.proposal = self.proposal.min(steps.len().saturating_sub(1));
        ui.scope_builder(UiBuilder::new().max_rect(bar), |ui| self.toolbar(ui, steps.len(), cx));
        let below = Rect::from_min_max(pos2(panel.left(), bar.bottom() + 4.0), panel.max).shrink(space::S);
        let middle = below.top() + PIPELINE * below.height();
        let chosen = steps.get(self.proposal).cloned();
        if let Some((index, _)) = &chosen {
            self.ask(ui, *index, cx);
        }
        let shown = chosen.as_ref().map(|(index, _)| (cx.state.focus.run, cx.state.shown_round(), *index));
        let explained = cx.state.answers.explain.answer.clone();
        let explained = explained.filter(|e| shown == Some((e.run, e.round, e.proposal)));
        let proposal = chosen.map(|(_, p)| p);
        pipeline::ui(
            ui,
            Rect::from_min_max(below.min, pos2(below.right(), middle)),
            proposal.as_ref(),
            explained.as_deref(),
            cx,
        );
        let rest = Rect::from_min_max(pos2(below.left(), middle + space::M), below.max);
        match &proposal {
            Some(proposal) => step::ui(ui, rest, proposal, explained.as_deref(), cx),
            None => {
                ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
                    let text = "From round 2 on, this shows how a strategy that steps through latent space, such as SNN, found each sample: \
                                choose its run and a round above.";
                    widgets::empty_state(ui, "One proposal, step by step", text);
                });
            }
        }
    }
}

impl MethodPanel {
    fn toolbar(&mut self, ui: &mut Ui, count: usize, cx: &mut Cx<'_>) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            if cx.state.planned.len() > 1 {
                latent_toolbar::strategy_choice(ui, cx);
            }
            latent_toolbar::round_stepper(ui, cx);
            ui.spacing_mut().item_spacing.x = space::XS;
            let at = self.proposal;
            let before = IconButton::new(Icon::Previous, "Previous proposal", "Show the previous proposal");
            if before.enabled(at > 0).show(ui).clicked() {
                self.proposal -= 1;
            }
            let text = match count {
                0 => "no step in this round".to_owned(),
                _ => format!("proposal {} of {}", at + 1, words::thousands(count)),
            };
            ui.label(RichText::new(text).color(cx.theme.text));
            let next = IconButton::new(Icon::Next, "Next proposal", "Show the next proposal").enabled(at + 1 < count);
            if next.show(ui).clicked() {
                self.proposal += 1;
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

/// The proposals of the shown round that have a step, with their indices in the round.
fn steps(cx: &Cx<'_>) -> Vec<(usize, Proposal)> {
    let proposals = cx.state.shown_record().map(|r| r.proposals.as_slice()).unwrap_or_default();
    proposals.iter().enumerate().filter(|(_, p)| p.step.is_some()).map(|(i, p)| (i, p.clone())).collect()
}
