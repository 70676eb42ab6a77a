//! What an export is made from: the runs, read one at a time, their embedding, and their data and generator if these
//! are there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::cells::Cell;
use super::error::ExportError;
use crate::archive::{self, Checkpoint, EMBEDDING_MAGIC};
use crate::combine;
use crate::dataset::{Class, Dataset};
use crate::device::ComputeDevice;
use crate::experiment::Variant;
use crate::generator::cache::GeneratorCache;
use crate::grid::GridFolder;
use crate::history::{Header, History};
use crate::identity::Ground;
use crate::latent::LatentSpace;
use crate::statistics::group_names;
use crate::trajectory::{BaseRate, Embedding};
use crate::world::{Preparation, PreparationActivity, Prepared, World};

/// Why weights are missing that were never saved.
pub const NO_WEIGHTS: &str = "the weights of these rounds are not saved (`ridgewalk run` saves every round of the first \
                          repeat, and the last round of each run)";

/// Where data and generator are looked for, to compute again what histories do not hold.
#[derive(Debug, Clone)]
pub struct Again {
    /// Searched for published data before the usual places.
    pub data_dir: Option<PathBuf>,
    /// The user's own masks, if they are no longer where the run found them.
    pub masks: Option<PathBuf>,
    /// The place of the runs' own images, if it is another than they record.
    pub data: Option<PathBuf>,
    /// A generator's file, instead of one in the cache.
    pub generator: Option<PathBuf>,
    /// The folder of the generator cache; `None` looks for no generator there.
    pub cache_dir: Option<PathBuf>,
    /// Where predictions are computed again.
    pub device: ComputeDevice,
}

/// One run of an export.
pub struct ExportedRun {
    pub path: PathBuf,
    /// The stem of its file: unique in the export.
    pub name: String,
    /// The name of its group, which its repeats share.
    pub group: String,
    /// Its history without steps, generated images and predictions, which are read when they are needed.
    pub light: History,
}

impl ExportedRun {
    /// The whole history, as far as it went when it was first read: its run may go on meanwhile.
    pub fn history(&self) -> Result<History, ExportError> {
        let mut history = archive::read_history(&self.path)?;
        history.rounds.truncate(self.light.rounds.len());
        Ok(history)
    }

    /// How much there is of it: rounds, then files of weights, then files of the folder that it lies in.
    fn worth(&self) -> [usize; 3] {
        let weights = archive::weights_beside(&self.path, &self.light);
        let weights = weights.into_iter().chain([archive::checkpoint_beside(&self.path)]);
        let folder = GridFolder::around(&self.path);
        let of_folder = [folder.embedding(), folder.generator()];
        let there = |path: &PathBuf| path.is_file();
        [self.light.rounds.len(), weights.filter(there).count(), of_folder.iter().filter(|p| there(p)).count()]
    }

    /// The first cells of each row about this run.
    pub fn who(&self) -> [Cell<'_>; 4] {
        let History { header, .. } = &self.light;
        [(&self.name).into(), (&self.group).into(), header.repeat.into(), self.light.seed().into()]
    }

    /// The saved weights at the end of a round; or why there are none, [`NO_WEIGHTS`] or what is damaged.
    pub fn weights_at(&self, round: usize) -> Result<Result<Checkpoint, String>, ExportError> {
        let of_rounds = archive::weights_beside(&self.path, &self.light);
        let mut paths: Vec<PathBuf> = of_rounds.get(round.wrapping_sub(1)).into_iter().cloned().collect();
        // After a kill the checkpoint may be a round behind.
        if round + 1 >= self.light.rounds.len() {
            paths.push(archive::checkpoint_beside(&self.path));
        }
        let mut why = NO_WEIGHTS.to_owned();
        for path in paths.iter().filter(|p| p.is_file()) {
            let checkpoint = match archive::read_checkpoint(path) {
                Ok(checkpoint) => checkpoint,
                Err(damaged) => {
                    why = damaged.to_string();
                    continue;
                }
            };
            // Of a run that goes on meanwhile: of its later rounds nothing is known here.
            if checkpoint.rounds > self.light.rounds.len() {
                continue;
            }
            if let Some(foreign) = checkpoint.foreign(&self.light) {
                return Err(ExportError::OtherCheckpoint { path: path.clone(), foreign });
            }
            if checkpoint.rounds == round {
                return Ok(Ok(checkpoint));
            }
        }
        Ok(Err(why))
    }
}

/// The embedding with its index, and what walks are measured with.
pub struct Embedded {
    pub latent: LatentSpace,
    /// The true label of each train sample.
    pub labels: Vec<Class>,
    base: OnceLock<BaseRate>,
}

impl Embedded {
    /// H50 over the embedding; computed on the first call.
    pub fn base(&self) -> &BaseRate {
        self.base.get_or_init(|| BaseRate::new(&self.latent, &self.labels))
    }
}

