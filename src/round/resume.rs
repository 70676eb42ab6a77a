//! Resuming a run at the end of a round, bit-equal to one that was never interrupted.
//!
//! Everything but the weights is in the history, because every random stream is named by its round.

use std::collections::HashMap;
use std::sync::Arc;

use super::event::RunEvent;
use super::label_queue::LabelledCandidate;
use super::run::{Run, Stage, fresh_target};
use super::training_set::TrainingSet;
use crate::archive::{Checkpoint, CheckpointOf, Foreign};
use crate::dataset::Class;
use crate::experiment::Task;
use crate::history::{History, Proposal, RoundRecord};
use crate::identity::GroundDifference;
use crate::labelling::Refusal;
use crate::labelling::simulation::{MadeSample, ScaledMap};
use crate::rng::Streams;
use crate::sampler::{Candidate, Place};
use crate::target::{FrozenTarget, Target, WeightsError};
use crate::trajectory::{Walks, choose_anchors};
use crate::world::World;

/// Stress maps of generated samples by their numbers.
pub type MadeMaps = HashMap<u32, ScaledMap>;

/// Why a run cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    #[error("the history and this world differ in the {0}; use the same data and generator, or start a new run")]
    OtherGround(GroundDifference),
    #[error(
        "round {round} of its history has sample {sample}, which is none of {of}; put the history back from a copy, or move it elsewhere and start a new run"
    )]
    Sample { round: usize, sample: u32, of: usize },
    #[error("the checkpoint has {checkpoint} rounds and the history only {history}; start a new run")]
    Rounds { checkpoint: usize, history: usize },
    #[error("the checkpoint is {0}; {advice}", advice = .0.advice())]
    Foreign(Foreign),
    #[error("the history has generated samples, and this experiment has no tool to label them; start a new run")]
    NoTool,
    #[error("a sample that was labelled before is rejected now ({0}); start a new run")]
    Label(Refusal),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Run {
    /// Weights and optimiser state at the end of the last complete round. Only between rounds.
    pub fn checkpoint(&self) -> Result<Checkpoint, WeightsError> {
        let (weights, optimiser) =
            self.target.as_ref().ok_or_else(|| WeightsError::new("the run is at rest"))?.to_bytes()?;
        let rounds = self.history.rounds.len();
        Ok(Checkpoint { rounds, weights, optimiser, of: Some(CheckpointOf::new(&self.history, rounds)) })
    }

    /// Whether the target is there; not in a history that is replayed without weights, or in a run at rest.
    pub fn has_weights(&self) -> bool {
        self.target.is_some()
    }

    /// The target as it is now, with fixed parameters, if it is there.
    pub fn frozen_target(&self) -> Option<FrozenTarget> {
        self.target.as_ref().map(Target::frozen)
    }

    /// Gives up the target and the training set of a run that is over: its checkpoints have the weights.
    pub fn rest(&mut self) {
        if self.is_done() {
            self.target = None;
            self.training = TrainingSet::default();
        }
    }

    /// A copy of the target with the weights of one of this run's checkpoints.
    pub fn target_of(&self, checkpoint: &Checkpoint) -> Result<FrozenTarget, WeightsError> {
        self.with_weights_of(checkpoint).map(|target| target.frozen())
    }

    fn with_weights_of(&self, checkpoint: &Checkpoint) -> Result<Target, WeightsError> {
        let mut target = fresh_target(&self.world, &self.experiment, &self.streams);
        target.load_weights(checkpoint.weights.clone())?;
        Ok(target)
    }

    /// Takes over the weights of a checkpoint.
    pub fn load_weights(&mut self, checkpoint: &Checkpoint) -> Result<(), WeightsError> {
        self.target = Some(self.with_weights_of(checkpoint)?);
        Ok(())
    }

    /// The run of `history` as it was at `checkpoint`; later rounds of the history are dropped. All maps of generated
    /// samples are solved again here; `Resuming` solves one at a time.
    pub fn resume(world: &Arc<World>, history: History, checkpoint: Checkpoint) -> Result<Self, ResumeError> {
        let mut resuming = Resuming::new(world, history, checkpoint, MadeMaps::default())?;
        while resuming.advance()? {}
        resuming.finish()
    }

    /// The run of `history` for display: without weights it can neither predict nor continue.
    pub fn replay(world: &Arc<World>, history: History) -> Result<Self, ResumeError> {
        fits(world, &history)?;
        Ok(Self { stage: Stage::Done, target: None, ..Self::rebuilt(world, history, None, &as_recorded)? })
    }

    /// The known maps of generated samples.
    pub fn made_maps(&self) -> MadeMaps {
        let first = self.world.dataset.train.len() as u32;
        let made = self.labelled.maps().filter(|(sample, map)| *sample >= first && !map.is_empty());
        made.map(|(sample, map)| (sample, Arc::clone(map))).collect()
    }

    /// The run that a history describes, with fresh weights, without the proposals that have no class by now. A run with
    /// generated samples can train again only with `maps`.
    pub(super) fn rebuilt(
        world: &Arc<World>,
        history: History,
        maps: Option<&MadeMaps>,
        class_of: &dyn Fn(&Proposal) -> Option<Class>,
    ) -> Result<Self, ResumeError> {
        let header = &history.header;
        let mut run = Self::new(world, &header.experiment.clone(), header.repeat);
        for record in &history.rounds {
            run.previous.clear();
            for p in &record.proposals {
                match (class_of(p), &p.made) {
                    (Some(class), _) => {
                        let candidate = run.bought_before(p, class, maps)?;
                        run.buy(candidate, record.round);
                    }
                    (None, Some(made)) => run.labelled.release_made(made.code.clone()),
                    (None, None) => {}
                }
            }
            if record.round == 1 {
                // Walks start in round 1, before any fork.
                run.streams = Streams::new(header.first_experiment().seed);
                run.start_walks();
                run.streams = Streams::new(header.experiment.seed);
            }
            for step in &record.walk_steps {
                run.walks.arrive(step.walk, step.sample, &step.step, &run.world.latent);
            }
            run.minibatches = record.minibatches;
            run.record = RoundRecord::clone(record);
        }
        run.history = history;
        Ok(run)
    }

    /// A labelled sample of the history; its map is taken from `maps`.
    fn bought_before(
        &self,
        proposal: &Proposal,
        label: Class,
        maps: Option<&MadeMaps>,
    ) -> Result<LabelledCandidate, ResumeError> {
        let Proposal { sample, score, step, made, .. } = proposal.clone();
        let Some(made) = made else {
            return Ok((Candidate { place: Place::Sample(sample), score, step }, None));
        };
        // A class is in the history, and a run for display needs no map.
        let map = match (self.experiment.dataset.task(), maps) {
            (Task::Classes, _) => None,
            (Task::Maps, None) => Some(Arc::default()),
            (Task::Maps, Some(maps)) => Some(Arc::clone(maps.get(&sample).ok_or(ResumeError::NoTool)?)),
        };
        let labelled = MadeSample { image: made.image(), label, map, seconds: 0.0 };
        Ok((Candidate { place: Place::Point(made.code), score, step }, Some(labelled)))
    }

    /// Starts the walks of Figure 4 at samples of the initial set.
    pub(super) fn start_walks(&mut self) -> Vec<RunEvent> {
        let (kind, count) = (self.experiment.walk_anchors, self.experiment.walks);
        let pool = self.walk_pool();
        let starts = choose_anchors(kind, count, &pool, &self.world.latent, &mut self.streams.get("walks", 0));
        self.walks = Walks::new(0, starts);
        self.walks.at().iter().enumerate().map(|(walk, &sample)| RunEvent::WalkStarted { walk, sample }).collect()
    }

    /// The labelled samples as train samples with labels, for walks: a generated sample is replaced by its nearest
    /// neighbour.
    pub fn walk_pool(&self) -> Vec<(u32, Class)> {
        let (latent, index) = (&self.world.latent, self.world.latent.index());
        let beside = |&(sample, label): &(u32, Class)| match (sample as usize) < latent.len() {
            true => Some((sample, label)),
            false => index.nearest(self.labelled.code(sample, latent), |_| false).map(|n| (n.sample, label)),
        };
        self.labelled.bought().iter().filter_map(beside).collect()
    }
}

