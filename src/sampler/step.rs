//! The step towards harder samples, p' = p + alpha d (Eq. 2), shared by the samplers and the walks.

use super::input::{Interrupted, SamplerInput, go_on};
use crate::dataset::Class;
use crate::experiment::{Experiment, GradientKind};
use crate::generator::Generator;
use crate::history::LatentStep;
use crate::latent::LatentSpace;
use crate::neighbours::Neighbour;
use crate::rng::Rng;
use crate::target::{FrozenTarget, Truth, latent_gradient};

/// Anchors whose gradients are computed together: about 50 ms of LeNet and VAE on one core; fewer for larger networks.
const ANCHORS_PER_CHUNK: usize = 64;

/// A labelled point that a step starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchor<'a> {
    /// A train sample, or a generated one, numbered after the train split.
    pub sample: u32,
    /// The label that the loss is taken with.
    pub label: Class,
    /// p, `[latent_dim]`.
    pub code: &'a [f32],
    /// Its scaled map, if labels are maps.
    pub map: Option<&'a [f32]>,
}

/// An anchor after its step, before the snap to a neighbour.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedPoint {
    /// The anchor: a train sample, or a generated one, numbered after the train split.
    pub parent: u32,
    /// The label that the loss was taken with.
    pub parent_label: Class,
    /// Loss of F(G(p)) before the step (nats, or kPa^2).
    pub loss: f32,
    /// The anchor's point p.
    pub from: Vec<f32>,
    /// The gradient dL/dp.
    pub gradient: Vec<f32>,
    /// The moved point p'.
    pub to: Vec<f32>,
}

impl MovedPoint {
    /// The whole step if the sample is generated at p' itself.
    pub fn made(self) -> LatentStep {
        LatentStep {
            parent: self.parent,
            parent_label: self.parent_label,
            loss: self.loss,
            from: self.from,
            gradient: self.gradient,
            neighbour: self.to.clone(),
            to: self.to,
            snap_distance: 0.0,
        }
    }

    /// The whole step with the neighbour of p'.
    pub fn snapped(self, latent: &LatentSpace, neighbour: Neighbour) -> LatentStep {
        LatentStep {
            parent: self.parent,
            parent_label: self.parent_label,
            loss: self.loss,
            from: self.from,
            gradient: self.gradient,
            to: self.to,
            neighbour: latent.code(neighbour.sample).to_vec(),
            snap_distance: neighbour.distance,
        }
    }
}

/// Direction and length of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stride {
    pub heading: Heading,
    /// Step length alpha, in units of the embedding's mean standard deviation.
    pub alpha: f32,
}

/// Direction of a step. All but `Gradient` are ablations, which show whether the gradient matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// The direction d of Eq. 2, towards a higher loss.
    Gradient,
    /// -d: towards a lower loss.
    Reversed,
    /// A direction drawn uniformly from the sphere.
    Random,
}

impl Stride {
    /// The step of Eq. 2.
    pub fn of(experiment: &Experiment) -> Self {
        Self { heading: Heading::Gradient, alpha: experiment.alpha }
    }
}

/// The models and the latent space that a step needs.
#[derive(Clone, Copy)]
pub struct Terrain<'a> {
    pub latent: &'a LatentSpace,
    pub generator: &'a dyn Generator,
    pub target: &'a FrozenTarget,
    /// Whether d is the gradient or its unit vector (Eq. 2).
    pub gradient: GradientKind,
    /// Called between chunks of work with the share that is done: whether to stop.
    pub interrupted: &'a dyn Fn(f32) -> bool,
}

impl<'a> SamplerInput<'a> {
    /// The models and the latent space of this input.
    pub(super) fn terrain(&self) -> Terrain<'a> {
        Terrain {
            latent: self.latent,
            generator: self.generator,
            target: self.target,
            gradient: self.experiment.gradient,
            interrupted: self.interrupted,
        }
    }
}

/// Moves each anchor one step. `rng` is used for random directions only.
pub fn move_points(
    terrain: Terrain<'_>,
    stride: Stride,
    anchors: &[Anchor<'_>],
    rng: &mut Rng,
) -> Result<Vec<MovedPoint>, Interrupted> {
    let Terrain { latent, generator, target, gradient: kind, interrupted } = terrain;
    let dim = latent.dim();
    let length = stride.alpha * latent.scale();
    let mut moved = Vec::with_capacity(anchors.len());
    for chunk in anchors.chunks(ANCHORS_PER_CHUNK.min(target.images_per_unit())) {
        go_on(interrupted, moved.len(), anchors.len())?;
        let codes: Vec<f32> = chunk.iter().flat_map(|a| a.code.to_vec()).collect();
        let labels: Vec<Class> = chunk.iter().map(|a| a.label).collect();
        let maps: Vec<f32> = chunk.iter().filter_map(|a| a.map).flatten().copied().collect();
        let truth = if maps.is_empty() { Truth::Classes(&labels) } else { Truth::Maps(&maps) };
        let found = latent_gradient(generator, target, &codes, truth);
        for (i, &Anchor { sample: parent, label: parent_label, .. }) in chunk.iter().enumerate() {
            let from = codes[i * dim..(i + 1) * dim].to_vec();
            let gradient = found.gradient[i * dim..(i + 1) * dim].to_vec();
            let to = match stride.heading {
                Heading::Gradient => stepped(&from, &gradient, kind, length),
                Heading::Reversed => stepped(&from, &gradient, kind, -length),
                Heading::Random => stepped(&from, &rng.normals(dim), GradientKind::Normalised, length),
            };
            moved.push(MovedPoint { parent, parent_label, loss: found.loss[i], from, gradient, to });
        }
    }
    Ok(moved)
}

/// p' = p + length * d, where d is the gradient, normalised or raw. With an unusable gradient the point stays.
pub fn stepped(from: &[f32], gradient: &[f32], kind: GradientKind, length: f32) -> Vec<f32> {
    let norm = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
    let factor = match kind {
        _ if !norm.is_finite() || norm == 0.0 => 0.0,
        GradientKind::Normalised => length / norm,
        GradientKind::Raw => length,
    };
    from.iter().zip(gradient).map(|(p, g)| if factor == 0.0 { *p } else { p + factor * g }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_eq_2() {
        for (gradient, kind, length, expected) in [
            ([3.0, 4.0], GradientKind::Normalised, 0.5, [1.3, 2.4]),
            ([3.0, 4.0], GradientKind::Raw, 0.5, [2.5, 4.0]),
            ([0.0, 0.0], GradientKind::Normalised, 0.5, [1.0, 2.0]),
            ([f32::NAN, 1.0], GradientKind::Normalised, 0.5, [1.0, 2.0]),
            ([f32::NAN, 1.0], GradientKind::Raw, 0.5, [1.0, 2.0]),
            ([3.0, 4.0], GradientKind::Raw, 0.0, [1.0, 2.0]),
        ] {
            let got = stepped(&[1.0, 2.0], &gradient, kind, length);
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{gradient:?} {kind}: {got:?}");
        }
    }
}
