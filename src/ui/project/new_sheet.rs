//! A new project: which images, where its folder is, the classes, and how images are proposed.

use std::path::PathBuf;

use egui::{Button, ComboBox, Context, DragValue, Frame, Label, Modal, ProgressBar, RichText, TextEdit, Ui};

use super::work::{Failed, Opened, Work, make};
use crate::experiment::{Experiment, FirstSet, Strategy};
use crate::paths;
use crate::project::{BATCH, New, PROPOSES, classes_in};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::theme::{Theme, bold, size, space};

/// What a project is made of, as it is typed.
struct Draft {
    images: PathBuf,
    folder: String,
    classes: String,
    batch: usize,
    first: FirstSet,
    strategy: Strategy,
    /// Whether the labels are taken that the images come with.
    takes_labels: bool,
}

/// The dialogs, closed until one is opened.
pub struct NewSheet {
    ask: AskPath,
    draft: Option<Draft>,
    /// What was typed when the sheet was closed.
    left: Option<Draft>,
    making: Work<Result<Opened, Failed>>,
    failed: Option<String>,
}

const WIDTH: f32 = 520.0;
/// The most images in a batch.
const MOST_IN_BATCH: usize = 1_000;

impl Default for NewSheet {
    fn default() -> Self {
        let hint = "A folder of images, an archive, NPZ, CSV, Parquet, …";
        Self {
            ask: AskPath::new("Images for a new project", hint, "Go on", Wanted::Any),
            draft: None,
            left: None,
            making: Work::default(),
            failed: None,
        }
    }
}

impl NewSheet {
    /// Asks for images.
    pub fn ask(&mut self) {
        self.ask.open(String::new);
    }

    /// Opens the sheet for these images; if it was closed for the same ones, with what was typed then.
    pub fn open(&mut self, images: PathBuf) {
        self.failed = None;
        self.draft = self.left.take_if(|left| left.images == images);
        if self.draft.is_some() {
            return;
        }
        let name = paths::stem(&images);
        let folder = images.with_file_name(format!("{name}-project")).display().to_string();
        let (first, strategy) = (Experiment::default().first_set, PROPOSES);
        let (classes, batch) = (String::new(), BATCH);
        self.draft = Some(Draft { images, folder, classes, batch, first, strategy, takes_labels: false });
    }

    /// Shows the dialog that is open; returns a project that was made, with its folder.
    pub fn ui(&mut self, ctx: &Context) -> Option<(PathBuf, Opened)> {
        if let Some(images) = self.ask.ui(ctx, |_| {}) {
            self.open(images);
        }
        let made = self.making.take();
        let draft = self.draft.as_mut()?;
        match made {
            Some(Ok(opened)) => {
                let folder = folder(draft);
                self.draft = None;
                return Some((folder, opened));
            }
            Some(Err(failed)) => self.failed = Some(failed.why),
            None => {}
        }
        let frame = Frame::window(&ctx.global_style());
        let mut starts = false;
        let (making, failed) = (&self.making, &self.failed);
        let typed = [draft.folder.clone(), draft.classes.clone()];
        let response = Modal::new(egui::Id::unique("new project")).frame(frame).show(ctx, |ui| {
            starts = sheet(ui, draft, making, failed.as_deref());
        });
        if typed.each_ref() != [&draft.folder, &draft.classes] {
            // It is being put right.
            self.failed = None;
        }
        if response.should_close() {
            self.making.cancel();
            (self.making, self.left) = (Work::default(), self.draft.take());
        } else if starts {
            let (folder, takes) = (folder(draft), draft.takes_labels);
            match new(draft) {
                Ok(new) => {
                    self.failed = None;
                    self.making.start(ctx, move |progress| make(&folder, &new, takes, progress));
                }
                Err(why) => self.failed = Some(why),
            }
        }
        None
    }
}

fn folder(draft: &Draft) -> PathBuf {
    let path = paths::expanded(draft.folder.trim());
    std::path::absolute(&path).unwrap_or(path)
}

fn new(draft: &Draft) -> Result<New, String> {
    let (batch, first, strategy) = (draft.batch, draft.first.name(), draft.strategy.name());
    let set = [format!("samples_per_round={batch}"), format!("first_set={first}"), format!("strategy={strategy}")];
    let mut classes = classes_in(&draft.classes).map_err(|why| format!("Classes: {why}"))?;
    classes.retain(|name| !name.is_empty());
    Ok(New { images: draft.images.clone(), classes, like: None, set: set.to_vec() })
}

