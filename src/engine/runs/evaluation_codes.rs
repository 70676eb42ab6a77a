//! The codes of the evaluation split in latent space, computed once, chunk by chunk, on request.
//!
//! No run uses these codes. They show how well a region of latent space is predicted.

use std::sync::Arc;

use crate::dataset::Split;
use crate::generator::Generator;

/// The codes embedded so far.
#[derive(Default)]
pub struct EvaluationCodes {
    pub wanted: bool,
    codes: Vec<f32>,
    done: Option<Arc<Vec<f32>>>,
}

impl EvaluationCodes {
    /// Whether the codes are requested and not yet complete.
    pub fn waits(&self) -> bool {
        self.wanted && self.done.is_none()
    }

    /// The codes, `[split.len(), latent_dim]`, once all are embedded.
    pub fn done(&self) -> Option<Arc<Vec<f32>>> {
        self.done.clone()
    }

    /// Embeds the next chunk; true if it was the last.
    pub fn advance(&mut self, split: &Split, generator: &dyn Generator) -> bool {
        if let Some(codes) = generator.known_codes(split) {
            self.done = Some(Arc::new(codes));
            return true;
        }
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
