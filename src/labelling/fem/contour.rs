//! From a mask to two smooth borders: the blurred shapes' half-way contours, refined to the likeliest Fourier curve.

use std::f64::consts::TAU;

use super::band::BandMatrix;
use crate::dataset::masks::{FilledRegions, WallMask};
use crate::dataset::polar::PolarCurve;
use crate::labelling::Refusal;

/// How borders are drawn through pixels; lengths in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContourSettings {
    /// Standard deviation of the blur before the half-way contour is sought.
    pub blur: f64,
    /// Fourier terms, beyond the mean, of the lumen's and of the outer radius.
    pub lumen_terms: usize,
    pub outer_terms: usize,
    /// Width of the transition from inside to outside in the likelihood of a pixel.
    pub softness: f64,
    /// Expected size of harmonic k as a share of the radius: roughness * k^-1.5.
    pub roughness: f64,
}

impl Default for ContourSettings {
    fn default() -> Self {
        Self { blur: 1.0, lumen_terms: 8, outer_terms: 10, softness: 0.2, roughness: 0.3 }
    }
}

/// The wall's borders, in pixels from the image's top left corner (the first pixel's centre is at 0.5, 0.5).
#[derive(Debug, Clone, PartialEq)]
pub struct Contours {
    pub lumen: PolarCurve,
    pub outer: PolarCurve,
}

impl Contours {
    pub fn of(mask: &WallMask, settings: &ContourSettings) -> Result<Self, Refusal> {
        let FilledRegions { lumen, vessel } = mask.regions()?;
        let pixels = lumen.iter().filter(|l| **l).count();
        if pixels < LEAST_LUMEN_PIXELS {
            return Err(Refusal::LumenTooSmall { pixels });
        }
        let (width, height) = (mask.width(), mask.height());
        let fit = |filled, terms| Silhouette { width, height, filled }.border(terms, settings);
        let (lumen, outer) = (fit(&lumen, settings.lumen_terms)?, fit(&vessel, settings.outer_terms)?);
        let pixels = least_distance(&lumen, &outer);
        if pixels < LEAST_WALL_PIXELS {
            return Err(Refusal::WallTooThin { pixels });
        }
        Ok(Self { lumen, outer })
    }
}

/// A disc of two pixels' radius: a blur of one pixel leaves less of anything smaller.
const LEAST_LUMEN_PIXELS: usize = 12;
const LEAST_WALL_PIXELS: f64 = 1.0;
/// Rays of the first contour, and points of a border where distances are measured.
const RAYS: usize = 128;
/// Pixels between two looks along a ray.
const RAY_STEP: f64 = 0.25;
/// Pixels further than this from the border say nothing about it.
const REACH: f64 = 3.0;
const REFINEMENTS: usize = 12;
/// A refinement that moves the mean radius by less ends the search (pixels).
const SETTLED: f64 = 1e-7;

/// A filled shape.
struct Silhouette<'a> {
    width: usize,
    height: usize,
    filled: &'a [bool],
}

