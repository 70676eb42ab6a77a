//! "Save a film": asks how and where, and makes it on a background thread, with its progress and Stop at the bottom left.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use egui::{Align2, Area, Context, Frame, Id, Order, Rect, Ui, vec2};

use crate::combine::is_same_setting;
use crate::engine::protocol::Level;
use crate::experiment::Strategy;
use crate::figures::{CameraPath, Film, FilmOptions, Histories, Theme as FigureTheme};
use crate::history::History;
use crate::trajectory::Embedding;
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{Theme, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::AppState;

/// The dialog with its choices, and the film that is being made.
pub struct SaveFilm {
    export: Export,
    choices: Choices,
    making: Arc<Making>,
}

#[derive(Debug, Clone, Copy)]
struct Choices {
    size: [usize; 2],
    camera: CameraPath,
    frames_per_round: usize,
    delay_ms: u32,
    /// Every frame as a PNG too, in a folder beside the GIF.
    frames: bool,
}

/// How far the film is, told by the thread that makes it, and whether it is to stop.
#[derive(Debug, Default)]
struct Making {
    frame: AtomicUsize,
    frames: AtomicUsize,
    stop: AtomicBool,
}

/// What the film is made of.
struct Material {
    shown: History,
    histories: Histories,
    embedding: Embedding,
    options: FilmOptions,
}

const SIZES: [([usize; 2], &str, &str); 3] = [
    ([1280, 800], "1280 × 800", "For slides and pages"),
    ([960, 600], "960 × 600", "For pages"),
    ([640, 400], "640 × 400", "For messages: a small file"),
];
const CAMERAS: [(CameraPath, &str, &str); 2] = [
    (
        CameraPath::Turn,
        "once around",
        "The latent space turns once about its second axis, if it has three dimensions or more",
    ),
    (CameraPath::Still, "still", "Seen along the third axis"),
];
/// Width of the card with the progress, and its distance from the corner.
const CARD: f32 = 200.0;
const EDGE: f32 = space::M;

impl Default for SaveFilm {
    fn default() -> Self {
        let export = Export::new("Save a film of the run", "Path of the GIF", "Save", Wanted::NewFile("gif"));
        let [(size, ..), ..] = SIZES;
        let choices = Choices { size, camera: CameraPath::Turn, frames_per_round: 8, delay_ms: 120, frames: false };
        Self { export, choices, making: Arc::default() }
    }
}

impl SaveFilm {
    /// Opens the dialog, unless a film is being made.
    pub fn open(&mut self, state: &mut AppState) {
        if self.export.is_writing() {
            return state.say(Level::Info, "A film is being made; one at a time.".to_owned());
        }
        let name = format!("{}-{}", state.experiment.name, state.shown_experiment().strategy);
        self.export.open(|| format!("{name}.gif"));
    }

    /// Shows the dialog, or the progress in the lower left corner of `area`, and reports the result.
    pub fn ui(&mut self, ctx: &Context, cx: &mut Cx<'_>, area: Rect) {
        cx.report(self.export.outcome(ctx));
        if self.export.is_writing() {
            progress(ctx, &self.making, area);
        }
        let (choices, rounds) = (&mut self.choices, cx.state.shown_run().map_or(0, |run| run.rounds.len()));
        let Some(path) = self.export.ui(ctx, |ui| choices.ui(ui, rounds)) else { return };
        let is_gif = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gif"));
        let path = if is_gif { path } else { path.with_added_extension("gif") };
        match self.material(cx) {
            Ok(material) => self.start(ctx, path, material),
            Err(e) => cx.state.say(Level::Error, format!("The film was not made: {e}")),
        }
    }

    /// The shown run, the curves beside it and the embedding, as they are now.
    fn material(&self, cx: &Cx<'_>) -> Result<Material, String> {
        let missing = || "no round of the shown run has ended".to_owned();
        let shown = cx.state.shown_run().and_then(|run| run.history()).ok_or_else(missing)?;
        let embedding = cx.embedding(&shown.header).ok_or_else(missing)?;
        // The shown run is in its film, whether or not the list shows it.
        let mut all = [vec![shown.clone()], cx.state.histories_shown()].concat();
        all.retain(|history| is_same_setting(&shown, history));
        let histories = Histories::in_progress(&all, &Strategy::Random.into(), &[], &cx.state.in_progress());
        let theme = if cx.theme.dark { FigureTheme::DARK } else { FigureTheme::LIGHT };
        let Choices { size, camera, frames_per_round, delay_ms, .. } = self.choices;
        let options = FilmOptions { size, frames_per_round, delay_ms, camera, theme };
        let histories = histories.map_err(|e| e.to_string())?.looking(&cx.state.looks);
        Ok(Material { shown, histories, embedding, options })
    }

    fn start(&mut self, ctx: &Context, path: PathBuf, of: Material) {
        let frames = of.shown.rounds.len() * of.options.frames_per_round;
        self.making = Arc::new(Making { frames: frames.into(), ..Making::default() });
        let folder = self.choices.frames.then(|| path.with_extension("frames"));
        let (making, wake) = (Arc::clone(&self.making), ctx.clone());
        let names = folder.iter().flat_map(|folder| (0..frames).map(|i| folder.join(Film::frame_name(i))));
        let paths = std::iter::once(path.clone()).chain(names).collect();
        let write = move || of.write(&path, folder.as_deref(), &making, &wake);
        self.export.start(ctx, move || Ok(Prepared::new(paths, write)));
    }
}

impl Choices {
    /// The choices under the path.
    fn ui(&mut self, ui: &mut Ui, rounds: usize) {
        ui.add_space(space::S);
        egui::Grid::new("choices of the film").num_columns(2).show(ui, |ui| {
            ui.label("Size");
            widgets::segmented(ui, "Size of the film", &mut self.size, &SIZES);
            ui.end_row();
            ui.label("Camera");
            widgets::segmented(ui, "Camera of the film", &mut self.camera, &CAMERAS);
            ui.end_row();
            ui.label("Each round");
            ui.horizontal(|ui| {
                let frames = egui::DragValue::new(&mut self.frames_per_round).range(1..=60).speed(0.1);
                let tip = "In the first half of them the round's steps grow, in the second the target learns";
                ui.add(frames.suffix(" frames")).on_hover_text(tip).accessible_name("Frames of each round");
                let delay = egui::DragValue::new(&mut self.delay_ms).range(20..=2_000).speed(2.0).suffix(" ms each");
                ui.add(delay).on_hover_text("How long a frame stays").accessible_name("Milliseconds of each frame");
            });
            ui.end_row();
        });
        let tip = "As NAME.frames/frame-0001.png and so on, beside the GIF";
        ui.checkbox(&mut self.frames, "Every frame as a PNG too").on_hover_text(tip);
        let all = rounds * self.frames_per_round;
        let seconds = all as f32 * self.delay_ms as f32 / 1e3;
        let ended = match rounds {
            1 => "the round that has ended".to_owned(),
            n => format!("the {n} rounds that have ended"),
        };
        let text = format!("{} frames of {ended}, {seconds:.0} s, in the colours of the window", words::thousands(all));
        ui.add(egui::Label::new(egui::RichText::new(text).weak()).wrap());
    }
}

impl Material {
    /// Makes the film and writes it; a message about it, or the error.
    fn write(&self, gif: &Path, folder: Option<&Path>, making: &Making, wake: &Context) -> Result<String, String> {
        let film = Film::new(&self.shown, &self.histories, &self.embedding, self.options.clone());
        let told = &mut |frame| {
            making.frame.store(frame, Ordering::Relaxed);
            wake.request_repaint();
            !making.stop.load(Ordering::Relaxed)
        };
        let whole = film.and_then(|film| film.write(gif, folder, told));
        let whole = whole.map_err(|e| format!("The film was not made: {e}"))?;
        let frames = folder.map_or_else(String::new, |folder| format!(", and its frames in {}", folder.display()));
        Ok(match whole {
            true => format!("Saved {}{frames}", gif.display()),
            false => {
                let after = making.frame.load(Ordering::Relaxed);
                let kept = if folder.is_some() { "; the frames so far are in their folder" } else { "" };
                format!("The film was stopped after {after} frames: there is no GIF{kept}")
            }
        })
    }
}

/// The card that says how far the film is, with its Stop.
fn progress(ctx: &Context, making: &Making, area: Rect) {
    let (frame, frames) = (making.frame.load(Ordering::Relaxed), making.frames.load(Ordering::Relaxed));
    let card = Area::new(Id::unique("film in the making")).order(Order::Foreground).pivot(Align2::LEFT_BOTTOM);
    card.fixed_pos(area.left_bottom() + vec2(EDGE, -EDGE)).show(ctx, |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_width(CARD);
            ui.horizontal(|ui| {
                let text = format!("Film: frame {} of {frames}", frame + 1);
                ui.label(text);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let stop = IconButton::new(Icon::Stop, "Stop the film", "Ends the film; no GIF is written");
                    if stop.show(ui).clicked() {
                        making.stop.store(true, Ordering::Relaxed);
                    }
                });
            });
            let (line, _) = ui.allocate_exact_size(vec2(CARD, 3.0), egui::Sense::hover());
            let theme = Theme::of(ui.visuals());
            widgets::progress_line(ui.painter(), line, Some(frame as f32 / frames.max(1) as f32), theme);
        });
    });
}
