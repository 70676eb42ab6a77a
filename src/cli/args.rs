//! Arguments shared by several commands: the experiment, its data and device, and the figures.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;

use super::out::complain;
use crate::dataset::own::opening::Opening;
use crate::dataset::own::plan::{Plan, Take};
use crate::dataset::own::{self, defaults};
use crate::device::{self, ComputeDevice, DeviceError, DeviceKind};
use crate::engine::EngineOptions;
use crate::experiment::{DatasetKind, Experiment, Field, MaskLevels, Strategy, Variant};
use crate::figures;
use crate::generator::cache::GeneratorCache;
use crate::paths;
use crate::statistics::LabelRange;

/// The experiment, its data and its device.
#[derive(Debug, Clone, clap::Args)]
pub struct ExperimentArgs {
    /// The preset to start from.
    #[arg(long, conflicts_with = "experiment", value_parser = PossibleValuesParser::new(Experiment::preset_names()))]
    pub preset: Option<String>,
    /// An experiment of your own (TOML); missing fields have their defaults.
    #[arg(long, value_name = "FILE")]
    pub experiment: Option<PathBuf>,
    /// Set one field of the experiment; may be repeated. `ridgewalk info` lists the fields.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Your own masks of vessel walls instead of generated ones: a folder of PNG files of any size. What is wall and
    /// lumen is found from the places of their levels, and the labelling tool checks each; `ridgewalk run` writes
    /// `masks-report.csv`.
    #[arg(long, value_name = "DIR")]
    pub masks: Option<PathBuf>,
    /// What the levels of your own masks are, where it cannot be found: `wall=1,lumen=2`, with grey values as in the
    /// file, a palette's indices, or colours such as #ff0000.
    #[arg(long, value_name = "PLACE=LEVEL,...")]
    pub levels: Option<MaskLevels>,
    /// Your own images instead of a data set: a folder with one sub-folder a class, or with a table of files and labels;
    /// NPZ, NPY, IDX, CIFAR's binary files, a CSV of pixels, Parquet; or a zip or tar archive. Without --preset or
    /// --experiment, settings that suit them are chosen; `ridgewalk data` shows them with their reasons.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["masks", "levels"])]
    pub data: Option<PathBuf>,
    /// A folder with the data, searched before RIDGEWALK_DATA and the user's data folder.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The device to compute on: cpu or gpu.
    #[arg(long, default_value = "cpu")]
    pub device: DeviceKind,
    /// A trained generator to take, as `ridgewalk generator` writes it, instead of training one: it must be of the same
    /// data and settings.
    #[arg(long, value_name = "FILE")]
    pub generator: Option<PathBuf>,
    /// The cache of trained generators; the user's cache folder by default.
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

impl ExperimentArgs {
    /// The experiment with all changes, validated.
    pub fn resolve(&self) -> anyhow::Result<Experiment> {
        let mut experiment = self.base()?;
        if let Some(folder) = &self.masks {
            anyhow::ensure!(
                experiment.dataset.task().has_maps(),
                "--masks: {} does not learn stress maps; drop --preset or use ivus",
                experiment.name
            );
            experiment = experiment.on_masks(&folder.to_string_lossy());
        }
        if let Some(path) = &self.data {
            experiment = self.on_images(experiment, path)?;
        }
        if let Some(levels) = &self.levels {
            anyhow::ensure!(
                experiment.dataset == DatasetKind::Masks,
                "--levels: give --masks too; other data have none"
            );
            experiment.mask_levels = levels.to_string();
        }
        self.set_fields(&mut experiment)?;
        // Absolute, because `experiment.toml` and the histories record the place.
        let Experiment { masks, data, codes, .. } = &mut experiment;
        for (place, option) in [(masks, "--masks"), (data, "--data"), (codes, "--set codes")] {
            if !place.is_empty() {
                let whole = std::path::absolute(paths::expanded(&*place)).context(option)?;
                *place = whole.to_string_lossy().into_owned();
            }
        }
        Ok(experiment.validated()?)
    }

    /// The images of --data that are to be looked at before an experiment on them starts, and the experiment that starts if
    /// they are not taken; `None` without --data.
    pub fn images(&self) -> anyhow::Result<Option<(Plan, Experiment)>> {
        let Some(path) = &self.data else { return Ok(None) };
        let base = self.base()?;
        let path = std::path::absolute(paths::expanded(path)).context("--data")?;
        self.set_fields(&mut defaults::on_data(base.clone(), &path, &[], self.take() == Take::All)?)?;
        let plan = Plan { path, base: base.clone(), take: self.take(), set: self.set.clone() };
        Ok(Some((plan, base.validated()?)))
    }

