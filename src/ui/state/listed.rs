//! The runs of the list with their results: which of them panels show, and how they are removed and put back.

use std::path::Path;
use std::sync::Arc;

use super::app_state::AppState;
use super::messages::Offer;
use super::run::RunState;
use super::run_list::{Entry, GroupKey, RunKey, Undo};
use crate::combine::is_same_run;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Command, Level, Phase};
use crate::experiment::Experiment;
use crate::figures::StrategyStyle;
use crate::history::{Header, History, Metric, RoundRecord};
use crate::statistics::{CurvePoint, CurveRound, curve};

/// A run of the list with its results so far.
#[derive(Clone, Copy)]
pub struct Listed<'a> {
    pub entry: &'a Entry,
    pub style: StrategyStyle,
    /// Its experiment, with its own strategy and seed.
    pub experiment: &'a Experiment,
    /// `None` before it begins.
    pub header: Option<&'a Header>,
    /// Completed rounds.
    pub rounds: &'a [Arc<RoundRecord>],
    /// The run of the present session, once it has begun.
    pub live: Option<&'a RunState>,
}

impl Listed<'_> {
    /// All values of a metric in order, including those of a round in progress.
    pub fn curve(&self, metric: Metric) -> Vec<CurvePoint> {
        match self.live {
            Some(live) => live.curve(metric, self.experiment),
            None => curve(self.rounds.iter().map(|r| CurveRound::from(&**r)), metric),
        }
    }

    /// The metric at the end of the last round that has one.
    pub fn last_value(&self) -> Option<(usize, f32)> {
        self.rounds.iter().rev().find_map(|r| Some((r.round, r.final_value()?)))
    }

    /// Whether no round will follow.
    pub fn has_ended(&self) -> bool {
        self.rounds.last().is_some_and(|r| r.is_last_of(self.experiment))
    }
}

/// Whether a run is among others, as far as it went or further.
pub fn is_among(run: &History, others: &[History]) -> bool {
    others.iter().any(|other| other.rounds.len() >= run.rounds.len() && is_same_run(other, run))
}

