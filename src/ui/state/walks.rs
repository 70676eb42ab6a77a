//! Walks in the window's state: their decoded images, verdicts, filter and order.

use std::sync::Arc;

use crate::engine::planned::RunId;
use crate::experiment::{Experiment, WalkAnchors};
use crate::history::WalkStep;
use crate::latent::Sparsity;
use crate::trajectory::{
    BaseRate, FIRST_BASELINE, Judgement, Reselection, StepMeasure, Verdict, VerdictRules, walk_name,
};

/// A walk with its decoded images.
#[derive(Debug, Clone)]
pub struct Walk {
    pub run: RunId,
    /// The walk's number in the engine.
    pub id: usize,
    /// The sample at which it started: index into the train split.
    pub start: u32,
    /// E(x) of the start.
    pub code: Vec<f32>,
    /// G(E(x)) of the start, as planes of 0..=255.
    pub decoded: Arc<Vec<u8>>,
    /// Each step with G(p'), as planes of 0..=255.
    pub steps: Vec<(WalkStep, Arc<Vec<u8>>)>,
    /// The measures that verdicts are computed from, one per step.
    pub measures: Vec<StepMeasure>,
    /// The round after which each step was taken.
    rounds: Vec<usize>,
}

impl Walk {
    pub(super) fn new(run: RunId, id: usize, start: u32, code: Vec<f32>, decoded: Vec<u8>) -> Self {
        let decoded = Arc::new(decoded);
        Self { run, id, start, code, decoded, steps: Vec::new(), measures: Vec::new(), rounds: Vec::new() }
    }

    pub(super) fn take_step(&mut self, step: WalkStep, decoded: Vec<u8>, measure: StepMeasure, round: usize) {
        self.steps.push((step, Arc::new(decoded)));
        self.measures.push(measure);
        self.rounds.push(round);
    }

    /// Whether it is a baseline: it has the same start as another walk and never restarts.
    pub fn is_baseline(&self) -> bool {
        self.id >= FIRST_BASELINE
    }

    /// Sort key that puts a baseline next to its walk.
    pub fn place(&self) -> usize {
        2 * (self.id % FIRST_BASELINE) + usize::from(self.is_baseline())
    }

    /// Its name: a, b, c ... z, aa, ab ...; a baseline has that of its walk with a prime.
    pub fn letters(&self) -> String {
        walk_name(self.id)
    }

    /// The sample at a point: 0 is the start, k the neighbour of step k.
    pub fn sample_at(&self, point: usize) -> Option<u32> {
        match point.checked_sub(1) {
            None => Some(self.start),
            Some(k) => self.steps.get(k).map(|(s, _)| s.sample),
        }
    }

    /// Number of points up to the end of a round: the start and one per step; all if `None`.
    pub fn points_at(&self, round: Option<usize>) -> usize {
        1 + round.map_or(self.steps.len(), |r| self.rounds.partition_point(|&taken| taken <= r))
    }
}

/// A shown walk and the number of its shown points.
#[derive(Debug, Clone, Copy)]
pub struct SeenWalk<'a> {
    pub walk: &'a Arc<Walk>,
    pub points: usize,
    /// `None` before its first step, or before the embedding is known.
    pub judgement: Option<Judgement>,
    pub selected: bool,
    /// Whether it steps back because another shown walk is selected.
    pub dimmed: bool,
}

/// The verdict filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    #[default]
    All,
    Lost,
    One(Verdict),
}

impl Only {
    /// What is shown in words; `None` if that is all.
    pub fn told(self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Lost => Some("only lost ones".to_owned()),
            Self::One(verdict) => Some(format!("only {}", verdict.name().replace('-', " "))),
        }
    }
}

/// The shown arms of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arms {
    #[default]
    Both,
    /// Walks that restart by the rule.
    With,
    /// Baseline walks, which never restart.
    Without,
}

impl Arms {
    pub(super) fn shows(self, walk: &Walk) -> bool {
        match self {
            Self::Both => true,
            Self::With => !walk.is_baseline(),
            Self::Without => walk.is_baseline(),
        }
    }
}

/// Numbers of lost walks after each step, from step 0, without and with re-selection from the same starts.
#[derive(Debug, Clone, PartialEq)]
pub struct LostByStep {
    /// Number of walks in each arm.
    pub walks: usize,
    /// Lost walks of the arm without re-selection, by step.
    pub without: Vec<usize>,
    /// Lost walks of the arm with re-selection, by step.
    pub with: Vec<usize>,
}

