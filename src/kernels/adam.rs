//! Adam in one pass over parameters, gradient and both moments, with the states of burn's own.

use std::collections::HashMap;

use burn::backend::Dispatch;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamState, AdaptiveMomentumState, LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Bytes, Device, Tensor};

use super::layers::on_cpu;
use super::moments::Step;
use super::operation::Layers;

/// Adam without weight decay. On a GPU it computes as burn's does.
#[derive(Debug, Clone, Copy)]
pub struct Adam {
    betas: [f32; 2],
    epsilon: f32,
}

impl Adam {
    /// The optimiser of a whole module.
    pub fn optimiser(betas: [f32; 2], epsilon: f32) -> ModuleOptimizer {
        ModuleOptimizer::from(Self { betas, epsilon })
    }

    fn at(&self, time: usize, rate: LearningRate) -> Step {
        let time = time as i32;
        let root = (1.0 - self.betas[1].powi(time)).sqrt();
        Step {
            betas: self.betas,
            rate: rate as f32,
            factor: root / (1.0 - self.betas[0].powi(time)),
            epsilon: self.epsilon * root,
        }
    }
}

/// The optimiser of a network in a state that was saved. What burn would end the program on is an error, and so are moments of
/// another shape than their parameter, which `Step` would take for a part of it.
pub fn restored(optimiser: ModuleOptimizer, network: &impl Module, state: Vec<u8>) -> Result<ModuleOptimizer, String> {
    let state = Bytes::from_bytes_vec(state);
    let reader = burn_pack::Reader::from_bytes(state.clone());
    let tensors = reader.and_then(burn_pack::Reader::into_tensors).map_err(|e| e.to_string())?;
    if let Some(lost) = tensors.iter().find(|t| t.param_id.is_none()) {
        return Err(format!("the optimiser's state {} belongs to no parameter", lost.name));
    }
    let mut shapes = Shapes::default();
    network.visit(&mut shapes);
    for tensor in tensors.iter().filter(|t| t.name.rsplit('.').next().is_some_and(|field| field.starts_with("moment")))
    {
        let expected = tensor.param_id.and_then(|id| shapes.0.get(&id));
        if let Some(expected) = expected.filter(|expected| **expected != tensor.shape.to_vec()) {
            let (name, found) = (&tensor.name, tensor.shape.to_vec());
            return Err(format!("the optimiser's state {name} has the shape {found:?}, its parameter {expected:?}"));
        }
    }
    optimiser.from_bytes(state).map_err(|e| e.to_string())
}

/// The shapes of a network's parameters.
#[derive(Default)]
struct Shapes(HashMap<u64, Vec<usize>>);

impl ModuleVisitor for Shapes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id.val(), param.val().dims().to_vec());
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameters: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let AdaptiveMomentumState { time, moment_1, moment_2, .. } = match state {
            Some(state) => state.momentum,
            None => AdaptiveMomentumState::new(0, gradient.zeros_like(), gradient.zeros_like()),
        };
        let time = time + 1;
        let step = self.at(time, rate);
        let (parameters, moment_1, moment_2) = if on_cpu(&parameters) {
            let [p, g, m, v] = [parameters, gradient, moment_1, moment_2].map(Tensor::into_dispatch);
            let (p, m, v) = <Dispatch as Layers>::adam(p, g, m, v, step);
            (Tensor::from_dispatch(p), Tensor::from_dispatch(m), Tensor::from_dispatch(v))
        } else {
            let [beta_1, beta_2] = step.betas;
            let moment_1 = moment_1 * beta_1 + gradient.clone() * (1.0 - beta_1);
            let moment_2 = moment_2 * beta_2 + gradient.square() * (1.0 - beta_2);
            let moved = moment_1.clone() * step.factor / (moment_2.clone().sqrt() + step.epsilon) * step.rate;
            (parameters - moved, moment_1, moment_2)
        };
        (parameters, Some(AdamState::new(AdaptiveMomentumState::new(time, moment_1, moment_2))))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}
