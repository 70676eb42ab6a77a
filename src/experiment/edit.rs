//! Reading, changing and checking an experiment, with the field's name in each error.

use super::datasets::DatasetKind;
use super::fields::{Experiment, Field};
use super::mask_levels::MaskLevels;

/// Why an experiment is not valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExperimentError {
    #[error("there is no preset `{name}`; choose one of {known}")]
    UnknownPreset { name: String, known: String },
    #[error("there is no field `{name}`; {advice}")]
    UnknownField { name: String, advice: String },
    #[error("field `{field}`: {detail}")]
    Field { field: String, detail: String },
    /// Two variants whose settings are equal, so that their runs would be.
    #[error("`{first}` and `{second}` are the same run: {run}")]
    SameRun { first: String, second: String, run: String },
    /// A whole sentence on what cannot be read.
    #[error("{0}")]
    Syntax(String),
}

impl Experiment {
    /// Changes one field from `field=value`, as the command line gives it.
    pub fn set(&mut self, assignment: &str) -> Result<(), ExperimentError> {
        let Some((field, value)) = assignment.split_once('=') else {
            return Err(bad(assignment, "write it as field=value"));
        };
        self.set_field(field.trim(), value.trim())
    }

    pub(super) fn set_field(&mut self, name: &str, text: &str) -> Result<(), ExperimentError> {
        let Some(field) = Field::named(name) else {
            let advice = nearest(name)
                .map_or_else(|| "`ridgewalk info` lists all".to_owned(), |known| format!("the nearest is `{known}`"));
            return Err(ExperimentError::UnknownField { name: name.into(), advice });
        };
        field.set(self, text).map_err(|detail| bad(name, detail))
    }

    /// The experiment, if every field is valid and they go together; else an error that names the field.
    pub fn validated(self) -> Result<Self, ExperimentError> {
        let valid = self.readable()?;
        valid.check_together()?;
        Ok(valid)
    }

    /// The experiment, if every field by itself is valid for the data set: that of any history that was ever written.
    pub fn readable(mut self) -> Result<Self, ExperimentError> {
        for field in Field::all() {
            let text = field.get(&self);
            field.set(&mut self, &text).map_err(|detail| bad(field.name, detail))?;
        }
        if self.dataset == DatasetKind::Masks && self.masks.trim().is_empty() {
            return Err(bad("masks", "is empty; give the folder of your masks (PNG files)"));
        }
        if self.dataset == DatasetKind::Own && self.data.trim().is_empty() {
            return Err(bad("data", "is empty; give the folder or the file with your images"));
        }
        self.mask_levels.parse::<MaskLevels>().map_err(|detail| bad("mask_levels", detail))?;
        let objections =
            [("target", self.target.objection(self.dataset)), ("strategy", self.strategy.objection(self.dataset))];
        match objections.into_iter().find_map(|(field, objection)| Some((field, objection?))) {
            Some((field, objection)) => Err(bad(field, objection)),
            None => Ok(self),
        }
    }
}

pub(super) fn bad(field: &str, detail: impl Into<String>) -> ExperimentError {
    ExperimentError::Field { field: field.into(), detail: detail.into() }
}

/// The field that a name was meant for: one that differs in few letters, or one that the name is a part of.
fn nearest(name: &str) -> Option<&'static str> {
    let length = name.chars().count();
    let near = Field::all().map(|f| (edit_distance(name, f.name), f.name)).min();
    let part_of = || Field::all().map(|f| f.name).find(|known| length >= 4 && known.contains(name));
    near.filter(|(distance, _)| *distance <= 1 + length / 4).map(|(_, known)| known).or_else(part_of)
}

/// Levenshtein distance, by rows.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_name_the_field_and_what_to_do() {
        for (assignment, says) in [
            ("aplha=1", "the nearest is `alpha`"),
            ("extra=1", "there is no field `extra`; `ridgewalk info` lists all"),
            ("seed=18446744073709551616", "is not a whole number from 0 to 18446744073709551615"),
            ("alpha=abc", "field `alpha`: `abc` is not a number from 0 to 100"),
            ("rounds=-3", "field `rounds`: `-3` is not a whole number from 1 to 10000"),
            ("strategy=sn", "field `strategy`: `sn` is not one of random, snn,"),
            ("alpha", "field=value"),
            ("alpha=nan", "field `alpha`"),
            ("rounds=0", "field `rounds`"),
            ("latent_dim=33", "field `latent_dim`"),
            ("learning_rate=0", "field `learning_rate`"),
            ("dataset=masks", "field `masks`"),
        ] {
            let mut e = Experiment::default();
            let error = e.set(assignment).and_then(|()| e.validated().map(|_| ())).unwrap_err().to_string();
            assert!(error.contains(says), "{assignment}: {error}");
        }
    }

    #[test]
    fn samples_are_generated_only_where_a_tool_labels_them() {
        for (preset, strategy, says) in [
            ("ivus", "si", None),
            ("mnist", "si", None),
            ("digits", "random-latent", None),
            ("cifar10", "si", Some("CIFAR-10 has none")),
            ("cifar10", "random-latent", Some("use one of digits, mnist, ivus, masks")),
            ("ivus", "entropy", Some("labels of IVUS (generated vessels) are maps")),
        ] {
            let mut e = Experiment::preset(preset).unwrap();
            e.set(&format!("strategy={strategy}")).unwrap();
            let error = e.validated().err().map(|e| e.to_string()).unwrap_or_default();
            assert!(says.map_or(error.is_empty(), |s| error.contains(s)), "{preset}, {strategy}: {error}");
        }
    }

    #[test]
    fn edit_distance_agrees_with_known_values() {
        for (a, b, d) in [("", "", 0), ("kitten", "sitting", 3), ("alpha", "aplha", 2), ("abc", "", 3)] {
            assert_eq!(edit_distance(a, b), d);
        }
    }
}
