//! By what program, on what device and processor rounds were computed: told wherever runs are compared, and never a
//! difference between them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// This program with its version.
pub const PROGRAM: &str = concat!("ridgewalk ", env!("CARGO_PKG_VERSION"));
/// The version with the commit, as `--version` prints it.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("RIDGEWALK_COMMIT"), ")");
/// What stands for a commit, a processor or an origin that is not known.
pub const UNKNOWN: &str = "unknown";

/// The origin of the rounds of a run from one of them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The first round computed like this, from 1.
    pub from_round: usize,
    /// The program's name and version.
    pub program: String,
    /// The git commit that the program was built from, followed by a plus if files were changed since; "unknown" if it
    /// was built without git.
    pub commit: String,
    /// When the first of these rounds ended, UTC.
    pub date: String,
    /// The device, as text.
    pub device: String,
    /// The processor's model.
    pub processor: String,
    /// What multiplies matrices on the CPU, with the vector instructions used.
    pub kernels: String,
}

/// The git commit that this program was built from, or "unknown".
pub fn commit() -> &'static str {
    env!("RIDGEWALK_COMMIT")
}

impl Origin {
    /// The origin of what this program computes here and now on `device`, from a round on.
    pub fn here(device: &str, from_round: usize) -> Self {
        let Machine { processor, kernels } = Machine::this();
        Self {
            from_round,
            program: PROGRAM.to_owned(),
            commit: commit().to_owned(),
            date: now(),
            device: device.to_owned(),
            processor: processor.clone(),
            kernels: kernels.clone(),
        }
    }

    /// Whether both computed with the same program on the same kind of machine; dates and rounds aside.
    pub fn is_like(&self, other: &Self) -> bool {
        let undated = |o: &Self| Self { from_round: 1, date: String::new(), ..o.clone() };
        undated(self) == undated(other)
    }

    /// Whether the same program may compute other last bits on the other's machine.
    pub fn may_part_from(&self, other: &Self) -> bool {
        let fused = |o: &Self| o.device.starts_with("CPU") && FUSED.contains(&o.kernels.as_str());
        self.machine() != other.machine() && !(fused(self) && fused(other))
    }

    /// Device, processor and kernels.
    pub fn machine(&self) -> String {
        let Self { device, processor, kernels, .. } = self;
        format!("{device}: {processor}; {kernels}")
    }

    /// The machines of several origins, each once, in alphabetic order.
    pub fn machines<'a>(origins: impl IntoIterator<Item = &'a Self>) -> Vec<String> {
        let machines: BTreeSet<String> = origins.into_iter().map(Self::machine).collect();
        machines.into_iter().collect()
    }

    /// One line: program, commit, device, processor and kernels.
    pub fn describe(&self) -> String {
        format!("{} ({}) on {}", self.program, self.commit, self.machine())
    }
}

/// The time in UTC to the second, as in 2026-01-31T12:00:00Z.
fn now() -> String {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now).map_or_else(|_| UNKNOWN.to_owned(), |t| t.to_string())
}

/// What this computer computes with.
struct Machine {
    processor: String,
    kernels: String,
}

impl Machine {
    /// This computer; looked at once.
    fn this() -> &'static Self {
        static THIS: OnceLock<Machine> = OnceLock::new();
        THIS.get_or_init(|| Self {
            processor: model(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            kernels: kernels(),
        })
    }
}

/// The processor's model from Linux's description of it; elsewhere its architecture.
fn model(cpuinfo: &str) -> String {
    let named = cpuinfo.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == "model name");
    named.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}

/// The kernels that round a product and its sum once, and sum in the same order: they compute the same bits.
const FUSED: [&str; 2] = ["matrixmultiply avx512f", "matrixmultiply fma"];

/// The vector instructions that the crate which multiplies matrices chooses on this processor.
#[cfg(target_arch = "x86_64")]
fn kernels() -> String {
    use std::arch::is_x86_feature_detected as has;
    let kernels = match () {
        () if has!("avx512f") => FUSED[0],
        () if has!("fma") && has!("avx2") => FUSED[1],
        () if has!("avx") => "matrixmultiply avx",
        () => "matrixmultiply sse2",
    };
    kernels.to_owned()
}

#[cfg(not(target_arch = "x86_64"))]
fn kernels() -> String {
    format!("matrixmultiply for {}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_says_program_and_processor() {
        let here = Origin::here("CPU", 3);
        assert_eq!(here.from_round, 3);
        assert!(here.date.ends_with('Z') && here.date.len() == "2026-01-31T12:00:00Z".len(), "{}", here.date);
        let said = here.describe();
        assert!(said.starts_with(PROGRAM) && said.contains(commit()) && said.contains("matrixmultiply"), "{said}");
        let later = Origin { from_round: 1, date: "another".into(), ..here.clone() };
        assert!(here.is_like(&later) && !here.is_like(&Origin { processor: "another".into(), ..here.clone() }));
    }

    #[test]
    fn processors_with_fused_kernels_compute_the_same_bits() {
        let on = |device: &str, processor: &str, kernels: &str| Origin {
            processor: processor.into(),
            kernels: kernels.into(),
            ..Origin::here(device, 1)
        };
        let new = on("CPU", "new", FUSED[0]);
        assert!(!new.may_part_from(&new) && !new.may_part_from(&on("CPU", "old", FUSED[1])));
        for other in [on("CPU", "older", "matrixmultiply avx"), on("GPU", "new", FUSED[0])] {
            assert!(new.may_part_from(&other) && other.may_part_from(&new), "{other:?}");
        }
    }

    #[test]
    fn a_processor_is_named_by_its_model_or_else_by_its_architecture() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\n"), "Some CPU @ 2 GHz");
        assert_eq!(model("processor\t: 0\nCPU part\t: 0xd0c\n"), std::env::consts::ARCH);
    }
}
