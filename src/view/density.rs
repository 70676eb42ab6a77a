//! The density of a cloud as the camera sees it: points counted in cells of the image, smoothed, each cell in the mean
//! colour of its points.

use glam::{Vec2, Vec3};

use super::Rgba;
use super::camera::Camera;
use super::field::{Field, Filter};

/// Side of a cell, logical pixels.
const CELL: f32 = 3.0;
/// Cells on each side of one over which a pass takes the mean; three passes are nearly a Gaussian of 7 logical pixels.
const REACH: usize = 2;
const PASSES: usize = 3;
/// Share of the cells with points whose density does not exceed that of full colour, so that a few dense ones do not pale
/// all others.
const FULL_SHARE: f32 = 0.99;
/// Opacity at full colour, and the power by which it grows with the density, so that sparse parts are seen.
const OPACITY: f32 = 0.92;
const GROWTH: f32 = 0.55;
/// Beyond this many points an even choice of them stands for all.
const MOST: usize = 250_000;
/// Side of the square by which a density is told, logical pixels.
const SQUARE: f32 = 10.0;

/// What full colour means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityScale {
    /// Points of which the density is.
    pub points: usize,
    /// Points in a square of 10 logical pixels where the colour is full.
    pub full: f32,
}

/// The image of a density, laid over the whole view.
pub(super) struct Density {
    pub scale: DensityScale,
    width: usize,
    height: usize,
    rgba: Vec<u8>,
    corners: [Vec3; 3],
}

impl Density {
    /// The density of these points; `at` gives a point's position and colour.
    pub fn of(camera: &Camera, pixel_scale: f32, points: &[u32], at: impl Fn(u32) -> ([f32; 3], Rgba)) -> Self {
        let cell = CELL * pixel_scale;
        let [width, height] = (camera.viewport() / cell).ceil().max(Vec2::ONE).to_array().map(|side| side as usize);
        // Number, red, green, blue.
        let mut cells = vec![[0.0_f32; 4]; width * height];
        let stride = points.len().div_ceil(MOST).max(1);
        let clip_from_world = camera.clip_from_world();
        for point in points.iter().step_by(stride) {
            let (place, [r, g, b, _]) = at(*point);
            let clip = clip_from_world * Vec3::from(place).extend(1.0);
            let share = (clip.truncate().truncate() / clip.w) * Vec2::new(0.5, -0.5) + 0.5;
            let [x, y] = (share * camera.viewport() / cell).to_array();
            if clip.w > 0.0 && x >= 0.0 && y >= 0.0 && (x as usize) < width && (y as usize) < height {
                let sums = &mut cells[y as usize * width + x as usize];
                let more = [1.0, f32::from(r), f32::from(g), f32::from(b)];
                sums.iter_mut().zip(more).for_each(|(sum, v)| *sum += v * stride as f32);
            }
        }
        for _ in 0..PASSES {
            cells = smoothed(&cells, width, height);
        }
        let full = full(&cells);
        let pixel = |[n, r, g, b]: [f32; 4]| {
            let alpha = 255.0 * OPACITY * (n / full).min(1.0).powf(GROWTH);
            let mean = |sum: f32| (sum / n.max(f32::MIN_POSITIVE)).round() as u8;
            [mean(r), mean(g), mean(b), alpha.round() as u8]
        };
        let rgba = cells.into_iter().flat_map(pixel).collect();
        let facing = camera.ray(camera.viewport() / 2.0);
        let facing = facing.origin + facing.direction * camera.reference_depth();
        let corner = |x: usize, y: usize| camera.unproject_at(Vec2::new(x as f32, y as f32) * cell, facing);
        let corners = [corner(0, 0), corner(width, 0), corner(0, height)];
        let scale = DensityScale { points: points.len(), full: full * (SQUARE / CELL).powi(2) };
        Self { scale, width, height, rgba, corners }
    }

    pub fn field(&self) -> Field<'_> {
        let [origin, right, below] = self.corners;
        Field {
            width: self.width as u32,
            height: self.height as u32,
            rgba: &self.rgba,
            origin: origin.into(),
            edge_u: (right - origin).into(),
            edge_v: (below - origin).into(),
            alpha: 1.0,
            filter: Filter::Linear,
        }
    }
}

