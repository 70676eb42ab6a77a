//! A closed curve as a Fourier series of its radius about a centre: the form of generated and of fitted vessel borders.

use std::f64::consts::TAU;

/// r(theta) = mean + sum over k of cos_k cos(k theta) + sin_k sin(k theta), about `centre`.
///
/// Lengths are in the unit of the caller's choice (pixels or millimetres); y points down, as in an image.
#[derive(Debug, Clone, PartialEq)]
pub struct PolarCurve {
    /// `[x, y]`.
    pub centre: [f64; 2],
    pub mean: f64,
    /// `[cos, sin]` of harmonics 1, 2, 3, ...
    pub harmonics: Vec<[f64; 2]>,
}

impl PolarCurve {
    /// A circle: no harmonics.
    pub fn circle(centre: [f64; 2], radius: f64) -> Self {
        Self { centre, mean: radius, harmonics: Vec::new() }
    }

    /// r(theta); theta in radians from the x axis towards y, which is clockwise on the screen.
    pub fn radius(&self, theta: f64) -> f64 {
        self.radius_and_slope(theta).0
    }

    /// r and dr/dtheta. The cosines of the multiples are computed by rotation, so one `sin_cos` serves all harmonics.
    pub fn radius_and_slope(&self, theta: f64) -> (f64, f64) {
        let (s1, c1) = theta.sin_cos();
        let (mut c, mut s) = (1.0, 0.0);
        let (mut radius, mut slope) = (self.mean, 0.0);
        for (index, [a, b]) in self.harmonics.iter().enumerate() {
            (c, s) = (c * c1 - s * s1, s * c1 + c * s1);
            let k = (index + 1) as f64;
            radius += a * c + b * s;
            slope += k * (b * c - a * s);
        }
        (radius, slope)
    }

    /// The point `[x, y]` of the curve at theta, radians.
    pub fn point(&self, theta: f64) -> [f64; 2] {
        let radius = self.radius(theta);
        [self.centre[0] + radius * theta.cos(), self.centre[1] + radius * theta.sin()]
    }

    /// Whether a point `[x, y]` lies within the curve; one on the curve does not.
    pub fn contains(&self, point: [f64; 2]) -> bool {
        self.gap(point) < 0.0
    }

    /// Enclosed area, computed exactly as half the integral of r^2.
    pub fn area(&self) -> f64 {
        let ripple: f64 = self.harmonics.iter().map(|[a, b]| a * a + b * b).sum();
        TAU / 2.0 * (self.mean * self.mean + ripple / 2.0)
    }

    /// The smallest radius over a fine sampling: positive for a curve that does not cross itself.
    pub fn least_radius(&self) -> f64 {
        (0..RADIUS_SAMPLES).map(|i| self.radius(TAU * i as f64 / RADIUS_SAMPLES as f64)).fold(f64::INFINITY, f64::min)
    }

    /// Distance from `origin` along the direction `theta` to the curve; `None` if the ray from `origin` does
    /// not leave the curve exactly once (the curve is not star-shaped about `origin`).
    pub fn ray(&self, origin: [f64; 2], theta: f64) -> Option<f64> {
        if origin == self.centre {
            let radius = self.radius(theta);
            return (radius > 0.0).then_some(radius);
        }
        let (sin, cos) = theta.sin_cos();
        let gap = |t: f64| self.gap([origin[0] + t * cos, origin[1] + t * sin]);
        let offset = (origin[0] - self.centre[0]).hypot(origin[1] - self.centre[1]);
        let ripple: f64 = self.harmonics.iter().map(|[a, b]| a.hypot(*b)).sum();
        let reach = offset + self.mean + ripple + f64::EPSILON;
        let step = reach / RAY_STEPS as f64;

        let (mut last, mut crossing) = (gap(0.0), None);
        if last >= 0.0 {
            return None;
        }
        for i in 1..=RAY_STEPS {
            let t = step * i as f64;
            let here = gap(t);
            if (here >= 0.0) != (last >= 0.0) {
                if crossing.is_some() {
                    return None;
                }
                crossing = Some((t - step, last, t, here));
            }
            last = here;
        }
        crossing.map(|(t0, g0, t1, g1)| false_position(gap, (t0, g0), (t1, g1)))
    }

