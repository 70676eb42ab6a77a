//! A layer computed on host values as an operation of burn: its own forward and backward pass behind burn's tensors.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata as _, backend_extension};
use burn::tensor::TensorData;

use super::layer::Layer;
use super::moments::Step;

type Host = FloatTensor<Flex>;
/// A tensor in a graph of gradients.
type Graph<C> = FloatTensor<Autodiff<Flex, C>>;

/// Layers with one and with three inputs. The second result is what the forward pass keeps, without a gradient.
#[backend_extension(Flex, Autodiff)]
pub trait Layers: Backend {
    fn one(x: FloatTensor<Self>, layer: Arc<dyn Layer<1>>) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn three(
        x: FloatTensor<Self>,
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        layer: Arc<dyn Layer<3>>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Parameters and both moments after a step, without a graph of gradients.
    fn adam(
        parameters: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

impl Layers for Flex {
    fn one(x: Host, layer: Arc<dyn Layer<1>>) -> (Host, Host) {
        forward(&*layer, &[x.to_contiguous()])
    }

    fn three(x: Host, a: Host, b: Host, layer: Arc<dyn Layer<3>>) -> (Host, Host) {
        forward(&*layer, &[x, a, b].map(|t| t.to_contiguous()))
    }

    fn adam(parameters: Host, gradient: Host, moment_1: Host, moment_2: Host, step: Step) -> (Host, Host, Host) {
        let [mut p, g, mut m, mut v] = [parameters, gradient, moment_1, moment_2].map(|t| t.to_contiguous());
        step.apply(p.storage_mut(), g.storage(), m.storage_mut(), v.storage_mut());
        (p, m, v)
    }
}

impl<C: CheckpointStrategy> Layers for Autodiff<Flex, C> {
    fn one(x: FloatTensor<Self>, layer: Arc<dyn Layer<1>>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        tracked::<1, C>([x], layer)
    }

    fn three(
        x: FloatTensor<Self>,
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        layer: Arc<dyn Layer<3>>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        tracked::<3, C>([x, a, b], layer)
    }

    fn adam(
        parameters: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [p, g, m, v] = [parameters, gradient, moment_1, moment_2].map(|t| t.into_primitive());
        let (p, m, v) = Flex::adam(p, g, m, v, step);
        (FloatTensor::<Self>::new(p), FloatTensor::<Self>::new(m), FloatTensor::<Self>::new(v))
    }
}

fn forward<const N: usize>(layer: &dyn Layer<N>, inputs: &[Host; N]) -> (Host, Host) {
    let shape = layer.shape(inputs[0].shape().as_slice());
    let (output, kept) = layer.forward(inputs.each_ref().map(|t| t.storage::<f32>()));
    (host(output, shape), {
        let len = kept.len();
        host(kept, vec![len])
    })
}

fn host(values: Vec<f32>, shape: Vec<usize>) -> Host {
    Host::from_data(TensorData::new(values, shape))
}

/// The layer in a graph of gradients.
fn tracked<const N: usize, C: CheckpointStrategy>(
    inputs: [Graph<C>; N],
    layer: Arc<dyn Layer<N>>,
) -> (Graph<C>, Graph<C>) {
    let values = inputs.each_ref().map(|t| t.primitive().to_contiguous());
    let (output, kept) = forward(&*layer, &values);
    let kept_out = Graph::<C>::new(kept.clone());
    let nodes = inputs.map(|t| t.node());
    let output = match Tracked.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish(State { layer, inputs: values, output: output.clone(), kept }, output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    };
    (output, kept_out)
}

#[derive(Debug)]
struct Tracked;

/// What the backward pass needs.
#[derive(Debug, Clone)]
struct State<const N: usize> {
    layer: Arc<dyn Layer<N>>,
    inputs: [Host; N],
    output: Host,
    kept: Host,
}

impl<const N: usize> Backward<Flex, N> for Tracked {
    type State = State<N>;

    fn backward(self, ops: Ops<Self::State, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let State { layer, inputs, output, kept } = ops.state;
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = layer.backward(
            inputs.each_ref().map(|t| t.storage::<f32>()),
            output.storage::<f32>(),
            kept.storage::<f32>(),
            gradient.storage::<f32>(),
            wanted,
        );
        for ((node, found), input) in ops.parents.into_iter().zip(found).zip(&inputs) {
            if let Some((node, found)) = node.zip(found) {
                gradients.register::<Flex>(node.id, host(found, input.shape().to_vec()));
            }
        }
    }
}
