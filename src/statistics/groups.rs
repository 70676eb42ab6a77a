//! Histories as groups: the repeats of one run under one name.

use crate::experiment::{Strategy, Variant, names};
use crate::history::History;

/// All repeats of one strategy with the same own fields; or a single fork, which is not a repeat because it shares
/// rounds with its parent.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The variant that its repeats share.
    pub name: Variant,
    /// Index among the groups of its strategy.
    pub place: usize,
    pub is_fork: bool,
    /// One for each repeat; of a fork only itself.
    pub histories: Vec<&'a History>,
}

impl Group<'_> {
    /// The variant's strategy; of a fork, the one since its round.
    pub fn strategy(&self) -> Strategy {
        self.name.strategy
    }

    /// The name in legends and tables.
    pub fn label(&self) -> String {
        let fork = self.histories.first().filter(|_| self.is_fork);
        fork.map_or_else(|| self.name.label(), |h| h.label())
    }

    /// Whether these are the repeats of the random baseline.
    pub fn is_baseline(&self) -> bool {
        self.strategy() == Strategy::Random && !self.is_fork
    }
}

/// The histories grouped by strategy and own fields, in the order of `Strategy`; then each fork as a group.
pub fn groups<'a>(histories: impl IntoIterator<Item = &'a History>) -> Vec<Group<'a>> {
    let (forks, runs): (Vec<&History>, Vec<_>) = histories.into_iter().partition(|h| h.is_fork());
    let names = names(runs.iter().map(|h| (&h.header.experiment, &h.header.own)));
    let mut named: Vec<(Variant, &History)> = names.into_iter().zip(runs).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (name, history) in named {
        match groups.last_mut().filter(|g| g.name == name) {
            Some(group) => group.histories.push(history),
            None => {
                let place = groups.iter().filter(|g| g.strategy() == name.strategy).count();
                groups.push(Group { name, place, is_fork: false, histories: vec![history] });
            }
        }
    }
    let repeated: Vec<Strategy> = groups.iter().map(Group::strategy).collect();
    let fork = |(i, history): (usize, &'a History)| {
        let before = repeated.iter().filter(|s| **s == history.strategy()).count().max(1);
        Group { name: history.variant(), place: before + i, is_fork: true, histories: vec![history] }
    };
    groups.extend(forks.into_iter().enumerate().map(fork));
    groups
}

/// The name of each history's group; of a fork, its label.
pub fn group_names(histories: &[History]) -> Vec<String> {
    let groups = groups(histories);
    let name = |history: &History| {
        let group = groups.iter().find(|g| g.histories.iter().any(|h| std::ptr::eq(*h, history)));
        group.map_or_else(String::new, |g| if g.is_fork { g.label() } else { g.name.to_string() })
    };
    histories.iter().map(name).collect()
}

/// The group of this name, else the only group whose fields agree with it.
pub fn group_named<'a, 'b>(groups: &'b [Group<'a>], name: &Variant) -> Option<&'b Group<'a>> {
    let repeated = || groups.iter().filter(|g| !g.is_fork);
    let exact = repeated().find(|g| g.name == *name);
    let mut agreeing = repeated().filter(|g| g.histories.iter().all(|h| name.agrees_with(&h.header.experiment)));
    exact.or_else(|| agreeing.next().filter(|_| agreeing.next().is_none()))
}
