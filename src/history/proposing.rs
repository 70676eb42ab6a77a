//! How the proposals of a round came about: what they cost, and the kernel that covered latent space.

use serde::{Deserialize, Serialize};

/// What a strategy took for the proposals of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Images that the target scored for it, decoded ones included; one that is scored twice counts twice.
    pub scored: usize,
    /// Seconds; never compared.
    pub seconds: f32,
}

impl std::ops::AddAssign for Price {
    fn add_assign(&mut self, other: Self) {
        self.scored += other.scored;
        self.seconds += other.seconds;
    }
}

/// How far two points at a distance d cover each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Kernel {
    /// exp(-d^2 / h^2) of this bandwidth h.
    Gaussian(f32),
    /// 1 below this radius, else 0.
    Ball(f32),
}

impl Kernel {
    /// k at this squared distance, in [0, 1].
    pub fn at(self, squared: f32) -> f32 {
        match self {
            Self::Gaussian(h) => (-squared / (h * h)).exp(),
            Self::Ball(radius) => f32::from(u8::from(squared < radius * radius)),
        }
    }

    /// The bandwidth or the radius.
    pub fn width(self) -> f32 {
        let (Self::Gaussian(width) | Self::Ball(width)) = self;
        width
    }
}

/// How a herding strategy covered latent space in a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// How far one point covers another.
    pub kernel: Kernel,
    /// Samples that it chose among.
    pub pool: usize,
    /// Quartiles of their weights u; `None` if all are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<[f32; 3]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_one_at_the_point_and_fall_with_the_distance() {
        for (kernel, at_width, far) in [(Kernel::Gaussian(0.5), (-1.0_f32).exp(), 1e-6), (Kernel::Ball(0.5), 0.0, 0.0)]
        {
            assert_eq!((kernel.at(0.0), kernel.at(0.25), kernel.width()), (1.0, at_width, 0.5));
            assert!(kernel.at(4.0) <= far);
        }
    }
}