/// What an export is made from.
pub struct Material {
    /// Each run once.
    pub runs: Vec<ExportedRun>,
    /// Files of runs that another file has too, and as far.
    pub repeated: Vec<PathBuf>,
    /// The group that the others are compared with.
    pub against: Variant,
    /// The embedding, or why there is none.
    pub embedded: Result<Embedded, String>,
    /// The data, or why they are not there.
    pub dataset: Result<Arc<Dataset>, String>,
    /// Data and generator, or why they are not there.
    pub world: Result<Arc<World>, String>,
}

impl Material {
    /// The runs at `path`, a history or a folder of them, in the order of their names.
    pub fn new(path: &Path, against: &Variant, again: &Again) -> Result<Self, ExportError> {
        let (mut runs, mut repeated): (Vec<ExportedRun>, Vec<PathBuf>) = Default::default();
        for file in archive::history_files(path)? {
            let history = archive::read_history(&file)?;
            if let Some(first) = runs.first()
                && let Some(what) = difference(&first.light, &history)
            {
                return Err(ExportError::Mixed { first: first.path.clone(), second: file, what });
            }
            let mut run =
                ExportedRun { name: name(&file, path, false), path: file, group: String::new(), light: light(history) };
            let Some(twin) = runs.iter_mut().find(|twin| combine::is_same_run(&twin.light, &run.light)) else {
                runs.push(run);
                continue;
            };
            if let Err(source) = combine::agree(&twin.light, &run.light) {
                return Err(ExportError::Twice { first: twin.path.clone(), second: run.path, source });
            }
            if run.worth() > twin.worth() {
                std::mem::swap(twin, &mut run);
            }
            repeated.push(run.path);
        }
        let once = |name: &String| runs.iter().filter(|run| run.name == *name).count() == 1;
        let longer: Vec<bool> = runs.iter().map(|run| !once(&run.name)).collect();
        let histories: Vec<History> = runs.iter().map(|run| run.light.clone()).collect();
        for ((run, group), longer) in runs.iter_mut().zip(group_names(&histories)).zip(longer) {
            run.group = group;
            run.name = name(&run.path, path, longer);
        }
        let saved = saved_embedding(&runs)?;
        let of_the_runs = saved.as_ref().map_or_else(|| runs[0].light.header.ground(), |(_, e)| e.ground());
        let (dataset, world) = find(&runs[0], &of_the_runs, again);
        if let (Some(path), Err(why)) = (&again.generator, &world) {
            return Err(ExportError::Generator { path: path.clone(), why: why.clone() });
        }
        let embedded = match (saved, &world) {
            (Some((path, embedding)), _) => Ok(embedded(&path, embedding)?),
            (None, Ok(world)) => Ok(embedded(path, Embedding::of(world))?),
            (None, Err(why)) => Err(format!("no {} is beside the histories, and {why}", archive::EMBEDDING_FILE)),
        };
        Ok(Self { runs, repeated, against: against.clone(), embedded, dataset, world })
    }

    /// The header of the first run: data and generator are those of all.
    pub fn header(&self) -> &Header {
        &self.runs[0].light.header
    }

    /// Dimensions of latent space.
    pub fn dim(&self) -> usize {
        self.header().experiment.latent_dim
    }

    /// Number of classes, 0 if labels are maps.
    pub fn classes(&self) -> usize {
        if self.header().experiment.dataset.task().has_classes() { self.header().classes.len() } else { 0 }
    }
}

/// The embedding beside one of the runs, with its path.
fn saved_embedding(runs: &[ExportedRun]) -> Result<Option<(PathBuf, Embedding)>, ExportError> {
    for run in runs {
        let path = GridFolder::around(&run.path).embedding();
        if path.is_file() {
            let embedding: Embedding = archive::read(&path, EMBEDDING_MAGIC)?;
            if let Err(what) = run.light.header.ground().compare(&embedding.ground()) {
                let (first, second) = (run.path.clone(), path);
                return Err(ExportError::Mixed { first, second, what: what.to_string() });
            }
            return Ok(Some((path, embedding)));
        }
    }
    Ok(None)
}

type Found<T> = Result<Arc<T>, String>;

