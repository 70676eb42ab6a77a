//! The rounds: one unit of work at a time, and what it leads to is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::proposal::Proposal;
use super::{Core, Drive};
use crate::device::give_memory_back;
use crate::engine::protocol::{Event, Phase};
use crate::engine::runs::walks;
use crate::engine::session::Session;
use crate::history::Metric;
use crate::round::{Activity, RunEvent};

impl Core {
    /// Does one unit of work of the run whose turn it is, or lets runs begin.
    pub fn advance(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Some(at) = session.current() else {
            let begun = session.begin_next();
            begun.into_iter().for_each(|event| self.say(event));
            self.publish();
            return self.rest_if_reached();
        };
        let run = &session.runs[at].run;
        let (id, round, trains) = (session.runs[at].id, run.round(), run.is_training_next());
        let phase = match run.activity() {
            Activity::Proposing => Phase::Proposing,
            Activity::Labelling => Phase::Labelling,
            Activity::Training => Phase::TrainingTarget,
            Activity::Evaluating | Activity::Done => Phase::Evaluating,
        };
        let proposal = Proposal::new(id, round);
        if phase == Phase::Proposing && self.last_phase != phase {
            // It may take long, so it is told before.
            let (left, (steps, of)) = (session.seconds_left(), session.experiment_steps());
            self.say_progress(phase.clone(), Some(id), round, steps, of, |eta| eta.told(left));
            self.wake_now();
        }
        let Some(session) = &mut self.session else { return };
        let run = &mut session.runs[at].run;
        let interrupted = |share: f32| {
            proposal.tell(share, &self.events, &self.wake);
            self.interrupt.load(Ordering::Acquire)
        };
        let happened = run.advance_telling(&interrupted).unwrap_or_default();
        let labelling = run.labelling();
        let (left, (steps, of)) = (session.seconds_left(), session.experiment_steps());
        self.units += 1;
        if trains && let Drive::Minibatches(left) = &mut self.drive {
            *left -= 1;
        }
        self.say_progress(phase, Some(id), round, steps, of, |eta| eta.told(left));
        if let Some(progress) = labelling {
            self.say(Event::Labelling { run: id, progress });
        }
        for event in happened {
            self.happened(at, event);
        }
        self.background_of_rounds();
        self.rest_if_reached();
    }

    /// Halts where no more was asked for: also runs that begin at the end of another's first round reach it.
    fn rest_if_reached(&mut self) {
        if !self.may_advance() {
            self.drive = Drive::Halted;
            self.eta.restart();
            self.say_rest();
        }
    }

    /// Reports that no rounds are computed: until another command, or because none are left.
    pub fn say_rest(&mut self) {
        let phase = match self.session.as_ref().and_then(Session::due) {
            _ if self.drive == Drive::Stopped => Phase::Stopped,
            Some(_) => Phase::Paused,
            // Such as a fork after a stop: what was stopped can still go on.
            None if self.session.as_ref().is_some_and(Session::is_stopped_short) => Phase::Stopped,
            None => Phase::Finished,
        };
        give_memory_back();
        self.say_phase(phase);
    }

    fn happened(&mut self, at: usize, event: RunEvent) {
        let Some(session) = &mut self.session else { return };
        let Some(world) = session.world.clone() else { return };
        let shown = &mut session.runs[at];
        let run = shown.id;
        let event = match event {
            RunEvent::Began(record) => {
                if !self.stepped && record.proposals.iter().any(|p| p.step.is_some()) {
                    self.stepped = true;
                    let (name, after) = (shown.run.experiment().strategy.name(), self.started.elapsed().as_secs_f32());
                    log::info!("the first latent step ({name}) was taken {after:.1} s after the start");
                }
                shown.labelled = Arc::new(shown.run.labelled().round_of().to_vec());
                self.say(Event::RoundBegan { run, round: record.round, record });
                return self.publish();
            }
            RunEvent::Evaluated { round, evaluation } => {
                let asked = Metric::PREDICTED.contains(&evaluation.metric);
                let pins = asked.then(|| session.pins.measure(shown)).flatten();
                pins.into_iter().for_each(|event| self.say(event));
                Event::Evaluated { run, round, evaluation }
            }
            RunEvent::WalkStarted { walk, sample } => walks::walk_started(&world, run, walk, sample),
            // It is reported after the round was counted.
            RunEvent::WalkStepped(step) => walks::walk_stepped(&world, run, step, shown.run.rounds_done()),
            RunEvent::Ended(record) => {
                shown.scoring.outdated();
                let origins = &shown.run.history().header.origins;
                let origins = origins.last().filter(|o| o.from_round == record.round).map(|_| origins.clone());
                let steps = shown.walks.step(&world, &shown.run);
                let not_saved = shown.save_weights();
                let written = session.write_run(run);
                session.make_room();
                origins.into_iter().for_each(|origins| self.say(Event::ComputedBy { run, origins }));
                self.say(Event::RoundEnded { run, record });
                steps.into_iter().chain(not_saved).chain(written).for_each(|event| self.say(event));
                return self.publish();
            }
            RunEvent::Finished => return,
        };
        self.say(event);
    }
}
