//! How many more repeats the tests would need, offered as a button.

use egui::{Label, RichText, Ui};

use crate::combine::{combine, is_same_run, is_same_setting};
use crate::experiment::{Strategy, Variant};
use crate::history::History;
use crate::statistics::{EndpointTest, Options, compare, groups, in_step, smallest_p};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{size, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::AppState;

/// The repeats that the tests need, computed again when a round ends.
#[derive(Default)]
pub struct Needed(Memo<(u64, u64, usize), Option<Need>>);

/// What is needed, and why.
#[derive(Debug, Clone, PartialEq)]
struct Need {
    /// 0 if every difference is shown, if none can be, or if it takes a new comparison.
    repeats: usize,
    why: String,
}

/// Most repeats that the button adds at once.
const MOST_AT_ONCE: usize = 50;
/// Most repeats that anyone runs: a difference that needs more is not shown by repeats.
const MOST_RUN: usize = 100;

impl Needed {
    /// The sentence and the button, if the present session has too few repeats.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let histories = cx.state.histories();
        let key = (cx.state.generation, cx.state.list.version, histories.iter().map(|h| h.rounds.len()).sum());
        let going = cx.state.in_progress();
        let Some(need) = self.0.get(key, || need(&with_shown(histories, cx.state), &going)) else { return };
        let more = need.repeats.saturating_sub(cx.state.repeats()).min(MOST_AT_ONCE);
        if more == 0 && need.repeats > 0 {
            return;
        }
        let next = cx.state.experiment.seed.saturating_add(cx.state.repeats() as u64);
        let beside = seeds_beside(cx.state, next..next.saturating_add(more as u64));
        let mut why = need.why.clone();
        if let Some(seed) = beside {
            why += &format!(
                " The next seeds of this session, from {seed} on, are among the opened runs: Replay those to add to them."
            );
        }
        ui.add(Label::new(RichText::new(why).size(size::CAPTION).color(cx.theme.weak)).wrap());
        if more == 0 || beside.is_some() {
            return ui.add_space(space::S);
        }
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

/// The first of these seeds with which a run is shown beside the session that would be the same again.
fn seeds_beside(state: &AppState, mut seeds: std::ops::Range<u64>) -> Option<u64> {
    let session = state.histories();
    let first = session.first()?;
    let beside = || state.list.kept_shown().filter(|(_, kept)| is_same_setting(first, kept));
    seeds.find(|seed| beside().any(|(_, kept)| kept.seed() == *seed))
}

/// The runs of the session and what is shown beside them that may be combined with them: each run once, as in the tests.
fn with_shown(session: Vec<History>, state: &AppState) -> Vec<History> {
    let Some(first) = session.first() else { return session };
    let beside = state.list.kept_shown().map(|(_, history)| history).filter(|history| is_same_setting(first, history));
    let all: Vec<History> = session.iter().chain(beside).cloned().collect();
    combine(&all, &[]).map_or(session, |combined| combined.histories)
}

/// What tests of these runs against Random, or else against the first variant, need while some are `going`; `None` if
/// there is nothing to test, or if there are enough repeats.
fn need(histories: &[History], going: &[History]) -> Option<Need> {
    let runs = in_step(histories, |h| going.iter().any(|other| is_same_run(h, other))).compared;
    let names: Vec<Variant> = groups(&runs).iter().filter(|g| !g.is_fork).map(|g| g.name.clone()).collect();
    let random = names.iter().find(|name| name.strategy == Strategy::Random);
    let baseline = random.or(names.first())?.clone();
    let options = Options::against(baseline.clone(), runs.first()?.task());
    let comparison = compare(&runs, &options);
    let tested: Vec<_> = comparison.groups.iter().filter(|g| g.endpoint_test.is_some()).collect();
    let alpha = 1.0 - options.level;
    let is_shown = |g: &EndpointTest| g.holm_p.is_some_and(|p| p <= alpha);
    let against = baseline.label();
    let first = tested.first()?;
    let open: Vec<_> = tested.iter().filter(|g| !is_shown(g)).collect();
    if open.is_empty() {
        let which = if tested.len() == 1 {
            format!("The difference of {} from", first.name.label())
        } else {
            "The differences from".to_owned()
        };
        let verb = if tested.len() == 1 { "is" } else { "are" };
        let why = format!("{which} {against} {verb} shown; more repeats only narrow the interval.");
        return Some(Need { repeats: 0, why });
    }
    // While repeats are under way, the effect of the first ones says little.
    let within = |g: &EndpointTest| !going.is_empty() || g.repeats_needed.is_none_or(|n| n <= MOST_RUN);
    let Some(largest) = open.iter().filter(|g| within(g)).max_by_key(|g| g.repeats_needed) else {
        let fewest = words::thousands(open.iter().filter_map(|g| g.repeats_needed).min()?);
        let which = match open[..] {
            [one] => format!("The difference of {} from {against} is", one.name.label()),
            _ => format!("The differences from {against} are"),
        };
        let why = format!("{which} too small to be shown by repeats within reason: about {fewest} would be needed.");
        return Some(Need { repeats: 0, why });
    };
    let strategies = tested.len();
    // Holm's adjustment multiplies the smallest p by the number of tests.
    let least = (1..).find(|n| smallest_p(*n) * strategies as f64 <= alpha)?;
    let fixed = "Fix their number before you look: to stop as soon as p is small makes p too small.";
    let need = match largest.repeats_needed.filter(|n| *n > least && going.is_empty()) {
        Some(repeats) => {
            let (name, power) = (largest.name.label(), 100.0 * options.power);
            let holm = if strategies > 1 { format!(" by Holm over {strategies} strategies") } else { String::new() };
            let why = format!(
                "If {name} differs from {against} as much as it does now, about {repeats} repeats show it with {power:.0} % \
                 power{holm}: a number for a next comparison with other seeds, since it is taken from these runs."
            );
            Need { repeats: 0, why }
        }
        None => {
            let of =
                if strategies > 1 { format!(" of {strategies} strategies against {against}") } else { String::new() };
            Need { repeats: least, why: format!("A test{of} needs at least {least} paired repeats. {fixed}") }
        }
    };
    let pairs = open.iter().filter_map(|g| Some(g.endpoint_test.as_ref()?.differences.len())).min().unwrap_or(0);
    (need.repeats == 0 || pairs < need.repeats).then_some(need)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;

    #[test]
    fn a_test_asks_for_six_repeats_or_for_what_the_effect_needs() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories");
        let all = archive::read_histories(folder.as_ref()).unwrap();
        assert_eq!(need(&[], &[]), None);
        let alone: Vec<History> = all.iter().filter(|h| h.strategy() == Strategy::Random).cloned().collect();
        assert_eq!(need(&alone, &[]), None, "one variant");
        let first: Vec<History> = all.iter().filter(|h| h.header.repeat == 1).cloned().collect();
        let need_of_one = need(&first, &[]).unwrap();
        assert_eq!((need_of_one.repeats, need_of_one.why.contains("at least 6")), (6, true));
        assert!([0, 6].contains(&need(&all, &[]).unwrap().repeats));
        // Six pairs that all differ alike: it is shown, and nothing more is needed.
        let seeded = |repeat: usize, mut history: History| {
            history.header.repeat = repeat;
            history.header.experiment.seed += repeat as u64;
            history
        };
        let six: Vec<History> = (1..=6).flat_map(|r| first.clone().into_iter().map(move |h| seeded(r, h))).collect();
        let shown = need(&six, &[]).unwrap();
        assert_eq!((shown.repeats, shown.why.contains("only narrow")), (0, true), "{}", shown.why);
        // Pairs that differ now one way, now the other, and in the mean by nearly nothing: no number of repeats is advised.
        let apart = |by: fn(usize) -> f32| -> Vec<History> {
            let pair = |repeat: usize| {
                let [random, mut snn] = [Strategy::Random, Strategy::Snn]
                    .map(|s| seeded(repeat, first.iter().find(|h| h.strategy() == s).unwrap().clone()));
                for (record, of) in snn.rounds.iter_mut().zip(&random.rounds) {
                    let record = std::sync::Arc::make_mut(record);
                    record.evaluations.clone_from(&of.evaluations);
                    record.evaluations.iter_mut().for_each(|e| e.value += by(repeat));
                }
                [random, snn]
            };
            (1..=8).flat_map(pair).collect()
        };
        let hopeless = need(&apart(|repeat| if repeat % 2 == 0 { 1.1 } else { -1.0 }), &[]).unwrap();
        assert_eq!((hopeless.repeats, hopeless.why.contains("too small")), (0, true), "{}", hopeless.why);
        let enough = need(&apart(|repeat| if repeat % 2 == 0 { 1.0 } else { -1.0 }), &[]);
        assert_eq!(enough, None, "a test has its pairs, and of no difference nothing is advised");
    }
}