impl AppState {
    /// The runs of a group that are not removed.
    pub fn listed(&self, group: GroupKey) -> impl Iterator<Item = Listed<'_>> {
        self.list.entries_of(group).map(|entry| self.with_results(entry))
    }

    /// The runs that curves, figures and tests show. One that is replayed is kept in the list, too, and shown once: a kept
    /// run is left out where the present session has gone as far with it.
    pub fn runs_shown(&self) -> impl Iterator<Item = Listed<'_>> {
        let own = self.histories();
        self.all_shown().filter(move |run| !run.entry.kept().is_some_and(|kept| is_among(kept, &own)))
    }

    fn all_shown(&self) -> impl Iterator<Item = Listed<'_>> {
        self.list.entries().filter(|e| e.shown).map(|entry| self.with_results(entry))
    }

    fn with_results<'a>(&'a self, entry: &'a Entry) -> Listed<'a> {
        if let Some(history) = entry.kept() {
            let (header, rounds) = (&history.header, &history.rounds[..]);
            let style = self.looks.style(header);
            return Listed { entry, style, experiment: &header.experiment, header: Some(header), rounds, live: None };
        }
        let id = entry.live().unwrap_or_default();
        let live = self.run(id);
        Listed {
            entry,
            style: self.style_of(id),
            experiment: self.experiment_of(id),
            header: live.and_then(|r| r.header.as_deref()),
            rounds: live.map_or(&[], |r| &r.rounds),
            live,
        }
    }

    /// The runs of the present session that have begun and are not removed.
    pub fn live_runs(&self) -> impl Iterator<Item = &RunState> {
        self.runs.iter().filter(|run| !self.is_removed(run.id))
    }

    /// Whether a run of the present session was taken off the list.
    pub fn is_removed(&self, run: RunId) -> bool {
        self.list.of_live(run).is_some_and(|e| e.removed)
    }

    /// The shown runs of the present session as histories of their completed rounds; the rounds are shared, not copied.
    pub fn histories(&self) -> Vec<History> {
        self.all_shown().filter_map(|listed| listed.live?.history()).collect()
    }

    /// The runs of the present session that have ended a round and go on, or would after a stop.
    pub fn in_progress(&self) -> Vec<History> {
        if matches!(self.progress.phase, Phase::Failed | Phase::Finished) {
            return Vec::new();
        }
        let open = |run: &&RunState| run.rounds.last().is_none_or(|r| !r.is_last_of(self.experiment_of(run.id)));
        self.live_runs().filter(open).filter_map(RunState::history).collect()
    }

    /// All shown runs, of this session, former ones and opened ones, as histories of their completed rounds.
    pub fn histories_shown(&self) -> Vec<History> {
        let kept = self.runs_shown().filter_map(|listed| listed.entry.kept().cloned());
        self.histories().into_iter().chain(kept).collect()
    }

    /// A run of the list as the history of its completed rounds; `None` before the first.
    pub fn history_of(&self, entry: &Entry) -> Option<History> {
        match entry.live() {
            Some(run) => self.run(run)?.history(),
            None => entry.kept().cloned(),
        }
    }

    /// Takes runs off the list; those in progress are held. The last one of the session stays.
    pub fn remove_runs(&mut self, keys: &[RunKey]) -> Vec<Command> {
        let all_go = self.list.entries().filter(|e| e.live().is_some()).all(|e| keys.contains(&e.key));
        let stays = all_go.then(|| self.list.of_live(self.focus.run).map(|e| e.key)).flatten();
        let keys: Vec<RunKey> = keys.iter().copied().filter(|key| Some(*key) != stays).collect();
        if keys.is_empty() {
            return Vec::new();
        }
        self.list.remove(&keys);
        let text = match keys[..] {
            [key] => format!("{} is off the list.", self.list.entry(key).map_or("The run", Entry::name)),
            _ => format!("{} runs are off the list.", keys.len()),
        };
        self.offer(Level::Info, text, vec![Offer::PutBack(keys.clone())]);
        let mut commands = self.held(&keys, true);
        if self.is_removed(self.focus.run) {
            let other = self.list.entries().find_map(Entry::live);
            commands.extend(other.map(|run| self.show(run)));
        }
        commands
    }

    /// Puts removed runs back; those in progress go on.
    pub fn put_back(&mut self, keys: &[RunKey]) -> Vec<Command> {
        self.list.put_back(keys);
        self.held(keys, false)
    }

    /// The folder of a session was deleted: its runs stay in the list, and nothing leads to its files any more.
    pub fn deleted(&mut self, folder: &Path) {
        self.list.forget_folder(folder);
        self.messages.withdraw(|offer| matches!(offer, Offer::TakeUp(at) | Offer::Continue(at) if at == folder));
    }

    /// Takes back the last change of the list.
    pub fn undo(&mut self) -> Vec<Command> {
        self.undo_since(0).unwrap_or_default()
    }

    /// Takes back the last change of the list, if it is later than its first `since` ones; `None` if there is none.
    pub fn undo_since(&mut self, since: u64) -> Option<Vec<Command>> {
        let undo = self.list.last_change(since)?;
        let commands = match &undo {
            Undo::Removed(keys) => {
                self.messages.withdraw(|offer| matches!(offer, Offer::PutBack(put) if put == keys));
                self.held(keys, false)
            }
            _ => Vec::new(),
        };
        self.list.restore(undo);
        Some(commands)
    }

    /// Holds those of the runs that are in the present session, or lets them go on.
    fn held(&self, keys: &[RunKey], on: bool) -> Vec<Command> {
        let live = keys.iter().filter_map(|key| self.list.entry(*key)?.live());
        live.map(|run| Command::Hold { run, on }).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::device::DeviceKind;
    use crate::engine::planned::{more_repeats, planned};
    use crate::engine::protocol::Event;
    use crate::experiment::{Setup, Strategy, setups};
    use crate::ui::state::Recall;

    fn setups_of(experiment: &Experiment) -> Vec<Setup> {
        setups(experiment, &[Strategy::Random, Strategy::Snn].map(Into::into)).unwrap()
    }

    /// A session of Random and SNN in which each has ended `rounds` rounds.
    fn session(s: &mut AppState, experiment: &Experiment, rounds: usize) {
        let runs = planned(setups_of(experiment));
        let generation = s.generation + 1;
        let (experiment, device) = (Box::new(experiment.clone()), String::new());
        s.apply(Event::Started { generation, experiment, runs: runs.clone(), device });
        for run in &runs {
            s.apply(Event::RunStarted { run: run.id, header: Box::new(Header::made_up(run.experiment.clone())) });
            for round in 1..=rounds {
                s.apply(Event::RoundEnded { run: run.id, record: Arc::new(RoundRecord::empty(round)) });
            }
        }
    }

    fn state(rounds: usize) -> AppState {
        let experiment = Experiment::default();
        let mut s = AppState::new(experiment.clone(), setups_of(&experiment), DeviceKind::Cpu);
        session(&mut s, &experiment, rounds);
        s
    }

    /// The rounds of every run in the list, and whether it is shown.
    fn rounds(s: &AppState) -> Vec<(usize, bool)> {
        s.list.entries().map(|e| s.with_results(e)).map(|l| (l.rounds.len(), l.entry.shown)).collect()
    }

    #[test]
    fn what_has_ended_a_round_stays_when_another_session_begins() {
        let other = Experiment { samples_per_round: 250, ..Experiment::default() };
        let again = Experiment::default();
        // Rounds of the first session, the next experiment, and what the list then holds.
        for (ended, next, expected) in [
            (0, &other, vec![(0, true); 2]),
            (2, &other, vec![(2, false), (2, false), (0, true), (0, true)]),
            (2, &again, vec![(2, false), (2, false), (0, true), (0, true)]),
        ] {
            let mut s = state(ended);
            session(&mut s, next, 0);
            assert_eq!(rounds(&s), expected, "{ended} rounds");
            assert_eq!(s.histories_shown().len(), 0);
        }
        // The same run again is kept once, as far as it ever went.
        for (first, second) in [(2, 3), (3, 2), (2, 2)] {
            let mut s = state(first);
            session(&mut s, &again, second);
            session(&mut s, &other, 0);
            assert_eq!(rounds(&s)[..2], [(3.min(first.max(second)), false); 2], "{first}, then {second}");
            assert_eq!(rounds(&s).len(), 4);
        }
    }

    #[test]
    fn removed_runs_are_held_and_come_back() {
        let mut s = state(1);
        let keys: Vec<RunKey> = s.list.entries().map(|e| e.key).collect();
        let held = |commands: &[Command], on| matches!(commands, [Command::Hold { on: o, .. }, ..] if *o == on);
        let snn = s.focus.run;
        assert!(held(&s.remove_runs(&keys[1..]), true));
        assert_ne!(s.focus.run, snn, "another run is shown");
        assert_eq!((s.list.entries().count(), s.live_runs().count(), s.histories().len()), (1, 1, 1));
        assert!(s.remove_runs(&keys[..1]).is_empty(), "the last one stays");
        s.list.show(&keys[..1], false);
        s.list.rename(keys[0], " mine ");
        assert_eq!((s.name_of(RunId::nth(0)).as_str(), s.histories().len()), ("mine", 0));
        for (undone, names) in [("rename the run", ["Random"]), ("show or hide the run", ["Random"])] {
            assert_eq!(s.list.undo_text().as_deref(), Some(undone));
            assert!(s.undo().is_empty());
            assert_eq!(s.list.entries().map(Entry::name).collect::<Vec<_>>(), names);
        }
        let offered = |s: &AppState| s.messages.iter().any(|m| !m.over && !m.offers.is_empty());
        assert!(offered(&s));
        assert!(held(&s.undo(), false));
        assert!(!offered(&s), "what the note offers was done");
        assert_eq!((s.list.entries().count(), s.histories().len()), (2, 2));
        assert!(s.undo().is_empty() && s.list.undo_text().is_none());
    }

    #[test]
    fn a_session_that_was_not_gone_back_to_can_still_come_back() {
        let mut s = state(1);
        s.list.keep_undo("earlier".into());
        for _ in 0..2 {
            assert_eq!(s.list.undo_text().as_deref(), Some("the change to another session"));
            s.undo();
            let Some(Recall::Undo { folder }) = s.list.wanted.take() else { panic!("nothing is wanted") };
            assert_eq!(s.list.undo_text(), None);
            s.list.keep_undo(folder);
        }
    }

    #[test]
    fn repeats_share_their_variant_and_say_their_seed() {
        let mut s = state(1);
        let more = more_repeats(&s.planned, 1).unwrap();
        s.apply(Event::RunsAdded { runs: more });
        let names: Vec<_> = s.list.entries().map(Entry::name).collect();
        assert_eq!(names, ["Random, seed 1", "SNN, seed 1", "Random, seed 2", "SNN, seed 2"]);
        assert_eq!(s.variant_name(RunId::nth(3)), "SNN");
        assert_eq!(s.list.groups().count(), 1);
    }

    #[test]
    fn opened_repeats_share_the_name_of_their_variant() {
        let mut s = state(1);
        let first = s.histories().remove(0);
        let mut second = first.clone();
        second.header.experiment.seed += 11;
        s.list.open(vec![first, second], "a".into());
        let kept = || s.list.entries().filter(|e| e.kept().is_some());
        assert_eq!(kept().map(Entry::name).collect::<Vec<_>>(), ["Random, seed 1", "Random, seed 12"]);
        assert_eq!(kept().map(Entry::variant_name).collect::<Vec<_>>(), ["Random", "Random"]);
    }

    #[test]
    fn opening_a_path_again_replaces_what_was_opened_there() {
        let mut s = state(1);
        let history = s.histories().remove(0);
        for (count, path, expected) in [(1, "a", 3), (2, "b", 5), (1, "b", 4)] {
            s.list.open(vec![history.clone(); count], path.into());
            assert_eq!(s.list.entries().count(), expected, "{path}");
        }
        assert_eq!(s.list.opened_from(), Some("b".as_ref()));
        assert_eq!(s.histories_shown().len(), 2, "what is in the session, too, is shown once");
        let mut other = history.clone();
        other.header.experiment.seed += 11;
        let mut further = history.clone();
        further.rounds.extend(history.rounds.clone());
        s.list.open(vec![history, other, further], "c".into());
        assert_eq!(s.histories_shown().len(), 4, "other runs, and those that went further, are shown beside it");
    }

    /// What leads to the files of opened histories leads nowhere for those of a view, whose file is no folder of runs.
    #[test]
    fn histories_of_a_view_are_listed_and_not_replayed_from_its_file() {
        let path = |text: &str| Some(PathBuf::from(text));
        let mut s = state(1);
        let history = s.histories().remove(0);
        s.list.open(vec![history.clone()], "runs".into());
        for _ in 0..2 {
            s.list.open_view(vec![history.clone()], "a.ridgewalk".into());
        }
        let opened: Vec<_> =
            s.list.groups().filter(|g| g.is_opened).map(|g| (g.path.clone(), g.from.clone())).collect();
        assert_eq!(opened, [(None, path("a.ridgewalk")), (path("runs"), path("runs"))]);
        assert_eq!(s.list.opened_from(), None);
        assert_eq!(s.folder_for_runs(), format!("{}-runs", s.experiment.name));
    }

    #[test]
    fn nothing_leads_to_the_files_of_a_session_that_was_deleted() {
        let folder = PathBuf::from("sessions/a");
        let mut s = state(1);
        for run in s.planned.clone() {
            s.apply(Event::Autosaved { run: run.id, path: folder.join("histories").join("x.rwh") });
        }
        session(&mut s, &Experiment { samples_per_round: 250, ..Experiment::default() }, 0);
        let leads = |s: &AppState| {
            let groups = s.list.groups().filter(|g| g.path.is_some()).count();
            let files = s.list.entries().filter(|e| e.autosaved.is_some()).count();
            let offers = s.messages.iter().filter(|m| !m.over && !m.offers.is_empty()).count();
            (groups, files, offers, s.list.undo_text().is_some())
        };
        assert_eq!(leads(&s), (1, 2, 1, true));
        s.deleted(Path::new("sessions/b"));
        assert_eq!(leads(&s), (1, 2, 1, true), "it was another one");
        let mut by_the_limit = s.clone();
        s.deleted(&folder);
        by_the_limit.apply(Event::SessionsDeleted { folders: vec!["sessions/c".into(), folder] });
        for s in [s, by_the_limit] {
            assert_eq!(leads(&s), (0, 0, 0, false));
            assert_eq!(s.list.entries().count(), 4, "the runs stay");
        }
    }
}
