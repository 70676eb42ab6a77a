//! Where tensors live: the CPU (burn's flex backend) or a GPU (burn-wgpu), chosen at run time.

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
