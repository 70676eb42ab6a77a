//! The screen of points: opening and dropping files, keys, the bar, and the three columns.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use egui::{CentralPanel, Context, Frame, Label, Margin, Panel, RichText, Ui};

use super::details;
use super::settings::{self, Facts, Pressed};
use super::shown::Shown;
use super::thumbs::Thumbs;
use super::view::{PointsView, Screen};
use crate::dataset::own::listing::words;
use crate::points::{Opening, Points, Principal, csv, principal, read};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::job::Job;
use crate::ui::kit::theme::{Theme, bold, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words::first_of;
use crate::ui::panel::PanelAction;
use crate::ui::shell::action::Action;
use crate::ui::shell::{appearance, keys};
use crate::ui::state::BrushTool;

/// What the screen asks of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To show the experiment again.
    Back,
}

const BAR_HEIGHT: f32 = 46.0;
/// Widths of the two columns, points.
const LEFT: f32 = 258.0;
const RIGHT: f32 = 272.0;

/// What was read.
type Read = Result<(Arc<Points>, Arc<Principal>, Facts), String>;

/// The screen of points.
pub struct PointsScreen {
    /// The files that are shown.
    opening: Opening,
    /// The file of the points that are being read.
    reads: PathBuf,
    reading: Job<(Opening, Read)>,
    stage: Arc<Mutex<&'static str>>,
    since: Instant,
    shown: Option<(Shown, Facts)>,
    /// How many were shown so far.
    count: u64,
    thumbs: Thumbs,
    view: PointsView,
    ask_points: AskPath,
    ask_metadata: AskPath,
    ask_images: AskPath,
    export: Export,
    /// What went wrong, or what was written.
    message: Option<Result<String, String>>,
    focus_search: bool,
    /// Whether there is an experiment to go back to.
    within: bool,
}

impl PointsScreen {
    /// The screen, which begins to read the files; `within` if there is an experiment to go back to.
    pub fn new(ctx: &Context, opening: Opening, within: bool) -> Self {
        let mut screen = Self::empty(within);
        screen.open(ctx, opening);
        screen
    }

    /// The screen, which asks for points, in the place of an experiment.
    pub fn asking() -> Self {
        let mut screen = Self::empty(true);
        screen.ask_points.open(String::new);
        screen
    }

    /// The file of the points that are shown.
    pub fn path(&self) -> Option<&Path> {
        self.shown.as_ref().map(|_| self.opening.points.as_path())
    }

    fn empty(within: bool) -> Self {
        Self {
            opening: Opening::default(),
            reads: PathBuf::new(),
            reading: Job::default(),
            stage: Arc::default(),
            since: Instant::now(),
            shown: None,
            count: 0,
            thumbs: Thumbs::default(),
            view: PointsView::default(),
            ask_points: AskPath::new("Open points", "points.npy", "Open", Wanted::Any),
            ask_metadata: AskPath::new("Open metadata", "metadata.tsv", "Open", Wanted::Any),
            ask_images: AskPath::new("Open images", "a folder, or sprite.png", "Open", Wanted::Any),
            export: Export::new("Export the selection", "selection.csv", "Export", Wanted::NewFile("csv")),
            message: None,
            focus_search: false,
            within,
        }
    }

    /// Reads other files; what is shown stays until they are read.
    pub fn open(&mut self, ctx: &Context, opening: Opening) {
        self.reads = opening.points.clone();
        self.since = Instant::now();
        self.message = None;
        let stage = Arc::clone(&self.stage);
        let ctx_of_job = ctx.clone();
        self.reading.start(ctx, move || {
            let mut tell = |now| {
                *stage.lock().unwrap_or_else(PoisonError::into_inner) = now;
                ctx_of_job.request_repaint();
            };
            let read = read(&opening, &mut tell).map_err(|e| e.to_string()).map(|points| {
                tell("finding the principal axes");
                let found = principal(&points);
                let facts = Facts::new(&points);
                (Arc::new(points), Arc::new(found), facts)
            });
            (opening, read)
        });
    }

