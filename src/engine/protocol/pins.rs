//! Pinned latent points, and a target's predictions at them.

use crate::dataset::Class;
/// A latent point to follow through training.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    /// The window's number of the pin.
    pub pin: u64,
    /// p, `[latent_dim]`.
    pub code: Vec<f32>,
    /// The label for the loss.
    pub label: Class,
}

/// A target's prediction at a pinned point.
#[derive(Debug, Clone, PartialEq)]
pub struct PinValue {
    /// The pin that was measured, by the window's number of it.
    pub pin: u64,
    /// The class of highest probability of F(G(p)).
    pub class: Class,
    /// The probability of that class, 0 to 1.
    pub confidence: f32,
    /// Cross entropy with the pin's label (nats).
    pub loss: f32,
}
