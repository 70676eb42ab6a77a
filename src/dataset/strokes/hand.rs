//! Writes a digit from its skeleton, with the variation within and between people.

use super::raster::{Dab, Paper, SIDE, draw};
use super::skeleton::{Knot, Point, Skeletons};
use crate::rng::Rng;

/// Longer side of a digit in pixels, as in MNIST.
const BOX: f32 = 20.0;
/// Points drawn per knot of a skeleton.
const STEPS: usize = 6;

/// The amount of each variation: standard deviations unless said otherwise, lengths relative to the height of a digit.
/// Chosen so that the LeNet of Table S7 reaches about 92 % after 100 minibatches on 500 images and 98 % with 5,000,
/// about as on MNIST.
mod spread {
    /// How far outside its two extremes a way of writing may be (bound).
    pub const BEYOND: f32 = 0.15;
    /// Deviation of the logarithm of a sample's carelessness, which multiplies every other slip; and its bounds.
    pub const CARELESSNESS: f32 = 0.33;
    pub const CARELESSNESS_BOUNDS: (f32, f32) = (0.45, 1.75);
    /// Deviation of each knot, the part that it shares with the knot before, and deviations of the ends of strokes and
    /// of whole strokes.
    pub const KNOT: f32 = 0.017;
    pub const KNOT_MEMORY: f32 = 0.5;
    pub const END: f32 = 0.021;
    pub const STROKE: f32 = 0.022;
    /// Mean and deviation of the slant, in x per y.
    pub const SLANT: (f32, f32) = (0.17, 0.18);
    /// Deviation of the rotation, in radians.
    pub const ROTATION: f32 = 0.07;
    /// Deviation of the logarithm of width over height.
    pub const PROPORTION: f32 = 0.125;
    /// Deviation of the logarithm of the upper half's size over the lower half's, in each direction.
    pub const BALANCE: f32 = 0.09;
    /// Deviation of the amplitude of each wave of the elastic bend, and the bounds of its waves per height.
    pub const BEND: f32 = 0.023;
    pub const BEND_WAVES: (f32, f32) = (0.5, 1.3);
    /// The least number of times a curve is smoothed, and the largest number added to it.
    pub const ROUNDING: (usize, usize) = (2, 6);
    /// Deviation of the tremor of the hand.
    pub const TREMOR: f32 = 0.005;
    /// Mean radius of the pen in pixels, deviation of its logarithm, bounds.
    pub const PEN: f32 = 1.28;
    pub const PEN_SPREAD: f32 = 0.23;
    pub const PEN_BOUNDS: (f32, f32) = (0.8, 1.9);
    /// Deviation of the change of the pen's radius along a stroke, and how much thinner its ends are (bound).
    pub const PRESSURE: f32 = 0.13;
    pub const TAPER: f32 = 0.45;
    /// Lightest ink of a pen (bound), and how much it fades within a stroke (bound).
    pub const LIGHTEST: f32 = 0.90;
    pub const FADE: f32 = 0.12;
    /// Bounds of the width of a line's rim in pixels, and of the blur.
    pub const RIM: (f32, f32) = (0.8, 1.35);
    pub const BLUR: (f32, f32) = (0.0, 0.45);
    /// Deviation of the grain of the ink, relative to its darkness.
    pub const GRAIN: f32 = 0.05;
}

