//! The table of samples: each image of a split with what is known of it, sorted, and those that a query line finds.

mod table;
mod query;
mod made;
mod rows;

use std::sync::Arc;

use egui::{Button, Key, RichText, TextEdit, Ui, vec2};

use crate::engine::planned::RunId;
use crate::engine::protocol::{Command, Scores};
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{CONTROL_HEIGHT, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::thousands;
use crate::ui::panel::{Cx, Panel};
use crate::ui::panels::regions::named;
use crate::ui::state::AppState;
use made::{Asked, Made};
use table::{Column, Source, Table};

/// The panel: what is asked for, and the last table that was made.
pub struct SamplesPanel {
    asked: Asked,
    /// What the table on the screen was made from.
    made: Option<(MadeFrom, Made)>,
    /// What it should be made from.
    wanted: Option<MadeFrom>,
    making: Job<(MadeFrom, Made)>,
    export: Export,
    copying: Job<Result<Vec<u8>, String>>,
    rows: rows::Rows,
    /// The session for which predictions of all train samples were requested.
    scored: Option<u64>,
    /// The last selection that was noticed.
    seen: Option<u64>,
}

/// What a table depends on: the user's choices, and which data there are.
#[derive(Debug, Clone, PartialEq)]
struct MadeFrom {
    asked: Asked,
    data: DataKey,
    selection: Option<u64>,
    /// Whether it was known which evaluation images are selected.
    known: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct DataKey {
    run: (u64, RunId),
    round: usize,
    rounds: usize,
    scores: Option<Same<Scores>>,
    walks: Vec<(u32, &'static str)>,
}

/// Equal to itself alone.
#[derive(Debug, Clone)]
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for SamplesPanel {
    fn default() -> Self {
        let asked =
            Asked { evaluation: false, query: String::new(), sort: Column::Index, descending: false, selected: false };
        Self {
            asked,
            made: None,
            wanted: None,
            making: Job::default(),
            export: Export::new("Export the rows as CSV", "Path of the CSV file", "Export", Wanted::NewFile("csv")),
            copying: Job::default(),
            rows: rows::Rows::default(),
            scored: None,
            seen: None,
        }
    }
}

impl Panel for SamplesPanel {
    fn title(&self) -> &'static str {
        "Samples"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![&mut self.export]
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        match self.copying.take() {
            Some(Ok(text)) => ui.ctx().copy_text(String::from_utf8_lossy(&text).into_owned()),
            Some(Err(e)) => cx.report(Some(Err(e))),
            None => {}
        }
        self.ask_scores(cx);
        named::beside(ui, cx);
        if cx.state.dataset.is_none() || !cx.state.generator.ready {
            let text = "Each image of the data with its class, what is predicted, its loss, and when and why its label was bought. \
                        They are listed here when the data and the generator are ready.";
            return widgets::empty_state(ui, "No samples yet", text);
        }
        self.follow(cx.state);
        self.make(ui.ctx(), cx);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::S as i8, 6)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, 5.0);
            self.head(ui, cx);
            if let Some((of, made)) = &self.made {
                if self.asked.evaluation {
                    foot(ui, self.rows.chosen, cx);
                }
                let clicked = self.rows.ui(ui, made, &mut self.asked, cx);
                if let (Some(row), false) = (clicked, of.asked.evaluation) {
                    cx.state.focus.sample = Some(row);
                }
            }
        });
        if let Some(path) = self.export.ui(ui.ctx(), |_| {})
            && let Some((_, made)) = self.made.clone()
        {
            self.export.start(ui.ctx(), move || Ok(Prepared::file(path, made.table.csv(&made.rows)?)));
        }
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        named::button(ui, cx);
        let small = |text: &str| Button::new(RichText::new(text).size(size::CAPTION)).small();
        let made = self.found().cloned();
        let ready = made.is_some();
        let none = self.no_rows();
        let tip = "Writes the rows below, in their order, to a CSV file";
        let export = ui.add_enabled(ready && !self.export.is_writing(), small("Export CSV…"));
        let export = export.on_hover_text(tip).on_disabled_hover_text(none.unwrap_or(tip));
        export.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ready, "Export the rows as CSV"));
        if export.clicked() {
            let (name, round) = (&cx.state.experiment.name, cx.state.shown_round());
            self.export.open(|| format!("{name}-samples-round-{round}.csv"));
        }
        let tip = "Copies the rows below as CSV to the clipboard";
        let copy = ui.add_enabled(ready, small("Copy")).on_hover_text(tip).on_disabled_hover_text(none.unwrap_or(tip));
        copy.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ready, "Copy the rows as CSV"));
        if let (true, Some(made)) = (copy.clicked(), made) {
            self.copying.start(ui.ctx(), move || made.table.csv(&made.rows));
        }
    }

    fn lists_selection(&self) -> bool {
        true
    }
}

