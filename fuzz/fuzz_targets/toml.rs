//! An experiment's file: what is read is valid, and is read again from what is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::experiment::Experiment;

fuzz_target!(|text: &str| {
    if let Ok(experiment) = Experiment::from_toml(text) {
        let again = Experiment::from_toml(&experiment.to_toml()).expect("what was written can be read");
        assert_eq!(experiment, again);
    }
});
