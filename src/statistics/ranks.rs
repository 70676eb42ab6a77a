//! Strategies by rank over paired seeds: Friedman's test and Nemenyi's critical difference (Demsar 2006).

use std::ops::RangeInclusive;

use statrs::distribution::{ChiSquared, Continuous as _, ContinuousCDF as _, Normal};

use super::comparison::{endpoint_rounds, partner};
use super::curve::endpoint;
use super::groups::{Group, groups};
use crate::experiment::Variant;
use crate::history::History;

/// Values that differ by less than this share of themselves are ties: more than rounding, and less than one image.
const TIE: f64 = 1e-6;
/// Strategies that ranks are worth taking of; two are compared by the paired tests.
const FEWEST: usize = 3;

/// The ranks of all strategies over the seeds that each of them has.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// Rounds over whose mean metric is ranked.
    pub rounds: RangeInclusive<usize>,
    /// The seeds that all strategies have, one for each rank.
    pub seeds: Vec<u64>,
    /// Seeds that some strategy lacks.
    pub left_out: Vec<u64>,
    /// Best first.
    pub groups: Vec<Ranked>,
    pub friedman: Friedman,
    /// Level of the critical difference, such as 0.95.
    pub level: f64,
    /// Mean ranks that differ by more are different.
    pub critical: f64,
    /// First and last place in `groups` of those that cannot be told apart, at least two, none within another.
    pub alike: Vec<[usize; 2]>,
}

/// The ranks of one strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub name: Variant,
    /// Mean rank over the seeds; the smallest is the best.
    pub mean: f64,
    /// One for each seed, from 1 for the best; ties share their mean rank.
    pub ranks: Vec<f64>,
}

/// Friedman's test that all strategies are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Friedman {
    /// With the correction for ties; `None` if all values of every seed tie.
    pub chi_square: Option<f64>,
    /// Degrees of freedom: one less than the strategies.
    pub df: usize,
    /// By the chi-square distribution; `None` as for `chi_square`.
    pub p: Option<f64>,
}

