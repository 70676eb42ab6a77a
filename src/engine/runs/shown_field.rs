//! The decision field of the shown run over a plane of latent space.

use std::sync::Arc;

use super::looking_back::Seen;
use super::shown_run::ShownRun;
use crate::field::{Field, FieldRequest, Fieldwork, Ground};
use crate::world::World;

/// The requested field, and the finest one so far.
#[derive(Default)]
pub struct ShownField {
    work: Option<Fieldwork>,
    field: Option<Arc<Field>>,
}

impl ShownField {
    /// Requests another field, or none, in a space of `dim` dimensions.
    pub fn set(&mut self, request: Option<FieldRequest>, dim: usize) {
        self.field = None;
        self.work = request.and_then(|r| Fieldwork::new(r, dim));
    }

    /// Restarts the requested field for another run.
    pub fn restart(&mut self, dim: usize) {
        let request = self.work.take().map(Fieldwork::into_request);
        self.set(request, dim);
    }

    /// Drops the shown field until there is a new one.
    pub fn forget(&mut self) {
        self.field = None;
    }

    pub fn field(&self) -> Option<Arc<Field>> {
        self.field.clone()
    }

    /// Whether the requested field is not yet complete, or older than the target.
    pub fn waits(&self, shown: &ShownRun, round: Option<usize>) -> bool {
        let fresh = |work: &Fieldwork| work.is_fresh(shown.minibatches_seen(round));
        shown.can_see(round) && self.work.as_ref().is_some_and(|work| !fresh(work))
    }

    /// Computes one chunk of the field; true if there is a new image.
    pub fn advance(&mut self, world: &World, shown: &mut ShownRun, round: Option<usize>) -> bool {
        let Some(work) = &mut self.work else { return false };
        let Some(Seen { target, minibatches, .. }) = shown.seen(round) else { return false };
        let ground = Ground { latent: &world.latent, train: &world.dataset.train, generator: &*world.generator };
        let finer = work.advance(ground, minibatches, || target);
        let new = finer.is_some();
        self.field = finer.or(self.field.take());
        new
    }
}
