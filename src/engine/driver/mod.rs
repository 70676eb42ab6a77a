//! The loop of the engine's thread: look at the commands, do one small unit of work, say what happened.

mod background;
mod fork;
mod preparing;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::pace::{Eta, Throttle};
use super::protocol::{Command, Event, Level, Phase, Snapshot};
use super::questions::lab;
use super::session::{Session, ShownRun};
use super::{EngineOptions, Wake};
use crate::archive::SavedRun;
use crate::device::{ComputeDevice, DeviceKind, is_out_of_memory};
use crate::experiment::{Experiment, Strategy};
use crate::generator::cache::GeneratorCache;
use crate::history::Metric;
use crate::round::{Activity, RunEvent};
use crate::world::Preparation;

/// Between two wakes of the window.
const WAKE_INTERVAL: Duration = Duration::from_millis(33);
/// Between two progress events of one phase, and two losses of the generator.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How far the engine may go on by itself.
#[derive(Debug, Clone, PartialEq)]
enum Drive {
    Halted,
    Free,
    /// So many optimiser steps more.
    Minibatches(usize),
    /// Until every run has completed so many rounds.
    Rounds(usize),
    Stopped,
}

/// Everything the thread owns.
pub struct Core {
    options: EngineOptions,
    commands: Receiver<Command>,
    events: Sender<Event>,
    slot: Arc<ArcSwap<Snapshot>>,
    interrupt: Arc<AtomicBool>,
    wake: Wake,
    device: ComputeDevice,
    session: Option<Session>,
    generation: u64,
    drive: Drive,
    /// The preparation (data, generator, embedding) was paused by hand.
    held: bool,
    /// Something was said or shown since the window was last woken.
    unseen: bool,
    wakes: Throttle,
    progress: Throttle,
    last_phase: Phase,
    eta: Eta,
    quit: bool,
}

impl Core {
    pub fn new(
        options: EngineOptions,
        commands: Receiver<Command>,
        events: Sender<Event>,
        slot: Arc<ArcSwap<Snapshot>>,
        interrupt: Arc<AtomicBool>,
        wake: Wake,
    ) -> Self {
        Self {
            options,
            commands,
            events,
            slot,
            interrupt,
            wake,
            device: ComputeDevice::cpu(),
            session: None,
            generation: 0,
            drive: Drive::Halted,
            held: false,
            unseen: false,
            wakes: Throttle::new(WAKE_INTERVAL),
            progress: Throttle::new(PROGRESS_INTERVAL),
            last_phase: Phase::Idle,
            eta: Eta::default(),
            quit: false,
        }
    }

    /// Runs until told to quit.
    pub fn run(mut self) {
        if self.options.device != DeviceKind::Cpu {
            self.set_device(self.options.device);
        }
        while !self.quit {
            self.take_commands();
            if self.quit || !self.has_work() {
                continue;
            }
            let trains = self.is_preparing() || self.may_advance();
            let worked = std::panic::catch_unwind(AssertUnwindSafe(|| self.work()));
            if let Err(panic) = worked {
                self.recover(trains && is_out_of_memory(&*panic));
            }
            self.wake_if_due();
        }
    }

