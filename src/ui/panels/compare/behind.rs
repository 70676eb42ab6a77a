//! Where a click on a comparison leads: the samples behind a bar, a cell or a row, or the run and round of a point.

use crate::dataset::Class;
use crate::engine::planned::RunId;
use crate::engine::protocol::Level;
use crate::figures::{self, Figure, Kin, Kind};
use crate::history::History;
use crate::statistics::{Group, groups};
use crate::ui::kit::figure_view::Hovered;
use crate::ui::panel::Cx;

/// Where a click leads.
#[derive(Debug, Default, PartialEq)]
struct Behind {
    /// The images and what they are; none if it is a point of a curve.
    images: Option<Images>,
    /// The run of this session that is shown from then on.
    run: Option<RunId>,
    round: Option<usize>,
}

/// Images of the train and of the evaluation split.
#[derive(Debug, PartialEq)]
struct Images {
    title: String,
    train: Vec<u32>,
    evaluation: Vec<u32>,
}

/// What a click on a figure of this kind does, for its tooltip.
pub fn hint(kind: &Kind) -> &'static str {
    match kind.name {
        "picks-by-class" | "confusion" | "snap-distances" => "Click to see these samples",
        "critical-difference" => "Click to see the samples that it labelled",
        "difference" => "Click to move the playhead there",
        _ => "Click to show this run and round",
    }
}

/// Follows a click on a figure.
pub fn follow(kind: &Kind, figure: &Figure, found: &Hovered, chosen: &[History], cx: &mut Cx<'_>) {
    let all = groups(chosen);
    let Some(panel) = figure.panels.get(found.panel) else { return };
    let [x, y] = found.at;
    let named = |name: &str| all.iter().find(|g| g.label() == name);
    // Lines of one repeat, or inside rounds, begin with the name of their group.
    let of_line = || all.iter().filter(|g| found.series.starts_with(&g.label())).max_by_key(|g| g.label().len());
    let behind = match kind.name {
        "picks-by-class" => named(&panel.title).map(|g| picks(g, x.round() as usize, &found.series, cx)),
        "confusion" => {
            let cell = [(-y).round() as Class, x.round() as Class];
            named(&panel.title).map(|g| confused(g, cell, figures::confusion_round(&all), &found.series, cx))
        }
        "critical-difference" => named(&found.series).map(|g| labelled(g, cx)),
        "snap-distances" => of_line().zip(panel.x.range).map(|(g, [_, end])| snapped(g, x, end, cx)),
        _ => Some(Behind {
            run: of_line().and_then(|g| live_run(g, cx)),
            round: figures::round_at(panel, chosen, x),
            ..Behind::default()
        }),
    };
    if let Some(behind) = behind {
        go(behind, &all, cx);
    }
}

/// Follows a click on the row of a table that begins with the name of a group; false if there is none of that name.
pub fn follow_row(name: &str, chosen: &[History], cx: &mut Cx<'_>) -> bool {
    let all = groups(chosen);
    let Some(group) = all.iter().find(|g| g.label() == name) else { return false };
    go(labelled(group, cx), &all, cx);
    true
}

/// The samples that a group labelled.
fn labelled(group: &Group<'_>, cx: &Cx<'_>) -> Behind {
    let proposals = group.histories.iter().flat_map(|h| &h.rounds).flat_map(|r| &r.proposals);
    let images = Images {
        title: format!("Labelled by {}{}", group.label(), repeats(group)),
        train: proposals.filter_map(|p| p.train_sample()).collect(),
        evaluation: Vec::new(),
    };
    Behind { images: Some(images), run: live_run(group, cx), round: None }
}

