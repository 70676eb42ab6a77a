//! A run of the session, with its data for display.

use std::sync::Arc;
use std::time::Duration;

use super::checkpoints::Checkpoints;
use super::looking_back::{self, LookingBack, Seen};
use super::scoring::Scoring;
use super::walks::HandWalks;
use crate::engine::pace::Throttle;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Event, Level, RunSnapshot, Scores};
use crate::engine::questions::ask::Shown;
use crate::grid::Place;
use crate::round::Run;
use crate::target::FrozenTarget;
use crate::world::World;

/// Least interval between publications of scores.
const SCORES_INTERVAL: Duration = Duration::from_millis(500);

/// A run and its data for display.
pub struct ShownRun {
    pub id: RunId,
    pub run: Run,
    /// Round in which each train sample was labelled; 0 if it is not.
    pub labelled: Arc<Vec<u16>>,
    pub scoring: Scoring,
    pub scores: Option<Arc<Scores>>,
    published: Throttle,
    pub walks: HandWalks,
    /// Weights at the ends of its rounds.
    pub checkpoints: Checkpoints,
    past: LookingBack,
    /// Where the user keeps it, if anywhere: it is written there after each round.
    pub kept: Option<Place>,
    /// Whether it could not be written there, which was told.
    pub not_kept: bool,
    /// Where it is written unasked after each round, if anywhere.
    pub autosaved: Option<Place>,
}

impl ShownRun {
    pub fn new(id: RunId, run: Run, checkpoints: Checkpoints, world: &World) -> Self {
        Self {
            id,
            labelled: Arc::new(run.labelled().round_of().to_vec()),
            scoring: Scoring::new(world.dataset.train.len()),
            scores: None,
            published: Throttle::new(SCORES_INTERVAL),
            walks: HandWalks::new(id, &run),
            checkpoints,
            past: LookingBack::default(),
            kept: None,
            not_kept: false,
            autosaved: None,
            run,
        }
    }

    /// The target at the end of `round`, or the present one; `None` without its weights.
    pub fn seen(&mut self, round: Option<usize>) -> Option<Seen> {
        match self.past.seen(&self.run, &self.checkpoints, round) {
            Ok(seen) => seen,
            Err(e) => {
                log::warn!("cannot load the weights of an earlier round: {e}");
                None
            }
        }
    }

    /// Whether there are weights for the target at the end of `round`, or for the present one.
    pub fn can_see(&self, round: Option<usize>) -> bool {
        match round.filter(|_| looking_back::looks_back(&self.run, round)) {
            Some(round) => self.checkpoints.has(round),
            None => self.run.has_weights(),
        }
    }

    /// Optimiser steps of the target at the end of `round`, or of the present one.
    pub fn minibatches_seen(&self, round: Option<usize>) -> usize {
        match round.filter(|_| looking_back::looks_back(&self.run, round)) {
            Some(round) => looking_back::minibatches_at(&self.run, round),
            None => self.run.minibatches(),
        }
    }

    /// Gives up what a run that is over and not shown does not need: its target, predictions, and the target looked back at.
    pub fn rest(&mut self) {
        if self.run.is_done() && self.run.has_weights() && self.checkpoints.has(self.run.rounds_done()) {
            self.run.rest();
            self.look_away();
            self.scoring.rest();
            self.scores = None;
        }
    }

    /// Forgets the earlier target that was looked at.
    pub fn look_away(&mut self) {
        self.past = LookingBack::default();
    }

    /// Takes up the target of its last round again.
    pub fn wake(&mut self) {
        if self.run.has_weights() {
            return;
        }
        let last = self.checkpoints.at(self.run.rounds_done());
        if let Some(Err(e)) = last.map(|checkpoint| self.run.load_weights(&checkpoint)) {
            log::warn!("cannot load the weights of a run: {e}");
        }
    }

    /// Saves the weights of the round that has just ended; returns a warning if that fails.
    pub fn save_weights(&mut self) -> Option<Event> {
        match self.run.checkpoint() {
            Ok(checkpoint) => {
                self.checkpoints.add(checkpoint);
                None
            }
            Err(e) => {
                let text = format!(
                    "The weights of this round could not be saved, so a fork must compute the rounds again: {e}"
                );
                Some(Event::Message { level: Level::Warning, text })
            }
        }
    }

    /// Whether the scores of the target at the end of `round`, or of the present one, are not yet complete.
    pub fn scoring_waits(&self, round: Option<usize>) -> bool {
        self.run.rounds_done() > 0 && self.can_see(round) && !self.scoring.is_fresh()
    }

    /// Scores one chunk; true if there are scores to publish.
    pub fn score(&mut self, world: &World, round: Option<usize>) -> bool {
        let Some(seen) = self.seen(round) else { return false };
        let maps = world.simulation.as_ref().map(|s| &s.train);
        self.scoring.advance(&world.dataset.train, maps, &seen.target);
        let publish = self.published.due() || self.scoring.is_fresh();
        if publish {
            self.scores = Some(Arc::new(self.scoring.scores().clone()));
        }
        publish
    }

    /// The event that the run has begun.
    pub fn started(&self) -> Event {
        Event::RunStarted { run: self.id, header: Box::new(self.run.history().header.clone()) }
    }

    pub fn snapshot(&self) -> RunSnapshot {
        RunSnapshot {
            run: self.id,
            labelled_in: Arc::clone(&self.labelled),
            scores: self.scores.clone(),
            kept: self.checkpoints.rounds(),
        }
    }
}

impl Shown for ShownRun {
    fn id(&self) -> RunId {
        self.id
    }

    fn run(&self) -> &Run {
        &self.run
    }

    fn target(&mut self, round: Option<usize>) -> Option<FrozenTarget> {
        self.seen(round).map(|seen| seen.target)
    }
}
