//! Where tensors live: the CPU (burn's flex backend) or a GPU (burn-wgpu), chosen at run time.

use std::any::Any;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// The kinds of device a user can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// burn's flex backend: deterministic to the bit.
    #[default]
    Cpu,
    /// burn-wgpu on the first adapter that is not software.
    Gpu,
}

impl DeviceKind {
    /// Every kind of device, the default first.
    pub const ALL: &'static [Self] = &[Self::Cpu, Self::Gpu];

    /// The name on the screen; `FromStr` reads it in small letters or capitals.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
        }
    }
}

impl std::str::FromStr for DeviceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|kind| kind.label().eq_ignore_ascii_case(text)).copied();
        found.ok_or_else(|| format!("`{text}` is none of cpu, gpu"))
    }
}

/// Why a device cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// No adapter is a GPU; `found` says which there are.
    #[error("no GPU was found ({found}); choose the CPU, or install a Vulkan, Metal or DX12 driver")]
    NoGpu { found: String },
    #[error("the GPU {name} could not be opened ({detail}); update its driver, or choose the CPU")]
    Open { name: String, detail: String },
}

/// A device that is ready for tensors.
#[derive(Debug, Clone)]
pub struct ComputeDevice {
    /// Without gradients, for evaluation.
    pub plain: Device,
    /// With gradients, for training.
    pub autodiff: Device,
    pub kind: DeviceKind,
    /// Its name, for display and for histories.
    pub description: String,
}

impl ComputeDevice {
    /// The CPU, which is always there: burn's flex backend.
    pub fn cpu() -> Self {
        let plain = Device::flex();
        Self { autodiff: plain.clone().autodiff(), plain, kind: DeviceKind::Cpu, description: "CPU (burn flex)".into() }
    }

    /// Opens a device; this never fails for the CPU. `allow_software` is that of [`Self::gpu`].
    pub fn open(kind: DeviceKind, allow_software: bool) -> Result<Self, DeviceError> {
        match kind {
            DeviceKind::Cpu => Ok(Self::cpu()),
            DeviceKind::Gpu => Self::gpu(allow_software),
        }
    }

    /// A GPU. If there is none and `allow_software` is true, as in tests, an adapter that computes on the CPU.
    pub fn gpu(allow_software: bool) -> Result<Self, DeviceError> {
        let adapter = wanted(&adapters(), allow_software)?;
        let plain = opened(&adapter)?;
        Ok(Self {
            autodiff: plain.clone().autodiff(),
            plain,
            kind: DeviceKind::Gpu,
            description: format!("GPU ({adapter})"),
        })
    }
}

/// Why there is no GPU to compute on here, as far as is known without opening one; `None` if there is one. The machine is
/// searched once.
pub fn no_gpu(allow_software: bool) -> Option<DeviceError> {
    static FOUND: OnceLock<Vec<Adapter>> = OnceLock::new();
    wanted(FOUND.get_or_init(adapters), allow_software).err()
}

fn wanted(adapters: &[Adapter], allow_software: bool) -> Result<Adapter, DeviceError> {
    let wanted = adapters.iter().find(|a| !a.is_software()).or_else(|| adapters.iter().find(|_| allow_software));
    wanted.cloned().ok_or_else(|| DeviceError::NoGpu {
        found: match adapters.len() {
            0 => "no adapter at all".to_owned(),
            _ => adapters.iter().map(|a| a.to_string()).collect::<Vec<_>>().join(", "),
        },
    })
}

/// GPUs opened so far: burn's runtime can open each only once in a process.
static OPENED: Mutex<Vec<(Adapter, Device)>> = Mutex::new(Vec::new());

fn opened(adapter: &Adapter) -> Result<Device, DeviceError> {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, device)) = opened.iter().find(|(a, _)| a == adapter) {
        return Ok(device.clone());
    }
    let failed = |detail: String| DeviceError::Open { name: adapter.to_string(), detail };
    // The runtime reports some failures by panicking; a panic must not end the engine.
    let device = std::panic::catch_unwind(|| Device::wgpu_options().device_kind(adapter.burn_kind()).init())
        .map_err(|_| failed("its driver failed".into()))?
        .map_err(|e| failed(e.to_string()))?;
    opened.push((adapter.clone(), device.clone()));
    Ok(device)
}

/// Bytes of memory that a program can have here; `None` if the system does not say.
pub fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free = line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1_024;
    Some(free_in_container().map_or(free, |container| container.min(free)))
}

/// Bytes that a container's limit leaves; pages of files that it would give up at once count as free.
fn free_in_container() -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok();
    let number = |name| read(name)?.trim().parse::<u64>().ok();
    let limit = number("memory.max")?;
    let used = number("memory.current").unwrap_or_default();
    let stat = read("memory.stat").unwrap_or_default();
    let of = |line: &str| match line.split_once(' ')? {
        ("active_file" | "inactive_file", bytes) => bytes.parse::<u64>().ok(),
        _ => None,
    };
    let files = stat.lines().filter_map(of).fold(0, u64::saturating_add);
    Some(limit.saturating_sub(used.saturating_sub(files)))
}

