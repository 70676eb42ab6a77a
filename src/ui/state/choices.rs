//! What the user has chosen in the views, as a small state that can be restored.

use std::sync::Arc;

use super::app_state::AppState;
use super::brush::Selection;
use super::named::Named;
use super::pins::Pinning;
use crate::dataset::Class;
use crate::engine::protocol::Command;
use crate::trajectory::VerdictRules;

/// Selections, pins and thresholds, and how often the list of runs was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// The session that indices and codes are of.
    session: u64,
    sample: Option<u32>,
    class: Option<Class>,
    selection: Option<Arc<Selection>>,
    named: Vec<Named>,
    pins: Vec<Pinning>,
    rules: VerdictRules,
    /// Number of changes so far of the list of runs, which has a stack of its own.
    pub listed: u64,
}

impl AppState {
    /// What the user has chosen now.
    pub fn choices(&self) -> Choices {
        Choices {
            session: self.generation,
            sample: self.focus.sample,
            class: self.focus.class,
            selection: self.brush.selection.clone(),
            named: self.brush.named.clone(),
            pins: self.pins.pinnings(),
            rules: self.lab.rules,
            listed: self.list.changes(),
        }
    }

    /// Restores what was chosen; of another session only the thresholds.
    pub fn restore(&mut self, choices: &Choices) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.lab.rules != choices.rules {
            self.lab.rules = choices.rules;
            self.lab.reselection.rules = choices.rules;
            commands.push(Command::SetReselection(self.lab.reselection));
        }
        if choices.session != self.generation {
            return commands;
        }
        self.focus.sample = choices.sample;
        self.focus.class = choices.class;
        self.brush.restore(choices.selection.clone());
        self.brush.named.clone_from(&choices.named);
        if self.pins.pinnings() != choices.pins {
            commands.push(self.pins.put(&choices.pins));
        }
        commands
    }
}

impl Choices {
    /// What differs, in words.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let (mine, others) = (self, other);
        let differs = [
            (mine.named != others.named, "the selections by name"),
            (mine.selection != others.selection, "the selection"),
            (mine.pins != others.pins, "the pins"),
            (mine.rules != others.rules, "the thresholds of walks"),
            (mine.class != others.class, "the class shown"),
            (mine.sample != others.sample, "the selected sample"),
        ];
        differs.into_iter().find(|(differs, _)| *differs).map(|(_, what)| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;
    use crate::experiment::Experiment;

    #[test]
    fn selections_pins_and_thresholds_come_back_and_of_another_session_thresholds_alone() {
        let mut s = AppState::new(Experiment::default(), Vec::new(), DeviceKind::Cpu);
        let first = s.choices();
        s.focus.sample = Some(3);
        s.focus.class = Some(1);
        s.brush.pick("a few".into(), vec![1, 2], Vec::new());
        s.lab.rules.stalled_steps += 1;
        let second = s.choices();
        assert_eq!(second.difference(&first), Some("the selection"));
        assert_eq!(s.restore(&first).len(), 1, "the engine is told of the thresholds");
        assert_eq!(s.choices(), first);
        assert_eq!(s.restore(&second).len(), 1);
        assert_eq!(s.choices(), second);
        s.generation += 1;
        s.restore(&first);
        assert_eq!((s.focus.sample, s.lab.rules), (Some(3), first.rules));
    }
}
