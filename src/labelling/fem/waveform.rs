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
    #[error("{}: the waveform cannot be read ({source}); give a text file with lines of `seconds,mmHg`", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Table { path: PathBuf, source: Box<Self> },
    /// Lines count from 1.
    #[error(
        "line {line} of the waveform is not `seconds,mmHg`: {text}; give two columns parted by commas and numbers with decimal points, or with decimal commas parted by semicolons or tabs"
    )]
    Line { line: usize, text: String },
    /// A heading that names other columns or units; lines count from 1.
    #[error(
        "line {line} of the waveform says {found}: {text}; give the time in seconds in the first column and the pressure in mmHg in the second"
    )]
    Columns { line: usize, found: String, text: String },
    /// Lines count from 1.
    #[error(
        "line {line} of the waveform has a time that is not after the one before; put the lines in order, with the time in the first column"
    )]
    Order { line: usize },
    #[error("the waveform has fewer than two samples; give lines of `seconds,mmHg`")]
    Short,
    /// `peak` is in mmHg.
    #[error(
        "the waveform's peak is {} mmHg; give pressures in mmHg, with a peak above zero and of {MOST_MMHG} at most",
        short(*peak)
    )]
    Peak { peak: f64 },
}

/// A number without rows of zeros.
fn short(value: f64) -> String {
    if value.abs() < 1e9 { value.to_string() } else { format!("{value:e}") }
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
    /// Reads a text file with lines of `seconds,mmHg`; an error names the file and the line.
    pub fn read(path: &Path) -> Result<Self, WaveformError> {
        let text = paths::read_text(path).map_err(|source| WaveformError::Io { path: path.into(), source })?;
        Self::parse(&text).map_err(|e| WaveformError::Table { path: path.into(), source: Box::new(e) })
    }

    /// Parses lines of `seconds,mmHg`, also parted by semicolons or tabs and then with decimal commas. Headings of words
    /// before the first numbers and lines that start with `#` are skipped, unless they name other columns.
    pub fn parse(text: &str) -> Result<Self, WaveformError> {
        let mut samples: Vec<[f64; 2]> = Vec::new();
        let mut form = None;
        let unix = text.replace("\r\n", "\n").replace('\r', "\n");
        for (line, text) in unix.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
            let remark = text.strip_prefix('#');
            if samples.is_empty() && (remark.is_some() || is_heading(text)) {
                if let Some(found) = other_columns(remark.unwrap_or(text)) {
                    return Err(WaveformError::Columns { line, found, text: quoted(text) });
                }
                continue;
            }
            if text.is_empty() || remark.is_some() {
                continue;
            }
            let form = form.get_or_insert_with(|| Form::of(text));
            let Some(sample) = form.sample(text) else {
                return Err(WaveformError::Line { line, text: quoted(text) });
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

    /// Time in seconds and pressure in mmHg of each sample, by time.
    pub fn samples(&self) -> &[[f64; 2]] {
        &self.samples
    }

    /// Time in seconds and pressure in mmHg of the largest sample.
    pub fn systolic_peak(&self) -> [f64; 2] {
        self.samples.iter().copied().fold([0.0, f64::NEG_INFINITY], |best, s| if s[1] > best[1] { s } else { best })
    }

    /// The largest pressure, in kPa: the load of the solver.
    pub fn systolic_kpa(&self) -> f64 {
        self.systolic_peak()[1] * KPA_PER_MMHG
    }

    /// The same beat with another systolic peak, in mmHg; all pressures are scaled.
    pub fn with_peak(&self, peak_mmhg: f64) -> Self {
        let factor = peak_mmhg / self.systolic_peak()[1];
        Self { samples: self.samples.iter().map(|[time, pressure]| [*time, pressure * factor]).collect() }
    }
}

/// How the numbers of a file are written.
struct Form {
    separator: char,
    /// The decimal sign, once a number has one.
    decimal: Option<char>,
}

const SEPARATORS: [char; 3] = [';', '\t', ','];

impl Form {
    /// The form of a file, by its first line of numbers.
    fn of(line: &str) -> Self {
        let separator = SEPARATORS.into_iter().find(|s| line.contains(*s)).unwrap_or(',');
        Self { separator, decimal: (separator == ',').then_some('.') }
    }

    /// Seconds and mmHg of a line in this form.
    fn sample(&mut self, line: &str) -> Option<[f64; 2]> {
        // Spreadsheets part empty columns too.
        let (time, pressure) = line.trim_end_matches(self.separator).split_once(self.separator)?;
        Some([self.number(time)?, self.number(pressure)?])
    }

    fn number(&mut self, field: &str) -> Option<f64> {
        let text = unquoted(field);
        if let Some(sign) = text.chars().find(|c| matches!(c, '.' | ','))
            && *self.decimal.get_or_insert(sign) != sign
        {
            return None;
        }
        text.replace(',', ".").parse().ok().filter(|v: &f64| v.is_finite())
    }
}

/// A field without the quotation marks round it.
fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|f| f.strip_suffix('"')).unwrap_or(field).trim()
}