/// The samples of a class that a group labelled in a round.
fn picks(group: &Group<'_>, round: usize, class: &str, cx: &Cx<'_>) -> Behind {
    let records =
        group.histories.iter().flat_map(|h| h.rounds.iter().filter(|r| r.round == round).map(move |r| (h, r)));
    let train = records.flat_map(|(h, r)| {
        let of_class = |label: Class| h.header.classes.get(usize::from(label)).is_some_and(|name| name == class);
        r.proposals.iter().filter(move |p| of_class(p.label)).filter_map(|p| p.train_sample())
    });
    let title = format!("{class}, labelled in round {round} by {}{}", group.label(), repeats(group));
    let images = Images { title, train: train.collect(), evaluation: Vec::new() };
    Behind { images: Some(images), run: live_run(group, cx), round: Some(round) }
}

/// The evaluation images of one class that a group predicts as another at the end of a round.
fn confused(group: &Group<'_>, [truth, predicted]: [Class; 2], round: usize, name: &str, cx: &Cx<'_>) -> Behind {
    let labels = cx.state.dataset.as_ref().map(|d| d.evaluation(cx.state.experiment.evaluate_on).labels().to_vec());
    let labels = labels.unwrap_or_default();
    let records: Vec<_> = group.histories.iter().flat_map(|h| h.rounds.iter().filter(|r| r.round == round)).collect();
    let is_so = |i: usize| records.iter().any(|r| r.predicted.get(i) == Some(&predicted));
    let evaluation = (0..labels.len()).filter(|&i| labels[i] == truth && is_so(i)).map(|i| i as u32);
    let title = format!("{name}: {} after round {round}{}", group.label(), repeats(group));
    let images = Images { title, train: Vec::new(), evaluation: evaluation.collect() };
    Behind { images: Some(images), run: live_run(group, cx), round: Some(round) }
}

/// The samples whose snap distance lies in the bar that begins at `left`.
fn snapped(group: &Group<'_>, left: f64, end: f64, cx: &Cx<'_>) -> Behind {
    let (train, right) = figures::snapped(&group.histories, left, end);
    let title = format!("Snapped over {left:.3} to {right:.3} σ by {}{}", group.label(), repeats(group));
    let images = Images { title, train, evaluation: Vec::new() };
    Behind { images: Some(images), run: live_run(group, cx), round: None }
}

/// The number of repeats, if there are several.
fn repeats(group: &Group<'_>) -> String {
    if group.histories.len() > 1 { format!(" in {} repeats", group.histories.len()) } else { String::new() }
}

/// The shown run if it is of this group, else the first of the session that is.
fn live_run(group: &Group<'_>, cx: &Cx<'_>) -> Option<RunId> {
    let kin = Kin::from(&group.histories.first()?.header);
    let is_kin = |id: &RunId| cx.state.run(*id).and_then(|r| r.header.as_deref()).is_some_and(|h| Kin::from(h) == kin);
    let others = cx.state.live_runs().map(|run| run.id).collect::<Vec<_>>();
    std::iter::once(cx.state.focus.run).chain(others).find(is_kin)
}

fn go(behind: Behind, all: &[Group<'_>], cx: &mut Cx<'_>) {
    if let Some(Images { title, train, evaluation }) = behind.images {
        let here = cx.state.runs.iter().find_map(|r| r.header.as_ref()).map(|h| &h.data_digest);
        let theirs = all.iter().find_map(|g| g.histories.first()).map(|h| &h.header.data_digest);
        if here.is_none() || here != theirs || cx.state.dataset.is_none() {
            let text = "The samples of these runs are not loaded: replay one of them, and its data are.";
            return cx.state.say(Level::Warning, text.into());
        }
        if train.is_empty() && evaluation.is_empty() {
            let text = format!(
                "No image can be shown ({title}): they were generated, or their predictions are not in the history."
            );
            return cx.state.say(Level::Warning, text);
        }
        cx.state.brush.pick(title, train, evaluation);
    }
    if let Some(run) = behind.run.filter(|run| *run != cx.state.focus.run) {
        let command = cx.state.show(run);
        cx.commands.push(command);
    }
    if let Some(round) = behind.round {
        cx.state.look_at_round(round);
    }
}
