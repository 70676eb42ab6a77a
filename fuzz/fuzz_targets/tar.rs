//! The archive of CIFAR-10, packed or raw.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::dataset::source::Source as _;
use ridgewalk::dataset::sources::cifar::{ARCHIVES, Cifar10};
use ridgewalk::experiment::Experiment;

fuzz_target!(|data: &[u8]| {
    ridgewalk_fuzz::with_files(&[(ARCHIVES[0], data)], |folder| {
        let _ = Cifar10.read(&Experiment::default(), Some(folder));
    });
});
