//! Arguments that several commands share: which experiment on what, and which figures.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;

use crate::device::{self, ComputeDevice, DeviceError, DeviceKind};
use crate::engine::EngineOptions;
use crate::experiment::{DatasetKind, Experiment, Strategy, Variant};
use crate::figures;

/// Which experiment, on what.
#[derive(Debug, Clone, clap::Args)]
pub struct ExperimentArgs {
    /// The experiment to start from.
    #[arg(long, conflicts_with = "experiment", value_parser = PossibleValuesParser::new(Experiment::preset_names()))]
    pub preset: Option<String>,
    /// An experiment of your own (TOML); fields that are not in it keep their defaults.
    #[arg(long, value_name = "FILE")]
    pub experiment: Option<PathBuf>,
    /// Change one field of the experiment; may be given often. `ridgewalk info` lists the fields.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Your own masks of vessel walls instead of generated ones: a folder of PNG files of any size, the wall white, or
    /// lumen and wall as two greys. Each is checked by the labelling tool; `ridgewalk run` leaves `masks-report.csv`.
    #[arg(long, value_name = "DIR")]
    pub masks: Option<PathBuf>,
    /// A folder with the data, looked at before RIDGEWALK_DATA and the user's data folder.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to compute: cpu or gpu.
    #[arg(long, default_value = "cpu")]
    pub device: DeviceKind,
    /// Where trained generators are cached; the user's cache folder by default.
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

impl ExperimentArgs {
    /// The experiment with every change applied, checked.
    pub fn resolve(&self) -> anyhow::Result<Experiment> {
        let mut experiment = match (&self.experiment, &self.preset) {
            (Some(file), _) => {
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
                Experiment::from_toml(&text).with_context(|| format!("{}: is no experiment", file.display()))?
            }
            (None, Some(name)) => Experiment::preset(name)?,
            (None, None) if self.masks.is_some() => Experiment::preset(DatasetKind::Masks.preset())?,
            (None, None) => Experiment::default(),
        };
        if let Some(folder) = &self.masks {
            anyhow::ensure!(
                experiment.dataset.task().has_maps(),
                "--masks: {} has no stress to learn; leave --preset away, or give `ivus`",
                experiment.name
            );
            // A history names the folder wherever it is read.
            let folder = std::path::absolute(folder).with_context(|| format!("--masks {}", folder.display()))?;
            experiment = experiment.on_masks(&folder.to_string_lossy());
        }
        for assignment in &self.set {
            experiment.set(assignment).with_context(|| format!("--set {assignment}"))?;
        }
        Ok(experiment.validated()?)
    }

    pub fn open_device(&self) -> Result<ComputeDevice, DeviceError> {
        ComputeDevice::open(self.device, device::software_allowed())
    }

    pub fn engine_options(&self) -> EngineOptions {
        let defaults = EngineOptions::default();
        EngineOptions {
            data_dir: self.data_dir.clone(),
            cache_dir: self.cache_dir.clone().or(defaults.cache_dir.clone()),
            device: self.device,
            ..defaults
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct FiguresArgs {
    /// Histories: files (*.rwh) or folders of them.
    #[arg(required = true)]
    pub histories: Vec<PathBuf>,
    /// Where to put the figures.
    #[arg(long)]
    pub out: PathBuf,
    /// The runs that the others are compared with, seed by seed, by their name: `random`, "snn alpha=0.5".
    #[arg(long, default_value_t = Strategy::Random.into())]
    pub against: Variant,
    /// Only this figure of the paper; 4 also writes `walks.csv` with the verdict on each walk.
    #[arg(long, value_parser = clap::value_parser!(u8).range(3..=4))]
    pub figure: Option<u8>,
    /// Formats, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "svg,pdf,png,csv,tex,md")]
    pub formats: Vec<figures::Format>,
    /// Width of the figures in inches: 3.5 for a column, 7.2 for a page.
    #[arg(long, default_value_t = figures::PAGE_WIDTH)]
    pub width: f64,
    /// Dots per inch of PNG files.
    #[arg(long, default_value_t = 200.0)]
    pub dpi: f32,
}
