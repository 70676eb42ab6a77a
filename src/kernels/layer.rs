//! What a layer of a network is: a forward and a backward pass on slices.

use std::fmt::Debug;

/// The gradients that were wanted.
pub type Wanted<const N: usize> = [Option<Vec<f32>>; N];

/// A layer with N inputs (the values, then its parameters) and one output.
pub trait Layer<const N: usize>: Debug + Send + Sync {
    /// The shape of the output, from that of the first input.
    fn shape(&self, input: &[usize]) -> Vec<usize>;

    /// The output, and what else the backward pass needs or a caller wants to know.
    fn forward(&self, inputs: [&[f32]; N]) -> (Vec<f32>, Vec<f32>);

    /// The gradient of each input that is wanted, from that of the output.
    fn backward(
        &self,
        inputs: [&[f32]; N],
        output: &[f32],
        kept: &[f32],
        gradient: &[f32],
        wanted: [bool; N],
    ) -> Wanted<N>;
}
