//! The random pool of scoring strategies, and the target's predictions and features on it.

use super::{Interrupted, SamplerInput};
use crate::rng::Rng;

/// `size` random unlabelled samples, ascending; all of them if there are fewer.
pub fn random_pool(input: &SamplerInput<'_>, size: usize, rng: &mut Rng) -> Vec<u32> {
    let mut pool = rng.choose(&input.labelled.unlabelled(), size);
    pool.sort_unstable();
    pool
}

/// The codes of samples, `[samples.len(), dim]`.
pub fn codes(input: &SamplerInput<'_>, samples: &[u32]) -> Vec<f32> {
    samples.iter().flat_map(|&s| input.labelled.code(s, input.latent)).copied().collect()
}

/// Log probabilities of the classes of F(x), `[samples.len(), classes]`.
pub fn log_probabilities(input: &SamplerInput<'_>, samples: &[u32]) -> Result<Vec<f32>, Interrupted> {
    let mut rows = Vec::with_capacity(samples.len() * input.target.classes());
    for chunk in samples.chunks(input.target.images_per_unit()) {
        input.go_on(rows.len(), samples.len() * input.target.classes())?;
        rows.extend(input.target.log_probabilities(input.pixels(chunk)));
    }
    Ok(rows)
}

/// Penultimate features, `[samples.len(), width]`, and log probabilities, `[samples.len(), classes]`.
pub fn features(input: &SamplerInput<'_>, samples: &[u32]) -> Result<(Vec<f32>, Vec<f32>), Interrupted> {
    let (mut features, mut rows) = (Vec::new(), Vec::new());
    let chunks = samples.chunks(input.target.images_per_unit());
    let all = chunks.len();
    for (done, chunk) in chunks.enumerate() {
        input.go_on(done, all)?;
        let (f, r) = input.target.features(input.pixels(chunk));
        features.extend(f);
        rows.extend(r);
    }
    Ok((features, rows))
}

/// The indices of the `count` highest scores, highest first, ties by index.
pub fn highest(scores: &[f32], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order.truncate(count);
    order
}
