//! Where a learning curve goes: errors that fall as a power of the labels, with a band of all laws that the points allow.

use super::student::t_quantile;

/// Rounds that a curve must have before it is continued: one more than the law has numbers.
const FEWEST: usize = 4;
/// A band wider than so many points says nothing.
const WIDEST: f64 = 25.0;
/// Exponents of the law that are tried, and steps of the error that remains for ever.
const EXPONENTS: std::ops::RangeInclusive<usize> = 1..=30;
const EXPONENT_STEP: f64 = 0.05;
const REST_STEPS: usize = 60;
/// Of the band.
const LEVEL: f64 = 0.95;

/// An accuracy at the end of a round, in percent, with the labels that it was reached with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    pub labels: usize,
    /// Percent of the labelled test images.
    pub accuracy: f64,
    /// Images that it was measured on.
    pub measured_on: usize,
}

/// The accuracy that is to be expected with so many labels, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    pub labels: usize,
    /// What the best law expects, percent.
    pub accuracy: f64,
    /// Lower end of the band, percent.
    pub low: f64,
    /// Upper end of the band, percent.
    pub high: f64,
}

/// The accuracy with `labels` labels, from the law error = rest + b n^-c that fits best; the band holds every such law
/// that the points do not contradict, and the chance of the measurement. Or why the points do not carry a forecast.
pub fn forecast(curve: &[Reached], labels: usize) -> Result<Forecast, String> {
    let mut points: Vec<Reached> = Vec::new();
    for point in curve.iter().filter(|p| p.labels > 0 && p.measured_on > 0 && p.accuracy.is_finite()) {
        // Of rounds without a new label the last counts.
        points.retain(|p| p.labels != point.labels);
        points.push(*point);
    }
    points.sort_by_key(|p| p.labels);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Err("no round has ended with labelled test images yet".into());
    };
    let rounds = points.len();
    if rounds < FEWEST {
        return Err(format!(
            "{FEWEST} rounds with a test accuracy and different numbers of labels are needed, and {rounds} there"
        ));
    }
    if labels <= last.labels {
        return Err(format!("{labels} labels are there already"));
    }
    if last.labels < 2 * first.labels {
        return Err("the labels have not doubled since the first round".into());
    }
    if error(last) >= error(first) {
        return Err("the accuracy has not risen since the first round".into());
    }
    let chance: f64 = points.iter().map(binomial).sum::<f64>() / rounds as f64;
    // Of each law: the square error of its points, and its value.
    let most = points.iter().map(error).fold(f64::INFINITY, f64::min);
    let mut laws: Vec<(f64, f64)> = Vec::new();
    for c in EXPONENTS.map(|i| i as f64 * EXPONENT_STEP) {
        for rest in (0..=REST_STEPS).map(|i| most * i as f64 / REST_STEPS as f64) {
            let power = |n: usize| (n as f64 / first.labels as f64).powf(-c);
            let (mut above, mut below) = (0.0, 0.0);
            for p in &points {
                above += (error(p) - rest) * power(p.labels);
                below += power(p.labels).powi(2);
            }
            let b = above / below;
            let squares = points.iter().map(|p| (error(p) - rest - b * power(p.labels)).powi(2)).sum::<f64>();
            laws.push((squares, rest + b * power(labels)));
        }
    }
    let Some(&(least, expected)) = laws.iter().min_by(|a, b| a.0.total_cmp(&b.0)) else {
        return Err("no law fits".into());
    };
    let spread = (least / (rounds - FEWEST + 1) as f64).max(chance);
    let quantile = t_quantile(0.5 + LEVEL / 2.0, (rounds - FEWEST + 1) as f64).unwrap_or(12.7).min(4.0);
    let allowed =
        || laws.iter().filter(|(squares, _)| *squares <= least + quantile * quantile * spread).map(|(_, v)| *v);
    let noise = 1.96 * spread.sqrt();
    let lowest = allowed().fold(expected, f64::min) - noise;
    let highest = allowed().fold(expected, f64::max) + noise;
    let [accuracy, low, high] = [expected, highest, lowest].map(|error| (100.0 - error).clamp(0.0, 100.0));
    if high - low > WIDEST {
        return Err(format!(
            "the points allow anything from {low:.0} % to {high:.0} %; more rounds, or more test images"
        ));
    }
    Ok(Forecast { labels, accuracy, low, high })
}

fn error(point: &Reached) -> f64 {
    100.0 - point.accuracy
}

/// The variance of an accuracy in percent that is measured on so many images.
fn binomial(point: &Reached) -> f64 {
    let (share, n) = (point.accuracy / 100.0, point.measured_on as f64);
    // As if two more had been right and two wrong, so that 100 % is not certain.
    let share = (share * n + 2.0) / (n + 4.0);
    1e4 * share * (1.0 - share) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(of: impl Fn(f64) -> f64, labels: &[usize]) -> Vec<Reached> {
        let point = |&n: &usize| Reached { labels: n, accuracy: 100.0 - of(n as f64), measured_on: 10_000 };
        labels.iter().map(point).collect()
    }

    #[test]
    fn a_power_law_is_continued_and_lies_in_its_band() {
        for (rest, b, c) in [(0.0, 40.0, 0.5), (2.0, 30.0, 0.8), (5.0, 60.0, 0.3)] {
            let law = |n: f64| rest + b * (n / 100.0).powf(-c);
            let points = curve(law, &[100, 200, 300, 400, 500, 600]);
            for labels in [1_200, 2_400] {
                let found = forecast(&points, labels).unwrap();
                let truth = 100.0 - law(labels as f64);
                assert!((found.accuracy - truth).abs() < 1.0, "{found:?} {truth}");
                assert!(found.low <= truth && truth <= found.high && found.low < found.high, "{found:?} {truth}");
            }
        }
    }

    #[test]
    fn what_carries_no_forecast_is_refused_with_the_reason() {
        let law = |n: f64| 40.0 * (n / 100.0).powf(-0.5);
        for (points, labels, says) in [
            (vec![], 100, "no round"),
            (
                curve(law, &[100, 200, 300]),
                600,
                "4 rounds with a test accuracy and different numbers of labels are needed, and 3 there",
            ),
            (curve(law, &[100, 100, 200, 300]), 600, "and 3 there"),
            (curve(law, &[100, 200, 300, 400]), 400, "400 labels are there already"),
            (curve(law, &[1_000, 1_010, 1_020, 1_030]), 2_060, "not doubled"),
            (curve(|n| 10.0 + n / 100.0, &[100, 200, 300, 400]), 800, "not risen"),
        ] {
            let found = forecast(&points, labels).unwrap_err();
            assert!(found.contains(says), "{says}: {found}");
        }
        let few: Vec<Reached> =
            curve(law, &[100, 200, 300, 400]).into_iter().map(|p| Reached { measured_on: 10, ..p }).collect();
        assert!(forecast(&few, 800).unwrap_err().contains("more test images"));
    }
}
