//! The window: starts the engine, lays out the panels, and carries out the actions of keys and buttons.

mod saved;
mod moment;
mod place;
mod view_file;
mod undoing;
mod returning;
mod sharing;
mod acting;
mod frame;

use std::path::PathBuf;
use std::sync::Arc;

use super::kit::images::Images;
use super::kit::question::Question;
use super::kit::theme::{self, Theme};
use super::panel::{PanelAction, inspect_question};
use super::panels::own::OwnSheet;
use super::panels::report::film::SaveFilm;
use super::panels::report::methods::Methods;
use super::panels::runs::RunsPage;
use super::panels::settings::Controls;
use super::panels::settings::data_files::DataFiles;
use super::panels::{self, Panels};
use super::points::PointsScreen;
use super::project::Projects;
use super::shell::column::Column;
use super::shell::dropped::Dropped;
use super::shell::help::Help;
use super::shell::palette::Palette;
use super::shell::recent::Recent;
use super::shell::replacing::Replacing;
use super::shell::tour::Tour;
use super::shell::workspaces::Workspaces;
use super::shell::{appearance, frame_times, toasts};
use super::state::{AppState, Changes, Recall};
use crate::dataset::own::plan::Plan;
use crate::engine::protocol::{Command, Level, Phase};
use crate::engine::{Engine, EngineOptions};
use crate::experiment::{Experiment, Variant, setups};
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

impl UiOptions {
    /// Whether nobody asked for the experiment: it is what the window begins with by itself.
    fn is_unasked(&self) -> bool {
        let own = Self::default();
        let nothing_else = self.images.is_none() && self.open.is_none();
        nothing_else && self.autostart && self.experiment == own.experiment && self.variants == own.variants
    }
}

/// The name under which the desktop knows the window and its choices are saved.
pub const APP_ID: &str = "ridgewalk";
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
    /// Whether the first session, for which nobody asked, waits until it is known what earlier windows left.
    unasked: bool,
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
        let unasked = options.engine.autosave.is_some() && options.is_unasked();
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
                let and_run = options.autostart && !unasked;
                commands = state.reset(options.experiment.clone(), options.variants.clone(), 1, and_run);
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
            unasked,
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
        self.frame(ui, frame.wgpu_render_state());
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
