//! How a point of the latent view is drawn: flags and a size, in one word of the shader.

use std::ops::{BitOr, BitOrAssign};

use bytemuck::{Pod, Zeroable};

const SCALE_SHIFT: u32 = 8;
const SCALE_STEPS: f32 = 16.0;
const SCALE_MAX: f32 = 255.0;

/// How a point is drawn; flags combine with `|`.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct PointStyle(u32);

impl PointStyle {
    /// A plain point of the pool.
    pub const POOL: Self = Self(0);
    /// Larger, with a contrasting ring, above the pool.
    pub const LABELLED: Self = Self(1);
    /// With a second ring at a distance, above everything else.
    pub const SELECTED: Self = Self(2);
    /// Nearly transparent, below the pool.
    pub const FADED: Self = Self(4);
    /// Neither drawn nor picked.
    pub const HIDDEN: Self = Self(16);

    /// Whether all of these flags are set; sizes are not compared.
    pub fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Size as a factor of the usual one.
    pub(super) fn scale(self) -> f32 {
        match self.0 >> SCALE_SHIFT {
            0 => 1.0,
            steps => steps as f32 / SCALE_STEPS,
        }
    }

    /// The same style at another size, from 1/16 to 15 times the usual one.
    pub fn scaled(self, factor: f32) -> Self {
        let steps = (factor * SCALE_STEPS).round().clamp(1.0, SCALE_MAX) as u32;
        Self(self.0 & ((1 << SCALE_SHIFT) - 1) | steps << SCALE_SHIFT)
    }
}

impl BitOr for PointStyle {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for PointStyle {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}
