//! The screen of a project: opened, labelled, trained; it stands in the place of everything else.

use std::path::PathBuf;

use egui::{
    Align2, Area, CentralPanel, Context, Frame, Id, Label, Margin, Modal, Order, Panel, Rect, RichText, ScrollArea,
    Stroke, Ui,
};

use super::centre::Centre;
use super::commands::{self, Act, COMMANDS, IN_REGION, LOOKING_BACK, command};
use super::left::{self, Asked};
use super::open::Open;
use super::right;
use super::work::{Failed, Opened, Work, open};
use crate::device::DeviceKind;
use crate::project::transfer::{HEAD, OnConflict, Table, Told, may_write, table};
use crate::project::{List, Project, Sitting, counted, verb};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::confirm::confirm;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets::{self, IconButton, segmented, segmented_width};
use crate::ui::shell::keys;

/// What the screen asks of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The experiment again.
    Back,
}

enum Stage {
    Reading(Work<Result<Opened, Failed>>),
    Failed(Failed),
    Open(Box<Open>),
}

/// The screen.
pub struct ProjectScreen {
    folder: PathBuf,
    device: DeviceKind,
    stage: Stage,
    centre: Centre,
    ask_images: AskPath,
    ask_other: AskPath,
    import: AskPath,
    /// What an import may do without asking.
    told: Told,
    export: Export,
    /// Whether the table has a row for every image, with the model's predictions.
    exports_all: bool,
    shows_keys: bool,
    /// Whether it is asked if the project is left.
    leaves: bool,
    /// Whether there is an experiment to go back to.
    within: bool,
}

const BAR_HEIGHT: f32 = 46.0;
/// Room above the text of a message, points.
const MESSAGE_TOP: f32 = 4.0;
/// How long it is told what went well, seconds.
const TOLD: f64 = 12.0;
/// Width of the sheet of keys, and the place of a key in it, points.
const KEYS: f32 = 560.0;
const KEY_COLUMN: egui::Vec2 = egui::vec2(84.0, 18.0);
const LEFT: f32 = 258.0;
/// The right column's share of the width, and its limits.
const RIGHT_SHARE: f32 = 0.23;
const RIGHT: std::ops::RangeInclusive<f32> = 236.0..=430.0;
/// Windows narrower than this leave the right column out, and even narrower ones the left one, points.
const NARROW: f32 = 900.0;
const NARROWEST: f32 = 660.0;

impl ProjectScreen {
    /// The screen, which begins to open the project; `within` if there is an experiment to go back to.
    pub fn new(ctx: &Context, folder: PathBuf, device: DeviceKind, within: bool) -> Self {
        let mut screen = Self::with(folder, device, within);
        screen.read(ctx, None);
        screen
    }

    /// The screen of a project that was made just now.
    pub fn of_new(ctx: &Context, folder: PathBuf, opened: Opened, device: DeviceKind, within: bool) -> Self {
        let open = Open::new(ctx, folder.clone(), opened, device);
        Self { stage: Stage::Open(Box::new(open)), ..Self::with(folder, device, within) }
    }

    fn with(folder: PathBuf, device: DeviceKind, within: bool) -> Self {
        Self {
            folder,
            device,
            stage: Stage::Reading(Work::default()),
            centre: Centre::default(),
            ask_images: AskPath::new("Where the images are", "Folder or file with the images", "Read", Wanted::Any),
            ask_other: AskPath::new("Another project", "Folder of a project", "Open", Wanted::Folder),
            import: AskPath::new(
                "Import labels",
                "A table of files and labels, or a copy's labels.csv",
                "Import",
                Wanted::Any,
            ),
            told: Told { on_conflict: Some(OnConflict::Keep), ..Told::default() },
            export: Export::new("Export the labels", "labels.csv", "Export", Wanted::NewFile("csv")),
            exports_all: false,
            shows_keys: false,
            leaves: false,
            within,
        }
    }

    fn read(&mut self, ctx: &Context, images: Option<PathBuf>) {
        let mut work = Work::default();
        let folder = self.folder.clone();
        work.start(ctx, move |progress| open(&folder, images.as_deref(), progress));
        self.stage = Stage::Reading(work);
    }