    /// Every command that waits; with nothing to do, waits for the next one.
    fn take_commands(&mut self) {
        let mut waiting: Vec<Command> = Vec::new();
        if !self.has_work() {
            self.wake_now();
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that may wait: the engine's thread, with nothing to do"
            )]
            match self.commands.recv() {
                Ok(command) => waiting.push(command),
                Err(_) => self.quit = true,
            }
        }
        waiting.extend(self.commands.try_iter());
        self.interrupt.store(false, Ordering::Release);
        background::without_outdated_questions(waiting).into_iter().for_each(|command| self.obey(command));
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Reset { experiment, strategies } => self.reset(*experiment, strategies),
            Command::Replay { runs } => self.replay(runs),
            Command::Run => self.go(Drive::Free),
            Command::Pause => self.pause(),
            Command::StepMinibatches(n) => self.go(Drive::Minibatches(n)),
            Command::StepRound => {
                let target = self.session.as_ref().map_or(1, Session::rounds_completed) + 1;
                self.go(Drive::Rounds(target));
            }
            Command::Stop => {
                self.drive = Drive::Stopped;
                // A generator half trained is of no use; completed rounds are.
                if let Some(session) = &mut self.session {
                    (session.preparation, session.forking, session.replaying) = (None, None, None);
                }
                self.say(Event::Stopped);
                self.say_phase(Phase::Stopped);
            }
            Command::SetDevice(kind) => {
                self.set_device(kind);
                if let Some(session) = self.session.take() {
                    self.reset(session.experiment, session.strategies);
                }
            }
            Command::Quit => self.quit = true,
            Command::Fork { strategy, round, turn } => self.fork(strategy, round, turn),
            command => {
                let mut said = Vec::new();
                if let Some(session) = &mut self.session {
                    session.obey(command, &mut said);
                }
                said.into_iter().for_each(|event| self.say(event));
                self.publish();
            }
        }
    }

    fn go(&mut self, drive: Drive) {
        if self.drive == Drive::Stopped {
            self.message(Level::Warning, "The experiment was stopped; reset it to run again.".into());
            return;
        }
        self.drive = drive;
        self.held = false;
        self.eta.restart();
    }

    fn pause(&mut self) {
        if self.drive != Drive::Stopped {
            self.drive = Drive::Halted;
            self.held = true;
            self.say_phase(Phase::Paused);
        }
    }

    fn reset(&mut self, experiment: Experiment, strategies: Vec<Strategy>) {
        let experiment = match experiment.validated() {
            Ok(experiment) => experiment,
            Err(e) => return self.message(Level::Error, e.to_string()),
        };
        let strategies = if strategies.is_empty() { vec![experiment.strategy] } else { strategies };
        if let Some(objection) = strategies.iter().find_map(|s| s.objection(experiment.dataset)) {
            return self.message(Level::Error, objection);
        }
        self.generation += 1;
        self.drive = Drive::Halted;
        self.held = false;
        self.eta.restart();
        self.say(Event::Started {
            generation: self.generation,
            experiment: Box::new(experiment.clone()),
            strategies: strategies.clone(),
            device: self.device.description.clone(),
        });
        let cache = self.options.cache_dir.as_ref().map(GeneratorCache::new);
        let preparation = Preparation::new(&experiment, self.options.data_dir.clone(), cache, &self.device)
            .for_strategies(&strategies);
        let shown = strategies.last().copied().unwrap_or(experiment.strategy);
        self.session = Some(Session::new(experiment, strategies, Some(preparation), shown));
        self.publish();
        self.say_phase(Phase::LoadingData);
        self.wake_now();
    }

    fn replay(&mut self, runs: Vec<SavedRun>) {
        let Some(first) = runs.first() else { return };
        let experiment = first.history.header.experiment.clone();
        self.reset(experiment, runs.iter().map(|r| r.history.strategy()).collect());
        if let Some(session) = &mut self.session {
            // Rounds before a fork may have been those of another strategy.
            let all: Vec<Strategy> = runs.iter().flat_map(|r| r.history.strategies()).collect();
            session.preparation = session.preparation.take().map(|p| p.for_strategies(&all));
            session.replay = runs;
        }
    }

    fn set_device(&mut self, kind: DeviceKind) {
        match ComputeDevice::open(kind, self.options.software_gpu) {
            Ok(device) => self.device = device,
            Err(e) => {
                self.message(Level::Error, format!("{e}. Computing on the CPU."));
                self.device = ComputeDevice::cpu();
            }
        }
        self.say(Event::DeviceChanged { kind: self.device.kind, description: self.device.description.clone() });
    }

    fn has_work(&self) -> bool {
        let Some(session) = &self.session else { return false };
        ((session.preparation.is_some() || session.replaying.is_some()) && !self.held)
            || self.may_advance()
            || session.forking.is_some()
            || session.something_waits()
    }

    fn is_preparing(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.preparation.is_some())
    }

    fn may_advance(&self) -> bool {
        let Some(session) = &self.session else { return false };
        if session.runs.is_empty() || session.current().is_none() || session.replaying.is_some() {
            return false;
        }
        match self.drive {
            Drive::Halted | Drive::Stopped => false,
            Drive::Free => true,
            Drive::Minibatches(left) => left > 0,
            Drive::Rounds(target) => session.rounds_completed() < target,
        }
    }

    fn work(&mut self) {
        if self.is_preparing() {
            self.prepare();
        } else if self.session.as_ref().is_some_and(|s| s.replaying.is_some()) && !self.held {
            self.replay_on();
        } else if self.session.as_ref().is_some_and(|s| s.forking.is_some()) {
            self.advance_fork();
        } else if self.may_advance() {
            self.advance();
        } else {
            self.beside();
        }
    }

    fn advance(&mut self) {
        let interrupt = Arc::clone(&self.interrupt);
        let Some(session) = &mut self.session else { return };
        let Some(at) = session.current() else { return };
        let shown = &mut session.runs[at];
        let (strategy, round, activity) = (shown.run.strategy(), shown.run.round(), shown.run.activity());
        let trains = shown.run.is_training_next();
        let happened = shown.run.advance(&|| interrupt.load(Ordering::Acquire)).unwrap_or_default();
        let fraction = session.runs.iter().map(|r| r.run.fraction_done()).sum::<f32>() / session.runs.len() as f32;
        let (steps, of) = session.experiment_steps();
        session.units += 1;
        if trains && let Drive::Minibatches(left) = &mut self.drive {
            *left -= 1;
        }
        let phase = match activity {
            Activity::Proposing => Phase::Proposing,
            Activity::Labelling => Phase::Labelling,
            Activity::Training => Phase::TrainingTarget,
            Activity::Evaluating | Activity::Done => Phase::Evaluating,
        };
        let labelling = self.session.as_ref().and_then(|s| s.runs[at].run.labelling());
        self.say_progress(phase, Some(strategy), round, steps, of, fraction);
        if let Some(progress) = labelling {
            self.say(Event::Labelling { strategy, progress });
        }
        for event in happened {
            self.happened(at, strategy, event);
        }
        self.beside_rounds();
        if !self.may_advance() {
            let done = self.session.as_ref().is_some_and(|s| s.current().is_none());
            self.drive = Drive::Halted;
            self.eta.restart();
            self.say_phase(if done { Phase::Finished } else { Phase::Paused });
        }
    }

    fn happened(&mut self, at: usize, strategy: Strategy, event: RunEvent) {
        let Some(session) = &mut self.session else { return };
        let Some(world) = session.world.clone() else { return };
        let shown = &mut session.runs[at];
        let event = match event {
            RunEvent::Began(record) => {
                shown.labelled = Arc::new(shown.run.labelled().round_of().to_vec());
                Event::RoundBegan { strategy, round: record.round, record }
            }
            RunEvent::Evaluated { round, evaluation } => {
                let asked = Metric::PREDICTED.contains(&evaluation.metric);
                let pins = asked.then(|| session.measure_pins(at)).flatten();
                pins.into_iter().for_each(|event| self.say(event));
                Event::Evaluated { strategy, round, evaluation }
            }
            RunEvent::WalkStarted { walk, sample } => lab::walk_started(&world, &shown.run, walk, sample),
            // It is said after the round was counted.
            RunEvent::WalkStepped(step) => lab::walk_stepped(&world, &shown.run, step, shown.run.rounds_done()),
            RunEvent::Ended(record) => {
                shown.scoring.outdated();
                let steps = shown.lab_walks.step(&world, &shown.run);
                let not_kept = session.keep_weights(at);
                let written = session.runs[at].write(&world);
                self.say(Event::RoundEnded { strategy, record });
                steps.into_iter().chain(not_kept).chain(written).for_each(|event| self.say(event));
                return self.publish();
            }
            RunEvent::Finished => return,
        };
        let bought = matches!(event, Event::RoundBegan { .. });
        self.say(event);
        if bought {
            self.publish();
        }
    }

    /// After a panic in a unit of work. A GPU that had too little memory for a training tries smaller minibatches, any other
    /// failure of a GPU moves the experiment to the CPU, and on the CPU it ends.
    fn recover(&mut self, batch_too_large: bool) {
        let session = self.session.take();
        if self.device.kind == DeviceKind::Gpu {
            let failed = self.device.description.clone();
            let smaller = session.as_ref().filter(|_| batch_too_large).and_then(Session::smaller);
            if let (Some((experiment, why)), Some(session)) = (smaller, &session) {
                self.message(Level::Warning, format!("{failed} has no memory for {why}"));
                let drive = self.drive.clone();
                self.reset(experiment, session.strategies.clone());
                self.drive = drive;
                return;
            }
            self.set_device(DeviceKind::Cpu);
            self.message(
                Level::Error,
                format!("{failed} failed while computing. The experiment starts over on the CPU."),
            );
            if let Some(session) = session {
                let drive = self.drive.clone();
                self.reset(session.experiment, session.strategies);
                self.drive = drive;
            }
        } else {
            self.drive = Drive::Stopped;
            let text =
                "The engine met a bug and ended the experiment; rounds shown so far are kept. Reset to start over.";
            self.message(Level::Error, text.into());
            self.say_phase(Phase::Failed);
        }
    }

    fn publish_codes(&mut self, codes: Arc<Vec<f32>>, forming: bool) {
        let latent_dim = self.session.as_ref().map_or(0, |s| s.experiment.latent_dim);
        let snapshot =
            Snapshot { generation: self.generation, latent_dim, codes: Some(codes), forming, ..Snapshot::default() };
        self.slot.store(Arc::new(snapshot));
        self.unseen = true;
    }

    fn publish(&mut self) {
        let Some(session) = &self.session else { return };
        let runs = session.runs.iter().map(ShownRun::snapshot).collect();
        let codes = session.world.as_ref().map(|w| Arc::clone(w.latent.codes()));
        let latent_dim = session.experiment.latent_dim;
        let snapshot = Snapshot {
            generation: self.generation,
            latent_dim,
            codes,
            evaluation_codes: session.evaluation_codes.done(),
            forming: false,
            runs,
            field: session.field.clone(),
        };
        self.slot.store(Arc::new(snapshot));
        self.unseen = true;
    }

    fn say_progress(
        &mut self,
        phase: Phase,
        strategy: Option<Strategy>,
        round: usize,
        done: usize,
        total: usize,
        fraction: f32,
    ) {
        let changed = phase != self.last_phase;
        if changed && strategy.is_none() {
            self.eta.restart();
        }
        let eta_seconds = self.eta.seconds(fraction);
        if changed || self.progress.due() {
            self.last_phase = phase.clone();
            self.say(Event::Progress { phase, strategy, round, done, total, eta_seconds });
        }
    }

    fn say_phase(&mut self, phase: Phase) {
        self.last_phase = phase.clone();
        let (round, (done, total)) =
            self.session.as_ref().map_or((0, (0, 0)), |s| (s.rounds_completed(), s.experiment_steps()));
        self.say(Event::Progress { phase, strategy: None, round, done, total, eta_seconds: None });
    }

    fn message(&mut self, level: Level, text: String) {
        self.say(Event::Message { level, text });
    }

    fn say(&mut self, event: Event) {
        // Nobody listens only after the handle was dropped; `Quit` is on its way then.
        let _ = self.events.send(event);
        self.unseen = true;
    }

    fn wake_if_due(&mut self) {
        if self.unseen && self.wakes.due() {
            self.wake_now();
        }
    }

    fn wake_now(&mut self) {
        if std::mem::take(&mut self.unseen) {
            (self.wake)();
        }
    }
}