    /// The curve in another unit of length.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            centre: self.centre.map(|c| c * factor),
            mean: self.mean * factor,
            harmonics: self.harmonics.iter().map(|pair| pair.map(|c| c * factor)).collect(),
        }
    }

    /// The curve moved by `shift`.
    pub fn moved(&self, shift: [f64; 2]) -> Self {
        Self { centre: [self.centre[0] + shift[0], self.centre[1] + shift[1]], ..self.clone() }
    }

    /// The distance of the point beyond the curve along its own ray; negative inside.
    pub(super) fn gap(&self, point: [f64; 2]) -> f64 {
        let (dx, dy) = (point[0] - self.centre[0], point[1] - self.centre[1]);
        dx.hypot(dy) - self.radius(dy.atan2(dx))
    }
}

/// Fine enough to find the extreme radius of a curve of 32 harmonics to a thousandth of its ripple.
const RADIUS_SAMPLES: usize = 720;
/// Steps of the search for crossings along a ray: a tenth of the smallest feature that a mask can show.
const RAY_STEPS: usize = 64;
const FALSE_POSITION_STEPS: usize = 60;

/// Root of `f` in a bracket by false position with Illinois' correction.
fn false_position(f: impl Fn(f64) -> f64, low: (f64, f64), high: (f64, f64)) -> f64 {
    let ((mut a, mut fa), (mut b, mut fb)) = (low, high);
    let tolerance = 4.0 * f64::EPSILON * b.abs();
    let mut side = 0;
    for _ in 0..FALSE_POSITION_STEPS {
        let t = (a * fb - b * fa) / (fb - fa);
        let ft = f(t);
        if ft == 0.0 || (b - a).abs() < tolerance {
            return t;
        }
        if (ft > 0.0) == (fb > 0.0) {
            (b, fb) = (t, ft);
            if side == 1 {
                fa /= 2.0;
            }
            side = 1;
        } else {
            (a, fa) = (t, ft);
            if side == -1 {
                fb /= 2.0;
            }
            side = -1;
        }
        if ft.abs() < tolerance {
            return t;
        }
    }
    (a * fb - b * fa) / (fb - fa)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wavy() -> PolarCurve {
        PolarCurve { centre: [3.0, -1.0], mean: 2.0, harmonics: vec![[0.1, 0.05], [-0.2, 0.1], [0.0, 0.08]] }
    }

    #[test]
    fn area_agrees_with_a_fine_polygon() {
        let curve = wavy();
        let n = 20_000;
        let points: Vec<_> = (0..n).map(|i| curve.point(TAU * i as f64 / n as f64)).collect();
        let polygon: f64 = (0..n)
            .map(|i| {
                let (a, b) = (points[i], points[(i + 1) % n]);
                (a[0] * b[1] - a[1] * b[0]) / 2.0
            })
            .sum();
        assert!((curve.area() / polygon - 1.0).abs() < 1e-6, "{} {polygon}", curve.area());
    }

    #[test]
    fn slope_agrees_with_a_central_difference() {
        let (curve, h) = (wavy(), 1e-6);
        for theta in [0.0, 0.7, 2.0, 4.4, 6.1] {
            let slope = (curve.radius(theta + h) - curve.radius(theta - h)) / (2.0 * h);
            assert!((curve.radius_and_slope(theta).1 - slope).abs() < 1e-8);
        }
    }

    #[test]
    fn a_ray_to_a_circle_agrees_with_the_quadratic_formula() {
        let circle = PolarCurve::circle([1.0, 2.0], 3.0);
        for (origin, theta) in [([1.5, 2.5], 0.3), ([-1.0, 1.0], 2.9), ([1.0, 4.9], 1.6), ([3.0, 2.0], 0.0)] {
            let (dx, dy) = (origin[0] - 1.0, origin[1] - 2.0);
            let b = dx * f64::cos(theta) + dy * f64::sin(theta);
            let exact = -b + (b * b - (dx * dx + dy * dy - 9.0)).sqrt();
            let found = circle.ray(origin, theta).expect("inside");
            assert!((found - exact).abs() < 1e-12, "{found} {exact}");
        }
        assert_eq!(circle.ray([9.0, 9.0], 0.0), None, "origin outside");
    }

    #[test]
    fn a_ray_that_leaves_twice_is_rejected() {
        // A peanut with a waist of 0.4: from the middle of one lobe the other lobe's far side is hidden.
        let peanut = PolarCurve { centre: [0.0, 0.0], mean: 2.0, harmonics: vec![[0.0, 0.0], [1.6, 0.0]] };
        assert!(peanut.ray([0.0, 0.0], 0.5).is_some());
        let hidden = (0..360).filter(|deg| peanut.ray([2.0, 0.0], f64::from(*deg).to_radians()).is_none()).count();
        assert!(hidden > 0);
    }
}
