//! Strategies compared with a baseline, paired by seed: the primary endpoint, each round, and warnings about too few
//! pairs.

use std::ops::RangeInclusive;

use super::curve::{area_under_curve, endpoint, labels_to_reach, round_ends};
use super::exact::{holm, sign_flip, smallest_p, wilcoxon};
use super::groups::{Group, groups};
use super::student::{Interval, mean_interval, t_two_sided, z_quantile};
use crate::combine::is_same_setting;
use crate::experiment::{Strategy, Task, Variant};
use crate::history::History;

/// The first round of the primary endpoint: the first in which strategies differ.
const FIRST_ENDPOINT_ROUND: usize = 2;
/// The last round of the primary endpoint, that of the paper's Table 1.
const LAST_ENDPOINT_ROUND: usize = 10;

/// Fewest pairs whose effect is taken for one to plan by.
const FEWEST_FOR_EFFECT: usize = 3;

/// Options of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The name of the group that the others are compared with.
    pub baseline: Variant,
    /// Level of the intervals; a test is significant at 1 - level.
    pub level: f64,
    /// Power for `repeats_needed`.
    pub power: f64,
    /// Accuracies (percent) or errors of maps (kPa^2) for which the number of labels needed is computed.
    pub targets: Vec<f64>,
}

impl Options {
    /// The usual options; for errors of maps there are no usual targets.
    pub fn against(baseline: Variant, task: Task) -> Self {
        match task {
            Task::Classes => Self { baseline, ..Self::default() },
            Task::Maps => Self { baseline, targets: Vec::new(), ..Self::default() },
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { baseline: Strategy::Random.into(), level: 0.95, power: 0.8, targets: vec![95.0, 97.0, 98.0] }
    }
}

/// All groups of repeats, compared with the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub options: Options,
    /// Rounds of the endpoint: 2 to 10, or to the last round of any run.
    pub rounds: RangeInclusive<usize>,
    /// In the order of `Strategy`, the baseline among them.
    pub groups: Vec<EndpointTest>,
    /// The number of tests that Holm's adjustment is over.
    pub tests: usize,
}

/// The results of one group of repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointTest {
    /// The group's variant, unique among the groups.
    pub name: Variant,
    /// Its position among the groups of its strategy.
    pub place: usize,
    /// Runs included: those that have every round of the endpoint.
    pub runs: usize,
    /// Runs excluded because a round of the endpoint is missing or not a number.
    pub left_out: usize,
    /// The endpoint over the included runs.
    pub endpoint: Option<Interval>,
    /// Area under the learning curve over labels, as a mean metric.
    pub area: Option<Interval>,
    /// Labels needed for each target, over the runs that reached it, and how many did.
    pub labels_to: Vec<(f64, Option<Interval>)>,
    /// The endpoint against the baseline; `None` for the baseline itself and if no seed is shared.
    pub endpoint_test: Option<PairedTest>,
    /// The area against the baseline, over runs that have the endpoint; `None` as for `endpoint_test`.
    pub area_test: Option<PairedTest>,
    /// Sign-flip p of the endpoint after Holm's adjustment over the strategies.
    pub holm_p: Option<f64>,
    /// Round by round: descriptive, not adjusted for the number of rounds.
    pub per_round: Vec<RoundTest>,
    /// Repeats of a new comparison that would find an effect as large as the observed one with the requested power, at
    /// the level of Holm's first step; `None` if there is no effect, or if too few pairs say how large it is.
    pub repeats_needed: Option<usize>,
    /// A warning if the number of pairs is too small.
    pub warning: Option<String>,
}

/// Tests of paired differences.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedTest {
    /// The seeds that both groups have, one for each difference.
    pub seeds: Vec<u64>,
    /// Group minus baseline, one for each seed.
    pub differences: Vec<f64>,
    /// Mean difference with its Student-t interval.
    pub interval: Interval,
    /// Two-sided p of the paired t test.
    pub t_p: Option<f64>,
    /// Two-sided p of the exact sign-flip test.
    pub sign_flip_p: Option<f64>,
    /// Two-sided p of the exact Wilcoxon signed-rank test.
    pub wilcoxon_p: Option<f64>,
    /// Cohen's d_z: mean difference over the standard deviation of the differences.
    pub effect: Option<f64>,
}

/// The paired differences at the end of one round.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundTest {
    pub round: usize,
    /// The metric at the end of the round, against the baseline.
    pub test: PairedTest,
}

