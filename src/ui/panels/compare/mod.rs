//! Comparison: figures and tables of the runs that the list shows.

mod behind;
pub mod open;
mod sets;

use std::path::Path;
use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};

use crate::combine::CombineError;
use crate::experiment::{Strategy, Variant};
use crate::figures::{Drawn, Figure, FigureError, Histories, KINDS, Kind, Looks, Table};
use crate::history::History;
use crate::statistics::groups;
use crate::ui::kit::export::Export;
use crate::ui::kit::export_figures::{ExportFigures, Exported};
use crate::ui::kit::figure_view::FigureView;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel, PanelAction};
use crate::ui::state::{AppState, Recall};
use open::OpenHistories;
use sets::{Choice, Sets};

enum Content {
    Nothing,
    Figure(Arc<Figure>),
    Table(Box<Table>),
    /// What this figure or table needs; others can be drawn.
    Missing(String),
    /// Why none can be drawn, and the properties that must be allowed to differ.
    Rejected(String, Vec<String>),
}

/// The panel: its choices and the last content.
pub struct ComparePanel {
    kind: &'static Kind,
    sets: Sets,
    /// The baseline that the others are compared with.
    against: Variant,
    /// Properties in which the runs may differ, as the user allowed.
    allow: Vec<String>,
    /// The repeat to replay.
    repeat: usize,
    content: Memo<Key, Content>,
    /// Counts contents; a new count redraws the figure.
    version: u64,
    view: FigureView,
    open: OpenHistories,
    export: ExportFigures,
}

/// What a content depends on.
#[derive(Debug, PartialEq)]
struct Key {
    kind: &'static Kind,
    against: Variant,
    allow: Vec<String>,
    listed: u64,
    generation: u64,
    /// Runs in progress.
    going: usize,
    /// Where the first round of each run is, and how many it has.
    runs: Vec<(usize, usize)>,
}

/// Wide enough for the longest name of a strategy.
const AGAINST_WIDTH: f32 = 210.0;

impl Default for ComparePanel {
    fn default() -> Self {
        Self {
            kind: &KINDS[0],
            sets: Sets::default(),
            against: Strategy::Random.into(),
            allow: Vec::new(),
            repeat: 1,
            content: Memo::default(),
            version: 0,
            view: FigureView::default(),
            open: OpenHistories::default(),
            export: ExportFigures::default(),
        }
    }
}

impl Panel for ComparePanel {
    fn title(&self) -> &'static str {
        "Comparison"
    }

    fn exports(&mut self) -> Vec<&mut Export> {
        vec![self.export.export()]
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if cx.actions.contains(&PanelAction::ExportFigures) && self.can_export() {
            self.export.open(&self.sets.chosen(cx.state), "");
        }
        if self.open.ui(ui.ctx(), cx) {
            self.repeat = cx.state.list.kept_shown().map(|(_, h)| h.header.repeat).min().unwrap_or(1);
            self.sets.choose_opened(cx.state);
            self.allow.clear();
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8)).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                for kinds in KINDS.chunk_by(|a, b| a.is_table() == b.is_table()) {
                    let kinds: Vec<_> = kinds.iter().map(|k| (k, k.title, k.tip)).collect();
                    widgets::segmented(ui, "Figure or table", &mut self.kind, &kinds);
                }
            });
            let chosen = self.sets.chosen(cx.state);
            self.sources(ui, cx, &chosen);
            ui.add_space(space::XS);
            self.content(ui, &chosen, cx);
        });
        self.ask(ui.ctx(), cx);
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let export = ui.add_enabled(self.can_export(), egui::Button::new("Export…").small());
        if export.on_hover_text("Writes every figure and table of the shown runs to files").clicked() {
            self.export.open(&self.sets.chosen(cx.state), "");
        }
        self.open.button(ui);
        keep_button(ui, cx.state);
    }

    fn pose(&self) -> Option<String> {
        Some(self.kind.name.to_owned())
    }

    fn look(&mut self, pose: &str) {
        self.kind = KINDS.iter().find(|kind| kind.name == pose).unwrap_or(self.kind);
    }

    fn take_file(&mut self, path: &Path, shown: bool) -> bool {
        if shown {
            self.open.read(path);
        }
        shown
    }
}

impl ComparePanel {
    fn can_export(&self) -> bool {
        let something =
            matches!(self.content.last(), Some(Content::Figure(_) | Content::Table(_) | Content::Missing(_)));
        something && !self.export.is_writing()
    }