/// The class that a proposal had when it was labelled.
pub(super) fn as_recorded(proposal: &Proposal) -> Option<Class> {
    Some(proposal.label)
}

/// Checks that the history has this world's data and latent space, and no sample beyond them.
pub(super) fn fits(world: &World, history: &History) -> Result<(), ResumeError> {
    history.header.ground().compare(&world.ground).map_err(ResumeError::OtherGround)?;
    has_its_samples(world, history)
}

/// An error if a round names a sample that is not there.
pub(super) fn has_its_samples(world: &World, history: &History) -> Result<(), ResumeError> {
    let (train, is_by_hand) = (world.dataset.train.len(), history.header.experiment.is_endless());
    let generated = history.rounds.iter().flat_map(|r| &r.proposals).filter(|p| p.made.is_some()).count();
    for record in &history.rounds {
        let of_train = record.proposals.iter().filter_map(Proposal::train_sample);
        let of_train = of_train.chain(record.walk_steps.iter().flat_map(|step| [step.sample, step.step.parent]));
        // A step may start from a generated sample, which is numbered behind those of the train split; where people label it
        // may have been given up since.
        let steps = record.proposals.iter().filter_map(|p| p.step.as_ref()).filter(|_| !is_by_hand);
        let parents = steps.map(|step| step.parent);
        let mut named = of_train.map(|s| (s, train)).chain(parents.map(|s| (s, train + generated)));
        if let Some((sample, of)) = named.find(|(sample, of)| *sample as usize >= *of) {
            return Err(ResumeError::Sample { round: record.round, sample, of });
        }
    }
    Ok(())
}

