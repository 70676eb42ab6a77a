//! The window: starts the engine, lays out the panels, and carries out the actions of keys and buttons.

mod saved;
mod moment;
mod place;
mod view_file;
mod undoing;
mod returning;
mod sharing;
mod acting;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin};

use super::kit::images::Images;
use super::kit::question::Question;
use super::kit::theme::{self, Theme, space};
use super::panel::{Cx, PanelAction, inspect_question};
use super::panels::own::OwnSheet;
use super::panels::report::film::SaveFilm;
use super::panels::report::methods::Methods;
use super::panels::runs::{RunsAction, RunsPage};
use super::panels::settings::Controls;
use super::panels::settings::data_files::DataFiles;
use super::panels::start::{self, Known};
use super::panels::{self, Panels};
use super::points::{PointsScreen, Wish as PointsWish};
use super::project::{Projects, Wish as ProjectWish};
use super::shell::column::{self, Column};
use super::shell::dropped::Dropped;
use super::shell::help::Help;
use super::shell::palette::Palette;
use super::shell::recent::Recent;
use super::shell::replacing::{Replacing, Wish};
use super::shell::tour::{Places, Tour};
use super::shell::workspaces::Workspaces;
use super::shell::{appearance, clearing, frame_times, strip, toasts, topbar};
use super::state::{AppState, Changes, Recall};
use crate::dataset::own::plan::Plan;
use crate::engine::protocol::{Command, Level, Phase};
use crate::engine::{Engine, EngineOptions};
use crate::experiment::{DatasetKind, Experiment, Variant, setups};
use saved::Saved;
use view_file::Sharing;

/// How the window is started.
pub struct UiOptions {
    pub engine: EngineOptions,
    pub experiment: Experiment,
    /// The variants of the first session; empty runs `experiment` itself.
    pub variants: Vec<Variant>,
    /// Start the rounds at once, without a press of Run.
    pub autostart: bool,
    /// Own images to be looked at before anything is started.
    pub images: Option<Plan>,
    /// A file or a folder to be opened as if it were dropped on the window.
    pub open: Option<PathBuf>,
    /// The repeat of the histories in `open` that is shown in every view from the start.
    pub replay: Option<usize>,
}

impl Default for UiOptions {
    /// The default experiment with the strategies of its data set, started at once.
    fn default() -> Self {
        let experiment = Experiment::default();
        Self {
            engine: EngineOptions::default(),
            variants: experiment.dataset.strategies().iter().copied().map(Variant::from).collect(),
            experiment,
            autostart: true,
            images: None,
            open: None,
            replay: None,
        }
    }
}

/// The name under which the desktop knows the window and its choices are saved.
pub const APP_ID: &str = "ridgewalk";
/// Width of the settings, points.
const CONTROLS_WIDTH: f32 = 268.0;
/// The panel that opens histories.
const COMPARE: &str = "compare";
const PAIR: &str = "pair";
/// Events applied in one frame; the rest wait for the next one, so that a burst does not delay a frame.
const EVENTS_PER_FRAME: usize = 512;

/// The window.
pub struct App {
    engine: Option<Engine>,
    state: AppState,
    controls: Controls,
    runs: RunsPage,
    column: Column,
    recent: Recent,
    workspaces: Workspaces,
    panels: Panels,
    images: Images,
    inspect: Question<u32>,
    /// The earlier round last sent to the engine.
    looked_at: Option<usize>,
    toasts: toasts::Toasts,
    replacing: Replacing,
    palette: Palette,
    tour: Tour,
    help: Help,
    film: SaveFilm,
    methods: Methods,
    own: OwnSheet,
    dropped: Dropped,
    /// What was opened lately and is to be opened again.
    reopened: Dropped,
    /// An embedding that stands in the place of everything else.
    points: Option<PointsScreen>,
    /// A project stands there too, if one is open.
    projects: Projects,
    /// What is started if own images are looked at first and then are not: the runs, and whether their rounds start.
    instead: Option<(Vec<Variant>, bool)>,
    frame_times: frame_times::FrameTimes,
    returning: place::Returning,
    sharing: Sharing,
    changes: Changes<moment::Moment>,
    /// The session in which changes were last looked for.
    changed_in: (u64, usize, bool),
    /// Whether nothing in the window moves by itself.
    still: bool,
    /// What panels are asked for in the next frame.
    asked: Vec<PanelAction>,
    commands: Vec<Command>,
}

/// Least time between repaints for engine events on a software adapter, where drawing and training share the cores.
const SOFTWARE_NEWS: std::time::Duration = std::time::Duration::from_millis(400);

