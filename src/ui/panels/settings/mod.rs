//! The settings panel: a draft of the next experiment, a row for each field, and why it cannot run.

pub mod compared;
mod download;
pub mod data_files;
pub mod mask_report;
mod notes;
pub mod presets;
pub mod rows;
pub mod repeats;
mod computing;
mod bars;

use std::path::PathBuf;

use egui::{RichText, ScrollArea, TextEdit, Ui};

use crate::device::DeviceKind;
use crate::engine::protocol::{Level as Note, Phase};
use crate::experiment::{DataFacts, DatasetKind, Experiment, ExperimentError, Field, Group, Level, Variant, setups};
use crate::ui::kit::fuzzy;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{size, space};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;
use crate::ui::state::AppState;
use bars::Pressed;
use compared::Compared;
use computing::{Computing, DEVICE};
use data_files::DataFiles;
use mask_report::MaskReportSheet;
use presets::{PresetWish, Presets};
use repeats::{REPEATS, Repeats};
use rows::{Beside, Rows};

/// What the button beside the folder of masks does.
const BROWSE: &str = "Opens the system's file dialog; if it has none, type the path";
/// The field with the number of samples that are labelled in each round.
const J: &str = "samples_per_round";

/// The settings that are no fields of the experiment.
pub const BESIDE: [Beside; 2] = [REPEATS, DEVICE];
/// The field below which the repeats stand.
const SEED: &str = "seed";
/// The fields of which the row of the training's length has the one that applies.
const LENGTH: [&str; 2] = ["minibatches_per_round", "epochs_per_round"];

/// The settings panel: the draft, and whether the rarer settings are shown.
pub struct Controls {
    pub draft: Experiment,
    pub compared: Compared,
    pub repeats: Repeats,
    /// Where the files of published data sets are.
    pub files: DataFiles,
    /// The report on the user's own masks.
    pub report: MaskReportSheet,
    /// The last session seen, and whether the draft differed from it.
    known: (u64, bool),
    /// The draft is to start as soon as its files are known to be there.
    starts: bool,
    /// The system's dialog for the folder of masks.
    folder: Job<Option<PathBuf>>,
    computing: Computing,
    more: bool,
    pub presets: Presets,
    /// What is typed to find a setting; empty shows all.
    search: String,
    /// The field that was looked for, and whether its row is still to be brought into view.
    sought: Option<(&'static str, bool)>,
}

/// The settings as the user has chosen them.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub draft: Experiment,
    pub compared: Compared,
    pub repeats: usize,
}

/// The user's choice with the buttons at the bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlsAction {
    /// Start a session with the draft.
    Apply,
    /// Add this many repeats to the present session.
    AddRepeats(usize),
    /// The same, and run its rounds.
    Start,
    /// Compute with this device.
    Device(DeviceKind),
    /// Discard the changes.
    Revert,
    /// Ask for the user's own images.
    ChooseImages,
    /// Look at the draft's own images.
    LookAtImages,
}

impl Controls {
    /// The settings of the first session; `allow_software` lets a software adapter pass for a GPU.
    pub fn new(draft: Experiment, variants: &[Variant], files: DataFiles, allow_software: bool) -> Self {
        Self {
            draft,
            compared: Compared::of(variants),
            repeats: Repeats::default(),
            known: (0, false),
            files,
            report: MaskReportSheet::default(),
            starts: false,
            folder: Job::default(),
            computing: Computing::new(allow_software),
            more: false,
            presets: Presets::default(),
            search: String::new(),
            sought: None,
        }
    }

    /// Takes an experiment as the draft, to start as soon as its files are known to be there. If something is missing,
    /// the settings say what.
    pub fn choose(&mut self, experiment: Experiment, variants: &[Variant], repeats: usize) {
        self.draft = experiment;
        self.compared = Compared::of(variants);
        self.repeats.chosen = repeats;
        self.starts = true;
    }

