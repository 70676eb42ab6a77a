//! Which runs may be combined in a figure, a table or a test, or compared side by side: those that differ in nothing
//! but their strategy, its own fields, and their seed.

use crate::experiment::{Digest, Experiment, Field, Slot, Variant};
use crate::history::{Header, History, RoundRecord};
use crate::identity::Likeness;

/// Fields in which runs may differ, besides names and paths: the strategy and the seed, the number of rounds, which changes
/// none of them, and walks, which never influence a run.
const FREE: [&str; 7] =
    ["strategy", "seed", "rounds", "walks", "walk_anchors", "walk_reselection", "walk_reselect_every"];

/// Fields that only choose images: runs with equal images do not differ in them, unless wrong labels are drawn by them too.
const CHOOSE_IMAGES: [&str; 5] = ["mask_levels", DATA_SEED, "train_size", "test_size", "validation_size"];
const DATA_SEED: &str = "data_seed";

/// Other fields that the images follow from; some networks pad them.
const CHANGE_IMAGES: [&str; 7] =
    ["dataset", "image_side", "image_colour", "image_fit", "imbalance", "generator", "target"];

/// Properties that are no fields, in the order in which one follows from another.
const DATA: &str = "data";
const GENERATOR: &str = "generator_digest";
const WEIGHTS: &str = "generator_weights";
const LATENT_SCALE: &str = "latent_scale";
const FACTS: [&str; 4] = [DATA, GENERATOR, WEIGHTS, LATENT_SCALE];

/// A property in which runs differ, although runs of one comparison share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A field of the experiment, or `data`, `generator_digest`, `generator_weights` or `latent_scale`.
    pub property: &'static str,
    /// Its values, each with the first run that has it.
    pub values: Vec<(String, String)>,
}

/// Why runs cannot be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// More than a strategy, its own fields and the seed: each property that differs, once.
    #[error("the runs differ in more than strategy and seed: {}; leave some out, or combine them with {}", list(.0), options(.0))]
    Different(Vec<Difference>),
    /// One seed of one variant twice; from `round` on the two have other content.
    #[error(
        "{run} is given twice, and the two differ from round {round} on; leave one out (`ridgewalk diff` shows where they part)"
    )]
    Contradiction { run: String, round: usize },
    #[error("`{name}` is not a property in which runs can differ; there are {}", properties().collect::<Vec<_>>().join(", "))]
    Unknown { name: String },
}

/// Runs that may be combined.
#[derive(Debug, Clone)]
pub struct Combined {
    /// Each run once.
    pub histories: Vec<History>,
    /// Properties in which they differ, as was allowed, and those that follow from them.
    pub allowed: Vec<Difference>,
    /// Runs that were given more than once.
    pub repeated: Vec<String>,
}

/// The histories, each run once, if they may be combined. `allow` names properties in which they may differ.
pub fn combine(histories: &[History], allow: &[String]) -> Result<Combined, CombineError> {
    if let Some(name) = allow.iter().find(|a| properties().all(|p| p != a.as_str())) {
        return Err(CombineError::Unknown { name: name.clone() });
    }
    let all: Vec<&History> = histories.iter().collect();
    let found = all_differences(&all);
    let is_allowed = |d: &Difference| allow.iter().any(|a| a == d.property);
    // What follows from a difference that is allowed is allowed and told with it.
    let causes: Vec<&str> = found.iter().filter(|d| is_allowed(d)).map(|d| d.property).collect();
    let (allowed, rejected): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|d| is_allowed(d) || causes.iter().any(|cause| follows_from(d.property, cause)));
    if !rejected.is_empty() {
        return Err(CombineError::Different(without_followers(rejected)));
    }
    let mut combined = Combined { histories: Vec::new(), allowed, repeated: Vec::new() };
    for history in histories {
        let Some(twin) = combined.histories.iter_mut().find(|h| is_same_run(h, history)) else {
            combined.histories.push(history.clone());
            continue;
        };
        agree(twin, history)?;
        combined.repeated.push(named(history));
        if history.rounds.len() > twin.rounds.len() {
            *twin = history.clone();
        }
    }
    Ok(combined)
}

