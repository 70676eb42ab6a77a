//! A file in IDX format, as images and as labels, packed or raw.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::dataset::sources::idx;

fuzz_target!(|data: &[u8]| {
    ridgewalk_fuzz::with_file(data, |path| {
        let _ = idx::read_images(path);
        let _ = idx::read_labels(path);
        let _ = idx::read_split(path, path);
    });
});
