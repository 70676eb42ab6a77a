//! A proposal in progress, the one unit of work that may take long: it is told how far it is.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::options::Wake;
use crate::engine::pace::PROGRESS_INTERVAL;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Event, Phase};

/// A proposal that takes no longer is not told of.
const SHORT: Duration = Duration::from_secs(1);

/// A proposal in progress.
pub struct Proposal {
    run: RunId,
    round: usize,
    since: Instant,
    told: Cell<Instant>,
}

impl Proposal {
    pub fn new(run: RunId, round: usize) -> Self {
        let now = Instant::now();
        Self { run, round, since: now, told: Cell::new(now) }
    }

    /// Reports the share that is done of the present part of the proposal, if it takes long and at intervals.
    pub fn tell(&self, share: f32, events: &Sender<Event>, wake: &Wake) {
        const PARTS: usize = 1_000;
        let now = Instant::now();
        if now - self.since < SHORT || now - self.told.get() < PROGRESS_INTERVAL {
            return;
        }
        self.told.set(now);
        let done = (share * PARTS as f32) as usize;
        let (phase, run, round) = (Phase::Proposing, Some(self.run), self.round);
        // It fails only after the handle was dropped.
        let _ = events.send(Event::Progress { phase, run, round, done, total: PARTS, eta_seconds: None });
        wake();
    }
}
