//! Colours, sizes and quality of the view.

/// A colour as the screen shows it: red, green, blue and straight (not premultiplied) alpha.
pub type Rgba = [u8; 4];

/// Factor on sizes in 3-D, where discs hide those behind them.
const SOLID_GROWTH: f32 = 1.2;
const SOLID_ALPHA: f32 = 0.5;
/// Ratio of a disc's diameter to the side of the square that each point would have if they shared the area evenly.
const POOL_FILL: f32 = 1.65;
const POOL_PX: (f32, f32) = (1.3, 4.6);
const LABELLED_FILL: f32 = 0.5;
const LABELLED_PX: (f32, f32) = (5.2, 7.2);
/// A labelled point is at least this factor wider than one of the pool.
const LABELLED_TO_POOL: f32 = 1.5;
const SELECTED_PX: f32 = 8.0;
const RING_PX: f32 = 1.1;
/// Points grow with the zoom, but more slowly, so that zooming in separates them.
const ZOOM_POWER: f32 = 0.42;
const ZOOM_GROWTH: (f32, f32) = (0.7, 3.0);
/// Number of times that discs may cover their area before they become more transparent.
const CLEAR_OVERLAP: f32 = 2.8;
/// Lowest opacity of a crowded point, relative to a single one.
const LEAST_ALPHA: f32 = 0.4;

/// Colours and sizes of the view itself; data has its own colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub background: Rgba,
    /// Ring around labelled samples; contrasts with the background.
    pub ring: Rgba,
    /// Second ring around selected samples.
    pub select: Rgba,
    /// Grid lines.
    pub grid: Rgba,
    /// Lines through zero, and edges of the box in 3-D.
    pub axis: Rgba,
    pub show_grid: bool,
    /// Opacity of unlabelled samples if they are few; many are drawn fainter.
    pub pool_alpha: f32,
    /// Opacity of faded samples.
    pub faded_alpha: f32,
    /// Opacity of marked points and of lines hidden by points (3-D).
    pub ghost_alpha: f32,
    /// Share of the background in the colour of the farthest points (3-D).
    pub fog: f32,
    /// Factor on the sizes of points, which depend on their number and on the size of the image.
    pub point_scale: f32,
}

impl Look {
    /// For a dark window.
    pub fn dark() -> Self {
        Self {
            background: [16, 19, 26, 255],
            ring: [244, 246, 250, 255],
            select: [255, 255, 255, 255],
            grid: [255, 255, 255, 14],
            axis: [255, 255, 255, 40],
            show_grid: true,
            pool_alpha: 0.62,
            faded_alpha: 0.14,
            ghost_alpha: 0.30,
            fog: 0.60,
            point_scale: 1.0,
        }
    }

    /// For a light window.
    pub fn light() -> Self {
        Self {
            background: [251, 251, 249, 255],
            ring: [24, 28, 36, 255],
            select: [10, 12, 16, 255],
            grid: [20, 26, 40, 16],
            axis: [20, 26, 40, 48],
            show_grid: true,
            pool_alpha: 0.56,
            faded_alpha: 0.16,
            ghost_alpha: 0.24,
            fog: 0.58,
            point_scale: 1.0,
        }
    }
}

/// Limits of the cost of a redraw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Four samples per pixel: smoother where surfaces meet. Discs and lines have smooth edges without it.
    pub msaa: bool,
    /// Most unlabelled points drawn while the camera moves.
    pub max_points_while_moving: usize,
}

impl Quality {
    /// For a GPU.
    pub const HARDWARE: Self = Self { msaa: true, max_points_while_moving: 2_000_000 };
    /// For a processor that draws in place of a GPU.
    pub const SOFTWARE: Self = Self { msaa: false, max_points_while_moving: 10_000 };
}

/// The quantities that sizes depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    pub pool: usize,
    pub labelled: usize,
    /// Logical pixels, squared, over which the points spread when all are visible.
    pub area: f32,
    /// Magnification relative to that view.
    pub zoom: f32,
    /// Whether the view is 3-D.
    pub solid: bool,
}

