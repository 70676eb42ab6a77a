//! An embedding's file, with the verdicts on the walks of a good history in it.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use ridgewalk::archive::{self, EMBEDDING_MAGIC};
use ridgewalk::trajectory::{Embedding, VerdictRules};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    ridgewalk_fuzz::mutate_packed(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let read = |path: &std::path::Path| archive::read::<Embedding>(path, EMBEDDING_MAGIC);
    let Ok(embedding) = ridgewalk_fuzz::with_file(data, read) else { return };
    let history = archive::read_history(&ridgewalk_fuzz::of_run("run.rwh")).expect("a good history");
    let _ = embedding.judge(&history, &VerdictRules::default());
});
