//! Preparation of a world: data, labels, generator and embedding, one small unit of work at a time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::codes::encode_chunk;
use super::own_masks::MaskChecking;
use super::room;
use super::shared::World;
use super::told::{GeneratorFrom, PreparationActivity, Prepared, WorldError};
use super::training::Training;
use crate::dataset::own;
use crate::dataset::own::opening::Opening;
use crate::dataset::own::sheet::Sheet;
use crate::dataset::{self, Dataset};
use crate::device::{self, ComputeDevice};
use crate::experiment::{DatasetKind, Experiment, ExperimentError, Strategy, Task};
use crate::generator::cache::{GeneratorCache, generator_digest};
use crate::generator::file::{self, GeneratorOf};
use crate::generator::own_codes::OwnCodes;
use crate::generator::plaque::PlaqueParameters;
use crate::generator::weights::NamedTensor;
use crate::generator::{self, Generator, prior_samples};
use crate::identity::Ground;
use crate::labelling::simulation::{MapCache, Simulation};
use crate::latent::LatentSpace;
use crate::paths;
use crate::target::nets;
use crate::target::stand_in::{StandIn, StandInTraining};

/// Prepares a world: data, then generator, then embedding, one small unit of work at a time.
pub struct Preparation {
    experiment: Experiment,
    data_dir: Option<PathBuf>,
    cache: Option<GeneratorCache>,
    /// A generator's file to take instead of training one or looking into the cache.
    given: Option<PathBuf>,
    /// Where the generator of saved runs may lie beside them; taken if none is given.
    beside: Option<PathBuf>,
    /// A data set to take instead of loading that of the experiment.
    dataset: Option<Dataset>,
    /// What is wrong with the cache; told before the next unit of work.
    warnings: VecDeque<String>,
    device: ComputeDevice,
    /// The labelling tool, once the data are loaded and if labels are maps.
    simulation: Option<Simulation>,
    /// The strategies of the runs.
    strategies: Vec<Strategy>,
    /// Whether new runs begin in the world.
    begins: bool,
    /// Whether a stand-in for a labelling tool is needed.
    wants_stand_in: bool,
    stand_in: Option<StandIn>,
    /// Why the experiment cannot run on its data; an error once the data were reported.
    unfit: Option<ExperimentError>,
    stage: Stage,
}

enum Stage {
    Load,
    /// Checks the user's own masks, one after the other.
    Check(Box<MaskChecking>),
    /// Reads the user's own images, some at a time.
    Read(Box<Opening>),
    /// Splits the accepted masks into a data set.
    Divide(Box<MaskChecking>),
    /// Solves the stress maps of the data set, one image after the other.
    Label(Arc<Dataset>),
    /// Trains the stand-in for a labelling tool.
    Teach(Arc<Dataset>, Box<StandInTraining>),
    Find(Arc<Dataset>),
    Train {
        dataset: Arc<Dataset>,
        digest: String,
        training: Training,
    },
    Encode {
        dataset: Arc<Dataset>,
        digest: String,
        generator: Arc<dyn Generator>,
        from: GeneratorFrom,
        codes: Vec<f32>,
    },
    Done,
}

impl Preparation {
    /// Nothing is computed before the first `advance`. Without a cache the generator is always trained.
    pub fn new(
        experiment: &Experiment,
        data_dir: Option<PathBuf>,
        cache: Option<GeneratorCache>,
        device: &ComputeDevice,
    ) -> Self {
        Self {
            experiment: experiment.clone(),
            data_dir,
            cache,
            given: None,
            beside: None,
            dataset: None,
            warnings: VecDeque::new(),
            device: device.clone(),
            simulation: None,
            strategies: Vec::new(),
            begins: true,
            wants_stand_in: false,
            stand_in: None,
            unfit: None,
            stage: Stage::Load,
        }
        .for_strategies(&[experiment.strategy])
    }

    /// Prepares what these strategies need, instead of the experiment's own.
    pub fn for_strategies(mut self, strategies: &[Strategy]) -> Self {
        self.wants_stand_in =
            self.experiment.dataset.has_stand_in() && strategies.iter().any(|s| s.generates_samples());
        self.strategies = strategies.to_vec();
        self
    }

