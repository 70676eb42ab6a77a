//! Tables of what was labelled: the samples, the steps that led to them, generated samples, and rejected ones.

use super::columns::of_run;
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::Material;
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;
use crate::history::LatentStep;
use crate::sampler::step_length;

type Columns = fn(&Material) -> Vec<Column>;

pub const PROPOSALS: Columns = |_| {
    of_run(&[
        ("round", Whole),
        ("place", Whole),
        ("sample", Whole),
        ("label", Whole),
        ("score", Single),
        ("generated", Whole),
    ])
};

pub fn proposals(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        for record in &run.light.rounds {
            for (place, p) in record.proposals.iter().enumerate() {
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    place.into(),
                    p.sample.into(),
                    p.label.into(),
                    p.score.into(),
                    p.made.is_some().into(),
                ]))?;
            }
        }
    }
    Ok(())
}

pub const STEPS: Columns = |material| {
    let codes = Singles(material.dim());
    of_run(&[
        ("round", Whole),
        ("place", Whole),
        ("sample", Whole),
        ("label", Whole),
        ("score", Single),
        ("anchor", Whole),
        ("anchor_label", Whole),
        ("loss", Single),
        ("alpha", Single),
        ("latent_scale", Single),
        ("snap_distance", Single),
        ("p", codes),
        ("gradient", codes),
        ("d", codes),
        ("q", codes),
        ("neighbour", codes),
    ])
};

pub fn steps(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        let history = run.history()?;
        let header = &history.header;
        for record in &history.rounds {
            let alpha = step_length(header.experiment_in(record.round));
            for (place, proposal) in record.proposals.iter().enumerate() {
                let Some(step) = &proposal.step else { continue };
                let direction = direction(step, alpha.unwrap_or(0.0) * header.latent_scale);
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    place.into(),
                    proposal.sample.into(),
                    proposal.label.into(),
                    proposal.score.into(),
                    step.parent.into(),
                    step.parent_label.into(),
                    step.loss.into(),
                    alpha.into(),
                    header.latent_scale.into(),
                    step.snap_distance.into(),
                    (&step.from).into(),
                    (&step.gradient).into(),
                    direction.as_ref().into(),
                    (&step.to).into(),
                    (&step.neighbour).into(),
                ]))?;
            }
        }
    }
    Ok(())
}

/// d of p' = p + alpha sigma d (Eq. 2); `None` without a step, whose length alpha sigma is 0.
fn direction(step: &LatentStep, length: f32) -> Option<Vec<f32>> {
    let d = |(to, from): (&f32, &f32)| ((f64::from(*to) - f64::from(*from)) / f64::from(length)) as f32;
    (length > 0.0).then(|| step.to.iter().zip(&step.from).map(d).collect())
}

pub const GENERATED: Columns = |material| {
    of_run(&[
        ("round", Whole),
        ("sample", Whole),
        ("label", Whole),
        ("code", Singles(material.dim())),
        ("image", Image),
    ])
};

pub fn generated(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        for record in &run.history()?.rounds {
            for proposal in &record.proposals {
                let Some(made) = &proposal.made else { continue };
                let image: Vec<u8> = made.image().iter().map(|v| (v * f32::from(u8::MAX)).round() as u8).collect();
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    proposal.sample.into(),
                    proposal.label.into(),
                    (&made.code).into(),
                    image.as_slice().into(),
                ]))?;
            }
        }
    }
    Ok(())
}

pub const REFUSALS: Columns =
    |material| of_run(&[("round", Whole), ("kind", Text), ("message", Text), ("code", Singles(material.dim()))]);

pub fn refusals(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        for record in &run.history()?.rounds {
            for refused in &record.refusals {
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    (&refused.kind).into(),
                    (&refused.message).into(),
                    (&refused.code).into(),
                ]))?;
            }
        }
    }
    Ok(())
}
