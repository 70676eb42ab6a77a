//! What captions and notes say about the runs behind a figure: their data, what they differ in, which of them ended
//! early, and which were given twice.

use std::collections::BTreeSet;

use super::drawing::ticks::number;
use crate::combine::{Combined, Difference, likeness};
use crate::dataset::source::{Hashes, Origin};
use crate::dataset::sources::source;
use crate::experiment::EvaluationSplit;
use crate::history::{Header, History};
use crate::identity::Likeness;
use crate::statistics::{Group, InStep, evaluation_images, groups};

/// The sentences of every caption: the data, and the properties in which the runs differ.
pub fn caption_sentences(combined: &Combined) -> Vec<String> {
    let differs = combined.allowed.iter().map(|Difference { property, values }| {
        let values: Vec<&str> = values.iter().map(|(value, _)| value.as_str()).collect();
        format!("Runs that differ in `{property}` ({}) are combined, as was allowed.", values.join(" and "))
    });
    std::iter::once(data_sentence(&combined.histories)).chain(differs).collect()
}

/// The notes on runs that were given twice, that ended before others, or that still go on.
pub fn notes(repeated: &[String], runs: &InStep) -> Vec<String> {
    let repeated = (!repeated.is_empty()).then(|| repeated.join("; "));
    let repeated = repeated.map(|runs| format!("Given more than once, counted once: {runs}."));
    let (forks, waiting): (Vec<History>, Vec<History>) = runs.waiting.iter().cloned().partition(History::is_fork);
    let waiting = going(&waiting).map(|runs| {
        format!("In progress, and in no mean or test until all strategies have ended with the same seed: {runs}.")
    });
    let forks = going(&forks)
        .map(|forks| format!("In progress, and drawn once ended; a fork is in no mean and no test: {forks}."));
    let last = runs.compared.iter().filter(|h| !h.is_fork()).map(|h| h.rounds.len()).max().unwrap_or(0);
    let cut = going(&runs.cut);
    let cut = cut.map(|runs| format!("In progress, and compared up to round {last}, which all of them have: {runs}."));
    repeated.into_iter().chain(ended_note(&runs.compared)).chain(cut).chain(waiting).chain(forks).collect()
}

/// The runs in progress with the rounds that they have; `None` if there are none.
fn going(histories: &[History]) -> Option<String> {
    let run = |h: &History| format!("seed {} ({} of {} rounds)", h.seed(), h.rounds.len(), h.header.experiment.rounds);
    let of_group = |group: &Group<'_>| {
        format!("{}: {}", group.label(), group.histories.iter().map(|h| run(h)).collect::<Vec<_>>().join(", "))
    };
    let found: Vec<String> = groups(histories).iter().map(of_group).collect();
    (!found.is_empty()).then(|| found.join("; "))
}

/// What is told of the latent spaces and the devices of the runs, for tables only.
pub fn ground_notes(histories: &[History]) -> Vec<String> {
    let all: Vec<&History> = histories.iter().collect();
    let devices: BTreeSet<&str> = histories.iter().map(|h| h.header.device.as_str()).collect();
    let devices = (devices.len() > 1).then(|| devices.into_iter().collect::<Vec<_>>().join("; "));
    let devices = devices.map(|devices| format!("Computed on different devices: {devices}."));
    likeness(&all).and_then(Likeness::note).map(str::to_owned).into_iter().chain(devices).collect()
}

/// What intervals over the runs are conditional on.
pub fn condition(histories: &[History]) -> &'static str {
    let all: Vec<&History> = histories.iter().collect();
    if likeness(&all).is_some() { "conditional on one generator" } else { "over runs with different generators" }
}

/// Whether the runs learned from all images of a published data set, whose checksums held, and were tested on its test
/// split.
pub fn are_on_published_data(histories: &[History]) -> bool {
    let whole = |h: &Header| {
        let e = &h.experiment;
        let all = e.train_size == 0 && e.test_size == 0 && e.evaluate_on == EvaluationSplit::Test;
        all && hashes(h) == Some(Hashes::Published)
    };
    histories.iter().all(|h| whole(&h.header))
}

pub fn data_sentence(histories: &[History]) -> String {
    let distinct =
        |texts: &mut dyn Iterator<Item = String>| texts.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let names = distinct(&mut histories.iter().map(|h| data_name(&h.header))).join("; ");
    let splits = distinct(&mut histories.iter().map(evaluated_on)).join(" or ");
    match distinct(&mut histories.iter().map(|h| h.header.data_digest.clone())).len() {
        0 | 1 => format!("Data: {names}; evaluated on {splits}."),
        sets => format!("Data: {names}; evaluated on {splits} of each of {sets} sets of images."),
    }
}

/// The evaluation split with the number of its images, where it is known.
fn evaluated_on(history: &History) -> String {
    let e = &history.header.experiment;
    match evaluated_images(history) {
        Some(images) => format!("{} {} images", number(images as f64, 0), e.evaluate_on.name()),
        None => format!("the {}", e.evaluate_on.label()),
    }
}