    /// For a generator alone, or for saved runs: the settings of rounds are not checked against the data.
    pub fn without_new_runs(self) -> Self {
        Self { begins: false, ..self }
    }

    /// Takes the generator from this file, if one is given.
    pub fn with_generator(mut self, file: Option<PathBuf>) -> Self {
        self.given = file;
        self
    }

    /// Takes the generator that lies beside saved runs, if there is one at this path and no other is given.
    pub fn beside(mut self, file: Option<PathBuf>) -> Self {
        self.beside = file;
        self
    }

    /// Takes these images, padded as the models need, instead of loading those of the experiment.
    pub fn with_dataset(self, dataset: Dataset) -> Self {
        Self { dataset: Some(dataset.padded(side_multiple(&self.experiment))), ..self }
    }

    /// Whether the generator is convolutional.
    pub fn is_convolutional(&self) -> bool {
        self.experiment.generator.is_convolutional()
    }

    /// What the next unit of work is, and how far that part of the preparation is.
    pub fn activity(&self) -> PreparationActivity {
        match &self.stage {
            Stage::Check(checking) | Stage::Divide(checking) => {
                let (done, total) = checking.progress();
                PreparationActivity::CheckingMasks { done, total }
            }
            Stage::Read(opening) => {
                let (done, total) = opening.progress();
                PreparationActivity::ReadingImages { done, total }
            }
            Stage::Load | Stage::Find(_) => PreparationActivity::LoadingData,
            Stage::Label(dataset) => PreparationActivity::Labelling {
                done: self.simulation.as_ref().map_or(0, Simulation::solved),
                total: dataset.train.len() + dataset.validation.len() + dataset.test.len(),
            },
            Stage::Teach(_, training) => {
                let (done, total) = training.progress();
                PreparationActivity::TeachingStandIn { done, total }
            }
            Stage::Train { training, .. } => {
                let (done, total) = training.progress();
                PreparationActivity::TrainingGenerator { done, total, left: training.left() }
            }
            Stage::Encode { dataset, codes, .. } => PreparationActivity::Encoding {
                done: codes.len() / self.experiment.latent_dim,
                total: dataset.train.len(),
            },
            Stage::Done => PreparationActivity::Done,
        }
    }

    /// The embedding as it forms, while the generator trains: `[train.len(), latent_dim]`.
    pub fn forming_codes(&self) -> Option<&[f32]> {
        match &self.stage {
            Stage::Train { training, .. } => Some(training.codes()).filter(|codes| !codes.is_empty()),
            _ => None,
        }
    }

    /// G(z) for `count` fixed codes z of N(0, I), while the generator trains, as pixels 0..=255.
    pub fn forming_samples(&self, count: usize) -> Option<Vec<u8>> {
        match &self.stage {
            Stage::Train { training, .. } => {
                Some(prior_samples(&*training.generator(), self.experiment.generator_seed, count))
            }
            _ => None,
        }
    }

    /// Saves the generator in training, if there is one and its last checkpoint is not younger than `least`: the passes
    /// over the data that are kept, or why they are not.
    pub fn keep_training(&mut self, least: Duration) -> Option<Result<f32, String>> {
        match &mut self.stage {
            Stage::Train { training, .. } => training.keep(least),
            _ => None,
        }
    }