    /// The person at the project, for tests.
    pub fn sitting(&self) -> Option<&Sitting> {
        match &self.stage {
            Stage::Open(open) => Some(&open.sitting),
            _ => None,
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, gpu: Option<&egui_wgpu::RenderState>) -> Option<Wish> {
        let ctx = ui.ctx().clone();
        let theme = Theme::of(ui.visuals());
        self.take_read(&ctx);
        if let Stage::Open(open) = &mut self.stage {
            open.update(&ctx);
        }
        keys::take_size(&ctx);
        self.take_keys(&ctx);
        let flat = |margin| Frame::new().fill(theme.panel).inner_margin(margin);
        let bar = Panel::top("project bar").exact_size(BAR_HEIGHT).show_separator_line(false).resizable(false);
        let wish = bar.frame(flat(Margin::symmetric(space::M as i8, 0))).show(ui, |ui| self.bar(ui, theme)).inner;
        let side = flat(Margin { left: space::M as i8, right: space::S as i8, top: 0, bottom: space::S as i8 });
        let frame = Frame::new().fill(theme.background).inner_margin(Margin::same(space::M as i8));
        let width = ctx.content_rect().width();
        let right = (RIGHT_SHARE * width).clamp(*RIGHT.start(), *RIGHT.end());
        let mut asked = None;
        match &mut self.stage {
            Stage::Open(open) => {
                if width >= NARROWEST {
                    let panel = Panel::left("where it stands").exact_size(LEFT).resizable(false);
                    panel.frame(side).show_separator_line(false).show(ui, |ui| asked = left::ui(ui, open, theme));
                }
                if width >= NARROW && !open.shows_space() {
                    let panel = Panel::right("beside the image").exact_size(right).resizable(false);
                    let frame = side.inner_margin(Margin::symmetric(space::S as i8, space::S as i8));
                    let guess = panel.frame(frame).show_separator_line(false);
                    if guess.show(ui, |ui| right::ui(ui, open, theme, gpu)).inner {
                        let subject = open.subject();
                        open.sitting.show_guess(subject);
                    }
                }
                let centre = CentralPanel::default().frame(frame);
                let place = centre.show(ui, |ui| self.centre.ui(ui, open, theme, gpu)).response.rect;
                message_box(&ctx, place, open.shows_space(), &mut open.message, theme);
            }
            Stage::Reading(work) => {
                let told = work.now().told();
                CentralPanel::default().frame(frame).show(ui, |ui| {
                    widgets::empty_state(ui, "The project is being opened", &told);
                });
                ctx.request_repaint_after_secs(0.2);
            }
            Stage::Failed(failed) => {
                let [mut again, mut images, mut other] = [false; 3];
                CentralPanel::default().frame(frame).show(ui, |ui| {
                    ui.add_space(space::L);
                    ui.label(bold("The project cannot be opened").size(size::HEADING));
                    ui.add(Label::new(RichText::new(&failed.why).color(theme.error)).wrap().selectable(true));
                    ui.horizontal(|ui| {
                        again = ui.button("Try again").on_hover_text("Opens the project again").clicked();
                        let tip = "Asks where the images are by now; the project remembers it";
                        images = failed.images && ui.button("Choose the images…").on_hover_text(tip).clicked();
                        let tip = "Asks for the folder of another project, and opens that";
                        other = ui.button("Another project…").on_hover_text(tip).clicked();
                    });
                });
                if images {
                    self.ask_images.open(String::new);
                }
                if other {
                    self.ask_other.open(String::new);
                }
                if again {
                    self.read(&ctx, None);
                }
            }
        }
        match asked {
            Some(Asked::Act(act)) => self.act(&ctx, act),
            Some(Asked::Question(question)) => {
                if let Stage::Open(open) = &mut self.stage {
                    open.ask(&ctx, question);
                }
            }
            Some(Asked::EndAnswering) => {
                if let Stage::Open(open) = &mut self.stage {
                    open.cancel_answering();
                }
            }
            Some(Asked::Import) => self.import.open(String::new),
            Some(Asked::Export) => self.export.open(|| "labels.csv".into()),
            None => {}
        }
        self.dialogs(&ctx);
        self.leave(&ctx, wish)
    }

    /// Fulfils the wish to leave; asks first if classes would be lost that were given in a lasso.
    fn leave(&mut self, ctx: &Context, wish: Option<Wish>) -> Option<Wish> {
        let given = self.sitting().map_or(0, |sitting| sitting.region().given().count());
        if !std::mem::take(&mut self.leaves) && wish.is_none() {
            return None;
        }
        if given == 0 {
            return Some(Wish::Back);
        }
        let (labels, are) = (counted(given, "label"), verb(given, "is", "are"));
        let text = format!("{labels} in the lasso {are} not confirmed, and would be lost.");
        let stay = ("Stay", "Back to the lasso, where Enter writes them (Esc)");
        let leave = ("Leave", "Shows the experiment; all labels that were confirmed are kept");
        let answer = confirm(ctx, "Leave the project?", &text, stay, leave);
        self.leaves = answer.is_none();
        (answer == Some(true)).then_some(Wish::Back)
    }

    fn take_read(&mut self, ctx: &Context) {
        let Stage::Reading(work) = &mut self.stage else { return };
        match work.take() {
            Some(Ok(opened)) => {
                let open = Open::new(ctx, self.folder.clone(), opened, self.device);
                self.stage = Stage::Open(Box::new(open));
            }
            Some(Err(failed)) => self.stage = Stage::Failed(failed),
            None => {}
        }
    }

    fn take_keys(&mut self, ctx: &Context) {
        let Stage::Open(open) = &mut self.stage else {
            let theme = commands::read(ctx, false).acts.contains(&Act::Theme);
            return if theme {
                toggle_theme(ctx)
            };
        };
        let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
        if open.has_grid_keys() && !dialog && !ctx.egui_wants_keyboard_input() && !self.centre.searches() {
            open.grid.keys(ctx);
        }
        let pressed = commands::read(ctx, self.centre.searches());
        self.centre.keys(ctx, open, &pressed);
        pressed.acts.into_iter().for_each(|act| self.act(ctx, act));
    }

    fn act(&mut self, ctx: &Context, act: Act) {
        match (&mut self.stage, act) {
            (_, Act::Theme) => toggle_theme(ctx),
            (_, Act::Keys) => self.shows_keys = true,
            (Stage::Open(open), Act::Train) => open.go_on(ctx, true),
            (Stage::Open(open), act) => self.centre.act(ctx, open, act),
            _ => {}
        }
    }

    fn bar(&mut self, ui: &mut Ui, theme: &'static Theme) -> Option<Wish> {
        let (mut wish, mut acts) = (None, Vec::new());
        let within = self.within;
        ui.horizontal_centered(|ui| {
            if within {
                let tip = "Shows the experiment again; the project is closed, and all labels are kept";
                let back = IconButton::new(Icon::Previous, "Back to the experiment", tip).text("Experiment");
                if back.show(ui).clicked() {
                    wish = Some(Wish::Back);
                }
            }
            let name = self.folder.file_name().unwrap_or(self.folder.as_os_str()).to_string_lossy().into_owned();
            let shown: String =
                if name.chars().count() > 24 { name.chars().take(23).chain(['…']).collect() } else { name };
            ui.label(bold(shown).size(size::HEADING)).on_hover_text(self.folder.display().to_string());
            if let Stage::Open(open) = &self.stage {
                let mut list = open.sitting.list();
                let text = |list| {
                    let count = open.sitting.waiting(list);
                    let name = match list {
                        List::Round => format!("Round {}", open.sitting.standing().round),
                        list => command(Act::Go(list)).name.to_owned(),
                    };
                    if count > 0 { format!("{name} · {count}") } else { name }
                };
                // Conflicts come with an import.
                let is_shown =
                    |other: &List| *other != List::Conflicts || *other == list || open.sitting.has_conflicts();
                let lists: Vec<List> = List::ALL.into_iter().filter(is_shown).collect();
                let texts: Vec<(String, String)> =
                    lists.iter().map(|list| (text(*list), command(Act::Go(*list)).tip())).collect();
                let choices: Vec<(List, &str, &str)> =
                    lists.iter().zip(&texts).map(|(list, (text, tip))| (*list, text.as_str(), tip.as_str())).collect();
                if segmented_width(ui, choices.iter().map(|(_, text, _)| *text)) < ui.available_width() - 70.0 {
                    if segmented(ui, "List", &mut list, &choices) {
                        acts.push(Act::Go(list));
                    }
                } else {
                    let menu = egui::ComboBox::new("list", "").selected_text(text(list));
                    let menu = menu.show_ui(ui, |ui| {
                        for (other, text, tip) in choices {
                            if ui.selectable_label(other == list, text).on_hover_text(tip).clicked() {
                                acts.push(Act::Go(other));
                            }
                        }
                    });
                    menu.response.accessible_name("List");
                }
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let keys = command(Act::Keys);
                if IconButton::new(Icon::Keys, keys.name, &keys.tip()).show(ui).clicked() {
                    acts.push(Act::Keys);
                }
                let row = command(Act::Theme);
                let icon = if theme.dark { Icon::Sun } else { Icon::Moon };
                if IconButton::new(icon, "Theme", &row.tip()).show(ui).clicked() {
                    acts.push(Act::Theme);
                }
                if let Stage::Open(open) = &self.stage
                    && let Some(now) = open.now()
                {
                    ui.add(Label::new(RichText::new(now.told()).size(size::CAPTION).color(theme.weak)).truncate());
                    ui.add(egui::Spinner::new().size(14.0));
                }
            });
        });
        let ctx = ui.ctx().clone();
        acts.into_iter().for_each(|act| self.act(&ctx, act));
        wish
    }

