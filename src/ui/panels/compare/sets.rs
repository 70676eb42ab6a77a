//! Which runs a comparison shows: those of the list that are shown, in sets that may be combined.

use egui::{RichText, Ui};

use crate::combine::is_same_setting;
use crate::history::History;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{Theme, size};
use crate::ui::kit::words;
use crate::ui::state::AppState;

/// The sets of shown runs, and which of them is compared.
#[derive(Default)]
pub struct Sets {
    found: Memo<Key, Vec<Set>>,
    wanted: Wanted,
}

/// What the sets depend on: the list, the session and the number of ended rounds.
type Key = (u64, u64, usize);

/// Runs that differ in nothing but strategy, its own fields and seed.
struct Set {
    histories: Vec<History>,
    /// How many of them are of this session.
    live: usize,
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

    /// The runs that are compared.
    pub fn chosen(&mut self, state: &AppState) -> Vec<History> {
        self.find(state);
        let Self { found, wanted } = self;
        let sets = found.last().map_or(&[][..], Vec::as_slice);
        match chosen(sets, wanted) {
            Some(set) => sets[set].histories.clone(),
            None => sets.iter().flat_map(|s| s.histories.iter().cloned()).collect(),
        }
    }

    /// Says which runs these are, and lets another set be chosen where there are several.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme) {
        let sets = self.found.last().map_or(&[][..], Vec::as_slice);
        if sets.is_empty() {
            return;
        }
        let at = chosen(sets, &self.wanted);
        let name = |at: Option<usize>| at.map_or_else(|| "all together".to_owned(), |i| sets[i].name());
        let tip = "The runs whose eye is open in the list of runs. Those that differ in nothing but strategy, its settings and \
                   seed are compared together";
        if sets.len() == 1 {
            let text = RichText::new(sets[0].name()).size(size::CAPTION).color(theme.weak);
            ui.label(text).on_hover_text(format!("{tip}\n{}", sets[0].list()));
            return;
        }
        let mut wanted = None;
        let combo = egui::ComboBox::new("compared runs", "").width(WIDTH).truncate().selected_text(name(at));
        let response = combo.show_ui(ui, |ui| {
            for choice in (0..sets.len()).map(Some).chain([None]) {
                let row = ui.selectable_label(at == choice, name(choice));
                let row = choice.map_or_else(|| row.clone(), |i| row.clone().on_hover_text(sets[i].list()));
                if row.clicked() {
                    wanted = Some(choice.map_or(Wanted::All, |i| like(&sets[i].histories[0])));
                }
            }
        });
        response.response.accessible_name("Compared runs").on_hover_text(tip);
        self.wanted = wanted.unwrap_or_else(|| std::mem::take(&mut self.wanted));
    }

    fn find(&mut self, state: &AppState) {
        let ended = state.runs.iter().map(|run| run.rounds.len()).sum();
        self.found.get((state.list.version, state.generation, ended), || {
            let live = state.histories();
            let mut sets: Vec<Set> = Vec::new();
            let count = live.len();
            let kept = state.list.kept_shown().map(|(_, history)| history.clone());
            for (i, history) in live.into_iter().chain(kept).enumerate() {
                let at = sets.iter().position(|s| is_same_setting(&s.histories[0], &history)).unwrap_or_else(|| {
                    sets.push(Set { histories: Vec::new(), live: 0 });
                    sets.len() - 1
                });
                sets[at].histories.push(history);
                sets[at].live += usize::from(i < count);
            }
            sets
        });
    }
}

/// Wide enough for a name, a number and a source.
const WIDTH: f32 = 210.0;

/// The chosen set; `None` for all.
fn chosen(sets: &[Set], wanted: &Wanted) -> Option<usize> {
    match wanted {
        Wanted::All => None,
        Wanted::First => (!sets.is_empty()).then_some(0),
        Wanted::Like(run) => {
            sets.iter().position(|s| is_same_setting(&s.histories[0], run)).or((!sets.is_empty()).then_some(0))
        }
    }
}

fn like(history: &History) -> Wanted {
    Wanted::Like(Box::new(History::new(history.header.clone())))
}

impl Set {
    /// Of which experiment, how many, and from where.
    fn name(&self) -> String {
        let (name, all) = (&self.histories[0].header.experiment.name, self.histories.len());
        let runs = if all == 1 { "1 run".to_owned() } else { format!("{} runs", words::thousands(all)) };
        let from = match self.live {
            0 => ", kept or opened".to_owned(),
            live if live == all => String::new(),
            live => format!(", {live} of this session"),
        };
        format!("{name}: {runs}{from}")
    }

    /// The names of its runs.
    fn list(&self) -> String {
        /// Runs that are named.
        const NAMED: usize = 12;
        let mut names: Vec<String> =
            self.histories.iter().take(NAMED).map(|h| format!("{}, seed {}", h.label(), h.seed())).collect();
        if self.histories.len() > NAMED {
            names.push(format!("and {} more", self.histories.len() - NAMED));
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
        sets.choose_opened(&state);
        assert_eq!(sets.chosen(&state), [other]);
        sets.wanted = Wanted::All;
        assert_eq!(sets.chosen(&state).len(), 3);
        // When a set is hidden, what is left is compared.
        let keys: Vec<_> = state.list.entries().filter(|e| e.kept().is_some()).map(|e| e.key).collect();
        sets.choose_opened(&state);
        state.list.show(&keys[2..], false);
        assert_eq!(sets.chosen(&state).len(), 2);
    }
}