    /// Does one unit of work; `None` when the world was returned already.
    pub fn advance(&mut self) -> Result<Option<Prepared>, WorldError> {
        if let Some(warning) = self.warnings.pop_front() {
            return Ok(Some(Prepared::Warned(warning)));
        }
        if let Some(unfit) = self.unfit.take() {
            self.stage = Stage::Done;
            return Err(unfit.into());
        }
        if matches!(self.stage, Stage::Load)
            && let Some(free) = device::free_memory()
        {
            let strategies = if self.begins { &self.strategies[..] } else { &[] };
            room::check(&self.experiment, strategies, self.device.kind, free)?;
        }
        if let Some(given) = self.dataset.take() {
            return Ok(Some(self.loaded(given)));
        }
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Load if self.experiment.dataset == DatasetKind::Masks => {
                let folder = self.cache.as_ref().map(GeneratorCache::folder);
                self.stage = Stage::Check(Box::new(MaskChecking::new(&self.experiment, folder)?));
                Ok(Some(Prepared::Checked))
            }
            Stage::Check(mut checking) => {
                let more = checking.advance();
                self.warnings.extend(checking.spoilt().map(|spoilt| format!("{spoilt}; the masks are checked again")));
                if more {
                    self.stage = Stage::Check(checking);
                    return Ok(Some(Prepared::Checked));
                }
                let report = Arc::new(checking.report());
                self.stage = Stage::Divide(checking);
                Ok(Some(Prepared::MasksJudged(report)))
            }
            Stage::Divide(checking) => self.divide(*checking),
            Stage::Load if self.experiment.dataset == DatasetKind::Own => {
                let found = own::formats::find(Path::new(&self.experiment.data))?;
                let folder = self.cache.as_ref().map(GeneratorCache::folder);
                let mut opening = Opening::begin(found, own::wanted(&self.experiment), folder)?;
                self.warnings.extend(opening.warning());
                self.stage = Stage::Read(Box::new(opening));
                Ok(Some(Prepared::Checked))
            }
            Stage::Read(mut opening) => {
                if opening.advance() {
                    self.stage = Stage::Read(opening);
                    return Ok(Some(Prepared::Checked));
                }
                let (listing, reading, warning) = opening.finish();
                self.warnings.extend(warning);
                let sheet =
                    Sheet::new(&listing, &reading, own::wanted(&self.experiment), vec![], self.experiment.data_seed);
                self.warnings.extend(sheet.warnings.into_iter().map(|what| format!("own images: {what}")));
                let whole = own::dataset(&self.experiment, &listing, reading)?;
                let dataset = dataset::brought(whole, &self.experiment, side_multiple(&self.experiment))?;
                Ok(Some(self.loaded(dataset)))
            }
            Stage::Load => {
                let multiple = side_multiple(&self.experiment);
                let dataset = dataset::load(&self.experiment, multiple, self.data_dir.as_deref())?;
                Ok(Some(self.loaded(dataset)))
            }
            Stage::Label(dataset) => self.label(dataset),
            Stage::Teach(dataset, mut training) => {
                let Some((stand_in, kept)) = training.advance(&dataset) else {
                    self.stage = Stage::Teach(dataset, training);
                    return Ok(Some(Prepared::Taught));
                };
                self.stand_in = Some(stand_in);
                self.stage = Stage::Find(dataset);
                self.not_cached("stand-in labeller", kept);
                Ok(Some(Prepared::Taught))
            }
            Stage::Find(dataset) => self.find_generator(dataset),
            Stage::Train { dataset, digest, training } => self.train(dataset, digest, training),
            Stage::Encode { dataset, digest, generator, from, codes } => {
                self.encode(dataset, digest, generator, from, codes)
            }
            Stage::Done => Ok(None),
        }
    }

    /// Goes on with the data set: to its labels, or to the generator.
    fn loaded(&mut self, dataset: Dataset) -> Prepared {
        let dataset = Arc::new(dataset);
        self.check(&dataset);
        self.stage = match self.experiment.dataset.task() {
            Task::Classes if self.wants_stand_in => {
                let folder = self.cache.as_ref().map(GeneratorCache::folder);
                let mut training = StandInTraining::new(&self.experiment, &dataset, folder, &self.device);
                let again = |spoilt| format!("{spoilt}; the stand-in labeller is trained again");
                self.warnings.extend(training.spoilt().map(again));
                Stage::Teach(Arc::clone(&dataset), Box::new(training))
            }
            Task::Classes => Stage::Find(Arc::clone(&dataset)),
            Task::Maps => self.find_labels(Arc::clone(&dataset)),
        };
        Prepared::DataReady(dataset)
    }

    /// Checks the experiment against its data, before anything is trained.
    fn check(&mut self, dataset: &Dataset) {
        if self.begins {
            match self.experiment.on_data(&dataset.facts(), &self.strategies) {
                Ok(told) => self.warnings.extend(told),
                Err(unfit) => self.unfit = Some(unfit),
            }
        }
    }

    /// Warns if a result was not cached.
    fn not_cached<E: std::fmt::Display>(&mut self, what: &str, kept: Result<(), E>) {
        self.warnings.extend(kept.err().map(|e| format!("The {what} could not be cached: {e}")));
    }

    /// The data set of the masks that were accepted; their maps are known from checking them.
    fn divide(&mut self, checking: MaskChecking) -> Result<Option<Prepared>, WorldError> {
        self.not_cached("check of the masks", checking.keep());
        let (dataset, simulation) = checking.finish()?;
        let dataset = Arc::new(dataset);
        self.check(&dataset);
        self.simulation = Some(simulation);
        self.stage = Stage::Find(Arc::clone(&dataset));
        Ok(Some(Prepared::DataReady(dataset)))
    }

    /// The cache of stress maps, in the folder of the generators.
    fn map_cache(&self) -> Option<MapCache> {
        self.cache.as_ref().map(|cache| MapCache::new(cache.folder()))
    }

    fn find_labels(&mut self, dataset: Arc<Dataset>) -> Stage {
        let mut simulation = Simulation::new(&self.experiment, dataset.shape());
        let found = self.map_cache().map_or(Ok(false), |cache| cache.load(&mut simulation, &dataset));
        let found = found.unwrap_or_else(|spoilt| {
            self.warnings.push_back(format!("{spoilt}; the masks are solved again"));
            false
        });
        self.simulation = Some(simulation);
        if found { Stage::Find(dataset) } else { Stage::Label(dataset) }
    }

    fn label(&mut self, dataset: Arc<Dataset>) -> Result<Option<Prepared>, WorldError> {
        let cache = self.map_cache();
        let Some(simulation) = &mut self.simulation else { return Ok(None) };
        simulation.solve_next(&dataset)?;
        if simulation.solved() < dataset.train.len() + dataset.validation.len() + dataset.test.len() {
            self.stage = Stage::Label(dataset);
            return Ok(Some(Prepared::Labelled));
        }
        let kept = cache.map_or(Ok(()), |cache| cache.store(simulation, &dataset));
        self.not_cached("labels", kept);
        self.stage = Stage::Find(dataset);
        Ok(Some(Prepared::Labelled))
    }

    fn find_generator(&mut self, dataset: Arc<Dataset>) -> Result<Option<Prepared>, WorldError> {
        let digest = generator_digest(&self.experiment, dataset.digest());
        let (of, shape) = (GeneratorOf { experiment: &self.experiment, data: dataset.digest() }, dataset.shape());
        let found = match &self.given {
            Some(path) => {
                let generator = file::read(path, of, shape, &self.device).map_err(WorldError::GeneratorFile)?;
                Some((generator, GeneratorFrom::File(path.clone())))
            }
            None => {
                let beside = self.beside.as_ref().filter(|path| path.is_file());
                let beside = beside.and_then(|path| match file::read(path, of, shape, &self.device) {
                    Ok(generator) => Some((generator, GeneratorFrom::File(path.clone()))),
                    Err(e) => {
                        self.warnings.push_back(format!("{e}; that generator is not used"));
                        None
                    }
                });
                let cache = self.cache.as_ref().filter(|_| beside.is_none());
                let cached = cache.map_or(Ok(None), |cache| cache.load(of, shape, &self.device));
                let cached = cached.unwrap_or_else(|e| {
                    self.warnings.push_back(format!("{e}; the generator is trained again"));
                    None
                });
                beside.or(cached.map(|generator| (generator, GeneratorFrom::Cache)))
            }
        };
        if let Some((generator, from)) = found {
            self.stage = Stage::Encode { dataset, digest, generator, from, codes: Vec::new() };
            return Ok(Some(Prepared::Encoded));
        }
        let Some(training) = generator::training(&self.experiment, &dataset.train, &self.device) else {
            let (generator, from, codes): (Arc<dyn Generator>, _, _) = if self.experiment.generator.has_networks() {
                (Arc::new(PlaqueParameters::of(&self.experiment, &self.device)?), GeneratorFrom::Data, Vec::new())
            } else {
                let own = OwnCodes::read(&self.experiment, &dataset.train, &self.device)?;
                let (codes, path) = (own.codes(&dataset.train), paths::expanded(&self.experiment.codes));
                (Arc::new(own), GeneratorFrom::File(path), codes)
            };
            self.stage = Stage::Encode { dataset, digest, generator, from, codes };
            return Ok(Some(Prepared::Encoded));
        };
        let (cache, warnings) = (self.cache.as_ref(), &mut self.warnings);
        let (training, resumed) = Training::begin(training, &self.experiment, &dataset, cache, &self.device, warnings);
        self.stage = Stage::Train { dataset, digest, training };
        Ok(Some(resumed.map_or(Prepared::Encoded, Prepared::Resumed)))
    }

    fn train(
        &mut self,
        dataset: Arc<Dataset>,
        digest: String,
        mut training: Training,
    ) -> Result<Option<Prepared>, WorldError> {
        let (epoch, losses) = training.advance(&dataset)?;
        if !training.is_done() {
            self.warnings.extend(training.write_if_due());
            self.stage = Stage::Train { dataset, digest, training };
            return Ok(Some(Prepared::Trained { epoch, losses }));
        }
        let generator = training.generator();
        let of = GeneratorOf { experiment: &self.experiment, data: dataset.digest() };
        let kept = self.cache.as_ref().map_or(Ok(()), |cache| cache.store(of, &*generator));
        if kept.is_ok() {
            training.forget();
        }
        self.not_cached("generator", kept);
        self.stage = Stage::Encode { dataset, digest, generator, from: GeneratorFrom::Training, codes: Vec::new() };
        Ok(Some(Prepared::Trained { epoch, losses }))
    }

    fn encode(
        &mut self,
        dataset: Arc<Dataset>,
        digest: String,
        generator: Arc<dyn Generator>,
        from: GeneratorFrom,
        mut codes: Vec<f32>,
    ) -> Result<Option<Prepared>, WorldError> {
        let dim = self.experiment.latent_dim;
        codes.extend(encode_chunk(&*generator, &dataset, codes.len() / dim));
        if codes.len() / dim < dataset.train.len() {
            self.stage = Stage::Encode { dataset, digest, generator, from, codes };
            return Ok(Some(Prepared::Encoded));
        }
        let latent = LatentSpace::new(codes, dim)?;
        if latent.scale() == 0.0 && latent.len() > 1 {
            let file = if let GeneratorFrom::File(path) = from { Some(path) } else { None };
            return Err(WorldError::OneCode { file });
        }
        let ground = Ground {
            data: dataset.digest().to_owned(),
            generator: digest,
            weights: Some(NamedTensor::hash(&generator.tensors())),
            codes: Some(Ground::hash_codes(latent.codes())),
            scale: latent.scale(),
        };
        let generator_file = match &from {
            GeneratorFrom::File(path) if self.experiment.generator.has_networks() => Some(path.clone()),
            _ => None,
        };
        let world = World {
            dataset,
            generator,
            generator_file,
            ground,
            latent: Arc::new(latent),
            device: self.device.clone(),
            simulation: self.simulation.take(),
            stand_in: self.stand_in.take(),
            people: None,
        };
        Ok(Some(Prepared::Ready { world: Arc::new(world), from }))
    }
}

/// The number of which image sides must be a multiple, for both the generator and the target network.
pub fn side_multiple(experiment: &Experiment) -> usize {
    let generator = generator::side_multiple(experiment.generator);
    let target = nets::info(experiment.network()).side_multiple;
    (1..=target).map(|n| n * generator).find(|m| m.is_multiple_of(target)).unwrap_or(target)
}
