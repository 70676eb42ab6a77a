//! Preparation before the first round: data, generator and embedding, reported as they form.

use std::sync::Arc;
use std::time::Duration;

use super::{Core, Drive};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::runs::replay::Replayed;
use crate::engine::runs::walks;
use crate::engine::session::Before;
use crate::world::{GeneratorFrom, PreparationActivity, Prepared, World, WorldError};

/// Number of samples shown of the generator in training: two rows.
const FORMING_SAMPLES: usize = 16;

impl Core {
    /// Does one unit of work towards data, generator and embedding.
    pub fn prepare(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Before::Preparing { preparation, .. } = &mut session.before else { return };
        let prepared = preparation.advance();
        let activity = preparation.activity();
        let forming = self.forming.codes.due().then(|| preparation.forming_codes().map(<[f32]>::to_vec)).flatten();
        let samples = self.forming.samples.due().then(|| preparation.forming_samples(FORMING_SAMPLES)).flatten();
        if let Some(images) = samples {
            self.say(Event::GeneratorSamples { images: Arc::new(images) });
        }
        match prepared {
            Ok(Some(prepared)) => self.prepared(prepared),
            Ok(None) => self.nothing_before(),
            Err(e) => {
                self.nothing_before();
                self.drive = Drive::Stopped;
                if let WorldError::Experiment(unfit) = &e {
                    self.say(Event::Unfit(unfit.clone()));
                }
                self.message(Level::Error, e.to_string());
                self.say_phase(Phase::Failed);
            }
        }
        if let Some(codes) = forming {
            self.publish_codes(Arc::new(codes), true);
        }
        // Of a training the pace is known, also that of the time before a kill.
        let mut known = None;
        let (phase, done, total) = match activity {
            PreparationActivity::LoadingData => (Phase::LoadingData, 0, 1),
            PreparationActivity::Labelling { done, total } => (Phase::Labelling, done, total),
            PreparationActivity::CheckingMasks { done, total } => (Phase::CheckingMasks, done, total),
            PreparationActivity::ReadingImages { done, total } => (Phase::ReadingImages, done, total),
            PreparationActivity::TeachingStandIn { done, total } => (Phase::TeachingStandIn, done, total),
            PreparationActivity::TrainingGenerator { done, total, left } => {
                known = Some(left);
                (Phase::TrainingGenerator, done, total)
            }
            PreparationActivity::Encoding { done, total } => (Phase::Encoding, done, total),
            PreparationActivity::Done => return,
        };
        let share = done as f32 / total.max(1) as f32;
        self.say_progress(phase, None, 0, done, total, |eta| known.unwrap_or_else(|| eta.seconds(share)));
    }

    /// Saves the generator in training before it is given up, unless it was saved less than `least` ago; the passes over
    /// the data that are kept.
    pub fn keep_training(&mut self, least: Duration) -> Option<f32> {
        let Before::Preparing { preparation, .. } = &mut self.session.as_mut()?.before else { return None };
        match preparation.keep_training(least)? {
            Ok(epoch) => Some(epoch),
            Err(why) => {
                self.message(Level::Warning, format!("The generator in training could not be kept: {why}"));
                None
            }
        }
    }

    fn prepared(&mut self, prepared: Prepared) {
        match prepared {
            Prepared::DataReady(dataset) => self.say(Event::DataReady { dataset }),
            Prepared::Trained { epoch, losses } => {
                if self.forming.losses.due() {
                    self.say(Event::GeneratorLoss { epoch, losses });
                }
            }
            Prepared::Resumed(resumed) => {
                self.message(Level::Info, resumed.to_string());
                for (epoch, losses) in resumed.losses {
                    self.say(Event::GeneratorLoss { epoch, losses });
                }
            }
            Prepared::Encoded | Prepared::Labelled | Prepared::Taught | Prepared::Checked => {}
            Prepared::MasksJudged(report) => self.say(Event::MasksJudged(report)),
            Prepared::Warned(text) => self.message(Level::Warning, text),
            Prepared::Ready { world, from } => self.begin_runs(world, from),
        }
    }

    fn begin_runs(&mut self, world: Arc<World>, from: GeneratorFrom) {
        log::info!("the generator was ready {:.1} s after the start", self.started.elapsed().as_secs_f32());
        self.say(Event::GeneratorReady { from, latent_scale: world.latent.scale() });
        self.publish_codes(Arc::clone(world.latent.codes()), false);
        self.wake_now();
        self.say(walks::cloud(&world));
        if let Some(stand_in) = &world.stand_in {
            self.message(Level::Info, format!("Generated samples get their labels from a {}.", stand_in.origin()));
        }
        let begun = self.session.as_mut().map(|session| session.begin(world));
        begun.into_iter().flatten().for_each(|event| self.say(event));
        self.publish();
        if self.session.as_ref().is_some_and(|s| !matches!(s.before, Before::Replaying(_))) {
            self.runs_are_there();
        }
    }

    fn nothing_before(&mut self) {
        if let Some(session) = &mut self.session {
            session.before = Before::Nothing;
        }
    }

    /// Does one unit of work towards saved runs: solves a generated mask again, or shows a run.
    pub fn advance_replay(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Before::Replaying(replaying) = &mut session.before else { return };
        let replayed = replaying.advance();
        let progress = replaying.progress();
        let Some(Replayed { run, misfit, said }) = replayed else {
            let waiting = if replaying.is_elsewhere() { session.hold_unbegun() } else { 0 };
            session.before = Before::Nothing;
            if waiting > 0 {
                let text = "Runs that have not begun wait: here they would begin in another latent space than those that \
                            were saved. With the generator of those (--generator FILE) they go on.";
                self.message(Level::Warning, text.into());
            }
            return self.runs_are_there();
        };
        misfit.into_iter().for_each(|run| session.hold(run, true));
        let complete = run.is_some();
        let shown: Vec<_> = run.into_iter().flat_map(|run| session.join(run)).collect();
        said.into_iter().chain(shown).for_each(|event| self.say(event));
        if complete {
            self.publish();
        }
        if let Some((run, done, total)) = progress.filter(|(.., total)| *total > 0) {
            let share = done as f32 / total as f32;
            self.say_progress(Phase::Labelling, Some(run), 0, done, total, |eta| eta.seconds(share));
        }
    }

    /// Lets rounds run from here, if any are left.
    fn runs_are_there(&mut self) {
        if self.session.as_ref().is_some_and(|s| s.runs.is_empty()) {
            self.say_phase(Phase::Failed);
        } else if !self.may_advance() {
            self.say_rest();
        }
    }
}
