//! A tiny world that several tests share, prepared once: built-in digits and a VAE trained for seconds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::{Experiment, Strategy, Variant};
use ridgewalk::history::History;
use ridgewalk::round::Run;
use ridgewalk::world::{Preparation, Prepared, World};

/// The preset for tests: seconds, not minutes.
pub fn tiny() -> Experiment {
    Experiment::preset("tiny").unwrap()
}

/// A new world for `experiment`, on the CPU, without a cache.
pub fn make_world(experiment: &Experiment) -> Arc<World> {
    let mut preparation = Preparation::new(experiment, None, None, &ComputeDevice::cpu());
    loop {
        match preparation.advance().unwrap() {
            Some(Prepared::Ready { world, .. }) => return world,
            Some(_) => {}
            None => panic!("no world"),
        }
    }
}

/// The world of the tiny preset.
pub fn tiny_world() -> Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    Arc::clone(WORLD.get_or_init(|| make_world(&tiny())))
}

/// Strategies as they are.
pub fn variants(strategies: &[Strategy]) -> Vec<Variant> {
    strategies.iter().map(|strategy| (*strategy).into()).collect()
}

/// A whole run.
pub fn run(world: &Arc<World>, experiment: &Experiment) -> History {
    let mut run = Run::new(world, experiment, 1);
    while !run.is_done() {
        run.advance(&|| false).unwrap();
    }
    run.history().clone()
}

/// The tiny experiment with this strategy and seed.
pub fn with(strategy: Strategy, seed: u64) -> Experiment {
    Experiment { strategy, seed, ..tiny() }
}

/// Vessels and their stress maps in seconds: too few to learn anything from.
pub fn few_vessels() -> Experiment {
    Experiment {
        train_size: 14,
        test_size: 3,
        validation_size: 2,
        generator_epochs: 2,
        rounds: 1,
        samples_per_round: 3,
        minibatches_per_round: 2,
        evaluation_part: 2,
        ..Experiment::preset("ivus-tiny").unwrap()
    }
}

/// Saves a grey image of `side` x `side` pixels; `grey` is given pixel centres.
pub fn save_png(path: &std::path::Path, side: u32, grey: impl Fn(f64, f64) -> u8) {
    let value = |x: u32, y: u32| image::Luma([grey(f64::from(x) + 0.5, f64::from(y) + 0.5)]);
    image::GrayImage::from_fn(side, side, value).save(path).unwrap();
}

/// A ring of wall, `thick` pixels from its lumen of radius `inner`, in the middle of 64 x 64 pixels.
pub fn ring(inner: f64, thick: f64) -> impl Fn(f64, f64) -> u8 {
    move |x, y| if (inner..inner + thick).contains(&(x - 31.7).hypot(y - 32.2)) { u8::MAX } else { 0 }
}

/// One step of a scenario: its name and what it does.
pub type Step<S> = (&'static str, fn(&mut S));

/// Takes every step of a scenario in order and names each that fails: one fault does not hide those behind it.
pub fn take_steps<S>(scene: &mut S, steps: &[Step<S>]) {
    let fails = |step: fn(&mut S), scene: &mut S| catch_unwind(AssertUnwindSafe(|| step(scene))).is_err();
    let failed: Vec<&str> = steps.iter().filter(|(_, step)| fails(*step, scene)).map(|(name, _)| *name).collect();
    assert!(failed.is_empty(), "failed: {}", failed.join("; "));
}

/// A file or folder dropped on the window; the program reads it by its path.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}
