//! What the view looks like and how much it may cost: colours, sizes and quality.

use super::Rgba;

/// Side of the square each point would have if all shared the picture, to the diameter of its disc.
const POOL_FILL: f32 = 0.86;
const POOL_PX: (f32, f32) = (1.3, 5.0);
const LABELLED_FILL: f32 = 0.2;
const LABELLED_PX: (f32, f32) = (5.0, 7.5);
/// A labelled point is at least this much wider than one of the pool.
const LABELLED_TO_POOL: f32 = 1.5;
const SELECTED_PX: f32 = 8.0;
const RING_PX: f32 = 1.1;
/// Points grow with the zoom, but slower, so that going closer parts them.
const ZOOM_POWER: f32 = 0.42;
const ZOOM_GROWTH: (f32, f32) = (0.7, 3.0);

/// Colours and sizes of the view itself; the colours of data come with the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub background: Rgba,
    /// Ring about labelled samples; contrasts with the background.
    pub ring: Rgba,
    /// Second ring about selected samples.
    pub select: Rgba,
    /// Grid lines.
    pub grid: Rgba,
    /// The lines through zero, and the edges of the box in 3-D.
    pub axis: Rgba,
    pub show_grid: bool,
    /// Opacity of unlabelled samples.
    pub pool_alpha: f32,
    /// Opacity of faded samples.
    pub faded_alpha: f32,
    /// Opacity of marked points and of lines where points hide them (3-D).
    pub ghost_alpha: f32,
    /// Share of the background in the colour of the farthest points (3-D).
    pub fog: f32,
    /// Factor on the sizes of points, which follow their number and the size of the picture.
    pub point_scale: f32,
}

impl Look {
    pub fn dark() -> Self {
        Self {
            background: [16, 19, 26, 255],
            ring: [244, 246, 250, 255],
            select: [255, 255, 255, 255],
            grid: [255, 255, 255, 14],
            axis: [255, 255, 255, 40],
            show_grid: true,
            pool_alpha: 0.72,
            faded_alpha: 0.14,
            ghost_alpha: 0.30,
            fog: 0.62,
            point_scale: 1.0,
        }
    }

    pub fn light() -> Self {
        Self {
            background: [251, 251, 249, 255],
            ring: [24, 28, 36, 255],
            select: [10, 12, 16, 255],
            grid: [20, 26, 40, 16],
            axis: [20, 26, 40, 48],
            show_grid: true,
            pool_alpha: 0.66,
            faded_alpha: 0.16,
            ghost_alpha: 0.30,
            fog: 0.58,
            point_scale: 1.0,
        }
    }
}

/// How much a redraw may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Four samples a pixel: smoother where surfaces meet. Discs and lines have smooth edges without it.
    pub msaa: bool,
    /// Most unlabelled points drawn while the camera moves.
    pub max_points_while_moving: usize,
}

impl Quality {
    pub const HARDWARE: Self = Self {
        msaa: true,
        max_points_while_moving: 2_000_000,
    };
    pub const SOFTWARE: Self = Self {
        msaa: false,
        max_points_while_moving: 15_000,
    };
}

/// Radii in physical pixels: pool, labelled, selected; then the width of the ring.
pub(super) fn radii(
    look: &Look,
    (pool, labelled): (usize, usize),
    (width, height): (u32, u32),
    pixel_scale: f32,
    zoom: f32,
) -> [f32; 4] {
    let area = width as f32 * height as f32 / (pixel_scale * pixel_scale);
    let growth = zoom.powf(ZOOM_POWER).clamp(ZOOM_GROWTH.0, ZOOM_GROWTH.1) * look.point_scale;
    let share = |count: usize| (area / count.max(1) as f32).sqrt();
    let pool_px = (POOL_FILL * share(pool)).clamp(POOL_PX.0, POOL_PX.1);
    let labelled_px = (LABELLED_FILL * share(labelled))
        .clamp(LABELLED_PX.0, LABELLED_PX.1)
        .max(LABELLED_TO_POOL * pool_px);
    let selected_px = labelled_px.max(SELECTED_PX);
    let radius = |diameter: f32| 0.5 * diameter * growth * pixel_scale;
    [
        radius(pool_px),
        radius(labelled_px),
        radius(selected_px),
        RING_PX * pixel_scale,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_the_crowd_and_stay_in_order() {
        let diameter = |pool, labelled| {
            radii(&Look::dark(), (pool, labelled), (900, 700), 1.0, 1.0).map(|r| 2.0 * r)
        };
        let everyday = diameter(60_000, 500);
        assert!((2.0..3.0).contains(&everyday[0]), "{everyday:?}");
        for (pool, labelled) in [
            (0, 0),
            (1, 1),
            (2_000, 500),
            (60_000, 5_000),
            (1_000_000, 500),
        ] {
            let [pool_px, labelled_px, selected_px, _] = diameter(pool, labelled);
            assert!(pool_px >= POOL_PX.0 && pool_px < labelled_px && labelled_px <= selected_px);
        }
        let doubled = radii(&Look::dark(), (60_000, 500), (1_800, 1_400), 2.0, 1.0);
        assert!((doubled[0] - everyday[0]).abs() < 1e-4);
    }
}
