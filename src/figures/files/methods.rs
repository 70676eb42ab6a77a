//! The methods of a comparison in sentences, with every number that a paper must give.

use std::fmt::Write as _;

use crate::dataset::VALIDATION_SHARE;
use crate::experiment::{Augmentation, Experiment, GeneratorKind, Task, WalkReselection, WeightsBetweenRounds};
use crate::figures::captions::{condition, train_images};
use crate::figures::data::{Histories, experiment, repeats_text, split_name, stand_in_note};
use crate::figures::drawing::ticks::number;
use crate::history::History;
use crate::identity::VERSION;
use crate::statistics::{Group, compare, groups};

/// The name of the file.
pub const METHODS: &str = "methods.md";

/// Paragraphs in Markdown: data, latent space, rounds, strategies, evaluation and tests, program. `settings` is the file
/// beside the text that has every setting, if there is one; `walks` says what was found of the walks, if they are shown.
pub fn methods(histories: &Histories, settings: Option<&str>, walks: Option<&str>) -> String {
    let all = &histories.all;
    let e = &experiment(all);
    let named: Vec<Group<'_>> = groups(all).into_iter().filter(|g| !g.is_fork).collect();
    let mut text = String::from("# Methods\n\n");
    for paragraph in [
        data(histories, e),
        latent_space(all, e),
        rounds(all, e),
        strategies(all, &named),
        forks(all),
        walks.map_or_else(String::new, |found| of_walks(e, found)),
        evaluation(histories, e, &named),
        program(all, settings),
    ]
    .iter()
    .filter(|paragraph| !paragraph.is_empty())
    {
        // Writing into a string always succeeds.
        let _ = writeln!(text, "{paragraph}\n");
    }
    text
}

fn whole(value: usize) -> String {
    number(value as f64, 0)
}

fn data(histories: &Histories, e: &Experiment) -> String {
    let captions = histories.captions.join(" ");
    let mut text = format!("**Data.** {}", captions.strip_prefix("Data: ").unwrap_or(&captions));
    for (size, what) in [(e.train_size, "train"), (e.test_size, "test")] {
        if size > 0 {
            text += &format!(" Only the first {} {what} images were used.", whole(size));
        }
    }
    let there = all_train_images(&histories.all);
    match (e.validation_size, there) {
        (0, _) => text += " No images were set aside for validation.",
        (n, None) => {
            text += &format!(
                " {} train images, or a sixth of all where that is fewer, were set aside for validation and never trained on.",
                whole(n)
            );
        }
        (n, Some(there)) => {
            let aside = n.min(there / VALIDATION_SHARE);
            let thinned = if e.imbalance > 1.0 { ", before its classes were thinned out" } else { "" };
            text += &format!(
                " Of {} train images {} were set aside for validation and never trained on; the other {} were the pool{thinned}.",
                whole(there),
                whole(aside),
                whole(there - aside)
            );
        }
    }
    text
}

/// The images that train and validation were divided from, if all runs had as many.
fn all_train_images(all: &[History]) -> Option<usize> {
    let there = train_images(&all.first()?.header)?;
    all.iter().all(|h| train_images(&h.header) == Some(there)).then_some(there)
}

fn latent_space(all: &[History], e: &Experiment) -> String {
    let dim = e.latent_dim;
    let mut text = match e.generator {
        GeneratorKind::Codes => {
            return format!("**Latent space.** Codes of {dim} dimensions were given with the images.");
        }
        GeneratorKind::Plaque => format!(
            "**Latent space.** The {dim} parameters of the generated vessels themselves as numbers of N(0, 1), decoded without \
             error; gradients by differences"
        ),
        GeneratorKind::Vae | GeneratorKind::ConvVae | GeneratorKind::Pca | GeneratorKind::AlphaGan => format!(
            "**Latent space.** {} of {dim} dimensions, fitted to the train images without labels",
            e.generator.label()
        ),
    };
    if e.generator.has_minibatches() {
        let at_the_end = match e.generator_epochs {
            0..=3 => String::new(),
            _ => format!(", {} in the last quarter", e.generator_final_learning_rate),
        };
        text += &format!(
            ": {} epochs of minibatches of {} by Adam (ε = {:e}), learning rate {}{at_the_end}, seed {}",
            e.generator_epochs, e.generator_batch, e.adam_epsilon, e.generator_learning_rate, e.generator_seed
        );
    }
    match e.generator {
        GeneratorKind::Vae | GeneratorKind::ConvVae => text += &format!("; weight of the KL term β = {}", e.beta),
        GeneratorKind::AlphaGan => {
            text += &format!("; weight of the reconstruction error λ = {}", e.reconstruction_weight)
        }
        GeneratorKind::Pca | GeneratorKind::Plaque | GeneratorKind::Codes => {}
    }
    if e.generator.is_convolutional() {
        text += &format!("; width {}", e.generator_width);
    }
    let scale = all.first().map_or(0.0, |h| f64::from(h.header.latent_scale));
    text +=
        &format!(". The mean standard deviation of the codes' axes is σ = {}, the unit of lengths.", number(scale, 3));
    text
}