/// A run that is being resumed from its history: the maps of generated samples are not stored, so the tool solves their
/// masks again, one per unit of work.
pub struct Resuming {
    world: Arc<World>,
    history: History,
    checkpoint: Checkpoint,
    maps: MadeMaps,
    /// Generated samples without a map yet, by round and index, the last first.
    unsolved: Vec<(usize, usize)>,
    total: usize,
}

impl Resuming {
    /// Prepares to resume; `known` are maps of this history that need no solving.
    pub fn new(
        world: &Arc<World>,
        mut history: History,
        checkpoint: Checkpoint,
        known: MadeMaps,
    ) -> Result<Self, ResumeError> {
        fits(world, &history)?;
        if history.rounds.len() < checkpoint.rounds {
            return Err(ResumeError::Rounds { checkpoint: checkpoint.rounds, history: history.rounds.len() });
        }
        if let Some(foreign) = checkpoint.foreign(&history) {
            return Err(ResumeError::Foreign(foreign));
        }
        history.rounds.truncate(checkpoint.rounds);
        history.header.origins.retain(|o| o.from_round <= checkpoint.rounds);
        let mut unsolved = Vec::new();
        if history.task() == Task::Maps {
            for (round, record) in history.rounds.iter().enumerate() {
                let made = record.proposals.iter().enumerate().filter(|(_, p)| p.made.is_some());
                unsolved.extend(made.filter(|(_, p)| !known.contains_key(&p.sample)).map(|(place, _)| (round, place)));
            }
        }
        unsolved.reverse();
        Ok(Self { world: Arc::clone(world), history, checkpoint, maps: known, total: unsolved.len(), unsolved })
    }

    /// The rounds up to the checkpoint, without those after it.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Masks solved so far, and the total.
    pub fn progress(&self) -> (usize, usize) {
        (self.total - self.unsolved.len(), self.total)
    }

    /// Solves one mask; false when none is left.
    pub fn advance(&mut self) -> Result<bool, ResumeError> {
        let Some((round, place)) = self.unsolved.pop() else { return Ok(false) };
        let tool = self.world.simulation.as_ref().ok_or(ResumeError::NoTool)?;
        let proposal = &self.history.rounds[round].proposals[place];
        if let Some(made) = &proposal.made {
            let labelled = tool.label_image(&made.image()).map_err(ResumeError::Label)?;
            self.maps.extend(labelled.map.map(|map| (proposal.sample, map)));
        }
        Ok(true)
    }

    /// The resumed run, once `advance` has returned false.
    pub fn finish(self) -> Result<Run, ResumeError> {
        let Self { world, history, checkpoint, maps, .. } = self;
        let mut run = Run::rebuilt(&world, history, Some(&maps), &as_recorded)?;
        if let Some(target) = &mut run.target {
            target.load(checkpoint.weights, checkpoint.optimiser)?;
        }
        if !run.history.rounds.is_empty() {
            run.stage = if run.ends_here() { Stage::Done } else { Stage::Propose };
            run.record.round += usize::from(!run.is_done());
        }
        Ok(run)
    }
}
