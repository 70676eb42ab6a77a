//! What a folder of figures says of itself: `README.txt` with its runs, and `settings.toml`, from which they can be run
//! again.

use crate::figures::data::Histories;
use crate::history::History;
use crate::identity::{Origin, VERSION};
use crate::statistics::{Group, group_names, groups};

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
    experiment.to_toml()
}

/// What the files are, of which runs, and how those are run again.
pub fn readme(histories: &Histories) -> String {
    let all = &histories.all;
    let mut text = format!("{DRAWN} {VERSION}.\n");
    histories.remarks().for_each(|remark| text += &format!("{remark}\n"));
    text += &format!("Compared with: {}.\n\nRuns:\n", histories.against.label());
    for (history, name) in all.iter().zip(group_names(all)) {
        // Walks can be stepped before anything is labelled.
        let rounds = match history.rounds.iter().filter(|r| r.labels > 0).count() {
            1 => "1 round".to_owned(),
            n => format!("{n} rounds"),
        };
        text += &format!("  {name}, seed {}, {rounds}{}\n", history.seed(), computed(history));
    }
    let named: Vec<Group<'_>> = groups(all).into_iter().filter(|g| !g.is_fork).collect();
    let repeats = named.iter().map(|g| g.histories.len()).max().unwrap_or(0);
    if all.iter().any(|h| h.header.experiment.is_endless()) {
        text += &format!(
            "\n{SETTINGS} has every setting. The labels are a person's, in the project, which `ridgewalk project` goes on with.\n"
        );
    } else if repeats > 0 {
        let names: Vec<String> = named.iter().map(|g| g.name.to_string()).collect();
        text += &format!(
            "\n{SETTINGS} has every setting that they share. To run them again:\n  ridgewalk run --experiment {SETTINGS} \
             --strategies '{}' --repeats {repeats} --out runs\n",
            names.join(",")
        );
        if all.iter().any(History::is_fork) {
            text += "Forks are made in the window.\n";
        }
    }
    text
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