/// Sizes and opacity of points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizing {
    /// Radii in physical pixels: pool, labelled, selected; then the width of the ring.
    pub radii: [f32; 4],
    pub pool_alpha: f32,
}

impl Sizing {
    pub fn new(look: &Look, crowd: Crowd, pixel_scale: f32) -> Self {
        let growth = crowd.zoom.powf(ZOOM_POWER);
        let growth = growth.clamp(ZOOM_GROWTH.0, ZOOM_GROWTH.1) * look.point_scale;
        let spacing = |count: usize| (crowd.area / count.max(1) as f32).sqrt();
        let (solid, haze) = match crowd.solid {
            true => (SOLID_GROWTH, SOLID_ALPHA),
            false => (1.0, 1.0),
        };
        let pool_px = (POOL_FILL * spacing(crowd.pool)).clamp(POOL_PX.0, POOL_PX.1) * solid;
        let labelled_px = (LABELLED_FILL * spacing(crowd.labelled))
            .clamp(LABELLED_PX.0, LABELLED_PX.1)
            .max(LABELLED_TO_POOL * pool_px);
        let selected_px = labelled_px.max(SELECTED_PX);
        let radius = |diameter: f32| 0.5 * diameter * growth * pixel_scale;

        // Discs that cover each other many times become transparent; zooming in separates them again.
        let overlap = (pool_px / spacing(crowd.pool)).powi(2);
        let crowded = (CLEAR_OVERLAP / overlap).sqrt().clamp(LEAST_ALPHA, 1.0);
        let through = haze * (1.0 - look.pool_alpha * crowded) / crowd.zoom.max(1.0).powf(ZOOM_POWER);
        Self {
            radii: [radius(pool_px), radius(labelled_px), radius(selected_px), RING_PX * pixel_scale],
            pool_alpha: 1.0 - through,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizing(pool: usize, labelled: usize, zoom: f32) -> Sizing {
        // The area of a Gaussian cloud that fills a view of 900 x 700.
        let area = 110_000.0;
        let crowd = Crowd { pool, labelled, area, zoom, solid: false };
        Sizing::new(&Look::dark(), crowd, 1.0)
    }

    #[test]
    fn sizes_follow_the_crowd_and_stay_in_order() {
        let diameter = |pool, labelled| sizing(pool, labelled, 1.0).radii.map(|r| 2.0 * r);
        let everyday = diameter(60_000, 500);
        assert!((2.0..3.0).contains(&everyday[0]), "{everyday:?}");
        for (pool, labelled) in [(0, 0), (1, 1), (2_000, 500), (60_000, 5_000), (1_000_000, 500)] {
            let [pool_px, labelled_px, selected_px, _] = diameter(pool, labelled);
            assert!(pool_px >= POOL_PX.0 && pool_px < labelled_px && labelled_px <= selected_px);
        }
    }

    #[test]
    fn a_crowd_is_transparent_and_zooming_in_makes_it_solid() {
        let alpha = |pool, zoom| sizing(pool, 0, zoom).pool_alpha;
        assert!((alpha(1, 1.0) - Look::dark().pool_alpha).abs() < 1e-6);
        assert!(alpha(1_000_000, 1.0) < alpha(60_000, 1.0));
        assert!(alpha(60_000, 1.0) < alpha(60_000, 8.0));
        assert!(alpha(60_000, 1000.0) <= 1.0);
    }

    #[test]
    fn a_finer_screen_shows_the_same_sizes() {
        let crowd = Crowd { pool: 60_000, labelled: 500, area: 110_000.0, zoom: 1.0, solid: false };
        let [one, two] = [1.0, 2.0].map(|scale| Sizing::new(&Look::light(), crowd, scale).radii);
        assert_eq!(one.map(|r| 2.0 * r), two);
    }
}
