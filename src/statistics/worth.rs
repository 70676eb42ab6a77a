//! What each strategy is worth for few and for many labels, and its price.

use super::comparison::{PairedTest, pairs};
use super::curve::{area_between, round_ends};
use super::groups::groups;
use super::range::LabelRange;
use super::student::{Interval, mean_interval};
use crate::experiment::Variant;
use crate::history::{History, Price};

/// The areas under all learning curves by ranges of labels, and the prices.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    /// Each range with the labels of it that the curves have; `None` if they have none.
    pub ranges: Vec<(LabelRange, Option<[f64; 2]>)>,
    /// In the order of `Strategy`, the baseline among them.
    pub groups: Vec<GroupWorth>,
}

/// The results of one group of repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupWorth {
    pub name: Variant,
    /// Runs of the group, whether they have the ranges or not.
    pub runs: usize,
    /// For each range.
    pub areas: Vec<RangeArea>,
    /// Images that the target scored for the strategy in a round, over the runs whose histories have them.
    pub scored: Option<Interval>,
    /// Seconds that the strategy took in a round, over the runs whose histories have them.
    pub seconds: Option<Interval>,
}

/// The area under the learning curves of a group over a range of labels, as a mean metric.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeArea {
    /// Over the runs that have the whole range.
    pub area: Option<Interval>,
    /// Minus that of the baseline with the same seed; described, not tested.
    pub difference: Option<Interval>,
}

/// The areas by `ranges` and the price of every strategy in `histories`, without forks.
pub fn worth(histories: &[History], baseline: &Variant, ranges: &[LabelRange], level: f64) -> Worth {
    let histories: Vec<&History> = histories.iter().filter(|h| !h.is_fork()).collect();
    let curves = histories.iter().map(|h| round_ends(h)).filter(|curve| !curve.is_empty());
    let ends: Vec<[f64; 2]> = curves.map(|curve| [curve[0][0], curve[curve.len() - 1][0]]).collect();
    let first = ends.iter().map(|e| e[0]).fold(f64::INFINITY, f64::min);
    let last = ends.iter().map(|e| e[1]).fold(f64::NEG_INFINITY, f64::max);
    let ranges: Vec<_> = ranges.iter().map(|range| (*range, range.within(first, last))).collect();
    let groups = groups(histories);
    let others = groups.iter().find(|g| g.name == *baseline && !g.is_fork).map_or(&[][..], |g| &g.histories);
    let of_group = |runs: &[&History], name: &Variant| {
        let over = |number: &dyn Fn(&History) -> Option<f64>| {
            mean_interval(&runs.iter().filter_map(|h| number(h)).collect::<Vec<_>>(), level)
        };
        let area = |range: &(LabelRange, Option<[f64; 2]>)| {
            let area = |h: &History| area_between(&round_ends(h), range.1?);
            let others = if name == baseline { &[] } else { others };
            let difference = PairedTest::new(pairs(runs, others, &area), level).map(|test| test.interval);
            RangeArea { area: over(&area), difference }
        };
        GroupWorth {
            name: name.clone(),
            runs: runs.len(),
            areas: ranges.iter().map(area).collect(),
            scored: over(&|h| price(h, |p| p.scored as f64)),
            seconds: over(&|h| price(h, |p| f64::from(p.seconds))),
        }
    };
    let groups = groups.iter().map(|g| of_group(&g.histories, &g.name)).collect();
    Worth { ranges, groups }
}

/// The mean over the rounds after the first, in which strategies differ; `None` if the history has no price in one.
fn price(history: &History, number: fn(&Price) -> f64) -> Option<f64> {
    let rounds = history.rounds.iter().filter(|r| r.round > 1);
    let numbers: Option<Vec<f64>> = rounds.map(|r| r.price.as_ref().map(number)).collect();
    let numbers = numbers.filter(|n| !n.is_empty())?;
    Some(numbers.iter().sum::<f64>() / numbers.len() as f64)
}
