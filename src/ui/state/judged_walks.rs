//! The walks of the shown run as of the shown round, with their verdicts.

use super::app_state::AppState;
use super::walks::{Arms, LostByStep, Only, SeenWalk, Walk};
use crate::engine::planned::RunId;
use crate::trajectory::FIRST_BASELINE;

impl AppState {
    /// Walks of the shown run as of the shown round, with their verdicts, in starting order.
    pub fn judged_walks(&self) -> Vec<SeenWalk<'_>> {
        let round = self.walk_round();
        let judge = |walk: &Walk, points: usize| {
            let sparsity = self.lab.sparsity.as_ref()?;
            self.lab.rules.judge(walk.measures.get(..points - 1)?, sparsity)
        };
        let walks = self.shown_walks().map(|walk| (walk, walk.points_at(round)));
        walks
            .map(|(walk, points)| SeenWalk {
                walk,
                points,
                judgement: judge(walk, points),
                selected: self.lab.selected == Some(walk.id),
                dimmed: false,
            })
            .collect()
    }

    /// The walks of the shown arms, if arms are compared; otherwise all.
    pub fn chosen_walks(&self) -> Vec<SeenWalk<'_>> {
        let mut walks = self.judged_walks();
        let arms = if self.compares_walks() { self.lab.arms } else { Arms::Both };
        walks.retain(|w| arms.shows(w.walk));
        walks
    }

    /// The walks of the shown arms that pass the verdict filter.
    pub fn seen_walks(&self) -> Vec<SeenWalk<'_>> {
        let mut seen = self.chosen_walks();
        seen.retain(|w| match (self.lab.only, w.judgement) {
            (Only::All, _) => true,
            (Only::Lost, judged) => judged.is_some_and(|j| j.verdict.is_lost()),
            (Only::One(verdict), judged) => judged.is_some_and(|j| j.verdict == verdict),
        });
        // A selected walk that is not shown leaves the others as they are.
        let one = seen.iter().any(|w| w.selected);
        seen.iter_mut().for_each(|w| w.dimmed = one && !w.selected);
        seen
    }

    /// Whether walks are compared with baselines from the same starts that never restart.
    pub fn compares_walks(&self) -> bool {
        self.shown_walks().any(|w| w.is_baseline())
    }

    /// Lost walks without and with re-selection by step, as of the shown round; `None` if they are not compared.
    pub fn lost_by_step(&self) -> Option<LostByStep> {
        let sparsity = self.lab.sparsity.as_ref()?;
        let judged = self.judged_walks();
        let lost = |baseline: bool| {
            let arm: Vec<_> =
                judged.iter().filter(|w| self.is_compared(w.walk) && w.walk.is_baseline() == baseline).collect();
            let steps = arm.iter().map(|w| w.points - 1).max().unwrap_or(0);
            let at = |n: usize| {
                let lost = |w: &&&SeenWalk<'_>| {
                    let taken = &w.walk.measures[..n.min(w.points - 1)];
                    let present = taken.chunk_by(|a, b| a.sample == b.parent).last();
                    present.is_some_and(|s| self.lab.rules.lost(s, sparsity).is_some())
                };
                arm.iter().filter(lost).count()
            };
            (arm.len(), (0..=steps).map(at).collect::<Vec<_>>())
        };
        let ((walks, without), (_, with)) = (lost(true), lost(false));
        (walks > 0).then_some(LostByStep { walks, without, with })
    }

    /// Walks started by hand; walks of the run's own record have no baseline.
    fn is_compared(&self, walk: &Walk) -> bool {
        walk.id >= self.experiment.walks
    }

    /// Ends the comparison in a run: baselines are removed, walks that restarted stay.
    pub(super) fn baseline_cleared(&mut self, run: RunId) {
        self.walks.retain(|w| w.run != run || !w.is_baseline());
        self.focus.walk_point = None;
        self.lab.selected = self.lab.selected.filter(|id| *id < FIRST_BASELINE);
    }

    /// Toggles the filter between lost walks and all.
    pub fn toggle_only_lost(&mut self) {
        self.lab.only = if self.lab.only == Only::Lost { Only::All } else { Only::Lost };
    }
}
