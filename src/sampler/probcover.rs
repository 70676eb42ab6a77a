//! ProbCover (Yehuda et al. 2022): coverage of the codes by balls, each sample the one whose ball has most that no other
//! has.

use super::herding::{Herd, Kernel};
use super::k_means::k_means;
use super::{Candidate, Interrupted, Sampler, SamplerInput, distance, herding, pool};
use crate::rng::Rng;

/// The share of balls that may hold samples of several pseudo-labels, as in the paper, which asks for 95 % pure ones.
const IMPURE: f32 = 0.05;
const ROWS_PER_CHUNK: usize = 128;

/// Covers a pool of `experiment.pool_size` codes by balls, beside what is labelled.
pub struct ProbCover;

impl Sampler for ProbCover {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let (codes, dim) = (pool::codes(input, &pool), input.latent.dim());
        let labels = k_means(&codes, dim, input.target.classes(), rng, |done, all| input.go_on(done, all))?;
        let kernel = Kernel::Ball(radius(&codes, dim, &labels, |done, all| input.go_on(done, all))?);
        let herd = Herd::new(&codes, kernel, vec![1.0; pool.len()]);
        herding::propose(input, herd, pool, Vec::new(), count)
    }
}

/// The largest radius at which 95 % of the balls are pure: hold no sample of another pseudo-label.
pub fn radius(
    codes: &[f32],
    dim: usize,
    labels: &[usize],
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<f32, Interrupted> {
    // A ball is pure up to the distance of the nearest sample of another label, so the radius is a quantile of these.
    let mut purest = Vec::with_capacity(labels.len());
    for (i, (code, label)) in codes.chunks_exact(dim).zip(labels).enumerate() {
        if i % ROWS_PER_CHUNK == 0 {
            go_on(i, labels.len())?;
        }
        let others = codes.chunks_exact(dim).zip(labels).filter(|(_, other)| *other != label);
        purest.push(others.map(|(other, _)| distance::squared(code, other)).fold(f32::INFINITY, f32::min));
    }
    purest.sort_by(f32::total_cmp);
    let at = (IMPURE * labels.len() as f32) as usize;
    Ok(purest.get(at).map_or(f32::INFINITY, |square| square.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radius_leaves_one_ball_in_twenty_impure() {
        // Two labels meet at 50; a ball of radius r is impure within r of it.
        let codes: Vec<f32> = (0..100).map(|i| i as f32).collect();
        let labels: Vec<usize> = (0..100).map(|i| i / 50).collect();
        let found = radius(&codes, 1, &labels, |_, _| Ok(())).unwrap();
        assert_eq!(codes.iter().filter(|c| (**c - 49.5).abs() + 0.5 < found).count(), 4);
        assert_eq!(found, 3.0);
        assert_eq!(radius(&codes, 1, &[7; 100], |_, _| Ok(())).unwrap(), f32::INFINITY);
    }
}
