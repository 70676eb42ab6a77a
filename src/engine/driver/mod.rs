//! The main loop of the engine's thread: execute commands, do one small unit of work, report events.

mod background;
mod fork;
mod keeping;
mod preparing;
mod proposal;
mod rounds;
mod starting;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::options::{EngineOptions, Wake};
use super::pace::{Eta, FormingPace, PROGRESS_INTERVAL, Throttle};
use super::planned::{Due, RunId};
use super::protocol::{Command, Event, Level, Phase, Snapshot, without_outdated_questions};
use super::runs::shown_run::ShownRun;
use super::session::{Before, Session, Start};
use crate::device::{ComputeDevice, DeviceKind, is_out_of_memory};
use crate::generator;

/// Least interval between wakes of the window.
const WAKE_INTERVAL: Duration = Duration::from_millis(33);
/// Less of a generator's training is not worth a file when another session begins.
const LITTLE_TRAINING: Duration = Duration::from_secs(5);

/// How far the engine computes without another command.
#[derive(Debug, Clone, PartialEq)]
enum Drive {
    Halted,
    Free,
    /// N more optimiser steps.
    Minibatches(usize),
    /// As long as it is the turn of these, or of some before them.
    Until(Due),
    Stopped,
}

/// The state of the engine's thread.
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
    /// Whether the user paused the preparation (data, generator, embedding).
    held: bool,
    /// Whether there are events or a snapshot since the window was last woken.
    unseen: bool,
    wakes: Throttle,
    progress: Throttle,
    forming: FormingPace,
    /// Units of work of the runs so far, which schedule background work.
    units: usize,
    last_phase: Phase,
    eta: Eta,
    /// When the session began, and whether a run of it has taken a step in latent space.
    started: Instant,
    stepped: bool,
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
            forming: FormingPace::default(),
            units: 0,
            last_phase: Phase::Idle,
            eta: Eta::default(),
            started: Instant::now(),
            stepped: false,
            quit: false,
        }
    }

    /// Runs until `Command::Quit`.
    pub fn run(mut self) {
        if self.options.device != DeviceKind::Cpu {
            match ComputeDevice::open(self.options.device, self.options.software_gpu) {
                Ok(device) => self.computes_on(device),
                Err(e) => self.message(Level::Error, format!("{e}. Computing on the CPU.")),
            }
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
        let _ = self.keep_training(LITTLE_TRAINING);
    }

    /// All pending commands; with nothing to do, waits for the next one.
    fn take_commands(&mut self) {
        let mut waiting: Vec<Command> = Vec::new();
        if !self.has_work() {
            self.wake_now();
            #[expect(
                clippy::disallowed_methods,
                reason = "the only place that may block: the engine's thread with nothing to do"
            )]
            match self.commands.recv() {
                Ok(command) => waiting.push(command),
                Err(_) => self.quit = true,
            }
        }
        waiting.extend(self.commands.try_iter());
        self.interrupt.store(false, Ordering::Release);
        without_outdated_questions(waiting).into_iter().for_each(|command| self.obey(command));
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Reset { experiment, variants, repeats } => self.start(*experiment, variants, repeats),
            Command::AddRepeats(count) => self.add_repeats(count),
            Command::Hold { run, on } => self.hold(run, on),
            Command::Replay { runs } => self.replay(runs),
            Command::TakeUp { folder } => self.take_up(&folder),
            Command::LimitAutosave(bytes) => self.options.autosave_bytes = bytes,
            Command::Run => self.go(Drive::Free),
            Command::Pause => self.pause(),
            Command::StepMinibatches(n) => self.go(Drive::Minibatches(n)),
            Command::StepRound => {
                let due = self.session.as_ref().and_then(Session::due);
                self.go(Drive::Until(due.unwrap_or(Due::FORKS)));
            }
            Command::Stop => {
                self.drive = Drive::Stopped;
                if let Some(epoch) = self.keep_training(Duration::ZERO)
                    && let Some(session) = &self.session
                {
                    let epochs = generator::epochs(&session.experiment);
                    let text = format!(
                        "The generator is kept after epoch {epoch:.1} of {epochs}. Reset to go on with its training."
                    );
                    self.message(Level::Info, text);
                }
                // Completed rounds are kept.
                if let Some(session) = &mut self.session {
                    session.before = Before::Nothing;
                    session.stop();
                }
                self.say(Event::Stopped);
                self.say_phase(Phase::Stopped);
            }
            Command::SetDataFolder(folder) => self.options.data_dir = folder,
            Command::SetDevice(kind) => self.change_device(kind),
            Command::Quit => self.quit = true,
            Command::Fork { run, round, turn } => self.fork(run, round, turn),
            Command::Keep { folder, only } => self.keep(folder, only),
            // Without an experiment there is nothing to show; the window repeats its requests after `Event::Started`.
            command => {
                let events = self.session.as_mut().map(|session| session.obey(command));
                events.into_iter().flatten().for_each(|event| self.say(event));
                self.publish();
            }
        }
    }

    fn go(&mut self, drive: Drive) {
        if self.drive == Drive::Stopped {
            self.message(Level::Warning, "The experiment was stopped. Reset it to run again.".into());
            return;
        }
        self.drive = drive;
        self.held = false;
        self.eta.restart();
    }

    fn pause(&mut self) {
        if self.drive != Drive::Stopped {
            self.drive = Drive::Halted;
            // Saved runs are shown first, unless that takes long; then nothing runs.
            self.held = !self.session.as_ref().is_some_and(Session::soon_shows_saved);
            if self.held {
                self.say_phase(Phase::Paused);
            }
        }
    }

    /// Computes on another device from now on, and starts over there; without such a device everything goes on as it is.
    fn change_device(&mut self, kind: DeviceKind) {
        match ComputeDevice::open(kind, self.options.software_gpu) {
            Ok(device) if device.description == self.device.description => self.computes_on(device),
            Ok(device) => {
                let _ = self.keep_training(LITTLE_TRAINING);
                self.computes_on(device);
                if let Some(session) = self.session.take() {
                    self.start_over(&session);
                }
            }
            Err(e) => {
                self.computes_on(self.device.clone());
                self.message(Level::Error, format!("{e}. Nothing has changed."));
            }
        }
    }

    fn computes_on(&mut self, device: ComputeDevice) {
        self.say(Event::DeviceChanged { kind: device.kind, description: device.description.clone() });
        self.device = device;
    }

    /// Starts the runs of a session over; rounds run on if they ran.
    fn start_over(&mut self, session: &Session) {
        let drive = self.drive.clone();
        if self.reset(Start::new(session.experiment.clone(), session.cells())) && drive == Drive::Free {
            self.drive = drive;
        }
    }

    fn has_work(&self) -> bool {
        let Some(session) = &self.session else { return false };
        let before = match session.before {
            Before::Nothing => false,
            Before::Preparing { .. } | Before::Replaying(_) | Before::Forking(_) => !self.held,
        };
        before || self.may_advance() || session.something_waits()
    }

    fn is_preparing(&self) -> bool {
        self.session.as_ref().is_some_and(|s| matches!(s.before, Before::Preparing { .. }))
    }

    fn may_advance(&self) -> bool {
        let waits = |s: &&Session| s.world.is_some() && !matches!(s.before, Before::Replaying(_));
        let Some(due) = self.session.as_ref().filter(waits).and_then(Session::due) else { return false };
        match self.drive {
            Drive::Halted | Drive::Stopped => false,
            Drive::Free => true,
            Drive::Minibatches(left) => left > 0,
            Drive::Until(last) => due <= last,
        }
    }

    fn work(&mut self) {
        match self.session.as_ref().map(|s| &s.before) {
            Some(Before::Preparing { .. }) if !self.held => self.prepare(),
            Some(Before::Replaying(_)) if !self.held => self.advance_replay(),
            Some(Before::Forking(_)) if !self.held => self.advance_fork(),
            _ if self.may_advance() => self.advance(),
            _ => self.background(),
        }
    }

    /// Recovers from a panic in a unit of work. A GPU with too little memory for training tries smaller minibatches, any other
    /// failure of a GPU moves the experiment to the CPU, and a failure on the CPU ends it.
    fn recover(&mut self, batch_too_large: bool) {
        let session = self.session.take();
        if self.device.kind == DeviceKind::Gpu {
            let failed = self.device.description.clone();
            let smaller = session.as_ref().filter(|_| batch_too_large).and_then(Session::smaller);
            if let Some((experiment, cells, why)) = smaller {
                self.message(Level::Warning, format!("{failed} has too little memory for {why}"));
                let drive = self.drive.clone();
                self.reset(Start::new(experiment, cells));
                self.drive = drive;
                return;
            }
            self.computes_on(ComputeDevice::cpu());
            self.message(
                Level::Error,
                format!("{failed} failed while computing. The experiment starts over on the CPU."),
            );
            if let Some(session) = session {
                self.start_over(&session);
            }
        } else {
            self.drive = Drive::Stopped;
            let text = "The experiment ended because of a bug in the engine; the rounds so far are still shown. Reset to start over.";
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
            field: session.field.field(),
        };
        self.slot.store(Arc::new(snapshot));
        self.unseen = true;
    }

    fn say_progress(
        &mut self,
        phase: Phase,
        run: Option<RunId>,
        round: usize,
        done: usize,
        total: usize,
        left: impl FnOnce(&mut Eta) -> Option<f32>,
    ) {
        let changed = phase != self.last_phase;
        if changed && run.is_none() {
            self.eta.restart();
        }
        let eta_seconds = left(&mut self.eta);
        if changed || self.progress.due() {
            self.last_phase = phase.clone();
            self.say(Event::Progress { phase, run, round, done, total, eta_seconds });
        }
    }

    fn say_phase(&mut self, phase: Phase) {
        self.last_phase = phase.clone();
        let inside = self.session.as_ref().filter(|_| phase == Phase::Paused).and_then(Session::inside_round);
        let (run, round, (done, total)) = match (inside, &self.session) {
            (Some((run, round, steps)), _) => (Some(run), round, steps),
            (None, Some(session)) => (None, session.rounds_completed(), session.experiment_steps()),
            (None, None) => (None, 0, (0, 0)),
        };
        self.say(Event::Progress { phase, run, round, done, total, eta_seconds: None });
    }

    fn message(&mut self, level: Level, text: String) {
        self.say(Event::Message { level, text });
    }

    fn say(&mut self, event: Event) {
        // Sending fails only after the handle was dropped; then `Quit` is on its way.
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
