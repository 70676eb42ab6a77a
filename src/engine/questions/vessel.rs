//! One vessel, as in Figure S1: its mask, the stress map that the labelling tool solves, and the target's prediction.

use std::path::PathBuf;
use std::sync::Arc;

use super::ask::{Ask, Scene};
use crate::dataset::vessels::files::MaskFiles;
use crate::dataset::vessels::masks::WallMask;
use crate::engine::planned::RunId;
use crate::labelling::fem::LabelledMask;
use crate::labelling::simulation::fem_tool;
use crate::labelling::{FileRefusal, MapErrors, StressMap};

/// The vessel to examine.
#[derive(Debug, Clone, PartialEq)]
pub enum Vessel {
    /// A mask of the train split.
    Sample(u32),
    /// The decoded image of a latent point, thresholded at a half.
    Point(Vec<f32>),
    /// The user's own mask.
    File(MaskFile),
}

/// A mask in a PNG file, with its pixel size and pressure, which the file does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskFile {
    pub path: PathBuf,
    /// Side of a pixel of the file, mm.
    pub pixel_mm: f64,
    /// Systolic peak of the pressure on the lumen, mmHg.
    pub systolic_mmhg: f64,
    /// Number of openings, so that a changed file is read again.
    pub opened: u64,
}

/// Asks about one vessel.
#[derive(Debug, Clone, PartialEq)]
pub struct VesselRequest {
    pub vessel: Vessel,
    /// Whether to solve it with the labelling tool; otherwise only mask and prediction are computed.
    pub solve: bool,
}

/// The answer about one vessel.
#[derive(Debug, Clone)]
pub struct VesselReport {
    pub request: VesselRequest,
    /// The mask; `None` if a file could not be read.
    pub mask: Option<Arc<WallMask>>,
    /// Side of a pixel of `mask`, mm.
    pub pixel_mm: f64,
    pub outcome: Outcome,
    /// What in a file was read as another place than that of its level.
    pub note: Option<String>,
    /// What the target predicts for the mask, or why nothing.
    pub prediction: Result<Prediction, NoPrediction>,
}

/// The labelling tool's result.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The tool was not used.
    Open,
    Solved(Arc<LabelledMask>),
    Refused(Arc<FileRefusal>),
}

/// The target's prediction for the mask.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The run of the target.
    pub run: RunId,
    /// The target's optimiser steps so far.
    pub minibatches: usize,
    /// The predicted stress of every pixel, kPa.
    pub map: StressMap,
    /// The error against the solved map, if there is one.
    pub errors: Option<MapErrors>,
}

/// The reason for a missing prediction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoPrediction {
    #[error("there is no mask")]
    NoMask,
    #[error("the target of this experiment learns classes, not maps")]
    Classes,
    #[error("there is no target yet; round 1 trains it")]
    Untrained,
    #[error("the history was opened without its target's weights")]
    NoWeights,
    /// The size that the target takes, which is not that of the mask.
    #[error("the target takes masks of {width} x {height} pixels")]
    Size { width: usize, height: usize },
    #[error("the target diverged: its map is not finite")]
    Diverged,
}

impl VesselReport {
    /// The map with its mesh and numbers, if the tool was asked and did not refuse.
    pub fn solved(&self) -> Option<&Arc<LabelledMask>> {
        match &self.outcome {
            Outcome::Solved(solved) => Some(solved),
            _ => None,
        }
    }
}

/// The parts of an answer that do not change while the target learns.
#[derive(Debug, Clone)]
pub struct Known {
    mask: Option<Arc<WallMask>>,
    pixel_mm: f64,
    outcome: Outcome,
    note: Option<String>,
}

impl Ask for VesselRequest {
    type Answer = VesselReport;
    /// The last vessel: while the target learns, only its prediction is computed again.
    type Memory = Option<(Vessel, Known)>;

