//! A vessel's own parameters as standard normal numbers, and back: the latent space of a generator without error.
//!
//! Independent numbers of N(0, 1), given that the vessel is possible, have the distribution of `PlaqueRanges::draw`.

use std::f64::consts::PI;

use statrs::distribution::{ContinuousCDF as _, Normal};

use super::plaques::{Plaque, PlaqueRanges, Spread};
use super::polar::PolarCurve;

impl PlaqueRanges {
    /// Numbers that describe a vessel: radius, burden, place in the image (2) and of the lumen (2), and a pair for each
    /// harmonic from the second on of both borders.
    pub fn parameters(&self) -> usize {
        6 + 4 * (self.harmonics - 1)
    }

    /// The lumen's and the outer border of these numbers, whether such a vessel is possible or not.
    pub fn borders(&self, normals: &[f64]) -> [PolarCurve; 2] {
        let pair = |i: usize| [normals[i], normals[i + 1]];
        let radius = self.outer_radius.of_normal(normals[0]);
        let lumen_radius = self.lumen_radius(radius, self.burden.of_normal(normals[1]));
        let middle = self.size as f64 * self.pixel_mm / 2.0;
        let [jx, jy] = in_disc(pair(2), self.pixel_mm);
        let [ox, oy] = in_disc(pair(4), self.slack(radius, lumen_radius).max(0.0));
        let centre = [middle + jx, middle + jy];
        let mut at = 6;
        let mut turned = || {
            at += 2;
            let [x, y] = pair(at - 2);
            (share([x, y]), y.atan2(x))
        };
        let outer = self.rough(centre, radius, self.outer_roughness, &mut turned);
        let lumen = self.rough([centre[0] + ox, centre[1] + oy], lumen_radius, self.lumen_roughness, &mut turned);
        [lumen, outer]
    }

    /// The vessel of these numbers; `None` if it is not possible: its wall too thin, its lumen too small, or not within
    /// the image.
    pub fn of_normals(&self, normals: &[f64]) -> Option<Plaque> {
        let [lumen, outer] = self.borders(normals);
        self.accept(lumen, outer)
    }

    /// The numbers of a vessel.
    pub fn to_normals(&self, plaque: &Plaque) -> Vec<f64> {
        let [radius, lumen_radius] = [&plaque.outer, &plaque.lumen].map(|curve| (curve.area() / PI).sqrt());
        let middle = self.size as f64 * self.pixel_mm / 2.0;
        let between = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
        let place = between(plaque.outer.centre, [middle, middle]);
        let offset = between(plaque.lumen.centre, plaque.outer.centre);
        let mut normals =
            vec![self.outer_radius.to_normal(radius), self.burden.to_normal(1.0 - (lumen_radius / radius).powi(2))];
        normals.extend(from_disc(place, self.pixel_mm));
        normals.extend(from_disc(offset, self.slack(radius, lumen_radius)));
        for (curve, radius, roughness) in
            [(&plaque.outer, radius, self.outer_roughness), (&plaque.lumen, lumen_radius, self.lumen_roughness)]
        {
            for (k, [a, b]) in (2..=self.harmonics).zip(&curve.harmonics[1..]) {
                // Relative to the mean radius, which the curve's scaling kept.
                let share = (a / curve.mean).hypot(b / curve.mean) * radius / self.amplitude(radius, roughness, k);
                normals.extend(of_share(share, b.atan2(*a)));
            }
        }
        normals
    }
}

/// Share of the mass of two standard normal numbers that is nearer to zero: uniform in [0, 1).
fn share([x, y]: [f64; 2]) -> f64 {
    1.0 - (-(x * x + y * y) / 2.0).exp()
}

/// Two standard normal numbers with that share, in this direction.
fn of_share(share: f64, angle: f64) -> [f64; 2] {
    let length = (-2.0 * (1.0 - share.min(LARGEST)).ln()).sqrt();
    [length * angle.cos(), length * angle.sin()]
}

/// A place in a disc, uniform by area, of two standard normal numbers.
fn in_disc([x, y]: [f64; 2], reach: f64) -> [f64; 2] {
    let (length, angle) = (reach * share([x, y]).sqrt(), y.atan2(x));
    [length * angle.cos(), length * angle.sin()]
}