/// The data of the runs, and with their generator the world, if nothing must be trained and they are the same ones.
fn find(run: &ExportedRun, of_the_runs: &Ground, again: &Again) -> (Found<Dataset>, Found<World>) {
    let header = &run.light.header;
    let mut experiment = header.experiment.clone();
    if experiment.is_endless() {
        let why =
            "the runs are those of a project, which has its images, their labels and its generator in its own files";
        return (Err(why.into()), Err(why.into()));
    }
    if let Some(folder) = &again.masks {
        experiment.masks = folder.to_string_lossy().into_owned();
    }
    if let Some(place) = &again.data {
        experiment.data = place.to_string_lossy().into_owned();
    }
    let cache = again.cache_dir.as_ref().map(GeneratorCache::new);
    let preparation = Preparation::new(&experiment, again.data_dir.clone(), cache, &again.device);
    // Nothing is labelled, so no strategy needs a tool.
    let mut preparation = preparation
        .for_strategies(&[])
        .without_new_runs()
        .with_generator(again.generator.clone())
        .beside(Some(GridFolder::around(&run.path).generator()));
    let mut found: Found<Dataset> = Err("the data were not found".into());
    // Such as that the generator beside the runs is damaged.
    let mut warned = String::new();
    loop {
        if matches!(preparation.activity(), PreparationActivity::TrainingGenerator { .. }) {
            let why = "the trained generator is not in the cache (--cache-dir, or --generator FILE)";
            return (found, Err(format!("{why}{warned}")));
        }
        let why = match preparation.advance() {
            Ok(Some(Prepared::DataReady(dataset))) if dataset.digest() == header.data_digest => {
                found = Ok(dataset);
                continue;
            }
            Ok(Some(Prepared::DataReady(_))) => "the data found are not those of the runs (--data-dir)".into(),
            Ok(Some(Prepared::Ready { world, .. })) => match world.ground.compare(of_the_runs) {
                Ok(_) => return (found, Ok(world)),
                Err(what) => {
                    format!("the generator found is not that of the runs (--cache-dir, --generator): {what}{warned}")
                }
            },
            Ok(Some(Prepared::Warned(text))) => {
                warned += &format!("; {text}");
                continue;
            }
            Ok(Some(_)) => continue,
            Ok(None) => "the preparation ended without a world".into(),
            Err(e) => e.to_string(),
        };
        return (found.map_err(|_| why.clone()), Err(why));
    }
}

/// What two runs that are exported together must share and do not.
fn difference(a: &History, b: &History) -> Option<String> {
    let values = |d: &combine::Difference| d.values.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
    match a.header.ground().compare(&b.header.ground()) {
        Err(difference) => Some(difference.to_string()),
        Ok(_) => {
            combine::differences(&[a, b]).first().map(|d| format!("`{}`: {}", d.property, values(d).join(" and ")))
        }
    }
}

fn embedded(path: &Path, embedding: Embedding) -> Result<Embedded, ExportError> {
    let latent = LatentSpace::new(embedding.codes, embedding.dim)
        .map_err(|source| ExportError::Embedding { path: path.into(), source })?;
    Ok(Embedded { latent, labels: embedding.labels, base: OnceLock::new() })
}

/// The name of a run: the stem of its file, or, where two have the same, its path below `root`.
fn name(file: &Path, root: &Path, longer: bool) -> String {
    let below = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let names = below.iter().map(|part| part.to_string_lossy()).filter(|part| *part != archive::HISTORIES);
    let stem = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = stem.trim_end_matches(&format!(".{}", archive::HISTORY_EXTENSION)).to_owned();
    if longer { names.collect::<Vec<_>>().join("-") } else { stem }
}

/// A history without what makes it large.
fn light(mut history: History) -> History {
    for record in history.rounds.iter_mut().map(Arc::make_mut) {
        record.walk_steps = Vec::new();
        record.predicted = Vec::new();
        record.refusals = Vec::new();
        for proposal in &mut record.proposals {
            proposal.step = None;
            if let Some(made) = &mut proposal.made {
                (made.runs, made.grey) = (Vec::new(), Vec::new());
            }
        }
    }
    history
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::CheckpointOf;
    use crate::experiment::Experiment;
    use crate::history::RoundRecord;

    #[test]
    fn weights_that_are_damaged_or_of_later_rounds_are_missing_and_those_of_another_run_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("histories/snn-01.rwh");
        let beside = archive::checkpoint_beside(&path);
        let history = |rounds: usize, seed: u64| {
            let mut history = History::new(Header::made_up(Experiment { seed, ..Experiment::default() }));
            history.rounds = (1..=rounds).map(|round| Arc::new(RoundRecord::empty(round))).collect();
            history
        };
        let of = |history: &History, rounds: usize| {
            let of = Some(CheckpointOf::new(history, rounds));
            Checkpoint { rounds, weights: vec![rounds as u8], optimiser: Vec::new(), of }
        };
        let light = history(2, 1);
        let weights = archive::weights_beside(&path, &light);
        for file in [&path, &beside, &weights[0]] {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        // The run has gone on since its history was read.
        archive::write_history(&path, &history(3, 1)).unwrap();
        archive::write_checkpoint(&beside, &of(&history(3, 1), 3)).unwrap();
        archive::write_checkpoint(&weights[0], &of(&light, 1)).unwrap();
        let run = ExportedRun { path, name: "snn-01".into(), group: String::new(), light };
        assert_eq!(run.history().unwrap().rounds.len(), 2);
        assert_eq!(run.weights_at(1).unwrap().unwrap().weights, [1]);
        assert_eq!(run.weights_at(2).unwrap(), Err(NO_WEIGHTS.to_owned()));

        let whole = std::fs::read(&weights[0]).unwrap();
        archive::write_atomically(&weights[0], &whole[..whole.len() / 2]).unwrap();
        let why = run.weights_at(1).unwrap().unwrap_err();
        assert!(why.contains("01.rwc: ") && why.contains("damaged or cut off"), "{why}");

        archive::write_checkpoint(&beside, &of(&history(2, 7), 2)).unwrap();
        assert!(matches!(run.weights_at(2), Err(ExportError::OtherCheckpoint { .. })));
    }
}
