//! A folder with a train batch, a test batch and class names of CIFAR-10.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::dataset::source::Source as _;
use ridgewalk::dataset::sources::cifar::Cifar10;
use ridgewalk::experiment::Experiment;

fuzz_target!(|data: &[u8]| {
    let (train, test) = data.split_at(data.len() / 2);
    let files = [("data_batch_1.bin", train), ("test_batch.bin", test), ("batches.meta.txt", test)];
    ridgewalk_fuzz::with_files(&files, |folder| {
        let _ = Cifar10.read(&Experiment::default(), Some(folder));
    });
});
