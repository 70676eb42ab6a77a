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
    let group = match kind.name {
        "picks-by-class" | "confusion" => named(&panel.title),
        "critical-difference" => named(&found.series),
        _ => of_line(),
    };
    let here = group.map(|g| of_session(g, loaded(cx)));
    let behind = match (kind.name, &here) {
        ("picks-by-class" | "confusion" | "critical-difference" | "snap-distances", None) => return,
        ("picks-by-class", Some(g)) => picks(g, x.round() as usize, &found.series, cx),
        ("confusion", Some(g)) => {
            let cell = [(-y).round() as Class, x.round() as Class];
            confused(g, cell, figures::confusion_round(&all), &found.series, cx)
        }
        ("critical-difference", Some(g)) => labelled(g, cx),
        ("snap-distances", Some(g)) => {
            let Some([_, end]) = panel.x.range else { return };
            snapped(g, x, end, cx)
        }
        _ => Behind {
            run: group.and_then(|g| live_run(g, cx)),
            round: figures::round_at(panel, chosen, x),
            ..Behind::default()
        },
    };
    go(behind, here.is_some_and(|g| !g.histories.is_empty()), cx);
}

/// Follows a click on the row of a table that begins with the name of a group; false if there is none of that name.
pub fn follow_row(name: &str, chosen: &[History], cx: &mut Cx<'_>) -> bool {
    let all = groups(chosen);
    let Some(group) = all.iter().find(|g| g.label() == name) else { return false };
    let here = of_session(group, loaded(cx));
    go(labelled(&here, cx), !here.histories.is_empty(), cx);
    true
}

/// The digest of the data that are loaded.
fn loaded<'a>(cx: &'a Cx<'_>) -> Option<&'a str> {
    cx.state.dataset.as_ref().map(|dataset| dataset.digest())
}

/// Those runs of a group whose images are the ones that are loaded: indices of others mean other images.
fn of_session<'a>(group: &Group<'a>, loaded: Option<&str>) -> Group<'a> {
    let is_here = |h: &&&History| Some(h.header.data_digest.as_str()) == loaded;
    Group { histories: group.histories.iter().filter(is_here).copied().collect(), ..group.clone() }
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

/// The evaluation images of one class that a group predicts as another at the end of a round; none of runs that are
/// measured on others than this session.
fn confused(group: &Group<'_>, [truth, predicted]: [Class; 2], round: usize, name: &str, cx: &Cx<'_>) -> Behind {
    let on = cx.state.experiment.evaluate_on;
    let labels = cx.state.dataset.as_ref().map(|d| d.evaluation(on).labels().to_vec()).unwrap_or_default();
    let measured = group.histories.iter().filter(|h| h.header.experiment.evaluate_on == on);
    let records: Vec<_> = measured.flat_map(|h| h.rounds.iter().filter(|r| r.round == round)).collect();
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

/// Goes there, if it leads to images that are `loaded`.
fn go(behind: Behind, loaded: bool, cx: &mut Cx<'_>) {
    if let Some(Images { title, train, evaluation }) = behind.images {
        if !loaded {
            let text = "The samples of these runs are not loaded: replay one of them, and its data are.";
            return cx.state.say(Level::Warning, text.into());
        }
        if train.is_empty() && evaluation.is_empty() {
            let text = format!(
                "No image can be shown ({title}): they were generated, or their predictions are not in the history or are of \
                 other images than this session is measured on."
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::history::Header;

    #[test]
    fn images_are_those_of_runs_on_the_loaded_data_alone() {
        let on = |data: &str, seed: u64| {
            let header = Header::made_up(Experiment { seed, ..Experiment::default() });
            History::new(Header { data_digest: data.into(), ..header })
        };
        let histories = [on("mine", 1), on("other", 2), on("mine", 3)];
        let all = groups(&histories);
        assert_eq!((all.len(), all[0].histories.len()), (1, 3));
        for (loaded, seeds) in
            [(Some("mine"), vec![1, 3]), (Some("other"), vec![2]), (Some("none"), vec![]), (None, vec![])]
        {
            let here = of_session(&all[0], loaded);
            assert_eq!(here.histories.iter().map(|h| h.seed()).collect::<Vec<_>>(), seeds, "{loaded:?}");
        }
    }
}
