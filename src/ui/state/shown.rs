//! Views of the state: the shown run, the shown round, and names.

use std::sync::Arc;

use super::app_state::{AppState, Intent};
use super::pair::{RunRef, Side};
use super::run::RunState;
use super::walks::Walk;
use crate::combine::is_same_setting;
use crate::dataset::Class;
use crate::engine::planned::{PlannedRun, RunId};
use crate::engine::protocol::Phase;
use crate::engine::questions::inspect::Inspection;
use crate::experiment::{Experiment, Own, Variant};
use crate::figures::{Kin, StrategyStyle};
use crate::grid::GridFolder;
use crate::history::{History, Proposal, RoundRecord};

impl AppState {
    /// The latest inspection of a sample.
    pub fn inspection(&self, sample: u32) -> Option<&Arc<Inspection>> {
        self.inspections.iter().map(|(_, inspection)| inspection).find(|inspection| inspection.sample == sample)
    }

    /// Whether the sample's inspection is by the target's present weights.
    pub fn is_inspected(&self, sample: u32) -> bool {
        self.inspections.iter().any(|(version, of)| of.sample == sample && *version == self.target_version)
    }

    /// The version of experiment and target weights that answers depend on.
    pub fn version(&self) -> (u64, u64) {
        (self.generation, self.target_version)
    }

    /// A run, if it has begun.
    pub fn run(&self, run: RunId) -> Option<&RunState> {
        self.runs.iter().find(|r| r.id == run)
    }

    fn planned_run(&self, run: RunId) -> Option<&PlannedRun> {
        self.planned.iter().find(|p| p.id == run)
    }

