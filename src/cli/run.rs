//! `ridgewalk run`: the experiment without a window.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;

use super::args::{ExperimentArgs, at_least_one, variant, whole};
use super::out::{complain, say};
use super::progress::{PreparationBar, TerminalWatcher};
use super::run_files::RunFiles;
use crate::archive;
use crate::device::is_out_of_memory;
use crate::disk::FolderLock;
use crate::experiment::{DatasetKind, Experiment, Trained, Variant, setups};
use crate::generator::cache::GeneratorCache;
use crate::grid::{self, Grid, GridFolder, Shard};
use crate::history::History;
use crate::paths;
use crate::world::{Preparation, Prepared, World};

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct RunArgs {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Strategies, separated by commas; all share their seeds. Values of a strategy's own fields may follow its name:
    /// `random,snn,"snn alpha=0.5"`. By default random,snn, or random and the `strategy` of the experiment's file.
    #[arg(long, value_delimiter = ',', value_parser = variant)]
    strategies: Vec<Variant>,
    /// Number of rounds.
    #[arg(long, value_parser = whole::<usize>)]
    rounds: Option<usize>,
    /// Number of repeats; the seed increases by 1 with each.
    #[arg(long, default_value_t = 1, value_parser = at_least_one)]
    repeats: usize,
    /// Seed of the first repeat.
    #[arg(long, value_parser = whole::<u64>)]
    seed: Option<u64>,
    /// Number of walks to record with each run (Figure 4).
    #[arg(long, value_parser = whole::<usize>)]
    walks: Option<usize>,
    /// Continue the runs in the folder; runs without saved rounds start.
    #[arg(long)]
    resume: bool,
    /// Run only part I of N of the grid, such as 1/3.
    #[arg(long, default_value = "1/1", value_name = "I/N")]
    shard: Shard,
    /// Runs in parallel, one thread each; by default one per core.
    #[arg(long, value_parser = at_least_one)]
    jobs: Option<usize>,
    /// The folder for histories, curves and figures; with --data by default one with the name of the data in `runs`.
    #[arg(long, required_unless_present = "data")]
    out: Option<PathBuf>,
}

/// Runs the grid and writes its files.
pub fn run(args: &RunArgs) -> anyhow::Result<()> {
    let start = Instant::now();
    args.experiment.without_set("strategy", "--strategies")?;
    for (field, option, given) in [
        ("rounds", "--rounds", args.rounds.is_some()),
        ("seed", "--seed", args.seed.is_some()),
        ("walks", "--walks", args.walks.is_some()),
    ] {
        if given {
            args.experiment.without_set(field, option)?;
        }
    }
    let mut experiment = args.experiment.resolve()?;
    experiment.rounds = args.rounds.unwrap_or(experiment.rounds);
    experiment.seed = args.seed.unwrap_or(experiment.seed);
    experiment.walks = args.walks.unwrap_or(experiment.walks);
    let mut experiment = experiment.validated()?;
    let variants = args.experiment.strategies(&args.strategies, &experiment)?;
    let runs = setups(&experiment, &variants).context("--strategies")?;
    args.experiment.tell_idle(runs.iter().map(|run| &run.experiment));
    let usual = || PathBuf::from("runs").join(&experiment.name);
    let folder = GridFolder::new(args.out.clone().unwrap_or_else(usual));
    let is_same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    let given = match experiment.dataset {
        DatasetKind::Own => Some(("images", &experiment.data)),
        DatasetKind::Masks => Some(("masks", &experiment.masks)),
        _ => None,
    };
    if let Some((what, _)) = given.filter(|(_, data)| is_same(folder.path(), &paths::expanded(data))) {
        anyhow::bail!(
            "--out {}: is the folder of the {what}, among which the files of results would be read as theirs; give another \
             folder, which may lie in it",
            folder.path().display()
        );
    }
    // Before the world is prepared, which may take long.
    let _lock = FolderLock::take(folder.path(), grid::RUN)?;
    let grid_of = |e: &Experiment| Grid::new(e.clone(), &variants, args.repeats, args.shard);
    let grid = grid_of(&experiment)?;
    let there = grid::admit(&grid, None, &folder, args.resume)?;
    if grid.cells().is_empty() {
        grid::write_experiment(&grid, &there, &folder)?;
        say!("shard {} has no run, as the grid has only {}; merge it like the others", args.shard, grid.len());
        return Ok(());
    }
    let strategies: Vec<_> = variants.iter().map(|v| v.strategy).collect();
    let device = args.experiment.open_device()?;
    let options = args.experiment.engine_options();
    let cache = options.cache_dir.as_ref().map(GeneratorCache::new);
    let report = Mutex::new(None);
    let watch = |prepared: &Prepared| {
        match prepared {
            Prepared::MasksJudged(judged) => {
                *report.lock().unwrap_or_else(PoisonError::into_inner) = Some(judged.csv());
            }
            // Before a generator is trained on them.
            Prepared::DataReady(dataset) => grid::admit_data(&there, dataset.digest())?,
            _ => {}
        }
        Ok(())
    };
    let world = with_room(&mut experiment, Trained::Generator, |e| {
        let preparation = Preparation::new(e, options.data_dir.clone(), cache.clone(), &device);
        let preparation = preparation.with_generator(options.generator.clone()).beside(Some(folder.generator()));
        prepare(&mut preparation.for_strategies(&strategies), &watch)
    });
    if let Ok(world) = &world {
        grid::admit(&grid_of(&experiment)?, Some(&world.ground), &folder, args.resume)?;
    }
    // The report also says why too few masks are left, but then it never replaces that of other runs.
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(csv) = report.filter(|_| world.is_ok() || folder.histories().is_ok_and(|h| h.is_empty())) {
        archive::write_atomically(&folder.masks_report(), csv.as_bytes())?;
    }
    let world = world?;

    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    with_room(&mut experiment, Trained::Target, |e| {
        let grid = grid_of(e)?;
        let terminal = TerminalWatcher::new(grid.cells().len(), start);
        let files = RunFiles::new(&folder, &terminal);
        let done = grid::run(&grid, &world, &folder, args.resume, args.jobs.unwrap_or(cores), &files);
        // A run that could not begin leaves the folder as it was, and one whose folder is gone makes none.
        let is_news = done.is_ok() || (files.has_news() && folder.is_there());
        let written = if is_news { files.write() } else { Ok(Vec::new()) };
        let ended = terminal.finish();
        // What is done is told in any case.
        done.as_ref().unwrap_or(&ended).iter().for_each(print_values);
        done?;
        written?.iter().for_each(|path| say!("{}", path.display()));
        Ok(())
    })
}