/// Ranks the strategies in `histories` by the primary endpoint, without forks; or why their ranks would say nothing.
pub fn ranks(histories: &[History], level: f64) -> Result<Ranks, String> {
    let histories: Vec<&History> = histories.iter().filter(|h| !h.is_fork()).collect();
    let rounds = endpoint_rounds(&histories);
    if rounds.is_empty() {
        return Err("strategies differ from round 2 on, and no run has ended it".into());
    }
    let groups = groups(histories);
    let k = groups.len();
    if k < FEWEST {
        return Err(format!("{k} of at least {FEWEST} strategies are here; two are compared by the paired tests"));
    }
    let sign = if groups[0].histories[0].task().lower_is_better() { 1.0 } else { -1.0 };
    let value = |h: &History| endpoint(h, rounds.clone()).map(|v| sign * v);
    let (mut seeds, mut left_out, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for run in &groups[0].histories {
        let row: Option<Vec<f64>> = groups.iter().map(|g| value(partner(run, &g.histories)?)).collect();
        match row {
            Some(row) => {
                seeds.push(run.seed());
                values.push(row);
            }
            None => left_out.push(run.seed()),
        }
    }
    let others = groups.iter().flat_map(|g| &g.histories).map(|h| h.seed());
    left_out.extend(others.filter(|seed| !seeds.contains(seed)));
    left_out.sort_unstable();
    left_out.dedup();
    let unknown = || format!("the critical difference of {k} strategies cannot be computed");
    let needed = seeds_needed(k, level).ok_or_else(unknown)?;
    if seeds.len() < needed {
        return Err(too_few(&groups, seeds.len(), needed));
    }
    let critical = critical_difference(k, seeds.len(), level).ok_or_else(unknown)?;
    let ranked: Vec<Vec<f64>> = values.iter().map(|row| ranked(row)).collect();
    let friedman = friedman(&ranked);
    let mut of: Vec<Ranked> = groups
        .iter()
        .enumerate()
        .map(|(i, group)| {
            let ranks: Vec<f64> = ranked.iter().map(|row| row[i]).collect();
            Ranked { name: group.name.clone(), mean: ranks.iter().sum::<f64>() / ranks.len() as f64, ranks }
        })
        .collect();
    of.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    let alike = alike(&of.iter().map(|g| g.mean).collect::<Vec<_>>(), critical);
    Ok(Ranks { rounds, seeds, left_out, groups: of, friedman, level, critical, alike })
}

/// Why seeds are too few, with the strategies that have the fewest of them.
fn too_few(groups: &[Group<'_>], seeds: usize, needed: usize) -> String {
    let (k, fewest) = (groups.len(), groups.iter().map(|g| g.histories.len()).min().unwrap_or(0));
    let short = groups.iter().filter(|g| g.histories.len() == fewest && fewest < needed).map(Group::label);
    let short: Vec<String> = short.collect();
    let who = match short.len() {
        n if n == 0 || n == k => String::new(),
        _ => format!(" ({} has {fewest})", short.join(", ")),
    };
    let there = match seeds {
        0 => "there is none".to_owned(),
        1 => "there is 1".to_owned(),
        n => format!("there are {n}"),
    };
    let more = match needed - seeds {
        1 => "1 repeat".to_owned(),
        n => format!("{n} repeats"),
    };
    format!("ranks of {k} strategies need {needed} seeds that all of them have ended; {there}{who}: add {more}")
}

/// Ranks from 1 for the smallest value; ties share their mean rank.
pub fn ranked(values: &[f64]) -> Vec<f64> {
    let tied = |a: f64, b: f64| (a - b).abs() <= TIE * a.abs().max(b.abs());
    let rank = |value: f64| {
        let below = values.iter().filter(|v| **v < value && !tied(**v, value)).count();
        let equal = values.iter().filter(|v| tied(**v, value)).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(|v| rank(*v)).collect()
}

/// Friedman's test on ranks, a row for each seed.
pub fn friedman(ranks: &[Vec<f64>]) -> Friedman {
    let (n, k) = (ranks.len() as f64, ranks.first().map_or(0, Vec::len));
    let df = k.saturating_sub(1);
    let middle = (k as f64 + 1.0) / 2.0;
    let sum = |i: usize| ranks.iter().map(|row| row[i]).sum::<f64>();
    let between: f64 = (0..k).map(|i| (sum(i) - n * middle).powi(2)).sum();
    // Without ties n k (k + 1) (k - 1) / 12; ties make it smaller.
    let within: f64 = ranks.iter().flatten().map(|r| (r - middle).powi(2)).sum();
    let chi_square = (within > 0.0).then(|| df as f64 * between / within);
    let p = chi_square.and_then(|c| Some(ChiSquared::new(df as f64).ok()?.sf(c)));
    Friedman { chi_square, df, p }
}

/// Nemenyi's critical difference of `k` mean ranks over `n` seeds.
pub fn critical_difference(k: usize, n: usize, level: f64) -> Option<f64> {
    Some(nemenyi_q(k, level)? * (k as f64 * (k as f64 + 1.0) / (6.0 * n as f64)).sqrt())
}

/// The fewest seeds over which the mean ranks of `k` strategies can differ by more than the critical difference.
fn seeds_needed(k: usize, level: f64) -> Option<usize> {
    const MOST: usize = 1_000;
    (1..MOST).find(|&n| critical_difference(k, n, level).is_some_and(|critical| critical < k as f64 - 1.0))
}

/// The quantile of the studentised range of `k` values, with infinitely many degrees of freedom, over the root of two.
pub fn nemenyi_q(k: usize, level: f64) -> Option<f64> {
    const WIDEST: f64 = 20.0;
    /// Halvings of that.
    const HALVINGS: usize = 50;
    if k < 2 || !(0.0..1.0).contains(&level) {
        return None;
    }
    let normal = Normal::new(0.0, 1.0).ok()?;
    let (mut low, mut high) = (0.0, WIDEST);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if range_below(middle, k, &normal) < level { low = middle } else { high = middle }
    }
    Some(low / 2f64.sqrt())
}

/// The probability that `k` standard normal values lie within `q` of each other: k times the integral over the smallest
/// of them, z, of phi(z) (Phi(z + q) - Phi(z))^(k - 1), by Simpson's rule.
fn range_below(q: f64, k: usize, normal: &Normal) -> f64 {
    const REACH: f64 = 8.0;
    const STEPS: usize = 400;
    let width = 2.0 * REACH / STEPS as f64;
    let sum: f64 = (0..=STEPS)
        .map(|i| {
            let z = -REACH + i as f64 * width;
            let weight = if i == 0 || i == STEPS { 1.0 } else { (2 + 2 * (i % 2)) as f64 };
            weight * normal.pdf(z) * (normal.cdf(z + q) - normal.cdf(z)).powi(k as i32 - 1)
        })
        .sum();
    k as f64 * sum * width / 3.0
}

/// Runs of ascending mean ranks within the critical difference, at least two each, none within another.
fn alike(means: &[f64], critical: f64) -> Vec<[usize; 2]> {
    let mut found: Vec<[usize; 2]> = Vec::new();
    for (first, mean) in means.iter().enumerate() {
        let last = means.iter().rposition(|other| other - mean <= critical).unwrap_or(first);
        if last > first && found.last().is_none_or(|before| before[1] < last) {
            found.push([first, last]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_mean_rank_and_rounding_makes_none_apart() {
        assert_eq!(ranked(&[3.0, 1.0, 2.0]), [3.0, 1.0, 2.0]);
        assert_eq!(ranked(&[-97.0, -97.0 - 1e-9, -96.0, -98.0]), [2.5, 2.5, 4.0, 1.0]);
        assert_eq!(ranked(&[5.0; 4]), [2.5; 4]);
        // One image of 10,000 in one of nine rounds is no tie.
        assert_eq!(ranked(&[-97.0, -97.0 - 0.01 / 9.0]), [2.0, 1.0]);
    }

    #[test]
    fn bars_join_what_cannot_be_told_apart_and_none_is_within_another() {
        assert_eq!(alike(&[1.0, 1.5, 2.6, 4.0], 1.2), [[0, 1], [1, 2]]);
        assert_eq!(alike(&[1.0, 1.5, 2.0], 1.0), [[0, 2]]);
        assert_eq!(alike(&[1.0, 2.0, 3.0], 0.5), Vec::<[usize; 2]>::new());
        assert_eq!(alike(&[2.0, 2.0], 0.5), [[0, 1]]);
    }

    #[test]
    fn as_many_seeds_are_needed_as_can_show_anything() {
        assert_eq!([3, 4, 10, 18].map(|k| seeds_needed(k, 0.95).unwrap()), [3, 3, 3, 3]);
        assert_eq!(friedman(&[vec![2.0; 3], vec![2.0; 3]]).p, None);
        assert_eq!(nemenyi_q(1, 0.95), None);
    }
}