    fn dialogs(&mut self, ctx: &Context) {
        if let Some(images) = self.ask_images.ui(ctx, |_| {}) {
            self.read(ctx, Some(images));
        }
        if let Some(folder) = self.ask_other.ui(ctx, |_| {}) {
            self.folder = folder;
            self.read(ctx, None);
        }
        let told = &mut self.told;
        let file = self.import.ui(ctx, |ui| {
            let tip = "Classes that the project does not have are added; the next round then begins with an untrained network";
            ui.checkbox(&mut told.new_classes, "Add new classes").on_hover_text(tip);
            let tip = "Rows about images that the project does not have are passed over";
            ui.checkbox(&mut told.skip_unknown, "Pass over unknown images").on_hover_text(tip);
        });
        let mut dropped: Vec<PathBuf> =
            ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        if let Stage::Open(open) = &mut self.stage {
            if dropped.len() > 1 {
                let what = "One file with labels is taken in at a time: nothing was opened; drop them one by one";
                open.message = Some(Err(what.into()));
            } else if let Some(file) = file.or(dropped.pop()) {
                open.import(ctx, file, self.told);
            }
        }
        let exports_all = &mut self.exports_all;
        let path = self.export.ui(ctx, |ui| {
            let tip = "A row for each image, with the model's guess and the probability of every class";
            ui.checkbox(exports_all, "Every image, with predictions").on_hover_text(tip);
        });
        if let Some(path) = path {
            let what = if *exports_all { Table::Predictions } else { Table::Labels };
            let folder = self.folder.clone();
            self.export.start(ctx, move || {
                let project = Project::look(&folder).map_err(|e| e.to_string())?;
                may_write(&project, &path, &HEAD.join(",")).map_err(|e| e.to_string())?;
                Ok(Prepared::file(path, table(&project, what).map_err(|e| e.to_string())?))
            });
        }
        if let Some(outcome) = self.export.outcome(ctx)
            && let Stage::Open(open) = &mut self.stage
        {
            open.message = Some(outcome);
        }
        if self.shows_keys {
            let frame = Frame::window(&ctx.global_style());
            let response = Modal::new(egui::Id::unique("keys of a project")).frame(frame).show(ctx, key_list);
            self.shows_keys = !response.should_close();
        }
    }
}

