//! The pulsatile blood pressure that loads the lumen: a template of one beat and its systolic peak.

use std::path::{Path, PathBuf};

use crate::paths;

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
    #[error("{}: the waveform cannot be read ({source})", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Table { path: PathBuf, source: Box<Self> },
    #[error("line {line} of the waveform is not `seconds,mmHg`: {text}")]
    Line { line: usize, text: String },
    #[error("line {line} of the waveform has a time that is not after the one before; put the lines in order")]
    Order { line: usize },
    #[error("the waveform has fewer than two samples; give lines of `seconds,mmHg`")]
    Short,
    #[error(
        "the waveform's peak is {peak} mmHg; give pressures in mmHg, with a peak above zero and of {MOST_MMHG} at most"
    )]
    Peak { peak: f64 },
}

/// No peak of a blood pressure in mmHg is above this; in pascals each is.
const MOST_MMHG: f64 = 1_000.0;

impl Default for PressureWaveform {
    /// The template of `data/pressure_waveform.csv`, 120 mmHg at its peak.
    fn default() -> Self {
        // The file is compiled in and tested, so the fallback is never used.
        Self::parse(TEMPLATE).unwrap_or_else(|_| Self { samples: vec![[0.0, 80.0], [0.3, 120.0]] })
    }
}

impl PressureWaveform {
    pub fn read(path: &Path) -> Result<Self, WaveformError> {
        let text = paths::read_text(path).map_err(|source| WaveformError::Io { path: path.into(), source })?;
        Self::parse(&text).map_err(|e| WaveformError::Table { path: path.into(), source: Box::new(e) })
    }

    /// Parses lines of `seconds,mmHg`, also with semicolons or tabs; lines that start with `#`, and one heading of words
    /// before the first numbers, are skipped.
    pub fn parse(text: &str) -> Result<Self, WaveformError> {
        let mut samples: Vec<[f64; 2]> = Vec::new();
        let mut headed = false;
        for (line, text) in text.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let Some(sample) = sample(text) else {
                if samples.is_empty() && !headed && is_heading(text) {
                    headed = true;
                    continue;
                }
                return Err(WaveformError::Line { line, text: text.to_owned() });
            };
            if samples.last().is_some_and(|last| last[0] >= sample[0]) {
                return Err(WaveformError::Order { line });
            }
            samples.push(sample);
        }
        let waveform = Self { samples };
        let peak = waveform.systolic_peak()[1];
        match waveform.samples.len() {
            0 | 1 => Err(WaveformError::Short),
            _ if peak > 0.0 && peak <= MOST_MMHG => Ok(waveform),
            _ => Err(WaveformError::Peak { peak }),
        }
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

/// The two fields of a line.
fn fields(line: &str) -> Option<(&str, &str)> {
    let separator = [';', '\t', ','].into_iter().find(|s| line.contains(*s))?;
    line.split_once(separator).map(|(time, pressure)| (time.trim(), pressure.trim()))
}

/// Seconds and mmHg of a line.
fn sample(line: &str) -> Option<[f64; 2]> {
    let (time, pressure) = fields(line)?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|v| v.is_finite());
    Some([number(time)?, number(pressure)?])
}

/// Whether a line names its columns: each of two fields has a letter and is no number.
fn is_heading(line: &str) -> bool {
    let word = |text: &str| text.contains(char::is_alphabetic) && text.parse::<f64>().is_err();
    fields(line).is_some_and(|(time, pressure)| word(time) && word(pressure))
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
    fn tables_are_read_with_any_heading_and_separator() {
        let expected = PressureWaveform::parse("0,80\n0.1,120").unwrap();
        for text in [
            "seconds,mmHg\n0,80\n0.1,120",
            "time_s,pressure_mmhg\n0.0,80.0\n0.1,120.0\n",
            "\"t [s]\", \"p [mmHg]\"\r\n0,80\r\n0.1,120\r\n",
            "# a beat\n\nt;p\n0;80\n0.1;120",
            "0\t80\n0.1\t120",
            " 0 , 80 \n 1e-1 , 1.2e2 ",
        ] {
            assert_eq!(PressureWaveform::parse(text).unwrap_or_else(|e| panic!("{text}: {e}")), expected, "{text}");
        }
    }

    #[test]
    fn faulty_tables_are_reported_by_line() {
        let table = [
            ("0,80\nx,120", "line 2 of the waveform"),
            ("a,b\nc,d\n0,80", "line 2 of the waveform"),
            ("0,80\nseconds,mmHg\n1,120", "line 2 of the waveform"),
            ("0,80\n0,120", "line 2 of the waveform has a time that is not after"),
            ("0,80", "fewer than two samples"),
            ("", "fewer than two samples"),
            ("0,nan\n1,2", "line 1 of the waveform"),
            ("nan,inf\n0,1\n1,2", "line 1 of the waveform"),
            ("0,80,1\n1,2", "line 1 of the waveform"),
            ("0 80\n1 120", "line 1 of the waveform"),
            ("0,-1\n1,-2", "peak is -1 mmHg"),
            ("0,10000\n1,16000", "peak is 16000 mmHg"),
        ];
        for (text, expected) in table {
            let error = PressureWaveform::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("beat.csv");
        std::fs::write(&path, b"\xef\xbb\xbf0.0,80\n0.1,120\n").unwrap();
        assert_eq!(PressureWaveform::read(&path).unwrap().systolic_peak(), [0.1, 120.0]);
        std::fs::write(&path, "0,x").unwrap();
        let error = PressureWaveform::read(&path).unwrap_err().to_string();
        assert!(error.contains("beat.csv: line 1 of the waveform"), "{error}");
    }
}
