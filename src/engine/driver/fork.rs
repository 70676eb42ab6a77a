//! The command to fork: the forked run takes the place of the present ones, in the same world.

use super::{Core, Drive};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::questions::lab;
use crate::engine::runs::forking::{self, Begun, Kept};
use crate::engine::runs::replay;
use crate::engine::session::{Session, ShownRun};
use crate::experiment::Strategy;
use crate::field::Fieldwork;
use crate::round::{Run, Turn};

impl Core {
    /// Forks the run of `strategy` from the end of `round`, now or when its rounds were done again.
    pub fn fork(&mut self, strategy: Strategy, round: usize, turn: Turn) {
        let Some(session) = &mut self.session else { return };
        let Some(world) = session.world.clone() else { return };
        let Some(parent) = session.runs.iter().find(|r| r.run.strategy() == strategy) else { return };
        let kept = parent.kept.up_to(round);
        match forking::begin(&world, &parent.run, &parent.kept, round, turn) {
            Ok(Begun::Ready(run)) => self.show_fork(*run, kept),
            Ok(Begun::Waiting(forking)) => {
                session.forking = Some(forking);
                self.eta.restart();
                let text = "The weights at the end of that round were not kept, so its rounds are done again first.";
                self.message(Level::Info, text.into());
            }
            Err(e) => self.message(Level::Error, format!("The run cannot be forked: {e}")),
        }
    }

    /// One unit of work towards a fork.
    pub fn advance_fork(&mut self) {
        const PARTS: usize = 1_000;
        let Some(session) = &mut self.session else { return };
        let Some(forking) = &mut session.forking else { return };
        if forking.advance() {
            let (fraction, round) = (forking.fraction_done(), forking.round());
            let done = (fraction * PARTS as f32) as usize;
            return self.say_progress(Phase::Rerunning, None, round, done, PARTS, fraction);
        }
        let Some(forking) = session.forking.take() else { return };
        let kept = forking.kept.clone();
        let (run, differs) = forking.finish();
        if let Some(difference) = differs {
            let text = format!(
                "Done again, the rounds came out otherwise than the history says ({difference}); the fork goes on from how they \
                 came out now."
            );
            self.message(Level::Warning, text);
        }
        self.show_fork(run, kept);
    }

    /// The forked run in place of the others: told like a replay, then it goes on.
    fn show_fork(&mut self, run: Run, kept: Kept) {
        let Some(old) = self.session.take() else { return };
        let Some(world) = old.world else { return };
        let (experiment, strategy) = (run.experiment().clone(), run.strategy());
        self.generation += 1;
        self.say(Event::Started {
            generation: self.generation,
            experiment: Box::new(experiment.clone()),
            strategies: vec![strategy],
            device: self.device.description.clone(),
        });
        self.say(Event::DataReady { dataset: world.dataset.clone() });
        self.say(Event::GeneratorReady { cached: true, latent_scale: world.latent.scale() });
        self.say(lab::cloud(&world));
        let mut shown = ShownRun::new(run, &world);
        shown.kept = kept;
        self.say(shown.started());
        replay::events(&world, &shown.run).into_iter().for_each(|event| self.say(event));
        let field = old.fieldwork.map(Fieldwork::into_request).and_then(|r| Fieldwork::new(r, experiment.latent_dim));
        self.session = Some(Session {
            world: Some(world),
            runs: vec![shown],
            fieldwork: field,
            evaluation_codes: old.evaluation_codes,
            want_scores: old.want_scores,
            ..Session::new(experiment, vec![strategy], None, strategy)
        });
        self.drive = Drive::Free;
        self.held = false;
        self.eta.restart();
        self.publish();
        self.say_phase(Phase::Paused);
        self.wake_now();
    }
}