/// Repaints for engine events: at once on a GPU, at intervals on a software adapter.
fn wake(cc: &eframe::CreationContext<'_>) -> crate::engine::Wake {
    let adapter = cc.wgpu_render_state.as_ref().map(|r| r.adapter.get_info().device_type);
    let ctx = cc.egui_ctx.clone();
    match adapter {
        Some(wgpu::DeviceType::Cpu) => Arc::new(move || ctx.request_repaint_after(SOFTWARE_NEWS)),
        _ => Arc::new(move || ctx.request_repaint()),
    }
}

impl App {
    /// Starts the engine with the first experiment.
    pub fn new(cc: &eframe::CreationContext<'_>, options: UiOptions) -> Self {
        theme::install(&cc.egui_ctx);
        let first = || Saved { column: Column::first(), ..Saved::default() };
        let saved: Saved = cc.storage.map(|s| eframe::get_value(s, APP_ID).unwrap_or_else(first)).unwrap_or_default();
        appearance::set_motion(&cc.egui_ctx, !saved.still);
        let mut panels = panels::all();
        for (key, panel) in &mut panels {
            if let Some(choices) = saved.panels.get(*key) {
                panel.restore(choices);
            }
        }
        // What cannot run is reported by the engine.
        let runs = setups(&options.experiment, &options.variants).unwrap_or_default();
        let files = DataFiles::new(options.engine.data_dir.clone(), saved.data_folders);
        let mut state = AppState::new(options.experiment.clone(), runs, options.engine.device);
        let autosave_bytes = saved.autosave_bytes.unwrap_or(options.engine.autosave_bytes);
        let runs = RunsPage::new(options.engine.autosave.clone(), autosave_bytes, saved.told);
        let software = options.engine.software_gpu;
        let sharing = Sharing::new(&options.engine);
        let mut own = OwnSheet::new(options.engine.cache_dir.clone());
        let engine = EngineOptions { autosave_bytes, ..options.engine };
        let engine = match Engine::spawn(engine, wake(cc)) {
            Ok(engine) => Some(engine),
            Err(e) => {
                state.say(Level::Error, format!("The engine's thread cannot be started: {e}"));
                state.progress.phase = Phase::Failed;
                None
            }
        };
        let (mut commands, mut instead) = (Vec::new(), None);
        match options.images {
            Some(plan) => {
                own.open(&cc.egui_ctx, plan, options.variants.clone());
                instead = Some((options.variants.clone(), options.autostart));
            }
            None => {
                commands = state.reset(options.experiment.clone(), options.variants.clone(), 1, options.autostart);
            }
        }
        let mut app = Self {
            engine,
            state,
            controls: Controls::new(options.experiment, &options.variants, files, software),
            runs,
            column: saved.column,
            recent: Recent::new(saved.recent),
            workspaces: Workspaces::restored(saved.layouts),
            panels,
            images: Images::default(),
            inspect: inspect_question(),
            looked_at: None,
            toasts: toasts::Toasts::default(),
            replacing: Replacing::default(),
            palette: Palette::default(),
            tour: Tour::default(),
            help: Help::default(),
            film: SaveFilm::default(),
            methods: Methods::default(),
            own,
            dropped: Dropped::default(),
            reopened: Dropped::default(),
            points: None,
            projects: Projects::new(saved.projects, options.engine.device),
            instead,
            frame_times: frame_times::FrameTimes::default(),
            returning: place::Returning::default(),
            sharing,
            changes: Changes::default(),
            changed_in: (0, 0, false),
            still: saved.still,
            asked: Vec::new(),
            commands,
        };
        app.controls.presets.own = saved.presets;
        if let Some(path) = options.open {
            let repeat = options.replay;
            app.state.list.wanted = repeat.map(|repeat| Recall::Replay { path: path.clone(), repeat: Some(repeat) });
            app.look_at(&cc.egui_ctx, path);
        }
        if cc.storage.is_some() && !saved.toured {
            app.tour.begin();
        }
        app.send();
        app
    }

