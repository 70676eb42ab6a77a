//! How many more repeats the tests would need, offered as a button.

use egui::{Label, RichText, Ui};

use crate::experiment::{Strategy, Variant};
use crate::history::History;
use crate::statistics::{Options, compare, groups, smallest_p};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{size, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::panel::Cx;

/// The repeats that the tests need, computed again when a round ends.
#[derive(Default)]
pub struct Needed(Memo<(u64, u64, usize), Option<Need>>);

/// What is needed, and why.
#[derive(Debug, Clone, PartialEq)]
struct Need {
    repeats: usize,
    why: String,
}

/// Most repeats that the button adds at once.
const MOST_AT_ONCE: usize = 50;

impl Needed {
    /// The sentence and the button, if the present session has too few repeats.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let histories = cx.state.histories();
        let key = (cx.state.generation, cx.state.list.version, histories.iter().map(|h| h.rounds.len()).sum());
        let Some(need) = self.0.get(key, || need(&histories)) else { return };
        let more = need.repeats.saturating_sub(cx.state.repeats()).min(MOST_AT_ONCE);
        if more == 0 {
            return;
        }
        ui.add(Label::new(RichText::new(&need.why).size(size::CAPTION).color(cx.theme.weak)).wrap());
        let text = if more == 1 { "Add 1 repeat".to_owned() } else { format!("Add {more} repeats") };
        let none = cx.state.no_repeats();
        let tip = none.unwrap_or("Adds them to the present runs, each with the next seed; see Compare, Tests");
        let add = IconButton::new(Icon::NewSeed, &text, tip).text(&text);
        if add.enabled(none.is_none()).show(ui).clicked() {
            let commands = cx.state.add_repeats(more);
            cx.commands.extend(commands);
        }
        ui.add_space(space::S);
    }
}

/// What tests of these runs against Random, or else against the first variant, need; `None` if there is nothing to test.
fn need(histories: &[History]) -> Option<Need> {
    let runs: Vec<History> = histories.iter().filter(|h| !h.is_fork()).cloned().collect();
    let names: Vec<Variant> = groups(&runs).iter().map(|g| g.name.clone()).collect();
    let random = names.iter().find(|name| name.strategy == Strategy::Random);
    let baseline = random.or(names.first())?.clone();
    let options = Options::against(baseline.clone(), runs.first()?.task());
    let comparison = compare(&runs, &options);
    let tested: Vec<_> = comparison.groups.iter().filter(|g| g.endpoint_test.is_some()).collect();
    let largest = tested.iter().max_by_key(|g| g.repeats_needed)?;
    let least = (1..).find(|n| smallest_p(*n) <= 1.0 - options.level)?;
    match largest.repeats_needed.filter(|n| *n > least) {
        Some(repeats) => {
            let (name, against) = (largest.name.label(), baseline.label());
            let power = 100.0 * options.power;
            let why = format!(
                "If {name} differs from {against} as much as it does now, about {repeats} repeats show it with {power:.0} % \
                 power."
            );
            Some(Need { repeats, why })
        }
        None => Some(Need { repeats: least, why: format!("A test needs at least {least} paired repeats.") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;

    #[test]
    fn a_test_asks_for_six_repeats_or_for_what_the_effect_needs() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories");
        let all = archive::read_histories(folder.as_ref()).unwrap();
        assert_eq!(need(&[]), None);
        let alone: Vec<History> = all.iter().filter(|h| h.strategy() == Strategy::Random).cloned().collect();
        assert_eq!(need(&alone), None, "one variant");
        let first: Vec<History> = all.iter().filter(|h| h.header.repeat == 1).cloned().collect();
        let need_of_one = need(&first).unwrap();
        assert_eq!((need_of_one.repeats, need_of_one.why.contains("at least 6")), (6, true));
        assert!(need(&all).unwrap().repeats >= 6);
    }
}