/// The properties in which runs differ and must not. One that follows from another that differs, such as the images
/// from `train_size`, is left out.
pub fn differences(histories: &[&History]) -> Vec<Difference> {
    without_followers(all_differences(histories))
}

fn without_followers(mut found: Vec<Difference>) -> Vec<Difference> {
    let causes: Vec<&str> = found.iter().map(|d| d.property).collect();
    found.retain(|d| !causes.iter().any(|cause| follows_from(d.property, cause)));
    found
}

fn all_differences(histories: &[&History]) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let same_images = histories.windows(2).all(|h| h[0].header.data_digest == h[1].header.data_digest);
    let experiments = || histories.iter().map(|h| &h.header.experiment);
    for property in properties() {
        if same_images && experiments().all(|e| only_chooses_images(property, e)) {
            continue;
        }
        let mut values: Vec<(String, String)> = Vec::new();
        for history in histories {
            let value = value(property, &history.header).filter(|v| values.iter().all(|(other, _)| other != v));
            values.extend(value.map(|v| (v, named(history))));
        }
        // Other kernels encode the same images a little differently.
        if values.len() > 1 && (property != LATENT_SCALE || likeness(histories).is_none()) {
            found.push(Difference { property, values });
        }
    }
    found
}

/// The least that is known of how far the runs share their latent space with the first; `None` if they do not.
pub fn likeness(histories: &[&History]) -> Option<Likeness> {
    let Some((first, others)) = histories.split_first() else { return Some(Likeness::Equal) };
    let ground = first.header.ground();
    let known = if ground.weights.is_some() { Likeness::Equal } else { Likeness::Unknown };
    others.iter().try_fold(known, |least, h| Some(least.max(ground.compare(&h.header.ground()).ok()?)))
}

/// An error with all properties in which the runs differ and must not.
pub fn check(histories: &[&History]) -> Result<(), CombineError> {
    match differences(histories) {
        none if none.is_empty() => Ok(()),
        found => Err(CombineError::Different(found)),
    }
}

/// Whether two runs have equal values of everything that runs of one comparison share.
pub fn is_same_setting(a: &History, b: &History) -> bool {
    a.header.ground().compare(&b.header.ground()).is_ok() && has_same_fields(&a.header.experiment, &b.header.experiment)
}

/// Whether two experiments have equal values in all fields that runs of one comparison share, but for those that only choose
/// images.
pub fn has_same_fields(a: &Experiment, b: &Experiment) -> bool {
    let (mut left, mut right) = (a.clone(), b.clone());
    let shared = fields().filter(|f| f.applies(a) && f.applies(b));
    let mut shared = shared.filter(|f| ![a, b].iter().all(|e| only_chooses_images(f.name, e)));
    shared.all(|f| match (f.slot(&mut left), f.slot(&mut right)) {
        (Slot::Count(x), Slot::Count(y)) => x == y,
        (Slot::Seed(x), Slot::Seed(y)) => x == y,
        (Slot::Single(x), Slot::Single(y)) => x == y,
        (Slot::Double(x), Slot::Double(y)) => x == y,
        (Slot::Text(x), Slot::Text(y)) => x == y,
        (Slot::Choice(x), Slot::Choice(y)) => x.index() == y.index(),
        _ => false,
    })
}

/// The fields in which runs must not differ.
fn fields() -> impl Iterator<Item = &'static Field> {
    Field::all().filter(|f| f.part.is_none() && !f.aside && !FREE.contains(&f.name))
}

/// Whether nothing but the images of an experiment follows from a field.
fn only_chooses_images(field: &str, experiment: &Experiment) -> bool {
    let draws_labels = field == DATA_SEED && experiment.label_noise > 0.0;
    CHOOSE_IMAGES.contains(&field) && !draws_labels
}

