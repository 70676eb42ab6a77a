//! What follows a layer's sum: nothing, or a rectifier.

use std::borrow::Cow;

use super::wide::{self, Formula, Values};

/// A rectifier with this slope below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activation {
    slope: f32,
}

impl Activation {
    /// The identity.
    pub const NONE: Self = Self { slope: 1.0 };
    /// A rectifier: zero below zero.
    pub const RELU: Self = Self { slope: 0.0 };

    /// A leaky rectifier.
    pub const fn leaky(slope: f32) -> Self {
        Self { slope }
    }

    /// The factor of values below zero: 1 leaves them, 0 removes them.
    pub fn slope(self) -> f32 {
        self.slope
    }

    /// Applies it to values. A NaN is passed on: a diverged model must not look healthy.
    #[inline(always)]
    pub fn apply<V: Values>(self, values: V) -> V {
        values.where_below(0.0, values * self.slope, values)
    }

    /// The gradient before it, from the gradient after it and the values after it.
    #[inline(always)]
    pub fn backward<V: Values>(self, gradient: V, after: V) -> V {
        let below = gradient * self.slope;
        // Only the slope 0 maps a negative value to zero, where the gradient is zero too.
        match self.slope == 0.0 {
            true => after.where_at_most(0.0, below, gradient),
            false => after.where_below(0.0, below, gradient),
        }
    }

    /// The gradient before it, for all values.
    pub fn gradients<'a>(self, gradient: &'a [f32], after: &[f32]) -> Cow<'a, [f32]> {
        match self {
            Self::NONE => Cow::Borrowed(gradient),
            _ => {
                let mut before = vec![0.0; gradient.len()];
                wide::map(Before(self), [gradient, after], &mut before);
                Cow::Owned(before)
            }
        }
    }
}

/// The gradient before a rectifier, from that after it and the value after it.
#[derive(Debug, Clone, Copy)]
pub struct Before(pub Activation);

impl Formula<2> for Before {
    #[inline(always)]
    fn of<V: Values>(self, [gradient, after]: [V; 2]) -> V {
        self.0.backward(gradient, after)
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
    pub fn of(self, channel: usize) -> Finish {
        Finish { bias: self.bias.get(channel).copied().unwrap_or_default(), activation: self.activation }
    }

    /// Does it to all values of `[n, channels, places]`.
    pub fn apply(self, values: &mut [f32], channels: usize, places: usize) {
        if self.bias.is_empty() && self.activation == Activation::NONE {
            return;
        }
        for (i, plane) in values.chunks_exact_mut(places).enumerate() {
            wide::change(self.of(i % channels), plane);
        }
    }
}

/// A bias, and a rectifier.
#[derive(Debug, Clone, Copy)]
pub struct Finish {
    bias: f32,
    activation: Activation,
}

impl Formula<1> for Finish {
    #[inline(always)]
    fn of<V: Values>(self, [value]: [V; 1]) -> V {
        self.activation.apply(value + self.bias)
    }
}
