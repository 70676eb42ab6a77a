//! Where the images of the evaluation split lie in latent space: embedded once, chunk by chunk, when somebody asks.
//!
//! No run sees these codes. They serve people who ask how well a region of latent space is predicted.

use std::sync::Arc;

use crate::dataset::Split;
use crate::generator::Generator;

/// The codes in the making.
#[derive(Default)]
pub struct EvaluationCodes {
    pub wanted: bool,
    codes: Vec<f32>,
    done: Option<Arc<Vec<f32>>>,
}

impl EvaluationCodes {
    /// They are wanted and not yet complete.
    pub fn waits(&self) -> bool {
        self.wanted && self.done.is_none()
    }

    /// `[split.len(), latent_dim]`, as soon as all are there.
    pub fn done(&self) -> Option<Arc<Vec<f32>>> {
        self.done.clone()
    }

    /// Embeds the next chunk; true when it was the last.
    pub fn advance(&mut self, split: &Split, generator: &dyn Generator) -> bool {
        let from = self.codes.len() / generator.latent_dim().max(1);
        let to = (from + generator.images_per_unit()).min(split.len());
        if to > from {
            let images: Vec<u32> = (from as u32..to as u32).collect();
            self.codes.extend(generator.encode(&split.gather(&images)));
        }
        if to == split.len() {
            self.done = Some(Arc::new(std::mem::take(&mut self.codes)));
        }
        self.done.is_some()
    }
}
