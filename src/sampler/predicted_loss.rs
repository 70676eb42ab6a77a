//! Unlabelled samples by the loss that the labelled samples near them have, in latent space: what SI climbs by its gradient,
//! asked of real samples.

use super::pool::highest;
use super::{Candidate, Considered, Interrupted, Place, Sampler, SamplerInput, distance, pool};
use crate::dataset::Class;
use crate::rng::Rng;

/// Labelled samples whose mean loss is the prediction.
const NEIGHBOURS: usize = 5;

/// Draws from a pool of `experiment.pool_size` in proportion to the predicted loss (Kirsch et al. 2023, with power 1): the
/// highest alone would all be neighbours of each other.
pub struct PredictedLoss;

impl Sampler for PredictedLoss {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let predicted = predicted(input, &pool)?;
        // The largest keys, ln w - ln(-ln u), are a draw without replacement in proportion to w.
        let keys: Vec<f32> =
            predicted.iter().map(|loss| loss.max(f32::MIN_POSITIVE).ln() - (-rng.uniform().ln()).ln()).collect();
        input.show(|| Considered { samples: pool.clone(), scores: predicted.clone(), ..Considered::default() });
        let candidate =
            |at: usize| Candidate { place: Place::Sample(pool[at]), score: Some(predicted[at]), step: None };
        Ok(highest(&keys, count).into_iter().map(candidate).collect())
    }
}

/// The mean loss of the labelled samples that are nearest to each sample of `pool`, in nats or kPa^2; 0 if there are none
/// with a loss.
fn predicted(input: &SamplerInput<'_>, pool: &[u32]) -> Result<Vec<f32>, Interrupted> {
    let bought = input.labelled.bought();
    let known = losses(input, bought)?;
    let mut predicted = Vec::with_capacity(pool.len());
    for (done, &sample) in pool.iter().enumerate() {
        input.go_on(done, pool.len())?;
        let code = input.latent.code(sample);
        let near = |at: usize| distance::squared(code, input.labelled.code(bought[at].0, input.latent));
        let mut near: Vec<(f32, f32)> = known.iter().enumerate().map(|(at, &loss)| (near(at), loss)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(NEIGHBOURS);
        let sum: f32 = near.iter().map(|(_, loss)| loss).sum();
        predicted.push(Some(sum / near.len() as f32).filter(|loss| loss.is_finite()).unwrap_or(0.0));
    }
    Ok(predicted)
}

/// The loss of each labelled sample, in nats or kPa^2.
fn losses(input: &SamplerInput<'_>, bought: &[(u32, Class)]) -> Result<Vec<f32>, Interrupted> {
    let target = input.target;
    let mut losses = Vec::with_capacity(bought.len());
    for chunk in bought.chunks(target.images_per_unit()) {
        input.go_on(losses.len(), bought.len())?;
        let samples: Vec<u32> = chunk.iter().map(|&(sample, _)| sample).collect();
        let maps: Vec<f32> = samples.iter().filter_map(|&s| input.labelled.map(s)).flatten().copied().collect();
        if maps.is_empty() {
            let rows = pool::log_probabilities(input, &samples)?;
            let rows = rows.chunks_exact(target.classes());
            losses.extend(rows.zip(chunk).map(|(row, &(_, label))| -row[usize::from(label)]));
        } else {
            let found = target.maps(input.pixels(&samples));
            losses.extend(target.map_losses(&found, &maps, samples.len()));
        }
    }
    Ok(losses)
}
