//! The pulsatile blood pressure that loads the lumen: a template of one beat and its systolic peak.

use std::path::Path;

/// Pressure over one beat.
///
/// Invariant: at least two samples, times ascending, all values finite, the peak positive.
#[derive(Debug, Clone, PartialEq)]
pub struct PressureWaveform {
    /// Seconds and mmHg.
    samples: Vec<[f64; 2]>,
}

/// Why a table is not a waveform.
#[derive(Debug, thiserror::Error)]
pub enum WaveformError {
    #[error("cannot read the waveform {path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("line {line} of the waveform is not `seconds,mmHg`: {text}")]
    Line { line: usize, text: String },
    #[error("the waveform's times must be in ascending order: line {line}")]
    Order { line: usize },
    #[error("a waveform needs at least two samples and a positive peak")]
    Empty,
}

impl Default for PressureWaveform {
    /// The template of `data/pressure_waveform.csv`, 120 mmHg at its peak.
    fn default() -> Self {
        // The file is compiled in and tested, so the fallback is never used.
        Self::parse(TEMPLATE).unwrap_or_else(|_| Self { samples: vec![[0.0, 80.0], [0.3, 120.0]] })
    }
}

impl PressureWaveform {
    pub fn read(path: &Path) -> Result<Self, WaveformError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| WaveformError::Io { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// Parses lines of `seconds,mmHg`; lines that start with `#` and a heading are skipped.
    pub fn parse(text: &str) -> Result<Self, WaveformError> {
        let mut samples: Vec<[f64; 2]> = Vec::new();
        for (index, line) in text.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
            if line.is_empty() || line.starts_with('#') || line.starts_with("time") {
                continue;
            }
            let wrong = || WaveformError::Line { line: index, text: line.to_owned() };
            let (time, pressure) = line.split_once(',').ok_or_else(wrong)?;
            let number = |s: &str| s.trim().parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(wrong);
            let sample = [number(time)?, number(pressure)?];
            if samples.last().is_some_and(|last| last[0] >= sample[0]) {
                return Err(WaveformError::Order { line: index });
            }
            samples.push(sample);
        }
        let waveform = Self { samples };
        let valid = waveform.samples.len() >= 2 && waveform.systolic_peak()[1] > 0.0;
        if valid { Ok(waveform) } else { Err(WaveformError::Empty) }
    }

    pub fn samples(&self) -> &[[f64; 2]] {
        &self.samples
    }

    /// Time in seconds and pressure in mmHg of the largest sample.
    pub fn systolic_peak(&self) -> [f64; 2] {
        self.samples.iter().copied().fold([0.0, f64::NEG_INFINITY], |best, s| if s[1] > best[1] { s } else { best })
    }

    pub fn systolic_kpa(&self) -> f64 {
        self.systolic_peak()[1] * KPA_PER_MMHG
    }

    /// The same beat with another systolic peak, in mmHg; all pressures are scaled.
    pub fn with_peak(&self, peak_mmhg: f64) -> Self {
        let factor = peak_mmhg / self.systolic_peak()[1];
        Self { samples: self.samples.iter().map(|[time, pressure]| [*time, pressure * factor]).collect() }
    }
}

/// kPa per conventional millimetre of mercury.
pub const KPA_PER_MMHG: f64 = 0.133_322_387_415;
const TEMPLATE: &str = include_str!("../../../data/pressure_waveform.csv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_peaks_at_120_mmhg_in_systole() {
        let beat = PressureWaveform::parse(TEMPLATE).expect("the template is a waveform");
        assert_eq!(beat, PressureWaveform::default());
        let [time, peak] = beat.systolic_peak();
        assert_eq!(peak, 120.0);
        assert!((0.1..0.35).contains(&time), "{time}");
        assert!((beat.systolic_kpa() - 15.9987).abs() < 1e-4);
        let lowest = beat.samples().iter().map(|s| s[1]).fold(f64::INFINITY, f64::min);
        assert!((70.0..85.0).contains(&lowest), "{lowest}");
    }

    #[test]
    fn another_peak_scales_the_whole_beat() {
        let beat = PressureWaveform::default();
        let high = beat.with_peak(180.0);
        for (a, b) in beat.samples().iter().zip(high.samples()) {
            assert!((b[1] / a[1] - 1.5).abs() < 1e-12 && a[0] == b[0]);
        }
    }

    #[test]
    fn faulty_tables_are_reported_by_line() {
        let table = [
            ("0,80\nx,120", "line 2 of the waveform"),
            ("0,80\n0,120", "ascending order: line 2"),
            ("0,80", "two samples"),
            ("0,nan\n1,2", "line 1 of the waveform"),
        ];
        for (text, expected) in table {
            let error = PressureWaveform::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
