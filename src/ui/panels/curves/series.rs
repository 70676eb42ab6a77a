//! The curves of the panel: each variant's repeats on the chosen axis, and their mean.

use egui::Color32;

use crate::engine::planned::RunId;
use crate::experiment::{Strategy, Task};
use crate::figures::{BAND_LEVEL, StrategyStyle};
use crate::history::{Header, Metric};
use crate::statistics::{CurvePoint, MeanPoint, mean_curve};
use crate::ui::panel::Cx;
use crate::ui::state::{GroupKey, Listed};

/// The quantity of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XAxis {
    Labels,
    Minibatches,
}

impl XAxis {
    /// The point of an evaluation on this axis.
    pub fn place(self, p: &CurvePoint) -> [f64; 2] {
        match self {
            Self::Labels => [p.labels, p.value],
            Self::Minibatches => [p.minibatches, p.value],
        }
    }
}

/// Whether a run is measured on the images of the session, or is of its kind while those are not known.
fn is_comparable(run: &Listed<'_>, cx: &Cx<'_>) -> bool {
    let of = |header: &Header| (header.data_digest.clone(), header.experiment.evaluate_on);
    let own = cx.state.live_runs().find_map(|run| run.header.as_deref());
    match run.header.zip(own).filter(|_| run.live.is_none()) {
        Some((header, own)) => of(header) == of(own),
        None => run.experiment.dataset.task() == cx.state.experiment.dataset.task(),
    }
}

/// All repeats of one variant in one group of the list.
pub struct Series {
    pub name: String,
    pub style: StrategyStyle,
    pub color: Color32,
    pub strategy: Strategy,
    pub repeats: Vec<Curve>,
    /// The mean over repeats at the ends of rounds, and the seeds of these.
    pub mean: Vec<MeanPoint>,
    pub seeds: Vec<u64>,
    /// The last round that a fork shares with its parent, which is drawn there too.
    pub parts: Option<usize>,
    /// Drawn pale: the variant that the shown fork left.
    pub pale: bool,
}

/// The curves of one run.
pub struct Curve {
    /// Its id, if it is of the present session.
    pub run: Option<RunId>,
    pub seed: u64,
    pub inside: Vec<[f64; 2]>,
    pub ends: Vec<(usize, [f64; 2])>,
    pub loss: Vec<[f64; 2]>,
    /// Whether its evaluations inside rounds are shown: it is the only run, the shown one, or in the midst of a round.
    pub in_detail: bool,
}

impl Series {
    /// The shown runs, grouped by variant.
    pub fn all(cx: &Cx<'_>, axis: XAxis) -> Vec<Self> {
        let mut all: Vec<(GroupKey, Self, Vec<Vec<CurvePoint>>)> = Vec::new();
        let task = cx.state.experiment.dataset.task();
        for run in cx.state.runs_shown().filter(|run| run.header.is_some() && is_comparable(run, cx)) {
            let place = |(group, s, _): &(GroupKey, Self, _)| *group == run.entry.group && s.style == run.style;
            let at = all.iter().position(place).unwrap_or_else(|| {
                all.push((run.entry.group, Self::of(run, cx), Vec::new()));
                all.len() - 1
            });
            let (_, series, ends) = &mut all[at];
            if run.entry.kept().is_some() && !series.repeats.is_empty() {
                // It is the curve of several seeds, and the name of the first run has only its own.
                series.name = kept(&run.entry.variant_name());
            }
            series.repeats.push(Curve::of(run, axis, cx));
            ends.push(run.curve(Metric::whole(task)));
        }
        let session = all.iter().map(|(_, series, _)| series).filter(|series| series.is_of_session());
        let rounds = |series: &Self| series.repeats.iter().map(|c| (c.seed, c.ends.len())).collect();
        let seeds = furthest(&session.map(rounds).collect::<Vec<_>>());
        let finish = |(_, mut series, mut ends): (_, Self, Vec<_>)| {
            series.seeds = series.repeats.iter().map(|curve| curve.seed).collect();
            if series.is_of_session() && series.seeds.iter().any(|seed| seeds.contains(seed)) {
                let mut taken = series.seeds.iter().map(|seed| seeds.contains(seed));
                ends.retain(|_| taken.next().unwrap_or(true));
                series.seeds.retain(|seed| seeds.contains(seed));
            }
            series.mean = mean_curve(ends, |p| axis.place(p)[0], BAND_LEVEL);
            let alone = series.repeats.len() == 1;
            series.repeats.iter_mut().for_each(|curve| curve.in_detail = (curve.in_detail || alone) && !series.pale);
            series
        };
        all.into_iter().map(finish).collect()
    }

    /// How many shown runs are left out: what is measured on other images stands in no chart with these.
    pub fn left_out(cx: &Cx<'_>) -> usize {
        cx.state.runs_shown().filter(|run| run.header.is_some() && !is_comparable(run, cx)).count()
    }

    /// Without its curves yet.
    fn of(run: Listed<'_>, cx: &Cx<'_>) -> Self {
        let live = run.entry.live();
        let fork = run.header.and_then(|h| h.forked.as_deref()).map(|fork| fork.round);
        let parent_shown = |(parent, _): (RunId, usize)| cx.state.list.of_live(parent).is_some_and(|e| e.is_shown());
        let of_focus = cx.state.parent_of(cx.state.focus.run).map(|(parent, _)| parent);
        let name = match live {
            // The user's name, if it is that of all its runs.
            Some(id) if cx.state.repeats() == 1 => cx.state.name_of(id),
            Some(id) => cx.state.variant_name(id),
            None => kept(run.entry.name()),
        };
        Self {
            name,
            style: run.style,
            color: cx.theme.ink(run.style.ink),
            strategy: run.experiment.strategy,
            repeats: Vec::new(),
            mean: Vec::new(),
            seeds: Vec::new(),
            parts: fork.filter(|_| live.and_then(|id| cx.state.parent_of(id)).is_some_and(parent_shown)),
            pale: live
                .zip(of_focus)
                .is_some_and(|(run, parent)| cx.state.variant_name(run) == cx.state.variant_name(parent)),
        }
    }

