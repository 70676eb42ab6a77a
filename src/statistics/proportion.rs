//! A share of correct answers with its Wilson interval, what one model gains over another on the same images, and the
//! agreement of two people (Cohen's kappa).

use super::student::z_quantile;

/// A share of `correct` in `all` with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// From 0 to 1.
    pub share: f64,
    /// Lower end of the Wilson interval, at least 0.
    pub low: f64,
    /// Upper end of the Wilson interval, at most 1.
    pub high: f64,
    /// Answers, right and wrong.
    pub all: usize,
    /// The quantile of the normal distribution that belongs to the level.
    z: f64,
}

/// The Wilson interval of a share of `n`.
fn interval(share: f64, n: f64, z: f64) -> [f64; 2] {
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    [middle - half, middle + half]
}

impl Proportion {
    /// The share with its Wilson interval at `level` (0.95 for 95 %); `None` of nothing.
    pub fn wilson(correct: usize, all: usize, level: f64) -> Option<Self> {
        let z = z_quantile(0.5 + level / 2.0).filter(|_| all > 0)?;
        let share = correct as f64 / all as f64;
        let [low, high] = interval(share, all as f64, z);
        Some(Self { share, low: low.clamp(0.0, share), high: high.clamp(share, 1.0), all, z })
    }

    /// How many more answers would halve the interval, if as large a share of them is correct.
    pub fn to_halve(&self) -> usize {
        let width = |all: usize| {
            let [low, high] = interval(self.share, all as f64, self.z);
            high.min(1.0) - low.max(0.0)
        };
        let wanted = width(self.all) / 2.0;
        // The width falls with the number, at least as fast as its root does a little beyond the start.
        let (mut few, mut enough) = (self.all, 8 * self.all + 8);
        while few + 1 < enough {
            let middle = few.midpoint(enough);
            if width(middle) <= wanted { enough = middle } else { few = middle }
        }
        enough - self.all
    }
}

/// What one model gains over another in the share of correct answers on the same images, with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Share of the one minus share of the other, from -1 to 1.
    pub gain: f64,
    /// At least -1.
    pub low: f64,
    /// At most 1.
    pub high: f64,
}

impl Gain {
    /// Of `all` images of which so many only the one model, and so many only the other, is right on; the interval at
    /// `level` is Wald's with half an answer added to each of the four counts (Agresti and Min 2005). `None` of nothing.
    pub fn paired(only_one: usize, only_other: usize, all: usize, level: f64) -> Option<Self> {
        let z = z_quantile(0.5 + level / 2.0).filter(|_| all > 0)?;
        let (b, c, n) = (only_one as f64 + 0.5, only_other as f64 + 0.5, all as f64 + 2.0);
        let (middle, half) = ((b - c) / n, z * (b + c - (b - c).powi(2) / n).sqrt() / n);
        let gain = (only_one as f64 - only_other as f64) / all as f64;
        Some(Self { gain, low: (middle - half).max(-1.0), high: (middle + half).min(1.0) })
    }
}

/// How far two people agree on the same things.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Things that both spoke of.
    pub both: usize,
    /// Those of which both said the same.
    pub equal: usize,
    /// Cohen's kappa: 1 for full agreement, 0 for that of chance; `None` if both use one and the same class only.
    pub kappa: Option<f64>,
}

impl Agreement {
    /// Of pairs of answers, one of each person; `None` without a pair.
    pub fn of<T: Ord>(pairs: &[(T, T)]) -> Option<Self> {
        let (both, equal) = (pairs.len(), pairs.iter().filter(|(a, b)| a == b).count());
        if both == 0 {
            return None;
        }
        let mut counts = std::collections::BTreeMap::<&T, [usize; 2]>::new();
        for (a, b) in pairs {
            counts.entry(a).or_default()[0] += 1;
            counts.entry(b).or_default()[1] += 1;
        }
        let n = both as f64;
        let chance = counts.values().map(|[a, b]| *a as f64 * *b as f64).sum::<f64>() / (n * n);
        let kappa = (chance < 1.0).then(|| (equal as f64 / n - chance) / (1.0 - chance));
        Some(Self { both, equal, kappa })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals_are_those_of_the_textbook_and_stay_in_range() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (correct, all, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = Proportion::wilson(correct, all, 0.95).unwrap();
            assert!((found.low - low).abs() < 1e-4 && (found.high - high).abs() < 1e-4, "{found:?}");
        }
        assert_eq!(Proportion::wilson(0, 0, 0.95), None);
        let all = Proportion::wilson(7, 7, 0.95).unwrap();
        assert_eq!((all.share, all.high), (1.0, 1.0));
        for (correct, all) in [(7, 7), (50, 50), (49, 50), (25, 50), (0, 20), (900, 1_000)] {
            let found = Proportion::wilson(correct, all, 0.95).unwrap();
            let more = found.to_halve();
            let width = |all: usize| {
                let [low, high] = interval(found.share, all as f64, found.z);
                high.min(1.0) - low.max(0.0)
            };
            let half = width(all) / 2.0;
            assert!(width(all + more) <= half && width(all + more - 1) > half, "{correct} of {all}: {more}");
        }
        // Three times as many at one half, few more where all are right.
        let more = |correct, all| Proportion::wilson(correct, all, 0.95).unwrap().to_halve();
        assert!((3_000..=3_020).contains(&more(500, 1_000)), "{}", more(500, 1_000));
        assert_eq!(more(50, 50), 54);
    }

    #[test]
    fn kappa_is_that_of_cohens_formula() {
        // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa 0.4.
        let pairs = [("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15)];
        let pairs: Vec<_> = pairs.iter().flat_map(|&(a, b, n)| std::iter::repeat_n((a, b), n)).collect();
        let found = Agreement::of(&pairs).unwrap();
        assert_eq!((found.both, found.equal), (50, 35));
        assert!((found.kappa.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(Agreement::of(&[("a", "a")]).unwrap().kappa, None);
        assert_eq!(Agreement::of::<u8>(&[]), None);
    }

    #[test]
    fn a_gain_on_the_same_images_has_an_interval_that_shrinks_with_them() {
        // By hand: b = 12.5, c = 4.5, n = 102.
        let gain = Gain::paired(12, 4, 100, 0.95).unwrap();
        assert!((gain.gain - 0.08).abs() < 1e-12);
        assert!((gain.low - 0.00068).abs() < 1e-5 && (gain.high - 0.15618).abs() < 1e-5, "{gain:?}");
        let none = Gain::paired(0, 0, 1_000, 0.95).unwrap();
        assert!(none.gain == 0.0 && none.high < 0.003 && none.low == -none.high);
        assert_eq!(Gain::paired(0, 0, 0, 0.95), None);
    }
}