fn from_disc([x, y]: [f64; 2], reach: f64) -> [f64; 2] {
    of_share((x.hypot(y) / reach).powi(2), y.atan2(x))
}

impl Spread {
    /// The shares of the normal distribution below both ends.
    fn ends(&self) -> [f64; 2] {
        [self.least, self.most].map(|end| Normal::standard().cdf((end - self.mean) / self.deviation))
    }

    /// The value at the quantile of a standard normal number.
    fn of_normal(&self, normal: f64) -> f64 {
        let ([low, high], standard) = (self.ends(), Normal::standard());
        let at = low + (high - low) * standard.cdf(normal);
        (self.mean + self.deviation * standard.inverse_cdf(at)).clamp(self.least, self.most)
    }

    fn to_normal(self, value: f64) -> f64 {
        let ([low, high], standard) = (self.ends(), Normal::standard());
        let at = (standard.cdf((value - self.mean) / self.deviation) - low) / (high - low);
        standard.inverse_cdf(at.clamp(1.0 - LARGEST, LARGEST))
    }
}

/// The largest share that has a finite normal number; about 8 standard deviations.
const LARGEST: f64 = 1.0 - 1e-15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::PLAQUE_NUMBERS;
    use crate::rng::Streams;

    fn vessels(count: usize) -> Vec<Plaque> {
        let mut rng = Streams::new(3).get("vessels", 0);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        PlaqueRanges::default().generate(count, &mut uniform).unwrap()
    }

    #[test]
    fn a_vessel_is_what_its_normal_numbers_say() {
        let ranges = PlaqueRanges::default();
        assert_eq!(ranges.parameters(), PLAQUE_NUMBERS);
        for plaque in vessels(100) {
            let normals = ranges.to_normals(&plaque);
            assert_eq!(normals.len(), ranges.parameters());
            let again = ranges.of_normals(&normals).expect("possible");
            for (a, b) in [(&plaque.lumen, &again.lumen), (&plaque.outer, &again.outer)] {
                let same = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
                same(a.mean, b.mean);
                a.centre.iter().zip(b.centre).for_each(|(a, b)| same(*a, b));
                a.harmonics.iter().flatten().zip(b.harmonics.iter().flatten()).for_each(|(a, b)| same(*a, *b));
            }
        }
    }

    #[test]
    fn normal_numbers_give_the_vessels_that_are_drawn() {
        let ranges = PlaqueRanges::default();
        let drawn = vessels(1_000);
        let mut rng = Streams::new(4).get("vessels", 1);
        let mut of_normals = || {
            let normals: Vec<f64> = rng.normals(ranges.parameters()).into_iter().map(f64::from).collect();
            ranges.of_normals(&normals)
        };
        let made: Vec<Plaque> = std::iter::from_fn(|| Some(of_normals())).flatten().take(1_000).collect();
        let measures: [fn(&Plaque) -> f64; 4] = [
            |p| p.outer.area(),
            |p| 1.0 - p.lumen.area() / p.outer.area(),
            |p| (p.lumen.centre[0] - p.outer.centre[0]).hypot(p.lumen.centre[1] - p.outer.centre[1]),
            |p| p.lumen.harmonics.iter().flatten().map(|h| h * h).sum(),
        ];
        for (i, measure) in measures.iter().enumerate() {
            let of = |plaques: &[Plaque]| {
                let values: Vec<f64> = plaques.iter().map(measure).collect();
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt())
            };
            let ((a, sd), (b, other)) = (of(&drawn), of(&made));
            // Four standard errors of a difference of two means, and a seventh for the spread.
            assert!((a - b).abs() < 4.0 * sd * (2.0_f64 / 1_000.0).sqrt(), "{i}: {a} {b}");
            assert!((sd / other - 1.0).abs() < 0.15, "{i}: {sd} {other}");
        }
    }

    #[test]
    fn shares_are_uniform_and_turn_back() {
        for (at, angle) in [(0.0, 0.0), (0.3, 1.0), (0.999, -3.0)] {
            let pair = of_share(at, angle);
            assert!((share(pair) - at).abs() < 1e-12);
            assert!(at == 0.0 || (pair[1].atan2(pair[0]) - angle).abs() < 1e-12);
        }
        assert!(of_share(1.0, 0.8).iter().all(|v| v.is_finite()));
    }
}
