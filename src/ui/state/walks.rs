//! Walks as the window knows them: what was decoded along them, their verdicts, and which of them are shown.

use std::sync::Arc;

use super::{AppState, letters};
use crate::experiment::{Experiment, Strategy, WalkAnchors};
use crate::history::WalkStep;
use crate::latent::Sparsity;
use crate::trajectory::{BaseRate, Judgement, Reselection, StepMeasure, Verdict, VerdictRules};

/// A walk, with what was decoded at its points.
#[derive(Debug, Clone)]
pub struct Walk {
    pub strategy: Strategy,
    /// The engine's number for it.
    pub id: usize,
    pub start: u32,
    pub code: Vec<f32>,
    pub decoded: Arc<Vec<u8>>,
    pub steps: Vec<(WalkStep, Arc<Vec<u8>>)>,
    /// What verdicts are made from, one for each step.
    pub measures: Vec<StepMeasure>,
    /// The round after which each step was taken.
    rounds: Vec<usize>,
}

impl Walk {
    pub fn new(strategy: Strategy, id: usize, start: u32, code: Vec<f32>, decoded: Vec<u8>) -> Self {
        let decoded = Arc::new(decoded);
        Self { strategy, id, start, code, decoded, steps: Vec::new(), measures: Vec::new(), rounds: Vec::new() }
    }

    pub fn take_step(&mut self, step: WalkStep, decoded: Vec<u8>, measure: StepMeasure, round: usize) {
        self.steps.push((step, Arc::new(decoded)));
        self.measures.push(measure);
        self.rounds.push(round);
    }

    /// a, b, c ... z, aa, ab ...
    pub fn letters(&self) -> String {
        letters(self.id)
    }

    /// The sample at a point: 0 is the start, k the neighbour of step k.
    pub fn sample_at(&self, point: usize) -> Option<u32> {
        match point.checked_sub(1) {
            None => Some(self.start),
            Some(k) => self.steps.get(k).map(|(s, _)| s.sample),
        }
    }

    /// Points up to the end of a round: the start and one for each step; all without a round.
    pub fn points_at(&self, round: Option<usize>) -> usize {
        1 + round.map_or(self.steps.len(), |r| self.rounds.partition_point(|&taken| taken <= r))
    }
}

/// A walk that is to be seen, and how many of its points.
#[derive(Debug, Clone, Copy)]
pub struct SeenWalk<'a> {
    pub walk: &'a Walk,
    pub points: usize,
    /// None before its first step, or before the cloud is known.
    pub judgement: Option<Judgement>,
}

/// Which walks are to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    #[default]
    All,
    Lost,
    One(Verdict),
}

/// What the table of walks is sorted by.
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

/// How walks are judged, filtered, sorted and moved.
#[derive(Debug, Clone)]
pub struct WalkLab {
    pub rules: VerdictRules,
    pub sparsity: Option<Arc<Sparsity>>,
    pub base: Option<Arc<BaseRate>>,
    pub only: Only,
    pub sort: SortBy,
    pub descending: bool,
    /// Colours tell verdicts; else each walk has its own.
    pub by_verdict: bool,
    pub selected: Option<usize>,
    pub reselection: Reselection,
    pub anchors: WalkAnchors,
    /// How many walks are started at once.
    pub count: usize,
    /// Steps follow each other by themselves.
    pub playing: bool,
}

/// Walks started at once, at first.
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
        }
    }
}

impl WalkLab {
    /// What stays when another experiment begins: what the user chose.
    pub fn started_over(&self) -> Self {
        Self { sparsity: None, base: None, selected: None, playing: false, ..self.clone() }
    }
}

impl AppState {
    /// Walks of the shown run as of the shown round, with their verdicts, in the order in which they were started.
    pub fn judged_walks(&self) -> Vec<SeenWalk<'_>> {
        let round = self.focus.round;
        let judge = |walk: &Walk, points: usize| {
            let sparsity = self.lab.sparsity.as_ref()?;
            self.lab.rules.judge(walk.measures.get(..points - 1)?, sparsity)
        };
        let seen = |walk| {
            let points = Walk::points_at(walk, round);
            SeenWalk { walk, points, judgement: judge(walk, points) }
        };
        self.shown_walks().map(seen).collect()
    }

    /// Those of them that are to be seen.
    pub fn seen_walks(&self) -> Vec<SeenWalk<'_>> {
        let mut seen = self.judged_walks();
        seen.retain(|w| match (self.lab.only, w.judgement) {
            (Only::All, _) => true,
            (Only::Lost, judged) => judged.is_some_and(|j| j.verdict.is_lost()),
            (Only::One(verdict), judged) => judged.is_some_and(|j| j.verdict == verdict),
        });
        seen
    }

    /// Only the lost ones, or all again.
    pub fn toggle_only_lost(&mut self) {
        self.lab.only = if self.lab.only == Only::Lost { Only::All } else { Only::Lost };
    }
}

/// Sorts walks as the table shows them; equals stay in the order in which they were started.
pub fn sort(walks: &mut [SeenWalk<'_>], by: SortBy, descending: bool) {
    let key = |w: &SeenWalk<'_>| {
        let Some(j) = w.judgement else { return f32::NEG_INFINITY };
        match by {
            SortBy::Walk => w.walk.id as f32,
            SortBy::Verdict => Verdict::ALL.iter().position(|v| *v == j.verdict).unwrap_or_default() as f32,
            SortBy::Boundary => j.boundary_share,
            SortBy::Drift => j.drift_ratio,
            SortBy::Distinct => j.distinct_samples as f32,
            SortBy::Snap => j.final_snap_distance,
        }
    };
    walks.sort_by(|a, b| if descending { key(b).total_cmp(&key(a)) } else { key(a).total_cmp(&key(b)) });
}