fn rounds(all: &[History], e: &Experiment) -> String {
    let wanted = e.samples_per_round;
    let bought = |h: &History| {
        // In a project labels may be taken back.
        let mut before = 0;
        h.rounds.iter().all(|r| r.labels.checked_sub(std::mem::replace(&mut before, r.labels)) == Some(wanted))
    };
    let each = if all.iter().all(bought) {
        format!("{} labels each", whole(wanted))
    } else {
        let ends = || all.iter().filter_map(|h| h.rounds.last()).map(|r| r.labels);
        let [least, most] = [ends().min(), ends().max()].map(|n| whole(n.unwrap_or(0)));
        let all = if least == most { least } else { format!("{least} to {most}") };
        format!("{} labels asked for, {all} in all at the end", whole(wanted))
    };
    let target = e.network();
    let width = if target.has_width() { format!(" of width {}", e.target_width) } else { String::new() };
    let training = match e.epochs_per_round {
        0 => format!("{} minibatches of {}", whole(e.minibatches_per_round), e.batch_size),
        n => format!("{n} epochs in minibatches of {}", e.batch_size),
    };
    let weights = match e.weights {
        WeightsBetweenRounds::Continue => "continuing from its weights of the round before",
        WeightsBetweenRounds::Retrain => "from its initial weights in each round",
    };
    let augmented = match e.augmentation {
        Augmentation::None => "",
        Augmentation::FlipAndShift => " Training images were mirrored and shifted at random.",
    };
    let ended = || all.iter().filter(|h| !h.is_fork()).map(|h| h.rounds.len());
    let count = match (ended().min().unwrap_or(e.rounds), ended().max().unwrap_or(e.rounds)) {
        (1, 1) => "1 round".to_owned(),
        (least, most) if least == most => format!("{most} rounds"),
        (least, most) => format!("{least} to {most} rounds"),
    };
    let mut text = format!(
        "**Rounds.** {count} of {each}. {} In each round the \
         target ({}{width}) was trained on all labelled samples, {weights}: {training} by Adam, learning rate {}, \
         ε = {:e}.{augmented}",
        first_set(all, e),
        target.label(),
        e.learning_rate,
        e.adam_epsilon
    );
    if e.dataset.task() == Task::Maps {
        text += &format!(
            " Labels are maps of the {} at a systolic pressure of {} mmHg by finite elements, divided by {} kPa.",
            e.stress.label().to_lowercase(),
            e.systolic_mmhg,
            e.stress_scale_kpa
        );
    }
    text
}

