//! The list of runs, beside the settings: every run of the window by session, opened histories, and what earlier starts
//! left on disk.

pub mod choice;
pub mod replaying;
mod earlier;
mod needed;
mod row;
mod saving;

use std::path::PathBuf;

use egui::{Context, Label, RichText, ScrollArea, Ui, vec2};

use crate::archive;
use crate::engine::protocol::{Command, Level};
use crate::experiment::{Strategy, Variant};
use crate::history::History;
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::export_figures::{ExportFigures, Exported};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{CONTROL_HEIGHT, size, space};
use crate::ui::panel::Cx;
use crate::ui::state::{AppState, Entry, Group, Recall, RunKey};
use earlier::Earlier;
use needed::Needed;
use replaying::Replaying;
use row::{Renaming, RowAction, small_button};
use saving::Saving;

/// The page and its dialogs.
pub struct RunsPage {
    /// The session whose runs were shown last.
    session: Option<u64>,
    replaying: Replaying,
    earlier: Earlier,
    needed: Needed,
    renaming: Option<Renaming>,
    saving: Saving,
    export: ExportFigures,
    /// The runs that are exported.
    to_export: Vec<RunKey>,
    open: AskPath,
    opening: Job<Result<(PathBuf, Vec<History>), String>>,
}

/// What the user asks for that concerns the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsAction {
    /// Show the comparison.
    Compare,
}

/// Height of a group's heading.
const HEADING: f32 = 22.0;

impl RunsPage {
    /// The page of a window whose sessions are written below `root`, if they are; `told` are those that it needs not tell of.
    pub fn new(root: Option<PathBuf>, most_bytes: u64, told: Vec<PathBuf>) -> Self {
        Self {
            session: None,
            replaying: Replaying::default(),
            earlier: Earlier::new(root, most_bytes, told),
            needed: Needed::default(),
            renaming: None,
            saving: Saving::default(),
            export: ExportFigures::default(),
            to_export: Vec::new(),
            open: AskPath::new("Open runs", "A run's folder, or one history (*.rwh)", "Open", Wanted::Folder),
            opening: Job::default(),
        }
    }

    /// The limit of all sessions on disk together, bytes.
    pub fn most_bytes(&self) -> u64 {
        self.earlier.most_bytes
    }

    /// The folders of the unfinished sessions that were told of.
    pub fn told(&self) -> &[PathBuf] {
        &self.earlier.told
    }

    /// Whether earlier windows left a session that is offered to be gone on with; `None` until it is known.
    pub fn offers(&self) -> Option<bool> {
        self.earlier.offers()
    }

    /// Brings what earlier windows left into view when the page is shown next.
    pub fn reveal_earlier(&mut self) {
        self.earlier.reveal = true;
    }

    /// Shows stored runs in place of the present session.
    pub fn recall(&mut self, ctx: &Context, recall: Recall, state: &mut AppState, commands: &mut Vec<Command>) {
        match recall {
            Recall::Replay { path, repeat } => self.replaying.read(ctx, path, repeat),
            Recall::TakeUp { folder, and_run } => commands.extend(state.take_up(folder, and_run)),
            Recall::Undo { folder } => commands.extend(state.take_up(folder, false)),
        }
    }