/// Words in the messages of burn's runtime and wgpu when there is no memory for a tensor; they have no type for it.
const OUT_OF_MEMORY: [&str; 4] = ["can't allocate buffer", "out of device memory", "out-of-memory", "Out of Memory"];

/// Whether a panic means that the device had no memory for a tensor, so that a smaller batch may fit.
pub fn is_out_of_memory(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.is_some_and(|text| OUT_OF_MEMORY.iter().any(|words| text.contains(words)))
}

/// Tests set this variable so that burn-wgpu may run on a software adapter.
const ALLOW_SOFTWARE: &str = "RIDGEWALK_SOFTWARE_GPU";

/// Whether the environment allows a software adapter in place of a GPU.
pub fn software_allowed() -> bool {
    std::env::var_os(ALLOW_SOFTWARE).is_some_and(|v| v != "0")
}

/// One graphics adapter of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// As its driver reports it.
    pub name: String,
    /// The interface to it: Vulkan, Metal, DX12.
    pub backend: String,
    pub driver: String,
    kind: wgpu::DeviceType,
    /// Its position among the adapters of the same kind.
    index: usize,
}

impl Adapter {
    /// Whether it computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.kind == wgpu::DeviceType::Cpu
    }

    /// The adapter as burn names it.
    pub fn burn_kind(&self) -> burn::tensor::DeviceKind {
        use burn::tensor::DeviceKind as Kind;
        match self.kind {
            wgpu::DeviceType::DiscreteGpu => Kind::DiscreteGpu(self.index),
            wgpu::DeviceType::IntegratedGpu => Kind::IntegratedGpu(self.index),
            wgpu::DeviceType::VirtualGpu => Kind::VirtualGpu(self.index),
            wgpu::DeviceType::Cpu => Kind::Cpu,
            wgpu::DeviceType::Other => Kind::DefaultDevice,
        }
    }
}

impl std::fmt::Display for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let software = if self.is_software() { ", software" } else { "" };
        write!(f, "{}, {}{software}", self.name, self.backend)
    }
}

/// Starts the program over with variables that libraries read, unless they are set; where that is not possible, it just
/// goes on. No result depends on them.
///
/// burn restores the state of an optimiser on its default device and moves it from there, so a resumed run on the CPU
/// would open a GPU. Without a desktop, Mesa looks for one to order the adapters by, and complains on the terminal. The C
/// library gives memory back to the system after each layer and asks for it again, page by page: up to a tenth of a step.
/// Each of its heaps keeps what was free in it, and there may be eight for each core: one is enough.
pub fn settle_libraries() {
    let unset = |name: &str| std::env::var_os(name).is_none();
    let heaps = std::thread::available_parallelism().map_or(2, |n| n.get().max(2)).to_string();
    let mut settings = vec![("BURN_DEVICE", "flex")];
    if unset("XDG_RUNTIME_DIR") {
        settings.push(("NODEVICE_SELECT", "1"));
    }
    #[cfg(target_env = "gnu")]
    settings.extend([
        ("MALLOC_MMAP_THRESHOLD_", "33554432"),
        ("MALLOC_TRIM_THRESHOLD_", "268435456"),
        ("MALLOC_ARENA_MAX", &heaps),
    ]);
    let missing: Vec<_> = settings.into_iter().filter(|(name, _)| unset(name)).collect();
    #[cfg(unix)]
    if !missing.is_empty()
        && let Ok(program) = std::env::current_exe()
    {
        use std::os::unix::process::CommandExt as _;
        let mut arguments = std::env::args_os();
        let name = arguments.next().unwrap_or_else(|| program.clone().into());
        // Returns only if it fails.
        let _ = std::process::Command::new(program).arg0(name).args(arguments).envs(missing).exec();
    }
}

/// Gives memory that was freed back to the system, for when a large part of what was held is gone: the C library keeps it,
/// by the thresholds of [`settle_libraries`], and takes it anew when it is needed.
pub fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "no crate has it; it takes no pointer and may be called at any time, from any thread"
    )]
    // SAFETY: `malloc_trim` only touches free memory, under the locks of the allocator.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// The adapters of this machine, GPUs first.
pub fn adapters() -> Vec<Adapter> {
    // Without OpenGL, whose libraries write to the terminal about the desktop's variables.
    let backends = wgpu::Backends::PRIMARY;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut found: Vec<Adapter> = Vec::new();
    for adapter in pollster::block_on(instance.enumerate_adapters(backends)) {
        let info = adapter.get_info();
        let index = found.iter().filter(|a| a.kind == info.device_type).count();
        let driver = format!("{} {}", info.driver, info.driver_info).trim().to_owned();
        found.push(Adapter {
            name: info.name,
            backend: info.backend.to_string(),
            driver,
            kind: info.device_type,
            index,
        });
    }
    found.sort_by_key(Adapter::is_software);
    found
}