impl Silhouette<'_> {
    fn border(&self, terms: usize, settings: &ContourSettings) -> Result<PolarCurve, Refusal> {
        let blurred = self.blurred(settings.blur);
        let centre = self.centroid();
        let start = self.half_way(&blurred, centre, terms)?;
        let curve = self.likeliest(start, settings);
        if !curve.mean.is_finite() {
            return Err(Refusal::NonFinite { what: "contour" });
        }
        if curve.least_radius() <= 0.0 { Err(Refusal::NotStarShaped) } else { Ok(curve) }
    }

    fn centroid(&self) -> [f64; 2] {
        let (mut x, mut y, mut n) = (0.0, 0.0, 0.0);
        for i in (0..self.filled.len()).filter(|i| self.filled[*i]) {
            x += (i % self.width) as f64;
            y += (i / self.width) as f64;
            n += 1.0;
        }
        [x / n + 0.5, y / n + 0.5]
    }

    /// Gaussian blur, rows then columns; beyond the image there is nothing.
    fn blurred(&self, deviation: f64) -> Vec<f64> {
        let reach = (3.0 * deviation).ceil() as isize;
        let weights: Vec<f64> = (-reach..=reach).map(|d| (-0.5 * (d as f64 / deviation).powi(2)).exp()).collect();
        let total: f64 = weights.iter().sum();
        let pass = |image: &[f64], stride: isize, length: usize, place: &dyn Fn(usize) -> usize| -> Vec<f64> {
            (0..image.len())
                .map(|i| {
                    let at = place(i) as isize;
                    let sum: f64 = (-reach..=reach)
                        .zip(&weights)
                        .filter(|(d, _)| (0..length as isize).contains(&(at + d)))
                        .map(|(d, w)| w * image[(i as isize + d * stride) as usize])
                        .sum();
                    sum / total
                })
                .collect()
        };
        let image: Vec<f64> = self.filled.iter().map(|f| if *f { 1.0 } else { 0.0 }).collect();
        let rows = pass(&image, 1, self.width, &|i| i % self.width);
        pass(&rows, self.width as isize, self.height, &|i| i / self.width)
    }

    /// Where the blurred shape falls to a half along each ray, as a Fourier curve.
    fn half_way(&self, blurred: &[f64], centre: [f64; 2], terms: usize) -> Result<PolarCurve, Refusal> {
        let furthest = self.width.max(self.height) as f64 * std::f64::consts::SQRT_2;
        let mut radii = Vec::with_capacity(RAYS);
        for ray in 0..RAYS {
            let (sin, cos) = (TAU * ray as f64 / RAYS as f64).sin_cos();
            let value = |r: f64| self.interpolated(blurred, [centre[0] + r * cos, centre[1] + r * sin]);
            let mut last = value(0.0);
            let mut crossing = None;
            if last < 0.5 {
                return Err(Refusal::NotStarShaped);
            }
            for step in 1..(furthest / RAY_STEP) as usize {
                let r = step as f64 * RAY_STEP;
                let here = value(r);
                if (here < 0.5) != (last < 0.5) {
                    if crossing.is_some() {
                        return Err(Refusal::NotStarShaped);
                    }
                    crossing = Some(r - RAY_STEP * (0.5 - here) / (last - here));
                }
                last = here;
            }
            radii.push(crossing.ok_or(Refusal::NotStarShaped)?);
        }
        let mean = radii.iter().sum::<f64>() / RAYS as f64;
        let harmonics = (1..=terms)
            .map(|k| {
                let sums = radii.iter().enumerate().fold([0.0, 0.0], |[a, b], (ray, r)| {
                    let (sin, cos) = (TAU * (k * ray % RAYS) as f64 / RAYS as f64).sin_cos();
                    [a + r * cos, b + r * sin]
                });
                sums.map(|s| 2.0 * s / RAYS as f64)
            })
            .collect();
        Ok(PolarCurve { centre, mean, harmonics })
    }

    /// Bilinear between pixel centres; nothing beyond the image.
    fn interpolated(&self, image: &[f64], point: [f64; 2]) -> f64 {
        let (x, y) = (point[0] - 0.5, point[1] - 0.5);
        let (fx, fy) = (x.floor(), y.floor());
        let at = |x: f64, y: f64| {
            let inside = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
            if inside { image[y as usize * self.width + x as usize] } else { 0.0 }
        };
        let (tx, ty) = (x - fx, y - fy);
        (1.0 - ty) * ((1.0 - tx) * at(fx, fy) + tx * at(fx + 1.0, fy))
            + ty * ((1.0 - tx) * at(fx, fy + 1.0) + tx * at(fx + 1.0, fy + 1.0))
    }

    /// The most probable curve: each pixel near the border is inside with the logistic probability of its depth,
    /// harmonics are normal with the roughness' deviation. Newton's method; the problem is convex in the radius.
    ///
    /// A blur shrinks tight curves; this does not, because it asks only on which side each pixel's centre lies.
    fn likeliest(&self, start: PolarCurve, settings: &ContourSettings) -> PolarCurve {
        let terms = start.harmonics.len();
        let unknowns = 2 * terms + 1;
        let precision: Vec<f64> = (0..unknowns)
            .map(|i| {
                let k = i.div_ceil(2) as f64;
                let deviation = settings.roughness * start.mean * k.powf(-1.5);
                if i == 0 { 0.0 } else { (deviation * deviation).recip() }
            })
            .collect();
        let pixels = self.near(&start);
        let mut curve = start;
        for _ in 0..REFINEMENTS {
            let mut hessian = BandMatrix::zeros(unknowns, unknowns - 1);
            let present = coefficients(&curve);
            let mut gradient: Vec<f64> = present.iter().zip(&precision).map(|(c, p)| c * p).collect();
            for (i, p) in precision.iter().enumerate() {
                hessian.add(i, i, *p);
            }
            for pixel in &pixels {
                let (radius, slope) = curve.radius_and_slope(pixel.theta);
                // From a distance along the ray to one across the border.
                let square = radius / radius.hypot(slope) / settings.softness;
                let depth = (radius - pixel.distance) * square;
                let inside = 1.0 / (1.0 + (-depth).exp());
                let error = inside - if pixel.filled { 1.0 } else { 0.0 };
                let weight = inside * (1.0 - inside) * square * square;
                let basis = basis(pixel.theta, terms);
                for i in 0..unknowns {
                    gradient[i] += error * square * basis[i];
                    for j in 0..=i {
                        hessian.add(i, j, weight * basis[i] * basis[j]);
                    }
                }
            }
            if hessian.factorise().is_err() {
                break;
            }
            hessian.solve(&mut gradient);
            // No further than a pixel at once: beyond that the logistic has no slope left to trust.
            let longest = gradient.iter().map(|g| g.abs()).fold(0.0, f64::max);
            let share = 1.0 / longest.max(1.0);
            let next: Vec<f64> = present.iter().zip(&gradient).map(|(c, g)| c - share * g).collect();
            curve = with_coefficients(curve.centre, &next);
            if longest < SETTLED {
                break;
            }
        }
        curve
    }

    fn near(&self, curve: &PolarCurve) -> Vec<Pixel> {
        let mut pixels = Vec::new();
        for (i, filled) in self.filled.iter().enumerate() {
            let x = (i % self.width) as f64 + 0.5 - curve.centre[0];
            let y = (i / self.width) as f64 + 0.5 - curve.centre[1];
            let (distance, theta) = (x.hypot(y), y.atan2(x));
            if (distance - curve.radius(theta)).abs() < REACH && distance > 0.0 {
                pixels.push(Pixel { distance, theta, filled: *filled });
            }
        }
        pixels
    }
}