    fn answer(self, last: &mut Self::Memory, scene: Scene<'_>) -> Option<VesselReport> {
        let enough = |known: &Known| !self.solve || !matches!(known.outcome, Outcome::Open);
        let known = match last {
            Some((vessel, known)) if *vessel == self.vessel && enough(known) => known.clone(),
            _ => look(&self, &scene)?,
        };
        *last = Some((self.vessel.clone(), known.clone()));
        let Known { mask, pixel_mm, outcome, note } = known;
        let solved = match &outcome {
            Outcome::Solved(solved) => Some(&solved.map),
            _ => None,
        };
        let prediction = match &mask {
            Some(mask) => predict(mask, solved, scene),
            None => Err(NoPrediction::NoMask),
        };
        Some(VesselReport { request: self, mask, pixel_mm, outcome, note, prediction })
    }
}

/// The mask, solved if requested; `None` if the data hold no such vessel.
fn look(request: &VesselRequest, scene: &Scene<'_>) -> Option<Known> {
    let mut tool = fem_tool(scene.experiment);
    let data = || scene.world.and_then(|w| Some((w, w.simulation.as_ref()?)));
    let mask = match &request.vessel {
        Vessel::Sample(sample) => {
            let (world, simulation) = data()?;
            let train = &world.dataset.train;
            let inside = (*sample as usize) < train.len();
            Ok((simulation.mask(&train.gather(&[inside.then_some(*sample)?]))?, None))
        }
        Vessel::Point(code) => {
            let (world, simulation) = data()?;
            let fits = code.len() == world.latent.dim();
            Ok((simulation.mask(&fits.then(|| world.generator.decode(code))?)?, None))
        }
        Vessel::File(file) => {
            tool.pixel_mm = file.pixel_mm;
            tool.waveform = tool.waveform.with_peak(file.systolic_mmhg);
            let levels = scene.experiment.mask_levels.parse().unwrap_or_default();
            MaskFiles::One(file.path.clone())
                .read(&levels)
                .map(|r| (r.mask, Some(r.reading)))
                .map_err(FileRefusal::from)
        }
    };
    let pixel_mm = tool.pixel_mm;
    let refused = |refusal| Outcome::Refused(Arc::new(refusal));
    Some(match mask {
        Err(refusal) => Known { mask: None, pixel_mm, outcome: refused(refusal), note: None },
        Ok((mask, reading)) => {
            let outcome = match request.solve.then(|| tool.solve(&mask)) {
                None => Outcome::Open,
                Some(Ok(solved)) => Outcome::Solved(Arc::new(solved)),
                Some(Err(refusal)) => refused(match &reading {
                    Some(reading) => FileRefusal::of(refusal, reading),
                    None => refusal.into(),
                }),
            };
            Known { mask: Some(Arc::new(mask)), pixel_mm, outcome, note: reading.and_then(|r| r.note()) }
        }
    })
}

fn predict(mask: &WallMask, solved: Option<&StressMap>, scene: Scene<'_>) -> Result<Prediction, NoPrediction> {
    let (world, shown) = scene.ready().ok_or(NoPrediction::Untrained)?;
    let simulation = world.simulation.as_ref().ok_or(NoPrediction::Classes)?;
    let shape = world.dataset.shape();
    if (mask.width(), mask.height()) != (shape.width, shape.height) {
        return Err(NoPrediction::Size { width: shape.width, height: shape.height });
    }
    let minibatches = shown.run().minibatches();
    let target = shown.target(None).ok_or(NoPrediction::NoWeights)?;
    if minibatches == 0 {
        return Err(NoPrediction::Untrained);
    }
    let kpa = target.maps(mask.to_values()).iter().map(|v| v * simulation.scale).collect();
    let map = StressMap::new(mask.width(), mask.height(), kpa).map_err(|_| NoPrediction::Diverged)?;
    let errors = solved.map(|solved| MapErrors::between(&map, solved));
    Ok(Prediction { run: shown.id(), minibatches, map, errors })
}
