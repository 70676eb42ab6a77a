//! SNN turned round, after ALFA-Mix (Parvaneh et al. 2022) and DFAL (Ducoffe and Precioso 2018): from the code of an
//! unlabelled sample along the gradient until the target changes its mind; the samples for which that is near are labelled.
//!
//! Nothing is snapped: the sample at which the path begins is the one that is labelled. k-means spreads the choice.

use super::k_means::k_means;
use super::{
    Anchor, Candidate, Considered, Interrupted, MovedPoint, Place, Sampler, SamplerInput, Stride, distance,
    move_points, pool,
};
use crate::dataset::Class;
use crate::neighbours::Neighbour;
use crate::rng::Rng;
use crate::target::argmax;

/// How often the last step is halved to find where on it the prediction changes: to 1/16 of a step.
const HALVINGS: usize = 4;

/// Follows `experiment.flip_pool` codes for at most `experiment.flip_steps` steps each.
pub struct SnnFlip;

/// The way of a sample's code towards the boundary, with the predicted class as its label.
struct Path {
    point: MovedPoint,
    /// The point before the last step.
    before: Vec<f32>,
    /// Whether another class is predicted at its end.
    flips: bool,
}

impl Path {
    fn length(&self) -> f32 {
        distance::squared(&self.point.from, &self.point.to).sqrt()
    }
}

impl Sampler for SnnFlip {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let kept = input.experiment.proposal_factor * count;
        let pool = pool::random_pool(input, input.experiment.flip_pool.max(kept), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let mut paths = walk(input, &pool, rng)?;
        halve(input, &mut paths)?;
        paths.sort_by(|a, b| b.flips.cmp(&a.flips).then(a.length().total_cmp(&b.length())));
        let candidate = |path: &Path| {
            let (sample, distance) = (path.point.parent, path.length());
            let step = path.point.clone().snapped(input.latent, Neighbour { sample, distance });
            Candidate { place: Place::Sample(sample), score: Some(-distance / input.latent.scale()), step: Some(step) }
        };
        let all: Vec<Candidate> = paths.iter().map(candidate).collect();
        let codes: Vec<f32> = paths.iter().take(kept).flat_map(|path| path.point.from.clone()).collect();
        let clusters = k_means(&codes, input.latent.dim(), count, rng, |done, all| input.go_on(done, all))?;
        input.show(|| Considered {
            samples: all.iter().filter_map(Candidate::train_sample).collect(),
            scores: all.iter().filter_map(|c| c.score).collect(),
            log_probabilities: Vec::new(),
            steps: all.iter().filter_map(|c| c.step.clone()).collect(),
        });
        Ok(middles(&codes, &clusters, count).into_iter().map(|at| all[at].clone()).collect())
    }
}

/// The path of each sample, until the prediction changes or the steps are done.
fn walk(input: &SamplerInput<'_>, pool: &[u32], rng: &mut Rng) -> Result<Vec<Path>, Interrupted> {
    let codes = pool::codes(input, pool);
    let labels = predicted(input, &codes)?;
    let mut paths: Vec<Path> = Vec::with_capacity(pool.len());
    for step in 0..input.experiment.flip_steps {
        let open: Vec<usize> = (0..pool.len()).filter(|&i| step == 0 || !paths[i].flips).collect();
        let code = |i: usize| if step == 0 { input.latent.code(pool[i]) } else { &paths[i].point.to };
        let anchor = |&i: &usize| Anchor { sample: pool[i], label: labels[i], code: code(i), map: None };
        let anchors: Vec<Anchor<'_>> = open.iter().map(anchor).collect();
        let moved = move_points(input.terrain(), Stride::of(input.experiment), &anchors, rng)?;
        let ends: Vec<f32> = moved.iter().flat_map(|point| &point.to).copied().collect();
        let ends = predicted(input, &ends)?;
        for ((i, mut point), end) in open.into_iter().zip(moved).zip(ends) {
            let finite = point.to.iter().all(|v| v.is_finite());
            if !finite {
                point.to.clone_from(&point.from);
            }
            let flips = finite && end != labels[i];
            match paths.get_mut(i) {
                Some(path) => {
                    path.before = std::mem::replace(&mut path.point.to, point.to);
                    path.flips = flips;
                }
                None => paths.push(Path { before: point.from.clone(), point, flips }),
            }
        }
    }
    Ok(paths)
}

/// Shortens the paths that flip to where the prediction changes.
fn halve(input: &SamplerInput<'_>, paths: &mut [Path]) -> Result<(), Interrupted> {
    for _ in 0..HALVINGS {
        let middle =
            |path: &Path| -> Vec<f32> { path.before.iter().zip(&path.point.to).map(|(a, b)| (a + b) / 2.0).collect() };
        let middles: Vec<Vec<f32>> = paths.iter().filter(|path| path.flips).map(middle).collect();
        let classes = predicted(input, &middles.concat())?;
        for ((path, middle), class) in paths.iter_mut().filter(|path| path.flips).zip(middles).zip(classes) {
            if class == path.point.parent_label {
                path.before = middle;
            } else {
                path.point.to = middle;
            }
        }
    }
    Ok(())
}

/// The class that the target predicts for the decoded image of each point.
fn predicted(input: &SamplerInput<'_>, points: &[f32]) -> Result<Vec<Class>, Interrupted> {
    let (classes, dim) = (input.target.classes(), input.latent.dim());
    let mut found = Vec::with_capacity(points.len() / dim);
    for chunk in points.chunks(dim * input.target.images_per_unit()) {
        input.go_on(found.len() * dim, points.len())?;
        let rows = input.target.log_probabilities(input.generator.decode(chunk));
        found.extend(rows.chunks_exact(classes).map(|row| argmax(row) as Class));
    }
    Ok(found)
}

/// Of each cluster the place nearest to its mean, and as many more of the first as are missing, ascending.
fn middles(codes: &[f32], clusters: &[usize], count: usize) -> Vec<usize> {
    let width = codes.len() / clusters.len().max(1);
    let code = |at: usize| &codes[at * width..][..width];
    let mut chosen = Vec::new();
    for cluster in 0..count {
        let members: Vec<usize> = (0..clusters.len()).filter(|&at| clusters[at] == cluster).collect();
        let mean: Vec<f32> = (0..width)
            .map(|k| members.iter().map(|&at| code(at)[k]).sum::<f32>() / members.len().max(1) as f32)
            .collect();
        let to_mean = |at: usize| distance::squared(code(at), &mean);
        chosen.extend(members.into_iter().min_by(|&a, &b| to_mean(a).total_cmp(&to_mean(b))));
    }
    let others = (0..clusters.len()).filter(|at| !chosen.contains(at)).take(count - chosen.len());
    chosen.extend(others.collect::<Vec<_>>());
    chosen.sort_unstable();
    chosen
}
