//! From a mask to two smooth borders: half-level contours of the blurred shapes, refined to the likeliest Fourier
//! curves.

use std::f64::consts::TAU;

use super::band::BandMatrix;
use crate::dataset::vessels::masks::{FilledRegions, WallMask};
use crate::dataset::vessels::polar::PolarCurve;
use crate::labelling::Refusal;

/// Settings for fitting borders to pixels; lengths in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContourSettings {
    /// Standard deviation of the blur before the half-level contour is located.
    pub blur: f64,
    /// Fourier terms of the radius beyond the mean; larger borders get more.
    pub terms: usize,
    /// A border gets one term for this much of its radius, but no fewer than `terms`.
    pub pixels_per_term: f64,
    /// Width of the transition from inside to outside in a pixel's likelihood.
    pub softness: f64,
    /// Expected amplitude of harmonic k as a share of the radius: roughness * k^-1.5.
    pub roughness: f64,
}

impl Default for ContourSettings {
    fn default() -> Self {
        Self { blur: 1.0, terms: 12, pixels_per_term: 2.0, softness: 0.05, roughness: 0.3 }
    }
}

/// The wall's borders, in pixels from the image's top left corner (the first pixel's centre is at 0.5, 0.5).
#[derive(Debug, Clone, PartialEq)]
pub struct Contours {
    /// The border between lumen and wall.
    pub lumen: PolarCurve,
    /// The border of the vessel.
    pub outer: PolarCurve,
}

impl Contours {
    /// Fits both borders; an error if the mask is no ring, its lumen too small, or its wall thinner than a pixel.
    pub fn of(mask: &WallMask, settings: &ContourSettings) -> Result<Self, Refusal> {
        let FilledRegions { lumen, vessel } = mask.regions()?;
        let pixels = lumen.iter().filter(|l| **l).count();
        if pixels < LEAST_LUMEN_PIXELS {
            return Err(Refusal::LumenTooSmall { pixels });
        }
        let (width, height) = (mask.width(), mask.height());
        let fit = |filled| Silhouette { width, height, filled }.border(settings);
        let contours = Self { lumen: fit(&lumen)?, outer: fit(&vessel)? };
        let (pixels, [x, y]) = least_distance(&contours.lumen, &contours.outer);
        if pixels < LEAST_WALL_PIXELS {
            return Err(Refusal::WallTooThin { pixels, column: x.max(0.0) as usize, row: y.max(0.0) as usize });
        }
        Ok(contours)
    }
}

/// A disc with a radius of two pixels: of a smaller one too little is left after a blur of one pixel.
const LEAST_LUMEN_PIXELS: usize = 12;
const LEAST_WALL_PIXELS: f64 = 1.0;
/// Number of rays of the first contour, and of points on a border at which distances are measured.
const RAYS: usize = 128;
/// Distance between samples along a ray, in pixels.
const RAY_STEP: f64 = 0.5;
/// A ray ends this far beyond the shape's furthest pixel, where the blurred shape is zero.
const BEYOND: f64 = 2.0;
/// Pixels further than this from the first contour do not influence the border.
const REACH: f64 = 2.0;
/// A quarter of the rays: the first contour does not determine more terms.
const MOST_TERMS: usize = 32;
const REFINEMENTS: usize = 12;
/// Largest number of halvings of a step that does not improve: the last is a thousandth of Newton's.
const HALVINGS: i32 = 10;
const SOFT_START: f64 = 4.0;
/// Logistic depth from which a pixel on its own side has no influence (1e-6).
const CERTAIN: f64 = 14.0;
/// The search ends when no coefficient moves by more than this (pixels).
const SETTLED: f64 = 1e-4;
const COARSE: f64 = 1e-1;

/// A filled shape.
struct Silhouette<'a> {
    width: usize,
    height: usize,
    filled: &'a [bool],
}