/// What was said last, at the top of `place`, or at its foot if it is `low`: it lies over it, so that no button moves when
/// it comes or goes.
fn message_box(ctx: &Context, place: Rect, low: bool, message: &mut Option<Result<String, String>>, theme: &Theme) {
    if is_told(ctx, message.as_ref().and_then(|message| message.as_deref().ok())) {
        *message = None;
    }
    let (text, color, edge) = match &*message {
        Some(Ok(text)) => (text.clone(), theme.text, theme.accent),
        Some(Err(text)) => (text.clone(), theme.error, theme.error),
        None => return,
    };
    let margin = Margin::symmetric(space::M as i8, 5);
    let width = place.width() - 2.0 * (space::S + 1.0) - margin.sum().x;
    let area = Area::new(Id::unique("project message")).order(Order::Middle).movable(false);
    let place = place.shrink(space::S);
    let (pivot, at) =
        if low { (Align2::LEFT_BOTTOM, place.left_bottom()) } else { (Align2::LEFT_TOP, place.left_top()) };
    area.pivot(pivot).fixed_pos(at).show(ctx, |ui| {
        let frame = Frame::window(ui.style()).inner_margin(margin).stroke(Stroke::new(1.0, edge));
        frame.show(ui, |ui| {
            ui.set_width(width);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                if IconButton::new(Icon::Close, "Close the message", "Close the message").show(ui).clicked() {
                    *message = None;
                }
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    // Its first line stands beside the cross.
                    ui.add_space(MESSAGE_TOP);
                    ui.add(Label::new(RichText::new(text).color(color)).wrap().selectable(true));
                });
            });
        });
    });
}

