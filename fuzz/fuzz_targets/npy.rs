//! An array in NumPy's NPY format, as codes of one's own come in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::labelling::npy::NpyImage;

fuzz_target!(|data: &[u8]| {
    if let Ok(image) = NpyImage::from_bytes(data) {
        assert_eq!(image.values.len(), image.rows * image.columns);
    }
});