    /// The experiment on images of one's own, which are read first where settings depend on how many can be.
    fn on_images(&self, base: Experiment, path: &Path) -> anyhow::Result<Experiment> {
        let found = own::formats::find(path)?;
        let chosen = defaults::choose(&found.listing, &found.listing.items, 0);
        let mut brought = defaults::on_data(base.clone(), path, &chosen, self.take() == Take::All)?;
        if self.take() != Take::All {
            return Ok(brought);
        }
        self.set_fields(&mut brought)?;
        let brought = brought.validated()?;
        let cache = self.cache_dir.clone().or_else(GeneratorCache::default_folder);
        let (listing, reading, _) = Opening::begin(found, own::wanted(&brought), cache.as_deref())?.finish();
        own::some_read(path, &listing, &reading)?;
        let chosen = defaults::choose(&listing, &reading.items, brought.train_size);
        Ok(defaults::on_data(base, path, &chosen, true)?)
    }

    /// What is taken of the settings that suit own images.
    fn take(&self) -> Take {
        if self.preset.is_none() && self.experiment.is_none() { Take::All } else { Take::Shape }
    }

    fn set_fields(&self, experiment: &mut Experiment) -> anyhow::Result<()> {
        set_fields(experiment, &self.set)
    }

    /// Warns of what was given and has no effect in any of the experiments.
    pub fn tell_idle<'a>(&self, experiments: impl Iterator<Item = &'a Experiment> + Clone) {
        for assignment in &self.set {
            let field = Field::named(field_of(assignment)).filter(|field| field.name != NAME);
            if field.is_some_and(|field| !experiments.clone().any(|experiment| field.applies(experiment))) {
                complain!("warning: --set {assignment}: it has no effect with the other settings as they are");
            }
        }
        if let Some(folder) = self.data_dir.as_ref().filter(|folder| !paths::expanded(folder).is_dir()) {
            complain!("warning: --data-dir {}: is no folder, so no data is found there", folder.display());
        }
    }

    /// The experiment before other options change it.
    fn base(&self) -> anyhow::Result<Experiment> {
        Ok(match (&self.experiment, &self.preset) {
            (Some(file), _) => experiment_in(file)?,
            (None, Some(name)) => Experiment::preset(name)?,
            (None, None) if self.masks.is_some() => Experiment::preset(DatasetKind::Masks.preset())?,
            (None, None) => Experiment::default(),
        })
    }

    /// The strategies to compare: those given with --strategies, or else Random with that of the experiment's file.
    pub fn strategies(&self, given: &[Variant], experiment: &Experiment) -> anyhow::Result<Vec<Variant>> {
        let usual = Experiment::default().strategy;
        let own = if self.experiment.is_some() { experiment.strategy } else { usual };
        if given.is_empty() {
            let random = Some(Strategy::Random).filter(|random| *random != own);
            return Ok(random.into_iter().chain([own]).map(Variant::from).collect());
        }
        let is_other = own != usual && given.iter().all(|variant| variant.strategy != own);
        match &self.experiment {
            Some(file) if is_other => anyhow::bail!(
                "{}: its `strategy` is {own}, which is not among --strategies; leave one of the two out",
                file.display()
            ),
            _ => Ok(given.to_vec()),
        }
    }

    /// The strategies that the window compares: as `strategies`, but by default those of the data set.
    pub fn strategies_shown(&self, given: &[Variant], experiment: &Experiment) -> anyhow::Result<Vec<Variant>> {
        match given.is_empty() && self.experiment.is_none() {
            true => Ok(experiment.dataset.strategies().iter().copied().map(Variant::from).collect()),
            false => self.strategies(given, experiment),
        }
    }

    /// An error if `--set` gives a field that another option of the command says.
    pub fn without_set(&self, field: &str, option: &str) -> anyhow::Result<()> {
        match self.set.iter().find(|assignment| field_of(assignment) == field) {
            Some(twice) => anyhow::bail!("--set {twice}: give it by {option} alone"),
            None => Ok(()),
        }
    }

    pub fn open_device(&self) -> Result<ComputeDevice, DeviceError> {
        ComputeDevice::open(self.device, device::software_allowed())
    }

    pub fn engine_options(&self) -> EngineOptions {
        let defaults = EngineOptions::default();
        EngineOptions {
            data_dir: self.data_dir.clone(),
            cache_dir: self.cache_dir.clone().or(defaults.cache_dir.clone()),
            generator: self.generator.clone(),
            device: self.device,
            ..defaults
        }
    }
}

/// The field that is no setting but what an experiment is called.
const NAME: &str = "name";

/// The field of `field=value`.
pub fn field_of(assignment: &str) -> &str {
    assignment.split_once('=').map_or(assignment, |(field, _)| field).trim()
}

/// Changes fields of an experiment from `field=value`, each once.
pub fn set_fields(experiment: &mut Experiment, assignments: &[String]) -> anyhow::Result<()> {
    each_once(assignments)?;
    for assignment in assignments {
        experiment.set(assignment).with_context(|| format!("--set {assignment}"))?;
    }
    Ok(())
}