impl SamplesPanel {
    /// Which images, the query, and how many rows it finds.
    fn head(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal(|ui| {
            let name = cx.evaluation_name();
            let choices = [
                (false, "train", "The images that strategies choose from"),
                (true, name, "The images that accuracy is measured on; no run trains on them"),
            ];
            widgets::segmented(ui, "Images of the table", &mut self.asked.evaluation, &choices);
            let tip =
                "Only the images of the present selection: a lasso, a bar or a cell of a chart, a saved selection";
            widgets::toggle(ui, &mut self.asked.selected, "Selection only", tip);
        });
        ui.horizontal(|ui| {
            const SELECT_WIDTH: f32 = 96.0;
            let width = ui.available_width() - SELECT_WIDTH - space::S;
            let field = TextEdit::singleline(&mut self.asked.query)
                .desired_width(width.max(80.0))
                .hint_text("class=3 predicted!=3 loss>1 round<=4 strategy=snn");
            let tip = "Words that must all hold: a column, one of = != < <= > >=, and a value or another column; or right, wrong, \
                       labelled, unlabelled, learned, forgotten. A name with spaces stands between double quotes";
            let typed = ui.add(field).on_hover_text(tip);
            typed.clone().accessible_name("Query");
            if typed.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
                self.rows.take_focus(ui.ctx());
            }
            let rows = self.found().map(|made| Arc::clone(&made.rows));
            let select = Button::new("Select these").min_size(vec2(SELECT_WIDTH, CONTROL_HEIGHT));
            let tip = "Makes the rows below the selection of every view: what is not selected stays as grey ground";
            let select = ui.add_enabled(rows.is_some(), select).on_hover_text(tip);
            let select = select.on_disabled_hover_text(self.no_rows().unwrap_or(tip));
            if let (true, Some(rows)) = (select.clicked(), rows) {
                let split = if self.asked.evaluation { cx.evaluation_name() } else { "train" };
                let title = match self.asked.query.trim() {
                    "" => format!("all {split} images"),
                    query => format!("{split}: {query}"),
                };
                let rows = rows.to_vec();
                let (train, evaluation) = if self.asked.evaluation { (Vec::new(), rows) } else { (rows, Vec::new()) };
                cx.state.brush.pick(title, train, evaluation);
                self.seen = cx.state.brush.selection.as_ref().map(|selection| selection.id);
            }
        });
        let Some((_, made)) = &self.made else { return };
        let text = match &made.fault {
            Some(fault) => RichText::new(fault).color(cx.theme.error),
            None => {
                let (found, all) = (thousands(made.rows.len()), thousands(made.table.len()));
                let (shown, over) = (cx.state.shown_round(), cx.state.round_over());
                let among = if self.asked.selected { " in the selection, of" } else { " of" };
                let mut text = format!("{found}{among} {all}, as of round {shown} of {}", cx.state.shown_name());
                if over < shown && over > 0 {
                    text += &format!(" (predictions as of round {over}: round {shown} is not over)");
                }
                let known = made.table.predicted();
                if known < made.table.len() {
                    text += &format!(
                        "; the predictions of {} are known so far: a query for predictions finds these alone",
                        thousands(known)
                    );
                }
                RichText::new(text).color(cx.theme.weak)
            }
        };
        ui.add(egui::Label::new(text.size(size::CAPTION)).wrap());
    }

    /// Whether a table has the images that are asked for now; what is known of them may have changed since.
    fn is_asked(&self, of: &MadeFrom) -> bool {
        let images = |key: &MadeFrom| (key.data.run, key.selection, key.known);
        of.asked == self.asked && self.wanted.as_ref().is_some_and(|wanted| images(wanted) == images(of))
    }

    /// The table, if it is the one that is asked for, its query is right and finds rows: those of a wrong one are not what
    /// was asked for.
    fn found(&self) -> Option<&Made> {
        let (_, made) = self.made.as_ref().filter(|(of, _)| self.is_asked(of))?;
        Some(made).filter(|made| made.fault.is_none() && !made.rows.is_empty())
    }

    /// Why there are no rows to take; `None` while it is not known.
    fn no_rows(&self) -> Option<&'static str> {
        let (_, made) = self.made.as_ref().filter(|(of, _)| self.is_asked(of))?;
        match made.fault {
            Some(_) => Some("The query is wrong, so the rows below are not those that it asks for: correct it first"),
            None => made.rows.is_empty().then_some("No row is found"),
        }
    }

    /// Shows what was selected elsewhere: only these images, of the split that they are of.
    fn follow(&mut self, state: &mut AppState) {
        let asked = std::mem::take(&mut state.brush.list);
        let selection = state.brush.selection.as_ref();
        let now = selection.map(|selection| selection.id);
        if std::mem::replace(&mut self.seen, now) != now || asked {
            self.asked.selected = selection.is_some();
            self.asked.evaluation = selection.map_or(self.asked.evaluation, |selection| selection.samples.is_empty());
        }
    }

    /// Requests predictions of all train samples, once for each session.
    fn ask_scores(&mut self, cx: &mut Cx<'_>) {
        let now = Some(cx.state.generation);
        if std::mem::replace(&mut self.scored, now) != now {
            cx.commands.push(Command::WantScores(true));
        }
    }

    /// Takes a table that was made, and makes another one if something that it depends on has changed.
    fn make(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(made) = self.making.take() {
            self.made = Some(made);
        }
        // Indices of another session mean other images.
        let generation = cx.state.generation;
        self.made = self.made.take().filter(|(of, _)| of.data.run.0 == generation);
        let selection = cx.state.brush.selection.clone().filter(|_| self.asked.selected);
        let key = MadeFrom {
            asked: self.asked.clone(),
            data: DataKey::of(cx),
            selection: selection.as_ref().map(|selection| selection.id),
            known: cx.knows_evaluation() || !self.asked.selected,
        };
        self.wanted = Some(key.clone());
        let known = self.made.as_ref().filter(|(made, _)| *made == key);
        if known.is_some() || self.making.is_running() {
            return;
        }
        let same = self
            .made
            .as_ref()
            .filter(|(made, _)| made.data == key.data && made.asked.evaluation == key.asked.evaluation);
        let before = same.map(|(_, made)| Arc::clone(&made.table));
        let Some(source) = source(self.asked.evaluation, cx) else { return };
        let chosen = self.asked.selected.then(|| match (&selection, self.asked.evaluation) {
            (Some(_), true) => {
                cx.want_evaluation_codes();
                cx.evaluation_members().to_vec()
            }
            (Some(selection), false) => selection.samples.clone(),
            (None, _) => Vec::new(),
        });
        self.making.start(ctx, move || {
            let table = before.unwrap_or_else(|| Arc::new(Table::of(&source)));
            let made = Made::of(table, &key.asked, chosen.as_deref());
            (key, made)
        });
    }
}

