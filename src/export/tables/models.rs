//! Tables of what the target predicted: its classes and probabilities by round, and the pools that strategies scored.

use std::collections::HashMap;

use super::columns::of_run;
use crate::experiment::Part;
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::{ExportedRun, Material};
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;
use crate::history::{History, LatentStep, RoundRecord};
use crate::round::Run;
use crate::target::argmax;

type Columns = fn(&Material) -> Vec<Column>;

pub const PREDICTIONS: Columns = |material| {
    of_run(&[
        ("round", Whole),
        ("split", Text),
        ("image", Whole),
        ("truth", Whole),
        ("predicted", Whole),
        ("p", Singles(material.classes())),
    ])
};

/// The recorded classes; the probabilities are computed again from the saved weights.
pub fn predictions(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    let classes = material.classes();
    let mut absent = Absent::new("the probabilities of predictions");
    for run in &material.runs {
        let history = run.history()?;
        let evaluate_on = history.header.experiment.evaluate_on;
        let split = material.dataset.as_ref().ok().map(|dataset| dataset.evaluation(evaluate_on));
        for record in history.rounds.iter().filter(|r| !r.predicted.is_empty()) {
            let rows = match probabilities(material, run, &history, record)? {
                Ok(rows) => rows,
                Err(why) => {
                    absent.add(run, record.round, why);
                    Vec::new()
                }
            };
            for (image, &predicted) in record.predicted.iter().enumerate() {
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    evaluate_on.name().into(),
                    image.into(),
                    split.map(|s| s.label(image)).into(),
                    predicted.into(),
                    rows.get(image * classes..(image + 1) * classes).into(),
                ]))?;
            }
        }
    }
    missing.extend(absent.all());
    Ok(())
}

/// Probabilities of the classes for each image of the evaluation split at the end of a round, `[images, classes]`; or
/// why there are none.
fn probabilities(
    material: &Material,
    run: &ExportedRun,
    history: &History,
    record: &RoundRecord,
) -> Result<Result<Vec<f32>, String>, ExportError> {
    let world = match &material.world {
        Ok(world) => world,
        Err(why) => return Ok(Err(why.clone())),
    };
    let checkpoint = match run.weights_at(record.round)? {
        Ok(checkpoint) => checkpoint,
        Err(why) => return Ok(Err(why)),
    };
    let experiment = &history.header.experiment;
    let target = Run::new(world, experiment, history.header.repeat).target_of(&checkpoint);
    let target = target.map_err(|e| ExportError::weights(&run.name, e))?;
    let split = world.dataset.evaluation(experiment.evaluate_on);
    let all: Vec<u32> = (0..split.len() as u32).collect();
    let mut rows = Vec::with_capacity(all.len() * target.classes());
    for chunk in all.chunks(target.images_per_unit()) {
        rows.extend(target.log_probabilities(split.gather(chunk)));
    }
    let same = rows.chunks_exact(target.classes()).map(argmax).eq(record.predicted.iter().map(|&p| usize::from(p)));
    rows.iter_mut().for_each(|l| *l = l.exp());
    Ok(if same { Ok(rows) } else { Err(OTHER_RESULT.into()) })
}

pub const OTHER_RESULT: &str = "computed again here, they differ from what the run recorded: another processor, or version \
                            of the program";

const NOT_SHOWN: &str = "the strategy does not show what it chose among";

pub const POOLS: Columns = |material| {
    let codes = Singles(material.dim());
    of_run(&[
        ("round", Whole),
        ("place", Whole),
        ("sample", Whole),
        ("score", Single),
        ("bought", Whole),
        ("anchor", Whole),
        ("anchor_label", Whole),
        ("loss", Single),
        ("snap_distance", Single),
        ("gradient", codes),
        ("q", codes),
        ("p", Singles(material.classes())),
    ])
};

/// Computed again from the run's random streams and the saved weights of the round before, and left out unless the same
/// samples are proposed as then.
pub fn pools(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    let classes = material.classes();
    let mut absent = Absent::new("pools");
    for run in &material.runs {
        let scores = |round: usize| {
            let strategy = run.light.header.experiment_in(round).strategy;
            strategy.has(Part::Pool) || strategy.has(Part::Proposals)
        };
        let rounds: Vec<usize> = run.light.rounds.iter().map(|r| r.round).filter(|&r| r > 1 && scores(r)).collect();
        if rounds.is_empty() {
            continue;
        }
        let history = run.history()?;
        for round in rounds {
            let world = match &material.world {
                Ok(world) => world,
                Err(why) => {
                    absent.add(run, round, why.clone());
                    continue;
                }
            };
            let before = match run.weights_at(round - 1)? {
                Ok(before) => before,
                Err(why) => {
                    absent.add(run, round, why);
                    continue;
                }
            };
            let again =
                Run::reconsider(world, &history, round, &before).map_err(|e| ExportError::weights(&run.name, e))?;
            let Some(again) = again.filter(|a| a.as_recorded) else {
                absent.add(run, round, OTHER_RESULT.into());
                continue;
            };
            let Some(mut pool) = again.considered else {
                // Where nothing was left to choose from, nothing is missing.
                if !history.rounds[round - 1].proposals.is_empty() {
                    absent.add(run, round, NOT_SHOWN.into());
                }
                continue;
            };
            pool.log_probabilities.iter_mut().for_each(|l| *l = l.exp());
            let bought: HashMap<u32, usize> =
                history.rounds[round - 1].proposals.iter().enumerate().map(|(place, p)| (p.sample, place)).collect();
            for (place, (&sample, &score)) in pool.samples.iter().zip(&pool.scores).enumerate() {
                let step: Option<&LatentStep> = pool.steps.get(place);
                sheet.row(run.who().into_iter().chain([
                    round.into(),
                    place.into(),
                    sample.into(),
                    score.into(),
                    bought.get(&sample).copied().into(),
                    step.map(|s| s.parent).into(),
                    step.map(|s| s.parent_label).into(),
                    step.map(|s| s.loss).into(),
                    step.map(|s| s.snap_distance).into(),
                    step.map(|s| &s.gradient).into(),
                    step.map(|s| &s.to).into(),
                    pool.log_probabilities.get(place * classes..(place + 1) * classes).into(),
                ]))?;
            }
        }
    }
    missing.extend(absent.all());
    Ok(())
}

/// What is missing in which rounds of which runs, by its reason.
pub struct Absent {
    what: &'static str,
    reasons: Vec<(String, Vec<String>)>,
}

impl Absent {
    pub fn new(what: &'static str) -> Self {
        Self { what, reasons: Vec::new() }
    }

    pub fn add(&mut self, run: &ExportedRun, round: usize, why: String) {
        let place = format!("{} round {round}", run.name);
        match self.reasons.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, places)) => places.push(place),
            None => self.reasons.push((why, vec![place])),
        }
    }

    pub fn all(self) -> impl Iterator<Item = Missing> {
        let what = self.what;
        self.reasons.into_iter().map(move |(why, places)| Missing { what: what.into(), why, places })
    }
}
