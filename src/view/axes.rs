//! Grid and axes: a plane of thin lines in 2-D, the three far walls of a box in 3-D, and the positions of their
//! numbers.

use glam::{Vec2, Vec3, vec2};

use super::bounds::{BOX_MARGIN, Bounds};
use super::camera::Camera;
use super::lines::Line;
use super::look::Look;
use super::pose::Mode;

/// Approximate distance between grid lines in 2-D, in logical pixels.
const SPACING_PX: f32 = 110.0;
/// Approximate number of steps along the longest side of the box in 3-D.
const BOX_STEPS: f32 = 5.0;
const GRID_PX: f32 = 1.0;
/// Most grid lines along one axis; a step that needs more is a bug or the axis is infinite.
const MAX_LINES: usize = 200;
/// Tolerance for a power of ten in single precision, in decades.
const ROUNDING: f32 = 1.0e-3;

/// An axis of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    X,
    Y,
    Z,
}

/// Position of a number on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    pub axis: Axis,
    /// In the unit of the world: of latent space.
    pub value: f32,
    /// Decimals needed to distinguish neighbouring ticks.
    pub decimals: usize,
    /// The tick's position in the image, physical pixels.
    pub px: Vec2,
    /// Unit vector from the tick towards its text.
    pub outward: Vec2,
}

/// The numbers along the axes for this camera; `bounds` is the box of the data.
pub fn ticks(camera: &Camera, bounds: &Bounds, pixel_scale: f32) -> Vec<Tick> {
    match camera.mode() {
        Mode::Flat => flat_ticks(camera, pixel_scale),
        Mode::Orbit => box_ticks(camera, &Walls::new(camera, bounds)),
    }
}

/// The lines of grid and axes for this camera.
pub(super) fn lines(camera: &Camera, bounds: &Bounds, look: &Look, pixel_scale: f32) -> Vec<Line> {
    match camera.mode() {
        Mode::Flat => flat_lines(camera, look, pixel_scale),
        Mode::Orbit => Walls::new(camera, bounds).lines(look),
    }
}

fn flat_lines(camera: &Camera, look: &Look, pixel_scale: f32) -> Vec<Line> {
    let (low, high) = camera.visible_rect();
    let step = flat_step(camera, pixel_scale);
    let colour = |value: f32| if value == 0.0 { look.axis } else { look.grid };
    let upright =
        multiples(low.x, high.x, step).map(|x| Line::new([x, low.y, 0.0], [x, high.y, 0.0], GRID_PX, colour(x)));
    let level =
        multiples(low.y, high.y, step).map(|y| Line::new([low.x, y, 0.0], [high.x, y, 0.0], GRID_PX, colour(y)));
    upright.chain(level).collect()
}

fn flat_ticks(camera: &Camera, pixel_scale: f32) -> Vec<Tick> {
    let (low, high) = camera.visible_rect();
    let step = flat_step(camera, pixel_scale);
    let tick = |axis, value, world: Vec3, outward| {
        camera.project(world).map(|at| Tick { axis, value, decimals: decimals(step), px: at.px, outward })
    };
    let along_x =
        multiples(low.x, high.x, step).filter_map(|x| tick(Axis::X, x, Vec3::new(x, low.y, 0.0), vec2(0.0, 1.0)));
    let along_y =
        multiples(low.y, high.y, step).filter_map(|y| tick(Axis::Y, y, Vec3::new(low.x, y, 0.0), vec2(-1.0, 0.0)));
    along_x.chain(along_y).collect()
}

fn flat_step(camera: &Camera, pixel_scale: f32) -> f32 {
    nice_step(SPACING_PX * pixel_scale * camera.units_per_px())
}

/// The three walls of the box that are behind the data.
struct Walls {
    bounds: Bounds,
    step: f32,
    /// For each axis, whether the far wall is at the maximum.
    far_is_max: [bool; 3],
}

impl Walls {
    fn new(camera: &Camera, bounds: &Bounds) -> Self {
        let longest = bounds.size().max_element().max(f32::MIN_POSITIVE);
        let margin = Vec3::splat(longest * BOX_MARGIN);
        let eye = camera.eye();
        let centre = bounds.centre();
        Self {
            bounds: Bounds::new(bounds.min - margin, bounds.max + margin),
            step: nice_step(longest / BOX_STEPS),
            far_is_max: [0, 1, 2].map(|axis| eye[axis] <= centre[axis]),
        }
    }

    fn side(&self, axis: usize, max: bool) -> f32 {
        if max { self.bounds.max[axis] } else { self.bounds.min[axis] }
    }

    fn lines(&self, look: &Look) -> Vec<Line> {
        let mut lines = Vec::new();
        for wall in 0..3 {
            for (across, along) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
                if across == wall || along == wall {
                    continue;
                }
                let line = |value: f32, colour| {
                    let mut a = Vec3::ZERO;
                    a[wall] = self.side(wall, self.far_is_max[wall]);
                    a[across] = value;
                    let mut b = a;
                    a[along] = self.bounds.min[along];
                    b[along] = self.bounds.max[along];
                    Line::new(a.into(), b.into(), GRID_PX, colour)
                };
                lines.extend(
                    multiples(self.bounds.min[across], self.bounds.max[across], self.step)
                        .map(|value| line(value, look.grid)),
                );
                // Each far edge belongs to two walls; the near edge of this wall is drawn only here.
                let far = self.far_is_max[across];
                lines.push(line(self.side(across, !far), look.axis));
                if wall < across {
                    lines.push(line(self.side(across, far), look.axis));
                }
            }
        }
        lines
    }
}

