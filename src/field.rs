//! The decision field: the target's predictions F(G(p)) over a plane in latent space, from coarse to fine.
//!
//! It is for display: no sampler sees it, and it reads true labels only for the loss.

use std::collections::HashMap;
use std::sync::Arc;

use crate::dataset::{Class, Split};
use crate::generator::Generator;
use crate::latent::LatentSpace;
use crate::sampler::Measure;
use crate::target::{FrozenTarget, latent_gradient, prediction};

/// Cells along a side at each level, from the coarsest to the finest.
pub const LEVELS: [usize; 4] = [16, 32, 64, 128];
/// Points evaluated at once: about 50 ms of decoder and LeNet on one core, gradients included.
const CHUNK: usize = 64;

/// A parallelogram in latent space, each vector of the space's dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// The corner at which cell 0 begins.
    pub origin: Vec<f32>,
    /// From the corner along a row of cells, over the whole side.
    pub edge_u: Vec<f32>,
    /// From the corner from row to row, over the whole side.
    pub edge_v: Vec<f32>,
}

impl Plane {
    /// The centre of a cell of `side` x `side`; cells run along `edge_u` first.
    pub fn point(&self, cell: usize, side: usize) -> Vec<f32> {
        let share = |i: usize| (i as f32 + 0.5) / side as f32;
        let (u, v) = (share(cell % side), share(cell / side));
        let edges = self.edge_u.iter().zip(&self.edge_v);
        self.origin.iter().zip(edges).map(|(o, (eu, ev))| o + u * eu + v * ev).collect()
    }

    fn fits(&self, dim: usize) -> bool {
        [&self.origin, &self.edge_u, &self.edge_v].iter().all(|v| v.len() == dim && v.iter().all(|x| x.is_finite()))
    }
}

/// A request for a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRequest {
    pub plane: Plane,
    /// The label of the loss; `None` takes the label of the nearest sample.
    pub label: Option<Class>,
    /// Whether to compute the disagreement too, which costs as much as all the rest.
    pub disagreement: bool,
}

/// The field at the centre of each cell, `[side, side]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub request: FieldRequest,
    /// Cells along a side: one of `LEVELS`.
    pub side: usize,
    /// The most probable class.
    pub class: Vec<Class>,
    /// The probability of the most probable class, 0 to 1.
    pub confidence: Vec<f32>,
    /// Entropy of the class probabilities (nats): hardness without a label.
    pub entropy: Vec<f32>,
    /// Cross entropy with the requested label, or with that of the nearest sample (nats).
    pub loss: Vec<f32>,
    /// r10: distance to the 10th embedded sample. Where it is large, decoded images are unreliable.
    pub sparsity: Vec<f32>,
    /// Total variation between F(x) and F(G(E(x))) at the nearest sample x, from 0 to 1; empty if it was not requested.
    /// Where it is large, decoded images are unreliable.
    pub disagreement: Vec<f32>,
    /// dL/dp of that loss, at the cells of the coarsest level.
    pub quiver: Arc<Vec<Arrow>>,
    /// Optimiser steps of the target that the field was computed with.
    pub minibatches: usize,
}

/// The gradient at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// The latent point, a cell's centre.
    pub at: Vec<f32>,
    /// dL/dp there, by the loss of that cell.
    pub gradient: Vec<f32>,
}

/// The models and the latent space that a field is computed from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub latent: &'a LatentSpace,
    pub train: &'a Split,
    pub generator: &'a dyn Generator,
}

/// A field in computation, level by level and chunk by chunk.
pub struct Fieldwork {
    request: FieldRequest,
    level: usize,
    /// The target and its optimiser steps when the level began: a field shows one state of the target.
    target: Option<(FrozenTarget, usize)>,
    making: Field,
    /// Disagreements at samples, for this target.
    disagreements: HashMap<u32, f32>,
}

impl Fieldwork {
    /// `None` if the plane does not lie in a space of `dim` dimensions.
    pub fn new(request: FieldRequest, dim: usize) -> Option<Self> {
        let making = empty(&request, LEVELS[0]);
        request.plane.fits(dim).then_some(Self {
            request,
            level: 0,
            target: None,
            making,
            disagreements: HashMap::new(),
        })
    }

    /// The request.
    pub fn into_request(self) -> FieldRequest {
        self.request
    }

    /// Whether the finest level is complete for a target after this many optimiser steps.
    pub fn is_fresh(&self, minibatches: usize) -> bool {
        self.level >= LEVELS.len() && self.making.minibatches == minibatches
    }

