//! The memory that an experiment needs at least, estimated before anything is read or trained.

use crate::dataset::sources::source;
use crate::device::DeviceKind;
use crate::experiment::{Experiment, ExperimentError, Field, Part, Strategy};
use crate::generator;
use crate::target::nets;

/// Bytes of a trained weight: its value, its gradient and Adam's two moments, in single precision.
const PER_WEIGHT: f64 = 16.0;
/// Bytes of a value between layers: itself and its gradient.
const PER_VALUE: f64 = 8.0;
/// Bytes of a number in single precision.
const SINGLE: f64 = 4.0;
/// Bytes of a step in latent space besides its points.
const PER_STEP: f64 = 100.0;
const GIGABYTE: f64 = 1e9;

/// A part of an experiment that takes memory.
struct Need {
    /// The field that it grows with, and the power with which it does.
    field: &'static str,
    power: i32,
    bytes: f64,
}

/// An error that names the field if a part of the experiment needs more than the `free` bytes.
pub fn check(e: &Experiment, strategies: &[Strategy], device: DeviceKind, free: u64) -> Result<(), ExperimentError> {
    let free = free as f64;
    let needs = needs(e, strategies, device);
    let Some(need) = needs.iter().filter(|n| n.bytes > free).max_by(|a, b| a.bytes.total_cmp(&b.bytes)) else {
        return Ok(());
    };
    let value = Field::named(need.field).map(|f| f.get(e)).unwrap_or_default();
    let fits = value.parse().map_or(1.0, |v: f64| v * (free / need.bytes).powf(1.0 / f64::from(need.power))).floor();
    let detail = format!(
        "`{value}` needs at least {:.1} GB of memory, and {:.1} GB are free; about {fits:.0} would fit",
        need.bytes / GIGABYTE,
        free / GIGABYTE
    );
    Err(ExperimentError::Field { field: need.field.into(), detail })
}

fn needs(e: &Experiment, strategies: &[Strategy], device: DeviceKind) -> Vec<Need> {
    let pixels = source(e.dataset).shape(e).len() as f64;
    let count = |n: usize| n as f64;
    let need = |field, power, bytes| Need { field, power, bytes };
    // As read and as split.
    let mut needs = vec![
        need("train_size", 1, 2.0 * pixels * count(e.train_size)),
        need("test_size", 1, 2.0 * pixels * count(e.test_size)),
    ];
    if device == DeviceKind::Cpu {
        let made = generator::size(e);
        needs.push(need("generator_width", 2, PER_WEIGHT * made.weights));
        needs.push(need("generator_batch", 1, PER_VALUE * made.values * count(e.generator_batch)));
    }
    if device == DeviceKind::Cpu && !strategies.is_empty() {
        let target = nets::size(e);
        needs.push(need("target_width", 2, PER_WEIGHT * target.weights));
        needs.push(need("batch_size", 1, PER_VALUE * target.values * count(e.batch_size)));
    }
    let j = count(e.samples_per_round);
    if strategies.iter().any(|s| s.generates_samples()) {
        needs.push(need("samples_per_round", 1, j * count(e.rounds) * pixels * (SINGLE + 1.0)));
    }
    if strategies.iter().any(|s| s.has(Part::Plus)) {
        // The point before, after, and the gradient.
        let step = PER_STEP + 3.0 * SINGLE * count(e.latent_dim);
        needs.push(need("proposal_factor", 1, step * j * count(e.proposal_factor) / f64::from(e.plus_gradient_share)));
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_fit_and_what_does_not_is_named_with_the_memory_it_needs() {
        const FREE: u64 = 4_000_000_000;
        let checked = |preset: &str, settings: &str, device| {
            let mut e = Experiment::preset(preset).unwrap();
            settings.split_whitespace().for_each(|setting| e.set(setting).unwrap());
            let strategies = [e.strategy, Strategy::SnnPlus, Strategy::Si];
            check(&e, &strategies, device, FREE).err().map(|e| e.to_string()).unwrap_or_default()
        };
        for name in Experiment::preset_names() {
            assert_eq!(checked(name, "", DeviceKind::Cpu), "", "{name}");
        }
        for (preset, settings, says) in [
            ("cifar10", "target_width=512", "field `target_width`: `512` needs at least 15.1 GB of memory, and 4.0 GB"),
            ("cifar10", "target_width=512", "about 263 would fit"),
            ("cifar10", "batch_size=8192", "field `batch_size`: `8192` needs"),
            ("cifar10", "generator_batch=8192", "field `generator_batch`: `8192` needs"),
            ("cifar10", "train_size=1000000", "field `train_size`: `1000000` needs at least 6.1 GB"),
            ("digits", "samples_per_round=1000000 rounds=10000", "field `samples_per_round`: `1000000` needs"),
            ("digits", "samples_per_round=400000 rounds=1 proposal_factor=100", "field `proposal_factor`: `100` needs"),
            ("digits", "batch_size=8192 generator_batch=8192", ""),
        ] {
            let error = checked(preset, settings, DeviceKind::Cpu);
            assert!(error.contains(says) && error.is_empty() == says.is_empty(), "{settings}: {error}");
        }
        assert_eq!(checked("cifar10", "target_width=512 batch_size=8192", DeviceKind::Gpu), "", "the device says so");
    }
}
