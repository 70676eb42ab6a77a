//! What comes before the first round: data, generator and embedding made ready, and told as they form.

use std::sync::Arc;

use super::{Core, Drive};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::questions::lab;
use crate::engine::runs::replay::Replayed;
use crate::world::{PreparationActivity, Prepared, World};

/// Samples of the generator in training that are shown: two rows.
const FORMING_SAMPLES: usize = 16;

impl Core {
    /// One unit of work towards data, generator and embedding.
    pub fn prepare(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Some(preparation) = &mut session.preparation else { return };
        let prepared = preparation.advance();
        let activity = preparation.activity();
        let forming = session.forming.due().then(|| preparation.forming_codes().map(<[f32]>::to_vec)).flatten();
        let samples = session.samples.due().then(|| preparation.forming_samples(FORMING_SAMPLES)).flatten();
        if let Some(images) = samples {
            self.say(Event::GeneratorSamples { images: Arc::new(images) });
        }
        let Some(session) = &mut self.session else { return };
        match prepared {
            Ok(Some(prepared)) => self.prepared(prepared),
            Ok(None) => session.preparation = None,
            Err(e) => {
                session.preparation = None;
                self.drive = Drive::Stopped;
                self.message(Level::Error, e.to_string());
                self.say_phase(Phase::Failed);
            }
        }
        if let Some(codes) = forming {
            self.publish_codes(Arc::new(codes), true);
        }
        let (phase, done, total) = match activity {
            PreparationActivity::LoadingData => (Phase::LoadingData, 0, 1),
            PreparationActivity::Labelling { done, total } => (Phase::Labelling, done, total),
            PreparationActivity::CheckingMasks { done, total } => (Phase::CheckingMasks, done, total),
            PreparationActivity::TeachingStandIn { done, total } => (Phase::TeachingStandIn, done, total),
            PreparationActivity::TrainingGenerator { done, total } => (Phase::TrainingGenerator, done, total),
            PreparationActivity::Encoding { done, total } => (Phase::Encoding, done, total),
            PreparationActivity::Done => return,
        };
        self.say_progress(phase, None, 0, done, total, done as f32 / total.max(1) as f32);
    }

    fn prepared(&mut self, prepared: Prepared) {
        match prepared {
            Prepared::DataReady(dataset) => self.say(Event::DataReady { dataset }),
            Prepared::Trained { epoch, losses } => {
                if self.session.as_mut().is_some_and(|s| s.losses.due()) {
                    self.say(Event::GeneratorLoss { epoch, losses });
                }
            }
            Prepared::Encoded | Prepared::Labelled | Prepared::Taught | Prepared::Checked => {}
            Prepared::MasksJudged(report) => self.say(Event::MasksJudged(report)),
            Prepared::VerdictsNotCached(e) => {
                self.message(Level::Warning, format!("What was said of the masks could not be kept: {e}"));
            }
            Prepared::LabelsNotCached(e) => self.message(Level::Warning, format!("The labels could not be kept: {e}")),
            Prepared::StandInNotCached(e) => {
                self.message(Level::Warning, format!("The stand-in labeller could not be kept: {e}"));
            }
            Prepared::NotCached(e) => self.message(Level::Warning, format!("The generator could not be kept: {e}")),
            Prepared::Ready { world, cached } => self.begin_runs(world, cached),
        }
    }

    fn begin_runs(&mut self, world: Arc<World>, cached: bool) {
        self.say(Event::GeneratorReady { cached, latent_scale: world.latent.scale() });
        self.publish_codes(Arc::clone(world.latent.codes()), false);
        self.wake_now();
        self.say(lab::cloud(&world));
        if let Some(stand_in) = &world.stand_in {
            self.message(Level::Info, format!("Made samples get their labels from a {}.", stand_in.origin()));
        }
        let mut said = Vec::new();
        if let Some(session) = &mut self.session {
            session.preparation = None;
            said = session.begin(world);
        }
        said.into_iter().for_each(|event| self.say(event));
        self.publish();
        if self.session.as_ref().is_some_and(|s| s.replaying.is_none()) {
            self.runs_are_there();
        }
    }

    /// One unit of work towards saved runs: a mask that was made is solved again, or a run is shown.
    pub fn replay_on(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Some(replaying) = &mut session.replaying else { return };
        let replayed = replaying.advance();
        let progress = replaying.progress();
        let Some(Replayed { run, said }) = replayed else {
            session.replaying = None;
            return self.runs_are_there();
        };
        let back = run.is_some();
        session.runs.extend(run);
        said.into_iter().for_each(|event| self.say(event));
        if back {
            self.publish();
        }
        if let Some((strategy, done, total)) = progress.filter(|(.., total)| *total > 0) {
            self.say_progress(Phase::Labelling, Some(strategy), 0, done, total, done as f32 / total as f32);
        }
    }

    /// Rounds may go on from here, if they can.
    fn runs_are_there(&mut self) {
        let Some(session) = &self.session else { return };
        let phase = match session.current() {
            _ if session.runs.is_empty() => Phase::Failed,
            None => Phase::Finished,
            Some(_) => Phase::Paused,
        };
        if !self.may_advance() {
            self.say_phase(phase);
        }
    }
}
