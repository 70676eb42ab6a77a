//! The images along walks, in Figure 4 of a good history.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use ridgewalk::archive::{self, ALBUM_MAGIC, EMBEDDING_MAGIC};
use ridgewalk::figures::{self, Theme};
use ridgewalk::trajectory::{Album, Embedding, VerdictRules};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    ridgewalk_fuzz::mutate_packed(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let read = |path: &std::path::Path| archive::read::<Album>(path, ALBUM_MAGIC);
    let Ok(album) = ridgewalk_fuzz::with_file(data, read) else { return };
    let history = archive::read_history(&ridgewalk_fuzz::of_run("run.rwh")).expect("a good history");
    let embedding: Embedding =
        archive::read(&ridgewalk_fuzz::of_run("run.rwe"), EMBEDDING_MAGIC).expect("a good embedding");
    let judged = embedding.judge(&history, &VerdictRules::default()).expect("an embedding");
    let figure = figures::figure4(&history, &embedding, &album, &judged);
    let _ = figures::svg(&figure, figures::PAGE_WIDTH, &Theme::LIGHT);
});