/// Writes `digit` once: a 28 x 28 image with a box of 20 x 20, centred by mass, as in MNIST.
pub fn write(skeletons: &Skeletons, digit: usize, rng: &mut Rng) -> Vec<u8> {
    let (low, high) = spread::CARELESSNESS_BOUNDS;
    let care = (spread::CARELESSNESS * rng.normal()).exp().clamp(low, high);
    let t = rng.between(-spread::BEYOND, 1.0 + spread::BEYOND);
    let mut strokes = skeletons.pick(digit, rng.uniform()).between(t);
    slip(&mut strokes, care, rng);
    let mut paths: Vec<Vec<Point>> = strokes.iter().map(|s| curve(s)).collect();
    let passes = spread::ROUNDING.0 + rng.below(spread::ROUNDING.1);
    for path in &mut paths {
        (0..passes).for_each(|_| round_off(path));
        tremble(path, care, rng);
    }
    let lean = Lean::draw(care, rng);
    paths.iter_mut().flatten().for_each(|p| *p = lean.apply(*p));
    let mut dabs = ink(&paths, rng);
    fit(&mut dabs);
    let paper =
        Paper { rim: rng.between(spread::RIM.0, spread::RIM.1), blur: rng.between(spread::BLUR.0, spread::BLUR.1) };
    let mut image = draw(&dabs, paper);
    if centre(&mut dabs, &image) {
        image = draw(&dabs, paper);
    }
    let grain = |v: f32, rng: &mut Rng| if v > 0.0 { v * (1.0 + spread::GRAIN * rng.normal()) } else { 0.0 };
    image.iter().map(|&v| (grain(v, rng) * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}

/// Displaces knots, ends and whole strokes a little.
fn slip(strokes: &mut [Vec<Knot>], care: f32, rng: &mut Rng) {
    let several = strokes.len() > 1;
    for stroke in strokes {
        let whole = if several { spread::STROKE * care } else { 0.0 };
        let (ox, oy) = (whole * rng.normal(), whole * rng.normal());
        let last = stroke.len() - 1;
        let fresh = (1.0 - spread::KNOT_MEMORY * spread::KNOT_MEMORY).sqrt();
        let (mut nx, mut ny) = (rng.normal(), rng.normal());
        for (i, knot) in stroke.iter_mut().enumerate() {
            let size = care * if i == 0 || i == last { spread::END } else { spread::KNOT };
            nx = spread::KNOT_MEMORY * nx + fresh * rng.normal();
            ny = spread::KNOT_MEMORY * ny + fresh * rng.normal();
            knot.at.x += ox + size * nx;
            knot.at.y += oy + size * ny;
        }
    }
}

/// A Catmull-Rom curve through the knots, interrupted at corners.
fn curve(knots: &[Knot]) -> Vec<Point> {
    let mut path = vec![knots[0].at];
    for i in 0..knots.len() - 1 {
        let (b, c) = (knots[i].at, knots[i + 1].at);
        let mirror = |from: Point, over: Point| Point { x: 2.0 * over.x - from.x, y: 2.0 * over.y - from.y };
        let a = if i == 0 || knots[i].corner { mirror(c, b) } else { knots[i - 1].at };
        let d = if i + 2 == knots.len() || knots[i + 1].corner { mirror(b, c) } else { knots[i + 2].at };
        for step in 1..=STEPS {
            let t = step as f32 / STEPS as f32;
            let blend = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            path.push(Point { x: blend(a.x, b.x, c.x, d.x), y: blend(a.y, b.y, c.y, d.y) });
        }
    }
    path
}

/// Rounds corners as a quick hand does; the ends stay fixed.
fn round_off(path: &mut [Point]) {
    let mut before = path[0];
    for i in 1..path.len() - 1 {
        let (here, after) = (path[i], path[i + 1]);
        path[i] = Point {
            x: 0.25 * before.x + 0.5 * here.x + 0.25 * after.x,
            y: 0.25 * before.y + 0.5 * here.y + 0.25 * after.y,
        };
        before = here;
    }
}

/// A slow random displacement of the pen, with a length of at most about two skeleton knots.
fn tremble(path: &mut [Point], care: f32, rng: &mut Rng) {
    const MEMORY: f32 = 0.8;
    let size = spread::TREMOR * care;
    let (mut x, mut y) = (0.0, 0.0);
    for point in path {
        x = MEMORY * x + (1.0 - MEMORY * MEMORY).sqrt() * rng.normal();
        y = MEMORY * y + (1.0 - MEMORY * MEMORY).sqrt() * rng.normal();
        point.x += size * x;
        point.y += size * y;
    }
}

/// Changes of a whole digit: proportions, slant, rotation, and a smooth bend of the page.
struct Lean {
    width: f32,
    balance: (f32, f32),
    slant: f32,
    rotation: f32,
    waves: [Wave; 4],
}

/// One wave of the bend: it moves points by `push` times a sine along `along`.
struct Wave {
    along: (f32, f32),
    phase: f32,
    push: (f32, f32),
}

impl Lean {
    fn draw(care: f32, rng: &mut Rng) -> Self {
        let wave = |_| {
            let turn = rng.between(0.0, std::f32::consts::TAU);
            let waves = rng.between(spread::BEND_WAVES.0, spread::BEND_WAVES.1) * std::f32::consts::TAU;
            let size = spread::BEND * care;
            Wave {
                along: (waves * turn.cos(), waves * turn.sin()),
                phase: rng.between(0.0, std::f32::consts::TAU),
                push: (size * rng.normal(), size * rng.normal()),
            }
        };
        let waves = [0, 1, 2, 3].map(wave);
        Self {
            width: (spread::PROPORTION * rng.normal()).exp(),
            balance: (spread::BALANCE * rng.normal(), spread::BALANCE * rng.normal()),
            slant: spread::SLANT.0 + spread::SLANT.1 * rng.normal(),
            rotation: spread::ROTATION * rng.normal(),
            waves,
        }
    }

    fn apply(&self, p: Point) -> Point {
        let middle = Point { x: 0.3, y: 0.5 };
        let (mut x, mut y) = (p.x - middle.x, p.y - middle.y);
        for w in &self.waves {
            let s = (w.along.0 * p.x + w.along.1 * p.y + w.phase).sin();
            x += s * w.push.0;
            y += s * w.push.1;
        }
        // The upper part grows and the lower one shrinks, or the reverse.
        x *= self.width * (-2.0 * self.balance.0 * y).exp();
        y += self.balance.1 * (0.25 - y * y);
        x -= self.slant * y;
        let (sin, cos) = self.rotation.sin_cos();
        Point { x: cos * x - sin * y, y: sin * x + cos * y }
    }
}

/// The pen's width and ink along each path.
fn ink(paths: &[Vec<Point>], rng: &mut Rng) -> Vec<Vec<Dab>> {
    let (low, high) = spread::PEN_BOUNDS;
    let pen = (spread::PEN.ln() + spread::PEN_SPREAD * rng.normal()).exp().clamp(low, high);
    let dark = rng.between(spread::LIGHTEST, 1.0);
    let mut stroke = |path: &Vec<Point>| {
        let swing = [rng.normal(), rng.normal()].map(|n| spread::PRESSURE * n);
        let phase = rng.between(0.0, std::f32::consts::TAU);
        let thin = [rng.uniform(), rng.uniform()].map(|u| spread::TAPER * u * u);
        let fade = rng.between(0.0, spread::FADE);
        let last = (path.len() - 1) as f32;
        let dab = |(i, &at): (usize, &Point)| {
            let t = i as f32 / last;
            let wave = std::f32::consts::TAU * t + phase;
            let pressure = 1.0 + swing[0] * wave.sin() + swing[1] * (2.0 * wave).sin();
            // Affects about the last sixth of a stroke at either end.
            let taper = 1.0 - thin[0] * (-6.0 * t).exp() - thin[1] * (-6.0 * (1.0 - t)).exp();
            Dab { at, radius: (pen * pressure * taper).max(0.5), ink: dark * (1.0 - fade * t) }
        };
        path.iter().enumerate().map(dab).collect()
    };
    paths.iter().map(&mut stroke).collect()
}

/// Scales the longer side to the box, line width included, and centres the box in the image.
fn fit(strokes: &mut [Vec<Dab>]) {
    let mut bounds = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
    let mut pen = 0.0_f32;
    for dab in strokes.iter().flatten() {
        bounds = [bounds[0].min(dab.at.x), bounds[1].min(dab.at.y), bounds[2].max(dab.at.x), bounds[3].max(dab.at.y)];
        pen = pen.max(dab.radius);
    }
    let [x0, y0, x1, y1] = bounds;
    let scale = (BOX - 2.0 * pen) / (x1 - x0).max(y1 - y0).max(f32::MIN_POSITIVE);
    let middle = 0.5 * SIDE as f32;
    for dab in strokes.iter_mut().flatten() {
        dab.at.x = middle + scale * (dab.at.x - 0.5 * (x0 + x1));
        dab.at.y = middle + scale * (dab.at.y - 0.5 * (y0 + y1));
    }
}

/// Moves the centre of mass of the ink to the centre of the image; false if it is there to within a tenth of a pixel.
fn centre(strokes: &mut [Vec<Dab>], image: &[f32; SIDE * SIDE]) -> bool {
    const NEAR: f32 = 0.1;
    let (mut mass, mut mx, mut my) = (f32::MIN_POSITIVE, 0.0, 0.0);
    for (i, v) in image.iter().enumerate() {
        mass += v;
        mx += v * ((i % SIDE) as f32 + 0.5);
        my += v * ((i / SIDE) as f32 + 0.5);
    }
    let middle = 0.5 * SIDE as f32;
    let (dx, dy) = (middle - mx / mass, middle - my / mass);
    for dab in strokes.iter_mut().flatten() {
        dab.at.x += dx;
        dab.at.y += dy;
    }
    dx.abs().max(dy.abs()) > NEAR
}