/// Prints the values of a run at the ends of its rounds.
fn print_values(history: &History) {
    let row: Vec<String> = history.final_values().iter().map(|a| format!("{a:.2}")).collect();
    let (task, variant, seed) = (history.task(), history.variant(), history.seed());
    let measure = task.measure().to_lowercase();
    say!("{variant:<8} seed {seed:<4} {measure} {} by round: {}", task.unit(), row.join(" "));
    if let Some(round) = history.rounds.iter().find(|r| r.diverged) {
        say!("{variant:<8} seed {seed:<4} diverged in round {}", round.round);
    }
}

/// Runs `work` on the experiment; while the device runs out of memory, repeats with minibatches half as large.
fn with_room<T>(
    experiment: &mut Experiment,
    of: Trained,
    mut work: impl FnMut(&Experiment) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    loop {
        match std::panic::catch_unwind(AssertUnwindSafe(|| work(experiment))) {
            Ok(done) => return done,
            Err(panic) if is_out_of_memory(&*panic) => {}
            Err(panic) => std::panic::resume_unwind(panic),
        }
        let before = experiment.batch_of(of);
        let Some(smaller) = experiment.with_half_batches(of) else {
            anyhow::bail!("the device has no memory even for minibatches of {before}; use --device cpu");
        };
        *experiment = smaller;
        complain!("The device has no memory for minibatches of {before}; restarting with {}.", experiment.batch_of(of));
    }
}

/// Is shown each step of a preparation, and may end it.
pub type Watch<'a> = dyn Fn(&Prepared) -> anyhow::Result<()> + Sync + 'a;

/// Prepares the world, with progress on the terminal, on all cores: no run has begun.
pub fn prepare(preparation: &mut Preparation, watch: &Watch<'_>) -> anyhow::Result<Arc<World>> {
    // Inside of the pool, from where its threads are reached without waiting.
    rayon::scope(|_| prepare_here(preparation, watch))
}

fn prepare_here(preparation: &mut Preparation, watch: &Watch<'_>) -> anyhow::Result<Arc<World>> {
    let mut bar = PreparationBar::new();
    loop {
        let prepared = preparation.advance()?;
        prepared.iter().try_for_each(watch)?;
        match prepared {
            Some(Prepared::Ready { world, from }) => {
                bar.finish(&world, &from);
                return Ok(world);
            }
            Some(Prepared::DataReady(dataset)) => bar.data(&dataset),
            Some(Prepared::Resumed(resumed)) => bar.resumed(preparation.activity(), &resumed),
            Some(Prepared::Trained { epoch, losses }) => bar.trained(preparation.activity(), epoch, &losses),
            Some(Prepared::Warned(text)) => bar.warn(&text),
            Some(Prepared::Checked) => bar.checking(preparation.activity()),
            Some(Prepared::MasksJudged(report)) => bar.judged(&report),
            Some(Prepared::Taught) => bar.teaching(preparation.activity()),
            Some(Prepared::Labelled) => bar.labelling(preparation.activity()),
            Some(Prepared::Encoded) => bar.encoding(preparation.activity()),
            None => anyhow::bail!("the preparation ended without a world"),
        }
    }
}