    /// The points that are shown, for tests.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref().map(|(shown, _)| shown)
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, gpu: Option<&egui_wgpu::RenderState>) -> Option<Wish> {
        let ctx = ui.ctx().clone();
        let theme = Theme::of(ui.visuals());
        self.take_read();
        self.take_dropped(&ctx);
        let wish = self.take_keys(&ctx);
        if let Some((shown, _)) = &mut self.shown {
            shown.update(&ctx);
            self.thumbs.update(&ctx, shown, theme.dark);
        }
        let flat = |margin| Frame::new().fill(theme.panel).inner_margin(margin);
        let bar = Panel::top("points bar").exact_size(BAR_HEIGHT).show_separator_line(false).resizable(false);
        let pressed = bar.frame(flat(Margin::symmetric(space::M as i8, 0))).show(ui, |ui| self.bar(ui, theme)).inner;
        self.message_line(ui, theme);
        let side = flat(Margin { left: space::M as i8, right: space::M as i8, top: 0, bottom: space::S as i8 });
        let mut asked = None;
        let mut export = false;
        let focus_search = std::mem::take(&mut self.focus_search);
        if let Some((shown, facts)) = &mut self.shown {
            let left = Panel::left("points settings").default_size(LEFT).size_range(220.0..=380.0);
            left.frame(side).show_separator_line(false).show(ui, |ui| asked = settings::ui(ui, shown, facts, theme));
            let right = Panel::right("point details").default_size(RIGHT).size_range(230.0..=420.0);
            right
                .frame(side)
                .show_separator_line(false)
                .show(ui, |ui| export = details::ui(ui, shown, &mut self.thumbs, focus_search, theme));
        }
        let frame = Frame::new().fill(theme.window).inner_margin(Margin::same(6));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let screen = Screen { theme, gpu, now: ui.input(|i| i.time) };
            match &mut self.shown {
                Some((shown, _)) => self.view.ui(ui, shown, &mut self.thumbs, &screen),
                None => self.nothing(ui),
            }
        });
        match asked {
            Some(Pressed::Metadata) => self.ask_metadata.open(String::new),
            Some(Pressed::Images) => self.ask_images.open(String::new),
            None => {}
        }
        if export {
            let suggestion = self.suggestion();
            self.export.open(|| suggestion);
        }
        self.dialogs(&ctx);
        wish.or(pressed)
    }

    fn take_read(&mut self) {
        let Some((opening, read)) = self.reading.take() else { return };
        match read {
            Ok((points, found, facts)) => {
                self.count += 1;
                log::info!("points: {} in {:.2} s", points.len(), self.since.elapsed().as_secs_f32());
                self.shown = Some((Shown::new(points, found, self.count), facts));
                self.opening = opening;
            }
            Err(e) => self.message = Some(Err(e)),
        }
    }

    /// Files dropped on the window: images for a folder or an image, metadata for a file so named, or other points.
    fn take_dropped(&mut self, ctx: &Context) {
        let paths: Vec<_> = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        if paths.is_empty() {
            return;
        }
        // What comes alone, where there are no points yet, must be points.
        let belongs = self.shown.is_some() || paths.len() > 1;
        let (mut points, mut images, mut metadata, mut left) = (None, None, None, Vec::new());
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let is_metadata =
                words(&name).iter().any(|w| ["metadata", "meta", "labels", "classes"].contains(&w.as_str()));
            let is_images = path.is_dir() || name.rsplit_once('.').is_some_and(|(_, e)| is_image(e));
            let place = match () {
                () if belongs && is_images => &mut images,
                () if belongs && is_metadata => &mut metadata,
                () => &mut points,
            };
            match place {
                None => *place = Some(path),
                Some(_) => left.push(name),
            }
        }
        let before = Some(&self.opening).filter(|_| self.shown.is_some());
        let opening = points.map(|points| Opening { points, ..Opening::default() }).or(before.cloned());
        if let Some(opening) = opening {
            let (images, metadata) = (images.or(opening.images.clone()), metadata.or(opening.metadata.clone()));
            self.open(ctx, Opening { images, metadata, ..opening });
        } else {
            left.push("images and metadata without points".into());
        }
        if !left.is_empty() {
            let left = first_of(&left);
            self.message =
                Some(Err(format!("Not opened: {left} (one file of points is shown at a time, with one of metadata)")));
        }
    }

    fn take_keys(&mut self, ctx: &Context) -> Option<Wish> {
        let typing = ctx.egui_wants_keyboard_input();
        for action in keys::read(ctx) {
            match (action, self.shown.as_mut().map(|(shown, _)| shown)) {
                (Action::Panel(PanelAction::Fit), _) => self.view.fit(),
                (Action::Panel(PanelAction::ResetCamera), _) => self.view.reset(),
                (Action::Panel(PanelAction::NextColoring), Some(shown)) => shown.next_colour(),
                (Action::Panel(PanelAction::ToggleDensity), Some(shown)) => shown.density ^= true,
                (Action::NextBrush, Some(shown)) => shown.tool = shown.tool.next(),
                (Action::Escape, Some(shown)) => shown.clear(),
                (action, _) => {
                    appearance::act(ctx, action);
                }
            }
        }
        let slash = ctx.input(|i| i.key_pressed(egui::Key::Slash));
        self.focus_search |= slash && !typing;
        None
    }

    fn bar(&mut self, ui: &mut Ui, theme: &Theme) -> Option<Wish> {
        let mut wish = None;
        ui.horizontal_centered(|ui| {
            if self.within {
                let tip = "Shows the experiment again; the points are closed";
                let back = IconButton::new(Icon::Previous, "Back to the experiment", tip).text("Experiment");
                if back.show(ui).clicked() {
                    wish = Some(Wish::Back);
                }
            }
            ui.label(bold("Points"));
            let tip = "Opens points: NPY, TSV, CSV, Parquet, or the config of the Embedding Projector";
            if ui.button("Open…").on_hover_text(tip).clicked() {
                self.ask_points.open(String::new);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let (icon, tip) = match theme.dark {
                    true => (Icon::Sun, "Light theme (T)"),
                    false => (Icon::Moon, "Dark theme (T)"),
                };
                if IconButton::new(icon, "Theme", tip).show(ui).clicked() {
                    appearance::act(ui.ctx(), Action::ToggleTheme);
                }
                if let Some((shown, _)) = &mut self.shown {
                    if IconButton::new(Icon::Fit, "Fit view", "Fit the view to the points (F)").show(ui).clicked() {
                        self.view.fit();
                    }
                    let tools = [
                        (
                            BrushTool::Lasso,
                            Icon::Lasso,
                            "Select by lasso",
                            "Draw a line round the points to select (S)",
                        ),
                        (BrushTool::Box, Icon::Box, "Select by box", "Drag a box to select the points in it (S)"),
                    ];
                    for (tool, icon, name, tip) in tools {
                        let on = shown.tool == tool;
                        if IconButton::new(icon, name, tip).on(on).show(ui).clicked() {
                            shown.tool = if on { BrushTool::Off } else { tool };
                        }
                    }
                }
                let name = RichText::new(self.opening.points.display().to_string()).color(theme.weak);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(Label::new(name).truncate());
                });
            });
        });
        wish
    }

    /// What is being read, went wrong, or was written, in a line under the bar.
    fn message_line(&mut self, ui: &mut Ui, theme: &Theme) {
        let reading = self.shown.is_some() && self.reading.is_running();
        if !reading && self.message.is_none() {
            return;
        }
        let frame = Frame::new().fill(theme.accent_wash).inner_margin(Margin::symmetric(space::M as i8, 6));
        let line = Panel::top("points message").show_separator_line(false).resizable(false).frame(frame);
        let mut close = false;
        line.show(ui, |ui| {
            if reading {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(self.progress());
                });
                return ui.ctx().request_repaint_after_secs(0.5);
            }
            let (text, color) = match &self.message {
                Some(Ok(text)) => (text, theme.text),
                Some(Err(text)) => (text, theme.error),
                None => return,
            };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                close = IconButton::new(Icon::Close, "Close the message", "Close the message").show(ui).clicked();
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    ui.add(Label::new(RichText::new(text).color(color)).wrap().selectable(true));
                });
            });
        });
        if close {
            self.message = None;
        }
    }

    fn progress(&self) -> String {
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let name = self.reads.file_name().unwrap_or_default().to_string_lossy();
        format!("{name}: {stage}, {:.0} s", self.since.elapsed().as_secs_f32())
    }

    /// The view before there are points.
    fn nothing(&self, ui: &mut Ui) {
        if self.reading.is_running() {
            ui.ctx().request_repaint_after_secs(0.5);
            return widgets::empty_state(ui, "The points are being read", &self.progress());
        }
        let text = "Open… reads points from NPY, TSV, CSV or Parquet, or what the config of TensorBoard's Embedding \
                    Projector names. They can also be dropped on the window.";
        widgets::empty_state(ui, "No points", text);
    }

    fn dialogs(&mut self, ctx: &Context) {
        if let Some(points) = self.ask_points.ui(ctx, |_| {}) {
            self.open(ctx, Opening { points, ..Opening::default() });
        }
        if let Some(path) = self.ask_metadata.ui(ctx, |_| {}) {
            self.open(ctx, Opening { metadata: Some(path), ..self.opening.clone() });
        }
        if let Some(path) = self.ask_images.ui(ctx, |_| {}) {
            self.open(ctx, Opening { images: Some(path), ..self.opening.clone() });
        }
        if let Some(path) = self.export.ui(ctx, |_| {})
            && let Some((shown, _)) = &self.shown
        {
            let (points, chosen) = (Arc::clone(&shown.points), Arc::clone(&shown.selection));
            self.export.start(ctx, move || Ok(Prepared::file(path, csv(&points, &chosen)?)));
        }
        if let Some(outcome) = self.export.outcome(ctx) {
            self.message = Some(outcome);
        }
    }

    /// A name for the file of the selection.
    fn suggestion(&self) -> String {
        let name = self.opening.points.file_stem().unwrap_or_default().to_string_lossy();
        PathBuf::from(format!("{name}-selection.csv")).display().to_string()
    }
}

fn is_image(ending: &str) -> bool {
    crate::dataset::own::picture::ENDINGS.contains(&ending)
}