/// Below the rows: what became of the prediction for the chosen image of the evaluation split.
fn foot(ui: &mut Ui, chosen: Option<u32>, cx: &Cx<'_>) {
    let Some(row) = chosen else { return };
    let over = cx.state.round_over();
    let rounds = cx.state.shown_run().into_iter().flat_map(|run| &run.rounds).filter(|r| r.round <= over);
    let said = rounds.filter_map(|r| Some((r.round, *r.predicted.get(row as usize)?)));
    let mut runs: Vec<(usize, crate::dataset::Class)> = Vec::new();
    for (round, class) in said {
        if runs.last().is_none_or(|(_, last)| *last != class) {
            runs.push((round, class));
        }
    }
    let parts = runs.iter().map(|(round, class)| format!("{} from round {round} on", cx.state.class_name(*class)));
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() {
        return;
    }
    let text = format!("{} image {row}: predicted {parts}", crate::ui::kit::words::capital(cx.evaluation_name()));
    let text = RichText::new(text).size(size::CAPTION).color(cx.theme.weak);
    egui::Panel::bottom("history of the image").show_separator_line(false).frame(egui::Frame::NONE).show(ui, |ui| {
        ui.add(egui::Label::new(text).wrap());
    });
}

impl DataKey {
    fn of(cx: &Cx<'_>) -> Self {
        let state = &*cx.state;
        let scores = cx.shown_snapshot().and_then(|run| run.scores.as_ref());
        Self {
            run: (state.generation, state.focus.run),
            round: state.round_over(),
            rounds: state.shown_run().map_or(0, |run| run.records().count()),
            scores: scores.cloned().map(Same),
            walks: walks(state).map(|(start, verdict)| (start, verdict.name())).collect(),
        }
    }
}