    pub fn chosen(&self) -> Chosen {
        Chosen { draft: self.draft.clone(), compared: self.compared.clone(), repeats: self.repeats.chosen }
    }

    /// Puts these settings in the place of the present ones.
    pub fn put(&mut self, chosen: &Chosen) {
        self.draft = chosen.draft.clone();
        self.compared = chosen.compared.clone();
        self.repeats.chosen = chosen.repeats;
    }

    /// Brings the row of a field into view, if the field has an effect with the other values of the draft, and marks it until
    /// something is pressed.
    pub fn seek(&mut self, name: &'static str) {
        let has = |group: &Group| group.fields.iter().any(|field| field.name == name);
        self.more |= Group::ALL.iter().any(|group| group.level == Level::More && has(group));
        self.search.clear();
        self.sought = Some((name, true));
    }

    /// The field that finds settings, and the presets.
    fn top(&mut self, ui: &mut Ui) {
        const PRESETS_WIDTH: f32 = 76.0;
        ui.horizontal(|ui| {
            let width = ui.available_width() - PRESETS_WIDTH - space::S;
            let field = TextEdit::singleline(&mut self.search).desired_width(width).hint_text("Find a setting");
            ui.add(field).on_hover_text("By its name, or a word of what it does").accessible_name("Find a setting");
            match self.presets.menu(ui, &self.draft, &self.compared, self.repeats.chosen) {
                Some(PresetWish::Take(preset)) => {
                    if let Ok((experiment, variants)) = preset.read() {
                        self.draft = experiment;
                        self.compared = Compared::of(&variants);
                        self.repeats.chosen = preset.repeats;
                    }
                }
                Some(PresetWish::Back) => {
                    let seed = self.draft.seed;
                    if let Some(base) = self.presets.base(&self.draft) {
                        self.draft = Experiment { seed, ..base };
                    }
                }
                None => {}
            }
        });
    }

    /// Whether a setting is one of those that are looked for, and has an effect.
    fn is_found(&self, group: &Group, field: &Field) -> bool {
        // One row has both.
        let is_length = LENGTH.contains(&field.name);
        let names = if is_length { LENGTH.join(" ") } else { field.name.to_owned() };
        let more = format!("{names} {} {}", group.title, field.help);
        field.applies(&self.draft) && fuzzy::score(&self.search, field.label, &more).is_some()
    }

    /// Whether any setting is.
    fn finds_any(&self) -> bool {
        let found = |group: &Group| group.fields.iter().any(|field| self.is_found(group, field));
        BESIDE.iter().any(|beside| beside.is_found(&self.search)) || Group::ALL.iter().any(found)
    }

    /// Whether the draft differs from what runs.
    pub fn is_changed(&self, state: &AppState) -> bool {
        self.draft != state.experiment || self.compares_others(state) || self.repeats.are_fewer(state)
    }

    /// Follows another session, such as a replayed one, unless there are changes that are not applied yet.
    pub fn follow(&mut self, state: &AppState) {
        self.repeats.follow(state);
        let (generation, changed) = self.known;
        if generation != state.generation && !changed {
            self.revert(state);
        }
        self.known = (state.generation, self.is_changed(state));
    }

    /// Discards the changes.
    pub fn revert(&mut self, state: &AppState) {
        self.draft = state.experiment.clone();
        self.compared = Compared::of(&state.variants());
        self.repeats.chosen = state.repeats();
    }