    /// Computes one chunk; returns the field when a level is complete. If the target was trained meanwhile, its field
    /// begins at the coarsest level again after the present level.
    pub fn advance(
        &mut self,
        ground: Ground<'_>,
        minibatches: usize,
        target: impl FnOnce() -> FrozenTarget,
    ) -> Option<Arc<Field>> {
        if self.level >= LEVELS.len() {
            self.restart();
        }
        let (target, of) = self.target.get_or_insert_with(|| (target(), minibatches)).clone();
        let side = self.making.side;
        let begin = self.making.class.len();
        let end = (begin + CHUNK).min(side * side);
        let nearest = extend(&mut self.making, begin..end, ground, &target, self.level == 0);
        if self.request.disagreement {
            disagree(&mut self.disagreements, &nearest, ground, &target);
            self.making.disagreement.extend(nearest.iter().filter_map(|s| self.disagreements.get(s)));
        }
        if end < side * side {
            return None;
        }
        self.making.minibatches = of;
        let finished = Arc::new(self.making.clone());
        if of == minibatches {
            self.level += 1;
            if let Some(&side) = LEVELS.get(self.level) {
                self.making = Field { quiver: Arc::clone(&finished.quiver), ..empty(&self.request, side) };
            }
        } else {
            self.restart();
        }
        Some(finished)
    }

    fn restart(&mut self) {
        self.level = 0;
        self.target = None;
        self.disagreements.clear();
        self.making = empty(&self.request, LEVELS[0]);
    }
}

fn empty(request: &FieldRequest, side: usize) -> Field {
    Field {
        request: request.clone(),
        side,
        class: Vec::new(),
        confidence: Vec::new(),
        entropy: Vec::new(),
        loss: Vec::new(),
        sparsity: Vec::new(),
        disagreement: Vec::new(),
        quiver: Arc::default(),
        minibatches: 0,
    }
}

/// Adds `cells` to a field, with gradients (at twice the cost) if `quiver`; returns the sample nearest to each cell.
fn extend(
    field: &mut Field,
    cells: std::ops::Range<usize>,
    ground: Ground<'_>,
    target: &FrozenTarget,
    quiver: bool,
) -> Vec<u32> {
    let points: Vec<Vec<f32>> = cells.map(|cell| field.request.plane.point(cell, field.side)).collect();
    let nearest = |p: &Vec<f32>| ground.latent.index().nearest(p, |_| false).map_or(0, |n| n.sample);
    let nearest: Vec<u32> = points.iter().map(nearest).collect();
    let own = |sample: u32| ground.train.labels().get(sample as usize).copied().unwrap_or(0);
    let labels: Vec<Class> = nearest.iter().map(|&s| field.request.label.unwrap_or_else(|| own(s))).collect();
    let codes = points.concat();
    let log_probabilities = if quiver {
        let found = latent_gradient(ground.generator, target, &codes, &labels);
        let gradients = found.gradient.chunks_exact(ground.generator.latent_dim());
        let arrows = points.iter().zip(gradients).map(|(at, g)| Arrow { at: at.clone(), gradient: g.to_vec() });
        Arc::make_mut(&mut field.quiver).extend(arrows);
        found.log_probabilities
    } else {
        target.log_probabilities(ground.generator.decode(&codes))
    };
    for ((point, label), row) in points.iter().zip(labels).zip(log_probabilities.chunks_exact(target.classes())) {
        let (class, loss) = prediction(row, label);
        field.class.push(class);
        field.confidence.push(row[usize::from(class)].exp());
        field.entropy.push(Measure::Entropy.of(row));
        field.loss.push(loss);
        field.sparsity.push(ground.latent.sparsity_at(point));
    }
    nearest
}

/// Computes the disagreement F(x) with F(G(E(x))) of those samples that are not yet known.
fn disagree(known: &mut HashMap<u32, f32>, samples: &[u32], ground: Ground<'_>, target: &FrozenTarget) {
    let mut unknown: Vec<u32> = samples.iter().copied().filter(|s| !known.contains_key(s)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    if unknown.is_empty() {
        return;
    }
    let codes: Vec<f32> = unknown.iter().flat_map(|&s| ground.latent.code(s)).copied().collect();
    let real = target.log_probabilities(ground.train.gather(&unknown));
    let decoded = target.log_probabilities(ground.generator.decode(&codes));
    let classes = target.classes();
    for (sample, (x, g)) in unknown.iter().zip(real.chunks_exact(classes).zip(decoded.chunks_exact(classes))) {
        known.insert(*sample, total_variation(x, g));
    }
}

/// Half the sum of absolute differences between two distributions, given by their logarithms.
fn total_variation(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a.exp() - b.exp()).abs()).sum::<f32>() / 2.0
}
