//! Generated vessel cross-sections: two borders with the sizes, burdens and roughness of diseased coronary arteries.

use std::f64::consts::{PI, TAU};

use super::masks::WallMask;
use super::polar::PolarCurve;

/// Distributions of cross-sections. Lengths in millimetres, areas in square millimetres.
///
/// Radii: Dodge et al., Circulation 86 (1992); plaque burden: Korean Circ J 43(9) (2013) and the PROSPECT study.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlaqueRanges {
    /// Pixels on a side.
    pub size: usize,
    /// Side of a pixel.
    pub pixel_mm: f64,
    /// Radius of the circle with the vessel's area.
    pub outer_radius: Spread,
    /// Share of the vessel's area covered by the wall.
    pub burden: Spread,
    /// Largest deviation of harmonic 2 as a share of the radius; that of harmonic k is (2 / k)^1.5 times this.
    pub lumen_roughness: f64,
    /// As `lumen_roughness`, of the outer border.
    pub outer_roughness: f64,
    /// Harmonics from 2 to this one.
    pub harmonics: usize,
    /// Least thickness of the wall.
    pub least_wall: f64,
    /// Least area of the lumen.
    pub least_lumen_area: f64,
}

/// A truncated normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    pub mean: f64,
    /// Standard deviation before the ends are cut off.
    pub deviation: f64,
    /// Smaller draws are repeated.
    pub least: f64,
    /// Larger draws are repeated.
    pub most: f64,
}

impl Default for PlaqueRanges {
    fn default() -> Self {
        Self {
            size: 64,
            pixel_mm: 0.1,
            outer_radius: Spread { mean: 1.9, deviation: 0.3, least: 1.25, most: 2.7 },
            burden: Spread { mean: 0.52, deviation: 0.13, least: 0.2, most: 0.75 },
            lumen_roughness: 0.07,
            outer_roughness: 0.03,
            harmonics: 6,
            least_wall: 0.25,
            least_lumen_area: 1.5,
        }
    }
}

/// A generated cross-section: its borders in millimetres from the image's top left corner, and its mask.
#[derive(Debug, Clone, PartialEq)]
pub struct Plaque {
    pub lumen: PolarCurve,
    pub outer: PolarCurve,
    pub mask: WallMask,
}

/// Why no cross-section was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ranges of the generated vessels contradict each other: {tries} draws gave no cross-section")]
pub struct NoPlaque {
    /// How many were drawn.
    pub tries: usize,
}

impl PlaqueRanges {
    /// Generates `count` cross-sections; `uniform` returns numbers in [0, 1) and determines all of them.
    pub fn generate(&self, count: usize, uniform: &mut impl FnMut() -> f64) -> Result<Vec<Plaque>, NoPlaque> {
        (0..count).map(|_| self.draw(uniform)).collect()
    }

    /// Generates one cross-section: radius and burden first, then an offset and rough borders with enough wall and
    /// lumen.
    pub fn draw(&self, uniform: &mut impl FnMut() -> f64) -> Result<Plaque, NoPlaque> {
        for _ in 0..MOST_TRIES {
            let radius = self.outer_radius.draw(uniform)?;
            let burden = self.burden.draw(uniform)?;
            let lumen_radius = self.lumen_radius(radius, burden);
            let slack = self.slack(radius, lumen_radius);
            if slack < 0.0 || PI * lumen_radius * lumen_radius < self.least_lumen_area {
                continue;
            }
            let middle = self.size as f64 * self.pixel_mm / 2.0;
            let shift = |reach: f64, u: &mut dyn FnMut() -> f64| {
                let (angle, length) = (TAU * u(), reach * u().sqrt());
                [length * angle.cos(), length * angle.sin()]
            };
            let [jx, jy] = shift(self.pixel_mm, uniform);
            let [ox, oy] = shift(slack, uniform);
            let centre = [middle + jx, middle + jy];
            let mut turned = || (uniform(), TAU * uniform());
            let outer = self.rough(centre, radius, self.outer_roughness, &mut turned);
            let lumen = self.rough([centre[0] + ox, centre[1] + oy], lumen_radius, self.lumen_roughness, &mut turned);
            if let Some(plaque) = self.accept(lumen, outer) {
                return Ok(plaque);
            }
        }
        Err(NoPlaque { tries: MOST_TRIES })
    }

    /// Radius of the circle with the lumen's area.
    pub(super) fn lumen_radius(&self, radius: f64, burden: f64) -> f64 {
        radius * (1.0 - burden).sqrt()
    }

    /// How far the lumen's middle may be from the vessel's.
    pub(super) fn slack(&self, radius: f64, lumen_radius: f64) -> f64 {
        radius - lumen_radius - self.least_wall
    }

    /// The largest deviation of harmonic k.
    pub(super) fn amplitude(&self, radius: f64, roughness: f64, k: usize) -> f64 {
        roughness * radius * (2.0 / k as f64).powf(1.5)
    }

