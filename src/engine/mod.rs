//! The engine's thread: commands in, events out, and the latest snapshot. The window and the tests drive the same one.

mod pace;
pub mod planned;
pub mod questions;
pub mod protocol;
mod runs;
mod session;
mod driver;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::device::DeviceKind;
use crate::generator::cache::GeneratorCache;
use protocol::{Command, Event, Snapshot};

/// How an engine is set up.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// A folder with data, searched before the usual places.
    pub data_dir: Option<PathBuf>,
    /// Where trained generators are cached; `None` caches nothing.
    pub cache_dir: Option<PathBuf>,
    pub device: DeviceKind,
    /// A software adapter may stand for a GPU: slow, for tests.
    pub software_gpu: bool,
    /// Threads that compute.
    pub threads: usize,
}

impl Default for EngineOptions {
    /// The user's cache folder, the CPU, and one core left to the window.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            data_dir: None,
            cache_dir: GeneratorCache::default_folder(),
            device: DeviceKind::Cpu,
            software_gpu: crate::device::software_allowed(),
            threads: cores.saturating_sub(1).max(1),
        }
    }
}

/// Wakes the window that shows the engine's events; called from the engine's thread, at most 30 times a second.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A handle to a running engine. Nothing in it ever blocks; dropping it asks the thread to end and does not wait.
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
        if matches!(command, Command::Stop | Command::Reset { .. } | Command::SetDevice(_) | Command::Quit) {
            self.interrupt.store(true, Ordering::Release);
        }
        // The thread ends only after `Quit`, and then the command is of no use.
        let _ = self.commands.send(command);
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
