//! Reading, changing and checking an experiment, with the field's name in each error.

use super::{DatasetKind, Experiment};

/// What can be wrong with an experiment.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    #[error("there is no preset `{name}`; there are {known}")]
    UnknownPreset { name: String, known: String },
    #[error("there is no field `{name}`; the nearest is `{nearest}`")]
    UnknownField { name: String, nearest: String },
    #[error("field `{field}`: {detail}")]
    Field { field: String, detail: String },
    #[error("the experiment cannot be read: {0}")]
    Syntax(String),
}

/// Dimensions that a latent space may have.
const LATENT_DIMS: std::ops::RangeInclusive<usize> = 1..=16;
/// A step longer than this many deviations leaves any embedding.
const MAX_ALPHA: f32 = 100.0;
/// The smallest share that SNN+ may be told to keep.
pub const MIN_SHARE: f32 = 0.01;

impl Experiment {
    /// Reads an experiment; fields that are not there keep their defaults.
    pub fn from_toml(text: &str) -> Result<Self, ExperimentError> {
        let table: toml::Table = toml::from_str(text).map_err(|e| ExperimentError::Syntax(e.message().to_owned()))?;
        let mut experiment = Self::default();
        for (field, value) in &table {
            experiment.set_value(field, value.clone())?;
        }
        experiment.validated()
    }

    /// The experiment as TOML, every field written out.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_else(|e| format!("# cannot be written: {e}\n"))
    }

    /// Every field with its present value as text, in the order of the struct.
    pub fn fields(&self) -> Vec<(String, String)> {
        self.table().into_iter().map(|(k, v)| (k, plain(&v))).collect()
    }

    /// Changes one field from `field=value`, as the command line gives it.
    pub fn set(&mut self, assignment: &str) -> Result<(), ExperimentError> {
        let Some((field, value)) = assignment.split_once('=') else {
            return Err(ExperimentError::Field { field: assignment.into(), detail: "write it as field=value".into() });
        };
        let (field, value) = (field.trim(), value.trim());
        let quoted = toml::Value::String(value.to_owned());
        let parsed = toml::from_str::<toml::Table>(&format!("v = {value}")).ok().and_then(|mut t| t.remove("v"));
        let value = match (self.table().get(field), parsed) {
            (Some(toml::Value::String(_)), _) | (_, None) => quoted,
            (_, Some(parsed)) => parsed,
        };
        self.set_value(field, value)
    }

    fn set_value(&mut self, field: &str, value: toml::Value) -> Result<(), ExperimentError> {
        let mut table = self.table();
        let Some(old) = table.get(field) else {
            return Err(ExperimentError::UnknownField {
                name: field.into(),
                nearest: nearest_name(field, table.keys()),
            });
        };
        let value = match (old, value) {
            // A whole number is a fine value for a real field.
            (toml::Value::Float(_), toml::Value::Integer(i)) => toml::Value::Float(i as f64),
            (_, value) => value,
        };
        table.insert(field.to_owned(), value);
        *self = Self::deserialize_table(table)
            .map_err(|detail| ExperimentError::Field { field: field.into(), detail: detail.trim().to_owned() })?;
        Ok(())
    }

    fn deserialize_table(table: toml::Table) -> Result<Self, String> {
        serde::Deserialize::deserialize(table).map_err(|e: toml::de::Error| e.message().to_owned())
    }

    fn table(&self) -> toml::Table {
        toml::Table::try_from(self).unwrap_or_default()
    }

    /// The experiment itself when every field makes sense; else an error that names the field.
    pub fn validated(self) -> Result<Self, ExperimentError> {
        let bad = |field: &str, detail: String| Err(ExperimentError::Field { field: field.into(), detail });
        let positive = [
            ("generator_epochs", self.generator_epochs),
            ("generator_batch", self.generator_batch),
            ("generator_width", self.generator_width),
            ("target_width", self.target_width),
            ("batch_size", self.batch_size),
            ("minibatches_per_round", self.minibatches_per_round),
            ("rounds", self.rounds),
            ("samples_per_round", self.samples_per_round),
            ("evaluate_every", self.evaluate_every),
            ("evaluation_part", self.evaluation_part),
            ("labeller_minibatches", self.labeller_minibatches),
            ("reselect_every", self.reselect_every),
            ("walk_reselect_every", self.walk_reselect_every),
            ("pool_size", self.pool_size),
            ("proposal_factor", self.proposal_factor),
            ("plus_steps", self.plus_steps),
        ];
        for (field, value) in positive {
            if value == 0 {
                return bad(field, "must be at least 1".into());
            }
        }
        let rates = [
            ("generator_learning_rate", self.generator_learning_rate),
            ("generator_final_learning_rate", self.generator_final_learning_rate),
            ("learning_rate", self.learning_rate),
            ("adam_epsilon", f64::from(self.adam_epsilon)),
            ("systolic_mmhg", self.systolic_mmhg),
            ("stress_scale_kpa", f64::from(self.stress_scale_kpa)),
            ("reconstruction_weight", f64::from(self.reconstruction_weight)),
        ];
        for (field, value) in rates {
            if !(value.is_finite() && value > 0.0) {
                return bad(field, format!("must be a finite number above 0, is {value}"));
            }
        }
        if !LATENT_DIMS.contains(&self.latent_dim) {
            return bad("latent_dim", format!("must lie in 1 to 16, is {}", self.latent_dim));
        }
        for (field, alpha) in [("alpha", self.alpha), ("plus_alpha", self.plus_alpha)] {
            if !(0.0..=MAX_ALPHA).contains(&alpha) {
                return bad(field, format!("must lie in 0 to {MAX_ALPHA}, is {alpha}"));
            }
        }
        for (field, share) in
            [("plus_density_quantile", self.plus_density_quantile), ("plus_gradient_share", self.plus_gradient_share)]
        {
            if !(MIN_SHARE..=1.0).contains(&share) {
                return bad(field, format!("must lie in {MIN_SHARE} to 1, is {share}"));
            }
        }
        if !(self.beta.is_finite() && self.beta >= 0.0) {
            return bad("beta", format!("must be a finite number, 0 or above, is {}", self.beta));
        }
        if self.dataset == DatasetKind::Masks && self.masks.trim().is_empty() {
            return bad("masks", "is empty; give the folder of your masks (PNG files)".into());
        }
        if let Some(objection) = self.strategy.objection(self.dataset) {
            return bad("strategy", objection);
        }
        if !(0.0..=100.0).contains(&self.stop_at_validation_accuracy) {
            return bad(
                "stop_at_validation_accuracy",
                format!("is a percentage, not {}", self.stop_at_validation_accuracy),
            );
        }
        Ok(self)
    }
}

