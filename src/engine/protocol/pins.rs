//! Pinned latent points, and a target's predictions at them.

use crate::dataset::Class;
/// A latent point to follow through training.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    pub pin: u64,
    pub code: Vec<f32>,
    /// The label for the loss.
    pub label: Class,
}

/// A target's prediction at a pinned point.
#[derive(Debug, Clone, PartialEq)]
pub struct PinValue {
    pub pin: u64,
    /// The class of highest probability of F(G(p)), and that probability.
    pub class: Class,
    pub confidence: f32,
    /// Cross entropy with the pin's label (nats).
    pub loss: f32,
}
