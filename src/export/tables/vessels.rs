//! What the target predicted for each vessel of the evaluation split, and for its decoded twin, solved anew.

use super::columns::of_run;
use super::models::{Absent, OTHER_RESULT};
use crate::dataset::Split;
use crate::experiment::{EvaluationSplit, Task};
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::Material;
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;
use crate::labelling::Refusal;
use crate::labelling::simulation::{MadeSample, Simulation};
use crate::round::Run;
use crate::target::FrozenTarget;
use crate::world::World;

pub const VESSELS: fn(&Material) -> Vec<Column> = |_| {
    of_run(&[
        ("round", Whole),
        ("split", Text),
        ("image", Whole),
        ("error_kpa2", Single),
        ("wall_error_kpa2", Single),
        ("twin", Text),
        ("twin_error_kpa2", Single),
        ("twin_wall_error_kpa2", Single),
    ])
};

/// A vessel whose mask was encoded and decoded, with its own map; or why it has none.
type Twin = Result<MadeSample, Refusal>;

/// The errors of each vessel of the evaluation split by the weights of each round that are saved, and those of its twin
/// G(E(x)), which the labelling tool solves.
pub fn vessels(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    if material.header().experiment.dataset.task() != Task::Maps {
        return Ok(());
    }
    let mut absent = Absent::new("the errors of single vessels");
    let found = material.world.as_ref().map(|world| (world, world.simulation.as_ref()));
    let (world, simulation) = match found {
        Ok((world, Some(simulation))) => (world, simulation),
        Ok((_, None)) => return Ok(()),
        Err(why) => {
            material.runs.iter().for_each(|run| absent.add(run, run.light.rounds.len(), why.clone()));
            missing.extend(absent.all());
            return Ok(());
        }
    };
    let on = material.header().experiment.evaluate_on;
    let split = world.dataset.evaluation(on);
    let twins: Vec<Twin> = (0..split.len() as u32).map(|image| twin(world, simulation, split, image)).collect();
    for run in &material.runs {
        for record in &run.light.rounds {
            let checkpoint = match run.weights_at(record.round)? {
                Ok(checkpoint) => checkpoint,
                Err(why) => {
                    absent.add(run, record.round, why);
                    continue;
                }
            };
            let target = Run::new(world, &run.light.header.experiment, run.light.header.repeat).target_of(&checkpoint);
            let target = target.map_err(|e| ExportError::weights(&run.name, e))?;
            let maps = match on {
                EvaluationSplit::Test => &simulation.test,
                EvaluationSplit::Validation => &simulation.validation,
            };
            let real: Vec<[f32; 2]> =
                (0..split.len() as u32).map(|i| errors(&target, split.gather(&[i]), maps.map(i))).collect();
            let mean = real.iter().map(|e| f64::from(e[0])).sum::<f64>() / real.len().max(1) as f64;
            if record.final_value().is_some_and(|then| (mean - f64::from(then)).abs() > SAME * mean) {
                absent.add(run, record.round, OTHER_RESULT.into());
                continue;
            }
            for (image, (real, twin)) in real.into_iter().zip(&twins).enumerate() {
                let of_twin = twin.as_ref().ok().and_then(|t| Some(errors(&target, t.image.clone(), t.map.as_ref()?)));
                let solved = twin.as_ref().map_or_else(Refusal::kind, |_| "solved");
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    on.name().into(),
                    image.into(),
                    real[0].into(),
                    real[1].into(),
                    solved.into(),
                    of_twin.map(|e| e[0]).into(),
                    of_twin.map(|e| e[1]).into(),
                ]))?;
            }
        }
    }
    missing.extend(absent.all());
    Ok(())
}

/// The share by which a mean may differ from the recorded one, which was summed in another order.
const SAME: f64 = 1e-4;

fn twin(world: &World, simulation: &Simulation, split: &Split, image: u32) -> Twin {
    let code = world.generator.encode(&split.gather(&[image]));
    simulation.label_image(&world.generator.decode(&code))
}

/// Mean square errors (kPa^2) of the map of one mask: over all pixels, and over its wall.
fn errors(target: &FrozenTarget, mask: Vec<f32>, map: &[f32]) -> [f32; 2] {
    let predicted = target.maps(mask.clone());
    let square = |(p, truth): (f32, &f32)| f64::from(target.unit() * (p - truth).powi(2));
    let squares: Vec<f64> = predicted.into_iter().zip(map).map(square).collect();
    let (mut wall, mut pixels) = (0.0, 0.0);
    for (square, _) in squares.iter().zip(&mask).filter(|(_, value)| **value > 0.0) {
        wall += square;
        pixels += 1.0;
    }
    [squares.iter().sum::<f64>() / squares.len().max(1) as f64, wall / f64::max(pixels, 1.0)].map(|e| e as f32)
}
