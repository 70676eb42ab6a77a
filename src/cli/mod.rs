//! The command line: opens the window, or runs the same engine without one.

mod out;
mod args;
mod progress;
mod export;
mod film;
mod run_files;
mod export_runs;
mod run;
mod generator;
mod diff;
mod info;
mod data;
mod project;
mod points;
mod packaged;
pub mod label;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::archive;
use crate::combine;
use crate::dataset::own;
use crate::dataset::sources;
use crate::engine::{EngineOptions, autosave};
use crate::experiment::{Variant, setups};
use crate::generator::cache::GeneratorCache;
use crate::grid::{self, GridFolder, Keep};
use crate::history::History;
use crate::identity::{Origin, VERSION};
use crate::parcel;
use crate::paths;
use crate::points::Opening;
use crate::ui;
use args::{ExperimentArgs, FiguresArgs};
use out::{complain, say};

/// An explorer of adaptive latent-space sampling: watch a sampler walk the ridge between classes.
///
/// Without a command the window opens and runs the default experiment.
#[derive(Debug, Parser)]
#[command(version = VERSION, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Action>,
    #[command(flatten)]
    window: WindowArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run an experiment without a window; writes histories, curves and proposals to a folder.
    Run(run::RunArgs),
    /// Train a generator; writes it with its samples, reconstructions, embedding and errors to a folder.
    Generator(generator::GeneratorArgs),
    /// Compare two histories; exit status 0 if they are equal except for wall times.
    Diff {
        /// A history file (*.rwh), or a folder of them.
        a: PathBuf,
        /// The history file or folder to compare it with.
        b: PathBuf,
    },
    /// Merge the shards of a grid.
    Merge {
        /// Folders that `ridgewalk run --shard` wrote.
        #[arg(required = true)]
        shards: Vec<PathBuf>,
        /// The folder for the merged grid.
        #[arg(long)]
        out: PathBuf,
        /// Leave out latent steps, walks and checkpoints: a fraction of the size, and the same figures except for the
        /// snap distances.
        #[arg(long)]
        without_steps: bool,
    },
    /// Draw figures and tables from histories.
    Figures(FiguresArgs),
    /// Make a film of a run: its latent space round by round beside the learning curves, as an animated GIF.
    Film(film::FilmArgs),
    /// Write all that runs hold as tables, arrays and weights for other programs: CSV, NPZ or Parquet, NPY, safetensors.
    Export(export_runs::ExportArgs),
    /// Solve for the stress in vessel-wall masks; writes maps, images, meshes and summaries.
    Label(label::LabelArgs),
    /// Look at your own images: what is there, what is wrong with it, and the settings that a run would choose.
    Data(data::DataArgs),
    /// Label images that a strategy proposes, and train on them: a project in a folder.
    #[command(subcommand)]
    Project(project::ProjectAction),
    /// Look at an embedding of your own: how many points, in how many dimensions, with which metadata.
    Points(points::PointsArgs),
    /// Download a data set into the user's data folder and verify its checksums.
    Fetch {
        /// The data set to download.
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(sources::published().map(|f| f.name())))]
        name: String,
        /// The folder to download to instead.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Print devices, the data found, presets, strategies and the fields of an experiment.
    Info {
        /// A folder to search for data first.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Print the manual page, or write those of all commands into a folder.
    Man(packaged::ManArgs),
    /// Print the completions of a shell, to be put where it looks for them.
    Completions { shell: clap_complete::Shell },
}

/// Options of the window.
#[derive(Debug, clap::Args)]
struct WindowArgs {
    /// What the window is to open, as if it were dropped on it: a view (*.ridgewalk), a run's folder or history (*.rwh), a
    /// project, points, or your own images.
    #[arg(value_name = "PATH", conflicts_with_all = ["data", "points"])]
    open: Option<PathBuf>,
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Strategies to compare, separated by commas. Values of a strategy's own fields may follow its name:
    /// `random,snn,"snn alpha=0.5"`. By default random,snn,ridge where labels are classes, random,si,random-latent where
    /// they are maps, or random and the `strategy` of the experiment's file.
    #[arg(long, value_delimiter = ',', value_parser = args::variant)]
    strategies: Vec<Variant>,
    /// Prepare data and generator, and wait for Run before the rounds.
    #[arg(long)]
    no_autostart: bool,
    #[command(flatten)]
    points: points::WindowPoints,
}

