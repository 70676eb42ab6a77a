//! Sums over the planes of images, `[n, channels, places]`, in an order that does not depend on threads.

/// Partial sums, so that the compiler can add several values at once.
const LANES: usize = 16;

/// The sum of `term` over places.
#[inline(always)]
pub fn sum(len: usize, term: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let whole = len / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(start + lane);
        }
    }
    let rest: f32 = (whole..len).map(term).sum();
    lanes.iter().sum::<f32>() + rest
}

/// The sum of each channel.
pub fn channel_sums(values: &[f32], channels: usize, places: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for (i, plane) in values.chunks_exact(places).enumerate() {
        sums[i % channels] += sum(places, |at| plane[at]);
    }
    sums
}
