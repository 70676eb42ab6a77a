//! By what program, on what device and processor rounds were computed: told wherever runs are compared, and never a
//! difference between them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use gemm_common::cache::CACHE_INFO;
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
    /// The data caches L1, L2 and L3 of one core, as the `gemm` crate sees them: it cuts its sums by them.
    pub caches: Vec<Cache>,
    /// What multiplies matrices on the CPU, with the vector instructions used.
    pub kernels: String,
}

/// A data cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    pub bytes: usize,
    pub ways: usize,
}

/// The git commit that this program was built from, or "unknown".
pub fn commit() -> &'static str {
    env!("RIDGEWALK_COMMIT")
}

impl Origin {
    /// The origin of what this program computes here and now on `device`, from a round on.
    pub fn here(device: &str, from_round: usize) -> Self {
        let Machine { processor, caches, kernels } = Machine::this();
        Self {
            from_round,
            program: PROGRAM.to_owned(),
            commit: commit().to_owned(),
            date: now(),
            device: device.to_owned(),
            processor: processor.clone(),
            caches: caches.clone(),
            kernels: kernels.clone(),
        }
    }

    /// Whether both computed with the same program on the same kind of machine; dates and rounds aside.
    pub fn is_like(&self, other: &Self) -> bool {
        let undated = |o: &Self| Self { from_round: 1, date: String::new(), ..o.clone() };
        undated(self) == undated(other)
    }

    /// Device, processor, caches and kernels: where they are equal, the same program computes the same bits.
    pub fn machine(&self) -> String {
        let Self { device, processor, caches, kernels, .. } = self;
        let size = |c: &Cache| format!("{} KiB/{}-way", c.bytes / 1024, c.ways);
        let caches: Vec<String> = caches.iter().map(size).collect();
        format!("{device}: {processor}, caches {}; {kernels}", caches.join(", "))
    }

    /// The machines of several origins, each once, in alphabetic order.
    pub fn machines<'a>(origins: impl IntoIterator<Item = &'a Self>) -> Vec<String> {
        let machines: BTreeSet<String> = origins.into_iter().map(Self::machine).collect();
        machines.into_iter().collect()
    }

    /// One line: program, commit, device, processor, caches and kernels.
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
    caches: Vec<Cache>,
    kernels: String,
}

impl Machine {
    /// This computer; looked at once.
    fn this() -> &'static Self {
        static THIS: OnceLock<Machine> = OnceLock::new();
        THIS.get_or_init(|| Self {
            processor: model(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            caches: CACHE_INFO.iter().map(|c| Cache { bytes: c.cache_bytes, ways: c.associativity }).collect(),
            kernels: kernels(),
        })
    }
}

/// The processor's model from Linux's description of it; elsewhere its architecture.
fn model(cpuinfo: &str) -> String {
    let named = cpuinfo.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == "model name");
    named.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}

/// The vector instructions that the crates which multiply matrices choose on this processor.
#[cfg(target_arch = "x86_64")]
fn kernels() -> String {
    use std::arch::is_x86_feature_detected as has;
    // gemm is built without its AVX-512 kernels.
    let gemm = if has!("fma") { "fma" } else { "portable" };
    let matrixmultiply = match () {
        () if has!("avx512f") => "avx512f",
        () if has!("fma") && has!("avx2") => "fma",
        () if has!("avx") => "avx",
        () => "sse2",
    };
    format!("gemm {gemm}, matrixmultiply {matrixmultiply}")
}

#[cfg(not(target_arch = "x86_64"))]
fn kernels() -> String {
    format!("gemm and matrixmultiply for {}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_says_program_processor_and_caches() {
        let here = Origin::here("CPU", 3);
        assert_eq!((here.from_round, here.caches.len()), (3, 3));
        assert!(here.caches.iter().any(|c| c.bytes > 0 && c.ways > 0), "{here:?}");
        assert!(here.date.ends_with('Z') && here.date.len() == "2026-01-31T12:00:00Z".len(), "{}", here.date);
        let said = here.describe();
        assert!(said.starts_with(PROGRAM) && said.contains(commit()) && said.contains("KiB"), "{said}");
        let later = Origin { from_round: 1, date: "another".into(), ..here.clone() };
        assert!(here.is_like(&later) && !here.is_like(&Origin { processor: "another".into(), ..here.clone() }));
    }

    #[test]
    fn a_processor_is_named_by_its_model_or_else_by_its_architecture() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\n"), "Some CPU @ 2 GHz");
        assert_eq!(model("processor\t: 0\nCPU part\t: 0xd0c\n"), std::env::consts::ARCH);
    }
}