/// The sort key of the table of walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    #[default]
    Walk,
    Verdict,
    Boundary,
    Drift,
    Distinct,
    Snap,
}

/// Thresholds, filter, order and re-selection of walks.
#[derive(Debug, Clone)]
pub struct WalkLab {
    pub rules: VerdictRules,
    pub sparsity: Option<Arc<Sparsity>>,
    pub base: Option<Arc<BaseRate>>,
    pub only: Only,
    pub sort: SortBy,
    pub descending: bool,
    /// Colour walks by verdict; otherwise each has its own colour.
    pub by_verdict: bool,
    pub selected: Option<usize>,
    pub reselection: Reselection,
    pub anchors: WalkAnchors,
    /// Number of walks to start at once.
    pub count: usize,
    /// Whether walks step automatically.
    pub playing: bool,
    /// The shown arms, while walks are compared.
    pub arms: Arms,
    /// Whether it is asked if the walks started by hand are to be removed.
    pub clearing: bool,
}

/// Default number of walks to start at once.
const DEFAULT_COUNT: usize = 24;

impl Default for WalkLab {
    fn default() -> Self {
        Self {
            rules: VerdictRules::default(),
            sparsity: None,
            base: None,
            only: Only::All,
            sort: SortBy::Walk,
            descending: false,
            by_verdict: false,
            selected: None,
            reselection: Reselection::of(&Experiment::default()),
            anchors: WalkAnchors::Random,
            count: DEFAULT_COUNT,
            playing: false,
            arms: Arms::Both,
            clearing: false,
        }
    }
}

impl WalkLab {
    /// The state at the start of another experiment: only the user's choices stay.
    pub fn started_over(&self) -> Self {
        let of_those = Self { sparsity: None, base: None, selected: None, ..self.clone() };
        Self { only: Only::All, playing: false, clearing: false, ..of_those }
    }
}

/// Sorts walks for the table; equal ones stay in starting order, and those of which nothing is known come last.
pub fn sort(walks: &mut [SeenWalk<'_>], by: SortBy, descending: bool) {
    let key = |w: &SeenWalk<'_>| {
        let judged = w.judgement;
        match by {
            SortBy::Walk => Some(w.walk.place() as f32),
            SortBy::Verdict => judged.and_then(|j| Verdict::ALL.iter().position(|v| *v == j.verdict)).map(|v| v as f32),
            SortBy::Boundary => judged.map(|j| j.boundary_share),
            SortBy::Drift => judged.map(|j| j.drift_ratio),
            SortBy::Distinct => judged.map(|j| j.distinct_samples as f32),
            SortBy::Snap => judged.map(|j| j.final_snap_distance),
        }
    };
    walks.sort_by(|a, b| match (key(a), key(b)) {
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_ends_with_its_session() {
        let lab = WalkLab { only: Only::Lost, by_verdict: true, ..WalkLab::default() }.started_over();
        assert_eq!((lab.only, lab.by_verdict), (Only::All, true));
    }

    #[test]
    fn walks_without_a_step_are_sorted_by_their_letters_and_else_come_last() {
        let walks: Vec<Arc<Walk>> =
            (0..3).map(|id| Arc::new(Walk::new(RunId::nth(0), id, 0, vec![0.0], vec![0]))).collect();
        let judged = |drift_ratio| Judgement {
            verdict: Verdict::Interior,
            lost_steps: 0,
            steps: 1,
            reselections: 0,
            boundary_share: 0.0,
            drift_ratio,
            distinct_samples: 1,
            visits: 1,
            final_snap_distance: 0.0,
        };
        let judgements = [None, Some(judged(0.2)), Some(judged(0.7))];
        for (by, descending, expected) in [
            (SortBy::Walk, false, [0, 1, 2]),
            (SortBy::Walk, true, [2, 1, 0]),
            (SortBy::Drift, false, [1, 2, 0]),
            (SortBy::Drift, true, [2, 1, 0]),
            (SortBy::Snap, true, [1, 2, 0]),
        ] {
            let mut seen: Vec<SeenWalk<'_>> = walks
                .iter()
                .zip(judgements)
                .map(|(walk, judgement)| SeenWalk { walk, points: 1, judgement, selected: false, dimmed: false })
                .collect();
            sort(&mut seen, by, descending);
            assert_eq!(seen.iter().map(|w| w.walk.id).collect::<Vec<_>>(), expected, "{by:?} {descending}");
        }
    }
}