/// How the samples of round 1 came about: those of strategies that generate them were drawn and decoded.
fn first_set(all: &[History], e: &Experiment) -> String {
    const DRAWN: &str = "decoded draws from N(0, I)";
    let generates = |h: &History| h.header.first_experiment().generates_in(1);
    let mut names: Vec<&str> = Vec::new();
    for name in all.iter().filter(|h| generates(h)).map(|h| h.header.first_experiment().strategy.label()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !names.is_empty() && all.iter().all(generates) {
        return format!("In round 1 the samples were {DRAWN}.");
    }
    let but = if names.is_empty() {
        String::new()
    } else {
        format!(", but those of {}, which were {DRAWN}", names.join(" and "))
    };
    format!("In round 1 the samples were chosen by `first_set={}`{but}.", e.first_set)
}

/// Each strategy in a sentence with the values of its own fields, and who labelled what they generated.
fn strategies(all: &[History], named: &[Group<'_>]) -> String {
    let mut text = String::from("**Strategies.**");
    for group in named {
        let Some(run) = group.histories.first() else { continue };
        let e = &run.header.experiment;
        text += &format!(" *{}*{}: {}", group.label(), own_fields(e), e.strategy.help());
    }
    if let Some(note) = stand_in_note(all) {
        text += &format!(" {note} A stand-in has seen the labels of the whole train split.");
    }
    text
}

/// The values of the fields that the strategy reads, in brackets; empty if it reads none.
fn own_fields(e: &Experiment) -> String {
    let own = e.strategy.own_fields().filter(|f| f.applies(e)).map(|f| {
        let unit = if f.unit.is_empty() { String::new() } else { format!(" {}", f.unit) };
        format!("`{}` = {}{unit}", f.name, f.get(e))
    });
    let own: Vec<String> = own.collect();
    if own.is_empty() { String::new() } else { format!(" ({})", own.join(", ")) }
}

/// What each fork left, and how it went on; empty without one.
fn forks(all: &[History]) -> String {
    let mut runs: Vec<&History> = all.iter().collect();
    // What left a fork comes after it.
    runs.sort_by_key(|run| run.strategies().len());
    let told = runs.into_iter().filter_map(|run| {
        let (fork, e) = (run.header.forked.as_ref()?, &run.header.experiment);
        let seed = if e.seed == fork.experiment.seed { String::new() } else { format!(" and seed {}", e.seed) };
        Some(format!(
            " *{}* left a run of {}{}, seed {}, after round {} and went on by {}{}{seed}: {}",
            run.label(),
            fork.experiment.strategy.label(),
            own_fields(&fork.experiment),
            fork.experiment.seed,
            fork.round,
            e.strategy.label(),
            own_fields(e),
            e.strategy.help()
        ))
    });
    let told: String = told.collect();
    match told.is_empty() {
        true => told,
        false => {
            format!("**Forks.**{told} A fork shares rounds with the run that it left, so it is in no mean and no test.")
        }
    }
}

/// How the walks went on, and what was found of them.
fn of_walks(e: &Experiment, found: &str) -> String {
    let restarted = match e.walk_reselection {
        WalkReselection::EveryK => format!("every {} steps", e.walk_reselect_every),
        how => how.label().to_lowercase(),
    };
    format!(
        "**Walks.** One step of α = {} σ a round along the gradient, with the label of the walk's start (start: {}; \
         restarted: {restarted}); walks are recorded beside a run and change nothing in it. {found}",
        e.alpha,
        e.walk_anchors.label().to_lowercase()
    )
}

fn evaluation(histories: &Histories, e: &Experiment, named: &[Group<'_>]) -> String {
    let all = &histories.all;
    let mut seeds: Vec<u64> = named.iter().flat_map(|g| &g.histories).map(|h| h.seed()).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let many = if seeds.len() == 1 { "seed" } else { "seeds" };
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let of_each = if named.len() > 1 { " of each strategy" } else { "" };
    let mut text = format!(
        "**Evaluation.** {} ({}) on the {} at the end of each round; {}{of_each} ({many} {}).",
        e.dataset.task().measure(),
        e.dataset.task().unit(),
        split_name(all),
        repeats_text(named),
        seeds.join(", "),
    );
    let comparison = compare(&histories.drawn.compared, &histories.drawn.options());
    let tests = comparison.groups.iter().filter_map(|group| group.endpoint_test.as_ref());
    let (compared, pairs) = tests.fold((0, 0), |(n, most), test| (n + 1, most.max(test.differences.len())));
    if compared == 0 {
        return text;
    }
    let rounds = match (comparison.rounds.start(), comparison.rounds.end()) {
        (first, last) if first == last => format!("at round {first}"),
        (first, last) => format!("as the mean over rounds {first} to {last}"),
    };
    text += &format!(
        " Strategies with the same seed share initial weights and minibatch streams, so they are compared in pairs: the \
         primary endpoint is {}, {rounds}, minus that of {} with the same seed.",
        e.dataset.task().measure().to_lowercase(),
        histories.drawn.against.label(),
    );
    if pairs < 2 {
        text += " There is one pair of each, so no test and no interval.";
        return text;
    }
    let (adjusted, alone) = match comparison.tests {
        0 | 1 => (String::new(), ""),
        n => (format!(" with Holm's adjustment over {n} strategies"), ", for each strategy by itself, not adjusted"),
    };
    text += &format!(
        " It is tested by an exact two-sided sign-flip test{adjusted}; intervals are Student t at 95 %, {}{alone}.",
        condition(all)
    );
    text
}

fn program(all: &[History], settings: Option<&str>) -> String {
    let mut by: Vec<String> = all.iter().flat_map(|h| h.header.origins.iter().map(|o| o.describe())).collect();
    by.sort();
    by.dedup();
    let by = if by.is_empty() { String::new() } else { format!(" The runs were computed by {}.", by.join("; ")) };
    let settings = settings.map_or_else(String::new, |file| format!("; `{file}` beside this text has every setting"));
    format!("**Program.** Ridgewalk {VERSION}{settings}.{by}")
}
