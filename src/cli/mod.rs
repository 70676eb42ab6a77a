//! The command line: the window, or the same engine without one.

mod export;
mod generator;
mod info;
pub mod label;
mod progress;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::archive;
use crate::device::{self, ComputeDevice, DeviceError, DeviceKind};
use crate::difference::first_difference;
use crate::engine::EngineOptions;
use crate::experiment::{DatasetKind, Experiment, Strategy, Task};
use crate::figures;
use crate::grid::{self, GridFolder, Keep};
use crate::history::History;
use crate::ui;

/// Watch a sampler walk the ridge between classes: an explorer of adaptive latent-space sampling.
///
/// Without a command the window opens and runs the default experiment.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Action>,
    #[command(flatten)]
    window: WindowArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run an experiment without a window; leaves histories, curves and proposals in a folder.
    Run(run::RunArgs),
    /// Train a generator, and leave its samples, reconstructions, embedding and errors in a folder.
    Generator(generator::GeneratorArgs),
    /// Compare two histories; exit status 0 when they are equal apart from wall times.
    Diff {
        /// A history file (*.rwh), or a folder of them.
        a: PathBuf,
        b: PathBuf,
    },
    /// Put the shards of a grid together, as if it had not been split.
    Merge {
        /// Folders that `ridgewalk run --shard` wrote.
        #[arg(required = true)]
        shards: Vec<PathBuf>,
        /// The folder for all of them.
        #[arg(long)]
        out: PathBuf,
        /// Leave out the latent steps behind proposals, walks and checkpoints: a fraction of the size, the same figures but
        /// for the snap distances.
        #[arg(long)]
        without_steps: bool,
    },
    /// Draw figures and tables from histories.
    Figures(FiguresArgs),
    /// Solve for the stress in vessel-wall masks: maps, pictures, meshes and summaries.
    Label(label::LabelArgs),
    /// Download a data set into the user's data folder, checksums verified.
    Fetch {
        /// Which one.
        #[arg(value_parser = ["mnist", "cifar10"])]
        name: String,
        /// Put it here instead.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Print adapters, devices and the data found.
    Info {
        /// Look here first.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
}

/// What the window starts with.
#[derive(Debug, clap::Args)]
struct WindowArgs {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Strategies shown side by side, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "random,snn")]
    strategies: Vec<Strategy>,
    /// Wait for Run instead of starting at once.
    #[arg(long)]
    no_autostart: bool,
}