/// The fields; true if the project is to be made.
fn sheet(ui: &mut Ui, draft: &mut Draft, making: &Work<Result<Opened, Failed>>, failed: Option<&str>) -> bool {
    let theme = Theme::of(ui.visuals());
    let width = WIDTH.min(ui.ctx().content_rect().width() - 4.0 * space::L);
    ui.set_width(width);
    ui.label(bold("New project").size(size::HEADING));
    let images = RichText::new(draft.images.display().to_string()).size(size::CAPTION).color(theme.weak);
    ui.add(Label::new(images).truncate());
    ui.add_space(space::S);
    let running = making.is_running();
    let mut entered = false;
    ui.add_enabled_ui(!running, |ui| {
        entered |= field(ui, "Folder of the project", &mut draft.folder, "A new or an empty folder", width);
        let hint = "ripe, unripe, rotten; more can be added while labelling";
        entered |= field(ui, "Classes", &mut draft.classes, hint, width);
        ui.horizontal(|ui| {
            let label = ui.label("Images in a batch");
            let value = DragValue::new(&mut draft.batch).range(1..=MOST_IN_BATCH);
            ui.add(value).labelled_by(label.id).on_hover_text("A round is trained after so many labels");
        });
        ui.horizontal(|ui| {
            let label = ui.label("First batch");
            let generates = draft.strategy.generates_samples();
            let text = if generates { "Generated" } else { draft.first.label() };
            let combo = ComboBox::new("first batch of a project", "").selected_text(text);
            ui.add_enabled_ui(!generates, |ui| {
                let combo = combo.show_ui(ui, |ui| {
                    for first in FirstSet::ALL {
                        ui.selectable_value(&mut draft.first, *first, first.label()).on_hover_text(first.help());
                    }
                });
                combo.response.labelled_by(label.id).on_hover_text("How the images of the first batch are chosen");
            });
            let label = ui.label("Later ones");
            let combo = ComboBox::new("strategy of a project", "").selected_text(draft.strategy.label());
            let combo = combo.show_ui(ui, |ui| {
                for strategy in Strategy::ALL {
                    ui.selectable_value(&mut draft.strategy, *strategy, strategy.label())
                        .on_hover_text(strategy.help());
                }
            });
            let tip = "The strategy that chooses the images of a batch, from the second on";
            combo.response.labelled_by(label.id).on_hover_text(tip);
        });
        let tip = "Names of folders, a table or an array may say the classes of images already";
        ui.checkbox(&mut draft.takes_labels, "Take the labels that the images come with").on_hover_text(tip);
    });
    let hint = match draft.strategy.generates_samples() {
        true => "It decodes latent points: each of these images gets a class, or is rejected as no such thing.",
        false => "Without classes given, those are taken that the images come with, if any.",
    };
    ui.add(Label::new(RichText::new(hint).size(size::CAPTION).color(theme.weak)).wrap());
    if let Some(failed) = failed {
        ui.add(Label::new(RichText::new(failed).color(theme.error)).wrap().selectable(true));
    }
    ui.add_space(space::S);
    let mut starts = false;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let can = !running && !draft.folder.trim().is_empty();
        let make = Button::new(bold("Make the project").color(if can { theme.on_accent } else { theme.faint }));
        let make = if can { make.fill(theme.accent) } else { make };
        let make = ui.add_enabled(can, make).on_hover_text("Reads the images and opens the project (Enter)");
        starts = make.clicked() || can && entered;
        if ui.button("Cancel").on_hover_text("Makes nothing, and ends reading (Esc)").clicked() {
            ui.close();
        }
        if running {
            let now = making.now();
            ui.add(ProgressBar::new(now.share().unwrap_or(0.0)).text(now.told()));
            ui.ctx().request_repaint_after_secs(0.1);
        }
    });
    starts
}

/// A field with its name; whether Enter was pressed in it.
fn field(ui: &mut Ui, name: &str, text: &mut String, hint: &str, width: f32) -> bool {
    let label = ui.label(name);
    let field = TextEdit::singleline(text).desired_width(width - space::L).hint_text(hint);
    let response = ui.add(field).labelled_by(label.id);
    ui.add_space(space::XS);
    response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter))
}