impl PairedTest {
    /// From pairs of seed and difference; `None` if there are none.
    pub fn new(pairs: Vec<(u64, f64)>, level: f64) -> Option<Self> {
        let (seeds, differences): (Vec<u64>, Vec<f64>) = pairs.into_iter().unzip();
        let interval = mean_interval(&differences, level)?;
        let spread = interval.sd.filter(|sd| *sd > 0.0);
        let effect = spread.map(|sd| interval.mean / sd);
        let n = differences.len() as f64;
        let t_p = effect.and_then(|d| t_two_sided(d * n.sqrt(), n - 1.0));
        let (sign_flip_p, wilcoxon_p) = (sign_flip(&differences), wilcoxon(&differences));
        Some(Self { seeds, differences, interval, t_p, sign_flip_p, wilcoxon_p, effect })
    }
}

impl EndpointTest {
    /// Whether the interval excludes zero and the verdict, by Holm's p, does not, or the reverse.
    pub fn disagrees(&self, level: f64) -> bool {
        let interval = self.endpoint_test.as_ref().map(|test| test.interval);
        let excludes = interval.and_then(|i| Some(i.mean.abs() > i.half_width?));
        excludes.zip(self.holm_p).is_some_and(|(excludes, p)| (p <= 1.0 - level) != excludes)
    }
}

/// Compares every strategy in `histories` with the baseline. Forks are excluded: they share rounds with their parents
/// and are not independent repeats.
pub fn compare(histories: &[History], options: &Options) -> Comparison {
    let histories: Vec<&History> = histories.iter().filter(|h| !h.is_fork()).collect();
    let rounds = endpoint_rounds(&histories);
    let groups = groups(histories);
    let baseline = groups.iter().find(|g| g.name == options.baseline).map_or(&[][..], |g| &g.histories);
    let mut tested: Vec<EndpointTest> = groups.iter().map(|g| one_group(g, baseline, &rounds, options)).collect();
    let adjusted = holm(&tested.iter().map(|s| s.endpoint_test.as_ref()?.sign_flip_p).collect::<Vec<_>>());
    let tests = adjusted.iter().flatten().count();
    for (group, p) in tested.iter_mut().zip(adjusted) {
        group.holm_p = p;
        if let Some(test) = &group.endpoint_test {
            let strict = (1.0 - options.level) / tests.max(1) as f64;
            let effect = test.effect.filter(|_| test.differences.len() >= FEWEST_FOR_EFFECT);
            group.repeats_needed = effect.and_then(|d| repeats_for_power(d, strict, options.power));
            group.warning = warning(test.differences.len(), tests, options, group.repeats_needed, p);
        }
    }
    Comparison { options: options.clone(), rounds, groups: tested, tests }
}

fn one_group(
    group: &Group<'_>,
    baseline: &[&History],
    rounds: &RangeInclusive<usize>,
    options: &Options,
) -> EndpointTest {
    let (level, runs) = (options.level, &group.histories[..]);
    let area = |h: &History| area_under_curve(&round_ends(h));
    let labels_to = |h: &History, x: f64| {
        // The curve of an error falls to its target, so both signs are reversed.
        let sign = if h.task().lower_is_better() { -1.0 } else { 1.0 };
        let points: Vec<[f64; 2]> = round_ends(h).into_iter().map(|[labels, y]| [labels, sign * y]).collect();
        labels_to_reach(&points, sign * x)
    };
    // Before the endpoint's first round, no run lacks a value of it.
    let is_in = |h: &&History| rounds.is_empty() || endpoint(h, rounds.clone()).is_some();
    let entered: Vec<&History> = runs.iter().copied().filter(is_in).collect();
    let over = |f: &dyn Fn(&History) -> Option<f64>| {
        mean_interval(&entered.iter().filter_map(|h| f(h)).collect::<Vec<_>>(), level)
    };
    let against = |f: &dyn Fn(&History) -> Option<f64>| {
        let others = if group.name == options.baseline { &[] } else { baseline };
        PairedTest::new(pairs(runs, others, f), level)
    };
    let last = runs.iter().filter_map(|h| h.rounds.last()).map(|r| r.round).max().unwrap_or(0);
    let at_round = |t: usize| against(&|h| endpoint(h, t..=t)).map(|test| RoundTest { round: t, test });
    EndpointTest {
        name: group.name.clone(),
        place: group.place,
        runs: entered.len(),
        left_out: runs.len() - entered.len(),
        endpoint: over(&|h| endpoint(h, rounds.clone())),
        area: over(&area),
        labels_to: options.targets.iter().map(|&x| (x, over(&|h| labels_to(h, x)))).collect(),
        endpoint_test: against(&|h| endpoint(h, rounds.clone())),
        area_test: against(&|h| endpoint(h, rounds.clone()).and_then(|_| area(h))),
        holm_p: None,
        per_round: (1..=last).filter_map(at_round).collect(),
        repeats_needed: None,
        warning: None,
    }
}