/// A value as `set` reads it back.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// The known name with the smallest edit distance to `name`.
fn nearest_name<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    known.min_by_key(|k| edit_distance(name, k)).cloned().unwrap_or_default()
}

/// Levenshtein distance, by rows.
fn edit_distance(a: &str, b: &str) -> usize {
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
    fn every_preset_reads_validates_and_survives_a_round_trip() {
        for name in Experiment::preset_names() {
            let e = Experiment::preset(name).unwrap();
            assert_eq!(e.name, name);
            assert_eq!(Experiment::from_toml(&e.to_toml()).unwrap(), e);
        }
    }

    #[test]
    fn every_field_can_be_set_to_its_own_value() {
        let e = Experiment::default();
        for (field, value) in e.fields() {
            let mut copy = e.clone();
            copy.set(&format!("{field}={value}")).unwrap_or_else(|err| panic!("{field}={value}: {err}"));
            assert_eq!(copy, e, "{field}");
        }
    }

    #[test]
    fn bad_settings_name_the_field_and_what_to_do() {
        for (assignment, says) in [
            ("aplha=1", "the nearest is `alpha`"),
            ("alpha=abc", "field `alpha`"),
            ("rounds=-3", "field `rounds`"),
            ("strategy=sn", "field `strategy`"),
            ("alpha", "field=value"),
            ("alpha=nan", "field `alpha`"),
            ("rounds=0", "field `rounds`"),
            ("latent_dim=17", "field `latent_dim`"),
            ("learning_rate=0", "field `learning_rate`"),
            ("dataset=masks", "field `masks`"),
        ] {
            let mut e = Experiment::default();
            let error = e.set(assignment).and_then(|()| e.validated().map(|_| ())).unwrap_err().to_string();
            assert!(error.contains(says), "{assignment}: {error}");
        }
    }

    #[test]
    fn samples_are_made_only_where_something_labels_them() {
        for (preset, strategy, says) in [
            ("ivus", "si", None),
            ("mnist", "si", None),
            ("digits", "random-latent", None),
            ("cifar10", "si", Some("CIFAR-10 has no such tool")),
            ("cifar10", "random-latent", Some("a classifier stands in")),
            ("ivus", "entropy", Some("labels of IVUS (made vessels) are maps")),
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
