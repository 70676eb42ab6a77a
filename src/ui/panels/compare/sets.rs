//! Which runs a comparison shows: those of the list that are shown, in sets that may be combined.

use egui::{RichText, Ui};

use crate::combine::{is_same_run, is_same_setting};
use crate::history::History;
use crate::statistics::{Group, groups};
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{Theme, size};
use crate::ui::kit::words;
use crate::ui::state::{AppState, Entry, GroupKey, RunKey, is_among};

/// The sets of shown runs, and which of them is compared.
#[derive(Default)]
pub struct Sets {
    found: Memo<Key, Vec<Set>>,
    wanted: Wanted,
}

/// What the sets depend on: the list, the session and the number of ended rounds.
type Key = (u64, u64, usize);

/// Runs that differ in nothing but strategy, its own fields and seed, whether they are shown or not.
struct Set(Vec<Member>);

/// A run of a set.
#[derive(Clone)]
struct Member {
    key: RunKey,
    /// Its group in the list of runs.
    group: GroupKey,
    history: History,
    /// Whether it is of this session.
    live: bool,
    /// Whether its eye is open in the list of runs.
    shown: bool,
}

/// A variant or a fork of what is compared, which can be shown or hidden.
pub struct Choice {
    pub label: String,
    /// Its number of repeats; a fork has none.
    pub count: Option<usize>,
    pub runs: Vec<RunKey>,
    pub shown: bool,
}

/// Which set is compared.
#[derive(Default)]
enum Wanted {
    /// The first: that of this session, if it has one.
    #[default]
    First,
    /// Those that may be combined with this run.
    Like(Box<History>),
    /// All together, although they differ.
    All,
}

impl Sets {
    /// Compares what was opened last.
    pub fn choose_opened(&mut self, state: &AppState) {
        let last = state.list.kept_shown().last();
        self.wanted = last.map_or(Wanted::First, |(_, h)| like(h));
    }

    /// The runs that are compared: one that is replayed is taken from the session only.
    pub fn chosen(&mut self, state: &AppState) -> Vec<History> {
        self.find(state);
        let shown = |live: bool| self.members().into_iter().filter(move |run| run.shown && run.live == live);
        let own: Vec<History> = shown(true).map(|run| run.history.clone()).collect();
        let kept: Vec<History> = shown(false).map(|run| &run.history).filter(|h| !is_among(h, &own)).cloned().collect();
        [own, kept].concat()
    }

    /// What can be shown or hidden: the variants and forks of what is compared.
    pub fn choices(&self) -> Vec<Choice> {
        let mut members = self.members();
        // A former session or a folder of which nothing is shown is left out, unless there is nothing else.
        let seen: Vec<GroupKey> = members.iter().filter(|run| run.shown).map(|run| run.group).collect();
        members.retain(|run| run.live || seen.is_empty() || seen.contains(&run.group));
        let choice = |group: &Group<'_>| {
            let of = |run: &&&Member| group.histories.iter().any(|h| std::ptr::eq(*h, &run.history));
            let runs: Vec<&&Member> = members.iter().filter(of).collect();
            let shown = different(runs.iter().filter(|run| run.shown).map(|run| **run));
            let repeats = if shown > 0 { shown } else { different(runs.iter().map(|run| **run)) };
            Choice {
                label: group.label(),
                count: (!group.is_fork).then_some(repeats),
                runs: runs.iter().map(|run| run.key).collect(),
                shown: shown > 0,
            }
        };
        groups(members.iter().map(|run| &run.history)).iter().map(choice).collect()
    }

    /// The runs of the chosen set, or of all.
    fn members(&self) -> Vec<&Member> {
        let sets = self.found.last().map_or(&[][..], Vec::as_slice);
        match chosen(sets, &self.wanted) {
            Some(set) => sets[set].0.iter().collect(),
            None => sets.iter().flat_map(|set| &set.0).collect(),
        }
    }

    /// Says which runs these are, and lets another set be chosen where there are several.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme) {
        let sets = self.found.last().map_or(&[][..], Vec::as_slice);
        if sets.is_empty() {
            return;
        }
        let at = chosen(sets, &self.wanted);
        let offered: Vec<usize> = (0..sets.len()).filter(|i| at == Some(*i) || sets[*i].is_offered()).collect();
        let name = |at: Option<usize>| at.map_or_else(|| "all together".to_owned(), |i| sets[i].name());
        let tip = "The runs whose eye is open in the list of runs. Those that differ in nothing but strategy, its settings and \
                   seed are compared together";
        if let [only] = offered[..] {
            let text = RichText::new(sets[only].name()).size(size::CAPTION).color(theme.weak);
            ui.label(text).on_hover_text(format!("{tip}\n{}", sets[only].list()));
            return;
        }
        let mut wanted = None;
        let combo = egui::ComboBox::new("compared runs", "").width(WIDTH).truncate().selected_text(name(at));
        let response = combo.show_ui(ui, |ui| {
            for choice in offered.into_iter().map(Some).chain([None]) {
                let row = ui.selectable_label(at == choice, name(choice));
                let row = choice.map_or_else(|| row.clone(), |i| row.clone().on_hover_text(sets[i].list()));
                if row.clicked() {
                    wanted = Some(choice.map_or(Wanted::All, |i| like(&sets[i].0[0].history)));
                }
            }
        });
        response.response.accessible_name("Compared runs").on_hover_text(tip);
        self.wanted = wanted.unwrap_or_else(|| std::mem::take(&mut self.wanted));
    }

    fn find(&mut self, state: &AppState) {
        let ended = state.runs.iter().map(|run| run.rounds.len()).sum();
        self.found.get((state.list.version, state.generation, ended), || {
            let member = |entry: &Entry| {
                let (key, group, live, shown) = (entry.key, entry.group, entry.live().is_some(), entry.shown);
                Some(Member { key, group, history: state.history_of(entry)?, live, shown })
            };
            let mut members: Vec<Member> = state.list.entries().filter_map(member).collect();
            members.sort_by_key(|run| !run.live);
            let mut sets: Vec<Set> = Vec::new();
            for run in members {
                match sets.iter_mut().find(|set| is_same_setting(&set.0[0].history, &run.history)) {
                    Some(set) => set.0.push(run),
                    None => sets.push(Set(vec![run])),
                }
            }
            sets
        });
    }
}