    /// The choice of histories and of their groups.
    fn sources(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, chosen: &[History]) {
        let theme = cx.theme;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            self.sets.ui(ui, theme);
            if cx.state.list.opened_from().is_some() {
                self.replay(ui, cx.state);
            }
            if self.kind.compares {
                self.choose_against(ui, chosen);
            }
            for Choice { label, count, runs, mut shown } in self.sets.choices() {
                let text = RichText::new(count.map_or_else(|| label.clone(), |n| format!("{label} ×{n}")));
                let text = text.size(size::CAPTION);
                let text = if shown { text.color(theme.text) } else { text.color(theme.faint).strikethrough() };
                let tip = "Show or hide in curves, figures, tables and tests, as the eye in the list of runs does";
                if ui.toggle_value(&mut shown, text).on_hover_text(tip).changed() {
                    cx.state.list.show(&runs, shown);
                }
            }
        });
    }

    fn choose_against(&mut self, ui: &mut Ui, chosen: &[History]) {
        let text = format!("Against: {}", self.against.label());
        let combo = egui::ComboBox::new("against", "").width(AGAINST_WIDTH).truncate().selected_text(&text);
        let response = combo.show_ui(ui, |ui| {
            for group in groups(chosen).iter().filter(|g| !g.is_fork) {
                ui.selectable_value(&mut self.against, group.name.clone(), group.label());
            }
        });
        response
            .response
            .accessible_name("Against")
            .on_hover_text("The baseline: its result is subtracted from each of the others, seed by seed");
    }

    /// The button that replays one repeat of the opened histories in all views.
    fn replay(&mut self, ui: &mut Ui, state: &mut AppState) {
        let most = state.list.kept_shown().map(|(_, h)| h.header.repeat).max().unwrap_or(1);
        let tip = "Shows the opened runs of one repeat in all views, as if they had just run, in place of this run. Runs saved \
                   with weights can be probed and continued. To replay a fork, open its own file";
        let path = state.list.opened_from().map(Path::to_path_buf);
        let replay = ui.add_enabled(path.is_some(), egui::Button::new("Replay").small()).on_hover_text(tip);
        if let Some(path) = path.filter(|_| replay.clicked()) {
            state.list.wanted = Some(Recall::Replay { path, repeat: Some(self.repeat) });
        }
        if most > 1 {
            let drag = egui::DragValue::new(&mut self.repeat).range(1..=most).prefix("repeat ").speed(0.05);
            ui.add(drag).accessible_name("Repeat to replay");
        }
    }

    /// The figure or table, computed again if a round ended, a choice changed or a file was opened.
    fn content(&mut self, ui: &mut Ui, chosen: &[History], cx: &mut Cx<'_>) {
        let going = cx.state.in_progress();
        let key = Key {
            kind: self.kind,
            going: going.len(),
            against: self.against.clone(),
            allow: self.allow.clone(),
            listed: cx.state.list.version,
            generation: cx.state.generation,
            runs: chosen
                .iter()
                .map(|h| (h.rounds.first().map_or(0, |r| Arc::as_ptr(r) as usize), h.rounds.len()))
                .collect(),
        };
        let content = self.content.get(key, || {
            self.version += 1;
            content(self.kind, chosen, &going, &self.against, &self.allow, &cx.state.looks)
        });
        match content {
            Content::Nothing => {
                let body = "The figures of the paper and its Table 1, with paired tests. They appear after the first round of a run and \
                            grow with every round. Open… shows histories that a window or the command line wrote.";
                widgets::empty_state(ui, "Comparison", body);
            }
            Content::Missing(why) => widgets::empty_state(ui, self.kind.title, why),
            Content::Rejected(why, differing) => {
                widgets::empty_state(ui, self.kind.title, why);
                let tip = "Averages and compares these runs although they differ; every caption then says so";
                if !differing.is_empty() && ui.button("Combine all the same").on_hover_text(tip).clicked() {
                    self.allow.extend(differing.iter().cloned());
                }
            }
            Content::Table(table) => {
                let groups: Vec<String> = groups(chosen).iter().map(|g| g.label()).collect();
                if let Some(name) = table_ui(ui, table, &groups, cx.theme) {
                    behind::follow_row(&name, chosen, cx);
                }
            }
            Content::Figure(figure) => {
                ui.add(
                    egui::Label::new(
                        RichText::new(words::plain(&figure.caption)).size(size::CAPTION).color(cx.theme.weak),
                    )
                    .wrap(),
                );
                ui.add_space(space::XS);
                let hovered = self.view.ui(ui, figure, self.version, behind::hint(self.kind), cx.theme);
                if let Some(hovered) = hovered.filter(|h| h.clicked) {
                    behind::follow(self.kind, figure, &hovered, chosen, cx);
                }
            }
        }
    }

    fn ask(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let Self { export, sets, against, allow, .. } = self;
        export.ui(ctx, || Exported {
            histories: sets.chosen(cx.state),
            going: cx.state.in_progress(),
            against: against.clone(),
            allow: allow.clone(),
            looks: cx.state.looks.clone(),
        });
    }
}