/// A pixel's centre as seen from the curve's.
struct Pixel {
    distance: f64,
    theta: f64,
    filled: bool,
}

/// 1, cos theta, sin theta, cos 2 theta, ...
fn basis(theta: f64, terms: usize) -> Vec<f64> {
    let (s1, c1) = theta.sin_cos();
    let (mut c, mut s) = (1.0, 0.0);
    let mut values = vec![1.0];
    for _ in 0..terms {
        (c, s) = (c * c1 - s * s1, s * c1 + c * s1);
        values.extend([c, s]);
    }
    values
}

fn coefficients(curve: &PolarCurve) -> Vec<f64> {
    std::iter::once(curve.mean).chain(curve.harmonics.iter().flatten().copied()).collect()
}

fn with_coefficients(centre: [f64; 2], values: &[f64]) -> PolarCurve {
    let harmonics = values[1..].chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    PolarCurve { centre, mean: values[0], harmonics }
}

/// Between points of the two curves; negative where the lumen leaves the vessel.
fn least_distance(lumen: &PolarCurve, outer: &PolarCurve) -> f64 {
    let points = |curve: &PolarCurve| -> Vec<[f64; 2]> {
        (0..RAYS).map(|i| curve.point(TAU * i as f64 / RAYS as f64)).collect()
    };
    let (inner, rim) = (points(lumen), points(outer));
    let distance = |p: &[f64; 2]| {
        let nearest =
            rim.iter().map(|q| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).fold(f64::INFINITY, f64::min).sqrt();
        if outer.contains(*p) { nearest } else { -nearest }
    };
    inner.iter().map(distance).fold(f64::INFINITY, f64::min)
}
