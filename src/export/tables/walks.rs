//! Tables of walks (Figure 4): the verdict on each, and the numbers of each step that it is found from.

use super::columns::of_run;
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::Material;
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;
use crate::history::WalkStep;
use crate::trajectory::{StepMeasure, VerdictRules, walk_name, walks_of};

type Columns = fn(&Material) -> Vec<Column>;

pub const WALKS: Columns = |_| {
    of_run(&[
        ("walk", Whole),
        ("letters", Text),
        ("start_sample", Whole),
        ("verdict", Text),
        ("steps", Whole),
        ("boundary_share", Single),
        ("drift_ratio", Single),
        ("distinct_samples", Whole),
        ("final_snap_distance", Single),
        ("lost_steps", Whole),
        ("restarts", Whole),
        ("q99", Single),
        ("boundary_entropy", Single),
        ("base_rate", Single),
    ])
};

pub fn walks(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    let rules = VerdictRules::default();
    let Some(embedded) = Missing::unless(&material.embedded, "the verdicts on walks", missing) else { return Ok(()) };
    let (latent, sparsity) = (&embedded.latent, embedded.latent.sparsity());
    for run in &material.runs {
        let history = run.history()?;
        for (walk, steps) in walks_of(&history) {
            let measures: Vec<StepMeasure> =
                steps.iter().map(|s| StepMeasure::with_labels(&s.step, s.sample, latent, &embedded.labels)).collect();
            let (Some(j), Some(first)) = (rules.judge(&measures, sparsity), measures.first()) else { continue };
            let name = walk_name(walk);
            sheet.row(run.who().into_iter().chain([
                walk.into(),
                (&*name).into(),
                first.parent.into(),
                j.verdict.name().into(),
                j.steps.into(),
                j.boundary_share.into(),
                j.drift_ratio.into(),
                j.distinct_samples.into(),
                j.final_snap_distance.into(),
                j.lost_steps.into(),
                j.reselections.into(),
                sparsity.quantile(rules.outer_quantile).into(),
                rules.boundary_entropy.into(),
                embedded.base().above(rules.boundary_entropy).into(),
            ]))?;
        }
    }
    Ok(())
}

pub const WALK_STEPS: Columns = |material| {
    let codes = Singles(material.dim());
    of_run(&[
        ("walk", Whole),
        ("step", Whole),
        ("round", Whole),
        ("restarted", Whole),
        ("from_sample", Whole),
        ("from_label", Whole),
        ("sample", Whole),
        ("label", Whole),
        ("loss", Single),
        ("snap_distance", Single),
        ("r10", Single),
        ("h50", Single),
        ("majority_before", Whole),
        ("majority", Whole),
        ("lost", Text),
        ("p", codes),
        ("gradient", codes),
        ("q", codes),
        ("neighbour", codes),
    ])
};

/// Without an embedding, what is measured in it is missing.
pub fn walk_steps(material: &Material, sheet: &mut Sheet<'_>, missing: &mut Vec<Missing>) -> Result<(), ExportError> {
    let rules = VerdictRules::default();
    let embedded = Missing::unless(&material.embedded, "r10, h50, majority and lost of walk_steps", missing);
    for run in &material.runs {
        let history = run.history()?;
        let rounds = history.rounds.iter().flat_map(|r| r.walk_steps.iter().map(|s| (r.round, s)));
        let round_of = |step: &WalkStep| rounds.clone().find(|(_, s)| std::ptr::eq(*s, step)).map(|(round, _)| round);
        for (walk, steps) in walks_of(&history) {
            let mut trail: Vec<StepMeasure> = Vec::new();
            let mut at = None;
            for (i, walked) in steps.iter().enumerate() {
                let step = &walked.step;
                let restarted = at.is_some_and(|sample| sample != step.parent);
                at = Some(walked.sample);
                if restarted {
                    trail.clear();
                }
                let measure = embedded.map(|e| StepMeasure::with_labels(step, walked.sample, &e.latent, &e.labels));
                trail.extend(measure);
                let lost = embedded.map(|e| rules.lost(&trail, e.latent.sparsity()).map_or("", |v| v.name()));
                let labels = measure.and_then(|m| m.labels);
                sheet.row(run.who().into_iter().chain([
                    walk.into(),
                    (i + 1).into(),
                    round_of(walked).into(),
                    restarted.into(),
                    step.parent.into(),
                    step.parent_label.into(),
                    walked.sample.into(),
                    walked.label.into(),
                    step.loss.into(),
                    step.snap_distance.into(),
                    measure.map(|m| m.sparsity).into(),
                    labels.map(|l| l.entropy).into(),
                    labels.map(|l| l.majority_before).into(),
                    labels.map(|l| l.majority).into(),
                    lost.into(),
                    (&step.from).into(),
                    (&step.gradient).into(),
                    (&step.to).into(),
                    (&step.neighbour).into(),
                ]))?;
            }
        }
    }
    Ok(())
}
