//! The step behind a proposal: both ends decoded, and the target's predictions there.

use std::sync::Arc;

use super::ask::{Ask, Scene};
use crate::engine::planned::RunId;
use crate::generator::to_bytes;

/// Asks about a proposal of the shown run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explain {
    /// The round that the sample was proposed for, from 1.
    pub round: usize,
    /// The index among the round's proposals.
    pub proposal: usize,
}

/// The step behind a proposal, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub run: RunId,
    /// The round that the sample was proposed for, from 1.
    pub round: usize,
    /// The index among the round's proposals.
    pub proposal: usize,
    /// G(p) as planes of 0..=255.
    pub decoded: Vec<u8>,
    /// G(p') as planes of 0..=255.
    pub moved: Vec<u8>,
    /// F(G(p)) by the target that the step used; empty if its weights are not saved.
    pub probabilities: Vec<f32>,
    /// F(G(p')) by the target that the step used; empty if its weights are not saved.
    pub moved_probabilities: Vec<f32>,
}

impl Ask for Explain {
    type Answer = Explained;
    type Memory = ();

    /// `None` if the proposal has no step.
    fn answer(self, (): &mut (), scene: Scene<'_>) -> Option<Explained> {
        let Self { round, proposal } = self;
        let (world, shown) = scene.ready()?;
        // A step uses the target of the previous round; a target of maps predicts no classes.
        let before = round.checked_sub(1).filter(|r| *r > 0 && world.simulation.is_none());
        let target = before.and_then(|before| shown.target(Some(before)));
        let run = shown.run();
        let record = run.history().rounds.iter().map(Arc::as_ref).chain([run.record()]).find(|r| r.round == round)?;
        let step = record.proposals.get(proposal)?.step.as_ref()?;
        let images = world.generator.decode(&[step.from.as_slice(), &step.to].concat());
        let rows: Vec<f32> = target.map_or_else(Vec::new, |t| t.log_probabilities(images.clone()));
        let row =
            |i: usize| rows.chunks(rows.len().max(2) / 2).nth(i).unwrap_or_default().iter().map(|l| l.exp()).collect();
        let (decoded, moved) = images.split_at(images.len() / 2);
        Some(Explained {
            run: shown.id(),
            round,
            proposal,
            decoded: to_bytes(decoded),
            moved: to_bytes(moved),
            probabilities: row(0),
            moved_probabilities: row(1),
        })
    }
}
