//! Where tensors live: the CPU (burn's flex backend) or a GPU (burn-wgpu), chosen at run time.

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
    pub const ALL: &'static [Self] = &[Self::Cpu, Self::Gpu];

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
        match text.to_ascii_lowercase().as_str() {
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => Err(format!("`{text}` is none of cpu, gpu")),
        }
    }
}

/// A device that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("no GPU was found ({found}); choose the CPU, or install a Vulkan, Metal or DX12 driver")]
    NoGpu { found: String },
    #[error("the GPU {name} could not be opened: {detail}")]
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
    /// In words, for people and for histories.
    pub description: String,
}

impl ComputeDevice {
    pub fn cpu() -> Self {
        let plain = Device::flex();
        Self { autodiff: plain.clone().autodiff(), plain, kind: DeviceKind::Cpu, description: "CPU (burn flex)".into() }
    }

    /// Opens a device; the CPU always can be.
    pub fn open(kind: DeviceKind) -> Result<Self, DeviceError> {
        match kind {
            DeviceKind::Cpu => Ok(Self::cpu()),
            DeviceKind::Gpu => Self::gpu(software_allowed()),
        }
    }

    /// A GPU; where there is none and it is allowed, an adapter that computes on the CPU, which is for tests.
    pub fn gpu(allow_software: bool) -> Result<Self, DeviceError> {
        let adapters = adapters();
        let wanted = adapters.iter().find(|a| !a.is_software()).or_else(|| adapters.iter().find(|_| allow_software));
        let Some(adapter) = wanted else {
            let found = match adapters.len() {
                0 => "no adapter at all".to_owned(),
                _ => adapters.iter().map(|a| a.to_string()).collect::<Vec<_>>().join(", "),
            };
            return Err(DeviceError::NoGpu { found });
        };
        let kind = adapter.burn_kind();
        let name = adapter.to_string();
        // The runtime reports some failures by panicking; they must not take the engine down.
        let opened = std::panic::catch_unwind(|| Device::wgpu_options().device_kind(kind).init());
        let plain = match opened {
            Ok(Ok(device)) => device,
            Ok(Err(e)) => return Err(DeviceError::Open { name, detail: e.to_string() }),
            Err(_) => return Err(DeviceError::Open { name, detail: "its driver failed".into() }),
        };
        Ok(Self {
            autodiff: plain.clone().autodiff(),
            plain,
            kind: DeviceKind::Gpu,
            description: format!("GPU ({name})"),
        })
    }
}

/// Tests let burn-wgpu run on a software adapter by setting this variable.
const ALLOW_SOFTWARE: &str = "RIDGEWALK_SOFTWARE_GPU";

fn software_allowed() -> bool {
    std::env::var_os(ALLOW_SOFTWARE).is_some_and(|v| v != "0")
}

/// One graphics adapter of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    pub name: String,
    pub backend: String,
    pub driver: String,
    kind: wgpu::DeviceType,
    /// Its place among the adapters of the same kind.
    index: usize,
}

impl Adapter {
    /// It computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.kind == wgpu::DeviceType::Cpu
    }

    fn burn_kind(&self) -> burn::tensor::DeviceKind {
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

/// The adapters of this machine, GPUs first.
pub fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let mut found: Vec<Adapter> = Vec::new();
    for adapter in pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY)) {
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