/// Wide enough for a name, a number and a source.
const WIDTH: f32 = 210.0;

/// The chosen set; `None` for all.
fn chosen(sets: &[Set], wanted: &Wanted) -> Option<usize> {
    let first = || sets.iter().position(Set::is_offered).or((!sets.is_empty()).then_some(0));
    match wanted {
        Wanted::All => None,
        Wanted::First => first(),
        Wanted::Like(run) => sets.iter().position(|set| is_same_setting(&set.0[0].history, run)).or_else(first),
    }
}

/// How many runs these are: one that is replayed is in the list twice, and compared once.
fn different<'a>(runs: impl Iterator<Item = &'a Member>) -> usize {
    let mut found: Vec<&History> = Vec::new();
    for run in runs {
        if !found.iter().any(|other| is_same_run(other, &run.history)) {
            found.push(&run.history);
        }
    }
    found.len()
}

fn like(history: &History) -> Wanted {
    Wanted::Like(Box::new(History::new(history.header.clone())))
}

impl Set {
    /// Whether it can be chosen: something of it is shown, or is of this session.
    fn is_offered(&self) -> bool {
        self.0.iter().any(|run| run.live || run.shown)
    }

    fn shown(&self) -> impl Iterator<Item = &Member> {
        self.0.iter().filter(|run| run.shown)
    }

    /// Of which experiment, how many are shown, and from where.
    fn name(&self) -> String {
        let (name, all) = (&self.0[0].history.header.experiment.name, different(self.shown()));
        let runs = if all == 1 { "1 run".to_owned() } else { format!("{} runs", words::thousands(all)) };
        let from = match self.shown().filter(|run| run.live).count() {
            live if live == all => String::new(),
            0 => ", kept or opened".to_owned(),
            live => format!(", {live} of this session"),
        };
        format!("{name}: {runs}{from}")
    }

    /// The names of its shown runs.
    fn list(&self) -> String {
        /// Runs that are named.
        const NAMED: usize = 12;
        let name = |run: &Member| format!("{}, seed {}", run.history.label(), run.history.seed());
        let mut names: Vec<String> = self.shown().take(NAMED).map(name).collect();
        let all = self.shown().count();
        if all > NAMED {
            names.push(format!("and {} more", all - NAMED));
        }
        names.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;
    use crate::device::DeviceKind;
    use crate::experiment::{Experiment, Strategy, setups};

    #[test]
    fn runs_of_different_settings_are_sets_of_their_own_and_what_was_opened_last_is_compared() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories/random-01.rwh");
        let run = archive::read_history(file.as_ref()).unwrap();
        let mut other = run.clone();
        other.header.experiment.learning_rate *= 2.0;
        let base = Experiment::default();
        let variants = setups(&base, &[Strategy::Snn.into()]).unwrap();
        let mut state = AppState::new(base, variants, DeviceKind::Cpu);
        let mut sets = Sets::default();
        assert!(sets.chosen(&state).is_empty());
        state.list.open(vec![run.clone(), run.clone()], "a".into());
        state.list.open(vec![other.clone()], "b".into());
        assert_eq!(sets.chosen(&state).len(), 2, "the first set");
        assert_eq!(sets.choices()[0].count, Some(1), "a run that is in the list twice is one repeat");
        sets.choose_opened(&state);
        assert_eq!(sets.chosen(&state), [other]);
        sets.wanted = Wanted::All;
        assert_eq!(sets.chosen(&state).len(), 3);
        // A variant that is hidden here, or in the list, can be shown again here.
        let keys: Vec<_> = state.list.entries().filter(|e| e.kept().is_some()).map(|e| e.key).collect();
        sets.choose_opened(&state);
        state.list.show(&keys[2..], false);
        assert!(sets.chosen(&state).is_empty());
        let all: Vec<_> = sets.choices().into_iter().map(|c| (c.label, c.count, c.runs, c.shown)).collect();
        assert_eq!(all, [("Random".to_owned(), Some(1), keys[2..].to_vec(), false)]);
        state.list.show(&keys[2..], true);
        assert_eq!(sets.chosen(&state).len(), 1);
        // Of a set, what is hidden is not compared.
        sets.wanted = Wanted::First;
        state.list.show(&keys[..1], false);
        assert_eq!((sets.chosen(&state).len(), sets.choices()[0].runs.len(), sets.choices()[0].shown), (1, 2, true));
    }
}