impl Silhouette<'_> {
    fn border(&self, settings: &ContourSettings) -> Result<PolarCurve, Refusal> {
        let blurred = self.blurred(settings.blur);
        let centre = self.centroid();
        let radii = self.half_way(&blurred, centre)?;
        let mut curve = fourier(centre, &radii, settings);
        let miss = |(ray, r): (usize, &f64)| (r - curve.radius(TAU * ray as f64 / RAYS as f64)).abs();
        let reach = REACH + radii.iter().enumerate().map(miss).fold(0.0, f64::max);
        let pixels = self.near(&curve, reach);
        // A softer transition first: from its result Newton's method does not overshoot.
        for (softness, settled) in [(SOFT_START * settings.softness, COARSE), (settings.softness, SETTLED)] {
            curve = likeliest(curve, &pixels, (softness, settings.roughness), settled);
        }
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

    /// Gaussian blur, rows then columns; values beyond the image are zero.
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

    /// The distance along each ray at which the blurred shape falls to a half.
    fn half_way(&self, blurred: &[f64], centre: [f64; 2]) -> Result<Vec<f64>, Refusal> {
        let furthest =
            (0..self.filled.len()).filter(|i| self.filled[*i]).map(|i| self.seen_from(centre, i).0).fold(0.0, f64::max)
                + BEYOND;
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
        Ok(radii)
    }

    /// Bilinear between pixel centres; zero beyond the image.
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

    /// Distance and direction of a pixel's centre, seen from `centre`.
    fn seen_from(&self, centre: [f64; 2], pixel: usize) -> (f64, f64) {
        let x = (pixel % self.width) as f64 + 0.5 - centre[0];
        let y = (pixel / self.width) as f64 + 0.5 - centre[1];
        (x.hypot(y), y.atan2(x))
    }

    fn near(&self, curve: &PolarCurve, reach: f64) -> Vec<Pixel> {
        let mut pixels = Vec::new();
        for (i, filled) in self.filled.iter().enumerate() {
            let (distance, theta) = self.seen_from(curve.centre, i);
            if (distance - curve.radius(theta)).abs() < reach && distance > 0.0 {
                pixels.push(Pixel { distance, filled: *filled, basis: basis(theta, curve.harmonics.len()) });
            }
        }
        pixels
    }
}

/// A pixel's centre relative to that of the curve.
struct Pixel {
    distance: f64,
    filled: bool,
    /// Fourier functions of its direction.
    basis: Vec<f64>,
}

/// The Fourier curve through radii at equal angles.
fn fourier(centre: [f64; 2], radii: &[f64], settings: &ContourSettings) -> PolarCurve {
    let count = radii.len();
    let mean = radii.iter().sum::<f64>() / count as f64;
    let terms = settings.terms.max((mean / settings.pixels_per_term) as usize).min(MOST_TERMS);
    let harmonics = (1..=terms)
        .map(|k| {
            let sums = radii.iter().enumerate().fold([0.0, 0.0], |[a, b], (ray, r)| {
                let (sin, cos) = (TAU * (k * ray % count) as f64 / count as f64).sin_cos();
                [a + r * cos, b + r * sin]
            });
            sums.map(|s| 2.0 * s / count as f64)
        })
        .collect();
    PolarCurve { centre, mean, harmonics }
}

