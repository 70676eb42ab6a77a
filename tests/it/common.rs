//! A tiny world that several tests share, made once: built-in digits and a VAE trained for seconds.

use std::sync::{Arc, OnceLock};

use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::history::History;
use ridgewalk::round::Run;
use ridgewalk::world::{Preparation, Prepared, World};

/// The preset for tests: seconds, not minutes.
pub fn tiny() -> Experiment {
    Experiment::preset("tiny").unwrap()
}

/// A freshly made world for `experiment`, on the CPU, from no cache.
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