/// Runs the program; errors are printed once, with their causes.
pub fn main() -> ExitCode {
    out::log_in_words();
    let cli = parsed();
    // Of these the text itself is the result; all others leave files.
    let text = match &cli.command {
        Some(Action::Diff { .. } | Action::Info { .. }) => true,
        Some(Action::Label(args)) => args.json,
        Some(Action::Data(_) | Action::Points(_) | Action::Completions { .. }) => true,
        Some(Action::Man(args)) => args.prints(),
        Some(Action::Project(action)) => action.prints(),
        _ => false,
    };
    let code = run_action(cli);
    match out::lost() {
        None => code,
        Some(e) => {
            complain!("{}: standard output cannot be written ({e})", if text { "error" } else { "warning" });
            if text { ExitCode::from(FAILED) } else { code }
        }
    }
}

/// The arguments; an option of the window before a command, which would do nothing there, ends the program.
fn parsed() -> Cli {
    let matches = Cli::command().get_matches_from(std::env::args_os().map(paths::argument));
    let mut cli = Cli::command();
    cli.build();
    let is_given = |arg: &&clap::Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let given = cli.get_arguments().find(is_given).map(ToString::to_string);
    if let (Some(command), Some(given)) = (matches.subcommand_name(), given) {
        let what =
            format!("`{given}` before `{command}` is for the window; leave it out, or put it behind `{command}`");
        cli.error(ErrorKind::ArgumentConflict, what).exit();
    }
    Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.format(&mut cli).exit())
}

/// The exit status of a command whose other statuses are an answer, when it fails.
const FAILED: u8 = 2;

fn run_action(cli: Cli) -> ExitCode {
    let done = match cli.command {
        None => window(&cli.window),
        Some(Action::Run(args)) => run::run(&args),
        Some(Action::Generator(args)) => generator::run(&args),
        Some(Action::Diff { a, b }) => return compare(&a, &b),
        Some(Action::Merge { shards, out, without_steps }) => merge(&shards, &out, without_steps),
        Some(Action::Figures(args)) => draw(&args),
        Some(Action::Film(args)) => film::run(&args),
        Some(Action::Export(args)) => export_runs::run(&args),
        Some(Action::Label(args)) => return solve(&args),
        Some(Action::Data(args)) => data::run(&args),
        Some(Action::Project(action)) => project::run(&action),
        Some(Action::Points(args)) => points::run(&args),
        Some(Action::Fetch { name, data_dir }) => info::fetch(&name, data_dir),
        Some(Action::Info { data_dir }) => info::print(data_dir.as_deref()),
        Some(Action::Man(args)) => packaged::man(Cli::command(), &args),
        Some(Action::Completions { shell }) => packaged::completions(Cli::command(), shell),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            complain!("error: {}", told(&e));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each once: some errors tell their cause themselves.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told += &format!(": {cause}");
        }
    }
    told
}

fn window(args: &WindowArgs) -> anyhow::Result<()> {
    if let Some(opening) = args.points.opening()? {
        return ui::run_points(opening);
    }
    let mut chosen = args.experiment.clone();
    let (mut open, mut replay) = (None, None);
    if let Some(path) = &args.open {
        match opened(path)? {
            (folder, ui::Kind::Project) => return ui::run_project(folder, chosen.device),
            (points, ui::Kind::Points) => return ui::run_points(Opening { points, ..Opening::default() }),
            (images, ui::Kind::Images) => chosen.data = Some(images),
            (path, ui::Kind::Histories) => {
                replay = without_training(&path, &chosen.engine_options())?;
                open = Some(path);
            }
            (path, ui::Kind::View | ui::Kind::Mask) => open = Some(path),
        }
    }
    chosen.without_set("strategy", "--strategies")?;
    let (images, experiment) = match chosen.images()? {
        Some((plan, instead)) => (Some(plan), instead),
        None => (None, chosen.resolve()?),
    };
    let variants = chosen.strategies_shown(&args.strategies, &experiment)?;
    let runs = setups(&experiment, &variants).context("--strategies")?;
    if images.is_none() {
        chosen.tell_idle(runs.iter().map(|run| &run.experiment));
    }
    ui::run(ui::UiOptions {
        engine: EngineOptions { autosave: autosave::default_folder(), ..chosen.engine_options() },
        experiment,
        variants,
        // Nobody asked for the experiment beside what is opened.
        autostart: !args.no_autostart && open.is_none(),
        images,
        open,
        replay,
    })
}