    /// A circle with harmonics of amplitudes that fall as k^-1.5, with the circle's area; `turned` gives each a share of
    /// its largest deviation and a phase.
    pub(super) fn rough(
        &self,
        centre: [f64; 2],
        radius: f64,
        roughness: f64,
        turned: &mut impl FnMut() -> (f64, f64),
    ) -> PolarCurve {
        let mut harmonics = vec![[0.0, 0.0]; self.harmonics];
        for (k, pair) in (2..=self.harmonics).zip(&mut harmonics[1..]) {
            let (share, phase) = turned();
            let size = self.amplitude(radius, roughness, k) * share;
            *pair = [size * phase.cos(), size * phase.sin()];
        }
        let curve = PolarCurve { centre, mean: radius, harmonics };
        let scale = radius / (curve.area() / PI).sqrt();
        let mut scaled = curve.scaled(scale);
        scaled.centre = centre;
        scaled
    }

    /// The cross-section between these borders; `None` if its wall is too thin, its lumen too small, or it is not within
    /// the image.
    pub(super) fn accept(&self, lumen: PolarCurve, outer: PolarCurve) -> Option<Plaque> {
        let around = |curve: &PolarCurve| -> Vec<[f64; 2]> {
            (0..WALL_SAMPLES).map(|i| curve.point(TAU * i as f64 / WALL_SAMPLES as f64)).collect()
        };
        let (inner, rim) = (around(&lumen), around(&outer));
        let thick = inner
            .iter()
            .all(|p| outer.contains(*p) && rim.iter().all(|q| (p[0] - q[0]).hypot(p[1] - q[1]) >= self.least_wall));
        // One pixel is left free on each side, so that the wall never touches the image's border.
        let side = self.size as f64 * self.pixel_mm;
        let inside = |c: f64| c >= self.pixel_mm && c <= side - self.pixel_mm;
        let framed = rim.iter().all(|p| inside(p[0]) && inside(p[1]));
        if !(thick && framed && lumen.area() >= self.least_lumen_area) {
            return None;
        }
        let wall = rasterise(self.size, self.pixel_mm, &lumen, &outer);
        let mask = WallMask::new(self.size, self.size, wall)?;
        mask.regions().ok().map(|_| Plaque { lumen, outer, mask })
    }
}

impl Spread {
    /// Draws until a value is within the range; `NoPlaque` if none is.
    fn draw(&self, uniform: &mut impl FnMut() -> f64) -> Result<f64, NoPlaque> {
        for _ in 0..MOST_TRIES {
            // Box-Muller; 1 - u is never zero.
            let normal = (-2.0 * (1.0 - uniform()).ln()).sqrt() * (TAU * uniform()).cos();
            let value = self.mean + self.deviation * normal;
            if (self.least..=self.most).contains(&value) {
                return Ok(value);
            }
        }
        Err(NoPlaque { tries: MOST_TRIES })
    }
}

/// Wall where a pixel's centre is inside the outer border and outside the lumen; the curves are in millimetres.
pub fn rasterise(size: usize, pixel_mm: f64, lumen: &PolarCurve, outer: &PolarCurve) -> Vec<bool> {
    (0..size * size)
        .map(|i| {
            let point = [i % size, i / size].map(|c| (c as f64 + 0.5) * pixel_mm);
            outer.contains(point) && !lumen.contains(point)
        })
        .collect()
}

/// Draws after which the ranges count as contradictory; the default ranges need 2 on average.
const MOST_TRIES: usize = 1_000;
/// Points of each border at which the wall's thickness is measured.
const WALL_SAMPLES: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in [0, 1) from a linear congruential generator.
    fn uniform(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    #[test]
    fn the_same_numbers_give_the_same_vessels() {
        let ranges = PlaqueRanges::default();
        let draw = |seed| ranges.generate(5, &mut uniform(seed)).expect("possible");
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn generated_vessels_are_within_their_ranges() {
        let ranges = PlaqueRanges::default();
        let plaques = ranges.generate(200, &mut uniform(7)).expect("possible");
        let mut burdens = Vec::new();
        for plaque in &plaques {
            let radius = (plaque.outer.area() / PI).sqrt();
            assert!((1.25 - 1e-9..=2.7 + 1e-9).contains(&radius), "{radius}");
            assert!(plaque.lumen.area() >= ranges.least_lumen_area);
            let burden = 1.0 - plaque.lumen.area() / plaque.outer.area();
            assert!((0.2 - 1e-9..=0.75 + 1e-9).contains(&burden));
            burdens.push(burden);
            let pixels = plaque.mask.wall().iter().filter(|w| **w).count() as f64;
            let area = pixels * ranges.pixel_mm * ranges.pixel_mm;
            assert!((area / (plaque.outer.area() - plaque.lumen.area()) - 1.0).abs() < 0.06);
        }
        let mean = burdens.iter().sum::<f64>() / burdens.len() as f64;
        assert!((0.45..0.62).contains(&mean), "{mean}");
    }

    #[test]
    fn contradictory_ranges_are_an_error_not_a_loop() {
        let ranges = PlaqueRanges { least_wall: 3.0, ..PlaqueRanges::default() };
        assert_eq!(ranges.draw(&mut uniform(1)), Err(NoPlaque { tries: MOST_TRIES }));
    }
}