/// How many images the ends of rounds are evaluated on, if that is known.
pub fn evaluated_images(history: &History) -> Option<usize> {
    let e = &history.header.experiment;
    let counted = history.rounds.iter().find_map(|r| evaluation_images(r));
    counted.or(Some(e.test_size).filter(|size| *size > 0 && e.evaluate_on == EvaluationSplit::Test))
}

/// The data of a run: a published name only if the checksums of its files held.
fn data_name(header: &Header) -> String {
    let e = &header.experiment;
    let label = e.dataset.label();
    match source(e.dataset).origin() {
        Origin::Published(_) => {}
        // Some say it in their name.
        Origin::Generated if label.contains("generated") => return label.to_owned(),
        Origin::Generated => return format!("{label}, drawn by the program"),
        Origin::OwnFolder => {
            let what = header.data_provenance.strip_prefix("own images: ");
            let what = what.and_then(|what| what.rsplit_once(", split seed"));
            return what.map_or_else(|| label.to_owned(), |(what, _)| format!("{label} `{}` ({what})", e.name));
        }
    }
    let hashes = hashes(header);
    let name = match hashes {
        Some(Hashes::Published) => label.to_owned(),
        Some(Hashes::Different) => format!("own images under {label}'s names"),
        Some(Hashes::Loose) => format!("files under {label}'s names, which have no published checksum"),
        Some(Hashes::Edition(name)) => name.to_owned(),
        None => format!("images under {label}'s names, of unknown origin"),
    };
    let mut parts = header.data_provenance.split([',', ';']).map(str::trim);
    let batches = parts.find(|p| p.ends_with("train batches") && !matches!(hashes, Some(Hashes::Edition(_))));
    let batches = batches.map_or_else(String::new, |p| format!(", {p}"));
    match e.train_size {
        0 => name + &batches,
        size => format!("first {} of {name}{batches}", number(size as f64, 0)),
    }
}

/// The images of the whole train split that a run took its own from, validation images among them, if its history says
/// how many there were.
pub fn train_images(header: &Header) -> Option<usize> {
    let e = &header.experiment;
    let source = source(e.dataset);
    let mut parts = header.data_provenance.split([',', ';']).map(str::trim);
    let known = match source.origin() {
        // How they were divided depends on what is in the folder.
        Origin::OwnFolder => return None,
        Origin::Generated => true,
        Origin::Published(_) => matches!(hashes(header), Some(Hashes::Published | Hashes::Edition(_))),
    };
    let there = parts.clone().find_map(|part| part.strip_prefix("all ")?.strip_suffix(" there are used")?.parse().ok());
    let is_whole = e.train_size == 0 || header.data_provenance.contains(" train images asked for");
    match (is_whole, there) {
        (false, _) => Some(e.train_size),
        (true, Some(there)) if e.train_size > 0 => Some(there),
        (true, _) => {
            let batches = parts.find_map(|part| {
                let (some, of) = part.strip_suffix(" train batches")?.split_once(" of ")?;
                Some((some.parse::<usize>().ok()?, of.parse::<usize>().ok()?))
            });
            let (some, of) = batches.unwrap_or((1, 1));
            source.train_images().filter(|_| known).map(|whole| whole * some / of.max(1))
        }
    }
}

/// What the checksums of the files said when the data were read.
fn hashes(header: &Header) -> Option<Hashes> {
    // "Not the published files" has "the published files" in it.
    let all = [Hashes::Different, Hashes::Loose, Hashes::Published].into_iter();
    let editions = match source(header.experiment.dataset).origin() {
        Origin::Published(files) => files.editions(),
        Origin::Generated | Origin::OwnFolder => &[],
    };
    all.chain(editions.iter().map(|e| Hashes::Edition(e.name))).find(|h| header.data_provenance.contains(h.describe()))
}

/// The runs that have fewer rounds than others, or whose last round diverged; `None` if there are none.
fn ended_note(histories: &[History]) -> Option<String> {
    let last = histories.iter().map(|h| h.rounds.len()).max().unwrap_or(0);
    let of_group = |group: &Group<'_>| {
        let ended = group.histories.iter().filter_map(|h| Some(format!("seed {} {}", h.seed(), ended(h, last)?)));
        let ended = ended.collect::<Vec<_>>().join(", ");
        (!ended.is_empty()).then(|| format!("{}: {ended}", group.label()))
    };
    let found: Vec<String> = groups(histories).iter().filter_map(of_group).collect();
    (!found.is_empty()).then(|| format!("Ended before the others, and in no mean after that: {}.", found.join("; ")))
}

/// How a run ended before round `last`, or diverged.
pub fn ended(history: &History, last: usize) -> Option<String> {
    let rounds = history.rounds.len();
    match history.rounds.last().filter(|r| r.diverged) {
        Some(record) => Some(format!("diverged in round {}", record.round)),
        None => (rounds < last).then(|| format!("has {rounds} of {last} rounds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{DatasetKind, Experiment};

    #[test]
    fn every_generated_data_set_says_that_it_is_generated() {
        for &dataset in DatasetKind::ALL {
            let name = data_name(&Header::made_up(Experiment { dataset, ..Experiment::default() }));
            let said = ["drawn by the program", "generated"].iter().any(|words| name.contains(words));
            assert_eq!(said, matches!(source(dataset).origin(), Origin::Generated), "{name}");
        }
    }
}
