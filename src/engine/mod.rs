//! The engine's thread: commands in, events out, and the latest snapshot. The window and the tests drive the same one.

mod pace;
pub mod autosave;
mod options;
pub mod planned;
pub mod questions;
pub mod protocol;
mod runs;
mod session;
mod driver;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, unbounded};

pub use options::{EngineOptions, Wake};
pub use pace::lower_priority;
use protocol::{Command, Event, Snapshot};

/// A handle to a running engine. No method blocks; dropping it tells the thread to end and does not wait.
pub struct Engine {
    commands: Sender<Command>,
    events: Receiver<Event>,
    snapshot: Arc<ArcSwap<Snapshot>>,
    interrupt: Arc<AtomicBool>,
}

impl Engine {
    /// Starts the thread. It waits for `Command::Reset`.
    pub fn spawn(options: EngineOptions, wake: Wake) -> std::io::Result<Self> {
        let (commands, command_receiver) = unbounded();
        let (event_sender, events) = unbounded();
        let snapshot = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let interrupt = Arc::new(AtomicBool::new(false));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|i| format!("engine-{i}"))
            .start_handler(|_| pace::lower_priority())
            .build()
            .map_err(std::io::Error::other)?;
        let shared = (Arc::clone(&snapshot), Arc::clone(&interrupt));
        std::thread::Builder::new().name("engine".into()).spawn(move || {
            let (snapshot, interrupt) = shared;
            pool.install(|| {
                driver::Core::new(options, command_receiver, event_sender, snapshot, interrupt, wake).run()
            });
        })?;
        Ok(Self { commands, events, snapshot, interrupt })
    }

    /// Sends a command; the engine looks at its commands between two optimiser steps.
    pub fn send(&self, command: Command) {
        let interrupts = matches!(
            command,
            Command::Stop | Command::Pause | Command::Reset { .. } | Command::SetDevice(_) | Command::Quit
        );
        // The thread ends only after `Quit`; a later command has no effect.
        let _ = self.commands.send(command);
        // After the command is there: an interruption that finds none is repeated work and no more.
        if interrupts {
            self.interrupt.store(true, Ordering::Release);
        }
    }

    /// The next event, if there is one.
    pub fn try_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The latest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.send(Command::Quit);
    }
}
