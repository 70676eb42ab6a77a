//! The presets that ship with the program.

use super::datasets::DatasetKind;
use super::edit::ExperimentError;
use super::fields::Experiment;

/// A preset.
pub struct Preset {
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    text: &'static str,
}

macro_rules! presets {
    ($($name:literal: $about:literal),+ $(,)?) => {
        &[$(Preset { name: $name, about: $about, text: include_str!(concat!("../../data/presets/", $name, ".toml")) }),+]
    };
}

/// All presets, the default first.
pub const PRESETS: &[Preset] = presets! {
    "digits": "Built-in digits in three latent dimensions: nothing to download.",
    "digits-2d": "Built-in digits in two latent dimensions, as for Figure 4.",
    "mnist": "The paper's MNIST experiment: ten rounds of 500 labels.",
    "mnist-few": "MNIST with 10 to 100 labels: where it matters most which.",
    "mnist-2d": "MNIST in two latent dimensions: the paper's Figure 4.",
    "ivus": "The paper's third experiment, on generated vessels with their wall stress.",
    "ivus-parameters": "IVUS in the vessels' own parameters: sampling without a decoder's error.",
    "ivus-tiny": "A few vessels, to try a change: two or three minutes; its errors mean nothing.",
    "cifar10": "The paper's CIFAR-10 experiment at full size: needs a GPU.",
    "cifar10-small": "CIFAR-10 at a size for two cores.",
    "tiny": "Digits in seconds, to try a change; its accuracies mean nothing.",
};

impl Experiment {
    /// Names of the presets, the default one first.
    pub fn preset_names() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|p| p.name)
    }

    /// The preset of this name; the error lists the names.
    pub fn preset(name: &str) -> Result<Self, ExperimentError> {
        let preset = PRESETS.iter().find(|p| p.name == name).ok_or_else(|| ExperimentError::UnknownPreset {
            name: name.into(),
            known: Self::preset_names().collect::<Vec<_>>().join(", "),
        })?;
        Self::from_toml(preset.text).map_err(|e| e.what)
    }

    /// The preset of a data set, which several may share; `place` is the folder of the user's own masks, or the place of
    /// the user's own images, used by these data sets only.
    pub fn of_dataset(dataset: DatasetKind, place: &str) -> Result<Self, ExperimentError> {
        let preset = Self::preset(dataset.preset())?;
        Ok(match dataset {
            DatasetKind::Masks => preset.on_masks(place),
            DatasetKind::Own => Self { name: "own".into(), dataset, data: place.into(), ..preset },
            _ => Self { dataset, ..preset },
        })
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