/// The density of full colour, never zero.
fn full(cells: &[[f32; 4]]) -> f32 {
    /// Less than that of one point in its place.
    const LEAST: f32 = 1e-3;
    let mut some: Vec<f32> = cells.iter().map(|c| c[0]).filter(|n| *n > LEAST).collect();
    some.sort_unstable_by(f32::total_cmp);
    let at = (some.len().saturating_sub(1) as f32 * FULL_SHARE) as usize;
    some.get(at).copied().unwrap_or(1.0)
}

/// The mean over a square around each cell; beyond the edges there is nothing.
fn smoothed(cells: &[[f32; 4]], width: usize, height: usize) -> Vec<[f32; 4]> {
    let mut across = vec![[0.0; 4]; cells.len()];
    let mut out = vec![[0.0; 4]; cells.len()];
    for y in 0..height {
        along(cells, &mut across, y * width, 1, width);
    }
    for x in 0..width {
        along(&across, &mut out, x, width, height);
    }
    out
}

/// The running mean along a row or a column: `count` cells from `first`, each `step` after the one before.
fn along(cells: &[[f32; 4]], out: &mut [[f32; 4]], first: usize, step: usize, count: usize) {
    let side = (2 * REACH + 1) as f32;
    for i in 0..count {
        let mut sum = [0.0; 4];
        for k in i.saturating_sub(REACH)..=(i + REACH).min(count - 1) {
            sum.iter_mut().zip(cells[first + k * step]).for_each(|(sum, v)| *sum += v);
        }
        out[first + i * step] = sum.map(|v| v / side);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::Bounds;
    use super::super::pose::Mode;
    use super::*;

    /// Two clusters, red and blue, at a quarter and at three quarters of the width.
    #[test]
    fn a_density_is_where_its_points_are_in_their_mean_colour() {
        for mode in [Mode::Flat, Mode::Orbit] {
            let mut camera = Camera::new(mode, Vec2::new(300.0, 300.0));
            camera.fit(Bounds::new(Vec3::splat(-1.0), Vec3::ONE));
            let at = |point: u32| match point % 4 {
                0 => ([0.4, 0.4, 0.4], [0, 0, 255, 255]),
                _ => ([-0.4, -0.4, -0.4], [255, 0, 0, 255]),
            };
            let points: Vec<u32> = (0..400).collect();
            let density = Density::of(&camera, 1.0, &points, at);
            assert_eq!((density.scale.points, density.width, density.height), (400, 100, 100));
            let seen = |point: u32| {
                let px = camera.project(Vec3::from(at(point).0)).unwrap().px / CELL;
                let i = 4 * (px.y as usize * density.width + px.x as usize);
                <[u8; 4]>::try_from(&density.rgba[i..i + 4]).unwrap()
            };
            let ([r, _, b, strong], [r2, _, b2, weak]) = (seen(1), seen(0));
            assert!(r == 255 && b == 0 && r2 == 0 && b2 == 255, "{mode:?}");
            assert!(strong > weak && weak > 60, "{mode:?}: {strong} {weak}");
            assert_eq!(density.rgba[3], 0, "nothing in the corner");
            // The image lies over the whole view.
            let corner = camera.project(density.corners[0]).unwrap().px;
            assert!(corner.length() < 0.1, "{corner}");
        }
    }

    #[test]
    fn smoothing_keeps_the_number_of_points_and_nothing_is_no_density() {
        let mut cells = vec![[0.0; 4]; 30 * 20];
        cells[10 * 30 + 15] = [7.0, 1.0, 2.0, 3.0];
        let out = smoothed(&smoothed(&cells, 30, 20), 30, 20);
        let sum: f32 = out.iter().map(|c| c[0]).sum();
        assert!((sum - 7.0).abs() < 1e-3 && out[10 * 30 + 15][0] < 1.0, "{sum}");
        let none = Density::of(&Camera::new(Mode::Flat, Vec2::splat(9.0)), 1.0, &[], |_| unreachable!());
        assert!(none.rgba.iter().all(|v| *v == 0) && none.scale.full > 0.0);
    }
}
