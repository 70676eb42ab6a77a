//! An experiment as TOML: read with line, column and key in each error, and written so that every value reads back.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::edit::{ExperimentError, bad};
use super::fields::{Experiment, Field};
use super::value::Slot;

/// Why a text is not an experiment, and where.
#[derive(Debug)]
pub struct TextError {
    /// What is wrong, without its place.
    pub what: ExperimentError,
    /// Line and column, from 1; `None` if a field that the text does not name is at fault.
    pub place: Option<(usize, usize)>,
}

impl TextError {
    /// The error with its place in a file, as editors take it: `file:line:column: what`.
    pub fn in_file(&self, file: &Path) -> String {
        let place = self.place.map_or_else(String::new, |(line, column)| format!("{line}:{column}:"));
        format!("{}:{place} {}", file.display(), self.what)
    }

    fn at(what: ExperimentError, text: &str, span: Option<Range<usize>>) -> Self {
        let place = span.and_then(|span| text.get(..span.start)).map(|before| {
            let line = before.rsplit('\n').next().unwrap_or_default();
            (before.matches('\n').count() + 1, line.chars().count() + 1)
        });
        Self { what, place }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

impl std::error::Error for TextError {}

impl Experiment {
    /// Reads an experiment from TOML; missing fields have their defaults.
    pub fn from_toml(text: &str) -> Result<Self, TextError> {
        Self::read(text, Self::validated)
    }

    /// The experiment that a run has written, also with settings that do not go together by now.
    pub fn from_record(text: &str) -> Result<Self, TextError> {
        Self::read(text, Self::readable)
    }

    fn read(text: &str, check: fn(Self) -> Result<Self, ExperimentError>) -> Result<Self, TextError> {
        let table = DeTable::parse(text).map_err(|e| syntax(&e, text))?.into_inner();
        let mut experiment = Self::default();
        for (field, value) in &table {
            let set = match written(value.get_ref()) {
                Some(value) => experiment.set_field(field.get_ref(), &value),
                None if Field::named(field.get_ref()).is_some() => {
                    let kind = value.get_ref().type_str();
                    Err(bad(field.get_ref(), format!("is one value, not a TOML {kind}; write it as field = value")))
                }
                None => Err(ExperimentError::UnknownField {
                    name: field.get_ref().to_string(),
                    advice: "an experiment has no tables or lists; write each field as field = value at the top".into(),
                }),
            };
            set.map_err(|what| TextError::at(what, text, Some(field.span())))?;
        }
        check(experiment).map_err(|what| {
            let at_fault = |name: &str| matches!(&what, ExperimentError::Field { field, .. } if field == name);
            let span = table.keys().find(|key| at_fault(key.get_ref())).map(|key| key.span());
            TextError::at(what, text, span)
        })
    }

    /// The experiment as TOML, every field written out.
    pub fn to_toml(&self) -> String {
        let mut copy = self.clone();
        let mut value = |field: &Field| {
            let text = field.get(self);
            let quoted = |text: String| toml::Value::String(text).to_string();
            match field.slot(&mut copy) {
                Slot::Text(_) | Slot::Choice(_) => quoted(text),
                // TOML has whole numbers of 64 bits with a sign; larger seeds are written as text.
                Slot::Seed(seed) if i64::try_from(*seed).is_err() => quoted(text),
                Slot::Single(_) | Slot::Double(_) if !text.contains(['.', 'e']) => format!("{text}.0"),
                Slot::Count(_) | Slot::Seed(_) | Slot::Single(_) | Slot::Double(_) => text,
            }
        };
        Field::all().map(|field| format!("{} = {}\n", field.name, value(field))).collect()
    }
}

/// A value as it would be typed; `None` for tables and lists.
fn written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        // Hexadecimal, octal or binary.
        DeValue::Integer(number) => {
            let read = u64::from_str_radix(number.as_str(), number.radix());
            Some(read.map_or_else(|_| number.to_string(), |value| value.to_string()))
        }
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// What is wrong with the TOML itself, with the key of the line.
fn syntax(error: &toml::de::Error, text: &str) -> TextError {
    let start = error.span().map(|span| span.start.min(text.len()));
    let line = start.map(|at| {
        let from = text[..at].rfind('\n').map_or(0, |i| i + 1);
        text[from..].lines().next().unwrap_or_default()
    });
    let key = line.and_then(|line| line.split_once('=')).map(|(key, _)| key.trim()).filter(|key| !key.is_empty());
    // The messages of the parser have several lines for long lists.
    let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let what = ExperimentError::Syntax(match key {
        Some(key) => format!("`{key}`: {message}"),
        None => message,
    });
    TextError::at(what, text, error.span())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_reads_validates_and_survives_a_round_trip() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/presets");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), Experiment::preset_names().count());
        for name in Experiment::preset_names() {
            let e = Experiment::preset(name).unwrap();
            assert_eq!(e.name, name);
            assert_eq!(Experiment::from_toml(&e.to_toml()).unwrap(), e);
        }
    }

    #[test]
    fn every_value_is_written_as_it_is_typed_and_reads_back() {
        for (assignment, line) in [
            ("alpha=0.3", "alpha = 0.3"),
            ("alpha=1", "alpha = 1.0"),
            ("alpha=1e-45", "alpha = 1e-45"),
            ("learning_rate=5e-4", "learning_rate = 0.0005"),
            ("learning_rate=1e-12", "learning_rate = 1e-12"),
            ("seed=9223372036854775807", "seed = 9223372036854775807"),
            ("seed=9223372036854775808", "seed = \"9223372036854775808\""),
            ("data_seed=18446744073709551615", "data_seed = \"18446744073709551615\""),
            ("name=a \"b\" \\c", "name = 'a \"b\" \\c'"),
            ("strategy=snn-plus", "strategy = \"snn-plus\""),
        ] {
            let mut e = Experiment::default();
            e.set(assignment).unwrap();
            let text = e.to_toml();
            assert!(text.lines().any(|l| l == line), "{assignment}: {text}");
            assert_eq!(Experiment::from_toml(&text).unwrap(), e);
            // An editor of another system saves it with other ends of lines.
            assert_eq!(Experiment::from_toml(&text.replace('\n', "\r\n")).unwrap(), e);
        }
        for (text, seed) in [("seed = 18446744073709551615", u64::MAX), ("seed = 0xff", 255), ("seed = 1_000", 1_000)] {
            assert_eq!(Experiment::from_toml(text).unwrap().seed, seed, "{text}");
        }
    }

    #[test]
    fn every_field_takes_or_refuses_the_absurd_and_what_it_takes_is_short_and_reads_back() {
        const ABSURD: [&str; 17] = [
            "",
            "0",
            "1",
            "-0",
            "-1",
            "1e-45",
            "1e-400",
            "1e400",
            "1e9",
            "1000000",
            "1000000000",
            "nan",
            "-inf",
            "18446744073709551615",
            "99999999999999999999",
            "0x1",
            "\u{663}",
        ];
        for field in Field::all() {
            let ends = [field.limits.start(), field.limits.end()].map(f64::to_string);
            for value in ABSURD.into_iter().chain(ends.iter().map(String::as_str)) {
                let mut e = Experiment::default();
                let Err(error) = e.set(&format!("{}={value}", field.name)) else {
                    let text = field.get(&e);
                    assert!(
                        text.len() <= 20 || matches!(field.slot(&mut e), Slot::Text(_)),
                        "{}={value} is written as {text}",
                        field.name
                    );
                    match Experiment::from_toml(&e.to_toml()) {
                        Ok(read) => assert_eq!(read, e),
                        // It does not go together with the defaults.
                        Err(error) => assert!(matches!(error.what, ExperimentError::Field { .. }), "{error}"),
                    }
                    continue;
                };
                let error = error.to_string();
                assert!(error.starts_with(&format!("field `{}`: `{value}` is not ", field.name)), "{error}");
                assert!(!matches!(field.slot(&mut e), Slot::Text(_)), "a text is any text: {error}");
            }
        }
    }

    #[test]
    fn every_error_has_its_line_column_and_key() {
        let file = Path::new("e.toml");
        for (text, says) in [
            ("rounds = 2\nrounds = 3\n", "e.toml:2:1: `rounds`: duplicate key"),
            ("seed = 1\nname = \"a\nrounds = 2", "e.toml:2:"),
            ("seed = 1\nname = \"a\nrounds = 2", " `name`: "),
            ("seed = 1\n  aplha = 0.3", "e.toml:2:3: there is no field `aplha`; the nearest is `alpha`"),
            ("alpha = \"x\"", "e.toml:1:1: field `alpha`: `x` is not a number from 0 to 100"),
            ("alpha = nan", "e.toml:1:1: field `alpha`: `nan` is not"),
            ("rounds = 2.5", "e.toml:1:1: field `rounds`: `2.5` is not a whole number"),
            ("rounds = true", "field `rounds`: `true` is not a whole number"),
            ("rounds = [2]", "e.toml:1:1: field `rounds`: is one value, not a TOML array"),
            ("[rounds]\nx = 1", "field `rounds`: is one value, not a TOML table"),
            ("[experiment]\nrounds = 1", "e.toml:1:2: there is no field `experiment`; an experiment has no tables"),
            ("seed = 18446744073709551616", "field `seed`: `18446744073709551616` is not a whole number"),
            ("seed = -1", "field `seed`: `-1` is not"),
            ("rounds 2", "e.toml:1:"),
            ("dataset = \"masks\"", "e.toml: field `masks`: is empty"),
            ("\n\ndataset = \"ivus\"\nstrategy = \"entropy\"", "e.toml:4:1: field `strategy`"),
            ("\u{fc} = 1\nrounds = 0", "e.toml:1:"),
        ] {
            let error = Experiment::from_toml(text).expect_err(text).in_file(file);
            assert!(error.contains(says), "{text}: {error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}
