//! The card beside exported weights: all that another program needs to build the network and to give it images.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dataset::sources::source;
use crate::experiment::DatasetKind;
use crate::generator::weights::NamedTensor;
use crate::history::Header;
use crate::target::nets::{self, Layer};
use crate::world::side_multiple;

/// What `NAME.json` beside `NAME.safetensors` says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The network's name, as in the settings.
    pub network: &'static str,
    /// The round at whose end the weights are, from 1.
    pub round: usize,
    /// Names of the classes in the order of the outputs; none if these are maps.
    pub classes: Vec<String>,
    pub image: Image,
    /// From the image to logits of the classes, or to a map.
    pub layers: Vec<Layer>,
    /// The shape of each tensor by its name.
    pub tensors: BTreeMap<String, Vec<usize>>,
    /// What an output of 1 stands for, kPa; of maps only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_kpa: Option<f32>,
}

/// What the network takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Image {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Height and width before a black margin is added, an odd pixel of it below and on the right.
    pub inside: [usize; 2],
    /// How a stored value becomes a number in [0, 1].
    pub pixels: &'static str,
    /// How own images become squares and lose or get colours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_square: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<&'static str>,
}

impl Card {
    pub(super) fn new(header: &Header, round: usize, tensors: &[NamedTensor]) -> Self {
        let experiment = header.experiment_in(round);
        let inside = source(experiment.dataset).shape(experiment);
        let shape = inside.padded(side_multiple(experiment));
        let own = experiment.dataset == DatasetKind::Own;
        let has_classes = experiment.dataset.task().has_classes();
        Self {
            network: experiment.network().name(),
            round,
            classes: if has_classes { header.classes.clone() } else { Vec::new() },
            image: Image {
                channels: shape.channels,
                height: shape.height,
                width: shape.width,
                inside: [inside.height, inside.width],
                pixels: "value / 255, channels first; grey = 0.299 R + 0.587 G + 0.114 B",
                made_square: own.then(|| experiment.image_fit.label()),
                colours: own.then(|| experiment.image_colour.label()),
            },
            layers: nets::layers(experiment.network()),
            tensors: tensors.iter().map(|t| (t.name.clone(), t.shape.clone())).collect(),
            unit_kpa: (!has_classes).then_some(experiment.stress_scale_kpa),
        }
    }
}
