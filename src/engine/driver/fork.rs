//! The fork command: the forked run replaces the present ones, in the same world.

use std::sync::Arc;

use super::{Core, Drive};
use crate::engine::planned::RunId;
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::runs::checkpoints::Checkpoints;
use crate::engine::runs::forking::{self, Begun};
use crate::engine::runs::shown_run::ShownRun;
use crate::engine::runs::{replay, walks};
use crate::engine::session::Before;
use crate::round::{Run, Turn};

impl Core {
    /// Forks a run at the end of `round`, at once or after its rounds were computed again.
    pub fn fork(&mut self, run: RunId, round: usize, turn: Turn) {
        let session = self.session.as_mut().filter(|s| matches!(s.before, Before::Nothing | Before::Forking(_)));
        let found = session.and_then(|session| {
            let parent = session.runs.iter().find(|r| r.id == run)?;
            Some((session.world.clone()?, parent, &mut session.before))
        });
        let Some((world, parent, before)) = found else {
            return self.message(Level::Warning, "A run can be forked once it has begun.".into());
        };
        let checkpoints = parent.checkpoints.up_to(round);
        match forking::begin(&world, &parent.run, &parent.checkpoints, round, turn) {
            Ok(Begun::Ready(run)) => self.show_fork(*run, checkpoints),
            Ok(Begun::Waiting(forking)) => {
                *before = Before::Forking(forking);
                self.eta.restart();
                let text =
                    "The weights at the end of that round are not saved, so the rounds are computed again first.";
                self.message(Level::Info, text.into());
            }
            Err(e) => self.message(Level::Error, format!("The run cannot be forked: {e}")),
        }
    }

    /// Does one unit of work towards a fork.
    pub fn advance_fork(&mut self) {
        const PARTS: usize = 1_000;
        let Some(session) = &mut self.session else { return };
        let Before::Forking(mut forking) = std::mem::replace(&mut session.before, Before::Nothing) else { return };
        if forking.advance() {
            let (fraction, round) = (forking.fraction_done(), forking.round());
            session.before = Before::Forking(forking);
            let done = (fraction * PARTS as f32) as usize;
            return self.say_progress(Phase::Rerunning, None, round, done, PARTS, fraction);
        }
        let checkpoints = forking.checkpoints.clone();
        let (run, differs) = forking.finish();
        if let Some(difference) = differs {
            let text = format!(
                "The rounds computed again differ from the history ({difference}). The fork continues from the new ones."
            );
            self.message(Level::Warning, text);
        }
        self.show_fork(run, checkpoints);
    }

    /// Replaces the runs by the forked one, which is reported like a replay and then continues.
    fn show_fork(&mut self, run: Run, checkpoints: Checkpoints) {
        let Some(old) = self.session.take() else { return };
        let Some(world) = old.world.clone() else { return };
        let shown = ShownRun::new(RunId::default(), run, checkpoints, &world);
        let session = old.forked(Arc::clone(&world), shown);
        self.generation += 1;
        self.say(Event::Started {
            generation: self.generation,
            experiment: Box::new(session.experiment.clone()),
            runs: session.planned.clone(),
            device: self.device.description.clone(),
        });
        self.say(Event::DataReady { dataset: world.dataset.clone() });
        self.say(Event::GeneratorReady { cached: true, latent_scale: world.latent.scale() });
        self.say(walks::cloud(&world));
        for shown in &session.runs {
            self.say(shown.started());
            replay::events(&world, shown).into_iter().for_each(|event| self.say(event));
        }
        self.session = Some(session);
        self.drive = Drive::Free;
        self.held = false;
        self.eta.restart();
        self.publish();
        self.say_phase(Phase::Paused);
        self.wake_now();
    }
}
