//! Axis-aligned boxes in the world.

use glam::{Vec3, vec3};

/// Smallest extent of a scene, so that a single point can be fitted.
pub(super) const MIN_EXTENT: f32 = 1.0e-6;
/// Space between the data and the walls of the box, as a share of its longest side.
pub(super) const BOX_MARGIN: f32 = 0.03;
/// Approximate number of points from which the core of a cloud is computed.
const CORE_SAMPLE: usize = 20_000;
/// Space around the core, as a share of its size.
const CORE_MARGIN: f32 = 0.06;

/// An axis-aligned box in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub min: Vec3,
    pub max: Vec3,
}

impl Bounds {
    /// The box between two corners; `min` is to be below `max` on every axis.
    pub fn new(min: Vec3, max: Vec3) -> Self {
        Self { min, max }
    }

    /// The box of all finite points; `None` if there are none.
    pub fn of(points: impl IntoIterator<Item = Vec3>) -> Option<Self> {
        points.into_iter().filter(|point| point.is_finite()).fold(None, |bounds: Option<Self>, point| {
            Some(bounds.map_or(Self::new(point, point), |b| Self::new(b.min.min(point), b.max.max(point))))
        })
    }

    /// The box of all but the outermost points: a `share` of them is excluded at either end of each axis, and a margin
    /// is added. Large sets are sampled evenly.
    pub fn of_core(points: &[[f32; 3]], share: f32) -> Option<Self> {
        let stride = points.len().div_ceil(CORE_SAMPLE).max(1);
        let mut axes: [Vec<f32>; 3] = Default::default();
        for point in points.iter().step_by(stride) {
            if Vec3::from(*point).is_finite() {
                axes.iter_mut().zip(point).for_each(|(axis, &x)| axis.push(x));
            }
        }
        let count = axes[0].len();
        let outside = (share.clamp(0.0, 0.5) * count.checked_sub(1)? as f32) as usize;
        let ends = axes.map(|mut axis| {
            axis.sort_unstable_by(f32::total_cmp);
            (axis[outside], axis[count - 1 - outside])
        });
        let (min, max) = (ends.map(|end| end.0), ends.map(|end| end.1));
        let core = Self::new(min.into(), max.into());
        let margin = core.size() * CORE_MARGIN;
        Some(Self::new(core.min - margin, core.max + margin))
    }

    /// The middle of the box.
    pub fn centre(&self) -> Vec3 {
        (self.min + self.max) / 2.0
    }

    /// Extent along each axis; 0 where the corners are exchanged.
    pub fn size(&self) -> Vec3 {
        (self.max - self.min).max(Vec3::ZERO)
    }

    /// Half the diagonal, never zero.
    pub fn radius(&self) -> f32 {
        (self.size().length() / 2.0).max(MIN_EXTENT)
    }

    /// All corners: bit 0 of the index is x, bit 1 y, bit 2 z; 0 is the lower end.
    pub fn corners(&self) -> [Vec3; 8] {
        std::array::from_fn(|i| {
            let pick = |bit: usize, low: f32, high: f32| if i >> bit & 1 == 0 { low } else { high };
            vec3(pick(0, self.min.x, self.max.x), pick(1, self.min.y, self.max.y), pick(2, self.min.z, self.max.z))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_contains_exactly_the_finite_points() {
        assert_eq!(Bounds::of([Vec3::NAN]), None);
        let bounds = Bounds::of([Vec3::NAN, Vec3::ONE, Vec3::ZERO]);
        assert_eq!(bounds, Some(Bounds::new(Vec3::ZERO, Vec3::ONE)));
    }

    #[test]
    fn the_core_leaves_out_strays() {
        let mut points: Vec<[f32; 3]> = (0..=1000).map(|i| [i as f32 / 1000.0, 0.5, 0.0]).collect();
        points[17] = [1.0e6, -1.0e6, 0.0];
        points[400] = [f32::NAN; 3];
        let core = Bounds::of_core(&points, 0.01).expect("points");
        assert!((core.min.x + 0.05).abs() < 0.01, "{core:?}");
        assert!((core.max.x - 1.05).abs() < 0.01, "{core:?}");
        assert_eq!((core.min.y, core.max.y), (0.5, 0.5));
        for (points, want) in [(vec![], None), (vec![[1.0; 3]], Some(Vec3::ONE))] {
            let core = Bounds::of_core(&points, 0.2);
            assert_eq!(core.map(|core| core.centre()), want);
        }
    }
}
