//! What all runs of a comparison share: data, generator, embedding, and what labels generated samples.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::device::ComputeDevice;
use crate::experiment::Strategy;
use crate::generator::Generator;
use crate::identity::Ground;
use crate::labelling::people::People;
use crate::labelling::simulation::{MadeSample, Simulation};
use crate::labelling::{LabellingTool as _, Refusal};
use crate::latent::LatentSpace;
use crate::target::stand_in::StandIn;

/// The data, generator, embedding and tools that all runs of a comparison share; immutable.
pub struct World {
    pub dataset: Arc<Dataset>,
    /// Trained or read, and the same for all runs.
    pub generator: Arc<dyn Generator>,
    /// The file that its weights were read from; `None` if they are in the cache, or need none.
    pub generator_file: Option<PathBuf>,
    /// The data and the latent space, as hashes.
    pub ground: Ground,
    /// E(D): the codes of the train split with their neighbour index.
    pub latent: Arc<LatentSpace>,
    /// Where targets of the runs are to be computed.
    pub device: ComputeDevice,
    /// The labelling tool with the maps of the data set, if labels are maps.
    pub simulation: Option<Simulation>,
    /// The stand-in for a labelling tool, if labels are classes and a strategy generates samples.
    pub stand_in: Option<StandIn>,
    /// People in the place of a labelling tool, in a project.
    pub people: Option<People>,
}

impl World {
    /// The same world with the labels of another data set of the same images.
    pub fn with_labels(&self, dataset: Arc<Dataset>) -> Self {
        Self {
            dataset,
            generator: Arc::clone(&self.generator),
            generator_file: self.generator_file.clone(),
            ground: self.ground.clone(),
            latent: Arc::clone(&self.latent),
            device: self.device.clone(),
            simulation: None,
            stand_in: None,
            people: None,
        }
    }

    /// The world in which people label what is generated.
    pub fn with_people(self, people: People) -> Self {
        Self { people: Some(people), ..self }
    }

    /// The label of the image decoded from a latent point; `None` if there is no tool.
    pub fn label_point(&self, code: &[f32]) -> Option<Result<MadeSample, Refusal>> {
        match &self.people {
            Some(people) if self.simulation.is_none() && self.stand_in.is_none() => Some(people.label_point(code)),
            _ => self.label_image(&self.generator.decode(code)),
        }
    }

    /// The label of an image in [0, 1]; `None` if there is no tool, or the tool is people, who are asked about points.
    pub fn label_image(&self, image: &[f32]) -> Option<Result<MadeSample, Refusal>> {
        match (&self.simulation, &self.stand_in) {
            (Some(tool), _) => Some(tool.label_image(image)),
            (None, tool) => tool.as_ref().map(|tool| tool.label_image(image)),
        }
    }

    /// Whether generated samples can be labelled.
    pub fn has_tool(&self) -> bool {
        self.simulation.is_some() || self.stand_in.is_some() || self.people.is_some()
    }

    /// The tool that gives a run its labels, as text; `None` if they are the data set's own.
    pub fn labels_from(&self, strategy: Strategy) -> Option<String> {
        match (&self.simulation, &self.stand_in) {
            (Some(simulation), _) => Some(simulation.tool.name().to_owned()),
            (None, Some(stand_in)) if strategy.generates_samples() => Some(stand_in.origin()),
            _ => self.people.as_ref().filter(|_| strategy.generates_samples()).map(|people| people.name().to_owned()),
        }
    }
}
