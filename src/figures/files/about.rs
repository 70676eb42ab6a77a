//! What a folder of figures says of itself: `README.txt` with its runs, and `settings.toml`, from which they can be run
//! again.

use crate::combine::differences;
use crate::experiment::Field;
use crate::figures::data::Histories;
use crate::history::History;
use crate::identity::{Origin, VERSION};
use crate::statistics::{Group, group_names, groups};
use crate::trajectory::walks_of;

/// Names of the two files.
pub const README: &str = "README.txt";
pub const SETTINGS: &str = "settings.toml";

/// How the first of them begins.
pub const DRAWN: &str = "Figures and tables, drawn by ridgewalk";

/// The settings that the runs share: those of the first without its own fields, with the first seed.
pub fn settings(histories: &[History]) -> String {
    let Some(first) = first(histories) else { return String::new() };
    let mut experiment = first.header.own.base(&first.header.experiment);
    experiment.seed = repeated(histories).map(History::seed).min().unwrap_or(experiment.seed);
    let text = experiment.to_toml();
    match histories.iter().all(|h| h.strategy() == first.strategy()) {
        true => text,
        // Each command names its own.
        false => text.lines().filter(|line| !line.starts_with("strategy =")).map(|line| format!("{line}\n")).collect(),
    }
}

/// What the files are, of which runs, and how those are run again; with `walks`, Figure 4 is among the files.
pub fn readme(histories: &Histories, walks: bool) -> String {
    let all = &histories.all;
    let named: Vec<Group<'_>> = groups(all).into_iter().filter(|g| !g.is_fork).collect();
    let differing = differing(all);
    let mut text = format!("{DRAWN} {VERSION}.\n");
    histories.remarks().for_each(|remark| text += &format!("{remark}\n"));
    if named.len() > 1 && named.iter().any(|g| g.name == histories.drawn.against) {
        text += &format!("Compared with: {}.\n", histories.drawn.against.label());
    }
    text += "\nRuns:\n";
    for (history, name) in all.iter().zip(group_names(all)) {
        // Walks can be stepped before anything is labelled.
        let rounds = match history.rounds.iter().filter(|r| r.labels > 0).count() {
            1 => "1 round".to_owned(),
            n => format!("{n} rounds"),
        };
        let own: String = set(history, &differing).iter().map(|set| format!(", {set}")).collect();
        text += &format!("  {name}{own}, seed {}, {rounds}{}\n", history.seed(), computed(history));
    }
    if all.iter().any(|h| h.header.experiment.is_endless()) {
        text += &format!(
            "\n{SETTINGS} has every setting. The labels are a person's, in the project, which `ridgewalk project` goes on with.\n"
        );
    } else if !named.is_empty() {
        text += &again(all, &named, &differing);
        if all.iter().any(History::is_fork) {
            text += "Forks are made in the window.\n";
        }
        if let Some(history) = all.first().filter(|_| walks) {
            text += &walks_again(history);
        }
    }
    text
}

/// Runs of one command: with these values, of consecutive seeds, and the groups that have them.
struct Again {
    set: Vec<String>,
    seed: u64,
    repeats: usize,
    names: Vec<String>,
}

/// The commands that run them again: one for all runs with the same values and the same seeds without a gap.
fn again(all: &[History], named: &[Group<'_>], differing: &[&Field]) -> String {
    let first_seed = repeated(all).map(History::seed).min();
    let mut commands: Vec<Again> = Vec::new();
    for group in named {
        let mut runs: Vec<(Vec<String>, u64)> = group.histories.iter().map(|h| (set(h, differing), h.seed())).collect();
        runs.sort();
        runs.dedup();
        let follows = |a: &(Vec<String>, u64), b: &(Vec<String>, u64)| a.0 == b.0 && b.1 - a.1 == 1;
        for run in runs.chunk_by(follows) {
            let ((set, seed), repeats, name) = (run[0].clone(), run.len(), group.name.to_string());
            let same = |c: &&mut Again| c.set == set && c.seed == seed && c.repeats == repeats;
            match commands.iter_mut().find(same) {
                Some(known) => known.names.push(name),
                None => commands.push(Again { set, seed, repeats, names: vec![name] }),
            }
        }
    }
    let folder = |i: usize| if commands.len() == 1 { "runs".to_owned() } else { format!("runs-{}", i + 1) };
    let fields: Vec<String> = differing.iter().map(|f| format!("`{}`", f.name)).collect();
    let but = match fields.is_empty() {
        true => String::new(),
        false => format!(", and of {}, in which they differ, the value of the first", fields.join(" and ")),
    };
    let each = if commands.len() > 1 { ", each command into a folder of its own" } else { "" };
    let mut text = format!("\n{SETTINGS} has every setting that they share{but}. To run them again{each}:\n");
    for (i, Again { set, seed, repeats, names }) in commands.iter().enumerate() {
        let set: String = set.iter().map(|set| format!(" --set {set}")).collect();
        let seed = if Some(*seed) == first_seed { String::new() } else { format!(" --seed {seed}") };
        text += &format!(
            "  ridgewalk run --experiment {SETTINGS}{set} --strategies '{}'{seed} --repeats {repeats} --out {}\n",
            names.join(","),
            folder(i)
        );
    }
    if commands.len() > 1 {
        let folders: Vec<String> = (0..commands.len()).map(folder).collect();
        let allow: String =
            differing.iter().filter(|f| f.name != ROUNDS).map(|f| format!(" --allow-different {}", f.name)).collect();
        text += &format!("All of them together: ridgewalk figures {}{allow} --out figures\n", folders.join(" "));
    }
    text
}

/// Which walks of a run the command starts, if some were started by hand.
fn walks_again(history: &History) -> String {
    let of_run = history.header.experiment.walks;
    let walks = walks_of(history);
    let by_hand = walks.iter().filter(|(walk, _)| *walk >= of_run).count();
    let starts = match walks.len() - by_hand {
        _ if by_hand == 0 => return String::new(),
        0 => "none of the walks".to_owned(),
        n => format!("{n} of the {} walks", walks.len()),
    };
    format!("The command starts {starts}: {by_hand} were started by hand in the window, and no command repeats them.\n")
}

/// The field that figures may always differ in.
const ROUNDS: &str = "rounds";

/// The fields in which the runs differ beside strategy and seed.
fn differing(all: &[History]) -> Vec<&'static Field> {
    let runs: Vec<&History> = repeated(all).collect();
    let rounds = runs.windows(2).any(|h| h[0].header.experiment.rounds != h[1].header.experiment.rounds);
    let fields = differences(&runs).into_iter().filter_map(|d| Field::named(d.property));
    fields.chain(Field::named(ROUNDS).filter(|_| rounds)).collect()
}

/// The values of a run in these fields, as they are given to a command.
fn set(history: &History, fields: &[&Field]) -> Vec<String> {
    fields.iter().map(|f| format!("{}={}", f.name, f.get(&history.header.experiment))).collect()
}

/// By what a run was computed, if its history says it.
fn computed(history: &History) -> String {
    let origins: Vec<String> = history.header.origins.iter().map(Origin::describe).collect();
    if origins.is_empty() { String::new() } else { format!("; computed by {}", origins.join(", then by ")) }
}

/// The runs that are no forks.
fn repeated(histories: &[History]) -> impl Iterator<Item = &History> {
    histories.iter().filter(|h| !h.is_fork())
}

fn first(histories: &[History]) -> Option<&History> {
    repeated(histories).min_by_key(|h| h.seed()).or(histories.first())
}