    /// Whether the chosen runs are not those that run, however they are written and in whatever order.
    fn compares_others(&self, state: &AppState) -> bool {
        let identities = |variants: &[Variant]| {
            let runs = setups(&state.experiment, variants).ok()?;
            Some(runs.iter().map(|run| Variant::identity(&run.experiment)).collect::<Vec<_>>())
        };
        let chosen = self.compared.variants().ok().and_then(|chosen| identities(&chosen));
        let same = |a: &[Variant], b: &[Variant]| a.len() == b.len() && a.iter().all(|one| b.contains(one));
        chosen.zip(identities(&state.variants())).is_none_or(|(chosen, going)| !same(&chosen, &going))
    }

    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> Option<ControlsAction> {
        self.fit_own_masks(cx.state);
        let running = cx.state.experiment.clone();
        let changed = self.is_changed(cx.state);
        if changed && cx.state.unfit.is_some() {
            // What could not run is being corrected.
            cx.state.messages.cured();
        }
        let failed = || cx.state.unfit.clone().filter(|_| !changed);
        let error = self.error().or_else(|| self.misfit(cx.state)).or_else(failed);
        // The data were missing, and are there now.
        let again = cx.state.progress.phase == Phase::Failed
            && cx.state.dataset.is_none()
            && self.files.are_there(self.draft.dataset);
        let why = error.as_ref().map(|error| self.told(error, cx.state));
        let mut action = None;
        // The bar is always shown: otherwise the fields above would change their identity under the pointer.
        let frame = egui::Frame::new().inner_margin(egui::Margin::same(space::M as i8));
        egui::Panel::bottom("apply").show_separator_line(true).frame(frame).show(ui, |ui| {
            let more = self.repeats.more(cx.state);
            if changed || again {
                action = bars::apply_bar(ui, why.as_deref(), cx.theme).map(|pressed| match pressed {
                    Pressed::Go => ControlsAction::Apply,
                    Pressed::Revert => ControlsAction::Revert,
                });
            } else if more > 0 {
                action = bars::add_bar(ui, more, cx).map(|pressed| match pressed {
                    Pressed::Go => ControlsAction::AddRepeats(more),
                    Pressed::Revert => ControlsAction::Revert,
                });
            } else if let Some(why) = &why {
                ui.add(egui::Label::new(RichText::new(why).color(cx.theme.error)).wrap());
            } else {
                let text = "These settings are in use. Change one to prepare another run.";
                ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).wrap());
            }
        });
        if self.starts && self.files.are_known(self.draft.dataset) {
            self.starts = false;
            if error.is_none() {
                action = Some(ControlsAction::Start);
            }
        }
        let bad_field = error.as_ref().and_then(|e| match e {
            ExperimentError::Field { field, .. } => Some(field.as_str()),
            ExperimentError::SameRun { .. } => Some("strategy"),
            _ => None,
        });
        if ui.input(|i| i.pointer.any_pressed()) {
            self.sought = None;
        }
        let preset = self.presets.base(&self.draft);
        let rows = Rows { running: &running, preset: preset.as_ref(), bad_field, sought: self.sought, theme: cx.theme };
        self.sought = self.sought.map(|(name, _)| (name, false));
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(space::M as i8, 2));
        egui::Panel::top("find a setting").show_separator_line(false).frame(frame).show(ui, |ui| self.top(ui));
        let searches = !self.search.trim().is_empty();
        ScrollArea::vertical().auto_shrink(false).id_salt("controls").show(ui, |ui| {
            let margin = egui::Margin {
                left: space::M as i8,
                right: space::M as i8,
                top: space::S as i8,
                bottom: space::L as i8,
            };
            egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 5.0;
                let before = self.draft.dataset;
                action = self.groups(ui, &rows, Level::Main, cx).or(action);
                self.adapt_to_data(before);
                if DEVICE.is_found(&self.search) {
                    rows::heading(ui, DEVICE.group);
                    action = self.computing.ui(ui, cx, &rows).map(ControlsAction::Device).or(action);
                }
                if !searches {
                    ui.add_space(space::S);
                    let (icon, text, tip) = match self.more {
                        true => (Icon::Unfolded, "Less", "Hide the other settings"),
                        false => (Icon::Folded, "More", "Show all other settings of the experiment"),
                    };
                    self.more ^= widgets::IconButton::new(icon, "More settings", tip).text(text).show(ui).clicked();
                }
                if self.more || searches {
                    action = self.groups(ui, &rows, Level::More, cx).or(action);
                }
                if !self.finds_any() {
                    let text = "No setting is called like that, or it has no effect with the others as they are.";
                    ui.add(egui::Label::new(RichText::new(text).color(cx.theme.weak)).wrap());
                }
            });
        });
        action
    }

    /// Why the draft cannot run; `None` if it can.
    pub fn error(&self) -> Option<ExperimentError> {
        let files = || self.files.error(self.draft.dataset);
        self.compared.error(&self.draft).or_else(|| self.draft.clone().validated().err()).or_else(files)
    }

    /// Why the draft cannot run on the data that are there, if it is for them; other data are checked once they are read.
    fn misfit(&self, state: &AppState) -> Option<ExperimentError> {
        let data = self.facts(state)?;
        let strategies: Vec<_> = self.compared.variants().ok()?.iter().map(|v| v.strategy).collect();
        self.draft.on_data(&data, &strategies).err()
    }

    fn groups(&mut self, ui: &mut Ui, rows: &Rows<'_>, level: Level, cx: &mut Cx<'_>) -> Option<ControlsAction> {
        let mut action = None;
        for group in Group::ALL.iter().filter(|g| g.level == level) {
            let shown: Vec<&Field> = group.fields.iter().filter(|field| self.is_found(group, field)).collect();
            let repeats = group.fields.iter().any(|f| f.name == SEED) && REPEATS.is_found(&self.search);
            let alone = repeats && !shown.iter().any(|field| field.name == SEED);
            if alone || !shown.is_empty() {
                rows::heading(ui, group.title);
            }
            if alone {
                self.repeats.ui(ui, cx.state, rows);
            }
            for field in shown {
                match field.name {
                    "strategy" => {
                        let changed = self.compares_others(cx.state);
                        rows.compared(ui, field, &mut self.compared, changed, &self.draft);
                    }
                    "masks" => self.own_masks(ui, rows, field, cx),
                    "data" => action = self.own_images(ui, rows, field),
                    name if LENGTH.contains(&name) => rows.training_length(ui, field, &mut self.draft),
                    _ => rows.field(ui, field, &mut self.draft),
                }
                if field.name == SEED {
                    self.repeats.ui(ui, cx.state, rows);
                }
                if field.name == "dataset" {
                    self.files.ui(ui, self.draft.dataset, cx);
                }
                self.note(ui, rows, field, cx);
            }
        }
        action
    }

    /// The place of the user's own images, and the sheet on them.
    fn own_images(&mut self, ui: &mut Ui, rows: &Rows<'_>, field: &Field) -> Option<ControlsAction> {
        let mut action = None;
        if rows.place(ui, field, &mut self.draft, "Choose…", "Asks for images, and shows what is in them") {
            action = Some(ControlsAction::ChooseImages);
        }
        let link = RichText::new("What is in them, and which settings suit them").size(size::CAPTION);
        let there = !self.draft.data.trim().is_empty();
        if there && ui.link(link).on_hover_text("Reads the images and shows the sheet on them").clicked() {
            action = Some(ControlsAction::LookAtImages);
        }
        action
    }

    /// What is to be said of the field's value, and a value that fits if this one does not.
    fn note(&mut self, ui: &mut Ui, rows: &Rows<'_>, field: &Field, cx: &Cx<'_>) {
        let say = |ui: &mut Ui, text: String| {
            ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.warning)).wrap());
        };
        if let Some(text) = rows::refusal(ui, field) {
            say(ui, text);
        }
        let data = self.facts(cx.state);
        let Some(text) = self.value_note(field.name, data.as_ref()) else { return };
        // As the reason why the draft cannot run it stands at the bottom.
        if rows.bad_field != Some(J) || field.name != J {
            say(ui, text);
        }
        if let Some(fitting) = data.and_then(|data| notes::fitting(&self.draft, &data)).filter(|_| field.name == J) {
            let button = egui::Button::new(RichText::new(format!("Use {fitting}")).size(size::CAPTION)).small();
            let tip = "As many samples a round as the pool has for all rounds";
            if ui.add(button).on_hover_text(tip).clicked() {
                self.draft.samples_per_round = fitting;
            }
        }
    }

    /// What is known of the draft's data, if they are those that are there.
    fn facts(&self, state: &AppState) -> Option<DataFacts> {
        let data = state.dataset.as_ref().filter(|_| self.draft.has_data_of(&state.experiment))?;
        Some(data.facts())
    }

    /// What is to be said of a field's value.
    fn value_note(&self, field: &str, data: Option<&DataFacts>) -> Option<String> {
        let variants = self.compared.variants().unwrap_or_default();
        let strategies: Vec<_> = variants.iter().map(|v| v.strategy).collect();
        notes::note(field, &self.draft, &strategies, data)
    }

    /// Why the draft cannot run, in the words of a note where there is one.
    fn told(&self, error: &ExperimentError, state: &AppState) -> String {
        let is_pool = matches!(error, ExperimentError::Field { field, .. } if field == J);
        let field = Field::named(J).filter(|_| is_pool);
        let note = field.and_then(|f| Some((f.label, self.value_note(J, self.facts(state).as_ref())?)));
        note.map_or_else(|| error.to_string(), |(label, note)| format!("{label}: {note}"))
    }

    /// How many masks of the user's own there are is known only once they were checked. If the preset's number of samples
    /// a round is more than that, it is set from their number, and the experiment starts again.
    fn fit_own_masks(&mut self, state: &mut AppState) {
        let failed = matches!(&state.unfit, Some(ExperimentError::Field { field, .. }) if field == J);
        let preset = Experiment::preset(DatasetKind::Masks.preset()).map(|preset| preset.samples_per_round);
        let is_presets = preset.is_ok_and(|j| j == self.draft.samples_per_round);
        let own = self.draft.dataset == DatasetKind::Masks && self.draft == state.experiment;
        let data = state.dataset.as_ref().filter(|_| failed && own && is_presets).map(|data| data.facts());
        let Some((data, fitting)) = data.and_then(|data| Some((data, notes::fitting(&self.draft, &data)?))) else {
            return;
        };
        self.draft.samples_per_round = fitting;
        self.starts = true;
        let rounds = self.draft.rounds;
        let text =
            format!("{} masks are there to train on: {fitting} are labelled in each of {rounds} rounds", data.train);
        state.say(Note::Info, text);
    }

    /// The folder of the user's own masks, and a link to the report on them.
    fn own_masks(&mut self, ui: &mut Ui, rows: &Rows<'_>, field: &Field, cx: &Cx<'_>) {
        if let Some(Some(path)) = self.folder.take() {
            self.draft.masks = path.display().to_string();
        }
        if rows.place(ui, field, &mut self.draft, "Browse…", BROWSE) {
            let from = self.draft.masks.clone();
            self.folder.start(ui.ctx(), move || rfd::FileDialog::new().set_directory(from).pick_folder());
        }
        if let Some(report) = &cx.state.mask_report {
            let text = RichText::new(report.summary()).size(size::CAPTION);
            if ui.link(text).on_hover_text("Every rejected mask with its file and reason").clicked() {
                self.report.open();
            }
        }
    }

    /// Changes to the preset of the data set if its labels are of another kind than before: they need other networks,
    /// sizes and strategies.
    fn adapt_to_data(&mut self, before: DatasetKind) {
        let (now, seed) = (self.draft.dataset, self.draft.seed);
        let own = |dataset| dataset == DatasetKind::Masks;
        if now.task() == before.task() && own(now) == own(before) {
            return;
        }
        if let Ok(preset) = Experiment::of_dataset(now, &self.draft.masks) {
            self.draft = Experiment { seed, ..preset };
        }
        self.compared = Compared::of(&now.strategies().iter().copied().map(Variant::from).collect::<Vec<_>>());
    }
}
