//! Sums over the planes of images, `[n, channels, places]`, in an order that does not depend on threads.

use super::wide::{self, Formula, Values, widest};

/// A value.
#[derive(Debug, Clone, Copy)]
pub struct Itself;

impl Formula<1> for Itself {
    #[inline(always)]
    fn of<V: Values>(self, [value]: [V; 1]) -> V {
        value
    }
}

/// The sum of each channel.
pub fn channel_sums(values: &[f32], channels: usize, places: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    widest!(simd => for (i, plane) in values.chunks_exact(places).enumerate() {
        sums[i % channels] += wide::sum(simd, Itself, [plane]);
    });
    sums
}