/// Which experiment, on what.
#[derive(Debug, Clone, clap::Args)]
pub struct ExperimentArgs {
    /// A preset: digits, digits-2d, mnist, mnist-2d, ivus, cifar10, cifar10-small, tiny.
    #[arg(long, conflicts_with = "experiment")]
    preset: Option<String>,
    /// An experiment of your own (TOML); fields that are not in it keep their defaults.
    #[arg(long, value_name = "FILE")]
    experiment: Option<PathBuf>,
    /// Change one field of the experiment; may be given often. `ridgewalk info` lists the fields.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Your own masks of vessel walls instead of made ones: a folder of PNG files of any size, the wall white, or lumen
    /// and wall as two greys. Each is judged by the labelling tool; `ridgewalk run` leaves `masks-report.csv`.
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
    /// A folder with the data, looked at before RIDGEWALK_DATA and the user's data folder.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where to compute: cpu or gpu.
    #[arg(long, default_value = "cpu")]
    device: DeviceKind,
    /// Where trained generators are kept; the user's cache folder by default.
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl ExperimentArgs {
    /// The experiment with every change applied, checked.
    fn resolve(&self) -> anyhow::Result<Experiment> {
        let mut experiment = match (&self.experiment, &self.preset) {
            (Some(file), _) => {
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
                Experiment::from_toml(&text).with_context(|| format!("{}: is no experiment", file.display()))?
            }
            (None, Some(name)) => Experiment::preset(name)?,
            (None, None) if self.masks.is_some() => Experiment::preset(DatasetKind::Ivus.name())?,
            (None, None) => Experiment::default(),
        };
        if let Some(folder) = &self.masks {
            anyhow::ensure!(
                experiment.dataset.task() == Task::Maps,
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

    fn open_device(&self) -> Result<ComputeDevice, DeviceError> {
        ComputeDevice::open(self.device, device::software_allowed())
    }

    fn engine_options(&self) -> EngineOptions {
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
struct FiguresArgs {
    /// Histories: files (*.rwh) or folders of them.
    #[arg(required = true)]
    histories: Vec<PathBuf>,
    /// Where to put the figures.
    #[arg(long)]
    out: PathBuf,
    /// The strategy that the others are compared with, seed by seed.
    #[arg(long, default_value_t = Strategy::Random)]
    against: Strategy,
    /// Only this figure of the paper; 4 also writes `walks.csv` with the verdict on each walk.
    #[arg(long, value_parser = clap::value_parser!(u8).range(3..=4))]
    figure: Option<u8>,
    /// Formats, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "svg,pdf,png,csv,tex,md")]
    formats: Vec<figures::Format>,
    /// Width of the figures in inches: 3.5 for a column, 7.2 for a page.
    #[arg(long, default_value_t = figures::PAGE_WIDTH)]
    width: f64,
    /// Dots per inch of PNG files.
    #[arg(long, default_value_t = 200.0)]
    dpi: f32,
}

/// Runs the program; errors are printed once, with their causes.
pub fn main() -> ExitCode {
    env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("warn,wgpu=error,naga=error,zbus=error"),
    )
    .init();
    let cli = Cli::parse();
    let done = match cli.command {
        None => window(&cli.window),
        Some(Action::Run(args)) => run::run(&args),
        Some(Action::Generator(args)) => generator::run(&args),
        Some(Action::Diff { a, b }) => return diff(&a, &b),
        Some(Action::Merge { shards, out, without_steps }) => merge(&shards, &out, without_steps),
        Some(Action::Figures(args)) => draw(&args),
        Some(Action::Label(args)) => return solve(&args),
        Some(Action::Fetch { name, data_dir }) => info::fetch(&name, data_dir),
        Some(Action::Info { data_dir }) => info::print(data_dir.as_deref()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn window(args: &WindowArgs) -> anyhow::Result<()> {
    ui::run(ui::UiOptions {
        engine: args.experiment.engine_options(),
        experiment: args.experiment.resolve()?,
        strategies: args.strategies.clone(),
        autostart: !args.no_autostart,
    })
}

fn diff(a: &std::path::Path, b: &std::path::Path) -> ExitCode {
    let compare = || -> anyhow::Result<Option<String>> {
        let (left, right) = (archive::read_histories(a)?, archive::read_histories(b)?);
        if left.len() != right.len() {
            return Ok(Some(format!("{} histories and {}", left.len(), right.len())));
        }
        let differing = left.iter().zip(&right).find_map(|(x, y)| {
            let found = first_difference(x, y)?;
            Some(format!("{} of repeat {}: {found}", x.strategy(), x.header.repeat))
        });
        Ok(differing)
    };
    match compare() {
        Ok(None) => {
            println!("equal apart from wall times");
            ExitCode::SUCCESS
        }
        Ok(Some(found)) => {
            println!("different: {found}");
            ExitCode::FAILURE
        }
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn merge(shards: &[PathBuf], out: &std::path::Path, without_steps: bool) -> anyhow::Result<()> {
    let keep = if without_steps { Keep::WithoutSteps } else { Keep::Everything };
    let folder = GridFolder::new(out);
    let merged = grid::merge(shards, &folder, keep)?;
    println!("{} histories in {}", merged.histories.len(), out.display());
    if merged.repeated > 0 {
        println!("{} were there more than once, and equal", merged.repeated);
    }
    if merged.forks > 0 {
        println!("{} forks were left out: they are no part of the grid", merged.forks);
    }
    if !merged.missing.is_empty() {
        println!("warning: the grid is not complete; missing: {}", merged.missing.join(", "));
    }
    for path in export::run_files(&merged.histories, out)? {
        println!("{}", path.display());
    }
    Ok(())
}

fn solve(args: &label::LabelArgs) -> ExitCode {
    match label::label(args, &mut std::io::stdout(), &mut std::io::stderr()) {
        Ok(counts) if counts.refused == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn draw(args: &FiguresArgs) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for path in &args.histories {
        files.extend(archive::history_files(path)?);
    }
    let histories: Vec<_> = files.iter().map(|f| archive::read_history(f)).collect::<Result<_, _>>()?;
    let against = |h: &History| h.strategy() == args.against && !h.is_fork();
    if !histories.iter().any(against) && args.against != Strategy::Random {
        anyhow::bail!("--against: none of these histories is of {}", args.against);
    }
    let written = match args.figure {
        Some(4) => export::figure4(&files, &histories, args)?,
        Some(_) => {
            let figure = figures::figure3(&histories);
            figures::export_figure(&figure, &args.out, &args.formats, args.width, args.dpi)?
        }
        None => figures::export_all(&histories, args.against, &args.out, &args.formats, args.width, args.dpi)?,
    };
    for path in written {
        println!("{}", path.display());
    }
    Ok(())
}
