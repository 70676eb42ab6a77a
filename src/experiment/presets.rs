//! The presets that ship with the program.

use super::datasets::DatasetKind;
use super::edit::ExperimentError;
use super::fields::Experiment;

macro_rules! presets {
    ($($name:literal),+) => {
        &[$(($name, include_str!(concat!("../../data/presets/", $name, ".toml")))),+]
    };
}

/// Name and text of each preset, the default first.
const PRESETS: &[(&str, &str)] =
    presets!["digits", "digits-2d", "mnist", "mnist-2d", "ivus", "ivus-tiny", "cifar10", "cifar10-small", "tiny"];

impl Experiment {
    /// Names of the presets, the default one first.
    pub fn preset_names() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// The preset of this name; the error lists the names.
    pub fn preset(name: &str) -> Result<Self, ExperimentError> {
        let (_, text) = PRESETS.iter().find(|(n, _)| *n == name).ok_or_else(|| ExperimentError::UnknownPreset {
            name: name.into(),
            known: Self::preset_names().collect::<Vec<_>>().join(", "),
        })?;
        Self::from_toml(text).map_err(|e| e.what)
    }

    /// The preset of a data set, which several may share; `masks` is the folder of the user's own masks, used by that
    /// data set only.
    pub fn of_dataset(dataset: DatasetKind, masks: &str) -> Result<Self, ExperimentError> {
        let preset = Self::preset(dataset.preset())?;
        Ok(if dataset == DatasetKind::Masks { preset.on_masks(masks) } else { Self { dataset, ..preset } })
    }

    /// The vessel experiment on the user's own masks: all of them, with the usual split.
    pub fn on_masks(self, folder: &str) -> Self {
        let (train_size, test_size) = (0, 0);
        Self { name: "masks".into(), dataset: DatasetKind::Masks, masks: folder.into(), train_size, test_size, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_set_has_a_preset_of_its_task() {
        for &dataset in DatasetKind::ALL {
            let preset = Experiment::of_dataset(dataset, "a folder").unwrap();
            assert_eq!(preset.dataset, dataset);
            assert!(preset.validated().is_ok(), "{dataset}");
        }
    }
}
