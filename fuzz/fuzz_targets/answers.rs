//! Labels that come into a project: a table, or the export of Label Studio.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::project::transfer;

fuzz_target!(|data: &[u8]| {
    let _ = ridgewalk_fuzz::with_file(data, transfer::read);
});
