//! A checkpoint: read, and its weights and optimiser state loaded into the network that they are for.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use ridgewalk::archive;
use ridgewalk::dataset::ImageShape;
use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::Experiment;
use ridgewalk::rng::Streams;
use ridgewalk::target::Target;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    ridgewalk_fuzz::mutate_packed(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let Ok(checkpoint) = ridgewalk_fuzz::with_file(data, archive::read_checkpoint) else { return };
    let shape = ImageShape { channels: 1, height: 32, width: 32 };
    let mut experiment = Experiment::default();
    ["target=vgg16", "target_width=1"].iter().for_each(|set| experiment.set(set).expect("a field"));
    let mut target = Target::new(&experiment, shape, 10, &Streams::new(1), &ComputeDevice::cpu());
    if target.load(checkpoint.weights, checkpoint.optimiser).is_ok() {
        let _ = target.frozen().log_probabilities(vec![0.5; shape.len()]);
    }
});
