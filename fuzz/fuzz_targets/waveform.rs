//! A user's own pressure waveform.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ridgewalk::labelling::fem::waveform::PressureWaveform;

fuzz_target!(|data: &[u8]| {
    if let Ok(waveform) = ridgewalk_fuzz::with_file(data, PressureWaveform::read) {
        assert!(waveform.systolic_kpa() > 0.0 && waveform.samples().len() >= 2);
        let _ = waveform.with_peak(120.0);
    }
});