fn content(
    kind: &Kind,
    histories: &[History],
    going: &[History],
    against: &Variant,
    allow: &[String],
    looks: &Looks,
) -> Content {
    if histories.iter().all(|h| h.rounds.is_empty()) {
        return Content::Nothing;
    }
    match Histories::in_progress(histories, against, allow, going).and_then(|h| kind.draw(&h.looking(looks))) {
        Ok(Drawn::Figure(figure)) => Content::Figure(Arc::new(figure)),
        Ok(Drawn::Table(table)) => Content::Table(Box::new(table)),
        Err(e @ (FigureError::Nothing { .. } | FigureError::Refused { .. })) => Content::Missing(e.to_string()),
        Err(e) => {
            let differing = match &e {
                FigureError::Apart(CombineError::Different(all)) => all.iter().map(|d| d.property.to_owned()).collect(),
                _ => Vec::new(),
            };
            Content::Rejected(e.to_string(), differing)
        }
    }
}

/// Shows a table; returns the first cell of a row that was clicked, if it is the name of a group.
fn table_ui(ui: &mut Ui, table: &Table, groups: &[String], theme: &Theme) -> Option<String> {
    ui.add(egui::Label::new(bold(words::plain(&table.caption)).color(theme.text)).wrap());
    ui.add_space(space::S);
    let mut clicked = None;
    let rows = |ui: &mut Ui| {
        let grid = egui::Grid::new(&table.name).striped(true).spacing([space::M, space::XS]).min_col_width(0.0);
        grid.show(ui, |ui| {
            let header = table.header.iter().map(|c| bold(c).size(size::CAPTION).color(theme.weak)).collect();
            table_row(ui, table.words, header, false);
            for row in &table.rows {
                let leads = row.first().filter(|name| groups.contains(name));
                let cells = row.iter().map(|c| RichText::new(c).size(size::CAPTION + 0.5)).collect();
                if table_row(ui, table.words, cells, leads.is_some()) {
                    clicked = leads.cloned();
                }
            }
        });
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // A wide table scrolls sideways, with a bar of its own below it that is always in full; its notes do not.
        ui.scope(|ui| {
            let bars = &mut ui.spacing_mut().scroll;
            bars.floating_width = bars.bar_width;
            ScrollArea::horizontal().auto_shrink([false, true]).id_salt("wide").show(ui, rows);
        });
        ui.add_space(space::S);
        for note in &table.notes {
            ui.add(egui::Label::new(RichText::new(note).size(size::CAPTION).color(theme.weak)).wrap());
        }
    });
    clicked
}

/// Text is aligned left, numbers right; true if the first cell `leads` to samples and was clicked.
fn table_row(ui: &mut Ui, words: usize, cells: Vec<RichText>, leads: bool) -> bool {
    let mut clicked = false;
    for (i, cell) in cells.into_iter().enumerate() {
        if i == 0 && leads {
            let said = format!("Samples labelled by {}", cell.text());
            let name = ui.add(egui::Label::new(cell).sense(egui::Sense::click()));
            name.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &said));
            let name = name.on_hover_cursor(egui::CursorIcon::PointingHand);
            clicked = name.on_hover_text("Click to see the samples that it labelled").clicked();
        } else if i < words {
            ui.label(cell);
        } else {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(cell));
        }
    }
    ui.end_row();
    clicked
}

/// The button that saves the runs, which asks for a folder as the one of the list of runs does.
fn keep_button(ui: &mut Ui, state: &mut AppState) {
    let mut tip =
        "Writes the runs of this window to a folder, now and after every round. Open… and the command line read \
                   these histories, and Replay continues them. A fork gets its own name"
            .to_owned();
    let written = state.runs.iter().filter_map(|r| r.on_disk.as_ref());
    tip.extend(written.map(|path| format!("\nWritten: {}", path.display())));
    let ready = state.runs.iter().any(|r| r.header.is_some());
    let keep = ui.add_enabled(ready, egui::Button::new("Save runs…").small());
    state.list.saves |= keep.on_hover_text(tip).clicked();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;

    #[test]
    fn a_run_given_twice_blanks_nothing_and_what_differs_is_told_until_it_is_allowed() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories/random-01.rwh");
        let run = archive::read_history(file.as_ref()).unwrap();
        let shown = |histories: &[History], allow: &[String]| {
            content(&KINDS[0], histories, &[], &Strategy::Random.into(), allow, &Looks::default())
        };
        assert!(matches!(shown(&[run.clone(), run.clone()], &[]), Content::Figure(_)));
        let mut other = run.clone();
        other.header.experiment.learning_rate *= 2.0;
        let both = [run, other];
        let Content::Rejected(why, differing) = shown(&both, &[]) else { panic!("they were combined") };
        assert!(why.contains("learning_rate") && differing == ["learning_rate"], "{why}");
        let Content::Figure(figure) = shown(&both, &differing) else { panic!("they were not combined") };
        assert!(figure.caption.contains("differ in `learning_rate`"), "{}", figure.caption);
    }
}