    /// Whether it is a variant of the present session, and no fork that is drawn with its parent.
    pub fn is_of_session(&self) -> bool {
        self.parts.is_none() && self.repeats.iter().any(|curve| curve.run.is_some())
    }

    /// The curves whose evaluations inside rounds are shown.
    pub fn detailed(&self) -> impl Iterator<Item = &Curve> {
        self.repeats.iter().filter(|curve| curve.in_detail)
    }
}

impl Curve {
    fn of(run: Listed<'_>, axis: XAxis, cx: &Cx<'_>) -> Self {
        let task = run.experiment.dataset.task();
        let placed = |metric| run.curve(metric).iter().map(|p| axis.place(p)).collect();
        let id = run.entry.live();
        Self {
            run: id,
            seed: run.experiment.seed,
            inside: placed(Metric::part(task)),
            ends: run.curve(Metric::whole(task)).iter().map(|p| (p.round, axis.place(p))).collect(),
            loss: placed(Metric::TrainLoss),
            in_detail: run.live.is_some_and(|r| r.current.is_some()) || id == Some(cx.state.focus.run),
        }
    }
}

/// The name of what is not of the present session.
fn kept(name: &str) -> String {
    format!("{name} (kept)")
}

/// The seeds that all variants of the present session have runs of that are furthest; each variant's runs as seed and number of
/// rounds. A mean is over these, so that no curve is over other seeds at its end than at its beginning, or over other seeds
/// than the curve beside it.
fn furthest(variants: &[Vec<(u64, usize)>]) -> Vec<u64> {
    let rounds =
        |runs: &Vec<(u64, usize)>, seed| runs.iter().find(|(s, _)| *s == seed).map_or(0, |(_, rounds)| *rounds);
    let reached = |seed: u64| variants.iter().map(|runs| rounds(runs, seed)).min().unwrap_or(0);
    let mut seeds: Vec<u64> = variants.iter().flatten().map(|(seed, _)| *seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let most = seeds.iter().map(|seed| reached(*seed)).max().unwrap_or(0);
    seeds.retain(|seed| reached(*seed) == most);
    seeds
}

/// Margin above the best and below the worst accuracy, percentage points.
const AIR: f64 = 1.5;
/// Margin round errors of maps, as a share of the visible range; and factor above the largest error for the whole axis.
const ERROR_AIR: f64 = 0.1;
const WHOLE_AIR: f64 = 1.05;

/// The end of the horizontal axis.
pub fn x_max(series: &[Series]) -> f64 {
    let curves = series.iter().flat_map(|s| &s.repeats);
    let xs = curves.flat_map(|c| c.inside.iter().chain(&c.loss).map(|p| p[0]).chain(c.ends.iter().map(|(_, p)| p[0])));
    xs.fold(1.0, f64::max)
}

/// The vertical axis with every value.
pub fn whole_range(series: &[Series], task: Task) -> (f64, f64) {
    let most = values(series, |_, _| true).fold(1.0, f64::max);
    (0.0, if task == Task::Classes { 100.0 } else { most * WHOLE_AIR })
}

/// The vertical axis without the first climb from chance, or fall of the error.
pub fn close_range(series: &[Series], task: Task) -> (f64, f64) {
    let past_first = series.iter().flat_map(|s| &s.repeats).any(|c| c.ends.len() > 1);
    let settled = |c: &Curve, x: f64| !past_first || c.ends.first().is_some_and(|(_, first)| x >= first[0]);
    let low = values(series, settled).fold(f64::INFINITY, f64::min);
    let high = values(series, settled).fold(f64::NEG_INFINITY, f64::max);
    if !(low.is_finite() && high.is_finite()) {
        return (0.0, 100.0);
    }
    match task {
        Task::Classes => ((low - AIR).max(0.0), (high + AIR).min(100.5)),
        Task::Maps => {
            let air = (high - low).max(1.0) * ERROR_AIR;
            ((low - air).max(0.0), high + air)
        }
    }
}

/// The finite values that are drawn: all ends of rounds, and those evaluations inside rounds that `wanted` accepts by x.
fn values<'a>(series: &'a [Series], wanted: impl Fn(&Curve, f64) -> bool + 'a) -> impl Iterator<Item = f64> + 'a {
    let ends = series.iter().flat_map(|s| &s.repeats).flat_map(|c| c.ends.iter().map(|(_, p)| p[1]));
    let mut inside = Vec::new();
    for curve in series.iter().flat_map(Series::detailed) {
        inside.extend(curve.inside.iter().filter(|p| wanted(curve, p[0])).map(|p| p[1]));
    }
    ends.chain(inside).filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_over_the_seeds_that_every_variant_is_furthest_in() {
        for (variants, expected) in [
            (vec![], vec![]),
            // The second seed is under way, then both are done.
            (vec![vec![(1, 10), (2, 6)], vec![(1, 10), (2, 5)]], vec![1]),
            (vec![vec![(1, 10), (2, 10)], vec![(1, 10), (2, 10)]], vec![1, 2]),
            // Of one variant the third seed has begun.
            (vec![vec![(1, 3), (2, 3), (3, 1)], vec![(1, 3), (2, 3)]], vec![1, 2]),
            (vec![vec![(1, 0)], vec![(1, 0), (2, 0)]], vec![1, 2]),
        ] {
            assert_eq!(furthest(&variants), expected, "{variants:?}");
        }
    }
}