/// The most probable curve: each pixel near the border is inside with the logistic probability of its depth, and
/// harmonics are normal with the deviation of the roughness. Newton's method; the problem is convex in the radius.
///
/// A blur shrinks tight curves; this does not, because it uses only the side on which each pixel's centre lies.
fn likeliest(start: PolarCurve, pixels: &[Pixel], (softness, roughness): (f64, f64), settled: f64) -> PolarCurve {
    let unknowns = 2 * start.harmonics.len() + 1;
    let precision: Vec<f64> = (0..unknowns)
        .map(|i: usize| {
            let deviation = roughness * start.mean * (i.div_ceil(2) as f64).powf(-1.5);
            if i == 0 { 0.0 } else { (deviation * deviation).recip() }
        })
        .collect();
    let mut present = coefficients(&start);
    let mut crossings = vec![0.0; pixels.len()];
    for _ in 0..REFINEMENTS {
        // Converts a distance along the ray to one across the border, in units of the softness.
        for (crossing, pixel) in crossings.iter_mut().zip(pixels) {
            let (radius, slope) = radius_and_slope(&present, &pixel.basis);
            *crossing = radius / radius.hypot(slope) / softness;
        }
        let surprise = |c: &[f64]| -> f64 {
            let prior: f64 = c.iter().zip(&precision).map(|(c, p)| p * c * c / 2.0).sum();
            let seen = pixels.iter().zip(&crossings).map(|(pixel, crossing)| {
                let depth = (radius_and_slope(c, &pixel.basis).0 - pixel.distance) * crossing;
                softplus(if pixel.filled { -depth } else { depth })
            });
            prior + seen.sum::<f64>()
        };
        let mut gradient: Vec<f64> = present.iter().zip(&precision).map(|(c, p)| c * p).collect();
        let mut hessian = BandMatrix::zeros(unknowns, unknowns - 1);
        precision.iter().enumerate().for_each(|(i, p)| hessian.add(i, i, *p));
        for (pixel, crossing) in pixels.iter().zip(&crossings) {
            let depth = (radius_and_slope(&present, &pixel.basis).0 - pixel.distance) * crossing;
            if depth.abs() > CERTAIN && (depth > 0.0) == pixel.filled {
                continue;
            }
            let inside = 1.0 / (1.0 + (-depth).exp());
            let error = inside - if pixel.filled { 1.0 } else { 0.0 };
            for (g, b) in gradient.iter_mut().zip(&pixel.basis) {
                *g += error * crossing * b;
            }
            hessian.add_square(inside * (1.0 - inside) * crossing * crossing, &pixel.basis);
        }
        if hessian.factorise().is_err() {
            break;
        }
        hessian.solve(&mut gradient);
        let step = |share: f64| -> Vec<f64> { present.iter().zip(&gradient).map(|(c, g)| c - share * g).collect() };
        let before = surprise(&present);
        let next = (0..HALVINGS).map(|i| step(0.5_f64.powi(i))).find(|next| surprise(next) <= before);
        let longest = gradient.iter().map(|g| g.abs()).fold(0.0, f64::max);
        match next {
            Some(next) => present = next,
            None => break,
        }
        if longest < settled {
            break;
        }
    }
    with_coefficients(start.centre, &present)
}

/// ln(1 + e^x) without overflow for any x.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// r and dr/dtheta from the values of the Fourier functions.
fn radius_and_slope(coefficients: &[f64], basis: &[f64]) -> (f64, f64) {
    let mut radius = coefficients[0];
    let mut slope = 0.0;
    for (k, (c, b)) in (1..).zip(coefficients[1..].chunks_exact(2).zip(basis[1..].chunks_exact(2))) {
        radius += c[0] * b[0] + c[1] * b[1];
        slope += f64::from(k) * (c[1] * b[0] - c[0] * b[1]);
    }
    (radius, slope)
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

/// The smallest distance between points of the two curves, negative where the lumen is outside the vessel, and the
/// lumen's point there.
fn least_distance(lumen: &PolarCurve, outer: &PolarCurve) -> (f64, [f64; 2]) {
    let points = |curve: &PolarCurve| -> Vec<[f64; 2]> {
        (0..RAYS).map(|i| curve.point(TAU * i as f64 / RAYS as f64)).collect()
    };
    let (inner, rim) = (points(lumen), points(outer));
    let distance = |p: &[f64; 2]| {
        let nearest =
            rim.iter().map(|q| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).fold(f64::INFINITY, f64::min).sqrt();
        if outer.contains(*p) { nearest } else { -nearest }
    };
    let all = inner.iter().map(|p| (distance(p), *p));
    all.fold((f64::INFINITY, lumen.centre), |least, next| if next.0 < least.0 { next } else { least })
}