/// Everything in which runs must not differ.
fn properties() -> impl Iterator<Item = &'static str> {
    fields().map(|f| f.name).chain(FACTS)
}

/// The value of a property in a run; `None` if it has no effect there or is not known.
fn value(property: &str, header: &Header) -> Option<String> {
    match property {
        DATA => Some(short(&header.data_digest)),
        GENERATOR => Some(short(&header.generator_digest)),
        WEIGHTS => header.generator_weights.as_deref().map(short),
        LATENT_SCALE => Some(header.latent_scale.to_string()),
        field => Field::named(field).filter(|f| f.applies(&header.experiment)).map(|f| f.get(&header.experiment)),
    }
}

/// Whether a property that is no field differs because another does.
fn follows_from(property: &str, cause: &str) -> bool {
    let place = |name: &str| FACTS.iter().position(|f| *f == name);
    let Some(here) = place(property) else { return false };
    let images = CHOOSE_IMAGES.contains(&cause) || CHANGE_IMAGES.contains(&cause);
    let generator = property != DATA && Field::named(cause).is_some_and(|f| f.digest == Some(Digest::Generator));
    images || generator || place(cause).is_some_and(|there| there < here)
}

/// An error if two histories of one run contradict each other as far as both go.
pub fn agree(a: &History, b: &History) -> Result<(), CombineError> {
    match a.rounds.iter().zip(&b.rounds).find(|(a, b)| !is_same_round(a, b)) {
        Some((record, _)) => Err(CombineError::Contradiction { run: named(b), round: record.round }),
        None => Ok(()),
    }
}

/// Whether two histories are of one run, whatever their results.
pub fn is_same_run(a: &History, b: &History) -> bool {
    let identity = |h: &History| Variant::identity(&h.header.experiment);
    a.seed() == b.seed()
        && a.strategy() == b.strategy()
        && a.header.forked == b.header.forked
        && identity(a) == identity(b)
        && is_same_setting(a, b)
}

/// Whether two records have the same purchases and the same measurements, to the bit.
fn is_same_round(a: &RoundRecord, b: &RoundRecord) -> bool {
    let bought = |r: &RoundRecord| r.proposals.iter().map(|p| p.sample).collect::<Vec<_>>();
    let measured = |r: &RoundRecord| r.evaluations.iter().map(|e| (e.metric, e.value.to_bits())).collect::<Vec<_>>();
    std::ptr::eq(a, b) || (bought(a) == bought(b) && measured(a) == measured(b) && a.confusion == b.confusion)
}

/// A run's strategy and seed, as text.
fn named(history: &History) -> String {
    format!("{} with seed {}", history.variant(), history.seed())
}

/// The first digits of a digest, as it is shown.
fn short(digest: &str) -> String {
    const SHOWN: usize = 12;
    digest.chars().take(SHOWN).collect()
}

fn list(differences: &[Difference]) -> String {
    let values = |d: &Difference| d.values.iter().map(|(value, run)| format!("{value} in {run}")).collect::<Vec<_>>();
    let one = |d: &Difference| format!("`{}` is {}", d.property, values(d).join(" and "));
    differences.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn options(differences: &[Difference]) -> String {
    let option = |d: &Difference| format!("--allow-different {}", d.property);
    differences.iter().map(option).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_a_field() {
        for name in FREE.iter().chain(&CHOOSE_IMAGES).chain(&CHANGE_IMAGES) {
            assert!(Field::named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn another_seed_of_the_data_draws_other_wrong_labels() {
        let of = |data_seed, label_noise| Experiment { data_seed, label_noise, ..Experiment::default() };
        assert!(has_same_fields(&of(1, 0.0), &of(2, 0.0)));
        assert!(!has_same_fields(&of(1, 0.2), &of(2, 0.2)));
        assert!(has_same_fields(&of(1, 0.2), &of(1, 0.2)));
    }
}
