//! The pose of a camera in either mode, and the pose from which a box is visible as a whole.

use glam::{Vec2, Vec3, vec2, vec3};

use super::bounds::{BOX_MARGIN, Bounds, MIN_EXTENT};

/// Vertical field of view of the orbiting camera, in radians: narrow, so that shapes are little distorted.
pub(super) const FIELD_OF_VIEW: f32 = 0.5;
/// Share of the image that a fitted scene fills; the rest is space for labels and the rim.
const FIT_FILL: f32 = 0.90;
/// The same share in 3-D, where only the corners of the box reach it, and only from some sides.
const FIT_FILL_BOX: f32 = 0.94;
/// Number of directions from which a fitted box must be visible as a whole.
const FIT_TURNS: usize = 16;

/// The two kinds of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Orthographic view on the xy plane.
    Flat,
    /// Perspective view orbiting about a target.
    Orbit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flat {
    pub centre: Vec2,
    /// Height of the image in world units.
    pub height: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Orbit {
    pub target: Vec3,
    pub yaw: f32,
    pub pitch: f32,
    pub distance: f32,
    /// The distance that `fit` chose.
    pub fitted: f32,
}

impl Flat {
    pub fn fitted(bounds: &Bounds, viewport: Vec2) -> Self {
        let size = bounds.size().truncate();
        let height = size.y.max(size.x * viewport.y / viewport.x);
        Self { centre: bounds.centre().truncate(), height: (height / FIT_FILL).max(MIN_EXTENT) }
    }
}

impl Orbit {
    /// Far enough to show all of `bounds` and the box drawn around them at this pitch, for every rotation about
    /// the axis.
    pub fn fitted(bounds: &Bounds, viewport: Vec2, yaw: f32, pitch: f32) -> Self {
        let mut orbit = Self { target: bounds.centre(), yaw, pitch, distance: 0.0, fitted: 0.0 };
        let margin = Vec3::splat(bounds.size().max_element() * BOX_MARGIN);
        let drawn = Bounds::new(bounds.min - margin, bounds.max + margin);
        let slope = (FIELD_OF_VIEW / 2.0).tan() * FIT_FILL_BOX;
        let slopes = vec2(slope * viewport.x / viewport.y, slope);
        for turn in 0..FIT_TURNS {
            orbit.yaw = std::f32::consts::TAU * turn as f32 / FIT_TURNS as f32;
            let (right, up, back) = orbit.axes();
            for corner in drawn.corners() {
                let from = corner - orbit.target;
                let aside = vec2(from.dot(right), from.dot(up)).abs() / slopes;
                orbit.fitted = orbit.fitted.max(aside.max_element() + from.dot(back));
            }
        }
        orbit.fitted = orbit.fitted.max(MIN_EXTENT / slope);
        orbit.distance = orbit.fitted;
        orbit.yaw = yaw;
        orbit
    }

    /// The camera's right, up and backward unit vectors in the world.
    pub fn axes(&self) -> (Vec3, Vec3, Vec3) {
        let (sin_yaw, cos_yaw) = self.yaw.sin_cos();
        let (sin_pitch, cos_pitch) = self.pitch.sin_cos();
        let back = vec3(cos_pitch * cos_yaw, cos_pitch * sin_yaw, sin_pitch);
        let right = vec3(-sin_yaw, cos_yaw, 0.0);
        (right, back.cross(right), back)
    }
}
