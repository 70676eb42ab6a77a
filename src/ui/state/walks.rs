//! Walks as the window knows them: what was decoded along them, their verdicts, and which of them are shown.

use std::sync::Arc;

use crate::engine::planned::RunId;
use crate::engine::protocol::FIRST_BASELINE;
use crate::experiment::{Experiment, WalkAnchors};
use crate::history::WalkStep;
use crate::latent::Sparsity;
use crate::trajectory::{BaseRate, Judgement, Reselection, StepMeasure, Verdict, VerdictRules};

/// A walk, with what was decoded at its points.
#[derive(Debug, Clone)]
pub struct Walk {
    pub run: RunId,
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
    pub fn new(run: RunId, id: usize, start: u32, code: Vec<f32>, decoded: Vec<u8>) -> Self {
        let decoded = Arc::new(decoded);
        Self { run, id, start, code, decoded, steps: Vec::new(), measures: Vec::new(), rounds: Vec::new() }
    }

    pub fn take_step(&mut self, step: WalkStep, decoded: Vec<u8>, measure: StepMeasure, round: usize) {
        self.steps.push((step, Arc::new(decoded)));
        self.measures.push(measure);
        self.rounds.push(round);
    }

    /// It starts where another walk does, and never restarts.
    pub fn is_baseline(&self) -> bool {
        self.id >= FIRST_BASELINE
    }

    /// Its place among all walks, a baseline beside its walk.
    fn place(&self) -> usize {
        2 * (self.id % FIRST_BASELINE) + usize::from(self.is_baseline())
    }

    /// a, b, c ... z, aa, ab ...; a baseline has the letters of its walk, with a stroke.
    pub fn letters(&self) -> String {
        walk_letters(self.id)
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

/// The letters of a walk by its number.
pub fn walk_letters(id: usize) -> String {
    if id < FIRST_BASELINE { letters(id) } else { format!("{}\u{2032}", letters(id - FIRST_BASELINE)) }
}

/// A walk that is to be seen, and how many of its points.
#[derive(Debug, Clone, Copy)]
pub struct SeenWalk<'a> {
    pub walk: &'a Arc<Walk>,
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

/// Which walks of a comparison are to be seen.
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

/// Walks from the same starts without and with re-selection: how many are lost after each step, from none on.
#[derive(Debug, Clone, PartialEq)]
pub struct LostByStep {
    /// Walks of each arm.
    pub walks: usize,
    pub without: Vec<usize>,
    pub with: Vec<usize>,
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
    /// Of walks that are compared.
    pub arms: Arms,
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
            arms: Arms::Both,
        }
    }
}

impl WalkLab {
    /// What stays when another experiment begins: what the user chose.
    pub fn started_over(&self) -> Self {
        Self { sparsity: None, base: None, selected: None, playing: false, ..self.clone() }
    }
}

/// Sorts walks as the table shows them; equals stay in the order in which they were started.
pub fn sort(walks: &mut [SeenWalk<'_>], by: SortBy, descending: bool) {
    let key = |w: &SeenWalk<'_>| {
        let Some(j) = w.judgement else { return f32::NEG_INFINITY };
        match by {
            SortBy::Walk => w.walk.place() as f32,
            SortBy::Verdict => Verdict::ALL.iter().position(|v| *v == j.verdict).unwrap_or_default() as f32,
            SortBy::Boundary => j.boundary_share,
            SortBy::Drift => j.drift_ratio,
            SortBy::Distinct => j.distinct_samples as f32,
            SortBy::Snap => j.final_snap_distance,
        }
    };
    walks.sort_by(|a, b| if descending { key(b).total_cmp(&key(a)) } else { key(a).total_cmp(&key(b)) });
}

/// 0 is a, 25 z, 26 aa.
pub fn letters(mut index: usize) -> String {
    const ALPHABET: usize = 26;
    let mut out = Vec::new();
    loop {
        out.push(b'a' + (index % ALPHABET) as u8);
        if index < ALPHABET {
            break;
        }
        index = index / ALPHABET - 1;
    }
    out.reverse();
    String::from_utf8_lossy(&out).into_owned()
}