/// The first repeat of the runs at a path, if every view can show it at once: they are of one experiment, and their
/// generator is there and trains no more.
fn without_training(path: &Path, engine: &EngineOptions) -> anyhow::Result<Option<usize>> {
    let files = archive::history_files(path)?;
    let headers =
        files.iter().map(|file| Ok((file, archive::read_header(file)?))).collect::<anyhow::Result<Vec<_>>>()?;
    let Some(first) = headers.iter().map(|(_, header)| header.repeat).min() else { return Ok(None) };
    let (files, runs): (Vec<_>, Vec<History>) =
        headers.into_iter().filter(|(_, h)| h.repeat == first).map(|(file, h)| (file, History::new(h))).unzip();
    let digest = &runs[0].header.generator_digest;
    let cached = engine.cache_dir.as_ref().map(|cache| cache.join(GeneratorCache::file_name(digest)));
    let there =
        [cached, Some(GridFolder::around(files[0]).generator())].into_iter().flatten().any(|file| file.is_file());
    let are_one = combine::check(&runs.iter().collect::<Vec<_>>()).is_ok();
    Ok(Some(first).filter(|_| there && are_one))
}

/// What is at a path that was given alone, if the window can open it.
fn opened(path: &Path) -> anyhow::Result<(PathBuf, ui::Kind)> {
    anyhow::ensure!(
        path.exists(),
        "{}: is neither a command nor a file or folder; see `ridgewalk --help`",
        path.display()
    );
    let (path, kind) = ui::known(std::path::absolute(path)?);
    match kind {
        ui::Kind::Histories => drop(
            archive::history_files(&path)?.iter().map(|f| archive::read_header(f)).collect::<Result<Vec<_>, _>>()?,
        ),
        ui::Kind::Images => drop(own::formats::find(&path)?),
        ui::Kind::View => parcel::check(&path)?,
        ui::Kind::Project | ui::Kind::Points | ui::Kind::Mask => {}
    }
    Ok((path, kind))
}

fn compare(a: &std::path::Path, b: &std::path::Path) -> ExitCode {
    match diff::diff(a, b) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            complain!("error: {}", told(&e));
            ExitCode::from(FAILED)
        }
    }
}

fn merge(shards: &[PathBuf], out: &std::path::Path, without_steps: bool) -> anyhow::Result<()> {
    let keep = if without_steps { Keep::WithoutSteps } else { Keep::Everything };
    let folder = GridFolder::new(out);
    let merged = grid::merge(shards, &folder, keep)?;
    say!("{} histories in {}", merged.histories.len(), out.display());
    if !merged.repeated.is_empty() {
        let names: Vec<_> = merged.repeated.iter().map(String::as_str).collect();
        say!("found more than once, with equal results: {}", names.join(", "));
    }
    merged.empty.iter().for_each(|shard| say!("{}: a shard without a run", shard.display()));
    if merged.forks > 0 {
        say!("{} forks were skipped: they are not part of the grid", merged.forks);
    }
    merged.left_out.iter().for_each(|file| say!("warning: not copied: {file}"));
    if !merged.missing.is_empty() {
        say!("warning: the grid is not complete; missing: {}", merged.missing.join(", "));
    }
    if !merged.unfinished.is_empty() {
        say!("warning: rounds are still to come, with `ridgewalk run --resume`: {}", merged.unfinished.join(", "));
    }
    if let Some(note) = merged.likeness.note() {
        say!("note: {note}");
    }
    let machines = Origin::machines(merged.histories.iter().flat_map(|h| &h.header.origins));
    if machines.len() > 1 {
        say!("note: the runs were computed on {} machines: {}", machines.len(), machines.join("; "));
    }
    for path in run_files::run_files(&folder)? {
        say!("{}", path.display());
    }
    Ok(())
}

fn solve(args: &label::LabelArgs) -> ExitCode {
    match label::label(args, &mut out::stdout(), &mut out::stderr()) {
        Ok(counts) if counts.refused == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(e) => {
            complain!("error: {}", told(&e));
            ExitCode::from(FAILED)
        }
    }
}

fn draw(args: &FiguresArgs) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for path in &args.histories {
        files.extend(archive::history_files(path)?);
    }
    let histories: Vec<_> = files.iter().map(|f| archive::read_history(f)).collect::<Result<_, _>>()?;
    let written = match args.figure {
        Some(4) => export::figure4(&files, &histories, args)?,
        _ => export::figures(&histories, args)?,
    };
    for path in written {
        say!("{}", path.display());
    }
    if histories.iter().any(|h| h.header.experiment.is_endless()) {
        say!(
            "note: accuracies of a project are here those that its rounds ended with, on the test labels of that time; \
             `ridgewalk project status` counts them on those there are by now"
        );
    }
    Ok(())
}
