//! Tables of runs: the runs themselves, their evaluations, endpoints and confusion matrices.

use super::columns::of_run;
use crate::export::cells::{Column, Kind::*};
use crate::export::error::ExportError;
use crate::export::material::Material;
use crate::export::missing::Missing;
use crate::export::sheet::Sheet;
use crate::history::{History, Metric};
use crate::sampler::step_length;
use crate::statistics::{self, Options};

type Columns = fn(&Material) -> Vec<Column>;

pub const RUNS: Columns = |_| {
    of_run(&[
        ("is_fork", Whole),
        ("rounds", Whole),
        ("labels", Whole),
        ("diverged_in", Whole),
        ("evaluated_on", Text),
        ("alpha", Single),
        ("latent_scale", Single),
        ("data_digest", Text),
        ("generator_digest", Text),
        ("device", Text),
        ("program", Text),
    ])
};

pub fn runs(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        let History { header, rounds } = &run.light;
        let diverged = rounds.iter().find(|r| r.diverged).map(|r| r.round);
        sheet.row(run.who().into_iter().chain([
            run.light.is_fork().into(),
            rounds.len().into(),
            rounds.last().map(|r| r.labels).into(),
            diverged.into(),
            header.experiment.evaluate_on.name().into(),
            step_length(&header.experiment).into(),
            header.latent_scale.into(),
            (&header.data_digest).into(),
            (&header.generator_digest).into(),
            (&header.device).into(),
            (&header.program).into(),
        ]))?;
    }
    Ok(())
}

pub const ROUNDS: Columns = |_| {
    of_run(&[
        ("round", Whole),
        ("labelled", Whole),
        ("labels", Whole),
        ("minibatches", Whole),
        ("diverged", Whole),
        ("rejected", Whole),
        ("label_seconds", Single),
        ("scored", Whole),
        ("propose_seconds", Single),
        ("seconds", Single),
    ])
};

pub fn rounds(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        for record in &run.history()?.rounds {
            sheet.row(run.who().into_iter().chain([
                record.round.into(),
                record.proposals.len().into(),
                record.labels.into(),
                record.minibatches.into(),
                record.diverged.into(),
                record.refusals.len().into(),
                record.label_seconds.into(),
                record.price.map(|p| p.scored).into(),
                record.price.map(|p| p.seconds).into(),
                record.seconds.into(),
            ]))?;
        }
    }
    Ok(())
}

pub const CURVES: Columns = |_| {
    of_run(&[
        ("round", Whole),
        ("labels", Whole),
        ("minibatches", Whole),
        ("split", Text),
        ("metric", Text),
        ("value", Single),
        ("round_end", Whole),
    ])
};

pub fn curves(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    for run in &material.runs {
        for (round, e) in run.light.evaluations() {
            let split = e.metric.split(run.light.header.experiment.evaluate_on);
            sheet.row(run.who().into_iter().chain([
                round.into(),
                e.labels.into(),
                e.minibatches.into(),
                split.into(),
                e.metric.name().into(),
                e.value.into(),
                e.round_end.into(),
            ]))?;
        }
    }
    Ok(())
}

pub const ENDPOINTS: Columns = |_| {
    of_run(&[
        ("metric", Text),
        ("split", Text),
        ("first_round", Whole),
        ("last_round", Whole),
        ("value", Double),
        ("baseline", Text),
        ("baseline_value", Double),
        ("difference", Double),
    ])
};

/// A run without a value (it ended early, or diverged) has empty cells; a fork is no repeat and has no difference.
pub fn endpoints(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    let histories: Vec<History> = material.runs.iter().map(|run| run.light.clone()).collect();
    let groups = statistics::groups(&histories);
    let baseline = statistics::group_named(&groups, &material.against);
    let name = baseline.map(|group| group.name.to_string());
    let task = material.header().experiment.dataset.task();
    let rounds = statistics::compare(&histories, &Options::against(material.against.clone(), task)).rounds;
    let evaluate_on = material.header().experiment.evaluate_on;
    let metric = Metric::whole(task);
    let value = |history: &History| statistics::endpoint(history, rounds.clone());
    if histories.iter().all(|history| value(history).is_none()) {
        return Ok(());
    }
    for run in &material.runs {
        let own = value(&run.light);
        let beside = baseline
            .filter(|_| !run.light.is_fork())
            .and_then(|group| value(statistics::partner(&run.light, &group.histories)?));
        sheet.row(run.who().into_iter().chain([
            metric.name().into(),
            metric.split(evaluate_on).into(),
            (*rounds.start()).into(),
            (*rounds.end()).into(),
            own.into(),
            name.as_ref().into(),
            beside.into(),
            own.zip(beside).map(|(own, beside)| own - beside).into(),
        ]))?;
    }
    Ok(())
}

pub const CONFUSION: Columns =
    |_| of_run(&[("round", Whole), ("split", Text), ("truth", Whole), ("predicted", Whole), ("images", Whole)]);

pub fn confusion(material: &Material, sheet: &mut Sheet<'_>, _: &mut Vec<Missing>) -> Result<(), ExportError> {
    let classes = material.header().classes.len().max(1);
    for run in &material.runs {
        let split = run.light.header.experiment.evaluate_on.name();
        for record in &run.light.rounds {
            for (i, &images) in record.confusion.iter().enumerate() {
                sheet.row(run.who().into_iter().chain([
                    record.round.into(),
                    split.into(),
                    (i / classes).into(),
                    (i % classes).into(),
                    images.into(),
                ]))?;
            }
        }
    }
    Ok(())
}
