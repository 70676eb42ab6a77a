//! The walks of the shown run as of the shown round, with their verdicts.

use super::app_state::AppState;
use super::walks::{Arms, LostByStep, Only, SeenWalk, Walk};
use crate::engine::planned::RunId;
use crate::engine::protocol::FIRST_BASELINE;

impl AppState {
    /// Walks of the shown run as of the shown round, with their verdicts, in the order in which they were started.
    pub fn judged_walks(&self) -> Vec<SeenWalk<'_>> {
        let round = self.walk_round();
        let judge = |walk: &Walk, points: usize| {
            let sparsity = self.lab.sparsity.as_ref()?;
            self.lab.rules.judge(walk.measures.get(..points - 1)?, sparsity)
        };
        let walks = self.shown_walks().map(|walk| (walk, walk.points_at(round)));
        walks.map(|(walk, points)| SeenWalk { walk, points, judgement: judge(walk, points) }).collect()
    }

    /// Those of the arms that are to be seen, where arms are compared.
    pub fn chosen_walks(&self) -> Vec<SeenWalk<'_>> {
        let mut walks = self.judged_walks();
        let arms = if self.compares_walks() { self.lab.arms } else { Arms::Both };
        walks.retain(|w| arms.shows(w.walk));
        walks
    }

    /// Those of them that are to be seen.
    pub fn seen_walks(&self) -> Vec<SeenWalk<'_>> {
        let mut seen = self.chosen_walks();
        seen.retain(|w| match (self.lab.only, w.judgement) {
            (Only::All, _) => true,
            (Only::Lost, judged) => judged.is_some_and(|j| j.verdict.is_lost()),
            (Only::One(verdict), judged) => judged.is_some_and(|j| j.verdict == verdict),
        });
        seen
    }

    /// Walks are compared with baselines from the same starts that never restart.
    pub fn compares_walks(&self) -> bool {
        self.shown_walks().any(|w| w.is_baseline())
    }

    /// What re-selection makes of the shown walks, as of the shown round; none where that is not compared.
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

    /// One of the walks started by hand: walks of the run's own record have no baseline.
    fn is_compared(&self, walk: &Walk) -> bool {
        walk.id >= self.experiment.walks
    }

    /// Walks of a run are no longer compared; walks that restarted stay.
    pub(super) fn baseline_cleared(&mut self, run: RunId) {
        self.walks.retain(|w| w.run != run || !w.is_baseline());
        self.focus.walk_point = None;
        self.lab.selected = self.lab.selected.filter(|id| *id < FIRST_BASELINE);
    }

    /// Only the lost ones, or all again.
    pub fn toggle_only_lost(&mut self) {
        self.lab.only = if self.lab.only == Only::Lost { Only::All } else { Only::Lost };
    }
}