    /// What goes on whether the page is shown or not: reading, writing, and dialogs. True once an earlier window turns
    /// out to have left a session that can be continued.
    pub fn update(&mut self, ctx: &Context, cx: &mut Cx<'_>) -> bool {
        self.replaying.ui(cx);
        let found = self.earlier.update(ctx, cx);
        if let Some(path) = self.open.ui(ctx, |_| {}) {
            self.read(ctx, path);
        }
        match self.opening.take() {
            Some(Ok((path, histories))) => {
                cx.state.say(Level::Info, format!("Opened {} histories of {}", histories.len(), path.display()));
                cx.state.looks.know(&histories);
                cx.state.list.open(histories, path);
            }
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        if std::mem::take(&mut cx.state.list.saves) {
            let live = cx.state.list.entries().filter(|e| e.live().is_some());
            self.saving.ask(live.map(|e| e.key).collect(), cx.state);
        }
        self.saving.ui(ctx, cx);
        cx.report(self.export.export().outcome(ctx));
        let to_export = &self.to_export;
        self.export.ui(ctx, || exported(to_export, cx.state));
        found
    }

    /// The page.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<RunsAction> {
        let mut action = None;
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8));
        egui::Panel::bottom("on disk").show_separator_line(true).frame(frame).show(ui, |ui| {
            // Below the list: a button that comes by itself must not push another away from under the pointer.
            self.needed.ui(ui, cx);
            self.earlier.footer(ui, cx);
        });
        let margin = egui::Margin { left: 6, right: 6, top: 0, bottom: space::L as i8 };
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("runs");
        let session = Some(cx.state.generation);
        if std::mem::replace(&mut self.session, session) != session && !self.earlier.reveal {
            // Another session begins at the top, wherever the list was left.
            area = area.vertical_scroll_offset(0.0);
        }
        area.show(ui, |ui| {
            egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                self.buttons(ui, cx);
                let groups: Vec<Group> = cx.state.list.groups().cloned().collect();
                for group in &groups {
                    action = self.group(ui, group, cx).or(action);
                }
                if let Some(folder) = self.earlier.ui(ui, cx) {
                    self.read(ui.ctx(), folder);
                }
            });
        });
        action
    }

    fn buttons(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let tip = "Opens histories that a window or the command line wrote, and adds them to this list";
            let open = egui::Button::new("Open…").min_size(vec2(0.0, CONTROL_HEIGHT));
            if ui.add_enabled(!self.opening.is_running(), open).on_hover_text(tip).clicked() {
                self.open.open(String::new);
            }
            let undo = cx.state.list.undo_text();
            let tip = undo.as_ref().map_or("Nothing to undo".into(), |what| format!("Undo: {what} (Ctrl Z)"));
            let button = egui::Button::new("Undo").min_size(vec2(0.0, CONTROL_HEIGHT));
            let button = ui.add_enabled(undo.is_some(), button).on_hover_text(&tip).on_disabled_hover_text(&tip);
            if button.clicked() {
                let commands = cx.state.undo();
                cx.commands.extend(commands);
            }
        });
    }

    fn group(&mut self, ui: &mut Ui, group: &Group, cx: &mut Cx<'_>) -> Option<RunsAction> {
        ui.add_space(space::S);
        let keys: Vec<RunKey> = cx.state.list.entries_of(group.key).map(|e| e.key).collect();
        let mut action = self.heading(ui, group, &keys, cx);
        let mut chosen = Vec::new();
        let mut renaming = self.renaming.take();
        for run in cx.state.listed(group.key) {
            chosen.extend(row::ui(ui, run, &mut renaming, cx).map(|what| (run.entry.key, what)));
        }
        self.renaming = renaming;
        if let Some(Renaming { key, text, done: Some(taken), .. }) = self.renaming.take_if(|r| r.done.is_some())
            && taken
        {
            cx.state.list.rename(key, &text);
        }
        for (key, what) in chosen {
            action = self.act(key, what, cx).or(action);
        }
        action
    }

    /// The heading of a group: its eye, name and origin, and a menu for all of its runs.
    fn heading(&mut self, ui: &mut Ui, group: &Group, keys: &[RunKey], cx: &mut Cx<'_>) -> Option<RunsAction> {
        let mut action = None;
        let is_live = cx.state.list.entries_of(group.key).any(|e| e.live().is_some());
        let title = format!("{}, {}", group.experiment.name, describe(cx.state, group, is_live));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let all = cx.state.list.entries_of(group.key).all(|e| e.shown);
            let (icon, verb) = if all { (Icon::Eye, "Hide") } else { (Icon::EyeClosed, "Show") };
            let (eye, _) = ui.allocate_exact_size(vec2(row::BUTTON, HEADING), egui::Sense::hover());
            let text = format!("{verb} all runs of {title}");
            if small_button(ui, eye, ("eye", group.key), icon, &text, &text).clicked() {
                cx.state.list.show(keys, !all);
            }
            let width = ui.available_width() - row::BUTTON - space::XS;
            let heading = RichText::new(&title).size(size::CAPTION + 0.5).color(cx.theme.weak);
            let left = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(vec2(width, HEADING), left, |ui| {
                ui.set_min_width(width);
                ui.add(Label::new(heading).truncate()).on_hover_text(differences(cx.state, group));
            });
            let (rect, _) = ui.allocate_exact_size(vec2(row::BUTTON, HEADING), egui::Sense::hover());
            let (name, tip) = (format!("More for {title}"), "What can be done with these runs");
            let menu = small_button(ui, rect, ("more", group.key), Icon::More, &name, tip);
            egui::Popup::menu(&menu).show(|ui| action = self.group_menu(ui, group, keys, is_live, cx).or(action));
        });
        action
    }

    fn group_menu(
        &mut self,
        ui: &mut Ui,
        group: &Group,
        keys: &[RunKey],
        is_live: bool,
        cx: &mut Cx<'_>,
    ) -> Option<RunsAction> {
        let choice = |ui: &mut Ui, on: bool, text: &str, tip: &str| {
            ui.add_enabled(on, egui::Button::new(text)).on_hover_text(tip).on_disabled_hover_text(tip).clicked()
        };
        if choice(ui, true, "Compare these", "Opens Compare with these runs only") {
            cx.state.list.show_only(keys);
            return Some(RunsAction::Compare);
        }
        if let Some(path) = group.path.clone().filter(|_| !is_live) {
            let open = cx.state.listed(group.key).any(|run| !run.has_ended()) || self.earlier.is_unfinished(&path);
            let and_run = open && !group.is_opened;
            let (verb, tip) = earlier::verb(and_run);
            if choice(ui, true, verb, tip) {
                cx.state.list.wanted = Some(match group.is_opened {
                    true => Recall::Replay { path, repeat: None },
                    false => Recall::TakeUp { folder: path, and_run },
                });
            }
        }
        if choice(ui, true, "Save…", "Writes these runs into a folder of yours, which the command line reads too") {
            self.saving.ask(keys.to_vec(), cx.state);
        }
        if choice(ui, true, "Export…", "Writes the figures and tables of these runs to files") {
            self.ask_to_export(keys.to_vec(), cx.state);
        }
        ui.separator();
        if choice(ui, !is_live, "Remove from the list", "Until you undo it (Ctrl Z); the files stay") {
            let commands = cx.state.remove_runs(keys);
            cx.commands.extend(commands);
        }
        let on_disk = group.path.clone().filter(|_| !group.is_opened && !is_live);
        if choice(ui, on_disk.is_some(), "Delete from disk…", "Deletes what was written by itself, after asking")
            && let Some(folder) = on_disk
        {
            self.earlier.ask_to_delete(folder, format!("{} runs of {}", keys.len(), group.experiment.name));
        }
        None
    }

    fn act(&mut self, key: RunKey, what: RowAction, cx: &mut Cx<'_>) -> Option<RunsAction> {
        let live = cx.state.list.entry(key).and_then(Entry::live);
        match what {
            RowAction::Select => match live {
                Some(run) => {
                    let command = cx.state.show(run);
                    cx.commands.push(command);
                }
                None => cx.state.list.show(&[key], true),
            },
            RowAction::Show(on) => cx.state.list.show(&[key], on),
            RowAction::Rename => {
                let text = cx.state.list.entry(key).map_or_else(String::new, |e| e.name().to_owned());
                self.renaming = Some(Renaming::new(key, text));
            }
            RowAction::Compare => {
                let focus = cx.state.list.of_live(cx.state.focus.run).map(|e| e.key);
                cx.state.list.show_only(&focus.into_iter().chain([key]).collect::<Vec<_>>());
                return Some(RunsAction::Compare);
            }
            RowAction::OnlyThis => cx.state.list.show_only(&[key]),
            RowAction::Save => self.saving.ask_one(key, cx.state),
            RowAction::Export => self.ask_to_export(vec![key], cx.state),
            RowAction::Remove => {
                let commands = cx.state.remove_runs(&[key]);
                cx.commands.extend(commands);
            }
        }
        None
    }

    fn read(&mut self, ctx: &Context, path: PathBuf) {
        self.opening.start(ctx, move || match archive::read_histories(&path) {
            Ok(histories) => Ok((path, histories)),
            Err(e) => Err(e.to_string()),
        });
    }

    /// Asks which histories to open.
    pub fn ask_to_open(&mut self) {
        if !self.opening.is_running() {
            self.open.open(String::new);
        }
    }

    fn ask_to_export(&mut self, keys: Vec<RunKey>, state: &AppState) {
        let histories = exported(&keys, state).histories;
        let of = match &histories[..] {
            [run] => format!("-{}-{}", run.variant().stem(), run.seed()),
            _ => String::new(),
        };
        self.export.open(&histories, &of);
        self.to_export = keys;
    }
}