/// The numbers are along the outermost edges: the lowest for x and y, the leftmost for z.
fn box_ticks(camera: &Camera, walls: &Walls) -> Vec<Tick> {
    let project = |world: Vec3| camera.project(world).map(|at| at.px);
    let Some(middle) = project(walls.bounds.centre()) else {
        return Vec::new();
    };
    let mut ticks = Vec::new();
    for (along, axis) in [Axis::X, Axis::Y, Axis::Z].into_iter().enumerate() {
        let (i, j) = ((along + 1) % 3, (along + 2) % 3);
        let on_edge = |i_max: bool, j_max: bool, value: f32| {
            let mut world = Vec3::ZERO;
            world[along] = value;
            world[i] = walls.side(i, i_max);
            world[j] = walls.side(j, j_max);
            project(world)
        };
        // Edges of the outline have one far wall and one near side.
        let (far_i, far_j) = (walls.far_is_max[i], walls.far_is_max[j]);
        let centre = walls.bounds.centre()[along];
        let outermost = [(far_i, !far_j), (!far_i, far_j)]
            .into_iter()
            .filter_map(|(i_max, j_max)| Some((i_max, j_max, on_edge(i_max, j_max, centre)?)))
            .max_by(|a, b| {
                let rank = |px: Vec2| if axis == Axis::Z { -px.x } else { px.y };
                rank(a.2).total_cmp(&rank(b.2))
            });
        let Some((i_max, j_max, edge_middle)) = outermost else {
            continue;
        };
        let outward = (edge_middle - middle).normalize_or(Vec2::Y);
        let (low, high) = (walls.bounds.min[along], walls.bounds.max[along]);
        ticks.extend(multiples(low, high, walls.step).filter_map(|value| {
            Some(Tick { axis, value, decimals: decimals(walls.step), px: on_edge(i_max, j_max, value)?, outward })
        }));
    }
    ticks
}

/// The smallest step of the series 1, 2, 5, 10, ... that is at least `wanted`.
fn nice_step(wanted: f32) -> f32 {
    let decade = 10_f32.powf(wanted.max(f32::MIN_POSITIVE).log10().floor());
    [1.0, 2.0, 5.0].map(|factor| factor * decade).into_iter().find(|step| *step >= wanted).unwrap_or(10.0 * decade)
}

/// Decimals needed to write multiples of a nice step.
fn decimals(step: f32) -> usize {
    (-step.log10() - ROUNDING).ceil().max(0.0) as usize
}

/// The multiples of `step` from `low` to `high`.
fn multiples(low: f32, high: f32, step: f32) -> impl Iterator<Item = f32> {
    let first = (low / step).ceil();
    (0..MAX_LINES)
        .map(move |i| (first + i as f32) * step)
        .take_while(move |value| *value <= high)
        .map(|value| value + 0.0) // no negative zero
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_nice_and_written_with_the_decimals_they_need() {
        for (wanted, step, digits) in [
            (0.9, 1.0, 0),
            (1.3, 2.0, 0),
            (2.1, 5.0, 0),
            (5.5, 10.0, 0),
            (0.013, 0.02, 2),
            (0.26, 0.5, 1),
            (310.0, 500.0, 0),
        ] {
            let got = nice_step(wanted);
            assert!((got / step - 1.0).abs() < 1e-4, "{wanted}: {got}");
            assert_eq!(decimals(got), digits, "{wanted}");
        }
    }

    #[test]
    fn multiples_lie_inside_and_none_is_missing() {
        let got: Vec<f32> = multiples(-1.1, 1.0, 0.5).collect();
        assert_eq!(got, [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(multiples(0.1, 0.2, 0.5).count(), 0);
        assert!(multiples(0.0, 1e9, 1.0).count() <= MAX_LINES);
    }

    #[test]
    fn ticks_of_the_plane_are_on_the_edges_at_their_values() {
        let mut camera = Camera::new(Mode::Flat, vec2(800.0, 600.0));
        camera.zoom(3.0, vec2(100.0, 50.0));
        let ticks = ticks(&camera, &camera.home(), 1.0);
        assert!(ticks.len() >= 8);
        for tick in ticks {
            let world = camera.unproject_to_plane(tick.px).expect("flat");
            let (got, edge, want_edge) = match tick.axis {
                Axis::X => (world.x, tick.px.y, 600.0),
                _ => (world.y, tick.px.x, 0.0),
            };
            assert!((got - tick.value).abs() < 1e-3 && (edge - want_edge).abs() < 1e-2);
        }
    }

    #[test]
    fn walls_are_behind_the_data_from_every_side() {
        let bounds = Bounds::new(Vec3::new(-1.0, -2.0, -0.5), Vec3::new(1.0, 2.0, 3.0));
        for yaw in [-2.5, -0.8, 0.4, 2.0] {
            for pitch in [-1.0, 0.3, 1.2] {
                let mut camera = Camera::new(Mode::Orbit, vec2(900.0, 700.0));
                camera.fit(bounds);
                camera.look_from(yaw, pitch);
                let walls = Walls::new(&camera, &bounds);
                let corner = |far: bool| {
                    let axis = |k: usize| walls.side(k, walls.far_is_max[k] == far);
                    Vec3::new(axis(0), axis(1), axis(2))
                };
                let depth = |world| camera.project(world).expect("in front").depth;
                assert!(depth(corner(true)) > depth(corner(false)));
                let axes: Vec<_> = ticks(&camera, &bounds, 1.0).iter().map(|t| t.axis).collect();
                assert!([Axis::X, Axis::Y, Axis::Z].iter().all(|a| axes.contains(a)));
            }
        }
    }
}