/// The starts of the shown run's walks with their verdicts as of the playhead.
fn walks(state: &AppState) -> impl Iterator<Item = (u32, crate::trajectory::Verdict)> {
    let judged = state.judged_walks().into_iter().filter(|walk| !walk.walk.is_baseline());
    judged.filter_map(|walk| Some((walk.walk.start, walk.judgement?.verdict)))
}

/// What a table of the shown run as of the playhead is made of.
fn source(evaluation: bool, cx: &Cx<'_>) -> Option<Source> {
    let state = &*cx.state;
    let shown = state.shown_round();
    let over = state.round_over();
    let header = state.shown_run().and_then(|run| run.header.as_deref());
    let strategy = |round: usize| {
        let mut by = state.shown_experiment().strategy;
        let mut fork = header.and_then(|h| h.forked.as_deref());
        while let Some(earlier) = fork.filter(|fork| round <= fork.round) {
            by = earlier.experiment.strategy;
            fork = earlier.parent.as_deref();
        }
        by
    };
    let records = state.shown_run().into_iter().flat_map(|run| run.records());
    // Labels of the shown round are bought at its start, predictions are those at the end of a round that is over.
    let last = if evaluation { over } else { shown };
    Some(Source {
        dataset: Arc::clone(state.dataset.as_ref()?),
        evaluation: evaluation.then_some(state.experiment.evaluate_on),
        has_classes: state.experiment.dataset.task().has_classes(),
        rounds: records.filter(|r| r.round <= last).map(|r| (Arc::clone(r), strategy(r.round))).collect(),
        scores: cx.shown_snapshot().and_then(|run| run.scores.clone()),
        walks: walks(state).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_another_question_are_not_those_asked_for() {
        let data = DataKey { run: (1, RunId::nth(0)), round: 0, rounds: 0, scores: None, walks: Vec::new() };
        let mut panel = SamplesPanel::default();
        let of = MadeFrom { asked: panel.asked.clone(), data, selection: None, known: true };
        assert!(!panel.is_asked(&of), "nothing is");
        let later = MadeFrom { data: DataKey { rounds: 2, ..of.data.clone() }, ..of.clone() };
        let chosen = MadeFrom { selection: Some(3), ..of.clone() };
        let again = MadeFrom { data: DataKey { run: (2, RunId::nth(0)), ..of.data.clone() }, ..of.clone() };
        for (wanted, expected) in [(of.clone(), true), (later, true), (chosen, false), (again, false)] {
            panel.wanted = Some(wanted.clone());
            assert_eq!(panel.is_asked(&of), expected, "{wanted:?}");
        }
        // The click of this frame counts before the next table is begun.
        panel.wanted = Some(of.clone());
        panel.asked.evaluation = true;
        assert!(!panel.is_asked(&of));
    }
}