    /// The runs as variants of the experiment, in order; without forks, and repeats of a variant once.
    pub fn variants(&self) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::new();
        for PlannedRun { experiment, .. } in self.planned.iter().filter(|p| p.parent.is_none()) {
            let variant = Own::between(experiment, &self.experiment).variant(experiment);
            if !variants.contains(&variant) {
                variants.push(variant);
            }
        }
        variants
    }

    /// The variants and forks of the session by name, each with its runs in the order of their repeats.
    pub fn variants_with_runs(&self) -> Vec<(String, Vec<RunId>)> {
        let mut variants: Vec<(String, Vec<RunId>)> = Vec::new();
        for planned in self.planned.iter().filter(|p| !self.is_removed(p.id)) {
            let name = self.variant_name(planned.id);
            match variants.iter_mut().find(|(other, _)| *other == name) {
                Some((_, runs)) => runs.push(planned.id),
                None => variants.push((name, vec![planned.id])),
            }
        }
        variants
    }

    /// The run that a fork left and the last round that both share.
    pub fn parent_of(&self, run: RunId) -> Option<(RunId, usize)> {
        self.planned_run(run)?.parent
    }

    /// The repeat of a run, from 1.
    pub fn repeat_of(&self, run: RunId) -> usize {
        self.planned_run(run).map_or(1, |p| p.repeat)
    }

    /// The experiment of a run.
    pub fn experiment_of(&self, run: RunId) -> &Experiment {
        self.planned_run(run).map_or(&self.experiment, |p| &p.experiment)
    }

    /// A run's name among the runs: the user's, or its strategy's, with its own fields, and what else tells it apart.
    pub fn name_of(&self, run: RunId) -> String {
        self.list.of_live(run).map_or_else(String::new, |entry| entry.name().to_owned())
    }

    /// The name of a run's variant, which its repeats share.
    pub fn variant_name(&self, run: RunId) -> String {
        self.planned_run(run).map_or_else(String::new, |p| p.label(std::slice::from_ref(p)))
    }

    /// A run's look, which its variant keeps in every panel and figure.
    pub fn style_of(&self, run: RunId) -> StrategyStyle {
        match self.run(run).and_then(|r| r.header.as_deref()) {
            Some(header) => self.looks.style(header),
            None => {
                let kin = self.planned_run(run).map(|p| self.kin_of(p));
                kin.map_or_else(|| StrategyStyle::of(self.experiment.strategy), |kin| self.looks.look(&kin))
            }
        }
    }

    /// What the look of a planned run belongs to.
    pub(super) fn kin_of(&self, run: &PlannedRun) -> Kin {
        match run.parent {
            Some((parent, round)) => Kin::forked(&run.experiment, &run.own, self.experiment_of(parent), round),
            None => Kin::of(&run.experiment, &run.own),
        }
    }

    /// The experiment of the shown run.
    pub fn shown_experiment(&self) -> &Experiment {
        let header = self.shown_run().and_then(|r| r.header.as_deref());
        header.map_or_else(|| self.experiment_of(self.focus.run), |h| &h.experiment)
    }

    /// The experiment of one of its rounds: before a fork, that of its parent.
    pub fn experiment_in(&self, round: usize) -> &Experiment {
        let header = self.shown_run().and_then(|r| r.header.as_deref());
        header.map_or_else(|| self.shown_experiment(), |h| h.experiment_in(round))
    }

    /// The shown run's name among the runs.
    pub fn shown_name(&self) -> String {
        self.name_of(self.focus.run)
    }

    /// The run shown by view and inspector.
    pub fn shown_run(&self) -> Option<&RunState> {
        self.run(self.focus.run)
    }

    /// Walks of the shown run, in starting order.
    pub fn shown_walks(&self) -> impl Iterator<Item = &Arc<Walk>> {
        self.walks.iter().filter(|w| w.run == self.focus.run)
    }

    /// Number of walks of the shown run that were started by hand.
    pub fn walks_by_hand(&self) -> usize {
        self.shown_walks().filter(|w| w.id >= self.experiment.walks && !w.is_baseline()).count()
    }

    /// The highest round that any run has begun.
    pub fn latest_round(&self) -> usize {
        self.runs.iter().map(RunState::latest_round).max().unwrap_or(0)
    }

    /// The last round that the playhead can reach.
    pub fn last_round(&self) -> usize {
        self.shown_run().map_or(0, RunState::latest_round).max(self.playhead.reach)
    }

    /// The selected round, or the latest of the shown run.
    pub fn shown_round(&self) -> usize {
        let latest = self.last_round();
        self.focus.round.map_or(latest, |r| r.min(latest))
    }

    /// The last round completed by the shown run up to the shown round; 0 before the first.
    pub fn ended_round(&self) -> usize {
        let over = self.round_over();
        self.shown_run().map_or(0, |run| run.rounds.iter().filter(|r| r.round <= over).count())
    }

    /// The shown run's record of the shown round.
    pub fn shown_record(&self) -> Option<&Arc<RoundRecord>> {
        self.shown_run()?.record(self.shown_round())
    }

    /// The shown run's prediction for each evaluation image after the last round completed up to the shown one.
    pub fn shown_predictions(&self) -> Option<(usize, &[Class])> {
        let shown = self.round_over();
        let ended = self.shown_run()?.rounds.iter().rev().find(|r| r.round <= shown && !r.predicted.is_empty())?;
        Some((ended.round, &ended.predicted))
    }

    /// The round and the proposal by which the shown run labelled this sample.
    pub fn bought(&self, sample: u32) -> Option<(usize, &Proposal)> {
        self.shown_run()?.records().find_map(|r| r.proposals.iter().find(|p| p.sample == sample).map(|p| (r.round, p)))
    }

    /// The class's name, or its number before the data are loaded.
    pub fn class_name(&self, class: Class) -> String {
        self.dataset
            .as_ref()
            .and_then(|d| d.classes.get(usize::from(class)).cloned())
            .unwrap_or_else(|| class.to_string())
    }

    /// Whether the engine computes rounds, or will as soon as it can.
    pub fn can_pause(&self) -> bool {
        let rounds = matches!(self.progress.phase, Phase::Proposing | Phase::TrainingTarget | Phase::Evaluating);
        rounds || (self.intent != Intent::Idle && !self.is_over())
    }

    /// Whether no round has begun and none was asked for: what goes on is up to the user.
    pub fn is_waiting(&self) -> bool {
        self.intent == Intent::Idle && self.runs.iter().all(|run| run.rounds.is_empty() && run.current.is_none())
    }

    /// Whether no round will follow without a reset.
    pub fn is_over(&self) -> bool {
        matches!(self.progress.phase, Phase::Finished | Phase::Stopped | Phase::Failed)
    }

    /// All runs that can be paired: those of this window, then opened ones that may be combined with them.
    pub fn sides(&self) -> Vec<(RunRef, Side<'_>)> {
        let live =
            self.live_runs().filter_map(|run| Some((RunRef::Live(run.id), Side::Live(run, run.header.as_deref()?))));
        let mut sides: Vec<_> = live.collect();
        let ground = sides.first().map(|(_, side)| History::new(side.header().clone()));
        let fits = |h: &History| ground.as_ref().is_some_and(|g| is_same_setting(g, h));
        let kept = self.runs_shown().filter_map(|run| Some((run.entry.key, run.entry.kept()?)));
        sides.extend(kept.filter(|(_, h)| fits(h)).map(|(key, h)| (RunRef::Kept(key), Side::Opened(h))));
        sides
    }

    /// The suggested folder for the runs: next to the opened ones.
    pub fn folder_for_runs(&self) -> String {
        match self.list.opened_from() {
            None => format!("{}-runs", self.experiment.name),
            Some(from) => GridFolder::around(from).path().display().to_string(),
        }
    }
}