/// An error if a field is given twice.
pub fn each_once(assignments: &[String]) -> anyhow::Result<()> {
    let mut given = HashSet::new();
    match assignments.iter().find(|assignment| !given.insert(field_of(assignment))) {
        Some(twice) => anyhow::bail!("--set {twice}: `{}` is given twice", field_of(twice)),
        None => Ok(()),
    }
}

/// The experiment in a file; paths in it start at the file.
pub fn experiment_in(file: &Path) -> anyhow::Result<Experiment> {
    let text = paths::read_text(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let read = Experiment::from_toml(&text).map_err(|e| anyhow::anyhow!(e.in_file(file)))?;
    let beside = |text: &str| {
        let path = if text.is_empty() { PathBuf::new() } else { paths::beside(file, text) };
        path.to_string_lossy().into_owned()
    };
    let (masks, data, codes) = (beside(&read.masks), beside(&read.data), beside(&read.codes));
    Ok(Experiment { masks, data, codes, ..read })
}

/// A variant as it is typed, with or without the quotation marks that keep its words together.
pub fn variant(text: &str) -> Result<Variant, String> {
    let bare = |quote| text.trim().strip_prefix(quote)?.strip_suffix(quote);
    bare('"').or_else(|| bare('\'')).unwrap_or(text).parse()
}

/// A whole number that may be as large as its type can hold.
pub fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("give a whole number from 0 to {}", u64::MAX))
}

/// A number of things of which there must be one.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=MOST) => Ok(count),
        _ => Err(format!("give a whole number from 1 to {MOST}")),
    }
}

/// More jobs or repeats than any machine has threads, or any study has runs.
const MOST: usize = 100_000;

#[derive(Debug, clap::Args)]
pub struct FiguresArgs {
    /// Histories: files (*.rwh) or folders of them.
    #[arg(required = true)]
    pub histories: Vec<PathBuf>,
    /// The folder for the figures.
    #[arg(long)]
    pub out: PathBuf,
    /// The baseline that the other runs are compared with, paired by seed: `random`, "snn alpha=0.5".
    #[arg(long, default_value_t = Strategy::Random.into(), value_parser = variant)]
    pub against: Variant,
    /// Combine runs although they differ in this field, or in `data`, `generator_digest` or `latent_scale`; may be
    /// repeated. Every caption then says so.
    #[arg(long, value_name = "FIELD")]
    pub allow_different: Vec<String>,
    /// Ranges of labels over which the area under the curve is taken apart, separated by commas; without a second number
    /// to the end.
    #[arg(long, value_name = "FROM-TO", value_delimiter = ',', default_value = "20-200,200-")]
    pub areas: Vec<LabelRange>,
    /// Draw only this figure of the paper; 4 also writes `walks.csv` with the verdict on each walk.
    #[arg(long, value_parser = clap::value_parser!(u8).range(3..=4))]
    pub figure: Option<u8>,
    /// File formats, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "svg,pdf,png,csv,tex,md")]
    pub formats: Vec<figures::Format>,
    /// Width of the figures in inches: 3.5 for a column, 7.2 for a page.
    #[arg(long, default_value_t = figures::PAGE_WIDTH, value_parser = inches)]
    pub width: f64,
    /// Resolution of PNG files in dots per inch.
    #[arg(long, default_value_t = figures::PRINT_DPI, value_parser = dots_per_inch)]
    pub dpi: f32,
}

/// A width on paper: a figure needs an inch for its labels.
fn inches(text: &str) -> Result<f64, String> {
    const WIDTHS: std::ops::RangeInclusive<f64> = 1.0..=100.0;
    let width = text.parse().ok().filter(|width| WIDTHS.contains(width));
    width.ok_or_else(|| format!("give a number of inches from {} to {}", WIDTHS.start(), WIDTHS.end()))
}

/// A resolution: no printer has more dots.
fn dots_per_inch(text: &str) -> Result<f32, String> {
    const RESOLUTIONS: std::ops::RangeInclusive<f32> = 1.0..=4800.0;
    let dpi = text.parse().ok().filter(|dpi| RESOLUTIONS.contains(dpi));
    dpi.ok_or_else(|| format!("give a number from {} to {}", RESOLUTIONS.start(), RESOLUTIONS.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_may_be_quoted_and_counts_begin_at_one() {
        for text in ["snn alpha=0.5", "\"snn alpha=0.5\"", " 'snn alpha=0.5' "] {
            assert_eq!(variant(text).unwrap().to_string(), "snn alpha=0.5", "{text}");
        }
        assert!(variant("\"snn alpha=0.5").is_err());
        assert_eq!(at_least_one("7"), Ok(7));
        for text in ["0", "-1", "1000000000", "many"] {
            assert!(at_least_one(text).unwrap_err().contains("from 1 to"), "{text}");
        }
    }
}