/// Differences of `number` between runs of the same seed; where settings may differ, of the same settings if there are
/// such.
pub(super) fn pairs(
    runs: &[&History],
    baseline: &[&History],
    number: &dyn Fn(&History) -> Option<f64>,
) -> Vec<(u64, f64)> {
    let pair = |run: &&History| Some((run.seed(), number(run)? - number(partner(run, baseline)?)?));
    runs.iter().filter_map(pair).collect()
}

/// The run among `others` that `run` is paired with: of its seed, and of its setting if there is one.
pub fn partner<'a>(run: &History, others: &[&'a History]) -> Option<&'a History> {
    let mut others = others.iter().copied().filter(|other| other.seed() == run.seed());
    let first = others.next()?;
    Some(std::iter::once(first).chain(others).find(|other| is_same_setting(other, run)).unwrap_or(first))
}

/// The rounds of the primary endpoint of these runs.
pub(super) fn endpoint_rounds(histories: &[&History]) -> RangeInclusive<usize> {
    let last = histories.iter().filter_map(|h| h.rounds.last()).map(|r| r.round).max().unwrap_or(0);
    FIRST_ENDPOINT_ROUND..=last.min(LAST_ENDPOINT_ROUND)
}

/// Number of pairs with which a two-sided paired t test at `alpha` finds an effect d_z with the given power:
/// n = ((z_{1-alpha/2} + z_{power}) / d_z)^2 + z_{1-alpha/2}^2 / 2, rounded up (Guenther 1981),
/// and at least the number of pairs that the exact tests need to get below `alpha`.
pub fn repeats_for_power(effect: f64, alpha: f64, power: f64) -> Option<usize> {
    /// If more are needed, there is no effect worth testing.
    const MOST: f64 = 100_000.0;
    let (z_alpha, z_power) = (z_quantile(1.0 - alpha / 2.0)?, z_quantile(power)?);
    let n = (((z_alpha + z_power) / effect).powi(2) + z_alpha.powi(2) / 2.0).ceil();
    (n.is_finite() && n <= MOST).then(|| (n as usize).max(least_pairs(alpha)))
}

/// The smallest number of pairs with which an exact test can reach `alpha`.
fn least_pairs(alpha: f64) -> usize {
    const MOST: usize = 64;
    (1..MOST).find(|&n| smallest_p(n) <= alpha).unwrap_or(MOST)
}

/// A warning as text if this many pairs are too few; `None` if they are enough.
///
/// `tests` is the number of strategies tested, `needed` the result of `repeats_for_power`, `p` the adjusted p.
pub fn warning(pairs: usize, tests: usize, options: &Options, needed: Option<usize>, p: Option<f64>) -> Option<String> {
    let alpha = 1.0 - options.level;
    let strict = alpha / tests.max(1) as f64;
    let (least, least_strict) = (least_pairs(alpha), least_pairs(strict));
    let repeats = |n: usize| if n == 1 { "1 paired repeat".to_owned() } else { format!("{n} paired repeats") };
    let (percent, power) = (alpha * 100.0, options.power * 100.0);
    let mut words = if pairs < least {
        format!(
            "{}: no two-sided sign-flip or Wilcoxon test can go below p = {}, so no effect can be significant at \
             {percent:.0} %. At least {least} are needed",
            repeats(pairs),
            short(smallest_p(pairs))
        ) + &if least_strict > least {
            format!(", {least_strict} for Holm over {tests} strategies.")
        } else {
            ".".into()
        }
    } else if pairs < least_strict {
        format!(
            "{}: the smallest possible p is {}, too large for Holm over {tests} strategies unless others are \
             significant first. {least_strict} are enough.",
            repeats(pairs),
            short(smallest_p(pairs))
        )
    } else if p.is_some_and(|p| p <= alpha) {
        return None;
    } else {
        match needed {
            Some(n) if n > pairs => format!("{}: too few to distinguish this effect from none.", repeats(pairs)),
            _ => return None,
        }
    };
    if let Some(n) = needed.filter(|n| *n > pairs) {
        let step = if tests > 1 { format!(" at Holm's first step over {tests} strategies") } else { String::new() };
        words += &format!(
            " If the effect is as large as observed, about {n} find it with {power:.0} % power{step}: for a next \
             comparison, not for going on with this one until p is small."
        );
    }
    Some(words)
}

/// A p value in as few digits as are readable.
fn short(p: f64) -> String {
    if p < 0.001 {
        return format!("{p:.1e}");
    }
    format!("{p:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}