/// These runs, compared with Random, or else with the first.
fn exported(keys: &[RunKey], state: &AppState) -> Exported {
    let entries = keys.iter().filter_map(|key| state.list.entry(*key));
    let histories: Vec<History> = entries.filter_map(|entry| state.history_of(entry)).collect();
    let random = Variant::from(Strategy::Random);
    let first =
        histories.iter().map(History::variant).find(|v| *v == random).or(histories.first().map(|h| h.variant()));
    let (going, looks) = (state.in_progress(), state.looks.clone());
    Exported { against: first.unwrap_or(random), allow: Vec::new(), looks, going, histories }
}

/// Where the runs of a group come from, in a few words.
fn describe(state: &AppState, group: &Group, is_live: bool) -> String {
    let begun = state.listed(group.key).find_map(|run| run.header?.origins.first()?.date.parse().ok());
    let begun = begun.map(earlier::when);
    match (is_live, group.is_opened) {
        (true, _) => "now".into(),
        (false, true) => {
            let name = group.from.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
            format!("opened from {}", name.unwrap_or_default())
        }
        (false, false) => begun.unwrap_or_else(|| "before".into()),
    }
}

/// The tooltip of a group: what differs from the present experiment, and where it is.
fn differences(state: &AppState, group: &Group) -> String {
    let differing = group.experiment.differing(&state.experiment);
    let mut lines: Vec<String> =
        differing.iter().map(|f| format!("{}: {}", f.label, f.get(&group.experiment))).collect();
    if lines.is_empty() {
        lines.push("With the present settings".into());
    }
    lines.extend(group.path.as_ref().or(group.from.as_ref()).map(|p| p.display().to_string()));
    lines.join("\n")
}
