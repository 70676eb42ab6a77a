//! The exact inflation of a thick-walled incompressible tube in plane strain, for testing the solver.

use super::material::Material;

/// A tube under pressure: r^2 = R^2 + c, and P = integral of 2 W'(l^2 + 1) / l^3 dl from the outer to the inner
/// stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InflatedTube {
    material: Material,
    inner: f64,
    outer: f64,
    /// r^2 - R^2, equal for every radius.
    shift: f64,
}

impl InflatedTube {
    /// The tube of radii `inner` < `outer` under `pressure` >= 0 kPa.
    pub fn new(material: Material, inner: f64, outer: f64, pressure: f64) -> Self {
        let at = |shift: f64| Self { material, inner, outer, shift };
        let (mut low, mut high) = (0.0, inner * inner);
        while at(high).pressure_between(at(high).stretch(outer), at(high).stretch(inner)) < pressure {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..BISECTIONS {
            let tube = at((low + high) / 2.0);
            if tube.pressure_between(tube.stretch(outer), tube.stretch(inner)) < pressure {
                low = tube.shift;
            } else {
                high = tube.shift;
            }
        }
        at((low + high) / 2.0)
    }

    /// Displacement of a point with this undeformed radius.
    pub fn displacement(&self, radius: f64) -> f64 {
        (radius * radius + self.shift).sqrt() - radius
    }

    /// Radial Cauchy stress in kPa at this undeformed radius.
    pub fn radial_stress(&self, radius: f64) -> f64 {
        -self.pressure_between(self.stretch(self.outer), self.stretch(radius))
    }

    /// Hoop Cauchy stress in kPa at this undeformed radius: the largest principal stress.
    pub fn hoop_stress(&self, radius: f64) -> f64 {
        let l = self.stretch(radius);
        self.radial_stress(radius) + 2.0 * self.slope(l) * (l * l - 1.0 / (l * l))
    }

    /// Mean hoop stress over the undeformed wall's area, in kPa.
    pub fn mean_hoop_stress(&self) -> f64 {
        let area = (self.outer * self.outer - self.inner * self.inner) / 2.0;
        simpson(self.inner, self.outer, |radius| self.hoop_stress(radius) * radius) / area
    }

    fn stretch(&self, radius: f64) -> f64 {
        (1.0 + self.shift / (radius * radius)).sqrt()
    }

    fn slope(&self, l: f64) -> f64 {
        self.material.slope(1.0 + l * l + 1.0 / (l * l))
    }

    fn pressure_between(&self, outer_stretch: f64, inner_stretch: f64) -> f64 {
        simpson(outer_stretch, inner_stretch, |l| 2.0 * self.slope(l) * (l * l + 1.0) / (l * l * l))
    }
}

const BISECTIONS: usize = 60;
/// With this many panels Simpson's error is below 1e-9 of the integrals here.
const PANELS: usize = 200;

fn simpson(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let step = (high - low) / (2 * PANELS) as f64;
    let sum: f64 = (0..=2 * PANELS)
        .map(|i| {
            let weight = if i == 0 || i == 2 * PANELS {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * f(low + i as f64 * step)
        })
        .sum();
    sum * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tube_from_the_literature_has_its_published_values() {
        // Ri/Ro = 1.5/2.0 mm at 120 mmHg, integrated independently.
        let tube = InflatedTube::new(Material::default(), 1.5, 2.0, 120.0 * 0.133_322_387);
        let table = [
            (tube.displacement(1.5), 0.1469, 5e-5),
            (tube.hoop_stress(1.5), 88.75, 5e-3),
            (tube.hoop_stress(2.0), 39.62, 5e-3),
            (tube.mean_hoop_stress(), 55.67, 5e-3),
        ];
        for (found, wanted, tolerance) in table {
            assert!((found - wanted).abs() < tolerance, "{found} {wanted}");
        }
    }
}