    /// The window's state, for tests.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    fn send(&mut self) {
        let Some(engine) = &self.engine else { return self.commands.clear() };
        for command in self.commands.drain(..) {
            if let Some(dataset) = command.dataset() {
                engine.send(Command::SetDataFolder(self.controls.files.folder(dataset)));
            }
            engine.send(command);
        }
    }

    fn take_events(&mut self, ctx: &egui::Context) {
        let Some(engine) = &self.engine else { return };
        let (before, shown) = (self.state.generation, self.state.focus.run);
        for n in 0.. {
            if n == EVENTS_PER_FRAME {
                ctx.request_repaint();
                break;
            }
            let Some(event) = engine.try_event() else { break };
            self.state.apply(event);
        }
        if self.state.generation != before {
            self.looked_at = None;
            // Something was started: nothing is to take its place when the images are left.
            self.instead = None;
            if !self.state.pins.pins.is_empty() {
                self.commands.push(self.state.pins.command());
            }
            self.commands.push(Command::SetReselection(self.state.lab.reselection));
            self.commands.push(Command::Show(self.state.focus.run));
        } else if self.state.focus.run != shown {
            self.commands.push(Command::Show(self.state.focus.run));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        self.take_events(ctx);
        self.send();
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frame_times.add(frame);
        let ctx = ui.ctx().clone();
        if let Some(wish) = self.projects.ui(ui, frame.wgpu_render_state()) {
            if wish == Some(ProjectWish::Back) {
                self.start_instead();
            }
            return self.send();
        }
        if let Some(points) = &mut self.points {
            if let Some(path) = points.path() {
                self.recent.remember(path);
            }
            if points.ui(ui, frame.wgpu_render_state()) == Some(PointsWish::Back) {
                self.points = None;
            }
            return self.send();
        }
        let theme = Theme::of(ui.visuals());
        self.still = !appearance::has_motion(&ctx);
        self.controls.follow(&self.state);
        self.take_keys(&ctx);
        self.take_dropped(&ctx);
        if let Some(wait) = self.state.advance_playhead(ctx.input(|i| i.time)) {
            ctx.request_repaint_after_secs(wait as f32);
        }
        let looked_at = self.state.weights_round();
        if self.looked_at != looked_at {
            self.looked_at = looked_at;
            self.commands.push(self.state.look_back());
        }
        let shown = self.panels.iter().filter(|(key, _)| self.workspaces.has(key));
        self.state.playhead.reach = shown.map(|(_, panel)| panel.reach(&self.state)).max().unwrap_or(0);
        let snapshot = self
            .engine
            .as_ref()
            .map(Engine::snapshot)
            .filter(|s| s.generation == self.state.generation)
            .unwrap_or_default();
        let own = self.state.experiment.dataset == DatasetKind::Own;
        self.images.begin_frame(self.state.generation, theme.dark, own);
        let asked = std::mem::take(&mut self.asked);
        let mut hover_walk = None;
        let mut bar_action = None;
        let mut controls_action = None;
        let mut runs_action = None;
        let mut chosen = None;
        let (own_action, places);
        {
            let mut cx = Cx {
                state: &mut self.state,
                snapshot: &snapshot,
                theme,
                images: &mut self.images,
                commands: &mut self.commands,
                gpu: frame.wgpu_render_state(),
                now: ctx.input(|i| i.time),
                inspect: &mut self.inspect,
                hover_walk: &mut hover_walk,
                region_shown: self
                    .panels
                    .iter()
                    .any(|(key, p)| (*key == "region" || p.lists_selection()) && self.workspaces.shows(key)),
                scores_shown: self.workspaces.has("samples"),
                selection_shown: self.panels.iter().any(|(key, p)| p.shows_selection() && self.workspaces.shows(key)),
                walks_shown: self.panels.iter().any(|(key, p)| p.shows_walks() && self.workspaces.has(key)),
                directions_shown: self.panels.iter().any(|(key, p)| p.shows_directions() && self.workspaces.has(key)),
                actions: &asked,
            };
            let flat = |margin| Frame::new().fill(theme.panel).inner_margin(margin);
            let bar =
                egui::Panel::top("bar").exact_size(topbar::BAR_HEIGHT).show_separator_line(false).resizable(false);
            let bar = bar
                .frame(flat(Margin::symmetric(space::M as i8, 0)))
                .show(ui, |ui| bar_action = topbar::bar(ui, &mut cx, self.workspaces.shown()));
            let strip =
                egui::Panel::top("strip").exact_size(strip::STRIP_HEIGHT).show_separator_line(false).resizable(false);
            strip.frame(flat(Margin::ZERO)).show(ui, |ui| strip::ui(ui, &cx));
            let mut column = None;
            if self.column.is_shown(&ctx) {
                let left = egui::Panel::left("controls")
                    .default_size(CONTROLS_WIDTH)
                    .size_range(240.0..=380.0)
                    .show_separator_line(false);
                let shown = left.frame(flat(Margin::ZERO)).show(ui, |ui| {
                    self.column.tabs(ui, cx.state.list.entries().count());
                    match self.column.page {
                        column::Page::Start => {
                            let (recent, projects) = (&self.recent.folders, &self.projects.recent);
                            let known = Known { recent, projects, saved: &self.controls.presets.own };
                            chosen = start::ui(ui, &self.controls.draft.masks, known);
                        }
                        column::Page::Runs => runs_action = self.runs.ui(ui, &mut cx),
                        column::Page::Settings => controls_action = self.controls.ui(ui, &mut cx),
                    }
                });
                column = Some(shown.response.rect);
            }
            self.controls.report.ui(&ctx, &mut cx);
            self.controls.files.follow(&ctx, &mut cx);
            own_action = self.own.ui(&ctx, &mut cx);
            if self.runs.update(&ctx, &mut cx) {
                self.column.page = column::Page::Runs;
            }
            let frame = Frame::new().fill(theme.window).inner_margin(Margin::same(6));
            let panels = CentralPanel::default().frame(frame);
            let panels = panels.show(ui, |ui| self.workspaces.ui(ui, &mut self.panels, &mut cx));
            self.film.ui(&ctx, &mut cx, panels.response.rect);
            self.methods.ui(&ctx, &mut cx);
            // Of panels that are not on the screen, too.
            for export in self.panels.iter_mut().flat_map(|(_, panel)| panel.exports()) {
                cx.report(export.outcome(&ctx));
            }
            places = Places { bar: bar.response.rect, column, panels: panels.response.rect };
        }
        if let Some(action) = bar_action {
            self.act(&ctx, action);
            // The effect of a click must show in the same frame, so this frame is laid out again.
            ctx.request_discard("a button of the bar was pressed");
        }
        self.take_controls(&ctx, controls_action);
        if runs_action == Some(RunsAction::Compare) {
            self.workspaces.reveal(COMPARE);
        }
        if self.state.brush.list {
            self.workspaces.reveal("samples");
        }
        if std::mem::take(&mut self.state.brush.reveal) {
            let list = self.panels.iter().find(|(key, p)| p.lists_selection() && self.workspaces.has(key));
            let list = list.map_or("region", |(key, _)| *key);
            self.workspaces.reveal(list);
        }
        self.recent.follow(&self.state.list);
        if let Some(path) = self.own.path() {
            self.recent.remember(path);
        }
        if self.projects.dialogs(&ctx) {
            self.own.close();
            self.make_way();
        }
        if let Some(action) = own_action {
            self.take_own(&ctx, action);
        }
        if let Some(chosen) = chosen {
            self.wish(&ctx, Wish::Choose(chosen));
        }
        if let Some(recall) = self.state.list.wanted.take() {
            self.wish(&ctx, Wish::Recall(recall));
        }
        if let Some(wish) = self.replacing.ui(&ctx, &mut self.state) {
            self.fulfil(&ctx, wish);
        }
        if clearing::ui(&ctx, &mut self.state) {
            self.commands.push(Command::ClearWalks);
        }
        if let Some(step) = self.tour.ui(&ctx, places) {
            self.show_step(&ctx, step);
        }
        self.follow_place(&ctx);
        self.follow_sharing(&ctx);
        self.follow_changes(&ctx);
        if let Some(action) = self.help.ui(&ctx) {
            self.act(&ctx, action);
        }
        if let Some(choice) = self.palette.ui(&ctx) {
            self.take_choice(&ctx, choice);
        }
        self.toasts.ui(&ctx, &mut self.state);
        if let Some(offer) = self.state.messages.taken.take() {
            self.take_offer(&ctx, offer);
        }
        if self.state.focus.walk_point != hover_walk {
            self.state.focus.walk_point = hover_walk;
            ctx.request_repaint();
        }
        self.send();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let panels = self.panels.iter().filter_map(|(key, panel)| Some(((*key).to_owned(), panel.saved()?))).collect();
        let layouts = self.workspaces.layouts();
        let data_folders = self.controls.files.chosen.clone();
        let autosave_bytes = Some(self.runs.most_bytes());
        let recent = self.recent.folders.clone();
        let still = self.still;
        let projects = self.projects.recent.clone();
        let presets = self.controls.presets.own.clone();
        let saved = Saved {
            layouts,
            panels,
            column: self.column,
            autosave_bytes,
            data_folders,
            told: self.runs.told().to_vec(),
            recent,
            projects,
            still,
            presets,
            toured: true,
        };
        eframe::set_value(storage, APP_ID, &saved);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Theme::of(visuals).window.to_normalized_gamma_f32()
    }
}
