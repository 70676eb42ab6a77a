//! What follows a layer's sum: nothing, or a rectifier.

use std::borrow::Cow;

/// A rectifier with this slope below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activation {
    slope: f32,
}

impl Activation {
    pub const NONE: Self = Self { slope: 1.0 };
    pub const RELU: Self = Self { slope: 0.0 };

    /// A leaky rectifier.
    pub const fn leaky(slope: f32) -> Self {
        Self { slope }
    }

    pub fn slope(self) -> f32 {
        self.slope
    }

    /// Applies it to one value. A NaN is passed on: a diverged model must not look healthy.
    #[inline(always)]
    pub fn apply(self, value: f32) -> f32 {
        if value < 0.0 { self.slope * value } else { value }
    }

    /// The gradient before it, from the gradient after it and the value after it.
    #[inline(always)]
    pub fn backward(self, gradient: f32, after: f32) -> f32 {
        // Only the slope 0 maps a negative value to zero, where the gradient is zero too.
        let below = (after < 0.0) | ((after == 0.0) & (self.slope == 0.0));
        gradient * if below { self.slope } else { 1.0 }
    }

    /// The gradient before it, for all values.
    pub fn gradients<'a>(self, gradient: &'a [f32], after: &[f32]) -> Cow<'a, [f32]> {
        match self {
            Self::NONE => Cow::Borrowed(gradient),
            _ => gradient.iter().zip(after).map(|(g, a)| self.backward(*g, *a)).collect(),
        }
    }
}

/// What is done with each value of a result: a bias for each channel, if there is one, and a rectifier.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    pub bias: &'a [f32],
    pub activation: Activation,
}

impl After<'_> {
    pub const NOTHING: Self = Self { bias: &[], activation: Activation::NONE };

    /// What is done with a value of this channel.
    #[inline(always)]
    pub fn of(self, channel: usize) -> impl Fn(f32) -> f32 {
        let bias = self.bias.get(channel).copied().unwrap_or_default();
        move |value| self.activation.apply(value + bias)
    }

    /// Does it to all values of `[n, channels, places]`.
    pub fn apply(self, values: &mut [f32], channels: usize, places: usize) {
        if self.bias.is_empty() && self.activation == Activation::NONE {
            return;
        }
        for (i, plane) in values.chunks_exact_mut(places).enumerate() {
            let of = self.of(i % channels);
            plane.iter_mut().for_each(|v| *v = of(*v));
        }
    }
}
