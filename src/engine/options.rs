//! The options of an engine, and how it wakes its window.

use std::path::PathBuf;
use std::sync::Arc;

use super::autosave;
use crate::device::DeviceKind;
use crate::generator::cache::GeneratorCache;

/// The options of an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// A data folder, searched before the default ones.
    pub data_dir: Option<PathBuf>,
    /// The folder of the generator cache; `None` caches nothing.
    pub cache_dir: Option<PathBuf>,
    /// A generator's file to take instead of training one.
    pub generator: Option<PathBuf>,
    pub device: DeviceKind,
    /// Accept a software adapter as a GPU: slow, for tests.
    pub software_gpu: bool,
    /// Number of compute threads.
    pub threads: usize,
    /// The folder below which each session is written into one of its own as rounds end; `None` writes nothing unasked.
    pub autosave: Option<PathBuf>,
    /// The limit of all sessions there together, bytes: the oldest are deleted when a new one starts.
    pub autosave_bytes: u64,
}

impl Default for EngineOptions {
    /// The user's cache folder, the CPU, and all cores, of which the window has its share by its higher priority; nothing
    /// is written unasked.
    fn default() -> Self {
        Self {
            data_dir: None,
            cache_dir: GeneratorCache::default_folder(),
            generator: None,
            device: DeviceKind::Cpu,
            software_gpu: crate::device::software_allowed(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            autosave: None,
            autosave_bytes: autosave::MOST_BYTES,
        }
    }
}

/// Wakes the window that shows the engine's events; called from the engine's thread, at most 30 times a second.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