/// Whether a message of what went well was told long enough; none is told of now if there is no `text`.
fn is_told(ctx: &Context, text: Option<&str>) -> bool {
    let (id, now) = (Id::unique("since when a project's message is told"), ctx.input(|i| i.time));
    let known = ctx.data(|data| data.get_temp::<(String, f64)>(id));
    let since = known.filter(|(known, _)| Some(known.as_str()) == text).map_or(now, |(_, since)| since);
    ctx.data_mut(|data| match text {
        Some(text) => drop(data.insert_temp(id, (text.to_owned(), since))),
        None => drop(data.remove_temp::<(String, f64)>(id)),
    });
    let left = TOLD - (now - since);
    if text.is_some() && left > 0.0 {
        ctx.request_repaint_after_secs(left as f32);
    }
    left <= 0.0
}

fn toggle_theme(ctx: &Context) {
    let dark = ctx.theme() == egui::Theme::Dark;
    ctx.set_theme(if dark { egui::Theme::Light } else { egui::Theme::Dark });
}

/// The list of keys.
fn key_list(ui: &mut Ui) {
    ui.set_width(KEYS.min(ui.ctx().content_rect().width() - 4.0 * space::L));
    ui.label(bold("Keys").size(size::HEADING));
    ui.add(
        Label::new("A class has the key that its button shows; where there are more classes than keys, a letter begins to search.")
            .wrap(),
    );
    ui.add_space(space::S);
    let height = (ui.ctx().content_rect().height() - 160.0).max(120.0);
    let theme = Theme::of(ui.visuals());
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for row in COMMANDS.iter().chain([&LOOKING_BACK]).chain(&IN_REGION) {
            ui.horizontal_top(|ui| {
                let line = egui::Layout::left_to_right(egui::Align::Min);
                ui.allocate_ui_with_layout(KEY_COLUMN, line, |ui| {
                    ui.set_min_width(KEY_COLUMN.x);
                    ui.label(bold(row.key));
                });
                let told = format!("{}. {}", row.name.trim_end_matches('…'), row.tip);
                ui.add(Label::new(RichText::new(told).color(theme.weak)).wrap());
            });
        }
    });
    if ui.button("Close").on_hover_text("Close the list (Esc)").clicked() {
        ui.close();
    }
}
