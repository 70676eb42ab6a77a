//! One vessel for people to look at, as in Figure S1: its mask, what the labelling tool makes of it, what the target says.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dataset::vessels::masks::WallMask;
use crate::experiment::{Experiment, Strategy};
use crate::labelling::fem::LabelledMask;
use crate::labelling::simulation::fem_tool;
use crate::labelling::{FileRefusal, MapErrors, StressMap};
use crate::round::Run;
use crate::world::World;

/// Which vessel.
#[derive(Debug, Clone, PartialEq)]
pub enum Vessel {
    /// A mask of the train split.
    Sample(u32),
    /// What a latent point decodes to, above a half.
    Point(Vec<f32>),
    /// The user's own.
    File(MaskFile),
}

/// A mask in a PNG file, and what the file does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskFile {
    pub path: PathBuf,
    pub pixel_mm: f64,
    /// Systolic peak of the pressure on the lumen.
    pub systolic_mmhg: f64,
    /// Counts openings, so that a file that was changed is read again.
    pub opened: u64,
}

/// A question about one vessel.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionRequest {
    pub vessel: Vessel,
    /// The tool is to be asked too; otherwise mask and prediction are all.
    pub solve: bool,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Section {
    pub request: SectionRequest,
    /// None where a file could not be read.
    pub mask: Option<Arc<WallMask>>,
    pub pixel_mm: f64,
    pub outcome: Outcome,
    pub prediction: Result<Prediction, NoPrediction>,
}

/// What the labelling tool said.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was not asked.
    Open,
    Solved(Arc<LabelledMask>),
    Refused(Arc<FileRefusal>),
}

/// What the target says of the mask.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// Whose target.
    pub strategy: Strategy,
    /// Optimiser steps behind it.
    pub minibatches: usize,
    /// kPa, of every pixel.
    pub map: StressMap,
    /// Against the solved map, where there is one.
    pub errors: Option<MapErrors>,
}

/// Why the target says nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoPrediction {
    #[error("there is no mask")]
    NoMask,
    #[error("the target of this experiment learns classes, not maps")]
    Classes,
    #[error("there is no target yet: round 1 trains it")]
    Untrained,
    #[error("the history was opened without its target's weights")]
    NoWeights,
    #[error("the target takes masks of {width} x {height} pixels")]
    Size { width: usize, height: usize },
    #[error("the target diverged: its map is not finite")]
    Diverged,
}

impl Section {
    pub fn solved(&self) -> Option<&Arc<LabelledMask>> {
        match &self.outcome {
            Outcome::Solved(solved) => Some(solved),
            _ => None,
        }
    }
}

/// Answers questions about vessels, and remembers the last one: as the target learns, only its prediction is made anew.
#[derive(Default)]
pub struct Sections {
    last: Option<(Vessel, Known)>,
}

/// What does not change while the target learns.
#[derive(Clone)]
struct Known {
    mask: Option<Arc<WallMask>>,
    pixel_mm: f64,
    outcome: Outcome,
}

impl Sections {
    /// None where the data hold no such vessel.
    pub fn answer(
        &mut self,
        request: SectionRequest,
        experiment: &Experiment,
        world: Option<&World>,
        run: Option<&Run>,
    ) -> Option<Section> {
        let enough = |known: &Known| !request.solve || !matches!(known.outcome, Outcome::Open);
        let remembered = self.last.as_ref().filter(|(vessel, known)| *vessel == request.vessel && enough(known));
        let Known { mask, pixel_mm, outcome } = match remembered {
            Some((_, known)) => known.clone(),
            None => look(&request, experiment, world)?,
        };
        let known = Known { mask: mask.clone(), pixel_mm, outcome: outcome.clone() };
        self.last = Some((request.vessel.clone(), known));
        let solved = match &outcome {
            Outcome::Solved(solved) => Some(&solved.map),
            _ => None,
        };
        let prediction = match &mask {
            Some(mask) => predict(mask, solved, world, run),
            None => Err(NoPrediction::NoMask),
        };
        Some(Section { request, mask, pixel_mm, outcome, prediction })
    }
}

/// The mask, and what the tool says of it where it is asked.
fn look(request: &SectionRequest, experiment: &Experiment, world: Option<&World>) -> Option<Known> {
    let mut tool = fem_tool(experiment);
    let data = || world.and_then(|w| Some((w, w.simulation.as_ref()?)));
    let mask = match &request.vessel {
        Vessel::Sample(sample) => {
            let (world, simulation) = data()?;
            let train = &world.dataset.train;
            let inside = (*sample as usize) < train.len();
            Ok(simulation.mask(&train.gather(&[inside.then_some(*sample)?]))?)
        }
        Vessel::Point(code) => {
            let (world, simulation) = data()?;
            let fits = code.len() == world.latent.dim();
            Ok(simulation.mask(&fits.then(|| world.generator.decode(code))?)?)
        }
        Vessel::File(file) => {
            tool.pixel_mm = file.pixel_mm;
            tool.waveform = tool.waveform.with_peak(file.systolic_mmhg);
            WallMask::from_png(&file.path).map_err(FileRefusal::from)
        }
    };
    let pixel_mm = tool.pixel_mm;
    let refused = |refusal| Outcome::Refused(Arc::new(refusal));
    Some(match mask {
        Err(refusal) => Known { mask: None, pixel_mm, outcome: refused(refusal) },
        Ok(mask) => {
            let outcome = match request.solve.then(|| tool.solve(&mask)) {
                None => Outcome::Open,
                Some(Ok(solved)) => Outcome::Solved(Arc::new(solved)),
                Some(Err(refusal)) => refused(refusal.into()),
            };
            Known { mask: Some(Arc::new(mask)), pixel_mm, outcome }
        }
    })
}

fn predict(
    mask: &WallMask,
    solved: Option<&StressMap>,
    world: Option<&World>,
    run: Option<&Run>,
) -> Result<Prediction, NoPrediction> {
    let (world, run) = world.zip(run).ok_or(NoPrediction::Untrained)?;
    let simulation = world.simulation.as_ref().ok_or(NoPrediction::Classes)?;
    let shape = world.dataset.shape();
    if (mask.width(), mask.height()) != (shape.width, shape.height) {
        return Err(NoPrediction::Size { width: shape.width, height: shape.height });
    }
    if !run.has_weights() {
        return Err(NoPrediction::NoWeights);
    }
    if run.minibatches() == 0 {
        return Err(NoPrediction::Untrained);
    }
    let scaled = run.frozen_target().maps(mask.to_values());
    let kpa = scaled.iter().map(|v| v * simulation.scale).collect();
    let map = StressMap::new(mask.width(), mask.height(), kpa).map_err(|_| NoPrediction::Diverged)?;
    let errors = solved.map(|solved| MapErrors::between(&map, solved));
    Ok(Prediction { strategy: run.strategy(), minibatches: run.minibatches(), map, errors })
}