/// Whether a line has words only: each field that is not empty begins with no digit and is no number.
fn is_heading(line: &str) -> bool {
    let word = |field: &str| {
        let first = field.chars().find(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '.'));
        first.is_some_and(char::is_alphabetic) && field.parse::<f64>().is_err()
    };
    let mut fields = line.split(SEPARATORS).map(unquoted).filter(|field| !field.is_empty()).peekable();
    fields.peek().is_some() && fields.all(word)
}

/// What a heading or a remark says that is not seconds, then mmHg: `kPa`; `None` if it says nothing else.
fn other_columns(line: &str) -> Option<String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let says = |text: &str, known: &[&str]| words(text).iter().any(|w| known.contains(&w.to_lowercase().as_str()));
    // `PA` may be the pulmonary artery.
    let other = words(line).into_iter().find(|w| OTHER_UNITS.contains(&w.to_lowercase().as_str()) || w == "Pa");
    if let Some(unit) = other.filter(|_| !says(line, &["mmhg"])) {
        return Some(unit);
    }
    let columns: Vec<&str> = line.split(SEPARATORS).filter(|column| !column.trim().is_empty()).collect();
    let [first, second] = columns[..] else { return None };
    if let Some(unit) = words(first).into_iter().find(|w| OTHER_TIMES.contains(&w.to_lowercase().as_str())) {
        return Some(unit);
    }
    let name = |text: &str| words(text).len() <= MOST_WORDS;
    let swapped = says(first, &PRESSURE) && !says(first, &TIME) || says(second, &TIME) && !says(second, &PRESSURE);
    (swapped && name(first) && name(second)).then(|| "the pressure first".to_owned())
}

/// Units of pressure other than mmHg.
const OTHER_UNITS: [&str; 8] = ["kpa", "hpa", "mpa", "bar", "mbar", "psi", "atm", "cmh2o"];
/// Units of time other than seconds.
const OTHER_TIMES: [&str; 8] = ["ms", "msec", "millisecond", "milliseconds", "us", "min", "minute", "minutes"];
const PRESSURE: [&str; 5] = ["mmhg", "pressure", "p", "abp", "bp"];
const TIME: [&str; 7] = ["time", "t", "s", "sec", "secs", "second", "seconds"];
/// A longer text is a sentence, not the name of a column.
const MOST_WORDS: usize = 3;

/// The beginning of a line, with control characters written out.
fn quoted(line: &str) -> String {
    line.chars().take(60).flat_map(char::escape_debug).collect()
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
            "0,80\r0.1,120\r",
            "0;80,0\n0,1;120,0",
            "0\t80\n0,1\t120",
            "0,80,\n0.1,120,,",
            "\"seconds\",\"mmHg\"\n\"0\",\"80\"\n\"0.1\",\"120\"",
            "\"0\";\"80\"\n\"0,1\";\"120,0\"",
            "Patient 5\nseconds,mmHg\n(s),(mmHg)\n0,80\n0.1,120",
            "# kPa as mmHg, by the factor 7.5\ntime [s];P (mmHg)\n0;80\n0.1;120",
            "# a wave of the PA, in time with the ECG\n0,80\n# in kPa\n0.1,120",
        ] {
            assert_eq!(PressureWaveform::parse(text).unwrap_or_else(|e| panic!("{text}: {e}")), expected, "{text}");
        }
    }

    #[test]
    fn faulty_tables_are_reported_by_line() {
        let table = [
            ("0,80\nx,120", "line 2 of the waveform"),
            ("0s,80mmHg\n0.1,120\n0.2,90", "line 1 of the waveform"),
            ("seconds,kPa\n0,10.7\n1,16", "line 1 of the waveform says kPa"),
            ("# seconds,kPa\n0,10.7\n1,16", "line 1 of the waveform says kPa"),
            ("t,p_Pa\n0,80\n1,120", "line 1 of the waveform says Pa"),
            ("time_ms,pressure_mmhg\n0,80\n1,120", "line 1 of the waveform says ms"),
            ("mmHg,seconds\n80,0\n120,0.2", "says the pressure first: mmHg,seconds; give the time in seconds in the"),
            ("\"P\";\"t\"\n80;0\n120;0.2", "says the pressure first"),
            ("time;P\n0,1\n1;5", "line 3 of the waveform is not"),
            ("0;80\n1,120", "line 2 of the waveform is not"),
            ("0.1;80,5\n1;120", "line 1 of the waveform is not"),
            ("0;80.5\n0,1;120", "line 2 of the waveform is not"),
            ("0;1.120,5\n1;80", "line 1 of the waveform is not"),
            ("0,0,80,0\n0,1,120,0", "decimal commas parted by semicolons"),
            ("80,0\n120,0.2\n100,0.4", "with the time in the first column"),
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
            ("0,1\n1,1e300", "peak is 1e300 mmHg"),
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
