//! A user's own mask: read, checked, brought to the grid of the models and, if it is small, solved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::dataset::vessels::masks::WallMask;
use ridgewalk::labelling::fem::FemTool;

/// Solving a larger mask takes too long for a fuzzer.
const MOST_SOLVED: usize = 24 * 24;

fuzz_target!(|data: &[u8]| {
    let Ok(mask) = ridgewalk_fuzz::with_file(data, WallMask::from_png) else { return };
    let _ = mask.regions();
    let _ = mask.squared().resampled(64, 64);
    if mask.wall().len() <= MOST_SOLVED {
        let _ = FemTool::default().solve(&mask);
    }
});
